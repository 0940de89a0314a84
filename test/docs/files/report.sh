# The model of docs/report.md, with known targets. SPDX-License-Identifier: BSD-3-Clause
. test/docs/files/cli.sh
awk 'BEGIN { FS = OFS = "\t" } { print $0, (NR == 1 ? "targets" : ($2 > 0 ? "x0" : ($3 > 0 ? "x2" : ""))) }' doses.tsv >known.tsv
mv known.tsv doses.tsv
gim fit -q -d cells.tsv -p doses.tsv --control DMSO -o model.gim
