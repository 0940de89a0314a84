# gim ifm fit, sample, predict and check, on a system whose distributions are known: x, y, z Gaussian with precision
# (1.5, -0.6, 0; -0.6, 1.5, -0.5; 0, -0.5, 1.2) and a linear term that A and B, B and C change together.
# SPDX-License-Identifier: BSD-3-Clause

mkdir ifm-fit && cd ifm-fit && cp ../linear.gim ../cells.tsv ../doses.tsv . && : >in

# rows SEED N: of each of the eight regimes N rows, by Cholesky factors of the covariance; g depends on x, y, z alone
rows() {
    awk -v seed="$1" -v n="$2" 'BEGIN {
        srand(seed)
        k = split("ctrl a b c ab bc ac abc", name, " ")
        print "environment\tz\tbatch\tx\ty\tg"
        for (e = 1; e <= k; e++) {
            A = index(name[e], "a") == 1; B = index(name[e], "b") > 0; C = name[e] != "ctrl" && index(name[e], "c") > 0
            h1 = A - 2 * A * B; h2 = 0.8 * B + 1.5 * A * B - 1.2 * B * C; h3 = 0.7 * C + 1.5 * B * C
            det = 1.5 * (1.5 * 1.2 - 0.25) - 0.36 * 1.2
            s11 = (1.5 * 1.2 - 0.25) / det; s12 = 0.6 * 1.2 / det; s13 = 0.3 / det
            s22 = 1.5 * 1.2 / det; s23 = 0.75 / det; s33 = (2.25 - 0.36) / det
            l11 = sqrt(s11); l21 = s12 / l11; l31 = s13 / l11
            l22 = sqrt(s22 - l21 ^ 2); l32 = (s23 - l31 * l21) / l22; l33 = sqrt(s33 - l31 ^ 2 - l32 ^ 2)
            for (i = 0; i < n; i++) {
                u = noise(); v = noise(); w = noise()
                x = s11 * h1 + s12 * h2 + s13 * h3 + l11 * u
                y = s12 * h1 + s22 * h2 + s23 * h3 + l21 * u + l22 * v
                z = s13 * h1 + s23 * h2 + s33 * h3 + l31 * u + l32 * v + l33 * w
                printf "%s\t%.4f\tp%d\t%.4f\t%.4f\t%.4f\n", name[e], z, i % 3, x, y, 2 * x - y + z + noise() / 5
            }
        }
    }
    function noise(    i, sum) {
        for (i = 0; i < 12; i++)
            sum += rand()
        return sum - 6
    }'
}
rows 7 150 >all.tsv
grep -v -e '^ac' -e '^abc' all.tsv >rows.tsv
rows 8 150 | grep -v -e '^ac' -e '^abc' >more.tsv
printf 'factor\tvariables\tinterventions\nab\tx,y\tA,B\nbc\ty,z\tB,C\n' >factors.tsv
printf 'variables\tinterventions\nx,y\tA\ny\tB\nz,y\tC\n' >wrong.tsv
printf 'environment\tA\tB\tC\nctrl\t0\t0\t0\na\t1\t0\t0\nb\t0\t1\t0\nc\t0\t0\t1\nab\t1\t1\t0\nbc\t0\t1\t1\n' >tried.tsv
(cat tried.tsv; printf 'ac\t1\t0\t1\nabc\t1\t1\t1\n') >all-tried.tsv
tail -n 2 all-tried.tsv | (head -n 1 tried.tsv; cat) >wanted.tsv
brief='--set steps=250 --set hidden=6 --set check-every=50 --set learning-rate=0.01'
ifm_fit() { gim ifm fit --data rows.tsv --observed tried.tsv --factors factors.tsv $brief "$@"; }

