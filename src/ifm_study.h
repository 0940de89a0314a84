/* Regimes that are asked about, and whether those that were observed determine them.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef IFM_STUDY_H
#define IFM_STUDY_H

#include <gim/gim.h>
#include <jansson.h>

#include "args.h"
#include "ifm_graph.h"

/* The options that tell which factors there are and which regimes were tried. Starts as {0}. */
struct ifm_tables {
    char **factors, **observed, **baseline;
};

#define IFM_TABLES(o, letter)                                                                             \
    ARGS_VALUE("factors", 'f', ARGS_ONCE, &(o)->factors, "the table of factors", "FILE"),                 \
        ARGS_VALUE("observed", letter, ARGS_ONCE, &(o)->observed, "the regimes that were tried", "FILE"), \
        ARGS_VALUE("baseline", 0, ARGS_ONCE, &(o)->baseline, "the level at which nothing is done (0)", "LEVEL")

/* Checks that they were given, and that one table alone, other among them, is standard input. */
int ifm_tables_check(const struct ifm_tables *tables, const struct ui *ui, char **other);

/* Starts as {0}. The caller gives ui, and perhaps criterion and suggest. */
struct ifm_study {
    const struct ui *ui;
    struct ifm_graph graph;
    struct ifm_regimes observed, unseen;
    gim_ifm_graph *made;
    gim_ifm_criterion criterion;
    size_t suggest; /* how many regimes a refusal suggests */
};

extern const char *const ifm_criteria[]; /* as the command line has them, then NULL */

/* Reads the factors and the regimes that were observed. */
int ifm_study_observe(struct ifm_study *study, const struct ifm_tables *tables, char delimiter);
/* Reads the regimes that are asked about, NULL for every combination that was not observed, and makes the library's
 * graph. Warns of levels that no observed regime has. */
int ifm_study_ask(struct ifm_study *study, const char *path, char delimiter);
/* Whether target (interventions) is determined by regimes (n, interventions). */
int ifm_study_decide(const struct ifm_study *study, const size_t *regimes, size_t n, const size_t *target,
                     bool *identified);
/* All that is known of one of unseen, as JSON. */
int ifm_study_answer(json_t **answer, const struct ifm_study *study, size_t which);
/* Why an answer is no, and what would help: to be freed; NULL where it is yes. */
char *ifm_study_why(const json_t *answer);
/* A value of an answer as one field of a table: to be freed. */
char *ifm_study_text(const json_t *value);
void ifm_study_free(struct ifm_study *study);

#endif
