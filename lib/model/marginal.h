/* The expectation over draws: three readings of it. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__MARGINAL_H
#define GIM__MARGINAL_H

#include <stddef.h>

#include "base/real.h"
#include "gim/gim.h"

/* ell (M, n): log-density of each row under each draw; weight (n); env (n), ascending.
 *   per sample       sum_r w_r [logsumexp_m ell_mr - log M]
 *   per environment  sum_k [logsumexp_m sum_{r in k} w_r ell_mr - log M]
 *   per dataset      logsumexp_m sum_r w_r ell_mr - log M
 * Returns the value; ell becomes its gradient with respect to ell: w_r times the draw's share (a softmax over draws).
 * scratch (M). Sums in double, in a fixed order. */
double gim__marginal(real *ell, double *scratch, const real *weight, const size_t *env, size_t M, size_t n,
                     gim_marginal marginal);

#endif