begin 'ifm fit: values that densities cannot have'
awk -F'\t' -v OFS='\t' 'NR > 1 && NR % 3 == 0 { $4 = 0 } NR > 1 && NR % 4 == 0 { $5 = 1.5 } { print }' rows.tsv >spikes.tsv
gim ifm fit --data spikes.tsv --observed tried.tsv --factors factors.tsv --set steps=1 -o no.ifm; exits 0
says "spikes.tsv: \"x\" is exactly 0 in 33 % of the rows (and 1 other variable); the model has smooth densities"
awk -F'\t' -v OFS='\t' 'NR == 100 { $2 = -500 } { print }' rows.tsv >far.tsv
far=$(awk -F'\t' 'NR > 1 { n++; s += $2; q += $2 ^ 2 } END { m = s / n; printf "%.0f", (m + 500) / sqrt(q / n - m * m) }' far.tsv)
gim ifm fit --data far.tsv --observed tried.tsv --factors factors.tsv --set steps=1 -o no.ifm; exits 0
says "far.tsv: \"z\" has a value, -500, that lies $far standard deviations from the mean; far values spoil the fit"
gim ifm fit --data rows.tsv --observed tried.tsv --factors factors.tsv --set steps=1 -o no.ifm; exits 0; says_not 'spoil'
rm no.ifm

begin 'ifm fit: wrong usage'
gim ifm fit; exits 2; says '--data is needed'
gim ifm fit --data rows.tsv; exits 2; says '--factors is needed'
gim ifm fit --data rows.tsv --factors factors.tsv; exits 2; says '--observed is needed'
ifm_fit; exits 2; says '-o is needed'
ifm_fit -o -; exits 2; says 'a model is a file, and cannot go to standard output'
gim ifm fit --data - --observed - --factors factors.tsv -o no.ifm; exits 2; says 'only one table can be standard input'
ifm_fit --set step=3 -o no.ifm; exits 2; says 'no option "step"; near: steps'; says 'memory-budget'
ifm_fit --set steps -o no.ifm; exits 2; says '"steps" is not option=value'
ifm_fit --set hidden=0 -o no.ifm; exits 2; says 'hidden: "0" is not a whole number from 1 to 1024'
ifm_fit --set held-out=0.7 -o no.ifm; exits 2; says 'held-out: "0.7" is not a number from 0 to 0.5'
ifm_fit --networks deep -o no.ifm; exits 2; says '--networks: "deep" is none of: shared, table'
ifm_fit --objective best -o no.ifm; exits 2; says '"best" is none of: quadrature, binned, score-matching'
missing no.ifm
# every end of every range is one that the library takes
gim ifm fit --list-options; sed -nE 's/ +([^ ]+) to ([^ ,]+).*/ \1 \2/p' out | awk 'NF == 4 { print $1 "=" $3; print $1 "=" $4 }' |
    grep -v -e '^steps=1e' -e hidden=1024 >ends
for end in $(cat ends); do
    gim ifm fit --data rows.tsv --observed tried.tsv --factors factors.tsv --set steps=1 --set $end -q -o end.ifm; exits 0
done
[ "$(wc -l <ends)" -eq 18 ] || wrong "$(wc -l <ends) ends"
gim ifm fit --list-options; exits 0; silent; prints 'learning-rate      0.005'; lines 21

begin 'ifm fit: tables that cannot be used'
sed 's/^bc/bcc/' rows.tsv >flaw.tsv
gim ifm fit --data flaw.tsv --observed tried.tsv --factors factors.tsv -o no.ifm; exits 1
says 'flaw.tsv:752: environment "bcc" has no row in tried.tsv; near: bc; add one'
sed '1s/x/X/' rows.tsv >flaw.tsv
gim ifm fit --data flaw.tsv --observed tried.tsv --factors factors.tsv -o no.ifm; exits 1
says 'flaw.tsv: no column "x", a variable of factors.tsv; near: X'
awk -F'\t' -v OFS='\t' 'NR == 3 { $4 = "NA" } { print }' rows.tsv >flaw.tsv
gim ifm fit --data flaw.tsv --observed tried.tsv --factors factors.tsv -o no.ifm; exits 1; says 'flaw.tsv:3: column "x"'
awk -F'\t' -v OFS='\t' 'NR > 1 { $4 = 5 } { print }' rows.tsv >flaw.tsv
gim ifm fit --data flaw.tsv --observed tried.tsv --factors factors.tsv -o no.ifm; exits 1; says '"x"'; says 'constant'
(head -n 1 rows.tsv; awk '$1 == "a"' rows.tsv | head -n 1; grep '^ctrl' rows.tsv) >flaw.tsv
gim ifm fit --data flaw.tsv --observed tried.tsv --factors factors.tsv -o no.ifm; exits 1; says '"a"'
printf 'variables\tinterventions\nx,y,x\tA\n' >twice.tsv
gim ifm fit --data rows.tsv --observed tried.tsv --factors twice.tsv -o no.ifm; exits 1; says 'twice.tsv:2: column "variables": "x" is there twice'
ifm_fit --hold-out ba -o no.ifm; exits 1; says '--hold-out: rows.tsv has no environment "ba"'
missing no.ifm; clean

