#!/usr/bin/env python3
"""Repeats an experiment: simulates systems or splits real data, fits every method, judges all by the gim command.

experiment.py NAME [--gim build/gim] [--out build/experiments] [--seeds 5] [--small] [--jobs 2] [--time-limit 600]
experiment.py real|ifm-pairs --data FOLDER

NAME is one of those in README.md beside this file. Every system, fit and figure is made by `gim`; peers run where
`make peers` has set them up. Runs are appended to OUT/NAME/runs.tsv as they end, and a run that is there already is not
made again, so an experiment can be stopped and continued. Then OUT/NAME/NAME.md has the mean and the spread over seeds,
with pictures by gnuplot beside it. Standard library only. SPDX-License-Identifier: BSD-3-Clause
"""
import concurrent.futures
import json
import math
import pathlib
import shutil
import sys
import tempfile
import time
from dataclasses import replace

from ifm_pairs import fit_ifm
from runs import Failed, Layout, NotSetUp, Runs, chosen, folder_of, options, read, report, run, write

HERE = pathlib.Path(__file__).resolve().parent
SMALL = {"variables": 8, "perturbations": 12, "new-perturbations": 6, "control-rows": 300, "test-rows": 50}
TESTS = {"new doses": "test_new_doses", "new perturbations": "test_new_perturbations"}  # of real data the last, or none
PARTS = {"seen": "train", **TESTS}
BASELINES = ["no-change", "train-mean", "nearest", "ridge", "mlp"]
PEERS = {"UT-IGSP": ("graphs", "ut_igsp.py"), "GnIES": ("graphs", "gnies_fit.py"),
         "JCI-PC environments": ("graphs", "jci_pc.py", "--nodes", "environments"),
         "JCI-PC features": ("graphs", "jci_pc.py", "--nodes", "features"),
         "CondOT": ("peers", "condot.py")}  # by the environment of `make peers` that each needs
MODELS = ["gim", "gim 4 starts", "BaCaDI*"]
FIGURES = ["mean_distance", "energy", "mmd", "wasserstein_1", "kde_nll", "pearson", "discrimination", "coverage_90"]

# What the tables and pictures show: measure, part, digits.
STRUCTURE = [("SID", "graph", 0), ("SHD", "graph", 1), ("edge F1", "graph", 2), ("target F1", "seen", 2),
             ("target F1", "new doses", 2), ("target F1", "new perturbations", 2), ("seconds", "fit", 0)]
PREDICTION = [("mean_distance", "new doses", 2), ("mean_distance", "new perturbations", 2),
              ("energy", "new perturbations", 2), ("kde_nll", "new perturbations", 1),
              ("discrimination", "new perturbations", 2), ("fraction", "new perturbations", 2)]
PICTURES = [("SID", "graph"), ("edge F1", "graph"), ("target F1", "seen"), ("target F1", "new perturbations"),
            ("mean_distance", "new perturbations"), ("fraction", "new perturbations")]
LAYOUT = Layout({"What is found": STRUCTURE, "What is predicted": PREDICTION}, PICTURES,
                dict.fromkeys(["edge F1", "target F1", "fraction"], "more is better"))


# ---- the experiments: a setting's name -> what is simulated, and what is fitted --------------------------------------

def kinds(mechanism):
    """Erdos-Renyi and scale-free, hard and shift."""
    return {f"{graph}, {intervention}": ({"mechanism": mechanism, "graph": graph, "intervention": intervention}, {})
            for graph in ("erdos-renyi", "scale-free") for intervention in ("hard", "shift")}


def components():
    return {f"{n} components": ({"mechanism": "linear", "components": n}, {}) for n in (2, 5, 10, 15, 20)}


def sizes():
    """Perturbations in proportion to variables; and denser graphs."""
    by_size = {f"d {d}": ({"variables": d, "perturbations": 2 * d}, {}) for d in (20, 50, 100, 200)}
    return by_size | {f"d 20, {e} edges a variable": ({"edges-per-variable": e}, {}) for e in (1, 3, 4)}


def misspecified():
    hidden = {"mechanism": "linear", "confounders": 3}
    return {"nonlinear data, linear model": ({"mechanism": "nonlinear"}, {"mechanism": "linear"}),
            "nonlinear data, nonlinear model": ({"mechanism": "nonlinear"}, {}),
            "shift data, hard model": ({"intervention": "shift"}, {"intervention": "hard"}),
            "shift data, shift model": ({"intervention": "shift"}, {}),
            "three hidden causes": (hidden, {}), "no hidden cause": ({**hidden, "confounders": 0}, {})}


