/* What every member of the mechanism family must do. A new member is a new line of the table, and a formula in
 * t_mean(). SPDX-License-Identifier: BSD-3-Clause */
#include "testing.h"

static const gim__mech *const members[] = {&gim__mech_linear, &gim__mech_network};
static const struct {
    size_t d, h, n;
} sizes[] = {{2, 1, 1}, {4, 3, 7}, {5, 6, 65}, {9, 2, 1}, {3, 10, 130}};
enum {
    MEMBERS = sizeof members / sizeof *members,
    SIZES = sizeof sizes / sizeof *sizes,
    RUNS = MEMBERS * SIZES,
    PAD = 32
};

typedef struct setting {
    const gim__mech *mech;
    size_t d, h, n, theta_size, kept_size;
    real *theta, *G, *x, *masked, *mean, *kept, *dmean, *dmasked;
} setting;

static size_t block_size(const gim__mech *mech, size_t b, size_t d, size_t h)
{
    size_t size = 1;
    for (const char *axis = mech->block[b].shape; *axis != '\0'; axis++)
        size *= *axis == 'd' ? d : h;
    return size;
}

static size_t n_blocks(const gim__mech *mech)
{
    size_t n = 0;
    while (n < GIM__MECH_BLOCKS && mech->block[n].name != NULL)
        n++;
    return n;
}

/* Run i: a member, sizes; a graph with relaxed edges, or of 0 and 1. */
static setting setting_new(int i, int discrete)
{
    setting at = {.mech = members[i / SIZES],
                  .d = sizes[i % SIZES].d,
                  .h = sizes[i % SIZES].h,
                  .n = sizes[i % SIZES].n};
    for (size_t b = 0; b < n_blocks(at.mech); b++)
        at.theta_size += block_size(at.mech, b, at.d, at.h);
    at.kept_size = at.n * at.mech->kept(at.d, at.h);
    at.theta = t_normals(at.theta_size, 0.7, 1);
    at.x = t_normals(at.n * at.d, 1, 2);
    at.G = t_graph(at.d, discrete ? 0.5 : 1, 0, 3);
    real *relaxed = t_logistics(at.d * at.d, 4);
    for (size_t e = 0; e < at.d * at.d && !discrete; e++)
        at.G[e] *= (real)(1 / (1 + exp(-(double)relaxed[e])));
    free(relaxed);
    at.masked = t_normals(at.theta_size + PAD, 1, 5);
    at.mean = t_normals(at.n * at.d + PAD, 1, 6);
    at.kept = t_normals(at.kept_size + PAD, 1, 7);
    at.dmean = t_normals(at.n * at.d, 1, 8);
    at.dmasked = t_zeros(at.theta_size + PAD);
    return at;
}

static void setting_free(setting *at)
{
    real *all[] = {at->theta, at->G, at->x, at->masked, at->mean, at->kept, at->dmean, at->dmasked};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

static void forward(const setting *at, const real *theta, const real *G)
{
    at->mech->mask(at->masked, theta, G, at->d, at->h);
    at->mech->forward(at->mean, at->kept, at->x, at->masked, at->n, at->d, at->h);
}

/* After forward(): the gradients of <dmean, mean> with respect to theta and G, added to what is there. */
static void backward(const setting *at, real *dtheta, real *dG)
{
    memset(at->dmasked, 0, at->theta_size * sizeof(real));
    at->mech->backward(at->dmasked, at->dmean, at->kept, at->x, at->masked, at->n, at->d, at->h);
    at->mech->unmask(dtheta, dG, at->dmasked, at->theta, at->G, at->d, at->h);
}

static double dot(const real *a, const real *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)a[i] * (double)b[i];
    return sum;
}

/* ---- layout ---- */

START_TEST(blocks_are_spelt_in_d_and_h)
{
    const gim__mech *mech = members[_i];
    size_t n = n_blocks(mech);
    ck_assert_uint_gt(n, 0);
    for (size_t b = 0; b < n; b++) {
        size_t axes = strlen(mech->block[b].shape);
        ck_assert(axes >= 1 && axes <= 3 && strspn(mech->block[b].shape, "dh") == axes);
        ck_assert_uint_gt(strlen(mech->block[b].name), 0);
        for (size_t c = 0; c < b; c++)
            ck_assert_str_ne(mech->block[b].name, mech->block[c].name);
    }
}
END_TEST

