/* Simulated systems. SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/handle.h"
#include "base/rng.h"
#include "base/status.h"
#include "simulate/design.h"
#include "simulate/features.h"
#include "simulate/scm.h"

enum {
    MOST_VARIABLES = 5000,
    MOST_CONFOUNDERS = 5000,
    MOST_PERTURBATIONS = 1000000,
    MOST_DOSES = 1000,
    MOST_ROWS = 1000000000,
    REFERENCE_ROWS = 4096,
    NAME_SIZE = 40
};

struct gim_system {
    gim_allocator allocator;
    gim__message *message;
    int made; /* gim_system_new() succeeded */
    gim_simulation settings;
    double *doses; /* those of training, then the new ones */
    gim__scm scm;
    gim__response *response;        /* (perturbations + new_perturbations) */
    double *center, *scale, *moved; /* (d): units of the rows; the standard deviation by which effects are measured */
    gim__features features;
    char (*name)[NAME_SIZE]; /* of each environment */
};

/* ---- settings ---- */

static const double doses[] = {0.5, 1, 2, 4}, new_doses[] = {0.25, 0.75, 1.5, 3, 6};

gim_status gim_simulation_init(gim_simulation *settings)
{
    if (settings == NULL || settings->struct_size < sizeof *settings)
        return GIM_ERR_ARGUMENT;
    *settings = (gim_simulation){.struct_size = settings->struct_size,
                                 .seed = 1,
                                 .variables = 20,
                                 .edges_per_variable = 2,
                                 .weight_lowest = 0.25,
                                 .weight_highest = 1,
                                 .noise = 0.1,
                                 .perturbations = 40,
                                 .new_perturbations = 20,
                                 .doses = doses,
                                 .new_doses = new_doses,
                                 .n_doses = sizeof doses / sizeof *doses,
                                 .n_new_doses = sizeof new_doses / sizeof *new_doses,
                                 .control_rows = 800,
                                 .rows = 50,
                                 .test_rows = 100};
    return GIM_OK;
}

/* A setting and its range, as the message names it. */
typedef struct limit {
    const char *name;
    double value, lowest, highest;
} limit;

static gim_status check_limits(const gim_simulation *s, gim__message *message)
{
    const limit limits[] = {
        {"variables", (double)s->variables, 2, MOST_VARIABLES},
        {"edges_per_variable", s->edges_per_variable, 0, ((double)s->variables - 1) / 2},
        {"graph", s->graph, GIM_ERDOS_RENYI, GIM_SCALE_FREE},
        {"mechanism", s->mechanism, GIM_LINEAR, GIM_ZERO_INFLATED},
        {"intervention", s->intervention, GIM_HARD, GIM_SHIFT},
        {"weight_lowest", s->weight_lowest, 0, 100},
        {"weight_highest", s->weight_highest, s->weight_lowest, 100},
        {"noise", s->noise, 1e-6, 1e6},
        {"confounders", (double)s->confounders, 0, MOST_CONFOUNDERS},
        {"perturbations", (double)s->perturbations, 2, MOST_PERTURBATIONS},
        {"new_perturbations", (double)s->new_perturbations, 0, MOST_PERTURBATIONS},
        {"n_doses", (double)s->n_doses, 1, MOST_DOSES},
        {"n_new_doses", (double)s->n_new_doses, 0, MOST_DOSES},
        {"effect_lowest", s->effect_lowest, -1000, 1000},
        {"effect_highest", s->effect_highest, s->effect_lowest, 1000},
        {"control_rows", (double)s->control_rows, 1, MOST_ROWS},
        {"rows", (double)s->rows, 1, MOST_ROWS},
        {"test_rows", (double)s->test_rows, 1, MOST_ROWS},
        {"components", (double)s->components, 0, 2 * (double)s->variables},
    };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (!(limits[i].value >= limits[i].lowest && limits[i].value <= limits[i].highest))
            return gim__fail(message, GIM_ERR_ARGUMENT, "%s is %g; it must be from %g to %g", limits[i].name,
                             limits[i].value, limits[i].lowest, limits[i].highest);
    return GIM_OK;
}

/* doses: those of training, then the new ones. */
static gim_status check_doses(const double *all, size_t n, gim__message *message)
{
    for (size_t i = 0; i < n; i++) {
        if (!(all[i] > 0) || !isfinite(all[i]))
            return gim__fail(message, GIM_ERR_ARGUMENT, "a dose is %g; doses must be finite and above 0", all[i]);
        for (size_t j = 0; j < i; j++)
            if (all[j] == all[i])
                return gim__fail(message, GIM_ERR_ARGUMENT,
                                 "dose %g is given twice; doses, the new ones included, must differ", all[i]);
    }
    return GIM_OK;
}

