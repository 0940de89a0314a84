/* gim ifm sample: draws rows of all variables under combinations of interventions.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <stdlib.h>

#include "args.h"
#include "commands.h"
#include "ifm_ask.h"
#include "memory.h"
#include "output.h"
#include "samples.h"

struct sample_options {
    struct args_common common;
    struct ifm_ask_options ask;
    char **rows;
};

static const struct args_page page = {
    "MODEL",
    "Draws samples of all variables under combinations of interventions, tried or not,\n"
    "that a table describes by the level of each intervention. Writes a table with the\n"
    "columns environment and every variable, n rows an environment; as .npy or .h5ad where\n"
    "the output is called so. What the regimes of the fit do not determine is left out.",
    "  gim ifm sample model.ifm --unseen wanted.tsv -n 1000 -o rows.tsv.gz\n",
};

/* The regimes that are answered, and which of those that were asked about each is (n). */
static size_t *take_conditions(struct conditions *conditions, const struct ifm_ask *ask)
{
    const struct ifm_graph *graph = &ask->study.graph;
    size_t n = ask->study.unseen.environments.n, m = graph->interventions.n, *which = memory_new(n, sizeof *which);
    conditions->all = memory_new(n, sizeof *conditions->all);
    for (size_t j = 0; j < m; j++)
        names_add(&conditions->columns, names_at(&graph->interventions, j));
    for (size_t i = 0; i < n; i++) {
        struct condition *condition = &conditions->all[conditions->n];
        if (!ask->answer[i])
            continue;
        which[conditions->n++] = i;
        condition->name = memory_text(ifm_ask_name(ask, i));
        condition->asked = memory_new(m, sizeof *condition->asked);
        for (size_t j = 0; j < m; j++)
            condition->asked[j] = memory_text(names_at(&graph->levels[j], ifm_ask_levels(ask, i)[j]));
    }
    return which;
}

static int draw(const struct ifm_ask *ask, const struct samples *samples, const size_t *which,
                struct samples_writer *writer)
{
    double *x = memory_new(samples->rows, samples->variables->n * sizeof *x);
    int code = EXIT_OK;
    for (size_t i = 0; i < samples->conditions->n && code == EXIT_OK && samples_good(writer); i++) {
        gim_ifm_sampling sampling = ifm_ask_sampling(ask, which[i]);
        gim_status status = gim_ifm_sample(ask->model, ifm_ask_levels(ask, which[i]), &sampling, samples->rows, x);
        if (status < 0)
            code = ifm_model_fail(samples->ui, ask->model, status, samples->conditions->all[i].name);
        else
            samples_write(writer, samples->conditions->all[i].name, x);
    }
    free(x);
    return code;
}

static int write_summary(const struct ifm_ask *ask, size_t rows)
{
    json_t *list = json_array();
    for (size_t i = 0; i < ask->study.unseen.environments.n; i++)
        json_array_append_new(list,
                              json_pack("{s:s, s:b, s:I, s:o}", "environment", ifm_ask_name(ask, i), "identified",
                                        ask->identified[i], "rows", ask->answer[i] ? (json_int_t)rows : 0, "levels",
                                        ifm_graph_levels(&ask->study.graph, ifm_ask_levels(ask, i), NULL)));
    return output_value(ask->study.ui,
                        json_pack("{s:I, s:o}", "seed", (json_int_t)ask->sampling.seed, "environments", list));
}

static int sample(const struct sample_options *o, struct ifm_ask *ask, size_t rows, char delimiter)
{
    const struct ui *ui = &o->common.ui;
    struct conditions conditions = {0};
    struct samples samples = {ui,   &ask->study.graph.variables, &conditions,
                              rows, args_text(o->common.output), delimiter};
    struct samples_writer writer = {0};
    size_t *which = take_conditions(&conditions, ask);
    int code = samples_open(&writer, &samples);
    if (code == EXIT_OK)
        code = draw(ask, &samples, which, &writer);
    code = samples_close(&writer, code);
    if (code == EXIT_OK && ui->json)
        code = write_summary(ask, rows);
    free(which);
    conditions_free(&conditions);
    return code;
}

static int run(void *options)
{
    const struct sample_options *o = options;
    const struct ui *ui = &o->common.ui;
    struct ifm_ask ask = {.study.ui = ui};
    char delimiter = 0;
    int64_t rows = 1000;
    int code;
    if (ui->json && output_is_standard(args_text(o->common.output)))
        return ui_usage(ui, "--json needs -o: standard output holds the table");
    if ((code = args_integer(ui, "--rows", o->rows, 1, 1000000000, &rows)) == EXIT_OK &&
        (code = args_delimiter(ui, o->common.delimiter, &delimiter)) == EXIT_OK &&
        (code = ifm_ask_check(&ask, &o->ask)) == EXIT_OK &&
        (code = ifm_ask_read(&ask, o->common.operands[0], &o->ask, delimiter)) == EXIT_OK)
        code = sample(o, &ask, (size_t)rows, delimiter);
    ifm_ask_free(&ask);
    return code;
}

int command_ifm_sample(int argc, const char **argv)
{
    struct sample_options o = {.common.ui.command = "gim ifm sample"};
    struct poptOption options[] = {
        IFM_ASK(&o.ask),
        ARGS_VALUE("rows", 'n', ARGS_ONCE, &o.rows, "rows to draw for each environment (1000)", "N"),
        ARGS_OUTPUT(&o.common, "write to FILE: a table, compressed if it ends in .gz, .npy or .h5ad"),
        ARGS_JSON(&o.common, "with -o: say on standard output what was drawn"),
        ARGS_DELIMITER(&o.common),
        ARGS_QUIET(&o.common),
        ARGS_END,
    };
    return args_run(&o.common, argc, argv, options, &page, run, &o);
}
