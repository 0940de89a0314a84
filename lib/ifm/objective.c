/* What the fit of an interventional factor model makes large. SPDX-License-Identifier: BSD-3-Clause */
#include "ifm/objective.h"

#include <math.h>
#include <string.h>

#include "ifm/score.h"
#include "math/fn.h"
#include "math/vec.h"

enum { MOST_GRADIENTS = 1 << 24 }; /* reals in those of all chunks */

/* ---- memory ------------------------------------------------------------------------------------------------------ */

static gim_status open_chunk(gim__ifm_chunk *chunk, const gim__ifm_problem *problem, const gim_allocator *allocator)
{
    const gim__ifm_nets *nets = problem->nets;
    size_t d = nets->graph->d, n = problem->grid + 1;
    const struct {
        real **array;
        size_t size;
    } all[] = {{&chunk->grad, gim__ifm_nets_size(nets)},
               {&chunk->slope, gim__ifm_slope_size(nets)},
               {&chunk->a, nets->graph->n_factors * nets->width},
               {&chunk->x, d},
               {&chunk->g, d},
               {&chunk->u, n},
               {&chunk->v, n},
               {&chunk->du, n},
               {&chunk->units, gim__ifm_units(nets, n)},
               {&chunk->sums, n * GIM__LANES}};
    if (gim__ifm_regime_new(&chunk->regime, nets, allocator) != GIM_OK)
        return GIM_ERR_NOMEM;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if ((*all[i].array = gim__new(allocator, all[i].size, sizeof(real))) == NULL)
            return GIM_ERR_NOMEM;
    return GIM_OK;
}

gim_status gim__ifm_work_open(gim__ifm_work *work, const gim__ifm_problem *problem, const gim_allocator *allocator)
{
    size_t most = MOST_GRADIENTS / gim__ifm_nets_size(problem->nets);
    *work = (gim__ifm_work){.allocator = allocator};
    work->n_chunks = most < 1 ? 1 : most > GIM__IFM_CHUNKS ? GIM__IFM_CHUNKS : most;
    for (size_t c = 0; c < work->n_chunks; c++)
        if (open_chunk(&work->chunk[c], problem, allocator) != GIM_OK)
            return GIM_ERR_NOMEM;
    return GIM_OK;
}

void gim__ifm_work_close(gim__ifm_work *work)
{
    for (size_t c = 0; c < work->n_chunks; c++) {
        gim__ifm_chunk *chunk = &work->chunk[c];
        void *all[] = {chunk->grad, chunk->slope, chunk->a,  chunk->x,     chunk->g,
                       chunk->u,    chunk->v,     chunk->du, chunk->units, chunk->sums};
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            gim__delete(work->allocator, all[i]);
        gim__ifm_regime_free(&chunk->regime, work->allocator);
    }
    *work = (gim__ifm_work){0};
}

/* ---- a row ------------------------------------------------------------------------------------------------------- */

static real bin_width(const gim__ifm_problem *problem, size_t i)
{
    return (problem->high[i] - problem->low[i]) / (real)problem->grid;
}

/* to <- x, each variable at the centre of its bin. */
static const real *rounded(real *to, const gim__ifm_problem *problem, const real *x)
{
    for (size_t i = 0; i < problem->nets->graph->d; i++) {
        double h = (double)bin_width(problem, i), bin = floor((double)(x[i] - problem->low[i]) / h);
        bin = bin < 0 ? 0 : bin > (double)problem->grid - 1 ? (double)problem->grid - 1 : bin;
        to[i] = problem->low[i] + (real)(h * (bin + 0.5));
    }
    return to;
}

/* du_l <- -scale softmax(u)_l over l = 1 .. n; returns log sum exp. */
GIM__CLONES static double softmax(real *du, const real *u, size_t n, real scale)
{
    real largest = u[1], sum = 0;
    for (size_t l = 2; l <= n; l++)
        largest = u[l] > largest ? u[l] : largest;
    for (size_t l = 1; l <= n; l++)
        du[l] = gim__exp(u[l] - largest);
    for (size_t l = 1; l <= n; l++)
        sum += du[l];
    for (size_t l = 1; l <= n; l++)
        du[l] *= -scale / sum;
    return (double)largest + log((double)sum);
}

