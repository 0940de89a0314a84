#!/usr/bin/env python3
"""Checks the JAX peer's value and gradients against the golden numbers, in double precision.

check_jax.py [GOLDEN.json]

So it is known that what jax_step.py takes its time for is the objective of docs/model.md. For each case that it can
compute (all but the zero-inflated ones) it compares the log-likelihood of both passes, the acyclicity, the log-prior
and all their gradients, then the gradient of a whole step, and with linear mechanisms the same from sufficient
statistics. Mixed shifts, which the file lacks, are compared with the mixture of the densities with and without a shift.
A gradient's error is the largest difference in a block over the block's largest number. Exit status 0: all errors are
below 1e-5; 1: not so. test/golden/README.md tells what the file holds. SPDX-License-Identifier: BSD-3-Clause
"""
import json
import os
import pathlib
import sys

os.environ["JAX_PLATFORMS"] = "cpu"
import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import numpy as np

import jax_step as peer

TOLERANCE = 1e-5
PHASE = peer.Phase(target_cost=0.0, mixed=0.0, slope=0.7, curvature=1.9)  # any penalty; the file's shifts are scaled
GOLDEN = pathlib.Path(__file__).parents[2] / "golden" / "golden.json"


# ---- reading a case --------------------------------------------------------------------------------------------------

def array(nested):
    return jnp.asarray(nested, jnp.float64)


def layers(pairs):
    return [[array(weight), array(bias)] for weight, bias in pairs]


def split(tree, like=None):
    """Latents and the other parameters of `params` or of a `grad`; what a gradient lacks is 0 and shaped as `like`."""
    latents = {name: array(tree[name]) if name in tree else 0 * like[0][name] for name in ("U", "V")}
    if like is not None and "theta" not in tree:
        return latents, None
    logvar = array(tree["logvar"]) if "logvar" in tree else 0 * like[1]["logvar"]
    return latents, {"theta": {name: array(block) for name, block in tree["theta"].items()}, "logvar": logvar,
                     "target": layers(tree["target_mlp"]),
                     "effects": {name: layers(pairs) for name, pairs in tree["param_mlps"].items()}}


def read_spec(case):
    prior = case["prior"]
    return peer.Spec(case["mechanism"], case["intervention"], case["marginal"], case["alpha"], case["tau"],
                     case["sigma_psi"], prior["beta_graph"], prior["sigma_z"], prior["sigma_theta"],
                     prior["sigma_phi"], case["power_iterations"])


def read_noise(case):
    """With the environment last, as the peer has it."""
    noise = case["noise"]
    read = {"graph": array(noise["graph_logistic"]), "target": array(noise["target_logistic"]).swapaxes(1, 2),
            "u": array(noise["power_u"]), "v": array(noise["power_v"])}
    return read | {name: array(draws).swapaxes(1, 2) for name, draws in noise["param_normal"].items()}


def read_batch(case):
    """Environments differ in their rows: the missing ones are zeros of weight 0."""
    count, most = case["K"], max(len(rows) for rows in case["X"])
    x, weight = np.zeros((case["d"], most, count)), np.zeros((most, count))
    for k, rows in enumerate(case["X"]):
        x[:, :len(rows), k] = np.transpose(rows)
        weight[:len(rows), k] = 1
    perturbed = jnp.ones(count).at[0].set(0)
    return peer.make_batch(array(x), array(weight), array(case["features"]), perturbed, case["marginal"])


# ---- what the peer computes ------------------------------------------------------------------------------------------

def likelihood(values, noise, batch, spec, relaxed):
    latents, params = values
    logits = peer.edge_logits(latents, spec)
    if relaxed:
        graphs = peer.relaxed_graphs(logits, noise["graph"], spec)
    else:
        graphs = peer.discrete_graphs(logits, noise["graph"])
    targets, effects, _ = peer.draw_interventions(params, noise, batch, spec)
    return peer.log_likelihood(params, graphs, targets, effects, batch, 0.0, spec)


def acyclicity(latents, noise, spec):
    graphs = peer.relaxed_graphs(peer.edge_logits(latents, spec), noise["graph"], spec)
    return peer.acyclicity(graphs, noise["u"], noise["v"], spec.power_steps)


