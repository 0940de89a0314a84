/* What a model remembers of its training environments, and the scalings. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__TRAINING_H
#define GIM__TRAINING_H

#include <stdatomic.h>
#include <stddef.h>

#include "base/real.h"
#include "gim/gim.h"

/* How callers' units become the model's: (value - center) / scale. */
typedef struct gim__scaling {
    double *center, *scale;                 /* (d), variables */
    double *feature_center, *feature_scale; /* (p) */
} gim__scaling;

/* What a model remembers of its training environments. */
typedef struct gim__training {
    size_t K;
    char **name;                  /* (K) */
    size_t *n_rows;               /* (K) */
    unsigned char *observational; /* (K) */
    double *features;             /* (K, p), callers' units */
    real *scaled;                 /* (K, p) */
    _Atomic double *gap;          /* gim__training_gap(), less than 0 until somebody asks */
    gim__scaling scaling;
} gim__training;

gim_status gim__training_new(gim__training *training, const gim_allocator *allocator, size_t K, size_t d, size_t p);
/* to is made new, with the contents of from. On failure to can be freed. */
gim_status gim__training_copy(gim__training *to, const gim__training *from, const gim_allocator *allocator, size_t d,
                              size_t p);
void gim__training_free(gim__training *training, const gim_allocator *allocator);
/* scaled from features and the scaling. */
void gim__training_scale_features(gim__training *training, size_t p);
/* Squared distance, in scaled features, from a perturbation (p) to the nearest environment. */
double gim__training_nearest(const gim__training *training, const real *scaled, size_t p);
/* The largest such distance from an environment to its nearest other one; 0 where there is one environment. Worked out
 * once, K^2 p operations, and kept; on any thread. */
double gim__training_gap(const gim__training *training, size_t p);
/* What two fits need to have in common for one to continue the other. */
int gim__training_equal(const gim__training *a, const gim__training *b, size_t d, size_t p);

#endif
