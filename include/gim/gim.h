/* libgim: generative intervention models. What an unseen perturbation does to a system, which variables it targets,
 * and by which causal graph. SPDX-License-Identifier: BSD-3-Clause
 *
 * Conventions
 *   matrices   row-major doubles; (n, d) is n rows of d values. Edge i -> j is entry [i][j].
 *   units      callers see their own units everywhere; the model keeps the scalings.
 *   memory     what a function fills is the caller's; what it returns as a pointer belongs to the model and lives until
 *              the model is changed or freed. Every handle has one _new (or _load, _copy) and one _free, which takes
 *              NULL.
 *   errors     a gim_status: 0 success, > 0 success of another kind, < 0 failure; gim_message() says which value,
 *              where, and what would be right. A failed call changes nothing but the message.
 *   threads    functions that take a const gim_model may be called by many threads at once on the same model. The
 *              others need the model for themselves. Different models are independent.
 *   the library never prints, exits, aborts, handles signals, or reads the environment. */
#ifndef GIM_H
#define GIM_H

#include <stddef.h>
#include <stdint.h>

#include "gim_status.h"
#include "gim_version.h"

#if defined(__GNUC__)
#define GIM_API __attribute__((visibility("default")))
#else
#define GIM_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- version and status ------------------------------------------------------------------------------------------ */

/* Version of the library at run time, "major.minor.patch". Static memory. */
GIM_API const char *gim_version(void);
/* Name ("GIM_ERR_DATA") and meaning of a code; "unknown status" for others. Static memory. */
GIM_API const char *gim_status_name(gim_status status);
GIM_API const char *gim_status_text(gim_status status);

/* ---- the model --------------------------------------------------------------------------------------------------- */

/* A model, fitted or not: an opaque handle. */
typedef struct gim_model gim_model;

/* Memory for one model. allocate() returns memory aligned for any object, or NULL; release() gets the size that was
 * asked for. Called by the threads that use the model, never by threads that the library makes; so a caller who asks
 * one model on several threads needs an allocator that several may use. */
typedef struct gim_allocator {
    size_t struct_size;                                     /* sizeof(gim_allocator) */
    void *(*allocate)(size_t size, void *user);             /* size > 0 */
    void (*release)(void *memory, size_t size, void *user); /* memory: never NULL */
    void *user;                                             /* handed to both */
} gim_allocator;

/* A model of n_variables variables, under perturbations described by n_features features.
 * *model     out; NULL on failure. Free with gim_model_free().
 * allocator  copied; NULL for malloc and free.
 * errors     GIM_ERR_ARGUMENT (fewer than 2 variables, no feature, too many of either), GIM_ERR_NOMEM. */
GIM_API gim_status gim_model_new(gim_model **model, size_t n_variables, size_t n_features,
                                 const gim_allocator *allocator);
/* Frees a model, half-built or not; NULL is nothing to do. */
GIM_API void gim_model_free(gim_model *model);
/* An independent copy, fit included, in memory from the same allocator. errors: GIM_ERR_NOMEM, GIM_ERR_BUSY. */
GIM_API gim_status gim_model_copy(gim_model **copy, const gim_model *model);

/* Copies the message of the newest failed call on this model into text (size bytes, always terminated; "" after none).
 * Returns the message's length, so that size 0 asks how much is needed. Thread: any. */
GIM_API size_t gim_message(const gim_model *model, char *text, size_t size);

/* As gim_model_new() was told, or the file that gim_model_load() read. */
GIM_API size_t gim_variable_count(const gim_model *model);
GIM_API size_t gim_feature_count(const gim_model *model);
/* Names appear in messages and files; "x0", "x1", ... and "f0", "f1", ... until set. UTF-8, copied, 1 to 1023 bytes, no
 * two equal, the names that are not set yet included. Model's memory; NULL for an index past the end.
 * errors  GIM_ERR_ARGUMENT (index past the end; empty, too long, not UTF-8, or taken), GIM_ERR_NOMEM, GIM_ERR_BUSY. */
GIM_API gim_status gim_set_variable_name(gim_model *model, size_t variable, const char *name);
GIM_API gim_status gim_set_feature_name(gim_model *model, size_t feature, const char *name);
GIM_API const char *gim_variable_name(const gim_model *model, size_t variable);
GIM_API const char *gim_feature_name(const gim_model *model, size_t feature);
/* A text of the caller's own that goes with the model, into copies and files, and that the library never looks into:
 * how its data were made, say. UTF-8, copied, at most 16 MiB; NULL or "" takes it away. gim_note() is the model's
 * memory, "" where there is none, until the note is set anew; NULL for no model.
 * errors  GIM_ERR_ARGUMENT (too long, not UTF-8), GIM_ERR_NOMEM, GIM_ERR_BUSY. */
GIM_API gim_status gim_set_note(gim_model *model, const char *note);
GIM_API const char *gim_note(const gim_model *model);

/* ---- options ----------------------------------------------------------------------------------------------------- */

/* Numbered in groups of a hundred: the model's form, its priors, the fit. Numbers are never reused. docs/api.md says
 * what each does; gim_option_range() its range and default. */
typedef enum gim_option {
    GIM_MECHANISM = 100,       /* int, gim_mechanism */
    GIM_INTERVENTION = 101,    /* int, gim_intervention */
    GIM_MARGINAL = 102,        /* int, gim_marginal */
    GIM_HIDDEN = 103,          /* int, units in each variable's network */
    GIM_RANK = 104,            /* int, columns of the graph's latents; 0: as many as variables */
    GIM_WIDTH = 105,           /* int, units in each of the two layers of the perturbation networks */
    GIM_EDGE_SCALE = 106,      /* real, alpha in the edge logit alpha u.v; 0: 4 over the rank, 0.2 at most */
    GIM_TEMPERATURE = 107,     /* real, tau of the relaxed draws */
    GIM_EFFECT_NOISE = 108,    /* real, sigma_psi, spread of the effects around their networks, in scaled units */
    GIM_RELAXED_SHIFT = 109,   /* int, gim_relaxed_shift */
    GIM_METHOD = 110,          /* int, gim_method */
    GIM_DOSE_FEATURE = 111,    /* int, index of the feature that is a dose, for the methods that need one; -1: none */
    GIM_LOG_DETERMINANT = 112, /* real, weight of log|det(I - slopes)| in the likelihood; none where zero-inflated */

    GIM_GRAPH_SPARSITY = 200,  /* real, beta_graph */
    GIM_TARGET_SPARSITY = 201, /* real, beta_target while the graph is learned, per row */
    GIM_SIGMA_LATENT = 202,    /* real, sigma_z */
    GIM_SIGMA_MECHANISM = 203, /* real, sigma_theta */
    GIM_SIGMA_NETWORK = 204,   /* real, sigma_phi */
    GIM_TARGET_RELIEF = 205,   /* real, share of beta_target that stays once the graph is fixed */

    GIM_SEED = 300,       /* int, all randomness of a fit */
    GIM_STEPS = 301,      /* int */
    GIM_DRAWS = 302,      /* int, Monte Carlo draws a step */
    GIM_BATCH_ROWS = 303, /* int, rows of each environment a step; 0: sufficient statistics where they exist, else 10 */
    GIM_LEARNING_RATE = 304,  /* real, Adam's step size at the start */
    GIM_CHECK_EVERY = 305,    /* int, steps between convergence checks */
    GIM_HELD_OUT = 306,       /* real, share of each environment's rows kept for the checks */
    GIM_PENALTY_START = 307,  /* real, mu_0 of the augmented Lagrangian */
    GIM_PENALTY_GROWTH = 308, /* real, factor of mu in a hundredth of the steps, where acyclicity does not halve */
    GIM_TOLERANCE = 309,      /* real, acyclicity at which a graph counts as acyclic */
    GIM_POWER_STEPS = 310,    /* int, power iterations of the acyclicity measure */
    GIM_THREADS = 311,        /* int, threads of a fit and of gim_sample(); changes no number */
    GIM_MEMORY_BUDGET = 312,  /* int, MiB of rows kept in memory; past that they are read batch by batch */
    GIM_ANNEAL = 313,         /* real, share of the steps in which beta_target rises along a half cosine */
    GIM_REFINE = 314,         /* real, share of the steps, at the end, for which the graph is fixed */
    GIM_PATIENCE = 315        /* real, share of the steps in which nothing moves before the graph is fixed early */
} gim_option;

