/* The data of a fit: scaling, held-out rows, batches, sufficient statistics, and every way in which data can be wrong.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "property/systems.h"

enum { D = 3, P = 2 };
static char *const variable[D] = {"light", "angle", "current"};
static char *const feature[P] = {"dose", "hour"};

typedef struct setting {
    source *source;
    gim_data given;
    gim__data_plan plan;
    gim__message message;
    t_memory memory;
    gim__data data;
} setting;

static setting *setting_new(int zero_inflated)
{
    setting *at = calloc(1, sizeof *at);
    at->source = small_source(zero_inflated ? GIM_ZERO_INFLATED : GIM_LINEAR, GIM_HARD, 3);
    at->plan = (gim__data_plan){
        .batch_rows = 7, .held_out = 0.1, .memory_budget = 1 << 20, .zero_inflated = zero_inflated, .seed = 5};
    gim__message_init(&at->message);
    t_memory_open(&at->memory, 0);
    return at;
}

static gim_status open_data(setting *at)
{
    at->given = source_data(at->source);
    return gim__data_open(&at->data, &at->memory.allocator, &at->message, &at->given, variable, feature, D, P,
                          &at->plan);
}

/* Closes and checks that nothing is left. */
static void close_data(setting *at)
{
    gim__data_close(&at->data);
    ck_assert_uint_eq(at->memory.blocks, 0);
    ck_assert(!at->memory.wrong);
    ck_assert(!at->source->disorder);
}

static void setting_free(setting *at)
{
    close_data(at);
    source_free(at->source);
    gim__message_destroy(&at->message);
    free(at);
}

static setting *opened(int zero_inflated)
{
    setting *at = setting_new(zero_inflated);
    ck_assert_int_eq(open_data(at), GIM_OK);
    return at;
}

static const char *said(setting *at)
{
    static char text[1024];
    gim__message_copy(&at->message, text, sizeof text);
    return text;
}

/* ---- scaling ---- */

/* Mean and standard deviation of variable j over the rows of these environments. */
static void plain_scale(double *mean, double *sd, const source *from, const int *scales, size_t j)
{
    long double sum = 0, squares = 0, n = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t k = 0; k < from->K; k++)
            for (size_t r = 0; r < from->n_rows[k] && scales[k]; r++) {
                long double x = from->x[k][r * from->d + j];
                sum += pass == 0 ? x : 0;
                n += pass == 0 ? 1 : 0;
                squares += pass == 1 ? (x - sum / n) * (x - sum / n) : 0;
            }
    *mean = (double)(sum / n);
    *sd = (double)sqrtl(squares / n);
}

static void check_scaling(const setting *at, const int *scales)
{
    for (size_t j = 0; j < D; j++) {
        double mean, sd;
        plain_scale(&mean, &sd, at->source, scales, j);
        ck_assert_double_lt(fabs(at->data.training.scaling.scale[j] / sd - 1), 1e-9);
        ck_assert_double_lt(fabs(at->data.training.scaling.center[j] - (at->plan.zero_inflated ? 0 : mean)), 1e-9 * sd);
    }
}

START_TEST(observational_rows_set_the_scale)
{
    static const int all[4] = {1, 1, 1, 1}, some[3][4] = {{1, 0, 0, 0}, {0, 0, 1, 0}, {1, 0, 0, 1}};
    for (int i = 0; i <= 3; i++) {
        setting *at = setting_new(_i);
        for (size_t k = 0; k < 4; k++)
            at->source->observational[k] = i < 3 && some[i][k];
        ck_assert_int_eq(open_data(at), GIM_OK);
        check_scaling(at, i < 3 ? some[i] : all); /* all rows where none are observational */
        setting_free(at);
    }
}
END_TEST

static double scaled_feature(const setting *at, size_t k, size_t f)
{
    return (double)at->data.training.scaled[k * P + f];
}

START_TEST(features_are_zero_without_a_perturbation_and_of_size_one_with)
{
    setting *at = setting_new(0);
    at->source->features[0][0] = 10;
    for (size_t k = 1; k < 4; k++)
        at->source->features[k][0] = k == 2 ? 10 : 10 + 3 * (double)k; /* 13, 10, 19: root mean square 3 sqrt 5 */
    for (size_t k = 0; k < 4; k++)
        at->source->features[k][1] = 1e6; /* never changes */
    ck_assert_int_eq(open_data(at), GIM_OK);
    static const double wanted[4] = {0, 1, 0, 3};
    for (size_t k = 0; k < 4; k++) {
        ck_assert_double_lt(fabs(scaled_feature(at, k, 0) - wanted[k] / sqrt(5)), 1e-6);
        ck_assert(scaled_feature(at, k, 1) == 0);
    }
    ck_assert(at->data.training.scaling.feature_center[0] == 10 && at->data.training.scaling.feature_center[1] == 1e6);
    ck_assert(at->data.training.scaling.feature_scale[1] == 1);
    setting_free(at);
}
END_TEST

