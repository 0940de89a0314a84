/* gim simulate: makes a perturbed system whose truth is known, as tables. SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <stdlib.h>

#include "args.h"
#include "commands.h"
#include "memory.h"
#include "output.h"
#include "simulation.h"

struct simulate_options {
    struct args_common common;
    char **seed, **variables, **edges, **graph, **mechanism, **intervention, **weights, **noise, **confounders;
    char **perturbations, **new_perturbations, **doses, **new_doses, **effects;
    char **rows, **control_rows, **test_rows, **components;
    int raw;
};

static const struct args_page page = {
    NULL,
    "Simulates a system with a random graph under random perturbations, and writes\n"
    "into a folder what gim fit reads, what the fit is to predict, and the truth:\n"
    "  train.tsv, train_perturbations.tsv      samples and features to learn from\n"
    "  test_new_doses.tsv, ...                 the same perturbations at new doses\n"
    "  test_new_perturbations.tsv, ...         new perturbations\n"
    "  edges.tsv, perturbations.tsv            the graph; doses, targets and effects\n"
    "  simulation.json                         the settings",
    "  gim simulate -o linear-hard-1 --seed 1 --mechanism linear --intervention hard\n"
    "  gim fit -d linear-hard-1/train.tsv -p linear-hard-1/train_perturbations.tsv --control control \\\n"
    "      -o model.gim\n",
};

/* Lists that the settings point to. */
struct lists {
    double *doses, *new_doses;
};

static int take_count(const struct ui *ui, const char *option, char **values, size_t *count)
{
    int64_t value = (int64_t)*count;
    int code = args_integer(ui, option, values, 0, 1000000000, &value);
    *count = (size_t)value;
    return code;
}

static int take_range(const struct ui *ui, const char *option, char **values, double *lowest, double *highest)
{
    double *numbers = NULL;
    size_t n = 2;
    int code = args_reals(ui, option, values, &numbers, &n);
    if (code == EXIT_OK && n != 2)
        code = ui_usage(ui, "%s: \"%s\" is not two numbers with a comma between them", option, values[0]);
    if (code == EXIT_OK && numbers != NULL) {
        *lowest = numbers[0];
        *highest = numbers[1];
    }
    free(numbers);
    return code;
}

static int take_doses(const struct ui *ui, const char *option, char **values, double **list, const double **doses,
                      size_t *n)
{
    int code = args_reals(ui, option, values, list, n);
    if (*list != NULL)
        *doses = *list;
    return code;
}

static int take_kinds(gim_simulation *settings, const struct ui *ui, const struct simulate_options *o)
{
    int graph = GIM_ERDOS_RENYI, mechanism = GIM_LINEAR, intervention = GIM_HARD, code;
    if ((code = args_choice(ui, "--graph", o->graph, simulation_graphs, &graph)) != EXIT_OK ||
        (code = args_choice(ui, "--mechanism", o->mechanism, simulation_mechanisms, &mechanism)) != EXIT_OK ||
        (code = args_choice(ui, "--intervention", o->intervention, simulation_interventions, &intervention)) != EXIT_OK)
        return code;
    settings->graph = (gim_graph_kind)graph;
    settings->mechanism = (gim_mechanism)mechanism;
    settings->intervention = (gim_intervention)intervention;
    settings->raw = o->raw;
    return EXIT_OK;
}

/* Ranges are the library's to check. */
static int take_numbers(gim_simulation *s, struct lists *lists, const struct ui *ui, const struct simulate_options *o)
{
    int64_t seed = (int64_t)s->seed;
    int code;
    if ((code = args_integer(ui, "--seed", o->seed, 0, INT64_MAX, &seed)) != EXIT_OK ||
        (code = take_count(ui, "--variables", o->variables, &s->variables)) != EXIT_OK ||
        (code = args_real(ui, "--edges-per-variable", o->edges, 0, 1e6, &s->edges_per_variable)) != EXIT_OK ||
        (code = take_range(ui, "--weights", o->weights, &s->weight_lowest, &s->weight_highest)) != EXIT_OK ||
        (code = args_real(ui, "--noise", o->noise, 0, 1e6, &s->noise)) != EXIT_OK ||
        (code = take_count(ui, "--confounders", o->confounders, &s->confounders)) != EXIT_OK ||
        (code = take_count(ui, "--perturbations", o->perturbations, &s->perturbations)) != EXIT_OK ||
        (code = take_count(ui, "--new-perturbations", o->new_perturbations, &s->new_perturbations)) != EXIT_OK ||
        (code = take_doses(ui, "--doses", o->doses, &lists->doses, &s->doses, &s->n_doses)) != EXIT_OK ||
        (code = take_doses(ui, "--new-doses", o->new_doses, &lists->new_doses, &s->new_doses, &s->n_new_doses)) !=
            EXIT_OK ||
        (code = take_range(ui, "--effects", o->effects, &s->effect_lowest, &s->effect_highest)) != EXIT_OK ||
        (code = take_count(ui, "--rows", o->rows, &s->rows)) != EXIT_OK ||
        (code = take_count(ui, "--control-rows", o->control_rows, &s->control_rows)) != EXIT_OK ||
        (code = take_count(ui, "--test-rows", o->test_rows, &s->test_rows)) != EXIT_OK ||
        (code = take_count(ui, "--components", o->components, &s->components)) != EXIT_OK)
        return code;
    s->seed = (uint64_t)seed;
    return EXIT_OK;
}

