#!/bin/sh
# Code in the documents is code that works: the first example of README.md is that of examples/fit.c, and C compiles. The
# pages of the bindings are run by test/bindings. SPDX-License-Identifier: BSD-3-Clause
#
# usage: snippets.sh BUILD
set -eu
build=$1 failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# block LANGUAGE N PAGE: the N-th block of code in that language
block() {
    awk -v fence='```'"$1" -v n="$2" '/^```/ && on { exit } on { print } $0 == fence && ++seen == n { on = 1 }' "$3"
}

# compiles NAME: C on standard input, under the flags of a careful user
compiles() {
    if ! ${CC:-cc} -std=c11 -Wall -Wextra -Werror -Wno-unused-function -Iinclude -fsyntax-only -x c -; then
        echo "  ^ $1 does not compile"
        failed=1
    fi
}

block c 1 README.md > "$work/readme.c"
lines=$(wc -l < "$work/readme.c")
[ "$lines" -gt 10 ] && [ "$lines" -lt 30 ] || { echo "README.md: the first example has $lines lines, of 11 to 29"; failed=1; }
missing=$(awk 'NR == FNR { want[++n] = $0; next } at < n && $0 == want[at + 1] { at++ } END { if (at < n) print want[at + 1] }' \
    "$work/readme.c" examples/fit.c)
[ -z "$missing" ] || { echo "README.md: not as in examples/fit.c, in this order: $missing"; failed=1; }

{
    printf '#include <gim/gim.h>\n#include <stdio.h>\nvoid f(gim_model *model, gim_data data);\n'
    printf 'void f(gim_model *model, gim_data data)\n{\n'
    block c 1 docs/errors.md
    echo '}'
} | compiles docs/errors.md
{
    printf '#include <gim/gim.h>\n#include <signal.h>\n'
    block c 1 docs/threads.md
    printf 'gim_progress_fn g(void);\ngim_progress_fn g(void)\n{\n    signal(SIGINT, on_interrupt);\n    return progress;\n}\n'
} | compiles docs/threads.md

exit $failed
