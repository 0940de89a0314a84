"""Systems of which every combination of interventions is known, to judge predictions of those that were not tried.

A truth has a name and a `design`, and gives rows of any regime. Three kinds: a density that is written down (cycles, no
Gaussian), a causal graph of networks fitted to real rows, and a factor model fitted to real rows by `gim ifm fit`. Needs
numpy and scikit-learn. SPDX-License-Identifier: BSD-3-Clause
"""
import csv
import itertools
import pathlib
import tempfile
import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.neural_network import MLPRegressor

from runs import run, write

warnings.filterwarnings("ignore", module="sklearn")  # that a network stopped at its last step, or that rows are few


@dataclass
class Design:
    """What is tried, what is asked, and which variables and interventions come together in factors."""
    variables: list
    interventions: list
    levels: tuple  # how many each intervention has; 0 is the baseline
    factors: list  # (variables, interventions), by name
    tried: list  # regimes: tuples of levels
    asked: list

    def write_factors(self, path, factors=None):
        write(path, ["factor", "variables", "interventions"],
              [[f"f{k}", ",".join(s), ",".join(f)] for k, (s, f) in enumerate(factors or self.factors)])

    def write_regimes(self, path, regimes):
        write(path, ["environment", *self.interventions], [[name_of(regime), *regime] for regime in regimes])


def name_of(regime):
    return "r" + "".join(map(str, regime))


def seeded(*words):
    """A generator of its own for each seed and regime."""
    return np.random.default_rng([int(word) for word in words])


def rows_by_environment(path, variables):
    """The rows of a table by its first column, the environment; columns as the variables are ordered here."""
    with open(path, newline="") as file:
        lines = csv.reader(file, delimiter="\t")
        header = next(lines)
        places = [header.index(name) for name in variables]
        found = {}
        for line in lines:
            found.setdefault(line[0], []).append([line[place] for place in places])
    return {name: np.array(rows, float) for name, rows in found.items()}


# ---- a density that is written down ----------------------------------------------------------------------------------

# By the levels of a factor's interventions: coefficients of its three terms.
FIRST = {(0, 0): (.8, .6, 0), (0, 1): (.8, -.9, -.7), (1, 0): (-.8, .6, .9), (1, 1): (-.5, 1.2, 1.1)}
SECOND = {(0, 0): (.7, .5, 0), (0, 1): (.7, -.7, .9), (1, 0): (-.9, .5, -.6), (1, 1): (.9, 1.1, -.9)}
THIRD = {0: (.7, .3, 0), 1: (-.8, .3, .6), 2: (.4, -.6, -.9)}


