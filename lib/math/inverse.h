/* The inverse of a square matrix and its log-determinant. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__INVERSE_H
#define GIM__INVERSE_H

#include <stddef.h>

#include "base/real.h"

/* a (d, d) becomes its inverse; returns log|det a|. row (d) is scratch. A pivot closer to 0 than 1e-6 is taken to be
 * that far from it, so that what comes out of a singular matrix is large and finite. */
double gim__inverse(real *a, size_t *row, size_t d);

#endif
