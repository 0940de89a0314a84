/* The factors of an interventional factor model as networks of one tanh layer,
 *     log f_k(x; c) = sum_h (w_h + o_ch) tanh(W_h . x_S + b_h + e_ch)      for level c of factor k, shared
 *     log f_k(x; c) = sum_h w_ch tanh(W_ch . x_S + b_ch)                   a table of networks
 *     log p(x; s) = -|x|^2 / 2 + sum_k log f_k(x; level of k in s) - log Z(s)
 * and what is asked of them: energies, that is log p + log Z, and those of one variable on a grid of values.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__IFM_NETWORK_H
#define GIM__IFM_NETWORK_H

#include "base/real.h"
#include "ifm/graph.h"

/* Where the parameters are, one flat vector. Of factor k from offset[k] on: W (n_variables, width), b (width),
 * w (width), then shared e (levels[k], width), o (levels[k], width); of a table a block W, b, w for each level. Starts
 * as {0}. */
typedef struct gim__ifm_nets {
    const gim__ifm_graph *graph;
    gim_ifm_networks kind;
    size_t hidden, width;   /* units; rounded up to whole vectors, the last of them always 0 */
    size_t n_terms;         /* pairs of a factor and a variable in it */
    size_t *offset;         /* (factors + 1) */
    size_t *levels;         /* (factors) */
    size_t *first;          /* (d + 1): the terms of variable i are first[i] .. first[i + 1] - 1 */
    size_t *factor, *place; /* (n_terms): the factor; which of its variables that is */
    size_t *row;            /* (factors): the first of a factor's rows of W among those of all, n_terms in total */
} gim__ifm_nets;

enum { GIM__IFM_MOST_VALUES = 1 << 27 };

/* errors  GIM_ERR_ARGUMENT where there are more than GIM__IFM_MOST_VALUES parameters, GIM_ERR_NOMEM. Close in any
 * case. */
gim_status gim__ifm_nets_open(gim__ifm_nets *nets, const gim__ifm_graph *graph, gim_ifm_networks kind, size_t hidden,
                              const gim_allocator *allocator);
void gim__ifm_nets_close(gim__ifm_nets *nets, const gim_allocator *allocator);
/* How many parameters there are. */
size_t gim__ifm_nets_size(const gim__ifm_nets *nets);
void gim__ifm_nets_start(real *values, const gim__ifm_nets *nets, uint64_t seed);

/* The networks of one regime. Starts as {0}. */
typedef struct gim__ifm_regime {
    const real **W; /* (factors), (n_variables, width) each, in the parameters */
    real *b, *w;    /* (factors, width): with the shifts of the levels */
    size_t *level;  /* (factors) */
} gim__ifm_regime;

gim_status gim__ifm_regime_new(gim__ifm_regime *regime, const gim__ifm_nets *nets, const gim_allocator *allocator);
void gim__ifm_regime_free(gim__ifm_regime *regime, const gim_allocator *allocator);
/* s (m): levels of the interventions. regime follows values. */
void gim__ifm_regime_set(gim__ifm_regime *regime, const gim__ifm_nets *nets, const real *values, const size_t *s);

/* a (factors, width) <- W' x_S + b of a row x (d). */
void gim__ifm_activations(real *a, const gim__ifm_nets *nets, const gim__ifm_regime *regime, const real *x);
/* log p(x) + log Z of a row x (d). a (factors, width) scratch. */
double gim__ifm_energy(real *a, const gim__ifm_nets *nets, const gim__ifm_regime *regime, const real *x);

/* How many reals the tanh of a variable's terms on n values take. */
size_t gim__ifm_units(const gim__ifm_nets *nets, size_t n);
/* u (n) <- log p(x_i = v_l given the others) up to a constant, for v (n).
 * a      (factors, width): of a row whose variable i is now
 * units  out: gim__ifm_units(n) reals, each unit's tanh for the backward pass
 * sums   scratch, (n, GIM__LANES)   cost n x width x factors of i, in tanh */
void gim__ifm_conditional(real *u, real *units, real *sums, const gim__ifm_nets *nets, const gim__ifm_regime *regime,
                          const real *a, size_t i, real now, const real *v, size_t n);

/* Gradient with respect to the networks of one regime. */
typedef struct gim__ifm_slope {
    real *W;     /* (n_terms, width): factor k's from nets.row[k] on */
    real *b, *w; /* (factors, width) */
} gim__ifm_slope;

/* How many reals; and the parts of such a block. */
size_t gim__ifm_slope_size(const gim__ifm_nets *nets);
gim__ifm_slope gim__ifm_slope_at(real *block, const gim__ifm_nets *nets);
/* slope += the gradient of sum_l du_l u_l, the rest as in gim__ifm_conditional(), x (d) the row. */
void gim__ifm_conditional_backward(gim__ifm_slope slope, const real *du, const real *units, const gim__ifm_nets *nets,
                                   const gim__ifm_regime *regime, const real *x, size_t i, const real *v, size_t n);
/* grad += slope, of a regime's networks to the parameters. */
void gim__ifm_slope_add(real *grad, gim__ifm_slope slope, const gim__ifm_nets *nets, const gim__ifm_regime *regime);

/* The gradient of -(decay |W, w|^2 + level_decay |e, o|^2) is added to grad; returns that value. */
double gim__ifm_decay(real *grad, const gim__ifm_nets *nets, const real *values, double decay, double level_decay);

#endif