/* What a variable is of its parents: their linear combination, a network of them, or that of its logarithm with a part
 * of zeros of its own; all with noise (docs/model.md). */
typedef enum gim_mechanism { GIM_LINEAR = 0, GIM_NONLINEAR = 1, GIM_ZERO_INFLATED = 2 } gim_mechanism;
/* What a perturbation does to a target: cuts it off from its parents and sets its distribution, or moves its mean. */
typedef enum gim_intervention { GIM_HARD = 0, GIM_SHIFT = 1 } gim_intervention;
/* What has one draw of graph, targets and effects in common, in the likelihood of a fit: a row, an environment, all. */
typedef enum gim_marginal { GIM_PER_SAMPLE = 0, GIM_PER_ENVIRONMENT = 1, GIM_PER_DATASET = 2 } gim_marginal;
/* What a fit makes of a shift whose target is relaxed to I in (0, 1). Scaled: the mean moves by I psi. Mixed:
 * gradually, the log-density becomes 1 - I times that without the shift and I times that with it. */
typedef enum gim_relaxed_shift { GIM_SHIFT_SCALED = 0, GIM_SHIFT_MIXED = 1 } gim_relaxed_shift;
/* What predicts. All but the first are baselines, which a model must beat (docs/baselines.md). A baseline has no graph,
 * targets, effects, weights or log-density, and the functions that ask for these return GIM_ERR_STATE; the others are
 * as for a model. Its samples are training rows, of which at most 1000 of each environment are kept, drawn with
 * replacement and moved by a shift of the means. */
typedef enum gim_method {
    GIM_METHOD_MODEL = 0,        /* the generative intervention model */
    GIM_METHOD_NO_CHANGE = 1,    /* the observational rows */
    GIM_METHOD_TRAIN_MEAN = 2,   /* these, moved by the mean shift of the perturbed environments */
    GIM_METHOD_NEAREST = 3,      /* rows of the environment nearest in standardised features */
    GIM_METHOD_NEAREST_DOSE = 4, /* of the nearest dose among those nearest in the other features */
    GIM_METHOD_LOWER_DOSE = 5,   /* of the next lower dose among these; the observational rows where there is none */
    GIM_METHOD_ADDITIVE = 6,     /* observational rows, moved by the sum of the shifts of single features */
    GIM_METHOD_RIDGE = 7,        /* moved by a ridge regression from features to shifts */
    GIM_METHOD_MLP = 8           /* moved by a network of two layers of GIM_WIDTH units */
} gim_method;
/* What an option's value is. A choice is an integer whose values have names. */
typedef enum gim_option_kind { GIM_INT = 0, GIM_REAL = 1, GIM_CHOICE = 2 } gim_option_kind;

/* Everything about the options is queryable. The functions on numbers return GIM_ERR_OPTION, those on text NULL, where
 * no such option exists. Static memory. */
GIM_API size_t gim_option_count(void);
GIM_API gim_status gim_option_at(size_t index, gim_option *option);
GIM_API gim_status gim_option_find(const char *name, gim_option *option); /* "learning-rate" */
GIM_API const char *gim_option_name(gim_option option);
GIM_API const char *gim_option_help(gim_option option);
GIM_API gim_status gim_option_type(gim_option option, gim_option_kind *kind);
GIM_API gim_status gim_option_range(gim_option option, double *lowest, double *highest, double *preset);
/* Names of a choice's values, "nonlinear" for (GIM_MECHANISM, GIM_NONLINEAR); NULL past the last. */
GIM_API const char *gim_option_choice(gim_option option, int64_t value);

/* GIM_INT and GIM_CHOICE options are set by gim_set_int(), GIM_REAL ones by gim_set_real().
 * errors  GIM_ERR_OPTION (unknown, of the other type, out of range), GIM_ERR_STATE (100 to 299 on a fitted model, whose
 *         form is fixed), GIM_ERR_BUSY. */
GIM_API gim_status gim_set_int(gim_model *model, gim_option option, int64_t value);
GIM_API gim_status gim_set_real(gim_model *model, gim_option option, double value);
GIM_API gim_status gim_get_int(const gim_model *model, gim_option option, int64_t *value);
GIM_API gim_status gim_get_real(const gim_model *model, gim_option option, double *value);

/* ---- fitting ----------------------------------------------------------------------------------------------------- */

/* One environment, as describe() fills it: zeroed before the call but for struct_size. */
typedef struct gim_environment {
    size_t struct_size; /* sizeof(gim_environment) */
    size_t n_rows;      /* >= 1 */
    int observational;  /* not 0: no variable is targeted here, whatever the features say */
    const char *name;   /* for messages and the model's file; copied at once; NULL: "environment 0", ... */
} gim_environment;

/* The data, by callback. All are called on the thread inside gim_fit(), never two at once; they must not call back into
 * the model. Each returns 0 to go on, a positive value to stop the fit, or a negative one to fail with that value. */
typedef struct gim_data {
    size_t struct_size;    /* sizeof(gim_data) */
    size_t n_environments; /* >= 1 */
    /* Describes environment env and fills its n_features features. Called once for each. */
    int (*describe)(size_t env, gim_environment *environment, double *features, void *user);
    /* Fills x (n_rows, n_variables) with the rows of environment env that have these indices, which ascend. Called over
     * all rows once, in blocks; later only for rows that did not fit in GIM_MEMORY_BUDGET. x is the library's. */
    int (*read)(size_t env, const size_t *rows, size_t n_rows, double *x, void *user);
    void *user; /* handed to both */
} gim_data;

/* Where a fit stands, after a check. */
typedef struct gim_progress {
    size_t struct_size;  /* sizeof(gim_progress) */
    int64_t step, steps; /* done, and GIM_STEPS */
    double objective;    /* of the newest step, per training row */
    double held_out;     /* log-likelihood per held-out row, nats, in scaled units; NaN where no row is held out */
    double acyclicity;   /* expected spectral radius of the relaxed graph */
    double penalty;      /* mu of the augmented Lagrangian */
    size_t edges;        /* edges of probability > 1/2 */
    double seconds_left; /* at the speed so far */
} gim_progress;

/* Called on the thread inside gim_fit(), at step 0 and after every check. 0 goes on; positive stops the fit, which
 * leaves a usable model; negative fails with that value. Must not call back into the model. */
typedef int (*gim_progress_fn)(const gim_progress *progress, void *user);

/* Fits the model to data, from the start.
 * progress   may be NULL.
 * returns    GIM_OK: converged; GIM_STOPPED: a callback asked; GIM_CYCLIC: all steps done, but edges had to be removed
 *            to break cycles, or acyclicity is above GIM_TOLERANCE.
 *            A baseline is GIM_OK when it is done; a stopped one leaves the model as it was.
 * errors     GIM_ERR_DATA (names environment, row and column), GIM_ERR_ARGUMENT, GIM_ERR_NOMEM, GIM_ERR_NUMERIC, a
 *            callback's own. The model then is as it was before the call.
 * cost       about draws x rows of a step x variables^2 x hidden operations a step.
 * numbers    the same for the same seed, data, machine and OpenBLAS kernel, whatever GIM_THREADS. */
