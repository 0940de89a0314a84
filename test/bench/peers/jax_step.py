#!/usr/bin/env python3
"""Time and memory of one step of a fit in JAX: the objective, gradients and optimiser of docs/model.md, compiled.

jax_step.py --mechanism nonlinear --d 20 --environments 81 --rows 20 --draws 32 --threads 2 --steps 50

Written from docs/model.md for this comparison; check_jax.py shows that it computes the same numbers. A step draws the
noise, makes the relaxed and the discrete pass and moves the parameters, all in one compiled function in single
precision. Checks on held-out rows, which libgim makes every few steps, are left out.

Inside, the environment is the last index and a row's number the one before, so that sums over rows and over hidden
units run over outer indices: that is what XLA turns into vector instructions. Prints one line of name=value.
SPDX-License-Identifier: BSD-3-Clause
"""
import math
from typing import NamedTuple

import common

if __name__ == "__main__":
    ASKED = common.options("Time and memory of one step in JAX.")
    common.limit_threads(ASKED.threads)  # before JAX starts its threads

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import logsumexp

LOG_2PI = float(np.log(2 * np.pi))
BATCH_ROWS = 20  # rows of each environment a step, where sufficient statistics do not serve: libgim's default


class Spec(NamedTuple):
    """What does not change during a fit; the numbers are libgim's defaults."""
    mechanism: str = "linear"
    intervention: str = "hard"
    marginal: str = "environment"
    edge_scale: float = 0.2
    temperature: float = 1.0
    effect_noise: float = 0.1
    graph_sparsity: float = 40.0
    sigma_latent: float = 1.0
    sigma_mechanism: float = 1.0
    sigma_network: float = 10.0
    power_steps: int = 10
    learning_rate: float = 5e-3


class Phase(NamedTuple):
    """What a schedule moves: beta_target times rows, kappa of relaxed shifts, lambda and mu of the penalty."""
    target_cost: float
    mixed: float
    slope: float
    curvature: float


class Batch(NamedTuple):
    """Rows, and the groups of rows that meet the same targets and effects under one draw.

    A group is an environment (g = 1), or with the marginal `sample` a row (g = n): (g, K) and (d, g, K) hold its
    count, mean and sum of squares about the mean, which is all that a hard intervention needs.
    """
    x: jax.Array        # (d, n, K)
    one: jax.Array      # (n, K), what multiplies a constant in a residual: 1 for a true row
    weight: jax.Array   # (n, K), of a row's squared residual
    count: jax.Array    # (g, K)
    centre: jax.Array   # (d, g, K)
    scatter: jax.Array  # (d, g, K)
    outer: jax.Array    # (g, K), weight of a group's log mean density
    features: jax.Array  # (K, p)
    perturbed: jax.Array  # (K,), 0 for an observational environment


# ---- data ------------------------------------------------------------------------------------------------------------

def make_batch(x, weight, features, perturbed, marginal):
    """From rows (d, n, K) with weights (n, K); the weight of a missing row is 0."""
    if marginal == "sample":
        count, centre, scatter, outer = jnp.ones_like(weight), x, jnp.zeros_like(x), weight
        return Batch(x, count, count, count, centre, scatter, outer, features, perturbed)
    count = weight.sum(0, keepdims=True)
    centre = (weight * x).sum(1, keepdims=True) / count
    scatter = (weight * (x - centre)**2).sum(1, keepdims=True)
    return Batch(x, jnp.ones_like(weight), weight, count, centre, scatter, jnp.ones_like(count), features, perturbed)


def with_statistics(batch):
    """The same batch with d + 1 rows for each environment, the factor R of [1 x]: exact where means are linear."""
    rows = np.asarray(jnp.concatenate([batch.one[None], batch.x]) * jnp.sqrt(batch.weight), np.float64)
    factor = np.linalg.qr(rows.transpose(2, 1, 0), mode="r").transpose(2, 1, 0)
    factor = jnp.asarray(factor, batch.x.dtype)
    return batch._replace(x=factor[1:], one=factor[0], weight=jnp.ones_like(factor[0]))


