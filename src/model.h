/* A fitted model, as the subcommands use it. SPDX-License-Identifier: BSD-3-Clause */
#ifndef MODEL_H
#define MODEL_H

#include <gim/gim.h>
#include <jansson.h>

#include "names.h"
#include "number.h"
#include "ui.h"

/* Reports a failed call with the model's own message: "where: message", where may be "". Returns EXIT_FAILED. */
int model_fail(const struct ui *ui, const gim_model *model, gim_status status, const char *where);
/* *model is to be freed in any case. Fails on a model without a fit, and names the commands for one of another kind. */
int model_load(const struct ui *ui, const char *path, gim_model **model);

/* Fails where -o was not given, or is standard output. */
int model_check_output(const struct ui *ui, char **output);
/* Whether a model could be written there: found out before the hour of fitting rather than after it. */
int model_check_path(const struct ui *ui, const char *path);

/* Gives all variables, say, their names, by a setter of any kind of model. */
typedef gim_status (*model_setter)(void *model, size_t index, const char *name);
gim_status model_name_all(void *model, model_setter set, const struct names *names);
void model_variables(const gim_model *model, struct names *names);
void model_features(const gim_model *model, struct names *names);
/* A figure of the fit's report; NaN where there is no fit. */
double model_report(const gim_model *model, gim_report_item item);
/* Whether it is a baseline, which has no graph and no targets. */
bool model_is_baseline(const gim_model *model);
/* "converged", "stopped" or "cyclic" */
const char *model_state(const gim_model *model);

/* How many processors this process may use. */
int64_t model_processors(void);
/* Sets the number of threads as --threads asks, or model_processors(). */
int model_set_threads(const struct ui *ui, gim_model *model, char **values);
/* The same number, for what is no gim_model. */
int model_threads(const struct ui *ui, char **values, int64_t *threads);

/* The value of an option, whatever its kind; and such a value as text. */
double model_option(const gim_model *model, gim_option option);
const char *model_option_text(gim_option option, double value, char text[NUMBER_SIZE]);
json_t *model_options_json(const gim_model *model);
json_t *model_report_json(const gim_model *model);

#endif
