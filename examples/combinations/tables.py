#!/usr/bin/env python3
"""Makes experiments of combinations from the light tunnel's rows, no value of which is changed.

The box drew the brightness of each light at random for every row, from 0 to 85. A row is put among those where red is
bright with probability red / 85, among those where it is dim otherwise, and the same for green: so drawn, brightness has
the density that such a setting would give it. The first polariser was turned by those who ran the box.

usage: tables.py CELLS FOLDER
SPDX-License-Identifier: BSD-3-Clause"""

import csv
import gzip
import random
import sys

VARIABLES = ["red", "green", "blue", "ir_3"]
OUTCOME = "current"
TRIED = ["control", "R", "G", "P", "R+G", "R+P"]
WANTED = ["G+P", "R+G+P"]
FACTORS = [("red", "red", "R"), ("green", "green", "G"), ("blue", "blue", ""), ("sensor", "red,green,blue,ir_3", "P")]
# The same with a mistake: the polariser as if it acted on the sensor whatever light there is.
WRONG = FACTORS[:3] + [("sensor", "red,green,blue,ir_3", ""), ("polariser", "ir_3", "P")]


def regimes(cells):
    """Rows of each combination; of those that were tried a quarter apart, for calibration."""
    chance = random.Random(1)
    rows, apart = {name: [] for name in TRIED + WANTED}, {name: [] for name in TRIED + WANTED}
    with gzip.open(cells, "rt") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["environment"] not in ("reference", "pol_1_strong"):
                continue
            on = [name for name, light in (("R", "red"), ("G", "green")) if chance.random() < float(row[light]) / 85]
            name = "+".join(on + ["P"] * (row["environment"] == "pol_1_strong")) or "control"
            kept = apart if name in TRIED and chance.random() < 0.25 else rows
            kept[name].append([row[column] for column in VARIABLES + [OUTCOME]])
    return rows, apart


def write(path, header, records):
    with open(path, "w", newline="") as file:
        table = csv.writer(file, delimiter="\t", lineterminator="\n")
        table.writerow(header)
        table.writerows(records)


def main(cells, folder):
    rows, apart = regimes(cells)
    columns = ["environment"] + VARIABLES + [OUTCOME]
    for path, names, of in (("rows", TRIED, rows), ("calibration", TRIED, apart), ("held_out", WANTED, rows)):
        write(f"{folder}/{path}.tsv", columns, ([name] + row for name in names for row in of[name]))
    for path, names in (("tried", TRIED), ("wanted", WANTED)):
        levels = ([name] + [int(letter in name.split("+")) for letter in "RGP"] for name in names)
        write(f"{folder}/{path}.tsv", ["environment", "R", "G", "P"], levels)
    for path, factors in (("factors", FACTORS), ("wrong", WRONG)):
        write(f"{folder}/{path}.tsv", ["factor", "variables", "interventions"], factors)


if __name__ == "__main__":
    main(*sys.argv[1:])
