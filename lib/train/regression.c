/* Least weighted squares by networks of two tanh layers, whose mean is the answer. Of each, steps of Adam on batches
 * that are drawn in proportion to the weights, and the best step by rows that are held out.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "train/regression.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "math/fn.h"
#include "train/learner.h"

enum { PART = 64, CHECKS = 30 }; /* rows of a task; how often held-out rows are looked at */

/* Beyond this, where every unit is long saturated, variables are cut off, so that all sums stay finite. */
#define FAR 1e6

/* ---- units ---- */

static double weight_of(const gim_outcomes *outcomes, size_t row)
{
    return outcomes->weights != NULL ? outcomes->weights[row] : 1;
}

/* Means and standard deviations of the columns of values (n_rows, columns), over rows that have weight; deviation 0
 * where there is nothing but rounding. Returns the first column whose squares are not finite; columns if there is
 * none. */
static size_t moments(double *center, double *deviation, const double *values, size_t columns,
                      const gim_outcomes *outcomes)
{
    for (size_t j = 0; j < columns; j++) {
        double n = 0, sum = 0, squares = 0;
        for (size_t i = 0; i < outcomes->n_rows; i++)
            if (weight_of(outcomes, i) > 0) {
                n++;
                sum += (values[i * columns + j] - sum) / n; /* the mean so far */
            }
        for (size_t i = 0; i < outcomes->n_rows; i++) {
            double apart = values[i * columns + j] - sum;
            squares += weight_of(outcomes, i) > 0 ? apart * apart : 0;
        }
        center[j] = sum;
        deviation[j] = sqrt(squares / n);
        if (!isfinite(deviation[j]))
            return j;
        if (deviation[j] <= 1e-12 * fabs(sum))
            deviation[j] = 0;
    }
    return columns;
}

static gim_status take_units(gim__regression *to, const gim_outcomes *outcomes, gim__message *message)
{
    size_t j = moments(to->x_center, to->x_gain, outcomes->x, to->net.in, outcomes);
    if (j < to->net.in)
        return gim__fail(message, GIM_ERR_DATA, "variable %zu has values too large to be squared", j);
    size_t k = moments(to->y_center, to->y_scale, outcomes->y, to->net.out, outcomes);
    if (k < to->net.out)
        return gim__fail(message, GIM_ERR_DATA, "outcome %zu has values too large to be squared", k);
    for (j = 0; j < to->net.in; j++)
        to->x_gain[j] = to->x_gain[j] > 0 ? 1 / to->x_gain[j] : 0;
    return GIM_OK;
}

static real inside(double z)
{
    return (real)(z > FAR ? FAR : z < -FAR ? -FAR : z);
}

static void scale_row(real *z, const double *x, const gim__regression *by)
{
    for (size_t j = 0; j < by->net.in; j++)
        z[j] = inside((x[j] - by->x_center[j]) * by->x_gain[j]);
}

static double scaled_outcome(double y, const gim__regression *by, size_t k)
{
    return by->y_scale[k] > 0 ? (y - by->y_center[k]) / by->y_scale[k] : 0;
}

/* ---- learning ---- */

typedef struct study {
    const gim_outcomes *outcomes;
    const gim_regression_settings *settings;
    const gim__regression *units;
    gim__learner learner;
    gim__rng rng;
    size_t n, held, batch; /* rows that have weight, of which the last are held out; rows of a step */
    size_t *row;           /* (n) */
    size_t *moved;         /* (held), of hold_out() */
    double *sum;           /* (n): weights of the rows that are not held out, added up */
    size_t *chosen;        /* (batch) */
    double decay;          /* of a step: less where there are more rows */
    real *best;            /* the weights of the best step */
    double best_error;
} study;

/* The rows that have weight, in order, but that a share of them, one of each run of as many, comes last. */
static void hold_out(study *mine)
{
    size_t held = mine->held, kept = 0, moved = 0, number = 0, pick = 0;
    for (size_t i = 0; i < mine->outcomes->n_rows; i++) {
        if (!(weight_of(mine->outcomes, i) > 0))
            continue;
        if (moved < held && number == mine->n * moved / held) {
            size_t run = mine->n * (moved + 1) / held - number;
            pick = number + (size_t)(gim__rng_uniform(&mine->rng) * (double)run);
        }
        if (moved < held && number == pick)
            mine->moved[moved] = i;
        else
            mine->row[kept++] = i;
        number++;
        moved += moved < held && number == mine->n * (moved + 1) / held;
    }
    memcpy(mine->row + kept, mine->moved, held * sizeof *mine->moved);
}

