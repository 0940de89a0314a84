/* The criteria. All of p(x; s) is determined where the target's factor levels are a combination of those of observed
 * regimes, p(x; s) ~ prod_t p(x; s_t) ^ q_t; and also where that is so of the factors of each variable i by itself,
 * p(x_i | rest; s) ~ prod_t p(x_i | rest; s_t) ^ q_it, for these conditionals determine a positive density. Where it
 * fails for i, what is left of the target's levels, times any function of x_i, may be added to the logarithms of the
 * factors of i: no observed regime changes, the target does. SPDX-License-Identifier: BSD-3-Clause */
#include "ifm/identify.h"

#include <math.h>
#include <string.h>

size_t gim__ifm_find(const size_t *observed, size_t T, const size_t *regime, size_t m)
{
    size_t t = 0;
    while (t < T && m > 0 && memcmp(observed + t * m, regime, m * sizeof *regime) != 0)
        t++;
    return t;
}

/* What the criteria share. */
typedef struct question {
    const gim__ifm_graph *graph;
    const gim_allocator *allocator;
    gim__ifm_design design;
    size_t *count;    /* (n_scopes): factors of each scope that are asked about */
    double *q, *rest; /* (T), (offset[n_scopes]) */
    double *ease;     /* (T): square roots of the numbers of rows, the largest 1 */
} question;

static void fill_ease(double *ease, const size_t *rows, size_t T)
{
    size_t most = 1;
    for (size_t t = 0; rows != NULL && t < T; t++)
        most = rows[t] > most ? rows[t] : most;
    for (size_t t = 0; t < T; t++)
        ease[t] = rows != NULL ? sqrt((double)rows[t] / (double)most) : 1;
}

static int question_open(question *at, const size_t *observed, const size_t *rows, size_t T, const size_t *target)
{
    if (gim__ifm_design_open(&at->design, at->graph, observed, T, target, at->allocator) != GIM_OK)
        return 0;
    at->count = gim__new(at->allocator, at->design.n_scopes, sizeof *at->count);
    at->q = gim__new(at->allocator, T, sizeof *at->q);
    at->rest = gim__new(at->allocator, at->design.offset[at->design.n_scopes], sizeof *at->rest);
    at->ease = gim__new(at->allocator, T, sizeof *at->ease);
    if (at->ease != NULL)
        fill_ease(at->ease, rows, T);
    return at->count != NULL && at->q != NULL && at->rest != NULL && at->ease != NULL;
}

static void question_close(question *at)
{
    gim__delete(at->allocator, at->count);
    gim__delete(at->allocator, at->q);
    gim__delete(at->allocator, at->rest);
    gim__delete(at->allocator, at->ease);
    gim__ifm_design_close(&at->design, at->allocator);
}

/* Factor k is asked about: it touches the variable, or variable is d. */
static int asked(const question *at, size_t k, size_t variable)
{
    return variable == at->graph->d || gim__ifm_has(&at->graph->factors[k], variable);
}

/* The factors of a variable, or all of them where it is d. */
static gim_status solve(question *at, size_t variable, double *residual, int *unique)
{
    memset(at->count, 0, at->design.n_scopes * sizeof *at->count);
    for (size_t k = 0; k < at->graph->n_factors; k++)
        at->count[at->design.scope[k]] += (size_t)asked(at, k, variable);
    return gim__ifm_span(at->q, at->rest, residual, unique, &at->design, at->count, at->ease, at->allocator);
}

static gim_status take_unseen(gim__ifm_verdict *verdict, const question *at)
{
    size_t K = at->graph->n_factors;
    verdict->unseen = gim__new(at->allocator, K, sizeof *verdict->unseen);
    for (size_t k = 0; verdict->unseen != NULL && k < K; k++)
        if (gim__ifm_unseen(&at->design, at->design.scope[k]))
            verdict->unseen[verdict->n_unseen++] = k;
    return verdict->unseen == NULL ? GIM_ERR_NOMEM : GIM_OK;
}

