"""How good predictions and graphs are; docs/evaluation.md says what a value means.
SPDX-License-Identifier: BSD-3-Clause"""
import ctypes as c

import numpy as np

from . import _api as api
from ._library import doubles, exception, lib, names_from, pointer, rows, unknown


def check(status, what=""):
    if status < 0:
        raise exception(status, what)


def same_width(predicted, observed):
    if predicted.shape[1] != observed.shape[1]:
        raise ValueError(f"predicted has {predicted.shape[1]} columns, observed {observed.shape[1]}")


def score(predicted, observed, metrics=None, scale=None):
    """{metric: distance} of predicted rows (n, d) from observed ones (m, d); of all the lower the better.

    metrics  some of mean_distance, kde_nll, wasserstein, energy, mmd, wasserstein_1; all by default
    scale    (d): units, such as the control's standard deviations; both samples are divided by it
    """
    predicted, observed = rows(predicted, "predicted"), rows(observed, "observed")
    same_width(predicted, observed)
    if scale is not None:
        predicted, observed = predicted / np.asarray(scale), observed / np.asarray(scale)
    known = names_from(lib.gim_metric_name)
    found = {}
    for name in [metrics] if isinstance(metrics, str) else metrics or known:
        if name not in known:
            raise unknown("metric", name, known)
        value = c.c_double()
        check(lib.gim_score_samples(known.index(name), pointer(predicted), len(predicted), pointer(observed),
                                    len(observed), predicted.shape[1], None, value), name)
        found[name] = value.value
    return found


def coverage(predicted, observed, level=0.9):
    """(d): the share of the observed values between the predicted sample's quantiles; good is level itself."""
    predicted, observed = rows(predicted, "predicted"), rows(observed, "observed")
    same_width(predicted, observed)
    share = np.empty(predicted.shape[1])
    check(lib.gim_coverage(pointer(predicted), len(predicted), pointer(observed), len(observed), len(share), level,
                           None, pointer(share)))
    return share


def shift_correlation(predicted, observed, reference):
    """Pearson's correlation of two shifts of the mean from a reference, (d) each."""
    means = [np.atleast_1d(doubles(mean)) for mean in (predicted, observed, reference)]
    if len({mean.shape for mean in means}) > 1 or means[0].ndim != 1:
        raise ValueError("predicted, observed and reference: not three means of the same variables")
    value = c.c_double()
    check(lib.gim_shift_correlation(*map(pointer, means), len(means[0]), value))
    return value.value


def discrimination(predicted, observed):
    """(environments): whether predicted means tell environments apart; 0 best, 1/2 by chance."""
    predicted, observed = rows(predicted, "predicted"), rows(observed, "observed")
    if predicted.shape != observed.shape:
        raise ValueError(f"predicted has the shape {predicted.shape}, observed {observed.shape}")
    rank = np.empty(len(predicted))
    check(lib.gim_discrimination(pointer(predicted), pointer(observed), *predicted.shape, pointer(rank)))
    return rank


def flags(matrix):
    return np.ascontiguousarray(np.asarray(matrix) != 0, np.uint8)


def compare_graphs(estimate, truth):
    """{"shd", "sid", "precision", "recall", "f1", ...} of two adjacency matrices (d, d)."""
    estimate, truth = flags(estimate), flags(truth)
    if estimate.shape != truth.shape or estimate.ndim != 2 or estimate.shape[0] != estimate.shape[1]:
        raise ValueError(f"graphs of the shapes {estimate.shape} and {truth.shape}, where both are square and equal")
    scores = api.GraphScores(c.sizeof(api.GraphScores))
    check(lib.gim_compare_graphs(pointer(estimate, c.c_ubyte), pointer(truth, c.c_ubyte), len(truth), None, scores))
    return {name: getattr(scores, name) for name, _ in api.GraphScores._fields_ if name != "struct_size"}


def average_precision(score, truth):
    """The area under the precision-recall curve."""
    score, truth = doubles(score).ravel(), flags(truth).ravel()
    if len(score) != len(truth):
        raise ValueError(f"{len(score)} scores, {len(truth)} truths")
    value = c.c_double()
    check(lib.gim_average_precision(pointer(score), pointer(truth, c.c_ubyte), len(truth), None, value))
    return value.value
