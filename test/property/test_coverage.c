/* Conformal intervals cover as often as they say: rows that are exchangeable, rows under a known covariate shift, and a
 * regime whose rows are never seen. SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>

#include "testing.h"

enum { MOST = 1250 };
static const double ALPHA = 0.1;

/* By chance beyond four standard errors: 6 times in 100000. */
static double chance(double share, double n)
{
    return 4 * sqrt(share * (1 - share) / n);
}

static gim_conformal *made(const double *scores, const double *log_weights, size_t n)
{
    gim_conformal *conformal;
    ck_assert_int_eq(gim_conformal_new(&conformal, scores, log_weights, n, NULL), GIM_OK);
    return conformal;
}

/* n rows and one more: covered with probability ceil((n + 1)(1 - alpha)) / (n + 1), whatever the scores. */
START_TEST(exchangeable)
{
    static const size_t sizes[] = {9, 19, 24, 50, 133};
    enum { TIMES = 20000 };
    size_t n = sizes[_i], covered = 0;
    uint64_t state = 7 + (uint64_t)_i;
    double scores[MOST], bound;
    for (size_t time = 0; time < TIMES; time++) {
        for (size_t i = 0; i < n; i++)
            scores[i] = exp(2 * t_normal(&state));
        gim_conformal *conformal = made(scores, NULL, n);
        ck_assert_int_ge(gim_conformal_quantile(conformal, 0, ALPHA, &bound), GIM_OK);
        covered += exp(2 * t_normal(&state)) <= bound;
        gim_conformal_free(conformal);
    }
    double wanted = ceil((double)(n + 1) * (1 - ALPHA) - 1e-9) / (double)(n + 1);
    ck_assert_double_eq_tol((double)covered / TIMES, wanted, chance(wanted, TIMES));
}
END_TEST

/* Rows under N(0, 1), new ones under N(shift, 1), with the true ratio of the densities. At least 1 - alpha; at most as
 * much more as the largest weight's share, which is what the bound's steps are (Tibshirani et al., remark 4). */
START_TEST(known_shift)
{
    static const double shifts[] = {0.3, 0.8, -1.2};
    enum { TIMES = 20000, N = 120 };
    size_t covered = 0;
    uint64_t state = 70 + (uint64_t)_i;
    double scores[N], logs[N], bound, shift = shifts[_i], step = 0;
    for (size_t time = 0; time < TIMES; time++) {
        double total = 0, largest = 0;
        for (size_t i = 0; i < N; i++) {
            double x = t_normal(&state);
            logs[i] = shift * x - shift * shift / 2;
            scores[i] = fabs((1 + x * x) * t_normal(&state));
            total += exp(logs[i]);
            largest = fmax(largest, exp(logs[i]));
        }
        double x = shift + t_normal(&state), log_weight = shift * x - shift * shift / 2;
        gim_conformal *conformal = made(scores, logs, N);
        ck_assert_int_ge(gim_conformal_quantile(conformal, log_weight, ALPHA, &bound), GIM_OK);
        covered += fabs((1 + x * x) * t_normal(&state)) <= bound;
        step += fmax(largest, exp(log_weight)) / (total + exp(log_weight));
        gim_conformal_free(conformal);
    }
    double share = (double)covered / TIMES, noise = chance(ALPHA, TIMES);
    ck_assert_double_ge(share, 1 - ALPHA - noise);
    ck_assert_double_le(share, 1 - ALPHA + step / TIMES + noise);
}
END_TEST

/* Training regimes s = -2 .. 2 with x ~ N(s, 1) and y = x^2 + N(0, x^4); 250 calibration rows of each. */
static double draw(uint64_t *state, double s, double *x)
{
    *x = s + t_normal(state);
    return *x * *x * (1 + t_normal(state));
}

/* log p(x; s) over the mixture of the training regimes. */
static double log_ratio(double x, double s)
{
    double mixture = 0;
    for (int t = -2; t <= 2; t++)
        mixture += exp(-(x - t) * (x - t) / 2) / 5;
    return -(x - s) * (x - s) / 2 - log(mixture);
}

/* The share of new rows of regime s in the interval around their mean s^2 + 1. */
static double covered(uint64_t *state, double s, int weighted)
{
    double scores[MOST], logs[MOST], bound, x;
    size_t inside = 0, new = 1000;
    for (size_t i = 0; i < MOST; i++) {
        scores[i] = fabs(draw(state, (double)(i % 5) - 2, &x) - s * s - 1);
        logs[i] = log_ratio(x, s);
    }
    gim_conformal *conformal = made(scores, weighted ? logs : NULL, MOST);
    ck_assert_int_eq(gim_conformal_unseen_quantile(conformal, ALPHA, &bound), GIM_OK);
    for (size_t i = 0; i < new; i++)
        inside += fabs(draw(state, s, &x) - s * s - 1) <= bound;
    gim_conformal_free(conformal);
    return (double)inside / (double)new;
}

START_TEST(unseen_regime)
{
    static const double regimes[] = {-1.5, -0.5, 0.5, 1.5};
    enum { TIMES = 300 };
    uint64_t state = 700 + (uint64_t)_i;
    double sum = 0, squares = 0, plain = 0;
    for (int time = 0; time < TIMES; time++) {
        double share = covered(&state, regimes[_i], 1);
        sum += share;
        squares += share * share;
        plain += covered(&state, regimes[_i], 0);
    }
    double mean = sum / TIMES, error = sqrt((squares / TIMES - mean * mean) / TIMES);
    ck_assert_double_lt(error, 0.002);
    ck_assert_double_eq_tol(mean, 1 - ALPHA, 0.004 + 4 * error); /* approximate: the new weight is a mean */
    if (fabs(regimes[_i]) < 1)
        ck_assert_double_gt(plain / TIMES, 0.95); /* what the weights are there for */
}
END_TEST

int main(void)
{
    t_case cases[] = {{exchangeable, 5}, {known_shift, 3}, {unseen_regime, 4}};
    return T_RUN("coverage", cases);
}