GIM_API gim_status gim_fit(gim_model *model, const gim_data *data, gim_progress_fn progress, void *user);

/* Continues a fit that was stopped, or was stopped, saved and loaded, on the same data, to the numbers that the
 * uninterrupted fit would have given. On a fit that is complete it does nothing. Returns and errors as gim_fit();
 * GIM_ERR_STATE where there is nothing to resume, GIM_ERR_DATA where the data are not those of the fit. A baseline is
 * never unfinished. */
GIM_API gim_status gim_resume(gim_model *model, const gim_data *data, gim_progress_fn progress, void *user);

/* ---- what the model was fitted to, and how it went --------------------------------------------------------------- */

/* Figures about a fit. */
typedef enum gim_report_item {
    GIM_REPORT_STATUS = 0,         /* status of the fit */
    GIM_REPORT_STEP = 1,           /* steps done */
    GIM_REPORT_OBJECTIVE = 2,      /* as in gim_progress */
    GIM_REPORT_HELD_OUT = 3,       /* log-likelihood per held-out row */
    GIM_REPORT_ACYCLICITY = 4,     /* spectral radius at the last check */
    GIM_REPORT_EDGES = 5,          /* edges of the final graph */
    GIM_REPORT_EDGES_REMOVED = 6,  /* edges that were removed to break cycles */
    GIM_REPORT_SECONDS = 7,        /* spent fitting */
    GIM_REPORT_ROWS = 8,           /* rows of all environments */
    GIM_REPORT_ROWS_HELD_OUT = 9,  /* of these, kept for the checks */
    GIM_REPORT_ROWS_IN_MEMORY = 10 /* 1: rows were kept in memory; 0: read batch by batch */
} gim_report_item;

/* errors  GIM_ERR_STATE on a model without a fit, GIM_ERR_ARGUMENT for an unknown item. */
GIM_API gim_status gim_report(const gim_model *model, gim_report_item item, double *value);
/* "held-out", ...; NULL past the last item. Static memory. */
GIM_API const char *gim_report_name(gim_report_item item);

#define GIM_HISTORY_COLUMNS 6 /* of gim_history() */
/* The checks of a fit, one row each: step, objective, held_out, acyclicity, penalty, edges.
 * n_rows   out: how many there are
 * history  out: (capacity, GIM_HISTORY_COLUMNS), the first capacity of them; NULL with capacity 0 to ask for n_rows. */
GIM_API gim_status gim_history(const gim_model *model, size_t *n_rows, double *history, size_t capacity);

/* The environments of the fit. 0 and NULL on a model without one. */
GIM_API size_t gim_environment_count(const gim_model *model);
/* environment  in: its struct_size; out: the rest. Its name is the model's memory.
 * features     out: (n_features), or NULL.  errors  GIM_ERR_STATE, GIM_ERR_ARGUMENT. */
GIM_API gim_status gim_environment_get(const gim_model *model, size_t env, gim_environment *environment,
                                       double *features);

/* ---- asking ------------------------------------------------------------------------------------------------------ */

/* All: errors GIM_ERR_STATE (no fit, or not what a baseline has), GIM_ERR_BUSY (being fitted), GIM_ERR_ARGUMENT (NULL,
 * sizes, features not finite), GIM_ERR_NOMEM. Features are in the caller's units, n_features for one
 * perturbation. Thread: many at once. */

/* Draws from the distribution of all variables under perturbations.
 * features  (n_perturbations, n_features), applied together: shifts of one variable add up; of two hard interventions
 *           on one variable the later row wins. 0 rows: the unperturbed system. Baselines: docs/baselines.md;
 *           GIM_ERR_STATE where they need observational rows and the fit had none.
 * x         out, (n_rows, n_variables).  Each row draws its own targets and effects.
 * seed      the same seed gives the same rows, whatever GIM_THREADS; the first rows of a longer request are those of a
 *           shorter one. */
GIM_API gim_status gim_sample(const gim_model *model, const double *features, size_t n_perturbations, size_t n_rows,
                              uint64_t seed, double *x);

/* probability  out, (n_variables): that the perturbation targets each variable. */
GIM_API gim_status gim_targets(const gim_model *model, const double *features, double *probability);

/* The parameters of what a perturbation does to a variable that it targets. */
typedef enum gim_effect {
    GIM_EFFECT_MEAN = 0,      /* hard: mean of a targeted variable (of its logarithm where positive, if zero-inflated);
                                 shift: what is added to that mean */
    GIM_EFFECT_LOG_SCALE = 1, /* hard: log of its standard deviation */
    GIM_EFFECT_LOGIT_PI = 2   /* hard, zero-inflated: log-odds of a zero */
} gim_effect;

/* How many effect parameters the model's interventions have: 1 to 3; 0 for a baseline. */
GIM_API size_t gim_effect_count(const gim_model *model);
/* The effect parameters numbered 0 .. gim_effect_count() - 1, and their names ("mean"; NULL past the last). */
GIM_API gim_effect gim_effect_at(const gim_model *model, size_t index);
GIM_API const char *gim_effect_name(gim_effect effect);
/* One effect parameter for every variable, were it targeted.
 * mean, spread  out, (n_variables) each: the effect is Normal(mean, spread^2). Either may be NULL. */
GIM_API gim_status gim_effects(const gim_model *model, const double *features, gim_effect effect, double *mean,
                               double *spread);

/* probability  out, (n_variables, n_variables): of each edge; 0 on the diagonal. May be NULL.
 * edges        out, (n_variables, n_variables): 1 where the final graph, which is acyclic, has the edge. May be
 *              NULL. */
GIM_API gim_status gim_graph(const gim_model *model, double *probability, unsigned char *edges);

/* weight  out, (n_variables, n_variables): of the final graph's edges, in units of target per unit of source; 0
 *         elsewhere.
 * errors  GIM_ERR_STATE too where mechanisms are not linear. */
GIM_API gim_status gim_weights(const gim_model *model, double *weight);

/* Log-density of each row under perturbations, with targets and effects integrated out: exact but for the spread of
 * log_scale and logit_pi, for which an 8-point quadrature stands (docs/numerics.md says how close). Nats, in the
 * caller's units.
 * features     as for gim_sample(), at most 12 rows.   x  (n_rows, n_variables)
 * log_density  out, (n_rows).   errors  GIM_ERR_DATA: a row not finite, or negative under the zero-inflated
 *              mechanism. */
GIM_API gim_status gim_log_density(const gim_model *model, const double *features, size_t n_perturbations,
                                   const double *x, size_t n_rows, double *log_density);

/* How far a perturbation lies from those the model was fitted to.
 * distance  out: Euclidean, to the nearest training environment, in standardised features.
 * outside   out: 1 where some feature lies outside its training range, or the distance exceeds the largest one between
 *           a training environment and its nearest neighbour: an extrapolation. Either may be NULL. */
GIM_API gim_status gim_feature_distance(const gim_model *model, const double *features, double *distance, int *outside);

/* ---- judging ----------------------------------------------------------------------------------------------------- */

/* How good predictions and graphs are; docs/evaluation.md says what a value means. No model is needed, so there is no
 * message. All: errors GIM_ERR_ARGUMENT (NULL, sizes of 0 or too large), GIM_ERR_DATA (a value not finite, or so large
 * that its square is not), GIM_ERR_NOMEM; a failed call changes nothing. allocator: memory for the call, NULL for
 * malloc and free. Thread: any, many at once. Units are the caller's: variables of different spread are to be scaled
 * before. */

