#!/bin/sh
# Who may include whom. SPDX-License-Identifier: BSD-3-Clause
#   lib/<layer>      its own layer and lower ones (base < math < model < train < baseline < simulate < judge < ifm < api), and
#                    the public headers; judge knows base and math alone
#   src, examples    the public headers; src its own headers beside
#   GSL, CBLAS       each enter through the files named here alone
set -eu

gsl_files='lib/base/rng.c lib/math/special.c'
cblas_files='lib/math/mat.c'  # LAPACK, which has no header here, is declared in lib/math/pca.c and least.c

# FILE:LINE:included name, for quoted ("") or angled (<>) includes
includes() {
    open=$1 close=$2
    shift 2
    find "$@" -name '*.[ch]' -o -name '*.cpp' | sort | xargs grep -nE "^ *# *include *$open" /dev/null |
        sed "s|:[^:]*include *$open\([^$close]*\)$close.*|:\1|"
}

# A quoted name is looked for in lib/ and include/, as the compiler does; without a folder it is one beside the file.
layers() {
    includes '"' '"' lib | awk -F: '
        BEGIN { n = split("base math model train baseline simulate judge ifm api", order, " "); for (i = 1; i <= n; i++) rank[order[i]] = i }
        function bad(why) { print $1 ":" $2 ": includes \"" $3 "\": " why; failed = 1 }
        {
            split($1, at, "/"); layer = at[2]
            parts = split($3, to, "/")
            if ($3 ~ /\.\./) bad("name it from lib/, as in \"base/alloc.h\"")
            else if (!(layer in rank)) bad("lib/" layer " is no layer")
            else if (parts == 1 || to[1] == "gim") next
            else if (!(to[1] in rank)) bad("lib/" to[1] " is no layer")
            else if (rank[to[1]] > rank[layer]) bad("layer " layer " stands below " to[1])
            else if (layer == "judge" && to[1] != layer && rank[to[1]] > rank["math"]) bad("judge takes arrays, not models")
        }
        END { exit failed }'
}

users() {
    { includes '"' '"' src examples; includes '<' '>' src examples; } | awk -F: '
        function bad(why) { print $1 ":" $2 ": includes " $3 ": " why; failed = 1 }
        $3 ~ /\.\./ || $3 ~ /^(base|math|model|train|baseline|simulate|judge|api)\// { bad("only gim/gim.h is public") }
        $3 ~ /^(gsl\/|cblas)/ { bad("GSL and CBLAS belong to the library") }
        $3 ~ /^gim\// && $3 != "gim/gim.h" { bad("gim/gim.h brings the others") }
        END { exit failed }'
}

# only WHAT PATTERN FILES: which of lib/ and src/ may include it
only() {
    includes '<' '>' lib src | awk -F: -v what="$1" -v pattern="$2" -v files=" $3 " '
        $3 ~ pattern && !index(files, " " $1 " ") {
            print $1 ":" $2 ": includes <" $3 ">: " what " enters through" files "alone"; failed = 1
        }
        END { exit failed }'
}

failed=0
layers || failed=1
users || failed=1
only GSL '^gsl/' "$gsl_files" || failed=1
only CBLAS '^(cblas|lapacke)' "$cblas_files" || failed=1
exit $failed
