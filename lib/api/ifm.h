/* The handles behind gim_ifm_graph and gim_ifm. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__IFM_H
#define GIM__IFM_H

#include "base/status.h"
#include "ifm/learn.h"

struct gim_ifm_graph {
    gim_allocator allocator;
    gim__message *message; /* by pointer: queries of a const graph may fail too */
    gim__ifm_graph graph;  /* d is 0 where gim_ifm_graph_new() failed */
};

struct gim_ifm {
    gim_allocator allocator;
    gim__message *message;
    gim_ifm_graph *graph;            /* the model's own; NULL where gim_ifm_new() failed */
    char **variable, **intervention; /* names */
    char *note;                      /* the caller's; NULL: none */
    gim_ifm_settings settings;       /* of the fit */
    gim__ifm_fit fit;                /* values is NULL without one */
};

enum { GIM__IFM_MOST_REGIMES = 10000 };

/* GIM_OK where the graph was made, has factors, and each variable is in one. */
gim_status gim__ifm_graph_whole(const gim_ifm_graph *graph);
/* GIM_OK where each level is there. what, number: "target", 0. */
gim_status gim__ifm_graph_levels(const gim__ifm_graph *graph, const size_t *levels, const char *what, size_t number,
                                 gim__message *message);
/* GIM_OK where the model has a fit. */
gim_status gim__ifm_ready(const gim_ifm *model);
/* GIM_OK where all settings are in their ranges. */
gim_status gim__ifm_check_settings(const gim_ifm_settings *settings, gim__message *message);

#endif
