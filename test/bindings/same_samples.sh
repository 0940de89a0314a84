#!/bin/sh
# One model file gives the same samples, to the last bit, from C, the command, Rust, Julia, Python and R; for a linear
# and a nonlinear model. Each draws a thousand rows as raw doubles, the command in a .npy file, which are compared byte by
# byte with C's. Then those that read tables easily fit the linear model themselves, and must come to the command's.
# SPDX-License-Identifier: BSD-3-Clause
#
# usage: same_samples.sh BUILD
set -eu
. "$(dirname "$0")/tools.sh"
build=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# The seed that `gim sample --seed 1` makes for the environment "three": FNV-1a, as bindings have it too.
seed=$(printf three | od -An -v -tu1 | tr -s ' ' '\n' | {
    hash=$((-3750763034362895579 ^ 1))
    while read -r byte; do
        [ -z "$byte" ] || hash=$(((hash ^ byte) * 1099511628211))
    done
    printf %u $hash
})

installed "$build" "$work/prefix"
GIM_LIBRARY=$work/prefix/lib/libgim.so.0
export GIM_LIBRARY
cd "$work"
awk 'BEGIN {
    srand(3)
    print "environment\theat\tpressure\tflow" >"cells.tsv"
    for (e = split("off one two four", name, " "); e > 0; e--)
        for (i = 0; i < 60; i++) {
            heat = 20 + 5 * (e == 4 ? 4 : e - 1) + 2 * noise()
            pressure = 1 + 0.1 * heat + 0.2 * noise()
            printf "%s\t%.6f\t%.6f\t%.6f\n", name[e], heat, pressure, 50 - 8 * pressure + 2 * noise() >"cells.tsv"
        }
}
function noise(    i, sum) {
    for (i = 0; i < 12; i++)
        sum += rand()
    return sum - 6
}'
printf 'environment\tpower\noff\t0\none\t1\ntwo\t2\nfour\t4\n' >powers.tsv
printf 'environment\tpower\nthree\t3\n' >unseen.tsv
for mechanism in linear nonlinear; do
    prefix/bin/gim fit --data cells.tsv --perturbations powers.tsv --control off --intervention shift \
        --mechanism $mechanism --set steps=200 -q -o $mechanism.gim 2>/dev/null
done

# ---- one function a language: draw MODEL SEED, raw doubles of 1000 rows, row by row; 77 where it is not installed

draw_c() {
    [ -x same_samples ] || ${CC:-cc} -o same_samples "$source/test/bindings/same_samples.c" \
        $(pkg-config --cflags --libs libgim)
    ./same_samples "$@"
}
draw_python() {
    python=$(python_with numpy) || return 77
    PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$source/bindings/python "$python" -c '
import sys, gim
sys.stdout.buffer.write(gim.Model.load(sys.argv[1]).sample({"power": 3}, 1000, int(sys.argv[2])).tobytes())' "$@"
}
draw_rust() {
    command -v cargo >/dev/null || return 77
    (cd "$source/bindings/rust" && cargo fetch --locked -q) || return 77
    # In a folder of its own, as rust.sh may run beside it.
    (cd "$source/bindings/rust" && CARGO_TARGET_DIR=$build/rust-draw cargo build --locked --offline -q --example draw)
    "$build/rust-draw/debug/examples/draw" "$@" 3
}
draw_r() {
    command -v R >/dev/null || return 77
    [ -d library ] || {
        mkdir library
        cp -R "$source/bindings/r" gim-r
        R CMD INSTALL --library=library gim-r >r.log 2>&1 || { cat r.log >&2; return 1; }
    }
    R_LIBS=library Rscript -e 'library(gim); given <- commandArgs(TRUE); out <- pipe("cat", "wb")
        writeBin(as.vector(t(gim_sample(gim_load(given[1]), c(power = 3), 1000, given[2]))), out); close(out)' "$@"
}
draw_julia() {
    command -v julia >/dev/null || return 77
    JULIA_DEPOT_PATH=$work/depot: JULIA_LOAD_PATH=$source/bindings/julia:@stdlib julia --startup-file=no -e '
        using GIM
        model = Model(ARGS[1])
        x = zeros(length(variables(model)), 1000)
        write(stdout, sample!(x, model, (power=3,); seed=parse(UInt64, ARGS[2])))' "$@"
}

