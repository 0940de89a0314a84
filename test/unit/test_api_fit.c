/* The contract of gim_fit(): its arguments, its callbacks, what it leaves behind.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "property/systems.h"

/* ---- arguments ---- */

static void check_unfitted(const gim_model *model)
{
    double value;
    CHECK_FAILS(model, gim_report(model, GIM_REPORT_STEP, &value), GIM_ERR_STATE, "gim_fit");
    ck_assert_uint_eq(gim_environment_count(model), 0);
}

START_TEST(the_data_must_be_complete)
{
    source *from = small_source(GIM_LINEAR, GIM_HARD, 1);
    gim_model *model = quick_model(3, 2, GIM_LINEAR, GIM_HARD, 10);
    for (int resume = 0; resume <= 1; resume++) {
        gim_status (*call)(gim_model *, const gim_data *, gim_progress_fn, void *) = resume ? gim_resume : gim_fit;
        gim_data whole = source_data(from), part = whole;
        CHECK_FAILS(model, call(model, NULL, NULL, NULL), GIM_ERR_ARGUMENT, "gim_data");
        part.struct_size = sizeof part - 1;
        CHECK_FAILS(model, call(model, &part, NULL, NULL), GIM_ERR_ARGUMENT, "struct_size");
        part.struct_size = 0;
        CHECK_FAILS(model, call(model, &part, NULL, NULL), GIM_ERR_ARGUMENT, "struct_size");
        part = whole;
        part.describe = NULL;
        CHECK_FAILS(model, call(model, &part, NULL, NULL), GIM_ERR_ARGUMENT, "callback");
        part = whole;
        part.read = NULL;
        CHECK_FAILS(model, call(model, &part, NULL, NULL), GIM_ERR_ARGUMENT, "callback");
        part = whole;
        part.n_environments = 0;
        CHECK_FAILS(model, call(model, &part, NULL, NULL), GIM_ERR_ARGUMENT, "n_environments");
        part.n_environments = SIZE_MAX;
        CHECK_FAILS(model, call(model, &part, NULL, NULL), GIM_ERR_ARGUMENT, "n_environments");
    }
    check_unfitted(model);
    ck_assert_uint_eq(from->calls, 0);
    gim_data later = source_data(from);
    later.struct_size += 64; /* from a program built against a later header */
    ck_assert_int_ge(gim_fit(model, &later, NULL, NULL), 0);
    gim_model_free(model);
    source_free(from);
}
END_TEST

/* ---- what is wrong with data is named ---- */

/* The fit of a small system fails so, and its message has all parts ("|" between them). */
static void check_data_refused(gim_mechanism mechanism, void (*spoil)(source *), const char *parts)
{
    char each[256], *rest = NULL;
    source *from = small_source(mechanism, GIM_HARD, 1);
    gim_model *model = quick_model(3, 2, mechanism, GIM_HARD, 10);
    CHECK_OK(gim_set_variable_name(model, 1, "middle"));
    CHECK_OK(gim_set_feature_name(model, 1, "dose"));
    spoil(from);
    gim_data data = source_data(from);
    snprintf(each, sizeof each, "%s", parts);
    for (char *part = strtok_r(each, "|", &rest); part != NULL; part = strtok_r(NULL, "|", &rest))
        CHECK_FAILS(model, gim_fit(model, &data, NULL, NULL), GIM_ERR_DATA, part);
    check_unfitted(model);
    gim_model_free(model);
    source_free(from);
}

static void empty_second(source *from)
{
    from->n_rows[2] = 0;
}

static void feature_nan(source *from)
{
    from->features[2][1] = NAN;
}

static void feature_infinite(source *from)
{
    from->features[0][1] = -INFINITY; /* of the control, which has no use for it */
}

static void value_nan(source *from)
{
    from->x[3][17 * 3 + 1] = NAN;
}

static void value_infinite(source *from)
{
    from->x[0][0 * 3 + 1] = INFINITY;
}

static void value_negative(source *from)
{
    from->x[1][46 * 3 + 1] = -1e-300;
}

static void all_observational(source *from)
{
    for (size_t k = 0; k < from->K; k++)
        from->observational[k] = 1;
}

static void constant_in_control(source *from)
{
    for (size_t r = 0; r < from->n_rows[0]; r++)
        from->x[0][r * 3 + 1] = 12.5;
}

static void constant_everywhere(source *from)
{
    for (size_t k = 0; k < from->K; k++) {
        from->observational[k] = 0;
        for (size_t r = 0; r < from->n_rows[k]; r++)
            from->x[k][r * 3 + 1] = 0.1;
    }
}

static void one_row_of_control(source *from)
{
    from->n_rows[0] = 1;
}

static void unnamed_nan(source *from)
{
    from->name[3] = NULL;
    value_nan(from);
}