static int make(const struct ui *ui, const gim_simulation *settings, gim_system **system)
{
    gim_status status = gim_system_new(system, settings, NULL);
    if (status == GIM_OK)
        return EXIT_OK;
    char text[512] = "";
    gim_system_message(*system, text, sizeof text);
    const char *why = text[0] != '\0' ? text : gim_status_text(status);
    return status == GIM_ERR_ARGUMENT ? ui_usage(ui, "%s", why) : ui_fail(ui, "%s", why);
}

static int report(const struct ui *ui, const gim_system *system)
{
    return ui->json ? output_value(ui, simulation_json(system)) : EXIT_OK;
}

static int run(void *options)
{
    const struct simulate_options *o = options;
    const struct ui *ui = &o->common.ui;
    const char *folder = args_text(o->common.output);
    gim_simulation settings = {.struct_size = sizeof settings};
    struct lists lists = {0};
    gim_system *system = NULL;
    int code;
    gim_simulation_init(&settings);
    if ((code = args_need(ui, "--output", o->common.output)) != EXIT_OK ||
        (code = take_kinds(&settings, ui, o)) != EXIT_OK ||
        (code = take_numbers(&settings, &lists, ui, o)) != EXIT_OK ||
        (code = make(ui, &settings, &system)) != EXIT_OK || (code = simulation_open(ui, folder)) != EXIT_OK ||
        (code = simulation_write(ui, system, folder)) != EXIT_OK)
        goto out;
    code = report(ui, system);
out:
    gim_system_free(system);
    free(lists.doses);
    free(lists.new_doses);
    return code;
}

int command_simulate(int argc, const char **argv)
{
    struct simulate_options o = {.common.ui.command = "gim simulate"};
    struct poptOption options[] = {
        ARGS_VALUE("output", 'o', ARGS_ONCE, &o.common.output, "write into this folder, which is made", "FOLDER"),
        ARGS_VALUE("seed", 0, ARGS_ONCE, &o.seed, "the same seed gives the same system and rows (1)", "N"),
        ARGS_VALUE("variables", 0, ARGS_ONCE, &o.variables, "how many (20)", "N"),
        ARGS_VALUE("edges-per-variable", 0, ARGS_ONCE, &o.edges, "expected edges over variables (2)", "X"),
        ARGS_VALUE("graph", 'g', ARGS_ONCE, &o.graph, "erdos-renyi (the default) or scale-free", "KIND"),
        ARGS_VALUE("mechanism", 'm', ARGS_ONCE, &o.mechanism, "linear (the default), nonlinear or zero-inflated",
                   "KIND"),
        ARGS_VALUE("intervention", 'i', ARGS_ONCE, &o.intervention, "hard (the default) or shift", "KIND"),
        ARGS_VALUE("weights", 0, ARGS_ONCE, &o.weights, "range of the size of linear weights (0.25,1)", "LOW,HIGH"),
        ARGS_VALUE("noise", 0, ARGS_ONCE, &o.noise, "variance of the noise before scaling (0.1)", "X"),
        ARGS_VALUE("confounders", 0, ARGS_ONCE, &o.confounders, "hidden causes of 2 to 4 variables each (0)", "N"),
        ARGS_VALUE("perturbations", 'p', ARGS_ONCE, &o.perturbations, "of training (40)", "N"),
        ARGS_VALUE("new-perturbations", 0, ARGS_ONCE, &o.new_perturbations, "to predict (20)", "N"),
        ARGS_VALUE("doses", 0, ARGS_ONCE, &o.doses, "of training and of new perturbations (0.5,1,2,4)", "LIST"),
        ARGS_VALUE("new-doses", 0, ARGS_ONCE, &o.new_doses, "to predict (0.25,0.75,1.5,3,6)", "LIST"),
        ARGS_VALUE("effects", 0, ARGS_ONCE, &o.effects,
                   "range of what a target moves at high doses, in standard deviations (3,6; zero-inflated 1,2)",
                   "LOW,HIGH"),
        ARGS_VALUE("rows", 'n', ARGS_ONCE, &o.rows, "of each training environment (50)", "N"),
        ARGS_VALUE("control-rows", 0, ARGS_ONCE, &o.control_rows, "of the control (800)", "N"),
        ARGS_VALUE("test-rows", 0, ARGS_ONCE, &o.test_rows, "of each test environment (100)", "N"),
        ARGS_VALUE("components", 0, ARGS_ONCE, &o.components, "features (as many as variables)", "N"),
        ARGS_FLAG("raw", 0, &o.raw, "keep the system's own units; else those of the unperturbed system"),
        ARGS_JSON(&o.common, "say on standard output what was made"),
        ARGS_QUIET(&o.common),
        ARGS_END,
    };
    return args_run(&o.common, argc, argv, options, &page, run, &o);
}
