/* gim_ifm_save() and gim_ifm_load(): interventional factor models in files of the same container as the other models
 * (docs/model-file.md). SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "api/arrays.h"
#include "api/fields.h"
#include "api/ifm.h"
#include "base/alloc.h"
#include "base/name.h"
#include "ifm/identify.h"

#define FORMAT "gim-ifm"
#define FORMAT_VERSION 1
#define VERSION_TEXT "1"

enum { MOST_VARIABLES = 100000, MOST_INTERVENTIONS = 1000, MOST_MEMBERS = 100 };

static const char *const keys[] = {"format",       "format_version", "gim_version", "variables", "interventions",
                                   "environments", "settings",       "fit",         "note",      "checksum"};

static const gim__member settings_members[] = {{"seed", GIM__COUNT, UINT64_C(1) << 53},
                                               {"networks", GIM__COUNT, 1},
                                               {"objective", GIM__COUNT, 2},
                                               {"hidden", GIM__COUNT, 1024},
                                               {"grid", GIM__COUNT, 1024},
                                               {"steps", GIM__COUNT, 1000000000},
                                               {"batch_rows", GIM__COUNT, 1000000},
                                               {"learning_rate", GIM__REAL, 0},
                                               {"decay", GIM__REAL, 0},
                                               {"level_decay", GIM__REAL, 0},
                                               {"held_out", GIM__REAL, 0},
                                               {"check_every", GIM__COUNT, 1000000},
                                               {"threads", GIM__COUNT, 1024},
                                               {"memory_budget", GIM__COUNT, 1000000000}};
static const gim__member fit_members[] = {{"stopped", GIM__TRUTH, 0},
                                          {"step", GIM__COUNT, 1000000000},
                                          {"best", GIM__COUNT, 1000000000},
                                          {"objective", GIM__REAL, 0},
                                          {"held-out", GIM__REAL, 0},
                                          {"seconds", GIM__REAL, 0},
                                          {"rows-held-out", GIM__COUNT, UINT64_C(1) << 53},
                                          {"rows-in-memory", GIM__TRUTH, 0}};
enum { SETTINGS = sizeof settings_members / sizeof *settings_members, FIT = sizeof fit_members / sizeof *fit_members };

static void settings_numbers(double *number, const gim_ifm_settings *s)
{
    const double numbers[SETTINGS] = {
        (double)s->seed,    (double)s->networks,     (double)s->objective,  (double)s->hidden,
        (double)s->grid,    (double)s->steps,        (double)s->batch_rows, s->learning_rate,
        s->decay,           s->level_decay,          s->held_out,           (double)s->check_every,
        (double)s->threads, (double)s->memory_budget};
    memcpy(number, numbers, sizeof numbers);
}

static gim_ifm_settings settings_of(const double *number)
{
    return (gim_ifm_settings){.struct_size = sizeof(gim_ifm_settings),
                              .seed = (uint64_t)number[0],
                              .networks = (gim_ifm_networks)number[1],
                              .objective = (gim_ifm_objective)number[2],
                              .hidden = (size_t)number[3],
                              .grid = (size_t)number[4],
                              .steps = (size_t)number[5],
                              .batch_rows = (size_t)number[6],
                              .learning_rate = number[7],
                              .decay = number[8],
                              .level_decay = number[9],
                              .held_out = number[10],
                              .check_every = (size_t)number[11],
                              .threads = (size_t)number[12],
                              .memory_budget = (size_t)number[13]};
}

static void fit_numbers(double *number, const gim__ifm_fit *fit)
{
    const double numbers[FIT] = {
        fit->status == GIM_STOPPED, (double)fit->step, (double)fit->best, fit->objective, fit->held_out, fit->seconds,
        (double)fit->n_held,        fit->in_memory};
    memcpy(number, numbers, sizeof numbers);
}

static void set_fit(gim__ifm_fit *fit, const double *number)
{
    fit->status = number[0] != 0 ? GIM_STOPPED : GIM_OK;
    fit->step = (uint64_t)number[1];
    fit->best = (uint64_t)number[2];
    fit->objective = number[3];
    fit->held_out = number[4];
    fit->seconds = number[5];
    fit->n_held = (size_t)number[6];
    fit->in_memory = (int)number[7];
}

/* ---- the arrays -------------------------------------------------------------------------------------------------- */

