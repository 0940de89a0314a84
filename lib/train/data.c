/* The data of a fit. SPDX-License-Identifier: BSD-3-Clause */
#include "train/data.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/name.h"
#include "base/rng.h"

enum { MOST_HELD = 256, READ_VALUES = 1 << 16 };

/* ---- rows ---- */

gim_status gim__rows_new(gim__rows *rows, const gim_allocator *allocator, size_t n, size_t d)
{
    rows->n = n;
    rows->x = gim__new(allocator, n * d, sizeof(real));
    rows->y = gim__new(allocator, n * d, sizeof(real));
    rows->positive = gim__new(allocator, n * d, sizeof(real));
    rows->one = gim__new(allocator, n, sizeof(real));
    rows->count = gim__new(allocator, n, sizeof(real));
    rows->weight = gim__new(allocator, n, sizeof(real));
    rows->env = gim__new(allocator, n, sizeof(size_t));
    if (!rows->x || !rows->y || !rows->positive || !rows->one || !rows->count || !rows->weight || !rows->env)
        return GIM_ERR_NOMEM;
    for (size_t r = 0; r < n; r++)
        rows->one[r] = rows->count[r] = rows->weight[r] = 1;
    for (size_t i = 0; i < n * d; i++)
        rows->positive[i] = 1;
    return GIM_OK;
}

void gim__rows_free(gim__rows *rows, const gim_allocator *allocator)
{
    void *all[] = {rows->x, rows->y, rows->positive, rows->one, rows->count, rows->weight, rows->env};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        gim__delete(allocator, all[i]);
    *rows = (gim__rows){0};
}

void gim__rows_respond(gim__rows *rows, size_t r, size_t d, int zero_inflated)
{
    for (size_t i = r * d; i < (r + 1) * d; i++) {
        int positive = !zero_inflated || rows->x[i] > 0;
        rows->positive[i] = positive ? 1 : 0;
        rows->y[i] = !zero_inflated ? rows->x[i] : positive ? (real)log((double)rows->x[i]) : 0;
    }
}

/* ---- reading ---- */

static gim_status fail(gim__data *data, gim_status status, const char *what)
{
    return gim__fail(data->message, status, "%s", what);
}

/* A callback's own answer, given back unchanged. */
static gim_status callback_ended(gim__data *data, int status, const char *callback, size_t k)
{
    if (status < 0)
        return gim__fail(data->message, status, "the data's %s() failed with %d for environment %zu", callback, status,
                         k);
    return status;
}

/* Asks for one environment and checks the answer. */
static gim_status describe(gim__data *data, size_t k)
{
    gim__training *training = &data->training;
    gim_environment environment = {.struct_size = sizeof environment};
    char plain[64];
    int status = data->source->describe(k, &environment, training->features + k * data->p, data->source->user);
    if (status != 0)
        return callback_ended(data, status, "describe", k);
    snprintf(plain, sizeof plain, "environment %zu", k);
    training->name[k] = gim__clone_text(data->allocator, environment.name != NULL ? environment.name : plain);
    if (training->name[k] == NULL)
        return fail(data, GIM_ERR_NOMEM, "out of memory for an environment's name");
    if (!gim__name_valid(training->name[k]))
        return gim__fail(data->message, GIM_ERR_DATA, "the name of environment %zu must be UTF-8 text of 1 to %d bytes",
                         k, GIM__MOST_NAME);
    if (environment.n_rows == 0)
        return gim__fail(data->message, GIM_ERR_DATA, "environment \"%s\" has no rows; each needs at least one",
                         training->name[k]);
    training->n_rows[k] = environment.n_rows;
    training->observational[k] = environment.observational != 0;
    for (size_t f = 0; f < data->p; f++)
        if (!isfinite(training->features[k * data->p + f]))
            return gim__fail(data->message, GIM_ERR_DATA,
                             "environment \"%s\", feature \"%s\" is %g; features must be finite numbers",
                             training->name[k], data->feature[f], training->features[k * data->p + f]);
    return GIM_OK;
}

