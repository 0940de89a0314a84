/* Elementary functions within the bounds that fn.h states, over all of their range. What is not a number stays not a
 * number. SPDX-License-Identifier: BSD-3-Clause */
#include <float.h>

#include "math/fn.h"
#include "testing.h"

#ifdef GIM_DOUBLE
#define EXP_BOUND 4e-16
#define TANH_BOUND 4e-16
#define SIGMOID_BOUND 1e-15
static const double lowest = -700, highest = 700;
#else
#define EXP_BOUND 2e-7
#define TANH_BOUND 4e-7
#define SIGMOID_BOUND 2e-7
static const double lowest = -87, highest = 88;
#endif

enum { POINTS = 50000 };

/* From lowest to highest, ends included; and as many between -2 and 2, where most arguments are. */
static real *points(void)
{
    real *x = t_zeros(2 * POINTS);
    for (size_t i = 0; i < POINTS; i++) {
        double t = (double)i / (POINTS - 1);
        x[i] = (real)(lowest + t * (highest - lowest));
        x[POINTS + i] = (real)(4 * t - 2);
    }
    return x;
}

/* One that the compiler does not know. */
static real not_a_number(void)
{
    volatile real nan = (real)NAN;
    return nan;
}

static double worse(double a, double b)
{
    return isnan(b) ? INFINITY : fmax(a, b);
}

static double exp_error(real got, double x)
{
    return fabs((double)got / exp(x) - 1);
}

START_TEST(exp_keeps_its_bound)
{
    real *x = points(), *y = t_zeros(2 * POINTS);
    double single = 0, array = 0;
    gim__exp_all(y, x, 1, 2 * POINTS);
    for (size_t i = 0; i < 2 * POINTS; i++) {
        single = worse(single, exp_error(gim__exp(x[i]), (double)x[i]));
        array = worse(array, exp_error(y[i], (double)x[i]));
    }
    ck_assert_double_lt(single, EXP_BOUND);
    ck_assert_double_lt(array, EXP_BOUND);
    free(x), free(y);
}
END_TEST

START_TEST(exp_never_leaves_the_finite_or_the_positive)
{
#ifndef GIM_DOUBLE
    static const real far[] = {88.1f, 89, 1000, FLT_MAX, INFINITY};
    for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
        ck_assert_double_lt(exp_error(gim__exp(far[i]), 88), EXP_BOUND);
        ck_assert_double_lt(exp_error(gim__exp(-far[i]), -87), EXP_BOUND);
    }
#endif
    ck_assert(gim__exp(0) == 1);
    ck_assert(isnan(gim__exp(not_a_number())));
}
END_TEST

START_TEST(arrays_are_scaled_and_their_surroundings_left_alone)
{
    static const double scales[] = {-2, -1, 0.5};
    for (size_t n = 0; n < 40; n++)
        for (size_t s = 0; s < 3; s++) {
            real *x = t_normals(n, 3, n), *y = t_zeros(n + 1);
            y[n] = 99;
            gim__exp_all(y, x, (real)scales[s], n);
            for (size_t i = 0; i < n; i++)
                ck_assert_double_lt(exp_error(y[i], scales[s] * (double)x[i]), EXP_BOUND + 1e-6 * (sizeof(real) == 4));
            ck_assert(y[n] == 99);
            free(x), free(y);
        }
}
END_TEST

START_TEST(tanh_keeps_its_bound)
{
    real *x = points(), *y = points();
    double worst = 0;
    gim__tanh_all(y, 2 * POINTS);
    for (size_t i = 0; i < 2 * POINTS; i++)
        worst = worse(worst, fabs((double)y[i] / tanh((double)x[i]) - 1));
    ck_assert_double_lt(worst, TANH_BOUND);
    free(x), free(y);
}
END_TEST

/* Of any length, and at the ends of the line. */
START_TEST(tanh_saturates_and_touches_nothing_else)
{
    real far[] = {50, 1000, (real)FLT_MAX, (real)INFINITY, -50, -1000, -(real)FLT_MAX, -(real)INFINITY};
    gim__tanh_all(far, 8);
    for (size_t i = 0; i < 8; i++)
        ck_assert_double_lt(fabs((double)far[i] - (i < 4 ? 1 : -1)), TANH_BOUND);
    for (size_t n = 0; n < 40; n++) {
        real *x = t_normals(n + 1, 1, n), *y = t_normals(n + 1, 1, n);
        gim__tanh_all(y, n);
        for (size_t i = 0; i < n; i++)
            ck_assert_double_lt(fabs((double)y[i] / tanh((double)x[i]) - 1), TANH_BOUND);
        ck_assert(x[n] == y[n]);
        free(x), free(y);
    }
    real ends[] = {0, not_a_number()};
    gim__tanh_all(ends, 2);
    ck_assert(ends[0] == 0);
    ck_assert(isnan(ends[1]));
}
END_TEST

