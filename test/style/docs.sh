#!/bin/sh
# The documents agree with the tree: links lead somewhere, options and status codes are described, man pages are sound.
# SPDX-License-Identifier: BSD-3-Clause
set -eu

failed=0
complain() {
    echo "$1"
    failed=1
}

# Relative links and pictures of a page, [text](path#anchor) or src="path", but for those within code.
links() {
    awk '/^ *```/ { code = !code; next } !code { gsub(/`[^`]*`/, ""); print }' "$1" |
        grep -oE '\]\([^)]+\)|(src|srcset|href)="[^"]+"' |
        sed -E 's/^\]\(//; s/\)$//; s/^[a-z]+="//; s/"$//; s/ ".*$//' |
        grep -vE '^([a-z]+:|#)' | sed 's/#.*//'
}

# described PAGE WORDS...: each word stands in the page
described() {
    page=$1
    shift
    [ -f "$page" ] || { complain "$page: missing"; return 0; }
    for word; do
        grep -qE "(^|[^A-Za-z0-9_-])$word([^A-Za-z0-9_-]|$)" "$page" || complain "$page: says nothing of $word"
    done
}

for page in $(find . -path ./build -prune -o -path ./.git -prune -o -name '*.md' -print | sort); do
    for link in $(links "$page"); do
        [ -e "$(dirname "$page")/$link" ] || complain "$page: no such file: $link"
    done
done

# Options are the numbers from 100 on.
options=$(grep -oE 'GIM_[A-Z_]+ = [1-9][0-9][0-9]\>' include/gim/gim.h | sed 's/ = .*//')
[ "$(echo "$options" | wc -l)" -ge 27 ] || complain "include/gim/gim.h: cannot find the options"
described docs/api.md $options
described docs/errors.md $(grep -oE 'X\(GIM_[A-Z_]+' include/gim/gim_status.h | sed 's/X(//')

if command -v mandoc >/dev/null; then
    for page in man/*.[1-9]; do
        [ ! -e "$page" ] || mandoc -T lint -W warning "$page" || failed=1
    done
else
    echo "man pages not looked at: mandoc is not installed"
fi
exit $failed
