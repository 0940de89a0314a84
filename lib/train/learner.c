/* What a network needs to learn from batches. SPDX-License-Identifier: BSD-3-Clause */
#include "train/learner.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "train/adam.h"

static size_t parts_of(size_t n, size_t part)
{
    return (n + part - 1) / part;
}

gim_status gim__learner_open(gim__learner *learner, gim__mlp net, size_t batch, size_t part, gim__pool *pool,
                             const gim_allocator *allocator)
{
    size_t parts = parts_of(batch, part), size = gim__mlp_size(net), rows = parts * part;
    *learner = (gim__learner){.net = net, .size = size, .batch = batch, .part = part, .pool = pool};
    learner->x = gim__new(allocator, rows, net.in * sizeof(real));
    learner->y = gim__new(allocator, rows, net.out * sizeof(real));
    learner->hidden = gim__new(allocator, rows, 2 * net.width * sizeof(real));
    learner->scratch = gim__new(allocator, rows, net.width * sizeof(real));
    learner->grad = gim__new(allocator, parts, size * sizeof(real));
    learner->first = gim__new(allocator, size, sizeof(real));
    learner->second = gim__new(allocator, size, sizeof(real));
    if (learner->x && learner->y && learner->hidden && learner->scratch && learner->grad && learner->first &&
        learner->second)
        return GIM_OK;
    gim__learner_close(learner, allocator);
    return GIM_ERR_NOMEM;
}

void gim__learner_close(gim__learner *learner, const gim_allocator *allocator)
{
    real *all[] = {learner->x,    learner->y,     learner->hidden, learner->scratch,
                   learner->grad, learner->first, learner->second};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        gim__delete(allocator, all[i]);
    *learner = (gim__learner){0};
}

void gim__learner_start(real *weights, gim__learner *learner, uint64_t seed, uint64_t number)
{
    gim__mlp net = learner->net;
    const size_t sides[][2] = {{net.in, net.width}, {net.width, net.width}, {net.width, net.out}};
    gim__rng rng;
    gim__rng_open(&rng, seed, GIM__RNG_START, number, 0);
    memset(learner->first, 0, learner->size * sizeof *learner->first);
    memset(learner->second, 0, learner->size * sizeof *learner->second);
    for (size_t layer = 0; layer < 3; layer++) {
        size_t size = sides[layer][0] * sides[layer][1];
        real spread = (real)sqrt(2 / (double)(sides[layer][0] + sides[layer][1]));
        gim__rng_normals(&rng, weights, size);
        for (size_t i = 0; i < size; i++)
            weights[i] *= spread;
        memset(weights + size, 0, sides[layer][1] * sizeof *weights);
        weights += size + sides[layer][1];
    }
}

/* A pass over n rows. */
typedef struct pass {
    gim__learner *learner;
    const real *weights;
    size_t n;
} pass;

static size_t rows_of(const pass *of, size_t part)
{
    size_t left = of->n - part * of->learner->part;
    return left < of->learner->part ? left : of->learner->part;
}

static void forward(void *context, size_t part, size_t thread)
{
    const pass *of = context;
    const gim__learner *mine = of->learner;
    size_t from = part * mine->part;
    (void)thread;
    gim__mlp_forward(mine->y + from * mine->net.out, mine->hidden + 2 * from * mine->net.width,
                     mine->x + from * mine->net.in, of->weights, rows_of(of, part), mine->net);
}

static void backward(void *context, size_t part, size_t thread)
{
    const pass *of = context;
    const gim__learner *mine = of->learner;
    size_t from = part * mine->part;
    real *grad = mine->grad + part * mine->size;
    (void)thread;
    memset(grad, 0, mine->size * sizeof *grad);
    gim__mlp_backward(grad, mine->y + from * mine->net.out, mine->hidden + 2 * from * mine->net.width,
                      mine->scratch + from * mine->net.width, mine->x + from * mine->net.in, of->weights,
                      rows_of(of, part), mine->net);
}

void gim__learner_forward(gim__learner *learner, const real *weights, size_t n)
{
    pass of = {learner, weights, n};
    gim__pool_run(learner->pool, parts_of(n, learner->part), forward, &of);
}

void gim__learner_ascend(real *weights, gim__learner *learner, size_t n, double rate, double decay, uint64_t step)
{
    pass of = {learner, weights, n};
    size_t parts = parts_of(n, learner->part);
    real *grad = learner->grad;
    gim__pool_run(learner->pool, parts, backward, &of);
    for (size_t part = 1; part < parts; part++)
        for (size_t i = 0; i < learner->size; i++)
            grad[i] += grad[part * learner->size + i];
    for (size_t i = 0; i < learner->size; i++)
        weights[i] *= (real)(1 - rate * decay);
    gim__adam(weights, learner->first, learner->second, grad, learner->size, rate, step);
}
