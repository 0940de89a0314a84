#!/bin/sh
# Runs one test, or sums up those that were run. SPDX-License-Identifier: BSD-3-Clause
#
#   run.sh LOGS NAME COMMAND...      runs COMMAND, keeps its output in LOGS/NAME.log and its status in LOGS/NAME.rc, and
#                                    prints both in one go; succeeds whatever COMMAND did. Status 77: skipped.
#   run.sh --summary LOGS NAME...    closes with "N passed, N failed" and fails if one failed or was not run
set -u

run() {
    base=$1/$2
    name=$2
    shift 2
    mkdir -p "$(dirname "$base")"
    rm -f "$base.rc"
    begin=$(date +%s%N)
    "$@" >"$base.out" 2>&1 </dev/null
    rc=$?
    took=$((($(date +%s%N) - begin) / 1000000))
    case $rc in
    0) word=passed ;;
    77) word=skipped ;;
    *) word="FAILED with status $rc" ;;
    esac
    {
        echo "-- $name: $*"
        cat "$base.out"
        printf -- '-- %s: %s, %d.%03d s\n' "$name" "$word" $((took / 1000)) $((took % 1000))
    } >"$base.log"
    rm -f "$base.out"
    echo $rc >"$base.rc"
    cat "$base.log"
}

summary() {
    logs=$1
    shift
    passed=0 failed=0 skipped=0
    for name; do
        case $(cat "$logs/$name.rc" 2>/dev/null || echo none) in
        0) passed=$((passed + 1)) ;;
        77)
            skipped=$((skipped + 1))
            echo "skipped: $name"
            ;;
        *)
            failed=$((failed + 1))
            echo "FAILED: $name ($logs/$name.log)"
            ;;
        esac
    done
    if [ $skipped -gt 0 ]; then
        echo "$passed passed, $failed failed, $skipped skipped"
    else
        echo "$passed passed, $failed failed"
    fi
    [ $failed -eq 0 ] && [ $passed -gt 0 ]
}

if [ "$1" = --summary ]; then
    shift
    summary "$@"
else
    run "$@"
fi
