/* The table of options. SPDX-License-Identifier: BSD-3-Clause */
#include "api/options.h"

#include <math.h>
#include <string.h>

static const char *const mechanisms[] = {"linear", "nonlinear", "zero-inflated", NULL};
static const char *const interventions[] = {"hard", "shift", NULL};
static const char *const relaxed_shifts[] = {"scaled", "mixed", NULL};
static const char *const methods[] = {"model",      "no-change", "train-mean", "nearest", "nearest-dose",
                                      "lower-dose", "additive",  "ridge",      "mlp",     NULL};
static const char *const marginals[] = {"sample", "environment", "dataset", NULL};

#define MOST_INT 9007199254740992.0 /* 2^53 */

static const struct {
    gim_option option;
    gim_option_kind kind;
    double lowest, highest, preset;
    const char *name, *help;
    const char *const *choices;
} table[GIM__OPTIONS] = {
    {GIM_MECHANISM, GIM_CHOICE, 0, 2, GIM_LINEAR, "mechanism", "how a variable depends on its parents", mechanisms},
    {GIM_INTERVENTION, GIM_CHOICE, 0, 1, GIM_HARD, "intervention",
     "what a perturbation does to its targets: hard cuts them from their parents, shift moves their mean",
     interventions},
    {GIM_MARGINAL, GIM_CHOICE, 0, 2, GIM_PER_ENVIRONMENT, "marginal",
     "what has one draw of graph, targets and effects in common", marginals},
    {GIM_HIDDEN, GIM_INT, 1, 1024, 10, "hidden", "units in each variable's network", NULL},
    {GIM_RANK, GIM_INT, 0, 4096, 0, "rank", "columns of the graph's latents; 0: as many as variables", NULL},
    {GIM_WIDTH, GIM_INT, 1, 4096, 100, "width", "units in each of the two layers of the perturbation networks", NULL},
    {GIM_EDGE_SCALE, GIM_REAL, 0, 100, 0, "edge-scale",
     "alpha in an edge's logit alpha u.v; 0: 4 over the rank, 0.2 at most", NULL},
    {GIM_TEMPERATURE, GIM_REAL, 0.01, 100, 1, "temperature", "tau of the relaxed draws of graph and targets", NULL},
    {GIM_EFFECT_NOISE, GIM_REAL, 0, 1, 0.1, "effect-noise",
     "sigma_psi, spread of effects around their networks, in standard deviations of a variable", NULL},
    {GIM_RELAXED_SHIFT, GIM_CHOICE, 0, 1, GIM_SHIFT_MIXED, "relaxed-shift",
     "a shift of a merely probable target, during a fit: its effect scaled, or (gradually) densities mixed",
     relaxed_shifts},
    {GIM_METHOD, GIM_CHOICE, 0, 8, GIM_METHOD_MODEL, "method",
     "what predicts: the generative intervention model, or a baseline that it must beat", methods},
    {GIM_DOSE_FEATURE, GIM_INT, -1, 99999, -1, "dose-feature",
     "index of the feature that is a dose, for nearest-dose and lower-dose; -1: none", NULL},
    {GIM_LOG_DETERMINANT, GIM_REAL, 0, 1, 1, "log-determinant",
     "weight of log|det(I - slopes)| in the likelihood, which gives graphs with cycles their due; 0: none", NULL},
    {GIM_GRAPH_SPARSITY, GIM_REAL, 0, 1e6, 40, "graph-sparsity", "beta_graph, cost of an edge in nats", NULL},
    {GIM_TARGET_SPARSITY, GIM_REAL, 0, 1e6, 2, "target-sparsity",
     "cost of a target while the graph is learned, in nats for each row of its environment", NULL},
    {GIM_SIGMA_LATENT, GIM_REAL, 1e-3, 1e3, 1, "sigma-latent", "sigma_z, spread of the prior on the graph's latents",
     NULL},
    {GIM_SIGMA_MECHANISM, GIM_REAL, 1e-3, 1e3, 1, "sigma-mechanism", "sigma_theta, spread of the prior on mechanisms",
     NULL},
    {GIM_SIGMA_NETWORK, GIM_REAL, 1e-3, 1e3, 0.5, "sigma-network",
     "sigma_phi, spread of the prior on the perturbation networks", NULL},
    {GIM_TARGET_RELIEF, GIM_REAL, 0, 1, 0.1, "target-relief",
     "share of target-sparsity that stays once the graph is fixed", NULL},
    {GIM_SEED, GIM_INT, 0, MOST_INT, 1, "seed", "seed of all randomness of a fit", NULL},
    {GIM_STEPS, GIM_INT, 1, 1e9, 3000, "steps", "steps of the optimiser", NULL},
    {GIM_DRAWS, GIM_INT, 1, 4096, 4, "draws", "Monte Carlo draws a step", NULL},
    {GIM_BATCH_ROWS, GIM_INT, 0, 1e6, 0, "batch-rows",
     "rows of each environment a step; 0: sufficient statistics where they exist (linear), else 10", NULL},
    {GIM_LEARNING_RATE, GIM_REAL, 1e-6, 1, 5e-3, "learning-rate", "step size of Adam", NULL},
    {GIM_CHECK_EVERY, GIM_INT, 1, 1e6, 50, "check-every", "steps between convergence checks", NULL},
    {GIM_HELD_OUT, GIM_REAL, 0, 0.5, 0.1, "held-out",
     "share of each environment's rows kept for the checks, 256 at most", NULL},
    {GIM_PENALTY_START, GIM_REAL, 0, 1e6, 0.01, "penalty-start", "mu at the start of the augmented Lagrangian", NULL},
    {GIM_PENALTY_GROWTH, GIM_REAL, 1, 100, 1.3, "penalty-growth",
     "factor of mu in a hundredth of the steps, where acyclicity does not halve", NULL},
    {GIM_TOLERANCE, GIM_REAL, 0, 1, 0.1, "tolerance", "acyclicity at which a graph counts as acyclic", NULL},
    {GIM_POWER_STEPS, GIM_INT, 1, 1000, 10, "power-steps", "power iterations of the acyclicity measure", NULL},
    {GIM_THREADS, GIM_INT, 1, 1024, 1, "threads", "threads of a fit and of sampling; changes no number", NULL},
    {GIM_MEMORY_BUDGET, GIM_INT, 0, 1e9, 1024, "memory-budget",
     "MiB of rows kept in memory; past that they are read batch by batch", NULL},
    {GIM_ANNEAL, GIM_REAL, 0, 1, 0.05, "anneal",
     "share of the steps in which target-sparsity rises along a half cosine", NULL},
    {GIM_REFINE, GIM_REAL, 0, 0.9, 0.2, "refine", "share of the steps, at the end, for which the graph is fixed", NULL},
    {GIM_PATIENCE, GIM_REAL, 0, 1, 0.1, "patience",
     "share of the steps in which graph and held-out score rest before the graph is fixed early; 0: never", NULL},
};

