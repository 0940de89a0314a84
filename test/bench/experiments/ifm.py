#!/usr/bin/env python3
"""Repeats an experiment with interventional factor models: combinations that nobody tried, of systems that are known.

ifm.py ifm-synthetic [--gim build/gim] [--out build/experiments] [--seeds 3] [--small] [--time-limit 600]
ifm.py ifm-sachs|ifm-dream --data FOLDER

README.md beside this file says what each is. Models are fitted and asked by `gim ifm`, in tables; truths are of
ifm_truths.py; black boxes are scikit-learn's, which `make peers` sets up. OUT/NAME is filled as by experiment.py.
SPDX-License-Identifier: BSD-3-Clause
"""
import concurrent.futures
import itertools
import os
import pathlib
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as many systems at once as --jobs says, each with one thread

import numpy as np
from scipy.stats import spearmanr
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.linear_model import LinearRegression
from sklearn.neural_network import MLPRegressor

import ifm_truths as truths
from ifm_truths import Design, name_of, rows_by_environment, seeded
from runs import Layout, Runs, chosen, folder_of, options, read, report, run, write

LEVEL = 0.9
PART = "unseen regimes"
OUTCOMES = {"tanh": 0, "nonlinear": 1}  # kinds; of semi-synthetic systems the first alone, as its authors have it

PREDICTED = [("pMSE", PART, 4), ("pMSE, tanh", PART, 4), ("pMSE, nonlinear", PART, 4), ("rank", PART, 3),
             ("distance of means", PART, 3), ("refused", PART, 2), ("seconds", "fit", 1), ("seconds", "prediction", 1)]
INTERVALS = [("coverage", PART, 3), ("coverage, finite", PART, 3), ("coverage, worst regime", PART, 3),
             ("off 0.9", PART, 3), ("infinite", PART, 3), ("width", PART, 2), ("effective rows", PART, 0)]
LAYOUT = Layout({"What is predicted": PREDICTED, "Intervals at 0.9": INTERVALS},
                [("pMSE", PART), ("rank", PART), ("coverage", PART), ("width", PART)],
                {"rank": "more is better", "coverage": "0.9 is right"}, logarithmic={"pMSE"})


@dataclass
class Sizes:
    """Rows of a regime and of the baseline, draws by which the truth is known, outcomes."""
    rows: int
    baseline: int
    draws: int = 20000
    outcomes: int = 20
    calibration: float = 0.4  # rows for intervals, as a share of those of the fit


# ---- a system with outcomes ------------------------------------------------------------------------------------------

def outcome(kind, baseline, rng):
    """A function of the variables, with variance s between 0.6 and 0.8 in the baseline before a tanh is taken, and the
    spread of the noise, whose variance is 1 - s."""
    d, s = baseline.shape[1], rng.uniform(0.6, 0.8)
    if kind == OUTCOMES["tanh"]:
        weight = rng.standard_normal(d)
        weight *= np.sqrt(s) / (baseline @ weight).std()
        return lambda x: np.tanh(x @ weight), np.sqrt(1 - s)
    i, j, k, l = rng.choice(d, 4, replace=False)

    def raw(x):
        return x[:, i] * np.tanh(x[:, j]) + np.sin(x[:, k] + x[:, l])
    factor = np.sqrt(s) / raw(baseline).std()
    return lambda x: factor * raw(x), np.sqrt(1 - s)


