#!/bin/sh
# The light tunnel: predicts what three lights do at a dose that was never seen, and draws it.
# SPDX-License-Identifier: BSD-3-Clause
#
# usage: examples/light_tunnel/run.sh [GIM [FOLDER]]      the gim command (build/gim); where results go (build/demo)

set -eu
gim=$(realpath -m "${1:-build/gim}")
out=${2:-build/demo}
here=$(realpath "$(dirname "$0")")

for program in "$gim" python3 gnuplot neato; do
    command -v "$program" >/dev/null || { echo "the demo needs $program: see 'make deps'" >&2; exit 1; }
done

bold='' dim='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then
    bold=$(printf '\033[1m') dim=$(printf '\033[2m') plain=$(printf '\033[0m')
fi

title() {
    printf '\n\n%s%s\n%s%s\n' "$bold" "$1" "$(echo "$1" | sed 's/./=/g')" "$plain"
}

# Shows a command of gim, broken between options where it is long, and runs it.
gim() {
    echo "gim $*" | awk -v dim="$dim" -v plain="$plain" '{
        n = split($0, part, / -/)
        line = "$ " part[1]
        for (i = 2; i <= n; i++) {
            if (length(line part[i]) > 95) { print dim line " \\" plain; line = "     " }
            line = line " -" part[i]
        }
        print dim line plain
    }'
    "$gim" "$@"
}

# One question: what do the lights do at this dose, when only the other one has been seen?
predict() {
    dose=$1
    mkdir -p "$dose"

    # What is asked: the features of three perturbations, and nothing else about them.
    awk -v dose="$dose" 'NR == 1 || $1 ~ "^(red|green|blue)_" dose "$"' perturbations.tsv > "$dose/unseen.tsv"

    gim fit --data cells.tsv.gz --perturbations perturbations.tsv --control reference \
        --hold-out "red_$dose" --hold-out "green_$dose" --hold-out "blue_$dose" \
        --mechanism nonlinear --seed 1 -o "$dose/model.gim"
    gim info "$dose/model.gim" --json -o "$dose/info.json"
    gim sample "$dose/model.gim" --perturbations "$dose/unseen.tsv" -n 3334 -o "$dose/gim.tsv"
    gim targets "$dose/model.gim" --perturbations "$dose/unseen.tsv" --quiet --json -o "$dose/targets.json"
    gim graph "$dose/model.gim" -o "$dose/graph.tsv"

    # Three answers that need no model, and the same experiments measured a second time: nearer than that no one can get.
    python3 "$here/rivals.py" "$dose"
    for answer in gim none other line again; do
        gim score --predicted "$dose/$answer.tsv" --observed cells.tsv.gz --control reference \
            --metrics mean_distance,pearson,kde_nll -o "$dose/$answer-score.tsv"
    done

    python3 "$here/report.py" "$dose"
    gim report "$dose/model.gim" --data cells.tsv.gz --perturbations perturbations.tsv --targets perturbations.tsv \
        --title "Light tunnel: three lights at the dose $dose, never seen" --quiet -o "$dose/report.html"
    gnuplot -c "$here/densities.gp" "$dose"
    neato -n -Tsvg "$dose/graph.dot" -o "$dose/graph.svg"
}

# Everything happens in the folder of results: its commands can be repeated there.
mkdir -p "$out"
cp -f "$here"/data/*.tsv* "$out"
cd "$out"

cat <<'END'
The light tunnel: a real box with three lights, two polarisers, and sensors of light, current and angle,
20 variables in all, measured while one thing at a time was set (Gamella et al. 2025). Each light was set to two doses.
END
echo "$ cd $out"

title "1. A dose between those that were seen: trained without red_mid, green_mid and blue_mid"
predict mid

title "2. A dose beyond all that were seen: trained without red_strong, green_strong and blue_strong"
predict strong

printf '\n\nPictures\n'
for picture in */*.svg; do echo "  $out/$picture"; done
printf '\nReports, for a browser\n'
for page in */report.html; do echo "  $out/$page"; done
