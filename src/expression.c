/* Counts of cells on one scale. SPDX-License-Identifier: BSD-3-Clause */
#include "expression.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "memory.h"

double expression_linear(const struct expression *e, size_t row, double value)
{
    return e->by_total && e->total[row] > 0 ? value * (e->target / e->total[row]) : value;
}

double expression_value(const struct expression *e, size_t row, double value)
{
    double scaled = expression_linear(e, row, value);
    return e->log1p ? log1p(scaled) : scaled;
}

int expression_each(const struct expression *e, int (*visit)(void *user, size_t row, const struct row *values),
                    void *user)
{
    struct row values = {0};
    int code = EXIT_OK;
    cells_rewind(e->cells);
    for (size_t r = 0; r < e->cells->n_rows && code == EXIT_OK; r++) {
        code = cells_next(e->cells, e->ui, &values);
        if (code == EXIT_OK && e->environment[r] != NO_ENVIRONMENT)
            code = visit(user, r, &values);
    }
    row_free(&values);
    return code;
}

/* ---- filters ----------------------------------------------------------------------------------------------------- */

struct filter {
    struct expression *e;
    double min_counts;
    size_t *cells_of; /* (genes) cells in which it is not 0 */
    bool fractions;
};

static int negative(const struct filter *filter, size_t row, size_t gene, double value)
{
    return ui_fail(filter->e->ui,
                   "cell %zu has the value %g of %s: no count, so it cannot be normalised; --matrix names another "
                   "matrix, and --normalise none takes values as they are",
                   row, value, names_at(&filter->e->cells->genes, gene));
}

static int filter_cell(void *user, size_t row, const struct row *values)
{
    struct filter *filter = user;
    struct expression *e = filter->e;
    double total = 0;
    for (size_t i = 0; i < values->n; i++) {
        total += values->value[i];
        if (values->value[i] < 0 && (e->by_total || e->log1p || filter->min_counts > 0))
            return negative(filter, row, values->index[i], values->value[i]);
        filter->fractions |= values->value[i] != trunc(values->value[i]);
    }
    e->total[row] = total;
    if (filter->min_counts > 0 && total < filter->min_counts) {
        e->environment[row] = NO_ENVIRONMENT;
        return EXIT_OK;
    }
    e->n_cells++;
    e->count[e->environment[row]]++;
    if (e->held[e->environment[row]])
        return EXIT_OK;
    e->n_seen++;
    for (size_t i = 0; i < values->n; i++)
        filter->cells_of[values->index[i]]++;
    return EXIT_OK;
}