begin 'ifm fit: what is said, and the report'
ifm_fit -o model.ifm; exits 0; prints_nothing
says '900 rows of 3 variables, regimes: 6, interventions: 3, factors: 2'; says '250 steps in'; says 'held-out'
ifm_fit --json -o json.ifm; exits 0; json_lines err; says '"event":"progress"'
json 'j["model"] == "json.ifm" and j["fit"]["rows"] == 900 and j["fit"]["step"] == 250 and j["fit"]["status"] == "done"'
json 'j["settings"]["hidden"] == 6 and j["settings"]["networks"] == "shared" and j["fit"]["best"] % 50 == 0'
gim ifm fit --data rows.tsv --observed all-tried.tsv --factors factors.tsv --set steps=1 --hold-out bc -o held.ifm; exits 0
says 'all-tried.tsv: not used, having no rows in rows.tsv: ac, abc'; says '750 rows of 3 variables, regimes: 5'

gim ifm fit --data rows.tsv --observed tried.tsv --factors factors.tsv --set steps=3 --set check-every=1 -o short.ifm; exits 0
says 'the last step was the best on held-out rows: more may be better (--set steps=12)'
gim ifm fit --data rows.tsv --observed tried.tsv --factors factors.tsv --set steps=3 --set held-out=0 -o short.ifm; exits 0
says_not 'the last step was the best'

begin 'ifm fit: seeds and threads'
ifm_fit -q --threads 1 -o one.ifm; exits 0; silent
ifm_fit -q --threads 2 -o two.ifm
ifm_fit -q --seed 2 -o other.ifm
for each in model one two other; do gim ifm sample $each.ifm -n 20 -q -o $each.tsv; exits 0; done
same one.tsv model.tsv; same two.tsv model.tsv; differ other.tsv model.tsv
for more in '--networks table' '--objective binned' '--objective score-matching'; do
    ifm_fit -q $more -o kind.ifm; exits 0
    gim ifm sample kind.ifm -n 20 -q -o kind.tsv; exits 0; differ kind.tsv model.tsv
done
clean

begin 'ifm: gim info tells what a model is'
gim info model.ifm; exits 0; silent
prints 'an interventional factor model'; prints 'rows            900'; prints 'ab: x, y under A, B'; prints 'A: 0, 1'
prints 'bc         150 rows, A=0,B=1,C=1'; prints 'steps              250'
gim info --json model.ifm; exits 0
json 'j["kind"] == "interventional factor model" and j["variables"] == ["x", "y", "z"] and j["interventions"]["B"] == ["0", "1"]'
json 'j["factors"][1] == {"factor": "bc", "variables": ["y", "z"], "interventions": ["B", "C"]}'
json '[r["rows"] for r in j["regimes"]] == [150] * 6 and j["regimes"][4]["levels"] == {"A": "1", "B": "1", "C": "0"}'

begin 'ifm: each kind of model names the commands for the other'
for command in 'sample -p doses.tsv' 'targets -p doses.tsv' graph 'report --data cells.tsv --perturbations doses.tsv'; do
    gim $command model.ifm -o no.tsv; exits 1; says 'model.ifm: is an interventional factor model: gim ifm sample'
