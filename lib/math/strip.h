/* Rows in strips, by columns: a strip is (d, GIM__STRIP), so that a kernel takes many rows at once with vector
 * instructions, whatever d is. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__STRIP_H
#define GIM__STRIP_H

#include <stddef.h>

#include "base/real.h"

enum { GIM__STRIP = 64 };

/* strip (d, GIM__STRIP) from the rows x (n, d), n <= GIM__STRIP; the columns end in zeros. */
void gim__strip_from_rows(real *strip, const real *x, size_t n, size_t d);
/* The first n rows of the strip, to x (n, d). */
void gim__strip_to_rows(real *x, const real *strip, size_t n, size_t d);

#endif
