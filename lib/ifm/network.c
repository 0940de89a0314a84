/* The factors of an interventional factor model as networks. SPDX-License-Identifier: BSD-3-Clause */
#include "ifm/network.h"

#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "math/vec.h"

enum { L = GIM__LANES };

/* ---- the layout -------------------------------------------------------------------------------------------------- */

/* Of W, b and w of one network. */
static size_t net_size(const gim__ifm_nets *nets, size_t k)
{
    return (nets->graph->factors[k].n_variables + 2) * nets->width;
}

static int count_levels(size_t *levels, const gim__ifm_graph *graph, const gim__ifm_factor *factor)
{
    *levels = 1;
    for (size_t j = 0; j < factor->n_interventions; j++)
        if (__builtin_mul_overflow(*levels, graph->levels[factor->interventions[j]], levels))
            return 0;
    return 1;
}

/* Returns 0 where there are too many parameters. */
static int place_factors(gim__ifm_nets *nets)
{
    const gim__ifm_graph *graph = nets->graph;
    for (size_t k = 0; k < graph->n_factors; k++) {
        size_t size = net_size(nets, k), more, *levels = &nets->levels[k];
        if (!count_levels(levels, graph, &graph->factors[k]) ||
            __builtin_mul_overflow(nets->kind == GIM_IFM_TABLE ? size : 2 * nets->width, *levels, &more))
            return 0;
        more += nets->kind == GIM_IFM_TABLE ? 0 : size;
        if (more > GIM__IFM_MOST_VALUES - nets->offset[k])
            return 0;
        nets->offset[k + 1] = nets->offset[k] + more;
    }
    return 1;
}

static void list_terms(gim__ifm_nets *nets)
{
    const gim__ifm_graph *graph = nets->graph;
    size_t n = 0, row = 0;
    for (size_t i = 0; i < graph->d; i++) {
        nets->first[i] = n;
        for (size_t k = 0; k < graph->n_factors; k++)
            for (size_t s = 0; s < graph->factors[k].n_variables; s++)
                if (graph->factors[k].variables[s] == i) {
                    nets->factor[n] = k;
                    nets->place[n++] = s;
                }
    }
    nets->first[graph->d] = n;
    for (size_t k = 0; k < graph->n_factors; k++) {
        nets->row[k] = row;
        row += graph->factors[k].n_variables;
    }
}

gim_status gim__ifm_nets_open(gim__ifm_nets *nets, const gim__ifm_graph *graph, gim_ifm_networks kind, size_t hidden,
                              const gim_allocator *allocator)
{
    size_t K = graph->n_factors;
    *nets = (gim__ifm_nets){.graph = graph, .kind = kind, .hidden = hidden, .width = (hidden + L - 1) / L * L};
    for (size_t k = 0; k < K; k++)
        nets->n_terms += graph->factors[k].n_variables;
    nets->offset = gim__new(allocator, K + 1, sizeof(size_t));
    nets->levels = gim__new(allocator, K, sizeof(size_t));
    nets->row = gim__new(allocator, K, sizeof(size_t));
    nets->first = gim__new(allocator, graph->d + 1, sizeof(size_t));
    nets->factor = gim__new(allocator, nets->n_terms, sizeof(size_t));
    nets->place = gim__new(allocator, nets->n_terms, sizeof(size_t));
    if (!nets->offset || !nets->levels || !nets->row || !nets->first || !nets->factor || !nets->place)
        return GIM_ERR_NOMEM;
    list_terms(nets);
    return place_factors(nets) ? GIM_OK : GIM_ERR_ARGUMENT;
}

void gim__ifm_nets_close(gim__ifm_nets *nets, const gim_allocator *allocator)
{
    void *all[] = {nets->offset, nets->levels, nets->row, nets->first, nets->factor, nets->place};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        gim__delete(allocator, all[i]);
    *nets = (gim__ifm_nets){0};
}

