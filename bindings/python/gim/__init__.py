"""libgim: generative intervention models. What an unseen perturbation does to a system, which variables it targets, and
by which causal graph.

>>> import gim
>>> system = gim.simulate(variables=5, perturbations=4, doses=[1, 2], control_rows=100, rows=30, seed=3)
>>> X, environments, perturbations = system.data("training")
>>> model = gim.Model(steps=60, check_every=20).fit(X, environments, perturbations, control="control")  # a short one
>>> model.sample(perturbations["p0_d1"], n=5).shape
(5, 5)
>>> sorted(gim.score(model.sample(n=50), X[environments == "control"], metrics=["energy"]))
['energy']

SPDX-License-Identifier: BSD-3-Clause
"""
from . import _api
from ._data import environment_seed
from ._judge import average_precision, compare_graphs, coverage, discrimination, score, shift_correlation
from ._library import (ArgumentError, BusyError, DataError, FileError, FormatError, GimError, NoMemoryError,
                       NotConverged, NumericError, OptionError, StateError, UnknownName, lib)
from ._model import Model, options
from ._simulation import System, simulate

__version__ = _api.VERSION
library_version = lib.gim_version().decode()

__all__ = [
    "Model", "System", "ArgumentError", "BusyError", "DataError", "FileError", "FormatError", "GimError",
    "NoMemoryError", "NotConverged", "NumericError", "OptionError", "StateError", "UnknownName", "average_precision",
    "compare_graphs", "coverage", "discrimination", "environment_seed", "library_version", "options", "score",
    "shift_correlation", "simulate",
]