/* How long they are. */
typedef struct lengths {
    size_t d, m, T;                        /* T is 0 without a fit */
    size_t in_variables, in_interventions; /* pairs of a factor and what is in it */
    size_t values;
} lengths;

static void list_arrays(gim__arrays *all, const lengths *n)
{
    const size_t variables[] = {n->in_variables, 2}, interventions[] = {n->in_interventions, 2};
    const size_t regimes[] = {n->T, n->m};
    all->n = 0;
    gim__arrays_add(all, "graph", "levels", GIM__SIZES, GIM__FROM_ONE, 1, &n->m, NULL);
    gim__arrays_add(all, "graph", "variables", GIM__SIZES, GIM__ANY, 2, variables, NULL);
    gim__arrays_add(all, "graph", "interventions", GIM__SIZES, GIM__ANY, 2, interventions, NULL);
    if (n->T > 0) {
        gim__arrays_add(all, "network", "values", GIM__REALS, GIM__FINITE, 1, &n->values, NULL);
        gim__arrays_add(all, "range", "low", GIM__REALS, GIM__FINITE, 1, &n->d, NULL);
        gim__arrays_add(all, "range", "high", GIM__REALS, GIM__FINITE, 1, &n->d, NULL);
        gim__arrays_add(all, "scaling", "center", GIM__DOUBLES, GIM__FINITE, 1, &n->d, NULL);
        gim__arrays_add(all, "scaling", "scale", GIM__DOUBLES, GIM__POSITIVE, 1, &n->d, NULL);
        gim__arrays_add(all, "regimes", "levels", GIM__SIZES, GIM__ANY, 2, regimes, NULL);
        gim__arrays_add(all, "regimes", "n_rows", GIM__SIZES, GIM__FROM_ONE, 1, &n->T, NULL);
        gim__arrays_add(all, "regimes", "log_normaliser", GIM__DOUBLES, GIM__FINITE, 1, &n->T, NULL);
    }
    gim__array_sort(all->array, all->n);
}

/* ---- saving ------------------------------------------------------------------------------------------------------ */

static lengths lengths_of(const gim_ifm *model)
{
    const gim__ifm_graph *graph = &model->graph->graph;
    lengths n = {.d = graph->d, .m = graph->m, .T = model->fit.T};
    for (size_t k = 0; k < graph->n_factors; k++) {
        n.in_variables += graph->factors[k].n_variables;
        n.in_interventions += graph->factors[k].n_interventions;
    }
    n.values = n.T > 0 ? gim__ifm_nets_size(&model->fit.nets) : 0;
    return n;
}

static void fill_graph(const gim__arrays *all, const gim__ifm_graph *graph)
{
    size_t *levels = gim__arrays_values(all, "graph.levels"), *variables = gim__arrays_values(all, "graph.variables");
    size_t *interventions = gim__arrays_values(all, "graph.interventions");
    for (size_t j = 0; j < graph->m; j++)
        levels[j] = graph->levels[j];
    for (size_t k = 0; k < graph->n_factors; k++) {
        for (size_t i = 0; i < graph->factors[k].n_variables; i++) {
            *variables++ = k;
            *variables++ = graph->factors[k].variables[i];
        }
        for (size_t j = 0; j < graph->factors[k].n_interventions; j++) {
            *interventions++ = k;
            *interventions++ = graph->factors[k].interventions[j];
        }
    }
}

/* The arrays of a fit, between a model and a list. */
typedef struct part {
    const char *name;
    void *model;
    size_t bytes;
} part;
enum { PARTS = 8 };

