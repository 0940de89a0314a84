/* Memory of one's own: an allocator that counts what a model takes, and refuses past a limit. A fit that runs into it
 * fails with GIM_ERR_NOMEM, gives everything back, and leaves the model as it was.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct budget {
    size_t used, most, limit; /* bytes */
} budget;

static void *take(size_t size, void *user)
{
    budget *mine = user;
    if (size > mine->limit - mine->used)
        return NULL;
    void *memory = malloc(size);
    if (memory == NULL)
        return NULL;
    mine->used += size;
    if (mine->used > mine->most)
        mine->most = mine->used;
    return memory;
}

/* libgim says how much it gives back. */
static void give(void *memory, size_t size, void *user)
{
    ((budget *)user)->used -= size;
    free(memory);
}

static int describe(size_t env, gim_environment *environment, double *features, void *user)
{
    (void)user;
    environment->n_rows = 200;
    environment->observational = env == 0;
    features[0] = (double)env;
    return 0;
}

static int read_rows(size_t env, const size_t *rows, size_t n_rows, double *x, void *user)
{
    (void)rows;
    (void)user;
    for (size_t r = 0; r < n_rows; r++) {
        x[3 * r] = 2 * (double)env + rand() / (RAND_MAX + 1.0);
        x[3 * r + 1] = x[3 * r] + rand() / (RAND_MAX + 1.0);
        x[3 * r + 2] = x[3 * r + 1] + rand() / (RAND_MAX + 1.0);
    }
    return 0;
}

static void report(const char *what, gim_status status, const budget *mine)
{
    printf("%-24s %-13s in use %7.1f KiB, at most %7.1f KiB\n", what, gim_status_name(status),
           (double)mine->used / 1024, (double)mine->most / 1024);
}

int main(void)
{
    budget mine = {.limit = 256 << 10};
    gim_allocator allocator = {sizeof allocator, take, give, &mine};
    gim_data data = {sizeof data, 3, describe, read_rows, NULL};
    gim_model *model = NULL;
    gim_status status = gim_model_new(&model, 3, 1, &allocator);
    if (status != GIM_OK)
        return 1;
    gim_set_int(model, GIM_STEPS, 100);
    report("a new model", status, &mine);
    report("a fit in 256 KiB", gim_fit(model, &data, NULL, NULL), &mine);
    mine.limit = 64 << 20;
    status = gim_fit(model, &data, NULL, NULL);
    report("a fit in 64 MiB", status, &mine);
    gim_model_free(model);
    report("freed", status, &mine);
    return status < 0 || mine.used != 0;
}