static gim_status describe_all(gim__data *data)
{
    gim_status status = GIM_OK;
    size_t interventional = 0;
    for (size_t k = 0; k < data->K && status == GIM_OK; k++) {
        status = describe(data, k);
        interventional += status == GIM_OK && !data->training.observational[k];
    }
    if (status == GIM_OK && interventional == 0)
        return fail(data, GIM_ERR_DATA,
                    "all environments are observational; at least one perturbed environment is needed to learn from");
    return status;
}

/* Reads n rows, named by data->index, of environment k into data->buffer, and checks them. */
static gim_status read_rows(gim__data *data, size_t k, size_t n)
{
    int status = data->source->read(k, data->index, n, data->buffer, data->source->user);
    if (status != 0)
        return callback_ended(data, status, "read", k);
    for (size_t i = 0; i < n * data->d; i++) {
        double value = data->buffer[i];
        int negative = data->zero_inflated && value < 0;
        if (isfinite(value) && !negative)
            continue;
        return gim__fail(data->message, GIM_ERR_DATA, "environment \"%s\", row %zu, variable \"%s\" is %g; %s",
                         data->training.name[k], data->index[i / data->d], data->variable[i % data->d], value,
                         negative ? "the zero-inflated mechanism needs values >= 0" : "values must be finite numbers");
    }
    return GIM_OK;
}