START_TEST(data_that_cannot_be_used_are_named)
{
    check_data_refused(GIM_LINEAR, empty_second, "second|row");
    check_data_refused(GIM_LINEAR, feature_nan, "second|dose|nan");
    check_data_refused(GIM_LINEAR, feature_infinite, "control|dose|inf");
    check_data_refused(GIM_LINEAR, value_nan, "both|row 17|middle|nan");
    check_data_refused(GIM_NONLINEAR, value_infinite, "control|row 0|middle|inf");
    check_data_refused(GIM_ZERO_INFLATED, value_negative, "first|row 46|middle|-1e-300");
    check_data_refused(GIM_LINEAR, unnamed_nan, "environment 3|row 17|middle");
    check_data_refused(GIM_LINEAR, all_observational, "observational");
    check_data_refused(GIM_LINEAR, constant_in_control, "middle|constant|12.5");
    check_data_refused(GIM_LINEAR, constant_everywhere, "middle|constant|0.1");
    check_data_refused(GIM_LINEAR, one_row_of_control, "constant");
}
END_TEST

/* A row's number is its own, wherever in a block of rows it was read, and in rows read again later. */
START_TEST(a_bad_row_is_named_by_its_own_number)
{
    for (int budget = 0; budget <= 1; budget++) {
        source *from = small_source(GIM_NONLINEAR, GIM_HARD, 1);
        gim_model *model = quick_model(3, 2, GIM_NONLINEAR, GIM_HARD, 10);
        uint64_t state = 5;
        source_rows(from, 1, 50000); /* more than one block */
        for (size_t i = 0; i < 150000; i++)
            from->x[1][i] = t_normal(&state);
        from->x[1][49999 * 3 + 2] = NAN;
        set_int(model, GIM_MEMORY_BUDGET, budget);
        gim_data data = source_data(from);
        CHECK_FAILS(model, gim_fit(model, &data, NULL, NULL), GIM_ERR_DATA, "row 49999, variable \"x2\"");
        gim_model_free(model);
        source_free(from);
    }
}
END_TEST

/* Data that change under the library's hands, once they are read a second time. */
static int spoil_later(source *from, void *user)
{
    if (from->calls == *(const size_t *)user)
        for (size_t r = 0; r < from->n_rows[1]; r++)
            from->x[1][r * 3] = NAN;
    return 0;
}

START_TEST(rows_are_checked_each_time_they_are_read)
{
    source *from = small_source(GIM_NONLINEAR, GIM_HARD, 1);
    gim_model *model = quick_model(3, 2, GIM_NONLINEAR, GIM_HARD, 10);
    size_t when = 20; /* four describe(), four first read() */
    from->hook = spoil_later;
    from->user = &when;
    set_int(model, GIM_MEMORY_BUDGET, 0);
    gim_data data = source_data(from);
    CHECK_FAILS(model, gim_fit(model, &data, NULL, NULL), GIM_ERR_DATA, "first");
    check_unfitted(model);
    gim_model_free(model);
    source_free(from);
}
END_TEST

/* ---- how data are asked for ---- */

static void check_read_once(const source *from)
{
    ck_assert(!from->disorder);
    for (size_t k = 0; k < from->K; k++) {
        ck_assert_uint_eq(from->describes[k], 1);
        for (size_t r = 0; r < from->n_rows[k]; r++)
            ck_assert_uint_eq(from->seen[k][r], 1);
    }
}

START_TEST(data_in_memory_are_read_once)
{
    for (int mechanism = GIM_LINEAR; mechanism <= GIM_ZERO_INFLATED; mechanism++) {
        source *from = small_source(mechanism, GIM_HARD, 1);
        gim_model *model = quick_model(3, 2, mechanism, GIM_HARD, 30);
        double value;
        fit(model, from);
        check_read_once(from);
        CHECK_OK(gim_report(model, GIM_REPORT_ROWS_IN_MEMORY, &value));
        ck_assert_double_eq(value, 1);
        gim_model_free(model);
        source_free(from);
    }
}
END_TEST

START_TEST(sufficient_statistics_need_no_memory)
{
    source *from = small_source(GIM_LINEAR, GIM_HARD, 1);
    gim_model *model = quick_model(3, 2, GIM_LINEAR, GIM_HARD, 30);
    set_int(model, GIM_MEMORY_BUDGET, 0);
    fit(model, from);
    check_read_once(from);
    gim_model_free(model);
    source_free(from);
}
END_TEST

/* Rows that do not fit are read again, each step batch_rows of each environment, never those held out. */
START_TEST(data_past_the_budget_are_read_batch_by_batch)
{
    enum { STEPS = 30, BATCH = 7 };
    source *from = small_source(GIM_NONLINEAR, GIM_HARD, 1);
    gim_model *model = quick_model(3, 2, GIM_NONLINEAR, GIM_HARD, STEPS);
    double value, held;
    set_int(model, GIM_MEMORY_BUDGET, 0);
    set_int(model, GIM_BATCH_ROWS, BATCH);
    fit(model, from);
    CHECK_OK(gim_report(model, GIM_REPORT_ROWS_IN_MEMORY, &value));
    ck_assert_double_eq(value, 0);
    CHECK_OK(gim_report(model, GIM_REPORT_ROWS_HELD_OUT, &held));
    size_t once = 0;
    for (size_t k = 0; k < from->K; k++) {
        size_t total = 0;
        ck_assert_uint_eq(from->describes[k], 1);
        for (size_t r = 0; r < from->n_rows[k]; r++) {
            ck_assert_uint_ge(from->seen[k][r], 1);
            total += from->seen[k][r];
            once += from->seen[k][r] == 1;
        }
        ck_assert_uint_eq(total, from->n_rows[k] + STEPS * BATCH);
    }
    ck_assert_uint_ge(once, (size_t)held); /* held-out rows among them, and training rows that were never drawn */
    ck_assert_uint_le(once, (size_t)held + 15);
    gim_model_free(model);
    source_free(from);
}
END_TEST

