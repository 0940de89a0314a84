/* What a model file says in words and numbers. SPDX-License-Identifier: BSD-3-Clause */
#include "api/metadata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/name.h"

/* FORMAT_VERSION rises when a file may hold what earlier versions of the library do not know. */
#define FORMAT "gim"
#define FORMAT_VERSION 4
#define MOST_EXACT (INT64_C(1) << 53) /* whole numbers up to here are exact in a double */
#define TO_TEXT_(number) #number
#define TO_TEXT(number) TO_TEXT_(number)

enum { MOST_VARIABLES = 10000, MOST_FEATURES = 100000, MOST_ENVIRONMENTS = 1000000, MOST_MEMBERS = 200, PLAIN = 64 };

static const char *const keys[] = {"format",       "format_version", "gim_version", "variables", "features",
                                   "environments", "options",        "fit",         "note",      "checksum"};

/* The numbers of a fit that are not arrays, in the order of numbers_of(). */
static const gim__member members[] = {{"step", GIM__COUNT, 1000000000},
                                      {"objective", GIM__REAL, 0},
                                      {"held-out", GIM__REAL, 0},
                                      {"acyclicity", GIM__REAL, 0},
                                      {"seconds", GIM__REAL, 0},
                                      {"rows", GIM__COUNT, UINT64_C(1) << 53},
                                      {"rows-held-out", GIM__COUNT, UINT64_C(1) << 53},
                                      {"rows-in-memory", GIM__TRUTH, 0},
                                      {"graph-fixed", GIM__TRUTH, 0},
                                      {"edges-removed", GIM__COUNT, UINT64_C(100000000)},
                                      {"penalty-lambda", GIM__REAL, 0},
                                      {"penalty-mu", GIM__REAL, 0},
                                      {"penalty-last", GIM__REAL, 0},
                                      {"penalty-best", GIM__REAL, 0},
                                      {"checks", GIM__COUNT, 2000000000},
                                      {"fingerprint", GIM__REAL, 0}};
enum { MEMBERS = sizeof members / sizeof *members };

static const gim_status statuses[] = {GIM_OK, GIM_STOPPED, GIM_CYCLIC};
enum { STATUSES = sizeof statuses / sizeof *statuses };

/* All are exact in a double. */
static void numbers_of(double number[MEMBERS], const gim__fit *fit)
{
    const double numbers[MEMBERS] = {(double)fit->step,    fit->objective,      fit->held_out,
                                     fit->acyclicity,      fit->seconds,        fit->n_rows,
                                     fit->n_held,          fit->in_memory,      fit->fixed,
                                     (double)fit->removed, fit->penalty.lambda, fit->penalty.mu,
                                     fit->penalty.last_h,  fit->penalty.best,   (double)fit->n_history,
                                     fit->fingerprint};
    memcpy(number, numbers, sizeof numbers);
}

static void to_fit(gim__fit *fit, const double number[MEMBERS])
{
    size_t i = 0;
    fit->step = (uint64_t)number[i++];
    fit->objective = number[i++];
    fit->held_out = number[i++];
    fit->acyclicity = number[i++];
    fit->seconds = number[i++];
    fit->n_rows = number[i++];
    fit->n_held = number[i++];
    fit->in_memory = number[i++];
    fit->fixed = (int)number[i++];
    fit->removed = (size_t)number[i++];
    fit->penalty.lambda = number[i++];
    fit->penalty.mu = number[i++];
    fit->penalty.last_h = number[i++];
    fit->penalty.best = number[i++];
    fit->n_history = (size_t)number[i++];
    fit->fingerprint = number[i++];
}

/* ---- writing ---- */

static json_t *option_value(gim_option option, double value)
{
    gim_option_kind kind = GIM_INT;
    gim_option_type(option, &kind);
    if (kind == GIM_CHOICE)
        return json_string(gim_option_choice(option, (int64_t)value));
    return kind == GIM_INT ? json_integer((json_int_t)value) : gim__json_real(value);
}

