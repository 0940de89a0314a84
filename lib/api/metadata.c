/* What a model file says in words and numbers. SPDX-License-Identifier: BSD-3-Clause */
#include "api/metadata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/name.h"

/* FORMAT_VERSION rises when a file may hold what earlier versions of the library do not know; a file without a note is
 * one of WITHOUT_NOTE, and so can be read by them. */
#define FORMAT "gim"
#define FORMAT_VERSION 3
#define WITHOUT_NOTE 2
#define MOST_EXACT (INT64_C(1) << 53) /* whole numbers up to here are exact in a double */
#define TO_TEXT_(number) #number
#define TO_TEXT(number) TO_TEXT_(number)

enum { MOST_VARIABLES = 10000, MOST_FEATURES = 100000, MOST_ENVIRONMENTS = 1000000, MOST_MEMBERS = 200, PLAIN = 64 };

static const char *const keys[] = {"format",       "format_version", "gim_version", "variables", "features",
                                   "environments", "options",        "fit",         "note",      "checksum"};

/* The numbers of a fit that are not arrays, in the order of numbers_of(). Infinity and NaN have their place in some. */
static const struct {
    const char *key;
    enum { REAL, COUNT, TRUTH } kind;
    uint64_t most; /* of a count */
} members[] = {{"step", COUNT, 1000000000},
               {"objective", REAL, 0},
               {"held-out", REAL, 0},
               {"acyclicity", REAL, 0},
               {"seconds", REAL, 0},
               {"rows", COUNT, UINT64_C(1) << 53},
               {"rows-held-out", COUNT, UINT64_C(1) << 53},
               {"rows-in-memory", TRUTH, 0},
               {"graph-fixed", TRUTH, 0},
               {"edges-removed", COUNT, UINT64_C(100000000)},
               {"penalty-lambda", REAL, 0},
               {"penalty-mu", REAL, 0},
               {"penalty-last", REAL, 0},
               {"penalty-best", REAL, 0},
               {"checks", COUNT, 2000000000},
               {"fingerprint", REAL, 0}};
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

/* NULL when memory is out, as all that follow. */
static json_t *names_array(char *const *names, size_t n)
{
    json_t *array = json_array();
    int failed = array == NULL;
    for (size_t i = 0; !failed && i < n; i++)
        failed = json_array_append_new(array, json_string(names[i])) != 0;
    if (!failed)
        return array;
    json_decref(array);
    return NULL;
}

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
    int failed = json_object_set_new(object, "status", json_string(gim_status_name(fit->status))) != 0;
    for (size_t i = 0; !failed && i < MEMBERS; i++) {
        json_t *value = members[i].kind == REAL    ? gim__json_real(number[i])
                        : members[i].kind == TRUTH ? json_boolean(number[i] != 0)
                                                   : json_integer((json_int_t)number[i]);
        failed = json_object_set_new(object, members[i].key, value) != 0;
    }
    if (!failed)
        return object;
    json_decref(object);
    return NULL;
}

/* Adds value as text; value is given up. Returns 0 when memory is out. */
static int add_text(json_t *metadata, const char *key, json_t *value, const gim_allocator *allocator)
{
    size_t length;
    char *text = value == NULL ? NULL : gim__json_text(value, allocator, &length);
    json_decref(value);
    if (text == NULL)
        return 0;
    int added = json_object_set_new(metadata, key, json_stringn(text, length)) == 0;
    gim__delete(allocator, text);
    return added;
}

json_t *gim__metadata_new(const gim_model *model)
{
    const gim_allocator *allocator = &model->allocator;
    const char *version = model->note != NULL ? TO_TEXT(FORMAT_VERSION) : TO_TEXT(WITHOUT_NOTE);
    json_t *metadata = json_object();
    int made = json_object_set_new(metadata, "format", json_string(FORMAT)) == 0 &&
               json_object_set_new(metadata, "format_version", json_string(version)) == 0 &&
               json_object_set_new(metadata, "gim_version", json_string(GIM_VERSION_STRING)) == 0 &&
               add_text(metadata, "variables", names_array(model->variable, model->d), allocator) &&
               add_text(metadata, "features", names_array(model->feature, model->p), allocator) &&
               add_text(metadata, "options", options_object(&model->options), allocator);
    if (made && model->fitted)
        made = add_text(metadata, "environments", names_array(model->training.name, model->training.K), allocator) &&
               add_text(metadata, "fit", fit_object(&model->fit), allocator);
    if (made && model->note != NULL)
        made = json_object_set_new(metadata, "note", json_string(model->note)) == 0;
    if (made)
        return metadata;
    json_decref(metadata);
    return NULL;
}