START_TEST(every_pass_writes_what_it_is_given_and_no_more)
{
    setting at = setting_new(_i, 0);
    real *after[3] = {at.masked + at.theta_size, at.mean + at.n * at.d, at.kept + at.kept_size};
    real before[3][PAD], *dtheta = t_zeros(at.theta_size + PAD), *dG = t_zeros(at.d * at.d + PAD);
    for (size_t i = 0; i < 3; i++)
        memcpy(before[i], after[i], sizeof before[i]);
    forward(&at, at.theta, at.G);
    backward(&at, dtheta, dG);
    for (size_t i = 0; i < 3; i++)
        ck_assert_mem_eq(before[i], after[i], sizeof before[i]);
    for (size_t i = 0; i < PAD; i++)
        ck_assert(at.dmasked[at.theta_size + i] == 0 && dtheta[at.theta_size + i] == 0 && dG[at.d * at.d + i] == 0);
    free(dtheta), free(dG);
    setting_free(&at);
}
END_TEST

START_TEST(values_start_finite_and_by_the_stream_alone)
{
    setting at = setting_new(_i, 0);
    real *one = t_zeros(at.theta_size + PAD), *two = t_zeros(at.theta_size + PAD);
    gim__rng rng;
    gim__rng_open(&rng, 3, GIM__RNG_START, 0, 0);
    at.mech->start(one, &rng, at.d, at.h);
    gim__rng_open(&rng, 3, GIM__RNG_START, 0, 0);
    at.mech->start(two, &rng, at.d, at.h);
    ck_assert_mem_eq(one, two, (at.theta_size + PAD) * sizeof *one);
    double size = dot(one, one, at.theta_size);
    ck_assert(isfinite(size) && size > 0);
    for (size_t i = 0; i < PAD; i++)
        ck_assert(one[at.theta_size + i] == 0);
    free(one), free(two);
    setting_free(&at);
}
END_TEST

/* ---- mask ---- */

/* mask() is linear in theta, and affine in G: <c, mask(theta, G)> = <unmask_theta(c), theta>, and
 * <c, mask(theta, G + H) - mask(theta, G)> = <unmask_G(c), H>. */
START_TEST(unmask_is_the_adjoint_of_mask)
{
    setting at = setting_new(_i, 0);
    size_t dd = at.d * at.d;
    real *c = t_normals(at.theta_size, 1, 9), *H = t_normals(dd, 1, 10), *dtheta = t_zeros(at.theta_size);
    real *dG = t_zeros(dd);
    at.mech->mask(at.masked, at.theta, at.G, at.d, at.h);
    at.mech->unmask(dtheta, dG, c, at.theta, at.G, at.d, at.h);
    double before = dot(c, at.masked, at.theta_size);
    ck_assert_double_lt(t_error(dot(dtheta, at.theta, at.theta_size), before), 10 * T_ROUNDING);
    for (size_t e = 0; e < dd; e++)
        at.G[e] += H[e];
    at.mech->mask(at.masked, at.theta, at.G, at.d, at.h);
    ck_assert_double_lt(t_error(dot(dG, H, dd), dot(c, at.masked, at.theta_size) - before), 10 * T_ROUNDING);
    free(c), free(H), free(dtheta), free(dG);
    setting_free(&at);
}
END_TEST

START_TEST(unmask_adds_and_takes_null)
{
    setting at = setting_new(_i, _i % 2);
    size_t n = at.theta_size, dd = at.d * at.d;
    real *c = t_normals(n, 1, 9), *both[2] = {t_zeros(n), t_zeros(dd)},
         *alone[2] = {t_normals(n, 1, 1), t_normals(dd, 1, 2)};
    real *before[2] = {t_normals(n, 1, 1), t_normals(dd, 1, 2)};
    at.mech->unmask(both[0], both[1], c, at.theta, at.G, at.d, at.h);
    at.mech->unmask(alone[0], NULL, c, at.theta, at.G, at.d, at.h);
    at.mech->unmask(NULL, alone[1], c, at.theta, at.G, at.d, at.h);
    for (size_t i = 0; i < 2; i++) {
        size_t size = i == 0 ? n : dd;
        for (size_t e = 0; e < size; e++)
            alone[i][e] -= before[i][e];
        ck_assert_double_lt(t_gap(alone[i], both[i], size), 10 * T_ROUNDING);
        free(both[i]), free(alone[i]), free(before[i]);
    }
    free(c);
    setting_free(&at);
}
END_TEST

