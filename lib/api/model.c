/* Handles: made, freed, copied, named, and their options. SPDX-License-Identifier: BSD-3-Clause */
#include "api/model.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/handle.h"
#include "base/name.h"

enum { MOST_VARIABLES = 10000, MOST_FEATURES = 100000 };

#define MOST_EXACT (INT64_C(1) << 53) /* whole numbers up to here are exact in a double */

const char *gim_version(void)
{
    return GIM_VERSION_STRING;
}

/* ---- new, free, copy ---- */

gim_status gim_model_new(gim_model **model, size_t n_variables, size_t n_features, const gim_allocator *allocator)
{
    gim_status status;
    if (model == NULL)
        return GIM_ERR_ARGUMENT;
    *model = NULL;
    if (n_variables < 2 || n_variables > MOST_VARIABLES || n_features < 1 || n_features > MOST_FEATURES)
        return GIM_ERR_ARGUMENT;
    gim_model *made = gim__handle_new(&status, sizeof *made, allocator);
    if (made == NULL)
        return status;
    made->d = n_variables;
    made->p = n_features;
    made->variable = gim__names_new(&made->allocator, n_variables, 'x');
    made->feature = gim__names_new(&made->allocator, n_features, 'f');
    gim__options_init(&made->options);
    if (made->variable == NULL || made->feature == NULL) {
        gim_model_free(made);
        return GIM_ERR_NOMEM;
    }
    *model = made;
    return GIM_OK;
}

void gim_model_free(gim_model *model)
{
    if (model == NULL)
        return;
    gim_allocator allocator = model->allocator;
    gim__fit_free(&model->fit, &allocator);
    gim__baseline_free(&model->baseline, &allocator);
    gim__training_free(&model->training, &allocator);
    gim__names_free(model->variable, model->d, &allocator);
    gim__names_free(model->feature, model->p, &allocator);
    gim__delete(&allocator, model->note);
    gim__handle_free(model);
}

static gim_status copy_names(char **to, char *const *from, size_t n, const gim_allocator *allocator)
{
    for (size_t i = 0; i < n; i++) {
        gim__delete(allocator, to[i]);
        to[i] = gim__clone_text(allocator, from[i]);
        if (to[i] == NULL)
            return GIM_ERR_NOMEM;
    }
    return GIM_OK;
}

static gim_status copy_learned(gim_model *to, const gim_model *from)
{
    const gim_allocator *allocator = &to->allocator;
    if (from->baseline.method != NULL) {
        to->fit = from->fit;
        return gim__baseline_copy(&to->baseline, &from->baseline, allocator);
    }
    if (gim__fit_new(&to->fit, allocator, from->params.size, from->d, from->fit.most_history) != GIM_OK)
        return GIM_ERR_NOMEM;
    gim__fit_copy(&to->fit, &from->fit, from->params.size, from->d);
    return GIM_OK;
}

static gim_status copy_fit(gim_model *to, const gim_model *from)
{
    const gim_allocator *allocator = &to->allocator;
    gim_status status = gim__training_copy(&to->training, &from->training, allocator, from->d, from->p);
    if (status == GIM_OK)
        status = copy_learned(to, from);
    if (status != GIM_OK)
        return status;
    to->spec = from->spec;
    to->params = from->params;
    to->fitted = 1;
    return GIM_OK;
}

gim_status gim_model_copy(gim_model **copy, const gim_model *model)
{
    if (copy == NULL)
        return GIM_ERR_ARGUMENT;
    *copy = NULL;
    if (model == NULL)
        return GIM_ERR_ARGUMENT;
    if (atomic_load(&model->busy))
        return gim__fail(model->message, GIM_ERR_BUSY, "the model is being fitted; copy it afterwards");
    gim_model *made;
    gim_status status = gim_model_new(&made, model->d, model->p, &model->allocator);
    if (status == GIM_OK) {
        made->options = model->options;
        status = copy_names(made->variable, model->variable, model->d, &model->allocator);
    }
    if (status == GIM_OK)
        status = copy_names(made->feature, model->feature, model->p, &model->allocator);
    if (status == GIM_OK && model->note != NULL) {
        made->note = gim__clone_text(&model->allocator, model->note);
        status = made->note != NULL ? GIM_OK : GIM_ERR_NOMEM;
    }
    if (status == GIM_OK && model->fitted)
        status = copy_fit(made, model);
    if (status != GIM_OK) {
        gim_model_free(made);
        return gim__fail(model->message, status, "out of memory for a copy of the model");
    }
    *copy = made;
    return GIM_OK;
}

