"""The Nextflow modules, as far as they can be tried without Nextflow: their scripts and stubs run under bash with real
files, what they declare as output is there, and meta.yml says what main.nf does. SPDX-License-Identifier: BSD-3-Clause

usage: nextflow.py GIM
"""
import glob
import os
import re
import subprocess
import sys
import tempfile
import textwrap

import yaml

MODULES = "examples/pipelines/nextflow/modules/gim"
failed = 0


def fail(what):
    global failed
    failed = 1
    print("FAILED:", what)


def block(source, name):
    """The command that stands below `script:` or `stub:`, as Nextflow would take it from Groovy."""
    return textwrap.dedent(re.search(rf'{name}:.*?"""\n(.*?)"""', source, re.S)[1])


def groovy(text, values):
    def value(match):
        return str(values[match[1] or match[2]])
    text = re.sub(r"(?<!\\)\$(?:\{([^}]+)\}|([\w.]+))", value, text)
    return text.replace("\\$", "$").replace("\\\\\n", "\\\n")


def parts(source):
    """Names of the inputs, tuple by tuple, and globs of the outputs by their name."""
    section = re.search(r"input:\n(.*?)output:\n(.*?)when:", source, re.S)
    inputs = [re.findall(r"(?:val|path)[ (](\w+)", line) for line in section[1].strip().split("\n")]
    outputs = {re.search(r"emit: (\w+)", line)[1]: re.search(r'path\(?\s*"([^"]+)"', line)[1]
               for line in section[2].strip().split("\n")}
    return inputs, outputs


def check_meta(module, inputs, outputs):
    with open(f"{MODULES}/{module}/meta.yml", encoding="utf-8") as file:
        meta = yaml.safe_load(file)
    if meta["name"] != f"gim_{module}":
        fail(f"{module}: meta.yml is of {meta['name']}")
    said = [[next(iter(part)) for part in (group if isinstance(group, list) else [group])] for group in meta["input"]]
    if said != inputs:
        fail(f"{module}: meta.yml has the inputs {said}, main.nf {inputs}")
    globs = {name: next(iter((value[0][-1] if isinstance(value[0], list) else value[0])))
             for name, value in meta["output"].items()}
    if globs != outputs:
        fail(f"{module}: meta.yml has the outputs {globs}, main.nf {outputs}")


def run(module, values, folder):
    with open(f"{MODULES}/{module}/main.nf", encoding="utf-8") as file:
        source = file.read()
    inputs, outputs = parts(source)
    check_meta(module, inputs, outputs)
    name = f"GIM_{module.upper()}"
    if f"process {name} {{" not in source:
        fail(f"{module}: the process is not called {name}")
    values = {"task.process": name, "task.cpus": 2, "prefix": "screen", "args": "", **values}
    for kind in "stub", "script":
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", groovy(block(source, kind), values)], cwd=folder, text=True,
                              capture_output=True, check=False)
        if done.returncode != 0:
            fail(f"{module}: {kind}: {done.stderr}")
        for output in outputs.values():
            path = os.path.join(folder, output.replace("${prefix}", "screen"))
            if not glob.glob(path):
                fail(f"{module}: {kind} leaves no {output}")
            elif kind == "stub":
                os.rename(path, path + ".stub")
        if kind == "script":
            with open(f"{folder}/versions.yml", encoding="utf-8") as file:
                versions = yaml.safe_load(file)
            version = subprocess.run(["gim", "--version"], text=True, capture_output=True, check=True).stdout.split()[1]
            if versions != {name: {"gim": version}}:
                fail(f"{module}: versions.yml holds {versions}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.path.abspath(sys.argv[1]), f"{folder}/gim")
        os.environ["PATH"] = f"{folder}:{os.environ['PATH']}"
        subprocess.run(["gim", "simulate", "-q", "-o", f"{folder}/sim", "--variables", "6", "--perturbations", "4",
                        "--new-perturbations", "2"], check=True)
        with open(f"{folder}/observed.tsv", "w", encoding="utf-8") as out:
            for name in "test_new_perturbations", "train":
                with open(f"{folder}/sim/{name}.tsv", encoding="utf-8") as file:
                    out.writelines(line for line in file if not line.startswith("p") and
                                   (name != "train" or not line.startswith("environment")))
        run("fit", {"data": "sim/train.tsv", "perturbations": "sim/train_perturbations.tsv",
                    "controls": "--control 'control'", "args": "--set steps=40"}, folder)
        run("sample", {"model": "screen.gim", "perturbations": "sim/test_new_perturbations_perturbations.tsv",
                       "args": "-n 20"}, folder)
        run("score", {"predicted": "screen.tsv.gz", "observed": "observed.tsv", "controls": "--control 'control'",
                      "args": "--metrics energy"}, folder)
        with open(f"{folder}/screen.tsv", encoding="utf-8") as scores:
            if "overall" not in scores.read():
                fail("score: no overall")
    print("skipped: the modules were not run by Nextflow itself")
    sys.exit(failed)


main()