done
gim ifm sample linear.gim; exits 1; says 'linear.gim: is a generative intervention model: gim sample'
gim ifm predict linear.gim; exits 1; says 'linear.gim: is a generative intervention model: gim sample'
gim ifm sample rows.tsv; exits 1; says 'rows.tsv'; gim ifm sample absent.ifm; exits 1; says 'absent.ifm'
missing no.tsv

begin 'ifm sample: rows of each environment, whatever the others are'
gim ifm sample model.ifm --unseen all-tried.tsv -n 30 -o full.tsv; exits 0; silent; header 'environment x y z' full.tsv; lines 241 full.tsv
gim ifm sample model.ifm --unseen wanted.tsv -n 30 -o two.tsv; exits 0; lines 61 two.tsv
tail -n 60 full.tsv >want; tail -n 60 two.tsv >got; same got want
gim ifm sample model.ifm -n 30; exits 0; lines 61; prints "A=1,B=0,C=1${tab}"; prints "A=1,B=1,C=1${tab}"
gim ifm sample model.ifm --unseen wanted.tsv -n 30 --seed 2 -o seed.tsv; differ seed.tsv two.tsv
gim ifm sample model.ifm --unseen wanted.tsv -n 30 --threads 1 -o seed.tsv; same seed.tsv two.tsv
gim ifm sample model.ifm --unseen wanted.tsv -n 30 --burn 5 --chains 10 --thin 1 -o seed.tsv; exits 0; differ seed.tsv two.tsv
gim ifm sample model.ifm --unseen wanted.tsv -n 7 --json -o seven.csv; exits 0; header 'environment,x,y,z' seven.csv; lines 15 seven.csv
json '[(e["environment"], e["identified"], e["rows"], e["levels"]["C"]) for e in j["environments"]] == [("ac", True, 7, "1"), ("abc", True, 7, "1")]'
gim ifm sample model.ifm --unseen wanted.tsv --json; exits 2; says '--json needs -o'
gim ifm sample model.ifm --unseen wanted.tsv -n 30 -o two.npy; exits 0; lines 61 two.obs.tsv; lines 4 two.var.tsv
[ "$(wc -c <two.npy)" -eq $((128 + 60 * 3 * 8)) ] || wrong 'the size of two.npy'
gim ifm sample model.ifm --unseen all-tried.tsv -n 0; exits 2; says '--rows: "0"'
clean

begin 'ifm sample: means of combinations that were not tried, against the truth'
gim ifm sample model.ifm --unseen wanted.tsv -n 4000 -o many.tsv; exits 0
awk -F'\t' 'NR > 1 { for (j = 2; j <= 4; j++) sum[$1 j] += $j / 4000 }
    function near(what, got, want) { if (got - want > 0.45 || want - got > 0.45) { print what, got, want; bad = 1 } }
    END {
        det = 1.5 * (1.5 * 1.2 - 0.25) - 0.36 * 1.2
        near("ac x", sum["ac2"], (1.55 * 1 + 0.3 * 0.7) / det); near("ac z", sum["ac4"], (0.3 * 1 + 1.89 * 0.7) / det)
        near("abc x", sum["abc2"], (-1.55 + 0.72 * 1.1 + 0.3 * 2.2) / det)
        near("abc y", sum["abc3"], (-0.72 + 1.8 * 1.1 + 0.75 * 2.2) / det)
        near("abc z", sum["abc4"], (-0.3 + 0.75 * 1.1 + 1.89 * 2.2) / det)
        exit bad
    }' many.tsv >bad || wrong "$(cat bad)"

