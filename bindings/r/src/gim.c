/* libgim for R's .Call(). R/ checks the arguments' types and shapes before it calls. Matrices go over as R has them,
 * columns one after another: rows are gathered from them, and scattered into them, here.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <R.h>
#include <R_ext/Rdynload.h>
#include <Rinternals.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* ---- handles, errors --------------------------------------------------------------------------------------------- */

static void release(SEXP pointer)
{
    gim_model_free(R_ExternalPtrAddr(pointer));
    R_ClearExternalPtr(pointer);
}

static SEXP wrap(gim_model *model)
{
    SEXP pointer = PROTECT(R_MakeExternalPtr(model, Rf_install("gim_model"), R_NilValue));
    R_RegisterCFinalizerEx(pointer, release, TRUE);
    UNPROTECT(1);
    return pointer;
}

static gim_model *model_of(SEXP pointer)
{
    gim_model *model = TYPEOF(pointer) == EXTPTRSXP ? R_ExternalPtrAddr(pointer) : NULL;
    if (model == NULL)
        Rf_error("the model is gone: a workspace keeps none, save it by gim_save() and read it by gim_load()");
    return model;
}

/* Raises an R error of class GIM_ERR_..., gim_error, with the message. Never inside a callback: it jumps. */
static void raise(gim_status status, const char *message)
{
    SEXP call = PROTECT(Rf_lang4(Rf_install("gim_stop"), PROTECT(Rf_ScalarInteger(status)),
                                 PROTECT(Rf_mkString(gim_status_name(status))),
                                 PROTECT(Rf_ScalarString(Rf_mkCharCE(message, CE_UTF8)))));
    SEXP space = PROTECT(R_FindNamespace(PROTECT(Rf_mkString("gim"))));
    Rf_eval(call, space);
    UNPROTECT(6);
}

static void check(const gim_model *model, gim_status status)
{
    char message[512] = "";
    if (status >= 0)
        return;
    if (model != NULL)
        gim_message(model, message, sizeof message);
    raise(status, *message ? message : gim_status_text(status));
}

/* From a number or, as R's numbers end at 2^53, its digits. */
static uint64_t seed_of(SEXP seed)
{
    if (TYPEOF(seed) == STRSXP)
        return strtoull(CHAR(STRING_ELT(seed, 0)), NULL, 10);
    return (uint64_t)Rf_asReal(seed);
}

static size_t count_of(SEXP number)
{
    return (size_t)Rf_asReal(number);
}

static SEXP text(const char *utf8)
{
    return Rf_mkCharCE(utf8, CE_UTF8);
}

static void to_rows(double *rows, const double *columns, size_t n, size_t d)
{
    for (size_t j = 0; j < d; j++)
        for (size_t i = 0; i < n; i++)
            rows[i * d + j] = columns[j * n + i];
}

static void to_columns(double *columns, const double *rows, size_t n, size_t d)
{
    for (size_t j = 0; j < d; j++)
        for (size_t i = 0; i < n; i++)
            columns[j * n + i] = rows[i * d + j];
}

/* ---- the data of a fit ------------------------------------------------------------------------------------------- */

struct host {
    const double *x; /* (n, d), by columns */
    size_t n, d, p;
    SEXP rows;     /* list: the numbers, from 1, of each environment's rows */
    SEXP features; /* matrix (p, environments) */
    SEXP names, observational;
    SEXP progress; /* a function of a list, or NULL */
    int raised;    /* it failed, or R was interrupted */
};

static int describe(size_t env, gim_environment *environment, double *features, void *user)
{
    const struct host *host = user;
    environment->n_rows = (size_t)XLENGTH(VECTOR_ELT(host->rows, (R_xlen_t)env));
    environment->observational = LOGICAL(host->observational)[env] == 1;
    environment->name = CHAR(STRING_ELT(host->names, (R_xlen_t)env));
    memcpy(features, REAL(host->features) + env * host->p, host->p * sizeof *features);
    return 0;
}

static int read_rows(size_t env, const size_t *rows, size_t n_rows, double *x, void *user)
{
    const struct host *host = user;
    const int *number = INTEGER(VECTOR_ELT(host->rows, (R_xlen_t)env));
    for (size_t j = 0; j < host->d; j++)
        for (size_t r = 0; r < n_rows; r++)
            x[r * host->d + j] = host->x[j * host->n + (size_t)number[rows[r]] - 1];
    return 0;
}

