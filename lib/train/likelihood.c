/* The log-likelihood of rows under M draws, and its gradient.
 *
 * A task is one graph with one chunk of whole environments. Forward, tasks are independent. Backward, task t adds to
 * lane t mod LANES, and each lane takes its tasks in order: so sums are the same whatever the number of threads.
 * Draws that share a graph share the means. SPDX-License-Identifier: BSD-3-Clause */
#include "train/likelihood.h"

#include <string.h>

#include "base/alloc.h"
#include "base/threads.h"
#include "math/fn.h"
#include "model/graph.h"
#include "model/marginal.h"

enum { BLOCK = 64, CHUNK = 256, LANES = 16 };

/* One thread's memory, cut from work->scratch. */
typedef struct scratch {
    real *masked, *dmasked, *dG;                 /* theta, theta, (d, d) */
    real *x, *y, *positive, *one, *count, *dell; /* gathered rows, as in gim__rows; (M, BLOCK) */
    real *mean, *dmean, *draw_mean, *kept;       /* (BLOCK, d) three times, (BLOCK, kept) */
    size_t env[BLOCK];
} scratch;

static size_t kept_size(const gim__spec *spec)
{
    return spec->mech->kept(spec->d, spec->hidden);
}

static size_t scratch_size(const gim__spec *spec, size_t theta_size, size_t M)
{
    return 2 * theta_size + spec->d * spec->d + BLOCK * (6 * spec->d + 2 + M + kept_size(spec));
}

static real *cut(real **from, size_t n)
{
    real *part = *from;
    *from += n;
    return part;
}

static void scratch_open(scratch *mine, size_t thread, const gim__likelihood *work, const gim__params *params,
                         const gim__spec *spec)
{
    real *at = work->scratch + thread * work->scratch_size;
    size_t rows = BLOCK * spec->d;
    mine->masked = cut(&at, params->theta_size);
    mine->dmasked = cut(&at, params->theta_size);
    mine->dG = cut(&at, spec->d * spec->d);
    mine->x = cut(&at, rows);
    mine->y = cut(&at, rows);
    mine->positive = cut(&at, rows);
    mine->mean = cut(&at, rows);
    mine->dmean = cut(&at, rows);
    mine->draw_mean = cut(&at, rows);
    mine->one = cut(&at, BLOCK);
    mine->count = cut(&at, BLOCK);
    mine->dell = cut(&at, BLOCK * work->M);
    mine->kept = cut(&at, BLOCK * kept_size(spec));
}

gim_status gim__likelihood_new(gim__likelihood *work, const gim_allocator *allocator, const gim__spec *spec,
                               const gim__params *params, size_t M, size_t K, size_t most_rows, gim__pool *pool)
{
    size_t d = spec->d;
    *work = (gim__likelihood){.allocator = allocator, .M = M, .most_rows = most_rows, .pool = pool};
    work->lane_size = params->theta_size + 2 * d + d * d;
    work->scratch_size = scratch_size(spec, params->theta_size, M);
    work->ell = gim__new(allocator, M * most_rows, sizeof(real));
    work->share = gim__new(allocator, M, sizeof(double));
    work->dtarget = gim__new(allocator, M * K * d, sizeof(real));
    work->deffect = gim__new(allocator, M * spec->n_effects * K * d, sizeof(real));
    work->law = gim__new(allocator, 3 * d, sizeof(real));
    work->lanes = gim__new(allocator, LANES * work->lane_size, sizeof(real));
    work->scratch = gim__new(allocator, gim__pool_threads(pool) * work->scratch_size, sizeof(real));
    work->chunk = gim__new(allocator, most_rows + 1, sizeof(size_t));
    if (work->ell == NULL || work->share == NULL || work->dtarget == NULL || work->deffect == NULL ||
        work->law == NULL || work->lanes == NULL || work->scratch == NULL || work->chunk == NULL)
        return GIM_ERR_NOMEM;
    return GIM_OK;
}

void gim__likelihood_free(gim__likelihood *work)
{
    void *all[] = {work->ell, work->share, work->dtarget, work->deffect,
                   work->law, work->lanes, work->scratch, work->chunk};
    for (size_t i = 0; i < sizeof all / sizeof *all && work->allocator != NULL; i++)
        gim__delete(work->allocator, all[i]);
}

/* Blocks of whole environments with at least CHUNK rows, but for the last. Returns how many. */
static size_t cut_chunks(size_t *chunk, const gim__rows *rows)
{
    size_t n = 0;
    chunk[0] = 0;
    for (size_t r = 1; r < rows->n; r++)
        if (rows->env[r] != rows->env[r - 1] && r - chunk[n] >= CHUNK)
            chunk[++n] = r;
    chunk[++n] = rows->n;
    return n;
}

