#!/usr/bin/env python3
"""Time and memory of gim prepare beside scanpy's same steps, and of a fit of what it made. SPDX-License-Identifier: BSD-3-Clause

    prepare.py --gim build/gim --out FOLDER [--cells N] [--genes N] [--density X] [--steps N]

Makes a sparse AnnData file with gzip, unless FOLDER has it; then each program alone in a process, whose largest resident
memory, that of its helpers included, is what the kernel says of it. Needs peers/requirements-scanpy.txt."""

import argparse
import os
import resource
import subprocess
import sys
import time

SCANPY = """
import sys, anndata, numpy as np, pandas as pd, scanpy as sc
data = anndata.read_h5ad(sys.argv[1])
names = data.obs["drug"].astype(str) + ":" + data.obs["dose"].astype(str)
data.obs["environment"] = pd.Categorical(np.where(data.obs["drug"] == "vehicle", "control", names))
sc.pp.filter_cells(data, min_counts=200)
sc.pp.filter_genes(data, min_cells=20)
totals = np.asarray(data.X.sum(1)).ravel()
sc.pp.normalize_total(data, target_sum=float(np.median(totals[data.obs["environment"] == "control"])))
sc.pp.log1p(data)
sc.tl.rank_genes_groups(data, "environment", reference="control", method="t-test", rankby_abs=True, n_genes=data.n_vars)
found, best = data.uns["rank_genes_groups"], {}
for group in found["names"].dtype.names:
    for gene, score in zip(found["names"][group], np.abs(found["scores"][group])):
        best[gene] = max(best.get(gene, 0), score)
genes = sorted(best, key=lambda gene: -best[gene])[:50]
data[:, genes].to_df().assign(environment=data.obs["environment"]).to_csv(sys.argv[2], sep="\\t", index=False)
"""


def make(path, cells, genes, density):
    import anndata
    import numpy as np
    import pandas as pd
    import scipy.sparse as sp

    rng = np.random.default_rng(5)
    drug = np.array(["vehicle", "A", "B", "C", "D"])[rng.choice(5, cells, p=[0.2] * 5)]
    dose = np.where(drug == "vehicle", 0, np.array([10, 100, 1000, 10000])[rng.integers(0, 4, cells)])
    mean = rng.gamma(0.5, 1, genes)
    mean *= density / np.mean(1 - np.exp(-mean)) if density < 0.9 else 1
    blocks = []
    for first in range(0, cells, 5000):
        n = min(5000, cells - first)
        rate = mean * rng.gamma(5, 0.2, (n, 1))
        for k, name in enumerate("ABCD"):
            hit = drug[first:first + n] == name
            rate[hit, 40 * k:40 * k + 20] *= 1 + 0.4 * np.log10(dose[first:first + n][hit] + 1)[:, None]
        blocks.append(sp.csr_matrix(rng.poisson(rate).astype(np.float32)))
    obs = pd.DataFrame({"drug": pd.Categorical(drug), "dose": dose}, index=[f"c{i}" for i in range(cells)])
    data = anndata.AnnData(sp.vstack(blocks, format="csr"), obs, pd.DataFrame(index=[f"g{i}" for i in range(genes)]))
    data.write_h5ad(path + ".new", compression="gzip")
    os.rename(path + ".new", path)


def measure(what, command):
    """Seconds by the clock and of processors, and the MiB of the largest process."""
    start = time.monotonic()
    child = os.fork()
    if child == 0:
        code = subprocess.run(command, stdout=subprocess.DEVNULL).returncode
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        with open(f"/proc/self/fd/{report[1]}", "w") as pipe:
            pipe.write(f"{code} {used.ru_maxrss / 1024} {used.ru_utime + used.ru_stime}\n")
        os._exit(0)
    os.waitpid(child, 0)
    code, used, processor = os.read(report[0], 100).split()
    if int(code) != 0:
        sys.exit(f"{what}: failed")
    print(f"| {what} | {time.monotonic() - start:.1f} | {float(processor):.1f} | {float(used):.0f} |", flush=True)


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--gim", default="build/gim")
parser.add_argument("--out", default="build/bench")
parser.add_argument("--cells", type=int, default=100000)
parser.add_argument("--genes", type=int, default=2000)
parser.add_argument("--density", type=float, default=0.15)
parser.add_argument("--steps", type=int, help="of the fit; by default its own")
arguments = parser.parse_args()
report = os.pipe()
os.makedirs(arguments.out, exist_ok=True)
path = os.path.join(arguments.out, f"cells-{arguments.cells}-{arguments.genes}.h5ad")
if not os.path.exists(path):
    if os.fork() == 0:
        make(path, arguments.cells, arguments.genes, arguments.density)
        os._exit(0)
    os.wait()
folder, model = os.path.join(arguments.out, "prepared"), os.path.join(arguments.out, "prepared.gim")
print(f"{arguments.cells} cells, {arguments.genes} genes, {os.path.getsize(path) / 2**20:.0f} MiB\n")
print("| | seconds | of processors | MiB |\n| --- | --- | --- | --- |")
measure("gim prepare", [arguments.gim, "prepare", path, "--perturbation", "drug,dose", "--control", "drug=vehicle", "--one-hot",
                        "drug", "--number", "dose:log10", "--markers", "50", "-o", folder, "--quiet"])
measure("scanpy", [sys.executable, "-W", "ignore", "-c", SCANPY, path, os.path.join(arguments.out, "scanpy.tsv")])
measure("gim fit, 50 variables", [arguments.gim, "fit", "--prepared", folder, "-o", model, "--quiet"] +
        (["--set", f"steps={arguments.steps}"] if arguments.steps else []))
