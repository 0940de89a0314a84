/* An HTML page in one file. SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "page.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Colours of Okabe and Ito (2008), darker on white and lighter on black where they carry text; heat maps in steps of
 * one direction of lightness, away from the paper: YlGnBu of Brewer on white, viridis on black. */
static const char light[] =
    "--paper:#fff;--ink:#16242f;--soft:#55626d;--line:#d3dae0;--panel:#f5f7f9;--blue:#0072b2;--red:#c24e00;"
    "--orange:#e69f00;--green:#009e73;--purple:#aa4f86;--fill:#aab4bd;--h1:#edf8b1;--h2:#c7e9b4;--h3:#7fcdbb;"
    "--h4:#41b6c4;--h5:#1d91c0;--h6:#225ea8;--h7:#0c2c84;";
static const char dark[] =
    "--paper:#11161b;--ink:#e6ebef;--soft:#a3aeb8;--line:#38434d;--panel:#1a2128;--blue:#56b4e9;--red:#ff8a3d;"
    "--orange:#f0b429;--green:#2fc79a;--purple:#e59cc4;--fill:#5d6973;--h1:#472f7d;--h2:#3b528b;--h3:#2c728e;"
    "--h4:#21918c;--h5:#28ae80;--h6:#7ad151;--h7:#fde725;";

static const char style[] =
    "*{box-sizing:border-box}"
    "body{margin:0 auto;padding:1.2rem 1rem 4rem;max-width:72rem;background:var(--paper);color:var(--ink);"
    "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}"
    "h1{font-size:1.7rem;line-height:1.2;margin:.2em 0;overflow-wrap:anywhere}"
    "h2{font-size:1.3rem;margin:2.6rem 0 .4rem;padding-top:.7rem;border-top:1px solid var(--line)}"
    "h3{font-size:1rem;margin:1.5rem 0 .3rem}p{margin:.5rem 0;max-width:52rem}a{color:var(--blue)}"
    ".soft,figcaption,caption{color:var(--soft)}figcaption{font-size:.87rem;max-width:52rem;margin:.4rem 0 .8rem}"
    "nav{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;font-size:.92rem;margin:.8rem 0}"
    "nav a{padding:.2rem 0}"
    ".remarks{list-style:none;padding:0;margin:1rem 0;max-width:56rem}"
    ".remarks li{border-left:4px solid var(--orange);background:var(--panel);margin:.45rem 0;padding:.45rem .8rem;"
    "overflow-wrap:anywhere}.remarks li.bad{border-color:var(--red)}.remarks li.good{border-color:var(--green)}"
    ".facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:.6rem;margin:1rem 0}"
    ".facts div{background:var(--panel);border-radius:6px;padding:.5rem .8rem;overflow-wrap:anywhere}"
    ".facts dt{font-size:.82rem;color:var(--soft)}.facts dd{margin:0;font-size:1.15rem}"
    "figure{margin:.8rem 0}.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(19rem,100%),1fr));"
    "gap:1rem 1.2rem}.grid>div{min-width:0}.grid h4{font-size:.9rem;margin:.2rem 0;overflow-wrap:anywhere}"
    ".grid svg,.narrow svg{max-width:27rem}"
    ".scroll{overflow:auto;max-width:100%}details .tall{max-height:30rem}"
    "svg{display:block;width:100%;height:auto;overflow:visible}.wide svg{width:auto;max-width:none}"
    "svg text{fill:var(--ink);font:11px system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif}"
    "svg .tick{fill:var(--soft);font-size:10px}svg .m{text-anchor:middle}svg .e{text-anchor:end}"
    ".axis{stroke:var(--soft);fill:none}.rule{stroke:var(--line);fill:none}"
    ".line{fill:none;stroke-width:2;stroke-linejoin:round}.thin{fill:none;stroke-width:1.4}"
    ".dots{fill:none;stroke-linecap:round;stroke-width:7}.specks{fill:none;stroke-linecap:round;stroke-width:3.4;"
    "stroke-opacity:.55}.large{stroke-width:6.5}"
    ".blue{stroke:var(--blue)}.red{stroke:var(--red)}.orange{stroke:var(--orange)}.green{stroke:var(--green)}"
    ".purple{stroke:var(--purple)}.ink{stroke:var(--ink)}.grey{stroke:var(--soft)}"
    ".dash{stroke-dasharray:5 4}.dot{stroke-dasharray:1.5 3}"
    ".area{fill:var(--fill);fill-opacity:.45;stroke:none}.bar{stroke-width:7}"
    ".ring{fill:var(--paper);stroke-width:1.8}"
    ".fblue{fill:var(--blue);stroke:none}.fred{fill:var(--red);stroke:none}.fgrey{fill:var(--soft);stroke:none}"
    ".node{fill:var(--panel);stroke:var(--soft)}"
    ".h0{fill:var(--panel)}.h1{fill:var(--h1)}.h2{fill:var(--h2)}.h3{fill:var(--h3)}.h4{fill:var(--h4)}"
    ".h5{fill:var(--h5)}.h6{fill:var(--h6)}.h7{fill:var(--h7)}"
    ".mark{fill:none;stroke:var(--red);stroke-width:2;vector-effect:non-scaling-stroke}"
    ".key{display:flex;flex-wrap:wrap;gap:.15rem 1rem;font-size:.87rem;color:var(--soft);margin:.3rem 0;"
    "align-items:center}.key svg{display:inline-block;width:26px;height:12px;vertical-align:-1px;margin-right:.3rem}"
    "table{border-collapse:collapse;font-size:.88rem;font-variant-numeric:tabular-nums;margin:.4rem 0}"
    "th,td{padding:.22rem .7rem .22rem 0;text-align:right;border-bottom:1px solid var(--line);vertical-align:top}"
    "th{font-weight:600;color:var(--soft);white-space:nowrap}td.t,th.t{text-align:left}"
    "td.t{overflow-wrap:break-word;max-width:26rem}td.t:first-child{min-width:9rem}"
    "tr.own td,td.own{font-weight:600}details{margin:.5rem 0}summary{cursor:pointer;color:var(--blue);font-size:.92rem;"
    "padding:.2rem 0}"
    "@media (max-width:30rem){body{padding:.8rem .8rem 3rem}h1{font-size:1.4rem}}"
    "@media print{body{max-width:none;padding:0;font-size:10.5pt}nav,details:not([open]){display:none}"
    "h2,h3,h4{break-after:avoid}figure>div>svg,.grid>div,.remarks li,tr{break-inside:avoid}"
    ".scroll{overflow:visible;max-height:none}.wide svg{max-width:100%;height:auto}"
    "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}";