START_TEST(features_are_centred_where_nothing_is_observational)
{
    setting *at = setting_new(0);
    at->source->observational[0] = 0;
    static const double dose[4] = {1, 2, 3, 6}; /* mean 3 */
    for (size_t k = 0; k < 4; k++)
        at->source->features[k][0] = dose[k];
    ck_assert_int_eq(open_data(at), GIM_OK);
    for (size_t k = 0; k < 4; k++)
        ck_assert_double_lt(fabs(scaled_feature(at, k, 0) - (dose[k] - 3) / sqrt(14. / 3)), 1e-6);
    setting_free(at);
}
END_TEST

/* ---- rows ---- */

/* What row r of environment k has to be in the model's units. */
static double standardised(const setting *at, size_t k, size_t r, size_t j)
{
    const gim__scaling *scaling = &at->data.training.scaling;
    return (at->source->x[k][r * D + j] - scaling->center[j]) / scaling->scale[j];
}

/* The row of environment k that x is; n_rows where it is none. */
static size_t find_row(const setting *at, size_t k, const real *x)
{
    size_t r = 0;
    for (; r < at->source->n_rows[k]; r++) {
        double gap = 0;
        for (size_t j = 0; j < D; j++)
            gap = fmax(gap, fabs((double)x[j] - standardised(at, k, r, j)));
        if (gap < 1e-4)
            break;
    }
    return r;
}

static int is_held(const setting *at, size_t k, size_t r)
{
    for (size_t i = 0; i < at->data.n_held[k]; i++)
        if (at->data.held[k][i] == r)
            return 1;
    return 0;
}

static void check_response(const setting *at, const gim__rows *rows)
{
    size_t wrong = 0;
    for (size_t i = 0; i < rows->n * D; i++) {
        int positive = !at->plan.zero_inflated || rows->x[i] > 0;
        double y = !positive ? 0 : at->plan.zero_inflated ? log((double)rows->x[i]) : (double)rows->x[i];
        wrong += rows->positive[i] != positive || rows->one[i / D] != 1 || rows->count[i / D] != 1;
        wrong += !(t_error((double)rows->y[i], y) < 1e-6);
    }
    ck_assert_uint_eq(wrong, 0);
}

START_TEST(held_out_rows_are_a_share_of_each_environment)
{
    setting *at = opened(_i);
    size_t n = 0;
    for (size_t k = 0; k < 4; k++) {
        ck_assert_uint_eq(at->data.n_held[k], at->source->n_rows[k] / 10);
        for (size_t i = 0; i < at->data.n_held[k]; i++, n++) {
            size_t r = at->data.held[k][i];
            ck_assert(r < at->source->n_rows[k] && (i == 0 || r > at->data.held[k][i - 1]));
            ck_assert_uint_eq(at->data.held_rows.env[n], k);
            ck_assert(at->data.held_rows.weight[n] == 1);
            for (size_t j = 0; j < D; j++)
                ck_assert_double_lt(t_error((double)at->data.held_rows.x[n * D + j], standardised(at, k, r, j)), 1e-5);
        }
    }
    ck_assert_uint_eq(at->data.held_rows.n, n);
    check_response(at, &at->data.held_rows);
    setting_free(at);
}
END_TEST

START_TEST(held_out_rows_change_with_the_seed_and_the_share)
{
    setting *at = opened(0), *other = setting_new(0), *none = setting_new(0), *half = setting_new(0);
    other->plan.seed++;
    none->plan.held_out = 0;
    half->plan.held_out = 0.5;
    ck_assert_int_eq(open_data(other), GIM_OK);
    ck_assert_int_eq(open_data(none), GIM_OK);
    ck_assert_int_eq(open_data(half), GIM_OK);
    ck_assert(memcmp(at->data.held[3], other->data.held[3], at->data.n_held[3] * sizeof(size_t)) != 0);
    ck_assert_uint_eq(none->data.held_rows.n, 0);
    ck_assert_uint_eq(half->data.held_rows.n, 40 / 2 + 47 / 2 + 54 / 2 + 61 / 2);
    ck_assert(at->data.n_all == 202 && at->data.n_train == 202 - 4 - 4 - 5 - 6);
    ck_assert(none->data.n_all == 202 && none->data.n_train == 202);
    ck_assert_double_lt(fabs(at->data.n_perturbed - (202 - 19 - 36) / 3.0), 1e-12);
    ck_assert_uint_eq(gim__data_most_rows(&half->data), half->data.held_rows.n);
    ck_assert_uint_eq(gim__data_most_rows(&none->data), 4 * 7);
    setting_free(at), setting_free(other), setting_free(none), setting_free(half);
}
END_TEST

START_TEST(many_rows_are_not_held_out)
{
    setting *at = setting_new(0);
    uint64_t state = 1;
    source_rows(at->source, 1, 6000);
    for (size_t i = 0; i < 6000 * D; i++)
        at->source->x[1][i] = t_normal(&state);
    ck_assert_int_eq(open_data(at), GIM_OK);
    ck_assert_uint_eq(at->data.n_held[1], 256);
    setting_free(at);
}
END_TEST

/* ---- batches ---- */

