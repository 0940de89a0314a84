/* What every member of the mechanism family must do. A new member is a new line of the table, and a formula in
 * t_mean(). SPDX-License-Identifier: BSD-3-Clause */
#include "math/strip.h"
#include "testing.h"

static const gim__mech *const members[] = {&gim__mech_linear, &gim__mech_network};
static const struct {
    size_t d, h, n;
} sizes[] = {{2, 1, 1}, {4, 3, 7}, {5, 6, 65}, {9, 2, 1}, {3, 10, 130}, {4, 5, 64}};
enum {
    MEMBERS = sizeof members / sizeof *members,
    SIZES = sizeof sizes / sizeof *sizes,
    RUNS = MEMBERS * SIZES,
    PAD = 32
};

typedef struct setting {
    const gim__mech *mech;
    size_t d, h, n, theta_size;
    real *theta, *G, *x, *mean, *dmean;
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
    at.theta = t_normals(at.theta_size, 0.7, 1);
    at.x = t_normals(at.n * at.d, 1, 2);
    at.G = t_graph(at.d, discrete ? 0.5 : 1, 0, 3);
    real *relaxed = t_logistics(at.d * at.d, 4);
    for (size_t e = 0; e < at.d * at.d && !discrete; e++)
        at.G[e] *= (real)(1 / (1 + exp(-(double)relaxed[e])));
    free(relaxed);
    at.mean = t_normals(at.n * at.d, 1, 6);
    at.dmean = t_normals(at.n * at.d, 1, 8);
    return at;
}