# ---- the comparison

for model in linear nonlinear; do
    draw_c $model.gim "$seed" >$model.c
    [ "$(wc -c <$model.c)" -eq 24000 ] || { echo "C drew $(wc -c <$model.c) bytes, not 24000"; exit 1; }
    echo "$model: C          $(sha256sum <$model.c | cut -c 1-16)"
    for language in python rust r julia; do
        code=0
        draw_$language $model.gim "$seed" >$model.$language || code=$?
        if [ $code -eq 77 ]; then
            echo "$model: $language is not installed, and was not compared"
        elif [ $code -ne 0 ] || ! cmp $model.c $model.$language; then
            echo "FAILED: $model: $language does not draw what C draws (exit code $code)"
            failed=1
        else
            printf '%s: %-10s %s\n' $model $language "$(sha256sum <$model.$language | cut -c 1-16)"
        fi
    done
    prefix/bin/gim sample $model.gim --perturbations unseen.tsv -n 1000 --seed 1 -q -o $model.npy
    tail -c 24000 $model.npy >$model.command
    if cmp $model.c $model.command; then
        printf '%s: %-10s %s\n' $model command "$(sha256sum <$model.command | cut -c 1-16)"
    else
        echo "FAILED: $model: the command does not draw what C draws"
        failed=1
    fi
done
cmp -s linear.c nonlinear.c && { echo "FAILED: the two models draw the same"; failed=1; }

# ---- fits

fit_python() {
    python=$(python_with numpy) || return 77
    PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$source/bindings/python "$python" -W ignore -c '
import numpy as np, gim
cells = [line.split("\t") for line in open("cells.tsv").read().splitlines()]
powers = [line.split("\t") for line in open("powers.tsv").read().splitlines()[1:]]
x = np.array([row[1:] for row in cells[1:]], float)
table = {name: {"power": float(power)} for name, power in powers}
model = gim.Model(intervention="shift", steps=200)
model.fit(x, [row[0] for row in cells[1:]], table, control="off", variables=cells[0][1:])
model.save("python.gim")'
}
fit_r() {
    [ -d library ] || return 77
    R_LIBS=library Rscript -e 'library(gim); cells <- read.delim("cells.tsv"); powers <- read.delim("powers.tsv")
        model <- suppressWarnings(gim_fit(gim_model(intervention = "shift", steps = 200), cells, "environment", powers,
                                          control = "off"))
        gim_save(model, "r.gim")'
}
fit_julia() {
    command -v julia >/dev/null || return 77
    JULIA_DEPOT_PATH=$work/depot: JULIA_LOAD_PATH=$source/bindings/julia:@stdlib julia --startup-file=no -e '
        using GIM, DelimitedFiles, Logging
        cells, names = readdlm("cells.tsv", Char(9); header=true)
        powers, _ = readdlm("powers.tsv", Char(9); header=true)
        model = Model(intervention=:shift, steps=200)
        with_logger(NullLogger()) do
            fit!(model, cells[:, 2:4], cells[:, 1], [powers[i, 1] => (power=powers[i, 2],) for i in 1:4]; control="off",
                 variables=names[2:4])
        end
        save(model, "julia.gim")'
}
for language in python r julia; do
    code=0
    fit_$language || code=$?
    if [ $code -eq 77 ]; then
        echo "fit: $language is not installed, and was not compared"
    elif [ $code -ne 0 ] || ! { draw_c $language.gim "$seed" >fitted && cmp linear.c fitted; }; then
        echo "FAILED: $language does not fit what the command fits (exit code $code)"
        failed=1
    else
        printf 'fit:    %-10s %s\n' $language "$(sha256sum <fitted | cut -c 1-16)"
    fi
done
exit $failed
