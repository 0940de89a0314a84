"""The Python package, on numpy alone; what needs pandas, scipy or anndata is skipped without them.
SPDX-License-Identifier: BSD-3-Clause"""
import copy
import doctest
import os
import pathlib
import pickle
import re
import signal
import subprocess
import sys
import tempfile
import threading
import types
import unittest
import warnings

import numpy as np

import gim
from gim import _api as api

HERE = pathlib.Path(__file__).resolve().parent
QUICK = dict(intervention="shift", steps=60, check_every=20, width=8, draws=4)
POWERS = {"off": 0.0, "one": 1.0, "two": 2.0, "four": 4.0}
NAMES = ["heat", "pressure", "flow"]


def measure(rng, power, n):
    heat = 20 + 5 * power + 2 * rng.normal(size=n)
    pressure = 1 + 0.1 * heat + 0.2 * rng.normal(size=n)
    return np.column_stack([heat, pressure, 50 - 8 * pressure + 2 * rng.normal(size=n)])


def experiment(n=40):
    rng = np.random.default_rng(1)
    X = np.concatenate([measure(rng, power, n) for power in POWERS.values()])
    return X, np.repeat(list(POWERS), n)


TABLE = {name: {"power": power} for name, power in POWERS.items()}
X, LABELS = experiment()


def fitted(X=X, labels=LABELS, table=TABLE, **settings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gim.NotConverged)
        given = dict(control="off", variables=NAMES)
        return gim.Model(**QUICK).fit(X, labels, table, **{**given, **settings})


MODEL = fitted()


class TestHeaders(unittest.TestCase):
    def test_declarations_are_those_of_the_headers(self):
        generate = HERE.parents[1] / "generate.py"
        if not generate.exists():
            self.skipTest("not in libgim's own tree")
        subprocess.run([sys.executable, generate, "--check"], check=True, capture_output=True)

    def test_version_is_the_librarys(self):
        self.assertEqual(gim.library_version, gim.__version__)

    def test_no_function_is_called_that_is_not_declared(self):
        for path in pathlib.Path(gim.__file__).parent.glob("*.py"):
            for name in re.findall(r"\blib\.(gim_\w+)", path.read_text()):
                self.assertIn(name, api.FUNCTIONS)


class TestInput(unittest.TestCase):
    """The same numbers, however the rows lie in memory."""

    def same(self, *arguments, **settings):
        np.testing.assert_array_equal(fitted(*arguments, **settings).sample(3, 20), MODEL.sample(3, 20))

    def test_strides(self):
        wide = np.zeros((len(X), 6))
        wide[:, ::2] = X
        self.same(wide[:, ::2])
        self.same(np.asfortranarray(X))
        self.same(X[::-1][::-1])
        self.same(X.tolist())

    def test_float32(self):
        narrow = X.astype(np.float32)
        model = fitted(narrow)
        np.testing.assert_array_equal(model.sample(3, 5), fitted(narrow.astype(float)).sample(3, 5))

    def test_rows_in_any_order(self):
        order = np.argsort(np.arange(len(X)) % 40, kind="stable")  # environments interleaved
        self.same(X[order], LABELS[order])

    def test_no_copy_of_the_whole(self):
        class Watched:
            shape, largest = X.shape, 0

            def __getitem__(self, rows):
                Watched.largest = max(Watched.largest, len(rows))
                return X[rows]
        self.same(Watched())
        self.assertLessEqual(Watched.largest, 40)

    def test_features_by_number(self):
        self.same(table=POWERS, features=["power"])

    def test_anndata_like(self):
        class Frame(dict):
            columns = property(lambda self: list(self))
        adata = types.SimpleNamespace(X=X, obs=Frame(env=LABELS, power=np.repeat(list(POWERS.values()), 40)),
                                      var_names=NAMES)
        model = fitted(adata, "env", ["power"], variables=None)
        self.assertEqual((model.variables, model.features), (NAMES, ["power"]))
        np.testing.assert_array_equal(model.sample(3, 20), MODEL.sample(3, 20))
        with self.assertRaisesRegex(gim.UnknownName, "no column 'enw'; did you mean 'env'"):
            fitted(adata, "enw", ["power"])
        adata.obs["power"] = np.arange(len(X))
        with self.assertRaisesRegex(ValueError, "'power' has 40 values in environment 'off'"):
            fitted(adata, "env", ["power"])

    def test_sparse(self):
        try:
            import scipy.sparse as sparse
        except ImportError:
            self.skipTest("scipy is not installed")
        for kind in (sparse.csr_matrix, sparse.csc_matrix, sparse.coo_matrix):
            self.same(kind(X))

    def test_pandas(self):
        try:
            import pandas
        except ImportError:
            self.skipTest("pandas is not installed")
        cells = pandas.DataFrame(X, columns=NAMES)
        cells["environment"] = LABELS
        powers = pandas.DataFrame({"environment": list(POWERS), "power": list(POWERS.values()), "note": "x"})
        self.same(cells, "environment", powers, variables=None)
        model = fitted(cells, "environment", powers, variables=None)
        self.assertEqual(list(model.sample(3, 5, frame=True).columns), NAMES)
        self.assertEqual(list(model.graph(frame=True).index), NAMES)
        self.assertEqual(list(model.predict(powers, n=5)), list(POWERS))

    def test_anndata(self):
        try:
            import anndata
            import pandas
            import scipy.sparse as sparse
        except ImportError:
            self.skipTest("anndata is not installed")
        obs = pandas.DataFrame({"env": pandas.Categorical(LABELS), "power": np.repeat(list(POWERS.values()), 40)},
                               index=[f"cell{i}" for i in range(len(X))])
        adata = anndata.AnnData(sparse.csr_matrix(X), obs, pandas.DataFrame(index=NAMES))
        self.same(adata, "env", ["power"], variables=None)