static gim_status take_doses(gim_system *system, const gim_simulation *theirs)
{
    size_t n = theirs->n_doses, n_new = theirs->n_new_doses;
    if (theirs->doses == NULL || (theirs->new_doses == NULL && n_new > 0))
        return gim__fail(system->message, GIM_ERR_ARGUMENT, "doses and new_doses must not be NULL");
    system->doses = gim__new(&system->allocator, n + n_new, sizeof *system->doses);
    if (system->doses == NULL)
        return gim__fail(system->message, GIM_ERR_NOMEM, "out of memory for %zu doses", n + n_new);
    memcpy(system->doses, theirs->doses, n * sizeof *system->doses);
    if (n_new > 0)
        memcpy(system->doses + n, theirs->new_doses, n_new * sizeof *system->doses);
    system->settings.doses = system->doses;
    system->settings.new_doses = system->doses + n;
    return check_doses(system->doses, n + n_new, system->message);
}

static gim_status take_settings(gim_system *system, const gim_simulation *theirs)
{
    gim_simulation *mine = &system->settings;
    if (theirs == NULL || theirs->struct_size < sizeof *theirs)
        return gim__fail(system->message, GIM_ERR_ARGUMENT,
                         "settings must not be NULL, and its struct_size sizeof(gim_simulation)");
    *mine = *theirs;
    gim_status status = check_limits(mine, system->message);
    if (status != GIM_OK)
        return status;
    if (mine->effect_lowest == 0 && mine->effect_highest == 0) {
        mine->effect_lowest = mine->mechanism == GIM_ZERO_INFLATED ? 1 : 3;
        mine->effect_highest = mine->mechanism == GIM_ZERO_INFLATED ? 2 : 6;
    }
    mine->components = mine->components == 0 ? mine->variables : mine->components;
    return take_doses(system, theirs);
}

/* ---- units ---- */

/* Mean and standard deviation of a column of x (n, d), over the positive values' logarithms where asked for. */
static void column_moments(double *mean, double *deviation, const double *x, size_t n, size_t d, int logarithm)
{
    double count = 0, sum = 0, square = 0;
    for (size_t r = 0; r < n; r++) {
        double value = x[r * d];
        if (logarithm && value == 0)
            continue;
        value = logarithm ? log(value) : value;
        double step = value - sum; /* Welford (1962): sum is the mean so far */
        count += 1;
        sum += step / count;
        square += step * (value - sum);
    }
    *mean = sum;
    *deviation = sqrt(square / count);
}

/* Units are those of rows without a perturbation, of their own stream, so that more rows of the control change none. */
static gim_status find_units(gim_system *system, double *x, double *scratch, const unsigned char *none)
{
    const gim_simulation *settings = &system->settings;
    size_t d = settings->variables;
    int zero_inflated = settings->mechanism == GIM_ZERO_INFLATED;
    gim__rng rng;
    gim__rng_open(&rng, settings->seed, GIM__RNG_REFERENCE, 0, 0);
    gim__scm_rows(x, &system->scm, none, NULL, &rng, REFERENCE_ROWS, scratch);
    for (size_t j = 0; j < d; j++) {
        double mean, deviation, ignored;
        column_moments(&mean, &deviation, x + j, REFERENCE_ROWS, d, 0);
        system->moved[j] = deviation;
        if (zero_inflated)
            column_moments(&ignored, &system->moved[j], x + j, REFERENCE_ROWS, d, 1);
        if (!isfinite(mean) || !isfinite(deviation) || !(deviation > 0))
            return gim__fail(system->message, GIM_ERR_NUMERIC,
                             "variable %zu has no finite spread; take smaller weights or fewer edges", j);
        system->center[j] = settings->raw || zero_inflated ? 0 : mean;
        system->scale[j] = settings->raw ? 1 : deviation;
    }
    return GIM_OK;
}