static void checksum_text(char text[9], uint32_t checksum)
{
    snprintf(text, 9, "%08lx", (unsigned long)checksum);
}

int gim__metadata_set_checksum(json_t *metadata, uint32_t checksum)
{
    char text[9];
    checksum_text(text, checksum);
    return json_object_set_new(metadata, "checksum", json_string(text)) == 0;
}

/* ---- reading ---- */

static const char *text_of(const gim__container *container, const char *key)
{
    return json_string_value(json_object_get(container->metadata, key)); /* NULL where there is none */
}

/* First of all, so that a newer file is called newer, not damaged. */
static gim_status check_version(const gim__container *container)
{
    char plain[PLAIN], version[PLAIN];
    const char *format = text_of(container, "format"), *number = text_of(container, "format_version");
    const char *writer = text_of(container, "gim_version");
    if (format == NULL || strcmp(format, FORMAT) != 0)
        return gim__container_fail(container, GIM_ERR_FORMAT, "is a safetensors file, but not a libgim model");
    size_t digits = number == NULL ? 0 : strspn(number, "0123456789");
    if (digits == 0 || digits > 9 || number[digits] != '\0' || number[0] == '0')
        return gim__container_fail(container, GIM_ERR_FORMAT,
                                   "metadata \"format_version\" is \"%s\"; it must be a whole number from 1 on",
                                   number == NULL ? "" : gim__plain(plain, sizeof plain, number));
    if (strtol(number, NULL, 10) <= FORMAT_VERSION)
        return GIM_OK;
    return gim__container_fail(container, GIM_ERR_VERSION,
                               "has format version %s, by libgim %s; this libgim, %s, reads versions 1 to %d", number,
                               writer == NULL ? "of no version" : gim__plain(version, sizeof version, writer),
                               GIM_VERSION_STRING, FORMAT_VERSION);
}

static gim_status check_keys(const gim__container *container)
{
    const char *key;
    json_t *value;
    json_object_foreach(container->metadata, key, value)
    {
        char plain[PLAIN];
        size_t i = 0;
        while (i < sizeof keys / sizeof *keys && strcmp(keys[i], key) != 0)
            i++;
        if (i == sizeof keys / sizeof *keys)
            return gim__container_fail(container, GIM_ERR_FORMAT, "metadata \"%s\" is unknown",
                                       gim__plain(plain, sizeof plain, key));
    }
    if (text_of(container, "gim_version") == NULL)
        return gim__container_fail(container, GIM_ERR_FORMAT, "has no metadata \"gim_version\"");
    if ((text_of(container, "fit") == NULL) != (text_of(container, "environments") == NULL))
        return gim__container_fail(container, GIM_ERR_FORMAT,
                                   "has one of the metadata \"fit\" and \"environments\", not both");
    return GIM_OK;
}

/* Parses the text of one key, an array of at most so many names or an object. */
static gim_status parse(json_t **value, const gim__container *container, const char *key, int names, size_t most)
{
    gim__json_fault fault;
    const json_t *text = json_object_get(container->metadata, key);
    if (text == NULL)
        return gim__container_fail(container, GIM_ERR_FORMAT, "has no metadata \"%s\"", key);
    *value = gim__json_parse(json_string_value(text), json_string_length(text), most + 1, 1, &fault);
    if (*value == NULL)
        return gim__container_fail(container, fault.status, "metadata \"%s\" %s", key, fault.text);
    if (names ? !json_is_array(*value) : !json_is_object(*value))
        return gim__container_fail(container, GIM_ERR_FORMAT, "metadata \"%s\" is not an %s", key,
                                   names ? "array of names" : "object");
    return GIM_OK;
}

gim_status gim__metadata_open(gim__metadata *metadata, const gim__container *container)
{
    *metadata = (gim__metadata){NULL};
    gim_status status = check_version(container);
    if (status == GIM_OK)
        status = check_keys(container);
    if (status == GIM_OK)
        status = parse(&metadata->variables, container, "variables", 1, MOST_VARIABLES);
    if (status == GIM_OK)
        status = parse(&metadata->features, container, "features", 1, MOST_FEATURES);
    if (status == GIM_OK)
        status = parse(&metadata->options, container, "options", 0, MOST_MEMBERS);
    if (status != GIM_OK || text_of(container, "fit") == NULL)
        return status;
    status = parse(&metadata->fit, container, "fit", 0, MOST_MEMBERS);
    if (status == GIM_OK)
        status = parse(&metadata->environments, container, "environments", 1, MOST_ENVIRONMENTS);
    return status;
}

