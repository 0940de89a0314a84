/* The volume that a system with cycles keeps. Source: Ng, Ghassami & Zhang (2020), of linear systems; at single rows of
 * others. SPDX-License-Identifier: BSD-3-Clause */
#include "train/volume.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "math/inverse.h"
#include "model/graph.h"

/* Rows of a draw: of few the gradient is noisy; each costs 2 d^3 operations. */
static size_t rows_of(const gim__spec *spec)
{
    size_t most = 640 / spec->d;
    return !spec->mech->curved ? 1 : most < 4 ? 4 : most > 16 ? 16 : most;
}

/* A thread's scratch, in this order: gains, slopes or their gradient, gradient of the gains, the mechanism's own. */
static size_t scratch_size(const gim__spec *spec)
{
    return 3 * spec->d + spec->mech->scratch(spec->d, spec->hidden);
}

gim_status gim__volume_new(gim__volume *volume, const gim_allocator *allocator, const gim__spec *spec, size_t M,
                           gim__pool *pool)
{
    size_t d = spec->d, rows = rows_of(spec), threads = gim__pool_threads(pool);
    M = spec->volume > 0 ? M : 0;
    *volume =
        (gim__volume){.allocator = allocator, .M = M, .rows = rows, .pool = pool, .scratch_size = scratch_size(spec)};
    volume->x = gim__new(allocator, M * rows * d, sizeof(real));
    volume->inverse = gim__new(allocator, M * rows * d * d, sizeof(real));
    volume->log_det = gim__new(allocator, M * rows, sizeof(double));
    volume->dgain = gim__new(allocator, M * d * d, sizeof(real));
    volume->pivot = gim__new(allocator, M * rows * d, sizeof(size_t));
    volume->scratch = gim__new(allocator, threads * volume->scratch_size, sizeof(real));
    volume->parent = gim__new(allocator, threads * d, sizeof(size_t));
    return volume->x && volume->inverse && volume->log_det && volume->dgain && volume->pivot && volume->scratch &&
                   volume->parent
               ? GIM_OK
               : GIM_ERR_NOMEM;
}

void gim__volume_free(gim__volume *volume)
{
    void *all[] = {volume->x,     volume->inverse, volume->log_det, volume->dgain,
                   volume->pivot, volume->scratch, volume->parent};
    for (size_t i = 0; i < sizeof all / sizeof *all && volume->allocator != NULL; i++)
        gim__delete(volume->allocator, all[i]);
}

/* Systematic sampling: one place at random, the others at equal steps of the sum of weights. Neighbours go to different
 * draws. */
void gim__volume_rows(gim__volume *volume, const gim__rows *rows, const gim__spec *spec, gim__rng *rng)
{
    size_t d = spec->d, M = volume->M, n = M * volume->rows, r = 0;
    if (!spec->mech->curved || rows->n == 0 || n == 0)
        return;
    double total = 0, passed = (double)rows->weight[0], start = gim__rng_uniform(rng);
    for (size_t i = 0; i < rows->n; i++)
        total += (double)rows->weight[i];
    for (size_t s = 0; s < n; s++) {
        double place = ((double)s + start) / (double)n * total;
        while (passed < place && r + 1 < rows->n)
            passed += (double)rows->weight[++r];
        size_t to = (s % M * volume->rows + s / M) * d;
        memcpy(volume->x + to, rows->x + r * d, d * sizeof(real));
    }
}

/* ---- slopes ---- */

/* What the tasks of a pass share. */
typedef struct pass {
    gim__volume *volume;
    gim__graphs graphs;
    const real *theta;
    real *dtheta, *ds;
    double weight;
    const gim__spec *spec;
} pass;

/* A thread's place to work in. */
typedef struct place {
    gim__family family;
    size_t *parent;
    real *gain, *slope, *dgain, *own;
} place;

static place place_of(const pass *of, size_t thread)
{
    real *scratch = of->volume->scratch + thread * of->volume->scratch_size;
    size_t d = of->spec->d;
    return (place){.parent = of->volume->parent + thread * d,
                   .gain = scratch,
                   .slope = scratch + d,
                   .dgain = scratch + 2 * d,
                   .own = scratch + 3 * d};
}

