/* Regressions of outcomes on variables. SPDX-License-Identifier: BSD-3-Clause */
#include "api/regression.h"

#include <math.h>

#include "base/alloc.h"

enum { MOST_WIDTH = 4096, MOST_THREADS = 1024, MOST_NETWORKS = 1000 };

gim_status gim_regression_settings_init(gim_regression_settings *settings)
{
    if (settings == NULL || settings->struct_size < sizeof *settings)
        return GIM_ERR_ARGUMENT;
    *settings = (gim_regression_settings){.struct_size = settings->struct_size,
                                          .seed = 1,
                                          .width = 64,
                                          .steps = 1500,
                                          .batch_rows = 256,
                                          .learning_rate = 0.01,
                                          .decay = 150,
                                          .held_out = 0.1,
                                          .threads = 1,
                                          .networks = 3};
    return GIM_OK;
}

/* ---- what is refused --------------------------------------------------------------------------------------------- */

static gim_status check_table(const double *values, size_t n, size_t columns, const char *what, gim__message *message)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < columns; j++)
            if (!isfinite(values[i * columns + j]))
                return gim__fail(message, GIM_ERR_DATA, "row %zu, %s %zu is %g; values must be finite numbers", i, what,
                                 j, values[i * columns + j]);
    return GIM_OK;
}

static gim_status check_weights(const double *weights, size_t n, gim__message *message)
{
    size_t positive = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(weights[i]) || weights[i] < 0)
            return gim__fail(message, GIM_ERR_DATA, "row %zu: the weight is %g; it must be a finite number from 0", i,
                             weights[i]);
        positive += weights[i] > 0;
    }
    return positive > 0 ? GIM_OK : gim__fail(message, GIM_ERR_DATA, "no row has a weight above 0");
}

static int too_many(size_t n, size_t columns)
{
    size_t size;
    return __builtin_mul_overflow(n, columns, &size) || __builtin_mul_overflow(size, sizeof(double), &size);
}

gim_status gim__outcomes_check(const gim_outcomes *outcomes, gim__message *message)
{
    if (outcomes == NULL || outcomes->struct_size < sizeof *outcomes || outcomes->x == NULL || outcomes->y == NULL)
        return gim__fail(message, GIM_ERR_ARGUMENT,
                         "outcomes, its x and its y must not be NULL, and struct_size be set");
    size_t n = outcomes->n_rows, p = outcomes->n_variables, q = outcomes->n_outcomes;
    if (n == 0 || p == 0 || q == 0 || too_many(n, p) || too_many(n, q))
        return gim__fail(message, GIM_ERR_ARGUMENT,
                         "%zu rows of %zu variables and %zu outcomes; there must be 1 of each", n, p, q);
    gim_status status = check_table(outcomes->x, n, p, "variable", message);
    if (status == GIM_OK)
        status = check_table(outcomes->y, n, q, "outcome", message);
    if (status == GIM_OK && outcomes->weights != NULL)
        status = check_weights(outcomes->weights, n, message);
    return status;
}

static gim_status check_settings(const gim_regression_settings *s, gim__message *message)
{
    if (s->struct_size < sizeof *s)
        return gim__fail(message, GIM_ERR_ARGUMENT, "settings: struct_size must be set");
    if (s->width == 0 || s->width > MOST_WIDTH)
        return gim__fail(message, GIM_ERR_ARGUMENT, "settings: width is %zu; it must be 1 to %d", s->width, MOST_WIDTH);
    if (s->steps == 0 || s->batch_rows == 0)
        return gim__fail(message, GIM_ERR_ARGUMENT, "settings: %zu steps of %zu rows; there must be 1 of each",
                         s->steps, s->batch_rows);
    if (!(s->learning_rate > 0 && s->learning_rate <= 1))
        return gim__fail(message, GIM_ERR_ARGUMENT, "settings: learning_rate is %g; it must be above 0, 1 at most",
                         s->learning_rate);
    if (!(s->decay >= 0 && isfinite(s->decay)))
        return gim__fail(message, GIM_ERR_ARGUMENT, "settings: decay is %g; it must be a finite number from 0",
                         s->decay);
    if (!(s->held_out >= 0 && s->held_out <= 0.5))
        return gim__fail(message, GIM_ERR_ARGUMENT, "settings: held_out is %g; it must be 0 to 0.5", s->held_out);
    if (s->threads == 0 || s->threads > MOST_THREADS)
        return gim__fail(message, GIM_ERR_ARGUMENT, "settings: threads is %zu; it must be 1 to %d", s->threads,
                         MOST_THREADS);
    if (s->networks == 0 || s->networks > MOST_NETWORKS)
        return gim__fail(message, GIM_ERR_ARGUMENT, "settings: networks is %zu; it must be 1 to %d", s->networks,
                         MOST_NETWORKS);
    return GIM_OK;
}

