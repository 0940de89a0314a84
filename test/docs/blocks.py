"""Runs every block of code in README.md, CONTRIBUTING.md and docs/. SPDX-License-Identifier: BSD-3-Clause

usage: blocks.py BUILD [PAGE...]     from the root of the sources

A page's blocks run one after the other in a folder of its own, in which test/docs/files/PAGE.sh, if there is one, has made the
files that the page takes for granted. Shell runs under `sh -eu`; the Python of a page is one program. Fits are cut to a few
steps, as it is the commands that are tried here, not the answers. Blocks that are neither shell nor in a language are output
and formulas. A comment in the line before a block can say something else:

    <!-- file: NAME -->     the block is a file, which later blocks use
    <!-- not run: WHY -->   it is not run

C, Python and others that another test runs are listed below.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

# Page and language, and the test that runs it, which has to name the page; or why none does.
ELSEWHERE = {
    ("README.md", "c"): "test/style/snippets.sh",
    ("docs/errors.md", "c"): "test/style/snippets.sh",
    ("docs/threads.md", "c"): "test/style/snippets.sh",
    ("docs/bindings.md", "python"): "test/style/snippets.sh",
    ("docs/bindings.md", "c"): "it is glue for R, which the checks do not need",
    ("docs/bindings.md", "r"): "R is not what the checks need",
    ("docs/bindings.md", "rust"): "Rust is not what the checks need",
}
COMMANDS = ("gim", "make", "cc", "cmake", "python3", "for", "if", "head", "grep", "apt", "sudo", "abidiff", "snakemake",
            "nextflow", "miniwdl", "export", "cd", "cp", "./")
MESSAGE = re.compile(r"gim( [a-z-]+)?: ")
QUICK = "--set steps=40 --set check-every=20 --set draws=2 --set width=16"
QUICK_IFM = "--set steps=40 --set check-every=20"
WRAPPER = """#!/bin/sh
case $1 in
fit | tune) command=$1 && shift && exec %s "$command" %s "$@" ;;
ifm) case $2 in fit | check) shift && command=$1 && shift && exec %s ifm "$command" %s "$@" ;; esac ;;
esac
exec %s "$@"
"""


class Block:
    def __init__(self, page, line, language, code, note):
        self.page, self.line, self.code, self.note = page, line, code, note
        self.language = language or ("sh" if is_shell(code) else "")
        self.where = f"{page}:{line}"


def is_shell(code):
    first = code.lstrip().split("\n")[0]
    return first.startswith(COMMANDS) and re.match(r"(\./|\w+( |$))", first) and not MESSAGE.match(first)


def blocks(page):
    """The fenced and the indented blocks of a page, with the comment before each."""
    with open(page, encoding="utf-8") as file:
        lines = file.read().split("\n")
    i, note, blank = 0, "", True
    while i < len(lines):
        start, line = i, lines[i]
        if line.startswith("```"):
            i = lines.index("```", i + 1)
            yield Block(page, start + 1, line[3:].strip(), "\n".join(lines[start + 1:i]), note)
        elif line.startswith("    ") and blank:
            while i + 1 < len(lines) and (lines[i + 1].startswith("    ") or not lines[i + 1].strip()):
                i += 1
            code = "\n".join(text[4:] for text in lines[start:i + 1]).strip("\n")
            yield Block(page, start + 1, "", code, note)
        comment = re.fullmatch(r"<!-- (.*) -->", line.strip())
        blank = not lines[i].strip() or bool(comment)
        if comment:
            note = comment[1]
        elif lines[i].strip():
            note = ""
        i += 1


def without(*names):
    return {name: value for name, value in os.environ.items() if name not in names}


class Tester:
    def __init__(self, build):
        self.work = tempfile.mkdtemp(prefix="gim-docs.")
        self.failed, self.ran, self.left = 0, 0, []
        prefix, tools = f"{self.work}/prefix", f"{self.work}/tools"
        os.mkdir(tools)
        with open(f"{tools}/gim", "w", encoding="utf-8") as wrapper:
            wrapper.write(WRAPPER % (f"{build}/gim", QUICK, f"{build}/gim", QUICK_IFM, f"{build}/gim"))
        os.chmod(f"{tools}/gim", 0o755)
        subprocess.run([os.environ.get("MAKE", "make"), "-s", "install", f"BUILD={build}", "DESTDIR=", f"PREFIX={prefix}"],
                       check=True, stdout=subprocess.DEVNULL, env=without("MAKEFLAGS", "MAKELEVEL", "MFLAGS"))
        self.environment = dict(os.environ, PATH=f"{tools}:{os.environ['PATH']}", LD_LIBRARY_PATH=f"{prefix}/lib",
                                PKG_CONFIG_PATH=f"{prefix}/lib/pkgconfig", CMAKE_PREFIX_PATH=prefix, LC_ALL="C.UTF-8")

    def run(self, where, command, code, folder):
        done = subprocess.run(command, cwd=folder, env=self.environment, text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600, check=False)
        missing = re.search(r"No module named '(\w+)'", done.stdout)
        if done.returncode != 0 and missing:
            self.left.append(f"{where}: Python's {missing[1]} is not installed")
        elif done.returncode != 0:
            self.failed += 1
            print(f"FAILED: {where}\n{code}\n---- said, with status {done.returncode}:\n{done.stdout}")
        else:
            self.ran += 1

    def shell(self, block, folder):
        for tool, needs in (("dot", ".svg"), ("cmake", "cmake"), ("snakemake", "snakemake")):
            if needs in block.code and not shutil.which(tool):
                self.left.append(f"{block.where}: {tool} is not installed")
                return
        self.run(block.where, ["sh", "-eu", "-c", block.code], block.code, folder)

    def page(self, page):
        folder = os.path.join(self.work, page.replace("/", "-"))
        os.mkdir(folder)
        for name in ("test", "examples"):
            os.symlink(os.path.abspath(name), os.path.join(folder, name))
        setup = os.path.abspath(f"test/docs/files/{os.path.basename(page)[:-3]}.sh")
        found = list(blocks(page))
        if os.path.exists(setup) and any(block.language for block in found):
            self.run(setup, ["sh", "-eu", setup], f"the files that {page} takes for granted", folder)
        python = []
        for block in found:
            elsewhere = ELSEWHERE.get((page, block.language))
            if block.note.startswith("not run: "):
                self.left.append(f"{block.where}: {block.note[9:]}")
            elif block.note.startswith("file: "):
                with open(os.path.join(folder, block.note[6:]), "w", encoding="utf-8") as file:
                    file.write(block.code + "\n")
            elif elsewhere:
                self.elsewhere(block, elsewhere)
            elif block.language == "sh":
                self.shell(block, folder)
            elif block.language == "python":
                python.append(block)
            elif block.language:
                self.failed += 1
                print(f"{block.where}: no test runs this {block.language}; a comment before it may say why")
        if python:
            code = "\n".join(block.code for block in python)
            self.run(python[0].where, [sys.executable, "-c", code], code, folder)

    def elsewhere(self, block, where):
        if not where.startswith("test/"):
            self.left.append(f"{block.where}: {where}")
            return
        with open(where, encoding="utf-8") as test:
            if block.page not in test.read():
                self.failed += 1
                print(f"{block.where}: {where} does not name the page")


def main():
    pages = sys.argv[2:] or ["README.md", "CONTRIBUTING.md", "examples/light_tunnel/README.md"] + sorted(
        os.path.join(folder, name) for folder, _, names in os.walk("docs") if folder != "docs/site"
        for name in names if name.endswith(".md"))
    tester = Tester(sys.argv[1])
    try:
        for page in pages:
            tester.page(page)
    finally:
        shutil.rmtree(tester.work, ignore_errors=True)
    for line in tester.left:
        print(f"not run: {line}")
    print(f"{tester.ran} blocks ran, {tester.failed} failed, {len(tester.left)} were not run")
    sys.exit(tester.failed > 0 or tester.ran == 0)


main()
