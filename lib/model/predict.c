/* Samples and log-densities. SPDX-License-Identifier: BSD-3-Clause */
#include "model/predict.h"

#include <math.h>

#include "math/fn.h"
#include "math/strip.h"

/* ---- samples ---- */

/* Random numbers of one row, in the order in which they are drawn: for each perturbation d uniforms (targets) and
 * n_effects x d normals (effects); then d normals (noise) and d uniforms (zeros). */
static size_t row_noise(const gim__system *system)
{
    return system->Q * (1 + system->spec->n_effects) * system->spec->d + 2 * system->spec->d;
}

size_t gim__sample_scratch(const gim__system *system)
{
    return GIM__STRIP * row_noise(system);
}

size_t gim__means_scratch(const gim__system *system)
{
    const gim__spec *spec = system->spec;
    return 2 * spec->d * GIM__STRIP + spec->d + spec->mech->scratch(spec->d, spec->hidden);
}

static void draw_row(double *noise, const gim__system *system, gim__rng *rng)
{
    size_t d = system->spec->d;
    for (size_t q = 0; q < system->Q; q++) {
        for (size_t j = 0; j < d; j++)
            *noise++ = gim__rng_uniform(rng);
        for (size_t e = 0; e < system->spec->n_effects * d; e++)
            *noise++ = gim__rng_normal(rng);
    }
    for (size_t j = 0; j < d; j++)
        *noise++ = gim__rng_normal(rng);
    for (size_t j = 0; j < d; j++)
        *noise++ = gim__rng_uniform(rng);
}

/* The conditional of one variable in one row, before its noise is added. */
typedef struct conditional {
    double mean, scale, logit_pi;
} conditional;

/* Applies the perturbations in their order: shifts add up, a later hard intervention replaces an earlier one. */
static void intervene(conditional *law, const gim__system *system, size_t j, const double *noise)
{
    const gim__spec *spec = system->spec;
    size_t d = spec->d, E = spec->n_effects;
    for (size_t q = 0; q < system->Q; q++, noise += (1 + E) * d) {
        const double *effect = system->effect + q * E * d + j, *epsilon = noise + d + j;
        if (!(noise[j] < system->target[q * d + j]))
            continue;
        if (spec->shift) {
            law->mean += effect[0] + spec->sigma_psi * epsilon[0];
            continue;
        }
        law->mean = effect[0] + spec->sigma_psi * epsilon[0];
        law->scale = exp(effect[d] + spec->sigma_psi * epsilon[d]);
        if (spec->zero_inflated)
            law->logit_pi = effect[2 * d] + spec->sigma_psi * epsilon[2 * d];
    }
}

static real realise(const conditional *law, int zero_inflated, double normal, double uniform)
{
    double value = law->mean + law->scale * normal;
    if (!zero_inflated)
        return (real)value;
    return uniform < 1 / (1 + exp(-law->logit_pi)) ? 0 : (real)exp(value < 80 ? value : 80);
}

/* A strip of rows and the means of its variables, cut from memory for gim__means_scratch() reals. */
typedef struct means {
    real *x, *mean, *gain, *weights; /* (d, GIM__STRIP) twice, (d) ones, what mechanisms need */
    size_t *parent;                  /* (d) */
} means;

static means means_open(real *scratch, size_t *parents, size_t d)
{
    means all = {scratch, scratch + d * GIM__STRIP, scratch + 2 * d * GIM__STRIP, scratch + 2 * d * GIM__STRIP + d,
                 parents};
    for (size_t j = 0; j < d; j++)
        all.gain[j] = 1;
    return all;
}

/* mean of variable j in n rows, given its parents in x. */
static void find_mean(const means *all, const gim__system *system, size_t j, size_t n)
{
    const gim__spec *spec = system->spec;
    size_t d = spec->d;
    gim__family family = {j, 0, all->parent, all->gain};
    for (size_t i = 0; i < d; i++)
        if (system->edge[i * d + j])
            all->parent[family.n_parents++] = i;
    spec->mech->forward(all->mean + j * GIM__STRIP, NULL, all->x, system->values + system->params->theta, &family, n, d,
                        spec->hidden, all->weights);
}

static void sample_strip(real *x, const gim__system *system, gim__rng *rng, size_t n, double *scratch, const means *all)
{
    const gim__spec *spec = system->spec;
    const real *values = system->values;
    size_t d = spec->d, per_row = row_noise(system), own = per_row - 2 * d;
    for (size_t r = 0; r < n; r++)
        draw_row(scratch + r * per_row, system, rng);
    for (size_t k = 0; k < d; k++) {
        size_t j = system->order[k];
        double scale = exp(0.5 * (double)values[system->params->logvar + j]);
        double logit_pi = spec->zero_inflated ? (double)values[system->params->logit_pi + j] : 0;
        find_mean(all, system, j, n);
        for (size_t r = 0; r < n; r++) {
            const double *noise = scratch + r * per_row;
            conditional law = {(double)all->mean[j * GIM__STRIP + r], scale, logit_pi};
            intervene(&law, system, j, noise);
            all->x[j * GIM__STRIP + r] = realise(&law, spec->zero_inflated, noise[own + j], noise[own + d + j]);
        }
    }
    gim__strip_to_rows(x, all->x, n, d);
}

static size_t rows_of_strip(size_t first, size_t n)
{
    return n - first < GIM__STRIP ? n - first : GIM__STRIP;
}

void gim__sample_block(real *x, const gim__system *system, uint64_t seed, uint64_t block, size_t n, double *scratch,
                       real *means_scratch, size_t *parents)
{
    size_t d = system->spec->d;
    means all = means_open(means_scratch, parents, d);
    gim__rng rng;
    gim__rng_open(&rng, seed, GIM__RNG_SAMPLE, block, 0);
    for (size_t first = 0; first < n; first += GIM__STRIP)
        sample_strip(x + first * d, system, &rng, rows_of_strip(first, n), scratch, &all);
}