class TestAsking(unittest.TestCase):
    def test_samples(self):
        x = MODEL.sample({"power": 3}, n=50, seed=7)
        self.assertEqual(x.shape, (50, 3))
        np.testing.assert_array_equal(x[:10], MODEL.sample([3], n=10, seed=7))
        np.testing.assert_array_equal(MODEL.sample("one", 5), MODEL.sample(1, 5))
        np.testing.assert_array_equal(MODEL.sample([{"power": 1}, "two"], 5), MODEL.sample(np.array([[1.], [2.]]), 5))
        self.assertFalse(np.array_equal(MODEL.sample(None, 5), MODEL.sample(4, 5)))

    def test_predict(self):
        drawn = MODEL.predict({"three": {"power": 3}, "off": {"power": 0}}, n=5, seed=2)
        np.testing.assert_array_equal(drawn["three"], MODEL.sample(3, 5, gim.environment_seed(2, "three")))
        np.testing.assert_array_equal(drawn["off"], MODEL.sample(None, 5, gim.environment_seed(2, "off")))

    def test_shapes(self):
        self.assertEqual(MODEL.targets(3).shape, (3,))
        self.assertEqual(MODEL.graph().dtype, bool)
        self.assertTrue(((MODEL.weights() != 0) <= MODEL.graph()).all())
        self.assertTrue((np.diag(MODEL.edge_probabilities()) == 0).all())
        mean, spread = MODEL.effects("four")["mean"]
        self.assertTrue((spread > 0).all() and mean.shape == (3,))
        self.assertEqual(MODEL.log_density(X, "two").shape, (160,))
        self.assertEqual(MODEL.distance(9)[1], True)
        self.assertEqual(MODEL.distance(2), (0.0, False))
        self.assertEqual(MODEL.history.shape[1], 6)
        self.assertEqual(MODEL.report["rows"], 160)
        self.assertEqual(MODEL.environments["off"][1:], (40, True))

    def test_threads_ask_one_model(self):
        found = [None] * 4

        def ask(i):
            found[i] = [MODEL.sample(3, 200, seed) for seed in range(20)]
        threads = [threading.Thread(target=ask, args=(i,)) for i in range(4)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        for other in found[1:]:
            np.testing.assert_array_equal(found[0], other)

    def test_threads_of_the_library_change_no_number(self):
        model = gim.Model(**{**QUICK, "threads": 3})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(X, LABELS, TABLE, control="off")
        np.testing.assert_array_equal(model.sample(3, 20), MODEL.sample(3, 20))

    def test_fits_in_threads(self):
        found = [None] * 2
        threads = [threading.Thread(target=lambda i=i: found.__setitem__(i, fitted())) for i in range(2)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        for model in found:
            np.testing.assert_array_equal(model.sample(3, 20), MODEL.sample(3, 20))

    def test_sklearn_manners(self):
        model = gim.Model(**QUICK)
        self.assertEqual(type(model)(**model.get_params()).get_params(), QUICK)
        self.assertEqual(model.set_params(steps=70).get_params()["steps"], 70)


class TestFiles(unittest.TestCase):
    def test_save_load_pickle_copy(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "héater.gim")
            MODEL.save(path)
            others = [gim.Model.load(path), pickle.loads(pickle.dumps(MODEL)), copy.deepcopy(MODEL), copy.copy(MODEL)]
        for other in others:
            np.testing.assert_array_equal(other.sample(3, 20), MODEL.sample(3, 20))
            self.assertEqual(other.variables, NAMES)
        self.assertEqual(others[0].get_params(), {k: v for k, v in QUICK.items() if v != gim.options()[k]["default"]})
        self.assertIsNone(pickle.loads(pickle.dumps(gim.Model(steps=3)))._handle)


class TestErrors(unittest.TestCase):
    """The library's words, as an exception of the language's kind."""

    def fails(self, kind, words, call, *arguments, **settings):
        with self.assertRaisesRegex(kind, words) as caught:
            call(*arguments, **settings)
        return caught.exception

    def test_from_the_library(self):
        error = self.fails(gim.ArgumentError, 'feature "power" is nan', MODEL.sample, np.nan)
        self.assertEqual((error.status, error.name), (-2, "GIM_ERR_ARGUMENT"))
        self.assertIsInstance(error, ValueError)
        holed = X.copy()
        holed[45, 1] = np.nan
        error = self.fails(gim.DataError, 'environment "one", row 5, variable "pressure" is nan', fitted, holed)
        self.assertIsInstance(error, ValueError)
        self.fails(gim.OptionError, '"steps" cannot be -1', gim.Model, steps=-1)
        self.assertIsInstance(self.fails(gim.FileError, "No such file", gim.Model.load, "/none.gim"), OSError)
        self.fails(gim.FormatError, "gim", gim.Model.load, __file__)
        self.fails(gim.ArgumentError, "heat", fitted, variables=["heat", "heat", "flow"])

    def test_unknown_names(self):
        self.fails(gim.UnknownName, "no feature 'powr'; did you mean 'power'", MODEL.sample, {"powr": 3})
        self.fails(gim.UnknownName, "feature 'power' is missing", MODEL.sample, {})
        self.fails(gim.UnknownName, "no environment 'tow'; did you mean 'two'", MODEL.sample, "tow")
        self.fails(gim.UnknownName, "no environment 'of'; did you mean 'off'", fitted, control="of")
        self.fails(gim.UnknownName, "'four' has rows in X, but no features", fitted,
                   table={k: v for k, v in TABLE.items() if k != "four"})
        self.fails(gim.OptionError, "no option 'stepz'; did you mean 'steps'", gim.Model, stepz=3)
        self.fails(gim.OptionError, "no mechanism 'liner'; did you mean 'linear'", gim.Model, mechanism="liner")
        self.fails(gim.UnknownName, "no metric 'energie'; did you mean 'energy'", gim.score, X, X, "energie")

    def test_shapes(self):
        self.fails(ValueError, "features: power", MODEL.sample, [1, 2])
        self.fails(ValueError, "3 labels of environments, where X has 160 rows", fitted, X, LABELS[:3])
        self.fails(ValueError, "2 columns, where the model has 3", MODEL.log_density, X[:, :2])
        self.fails(gim.StateError, "no fit", gim.Model().sample, 3)

    def test_a_failed_fit_leaves_the_one_before(self):
        model, before = copy.copy(MODEL), MODEL.sample(3, 5)
        self.fails(gim.DataError, "inf", model.fit, X * np.inf, LABELS, TABLE, control="off")
        np.testing.assert_array_equal(model.sample(3, 5), before)

    def test_not_converged_is_a_warning(self):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            gim.Model(steps=1, check_every=1, width=4, draws=2, tolerance=1e-12).fit(X, LABELS, TABLE, control="off")
        self.assertTrue(all(issubclass(w.category, gim.NotConverged) for w in caught))


class TestCallbacks(unittest.TestCase):
    def test_progress(self):
        seen = []
        fitted(progress=seen.append)
        self.assertEqual([at["step"] for at in seen], [0, 20, 40, 60])
        self.assertEqual(set(seen[0]), {"step", "steps", "objective", "held_out", "acyclicity", "penalty", "edges",
                                        "seconds_left"})

    def test_stop_and_resume(self):
        model = fitted(progress=lambda at: at["step"] >= 20)
        self.assertEqual(model.report["status"], "GIM_STOPPED")
        self.assertEqual(model.sample(3, 5).shape, (5, 3))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.resume(X, LABELS, TABLE, control="off")
        np.testing.assert_array_equal(model.sample(3, 20), MODEL.sample(3, 20))

    def test_exception_in_progress(self):
        def progress(at):
            raise ZeroDivisionError("mine")
        with self.assertRaisesRegex(ZeroDivisionError, "mine"):
            fitted(progress=progress)

    def test_exception_in_data(self):
        class Broken:
            shape = X.shape

            def __getitem__(self, rows):
                raise OSError("disk on fire")
        with self.assertRaisesRegex(OSError, "disk on fire"):
            fitted(Broken())

    def test_interrupt(self):
        model = gim.Model(steps=10**7, check_every=20, patience=1)
        seen = []

        def progress(at):
            seen.append(at["step"])
            if len(seen) == 3:
                threading.Thread(target=os.kill, args=(os.getpid(), signal.SIGINT)).start()
            return len(seen) > 2000  # a test that fails, not one that hangs
        # What starts in the background ignores SIGINT, and so do its children.
        self.addCleanup(signal.signal, signal.SIGINT, signal.getsignal(signal.SIGINT))
        before = signal.default_int_handler
        signal.signal(signal.SIGINT, before)
        with self.assertRaises(KeyboardInterrupt):
            model.fit(X, LABELS, TABLE, control="off", progress=progress)
        self.assertIs(signal.getsignal(signal.SIGINT), before)
        self.assertEqual(model.report["status"], "GIM_STOPPED")
        self.assertLess(model.report["step"], 10**6)
        self.assertEqual(model.sample(3, 5).shape, (5, 3))


class TestJudging(unittest.TestCase):
    def test_scores(self):
        rng = np.random.default_rng(2)
        a, b = rng.normal(size=(50, 2)), rng.normal(size=(60, 2)) + 1
        found = gim.score(a, b)
        self.assertEqual(len(found), 6)
        self.assertAlmostEqual(found["mean_distance"], np.linalg.norm(a.mean(0) - b.mean(0)), 12)
        pair = lambda x, y: np.linalg.norm(x[:, None] - y[None], axis=2).mean()
        self.assertAlmostEqual(found["energy"], 2 * pair(a, b) - pair(a, a) - pair(b, b), 6)
        self.assertAlmostEqual(gim.score(2 * a, 2 * b, "energy", scale=[2, 2])["energy"], found["energy"], 12)
        self.assertEqual(gim.coverage(a, a, 1).tolist(), [1, 1])
        self.assertAlmostEqual(gim.shift_correlation([1, 2, 4], [2, 3, 7], [0, 0, 0]),
                               np.corrcoef([1, 2, 4], [2, 3, 7])[0, 1], 12)
        self.assertEqual(gim.discrimination(np.eye(3), np.eye(3)).tolist(), [0, 0, 0])
        with self.assertRaisesRegex(ValueError, "2 columns, observed 1"):
            gim.score(a, b[:, :1])

    def test_graphs(self):
        truth, estimate = np.zeros((3, 3)), np.zeros((3, 3))
        truth[0, 1] = truth[1, 2] = estimate[1, 0] = estimate[1, 2] = 1
        found = gim.compare_graphs(estimate, truth)
        self.assertEqual((found["shd"], found["reversed"], found["true_positives"]), (1, 1, 1))
        self.assertEqual(gim.average_precision([3, 2, 1], [1, 0, 0]), 1)

    def test_simulation(self):
        system = gim.simulate(variables=5, perturbations=4, doses=[1, 2], control_rows=50, rows=10, seed=4)
        rows, labels, table = system.data()
        self.assertEqual((rows.shape, len(table)), ((50 + 8 * 10, 5), 9))
        self.assertEqual(system.graph().shape, (5, 5))
        self.assertFalse(system.targets()["control"].any())
        self.assertTrue(system.targets("new_perturbations")["q0_d0"].any())
        with self.assertRaisesRegex(gim.UnknownName, "did you mean 'training'"):
            system.data("trainin")
        with self.assertRaisesRegex(gim.ArgumentError, "variables"):
            gim.simulate(variables=1)
        with self.assertRaisesRegex(gim.UnknownName, "no setting 'noize'; did you mean 'noise'"):
            gim.simulate(noize=1)


class TestDocuments(unittest.TestCase):
    def test_docstrings(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = doctest.testmod(gim)
        self.assertEqual(found.failed, 0)
        self.assertGreater(found.attempted, 4)


if __name__ == "__main__":
    unittest.main()