/* Variable j in graph m: its parents and the strengths of their edges. */
static void describe(place *mine, const pass *of, size_t m, size_t j)
{
    size_t d = of->spec->d, n = 0;
    const real *G = of->graphs.G + (of->graphs.shared ? 0 : m * d * d);
    for (size_t i = 0; i < d; i++)
        if (G[i * d + j] != 0) {
            mine->parent[n] = i;
            mine->gain[n++] = G[i * d + j];
        }
    mine->family = (gim__family){j, n, mine->parent, mine->gain};
}

/* log|det(I - T)| of one draw at one row. Of curved mechanisms what is above 0 does not count: of networks that fold,
 * several x have the same noise, the density has more than one in all, and a fit would learn to fold. */
static void one_row(void *context, size_t at, size_t thread)
{
    const pass *of = context;
    const gim__spec *spec = of->spec;
    size_t d = spec->d;
    real *T = of->volume->inverse + at * d * d;
    place mine = place_of(of, thread);
    memset(T, 0, d * d * sizeof *T);
    for (size_t j = 0; j < d; j++) {
        describe(&mine, of, at / of->volume->rows, j);
        spec->mech->slope(mine.slope, of->volume->x + at * d, of->theta, &mine.family, d, spec->hidden, mine.own);
        T[j * d + j] = 1;
        for (size_t k = 0; k < mine.family.n_parents; k++) {
            size_t i = mine.family.parent[k];
            T[j * d + i] = -mine.slope[k];
        }
    }
    of->volume->log_det[at] = gim__inverse(T, of->volume->pivot + at * d, d);
    if (spec->mech->curved && of->volume->log_det[at] > 0) {
        of->volume->log_det[at] = 0;
        memset(T, 0, d * d * sizeof *T); /* no gradient */
    }
}

double gim__volume_forward(gim__volume *volume, const real *values, const gim__params *params, gim__graphs graphs,
                           const gim__spec *spec)
{
    pass of = {.volume = volume, .graphs = graphs, .theta = values + params->theta, .spec = spec};
    size_t n = volume->M * volume->rows;
    double sum = 0;
    gim__pool_run(volume->pool, n, one_row, &of);
    for (size_t at = 0; at < n; at++)
        sum += volume->log_det[at];
    return sum / (double)n;
}

/* Forward: log|det A|, A = I - T. Now dT_ji = -(A^-1)_ij; and through variable j's slopes, of all draws and rows. */
static void one_variable(void *context, size_t j, size_t thread)
{
    const pass *of = context;
    const gim__volume *volume = of->volume;
    const gim__spec *spec = of->spec;
    const real most = 10;
    size_t d = spec->d;
    place mine = place_of(of, thread);
    real scale = (real)(of->weight / (double)(volume->M * volume->rows));
    for (size_t at = 0; at < volume->M * volume->rows; at++) {
        size_t m = at / volume->rows;
        describe(&mine, of, m, j);
        for (size_t k = 0; k < mine.family.n_parents; k++) {
            size_t i = mine.family.parent[k];
            real dT = -volume->inverse[at * d * d + i * d + j];
            dT = dT > most ? most : dT < -most ? -most : dT;
            mine.slope[k] = scale * dT;
            mine.dgain[k] = 0;
        }
        spec->mech->slope_backward(of->dtheta, of->ds == NULL ? NULL : mine.dgain, mine.slope, volume->x + at * d,
                                   of->theta, &mine.family, d, spec->hidden, mine.own);
        for (size_t k = 0; of->ds != NULL && k < mine.family.n_parents; k++)
            volume->dgain[m * d * d + mine.family.parent[k] * d + j] += mine.dgain[k];
    }
}

void gim__volume_backward(gim__volume *volume, real *grad, real *ds, double weight, const real *values,
                          const gim__params *params, gim__graphs graphs, const gim__spec *spec)
{
    size_t d = spec->d;
    pass of = {volume, graphs, values + params->theta, grad == NULL ? NULL : grad + params->theta, ds, weight, spec};
    if (ds != NULL)
        memset(volume->dgain, 0, volume->M * d * d * sizeof(real));
    gim__pool_run(volume->pool, d, one_variable, &of);
    for (size_t m = 0; ds != NULL && m < volume->M; m++)
        gim__graph_draw_backward(ds, volume->dgain + m * d * d, graphs.G + m * d * d, spec->tau, d);
}