static void setting_free(setting *at)
{
    real *all[] = {at->theta, at->G, at->x, at->mean, at->dmean};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

/* One variable's family and everything that both passes over a strip need; canaries behind each array. */
typedef struct passes {
    gim__family family;
    size_t parent[16], n;
    real gain[16], dgain[16 + PAD];
    real *x, *mean, *dmean, *kept, *scratch;
    size_t kept_size, scratch_size;
} passes;

static passes passes_new(const setting *at)
{
    passes made = {.kept_size = at->mech->kept(at->h) * GIM__STRIP, .scratch_size = at->mech->scratch(at->d, at->h)};
    made.x = t_normals(at->d * GIM__STRIP, 1, 11);
    made.mean = t_normals(GIM__STRIP + PAD, 1, 12);
    made.dmean = t_zeros(GIM__STRIP);
    made.kept = t_normals(made.kept_size + PAD, 1, 13);
    made.scratch = t_normals(made.scratch_size + PAD, 1, 14);
    return made;
}

static void passes_free(passes *made)
{
    free(made->x), free(made->mean), free(made->dmean), free(made->kept), free(made->scratch);
}

static void find_family(passes *made, const setting *at, const real *G, size_t j)
{
    made->family = (gim__family){j, 0, made->parent, made->gain};
    for (size_t i = 0; i < at->d; i++)
        if (G[i * at->d + j] != 0) {
            made->parent[made->family.n_parents] = i;
            made->gain[made->family.n_parents++] = G[i * at->d + j];
        }
}

/* Rows first, first + 1, ... in the strip; what is behind them stays as it is. */
static void load(passes *made, const setting *at, size_t first)
{
    made->n = at->n - first < GIM__STRIP ? at->n - first : GIM__STRIP;
    for (size_t i = 0; i < at->d; i++)
        for (size_t r = 0; r < made->n; r++)
            made->x[i * GIM__STRIP + r] = at->x[(first + r) * at->d + i];
}

static void forward_strip(passes *made, const setting *at, const real *theta, int keep)
{
    at->mech->forward(made->mean, keep ? made->kept : NULL, made->x, theta, &made->family, made->n, at->d, at->h,
                      made->scratch);
}

/* All variables, all rows. */
static void forward(const setting *at, const real *theta, const real *G)
{
    passes made = passes_new(at);
    for (size_t first = 0; first < at->n; first += GIM__STRIP)
        for (size_t j = 0; j < at->d; j++) {
            find_family(&made, at, G, j);
            load(&made, at, first);
            forward_strip(&made, at, theta, 0);
            for (size_t r = 0; r < made.n; r++)
                at->mean[(first + r) * at->d + j] = made.mean[r];
        }
    passes_free(&made);
}

static void backward_strip(passes *made, const setting *at, size_t first, real *dtheta, real *dgain)
{
    for (size_t r = 0; r < GIM__STRIP; r++)
        made->dmean[r] = r < made->n ? at->dmean[(first + r) * at->d + made->family.variable] : 0;
    forward_strip(made, at, at->theta, 1);
    at->mech->backward(dtheta, dgain, made->dmean, made->kept, made->x, at->theta, &made->family, made->n, at->d, at->h,
                       made->scratch);
}

/* The gradients of <dmean, mean> with respect to theta and to the edges of G, added to what is there. */
static void backward(const setting *at, real *dtheta, real *dG)
{
    passes made = passes_new(at);
    for (size_t first = 0; first < at->n; first += GIM__STRIP)
        for (size_t j = 0; j < at->d; j++) {
            find_family(&made, at, at->G, j);
            load(&made, at, first);
            memset(made.dgain, 0, sizeof made.dgain);
            backward_strip(&made, at, first, dtheta, made.dgain);
            for (size_t k = 0; k < made.family.n_parents; k++)
                dG[made.parent[k] * at->d + j] += made.dgain[k];
        }
    passes_free(&made);
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
    passes made = passes_new(&at);
    real *after[3] = {made.mean + GIM__STRIP, made.kept + made.kept_size, made.scratch + made.scratch_size};
    real before[3][PAD], *dtheta = t_zeros(at.theta_size + PAD);
    for (size_t i = 0; i < 3; i++)
        memcpy(before[i], after[i], sizeof before[i]);
    for (size_t j = 0; j < at.d; j++) {
        find_family(&made, &at, at.G, j);
        load(&made, &at, 0);
        backward_strip(&made, &at, 0, dtheta, made.dgain);
        for (size_t k = made.family.n_parents; k < sizeof made.dgain / sizeof *made.dgain; k++)
            ck_assert(made.dgain[k] == 0);
    }
    for (size_t i = 0; i < 3; i++)
        ck_assert_mem_eq(before[i], after[i], sizeof before[i]);
    for (size_t i = 0; i < PAD; i++)
        ck_assert(dtheta[at.theta_size + i] == 0);
    free(dtheta);
    passes_free(&made);
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

START_TEST(a_mean_is_the_same_whether_kept_or_not_and_whatever_lies_behind_its_rows)
{
    setting at = setting_new(_i, 0);
    passes made = passes_new(&at);
    find_family(&made, &at, at.G, at.d - 1);
    load(&made, &at, 0);
    forward_strip(&made, &at, at.theta, 0);
    real *mean = t_zeros(GIM__STRIP);
    memcpy(mean, made.mean, made.n * sizeof *mean);
    for (size_t i = 0; i < at.d; i++)
        for (size_t r = made.n; r < GIM__STRIP; r++)
            made.x[i * GIM__STRIP + r] = 1000;
    forward_strip(&made, &at, at.theta, 1);
    ck_assert_mem_eq(mean, made.mean, made.n * sizeof *mean);
    free(mean);
    passes_free(&made);
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

/* Of the edges that there are; the others belong to no family, and have no gradient. */
static double of_graph(const real *G, void *user)
{
    const setting *at = user;
    size_t dd = at->d * at->d;
    real *edges = t_zeros(dd);
    for (size_t e = 0; e < dd; e++)
        edges[e] = at->G[e] != 0 ? G[e] : 0;
    forward(at, at->theta, edges);
    free(edges);
    return dot(at->mean, at->dmean, at->n * at->d);
}

START_TEST(backward_is_the_gradient)
{
    setting at = setting_new(_i, _i % 2);
    size_t n = at.theta_size, dd = at.d * at.d;
    real *dtheta = t_zeros(n), *dG = t_zeros(dd);
    backward(&at, dtheta, dG);
    ck_assert_double_lt(t_gradient_gap(dtheta, at.theta, n, of_theta, &at), T_DIFFERENCE);
    real *G = t_zeros(dd);
    memcpy(G, at.G, dd * sizeof *G);
    ck_assert_double_lt(t_gradient_gap(dG, G, dd, of_graph, &at), T_DIFFERENCE);
    free(dtheta), free(dG), free(G);
    setting_free(&at);
}
END_TEST

/* It adds to what is there, and either gradient may be unwanted. */
START_TEST(backward_adds_and_takes_null)
{
    setting at = setting_new(_i, 0);
    passes made = passes_new(&at);
    size_t n = at.theta_size;
    real *both = t_zeros(n), *alone = t_normals(n, 1, 9), *before = t_normals(n, 1, 9), gain[16] = {0}, only[16];
    find_family(&made, &at, at.G, 0);
    load(&made, &at, 0);
    for (size_t k = 0; k < 16; k++)
        only[k] = 3;
    backward_strip(&made, &at, 0, both, gain);
    backward_strip(&made, &at, 0, alone, NULL);
    backward_strip(&made, &at, 0, NULL, only);
    for (size_t e = 0; e < n; e++)
        alone[e] -= before[e];
    for (size_t k = 0; k < made.family.n_parents; k++)
        only[k] -= 3;
    ck_assert_double_lt(t_gap(alone, both, n), 10 * T_ROUNDING);
    ck_assert_double_lt(t_gap(only, gain, made.family.n_parents), 10 * T_ROUNDING);
    free(both), free(alone), free(before);
    passes_free(&made);
    setting_free(&at);
}
END_TEST

/* Tasks may work on the parameters of different variables at the same time. */
START_TEST(a_variable_touches_its_own_parameters_alone)
{
    setting at = setting_new(_i, 0);
    passes made = passes_new(&at);
    int *owner = calloc(at.theta_size, sizeof *owner);
    for (size_t j = 0; j < at.d; j++) {
        real *dtheta = t_zeros(at.theta_size);
        find_family(&made, &at, at.G, j);
        load(&made, &at, 0);
        backward_strip(&made, &at, 0, dtheta, NULL);
        for (size_t e = 0; e < at.theta_size; e++) {
            ck_assert(dtheta[e] == 0 || owner[e] == 0);
            owner[e] |= dtheta[e] != 0;
        }
        free(dtheta);
    }
    free(owner);
    passes_free(&made);
    setting_free(&at);
}
END_TEST

/* ---- slopes ---- */

/* Those of one variable at the first row. */
typedef struct slopes {
    setting at;
    gim__family family;
    size_t parent[16];
    real gain[16], weight[16], value[16];
    real *scratch;
} slopes;

static slopes *slopes_new(int i, size_t j)
{
    slopes *of = calloc(1, sizeof *of);
    real *weight = t_normals(16, 1, 21);
    of->at = setting_new(i, i % 2);
    of->scratch = t_zeros(of->at.mech->scratch(of->at.d, of->at.h));
    of->family = (gim__family){j, 0, of->parent, of->gain};
    for (size_t p = 0; p < of->at.d; p++)
        if (of->at.G[p * of->at.d + j] != 0) {
            of->parent[of->family.n_parents] = p;
            of->gain[of->family.n_parents++] = of->at.G[p * of->at.d + j];
        }
    memcpy(of->weight, weight, sizeof of->weight);
    free(weight);
    return of;
}

static void slopes_free(slopes *of)
{
    setting_free(&of->at);
    free(of->scratch), free(of);
}

static double mean_at(const real *x, void *user)
{
    slopes *of = user;
    gim__spec spec = {.d = of->at.d, .hidden = of->at.h, .mech = of->at.mech};
    gim__params params = {.theta = 0};
    return t_mean(&spec, &params, of->at.theta, of->at.G, x, of->family.variable);
}

START_TEST(slopes_are_those_of_the_mean)
{
    for (size_t j = 0; j < sizes[_i % SIZES].d; j++) {
        slopes *of = slopes_new(_i, j);
        setting *at = &of->at;
        real *all = t_zeros(at->d);
        at->mech->slope(of->value, at->x, at->theta, &of->family, at->d, at->h, of->scratch);
        for (size_t k = 0; k < of->family.n_parents; k++)
            all[of->parent[k]] = of->value[k];
        ck_assert(of->family.n_parents == 0 || t_gradient_gap(all, at->x, at->d, mean_at, of) < T_DIFFERENCE);
        free(all);
        slopes_free(of);
    }
}
END_TEST

START_TEST(slopes_that_are_the_same_everywhere_do_not_look_at_the_row)
{
    slopes *of = slopes_new(_i, 0);
    setting *at = &of->at;
    real *elsewhere = t_normals(at->d, 1, 22), other[16] = {0};
    at->mech->slope(of->value, at->x, at->theta, &of->family, at->d, at->h, of->scratch);
    at->mech->slope(other, elsewhere, at->theta, &of->family, at->d, at->h, of->scratch);
    if (!at->mech->curved)
        ck_assert_mem_eq(of->value, other, of->family.n_parents * sizeof *other);
    else if (of->family.n_parents > 0)
        ck_assert(t_gap(other, of->value, of->family.n_parents) > 1e-3);
    free(elsewhere);
    slopes_free(of);
}
END_TEST

static double weighted(slopes *of, const real *theta)
{
    setting *at = &of->at;
    at->mech->slope(of->value, at->x, theta, &of->family, at->d, at->h, of->scratch);
    return dot(of->value, of->weight, of->family.n_parents);
}

static double slopes_of_theta(const real *theta, void *user)
{
    return weighted(user, theta);
}

static double slopes_of_gain(const real *gain, void *user)
{
    slopes *of = user;
    of->family.gain = gain;
    double value = weighted(of, of->at.theta);
    of->family.gain = of->gain;
    return value;
}

START_TEST(slopes_have_their_gradient_which_is_added)
{
    slopes *of = slopes_new(_i, _i % 2);
    setting *at = &of->at;
    size_t n = at->theta_size, parents = of->family.n_parents;
    real *dtheta = t_normals(n, 1, 23), *before = t_normals(n, 1, 23), dgain[16], gain[16];
    for (size_t k = 0; k < 16; k++)
        dgain[k] = 3;
    at->mech->slope_backward(dtheta, NULL, of->weight, at->x, at->theta, &of->family, at->d, at->h, of->scratch);
    at->mech->slope_backward(NULL, dgain, of->weight, at->x, at->theta, &of->family, at->d, at->h, of->scratch);
    for (size_t e = 0; e < n; e++)
        dtheta[e] -= before[e];
    for (size_t k = 0; k < 16; k++)
        dgain[k] -= 3;
    memcpy(gain, of->gain, sizeof gain);
    if (parents > 0) {
        ck_assert_double_lt(t_gradient_gap(dtheta, at->theta, n, slopes_of_theta, of), T_DIFFERENCE);
        ck_assert_double_lt(t_gradient_gap(dgain, gain, parents, slopes_of_gain, of), T_DIFFERENCE);
    }
    free(dtheta), free(before);
    slopes_free(of);
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
                      {forward_is_the_formula, RUNS},
                      {only_parents_matter, RUNS},
                      {a_mean_is_the_same_whether_kept_or_not_and_whatever_lies_behind_its_rows, RUNS},
                      {backward_is_the_gradient, RUNS},
                      {backward_adds_and_takes_null, RUNS},
                      {a_variable_touches_its_own_parameters_alone, RUNS},
                      {slopes_are_those_of_the_mean, RUNS},
                      {slopes_that_are_the_same_everywhere_do_not_look_at_the_row, RUNS},
                      {slopes_have_their_gradient_which_is_added, RUNS},
                      {renaming_variables_renames_everything, RUNS}};
    return T_RUN("mechanisms", cases);
}
