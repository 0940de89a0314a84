/* gim_model_save() and gim_model_load(): what comes back is what was put in. SPDX-License-Identifier: BSD-3-Clause */
#include <check.h>
#include <jansson.h>
#include <locale.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/model.h"
#include "unit/small_model.h"

enum { ROWS = 5, ALL_MODELS = 18, MOST_BYTES = 1 << 20 };

static char folder[64], path[96], other[96];

static void make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/gim-test-io-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/model.gim", folder);
    snprintf(other, sizeof other, "%s/other.gim", folder);
}

/* Fails where something other than the two files was left behind. */
static void remove_folder(void)
{
    unlink(path);
    unlink(other);
    ck_assert_int_eq(rmdir(folder), 0);
}

static const char *message_of(const gim_model *model)
{
    static char text[600];
    gim_message(model, text, sizeof text);
    return text;
}

static size_t bytes_of(const char *file, unsigned char *bytes)
{
    FILE *stream = fopen(file, "rb");
    ck_assert_ptr_nonnull(stream);
    size_t n = fread(bytes, 1, MOST_BYTES, stream);
    ck_assert(n < MOST_BYTES && feof(stream));
    fclose(stream);
    return n;
}

static void assert_same_file(const char *a, const char *b)
{
    unsigned char *first = malloc(MOST_BYTES), *second = malloc(MOST_BYTES);
    size_t n = bytes_of(a, first);
    ck_assert_uint_eq(bytes_of(b, second), n);
    ck_assert_int_eq(memcmp(first, second, n), 0);
    free(first);
    free(second);
}

static gim_model *load(const char *file)
{
    gim_model *model;
    gim_status status = gim_model_load(&model, file, NULL);
    ck_assert_msg(status == GIM_OK, "%s: %s", gim_status_name(status), message_of(model));
    return model;
}

static gim_model *save_and_load(const gim_model *model)
{
    gim_status status = gim_model_save(model, path);
    ck_assert_msg(status == GIM_OK, "%s: %s", gim_status_name(status), message_of(model));
    return load(path);
}

/* Nothing of a model is lost: written again, it is the same file. */
static void assert_writes_the_same(const gim_model *model)
{
    ck_assert_int_eq(gim_model_save(model, other), GIM_OK);
    assert_same_file(path, other);
}

/* ---- round trips ---- */

static gim_model *any_model(int i)
{
    return small_model((gim_mechanism)(i / 6), (gim_intervention)(i / 3 % 2), (gim_marginal)(i % 3));
}

static void assert_same_head(const gim_model *a, const gim_model *b)
{
    ck_assert_uint_eq(gim_variable_count(a), gim_variable_count(b));
    ck_assert_uint_eq(gim_feature_count(a), gim_feature_count(b));
    for (size_t i = 0; i < gim_variable_count(a); i++)
        ck_assert_str_eq(gim_variable_name(a, i), gim_variable_name(b, i));
    for (size_t i = 0; i < gim_feature_count(a); i++)
        ck_assert_str_eq(gim_feature_name(a, i), gim_feature_name(b, i));
    ck_assert_str_eq(gim_note(a), gim_note(b));
    ck_assert_mem_eq(&a->options, &b->options, sizeof a->options);
}