static void parts_of(part parts[PARTS], gim__ifm_fit *fit, const lengths *n)
{
    const gim__scaling *scaling = &fit->training.scaling;
    const part all[PARTS] = {{"network.values", fit->values, n->values * sizeof(real)},
                             {"range.low", fit->low, n->d * sizeof(real)},
                             {"range.high", fit->high, n->d * sizeof(real)},
                             {"scaling.center", scaling->center, n->d * sizeof(double)},
                             {"scaling.scale", scaling->scale, n->d * sizeof(double)},
                             {"regimes.levels", fit->levels, n->T * n->m * sizeof(size_t)},
                             {"regimes.n_rows", fit->training.n_rows, n->T * sizeof(size_t)},
                             {"regimes.log_normaliser", fit->log_normaliser, n->T * sizeof(double)}};
    memcpy(parts, all, sizeof all);
}

static json_t *numbers_object(const gim__member *members, const double *number, size_t n)
{
    json_t *object = json_object();
    if (gim__members_add(object, members, number, n))
        return object;
    json_decref(object);
    return NULL;
}

static json_t *new_metadata(const gim_ifm *model, const lengths *n)
{
    const gim_allocator *allocator = &model->allocator;
    double settings[SETTINGS], fit[FIT];
    json_t *metadata = json_object();
    int made = json_object_set_new(metadata, "format", json_string(FORMAT)) == 0 &&
               json_object_set_new(metadata, "format_version", json_string(VERSION_TEXT)) == 0 &&
               json_object_set_new(metadata, "gim_version", json_string(GIM_VERSION_STRING)) == 0 &&
               gim__fields_add(metadata, "variables", gim__fields_names(model->variable, n->d), allocator) &&
               gim__fields_add(metadata, "interventions", gim__fields_names(model->intervention, n->m), allocator);
    settings_numbers(settings, &model->settings);
    fit_numbers(fit, &model->fit);
    if (made && n->T > 0)
        made =
            gim__fields_add(metadata, "environments", gim__fields_names(model->fit.training.name, n->T), allocator) &&
            gim__fields_add(metadata, "settings", numbers_object(settings_members, settings, SETTINGS), allocator) &&
            gim__fields_add(metadata, "fit", numbers_object(fit_members, fit, FIT), allocator);
    if (made && model->note != NULL)
        made = json_object_set_new(metadata, "note", json_string(model->note)) == 0;
    if (made)
        return metadata;
    json_decref(metadata);
    return NULL;
}

static gim_status save(const gim_ifm *model, const char *path)
{
    gim__arrays all;
    part parts[PARTS];
    lengths n = lengths_of(model);
    list_arrays(&all, &n);
    gim_status status = gim__arrays_new(&all, &model->allocator);
    if (status == GIM_OK) {
        fill_graph(&all, &model->graph->graph);
        parts_of(parts, (gim__ifm_fit *)&model->fit, &n);
        for (size_t i = 0; n.T > 0 && i < PARTS; i++)
            memcpy(gim__arrays_values(&all, parts[i].name), parts[i].model, parts[i].bytes);
        status = gim__arrays_check(&all, model->message, path, GIM_ERR_NUMERIC);
    } else {
        gim__file_fail(model->message, path, status, "out of memory for its arrays");
    }
    if (status == GIM_OK) {
        json_t *metadata = new_metadata(model, &n);
        status = gim__arrays_save(&all, metadata, path, &model->allocator, model->message);
        json_decref(metadata);
    }
    gim__arrays_free(&all, &model->allocator);
    return status;
}

gim_status gim_ifm_save(const gim_ifm *model, const char *path)
{
    gim__c_locale locale;
    if (model == NULL)
        return GIM_ERR_ARGUMENT;
    if (model->graph == NULL)
        return gim__fail(model->message, GIM_ERR_STATE, "the model could not be made");
    if (path == NULL)
        return gim__fail(model->message, GIM_ERR_ARGUMENT, "path must not be NULL");
    if (!gim__c_locale_enter(&locale))
        return gim__fail(model->message, GIM_ERR_NOMEM, "out of memory for a locale");
    gim_status status = save(model, path);
    gim__c_locale_leave(&locale);
    return status;
}