size_t gim__ifm_nets_size(const gim__ifm_nets *nets)
{
    return nets->offset[nets->graph->n_factors];
}

/* ---- starting values --------------------------------------------------------------------------------------------- */

/* Rows of hidden normal numbers of this spread; the rest of the width stays 0. */
static void start_rows(real *values, const gim__ifm_nets *nets, size_t n, double spread, gim__rng *rng)
{
    for (size_t r = 0; r < n; r++) {
        gim__rng_normals(rng, values + r * nets->width, nets->hidden);
        for (size_t h = 0; h < nets->hidden; h++)
            values[r * nets->width + h] *= (real)spread;
    }
}

void gim__ifm_nets_start(real *values, const gim__ifm_nets *nets, uint64_t seed)
{
    memset(values, 0, gim__ifm_nets_size(nets) * sizeof *values);
    for (size_t k = 0; k < nets->graph->n_factors; k++) {
        size_t s = nets->graph->factors[k].n_variables, C = nets->levels[k];
        size_t copies = nets->kind == GIM_IFM_TABLE ? C : 1;
        real *at = values + nets->offset[k];
        gim__rng rng;
        gim__rng_open(&rng, seed, GIM__RNG_START, k, 0);
        for (size_t c = 0; c < copies; c++, at += net_size(nets, k)) {
            start_rows(at, nets, s, 1 / sqrt((double)s), &rng);
            start_rows(at + s * nets->width, nets, 1, 0.5, &rng);
            start_rows(at + (s + 1) * nets->width, nets, 1, 0.1 / sqrt((double)nets->hidden), &rng);
        }
        if (nets->kind == GIM_IFM_SHARED)
            start_rows(at + C * nets->width, nets, C, 0.01, &rng);
    }
}

/* ---- the networks of a regime ------------------------------------------------------------------------------------ */

gim_status gim__ifm_regime_new(gim__ifm_regime *regime, const gim__ifm_nets *nets, const gim_allocator *allocator)
{
    size_t K = nets->graph->n_factors;
    regime->W = gim__new(allocator, K, sizeof *regime->W);
    regime->b = gim__new(allocator, K * nets->width, sizeof(real));
    regime->w = gim__new(allocator, K * nets->width, sizeof(real));
    regime->level = gim__new(allocator, K, sizeof(size_t));
    return regime->W && regime->b && regime->w && regime->level ? GIM_OK : GIM_ERR_NOMEM;
}

void gim__ifm_regime_free(gim__ifm_regime *regime, const gim_allocator *allocator)
{
    void *all[] = {(void *)regime->W, regime->b, regime->w, regime->level};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        gim__delete(allocator, all[i]);
    *regime = (gim__ifm_regime){0};
}

/* The number of a factor's level: that of its first intervention counts most. */
static size_t level_of(const gim__ifm_graph *graph, const gim__ifm_factor *factor, const size_t *s)
{
    size_t level = 0;
    for (size_t j = 0; j < factor->n_interventions; j++)
        level = level * graph->levels[factor->interventions[j]] + s[factor->interventions[j]];
    return level;
}

void gim__ifm_regime_set(gim__ifm_regime *regime, const gim__ifm_nets *nets, const real *values, const size_t *s)
{
    size_t width = nets->width;
    for (size_t k = 0; k < nets->graph->n_factors; k++) {
        const gim__ifm_factor *factor = &nets->graph->factors[k];
        size_t level = level_of(nets->graph, factor, s), n = factor->n_variables;
        const real *W = values + nets->offset[k] + (nets->kind == GIM_IFM_TABLE ? level * net_size(nets, k) : 0);
        const real *e = W + net_size(nets, k) + level * width, *o = e + nets->levels[k] * width;
        regime->W[k] = W;
        regime->level[k] = level;
        memcpy(regime->b + k * width, W + n * width, width * sizeof(real));
        memcpy(regime->w + k * width, W + (n + 1) * width, width * sizeof(real));
        for (size_t h = 0; nets->kind == GIM_IFM_SHARED && h < width; h++) {
            regime->b[k * width + h] += e[h];
            regime->w[k * width + h] += o[h];
        }
    }
}

