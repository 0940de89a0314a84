/* Log-density of a group of rows, forward and backward. SPDX-License-Identifier: BSD-3-Clause
 *
 * One variable's rows have the residuals r = y - mean, and with the sums over rows of gim__groups, written < >,
 *   squares       <w z (r - one v)^2> = spread + size (mean - v)^2, for any v
 *   log normal    -(squares precision + count (logvar + log 2 pi)) / 2
 *   shift         v = I psi, and mixed adds size I (1 - I) psi^2 to the squares: at mixed = 1 the log-density is then
 *                 (1 - I) log p_obs + I log p_shift, where p_shift has a mean one psi higher
 *   hard          (1 - I) log p_obs + I log p_hard, where p_hard has the residuals y and v = psi. */
#include "model/density.h"

#include "math/fn.h"

/* What one group meets in a draw, by variable. */
typedef struct meeting {
    const real *size, *count, *mean, *spread, *zeros, *logarithm;
    const real *target, *psi, *log_scale, *precision, *log_pi, *log_rest;
    size_t at; /* of the environment in (K, d) */
} meeting;

static meeting meet(const gim__groups *groups, size_t g, const gim__draws *draws, size_t m, const gim__spec *spec)
{
    size_t d = spec->d, kd = draws->K * d, own = g * d, at = groups->env[g] * d;
    const real *effect = draws->effect + m * spec->n_effects * kd + at, *derived = draws->derived + m * 3 * kd + at;
    return (meeting){groups->size + own,
                     groups->count + own,
                     groups->mean + own,
                     groups->spread + own,
                     groups->zeros + own,
                     groups->logarithm + own,
                     draws->target + m * kd + at,
                     effect,
                     effect + kd,
                     derived,
                     derived + kd,
                     derived + 2 * kd,
                     at};
}

static inline real squares(real spread, real size, real away)
{
    return spread + size * away * away;
}

static inline real log_normal(real squares, real precision, real count, real logvar)
{
    return (real)-0.5 * (squares * precision + count * (logvar + (real)GIM__LOG_2PI));
}

/* log pi for each zero, log(1 - pi) - y for each positive row: y = log x, and the density is that of x. */
static inline real atoms(const meeting *at, size_t j, real log_pi, real log_rest)
{
    return at->zeros[j] * log_pi + at->count[j] * log_rest - at->logarithm[j];
}

static real shift_forward(const meeting *at, size_t j, gim__residual r, const gim__noise_law *law, real mixed)
{
    real I = at->target[j], psi = at->psi[j];
    real all = squares(r.spread, at->size[j], r.mean - I * psi) + mixed * at->size[j] * I * (1 - I) * psi * psi;
    return log_normal(all, law->precision[j], at->count[j], law->logvar[j]);
}

static real obs_forward(const meeting *at, size_t j, gim__residual r, const gim__noise_law *law, int zero_inflated)
{
    real value = log_normal(squares(r.spread, at->size[j], r.mean), law->precision[j], at->count[j], law->logvar[j]);
    return zero_inflated ? value + atoms(at, j, law->log_pi[j], law->log_rest[j]) : value;
}

static real hard_forward(const meeting *at, size_t j, int zero_inflated)
{
    real all = squares(at->spread[j], at->size[j], at->mean[j] - at->psi[j]);
    real value = log_normal(all, at->precision[j], at->count[j], 2 * at->log_scale[j]);
    return zero_inflated ? value + atoms(at, j, at->log_pi[j], at->log_rest[j]) : value;
}

real gim__density_forward(const gim__groups *groups, size_t g, const gim__residual *residual, const size_t *of,
                          const gim__noise_law *law, const gim__draws *draws, size_t m, const gim__spec *spec)
{
    meeting at = meet(groups, g, draws, m, spec);
    int zeros = spec->zero_inflated;
    real sum = 0;
    for (size_t j = 0; j < spec->d && spec->shift; j++) {
        sum += shift_forward(&at, j, residual[of[j] * groups->n + g], law, draws->mixed);
        sum += zeros ? atoms(&at, j, law->log_pi[j], law->log_rest[j]) : 0;
    }
    for (size_t j = 0; j < spec->d && !spec->shift; j++) {
        real obs = obs_forward(&at, j, residual[of[j] * groups->n + g], law, zeros);
        sum += obs + at.target[j] * (hard_forward(&at, j, zeros) - obs);
    }
    return sum;
}