/* A regime that has a level of a scope. */
static size_t regime_with(const gim__ifm_design *design, size_t scope, size_t level)
{
    size_t t = 0;
    while (t < design->T && design->level[scope * (design->T + 1) + t] != level)
        t++;
    return t;
}

/* What solve() left of the target, but for rounding; only counts where list is NULL. */
static size_t list_rest(gim__ifm_weight *list, const question *at, size_t variable)
{
    const double rounding = 1e-9;
    size_t n = 0;
    for (size_t k = 0; k < at->graph->n_factors; k++) {
        size_t s = at->design.scope[k];
        const double *rest = at->rest + at->design.offset[s];
        for (size_t l = 0; asked(at, k, variable) && l <= at->design.n_levels[s]; l++) {
            if (fabs(rest[l]) <= rounding)
                continue;
            if (list != NULL)
                list[n] = (gim__ifm_weight){k, regime_with(&at->design, s, l), rest[l]};
            n++;
        }
    }
    return n;
}

/* The certificate of the first variable that fails; of all factors where none does. */
static gim_status certify(gim__ifm_verdict *verdict, question *at)
{
    size_t variable = verdict->n_failed > 0 ? verdict->failed[0] : at->graph->d;
    gim_status status = solve(at, variable, &verdict->residual, NULL);
    if (status != GIM_OK)
        return status;
    verdict->n_certificate = list_rest(NULL, at, variable);
    verdict->certificate = gim__new(at->allocator, verdict->n_certificate, sizeof *verdict->certificate);
    if (verdict->certificate == NULL)
        return GIM_ERR_NOMEM;
    list_rest(verdict->certificate, at, variable);
    return GIM_OK;
}

/* q (T) of all factors; *found tells whether they give the target. */
static gim_status ask_all(gim__ifm_verdict *verdict, question *at, int *found)
{
    double residual;
    gim_status status = solve(at, at->graph->d, &residual, &verdict->unique);
    *found = status == GIM_OK && residual < GIM__IFM_NOTHING;
    if (!*found)
        return status;
    verdict->method = GIM_IFM_BY_RATIO;
    verdict->q = gim__clone(at->allocator, at->q, at->design.T, sizeof *at->q);
    return verdict->q == NULL ? GIM_ERR_NOMEM : GIM_OK;
}

/* q (d, T), a row for each variable; failed has those whose factors do not give the target. */
static gim_status ask_each(gim__ifm_verdict *verdict, question *at)
{
    size_t d = at->graph->d, T = at->design.T;
    gim_status status = GIM_OK;
    verdict->unique = 0;
    verdict->failed = gim__new(at->allocator, d, sizeof *verdict->failed);
    verdict->q = gim__new(at->allocator, d, T * sizeof *verdict->q);
    if (verdict->failed == NULL || verdict->q == NULL)
        return GIM_ERR_NOMEM;
    for (size_t i = 0; status == GIM_OK && i < d; i++) {
        double residual = 0;
        status = solve(at, i, &residual, NULL);
        if (status == GIM_OK && residual >= GIM__IFM_NOTHING)
            verdict->failed[verdict->n_failed++] = i;
        memcpy(verdict->q + i * T, at->q, T * sizeof *at->q);
    }
    return status;
}

static gim_status refuse(gim__ifm_verdict *verdict, question *at)
{
    gim__delete(at->allocator, verdict->q);
    verdict->q = NULL;
    verdict->unique = 0;
    verdict->method = GIM_IFM_NOT_IDENTIFIED;
    gim_status status = take_unseen(verdict, at);
    return status == GIM_OK ? certify(verdict, at) : status;
}

static gim_status by_factors(gim__ifm_verdict *verdict, question *at, gim_ifm_criterion criterion)
{
    int found;
    gim_status status = ask_all(verdict, at, &found);
    if (status != GIM_OK || found)
        return status;
    if ((status = ask_each(verdict, at)) != GIM_OK)
        return status;
    if (verdict->n_failed > 0 || criterion == GIM_IFM_PRODUCT_RATIO)
        return refuse(verdict, at);
    verdict->method = GIM_IFM_BY_VARIABLES;
    return GIM_OK;
}

