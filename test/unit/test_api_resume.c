/* A fit that is stopped and resumed comes to the numbers of an uninterrupted one, bit for bit.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <unistd.h>

#include "property/systems.h"

enum { STEPS = 30, CHECK = 10 };

/* The forms that take different ways through a fit: with and without sufficient statistics, each expectation over
 * draws. */
typedef struct form {
    gim_mechanism mechanism;
    gim_intervention intervention;
    gim_marginal marginal;
} form;

static const form forms[] = {{GIM_LINEAR, GIM_HARD, GIM_PER_ENVIRONMENT},
                             {GIM_LINEAR, GIM_SHIFT, GIM_PER_SAMPLE},
                             {GIM_NONLINEAR, GIM_HARD, GIM_PER_DATASET},
                             {GIM_NONLINEAR, GIM_SHIFT, GIM_PER_ENVIRONMENT},
                             {GIM_ZERO_INFLATED, GIM_HARD, GIM_PER_ENVIRONMENT},
                             {GIM_ZERO_INFLATED, GIM_SHIFT, GIM_PER_SAMPLE}};
enum { FORMS = sizeof forms / sizeof *forms };

static gim_model *model_of(const form *wanted, int threads, int budget)
{
    gim_model *model = quick_model(3, 2, wanted->mechanism, wanted->intervention, STEPS);
    set_int(model, GIM_MARGINAL, wanted->marginal);
    set_int(model, GIM_THREADS, threads);
    set_int(model, GIM_MEMORY_BUDGET, budget);
    set_int(model, GIM_CHECK_EVERY, CHECK);
    return model;
}

static int stop_at_step(const gim_progress *progress, void *user)
{
    return progress->step >= *(int64_t *)user;
}

static int stop_always(const gim_progress *progress, void *user)
{
    (void)progress;
    (void)user;
    return 1;
}

static void check_equal_answers(const answers *a, const answers *b, const char *what, int64_t at)
{
    ck_assert_msg(a->n == b->n, "%s %lld: %zu answers and %zu", what, (long long)at, a->n, b->n);
    for (size_t i = 0; i < a->n; i++)
        ck_assert_msg(memcmp(&a->value[i], &b->value[i], sizeof(double)) == 0,
                      "%s %lld: answer %zu of %zu is %.17g, was %.17g", what, (long long)at, i, a->n, a->value[i],
                      b->value[i]);
}

/* The uninterrupted fit, on one thread, in memory. */
static gim_status whole_fit(answers *whole, const form *wanted, source *from)
{
    gim_model *model = model_of(wanted, 1, 1);
    gim_status status = fit(model, from);
    answers_of(whole, model);
    gim_model_free(model);
    return status;
}

/* Threads and memory budget of the fit that is stopped, and of the one that resumes. */
static const int ways[][4] = {{1, 1, 2, 0}, {2, 0, 1, 1}, {1, 0, 4, 1}};

static void check_stop(int64_t stop, const form *wanted)
{
    static answers whole, resumed;
    source *from = small_source(wanted->mechanism, wanted->intervention, 1);
    gim_status status = whole_fit(&whole, wanted, from);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        gim_model *model = model_of(wanted, ways[i][0], ways[i][1]);
        gim_data data = source_data(from);
        gim_status first = gim_fit(model, &data, stop_at_step, &stop);
        ck_assert_int_eq(first, stop < STEPS ? GIM_STOPPED : status);
        set_int(model, GIM_THREADS, ways[i][2]);
        set_int(model, GIM_MEMORY_BUDGET, ways[i][3]);
        ck_assert_int_eq(gim_resume(model, &data, NULL, NULL), status);
        answers_of(&resumed, model);
        check_equal_answers(&resumed, &whole, "stopped at step", stop);
        gim_model_free(model);
    }
    source_free(from);
}

START_TEST(stopped_at_a_check)
{
    for (int64_t stop = CHECK; stop <= STEPS; stop += CHECK)
        check_stop(stop, &forms[_i]);
}
END_TEST

