#!/bin/sh
# Plain text: every source says what it is for and under which licence; no tab, no space at a line's end, no long line.
# SPDX-License-Identifier: BSD-3-Clause
set -eu

failed=0
complain() {
    echo "$1"
    failed=1
}

sources=$(find include lib src examples test -name '*.[ch]' -o -name '*.cpp' | sort)
scripts=$(find lib src examples test completions .ci Makefile -type f \( -name '*.sh' -o -name '*.mk' \
    -o -name Makefile -o -name '*.map' -o -name '*.bash' -o -path '.ci/run' \) 2>/dev/null | sort)
pages=$(find . -path ./build -prune -o -path ./.git -prune -o -name '*.md' -print | sort)

for file in $sources $scripts; do
    head -n 6 "$file" | grep -q 'SPDX-License-Identifier: BSD-3-Clause' ||
        complain "$file: no SPDX-License-Identifier in its first lines"
done
for file in $sources; do
    case $(head -n 1 "$file") in
    '/* '?* | '// '?*) ;;
    *) complain "$file:1: a file begins with a comment that says what it is for" ;;
    esac
done
for file in $sources $scripts $pages; do
    awk -v file="$file" '
        length($0) > 120 && file ~ /\.[ch]$|\.cpp$|Makefile$/ { print file ":" FNR ": " length($0) " columns, 120 are allowed"; bad = 1 }
        /[ \t]$/ { print file ":" FNR ": space at the end of the line"; bad = 1 }
        /\r/ { print file ":" FNR ": carriage return"; bad = 1 }
        /\t/ && file !~ /Makefile$|\.mk$|\.md$/ { print file ":" FNR ": tab"; bad = 1 }
        END { exit bad }' "$file" || failed=1
    [ -z "$(tail -c 1 "$file")" ] || complain "$file: no newline at the end"
done
exit $failed