START_TEST(rows_and_environments_are_reported)
{
    source *from = small_source(GIM_LINEAR, GIM_HARD, 1);
    gim_model *model = quick_model(3, 2, GIM_LINEAR, GIM_HARD, 10);
    double value, features[2];
    gim_environment environment;
    from->name[2] = NULL;
    from->observational[0] = 77; /* anything but 0 */
    fit(model, from);
    CHECK_OK(gim_report(model, GIM_REPORT_ROWS, &value));
    ck_assert_double_eq(value, 40 + 47 + 54 + 61);
    CHECK_OK(gim_report(model, GIM_REPORT_ROWS_HELD_OUT, &value));
    ck_assert_double_eq(value, 4 + 4 + 5 + 6); /* a tenth of each, rounded down */
    ck_assert_uint_eq(gim_environment_count(model), 4);
    for (size_t k = 0; k < 4; k++) {
        memset(&environment, 0xff, sizeof environment);
        CHECK_OK(gim_environment_get(model, k, &environment, features));
        ck_assert_uint_eq(environment.struct_size, sizeof environment);
        ck_assert_uint_eq(environment.n_rows, from->n_rows[k]);
        ck_assert_int_eq(environment.observational != 0, k == 0);
        ck_assert_str_eq(environment.name, k == 2 ? "environment 2" : from->name[k]);
        ck_assert_mem_eq(features, from->features[k], sizeof features);
        CHECK_OK(gim_environment_get(model, k, &environment, NULL));
    }
    CHECK_FAILS(model, gim_environment_get(model, 4, &environment, features), GIM_ERR_ARGUMENT, "environment 4");
    CHECK_FAILS(model, gim_environment_get(model, 0, NULL, features), GIM_ERR_ARGUMENT, "");
    environment.struct_size = sizeof environment - 1;
    CHECK_FAILS(model, gim_environment_get(model, 0, &environment, features), GIM_ERR_ARGUMENT, "struct_size");
    gim_model_free(model);
    source_free(from);
}
END_TEST

START_TEST(no_more_than_the_asked_share_is_held_out)
{
    static const double shares[] = {0, 0.25, 0.5};
    for (size_t s = 0; s < 3; s++) {
        source *from = small_source(GIM_LINEAR, GIM_HARD, 1);
        gim_model *model = quick_model(3, 2, GIM_LINEAR, GIM_HARD, 10);
        double held, value, wanted = 0;
        size_t rows;
        double history[8 * GIM_HISTORY_COLUMNS];
        set_real(model, GIM_HELD_OUT, shares[s]);
        fit(model, from);
        for (size_t k = 0; k < 4; k++)
            wanted += floor(shares[s] * (double)from->n_rows[k]);
        CHECK_OK(gim_report(model, GIM_REPORT_ROWS_HELD_OUT, &held));
        ck_assert_double_eq(held, wanted);
        CHECK_OK(gim_report(model, GIM_REPORT_HELD_OUT, &value));
        CHECK_OK(gim_history(model, &rows, history, 8));
        ck_assert_int_eq(isnan(value), wanted == 0);
        ck_assert_int_eq(isnan(history[2]), wanted == 0);
        gim_model_free(model);
        source_free(from);
    }
}
END_TEST

/* ---- progress ---- */

typedef struct listener {
    gim_progress heard[64];
    size_t n, stop_at; /* the call (1, 2, ...) at which to return answer */
    int answer, foreign;
    pthread_t home;
} listener;

static int listen(const gim_progress *progress, void *user)
{
    listener *mine = user;
    ck_assert_uint_lt(mine->n, 64);
    mine->foreign |= !pthread_equal(mine->home, pthread_self());
    mine->heard[mine->n++] = *progress;
    return mine->n == mine->stop_at ? mine->answer : 0;
}

static gim_status listened_fit(gim_model *model, source *from, listener *ear)
{
    gim_data data = source_data(from);
    ear->home = pthread_self();
    return gim_fit(model, &data, listen, ear);
}

START_TEST(progress_comes_at_0_and_after_every_check)
{
    static const int64_t steps[] = {30, 35, 7}, calls[] = {4, 5, 2};
    for (size_t i = 0; i < 3; i++) {
        source *from = small_source(GIM_LINEAR, GIM_HARD, 1);
        gim_model *model = quick_model(3, 2, GIM_LINEAR, GIM_HARD, steps[i]);
        listener ear = {.n = 0};
        set_int(model, GIM_THREADS, 2);
        gim_status status = listened_fit(model, from, &ear);
        ck_assert(status == GIM_OK || status == GIM_CYCLIC);
        ck_assert(!ear.foreign);
        ck_assert_uint_eq(ear.n, calls[i]);
        for (size_t n = 0; n < ear.n; n++) {
            const gim_progress *at = &ear.heard[n];
            int64_t wanted = (int64_t)n * 10 < steps[i] ? (int64_t)n * 10 : steps[i];
            ck_assert_uint_eq(at->struct_size, sizeof *at);
            ck_assert_int_eq(at->step, wanted);
            ck_assert_int_eq(at->steps, steps[i]);
            ck_assert(isfinite(at->held_out) && at->acyclicity >= 0 && at->acyclicity < 3 && at->penalty > 0);
            ck_assert(n == 0 || isfinite(at->objective));
            ck_assert(n == 0 || (at->seconds_left >= 0 && at->seconds_left < 60));
            ck_assert_uint_le(at->edges, 6);
        }
        ck_assert_double_eq(ear.heard[ear.n - 1].seconds_left, 0);
        gim_model_free(model);
        source_free(from);
    }
}
END_TEST

