/* What gim prepare left. SPDX-License-Identifier: BSD-3-Clause */
#include "prepared.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "memory.h"
#include "preparation.h"

const char *const prepared_units[] = {"model", "counts", NULL};

static bool is_preparation(const json_t *json)
{
    const char *format = json_string_value(json_object_get(json, "format"));
    return format != NULL && strcmp(format, "gim-preparation") == 0;
}

int prepared_choose(struct training_choice *choice, const struct ui *ui, const char *folder)
{
    json_error_t error;
    char *path = memory_format("%s/%s", folder, preparation_files[0]);
    json_t *json = json_load_file(path, 0, &error);
    int code = EXIT_OK;
    if (json == NULL)
        code = ui_fail(ui, "%s: %s; --prepared wants a folder of gim prepare", path, error.text);
    else if (!is_preparation(json))
        code = ui_fail(ui, "%s: is not of gim prepare", path);
    else
        choice->note = json_dumps(json, JSON_COMPACT);
    recipe_names_from_json(&choice->hold_outs, json_object_get(json, "hold-out"));
    json_decref(json);
    free(path);
    choice->owned[0] = memory_format("%s/%s", folder, preparation_files[1]);
    choice->owned[1] = memory_format("%s/%s", folder, preparation_files[2]);
    choice->cells = choice->owned[0];
    choice->perturbations = choice->owned[1];
    names_add(&choice->controls, RECIPE_CONTROL);
    return code;
}

int prepared_read(struct prepared *prepared, const struct ui *ui, const gim_model *model, const char *needed_by)
{
    json_t *json = json_loads(gim_note(model), 0, NULL), *scale = json_object_get(json, "normalise");
    int code = is_preparation(json)
                   ? recipe_from_json(&prepared->recipe, ui, json)
                   : ui_fail(ui, "%s: the model does not say how its data were made; gim fit --prepared keeps that",
                             needed_by);
    const json_t *total = json_object_get(scale, "target-total");
    prepared->log1p = json_is_true(json_object_get(scale, "log1p"));
    prepared->total = json_is_number(total) ? json_number_value(total) : NAN;
    json_decref(json);
    return code;
}

void prepared_free(struct prepared *prepared)
{
    recipe_free(&prepared->recipe);
}

void prepared_counts(const struct prepared *prepared, double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = fmax(prepared->log1p ? expm1(x[i]) : x[i], 0);
}
