#!/bin/sh
# The table of options in docs/api.md says what the library says: names, numbers, defaults and ranges.
# SPDX-License-Identifier: BSD-3-Clause
#
# usage: options.sh BUILD
set -eu

# As `gim fit --list-options` prints them, with the numbers of gim.h: name|GIM_NAME|number|default|range
printed=$({ cat include/gim/gim.h && "$1/gim" fit --list-options; } | awk '
    /^ +GIM_[A-Z_]+ = [0-9]+,? / { value = $3; sub(/,/, "", value); number[$1] = value }
    /^[a-z]/ && $1 ~ /^[a-z-]+$/ && NF > 2 && $2 !~ /^[a-z_]+\*?$|^\*/ || $1 ~ /^(mechanism|intervention|marginal)$/ {
        constant = "GIM_" toupper($1); gsub(/-/, "_", constant)
        if (!(constant in number)) next
        line = $1 "|" constant "|" number[constant] "|" $2 "|"
        $1 = $2 = ""; sub(/^ +/, ""); gsub(/ \| /, ", ")
        print line $0
    }' | sort)

# The rows of the table: `name`|`GIM_NAME`|number|default|range|text. Numbers may be written as 2^53 or 1e9.
written=$(awk -F ' *[|] *' '
    function plain(text, parts, n) {
        n = split(text, parts, "^")
        if (n == 2) return sprintf("%g", parts[1] ^ parts[2])
        return text ~ /^[0-9.]+(e-?[0-9]+)?$/ ? sprintf("%g", text) : text
    }
    function range(text, words, n, i, line) {
        n = split(text, words, " ")
        for (i = 1; i <= n; i++) {
            end = sub(/,$/, "", words[i]) ? "," : ""
            line = line (i > 1 ? " " : "") plain(words[i]) end
        }
        return line
    }
    /^[|] `[a-z-]+` [|] `GIM_[A-Z_]+` [|] [0-9]+ [|]/ {
        gsub(/`/, "")
        print $2 "|" $3 "|" $4 "|" plain($5) "|" range($6)
    }' docs/api.md | sort)

[ -n "$printed" ] || { echo "gim fit --list-options printed no option"; exit 1; }
[ "$printed" != "$written" ] || exit 0
echo "the table of options in docs/api.md (<) is not what the library says (>):"
{
    echo "$written" | grep -vxF -e "$printed" | sed 's/^/< /'
    echo "$printed" | grep -vxF -e "$written" | sed 's/^/> /'
} | sort -k 2
exit 1
