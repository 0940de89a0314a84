/* gim ifm predict: means of variables or outcomes under combinations of interventions, with intervals.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "ifm_ask.h"
#include "measured.h"
#include "memory.h"
#include "number.h"
#include "output.h"
#include "table.h"

struct predict_options {
    struct args_common common;
    struct ifm_ask_options ask;
    char **data, **outcomes, **estimator, **calibration, **level, **rows;
};

static const struct args_page page = {
    "MODEL",
    "Predicts means under combinations of interventions, tried or not: of the variables,\n"
    "or of outcomes that depend on the interventions through the variables alone. Rows\n"
    "with the variables and the outcomes tell how, of whatever regimes they are. Rows that\n"
    "neither the fit nor --data has seen make intervals.",
    "  gim ifm predict model.ifm --unseen wanted.tsv --data rows.tsv --outcome growth \\\n"
    "      --calibration rows2.tsv --level 0.9 -o predictions.tsv\n",
};

static const char *const estimators[] = {"direct", "weighted", "reweighted", NULL};

/* What is predicted, and by what. */
struct prediction {
    struct ifm_ask ask;
    struct names outcomes;
    struct measured data, calibration;
    int estimator;
    double level;
    int64_t rows;
    gim_regression_settings settings;
    gim_regression *regression; /* NULL: the outcomes are the variables themselves */
};

/* What is known of one regime. */
struct answer {
    double *mean, *reach; /* (outcomes): NaN where there is none; half the interval */
    double effective, calibration;
};

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static int check_options(struct prediction *p, const struct predict_options *o, char *delimiter)
{
    const struct ui *ui = &o->common.ui;
    char **tables[] = {o->ask.unseen, o->data, o->calibration};
    int code, standard = 0;
    p->settings.struct_size = sizeof p->settings;
    gim_regression_settings_init(&p->settings);
    if ((code = args_choice(ui, "--estimator", o->estimator, estimators, &p->estimator)) != EXIT_OK ||
        (code = args_real(ui, "--level", o->level, 0.001, 0.999, &p->level)) != EXIT_OK ||
        (code = args_integer(ui, "--rows", o->rows, 1, 1000000000, &p->rows)) != EXIT_OK ||
        (code = args_names(ui, "--outcome", o->outcomes, true, &p->outcomes)) != EXIT_OK ||
        (code = args_delimiter(ui, o->common.delimiter, delimiter)) != EXIT_OK ||
        (code = ifm_ask_check(&p->ask, &o->ask)) != EXIT_OK)
        return code;
    for (size_t i = 0; i < 3; i++)
        standard += tables[i] != NULL && strcmp(args_text(tables[i]), "-") == 0;
    if (standard > 1)
        return ui_usage(ui, "only one table can be standard input");
    if (o->outcomes != NULL && o->data == NULL)
        return ui_usage(ui, "--outcome needs --data: rows that have the outcomes");
    if (p->estimator != GIM_IFM_DIRECT && o->data == NULL)
        return ui_usage(ui, "--estimator %s needs --data: rows to be weighted", estimators[p->estimator]);
    if (p->estimator == GIM_IFM_REWEIGHTED && o->outcomes == NULL)
        return ui_usage(ui, "--estimator reweighted needs --outcome: variables need no regression on themselves");
    if (o->level != NULL && o->calibration == NULL)
        return ui_usage(ui, "--level needs --calibration: rows that make the intervals");
    return EXIT_OK;
}

static int read_rows(struct prediction *p, const struct predict_options *o, char delimiter)
{
    const struct ui *ui = &o->common.ui;
    const struct names *variables = &p->ask.study.graph.variables;
    const char *data = args_text(o->data), *calibration = args_text(o->calibration);
    int code = EXIT_OK;
    for (size_t i = 0; o->outcomes == NULL && i < variables->n; i++)
        names_add(&p->outcomes, names_at(variables, i));
    if (data != NULL)
        code = measured_read(&p->data, ui, data, delimiter, variables, &p->outcomes);
    if (code == EXIT_OK && calibration != NULL)
        code = measured_read(&p->calibration, ui, calibration, delimiter, variables, &p->outcomes);
    if (code == EXIT_OK && data != NULL && calibration != NULL && strcmp(data, calibration) == 0)
        ui_warn(ui, "--calibration: are the rows of --data; intervals from rows that were learned from are too narrow");
    return code;
}

/* The regression that the direct estimator averages. */
static int regress(struct prediction *p, const struct predict_options *o)
{
    const struct ui *ui = &o->common.ui;
    gim_outcomes outcomes = measured_outcomes(&p->data);
    p->settings.seed = p->ask.sampling.seed;
    p->settings.threads = p->ask.sampling.threads;
    if (o->outcomes == NULL || p->estimator != GIM_IFM_DIRECT)
        return EXIT_OK;
    gim_status status = gim_regression_new(&p->regression, &outcomes, &p->settings, NULL);
    if (status >= 0)
        return EXIT_OK;
    char text[512] = "";
    gim_regression_message(p->regression, text, sizeof text);
    return ui_fail(ui, "%s: %s", p->data.path, text[0] != '\0' ? text : gim_status_text(status));
}

