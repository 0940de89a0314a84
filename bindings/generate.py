#!/usr/bin/env python3
"""Writes what each binding declares of libgim, from the public headers. SPDX-License-Identifier: BSD-3-Clause

    generate.py            writes the files named in TARGETS
    generate.py --check    says which of them are not what the headers say, and fails

Understands the plain C that include/gim/ is written in, and stops at anything else.
"""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
HEADERS = HERE.parent / "include" / "gim"


def fail(what):
    sys.exit(f"generate.py: include/gim: cannot understand: {what}")


# ---- the headers ----------------------------------------------------------------------------------------------------

def strip_comments(text):
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.S).replace("unsigned char", "uchar")


def value_of(text):
    return int(text, 0)


def parse_type(text):
    """"const double *x" -> (("double", 1, True), "x"): the name, how many pointers to it, whether it is const"""
    match = re.fullmatch(r"(const )?(\w+) ?(\**) ?(\w*)", " ".join(text.split()))
    if not match:
        fail(text)
    return (match[2], len(match[3]), bool(match[1])), match[4]


def parse_arguments(text):
    if text.strip() in ("", "void"):
        return []
    return [parse_type(argument) for argument in text.split(",")]


def parse_member(text):
    """One declaration of a structure: its members, functions among them."""
    function = re.fullmatch(r"(\w+) (\**) ?\(\*(\w+)\)\((.*)\)", text)
    if function:
        returned = (function[1], len(function[2]), False)
        return [(function[3], ("function", returned, [kind for kind, _ in parse_arguments(function[4])]))]
    first, *others = [part.strip() for part in text.split(",")]
    kind, name = parse_type(first)
    members = [(name, kind)]
    for other in others:
        stars = other.count("*")
        members.append((other.replace("*", "").strip(), (kind[0], stars, kind[2])))
    return members


class Headers:
    """functions [(name, returned, [(type, name)])], enums [(name, [(constant, value)])], structs [(name, members)],
    opaque [name], callbacks [(name, returned, [type])], constants [(name, value)], version"""

    def __init__(self):
        text = strip_comments((HEADERS / "gim.h").read_text())
        status = (HEADERS / "gim_status.h").read_text()
        text = text[text.index('extern "C" {') + 12:text.rindex("#ifdef __cplusplus")]
        self.constants = [(name, value_of(value)) for name, value in
                          re.findall(r"^#define (GIM_\w+) (\d+)[ \t]*$", text, flags=re.M)]
        text = " ".join(re.sub(r"^#.*$", "", text, flags=re.M).split())
        self.status = [(name, value_of(value)) for name, value in re.findall(r"X\((GIM_\w+), (-?\d+), \"", status)]
        self.version = re.search(r'VERSION_STRING "(.*)"', (HEADERS / "gim_version.h").read_text())[1]
        self.functions, self.enums, self.structs, self.opaque, self.callbacks = [], [], [], [], []
        for statement in re.findall(r"[^;{]+(?:\{[^}]*\}[^;]*)?;", text):
            self.add(statement.strip().rstrip(";").strip())

    def add(self, text):
        if match := re.fullmatch(r"GIM_API (const )?(\w+) (\**)(\w+)\((.*)\)", text):
            returned = (match[2], len(match[3]), bool(match[1]))
            self.functions.append((match[4], returned, parse_arguments(match[5])))
        elif match := re.fullmatch(r"typedef enum (\w+) \{(.*)\} \1", text):
            constants = [entry.split("=") for entry in match[2].split(",") if entry.strip()]
            self.enums.append((match[1], [(name.strip(), value_of(value)) for name, value in constants]))
        elif match := re.fullmatch(r"typedef struct (\w+) \{(.*)\} \1", text):
            members = [m for part in match[2].split(";") if part.strip() for m in parse_member(" ".join(part.split()))]
            self.structs.append((match[1], members))
        elif match := re.fullmatch(r"typedef struct (\w+) \1", text):
            self.opaque.append(match[1])
        elif match := re.fullmatch(r"typedef (\w+) \(\*(\w+)\)\((.*)\)", text):
            self.callbacks.append((match[2], (match[1], 0, False), [kind for kind, _ in parse_arguments(match[3])]))
        else:
            fail(text)

    def is_struct(self, name):
        return any(name == struct for struct, _ in self.structs)

    def is_int(self, name):
        return name in ("int", "gim_status") or any(name == enum for enum, _ in self.enums)

    def all_constants(self):
        return self.constants + self.status + [constant for _, constants in self.enums for constant in constants]