/* ---- the handle -------------------------------------------------------------------------------------------------- */

static gim_status learn(gim_regression *made, const gim_outcomes *outcomes, const gim_regression_settings *settings)
{
    gim__pool *pool = NULL;
    gim_status status = gim__outcomes_check(outcomes, made->message);
    if (status == GIM_OK)
        status = check_settings(settings, made->message);
    if (status != GIM_OK)
        return status;
    status = gim__pool_new(&pool, &made->allocator, settings->threads);
    if (status == GIM_OK)
        status = gim__regression_fit(&made->regression, outcomes, settings, pool, made->message, &made->allocator);
    else
        gim__fail(made->message, status, "out of memory for %zu threads", settings->threads);
    gim__pool_free(pool);
    made->made = status == GIM_OK;
    return status;
}

gim_status gim_regression_new(gim_regression **regression, const gim_outcomes *outcomes,
                              const gim_regression_settings *settings, const gim_allocator *allocator)
{
    gim_regression_settings standard = {.struct_size = sizeof standard};
    gim_allocator mine;
    if (regression == NULL)
        return GIM_ERR_ARGUMENT;
    *regression = NULL;
    if (gim__allocator_init(&mine, allocator) != GIM_OK)
        return GIM_ERR_ARGUMENT;
    gim_regression *made = gim__new(&mine, 1, sizeof *made);
    gim__message *message = gim__new(&mine, 1, sizeof *message);
    if (made == NULL || message == NULL) {
        gim__delete(&mine, made);
        gim__delete(&mine, message);
        return GIM_ERR_NOMEM;
    }
    gim__message_init(message);
    gim_regression_settings_init(&standard);
    *made = (gim_regression){.allocator = mine, .message = message};
    *regression = made;
    return learn(made, outcomes, settings != NULL ? settings : &standard);
}

void gim_regression_free(gim_regression *regression)
{
    if (regression == NULL)
        return;
    gim_allocator allocator = regression->allocator;
    gim__regression_free(&regression->regression, &allocator);
    gim__message_destroy(regression->message);
    gim__delete(&allocator, regression->message);
    gim__delete(&allocator, regression);
}

size_t gim_regression_message(const gim_regression *regression, char *text, size_t size)
{
    if (regression != NULL)
        return gim__message_copy(regression->message, text, size);
    if (text != NULL && size > 0)
        text[0] = '\0';
    return 0;
}

gim_status gim_regression_predict(const gim_regression *regression, const double *x, size_t n_rows, double *y)
{
    if (regression == NULL)
        return GIM_ERR_ARGUMENT;
    if (!regression->made)
        return gim__fail(regression->message, GIM_ERR_STATE, "the regression could not be made");
    if (((x == NULL || y == NULL) && n_rows > 0) || too_many(n_rows, regression->regression.net.in))
        return gim__fail(regression->message, GIM_ERR_ARGUMENT, "x and y must not be NULL");
    gim_status status = check_table(x, n_rows, regression->regression.net.in, "variable", regression->message);
    if (status != GIM_OK)
        return status;
    status = gim__regression_predict(&regression->regression, x, n_rows, y, &regression->allocator);
    return status == GIM_OK ? GIM_OK : gim__fail(regression->message, status, "out of memory for a prediction");
}
