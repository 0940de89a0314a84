"""Writes what gim is compared with, as tables of samples, so that `gim score` can judge them as it judges gim's.

usage: rivals.py DOSE      in the folder of results; DOSE: the one that is held out, mid or strong; the other one is known

  none.tsv    no change: the reference's rows
  other.tsv   the rows of the same light at its other dose
  line.tsv    the reference's rows, moved along the straight line through the means of the reference and the other dose
  again.tsv   the held-out experiments themselves, measured again: what is left to chance

Needs nothing beyond Python's standard library.
SPDX-License-Identifier: BSD-3-Clause
"""
import csv
import gzip
import sys

LIGHTS = "red", "green", "blue"
OTHER = {"mid": "strong", "strong": "mid"}


def read(path):
    """The header and the rows of a TSV table, plain or gzip."""
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", newline="") as file:
        header, *rows = csv.reader(file, delimiter="\t")
    return header, rows


def read_cells(path):
    """The header, and {environment: rows of numbers}."""
    header, rows = read(path)
    cells = {}
    for environment, *values in rows:
        cells.setdefault(environment, []).append([float(value) for value in values])
    return header, cells


def write(path, header, cells):
    with open(path, "w", newline="") as file:
        table = csv.writer(file, delimiter="\t", lineterminator="\n")
        table.writerow(header)
        for environment, rows in cells.items():
            table.writerows([environment, *(f"{value:.9g}" for value in row)] for row in rows)


def mean(rows):
    return [sum(column) / len(rows) for column in zip(*rows)]


def along_the_line(reference, seen, share):
    """The reference's rows, moved by a share of the difference of the means."""
    move = [share * (b - a) for a, b in zip(mean(reference), mean(seen))]
    return [[value + by for value, by in zip(row, move)] for row in reference]


def main(dose):
    header, cells = read_cells("cells.tsv.gz")
    _, again = read_cells("again.tsv.gz")
    columns, rows = read("perturbations.tsv")
    features = {row[0]: dict(zip(columns, row)) for row in rows}

    answers = {"none": {}, "other": {}, "line": {}, "again": {}}
    for light in LIGHTS:
        asked, seen = f"{light}_{dose}", f"{light}_{OTHER[dose]}"
        start, to_asked, to_seen = (float(features[e][f"mean_{light}"]) for e in ("reference", asked, seen))
        share = (to_asked - start) / (to_seen - start)
        answers["none"][asked] = cells["reference"]
        answers["other"][asked] = cells[seen]
        answers["line"][asked] = along_the_line(cells["reference"], cells[seen], share)
        answers["again"][asked] = again[asked]
    for name, tables in answers.items():
        write(f"{dose}/{name}.tsv", header, tables)


if __name__ == "__main__":
    main(sys.argv[1])