static gim_status make_units(gim_system *system)
{
    const gim_allocator *allocator = &system->allocator;
    size_t d = system->settings.variables;
    gim_status status = GIM_ERR_NOMEM;
    double *x = gim__new(allocator, REFERENCE_ROWS, d * sizeof *x);
    double *scratch = gim__new(allocator, gim__scm_scratch(&system->scm), sizeof *scratch);
    unsigned char *none = gim__new(allocator, d, 1);
    system->center = gim__new(allocator, d, sizeof(double));
    system->scale = gim__new(allocator, d, sizeof(double));
    system->moved = gim__new(allocator, d, sizeof(double));
    if (x != NULL && scratch != NULL && none != NULL && system->center != NULL && system->scale != NULL &&
        system->moved != NULL)
        status = find_units(system, x, scratch, none);
    gim__delete(allocator, x);
    gim__delete(allocator, scratch);
    gim__delete(allocator, none);
    return status;
}

/* ---- perturbations and features ---- */

static const gim__response *response_of(const gim_system *system, const gim__place *place)
{
    size_t first = place->part == GIM_NEW_PERTURBATIONS ? system->settings.perturbations : 0;
    return &system->response[first + place->perturbation];
}

/* target, effect (d): zeros but for the targets; effects in standard deviations. */
static void respond(unsigned char *target, double *effect, const gim_system *system, const gim__place *place)
{
    memset(target, 0, system->settings.variables);
    memset(effect, 0, system->settings.variables * sizeof *effect);
    if (place->dose == 0)
        return;
    const gim__response *response = response_of(system, place);
    for (size_t t = 0; t < response->n_targets; t++) {
        target[response->target[t]] = 1;
        effect[response->target[t]] = gim__hill(response->most[t], response->half[t], response->slope[t], place->dose);
    }
}

/* z (2 d) <- targets, effects */
static void describe(double *z, unsigned char *target, const gim_system *system, size_t env)
{
    size_t d = system->settings.variables;
    gim__place place = gim__design_place(&system->settings, env);
    respond(target, z + d, system, &place);
    for (size_t j = 0; j < d; j++)
        z[j] = target[j];
}

static gim_status make_features(gim_system *system)
{
    const gim_allocator *allocator = &system->allocator;
    size_t d = system->settings.variables, first, count;
    gim__design_part(&system->settings, GIM_TRAINING, &first, &count);
    gim_status status = GIM_ERR_NOMEM;
    double *z = gim__new(allocator, count - 1, 2 * d * sizeof *z);
    unsigned char *target = gim__new(allocator, d, 1);
    for (size_t env = 1; z != NULL && target != NULL && env < count; env++)
        describe(z + (env - 1) * 2 * d, target, system, env);
    if (z != NULL && target != NULL)
        status = gim__features_new(&system->features, z, count - 1, 2 * d, system->settings.components, allocator);
    if (status == GIM_ERR_NUMERIC)
        gim__fail(system->message, status, "no principal components of the perturbations; take another seed");
    gim__delete(allocator, z);
    gim__delete(allocator, target);
    return status;
}

static gim_status make_perturbations(gim_system *system)
{
    const gim_simulation *settings = &system->settings;
    size_t Q = settings->perturbations, all = Q + settings->new_perturbations;
    system->response = gim__new(&system->allocator, all, sizeof *system->response);
    for (size_t q = 0; system->response != NULL && q < all; q++)
        gim__response_draw(&system->response[q], settings, q >= Q, q < Q ? q : q - Q);
    return system->response != NULL ? GIM_OK : GIM_ERR_NOMEM;
}

static gim_status make_names(gim_system *system)
{
    size_t first, count;
    gim__design_part(&system->settings, GIM_NEW_PERTURBATIONS, &first, &count);
    system->name = gim__new(&system->allocator, first + count, sizeof *system->name);
    if (system->name == NULL)
        return GIM_ERR_NOMEM;
    snprintf(system->name[0], NAME_SIZE, "control");
    for (size_t env = 1; env < first + count; env++) {
        gim__place place = gim__design_place(&system->settings, env);
        snprintf(system->name[env], NAME_SIZE, "%c%zu_%c%zu", place.part == GIM_NEW_PERTURBATIONS ? 'q' : 'p',
                 place.perturbation, place.part == GIM_NEW_DOSES ? 'n' : 'd', place.number);
    }
    return GIM_OK;
}

/* ---- new, free ---- */

/* Steps that fail for want of memory have not said so. */
static gim_status make(gim_system *system)
{
    gim_status status = gim__scm_new(&system->scm, &system->settings, &system->allocator);
    if (status == GIM_OK)
        status = make_units(system);
    if (status == GIM_OK)
        status = make_perturbations(system);
    if (status == GIM_OK)
        status = make_features(system);
    if (status == GIM_OK)
        status = make_names(system);
    if (status == GIM_ERR_NOMEM)
        gim__fail(system->message, status, "out of memory for a system of %zu variables", system->settings.variables);
    return status;
}

