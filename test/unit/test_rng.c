/* Random streams: equal for equal names and for no others, and of the right distributions. Thresholds of statistics lie
 * where chance alone goes once in a thousand or less; the streams are fixed, so that a test passes always or never.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <gsl/gsl_rng.h>

#include "base/rng.h"
#include "testing.h"

enum { N = 50000 };
#define KOLMOGOROV 1.95

typedef struct name {
    uint64_t seed;
    gim__purpose purpose;
    uint64_t first, second;
} name;

static gim__rng opened(name n)
{
    gim__rng rng;
    gim__rng_open(&rng, n.seed, n.purpose, n.first, n.second);
    return rng;
}

/* ---- names ---- */

/* What a stream gives, one sort after another. */
static void listen(double *heard, name n)
{
    gim__rng rng = opened(n);
    real x[4];
    size_t chosen[3];
    heard[0] = gim__rng_uniform(&rng);
    heard[1] = gim__rng_normal(&rng);
    gim__rng_logistics(&rng, x, 4);
    gim__rng_choose(&rng, chosen, 3, 1000);
    for (size_t i = 0; i < 4; i++)
        heard[2 + i] = (double)x[i];
    gim__rng_normals(&rng, x, 4);
    for (size_t i = 0; i < 4; i++)
        heard[6 + i] = (double)x[i];
    for (size_t i = 0; i < 3; i++)
        heard[10 + i] = (double)chosen[i];
}

START_TEST(equal_names_are_equal_streams)
{
    double a[13], b[13];
    listen(a, (name){12345, GIM__RNG_DRAW, 678, 9});
    listen(b, (name){12345, GIM__RNG_DRAW, 678, 9});
    ck_assert_mem_eq(a, b, sizeof a);
}
END_TEST

/* MT19937, started at a name mixed by splitmix64: written once more, by other means. */
START_TEST(streams_are_those_promised)
{
    gsl_rng *wanted = gsl_rng_alloc(gsl_rng_mt19937);
    uint64_t parts[4] = {7, GIM__RNG_BATCH, 1000, 3}, name_of = 0;
    for (size_t i = 0; i < 4; i++) {
        uint64_t z = (name_of ^ parts[i]) + UINT64_C(0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        name_of = z ^ (z >> 31);
    }
    gim__rng rng = opened((name){7, GIM__RNG_BATCH, 1000, 3});
    gsl_rng_set(wanted, (unsigned long)(name_of & 0xffffffffu));
    size_t wrong = 0;
    for (size_t i = 0; i < 2000; i++)
        wrong += gim__rng_uniform(&rng) != gsl_rng_uniform_pos(wanted);
    ck_assert_uint_eq(wrong, 0);
    gsl_rng_free(wanted);
}
END_TEST

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Every part of the name matters: nearby names all differ, also where parts are exchanged. First numbers spread
 * evenly. */
START_TEST(different_names_are_different_streams)
{
    enum { SIDE = 8, NAMES = 6 * SIDE * SIDE * SIDE };
    static const uint64_t part[SIDE] = {0, 1, 2, 3, 1000, 6000, UINT64_C(1) << 32, UINT64_MAX};
    double *first = calloc(NAMES, sizeof *first);
    size_t n = 0, same = 0;
    for (int purpose = GIM__RNG_START; purpose <= GIM__RNG_SAMPLE; purpose++)
        for (size_t i = 0; i < SIDE * SIDE * SIDE; i++) {
            gim__rng rng =
                opened((name){part[i % SIDE], (gim__purpose)purpose, part[i / SIDE % SIDE], part[i / SIDE / SIDE]});
            first[n++] = gim__rng_uniform(&rng) + gim__rng_uniform(&rng) * 0x1p-32;
        }
    ck_assert_uint_eq(n, NAMES);
    qsort(first, NAMES, sizeof *first, ascending);
    for (size_t i = 1; i < NAMES; i++)
        same += first[i] == first[i - 1];
    ck_assert_uint_eq(same, 0);
    free(first);
}
END_TEST

static double uniform_cdf(double x)
{
    return x;
}

START_TEST(streams_of_neighbours_are_unrelated)
{
    enum { STREAMS = 4000, EACH = 20 };
    double *first = calloc(STREAMS, sizeof *first), last[EACH] = {0}, product = 0;
    for (size_t s = 0; s < STREAMS; s++) {
        gim__rng rng = opened((name){1, GIM__RNG_DRAW, s, 0});
        for (size_t i = 0; i < EACH; i++) {
            double u = gim__rng_uniform(&rng);
            first[s] = i == 0 ? u : first[s];
            product += s == 0 ? 0 : (u - 0.5) * (last[i] - 0.5) * 12;
            last[i] = u;
        }
    }
    ck_assert_double_lt(fabs(product) / sqrt((STREAMS - 1) * EACH), 3.3);
    ck_assert_double_lt(t_kolmogorov(first, STREAMS, uniform_cdf), KOLMOGOROV);
    free(first);
}
END_TEST

START_TEST(the_state_fits)
{
    struct {
        gim__rng rng;
        unsigned char after[256];
    } guarded;
    ck_assert_uint_le(gsl_rng_mt19937->size, sizeof guarded.rng);
    memset(guarded.after, 0xa5, sizeof guarded.after);
    gim__rng_open(&guarded.rng, 1, GIM__RNG_START, 0, 0);
    for (size_t i = 0; i < 3000; i++)
        gim__rng_uniform(&guarded.rng);
    for (size_t i = 0; i < sizeof guarded.after; i++)
        ck_assert_uint_eq(guarded.after[i], 0xa5);
}
END_TEST

/* ---- distributions ---- */

static double logistic_cdf(double x)
{
    return 1 / (1 + exp(-x));
}

static double normal_cdf(double x)
{
    return 0.5 * erfc(-x / sqrt(2));
}

/* How far the sample's power moments are from the distribution's, in standard errors. */
static double moment_gap(const double *x, double power, double wanted)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < N; i++) {
        double term = pow(x[i], power);
        sum += term;
        squares += term * term;
    }
    double mean = sum / N, variance = squares / N - mean * mean;
    return fabs(mean - wanted) / sqrt(variance / N);
}

