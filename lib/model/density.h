/* Log-density of rows given their means and interventions, forward and backward: Gaussian, or log-normal with zeros.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__DENSITY_H
#define GIM__DENSITY_H

#include "model/interv.h"

/* n rows of data. A Gaussian row may stand for several, as a row of the triangular factor of an environment's rows with
 * a column of ones before them: then `one` is that column, and `count` the number of rows it stands for. Else both are
 * 1. */
typedef struct gim__rows {
    size_t n;
    real *x;        /* (n, d), what mechanisms see */
    real *y;        /* (n, d), what noise is added to: x; log x where zero-inflated and positive, else 0 */
    real *positive; /* (n, d), 1; where zero-inflated 0 for a zero */
    real *one;      /* (n) */
    real *count;    /* (n) */
    real *weight;   /* (n), in the log-likelihood */
    size_t *env;    /* (n), ascending */
} gim__rows;

/* Noise of the mechanisms, per variable: made from the parameters once a step. Pointers to d values each. */
typedef struct gim__noise_law {
    const real *logvar, *precision; /* precision exp(-logvar) */
    const real *log_pi, *log_rest;  /* log pi, log(1 - pi); unused where Gaussian */
} gim__noise_law;

/* Gradients that the backward pass adds to. */
typedef struct gim__density_grad {
    real *logvar, *logit_pi; /* (d) */
    real *target;            /* (K, d) of this draw */
    real *effect;            /* (n_effects, K, d) of this draw */
} gim__density_grad;

/* ell[r] = log p(row r) under draw m, given mean (n, d). Constants that no parameter moves are included. */
void gim__density_forward(real *ell, const gim__rows *rows, const real *mean, const gim__noise_law *law,
                          const gim__draws *draws, size_t m, const gim__spec *spec);
/* Given dell (n): dmean (n, d) is written over mean; grad +=. */
void gim__density_backward(const gim__density_grad *grad, real *mean, const real *dell, const gim__rows *rows,
                           const gim__noise_law *law, const gim__draws *draws, size_t m, const gim__spec *spec);

#endif