/* ---- log-densities ---- */

/* Given the graph, targets and effects are independent between variables, so the integral over them is a product of one
 * small mixture a variable. Gauss-Hermite, 8 points, for a standard normal: */
enum { NODES = 8 };
static const double node[NODES] = {-4.144547186125894, -2.802485861287542, -1.636519042435108, -0.5390798113513751,
                                   0.5390798113513751, 1.636519042435108,  2.802485861287542,  4.144547186125894};
static const double node_weight[NODES] = {0.0001126145383753677, 0.009635220120788267, 0.1172399076617590,
                                          0.3730122576790775,    0.3730122576790775,   0.1172399076617590,
                                          0.009635220120788267,  0.0001126145383753677};

static double log_normal(double y, double mean, double variance)
{
    return -0.5 * ((y - mean) * (y - mean) / variance + log(variance) + GIM__LOG_2PI);
}

/* Log-density of one variable's value x, whose conditional without intervention is law. */
static double log_conditional(double x, double mean, double variance, double logit_pi, int zero_inflated)
{
    if (!zero_inflated)
        return log_normal(x, mean, variance);
    if (x == 0)
        return -gim__softplus(-logit_pi);
    return -gim__softplus(logit_pi) + log_normal(log(x), mean, variance) - log(x);
}

/* Under a hard intervention, over the spreads of mean (added to the variance), log_scale and logit_pi (quadrature). */
static double log_hard(double x, const double *effect, const gim__spec *spec)
{
    size_t d = spec->d;
    double terms[NODES], atom[NODES], sigma = spec->sigma_psi, log_atom = 0, y = x;
    for (size_t i = 0; spec->zero_inflated && i < NODES; i++) {
        double logit = effect[2 * d] + sigma * node[i];
        atom[i] = log(node_weight[i]) - gim__softplus(x == 0 ? -logit : logit);
    }
    if (spec->zero_inflated) {
        log_atom = gim__log_sum_exp(atom, NODES);
        if (x == 0)
            return log_atom;
        y = log(x);
        log_atom -= y;
    }
    for (size_t i = 0; i < NODES; i++)
        terms[i] =
            log(node_weight[i]) + log_normal(y, effect[0], exp(2 * (effect[d] + sigma * node[i])) + sigma * sigma);
    return log_atom + gim__log_sum_exp(terms, NODES);
}

/* Hard: with probability target_q, unless a later one hits too, perturbation q decides; with what is left, none
 * does. */
static double log_mixture_hard(double x, conditional law, const gim__system *system, size_t j)
{
    const gim__spec *spec = system->spec;
    double terms[GIM__MOST_JOINT + 1], none_later = 0;
    for (size_t q = system->Q; q-- > 0;) {
        double p = system->target[q * spec->d + j];
        terms[q + 1] = log(p) + none_later + log_hard(x, system->effect + q * spec->n_effects * spec->d + j, spec);
        none_later += log1p(-p);
    }
    terms[0] = none_later + log_conditional(x, law.mean, law.scale * law.scale, law.logit_pi, spec->zero_inflated);
    return gim__log_sum_exp(terms, system->Q + 1);
}

/* Shift: every subset of the perturbations may hit; its shifts and their spreads add up. */
static double log_mixture_shift(double x, conditional law, const gim__system *system, size_t j)
{
    const gim__spec *spec = system->spec;
    double terms[1 << GIM__MOST_JOINT];
    size_t subsets = (size_t)1 << system->Q;
    for (size_t subset = 0; subset < subsets; subset++) {
        double log_p = 0, mean = law.mean, variance = law.scale * law.scale;
        for (size_t q = 0; q < system->Q; q++) {
            double p = system->target[q * spec->d + j];
            int hit = (int)(subset >> q & 1);
            log_p += hit ? log(p) : log1p(-p);
            mean += hit ? system->effect[q * spec->d + j] : 0;
            variance += hit ? spec->sigma_psi * spec->sigma_psi : 0;
        }
        terms[subset] = log_p + log_conditional(x, mean, variance, law.logit_pi, spec->zero_inflated);
    }
    return gim__log_sum_exp(terms, subsets);
}

static double log_density(const gim__system *system, const means *all, size_t r)
{
    const gim__spec *spec = system->spec;
    const real *logvar = system->values + system->params->logvar, *logit_pi = system->values + system->params->logit_pi;
    double sum = 0;
    for (size_t j = 0; j < spec->d; j++) {
        conditional law = {(double)all->mean[j * GIM__STRIP + r], exp(0.5 * (double)logvar[j]),
                           spec->zero_inflated ? (double)logit_pi[j] : 0};
        double x = (double)all->x[j * GIM__STRIP + r];
        sum += (spec->shift ? log_mixture_shift : log_mixture_hard)(x, law, system, j);
    }
    return sum;
}

void gim__log_densities(double *log_density_out, const gim__system *system, const real *x, size_t n,
                        real *means_scratch, size_t *parents)
{
    size_t d = system->spec->d;
    means all = means_open(means_scratch, parents, d);
    for (size_t first = 0; first < n; first += GIM__STRIP) {
        size_t rows = rows_of_strip(first, n);
        gim__strip_from_rows(all.x, x + first * d, rows, d);
        for (size_t j = 0; j < d; j++)
            find_mean(&all, system, j, rows);
        for (size_t r = 0; r < rows; r++)
            log_density_out[first + r] = log_density(system, &all, r);
    }
}
