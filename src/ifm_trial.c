/* The fits of gim ifm check. SPDX-License-Identifier: BSD-3-Clause */
#include "ifm_trial.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "crew.h"
#include "ifm_model.h"
#include "memory.h"
#include "number.h"
#include "random.h"
#include "stop.h"

const char *const ifm_rivals[] = {"model", "additive", "pooled", "noise"};

/* What the threads share; done under lock. */
struct session {
    struct ifm_check *check;
    double *mean, *variance; /* (n, d) of each regime */
    double *pooled, *spread; /* (d) mean of all rows, and their standard deviation */
    size_t *task_of;         /* (n_determined): a regime each */
    size_t threads, done;
    pthread_mutex_t lock;
};

/* ---- means ------------------------------------------------------------------------------------------------------- */

static void add_moments(const struct training *t, size_t environment, double *mean, double *variance)
{
    size_t d = t->cells.columns.n, n = frame_count(&t->cells, t->cells_of[environment]);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++)
            mean[j] += frame_row(&t->cells, t->cells_of[environment], i)[j] / (double)n;
    for (size_t i = 0; i < n && n > 1; i++)
        for (size_t j = 0; j < d; j++) {
            double from = frame_row(&t->cells, t->cells_of[environment], i)[j] - mean[j];
            variance[j] += from * from / (double)(n - 1);
        }
}

/* Mean and standard deviation of all rows, from those of the regimes. */
static void pool(struct session *s, size_t d)
{
    const struct ifm_check *check = s->check;
    double all = 0;
    for (size_t t = 0; t < check->n; t++)
        all += (double)check->trials[t].rows;
    for (size_t t = 0; t < check->n; t++)
        for (size_t j = 0; j < d; j++)
            s->pooled[j] += s->mean[t * d + j] * (double)check->trials[t].rows / all;
    for (size_t j = 0; j < d; j++) {
        for (size_t t = 0; t < check->n; t++) {
            double from = s->mean[t * d + j] - s->pooled[j], n = (double)check->trials[t].rows;
            s->spread[j] += ((n - 1) * s->variance[t * d + j] + n * from * from) / all;
        }
        s->spread[j] = sqrt(s->spread[j]);
    }
}

static double distance(const struct session *s, const double *predicted, const double *observed, size_t d)
{
    double sum = 0;
    for (size_t j = 0; j < d; j++)
        if (s->spread[j] > 0)
            sum += pow((predicted[j] - observed[j]) / s->spread[j], 2);
    return sqrt(sum);
}

/* ---- who else predicts ------------------------------------------------------------------------------------------- */

static double pooled_distance(const struct session *s, size_t out, size_t d)
{
    double *mean = memory_new(d, sizeof *mean), rows = 0;
    for (size_t t = 0; t < s->check->n; t++) {
        double n = t == out ? 0 : (double)s->check->trials[t].rows;
        rows += n;
        for (size_t j = 0; j < d; j++)
            mean[j] += n * s->mean[t * d + j];
    }
    for (size_t j = 0; j < d; j++)
        mean[j] /= rows;
    double far = distance(s, mean, s->mean + out * d, d);
    free(mean);
    return far;
}

/* The levels of all regimes but one, (n - 1, m). */
static size_t *others(const struct ifm_check *check, size_t out)
{
    size_t m = check->data->study.graph.interventions.n, *levels = memory_new(check->n * m, sizeof *levels),
           *to = levels;
    for (size_t t = 0; t < check->n; t++)
        if (t != out) {
            memcpy(to, ifm_data_levels(check->data, t), m * sizeof *to);
            to += m;
        }
    return levels;
}

/* A graph in which each intervention has a factor of its own: effects add up, whatever they are. */
static gim_status additive_graph(gim_ifm_graph **graph, const struct ifm_graph *of)
{
    static const unsigned char variable = 1;
    size_t m = of->interventions.n, *levels = memory_new(m, sizeof *levels);
    unsigned char *one = memory_new(m, 1);
    for (size_t j = 0; j < m; j++)
        levels[j] = of->levels[j].n;
    gim_status status = gim_ifm_graph_new(graph, 1, m, levels, NULL);
    for (size_t j = 0; j < m && status == GIM_OK; j++) {
        one[j] = 1;
        status = gim_ifm_graph_add_factor(*graph, &variable, one);
        one[j] = 0;
    }
    free(levels);
    free(one);
    return status;
}

