/* Time and memory of fitting an interventional factor model, and of drawing from it.
 * SPDX-License-Identifier: BSD-3-Clause
 *
 *   ifm --d 8 --interventions 3 --rows 2500 --hidden 16 --threads 2 --steps 1500
 *
 * Factors of three variables in a ring, d of them; interventions move one variable each, and are in the factor that
 * begins there. Regimes are the baseline and each intervention alone. Rows are of a made-up system and are drawn when
 * they are read. Prints one line of name=value; a fit's seconds hold its checks and normalisers, and `per_million` are
 * the seconds of a million rows of the regime where all interventions meet. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "common.h"
#include "gim/gim.h"

typedef struct options {
    const char *networks, *objective;
    int d, interventions, rows, batch_rows, hidden, grid, steps, threads, seed, drawn, memory_budget;
} options;

static options asked = {.networks = "shared",
                        .objective = "quadrature",
                        .d = 8,
                        .interventions = 3,
                        .rows = 2500,
                        .batch_rows = 256,
                        .hidden = 16,
                        .grid = 20,
                        .steps = 1500,
                        .threads = 1,
                        .seed = 1,
                        .drawn = 5000,
                        .memory_budget = 1024};

static const struct poptOption table[] = {
    TAKES_TEXT(networks, "shared or table"),
    TAKES_TEXT(objective, "quadrature, binned or score-matching"),
    TAKES_INT("d", d, "variables, and factors of three"),
    TAKES_INT("interventions", interventions, "each on a variable of its own"),
    TAKES_INT("rows", rows, "rows of each regime, of which there is one more than interventions"),
    TAKES_INT("batch-rows", batch_rows, "rows of a step"),
    TAKES_INT("hidden", hidden, "units of a factor's network"),
    TAKES_INT("grid", grid, "points of the integrals"),
    TAKES_INT("steps", steps, "steps of the fit"),
    TAKES_INT("threads", threads, "threads of fit and draws"),
    TAKES_INT("drawn", drawn, "rows that are drawn"),
    TAKES_INT("memory-budget", memory_budget, "MiB of rows that may be kept"),
    TAKES_INT("seed", seed, "of the rows, the fit and the draws"),
    POPT_AUTOHELP POPT_TABLEEND};

static const char *const networks[] = {[GIM_IFM_SHARED] = "shared", [GIM_IFM_TABLE] = "table"};
static const char *const objectives[] = {
    [GIM_IFM_QUADRATURE] = "quadrature", [GIM_IFM_BINNED] = "binned", [GIM_IFM_SCORE_MATCHING] = "score-matching"};

static _Noreturn void fail(int code, const char *message)
{
    fprintf(stderr, "ifm: %s\n", message);
    exit(code);
}

static int index_of(const char *name, const char *const *names, int n)
{
    for (int i = 0; i < n; i++)
        if (strcmp(name, names[i]) == 0)
            return i;
    fail(2, "see --help for the names there are");
}

/* ---- the system: each variable follows the one before it; regime k > 0 has intervention k - 1 ---- */

static size_t variable_of(size_t intervention)
{
    return intervention * (size_t)asked.d / (size_t)asked.interventions;
}

static int describe(size_t k, gim_environment *environment, double *levels, void *user)
{
    (void)user;
    environment->n_rows = (size_t)asked.rows;
    for (size_t j = 0; j < (size_t)asked.interventions; j++)
        levels[j] = k == j + 1;
    return 0;
}

static int read_rows(size_t k, const size_t *rows, size_t n, double *x, void *user)
{
    size_t d = (size_t)asked.d;
    (void)user;
    for (size_t r = 0; r < n; r++, x += d) {
        uint64_t state = ((uint64_t)asked.seed << 56) ^ ((uint64_t)k << 32) ^ (uint64_t)rows[r];
        for (size_t j = 0; j < d; j++)
            x[j] = (j > 0 ? 1.5 * tanh(x[j - 1]) : 0) + (k > 0 && variable_of(k - 1) == j) + 0.5 * normal(&state);
    }
    return 0;
}

