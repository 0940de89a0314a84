/* How an interventional factor model is fitted, by options. SPDX-License-Identifier: BSD-3-Clause */
#ifndef IFM_SETTINGS_H
#define IFM_SETTINGS_H

#include <gim/gim.h>

#include "args.h"

/* Starts as {0}. */
struct ifm_settings_options {
    char **networks, **objective, **set, **seed, **threads;
};

#define IFM_SETTINGS(o)                                                                                             \
    ARGS_VALUE("networks", 0, ARGS_ONCE, &(o)->networks,                                                            \
               "shared: levels of a factor shift one network; table: each has its own (shared)", "KIND"),           \
        ARGS_VALUE("objective", 0, ARGS_ONCE, &(o)->objective, "quadrature, binned or score-matching (quadrature)", \
                   "KIND"),                                                                                         \
        ARGS_VALUE("set", 's', ARGS_MANY, &(o)->set, "set hidden, grid, steps, ...", "OPTION=VALUE"),               \
        ARGS_VALUE("seed", 0, ARGS_ONCE, &(o)->seed, "the same seed gives the same numbers (1)", "N"),              \
        ARGS_VALUE("threads", 0, ARGS_ONCE, &(o)->threads, "threads to use; changes no number (all processors)", "N")

/* The library's own settings, changed as the options say. */
int ifm_settings_read(gim_ifm_settings *settings, const struct ui *ui, const struct ifm_settings_options *options);
/* Prints the table of what --set takes to standard output. */
void ifm_settings_list(void);
json_t *ifm_settings_json(const gim_ifm_settings *settings);

#endif
