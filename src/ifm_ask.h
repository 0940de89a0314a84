/* What gim ifm sample and gim ifm predict ask a model about. SPDX-License-Identifier: BSD-3-Clause */
#ifndef IFM_ASK_H
#define IFM_ASK_H

#include "ifm_model.h"

/* Starts as {0}. */
struct ifm_ask_options {
    char **unseen, **seed, **chains, **burn, **thin, **threads;
    int force;
};

#define IFM_ASK(o)                                                                                            \
    ARGS_VALUE("unseen", 'p', ARGS_ONCE, &(o)->unseen,                                                        \
               "the regimes asked about (all combinations of levels that were not tried)", "FILE"),           \
        ARGS_FLAG("force", 0, &(o)->force, "answer too what the regimes of the fit do not determine"),        \
        ARGS_VALUE("seed", 0, ARGS_ONCE, &(o)->seed, "the same seed gives the same numbers (1)", "N"),        \
        ARGS_VALUE("chains", 0, ARGS_ONCE, &(o)->chains, "chains of the Gibbs sampler (256)", "N"),           \
        ARGS_VALUE("burn", 0, ARGS_ONCE, &(o)->burn, "sweeps before the first row of each chain (100)", "N"), \
        ARGS_VALUE("thin", 0, ARGS_ONCE, &(o)->thin, "sweeps from one row of a chain to the next (3)", "N"),  \
        ARGS_VALUE("threads", 0, ARGS_ONCE, &(o)->threads, "threads to use; changes no number (all processors)", "N")

/* Starts as {0}, but for study.ui. */
struct ifm_ask {
    struct ifm_study study;
    gim_ifm *model;
    gim_ifm_sampling sampling; /* its seed is the user's */
    bool *identified, *answer; /* (unseen): whether it is determined; whether it is answered, which --force may bring */
    char **why;                /* (unseen): why it is not determined, or NULL */
};

/* Reads no file. */
int ifm_ask_check(struct ifm_ask *ask, const struct ifm_ask_options *options);
/* Reads the model and the regimes, and warns of those that are not determined. Fails where none can be answered. */
int ifm_ask_read(struct ifm_ask *ask, const char *path, const struct ifm_ask_options *options, char delimiter);
/* Of the regime of this number: its levels, its name, and how its rows are drawn. */
const size_t *ifm_ask_levels(const struct ifm_ask *ask, size_t which);
const char *ifm_ask_name(const struct ifm_ask *ask, size_t which);
gim_ifm_sampling ifm_ask_sampling(const struct ifm_ask *ask, size_t which);
void ifm_ask_free(struct ifm_ask *ask);

#endif
