/* What gim ifm fit and gim ifm check read: rows, regimes and factors. SPDX-License-Identifier: BSD-3-Clause */
#ifndef IFM_DATA_H
#define IFM_DATA_H

#include "ifm_study.h"
#include "training.h"

/* Starts as {0}. */
struct ifm_data_options {
    struct ifm_tables tables;
    char **data, **hold_outs;
};

#define IFM_DATA(o)                                                                                       \
    ARGS_VALUE("data", 'd', ARGS_ONCE, &(o)->data, "the samples", "FILE"), IFM_TABLES(&(o)->tables, 'r'), \
        ARGS_VALUE("hold-out", 0, ARGS_MANY, &(o)->hold_outs, "a regime of which no rows are looked at", "NAME")

/* Starts as {0}, but for study.ui. The training's features are levels. */
struct ifm_data {
    struct ifm_study study; /* observed: also regimes without rows */
    struct training_choice choice;
    struct training training;
};

/* Reads no file; checks that the tables were given. */
int ifm_data_check(struct ifm_data *data, const struct args_common *common, const struct ifm_data_options *options);
int ifm_data_read(struct ifm_data *data, const struct ifm_data_options *options);
/* The levels of a regime of the training, numbered as its environments are. */
const size_t *ifm_data_levels(const struct ifm_data *data, size_t environment);
const char *ifm_data_name(const struct ifm_data *data, size_t environment);
void ifm_data_free(struct ifm_data *data);

#endif