/* Counts how often each row of environment k was drawn. */
static void check_batch(const setting *at, size_t *times[4])
{
    const gim__rows *batch = &at->data.batch;
    size_t at_row = 0, wrong = 0;
    ck_assert_uint_eq(batch->n, 4 * 7);
    for (size_t k = 0; k < 4; k++) {
        size_t train = at->source->n_rows[k] - at->data.n_held[k], before = 0;
        for (size_t i = 0; i < 7; i++, at_row++) {
            size_t r = find_row(at, k, batch->x + at_row * D);
            int found = r < at->source->n_rows[k];
            wrong += !found || is_held(at, k, r) || (i > 0 && r <= before) || batch->env[at_row] != k;
            wrong += batch->weight[at_row] != (real)((double)train / 7);
            times[k][found ? r : 0]++;
            before = r;
        }
    }
    ck_assert_uint_eq(wrong, 0);
    check_response(at, batch);
}

START_TEST(batches_are_training_rows_of_every_environment_all_as_often)
{
    enum { STEPS = 300 };
    setting *at = opened(0);
    size_t *times[4], never = 0;
    double worst = 0;
    for (size_t k = 0; k < 4; k++)
        times[k] = calloc(at->source->n_rows[k], sizeof(size_t));
    for (uint64_t step = 0; step < STEPS; step++) {
        ck_assert_int_eq(gim__data_batch(&at->data, step), GIM_OK);
        check_batch(at, times);
    }
    for (size_t k = 0; k < 4; k++) {
        double p = 7 / (double)(at->source->n_rows[k] - at->data.n_held[k]);
        for (size_t r = 0; r < at->source->n_rows[k]; r++) {
            never += times[k][r] == 0;
            if (times[k][r] > 0)
                worst = fmax(worst, fabs((double)times[k][r] - STEPS * p) / sqrt(STEPS * p * (1 - p)));
        }
        free(times[k]);
    }
    ck_assert_uint_eq(never, at->data.held_rows.n);
    ck_assert_double_lt(worst, 4); /* of 183 */
    setting_free(at);
}
END_TEST

/* As many rows of each environment as its share of all, rounded up; weights stand for all training rows. */
START_TEST(batches_in_proportion)
{
    setting *at = setting_new(0);
    double all = 0;
    at->plan.batch_rows = 24;
    at->plan.in_proportion = 1;
    ck_assert_int_eq(open_data(at), GIM_OK);
    ck_assert_int_eq(gim__data_batch(&at->data, 1), GIM_OK);
    for (size_t k = 0; k < 4; k++)
        all += (double)at->source->n_rows[k];
    for (size_t k = 0, r = 0; k < 4; k++) {
        size_t n = 0, train = at->source->n_rows[k] - at->data.n_held[k];
        double weight = 0;
        for (; r < at->data.batch.n && at->data.batch.env[r] == k; r++, n++)
            weight += (double)at->data.batch.weight[r];
        ck_assert_uint_eq(n, 1 + (size_t)floor(24 * (double)at->source->n_rows[k] / all));
        ck_assert_double_eq_tol(weight, (double)train, 1e-3);
    }
    setting_free(at);
}
END_TEST

START_TEST(zeros_stay_zeros)
{
    setting *at = opened(1);
    ck_assert_int_eq(gim__data_batch(&at->data, 3), GIM_OK);
    size_t zeros = 0;
    for (size_t i = 0; i < at->data.batch.n * D; i++)
        zeros += at->data.batch.x[i] == 0;
    ck_assert_uint_gt(zeros, 3);
    check_response(at, &at->data.batch);
    setting_free(at);
}
END_TEST

START_TEST(a_step_has_always_the_same_batch_and_another_step_another)
{
    setting *at = opened(0);
    size_t bytes = at->data.batch.n * D * sizeof(real);
    real *first = t_zeros(at->data.batch.n * D);
    gim__data_batch(&at->data, 5);
    memcpy(first, at->data.batch.x, bytes);
    gim__data_batch(&at->data, 6);
    ck_assert(memcmp(first, at->data.batch.x, bytes) != 0);
    gim__data_batch(&at->data, 5);
    ck_assert_mem_eq(first, at->data.batch.x, bytes);
    free(first);
    setting_free(at);
}
END_TEST

START_TEST(an_environment_smaller_than_the_batch_is_taken_whole)
{
    setting *at = setting_new(0);
    at->source->n_rows[2] = 4;
    at->source->n_rows[3] = 1;
    ck_assert_int_eq(open_data(at), GIM_OK);
    ck_assert_uint_eq(at->data.batch.n, 7 + 7 + 4 + 1);
    gim__data_batch(&at->data, 0);
    for (size_t r = 14; r < 19; r++) {
        size_t k = r < 18 ? 2 : 3;
        ck_assert_uint_eq(at->data.batch.env[r], k);
        ck_assert(at->data.batch.weight[r] == 1);
        ck_assert_uint_eq(find_row(at, k, at->data.batch.x + r * D), r < 18 ? r - 14 : 0);
    }
    setting_free(at);
}
END_TEST

/* ---- memory budget ---- */

