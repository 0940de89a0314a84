#!/usr/bin/env python3
"""JCI-PC on a folder of gim simulate: a graph, and targets where environments are nodes.

jci_pc.py FOLDER -o OUT [--nodes environments|features] [--search here|package] [--depth 3] [--time-limit 600]

Joint causal inference (Mooij, Magliacane & Claassen, Joint causal inference from multiple contexts, JMLR 21, 2020): the
rows of all environments are pooled, and context nodes stand beside the variables. Either each perturbed environment is
a node, 1 in its rows and 0 elsewhere, and its neighbours are its targets; or each feature is one, and no environment
has targets. Contexts are causes of variables and never effects, and edges among them are not asked for. PC is the
stable one with Fisher's z test at level --alpha; --depth bounds the variables conditioned on, -1 being no bound.

`--search package` is PC of package causal-learn, which tests pairs of contexts too, goes on testing a pair after it is
separated, and with the defaults of gim simulate does not end within minutes. `--search here` is the same algorithm,
written for this comparison: it stops at the first separating set, and of colliders that contradict each other the one
found first stands, contexts' first. SPDX-License-Identifier: BSD-3-Clause
"""
import itertools
import statistics
import sys

import common

BATCH = 4096  # conditioning sets tested at once


def contexts(problem, nodes):
    """Names of the context nodes, and a row of their values for each environment."""
    import numpy as np

    if nodes == "features":
        count = len(problem.features[common.CONTROL])
        return [f"context{k}" for k in range(count)], problem.features
    names = problem.perturbed()
    one_hot = dict(zip(names, np.eye(len(names))))
    return names, {common.CONTROL: np.zeros(len(names))} | one_hot


def pooled(problem, values):
    """(n, contexts + d), all environments below one another."""
    import numpy as np

    blocks = [np.hstack([np.tile(values[name], (len(rows), 1)), rows]) for name, rows in problem.rows.items()]
    return np.vstack(blocks)


def knowledge(context_nodes, variable_nodes):
    """Tiers: no arrow from a variable to a context, and none among contexts."""
    from causallearn.utils.PCUtils.BackgroundKnowledge import BackgroundKnowledge

    known = BackgroundKnowledge()
    for tier, nodes in enumerate((context_nodes, variable_nodes)):
        for node in nodes:
            known.add_node_to_tier(node, tier)
    return known.forbid_within_tier(0)


def separating_set(correlation, x, y, neighbours, size, bound):
    """The first `size` of the neighbours given which x and y have a partial correlation below the bound, if any do."""
    import numpy as np

    others = [k for k in neighbours if k != y]
    sets = itertools.combinations(others, size)
    while batch := list(itertools.islice(sets, BATCH)):
        index = np.array([(x, y, *given) for given in batch])
        inverse = np.linalg.pinv(correlation[index[:, :, None], index[:, None, :]], hermitian=True)
        partial = np.abs(inverse[:, 0, 1]) / np.sqrt(inverse[:, 0, 0] * inverse[:, 1, 1])
        apart = np.flatnonzero(partial < bound)
        if apart.size:
            return batch[apart[0]]
    return None


def skeleton(data, count, alpha, depth):
    """Adjacency (m, m) and separating sets, by stable PC without pairs of contexts."""
    import numpy as np

    n, m = data.shape
    correlation = np.corrcoef(data, rowvar=False)
    adjacent = ~np.eye(m, dtype=bool)
    adjacent[:count, :count] = False
    sets = {pair: () for pair in itertools.combinations(range(count), 2)}
    quantile = statistics.NormalDist().inv_cdf(1 - alpha / 2)
    for size in itertools.count():
        if size > depth >= 0 or adjacent.sum(axis=1).max() - 1 < size:
            return adjacent, sets
        bound = np.tanh(quantile / np.sqrt(n - size - 3))
        neighbours = [np.flatnonzero(row) for row in adjacent]
        for x, y in zip(*np.nonzero(np.triu(adjacent))):
            for from_, to in ((x, y), (y, x)):
                apart = separating_set(correlation, from_, to, neighbours[from_], size, bound)
                if apart is not None:
                    sets[x, y] = apart
                    adjacent[x, y] = adjacent[y, x] = False
                    break


def point(directed, adjacent, i, j):
    """Makes i - j an arrow, unless it is one already."""
    if adjacent[i, j] and not directed[j, i]:
        directed[i, j] = True


def colliders(directed, adjacent, sets):
    """i -> k <- j, where i and j are not neighbours and k did not separate them."""
    import numpy as np

    for (i, j), given in sets.items():
        for k in np.flatnonzero(adjacent[i] & adjacent[j]):
            if k not in given and not directed[k, i] and not directed[k, j]:
                point(directed, adjacent, i, k)
                point(directed, adjacent, j, k)


def meek(directed, adjacent):
    """The first three of Meek's rules (Causal inference and causal explanation with background knowledge, UAI 1995)
    until none applies: i -> k - j makes no new collider, i -> k -> j no cycle, and i - k -> j twice neither."""
    import numpy as np

    while True:
        free = adjacent & ~directed & ~directed.T
        chain = (directed.astype(int) @ directed) > 0
        new = free & (((directed.astype(int).T @ (~adjacent & ~np.eye(len(free), dtype=bool))) > 0) | chain)
        for i, j in zip(*np.nonzero(free)):
            by = np.flatnonzero(free[i] & directed[:, j])
            new[i, j] |= any(not adjacent[k, l] for k, l in itertools.combinations(by, 2))
        new &= ~new.T
        if not new.any():
            return
        directed |= new


def search_here(data, count, asked):
    """(m, m), [i, j] for i -> j, and both where there is no direction."""
    import numpy as np

    adjacent, sets = skeleton(data, count, asked.alpha, asked.depth)
    directed = np.zeros_like(adjacent)
    directed[:count, count:] = adjacent[:count, count:]
    colliders(directed, adjacent, dict(sorted(sets.items())))
    meek(directed, adjacent)
    return adjacent & ~directed.T


def search_package(data, count, asked):
    from causallearn.graph.GraphNode import GraphNode
    from causallearn.search.ConstraintBased.PC import pc

    nodes = [f"X{k + 1}" for k in range(data.shape[1])]
    known = knowledge(*([GraphNode(name) for name in some] for some in (nodes[:count], nodes[count:])))
    found = pc(data, alpha=asked.alpha, background_knowledge=known, show_progress=False, node_names=nodes,
               max_k=asked.depth if asked.depth >= 0 else None).G.graph
    return (found == -1) | (found * found.T == 1)  # -1 is a tail, 1 a head: i -> j, and edges without a direction


def work(asked, folder):
    import numpy as np

    problem = common.read_problem(asked.folder)
    names, values = contexts(problem, asked.nodes)
    data, count = pooled(problem, values), len(names)
    arrows = (search_here if asked.search == "here" else search_package)(data, count, asked)
    common.write_graph(folder, problem.names, arrows[count:, count:])
    if asked.nodes == "environments":
        targets = {name: set(np.flatnonzero(hit)) for name, hit in zip(names, arrows[:count, count:])}
        common.write_targets(folder, problem.names, targets)


if __name__ == "__main__":
    ASKED = common.method_options("JCI-PC on a folder of gim simulate.", nodes=("environments", "features"),
                                  search=("here", "package"), alpha=0.01, depth=3)
    sys.exit(common.run_method("jci-pc", work, ASKED))