begin 'ifm: what is not determined is left out, unless --force'
grep -v '^bc' rows.tsv >fewer.tsv
gim ifm fit --data fewer.tsv --observed tried.tsv --factors factors.tsv $brief -q -o fewer.ifm; exits 0
gim ifm sample fewer.ifm --unseen wanted.tsv -n 9; exits 0; lines 10; prints "ac${tab}"; prints_not abc
says 'warning: "abc" is not determined, and left out: no observed regime has bc(B=1,C=1); not determined are the variables y, z; one more'
says 'one more regime would do: A=0,B=1,C=1'
gim ifm sample fewer.ifm --unseen wanted.tsv -n 9 --force; exits 0; lines 19; says '"abc" is not determined, and answered all the same'
gim ifm sample fewer.ifm --unseen wanted.tsv -n 9 --json -o some.tsv; exits 0; json '[e["rows"] for e in j["environments"]] == [9, 0]'
tail -n 1 wanted.tsv | (head -n 1 tried.tsv; cat) >abc.tsv
gim ifm sample fewer.ifm --unseen abc.tsv -o none.tsv; exits 1; says 'none of the regimes asked about is determined'; missing none.tsv
gim ifm predict fewer.ifm --unseen abc.tsv -o none.tsv; exits 1; says 'none of the regimes asked about is determined'; missing none.tsv
sed 's/abc\t1/abc\thigh/' wanted.tsv >level.tsv
gim ifm sample model.ifm --unseen level.tsv -n 9 --force; exits 0; lines 10; says 'no observed regime has "high" of "A"'
says '"abc" is not determined, and left out'; says 'the model has no such level'
printf 'environment\tA\tB\nac\t1\t0\n' >short.tsv
gim ifm sample model.ifm --unseen short.tsv; exits 1; says 'short.tsv: no column "C", an intervention of model.ifm'
gim ifm fit --data all.tsv --observed all-tried.tsv --factors factors.tsv --set steps=1 -q -o full.ifm
gim ifm sample full.ifm; exits 1; says 'all combinations of levels were tried: --unseen names'

begin 'ifm: names of levels stay with the model, which does without them'
awk -v OFS='\t' 'NR > 1 { $2 = $2 ? "high" : "none"; $3 = $3 ? "low" : "none"; $4 = $4 ? "on" : "none" } { print }' tried.tsv >named.tsv
gim ifm fit --data rows.tsv --observed named.tsv --factors factors.tsv --baseline none $brief -q -o named.ifm; exits 0
gim ifm sample named.ifm -n 20 -q; exits 0; prints "A=high,B=none,C=on${tab}"; prints "A=high,B=low,C=on${tab}"
if python3 - "$(dirname "$gim")/libgim.so" 2>/dev/null <<'END'
import ctypes, sys
gim, model = ctypes.CDLL(sys.argv[1]), ctypes.c_void_p()
assert gim.gim_ifm_load(ctypes.byref(model), b"named.ifm", None) == 0
assert gim.gim_ifm_set_note(model, b"of my own") == 0 and gim.gim_ifm_save(model, b"numbers.ifm") == 0
END
then
    gim ifm sample numbers.ifm -n 20 -q; exits 0; prints "A=1,B=0,C=1${tab}"; prints "A=1,B=1,C=1${tab}"
    gim info numbers.ifm; exits 0; prints 'A: 0, 1'; prints '1: x, y under A, B'
else
    echo 'skipped: a model without names of levels, for want of python3 or libgim.so'
fi

begin 'ifm predict: means are those of the drawn rows'
gim ifm predict model.ifm --unseen wanted.tsv -n 2000 -o means.tsv; exits 0; silent
header 'environment identified outcome mean lower upper effective_rows calibration_rows' means.tsv; lines 7 means.tsv
gim ifm sample model.ifm --unseen wanted.tsv -n 2000 -o drawn.tsv
awk -F'\t' 'NR == FNR { if (FNR > 1) for (j = 2; j <= 4; j++) sum[$1 substr("xyz", j - 1, 1)] += $j / 2000; next }
    FNR > 1 && ($4 - sum[$1 $3] > 1e-6 || sum[$1 $3] - $4 > 1e-6 || $2 != "yes" || $5 $6 $7 $8 != "NANANANA") { print; bad = 1 }
    END { exit bad }' drawn.tsv means.tsv >bad || wrong "$(head -n 1 bad)"
