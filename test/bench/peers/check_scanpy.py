#!/usr/bin/env python3
"""gim prepare beside scanpy, step by step, on the same files. SPDX-License-Identifier: BSD-3-Clause

    check_scanpy.py --gim build/gim [--cells N] [--genes N] [--table cells.tsv]

Makes an AnnData file of counts (or takes a table whose numbers are logarithms already, environments in its column
"environment"), prepares it by gim from every encoding, and compares with scanpy: cells and genes that are kept, the total
that cells are scaled to, every value, highly variable genes, markers. Needs requirements-scanpy.txt. Exits with 1 where
anything differs."""

import argparse
import json
import os
import subprocess
import sys
import tempfile

import anndata
import numpy as np
import pandas as pd
import scanpy
import scipy.sparse as sp

failures = 0


def check(what, good, said=""):
    global failures
    print(f"{'ok  ' if good else 'FAIL'}  {what}  {said}")
    failures += not good


def simulate(cells, genes):
    """Counts with zeros, totals that differ, two drugs that move some genes."""
    rng = np.random.default_rng(7)
    drug = rng.choice(["vehicle", "A", "B"], cells, p=[0.5, 0.25, 0.25])
    dose = np.where(drug == "vehicle", 0, rng.choice([10, 100, 1000], cells))
    mean = rng.gamma(0.3, 10, genes)
    effect = np.ones((cells, genes))
    for name, first in (("A", 3), ("B", 20)):
        up = (drug == name)[:, None] * np.log10(np.maximum(dose, 1))[:, None]
        effect[:, first:first + 12] *= 1 + up * rng.uniform(-0.3, 2, 12)
    depth = rng.gamma(3, 1 / 3, (cells, 1))
    counts = rng.poisson(mean * depth * effect).astype(np.float32)
    obs = pd.DataFrame({"drug": pd.Categorical(drug), "dose": dose}, index=[f"c{i}" for i in range(cells)])
    return anndata.AnnData(sp.csr_matrix(counts), obs, pd.DataFrame(index=[f"g{i}" for i in range(genes)]))


def prepare(gim, path, folder, *options):
    command = [gim, "prepare", path, "-o", folder, "--quiet", *options]
    subprocess.run(command, check=True)
    with open(os.path.join(folder, "preparation.json")) as file:
        about = json.load(file)
    return pd.read_csv(os.path.join(folder, "data.tsv"), sep="\t", na_filter=False), about


def environments(data):
    """The environment of each cell, as gim names them."""
    names = data.obs["drug"].astype(str) + ":" + data.obs["dose"].astype(str)
    return pd.Categorical(np.where(data.obs["drug"] == "vehicle", "control", names))


def markers(data, n):
    """Genes by the largest absolute score over all environments."""
    scanpy.tl.rank_genes_groups(data, "environment", reference="control", method="t-test", rankby_abs=True, use_raw=False,
                                n_genes=data.n_vars)
    found = data.uns["rank_genes_groups"]
    best = pd.Series(0.0, index=data.var_names)
    for group in found["names"].dtype.names:
        scores = pd.Series(np.abs(found["scores"][group].astype(float)), index=found["names"][group])
        best = np.maximum(best, scores.reindex(best.index).fillna(0))
    return best.sort_values(ascending=False, kind="stable")


def same_genes(what, gim, best, n):
    """The same n genes; where gim takes another, its score has to be that of the last one, to rounding."""
    last = best.iloc[n - 1]
    strange = [gene for gene in gim if best[gene] < last - 1e-4 * abs(last)]
    check(what, len(gim) == n and not strange, f"{len(set(gim) & set(best.index[:n]))} of {n} the same")


