/* What the page of gim report is about: a model, and tables where there are any.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "conditions.h"
#include "memory.h"
#include "model.h"
#include "random.h"
#include "report.h"
#include "table.h"

enum { UNIT_ROWS = 2000 }; /* drawn from the unperturbed system, where nobody observed it */

struct subject *report_find(const struct report *report, const char *name)
{
    for (size_t i = 0; i < report->n; i++)
        if (strcmp(report->subjects[i].name, name) == 0)
            return &report->subjects[i];
    return NULL;
}

int report_draw(const struct report *report, const struct subject *subject, double *x, size_t n)
{
    gim_status status = gim_sample(report->model, subject->features, subject->control ? 0 : 1, n,
                                   random_seed((uint64_t)report->seed, subject->name), x);
    return status < 0 ? model_fail(report->ui, report->model, status, subject->name) : EXIT_OK;
}

bool report_observed_mean(const struct report *report, const struct subject *subject, double *mean)
{
    if (!report->observed_any || subject->observed == REPORT_NONE)
        return false;
    size_t n = frame_count(&report->observed, subject->observed);
    memset(mean, 0, report->d * sizeof *mean);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < report->d; j++)
            mean[j] += frame_row(&report->observed, subject->observed, i)[j] / (double)n;
    return n > 0;
}

/* ---- environments ------------------------------------------------------------------------------------------------ */

static struct subject *add_subject(struct report *report, const char *name)
{
    report->subjects = memory_grow(report->subjects, &report->capacity, report->n + 1, sizeof *report->subjects);
    struct subject *subject = &report->subjects[report->n++];
    memset(subject, 0, sizeof *subject);
    subject->name = memory_text(name);
    subject->features = memory_new(report->p, sizeof *subject->features);
    subject->target = memory_new(report->d, sizeof *subject->target);
    subject->observed = REPORT_NONE;
    return subject;
}

static void add_trained(struct report *report)
{
    for (size_t e = 0; e < gim_environment_count(report->model); e++) {
        gim_environment environment = {.struct_size = sizeof environment};
        gim_environment_get(report->model, e, &environment, NULL);
        struct subject *subject = add_subject(report, environment.name);
        gim_environment_get(report->model, e, &environment, subject->features);
        subject->trained = true;
        subject->control = environment.observational != 0;
        subject->rows = environment.n_rows;
    }
    report->n_trained = report->n;
}

/* Features of the table win over those of the fit, as they do for gim sample. */
static int add_asked(struct report *report, const struct report_choice *choice)
{
    struct conditions conditions = {0};
    struct conditions_choice asked = {choice->perturbations, choice->delimiter, choice->controls, NULL, NULL};
    int code = conditions_read(&conditions, report->ui, report->model, &asked);
    for (size_t i = 0; i < conditions.n && code == EXIT_OK; i++) {
        struct subject *known = report_find(report, conditions.all[i].name);
        const double *features = frame_row(&conditions.table, i, 0);
        if (known == NULL)
            known = add_subject(report, conditions.all[i].name);
        for (size_t k = 0; k < report->p && known->trained; k++)
            if (known->features[k] != features[k]) {
                report->changed++;
                break;
            }
        memcpy(known->features, features, report->p * sizeof *known->features);
        known->control |= conditions.all[i].n == 0;
    }
    conditions_free(&conditions);
    return code;
}

static int ask_model(struct report *report)
{
    for (size_t i = 0; i < report->n; i++) {
        struct subject *subject = &report->subjects[i];
        int outside = 0;
        gim_status status = gim_feature_distance(report->model, subject->features, &subject->distance, &outside);
        if (status >= 0 && !report->baseline && !subject->control)
            status = gim_targets(report->model, subject->features, subject->target);
        if (status < 0)
            return model_fail(report->ui, report->model, status, subject->name);
        subject->outside = outside && !subject->control;
    }
    return EXIT_OK;
}

static void find_resting(struct report *report)
{
    size_t n = 0;
    for (size_t i = 0; i < report->n_trained; i++)
        n += report->subjects[i].control;
    if (n == 0)
        return;
    report->resting = memory_new(report->p, sizeof *report->resting);
    for (size_t i = 0; i < report->n_trained; i++)
        for (size_t k = 0; k < report->p && report->subjects[i].control; k++)
            report->resting[k] += report->subjects[i].features[k] / (double)n;
}

/* ---- the graph --------------------------------------------------------------------------------------------------- */