/* History and report repeat what progress said. */
START_TEST(history_is_what_progress_said)
{
    source *from = small_source(GIM_NONLINEAR, GIM_SHIFT, 1);
    gim_model *model = quick_model(3, 2, GIM_NONLINEAR, GIM_SHIFT, 35);
    listener ear = {.n = 0};
    double history[10 * GIM_HISTORY_COLUMNS], report[16];
    size_t rows = 99;
    gim_status status = listened_fit(model, from, &ear);
    CHECK_OK(gim_history(model, &rows, NULL, 0));
    ck_assert_uint_eq(rows, ear.n);
    CHECK_OK(gim_history(model, &rows, history, 10));
    for (size_t n = 0; n < rows; n++) {
        const double *row = history + n * GIM_HISTORY_COLUMNS;
        const gim_progress *at = &ear.heard[n];
        ck_assert_double_eq(row[0], (double)at->step);
        ck_assert(n == 0 || row[1] == at->objective);
        ck_assert_double_eq(row[2], at->held_out);
        ck_assert_double_eq(row[3], at->acyclicity);
        ck_assert_double_eq(row[5], (double)at->edges);
    }
    for (int item = 0; item <= GIM_REPORT_ROWS_IN_MEMORY; item++)
        CHECK_OK(gim_report(model, item, &report[item]));
    const gim_progress *last = &ear.heard[ear.n - 1];
    ck_assert_double_eq(report[GIM_REPORT_STATUS], status);
    ck_assert_double_eq(report[GIM_REPORT_STEP], 35);
    ck_assert_double_eq(report[GIM_REPORT_OBJECTIVE], last->objective);
    ck_assert_double_eq(report[GIM_REPORT_HELD_OUT], last->held_out);
    ck_assert_double_eq(report[GIM_REPORT_ACYCLICITY], last->acyclicity);
    ck_assert_double_eq(report[GIM_REPORT_EDGES] + report[GIM_REPORT_EDGES_REMOVED], (double)last->edges);
    ck_assert(report[GIM_REPORT_SECONDS] > 0 && report[GIM_REPORT_SECONDS] < 60);
    double few[3 * GIM_HISTORY_COLUMNS + 1] = {0};
    few[3 * GIM_HISTORY_COLUMNS] = -5;
    CHECK_OK(gim_history(model, &rows, few, 3)); /* the first three of them */
    ck_assert_uint_eq(rows, ear.n);
    ck_assert(memcmp(few, history, 3 * GIM_HISTORY_COLUMNS * sizeof *few) == 0);
    ck_assert_double_eq(few[3 * GIM_HISTORY_COLUMNS], -5);
    gim_model_free(model);
    source_free(from);
}
END_TEST

START_TEST(report_and_history_say_what_they_cannot_do)
{
    static const char *const names[] = {"status",     "step",          "objective",     "held-out",
                                        "acyclicity", "edges",         "edges-removed", "seconds",
                                        "rows",       "rows-held-out", "rows-in-memory"};
    source *from = small_source(GIM_LINEAR, GIM_HARD, 1);
    gim_model *model = quick_model(3, 2, GIM_LINEAR, GIM_HARD, 10);
    double value = -5;
    size_t rows = 99;
    CHECK_FAILS(model, gim_history(model, &rows, NULL, 0), GIM_ERR_STATE, "gim_fit");
    CHECK_FAILS(model, gim_environment_get(model, 0, NULL, NULL), GIM_ERR_STATE, "gim_fit");
    fit(model, from);
    for (int item = 0; item < 11; item++)
        ck_assert_str_eq(gim_report_name(item), names[item]);
    ck_assert_ptr_null(gim_report_name((gim_report_item)1000));
    ck_assert_ptr_null(gim_report_name((gim_report_item)-1));
    CHECK_FAILS(model, gim_report(model, (gim_report_item)1000, &value), GIM_ERR_ARGUMENT, "1000");
    CHECK_FAILS(model, gim_report(model, (gim_report_item)-1, &value), GIM_ERR_ARGUMENT, "-1");
    CHECK_FAILS(model, gim_report(model, GIM_REPORT_STEP, NULL), GIM_ERR_ARGUMENT, "NULL");
    CHECK_FAILS(model, gim_history(model, NULL, &value, 0), GIM_ERR_ARGUMENT, "NULL");
    CHECK_FAILS(model, gim_history(model, &rows, NULL, 1), GIM_ERR_ARGUMENT, "NULL");
    ck_assert(value == -5 && rows == 99);
    gim_model_free(model);
    source_free(from);
}
END_TEST

