/* Interventional factor models from rows to answers. SPDX-License-Identifier: BSD-3-Clause */
#include "ifm_system.h"

/* ---- answers ----------------------------------------------------------------------------------------------------- */

/* Means and deviations of rows of the unseen regime 11 against 100000 true ones; quadrature, binned, score matching,
 * shared and as a table. */
START_TEST(unseen_regime)
{
    enum { N = 5120, TRUE = 100000 };
    static double x[N * D], row[D];
    source from;
    uint64_t state = 99;
    gim_ifm_settings settings = settings_of(_i / 2 == 2 ? 3000 : 1000);
    settings.networks = (gim_ifm_networks)(_i % 2);
    settings.objective = (gim_ifm_objective)(_i / 2);
    open_source(&from, ROWS);
    gim_ifm *model = fitted(&settings, &from);
    ck_assert_int_eq(gim_ifm_sample(model, regimes[T], NULL, N, x), GIM_OK);
    double sums[D] = {0}, squares[D] = {0}, true_sums[D] = {0}, true_squares[D] = {0};
    for (size_t i = 0; i < TRUE; i++) {
        draw(row, regimes[T], &state);
        for (size_t j = 0; j < D; j++) {
            true_sums[j] += row[j] / TRUE;
            true_squares[j] += row[j] * row[j] / TRUE;
        }
    }
    for (size_t i = 0; i < N * D; i++) {
        sums[i % D] += x[i] / N;
        squares[i % D] += x[i] * x[i] / N;
    }
    for (size_t j = 0; j < D; j++) {
        double sd = sqrt(true_squares[j] - true_sums[j] * true_sums[j]);
        ck_assert_msg(fabs(sums[j] - true_sums[j]) < 0.25 * sd, "mean of x%zu is %g, not %g", j, sums[j], true_sums[j]);
        double ratio = sqrt(squares[j] - sums[j] * sums[j]) / sd;
        ck_assert_msg(ratio > 0.85 && ratio < 1.15, "deviation of x%zu is %g times as large", j, ratio);
    }
    gim_ifm_free(model);
    free(from.x);
}
END_TEST

/* Weighted rows of the three regimes have the means of the fourth; and of each of themselves. */
static void check_weighted_means(const gim_ifm *model, const size_t *s, const double *x, size_t n)
{
    double *log_weights = malloc(n * sizeof *log_weights), effective, sums[D] = {0}, all = 0, squares = 0;
    const double mean[2] = {(double)s[0], 0.8 * (double)s[0] - (double)s[1]};
    ck_assert_int_eq(gim_ifm_log_weights(model, s, 0, x, n, log_weights, &effective), GIM_OK);
    for (size_t i = 0; i < n; i++) {
        double w = exp(log_weights[i]);
        all += w;
        squares += w * w;
        for (size_t j = 0; j < D; j++)
            sums[j] += w * x[i * D + j];
    }
    ck_assert_double_le(t_error(effective, all * all / squares), 1e-9);
    for (size_t j = 0; j < 2; j++)
        ck_assert_msg(fabs(sums[j] / all - mean[j]) < 0.3, "x%zu: %g, not %g", j, sums[j] / all, mean[j]);
    free(log_weights);
}

START_TEST(weights)
{
    source from;
    gim_ifm_settings settings = settings_of(800);
    open_source(&from, ROWS);
    gim_ifm *model = fitted(&settings, &from);
    for (size_t t = 0; t <= T; t++)
        check_weighted_means(model, regimes[t], from.x, T * ROWS);
    gim_ifm_free(model);
    free(from.x);
}
END_TEST

/* ---- numbers that do not change ---------------------------------------------------------------------------------- */

static void sample_all(const gim_ifm *model, size_t threads, double *x, size_t n)
{
    gim_ifm_sampling sampling = {.struct_size = sizeof sampling};
    ck_assert_int_eq(gim_ifm_sampling_init(&sampling), GIM_OK);
    sampling.chains = 64;
    sampling.burn = 10;
    sampling.threads = threads;
    ck_assert_int_eq(gim_ifm_sample(model, regimes[T], &sampling, n, x), GIM_OK);
}

/* Threads, a budget that keeps no row in memory, and what is called observational change no number; a shorter sample
 * begins a longer one. */
START_TEST(threads_and_budget_change_nothing)
{
    static double one[FEW * D], other[FEW * D], log_one[FEW], log_other[FEW];
    source from;
    open_source(&from, FEW);
    gim_ifm_settings settings = settings_of(120);
    gim_ifm *a = fitted(&settings, &from);
    int reads = from.reads;
    settings.threads = 3;
    settings.memory_budget = 0;
    from.observational = -1;
    gim_ifm *b = fitted(&settings, &from);
    ck_assert_int_gt(from.reads - reads, 100);
    sample_all(a, 1, one, FEW);
    sample_all(b, 3, other, FEW / 2 + 7);
    ck_assert(memcmp(one, other, (FEW / 2 + 7) * D * sizeof *one) == 0);
    ck_assert_int_eq(gim_ifm_log_weights(a, regimes[T], 0, from.x, FEW, log_one, NULL), GIM_OK);
    ck_assert_int_eq(gim_ifm_log_weights(b, regimes[T], 0, from.x, FEW, log_other, NULL), GIM_OK);
    ck_assert(memcmp(log_one, log_other, sizeof log_one) == 0);
    gim_ifm_free(a);
    gim_ifm_free(b);
    free(from.x);
}
END_TEST

