#!/bin/sh
# Combinations of settings of the light tunnel: which follow from those that were tried, and how well they are predicted.
# SPDX-License-Identifier: BSD-3-Clause
#
# usage: examples/combinations/run.sh [GIM [FOLDER]]      the gim command (build/gim); where results go
#                                                         (build/combinations). FIT: more options of the fits

set -eu
gim=$(realpath -m "${1:-build/gim}")
out=${2:-build/combinations}
here=$(realpath "$(dirname "$0")")
mkdir -p "$out"
python3 "$here/tables.py" "$here/../light_tunnel/data/cells.tsv.gz" "$out"
cd "$out"

# Shows a command, and runs it.
gim() {
    echo "\$ gim $*"
    "$gim" "$@"
}

tables='--data rows.tsv --observed tried.tsv'

gim ifm identify --factors factors.tsv --observed tried.tsv --unseen wanted.tsv -o verdicts.tsv
cut -f 1-4 verdicts.tsv
gim ifm check $tables --factors factors.tsv ${FIT-} -q -o check.tsv
cat check.tsv
gim ifm check $tables --factors wrong.tsv ${FIT-} -q -o check_wrong.tsv
tail -n 1 check_wrong.tsv

gim ifm fit $tables --factors factors.tsv ${FIT-} -q -o tunnel.ifm
gim ifm sample tunnel.ifm --unseen wanted.tsv -n 5000 -o predicted.tsv
gim fit --data rows.tsv --perturbations tried.tsv --control control --ignore current --method additive -q -o additive.gim
gim sample additive.gim --perturbations wanted.tsv -n 5000 -q -o additive.tsv
gim fit --data rows.tsv --perturbations tried.tsv --control control --ignore current --method ridge -q -o ridge.gim
gim sample ridge.gim --perturbations wanted.tsv -n 5000 -q -o ridge.tsv
gim score --predicted predicted.tsv --baseline additive=additive.tsv --baseline ridge=ridge.tsv --observed held_out.tsv \
    --observed rows.tsv --control control --variables red,green,blue,ir_3 --metrics mean_distance,energy -o score.tsv
cat score.tsv

gim ifm predict tunnel.ifm --unseen wanted.tsv --data rows.tsv --outcome current --calibration calibration.tsv \
    -o current.tsv
cat current.tsv