static void assert_same_answers(const gim_model *a, const gim_model *b)
{
    const double features[] = {0.3, -1.7, 2.5, 0.25}, *f = features;
    double one[ROWS * SMALL_D], two[ROWS * SMALL_D], density_one[ROWS], density_two[ROWS];
    ck_assert_int_eq(gim_sample(a, f, 2, ROWS, 5, one), GIM_OK);
    ck_assert_int_eq(gim_sample(b, f, 2, ROWS, 5, two), GIM_OK);
    ck_assert_mem_eq(one, two, sizeof one);
    ck_assert_int_eq(gim_log_density(a, f, 1, one, ROWS, density_one), GIM_OK);
    ck_assert_int_eq(gim_log_density(b, f, 1, one, ROWS, density_two), GIM_OK);
    ck_assert_mem_eq(density_one, density_two, sizeof density_one);
    ck_assert_int_eq(gim_targets(a, f, one), GIM_OK);
    ck_assert_int_eq(gim_targets(b, f, two), GIM_OK);
    ck_assert_mem_eq(one, two, SMALL_D * sizeof *one);
    for (size_t e = 0; e < gim_effect_count(a); e++) {
        ck_assert_int_eq(gim_effects(a, f, gim_effect_at(a, e), one, one + SMALL_D), GIM_OK);
        ck_assert_int_eq(gim_effects(b, f, gim_effect_at(b, e), two, two + SMALL_D), GIM_OK);
        ck_assert_mem_eq(one, two, 2 * SMALL_D * sizeof *one);
    }
    ck_assert_int_eq(gim_feature_distance(a, f, one, NULL), GIM_OK);
    ck_assert_int_eq(gim_feature_distance(b, f, two, NULL), GIM_OK);
    ck_assert_mem_eq(one, two, sizeof *one);
}

/* Everything that a fit leaves behind, but for the clock. */
static void assert_same_fit(const gim_model *a, const gim_model *b)
{
    size_t n = a->params.size * sizeof(real), d = a->d;
    ck_assert_mem_eq(&a->params, &b->params, sizeof a->params);
    ck_assert_mem_eq(a->fit.values, b->fit.values, n);
    ck_assert_mem_eq(a->fit.edge, b->fit.edge, d * d);
    ck_assert_mem_eq(a->fit.order, b->fit.order, d * sizeof(size_t));
    if (a->fit.status == GIM_STOPPED) {
        ck_assert_mem_eq(a->fit.first, b->fit.first, n);
        ck_assert_mem_eq(a->fit.second, b->fit.second, n);
    }
    ck_assert_int_eq(a->fit.status, b->fit.status);
    ck_assert_uint_eq(a->fit.step, b->fit.step);
    ck_assert_int_eq(a->fit.fixed, b->fit.fixed);
    ck_assert_uint_eq(a->fit.removed, b->fit.removed);
    ck_assert_mem_eq(&a->fit.penalty, &b->fit.penalty, sizeof a->fit.penalty);
    const double some[] = {a->fit.n_rows, a->fit.n_held, a->fit.in_memory, a->fit.fingerprint},
                 same[] = {b->fit.n_rows, b->fit.n_held, b->fit.in_memory, b->fit.fingerprint};
    ck_assert_mem_eq(some, same, sizeof some);
    ck_assert_uint_eq(a->fit.n_history, b->fit.n_history);
    for (size_t i = 0; i < a->fit.n_history * GIM_HISTORY_COLUMNS; i++)
        ck_assert(a->fit.history[i] == b->fit.history[i] || (isnan(a->fit.history[i]) && isnan(b->fit.history[i])));
    ck_assert(gim__training_equal(&a->training, &b->training, a->d, a->p));
    ck_assert_mem_eq(a->training.scaled, b->training.scaled, a->training.K * a->p * sizeof(real));
    for (size_t k = 0; k < a->training.K; k++)
        ck_assert_str_eq(a->training.name[k], b->training.name[k]);
}

