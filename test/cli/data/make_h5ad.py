#!/usr/bin/env python3
"""Writes the AnnData files of the tests, and what scanpy makes of them. SPDX-License-Identifier: BSD-3-Clause

    make_h5ad.py FOLDER      small.h5ad, small.json, hostile.h5ad; needs test/bench/peers/requirements-scanpy.txt"""

import json
import os
import sys

import anndata
import h5py
import numpy as np
import pandas as pd
import scanpy
import scipy.sparse as sp

folder = sys.argv[1]
CELLS, GENES = 120, 32


def small():
    rng = np.random.default_rng(3)
    drug = np.array(["vehicle", "Belinostat", "Givinostat"])[rng.choice(3, CELLS, p=[0.5, 0.25, 0.25])]
    dose = np.where(drug == "vehicle", 0, np.array([10, 100])[rng.integers(0, 2, CELLS)])
    counts = rng.poisson(rng.gamma(1, 8, GENES) * rng.gamma(5, 0.2, (CELLS, 1))).astype(np.float32)
    counts[drug == "Belinostat", :4] += rng.poisson(6, ((drug == "Belinostat").sum(), 4))
    counts *= rng.random((CELLS, GENES)) < 0.7
    counts[:, 11] = 0
    counts[:5, 11] = 1  # in too few cells
    counts[:3] *= rng.random((3, GENES)) < 0.2  # too few counts
    obs = pd.DataFrame({"drug": pd.Categorical(drug), "dose": dose.astype(float), "text": drug, "is_vehicle": drug == "vehicle"},
                       index=[f"cell{i}" for i in range(CELLS)])
    obs["nullable"] = pd.array(np.where(drug == "vehicle", 0, dose), dtype="Int64")
    obs.loc[obs.index[drug == "vehicle"], "nullable"] = pd.NA
    obs["truth"] = pd.array(drug == "vehicle", dtype="boolean")
    obs["label"] = [f"{d} nM" if d < 100 else f"{d / 1000:g} uM" for d in dose]
    gaps = drug.astype(object)
    gaps[7] = None
    obs["gaps"] = pd.Categorical(gaps)
    var = pd.DataFrame({"symbol": [f"S{i // 2}" for i in range(GENES)]}, index=[f"G{i}" for i in range(GENES)])
    data = anndata.AnnData(sp.csr_matrix(counts), obs, var)
    data.layers["csc"] = sp.csc_matrix(counts)
    data.layers["dense"] = counts
    data.layers["whole"] = sp.csr_matrix(counts.astype(np.int32))
    data.layers["log"] = sp.csr_matrix(np.log1p(counts) - 0.1 * (counts > 0))
    data.raw = data.copy()
    return data


def expected(data):
    data = data.copy()
    data.raw = None
    names = data.obs["drug"].astype(str) + ":" + data.obs["dose"].map("{:g}".format)
    data.obs["environment"] = pd.Categorical(np.where(data.obs["drug"] == "vehicle", "control", names))
    scanpy.pp.filter_cells(data, min_counts=100)
    scanpy.pp.filter_genes(data, min_cells=20)
    totals = np.asarray(data.X.sum(1)).ravel()
    target = float(np.median(totals[data.obs["environment"] == "control"]))
    scanpy.pp.normalize_total(data, target_sum=target)
    scanpy.pp.log1p(data)
    scanpy.pp.highly_variable_genes(data, flavor="seurat", n_top_genes=6)  # 1 of all genes that are alone in a bin
    variable = list(data.var_names[data.var["dispersions_norm"] > 1.0001])
    scanpy.tl.rank_genes_groups(data, "environment", reference="control", method="t-test", rankby_abs=True, n_genes=data.n_vars)
    found, best = data.uns["rank_genes_groups"], {}
    for group in found["names"].dtype.names:
        for gene, score in zip(found["names"][group], found["scores"][group]):
            best[gene] = max(best.get(gene, 0), abs(float(score)))
    markers = set(sorted(best, key=lambda gene: -best[gene])[:6])
    values = data.X.toarray()
    return {"cells": data.n_obs, "genes": data.n_vars, "target": target, "names": list(data.var_names),
            "environments": list(map(str, data.obs["environment"])),
            "highly-variable": variable,
            "markers": [gene for gene in data.var_names if gene in markers],
            "sums": [float(v) for v in values.astype(float).sum(0)], "row 50": [float(v) for v in values[50]]}


