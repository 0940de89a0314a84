/* What several tests share: numbers, comparisons, memory that counts and fails, small problems with all their noise,
 * and the model straight from its formulas. Names begin with t_. SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_TESTING_H
#define TEST_TESTING_H

#include <check.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "train/data.h"
#include "train/objective.h"

/* ---- the main of a test program ---- */

/* Each START_TEST() with the number of times it is run, for _i from 0; CK_RUN_CASE=name runs one. */
typedef struct t_case {
    const TTest *test;
    int times;
} t_case;

/* main() { t_case cases[] = {{one, 1}, {another, 9}}; return T_RUN("rng", cases); } */
#define T_RUN(name, cases) t_run(name, cases, sizeof(cases) / sizeof *(cases))
int t_run(const char *name, const t_case *cases, size_t n);

/* What this very program prints when it is started anew with these settings ("A=1 B=2") and with GIM_TEST_CHILD=task in
 * its environment; main() asks getenv("GIM_TEST_CHILD") first. Fails the test where the child fails. Free the text. */
char *t_child(const char *settings, const char *task);

/* ---- numbers: splitmix64, no code in common with the library ---- */

double t_uniform(uint64_t *state); /* in (0, 1) */
double t_normal(uint64_t *state);
real *t_zeros(size_t n); /* free() it; n may be 0 */
real *t_normals(size_t n, double scale, uint64_t seed);
real *t_logistics(size_t n, uint64_t seed);
/* (d, d), 0 or 1 with these chances, 0 on the diagonal; acyclic: edges lead from lower numbers to higher ones. */
real *t_graph(size_t d, double density, int acyclic, uint64_t seed);
void t_shuffle(size_t *order, size_t n, uint64_t seed); /* order <- a permutation of 0 .. n-1 */

/* ---- comparisons ---- */

/* The largest |got - want| over the largest |want|; NaN where anything is. */
double t_gap(const real *got, const real *want, size_t n);
/* |got - want| / max(|want|, 1). */
double t_error(double got, double want);

/* Rounding of a short sum in the kernels' precision; what a finite difference is good for. */
#ifdef GIM_DOUBLE
#define T_ROUNDING 1e-12
#define T_DIFFERENCE 2e-7
#else
#define T_ROUNDING 3e-5
#define T_DIFFERENCE 3e-2
#endif

/* t_gap() of a gradient to central differences of fourth order of f at x (n), which is put back. */
typedef double (*t_function)(const real *x, void *user);
double t_gradient_gap(const real *gradient, real *x, size_t n, t_function f, void *user);

/* Kolmogorov-Smirnov: sqrt(n) times the largest distance between the sample's distribution and cdf. Above 1.95 by
 * chance once in a thousand. Sorts the sample. */
double t_kolmogorov(double *sample, size_t n, double (*cdf)(double x));

/* ---- memory ---- */

/* An allocator that counts, checks the sizes given back, and fails at will. For one thread at a time. */
typedef struct t_memory {
    gim_allocator allocator;
    size_t calls;       /* to allocate() */
    size_t fail_at;     /* the call (1, 2, ...) that returns NULL; 0: none */
    size_t blocks;      /* not yet released */
    size_t bytes, most; /* now, and at the highest */
    int wrong;          /* a block came back with another size */
} t_memory;

void t_memory_open(t_memory *memory, size_t fail_at);

/* ---- a small problem with all its noise ---- */

typedef struct t_form {
    gim_mechanism mechanism;
    gim_intervention intervention;
    gim_marginal marginal;
    size_t d, p, rank, hidden, width;
    size_t K, rows, M; /* rows of each environment, but for two more in each next one; environment 0 is observational */
    size_t threads;
    double mixed; /* of relaxed shifts */
} t_form;

/* The i-th of all combinations of mechanism, intervention (hard, scaled shift, partly mixed shift) and marginal, at
 * small sizes. The first T_FAMILIES have the first marginal. */
enum { T_FAMILIES = 9, T_FORMS = 3 * T_FAMILIES };
t_form t_form_at(int i);
const char *t_form_name(const t_form *form);

typedef struct t_problem {
    t_form form;
    gim_allocator allocator;
    gim__pool *pool;
    gim__spec spec; /* without the log-determinant, for which there is room */
    gim__params params;
    real *values, *features; /* (params.size), (K, p) */
    unsigned char *observational;
    gim__rows rows;           /* of weights between 1/2 and 3/2 */
    gim__objective objective; /* its noise is filled; draws are made by gim__objective_draw() */
} t_problem;

void t_problem_open(t_problem *problem, const t_form *form, uint64_t seed);
void t_problem_close(t_problem *problem);

/* ---- the model from its formulas: plain loops in double ---- */

double t_mean(const gim__spec *spec, const gim__params *params, const real *values, const real *G, const real *x,
              size_t j);
/* log p(x) of row r of the problem under draw m, through graph G (d, d). */
double t_log_density(const t_problem *problem, const real *values, const real *G, size_t m, size_t r);
/* of all rows, through graphs G (M, d, d). */
double t_log_likelihood(const t_problem *problem, const real *values, const real *G);

#endif
