#!/bin/sh
# GIM.jl: its tests, then its page's example in an empty folder. SPDX-License-Identifier: BSD-3-Clause
#
# usage: julia.sh BUILD
set -eu
. "$(dirname "$0")/tools.sh"
build=$(realpath "$1")
command -v julia >/dev/null || skip "Julia is not installed: make deps-bindings, or sh bindings/julia/install.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A depot of its own: nothing of this is left in the user's, and nothing of it is used.
JULIA_DEPOT_PATH=$work/depot: JULIA_LOAD_PATH=$source/bindings/julia:@stdlib JULIA_NUM_THREADS=2
GIM_LIBRARY=$build/libgim.so.0
export JULIA_DEPOT_PATH JULIA_LOAD_PATH JULIA_NUM_THREADS GIM_LIBRARY
julia --startup-file=no "$source/bindings/julia/test/runtests.jl"
mkdir "$work/empty"
code "$source/bindings/julia/README.md" julia >"$work/empty/example.jl"
cd "$work/empty"
julia --startup-file=no example.jl >out 2>&1 || { cat out; exit 1; }
echo "the page's example runs"
