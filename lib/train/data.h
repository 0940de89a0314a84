/* The data of a fit: read by callback, checked, scaled; kept in memory up to a budget; cut into held-out rows and
 * mini-batches. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__DATA_H
#define GIM__DATA_H

#include "base/status.h"
#include "model/density.h"
#include "train/training.h"

/* Sees every row of the first reading, in the order of environments and rows. */
typedef struct gim__visitor {
    gim_status (*begin)(const gim__training *training, void *user); /* environments are described; no row is read yet */
    void (*row)(size_t k, size_t r, const double *x, void *user);   /* row r of environment k, checked */
    void *user;
} gim__visitor;

typedef struct gim__data {
    const gim_allocator *allocator;
    const gim_data *source;
    gim__message *message;
    char *const *variable, *const *feature; /* names, for messages */
    size_t d, p, K;
    int zero_inflated;
    uint64_t seed;
    const gim__visitor *visitor; /* or NULL */
    gim__training training;      /* may be taken out before closing */

    double *origin;         /* (d): subtracted before rows become real, so that far-off data keep their digits */
    double *unit;           /* (d): what is left is divided by it, so that data in any unit fit a real */
    size_t **held;          /* (K) ascending indices of held-out rows */
    size_t *n_held;         /* (K) */
    real **cache;           /* (K) training rows (n_rows - n_held, d) in their order, or NULL: read when wanted */
    double *moments;        /* (K, d+1, d+1) sums of [1, x][1, x]' over training rows, or NULL */
    double *sums, *squares; /* (d) over the rows that scale */
    double n_scaling;       /* how many these are */
    double n_train, n_all, n_perturbed; /* training rows; all rows; mean training rows of a perturbed environment */

    double fingerprint;            /* a sum over all rows that tells other rows apart, or the same in another order */
    size_t batch_rows, block_rows; /* rows of an environment a step, most of them; rows of one call to read() */
    double batch_share;            /* of an environment's rows that are in a step; 0: batch_rows of each */
    double *buffer;                /* (block_rows, d) */
    size_t *index;                 /* (block_rows) */
    gim__rows batch, held_rows;
} gim__data;

typedef struct gim__data_plan {
    size_t batch_rows;    /* rows of each environment a step; or, where in_proportion, of all together */
    int in_proportion;    /* each environment has as many rows in a step as its share of all rows, one at least */
    int sufficient;       /* batches are the environments' triangular factors instead, d + 1 rows each */
    double held_out;      /* share of rows */
    size_t memory_budget; /* bytes of cache */
    int zero_inflated;
    uint64_t seed;
    const gim__visitor *visitor; /* lives as long as the reading; NULL: none */
} gim__data_plan;

/* Reads all rows once. names: of the d variables and p features.
 * Returns GIM_OK; a positive value where a callback stopped; GIM_ERR_*, or a callback's own negative value. */
gim_status gim__data_open(gim__data *data, const gim_allocator *allocator, gim__message *message,
                          const gim_data *source, char *const *variable, char *const *feature, size_t d, size_t p,
                          const gim__data_plan *plan);
void gim__data_close(gim__data *data);

/* Fills data->batch for a step; always the same where the batch is the environments' factors. Returns as
 * gim__data_open(). */
gim_status gim__data_batch(gim__data *data, uint64_t step);
/* x (n, d) <- n training rows of environment k, spread evenly over all in their order. Returns as gim__data_open(). */
gim_status gim__data_spread(gim__data *data, size_t k, size_t n, real *x);
size_t gim__data_most_rows(const gim__data *data);
/* Whether every training row is in memory. */
int gim__data_in_memory(const gim__data *data);

/* Rows (n) for n rows of d variables, zeroed but for weight, one, count and positive, which are 1; n may be 0. */
gim_status gim__rows_new(gim__rows *rows, const gim_allocator *allocator, size_t n, size_t d);
void gim__rows_free(gim__rows *rows, const gim_allocator *allocator);
/* y and positive of row r from its x. */
void gim__rows_respond(gim__rows *rows, size_t r, size_t d, int zero_inflated);

#endif