static gim_status by_messages(gim__ifm_verdict *verdict, question *at, const size_t *observed, size_t T,
                              const size_t *target)
{
    size_t m = at->graph->m, missing = 0;
    gim__ifm_terms *terms = &verdict->terms;
    if (gim__ifm_terms_open(terms, at->graph, target, at->allocator) != GIM_OK)
        return GIM_ERR_NOMEM;
    verdict->known = gim__new(at->allocator, terms->n, 1);
    verdict->q = gim__new(at->allocator, T, sizeof *verdict->q);
    if (verdict->known == NULL || verdict->q == NULL)
        return GIM_ERR_NOMEM;
    for (size_t i = 0; i < terms->n; i++) {
        size_t t = gim__ifm_find(observed, T, terms->regime + i * m, m);
        verdict->known[i] = t < T;
        missing += t == T;
        if (t < T)
            verdict->q[t] = (double)terms->exponent[i];
    }
    if (missing == 0) {
        verdict->method = GIM_IFM_BY_MESSAGES;
        return GIM_OK;
    }
    gim__delete(at->allocator, verdict->q);
    verdict->q = NULL;
    return take_unseen(verdict, at);
}

static gim_status take_observed(gim__ifm_verdict *verdict, size_t regime, const gim_allocator *allocator)
{
    verdict->method = GIM_IFM_BY_OBSERVATION;
    verdict->q = gim__new(allocator, verdict->T, sizeof *verdict->q);
    if (verdict->q == NULL)
        return GIM_ERR_NOMEM;
    verdict->q[regime] = 1;
    verdict->unique = 1;
    return GIM_OK;
}

/* NaN without exponents. */
static double difficulty_of(const gim__ifm_verdict *verdict, const size_t *rows)
{
    size_t sets = verdict->method == GIM_IFM_BY_VARIABLES ? verdict->d : 1;
    double most = verdict->q != NULL ? 0 : NAN;
    for (size_t i = 0; verdict->q != NULL && i < sets; i++) {
        double sum = 0;
        for (size_t t = 0; t < verdict->T; t++) {
            double q = verdict->q[i * verdict->T + t];
            sum += q * q / (rows != NULL ? (double)rows[t] : 1);
        }
        most = fmax(most, sum);
    }
    return most;
}

gim_status gim__ifm_identify_rows(gim__ifm_verdict *verdict, const gim__ifm_graph *graph, const size_t *observed,
                                  const size_t *rows, size_t T, const size_t *target, gim_ifm_criterion criterion,
                                  const gim_allocator *allocator)
{
    question at = {.graph = graph, .allocator = allocator};
    *verdict = (gim__ifm_verdict){.T = T, .d = graph->d, .m = graph->m};
    size_t same = gim__ifm_find(observed, T, target, graph->m);
    gim_status status = GIM_ERR_NOMEM;
    if (same < T)
        status = take_observed(verdict, same, allocator);
    else if (question_open(&at, observed, rows, T, target))
        status = criterion == GIM_IFM_MESSAGE_PASSING ? by_messages(verdict, &at, observed, T, target)
                                                      : by_factors(verdict, &at, criterion);
    question_close(&at);
    if (status != GIM_OK)
        gim__ifm_verdict_close(verdict, allocator);
    else
        verdict->difficulty = difficulty_of(verdict, rows);
    return status;
}

gim_status gim__ifm_identify(gim__ifm_verdict *verdict, const gim__ifm_graph *graph, const size_t *observed, size_t T,
                             const size_t *target, gim_ifm_criterion criterion, const gim_allocator *allocator)
{
    return gim__ifm_identify_rows(verdict, graph, observed, NULL, T, target, criterion, allocator);
}

void gim__ifm_verdict_close(gim__ifm_verdict *verdict, const gim_allocator *allocator)
{
    gim__delete(allocator, verdict->q);
    gim__delete(allocator, verdict->unseen);
    gim__delete(allocator, verdict->failed);
    gim__delete(allocator, verdict->certificate);
    gim__delete(allocator, verdict->known);
    gim__ifm_terms_close(&verdict->terms, allocator);
    *verdict = (gim__ifm_verdict){0};
}
