/* Mean outcomes of regimes: each estimator against its definition and against the truth, and what is refused.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "ifm_system.h"

enum { Q = 2, ALL = T * ROWS, DRAWN = 3000 };

/* y = x0 x1 + e / 2, cos(x2) + e / 2, in every regime. */
static void outcome(double *y, const double *x, uint64_t *state)
{
    y[0] = x[0] * x[1] + 0.5 * t_normal(state);
    y[1] = cos(x[2]) + 0.5 * t_normal(state);
}

typedef struct study {
    source from;
    gim_ifm *model;
    gim_regression *regression;
    gim_outcomes outcomes;
    gim_regression_settings settings;
    double y[ALL * Q], weights[ALL];
} study;

static study *open_study(size_t steps)
{
    study *made = calloc(1, sizeof *made);
    uint64_t state = 5;
    gim_ifm_settings settings = settings_of(steps);
    must(made != NULL);
    open_source(&made->from, ROWS);
    made->model = fitted(&settings, &made->from);
    for (size_t i = 0; i < ALL; i++) {
        outcome(made->y + i * Q, made->from.x + i * D, &state);
        made->weights[i] = i % 5 == 0 ? 0 : 1 + (double)(i % 3);
    }
    made->outcomes = (gim_outcomes){sizeof made->outcomes, ALL, D, Q, made->from.x, made->y, NULL};
    made->settings = (gim_regression_settings){.struct_size = sizeof made->settings};
    must(gim_regression_settings_init(&made->settings) == GIM_OK);
    made->settings.steps = steps / 2;
    must(gim_regression_new(&made->regression, &made->outcomes, &made->settings, NULL) == GIM_OK);
    return made;
}

static void close_study(study *made)
{
    gim_regression_free(made->regression);
    gim_ifm_free(made->model);
    free(made->from.x);
    free(made);
}

static gim_ifm_asking ask(const study *of, gim_ifm_estimator estimator)
{
    return (gim_ifm_asking){sizeof(gim_ifm_asking), estimator,     DRAWN, of->regression,
                            &of->outcomes,          &of->settings, NULL};
}

static double *drawn(const study *of, const size_t *levels)
{
    double *x = malloc(DRAWN * D * sizeof *x);
    ck_assert_int_eq(gim_ifm_sample(of->model, levels, NULL, DRAWN, x), GIM_OK);
    return x;
}

/* mean (columns) of the rows that the regression makes of x; NULL: of x itself. */
static void mean_by_hand(double *mean, const gim_regression *regression, const double *x, size_t columns)
{
    double *y = malloc(DRAWN * D * sizeof *y);
    memcpy(y, x, DRAWN * D * sizeof *y);
    if (regression != NULL)
        ck_assert_int_eq(gim_regression_predict(regression, x, DRAWN, y), GIM_OK);
    memset(mean, 0, columns * sizeof *mean);
    for (size_t i = 0; i < DRAWN * columns; i++)
        mean[i % columns] += y[i] / DRAWN;
    free(y);
}

/* weights (ALL) <- the model's times the outcomes' own, of any scale; returns the effective number. */
static double weigh_by_hand(double *weights, const study *of, const size_t *levels)
{
    double sum = 0, squares = 0;
    ck_assert_int_eq(gim_ifm_log_weights(of->model, levels, 0, of->from.x, ALL, weights, NULL), GIM_OK);
    for (size_t i = 0; i < ALL; i++) {
        weights[i] = exp(weights[i]) * (of->outcomes.weights != NULL ? of->weights[i] : 1);
        sum += weights[i];
        squares += weights[i] * weights[i];
    }
    return sum * sum / squares;
}

START_TEST(direct)
{
    study *of = open_study(100);
    double *x = drawn(of, regimes[T]), got[D], want[D], effective, weights[ALL];
    gim_ifm_asking asking = ask(of, GIM_IFM_DIRECT);
    ck_assert_int_eq(gim_ifm_predict(of->model, regimes[T], &asking, got, &effective), GIM_OK);
    mean_by_hand(want, of->regression, x, Q);
    for (size_t k = 0; k < Q; k++)
        ck_assert_double_eq_tol(got[k], want[k], 1e-12);
    ck_assert_double_le(t_error(effective, weigh_by_hand(weights, of, regimes[T])), 1e-9);
    asking.regression = NULL;
    asking.outcomes = NULL;
    ck_assert_int_eq(gim_ifm_predict(of->model, regimes[T], &asking, got, &effective), GIM_OK);
    mean_by_hand(want, NULL, x, D);
    for (size_t j = 0; j < D; j++)
        ck_assert_double_eq_tol(got[j], want[j], 1e-12);
    ck_assert(isnan(effective));
    ck_assert_int_eq(gim_ifm_predict(of->model, regimes[T], NULL, got, NULL), GIM_OK); /* 5120 rows */
    for (size_t j = 0; j < D; j++)
        ck_assert(got[j] != want[j] && fabs(got[j] - want[j]) < 0.15);
    free(x);
    close_study(of);
}
END_TEST

