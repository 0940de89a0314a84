"""Perturbed systems whose truth is known: docs/simulation.md. SPDX-License-Identifier: BSD-3-Clause"""
import ctypes as c

import numpy as np

from . import _api as api
from ._library import exception, lib, message_of, pointer, unknown

CHOICES = {"graph": ("erdos-renyi", "scale-free"), "mechanism": ("linear", "nonlinear", "zero-inflated"),
           "intervention": ("hard", "shift")}
PARTS = ("training", "new_doses", "new_perturbations")
LISTS = ("doses", "new_doses")


def settings_of(given, kept):
    """A gim_simulation; lists are put in kept, which must outlive it."""
    settings = api.Simulation(c.sizeof(api.Simulation))
    lib.gim_simulation_init(settings)
    known = [name for name, _ in api.Simulation._fields_ if name not in ("struct_size", "n_doses", "n_new_doses")]
    for name, value in given.items():
        if name not in known:
            raise unknown("setting", name, known)
        if name in LISTS:
            kept.append(np.ascontiguousarray(value, np.float64))
            setattr(settings, "n_" + name, len(kept[-1]))
            value = pointer(kept[-1])
        elif name in CHOICES and isinstance(value, str):
            if value.replace("_", "-") not in CHOICES[name]:
                raise unknown(name, value, CHOICES[name], ValueError)
            value = CHOICES[name].index(value.replace("_", "-"))
        setattr(settings, name, value)
    return settings


class System:
    """A random system. Parts are "training", "new_doses" and "new_perturbations"."""

    def __init__(self, settings):
        kept = []
        self._pointer = c.c_void_p()
        self._check(lib.gim_system_new(self._pointer, settings_of(settings, kept), None))
        found = lib.gim_system_settings(self._pointer)[0]
        self.d, self.p, self.seed = found.variables, found.components, found.seed

    def __del__(self):
        if lib is not None:
            lib.gim_system_free(self._pointer)

    def _check(self, status):
        if status < 0:
            raise exception(status, message_of(self._pointer, lib.gim_system_message) if self._pointer else "")

    def _environment(self, env):
        environment, features = api.Environment(c.sizeof(api.Environment)), np.empty(self.p)
        self._check(lib.gim_system_environment(self._pointer, env, environment, pointer(features)))
        return environment.name.decode(), environment.n_rows, features

    def data(self, part="training"):
        """(X, environments, perturbations), as Model.fit() takes them."""
        if part not in PARTS:
            raise unknown("part", part, PARTS)
        first, count = c.c_size_t(), c.c_size_t()
        self._check(lib.gim_system_part(self._pointer, PARTS.index(part), first, count))
        blocks, labels, table = [], [], {}
        for env in range(first.value, first.value + count.value):
            name, n, features = self._environment(env)
            x = np.empty((n, self.d))
            self._check(lib.gim_system_rows(self._pointer, env, n, self.seed, pointer(x)))
            blocks.append(x)
            labels += [name] * n
            table[name] = features
        return np.concatenate(blocks), np.array(labels), table

    def graph(self):
        """(d, d) bool: the true edges."""
        edges = np.empty((self.d, self.d), np.uint8)
        self._check(lib.gim_system_graph(self._pointer, pointer(edges, c.c_ubyte), None))
        return edges.astype(bool)

    def targets(self, part="training"):
        """{environment: (d) bool}: what each perturbation truly acts on."""
        first, count, found = c.c_size_t(), c.c_size_t(), {}
        if part not in PARTS:
            raise unknown("part", part, PARTS)
        self._check(lib.gim_system_part(self._pointer, PARTS.index(part), first, count))
        for env in range(first.value, first.value + count.value):
            targets = np.empty(self.d, np.uint8)
            self._check(lib.gim_system_perturbation(self._pointer, env, None, None, pointer(targets, c.c_ubyte), None))
            found[self._environment(env)[0]] = targets.astype(bool)
        return found


def simulate(**settings):
    """Draws a System: simulate(variables=10, seed=1, mechanism="linear", perturbations=20, doses=[1, 2])."""
    return System(settings)
