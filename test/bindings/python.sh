#!/bin/sh
# The Python package: its tests, then as a stranger has it, from the wheel, in an empty folder.
# SPDX-License-Identifier: BSD-3-Clause
#
# usage: python.sh BUILD
set -eu
. "$(dirname "$0")/tools.sh"
build=$(realpath "$1")
python=$(python_with numpy) || skip "Python needs NumPy: apt-get install python3-numpy, or PYTHON=... with it"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

GIM_LIBRARY="$build/libgim.so.0" PYTHONPATH="$source/bindings/python" PYTHONDONTWRITEBYTECODE=1 \
    "$python" "$source/bindings/python/tests/test_gim.py"

if ! python_with setuptools wheel >/dev/null; then
    echo "no wheel was made, and the page's example not run: apt-get install python3-setuptools python3-wheel"
    exit 0
fi
sh "$source/bindings/python/wheel.sh" "$build" "$work/wheel" >/dev/null
"$python" -m zipfile -e "$work"/wheel/gim-*.whl "$work/site"
mkdir "$work/empty"
code "$source/bindings/python/README.md" python >"$work/empty/example.py"
cd "$work/empty"
env -u LD_LIBRARY_PATH PYTHONPATH="$work/site" "$python" example.py >out || { cat out; exit 1; }
env -u LD_LIBRARY_PATH PYTHONPATH="$work/site" "$python" -c '
import gim
assert gim.lib._name.endswith("site/gim/libgim.so.0"), gim.lib._name'
echo "the wheel $(basename "$work"/wheel/gim-*.whl) runs the page's example"
