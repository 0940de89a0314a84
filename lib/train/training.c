/* What a model remembers of its training environments. SPDX-License-Identifier: BSD-3-Clause */
#include "train/training.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"

gim_status gim__training_new(gim__training *training, const gim_allocator *allocator, size_t K, size_t d, size_t p)
{
    *training = (gim__training){.K = K};
    training->name = gim__new(allocator, K, sizeof *training->name);
    training->n_rows = gim__new(allocator, K, sizeof *training->n_rows);
    training->observational = gim__new(allocator, K, 1);
    training->features = gim__new(allocator, K * p, sizeof(double));
    training->scaled = gim__new(allocator, K * p, sizeof(real));
    training->gap = gim__new(allocator, 1, sizeof *training->gap);
    training->scaling.center = gim__new(allocator, d, sizeof(double));
    training->scaling.scale = gim__new(allocator, d, sizeof(double));
    training->scaling.feature_center = gim__new(allocator, p, sizeof(double));
    training->scaling.feature_scale = gim__new(allocator, p, sizeof(double));
    if (training->gap != NULL)
        *training->gap = -1;
    return training->name && training->n_rows && training->observational && training->features && training->scaled &&
                   training->gap && training->scaling.center && training->scaling.scale &&
                   training->scaling.feature_center && training->scaling.feature_scale
               ? GIM_OK
               : GIM_ERR_NOMEM;
}

gim_status gim__training_copy(gim__training *to, const gim__training *from, const gim_allocator *allocator, size_t d,
                              size_t p)
{
    size_t K = from->K;
    if (gim__training_new(to, allocator, K, d, p) != GIM_OK)
        return GIM_ERR_NOMEM;
    for (size_t k = 0; k < K; k++) {
        to->name[k] = gim__clone_text(allocator, from->name[k]);
        if (to->name[k] == NULL)
            return GIM_ERR_NOMEM;
    }
    memcpy(to->n_rows, from->n_rows, K * sizeof *to->n_rows);
    memcpy(to->observational, from->observational, K);
    memcpy(to->features, from->features, K * p * sizeof(double));
    memcpy(to->scaled, from->scaled, K * p * sizeof(real));
    *to->gap = *from->gap;
    memcpy(to->scaling.center, from->scaling.center, d * sizeof(double));
    memcpy(to->scaling.scale, from->scaling.scale, d * sizeof(double));
    memcpy(to->scaling.feature_center, from->scaling.feature_center, p * sizeof(double));
    memcpy(to->scaling.feature_scale, from->scaling.feature_scale, p * sizeof(double));
    return GIM_OK;
}

void gim__training_free(gim__training *training, const gim_allocator *allocator)
{
    void *all[] = {training->n_rows,
                   training->observational,
                   training->features,
                   training->scaled,
                   training->gap,
                   training->scaling.center,
                   training->scaling.scale,
                   training->scaling.feature_center,
                   training->scaling.feature_scale};
    for (size_t k = 0; training->name != NULL && k < training->K; k++)
        gim__delete(allocator, training->name[k]);
    gim__delete(allocator, training->name);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        gim__delete(allocator, all[i]);
    *training = (gim__training){0};
}

void gim__training_scale_features(gim__training *training, size_t p)
{
    const gim__scaling *scaling = &training->scaling;
    for (size_t k = 0; k < training->K; k++)
        for (size_t f = 0; f < p; f++)
            training->scaled[k * p + f] =
                (real)((training->features[k * p + f] - scaling->feature_center[f]) / scaling->feature_scale[f]);
    *training->gap = -1;
}

/* In four sums: one would wait for itself at each feature. */
static double squared_distance(const real *a, const real *b, size_t p)
{
    double sum[4] = {0};
    for (size_t f = 0; f < p; f++) {
        double gap = (double)a[f] - (double)b[f];
        sum[f % 4] += gap * gap;
    }
    return sum[0] + sum[1] + sum[2] + sum[3];
}

/* Squared distance to the nearest environment but k (K: to any). */
static double nearest_but(const gim__training *training, const real *scaled, size_t k, size_t p)
{
    double least = INFINITY;
    for (size_t other = 0; other < training->K; other++)
        if (other != k)
            least = fmin(least, squared_distance(scaled, training->scaled + other * p, p));
    return least;
}

double gim__training_nearest(const gim__training *training, const real *scaled, size_t p)
{
    return nearest_but(training, scaled, training->K, p);
}

double gim__training_gap(const gim__training *training, size_t p)
{
    double widest = *training->gap;
    if (widest >= 0)
        return widest;
    widest = 0;
    for (size_t k = 0; training->K > 1 && k < training->K; k++)
        widest = fmax(widest, nearest_but(training, training->scaled + k * p, k, p));
    return *training->gap = widest; /* who comes at the same time finds the same */
}

int gim__training_equal(const gim__training *a, const gim__training *b, size_t d, size_t p)
{
    return a->K == b->K && memcmp(a->n_rows, b->n_rows, a->K * sizeof *a->n_rows) == 0 &&
           memcmp(a->observational, b->observational, a->K) == 0 &&
           memcmp(a->features, b->features, a->K * p * sizeof(double)) == 0 &&
           memcmp(a->scaling.center, b->scaling.center, d * sizeof(double)) == 0 &&
           memcmp(a->scaling.scale, b->scaling.scale, d * sizeof(double)) == 0;
}