/* ---- loading ----------------------------------------------------------------------------------------------------- */

/* What a file is read into before it becomes a model. */
typedef struct reading {
    gim__container container;
    json_t *variables, *interventions, *environments; /* names; the last is NULL without a fit */
    double settings[SETTINGS], fit[FIT];
    lengths n;
    gim__arrays all;
} reading;

/* The first dimension of a tensor of so many; 0 where there is none. */
static size_t first_dim(const gim__container *container, const char *name)
{
    for (size_t t = 0; t < container->n_tensors; t++)
        if (strcmp(container->tensor[t].name, name) == 0 && container->tensor[t].n_dims > 0)
            return container->tensor[t].dims[0];
    return 0;
}

static gim_status read_numbers(double *number, const gim__member *members, size_t n, const char *key,
                               const gim__container *container)
{
    json_t *object = NULL;
    gim_status status = gim__fields_parse(&object, container, key, 0, MOST_MEMBERS);
    if (status == GIM_OK)
        status = gim__members_take(number, members, n, 0, object, key, container);
    json_decref(object);
    return status;
}

static gim_status read_metadata(reading *mine)
{
    const gim__container *container = &mine->container;
    gim_status status = gim__fields_version(container, FORMAT, FORMAT_VERSION);
    if (status == GIM_OK)
        status = gim__fields_keys(container, keys, sizeof keys / sizeof *keys);
    if (status == GIM_OK)
        status = gim__fields_parse(&mine->variables, container, "variables", 1, MOST_VARIABLES);
    if (status == GIM_OK)
        status = gim__fields_parse(&mine->interventions, container, "interventions", 1, MOST_INTERVENTIONS);
    if (status != GIM_OK || gim__fields_text(container, "fit") == NULL)
        return status;
    status = gim__fields_parse(&mine->environments, container, "environments", 1, GIM__IFM_MOST_REGIMES);
    if (status == GIM_OK)
        status = read_numbers(mine->settings, settings_members, SETTINGS, "settings", container);
    if (status == GIM_OK)
        status = read_numbers(mine->fit, fit_members, FIT, "fit", container);
    if (status == GIM_OK && json_array_size(mine->environments) == 0)
        status =
            gim__container_fail(container, GIM_ERR_FORMAT, "has a fit without environments; it must have one at least");
    return status;
}

/* Nothing is allocated for an array before the file is known to have that many bytes for it. */
static gim_status read_arrays(reading *mine)
{
    uint32_t checksum = 0;
    gim__container *container = &mine->container;
    mine->n = (lengths){.d = json_array_size(mine->variables),
                        .m = json_array_size(mine->interventions),
                        .T = json_array_size(mine->environments),
                        .in_variables = first_dim(container, "graph.variables"),
                        .in_interventions = first_dim(container, "graph.interventions"),
                        .values = first_dim(container, "network.values")};
    list_arrays(&mine->all, &mine->n);
    gim_status status = gim__container_match(container, mine->all.array, mine->all.n);
    if (status != GIM_OK) {
        mine->all.n = 0;
        return status;
    }
    if (gim__arrays_new(&mine->all, container->allocator) != GIM_OK)
        return gim__container_fail(container, GIM_ERR_NOMEM, "out of memory for its arrays");
    status = gim__container_read(container, mine->all.array, &checksum);
    if (status == GIM_OK)
        status = gim__fields_check(container, checksum);
    if (status == GIM_OK)
        status = gim__arrays_check(&mine->all, container->message, container->reader.path, GIM_ERR_FORMAT);
    return status;
}

/* Sets flags for what is in factor k, from the pair at on; pairs are in the order of factors, and ascend in each.
 * Returns where the next factor begins, or SIZE_MAX where they do not. */
static size_t take_scope(unsigned char *flags, const size_t *pairs, size_t n, size_t at, size_t k, size_t most)
{
    for (size_t last = 0, any = 0; at < n && pairs[2 * at] <= k; at++) {
        size_t index = pairs[2 * at + 1];
        if (pairs[2 * at] < k || index >= most || (any && index <= last))
            return SIZE_MAX;
        flags[index] = 1;
        last = index;
        any = 1;
    }
    return at;
}

