"""Rows and features in the shapes that people have them, handed to libgim by callback: nothing is copied but the rows
that libgim asks for. SPDX-License-Identifier: BSD-3-Clause"""
import ctypes as c
import signal
import threading

import numpy as np

from . import _api as api
from ._library import UnknownName, doubles, lib, unknown

RAISED = -2000  # what a callback returns for an exception, kept and raised again after the fit


def is_frame(x):
    return hasattr(x, "columns") and hasattr(x, "iloc")


def is_anndata(x):
    return hasattr(x, "obs") and hasattr(x, "var_names") and hasattr(x, "X")


def labels_of(column):
    return [str(label) for label in np.asarray(column)]


class Rows:
    """X, its variables' names (None: not named) and each row's environment."""

    def __init__(self, X, environments, variables=None):
        self.obs = X.obs if is_anndata(X) else X if is_frame(X) else None
        names = None
        if is_anndata(X):
            X, names = X.X, labels_of(X.var_names)
        if isinstance(environments, str):
            environments = self.column(environments)
            if is_frame(X):
                X = X.loc[:, [name for name in X.columns if X[name].dtype.kind in "fiub"]]
        if is_frame(X):
            names = [str(name) for name in X.columns]
            X = X.to_numpy()
        if not hasattr(X, "shape"):
            X = np.asarray(X)
        if len(X.shape) != 2:
            raise ValueError(f"X has {len(X.shape)} dimensions, where rows of variables are wanted")
        self.x = X.tocsr() if hasattr(X, "tocsr") and getattr(X, "format", "csr") != "csr" else X
        self.d = X.shape[1]
        self.variables = list(variables) if variables is not None else names
        if self.variables is not None and len(self.variables) != self.d:
            raise ValueError(f"{len(self.variables)} names of variables, where X has {self.d} columns")
        labels = labels_of(environments)
        if len(labels) != X.shape[0]:
            raise ValueError(f"{len(labels)} labels of environments, where X has {X.shape[0]} rows")
        self.index = {}
        for row, label in enumerate(labels):
            self.index.setdefault(label, []).append(row)
        self.index = {label: np.array(rows) for label, rows in self.index.items()}

    def column(self, name):
        if self.obs is None:
            raise ValueError(f"environments={name!r} names a column, but X has none: give a label for each row")
        if name not in self.obs.columns:
            raise unknown("column", name, map(str, self.obs.columns))
        return self.obs[name]

    def read(self, environment, which):
        """Some rows of an environment, by ascending number within it."""
        x = self.x[self.index[environment][which]]
        return x.toarray() if hasattr(x, "toarray") else np.asarray(x)


def of_columns(rows, names):
    """Features that are columns of the rows' own table, the same in all rows of an environment."""
    table = {}
    columns = [np.asarray(rows.column(name), float) for name in names]
    for environment, which in rows.index.items():
        for name, column in zip(names, columns):
            values = np.unique(column[which])
            if len(values) != 1:
                raise ValueError(f"column {name!r} has {len(values)} values in environment {environment!r}, where a "
                                 "feature has one")
        table[environment] = [column[which[0]] for column in columns]
    return list(names), table


def of_frame(frame):
    """A DataFrame with a row for each environment, named by its index or by a column `environment`."""
    if "environment" in frame.columns:
        frame = frame.set_index("environment")
    frame = frame.loc[:, [name for name in frame.columns if frame[name].dtype.kind in "fiub"]]
    labels = labels_of(frame.index)
    if len(set(labels)) < len(labels):
        raise ValueError("perturbations: an environment has two rows")
    return [str(name) for name in frame.columns], dict(zip(labels, frame.to_numpy(float)))


def of_mapping(table):
    """{environment: numbers, or {feature: number}}; a number alone is one feature."""
    table = {str(environment): value for environment, value in table.items()}
    names = next((list(map(str, value)) for value in table.values() if isinstance(value, dict)), None)
    if names is None:
        table = {environment: np.atleast_1d(doubles(value, f"perturbation {environment!r}"))
                 for environment, value in table.items()}
        widths = {len(value) for value in table.values()}
        if len(widths) > 1:
            raise ValueError(f"perturbations: {sorted(widths)} features, where all must have as many")
        return None, table
    return names, {environment: by_name(value, names) for environment, value in table.items()}


