"""The rows of what was held out, and of the controls, of the samples; and of the perturbations. Stops at a name that is
nowhere. SPDX-License-Identifier: BSD-3-Clause"""
import csv
import gzip
import io
import sys


def table(path):
    """The rows of a TSV or CSV table, plain or gzip, as lists; the header is the first."""
    with open(path, "rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    with gzip.open(path) if packed else open(path, "rb") as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        base = path[:-3] if path.endswith(".gz") else path
        yield from (row for row in csv.reader(text, delimiter="," if base.endswith(".csv") else "\t") if row)


def keep(source, target, names):
    rows = table(source)
    header = next(rows)
    at, found = header.index("environment"), set()
    with open(target, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter="\t", lineterminator="\n")
        out.writerow(header)
        for row in rows:
            if row[at] in names:
                found.add(row[at])
                out.writerow(row)
    missing = sorted(set(names) - found)
    if missing:
        sys.exit(f"{source} has no environment {', '.join(missing)}, which config.yaml names")


sys.stderr = open(snakemake.log[0], "w", encoding="utf-8")  # noqa: F821
chosen, given, made = snakemake.params, snakemake.input, snakemake.output  # noqa: F821
keep(given.data, made.data, [*chosen.held_out, *chosen.controls])
keep(given.perturbations, made.perturbations, chosen.held_out)