START_TEST(stopped_at_the_start)
{
    check_stop(0, &forms[_i]);
}
END_TEST

/* Again and again: each run goes on for one check. */
static int stop_at_second_call(const gim_progress *progress, void *user)
{
    (void)progress;
    return ++*(int *)user == 2;
}

START_TEST(stopped_at_every_check)
{
    static answers whole, resumed;
    const form *wanted = &forms[_i];
    source *from = small_source(wanted->mechanism, wanted->intervention, 1);
    gim_status status = whole_fit(&whole, wanted, from), now;
    gim_model *model = model_of(wanted, 1, 0);
    gim_data data = source_data(from);
    int calls = 0, runs = 1;
    now = gim_fit(model, &data, stop_at_second_call, &calls);
    for (; now == GIM_STOPPED && runs < 10; runs++) {
        calls = 0;
        now = gim_resume(model, &data, stop_at_second_call, &calls);
    }
    ck_assert_int_eq(now, status);
    ck_assert_int_eq(runs, STEPS / CHECK);
    answers_of(&resumed, model);
    check_equal_answers(&resumed, &whole, "runs", runs);
    gim_model_free(model);
    source_free(from);
}
END_TEST

/* A callback of the data stops in the middle of a step. */
START_TEST(stopped_within_a_step)
{
    static answers whole, resumed;
    const form *wanted = &forms[3];
    source *from = small_source(wanted->mechanism, wanted->intervention, 1);
    gim_status status = whole_fit(&whole, wanted, from);
    for (size_t call = 13; call <= 8 + 4 * STEPS; call += 7) {
        gim_model *model = model_of(wanted, 1, 0);
        gim_data data = source_data(from);
        from->calls = 0;
        from->break_at = call;
        from->broken = 1;
        CHECK_STATUS(gim_fit(model, &data, NULL, NULL), GIM_STOPPED);
        from->calls = 0; /* stops the run that resumes, too, while it reads the data: nothing is lost */
        from->break_at = 6;
        CHECK_STATUS(gim_resume(model, &data, NULL, NULL), GIM_STOPPED);
        from->break_at = 0;
        ck_assert_int_eq(gim_resume(model, &data, NULL, NULL), status);
        answers_of(&resumed, model);
        check_equal_answers(&resumed, &whole, "stopped at call", (int64_t)call);
        gim_model_free(model);
    }
    source_free(from);
}
END_TEST

/* A copy of a stopped model goes on as well, and the original is not moved by it. */
START_TEST(a_copy_resumes)
{
    static answers whole, before, after;
    const form *wanted = &forms[_i];
    source *from = small_source(wanted->mechanism, wanted->intervention, 1);
    gim_status status = whole_fit(&whole, wanted, from);
    gim_model *model = model_of(wanted, 1, 1), *copy;
    gim_data data = source_data(from);
    int64_t stop = 20;
    CHECK_STATUS(gim_fit(model, &data, stop_at_step, &stop), GIM_STOPPED);
    answers_of(&before, model);
    CHECK_OK(gim_model_copy(&copy, model));
    ck_assert_int_eq(gim_resume(copy, &data, NULL, NULL), status);
    answers_of(&after, copy);
    check_equal_answers(&after, &whole, "copy", 0);
    answers_of(&after, model);
    check_equal_answers(&after, &before, "original", 0);
    gim_model_free(model);
    gim_model_free(copy);
    source_free(from);
}
END_TEST

