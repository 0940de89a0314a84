# gim fit. SPDX-License-Identifier: BSD-3-Clause

begin 'a fit says what it does and writes a model'
fit -o f.gim
exits 0; prints_nothing; clean
says 'cells.tsv: left out, having no numbers: batch'
says 'doses.tsv: left out, having no numbers: note'
says '120 rows of 4 variables, environments: 4 (1 observational), features: 3'
says 'step 40/40'
[ -s f.gim ] || wrong 'no model was written'

begin 'the same seed gives the same model, another one another'
fit -o again.gim; exits 0
fit --threads 1 -o single.gim; exits 0
fit --seed 2 -o other.gim; exits 0
for model in f again single other; do gim graph $model.gim --threshold 0 -o $model.tsv; exits 0; done
same f.tsv again.tsv; same f.tsv single.tsv; differ f.tsv other.tsv

begin '--quiet says nothing'
fit --quiet -o f.gim; exits 0; silent; prints_nothing

begin 'without a terminal, about ten lines of progress'
fit --set steps=200 --set check-every=5 -o f.gim; exits 0
[ "$(grep -c ' step ' err)" -eq 10 ] || wrong "$(grep -c ' step ' err) lines of progress, not 10"

begin 'on a terminal, one line that is rewritten'
if command -v script >/dev/null; then
    TERM=xterm script -qec "'$gim' fit --data cells.tsv --perturbations doses.tsv $quick -o f.gim" /dev/null </dev/null >tty 2>&1
    for part in "$(printf '\r\033[K10/40  obj ')" 'held-out' 'acyclicity' 'edges' 'left'; do prints "$part" tty; done
    tr '\r' '\n' <tty | awk 'length($0) > 85 && /obj/ { exit 1 }' || wrong 'the line is too long'
else
    echo 'skipped: no `script` to make a terminal with'
fi

begin '--json: a report, and progress line by line'
fit --json -o f.gim; exits 0
json 'j["model"] == "f.gim" and j["fit"]["step"] == 40 and j["options"]["mechanism"] == "linear"'
json 'j["fit"]["status"] in ("converged", "cyclic")'
json_lines err; says '"event":"progress"'; says '"event":"note"'

begin 'threads, in both forms'
fit --set threads=1 -o f.gim; exits 0; gim info --json f.gim; json 'j["options"]["threads"] == 1'
fit --set threads=1 --threads 3 -o f.gim; exits 0; gim info --json f.gim; json 'j["options"]["threads"] == 3'

begin 'short forms and --set agree'
fit --mechanism nonlinear --set draws=3 -o a.gim; exits 0
fit --set mechanism=nonlinear --set draws=3.0 -o b.gim; exits 0
gim graph a.gim --threshold 0 -o a.tsv; gim graph b.gim --threshold 0 -o b.tsv; same a.tsv b.tsv
gim info --json a.gim; json 'j["options"]["draws"] == 3 and j["options"]["mechanism"] == "nonlinear"'

begin '--hold-out keeps an environment from the fit'
fit --hold-out kd --hold-out kb -o f.gim; exits 0; says 'environments: 2 (1 observational)'
gim info --json f.gim; json '[e["name"] for e in j["environments"]] == ["ctrl", "ka"]'
grep -v '^kd' cells.tsv >fewer.tsv
gim fit --data fewer.tsv --perturbations doses.tsv --control ctrl --hold-out kb $quick -o g.gim; exits 0
gim graph f.gim --threshold 0 -o a.tsv; gim graph g.gim --threshold 0 -o b.tsv; same a.tsv b.tsv

begin '--variables, --features and --ignore'
fit --variables c,a --features fd,fa -o f.gim; exits 0; says '2 variables'
gim info --json f.gim; json 'j["variables"] == ["c", "a"] and j["features"] == ["fd", "fa"]'
fit --ignore d --ignore fd,note,batch -o f.gim; exits 0; says_not 'left out'
gim info --json f.gim; json 'j["variables"] == ["a", "b", "c"] and j["features"] == ["fa", "fb"]'
fit --ignore typo -o no.gim; exits 1; says '--ignore: neither table has a column "typo"'; missing no.gim

begin 'names of columns that the library gives others by default'
printf 'environment\tx1\tx0\tx2\ne\t1\t2\t4\ne\t3\t5\t1\ne\t2\t2\t3\nf\t-1\t0.5\t1\nf\t2e-3\t4\t1\nf\t1\t4\t2\n' >x.tsv
printf 'environment\tf1\tf0\ne\t1\t2\nf\t3\t1\n' >f.tsv
gim fit --data x.tsv --perturbations f.tsv $quick -o f.gim; exits 0; says 'no --control'
gim info --json f.gim; json 'j["variables"] == ["x1", "x0", "x2"] and j["features"] == ["f1", "f0"]'

