/* Threads that share out tasks. SPDX-License-Identifier: BSD-3-Clause */
#include "crew.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "commands.h"
#include "memory.h"
#include "stop.h"

/* What the threads share, under lock. */
struct crew {
    int (*work)(size_t task, void *user);
    void *user;
    pthread_mutex_t lock;
    size_t next, n;
    int code;
};

static bool take(struct crew *crew, size_t *task)
{
    pthread_mutex_lock(&crew->lock);
    bool taken = crew->next < crew->n && crew->code == EXIT_OK && !stop_wanted();
    *task = taken ? crew->next++ : 0;
    pthread_mutex_unlock(&crew->lock);
    return taken;
}

static void *work(void *user)
{
    struct crew *crew = user;
    size_t task;
    while (take(crew, &task)) {
        int code = crew->work(task, crew->user);
        pthread_mutex_lock(&crew->lock);
        if (crew->code == EXIT_OK)
            crew->code = code;
        pthread_mutex_unlock(&crew->lock);
    }
    return NULL;
}

/* This thread works too, so that there is one even where none can be started. */
int crew_run(size_t n, size_t jobs, int (*task)(size_t task, void *user), void *user)
{
    struct crew crew = {.work = task, .user = user, .lock = PTHREAD_MUTEX_INITIALIZER, .n = n};
    pthread_t *threads = memory_new(jobs, sizeof *threads);
    size_t started = 0;
    while (started + 1 < jobs && pthread_create(&threads[started], NULL, work, &crew) == 0)
        started++;
    work(&crew);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    free(threads);
    pthread_mutex_destroy(&crew.lock);
    return crew.code;
}
