#!/bin/sh
# The R package: R CMD build and check, then the example of its page in an empty folder.
# SPDX-License-Identifier: BSD-3-Clause
#
# usage: r.sh BUILD
set -eu
. "$(dirname "$0")/tools.sh"
build=$(realpath "$1")
command -v R >/dev/null || skip "R is not installed: apt-get install r-base-core"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

installed "$build" "$work/prefix"
cd "$work"
cp -R "$source/bindings/r" gim
R CMD build --no-manual gim >log 2>&1 || { cat log; exit 1; }
_R_CHECK_FORCE_SUGGESTS_=false R CMD check --no-manual --no-build-vignettes gim_*.tar.gz >log 2>&1 || {
    cat log gim.Rcheck/00install.out gim.Rcheck/tests/*.fail 2>/dev/null
    exit 1
}
grep -A 20 -E '(WARNING|ERROR)$' log && exit 1
tail -n 2 log

mkdir empty library
R CMD INSTALL --library=library gim_*.tar.gz >log 2>&1 || { cat log; exit 1; }
code "$source/bindings/r/README.md" r >empty/example.R
cd empty
R_LIBS=$work/library Rscript example.R >out 2>&1 || { cat out; exit 1; }
echo "the page's example runs"
