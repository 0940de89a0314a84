#!/usr/bin/env python3
"""Compares a folder of gim prepare with what scanpy made of the same file. SPDX-License-Identifier: BSD-3-Clause

    check_prepared.py small.json FOLDER"""

import json
import sys

want = json.load(open(sys.argv[1]))
about = json.load(open(sys.argv[2] + "/preparation.json"))
rows = [line.rstrip("\n").split("\t") for line in open(sys.argv[2] + "/data.tsv")]
names, cells = rows[0][1:], [[float(text) for text in row[1:]] for row in rows[1:]]
sums = [sum(column) for column in zip(*cells)]


def near(a, b):
    return len(a) == len(b) and all(abs(x - y) <= 1e-5 * (1 + abs(y)) for x, y in zip(a, b))


found = {
    "cells and genes": (about["cells"]["kept"], about["genes"]["kept"]) == (want["cells"], want["genes"]),
    "total": near([about["normalise"]["target-total"]], [want["target"]]),
    "names": names == want["names"],
    "environments": [row[0] for row in rows[1:]] == want["environments"],
    "sums": near(sums, want["sums"]),
    "row 50": near(cells[50], want["row 50"]),
}
wrong = [name for name, good in found.items() if not good]
print(", ".join(wrong) or "as scanpy has it")
sys.exit(bool(wrong))
