/* Files of interventional factor models. SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE /* memmem() */
#include <stdio.h>
#include <unistd.h>

#include "ifm_system.h"

static char path[] = "/tmp/test_api_ifm_io.XXXXXX";

static gim_ifm *small_fit(void)
{
    source from;
    gim_ifm_settings settings = settings_of(30);
    settings.hidden = 3;
    settings.networks = GIM_IFM_TABLE;
    open_source(&from, FEW);
    gim_ifm *model = fitted(&settings, &from);
    free(from.x);
    ck_assert_int_eq(gim_ifm_set_variable_name(model, 1, "flow"), GIM_OK);
    ck_assert_int_eq(gim_ifm_set_intervention_name(model, 0, "heat"), GIM_OK);
    ck_assert_int_eq(gim_ifm_set_note(model, "{\"made\": \"by hand\"}"), GIM_OK);
    return model;
}

static void check_same_names(const gim_ifm *a, const gim_ifm *b)
{
    unsigned char variables[2][D], interventions[2][M];
    for (size_t i = 0; i < D; i++)
        ck_assert_str_eq(gim_ifm_variable_name(a, i), gim_ifm_variable_name(b, i));
    for (size_t j = 0; j < M; j++)
        ck_assert_str_eq(gim_ifm_intervention_name(a, j), gim_ifm_intervention_name(b, j));
    ck_assert_str_eq(gim_ifm_note(a), gim_ifm_note(b));
    const gim_ifm_graph *first = gim_ifm_graph_of(a), *second = gim_ifm_graph_of(b);
    ck_assert_uint_eq(gim_ifm_factor_count(first), gim_ifm_factor_count(second));
    for (size_t k = 0; k < gim_ifm_factor_count(first); k++) {
        ck_assert_int_eq(gim_ifm_factor(first, k, variables[0], interventions[0]), GIM_OK);
        ck_assert_int_eq(gim_ifm_factor(second, k, variables[1], interventions[1]), GIM_OK);
        ck_assert(memcmp(variables[0], variables[1], D) == 0 && memcmp(interventions[0], interventions[1], M) == 0);
    }
}

/* What was saved is what is loaded, to the last bit of its answers. */
START_TEST(there_and_back)
{
    enum { N = 50 };
    double x[2][N * D], log_weights[2][N];
    gim_ifm_report reports[2] = {{.struct_size = sizeof *reports}, {.struct_size = sizeof *reports}};
    gim_environment regime = {.struct_size = sizeof regime};
    gim_ifm_sampling sampling = {.struct_size = sizeof sampling};
    size_t levels[M];
    gim_ifm *models[2] = {small_fit(), NULL};
    ck_assert_int_eq(gim_ifm_save(models[0], path), GIM_OK);
    ck_assert_int_eq(gim_ifm_load(&models[1], path, NULL), GIM_OK);
    check_same_names(models[0], models[1]);
    ck_assert_int_eq(gim_ifm_sampling_init(&sampling), GIM_OK);
    sampling.burn = 3;
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(gim_ifm_sample(models[i], regimes[3], &sampling, N, x[i]), GIM_OK);
        ck_assert_int_eq(gim_ifm_log_weights(models[i], regimes[3], 0, x[0], N, log_weights[i], NULL), GIM_OK);
        ck_assert_int_eq(gim_ifm_get_report(models[i], &reports[i]), GIM_OK);
    }
    ck_assert(memcmp(x[0], x[1], sizeof *x) == 0 && memcmp(log_weights[0], log_weights[1], sizeof *log_weights) == 0);
    ck_assert_double_eq(reports[0].held_out, reports[1].held_out);
    ck_assert_int_eq(reports[0].best, reports[1].best);
    ck_assert_uint_eq(reports[0].rows_held_out, reports[1].rows_held_out);
    ck_assert_int_eq(gim_ifm_regime(models[1], 2, &regime, levels), GIM_OK);
    ck_assert_str_eq(regime.name, "second");
    ck_assert(regime.n_rows == FEW && levels[0] == 0 && levels[1] == 1);
    gim_ifm_free(models[0]);
    gim_ifm_free(models[1]);
}
END_TEST

