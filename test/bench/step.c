/* Time and memory of one step of a fit. SPDX-License-Identifier: BSD-3-Clause
 *
 *   step --mechanism nonlinear --d 20 --environments 81 --rows 20 --draws 32 --threads 2 --steps 50
 *
 * The rows are of a made-up system and are drawn when they are read, so that any number of them takes no memory here.
 * Prints one line of name=value. gflops counts the products of a plain step, so that work saved shows as a higher rate:
 * 2 d^2 h multiplications and additions forward and as many back, for each row, draw and pass (relaxed and discrete);
 * h = 1 if linear. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "common.h"
#include "gim/gim.h"

typedef struct settings {
    const char *mechanism, *intervention, *marginal;
    int d, features, environments, rows, batch_rows, draws, hidden, log_determinant, threads, steps, warmup, seed,
        memory_budget;
} settings;

static settings asked = {.mechanism = "nonlinear",
                         .intervention = "hard",
                         .marginal = "environment",
                         .d = 20,
                         .features = 20,
                         .environments = 81,
                         .rows = 20,
                         .draws = 32,
                         .hidden = 10,
                         .log_determinant = 1,
                         .threads = 1,
                         .steps = 50,
                         .seed = 1,
                         .memory_budget = 1024};

static const struct poptOption table[] = {
    TAKES_TEXT(mechanism, "linear, nonlinear or zero-inflated"),
    TAKES_TEXT(intervention, "hard or shift"),
    TAKES_TEXT(marginal, "sample, environment or dataset"),
    TAKES_INT("d", d, "variables; twice as many edges"),
    TAKES_INT("features", features, "features of a perturbation"),
    TAKES_INT("environments", environments, "of which the first is observational"),
    TAKES_INT("rows", rows, "rows of each environment"),
    TAKES_INT("batch-rows", batch_rows, "rows of each environment a step; 0: sufficient statistics if linear, else 20"),
    TAKES_INT("draws", draws, "Monte Carlo draws"),
    TAKES_INT("hidden", hidden, "units of a variable's network"),
    TAKES_INT("log-determinant", log_determinant, "1, or 0 for none"),
    TAKES_INT("threads", threads, "threads of the fit"),
    TAKES_INT("steps", steps, "steps that are timed, in five parts; the median counts"),
    TAKES_INT("warmup", warmup, "steps before them"),
    TAKES_INT("memory-budget", memory_budget, "MiB of rows that may be kept"),
    TAKES_INT("seed", seed, "of the system, the rows and the fit"),
    POPT_AUTOHELP POPT_TABLEEND};

/* ---- the system: variables in causal order; noise by counting, so that any row can be drawn at any time ---- */

typedef struct edge {
    size_t from, to;
    double weight;
} edge;

typedef struct made {
    edge *edge; /* by the variable they lead to, which comes after the one they come from */
    size_t n_edges;
    double *projection; /* (d, features): what a target does to the features */
} made;

static made make(void)
{
    size_t d = (size_t)asked.d, p = (size_t)asked.features;
    made system = {calloc(d * d, sizeof(edge)), 0, calloc(d * p, sizeof(double))};
    uint64_t state = (uint64_t)asked.seed;
    if (system.edge == NULL || system.projection == NULL)
        exit(1);
    for (size_t j = 0; j < d; j++)
        for (size_t i = 0; i < j; i++)
            if (uniform(&state) < 4.0 / (double)(d - 1))
                system.edge[system.n_edges++] =
                    (edge){i, j, (uniform(&state) < 0.5 ? -1 : 1) * (0.25 + 0.75 * uniform(&state))};
    for (size_t i = 0; i < d * p; i++)
        system.projection[i] = normal(&state);
    return system;
}

/* Environment k > 0 has one target, moved by `effect`. */
static size_t target_of(size_t k)
{
    return (k - 1) % (size_t)asked.d;
}

static double effect_of(size_t k)
{
    uint64_t state = (uint64_t)asked.seed + 1000 * k;
    return 3 + 2 * uniform(&state);
}

static void draw_row(double *x, const made *system, size_t k, size_t row)
{
    size_t d = (size_t)asked.d;
    int hard = strcmp(asked.intervention, "hard") == 0, linear = strcmp(asked.mechanism, "linear") == 0;
    int zeros = strcmp(asked.mechanism, "zero-inflated") == 0;
    uint64_t state = ((uint64_t)asked.seed << 56) ^ ((uint64_t)k << 32) ^ (uint64_t)row;
    const edge *e = system->edge, *end = system->edge + system->n_edges;
    for (size_t j = 0; j < d; j++) {
        int hit = k > 0 && target_of(k) == j;
        double mean = hit ? effect_of(k) : 0;
        for (; e < end && e->to == j; e++)
            mean += hit && hard ? 0 : e->weight * (linear ? x[e->from] : 1.5 * tanh(x[e->from]));
        x[j] = mean + 0.3 * normal(&state);
    }
    for (size_t j = 0; j < d && zeros; j++)
        x[j] = uniform(&state) < 0.2 ? 0 : exp(0.5 * x[j]);
}

