#!/usr/bin/env python3
"""Makes a file of the layout of sci-Plex 3, for trying the recipe without the data. SPDX-License-Identifier: BSD-3-Clause

    simulate.py FOLDER [--cells N] [--genes N]      FOLDER/sciplex3.h5ad, FOLDER/drugs.tsv; needs numpy, anndata

Counts of three cell lines under a vehicle, four drugs of interest and two others, at 10, 100, 1000 and 10000 nM. A drug
acts through enzymes that it inhibits, by a Hill curve of dose over its IC50; each enzyme moves some genes, and these move
others. Nothing here is real but the names."""

import argparse
import os

import anndata
import numpy as np
import pandas as pd
import scipy.sparse as sp

LINES = ["A549", "K562", "MCF7"]
DRUGS = ["Belinostat", "Dacinostat", "Givinostat", "Quisinostat", "Other-1", "Other-2"]
ENZYMES = [f"HDAC{i}" for i in (1, 2, 3, 4, 6, 7, 8, 9)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--cells", type=int, default=6000)
    parser.add_argument("--genes", type=int, default=400)
    arguments = parser.parse_args()
    rng = np.random.default_rng(1)
    n, genes = arguments.cells, arguments.genes

    pic50 = rng.uniform(5, 9, (len(DRUGS), 1)) + rng.normal(0, 0.5, (len(DRUGS), len(ENZYMES)))  # -log10 of mol/l
    line = rng.integers(0, 3, n)
    drug = np.where(rng.random(n) < 0.3, -1, rng.integers(0, len(DRUGS), n))
    dose = np.where(drug < 0, 0, np.array([10.0, 100, 1000, 10000])[rng.integers(0, 4, n)])
    inhibited = 1 / (1 + 10 ** (9 - pic50[drug]) / np.maximum(dose, 1e-9)[:, None]) * (drug >= 0)[:, None]

    hit = rng.random((len(ENZYMES), genes)) < 0.05
    effect = hit * rng.normal(0, 1.2, hit.shape)
    downstream = np.triu(rng.random((genes, genes)) < 1.5 / genes, 1) * rng.normal(0, 0.5, (genes, genes))
    base = rng.normal(0, 1.2, genes) + 0.5 * rng.normal(0, 1, (3, genes))
    log_mean = inhibited @ effect
    log_mean = base[line] + log_mean + log_mean @ downstream + 0.2 * rng.normal(0, 1, (n, genes))
    depth = rng.gamma(4, 1 / 4, (n, 1)) * 1.5
    counts = rng.poisson(np.exp(np.clip(log_mean, -8, 5)) * depth).astype(np.float32)

    names = np.array(DRUGS + ["control"])
    obs = pd.DataFrame({"cell_line": pd.Categorical(np.array(LINES)[line]), "perturbation": pd.Categorical(names[drug]),
                        "dose_value": dose}, index=[f"cell{i}" for i in range(n)])
    data = anndata.AnnData(sp.csr_matrix(counts), obs, pd.DataFrame(index=[f"gene{i}" for i in range(genes)]))
    os.makedirs(arguments.folder, exist_ok=True)
    data.write_h5ad(os.path.join(arguments.folder, "sciplex3.h5ad"), compression="gzip")
    table = pd.DataFrame(np.round(pic50 - 5, 3), columns=[f"p_{enzyme}" for enzyme in ENZYMES])
    table.insert(0, "perturbation", DRUGS)
    table.to_csv(os.path.join(arguments.folder, "drugs.tsv"), sep="\t", index=False)


main()
