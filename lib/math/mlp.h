/* A network of two hidden tanh layers, y = tanh(tanh(x W0 + b0) W1 + b1) W2 + b2, forward and backward.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__MLP_H
#define GIM__MLP_H

#include <stddef.h>

#include "base/real.h"

/* Sizes. The parameters lie one after another: W0 (in, width), b0, W1 (width, width), b1, W2 (width, out), b2. */
typedef struct gim__mlp {
    size_t in, width, out;
} gim__mlp;

size_t gim__mlp_size(gim__mlp net);

/* x (n, in) -> y (n, out); hidden (2, n, width) keeps the layers' values for the backward pass. */
void gim__mlp_forward(real *y, real *hidden, const real *x, const real *weights, size_t n, gim__mlp net);
/* dweights += gradient, given dy (n, out). hidden is used up. scratch (n, width). */
void gim__mlp_backward(real *dweights, const real *dy, real *hidden, real *scratch, const real *x, const real *weights,
                       size_t n, gim__mlp net);

#endif
