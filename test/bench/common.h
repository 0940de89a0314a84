/* What benchmarks share: random numbers, a clock, options. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM_BENCH_COMMON_H
#define GIM_BENCH_COMMON_H

#include <math.h>
#include <popt.h>
#include <stdint.h>
#include <time.h>

/* Options that fill the structure `asked`, whose member has the text's name, or the one given. */
#define TAKES_TEXT(name, help)                                                            \
    {                                                                                     \
#name, 0, POPT_ARG_STRING | POPT_ARGFLAG_SHOW_DEFAULT, &asked.name, 0, help, NULL \
    }
#define TAKES_INT(name, to, help)                                                   \
    {                                                                               \
        name, 0, POPT_ARG_INT | POPT_ARGFLAG_SHOW_DEFAULT, &asked.to, 0, help, NULL \
    }

/* splitmix64 (Steele, Lea, Flood 2014) */
static inline uint64_t next(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline double uniform(uint64_t *state)
{
    return ((double)(next(state) >> 11) + 0.5) * 0x1p-53;
}

static inline double normal(uint64_t *state)
{
    double radius = sqrt(-2 * log(uniform(state)));
    return radius * cos(2 * M_PI * uniform(state));
}

static inline double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#endif
