/* Inverses and log-determinants of matrices whose own are known. SPDX-License-Identifier: BSD-3-Clause */
#include "math/inverse.h"
#include "testing.h"

/* I plus noise, its rows in another order, so that pivots must be looked for. */
static real *shuffled(size_t d, uint64_t seed)
{
    real *a = t_normals(d * d, 0.3 / sqrt((double)d), seed), *mixed = t_zeros(d * d);
    size_t *order = malloc(d * sizeof *order);
    t_shuffle(order, d, seed);
    for (size_t i = 0; i < d; i++) {
        a[i * d + i] += 1;
        memcpy(mixed + order[i] * d, a + i * d, d * sizeof *a);
    }
    free(a), free(order);
    return mixed;
}

START_TEST(a_matrix_times_its_inverse_is_one)
{
    static const size_t sizes[] = {1, 2, 3, 8, 17, 40};
    size_t d = sizes[_i], row[40];
    real *a = shuffled(d, 3 + (uint64_t)_i), *inverse = t_zeros(d * d);
    memcpy(inverse, a, d * d * sizeof *a);
    gim__inverse(inverse, row, d);
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++) {
            double sum = 0;
            for (size_t k = 0; k < d; k++)
                sum += (double)a[i * d + k] * (double)inverse[k * d + j];
            ck_assert_double_lt(fabs(sum - (i == j)), T_ROUNDING);
        }
    free(a), free(inverse);
}
END_TEST

/* |det| of [[a, b], [c, e]] is |ae - bc|; of a triangle whatever the order of its rows, the product of its diagonal. */
START_TEST(the_determinant)
{
    real two[4] = {(real)0.5, 2, -3, 1}, three[9] = {0, 0, -4, 3, 5, 7, 0, (real)0.25, 1};
    size_t row[3];
    ck_assert_double_lt(t_error(gim__inverse(two, row, 2), log(6.5)), T_ROUNDING);
    ck_assert_double_lt(t_error(gim__inverse(three, row, 3), log(3 * 0.25 * 4)), T_ROUNDING);
}
END_TEST

START_TEST(what_has_no_inverse_stays_finite)
{
    real none[4] = {0, 0, 0, 0}, same[4] = {1, 2, 2, 4}, *all[] = {none, same};
    size_t row[2];
    for (size_t i = 0; i < 2; i++) {
        ck_assert(isfinite(gim__inverse(all[i], row, 2)));
        for (size_t e = 0; e < 4; e++)
            ck_assert(isfinite(all[i][e]));
    }
}
END_TEST

int main(void)
{
    t_case cases[] = {{a_matrix_times_its_inverse_is_one, 6},
                      {the_determinant, 1},
                      {what_has_no_inverse_stays_finite, 1}};
    return T_RUN("inverse", cases);
}