struct report {
    const struct host *host;
    const gim_progress *at;
    int stop;
};

static SEXP progress_list(const gim_progress *at)
{
    const char *names[] = {"step",    "steps", "objective",    "held_out", "acyclicity",
                           "penalty", "edges", "seconds_left", ""};
    double values[] = {(double)at->step, (double)at->steps, at->objective,     at->held_out,
                       at->acyclicity,   at->penalty,       (double)at->edges, at->seconds_left};
    SEXP list = PROTECT(Rf_mkNamed(VECSXP, names));
    for (int i = 0; i < 8; i++)
        SET_VECTOR_ELT(list, i, Rf_ScalarReal(values[i]));
    UNPROTECT(1);
    return list;
}

/* May jump, so it is only run by R_ToplevelExec(). */
static void report(void *user)
{
    struct report *report = user;
    R_CheckUserInterrupt();
    if (report->host->progress == R_NilValue)
        return;
    SEXP list = PROTECT(progress_list(report->at));
    SEXP call = PROTECT(Rf_lang2(report->host->progress, list));
    SEXP stop = PROTECT(Rf_eval(call, R_GlobalEnv));
    report->stop = TYPEOF(stop) == LGLSXP && XLENGTH(stop) == 1 && LOGICAL(stop)[0] == 1;
    UNPROTECT(3);
}

/* A jump must not pass through the library: it ends here, and the fit stops. */
static int progress(const gim_progress *at, void *user)
{
    struct host *host = user;
    struct report what = {host, at, 0};
    if (!R_ToplevelExec(report, &what))
        host->raised = 1;
    return host->raised || what.stop;
}

/* A list of the status, and whether progress failed or the user interrupted. */
static SEXP run(gim_status (*function)(gim_model *, const gim_data *, gim_progress_fn, void *), SEXP pointer, SEXP x,
                SEXP data, SEXP report)
{
    gim_model *model = model_of(pointer);
    struct host host = {REAL(x),
                        (size_t)Rf_nrows(x),
                        (size_t)Rf_ncols(x),
                        gim_feature_count(model),
                        VECTOR_ELT(data, 0),
                        VECTOR_ELT(data, 1),
                        VECTOR_ELT(data, 2),
                        VECTOR_ELT(data, 3),
                        report,
                        0};
    gim_data asked = {sizeof asked, (size_t)XLENGTH(host.rows), describe, read_rows, &host};
    gim_status status = function(model, &asked, progress, &host);
    check(model, status);
    SEXP ended = PROTECT(Rf_allocVector(INTSXP, 2));
    INTEGER(ended)[0] = status;
    INTEGER(ended)[1] = host.raised;
    UNPROTECT(1);
    return ended;
}

static SEXP r_fit(SEXP pointer, SEXP x, SEXP data, SEXP report)
{
    return run(gim_fit, pointer, x, data, report);
}

static SEXP r_resume(SEXP pointer, SEXP x, SEXP data, SEXP report)
{
    return run(gim_resume, pointer, x, data, report);
}

/* ---- models ------------------------------------------------------------------------------------------------------ */

static SEXP r_new(SEXP variables, SEXP features)
{
    gim_model *model;
    check(NULL, gim_model_new(&model, count_of(variables), count_of(features), NULL));
    return wrap(model);
}

static SEXP r_load(SEXP path)
{
    gim_model *model;
    gim_status status = gim_model_load(&model, CHAR(STRING_ELT(path, 0)), NULL);
    if (model == NULL)
        check(NULL, status);
    SEXP pointer = PROTECT(wrap(model));
    check(model, status);
    UNPROTECT(1);
    return pointer;
}

static SEXP r_save(SEXP pointer, SEXP path)
{
    gim_model *model = model_of(pointer);
    check(model, gim_model_save(model, CHAR(STRING_ELT(path, 0))));
    return R_NilValue;
}