START_TEST(weighted)
{
    study *of = open_study(100);
    double got[Q], weights[ALL], effective;
    gim_ifm_asking asking = {.struct_size = sizeof asking, .estimator = GIM_IFM_WEIGHTED, .outcomes = &of->outcomes};
    for (int own = 0; own < 2; own++) {
        double sum = 0, want[Q] = {0};
        of->outcomes.weights = own ? of->weights : NULL;
        ck_assert_int_eq(gim_ifm_predict(of->model, regimes[T], &asking, got, &effective), GIM_OK);
        ck_assert_double_le(t_error(effective, weigh_by_hand(weights, of, regimes[T])), 1e-9);
        for (size_t i = 0; i < ALL; i++) {
            sum += weights[i];
            for (size_t k = 0; k < Q; k++)
                want[k] += weights[i] * of->y[i * Q + k];
        }
        for (size_t k = 0; k < Q; k++)
            ck_assert_double_eq_tol(got[k], want[k] / sum, 1e-9);
    }
    close_study(of);
}
END_TEST

START_TEST(reweighted)
{
    study *of = open_study(100);
    double *x = drawn(of, regimes[T]), got[Q], want[Q], weights[ALL], effective;
    gim_ifm_asking asking = ask(of, GIM_IFM_REWEIGHTED);
    gim_outcomes outcomes = of->outcomes;
    gim_regression *regression;
    of->settings.networks = 1;
    of->outcomes.weights = of->weights;
    ck_assert_int_eq(gim_ifm_predict(of->model, regimes[T], &asking, got, &effective), GIM_OK);
    ck_assert_double_le(t_error(effective, weigh_by_hand(weights, of, regimes[T])), 1e-9);
    outcomes.weights = weights;
    ck_assert_int_eq(gim_regression_new(&regression, &outcomes, &of->settings, NULL), GIM_OK);
    mean_by_hand(want, regression, x, Q);
    for (size_t k = 0; k < Q; k++)
        ck_assert_double_eq_tol(got[k], want[k], 1e-2); /* the scale of weights is another: rounding, in float */
    gim_regression_free(regression);
    free(x);
    close_study(of);
}
END_TEST

/* The unseen regime, by 100000 true rows; what the training rows' mean would be is far. */
START_TEST(the_truth)
{
    enum { TRUE = 100000 };
    study *of = open_study(1000);
    double x[D], y[Q], want[Q] = {0}, pooled[Q] = {0}, got[Q];
    uint64_t state = 77;
    for (size_t i = 0; i < TRUE; i++) {
        draw(x, regimes[T], &state);
        outcome(y, x, &state);
        for (size_t k = 0; k < Q; k++)
            want[k] += y[k] / TRUE;
    }
    for (size_t i = 0; i < ALL * Q; i++)
        pooled[i % Q] += of->y[i] / ALL;
    ck_assert_double_gt(fabs(pooled[0] - want[0]), 0.2);
    for (int estimator = GIM_IFM_DIRECT; estimator <= GIM_IFM_REWEIGHTED; estimator++) {
        gim_ifm_asking asking = ask(of, (gim_ifm_estimator)estimator);
        ck_assert_int_eq(gim_ifm_predict(of->model, regimes[T], &asking, got, NULL), GIM_OK);
        ck_assert_msg(fabs(got[0] - want[0]) < 0.15, "estimator %d: %g, not %g", estimator, got[0], want[0]);
        ck_assert_msg(fabs(got[1] - want[1]) < 0.06, "estimator %d: %g, not %g", estimator, got[1], want[1]);
    }
    close_study(of);
}
END_TEST

static void refused(const study *of, const gim_ifm_asking *asking, gim_status status, const char *why)
{
    double mean[D];
    ck_assert_int_eq(gim_ifm_predict(of->model, regimes[T], asking, mean, NULL), status);
    ck_says(of->model, why);
}

