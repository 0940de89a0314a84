/* When a fit does what. SPDX-License-Identifier: BSD-3-Clause */
#include "train/schedule.h"

#include <math.h>

uint64_t gim__schedule_fix(const gim__schedule *schedule)
{
    return schedule->steps - (uint64_t)(schedule->refine * (double)schedule->steps);
}

double gim__schedule_rate(const gim__schedule *schedule, uint64_t step)
{
    uint64_t fix = gim__schedule_fix(schedule);
    if (step < fix)
        return schedule->learning_rate;
    double done = (double)(step - fix) / (double)(schedule->steps - fix);
    return schedule->learning_rate * (0.01 + 0.99 * 0.5 * (1 + cos(M_PI * done)));
}

double gim__schedule_beta(const gim__schedule *schedule, uint64_t step)
{
    if (step >= gim__schedule_fix(schedule))
        return schedule->beta_target * schedule->target_relief;
    double rise = schedule->anneal * (double)schedule->steps, done = (double)step < rise ? (double)step / rise : 1;
    return schedule->beta_target * 0.5 * (1 - cos(M_PI * done));
}

double gim__schedule_mixed(const gim__schedule *schedule, uint64_t step)
{
    uint64_t fix = gim__schedule_fix(schedule);
    double done = step < fix ? (double)step / (double)fix : 2 * (double)(step - fix) / (double)(schedule->steps - fix);
    return schedule->mixed * (done < 1 ? done : 1);
}

/* Share of the run after which the penalty no longer waits for the likelihood. */
static const double patience = 0.1;

/* The likelihood has stopped improving when it gains less than a thousandth since the last update. */
void gim__schedule_penalise(gim__penalty *penalty, const gim__schedule *schedule, uint64_t step, double held_out,
                            double h)
{
    int improving = held_out > penalty->best + 1e-3 * fabs(penalty->best) || isinf(penalty->best);
    if (improving && (double)step < patience * (double)schedule->steps) {
        penalty->best = held_out > penalty->best ? held_out : penalty->best;
        return;
    }
    double growth = pow(schedule->penalty_growth, 100 * (double)schedule->check_every / (double)schedule->steps);
    penalty->best = -INFINITY;
    if (h <= schedule->tolerance)
        return;
    penalty->lambda += penalty->mu * h;
    if (h > 0.5 * penalty->last_h)
        penalty->mu = fmin(penalty->mu * growth, 1e9);
    penalty->last_h = h;
}
