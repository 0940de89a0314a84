/* Gibbs sampling. SPDX-License-Identifier: BSD-3-Clause */
#include "ifm/gibbs.h"

#include "base/rng.h"
#include "math/fn.h"
#include "math/vec.h"

/* Memory of one thread. */
typedef struct chain {
    real *x, *a, *u, *v, *units, *sums;
    gim__rng rng;
} chain;

typedef struct sampler {
    const gim__ifm_density *density;
    const gim__ifm_chains *plan;
    gim__ifm_regime regime;
    chain *chain; /* (threads) */
    double *to;   /* (n, d) */
    size_t n;
} sampler;

static size_t scratch_size(const gim__ifm_nets *nets, size_t grid)
{
    return nets->graph->d + nets->graph->n_factors * nets->width + (2 + GIM__LANES) * grid + gim__ifm_units(nets, grid);
}

/* The memory of a chain is one block, at x. */
static gim_status chain_new(chain *mine, const gim__ifm_nets *nets, size_t grid, const gim_allocator *allocator)
{
    if ((mine->x = gim__new(allocator, scratch_size(nets, grid), sizeof(real))) == NULL)
        return GIM_ERR_NOMEM;
    mine->a = mine->x + nets->graph->d;
    mine->u = mine->a + nets->graph->n_factors * nets->width;
    mine->v = mine->u + grid;
    mine->sums = mine->v + grid;
    mine->units = mine->sums + GIM__LANES * grid;
    return GIM_OK;
}

/* u (n) <- exp(u - largest); returns the sum. */
GIM__CLONES static double exponentiate(real *u, size_t n)
{
    real largest = u[0], sum = 0;
    for (size_t l = 1; l < n; l++)
        largest = u[l] > largest ? u[l] : largest;
    for (size_t l = 0; l < n; l++)
        u[l] = gim__exp(u[l] - largest);
    for (size_t l = 0; l < n; l++)
        sum += u[l];
    return (double)sum;
}

static size_t pick(chain *mine, size_t n)
{
    double left = exponentiate(mine->u, n) * gim__rng_uniform(&mine->rng);
    size_t l = 0;
    while (l + 1 < n && (left -= (double)mine->u[l]) > 0)
        l++;
    return l;
}

static void update(chain *mine, const sampler *of, size_t i)
{
    const gim__ifm_density *density = of->density;
    const gim__ifm_nets *nets = density->nets;
    size_t n = of->plan->grid;
    real step = (density->high[i] - density->low[i]) / (real)n, shift = (real)gim__rng_uniform(&mine->rng);
    for (size_t l = 0; l < n; l++)
        mine->v[l] = density->low[i] + step * ((real)l + shift);
    gim__ifm_conditional(mine->u, mine->units, mine->sums, nets, &of->regime, mine->a, i, mine->x[i], mine->v, n);
    real value = mine->v[pick(mine, n)], move = value - mine->x[i];
    mine->x[i] = value;
    for (size_t e = nets->first[i]; e < nets->first[i + 1]; e++) {
        real *a = mine->a + nets->factor[e] * nets->width;
        const real *W = of->regime.W[nets->factor[e]] + nets->place[e] * nets->width;
        for (size_t h = 0; h < nets->width; h++)
            a[h] += move * W[h];
    }
}

/* Activations are made anew, so that the rounding of their updates does not add up. */
static void sweep(chain *mine, const sampler *of)
{
    gim__ifm_activations(mine->a, of->density->nets, &of->regime, mine->x);
    for (size_t i = 0; i < of->density->nets->graph->d; i++)
        update(mine, of, i);
}

static void run_chain(void *context, size_t c, size_t thread)
{
    const sampler *of = context;
    const gim__ifm_density *density = of->density;
    chain *mine = &of->chain[thread];
    size_t d = density->nets->graph->d;
    gim__rng_open(&mine->rng, of->plan->seed, GIM__RNG_CHAIN, c, 0);
    for (size_t i = 0; i < d; i++)
        mine->x[i] = density->low[i] + (density->high[i] - density->low[i]) * (real)gim__rng_uniform(&mine->rng);
    for (size_t s = 0; s < of->plan->burn; s++)
        sweep(mine, of);
    for (size_t row = c; row < of->n; row += of->plan->chains) {
        for (size_t s = 0; s < of->plan->thin; s++)
            sweep(mine, of);
        for (size_t i = 0; i < d; i++)
            of->to[row * d + i] = density->center[i] + density->scale[i] * (double)mine->x[i];
    }
}

gim_status gim__ifm_gibbs(double *x, const gim__ifm_density *density, const size_t *s, const gim__ifm_chains *plan,
                          size_t n, gim__pool *pool, const gim_allocator *allocator)
{
    sampler of = {.density = density, .plan = plan, .to = x, .n = n};
    size_t threads = gim__pool_threads(pool);
    gim_status status = gim__ifm_regime_new(&of.regime, density->nets, allocator);
    if (status == GIM_OK && (of.chain = gim__new(allocator, threads, sizeof *of.chain)) == NULL)
        status = GIM_ERR_NOMEM;
    for (size_t i = 0; i < threads && status == GIM_OK; i++)
        status = chain_new(&of.chain[i], density->nets, plan->grid, allocator);
    if (status == GIM_OK) {
        gim__ifm_regime_set(&of.regime, density->nets, density->values, s);
        gim__pool_run(pool, plan->chains < n ? plan->chains : n, run_chain, &of);
    }
    for (size_t i = 0; of.chain != NULL && i < threads; i++)
        gim__delete(allocator, of.chain[i].x);
    gim__delete(allocator, of.chain);
    gim__ifm_regime_free(&of.regime, allocator);
    return status;
}
