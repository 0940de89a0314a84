# gim score, against numbers worked out by hand. SPDX-License-Identifier: BSD-3-Clause

# near COLUMN ENVIRONMENT VALUE: in the table on standard output
near() {
    awk -F '\t' -v column="$1" -v environment="$2" -v value="$3" '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) at = i }
        NR > 1 && $1 == environment && ($at - value) ^ 2 < 1e-14 { found = 1 }
        END { exit !found }' out || wrong "$1 of $2 is not $3: $(grep "^$2$tab" out)"
}

# The control has mean (1, 10) and standard deviations (1, 2).
printf 'environment\tx\ty\nc\t0\t8\nc\t2\t12\ne\t3\t10\ne\t5\t10\nf\t1\t20\n' >observed.tsv
printf 'environment\tx\ty\ne\t1\t14\ne\t3\t14\nf\t1\t16\nc\t1\t12\nother\t1\t1\n' >predicted.tsv

begin 'score: mean distance and correlation in units of the control'
gim score --predicted predicted.tsv --observed observed.tsv --control c; exits 0
says 'not scored, having no row in observed.tsv: other'; lines 5
near mean_distance e 2.8284271247462  # ((2 - 4) / 1, (14 - 10) / 2)
near mean_distance f 2                # (16 - 20) / 2
near mean_distance c 1
near mean_distance overall 2.4142135623731
near pearson e -1                     # shifts (1, 2) and (3, 0)
near pearson f 1                      # shifts (0, 3) and (0, 5)
prints "c${tab}1${tab}2${tab}1${tab}NA"
near pearson overall 0

begin 'score: kernel density'
# One variable, two predicted rows at 0 and 2, two observed at 1 and 3; sd of the control is 1; bandwidth 2^(-1/5).
printf 'environment\tx\nc\t0\nc\t2\ne\t1\ne\t3\n' >o.tsv
printf 'environment\tx\ne\t0\ne\t2\n' >p.tsv
gim score --predicted p.tsv --observed o.tsv --control c; exits 0
expected=$(awk 'BEGIN {
    h = 2 ^ (-1 / 5); pi = atan2(0, -1)
    printf "%.12g", -(density(1) + density(3)) / 2
}
function density(x) { return log((exp(-(x / h) ^ 2 / 2) + exp(-((x - 2) / h) ^ 2 / 2)) / (2 * h * sqrt(2 * pi))) }')
near kde_nll e "$expected"

begin 'score: without a control, in units of all observed rows'
printf 'environment\tx\ne\t0\ne\t4\nf\t0\nf\t4\n' >o.tsv
printf 'environment\tx\ne\t4\ne\t6\nf\t2\n' >p.tsv
gim score --predicted p.tsv --observed o.tsv; exits 0; silent
near mean_distance e 1.5; near mean_distance f 0
[ "$(cut -f 5 out | sort -u | tr '\n' ' ')" = 'NA pearson ' ] || wrong 'a correlation without a control'

begin 'score: variables that do not vary'
printf 'environment\tx\ty\tz\nc\t0\t1\t7\nc\t2\t1\t7\ne\t0\t3\t7\ne\t2\t3\t7\n' >o.tsv
printf 'environment\tx\ty\tz\ne\t0\t1\t7\ne\t2\t1\t7\n' >p.tsv
gim score --predicted p.tsv --observed o.tsv --control c; exits 0; says 'warning: o.tsv: "z" never varies, and is left out'
near mean_distance e 2

begin 'score: a perfect prediction'
gim score --predicted cells.tsv --observed cells.tsv --control ctrl; exits 0
near mean_distance overall 0; near pearson overall 1

begin 'score: tables that do not fit'
gim score --predicted predicted.tsv --observed observed.tsv --control typo; exits 1
says '--control: observed.tsv has no environment "typo"'
printf 'environment\tx\tq\ne\t0\t1\n' >p.tsv
gim score --predicted p.tsv --observed observed.tsv; exits 1
says 'observed.tsv: no column "q", which the predicted table has; it has: environment, x, y'
printf 'environment\tx\nother\t0\n' >p.tsv
gim score --predicted p.tsv --observed observed.tsv; exits 1; says 'have no environment in common'

begin 'score: JSON'
gim score --predicted predicted.tsv --observed observed.tsv --control c --json; exits 0
json 'j["environments"][0]["environment"] == "e" and j["environments"][2]["pearson"] is None'
json 'abs(j["overall"]["mean_distance"] - 2.41421356) < 1e-6'
