# What a pipeline counts on, of every command that `gim --help` lists; those of gim ifm are
# in ifm.sh. SPDX-License-Identifier: BSD-3-Clause

every=$("$gim" --help | sed -n 's/^  \([a-z-]*\)  *[a-z].*/\1/p' | grep -v -e '^gim' -e '^ifm$')
gim simulate -q -o contract-sim --variables 3 --perturbations 2 --new-perturbations 1 --edges-per-variable 1 -n 5 --control-rows 9
gim sample linear.gim -p unseen.tsv -n 9 -q -o contract-predicted.tsv
grep -E '^(environment|ctrl)' cells.tsv >contract-observed.tsv
gim graph linear.gim -o contract-edges.tsv
gim targets linear.gim -p doses.tsv -q -o contract-targets.tsv

# works COMMAND: arguments with which it does something, without -o; empty for a command that has cases of its own alone
works() {
    case $1 in
    fit) echo "--data cells.tsv --perturbations doses.tsv --control ctrl $quick" ;;
    tune) echo "--data cells.tsv --perturbations doses.tsv --control ctrl $quick --try mechanism=linear --folds 3 --rows 20" ;;
    sample | targets) echo 'linear.gim -p unseen.tsv' ;;
    graph | info) echo 'linear.gim' ;;
    score) echo '--predicted contract-predicted.tsv --observed contract-observed.tsv --control ctrl' ;;
    compare-graphs) echo '--estimate contract-edges.tsv --truth contract-edges.tsv' ;;
    compare-targets) echo '--estimate contract-targets.tsv --truth doses.tsv' ;;
    simulate) echo '--variables 3 --perturbations 2 --new-perturbations 1 --edges-per-variable 1 -n 5 --control-rows 9' ;;
    esac
}

begin 'contract: the commands are found, and each is described'
[ "$(echo $every | wc -w)" -ge 10 ] || wrong "only these commands are listed: $every"
for command in $every; do
    gim $command --help; exits 0; silent; prints --output; prints --quiet
done

begin 'contract: wrong usage is 2, as an event too with --json'
for command in $every; do
    gim $command --nonsense; exits 2; prints_nothing; says "gim $command: --nonsense: unknown option"
    gim $command --help; grep -q -e --json out || continue
    gim $command --json --nonsense; exits 2; prints_nothing; json_lines err; says '"event":"error"'
    gim $command --nonsense --json; exits 2; prints_nothing; json_lines err; says '"event":"error"'
done

begin 'contract: failure is 1, names the file, leaves nothing, and is an event with --json'
mkdir -p contract-nothing
for command in $every; do
    arguments=$(works $command | sed -E 's/(cells|doses|unseen|contract-[a-z]*)\.tsv|linear\.gim/absent/g')
    [ "$arguments" != "$(works $command)" ] || continue
    gim $command $arguments -o contract-nothing/result; exits 1; prints_nothing; says absent
    gim $command $arguments -o contract-nothing/result --json; exits 1; prints_nothing; json_lines err; says '"event":"error"'
done
[ -z "$(ls contract-nothing)" ] || wrong "left behind: $(ls contract-nothing)"

begin 'contract: a folder that is not there is a failure, before the work is done'
for command in $every; do
    [ -n "$(works $command)" ] && [ $command != simulate ] || continue
    gim $command $(works $command) -q -o contract-absent/result; exits 1; says contract-absent/result
    missing contract-absent
done

begin 'contract: --quiet says nothing, --json one value and events a line'
for command in $every; do
    [ -n "$(works $command)" ] || continue
    rm -rf contract-result contract-result.gim
    gim $command $(works $command) -q -o contract-result; exits 0; silent
    [ -e contract-result ] || wrong "$command wrote no file"
    rm -rf contract-result
    case $command in
    fit | tune | sample | simulate) gim $command $(works $command) --json -o contract-result ;;
    *) gim $command $(works $command) --json ;;
    esac
    exits 0; json_lines err; json 'j is not None'
done
rm -rf contract-result
clean

begin 'contract: --threads is taken where there is more than one to use, and changes nothing'
for command in fit tune sample; do
    rm -rf contract-one contract-two
    gim $command $(works $command) -q --threads 1 -o contract-one; exits 0
    gim $command $(works $command) -q --threads 2 -o contract-two; exits 0
    case $command in # seconds are in the others
    fit)
        gim sample contract-one -p unseen.tsv -n 9 -q -o contract-one.tsv; exits 0
        gim sample contract-two -p unseen.tsv -n 9 -q -o contract-two.tsv; exits 0
        same contract-one.tsv contract-two.tsv ;;
    tune)
        cut -f 1-8 contract-one >contract-one.tsv; cut -f 1-8 contract-two >contract-two.tsv
        same contract-one.tsv contract-two.tsv ;;
    *) same contract-one contract-two ;;
    esac
done

begin 'contract: files grow beside the output, and a command that is ended leaves none'
mkdir -p contract-ended
for signal in INT TERM HUP; do
    # A process that a script starts with & ignores SIGINT; python3 gives it back.
    command -v python3 >/dev/null || break
    TMPDIR=/nonexistent python3 -c '
import os, signal, subprocess, sys, time
for name in "SIGINT", "SIGTERM", "SIGHUP":
    signal.signal(getattr(signal, name), signal.SIG_DFL)
gim = subprocess.Popen([sys.argv[1], "sample", "linear.gim", "-p", "unseen.tsv", "-n", "1000000", "-q", "-o", "contract-ended/samples"])
seen = []
while not seen and gim.poll() is None:
    seen = os.listdir("contract-ended")
    time.sleep(0.005)
gim.send_signal(getattr(signal, "SIG" + sys.argv[2]))
code = gim.wait()
print(seen)
sys.exit(not (seen and seen[0].startswith("samples.tmp") and code == -getattr(signal, "SIG" + sys.argv[2])))' \
        "$gim" $signal >out 2>err || wrong "SIG$signal: $(cat out err)"
    [ -z "$(ls contract-ended)" ] || wrong "SIG$signal leaves $(ls contract-ended)"
done
