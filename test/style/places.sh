#!/bin/sh
# Where the documents say that a formula lives, it does: each `file.c:function` is a function of that file, and each `a_name`
# of docs/model.md and lib/README.md is found in the library. Functions may be named without gim__. SPDX-License-Identifier: BSD-3-Clause
set -eu

failed=0
complain() {
    echo "$1"
    failed=1
}

places=$(grep -ohE '`([a-z]+/)?[a-z_]+\.c:[a-z_0-9]+`' README.md lib/README.md docs/*.md | tr -d '`' | sort -u)
[ -n "$places" ] || complain "no place of a function found in the documents"
for place in $places; do
    file=${place%%:*} function=${place#*:}
    found=$(find lib -path "*/$file")
    [ -n "$found" ] || { complain "$place: there is no such file below lib/"; continue; }
    grep -qE "^[a-zA-Z].*[ *](gim__)?$function\(" $found || complain "$place: there is no such function in it"
done
for page in docs/model.md lib/README.md; do
    for name in $(grep -oE '`[a-z]+_[a-z_]+`' "$page" | tr -d '`' | sort -u); do
        grep -rqE "\<(gim__)?$name\>" lib include || complain "$page: \`$name\` is nowhere in lib/"
    done
done
exit $failed