START_TEST(without_a_fit)
{
    gim_ifm *model = new_model(), *loaded;
    ck_assert_int_eq(gim_ifm_save(model, path), GIM_OK);
    ck_assert_int_eq(gim_ifm_load(&loaded, path, NULL), GIM_OK);
    check_same_names(model, loaded);
    ck_assert_uint_eq(gim_ifm_regime_count(loaded), 0);
    gim_ifm_free(model);
    gim_ifm_free(loaded);
}
END_TEST

/* A field of Markov, without interventions: one regime. */
static int describe_one(size_t env, gim_environment *environment, double *levels, void *user)
{
    (void)env;
    (void)levels;
    environment->n_rows = ((const source *)user)->rows;
    return 0;
}

START_TEST(without_interventions)
{
    const unsigned char variables[D] = {1, 1, 1};
    double x[2 * D];
    source from;
    gim_ifm_graph *graph;
    gim_ifm *model, *loaded;
    gim_ifm_settings settings = settings_of(20);
    open_source(&from, FEW);
    gim_data data = {sizeof data, 1, describe_one, read_rows, &from};
    ck_assert_int_eq(gim_ifm_graph_new(&graph, D, 0, NULL, NULL), GIM_OK);
    ck_assert_int_eq(gim_ifm_graph_add_factor(graph, variables, NULL), GIM_OK);
    ck_assert_int_eq(gim_ifm_new(&model, graph, NULL), GIM_OK);
    ck_assert_int_eq(gim_ifm_fit(model, &settings, &data, NULL, NULL), GIM_OK);
    ck_assert_int_eq(gim_ifm_save(model, path), GIM_OK);
    ck_assert_int_eq(gim_ifm_load(&loaded, path, NULL), GIM_OK);
    ck_assert_int_eq(gim_ifm_sample(loaded, NULL, NULL, 2, x), GIM_OK);
    gim_ifm_free(model);
    gim_ifm_free(loaded);
    gim_ifm_graph_free(graph);
    free(from.x);
}
END_TEST

/* Each kind says of the other what it is. */
START_TEST(the_other_kind)
{
    gim_model *model;
    gim_ifm *other;
    char text[2560];
    ck_assert_int_eq(gim_model_new(&model, 3, 2, NULL), GIM_OK);
    ck_assert_int_eq(gim_model_save(model, path), GIM_OK);
    gim_model_free(model);
    ck_assert_int_eq(gim_ifm_load(&other, path, NULL), GIM_ERR_FORMAT);
    ck_says(other, "is a generative intervention model, which gim_model_load() reads");
    gim_ifm_free(other);
    other = new_model();
    ck_assert_int_eq(gim_ifm_save(other, path), GIM_OK);
    gim_ifm_free(other);
    ck_assert_int_eq(gim_model_load(&model, path, NULL), GIM_ERR_FORMAT);
    gim_message(model, text, sizeof text);
    ck_assert_msg(strstr(text, "is an interventional factor model, which gim_ifm_load() reads") != NULL, "%s", text);
    gim_model_free(model);
}
END_TEST

static size_t read_file(unsigned char *bytes, size_t most)
{
    FILE *file = fopen(path, "rb");
    size_t n = fread(bytes, 1, most, file);
    fclose(file);
    return n;
}

static void write_file(const unsigned char *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    ck_assert_uint_eq(fwrite(bytes, 1, n, file), n);
    fclose(file);
}