/* Distances of a predicted sample from an observed one; of all the lower the better. n and m rows, d variables. Where
 * both samples are the same rows, all but kde_nll are 0, to rounding. */
typedef enum gim_metric {
    GIM_METRIC_MEAN_DISTANCE = 0, /* Euclidean, of the means */
    GIM_METRIC_KDE_NLL = 1,       /* mean -log density, in nats, of the observed rows under a Gaussian product kernel on
                                     the predicted ones. Bandwidths: their standard deviation times n^(-1/(d + 4)), at
                                     least 0.001 (Scott 1992) */
    GIM_METRIC_WASSERSTEIN = 2,   /* root of the Sinkhorn divergence, Feydy et al. (2019): OT(x, y) - OT(x, x) / 2
                                     - OT(y, y) / 2, OT the least of sum P |x - y|^2 + epsilon KL(P | uniform) over
                                     plans P; epsilon a tenth of the mean of |y - y'|^2 (or, if that is 0, of
                                     |x - x'|^2). Memory of n m doubles */
    GIM_METRIC_ENERGY = 3,        /* 2 E|x - y| - E|x - x'| - E|y - y'|, Szekely and Rizzo (2013), means over all pairs,
                                     those of a row with itself included; no root */
    GIM_METRIC_MMD = 4,           /* squared maximum mean discrepancy, Gretton et al. (2012), means as in energy; the
                                     mean of the kernels exp(-|x - y|^2 / (2 c s)), c = 1/4, 1/2, 1, 2, 4, s the mean of
                                     |y - y'|^2 (or else of |x - x'|^2) */
    GIM_METRIC_WASSERSTEIN_1 = 5  /* the integral of |F - G| of each variable, mean over the variables */
} gim_metric;

/* "mean_distance", ...; NULL past the last. Static memory. */
GIM_API const char *gim_metric_name(gim_metric metric);

/* predicted, observed  (n_predicted, n_variables), (n_observed, n_variables)
 * score                out
 * errors  as above; GIM_ERR_NUMERIC: the iteration of wasserstein did not converge.
 * cost    n_predicted x n_observed x n_variables operations; of mean_distance and wasserstein_1 only rows x
 *         n_variables (x log rows). */
GIM_API gim_status gim_score_samples(gim_metric metric, const double *predicted, size_t n_predicted,
                                     const double *observed, size_t n_observed, size_t n_variables,
                                     const gim_allocator *allocator, double *score);

/* Pearson's correlation, over the variables, of two shifts of the mean.
 * predicted, observed, reference  (n_variables) each: means, and the one that shifts are counted from
 * correlation  out: NaN where a shift is the same for all variables. */
GIM_API gim_status gim_shift_correlation(const double *predicted, const double *observed, const double *reference,
                                         size_t n_variables, double *correlation);

/* Whether predicted means tell environments apart.
 * predicted, observed  (n_environments, n_variables): means
 * rank  out, (n_environments): how many of the other environments' observed means are nearer (Euclidean) to the
 *       environment's predicted mean than its own, of ties a half, over n_environments - 1. 0 best, 1/2 by chance, 1
 *       worst; NaN for one environment. */
GIM_API gim_status gim_discrimination(const double *predicted, const double *observed, size_t n_environments,
                                      size_t n_variables, double *rank);

/* coverage  out, (n_variables): share of the observed values between the predicted sample's quantiles (1 - level) / 2
 *           and (1 + level) / 2, these included; quantiles of type 7 of Hyndman and Fan (1996). Good is level itself.
 * level     from 0 to 1 */
GIM_API gim_status gim_coverage(const double *predicted, size_t n_predicted, const double *observed, size_t n_observed,
                                size_t n_variables, double level, const gim_allocator *allocator, double *coverage);

/* An estimated graph against the true one. */
typedef struct gim_graph_scores {
    size_t struct_size;     /* sizeof(gim_graph_scores) */
    size_t true_positives;  /* edges of both graphs */
    size_t false_positives; /* edges of the estimate alone */
    size_t false_negatives; /* edges of the truth alone */
    size_t reversed;        /* edges of the estimate whose reverse is in the truth; counted in both lines above */
    size_t shd;             /* structural Hamming distance: pairs of variables on which the graphs differ, so that a
                               reversed edge counts once */
    size_t shd_entries;     /* entries of the matrices that differ, so that a reversed edge counts twice */
    double sid;             /* structural intervention distance, Peters and Buehlmann (2015): ordered pairs (i, j) for
                               which adjusting for i's parents in the estimate gives a wrong distribution of j under
                               interventions on i. NaN where one of the graphs has a cycle */
    double precision;       /* NaN for an estimate without edges */
    double recall;          /* NaN for a truth without edges */
    double f1;              /* NaN where both have none */
} gim_graph_scores;

/* estimate, truth  (n_variables, n_variables), not 0 where there is an edge; the diagonal is not looked at
 * scores           in: its struct_size; out: the rest
 * cost             n_variables x (n_variables + edges) for sid */
GIM_API gim_status gim_compare_graphs(const unsigned char *estimate, const unsigned char *truth, size_t n_variables,
                                      const gim_allocator *allocator, gim_graph_scores *scores);

/* Area under the precision-recall curve, sum_k (R_k - R_{k-1}) P_k over the distinct scores, equal ones together.
 * score   (n): the higher the more likely      truth  (n), not 0 for what is true
 * value   out: 1 best, the share of what is true by chance; NaN where nothing is true. */
GIM_API gim_status gim_average_precision(const double *score, const unsigned char *truth, size_t n,
                                         const gim_allocator *allocator, double *value);

/* ---- files ------------------------------------------------------------------------------------------------------- */

/* Writes the model, fitted or not, as a safetensors file (docs/model-file.md): to a temporary name beside path, then
 * renamed, so that path holds the old file or the whole new one.  errors  GIM_ERR_IO, GIM_ERR_NOMEM, GIM_ERR_BUSY. */
GIM_API gim_status gim_model_save(const gim_model *model, const char *path);

/* Reads a model.
 * *model  out: set on failure too, unless memory ran out for the handle itself, so that gim_message() can be asked;
 *         free it in any case.
 * errors  GIM_ERR_IO, GIM_ERR_FORMAT (no model, truncated, damaged), GIM_ERR_VERSION, GIM_ERR_NOMEM. */
GIM_API gim_status gim_model_load(gim_model **model, const char *path, const gim_allocator *allocator);

/* ---- simulation -------------------------------------------------------------------------------------------------- */

/* Perturbed systems whose truth is known, to try a model, or any other method, on: docs/simulation.md. */

/* How a graph is drawn: every edge alike, or by preferential attachment. */
typedef enum gim_graph_kind { GIM_ERDOS_RENYI = 0, GIM_SCALE_FREE = 1 } gim_graph_kind;

