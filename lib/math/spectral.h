/* The spectral radius of a positive matrix by power iteration, and its gradient through all iterations (NO-BEARS, Lee
 * et al. 2019). SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__SPECTRAL_H
#define GIM__SPECTRAL_H

#include <stddef.h>

#include "base/real.h"

/* Elements of scratch that both passes need. */
size_t gim__spectral_scratch(size_t d, size_t steps);

/* A (d, d); u, v (d), positive. steps times u <- A'u/|A'u|, v <- Av/|Av|; returns (u'Av)/(u'v) and keeps in scratch
 * what the backward pass needs. */
real gim__spectral_forward(real *scratch, const real *A, const real *u, const real *v, size_t d, size_t steps);
/* dA += dh * gradient, with h the value that the forward pass returned. */
void gim__spectral_backward(real *dA, real dh, real h, real *scratch, const real *A, size_t d, size_t steps);

#endif