/* Least squares of all other rows on their levels, one by one: the exponents of least variance are its weights of the
 * regimes' means. NaN where the levels do not follow from those of the others. */
static double additive_distance(const struct session *s, size_t out, size_t d)
{
    const struct ifm_check *check = s->check;
    size_t *levels = others(check, out);
    size_t *rows = memory_new(check->n, sizeof *rows);
    double *q = memory_new(check->n, sizeof *q), *mean = memory_new(d, sizeof *mean), far = NAN;
    for (size_t t = 0; t < check->n; t++)
        if (t != out)
            rows[t < out ? t : t - 1] = check->trials[t].rows;
    gim_ifm_graph *graph = NULL;
    gim_ifm_verdict *verdict = NULL;
    if (additive_graph(&graph, &check->data->study.graph) == GIM_OK &&
        gim_ifm_identify_rows(graph, levels, rows, check->n - 1, ifm_data_levels(check->data, out),
                              GIM_IFM_PRODUCT_RATIO, &verdict) == GIM_OK &&
        gim_ifm_exponents(verdict, 0, q) == GIM_OK) {
        for (size_t t = 0; t < check->n; t++)
            for (size_t j = 0; j < d && t != out; j++)
                mean[j] += q[t < out ? t : t - 1] * s->mean[t * d + j];
        far = distance(s, mean, s->mean + out * d, d);
    }
    gim_ifm_verdict_free(verdict);
    gim_ifm_graph_free(graph);
    free(levels);
    free(rows);
    free(mean);
    free(q);
    return far;
}

static double noise(const struct session *s, size_t out, size_t d)
{
    double sum = 0;
    for (size_t j = 0; j < d; j++)
        if (s->spread[j] > 0)
            sum += s->variance[out * d + j] / (double)s->check->trials[out].rows / (s->spread[j] * s->spread[j]);
    return sqrt(sum);
}

/* ---- one fit ----------------------------------------------------------------------------------------------------- */

static int on_progress(const gim_progress *now, void *unused)
{
    (void)now;
    (void)unused;
    return stop_wanted();
}

static gim_status fit_without(const struct session *s, gim_ifm *model, size_t out)
{
    const struct training *whole = &s->check->data->training;
    struct training part = {0};
    gim_ifm_settings settings = s->check->settings;
    size_t *fold = memory_new(whole->n, sizeof *fold);
    fold[out] = 1;
    settings.threads = s->threads;
    training_without(&part, whole, fold, 1);
    gim_data data = training_data(&part);
    gim_status status = gim_ifm_fit(model, &settings, &data, on_progress, NULL);
    training_without_free(&part);
    free(fold);
    return status;
}

static int model_distance(const struct session *s, size_t out, size_t d, double *far, bool *stopped)
{
    const struct ifm_check *check = s->check;
    const char *name = ifm_data_name(check->data, out);
    double *mean = memory_new(d, sizeof *mean);
    gim_ifm_sampling sampling = {.struct_size = sizeof sampling};
    gim_ifm_sampling_init(&sampling);
    sampling.seed = random_seed(check->settings.seed, name);
    sampling.threads = s->threads;
    gim_ifm_asking asking = {.struct_size = sizeof asking, .sampling = &sampling};
    gim_ifm *model = NULL;
    int code = ifm_model_new(&check->data->study, &model);
    gim_status status = code == EXIT_OK ? fit_without(s, model, out) : GIM_OK;
    *stopped = status == GIM_STOPPED;
    if (code == EXIT_OK && status == GIM_OK)
        status = gim_ifm_predict(model, ifm_data_levels(check->data, out), &asking, mean, NULL);
    if (status < 0) {
        char *where = memory_format("without \"%s\"", name);
        code = ifm_model_fail(check->data->study.ui, model, status, where);
        free(where);
    }
    *far = distance(s, mean, s->mean + out * d, d);
    gim_ifm_free(model);
    free(mean);
    return code;
}