static int describe(size_t k, gim_environment *environment, double *features, void *user)
{
    const made *system = user;
    size_t p = (size_t)asked.features;
    environment->n_rows = (size_t)asked.rows;
    environment->observational = k == 0;
    for (size_t f = 0; f < p; f++)
        features[f] = k == 0 ? 0 : effect_of(k) * system->projection[target_of(k) * p + f];
    return 0;
}

static int read_rows(size_t k, const size_t *rows, size_t n, double *x, void *user)
{
    for (size_t r = 0; r < n; r++)
        draw_row(x + r * (size_t)asked.d, user, k, rows[r]);
    return 0;
}

/* ---- timing ---- */

enum { PARTS = 5 };

typedef struct timing {
    double last, part[PARTS];
    int n;
} timing;

static int tick(const gim_progress *progress, void *user)
{
    timing *timed = user;
    double time = now();
    if (progress->step > asked.warmup && timed->n < PARTS)
        timed->part[timed->n++] = time - timed->last;
    timed->last = time;
    return 0;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* ---- the fit ---- */

static void set(gim_model *model, gim_option option, double value)
{
    gim_option_kind kind = GIM_INT;
    gim_option_type(option, &kind);
    gim_status status =
        kind == GIM_REAL ? gim_set_real(model, option, value) : gim_set_int(model, option, (int64_t)value);
    if (status != GIM_OK) {
        char message[256];
        gim_message(model, message, sizeof message);
        fprintf(stderr, "step: %s\n", message);
        exit(2);
    }
}

static void choose(gim_model *model, gim_option option, const char *name)
{
    for (int64_t value = 0; gim_option_choice(option, value) != NULL; value++)
        if (strcmp(gim_option_choice(option, value), name) == 0) {
            set(model, option, (double)value);
            return;
        }
    fprintf(stderr, "step: there is no %s \"%s\"\n", gim_option_name(option), name);
    exit(2);
}

/* No held-out rows and no fixing of the graph: every step is a whole one, and checks cost next to nothing. */
static gim_model *new_model(int part)
{
    gim_model *model = NULL;
    if (gim_model_new(&model, (size_t)asked.d, (size_t)asked.features, NULL) != GIM_OK) {
        fprintf(stderr, "step: d must be at least 2, and features 1\n");
        exit(2);
    }
    choose(model, GIM_MECHANISM, asked.mechanism);
    choose(model, GIM_INTERVENTION, asked.intervention);
    choose(model, GIM_MARGINAL, asked.marginal);
    set(model, GIM_HIDDEN, asked.hidden);
    set(model, GIM_DRAWS, asked.draws);
    set(model, GIM_LOG_DETERMINANT, asked.log_determinant);
    set(model, GIM_THREADS, asked.threads);
    set(model, GIM_BATCH_ROWS, asked.batch_rows);
    set(model, GIM_MEMORY_BUDGET, asked.memory_budget);
    set(model, GIM_SEED, asked.seed);
    set(model, GIM_STEPS, asked.warmup + PARTS * part);
    set(model, GIM_CHECK_EVERY, part);
    set(model, GIM_HELD_OUT, 0);
    set(model, GIM_REFINE, 0);
    return model;
}

static double products_of_a_step(void)
{
    int linear = strcmp(asked.mechanism, "linear") == 0, batch = asked.batch_rows;
    double h = linear ? 1 : asked.hidden, rows = batch > 0 ? batch : linear ? asked.d + 1 : 20;
    if (!(linear && batch == 0) && rows > asked.rows)
        rows = asked.rows;
    return 8.0 * asked.d * asked.d * h * rows * asked.environments * asked.draws;
}

int main(int argc, char **argv)
{
    poptContext context = poptGetContext("step", argc, (const char **)argv, table, 0);
    int code = poptGetNextOpt(context);
    if (code < -1 || poptPeekArg(context) != NULL || asked.d < 2 || asked.features < 1 || asked.steps < 1) {
        fprintf(stderr, "step: %s\n", code < -1 ? poptStrerror(code) : "see --help");
        return 2;
    }
    int part = (asked.steps + PARTS - 1) / PARTS;
    if (asked.batch_rows == 0 && strcmp(asked.mechanism, "linear") != 0)
        asked.batch_rows = 20;
    asked.warmup = (asked.warmup + part - 1) / part * part;
    made system = make();
    timing timed = {0};
    gim_model *model = new_model(part);
    gim_data data = {sizeof data, (size_t)asked.environments, describe, read_rows, &system};
    gim_status status = gim_fit(model, &data, tick, &timed);
    if (status < 0) {
        char message[512];
        gim_message(model, message, sizeof message);
        fprintf(stderr, "step: %s\n", message);
        return 1;
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    qsort(timed.part, (size_t)timed.n, sizeof *timed.part, ascending);
    double seconds = timed.part[timed.n / 2] / part;
    printf("mechanism=%s intervention=%s marginal=%s d=%d environments=%d rows=%d draws=%d hidden=%d threads=%d "
           "seconds_per_step=%.6f gflops=%.1f peak_rss_mib=%.1f\n",
           asked.mechanism, asked.intervention, asked.marginal, asked.d, asked.environments, asked.rows, asked.draws,
           asked.hidden, asked.threads, seconds, products_of_a_step() / seconds / 1e9, (double)usage.ru_maxrss / 1024);
    gim_model_free(model);
    free(system.edge);
    free(system.projection);
    poptFreeContext(context);
    return 0;
}
