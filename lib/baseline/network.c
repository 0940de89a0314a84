/* A network from features to shifts. SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "baseline/baseline.h"
#include "train/learner.h"

/* Chosen on made-up systems (docs/baselines.md). */
enum { STEPS = 1000, BATCH = 256 };
#define RATE 3e-3
#define DECAY 2

/* Beyond this, where every unit is long saturated, features are cut off, so that all sums stay finite. */
#define FAR 1e6

static gim__mlp net_of(const gim__baseline *baseline)
{
    return (gim__mlp){baseline->p, baseline->width, baseline->d};
}

static size_t n_weights(const gim__baseline *baseline)
{
    return gim__mlp_size(net_of(baseline));
}

/* ---- learning ---- */

typedef struct study {
    size_t n, batch; /* environments, those of a step */
    double *x, *y;   /* (n, p), (n, d) */
    size_t *chosen;  /* (batch) */
    gim__learner learner;
} study;

static int study_new(study *mine, const gim__baseline *baseline, const gim__training *training,
                     const gim_allocator *allocator)
{
    size_t n = gim__baseline_problem(NULL, NULL, baseline, training), batch = n < BATCH ? n : BATCH;
    *mine = (study){.n = n, .batch = batch};
    mine->x = gim__new(allocator, n, baseline->p * sizeof(double));
    mine->y = gim__new(allocator, n, baseline->d * sizeof(double));
    mine->chosen = gim__new(allocator, batch, sizeof(size_t));
    return mine->x && mine->y && mine->chosen &&
           gim__learner_open(&mine->learner, net_of(baseline), batch, batch, NULL, allocator) == GIM_OK;
}

static void study_free(study *mine, const gim_allocator *allocator)
{
    gim__delete(allocator, mine->x);
    gim__delete(allocator, mine->y);
    gim__delete(allocator, mine->chosen);
    gim__learner_close(&mine->learner, allocator);
}

static real cut(double z)
{
    return (real)(z > FAR ? FAR : z < -FAR ? -FAR : z);
}

static void draw_batch(study *mine, uint64_t seed, uint64_t step)
{
    gim__rng rng;
    size_t p = mine->learner.net.in;
    gim__rng_open(&rng, seed, GIM__RNG_BATCH, step, 0);
    gim__rng_choose(&rng, mine->chosen, mine->batch, mine->n);
    for (size_t i = 0; i < mine->batch; i++)
        for (size_t f = 0; f < p; f++)
            mine->learner.x[i * p + f] = cut(mine->x[mine->chosen[i] * p + f]);
}

/* One step of Adam on -|y - prediction|^2 / 2 a row, with decay and a step size that falls along a half cosine. Returns
 * minus the mean squared error. */
static double step(real *values, study *mine, uint64_t seed, uint64_t at)
{
    size_t d = mine->learner.net.out, batch = mine->batch;
    double squares = 0, rate = RATE * 0.5 * (1 + cos(acos(-1) * (double)at / STEPS));
    real *y = mine->learner.y;
    draw_batch(mine, seed, at);
    gim__learner_forward(&mine->learner, values, batch);
    for (size_t i = 0; i < batch * d; i++) {
        double error = mine->y[mine->chosen[i / d] * d + i % d] - (double)y[i];
        squares += error * error;
        y[i] = (real)(error / (double)batch);
    }
    gim__learner_ascend(values, &mine->learner, batch, rate, DECAY, at + 1);
    return -squares / (double)(batch * d);
}

static gim_status train(real *values, study *mine, const gim__lesson *lesson)
{
    double objective = NAN;
    gim__learner_start(values, &mine->learner, lesson->seed, 0);
    gim_status status = gim__lesson_report(lesson, 0, STEPS, objective);
    for (uint64_t at = 0; status == GIM_OK && at < STEPS; at++) {
        objective = step(values, mine, lesson->seed, at);
        if (!isfinite(objective))
            return gim__fail(lesson->message, GIM_ERR_NUMERIC,
                             "the squared error of the method mlp is %g at step %llu; look for outliers in the data",
                             -objective, (unsigned long long)at);
        if ((at + 1) % lesson->report_every == 0 || at + 1 == STEPS)
            status = gim__lesson_report(lesson, at + 1, STEPS, objective);
    }
    return status;
}

static gim_status learn(gim__baseline *baseline, const gim__training *training, const gim__lesson *lesson)
{
    study mine;
    gim_status status = GIM_ERR_NOMEM;
    if (study_new(&mine, baseline, training, lesson->allocator)) {
        gim__baseline_problem(mine.x, mine.y, baseline, training);
        status = train(baseline->values, &mine, lesson);
    } else {
        gim__fail(lesson->message, status, "out of memory for a network of %zu weights", baseline->n_values);
    }
    study_free(&mine, lesson->allocator);
    return status;
}

/* ---- predicting ---- */

static void predict(double *shift, const gim__baseline *baseline, const gim__training *training, const double *features,
                    real *scratch)
{
    const gim__scaling *scaling = &training->scaling;
    size_t p = baseline->p, d = baseline->d;
    real *x = scratch, *y = x + p, *hidden = y + d;
    for (size_t f = 0; f < p; f++)
        x[f] = cut((features[f] - scaling->feature_center[f]) / scaling->feature_scale[f]);
    gim__mlp_forward(y, hidden, x, baseline->values, 1, net_of(baseline));
    for (size_t j = 0; j < d; j++)
        shift[j] += scaling->scale[j] * (double)y[j];
}

const gim__method gim__mlp_method = {.needs_control = 1, .n_values = n_weights, .learn = learn, .shift = predict};
