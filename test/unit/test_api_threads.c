/* Many threads ask one model, several models are fitted at once: all get the numbers of one thread alone.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "property/systems.h"

enum { THREADS = 4, TURNS = 8 };

static gim_model *fitted(gim_mechanism mechanism, gim_intervention intervention, int64_t seed)
{
    source *from = small_source(mechanism, intervention, 1);
    gim_model *model = quick_model(3, 2, mechanism, intervention, 20);
    set_int(model, GIM_SEED, seed);
    fit(model, from);
    source_free(from);
    return model;
}

/* A thread must not end the test by itself: it notes what it found. */
typedef struct asker {
    const gim_model *model;
    unsigned turn;
    double wrong; /* questions answered differently */
    pthread_t thread;
} asker;

typedef struct question {
    double features[2], x[300 * 3], density[300], targets[3], effects[6], graph[9], distance;
    unsigned char edge[9];
    int outside, status;
} question;

static void ask(question *q, const gim_model *model, unsigned turn)
{
    memset(q, 0, sizeof *q);
    q->features[0] = turn % 3;
    q->features[1] = turn % 5;
    q->status |= gim_sample(model, q->features, 1, 300, turn, q->x);
    q->status |= gim_log_density(model, q->features, 1, q->x, 300, q->density);
    q->status |= gim_targets(model, q->features, q->targets);
    q->status |= gim_effects(model, q->features, GIM_EFFECT_MEAN, q->effects, q->effects + 3);
    q->status |= gim_graph(model, q->graph, q->edge);
    q->status |= gim_feature_distance(model, q->features, &q->distance, &q->outside);
}

static question alone[TURNS];

static void *ask_often(void *user)
{
    asker *mine = user;
    question *here = malloc(sizeof *here);
    for (unsigned i = 0; here != NULL && i < 4 * TURNS; i++) {
        unsigned turn = (i * (2 * mine->turn + 1)) % TURNS;
        ask(here, mine->model, turn);
        mine->wrong += memcmp(here, &alone[turn], sizeof *here) != 0;
    }
    free(here);
    return NULL;
}

START_TEST(many_threads_ask_one_model)
{
    gim_model *model = fitted(_i % 3, _i / 3, 1);
    asker askers[THREADS];
    set_int(model, GIM_THREADS, _i % 2 ? 2 : 1);
    for (unsigned turn = 0; turn < TURNS; turn++) {
        ask(&alone[turn], model, turn);
        ck_assert_int_eq(alone[turn].status, GIM_OK);
        ck_assert(turn == 0 || memcmp(&alone[turn], &alone[turn - 1], sizeof alone[0]) != 0);
    }
    for (unsigned t = 0; t < THREADS; t++) {
        askers[t] = (asker){.model = model, .turn = t};
        ck_assert_int_eq(pthread_create(&askers[t].thread, NULL, ask_often, &askers[t]), 0);
    }
    for (unsigned t = 0; t < THREADS; t++) {
        pthread_join(askers[t].thread, NULL);
        ck_assert_double_eq(askers[t].wrong, 0);
    }
    gim_model_free(model);
}
END_TEST

/* Failures on several threads: each message is one that was written, whole. */
static const char *complaints[2];

static void *fail_often(void *user)
{
    asker *mine = user;
    double features[2] = {0, 0}, x[3];
    char text[512];
    for (int i = 0; i < 500; i++) {
        features[0] = mine->turn % 2 ? NAN : 0;
        gim_effect effect = mine->turn % 2 ? GIM_EFFECT_MEAN : (gim_effect)7;
        mine->wrong += gim_effects(mine->model, features, effect, x, NULL) != GIM_ERR_ARGUMENT;
        size_t length = gim_message(mine->model, text, sizeof text);
        mine->wrong += length != strlen(text) || (strcmp(text, complaints[0]) != 0 && strcmp(text, complaints[1]) != 0);
    }
    return NULL;
}

