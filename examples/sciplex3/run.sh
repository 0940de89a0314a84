#!/bin/sh
# The sci-Plex 3 recipe: of each of three cell lines four drugs at four doses, fifty marker genes; the highest dose of one
# drug is held out and predicted: twelve settings. SPDX-License-Identifier: BSD-3-Clause
#
#   run.sh GIM DATA.h5ad DRUGS.tsv FOLDER
#
# DRUGS.tsv has a row a drug: its name, in a column called as the one of DATA, and numbers that describe it. What the
# columns of DATA are called, and what is fitted, can be set in the environment:
set -eu

gim=$1 data=$2 table=$3 folder=$4
: "${DRUG:=perturbation}" "${DOSE:=dose_value}" "${LINE:=cell_line}" "${CONTROL:=control}"
: "${DRUGS:=Belinostat Dacinostat Givinostat Quisinostat}" "${LINES:=A549 K562 MCF7}" "${HIGHEST:=10000}"
: "${MARKERS:=50}" "${MATRIX:=X}" "${FIT:=--mechanism zero-inflated --intervention shift}" "${ROWS:=1000}"

mkdir -p "$folder"
where=$(for drug in $DRUGS $CONTROL; do printf -- '--where\n%s=%s\n' "$DRUG" "$drug"; done)
printf 'cell_line\tdrug\tpredictor\tmean_distance\tenergy\tpearson\n' >"$folder/results.tsv.new"

# scores LINE DRUG < table of gim score: the lines that tell how good each predictor is
scores() {
    awk -F '\t' -v line="$1" -v drug="$2" -v OFS='\t' '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $1 == "overall" || $1 ~ /^baseline:/ || $1 == "ceiling" {
            sub(/^overall$/, "gim", $1); sub(/^baseline:/, "", $1); sub(/^ceiling$/, "replicate", $1)
            print line, drug, $1, $at["mean_distance"], $at["energy"], $at["pearson"]
        }'
}

for line in $LINES; do
    for drug in $DRUGS; do
        held=$drug:$HIGHEST at=$folder/$line-$drug
        # $where is words, one a line
        (IFS='
'
        "$gim" prepare "$data" --matrix "$MATRIX" $where --where "$LINE=$line" --perturbation "$DRUG,$DOSE" \
            --control "$DRUG=$CONTROL" --number "$DOSE:nM:log10" --features-table "$table" --key "$DRUG" \
            --hold-out "$held" --markers "$MARKERS" -o "$at")
        "$gim" fit --prepared "$at" $FIT --quiet -o "$at.gim"
        "$gim" fit --prepared "$at" --method lower-dose --dose "log10($DOSE/nM)" --quiet -o "$at-lower.gim"
        for model in "$at" "$at-lower"; do
            "$gim" sample "$model.gim" --ask "$DRUG=$drug,$DOSE=$HIGHEST" -n "$ROWS" --quiet -o "$model-predicted.tsv"
        done
        "$gim" score --predicted "$at-predicted.tsv" --observed "$at/data.tsv" --control control \
            --baseline "lower-dose=$at-lower-predicted.tsv" --metrics mean_distance,energy,pearson --quiet |
            scores "$line" "$drug" >>"$folder/results.tsv.new"
    done
done
mv "$folder/results.tsv.new" "$folder/results.tsv"
cat "$folder/results.tsv"
