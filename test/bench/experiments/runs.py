"""What experiments have in common: running commands, the table of what was measured, and the page made of it.

Runs are appended to runs.tsv as they end, and one that is there already is not made again, so an experiment can be
stopped and continued. Standard library only. SPDX-License-Identifier: BSD-3-Clause
"""
import argparse
import csv
import math
import pathlib
import shutil
import statistics
import subprocess
import sys
import textwrap
import threading
from dataclasses import dataclass, field

COLUMNS = ["setting", "seed", "method", "part", "measure", "value"]


@dataclass
class Layout:
    """What a page shows."""
    tables: dict  # title -> [(measure, part, digits)]
    pictures: list  # (measure, part)
    better: dict = field(default_factory=dict)  # measure -> what of it is better, where that is not less
    logarithmic: set = frozenset()  # measures whose axis is
    said: list = field(default_factory=list)  # paragraphs at the head


# ---- tables ----------------------------------------------------------------------------------------------------------

def read(path):
    with open(path, newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    return rows[0], rows[1:]


def write(path, header, rows):
    with open(path, "w", newline="") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows([header, *rows])


# ---- commands --------------------------------------------------------------------------------------------------------

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


    def fill(self, setting, seed, methods, answer):
        """Adds the rows (part, measure, value) that answer(method) gives, of each method that is not there yet."""
        for method in methods:
            try:
                found = list(answer(method))
            except NotSetUp as how:
                print(f"{method} is left out, as it is not set up: {how}", file=sys.stderr, flush=True)
                continue
            except Failed as failure:
                found = [("fit", f"failed: {failure}", math.nan)]
            self.add([[setting, seed, method, *row] for row in found])
            print(f"{setting}, seed {seed}: {method}", file=sys.stderr, flush=True)

    def missing(self, setting, seed, methods):
        return [method for method in methods if not self.has(setting, seed, method)]


# ---- the command line ------------------------------------------------------------------------------------------------

def options(description, names):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("name", choices=names)
    parser.add_argument("--gim", default="build/gim", help="the command (build/gim)")
    parser.add_argument("--peers", type=pathlib.Path, default="build", help="folder of the peers' environments (build)")
    parser.add_argument("--data", type=pathlib.Path, help="of real data: the folder of folders")
    parser.add_argument("--out", type=pathlib.Path, default="build/experiments", help="folder of results")
    parser.add_argument("--seeds", type=int, default=5, help="systems a setting (5)")
    parser.add_argument("--methods", help="only these, with commas between them")
    parser.add_argument("--setting", action="append", help="only this one; may be repeated")
    parser.add_argument("--small", action="store_true", help="small systems, in minutes")
    parser.add_argument("--jobs", type=int, default=2, help="systems at once (2)")
    parser.add_argument("--time-limit", type=int, default=600, help="seconds of one fit (600)")
    return parser


def chosen(parser, given, settings, methods, known):
    """The settings and methods that were asked for, of those that there are."""
    if given.setting:
        unknown = [name for name in given.setting if name not in settings]
        if unknown:
            parser.error(f"--setting: no {unknown[0]!r}; there are: {'; '.join(settings)}")
        settings = {name: settings[name] for name in given.setting}
    if given.methods:
        methods = [name.strip() for name in given.methods.split(",")]
        unknown = [name for name in methods if name not in known]
        if unknown:
            parser.error(f"--methods: no {unknown[0]}; there are: {', '.join(known)}")
    return settings, methods


def folder_of(given):
    folder = given.out / (given.name + ("-small" if given.small else ""))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


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
    finite = all(map(math.isfinite, values))
    spread = f" ± {statistics.stdev(values):.{digits}f}" if len(values) > 1 and finite else ""
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


def page(name, found, failed, settings, methods, layout, pictures):
    made_by = f"Written by `make experiment-{name.removesuffix('-small')}`. Mean ± standard"
    spread = "deviation over n seeds; over as many as are in brackets where a method has no answer for the others."
    yield from [f"# Experiment `{name}`", "", made_by, spread, ""]
    yield from (line for said in layout.said for line in (textwrap.fill(said, 120, break_on_hyphens=False), ""))
    for title, columns in layout.tables.items():
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
{logarithmic}
set key outside right
plot {plots}
"""
LOGARITHMIC = "set logscale y\nset autoscale yfix\nset offsets graph 0, graph 0, graph 0.08, graph 0.08"
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000"]


def picture(folder, measure, part, found, settings, methods, layout):
    """Methods along the axis, a colour a setting, a point a seed, a cross the mean. Returns the file's name, if any."""
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
    title = f"{measure.replace('_', ' ')}, {part} ({layout.better.get(measure, 'less is better')})"
    script = "".join(blocks) + PLOT.format(
        width=400 + 75 * len(shown), out=folder / name, title=title,
        logarithmic=LOGARITHMIC if measure in layout.logarithmic else "", last=len(shown) - 0.4,
        tics=", ".join(f"'{method}' {x}" for x, method in enumerate(shown)),
        plots=", \\\n".join(plots))
    subprocess.run(["gnuplot"], input=script, text=True, check=True)
    return name


def report(folder, runs, settings, methods, layout):
    found, failed = collect(runs)
    drawn = [(*what, picture(folder, *what, found, settings, methods, layout)) for what in layout.pictures]
    drawn = [one for one in drawn if one[2]]
    text = "\n".join(page(folder.name, found, failed, settings, methods, layout, drawn)) + "\n"
    (folder / f"{folder.name}.md").write_text(text)
    print(text, end="")