/* Totals of the genes that are left: what a cell lost with the others is not to be made up for. */
static int total_cell(void *user, size_t row, const struct row *values)
{
    struct expression *e = user;
    e->total[row] = 0;
    for (size_t i = 0; i < values->n; i++)
        if (e->kept[values->index[i]])
            e->total[row] += values->value[i];
    return EXIT_OK;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median of the control's totals. */
static int find_target(struct expression *e)
{
    double *totals = memory_new(e->count[0], sizeof *totals);
    size_t n = 0;
    for (size_t r = 0; r < e->cells->n_rows; r++)
        if (e->environment[r] == 0)
            totals[n++] = e->total[r];
    qsort(totals, n, sizeof *totals, compare);
    e->target = n == 0 ? 0 : (totals[(n - 1) / 2] + totals[n / 2]) / 2;
    free(totals);
    return e->target > 0 ? EXIT_OK
                         : ui_fail(e->ui, "the control's cells have no counts, so there is no total to scale to; "
                                          "--target-total names one");
}

int expression_filter(struct expression *e, double min_counts, size_t min_cells)
{
    size_t n = e->cells->n_rows, genes = e->cells->genes.n;
    struct filter filter = {e, min_counts, memory_new(genes, sizeof *filter.cells_of), false};
    e->total = memory_new(n, sizeof *e->total);
    e->kept = memory_new(genes, sizeof *e->kept);
    e->count = memory_new(e->n_environments, sizeof *e->count);
    int code = expression_each(e, filter_cell, &filter);
    for (size_t g = 0; g < genes; g++) {
        e->kept[g] = filter.cells_of[g] >= min_cells;
        e->n_genes += e->kept[g];
    }
    free(filter.cells_of);
    if (code == EXIT_OK && filter.fractions && (e->by_total || e->log1p))
        ui_warn(e->ui, "values are no whole numbers: normalised already? --matrix names another matrix, --normalise "
                       "none takes values as they are");
    if (code == EXIT_OK && e->n_cells == 0)
        code = ui_fail(e->ui, "no cell is left: none has %g counts", min_counts);
    if (code == EXIT_OK && e->n_genes == 0)
        code = ui_fail(e->ui, "no gene is left: none is in %zu cells", min_cells);
    if (code == EXIT_OK && e->n_genes < genes)
        code = expression_each(e, total_cell, e);
    return code == EXIT_OK && e->by_total && e->target == 0 ? find_target(e) : code;
}

/* ---- dispersion -------------------------------------------------------------------------------------------------- */

enum { BINS = 20 };

struct moments {
    const struct expression *e;
    double *sum, *squares; /* (genes) */
};

/* Without the logarithm; values that are taken as they are count as logarithms. */
static int add_moments(void *user, size_t row, const struct row *values)
{
    const struct moments *moments = user;
    const struct expression *e = moments->e;
    bool scaled = e->by_total || e->log1p;
    if (e->held[e->environment[row]])
        return EXIT_OK;
    for (size_t i = 0; i < values->n; i++) {
        double x = scaled ? expression_linear(e, row, values->value[i]) : expm1(values->value[i]);
        moments->sum[values->index[i]] += x;
        moments->squares[values->index[i]] += x * x;
    }
    return EXIT_OK;
}

/* The bins of pandas.cut(): of equal width, closed on the right, the first one a little wider. */
static size_t bin_of(double value, double lowest, double highest)
{
    size_t bin = 0;
    while (bin + 1 < BINS && value > lowest + (highest - lowest) * (double)(bin + 1) / BINS)
        bin++;
    return bin;
}

/* Takes mean and spread of the dispersions in a bin from each; a bin of one gene gives it 1. */
static void normalise_bins(const struct expression *e, const double *mean, double *dispersion, double lowest,
                           double highest)
{
    double sum[BINS] = {0}, squares[BINS] = {0};
    size_t n[BINS] = {0}, genes = e->cells->genes.n;
    for (size_t g = 0; g < genes; g++)
        if (e->kept[g] && !isnan(dispersion[g])) {
            size_t bin = bin_of(mean[g], lowest, highest);
            sum[bin] += dispersion[g];
            n[bin]++;
        }
    for (size_t g = 0; g < genes; g++)
        if (e->kept[g] && !isnan(dispersion[g])) {
            size_t bin = bin_of(mean[g], lowest, highest);
            double d = dispersion[g] - sum[bin] / (double)n[bin];
            squares[bin] += d * d;
        }
    for (size_t g = 0; g < genes; g++) {
        if (!e->kept[g] || isnan(dispersion[g]))
            continue;
        size_t bin = bin_of(mean[g], lowest, highest);
        double centre = sum[bin] / (double)n[bin], spread = sqrt(squares[bin] / (double)(n[bin] - 1));
        dispersion[g] = n[bin] == 1 ? 1 : (dispersion[g] - centre) / spread;
    }
}

int expression_dispersion(const struct expression *e, double *dispersion)
{
    size_t genes = e->cells->genes.n;
    struct moments moments = {e, memory_new(genes, sizeof(double)), memory_new(genes, sizeof(double))};
    double n = (double)e->n_seen, lowest = INFINITY, highest = -INFINITY;
    int code = expression_each(e, add_moments, &moments);
    for (size_t g = 0; g < genes && code == EXIT_OK; g++) {
        double mean = moments.sum[g] / n, variance = (moments.squares[g] - n * mean * mean) / (n - 1);
        dispersion[g] = NAN;
        if (!e->kept[g])
            continue;
        if (variance > 0)
            dispersion[g] = log(variance / (mean > 0 ? mean : 1e-12));
        moments.sum[g] = log1p(mean > 0 ? mean : 1e-12);
        lowest = fmin(lowest, moments.sum[g]);
        highest = fmax(highest, moments.sum[g]);
    }
    if (code == EXIT_OK)
        normalise_bins(e, moments.sum, dispersion, lowest, highest);
    free(moments.sum);
    free(moments.squares);
    return code;
}

/* ---- markers ----------------------------------------------------------------------------------------------------- */

/* Sums of the environments first .. first + n, as (environments, genes). */
struct sums {
    const struct expression *e;
    size_t first, n;
    double *sum, *squares;
};

static int add_sums(void *user, size_t row, const struct row *values)
{
    const struct sums *sums = user;
    const struct expression *e = sums->e;
    size_t environment = e->environment[row], genes = e->cells->genes.n;
    if (environment < sums->first || environment >= sums->first + sums->n || e->held[environment])
        return EXIT_OK;
    double *sum = sums->sum + (environment - sums->first) * genes;
    double *squares = sums->squares + (environment - sums->first) * genes;
    for (size_t i = 0; i < values->n; i++) {
        double x = expression_value(e, row, values->value[i]);
        sum[values->index[i]] += x;
        squares[values->index[i]] += x * x;
    }
    return EXIT_OK;
}

static int sum_up(struct sums *sums)
{
    size_t genes = sums->e->cells->genes.n;
    memset(sums->sum, 0, sums->n * genes * sizeof *sums->sum);
    memset(sums->squares, 0, sums->n * genes * sizeof *sums->squares);
    return expression_each(sums->e, add_sums, sums);
}

/* The mean, and the variance of the mean. */
static double mean_of(double sum, double squares, double n, double *variance)
{
    double mean = sum / n, v = (squares - n * mean * mean) / (n - 1);
    *variance = v > 0 ? v / n : 0;
    return mean;
}

static void score_genes(const struct expression *e, const struct sums *control, const struct sums *sums, size_t i,
                        double *score)
{
    size_t genes = e->cells->genes.n;
    double n = (double)e->count[sums->first + i], n0 = (double)e->count[0];
    for (size_t g = 0; g < genes; g++) {
        double v, v0;
        double mean = mean_of(sums->sum[i * genes + g], sums->squares[i * genes + g], n, &v);
        double mean0 = mean_of(control->sum[g], control->squares[g], n0, &v0);
        double t = v + v0 > 0 ? fabs(mean - mean0) / sqrt(v + v0) : 0;
        if (e->kept[g] && t > score[g])
            score[g] = t;
    }
}

int expression_markers(const struct expression *e, double *score)
{
    size_t genes = e->cells->genes.n, at_once = e->budget / (2 * genes * sizeof(double)), alone = 0;
    at_once = at_once < 1 ? 1 : at_once < e->n_environments ? at_once : e->n_environments;
    struct sums control = {e, 0, 1, memory_new(genes, sizeof(double)), memory_new(genes, sizeof(double))};
    struct sums sums = {e, 1, at_once, memory_new(at_once * genes, sizeof(double)),
                        memory_new(at_once * genes, sizeof(double))};
    int code = e->count[0] > 1
                   ? sum_up(&control)
                   : ui_fail(e->ui, "markers are found against the control, which has %zu cells", e->count[0]);
    for (size_t g = 0; g < genes; g++)
        score[g] = e->kept[g] ? 0 : NAN;
    for (; sums.first < e->n_environments && code == EXIT_OK; sums.first += sums.n) {
        code = sum_up(&sums);
        for (size_t i = 0; i < sums.n && sums.first + i < e->n_environments && code == EXIT_OK; i++)
            if (e->held[sums.first + i])
                continue;
            else if (e->count[sums.first + i] > 1)
                score_genes(e, &control, &sums, i, score);
            else
                alone++;
    }
    if (alone > 0)
        ui_note(e->ui, "environments of one cell, which have no part in finding markers: %zu", alone);
    free(control.sum);
    free(control.squares);
    free(sums.sum);
    free(sums.squares);
    return code;
}

void expression_free(struct expression *e)
{
    free(e->total);
    free(e->kept);
    free(e->count);
}
