/* Adam (Kingma & Ba 2015) on a flat vector; knows no model. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__ADAM_H
#define GIM__ADAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/real.h"

/* One ascent step, the step-th (from 1): first and second are the moments, n each, zero before step 1. beta1 = 0.9,
 * beta2 = 0.999, epsilon = 1e-8. */
void gim__adam(real *values, real *first, real *second, const real *grad, size_t n, double rate, uint64_t step);

#endif
