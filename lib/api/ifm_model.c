/* Interventional factor models: handles, names, settings, fit. SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "api/ifm.h"
#include "base/alloc.h"
#include "base/handle.h"
#include "base/name.h"

/* ---- settings ---------------------------------------------------------------------------------------------------- */

gim_status gim_ifm_settings_init(gim_ifm_settings *settings)
{
    if (settings == NULL || settings->struct_size < sizeof *settings)
        return GIM_ERR_ARGUMENT;
    *settings = (gim_ifm_settings){.struct_size = settings->struct_size,
                                   .seed = 1,
                                   .networks = GIM_IFM_SHARED,
                                   .objective = GIM_IFM_QUADRATURE,
                                   .hidden = 16,
                                   .grid = 20,
                                   .steps = 1500,
                                   .batch_rows = 256,
                                   .learning_rate = 5e-3,
                                   .decay = 1e-4,
                                   .level_decay = 1e-4,
                                   .held_out = 0.1,
                                   .check_every = 100,
                                   .threads = 1,
                                   .memory_budget = 1024};
    return GIM_OK;
}

static gim_status check_range(const char *name, double value, double lowest, double highest, gim__message *message)
{
    if (value >= lowest && value <= highest)
        return GIM_OK;
    return gim__fail(message, GIM_ERR_ARGUMENT, "setting %s is %g; it must lie in [%g, %g]", name, value, lowest,
                     highest);
}

gim_status gim__ifm_check_settings(const gim_ifm_settings *settings, gim__message *message)
{
    if (settings->struct_size < sizeof *settings)
        return gim__fail(message, GIM_ERR_ARGUMENT, "settings must have struct_size = sizeof(gim_ifm_settings)");
    const struct {
        const char *name;
        double value, lowest, highest;
    } all[] = {{"seed", (double)settings->seed, 0, 9007199254740992.0},
               {"networks", (double)settings->networks, GIM_IFM_SHARED, GIM_IFM_TABLE},
               {"objective", (double)settings->objective, GIM_IFM_QUADRATURE, GIM_IFM_SCORE_MATCHING},
               {"hidden", (double)settings->hidden, 1, 1024},
               {"grid", (double)settings->grid, 2, 1024},
               {"steps", (double)settings->steps, 1, 1e9},
               {"batch_rows", (double)settings->batch_rows, 1, 1e6},
               {"learning_rate", settings->learning_rate, 1e-6, 1},
               {"decay", settings->decay, 0, 1e3},
               {"level_decay", settings->level_decay, 0, 1e3},
               {"held_out", settings->held_out, 0, 0.5},
               {"check_every", (double)settings->check_every, 1, 1e6},
               {"threads", (double)settings->threads, 1, 1024},
               {"memory_budget", (double)settings->memory_budget, 0, 1e9}};
    gim_status status = GIM_OK;
    for (size_t i = 0; i < sizeof all / sizeof *all && status == GIM_OK; i++)
        status = check_range(all[i].name, all[i].value, all[i].lowest, all[i].highest, message);
    return status;
}

/* ---- new, free --------------------------------------------------------------------------------------------------- */

static gim_status copy_graph(gim_ifm *model, const gim__ifm_graph *from)
{
    gim_status status = gim_ifm_graph_new(&model->graph, from->d, from->m, from->levels, &model->allocator);
    unsigned char *flags = gim__new(&model->allocator, from->d + from->m, 1);
    if (status == GIM_OK && flags == NULL)
        status = GIM_ERR_NOMEM;
    for (size_t k = 0; k < from->n_factors && status == GIM_OK; k++) {
        const gim__ifm_factor *factor = &from->factors[k];
        memset(flags, 0, from->d + from->m);
        for (size_t i = 0; i < factor->n_variables; i++)
            flags[factor->variables[i]] = 1;
        for (size_t j = 0; j < factor->n_interventions; j++)
            flags[from->d + factor->interventions[j]] = 1;
        status = gim__ifm_graph_add(&model->graph->graph, flags, flags + from->d, &model->allocator);
    }
    gim__delete(&model->allocator, flags);
    return status;
}