class Written:
    """Eight variables in a cycle of factors, four interventions, of which two pairs meet in a factor."""
    name, low, high = "written", -4, 4

    def __init__(self):
        scopes = [("abc", "st"), ("cde", "tu"), ("efg", "v"), ("agh", ""), ("bf", ""), ("dh", "")]
        every = list(itertools.product(range(2), range(2), range(2), range(3)))
        tried = [(0, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (0, 0, 0, 2), (1, 1, 0, 0),
                 (0, 1, 1, 0)]
        self.design = Design(list("abcdefgh"), list("stuv"), (2, 2, 2, 3),
                             [(list(s), list(f)) for s, f in scopes], tried, [r for r in every if r not in tried])

    @staticmethod
    def one_intervention_each():
        """Factors that deny that interventions meet: wrong."""
        scopes = [("abc", "s"), ("bc", "t"), ("cde", "u"), ("efg", "v"), ("agh", ""), ("bf", ""), ("dh", "")]
        return [(list(s), list(f)) for s, f in scopes]

    @staticmethod
    def log_density(x, regime):
        """Up to a constant; x are eight arrays that broadcast."""
        s, t, u, v = regime
        a, b, c, d, e, f, g, h = x
        k, l, m = FIRST[s, t], SECOND[t, u], THIRD[v]
        each = sum(-0.35 * xi * xi - 0.06 * (xi * xi) * (xi * xi) for xi in x)
        return (each + k[0] * a * b + k[1] * np.sin(1.5 * b) * c + k[2] * a
                + l[0] * np.tanh(2 * c) * d + l[1] * d * e + l[2] * e
                + m[0] * e * f + 0.5 * m[1] * f * f * g + m[2] * g
                + 0.5 * g * h + 0.5 * np.sin(2 * h) * a + 0.4 * b * f - 0.5 * d * h)

    def rows(self, regime, n, *seed):
        """Of as many chains as rows, up to a thousand and a half."""
        chains = min(n, 1500)
        return gibbs(lambda x: self.log_density(x, regime), len(self.design.variables), self.low, self.high, chains,
                     -(-n // chains), seeded(*seed, *regime))[:n]


def gibbs(log_density, d, low, high, chains, keep, rng, grid=48, burn=150, thin=5):
    """Each variable in turn from its density given the others, at the points of a grid that is shifted at random; of
    each chain `keep` rows, the first ones of all chains first. Terms without the variable are worked out once a chain,
    by broadcasting."""
    x = rng.uniform(low / 2, high / 2, (d, chains, 1)).astype(np.float32)
    step = np.float32((high - low) / grid)
    kept = []
    for sweep in range(burn + thin * (keep - 1) + 1):
        for i in range(d):
            points = np.float32(low) + step * (np.arange(grid, dtype=np.float32) + rng.random((chains, 1), np.float32))
            u = log_density([points if j == i else x[j] for j in range(d)])
            total = np.cumsum(np.exp(u - u.max(1, keepdims=True)), axis=1)
            pick = (total < rng.random((chains, 1), np.float32) * total[:, -1:]).sum(1, keepdims=True)
            x[i] = np.take_along_axis(points, np.minimum(pick, grid - 1), 1)
        if sweep >= burn and (sweep - burn) % thin == 0:
            kept.append(x[:, :, 0].T.astype(float))
    return np.concatenate(kept)


# ---- networks along a causal graph -----------------------------------------------------------------------------------

class Node:
    """One variable given its parents: a network for the mean, one for the logarithm of the variance."""

    def __init__(self, parents, x, seed):
        self.centre, self.scale = parents.mean(0), parents.std(0) + 1e-9
        self.mean, self.sd, self.networks = x.mean(), x.std() + 1e-9, None
        if parents.shape[1] == 0:
            return
        z, y = (parents - self.centre) / self.scale, (x - self.mean) / self.sd
        mean = network(10, seed).fit(z, y)
        left = np.log((y - mean.predict(z)) ** 2 + 1e-4)
        spread = network(10, seed + 1).fit(z, left)
        self.range = np.quantile(spread.predict(z), [0.005, 0.995])
        self.networks = mean, spread
        m, v = self.moments(z)
        self.more = np.mean((y - m) ** 2 / np.exp(v))  # the mean of a logarithm is not the logarithm of the mean

    def moments(self, z):
        mean, spread = self.networks
        return mean.predict(z), np.clip(spread.predict(z), *self.range)

    def draw(self, parents, rng):
        noise = rng.standard_normal(len(parents))
        if self.networks is None:
            return self.mean + self.sd * noise
        m, v = self.moments((parents - self.centre) / self.scale)
        return self.mean + self.sd * (m + np.sqrt(self.more * np.exp(v)) * noise)


def network(units, seed):
    return MLPRegressor(hidden_layer_sizes=(units,), activation="tanh", learning_rate_init=0.01, batch_size=256,
                        max_iter=60, early_stopping=True, random_state=seed)


class Dag:
    """Gaussian nodes along a causal graph, each with networks of its own for each level of the intervention on it."""
    name = "dag"

    def __init__(self, design, data, seed=1):
        """data: rows by regime. A factor's last variable is the node, the others are its parents."""
        self.design, self.nodes = design, []
        place = {name: i for i, name in enumerate(design.variables)}
        for k, (variables, interventions) in enumerate(design.factors):
            *parents, own = (place[name] for name in variables)
            on = [design.interventions.index(name) for name in interventions]
            groups = {}
            for regime, rows in data.items():
                groups.setdefault(tuple(regime[j] for j in on), []).append(rows)
            self.nodes.append((own, parents, on, {level: Node(x[:, parents], x[:, own], 100 * seed + 2 * k)
                                                  for level, x in ((l, np.concatenate(g)) for l, g in groups.items())}))
        self.nodes = in_order(self.nodes)

    def rows(self, regime, n, *seed):
        rng, x = seeded(*seed, *regime), np.zeros((n, len(self.design.variables)))
        for own, parents, on, by_level in self.nodes:
            x[:, own] = by_level[tuple(regime[j] for j in on)].draw(x[:, parents], rng)
        return x


def in_order(nodes):
    """Parents first."""
    placed, left = [], list(nodes)
    while left:
        known = {node[0] for node in placed}
        ready = [node for node in left if known.issuperset(node[1])]
        if not ready:
            raise ValueError("the graph has a cycle")
        placed += ready
        left = [node for node in left if node not in ready]
    return placed


# ---- a factor model fitted to real rows ------------------------------------------------------------------------------

class Fitted:
    """A factor model with a network for each level, fitted to real rows by the authors' objective, twenty bins; its
    rows are those of `gim ifm sample`."""
    name = "factor-model"

    def __init__(self, gim, folder, design, data):
        self.gim, self.design, self.folder = gim, design, folder
        self.model = folder / "truth.ifm"
        if self.model.exists():
            return
        folder.mkdir(parents=True, exist_ok=True)
        design.write_factors(folder / "factors.tsv")
        design.write_regimes(folder / "tried.tsv", list(data))
        write(folder / "rows.tsv", ["environment", *design.variables],
              [[name_of(regime), *row] for regime, rows in data.items() for row in rows])
        run([gim, "ifm", "fit", "--data", folder / "rows.tsv", "--observed", folder / "tried.tsv", "--factors",
             folder / "factors.tsv", "--networks", "table", "--objective", "binned", "--set", "hidden=15", "--seed", 1,
             "--threads", 1, "--quiet", "-o", self.model])

    def rows(self, regime, n, *seed):
        number = int(seeded(*seed, *regime).integers(1 << 31))
        with tempfile.TemporaryDirectory() as folder:
            wanted, drawn = pathlib.Path(folder) / "wanted.tsv", pathlib.Path(folder) / "drawn.tsv"
            self.design.write_regimes(wanted, [regime])
            run([self.gim, "ifm", "sample", self.model, "--unseen", wanted, "-n", n, "--seed", number, "--chains",
                 min(n, 1000), "--threads", 1, "--quiet", "-o", drawn])
            return rows_by_environment(drawn, self.design.variables)[name_of(regime)]