/* The decay is shared out among as many rows as would tell as much were they all of the same weight. */
static void add_weights(study *mine)
{
    double largest = 0, sum = 0, squares = 0;
    for (size_t i = 0; i < mine->n; i++)
        largest = fmax(largest, weight_of(mine->outcomes, mine->row[i]));
    for (size_t i = 0; i + mine->held < mine->n; i++) {
        double weight = weight_of(mine->outcomes, mine->row[i]) / largest;
        mine->sum[i] = sum += weight;
        squares += weight * weight;
    }
    mine->decay = fmin(mine->settings->decay * squares / (sum * sum), 1);
}

static int study_open(study *mine, gim__pool *pool, const gim_allocator *allocator)
{
    for (size_t i = 0; i < mine->outcomes->n_rows; i++)
        mine->n += weight_of(mine->outcomes, i) > 0;
    mine->held = (size_t)(mine->settings->held_out * (double)mine->n);
    mine->batch = mine->settings->batch_rows < mine->n ? mine->settings->batch_rows : mine->n;
    mine->row = gim__new(allocator, mine->n, sizeof *mine->row);
    mine->moved = gim__new(allocator, mine->held, sizeof *mine->moved);
    mine->sum = gim__new(allocator, mine->n, sizeof *mine->sum);
    mine->chosen = gim__new(allocator, mine->batch, sizeof *mine->chosen);
    mine->best = gim__new(allocator, gim__mlp_size(mine->units->net), sizeof *mine->best);
    return mine->row != NULL && mine->moved != NULL && mine->sum != NULL && mine->chosen != NULL &&
           mine->best != NULL &&
           gim__learner_open(&mine->learner, mine->units->net, mine->batch, PART, pool, allocator) == GIM_OK;
}

static void study_close(study *mine, const gim_allocator *allocator)
{
    gim__delete(allocator, mine->row);
    gim__delete(allocator, mine->moved);
    gim__delete(allocator, mine->sum);
    gim__delete(allocator, mine->chosen);
    gim__delete(allocator, mine->best);
    gim__learner_close(&mine->learner, allocator);
}

/* Of as many equal parts of all the weight as the batch has rows, the row at a random place of each. */
static void draw_batch(study *mine)
{
    size_t n = mine->n - mine->held;
    double part = mine->sum[n - 1] / (double)mine->batch;
    for (size_t i = 0; i < mine->batch; i++) {
        size_t at = gim__first_from(mine->sum, n, ((double)i + gim__rng_uniform(&mine->rng)) * part);
        mine->chosen[i] = mine->row[at < n ? at : n - 1];
    }
}

/* Predictions for n rows; then what they are off by, in their place. Returns the sum of w (y - prediction)^2, where
 * weighted, of the squares otherwise. */
static double errors_of(study *mine, const real *weights, const size_t *row, size_t n, int weighted)
{
    size_t p = mine->units->net.in, q = mine->units->net.out;
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        scale_row(mine->learner.x + i * p, mine->outcomes->x + row[i] * p, mine->units);
    gim__learner_forward(&mine->learner, weights, n);
    for (size_t i = 0; i < n; i++) {
        double squares = 0;
        real *y = mine->learner.y + i * q;
        for (size_t k = 0; k < q; k++) {
            double error = scaled_outcome(mine->outcomes->y[row[i] * q + k], mine->units, k) - (double)y[k];
            squares += error * error;
            y[k] = (real)error;
        }
        sum += weighted ? weight_of(mine->outcomes, row[i]) * squares : squares;
    }
    return sum;
}

/* One step on -|y - prediction|^2 / 2, a mean over rows, with a step size that falls along a half cosine. Returns the
 * squared error. */
static double step(real *weights, study *mine, size_t at)
{
    const gim_regression_settings *settings = mine->settings;
    double rate = settings->learning_rate * 0.5 * (1 + cos(acos(-1) * (double)at / (double)settings->steps));
    size_t n = mine->batch;
    draw_batch(mine);
    double squares = errors_of(mine, weights, mine->chosen, n, 0);
    for (size_t i = 0; i < n * mine->units->net.out; i++)
        mine->learner.y[i] /= (real)n;
    gim__learner_ascend(weights, &mine->learner, n, rate, mine->decay, at + 1);
    return squares;
}

/* Keeps the weights if they are the best so far; without held-out rows, the newest always are. */
static void check(const real *weights, study *mine)
{
    double error = 0;
    const size_t *held = mine->row + mine->n - mine->held;
    for (size_t from = 0; from < mine->held; from += mine->batch) {
        size_t left = mine->held - from;
        error += errors_of(mine, weights, held + from, left < mine->batch ? left : mine->batch, 1);
    }
    if (!(error <= mine->best_error))
        return;
    mine->best_error = error;
    memcpy(mine->best, weights, mine->learner.size * sizeof *weights);
}

