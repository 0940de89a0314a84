# gim ifm: factor tables and regimes in, verdicts out, against answers worked out by hand. SPDX-License-Identifier: BSD-3-Clause

# A and B share a factor, B and C another: the chain on which A, B and C were tried alone, A with B and B with C.
printf 'factor\tvariables\tinterventions\nab\tx,y\tA,B\nbc\ty,z\tB,C\n' >ifm-factors.tsv
printf 'environment\tA\tB\tC\tnote\nctrl\t0\t0\t0\tx\na\t1\t0\t0\tx\nb\t0\t1\t0\tx\nc\t0\t0\t1\tx\nab\t1\t1\t0\tx\nbc\t0\t1\t1\tx\n' >ifm-tried.tsv
printf 'environment\tC\tB\tA\nabc\t1\t1\t1\nac\t1\t0\t1\nold\t0\t0\t1\n' >ifm-wanted.tsv
identify() { gim ifm identify --factors ifm-factors.tsv --observed ifm-tried.tsv "$@"; }

begin 'ifm: help, and subcommands that are not there'
gim ifm --help; exits 0; silent; prints 'identify'; prints 'Example:'; cp out help
gim help ifm; exits 0; same out help
gim ifm help identify; exits 0; prints 'Usage: gim ifm identify'
gim ifm; exits 2; says 'which subcommand?'; prints_nothing
gim ifm fitt; exits 2; says 'no subcommand fitt'; says 'subcommands: factors identify'
gim ifm identify --help; exits 0; silent; prints 'Usage: gim ifm identify'; prints --output; prints --quiet; prints 'Example:'
gim ifm identify --nonsense; exits 2; says 'gim ifm identify: --nonsense: unknown option'; says 'try: gim ifm identify --help'
gim ifm identify --json --nonsense; exits 2; prints_nothing; json_lines err; says '"event":"error"'
gim ifm identify --observed ifm-tried.tsv; exits 2; says '--factors'
gim ifm identify --factors ifm-factors.tsv; exits 2; says '--observed'
gim ifm identify --factors - --observed -; exits 2; says 'only one table can be standard input'

begin 'ifm: verdicts, with the exponents of the whole density'
identify --unseen ifm-wanted.tsv; exits 0; silent; lines 4
header 'environment identified method exponents unseen failed missing certificate suggestions difficulty'
prints "abc${tab}yes${tab}product-ratio${tab}b:-1; ab:1; bc:1$tab"
prints "ac${tab}yes${tab}product-ratio${tab}ctrl:-1; a:1; c:1$tab"
prints "old${tab}yes${tab}observed${tab}a:1$tab"
identify --unseen ifm-wanted.tsv --json; exits 0; silent
json 'j["criterion"] == "per-variable" and [e["identified"] for e in j["environments"]] == [True] * 3'
json 'j["environments"][0]["exponents"] == {"b": -1, "ab": 1, "bc": 1} and j["environments"][0]["unique"]'

begin 'ifm: message passing'
identify --unseen ifm-wanted.tsv --criterion message-passing --json; exits 0
json 'j["environments"][0]["method"] == "message-passing" and j["environments"][0]["exponents"] == {"b": -1, "ab": 1, "bc": 1}'
grep -v '^bc' ifm-tried.tsv >ifm-fewer.tsv
gim ifm identify -f ifm-factors.tsv -d ifm-fewer.tsv -p ifm-wanted.tsv -c message-passing; exits 0
prints "abc${tab}no${tab}none${tab}${tab}bc(B=1,C=1)${tab}${tab}A=0,B=1,C=1${tab}${tab}A=0,B=1,C=1"

begin 'ifm: a refusal names levels that were never seen, variables, a certificate and what would help'
gim ifm identify -f ifm-factors.tsv -d ifm-fewer.tsv -p ifm-wanted.tsv --json; exits 0; silent
json 'not j["environments"][0]["identified"] and j["environments"][0]["exponents"] is None'
json 'j["environments"][0]["unseen"] == [{"factor": "bc", "levels": {"B": "1", "C": "1"}}]'
json 'j["environments"][0]["failed"] == ["y", "z"]'
json '{"A": "0", "B": "1", "C": "1"} == j["environments"][0]["suggestions"][0]'
json 'sum(e["weight"] for e in j["environments"][0]["certificate"] if e["factor"] == "bc" and e["levels"] == {"B": "1", "C": "1"}) == 1'
gim ifm identify -f ifm-factors.tsv -d ifm-fewer.tsv -p ifm-wanted.tsv --suggest 0 --json; exits 0
json 'j["environments"][0]["suggestions"] == []'

