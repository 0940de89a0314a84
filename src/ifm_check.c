/* gim ifm check: whether the factors predict regimes that a fit did not see. SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <math.h>
#include <stdlib.h>

#include "args.h"
#include "commands.h"
#include "ifm_settings.h"
#include "ifm_trial.h"
#include "memory.h"
#include "number.h"
#include "output.h"
#include "table.h"

struct check_options {
    struct args_common common;
    struct ifm_data_options data;
    struct ifm_settings_options settings;
};

static const struct args_page page = {
    NULL,
    "Says whether samples support the factors on which everything rests. Each regime that\n"
    "the others determine is left out in turn; the model is fitted without it, and its\n"
    "prediction of the means is compared with the regime's rows, beside that of sums of\n"
    "single effects, which need no factors, and of the mean of all other rows. Distances\n"
    "are Euclidean, in standard deviations; noise is what chance alone would leave.",
    "  gim ifm check --data rows.tsv --observed tried.tsv --factors factors.tsv -o check.tsv\n",
};

/* ---- the verdict ------------------------------------------------------------------------------------------------- */

static const char *const verdicts[] = {"supported", "not supported", "undecided", "unchecked"};

/* Over the regimes that all could predict. */
struct overall {
    size_t n, nearer;            /* nearer: by the model than by sums of effects */
    double distance[IFM_RIVALS]; /* root mean squares; NaN where n is 0 */
    int verdict;
};

/* Supported: the squared distance of the model, less that of noise, is at most half of that of whichever is better,
 * sums of effects or the pooled mean. Where noise alone leaves half of theirs, there is nothing to tell them apart by. */
static int judge(const struct overall *all)
{
    double noise = pow(all->distance[IFM_NOISE], 2), model = pow(all->distance[IFM_MODEL], 2) - noise;
    double rival = pow(fmin(all->distance[IFM_ADDITIVE], all->distance[IFM_POOLED]), 2) - noise;
    if (all->n == 0)
        return 3;
    if (rival <= noise && model <= noise)
        return 2;
    return model <= rival / 2 ? 0 : 1;
}

static struct overall sum_up(const struct ifm_check *check)
{
    struct overall all = {0};
    for (size_t t = 0; t < check->n; t++) {
        const double *distance = check->trials[t].distance;
        if (!check->trials[t].done || isnan(distance[IFM_ADDITIVE]))
            continue;
        all.n++;
        all.nearer += distance[IFM_MODEL] < distance[IFM_ADDITIVE];
        for (size_t r = 0; r < IFM_RIVALS; r++)
            all.distance[r] += distance[r] * distance[r];
    }
    for (size_t r = 0; r < IFM_RIVALS; r++)
        all.distance[r] = all.n > 0 ? sqrt(all.distance[r] / (double)all.n) : NAN;
    all.verdict = judge(&all);
    return all;
}

