"""What the peers have in common: options, threads, the printed line; the made-up system and the tables of gim simulate.

Imports neither JAX nor a peer, as the number of threads has to be settled before they start.
SPDX-License-Identifier: BSD-3-Clause
"""
import argparse
import csv
import multiprocessing
import os
import pathlib
import resource
import shutil
import statistics
import tempfile
import time
from typing import NamedTuple

import numpy as np

WARMUP = 3  # steps that do not count: the first compiles, the next two find memory
now = time.perf_counter
SIZES = {"d": 20, "features": 20, "environments": 81, "rows": 20, "draws": 32, "hidden": 10, "threads": 1, "steps": 50,
         "seed": 1}


def options(description, **more):
    """The options of libgim's step benchmark, and `more` whole numbers with their defaults."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--mechanism", choices=("linear", "nonlinear"), default="nonlinear")
    parser.add_argument("--intervention", choices=("hard", "shift"), default="hard")
    parser.add_argument("--marginal", choices=("sample", "environment", "dataset"), default="environment")
    for name, value in (SIZES | more).items():
        parser.add_argument("--" + name, type=int, default=value, help=" ")
    asked = parser.parse_args()
    if asked.d < 2 or min(asked.features, asked.environments, asked.rows, asked.draws, asked.threads, asked.steps) < 1:
        parser.error("d must be at least 2, the other sizes at least 1")
    return asked


def limit_threads(threads):
    """Keeps this process on so many processors. XLA starts as many threads as it may use processors, and asks once."""
    processors = sorted(os.sched_getaffinity(0))
    if threads > len(processors):
        raise SystemExit(f"{threads} threads were asked for and there are {len(processors)} processors")
    first = os.getpid() % len(processors)  # several at once should not all have the same
    os.sched_setaffinity(0, (processors[first:] + processors[:first])[:threads])
    os.environ["JAX_PLATFORMS"] = "cpu"
    if threads == 1:
        os.environ["XLA_FLAGS"] = os.environ.get("XLA_FLAGS", "") + " --xla_cpu_multi_thread_eigen=false"


def make_data(asked):
    """Rows (environments, rows, d) and features of a system like the one libgim's benchmark makes up, scaled.

    Environment 0 is observational; of the others each has one target. What the numbers are hardly matters here: the
    time of a compiled step does not depend on them, as long as they are finite.
    """
    rng = np.random.default_rng(asked.seed)
    d, count = asked.d, asked.environments
    edges = np.triu(rng.random((d, d)) < 4 / (d - 1), 1)
    weight = edges * rng.choice([-1, 1], (d, d)) * rng.uniform(0.25, 1, (d, d))
    bend = (lambda x: x) if asked.mechanism == "linear" else (lambda x: 1.5 * np.tanh(x))
    target = np.zeros((count, d))
    target[np.arange(1, count), np.arange(count - 1) % d] = 1
    effect = target * rng.uniform(3, 5, (count, 1))
    x = 0.3 * rng.normal(size=(count, asked.rows, d))
    for j in range(d):
        parents = (bend(x) @ weight[:, j]) * (1 - target[:, None, j] if asked.intervention == "hard" else 1)
        x[:, :, j] += parents + effect[:, None, j]
    features = effect @ rng.normal(size=(d, asked.features))
    return scale_rows(x), features / max(np.sqrt(np.mean(features[1:]**2)) if count > 1 else 1, 1e-12)


def scale_rows(x):
    """By mean and standard deviation of the observational rows; one row alone has no spread."""
    spread = x[0].std(0) if x.shape[1] > 1 else 1
    return (x - x[0].mean(0)) / np.maximum(spread, 1e-3)


def median_seconds(ends):
    """Median seconds of a step, from the times at which steps ended, the warm-up's included."""
    timed = ends[WARMUP - 1:]
    return statistics.median(end - start for start, end in zip(timed, timed[1:]))


def report(seconds, **settings):
    """The line that libgim's benchmark prints. The memory is the process's, compiler included."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    words = [f"{name}={value}" for name, value in settings.items()]
    print(*words, f"seconds_per_step={seconds:.6f}", f"peak_rss_mib={peak:.1f}")


# ---- other methods on the folders of gim simulate --------------------------------------------------------------------

CONTROL = "control"  # the environment that gim simulate leaves unperturbed
GRAPH, TARGETS = "graph.tsv", "targets.tsv"
PARTS = ("new_doses", "new_perturbations")  # of the rows to predict
RESULTS = [GRAPH, TARGETS] + [f"samples_{part}.tsv" for part in PARTS]


class Problem(NamedTuple):
    """What a method may see of a folder's training tables, by environment; the control comes first."""
    names: list      # of the d variables
    rows: dict       # environment: (n, d)
    features: dict   # environment: (p,)

    def perturbed(self):
        return [name for name in self.rows if name != CONTROL]