START_TEST(unfitted_model_returns)
{
    gim_model *model = any_model(_i);
    ck_assert_int_eq(gim_set_variable_name(model, 0, "\"quoted\" \\ \x01\x7f / \n"), GIM_OK);
    ck_assert_int_eq(gim_set_variable_name(model, 2, "\xf0\x9f\xa6\xa0 \xce\xb3"), GIM_OK);
    ck_assert_int_eq(gim_set_feature_name(model, 1, "__metadata__"), GIM_OK);
    if (_i == 1)
        ck_assert_int_eq(gim_set_note(model, "{\"it\": \"has \\n ends\"}\n\xce\xb3"), GIM_OK);
    for (size_t i = 0; i < gim_option_count(); i++) { /* each option at its highest, in turn with its lowest */
        gim_option option;
        gim_option_kind kind;
        double lowest, highest, preset;
        ck_assert_int_eq(gim_option_at(i, &option), GIM_OK);
        ck_assert_int_eq(gim_option_type(option, &kind), GIM_OK);
        ck_assert_int_eq(gim_option_range(option, &lowest, &highest, &preset), GIM_OK);
        double value = (i + (size_t)_i) % 2 ? highest : lowest;
        ck_assert_int_eq(kind == GIM_REAL ? gim_set_real(model, option, value == 0 ? 0.1 : value)
                                          : gim_set_int(model, option, (int64_t)value),
                         GIM_OK);
    }
    gim_model *loaded = save_and_load(model);
    assert_same_head(model, loaded);
    ck_assert_uint_eq(gim_environment_count(loaded), 0);
    ck_assert_int_eq(gim_targets(loaded, NULL, NULL), GIM_ERR_STATE);
    assert_writes_the_same(loaded);
    gim_model_free(model);
    gim_model_free(loaded);
}
END_TEST

START_TEST(finished_model_returns)
{
    gim_model *model = any_model(_i);
    ck_assert_int_ge(gim_fit(model, &small_data, NULL, NULL), GIM_OK);
    ck_assert_int_ne(model->fit.status, GIM_STOPPED);
    gim_model *loaded = save_and_load(model);
    assert_same_head(model, loaded);
    assert_same_fit(model, loaded);
    assert_same_answers(model, loaded);
    ck_assert_int_eq(gim_resume(loaded, &small_data, NULL, NULL), model->fit.status);
    assert_writes_the_same(loaded);
    gim_model_free(model);
    gim_model_free(loaded);
}
END_TEST

/* Stopped at the start, in the middle, and after the graph was fixed; then saved, loaded, and brought to its end. */
START_TEST(stopped_model_resumes)
{
    static const int64_t stops[] = {0, 10, 20};
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) {
        int64_t stop = stops[i];
        gim_model *model = any_model(_i), *whole = any_model(_i);
        gim_set_int(model, GIM_STEPS, 25);
        gim_set_int(whole, GIM_STEPS, 25);
        ck_assert_int_ge(gim_fit(whole, &small_data, NULL, NULL), GIM_OK);
        ck_assert_int_eq(gim_fit(model, &small_data, small_stop, &stop), GIM_STOPPED);
        gim_model *loaded = save_and_load(model);
        assert_same_fit(model, loaded);
        assert_writes_the_same(loaded);
        ck_assert_int_eq(gim_resume(loaded, &small_data, NULL, NULL), whole->fit.status);
        assert_same_fit(whole, loaded);
        assert_same_answers(whole, loaded);
        gim_model_free(model);
        gim_model_free(whole);
        gim_model_free(loaded);
    }
}
END_TEST

/* Infinity and NaN have a place in the report and the history. */
START_TEST(numbers_that_json_lacks_return)
{
    gim_model *model = any_model(0);
    int64_t stop = 0;
    ck_assert_int_eq(gim_fit(model, &small_data, small_stop, &stop), GIM_STOPPED);
    model->fit.penalty = (gim__penalty){0.1, 1e-300, INFINITY, -INFINITY};
    model->fit.objective = NAN;
    model->fit.history[1] = NAN;
    gim_model *loaded = save_and_load(model);
    ck_assert_mem_eq(&model->fit.penalty, &loaded->fit.penalty, sizeof model->fit.penalty);
    ck_assert(isnan(loaded->fit.objective) && isnan(loaded->fit.history[1]));
    gim_model_free(model);
    gim_model_free(loaded);
}
END_TEST

/* ---- arguments and states ---- */