static SEXP r_set_names(SEXP pointer, SEXP variables, SEXP features)
{
    gim_model *model = model_of(pointer);
    for (R_xlen_t i = 0; i < XLENGTH(variables); i++)
        check(model, gim_set_variable_name(model, (size_t)i, CHAR(STRING_ELT(variables, i))));
    for (R_xlen_t i = 0; i < XLENGTH(features); i++)
        check(model, gim_set_feature_name(model, (size_t)i, CHAR(STRING_ELT(features, i))));
    return R_NilValue;
}

static SEXP r_variables(SEXP pointer)
{
    gim_model *model = model_of(pointer);
    size_t n = gim_variable_count(model);
    SEXP names = PROTECT(Rf_allocVector(STRSXP, (R_xlen_t)n));
    for (size_t i = 0; i < n; i++)
        SET_STRING_ELT(names, (R_xlen_t)i, text(gim_variable_name(model, i)));
    UNPROTECT(1);
    return names;
}

static SEXP r_features(SEXP pointer)
{
    gim_model *model = model_of(pointer);
    size_t n = gim_feature_count(model);
    SEXP names = PROTECT(Rf_allocVector(STRSXP, (R_xlen_t)n));
    for (size_t i = 0; i < n; i++)
        SET_STRING_ELT(names, (R_xlen_t)i, text(gim_feature_name(model, i)));
    UNPROTECT(1);
    return names;
}

/* ---- options ----------------------------------------------------------------------------------------------------- */

static SEXP choices_of(gim_option option)
{
    int n = 0;
    while (gim_option_choice(option, n) != NULL)
        n++;
    SEXP choices = PROTECT(Rf_allocVector(STRSXP, n));
    for (int i = 0; i < n; i++)
        SET_STRING_ELT(choices, i, text(gim_option_choice(option, i)));
    UNPROTECT(1);
    return choices;
}

/* A list of (name, number, kind, lowest, highest, default, help, choices), one each. */
static SEXP r_options(void)
{
    const char *names[] = {"name", "number", "kind", "lowest", "highest", "default", "help", "choices", ""};
    SEXP all = PROTECT(Rf_allocVector(VECSXP, (R_xlen_t)gim_option_count()));
    for (size_t i = 0; i < gim_option_count(); i++) {
        gim_option option = GIM_SEED;
        gim_option_kind kind = GIM_INT;
        double range[3];
        gim_option_at(i, &option);
        gim_option_type(option, &kind);
        gim_option_range(option, &range[0], &range[1], &range[2]);
        SEXP one = PROTECT(Rf_mkNamed(VECSXP, names));
        SET_VECTOR_ELT(one, 0, Rf_mkString(gim_option_name(option)));
        SET_VECTOR_ELT(one, 1, Rf_ScalarInteger((int)option));
        SET_VECTOR_ELT(one, 2, Rf_ScalarInteger((int)kind));
        for (int j = 0; j < 3; j++)
            SET_VECTOR_ELT(one, 3 + j, Rf_ScalarReal(range[j]));
        SET_VECTOR_ELT(one, 6, Rf_mkString(gim_option_help(option)));
        SET_VECTOR_ELT(one, 7, choices_of(option));
        SET_VECTOR_ELT(all, (R_xlen_t)i, one);
        UNPROTECT(1);
    }
    UNPROTECT(1);
    return all;
}