/* "edges of probability > 1/2" */
START_TEST(progress_counts_the_probable_edges)
{
    for (size_t stop = 1; stop <= 3; stop++) {
        source *from = small_source(GIM_LINEAR, GIM_HARD, 1);
        gim_model *model = quick_model(3, 2, GIM_LINEAR, GIM_HARD, 1000);
        listener ear = {.stop_at = stop, .answer = 1};
        double probability[9], edges, removed;
        unsigned char final[9];
        CHECK_STATUS(listened_fit(model, from, &ear), GIM_STOPPED);
        CHECK_OK(gim_graph(model, probability, final));
        size_t probable = 0, kept = 0;
        for (size_t e = 0; e < 9; e++) {
            probable += probability[e] > 0.5;
            kept += final[e];
        }
        CHECK_OK(gim_report(model, GIM_REPORT_EDGES, &edges));
        CHECK_OK(gim_report(model, GIM_REPORT_EDGES_REMOVED, &removed));
        ck_assert_uint_eq(kept, (size_t)edges);
        ck_assert_uint_eq(probable, kept + (size_t)removed);
        ck_assert_uint_eq(ear.heard[ear.n - 1].edges, probable);
        gim_model_free(model);
        source_free(from);
    }
}
END_TEST

START_TEST(a_stopped_fit_leaves_a_usable_model)
{
    for (size_t stop = 1; stop <= 3; stop++)
        for (int answer = 1; answer <= 1000; answer += 999) {
            static answers said;
            source *from = small_source(GIM_LINEAR, GIM_SHIFT, 1);
            gim_model *model = quick_model(3, 2, GIM_LINEAR, GIM_SHIFT, 30);
            listener ear = {.stop_at = stop, .answer = answer};
            double value;
            CHECK_STATUS(listened_fit(model, from, &ear), GIM_STOPPED);
            ck_assert_uint_eq(ear.n, stop);
            CHECK_OK(gim_report(model, GIM_REPORT_STATUS, &value));
            ck_assert_double_eq(value, GIM_STOPPED);
            CHECK_OK(gim_report(model, GIM_REPORT_STEP, &value));
            ck_assert_double_eq(value, (double)(stop - 1) * 10);
            answers_of(&said, model);
            for (size_t i = 0; i < ANSWER_ROWS * 3; i++)
                ck_assert(isfinite(said.value[i]));
            ck_assert_uint_eq(gim_environment_count(model), 4);
            gim_model_free(model);
            source_free(from);
        }
}
END_TEST

/* Failures of the caller's own come back unchanged, whether they look like libgim's or not. */
START_TEST(a_failing_progress_callback)
{
    static const int failures[] = {-1, -2, -6, -10, -11, -1001, -123456, INT32_MIN};
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        static answers before, after;
        source *from = small_source(GIM_LINEAR, GIM_HARD, 1);
        gim_model *model = quick_model(3, 2, GIM_LINEAR, GIM_HARD, 30);
        listener ear = {.stop_at = 1 + i % 4, .answer = failures[i]};
        ck_assert_int_eq(listened_fit(model, from, &ear), failures[i]);
        ck_assert_uint_eq(ear.n, 1 + i % 4);
        check_unfitted(model);
        fit(model, from);
        answers_of(&before, model);
        set_int(model, GIM_SEED, 5);
        ear = (listener){.stop_at = 1 + i % 4, .answer = failures[i]};
        ck_assert_int_eq(listened_fit(model, from, &ear), failures[i]);
        answers_of(&after, model);
        ck_assert(answers_equal(&before, &after));
        gim_model_free(model);
        source_free(from);
    }
}
END_TEST

/* ---- callbacks of the data that stop or fail, at each of their calls ---- */

static void check_broken_at(size_t call, int broken, gim_model *model, const answers *before, source *from)
{
    static answers after;
    double step = -1;
    from->break_at = call;
    from->broken = broken;
    from->calls = 0;
    gim_data data = source_data(from);
    gim_status status = gim_fit(model, &data, NULL, NULL);
    ck_assert(!from->disorder);
    ck_assert_uint_eq(from->calls, call); /* none after it */
    if (broken < 0) {
        ck_assert_int_eq(status, broken);
    } else {
        CHECK_STATUS(status, GIM_STOPPED);
        if (gim_report(model, GIM_REPORT_STEP, &step) == GIM_OK && before == NULL)
            ck_assert_double_ge(step, 0);
    }
    if (broken < 0 && before == NULL)
        check_unfitted(model);
    if (broken < 0 && before != NULL) {
        answers_of(&after, model);
        ck_assert_msg(answers_equal(before, &after), "call %zu: the model has changed", call);
    }
}