/* ---- forward ----------------------------------------------------------------------------------------------------- */

GIM__CLONES void gim__ifm_activations(real *a, const gim__ifm_nets *nets, const gim__ifm_regime *regime, const real *x)
{
    size_t width = nets->width;
    for (size_t k = 0; k < nets->graph->n_factors; k++) {
        const gim__ifm_factor *factor = &nets->graph->factors[k];
        real *to = a + k * width;
        memcpy(to, regime->b + k * width, width * sizeof *a);
        for (size_t s = 0; s < factor->n_variables; s++) {
            const real *W = regime->W[k] + s * width, value = x[factor->variables[s]];
            for (size_t h = 0; h < width; h += L)
                *(gim__vec *)(to + h) += value * *(const gim__vec *)(W + h);
        }
    }
}

GIM__CLONES static double sum_of_units(const real *a, const real *w, size_t n)
{
    gim__vec sum = {0};
    for (size_t h = 0; h < n; h += L) {
        gim__vec t = *(const gim__vec *)(a + h);
        gim__vec_tanh(&t);
        sum += t * *(const gim__vec *)(w + h);
    }
    return (double)gim__vec_sum(&sum);
}

double gim__ifm_energy(real *a, const gim__ifm_nets *nets, const gim__ifm_regime *regime, const real *x)
{
    double energy = 0;
    gim__ifm_activations(a, nets, regime, x);
    for (size_t i = 0; i < nets->graph->d; i++)
        energy -= 0.5 * (double)x[i] * (double)x[i];
    for (size_t k = 0; k < nets->graph->n_factors; k++)
        energy += sum_of_units(a + k * nets->width, regime->w + k * nets->width, nets->width);
    return energy;
}

size_t gim__ifm_units(const gim__ifm_nets *nets, size_t n)
{
    size_t most = 0;
    for (size_t i = 0; i < nets->graph->d; i++)
        most = nets->first[i + 1] - nets->first[i] > most ? nets->first[i + 1] - nets->first[i] : most;
    return most * nets->width * n;
}

GIM__CLONES void gim__ifm_conditional(real *u, real *units, real *sums, const gim__ifm_nets *nets,
                                      const gim__ifm_regime *regime, const real *a, size_t i, real now, const real *v,
                                      size_t n)
{
    memset(sums, 0, n * L * sizeof *sums);
    for (size_t e = nets->first[i]; e < nets->first[i + 1]; e++) {
        size_t from = nets->factor[e] * nets->width;
        const real *W = regime->W[nets->factor[e]] + nets->place[e] * nets->width;
        for (size_t h = 0; h < nets->width; h += L, units += n * L) {
            const gim__vec slope = *(const gim__vec *)(W + h), w = *(const gim__vec *)(regime->w + from + h);
            const gim__vec rest = *(const gim__vec *)(a + from + h) - now * slope;
            for (size_t l = 0; l < n; l++) {
                gim__vec t = rest + v[l] * slope;
                gim__vec_tanh(&t);
                *(gim__vec *)(units + l * L) = t;
                *(gim__vec *)(sums + l * L) += t * w;
            }
        }
    }
    for (size_t l = 0; l < n; l++)
        u[l] = gim__vec_sum((const gim__vec *)(sums + l * L)) - (real)0.5 * v[l] * v[l];
}

/* ---- backward ---------------------------------------------------------------------------------------------------- */

size_t gim__ifm_slope_size(const gim__ifm_nets *nets)
{
    return (nets->n_terms + 2 * nets->graph->n_factors) * nets->width;
}

gim__ifm_slope gim__ifm_slope_at(real *block, const gim__ifm_nets *nets)
{
    real *b = block + nets->n_terms * nets->width;
    return (gim__ifm_slope){block, b, b + nets->graph->n_factors * nets->width};
}

