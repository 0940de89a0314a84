/* gim compare-targets: how far estimated targets are from the true ones. SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "memory.h"
#include "number.h"
#include "output.h"
#include "table.h"

struct compare_options {
    struct args_common common;
    char **estimate, **truth, **threshold;
};

static const struct args_page page = {
    NULL,
    "Compares estimated targets, as of gim targets, with the true ones, which stand in\n"
    "the column targets of a table of perturbations, with commas between them. Precision,\n"
    "recall and F1 are of variables of probability P or more, auprc is the area under the\n"
    "precision-recall curve. The last row, overall, takes all pairs of an environment and\n"
    "a variable together.",
    "  gim compare-targets --estimate targets.tsv --truth doses.tsv\n",
};

struct entry {
    size_t environment, variable;
    double probability;
};

/* The truth's environments, then those that the estimate alone has. */
struct comparison {
    const struct ui *ui;
    struct names environments, variables, estimated; /* estimated: environments of the estimate */
    size_t n_true;                                   /* environments of the truth */
    struct entry *estimate, *truth;
    size_t n_estimate, estimate_capacity, n_truth, truth_capacity;
    double threshold;
};

struct score {
    size_t n_true, n_estimated, both;
    double auprc;
};

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static int read_targets(struct comparison *c, struct table *table, size_t environment, size_t targets)
{
    struct names names = {0};
    const char *list = table_field(table, targets), *name = table_field(table, environment);
    size_t before = c->environments.n, e = names_add(&c->environments, name);
    if (e < before)
        return table_fail(table, "environment \"%s\" again", name);
    int code =
        list[0] == '\0' || names_split(&names, list, NULL)
            ? EXIT_OK
            : table_fail(table, "column \"targets\": \"%s\" is not a list of names with commas between them", list);
    for (size_t i = 0; i < names.n && code == EXIT_OK; i++) {
        c->truth = memory_grow(c->truth, &c->truth_capacity, c->n_truth + 1, sizeof *c->truth);
        c->truth[c->n_truth++] = (struct entry){e, names_add(&c->variables, names_at(&names, i)), 1};
    }
    names_free(&names);
    return code;
}

static int read_truth(struct comparison *c, const char *path, char delimiter)
{
    struct table table = {0};
    size_t environment, targets;
    int code;
    bool more = true;
    if ((code = table_open(&table, c->ui, path, delimiter)) != EXIT_OK ||
        (code = table_column(&table, "environment", &environment)) != EXIT_OK ||
        (code = table_column(&table, "targets", &targets)) != EXIT_OK)
        goto out;
    while ((code = table_next(&table, &more)) == EXIT_OK && more)
        if ((code = read_targets(c, &table, environment, targets)) != EXIT_OK)
            break;
    c->n_true = c->environments.n;
out:
    table_close(&table);
    return code;
}

static int read_estimate(struct comparison *c, const char *path, char delimiter)
{
    struct table table = {0};
    size_t environment, variable, probability;
    int code;
    bool more = true;
    if ((code = table_open(&table, c->ui, path, delimiter)) != EXIT_OK ||
        (code = table_column(&table, "environment", &environment)) != EXIT_OK ||
        (code = table_column(&table, "variable", &variable)) != EXIT_OK ||
        (code = table_column(&table, "probability", &probability)) != EXIT_OK)
        goto out;
    while ((code = table_next(&table, &more)) == EXIT_OK && more) {
        struct entry entry = {.variable = names_add(&c->variables, table_field(&table, variable))};
        entry.environment = names_add(&c->environments, table_field(&table, environment));
        names_add(&c->estimated, table_field(&table, environment));
        if ((code = table_probability(&table, probability, &entry.probability)) != EXIT_OK)
            break;
        c->estimate = memory_grow(c->estimate, &c->estimate_capacity, c->n_estimate + 1, sizeof *c->estimate);
        c->estimate[c->n_estimate++] = entry;
    }
out:
    table_close(&table);
    return code;
}

/* ---- comparing --------------------------------------------------------------------------------------------------- */