gim ifm predict fewer.ifm --unseen wanted.tsv; exits 0; lines 7; says '"abc" is not determined, and left out'
prints "abc${tab}no${tab}x${tab}NA${tab}NA${tab}NA${tab}NA${tab}NA"
gim ifm predict fewer.ifm --unseen wanted.tsv --force --json; exits 0
json '[(e["identified"], e["reason"] is None) for e in j["environments"]] == [(True, True), (False, False)]'
json 'all(o["mean"] is not None and o["lower"] is None for e in j["environments"] for o in e["outcomes"])'

begin 'ifm predict: wrong usage'
gim ifm predict model.ifm --outcome g; exits 2; says '--outcome needs --data'
gim ifm predict model.ifm --estimator weighted; exits 2; says '--estimator weighted needs --data'
gim ifm predict model.ifm --estimator reweighted --data rows.tsv; exits 2; says '--estimator reweighted needs --outcome'
gim ifm predict model.ifm --estimator best; exits 2; says '"best" is none of: direct, weighted, reweighted'
gim ifm predict model.ifm --level 0.9; exits 2; says '--level needs --calibration'
gim ifm predict model.ifm --calibration more.tsv --level 90; exits 2; says '--level: "90" is not a number from 0.001 to 0.999'
gim ifm predict model.ifm --data rows.tsv --outcome h; exits 1; says 'rows.tsv: no column "h", a variable of the model or an outcome'
gim ifm predict model.ifm --data - --calibration -; exits 2; says 'only one table can be standard input'

begin 'ifm predict: outcomes by each estimator, against the truth'
# g is 2 x - y + z and noise; the means of these are known
for how in direct weighted reweighted; do
    gim ifm predict model.ifm --unseen abc.tsv --data all.tsv --outcome g --estimator $how -q -o $how.tsv; exits 0; lines 2 $how.tsv
    awk -F'\t' 'NR == 2 { det = 1.5 * (1.5 * 1.2 - 0.25) - 0.36 * 1.2
        x = (-1.55 + 0.72 * 1.1 + 0.3 * 2.2) / det; y = (-0.72 + 1.8 * 1.1 + 0.75 * 2.2) / det; z = (-0.3 + 0.75 * 1.1 + 1.89 * 2.2) / det
        far = $4 - (2 * x - y + z)
        exit !($3 == "g" && far < 0.8 && far > -0.8 && ($7 > 2 && $7 < 1200)) }' $how.tsv || wrong "$how: $(tail -n 1 $how.tsv)"
done
awk -F'\t' -v OFS='\t' '{ print $4, $5, $2, $6 }' all.tsv >plain.tsv
gim ifm predict model.ifm --unseen abc.tsv --data plain.tsv --outcome g -q -o plain-out.tsv; exits 0; same plain-out.tsv direct.tsv
gim ifm predict model.ifm --unseen abc.tsv --data rows.tsv --estimator weighted -q; exits 0; lines 4; prints "abc${tab}yes${tab}x${tab}"

begin 'ifm predict: intervals'
gim ifm predict model.ifm --unseen wanted.tsv --data rows.tsv --outcome g,y --calibration more.tsv -q -o ninety.tsv; exits 0; silent
gim ifm predict model.ifm --unseen wanted.tsv --data rows.tsv --outcome g,y --calibration more.tsv --level 0.5 -q -o fifty.tsv
awk -F'\t' 'FNR == 1 { next }
    NR == FNR { mean[$1 $3] = $4; low[$1 $3] = $5; high[$1 $3] = $6; next }
    mean[$1 $3] != $4 || $8 < 5 || $8 > 900 || !(low[$1 $3] < $5 && $5 < $4 && $4 < $6 && $6 < high[$1 $3]) { print; bad = 1 }
    { skew = ($4 - $5) - ($6 - $4); if (skew > 1e-5 || skew < -1e-5) { print; bad = 1 } }
    END { exit bad }' ninety.tsv fifty.tsv >bad || wrong "$(head -n 1 bad)"