/* What is to be simulated. Set struct_size, call gim_simulation_init(), then change what is to be different. */
typedef struct gim_simulation {
    size_t struct_size;                      /* sizeof(gim_simulation) */
    uint64_t seed;                           /* 1 */
    size_t variables;                        /* 20; 2 to 5000 */
    double edges_per_variable;               /* 2, expected; up to (variables - 1) / 2 */
    gim_graph_kind graph;                    /* GIM_ERDOS_RENYI */
    gim_mechanism mechanism;                 /* GIM_LINEAR */
    gim_intervention intervention;           /* GIM_HARD */
    double weight_lowest, weight_highest;    /* 0.25, 1: size of linear weights, whose sign is random */
    double noise;                            /* 0.1: variance of the noise, before scaling */
    size_t confounders;                      /* 0: hidden variables, each a cause of 2 to 4 of the others */
    size_t perturbations, new_perturbations; /* 40 and 20 */
    const double *doses, *new_doses;         /* 0.5, 1, 2, 4 and 0.25, 0.75, 1.5, 3, 6; all different, above 0 */
    size_t n_doses, n_new_doses;             /* how many of them there are: 4 and 5 */
    double effect_lowest, effect_highest;    /* most that a target moves, in its standard deviations; 0 and 0: 3 and 6,
                                                with zero-inflated mechanisms 1 and 2 */
    size_t control_rows, rows, test_rows;    /* 800, 50, 100: of the control, a training, a test environment */
    size_t components;                       /* features; 0: as many as variables; up to twice that */
    int raw; /* not 0: rows in the system's own units; else in standard deviations of the unperturbed system */
} gim_simulation;

/* Fills what struct_size covers with the values above, linear, hard and Erdos-Renyi. doses and new_doses are static
 * memory.  errors  GIM_ERR_ARGUMENT (NULL, struct_size too small). */
GIM_API gim_status gim_simulation_init(gim_simulation *settings);

/* A system that was drawn: an opaque handle. */
typedef struct gim_system gim_system;

/* Draws a system: its graph, mechanisms, perturbations and features. Each has random numbers of its own: more
 * perturbations, doses or rows leave all else as it was, but for the features, which describe the training
 * perturbations together.
 * *system   out: set on failure too, unless memory ran out for the handle itself, so that gim_system_message() can be
 *           asked; free it in any case.
 * settings  copied, lists included.
 * errors    GIM_ERR_ARGUMENT, GIM_ERR_NOMEM, GIM_ERR_NUMERIC (values past all bounds: smaller weights, fewer edges). */
GIM_API gim_status gim_system_new(gim_system **system, const gim_simulation *settings, const gim_allocator *allocator);
/* Frees a system, half-built or not; NULL is nothing to do. */
GIM_API void gim_system_free(gim_system *system);
/* As gim_message(). */
GIM_API size_t gim_system_message(const gim_system *system, char *text, size_t size);

/* All that follow: errors GIM_ERR_ARGUMENT (NULL, index past the end), GIM_ERR_STATE (gim_system_new() failed). Thread:
 * many at once. */

/* Which environments there are: the control and the training perturbations at all doses; the same perturbations at new
 * doses; new perturbations at the training doses. */
typedef enum gim_part { GIM_TRAINING = 0, GIM_NEW_DOSES = 1, GIM_NEW_PERTURBATIONS = 2 } gim_part;

/* first, count  out: the environments of a part are numbered first .. first + count - 1. The control is 0. */
GIM_API gim_status gim_system_part(const gim_system *system, gim_part part, size_t *first, size_t *count);
/* The settings, with what they leave to the library filled in. The system's memory; NULL where there is no system. */
GIM_API const gim_simulation *gim_system_settings(const gim_system *system);
/* environment  in: its struct_size; out: the rest. n_rows is what the settings say. Its name is the system's memory:
 *              "control"; "p3_d0" for training perturbation 3 at training dose 0, "p3_n0" at new dose 0; "q3_d0" for
 *              new perturbation 3.
 * features     out: (components), or NULL. */
GIM_API gim_status gim_system_environment(const gim_system *system, size_t env, gim_environment *environment,
                                          double *features);
/* The truth about an environment. Each may be NULL.
 * perturbation  out: number, the new ones after those of training; 0 for the control
 * dose          out: 0 for the control
 * targets       out, (variables): 1 for a target, else 0
 * effects       out, (variables): of a target, in the units of the rows: hard, the mean it is set to; shift, what is
 *               added to its mean; both of its logarithm where positive, if zero-inflated. 0 for the others. */
GIM_API gim_status gim_system_perturbation(const gim_system *system, size_t env, size_t *perturbation, double *dose,
                                           unsigned char *targets, double *effects);
/* edges    out, (variables, variables): 1 for an edge. May be NULL.
 * weights  out, (variables, variables): of the edges, in units of target per unit of source; 0 elsewhere. May be NULL.
 * errors   GIM_ERR_STATE too where weights are asked for and mechanisms are not linear. */
GIM_API gim_status gim_system_graph(const gim_system *system, unsigned char *edges, double *weights);
/* Draws rows of an environment.
 * x     out, (n_rows, variables).   errors  GIM_ERR_NOMEM too.
 * seed  the same seed and environment give the same rows; the first rows of a longer request are those of a shorter
 *       one. */
GIM_API gim_status gim_system_rows(const gim_system *system, size_t env, size_t n_rows, uint64_t seed, double *x);

/* ---- interventional factor models -------------------------------------------------------------------------------- */

/* The second family (Bravo-Hermsdorff, Watson, Yu, Zeitler, Silva, "Intervention Generalization: A View from Factor
 * Graph Models", NeurIPS 2023): p(x; s) = prod_k f_k(x on S_k; s on F_k) / Z(s), positive, of which only the scopes S_k
 * and F_k are known. s, a regime, has a level of each intervention: 0, the baseline, up to one less than how many there
 * are. Cycles are allowed. docs/ifm.md has the formulas. */

/* A factor graph: an opaque handle. */
typedef struct gim_ifm_graph gim_ifm_graph;

/* A graph without factors.
 * *graph     out: set on failure too, unless memory ran out for the handle itself, so that gim_ifm_graph_message() can
 *            be asked; free it in any case.
 * levels     (n_interventions): how many levels each has, 1 or more; copied. NULL where n_interventions is 0.
 * errors     GIM_ERR_ARGUMENT (no variable, an intervention without a level, more than 100000 variables or 1000
 *            interventions), GIM_ERR_NOMEM. */
GIM_API gim_status gim_ifm_graph_new(gim_ifm_graph **graph, size_t n_variables, size_t n_interventions,
                                     const size_t *levels, const gim_allocator *allocator);
/* Frees a graph, half-built or not; NULL is nothing to do. */
GIM_API void gim_ifm_graph_free(gim_ifm_graph *graph);
/* As gim_message(). */
GIM_API size_t gim_ifm_graph_message(const gim_ifm_graph *graph, char *text, size_t size);

/* Adds the factor of the next number, from 0.
 * variables      (variables), not 0 for those in scope; one at least
 * interventions  (interventions), not 0 for those in scope; NULL for none
 * errors         GIM_ERR_ARGUMENT, GIM_ERR_NOMEM. */
GIM_API gim_status gim_ifm_graph_add_factor(gim_ifm_graph *graph, const unsigned char *variables,
                                            const unsigned char *interventions);
/* Adds a factor for each variable: the variable with its parents, and the interventions on it.
 * edges    (variables, variables), not 0 for an edge, as of gim_graph(); the diagonal is not looked at. Cycles may be
 * targets  (interventions, variables), not 0 where the intervention acts; NULL where there is no intervention
 * errors   as above; the graph then has the factors that it had. */
GIM_API gim_status gim_ifm_graph_add_edges(gim_ifm_graph *graph, const unsigned char *edges,
                                           const unsigned char *targets);
/* 0 for NULL. */
GIM_API size_t gim_ifm_factor_count(const gim_ifm_graph *graph);
GIM_API size_t gim_ifm_variable_count(const gim_ifm_graph *graph);
GIM_API size_t gim_ifm_intervention_count(const gim_ifm_graph *graph);
/* How many levels an intervention has; 0 past the last. */
GIM_API size_t gim_ifm_level_count(const gim_ifm_graph *graph, size_t intervention);
/* The scopes of a factor, 1 or 0 each: variables (variables), interventions (interventions); both out, may be NULL.
 * errors  GIM_ERR_ARGUMENT (index past the end). */
