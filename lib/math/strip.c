/* Rows to columns and back. SPDX-License-Identifier: BSD-3-Clause */
#include "math/strip.h"

void gim__strip_from_rows(real *strip, const real *x, size_t n, size_t d)
{
    for (size_t j = 0; j < d; j++) {
        for (size_t r = 0; r < n; r++)
            strip[j * GIM__STRIP + r] = x[r * d + j];
        for (size_t r = n; r < GIM__STRIP; r++)
            strip[j * GIM__STRIP + r] = 0;
    }
}

void gim__strip_to_rows(real *x, const real *strip, size_t n, size_t d)
{
    for (size_t j = 0; j < d; j++)
        for (size_t r = 0; r < n; r++)
            x[r * d + j] = strip[j * GIM__STRIP + r];
}