begin 'environments that do not match'
sed '2s/ctrl/CTRL/' doses.tsv >flaw.tsv
gim fit --data cells.tsv --perturbations flaw.tsv --control ctrl $quick -o no.gim; exits 1
says 'cells.tsv:2: environment "ctrl" has no row in flaw.tsv; near: CTRL; add one with the features of an unperturbed system'
grep -v '^kb' doses.tsv >flaw.tsv
gim fit --data cells.tsv --perturbations flaw.tsv --control ctrl $quick -o no.gim; exits 1
says 'cells.tsv:82: environment "kb" has no row in flaw.tsv; add one, or leave it out with --hold-out'
gim fit --data cells.tsv --perturbations flaw.tsv --control ctrl --hold-out kb $quick -o f.gim; exits 0
{ cat doses.tsv; printf 'kx\t1\t1\t1\t1\t\t\n'; } >more.tsv
gim fit --data cells.tsv --perturbations more.tsv --control ctrl $quick -o f.gim; exits 0
says 'more.tsv: not used, having no rows in cells.tsv: kx'
gim fit --data cells.tsv --perturbations more.tsv --control ctrl --hold-out kx $quick -o f.gim; exits 0; says_not 'not used'
{ cat doses.tsv; tail -n 1 doses.tsv; } >flaw.tsv
gim fit --data cells.tsv --perturbations flaw.tsv $quick -o no.gim; exits 1
says 'flaw.tsv:6: environment "kd" again: it has a row in line 5'
missing no.gim

begin 'names of environments that are misspelt'
fit --control typo -o no.gim; exits 1; says '--control: cells.tsv has no environment "typo"; it has: ctrl, ka, kb, kd'
fit --hold-out typo -o no.gim; exits 1; says '--hold-out: cells.tsv has no environment "typo"'
fit --hold-out ctrl -o no.gim; exits 2; says '"ctrl" is both a --control and held out'
fit --hold-out ka --hold-out kb --hold-out kd -o no.gim; exits 1; says 'all environments are observational'
gim fit --data cells.tsv --perturbations doses.tsv --hold-out ka --hold-out kb --hold-out kd --hold-out ctrl -o no.gim
exits 1; says 'every environment is held out'; missing no.gim

begin 'too few columns'
fit --variables a -o no.gim; exits 1; says 'only one variable, "a"; a model needs two'
fit --features note -o no.gim; exits 1; missing no.gim

begin 'what the library refuses is named'
fit --mechanism zero-inflated -o no.gim; exits 1; says 'environment "ctrl"'; missing no.gim
awk 'BEGIN { FS = OFS = "\t" } NR > 1 { $4 = 5 } { print }' cells.tsv >flaw.tsv
gim fit --data flaw.tsv --perturbations doses.tsv --control ctrl $quick -o no.gim; exits 1; says '"b"'; missing no.gim

begin 'an output that cannot be written is found at once'
fit --set steps=1000000 -o nowhere/m.gim; exits 1; says 'nowhere/m.gim: cannot be written: No such file or directory'
fit --set steps=1000000 -o /dev/null; exits 1; says '/dev/null: is no ordinary file'

begin 'the best of several starts is one of them, that with the best objective'
for seed in 4 5 6; do
    fit --seed $seed -o one.gim; exits 0
    gim info --json one.gim; python3 -c 'import json, sys; print(json.load(sys.stdin)["fit"]["objective"])' <out >one.$seed
    gim graph one.gim --threshold 0 -o one.$seed.tsv
done
best=$(for seed in 4 5 6; do echo "$(cat one.$seed) $seed"; done | sort -g | tail -n 1 | cut -d ' ' -f 2)
fit --seed 4 --restarts 3 -o best.gim; exits 0; says 'start 3 of 3, seed 6: objective '; says "the best is that of seed $best"
gim info --json best.gim; json "j['options']['seed'] == $best and j['fit']['objective'] == $(cat one.$best)"
gim graph best.gim --threshold 0 -o best.tsv; same best.tsv one.$best.tsv
fit --restarts 2 --json -o best.gim; exits 0; json 'j["model"] == "best.gim"'; says '{"event":"start","start":2,"starts":2,"seed":2,'
fit --restarts 0 -o no.gim; exits 2; says '--restarts'
fit --restarts 2 --resume -o no.gim; exits 2; says '--resume continues one fit, and --restarts makes new ones'; missing no.gim

# stop_midway ARGUMENTS...: signals a fit at its step 10, of the last start if there are several. It cannot be over by
# then: it says more than a pipe holds.
stop_midway() {
    last="fit $*"
    case $* in *--restarts\ 2*) starts=1 ;; *) starts= ;; esac # a digit for each that is not the last
    : >err
    ${WRAPPER:-} "$gim" fit --data cells.tsv --perturbations doses.tsv --control ctrl --json "$@" >out 2>pipe &
    pid=$!
    exec 3<pipe
    while read -r line <&3; do
        printf '%s\n' "$line" >>err
        case $line in *'"event":"start"'*) starts=${starts#?} ;; *'"step":10,'*) test -n "$starts" || break ;; esac
    done
    kill -TERM $pid
    cat <&3 >>err
    exec 3<&-
    wait $pid
    code=$?
}
mkfifo pipe
slow='--set steps=1600 --set check-every=2 --set penalty-growth=1 --set width=8 --set draws=4 --threads 1'