static SEXP r_set(SEXP pointer, SEXP number, SEXP value)
{
    gim_model *model = model_of(pointer);
    gim_option option = (gim_option)Rf_asInteger(number);
    gim_option_kind kind = GIM_INT;
    gim_option_type(option, &kind);
    check(model, kind == GIM_REAL ? gim_set_real(model, option, Rf_asReal(value))
                                  : gim_set_int(model, option, (int64_t)Rf_asReal(value)));
    return R_NilValue;
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

/* asked: matrix (p, perturbations), so that each one's features lie together. */
static SEXP r_sample(SEXP pointer, SEXP asked, SEXP n_rows, SEXP seed)
{
    gim_model *model = model_of(pointer);
    size_t n = count_of(n_rows), d = gim_variable_count(model);
    SEXP x = PROTECT(Rf_allocMatrix(REALSXP, (int)n, (int)d));
    double *rows = (double *)R_alloc(n * d, sizeof *rows);
    check(model, gim_sample(model, REAL(asked), (size_t)Rf_ncols(asked), n, seed_of(seed), rows));
    to_columns(REAL(x), rows, n, d);
    UNPROTECT(1);
    return x;
}

static SEXP r_targets(SEXP pointer, SEXP features)
{
    gim_model *model = model_of(pointer);
    SEXP probability = PROTECT(Rf_allocVector(REALSXP, (R_xlen_t)gim_variable_count(model)));
    check(model, gim_targets(model, REAL(features), REAL(probability)));
    UNPROTECT(1);
    return probability;
}

/* A list of (name, mean, spread) for each effect parameter. */
static SEXP r_effects(SEXP pointer, SEXP features)
{
    gim_model *model = model_of(pointer);
    size_t n = gim_effect_count(model), d = gim_variable_count(model);
    SEXP all = PROTECT(Rf_allocVector(VECSXP, (R_xlen_t)n));
    for (size_t i = 0; i < n; i++) {
        gim_effect effect = gim_effect_at(model, i);
        SEXP one = PROTECT(Rf_allocVector(VECSXP, 3));
        SET_VECTOR_ELT(one, 0, Rf_mkString(gim_effect_name(effect)));
        SET_VECTOR_ELT(one, 1, Rf_allocVector(REALSXP, (R_xlen_t)d));
        SET_VECTOR_ELT(one, 2, Rf_allocVector(REALSXP, (R_xlen_t)d));
        check(model, gim_effects(model, REAL(features), effect, REAL(VECTOR_ELT(one, 1)), REAL(VECTOR_ELT(one, 2))));
        SET_VECTOR_ELT(all, (R_xlen_t)i, one);
        UNPROTECT(1);
    }
    UNPROTECT(1);
    return all;
}

static SEXP square_of(const double *rows, size_t d)
{
    SEXP matrix = PROTECT(Rf_allocMatrix(REALSXP, (int)d, (int)d));
    to_columns(REAL(matrix), rows, d, d);
    UNPROTECT(1);
    return matrix;
}

static SEXP r_probabilities(SEXP pointer)
{
    gim_model *model = model_of(pointer);
    size_t d = gim_variable_count(model);
    double *rows = (double *)R_alloc(d * d, sizeof *rows);
    check(model, gim_graph(model, rows, NULL));
    return square_of(rows, d);
}

static SEXP r_weights(SEXP pointer)
{
    gim_model *model = model_of(pointer);
    size_t d = gim_variable_count(model);
    double *rows = (double *)R_alloc(d * d, sizeof *rows);
    check(model, gim_weights(model, rows));
    return square_of(rows, d);
}

static SEXP r_graph(SEXP pointer)
{
    gim_model *model = model_of(pointer);
    size_t d = gim_variable_count(model);
    unsigned char *edges = (unsigned char *)R_alloc(d * d, 1);
    check(model, gim_graph(model, NULL, edges));
    SEXP matrix = PROTECT(Rf_allocMatrix(LGLSXP, (int)d, (int)d));
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++)
            LOGICAL(matrix)[j * d + i] = edges[i * d + j];
    UNPROTECT(1);
    return matrix;
}

static SEXP r_log_density(SEXP pointer, SEXP asked, SEXP x)
{
    gim_model *model = model_of(pointer);
    size_t n = (size_t)Rf_nrows(x), d = (size_t)Rf_ncols(x);
    double *rows = (double *)R_alloc(n * d, sizeof *rows);
    to_rows(rows, REAL(x), n, d);
    SEXP density = PROTECT(Rf_allocVector(REALSXP, (R_xlen_t)n));
    check(model, gim_log_density(model, REAL(asked), (size_t)Rf_ncols(asked), rows, n, REAL(density)));
    UNPROTECT(1);
    return density;
}

static SEXP r_distance(SEXP pointer, SEXP features)
{
    gim_model *model = model_of(pointer);
    double distance = 0;
    int outside = 0;
    check(model, gim_feature_distance(model, REAL(features), &distance, &outside));
    const char *names[] = {"distance", "outside", ""};
    SEXP list = PROTECT(Rf_mkNamed(VECSXP, names));
    SET_VECTOR_ELT(list, 0, Rf_ScalarReal(distance));
    SET_VECTOR_ELT(list, 1, Rf_ScalarLogical(outside));
    UNPROTECT(1);
    return list;
}

