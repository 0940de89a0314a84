/* What a model is: its sizes, families and constants, fixed during a fit. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__SPEC_H
#define GIM__SPEC_H

#include "gim/gim.h"
#include "math/mlp.h"
#include "model/mech.h"

enum { GIM__EFFECTS = 3 };

typedef struct gim__spec {
    size_t d, p;                     /* variables, features */
    size_t rank, hidden;             /* columns of U and V; units of a variable's network */
    gim__mlp net;                    /* p -> width -> width -> d: targets, and each effect parameter */
    const gim__mech *mech;           /* means */
    int shift;                       /* shift interventions; else hard */
    int zero_inflated;               /* log-normal with zeros; else Gaussian */
    size_t n_effects;                /* effect parameters, */
    gim_effect effect[GIM__EFFECTS]; /* and which they are */
    gim_marginal marginal;
    double alpha, tau, sigma_psi;
    double volume; /* weight of the log-determinant, 0 to 1 */
    double beta_graph, beta_target, sigma_z, sigma_theta, sigma_phi;
} gim__spec;

/* Fills families and effects from a mechanism and an intervention. */
void gim__spec_families(gim__spec *spec, gim_mechanism mechanism, gim_intervention intervention);

#endif
