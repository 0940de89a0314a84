#!/bin/sh
# The Snakemake workflow, run for real: from tables (and by `gim prepare`, where it is there) to what the seeds agree on and
# a report. SPDX-License-Identifier: BSD-3-Clause
#
# usage: snakemake.sh GIM VENV
set -eu

gim=$(realpath "$1")
venv=$(realpath "$2")
source=$(cd "$(dirname "$0")/../.." && pwd)
flow=$source/examples/pipelines/snakemake
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
mkdir "$work/tools" "$work/tables"
ln -s "$gim" "$work/tools/gim"
PATH=$work/tools:$PATH
export PATH
unset MAKEFLAGS MAKELEVEL MFLAGS

fail() {
    echo "FAILED: $*"
    failed=1
}

snake() {
    "$venv/bin/snakemake" --snakefile "$flow/workflow/Snakefile" --cores 2 "$@" >snake.log 2>&1
}
# must WHAT COMMAND...
must() {
    what=$1
    shift
    "$@" || { fail "$what"; tail -n 30 snake.log; cat logs/* 2>/dev/null | tail -n 20; }
}

cd "$work/tables"
report=False
! gim report --help >/dev/null 2>&1 || report=True
[ $report = True ] || echo "skipped: the report, as this gim has no such command"
gim simulate -q -o data --variables 6 --perturbations 6 --new-perturbations 2
cp -r "$flow/config" .
sed -i 's/^fit:.*/fit: --mechanism linear --set steps=300/; s/^rows:.*/rows: 50/; s/^seeds:.*/seeds: [1, 2]/' config/config.yaml
# Known targets belong to the simulation; here they are given too.
sed -i 's/^# known_targets/known_targets/' config/config.yaml

must "the workflow" snake --config report=$report
for seed in 1 2; do
    gzip -dc results/seed$seed/predicted.tsv.gz | awk 'END { exit NR != 1 + 8 * 50 }' || fail "seed $seed: not 8 x 50 rows"
    [ $report = False ] || grep -q '</html>' results/seed$seed/report.html || fail "seed $seed: no report"
    cut -f 1 results/seed$seed/scores.tsv | tr '\n' ' ' | grep -q '^environment p0_d3 p1_d3 .*overall baseline:no_change' ||
        fail "seed $seed: what was held out is not what was scored: $(cut -f 1 results/seed$seed/scores.tsv | tr '\n' ' ')"
    gim info results/seed$seed/model.gim | grep -qE '^  p[01]_d3 ' && fail "seed $seed: what was held out is in the fit"
done
cmp -s results/seed1/edges.tsv results/seed2/edges.tsv && fail "two seeds, one fit"
# The shares, counted once more.
for table in targets edges; do
    awk -F '\t' 'FNR == 1 { next } FILENAME !~ /^results\/seed/ { share[$1, $2] = $4; n++; next } $3 > 0.5 { of[$1, $2]++ }
        END { for (k in share) if (share[k] != of[k] / 2) { print k, share[k], of[k]; bad = 1 } exit bad || n == 0 }' \
        results/$table.tsv results/seed1/$table.tsv results/seed2/$table.tsv || fail "results/$table.tsv: the shares are wrong"
done
awk -F '\t' '$3 == "overall" { n[$1]++ } END { exit !(n[1] == 1 && n[2] == 1) }' results/scores.tsv ||
    fail "results/scores.tsv: not one overall of each seed"
must "a second run" snake --config report=$report
grep -q 'Nothing to be done' snake.log || fail "a second run does something"
sed -n 2p data/train.tsv >>data/train.tsv
snake --config report=$report --dry-run
grep -qE '^fit +2' snake.log || fail "new data do not ask for new fits"

# What the configuration gets wrong is said, and nothing half-made is left.
for target in results/held_out.tsv results/seed1/model.gim; do
    rm -rf results
    snake $target --config report=$report 'hold_out=["typo"]' && fail "$target: a name that is nowhere is taken"
    grep -qE 'no environment [\\"]*typo' logs/held_out.log logs/fit_seed1.json || fail "$target: the name is not said"
    [ ! -e $target ] || fail "$target was left"
done
snake --config colour=red && fail "an unknown setting is taken"
grep -q "'colour' was unexpected" snake.log || fail "the unknown setting is not said"

"$venv/bin/snakemake" --snakefile "$flow/workflow/Snakefile" --lint >lint.log 2>&1 || :
# No conda package and no public container of gim is there to name.
grep -E '^ +\* ' lint.log | grep -v 'Specify a conda environment or container for each rule' && fail "snakemake --lint"
grep -q 'Specify a conda environment\|Congratulations' lint.log || { fail "snakemake --lint did not run"; cat lint.log; }

if gim prepare --help >/dev/null 2>&1; then
    mkdir "$work/cells"
    cd "$work/cells"
    awk 'BEGIN {
        srand(1)
        print "cell\tdrug\tdose\tg1\tg2\tg3\tg4\tg5\tg6"
        for (i = 0; i < 400; i++) {
            drug = i % 4 == 0 ? "DMSO" : i % 4 == 1 ? "A" : i % 4 == 2 ? "B" : "C"
            dose = drug == "DMSO" ? 0 : 1 + i % 8 / 4
            printf "c%d\t%s\t%d", i, drug, (dose > 1.5 ? 10 : dose > 0 ? 1 : 0)
            for (g = 1; g <= 6; g++)
                printf "\t%d", 100 * rand() + (g == 1 && drug == "A" ? 200 : 0)
            print ""
        }
    }' >cells.tsv
    cat >config.yaml <<'END'
prepare:
  file: cells.tsv
  options: --perturbation drug,dose --control drug=DMSO --one-hot drug --number dose:log1p --min-cells 1
control: [control]
hold_out: ["A:10"]
seeds: [1]
fit: --set steps=100
END
    must "from gim prepare" snake --configfile config.yaml --config report=$report
    grep -q '^A:10' results/seed1/scores.tsv || fail "from gim prepare: what was held out was not scored"
    if [ -x "$(dirname "$gim")/gim-h5ad" ]; then
        rm -rf results
        sed -i "s#file:.*#file: $source/test/cli/data/small.h5ad#; s/drug=DMSO/drug=vehicle/; s/A:10/Givinostat:10/" config.yaml
        sed -i 's/--min-cells 1/--min-cells 1 --variables G0,G2,G3,G4,G5/' config.yaml
        must "from .h5ad" snake --configfile config.yaml --config report=$report
        grep -q '^Givinostat:10' results/seed1/scores.tsv || fail "from .h5ad: what was held out was not scored"
        [ $report = False ] || grep -q '</html>' results/seed1/report.html || fail "from .h5ad: no report"
    else
        echo "skipped: .h5ad, as gim-h5ad is not built"
    fi
else
    echo "skipped: the way from single-cell files, as this gim has no prepare"
fi
exit $failed
