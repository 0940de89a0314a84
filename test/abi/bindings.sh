#!/bin/sh
# What the bindings declare is what the headers say. SPDX-License-Identifier: BSD-3-Clause
set -eu
cd "$(dirname "$0")/../.."
command -v python3 >/dev/null || { echo "SKIPPED: needs python3"; exit 77; }
python3 bindings/generate.py --check