/* ---- progress ---------------------------------------------------------------------------------------------------- */

typedef struct watch {
    int calls, stop_at, answer;
    gim_progress last;
} watch;

static int see(const gim_progress *progress, void *user)
{
    watch *mine = user;
    mine->last = *progress;
    return mine->calls++ == mine->stop_at ? mine->answer : 0;
}

START_TEST(progress_and_stop)
{
    source from;
    watch mine = {.stop_at = -1};
    gim_ifm_report report = {.struct_size = sizeof report};
    gim_ifm_settings settings = settings_of(250);
    open_source(&from, FEW);
    gim_data data = data_of(&from);
    gim_ifm *model = new_model();
    ck_assert_int_eq(gim_ifm_get_report(model, &report), GIM_ERR_STATE);
    ck_assert_int_eq(gim_ifm_fit(model, &settings, &data, see, &mine), GIM_OK);
    ck_assert_int_eq(mine.calls, 4); /* at 0, 100, 200, 250 */
    ck_assert_int_eq(mine.last.step, 250);
    ck_assert(isnan(mine.last.acyclicity) && isfinite(mine.last.held_out));
    ck_assert_int_eq(gim_ifm_get_report(model, &report), GIM_OK);
    ck_assert_int_eq(report.step, 250);
    ck_assert_uint_eq(report.rows, T * FEW);
    ck_assert_uint_eq(report.rows_held_out, T * FEW / 10);
    ck_assert_double_eq(report.held_out, mine.last.held_out);
    mine = (watch){.stop_at = 1, .answer = 1};
    ck_assert_int_eq(gim_ifm_fit(model, &settings, &data, see, &mine), GIM_STOPPED);
    ck_assert_int_eq(gim_ifm_get_report(model, &report), GIM_OK);
    ck_assert_int_eq(report.status, GIM_STOPPED);
    ck_assert_int_eq(report.step, 100);
    mine = (watch){.stop_at = 1, .answer = -1234};
    ck_assert_int_eq(gim_ifm_fit(model, &settings, &data, see, &mine), -1234);
    ck_assert_int_eq(gim_ifm_get_report(model, &report), GIM_OK);
    ck_assert_int_eq(report.step, 100); /* as it was */
    gim_ifm_free(model);
    free(from.x);
}
END_TEST

/* ---- refusals and errors ----------------------------------------------------------------------------------------- */

START_TEST(refusals)
{
    source from;
    double x[4 * D], log_weights[4];
    gim_ifm_sampling sampling = {.struct_size = sizeof sampling};
    gim_ifm_settings settings = settings_of(20);
    open_source(&from, FEW);
    from.T = 2; /* s1 was never seen */
    gim_ifm *model = fitted(&settings, &from);
    ck_assert_int_eq(gim_ifm_sample(model, regimes[2], NULL, 4, x), GIM_ERR_REFUSED);
    ck_says(model, "never seen, the first of factor 1");
    ck_assert_int_eq(gim_ifm_log_weights(model, regimes[3], 0, from.x, 4, log_weights, NULL), GIM_ERR_REFUSED);
    ck_assert_int_eq(gim_ifm_sampling_init(&sampling), GIM_OK);
    sampling.force = 1;
    ck_assert_int_eq(gim_ifm_sample(model, regimes[2], &sampling, 4, x), GIM_OK);
    ck_assert_int_eq(gim_ifm_log_weights(model, regimes[3], 1, from.x, 4, log_weights, NULL), GIM_OK);
    const size_t high[M] = {0, 2};
    ck_assert_int_eq(gim_ifm_sample(model, high, &sampling, 4, x), GIM_ERR_ARGUMENT);
    ck_says(model, "level 2 of intervention 1");
    sampling.thin = 0;
    ck_assert_int_eq(gim_ifm_sample(model, regimes[0], &sampling, 4, x), GIM_ERR_ARGUMENT);
    from.x[D + 1] = NAN;
    ck_assert_int_eq(gim_ifm_log_weights(model, regimes[0], 0, from.x, 4, log_weights, NULL), GIM_ERR_ARGUMENT);
    ck_says(model, "row 1, variable \"x1\"");
    gim_ifm_free(model);
    free(from.x);
}
END_TEST

/* A fault of the data, and what is said of it. */
static const struct fault {
    const char *said;
    gim_status status;
} faults[] = {{"\"control\" and \"second\" are the same regime", GIM_ERR_DATA},
              {"level 2 of intervention \"heat\"", GIM_ERR_DATA},
              {"level 0.5 of intervention \"heat\"", GIM_ERR_DATA},
              {"row 5, variable \"flow\" is nan", GIM_ERR_DATA},
              {"variable \"flow\" is constant", GIM_ERR_DATA},
              {"\"control\" has one row", GIM_ERR_DATA},
              {"read() failed with -2000", -2000},
              {"n_environments is 0", GIM_ERR_ARGUMENT},
              {"setting grid is 1", GIM_ERR_ARGUMENT},
              {"setting held_out is 0.6", GIM_ERR_ARGUMENT}};