# of the rows that nothing has seen, about nine in ten lie in the interval
awk -F'\t' 'NR == FNR { if ($3 == "g") { low[$1] = $5; high[$1] = $6 } next }
    $1 in low && FNR > 1 { n++; inside += $6 >= low[$1] && $6 <= high[$1] }
    END { exit !(n == 300 && inside > 0.75 * n && inside < n) }' ninety.tsv all.tsv || wrong 'coverage'
# an outcome that is 100 more everywhere has an interval that is 100 higher
for each in rows more; do awk -F'\t' -v OFS='\t' 'NR > 1 { $6 = sprintf("%.4f", $6 + 100) } { print }' $each.tsv >$each-higher.tsv; done
how='--unseen wanted.tsv --outcome g --estimator weighted -q'
gim ifm predict model.ifm $how --data rows.tsv --calibration more.tsv -o low.tsv; exits 0
gim ifm predict model.ifm $how --data rows-higher.tsv --calibration more-higher.tsv -o high.tsv; exits 0
awk -F'\t' 'FNR == 1 { next } NR == FNR { for (j = 4; j <= 6; j++) want[$1 j] = $j + 100; next }
    { for (j = 4; j <= 6; j++) { far = $j - want[$1 j]; if (far > 1e-5 || far < -1e-5) { print; bad = 1 } } }
    END { exit bad }' low.tsv high.tsv >bad || wrong "$(head -n 1 bad)"
head -n 6 more.tsv >few.tsv
gim ifm predict model.ifm --unseen abc.tsv --data rows.tsv --outcome g --estimator weighted --calibration few.tsv; exits 0
says 'effective rows of 5 for calibration, where level 0.9 takes 9: no finite interval'
cut -f 5,6 out | tail -n 1 | tr '\t' ' ' >infinite; prints '-inf inf' infinite
gim ifm predict model.ifm --unseen abc.tsv --data rows.tsv --outcome g --estimator weighted --calibration few.tsv --json; exits 0
json 'j["environments"][0]["outcomes"][0]["low_overlap"] and j["environments"][0]["outcomes"][0]["lower"] is None and j["level"] == 0.9'
gim ifm predict model.ifm --unseen abc.tsv --data rows.tsv --outcome g --estimator weighted --calibration rows.tsv; exits 0; says 'are the rows of --data'

begin 'ifm check: distances of means, recomputed from the table'
awk -F'\t' '$1 != "ab" || NR % 3' all.tsv >uneven.tsv
ifm_check() { gim ifm check --data uneven.tsv --observed all-tried.tsv $brief "$@"; }
ifm_check --factors factors.tsv -o check.tsv; exits 0; prints_nothing; says 'regimes: 8, of which the others determine 8'; says 'without "abc": model'
header 'environment determined rows model additive pooled noise verdict' check.tsv; lines 10 check.tsv
tail -n 1 check.tsv >last; prints "overall${tab}8 of 8${tab}1150" last; prints "supported: with these factors" last; prints 'in 8 of 8 regimes' last
if python3 -c 'import numpy' 2>/dev/null; then
    python3 - >bad <<'END' || wrong "$(cat bad)"
import csv, sys, numpy as np
table = list(csv.DictReader(open("uneven.tsv"), delimiter="\t"))
levels = {r["environment"]: [1] + [float(r[k]) for k in "ABC"] for r in csv.DictReader(open("all-tried.tsv"), delimiter="\t")}
x = {e: np.array([[float(r[v]) for v in "xyz"] for r in table if r["environment"] == e]) for e in levels}
spread = np.concatenate(list(x.values())).std(0)
got = {r["environment"]: r for r in csv.DictReader(open("check.tsv"), delimiter="\t")}
far = lambda a, b: np.linalg.norm((a - b) / spread)
for e in levels:
    others = [o for o in levels if o != e]
    b = np.linalg.lstsq([levels[o] for o in others for _ in x[o]], np.concatenate([x[o] for o in others]), rcond=None)[0]
    want = {"additive": far(np.array(levels[e]) @ b, x[e].mean(0)), "noise": far(x[e].std(0, ddof=1) / len(x[e]) ** 0.5, 0),
            "pooled": far(np.concatenate([x[o] for o in others]).mean(0), x[e].mean(0))}
    for k, v in want.items():
        if abs(float(got[e][k]) - v) > 1e-6: sys.exit(print(e, k, got[e][k], v) or 1)
    if not float(got[e]["model"]) < 0.8 * want["additive"]: sys.exit(print(e, got[e]) or 1)