/* ---- one regime -------------------------------------------------------------------------------------------------- */

static struct answer answer_new(size_t n)
{
    struct answer answer = {memory_new(n, sizeof(double)), memory_new(n, sizeof(double)), NAN, NAN};
    for (size_t j = 0; j < n; j++)
        answer.mean[j] = answer.reach[j] = NAN;
    return answer;
}

static void answer_free(struct answer *answer)
{
    free(answer->mean);
    free(answer->reach);
}

/* The reach of one outcome's interval, from how far the calibration rows are from the target's mean. */
static gim_status reach(const struct prediction *p, struct answer *answer, size_t j, const double *log_weights,
                        double *scores)
{
    const struct measured *rows = &p->calibration;
    gim_conformal *conformal = NULL;
    for (size_t r = 0; r < rows->n; r++)
        scores[r] = fabs(rows->y[r * rows->n_outcomes + j] - answer->mean[j]);
    gim_status status = gim_conformal_new(&conformal, scores, log_weights, rows->n, NULL);
    if (status >= 0)
        status = gim_conformal_unseen_quantile(conformal, 1 - p->level, &answer->reach[j]);
    gim_conformal_free(conformal);
    return status;
}

static int add_intervals(const struct prediction *p, size_t which, struct answer *answer)
{
    const struct ui *ui = p->ask.study.ui;
    const struct measured *rows = &p->calibration;
    double *log_weights = memory_new(rows->n, sizeof *log_weights), *scores = memory_new(rows->n, sizeof *scores);
    gim_status status = gim_ifm_log_weights(p->ask.model, ifm_ask_levels(&p->ask, which), p->ask.sampling.force,
                                            rows->x, rows->n, log_weights, &answer->calibration);
    int code = status < 0 ? ifm_model_fail(ui, p->ask.model, status, ifm_ask_name(&p->ask, which)) : EXIT_OK;
    for (size_t j = 0; j < p->outcomes.n && status >= 0; j++)
        status = reach(p, answer, j, log_weights, scores);
    if (code == EXIT_OK && status < 0)
        code = ui_fail(ui, "%s: \"%s\": %s", rows->path, ifm_ask_name(&p->ask, which), gim_status_text(status));
    else if (status == GIM_LOW_OVERLAP)
        ui_warn(ui, "\"%s\": %.1f effective rows of %zu for calibration, where level %g takes %.0f: no finite interval",
                ifm_ask_name(&p->ask, which), answer->calibration, rows->n, p->level,
                ceil(1 / (1 - p->level) - 1 - 1e-9));
    free(log_weights);
    free(scores);
    return code;
}