gim_status gim_system_new(gim_system **system, const gim_simulation *settings, const gim_allocator *allocator)
{
    gim_status status;
    if (system == NULL)
        return GIM_ERR_ARGUMENT;
    gim_system *made = *system = gim__handle_new(&status, sizeof *made, allocator);
    if (made == NULL)
        return status;
    status = take_settings(made, settings);
    if (status == GIM_OK)
        status = make(made);
    made->made = status == GIM_OK;
    return status;
}

void gim_system_free(gim_system *system)
{
    if (system == NULL)
        return;
    gim_allocator allocator = system->allocator;
    gim__features_free(&system->features, &allocator);
    gim__scm_free(&system->scm, &allocator);
    gim__delete(&allocator, system->doses);
    gim__delete(&allocator, system->response);
    gim__delete(&allocator, system->center);
    gim__delete(&allocator, system->scale);
    gim__delete(&allocator, system->moved);
    gim__delete(&allocator, system->name);
    gim__handle_free(system);
}

size_t gim_system_message(const gim_system *system, char *text, size_t size)
{
    return gim__handle_message(system, text, size);
}

/* ---- questions ---- */

static gim_status ready(const gim_system *system)
{
    if (system == NULL)
        return GIM_ERR_ARGUMENT;
    if (!system->made)
        return gim__fail(system->message, GIM_ERR_STATE, "gim_system_new() failed; there is nothing to ask");
    return GIM_OK;
}

static gim_status has_environment(const gim_system *system, size_t env)
{
    size_t first, count;
    gim_status status = ready(system);
    if (status != GIM_OK)
        return status;
    gim__design_part(&system->settings, GIM_NEW_PERTURBATIONS, &first, &count);
    if (env >= first + count)
        return gim__fail(system->message, GIM_ERR_ARGUMENT, "there is no environment %zu; the system has %zu", env,
                         first + count);
    return GIM_OK;
}

gim_status gim_system_part(const gim_system *system, gim_part part, size_t *first, size_t *count)
{
    gim_status status = ready(system);
    if (status != GIM_OK)
        return status;
    if (first == NULL || count == NULL || (int)part < GIM_TRAINING || (int)part > GIM_NEW_PERTURBATIONS)
        return gim__fail(system->message, GIM_ERR_ARGUMENT,
                         "part is %d; it must be 0, 1 or 2, first and count not NULL", (int)part);
    gim__design_part(&system->settings, part, first, count);
    return GIM_OK;
}

const gim_simulation *gim_system_settings(const gim_system *system)
{
    return system == NULL || !system->made ? NULL : &system->settings;
}

/* Memory of a question about one environment. */
typedef struct condition {
    gim__place place;
    double *z; /* (2 d): targets, effects in standard deviations */
    unsigned char *target;
} condition;

static void condition_close(condition *at, const gim_system *system)
{
    gim__delete(&system->allocator, at->z);
    gim__delete(&system->allocator, at->target);
}

static gim_status condition_open(condition *at, const gim_system *system, size_t env)
{
    size_t d = system->settings.variables;
    *at = (condition){gim__design_place(&system->settings, env), gim__new(&system->allocator, 2 * d, sizeof(double)),
                      gim__new(&system->allocator, d, 1)};
    if (at->z == NULL || at->target == NULL) {
        condition_close(at, system);
        return gim__fail(system->message, GIM_ERR_NOMEM, "out of memory for environment \"%s\"", system->name[env]);
    }
    describe(at->z, at->target, system, env);
    return GIM_OK;
}

gim_status gim_system_environment(const gim_system *system, size_t env, gim_environment *environment, double *features)
{
    condition at;
    gim_status status = has_environment(system, env);
    if (status != GIM_OK)
        return status;
    if (environment == NULL || environment->struct_size < sizeof *environment)
        return gim__fail(system->message, GIM_ERR_ARGUMENT,
                         "environment must not be NULL, and its struct_size sizeof(gim_environment)");
    status = condition_open(&at, system, env);
    if (status != GIM_OK)
        return status;
    const gim_simulation *settings = &system->settings;
    environment->n_rows = env == 0                        ? settings->control_rows
                          : at.place.part == GIM_TRAINING ? settings->rows
                                                          : settings->test_rows;
    environment->observational = env == 0;
    environment->name = system->name[env];
    if (features != NULL)
        gim__features_of(features, &system->features, at.z);
    condition_close(&at, system);
    return GIM_OK;
}