void gim__metadata_free(gim__metadata *metadata)
{
    json_t *all[] = {metadata->variables, metadata->features, metadata->options, metadata->fit, metadata->environments};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        json_decref(all[i]);
    *metadata = (gim__metadata){NULL};
}

/* ---- names ---- */

/* One name of an array, checked; a copy of it takes the place of *to. */
static gim_status take_name(char **to, const json_t *value, const char *what, size_t i, const gim__container *container)
{
    const char *name = json_string_value(value);
    if (name == NULL || !gim__name_valid(name))
        return gim__container_fail(container, GIM_ERR_FORMAT, "the name of %s %zu is not text of 1 to 1023 bytes", what,
                                   i);
    char *copy = gim__clone_text(container->allocator, name);
    if (copy == NULL)
        return gim__container_fail(container, GIM_ERR_NOMEM, "out of memory for the name of %s %zu", what, i);
    gim__delete(container->allocator, *to);
    *to = copy;
    return GIM_OK;
}

/* Names that must differ: seen has those before. */
static gim_status take_names(char **to, const json_t *array, const char *what, const gim__container *container)
{
    json_t *seen = json_object();
    gim_status status = GIM_OK;
    for (size_t i = 0; status == GIM_OK && i < json_array_size(array); i++) {
        char plain[PLAIN];
        status = take_name(&to[i], json_array_get(array, i), what, i, container);
        if (status != GIM_OK)
            break;
        if (json_object_get(seen, to[i]) != NULL)
            status = gim__container_fail(container, GIM_ERR_FORMAT, "two %ss are called \"%s\"", what,
                                         gim__plain(plain, sizeof plain, to[i]));
        else if (json_object_set_new(seen, to[i], json_true()) != 0)
            status = gim__container_fail(container, GIM_ERR_NOMEM, "out of memory for the names of %ss", what);
    }
    json_decref(seen);
    return status;
}

gim_status gim__metadata_environments(gim__training *training, const gim__metadata *metadata,
                                      const gim__container *container)
{
    gim_status status = GIM_OK;
    for (size_t k = 0; status == GIM_OK && k < training->K; k++)
        status = take_name(&training->name[k], json_array_get(metadata->environments, k), "environment", k, container);
    return status;
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
    const char *note = text_of(container, "note");
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
    status = take_names((*model)->variable, metadata->variables, "variable", container);
    if (status == GIM_OK)
        status = take_names((*model)->feature, metadata->features, "feature", container);
    if (status == GIM_OK)
        status = take_note(*model, container);
    json_object_foreach(metadata->options, key, value)
    {
        if (status == GIM_OK)
            status = take_option(*model, key, value, container);
    }
    return status;
}

/* ---- the fit ---- */

static int member_number(double *number, size_t member, const json_t *value)
{
    uint64_t count = 0;
    if (members[member].kind == REAL)
        return gim__json_get_real(value, number);
    if (members[member].kind == TRUTH) {
        *number = json_is_true(value);
        return json_is_boolean(value);
    }
    int is = gim__json_get_count(value, members[member].most, &count);
    *number = (double)count;
    return is;
}

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
    if (json_object_size(metadata->fit) != MEMBERS + 1)
        return gim__container_fail(container, GIM_ERR_FORMAT, "metadata \"fit\" has %zu members, not %d",
                                   json_object_size(metadata->fit), MEMBERS + 1);
    for (size_t i = 0; i < MEMBERS; i++)
        if (!member_number(&number[i], i, json_object_get(metadata->fit, members[i].key)))
            return gim__container_fail(container, GIM_ERR_FORMAT,
                                       "metadata \"fit\": %s is missing, or not a value that it can have",
                                       members[i].key);
    gim_status status = take_status(fit, json_object_get(metadata->fit, "status"), container);
    to_fit(fit, number);
    return status;
}

/* ---- checksum ---- */

gim_status gim__metadata_check(const gim__container *container, uint32_t checksum)
{
    char text[9];
    const char *theirs = text_of(container, "checksum");
    checksum_text(text, checksum);
    if (theirs == NULL || strcmp(theirs, text) == 0)
        return GIM_OK;
    return gim__container_fail(container, GIM_ERR_FORMAT, "is damaged: its checksum does not agree with what it holds");
}