/* ---- text -------------------------------------------------------------------------------------------------------- */

void page_print(struct page *page, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length >= 0)
        output_write(page->out, text, (size_t)length);
    else if (page->out->error == 0)
        page->out->error = ENOMEM;
    free(text);
}

/* How many bytes the character at text has: 0 where it is not UTF-8, or none that XML may hold. */
static size_t character(const char *text)
{
    unsigned char first = (unsigned char)text[0];
    size_t n = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    for (size_t i = 1; i < n; i++)
        if (((unsigned char)text[i] & 0xc0) != 0x80)
            return 0;
    if (n == 1 && (first < 0x20 || first == 0x7f) && first != '\t' && first != '\n')
        return 0;
    bool unpaired = n == 3 && first == 0xed && (unsigned char)text[1] >= 0xa0;
    bool no_character = n == 3 && first == 0xef && (unsigned char)text[1] == 0xbf && (unsigned char)text[2] >= 0xbe;
    return unpaired || no_character ? 0 : n;
}

static void character_text(struct page *page, const char *text, size_t n)
{
    const char *entity = text[0] == '&'    ? "&amp;"
                         : text[0] == '<'  ? "&lt;"
                         : text[0] == '>'  ? "&gt;"
                         : text[0] == '"'  ? "&quot;"
                         : text[0] == '\'' ? "&#39;"
                                           : NULL;
    if (entity != NULL)
        output_write(page->out, entity, strlen(entity));
    else if (n > 0)
        output_write(page->out, text, n);
    else
        output_write(page->out, "\xef\xbf\xbd", 3); /* the replacement character */
}

