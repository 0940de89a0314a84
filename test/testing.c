/* What several tests share. SPDX-License-Identifier: BSD-3-Clause */
#include "testing.h"

#include <stdio.h>
#include <unistd.h>

/* ---- programs ---- */

int t_run(const char *name, const t_case *cases, size_t n)
{
    Suite *suite = suite_create(name);
    for (size_t i = 0; i < n; i++) {
        TCase *one = tcase_create(cases[i].test->name);
        tcase_add_loop_test(one, cases[i].test, 0, cases[i].times);
        suite_add_tcase(suite, one);
    }
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

char *t_child(const char *settings, const char *task)
{
    char path[1024] = "", command[2048], *text = calloc(1, 1 << 16);
    ck_assert(readlink("/proc/self/exe", path, sizeof path - 1) > 0 && text != NULL);
    ck_assert_int_lt(snprintf(command, sizeof command, "%s GIM_TEST_CHILD=%s '%s'", settings, task, path),
                     sizeof command);
    FILE *child = popen(command, "r");
    ck_assert_ptr_nonnull(child);
    size_t length = fread(text, 1, (1 << 16) - 1, child);
    ck_assert_int_eq(pclose(child), 0);
    ck_assert_uint_gt(length, 0);
    return text;
}

/* ---- numbers ---- */

double t_uniform(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return ((double)((z ^ (z >> 31)) >> 12) + 0.5) / 4503599627370496.0;
}

double t_normal(uint64_t *state)
{
    double radius = sqrt(-2 * log(t_uniform(state)));
    return radius * cos(2 * M_PI * t_uniform(state));
}

real *t_zeros(size_t n)
{
    real *x = calloc(n + 1, sizeof *x);
    if (x == NULL) /* a child is in no test, where a check would do */
        abort();
    return x;
}

real *t_normals(size_t n, double scale, uint64_t seed)
{
    real *x = t_zeros(n);
    for (size_t i = 0; i < n; i++)
        x[i] = (real)(scale * t_normal(&seed));
    return x;
}

real *t_logistics(size_t n, uint64_t seed)
{
    real *x = t_zeros(n);
    for (size_t i = 0; i < n; i++) {
        double p = t_uniform(&seed);
        x[i] = (real)(log(p) - log1p(-p));
    }
    return x;
}

real *t_graph(size_t d, double density, int acyclic, uint64_t seed)
{
    real *G = t_zeros(d * d);
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++)
            G[i * d + j] = t_uniform(&seed) < density && (acyclic ? i < j : i != j);
    return G;
}

void t_shuffle(size_t *order, size_t n, uint64_t seed)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = (size_t)(t_uniform(&seed) * (double)(i + 1));
        order[i] = order[k];
        order[k] = i;
    }
}

/* ---- comparisons ---- */

double t_gap(const real *got, const real *want, size_t n)
{
    double gap = 0, height = 0;
    for (size_t i = 0; i < n; i++) {
        double one = fabs((double)got[i] - (double)want[i]);
        if (isnan(one))
            return NAN;
        gap = fmax(gap, one);
        height = fmax(height, fabs((double)want[i]));
    }
    return gap == 0 ? 0 : gap / height;
}

double t_error(double got, double want)
{
    return fabs(got - want) / fmax(fabs(want), 1);
}

#ifdef GIM_DOUBLE
#define STEP 1e-3
#else
#define STEP 0.03125
#endif