begin 'ifm: variables by themselves, where the product does not do'
printf 'variables\tinterventions\nx\tA\nx,y\t\nz,y\t\nz\tB\n' >ifm-apart.tsv
printf 'environment\tA\tB\nnone\t0\t0\nboth\t1\t1\n' >ifm-two.tsv
gim ifm identify -f ifm-apart.tsv -d ifm-two.tsv --json; exits 0
json '[e["environment"] for e in j["environments"]] == ["A=0,B=1", "A=1,B=0"]'
json 'j["environments"][1]["method"] == "per-variable" and j["environments"][1]["exponents"] is None'
json 'j["environments"][1]["variable_exponents"]["x"] == {"both": 1} and j["environments"][1]["variable_exponents"]["z"] == {"none": 1}'
gim ifm identify -f ifm-apart.tsv -d ifm-two.tsv -c product-ratio; exits 0; prints "A=1,B=0${tab}no${tab}none"

begin 'ifm: numbers of rows, by which exponents and difficulty go'
printf 'variables\tinterventions\nx\tA\ny\tB\n' >ifm-plain.tsv
printf 'environment\tA\tB\trows\nn\t0\t0\t1000\na\t1\t0\t10\nb\t0\t1\t100\nab\t1\t1\t50\nc\t0\t2\t20\n' >ifm-counted.tsv
gim ifm identify -f ifm-plain.tsv -d ifm-counted.tsv --json -c product-ratio; exits 0; silent
# one contrast of A has the variance 1/10 + 1/1000, the other 1/50 + 1/100
json 'j["environments"][0]["environment"] == "A=1,B=2" and abs(j["environments"][0]["exponents"]["a"] - 0.03 / 0.131) < 1e-8'
json 'abs(j["environments"][0]["difficulty"] - (0.05 + 0.101 * 0.03 / 0.131)) < 1e-8'
cut -f1-3 ifm-counted.tsv >ifm-uncounted.tsv
gim ifm identify -f ifm-plain.tsv -d ifm-uncounted.tsv -c product-ratio; exits 0; prints "n:-0.5; a:0.5; b:-0.5; ab:0.5; c:1"; prints "${tab}2"
identify --unseen ifm-wanted.tsv; exits 0; prints "old${tab}yes${tab}observed${tab}a:1${tab}${tab}${tab}${tab}${tab}${tab}1"
sed '3s/10$/ten/' ifm-counted.tsv >ifm-bad.tsv
gim ifm identify -f ifm-plain.tsv -d ifm-bad.tsv; exits 1; says 'ifm-bad.tsv:3: column "rows": "ten" is not a whole number from 1'
sed '3s/10$/0/' ifm-counted.tsv >ifm-bad.tsv
gim ifm identify -f ifm-plain.tsv -d ifm-bad.tsv; exits 1; says '"0" is not a whole number from 1'
gim ifm identify -f ifm-plain.tsv -d ifm-uncounted.tsv -p ifm-bad.tsv; exits 0

begin 'ifm: names of levels, and a baseline'
sed 's/\t0/\tnone/g; s/\t1/\thigh/g' ifm-tried.tsv >ifm-named.tsv
printf 'environment\tA\tB\tC\nabc\thigh\thihg\thigh\n' >ifm-slip.tsv
gim ifm identify -f ifm-factors.tsv -d ifm-named.tsv --baseline none -c message-passing; exits 0; silent; lines 3
prints "A=high,B=high,C=high${tab}yes"
gim ifm identify -f ifm-factors.tsv -d ifm-named.tsv -p ifm-slip.tsv --baseline none; exits 0; says 'no observed regime has "hihg" of "B"; near: high'
prints "abc${tab}no"
gim ifm identify -f ifm-factors.tsv -d ifm-named.tsv -p ifm-slip.tsv; exits 0; says 'no regime has "A" at the baseline "0"; --baseline names another'

