/* What this machine can do, and how much of it the kernels of a step do: rates of a large product by BLAS, of copying,
 * of tanh and of the means of both mechanisms. One thread, one line each, the best of several rounds.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "math/strip.h"
#include "math/vec.h"
#include "model/mech.h"

enum { ROUNDS = 7, SIZE = 512, COPY = 1 << 24, D = 20, H = 10 };

static real *numbers(size_t n)
{
    real *x = malloc(n * sizeof *x);
    if (x == NULL)
        exit(1);
    for (size_t i = 0; i < n; i++)
        x[i] = (real)((double)(i * 7919 % 2003) / 1000 - 1);
    return x;
}

/* Seconds of `times` calls, the least of ROUNDS. */
static double best(void (*work)(void *), void *user, int times)
{
    double least = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        double start = now();
        for (int i = 0; i < times; i++)
            work(user);
        double taken = now() - start;
        least = taken < least ? taken : least;
    }
    return least / times;
}

/* ---- limits ---- */

static void product(void *user)
{
    real **x = user;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, SIZE, SIZE, SIZE, 1, x[0], SIZE, x[1], SIZE, 0, x[2], SIZE);
}

static void copy(void *user)
{
    real **x = user;
    memcpy(x[0], x[1], COPY * sizeof(real));
}

/* ---- kernels ---- */

GIM__CLONES static void tanh_of_a_strip(real *x)
{
    for (size_t r = 0; r < GIM__STRIP * H; r += GIM__LANES)
        gim__vec_tanh((gim__vec *)(x + r));
}

static void tanhs(void *user)
{
    real **x = user;
    memcpy(x[0], x[1], GIM__STRIP * H * sizeof(real));
    tanh_of_a_strip(x[0]);
}

typedef struct means {
    const gim__mech *mech;
    gim__family family;
    real *x, *theta, *mean, *dmean, *kept, *dtheta, *scratch;
} means;

static means means_of(const gim__mech *mech, size_t n_parents)
{
    static size_t parent[D];
    static real gain[D];
    for (size_t i = 0; i < D; i++) {
        parent[i] = i;
        gain[i] = 1;
    }
    size_t theta = (D + 2) * D * H + D;
    means all = {mech,
                 {D - 1, n_parents, parent, gain},
                 numbers(D * GIM__STRIP),
                 numbers(theta),
                 numbers(GIM__STRIP),
                 numbers(GIM__STRIP),
                 numbers(H * GIM__STRIP),
                 numbers(theta),
                 numbers((D + 3) * H)};
    return all;
}

static void forward(void *user)
{
    means *all = user;
    all->mech->forward(all->mean, NULL, all->x, all->theta, &all->family, GIM__STRIP, D, H, all->scratch);
}

static void backward(void *user)
{
    means *all = user;
    all->mech->forward(all->mean, all->kept, all->x, all->theta, &all->family, GIM__STRIP, D, H, all->scratch);
    all->mech->backward(all->dtheta, NULL, all->dmean, all->kept, all->x, all->theta, &all->family, GIM__STRIP, D, H,
                        all->scratch);
}

static void print_means(const char *name, const gim__mech *mech, size_t n_parents, size_t units)
{
    means all = means_of(mech, n_parents);
    double there = best(forward, &all, 20000), back = best(backward, &all, 10000) - there;
    double products = 2.0 * GIM__STRIP * (double)(n_parents * units);
    printf("%s, %zu parents: forward %.0f ns a strip (%.1f GFLOP/s), backward %.0f ns (%.1f GFLOP/s)\n", name,
           n_parents, there * 1e9, products / there / 1e9, back * 1e9, products / back / 1e9);
}

int main(void)
{
    real *square[3] = {numbers(SIZE * SIZE), numbers(SIZE * SIZE), numbers(SIZE * SIZE)};
    real *wide[2] = {numbers(COPY), numbers(COPY)}, *strips[2] = {numbers(GIM__STRIP * H), numbers(GIM__STRIP * H)};
    printf("product of BLAS, %d cubed: %.1f GFLOP/s\n", SIZE,
           2.0 * SIZE * SIZE * SIZE / best(product, square, 10) / 1e9);
    printf("copy of %zu MiB: %.1f GB/s read and written\n", COPY * sizeof(real) >> 20,
           2.0 * COPY * sizeof(real) / best(copy, wide, 2) / 1e9);
    printf("tanh: %.2f ns each\n", best(tanhs, strips, 20000) / (GIM__STRIP * H) * 1e9);
    print_means("network of 10 units", &gim__mech_network, D - 1, H);
    print_means("network of 10 units", &gim__mech_network, 2, H);
    print_means("linear", &gim__mech_linear, D - 1, 1);
    return 0;
}
