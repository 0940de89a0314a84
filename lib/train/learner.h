/* What a network needs to learn from batches: starting values, room for its two passes, and steps of Adam. Knows no
 * data and no objective. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__LEARNER_H
#define GIM__LEARNER_H

#include <stddef.h>
#include <stdint.h>

#include "base/threads.h"
#include "math/mlp.h"

/* Rows are worked out in parts, by several threads where there is a pool; numbers depend on the part, and not on the
 * threads. Starts as {0}. */
typedef struct gim__learner {
    gim__mlp net;
    size_t size, batch, part; /* weights; most rows of a pass; rows of a part */
    gim__pool *pool;          /* NULL: one thread */
    real *x, *y;              /* (batch, in), (batch, out): filled, and read, by who teaches */
    real *hidden, *scratch;   /* of each part, (2, part, width) and (part, width) */
    real *grad;               /* (parts, size); the first is the sum */
    real *first, *second;     /* of Adam */
} gim__learner;

/* errors: GIM_ERR_NOMEM. */
gim_status gim__learner_open(gim__learner *learner, gim__mlp net, size_t batch, size_t part, gim__pool *pool,
                             const gim_allocator *allocator);
void gim__learner_close(gim__learner *learner, const gim_allocator *allocator);

/* weights <- normal numbers of spread sqrt(2 / (in + out)) (Glorot & Bengio 2010), biases 0; Adam begins anew. Networks
 * of one seed have numbers from 0. */
void gim__learner_start(real *weights, gim__learner *learner, uint64_t seed, uint64_t number);
/* y <- the network's values of the first n rows of x, n at most batch. */
void gim__learner_forward(gim__learner *learner, const real *weights, size_t n);
/* After that: y has the derivatives of what is to grow. One step of Adam, the step-th from 1, with decoupled decay
 * (Loshchilov & Hutter 2019). */
void gim__learner_ascend(real *weights, gim__learner *learner, size_t n, double rate, double decay, uint64_t step);

#endif