/* Where row r stands among the held-out rows of environment k, or would stand. */
static size_t held_before(const gim__data *data, size_t k, size_t r)
{
    size_t low = 0, high = data->n_held[k];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (data->held[k][middle] < r)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int is_held(const gim__data *data, size_t k, size_t r, size_t before)
{
    return before < data->n_held[k] && data->held[k][before] == r;
}

/* Which rows each environment holds out, and whether its others fit in what is left of the budget. */
static gim_status plan_environment(gim__data *data, size_t k, double share, size_t *budget)
{
    gim__rng rng;
    size_t n = data->training.n_rows[k], held = (size_t)(share * (double)n), bytes;
    held = held < MOST_HELD ? held : MOST_HELD;
    data->n_held[k] = held;
    data->held[k] = gim__new(data->allocator, held, sizeof(size_t));
    if (data->held[k] == NULL)
        return fail(data, GIM_ERR_NOMEM, "out of memory for the held-out rows");
    gim__rng_open(&rng, data->seed, GIM__RNG_HELD_OUT, k, 0);
    gim__rng_choose(&rng, data->held[k], held, n);
    data->n_train += (double)(n - held);
    data->n_all += (double)n;
    if (__builtin_mul_overflow(n - held, data->d * sizeof(real), &bytes) || bytes > *budget)
        return GIM_OK;
    data->cache[k] = gim__new(data->allocator, (n - held) * data->d, sizeof(real));
    if (data->cache[k] == NULL)
        return fail(data, GIM_ERR_NOMEM,
                    "out of memory for the rows; a smaller memory-budget reads them batch by batch");
    *budget -= bytes;
    return GIM_OK;
}

/* Adds [1, x][1, x]' to the environment's moments, lower triangle. */
static void add_moments(double *moments, const double *x, const double *origin, size_t d)
{
    size_t side = d + 1;
    moments[0] += 1;
    for (size_t i = 0; i < d; i++) {
        double *row = moments + (i + 1) * side, xi = x[i] - origin[i];
        row[0] += xi;
        for (size_t j = 0; j <= i; j++)
            row[j + 1] += xi * (x[j] - origin[j]);
    }
}

static void add_scaling(gim__data *data, const double *x)
{
    for (size_t j = 0; j < data->d; j++) {
        double value = x[j] - data->origin[j];
        data->sums[j] += value;
        data->squares[j] += value * value;
    }
    data->n_scaling++;
}

/* Weights that change from environment to environment, from row to row and from variable to variable. */
static double fingerprint(const double *x, size_t k, size_t r, size_t d)
{
    double sum = 0;
    for (size_t j = 0; j < d; j++)
        sum += x[j] * (double)(1 + (k * 17 + r * 31 + j * 7) % 101);
    return sum;
}

/* Takes in one row of the first reading. */
static void take_row(gim__data *data, size_t k, size_t r, const double *x, int scales, size_t *n_held_rows)
{
    size_t d = data->d, before = held_before(data, k, r);
    real *to = data->cache[k] == NULL ? NULL : data->cache[k] + (r - before) * d;
    data->fingerprint += fingerprint(x, k, r, d);
    if (scales)
        add_scaling(data, x);
    if (data->visitor != NULL)
        data->visitor->row(k, r, x, data->visitor->user);
    if (is_held(data, k, r, before)) {
        data->held_rows.env[*n_held_rows] = k;
        to = data->held_rows.x + (*n_held_rows)++ * d;
    } else if (data->moments != NULL) {
        add_moments(data->moments + k * (d + 1) * (d + 1), x, data->origin, d);
    }
    for (size_t j = 0; to != NULL && j < d; j++)
        to[j] = (real)((x[j] - data->origin[j]) / data->unit[j]);
}

/* Origin and unit of each variable, by the first rows that are read: the first of them, and the farthest from it. */
static void choose_units(gim__data *data, size_t n)
{
    for (size_t j = 0; j < data->d; j++) {
        data->origin[j] = data->zero_inflated ? 0 : data->buffer[j];
        for (size_t i = 0; i < n; i++)
            data->unit[j] = fmax(data->unit[j], fabs(data->buffer[i * data->d + j] - data->origin[j]));
        if (data->unit[j] == 0)
            data->unit[j] = data->origin[j] != 0 ? fabs(data->origin[j]) : 1;
    }
}

static gim_status read_environment(gim__data *data, size_t k, int scales, size_t *n_held_rows)
{
    size_t n = data->training.n_rows[k];
    for (size_t first = 0; first < n; first += data->block_rows) {
        size_t rows = n - first < data->block_rows ? n - first : data->block_rows;
        for (size_t i = 0; i < rows; i++)
            data->index[i] = first + i;
        gim_status status = read_rows(data, k, rows);
        if (status != GIM_OK)
            return status;
        if (k == 0 && first == 0)
            choose_units(data, rows);
        for (size_t i = 0; i < rows; i++)
            take_row(data, k, first + i, data->buffer + i * data->d, scales, n_held_rows);
    }
    return GIM_OK;
}

static gim_status read_all(gim__data *data)
{
    size_t K = data->K, observational = 0, n_held_rows = 0;
    gim_status status = GIM_OK;
    for (size_t k = 0; k < K; k++)
        observational += data->training.observational[k];
    for (size_t k = 0; k < K && status == GIM_OK; k++)
        status = read_environment(data, k, observational == 0 || data->training.observational[k], &n_held_rows);
    return status;
}

/* ---- scaling ---- */

/* Centers and scales of the variables. A zero-inflated variable is scaled and never shifted: a zero stays a zero. */
static gim_status scale_variables(gim__data *data)
{
    gim__scaling *scaling = &data->training.scaling;
    for (size_t j = 0; j < data->d; j++) {
        double mean = data->sums[j] / data->n_scaling, square = data->squares[j] / data->n_scaling;
        double variance = square - mean * mean;
        if (data->n_scaling < 2 || !(variance > 1e-12 * square))
            return gim__fail(
                data->message, GIM_ERR_DATA,
                "variable \"%s\" is constant (%g) in the %.0f rows that set the scale (the observational ones, "
                "or all where there are none); leave it out",
                data->variable[j], data->origin[j] + mean, data->n_scaling);
        scaling->center[j] = data->zero_inflated ? 0 : data->origin[j] + mean;
        scaling->scale[j] = sqrt(variance);
    }
    return GIM_OK;
}

/* The mean of a feature over the observational environments, where no perturbation is; over all where there are
 * none. */
static double feature_center(const gim__training *training, size_t f, size_t p)
{
    double sums[2] = {0, 0}, n[2] = {0, 0};
    for (size_t k = 0; k < training->K; k++) {
        sums[training->observational[k]] += training->features[k * p + f];
        n[training->observational[k]]++;
    }
    return n[1] > 0 ? sums[1] / n[1] : sums[0] / n[0];
}

/* Features: 0 where there is no perturbation, so that effects grow from there; and of the size 1 (root mean square) in
 * the environments where they differ from it, however few these are. One that never changes is only centred. */
static void scale_features(gim__training *training, size_t p)
{
    for (size_t f = 0; f < p; f++) {
        double center = feature_center(training, f, p), squares = 0, n = 0;
        for (size_t k = 0; k < training->K; k++) {
            double value = training->features[k * p + f] - center;
            if (fabs(value) <= 1e-12 * fabs(center)) /* the center's own rounding */
                continue;
            squares += value * value;
            n += value != 0;
        }
        training->scaling.feature_center[f] = center;
        training->scaling.feature_scale[f] = squares > 0 ? sqrt(squares / n) : 1;
    }
    gim__training_scale_features(training, p);
}

/* x, less the origin, to the model's units, in place. Cached and newly read rows go through these same operations. */
static void standardise(const gim__data *data, real *x, size_t n)
{
    const gim__scaling *scaling = &data->training.scaling;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < data->d; j++) {
            real center = (real)((scaling->center[j] - data->origin[j]) / data->unit[j]);
            real inverse = (real)(data->unit[j] / scaling->scale[j]);
            x[i * data->d + j] = (x[i * data->d + j] - center) * inverse;
        }
}