START_TEST(wrong_arguments_are_refused)
{
    gim_model *model = any_model(0), *loaded = model;
    gim_allocator none = {sizeof none, NULL, NULL, NULL};
    ck_assert_int_eq(gim_model_save(NULL, path), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_model_save(model, NULL), GIM_ERR_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(message_of(model), "path"));
    ck_assert_int_eq(gim_model_load(NULL, path, NULL), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_model_load(&loaded, path, &none), GIM_ERR_ARGUMENT);
    ck_assert_ptr_null(loaded);
    ck_assert_int_eq(gim_model_load(&loaded, NULL, NULL), GIM_ERR_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(message_of(loaded), "path"));
    gim_model_free(loaded);
    gim_model_free(model);
}
END_TEST

/* The handle is there to be asked why, and names the file. */
static void assert_not_read(const char *file, gim_status wanted, const char *why)
{
    gim_model *model = NULL;
    ck_assert_int_eq(gim_model_load(&model, file, NULL), wanted);
    ck_assert_ptr_nonnull(model);
    ck_assert_msg(strstr(message_of(model), why) != NULL, "%s: not \"%s\"", message_of(model), why);
    ck_assert_msg(strncmp(message_of(model), file, strlen(file)) == 0, "%s: not %s", message_of(model), file);
    gim_model_free(model);
}

START_TEST(what_is_no_file_is_not_read)
{
    assert_not_read(path, GIM_ERR_IO, "No such file");
    assert_not_read(folder, GIM_ERR_IO, "is a folder");
    assert_not_read("/dev/null", GIM_ERR_IO, "is a device");
    assert_not_read("/dev/zero", GIM_ERR_IO, "is a device");
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    assert_not_read(path, GIM_ERR_IO, "is a pipe"); /* at once: nobody writes to it */
}
END_TEST

static int save_while_fitting(const gim_progress *progress, void *user)
{
    (void)progress;
    ck_assert_int_eq(gim_model_save(user, path), GIM_ERR_BUSY);
    ck_assert_int_ne(access(path, F_OK), 0);
    return 1;
}

START_TEST(busy_model_is_not_saved)
{
    gim_model *model = any_model(0);
    ck_assert_int_eq(gim_fit(model, &small_data, save_while_fitting, model), GIM_STOPPED);
    ck_assert_ptr_nonnull(strstr(message_of(model), "being fitted"));
    gim_model_free(model);
}
END_TEST

/* What could not be read again is not written. */
START_TEST(unreadable_model_is_not_written)
{
    gim_model *model = any_model(0);
    ck_assert_int_ge(gim_fit(model, &small_data, NULL, NULL), GIM_OK);
    real value = model->fit.values[2];
    model->fit.values[2] = (real)NAN;
    ck_assert_int_eq(gim_model_save(model, path), GIM_ERR_NUMERIC);
    ck_assert_ptr_nonnull(strstr(message_of(model), "param.graph.U"));
    model->fit.values[2] = value;
    model->training.name[1][0] = '\xff';
    ck_assert_int_eq(gim_model_save(model, path), GIM_ERR_DATA);
    ck_assert_ptr_nonnull(strstr(message_of(model), "environment 1"));
    ck_assert_int_ne(access(path, F_OK), 0);
    gim_model_free(model);
}
END_TEST

/* ---- memory ---- */

typedef struct account {
    long left, live; /* allocations until one fails; bytes in use */
} account;

static void *take(size_t size, void *user)
{
    account *mine = user;
    void *memory = mine->left-- == 0 ? NULL : malloc(size);
    mine->live += memory == NULL ? 0 : (long)size;
    return memory;
}

static void give(void *memory, size_t size, void *user)
{
    ((account *)user)->live -= (long)size;
    free(memory);
}

START_TEST(each_allocation_of_loading_fails_once)
{
    gim_model *model = any_model(_i), *loaded;
    int64_t stop = 10;
    ck_assert_int_eq(gim_fit(model, &small_data, small_stop, &stop), GIM_STOPPED);
    ck_assert_int_eq(gim_model_save(model, path), GIM_OK);
    gim_model_free(model);
    gim_status status = GIM_ERR_NOMEM;
    for (long k = 0; status != GIM_OK; k++) {
        account mine = {k, 0};
        const gim_allocator allocator = {sizeof allocator, take, give, &mine};
        status = gim_model_load(&loaded, path, &allocator);
        ck_assert(status == GIM_ERR_NOMEM || (status == GIM_OK && k > 20));
        if (status != GIM_OK && loaded != NULL)
            ck_assert_ptr_nonnull(strstr(message_of(loaded), "out of memory"));
        gim_model_free(loaded);
        ck_assert_int_eq(mine.live, 0);
    }
}
END_TEST