# ---- Python ---------------------------------------------------------------------------------------------------------

PYTHON = {"size_t": "c.c_size_t", "int64_t": "c.c_int64", "uint64_t": "c.c_uint64", "double": "c.c_double",
          "uchar": "c.c_ubyte"}


def camel(name):
    return "".join(word.capitalize() for word in name.removeprefix("gim_").split("_"))


def python_type(h, kind):
    if kind[0] == "function":
        return f"c.CFUNCTYPE({', '.join(python_type(h, k) for k in [kind[1], *kind[2]])})"
    name, stars, _ = kind
    if any(name == callback for callback, _, _ in h.callbacks):
        return camel(name)
    if stars == 0:
        return "None" if name == "void" else "c.c_int" if h.is_int(name) else PYTHON[name]
    if name == "char":
        return "c.c_char_p"
    if name in ("void", *h.opaque) and stars == 1:
        return "c.c_void_p"
    inner = "c.c_void_p" if name in ("void", *h.opaque) else camel(name) if h.is_struct(name) else \
        python_type(h, (name, 0, False))
    return f"c.POINTER({inner})"


def python(h):
    yield '"""libgim\'s functions, structures and constants, written by bindings/generate.py from its headers."""'
    yield "# SPDX-License-Identifier: BSD-3-Clause"
    yield "import ctypes as c"
    yield ""
    yield f'VERSION = "{h.version}"'
    for name, value in h.all_constants():
        yield f"{name.removeprefix('GIM_')} = {value}"
    for name, members in h.structs:
        yield f"\n\nclass {camel(name)}(c.Structure):"
        yield "    _fields_ = ["
        for member, kind in members:
            yield f'        ("{member}", {python_type(h, kind)}),'
        yield "    ]"
    yield "\n"
    for name, returned, kinds in h.callbacks:
        yield f"{camel(name)} = c.CFUNCTYPE({', '.join(python_type(h, kind) for kind in [returned, *kinds])})"
    yield "\n\n# name: (result, arguments)"
    yield "FUNCTIONS = {"
    for name, returned, arguments in h.functions:
        kinds = ", ".join(python_type(h, kind) for kind, _ in arguments)
        yield f'    "{name}": ({python_type(h, returned)}, [{kinds}]),'
    yield "}"


# ---- Rust -----------------------------------------------------------------------------------------------------------

RUST = {"size_t": "usize", "int64_t": "i64", "uint64_t": "u64", "double": "f64", "char": "c_char", "void": "c_void",
        "uchar": "c_uchar"}


def rust_type(h, kind):
    if kind[0] == "function":
        returned = "" if kind[1][:2] == ("void", 0) else f" -> {rust_type(h, kind[1])}"
        return f"Option<unsafe extern \"C\" fn({', '.join(rust_type(h, k) for k in kind[2])}){returned}>"
    name, stars, const = kind
    plain = "c_int" if name == "int" else RUST.get(name, name)
    return "*mut " * max(stars - 1, 0) + ("*const " if const else "*mut ") * min(stars, 1) + plain


def size_of(h, members):
    """Of a structure, where pointers have 64 bits."""
    at = 0
    for _, kind in members:
        size = 4 if kind[0] != "function" and kind[1] == 0 and h.is_int(kind[0]) else 8
        at = (at + size - 1) // size * size + size
    return (at + 7) // 8 * 8


