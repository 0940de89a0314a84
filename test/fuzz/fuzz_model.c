/* Feeds inputs to gim_model_load(). What it takes for a model must answer every question, and come back from a file
 * that it is written to as the same model.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz/files.h"
#include "unit/small_model.h"

enum { ROWS = 3 };

/* Every query; of its answer only that it comes. */
static void ask(gim_model *model)
{
    size_t d = gim_variable_count(model), p = gim_feature_count(model), n = 0;
    double *features = calloc(2 * p, sizeof *features), *x = calloc(ROWS * d + d * d, sizeof *x), value = 0;
    double density[ROWS];
    unsigned char *edges = calloc(d * d, 1);
    gim_environment environment = {.struct_size = sizeof environment};
    need(features != NULL && x != NULL && edges != NULL, "out of memory");
    gim_set_int(model, GIM_THREADS, 1);
    gim_targets(model, features, x);
    for (size_t e = 0; e < gim_effect_count(model); e++)
        gim_effects(model, features, gim_effect_at(model, e), x, x + d);
    gim_graph(model, x, edges);
    gim_weights(model, x);
    gim_sample(model, features, 2, ROWS, 1, x);
    gim_log_density(model, features, 2, x, ROWS, density);
    gim_feature_distance(model, features, &value, NULL);
    gim_history(model, &n, NULL, 0);
    for (gim_report_item item = GIM_REPORT_STATUS; gim_report_name(item) != NULL; item++)
        gim_report(model, item, &value);
    for (size_t k = 0; k < gim_environment_count(model); k++)
        need(gim_environment_get(model, k, &environment, features) == GIM_OK && environment.n_rows > 0,
             "no environment");
    free(features);
    free(x);
    free(edges);
}

/* Saved, loaded and saved again: the same file. */
static void round_trip(gim_model *model)
{
    gim_model *loaded;
    need(gim_model_save(model, first) == GIM_OK, "cannot be saved");
    need(gim_model_load(&loaded, first, NULL) == GIM_OK, "cannot be loaded again");
    need(gim_model_save(loaded, second) == GIM_OK, "cannot be saved again");
    gim_model_free(loaded);
    need(same_files(), "is another model when loaded again");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    gim_model *model;
    make_folder();
    int file = open_input(data, size, path);
    gim_status status = gim_model_load(&model, path, NULL);
    need(model != NULL && (status == GIM_OK || gim_message(model, NULL, 0) > 0), "says nothing");
    if (status == GIM_OK) {
        ask(model);
        round_trip(model);
    }
    gim_model_free(model);
    close(file);
    return 0;
}

/* ---- where to begin ---- */

#ifndef GIM_LIBFUZZER

/* clang-format off */
static const char *const fuzz_words[] = {
    "0", "1", "-1", "3", "4", "18446744073709551615", "9223372036854775807", "4294967296", "1e308", "1e999", "-0.0",
    "0.5", "null", "true", "[]", "{}", "[[", "\"", "\\u0000", "\\ud800", "\\\\\\\"", "\xff", "\xc3\xa4", "\"inf\"",
    "\\\"nan\\\"", "I64", "F64", "F32", "U8", "\"shape\":[0]", "\"data_offsets\":[0,0]", "__metadata__", "GIM_OK",
    "GIM_STOPPED", "linear", "nonlinear", "zero-inflated", "hard", "shift", "graph.edges", "fit.history", "rank", ",",
    ":", "ridge", "nearest", "lower-dose", "baseline.rows", "dose-feature", NULL};
/* clang-format on */

/* Models of all mechanisms: one without a fit, one finished, two in between; and two baselines. Each with and without
 * its checksum. */
static size_t fuzz_seeds(fuzz_input *seeds)
{
    static const int64_t stops[] = {-1, INT64_MAX, 10, 20, INT64_MAX, INT64_MAX};
    size_t n = 0;
    make_folder();
    for (size_t i = 0; i < 6; i++) {
        int64_t stop = stops[i];
        gim_model *model = small_model((gim_mechanism)(i % 3), (gim_intervention)(i % 2), GIM_PER_ENVIRONMENT);
        gim_set_int(model, GIM_STEPS, 25);
        gim_set_int(model, GIM_METHOD, i < 4 ? GIM_METHOD_MODEL : i == 4 ? GIM_METHOD_LOWER_DOSE : GIM_METHOD_RIDGE);
        gim_set_int(model, GIM_DOSE_FEATURE, 1);
        need(stop < 0 || gim_fit(model, &small_data, small_stop, &stop) >= 0, "cannot be fitted");
        need(gim_model_save(model, first) == GIM_OK, "cannot be saved");
        gim_model_free(model);
        seeds[n++] = read_input(first);
        seeds[n++] = without_checksum(read_input(first));
    }
    return n;
}

#endif
