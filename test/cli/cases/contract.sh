# What a pipeline counts on, of every command that `gim --help` and `gim ifm --help` list.
# SPDX-License-Identifier: BSD-3-Clause

listed() { "$gim" "$@" --help | sed -n 's/^  \([a-z-]*\)  *[a-z].*/\1/p' | grep -v -e '^gim' -e '^ifm$'; }
every="$(listed) $(listed ifm | sed 's/^/ifm_/')"

# called COMMAND: ifm_fit as it is called, ifm fit
called() { echo "$1" | sed 's/^ifm_/ifm /'; }
gim simulate -q -o contract-sim --variables 3 --perturbations 2 --new-perturbations 1 --edges-per-variable 1 -n 5 --control-rows 9
gim sample linear.gim -p unseen.tsv -n 9 -q -o contract-predicted.tsv
grep -E '^(environment|ctrl)' cells.tsv >contract-observed.tsv
gim graph linear.gim -o contract-edges.tsv
gim targets linear.gim -p doses.tsv -q -o contract-targets.tsv
printf 'variables\tinterventions\na,b\tka\nb,c\tkb\nd\tkd\n' >contract-factors.tsv
printf 'environment\tka\tkb\tkd\nctrl\t0\t0\t0\nka\t1\t0\t0\nkb\t0\t1\t0\nkd\t0\t0\t1\n' >contract-tried.tsv
printf 'intervention\ttargets\nka\ta\n' >contract-acts.tsv
ifm_tables='--data cells.tsv --observed contract-tried.tsv --factors contract-factors.tsv --set steps=20'
gim ifm fit $ifm_tables -q -o contract.ifm
ifm_chains='--chains 8 --burn 5'

# Whether the command has --json.
takes_json() { "$gim" $(called "$1") --help | grep -q -e --json; }

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
    prepare) echo "$here/data/small.h5ad -p drug,dose --control drug=vehicle --one-hot drug --number dose --markers 3" ;;
    report) echo 'linear.gim --data cells.tsv --perturbations doses.tsv --rows 20' ;;
    ifm_factors) echo '--edges contract-edges.tsv --targets contract-acts.tsv' ;;
    ifm_identify) echo '--factors contract-factors.tsv --observed contract-tried.tsv' ;;
    ifm_fit | ifm_check) echo "$ifm_tables" ;;
    ifm_predict | ifm_sample) echo "contract.ifm $ifm_chains" ;;
    simulate) echo '--variables 3 --perturbations 2 --new-perturbations 1 --edges-per-variable 1 -n 5 --control-rows 9' ;;
    esac
}

begin 'contract: the commands are found, and each is described'
[ "$(echo $every | wc -w)" -ge 10 ] || wrong "only these commands are listed: $every"
for command in $every; do
    gim $(called $command) --help; exits 0; silent; prints --output; prints --quiet
done

begin 'contract: wrong usage is 2, as an event too with --json'
for command in $every; do
    gim $(called $command) --nonsense; exits 2; prints_nothing; says "gim $(called $command): --nonsense: unknown option"
    takes_json $command || continue
    gim $(called $command) --json --nonsense; exits 2; prints_nothing; json_lines err; says '"event":"error"'
    gim $(called $command) --nonsense --json; exits 2; prints_nothing; json_lines err; says '"event":"error"'
done

begin 'contract: failure is 1, names the file, leaves nothing, and is an event with --json'
mkdir -p contract-nothing
for command in $every; do
    arguments=$(works $command | sed -E 's/(cells|doses|unseen|contract-[a-z]*)\.tsv|linear\.gim|contract\.ifm|[^ ]*small\.h5ad/absent/g')
    [ "$arguments" != "$(works $command)" ] || continue
    gim $(called $command) $arguments -o contract-nothing/result; exits 1; prints_nothing; says absent
    takes_json $command || continue
    gim $(called $command) $arguments -o contract-nothing/result --json; exits 1; prints_nothing; json_lines err; says '"event":"error"'
done
[ -z "$(ls contract-nothing)" ] || wrong "left behind: $(ls contract-nothing)"

begin 'contract: a folder that is not there is a failure, before the work is done'
for command in $every; do
    [ -n "$(works $command)" ] && [ $command != simulate ] || continue
    gim $(called $command) $(works $command) -q -o contract-absent/result; exits 1; says contract-absent/result
    missing contract-absent
done

begin 'contract: --quiet says nothing, --json one value and events a line'
for command in $every; do
    [ -n "$(works $command)" ] || continue
    rm -rf contract-result contract-result.gim
    gim $(called $command) $(works $command) -q -o contract-result; exits 0; silent
    [ -e contract-result ] || wrong "$command wrote no file"
    rm -rf contract-result
    takes_json $command || continue
    case $command in
    fit | tune | sample | simulate | prepare | ifm_fit | ifm_sample) gim $(called $command) $(works $command) --json -o contract-result ;;
    *) gim $(called $command) $(works $command) --json ;;
    esac
    exits 0; json_lines err; json 'j is not None'
done
rm -rf contract-result
clean

begin 'contract: --threads is taken where there is more than one to use, and changes nothing'
for command in fit tune sample ifm_check ifm_predict ifm_sample; do
    rm -rf contract-one contract-two
    gim $(called $command) $(works $command) -q --threads 1 -o contract-one; exits 0
    gim $(called $command) $(works $command) -q --threads 2 -o contract-two; exits 0
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
