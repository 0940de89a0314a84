/* gim report: what the page is about, and the sections that show it. SPDX-License-Identifier: BSD-3-Clause */
#ifndef REPORT_H
#define REPORT_H

#include <gim/gim.h>
#include <stdint.h>

#include "contest.h"
#include "frame.h"
#include "page.h"
#include "ui.h"

/* An environment of the fit, or one that is asked about. */
struct subject {
    char *name;
    double *features; /* (p) */
    bool trained, control;
    size_t rows;     /* of the fit */
    double distance; /* from the training features */
    bool outside;
    size_t observed; /* in the table of observed rows; NONE */
    bool judged;
    double *target;       /* (d): probability */
    unsigned char *truth; /* (d): known targets; NULL: not known */
};
#define REPORT_NONE ((size_t)-1)

/* Who else predicts: a baseline, fitted to the same environments. */
struct rival {
    const char *name;
    struct score overall;
};
enum { REPORT_RIVALS = 4 };

/* What a reader should know first. */
enum remark_kind { REMARK_GOOD, REMARK_DOUBT, REMARK_BAD };
struct remark {
    enum remark_kind kind;
    char *text;
};

/* Starts as {0}. */
struct report {
    const struct ui *ui;
    const char *path, *title, *dose; /* of the model; of the page; of the feature that is a dose: NULL */
    gim_model *model;
    size_t d, p;
    bool baseline; /* a method without graph and targets */
    int64_t rows, seed;

    struct subject *subjects; /* the environments of the fit, then the others */
    size_t n, n_trained, capacity;
    size_t changed;       /* environments of the fit whose features --perturbations gives otherwise */
    double *resting;      /* (p): mean features of the controls; NULL where there are none */
    bool truth;           /* some targets are known */
    struct names foreign; /* known targets that are no variables of the model */

    double *mean, *deviation; /* (d): of the unperturbed system, observed or else by the model: the units of shifts */
    double *probability, *weight; /* (d, d): of edges; weights NULL where mechanisms are not linear */
    unsigned char *edges;         /* (d, d): the final graph */

    bool observed_any;
    struct frame observed;
    struct names controls; /* of the observed environments */
    bool unseen;           /* what is judged was no part of the fit */
    bool same_data;        /* the observed rows hold those of the fit */
    bool contested;        /* there are scores */
    struct frame asked;    /* names of what is judged */
    struct contest contest;
    struct score *scores, overall, ceiling, fraction;
    double *predicted_mean, *predicted_deviation; /* (contest.n, d) */
    struct rival rivals[REPORT_RIVALS];
    size_t n_rivals;

    struct remark *remarks;
    size_t n_remarks, remarks_capacity;
};

/* What the command line names. NULL: not given. */
struct report_choice {
    const char *perturbations, *targets;
    char **observed; /* all tables of samples */
    const struct names *controls;
    char delimiter;
};

/* Reads what the model and the tables tell. */
int report_read(struct report *report, const struct report_choice *choice);
/* Predicts what was observed, and scores that beside baselines. */
int report_score(struct report *report);
/* Says in words what deserves doubt. */
void report_remark(struct report *report);
void report_free(struct report *report);

struct subject *report_find(const struct report *report, const char *name);
/* Rows of a subject as the model draws them: those of `gim sample` with the same seed. */
int report_draw(const struct report *report, const struct subject *subject, double *x, size_t n);
/* Mean of the observed rows of a subject; false where there are none. */
bool report_observed_mean(const struct report *report, const struct subject *subject, double *mean);

/* The sections; each leaves itself out where it has nothing to show. */
void report_summary(struct page *page, const struct report *report);
void report_training(struct page *page, const struct report *report);
void report_history(struct page *page, const struct report *report);
void report_graph(struct page *page, const struct report *report);
int report_targets(struct page *page, const struct report *report);
void report_distances(struct page *page, const struct report *report);
void report_scores(struct page *page, const struct report *report);
int report_shapes(struct page *page, const struct report *report);
int report_doses(struct page *page, const struct report *report);
void report_options(struct page *page, const struct report *report);

#endif
