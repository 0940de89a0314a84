/* How close predicted samples are to observed ones. SPDX-License-Identifier: BSD-3-Clause */
#include "metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

static const double LEAST_BANDWIDTH = 1e-3, LOG_2PI = 1.8378770664093453;

void metrics_moments(const struct sample *sample, double *mean, double *sd)
{
    size_t n = sample->n, d = sample->d;
    double *square = memory_new(d, sizeof *square);
    memset(mean, 0, d * sizeof *mean);
    for (size_t r = 0; r < n; r++)
        for (size_t j = 0; j < d; j++)
            mean[j] += sample->x[r * d + j] / (double)n;
    for (size_t r = 0; r < n; r++)
        for (size_t j = 0; j < d; j++)
            square[j] += (sample->x[r * d + j] - mean[j]) * (sample->x[r * d + j] - mean[j]);
    for (size_t j = 0; j < d && sd != NULL; j++)
        sd[j] = sqrt(square[j] / (double)n);
    free(square);
}

double metrics_pearson(const double *a, const double *b, size_t d)
{
    double mean_a = 0, mean_b = 0, aa = 0, bb = 0, ab = 0;
    for (size_t j = 0; j < d; j++) {
        mean_a += a[j] / (double)d;
        mean_b += b[j] / (double)d;
    }
    for (size_t j = 0; j < d; j++) {
        aa += (a[j] - mean_a) * (a[j] - mean_a);
        bb += (b[j] - mean_b) * (b[j] - mean_b);
        ab += (a[j] - mean_a) * (b[j] - mean_b);
    }
    return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : NAN;
}

double metrics_distance(const double *a, const double *b, size_t d)
{
    double square = 0;
    for (size_t j = 0; j < d; j++)
        square += (a[j] - b[j]) * (a[j] - b[j]);
    return sqrt(square);
}

/* log sum_i exp(-q_i / 2) */
static double log_sum(const double *q, size_t n)
{
    double least = INFINITY, sum = 0;
    for (size_t i = 0; i < n; i++)
        least = fmin(least, q[i]);
    for (size_t i = 0; i < n; i++)
        sum += exp((least - q[i]) / 2);
    return log(sum) - least / 2;
}

/* The predicted rows column by column, (d, n), each over its bandwidth; *log_norm gets sum_j log(bandwidth_j). */
static double *kernel_centres(const struct sample *predicted, double *bandwidth, double *log_norm)
{
    size_t n = predicted->n, d = predicted->d;
    double *mean = memory_new(d, sizeof *mean), *centre = memory_new(n, d * sizeof *centre);
    metrics_moments(predicted, mean, bandwidth);
    *log_norm = 0;
    for (size_t j = 0; j < d; j++) {
        bandwidth[j] = fmax(bandwidth[j] * pow((double)n, -1 / (double)(d + 4)), LEAST_BANDWIDTH);
        *log_norm += log(bandwidth[j]);
        for (size_t i = 0; i < n; i++)
            centre[j * n + i] = predicted->x[i * d + j] / bandwidth[j];
    }
    free(mean);
    return centre;
}

double metrics_kde_nll(const struct sample *predicted, const struct sample *observed)
{
    size_t n = predicted->n, d = predicted->d;
    double log_norm, sum = 0;
    double *bandwidth = memory_new(d, sizeof *bandwidth), *q = memory_new(n, sizeof *q);
    double *centre = kernel_centres(predicted, bandwidth, &log_norm);
    for (size_t r = 0; r < observed->n; r++) {
        memset(q, 0, n * sizeof *q);
        for (size_t j = 0; j < d; j++) {
            double x = observed->x[r * d + j] / bandwidth[j];
            for (size_t i = 0; i < n; i++)
                q[i] += (x - centre[j * n + i]) * (x - centre[j * n + i]);
        }
        sum -= log_sum(q, n) - log((double)n) - log_norm - (double)d / 2 * LOG_2PI;
    }
    free(centre);
    free(q);
    free(bandwidth);
    return sum / (double)observed->n;
}
