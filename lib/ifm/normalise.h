/* The normalising constants of regimes, from rows of all of them (Shirts & Chodera 2008, MBAR): f_t = -log Z_t up to
 * one constant, such that
 *     f_t = -log sum_i exp(u_t(x_i)) / sum_s n_s exp(f_s + u_s(x_i)),   f_0 = 0
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__IFM_NORMALISE_H
#define GIM__IFM_NORMALISE_H

#include <stddef.h>

/* f (T) out.
 * energy  (n, T): u_t(x_i); overwritten
 * count   (T): how many of the n rows are of each regime, 1 at least
 * scratch (2 T)
 * cost    4 n T operations an iteration; these end when f moves by less than 1e-9, or after 5000 */
void gim__ifm_normalise(double *f, double *energy, const double *count, size_t n, size_t T, double *scratch);
/* log sum_t share_t exp(f_t + u_t): the density of the mixture of the regimes at a row, up to the constant of f.
 * energy (T) is overwritten. */
double gim__ifm_mixture(double *energy, const double *f, const double *share, size_t T);

#endif