START_TEST(each_allocation_of_saving_fails_once)
{
    account mine = {-1, 0};
    const gim_allocator allocator = {sizeof allocator, take, give, &mine};
    gim_model *model = NULL, *loaded;
    ck_assert_int_eq(gim_model_new(&model, SMALL_D, SMALL_P, &allocator), GIM_OK);
    small_options(model, GIM_NONLINEAR, GIM_HARD, GIM_PER_SAMPLE);
    ck_assert_int_ge(gim_fit(model, &small_data, NULL, NULL), GIM_OK);
    ck_assert_int_eq(gim_model_save(model, path), GIM_OK);
    assert_writes_the_same(model);
    char link[128];
    snprintf(link, sizeof link, "%s/link.gim", folder);
    ck_assert_int_eq(symlink("model.gim", link), 0);
    gim_status status = GIM_ERR_NOMEM;
    long live = mine.live;
    for (long k = 0; status != GIM_OK; k++) {
        mine.left = k;
        status = gim_model_save(model, link);
        ck_assert(status == GIM_ERR_NOMEM || (status == GIM_OK && k > 5));
        ck_assert_int_eq(mine.live, live);
        assert_same_file(path, other);
    }
    mine.left = -1;
    unlink(link);
    ck_assert_int_eq(gim_model_load(&loaded, path, NULL), GIM_OK);
    assert_same_answers(model, loaded);
    gim_model_free(loaded);
    gim_model_free(model);
    ck_assert_int_eq(mine.live, 0);
}
END_TEST

/* jansson's memory comes from malloc; here it has a limit, or fails at the k-th time. Blocks know their size. */
static long json_left = -1, json_live, json_limit = -1;

static void *json_take(size_t size)
{
    size_t *block = NULL;
    if (json_left-- != 0 && (json_limit < 0 || json_live + (long)size <= json_limit))
        block = malloc(sizeof(size_t) * 2 + size);
    if (block == NULL)
        return NULL;
    *block = size;
    json_live += (long)size;
    return block + 2;
}

static void json_give(void *memory)
{
    if (memory == NULL)
        return;
    size_t *block = (size_t *)memory - 2;
    json_live -= (long)*block;
    free(block);
}

/* With ever more memory for JSON, loading is refused for want of memory until it succeeds. */
START_TEST(json_out_of_memory_in_loading)
{
    gim_model *model = any_model(0), *loaded;
    ck_assert_int_ge(gim_fit(model, &small_data, NULL, NULL), GIM_OK);
    ck_assert_int_eq(gim_model_save(model, path), GIM_OK);
    gim_model_free(model);
    json_set_alloc_funcs(json_take, json_give);
    gim_status status = GIM_ERR_NOMEM;
    for (json_limit = 0; status != GIM_OK; json_limit += 97) {
        json_left = -1;
        status = gim_model_load(&loaded, path, NULL);
        ck_assert_msg(status == GIM_ERR_NOMEM || (status == GIM_OK && json_limit > 10000), "with %ld bytes: %d %s",
                      json_limit, status, message_of(loaded));
        gim_model_free(loaded);
        ck_assert_int_eq(json_live, 0);
    }
    json_limit = -1;
    json_set_alloc_funcs(malloc, free);
}
END_TEST