static gim_status learn(real *weights, study *mine, uint64_t number, gim__message *message)
{
    size_t steps = mine->settings->steps, every = (steps + CHECKS - 1) / CHECKS;
    gim__rng_open(&mine->rng, mine->settings->seed, GIM__RNG_BATCH, number, 0);
    hold_out(mine);
    add_weights(mine);
    gim__learner_start(weights, &mine->learner, mine->settings->seed, number);
    mine->best_error = INFINITY;
    for (size_t at = 0; at < steps; at++) {
        double squares = step(weights, mine, at);
        if (!isfinite(squares))
            return gim__fail(message, GIM_ERR_NUMERIC,
                             "the squared error of the regression is %g at step %zu; a smaller learning_rate may help",
                             squares, at);
        if ((at + 1) % every == 0 || at + 1 == steps)
            check(weights, mine);
    }
    memcpy(weights, mine->best, mine->learner.size * sizeof *weights);
    return GIM_OK;
}

static int room(gim__regression *made, const gim_allocator *allocator)
{
    made->weights = gim__new(allocator, made->n_networks, gim__mlp_size(made->net) * sizeof *made->weights);
    made->x_center = gim__new(allocator, made->net.in, sizeof(double));
    made->x_gain = gim__new(allocator, made->net.in, sizeof(double));
    made->y_center = gim__new(allocator, made->net.out, sizeof(double));
    made->y_scale = gim__new(allocator, made->net.out, sizeof(double));
    return made->weights && made->x_center && made->x_gain && made->y_center && made->y_scale;
}

gim_status gim__regression_fit(gim__regression *regression, const gim_outcomes *outcomes,
                               const gim_regression_settings *settings, gim__pool *pool, gim__message *message,
                               const gim_allocator *allocator)
{
    study mine = {.outcomes = outcomes, .settings = settings, .units = regression};
    *regression = (gim__regression){.net = {outcomes->n_variables, settings->width, outcomes->n_outcomes},
                                    .n_networks = settings->networks};
    gim_status status = GIM_ERR_NOMEM;
    if (!room(regression, allocator) || !study_open(&mine, pool, allocator))
        gim__fail(message, status, "out of memory for a regression of %zu outcomes on %zu variables",
                  outcomes->n_outcomes, outcomes->n_variables);
    else
        status = take_units(regression, outcomes, message);
    for (size_t i = 0; status == GIM_OK && i < settings->networks; i++)
        status = learn(regression->weights + i * mine.learner.size, &mine, i, message);
    study_close(&mine, allocator);
    if (status != GIM_OK)
        gim__regression_free(regression, allocator);
    return status;
}

void gim__regression_free(gim__regression *regression, const gim_allocator *allocator)
{
    gim__delete(allocator, regression->weights);
    gim__delete(allocator, regression->x_center);
    gim__delete(allocator, regression->x_gain);
    gim__delete(allocator, regression->y_center);
    gim__delete(allocator, regression->y_scale);
    *regression = (gim__regression){0};
}

/* ---- predicting ---- */

/* y (n, out) <- the mean of the networks; z (n, in), scratch: n (out + 2 width) reals. */
static void predict_block(double *y, const gim__regression *by, const real *z, size_t n, real *scratch)
{
    size_t q = by->net.out, size = gim__mlp_size(by->net);
    memset(y, 0, n * q * sizeof *y);
    for (size_t i = 0; i < by->n_networks; i++) {
        gim__mlp_forward(scratch, scratch + n * q, z, by->weights + i * size, n, by->net);
        for (size_t r = 0; r < n * q; r++)
            y[r] += (double)scratch[r] / (double)by->n_networks;
    }
    for (size_t r = 0; r < n * q; r++)
        y[r] = by->y_center[r % q] + by->y_scale[r % q] * y[r];
}

gim_status gim__regression_predict(const gim__regression *regression, const double *x, size_t n, double *y,
                                   const gim_allocator *allocator)
{
    gim__mlp net = regression->net;
    real *z = gim__new(allocator, PART, (net.in + net.out + 2 * net.width) * sizeof *z);
    if (z == NULL)
        return GIM_ERR_NOMEM;
    for (size_t from = 0; from < n; from += PART) {
        size_t rows = n - from < PART ? n - from : PART;
        for (size_t i = 0; i < rows; i++)
            scale_row(z + i * net.in, x + (from + i) * net.in, regression);
        predict_block(y + from * net.out, regression, z, rows, z + PART * net.in);
    }
    gim__delete(allocator, z);
    return GIM_OK;
}
