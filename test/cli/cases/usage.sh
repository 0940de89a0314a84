# Command lines: help, versions, and everything that is wrong with one. SPDX-License-Identifier: BSD-3-Clause

begin 'the version stands on one line'
gim --version
exits 0; silent; lines 1
grep -qE '^gim [0-9]+\.[0-9]+\.[0-9]+$' out || wrong 'not "gim MAJOR.MINOR.PATCH"'

begin 'help lists the commands, in three spellings'
gim --help
exits 0; silent
for command in prepare fit tune sample targets graph report info score compare-graphs compare-targets simulate ifm; do prints "  $command "; done
cp out help
gim help; exits 0; same out help
gim -h; exits 0; same out help

begin 'every command has a help page with an example'
for command in prepare fit tune sample targets graph report info score compare-graphs compare-targets simulate; do
    gim $command --help
    exits 0; silent; prints "Usage: gim $command"; prints 'Example:'; prints '--quiet'
    cp out help
    gim help $command; exits 0; same out help
    awk 'length($0) > 100 { exit 1 }' help || wrong 'a line is too long for a terminal'
done

begin 'no command, and one that does not exist'
gim; exits 2; says 'which command?'; prints_nothing
gim fitt; exits 2; says 'no command fitt'; says 'prepare fit tune sample targets graph report info score compare-graphs compare-targets simulate ifm'
gim help fitt; exits 2; says 'no command fitt'

begin 'an unknown option'
for command in prepare fit tune sample targets graph report info score compare-graphs compare-targets simulate; do
    gim $command --nonsense
    exits 2; says '--nonsense: unknown option'; says "try: gim $command --help"; prints_nothing
done

begin 'an option without its value'
gim fit --data; exits 2; says '--data: missing argument'

begin 'an option twice'
gim fit --data a --data b; exits 2; says '--data is given twice'

begin 'what is needed and is not there'
gim fit; exits 2; says '--data is needed'
gim fit --data cells.tsv; exits 2; says '--perturbations is needed'
gim fit --data cells.tsv --perturbations doses.tsv; exits 2; says '-o is needed'
gim sample; exits 2; says 'which MODEL?'
gim sample linear.gim; exits 2; says '--perturbations is needed'
gim score --predicted cells.tsv; exits 2; says '--observed is needed'
for command in compare-graphs compare-targets; do
    gim $command --truth cells.tsv; exits 2; says '--estimate is needed'
    gim $command --estimate cells.tsv; exits 2; says '--truth is needed'
    gim $command --estimate - --truth -; exits 2; says 'only one table can be standard input'
done

begin 'an argument too many'
gim info linear.gim shift.gim; exits 2; says '"shift.gim" is an argument too many'
gim score cells.tsv; exits 2; says '"cells.tsv" is an argument too many'

begin 'numbers of the command line'
for value in 0 -1 x 1.5 '' 99999999999999999999; do
    gim sample linear.gim -p unseen.tsv -n "$value"; exits 2; says '--rows: '; says 'is not a whole number from 1'
done
gim sample linear.gim -p unseen.tsv --seed -1; exits 2; says '--seed: "-1" is not a whole number'
gim sample linear.gim -p unseen.tsv --threads 0; exits 2; says '--threads: "0" is not a whole number from 1'
gim targets linear.gim -p unseen.tsv --threshold 1.5; exits 2; says '--threshold: "1.5" is not a number from 0 to 1'
gim graph linear.gim --threshold nan; exits 2; says '--threshold: "nan"'

begin 'delimiters that are none'
for value in x '' ,, 0 '"'; do
    gim score --predicted cells.tsv --observed cells.tsv --delimiter "$value"; exits 2; says '--delimiter: '
done

begin 'formats'
gim graph linear.gim --format png; exits 2; says '"png" is none of tsv, dot and svg'
gim graph linear.gim --format dot --json; exits 2; says '--format and --json exclude each other'

begin 'options of the library'
fit --set nonsense=1 -o no.gim; exits 2; says 'no option "nonsense"'; says 'learning-rate'; says 'memory-budget'
fit --set steps -o no.gim; exits 2; says '"steps" is not option=value'
fit --set steps=0 -o no.gim; exits 2; says '"steps" cannot be 0'
fit --set steps=many -o no.gim; exits 2; says 'steps: "many" is not a whole number'
fit --set steps=1.5 -o no.gim; exits 2; says 'steps: "1.5" is not a whole number'
fit --set learning-rate=fast -o no.gim; exits 2; says 'learning-rate: "fast" is not a number'
fit --mechanism cubic -o no.gim; exits 2; says '"cubic" is none of: linear, nonlinear, zero-inflated'
fit --intervention soft -o no.gim; exits 2; says '"soft" is none of: hard, shift'
fit --seed x -o no.gim; exits 2; says 'seed: "x" is not a whole number'
missing no.gim

begin 'the list of options'
gim fit --list-options
exits 0; silent; prints 'mechanism          linear        linear | nonlinear | zero-inflated'; prints 'learning-rate'

begin 'standard input and output where they cannot be'
gim fit --data - --perturbations - -o no.gim; exits 2; says 'cannot both be standard input'
gim score --predicted - --observed -; exits 2; says 'only one table can be standard input'
gim score -p - --observed cells.tsv --baseline a=-; exits 2; says 'only one table can be standard input'
gim fit --data cells.tsv --perturbations doses.tsv -o -; exits 2; says 'cannot go to standard output'
gim sample linear.gim -p unseen.tsv --json; exits 2; says '--json needs -o'

begin 'lists that are none'
fit --ignore a,,b -o no.gim; exits 2; says '--ignore: "a,,b" is not a list of names'
fit --variables '"a,b' -o no.gim; exits 2; says '--variables: '
gim sample linear.gim -p unseen.tsv --joint ctrl; exits 2; says '--joint: "ctrl" is not a list'

begin 'a full standard output is a failure'
if [ -e /dev/full ]; then
    for arguments in --help --version 'fit --list-options' 'info linear.gim' 'graph linear.gim' 'targets linear.gim -p unseen.tsv' \
        'sample linear.gim -p unseen.tsv' 'info --json linear.gim' 'sample linear.gim -p unseen.tsv -o /dev/full'; do
        "$gim" $arguments >/dev/full 2>err
        code=$? last=$arguments
        exits 1; says 'No space left on device'
    done
fi