/* A named list of numbers. */
static SEXP r_report(SEXP pointer)
{
    gim_model *model = model_of(pointer);
    int n = 0;
    while (gim_report_name((gim_report_item)n) != NULL)
        n++;
    SEXP values = PROTECT(Rf_allocVector(REALSXP, n)), names = PROTECT(Rf_allocVector(STRSXP, n));
    for (int i = 0; i < n; i++) {
        check(model, gim_report(model, (gim_report_item)i, &REAL(values)[i]));
        SET_STRING_ELT(names, i, text(gim_report_name((gim_report_item)i)));
    }
    Rf_setAttrib(values, R_NamesSymbol, names);
    UNPROTECT(2);
    return values;
}

static SEXP r_history(SEXP pointer)
{
    gim_model *model = model_of(pointer);
    size_t n = 0;
    check(model, gim_history(model, &n, NULL, 0));
    double *rows = (double *)R_alloc(n * GIM_HISTORY_COLUMNS, sizeof *rows);
    check(model, gim_history(model, &n, rows, n));
    SEXP table = PROTECT(Rf_allocMatrix(REALSXP, (int)n, GIM_HISTORY_COLUMNS));
    to_columns(REAL(table), rows, n, GIM_HISTORY_COLUMNS);
    UNPROTECT(1);
    return table;
}

/* A list of (name, rows, observational, features) for each environment of the fit. */
static SEXP r_environments(SEXP pointer)
{
    gim_model *model = model_of(pointer);
    size_t n = gim_environment_count(model);
    SEXP all = PROTECT(Rf_allocVector(VECSXP, (R_xlen_t)n));
    for (size_t e = 0; e < n; e++) {
        gim_environment environment = {.struct_size = sizeof environment};
        SEXP one = PROTECT(Rf_allocVector(VECSXP, 4));
        SET_VECTOR_ELT(one, 3, Rf_allocVector(REALSXP, (R_xlen_t)gim_feature_count(model)));
        check(model, gim_environment_get(model, e, &environment, REAL(VECTOR_ELT(one, 3))));
        SET_VECTOR_ELT(one, 0, Rf_ScalarString(text(environment.name)));
        SET_VECTOR_ELT(one, 1, Rf_ScalarReal((double)environment.n_rows));
        SET_VECTOR_ELT(one, 2, Rf_ScalarLogical(environment.observational != 0));
        SET_VECTOR_ELT(all, (R_xlen_t)e, one);
        UNPROTECT(1);
    }
    UNPROTECT(1);
    return all;
}

/* ---- judging, simulation ----------------------------------------------------------------------------------------- */

static SEXP r_metrics(void)
{
    int n = 0;
    while (gim_metric_name((gim_metric)n) != NULL)
        n++;
    SEXP names = PROTECT(Rf_allocVector(STRSXP, n));
    for (int i = 0; i < n; i++)
        SET_STRING_ELT(names, i, text(gim_metric_name((gim_metric)i)));
    UNPROTECT(1);
    return names;
}

static SEXP r_score(SEXP metric, SEXP predicted, SEXP observed)
{
    size_t n = (size_t)Rf_nrows(predicted), m = (size_t)Rf_nrows(observed), d = (size_t)Rf_ncols(observed);
    double *p = (double *)R_alloc(n * d, sizeof *p), *o = (double *)R_alloc(m * d, sizeof *o), value = 0;
    to_rows(p, REAL(predicted), n, d);
    to_rows(o, REAL(observed), m, d);
    check(NULL, gim_score_samples((gim_metric)Rf_asInteger(metric), p, n, o, m, d, NULL, &value));
    return Rf_ScalarReal(value);
}

static unsigned char *edges_of(SEXP graph)
{
    size_t d = (size_t)Rf_nrows(graph);
    unsigned char *edges = (unsigned char *)R_alloc(d * d, 1);
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++)
            edges[i * d + j] = LOGICAL(graph)[j * d + i] == 1;
    return edges;
}