START_TEST(json_out_of_memory_in_saving)
{
    gim_model *model = any_model(0);
    ck_assert_int_ge(gim_fit(model, &small_data, NULL, NULL), GIM_OK);
    ck_assert_int_eq(gim_model_save(model, path), GIM_OK);
    ck_assert_int_eq(gim_model_save(model, other), GIM_OK);
    json_set_alloc_funcs(json_take, json_give);
    gim_status status = GIM_ERR_NOMEM;
    for (long k = 0; status != GIM_OK; k++) {
        json_left = k;
        status = gim_model_save(model, path);
        ck_assert_msg(status == GIM_ERR_NOMEM || (status == GIM_OK && k > 100), "allocation %ld: %d", k, status);
        ck_assert_int_eq(json_live, 0);
        assert_same_file(path, other);
    }
    json_set_alloc_funcs(malloc, free);
    gim_model_free(model);
}
END_TEST

/* ---- locales ---- */

/* Sets a locale that writes numbers in another way, made for this. Returns 0 where that is not possible. */
static int set_locale(const char *name)
{
    char command[256];
    snprintf(command, sizeof command, "localedef -c -i %s -f UTF-8 %s/%s >/dev/null 2>&1", name, folder, name);
    setenv("LOCPATH", folder, 1);
    return system(command) >= 0 && setlocale(LC_ALL, name) != NULL && strcmp(localeconv()->decimal_point, ".") != 0;
}

/* In German a decimal point is a comma; in Pashto it has two bytes, which jansson 2.14 does not survive. */
START_TEST(locale_changes_nothing)
{
    static const char *const names[] = {"de_DE", "ps_AF"};
    char command[128];
    gim_model *model = any_model(0);
    ck_assert_int_ge(gim_fit(model, &small_data, NULL, NULL), GIM_OK);
    ck_assert_int_eq(gim_model_save(model, path), GIM_OK);
    if (set_locale(names[_i])) {
        assert_writes_the_same(model);
        gim_model *loaded = load(other);
        assert_same_fit(model, loaded);
        assert_same_head(model, loaded);
        gim_model_free(loaded);
        ck_assert_str_ne(localeconv()->decimal_point, "."); /* it is as it was */
        setlocale(LC_ALL, "C");
    }
    snprintf(command, sizeof command, "rm -rf %s/%s", folder, names[_i]);
    ck_assert_int_eq(system(command), 0);
    gim_model_free(model);
}
END_TEST

/* ---- a file of an earlier version ---- */

#define GOLDEN "test/golden/model-0.1.0.gim"

/* What libgim 0.1.0 answered on the machine that wrote the file. */
START_TEST(golden_file_is_read)
{
    const double features[] = {1.5, -0.25};
    double target[SMALL_D], probability[SMALL_D * SMALL_D], mean[SMALL_D], density, value, history[60];
    const double x[] = {1.25, 0.5, 4};
#include "golden/model-0.1.0.h"
    size_t n;
    int64_t seed;
    gim_environment environment = {.struct_size = sizeof environment};
    gim_model *model = load(GOLDEN);
    ck_assert_str_eq(gim_variable_name(model, 2), "\xce\xb3-tubulin");
    ck_assert_str_eq(gim_feature_name(model, 0), "dose \"mM\"");
    ck_assert_int_eq(gim_get_int(model, GIM_SEED, &seed), GIM_OK);
    ck_assert_int_eq(seed, 9007199254740992);
    ck_assert_int_eq(gim_get_real(model, GIM_LOG_DETERMINANT, &value), GIM_OK);
    ck_assert_double_eq(value, 0); /* there was none then */
    ck_assert_uint_eq(gim_environment_count(model), SMALL_K);
    ck_assert_int_eq(gim_environment_get(model, 2, &environment, NULL), GIM_OK);
    ck_assert_str_eq(environment.name, "Dosis \xc3\xa4");
    ck_assert_uint_eq(environment.n_rows, SMALL_ROWS + 2);
    ck_assert_int_eq(gim_report(model, GIM_REPORT_STATUS, &value), GIM_OK);
    ck_assert_int_eq((int)value, GIM_STOPPED);
    ck_assert_int_eq(gim_history(model, &n, history, 10), GIM_OK);
    ck_assert_uint_eq(n, 3);
    ck_assert_double_eq(history[GIM_HISTORY_COLUMNS], 5);
    ck_assert_int_eq(gim_targets(model, features, target), GIM_OK);
    ck_assert_int_eq(gim_effects(model, features, GIM_EFFECT_MEAN, mean, NULL), GIM_OK);
    ck_assert_int_eq(gim_graph(model, probability, NULL), GIM_OK);
    ck_assert_int_eq(gim_log_density(model, features, 1, x, 1, &density), GIM_OK);
    for (size_t j = 0; j < SMALL_D; j++) {
        ck_assert_double_eq_tol(target[j], golden_target[j], 1e-5);
        ck_assert_double_eq_tol(mean[j], golden_mean[j], 1e-5);
    }
    for (size_t e = 0; e < SMALL_D * SMALL_D; e++)
        ck_assert_double_eq_tol(probability[e], golden_probability[e], 1e-5);
    ck_assert_double_eq_tol(density, golden_density, 1e-4);
    gim_model_free(model);
}
END_TEST

