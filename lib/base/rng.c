/* Random numbers by GSL. The generator's state lies in our own memory, so that GSL allocates nothing and its error
 * handler, which would end the process, is never reached. SPDX-License-Identifier: BSD-3-Clause */
#include "base/rng.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <string.h>

static gsl_rng gsl(gim__rng *rng)
{
    return (gsl_rng){gsl_rng_mt19937, rng->state};
}

/* splitmix64's mixing step (Steele, Lea, Flood 2014). */
static uint64_t mix(uint64_t z)
{
    z += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void gim__rng_open(gim__rng *rng, uint64_t seed, gim__purpose purpose, uint64_t first, uint64_t second)
{
    uint64_t name = mix(mix(mix(mix(seed) ^ (uint64_t)purpose) ^ first) ^ second);
    gsl_rng_mt19937->set(rng->state, (unsigned long)(name & 0xffffffffu));
}

double gim__rng_uniform(gim__rng *rng)
{
    gsl_rng r = gsl(rng);
    return gsl_rng_uniform_pos(&r);
}

double gim__rng_normal(gim__rng *rng)
{
    gsl_rng r = gsl(rng);
    return gsl_ran_gaussian_ziggurat(&r, 1.0);
}

void gim__rng_logistics(gim__rng *rng, real *x, size_t n)
{
    gsl_rng r = gsl(rng);
    for (size_t i = 0; i < n; i++)
        x[i] = (real)gsl_ran_logistic(&r, 1.0);
}

void gim__rng_normals(gim__rng *rng, real *x, size_t n)
{
    gsl_rng r = gsl(rng);
    for (size_t i = 0; i < n; i++)
        x[i] = (real)gsl_ran_gaussian_ziggurat(&r, 1.0);
}

/* Where value stands, or would stand, in the ascending chosen[0 .. k-1]. */
static size_t position(const size_t *chosen, size_t k, size_t value)
{
    size_t low = 0, high = k;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (chosen[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Floyd's algorithm (Bentley & Floyd 1987): the i-th pick is one of 0 .. i, and i itself when that one is taken. */
void gim__rng_choose(gim__rng *rng, size_t *chosen, size_t k, size_t n)
{
    gsl_rng r = gsl(rng);
    size_t count = 0;
    for (size_t i = n - k; i < n; i++, count++) {
        size_t pick = (size_t)(gsl_rng_uniform(&r) * (double)(i + 1));
        size_t at = position(chosen, count, pick);
        if (at < count && chosen[at] == pick) {
            pick = i;
            at = count;
        }
        memmove(chosen + at + 1, chosen + at, (count - at) * sizeof *chosen);
        chosen[at] = pick;
    }
}