/* ---- forward ---- */

static void check_forward(int i, int discrete)
{
    setting at = setting_new(i, discrete);
    gim__spec spec = {.d = at.d, .hidden = at.h, .mech = at.mech};
    gim__params params = {.theta = 0};
    real *wanted = t_zeros(at.n * at.d);
    for (size_t r = 0; r < at.n; r++)
        for (size_t j = 0; j < at.d; j++)
            wanted[r * at.d + j] = (real)t_mean(&spec, &params, at.theta, at.G, at.x + r * at.d, j);
    forward(&at, at.theta, at.G);
    ck_assert_double_lt(t_gap(at.mean, wanted, at.n * at.d), T_ROUNDING);
    free(wanted);
    setting_free(&at);
}

START_TEST(forward_is_the_formula)
{
    check_forward(_i, 0);
    check_forward(_i, 1);
}
END_TEST

/* Changing what is no parent changes nothing, not even a bit. */
START_TEST(only_parents_matter)
{
    setting at = setting_new(_i, 1);
    size_t j = at.d - 1;
    forward(&at, at.theta, at.G);
    real *before = t_zeros(at.n);
    for (size_t r = 0; r < at.n; r++) {
        before[r] = at.mean[r * at.d + j];
        for (size_t i = 0; i < at.d; i++)
            at.x[r * at.d + i] += at.G[i * at.d + j] == 0 ? 5 : 0;
    }
    forward(&at, at.theta, at.G);
    for (size_t r = 0; r < at.n; r++)
        ck_assert(at.mean[r * at.d + j] == before[r]);
    free(before);
    setting_free(&at);
}
END_TEST

START_TEST(a_single_variable_is_its_column_of_forward)
{
    setting at = setting_new(_i, 1);
    real *mean = t_zeros(at.n + 1), *wanted = t_zeros(at.n);
    forward(&at, at.theta, at.G);
    for (size_t j = 0; j < at.d; j++) {
        size_t parents[16], n_parents = 0;
        for (size_t i = 0; i < at.d; i++)
            if (at.G[i * at.d + j] != 0)
                parents[n_parents++] = i;
        mean[at.n] = 99;
        at.mech->variable(mean, at.theta, j, parents, n_parents, at.x, at.n, at.d, at.h);
        for (size_t r = 0; r < at.n; r++)
            wanted[r] = at.mean[r * at.d + j];
        ck_assert_double_lt(t_gap(mean, wanted, at.n), 10 * T_ROUNDING);
        ck_assert(mean[at.n] == 99);
    }
    free(mean), free(wanted);
    setting_free(&at);
}
END_TEST

/* ---- backward ---- */

static double of_theta(const real *theta, void *user)
{
    const setting *at = user;
    forward(at, theta, at->G);
    return dot(at->mean, at->dmean, at->n * at->d);
}

static double of_graph(const real *G, void *user)
{
    const setting *at = user;
    forward(at, at->theta, G);
    return dot(at->mean, at->dmean, at->n * at->d);
}

START_TEST(backward_is_the_gradient)
{
    setting at = setting_new(_i, _i % 2);
    size_t n = at.theta_size, dd = at.d * at.d;
    real *dtheta = t_zeros(n), *dG = t_zeros(dd);
    forward(&at, at.theta, at.G);
    backward(&at, dtheta, dG);
    ck_assert_double_lt(t_gradient_gap(dtheta, at.theta, n, of_theta, &at), T_DIFFERENCE);
    ck_assert_double_lt(t_gradient_gap(dG, at.G, dd, of_graph, &at), T_DIFFERENCE);
    free(dtheta), free(dG);
    setting_free(&at);
}
END_TEST

/* The gradient of many rows is the sum of theirs: backward adds. */
START_TEST(backward_adds)
{
    setting at = setting_new(_i, 0), row = at;
    size_t n = at.theta_size;
    real *whole = t_zeros(n), *sum = t_zeros(n);
    forward(&at, at.theta, at.G);
    at.mech->backward(whole, at.dmean, at.kept, at.x, at.masked, at.n, at.d, at.h);
    row.n = 1;
    for (size_t r = 0; r < at.n; r++, row.x += at.d) {
        forward(&row, row.theta, row.G);
        at.mech->backward(sum, at.dmean + r * at.d, row.kept, row.x, row.masked, 1, at.d, at.h);
    }
    ck_assert_double_lt(t_gap(sum, whole, n), 10 * T_ROUNDING);
    free(whole), free(sum);
    setting_free(&at);
}
END_TEST