def prior(values, batch, target_cost, spec):
    latents, params = values
    targets = peer.network(params["target"], batch.features)
    graph = peer.graph_prior(latents, peer.edge_logits(latents, spec), spec)
    return graph + peer.other_prior(params, targets, batch, target_cost, spec)


# ---- comparing -------------------------------------------------------------------------------------------------------

def block_error(got, wanted):
    size = float(jnp.abs(wanted).max())
    return float(jnp.abs(got - wanted).max()) / (size if size > 0 else 1)


def errors(got, wanted):
    """The worst over value and blocks; a NaN counts as the worst."""
    if jax.tree.structure(got) != jax.tree.structure(wanted):
        raise SystemExit("check_jax: the file's parameters are not the peer's")
    return max(jax.tree.leaves(jax.tree.map(block_error, got, wanted)), key=lambda e: (np.isnan(e), e))


def wanted_step(expect, values, rows):
    """Value and gradient of a step, put together from the file's parts."""
    soft, hard, h, log_prior = (expect[name] for name in ("soft", "hard_graph", "acyclicity", "log_prior"))
    slope = PHASE.slope + PHASE.curvature * h["value"]
    graph = jax.tree.map(lambda a, b, c: (a + b) / rows - slope * c, split(soft["grad"], values)[0],
                         split(log_prior["grad"], values)[0], split(h["grad"], values)[0])
    others = jax.tree.map(lambda a, b: (a + b) / rows, split(hard["grad"], values)[1],
                          split(log_prior["grad"], values)[1])
    value = (hard["log_likelihood"] + log_prior["value"]) / rows
    return array(value - PHASE.slope * h["value"] - PHASE.curvature / 2 * h["value"]**2), (graph, others)


def mixed_error(values, noise, batch, spec):
    """A density is a sum over variables: what each shift adds to it is found by shifting one variable at a time."""
    latents, params = values
    graphs = peer.relaxed_graphs(peer.edge_logits(latents, spec), noise["graph"], spec)
    targets, effects, _ = peer.draw_interventions(params, noise, batch, spec)

    def densities(targets):
        return peer.log_densities(params, graphs, targets, effects, batch, 1.0, spec)

    without = densities(jnp.zeros_like(targets))
    wanted = without
    for j in range(targets.shape[1]):
        wanted += targets[:, j] * (densities(jnp.zeros_like(targets).at[:, j].set(1)) - without)
    return block_error(densities(targets), wanted)


def check(entry):
    """Errors by part."""
    case, expect = entry["case"], entry["expect"]
    values, spec, noise, batch = split(entry["params"]), read_spec(case), read_noise(case), read_batch(case)
    rows, cost = sum(len(rows) for rows in case["X"]), case["prior"]["beta_target"]
    found = {}

    def part(name, function, point, *arguments, both=True):
        wanted = split(expect[name]["grad"], values)
        value = array(expect[name].get("value", expect[name].get("log_likelihood")))
        got = jax.value_and_grad(function)(point, *arguments)
        found[name] = errors(got, (value, wanted if both else wanted[0]))

    part("soft", likelihood, values, noise, batch, spec, True)
    part("hard_graph", likelihood, values, noise, batch, spec, False)
    part("acyclicity", acyclicity, values[0], noise, spec, both=False)
    part("log_prior", prior, values, batch, cost, spec)
    wanted, phase = wanted_step(expect, values, rows), PHASE._replace(target_cost=cost)
    found["step"] = errors(peer.gradient(*values, noise, batch, rows, phase, spec), wanted)
    if spec.mechanism == "linear" and spec.marginal != "sample":
        statistics = peer.with_statistics(batch)
        found["statistics"] = errors(peer.gradient(*values, noise, statistics, rows, phase, spec), wanted)
    if spec.intervention == "shift":
        found["mixed"] = mixed_error(values, noise, batch, spec)
    return found


def main(path):
    entries = [entry for entry in json.loads(pathlib.Path(path).read_text()) if entry["case"]["mechanism"] != "ziln"]
    worst = {}
    for entry in entries:
        for part, error in check(entry).items():
            worst[part] = max(worst.get(part, 0.0), error, key=lambda e: (np.isnan(e), e))
    for part, error in worst.items():
        print(f"{part:12} {error:.1e}")
    good = bool(entries) and all(error < TOLERANCE for error in worst.values())
    print(f"{len(entries)} cases: {'good' if good else 'NOT the same numbers'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else GOLDEN))