/* To be freed. */
static char *words(const struct overall *all)
{
    const double *d = all->distance;
    if (all->n == 0)
        return memory_text("unchecked: no regime is determined by the others, so that none can be left out");
    char *figures =
        memory_format("distance %.3g by the model, %.3g by sums of effects, %.3g by the pooled mean, %.3g by "
                      "noise; nearer than sums of effects in %zu of %zu regimes",
                      d[IFM_MODEL], d[IFM_ADDITIVE], d[IFM_POOLED], d[IFM_NOISE], all->nearer, all->n);
    char *text =
        memory_format("%s: %s: %s", verdicts[all->verdict],
                      all->verdict == 0 ? "with these factors, regimes that were left out are predicted clearly better"
                      : all->verdict == 1
                          ? "with these factors, regimes that were left out are not predicted clearly better"
                          : "without factors, regimes that were left out are predicted as well as noise lets one tell",
                      figures);
    free(figures);
    return text;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static const char *regime_verdict(const struct ifm_trial *trial)
{
    if (!trial->determined)
        return "not determined by the others";
    if (isnan(trial->distance[IFM_ADDITIVE]))
        return "sums of effects do not determine it";
    return trial->distance[IFM_MODEL] < trial->distance[IFM_ADDITIVE] ? "nearer" : "not nearer";
}

static void write_line(struct table_writer *writer, const char *name, const char *determined, size_t rows,
                       const double *distance, const char *verdict)
{
    table_write_text(writer, name);
    table_write_text(writer, determined);
    table_write_number(writer, (double)rows);
    for (size_t r = 0; r < IFM_RIVALS; r++)
        table_write_number(writer, distance[r]);
    table_write_text(writer, verdict);
    table_write_end(writer);
}

static void write_table(struct output *output, const struct ifm_check *check, const struct overall *all,
                        const char *text, char delimiter)
{
    static const char *const columns[] = {"environment", "determined", "rows",  "model",
                                          "additive",    "pooled",     "noise", "verdict"};
    struct table_writer writer = table_write(output, delimiter);
    size_t rows = 0;
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
        table_write_text(&writer, columns[c]);
    table_write_end(&writer);
    for (size_t t = 0; t < check->n; t++) {
        const struct ifm_trial *trial = &check->trials[t];
        rows += trial->rows;
        write_line(&writer, ifm_data_name(check->data, t), trial->determined ? "yes" : "no", trial->rows,
                   trial->distance, regime_verdict(trial));
    }
    char *count = memory_format("%zu of %zu", check->n_determined, check->n);
    write_line(&writer, "overall", count, rows, all->distance, text);
    free(count);
}

static void add_distances(json_t *object, const double *distance)
{
    for (size_t r = 0; r < IFM_RIVALS; r++)
        json_object_set_new(object, ifm_rivals[r], number_json(distance[r]));
}

static json_t *check_json(const struct ifm_check *check, const struct overall *all, const char *text)
{
    json_t *list = json_array(),
           *overall = json_pack("{s:I, s:I}", "regimes", (json_int_t)all->n, "nearer", (json_int_t)all->nearer);
    for (size_t t = 0; t < check->n; t++) {
        const struct ifm_trial *trial = &check->trials[t];
        json_t *object = json_pack("{s:s, s:b, s:I}", "environment", ifm_data_name(check->data, t), "determined",
                                   trial->determined, "rows", (json_int_t)trial->rows);
        add_distances(object, trial->distance);
        json_array_append_new(list, object);
    }
    add_distances(overall, all->distance);
    return json_pack("{s:s, s:s, s:o, s:o, s:o}", "verdict", verdicts[all->verdict], "words", text, "overall", overall,
                     "environments", list, "settings", ifm_settings_json(&check->settings));
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

static int run(void *options)
{
    const struct check_options *o = options;
    const struct ui *ui = &o->common.ui;
    struct ifm_data data = {.study.ui = ui};
    struct ifm_check check = {.data = &data};
    struct output output = {0};
    int code;
    if ((code = ifm_data_check(&data, &o->common, &o->data)) == EXIT_OK &&
        (code = ifm_settings_read(&check.settings, ui, &o->settings)) == EXIT_OK &&
        (code = ifm_data_read(&data, &o->data)) == EXIT_OK &&
        (code = output_open(&output, ui, args_text(o->common.output))) == EXIT_OK &&
        (code = ifm_check_run(&check)) == EXIT_OK) {
        struct overall all = sum_up(&check);
        char *text = words(&all);
        if (ui->json)
            output_json(&output, check_json(&check, &all, text));
        else
            write_table(&output, &check, &all, text, data.choice.delimiter);
        free(text);
    }
    code = output_close(&output, code);
    ifm_check_free(&check);
    ifm_data_free(&data);
    return code;
}

int command_ifm_check(int argc, const char **argv)
{
    struct check_options o = {.common.ui.command = "gim ifm check"};
    struct poptOption options[] = {
        IFM_DATA(&o.data),
        IFM_SETTINGS(&o.settings),
        ARGS_OUTPUT(&o.common, "write to FILE, compressed if it ends in .gz"),
        ARGS_JSON(&o.common, "JSON in place of a table"),
        ARGS_DELIMITER(&o.common),
        ARGS_QUIET(&o.common),
        ARGS_END,
    };
    return args_run(&o.common, argc, argv, options, &page, run, &o);
}
