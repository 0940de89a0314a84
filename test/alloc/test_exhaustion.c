/* Memory runs out: each call is made with its first, second, ... allocation failing, until it needs no more. It says
 * so, leaves the model as it was, and keeps nothing. SPDX-License-Identifier: BSD-3-Clause */
#include <dirent.h>
#include <unistd.h>

#include "property/systems.h"

/* A model, its data, and its memory. */
typedef struct scene {
    t_memory memory;
    gim_model *model, *other; /* other: what a call makes */
    source *from;
    gim_mechanism mechanism;
    gim_intervention intervention;
    int n;                     /* which of several questions */
    char folder[64], path[80]; /* where files go */
} scene;

typedef gim_status (*operation)(scene *at);

static gim_status new_model(scene *at)
{
    return gim_model_new(&at->other, 3, 2, &at->memory.allocator);
}

static gim_status name_variable(scene *at)
{
    return gim_set_variable_name(at->model, 1, at->n++ % 2 ? "a name" : "another, longer name");
}

static gim_status name_feature(scene *at)
{
    return gim_set_feature_name(at->model, 1, at->n++ % 2 ? "a name" : "another, longer name");
}

static gim_status set_note(scene *at)
{
    return gim_set_note(at->model, at->n++ % 2 ? "a note" : "another, longer note");
}

static gim_status fit_model(scene *at)
{
    gim_data data = source_data(at->from);
    return gim_fit(at->model, &data, NULL, NULL);
}

static int stop_at_5(const gim_progress *progress, void *user)
{
    (void)user;
    return progress->step >= 5;
}

static gim_status fit_half(scene *at)
{
    gim_data data = source_data(at->from);
    return gim_fit(at->model, &data, stop_at_5, NULL);
}

static gim_status resume_model(scene *at)
{
    gim_data data = source_data(at->from);
    return gim_resume(at->model, &data, NULL, NULL);
}

static gim_status copy_model(scene *at)
{
    return gim_model_copy(&at->other, at->model);
}

static const double features[4] = {1, 0, 0, 2};

static gim_status sample_rows(scene *at)
{
    double x[600 * 3];
    return gim_sample(at->model, features, (size_t)at->n, 600, 1, x);
}

static gim_status ask_targets(scene *at)
{
    double probability[3];
    return gim_targets(at->model, features, probability);
}

static gim_status ask_effects(scene *at)
{
    double mean[3];
    return gim_effects(at->model, features, GIM_EFFECT_MEAN, mean, NULL);
}

static gim_status ask_graph(scene *at)
{
    double probability[9];
    return gim_graph(at->model, probability, NULL);
}

static gim_status ask_weights(scene *at)
{
    double weight[9];
    return gim_weights(at->model, weight);
}

static gim_status ask_density(scene *at)
{
    double x[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9}, density[3];
    return gim_log_density(at->model, features, (size_t)at->n, x, 3, density);
}

static gim_status ask_distance(scene *at)
{
    double distance;
    return gim_feature_distance(at->model, features, &distance, NULL);
}

static const double judged[18] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 4};

static gim_status score_rows(scene *at)
{
    double score;
    return gim_score_samples((gim_metric)at->n, judged, 9, judged + 4, 7, 2, &at->memory.allocator, &score);
}

static gim_status cover_rows(scene *at)
{
    double coverage[2];
    return gim_coverage(judged, 9, judged + 4, 7, 2, 0.9, &at->memory.allocator, coverage);
}

static gim_status compare_graphs(scene *at)
{
    static const unsigned char estimate[9] = {0, 1, 1}, truth[9] = {0, 1, 0, 0, 0, 1};
    gim_graph_scores scores = {.struct_size = sizeof scores};
    return gim_compare_graphs(estimate, truth, 3, &at->memory.allocator, &scores);
}

static gim_status average_precision(scene *at)
{
    static const unsigned char truth[18] = {1, 0, 1};
    double value;
    return gim_average_precision(judged, truth, 18, &at->memory.allocator, &value);
}

static gim_status save_model(scene *at)
{
    return gim_model_save(at->model, at->path);
}

static gim_status load_model(scene *at)
{
    return gim_model_load(&at->other, at->path, &at->memory.allocator);
}

/* ---- one call, with each of its allocations failing ---- */

static int is_fitted(const gim_model *model)
{
    double value;
    return gim_report(model, GIM_REPORT_STEP, &value) == GIM_OK;
}