static gim_status build(gim_ifm *model, const gim_ifm_graph *graph)
{
    char why[512];
    if (graph == NULL)
        return gim__fail(model->message, GIM_ERR_ARGUMENT, "graph must not be NULL");
    gim_status status = gim__ifm_graph_whole(graph);
    if (status != GIM_OK) {
        gim_ifm_graph_message(graph, why, sizeof why);
        return gim__fail(model->message, status, "%s", why);
    }
    model->variable = gim__names_new(&model->allocator, graph->graph.d, 'x');
    model->intervention = gim__names_new(&model->allocator, graph->graph.m, 's');
    if (model->variable != NULL && model->intervention != NULL && copy_graph(model, &graph->graph) == GIM_OK)
        return GIM_OK;
    gim__names_free(model->variable, graph->graph.d, &model->allocator);
    gim__names_free(model->intervention, graph->graph.m, &model->allocator);
    gim_ifm_graph_free(model->graph);
    model->variable = model->intervention = NULL;
    model->graph = NULL;
    return gim__fail(model->message, GIM_ERR_NOMEM, "out of memory for a model of %zu variables", graph->graph.d);
}

gim_status gim_ifm_new(gim_ifm **model, const gim_ifm_graph *graph, const gim_allocator *allocator)
{
    gim_status status;
    if (model == NULL)
        return GIM_ERR_ARGUMENT;
    *model = gim__handle_new(&status, sizeof **model, allocator);
    return *model == NULL ? status : build(*model, graph);
}

void gim_ifm_free(gim_ifm *model)
{
    if (model == NULL)
        return;
    gim_allocator allocator = model->allocator;
    gim__ifm_fit_free(&model->fit, &allocator);
    if (model->graph != NULL) {
        gim__names_free(model->variable, model->graph->graph.d, &allocator);
        gim__names_free(model->intervention, model->graph->graph.m, &allocator);
    }
    gim_ifm_graph_free(model->graph);
    gim__delete(&allocator, model->note);
    gim__handle_free(model);
}

size_t gim_ifm_message(const gim_ifm *model, char *text, size_t size)
{
    return gim__handle_message(model, text, size);
}