/* A byte that is changed, anywhere, or an end that is missing, is noticed: all answers are refusals with a reason. */
START_TEST(damage)
{
    static unsigned char bytes[1 << 16];
    gim_ifm *model = small_fit(), *loaded;
    ck_assert_int_eq(gim_ifm_save(model, path), GIM_OK);
    gim_ifm_free(model);
    size_t n = read_file(bytes, sizeof bytes);
    ck_assert_uint_lt(n, sizeof bytes);
    for (size_t i = (size_t)_i; i < n; i += 101) {
        bytes[i] ^= 0x11;
        write_file(bytes, n);
        bytes[i] ^= 0x11;
        gim_status status = gim_ifm_load(&loaded, path, NULL);
        /* the spaces that end the header, and the version of the library that wrote it, may be others */
        ck_assert_msg(status < 0 || gim_ifm_regime_count(loaded) == T, "byte %zu", i);
        ck_assert(status == GIM_OK || message(loaded)[0] != '\0');
        gim_ifm_free(loaded);
        write_file(bytes, i);
        ck_assert_int_lt(gim_ifm_load(&loaded, path, NULL), 0);
        gim_ifm_free(loaded);
    }
}
END_TEST

/* A file that was changed by somebody who took the checksum out: from this text to that, of the same length. */
static const struct change {
    const char *from, *to, *said;
} changes[] = {{"\\\"hidden\\\":3", "\\\"hidden\\\":9", "network.values"},
               {"\\\"grid\\\":20", "\\\"grid\\\":-1", "grid"},
               {"\\\"flow\\\"", "\\\"x0\\\"  ", "two variables are called \"x0\""},
               {"\\\"stopped\\\"", "\\\"dropped\\\"", "stopped"},
               {"\"format_version\":\"1\"", "\"format_version\":\"7\"", "format version 7"},
               {"graph.levels", "graph.lovels", "graph.lovels"}};
enum { CHANGES = sizeof changes / sizeof *changes };

static void replace_text(unsigned char *bytes, size_t n, const char *from, const char *to)
{
    size_t length = strlen(from);
    unsigned char *found = memmem(bytes, n, from, length);
    ck_assert_msg(found != NULL && strlen(to) == length, "%s", from);
    memcpy(found, to, length);
}

START_TEST(forged)
{
    static unsigned char bytes[1 << 16];
    gim_ifm *model = small_fit(), *loaded;
    ck_assert_int_eq(gim_ifm_save(model, path), GIM_OK);
    gim_ifm_free(model);
    size_t n = read_file(bytes, sizeof bytes);
    unsigned char *checksum = memmem(bytes, n, ",\"checksum\":\"", 13);
    ck_assert_ptr_nonnull(checksum);
    memset(checksum, ' ', 13 + 8 + 1);
    write_file(bytes, n);
    ck_assert_int_eq(gim_ifm_load(&loaded, path, NULL), GIM_OK);
    gim_ifm_free(loaded);
    replace_text(bytes, n, changes[_i].from, changes[_i].to);
    write_file(bytes, n);
    ck_assert_int_lt(gim_ifm_load(&loaded, path, NULL), 0);
    ck_says(loaded, changes[_i].said);
    gim_ifm_free(loaded);
}
END_TEST

START_TEST(no_file)
{
    gim_ifm *loaded, *model = new_model();
    ck_assert_int_eq(gim_ifm_load(&loaded, "/nowhere/at/all", NULL), GIM_ERR_IO);
    ck_says(loaded, "/nowhere/at/all");
    gim_ifm_free(loaded);
    ck_assert_int_eq(gim_ifm_load(&loaded, NULL, NULL), GIM_ERR_ARGUMENT);
    gim_ifm_free(loaded);
    ck_assert_int_eq(gim_ifm_save(model, "/nowhere/at/all"), GIM_ERR_IO);
    ck_assert_int_eq(gim_ifm_save(model, NULL), GIM_ERR_ARGUMENT);
    gim_ifm_free(model);
}
END_TEST

int main(void)
{
    int file = mkstemp(path);
    if (file < 0)
        return 1;
    close(file);
    t_case cases[] = {{there_and_back, 1}, {without_a_fit, 1}, {without_interventions, 1},
                      {the_other_kind, 1}, {damage, 8},        {forged, CHANGES},
                      {no_file, 1}};
    int code = T_RUN("api_ifm_io", cases);
    unlink(path);
    return code;
}
