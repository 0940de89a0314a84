"""The model. SPDX-License-Identifier: BSD-3-Clause"""
import ctypes as c
import os
import pathlib
import tempfile
import warnings

import numpy as np

from . import _api as api
from . import _data
from ._library import (NotConverged, OptionError, doubles, exception, lib, message_of, names_from, pointer, rows,
                       unknown)


# ---- options --------------------------------------------------------------------------------------------------------

def option_numbers():
    """{"learning_rate": 304, ...}, as the library has them."""
    numbers = {}
    for index in range(lib.gim_option_count()):
        option = c.c_int()
        lib.gim_option_at(index, option)
        numbers[lib.gim_option_name(option).decode().replace("-", "_")] = option.value
    return numbers


OPTIONS = option_numbers()


def options():
    """Every option of a fit: {name: {"help", "kind", "lowest", "highest", "default", "choices"}}."""
    described = {}
    for name, number in OPTIONS.items():
        kind, span = c.c_int(), (c.c_double * 3)()
        lib.gim_option_type(number, kind)
        lib.gim_option_range(number, *[c.cast(c.byref(span, 8 * i), c.POINTER(c.c_double)) for i in range(3)])
        choices = names_from(lib.gim_option_choice, number)
        described[name] = {
            "help": lib.gim_option_help(number).decode(), "kind": ("int", "real", "choice")[kind.value],
            "lowest": span[0], "highest": span[1], "default": choices[int(span[2])] if choices else span[2],
            "choices": choices}
    return described


def set_option(handle, name, value):
    number, kind = OPTIONS[name], c.c_int()
    lib.gim_option_type(number, kind)
    if kind.value == api.CHOICE and isinstance(value, str):
        choices = names_from(lib.gim_option_choice, number)
        if value.replace("_", "-") not in choices:
            raise unknown(f"{name}", value, choices, OptionError)
        value = choices.index(value.replace("_", "-"))
    if kind.value == api.REAL:
        return lib.gim_set_real(handle, number, float(value))
    if int(value) != value:
        raise OptionError(f"{name} is a whole number, not {value!r}")
    return lib.gim_set_int(handle, number, int(value))


# ---- the handle -----------------------------------------------------------------------------------------------------

class Handle:
    """Owns a gim_model. Freed when the last reference goes, so never under a call: that holds one."""

    def __init__(self):
        self.pointer = c.c_void_p()

    @property
    def _as_parameter_(self):
        return self.pointer

    def __del__(self):
        if lib is not None:
            lib.gim_model_free(self.pointer)

    def check(self, status):
        if status < 0:
            raise exception(status, message_of(self.pointer, lib.gim_message) if self.pointer else "")
        return status


def new_handle(d, p):
    handle = Handle()
    handle.check(lib.gim_model_new(handle.pointer, d, p, None))
    return handle


def load_handle(path):
    handle = Handle()
    handle.check(lib.gim_model_load(handle.pointer, os.fsencode(path), None))
    return handle


# ---- the model ------------------------------------------------------------------------------------------------------