/* Upper triangular R with R'R = S (side, side), S given by its lower triangle, which is overwritten; a direction
 * without spread gives a row of zeros. R's rows are written to S transposed: S[j][i] = R[i][j]. */
static void cholesky(double *S, size_t side)
{
    for (size_t i = 0; i < side; i++) {
        double before = S[i * side + i], pivot = before;
        for (size_t k = 0; k < i; k++)
            pivot -= S[i * side + k] * S[i * side + k];
        pivot = pivot > 1e-12 * before ? sqrt(pivot) : 0;
        for (size_t j = i; j < side; j++) {
            double sum = S[j * side + i];
            for (size_t k = 0; k < i; k++)
                sum -= S[j * side + k] * S[i * side + k];
            S[j * side + i] = pivot > 0 ? sum / pivot : 0;
        }
    }
}

/* Moments about the origin to those of standardised rows: x -> (x - c) / s. */
static void standardise_moments(const gim__data *data, double *S)
{
    const gim__scaling *scaling = &data->training.scaling;
    size_t d = data->d, side = d + 1;
    double n = S[0];
    for (size_t i = d; i-- > 0;) {
        double ci = scaling->center[i] - data->origin[i], *row = S + (i + 1) * side;
        for (size_t j = 0; j <= i; j++) {
            double cj = scaling->center[j] - data->origin[j];
            row[j + 1] = (row[j + 1] - ci * S[(j + 1) * side] - cj * row[0] + n * ci * cj) /
                         (scaling->scale[i] * scaling->scale[j]);
        }
    }
    for (size_t i = 0; i < d; i++)
        S[(i + 1) * side] = (S[(i + 1) * side] - n * (scaling->center[i] - data->origin[i])) / scaling->scale[i];
}

/* The batch of sufficient statistics: of each environment the triangular factor of its rows with a column of ones
 * before them. */
static void fill_factors(gim__data *data)
{
    size_t d = data->d, side = d + 1;
    data->batch.factors = 1;
    for (size_t k = 0; k < data->K; k++) {
        double *S = data->moments + k * side * side, n = S[0];
        standardise_moments(data, S);
        cholesky(S, side);
        for (size_t i = 0; i < side; i++) {
            size_t r = k * side + i;
            data->batch.env[r] = k;
            data->batch.one[r] = i == 0 ? (real)S[0] : 0;
            data->batch.count[r] = (real)(n / (double)side);
            for (size_t j = 0; j < d; j++)
                data->batch.x[r * d + j] = j + 1 >= i ? (real)S[(j + 1) * side + i] : 0;
            gim__rows_respond(&data->batch, r, d, 0);
        }
    }
}

/* ---- batches ---- */

static size_t rows_a_step(const gim__data *data, size_t k)
{
    size_t n = data->training.n_rows[k] - data->n_held[k], most = data->batch_rows;
    if (data->batch_share > 0)
        most = 1 + (size_t)(data->batch_share * (double)data->training.n_rows[k]);
    return n < most ? n : most;
}

