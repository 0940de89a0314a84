#!/usr/bin/env python3
"""Time and memory of one step of DiBS (package dibs-lib, joint inference of graphs and parameters by JAX).

dibs_step.py --mechanism nonlinear --d 20 --environments 81 --rows 20 --particles 20 --threads 2 --steps 50

Not the same task as libgim's: DiBS knows no unknown interventions, so it gets observational data alone, as many rows
as the other benchmarks have in all environments together, drawn from a system of DiBS's own making; features, targets
and perturbation networks have no counterpart, nor have --intervention and --marginal, which are taken and not printed.
It moves a set of particles, each a graph with its parameters. `particles` is how many; `draws` is how many graphs a
particle draws for the gradient of its likelihood, 128 by DiBS's own default and here as in the other benchmarks.
The nonlinear model has one layer of `hidden` units. Everything else is DiBS's default. Prints one line of name=value.
SPDX-License-Identifier: BSD-3-Clause
"""
import common

if __name__ == "__main__":
    ASKED = common.options("Time and memory of one step of DiBS, on observational data.", particles=20, steps=10)
    common.limit_threads(ASKED.threads)  # before JAX starts its threads

import jax
from dibs.inference import JointDiBS
from dibs.target import make_linear_gaussian_model, make_nonlinear_gaussian_model

PRINTED = ("mechanism", "d", "environments", "rows", "draws", "hidden", "particles", "threads")


def make_inference(asked):
    """Data and models by DiBS's own recipe, on as many rows as there are in all environments."""
    sizes = {"key": jax.random.PRNGKey(asked.seed), "n_vars": asked.d, "graph_prior_str": "er",
             "n_observations": asked.environments * asked.rows, "n_ho_observations": 1}
    if asked.mechanism == "linear":
        data, graphs, likelihood = make_linear_gaussian_model(**sizes)
    else:
        data, graphs, likelihood = make_nonlinear_gaussian_model(**sizes, hidden_layers=(asked.hidden,))
    return JointDiBS(x=data.x, graph_model=graphs, likelihood_model=likelihood, n_grad_mc_samples=asked.draws)


def main(asked):
    """DiBS's sample() calls back after every step, of which the first ones warm up; the work of a step is then done."""
    inference, ends = make_inference(asked), []

    def tick(zs, **_):
        zs.block_until_ready()
        ends.append(common.now())

    inference.sample(key=jax.random.PRNGKey(asked.seed), n_particles=asked.particles, callback=tick, callback_every=1,
                     steps=common.WARMUP + asked.steps)
    common.report(common.median_seconds(ends), **{name: getattr(asked, name) for name in PRINTED})


if __name__ == "__main__":
    main(ASKED)