class Problem:
    """Rows of the regimes that were tried, in tables, and what is true of the others."""

    def __init__(self, given, truth, draws, folder, sizes, kinds, seed):
        self.gim, self.limit, self.truth, self.folder, self.seed = given.gim, given.time_limit, truth, folder, seed
        self.design, self.draws, self.models = truth.design, draws, {}
        rng, asked = seeded(seed, 1), self.design.asked
        self.kinds = [list(OUTCOMES.values())[p % kinds] for p in range(sizes.outcomes)]
        the_same = np.random.default_rng(1)  # for all seeds
        self.functions = [outcome(kind, draws[self.design.tried[0]], the_same) for kind in self.kinds]
        self.mean = np.array([[f(draws[r]).mean() for f, _ in self.functions] for r in asked])
        self.variance = np.array([[f(draws[r]).var() + sd ** 2 for f, sd in self.functions] for r in asked])
        self.fresh = [self.outcomes(draws[r][:2000], rng) for r in asked]
        self.fit, self.calibration = {}, {}
        for regime in self.design.tried:
            n = sizes.baseline if regime == self.design.tried[0] else sizes.rows
            x = truth.rows(regime, n + int(sizes.calibration * n), seed, 2)
            y = self.outcomes(x, rng)
            self.fit[regime], self.calibration[regime] = (x[:n], y[:n]), (x[n:], y[n:])
        self.write()

    def outcomes(self, x, rng):
        return np.stack([f(x) + sd * rng.standard_normal(len(x)) for f, sd in self.functions], 1)

    def names(self):
        return [f"y{p + 1}" for p in range(len(self.functions))]

    def write(self):
        for name, rows in (("rows", self.fit), ("calibration", self.calibration)):
            write(self.folder / f"{name}.tsv", ["environment", *self.design.variables, *self.names()],
                  [[name_of(r), *(f"{v:.9g}" for v in (*xi, *yi))]
                   for r, (x, y) in rows.items() for xi, yi in zip(x, y)])
        self.design.write_regimes(self.folder / "tried.tsv", self.design.tried)
        self.design.write_regimes(self.folder / "wanted.tsv", self.design.asked)

    def pooled(self, rows=None):
        """All rows together: variables and outcomes."""
        rows = list((rows or self.fit).values())
        return np.concatenate([x for x, _ in rows]), np.concatenate([y for _, y in rows])

    def one_hot(self, regimes):
        """Levels as numbers, of each intervention all levels but the baseline."""
        return np.array([[float(regime[j] == level) for j, n in enumerate(self.design.levels) for level in range(1, n)]
                         for regime in regimes])


# ---- answers ---------------------------------------------------------------------------------------------------------

@dataclass
class Answer:
    """Of each regime that is asked and each outcome: mean and interval; and figures of how it was had."""
    mean: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    more: list = field(default_factory=list)  # (part, measure, value)


def with_plain_intervals(problem, mean, more=()):
    """Split conformal intervals from all calibration rows alike, around what is predicted of each regime."""
    _, y = problem.pooled(problem.calibration)
    rank = int(np.ceil((len(y) + 1) * LEVEL)) - 1
    half = np.array([np.sort(np.abs(y - centre), axis=0)[rank] for centre in mean])
    return Answer(mean, mean - half, mean + half, list(more))


def pooled_mean(problem):
    _, y = problem.pooled()
    return with_plain_intervals(problem, np.tile(y.mean(0), (len(problem.design.asked), 1)))


def black_box(make):
    """A regression of outcomes on levels. Rows of a regime have the same levels, so their mean says as much as they."""
    def answer(problem):
        x, asked = problem.one_hot(problem.design.tried), problem.one_hot(problem.design.asked)
        y = np.array([y.mean(0) for _, y in problem.fit.values()])
        weight = np.array([len(y) for _, y in problem.fit.values()], float)
        return with_plain_intervals(problem, make(problem, x, y, weight, asked))
    return answer


def linear(problem, x, y, weight, asked):
    return LinearRegression().fit(x, y, weight).predict(asked)


def boosting(problem, x, y, weight, asked):
    return np.stack([GradientBoostingRegressor(n_estimators=100, max_depth=4, random_state=problem.seed)
                     .fit(x, column, weight).predict(asked) for column in y.T], 1)


def network_of_levels(problem, x, y, weight, asked):
    x = np.repeat(x, weight.astype(int), axis=0)
    _, y = problem.pooled()
    return regression(x, y, 32, problem.seed)(asked)


def regression(x, y, units, seed):
    """A network from x to y, in standard units; stops by a held-out tenth."""
    centre, scale, mean, sd = x.mean(0), x.std(0) + 1e-9, y.mean(0), y.std(0) + 1e-9
    network = MLPRegressor(hidden_layer_sizes=(units,), activation="tanh", learning_rate_init=0.003, batch_size=256,
                           max_iter=200, early_stopping=True, random_state=seed)
    network.fit((x - centre) / scale, (y - mean) / sd)
    return lambda new: network.predict((new - centre) / scale) * sd + mean


def by_rows(problem, rows, more=()):
    """A regression of the outcomes on the variables, averaged over rows of each regime."""
    predict = regression(*problem.pooled(), 100, problem.seed)
    mean = np.array([predict(rows[regime]).mean(0) for regime in problem.design.asked])
    return with_plain_intervals(problem, mean, [*more, (PART, "distance of means", distance_of_means(problem, rows))])


def distance_of_means(problem, rows):
    """|mean x - true mean x|, in the true standard deviation; mean over variables and regimes."""
    return np.mean([np.abs(rows[r].mean(0) - problem.draws[r].mean(0)) / problem.draws[r].std(0)
                    for r in problem.design.asked])


def true_rows(problem):
    return by_rows(problem, problem.draws)


