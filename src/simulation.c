/* The files of a simulated system. SPDX-License-Identifier: BSD-3-Clause */
#include "simulation.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "folder.h"
#include "memory.h"
#include "number.h"
#include "output.h"
#include "table.h"

const char *const simulation_graphs[] = {"erdos-renyi", "scale-free", NULL};
const char *const simulation_mechanisms[] = {"linear", "nonlinear", "zero-inflated", NULL};
const char *const simulation_interventions[] = {"hard", "shift", NULL};

/* What the JSON and the table of perturbations call the parts, and how their files are named. */
static const struct part {
    const char *name, *file;
} parts[] = {{"training", "train"}, {"new-doses", "test_new_doses"}, {"new-perturbations", "test_new_perturbations"}};
enum { PARTS = sizeof parts / sizeof *parts };

/* The table of all settings first: it marks the folder. */
static const char *const files[] = {"simulation.json",
                                    "train.tsv",
                                    "train_perturbations.tsv",
                                    "test_new_doses.tsv",
                                    "test_new_doses_perturbations.tsv",
                                    "test_new_perturbations.tsv",
                                    "test_new_perturbations_perturbations.tsv",
                                    "edges.tsv",
                                    "perturbations.tsv",
                                    NULL};

int simulation_open(const struct ui *ui, const char *folder)
{
    return folder_open(ui, folder, files, "simulation");
}

/* ---- the tables -------------------------------------------------------------------------------------------------- */

/* What is being written: the file, and the question it is filled from. */
struct writing {
    const gim_system *system;
    const gim_simulation *settings;
    struct table_writer writer;
    gim_status status; /* of the library */
};

typedef void (*writing_fn)(struct writing *w, size_t first, size_t count);

static void write_names(struct writing *w, const char *prefix, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s%zu", prefix, i);
        table_write_text(&w->writer, name);
    }
}

static void describe(struct writing *w, size_t env, gim_environment *environment, double *features)
{
    *environment = (gim_environment){.struct_size = sizeof *environment, .name = ""};
    if (w->status == GIM_OK)
        w->status = gim_system_environment(w->system, env, environment, features);
}

static void write_rows(struct writing *w, size_t first, size_t count)
{
    size_t d = w->settings->variables;
    table_write_text(&w->writer, "environment");
    write_names(w, "x", d);
    table_write_end(&w->writer);
    for (size_t env = first; env < first + count && w->status == GIM_OK && w->writer.output->error == 0; env++) {
        gim_environment environment;
        describe(w, env, &environment, NULL);
        double *x = memory_new(environment.n_rows, d * sizeof *x);
        if (w->status == GIM_OK)
            w->status = gim_system_rows(w->system, env, environment.n_rows, w->settings->seed, x);
        for (size_t r = 0; w->status == GIM_OK && r < environment.n_rows; r++) {
            table_write_text(&w->writer, environment.name);
            for (size_t j = 0; j < d; j++)
                table_write_number(&w->writer, x[r * d + j]);
            table_write_end(&w->writer);
        }
        free(x);
    }
}

/* The truth about an environment; targets and effects (d) are the caller's. */
struct truth {
    size_t perturbation;
    double dose;
    unsigned char *targets;
    double *effects;
};

static struct truth truth_new(const struct writing *w)
{
    size_t d = w->settings->variables;
    return (struct truth){0, 0, memory_new(d, 1), memory_new(d, sizeof(double))};
}

static void truth_free(struct truth *truth)
{
    free(truth->targets);
    free(truth->effects);
}

static void ask_truth(struct writing *w, size_t env, struct truth *truth)
{
    if (w->status == GIM_OK)
        w->status =
            gim_system_perturbation(w->system, env, &truth->perturbation, &truth->dose, truth->targets, truth->effects);
}

/* One field: the targets, or their effects, with commas between them. */
static void write_targets(struct writing *w, const struct truth *truth, bool effects)
{
    char *list = memory_text("");
    for (size_t j = 0; j < w->settings->variables; j++) {
        if (!truth->targets[j])
            continue;
        char number[NUMBER_SIZE], name[32];
        snprintf(name, sizeof name, "x%zu", j);
        char *longer = memory_format("%s%s%s", list, list[0] != '\0' ? "," : "",
                                     effects ? number_format(truth->effects[j], number) : name);
        free(list);
        list = longer;
    }
    table_write_text(&w->writer, list);
    free(list);
}

static void write_features(struct writing *w, size_t first, size_t count)
{
    size_t p = w->settings->components;
    struct truth truth = truth_new(w);
    double *features = memory_new(p, sizeof *features);
    table_write_text(&w->writer, "environment");
    write_names(w, "f", p);
    table_write_text(&w->writer, "targets");
    table_write_end(&w->writer);
    for (size_t env = first; env < first + count; env++) {
        gim_environment environment;
        describe(w, env, &environment, features);
        ask_truth(w, env, &truth);
        table_write_text(&w->writer, environment.name);
        for (size_t f = 0; f < p; f++)
            table_write_number(&w->writer, features[f]);
        write_targets(w, &truth, false);
        table_write_end(&w->writer);
    }
    free(features);
    truth_free(&truth);
}

static const char *part_of(struct writing *w, size_t env)
{
    size_t first = 0, count = 0, part = PARTS;
    while (part-- > 1 && (gim_system_part(w->system, (gim_part)part, &first, &count) != GIM_OK || env < first))
        ;
    return parts[part].name;
}