def some_rows(key, batch, marginal):
    """BATCH_ROWS of each environment, weighted up. The rows are in random order: a window is a draw."""
    n = batch.x.shape[1]
    at = (jax.random.randint(key, (), 0, n) + jnp.arange(BATCH_ROWS)) % n
    weight = jnp.full((BATCH_ROWS, batch.x.shape[2]), n / BATCH_ROWS, batch.x.dtype)
    return make_batch(jnp.take(batch.x, at, 1), weight, batch.features, batch.perturbed, marginal)


# ---- graph -----------------------------------------------------------------------------------------------------------

def edge_logits(latents, spec):
    return spec.edge_scale * latents["U"] @ latents["V"].T


def no_loops(matrix):
    return matrix * (1 - jnp.eye(matrix.shape[-1], dtype=matrix.dtype))


def relaxed_graphs(logits, noise, spec):
    return no_loops(jax.nn.sigmoid((logits + noise) / spec.temperature))


def discrete_graphs(logits, noise):
    return no_loops((logits + noise > 0).astype(logits.dtype))


def acyclicity(graphs, u, v, power_steps):
    """Mean over graphs of the spectral radius, by power iterations from u and v."""
    def left(u):
        return (graphs * u[:, :, None]).sum(1)

    def right(v):
        return (graphs * v[:, None, :]).sum(2)

    def unit(a):
        return a / jnp.sqrt((a * a).sum(1, keepdims=True))

    u, v = jnp.broadcast_to(u, graphs.shape[:2]), jnp.broadcast_to(v, graphs.shape[:2])
    for _ in range(power_steps):
        u, v = unit(left(u)), unit(right(v))
    return ((u * right(v)).sum(1) / (u * v).sum(1)).mean()


# ---- targets and effects ---------------------------------------------------------------------------------------------

def network(layers, features):
    """Transposed, (d, K): the environment comes last everywhere."""
    *hidden, (weight, bias) = layers
    for w, b in hidden:
        features = jnp.tanh(features @ w + b)
    return (features @ weight + bias).T


def draw_interventions(params, noise, batch, spec):
    """Relaxed targets (M, d, 1, K), effects by name of the same shape, and the target logits (d, K)."""
    logits = network(params["target"], batch.features)
    targets = jax.nn.sigmoid((logits + noise["target"]) / spec.temperature) * batch.perturbed
    effects = {name: network(layers, batch.features) + spec.effect_noise * noise[name]
               for name, layers in params["effects"].items()}
    return targets[:, :, None], {name: effect[:, :, None] for name, effect in effects.items()}, logits


# ---- likelihood ------------------------------------------------------------------------------------------------------

# Two ways were tried for each mechanism, by default sizes and 2 threads of a busy machine, run by turns, and the faster
# is kept. Linear: all draws in one product, 16 and 18 ms a step; in blocks of 8 draws, 20 and 21 ms. Nonlinear: all
# draws and units in one product, fastest steps of 432 to 466 ms; in blocks of 8 draws, unit by unit, the tanh worked
# out again on the way back, 84 to 116 ms, as a block stays in the cache.
BLOCK = 8


def means(theta, graphs, x):
    """Of all variables given their parents, (M, d, n, K)."""
    if "W" in theta:
        return jnp.einsum("mij,ink->mjnk", graphs * theta["W"], x)
    block = math.gcd(BLOCK, graphs.shape[0])
    blocks = graphs.reshape(-1, block, *graphs.shape[1:])
    found = jax.lax.map(jax.checkpoint(lambda some: network_means(theta, some, x)), blocks)
    return found.reshape(-1, *found.shape[2:])


def network_means(theta, graphs, x):
    """Unit by unit, so that all units' sum is one loop over rows."""
    mean = theta["b2"][:, None, None]
    for unit in range(theta["b1"].shape[1]):
        weight = jnp.einsum("mij,ji->mji", graphs, theta["W1"][:, :, unit])
        inside = jnp.einsum("mji,ink->mjnk", weight, x) + theta["b1"][:, unit, None, None]
        mean += theta["W2"][:, unit, None, None] * jnp.tanh(inside)
    return mean