static double *sample(const char *kind)
{
    double *x = calloc(N, sizeof *x);
    real *values = t_zeros(N);
    gim__rng rng = opened((name){3, GIM__RNG_SAMPLE, 5, 0});
    if (strcmp(kind, "logistics") == 0)
        gim__rng_logistics(&rng, values, N);
    if (strcmp(kind, "normals") == 0)
        gim__rng_normals(&rng, values, N);
    for (size_t i = 0; i < N; i++)
        x[i] = strcmp(kind, "uniform") == 0  ? gim__rng_uniform(&rng)
               : strcmp(kind, "normal") == 0 ? gim__rng_normal(&rng)
                                             : (double)values[i];
    free(values);
    return x;
}

static void check_sample(const char *kind, double (*cdf)(double), const double *moment)
{
    double *x = sample(kind);
    for (int power = 1; power <= 4; power++)
        ck_assert_msg(moment_gap(x, power, moment[power - 1]) < 3.3, "%s: moment %d", kind, power);
    double distance = t_kolmogorov(x, N, cdf);
    ck_assert_msg(distance < KOLMOGOROV, "%s: Kolmogorov %g", kind, distance);
    free(x);
}

START_TEST(numbers_have_their_distributions)
{
    const double uniform[4] = {1. / 2, 1. / 3, 1. / 4, 1. / 5}, normal[4] = {0, 1, 0, 3};
    const double logistic[4] = {0, M_PI * M_PI / 3, 0, 7 * pow(M_PI, 4) / 15};
    check_sample("uniform", uniform_cdf, uniform);
    check_sample("normal", normal_cdf, normal);
    check_sample("normals", normal_cdf, normal);
    check_sample("logistics", logistic_cdf, logistic);
}
END_TEST