static size_t bytes_of(const setting *at, size_t k)
{
    return (at->source->n_rows[k] - at->source->n_rows[k] / 10) * D * sizeof(real);
}

static size_t asked(const setting *at, size_t k)
{
    size_t sum = 0;
    for (size_t r = 0; r < at->source->n_rows[k]; r++)
        sum += at->source->seen[k][r];
    return sum;
}

START_TEST(batches_are_the_same_bits_with_and_without_memory)
{
    setting *at = setting_new(_i), *without = setting_new(_i), *partly = setting_new(_i);
    without->plan.memory_budget = 0;
    partly->plan.memory_budget = bytes_of(partly, 0) + bytes_of(partly, 1);
    ck_assert_int_eq(open_data(at), GIM_OK);
    ck_assert_int_eq(open_data(without), GIM_OK);
    ck_assert_int_eq(open_data(partly), GIM_OK);
    ck_assert(gim__data_in_memory(&at->data));
    ck_assert(!gim__data_in_memory(&without->data) && !gim__data_in_memory(&partly->data));
    for (uint64_t step = 0; step < 20; step++) {
        setting *all[3] = {at, without, partly};
        for (size_t i = 0; i < 3; i++) {
            const gim__rows *rows = &all[i]->data.batch, *wanted = &at->data.batch;
            ck_assert_int_eq(gim__data_batch(&all[i]->data, step), GIM_OK);
            ck_assert_mem_eq(rows->x, wanted->x, wanted->n * D * sizeof(real));
            ck_assert_mem_eq(rows->y, wanted->y, wanted->n * D * sizeof(real));
            ck_assert_mem_eq(rows->weight, wanted->weight, wanted->n * sizeof(real));
        }
    }
    for (size_t k = 0; k < 4; k++) { /* what was kept was read once */
        ck_assert_uint_eq(asked(at, k), at->source->n_rows[k]);
        ck_assert_uint_eq(asked(partly, k), at->source->n_rows[k] + (k < 2 ? 0 : 20 * 7));
        ck_assert_uint_eq(asked(without, k), at->source->n_rows[k] + 20 * 7);
        for (size_t i = 0; i < without->data.n_held[k]; i++)
            ck_assert_uint_eq(without->source->seen[k][without->data.held[k][i]], 1);
    }
    setting_free(at), setting_free(without), setting_free(partly);
}
END_TEST

/* Evenly from the training rows, from memory or by callback, in one block or many. */
START_TEST(rows_spread_over_an_environment)
{
    setting *at = setting_new(0);
    at->plan.memory_budget = _i == 0 ? 1 << 20 : 0;
    ck_assert_int_eq(open_data(at), GIM_OK);
    at->data.block_rows = _i == 2 ? 3 : at->data.block_rows;
    for (size_t k = 0; k < at->data.K; k++) {
        size_t all = at->data.training.n_rows[k] - at->data.n_held[k], n = all < 5 ? all : all - 2, seen = 0;
        real *x = t_zeros(n * D);
        ck_assert_int_eq(gim__data_spread(&at->data, k, n, x), GIM_OK);
        for (size_t r = 0, training = 0; r < at->data.training.n_rows[k]; r++) {
            if (is_held(at, k, r))
                continue;
            size_t wanted = seen < n ? (size_t)((double)seen * (double)all / (double)n) : all;
            if (training++ != wanted)
                continue;
            for (size_t j = 0; j < D; j++)
                ck_assert_double_le(t_error((double)x[seen * D + j], standardised(at, k, r, j)), T_ROUNDING);
            seen++;
        }
        ck_assert_uint_eq(seen, n);
        free(x);
    }
    setting_free(at);
}
END_TEST

START_TEST(the_budget_is_kept)
{
    setting *with = opened(0), *without = setting_new(0), *short_of_one = setting_new(0);
    size_t all = bytes_of(with, 0) + bytes_of(with, 1) + bytes_of(with, 2) + bytes_of(with, 3);
    without->plan.memory_budget = 0;
    short_of_one->plan.memory_budget = all - 1;
    ck_assert_int_eq(open_data(without), GIM_OK);
    ck_assert_int_eq(open_data(short_of_one), GIM_OK);
    ck_assert_uint_ge(with->memory.bytes, without->memory.bytes + all);
    ck_assert(!gim__data_in_memory(&short_of_one->data));
    setting_free(with);
    with = setting_new(0);
    with->plan.memory_budget = all;
    ck_assert_int_eq(open_data(with), GIM_OK);
    ck_assert(gim__data_in_memory(&with->data));
    setting_free(with), setting_free(without), setting_free(short_of_one);
}
END_TEST

START_TEST(opening_describes_each_environment_and_reads_each_row_once)
{
    setting *at = setting_new(0);
    uint64_t state = 1;
    source_rows(at->source, 2, 30000); /* several blocks */
    for (size_t i = 0; i < 30000 * D; i++)
        at->source->x[2][i] = t_normal(&state);
    ck_assert_int_eq(open_data(at), GIM_OK);
    for (size_t k = 0; k < 4; k++) {
        size_t wrong = 0;
        ck_assert_uint_eq(at->source->describes[k], 1);
        for (size_t r = 0; r < at->source->n_rows[k]; r++)
            wrong += at->source->seen[k][r] != 1;
        ck_assert_uint_eq(wrong, 0);
    }
    ck_assert_uint_gt(at->source->reads, 4);
    setting_free(at);
}
END_TEST

