"""What the fits of several seeds agree on: scores side by side, targets and edges with the share of seeds that name them.
SPDX-License-Identifier: BSD-3-Clause"""
import csv
import json
import sys


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t")


def write(path, header, lines):
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter="\t", lineterminator="\n")
        out.writerow(header)
        out.writerows(lines)


def shares(paths, keys, path):
    """For each pair: its mean probability, and the share of fits that give it more than a half."""
    found = {}
    for fit in paths:
        for row in rows(fit):
            found.setdefault(tuple(row[key] for key in keys), []).append(float(row["probability"]))
    lines = [[*pair, f"{sum(p) / len(paths):.6g}", f"{sum(q > 0.5 for q in p) / len(paths):.6g}"]
             for pair, p in sorted(found.items())]
    write(path, [*keys, "probability", "share"], lines)


def scores(seeds, fits, paths, path):
    """The summaries of every seed, which begin behind the rows of the environments; and how its fit ended."""
    header, lines = [], []
    for seed, fit, score in zip(seeds, fits, paths):
        with open(fit, encoding="utf-8") as file:
            status = json.load(file)["fit"]["status"]
        summary = False
        for row in rows(score):
            summary = summary or row["environment"] == "overall"
            header = ["seed", "status", *row]
            if summary:
                lines.append([seed, status, *row.values()])
    write(path, header, lines)


sys.stderr = open(snakemake.log[0], "w", encoding="utf-8")  # noqa: F821
given, made = snakemake.input, snakemake.output  # noqa: F821
scores(snakemake.params.seeds, given.fits, given.scores, made.scores)  # noqa: F821
shares(given.targets, ["environment", "variable"], made.targets)
shares(given.edges, ["source", "target"], made.edges)