/* ---- permutation ---- */

/* to <- from with variable v renamed to order[v], along every axis that runs over variables. */
static void permute(real *to, const real *from, const char *shape, const size_t *order, size_t d, size_t h)
{
    size_t axes = strlen(shape), extent[3] = {1, 1, 1}, n = 1;
    for (size_t a = 0; a < axes; a++)
        n *= extent[a] = shape[a] == 'd' ? d : h;
    for (size_t e = 0; e < n; e++) {
        size_t index[3] = {e / (extent[1] * extent[2]), e / extent[2] % extent[1], e % extent[2]}, at = 0;
        for (size_t a = 0; a < axes; a++)
            at = at * extent[a] + (shape[a] == 'd' ? order[index[a]] : index[a]);
        to[at] = from[e];
    }
}

static real *permuted(const real *from, const char *shape, const size_t *order, size_t d, size_t h)
{
    size_t n = 1;
    for (const char *axis = shape; *axis != '\0'; axis++)
        n *= *axis == 'd' ? d : h;
    real *to = t_zeros(n);
    permute(to, from, shape, order, d, h);
    return to;
}

static real *permuted_theta(const setting *at, const real *theta, const size_t *order)
{
    real *to = t_zeros(at->theta_size);
    size_t offset = 0;
    for (size_t b = 0; b < n_blocks(at->mech); b++) {
        permute(to + offset, theta + offset, at->mech->block[b].shape, order, at->d, at->h);
        offset += block_size(at->mech, b, at->d, at->h);
    }
    return to;
}

static void permute_rows(real *x, const size_t *order, size_t n, size_t d)
{
    for (size_t r = 0; r < n; r++) {
        real *row = permuted(x + r * d, "d", order, d, 0);
        memcpy(x + r * d, row, d * sizeof *x);
        free(row);
    }
}

START_TEST(renaming_variables_renames_everything)
{
    setting at = setting_new(_i, 0), other = setting_new(_i, 0);
    size_t order[16], n = at.theta_size, dd = at.d * at.d;
    real *dtheta = t_zeros(n), *dG = t_zeros(dd), *other_dtheta = t_zeros(n), *other_dG = t_zeros(dd);
    t_shuffle(order, at.d, 5);
    free(other.theta), free(other.G);
    other.theta = permuted_theta(&at, at.theta, order);
    other.G = permuted(at.G, "dd", order, at.d, at.h);
    permute_rows(other.x, order, at.n, at.d);
    permute_rows(other.dmean, order, at.n, at.d);
    forward(&at, at.theta, at.G), backward(&at, dtheta, dG);
    forward(&other, other.theta, other.G), backward(&other, other_dtheta, other_dG);
    permute_rows(at.mean, order, at.n, at.d);
    real *wanted_theta = permuted_theta(&at, dtheta, order), *wanted_G = permuted(dG, "dd", order, at.d, at.h);
    ck_assert_double_lt(t_gap(other.mean, at.mean, at.n * at.d), 10 * T_ROUNDING);
    ck_assert_double_lt(t_gap(other_dtheta, wanted_theta, n), 10 * T_ROUNDING);
    ck_assert_double_lt(t_gap(other_dG, wanted_G, dd), 10 * T_ROUNDING);
    free(dtheta), free(dG), free(other_dtheta), free(other_dG), free(wanted_theta), free(wanted_G);
    setting_free(&at), setting_free(&other);
}
END_TEST

int main(void)
{
    t_case cases[] = {{blocks_are_spelt_in_d_and_h, MEMBERS},
                      {every_pass_writes_what_it_is_given_and_no_more, RUNS},
                      {values_start_finite_and_by_the_stream_alone, RUNS},
                      {unmask_is_the_adjoint_of_mask, RUNS},
                      {unmask_adds_and_takes_null, RUNS},
                      {forward_is_the_formula, RUNS},
                      {only_parents_matter, RUNS},
                      {a_single_variable_is_its_column_of_forward, RUNS},
                      {backward_is_the_gradient, RUNS},
                      {backward_adds, RUNS},
                      {renaming_variables_renames_everything, RUNS}};
    return T_RUN("mechanisms", cases);
}