static gim__rows part(const gim__rows *rows, size_t first, size_t n, size_t d)
{
    return (gim__rows){n,
                       rows->x + first * d,
                       rows->y + first * d,
                       rows->positive + first * d,
                       rows->one + first,
                       rows->count + first,
                       rows->weight + first,
                       rows->env + first};
}

/* One pass: what both directions are given, and what they make of it first. */
typedef struct pass {
    gim__likelihood *work;
    const gim__spec *spec;
    const gim__params *params;
    const real *theta;
    const gim__rows *rows;
    const gim__draws *draws;
    gim__graphs graphs;
    gim__noise_law law;
    size_t n_chunks, n_tasks;
    int want_graph;
} pass;

/* A task: rows first .. end-1 under the draws m0 .. m1-1, which have graph G. */
typedef struct task {
    size_t first, end, m0, m1;
    const real *G;
} task;

static gim__noise_law make_law(real *law, const real *values, const gim__params *params, const gim__spec *spec)
{
    size_t d = spec->d;
    gim__exp_all(law, values + params->logvar, -1, d);
    for (size_t j = 0; spec->zero_inflated && j < d; j++) {
        real logit = values[params->logit_pi + j];
        law[2 * d + j] = (real)-gim__softplus((double)logit);
        law[d + j] = law[2 * d + j] + logit;
    }
    return (gim__noise_law){values + params->logvar, law, law + d, law + 2 * d};
}

static pass open_pass(gim__likelihood *work, const real *values, const gim__params *params, const gim__rows *rows,
                      const gim__draws *draws, gim__graphs graphs, const gim__spec *spec)
{
    size_t n_chunks = cut_chunks(work->chunk, rows);
    return (pass){.work = work,
                  .spec = spec,
                  .params = params,
                  .theta = values + params->theta,
                  .rows = rows,
                  .draws = draws,
                  .graphs = graphs,
                  .law = make_law(work->law, values, params, spec),
                  .n_chunks = n_chunks,
                  .n_tasks = n_chunks * (graphs.shared ? 1 : draws->M)};
}