static int read_graph(struct report *report)
{
    size_t d = report->d;
    if (report->baseline)
        return EXIT_OK;
    report->probability = memory_new(d, d * sizeof *report->probability);
    report->edges = memory_new(d, d);
    gim_status status = gim_graph(report->model, report->probability, report->edges);
    if (status >= 0 && model_option(report->model, GIM_MECHANISM) == GIM_LINEAR) {
        report->weight = memory_new(d, d * sizeof *report->weight);
        status = gim_weights(report->model, report->weight);
    }
    return status < 0 ? model_fail(report->ui, report->model, status, report->path) : EXIT_OK;
}

/* ---- known targets ----------------------------------------------------------------------------------------------- */

static int take_truth(struct report *report, const struct table *table, size_t environment, size_t targets,
                      struct names *unknown)
{
    struct names names = {0};
    const char *list = table_field(table, targets);
    struct subject *subject = report_find(report, table_field(table, environment));
    int code = EXIT_OK;
    if (list[0] != '\0' && !names_split(&names, list, NULL))
        code = table_fail(table, "column \"targets\": \"%s\" is not a list of names with commas between them", list);
    if (subject == NULL)
        names_add(unknown, table_field(table, environment));
    if (subject != NULL && subject->truth != NULL)
        code = table_fail(table, "environment \"%s\" again", subject->name);
    if (subject != NULL && code == EXIT_OK) {
        struct names variables = {0};
        size_t at;
        model_variables(report->model, &variables);
        subject->truth = memory_new(report->d, 1);
        report->truth = true;
        for (size_t i = 0; i < names.n; i++)
            if (names_find(&variables, names_at(&names, i), &at))
                subject->truth[at] = 1;
            else
                names_add(&report->foreign, names_at(&names, i));
        names_free(&variables);
    }
    names_free(&names);
    return code;
}

static int read_truth(struct report *report, const struct report_choice *choice)
{
    struct table table = {0};
    struct names unknown = {0};
    size_t environment, targets;
    bool more = true;
    int code;
    if ((code = table_open(&table, report->ui, choice->targets, choice->delimiter)) != EXIT_OK ||
        (code = table_column(&table, "environment", &environment)) != EXIT_OK ||
        (code = table_column(&table, "targets", &targets)) != EXIT_OK)
        goto out;
    while ((code = table_next(&table, &more)) == EXIT_OK && more)
        if ((code = take_truth(report, &table, environment, targets, &unknown)) != EXIT_OK)
            goto out;
    char *list = names_list(&unknown);
    if (code == EXIT_OK && !report->truth)
        code = ui_fail(report->ui, "--targets: %s has no environment of the model or of --perturbations; it has: %s",
                       choice->targets, list);
    else if (code == EXIT_OK && unknown.n > 0)
        ui_note(report->ui, "%s: not used, being in no other table and no part of the fit: %s", choice->targets, list);
    free(list);
out:
    names_free(&unknown);
    table_close(&table);
    return code;
}

/* ---- observed rows ----------------------------------------------------------------------------------------------- */

static int read_observed(struct report *report, const struct report_choice *choice)
{
    struct names variables = {0};
    struct frame_choice columns = {&variables, NULL, "variable", ", which the model has", FRAME_SAMPLES};
    int code = EXIT_OK;
    model_variables(report->model, &variables);
    for (size_t i = 0; choice->observed[i] != NULL && code == EXIT_OK; i++) {
        struct frame more = {0};
        code = frame_read(&more, report->ui, choice->observed[i], choice->delimiter, &columns);
        if (code == EXIT_OK && i > 0)
            code = frame_append(&report->observed, report->ui, &more);
        if (i > 0)
            frame_free(&more);
        else
            report->observed = more;
    }
    report->observed_any = code == EXIT_OK;
    names_free(&variables);
    return code;
}

/* Environments whose features nobody told cannot be predicted. */
static int match_observed(struct report *report)
{
    struct names unknown = {0};
    size_t found = 0;
    for (size_t e = 0; e < report->observed.environments.n; e++) {
        const char *name = names_at(&report->observed.environments, e);
        struct subject *subject = report_find(report, name);
        if (subject == NULL) {
            names_add(&unknown, name);
            continue;
        }
        found++;
        subject->observed = e;
        if (subject->control)
            names_add(&report->controls, name);
    }
    char *list = names_list(&unknown);
    int code = EXIT_OK;
    if (found == 0)
        code = ui_fail(report->ui, "%s: no environment of the fit, and none that --perturbations names; it has: %s",
                       report->observed.path, list);
    else if (unknown.n > 0)
        ui_warn(report->ui, "%s: left out, having no features (--perturbations names them): %s", report->observed.path,
                list);
    free(list);
    names_free(&unknown);
    return code;
}