START_TEST(uniforms_lie_inside_the_interval_and_arrays_equal_single_numbers)
{
    double *x = sample("uniform"), *one = sample("normal"), *many = sample("normals");
    size_t outside = 0, unequal = 0;
    for (size_t i = 0; i < N; i++) {
        outside += !(x[i] > 0 && x[i] < 1);
        unequal += (real)one[i] != (real)many[i];
    }
    ck_assert_uint_eq(outside, 0);
    ck_assert_uint_eq(unequal, 0);
    free(x), free(one), free(many);
}
END_TEST

/* ---- subsets ---- */

static void check_chosen(const size_t *chosen, size_t k, size_t n)
{
    size_t wrong = 0;
    for (size_t i = 0; i < k; i++)
        wrong += chosen[i] >= n || (i > 0 && chosen[i] <= chosen[i - 1]);
    ck_assert_uint_eq(wrong, 0);
}

START_TEST(choices_ascend_without_repetition)
{
    static const size_t ns[] = {1, 2, 3, 10, 257, 5000};
    size_t n = ns[_i], ks[] = {0, 1, n / 3, n / 2, n - 1, n};
    gim__rng rng = opened((name){1, GIM__RNG_BATCH, n, 0});
    for (size_t i = 0; i < sizeof ks / sizeof *ks; i++) {
        size_t *chosen = calloc(n + 1, sizeof *chosen);
        chosen[ks[i]] = 99999;
        gim__rng_choose(&rng, chosen, ks[i], n);
        check_chosen(chosen, ks[i], n);
        ck_assert_uint_eq(chosen[ks[i]], 99999); /* nothing behind them is touched */
        free(chosen);
    }
}
END_TEST

static double chi_square(const size_t *count, size_t n, double expected)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += ((double)count[i] - expected) * ((double)count[i] - expected) / expected;
    return sum;
}

START_TEST(all_subsets_are_equally_likely)
{
    enum { DRAWS = 20000 };
    size_t count[64] = {0}, used[20], n = 0, chosen[3];
    gim__rng rng = opened((name){2, GIM__RNG_BATCH, 0, 0});
    for (size_t i = 0; i < DRAWS; i++) {
        gim__rng_choose(&rng, chosen, 3, 6);
        count[(1u << chosen[0]) | (1u << chosen[1]) | (1u << chosen[2])]++;
    }
    for (size_t mask = 0; mask < 64; mask++)
        if (__builtin_popcountl(mask) == 3)
            used[n++] = count[mask];
    ck_assert_uint_eq(n, 20);
    ck_assert_double_lt(chi_square(used, 20, DRAWS / 20.0), 43.8); /* 19 degrees of freedom */
}
END_TEST

START_TEST(every_element_is_chosen_as_often)
{
    enum { DRAWS = 4000, ALL = 500, FEW = 50 };
    size_t count[ALL] = {0}, chosen[FEW];
    gim__rng rng = opened((name){3, GIM__RNG_BATCH, 0, 0});
    for (size_t i = 0; i < DRAWS; i++) {
        gim__rng_choose(&rng, chosen, FEW, ALL);
        check_chosen(chosen, FEW, ALL);
        for (size_t c = 0; c < FEW; c++)
            count[chosen[c]]++;
    }
    double sum = chi_square(count, ALL, (double)DRAWS * FEW / ALL) / (1 - (double)FEW / ALL);
    ck_assert_double_lt(fabs(sum - (ALL - 1)) / sqrt(2.0 * (ALL - 1)), 3.3); /* too even would be wrong as well */
}
END_TEST

int main(void)
{
    t_case cases[] = {{equal_names_are_equal_streams, 1},
                      {streams_are_those_promised, 1},
                      {different_names_are_different_streams, 1},
                      {streams_of_neighbours_are_unrelated, 1},
                      {the_state_fits, 1},
                      {numbers_have_their_distributions, 1},
                      {uniforms_lie_inside_the_interval_and_arrays_equal_single_numbers, 1},
                      {choices_ascend_without_repetition, 6},
                      {all_subsets_are_equally_likely, 1},
                      {every_element_is_chosen_as_often, 1}};
    return T_RUN("rng", cases);
}
