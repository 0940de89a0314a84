#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Times and memory of this build on this machine, as a Markdown report on standard output; what is being measured goes to
# standard error. Both sides of a ratio run one after the other. Peers run where `make peers` has set them up.
#
#   report.sh BUILD
set -eu
build=$1
here=$(dirname "$0")
python=$build/peers/bin/python
threads=2
table1='--d 20 --environments 81 --rows 20 --draws 32 --hidden 10'

value() { # name of the line on standard input
    sed -n "s/.*$1=\([^ ]*\).*/\1/p"
}

step() {
    echo "  step $*" >&2
    "$build/bench/step" "$@"
}

seconds() {
    step "$@" | value seconds_per_step
}

ratio() { # a / b
    awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", a / b }'
}

head_of_report() {
    echo "# Speed and memory"
    echo
    echo "- machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores," \
        "$(awk '/MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo), load $(cut -d ' ' -f 1 /proc/loadavg)"
    echo "- compiler: $(${CC:-gcc} --version | head -1)"
    echo "- BLAS: OpenBLAS $(pkg-config --modversion openblas)"
    echo
}

limits() {
    echo "## Limits and kernels, one thread"
    echo
    OPENBLAS_NUM_THREADS=1 "$build/bench/kernels" | sed 's/^/- /'
    echo
}

peer() { # script, mechanism
    if [ -x "$python" ]; then
        echo "  $1 $2" >&2
        # shellcheck disable=SC2086
        "$python" "$here/peers/$1" --mechanism "$2" $table1 --threads $threads | value seconds_per_step
    else
        echo nan
    fi
}

steps() {
    echo "## A step: d 20, 81 environments of 20 rows, 32 draws, 10 units; no log-determinant, as JAX has none"
    echo
    echo "| mechanism | 1 thread, s | $threads threads, s | speed-up | JAX, $threads threads, s | JAX / libgim | DiBS, s |"
    echo "| --- | --- | --- | --- | --- | --- | --- |"
    for mechanism in nonlinear linear; do
        # shellcheck disable=SC2086
        one=$(seconds --mechanism $mechanism $table1 --log-determinant 0 --threads 1)
        # shellcheck disable=SC2086
        two=$(seconds --mechanism $mechanism $table1 --log-determinant 0 --threads $threads)
        jax=$(peer jax_step.py $mechanism)
        dibs=$(peer dibs_step.py $mechanism)
        echo "| $mechanism | $one | $two | $(ratio "$one" "$two") | $jax | $(ratio "$jax" "$two") | $dibs |"
    done
    echo
}

rows() {
    echo "## Linear, by number of rows (sufficient statistics; 100 environments, 4 draws)"
    echo
    echo "| rows | seconds a step | peak memory, MiB |"
    echo "| --- | --- | --- |"
    for rows in 10 100 1000 10000; do
        line=$(step --mechanism linear --environments 100 --rows $rows --draws 4 --threads $threads --steps 500)
        echo "| ${rows}00 | $(echo "$line" | value seconds_per_step) | $(echo "$line" | value peak_rss_mib) |"
    done
    echo
}

# Exponent of a power law through the lines "x y" on standard input, by least squares of the logarithms.
exponent() {
    awk '{ x = log($1); y = log($2); n++; sx += x; sy += y; sxx += x * x; sxy += x * y }
        END { printf "%.1f", (n * sxy - sx * sy) / (n * sxx - sx * sx) }'
}

sizes() {
    echo "## By number of variables (81 environments of 20 rows, 4 draws, $threads threads)"
    echo
    echo "| d | nonlinear, s | MiB | linear, s | MiB |"
    echo "| --- | --- | --- | --- | --- |"
    times=$(mktemp)
    for d in 20 50 100 200; do
        n=$(step --mechanism nonlinear --d $d --draws 4 --threads $threads --steps 20)
        l=$(step --mechanism linear --d $d --draws 4 --threads $threads --steps 50)
        echo "$d $(echo "$n" | value seconds_per_step) $(echo "$n" | value peak_rss_mib)" \
            "$(echo "$l" | value seconds_per_step) $(echo "$l" | value peak_rss_mib)" >>"$times"
        tail -n 1 "$times" | sed 's/ / | /g; s/.*/| & |/'
    done
    echo "| grows as d to the power | $(exponents "$times" 2) | $(exponents "$times" 3) | $(exponents "$times" 4) |" \
        "$(exponents "$times" 5) |"
    rm "$times"
    echo
}

exponents() { # file, column: of that column over the first, from d 50 on
    awk -v column="$2" '$1 >= 50 { print $1, $column }' "$1" | exponent
}

budget() {
    echo "## Memory: d 200, nonlinear, a million rows by callback"
    echo
    echo "| memory-budget, MiB | seconds a step | peak memory, MiB |"
    echo "| --- | --- | --- |"
    for budget in 64 512; do
        line=$(step --mechanism nonlinear --d 200 --environments 100 --rows 10000 --draws 4 --threads $threads \
            --steps 10 --memory-budget $budget)
        echo "| $budget | $(echo "$line" | value seconds_per_step) | $(echo "$line" | value peak_rss_mib) |"
    done
}

head_of_report
limits
steps
rows
sizes
budget
