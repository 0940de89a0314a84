#!/usr/bin/env python3
"""Repeats an experiment: simulates systems or splits real data, fits every method, judges all by the gim command.

experiment.py NAME [--gim build/gim] [--out build/experiments] [--seeds 5] [--small] [--jobs 2] [--time-limit 600]
experiment.py real --data FOLDER

NAME is one of those in README.md beside this file. Every system, fit and figure is made by `gim`; peers run where
`make peers` has set them up. Runs are appended to OUT/NAME/runs.tsv as they end, and a run that is there already is not
made again, so an experiment can be stopped and continued. Then OUT/NAME/NAME.md has the mean and the spread over seeds,
with pictures by gnuplot beside it. Standard library only. SPDX-License-Identifier: BSD-3-Clause
"""
import argparse
import concurrent.futures
import csv
import json
import math
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

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
COLUMNS = ["setting", "seed", "method", "part", "measure", "value"]

# What the tables and pictures show: measure, part, digits.
STRUCTURE = [("SID", "graph", 0), ("SHD", "graph", 1), ("edge F1", "graph", 2), ("target F1", "seen", 2),
             ("target F1", "new doses", 2), ("target F1", "new perturbations", 2), ("seconds", "fit", 0)]
PREDICTION = [("mean_distance", "new doses", 2), ("mean_distance", "new perturbations", 2),
              ("energy", "new perturbations", 2), ("kde_nll", "new perturbations", 1),
              ("discrimination", "new perturbations", 2), ("fraction", "new perturbations", 2)]
TABLES = {"What is found": STRUCTURE, "What is predicted": PREDICTION}
PICTURES = [("SID", "graph"), ("edge F1", "graph"), ("target F1", "seen"), ("target F1", "new perturbations"),
            ("mean_distance", "new perturbations"), ("fraction", "new perturbations")]


# ---- the experiments: a setting's name -> what is simulated, and what is fitted -----------------------------------------

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


def real():
    """Folders of real data, the form of their models, the control, and what is held out of a fold, by name."""
    def doses(dose):
        return lambda names, fold: [name for name in names if name.endswith(f"_{dose}")]

    def pairs(joint):
        return lambda names, fold: [name for i, name in enumerate(name for name in names if joint in name)
                                    if i % 5 == fold - 1]

    def nothing(names, fold):
        return []
    tunnel = {"folder": "chamber_lt", "control": "reference"}
    nonlinear = {"mechanism": "nonlinear", "intervention": "hard"}
    shift = {"mechanism": "linear", "intervention": "shift"}
    return {"light tunnel, a dose between": ({**tunnel, "test": doses("mid")}, nonlinear),
            "light tunnel, a dose beyond": ({**tunnel, "test": doses("strong")}, nonlinear),
            "Norman, pairs of genes": ({"folder": "norman_crispra", "control": "control", "test": pairs("+")}, shift),
            "CellBox, pairs of drugs": ({"folder": "cellbox_korkut", "control": None, "test": pairs(",")}, shift),
            "Sachs": ({"folder": "sachs5846", "control": "obs", "test": nothing}, nonlinear),
            "DREAM3": ({"folder": "dream3_ecoli1_gnw", "control": "obs", "test": nothing}, nonlinear)}


# Settings, the methods that are fitted to each, and what --small leaves of the settings.
EXPERIMENTS = {
    "linear": (kinds("linear"), MODELS + BASELINES + list(PEERS), 4),
    "nonlinear": (kinds("nonlinear"), MODELS + BASELINES + list(PEERS), 4),
    "components": (components(), ["gim", "ridge", "mlp"], 3),
    "sizes": (sizes(), ["gim", "ridge"], 1),
    "misspecified": (misspecified(), ["gim", "ridge", "mlp"], 6),
    "real": (real(), ["gim", "BaCaDI*", *BASELINES, "additive"], 6),
}


# ---- tables ----------------------------------------------------------------------------------------------------------

