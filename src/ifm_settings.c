/* How an interventional factor model is fitted, by options. SPDX-License-Identifier: BSD-3-Clause */
#include "ifm_settings.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "model.h"
#include "number.h"

static const char *const networks[] = {"shared", "table", NULL};
static const char *const objectives[] = {"quadrature", "binned", "score-matching", NULL};

/* What --set takes: a size_t, or a double where it is no whole number. */
static const struct setting {
    const char *name;
    size_t offset;
    bool whole;
    double lowest, highest;
    const char *help;
} settings[] = {
#define WHOLE(name, member, lowest, highest, help)                            \
    {                                                                         \
        name, offsetof(gim_ifm_settings, member), true, lowest, highest, help \
    }
#define REAL(name, member, lowest, highest, help)                              \
    {                                                                          \
        name, offsetof(gim_ifm_settings, member), false, lowest, highest, help \
    }
    WHOLE("hidden", hidden, 1, 1024, "units of each factor's network"),
    WHOLE("grid", grid, 2, 1024, "points of the integrals; bins of the binned objective"),
    WHOLE("steps", steps, 1, 1e9, "steps of a fit"),
    WHOLE("batch-rows", batch_rows, 1, 1e9, "rows of a step, of all regimes together"),
    REAL("learning-rate", learning_rate, 1e-8, 10, "step size of Adam; falls to 0 in the last quarter"),
    REAL("decay", decay, 0, 1e6, "penalty on squared weights, nats a row"),
    REAL("level-decay", level_decay, 0, 1e6, "penalty on the squared shifts of levels"),
    REAL("held-out", held_out, 0, 0.5, "share of each regime's rows by which the best step is chosen"),
    WHOLE("check-every", check_every, 1, 1e9, "steps from one check on the held-out rows to the next"),
    WHOLE("memory-budget", memory_budget, 0, 1e9, "MiB of rows kept in memory; past that they are read batch by batch"),
};
enum { SETTINGS = sizeof settings / sizeof *settings };

static double value_of(const gim_ifm_settings *from, const struct setting *setting)
{
    const char *at = (const char *)from + setting->offset;
    size_t whole;
    double real;
    memcpy(&whole, at, sizeof whole);
    memcpy(&real, at, sizeof real);
    return setting->whole ? (double)whole : real;
}

static void set_value(gim_ifm_settings *to, const struct setting *setting, double value)
{
    char *at = (char *)to + setting->offset;
    size_t whole = setting->whole ? (size_t)value : 0;
    memcpy(at, setting->whole ? (const void *)&whole : (const void *)&value,
           setting->whole ? sizeof whole : sizeof value);
}

static int unknown(const struct ui *ui, const char *name)
{
    struct names known = {0};
    for (size_t i = 0; i < SETTINGS; i++)
        names_add(&known, settings[i].name);
    char *list = names_list(&known), *near = names_near(&known, name);
    int code = ui_usage(ui, "--set: there is no option \"%s\"%s%s; there are: %s", name, near != NULL ? "; near: " : "",
                        near != NULL ? near : "", list);
    free(list);
    free(near);
    names_free(&known);
    return code;
}

static int set(const struct ui *ui, void *to, const char *name, const char *text)
{
    const struct setting *setting = settings;
    while (setting < settings + SETTINGS && strcmp(setting->name, name) != 0)
        setting++;
    if (setting == settings + SETTINGS)
        return unknown(ui, name);
    char *values[] = {(char *)text, NULL};
    int64_t whole = 0;
    double real = 0;
    int code = setting->whole
                   ? args_integer(ui, name, values, (int64_t)setting->lowest, (int64_t)setting->highest, &whole)
                   : args_real(ui, name, values, setting->lowest, setting->highest, &real);
    if (code == EXIT_OK)
        set_value(to, setting, setting->whole ? (double)whole : real);
    return code;
}

int ifm_settings_read(gim_ifm_settings *to, const struct ui *ui, const struct ifm_settings_options *options)
{
    int kind = GIM_IFM_SHARED, objective = GIM_IFM_QUADRATURE, code;
    int64_t seed = 1, threads = 1;
    to->struct_size = sizeof *to;
    gim_ifm_settings_init(to);
    if ((code = args_choice(ui, "--networks", options->networks, networks, &kind)) != EXIT_OK ||
        (code = args_choice(ui, "--objective", options->objective, objectives, &objective)) != EXIT_OK ||
        (code = args_integer(ui, "--seed", options->seed, 0, INT64_MAX, &seed)) != EXIT_OK ||
        (code = model_threads(ui, options->threads, &threads)) != EXIT_OK)
        return code;
    to->networks = (gim_ifm_networks)kind;
    to->objective = (gim_ifm_objective)objective;
    to->seed = (uint64_t)seed;
    to->threads = (size_t)threads;
    return args_assign(ui, "--set", options->set, set, to);
}

void ifm_settings_list(void)
{
    gim_ifm_settings preset = {.struct_size = sizeof preset};
    gim_ifm_settings_init(&preset);
    printf("%-18s %-13s %s\n", "OPTION", "DEFAULT", "RANGE, AND WHAT IT IS");
    for (size_t i = 0; i < SETTINGS; i++)
        printf("%-18s %-13g %g to %g%s\n%-32s %s\n", settings[i].name, value_of(&preset, &settings[i]),
               settings[i].lowest, settings[i].highest, settings[i].whole ? ", whole" : "", "", settings[i].help);
}

json_t *ifm_settings_json(const gim_ifm_settings *from)
{
    json_t *object = json_pack("{s:s, s:s, s:I}", "networks", networks[from->networks], "objective",
                               objectives[from->objective], "seed", (json_int_t)from->seed);
    for (size_t i = 0; i < SETTINGS; i++) {
        double value = value_of(from, &settings[i]);
        json_object_set_new(object, settings[i].name,
                            settings[i].whole ? json_integer((json_int_t)value) : number_json(value));
    }
    return object;
}