/* Runs the call with its k-th allocation failing. Returns whether it failed so. */
static int fails_at(scene *at, operation call, size_t k, const char *name)
{
    size_t bytes = at->memory.bytes, blocks = at->memory.blocks;
    at->memory.calls = 0;
    at->memory.fail_at = k;
    gim_status status = call(at);
    at->memory.fail_at = 0;
    ck_assert_msg(!at->memory.wrong, "%s: memory given back with another size", name);
    if (at->memory.calls < k) {
        ck_assert_msg(status >= 0, "%s: %s, though no allocation failed", name, gim_status_name(status));
        return 0;
    }
    ck_assert_msg(status == GIM_ERR_NOMEM, "%s, allocation %zu: %s", name, k, gim_status_name(status));
    if (call == load_model && at->other != NULL) { /* to be asked, and to be freed */
        ck_assert_msg(strstr(message_of(at->other), "memory") != NULL, "%s, allocation %zu: %s", name, k,
                      message_of(at->other));
        ck_assert(!is_fitted(at->other));
        gim_model_free(at->other);
        at->other = NULL;
    }
    ck_assert_msg(at->memory.bytes == bytes && at->memory.blocks == blocks, "%s, allocation %zu: %zu bytes are kept",
                  name, k, at->memory.bytes - bytes);
    ck_assert_msg(at->other == NULL, "%s: allocation %zu", name, k);
    return 1;
}

static void exhaust(scene *at, operation call, const char *name)
{
    static answers before, after;
    int fitted = at->model != NULL && is_fitted(at->model);
    size_t k = 1;
    char names[2][32];
    if (fitted)
        answers_of(&before, at->model);
    if (at->model != NULL)
        snprintf(names[0], sizeof names[0], "%.20s %.8s", gim_variable_name(at->model, 1),
                 gim_feature_name(at->model, 1));
    for (;; k++) {
        if (at->model != NULL)
            gim_set_int(at->model, (gim_option)-k, 1); /* the message now says this */
        if (!fails_at(at, call, k, name))
            break;
        if (at->model == NULL)
            continue;
        ck_assert_msg(call == load_model || strstr(message_of(at->model), "memory") != NULL, "%s, allocation %zu: %s",
                      name, k, message_of(at->model));
        snprintf(names[1], sizeof names[1], "%.20s %.8s", gim_variable_name(at->model, 1),
                 gim_feature_name(at->model, 1));
        ck_assert_str_eq(names[0], names[1]);
        ck_assert_int_eq(is_fitted(at->model), fitted);
        if (fitted)
            answers_of(&after, at->model);
        ck_assert_msg(!fitted || answers_equal(&before, &after), "%s, allocation %zu: the model has changed", name, k);
    }
    ck_assert_msg(k > 1, "%s allocates nothing: is it the test's allocator?", name);
    gim_model_free(at->other);
    at->other = NULL;
}

/* ---- scenes ---- */

static void open_scene(scene *at, int i)
{
    *at = (scene){.mechanism = i % 3, .intervention = i / 3, .from = small_source(i % 3, i / 3, 1)};
    t_memory_open(&at->memory, 0);
}

static void make_model(scene *at)
{
    CHECK_OK(gim_model_new(&at->model, 3, 2, &at->memory.allocator));
    set_int(at->model, GIM_MECHANISM, at->mechanism);
    set_int(at->model, GIM_INTERVENTION, at->intervention);
    set_int(at->model, GIM_STEPS, 10);
    set_int(at->model, GIM_CHECK_EVERY, 5);
    set_int(at->model, GIM_WIDTH, 4);
    set_int(at->model, GIM_HIDDEN, 3);
    set_int(at->model, GIM_DRAWS, 2);
}

static void close_scene(scene *at)
{
    gim_model_free(at->model);
    ck_assert_msg(at->memory.bytes == 0 && at->memory.blocks == 0, "%zu bytes in %zu blocks are left", at->memory.bytes,
                  at->memory.blocks);
    ck_assert(!at->memory.wrong);
    source_free(at->from);
}

START_TEST(a_new_model)
{
    scene at;
    open_scene(&at, 0);
    exhaust(&at, new_model, "gim_model_new()");
    close_scene(&at);
}
END_TEST

START_TEST(names)
{
    scene at;
    open_scene(&at, 0);
    make_model(&at);
    for (int i = 0; i < 4; i++) {
        exhaust(&at, name_variable, "gim_set_variable_name()");
        exhaust(&at, name_feature, "gim_set_feature_name()");
        exhaust(&at, set_note, "gim_set_note()");
    }
    close_scene(&at);
}
END_TEST

/* Of each mechanism and intervention, with the rows in memory and not. */
START_TEST(a_fit)
{
    scene at;
    open_scene(&at, _i / 2);
    make_model(&at);
    set_int(at.model, GIM_MEMORY_BUDGET, _i % 2);
    exhaust(&at, fit_model, "first gim_fit()");
    exhaust(&at, fit_model, "second gim_fit()");
    close_scene(&at);
}
END_TEST

START_TEST(a_fit_that_is_stopped_and_resumed)
{
    scene at;
    open_scene(&at, _i);
    make_model(&at);
    exhaust(&at, fit_half, "stopped gim_fit()");
    exhaust(&at, resume_model, "gim_resume()");
    close_scene(&at);
}
END_TEST