enum { FAULTS = sizeof faults / sizeof *faults };

static void spoil(source *from, gim_ifm_settings *settings, int which)
{
    if (which == 0)
        memcpy(from->levels[2], from->levels[0], sizeof from->levels[0]);
    if (which == 1 || which == 2)
        from->level = which == 1 ? 2 : 0.5;
    if (which == 3)
        from->x[5 * D + 2] = NAN;
    for (size_t r = 0; which == 4 && r < T * FEW; r++)
        from->x[r * D + 2] = 3;
    if (which == 5)
        from->rows = 1;
    from->fail_read = which == 6 ? -2000 : 0;
    if (which == 7)
        from->T = 0;
    settings->grid = which == 8 ? 1 : 20;
    settings->held_out = which == 9 ? 0.6 : 0.1;
}

START_TEST(bad_data)
{
    source from;
    gim_ifm_settings settings = settings_of(20);
    open_source(&from, FEW);
    spoil(&from, &settings, _i);
    gim_data data = data_of(&from);
    gim_ifm *model = new_model();
    ck_assert_int_eq(gim_ifm_set_variable_name(model, 2, "flow"), GIM_OK);
    ck_assert_int_eq(gim_ifm_set_intervention_name(model, 0, "heat"), GIM_OK);
    ck_assert_int_eq(gim_ifm_fit(model, &settings, &data, NULL, NULL), faults[_i].status);
    ck_says(model, faults[_i].said);
    ck_assert_uint_eq(gim_ifm_regime_count(model), 0);
    gim_ifm_free(model);
    free(from.x);
}
END_TEST

START_TEST(handles)
{
    const size_t levels[M] = {2, 2};
    gim_ifm_graph *empty;
    gim_ifm *model;
    ck_assert_int_eq(gim_ifm_graph_new(&empty, D, M, levels, NULL), GIM_OK);
    ck_assert_int_eq(gim_ifm_new(&model, empty, NULL), GIM_ERR_STATE);
    ck_says(model, "no factor");
    ck_assert_int_eq(gim_ifm_set_variable_name(model, 0, "a"), GIM_ERR_STATE);
    ck_assert_ptr_null(gim_ifm_variable_name(model, 0));
    gim_ifm_free(model);
    ck_assert_int_eq(gim_ifm_new(&model, NULL, NULL), GIM_ERR_ARGUMENT);
    gim_ifm_free(model);
    gim_ifm_graph_free(empty);
    model = new_model();
    ck_assert_str_eq(gim_ifm_variable_name(model, 2), "x2");
    ck_assert_str_eq(gim_ifm_intervention_name(model, 1), "s1");
    ck_assert_ptr_null(gim_ifm_intervention_name(model, 2));
    ck_assert_int_eq(gim_ifm_set_variable_name(model, 0, "x1"), GIM_ERR_ARGUMENT);
    ck_assert_str_eq(gim_ifm_note(model), "");
    ck_assert_int_eq(gim_ifm_set_note(model, "made by hand"), GIM_OK);
    ck_assert_str_eq(gim_ifm_note(model), "made by hand");
    ck_assert_uint_eq(gim_ifm_factor_count(gim_ifm_graph_of(model)), 3);
    gim_ifm_free(model);
    gim_ifm_free(NULL);
}
END_TEST

START_TEST(what_a_fit_remembers)
{
    source from;
    gim_environment regime = {.struct_size = sizeof regime};
    gim_ifm_settings settings = settings_of(20), kept = {.struct_size = sizeof kept};
    size_t levels[M];
    settings.hidden = 5;
    open_source(&from, FEW);
    gim_ifm *model = fitted(&settings, &from);
    ck_assert_uint_eq(gim_ifm_regime_count(model), T);
    ck_assert_int_eq(gim_ifm_regime(model, 1, &regime, levels), GIM_OK);
    ck_assert_str_eq(regime.name, "first");
    ck_assert_uint_eq(regime.n_rows, FEW);
    ck_assert(levels[0] == 1 && levels[1] == 0);
    ck_assert_int_eq(gim_ifm_regime(model, T, &regime, NULL), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_ifm_get_settings(model, &kept), GIM_OK);
    ck_assert_uint_eq(kept.hidden, 5);
    gim_ifm_free(model);
    free(from.x);
}
END_TEST

int main(void)
{
    t_case cases[] = {{unseen_regime, 6},
                      {weights, 1},
                      {threads_and_budget_change_nothing, 1},
                      {progress_and_stop, 1},
                      {refusals, 1},
                      {bad_data, FAULTS},
                      {handles, 1},
                      {what_a_fit_remembers, 1}};
    return T_RUN("api_ifm_fit", cases);
}
