# The files of docs/ifm.md: rows of its regimes, and as many again. SPDX-License-Identifier: BSD-3-Clause
for name in rows more; do
    awk -v seed=$name 'BEGIN {
        srand(seed == "rows" ? 1 : 2)
        n = split("control drug heat salt drug+heat", name, " ")
        print "environment\ta\tb\tc\tyield"
        for (e = 1; e <= n; e++)
            for (i = 0; i < 60; i++) {
                a = (name[e] ~ /drug/) + 2 * (name[e] ~ /heat/) + 2 * rand()
                b = a / 2 - (name[e] ~ /heat/) + 2 * rand()
                c = b / 2 + (name[e] ~ /salt/) + 2 * rand()
                print name[e] "\t" a "\t" b "\t" c "\t" a - c + rand()
            }
    }' >$name.tsv
done