START_TEST(data_callbacks_break_at_each_call)
{
    static answers before;
    int budget = _i;
    source *from = small_source(GIM_NONLINEAR, GIM_HARD, 1);
    gim_model *model = quick_model(3, 2, GIM_NONLINEAR, GIM_HARD, 6);
    set_int(model, GIM_MEMORY_BUDGET, budget);
    set_int(model, GIM_CHECK_EVERY, 2);
    fit(model, from);
    size_t calls = from->calls;
    ck_assert_uint_eq(calls, budget == 0 ? 4 + 4 + 4 * 6 : 4 + 4);
    answers_of(&before, model);
    set_int(model, GIM_SEED, 2);
    for (size_t call = 1; call <= calls; call++) {
        gim_model *fresh = quick_model(3, 2, GIM_NONLINEAR, GIM_HARD, 6);
        set_int(fresh, GIM_MEMORY_BUDGET, budget);
        check_broken_at(call, -1500, model, &before, from);
        check_broken_at(call, GIM_ERR_NOMEM, model, &before, from);
        check_broken_at(call, -1500, fresh, NULL, from);
        check_broken_at(call, 3, fresh, NULL, from);
        gim_model_free(fresh);
    }
    gim_model_free(model);
    source_free(from);
}
END_TEST

/* Stopped before there is anything to keep: as it was. Stopped later: usable, with the steps that were done. */
START_TEST(data_callbacks_that_stop)
{
    static answers before, after;
    source *from = small_source(GIM_NONLINEAR, GIM_HARD, 1);
    gim_model *model = quick_model(3, 2, GIM_NONLINEAR, GIM_HARD, 6);
    double step;
    set_int(model, GIM_MEMORY_BUDGET, 0);
    gim_data data = source_data(from);
    for (from->break_at = 1, from->broken = 1; from->break_at <= 8; from->break_at++) {
        from->calls = 0;
        CHECK_STATUS(gim_fit(model, &data, NULL, NULL), GIM_STOPPED);
        check_unfitted(model);
    }
    for (size_t s = 0; s < 6; s++) { /* four reads a step */
        from->calls = 0;
        from->break_at = 8 + 4 * s + 2;
        CHECK_STATUS(gim_fit(model, &data, NULL, NULL), GIM_STOPPED);
        CHECK_OK(gim_report(model, GIM_REPORT_STEP, &step));
        ck_assert_double_eq(step, (double)s);
        answers_of(&before, model);
    }
    from->calls = 0;
    from->break_at = 5; /* while the data are read for the first time: the fit there was is kept */
    CHECK_STATUS(gim_fit(model, &data, NULL, NULL), GIM_STOPPED);
    answers_of(&after, model);
    ck_assert(answers_equal(&before, &after));
    gim_model_free(model);
    source_free(from);
}
END_TEST

/* The message must not be that of an older failure. */
START_TEST(a_callbacks_failure_has_a_message)
{
    source *from = small_source(GIM_LINEAR, GIM_HARD, 1);
    gim_model *model = quick_model(3, 2, GIM_LINEAR, GIM_HARD, 10);
    CHECK_FAILS(model, gim_set_int(model, GIM_THREADS, 0), GIM_ERR_OPTION, "threads");
    gim_data data = source_data(from);
    from->break_at = 6;
    from->broken = -1500;
    ck_assert_int_eq(gim_fit(model, &data, NULL, NULL), -1500);
    ck_assert_msg(strstr(message_of(model), "threads") == NULL, "after a callback failed, the message is still \"%s\"",
                  message_of(model));
    CHECK_FAILS(model, gim_set_int(model, GIM_THREADS, 0), GIM_ERR_OPTION, "threads");
    listener ear = {.stop_at = 1, .answer = -1600};
    from->break_at = 0;
    ck_assert_int_eq(listened_fit(model, from, &ear), -1600);
    ck_assert_msg(strstr(message_of(model), "threads") == NULL, "after a callback failed, the message is still \"%s\"",
                  message_of(model));
    gim_model_free(model);
    source_free(from);
}
END_TEST

/* ---- a model that is being fitted ---- */

/* All that a callback must not do with the model, and what it may. */
static void call_back_into(gim_model *model, source *from)
{
    double value[64] = {0};
    int64_t number;
    size_t rows;
    gim_model *copy;
    gim_environment environment = {.struct_size = sizeof environment};
    gim_data data = {sizeof data, from->K, source_describe, source_read, from};
    CHECK_FAILS(model, gim_fit(model, &data, NULL, NULL), GIM_ERR_BUSY, "being fitted");
    CHECK_FAILS(model, gim_resume(model, &data, NULL, NULL), GIM_ERR_BUSY, "being fitted");
    CHECK_FAILS(model, gim_set_int(model, GIM_SEED, 5), GIM_ERR_BUSY, "being fitted");
    CHECK_FAILS(model, gim_set_real(model, GIM_HELD_OUT, 0.2), GIM_ERR_BUSY, "being fitted");
    CHECK_FAILS(model, gim_set_variable_name(model, 0, "new"), GIM_ERR_BUSY, "being fitted");
    CHECK_FAILS(model, gim_set_feature_name(model, 0, "new"), GIM_ERR_BUSY, "being fitted");
    CHECK_FAILS(model, gim_model_copy(&copy, model), GIM_ERR_BUSY, "being fitted");
    ck_assert_ptr_null(copy);
    CHECK_FAILS(model, gim_sample(model, value, 1, 1, 1, value), GIM_ERR_BUSY, "being fitted");
    CHECK_FAILS(model, gim_targets(model, value, value), GIM_ERR_BUSY, "being fitted");
    CHECK_FAILS(model, gim_effects(model, value, GIM_EFFECT_MEAN, value, value), GIM_ERR_BUSY, "being fitted");
    CHECK_FAILS(model, gim_graph(model, value, NULL), GIM_ERR_BUSY, "being fitted");
    CHECK_FAILS(model, gim_weights(model, value), GIM_ERR_BUSY, "being fitted");
    CHECK_FAILS(model, gim_log_density(model, value, 1, value, 1, value), GIM_ERR_BUSY, "being fitted");
    CHECK_FAILS(model, gim_feature_distance(model, value, value, NULL), GIM_ERR_BUSY, "being fitted");
    CHECK_FAILS(model, gim_report(model, GIM_REPORT_STEP, value), GIM_ERR_BUSY, "being fitted");
    CHECK_FAILS(model, gim_history(model, &rows, NULL, 0), GIM_ERR_BUSY, "being fitted");
    CHECK_FAILS(model, gim_environment_get(model, 0, &environment, NULL), GIM_ERR_BUSY, "being fitted");
    CHECK_FAILS(model, gim_model_save(model, "/tmp/must-not-appear.gim"), GIM_ERR_BUSY, "being fitted");
    ck_assert_uint_eq(gim_environment_count(model), 0);
    ck_assert_uint_eq(gim_variable_count(model), 3);
    ck_assert_str_eq(gim_variable_name(model, 0), "x0");
    CHECK_OK(gim_get_int(model, GIM_SEED, &number));
    ck_assert_int_eq(number, 1);
}