static json_t *options_object(const gim__options *options)
{
    json_t *object = json_object();
    int failed = object == NULL;
    for (size_t i = 0; !failed && i < gim_option_count(); i++) {
        gim_option option = GIM_SEED;
        gim_option_at(i, &option);
        failed = json_object_set_new(object, gim_option_name(option),
                                     option_value(option, gim__option(options, option))) != 0;
    }
    if (!failed)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *fit_object(const gim__fit *fit)
{
    double number[MEMBERS];
    json_t *object = json_object();
    numbers_of(number, fit);
    if (json_object_set_new(object, "status", json_string(gim_status_name(fit->status))) == 0 &&
        gim__members_add(object, members, number, MEMBERS))
        return object;
    json_decref(object);
    return NULL;
}

json_t *gim__metadata_new(const gim_model *model)
{
    const gim_allocator *allocator = &model->allocator;
    json_t *metadata = json_object();
    int made = json_object_set_new(metadata, "format", json_string(FORMAT)) == 0 &&
               json_object_set_new(metadata, "format_version", json_string(TO_TEXT(FORMAT_VERSION))) == 0 &&
               json_object_set_new(metadata, "gim_version", json_string(GIM_VERSION_STRING)) == 0 &&
               gim__fields_add(metadata, "variables", gim__fields_names(model->variable, model->d), allocator) &&
               gim__fields_add(metadata, "features", gim__fields_names(model->feature, model->p), allocator) &&
               gim__fields_add(metadata, "options", options_object(&model->options), allocator);
    if (made && model->fitted)
        made = gim__fields_add(metadata, "environments", gim__fields_names(model->training.name, model->training.K),
                               allocator) &&
               gim__fields_add(metadata, "fit", fit_object(&model->fit), allocator);
    if (made && model->note != NULL)
        made = json_object_set_new(metadata, "note", json_string(model->note)) == 0;
    if (made)
        return metadata;
    json_decref(metadata);
    return NULL;
}

/* ---- reading ---- */

gim_status gim__metadata_open(gim__metadata *metadata, const gim__container *container)
{
    *metadata = (gim__metadata){NULL};
    gim_status status = gim__fields_version(container, FORMAT, FORMAT_VERSION);
    if (status == GIM_OK)
        status = gim__fields_keys(container, keys, sizeof keys / sizeof *keys);
    if (status == GIM_OK)
        status = gim__fields_parse(&metadata->variables, container, "variables", 1, MOST_VARIABLES);
    if (status == GIM_OK)
        status = gim__fields_parse(&metadata->features, container, "features", 1, MOST_FEATURES);
    if (status == GIM_OK)
        status = gim__fields_parse(&metadata->options, container, "options", 0, MOST_MEMBERS);
    if (status != GIM_OK || gim__fields_text(container, "fit") == NULL)
        return status;
    status = gim__fields_parse(&metadata->fit, container, "fit", 0, MOST_MEMBERS);
    if (status == GIM_OK)
        status = gim__fields_parse(&metadata->environments, container, "environments", 1, MOST_ENVIRONMENTS);
    return status;
}

void gim__metadata_free(gim__metadata *metadata)
{
    json_t *all[] = {metadata->variables, metadata->features, metadata->options, metadata->fit, metadata->environments};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        json_decref(all[i]);
    *metadata = (gim__metadata){NULL};
}

gim_status gim__metadata_environments(gim__training *training, const gim__metadata *metadata,
                                      const gim__container *container)
{
    return gim__fields_take_names(training->name, metadata->environments, "environment", 0, container);
}

/* ---- options ---- */

/* The number that an option's value in a file stands for. Returns 0 where it is of another kind. */
static int option_number(double *number, gim_option option, gim_option_kind kind, const json_t *value)
{
    if (kind == GIM_REAL)
        return gim__json_get_real(value, number);
    if (kind == GIM_INT) {
        json_int_t whole = json_integer_value(value);
        *number = (double)whole;
        return json_is_integer(value) && whole >= -MOST_EXACT && whole <= MOST_EXACT;
    }
    const char *choice = json_string_value(value);
    for (int64_t i = 0; choice != NULL && gim_option_choice(option, i) != NULL; i++)
        if (strcmp(gim_option_choice(option, i), choice) == 0) {
            *number = (double)i;
            return 1;
        }
    return 0;
}

static gim_status take_option(gim_model *model, const char *key, const json_t *value, const gim__container *container)
{
    char plain[PLAIN], why[256];
    gim_option option = GIM_SEED;
    gim_option_kind kind = GIM_INT;
    double number = 0;
    gim__plain(plain, sizeof plain, key);
    if (gim_option_find(key, &option) != GIM_OK)
        return gim__container_fail(container, GIM_ERR_FORMAT, "option \"%s\" is unknown", plain);
    gim_option_type(option, &kind);
    if (!option_number(&number, option, kind, value))
        return gim__container_fail(container, GIM_ERR_FORMAT, "option \"%s\" has a value of the wrong kind", plain);
    if (gim__option_set(&model->options, option, kind, number, model->message) == GIM_OK)
        return GIM_OK;
    gim__message_copy(model->message, why, sizeof why);
    return gim__container_fail(container, GIM_ERR_FORMAT, "%s", why);
}

static gim_status take_note(gim_model *model, const gim__container *container)
{
    const char *note = gim__fields_text(container, "note");
    gim_status status = gim_set_note(model, note);
    return status == GIM_ERR_ARGUMENT
               ? gim__container_fail(container, GIM_ERR_FORMAT, "the note is longer than %d bytes", GIM__MOST_NOTE)
           : status != GIM_OK ? gim__container_fail(container, status, "out of memory for the note")
                              : GIM_OK;
}

gim_status gim__metadata_model(gim_model **model, const gim__metadata *metadata, const gim__container *container)
{
    const char *key;
    json_t *value;
    size_t d = json_array_size(metadata->variables), p = json_array_size(metadata->features);
    gim_status status = gim_model_new(model, d, p, container->allocator);
    if (status == GIM_ERR_ARGUMENT)
        return gim__container_fail(container, GIM_ERR_FORMAT,
                                   "has %zu variables and %zu features; a model has 2 to %d and 1 to %d", d, p,
                                   MOST_VARIABLES, MOST_FEATURES);
    if (status != GIM_OK)
        return gim__container_fail(container, status, "out of memory for %zu variables and %zu features", d, p);
    status = gim__fields_take_names((*model)->variable, metadata->variables, "variable", 1, container);
    if (status == GIM_OK)
        status = gim__fields_take_names((*model)->feature, metadata->features, "feature", 1, container);
    if (status == GIM_OK)
        status = take_note(*model, container);
    if (status == GIM_OK) /* no fit had it before format version 4 */
        status = gim_set_real(*model, GIM_LOG_DETERMINANT, 0);
    json_object_foreach(metadata->options, key, value)
    {
        if (status == GIM_OK)
            status = take_option(*model, key, value, container);
    }
    return status;
}

/* ---- the fit ---- */

static gim_status take_status(gim__fit *fit, const json_t *value, const gim__container *container)
{
    const char *name = json_string_value(value);
    for (size_t i = 0; name != NULL && i < STATUSES; i++)
        if (strcmp(gim_status_name(statuses[i]), name) == 0) {
            fit->status = statuses[i];
            return GIM_OK;
        }
    return gim__container_fail(container, GIM_ERR_FORMAT,
                               "metadata \"fit\": status is not GIM_OK, GIM_STOPPED or GIM_CYCLIC");
}

gim_status gim__metadata_fit(gim__fit *fit, const gim__metadata *metadata, const gim__container *container)
{
    double number[MEMBERS] = {0};
    gim_status status = gim__members_take(number, members, MEMBERS, 1, metadata->fit, "fit", container);
    if (status == GIM_OK)
        status = take_status(fit, json_object_get(metadata->fit, "status"), container);
    to_fit(fit, number);
    return status;
}
