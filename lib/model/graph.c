/* The latent graph. SPDX-License-Identifier: BSD-3-Clause */
#include "model/graph.h"

#include <string.h>

#include "math/fn.h"
#include "math/mat.h"

void gim__graph_logits(real *s, const real *U, const real *V, double alpha, size_t d, size_t r)
{
    gim__mat_mul_tb(s, U, V, d, d, r, 0);
    for (size_t e = 0; e < d * d; e++)
        s[e] *= (real)alpha;
}

void gim__graph_logits_backward(real *dU, real *dV, real *ds, const real *U, const real *V, double alpha, size_t d,
                                size_t r)
{
    for (size_t e = 0; e < d * d; e++)
        ds[e] = e % (d + 1) == 0 ? 0 : ds[e] * (real)alpha;
    gim__mat_mul(dU, ds, V, d, d, r, 1);
    gim__mat_mul_ta(dV, ds, U, d, d, r, 1);
}

void gim__graph_draw(real *relaxed, real *discrete, const real *s, const real *e, double tau, size_t d)
{
    real scale = (real)(1 / tau);
    for (size_t i = 0; i < d * d; i++) {
        relaxed[i] = gim__sigmoid((s[i] + e[i]) * scale);
        discrete[i] = s[i] + e[i] > 0 ? 1 : 0;
    }
    for (size_t i = 0; i < d * d; i += d + 1)
        relaxed[i] = discrete[i] = 0;
}

void gim__graph_draw_backward(real *ds, const real *dG, const real *G, double tau, size_t d)
{
    real scale = (real)(1 / tau);
    for (size_t i = 0; i < d * d; i++)
        ds[i] += dG[i] * G[i] * (1 - G[i]) * scale;
}

/* Puts variables without parents into order and takes their edges away, again and again (Kahn 1962). Returns how many
 * could be put in order: all d of them where there is no cycle. */
static size_t kahn(size_t *order, size_t *parents, const unsigned char *edge, size_t d)
{
    size_t n = 0;
    for (size_t j = 0; j < d; j++) {
        parents[j] = 0;
        for (size_t i = 0; i < d; i++)
            parents[j] += edge[i * d + j];
    }
    for (size_t j = 0; j < d; j++)
        if (parents[j] == 0)
            order[n++] = j;
    for (size_t k = 0; k < n; k++)
        for (size_t j = 0; j < d; j++)
            if (edge[order[k] * d + j] && --parents[j] == 0)
                order[n++] = j;
    return n;
}

int gim__graph_order(size_t *order, size_t *scratch, const unsigned char *edge, size_t d)
{
    return kahn(order, scratch, edge, d) == d;
}

/* Whether there is a path from -> to. stack, seen: d each. */
static int reaches(size_t from, size_t to, size_t *stack, size_t *seen, const unsigned char *edge, size_t d)
{
    size_t n = 0;
    memset(seen, 0, d * sizeof *seen);
    seen[from] = 1;
    stack[n++] = from;
    while (n > 0) {
        size_t i = stack[--n];
        if (i == to)
            return 1;
        for (size_t j = 0; j < d; j++)
            if (edge[i * d + j] && !seen[j]) {
                seen[j] = 1;
                stack[n++] = j;
            }
    }
    return 0;
}

/* The edge of lowest logit above the given one (or, at the same logit, after the given edge): edges in ascending
 * order. */
static size_t next_edge(const unsigned char *edge, const real *s, size_t after, size_t d)
{
    size_t best = d * d;
    for (size_t e = 0; e < d * d; e++) {
        if (!edge[e])
            continue;
        int later = after == d * d || s[e] > s[after] || (s[e] == s[after] && e > after);
        if (later && (best == d * d || s[e] < s[best]))
            best = e;
    }
    return best;
}

/* An edge that lies on no cycle now lies on none later, as edges only go; so one pass in ascending order is enough. */
size_t gim__graph_estimate(unsigned char *edge, size_t *order, size_t *scratch, const real *s, size_t d)
{
    size_t removed = 0, e = d * d;
    for (size_t i = 0; i < d * d; i++)
        edge[i] = s[i] > 0 && i % (d + 1) != 0;
    while (!gim__graph_order(order, scratch, edge, d)) {
        e = next_edge(edge, s, e, d);
        if (reaches(e % d, e / d, scratch, scratch + d, edge, d)) {
            edge[e] = 0;
            removed++;
        }
    }
    return removed;
}