void page_label(struct page *page, const char *text, size_t most)
{
    size_t characters = 0;
    for (; *text != '\0'; characters++) {
        size_t n = character(text);
        if (characters + 1 >= most && text[n > 0 ? n : 1] != '\0') {
            output_write(page->out, "\xe2\x80\xa6", 3); /* the ellipsis */
            return;
        }
        character_text(page, text, n);
        text += n > 0 ? n : 1;
    }
}

void page_text(struct page *page, const char *text)
{
    page_label(page, text, (size_t)-1);
}

void page_number(struct page *page, double value)
{
    if (!isfinite(value))
        page_print(page, "–");
    else if (value == trunc(value) && fabs(value) < 1e6)
        page_print(page, "%.0f", value);
    else
        page_print(page, "%.3g", value);
}

/* ---- parts ------------------------------------------------------------------------------------------------------- */

void page_open(struct page *page, const char *title)
{
    page_print(page, "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n"
                     "<meta charset=\"utf-8\"/>\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
                     "'unsafe-inline'\"/>\n<title>");
    page_text(page, title);
    page_print(page,
               "</title>\n<style>\n:root{color-scheme:light dark;%s}\n"
               "@media screen and (prefers-color-scheme:dark){:root{%s}}\n%s\n</style>\n</head>\n<body>\n",
               light, dark, style);
}

void page_close(struct page *page)
{
    page_print(page, "</body>\n</html>\n");
}

void page_end(struct page *page, const char *element)
{
    page_print(page, "</%s>\n", element);
}

void page_section(struct page *page, const char *id, const char *title)
{
    page_print(page, "<section id=\"%s\">\n<h2>", id);
    page_text(page, title);
    page_print(page, "</h2>\n");
}

void page_details(struct page *page, const char *summary)
{
    page_print(page, "<details><summary>");
    page_text(page, summary);
    page_print(page, "</summary>\n");
}

void page_grid(struct page *page)
{
    page_print(page, "<figure class=\"grid\">\n");
}

void page_heading(struct page *page, const char *title)
{
    page_print(page, "<h3>");
    page_text(page, title);
    page_print(page, "</h3>\n");
}

void page_caption(struct page *page, const char *text)
{
    page_print(page, "<p class=\"soft\">");
    page_text(page, text);
    page_print(page, "</p>\n");
}

/* ---- tables ------------------------------------------------------------------------------------------------------ */

void page_table(struct page *page, const char *const *columns, size_t n, size_t texts)
{
    page_print(page, "<div class=\"scroll tall\" tabindex=\"0\"><table><thead><tr>");
    for (size_t i = 0; i < n; i++) {
        page_print(page, "<th scope=\"col\"%s>", i < texts ? " class=\"t\"" : "");
        page_text(page, columns[i]);
        page_print(page, "</th>");
    }
    page_print(page, "</tr></thead><tbody>\n");
}

void page_row(struct page *page)
{
    page_print(page, "<tr>");
}

void page_row_end(struct page *page)
{
    page_print(page, "</tr>\n");
}

void page_cell(struct page *page, const char *text)
{
    page_print(page, "<td class=\"t\">");
    page_text(page, text);
    page_print(page, "</td>");
}

void page_cell_number(struct page *page, double value)
{
    page_print(page, "<td>");
    page_number(page, value);
    page_print(page, "</td>");
}

void page_table_end(struct page *page)
{
    page_print(page, "</tbody></table></div>\n");
}

/* ---- pictures ---------------------------------------------------------------------------------------------------- */

void page_picture(struct page *page, double width, double height, bool wide, const char *title, const char *description)
{
    size_t id = ++page->pictures;
    page_print(page,
               "<div class=\"%s\"%s><svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 %.0f %.0f\" "
               "width=\"%.0f\" height=\"%.0f\" aria-labelledby=\"p%zut p%zud\"><title id=\"p%zut\">",
               wide ? "scroll wide" : "picture", wide ? " tabindex=\"0\"" : "", width, height, width, height, id, id,
               id);
    page_text(page, title);
    page_print(page, "</title><desc id=\"p%zud\">", id);
    page_text(page, description);
    page_print(page, "</desc>\n");
}

void page_picture_end(struct page *page)
{
    page_print(page, "</svg></div>\n");
}