/* The training rows with these numbers (counted without the held-out ones), from memory or by callback, to x. */
static gim_status fetch(gim__data *data, size_t k, size_t n, real *x)
{
    size_t d = data->d;
    if (data->cache[k] != NULL) {
        for (size_t i = 0; i < n; i++)
            memcpy(x + i * d, data->cache[k] + data->index[i] * d, d * sizeof *x);
        return GIM_OK;
    }
    for (size_t i = 0, held = 0; i < n; i++) { /* the i-th row that is not held out: pass the held-out ones before it */
        while (held < data->n_held[k] && data->held[k][held] <= data->index[i] + held)
            held++;
        data->index[i] += held;
    }
    gim_status status = read_rows(data, k, n);
    for (size_t i = 0; status == GIM_OK && i < n * d; i++)
        x[i] = (real)((data->buffer[i] - data->origin[i % d]) / data->unit[i % d]);
    if (status == GIM_OK)
        standardise(data, x, n);
    return status;
}

gim_status gim__data_batch(gim__data *data, uint64_t step)
{
    gim_status status = GIM_OK;
    if (data->moments != NULL)
        return GIM_OK;
    for (size_t k = 0, r = 0; k < data->K && status == GIM_OK; k++) {
        gim__rng rng;
        size_t n = rows_a_step(data, k), all = data->training.n_rows[k] - data->n_held[k];
        gim__rng_open(&rng, data->seed, GIM__RNG_BATCH, step, k);
        gim__rng_choose(&rng, data->index, n, all);
        status = fetch(data, k, n, data->batch.x + r * data->d);
        for (size_t i = 0; i < n; i++, r++) {
            data->batch.env[r] = k;
            data->batch.weight[r] = (real)((double)all / (double)n);
            gim__rows_respond(&data->batch, r, data->d, data->zero_inflated);
        }
    }
    return status;
}

gim_status gim__data_spread(gim__data *data, size_t k, size_t n, real *x)
{
    size_t all = data->training.n_rows[k] - data->n_held[k];
    gim_status status = GIM_OK;
    for (size_t first = 0, block; first < n && status == GIM_OK; first += block) {
        block = n - first < data->block_rows ? n - first : data->block_rows;
        for (size_t i = 0; i < block; i++)
            data->index[i] = (size_t)((double)(first + i) * (double)all / (double)n);
        status = fetch(data, k, block, x + first * data->d);
    }
    return status;
}

size_t gim__data_most_rows(const gim__data *data)
{
    return data->batch.n > data->held_rows.n ? data->batch.n : data->held_rows.n;
}

int gim__data_in_memory(const gim__data *data)
{
    for (size_t k = 0; k < data->K; k++)
        if (data->cache[k] == NULL)
            return 0;
    return 1;
}

/* ---- opening and closing ---- */

static gim_status new_arrays(gim__data *data, const gim__data_plan *plan)
{
    size_t K = data->K, d = data->d;
    data->origin = gim__new(data->allocator, d, sizeof(double));
    data->unit = gim__new(data->allocator, d, sizeof(double));
    data->held = gim__new(data->allocator, K, sizeof *data->held);
    data->n_held = gim__new(data->allocator, K, sizeof *data->n_held);
    data->cache = gim__new(data->allocator, K, sizeof *data->cache);
    data->sums = gim__new(data->allocator, d, sizeof(double));
    data->squares = gim__new(data->allocator, d, sizeof(double));
    data->block_rows = READ_VALUES / d + 1 > plan->batch_rows ? READ_VALUES / d + 1 : plan->batch_rows;
    data->buffer = gim__new(data->allocator, data->block_rows * d, sizeof(double));
    data->index = gim__new(data->allocator, data->block_rows, sizeof(size_t));
    if (plan->sufficient)
        data->moments = gim__new(data->allocator, K * (d + 1) * (d + 1), sizeof(double));
    if (!data->origin || !data->unit || !data->held || !data->n_held || !data->cache || !data->sums || !data->squares ||
        !data->buffer || !data->index || (plan->sufficient && !data->moments))
        return fail(data, GIM_ERR_NOMEM, "out of memory for reading the data");
    return GIM_OK;
}