/* Forward: l = -(all precision + count logvar + ...) / 2, all = <w z (r - one I psi)^2> + mixed size I (1 - I) psi^2.
 * Now, with g = dell precision: dS2 = -g / 2, dS1 = g I psi; with b = size (mean - I psi), the sum of residuals,
 * dpsi += g I (b - mixed size (1 - I) psi), dI += g psi (b - mixed size (1 - 2 I) psi / 2),
 * dlogvar += dell (all precision - count) / 2. */
static void shift_backward(const gim__density_grad *grad, real dell, const meeting *at, size_t j, gim__residual r,
                           size_t place, const gim__noise_law *law, real mixed)
{
    real I = at->target[j], psi = at->psi[j], size = at->size[j], precision = law->precision[j], g = dell * precision;
    real away = r.mean - I * psi, b = size * away;
    real all = squares(r.spread, size, away) + mixed * size * I * (1 - I) * psi * psi;
    grad->residual[place].mean += g * I * psi;
    grad->residual[place].spread -= (real)0.5 * g;
    grad->effect[at->at + j] += g * I * (b - mixed * size * (1 - I) * psi);
    grad->target[at->at + j] += g * psi * (b - (real)0.5 * mixed * size * (1 - 2 * I) * psi);
    grad->logvar[j] += (real)0.5 * dell * (all * precision - at->count[j]);
}

/* Forward: l = (1 - I) obs + I hard. Now, with w = dell: dS2 = -w (1 - I) precision / 2,
 * dlogvar += w (1 - I)(squares precision - count) / 2, dI += w (hard - obs),
 * dpsi += w I size (mean - psi) precision_hard, dlog_scale += w I (squares_hard precision_hard - count). */
static void hard_backward(const gim__density_grad *grad, real dell, const meeting *at, size_t j, gim__residual r,
                          size_t place, const gim__noise_law *law, size_t kd, int zero_inflated)
{
    real I = at->target[j], obs = dell * (1 - I), hard = dell * I, away = at->mean[j] - at->psi[j];
    real all = squares(r.spread, at->size[j], r.mean), all_hard = squares(at->spread[j], at->size[j], away);
    real *effect = grad->effect + at->at + j;
    grad->residual[place].spread -= (real)0.5 * obs * law->precision[j];
    grad->logvar[j] += (real)0.5 * obs * (all * law->precision[j] - at->count[j]);
    grad->target[at->at + j] += dell * (hard_forward(at, j, zero_inflated) - obs_forward(at, j, r, law, zero_inflated));
    effect[0] += hard * at->size[j] * away * at->precision[j];
    effect[kd] += hard * (all_hard * at->precision[j] - at->count[j]);
}

/* Forward: zeros log pi + count log(1 - pi). d log pi / d logit = 1 - pi, d log(1 - pi) / d logit = -pi. */
static real atoms_backward(const meeting *at, size_t j, real log_pi)
{
    return at->zeros[j] - (at->zeros[j] + at->count[j]) * gim__exp(log_pi);
}

void gim__density_backward(const gim__density_grad *grad, real dell, const gim__groups *groups, size_t g,
                           const gim__residual *residual, const size_t *of, const gim__noise_law *law,
                           const gim__draws *draws, size_t m, const gim__spec *spec)
{
    meeting at = meet(groups, g, draws, m, spec);
    size_t kd = draws->K * spec->d;
    int zeros = spec->zero_inflated;
    for (size_t j = 0; j < spec->d; j++) {
        real hard = spec->shift ? 0 : at.target[j];
        size_t r = of[j] * groups->n + g;
        if (spec->shift)
            shift_backward(grad, dell, &at, j, residual[r], r, law, draws->mixed);
        else
            hard_backward(grad, dell, &at, j, residual[r], r, law, kd, zeros);
        if (zeros)
            grad->logit_pi[j] += dell * (1 - hard) * atoms_backward(&at, j, law->log_pi[j]);
        if (zeros && !spec->shift)
            grad->effect[2 * kd + at.at + j] += dell * hard * atoms_backward(&at, j, at.log_pi[j]);
    }
}