GIM_API gim_status gim_ifm_factor(const gim_ifm_graph *graph, size_t factor, unsigned char *variables,
                                  unsigned char *interventions);

/* When a target counts as identified. Per variable: the distribution of each variable given the others is, by the
 * factors that touch it; necessary and sufficient where nothing but the scopes is known. Product ratio: the whole
 * density is a product of powers of observed ones; sufficient. Message passing: that product is one over the cliques
 * and separators of the chordal graph of interventions, from the baseline; sufficient, and passed by fewer targets. */
typedef enum gim_ifm_criterion {
    GIM_IFM_PER_VARIABLE = 0,
    GIM_IFM_PRODUCT_RATIO = 1,
    GIM_IFM_MESSAGE_PASSING = 2
} gim_ifm_criterion;

/* By what a target was identified: it was observed; product ratio; per variable alone; message passing. */
typedef enum gim_ifm_method {
    GIM_IFM_NOT_IDENTIFIED = 0,
    GIM_IFM_BY_OBSERVATION = 1,
    GIM_IFM_BY_RATIO = 2,
    GIM_IFM_BY_VARIABLES = 3,
    GIM_IFM_BY_MESSAGES = 4
} gim_ifm_method;

/* An answer of gim_ifm_identify(): an opaque handle, independent of the graph once it is made, and never changed. */
typedef struct gim_ifm_verdict gim_ifm_verdict;

/* Whether observed regimes determine the distribution of a target; no data are needed.
 * observed  (n_observed, interventions): levels, no two rows the same; 1 to 10000 rows
 * target    (interventions): levels
 * *verdict  out; NULL on failure. Free with gim_ifm_verdict_free(). A refusal is success: ask the verdict.
 * errors    GIM_ERR_STATE (no factor, or a variable in none), GIM_ERR_ARGUMENT (NULL, a level that is not there, no
 *           observed regime or too many, an unknown criterion), GIM_ERR_DATA (a regime twice), GIM_ERR_NOMEM.
 * cost      least squares of (levels of factors that were seen) x n_observed, for all factors and for each variable
 * thread    many at once on one graph. */
GIM_API gim_status gim_ifm_identify(const gim_ifm_graph *graph, const size_t *observed, size_t n_observed,
                                    const size_t *target, gim_ifm_criterion criterion, gim_ifm_verdict **verdict);
/* The same where regimes differ in how many rows they have: of all exponents that would do, the verdict has those of
 * the least sum_t q_t^2 / rows_t, which is as a variance; message passing leaves no choice.
 * rows    (n_observed), above 0; NULL: 1 each, as gim_ifm_identify(). Whether a target is identified does not depend on
 *         them.
 * errors  GIM_ERR_ARGUMENT too where one is 0. */
GIM_API gim_status gim_ifm_identify_rows(const gim_ifm_graph *graph, const size_t *observed, const size_t *rows,
                                         size_t n_observed, const size_t *target, gim_ifm_criterion criterion,
                                         gim_ifm_verdict **verdict);
/* NULL is nothing to do. */
GIM_API void gim_ifm_verdict_free(gim_ifm_verdict *verdict);

/* What a verdict has. Certificate, failed variables and residual are those of a refusal by the first two criteria,
 * unseen factors of any refusal, terms of message passing. */
typedef struct gim_ifm_summary {
    size_t struct_size;    /* sizeof(gim_ifm_summary) */
    gim_ifm_method method; /* by what the target is identified, if it is */
    int unique;            /* 1 where no other exponents would do: by product ratio, or observed */
    double residual;       /* squared length of the certificate, one term for each of its entries */
    size_t n_unseen;       /* factors whose level in the target no observed regime has */
    size_t n_failed;       /* variables that are not identified */
    size_t n_certificate;  /* entries of the certificate */
    size_t n_terms;        /* regimes that message passing multiplies */
    size_t n_fill;         /* edges that it adds to make the graph of interventions chordal */
    double difficulty;     /* sum_t exponents_t^2 / rows_t, the largest of any variable; NaN of a refusal */
} gim_ifm_summary;

/* All that follow: errors GIM_ERR_ARGUMENT (NULL, index past the end).
 * summary  in: its struct_size; out: the rest. */
GIM_API gim_status gim_ifm_verdict_summary(const gim_ifm_verdict *verdict, gim_ifm_summary *summary);
/* exponents  out, (n_observed): q such that, as functions of x[variable], p(x; target) is proportional to
 *            prod_t p(x; observed_t)^q_t; of all such q that of the least difficulty, but for message passing. The
 *            same for all variables, and true of p as a whole, unless the method is GIM_IFM_BY_VARIABLES. They may be
 *            negative, and fractions.
 * errors     GIM_ERR_STATE too where the target is not identified. */
GIM_API gim_status gim_ifm_exponents(const gim_ifm_verdict *verdict, size_t variable, double *exponents);
/* factors out, (n_unseen); variables out, (n_failed): ascending. */
GIM_API gim_status gim_ifm_unseen(const gim_ifm_verdict *verdict, size_t *factors);
GIM_API gim_status gim_ifm_failed(const gim_ifm_verdict *verdict, size_t *variables);
/* Why the first failed variable is not identified, or where none failed the density as a whole: these weights, times
 * any function of that variable (of x), may be added to the logarithms of the factors at these levels. They cancel in
 * each observed regime and not in the target.
 * factors  out, (n_certificate)
 * regimes  out, (n_certificate): a regime that has the level: an observed one, or n_observed for the target
 * weights  out, (n_certificate). */
GIM_API gim_status gim_ifm_certificate(const gim_ifm_verdict *verdict, size_t *factors, size_t *regimes,
                                       double *weights);
/* regimes    out, (n_terms, interventions): the regimes of message passing
 * exponents  out, (n_terms)
 * observed   out, (n_terms): 0 for those that are missing. Each may be NULL. */
GIM_API gim_status gim_ifm_terms(const gim_ifm_verdict *verdict, size_t *regimes, int64_t *exponents,
                                 unsigned char *observed);
/* Single regimes any of which, observed besides, would make a refused target identified; the target itself is none of
 * them. Fewest levels other than 0 first, then ascending; interventions in no factor stay at 0. The search ends after
 * 1000000 regimes, or 1000 for which nothing but the criterion itself could decide. By message passing it is the one
 * regime that is missing, where one alone is.
 * regimes  out, (capacity, interventions)      n  out: how many were found, at most capacity
 * errors   and the rest: as gim_ifm_identify(). */
GIM_API gim_status gim_ifm_suggest(const gim_ifm_graph *graph, const size_t *observed, size_t n_observed,
                                   const size_t *target, gim_ifm_criterion criterion, size_t *regimes, size_t capacity,
                                   size_t *n);

/* ---- interventional factor models: fitted to rows ---------------------------------------------------------------- */

/* A model over a factor graph, fitted or not: an opaque handle. log f_k is a network of one tanh layer of the variables
 * S_k, for each level of the factor; besides there is the factor exp(-|z|^2 / 2) of the standardised variables z. */
typedef struct gim_ifm gim_ifm;

/* What the networks of one factor's levels have in common: all but shifts of the hidden units' biases and of their
 * weights in the sum; or nothing. */
typedef enum gim_ifm_networks { GIM_IFM_SHARED = 0, GIM_IFM_TABLE = 1 } gim_ifm_networks;
/* What a fit makes large, of the log-density of each variable given the others: its normalising integral by a rule of
 * settings.grid points that is shifted at random; the same over rows rounded to as many bins, as the authors have it;
 * or no integral, but the match of its derivative (Hyvarinen 2005). */