static task task_at(const pass *of, size_t t)
{
    size_t g = t / of->n_chunks, chunk = t % of->n_chunks, d = of->spec->d;
    int shared = of->graphs.shared;
    return (task){of->work->chunk[chunk], of->work->chunk[chunk + 1], shared ? 0 : g, shared ? of->draws->M : g + 1,
                  of->graphs.G + g * d * d};
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* ---- forward ---- */

static void forward_task(void *context, size_t t, size_t thread)
{
    const pass *of = context;
    const task given = task_at(of, t), *at = &given;
    scratch mine;
    const gim__spec *spec = of->spec;
    size_t d = spec->d, h = spec->hidden;
    scratch_open(&mine, thread, of->work, of->params, spec);
    spec->mech->mask(mine.masked, of->theta, at->G, d, h);
    for (size_t r = at->first; r < at->end; r += BLOCK) {
        gim__rows block = part(of->rows, r, least(BLOCK, at->end - r), d);
        spec->mech->forward(mine.mean, mine.kept, block.x, mine.masked, block.n, d, h);
        for (size_t m = at->m0; m < at->m1; m++)
            gim__density_forward(of->work->ell + m * of->rows->n + r, &block, mine.mean, &of->law, of->draws, m, spec);
    }
}

double gim__likelihood_forward(gim__likelihood *work, const real *values, const gim__params *params,
                               const gim__rows *rows, const gim__draws *draws, gim__graphs graphs,
                               const gim__spec *spec)
{
    pass of = open_pass(work, values, params, rows, draws, graphs, spec);
    gim__pool_run(work->pool, of.n_tasks, forward_task, &of);
    return gim__marginal(work->ell, work->share, rows->weight, rows->env, draws->M, rows->n, spec->marginal);
}

/* ---- backward ---- */

/* Copies row r and its weights under the task's draws to place i, unless all those weights are lost in rounding. */
static int gather(scratch *mine, size_t i, size_t r, const pass *of, const task *at)
{
    const gim__rows *rows = of->rows;
    size_t d = of->spec->d;
    int active = 0;
    for (size_t m = at->m0; m < at->m1; m++) {
        real dell = of->work->ell[m * rows->n + r];
        active |= dell > (real)REAL_EPSILON * rows->weight[r];
        mine->dell[(m - at->m0) * BLOCK + i] = dell;
    }
    if (!active)
        return 0;
    memcpy(mine->x + i * d, rows->x + r * d, d * sizeof(real));
    memcpy(mine->y + i * d, rows->y + r * d, d * sizeof(real));
    memcpy(mine->positive + i * d, rows->positive + r * d, d * sizeof(real));
    mine->one[i] = rows->one[r];
    mine->count[i] = rows->count[r];
    mine->env[i] = rows->env[r];
    return 1;
}

/* The gathered block, n rows: means again, then back through density and mechanism into dmasked. */
static void backward_block(scratch *mine, size_t n, real *lane, const pass *of, const task *at)
{
    const gim__spec *spec = of->spec;
    size_t d = spec->d, kd = of->draws->K * d;
    real *dlogvar = lane + of->params->theta_size;
    gim__rows block = {n, mine->x, mine->y, mine->positive, mine->one, mine->count, NULL, mine->env};
    spec->mech->forward(mine->mean, mine->kept, mine->x, mine->masked, n, d, spec->hidden);
    memset(mine->dmean, 0, n * d * sizeof(real));
    for (size_t m = at->m0; m < at->m1; m++) {
        gim__density_grad grad = {dlogvar, dlogvar + d, of->work->dtarget + m * kd,
                                  of->work->deffect + m * spec->n_effects * kd};
        memcpy(mine->draw_mean, mine->mean, n * d * sizeof(real));
        gim__density_backward(&grad, mine->draw_mean, mine->dell + (m - at->m0) * BLOCK, &block, &of->law, of->draws, m,
                              spec);
        for (size_t i = 0; i < n * d; i++)
            mine->dmean[i] += mine->draw_mean[i];
    }
    spec->mech->backward(mine->dmasked, mine->dmean, mine->kept, mine->x, mine->masked, n, d, spec->hidden);
}

/* Back through the mask: to theta, and through the relaxed graph to the edge logits, which end the lane. */
static void backward_mask(scratch *mine, real *lane, const pass *of, const task *at)
{
    size_t d = of->spec->d;
    memset(mine->dG, 0, d * d * sizeof(real));
    of->spec->mech->unmask(lane, of->want_graph ? mine->dG : NULL, mine->dmasked, of->theta, at->G, d,
                           of->spec->hidden);
    if (of->want_graph)
        gim__graph_draw_backward(lane + of->params->theta_size + 2 * d, mine->dG, at->G, of->spec->tau, d);
}

static void backward_task(const pass *of, real *lane, const task *at, size_t thread)
{
    scratch mine;
    size_t n = 0, any = 0;
    scratch_open(&mine, thread, of->work, of->params, of->spec);
    for (size_t r = at->first; r < at->end; r++) {
        n += (size_t)gather(&mine, n, r, of, at);
        if (n > 0 && any++ == 0) {
            of->spec->mech->mask(mine.masked, of->theta, at->G, of->spec->d, of->spec->hidden);
            memset(mine.dmasked, 0, of->params->theta_size * sizeof(real));
        }
        if (n == BLOCK || (n > 0 && r + 1 == at->end)) {
            backward_block(&mine, n, lane, of, at);
            n = 0;
        }
    }
    if (any > 0)
        backward_mask(&mine, lane, of, at);
}

static void backward_lane(void *context, size_t lane, size_t thread)
{
    const pass *of = context;
    const gim__likelihood *work = of->work;
    real *mine = work->lanes + lane * work->lane_size;
    memset(mine, 0, work->lane_size * sizeof(real));
    for (size_t t = lane; t < of->n_tasks; t += LANES) {
        task at = task_at(of, t);
        backward_task(of, mine, &at, thread);
    }
}

/* to[i] += the lanes' sum at offset + i */
static void add_lanes(real *to, const gim__likelihood *work, size_t offset, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t lane = 0; lane < LANES; lane++)
            sum += (double)work->lanes[lane * work->lane_size + offset + i];
        to[i] += (real)sum;
    }
}

void gim__likelihood_backward(gim__likelihood *work, real *grad, real *ds, const real *values,
                              const gim__params *params, const gim__rows *rows, const gim__draws *draws,
                              gim__graphs graphs, const gim__spec *spec)
{
    size_t d = spec->d, kd = draws->K * d;
    pass of = open_pass(work, values, params, rows, draws, graphs, spec);
    of.want_graph = ds != NULL;
    memset(work->dtarget, 0, draws->M * kd * sizeof(real));
    memset(work->deffect, 0, draws->M * spec->n_effects * kd * sizeof(real));
    gim__pool_run(work->pool, LANES, backward_lane, &of);
    if (grad != NULL) {
        add_lanes(grad + params->theta, work, 0, params->theta_size);
        add_lanes(grad + params->logvar, work, params->theta_size, d);
    }
    if (grad != NULL && spec->zero_inflated)
        add_lanes(grad + params->logit_pi, work, params->theta_size + d, d);
    if (ds != NULL)
        add_lanes(ds, work, params->theta_size + 2 * d, d * d);
}