typedef struct intruder {
    gim_model *model;
    source *from;
    size_t calls;
} intruder;

static int intrude_from_data(source *from, void *user)
{
    intruder *mine = user;
    mine->calls++;
    call_back_into(mine->model, from);
    return 0;
}

static int intrude_from_progress(const gim_progress *progress, void *user)
{
    intruder *mine = user;
    (void)progress;
    mine->calls++;
    call_back_into(mine->model, mine->from);
    return 0;
}

START_TEST(a_model_being_fitted_is_busy)
{
    static answers undisturbed, disturbed;
    source *from = small_source(GIM_NONLINEAR, GIM_HARD, 1);
    gim_model *model = quick_model(3, 2, GIM_NONLINEAR, GIM_HARD, 6);
    set_int(model, GIM_MEMORY_BUDGET, 0);
    set_int(model, GIM_CHECK_EVERY, 2);
    fit(model, from);
    answers_of(&undisturbed, model);
    intruder mine = {model, from, 0};
    from->hook = intrude_from_data;
    from->user = &mine;
    gim_data data = source_data(from);
    ck_assert_int_ge(gim_fit(model, &data, intrude_from_progress, &mine), 0);
    ck_assert_uint_eq(mine.calls, 8 + 24 + 4);
    from->hook = NULL;
    answers_of(&disturbed, model);
    ck_assert(answers_equal(&undisturbed, &disturbed));
    CHECK_OK(gim_set_int(model, GIM_SEED, 5)); /* and no longer */
    gim_model_free(model);
    source_free(from);
}
END_TEST

/* Whatever ended the fit, the model is free again. */
START_TEST(a_model_is_not_busy_after_a_failure)
{
    source *from = small_source(GIM_LINEAR, GIM_HARD, 1);
    gim_model *model = quick_model(3, 2, GIM_LINEAR, GIM_HARD, 10);
    gim_data data = source_data(from), bad = data;
    bad.read = NULL;
    for (size_t call = 0; call <= 8; call++) {
        from->break_at = call;
        from->calls = 0;
        from->broken = call % 2 == 0 ? GIM_ERR_BUSY : 1;
        gim_fit(model, &data, NULL, NULL);
        CHECK_OK(gim_set_int(model, GIM_SEED, 5));
        gim_fit(model, &bad, NULL, NULL);
        CHECK_OK(gim_set_int(model, GIM_SEED, 5));
        gim_resume(model, &bad, NULL, NULL);
        CHECK_OK(gim_set_int(model, GIM_SEED, 5));
    }
    gim_model_free(model);
    source_free(from);
}
END_TEST

/* ---- the end of a fit ---- */

START_TEST(the_final_graph_is_acyclic_whatever_happened)
{
    for (uint64_t seed = 1; seed <= 8; seed++) {
        source *from = small_source(GIM_LINEAR, GIM_HARD, seed);
        gim_model *model = quick_model(3, 2, GIM_LINEAR, GIM_HARD, 20);
        unsigned char edge[9];
        double removed, acyclicity;
        set_int(model, GIM_SEED, (int64_t)seed);
        gim_status status = fit(model, from);
        CHECK_OK(gim_graph(model, NULL, edge));
        for (size_t i = 0; i < 3; i++) {
            ck_assert_int_eq(edge[i * 3 + i], 0);
            for (size_t j = 0; j < 3; j++) {
                ck_assert(!(edge[i * 3 + j] && edge[j * 3 + i]));
                for (size_t k = 0; k < 3; k++)
                    ck_assert(!(edge[i * 3 + j] && edge[j * 3 + k] && edge[k * 3 + i]));
            }
        }
        CHECK_OK(gim_report(model, GIM_REPORT_EDGES_REMOVED, &removed));
        CHECK_OK(gim_report(model, GIM_REPORT_ACYCLICITY, &acyclicity));
        ck_assert_int_eq(status, removed > 0 || acyclicity > 0.1 ? GIM_CYCLIC : GIM_OK);
        gim_model_free(model);
        source_free(from);
    }
}
END_TEST

