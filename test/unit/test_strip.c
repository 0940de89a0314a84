/* Strips there and back, and vectors of reals against plain loops: sums, dot products, and tanh over all numbers.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "math/strip.h"
#include "math/vec.h"
#include "testing.h"

/* ---- strips ---- */

static real *nans(size_t n)
{
    real *x = t_zeros(n);
    for (size_t i = 0; i < n; i++)
        x[i] = (real)NAN;
    return x;
}

static void check_strip(size_t n, size_t d)
{
    real *x = t_normals(n * d, 1, n + d), *strip = nans(d * GIM__STRIP + 1), *back = nans(n * d + 1);
    gim__strip_from_rows(strip, x, n, d);
    for (size_t j = 0; j < d; j++)
        for (size_t r = 0; r < GIM__STRIP; r++)
            if (strip[j * GIM__STRIP + r] != (r < n ? x[r * d + j] : 0))
                ck_abort_msg("row %zu of %zu, column %zu of %zu", r, n, j, d);
    ck_assert(isnan(strip[d * GIM__STRIP]));
    gim__strip_to_rows(back, strip, n, d);
    ck_assert_mem_eq(back, x, n * d * sizeof *x);
    ck_assert(isnan(back[n * d]));
    free(x), free(strip), free(back);
}

START_TEST(rows_come_back_from_a_strip_that_ends_in_zeros)
{
    static const size_t columns[] = {1, 2, 3, 7, 30};
    for (size_t n = 0; n <= GIM__STRIP; n++)
        check_strip(n, columns[_i]);
}
END_TEST

/* ---- sums ---- */

/* Any lane that is missed or counted twice changes the bits of the sum. */
START_TEST(the_sum_has_every_lane_once)
{
    gim__vec x = {0};
    double wanted = 0;
    for (int l = 0; l < GIM__LANES; l++) {
        x[l] = (real)(1 << (2 * l));
        wanted += 1 << (2 * l);
    }
    ck_assert_double_eq((double)gim__vec_sum(&x), wanted);
}
END_TEST

/* Where the arrays are not aligned, too; what lies behind them is not read. */
START_TEST(the_dot_product_is_that_of_a_plain_loop)
{
    for (size_t n = 0; n <= 2 * GIM__STRIP; n += GIM__LANES) {
        size_t shift = (size_t)_i;
        real *a = nans(shift + n + 2 * GIM__LANES), *b = nans(shift + n + 2 * GIM__LANES);
        double wanted = 0, size = 0;
        uint64_t state = n;
        for (size_t r = shift; r < shift + n; r++) {
            a[r] = (real)t_normal(&state), b[r] = (real)t_normal(&state);
            wanted += (double)a[r] * (double)b[r];
            size += fabs((double)a[r] * (double)b[r]);
        }
        double got = (double)gim__vec_dot(a + shift, b + shift, n);
        ck_assert_msg(fabs(got - wanted) <= 8 * REAL_EPSILON * size, "%zu: %g, not %g", n, got, wanted);
        free(a), free(b);
    }
}
END_TEST

/* ---- tanh ---- */

#ifdef GIM_DOUBLE
#define WORST 1e-15
typedef uint64_t bits;
enum { MANTISSA = 52, LARGEST = 2047 };
#else
#define WORST 4e-7
typedef uint32_t bits;
enum { MANTISSA = 23, LARGEST = 255 };
#endif

/* As the tests are compiled, and as the library's kernels are, for this CPU. */
static void plain_tanh(real *x, size_t n)
{
    for (size_t r = 0; r < n; r += GIM__LANES)
        gim__vec_tanh((gim__vec *)(x + r));
}

GIM__CLONES static void cloned_tanh(real *x, size_t n)
{
    for (size_t r = 0; r < n; r += GIM__LANES)
        gim__vec_tanh((gim__vec *)(x + r));
}

static void (*const tanh_of[])(real *x, size_t n) = {plain_tanh, cloned_tanh};

static void check_tanh(int which, const real *x)
{
    real y[GIM__LANES];
    memcpy(y, x, sizeof y);
    tanh_of[which](y, GIM__LANES);
    for (size_t l = 0; l < GIM__LANES; l++) {
        double wanted = tanh((double)x[l]), got = (double)y[l];
        if (!(fabs(got - wanted) <= WORST * fabs(wanted))) /* ck_assert() is slow where there are many */
            ck_abort_msg("tanh(%g) is %.10g, not %.10g", (double)x[l], got, wanted);
    }
}

/* Numbers of every exponent from `first` on, up to infinity or `last`, `each` of either sign to an exponent. */
static void check_exponents(int which, int first, int last, size_t each)
{
    real x[GIM__LANES] = {0};
    size_t n = 0;
    for (int exponent = first; exponent < last; exponent++)
        for (size_t i = 0; i < each; i++) {
            bits pattern = ((bits)exponent << MANTISSA) + (bits)((double)i / (double)each * exp2(MANTISSA));
            memcpy(x + n % GIM__LANES, &pattern, sizeof pattern);
            if (i % 2 == 1)
                x[n % GIM__LANES] = -x[n % GIM__LANES];
            if (++n % GIM__LANES == 0)
                check_tanh(which, x);
        }
}

START_TEST(tanh_keeps_its_digits_everywhere)
{
    check_exponents(_i, 0, LARGEST, 400);
    check_exponents(_i, LARGEST / 2 - 4, LARGEST / 2 + 5, 20000); /* from 1/16 to 32 */
}
END_TEST

START_TEST(tanh_of_what_is_special)
{
    static const double far[GIM__LANES] = {9, -9, 9.000001, -9.000001, 88, -710, INFINITY, -INFINITY};
    real x[GIM__LANES], y[GIM__LANES] = {0, (real)NAN, 1, (real)-NAN, -0.0, (real)NAN, (real)INFINITY, -1};
    for (size_t l = 0; l < GIM__LANES; l++)
        x[l] = (real)far[l];
    check_tanh(_i, x);
    tanh_of[_i](y, GIM__LANES);
    for (size_t l = 0; l < GIM__LANES; l++)
        ck_assert_int_eq(isnan(y[l]) != 0, l == 1 || l == 3 || l == 5);
    ck_assert(y[0] == 0 && y[4] == 0);
    ck_assert_double_lt(fabs((double)y[2] - tanh(1)), WORST);
    ck_assert_double_lt(fabs((double)y[6] - 1), WORST);
    ck_assert_double_lt(fabs((double)y[7] + tanh(1)), WORST);
}
END_TEST

int main(void)
{
    t_case cases[] = {{rows_come_back_from_a_strip_that_ends_in_zeros, 5},
                      {the_sum_has_every_lane_once, 1},
                      {the_dot_product_is_that_of_a_plain_loop, 3},
                      {tanh_keeps_its_digits_everywhere, 2},
                      {tanh_of_what_is_special, 2}};
    return T_RUN("strip", cases);
}