size_t gim_message(const gim_model *model, char *text, size_t size)
{
    return gim__handle_message(model, text, size);
}

/* ---- names ---- */

size_t gim_variable_count(const gim_model *model)
{
    return model == NULL ? 0 : model->d;
}

size_t gim_feature_count(const gim_model *model)
{
    return model == NULL ? 0 : model->p;
}

static gim_status set_name(gim_model *model, char **names, size_t n, size_t index, const char *name, const char *what)
{
    if (atomic_load(&model->busy))
        return gim__fail(model->message, GIM_ERR_BUSY, "the model is being fitted; name its %ss before", what);
    return gim__names_set(names, n, index, name, what, model->message, &model->allocator);
}

gim_status gim_set_variable_name(gim_model *model, size_t variable, const char *name)
{
    return model == NULL ? GIM_ERR_ARGUMENT : set_name(model, model->variable, model->d, variable, name, "variable");
}

gim_status gim_set_feature_name(gim_model *model, size_t feature, const char *name)
{
    return model == NULL ? GIM_ERR_ARGUMENT : set_name(model, model->feature, model->p, feature, name, "feature");
}

const char *gim_variable_name(const gim_model *model, size_t variable)
{
    return model == NULL || variable >= model->d ? NULL : model->variable[variable];
}

const char *gim_feature_name(const gim_model *model, size_t feature)
{
    return model == NULL || feature >= model->p ? NULL : model->feature[feature];
}

gim_status gim_set_note(gim_model *model, const char *note)
{
    if (model == NULL)
        return GIM_ERR_ARGUMENT;
    if (atomic_load(&model->busy))
        return gim__fail(model->message, GIM_ERR_BUSY, "the model is being fitted; set its note before");
    return gim__note_set(&model->note, note, model->message, &model->allocator);
}

const char *gim_note(const gim_model *model)
{
    return model == NULL ? NULL : model->note != NULL ? model->note : "";
}

/* ---- options ---- */

static gim_status set(gim_model *model, gim_option option, gim_option_kind kind, double value)
{
    if (model == NULL)
        return GIM_ERR_ARGUMENT;
    if (atomic_load(&model->busy))
        return gim__fail(model->message, GIM_ERR_BUSY, "the model is being fitted; set options before");
    if (model->fitted && (int)option < 300 && gim_option_name(option) != NULL)
        return gim__fail(model->message, GIM_ERR_STATE,
                         "option \"%s\" is part of the fitted model; make a new model to change it",
                         gim_option_name(option));
    return gim__option_set(&model->options, option, kind, value, model->message);
}

gim_status gim_set_int(gim_model *model, gim_option option, int64_t value)
{
    if (model != NULL && (value > MOST_EXACT || value < -MOST_EXACT))
        return gim__fail(model->message, GIM_ERR_OPTION, "option number %d cannot be %lld; whole numbers go up to 2^53",
                         (int)option, (long long)value);
    return set(model, option, GIM_INT, (double)value);
}

gim_status gim_set_real(gim_model *model, gim_option option, double value)
{
    return set(model, option, GIM_REAL, value);
}

gim_status gim_get_int(const gim_model *model, gim_option option, int64_t *value)
{
    double found = 0;
    if (model == NULL)
        return GIM_ERR_ARGUMENT;
    if (value == NULL)
        return gim__fail(model->message, GIM_ERR_ARGUMENT, "value must not be NULL");
    gim_status status = gim__option_get(&model->options, option, GIM_INT, &found, model->message);
    if (status == GIM_OK)
        *value = (int64_t)found;
    return status;
}

gim_status gim_get_real(const gim_model *model, gim_option option, double *value)
{
    if (model == NULL)
        return GIM_ERR_ARGUMENT;
    if (value == NULL)
        return gim__fail(model->message, GIM_ERR_ARGUMENT, "value must not be NULL");
    return gim__option_get(&model->options, option, GIM_REAL, value, model->message);
}

/* ---- shared by the other files of this folder ---- */

/* A step of the optimiser moves each latent, and a logit, which is a sum over `rank` of them, by so many times more:
 * without this the edges of many variables are decided before anything is known of them. */
