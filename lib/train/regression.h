/* Least weighted squares by networks of the variables. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__REGRESSION_H
#define GIM__REGRESSION_H

#include "base/status.h"
#include "base/threads.h"
#include "math/mlp.h"

/* Starts as {0}. */
typedef struct gim__regression {
    gim__mlp net;
    size_t n_networks;
    real *weights;              /* of each network */
    double *x_center, *x_gain;  /* (in): the network sees (x - center) gain; gain 0 where x is constant */
    double *y_center, *y_scale; /* (out): scale 0 where y is constant */
} gim__regression;

/* outcomes: sizes of 1 at least, finite values, a positive weight. errors: GIM_ERR_NOMEM, GIM_ERR_DATA (squares that
 * are not finite), GIM_ERR_NUMERIC, with a message. */
gim_status gim__regression_fit(gim__regression *regression, const gim_outcomes *outcomes,
                               const gim_regression_settings *settings, gim__pool *pool, gim__message *message,
                               const gim_allocator *allocator);
void gim__regression_free(gim__regression *regression, const gim_allocator *allocator);

/* x (n, in), finite, y (n, out) out. errors: GIM_ERR_NOMEM. */
gim_status gim__regression_predict(const gim__regression *regression, const double *x, size_t n, double *y,
                                   const gim_allocator *allocator);

#endif