START_TEST(many_threads_fail_on_one_model)
{
    char first[512], second[512];
    gim_model *model = fitted(GIM_LINEAR, GIM_HARD, 1);
    double features[2] = {NAN, 0}, x[3];
    asker askers[THREADS];
    CHECK_STATUS(gim_effects(model, features, GIM_EFFECT_MEAN, x, NULL), GIM_ERR_ARGUMENT);
    gim_message(model, second, sizeof second);
    features[0] = 0;
    CHECK_STATUS(gim_effects(model, features, (gim_effect)7, x, NULL), GIM_ERR_ARGUMENT);
    gim_message(model, first, sizeof first);
    ck_assert_str_ne(first, second);
    complaints[0] = first;
    complaints[1] = second;
    for (unsigned t = 0; t < THREADS; t++) {
        askers[t] = (asker){.model = model, .turn = t};
        ck_assert_int_eq(pthread_create(&askers[t].thread, NULL, fail_often, &askers[t]), 0);
    }
    for (unsigned t = 0; t < THREADS; t++) {
        pthread_join(askers[t].thread, NULL);
        ck_assert_double_eq(askers[t].wrong, 0);
    }
    gim_model_free(model);
}
END_TEST

/* ---- fits at once ---- */

typedef struct fitter {
    gim_model *model;
    source *from;
    gim_status status;
    pthread_t thread;
} fitter;

static void *fit_one(void *user)
{
    fitter *mine = user;
    gim_data data = source_data(mine->from);
    mine->status = gim_fit(mine->model, &data, NULL, NULL);
    return NULL;
}

START_TEST(models_are_fitted_at_once)
{
    static const gim_mechanism mechanism[] = {GIM_LINEAR, GIM_NONLINEAR, GIM_ZERO_INFLATED};
    fitter fitters[3];
    gim_model *by_itself[3];
    for (int i = 0; i < 3; i++) {
        fitters[i] = (fitter){.model = quick_model(3, 2, mechanism[i], _i % 2, 30),
                              .from = small_source(mechanism[i], _i % 2, 1 + (uint64_t)i)};
        by_itself[i] = quick_model(3, 2, mechanism[i], _i % 2, 30);
        set_int(fitters[i].model, GIM_THREADS, 1 + i % 2);
        fit(by_itself[i], fitters[i].from);
    }
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(pthread_create(&fitters[i].thread, NULL, fit_one, &fitters[i]), 0);
    for (int i = 0; i < 3; i++)
        pthread_join(fitters[i].thread, NULL);
    for (int i = 0; i < 3; i++) {
        ck_assert(fitters[i].status == GIM_OK || fitters[i].status == GIM_CYCLIC);
        ck_assert(!fitters[i].from->disorder);
        check_same_answers(fitters[i].model, by_itself[i]);
        gim_model_free(fitters[i].model);
        gim_model_free(by_itself[i]);
        source_free(fitters[i].from);
    }
}
END_TEST

/* A model may go to another thread, there to be fitted, resumed, asked and freed. */
static int stop_at_10(const gim_progress *progress, void *user)
{
    (void)user;
    return progress->step >= 10;
}

static void *resume_one(void *user)
{
    fitter *mine = user;
    gim_data data = source_data(mine->from);
    mine->status = gim_resume(mine->model, &data, NULL, NULL);
    return NULL;
}

START_TEST(a_model_changes_threads)
{
    source *from = small_source(GIM_LINEAR, GIM_HARD, 1);
    gim_model *model = quick_model(3, 2, GIM_LINEAR, GIM_HARD, 30), *by_itself = fitted(GIM_LINEAR, GIM_HARD, 1);
    fitter other = {.model = model, .from = from};
    gim_data data = source_data(from);
    set_int(by_itself, GIM_STEPS, 30);
    fit(by_itself, from);
    CHECK_STATUS(gim_fit(model, &data, stop_at_10, NULL), GIM_STOPPED);
    ck_assert_int_eq(pthread_create(&other.thread, NULL, resume_one, &other), 0);
    pthread_join(other.thread, NULL);
    ck_assert_int_ge(other.status, 0);
    check_same_answers(model, by_itself);
    gim_model_free(model);
    gim_model_free(by_itself);
    source_free(from);
}
END_TEST

int main(void)
{
    t_case cases[] = {{many_threads_ask_one_model, 6},
                      {many_threads_fail_on_one_model, 1},
                      {models_are_fitted_at_once, 2},
                      {a_model_changes_threads, 1}};
    return T_RUN("api_threads", cases);
}