def log_densities(params, graphs, targets, effects, batch, mixed, spec):
    """Of each group of rows under each draw, (M, g, K)."""
    residual = batch.x - means(params["theta"], graphs, batch.x)
    if spec.intervention == "shift":
        residual -= batch.one * (targets * effects["mean"])
    squares = batch.weight * residual**2
    if spec.marginal != "sample":
        squares = squares.sum(2, keepdims=True)
    logvar = params["logvar"][:, None, None]
    density = -0.5 * (jnp.exp(-logvar) * squares + batch.count * (logvar + LOG_2PI))
    if spec.intervention == "shift":
        price = 0.5 * jnp.exp(-logvar) * effects["mean"]**2
        density -= mixed * batch.count * targets * (1 - targets) * price
    else:
        about = batch.scatter + batch.count * (batch.centre - effects["mean"])**2
        scale = effects["log_scale"]
        cut = -0.5 * (jnp.exp(-2 * scale) * about + batch.count * (2 * scale + LOG_2PI))
        density += targets * (cut - density)
    return density.sum(1)


def log_likelihood(params, graphs, targets, effects, batch, mixed, spec):
    densities = log_densities(params, graphs, targets, effects, batch, mixed, spec)
    if spec.marginal == "dataset":
        densities, outer = densities.sum((1, 2)), 1
    else:
        outer = batch.outer
    return (outer * (logsumexp(densities, axis=0) - jnp.log(densities.shape[0]))).sum()


# ---- prior -----------------------------------------------------------------------------------------------------------

def normal(tree, sigma):
    return -0.5 * sum((leaf**2).sum() for leaf in jax.tree.leaves(tree)) / sigma**2


def graph_prior(latents, logits, spec):
    return normal(latents, spec.sigma_latent) - spec.graph_sparsity * no_loops(jax.nn.sigmoid(logits)).sum()


def other_prior(params, target_logits, batch, target_cost, spec):
    targets = (batch.perturbed * jax.nn.sigmoid(target_logits)).sum()
    networks = [params["target"], params["effects"]]
    return normal(params["theta"], spec.sigma_mechanism) + normal(networks, spec.sigma_network) - target_cost * targets


# ---- a step ----------------------------------------------------------------------------------------------------------

def gradient(latents, params, noise, batch, rows, phase, spec):
    """The objective of the discrete pass, and the gradients of both passes."""
    def of_graph(latents):
        logits = edge_logits(latents, spec)
        graphs = relaxed_graphs(logits, noise["graph"], spec)
        targets, effects, _ = draw_interventions(params, noise, batch, spec)
        h = acyclicity(graphs, noise["u"], noise["v"], spec.power_steps)
        prior = graph_prior(latents, logits, spec) / rows - phase.slope * h - phase.curvature / 2 * h**2
        return log_likelihood(params, graphs, targets, effects, batch, phase.mixed, spec) / rows + prior, prior

    def of_others(params):
        graphs = discrete_graphs(edge_logits(latents, spec), noise["graph"])
        targets, effects, logits = draw_interventions(params, noise, batch, spec)
        likelihood = log_likelihood(params, graphs, targets, effects, batch, phase.mixed, spec)
        return (likelihood + other_prior(params, logits, batch, phase.target_cost, spec)) / rows

    (_, prior), graph_grad = jax.value_and_grad(of_graph, has_aux=True)(latents)
    value, other_grad = jax.value_and_grad(of_others)(params)
    return value + prior, (graph_grad, other_grad)


def draw_noise(key, draws, batch, spec):
    """Logistic for graphs and targets, normal for effects; power iterations start from ones."""
    d, count = batch.x.shape[0], batch.features.shape[0]
    keys = jax.random.split(key, 4)
    noise = {"graph": jax.random.logistic(keys[0], (draws, d, d)), "u": jnp.ones(d), "v": jnp.ones(d),
             "target": jax.random.logistic(keys[1], (draws, d, count)),
             "mean": jax.random.normal(keys[2], (draws, d, count))}
    if spec.intervention == "hard":
        noise["log_scale"] = jax.random.normal(keys[3], (draws, d, count))
    return noise


def adam(values, grads, moments, number, rate):
    """One ascending step."""
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, moments[0], grads)
    second = jax.tree.map(lambda m, g: 0.999 * m + 0.001 * g * g, moments[1], grads)
    bias1, bias2 = 1 - 0.9**number, 1 - 0.999**number
    values = jax.tree.map(lambda x, m, s: x + rate * (m / bias1) / (jnp.sqrt(s / bias2) + 1e-8), values, first, second)
    return values, (first, second)