START_TEST(copies)
{
    scene at;
    open_scene(&at, _i);
    make_model(&at);
    exhaust(&at, copy_model, "gim_model_copy() without a fit");
    CHECK_STATUS(fit_half(&at), GIM_STOPPED);
    exhaust(&at, copy_model, "gim_model_copy() of a stopped fit");
    ck_assert_int_ge(resume_model(&at), 0);
    exhaust(&at, copy_model, "gim_model_copy() of a fit");
    close_scene(&at);
}
END_TEST

/* ---- files ---- */

static void open_folder(scene *at)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(at->folder, sizeof at->folder, "%.40s/gim-XXXXXX", tmp != NULL ? tmp : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(at->folder));
    snprintf(at->path, sizeof at->path, "%s/model.gim", at->folder);
}

static void close_folder(scene *at)
{
    unlink(at->path);
    ck_assert_msg(rmdir(at->folder) == 0, "something is left in %s", at->folder);
}

static size_t files_in(const char *folder)
{
    size_t n = 0;
    DIR *listing = opendir(folder);
    ck_assert_ptr_nonnull(listing);
    for (struct dirent *entry = readdir(listing); entry != NULL; entry = readdir(listing))
        n += entry->d_name[0] != '.' || (entry->d_name[1] != '\0' && strcmp(entry->d_name, "..") != 0);
    closedir(listing);
    return n;
}

static size_t read_whole(char *content, size_t size, const char *path)
{
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    size_t n = fread(content, 1, size, file);
    fclose(file);
    ck_assert_uint_lt(n, size);
    return n;
}

/* A save that runs out of memory leaves the file that was there, and nothing beside it. */
static void exhaust_save(scene *at)
{
    static char before[1 << 18], after[1 << 18];
    CHECK_OK(gim_model_save(at->model, at->path));
    size_t n = read_whole(before, sizeof before, at->path);
    set_int(at->model, GIM_THREADS, 3); /* so that a file written now would be another */
    for (size_t k = 1; fails_at(at, save_model, k, "gim_model_save()"); k++) {
        ck_assert_uint_eq(files_in(at->folder), 1);
        ck_assert_uint_eq(read_whole(after, sizeof after, at->path), n);
        ck_assert_mem_eq(before, after, n);
    }
    ck_assert_uint_eq(files_in(at->folder), 1);
    ck_assert(read_whole(after, sizeof after, at->path) != n || memcmp(before, after, n) != 0);
    set_int(at->model, GIM_THREADS, 1);
}

START_TEST(files)
{
    scene at;
    open_scene(&at, _i);
    open_folder(&at);
    make_model(&at);
    for (int state = 0; state < 3; state++) { /* not fitted, stopped, complete */
        if (state == 1)
            CHECK_STATUS(fit_half(&at), GIM_STOPPED);
        if (state == 2)
            ck_assert_int_ge(resume_model(&at), 0);
        exhaust(&at, save_model, "gim_model_save()");
        exhaust(&at, load_model, "gim_model_load()");
        exhaust_save(&at);
    }
    close_folder(&at);
    close_scene(&at);
}
END_TEST

START_TEST(questions)
{
    scene at;
    open_scene(&at, _i);
    make_model(&at);
    ck_assert_int_ge(fit_model(&at), 0);
    set_int(at.model, GIM_THREADS, 2);
    for (at.n = 0; at.n <= 2; at.n++) {
        exhaust(&at, sample_rows, "gim_sample()");
        exhaust(&at, ask_density, "gim_log_density()");
    }
    exhaust(&at, ask_targets, "gim_targets()");
    exhaust(&at, ask_effects, "gim_effects()");
    exhaust(&at, ask_graph, "gim_graph()");
    exhaust(&at, ask_distance, "gim_feature_distance()");
    if (at.mechanism == GIM_LINEAR) {
        at.memory.calls = 0;
        CHECK_OK(ask_weights(&at));
    }
    close_scene(&at);
}
END_TEST

/* Each baseline: fitted twice, copied, asked, saved and loaded. */
START_TEST(baselines)
{
    scene at;
    open_scene(&at, 0);
    open_folder(&at);
    make_model(&at);
    set_int(at.model, GIM_METHOD, GIM_METHOD_NO_CHANGE + _i);
    set_int(at.model, GIM_DOSE_FEATURE, 1);
    exhaust(&at, fit_model, "first gim_fit()");
    exhaust(&at, fit_model, "second gim_fit()");
    exhaust(&at, copy_model, "gim_model_copy()");
    for (at.n = 0; at.n <= 2; at.n++)
        exhaust(&at, sample_rows, "gim_sample()");
    exhaust(&at, ask_distance, "gim_feature_distance()");
    exhaust(&at, save_model, "gim_model_save()");
    exhaust(&at, load_model, "gim_model_load()");
    exhaust_save(&at);
    close_folder(&at);
    close_scene(&at);
}
END_TEST