def sparse(layers, name, data, indices, indptr, shape, kind="csr_matrix", **options):
    group = layers.create_group(name)
    group.attrs.update({"encoding-type": kind, "encoding-version": "0.1.0", "shape": shape})
    group.create_dataset("data", data=np.array(data, dtype="f4"), **options)
    group.create_dataset("indices", data=np.array(indices, dtype="i4"))
    group.create_dataset("indptr", data=np.array(indptr, dtype="i8"))


def hostile(path):
    """One file, each matrix and column of which is bad in its own way; X is good."""
    obs = pd.DataFrame({"drug": pd.Categorical(["v", "a", "a"])}, index=list("xyz"))
    anndata.AnnData(np.eye(3, 4, dtype="f4"), obs, pd.DataFrame(index=list("ABCD"))).write_h5ad(path)
    with h5py.File(path, "r+") as file:
        layers = file["layers"]
        layers.create_dataset("lzf", data=np.ones((3, 4)), chunks=(3, 4), compression="lzf")
        layers.create_dataset("text", data=np.full((3, 4), b"one"))
        layers.create_dataset("flat", data=np.ones(12))
        layers.create_dataset("wide", data=np.ones((3, 5)))
        layers.create_dataset("nan", data=np.array([[1, 2, 3, 4], [1, np.nan, 3, 4], [1, 2, 3, 4]], dtype="f4"))
        layers.create_dataset("elsewhere", (3, 4), "f4", external=[("/etc/passwd", 0, 48)])
        layout = h5py.VirtualLayout((3, 4), "f4")
        layout[:] = h5py.VirtualSource("/etc/passwd", "x", (3, 4))
        layers.create_virtual_dataset("virtual", layout)
        layers["link"] = h5py.ExternalLink("other.h5ad", "/X")
        layers["soft"] = h5py.SoftLink("/X")
        layers["loop"] = file["/"]
        sparse(layers, "index", [1, 2], [1, 4], [0, 1, 2, 2], (3, 4))
        sparse(layers, "negative", [1, 2], [1, -1], [0, 1, 2, 2], (3, 4))
        sparse(layers, "back", [1, 2], [1, 2], [0, 2, 1, 2], (3, 4))
        sparse(layers, "short", [1, 2], [1, 2], [0, 1, 2], (3, 4))
        sparse(layers, "lengths", [1, 2, 3], [1, 2], [0, 1, 2, 3], (3, 4))
        sparse(layers, "twice", [1, 2], [1, 1], [0, 2, 2, 2], (3, 4))
        sparse(layers, "shape", [1, 2], [1, 2], [0, 1, 2, 2], (4, 3))
        sparse(layers, "kind", [1, 2], [1, 2], [0, 1, 2, 2], (3, 4), kind="coo_matrix")
        group = layers.create_group("huge")
        group.attrs.update({"encoding-type": "csr_matrix", "shape": (3, 4)})
        for name, n in (("data", 1 << 50), ("indices", 1 << 50)):
            group.create_dataset(name, (n,), "f4" if name == "data" else "i4", chunks=(1 << 20,))
        group.create_dataset("indptr", data=np.array([0, 1, 2, 1 << 50], dtype="i8"))
        column = file["obs"].create_group("codes")
        column.attrs.update({"encoding-type": "categorical"})
        column.create_dataset("codes", data=np.array([0, 1, 7], dtype="i1"))
        column.create_dataset("categories", data=[b"v", b"a"])
        file["obs"].create_dataset("long", data=np.arange(9))
        file["obs"].create_group("odd")
        file["obs"].create_dataset("pairs", data=np.zeros(3, dtype=[("a", "i4"), ("b", "i4")]))
        file["obs"].attrs["column-order"] = ["drug", "codes", "long", "odd", "pairs"]


made = small()
with h5py.File(os.path.join(folder, "small.h5ad"), "w", libver=("v110", "v110")) as file:  # small, as groups are
    anndata.io.write_elem(file, "/", made, dataset_kwargs={"compression": "gzip", "compression_opts": 9})
with open(os.path.join(folder, "small.json"), "w") as file:
    json.dump(expected(made), file, indent=1)
hostile(os.path.join(folder, "hostile.h5ad"))