def by_name(values, names):
    """The numbers of {feature: number}, in the order of names."""
    for name in values:
        if str(name) not in names:
            raise unknown("feature", name, names)
    missing = [name for name in names if name not in values]
    if missing:
        raise UnknownName(f"feature {missing[0]!r} is missing; all are needed: {', '.join(names)}")
    return np.array([float(values[name]) for name in names])


class Features:
    """Each environment's features, and their names (None: not named)."""

    def __init__(self, perturbations, rows=None, features=None):
        if is_frame(perturbations):
            names, self.table = of_frame(perturbations)
        elif isinstance(perturbations, dict):
            names, self.table = of_mapping(perturbations)
        elif rows is not None and isinstance(perturbations, (list, tuple)):
            names, self.table = of_columns(rows, perturbations)
        else:
            raise TypeError("perturbations: neither a DataFrame, nor a dict by environment, nor a list of columns of X")
        self.names = list(features) if features is not None else names
        self.p = len(next(iter(self.table.values()))) if self.table else 0
        if self.names is not None and len(self.names) != self.p:
            raise ValueError(f"{len(self.names)} names of features, where perturbations have {self.p}")


class Data:
    """What gim_fit() asks, with the exceptions that were raised on the way."""

    def __init__(self, rows, features, control, progress):
        control = [control] if isinstance(control, str) else list(map(str, control or []))
        for name in control:
            if name not in rows.index:
                raise unknown("environment", name, rows.index)
        for name in rows.index:
            if name not in features.table:
                raise UnknownName(f"environment {name!r} has rows in X, but no features in perturbations")
        self.rows, self.features, self.control, self.progress = rows, features, set(control), progress
        self.environments = list(rows.index)
        self.names = [name.encode() for name in self.environments]
        self.raised = []
        self.data = api.Data(c.sizeof(api.Data), len(self.names))
        self.data.describe = dict(api.Data._fields_)["describe"](self.guard(self.describe))
        self.data.read = dict(api.Data._fields_)["read"](self.guard(self.read))
        self.report = api.ProgressFn(self.guard(self.report))

    def guard(self, call):
        """ctypes would print an exception and return 0, as if nothing had happened."""
        def callback(*arguments):
            try:
                stop = call(*arguments)
                return 1 if stop or self.raised else 0
            except BaseException as exception:
                self.raised.append(exception)
                return RAISED
        return callback

    def describe(self, env, out, features, user):
        name = self.environments[env]
        out[0].n_rows = len(self.rows.index[name])
        out[0].observational = name in self.control
        out[0].name = self.names[env]
        np.ctypeslib.as_array(features, (self.features.p,))[:] = self.features.table[name]

    def read(self, env, which, n, x, user):
        which = np.ctypeslib.as_array(which, (n,))
        np.ctypeslib.as_array(x, (n, self.rows.d))[:] = self.rows.read(self.environments[env], which)

    def report(self, at, user):
        at = at[0]
        return self.progress is not None and self.progress(
            {name: getattr(at, name) for name, _ in api.Progress._fields_ if name != "struct_size"})

    def run(self, function, handle):
        """gim_fit() or gim_resume(): the status, and what to raise once the model is in order."""
        with Interrupts(self.raised):
            status = function(handle, self.data, self.report, None)
        return status, self.raised[0] if self.raised else None


class Interrupts:
    """While libgim computes, the handler of Ctrl-C runs between callbacks. An exception that it raised there would be
    lost in ctypes, so it is kept, and the fit stopped."""

    def __init__(self, raised):
        self.raised, self.before = raised, None

    def __enter__(self):
        if threading.current_thread() is threading.main_thread() and callable(signal.getsignal(signal.SIGINT)):
            self.before = signal.signal(signal.SIGINT, self.handle)

    def handle(self, number, frame):
        try:
            self.before(number, frame)
        except BaseException as exception:
            self.raised.append(exception)

    def __exit__(self, *exception):
        if self.before is not None:
            signal.signal(signal.SIGINT, self.before)


def environment_seed(seed, environment):
    """The seed with which `gim sample --seed` draws an environment's rows."""
    state = 0xcbf29ce484222325 ^ seed
    for byte in str(environment).encode():
        state = (state ^ byte) * 0x100000001b3 % 2**64
    return state


def variable_names(handle):
    return [lib.gim_variable_name(handle, i).decode() for i in range(lib.gim_variable_count(handle))]


def feature_names(handle):
    return [lib.gim_feature_name(handle, i).decode() for i in range(lib.gim_feature_count(handle))]
