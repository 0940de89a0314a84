/* Score matching (Hyvarinen 2005): the derivatives of log p are matched to those of the rows' density, by parts, so
 * that no integral is needed:  J = sum_i (d_i log p)^2 / 2 + d_ii log p  of a row.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__IFM_SCORE_H
#define GIM__IFM_SCORE_H

#include "ifm/network.h"

/* Returns -J of a row x (d), whose activations a (factors, width) are; these become their tanh. g (d): d_i log p */
double gim__ifm_score(real *g, real *a, const gim__ifm_nets *nets, const gim__ifm_regime *regime, const real *x);
/* slope += -scale times the gradient of J, after gim__ifm_score(). */
void gim__ifm_score_backward(gim__ifm_slope slope, real scale, const real *g, const real *tanh,
                             const gim__ifm_nets *nets, const gim__ifm_regime *regime, const real *x);

#endif