/* An effect of variable j, in standard deviations, in the units of the rows. */
static double effect_in_rows(const gim_system *system, size_t j, double effect)
{
    const gim_simulation *settings = &system->settings;
    double own = effect * system->moved[j];
    if (settings->mechanism == GIM_ZERO_INFLATED)
        return settings->intervention == GIM_SHIFT ? own : own - log(system->scale[j]);
    return (settings->intervention == GIM_SHIFT ? own : own - system->center[j]) / system->scale[j];
}

gim_status gim_system_perturbation(const gim_system *system, size_t env, size_t *perturbation, double *dose,
                                   unsigned char *targets, double *effects)
{
    condition at;
    gim_status status = has_environment(system, env);
    if (status == GIM_OK)
        status = condition_open(&at, system, env);
    if (status != GIM_OK)
        return status;
    size_t d = system->settings.variables;
    if (perturbation != NULL)
        *perturbation =
            at.place.perturbation + (at.place.part == GIM_NEW_PERTURBATIONS ? system->settings.perturbations : 0);
    if (dose != NULL)
        *dose = at.place.dose;
    if (targets != NULL)
        memcpy(targets, at.target, d);
    for (size_t j = 0; effects != NULL && j < d; j++)
        effects[j] = at.target[j] ? effect_in_rows(system, j, at.z[d + j]) : 0;
    condition_close(&at, system);
    return GIM_OK;
}

gim_status gim_system_graph(const gim_system *system, unsigned char *edges, double *weights)
{
    gim_status status = ready(system);
    if (status != GIM_OK)
        return status;
    const gim__scm *scm = &system->scm;
    size_t d = scm->d;
    if (weights != NULL && scm->mechanism != GIM_LINEAR)
        return gim__fail(system->message, GIM_ERR_STATE, "only linear mechanisms have weights");
    if (edges != NULL)
        memcpy(edges, scm->edge, d * d);
    if (weights != NULL)
        memset(weights, 0, d * d * sizeof *weights);
    for (size_t j = 0; weights != NULL && j < d; j++)
        for (size_t c = scm->first[j]; c < scm->first[j + 1] && scm->parent[c] < d; c++) {
            size_t i = scm->parent[c];
            weights[i * d + j] = scm->theta[c] * system->scale[i] / system->scale[j];
        }
    return GIM_OK;
}

/* A stream for each part, dose and perturbation, whatever else there is; (0, 0) is the control's. */
static void open_rows(gim__rng *rng, uint64_t seed, const gim__place *place)
{
    uint64_t list = place->dose == 0 ? 0 : 1 + 3 * (uint64_t)place->number + (uint64_t)place->part;
    gim__rng_open(rng, seed, GIM__RNG_ROWS, list, place->perturbation);
}

static void draw_rows(double *x, const gim_system *system, condition *at, size_t n_rows, uint64_t seed, double *scratch)
{
    size_t d = system->settings.variables;
    double *effect = at->z + d;
    gim__rng rng;
    for (size_t j = 0; j < d; j++)
        effect[j] *= system->moved[j];
    open_rows(&rng, seed, &at->place);
    gim__scm_rows(x, &system->scm, at->target, effect, &rng, n_rows, scratch);
    for (size_t r = 0; r < n_rows; r++)
        for (size_t j = 0; j < d; j++)
            x[r * d + j] = (x[r * d + j] - system->center[j]) / system->scale[j];
}

gim_status gim_system_rows(const gim_system *system, size_t env, size_t n_rows, uint64_t seed, double *x)
{
    condition at;
    size_t size;
    gim_status status = has_environment(system, env);
    if (status != GIM_OK)
        return status;
    if (x == NULL || n_rows == 0 || __builtin_mul_overflow(n_rows, system->scm.d * sizeof *x, &size))
        return gim__fail(system->message, GIM_ERR_ARGUMENT, "n_rows is %zu; it must be at least 1, and x not NULL",
                         n_rows);
    status = condition_open(&at, system, env);
    if (status != GIM_OK)
        return status;
    double *scratch = gim__new(&system->allocator, gim__scm_scratch(&system->scm), sizeof *scratch);
    if (scratch != NULL)
        draw_rows(x, system, &at, n_rows, seed, scratch);
    else
        status = gim__fail(system->message, GIM_ERR_NOMEM, "out of memory for rows of \"%s\"", system->name[env]);
    gim__delete(&system->allocator, scratch);
    condition_close(&at, system);
    return status;
}
