/* What a sample of one variable looks like. SPDX-License-Identifier: BSD-3-Clause */
#include "distribution.h"

#include <math.h>
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void sort_values(double *values, size_t n)
{
    qsort(values, n, sizeof *values, compare);
}

double quantile(const double *sorted, size_t n, double p)
{
    if (n == 0)
        return NAN;
    double at = p * (double)(n - 1);
    size_t i = (size_t)at;
    return i + 1 < n ? sorted[i] + (at - (double)i) * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
}

static double bandwidth(const double *sorted, size_t n, double least)
{
    double mean = 0, square = 0;
    for (size_t i = 0; i < n; i++)
        mean += sorted[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        square += (sorted[i] - mean) * (sorted[i] - mean) / (double)n;
    double spread = sqrt(square), middle = (quantile(sorted, n, 0.75) - quantile(sorted, n, 0.25)) / 1.34;
    if (middle > 0 && middle < spread)
        spread = middle;
    return fmax(0.9 * spread * pow((double)n, -0.2), least);
}

void kernel_density(double *density, const double *x, size_t m, const double *sorted, size_t n)
{
    double h = bandwidth(sorted, n, m > 1 ? (x[m - 1] - x[0]) / (double)m : 1);
    for (size_t k = 0; k < m; k++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++) {
            double z = (sorted[i] - x[k]) / h;
            sum += z * z < 50 ? exp(-z * z / 2) : 0;
        }
        density[k] = sum / ((double)n * h * 2.5066282746310002);
    }
}