/* Stopped, saved, loaded and resumed. */
START_TEST(a_file_resumes)
{
    static answers whole, before, after;
    const form *wanted = &forms[_i];
    char path[] = "/tmp/gim-resume-XXXXXX";
    source *from = small_source(wanted->mechanism, wanted->intervention, 1);
    gim_status status = whole_fit(&whole, wanted, from);
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
    for (int64_t stop = 0; stop < STEPS; stop += CHECK) {
        gim_model *model = model_of(wanted, 1, 1), *loaded;
        gim_data data = source_data(from);
        CHECK_STATUS(gim_fit(model, &data, stop_at_step, &stop), GIM_STOPPED);
        CHECK_OK(gim_model_save(model, path));
        CHECK_OK(gim_model_load(&loaded, path, NULL));
        answers_of(&before, model);
        answers_of(&after, loaded);
        check_equal_answers(&after, &before, "loaded at step", stop);
        gim_model_free(model);
        ck_assert_int_eq(gim_resume(loaded, &data, NULL, NULL), status);
        answers_of(&after, loaded);
        check_equal_answers(&after, &whole, "loaded and resumed at step", stop);
        CHECK_OK(gim_model_save(loaded, path)); /* complete now: as good when it is loaded again */
        gim_model_free(loaded);
        CHECK_OK(gim_model_load(&loaded, path, NULL));
        answers_of(&after, loaded);
        check_equal_answers(&after, &whole, "loaded again", stop);
        ck_assert_int_eq(gim_resume(loaded, &data, NULL, NULL), status);
        gim_model_free(loaded);
    }
    unlink(path);
    source_free(from);
}
END_TEST

/* ---- what cannot be resumed ---- */

START_TEST(nothing_to_resume)
{
    source *from = small_source(GIM_LINEAR, GIM_HARD, 1);
    gim_model *model = model_of(&forms[0], 1, 1);
    gim_data data = source_data(from);
    CHECK_FAILS(model, gim_resume(model, &data, NULL, NULL), GIM_ERR_STATE, "gim_fit");
    ck_assert_uint_eq(from->calls, 0);
    gim_model_free(model);
    source_free(from);
}
END_TEST

START_TEST(a_complete_fit_is_left_alone)
{
    static answers before, after;
    source *from = small_source(GIM_LINEAR, GIM_HARD, 1);
    gim_model *model = model_of(&forms[0], 1, 1);
    gim_status status = fit(model, from);
    answers_of(&before, model);
    gim_data data = source_data(from);
    source_forget(from);
    ck_assert_int_eq(gim_resume(model, &data, stop_always, NULL), status);
    ck_assert_uint_eq(from->calls, 0);
    answers_of(&after, model);
    ck_assert(answers_equal(&before, &after));
    gim_model_free(model);
    source_free(from);
}
END_TEST

static void fewer_rows(source *from)
{
    from->n_rows[2]--;
}

static void fewer_environments(source *from)
{
    from->K--;
}

static void other_feature(source *from)
{
    from->features[1][1] += 1e-9;
}

static void other_flag(source *from)
{
    from->observational[1] = 1;
}

static void other_control_value(source *from)
{
    from->x[0][5] += 0.001;
}

static void other_perturbed_value(source *from)
{
    from->x[2][5] += 0.5;
}

static void swapped_rows(source *from)
{
    for (size_t j = 0; j < 3; j++) {
        double value = from->x[2][3 * 3 + j];
        from->x[2][3 * 3 + j] = from->x[2][40 * 3 + j];
        from->x[2][40 * 3 + j] = value;
    }
}

static void swapped_environments(source *from)
{
    double *first = from->x[1];
    from->x[1] = from->x[2];
    from->x[2] = first;
}

/* The same when the stopped fit comes from a file. */
static void check_refused_by_file(const gim_model *model, source *other)
{
    char path[] = "/tmp/gim-resume-XXXXXX";
    gim_model *loaded;
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
    CHECK_OK(gim_model_save(model, path));
    CHECK_OK(gim_model_load(&loaded, path, NULL));
    unlink(path);
    gim_data others = source_data(other);
    CHECK_FAILS(loaded, gim_resume(loaded, &others, NULL, NULL), GIM_ERR_DATA, "data");
    gim_model_free(loaded);
}