/* ---- sufficient statistics ---- */

/* Sums of [1, x][1, x]' over the training rows of environment k, by plain loops. */
static void plain_moments(long double S[D + 1][D + 1], const setting *at, size_t k)
{
    memset(S, 0, (D + 1) * sizeof S[0]);
    for (size_t r = 0; r < at->source->n_rows[k]; r++) {
        double x[D + 1] = {1, standardised(at, k, r, 0), standardised(at, k, r, 1), standardised(at, k, r, 2)};
        for (size_t i = 0; i <= D && !is_held(at, k, r); i++)
            for (size_t j = 0; j <= D; j++)
                S[i][j] += x[i] * x[j];
    }
}

/* R = [one, x] of environment k: upper triangular, and R'R the sums. */
static void check_factor(const setting *at, size_t k, double tolerance)
{
    const gim__rows *batch = &at->data.batch;
    long double S[D + 1][D + 1];
    double R[D + 1][D + 1], counts = 0;
    plain_moments(S, at, k);
    for (size_t i = 0; i <= D; i++) {
        size_t r = k * (D + 1) + i;
        ck_assert_uint_eq(batch->env[r], k);
        ck_assert(batch->weight[r] == 1);
        counts += (double)batch->count[r];
        R[i][0] = (double)batch->one[r];
        for (size_t j = 0; j < D; j++) {
            R[i][j + 1] = (double)batch->x[r * D + j];
            ck_assert(batch->y[r * D + j] == batch->x[r * D + j] && batch->positive[r * D + j] == 1);
            ck_assert(j + 1 >= i || R[i][j + 1] == 0);
        }
    }
    ck_assert_double_lt(t_error(counts, (double)S[0][0]), tolerance);
    for (size_t i = 0; i <= D; i++)
        for (size_t j = 0; j <= D; j++) {
            double sum = 0;
            for (size_t l = 0; l <= D; l++)
                sum += R[l][i] * R[l][j];
            ck_assert_double_lt(fabs(sum - (double)S[i][j]) / sqrt((double)(S[i][i] * S[j][j])), tolerance);
        }
}

START_TEST(factors_have_the_sums_of_the_rows)
{
    setting *at = setting_new(0);
    at->plan.sufficient = 1;
    at->source->n_rows[2] = 2; /* fewer rows than variables */
    at->source->n_rows[3] = 1;
    ck_assert_int_eq(open_data(at), GIM_OK);
    ck_assert_uint_eq(at->data.batch.n, 4 * (D + 1));
    ck_assert_uint_eq(gim__data_most_rows(&at->data), 4 * (D + 1));
    for (size_t k = 0; k < 4; k++)
        check_factor(at, k, 1e-6);
    ck_assert_int_eq(gim__data_batch(&at->data, 9), GIM_OK);
    for (size_t k = 0; k < 4; k++) {
        check_factor(at, k, 1e-6);
        ck_assert_uint_eq(asked(at, k), at->source->n_rows[k]);
    }
    setting_free(at);
}
END_TEST

/* A column that is constant within one environment, or the copy of another, leaves a row of zeros, not of rounding. */
START_TEST(a_direction_without_spread_is_no_direction)
{
    setting *at = setting_new(0);
    at->plan.sufficient = 1;
    for (size_t r = 0; r < at->source->n_rows[1]; r++) {
        at->source->x[1][r * D] = 0.1; /* constant */
        at->source->x[1][r * D + 2] = at->source->x[1][r * D + 1] * 3 - 0.7;
    }
    ck_assert_int_eq(open_data(at), GIM_OK);
    check_factor(at, 1, 1e-6);
    for (size_t i = 1; i <= 3; i += 2)
        for (size_t j = 0; j < D; j++)
            ck_assert(at->data.batch.x[(D + 1 + i) * D + j] == 0);
    setting_free(at);
}
END_TEST

/* ---- data far from zero ---- */

/* A time stamp, a wavelength: 1e9, with a spread of a few units that the offset leaves exact. */
static setting *far_off(int sufficient, size_t budget)
{
    setting *at = setting_new(0);
    at->plan.sufficient = sufficient;
    at->plan.memory_budget = budget;
    for (size_t k = 0; k < 4; k++)
        for (size_t i = 0; i < at->source->n_rows[k] * D; i++)
            at->source->x[k][i] = 1e9 + 0x1p-10 * rint(0x1p10 * at->source->x[k][i]);
    ck_assert_int_eq(open_data(at), GIM_OK);
    return at;
}