START_TEST(bad_questions)
{
    study *of = open_study(100);
    gim_ifm_asking good = ask(of, GIM_IFM_DIRECT), asking = good;
    gim_outcomes outcomes = of->outcomes;
    gim_ifm_sampling sampling = {.struct_size = 8};
    gim_regression *other;
    double mean[D];
    ck_assert_int_eq(gim_ifm_predict(NULL, regimes[T], &good, mean, NULL), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_ifm_predict(of->model, regimes[T], &good, NULL, NULL), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_ifm_predict(of->model, NULL, &good, mean, NULL), GIM_ERR_ARGUMENT);
    asking.struct_size = 8, refused(of, &asking, GIM_ERR_ARGUMENT, "struct_size"), asking = good;
    asking.estimator = (gim_ifm_estimator)3;
    refused(of, &asking, GIM_ERR_ARGUMENT, "there is no estimator 3");
    asking.estimator = GIM_IFM_WEIGHTED, asking.outcomes = NULL;
    refused(of, &asking, GIM_ERR_ARGUMENT, "outcomes must not be NULL"), asking = good;
    asking.sampling = &sampling, refused(of, &asking, GIM_ERR_ARGUMENT, "sampling must have struct_size");
    gim_ifm_sampling_init((sampling.struct_size = sizeof sampling, &sampling));
    sampling.chains = 0, asking.outcomes = NULL;
    refused(of, &asking, GIM_ERR_ARGUMENT, "0 chains"), asking = good;
    asking.outcomes = &outcomes, outcomes.n_variables = 2, outcomes.n_rows = 10;
    refused(of, &asking, GIM_ERR_ARGUMENT, "outcomes have 2 variables; the model has 3");
    ck_assert_int_eq(gim_regression_new(&other, &outcomes, &of->settings, NULL), GIM_OK);
    asking = good, asking.regression = other;
    refused(of, &asking, GIM_ERR_ARGUMENT, "the regression has 2 variables; the model has 3");
    gim_regression_free(other);
    outcomes.n_rows = 0;
    ck_assert_int_eq(gim_regression_new(&other, &outcomes, &of->settings, NULL), GIM_ERR_ARGUMENT);
    asking.regression = other, refused(of, &asking, GIM_ERR_STATE, "the regression could not be made"), asking = good;
    gim_regression_free(other);
    of->y[7] = NAN, refused(of, &asking, GIM_ERR_DATA, "row 3, outcome 1 is nan"), of->y[7] = 1;
    asking.estimator = GIM_IFM_REWEIGHTED, of->settings.steps = 0;
    refused(of, &asking, GIM_ERR_ARGUMENT, "settings: 0 steps");
    close_study(of);
}
END_TEST

/* Without the rows of the second intervention: refused, unless forced. */
START_TEST(what_is_not_determined)
{
    static const gim_ifm_estimator all[] = {GIM_IFM_DIRECT, GIM_IFM_WEIGHTED, GIM_IFM_REWEIGHTED};
    study *of = open_study(100);
    gim_ifm_settings settings = settings_of(20);
    gim_ifm_sampling sampling = {.struct_size = sizeof sampling};
    gim_ifm *full = of->model, *unfitted = new_model();
    gim_ifm_asking asking = ask(of, all[_i]);
    double mean[D];
    ck_assert_int_eq(gim_ifm_sampling_init(&sampling), GIM_OK);
    ck_assert_int_eq(gim_ifm_predict(unfitted, regimes[T], &asking, mean, NULL), GIM_ERR_STATE);
    of->from.T = 2;
    of->model = fitted(&settings, &of->from);
    asking.sampling = &sampling;
    refused(of, &asking, GIM_ERR_REFUSED, "do not determine");
    sampling.force = 1;
    ck_assert_int_eq(gim_ifm_predict(of->model, regimes[T], &asking, mean, NULL), GIM_OK);
    gim_ifm_free(of->model);
    gim_ifm_free(unfitted);
    of->model = full;
    close_study(of);
}
END_TEST

int main(void)
{
    t_case cases[] = {{direct, 1},    {weighted, 1},      {reweighted, 1},
                      {the_truth, 1}, {bad_questions, 1}, {what_is_not_determined, 3}};
    return T_RUN("api_ifm_predict", cases);
}
