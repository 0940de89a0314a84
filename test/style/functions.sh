#!/bin/sh
# No function over 80 lines; names the longest ones. SPDX-License-Identifier: BSD-3-Clause
set -eu

limit=80

# A function's braces stand alone in column 1 (.clang-format); its length is the lines between them.
lengths() {
    find lib src examples test -name '*.c' -o -name '*.cpp' | sort | xargs awk '
        FNR == 1 { head = ""; start = 0 }
        /^[A-Za-z_].*\(/ { head = $0 }
        /^\{/ { start = FNR }
        /^\}/ && start {
            name = head; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name)
            print FNR - start - 1, FILENAME ":" start, name; start = 0
        }'
}

lengths | sort -rn | awk -v limit=$limit '
    { all[NR] = $1 }
    NR <= 3 { top = top sprintf("  %d %s %s\n", $1, $2, $3) }
    $1 > limit { printf "%s: %s has %d lines, %d are allowed\n", $2, $3, $1, limit; failed = 1 }
    END {
        if (NR == 0) { print "no function found"; exit 1 }
        printf "%d functions, median %d lines, p90 %d; the longest:\n%s", NR,
            all[int((NR + 1) / 2)], all[int(NR / 10) + 1], top
        exit failed
    }'