# Folders of real data, the form of their models, the control, and what is held out of a fold, by name.
NONLINEAR = {"mechanism": "nonlinear", "intervention": "hard"}
SHIFT = {"mechanism": "linear", "intervention": "shift"}


def real():
    def doses(dose):
        return lambda names, fold: [name for name in names if name.endswith(f"_{dose}")]

    def pairs(joint):
        return lambda names, fold: [name for i, name in enumerate(name for name in names if joint in name)
                                    if i % 5 == fold - 1]

    def nothing(names, fold):
        return []
    tunnel = {"folder": "chamber_lt", "control": "reference"}
    return {"light tunnel, a dose between": ({**tunnel, "test": doses("mid")}, NONLINEAR),
            "light tunnel, a dose beyond": ({**tunnel, "test": doses("strong")}, NONLINEAR),
            "Norman, pairs of genes": ({"folder": "norman_crispra", "control": "control", "test": pairs("+")}, SHIFT),
            "CellBox, pairs of drugs": ({"folder": "cellbox_korkut", "control": None, "test": pairs(",")}, SHIFT),
            "Sachs": ({"folder": "sachs5846", "control": "obs", "test": nothing}, NONLINEAR),
            "DREAM3": ({"folder": "dream3_ecoli1_gnw", "control": "obs", "test": nothing}, NONLINEAR)}


def tried_alone(joint):
    """Of a fold, every fifth pair both of whose parts were tried alone."""
    def test(names, fold):
        return [name for name in names if joint in name and all(p in names for p in name.split(joint))][fold - 1::5]
    return test


def ifm_pairs():
    genes = {"folder": "norman_crispra", "control": "control", "test": tried_alone("+")}
    drugs = {"folder": "cellbox_korkut", "control": None, "test": tried_alone(",")}
    return {"Norman, frequent genes": ({**genes, "rare": 0.25}, SHIFT), "Norman, all genes": (genes, SHIFT),
            "CellBox, pairs of drugs": (drugs, SHIFT)}


# Settings, the methods that are fitted to each, and what --small leaves of the settings.
EXPERIMENTS = {
    "linear": (kinds("linear"), MODELS + BASELINES + list(PEERS), 4),
    "nonlinear": (kinds("nonlinear"), MODELS + BASELINES + list(PEERS), 4),
    "components": (components(), ["gim", "ridge", "mlp"], 3),
    "sizes": (sizes(), ["gim", "ridge"], 1),
    "misspecified": (misspecified(), ["gim", "ridge", "mlp"], 6),
    "real": (real(), ["gim", "BaCaDI*", *BASELINES, "additive"], 6),
    "ifm-pairs": (ifm_pairs(), ["IFM", "gim", *BASELINES, "additive"], 1),
}


SAID = {"ifm-pairs": [
    "A fold holds out every fifth pair both of whose parts were tried alone: of genes one pair, so that the spread is over "
    "pairs. IFM has for each perturbation a factor of the variables that it moves most in training, six at most, and for "
    "each variable one with the two that correlate most with it. Frequent genes are those that a quarter of the control's "
    "cells express; they are the same for all methods."]}


# ---- one method on one system ----------------------------------------------------------------------------------------

class System:
    """A simulated system, and the folder a method leaves its answers in."""

    def __init__(self, given, folder, form, seed, control="control"):
        self.gim, self.given, self.folder, self.control = given.gim, given, folder, control
        self.seed, self.form = seed, form  # of the fits; mechanism and intervention of the models
        self.truth = folder / "edges.tsv"
        header, rows = read(folder / "train.tsv")
        write(folder / "control.tsv", header, [row for row in rows if row[0] == control])

    def control_words(self):
        """None where the data are differences from a control that is not among them."""
        return [] if self.control is None else ["--control", self.control]

    def has(self, part):
        return self.perturbations(part).exists()

    def perturbations(self, part):
        return self.folder / f"{PARTS[part]}_perturbations.tsv"

    def fit(self, out, perturbations, *more):
        begin = time.monotonic()
        run([self.gim, "fit", "--data", self.folder / "train.tsv", "--perturbations", perturbations,
             *self.control_words(), "--threads", 1, "--seed", self.seed, "--quiet", "-o", out / "model.gim", *more],
            self.given.time_limit)
        return time.monotonic() - begin

    def answer(self, out, part):
        """Samples of one part, as many rows an environment as were observed."""
        run([self.gim, "sample", out / "model.gim", "--perturbations", self.perturbations(part), "-n",
             self.given.test_rows, "--quiet", "-o", out / f"samples_{PARTS[part]}.tsv"])

    def targets(self, out, part, perturbations):
        run([self.gim, "targets", out / "model.gim", "--perturbations", perturbations, "--quiet", "-o",
             out / f"targets_{PARTS[part]}.tsv"])


