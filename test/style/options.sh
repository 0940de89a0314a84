#!/bin/sh
# The table of options in docs/api.md says what the library says: names, numbers, defaults, ranges.
# SPDX-License-Identifier: BSD-3-Clause
#
# usage: options.sh BUILD
set -eu

# Numbers from gim.h; then, as `gim fit --list-options` prints them, name, default and range: name|GIM_NAME|number|default|range
library=$({ cat include/gim/gim.h && "$1/gim" fit --list-options; } | awk '
    $1 ~ /^GIM_[A-Z_]+$/ && $2 == "=" { number[$1] = $3 + 0 }
    $1 == "OPTION" { list = 1; next }
    list && /^[a-z]/ {
        name = $1; preset = $2; constant = "GIM_" toupper(name); gsub(/-/, "_", constant)
        $1 = $2 = ""; sub(/^ +/, ""); gsub(/ [|] /, ", ")
        print name "|" constant "|" number[constant] "|" preset "|" $0
    }' | sort)

# The same from the rows of the table, where numbers may be written as 2^53 and 1e9.
page=$(awk -F ' *[|] *' '
    function number(text, parts) {
        if (split(text, parts, "^") == 2) return sprintf("%g", parts[1] ^ parts[2])
        return text ~ /^[0-9]/ ? sprintf("%g", text) : text
    }
    function range(text, words, n, i, comma, line) {
        n = split(text, words, " ")
        for (i = 1; i <= n; i++) {
            comma = sub(/,$/, "", words[i]) ? "," : ""
            line = line (i > 1 ? " " : "") number(words[i]) comma
        }
        return line
    }
    /^[|] `[a-z-]+` [|] `GIM_/ { gsub(/`/, ""); print $2 "|" $3 "|" $4 "|" number($5) "|" range($6) }' docs/api.md | sort)

[ -n "$library" ] || { echo "gim fit --list-options listed nothing"; exit 1; }
[ "$library" != "$page" ] || exit 0
echo "docs/api.md (<) does not say of the options what the library says (>):"
{
    echo "$page" | grep -vxF -e "$library" | sed 's/^/< /'
    echo "$library" | grep -vxF -e "$page" | sed 's/^/> /'
} | sort -k 2
exit 1
