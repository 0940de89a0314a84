/* Feeds inputs to gim_ifm_load(). What it takes for a model must answer every question, and come back from a file that
 * it is written to as the same model. SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz/files.h"
#include "unit/ifm_system.h"

enum { N = 2, MOST_WORK = 100000 };

static void ask_about(const gim_ifm *model, const size_t *levels, double *x, double *log_weights)
{
    gim_ifm_sampling sampling = {.struct_size = sizeof sampling};
    gim_ifm_sampling_init(&sampling);
    sampling.chains = 1;
    sampling.burn = 0;
    sampling.thin = 1;
    sampling.grid = 4;
    sampling.force = 1;
    gim_status status = gim_ifm_sample(model, levels, &sampling, N, x);
    need(status == GIM_OK || gim_ifm_message(model, NULL, 0) > 0, "does not say why there is no sample");
    if (status == GIM_OK)
        gim_ifm_log_weights(model, levels, 1, x, N, log_weights, NULL);
    gim_ifm_log_weights(model, levels, 0, x, N, log_weights, NULL);
}

/* Every query; of its answer only that it comes. Models too large to be asked often are only taken apart. */
static void ask(const gim_ifm *model)
{
    gim_environment regime = {.struct_size = sizeof regime};
    gim_ifm_report report = {.struct_size = sizeof report};
    gim_ifm_settings settings = {.struct_size = sizeof settings};
    size_t d = 0, m = 0, n_regimes = gim_ifm_regime_count(model);
    while (gim_ifm_variable_name(model, d) != NULL)
        d++;
    while (gim_ifm_intervention_name(model, m) != NULL)
        m++;
    if (d * gim_ifm_factor_count(gim_ifm_graph_of(model)) > MOST_WORK)
        return;
    size_t *levels = calloc(m + 1, sizeof *levels);
    double *x = calloc(N * d, sizeof *x), log_weights[N];
    need(levels != NULL && x != NULL && gim_ifm_note(model) != NULL, "out of memory");
    for (size_t t = 0; t < n_regimes; t++) {
        need(gim_ifm_regime(model, t, &regime, levels) == GIM_OK && regime.n_rows > 0, "no regime");
        ask_about(model, levels, x, log_weights);
    }
    need((gim_ifm_get_report(model, &report) == GIM_OK) == (n_regimes > 0), "a report without a fit");
    gim_ifm_get_settings(model, &settings);
    free(levels);
    free(x);
}

/* Saved, loaded and saved again: the same file. */
static void round_trip(const gim_ifm *model)
{
    gim_ifm *loaded;
    need(gim_ifm_save(model, first) == GIM_OK, "cannot be saved");
    need(gim_ifm_load(&loaded, first, NULL) == GIM_OK, "cannot be loaded again");
    need(gim_ifm_save(loaded, second) == GIM_OK, "cannot be saved again");
    gim_ifm_free(loaded);
    need(same_files(), "is another model when loaded again");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    gim_ifm *model;
    make_folder();
    int file = open_input(data, size, path);
    gim_status status = gim_ifm_load(&model, path, NULL);
    need(model != NULL && (status == GIM_OK || gim_ifm_message(model, NULL, 0) > 0), "says nothing");
    if (status == GIM_OK) {
        ask(model);
        round_trip(model);
    }
    gim_ifm_free(model);
    close(file);
    return 0;
}

/* ---- where to begin ---- */

#ifndef GIM_LIBFUZZER

/* clang-format off */
static const char *const fuzz_words[] = {
    "0", "1", "-1", "3", "4", "18446744073709551615", "9223372036854775807", "1e308", "1e999", "-0.0", "0.5", "null",
    "true", "false", "[]", "{}", "[[", "\"", "\\u0000", "\\ud800", "\xff", "\xc3\xa4", "\\\"nan\\\"", "I64", "F64",
    "F32", "U8", "\"shape\":[0]", "\"shape\":[0,2]", "\"data_offsets\":[0,0]", "__metadata__", "graph.levels",
    "graph.variables", "graph.interventions", "network.values", "regimes.levels", "hidden", "networks", "gim-ifm", ",",
    ":", NULL};
/* clang-format on */

/* Without a fit, with one, with one that was stopped; a table of networks; each with and without its checksum. */
static size_t fuzz_seeds(fuzz_input *seeds)
{
    size_t n = 0;
    source from;
    make_folder();
    open_source(&from, 20);
    for (size_t i = 0; i < 3; i++) {
        gim_ifm_settings settings = settings_of(i == 1 ? 3 : 1);
        settings.hidden = 2;
        settings.networks = (gim_ifm_networks)(i / 2);
        gim_ifm *model = i == 0 ? new_model() : fitted(&settings, &from);
        need(gim_ifm_save(model, first) == GIM_OK, "cannot be saved");
        gim_ifm_free(model);
        seeds[n++] = read_input(first);
        seeds[n++] = without_checksum(read_input(first));
    }
    free(from.x);
    return n;
}

#endif
