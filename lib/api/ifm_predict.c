/* Interventional factor models: mean outcomes of a regime. SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "api/ifm.h"
#include "api/regression.h"
#include "base/alloc.h"
#include "math/fn.h"

enum { ROWS_OF_CHAIN = 20, BLOCK = 512 };

/* What is asked, and what is made on the way. */
typedef struct prediction {
    const gim_ifm *model;
    const size_t *levels;
    const gim_ifm_asking *asking;
    gim_ifm_sampling sampling;
    size_t d, n, n_outcomes; /* variables, drawn rows */
    double *x;               /* (n, d) drawn */
    double *weights;         /* (outcomes' rows), the largest 1 */
    double effective;
} prediction;

/* ---- what may be asked ------------------------------------------------------------------------------------------- */

static gim_status fail(const prediction *of, gim_status status, const char *what)
{
    return gim__fail(of->model->message, status, "%s", what);
}

static gim_status check_estimator(const prediction *of)
{
    const gim_ifm_asking *asking = of->asking;
    if (asking->struct_size < sizeof *asking)
        return fail(of, GIM_ERR_ARGUMENT, "asking must have struct_size = sizeof(gim_ifm_asking)");
    if ((int)asking->estimator < GIM_IFM_DIRECT || (int)asking->estimator > GIM_IFM_REWEIGHTED)
        return gim__fail(of->model->message, GIM_ERR_ARGUMENT, "there is no estimator %d", (int)asking->estimator);
    if (asking->estimator != GIM_IFM_DIRECT && asking->outcomes == NULL)
        return fail(of, GIM_ERR_ARGUMENT, "outcomes must not be NULL for an estimator that weights rows");
    return GIM_OK;
}

static gim_status check_sizes(prediction *of)
{
    const gim_ifm_asking *asking = of->asking;
    const gim_regression *regression = asking->estimator == GIM_IFM_DIRECT ? asking->regression : NULL;
    gim_status status = asking->outcomes != NULL ? gim__outcomes_check(asking->outcomes, of->model->message) : GIM_OK;
    if (status != GIM_OK)
        return status;
    if (asking->outcomes != NULL && asking->outcomes->n_variables != of->d)
        return gim__fail(of->model->message, GIM_ERR_ARGUMENT, "outcomes have %zu variables; the model has %zu",
                         asking->outcomes->n_variables, of->d);
    if (regression != NULL && !regression->made)
        return fail(of, GIM_ERR_STATE, "the regression could not be made");
    if (regression != NULL && regression->regression.net.in != of->d)
        return gim__fail(of->model->message, GIM_ERR_ARGUMENT, "the regression has %zu variables; the model has %zu",
                         regression->regression.net.in, of->d);
    if (regression != NULL)
        of->n_outcomes = regression->regression.net.out;
    else
        of->n_outcomes = asking->estimator == GIM_IFM_DIRECT ? of->d : asking->outcomes->n_outcomes;
    return GIM_OK;
}

static gim_status check_sampling(prediction *of)
{
    of->sampling = (gim_ifm_sampling){.struct_size = sizeof of->sampling};
    gim_ifm_sampling_init(&of->sampling);
    if (of->asking->sampling != NULL && of->asking->sampling->struct_size < sizeof of->sampling)
        return fail(of, GIM_ERR_ARGUMENT, "sampling must have struct_size = sizeof(gim_ifm_sampling)");
    if (of->asking->sampling != NULL)
        of->sampling = *of->asking->sampling;
    of->n = of->asking->n_rows;
    if (of->n == 0 && __builtin_mul_overflow(of->sampling.chains, (size_t)ROWS_OF_CHAIN, &of->n))
        return fail(of, GIM_ERR_ARGUMENT, "sampling: too many chains");
    return GIM_OK;
}

/* ---- rows that are weighted -------------------------------------------------------------------------------------- */

/* The model's weights times the rows' own. */
static gim_status weigh(prediction *of)
{
    const gim_outcomes *outcomes = of->asking->outcomes;
    of->weights = gim__new(&of->model->allocator, outcomes->n_rows, sizeof *of->weights);
    if (of->weights == NULL)
        return fail(of, GIM_ERR_NOMEM, "out of memory for weights");
    gim_status status = gim_ifm_log_weights(of->model, of->levels, of->sampling.force, outcomes->x, outcomes->n_rows,
                                            of->weights, NULL);
    if (status != GIM_OK)
        return status;
    for (size_t i = 0; outcomes->weights != NULL && i < outcomes->n_rows; i++)
        of->weights[i] += log(outcomes->weights[i]);
    of->effective = gim__weights(of->weights, of->weights, outcomes->n_rows);
    return GIM_OK;
}