START_TEST(sigmoid_is_exact_to_rounding_and_never_leaves_its_range)
{
    static const real far[] = {100, 1000, (real)FLT_MAX, (real)INFINITY};
    real *x = points();
    double worst = 0;
    for (size_t i = 0; i < 2 * POINTS; i++) {
        double wanted = 1 / (1 + exp(-(double)x[i]));
        worst = worse(worst, fabs((double)gim__sigmoid(x[i]) / wanted - 1)); /* relative: small probabilities too */
    }
    ck_assert_double_lt(worst, SIGMOID_BOUND);
    for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
        ck_assert(gim__sigmoid(far[i]) == 1);
        ck_assert(gim__sigmoid(-far[i]) >= 0 && gim__sigmoid(-far[i]) < (real)1e-37);
    }
    ck_assert(gim__sigmoid(0) == (real)0.5);
    ck_assert(isnan(gim__sigmoid(not_a_number())));
    free(x);
}
END_TEST

START_TEST(softplus_has_all_its_digits)
{
    double worst = 0;
    for (double x = -700; x <= 700; x += 0.0625) {
        long double wanted = x > 40 ? (long double)x + expl(-(long double)x) : log1pl(expl((long double)x));
        worst = worse(worst, fabs((double)((long double)gim__softplus(x) / wanted - 1)));
    }
    ck_assert_double_lt(worst, 5e-16);
    ck_assert(gim__softplus(1e308) == 1e308);
    ck_assert(gim__softplus(-1e308) == 0);
    ck_assert(gim__softplus(INFINITY) == INFINITY);
    ck_assert(gim__softplus(-INFINITY) == 0);
    ck_assert(isnan(gim__softplus(NAN)));
}
END_TEST

START_TEST(exp_in_double)
{
    double worst = 0;
    for (int i = -70800; i <= 70900; i++)
        worst = fmax(worst, fabs(gim__exp_double(0.01 * i) / exp(0.01 * i) - 1));
    ck_assert_double_lt(worst, 1e-15);
    ck_assert(gim__exp_double(0) == 1);
    ck_assert(isfinite(gim__exp_double(1e300)) && gim__exp_double(-1e300) > 0);
    ck_assert(isfinite(gim__exp_double(INFINITY)) && gim__exp_double(-INFINITY) < 1e-300);
    ck_assert(isnan(gim__exp_double((double)not_a_number())));
}
END_TEST

START_TEST(log_sum_exp_is_that_of_the_plain_sum)
{
    uint64_t state = 1;
    for (size_t n = 1; n < 50; n++) {
        double x[50], sum = 0;
        for (size_t i = 0; i < n; i++) {
            x[i] = 5 * t_normal(&state);
            sum += exp(x[i]);
        }
        ck_assert_double_lt(t_error(gim__log_sum_exp(x, n), log(sum)), 1e-14);
        for (size_t i = 0; i < n; i++)
            x[i] -= 1e6; /* where exp(x) is 0 */
        ck_assert_double_lt(t_error(gim__log_sum_exp(x, n), log(sum) - 1e6), 1e-14);
    }
}
END_TEST

START_TEST(log_sum_exp_knows_infinities)
{
    double none[3] = {-INFINITY, -INFINITY, -INFINITY}, one[3] = {-INFINITY, 2, -INFINITY}, over[3] = {1, INFINITY, 2};
    double far[3] = {-1e308, 1e308, 0}, bad[3] = {1, NAN, 2}, worse_first[3] = {NAN, 1, 2};
    ck_assert(gim__log_sum_exp(none, 3) == -INFINITY);
    ck_assert(gim__log_sum_exp(one, 3) == 2);
    ck_assert(gim__log_sum_exp(over, 3) == INFINITY);
    ck_assert(gim__log_sum_exp(far, 3) == 1e308);
    ck_assert(gim__log_sum_exp(far, 1) == -1e308);
    ck_assert(isnan(gim__log_sum_exp(bad, 3)));
    ck_assert(isnan(gim__log_sum_exp(worse_first, 3)));
}
END_TEST

/* Against sums of weights that need no care; in place and without a place. */
START_TEST(weights_and_their_effective_number)
{
    const double plain[4] = {0.5, 2, 1, 0};
    double log_w[4], w[4], same[4];
    for (int i = 0; i < 4; i++)
        same[i] = log_w[i] = log(plain[i]) + 2000 * (_i - 1);
    ck_assert_double_eq_tol(gim__weights(w, log_w, 4), 3.5 * 3.5 / 5.25, 1e-9);
    ck_assert_double_eq(gim__weights(NULL, log_w, 4), gim__weights(same, same, 4));
    for (int i = 0; i < 4; i++) {
        ck_assert_double_eq_tol(w[i], plain[i] / 2, 1e-9);
        ck_assert_double_eq(same[i], w[i]);
    }
}
END_TEST

int main(void)
{
    t_case cases[] = {{weights_and_their_effective_number, 3},
                      {exp_keeps_its_bound, 1},
                      {exp_never_leaves_the_finite_or_the_positive, 1},
                      {exp_in_double, 1},
                      {arrays_are_scaled_and_their_surroundings_left_alone, 1},
                      {tanh_keeps_its_bound, 1},
                      {tanh_saturates_and_touches_nothing_else, 1},
                      {sigmoid_is_exact_to_rounding_and_never_leaves_its_range, 1},
                      {softplus_has_all_its_digits, 1},
                      {log_sum_exp_is_that_of_the_plain_sum, 1},
                      {log_sum_exp_knows_infinities, 1}};
    return T_RUN("fn", cases);
}
