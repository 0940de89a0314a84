# The files of README.md: the program, and the heater's tables. SPDX-License-Identifier: BSD-3-Clause
cp examples/fit.c .
awk 'BEGIN {
    srand(1)
    split("off one two four", name, " ")
    split("0 1 2 4", power, " ")
    print "environment\theat\tpressure\tflow"
    for (e = 1; e <= 4; e++)
        for (i = 0; i < 300; i++) {
            heat = 20 + 5 * power[e] + 4 * (rand() - 0.5)
            pressure = 1 + 0.1 * heat + 0.4 * (rand() - 0.5)
            print name[e] "\t" heat "\t" pressure "\t" 50 - 8 * pressure + 4 * (rand() - 0.5)
        }
}' >cells.tsv
printf 'environment\tpower\noff\t0\none\t1\ntwo\t2\nfour\t4\n' >powers.tsv
printf 'environment\tpower\nthree\t3\n' >unseen.tsv
cp cells.tsv rows.tsv
printf 'environment\tA\tB\noff\t0\t0\none\t1\t0\ntwo\t0\t1\nfour\t2\t0\n' >tried.tsv
printf 'variables\tinterventions\nheat\tA\npressure\tB\nheat,pressure,flow\t\n' >factors.tsv
