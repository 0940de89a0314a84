/* The fits of gim ifm check: each without a regime that the others determine, and how near they come to its rows.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef IFM_TRIAL_H
#define IFM_TRIAL_H

#include <gim/gim.h>

#include "ifm_data.h"

/* Who predicts the means of a regime: the model, sums of single effects, all other rows together; and how far the
 * regime's own rows are from their true mean by chance. */
enum ifm_rival { IFM_MODEL, IFM_ADDITIVE, IFM_POOLED, IFM_NOISE, IFM_RIVALS };
extern const char *const ifm_rivals[IFM_RIVALS];

/* One regime. Distances are Euclidean, of means, in standard deviations of all rows; NaN where there is none. */
struct ifm_trial {
    bool determined, done;
    size_t rows;
    double distance[IFM_RIVALS];
};

/* What the fits have in common. */
struct ifm_check {
    struct ifm_data *data;
    gim_ifm_settings settings;
    struct ifm_trial *trials; /* (n), one for each regime of the training */
    size_t n, n_determined;
};

/* Makes the trials, decides which regimes the others determine, and fits without each of these, several at once.
 * EXIT_INTERRUPTED where stop_wanted(). */
int ifm_check_run(struct ifm_check *check);
void ifm_check_free(struct ifm_check *check);

#endif
