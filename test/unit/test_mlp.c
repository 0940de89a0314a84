/* Networks against plain loops, and their gradients against finite differences.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "math/mlp.h"
#include "testing.h"

static const struct {
    gim__mlp net;
    size_t n;
} cases[] = {{{1, 1, 1}, 1}, {{3, 5, 2}, 4}, {{2, 7, 6}, 1}, {{6, 2, 9}, 5}, {{1, 70, 3}, 66}};
enum { CASES = sizeof cases / sizeof *cases };

typedef struct setting {
    gim__mlp net;
    size_t n, size;
    real *x, *weights, *y, *hidden, *dy, *scratch;
} setting;

static setting setting_new(int i)
{
    gim__mlp net = cases[i].net;
    size_t n = cases[i].n, size = gim__mlp_size(net);
    return (setting){.net = net,
                     .n = n,
                     .size = size,
                     .x = t_normals(n * net.in, 1, 1),
                     .weights = t_normals(size, 0.5, 2),
                     .y = t_zeros(n * net.out),
                     .hidden = t_zeros(2 * n * net.width),
                     .dy = t_normals(n * net.out, 1, 3),
                     .scratch = t_zeros(n * net.width)};
}

static void setting_free(setting *at)
{
    real *all[] = {at->x, at->weights, at->y, at->hidden, at->dy, at->scratch};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

/* y = x W + b for one row, with b behind W; returns what comes behind b. */
static const real *layer(double *y, const double *x, const real *W, size_t in, size_t out, int bend)
{
    for (size_t j = 0; j < out; j++) {
        y[j] = (double)W[in * out + j];
        for (size_t i = 0; i < in; i++)
            y[j] += x[i] * (double)W[i * out + j];
        y[j] = bend ? tanh(y[j]) : y[j];
    }
    return W + (in + 1) * out;
}

/* The whole network in double: what the forward pass has to give. */
static real *plain_network(const setting *at, const real *weights)
{
    real *y = t_zeros(at->n * at->net.out);
    for (size_t r = 0; r < at->n; r++) {
        double x[128], a[128], b[128], c[128];
        for (size_t i = 0; i < at->net.in; i++)
            x[i] = (double)at->x[r * at->net.in + i];
        const real *next = layer(a, x, weights, at->net.in, at->net.width, 1);
        next = layer(b, a, next, at->net.width, at->net.width, 1);
        next = layer(c, b, next, at->net.width, at->net.out, 0);
        ck_assert_ptr_eq(next, weights + at->size);
        for (size_t j = 0; j < at->net.out; j++)
            y[r * at->net.out + j] = (real)c[j];
    }
    return y;
}

START_TEST(forward_is_the_formula)
{
    setting at = setting_new(_i);
    real *wanted = plain_network(&at, at.weights);
    gim__mlp_forward(at.y, at.hidden, at.x, at.weights, at.n, at.net);
    ck_assert_double_lt(t_gap(at.y, wanted, at.n * at.net.out), T_ROUNDING);
    free(wanted);
    setting_free(&at);
}
END_TEST

static double along_dy(const real *weights, void *user)
{
    const setting *at = user;
    double sum = 0;
    gim__mlp_forward(at->y, at->hidden, at->x, weights, at->n, at->net);
    for (size_t i = 0; i < at->n * at->net.out; i++)
        sum += (double)at->y[i] * (double)at->dy[i];
    return sum;
}

static void backward(real *dweights, const setting *at)
{
    gim__mlp_forward(at->y, at->hidden, at->x, at->weights, at->n, at->net);
    gim__mlp_backward(dweights, at->dy, at->hidden, at->scratch, at->x, at->weights, at->n, at->net);
}

START_TEST(backward_is_the_gradient)
{
    setting at = setting_new(_i);
    real *gradient = t_zeros(at.size);
    backward(gradient, &at);
    double gap = t_gradient_gap(gradient, at.weights, at.size, along_dy, &at);
    ck_assert_double_lt(gap, T_DIFFERENCE);
    free(gradient);
    setting_free(&at);
}
END_TEST

START_TEST(backward_adds)
{
    setting at = setting_new(_i);
    real *gradient = t_zeros(at.size), *sum = t_normals(at.size, 1, 9), *wanted = t_normals(at.size, 1, 9);
    backward(gradient, &at);
    backward(sum, &at);
    for (size_t i = 0; i < at.size; i++)
        wanted[i] += gradient[i];
    ck_assert_double_lt(t_gap(sum, wanted, at.size), T_ROUNDING);
    free(gradient), free(sum), free(wanted);
    setting_free(&at);
}
END_TEST

START_TEST(sizes_count_weights_and_biases)
{
    ck_assert_uint_eq(gim__mlp_size((gim__mlp){1, 1, 1}), 6);
    ck_assert_uint_eq(gim__mlp_size((gim__mlp){3, 5, 2}), 3 * 5 + 5 + 5 * 5 + 5 + 5 * 2 + 2);
}
END_TEST

int main(void)
{
    t_case tests[] = {{forward_is_the_formula, CASES},
                      {backward_is_the_gradient, CASES - 1},
                      {backward_adds, CASES},
                      {sizes_count_weights_and_biases, 1}};
    return T_RUN("mlp", tests);
}