static int predict(const struct prediction *p, size_t which, struct answer *answer)
{
    gim_ifm_sampling sampling = ifm_ask_sampling(&p->ask, which);
    gim_outcomes outcomes = measured_outcomes(&p->data);
    gim_ifm_asking asking = {.struct_size = sizeof asking,
                             .estimator = (gim_ifm_estimator)p->estimator,
                             .n_rows = (size_t)p->rows,
                             .regression = p->regression,
                             .outcomes = p->data.n > 0 ? &outcomes : NULL,
                             .settings = &p->settings,
                             .sampling = &sampling};
    if (!p->ask.answer[which])
        return EXIT_OK;
    gim_status status =
        gim_ifm_predict(p->ask.model, ifm_ask_levels(&p->ask, which), &asking, answer->mean, &answer->effective);
    if (status < 0)
        return ifm_model_fail(p->ask.study.ui, p->ask.model, status, ifm_ask_name(&p->ask, which));
    return p->calibration.n > 0 ? add_intervals(p, which, answer) : EXIT_OK;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static void begin_table(struct table_writer *writer)
{
    static const char *const columns[] = {"environment", "identified", "outcome",        "mean",
                                          "lower",       "upper",      "effective_rows", "calibration_rows"};
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
        table_write_text(writer, columns[c]);
    table_write_end(writer);
}

static void write_rows(struct table_writer *writer, const struct prediction *p, size_t which,
                       const struct answer *answer)
{
    for (size_t j = 0; j < p->outcomes.n; j++) {
        table_write_text(writer, ifm_ask_name(&p->ask, which));
        table_write_text(writer, p->ask.identified[which] ? "yes" : "no");
        table_write_text(writer, names_at(&p->outcomes, j));
        table_write_number(writer, answer->mean[j]);
        table_write_number(writer, answer->mean[j] - answer->reach[j]);
        table_write_number(writer, answer->mean[j] + answer->reach[j]);
        table_write_number(writer, answer->effective);
        table_write_number(writer, answer->calibration);
        table_write_end(writer);
    }
}

static json_t *answer_json(const struct prediction *p, size_t which, const struct answer *answer)
{
    const char *why = p->ask.why[which];
    json_t *outcomes = json_array();
    for (size_t j = 0; j < p->outcomes.n; j++)
        json_array_append_new(outcomes, json_pack("{s:s, s:o, s:o, s:o, s:b}", "outcome", names_at(&p->outcomes, j),
                                                  "mean", number_json(answer->mean[j]), "lower",
                                                  number_json(answer->mean[j] - answer->reach[j]), "upper",
                                                  number_json(answer->mean[j] + answer->reach[j]), "low_overlap",
                                                  isinf(answer->reach[j]) != 0));
    return json_pack("{s:s, s:b, s:o, s:o, s:o, s:o, s:o}", "environment", ifm_ask_name(&p->ask, which), "identified",
                     p->ask.identified[which], "reason", why != NULL ? json_string(why) : json_null(), "levels",
                     ifm_graph_levels(&p->ask.study.graph, ifm_ask_levels(&p->ask, which), NULL), "effective_rows",
                     number_json(answer->effective), "calibration_rows", number_json(answer->calibration), "outcomes",
                     outcomes);
}

/* All answers, in the order of the questions, to a table as they come or to JSON at the end. */
static int answer_all(const struct prediction *p, struct output *output, char delimiter)
{
    const struct ui *ui = p->ask.study.ui;
    struct table_writer writer = table_write(output, delimiter);
    json_t *list = json_array();
    int code = EXIT_OK;
    if (!ui->json)
        begin_table(&writer);
    for (size_t i = 0; i < p->ask.study.unseen.environments.n && code == EXIT_OK; i++) {
        struct answer answer = answer_new(p->outcomes.n);
        code = predict(p, i, &answer);
        if (code == EXIT_OK && ui->json)
            json_array_append_new(list, answer_json(p, i, &answer));
        else if (code == EXIT_OK)
            write_rows(&writer, p, i, &answer);
        answer_free(&answer);
    }
    if (code == EXIT_OK && ui->json)
        output_json(output, json_pack("{s:s, s:o, s:I, s:O}", "estimator", estimators[p->estimator], "level",
                                      number_json(p->calibration.n > 0 ? p->level : NAN), "seed",
                                      (json_int_t)p->ask.sampling.seed, "environments", list));
    json_decref(list);
    return code;
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

static void prediction_free(struct prediction *p)
{
    gim_regression_free(p->regression);
    measured_free(&p->data);
    measured_free(&p->calibration);
    names_free(&p->outcomes);
    ifm_ask_free(&p->ask);
}

static int run(void *options)
{
    const struct predict_options *o = options;
    const struct ui *ui = &o->common.ui;
    struct prediction p = {.ask.study.ui = ui, .level = 0.9};
    struct output output = {0};
    char delimiter = 0;
    int code;
    if ((code = check_options(&p, o, &delimiter)) == EXIT_OK &&
        (code = ifm_ask_read(&p.ask, o->common.operands[0], &o->ask, delimiter)) == EXIT_OK &&
        (code = read_rows(&p, o, delimiter)) == EXIT_OK &&
        (code = output_open(&output, ui, args_text(o->common.output))) == EXIT_OK && (code = regress(&p, o)) == EXIT_OK)
        code = answer_all(&p, &output, delimiter);
    code = output_close(&output, code);
    prediction_free(&p);
    return code;
}

int command_ifm_predict(int argc, const char **argv)
{
    struct predict_options o = {.common.ui.command = "gim ifm predict"};
    struct poptOption options[] = {
        IFM_ASK(&o.ask),
        ARGS_VALUE("outcome", 0, ARGS_MANY, &o.outcomes, "columns of --data to predict (the variables)", "A,B,..."),
        ARGS_VALUE("data", 'd', ARGS_ONCE, &o.data, "rows with the variables and the outcomes", "FILE"),
        ARGS_VALUE("estimator", 0, ARGS_ONCE, &o.estimator,
                   "direct, by a regression over drawn rows; weighted, by the rows of --data; or reweighted, by a "
                   "regression on these, weighted (direct)",
                   "KIND"),
        ARGS_VALUE("calibration", 0, ARGS_ONCE, &o.calibration, "other rows with the same columns, for intervals",
                   "FILE"),
        ARGS_VALUE("level", 0, ARGS_ONCE, &o.level, "the share of outcomes that an interval is to hold (0.9)", "P"),
        ARGS_VALUE("rows", 'n', ARGS_ONCE, &o.rows, "rows to draw for each environment (20 of each chain)", "N"),
        ARGS_OUTPUT(&o.common, "write to FILE, compressed if it ends in .gz"),
        ARGS_JSON(&o.common, "JSON in place of a table"),
        ARGS_DELIMITER(&o.common),
        ARGS_QUIET(&o.common),
        ARGS_END,
    };
    return args_run(&o.common, argc, argv, options, &page, run, &o);
}