/* A pair that is not listed has probability 0, and is estimated at no threshold. */
static int score_pairs(struct score *score, const struct comparison *c, const double *probability,
                       const unsigned char *truth, size_t n)
{
    *score = (struct score){.auprc = NAN};
    for (size_t i = 0; i < n; i++) {
        bool estimated = probability[i] >= c->threshold && probability[i] > 0;
        score->n_true += truth[i];
        score->n_estimated += estimated;
        score->both += truth[i] && estimated;
    }
    gim_status status = gim_average_precision(probability, truth, n, NULL, &score->auprc);
    return status < 0 ? ui_fail(c->ui, "%zu pairs: %s", n, gim_status_text(status)) : EXIT_OK;
}

/* Where each environment that both tables have stands in the matrices; SIZE_MAX for the others. */
static size_t *find_places(struct names *common, const struct comparison *c)
{
    size_t *place = memory_new(c->environments.n, sizeof *place);
    for (size_t e = 0; e < c->environments.n; e++) {
        const char *name = names_at(&c->environments, e);
        bool both = e < c->n_true && names_have(&c->estimated, name);
        place[e] = both ? names_add(common, name) : SIZE_MAX;
    }
    return place;
}

/* Matrices (environments, variables). A pair that is estimated twice is an error. */
static int fill(double *probability, unsigned char *truth, const size_t *place, const struct comparison *c)
{
    size_t n = c->variables.n;
    unsigned char *seen = memory_new(c->environments.n, n);
    int code = EXIT_OK;
    for (size_t i = 0; i < c->n_truth; i++)
        if (place[c->truth[i].environment] != SIZE_MAX)
            truth[place[c->truth[i].environment] * n + c->truth[i].variable] = 1;
    for (size_t i = 0; i < c->n_estimate && code == EXIT_OK; i++) {
        const struct entry *entry = &c->estimate[i];
        if (seen[entry->environment * n + entry->variable]++)
            code = ui_fail(c->ui, "--estimate: \"%s\" of environment \"%s\" is there twice",
                           names_at(&c->variables, entry->variable), names_at(&c->environments, entry->environment));
        if (place[entry->environment] != SIZE_MAX)
            probability[place[entry->environment] * n + entry->variable] = entry->probability;
    }
    free(seen);
    return code;
}

static void note_missing(const struct comparison *c, const struct names *common)
{
    struct names missing = {0};
    for (size_t e = 0; e < c->environments.n; e++)
        if (!names_have(common, names_at(&c->environments, e)))
            names_add(&missing, names_at(&c->environments, e));
    char *list = names_list(&missing);
    if (missing.n > 0)
        ui_note(c->ui, "not compared, being in one of the tables alone: %s", list);
    free(list);
    names_free(&missing);
}