typedef enum gim_ifm_objective {
    GIM_IFM_QUADRATURE = 0,
    GIM_IFM_BINNED = 1,
    GIM_IFM_SCORE_MATCHING = 2
} gim_ifm_objective;

/* How a model is fitted. Set struct_size, call gim_ifm_settings_init(), then change what is to be different. */
typedef struct gim_ifm_settings {
    size_t struct_size;          /* sizeof(gim_ifm_settings) */
    uint64_t seed;               /* 1: all randomness of the fit */
    gim_ifm_networks networks;   /* GIM_IFM_SHARED */
    gim_ifm_objective objective; /* GIM_IFM_QUADRATURE */
    size_t hidden;               /* 16, units of each network; 1 to 1024 */
    size_t grid;                 /* 20, points of the integrals; 2 to 1024 */
    size_t steps;                /* 1500 */
    size_t batch_rows;           /* 256, of a step, all regimes together */
    double learning_rate;        /* 0.005, of Adam; falls to 0 in the last quarter */
    double decay;                /* 0.0001: penalty on squared weights, nats a row */
    double level_decay;          /* 0.0001: on the squared shifts of levels */
    double held_out;             /* 0.1, share of each regime's rows by which the best step is chosen; 0 to 0.5 */
    size_t check_every;          /* 100 steps */
    size_t threads;              /* 1; changes no number */
    size_t memory_budget;        /* 1024 MiB of rows kept in memory; past that they are read batch by batch */
} gim_ifm_settings;

/* errors  GIM_ERR_ARGUMENT (NULL, struct_size too small). */
GIM_API gim_status gim_ifm_settings_init(gim_ifm_settings *settings);

/* A model over a copy of the graph, each variable of which is in a factor.
 * *model  out: set on failure too, unless memory ran out for the handle itself, so that gim_ifm_message() can be asked;
 *         free it in any case.
 * errors  GIM_ERR_ARGUMENT, GIM_ERR_STATE (a graph without factors, or with a variable in none), GIM_ERR_NOMEM. */
GIM_API gim_status gim_ifm_new(gim_ifm **model, const gim_ifm_graph *graph, const gim_allocator *allocator);
/* NULL is nothing to do. */
GIM_API void gim_ifm_free(gim_ifm *model);
/* As gim_message(). */
GIM_API size_t gim_ifm_message(const gim_ifm *model, char *text, size_t size);
/* The model's graph: the model's memory. NULL where the model could not be made. */
GIM_API const gim_ifm_graph *gim_ifm_graph_of(const gim_ifm *model);

/* As gim_set_variable_name(), gim_set_note() and the rest; interventions are "s0", "s1", ... until named. */
GIM_API gim_status gim_ifm_set_variable_name(gim_ifm *model, size_t variable, const char *name);
GIM_API gim_status gim_ifm_set_intervention_name(gim_ifm *model, size_t intervention, const char *name);
GIM_API gim_status gim_ifm_set_note(gim_ifm *model, const char *note);
GIM_API const char *gim_ifm_variable_name(const gim_ifm *model, size_t variable);
GIM_API const char *gim_ifm_intervention_name(const gim_ifm *model, size_t intervention);
GIM_API const char *gim_ifm_note(const gim_ifm *model);

/* Fits the model, from the start. An environment of data is a regime: describe() fills its levels, as doubles, where
 * gim_fit() has features, and gim_environment.observational says nothing here.
 * settings   NULL for those of gim_ifm_settings_init().
 * progress   may be NULL. objective and held_out are of the conditionals, per row, in standardised units (of score
 *            matching, minus its loss); acyclicity and penalty are NaN, edges 0.
 * returns    GIM_OK; GIM_STOPPED: a callback asked, the model has the best step so far.
 * errors     GIM_ERR_DATA (a regime twice, a level that is not there, less than 2 rows, a constant variable, a value
 *            that is not finite; names regime, row and column), GIM_ERR_ARGUMENT, GIM_ERR_NOMEM, GIM_ERR_NUMERIC
 *            (diverged), a callback's own. The model then is as it was before the call.
 * cost       a step: batch_rows x grid x hidden x the sum of the factors' variables, in tanh, and twice as much again
 * memory     rows up to memory_budget, and a block of 32 MiB for the normalisers
 * numbers    as gim_fit(): the same whatever settings.threads. */
GIM_API gim_status gim_ifm_fit(gim_ifm *model, const gim_ifm_settings *settings, const gim_data *data,
                               gim_progress_fn progress, void *user);

/* How a fit went. */
typedef struct gim_ifm_report {
    size_t struct_size;         /* sizeof(gim_ifm_report) */
    gim_status status;          /* GIM_OK or GIM_STOPPED */
    int64_t step, best;         /* steps done; the step whose model was kept */
    double objective;           /* of the last check, per training row, penalties included */
    double held_out;            /* of the step that was kept, per held-out row; NaN where none is held out */
    double seconds;             /* spent fitting */
    size_t rows, rows_held_out; /* of all regimes; of these, kept for the checks */
    int rows_in_memory;         /* 1: rows were kept in memory; 0: read batch by batch */
} gim_ifm_report;

/* All that follow: errors GIM_ERR_STATE (no fit), GIM_ERR_ARGUMENT, GIM_ERR_NOMEM. Thread: many at once.
 * report  in: its struct_size; out: the rest. */
GIM_API gim_status gim_ifm_get_report(const gim_ifm *model, gim_ifm_report *report);
/* The settings of the fit. */
GIM_API gim_status gim_ifm_get_settings(const gim_ifm *model, gim_ifm_settings *settings);
/* How many regimes the fit had; 0 without one. */
GIM_API size_t gim_ifm_regime_count(const gim_ifm *model);
/* regime  in: its struct_size; out: n_rows and name, the model's memory.   levels  out: (interventions), or NULL. */
GIM_API gim_status gim_ifm_regime(const gim_ifm *model, size_t index, gim_environment *regime, size_t *levels);

/* Model files, as of gim_model_save() and gim_model_load(); each of the two kinds says of the other that it is not its
 * own. gim_ifm_load() sets *model on failure too, so that gim_ifm_message() can be asked. */
GIM_API gim_status gim_ifm_save(const gim_ifm *model, const char *path);
GIM_API gim_status gim_ifm_load(gim_ifm **model, const char *path, const gim_allocator *allocator);

/* ---- interventional factor models: answers ----------------------------------------------------------------------- */

/* All refuse a regime that the observed ones do not determine, per variable, with GIM_ERR_REFUSED, unless forced.
 * levels are (interventions). */

/* How rows are drawn: by Gibbs sampling, each variable in turn from its density given the others at the points of a
 * grid that is shifted at random, in chains that begin anywhere in the range of the training rows. Set struct_size,
 * call gim_ifm_sampling_init(), then change what is to be different. */
typedef struct gim_ifm_sampling {
    size_t struct_size; /* sizeof(gim_ifm_sampling) */
    uint64_t seed;      /* 1 */
    size_t chains;      /* 256 */
    size_t burn;        /* 100 sweeps before the first row of each chain */
    size_t thin;        /* 3 sweeps from one row to the next; >= 1 */
    size_t grid;        /* 32 points */
    size_t threads;     /* 1; changes no number */
    int force;          /* 0; not 0: draw what is not determined too */
} gim_ifm_sampling;

/* errors  GIM_ERR_ARGUMENT (NULL, struct_size too small). */
GIM_API gim_status gim_ifm_sampling_init(gim_ifm_sampling *sampling);
/* sampling  NULL for the values above.
 * x         out, (n_rows, variables): row i is of chain i modulo chains; the first rows of a longer request are those
 *           of a shorter one. */