/* A tolerance that no graph exceeds lets only removed edges make a fit cyclic. */
START_TEST(the_tolerance_decides)
{
    source *from = small_source(GIM_LINEAR, GIM_HARD, 1);
    gim_model *model = quick_model(3, 2, GIM_LINEAR, GIM_HARD, 10);
    double removed;
    set_real(model, GIM_TOLERANCE, 0);
    CHECK_STATUS(fit(model, from), GIM_CYCLIC);
    set_real(model, GIM_TOLERANCE, 1);
    set_int(model, GIM_STEPS, 2000);
    set_int(model, GIM_CHECK_EVERY, 100);
    gim_status status = fit(model, from);
    CHECK_OK(gim_report(model, GIM_REPORT_EDGES_REMOVED, &removed));
    ck_assert_int_eq(status, removed > 0 ? GIM_CYCLIC : GIM_OK);
    gim_model_free(model);
    source_free(from);
}
END_TEST

/* The objective goes out of bounds: said so, and the model is as it was. */
START_TEST(a_fit_that_diverges)
{
    static answers before, after;
    source *from = small_source(GIM_LINEAR, GIM_HARD, 1);
    gim_model *model = quick_model(3, 2, GIM_LINEAR, GIM_HARD, 20);
    fit(model, from);
    answers_of(&before, model);
    for (size_t r = 0; r < from->n_rows[2]; r++)
        from->x[2][r * 3 + 1] = r % 2 ? 1e38 : -1e38; /* finite, but its square in the model's units is not */
    gim_data data = source_data(from);
    CHECK_FAILS(model, gim_fit(model, &data, NULL, NULL), GIM_ERR_NUMERIC, "step");
    answers_of(&after, model);
    ck_assert(answers_equal(&before, &after));
    gim_model_free(model);
    source_free(from);
}
END_TEST

/* ---- options that have a meaning of their own ---- */

/* Edge probabilities after a few steps. */
static void probabilities(double *p, gim_mechanism mechanism, int64_t rank, gim_option option, double value)
{
    source *from = small_source(mechanism, GIM_HARD, 3);
    gim_model *model = quick_model(3, 2, mechanism, GIM_HARD, 10);
    set_int(model, GIM_RANK, rank);
    set_real(model, option, value);
    fit(model, from);
    CHECK_OK(gim_graph(model, p, NULL));
    gim_model_free(model);
    source_free(from);
}

START_TEST(an_edge_scale_of_0_goes_by_the_rank)
{
    static const struct {
        int64_t rank;
        double scale;
    } same[] = {{0, 0.2}, {20, 0.2}, {40, 0.1}, {400, 0.01}};
    double preset[9], given[9];
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        probabilities(preset, GIM_LINEAR, same[i].rank, GIM_EDGE_SCALE, 0);
        probabilities(given, GIM_LINEAR, same[i].rank, GIM_EDGE_SCALE, same[i].scale);
        ck_assert_mem_eq(preset, given, sizeof preset);
    }
}
END_TEST

START_TEST(the_log_determinant_is_there_unless_zeros_are)
{
    for (int mechanism = 0; mechanism < 3; mechanism++) {
        double with[9], without[9];
        probabilities(with, mechanism, 0, GIM_LOG_DETERMINANT, 1);
        probabilities(without, mechanism, 0, GIM_LOG_DETERMINANT, 0);
        ck_assert_int_eq(memcmp(with, without, sizeof with) == 0, mechanism == GIM_ZERO_INFLATED);
    }
}
END_TEST

int main(void)
{
    t_case cases[] = {{the_data_must_be_complete, 1},
                      {data_that_cannot_be_used_are_named, 1},
                      {a_bad_row_is_named_by_its_own_number, 1},
                      {rows_are_checked_each_time_they_are_read, 1},
                      {data_in_memory_are_read_once, 1},
                      {sufficient_statistics_need_no_memory, 1},
                      {data_past_the_budget_are_read_batch_by_batch, 1},
                      {rows_and_environments_are_reported, 1},
                      {no_more_than_the_asked_share_is_held_out, 1},
                      {progress_comes_at_0_and_after_every_check, 1},
                      {history_is_what_progress_said, 1},
                      {report_and_history_say_what_they_cannot_do, 1},
                      {progress_counts_the_probable_edges, 1},
                      {a_stopped_fit_leaves_a_usable_model, 1},
                      {a_failing_progress_callback, 1},
                      {data_callbacks_break_at_each_call, 2},
                      {data_callbacks_that_stop, 1},
                      {a_callbacks_failure_has_a_message, 1},
                      {a_model_being_fitted_is_busy, 1},
                      {a_model_is_not_busy_after_a_failure, 1},
                      {the_final_graph_is_acyclic_whatever_happened, 1},
                      {the_tolerance_decides, 1},
                      {a_fit_that_diverges, 1},
                      {an_edge_scale_of_0_goes_by_the_rank, 1},
                      {the_log_determinant_is_there_unless_zeros_are, 1}};
    return T_RUN("api_fit", cases);
}
