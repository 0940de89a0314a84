/* The handle behind gim_regression. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__API_REGRESSION_H
#define GIM__API_REGRESSION_H

#include "train/regression.h"

struct gim_regression {
    gim_allocator allocator;
    gim__message *message; /* by pointer: a prediction of a const regression may fail too */
    gim__regression regression;
    int made;
};

/* What is wrong with outcomes, sizes and values; NULL is. */
gim_status gim__outcomes_check(const gim_outcomes *outcomes, gim__message *message);

#endif