GIM_API gim_status gim_ifm_sample(const gim_ifm *model, const size_t *levels, const gim_ifm_sampling *sampling,
                                  size_t n_rows, double *x);
/* log of p(x; levels) over the mixture of the training regimes, by their numbers of rows, up to one constant: such
 * weights make rows of any training regimes stand for rows under these levels.
 * x            (n_rows, variables)
 * log_weights  out, (n_rows)
 * effective    out: effective number of rows, (sum w)^2 / sum w^2; may be NULL. */
GIM_API gim_status gim_ifm_log_weights(const gim_ifm *model, const size_t *levels, int force, const double *x,
                                       size_t n_rows, double *log_weights, double *effective);

/* ---- outcomes and intervals -------------------------------------------------------------------------------------- */

/* For any model: outcomes that depend on the perturbation through the variables alone, and intervals around what is
 * predicted of them. */

/* Rows with outcomes. */
typedef struct gim_outcomes {
    size_t struct_size;    /* sizeof(gim_outcomes) */
    size_t n_rows;         /* 1 or more, as of the next two */
    size_t n_variables;    /* of each row */
    size_t n_outcomes;     /* of each row */
    const double *x;       /* (n_rows, n_variables) */
    const double *y;       /* (n_rows, n_outcomes) */
    const double *weights; /* (n_rows), none negative; NULL for 1 each */
} gim_outcomes;

/* A regression of outcomes on variables, the mean of some networks of two tanh layers: an opaque handle, never
 * changed. */
typedef struct gim_regression gim_regression;

/* How it is fitted. Set struct_size, call gim_regression_settings_init(), then change what is to be different. */
typedef struct gim_regression_settings {
    size_t struct_size;   /* sizeof(gim_regression_settings) */
    uint64_t seed;        /* 1 */
    size_t width;         /* 64, units of each layer; 1 to 4096 */
    size_t steps;         /* 1500, of Adam, for each network */
    size_t batch_rows;    /* 256 of a step, drawn in proportion to their weights */
    double learning_rate; /* 0.01, of Adam; falls to 0 along a half cosine */
    double decay;         /* 150: at each step weights shrink by decay * rate over the effective number of rows */
    double held_out;      /* 0.1, share of rows by which the best step is chosen; 0 to 0.5. Each network has its own */
    size_t threads;       /* 1; changes no number */
    size_t networks;      /* 3; 1 to 1000 */
} gim_regression_settings;

/* errors  GIM_ERR_ARGUMENT (NULL, struct_size too small). */
GIM_API gim_status gim_regression_settings_init(gim_regression_settings *settings);
/* Least weighted squares.
 * *regression  out: set on failure too, unless memory ran out for the handle itself, so that gim_regression_message()
 *              can be asked; free it in any case.
 * settings     NULL for those of gim_regression_settings_init().
 * errors       GIM_ERR_ARGUMENT, GIM_ERR_DATA (values not finite, a negative weight, no positive one; names the row and
 *              column), GIM_ERR_NUMERIC (diverged), GIM_ERR_NOMEM.
 * cost         networks x steps x batch_rows x their weights */
GIM_API gim_status gim_regression_new(gim_regression **regression, const gim_outcomes *outcomes,
                                      const gim_regression_settings *settings, const gim_allocator *allocator);
/* NULL is nothing to do. */
GIM_API void gim_regression_free(gim_regression *regression);
/* As gim_message(). */
GIM_API size_t gim_regression_message(const gim_regression *regression, char *text, size_t size);
/* x (n_rows, n_variables), y out: (n_rows, n_outcomes). Thread: many at once.
 * errors  GIM_ERR_STATE (could not be made), GIM_ERR_ARGUMENT, GIM_ERR_DATA (a value that is not finite),
 *         GIM_ERR_NOMEM. */
GIM_API gim_status gim_regression_predict(const gim_regression *regression, const double *x, size_t n_rows, double *y);

/* Scores of calibration rows, weighted, to take quantiles of: an opaque handle, never changed. */
typedef struct gim_conformal gim_conformal;

/* scores       (n): how far each calibration row is from what was predicted for it, |y - prediction|, say
 * log_weights  (n), up to one constant: how much each stands for a row of the perturbation that is asked about, as of
 *              gim_ifm_log_weights(); -INFINITY for weight 0. NULL: all alike.
 * *conformal   out; NULL on failure. Free with gim_conformal_free().
 * errors       GIM_ERR_ARGUMENT (NULL, no row), GIM_ERR_DATA (NaN, an infinite score or weight, no weight above 0),
 *              GIM_ERR_NOMEM. */
GIM_API gim_status gim_conformal_new(gim_conformal **conformal, const double *scores, const double *log_weights,
                                     size_t n, const gim_allocator *allocator);
/* NULL is nothing to do. */
GIM_API void gim_conformal_free(gim_conformal *conformal);
/* Effective number of calibration rows, (sum w)^2 / sum w^2; NaN for NULL. */
GIM_API double gim_conformal_effective(const gim_conformal *conformal);
/* The score that a new row exceeds with probability alpha at most (Tibshirani, Foygel Barber, Candes & Ramdas 2019):
 * the smallest s with sum_{scores <= s} w >= (1 - alpha) (sum w + w_new).
 * log_weight  of the new row, with the constant of the others.
 * alpha       above 0, below 1
 * quantile    out: INFINITY where the rows do not suffice
 * returns     GIM_OK, or GIM_LOW_OVERLAP with an infinite quantile.   errors  GIM_ERR_ARGUMENT. */
GIM_API gim_status gim_conformal_quantile(const gim_conformal *conformal, double log_weight, double alpha,
                                          double *quantile);
/* The same for a row whose variables, and so whose weight, are not known: w_new is the weighted mean of the weights,
 * sum w^2 / sum w, so that a share 1 / (effective + 1) lies at infinity. */
GIM_API gim_status gim_conformal_unseen_quantile(const gim_conformal *conformal, double alpha, double *quantile);

/* By what the mean outcome of a regime is estimated: a regression, averaged over drawn rows; measured rows, weighted;
 * a regression on weighted rows, averaged over drawn rows. */
typedef enum gim_ifm_estimator { GIM_IFM_DIRECT = 0, GIM_IFM_WEIGHTED = 1, GIM_IFM_REWEIGHTED = 2 } gim_ifm_estimator;

/* What gim_ifm_predict() goes by. Each may be NULL where the estimator does not need it. */
typedef struct gim_ifm_asking {
    size_t struct_size;                      /* sizeof(gim_ifm_asking) */
    gim_ifm_estimator estimator;             /* GIM_IFM_DIRECT, being 0 */
    size_t n_rows;                           /* drawn rows; 0: 20 of each chain */
    const gim_regression *regression;        /* direct; NULL: the outcomes are the variables themselves */
    const gim_outcomes *outcomes;            /* weighted, reweighted: measured rows; its weights multiply */
    const gim_regression_settings *settings; /* reweighted; NULL for the defaults */
    const gim_ifm_sampling *sampling;        /* NULL for the defaults. Its force is for weights too */
} gim_ifm_asking;

/* The mean outcomes under levels, where what is between variables and outcomes is the same in all regimes.
 * asking     NULL: the means of the variables
 * mean       out, (n_outcomes)
 * effective  out: as of gim_ifm_log_weights(), of the outcomes' rows, their own weights included; NaN where there are
 *            none. May be NULL
 * errors     as above, and those of gim_regression_new(). */
GIM_API gim_status gim_ifm_predict(const gim_ifm *model, const size_t *levels, const gim_ifm_asking *asking,
                                   double *mean, double *effective);

#ifdef __cplusplus
}
#endif

#endif