static void print_numbers(const char *name, const double *number, size_t n)
{
    printf("const double %s[] = {", name);
    for (size_t i = 0; i < n; i++)
        printf("%s%.8g", i ? ", " : "", number[i]);
    printf("};\n");
}

/* test_io --write FILE: writes a golden file, and on standard output the numbers to go with it. */
static int write_golden(const char *file)
{
    const double features[] = {1.5, -0.25}, x[] = {1.25, 0.5, 4};
    double target[SMALL_D], probability[SMALL_D * SMALL_D], mean[SMALL_D], density;
    int64_t stop = 10;
    gim_model *model = small_model(GIM_NONLINEAR, GIM_HARD, GIM_PER_ENVIRONMENT);
    gim_set_variable_name(model, 2, "\xce\xb3-tubulin");
    gim_set_feature_name(model, 0, "dose \"mM\"");
    if (gim_fit(model, &small_data, small_stop, &stop) < 0 || gim_model_save(model, file) != GIM_OK)
        return 1;
    gim_targets(model, features, target);
    gim_effects(model, features, GIM_EFFECT_MEAN, mean, NULL);
    gim_graph(model, probability, NULL);
    gim_log_density(model, features, 1, x, 1, &density);
    printf("/* What libgim %s answered of the model file beside this one; written by test_io --write.\n"
           " * SPDX-License-Identifier: BSD-3-Clause */\n",
           gim_version());
    print_numbers("golden_target", target, SMALL_D);
    print_numbers("golden_mean", mean, SMALL_D);
    print_numbers("golden_probability", probability, SMALL_D * SMALL_D);
    printf("const double golden_density = %.9g;\n", density);
    gim_model_free(model);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return write_golden(argv[2]);
    Suite *suite = suite_create("io");
    TCase *tests = tcase_create("io");
    tcase_add_checked_fixture(tests, make_folder, remove_folder);
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, unfitted_model_returns, 0, 2);
    tcase_add_loop_test(tests, finished_model_returns, 0, ALL_MODELS);
    tcase_add_loop_test(tests, stopped_model_resumes, 0, ALL_MODELS);
    tcase_add_test(tests, numbers_that_json_lacks_return);
    tcase_add_test(tests, wrong_arguments_are_refused);
    tcase_add_test(tests, what_is_no_file_is_not_read);
    tcase_add_test(tests, busy_model_is_not_saved);
    tcase_add_test(tests, unreadable_model_is_not_written);
    tcase_add_loop_test(tests, each_allocation_of_loading_fails_once, 0, 2);
    tcase_add_test(tests, each_allocation_of_saving_fails_once);
    tcase_add_test(tests, json_out_of_memory_in_loading);
    tcase_add_test(tests, json_out_of_memory_in_saving);
    tcase_add_loop_test(tests, locale_changes_nothing, 0, 2);
    tcase_add_test(tests, golden_file_is_read);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