START_TEST(far_off_data_keep_their_digits)
{
    static const int control[4] = {1, 0, 0, 0};
    setting *at = far_off(0, _i ? 0 : 1 << 20);
    double worst = 0;
    check_scaling(at, control);
    ck_assert_int_eq(gim__data_batch(&at->data, 0), GIM_OK);
    for (size_t r = 0; r < at->data.batch.n; r++) {
        size_t k = at->data.batch.env[r], row = find_row(at, k, at->data.batch.x + r * D);
        ck_assert_uint_lt(row, at->source->n_rows[k]);
        for (size_t j = 0; j < D; j++)
            worst = fmax(worst, fabs((double)at->data.batch.x[r * D + j] - standardised(at, k, row, j)));
    }
    ck_assert_double_lt(worst, 1e-5); /* 1e9 in single precision has steps of 64 */
    setting_free(at);
}
END_TEST

START_TEST(sums_of_far_off_data_keep_their_digits)
{
    setting *at = far_off(1, 0);
    for (size_t k = 0; k < 4; k++)
        check_factor(at, k, 1e-5);
    setting_free(at);
}
END_TEST

/* ---- data that are wrong ---- */

/* Opening fails, for a reason that names all of these. */
static void check_refused(setting *at, const char *first, const char *second, const char *third)
{
    const char *parts[3] = {first, second, third};
    ck_assert_int_eq(open_data(at), GIM_ERR_DATA);
    for (size_t i = 0; i < 3; i++)
        ck_assert_msg(strstr(said(at), parts[i]) != NULL, "\"%s\" does not say \"%s\"", said(at), parts[i]);
    setting_free(at);
}

START_TEST(a_value_that_cannot_be_used_is_named)
{
    static const struct {
        int zero_inflated;
        size_t env, row, column;
        double value;
        const char *place, *reason;
    } bad[] = {{0, 0, 0, 0, NAN, "environment \"control\", row 0, variable \"light\"", "finite"},
               {0, 3, 60, 2, INFINITY, "environment \"both\", row 60, variable \"current\"", "finite"},
               {0, 2, 17, 1, -INFINITY, "environment \"second\", row 17, variable \"angle\"", "finite"},
               {1, 1, 5, 1, NAN, "environment \"first\", row 5, variable \"angle\"", "finite"},
               {1, 1, 5, 2, -1e-9, "environment \"first\", row 5, variable \"current\"", ">= 0"}};
    char number[32];
    setting *at = setting_new(bad[_i].zero_inflated);
    at->source->x[bad[_i].env][bad[_i].row * D + bad[_i].column] = bad[_i].value;
    snprintf(number, sizeof number, "is %g", bad[_i].value);
    check_refused(at, bad[_i].place, number, bad[_i].reason);
}
END_TEST

START_TEST(a_bad_row_is_numbered_in_the_callers_count)
{
    setting *at = setting_new(0);
    source_rows(at->source, 2, 30000);
    at->source->x[2][23456 * D + 1] = NAN;
    check_refused(at, "environment \"second\"", "row 23456", "\"angle\"");
}
END_TEST

START_TEST(a_row_that_is_bad_when_read_again_is_named)
{
    setting *at = setting_new(0);
    gim_status status = GIM_OK;
    at->plan.memory_budget = 0;
    ck_assert_int_eq(open_data(at), GIM_OK);
    size_t row = 20;
    while (is_held(at, 1, row))
        row++;
    at->source->x[1][row * D + 2] = NAN;
    for (uint64_t step = 0; status == GIM_OK && step < 500; step++)
        status = gim__data_batch(&at->data, step);
    char place[100];
    snprintf(place, sizeof place, "environment \"first\", row %zu, variable \"current\" is", row);
    ck_assert_int_eq(status, GIM_ERR_DATA);
    ck_assert_msg(strstr(said(at), place) != NULL, "\"%s\" does not say \"%s\"", said(at), place);
    setting_free(at);
}
END_TEST

START_TEST(negative_values_are_none_of_a_gaussian_mechanisms_business)
{
    setting *at = setting_new(0), *zero = setting_new(1);
    at->source->x[0][0] = -100;
    zero->source->x[0][0] = -0.0;
    ck_assert_int_eq(open_data(at), GIM_OK);
    ck_assert_int_eq(open_data(zero), GIM_OK);
    setting_free(at), setting_free(zero);
}
END_TEST

static void set_column(setting *at, size_t k, size_t j, double value)
{
    for (size_t r = 0; r < at->source->n_rows[k]; r++)
        at->source->x[k][r * D + j] = value;
}

START_TEST(a_constant_variable_is_named)
{
    static const double values[] = {0, 1, 0.1, 1e9 + 0.1, 1e-20};
    setting *at = setting_new(0);
    char value[32];
    snprintf(value, sizeof value, "(%g)", values[_i]);
    set_column(at, 0, 1, values[_i]); /* it varies elsewhere, but the control sets the scale */
    check_refused(at, "\"angle\" is constant", value, "40 rows");
    at = setting_new(1);
    set_column(at, 0, 2, values[_i]);
    check_refused(at, "\"current\" is constant", value, "leave it out");
    at = setting_new(0);
    at->source->observational[0] = 0;
    set_column(at, 0, 1, values[_i]); /* constant in one environment of all that set the scale */
    ck_assert_int_eq(open_data(at), GIM_OK);
    close_data(at);
    for (size_t k = 1; k < 4; k++)
        set_column(at, k, 1, values[_i]);
    check_refused(at, "\"angle\" is constant", value, "202 rows");
}
END_TEST