def phase_at(done, rows_of_perturbed):
    """Of a fit of which a share is done and whose penalty has not moved yet; options as libgim's defaults."""
    rise = 0.5 * (1 - jnp.cos(jnp.pi * jnp.minimum(done / 0.05, 1)))
    return Phase(2 * rise * rows_of_perturbed, done, 0.0, 0.01)


def make_step(spec, draws, rows_of_environment, environments, total):
    """The compiled step: state and batch to state and objective."""
    whole = spec.mechanism == "linear" and spec.marginal != "sample" or rows_of_environment <= BATCH_ROWS

    def step(state, batch):
        values, moments, key, number = state
        key, for_noise, for_rows = jax.random.split(key, 3)
        if not whole:
            batch = some_rows(for_rows, batch, spec.marginal)
        phase = phase_at(number / total, rows_of_environment)
        noise = draw_noise(for_noise, draws, batch, spec)
        objective, grads = gradient(*values, noise, batch, rows_of_environment * environments, phase, spec)
        values, moments = adam(values, grads, moments, number + 1, spec.learning_rate)
        return (values, moments, key, number + 1), objective

    return jax.jit(step, donate_argnums=0)


# ---- the benchmark ---------------------------------------------------------------------------------------------------

def start_network(rng, sizes, last_bias=0.0):
    layers = [[rng.normal(size=(a, b)) * np.sqrt(2 / (a + b)), np.zeros(b)] for a, b in zip(sizes, sizes[1:])]
    layers[-1][1] += last_bias
    return layers


def start(rng, spec, d, features, hidden, width=100):
    """Latents and the other parameters, as libgim starts them."""
    sizes = (features, width, width, d)
    names = ("mean", "log_scale") if spec.intervention == "hard" else ("mean",)
    if spec.mechanism == "linear":
        theta = {"W": 0.1 * rng.normal(size=(d, d))}
    else:
        theta = {"W1": rng.normal(size=(d, d, hidden)) * np.sqrt(2 / (d + hidden)), "b1": np.zeros((d, hidden)),
                 "W2": rng.normal(size=(d, hidden)) * np.sqrt(2 / (1 + hidden)), "b2": np.zeros(d)}
    params = {"theta": theta, "logvar": np.zeros(d), "target": start_network(rng, sizes, -3.0),
              "effects": {name: start_network(rng, sizes) for name in names}}
    latents = {"U": rng.normal(size=(d, d)), "V": rng.normal(size=(d, d))}
    return jax.tree.map(lambda a: jnp.asarray(a, jnp.float32), (latents, params))


def load(asked, spec):
    """The made-up rows, or where they are fewer their sufficient statistics."""
    x, features = common.make_data(asked)
    perturbed = jnp.ones(asked.environments).at[0].set(0)
    x = jnp.asarray(x.transpose(2, 1, 0), jnp.float32)
    batch = make_batch(x, jnp.ones(x.shape[1:]), jnp.asarray(features, jnp.float32), perturbed, spec.marginal)
    statistics = spec.mechanism == "linear" and spec.marginal != "sample" and asked.rows > asked.d + 1
    return with_statistics(batch) if statistics else batch


def main(asked):
    spec = Spec(asked.mechanism, asked.intervention, asked.marginal)
    batch = load(asked, spec)
    values = start(np.random.default_rng(asked.seed), spec, asked.d, asked.features, asked.hidden)
    moments = jax.tree.map(jnp.zeros_like, (values, values))
    state = values, moments, jax.random.key(asked.seed), jnp.zeros(())
    step = make_step(spec, asked.draws, asked.rows, asked.environments, asked.steps + common.WARMUP)

    ends = []
    for _ in range(common.WARMUP + asked.steps):
        state, objective = step(state, batch)
        if not math.isfinite(objective):  # waits for the step
            raise SystemExit("jax_step: the objective is not finite")
        ends.append(common.now())
    settings = {name: value for name, value in vars(asked).items() if name not in ("steps", "seed")}
    common.report(common.median_seconds(ends), **settings)


if __name__ == "__main__":
    main(ASKED)