def method_options(description, **more):
    """FOLDER, -o OUT, limits and seed, and a method's own: a number is a default, a tuple what there is to choose."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, help="as gim simulate writes it")
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True, help="write tables into this folder")
    parser.add_argument("--time-limit", type=float, default=600, help="seconds, then the method is ended")
    parser.add_argument("--threads", type=int, default=1, help="processors to use")
    parser.add_argument("--seed", type=int, default=1, help="of the method")
    for name, value in more.items():
        of = {"choices": value, "default": value[0]} if isinstance(value, tuple) else {"type": type(value),
                                                                                       "default": value}
        parser.add_argument("--" + name.replace("_", "-"), help=" ", **of)
    asked = parser.parse_args()
    asked.settings = {name: getattr(asked, name) for name in more}
    return asked


def read_table(path):
    with open(path, newline="") as file:
        header, *rows = csv.reader(file, delimiter="\t")
    return header, rows


def read_features(path):
    """By environment. `targets`, which are the truth, are left out."""
    header, rows = read_table(path)
    kept = [at for at, name in enumerate(header) if name not in ("environment", "targets")]
    return {row[0]: np.array([float(row[at]) for at in kept]) for row in rows}


def read_problem(folder):
    header, rows = read_table(folder / "train.tsv")
    of = {CONTROL: []}
    for name, *values in rows:
        of.setdefault(name, []).append([float(value) for value in values])
    if not of[CONTROL]:
        raise SystemExit(f"{folder}/train.tsv: no rows of the environment {CONTROL!r}")
    rows = {name: np.array(values) for name, values in of.items()}
    return Problem(header[1:], rows, read_features(folder / "train_perturbations.tsv"))


def write_table(path, header, rows):
    with open(path, "w", newline="") as file:
        out = csv.writer(file, delimiter="\t", lineterminator="\n")
        out.writerow(header)
        out.writerows(rows)


def extension(arrows):
    """A graph without directions left open, [i, j] for i -> j: that of Dor & Tarsi (1992), which has no cycle and no new
    collider, where there is one; else the nearest to it that is found the same way."""
    arrows, left = arrows.copy(), arrows.copy()
    alive = set(range(len(arrows)))
    while alive:
        def cost(j):
            """Arrows out of j, then pairs of its neighbours, one of them by an edge without direction, that are apart."""
            open_, near = left[j] & left[:, j], left[j] | left[:, j]
            apart = sum(near[k] and k != i and not left[i, k] and not left[k, i]
                        for i in np.flatnonzero(open_) for k in np.flatnonzero(near))
            return (left[j] & ~left[:, j]).sum(), apart, j
        sink = min(alive, key=cost)
        arrows[sink] &= ~left[:, sink]  # what is open points to the sink
        left[sink] = left[:, sink] = False
        alive.remove(sink)
    return arrows


def write_graph(folder, names, arrows):
    """Of a matrix (d, d), arrows[i, j] for i -> j. What points both ways has no direction: about one half for each, a
    little more for that of one graph of the class, so that the threshold of one half gives a graph without cycles."""
    arrows = np.asarray(arrows) != 0
    one = extension(arrows)
    found = [(names[i], names[j], (0.51 if one[i, j] else 0.49) if arrows[j, i] else 1) for i, j in np.argwhere(arrows)]
    write_table(folder / GRAPH, ["source", "target", "probability"], found)


def write_targets(folder, names, targets):
    """Of {environment: set of variables' numbers}. All pairs, as an environment not in the table is not judged."""
    found = [(environment, name, int(j in hit)) for environment, hit in targets.items() for j, name in enumerate(names)]
    write_table(folder / TARGETS, ["environment", "variable", "probability"], found)


def write_samples(path, names, samples):
    """Of {environment: (n, d)}."""
    write_table(path, ["environment", *names], ([environment, *(f"{value:.9g}" for value in row)]
                                                for environment, rows in samples.items() for row in rows))


def run_method(method, work, asked):
    """work(asked, folder) in a process that is killed when its time is over; prints the line and returns a status.

    It fills a folder of its own, so that the output has results of a whole run or none.
    """
    asked.output.mkdir(parents=True, exist_ok=True)
    for name in RESULTS:
        (asked.output / name).unlink(missing_ok=True)
    limit_threads(asked.threads)
    begin = now()
    with tempfile.TemporaryDirectory(dir=asked.output) as scratch:
        child = multiprocessing.get_context("fork").Process(target=work, args=(asked, pathlib.Path(scratch)))
        child.start()
        child.join(asked.time_limit)
        status = "timeout" if child.is_alive() else "failed" if child.exitcode else "ok"
        child.kill()
        child.join()
        seconds = now() - begin
        for name in RESULTS if status == "ok" else []:
            if (pathlib.Path(scratch) / name).exists():
                shutil.move(pathlib.Path(scratch) / name, asked.output / name)
    words = [f"{name}={value}" for name, value in asked.settings.items()]
    print(f"method={method}", f"problem={asked.folder.resolve().name}", *words, f"seconds={seconds:.1f}",
          f"status={status}")
    return 1 if status == "failed" else 0
