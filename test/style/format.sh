#!/bin/sh
# The sources are as clang-format 14 writes them. SPDX-License-Identifier: BSD-3-Clause
set -eu

version=$(clang-format --version 2>/dev/null | sed -n 's/.*version \([0-9]*\)\..*/\1/p')
if [ "$version" != 14 ]; then
    echo "SKIPPED: needs clang-format 14 (formats differ between versions); found: ${version:-none}"
    exit 77
fi
bad=$(find include lib src examples test bindings/r -name '*.[ch]' -o -name '*.cpp' | sort |
    xargs clang-format --dry-run -Werror 2>&1 | sed -n 's/:.*: error: code should be clang-formatted.*//p' | uniq -c)
[ -z "$bad" ] || { echo "lines that are not as clang-format has them ('make format'):"; echo "$bad"; exit 1; }