START_TEST(one_row_sets_no_scale)
{
    setting *at = setting_new(0);
    at->source->n_rows[0] = 1;
    check_refused(at, "\"light\" is constant", "in the 1 rows", "observational");
}
END_TEST

START_TEST(a_feature_that_is_no_number_is_named)
{
    static const double bad[] = {NAN, INFINITY, -INFINITY};
    setting *at = setting_new(0);
    at->source->features[2][1] = bad[_i];
    check_refused(at, "environment \"second\"", "feature \"hour\"", "finite");
}
END_TEST

START_TEST(an_empty_environment_is_named)
{
    setting *at = setting_new(0);
    at->source->n_rows[1] = 0;
    check_refused(at, "environment \"first\"", "no rows", "at least one");
    at = setting_new(0);
    at->source->name[3] = NULL;
    at->source->n_rows[3] = 0;
    check_refused(at, "environment \"environment 3\"", "no rows", "at least one");
}
END_TEST

START_TEST(an_environments_name_has_to_be_text)
{
    static const char *const bad[] = {"", "caf\xe9", "\xff"};
    setting *at = setting_new(0);
    at->source->name[2] = bad[_i];
    check_refused(at, "environment 2", "name", "UTF-8");
}
END_TEST

START_TEST(without_a_perturbation_there_is_nothing_to_learn)
{
    setting *at = setting_new(0);
    for (size_t k = 0; k < 4; k++)
        at->source->observational[k] = 1;
    check_refused(at, "all environments are observational", "at least one", "perturbed");
}
END_TEST

/* ---- callbacks that stop or fail ---- */

static void check_callback(int answer, size_t call, const char *name)
{
    setting *at = setting_new(0);
    at->source->break_at = call;
    at->source->broken = answer;
    ck_assert_int_eq(open_data(at), answer);
    ck_assert_uint_eq(at->source->calls, call); /* and nothing is asked after it */
    if (answer < 0)
        ck_assert_msg(strstr(said(at), name) != NULL, "\"%s\" does not say \"%s\"", said(at), name);
    setting_free(at);
}

START_TEST(a_callbacks_answer_is_handed_back)
{
    static const int given[] = {1, 2, 77, -1, -5, -1234, INT32_MIN};
    for (size_t call = 1; call <= 8; call++)
        check_callback(given[_i], call, call <= 4 ? "describe" : "read");
}
END_TEST

START_TEST(a_batchs_callback_is_handed_back_too)
{
    static const int given[] = {3, -1234};
    setting *at = setting_new(0);
    at->plan.memory_budget = 0;
    ck_assert_int_eq(open_data(at), GIM_OK);
    at->source->break_at = at->source->calls + 3;
    at->source->broken = given[_i];
    ck_assert_int_eq(gim__data_batch(&at->data, 0), given[_i]);
    ck_assert_int_eq(gim__data_batch(&at->data, 0), GIM_OK); /* once more, all is well */
    setting_free(at);
}
END_TEST

/* ---- fingerprint ---- */

static double fingerprint(setting *at)
{
    ck_assert_int_eq(open_data(at), GIM_OK);
    double value = at->data.fingerprint;
    setting_free(at);
    return value;
}

static void exchange(double *a, double *b)
{
    for (size_t j = 0; j < D; j++) {
        double x = a[j];
        a[j] = b[j];
        b[j] = x;
    }
}

START_TEST(other_rows_have_another_fingerprint)
{
    setting *at = setting_new(0);
    double wanted = fingerprint(setting_new(0));
    at->plan.memory_budget = 0;
    at->plan.seed++;
    ck_assert(fingerprint(at) == wanted); /* of the rows alone */
    at = setting_new(0);
    at->source->x[2][17 * D + 1] += 1e-6;
    ck_assert(fingerprint(at) != wanted);
    at = setting_new(0);
    exchange(at->source->x[2] + 17 * D, at->source->x[2] + 18 * D); /* another order */
    ck_assert(fingerprint(at) != wanted);
    at = setting_new(0);
    exchange(at->source->x[1] + 17 * D, at->source->x[2] + 17 * D); /* another environment */
    ck_assert(fingerprint(at) != wanted);
}
END_TEST

/* ---- memory ---- */

START_TEST(memory_that_is_out_is_said_and_given_back)
{
    gim_status status = GIM_ERR_NOMEM;
    size_t fail_at = 1;
    for (; status != GIM_OK; fail_at++) {
        setting *at = setting_new(0);
        at->plan.sufficient = _i;
        t_memory_open(&at->memory, fail_at);
        status = open_data(at);
        ck_assert_int_eq(status, at->memory.calls < fail_at ? GIM_OK : GIM_ERR_NOMEM);
        ck_assert(status == GIM_OK || strstr(said(at), "out of memory") != NULL);
        setting_free(at);
    }
    ck_assert_uint_gt(fail_at, 30);
}
END_TEST

