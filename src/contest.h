/* Who predicts what was observed, and how well: the prediction itself, baselines, replicates of the observation.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef CONTEST_H
#define CONTEST_H

#include "figures.h"
#include "frame.h"
#include "ui.h"

/* The environments that both tables have. */
struct environment {
    const char *name;
    size_t observed; /* in the table of observed samples */
    bool control;
};

/* What all are compared on. Starts as {0}. */
struct contest {
    const struct ui *ui;
    const struct frame *observed;
    const struct names *controls;
    double *centre, *scale; /* (variables): mean of the controls, or of all rows; standard deviation, 0 where nothing
                               varies */
    size_t d;               /* variables that vary */
    double *reference;      /* (d): mean of the controls in these units, 0 but for rounding; NULL without any */
    struct environment *environments;
    size_t n;
    struct figures_choice choice;
};

/* One line of the result. */
struct score {
    size_t n_predicted, n_observed;
    double figures[FIGURES];
};

/* Finds the units and the environments that predicted has too. */
int contest_open(struct contest *contest, const struct ui *ui, const struct frame *predicted,
                 const struct frame *observed, const struct names *controls);
void contest_close(struct contest *contest);

/* scores (n): of a table of samples; an environment that it lacks has 0 predicted rows. */
int contest_table(struct score *scores, const struct contest *contest, const struct frame *predicted);
/* Of environment e alone: rows (n, variables of the observed table) as its prediction. No discrimination, which takes
 * all environments, and no log_density. */
int contest_rows(struct score *score, const struct contest *contest, size_t e, const double *rows, size_t n);
/* scores (n): rows (n_rows, variables of the observed table) that are drawn for one environment after the other. */
typedef int (*contest_fn)(double *rows, size_t n_rows, size_t e, void *user);
int contest_drawn(struct score *scores, const struct contest *contest, contest_fn draw, size_t n_rows, void *user);
/* scores (n): the rows of the controls as the prediction of every environment. */
int contest_controls(struct score *scores, const struct contest *contest);
/* The overall score of one random half of the observed rows as a prediction of the other; mean over several splits. */
int contest_replicates(struct score *score, const struct contest *contest);

/* The mean over the environments that are no controls and have a figure; rows are added up. */
struct score contest_overall(const struct contest *contest, const struct score *scores);
/* (best baseline - score) / (best baseline - ceiling), figure by figure; NaN where no baseline is behind the
 * ceiling. */
struct score contest_fraction(const struct score *score, const struct score *baselines, size_t n_baselines,
                              const struct score *ceiling);

#endif