static gim_status take_factors(gim_ifm_graph *graph, const reading *mine)
{
    const lengths *n = &mine->n;
    const gim_allocator *allocator = &graph->allocator;
    const size_t *variables = gim__arrays_values(&mine->all, "graph.variables");
    const size_t *interventions = gim__arrays_values(&mine->all, "graph.interventions");
    unsigned char *flags = gim__new(allocator, n->d + n->m, 1);
    gim_status status = flags != NULL ? GIM_OK : GIM_ERR_NOMEM;
    size_t v = 0, i = 0;
    for (size_t k = 0; status == GIM_OK && v < n->in_variables; k++) {
        memset(flags, 0, n->d + n->m);
        size_t first = v;
        v = take_scope(flags, variables, n->in_variables, v, k, n->d);
        i = take_scope(flags + n->d, interventions, n->in_interventions, i, k, n->m);
        status = v == SIZE_MAX || v == first || i == SIZE_MAX
                     ? GIM_ERR_FORMAT
                     : gim__ifm_graph_add(&graph->graph, flags, flags + n->d, allocator);
    }
    if (status == GIM_OK && i < n->in_interventions)
        status = GIM_ERR_FORMAT;
    gim__delete(allocator, flags);
    return status;
}

static gim_status take_graph(gim_ifm **model, const reading *mine)
{
    const gim__container *container = &mine->container;
    gim_ifm_graph *graph = NULL;
    gim_status status = gim_ifm_graph_new(&graph, mine->n.d, mine->n.m, gim__arrays_values(&mine->all, "graph.levels"),
                                          container->allocator);
    if (status == GIM_OK)
        status = take_factors(graph, mine);
    if (status == GIM_OK)
        status = gim_ifm_new(model, graph, container->allocator);
    gim_ifm_graph_free(graph);
    if (status == GIM_OK || status == GIM_ERR_NOMEM)
        return status == GIM_OK ? GIM_OK : gim__container_fail(container, status, "out of memory for its graph");
    return gim__container_fail(container, GIM_ERR_FORMAT,
                               "the tensors \"graph.levels\", \"graph.variables\", \"graph.interventions\" are of no "
                               "graph of %zu variables and %zu interventions",
                               mine->n.d, mine->n.m);
}

static gim_status take_names(gim_ifm *model, const reading *mine)
{
    const gim__container *container = &mine->container;
    gim_status status = gim__fields_take_names(model->variable, mine->variables, "variable", 1, container);
    if (status == GIM_OK)
        status = gim__fields_take_names(model->intervention, mine->interventions, "intervention", 1, container);
    if (status == GIM_OK &&
        gim__note_set(&model->note, gim__fields_text(container, "note"), model->message, &model->allocator) != GIM_OK)
        status = gim__container_fail(container, GIM_ERR_FORMAT, "the note is too long, or memory is out");
    return status;
}

/* What must agree: levels with the graph, no regime twice, ends of ranges in their order. */
static gim_status check_fit(const gim_ifm *model, const gim__container *container)
{
    const gim__ifm_fit *fit = &model->fit;
    const gim__ifm_graph *graph = &model->graph->graph;
    for (size_t t = 0; t < fit->T; t++) {
        const size_t *levels = fit->levels + t * graph->m;
        if (gim__ifm_graph_levels(graph, levels, "regime", t, model->message) != GIM_OK)
            return gim__container_fail(container, GIM_ERR_FORMAT,
                                       "tensor \"regimes.levels\": regime %zu has a level that is not there", t);
        if (gim__ifm_find(fit->levels, t, levels, graph->m) < t)
            return gim__container_fail(container, GIM_ERR_FORMAT,
                                       "tensor \"regimes.levels\": regime %zu is there twice", t);
    }
    for (size_t i = 0; i < graph->d; i++)
        if (!(fit->low[i] < fit->high[i]))
            return gim__container_fail(container, GIM_ERR_FORMAT,
                                       "tensor \"range.low\": value %zu is not below that of \"range.high\"", i);
    return GIM_OK;
}