/* log p(x_i | the others) by the grid's rule; a (factors, width) are the row's activations. */
static double conditional(gim__ifm_chunk *chunk, const gim__ifm_problem *problem, const real *x, size_t i, real shift,
                          real scale, int backward)
{
    const gim__ifm_nets *nets = problem->nets;
    size_t n = problem->grid;
    real h = bin_width(problem, i);
    chunk->v[0] = x[i];
    for (size_t l = 0; l < n; l++)
        chunk->v[l + 1] = problem->low[i] + h * ((real)l + shift);
    gim__ifm_conditional(chunk->u, chunk->units, chunk->sums, nets, &chunk->regime, chunk->a, i, x[i], chunk->v, n + 1);
    double value = (double)chunk->u[0] - softmax(chunk->du, chunk->u, n, scale);
    chunk->du[0] = scale;
    if (backward)
        gim__ifm_conditional_backward(gim__ifm_slope_at(chunk->slope, nets), chunk->du, chunk->units, nets,
                                      &chunk->regime, x, i, chunk->v, n + 1);
    return problem->objective == GIM_IFM_BINNED ? value : value - log((double)h);
}

double gim__ifm_row(gim__ifm_chunk *chunk, const gim__ifm_problem *problem, const real *x, const real *shift,
                    real scale, int backward)
{
    const gim__ifm_nets *nets = problem->nets;
    double value = 0;
    if (problem->objective == GIM_IFM_BINNED)
        x = rounded(chunk->x, problem, x);
    gim__ifm_activations(chunk->a, nets, &chunk->regime, x);
    if (problem->objective == GIM_IFM_SCORE_MATCHING) {
        value = gim__ifm_score(chunk->g, chunk->a, nets, &chunk->regime, x);
        if (backward)
            gim__ifm_score_backward(gim__ifm_slope_at(chunk->slope, nets), scale, chunk->g, chunk->a, nets,
                                    &chunk->regime, x);
        return value;
    }
    for (size_t i = 0; i < nets->graph->d; i++)
        value += conditional(chunk, problem, x, i, problem->objective == GIM_IFM_BINNED ? (real)0.5 : shift[i], scale,
                             backward);
    return value;
}

/* ---- all rows ---------------------------------------------------------------------------------------------------- */

typedef struct pass {
    gim__ifm_work *work;
    const gim__ifm_problem *problem;
    const real *values;
    const gim__ifm_rows *rows;
    gim__purpose purpose;
    uint64_t step;
    double total; /* weight of all rows */
    int backward;
} pass;

/* Rows first .. end - 1, which are of one regime. */
static void run_of_rows(const pass *of, gim__ifm_chunk *chunk, size_t first, size_t end)
{
    const gim__ifm_nets *nets = of->problem->nets;
    size_t d = nets->graph->d;
    gim__ifm_regime_set(&chunk->regime, nets, of->values,
                        of->problem->levels + of->rows->regime[first] * nets->graph->m);
    memset(chunk->slope, 0, gim__ifm_slope_size(nets) * sizeof *chunk->slope);
    for (size_t r = first; r < end; r++) {
        double weight = (double)of->rows->weight[r] / of->total;
        for (size_t i = 0; i < d; i++) /* g serves score matching alone, which needs no shift */
            chunk->g[i] = (real)gim__rng_uniform(&chunk->rng);
        chunk->value +=
            weight * gim__ifm_row(chunk, of->problem, of->rows->x + r * d, chunk->g, (real)weight, of->backward);
    }
    if (of->backward)
        gim__ifm_slope_add(chunk->grad, gim__ifm_slope_at(chunk->slope, nets), nets, &chunk->regime);
}

static void run_chunk(void *context, size_t c, size_t thread)
{
    const pass *of = context;
    gim__ifm_chunk *chunk = &of->work->chunk[c];
    size_t n = of->rows->n, C = of->work->n_chunks, end = (c + 1) * n / C;
    (void)thread;
    chunk->value = 0;
    if (of->backward)
        memset(chunk->grad, 0, gim__ifm_nets_size(of->problem->nets) * sizeof *chunk->grad);
    gim__rng_open(&chunk->rng, of->problem->seed, of->purpose, of->step, c);
    for (size_t first = c * n / C, next; first < end; first = next) {
        for (next = first + 1; next < end && of->rows->regime[next] == of->rows->regime[first];)
            next++;
        run_of_rows(of, chunk, first, next);
    }
}

double gim__ifm_objective(real *grad, gim__ifm_work *work, const gim__ifm_problem *problem, const real *values,
                          const gim__ifm_rows *rows, gim__purpose purpose, uint64_t step, gim__pool *pool)
{
    pass of = {work, problem, values, rows, purpose, step, 0, grad != NULL};
    size_t size = gim__ifm_nets_size(problem->nets);
    double value = 0;
    for (size_t r = 0; r < rows->n; r++)
        of.total += (double)rows->weight[r];
    gim__pool_run(pool, work->n_chunks, run_chunk, &of);
    for (size_t c = 0; c < work->n_chunks; c++) {
        value += work->chunk[c].value;
        for (size_t i = 0; grad != NULL && i < size; i++)
            grad[i] += work->chunk[c].grad[i];
    }
    return value;
}
