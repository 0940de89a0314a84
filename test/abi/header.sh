#!/bin/sh
# Each public header compiles alone, in C and in C++, old and new, without a warning; their numbers are those promised.
# SPDX-License-Identifier: BSD-3-Clause
set -eu

cd "$(dirname "$0")/../.."
strict='-Wall -Wextra -pedantic -Werror -Wshadow -Wconversion -Wundef -Wwrite-strings'
failed=0

# compile HEADER COMPILER...: an object from nothing but that header, included twice
compile() {
    header=$1
    shift
    printf '#include "%s"\n#include "%s"\nint only_a_header;\n' "$header" "$header" |
        "$@" $strict -Iinclude -c -o /dev/null - || { echo "  ^ $header with $*"; failed=1; }
}

for header in include/gim/*.h; do
    header=${header#include/}
    for standard in c99 c11 c17 gnu89; do
        compile "$header" ${CC:-cc} -x c -std=$standard -Wstrict-prototypes -Wc++-compat
    done
    for standard in c++98 c++11 c++17 c++20; do
        compile "$header" ${CXX:-c++} -x c++ -std=$standard -Wold-style-cast
    done
done

${CC:-cc} -std=c11 $strict -Iinclude -c -o /dev/null test/abi/pinned.c || failed=1

# Nothing is forgotten in that table.
names=$({
    ${CC:-cc} -E -P -Iinclude include/gim/gim.h | grep -oE '\<GIM_[A-Z0-9_]+ = ' | sed 's/ = //'
} | grep -v '_END_$')
[ -n "$names" ] || { echo "found no constant in include/gim/gim.h"; exit 1; }
for name in $names; do
    grep -qE "PIN\($name, " test/abi/pinned.c || { echo "test/abi/pinned.c: $name is missing"; failed=1; }
done
exit $failed