/* Unseen perturbations are what a model is for; only where none was observed are those of the fit looked at. */
static void choose_judged(struct report *report)
{
    report->same_data = true;
    for (size_t i = 0; i < report->n; i++) {
        const struct subject *subject = &report->subjects[i];
        bool there = subject->observed != REPORT_NONE;
        report->unseen |= there && !subject->trained && !subject->control;
        if (subject->trained)
            report->same_data &= there && frame_count(&report->observed, subject->observed) == subject->rows;
    }
    for (size_t i = 0; i < report->n; i++) {
        struct subject *subject = &report->subjects[i];
        subject->judged =
            subject->observed != REPORT_NONE && !subject->control && (!report->unseen || !subject->trained);
    }
}

/* ---- units ------------------------------------------------------------------------------------------------------- */

/* One more row: mean and sum of squares around it, after Welford (1962). */
static void add_row(struct report *report, const double *x, size_t n, double *squares)
{
    for (size_t j = 0; j < report->d; j++) {
        double off = x[j] - report->mean[j];
        report->mean[j] += off / (double)n;
        squares[j] += off * (x[j] - report->mean[j]);
    }
}

/* Rows of the observed controls, or else of the model's own unperturbed system; none of a baseline that has none. */
static size_t add_unperturbed(struct report *report, double *squares)
{
    size_t n = 0;
    for (size_t i = 0; i < report->n; i++) {
        const struct subject *subject = &report->subjects[i];
        size_t rows = subject->control && subject->observed != REPORT_NONE
                          ? frame_count(&report->observed, subject->observed)
                          : 0;
        for (size_t r = 0; r < rows; r++)
            add_row(report, frame_row(&report->observed, subject->observed, r), ++n, squares);
    }
    if (n > 0)
        return n;
    double *x = memory_new(UNIT_ROWS, report->d * sizeof *x);
    if (gim_sample(report->model, NULL, 0, UNIT_ROWS, (uint64_t)report->seed, x) >= 0)
        while (n < UNIT_ROWS) {
            add_row(report, x + n * report->d, n + 1, squares);
            n++;
        }
    free(x);
    return n;
}

static void find_units(struct report *report)
{
    double *squares = memory_new(report->d, sizeof *squares);
    report->mean = memory_new(report->d, sizeof *report->mean);
    report->deviation = memory_new(report->d, sizeof *report->deviation);
    size_t n = add_unperturbed(report, squares);
    for (size_t j = 0; j < report->d && n > 0; j++)
        report->deviation[j] = sqrt(squares[j] / (double)n);
    free(squares);
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

int report_read(struct report *report, const struct report_choice *choice)
{
    int code = EXIT_OK;
    report->d = gim_variable_count(report->model);
    report->p = gim_feature_count(report->model);
    report->baseline = model_is_baseline(report->model);
    add_trained(report);
    if (choice->perturbations != NULL)
        code = add_asked(report, choice);
    find_resting(report);
    if (code == EXIT_OK)
        code = ask_model(report);
    if (code == EXIT_OK)
        code = read_graph(report);
    if (code == EXIT_OK && choice->targets != NULL)
        code = read_truth(report, choice);
    if (code == EXIT_OK && choice->observed != NULL)
        code = read_observed(report, choice);
    if (code == EXIT_OK && report->observed_any && (code = match_observed(report)) == EXIT_OK)
        choose_judged(report);
    if (code == EXIT_OK)
        find_units(report);
    return code;
}

void report_free(struct report *report)
{
    for (size_t i = 0; i < report->n; i++) {
        free(report->subjects[i].name);
        free(report->subjects[i].features);
        free(report->subjects[i].target);
        free(report->subjects[i].truth);
    }
    for (size_t i = 0; i < report->n_remarks; i++)
        free(report->remarks[i].text);
    free(report->remarks);
    names_free(&report->foreign);
    free(report->predicted_deviation);
    free(report->subjects);
    free(report->resting);
    free(report->mean);
    free(report->deviation);
    free(report->probability);
    free(report->weight);
    free(report->edges);
    free(report->scores);
    free(report->predicted_mean);
    contest_close(&report->contest);
    names_free(&report->controls);
    frame_free(&report->asked);
    frame_free(&report->observed);
}