def dag(problem):
    """Networks along the true causal graph, fitted to the rows; there is none where the truth is a cycle."""
    begin = time.monotonic()
    model = truths.Dag(problem.design, {regime: x for regime, (x, _) in problem.fit.items()}, problem.seed)
    seconds = time.monotonic() - begin
    rows = {regime: model.rows(regime, 5000, problem.seed, 3) for regime in problem.design.asked}
    return by_rows(problem, rows, [("fit", "seconds", seconds)])


def gim(problem):
    """A generative intervention model, whose features are the levels."""
    for name, regimes in (("levels", problem.design.tried), ("wanted_levels", problem.design.asked)):
        table = problem.one_hot(regimes)
        write(problem.folder / f"{name}.tsv", ["environment", *(f"level{j}" for j in range(table.shape[1]))],
              [[name_of(regime), *row] for regime, row in zip(regimes, table)])
    begin, model = time.monotonic(), problem.folder / "model.gim"
    run([problem.gim, "fit", "--data", problem.folder / "rows.tsv", "--variables", ",".join(problem.design.variables),
         "--perturbations", problem.folder / "levels.tsv", "--control", name_of(problem.design.tried[0]), "--mechanism",
         "nonlinear", "--intervention", "shift", "--seed", problem.seed, "--threads", 1, "--quiet", "-o", model],
        problem.limit)
    seconds = time.monotonic() - begin
    drawn = problem.folder / "gim.tsv"
    run([problem.gim, "sample", model, "--perturbations", problem.folder / "wanted_levels.tsv", "-n", 2000, "--quiet",
         "-o", drawn])
    rows = rows_by_environment(drawn, problem.design.variables)
    return by_rows(problem, {r: rows[name_of(r)] for r in problem.design.asked}, [("fit", "seconds", seconds)])


# ---- interventional factor models, by the command --------------------------------------------------------------------

def fitted(problem, words, factors):
    """A model's file and the seconds of its fit; fitted once, whoever asks."""
    key = (*words, factors is None)
    if key not in problem.models:
        path = problem.folder / f"{len(problem.models)}"
        problem.design.write_factors(path.with_suffix(".tsv"), factors)
        begin = time.monotonic()
        run([problem.gim, "ifm", "fit", "--data", problem.folder / "rows.tsv", "--observed",
             problem.folder / "tried.tsv", "--factors", path.with_suffix(".tsv"), "--seed", problem.seed, "--threads",
             1, "--quiet", "-o", path.with_suffix(".ifm"), *words], problem.limit)
        problem.models[key] = path.with_suffix(".ifm"), time.monotonic() - begin
    return problem.models[key]


def asked_of(problem, model, estimator):
    """Means, bounds and effective rows, (regimes, outcomes) each; NaN where a regime is refused."""
    path = problem.folder / "predictions.tsv"
    run([problem.gim, "ifm", "predict", model, "--unseen", problem.folder / "wanted.tsv", "--data",
         problem.folder / "rows.tsv", "--outcome", ",".join(problem.names()), "--estimator", estimator, "--calibration",
         problem.folder / "calibration.tsv", "--level", LEVEL, "--seed", problem.seed, "--threads", 1, "--quiet", "-o",
         path], problem.limit)
    header, rows = read(path)
    place = {name_of(regime): i for i, regime in enumerate(problem.design.asked)}
    found = np.full((4, len(place), len(problem.functions)), np.nan)
    for row in (dict(zip(header, row)) for row in rows):
        for k, name in enumerate(("mean", "lower", "upper", "effective_rows")):
            if row["outcome"] and row[name] not in ("", "NA"):
                found[k, place[row["environment"]], problem.names().index(row["outcome"])] = float(row[name])
    return found


def drawn_of(problem, model):
    path = problem.folder / "drawn.tsv"
    run([problem.gim, "ifm", "sample", model, "--unseen", problem.folder / "wanted.tsv", "-n", 2000, "--threads", 1,
         "--force", "--quiet", "-o", path], problem.limit)
    rows = rows_by_environment(path, problem.design.variables)
    return {regime: rows[name_of(regime)] for regime in problem.design.asked}


def ifm(estimator, *words, factors=None):
    def answer(problem):
        model, seconds = fitted(problem, words, factors)
        begin = time.monotonic()
        mean, lower, upper, effective = asked_of(problem, model, estimator)
        more = [("fit", "seconds", seconds), ("prediction", "seconds", time.monotonic() - begin),
                (PART, "refused", np.isnan(mean).mean()), (PART, "effective rows", np.nanmedian(effective))]
        if estimator == "direct":
            more.append((PART, "distance of means", distance_of_means(problem, drawn_of(problem, model))))
        return Answer(mean, lower, upper, more)
    return answer


