"""An interventional factor model of perturbations that were tried alone and in pairs, whose factors are chosen from the
training rows: for each perturbation a factor of the variables that it moves most, for each variable a factor with those
that it goes together with. Standard library only. SPDX-License-Identifier: BSD-3-Clause
"""
import operator
import statistics
import time

from runs import read, run, write

MOVED = 6  # variables of a perturbation's factor at most
CLEAR = 3  # standard errors that a mean must move by to be in it; one variable always is
NEAR = 2  # others in a variable's own factor


def levels(path, features):
    """{environment: the level of each feature, as text}; 0 is the baseline."""
    header, rows = read(path)
    places = [header.index(name) for name in features]
    return {row[0]: [f"{float(row[place]):g}" for place in places] for row in rows}


def one_name_each(tried):
    """{environment: the first environment with the same levels}."""
    first = {}
    return {name: first.setdefault(tuple(level), name) for name, level in tried.items()}


def features_of(path):
    """Features that vary in the training environments."""
    header, rows = read(path)
    return [name for i, name in enumerate(header) if i > 0 and name not in ("n", "targets")
            and len({row[i] for row in rows}) > 1]


def columns_of(groups):
    """The columns of the rows of several environments together."""
    return list(zip(*(row for rows in groups for row in rows)))


def shifts(rows, others):
    """|difference of means| of each variable, in standard errors."""
    found = []
    for a, b in zip(columns_of(rows), columns_of(others)):
        error = sum(statistics.pvariance(x) / len(x) for x in (a, b)) ** 0.5
        found.append(abs(statistics.fmean(a) - statistics.fmean(b)) / (error or 1))
    return found


def moved(data, tried, j):
    """The variables that perturbation j moves most: alone, or if it never was, in its pairs; against the baseline."""
    with_j = {name for name, level in tried.items() if level[j] != "0"}
    alone = {name for name in with_j if sum(level != "0" for level in tried[name]) == 1}
    base = [name for name, level in tried.items() if set(level) == {"0"}] or [n for n in tried if n not in with_j]
    found = shifts([data[name] for name in alone or with_j], [data[name] for name in base])
    order = sorted(range(len(found)), key=lambda i: -found[i])
    return [i for rank, i in enumerate(order[:MOVED]) if rank == 0 or found[i] > CLEAR]


def near(data):
    """For each variable those with the largest correlations, within environments."""
    centred = []
    for rows in data.values():
        means = [statistics.fmean(column) for column in zip(*rows)]
        centred += [[x - mean for x, mean in zip(row, means)] for row in rows]
    columns = [list(column) for column in zip(*centred)]
    scale = [sum(map(operator.mul, x, x)) ** 0.5 or 1 for x in columns]
    found = []
    for i, x in enumerate(columns):
        size = [abs(sum(map(operator.mul, x, y))) / scale[k] if k != i else -1 for k, y in enumerate(columns)]
        found.append(sorted(range(len(size)), key=lambda k: -size[k])[:NEAR])
    return found


def factors(data, tried, features, variables):
    """Rows of the table of factors, none twice."""
    scopes = [(sorted({i, *others}), "") for i, others in enumerate(near(data))]
    scopes += [(sorted(moved(data, tried, j)), name) for j, name in enumerate(features)]
    once = dict.fromkeys((",".join(variables[i] for i in scope), name) for scope, name in scopes)
    return [[f"f{k}", *scope] for k, scope in enumerate(once)]


def fit_ifm(system, out):
    """Fits the model and draws rows of what was held out; seconds of the fit."""
    features = features_of(system.perturbations("seen"))
    tried = levels(system.perturbations("seen"), features)
    same = one_name_each(tried)
    tried = {name: tried[name] for name in same.values()}
    header, rows = read(system.folder / "train.tsv")
    data = {}
    for row in rows:
        data.setdefault(same[row[0]], []).append([float(field) for field in row[1:]])
    write(out / "rows.tsv", header, [[same[row[0]], *row[1:]] for row in rows])
    wanted = levels(system.perturbations("new perturbations"), features)
    for name, table in (("tried", tried), ("wanted", wanted)):
        write(out / f"{name}.tsv", ["environment", *features], [[regime, *level] for regime, level in table.items()])
    write(out / "factors.tsv", ["factor", "variables", "interventions"], factors(data, tried, features, header[1:]))
    begin = time.monotonic()
    run([system.gim, "ifm", "fit", "--data", out / "rows.tsv", "--observed", out / "tried.tsv", "--factors",
         out / "factors.tsv", "--seed", system.seed, "--threads", 1, "--quiet", "-o", out / "model.ifm"],
        system.given.time_limit)
    seconds = time.monotonic() - begin
    run([system.gim, "ifm", "sample", out / "model.ifm", "--unseen", out / "wanted.tsv", "-n", system.given.test_rows,
         "--seed", system.seed, "--threads", 1, "--quiet", "-o", out / "samples_test_new_perturbations.tsv"])
    return seconds
