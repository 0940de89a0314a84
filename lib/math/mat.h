/* Products of row-major matrices, by CBLAS. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__MAT_H
#define GIM__MAT_H

#include <stddef.h>

#include "base/real.h"

/* Every product is cut into tiles that OpenBLAS computes on the calling thread, whatever number of threads it has: the
 * threads are ours, and no number depends on how many BLAS would use. keep: 0 overwrites c, 1 adds to it. */

/* c (n, m) = a (n, k) b (k, m) */
void gim__mat_mul(real *c, const real *a, const real *b, size_t n, size_t k, size_t m, real keep);
/* c (k, m) = a' b,  a (n, k), b (n, m) */
void gim__mat_mul_ta(real *c, const real *a, const real *b, size_t n, size_t k, size_t m, real keep);
/* c (n, k) = a b',  a (n, m), b (k, m) */
void gim__mat_mul_tb(real *c, const real *a, const real *b, size_t n, size_t k, size_t m, real keep);

#endif