static gim_status take_fit(gim_ifm *model, const reading *mine)
{
    const gim__container *container = &mine->container;
    const gim_allocator *allocator = &model->allocator;
    gim__ifm_fit *fit = &model->fit;
    const lengths *n = &mine->n;
    part parts[PARTS];
    model->settings = settings_of(mine->settings);
    if (gim__ifm_check_settings(&model->settings, model->message) != GIM_OK)
        return gim__container_fail(container, GIM_ERR_FORMAT, "metadata \"settings\": a value is out of its range");
    gim_status status = gim__ifm_nets_open(&fit->nets, &model->graph->graph, model->settings.networks,
                                           model->settings.hidden, allocator);
    if (status == GIM_ERR_ARGUMENT || (status == GIM_OK && gim__ifm_nets_size(&fit->nets) != n->values))
        return gim__container_fail(container, GIM_ERR_FORMAT,
                                   "tensor \"network.values\" has %zu values, not those of the graph", n->values);
    if (status == GIM_OK)
        status = gim__ifm_fit_new(fit, n->T, allocator);
    if (status == GIM_OK)
        status = gim__training_new(&fit->training, allocator, n->T, n->d, n->m);
    if (status != GIM_OK)
        return gim__container_fail(container, status, "out of memory for the fit");
    parts_of(parts, fit, n);
    for (size_t i = 0; i < PARTS; i++)
        if (parts[i].bytes > 0)
            memcpy(parts[i].model, gim__arrays_values(&mine->all, parts[i].name), parts[i].bytes);
    set_fit(fit, mine->fit);
    gim__ifm_fit_share(fit);
    status = gim__fields_take_names(fit->training.name, mine->environments, "environment", 0, container);
    return status == GIM_OK ? check_fit(model, container) : status;
}

static gim_status load(gim_ifm **model, const char *path, const gim_allocator *allocator, gim__message *message)
{
    reading mine = {.n = {0}};
    gim_status status = gim__container_open(&mine.container, path, allocator, message);
    if (status == GIM_OK)
        status = read_metadata(&mine);
    if (status == GIM_OK)
        status = gim__container_index(&mine.container);
    if (status == GIM_OK)
        status = read_arrays(&mine);
    if (status == GIM_OK)
        status = take_graph(model, &mine);
    if (status == GIM_OK)
        status = take_names(*model, &mine);
    if (status == GIM_OK && mine.n.T > 0)
        status = take_fit(*model, &mine);
    gim__arrays_free(&mine.all, allocator);
    json_decref(mine.variables);
    json_decref(mine.interventions);
    json_decref(mine.environments);
    gim__container_close(&mine.container);
    return status;
}

/* The shell carries the message of a failure: a model over no graph. A model that is not whole is never handed out. */
gim_status gim_ifm_load(gim_ifm **model, const char *path, const gim_allocator *allocator)
{
    gim__c_locale locale;
    gim_ifm *shell, *made = NULL;
    if (model == NULL)
        return GIM_ERR_ARGUMENT;
    gim_ifm_new(&shell, NULL, allocator);
    *model = shell;
    if (shell == NULL)
        return gim__allocator_init(&(gim_allocator){0}, allocator) == GIM_OK ? GIM_ERR_NOMEM : GIM_ERR_ARGUMENT;
    if (path == NULL)
        return gim__fail(shell->message, GIM_ERR_ARGUMENT, "path must not be NULL");
    if (!gim__c_locale_enter(&locale))
        return gim__fail(shell->message, GIM_ERR_NOMEM, "out of memory for a locale");
    gim_status status = load(&made, path, &shell->allocator, shell->message);
    gim__c_locale_leave(&locale);
    if (status == GIM_OK) {
        *model = made;
        made = shell;
    }
    gim_ifm_free(made);
    return status;
}