static void mean_of_rows(double *mean, const prediction *of)
{
    const gim_outcomes *outcomes = of->asking->outcomes;
    double sum = 0;
    memset(mean, 0, of->n_outcomes * sizeof *mean);
    for (size_t i = 0; i < outcomes->n_rows; i++) {
        sum += of->weights[i];
        for (size_t k = 0; k < of->n_outcomes; k++) /* the mean so far: no sum overflows */
            mean[k] += of->weights[i] > 0 ? of->weights[i] / sum * (outcomes->y[i * of->n_outcomes + k] - mean[k]) : 0;
    }
}

/* ---- rows that are drawn ----------------------------------------------------------------------------------------- */

static gim_status draw(prediction *of)
{
    of->x = gim__new(&of->model->allocator, of->n, of->d * sizeof *of->x);
    if (of->x == NULL)
        return gim__fail(of->model->message, GIM_ERR_NOMEM, "out of memory for %zu drawn rows", of->n);
    return gim_ifm_sample(of->model, of->levels, &of->sampling, of->n, of->x);
}

/* y has n rows of outcomes, of all the drawn ones from first on. */
static void add_mean(double *mean, const prediction *of, const double *y, size_t n)
{
    for (size_t i = 0; i < n * of->n_outcomes; i++)
        mean[i % of->n_outcomes] += y[i] / (double)of->n;
}

static gim_status mean_of_draws(double *mean, const prediction *of, const gim__regression *regression)
{
    const gim_allocator *allocator = &of->model->allocator;
    memset(mean, 0, of->n_outcomes * sizeof *mean);
    if (regression == NULL) {
        add_mean(mean, of, of->x, of->n);
        return GIM_OK;
    }
    double *y = gim__new(allocator, BLOCK, of->n_outcomes * sizeof *y);
    gim_status status = y != NULL ? GIM_OK : GIM_ERR_NOMEM;
    for (size_t first = 0; status == GIM_OK && first < of->n; first += BLOCK) {
        size_t n = of->n - first < BLOCK ? of->n - first : BLOCK;
        status = gim__regression_predict(regression, of->x + first * of->d, n, y, allocator);
        if (status == GIM_OK)
            add_mean(mean, of, y, n);
    }
    gim__delete(allocator, y);
    return status == GIM_OK ? GIM_OK : fail(of, status, "out of memory for the outcomes of drawn rows");
}

static gim_status mean_of_reweighted(double *mean, const prediction *of)
{
    gim_outcomes weighted = *of->asking->outcomes;
    gim_regression *regression;
    char why[512];
    weighted.weights = of->weights;
    gim_status status = gim_regression_new(&regression, &weighted, of->asking->settings, &of->model->allocator);
    if (status == GIM_OK) {
        status = mean_of_draws(mean, of, &regression->regression);
    } else {
        gim_regression_message(regression, why, sizeof why);
        fail(of, status, regression != NULL ? why : "out of memory for a regression");
    }
    gim_regression_free(regression);
    return status;
}

/* ---- the answer -------------------------------------------------------------------------------------------------- */

static gim_status predict(double *mean, prediction *of)
{
    const gim_ifm_asking *asking = of->asking;
    gim_status status = asking->outcomes != NULL ? weigh(of) : GIM_OK;
    if (status == GIM_OK && asking->estimator != GIM_IFM_WEIGHTED)
        status = draw(of);
    if (status != GIM_OK)
        return status;
    if (asking->estimator == GIM_IFM_REWEIGHTED)
        return mean_of_reweighted(mean, of);
    if (asking->estimator == GIM_IFM_DIRECT)
        return mean_of_draws(mean, of, asking->regression != NULL ? &asking->regression->regression : NULL);
    mean_of_rows(mean, of);
    return GIM_OK;
}

gim_status gim_ifm_predict(const gim_ifm *model, const size_t *levels, const gim_ifm_asking *asking, double *mean,
                           double *effective)
{
    const gim_ifm_asking preset = {.struct_size = sizeof preset, .estimator = GIM_IFM_DIRECT};
    prediction of = {.model = model, .levels = levels, .asking = asking != NULL ? asking : &preset, .effective = NAN};
    gim_status status = gim__ifm_ready(model);
    if (status != GIM_OK)
        return status;
    of.d = model->graph->graph.d;
    if (mean == NULL)
        return fail(&of, GIM_ERR_ARGUMENT, "mean must not be NULL");
    if ((status = check_estimator(&of)) != GIM_OK || (status = check_sizes(&of)) != GIM_OK ||
        (status = check_sampling(&of)) != GIM_OK)
        return status;
    status = predict(mean, &of);
    if (status == GIM_OK && effective != NULL)
        *effective = of.effective;
    gim__delete(&model->allocator, of.x);
    gim__delete(&model->allocator, of.weights);
    return status;
}
