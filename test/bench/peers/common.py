"""What the peers' benchmarks have in common: options, threads, the made-up system, the printed line.

Imports neither JAX nor a peer, as the number of threads has to be settled before they start.
SPDX-License-Identifier: BSD-3-Clause
"""
import argparse
import os
import resource
import statistics
import time

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
    os.sched_setaffinity(0, processors[:threads])
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
