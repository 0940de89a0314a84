"""Lays out what Sphinx reads: a copy of the tree, README.md as the first page, links made fit, man pages, the reference.

usage: stage.py INTO     from the root of the sources
SPDX-License-Identifier: BSD-3-Clause
"""
import os
import re
import shutil
import subprocess
import sys

SKIPPED = {".git", "build", ".ci"}
LINK = re.compile(r"(?<!!)\[((?:[^][]|\[[^]]*\])*)\]\(([^)#:\s]+)(#[^)\s]*)?\)")
# Code that GitHub shows as it is and Sphinx would have to know.
FENCE = re.compile(r"(?ms)^```.*?^```$")


def link(match, page):
    """A link of a page: to a folder it becomes one to the folder's README.md, or text; README.md of the root is index.md."""
    text, path, anchor = match[1], match[2], match[3] or ""
    target = os.path.normpath(os.path.join(os.path.dirname(page), path))
    if os.path.isdir(target):
        target = os.path.join(target, "README.md")
        if not os.path.exists(target):
            return text
    if target == "README.md":
        target = "index.md"
    elif re.fullmatch(r"man/.*\.[1-9]", target):
        target = f"manual/{os.path.basename(target)}.md"
    return f"[{text}]({os.path.relpath(target, os.path.dirname(page) or '.')}{anchor})"


def outside_code(change, text):
    """Applies change to what stands outside of fenced code."""
    parts, at = [], 0
    for fence in FENCE.finditer(text):
        parts += [change(text[at:fence.start()]), fence[0]]
        at = fence.end()
    return "".join(parts) + change(text[at:])


def stage(into):
    shutil.rmtree(into, ignore_errors=True)
    for folder, folders, files in os.walk("."):
        folders[:] = [name for name in folders if os.path.normpath(os.path.join(folder, name)) not in SKIPPED]
        for name in files:
            source = os.path.normpath(os.path.join(folder, name))
            target = os.path.join(into, "index.md" if source == "README.md" else source)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            if not name.endswith(".md"):
                shutil.copyfile(source, target)
                continue
            with open(source, encoding="utf-8") as page:
                text = page.read()
            with open(target, "w", encoding="utf-8") as page:
                page.write(outside_code(lambda part: LINK.sub(lambda match: link(match, source), part), text))
    with open("docs/site/contents.md", encoding="utf-8") as contents, open(f"{into}/index.md", "a", encoding="utf-8") as index:
        index.write("\n" + contents.read())


def man_pages(into):
    """One page each, in HTML by mandoc."""
    os.makedirs(f"{into}/manual", exist_ok=True)
    for name in sorted(os.listdir("man")):
        html = subprocess.run(["mandoc", "-T", "html", "-O", "fragment", f"man/{name}"], check=True, text=True,
                              capture_output=True).stdout
        base, section = name.rsplit(".", 1)
        with open(f"{into}/manual/{base}.{section}.md", "w", encoding="utf-8") as page:
            page.write(f"# {base}({section})\n\n````{{raw}} html\n{html}````\n")


def reference(into):
    """The header, section by section."""
    with open("include/gim/gim.h", encoding="utf-8") as header:
        sections = re.findall(r"/\* -{4} (.*?) -+ \*/", header.read())
    with open(f"{into}/reference.md", "w", encoding="utf-8") as page:
        page.write("# Reference\n\nAll of [gim.h](include/gim/gim.h), in its order. [api.md](docs/api.md) says what belongs "
                   "together, and what each option does.\n")
        for section in sections + ["status codes"]:
            group = "codes" if section == "status codes" else re.sub(r"\W+", "_", section)
            page.write(f"\n## {section.capitalize()}\n\n```{{eval-rst}}\n.. doxygengroup:: {group}\n   :content-only:\n"
                       "   :members:\n```\n")


stage(sys.argv[1])
man_pages(sys.argv[1])
reference(sys.argv[1])