static double all_rows(const gim__training *training)
{
    double sum = 0;
    for (size_t k = 0; k < training->K; k++)
        sum += (double)training->n_rows[k];
    return sum;
}

static gim_status plan_rows(gim__data *data, const gim__data_plan *plan)
{
    data->batch_share = plan->in_proportion ? (double)plan->batch_rows / all_rows(&data->training) : 0;
    size_t held = 0, batch = 0, budget = plan->sufficient ? 0 : plan->memory_budget;
    double perturbed = 0;
    for (size_t k = 0; k < data->K; k++) {
        gim_status status = plan_environment(data, k, plan->held_out, &budget);
        if (status != GIM_OK)
            return status;
        held += data->n_held[k];
        perturbed += !data->training.observational[k];
        data->n_perturbed += data->training.observational[k] ? 0 : (double)(data->training.n_rows[k] - data->n_held[k]);
        batch += plan->sufficient ? data->d + 1 : rows_a_step(data, k);
    }
    data->n_perturbed /= perturbed;
    if (gim__rows_new(&data->batch, data->allocator, batch, data->d) != GIM_OK ||
        gim__rows_new(&data->held_rows, data->allocator, held, data->d) != GIM_OK)
        return fail(data, GIM_ERR_NOMEM, "out of memory for the rows of a step");
    return GIM_OK;
}

static void scale_rows(gim__data *data)
{
    for (size_t k = 0; k < data->K; k++)
        if (data->cache[k] != NULL)
            standardise(data, data->cache[k], data->training.n_rows[k] - data->n_held[k]);
    standardise(data, data->held_rows.x, data->held_rows.n);
    for (size_t r = 0; r < data->held_rows.n; r++)
        gim__rows_respond(&data->held_rows, r, data->d, data->zero_inflated);
    if (data->moments != NULL)
        fill_factors(data);
}

gim_status gim__data_open(gim__data *data, const gim_allocator *allocator, gim__message *message,
                          const gim_data *source, char *const *variable, char *const *feature, size_t d, size_t p,
                          const gim__data_plan *plan)
{
    *data = (gim__data){.allocator = allocator,
                        .source = source,
                        .message = message,
                        .variable = variable,
                        .feature = feature,
                        .d = d,
                        .p = p,
                        .K = source->n_environments,
                        .zero_inflated = plan->zero_inflated,
                        .seed = plan->seed,
                        .visitor = plan->visitor,
                        .batch_rows = plan->batch_rows};
    gim_status status = gim__training_new(&data->training, allocator, source->n_environments, d, p);
    if (status != GIM_OK)
        return fail(data, status, "out of memory for the environments");
    status = new_arrays(data, plan);
    if (status == GIM_OK)
        status = describe_all(data);
    if (status == GIM_OK)
        status = plan_rows(data, plan);
    if (status == GIM_OK && plan->visitor != NULL)
        status = plan->visitor->begin(&data->training, plan->visitor->user);
    if (status == GIM_OK)
        status = read_all(data);
    if (status == GIM_OK)
        status = scale_variables(data);
    if (status != GIM_OK)
        return status;
    scale_features(&data->training, p);
    scale_rows(data);
    return GIM_OK;
}

void gim__data_close(gim__data *data)
{
    if (data->allocator == NULL)
        return;
    for (size_t k = 0; k < data->K; k++) {
        if (data->held != NULL)
            gim__delete(data->allocator, data->held[k]);
        if (data->cache != NULL)
            gim__delete(data->allocator, data->cache[k]);
    }
    void *all[] = {data->origin,  data->unit, data->held,    data->n_held, data->cache,
                   data->moments, data->sums, data->squares, data->buffer, data->index};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        gim__delete(data->allocator, all[i]);
    gim__rows_free(&data->batch, data->allocator);
    gim__rows_free(&data->held_rows, data->allocator);
    gim__training_free(&data->training, data->allocator);
}