static void check_other_data(void (*change)(source *), const form *wanted)
{
    static answers before, after, whole, resumed;
    source *from = small_source(wanted->mechanism, wanted->intervention, 1), *other;
    gim_model *model = model_of(wanted, 1, 1);
    gim_data data, others;
    int64_t stop = 10;
    from->n_rows[2] = from->n_rows[1];   /* two of equal size */
    for (size_t k = 0; k < from->K; k++) /* round numbers, which add up the same in any order */
        for (size_t i = 0; i < from->n_rows[k] * 3; i++)
            from->x[k][i] = round(from->x[k][i] * 64) / 64;
    other = source_copy(from);
    change(other);
    whole_fit(&whole, wanted, from);
    data = source_data(from);
    CHECK_STATUS(gim_fit(model, &data, stop_at_step, &stop), GIM_STOPPED);
    answers_of(&before, model);
    others = source_data(other);
    CHECK_FAILS(model, gim_resume(model, &others, NULL, NULL), GIM_ERR_DATA, "data");
    answers_of(&after, model);
    ck_assert(answers_equal(&before, &after));
    check_refused_by_file(model, other);
    data = source_data(from);
    ck_assert_int_ge(gim_resume(model, &data, NULL, NULL), 0);
    answers_of(&resumed, model);
    check_equal_answers(&resumed, &whole, "after a refused resume", 0);
    gim_model_free(model);
    from->K = other->K = 4;
    source_free(from);
    source_free(other);
}

START_TEST(other_data_are_refused)
{
    static void (*const changes[])(source *) = {fewer_rows, fewer_environments, other_feature, other_flag,
                                                other_control_value};
    check_other_data(changes[_i % 5], &forms[_i / 5]);
}
END_TEST

/* The rows that do not set the scale are part of the data, too. */
START_TEST(other_perturbed_rows_are_refused)
{
    static void (*const changes[])(source *) = {other_perturbed_value, swapped_rows, swapped_environments};
    check_other_data(changes[_i % 3], &forms[_i / 3 * 3]);
}
END_TEST

static int fail_now(const gim_progress *progress, void *user)
{
    (void)progress;
    (void)user;
    return -1700;
}

/* A resume that fails leaves the stopped fit, which can be resumed. */
START_TEST(a_failed_resume_changes_nothing)
{
    static answers before, after, whole;
    source *from = small_source(GIM_LINEAR, GIM_HARD, 1);
    gim_model *model = model_of(&forms[0], 1, 1);
    gim_data data = source_data(from);
    int64_t stop = 10;
    whole_fit(&whole, &forms[0], from);
    CHECK_STATUS(gim_fit(model, &data, stop_at_step, &stop), GIM_STOPPED);
    answers_of(&before, model);
    ck_assert_int_eq(gim_resume(model, &data, fail_now, NULL), -1700);
    answers_of(&after, model);
    ck_assert(answers_equal(&before, &after));
    for (from->break_at = 1, from->broken = -9; from->break_at <= 8; from->break_at++) {
        from->calls = 0;
        ck_assert_int_eq(gim_resume(model, &data, NULL, NULL), -9);
    }
    answers_of(&after, model);
    ck_assert(answers_equal(&before, &after));
    from->break_at = 0;
    ck_assert_int_ge(gim_resume(model, &data, NULL, NULL), 0);
    answers_of(&after, model);
    check_equal_answers(&after, &whole, "after failures", 0);
    gim_model_free(model);
    source_free(from);
}
END_TEST

int main(void)
{
    t_case cases[] = {{stopped_at_a_check, FORMS},
                      {stopped_at_the_start, FORMS},
                      {stopped_at_every_check, FORMS},
                      {stopped_within_a_step, 1},
                      {a_copy_resumes, FORMS},
                      {a_file_resumes, FORMS},
                      {nothing_to_resume, 1},
                      {a_complete_fit_is_left_alone, 1},
                      {other_data_are_refused, 10},
                      {other_perturbed_rows_are_refused, 6},
                      {a_failed_resume_changes_nothing, 1}};
    return T_RUN("api_resume", cases);
}