START_TEST(rows_of_none_can_be_had)
{
    t_memory memory;
    gim__rows rows;
    t_memory_open(&memory, 0);
    ck_assert_int_eq(gim__rows_new(&rows, &memory.allocator, 0, D), GIM_OK);
    ck_assert_uint_eq(rows.n, 0);
    gim__rows_free(&rows, &memory.allocator);
    ck_assert_uint_eq(memory.blocks, 0);
    ck_assert_ptr_null(rows.x);
    gim__rows_free(&rows, &memory.allocator); /* freeing twice is none */
}
END_TEST

START_TEST(data_never_opened_can_be_closed)
{
    gim__data data = {0};
    gim__data_close(&data);
}
END_TEST

/* What a visitor saw. */
typedef struct visit {
    const setting *at;
    size_t begun, k, r, wrong;
    gim_status refuse;
} visit;

static gim_status visit_begins(const gim__training *training, void *user)
{
    visit *mine = user;
    mine->begun++;
    for (size_t k = 0; k < training->K; k++)
        mine->wrong += training->n_rows[k] != mine->at->source->n_rows[k];
    mine->wrong += mine->at->source->reads;
    return mine->refuse;
}

static void visit_row(size_t k, size_t r, const double *x, void *user)
{
    visit *mine = user;
    if (mine->r == mine->at->source->n_rows[mine->k]) {
        mine->k++;
        mine->r = 0;
    }
    mine->wrong += k != mine->k || r != mine->r++;
    mine->wrong += memcmp(x, mine->at->source->x[k] + r * D, D * sizeof *x) != 0;
}

/* Held-out rows too. */
START_TEST(a_visitor_sees_every_row_once_in_order)
{
    setting *at = setting_new(0);
    visit seen = {.at = at};
    const gim__visitor visitor = {visit_begins, visit_row, &seen};
    at->plan.visitor = &visitor;
    ck_assert_int_eq(open_data(at), GIM_OK);
    ck_assert_uint_eq(seen.begun, 1);
    ck_assert_uint_eq(seen.wrong, 0);
    ck_assert(seen.k == at->source->K - 1 && seen.r == at->source->n_rows[seen.k]);
    setting_free(at);
}
END_TEST

START_TEST(a_visitor_may_refuse)
{
    setting *at = setting_new(0);
    visit seen = {.at = at, .refuse = GIM_ERR_STATE};
    const gim__visitor visitor = {visit_begins, visit_row, &seen};
    at->plan.visitor = &visitor;
    ck_assert_int_eq(open_data(at), GIM_ERR_STATE);
    ck_assert_uint_eq(at->source->reads, 0);
    setting_free(at);
}
END_TEST

int main(void)
{
    t_case cases[] = {{observational_rows_set_the_scale, 2},
                      {features_are_zero_without_a_perturbation_and_of_size_one_with, 1},
                      {features_are_centred_where_nothing_is_observational, 1},
                      {held_out_rows_are_a_share_of_each_environment, 2},
                      {held_out_rows_change_with_the_seed_and_the_share, 1},
                      {many_rows_are_not_held_out, 1},
                      {batches_are_training_rows_of_every_environment_all_as_often, 1},
                      {batches_in_proportion, 1},
                      {zeros_stay_zeros, 1},
                      {a_step_has_always_the_same_batch_and_another_step_another, 1},
                      {an_environment_smaller_than_the_batch_is_taken_whole, 1},
                      {batches_are_the_same_bits_with_and_without_memory, 2},
                      {rows_spread_over_an_environment, 3},
                      {the_budget_is_kept, 1},
                      {opening_describes_each_environment_and_reads_each_row_once, 1},
                      {factors_have_the_sums_of_the_rows, 1},
                      {a_direction_without_spread_is_no_direction, 1},
                      {far_off_data_keep_their_digits, 2},
                      {sums_of_far_off_data_keep_their_digits, 1},
                      {a_value_that_cannot_be_used_is_named, 5},
                      {a_bad_row_is_numbered_in_the_callers_count, 1},
                      {a_row_that_is_bad_when_read_again_is_named, 1},
                      {negative_values_are_none_of_a_gaussian_mechanisms_business, 1},
                      {a_constant_variable_is_named, 5},
                      {one_row_sets_no_scale, 1},
                      {a_feature_that_is_no_number_is_named, 3},
                      {an_empty_environment_is_named, 1},
                      {an_environments_name_has_to_be_text, 3},
                      {without_a_perturbation_there_is_nothing_to_learn, 1},
                      {a_callbacks_answer_is_handed_back, 7},
                      {a_batchs_callback_is_handed_back_too, 2},
                      {other_rows_have_another_fingerprint, 1},
                      {memory_that_is_out_is_said_and_given_back, 2},
                      {rows_of_none_can_be_had, 1},
                      {data_never_opened_can_be_closed, 1},
                      {a_visitor_sees_every_row_once_in_order, 1},
                      {a_visitor_may_refuse, 1}};
    return T_RUN("data", cases);
}