def fit_gim(*more):
    def fit(system, out):
        form = [word for name, value in system.form.items() for word in (f"--{name}", value)]
        seconds = system.fit(out, system.perturbations("seen"), *form, *more)
        for part in filter(system.has, PARTS):
            system.targets(out, part, system.perturbations(part))
        for part in filter(system.has, TESTS):
            system.answer(out, part)
        return seconds
    return fit


def fit_unamortised(system, out):
    """The same model without amortisation: it is told which environment a row is from, and nothing else, so that targets
    and effects are free for each. It has no answer for other environments."""
    header, rows = read(system.perturbations("seen"))
    names = [row[0] for row in rows]
    one = [[name, *("1" if other == name else "0" for other in names)] for name in names]
    write(out / "environments.tsv", ["environment", *(f"is_{name}" for name in names)], one)
    form = [word for name, value in system.form.items() for word in (f"--{name}", value)]
    seconds = system.fit(out, out / "environments.tsv", *form)
    system.targets(out, "seen", out / "environments.tsv")
    return seconds


def fit_baseline(method):
    def fit(system, out):
        seconds = system.fit(out, system.perturbations("seen"), "--method", method)
        for part in filter(system.has, TESTS):
            system.answer(out, part)
        return seconds
    return fit


def fit_peer(environment, script, *words):
    def fit(system, out):
        python = system.given.peers / environment / "bin" / "python"
        if not python.exists():
            raise NotSetUp("make peers")
        limit = system.given.time_limit
        begin = time.monotonic()
        said = run([python, HERE.parent / "peers" / script, system.folder, "-o", out, "--time-limit", limit, *words])
        if "status=timeout" in said:
            raise Failed(f"not done after {limit} s")
        return time.monotonic() - begin
    return fit


METHODS = ({"IFM": fit_ifm, "gim": fit_gim(), "gim 4 starts": fit_gim("--restarts", 4),
            "gim width 200": fit_gim("--set", "width=200"), "BaCaDI*": fit_unamortised} |
           {name: fit_baseline(name) for name in [*BASELINES, "additive"]} |
           {name: fit_peer(*words) for name, words in PEERS.items()})


# ---- judging ---------------------------------------------------------------------------------------------------------

def number(value):
    return math.nan if value is None else float(value)


def judge_graph(system, out):
    estimate = next((path for path in (out / "model.gim", out / "graph.tsv") if path.exists()), None)
    variables = read(system.folder / "train.tsv")[0][1:]
    if estimate is None or not system.truth.exists():
        return
    words = [] if estimate.suffix == ".gim" else ["--variables", ",".join(variables)]
    try:
        found = json.loads(run([system.gim, "compare-graphs", "--estimate", estimate, "--truth", system.truth, "--json",
                                *words]))
    except Failed:
        return  # a baseline, which has no graph
    yield from (("graph", name, number(found[key])) for name, key in
                (("SID", "sid"), ("SHD", "shd"), ("edge F1", "f1"), ("edge AUPRC", "auprc")))


def judge_targets(system, out, part):
    estimate = out / f"targets_{PARTS[part]}.tsv"
    if part == "seen" and not estimate.exists():
        estimate = out / "targets.tsv"  # a peer's
    header, rows = read(system.perturbations(part))
    known = "targets" in header and any(row[header.index("targets")] for row in rows)
    if estimate.exists() and known:
        found = json.loads(run([system.gim, "compare-targets", "--estimate", estimate, "--truth",
                                system.perturbations(part), "--json", "--quiet"]))["overall"]
        yield part, "target F1", number(found["f1"])
        yield part, "target AUPRC", number(found["auprc"])


