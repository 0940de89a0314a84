"""Finds libgim.so.0, and turns its status codes into exceptions. SPDX-License-Identifier: BSD-3-Clause"""
import ctypes as c
import difflib
import os
import pathlib

import numpy as np

from . import _api as api


# ---- exceptions: one a status code, each also what Python calls such a thing ----------------------------------------

class GimError(Exception):
    """A call into libgim failed. `status` is its code, `name` that code's name ("GIM_ERR_DATA")."""
    status = 0
    name = ""


class ArgumentError(GimError, ValueError):
    """An argument is not valid."""


class StateError(GimError, RuntimeError):
    """The model is not in a state that allows this: no fit yet, or a baseline was asked for a graph."""


class OptionError(GimError, ValueError):
    """No such option, or a value outside its range."""


class DataError(GimError, ValueError):
    """The data cannot be used; the message names environment, row and variable."""


class BusyError(GimError, RuntimeError):
    """Another thread is fitting the model."""


class FileError(GimError, OSError):
    """A file could not be read or written."""


class FormatError(GimError, ValueError):
    """The file is not a libgim model, or it is damaged, or a newer libgim wrote it."""


class NumericError(GimError, ArithmeticError):
    """The objective is no longer finite, or an iteration did not converge."""


class NoMemoryError(GimError, MemoryError):
    """Memory is out."""


class UnknownName(GimError, LookupError):
    """No variable, feature, environment or the like of this name; the message lists those that come near."""


class NotConverged(UserWarning):
    """All steps were done, but the graph was not acyclic by itself: edges were removed."""


ERRORS = {
    api.ERR_NOMEM: NoMemoryError, api.ERR_ARGUMENT: ArgumentError, api.ERR_STATE: StateError,
    api.ERR_OPTION: OptionError, api.ERR_DATA: DataError, api.ERR_BUSY: BusyError, api.ERR_IO: FileError,
    api.ERR_FORMAT: FormatError, api.ERR_VERSION: FormatError, api.ERR_NUMERIC: NumericError,
}


# ---- the library ----------------------------------------------------------------------------------------------------

def find():
    """GIM_LIBRARY, else the library inside this package (in a wheel), else the system's."""
    named = os.environ.get("GIM_LIBRARY")
    inside = pathlib.Path(__file__).parent / "libgim.so.0"
    return named or (str(inside) if inside.exists() else "libgim.so.0")


def load():
    path = find()
    try:
        library = c.CDLL(path)
    except OSError as error:
        raise ImportError(f"{error}: gim needs libgim, its C library. Install it (make install && ldconfig), "
                          "or give its path in the environment variable GIM_LIBRARY") from None
    for name, (result, arguments) in api.FUNCTIONS.items():
        try:
            function = getattr(library, name)
        except AttributeError:
            raise ImportError(f"{path} is older than this package ({api.VERSION}): it lacks {name}()") from None
        function.restype, function.argtypes = result, arguments
    return library


lib = load()


# ---- helpers --------------------------------------------------------------------------------------------------------

def exception(status, message=""):
    name = lib.gim_status_name(status).decode()
    error = ERRORS.get(status, GimError)(message or lib.gim_status_text(status).decode())
    error.status, error.name = status, name
    return error


def message_of(handle, ask):
    text = c.create_string_buffer(ask(handle, None, 0) + 1)
    ask(handle, text, len(text))
    return text.value.decode(errors="replace")


def unknown(what, name, known, error=UnknownName):
    """An error that says what was not found, and what comes near it."""
    known = list(known)
    near = difflib.get_close_matches(str(name), known, n=3)
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else \
        f"there are: {', '.join(known[:20])}{', ...' if len(known) > 20 else ''}"
    return error(f"no {what} {str(name)!r}; {hint}")


def doubles(values, what="values"):
    """An array as libgim wants it: C-contiguous doubles. No copy where it is that already."""
    try:
        return np.ascontiguousarray(values, np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{what}: not numbers ({error})") from None


def rows(values, what):
    """As doubles(), but a matrix."""
    if hasattr(values, "toarray"):
        values = values.toarray()
    array = doubles(values, what)
    if array.ndim != 2:
        raise ValueError(f"{what}: {array.ndim} dimensions, where rows of variables are wanted")
    return array


def pointer(array, kind=c.c_double):
    return None if array is None else array.ctypes.data_as(c.POINTER(kind))


def names_from(ask, *arguments):
    """The texts ask(*arguments, 0), ask(*arguments, 1), ... up to NULL."""
    names = []
    while (text := ask(*arguments, len(names))) is not None:
        names.append(text.decode())
    return names
