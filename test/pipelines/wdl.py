"""The WDL tasks: checked by miniwdl, and their commands, as miniwdl fills them in, run with real files in place of a
container. SPDX-License-Identifier: BSD-3-Clause

usage: wdl.py GIM
"""
import os
import subprocess
import sys
import tempfile

import WDL

FILE = "examples/pipelines/wdl/gim.wdl"
failed = 0


def command(task, given):
    """The task's command under these inputs, and its own defaults."""
    library, values = WDL.StdLib.Base("1.1"), WDL.Env.Bindings()
    for declaration in task.inputs:
        if declaration.name in given:
            value = WDL.Value.from_json(declaration.type, given[declaration.name])
        else:
            value = declaration.expr.eval(values, library).coerce(declaration.type)
        values = values.bind(declaration.name, value)
    return task.command.eval(values, library).value


def run(task, given, folder):
    global failed
    done = subprocess.run(["bash", "-c", command(task, given)], cwd=folder, text=True, capture_output=True, check=False)
    if done.returncode != 0:
        failed = 1
        print(f"FAILED: {task.name}: {done.stderr}")
    for output in task.outputs:
        if not os.path.exists(f"{folder}/{output.expr.literal.value}"):
            failed = 1
            print(f"FAILED: {task.name} leaves no {output.expr.literal.value}")


def main():
    global failed
    if subprocess.run([sys.executable, "-m", "WDL", "check", "--strict", FILE], check=False).returncode != 0:
        failed = 1
        print("FAILED: miniwdl check")
    tasks = {task.name: task for task in WDL.load(FILE).tasks}
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.path.abspath(sys.argv[1]), f"{folder}/gim")
        os.environ["PATH"] = f"{folder}:{os.environ['PATH']}"
        subprocess.run(["gim", "simulate", "-q", "-o", f"{folder}/a screen", "--variables", "6", "--perturbations", "4",
                        "--new-perturbations", "2"], check=True)
        train = f"{folder}/a screen/train"
        run(tasks["fit"], {"data": f"{train}.tsv", "perturbations": f"{train}_perturbations.tsv",
                           "control": ["control", "p0_d0"], "options": "--set steps=40"}, folder)
        run(tasks["sample"], {"model": f"{folder}/model.gim", "perturbations": f"{train}_perturbations.tsv", "rows": 20}, folder)
        run(tasks["score"], {"predicted": f"{folder}/samples.tsv.gz", "observed": f"{train}.tsv",
                             "control": ["control", "p0_d0"], "metrics": "energy"}, folder)
    print("skipped: the workflow was not run by an engine, which takes containers")
    sys.exit(failed)


main()
