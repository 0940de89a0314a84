/* Steps of a learner: those of the network's passes and of Adam by themselves, whatever the parts and the threads.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "train/learner.h"

#include "base/alloc.h"
#include "testing.h"
#include "train/adam.h"

static const gim__mlp net = {3, 7, 2};
enum { ROWS = 21, SIZE = 4 * 7 + 8 * 7 + 8 * 2 };
static const double RATE = 0.02, DECAY = 0.3;

static void fill(real *to, const real *from, size_t n)
{
    memcpy(to, from, n * sizeof *to);
}

/* Two steps on targets y: weights (SIZE). */
static void steps(real *weights, size_t part, size_t threads, const real *x, const real *y)
{
    gim_allocator allocator;
    gim__learner learner;
    gim__pool *pool;
    gim__allocator_init(&allocator, NULL);
    ck_assert_int_eq(gim__pool_new(&pool, &allocator, threads), GIM_OK);
    ck_assert_int_eq(gim__learner_open(&learner, net, ROWS + 5, part, pool, &allocator), GIM_OK);
    ck_assert_uint_eq(learner.size, SIZE);
    gim__learner_start(weights, &learner, 9, 1);
    for (uint64_t step = 1; step <= 2; step++) {
        fill(learner.x, x, ROWS * net.in);
        gim__learner_forward(&learner, weights, ROWS);
        for (size_t i = 0; i < ROWS * net.out; i++)
            learner.y[i] = y[i] - learner.y[i];
        gim__learner_ascend(weights, &learner, ROWS, RATE, DECAY, step);
    }
    gim__learner_close(&learner, &allocator);
    gim__pool_free(pool);
}

/* The same with the network's own functions, all rows at once. */
static void steps_by_hand(real *weights, const real *x, const real *y)
{
    real *hidden = t_zeros(2 * ROWS * net.width), *scratch = t_zeros(ROWS * net.width), *out = t_zeros(ROWS * net.out);
    real *first = t_zeros(SIZE), *second = t_zeros(SIZE);
    for (uint64_t step = 1; step <= 2; step++) {
        real *grad = t_zeros(SIZE);
        gim__mlp_forward(out, hidden, x, weights, ROWS, net);
        for (size_t i = 0; i < ROWS * net.out; i++)
            out[i] = y[i] - out[i];
        gim__mlp_backward(grad, out, hidden, scratch, x, weights, ROWS, net);
        for (size_t i = 0; i < SIZE; i++)
            weights[i] -= (real)(RATE * DECAY) * weights[i];
        gim__adam(weights, first, second, grad, SIZE, RATE, step);
        free(grad);
    }
    real *all[] = {hidden, scratch, out, first, second};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

START_TEST(steps_are_those_by_hand)
{
    static const size_t parts[] = {ROWS + 5, 8, 1}, threads[] = {1, 2, 3};
    real *x = t_normals(ROWS * net.in, 1, 1), *y = t_normals(ROWS * net.out, 1, 2);
    real got[SIZE], again[SIZE], want[SIZE];
    gim_allocator allocator;
    gim__learner learner;
    gim__allocator_init(&allocator, NULL);
    ck_assert_int_eq(gim__learner_open(&learner, net, 1, 1, NULL, &allocator), GIM_OK);
    gim__learner_start(want, &learner, 9, 1);
    gim__learner_close(&learner, &allocator);
    steps_by_hand(want, x, y);
    steps(got, parts[_i], 1, x, y);
    ck_assert_double_lt(t_gap(got, want, SIZE), T_ROUNDING);
    for (size_t i = 0; i < 3; i++) {
        steps(again, parts[_i], threads[i], x, y);
        ck_assert_mem_eq(again, got, sizeof got);
    }
    free(x), free(y);
}
END_TEST

/* Biases 0, weights of the spread that it says, other ones for each number and seed. */
START_TEST(starting_values)
{
    const gim__mlp wide = {30, 60, 20};
    gim_allocator allocator;
    gim__learner learner;
    gim__allocator_init(&allocator, NULL);
    ck_assert_int_eq(gim__learner_open(&learner, wide, 4, 4, NULL, &allocator), GIM_OK);
    real *a = t_zeros(learner.size), *b = t_zeros(learner.size), *c = t_zeros(learner.size);
    gim__learner_start(a, &learner, 1, 0);
    gim__learner_start(b, &learner, 1, 1);
    gim__learner_start(c, &learner, 2, 0);
    double squares = 0;
    for (size_t i = 0; i < 30 * 60; i++) {
        squares += (double)a[i] * (double)a[i];
        ck_assert(a[i] != b[i] && a[i] != c[i]);
    }
    ck_assert_double_eq_tol(squares / (30 * 60), 2.0 / 90, 0.1 * 2 / 90);
    for (size_t i = 0; i < 60; i++)
        ck_assert(a[30 * 60 + i] == 0 && b[31 * 60 + 60 * 60 + i] == 0);
    for (size_t i = 0; i < 20; i++)
        ck_assert(a[learner.size - 1 - i] == 0);
    free(a), free(b), free(c);
    gim__learner_close(&learner, &allocator);
}
END_TEST

int main(void)
{
    t_case cases[] = {{steps_are_those_by_hand, 3}, {starting_values, 1}};
    return T_RUN("learner", cases);
}
