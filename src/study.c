/* The fits of gim tune. SPDX-License-Identifier: BSD-3-Clause */
#include "study.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "commands.h"
#include "crew.h"
#include "density.h"
#include "ledger.h"
#include "memory.h"
#include "model.h"
#include "random.h"
#include "settings.h"
#include "stop.h"

/* ---- one fit ----------------------------------------------------------------------------------------------------- */

int study_configure(const struct study *study, gim_model *model, size_t setting)
{
    const struct ui *ui = study->ui;
    gim_status status = gim_set_int(model, GIM_SEED, study->seed);
    if (status >= 0)
        status = gim_set_int(model, GIM_THREADS, study->threads);
    int code = status < 0 ? model_fail(ui, model, status, "") : settings_set_all(ui, model, study->set);
    if (code == EXIT_OK)
        code = training_set_dose(study->training, ui, model, study->dose);
    return code == EXIT_OK ? grid_apply(study->grid, ui, model, setting) : code;
}

static int on_progress(const gim_progress *now, void *unused)
{
    (void)now;
    (void)unused;
    return stop_wanted();
}

/* "steps=100, fold 2": to be freed. */
static char *describe(const struct study *study, size_t setting, size_t fold)
{
    char *settings = grid_text(study->grid, setting);
    char *text = fold > 0 ? memory_format("%s, fold %zu", settings, fold) : memory_text(settings);
    free(settings);
    return text;
}

int study_fit(const struct study *study, size_t setting, size_t fold, gim_model **model, gim_status *status)
{
    struct training part = {0};
    int code = training_model(study->training, study->ui, model);
    if (code == EXIT_OK)
        code = study_configure(study, *model, setting);
    if (code != EXIT_OK)
        return code;
    training_without(&part, study->training, study->folds->of, fold);
    gim_data data = training_data(&part);
    *status = gim_fit(*model, &data, on_progress, NULL);
    training_without_free(&part);
    if (*status < 0) {
        char *where = describe(study, setting, fold);
        model_fail(study->ui, *model, *status, where);
        free(where);
    }
    return EXIT_OK;
}

/* ---- its score --------------------------------------------------------------------------------------------------- */

static int score_density(const struct study *study, const gim_model *model, size_t i, struct score *score)
{
    const struct training *t = study->training;
    size_t d = t->cells.columns.n;
    size_t *column = memory_new(d, sizeof *column);
    for (size_t j = 0; j < d; j++)
        column[j] = j;
    score->n_predicted = 0;
    score->n_observed = frame_count(&t->cells, t->cells_of[i]);
    int code = density_mean(&score->figures[LOG_DENSITY], study->contest, model, column,
                            &study->contest->environments[t->cells_of[i]],
                            frame_row(&t->perturbations, t->features_of[i], 0), 1);
    free(column);
    return code;
}

static int score_samples(const struct study *study, const gim_model *model, size_t i, struct score *score)
{
    const struct training *t = study->training;
    const char *name = names_at(&t->cells.environments, t->cells_of[i]);
    double *x = memory_new(study->rows, t->cells.columns.n * sizeof *x);
    gim_status status = gim_sample(model, frame_row(&t->perturbations, t->features_of[i], 0), 1, study->rows,
                                   random_seed((uint64_t)study->seed, name), x);
    int code = status < 0 ? model_fail(study->ui, model, status, name)
                          : contest_rows(score, study->contest, t->cells_of[i], x, study->rows);
    free(x);
    return code;
}

/* As the table has it, so that a ranking does not depend on which fits were read from there. */
static double rounded(double value)
{
    char text[NUMBER_SIZE];
    double read = NAN;
    return number_parse(number_format(value, text), &read) == NUMBER_FINITE ? read : NAN;
}

