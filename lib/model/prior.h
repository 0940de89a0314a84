/* The log-prior: sparsity of graph and targets, normal latents and weights. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__PRIOR_H
#define GIM__PRIOR_H

#include "model/interv.h"

/* -beta_graph sum_ij sigma(s_ij);  ds += gradient. */
double gim__prior_graph(real *ds, const real *s, const gim__spec *spec);
/* -beta sum_k sum_j sigma(t_j(gamma_k)) over interventional environments;  at->dlogit += gradient. */
double gim__prior_targets(gim__interv *at, double beta, const gim__spec *spec);
/* -|U, V|^2/(2 sigma_z^2) - |theta|^2/(2 sigma_theta^2) - |network weights|^2/(2 sigma_phi^2);  grad += gradient. */
double gim__prior_weights(real *grad, const real *values, const gim__params *params, const gim__spec *spec);

#endif