static gim_ifm_graph *ring(void)
{
    size_t d = (size_t)asked.d, m = (size_t)asked.interventions;
    size_t *levels = malloc(m * sizeof *levels);
    unsigned char *variables = malloc(d), *interventions = malloc(m);
    gim_ifm_graph *graph = NULL;
    if (levels == NULL || variables == NULL || interventions == NULL)
        fail(1, "out of memory");
    for (size_t j = 0; j < m; j++)
        levels[j] = 2;
    gim_status status = gim_ifm_graph_new(&graph, d, m, levels, NULL);
    for (size_t k = 0; k < d && status == GIM_OK; k++) {
        memset(variables, 0, d);
        for (size_t i = 0; i < 3; i++)
            variables[(k + i) % d] = 1;
        for (size_t j = 0; j < m; j++)
            interventions[j] = variable_of(j) == k;
        status = gim_ifm_graph_add_factor(graph, variables, interventions);
    }
    if (status != GIM_OK)
        fail(2, "d must be at least 3, and interventions 1 to d");
    free(levels);
    free(variables);
    free(interventions);
    return graph;
}

/* ---- timing ---- */

static double expect(gim_status status, const gim_ifm *model)
{
    char message[512];
    if (status < 0) {
        gim_ifm_message(model, message, sizeof message);
        fail(1, message);
    }
    return now();
}

static double seconds_of_fit(gim_ifm *model)
{
    gim_ifm_settings settings = {.struct_size = sizeof settings};
    gim_ifm_settings_init(&settings);
    settings.seed = (uint64_t)asked.seed;
    settings.networks = (gim_ifm_networks)index_of(asked.networks, networks, 2);
    settings.objective = (gim_ifm_objective)index_of(asked.objective, objectives, 3);
    settings.hidden = (size_t)asked.hidden;
    settings.grid = (size_t)asked.grid;
    settings.steps = (size_t)asked.steps;
    settings.batch_rows = (size_t)asked.batch_rows;
    settings.threads = (size_t)asked.threads;
    settings.memory_budget = (size_t)asked.memory_budget;
    gim_data data = {sizeof data, (size_t)asked.interventions + 1, describe, read_rows, NULL};
    double begin = now();
    return expect(gim_ifm_fit(model, &settings, &data, NULL, NULL), model) - begin;
}

static double seconds_of_draws(const gim_ifm *model)
{
    size_t m = (size_t)asked.interventions, n = (size_t)asked.drawn;
    size_t *levels = malloc(m * sizeof *levels);
    double *x = malloc(n * (size_t)asked.d * sizeof *x);
    gim_ifm_sampling sampling = {.struct_size = sizeof sampling};
    if (levels == NULL || x == NULL)
        fail(1, "out of memory");
    for (size_t j = 0; j < m; j++)
        levels[j] = 1;
    gim_ifm_sampling_init(&sampling);
    sampling.seed = (uint64_t)asked.seed;
    sampling.threads = (size_t)asked.threads;
    double begin = now(), seconds = expect(gim_ifm_sample(model, levels, &sampling, n, x), model) - begin;
    free(levels);
    free(x);
    return seconds;
}

int main(int argc, char **argv)
{
    poptContext context = poptGetContext("ifm", argc, (const char **)argv, table, 0);
    int code = poptGetNextOpt(context);
    if (code < -1)
        fail(2, poptStrerror(code));
    if (poptPeekArg(context) != NULL || asked.d < 3 || asked.interventions < 1 || asked.interventions > asked.d ||
        asked.rows < 2 || asked.drawn < 1)
        fail(2, "see --help; d must be at least 3, and interventions 1 to d");
    gim_ifm_graph *graph = ring();
    gim_ifm *model = NULL;
    expect(gim_ifm_new(&model, graph, NULL), model);
    double fit = seconds_of_fit(model), draws = seconds_of_draws(model);
    gim_ifm_report report = {.struct_size = sizeof report};
    gim_ifm_get_report(model, &report);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("networks=%s objective=%s d=%d interventions=%d rows=%d hidden=%d grid=%d threads=%d seconds_of_fit=%.3f "
           "seconds_per_step=%.6f per_million=%.1f held_out=%.4f peak_rss_mib=%.1f\n",
           asked.networks, asked.objective, asked.d, asked.interventions, asked.rows, asked.hidden, asked.grid,
           asked.threads, fit, fit / asked.steps, draws / asked.drawn * 1e6, report.held_out,
           (double)usage.ru_maxrss / 1024);
    gim_ifm_free(model);
    gim_ifm_graph_free(graph);
    poptFreeContext(context);
    return 0;
}