/* Calls without a model: each gives back all it had. */
START_TEST(judging)
{
    scene at;
    open_scene(&at, 0);
    for (at.n = 0; gim_metric_name((gim_metric)at.n) != NULL; at.n++)
        exhaust(&at, score_rows, gim_metric_name((gim_metric)at.n));
    exhaust(&at, cover_rows, "gim_coverage()");
    exhaust(&at, compare_graphs, "gim_compare_graphs()");
    exhaust(&at, average_precision, "gim_average_precision()");
    close_scene(&at);
}
END_TEST

/* ---- all memory there is ---- */

typedef struct limited {
    size_t used, limit;
} limited;

static void *limited_allocate(size_t size, void *user)
{
    limited *mine = user;
    if (size > mine->limit - mine->used)
        return NULL;
    mine->used += size;
    return malloc(size);
}

static void limited_release(void *memory, size_t size, void *user)
{
    ((limited *)user)->used -= size;
    free(memory);
}

/* Forms that ask for more than there is, or than a size_t holds: refused, and a smaller one then is fitted. */
START_TEST(forms_that_are_too_large)
{
    static const struct {
        gim_option option;
        int64_t value;
    } large[] = {{GIM_WIDTH, 4096},  {GIM_RANK, 4096},    {GIM_DRAWS, 4096},      {GIM_BATCH_ROWS, 1000000},
                 {GIM_HIDDEN, 1024}, {GIM_THREADS, 1024}, {GIM_POWER_STEPS, 1000}};
    for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
        limited mine = {.limit = 600000};
        gim_allocator allocator = {sizeof allocator, limited_allocate, limited_release, &mine};
        source *from = small_source(GIM_NONLINEAR, GIM_HARD, 1);
        scene at = {.from = from, .mechanism = GIM_NONLINEAR};
        int64_t before;
        at.memory.allocator = allocator;
        make_model(&at);
        size_t used = mine.used;
        CHECK_OK(gim_get_int(at.model, large[i].option, &before));
        set_int(at.model, GIM_DRAWS, 16);
        set_int(at.model, large[i].option, large[i].value);
        if (large[i].option == GIM_POWER_STEPS || large[i].option == GIM_HIDDEN)
            set_int(at.model, GIM_DRAWS, 256);
        gim_data data = source_data(from);
        CHECK_FAILS(at.model, gim_fit(at.model, &data, NULL, NULL), GIM_ERR_NOMEM, "memory");
        ck_assert_uint_eq(mine.used, used);
        set_int(at.model, large[i].option, before);
        set_int(at.model, GIM_DRAWS, 2);
        mine.limit = 64 << 20;
        ck_assert_int_ge(gim_fit(at.model, &data, NULL, NULL), 0);
        gim_model_free(at.model);
        ck_assert_uint_eq(mine.used, 0);
        source_free(from);
    }
}
END_TEST

/* An environment that says it has more rows than memory can index. */
static int describe_vast(size_t env, gim_environment *environment, double *values, void *user)
{
    (void)user;
    environment->n_rows = env == 0 ? 50 : SIZE_MAX / 2;
    environment->observational = env == 0;
    values[0] = values[1] = (double)env;
    return 0;
}

static int read_nothing(size_t env, const size_t *rows, size_t n_rows, double *x, void *user)
{
    (void)rows;
    (void)user;
    for (size_t i = 0; i < 3 * n_rows; i++)
        x[i] = (double)(i % 7);
    return env == 0 ? 0 : -1800; /* enough: asked for rows of the vast one */
}

START_TEST(vast_environments)
{
    for (int mechanism = GIM_LINEAR; mechanism <= GIM_NONLINEAR; mechanism++) {
        scene at;
        open_scene(&at, mechanism);
        make_model(&at);
        gim_data data = {sizeof data, 2, describe_vast, read_nothing, NULL};
        gim_status status = gim_fit(at.model, &data, NULL, NULL);
        ck_assert_msg(status == -1800 || status == GIM_ERR_NOMEM || status == GIM_ERR_DATA, "%s",
                      gim_status_name(status));
        ck_assert(!is_fitted(at.model));
        close_scene(&at);
    }
}
END_TEST

int main(void)
{
    t_case cases[] = {{a_new_model, 1},      {names, 1},
                      {a_fit, 12},           {a_fit_that_is_stopped_and_resumed, 6},
                      {copies, 6},           {files, 6},
                      {questions, 6},        {baselines, 8},
                      {judging, 1},          {forms_that_are_too_large, 1},
                      {vast_environments, 1}};
    return T_RUN("exhaustion", cases);
}