rms = lambda k: np.mean([float(got[e][k]) ** 2 for e in levels]) ** 0.5
for k in "model", "additive", "pooled", "noise":
    if abs(float(got["overall"][k]) - rms(k)) > 1e-6: sys.exit(print("overall", k) or 1)
END
fi

begin 'ifm check: factors that are wrong, and regimes that the others do not determine'
ifm_check --factors wrong.tsv --json --threads 1; exits 0; json_lines err; json 'j["verdict"] == "not supported" and j["overall"]["regimes"] == 8'
cp out one.json; ifm_check --factors wrong.tsv --json --threads 2 -q; same out one.json
gim ifm check --data rows.tsv --observed tried.tsv --factors factors.tsv -q; exits 0; silent; lines 8
prints "ctrl${tab}no${tab}150${tab}NA${tab}NA${tab}"; prints 'not determined by the others'
tail -n 1 out >last; prints "overall${tab}0 of 6${tab}900${tab}NA" last; prints 'unchecked: no regime is determined by the others' last
gim ifm check --data rows.tsv --observed tried.tsv; exits 2; says '--factors is needed'
# effects that add up, and factors that are right: sums of effects are as good
awk -F'\t' -v OFS='\t' 'NR > 1 { A = $1 ~ /^a/; $4 = (NR * 7919) % 101 / 30 + A; $5 = (NR * 104729) % 103 / 30; $2 = (NR * 1299709) % 107 / 30 } { print }' all.tsv >sums.tsv
printf 'variables\tinterventions\nx\tA\ny\tB\nz\tC\n' >own.tsv
gim ifm check --data sums.tsv --observed all-tried.tsv --factors own.tsv $brief --json -q; exits 0; json 'j["verdict"] == "undecided"'
gim ifm check --data absent.tsv --observed tried.tsv --factors factors.tsv -o no.tsv; exits 1; says 'absent.tsv'; missing no.tsv

if [ "$(sh -c 'kill -INT $$; echo ignored')" != ignored ]; then
    begin 'ifm fit and check: Ctrl-C'
    timeout --foreground --preserve-status -k 60 -s INT 2 "$gim" ifm fit --data rows.tsv --observed tried.tsv \
        --factors factors.tsv --set steps=1000000 -o int.ifm >out 2>err
    code=$? last='ifm fit, then SIGINT'
    exits 130; says 'stopped at step'; says 'int.ifm holds the best model so far'; clean
    gim info int.ifm; exits 0; prints 'stopped before its end'
    timeout --foreground --preserve-status -k 60 -s INT 2 "$gim" ifm check --data all.tsv --observed all-tried.tsv \
        --factors factors.tsv --set steps=1000000 -o int.tsv >out 2>err
    code=$? last='ifm check, then SIGINT'
    exits 130; says 'stopped with 0 of 8 fits done; nothing was written'; missing int.tsv; clean
fi

if command -v python3 >/dev/null; then
    begin 'ifm: the example of combinations runs'
    last=examples/combinations/run.sh
    FIT='--set steps=20' sh "$here/../../examples/combinations/run.sh" "$gim" example >out 2>err
    code=$?
    exits 0; prints "overall${tab}6 of 6"; lines 7 example/tried.tsv; lines 3 example/current.tsv; lines 10001 example/predicted.tsv
fi
cd ..
