/* Linear least squares where there may be many solutions, or none. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__LEAST_H
#define GIM__LEAST_H

#include <stddef.h>

/* x (n) <- of all that make |a x - b| least that with the least |x|, where b (m) and a (m, n), by columns: entry (i, j)
 * is a[j m + i]; returns the rank of a. m and n are at least 1; a is overwritten. scratch: gim__least_scratch(m, n). */
size_t gim__least(double *x, double *a, const double *b, size_t m, size_t n, double *scratch);
size_t gim__least_scratch(size_t m, size_t n);

#endif