static double edge_scale(double given, size_t rank)
{
    return given > 0 ? given : fmin(0.2, 4 / (double)rank);
}

void gim__model_spec(gim__spec *spec, const gim_model *model)
{
    const gim__options *options = &model->options;
    size_t rank = (size_t)gim__option(options, GIM_RANK);
    *spec = (gim__spec){.d = model->d, .p = model->p, .rank = rank == 0 ? model->d : rank};
    gim__spec_families(spec, (gim_mechanism)gim__option(options, GIM_MECHANISM),
                       (gim_intervention)gim__option(options, GIM_INTERVENTION));
    spec->hidden = (size_t)gim__option(options, GIM_HIDDEN);
    spec->net = (gim__mlp){model->p, (size_t)gim__option(options, GIM_WIDTH), model->d};
    spec->marginal = (gim_marginal)gim__option(options, GIM_MARGINAL);
    spec->alpha = edge_scale(gim__option(options, GIM_EDGE_SCALE), spec->rank);
    spec->volume = spec->zero_inflated ? 0 : gim__option(options, GIM_LOG_DETERMINANT); /* zeros have no volume */
    spec->tau = gim__option(options, GIM_TEMPERATURE);
    spec->sigma_psi = gim__option(options, GIM_EFFECT_NOISE);
    spec->beta_graph = gim__option(options, GIM_GRAPH_SPARSITY);
    spec->beta_target = gim__option(options, GIM_TARGET_SPARSITY);
    spec->sigma_z = gim__option(options, GIM_SIGMA_LATENT);
    spec->sigma_theta = gim__option(options, GIM_SIGMA_MECHANISM);
    spec->sigma_phi = gim__option(options, GIM_SIGMA_NETWORK);
}

gim__baseline gim__model_baseline(const gim_model *model, size_t K)
{
    const gim__options *options = &model->options;
    double dose = gim__option(options, GIM_DOSE_FEATURE);
    return gim__baseline_form(gim__method_of((gim_method)gim__option(options, GIM_METHOD)), K, model->d, model->p,
                              (size_t)gim__option(options, GIM_WIDTH),
                              dose >= 0 && dose < (double)model->p ? (size_t)dose : model->p);
}

const char *gim__model_method(const gim_model *model)
{
    return gim_option_choice(GIM_METHOD, (int64_t)gim__option(&model->options, GIM_METHOD));
}

gim__schedule gim__model_schedule(const gim_model *model)
{
    const gim__options *options = &model->options;
    return (gim__schedule){.steps = (uint64_t)gim__option(options, GIM_STEPS),
                           .check_every = (uint64_t)gim__option(options, GIM_CHECK_EVERY),
                           .learning_rate = gim__option(options, GIM_LEARNING_RATE),
                           .beta_target = gim__option(options, GIM_TARGET_SPARSITY),
                           .target_relief = gim__option(options, GIM_TARGET_RELIEF),
                           .mixed = gim__option(options, GIM_RELAXED_SHIFT),
                           .anneal = gim__option(options, GIM_ANNEAL),
                           .refine = gim__option(options, GIM_REFINE),
                           .patience = gim__option(options, GIM_PATIENCE),
                           .penalty_growth = gim__option(options, GIM_PENALTY_GROWTH),
                           .tolerance = gim__option(options, GIM_TOLERANCE)};
}

size_t gim__model_most_history(const gim_model *model)
{
    gim__schedule schedule = gim__model_schedule(model);
    return (size_t)(schedule.steps / schedule.check_every) + 2;
}

gim_status gim__model_ready(const gim_model *model)
{
    if (model == NULL)
        return GIM_ERR_ARGUMENT;
    if (atomic_load(&model->busy))
        return gim__fail(model->message, GIM_ERR_BUSY, "the model is being fitted; ask it afterwards");
    if (!model->fitted)
        return gim__fail(model->message, GIM_ERR_STATE, "the model has no fit; call gim_fit() or load a fitted model");
    return GIM_OK;
}

gim_status gim__model_causal(const gim_model *model, const char *what)
{
    gim_status status = gim__model_ready(model);
    if (status == GIM_OK && model->baseline.method != NULL)
        return gim__fail(model->message, GIM_ERR_STATE, "the method %s has no %s", gim__model_method(model), what);
    return status;
}
