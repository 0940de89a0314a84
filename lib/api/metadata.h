/* What a model file says in words and numbers: names, options, how the fit stands.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__METADATA_H
#define GIM__METADATA_H

#include "api/fields.h"
#include "api/model.h"

/* The metadata of a model, without the checksum; NULL when memory is out. Names must be UTF-8. */
json_t *gim__metadata_new(const gim_model *model);

/* The metadata of a file, taken apart. */
typedef struct gim__metadata {
    json_t *variables, *features; /* arrays of names */
    json_t *options, *fit;        /* objects; fit is NULL where the model has none */
    json_t *environments;         /* an array of names; NULL without a fit */
} gim__metadata;

/* Checks that this is a model of a version that can be read, and that nothing unknown is in it. Free in any case. */
gim_status gim__metadata_open(gim__metadata *metadata, const gim__container *container);
void gim__metadata_free(gim__metadata *metadata);
/* A model with the file's names and options, and without a fit. */
gim_status gim__metadata_model(gim_model **model, const gim__metadata *metadata, const gim__container *container);
/* The fit's numbers, n_history among them; its arrays are left alone. */
gim_status gim__metadata_fit(gim__fit *fit, const gim__metadata *metadata, const gim__container *container);
/* Names of the environments, into training->name. */
gim_status gim__metadata_environments(gim__training *training, const gim__metadata *metadata,
                                      const gim__container *container);

#endif