def read(path):
    with open(path, newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    return rows[0], rows[1:]


def write(path, header, rows):
    with open(path, "w", newline="") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows([header, *rows])


# ---- one method on one system ----------------------------------------------------------------------------------------

class Failed(Exception):
    """A method that gave no answer; what it said."""


class NotSetUp(Exception):
    """A method that is not on this machine."""


def run(arguments, limit=None):
    try:
        done = subprocess.run(list(map(str, arguments)), capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        raise Failed(f"not done after {limit} s") from None
    if done.returncode != 0:
        raise Failed(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit code {done.returncode}")
    return done.stdout


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


METHODS = ({"gim": fit_gim(), "gim 4 starts": fit_gim("--restarts", 4), "BaCaDI*": fit_unamortised} |
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

class Runs:
    """The table of what was measured, kept as it comes."""

    def __init__(self, path):
        self.path, self.lock = path, threading.Lock()
        self.rows = read(path)[1] if path.exists() else []
        if not path.exists():
            write(path, COLUMNS, [])

    def has(self, setting, seed, method):
        return any(row[:3] == [setting, str(seed), method] for row in self.rows)

    def add(self, rows):
        rows = [[str(field) for field in row] for row in rows]
        with self.lock:
            self.rows += rows
            with open(self.path, "a", newline="") as file:
                csv.writer(file, delimiter="\t", lineterminator="\n").writerows(rows)


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
    missing = [method for method in methods if not runs.has(setting, seed, method)]
    if not missing:
        return
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        system = (split if "folder" in made else simulate)(given, folder / "system", made, fitted, seed)
        for method in missing:
            try:
                found = list(one_method(system, method, folder / method))
            except NotSetUp as how:
                print(f"{method} is left out, as it is not set up: {how}", file=sys.stderr, flush=True)
                continue
            except Failed as failure:
                found = [("fit", f"failed: {failure}", math.nan)]
            runs.add([[setting, seed, method, *row] for row in found])
            print(f"{setting}, seed {seed}: {method}", file=sys.stderr, flush=True)


def make_runs(given, runs, settings, methods):
    tasks = [(setting, *what, methods, seed) for seed in range(1, given.seeds + 1) for setting, what in settings.items()]
    with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
        for _ in pool.map(lambda task: one_system(given, runs, *task), tasks):
            pass


# ---- the report ------------------------------------------------------------------------------------------------------

def collect(runs):
    """{(setting, method): {(measure, part): [values over seeds]}}, and {(setting, reason): {method: [seeds]}}."""
    found, failed = {}, {}
    for setting, seed, method, part, measure, value in runs.rows:
        if measure.startswith("failed"):
            failed.setdefault((setting, measure.removeprefix("failed: ")), {}).setdefault(method, []).append(seed)
        elif not math.isnan(float(value)):
            found.setdefault((setting, method), {}).setdefault((measure, part), []).append(float(value))
    return found, failed


def cell(values, digits, n):
    """Mean and spread of n values, or of as many as there are in brackets."""
    if not values:
        return "-"
    spread = f" ± {statistics.stdev(values):.{digits}f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.{digits}f}{spread}" + (f" ({len(values)})" if len(values) < n else "")


def table(found, settings, methods, columns):
    """Rows of the methods that have an answer, columns that any has."""
    def has(setting, method, column):
        return column[1] != "fit" and column[:2] in found.get((setting, method), {})
    pairs = [(setting, method) for setting in settings for method in methods
             if any(has(setting, method, column) for column in columns)]
    columns = [column for column in columns if any(column[:2] in found[pair] for pair in pairs)]
    yield "| setting | method | n | " + " | ".join(f"{measure}, {part}" for measure, part, _ in columns) + " |"
    yield "|---" * (len(columns) + 3) + "|"
    for pair in pairs:
        n = max(map(len, found[pair].values()))
        cells = [cell(found[pair].get((measure, part), []), digits, n) for measure, part, digits in columns]
        yield f"| {pair[0]} | {pair[1]} | {n} | " + " | ".join(cells) + " |"


def page(name, found, failed, settings, methods, pictures):
    yield from [f"# Experiment `{name}`", "", f"Written by `make experiment-{name.removesuffix('-small')}`. Mean ± standard",
                "deviation over n seeds; over as many as are in brackets where a method has no answer for the others.", ""]
    for title, columns in TABLES.items():
        yield from [f"## {title}", "", *table(found, settings, methods, columns), ""]
    for (setting, why), who in failed.items():
        if setting in settings:
            of = ", ".join(f"{method} (seeds {', '.join(seeds)})" for method, seeds in who.items() if method in methods)
            yield f"No answer, {setting}: {of}: {why}.\n"
    if pictures:
        yield from ["## Pictures", "", "A point is a seed, a cross the mean.", ""]
        yield from (f"![{measure}, {part}]({file})" for measure, part, file in pictures)


PLOT = """set terminal svg size {width},330 background rgb '#ffffff' font 'Helvetica,11'
set output '{out}'
set style data points
set xtics rotate by -40 ({tics})
set xrange [-0.6:{last}]
set offsets graph 0, 0, 0.08, 0.08
set grid ytics lc rgb '#dddddd'
set border 3 lc rgb '#57606a'
set tics nomirror
set title '{title}' font ',13'
set ylabel '{ylabel}'
set key outside right
plot {plots}
"""
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000"]


BETTER = {"edge F1": "more is better", "target F1": "more is better", "fraction": "more is better"}


def picture(folder, measure, part, found, settings, methods):
    """Methods along the axis, a colour a setting, a point a seed, a cross at the mean. Returns the file's name, if any."""
    shown = [method for method in methods if any((measure, part) in found.get((s, method), {}) for s in settings)]
    if not shown or shutil.which("gnuplot") is None:
        return None
    blocks, plots = [], []
    for i, setting in enumerate(settings):
        shift = (i - (len(settings) - 1) / 2) * 0.7 / max(1, len(settings))
        points, means = [], []
        for x, method in enumerate(shown):
            values = found.get((setting, method), {}).get((measure, part), [])
            points += [f"{x + shift:.3f} {value:.6g}" for value in values]
            means += [f"{x + shift:.3f} {statistics.mean(values):.6g}"] if values else []
        colour = COLOURS[i % len(COLOURS)]
        if means:
            for lines in (points, means):
                blocks.append(f"$data{len(blocks)} << EOD\n" + "\n".join(lines) + "\nEOD\n")
            plots.append(f"$data{len(blocks) - 2} with points pt 7 ps 0.35 lc rgb '{colour}' notitle")
            plots.append(f"$data{len(blocks) - 1} with points pt 2 ps 0.9 lw 2 lc rgb '{colour}' title '{setting}'")
    name = f"{folder.name}-{measure}-{part}.svg".replace(" ", "_")
    title = f"{measure.replace('_', ' ')}, {part} ({BETTER.get(measure, 'less is better')})"
    script = "".join(blocks) + PLOT.format(
        width=400 + 75 * len(shown), out=folder / name, title=title,
        ylabel="", tics=", ".join(f"'{method}' {x}" for x, method in enumerate(shown)), last=len(shown) - 0.4,
        plots=", \\\n".join(plots))
    subprocess.run(["gnuplot"], input=script, text=True, check=True)
    return name


def report(folder, runs, settings, methods):
    found, failed = collect(runs)
    drawn = [(*what, picture(folder, *what, found, settings, methods)) for what in PICTURES]
    text = "\n".join(page(folder.name, found, failed, settings, methods, [one for one in drawn if one[2]])) + "\n"
    (folder / f"{folder.name}.md").write_text(text)
    print(text, end="")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("name", choices=EXPERIMENTS)
    parser.add_argument("--gim", default="build/gim", help="the command (build/gim)")
    parser.add_argument("--peers", type=pathlib.Path, default="build", help="folder of the peers' environments (build)")
    parser.add_argument("--data", type=pathlib.Path, help="of `real`: the folder of folders of data")
    parser.add_argument("--out", type=pathlib.Path, default="build/experiments", help="folder of results")
    parser.add_argument("--seeds", type=int, default=5, help="systems a setting (5)")
    parser.add_argument("--methods", help="only these, with commas between them")
    parser.add_argument("--setting", action="append", help="only this one; may be repeated")
    parser.add_argument("--small", action="store_true", help="small systems, in minutes")
    parser.add_argument("--jobs", type=int, default=2, help="systems at once (2)")
    parser.add_argument("--time-limit", type=int, default=600, help="seconds of one fit (600)")
    given = parser.parse_args()
    all_settings, all_methods, few = EXPERIMENTS[given.name]
    settings, methods = all_settings, all_methods
    if given.name == "real" and given.data is None:
        parser.error("real needs --data FOLDER")
    if given.small:
        settings = dict(list(settings.items())[:few])
    if given.setting:
        unknown = [name for name in given.setting if name not in settings]
        if unknown:
            parser.error(f"--setting: no {unknown[0]!r}; there are: {'; '.join(settings)}")
        settings = {name: settings[name] for name in given.setting}
    if given.methods:
        wanted = [name.strip() for name in given.methods.split(",")]
        unknown = [name for name in wanted if name not in METHODS]
        if unknown:
            parser.error(f"--methods: no {unknown[0]}; there are: {', '.join(METHODS)}")
        methods = wanted
    given.test_rows = SMALL["test-rows"] if given.small else 100
    folder = given.out / (given.name + ("-small" if given.small else ""))
    folder.mkdir(parents=True, exist_ok=True)
    runs = Runs(folder / "runs.tsv")
    make_runs(given, runs, settings, methods)
    report(folder, runs, all_settings, [*all_methods, *(method for method in methods if method not in all_methods)])
    return 0


if __name__ == "__main__":
    sys.exit(main())
