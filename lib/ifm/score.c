/* Score matching. SPDX-License-Identifier: BSD-3-Clause */
#include "ifm/score.h"

#include "math/vec.h"

enum { L = GIM__LANES };

/* Per unit, with t = tanh(a): f = w t, f' = w (1 - t^2), f'' = -2 w t (1 - t^2). */

GIM__CLONES double gim__ifm_score(real *g, real *a, const gim__ifm_nets *nets, const gim__ifm_regime *regime,
                                  const real *x)
{
    size_t width = nets->width, d = nets->graph->d;
    gim__vec second = {0};
    double J = -(double)d;
    for (size_t h = 0; h < nets->graph->n_factors * width; h += L)
        gim__vec_tanh((gim__vec *)(a + h));
    for (size_t i = 0; i < d; i++) {
        gim__vec first = {0};
        for (size_t e = nets->first[i]; e < nets->first[i + 1]; e++) {
            size_t from = nets->factor[e] * width;
            const real *W = regime->W[nets->factor[e]] + nets->place[e] * width;
            for (size_t h = 0; h < width; h += L) {
                gim__vec t = *(gim__vec *)(a + from + h), slope = *(const gim__vec *)(W + h);
                gim__vec df = *(const gim__vec *)(regime->w + from + h) * (1 - t * t);
                first += df * slope;
                second -= 2 * t * df * slope * slope;
            }
        }
        g[i] = gim__vec_sum(&first) - x[i];
        J += 0.5 * (double)g[i] * (double)g[i];
    }
    return -(J + (double)gim__vec_sum(&second));
}

GIM__CLONES void gim__ifm_score_backward(gim__ifm_slope slope, real scale, const real *g, const real *tanh,
                                         const gim__ifm_nets *nets, const gim__ifm_regime *regime, const real *x)
{
    size_t width = nets->width;
    for (size_t k = 0; k < nets->graph->n_factors; k++) {
        const gim__ifm_factor *factor = &nets->graph->factors[k];
        for (size_t h = 0; h < width; h += L) {
            const gim__vec t = *(const gim__vec *)(tanh + k * width + h), s = 1 - t * t;
            const gim__vec w = *(const gim__vec *)(regime->w + k * width + h);
            gim__vec P = {0}, Q = {0}; /* sum_i g_i W_i, sum_i W_i^2 */
            for (size_t i = 0; i < factor->n_variables; i++) {
                gim__vec W = *(const gim__vec *)(regime->W[k] + i * width + h);
                P += g[factor->variables[i]] * W;
                Q += W * W;
            }
            /* J = g'g / 2 + f'' Q summed over units, whose derivatives by a are f'' P + f''' Q */
            gim__vec by_a = w * s * (-2 * t * P + (6 * t * t - 2) * Q);
            *(gim__vec *)(slope.w + k * width + h) -= scale * s * (P - 2 * t * Q);
            *(gim__vec *)(slope.b + k * width + h) -= scale * by_a;
            for (size_t i = 0; i < factor->n_variables; i++) {
                gim__vec W = *(const gim__vec *)(regime->W[k] + i * width + h);
                *(gim__vec *)(slope.W + (nets->row[k] + i) * width + h) -=
                    scale * (w * s * (g[factor->variables[i]] - 4 * t * W) + x[factor->variables[i]] * by_a);
            }
        }
    }
}