class Model:
    """A generative intervention model, or with method="ridge" and the like a baseline.

    Options are the library's, with `_` in place of `-`: Model(intervention="shift", steps=2000). gim.options() lists
    them. Matrices are numpy arrays with a row a sample; entry [i, j] of a graph is the edge i -> j.

    Many threads may ask one model at once. A fit releases the interpreter, and what is asked meanwhile is answered by
    the fit before it. Two fits at once need two objects.
    """

    def __init__(self, **options):
        self._options, self._handle = {}, None
        self.set_params(**options)

    # -- as scikit-learn has it

    def get_params(self, deep=True):
        return dict(self._options)

    def set_params(self, **options):
        for name in options:
            if name not in OPTIONS:
                raise unknown("option", name, OPTIONS, OptionError)
        trial = new_handle(2, 1)
        for name, value in options.items():
            trial.check(set_option(trial, name, value))
        self._options.update(options)
        return self

    # -- fitting

    def fit(self, X, environments, perturbations, control=None, variables=None, features=None, progress=None):
        """Fits the model, from the start.

        X              (n, d): array of any kind of numbers and strides, scipy.sparse matrix, DataFrame, or AnnData
        environments   a label for each row, or the name of a column of X or of its obs
        perturbations  each environment's features: a DataFrame indexed by environment, a dict
                       {environment: numbers or {feature: number}}, or names of columns of X's obs
        control        the environment, or list of them, in which nothing is perturbed
        progress       called with a dict (step, steps, held_out, ...) at every check; a true result stops the fit

        Ctrl-C stops the fit and raises KeyboardInterrupt; the model then holds the fit as far as it came, and resume()
        goes on. Warns NotConverged where edges had to be removed.
        """
        source = _data.Rows(X, environments, variables)
        table = _data.Features(perturbations, source, features)
        data = _data.Data(source, table, control, progress)
        handle = new_handle(source.d, table.p)
        for set_name, names in ((lib.gim_set_variable_name, source.variables), (lib.gim_set_feature_name, table.names)):
            for index, name in enumerate(names or []):
                handle.check(set_name(handle, index, str(name).encode()))
        for name, value in self._options.items():
            handle.check(set_option(handle, name, value))
        return self._run(lib.gim_fit, handle, data)

    def resume(self, X, environments, perturbations, control=None, progress=None):
        """Goes on with a fit that was stopped, on the same data, to the numbers that it would have had."""
        source = _data.Rows(X, environments)
        table = _data.Features(perturbations, source)
        handle = self._fitted()
        if (source.d, table.p) != (len(self.variables), len(self.features)):
            raise ValueError(f"{source.d} variables and {table.p} features, where the fit has "
                             f"{len(self.variables)} and {len(self.features)}")
        return self._run(lib.gim_resume, handle, _data.Data(source, table, control, progress))

    def _run(self, function, handle, data):
        status, raised = data.run(function, handle)
        if status >= 0:
            self._handle = handle
        if raised is not None:
            raise raised
        handle.check(status)
        if status == api.CYCLIC:
            warnings.warn(lib.gim_status_text(status).decode(), NotConverged, stacklevel=3)
        return self

    def _fitted(self):
        if self._handle is None:
            raise exception(api.ERR_STATE, "the model has no fit; call fit() or Model.load() first")
        return self._handle

    # -- what it was fitted to

    @property
    def variables(self):
        return _data.variable_names(self._fitted())

    @property
    def features(self):
        return _data.feature_names(self._fitted())

    @property
    def environments(self):
        """{name: (features, rows, observational)} of the fit."""
        handle, found = self._fitted(), {}
        for index in range(lib.gim_environment_count(handle)):
            environment = api.Environment(c.sizeof(api.Environment))
            values = np.empty(lib.gim_feature_count(handle))
            handle.check(lib.gim_environment_get(handle, index, environment, pointer(values)))
            found[environment.name.decode()] = (values, environment.n_rows, bool(environment.observational))
        return found

    @property
    def report(self):
        """How the fit went: status ("GIM_OK", "GIM_STOPPED", "GIM_CYCLIC"), step, held_out, edges, ..."""
        handle, found, value = self._fitted(), {}, c.c_double()
        for item, name in enumerate(names_from(lib.gim_report_name)):
            handle.check(lib.gim_report(handle, item, value))
            found[name.replace("-", "_")] = value.value
        found["status"] = lib.gim_status_name(int(found["status"])).decode()
        return found

    @property
    def history(self):
        """The checks, a row each: step, objective, held_out, acyclicity, penalty, edges."""
        handle, n = self._fitted(), c.c_size_t()
        handle.check(lib.gim_history(handle, n, None, 0))
        table = np.empty((n.value, api.HISTORY_COLUMNS))
        handle.check(lib.gim_history(handle, n, pointer(table), n.value))
        return table

    # -- asking

    def _one(self, perturbation):
        """The features of one perturbation: numbers in the model's order, {feature: number}, or a name."""
        names = self.features
        if isinstance(perturbation, str):
            known = self.environments
            if perturbation not in known:
                raise unknown("environment", perturbation, known)
            return known[perturbation][0]
        if hasattr(perturbation, "index") and hasattr(perturbation, "to_dict"):  # a row of a DataFrame
            perturbation = perturbation.to_dict()
        if isinstance(perturbation, dict):
            return _data.by_name(perturbation, names)
        values = np.atleast_1d(doubles(perturbation, "perturbation"))
        if values.shape != (len(names),):
            raise ValueError(f"a perturbation of shape {values.shape}, where the model has {len(names)} features: "
                             f"{', '.join(names[:20])}")
        return values

    def _joint(self, perturbation):
        """(Q, p): None for none, a list of perturbations or a matrix for several together."""
        p = len(self.features)
        if perturbation is None:
            return np.empty((0, p))
        if isinstance(perturbation, np.ndarray) and perturbation.ndim == 2 or isinstance(perturbation, (list, tuple)) \
                and any(not np.isscalar(part) or isinstance(part, str) for part in perturbation):
            return np.array([self._one(part) for part in perturbation]).reshape(-1, p)
        return self._one(perturbation)[None, :]

    def sample(self, perturbation=None, n=1000, seed=1, frame=False):
        """n rows (n, d) of all variables under a perturbation: numbers in the order of features, {feature: number},
        or the name of an environment of the fit; a list of these, applied together; None: the unperturbed system.
        frame: a DataFrame with the variables' names."""
        handle, asked = self._fitted(), self._joint(perturbation)
        x = np.empty((n, len(self.variables)))
        handle.check(lib.gim_sample(handle, pointer(asked), len(asked), n, seed, pointer(x)))
        return self._frame(x) if frame else x

    def predict(self, perturbations, n=1000, seed=1):
        """{environment: rows (n, d)} for a table of perturbations as fit() takes it; environments that the model knows
        as controls are unperturbed. These are the rows that `gim sample --seed` draws."""
        table, known = _data.Features(perturbations), self.environments
        drawn = {}
        for name, values in table.table.items():
            if table.names is not None:
                values = _data.by_name({key: value for key, value in zip(table.names, values)
                                        if key in self.features}, self.features)
            unperturbed = name in known and known[name][2]
            drawn[name] = self.sample(None if unperturbed else values, n, _data.environment_seed(seed, name))
        return drawn

    def targets(self, perturbation, frame=False):
        """(d): the probability that the perturbation acts on each variable."""
        handle, probability = self._fitted(), np.empty(len(self.variables))
        handle.check(lib.gim_targets(handle, pointer(self._one(perturbation)), pointer(probability)))
        return self._series(probability) if frame else probability

    def effects(self, perturbation):
        """{"mean": (mean, spread), ...}, (d) each: what the perturbation does to each variable, were it targeted."""
        handle, asked, found = self._fitted(), self._one(perturbation), {}
        for index in range(lib.gim_effect_count(handle)):
            effect = lib.gim_effect_at(handle, index)
            mean, spread = np.empty(len(self.variables)), np.empty(len(self.variables))
            handle.check(lib.gim_effects(handle, pointer(asked), effect, pointer(mean), pointer(spread)))
            found[lib.gim_effect_name(effect).decode().replace("-", "_")] = (mean, spread)
        return found

    def graph(self, frame=False):
        """(d, d) bool: the final graph, which has no cycle."""
        edges = np.empty((len(self.variables),) * 2, np.uint8)
        handle = self._fitted()
        handle.check(lib.gim_graph(handle, None, pointer(edges, c.c_ubyte)))
        return self._frame(edges.astype(bool), square=True) if frame else edges.astype(bool)

    def edge_probabilities(self, frame=False):
        """(d, d): the probability of each edge."""
        probability = np.empty((len(self.variables),) * 2)
        handle = self._fitted()
        handle.check(lib.gim_graph(handle, pointer(probability), None))
        return self._frame(probability, square=True) if frame else probability

    def weights(self, frame=False):
        """(d, d): of the final graph's edges, in units of target per unit of source; with linear mechanisms."""
        weight = np.empty((len(self.variables),) * 2)
        handle = self._fitted()
        handle.check(lib.gim_weights(handle, pointer(weight)))
        return self._frame(weight, square=True) if frame else weight

    def log_density(self, X, perturbation=None):
        """(n): the log-density of each row of X under a perturbation, in nats."""
        handle, x, asked = self._fitted(), rows(X, "X"), self._joint(perturbation)
        if x.shape[1] != len(self.variables):
            raise ValueError(f"X has {x.shape[1]} columns, where the model has {len(self.variables)} variables")
        density = np.empty(len(x))
        handle.check(lib.gim_log_density(handle, pointer(asked), len(asked), pointer(x), len(x), pointer(density)))
        return density

    def distance(self, perturbation):
        """(distance, outside): how far from the training features, and whether the answer is an extrapolation."""
        handle, distance, outside = self._fitted(), c.c_double(), c.c_int()
        handle.check(lib.gim_feature_distance(handle, pointer(self._one(perturbation)), distance, outside))
        return distance.value, bool(outside.value)

    def _frame(self, values, square=False):
        import pandas
        return pandas.DataFrame(values, columns=self.variables, index=self.variables if square else None)

    def _series(self, values):
        import pandas
        return pandas.Series(values, index=self.variables)

    # -- files, copies

    def save(self, path):
        """Writes the model; the file is whole, or as it was before."""
        handle = self._fitted()
        handle.check(lib.gim_model_save(handle, os.fsencode(path)))

    @classmethod
    def load(cls, path):
        """Reads a model that any binding, or `gim fit`, has written."""
        model = cls()
        model._take(load_handle(path))
        return model

    def _take(self, handle):
        self._handle = handle
        for name, described in options().items():
            get, value = (lib.gim_get_real, c.c_double()) if described["kind"] == "real" else \
                (lib.gim_get_int, c.c_int64())
            handle.check(get(handle, OPTIONS[name], value))
            value = described["choices"][value.value] if described["choices"] else value.value
            if value != described["default"]:
                self._options[name] = value

    def __copy__(self):
        copy = type(self)(**self._options)
        if self._handle is not None:
            copy._handle = Handle()
            self._handle.check(lib.gim_model_copy(copy._handle.pointer, self._handle))
        return copy

    def __deepcopy__(self, memo):
        return self.__copy__()

    def __getstate__(self):
        if self._handle is None:
            return {"options": self._options, "file": None}
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "model.gim")
            self.save(path)
            return {"options": self._options, "file": path.read_bytes()}

    def __setstate__(self, state):
        self._options, self._handle = state["options"], None
        if state["file"] is not None:
            with tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder, "model.gim")
                path.write_bytes(state["file"])
                self._handle = load_handle(path)

    def __repr__(self):
        given = ", ".join(f"{name}={value!r}" for name, value in self._options.items())
        fitted = f": {len(self.variables)} variables, {len(self.features)} features" if self._handle else ""
        return f"<gim.Model({given}){fitted}>"
