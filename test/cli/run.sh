#!/bin/sh
# Tests the gim command as its users meet it. SPDX-License-Identifier: BSD-3-Clause
#
#   run.sh [GIM]     GIM is build/gim by default; closes with "N passed, N failed"
#   WRAPPER='valgrind -q --error-exitcode=99 --leak-check=full' run.sh    runs every command under it
#
# A case is `begin NAME`, then commands and what is expected of the last one; cases/*.sh hold them.
set -u

here=$(cd "$(dirname "$0")" && pwd)
gim=$(realpath "${1:-build/gim}")
[ -x "$gim" ] || { echo "run.sh: $gim is not there" >&2; exit 1; }
work=$(mktemp -d "${TMPDIR:-/tmp}/gim-cli.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
unset LC_ALL LANG LC_NUMERIC GIM_DATA
OMP_WAIT_POLICY=passive
export OMP_WAIT_POLICY

passed=0 failed=0 name='' bad=0
tab=$(printf '\t')

finish() {
    if [ -n "$name" ] && [ $bad -eq 0 ]; then
        passed=$((passed + 1))
    elif [ -n "$name" ]; then
        failed=$((failed + 1))
    fi
}

begin() {
    finish
    name=$1 bad=0
}

# wrong WHAT: marks the case as failed, and shows what the last command said
wrong() {
    [ $bad -ne 0 ] || echo "FAILED: $name"
    echo "    $1"
    echo "    command: gim $last (exit code $code)"
    sed 's/^/    stderr: /' err | head -n 5
    bad=1
}

# Runs the command, with its standard input from `in`, which is empty unless a case wrote it.
gim() {
    last=$*
    ${WRAPPER:-} "$gim" "$@" <in >out 2>err
    code=$?
    : >in
}

exits() { [ $code -eq "$1" ] || wrong "expected exit code $1"; }
says() { grep -qF -- "$1" err || wrong "standard error lacks: $1"; }
says_not() { ! grep -qF -- "$1" err || wrong "standard error has: $1"; }
silent() { [ ! -s err ] || wrong 'standard error should be empty'; }
prints() { grep -qF -- "$1" "${2:-out}" || wrong "${2:-standard output} lacks: $1"; }
prints_not() { ! grep -qF -- "$1" "${2:-out}" || wrong "${2:-standard output} has: $1"; }
prints_nothing() { [ ! -s out ] || wrong 'standard output should be empty'; }
header() { [ "$(head -n 1 "${2:-out}" | tr '\t' ' ')" = "$1" ] || wrong "the header is not: $1"; }
lines() { [ "$(wc -l <"${2:-out}")" -eq "$1" ] || wrong "$(wc -l <"${2:-out}") lines, not $1"; }
same() { cmp -s "$1" "$2" || wrong "$1 and $2 differ"; }
differ() { ! cmp -s "$1" "$2" || wrong "$1 and $2 are the same"; }
missing() { [ ! -e "$1" ] || wrong "$1 should not be there"; }
# No temporary file is left in this folder.
clean() { ! ls | grep -q '\.tmp' || wrong "left behind: $(ls | grep '\.tmp')"; }

if command -v python3 >/dev/null; then
    # json EXPRESSION [FILE]: is true of the value j in FILE
    json() {
        python3 -c 'import json, sys; j = json.load(open(sys.argv[2])); sys.exit(not eval(sys.argv[1]))' "$1" "${2:-out}" \
            2>json.err || wrong "not so in JSON: $1 $(tail -n 1 json.err)"
    }
    json_lines() {
        python3 -c 'import json, sys; [json.loads(line)["event"] for line in open(sys.argv[1])]' "$1" 2>json.err ||
            wrong "not JSON, line by line: $1 $(tail -n 1 json.err)"
    }
else
    echo 'skipped: what JSON holds is not checked, for want of python3'
    json() { :; }
    json_lines() { :; }
fi

# Two tables on which fits are quick: a acts on b, b on c; ka, kb, kd set a, b, d.
awk 'BEGIN {
    srand(7)
    for (e = 1; e <= split("ctrl ka kb kd", name, " "); e++)
        for (i = 0; i < (e == 1 ? 60 : 20); i++) {
            a = e == 2 ? 3 + noise() / 5 : noise()
            b = e == 3 ? -2 + noise() / 5 : 0.9 * a + noise() / 2
            d = e == 4 ? 4 + noise() / 5 : noise()
            row[n++] = sprintf("%s\tp%d\t%.4f\t%.4f\t%.4f\t%.4f", name[e], i % 3, a, b, -0.8 * b + noise() / 2, d)
        }
    print "environment\tbatch\ta\tb\tc\td"
    for (i = 0; i < n; i++)
        print row[i]
}
function noise(    i, sum) {
    for (i = 0; i < 12; i++)
        sum += rand()
    return sum - 6
}' >cells.tsv
printf 'environment\tn\tfa\tfb\tfd\tnote\ttargets
ctrl\t60\t0\t0\t0\t\t
ka\t20\t1\t0\t0\tfirst\ta
kb\t20\t0\t1\t0\t\tb
kd\t20\t0\t0\t1\t\td\n' >doses.tsv
printf 'environment\tfb\tfa\tfd\tother\nctrl\t0\t0\t0\tx\nhalf\t0\t0.5\t0\ty\nboth\t1\t1\t0\tz\nfar\t0\t9\t0\tz\n' >unseen.tsv

# A fit that takes a moment, and that converges or not as it pleases.
quick='--set steps=40 --set check-every=10 --set width=8 --set draws=4 --set hidden=3'
fit() { gim fit --data cells.tsv --perturbations doses.tsv --control ctrl $quick "$@"; }

: >in
last='' code=0
fit -o linear.gim
[ $code -eq 0 ] || { cat err; echo 'no model to test with'; echo '0 passed, 1 failed'; exit 1; }
fit --mechanism nonlinear --intervention shift -o shift.gim

for cases in "$here"/cases/*.sh; do
    . "$cases"
done
finish
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