const gim_ifm_graph *gim_ifm_graph_of(const gim_ifm *model)
{
    return model == NULL ? NULL : model->graph;
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

static gim_status made(const gim_ifm *model)
{
    if (model == NULL)
        return GIM_ERR_ARGUMENT;
    return model->graph != NULL ? GIM_OK : gim__fail(model->message, GIM_ERR_STATE, "the model could not be made");
}

gim_status gim_ifm_set_variable_name(gim_ifm *model, size_t variable, const char *name)
{
    gim_status status = made(model);
    return status != GIM_OK ? status
                            : gim__names_set(model->variable, model->graph->graph.d, variable, name, "variable",
                                             model->message, &model->allocator);
}

gim_status gim_ifm_set_intervention_name(gim_ifm *model, size_t intervention, const char *name)
{
    gim_status status = made(model);
    return status != GIM_OK ? status
                            : gim__names_set(model->intervention, model->graph->graph.m, intervention, name,
                                             "intervention", model->message, &model->allocator);
}

const char *gim_ifm_variable_name(const gim_ifm *model, size_t variable)
{
    return model == NULL || model->graph == NULL || variable >= model->graph->graph.d ? NULL
                                                                                      : model->variable[variable];
}

const char *gim_ifm_intervention_name(const gim_ifm *model, size_t intervention)
{
    return model == NULL || model->graph == NULL || intervention >= model->graph->graph.m
               ? NULL
               : model->intervention[intervention];
}

gim_status gim_ifm_set_note(gim_ifm *model, const char *note)
{
    if (model == NULL)
        return GIM_ERR_ARGUMENT;
    return gim__note_set(&model->note, note, model->message, &model->allocator);
}

const char *gim_ifm_note(const gim_ifm *model)
{
    return model == NULL ? NULL : model->note != NULL ? model->note : "";
}

/* ---- fit --------------------------------------------------------------------------------------------------------- */

/* The caller's data, of which no environment sets the scale more than another. */
static int describe(size_t env, gim_environment *environment, double *levels, void *user)
{
    const gim_data *theirs = user;
    int status = theirs->describe(env, environment, levels, theirs->user);
    environment->observational = 0;
    return status;
}

static int read_rows(size_t env, const size_t *rows, size_t n_rows, double *x, void *user)
{
    const gim_data *theirs = user;
    return theirs->read(env, rows, n_rows, x, theirs->user);
}

static gim_status check_data(const gim_ifm *model, const gim_data *data)
{
    if (data == NULL || data->struct_size < sizeof *data || data->describe == NULL || data->read == NULL)
        return gim__fail(model->message, GIM_ERR_ARGUMENT,
                         "data must be a gim_data with struct_size = sizeof(gim_data) and both callbacks set");
    if (data->n_environments == 0 || data->n_environments > GIM__IFM_MOST_REGIMES)
        return gim__fail(model->message, GIM_ERR_ARGUMENT, "n_environments is %zu; it must lie in [1, %d]",
                         data->n_environments, GIM__IFM_MOST_REGIMES);
    return GIM_OK;
}

/* What a fit is made in, until it replaces the model's. */
typedef struct making {
    gim__ifm_fit fit;
    gim__data data;
    gim__ifm_intake intake;
} making;

static gim_status prepare(making *new, gim_ifm *model, const gim_ifm_settings *settings, const gim_data *source)
{
    const gim_allocator *allocator = &model->allocator;
    const gim__ifm_graph *graph = &model->graph->graph;
    gim_status status = gim__ifm_nets_open(&new->fit.nets, graph, settings->networks, settings->hidden, allocator);
    if (status == GIM_ERR_ARGUMENT)
        return gim__fail(model->message, status, "the factors have more than %d parameters at %zu hidden units",
                         GIM__IFM_MOST_VALUES, settings->hidden);
    new->intake =
        (gim__ifm_intake){&new->fit, model->message, model->intervention, gim__new(allocator, graph->d, sizeof(double)),
                          gim__new(allocator, graph->d, sizeof(double))};
    if (status == GIM_OK)
        status = gim__ifm_fit_new(&new->fit, source->n_environments, allocator);
    if (status != GIM_OK || new->intake.lowest == NULL || new->intake.highest == NULL)
        return gim__fail(model->message, GIM_ERR_NOMEM, "out of memory for a fit to %zu regimes",
                         source->n_environments);
    gim__visitor visitor = gim__ifm_intake_visitor(&new->intake);
    gim__data_plan plan = {.batch_rows = settings->batch_rows,
                           .in_proportion = 1,
                           .held_out = settings->held_out,
                           .memory_budget = settings->memory_budget << 20,
                           .seed = settings->seed,
                           .visitor = &visitor};
    status = gim__data_open(&new->data, allocator, model->message, source, model->variable, model->intervention,
                            graph->d, graph->m, &plan);
    if (status > 0)
        return gim__fail(model->message, GIM_STOPPED, "stopped while the data were read; the model is as it was");
    return status;
}

/* The model gets the new fit; what it had goes. */
static void replace(gim_ifm *model, making *new, const gim_ifm_settings *settings)
{
    gim__ifm_fit old = model->fit;
    model->fit = new->fit;
    model->settings = *settings;
    new->fit = old;
}

static gim_status make(gim_ifm *model, const gim_ifm_settings *settings, const gim_data *theirs,
                       gim_progress_fn progress, void *user)
{
    making new = {.fit = {.T = 0}};
    gim_data source = {sizeof source, theirs->n_environments, describe, read_rows, (void *)theirs};
    gim_status status = prepare(&new, model, settings, &source);
    if (status == GIM_OK) {
        gim__ifm_plan plan = {&model->allocator,  model->message, settings, new.intake.lowest,
                              new.intake.highest, progress,       user};
        new.fit.training = new.data.training;
        status = gim__ifm_learn(&new.fit, &new.data, &plan);
        if (status >= 0)
            new.data.training = (gim__training){.K = 0}; /* the fit's from here on */
        else
            new.fit.training = (gim__training){.K = 0};
        if (status >= 0)
            replace(model, &new, settings);
    }
    gim__delete(&model->allocator, new.intake.lowest);
    gim__delete(&model->allocator, new.intake.highest);
    gim__ifm_fit_free(&new.fit, &model->allocator);
    gim__data_close(&new.data);
    return status;
}

gim_status gim_ifm_fit(gim_ifm *model, const gim_ifm_settings *settings, const gim_data *data, gim_progress_fn progress,
                       void *user)
{
    gim_ifm_settings preset = {.struct_size = sizeof preset};
    gim_ifm_settings_init(&preset);
    gim_status status = made(model);
    if (status != GIM_OK)
        return status;
    if (settings == NULL)
        settings = &preset;
    status = gim__ifm_check_settings(settings, model->message);
    if (status == GIM_OK)
        status = check_data(model, data);
    return status == GIM_OK ? make(model, settings, data, progress, user) : status;
}

/* ---- report ------------------------------------------------------------------------------------------------------ */

gim_status gim__ifm_ready(const gim_ifm *model)
{
    if (model == NULL)
        return GIM_ERR_ARGUMENT;
    return model->fit.values != NULL
               ? GIM_OK
               : gim__fail(model->message, GIM_ERR_STATE, "the model has no fit yet; call gim_ifm_fit()");
}

gim_status gim_ifm_get_report(const gim_ifm *model, gim_ifm_report *report)
{
    gim_status status = gim__ifm_ready(model);
    if (status != GIM_OK)
        return status;
    if (report == NULL || report->struct_size < sizeof *report)
        return gim__fail(model->message, GIM_ERR_ARGUMENT, "report must have struct_size = sizeof(gim_ifm_report)");
    const gim__ifm_fit *fit = &model->fit;
    *report =
        (gim_ifm_report){report->struct_size, fit->status,  (int64_t)fit->step, (int64_t)fit->best, fit->objective,
                         fit->held_out,       fit->seconds, fit->n_rows,        fit->n_held,        fit->in_memory};
    return GIM_OK;
}

gim_status gim_ifm_get_settings(const gim_ifm *model, gim_ifm_settings *settings)
{
    gim_status status = gim__ifm_ready(model);
    if (status != GIM_OK)
        return status;
    if (settings == NULL || settings->struct_size < sizeof *settings)
        return gim__fail(model->message, GIM_ERR_ARGUMENT, "settings must have struct_size = sizeof(gim_ifm_settings)");
    size_t struct_size = settings->struct_size;
    *settings = model->settings;
    settings->struct_size = struct_size;
    return GIM_OK;
}

size_t gim_ifm_regime_count(const gim_ifm *model)
{
    return model == NULL ? 0 : model->fit.T;
}

gim_status gim_ifm_regime(const gim_ifm *model, size_t index, gim_environment *regime, size_t *levels)
{
    gim_status status = gim__ifm_ready(model);
    if (status != GIM_OK)
        return status;
    const gim__ifm_fit *fit = &model->fit;
    if (index >= fit->T)
        return gim__fail(model->message, GIM_ERR_ARGUMENT, "there is no regime %zu; the fit had %zu", index, fit->T);
    if (regime == NULL || regime->struct_size < sizeof *regime)
        return gim__fail(model->message, GIM_ERR_ARGUMENT, "regime must have struct_size = sizeof(gim_environment)");
    size_t m = fit->nets.graph->m;
    *regime = (gim_environment){regime->struct_size, fit->training.n_rows[index], 0, fit->training.name[index]};
    if (levels != NULL && m > 0)
        memcpy(levels, fit->levels + index * m, m * sizeof *levels);
    return GIM_OK;
}
