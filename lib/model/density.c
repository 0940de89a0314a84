/* Log-density of rows, forward and backward. In all of it z is 1 but for zeros of a zero-inflated variable, and
 *   residual      r = y - mean - one I psi (shift),   y - mean and y - one psi (hard)
 *   log normal    -(r^2 precision + count (logvar + log 2 pi)) / 2
 *   hard          log p = (1 - I) log p_obs + I log p_hard
 *   mixed shift   the same with p_shift, whose mean is one psi higher: r^2 grows by mixed I (1 - I) (one psi)^2,
 *                 mixed = 1; with mixed = 0 the shift only scales.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "model/density.h"

#include <string.h>

#include "math/fn.h"

/* What one row meets: its own values, and its environment's part of the draw. */
typedef struct row {
    const real *y, *z, *target, *psi, *log_scale, *precision, *log_pi, *log_rest;
    real one, count;
} row;

static row row_at(const gim__rows *rows, size_t r, const gim__draws *draws, size_t m, const gim__spec *spec)
{
    size_t d = spec->d, kd = draws->K * d, at = rows->env[r] * d;
    const real *effect = draws->effect + m * spec->n_effects * kd + at, *derived = draws->derived + m * 3 * kd + at;
    return (row){rows->y + r * d,
                 rows->positive + r * d,
                 draws->target + m * kd + at,
                 effect,
                 effect + kd,
                 derived,
                 derived + kd,
                 derived + 2 * kd,
                 rows->one[r],
                 rows->count[r]};
}

GIM__CLONES static real shift_forward(const row *at, const real *restrict mean, const gim__noise_law *law, real mixed,
                                      size_t d)
{
    const real *restrict y = at->y, *restrict z = at->z, *restrict I = at->target, *restrict psi = at->psi;
    const real *restrict logvar = law->logvar, *restrict precision = law->precision;
    real one = at->one, count = at->count, sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t j = 0; j < d; j++) {
        real v = one * psi[j], r = y[j] - mean[j] - I[j] * v;
        real r2 = r * r + mixed * I[j] * (1 - I[j]) * v * v;
        sum += z[j] * (r2 * precision[j] + count * (logvar[j] + (real)GIM__LOG_2PI));
    }
    return (real)-0.5 * sum;
}

GIM__CLONES static real hard_forward(const row *at, const real *restrict mean, const gim__noise_law *law, size_t d)
{
    const real *restrict y = at->y, *restrict z = at->z, *restrict I = at->target, *restrict psi = at->psi;
    const real *restrict logvar = law->logvar, *restrict precision = law->precision;
    const real *restrict log_scale = at->log_scale, *restrict precision_hard = at->precision;
    real one = at->one, count = at->count, sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t j = 0; j < d; j++) {
        real r = y[j] - mean[j], q = y[j] - one * psi[j];
        real obs = r * r * precision[j] + count * (logvar[j] + (real)GIM__LOG_2PI);
        real hard = q * q * precision_hard[j] + count * (2 * log_scale[j] + (real)GIM__LOG_2PI);
        sum += z[j] * (obs + I[j] * (hard - obs));
    }
    return (real)-0.5 * sum;
}

/* log pi where zero, log(1 - pi) - y where positive: y = log x, and the density is that of x. */
static inline real atom(real z, real y, real log_pi, real log_rest)
{
    return log_pi + z * (log_rest - log_pi) - z * y;
}

GIM__CLONES static real atom_forward(const row *at, const gim__noise_law *law, int shift, size_t d)
{
    const real *restrict y = at->y, *restrict z = at->z, *restrict I = at->target;
    const real *restrict log_pi = law->log_pi, *restrict log_rest = law->log_rest;
    const real *restrict hard_pi = shift ? log_pi : at->log_pi, *restrict hard_rest = shift ? log_rest : at->log_rest;
    real sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t j = 0; j < d; j++) {
        real obs = atom(z[j], y[j], log_pi[j], log_rest[j]), hard = atom(z[j], y[j], hard_pi[j], hard_rest[j]);
        sum += obs + I[j] * (hard - obs);
    }
    return sum;
}

void gim__density_forward(real *ell, const gim__rows *rows, const real *mean, const gim__noise_law *law,
                          const gim__draws *draws, size_t m, const gim__spec *spec)
{
    size_t d = spec->d;
    for (size_t r = 0; r < rows->n; r++) {
        row at = row_at(rows, r, draws, m, spec);
        ell[r] = spec->shift ? shift_forward(&at, mean + r * d, law, draws->mixed, d)
                             : hard_forward(&at, mean + r * d, law, d);
        if (spec->zero_inflated)
            ell[r] += atom_forward(&at, law, spec->shift, d);
    }
}