/* scores (environments + 1): the last is that of all pairs. */
static int compare(struct score *scores, struct names *common, const struct comparison *c)
{
    size_t n = c->variables.n, *place = find_places(common, c), K = common->n;
    double *probability = memory_new(K, n * sizeof *probability);
    unsigned char *truth = memory_new(K, n);
    int code = fill(probability, truth, place, c);
    note_missing(c, common);
    if (code == EXIT_OK && (K == 0 || n == 0))
        code = ui_fail(c->ui, "the tables have no environment in common, or no variable");
    for (size_t k = 0; k < K && code == EXIT_OK; k++)
        code = score_pairs(&scores[k], c, probability + k * n, truth + k * n, n);
    if (code == EXIT_OK)
        code = score_pairs(&scores[K], c, probability, truth, K * n);
    free(probability);
    free(truth);
    free(place);
    return code;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static double ratio(size_t part, size_t all)
{
    return all > 0 ? (double)part / (double)all : NAN;
}

enum { COLUMNS = 6 };
static const char *const columns[COLUMNS] = {"n_true", "n_estimated", "precision", "recall", "f1", "auprc"};

static void list_values(double values[COLUMNS], const struct score *score)
{
    values[0] = (double)score->n_true;
    values[1] = (double)score->n_estimated;
    values[2] = ratio(score->both, score->n_estimated);
    values[3] = ratio(score->both, score->n_true);
    values[4] = ratio(2 * score->both, score->n_true + score->n_estimated);
    values[5] = score->auprc;
}

static void write_table(struct output *output, const struct names *common, const struct score *scores, char delimiter)
{
    struct table_writer writer = table_write(output, delimiter);
    double values[COLUMNS];
    table_write_text(&writer, "environment");
    for (size_t i = 0; i < COLUMNS; i++)
        table_write_text(&writer, columns[i]);
    table_write_end(&writer);
    for (size_t k = 0; k <= common->n; k++) {
        table_write_text(&writer, k < common->n ? names_at(common, k) : "overall");
        list_values(values, &scores[k]);
        for (size_t i = 0; i < COLUMNS; i++)
            table_write_number(&writer, values[i]);
        table_write_end(&writer);
    }
}

static json_t *score_json(const char *name, const struct score *score)
{
    json_t *object = json_object();
    double values[COLUMNS];
    if (name != NULL)
        json_object_set_new(object, "environment", json_string(name));
    list_values(values, score);
    for (size_t i = 0; i < COLUMNS; i++)
        json_object_set_new(object, columns[i], number_json(values[i]));
    return object;
}

static void write_scores(struct output *output, const struct ui *ui, const struct names *common,
                         const struct score *scores, char delimiter)
{
    if (!ui->json) {
        write_table(output, common, scores, delimiter);
        return;
    }
    json_t *list = json_array();
    for (size_t k = 0; k < common->n; k++)
        json_array_append_new(list, score_json(names_at(common, k), &scores[k]));
    output_json(output, json_pack("{s:o, s:o}", "environments", list, "overall", score_json(NULL, &scores[common->n])));
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

static int check_options(struct comparison *c, const struct compare_options *o, char *delimiter)
{
    const struct ui *ui = &o->common.ui;
    int code;
    if ((code = args_need(ui, "--estimate", o->estimate)) != EXIT_OK ||
        (code = args_need(ui, "--truth", o->truth)) != EXIT_OK ||
        (code = args_delimiter(ui, o->common.delimiter, delimiter)) != EXIT_OK ||
        (code = args_real(ui, "--threshold", o->threshold, 0, 1, &c->threshold)) != EXIT_OK)
        return code;
    if (strcmp(args_text(o->estimate), "-") == 0 && strcmp(args_text(o->truth), "-") == 0)
        return ui_usage(ui, "only one table can be standard input");
    return EXIT_OK;
}

static int run(void *options)
{
    const struct compare_options *o = options;
    const struct ui *ui = &o->common.ui;
    struct comparison c = {.ui = ui, .threshold = 0.5};
    struct names common = {0};
    struct score *scores = NULL;
    struct output output = {0};
    char delimiter = 0;
    int code;
    if ((code = check_options(&c, o, &delimiter)) != EXIT_OK ||
        (code = read_truth(&c, args_text(o->truth), delimiter)) != EXIT_OK ||
        (code = read_estimate(&c, args_text(o->estimate), delimiter)) != EXIT_OK)
        goto out;
    scores = memory_new(c.environments.n + 1, sizeof *scores);
    if ((code = compare(scores, &common, &c)) == EXIT_OK &&
        (code = output_open(&output, ui, args_text(o->common.output))) == EXIT_OK)
        write_scores(&output, ui, &common, scores, delimiter);
out:
    code = output_close(&output, code);
    free(scores);
    free(c.estimate);
    free(c.truth);
    names_free(&common);
    names_free(&c.environments);
    names_free(&c.variables);
    names_free(&c.estimated);
    return code;
}

int command_compare_targets(int argc, const char **argv)
{
    struct compare_options o = {.common.ui.command = "gim compare-targets"};
    struct poptOption options[] = {
        ARGS_VALUE("estimate", 'e', ARGS_ONCE, &o.estimate, "a table of targets, as of gim targets", "FILE"),
        ARGS_VALUE("truth", 't', ARGS_ONCE, &o.truth, "a table of perturbations with a column targets", "FILE"),
        ARGS_VALUE("threshold", 0, ARGS_ONCE, &o.threshold, "variables of this probability or more are targets (0.5)",
                   "P"),
        ARGS_OUTPUT(&o.common, "write to FILE, compressed if it ends in .gz"),
        ARGS_JSON(&o.common, "JSON in place of a table"),
        ARGS_DELIMITER(&o.common),
        ARGS_QUIET(&o.common),
        ARGS_END,
    };
    return args_run(&o.common, argc, argv, options, &page, run, &o);
}