static size_t index_of(gim_option option)
{
    size_t i = 0;
    while (i < GIM__OPTIONS && table[i].option != option)
        i++;
    return i;
}

void gim__options_init(gim__options *options)
{
    for (size_t i = 0; i < GIM__OPTIONS; i++)
        options->value[i] = table[i].preset;
}

double gim__option(const gim__options *options, gim_option option)
{
    return options->value[index_of(option)];
}

/* Finds an option of the wanted kind, or says why not. */
static gim_status find(gim_option option, gim_option_kind kind, size_t *index, gim__message *message)
{
    *index = index_of(option);
    if (*index == GIM__OPTIONS)
        return gim__fail(message, GIM_ERR_OPTION, "there is no option number %d", (int)option);
    if ((table[*index].kind == GIM_REAL) != (kind == GIM_REAL))
        return gim__fail(message, GIM_ERR_OPTION, "option \"%s\" is %s; use %s", table[*index].name,
                         kind == GIM_REAL ? "a whole number" : "a real number",
                         kind == GIM_REAL ? "gim_set_int() and gim_get_int()" : "gim_set_real() and gim_get_real()");
    return GIM_OK;
}

gim_status gim__option_set(gim__options *options, gim_option option, gim_option_kind kind, double value,
                           gim__message *message)
{
    size_t i;
    gim_status status = find(option, kind, &i, message);
    if (status != GIM_OK)
        return status;
    if (!(value >= table[i].lowest && value <= table[i].highest))
        return gim__fail(message, GIM_ERR_OPTION, "option \"%s\" cannot be %g; it must lie in [%g, %g]", table[i].name,
                         value, table[i].lowest, table[i].highest);
    options->value[i] = value;
    return GIM_OK;
}

gim_status gim__option_get(const gim__options *options, gim_option option, gim_option_kind kind, double *value,
                           gim__message *message)
{
    size_t i;
    gim_status status = find(option, kind, &i, message);
    if (status == GIM_OK)
        *value = options->value[i];
    return status;
}

size_t gim_option_count(void)
{
    return GIM__OPTIONS;
}

gim_status gim_option_at(size_t index, gim_option *option)
{
    if (index >= GIM__OPTIONS || option == NULL)
        return GIM_ERR_OPTION;
    *option = table[index].option;
    return GIM_OK;
}

gim_status gim_option_find(const char *name, gim_option *option)
{
    for (size_t i = 0; name != NULL && option != NULL && i < GIM__OPTIONS; i++)
        if (strcmp(table[i].name, name) == 0)
            return gim_option_at(i, option);
    return GIM_ERR_OPTION;
}

const char *gim_option_name(gim_option option)
{
    size_t i = index_of(option);
    return i < GIM__OPTIONS ? table[i].name : NULL;
}

const char *gim_option_help(gim_option option)
{
    size_t i = index_of(option);
    return i < GIM__OPTIONS ? table[i].help : NULL;
}

gim_status gim_option_type(gim_option option, gim_option_kind *kind)
{
    size_t i = index_of(option);
    if (i == GIM__OPTIONS || kind == NULL)
        return GIM_ERR_OPTION;
    *kind = table[i].kind;
    return GIM_OK;
}

gim_status gim_option_range(gim_option option, double *lowest, double *highest, double *preset)
{
    size_t i = index_of(option);
    if (i == GIM__OPTIONS || lowest == NULL || highest == NULL || preset == NULL)
        return GIM_ERR_OPTION;
    *lowest = table[i].lowest;
    *highest = table[i].highest;
    *preset = table[i].preset;
    return GIM_OK;
}

const char *gim_option_choice(gim_option option, int64_t value)
{
    size_t i = index_of(option);
    if (i == GIM__OPTIONS || table[i].choices == NULL || value < 0 || (double)value > table[i].highest)
        return NULL;
    return table[i].choices[value];
}
