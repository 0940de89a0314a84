/* gim report: a page about a model, to be read in a browser or printed. SPDX-License-Identifier: BSD-3-Clause */
#include "report.h"

#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "memory.h"
#include "model.h"

struct report_options {
    struct args_common common;
    char **data, **observed, **perturbations, **targets, **controls, **dose, **title, **rows, **seed, **threads;
};

static const struct args_page page_help = {
    "MODEL",
    "Writes a page about a model, one HTML file without anything from elsewhere: what it\n"
    "was trained on, how the fit went, its graph, targets and dose responses, and what\n"
    "deserves doubt. With observed samples it puts predictions beside them, with scores,\n"
    "baselines and a replicate. Environments of the tables that were no part of the fit\n"
    "are what the model is judged by; where there are none, those of the fit are.",
    "  gim report model.gim --data cells.tsv --perturbations doses.tsv \\\n"
    "      --observed test.tsv --targets truth.tsv -o report.html\n",
};

/* --data, then each --observed: to be freed, the texts not. */
static char **list_tables(const struct report_options *o)
{
    size_t n = 0, more = 0;
    while (o->observed != NULL && o->observed[more] != NULL)
        more++;
    if (o->data == NULL && more == 0)
        return NULL;
    char **tables = memory_new(more + 2, sizeof *tables);
    if (o->data != NULL)
        tables[n++] = o->data[0];
    for (size_t i = 0; i < more; i++)
        tables[n++] = o->observed[i];
    return tables;
}

static int check_inputs(const struct ui *ui, const struct report_choice *choice)
{
    size_t standard = choice->perturbations != NULL && strcmp(choice->perturbations, "-") == 0;
    standard += choice->targets != NULL && strcmp(choice->targets, "-") == 0;
    for (size_t i = 0; choice->observed != NULL && choice->observed[i] != NULL; i++)
        standard += strcmp(choice->observed[i], "-") == 0;
    if (standard > 1)
        return ui_usage(ui, "only one table can be standard input");
    if (choice->controls->n > 0 && choice->perturbations == NULL)
        return ui_usage(ui, "--control needs --perturbations; controls of the fit are known");
    return EXIT_OK;
}

static int check_dose(const struct ui *ui, const gim_model *model, const char *dose)
{
    struct names features = {0};
    int code = EXIT_OK;
    model_features(model, &features);
    if (dose != NULL && !names_have(&features, dose)) {
        char *list = names_list(&features);
        code = ui_fail(ui, "--dose: there is no feature \"%s\"; there are: %s", dose, list);
        free(list);
    }
    names_free(&features);
    return code;
}

static int write_page(struct output *output, const struct report *report)
{
    struct page page = {output, 0};
    int code;
    page_open(&page, report->title != NULL ? report->title : report->path);
    report_summary(&page, report);
    report_training(&page, report);
    report_history(&page, report);
    report_graph(&page, report);
    if ((code = report_targets(&page, report)) != EXIT_OK)
        return code;
    report_distances(&page, report);
    report_scores(&page, report);
    if ((code = report_shapes(&page, report)) != EXIT_OK || (code = report_doses(&page, report)) != EXIT_OK)
        return code;
    report_options(&page, report);
    page_end(&page, "main");
    page_close(&page);
    return EXIT_OK;
}

static int run(void *options)
{
    const struct report_options *o = options;
    const char *path = o->common.operands[0];
    struct report report = {.ui = &o->common.ui, .path = path, .rows = 1000, .seed = 1};
    struct names controls = {0};
    struct output output = {0};
    struct report_choice choice = {args_text(o->perturbations), args_text(o->targets), list_tables(o), &controls, 0};
    const struct ui *ui = report.ui;
    int code;
    report.title = args_text(o->title);
    report.dose = args_text(o->dose);
    if ((code = args_integer(ui, "--rows", o->rows, 2, 1000000, &report.rows)) != EXIT_OK ||
        (code = args_integer(ui, "--seed", o->seed, 0, INT64_MAX, &report.seed)) != EXIT_OK ||
        (code = args_delimiter(ui, o->common.delimiter, &choice.delimiter)) != EXIT_OK ||
        (code = args_names(ui, "--control", o->controls, false, &controls)) != EXIT_OK ||
        (code = check_inputs(ui, &choice)) != EXIT_OK || (code = model_load(ui, path, &report.model)) != EXIT_OK ||
        (code = model_set_threads(ui, report.model, o->threads)) != EXIT_OK ||
        (code = check_dose(ui, report.model, report.dose)) != EXIT_OK ||
        (code = report_read(&report, &choice)) != EXIT_OK || (code = report_score(&report)) != EXIT_OK ||
        (code = output_open(&output, ui, args_text(o->common.output))) != EXIT_OK)
        goto out;
    report_remark(&report);
    code = write_page(&output, &report);
out:
    code = output_close(&output, code);
    report_free(&report);
    gim_model_free(report.model);
    names_free(&controls);
    free(choice.observed);
    return code;
}

int command_report(int argc, const char **argv)
{
    struct report_options o = {.common.ui.command = "gim report"};
    struct poptOption options[] = {
        ARGS_VALUE("data", 'd', ARGS_ONCE, &o.data, "samples that the model was fitted to, and perhaps others", "FILE"),
        ARGS_VALUE("observed", 0, ARGS_MANY, &o.observed, "more samples, of unseen perturbations", "FILE"),
        ARGS_VALUE("perturbations", 'p', ARGS_ONCE, &o.perturbations,
                   "features of environments that were not in the fit, one row each", "FILE"),
        ARGS_VALUE("control", 0, ARGS_MANY, &o.controls, "an environment of that table without a perturbation", "NAME"),
        ARGS_VALUE("targets", 0, ARGS_ONCE, &o.targets, "known targets, in the columns environment and targets",
                   "FILE"),
        ARGS_VALUE("dose", 0, ARGS_ONCE, &o.dose, "the feature that is a dose", "FEATURE"),
        ARGS_VALUE("title", 0, ARGS_ONCE, &o.title, "of the page (the name of the model's file)", "TEXT"),
        ARGS_VALUE("rows", 'n', ARGS_ONCE, &o.rows, "rows to predict of each environment (1000)", "N"),
        ARGS_VALUE("seed", 0, ARGS_ONCE, &o.seed, "of the predicted rows, as of gim sample (1)", "N"),
        ARGS_VALUE("threads", 0, ARGS_ONCE, &o.threads, "threads to use; changes no number (all processors)", "N"),
        ARGS_OUTPUT(&o.common, "write to FILE, compressed if it ends in .gz"),
        ARGS_DELIMITER(&o.common),
        ARGS_QUIET(&o.common),
        ARGS_END,
    };
    return args_run(&o.common, argc, argv, options, &page_help, run, &o);
}