/* The mean over the environments that the fold holds out; NaN as soon as one has no figure. */
static void score_fold(const struct study *study, const gim_model *model, size_t fold, struct trial *trial)
{
    double sum = 0;
    int code = EXIT_OK;
    for (size_t i = 0; i < study->training->n && code == EXIT_OK; i++) {
        struct score score = {0};
        if (study->folds->of[i] != fold)
            continue;
        code = study->figure == LOG_DENSITY ? score_density(study, model, i, &score)
                                            : score_samples(study, model, i, &score);
        sum += score.figures[study->figure];
        trial->n_predicted += score.n_predicted;
        trial->n_observed += score.n_observed;
    }
    trial->score = code == EXIT_OK ? rounded(sum / (double)trial->environments) : NAN;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* A trial that is stopped stays undone. Out of memory is no verdict on a setting, and ends the command. */
static int run_trial(const struct study *study, size_t setting, size_t fold, struct trial *trial)
{
    gim_model *model = NULL;
    gim_status status = GIM_OK;
    double start = now();
    *trial = (struct trial){.score = NAN, .environments = folds_count(study->folds, study->training, fold)};
    int code = study_fit(study, setting, fold, &model, &status);
    if (code != EXIT_OK || status == GIM_STOPPED || stop_wanted())
        goto out;
    code = status == GIM_ERR_NOMEM ? EXIT_FAILED : EXIT_OK;
    trial->seconds = rounded(now() - start);
    if (code == EXIT_OK && status >= 0)
        score_fold(study, model, fold, trial);
    trial->status = isnan(trial->score) ? "failed" : model_state(model);
    trial->done = true;
out:
    gim_model_free(model);
    return code;
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */

/* What the threads share; the rest under lock. */
struct session {
    const struct study *study;
    struct trial *trials;
    struct ledger *ledger;
    pthread_mutex_t lock;
    size_t done, all;
};

static void tell(const struct session *session, size_t setting, size_t fold, const struct trial *trial)
{
    const struct study *study = session->study;
    const char *figure = figure_name(study->figure);
    char *where = describe(study, setting, fold), score[NUMBER_SIZE], time[NUMBER_SIZE];
    if (study->ui->json && !study->ui->quiet)
        ui_event(json_pack("{s:s, s:I, s:I, s:s, s:o, s:s}", "event", "progress", "done", (json_int_t)session->done,
                           "trials", (json_int_t)session->all, "trial", where, figure, number_json(trial->score),
                           "status", trial->status));
    else
        ui_note(study->ui, "%zu/%zu  %s: %s %s, %s (%s)", session->done, session->all, where, figure,
                number_format(trial->score, score), trial->status, number_duration(trial->seconds, time));
    free(where);
}

static int work(size_t task, void *user)
{
    struct session *session = user;
    size_t setting = task / session->study->folds->n, fold = task % session->study->folds->n + 1;
    struct trial trial;
    if (session->trials[task].done)
        return EXIT_OK;
    int code = run_trial(session->study, setting, fold, &trial);
    if (code != EXIT_OK || !trial.done)
        return code;
    pthread_mutex_lock(&session->lock);
    session->trials[task] = trial;
    session->done++;
    tell(session, setting, fold, &trial);
    code = ledger_add(session->ledger, setting, fold, &trial);
    pthread_mutex_unlock(&session->lock);
    return code;
}

int study_run(const struct study *study, struct trial *trials, struct ledger *ledger)
{
    struct session session = {.study = study, .trials = trials, .ledger = ledger, .lock = PTHREAD_MUTEX_INITIALIZER};
    session.all = study->grid->n * study->folds->n;
    for (size_t i = 0; i < session.all; i++)
        session.done += trials[i].done;
    int code = crew_run(session.all, (size_t)study->jobs, work, &session);
    pthread_mutex_destroy(&session.lock);
    if (code == EXIT_OK && session.done < session.all) {
        ui_warn(study->ui, "stopped with %zu of %zu fits done; the same command continues", session.done, session.all);
        return EXIT_INTERRUPTED;
    }
    return code;
}