begin 'ifm: tables that cannot be used'
printf 'factor\tvariables\tinterventions\nab\t\tA\n' >ifm-bad.tsv
gim ifm identify -f ifm-bad.tsv -d ifm-tried.tsv -o ifm-out.tsv; exits 1; says 'ifm-bad.tsv:2: column "variables": nothing'; missing ifm-out.tsv
printf 'factor\tvariables\tinterventions\nab\tx\tA\nab\ty\tB\n' >ifm-bad.tsv
gim ifm identify -f ifm-bad.tsv -d ifm-tried.tsv; exits 1; says 'ifm-bad.tsv:3: factor "ab" again'
printf 'variables\tinterventions\nx,,y\tA\n' >ifm-bad.tsv
gim ifm identify -f ifm-bad.tsv -d ifm-tried.tsv; exits 1; says 'ifm-bad.tsv:2: column "variables": "x,,y" is not a list'
printf 'variables\tinterventions\n' >ifm-bad.tsv
gim ifm identify -f ifm-bad.tsv -d ifm-tried.tsv; exits 1; says 'ifm-bad.tsv: no factor'
printf 'variables\tintervention\n' >ifm-bad.tsv
gim ifm identify -f ifm-bad.tsv -d ifm-tried.tsv; exits 1; says 'no column "interventions"'
printf 'variables\tinterventions\nx\tAA,B\n' >ifm-bad.tsv
sed '1s/A/Aa/' ifm-tried.tsv >ifm-column.tsv
gim ifm identify -f ifm-bad.tsv -d ifm-tried.tsv; exits 1; says 'ifm-tried.tsv: no column "AA", an intervention of ifm-bad.tsv'
gim ifm identify -f ifm-bad.tsv -d ifm-column.tsv; exits 1; says 'near: Aa'
printf 'environment\tA\tB\tC\nctrl\t0\t0\t0\nctrl\t1\t0\t0\n' >ifm-bad.tsv
gim ifm identify -f ifm-factors.tsv -d ifm-bad.tsv; exits 1; says 'ifm-bad.tsv:3: environment "ctrl" again'
printf 'environment\tA\tB\tC\nctrl\t0\t0\t0\nsame\t0\t0\t0\n' >ifm-bad.tsv
gim ifm identify -f ifm-factors.tsv -d ifm-bad.tsv; exits 1; says '"ctrl" and "same" are the same regime'
printf 'environment\tA\tB\tC\nctrl\t0\t\t0\n' >ifm-bad.tsv
gim ifm identify -f ifm-factors.tsv -d ifm-bad.tsv; exits 1; says 'ifm-bad.tsv:2: column "B": nothing, where a level is needed'
printf 'environment\tA\tB\tC\n' >ifm-bad.tsv
gim ifm identify -f ifm-factors.tsv -d ifm-bad.tsv; exits 1; says 'ifm-bad.tsv: no regime'
gim ifm identify -f ifm-nothing.tsv -d ifm-tried.tsv; exits 1; says 'ifm-nothing.tsv'; clean

begin 'ifm: factors of a graph'
printf 'source\ttarget\tprobability\na\tb\t0.9\nc\tb\t0.8\n' >ifm-edges.tsv
printf 'intervention\ttargets\nA\ta\nBC\tb,c\n' >ifm-acts.tsv
gim ifm factors --edges ifm-edges.tsv --targets ifm-acts.tsv -o ifm-derived.tsv; exits 0; silent
printf 'factor\tvariables\tinterventions\na\ta\tA\nb\tb,a,c\tBC\nc\tc\tBC\n' >ifm-wanted-factors.tsv; same ifm-derived.tsv ifm-wanted-factors.tsv
printf 'environment\tA\tBC\nctrl\t0\t0\na\t1\t0\nbc\t0\t1\n' >ifm-singles.tsv
gim ifm identify -f ifm-derived.tsv -d ifm-singles.tsv; exits 0; prints "A=1,BC=1${tab}yes${tab}product-ratio${tab}ctrl:-1; a:1; bc:1"
gim graph linear.gim -o ifm-edges.tsv
gim ifm factors -e linear.gim -t ifm-acts.tsv; exits 0; lines 5; cut -f 1 out | tail -n 4 | tr '\n' ' ' >ifm-names; prints 'a b c d ' ifm-names
gim ifm factors --help; exits 0; silent; prints --output; prints --quiet; prints 'Usage: gim ifm factors'
gim ifm factors --nonsense; exits 2; says 'gim ifm factors: --nonsense: unknown option'
gim ifm factors -e ifm-edges.tsv; exits 2; says '--targets'
printf 'intervention\ttargets\nA\tdd\n' >ifm-bad.tsv
gim ifm factors -e linear.gim -t ifm-bad.tsv -o ifm-out.tsv; exits 1; says 'ifm-bad.tsv:2: "dd" is no variable of the model'; missing ifm-out.tsv
printf 'intervention\ttargets\nA\ta\nA\tb\n' >ifm-bad.tsv
gim ifm factors -e linear.gim -t ifm-bad.tsv; exits 1; says 'ifm-bad.tsv:3: intervention "A" again'
printf 'intervention\ttargets\nA\ta,b,a\n' >ifm-bad.tsv
gim ifm factors -e linear.gim -t ifm-bad.tsv; exits 1; says 'ifm-bad.tsv:2: column "targets": "a" is there twice'
printf 'intervention\ttargets\nA\t\n' >ifm-bad.tsv
gim ifm factors -e linear.gim -t ifm-bad.tsv; exits 1; says 'ifm-bad.tsv:2: column "targets": nothing'
printf 'source\ttarget\na\ta\n' >ifm-bad.tsv
gim ifm factors -e ifm-bad.tsv -t ifm-acts.tsv; exits 1; says 'ifm-bad.tsv:2: an edge from "a" to itself'