static void tell(struct session *s, size_t out)
{
    const struct ui *ui = s->check->data->study.ui;
    const struct ifm_trial *trial = &s->check->trials[out];
    const char *name = ifm_data_name(s->check->data, out);
    if (ui->json && !ui->quiet)
        ui_event(json_pack("{s:s, s:I, s:I, s:s, s:o, s:o}", "event", "progress", "done", (json_int_t)s->done, "trials",
                           (json_int_t)s->check->n_determined, "environment", name, "model",
                           number_json(trial->distance[IFM_MODEL]), "additive",
                           number_json(trial->distance[IFM_ADDITIVE])));
    else
        ui_note(ui, "%zu/%zu  without \"%s\": model %.3g, additive %.3g, noise %.3g", s->done, s->check->n_determined,
                name, trial->distance[IFM_MODEL], trial->distance[IFM_ADDITIVE], trial->distance[IFM_NOISE]);
}

static int work(size_t task, void *user)
{
    struct session *s = user;
    size_t d = s->check->data->study.graph.variables.n, out = s->task_of[task];
    struct ifm_trial *trial = &s->check->trials[out];
    bool stopped = false;
    int code = model_distance(s, out, d, &trial->distance[IFM_MODEL], &stopped);
    if (code != EXIT_OK || stopped)
        return code;
    pthread_mutex_lock(&s->lock);
    trial->done = true;
    s->done++;
    tell(s, out);
    pthread_mutex_unlock(&s->lock);
    return EXIT_OK;
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */

/* Which regimes the others determine, and what there is to say of each without a fit. */
static int prepare(struct session *s, size_t d)
{
    struct ifm_check *check = s->check;
    const struct training *t = &check->data->training;
    for (size_t e = 0; e < check->n; e++) {
        check->trials[e].rows = frame_count(&t->cells, t->cells_of[e]);
        add_moments(t, e, s->mean + e * d, s->variance + e * d);
    }
    pool(s, d);
    for (size_t e = 0; e < check->n && check->n > 1; e++) {
        struct ifm_trial *trial = &check->trials[e];
        size_t *levels = others(check, e);
        int code = ifm_study_decide(&check->data->study, levels, check->n - 1, ifm_data_levels(check->data, e),
                                    &trial->determined);
        free(levels);
        if (code != EXIT_OK)
            return code;
        trial->distance[IFM_MODEL] = NAN;
        trial->distance[IFM_ADDITIVE] = trial->determined ? additive_distance(s, e, d) : NAN;
        trial->distance[IFM_POOLED] = pooled_distance(s, e, d);
        trial->distance[IFM_NOISE] = noise(s, e, d);
        if (trial->determined)
            s->task_of[check->n_determined++] = e;
    }
    return EXIT_OK;
}

/* Threads are shared out to the fits that run at once. */
static int run_all(struct session *s)
{
    const struct ui *ui = s->check->data->study.ui;
    size_t n = s->check->n_determined, all = s->check->settings.threads, jobs = n < all ? n : all;
    s->threads = jobs > 0 && all / jobs > 1 ? all / jobs : 1;
    ui_note(ui, "regimes: %zu, of which the others determine %zu", s->check->n, n);
    stop_watch();
    int code = n > 0 ? crew_run(n, jobs, work, s) : EXIT_OK;
    if (code == EXIT_OK && s->done < n) {
        ui_warn(ui, "stopped with %zu of %zu fits done; nothing was written", s->done, n);
        return EXIT_INTERRUPTED;
    }
    return code;
}

int ifm_check_run(struct ifm_check *check)
{
    size_t n = check->n = check->data->training.n, d = check->data->study.graph.variables.n;
    check->trials = memory_new(n, sizeof *check->trials);
    struct session s = {.check = check,
                        .mean = memory_new(n * d, sizeof *s.mean),
                        .variance = memory_new(n * d, sizeof *s.variance),
                        .pooled = memory_new(d, sizeof *s.pooled),
                        .spread = memory_new(d, sizeof *s.spread),
                        .task_of = memory_new(n, sizeof *s.task_of),
                        .lock = PTHREAD_MUTEX_INITIALIZER};
    int code = prepare(&s, d);
    if (code == EXIT_OK)
        code = run_all(&s);
    pthread_mutex_destroy(&s.lock);
    free(s.mean);
    free(s.variance);
    free(s.pooled);
    free(s.spread);
    free(s.task_of);
    return code;
}

void ifm_check_free(struct ifm_check *check)
{
    free(check->trials);
}