static SEXP r_compare(SEXP estimate, SEXP truth)
{
    gim_graph_scores s = {.struct_size = sizeof s};
    check(NULL, gim_compare_graphs(edges_of(estimate), edges_of(truth), (size_t)Rf_nrows(truth), NULL, &s));
    const char *names[] = {"true_positives",
                           "false_positives",
                           "false_negatives",
                           "reversed",
                           "shd",
                           "shd_entries",
                           "sid",
                           "precision",
                           "recall",
                           "f1",
                           ""};
    double values[] = {(double)s.true_positives,
                       (double)s.false_positives,
                       (double)s.false_negatives,
                       (double)s.reversed,
                       (double)s.shd,
                       (double)s.shd_entries,
                       s.sid,
                       s.precision,
                       s.recall,
                       s.f1};
    SEXP list = PROTECT(Rf_mkNamed(VECSXP, names));
    for (int i = 0; i < 10; i++)
        SET_VECTOR_ELT(list, i, Rf_ScalarReal(values[i]));
    UNPROTECT(1);
    return list;
}

static void free_system(SEXP pointer)
{
    gim_system_free(R_ExternalPtrAddr(pointer));
    R_ClearExternalPtr(pointer);
}

static void check_system(const gim_system *system, gim_status status)
{
    char message[512] = "";
    if (status >= 0)
        return;
    if (system != NULL)
        gim_system_message(system, message, sizeof message);
    raise(status, *message ? message : gim_status_text(status));
}

static SEXP system_environment(const gim_system *system, size_t env, const gim_simulation *settings)
{
    gim_environment environment = {.struct_size = sizeof environment};
    size_t d = settings->variables;
    SEXP one = PROTECT(Rf_allocVector(VECSXP, 4));
    SET_VECTOR_ELT(one, 1, Rf_allocVector(REALSXP, (R_xlen_t)settings->components));
    check_system(system, gim_system_environment(system, env, &environment, REAL(VECTOR_ELT(one, 1))));
    SET_VECTOR_ELT(one, 0, Rf_mkString(environment.name));
    double *rows = (double *)R_alloc(environment.n_rows * d, sizeof *rows);
    check_system(system, gim_system_rows(system, env, environment.n_rows, settings->seed, rows));
    SET_VECTOR_ELT(one, 2, Rf_allocMatrix(REALSXP, (int)environment.n_rows, (int)d));
    to_columns(REAL(VECTOR_ELT(one, 2)), rows, environment.n_rows, d);
    unsigned char *targets = (unsigned char *)R_alloc(d, 1);
    check_system(system, gim_system_perturbation(system, env, NULL, NULL, targets, NULL));
    SET_VECTOR_ELT(one, 3, Rf_allocVector(LGLSXP, (R_xlen_t)d));
    for (size_t j = 0; j < d; j++)
        LOGICAL(VECTOR_ELT(one, 3))[j] = targets[j];
    UNPROTECT(1);
    return one;
}

/* settings: list of seed, variables, edges_per_variable, graph, mechanism, intervention, perturbations,
 * new_perturbations, doses, new_doses, control_rows, rows, test_rows, noise; NULL leaves the library's value. */
static void settings_of(gim_simulation *s, SEXP given)
{
#define SET(i, member, value)                 \
    if (VECTOR_ELT(given, i) != R_NilValue) { \
        SEXP it = VECTOR_ELT(given, i);       \
        s->member = value;                    \
    }
    SET(0, seed, seed_of(it))
    SET(1, variables, count_of(it))
    SET(2, edges_per_variable, Rf_asReal(it))
    SET(3, graph, (gim_graph_kind)Rf_asInteger(it))
    SET(4, mechanism, (gim_mechanism)Rf_asInteger(it))
    SET(5, intervention, (gim_intervention)Rf_asInteger(it))
    SET(6, perturbations, count_of(it))
    SET(7, new_perturbations, count_of(it))
    SET(8, doses, REAL(it))
    SET(8, n_doses, (size_t)XLENGTH(it))
    SET(9, new_doses, REAL(it))
    SET(9, n_new_doses, (size_t)XLENGTH(it))
    SET(10, control_rows, count_of(it))
    SET(11, rows, count_of(it))
    SET(12, test_rows, count_of(it))
    SET(13, noise, Rf_asReal(it))
#undef SET
}