/* Forward: l = -(r2 precision + count logvar + ...) / 2, r2 = r^2 + mixed I (1 - I) v^2, r = y - mean - I v, v = one
 * psi. Now, with g = dell z precision: dmean = g r, dv = g I (r - mixed (1 - I) v), dI += g v (r - mixed (1 - 2 I) v /
 * 2), dlogvar += dell z (r2 precision - count) / 2. */
GIM__CLONES static void shift_backward(real *restrict mean, real *restrict dlogvar, real *restrict dtarget,
                                       real *restrict dpsi, real dell, const row *at, const gim__noise_law *law,
                                       real mixed, size_t d)
{
    const real *restrict y = at->y, *restrict z = at->z, *restrict I = at->target, *restrict psi = at->psi;
    const real *restrict precision = law->precision;
    real one = at->one, count = at->count;
    for (size_t j = 0; j < d; j++) {
        real v = one * psi[j], r = y[j] - mean[j] - I[j] * v, w = dell * z[j], g = w * precision[j];
        real away = mixed * (1 - I[j]) * v, r2 = r * r + I[j] * away * v;
        mean[j] = g * r;
        dpsi[j] += g * I[j] * (r - away) * one;
        dtarget[j] += g * v * (r - (real)0.5 * mixed * (1 - 2 * I[j]) * v);
        dlogvar[j] += (real)0.5 * w * (r2 * precision[j] - count);
    }
}

/* Forward: l = (1 - I) obs + I hard. Now, with w = dell z: dmean = w (1 - I) r precision,
 * dlogvar += w (1 - I)(r^2 precision - count) / 2, dI += w (hard - obs), dpsi += w I q one precision_hard,
 * dlog_scale += w I (q^2 precision_hard - count). */
GIM__CLONES static void hard_backward(real *restrict mean, real *restrict dlogvar, real *restrict dtarget,
                                      real *restrict dpsi, real *restrict dlog_scale, real dell, const row *at,
                                      const gim__noise_law *law, size_t d)
{
    const real *restrict y = at->y, *restrict z = at->z, *restrict I = at->target, *restrict psi = at->psi;
    const real *restrict logvar = law->logvar, *restrict precision = law->precision;
    const real *restrict log_scale = at->log_scale, *restrict precision_hard = at->precision;
    real one = at->one, count = at->count;
    for (size_t j = 0; j < d; j++) {
        real r = y[j] - mean[j], q = y[j] - one * psi[j], w = dell * z[j];
        real r2 = r * r * precision[j], q2 = q * q * precision_hard[j];
        mean[j] = w * (1 - I[j]) * r * precision[j];
        dlogvar[j] += (real)0.5 * w * (1 - I[j]) * (r2 - count);
        dtarget[j] += (real)0.5 * w * (r2 - q2 + count * (logvar[j] - 2 * log_scale[j]));
        dpsi[j] += w * I[j] * q * one * precision_hard[j];
        dlog_scale[j] += w * I[j] * (q2 - count);
    }
}

/* Forward: atom() of obs and hard, mixed by I. d log pi / d logit = 1 - pi, d log(1 - pi) / d logit = -pi; so both are
 * (1 - z) - pi. */
static void atom_backward(real *dlogit_pi, real *dtarget, real *dhard, real dell, const row *at,
                          const gim__noise_law *law, int shift, size_t d)
{
    for (size_t j = 0; j < d; j++) {
        real z = at->z[j], y = at->y[j], I = at->target[j];
        real pi = gim__exp(law->log_pi[j]);
        if (shift) {
            dlogit_pi[j] += dell * (1 - z - pi);
            continue;
        }
        real hard_pi = gim__exp(at->log_pi[j]);
        dlogit_pi[j] += dell * (1 - I) * (1 - z - pi);
        dhard[j] += dell * I * (1 - z - hard_pi);
        dtarget[j] +=
            dell * (atom(z, y, at->log_pi[j], at->log_rest[j]) - atom(z, y, law->log_pi[j], law->log_rest[j]));
    }
}

void gim__density_backward(const gim__density_grad *grad, real *mean, const real *dell, const gim__rows *rows,
                           const gim__noise_law *law, const gim__draws *draws, size_t m, const gim__spec *spec)
{
    size_t d = spec->d, kd = draws->K * d;
    for (size_t r = 0; r < rows->n; r++) {
        row at = row_at(rows, r, draws, m, spec);
        real *dtarget = grad->target + rows->env[r] * d, *dpsi = grad->effect + rows->env[r] * d;
        if (spec->shift)
            shift_backward(mean + r * d, grad->logvar, dtarget, dpsi, dell[r], &at, law, draws->mixed, d);
        else
            hard_backward(mean + r * d, grad->logvar, dtarget, dpsi, dpsi + kd, dell[r], &at, law, d);
        if (spec->zero_inflated)
            atom_backward(grad->logit_pi, dtarget, spec->shift ? NULL : dpsi + 2 * kd, dell[r], &at, law, spec->shift,
                          d);
    }
}