METHODS = {
    "IFM direct": ifm("direct"), "IFM weighted": ifm("weighted"), "IFM reweighted": ifm("reweighted"),
    "IFM table": ifm("direct", "--networks", "table"),  # and with bins, as the authors have it
    "IFM binned": ifm("direct", "--networks", "table", "--objective", "binned"),
    "IFM score matching": ifm("direct", "--objective", "score-matching", "--set", "steps=4000"),
    "IFM wrong factors": ifm("direct", factors=truths.Written.one_intervention_each()),
    "true rows": true_rows, "DAG": dag, "gim": gim, "pooled mean": pooled_mean, "linear": black_box(linear),
    "boosting": black_box(boosting), "MLP": black_box(network_of_levels)}


# ---- judging ---------------------------------------------------------------------------------------------------------

def rank_correlation(predicted, true):
    """Spearman's, over regimes; 0 of a prediction that is the same for all."""
    return spearmanr(predicted, true)[0] if np.ptp(predicted) > 1e-12 else 0.0


def judge(problem, answer):
    """Of the regimes that were answered."""
    yield from answer.more
    known = ~np.isnan(answer.mean).any(1)
    if not known.any():
        return
    error = ((answer.mean - problem.mean) ** 2 / problem.variance)[known]
    yield PART, "pMSE", error.mean()
    for kind, number in OUTCOMES.items():
        if len(set(problem.kinds)) > 1:
            yield PART, f"pMSE, {kind}", error[:, np.array(problem.kinds) == number].mean()
    yield PART, "rank", np.mean([rank_correlation(answer.mean[known, p], problem.mean[known, p])
                                 for p in range(len(problem.functions))])
    inside = np.array([((y >= low) & (y <= high)).mean(0) for y, low, high in
                       zip(problem.fresh, answer.lower, answer.upper)])[known]
    width = ((answer.upper - answer.lower) / np.sqrt(problem.variance))[known]
    yield PART, "coverage", inside.mean()
    yield PART, "coverage, worst regime", inside.mean(1).min()
    yield PART, "off 0.9", np.abs(inside - LEVEL).mean()
    yield PART, "infinite", np.isinf(width).mean()
    yield PART, "coverage, finite", inside[np.isfinite(width)].mean() if np.isfinite(width).any() else np.nan
    yield PART, "width", np.median(width)


# ---- the experiments -------------------------------------------------------------------------------------------------

def synthetic(given):
    """The same system at two sizes."""
    truth, sizes = truths.Written(), {"1000 rows a regime": Sizes(1000, 2000), "250 rows a regime": Sizes(250, 500)}
    if given.small:
        sizes = {"250 rows a regime": Sizes(250, 500, 2000, 4)}
    return {name: (lambda: truth, size, 2) for name, size in sizes.items()}


