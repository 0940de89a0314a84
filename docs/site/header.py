"""Doxygen's input filter: the comments of gim.h, which are plain C, in the form that Doxygen reads.

A comment belongs to the declarations that follow it up to the next blank line; one that a blank line follows, to its
section. A line `name  text`, two spaces at least between, describes a parameter, or what it names (errors, cost, ...).
SPDX-License-Identifier: BSD-3-Clause
"""
import re
import sys

SECTION = re.compile(r"/\* -{4} (.*?) -+ \*/")
ITEM = re.compile(r"(?:^|(?<=[.;)]) {2,})(\*?[a-z_]+(?:, \*?[a-z_]+)*) {2,}(?=\S)")
STATUS = re.compile(r'X\((GIM_\w+), (-?\d+), "(.*)"\)')


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def comment_lines(lines):
    """The text of a comment, without its stars."""
    text = "\n".join(lines).strip()[2:-2]
    return [re.sub(r"^ ?\* ?", "", line).rstrip() if i else line.strip() for i, line in enumerate(text.split("\n"))]


def split_items(lines):
    """Prose, then [names, text] of what stands below it."""
    prose, items = [], []
    for line in lines:
        at = 0
        for match in ITEM.finditer(line):
            head = line[at:match.start()].strip()
            if head:
                (items[-1][1] if items else prose).append(head)
            items.append([[name.strip(" *") for name in match[1].split(",")], []])
            at = match.end()
        if line[at:].strip():
            (items[-1][1] if items else prose).append(line[at:].strip())
    return " ".join(prose), [(names, " ".join(text)) for names, text in items]


def document(lines, declaration, first):
    """A comment for one of the declarations that share these lines."""
    prose, items = split_items(lines)
    parameters = set(re.findall(r"(\w+)(?=[,)])", declaration))
    out = [escape(prose)]
    for names, text in items:
        here = [name for name in names if name in parameters]
        if here:
            out += [f"\\param {name} {escape(text)}" for name in here]
        elif first or names[0] in ("errors", "cost"):
            out.append("\n\\returns " + escape(text) if names == ["returns"]
                       else f"\n\\par {', '.join(names).capitalize()}\n{escape(text)}")
    return "/** " + "\n".join(out).strip() + " */"


def declarations(lines):
    """Lines up to the next blank one, cut after each that ends a declaration or is a macro."""
    held, depth = [], 0
    for line in lines:
        held.append(line)
        depth += line.count("{") - line.count("}")
        if depth == 0 and re.search(r"^#|;(\s*/\*.*\*/)?$", line):
            yield held
            held = []
    if held:
        yield held


def members(lines):
    """Comments within a structure or an enumeration, before a member or behind it; one may be that of several."""
    several = re.compile(r"(?ms)^(\s+)((?:const )?\w+ )(\**\w+(?:, \**\w+)+);\s+(/\*.*?\*/)")
    text = several.sub(lambda m: "\n".join(f"{m[1]}{m[2]}{name}; {m[4]}" for name in m[3].split(", ")),
                       "\n".join(lines))
    for line in text.split("\n"):
        yield re.sub(r"^(\s+)/\* ", r"\1/** ", re.sub(r"([;,\w]\s+)/\* ", r"\1/**< ", line))


def paragraph(comment, body, out):
    for i, lines in enumerate(declarations(body)):
        tail = re.search(r"(?:;|^#.*)\s*/\* (.*) \*/$", lines[-1])
        text = comment + ([tail[1]] if tail else [])
        if text:
            out.append(document(text, " ".join(lines), i == 0))
        out.extend(members(lines) if "{" in lines[0] else lines)


def header(lines):
    out, i, group, opened = ["/** \\file */"], 0, None, 0
    while i < len(lines):
        section = SECTION.match(lines[i])
        if section:
            out += ["/** @} */"] * (group is not None)
            group = re.sub(r"\W+", "_", section[1])
            opened = len(out)
            out += [f"/** \\defgroup {group} {section[1].capitalize()}", "@{ */"]
            i += 1
            continue
        start = i
        if lines[i].startswith("/*"):
            while "*/" not in lines[i]:
                i += 1
            i += 1
        comment = comment_lines(lines[start:i]) if i > start else []
        start = i
        while i < len(lines) and lines[i].strip() and not (i > start and lines[i].startswith("/*")):
            i += 1
        if i > start and not re.match(r"#(?!define GIM_\w+ \S)|extern|}", lines[start]):
            paragraph(comment, lines[start:i], out)
        elif i > start:
            out += lines[start:i]
        elif comment and group:
            out[opened] += f"\n{escape(' '.join(comment))}\n"
        i += i < len(lines) and not lines[i].strip()
    return untyped("\n".join(out + ["/** @} */"] * (group is not None)))


def untyped(text):
    """Without the typedefs that give structures and enumerations their own names, which would be there twice."""
    text = re.sub(r"typedef (struct|enum) (gim_\w+) \{", r"\1 \2 {", text)
    return re.sub(r"(?m)\} gim_\w+;$", "};", text)


def status(text):
    yield "/** \\file */\n/** \\defgroup codes Status codes\n@{ */\n/** What functions return: 0 success, positive a"
    yield "success of another kind, negative a failure. Numbers are never reused. */\nenum gim_status_code {"
    for name, value, about in STATUS.findall(text):
        yield f"    {name} = {value}, /**< {escape(about)} */"
    yield "};\n/** An int, so that a callback's own negative value passes through it. */\ntypedef int gim_status;"
    yield "/** @} */"


with open(sys.argv[1], encoding="utf-8") as file:
    source = file.read()
print("\n".join(status(source)) if sys.argv[1].endswith("gim_status.h") else header(source.split("\n")))