begin 'a fit that is stopped keeps its model, and is resumed to the same numbers'
gim fit --data cells.tsv --perturbations doses.tsv --control ctrl $slow -o whole.gim; exits 0
stop_midway $slow -o part.gim
exits 130; says 'stopped at step'; says '--resume continues'; clean
json 'j["fit"]["status"] == "stopped" and 10 <= j["fit"]["step"] < 1600'
gim info part.gim; exits 0; prints 'stopped before its end'
gim sample part.gim -p unseen.tsv -n 3; exits 0; lines 13
gim fit --data cells.tsv --perturbations doses.tsv --control ctrl --mechanism linear --resume -o part.gim; exits 0
for model in whole part; do
    gim graph $model.gim --threshold 0 -o $model.tsv
    gim sample $model.gim -p unseen.tsv -n 5 -o $model.rows; exits 0
done
same whole.tsv part.tsv; same whole.rows part.rows

begin 'of several starts, a stop leaves the best that was done, or what there is of the first'
stop_midway $slow --restarts 2 -o part2.gim
exits 130; says 'part2.gim is the best of the starts that were done'
gim graph part2.gim --threshold 0 -o part2.tsv; same whole.tsv part2.tsv
stop_midway $slow --restarts 3 -o part3.gim; exits 130; says 'stopped at step'
gim info part3.gim; exits 0; prints 'stopped before its end'

begin 'a fit that is complete stays as it is'
cp part.gim before.gim
gim fit --data cells.tsv --perturbations doses.tsv --control ctrl --resume --json -o part.gim; exits 0
says 'the fit is complete; there is nothing to resume'; same part.gim before.gim; json 'j["fit"]["step"] == 1600'
gim graph part.gim --threshold 0 -o part.tsv; same whole.tsv part.tsv

# A shell in the background ignores SIGINT, and so do its children.
if [ "$(sh -c 'kill -INT $$; echo ignored')" = ignored ]; then
    echo 'skipped: Ctrl-C, which is ignored here'
else
    begin 'Ctrl-C'
    timeout --foreground --preserve-status -k 60 -s INT 3 "$gim" fit --data cells.tsv --perturbations doses.tsv \
        --control ctrl $quick --set steps=1000000 -o int.gim >out 2>err
    code=$? last='fit, then SIGINT'
    exits 130; says 'stopped at step'; clean
    gim info int.gim; exits 0
fi

begin '--resume where there is nothing yet starts'
fit --resume -o new.gim; exits 0; says 'new.gim: not there yet, so the fit starts from the beginning'; says 'step 40/40'

begin '--resume with other tables or another form'
stop_midway $slow -o part.gim; exits 130
cp part.gim before.gim
gim fit --data cells.tsv --perturbations doses.tsv --control ctrl --variables a,b,c --resume -o part.gim; exits 1
says 'part.gim: was fitted to the variables a, b, c, d; cells.tsv has a, b, c'
gim fit --data cells.tsv --perturbations doses.tsv --control ctrl --features fa,fb --resume -o part.gim; exits 1; says 'was fitted to the features fa, fb, fd; doses.tsv has fa, fb'
gim fit --data cells.tsv --perturbations doses.tsv --control ctrl --mechanism nonlinear --resume -o part.gim; exits 1
says '"mechanism"'
gim fit --data cells.tsv --perturbations doses.tsv --control ctrl --seed 2 --resume -o part.gim; exits 1
says 'part.gim: was begun with seed 1, which --resume cannot change'
gim fit --data cells.tsv --perturbations doses.tsv --control ctrl --set steps=9999 --resume -o part.gim; exits 1
says 'part.gim: was begun with steps 1600'
gim fit --data cells.tsv --perturbations doses.tsv --control ctrl --hold-out kd --resume -o part.gim; exits 1; says 'data'
printf 'no model\n' >no-model.gim
fit --resume -o no-model.gim; exits 1; says 'no-model.gim: '
prints 'no model' no-model.gim
same part.gim before.gim

begin 'tables from standard input, compressed, as CSV'
gzip -c cells.tsv >in
gim fit --data - --perturbations doses.tsv --control ctrl $quick -o a.gim; exits 0; says 'standard input: left out'
tr '\t' , <cells.tsv >cells.csv
gim fit --data cells.csv --perturbations doses.tsv --control ctrl $quick -o b.gim; exits 0
gim graph a.gim --threshold 0 -o a.tsv; gim graph b.gim --threshold 0 -o b.tsv; same a.tsv b.tsv
