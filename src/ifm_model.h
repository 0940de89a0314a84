/* An interventional factor model, as the subcommands of gim ifm use it. SPDX-License-Identifier: BSD-3-Clause */
#ifndef IFM_MODEL_H
#define IFM_MODEL_H

#include <gim/gim.h>
#include <jansson.h>
#include <stdbool.h>

#include "ifm_study.h"

/* Reports a failed call with the model's own message: "where: message", where may be "". Returns EXIT_FAILED. */
int ifm_model_fail(const struct ui *ui, const gim_ifm *model, gim_status status, const char *where);
/* Whether a file holds such a model. */
bool ifm_model_is(const char *path);
/* *model is to be freed in any case. Fails on a model without a fit, and names the commands for one of another kind. */
int ifm_model_load(const struct ui *ui, const char *path, gim_ifm **model);

/* A new model over the study's graph, made already, with all names; *model is to be freed in any case. */
int ifm_model_new(const struct ifm_study *study, gim_ifm **model);
/* The graph and the observed regimes of a fitted model. Factors are "1", "2", ... and levels "0", "1", ... where the
 * model does not say what they are called. */
int ifm_model_study(struct ifm_study *study, const gim_ifm *model, const char *path);

gim_ifm_report ifm_model_report(const gim_ifm *model);
json_t *ifm_model_report_json(const gim_ifm *model);

#endif