double t_gradient_gap(const real *gradient, real *x, size_t n, t_function f, void *user)
{
    real *difference = t_zeros(n);
    for (size_t i = 0; i < n; i++) {
        real middle = x[i];
        double at[5];
        for (int k = -2; k <= 2; k++) {
            x[i] = middle + (real)(k * STEP);
            at[k + 2] = k == 0 ? 0 : f(x, user);
        }
        x[i] = middle;
        difference[i] = (real)((8 * (at[3] - at[1]) - (at[4] - at[0])) / (12 * STEP));
    }
    double gap = t_gap(gradient, difference, n);
    free(difference);
    return gap;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double t_kolmogorov(double *sample, size_t n, double (*cdf)(double x))
{
    double worst = 0;
    qsort(sample, n, sizeof *sample, ascending);
    for (size_t i = 0; i < n; i++) {
        double p = cdf(sample[i]);
        worst = fmax(worst, fmax((double)(i + 1) / (double)n - p, p - (double)i / (double)n));
    }
    return worst * sqrt((double)n);
}

/* ---- memory ---- */

/* Each block is preceded by its size, in a place that keeps the alignment. */
enum { BEFORE = 64 };

static void *counting_allocate(size_t size, void *user)
{
    t_memory *memory = user;
    if (++memory->calls == memory->fail_at)
        return NULL;
    char *block = malloc(BEFORE + size);
    ck_assert_ptr_nonnull(block);
    memcpy(block, &size, sizeof size);
    memset(block + BEFORE, 0xa5, size); /* not zero: who wants zeros has to write them */
    memory->blocks++;
    memory->bytes += size;
    memory->most = memory->bytes > memory->most ? memory->bytes : memory->most;
    return block + BEFORE;
}

static void counting_release(void *given, size_t size, void *user)
{
    t_memory *memory = user;
    char *block = (char *)given - BEFORE;
    size_t asked;
    memcpy(&asked, block, sizeof asked);
    memory->wrong |= asked != size;
    memory->blocks--;
    memory->bytes -= asked;
    free(block);
}

void t_memory_open(t_memory *memory, size_t fail_at)
{
    *memory = (t_memory){.fail_at = fail_at};
    memory->allocator = (gim_allocator){sizeof(gim_allocator), counting_allocate, counting_release, memory};
}

/* ---- problems ---- */

t_form t_form_at(int i)
{
    static const gim_intervention interventions[] = {GIM_HARD, GIM_SHIFT, GIM_SHIFT};
    return (t_form){.mechanism = (gim_mechanism)(i % 3),
                    .intervention = interventions[i / 3 % 3],
                    .marginal = (gim_marginal)(i / T_FAMILIES),
                    .d = 4,
                    .p = 3,
                    .rank = 3,
                    .hidden = 3,
                    .width = 5,
                    .K = 3,
                    .rows = 3,
                    .M = 3,
                    .threads = 1,
                    .mixed = i / 3 % 3 == 2 ? 0.7 : 0};
}

const char *t_form_name(const t_form *form)
{
    static char name[80];
    snprintf(name, sizeof name, "%s %s%s %s", gim_option_choice(GIM_MECHANISM, form->mechanism),
             form->mixed > 0 ? "mixed " : "", gim_option_choice(GIM_INTERVENTION, form->intervention),
             gim_option_choice(GIM_MARGINAL, form->marginal));
    return name;
}

static void fill_spec(gim__spec *spec, const t_form *form)
{
    *spec = (gim__spec){.d = form->d, .p = form->p, .rank = form->rank, .hidden = form->hidden};
    gim__spec_families(spec, form->mechanism, form->intervention);
    spec->net = (gim__mlp){form->p, form->width, form->d};
    spec->marginal = form->marginal;
    spec->alpha = 0.7, spec->tau = 0.8, spec->sigma_psi = 0.3;
    spec->beta_graph = 1.3, spec->beta_target = 0.9;
    spec->volume = 1; /* room is made for it; off until a test wants it */
    spec->sigma_z = 0.8, spec->sigma_theta = 1.2, spec->sigma_phi = 2.5;
}

static void fill_rows(t_problem *problem, uint64_t seed)
{
    const t_form *form = &problem->form;
    size_t n = form->K * (form->rows + form->K - 1), d = form->d, r = 0;
    int zeros = problem->spec.zero_inflated;
    ck_assert_int_eq(gim__rows_new(&problem->rows, &problem->allocator, n, d), GIM_OK);
    for (size_t k = 0; k < form->K; k++)
        for (size_t i = 0; i < form->rows + 2 * k; i++, r++) {
            problem->rows.env[r] = k;
            problem->rows.weight[r] = (real)(0.5 + t_uniform(&seed));
            for (size_t j = 0; j < d; j++) {
                double value = t_normal(&seed);
                problem->rows.x[r * d + j] = (real)(!zeros ? value : t_uniform(&seed) < 0.3 ? 0 : exp(0.7 * value));
            }
            gim__rows_respond(&problem->rows, r, d, zeros);
        }
    ck_assert_uint_eq(r, n);
}

/* x <- noise of a kind, in place. */
static void copy_noise(real *to, real *from, size_t n)
{
    memcpy(to, from, n * sizeof *to);
    free(from);
}

void t_problem_open(t_problem *problem, const t_form *form, uint64_t seed)
{
    size_t d = form->d, K = form->K, M = form->M;
    *problem = (t_problem){.form = *form};
    gim__allocator_init(&problem->allocator, NULL);
    ck_assert_int_eq(gim__pool_new(&problem->pool, &problem->allocator, form->threads), GIM_OK);
    fill_spec(&problem->spec, form);
    gim__params_layout(&problem->params, &problem->spec);
    problem->values = t_normals(problem->params.size, 0.6, seed + 1);
    problem->features = t_normals(K * form->p, 1, seed + 2);
    problem->observational = calloc(K, 1);
    ck_assert_ptr_nonnull(problem->observational);
    problem->observational[0] = 1;
    fill_rows(problem, seed + 3);
    gim__objective *objective = &problem->objective;
    ck_assert_int_eq(gim__objective_new(objective, &problem->allocator, &problem->spec, &problem->params,
                                        problem->features, problem->observational, K, M, problem->rows.n, 6, seed,
                                        problem->pool),
                     GIM_OK);
    problem->spec.volume = 0;
    objective->draws.mixed = (real)form->mixed;
    copy_noise(objective->draws.graph_noise, t_logistics(M * d * d, seed + 4), M * d * d);
    copy_noise(objective->draws.target_noise, t_logistics(M * K * d, seed + 5), M * K * d);
    size_t effects = M * problem->spec.n_effects * K * d;
    copy_noise(objective->draws.effect_noise, t_normals(effects, 1, seed + 6), effects);
}

void t_problem_close(t_problem *problem)
{
    gim__objective_free(&problem->objective);
    gim__rows_free(&problem->rows, &problem->allocator);
    gim__pool_free(problem->pool);
    free(problem->values);
    free(problem->features);
    free(problem->observational);
}

/* ---- the model from its formulas ---- */

double t_mean(const gim__spec *spec, const gim__params *params, const real *values, const real *G, const real *x,
              size_t j)
{
    size_t d = spec->d, h = spec->hidden;
    const real *theta = values + params->theta;
    double mean = 0;
    if (spec->mech == &gim__mech_linear) {
        for (size_t i = 0; i < d; i++)
            mean += (double)G[i * d + j] * (double)theta[i * d + j] * (double)x[i];
        return mean;
    }
    const real *W1 = theta, *b1 = W1 + d * d * h, *W2 = b1 + d * h, *b2 = W2 + d * h;
    mean = (double)b2[j];
    for (size_t q = 0; q < h; q++) {
        double a = (double)b1[j * h + q];
        for (size_t i = 0; i < d; i++)
            a += (double)G[i * d + j] * (double)x[i] * (double)W1[(j * d + i) * h + q];
        mean += (double)W2[j * h + q] * tanh(a);
    }
    return mean;
}

static double log_normal(double y, double mean, double logvar)
{
    return -0.5 * ((y - mean) * (y - mean) / exp(logvar) + logvar + log(2 * M_PI));
}

/* One variable's log p(x), given the mean and log-variance of x, or of log x and the logit of a zero. */
static double log_value(double x, double mean, double logvar, double logit_pi, int zero_inflated)
{
    if (!zero_inflated)
        return log_normal(x, mean, logvar);
    double pi = 1 / (1 + exp(-logit_pi));
    return x == 0 ? log(pi) : log(1 - pi) + log_normal(log(x), mean, logvar) - log(x);
}

double t_log_density(const t_problem *problem, const real *values, const real *G, size_t m, size_t r)
{
    const gim__spec *spec = &problem->spec;
    const gim__params *params = &problem->params;
    const gim__draws *draws = &problem->objective.draws;
    size_t d = spec->d, kd = draws->K * d, at = problem->rows.env[r] * d;
    const real *x = problem->rows.x + r * d, *psi = draws->effect + m * spec->n_effects * kd + at;
    double sum = 0;
    for (size_t j = 0; j < d; j++) {
        double I = (double)draws->target[m * kd + at + j], mean = t_mean(spec, params, values, G, x, j);
        double logvar = (double)values[params->logvar + j], xj = (double)x[j];
        double logit = spec->zero_inflated ? (double)values[params->logit_pi + j] : 0;
        if (spec->shift) {
            double mixed = (1 - I) * log_value(xj, mean, logvar, logit, spec->zero_inflated) +
                           I * log_value(xj, mean + (double)psi[j], logvar, logit, spec->zero_inflated);
            double scaled = log_value(xj, mean + I * (double)psi[j], logvar, logit, spec->zero_inflated);
            sum += (double)draws->mixed * mixed + (1 - (double)draws->mixed) * scaled;
            continue;
        }
        double hard_logit = spec->zero_inflated ? (double)psi[2 * kd + j] : 0;
        sum += (1 - I) * log_value(xj, mean, logvar, logit, spec->zero_inflated) +
               I * log_value(xj, (double)psi[j], 2 * (double)psi[kd + j], hard_logit, spec->zero_inflated);
    }
    return sum;
}

/* log of the mean over draws of exp(total) */
static double log_mean_exp(const double *total, size_t M)
{
    double largest = total[0], sum = 0;
    for (size_t m = 1; m < M; m++)
        largest = fmax(largest, total[m]);
    for (size_t m = 0; m < M; m++)
        sum += exp(total[m] - largest) / (double)M;
    return largest + log(sum);
}

double t_log_likelihood(const t_problem *problem, const real *values, const real *G)
{
    const gim__rows *rows = &problem->rows;
    gim_marginal marginal = problem->spec.marginal;
    size_t M = problem->objective.draws.M, dd = problem->spec.d * problem->spec.d;
    double *total = calloc(M, sizeof *total), value = 0;
    ck_assert_ptr_nonnull(total);
    for (size_t r = 0; r < rows->n; r++) {
        double weight = (double)rows->weight[r];
        for (size_t m = 0; m < M; m++)
            total[m] += (marginal == GIM_PER_SAMPLE ? 1 : weight) * t_log_density(problem, values, G + m * dd, m, r);
        int last = r + 1 == rows->n;
        if (!last && marginal == GIM_PER_DATASET)
            continue;
        if (!last && marginal == GIM_PER_ENVIRONMENT && rows->env[r + 1] == rows->env[r])
            continue;
        value += (marginal == GIM_PER_SAMPLE ? weight : 1) * log_mean_exp(total, M);
        memset(total, 0, M * sizeof *total);
    }
    free(total);
    return value;
}
