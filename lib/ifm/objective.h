/* What the fit of an interventional factor model makes large, over rows of many regimes, in parallel; and its gradient.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__IFM_OBJECTIVE_H
#define GIM__IFM_OBJECTIVE_H

#include "base/rng.h"
#include "base/threads.h"
#include "ifm/network.h"

/* Quadrature, of a row:  sum_i log p(x_i | the others) = sum_i u_i(x_i) - log(h_i sum_l exp u_i(v_l)),
 *     v_l = low_i + h_i (l + r),  l = 0 .. grid - 1,  h_i = (high_i - low_i) / grid,  r uniform in (0, 1).
 * Binned, as the authors have it: r = 1/2, x rounded to the nearest v, without log h. Score matching: score.h. */
typedef struct gim__ifm_problem {
    const gim__ifm_nets *nets;
    gim_ifm_objective objective;
    size_t grid;
    const real *low, *high; /* (d) */
    const size_t *levels;   /* (T, m), of the regimes */
    uint64_t seed;
} gim__ifm_problem;

/* Rows in the order of their regimes. */
typedef struct gim__ifm_rows {
    size_t n;
    const real *x, *weight; /* (n, d), (n) */
    const size_t *regime;   /* (n) */
} gim__ifm_rows;

/* Memory of a part of the rows. */
typedef struct gim__ifm_chunk {
    gim__ifm_regime regime;
    real *grad, *slope;                          /* of the parameters; of a regime's networks */
    real *a, *x, *g, *u, *v, *du, *units, *sums; /* of a row */
    gim__rng rng;
    double value;
} gim__ifm_chunk;

/* As many as the rows are cut into, however many threads there are, so that no number depends on these. Starts as
 * {0}. */
enum { GIM__IFM_CHUNKS = 16 };
typedef struct gim__ifm_work {
    const gim_allocator *allocator;
    size_t n_chunks;
    gim__ifm_chunk chunk[GIM__IFM_CHUNKS];
} gim__ifm_work;

gim_status gim__ifm_work_open(gim__ifm_work *work, const gim__ifm_problem *problem, const gim_allocator *allocator);
void gim__ifm_work_close(gim__ifm_work *work);

/* The weighted mean over the rows; its gradient is added to grad, if that is not NULL. purpose and step name the random
 * numbers r. */
double gim__ifm_objective(real *grad, gim__ifm_work *work, const gim__ifm_problem *problem, const real *values,
                          const gim__ifm_rows *rows, gim__purpose purpose, uint64_t step, gim__pool *pool);
/* Of one row; chunk->regime is set, and chunk->slope += scale times the gradient where backward is not 0.
 * shift  (d): r of each variable; not looked at by score matching. */
double gim__ifm_row(gim__ifm_chunk *chunk, const gim__ifm_problem *problem, const real *x, const real *shift,
                    real scale, int backward);

#endif
