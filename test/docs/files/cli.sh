# The files of docs/cli.md and docs/baselines.md: two drugs at two doses, and a true graph. SPDX-License-Identifier: BSD-3-Clause
printf 'environment\tdrugA\tdrugB\nDMSO\t0\t0\ndrugA_low\t1\t0\ndrugA_high\t2\t0\ndrugB_low\t0\t1\ndrugB_high\t0\t2\n' >doses.tsv
printf 'environment\tdrugA\tdrugB\nboth\t1\t1\n' >unseen.tsv
printf 'source\ttarget\nx0\tx1\n' >edges.tsv
awk 'BEGIN {
    srand(1)
    n = split("DMSO drugA_low drugA_high drugB_low drugB_high", name, " ")
    split("0 1 2 0 0", a, " ")
    split("0 0 0 1 2", b, " ")
    print "environment\tx0\tx1\tx2"
    for (e = 1; e <= n; e++)
        for (i = 0; i < 60; i++) {
            x0 = 2 * a[e] + rand()
            x1 = x0 + rand()
            print name[e] "\t" x0 "\t" x1 "\t" 3 * b[e] + rand()
        }
}' >cells.tsv