/* A list of the edges, and of each part's environments. */
static SEXP r_simulate(SEXP given)
{
    gim_simulation settings = {.struct_size = sizeof settings};
    gim_system *system = NULL;
    gim_simulation_init(&settings);
    settings_of(&settings, given);
    gim_status status = gim_system_new(&system, &settings, NULL);
    SEXP pointer = PROTECT(R_MakeExternalPtr(system, R_NilValue, R_NilValue));
    R_RegisterCFinalizerEx(pointer, free_system, TRUE);
    check_system(system, status);
    const gim_simulation *made = gim_system_settings(system);
    size_t d = made->variables;
    SEXP all = PROTECT(Rf_allocVector(VECSXP, 4));
    unsigned char *edges = (unsigned char *)R_alloc(d * d, 1);
    check_system(system, gim_system_graph(system, edges, NULL));
    SET_VECTOR_ELT(all, 0, Rf_allocMatrix(LGLSXP, (int)d, (int)d));
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++)
            LOGICAL(VECTOR_ELT(all, 0))[j * d + i] = edges[i * d + j];
    for (int part = 0; part < 3; part++) {
        size_t first = 0, count = 0;
        check_system(system, gim_system_part(system, (gim_part)part, &first, &count));
        SET_VECTOR_ELT(all, 1 + part, Rf_allocVector(VECSXP, (R_xlen_t)count));
        for (size_t e = 0; e < count; e++)
            SET_VECTOR_ELT(VECTOR_ELT(all, 1 + part), (R_xlen_t)e, system_environment(system, first + e, made));
    }
    UNPROTECT(2);
    return all;
}

/* The seed with which `gim sample --seed` draws an environment's rows, as digits: it has 64 bits. */
static SEXP r_environment_seed(SEXP seed, SEXP name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ seed_of(seed);
    for (const char *byte = CHAR(STRING_ELT(name, 0)); *byte != '\0'; byte++)
        hash = (hash ^ (unsigned char)*byte) * UINT64_C(0x100000001b3);
    char digits[32];
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)hash);
    return Rf_mkString(digits);
}

static SEXP r_version(void)
{
    return Rf_mkString(gim_version());
}

static const R_CallMethodDef methods[] = {
    {"r_new", (DL_FUNC)r_new, 2},
    {"r_load", (DL_FUNC)r_load, 1},
    {"r_save", (DL_FUNC)r_save, 2},
    {"r_set_names", (DL_FUNC)r_set_names, 3},
    {"r_variables", (DL_FUNC)r_variables, 1},
    {"r_features", (DL_FUNC)r_features, 1},
    {"r_options", (DL_FUNC)r_options, 0},
    {"r_set", (DL_FUNC)r_set, 3},
    {"r_fit", (DL_FUNC)r_fit, 4},
    {"r_resume", (DL_FUNC)r_resume, 4},
    {"r_sample", (DL_FUNC)r_sample, 4},
    {"r_targets", (DL_FUNC)r_targets, 2},
    {"r_effects", (DL_FUNC)r_effects, 2},
    {"r_probabilities", (DL_FUNC)r_probabilities, 1},
    {"r_weights", (DL_FUNC)r_weights, 1},
    {"r_graph", (DL_FUNC)r_graph, 1},
    {"r_log_density", (DL_FUNC)r_log_density, 3},
    {"r_distance", (DL_FUNC)r_distance, 2},
    {"r_report", (DL_FUNC)r_report, 1},
    {"r_history", (DL_FUNC)r_history, 1},
    {"r_environments", (DL_FUNC)r_environments, 1},
    {"r_metrics", (DL_FUNC)r_metrics, 0},
    {"r_score", (DL_FUNC)r_score, 3},
    {"r_compare", (DL_FUNC)r_compare, 2},
    {"r_simulate", (DL_FUNC)r_simulate, 1},
    {"r_environment_seed", (DL_FUNC)r_environment_seed, 2},
    {"r_version", (DL_FUNC)r_version, 0},
    {NULL, NULL, 0},
};

void R_init_gim(DllInfo *library);
void R_init_gim(DllInfo *library)
{
    R_registerRoutines(library, NULL, methods, NULL, NULL);
    R_useDynamicSymbols(library, FALSE);
}