def of_both_kinds(given, design, data, sizes):
    """Truths fitted to real rows: networks along the causal graph, and a factor model."""
    cache = folder_of(given) / "truth"
    if given.small:
        sizes = Sizes(sizes.rows // 2, sizes.baseline // 10, 2000, 4)
    return {"truth a DAG": (lambda: truths.Dag(design, data), sizes, 1),
            "truth a factor model": (lambda: truths.Fitted(given.gim, cache, design, data), sizes, 1)}


def real(folder, environments, targets, scale):
    """The design of a causal graph with an intervention on each of some variables, and the rows of its regimes.
    environments: the control, then those of each target."""
    variables, (_, edges) = read(folder / "data.tsv")[0][1:], read(folder / "edges.tsv")
    found = rows_by_environment(folder / "data.tsv", variables)
    parents = {name: [edge[0] for edge in edges if edge[1] == name] for name in variables}
    factors = [([*parents[name], name], [f"do_{name}"] if name in targets else []) for name in variables]
    m = len(targets)
    tried = [tuple([0] * m), *(tuple(int(i == j) for i in range(m)) for j in range(m))]
    design = Design(variables, [f"do_{name}" for name in targets], (2,) * m, factors, tried, [])
    rows = [scale(found[name]) for name in environments]
    pooled = np.concatenate(rows)
    return design, {regime: (x - pooled.mean(0)) / pooled.std(0) for regime, x in zip(tried, rows)}


def sachs(given):
    """Four inhibitors of a protein each; eleven combinations of two and more."""
    names = {"Akt": "aktinhib", "PKC": "g0076", "PIP2": "psitect", "Mek": "u0126"}
    design, data = real(given.data / "sachs", ["cd3cd28", *(f"cd3cd28+{name}" for name in names.values())], list(names),
                        np.log)
    design.asked = [r for r in itertools.product(range(2), repeat=4) if sum(r) >= 2]
    return of_both_kinds(given, design, data, Sizes(500, 5000, outcomes=40))


def dream(given):
    """Knock-downs of ten genes; the forty-five pairs."""
    genes = [f"G{i + 1}" for i in range(10)]
    folder = given.data / "dream3_ecoli1_gnw"
    design, data = real(folder, ["obs", *(f"kd_{gene}" for gene in genes)], genes, lambda x: x)
    design.asked = [tuple(int(i in pair) for i in range(10)) for pair in itertools.combinations(range(10), 2)]
    if given.small:
        design.asked = design.asked[::5]
    return of_both_kinds(given, design, data, Sizes(500, 5000, outcomes=40))


GENERAL = ["IFM direct", "IFM weighted", "IFM reweighted", "IFM table", "IFM binned", "true rows"]
QUICK = [name for name in GENERAL if name != "IFM reweighted"]  # which fits a regression for each regime
BLACK_BOXES = ["pooled mean", "linear", "boosting", "MLP"]
MORE = ["IFM score matching", "IFM wrong factors"]
EXPERIMENTS = {"ifm-synthetic": (synthetic, [*GENERAL, *MORE, "gim", *BLACK_BOXES]),
               "ifm-sachs": (sachs, [*GENERAL, "DAG", "gim", *BLACK_BOXES]),
               "ifm-dream": (dream, [*QUICK, "DAG", "gim", *BLACK_BOXES])}
SAID = {
    "ifm-synthetic": "The system is known, has cycles and no Gaussian, and the factors are the true ones, but for *wrong "
                     "factors*. Sixteen of twenty-four regimes were not tried.",
    "ifm-sachs": "Outcomes and truth are made up, the truth from the rows of five regimes of real data. Eleven regimes "
                 "with two to four of the inhibitors are asked. IFM and DAG are told the graph, gim is not.",
    "ifm-dream": "Outcomes and truth are made up, the truth from eleven regimes of simulated expression. The forty-five "
                 "pairs of knock-downs are asked. IFM and DAG are told the graph, gim is not."}


def true_draws(folder, truth, n):
    """Rows of the baseline and of all regimes that are asked, the same for all seeds; kept beside the runs."""
    path = folder / "truth" / f"{truth.name}-{n}.npz"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        print(f"drawing rows of the truth into {path}", file=sys.stderr, flush=True)
        drawn = {name_of(r): truth.rows(r, n, 0, 0).astype(np.float32)
                 for r in [truth.design.tried[0], *truth.design.asked]}
        np.savez(path, **drawn)
    with np.load(path) as kept:
        return {r: kept[name_of(r)].astype(float) for r in [truth.design.tried[0], *truth.design.asked]}


def one_problem(given, runs, setting, seed, missing, truth, draws, sizes, kinds):
    with tempfile.TemporaryDirectory() as scratch:
        problem = Problem(given, truth, draws, pathlib.Path(scratch), sizes, kinds, seed)
        runs.fill(setting, seed, missing, lambda method: judge(problem, METHODS[method](problem)))


def make_runs(given, folder, runs, settings, methods):
    """Truths first, which all seeds have in common."""
    tasks = []
    for setting, (make, sizes, kinds) in settings.items():
        missing = {seed: runs.missing(setting, seed, methods) for seed in range(1, given.seeds + 1)}
        if any(missing.values()):
            truth = make()
            draws = true_draws(folder, truth, sizes.draws)
            tasks += [(setting, seed, some, truth, draws, sizes, kinds) for seed, some in missing.items() if some]
    tasks.sort(key=lambda task: task[1])
    with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
        for _ in pool.map(lambda task: one_problem(given, runs, *task), tasks):
            pass


def main():
    parser = options(__doc__.split("\n")[0], EXPERIMENTS)
    parser.set_defaults(seeds=3)
    given = parser.parse_args()
    if given.name != "ifm-synthetic" and given.data is None:
        parser.error(f"{given.name} needs --data FOLDER")
    make, all_methods = EXPERIMENTS[given.name]
    all_settings = make(given)
    settings, methods = chosen(parser, given, all_settings, all_methods, METHODS)
    folder = folder_of(given)
    runs = Runs(folder / "runs.tsv")
    make_runs(given, folder, runs, settings, methods)
    report(folder, runs, all_settings, all_methods, replace(LAYOUT, said=[SAID[given.name]]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
