#!/bin/sh
# Makes a wheel with libgim.so.0 inside. SPDX-License-Identifier: BSD-3-Clause
#
# usage: wheel.sh BUILD OUT     BUILD: where libgim.so.0 lies; OUT: the folder that gets the wheel
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../test/bindings/tools.sh"
build=$(realpath "$1")
mkdir -p "$2"
out=$(realpath "$2")
python=$(python_with setuptools wheel) || {
    echo "wheel.sh: apt-get install python3-setuptools python3-wheel" >&2
    exit 1
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp -R "$here/gim" "$here/pyproject.toml" "$here/setup.py" "$here/README.md" "$work"
rm -rf "$work/gim/__pycache__"
cp -L "$build/libgim.so.0" "$work/gim/libgim.so.0"
strip --strip-unneeded "$work/gim/libgim.so.0"
cp "$here/../../LICENSE" "$work"
cd "$work"
rm -f "$out"/gim-*.whl
"$python" -c 'import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])' "$out" >log 2>&1 ||
    { cat log >&2; exit 1; }
ls "$out"/gim-*.whl