/* Of eight units of one term: the sums over the values of du t, du w (1 - t^2), and v times that. */
typedef struct unit_sums {
    gim__vec w, b, W;
} unit_sums;

GIM__INLINE void sum_units(unit_sums *sums, const real *du, const real *units, const real *v, size_t n, const real *w)
{
    const gim__vec weight = *(const gim__vec *)w;
    *sums = (unit_sums){{0}, {0}, {0}};
    for (size_t l = 0; l < n; l++) {
        gim__vec t = *(const gim__vec *)(units + l * L), s = du[l] * (weight - weight * t * t);
        sums->w += du[l] * t;
        sums->b += s;
        sums->W += v[l] * s;
    }
}

GIM__CLONES void gim__ifm_conditional_backward(gim__ifm_slope slope, const real *du, const real *units,
                                               const gim__ifm_nets *nets, const gim__ifm_regime *regime, const real *x,
                                               size_t i, const real *v, size_t n)
{
    size_t width = nets->width;
    for (size_t e = nets->first[i]; e < nets->first[i + 1]; e++) {
        size_t k = nets->factor[e], from = k * width;
        const gim__ifm_factor *factor = &nets->graph->factors[k];
        real *W = slope.W + nets->row[k] * width;
        for (size_t h = 0; h < width; h += L, units += n * L) {
            unit_sums sums;
            sum_units(&sums, du, units, v, n, regime->w + from + h);
            *(gim__vec *)(slope.w + from + h) += sums.w;
            *(gim__vec *)(slope.b + from + h) += sums.b;
            for (size_t s = 0; s < factor->n_variables; s++)
                if (s != nets->place[e])
                    *(gim__vec *)(W + s * width + h) += x[factor->variables[s]] * sums.b;
            *(gim__vec *)(W + nets->place[e] * width + h) += sums.W;
        }
    }
}

static void add(real *to, const real *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] += from[i];
}

void gim__ifm_slope_add(real *grad, gim__ifm_slope slope, const gim__ifm_nets *nets, const gim__ifm_regime *regime)
{
    size_t width = nets->width;
    for (size_t k = 0; k < nets->graph->n_factors; k++) {
        size_t n = nets->graph->factors[k].n_variables, level = regime->level[k];
        real *W = grad + nets->offset[k] + (nets->kind == GIM_IFM_TABLE ? level * net_size(nets, k) : 0);
        real *e = W + net_size(nets, k) + level * width, *o = e + nets->levels[k] * width;
        add(W, slope.W + nets->row[k] * width, n * width);
        add(W + n * width, slope.b + k * width, width);
        add(W + (n + 1) * width, slope.w + k * width, width);
        if (nets->kind == GIM_IFM_TABLE)
            continue;
        add(e, slope.b + k * width, width);
        add(o, slope.w + k * width, width);
    }
}

/* ---- the penalty ------------------------------------------------------------------------------------------------- */

static double shrink(real *grad, const real *values, size_t n, double decay)
{
    double squares = 0;
    for (size_t i = 0; i < n; i++) {
        squares += (double)values[i] * (double)values[i];
        grad[i] -= (real)(2 * decay) * values[i];
    }
    return -decay * squares;
}

double gim__ifm_decay(real *grad, const gim__ifm_nets *nets, const real *values, double decay, double level_decay)
{
    double value = 0;
    for (size_t k = 0; k < nets->graph->n_factors; k++) {
        size_t weights = nets->graph->factors[k].n_variables * nets->width, size = net_size(nets, k);
        size_t copies = nets->kind == GIM_IFM_TABLE ? nets->levels[k] : 1, at = nets->offset[k];
        for (size_t c = 0; c < copies; c++, at += size) {
            value += shrink(grad + at, values + at, weights, decay);
            value += shrink(grad + at + weights + nets->width, values + at + weights + nets->width, nets->width, decay);
        }
        value += shrink(grad + at, values + at, nets->offset[k + 1] - at, level_decay);
    }
    return value;
}