static void write_truth(struct writing *w, size_t first, size_t count)
{
    static const char *const columns[] = {"environment", "part", "perturbation", "dose", "targets", "effects"};
    struct truth truth = truth_new(w);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        table_write_text(&w->writer, columns[i]);
    table_write_end(&w->writer);
    for (size_t env = first; env < first + count; env++) {
        gim_environment environment;
        describe(w, env, &environment, NULL);
        ask_truth(w, env, &truth);
        table_write_text(&w->writer, environment.name);
        table_write_text(&w->writer, part_of(w, env));
        table_write_number(&w->writer, env == 0 ? NAN : (double)truth.perturbation);
        table_write_number(&w->writer, truth.dose);
        write_targets(w, &truth, false);
        write_targets(w, &truth, true);
        table_write_end(&w->writer);
    }
    truth_free(&truth);
}

static void write_edges(struct writing *w, size_t first, size_t count)
{
    (void)first, (void)count;
    size_t d = w->settings->variables;
    bool linear = w->settings->mechanism == GIM_LINEAR;
    unsigned char *edges = memory_new(d, d);
    double *weights = linear ? memory_new(d, d * sizeof *weights) : NULL;
    w->status = gim_system_graph(w->system, edges, weights);
    table_write_text(&w->writer, "source");
    table_write_text(&w->writer, "target");
    if (linear)
        table_write_text(&w->writer, "weight");
    table_write_end(&w->writer);
    for (size_t e = 0; e < d * d; e++) {
        char source[32], target[32];
        if (!edges[e])
            continue;
        snprintf(source, sizeof source, "x%zu", e / d);
        snprintf(target, sizeof target, "x%zu", e % d);
        table_write_text(&w->writer, source);
        table_write_text(&w->writer, target);
        if (linear)
            table_write_number(&w->writer, weights[e]);
        table_write_end(&w->writer);
    }
    free(edges);
    free(weights);
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

static json_t *numbers(const double *values, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, number_json(values[i]));
    return list;
}

static json_t *whole(size_t value)
{
    return json_integer((json_int_t)value);
}

static json_t *counts(const gim_system *system)
{
    json_t *object = json_object();
    for (size_t part = 0; part < PARTS; part++) {
        size_t first = 0, count = 0;
        gim_system_part(system, (gim_part)part, &first, &count);
        json_object_set_new(object, parts[part].name, whole(count));
    }
    return object;
}

static size_t count_edges(const gim_system *system, size_t d)
{
    unsigned char *edges = memory_new(d, d);
    size_t n = 0;
    if (gim_system_graph(system, edges, NULL) == GIM_OK)
        for (size_t e = 0; e < d * d; e++)
            n += edges[e];
    free(edges);
    return n;
}

json_t *simulation_json(const gim_system *system)
{
    const gim_simulation *s = gim_system_settings(system);
    const double weights[] = {s->weight_lowest, s->weight_highest}, effects[] = {s->effect_lowest, s->effect_highest};
    const struct {
        const char *name;
        json_t *value;
    } members[] = {
        {"version", json_string(gim_version())},
        {"seed", whole(s->seed)},
        {"variables", whole(s->variables)},
        {"edges-per-variable", number_json(s->edges_per_variable)},
        {"graph", json_string(simulation_graphs[s->graph])},
        {"mechanism", json_string(simulation_mechanisms[s->mechanism])},
        {"intervention", json_string(simulation_interventions[s->intervention])},
        {"weights", numbers(weights, 2)},
        {"noise", number_json(s->noise)},
        {"confounders", whole(s->confounders)},
        {"perturbations", whole(s->perturbations)},
        {"new-perturbations", whole(s->new_perturbations)},
        {"doses", numbers(s->doses, s->n_doses)},
        {"new-doses", numbers(s->new_doses, s->n_new_doses)},
        {"effects", numbers(effects, 2)},
        {"control-rows", whole(s->control_rows)},
        {"rows", whole(s->rows)},
        {"test-rows", whole(s->test_rows)},
        {"components", whole(s->components)},
        {"raw", json_boolean(s->raw)},
        {"environments", counts(system)},
        {"edges", whole(count_edges(system, s->variables))},
    };
    json_t *object = json_object();
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        json_object_set_new(object, members[i].name, members[i].value);
    return object;
}

static int write_json(const struct ui *ui, const gim_system *system, const char *folder)
{
    struct output output = {0};
    char *path = memory_format("%s/%s", folder, files[0]);
    int code = output_open(&output, ui, path);
    if (code == EXIT_OK)
        output_json(&output, simulation_json(system));
    free(path);
    return output_close(&output, code);
}

static int write_table(const struct ui *ui, const gim_system *system, const char *folder, const char *name,
                       writing_fn write, size_t first, size_t count)
{
    struct output output = {0};
    char *path = memory_format("%s/%s.tsv", folder, name);
    int code = output_open(&output, ui, path);
    if (code == EXIT_OK) {
        struct writing w = {system, gim_system_settings(system), table_write(&output, '\t'), GIM_OK};
        write(&w, first, count);
        if (w.status != GIM_OK)
            code = ui_fail(ui, "%s: %s", path, gim_status_text(w.status));
    }
    free(path);
    return output_close(&output, code);
}

int simulation_write(const struct ui *ui, const gim_system *system, const char *folder)
{
    size_t first = 0, count = 0;
    int code = write_json(ui, system, folder);
    for (size_t part = 0; part < PARTS && code == EXIT_OK; part++) {
        char *features = memory_format("%s_perturbations", parts[part].file);
        gim_system_part(system, (gim_part)part, &first, &count);
        code = write_table(ui, system, folder, parts[part].file, write_rows, first, count);
        if (code == EXIT_OK)
            code = write_table(ui, system, folder, features, write_features, first, count);
        free(features);
    }
    if (code == EXIT_OK)
        code = write_table(ui, system, folder, "edges", write_edges, 0, 0);
    if (code == EXIT_OK)
        code = write_table(ui, system, folder, "perturbations", write_truth, 0, first + count);
    return code;
}
