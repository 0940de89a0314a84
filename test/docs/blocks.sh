#!/bin/sh
# Every block of code in the documents runs: blocks.py runs them, page by page. SPDX-License-Identifier: BSD-3-Clause
#
# usage: blocks.sh BUILD
set -eu
build=$(realpath "$1")
cd "$(dirname "$0")/../.."
command -v python3 >/dev/null || { echo "skipped: python3 is not installed"; exit 77; }
exec python3 test/docs/blocks.py "$build"