def judge_samples(system, out, part):
    samples = out / f"samples_{PARTS[part]}.tsv"
    if not samples.exists():
        samples = out / f"samples_{PARTS[part].removeprefix('test_')}.tsv"  # a peer's
    if not samples.exists():
        return
    figures = FIGURES if system.control else ["mean_distance", "discrimination"]  # a condition is one row
    control = ["--observed", system.folder / "control.tsv", *system.control_words()] if system.control else []
    found = json.loads(run([system.gim, "score", "--predicted", samples, "--observed",
                            system.folder / f"{PARTS[part]}.tsv", *control, "--metrics", ",".join(figures), "--json",
                            "--quiet"]))
    for name in figures:
        yield part, name, number(found["overall"][name])
        if system.control:
            yield part, f"{name}, ceiling", number(found["ceiling"][name])
    if system.control:  # of the way from no change to a replicate, by the energy distance
        yield part, "fraction", number(found["fraction"]["energy"])


def one_method(system, method, out):
    out.mkdir()
    yield "fit", "seconds", METHODS[method](system, out)
    yield from judge_graph(system, out)
    for part in filter(system.has, PARTS):
        yield from judge_targets(system, out, part)
    for part in filter(system.has, TESTS):
        yield from judge_samples(system, out, part)


# ---- runs ------------------------------------------------------------------------------------------------------------

def simulate(given, folder, simulated, fitted, seed):
    settings = {**(SMALL if given.small else {}), **simulated, "seed": seed}
    words = [word for name, value in settings.items() for word in (f"--{name}", value)]
    run([given.gim, "simulate", "-o", folder, "--quiet", *words])
    form = {"mechanism": simulated.get("mechanism", "linear"), "intervention": simulated.get("intervention", "hard")}
    return System(given, folder, form | fitted, 1)


def split(given, folder, source, form, seed):
    """Real data as a folder like that of a simulation; what is held out are its new perturbations."""
    data = given.data / source["folder"]
    header, rows = read(data / "data.tsv")
    keys, told = read(data / "perturbations.tsv")
    out = set(source["test"]([row[0] for row in told], seed))
    controls = [row for row in rows if row[0] == source["control"]]
    still = {i for i in range(1, len(header)) if len({row[i] for row in controls or rows}) == 1}  # or text: a cell type
    rare = source.get("rare", 0) * len(controls)
    still |= {i for i in range(1, len(header)) if sum(row[i] not in ("0", "0.0") for row in controls) < rare}
    rows = [[field for i, field in enumerate(row) if i not in still] for row in rows]
    header = [name for i, name in enumerate(header) if i not in still]
    folder.mkdir()
    for name, wanted in (("train", False), ("test_new_perturbations", True)):
        if out or not wanted:
            write(folder / f"{name}.tsv", header, [row for row in rows if (row[0] in out) == wanted])
            write(folder / f"{name}_perturbations.tsv", keys, [row for row in told if (row[0] in out) == wanted])
    if (data / "edges.tsv").exists():
        shutil.copy(data / "edges.tsv", folder)
    return System(given, folder, form, seed, source["control"])


def one_system(given, runs, setting, made, fitted, methods, seed):
    missing = runs.missing(setting, seed, methods)
    if not missing:
        return
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        system = (split if "folder" in made else simulate)(given, folder / "system", made, fitted, seed)
        runs.fill(setting, seed, missing, lambda method: one_method(system, method, folder / method))


def make_runs(given, runs, settings, methods):
    tasks = [(setting, *what, methods, seed) for seed in range(1, given.seeds + 1) for setting, what in settings.items()]
    with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
        for _ in pool.map(lambda task: one_system(given, runs, *task), tasks):
            pass


def main():
    parser = options(__doc__.split("\n")[0], EXPERIMENTS)
    given = parser.parse_args()
    all_settings, all_methods, few = EXPERIMENTS[given.name]
    settings, methods = all_settings, all_methods
    if given.name in ("real", "ifm-pairs") and given.data is None:
        parser.error(f"{given.name} needs --data FOLDER")
    if given.small:
        settings = dict(list(settings.items())[:few])
    settings, methods = chosen(parser, given, settings, methods, METHODS)
    given.test_rows = SMALL["test-rows"] if given.small else 100
    folder = folder_of(given)
    runs = Runs(folder / "runs.tsv")
    make_runs(given, runs, settings, methods)
    every = [*all_methods, *(method for method in methods if method not in all_methods)]
    report(folder, runs, all_settings, every, replace(LAYOUT, said=SAID.get(given.name, [])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
