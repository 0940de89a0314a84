/* Log-density of groups of rows given the moments of their residuals, and their interventions, forward and backward:
 * Gaussian, or log-normal with zeros. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__DENSITY_H
#define GIM__DENSITY_H

#include "model/groups.h"
#include "model/interv.h"

/* Noise of the mechanisms, per variable: made from the parameters once a step. Pointers to d values each. */
typedef struct gim__noise_law {
    const real *logvar, *precision; /* precision exp(-logvar) */
    const real *log_pi, *log_rest;  /* log pi, log(1 - pi); unused where Gaussian */
} gim__noise_law;

/* Residuals y - mean of one group and one variable, about one times `mean`: their mean and spread are as those of y in
 * gim__groups. */
typedef struct gim__residual {
    real mean, spread;
} gim__residual;

/* Gradients that the backward pass adds to. */
typedef struct gim__density_grad {
    real *logvar, *logit_pi; /* (d) */
    real *target;            /* (K, d) of this draw */
    real *effect;            /* (n_effects, K, d) of this draw */
    gim__residual
        *residual; /* by family: with respect to S1 = sum w z one r (in mean) and S2 = sum w z r^2 (in spread),
                              * for a residual r */
} gim__density_grad;

/* log p(group g) under draw m, given residuals (families, groups), and of (d) the families of the draw. Constants that
 * no parameter moves are included. */
real gim__density_forward(const gim__groups *groups, size_t g, const gim__residual *residual, const size_t *of,
                          const gim__noise_law *law, const gim__draws *draws, size_t m, const gim__spec *spec);
/* grad += dell times the gradient. */
void gim__density_backward(const gim__density_grad *grad, real dell, const gim__groups *groups, size_t g,
                           const gim__residual *residual, const size_t *of, const gim__noise_law *law,
                           const gim__draws *draws, size_t m, const gim__spec *spec);

#endif
