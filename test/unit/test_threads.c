/* The pool of threads: every task once, on a thread of its own number, loop after loop.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "base/threads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "testing.h"

enum { TASKS = 5000, MOST_THREADS = 8 };

typedef struct tally {
    atomic_uint times[TASKS];         /* each task was run */
    atomic_uint at[MOST_THREADS + 1]; /* tasks running on each thread now; the last: of numbers out of range */
    atomic_int wrong;
    size_t threads;
    pthread_t caller;
} tally;

static gim__pool *pool_of(size_t threads)
{
    static gim_allocator allocator;
    gim__pool *pool;
    gim__allocator_init(&allocator, NULL);
    ck_assert_int_eq(gim__pool_new(&pool, &allocator, threads), GIM_OK);
    ck_assert_uint_eq(gim__pool_threads(pool), threads);
    return pool;
}

/* Thread 0 is the caller, no other is; and no two tasks run under one number at once. */
static void count(void *context, size_t task, size_t thread)
{
    tally *mine = context;
    size_t number = thread < mine->threads ? thread : MOST_THREADS;
    if (number == MOST_THREADS || atomic_fetch_add(&mine->at[number], 1) != 0 ||
        (pthread_equal(mine->caller, pthread_self()) != 0) != (thread == 0))
        mine->wrong = 1;
    mine->times[task]++;
    atomic_fetch_sub(&mine->at[number], 1);
}

static void check_loop(gim__pool *pool, size_t n, size_t threads)
{
    tally *mine = calloc(1, sizeof *mine);
    mine->threads = threads;
    mine->caller = pthread_self();
    gim__pool_run(pool, n, count, mine);
    for (size_t i = 0; i < TASKS; i++)
        if (mine->times[i] != (i < n))
            mine->wrong = 1;
    ck_assert_int_eq(mine->wrong, 0);
    free(mine);
}

START_TEST(every_task_runs_once)
{
    static const size_t ns[] = {0, 1, 2, 3, 7, 100, TASKS};
    size_t threads = (size_t)_i + 1;
    gim__pool *pool = pool_of(threads);
    for (size_t i = 0; i < sizeof ns / sizeof *ns; i++)
        check_loop(pool, ns[i], threads);
    gim__pool_free(pool);
}
END_TEST

/* A loop of few tasks ends when these are done, and the next begins at once: none is lost, none runs in the wrong
 * loop. */
START_TEST(loops_follow_loops)
{
    gim__pool *pool = pool_of(4);
    for (size_t i = 0; i < 3000; i++)
        check_loop(pool, i % 5, 4);
    gim__pool_free(pool);
}
END_TEST

START_TEST(no_pool_is_the_callers_thread)
{
    ck_assert_uint_eq(gim__pool_threads(NULL), 1);
    check_loop(NULL, 100, 1);
    gim__pool_free(NULL);
}
END_TEST

static void meet(void *context, size_t task, size_t thread)
{
    atomic_uint *arrived = context;
    (void)task, (void)thread;
    atomic_fetch_add(arrived, 1);
    for (int wait = 0; *arrived < 3 && wait < 10000; wait++)
        usleep(1000);
}

/* Three tasks that wait for each other can only end on three threads. */
START_TEST(tasks_run_at_once)
{
    gim__pool *pool = pool_of(3);
    for (int i = 0; i < 20; i++) {
        atomic_uint arrived = 0;
        gim__pool_run(pool, 3, meet, &arrived);
        ck_assert_uint_eq(arrived, 3);
    }
    gim__pool_free(pool);
}
END_TEST

START_TEST(memory_that_is_out_gives_no_pool)
{
    t_memory memory;
    gim__pool *pool = (gim__pool *)&memory;
    size_t n;
    t_memory_open(&memory, 0);
    ck_assert_int_eq(gim__pool_new(&pool, &memory.allocator, 3), GIM_OK);
    n = memory.calls;
    gim__pool_free(pool);
    ck_assert_uint_gt(n, 0);
    ck_assert_uint_eq(memory.blocks, 0);
    ck_assert(!memory.wrong);
    for (size_t fail_at = 1; fail_at <= n; fail_at++) {
        t_memory_open(&memory, fail_at);
        ck_assert_int_eq(gim__pool_new(&pool, &memory.allocator, 3), GIM_ERR_NOMEM);
        ck_assert_ptr_null(pool);
        ck_assert_uint_eq(memory.blocks, 0);
    }
}
END_TEST

int main(void)
{
    t_case cases[] = {{every_task_runs_once, MOST_THREADS},
                      {loops_follow_loops, 1},
                      {no_pool_is_the_callers_thread, 1},
                      {tasks_run_at_once, 1},
                      {memory_that_is_out_gives_no_pool, 1}};
    return T_RUN("threads", cases);
}
