#!/bin/sh
# The functions in gim.h, those that libgim.so exports, those in lib/gim.map and in docs/symbols-in-versions are the
# same, and so are the constants of the headers and of that list. SPDX-License-Identifier: BSD-3-Clause
set -eu
LC_ALL=C
export LC_ALL

build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$(dirname "$0")/../.."

# What the compiler sees, one declaration a line.
${CC:-cc} -E -P -Iinclude include/gim/gim.h | tr '\n' ' ' | tr ';' '\n' >"$work/header"
grep 'visibility("default")' "$work/header" | grep -oE '[ *]gim_[a-z0-9_]+ *\(' | tr -d ' *(' | sort >"$work/declared"

nm -D --defined-only "$build/libgim.so" | sed 's/.* //; s/@.*//' | grep -v '^GIM_[0-9.]*$' | sort >"$work/exported"
sed 's|/\*.*\*/||; /\/\*/,/\*\//d' lib/gim.map | grep -oE 'gim_[a-z0-9_*?]+' | sort >"$work/mapped"
sed '/^#/d; /^$/d' docs/symbols-in-versions >"$work/list"
awk '$1 ~ /^gim_/ { print $1 }' "$work/list" >"$work/listed"

# Constants: the enumerators, and the macros but for those that only serve the headers themselves.
{
    grep -oE '\<GIM_[A-Z0-9_]+ = ' "$work/header" | sed 's/ = //' | grep -v '_END_$'
    sed -n 's/^#define \(GIM_[A-Z0-9_]*\).*/\1/p' include/gim/*.h | grep -vE '_H$|^GIM_API$|^GIM_STATUS_ENUM$'
} | sort >"$work/constants"
awk '$1 ~ /^GIM_/ { print $1 }' "$work/list" >"$work/constants-listed"

failed=0
# same NAME EXPECTED FOUND
same() {
    diff -u --label "$2" --label "$1" "$work/$3" "$work/$4" || failed=1
}
[ -s "$work/declared" ] && [ -s "$work/constants" ] || { echo "found nothing in include/gim/gim.h"; exit 1; }
same libgim.so gim.h declared exported
same lib/gim.map gim.h declared mapped
same docs/symbols-in-versions gim.h declared listed
same 'docs/symbols-in-versions' 'constants of the headers' constants constants-listed

# Every line: a name, the version that brought it, and where that is so those that deprecated and removed it.
if grep -vE '^[A-Za-z0-9_]+( +[0-9]+\.[0-9]+\.[0-9]+){1,3}$' "$work/list"; then
    echo "  ^ docs/symbols-in-versions: not a name and one to three versions"
    failed=1
fi
echo "$(wc -l <"$work/declared") functions and $(wc -l <"$work/constants") constants"
exit $failed