def rust(h):
    yield "// libgim's public functions, structures and constants, written by bindings/generate.py from its headers."
    yield "// SPDX-License-Identifier: BSD-3-Clause"
    yield "use std::os::raw::{c_char, c_int, c_uchar, c_void};"
    yield ""
    yield "pub type gim_status = c_int;"
    for name, _ in h.enums:
        yield f"pub type {name} = c_int;"
    for name, value in h.constants:
        yield f"pub const {name}: usize = {value};"
    for name, value in h.status:
        yield f"pub const {name}: gim_status = {value};"
    for name, constants in h.enums:
        for constant, value in constants:
            yield f"pub const {constant}: {name} = {value};"
    for name in h.opaque:
        yield f"\n#[repr(C)]\npub struct {name} {{\n    _opaque: [u8; 0],\n}}"
    for name, members in h.structs:
        yield f"\n#[repr(C)]\n#[derive(Clone, Copy, Debug)]\npub struct {name} {{"
        for member, kind in members:
            yield f"    pub {member}: {rust_type(h, kind)},"
        yield "}"
    yield ""
    for name, members in h.structs:
        yield '#[cfg(target_pointer_width = "64")]'
        yield f"const _: () = assert!(std::mem::size_of::<{name}>() == {size_of(h, members)});"
    yield ""
    for name, returned, kinds in h.callbacks:
        yield f"pub type {name} = {rust_type(h, ('function', returned, kinds))};"
    yield '\nextern "C" {'
    for name, returned, arguments in h.functions:
        listed = ", ".join(f"{argument}: {rust_type(h, kind)}" for kind, argument in arguments)
        result = "" if returned[:2] == ("void", 0) else f" -> {rust_type(h, returned)}"
        yield f"    pub fn {name}({listed}){result};"
    yield "}"


# ---- Julia ----------------------------------------------------------------------------------------------------------

JULIA = {"size_t": "Csize_t", "int64_t": "Int64", "uint64_t": "UInt64", "double": "Cdouble", "int": "Cint",
         "gim_status": "Cint", "void": "Cvoid", "uchar": "Cuchar"}


def julia_type(h, kind, argument=False):
    if kind[0] == "function" or any(kind[0] == callback for callback, _, _ in h.callbacks):
        return "Ptr{Cvoid}"
    name, stars, _ = kind
    if name == "char":
        return "Cstring" if argument and stars == 1 else "Ptr{" * stars + "Cchar" + "}" * stars
    if stars and name in h.opaque:
        name = "void"
    plain = "Cint" if h.is_int(name) else JULIA.get(name, name)
    return "Ptr{" * stars + plain + "}" * stars


def julia(h):
    yield "# libgim's public functions, structures and constants, written by bindings/generate.py from its headers."
    yield "# SPDX-License-Identifier: BSD-3-Clause"
    yield "module LibGIM"
    yield ""
    yield "const libgim = \"libgim.so.0\""
    yield ""
    for name, value in h.all_constants():
        yield f"const {name} = Cint({value})"
    for name, members in h.structs:
        yield f"\nstruct {name}"
        for member, kind in members:
            yield f"    {member}::{julia_type(h, kind)}"
        yield "end"
    for name, returned, arguments in h.functions:
        text = name in ("gim_message", "gim_system_message")  # a buffer to be filled, not a text to be read
        kinds = [julia_type(h, kind, not text) for kind, _ in arguments]
        names = [argument for _, argument in arguments]
        listed = ", ".join(kinds) + ("," if len(kinds) == 1 else "")
        call = ", ".join([f"(:{name}, libgim)", julia_type(h, returned), f"({listed})", *names])
        yield f"\n{name}({', '.join(names)}) =\n    ccall({call})"
    yield "\nend"


TARGETS = {
    "python/gim/_api.py": python,
    "rust/gim-sys/src/bindings.rs": rust,
    "julia/src/LibGIM.jl": julia,
}


def wrapped(line):
    """No line over 120 columns: broken at commas, what follows indented."""
    indent = len(line) - len(line.lstrip()) + 8
    while len(line.split("\n")[-1]) > 120:
        *head, last = line.split("\n")
        at = last.rindex(", ", 0, 119) + 1
        line = "\n".join([*head, last[:at], " " * indent + last[at + 1:]])
    return line


def main():
    headers = Headers()
    declared = len(re.findall(r"^GIM_API ", (HEADERS / "gim.h").read_text(), flags=re.M))
    if declared != len(headers.functions):
        fail(f"{declared} functions, of which {len(headers.functions)} were found")
    stale = []
    for name, write in TARGETS.items():
        path, text = HERE / name, "".join(wrapped(line) + "\n" for part in write(headers) for line in part.split("\n"))
        if sys.argv[1:] == ["--check"]:
            if not path.exists() or path.read_text() != text:
                stale.append(name)
        else:
            path.write_text(text)
    if stale:
        sys.exit(f"not what include/gim says, run bindings/generate.py: {', '.join(stale)}")
    print(f"{declared} functions, {len(headers.structs)} structures, {len(headers.all_constants())} constants")


if __name__ == "__main__":
    main()