def check_counts(gim, folder, arguments):
    data = simulate(arguments.cells, arguments.genes)
    data.layers["csc"] = sp.csc_matrix(data.X)
    data.layers["dense"] = data.X.toarray()
    data.raw = data.copy()
    path = os.path.join(folder, "made.h5ad")
    data.write_h5ad(path, compression="gzip")
    options = ["--perturbation", "drug,dose", "--control", "drug=vehicle", "--one-hot", "drug", "--number", "dose:log10"]

    ours = data.copy()
    ours.obs["environment"] = environments(ours)
    scanpy.pp.filter_cells(ours, min_counts=200)
    scanpy.pp.filter_genes(ours, min_cells=20)
    totals = np.asarray(ours.X.sum(1)).ravel()
    target = float(np.median(totals[ours.obs["environment"] == "control"]))
    scanpy.pp.normalize_total(ours, target_sum=target)
    scanpy.pp.log1p(ours)
    values = ours.X.toarray()

    for matrix in ("X", "raw", "layers/csc", "layers/dense"):
        table, about = prepare(gim, path, os.path.join(folder, "all"), "--matrix", matrix, "--memory-budget", "1", *options)
        check(f"{matrix}: cells and genes", (about["cells"]["kept"], about["genes"]["kept"]) == ours.shape,
              f"{ours.shape}")
        check(f"{matrix}: the total", abs(about["normalise"]["target-total"] - target) < 1e-6 * target, f"{target}")
        check(f"{matrix}: names", list(table.columns[1:]) == list(ours.var_names) and
              list(table["environment"]) == list(ours.obs["environment"]))
        far = np.abs(table.iloc[:, 1:].to_numpy(float) - values).max()
        check(f"{matrix}: values", far < 1e-5, f"largest difference {far:.2g}")

    n = min(50, ours.n_vars // 4)
    scanpy.pp.highly_variable_genes(ours, flavor="seurat", n_top_genes=n)
    table, _ = prepare(gim, path, os.path.join(folder, "hvg"), "--highly-variable", str(n), *options)
    same_genes("highly variable genes", table.columns[1:],
               ours.var["dispersions_norm"].astype(float).sort_values(ascending=False), n)
    table, _ = prepare(gim, path, os.path.join(folder, "markers"), "--markers", str(n), *options)
    same_genes("markers", table.columns[1:], markers(ours, n), n)


def check_table(gim, folder, path):
    """Values that are logarithms already, and are taken as they are."""
    table = pd.read_csv(path, sep="\t", na_filter=False)
    numbers = table.select_dtypes("number")
    data = anndata.AnnData(sp.csr_matrix(numbers.to_numpy(np.float64)), pd.DataFrame({"environment": pd.Categorical(table["environment"])}),
                           pd.DataFrame(index=numbers.columns))
    data.obs.index = data.obs.index.astype(str)
    there = data.obs["environment"].value_counts()
    h5ad = os.path.join(folder, "table.h5ad")
    data.write_h5ad(h5ad, compression="gzip")
    n = 50
    options = ["--perturbation", "environment", "--control", "environment=control", "--one-hot", "environment",
               "--normalise", "none"]
    for source in (path, h5ad):
        made, _ = prepare(gim, source, os.path.join(folder, "t1"), *options)
        same = np.abs(made.iloc[:, 1:].to_numpy(float) - numbers.to_numpy(float)).max() < 1e-8
        check(f"{os.path.basename(source)}: taken as it is", same and list(made["environment"]) == list(table["environment"]),
              f"{len(there)} environments")
        made, _ = prepare(gim, source, os.path.join(folder, "t2"), *options, "--highly-variable", str(n))
        scanpy.pp.highly_variable_genes(data, flavor="seurat", n_top_genes=n)
        same_genes(f"{os.path.basename(source)}: highly variable genes", made.columns[1:],
                   data.var["dispersions_norm"].astype(float).sort_values(ascending=False), n)
        made, _ = prepare(gim, source, os.path.join(folder, "t3"), *options, "--markers", str(n))
        same_genes(f"{os.path.basename(source)}: markers", made.columns[1:], markers(data, n), n)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gim", default="build/gim")
    parser.add_argument("--cells", type=int, default=3000)
    parser.add_argument("--genes", type=int, default=600)
    parser.add_argument("--table", help="a table of logarithms, as real data come")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gim-scanpy-") as folder:
        check_counts(os.path.abspath(arguments.gim), folder, arguments)
        if arguments.table:
            check_table(os.path.abspath(arguments.gim), folder, os.path.abspath(arguments.table))
    print(f"{failures} differences")
    sys.exit(failures > 0)


main()
