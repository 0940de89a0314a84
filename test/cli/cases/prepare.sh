# gim prepare, and what follows from it. SPDX-License-Identifier: BSD-3-Clause

small=$here/data/small.h5ad hostile=$here/data/hostile.h5ad
how='-p drug,dose --control drug=vehicle --one-hot drug --number dose:nM:log10'

mkdir preparing && cd preparing && cp ../cells.tsv ../doses.tsv ../unseen.tsv ../linear.gim . && : >in

# A folder of 10x: gene g0 twice, an antibody, a cell without annotations; entries in no order.
mkdir tenx
printf 'AAA\nCCC\nGGG\nTTT\nACG\n' >tenx/barcodes.tsv
printf 'ENS0\tg0\tGene Expression\nENS1\tg1\tGene Expression\nAB\tCD3\tAntibody Capture\nENS2\tg0\tGene Expression\n' | gzip >tenx/features.tsv.gz
printf '%%%%MatrixMarket matrix coordinate integer general\n%% made by hand\n4 5 9\n1 1 3\n2 1 1\n4 3 5\n3 2 99\n2 2 4\n1 3 1\n2 4 2\n4 5 6\n1 5 2\n' | gzip >tenx/matrix.mtx.gz
printf 'barcode\tguide\tline\nCCC\tkA\tx\nAAA\tctrl\tx\nGGG\tkA+kB\tx\nTTT\tctrl+kB\ty\nACG\tctrl\tx\n' >guides.tsv
raw='--normalise none -p guide --control guide=ctrl'

begin 'prepare: a folder of 10x, by hand'
gim prepare tenx --cells guides.tsv $raw --multi-hot guide -o t10; exits 0
says '1 genes have the name of another'; says '1 features are not of gene expression'
printf 'environment\tg0\tg1\tg0-1\ncontrol\t3\t1\t0\nkA\t0\t4\t0\nkA+kB\t1\t0\t5\nctrl+kB\t0\t2\t0\ncontrol\t2\t0\t6\n' >want; same want t10/data.tsv
printf 'environment\tn\tguide\tguide=kA\tguide=kB\ncontrol\t2\tcontrol\t0\t0\nkA\t1\tkA\t1\t0\nkA+kB\t1\tkA+kB\t1\t1\nctrl+kB\t1\tctrl+kB\t0\t1\n' >want; same want t10/perturbations.tsv
gim prepare tenx --cells guides.tsv $raw --multi-hot guide --targets guide --where line=x --min-rows 1 -o t10; exits 0
printf 'environment\tn\tguide\tguide=kA\tguide=kB\ttargets\ncontrol\t2\tcontrol\t0\t0\t\nkA\t1\tkA\t1\t0\tkA\nkA+kB\t1\tkA+kB\t1\t1\tkA,kB\n' >want; same want t10/perturbations.tsv
json 'j["where"] == {"line": ["x"]} and j["cells"]["asked-for"] == 4 and j["cells"]["read"] == 5' t10/preparation.json

begin 'prepare: entries that do not fit in the budget take several passes'
mkdir many
awk 'BEGIN { for (i = 1; i <= 2000; i++) print "c" i >"many/barcodes.tsv"
    for (j = 1; j <= 60; j++) print "E" j "\tg" j >"many/genes.tsv"
    print "%%MatrixMarket matrix coordinate integer general\n60 2000 120000" >"many/matrix.mtx"
    for (j = 1; j <= 60; j++) for (i = 1; i <= 2000; i++) print j, i, (i > 1000 && (i + j) % 3 == 0 ? 0 : (i * j) % 7 + j) >"many/matrix.mtx"
    print "barcode\tguide" >"many.tsv"; for (i = 1; i <= 2000; i++) print "c" i "\t" (i % 2 ? "ctrl" : "kA") >"many.tsv" }'
gim prepare many --cells many.tsv $raw --one-hot guide --memory-budget 1 -o t10; exits 0; lines 2001 t10/data.tsv
awk -F "$tab" 'NR > 1 { i = NR - 1; if (($1 == "control") != i % 2) exit 1
    for (j = 1; j <= 60; j++) if ($(j + 1) != (i > 1000 && (i + j) % 3 == 0 ? 0 : (i * j) % 7 + j)) exit 1 }' t10/data.tsv || wrong 'other values'

begin 'prepare: folders of 10x that are not whole'
mkdir half; cp tenx/barcodes.tsv half/
gim prepare half --cells guides.tsv $raw --one-hot guide -o no; exits 1; says 'half: has no features.tsv or features.tsv.gz'; missing no
cp tenx/features.tsv.gz half/; gunzip half/features.tsv.gz
for slip in '%%MatrixMarket matrix array real general:is not "%%MatrixMarket' '4 4 1:is 4 x 4, where there are 4 features and 5 barcodes' \
    '4 5 2|1 1 1:has 1 entries, and says 2' '4 5 1|5 1 1:lies outside' '4 5 1|1 1 x:is not a row' '4 5 1|1 1 nan:is not a row'; do
    case $slip in %*) head= ;; *) head='%%MatrixMarket matrix coordinate real general\n' ;; esac
    printf '%b%s\n' "$head" "${slip%%:*}" | tr '|' '\n' | sed 's/^%%%%/%%/' >half/matrix.mtx
    gim prepare half --cells guides.tsv $raw --one-hot guide -o no; exits 1; says "${slip#*:}"
done
gim prepare tenx $raw --one-hot guide -o no; exits 2; says '--cells names a table'
printf 'barcode\tguide\nAAA\tctrl\nCCC\tkA\n' >few.tsv
gim prepare tenx --cells few.tsv $raw --one-hot guide -o no; exits 1; says 'has no row for 3 of 5 cells'; says '--drop-missing'
gim prepare tenx --cells few.tsv $raw --one-hot guide --drop-missing -o t10; exits 0; lines 3 t10/data.tsv
printf 'barcode\tguide\nAAA-1\tctrl\n' >few.tsv
gim prepare tenx --cells few.tsv $raw --one-hot guide -o no; exits 1; says 'has none of the barcodes, such as "AAA"'

begin 'prepare: tables'
gim prepare cells.tsv --normalise none -p environment --control environment=ctrl --one-hot environment --where batch=p0 --where batch=p1 -o tab; exits 0
awk -F "$tab" '$2 != "p2" { sub(/^ctrl/, "control"); print $1, $3, $4, $5, $6 }' cells.tsv | head -n 1 | tr ' ' "$tab" >want
header 'environment a b c d' tab/data.tsv
[ "$(sed 1d tab/data.tsv | cut -f 2 | awk '{ printf "%.4f\n", $1 }')" = "$(awk -F "$tab" 'NR > 1 && $2 != "p2" { print $3 }' cells.tsv)" ] || wrong 'other values'
gim prepare cells.tsv -p environment --control environment=ctrl --one-hot environment -o no; exits 1; says 'no count, so it cannot be normalised'; missing no
gim prepare cells.tsv --normalise none -p environment --control environment=ctrl --one-hot batch -o no; exits 1
says 'has cells of the batch "p0" and "p1"; name the column in --perturbation'
printf 'environment,x,y\nctrl,1,2\nka,3,oops\n' >bad.csv
gim prepare bad.csv --normalise none -p environment --control environment=ctrl --one-hot environment -o no; exits 1; says 'bad.csv:3: column "y": "oops"'

begin 'prepare: what there is not'
gim prepare cells.tsv --normalise none -p environmnt --control environment=ctrl --one-hot environment -o no; exits 1; says 'has no column "environmnt"; near: environment'
gim prepare cells.tsv --normalise none -p environment --control environment=ctr --one-hot environment -o no; exits 1; says 'no cell has the environment "ctr"; near: ctrl; there are: ctrl, ka'
gim prepare cells.tsv --normalise none -p environment --control environment=ctrl --one-hot environment --where batch=p00 -o no; exits 1; says '--where: no cell has the batch "p00"; near: p0'
gim prepare cells.tsv --normalise none -p environment --control environment=ctrl --one-hot environment --variables a,zz -o no; exits 1; says 'cells.tsv: has no gene "zz"'
gim prepare nothing.tsv -p a --control a=b --one-hot a -o no; exits 1; says 'nothing.tsv: cannot be read'; missing no
gim prepare cells.tsv -p environment --one-hot environment -o no; exits 2; says '--control is needed'
gim prepare cells.tsv -p environment --control environment=ctrl -o no; exits 2; says 'no features'
gim prepare cells.tsv -p environment --control environment --one-hot environment -o no; exits 2; says '"environment" is not COLUMN=VALUE'
gim prepare cells.tsv -p environment --control environment=ctrl --number x:a:b:c -o no; exits 2; says 'COLUMN[:UNIT]'
gim prepare cells.tsv -p environment --control environment=ctrl --one-hot environment --normalise log2 -o no; exits 2; says 'total, log1p, both, or none'
gim prepare cells.tsv -p environment --control environment=ctrl --features-table doses.tsv -o no; exits 2; says '--key'
gim prepare; exits 2; says 'which INPUT?'

begin 'prepare: features'
printf 'cell\tdrug\tdose\tline\tx\ty\na\tv\t0\tA\t1\t2\nb\tone\t10 nM\tA\t2\t1\nc\tone\t1 uM\tA\t3\t1\nd\ttwo\t0.5\302\265M\tB\t1\t1\ne\tv\t0\tB\t5\t5\n' >mini.tsv
printf 'drug\tic50\tweight\tnote\none\t0.5\t300\tx\ntwo\t2\t\ty\n' >table.tsv
plain='--normalise none -p drug,dose,line --control drug=v --control line=A --variables x,y'
gim prepare mini.tsv $plain --one-hot drug --number dose:nM:log1p --one-hot line -o f; exits 0
printf 'environment\tn\tdrug\tline\tdrug=one\tdrug=two\tline=B\tlog1p(dose/nM)
control\t1\tcontrol\tcontrol\t0\t0\t0\t0
one:10 nM:A\t1\tone\tA\t1\t0\t0\t2.39789527
one:1 uM:A\t1\tone\tA\t1\t0\t0\t6.90875478
two:0.5\302\265M:B\t1\ttwo\tB\t0\t1\t1\t6.2166061
v:0:B\t1\tv\tB\t0\t0\t1\t0\n' >want; same want f/perturbations.tsv
gim prepare mini.tsv $plain --number dose:nM:log10 -o f; exits 1; says 'environment "v:0:B": the dose 0 has no log10'
gim prepare mini.tsv $plain --number dose:mg -o f; exits 1; says 'the dose "10 nM" is not a number, with or without a unit such as mg'
gim prepare mini.tsv $plain --features-table table.tsv --key drug -o f; exits 1; says 'table.tsv:3: column "weight"'
sed -i 's/2\t\ty/2\t7\ty/' table.tsv
gim prepare mini.tsv $plain --features-table table.tsv --key drug --number dose:nM -o f; exits 0
header 'environment n drug line dose/nM ic50 weight' f/perturbations.tsv; grep -q "^one:1 uM:A${tab}1${tab}one${tab}A${tab}1000${tab}0.5${tab}300\$" f/perturbations.tsv || wrong 'not joined'
sed -i 's/^two/too/' table.tsv
gim prepare mini.tsv $plain --features-table table.tsv --key drug -o f; exits 1; says 'table.tsv has no row for the drug "two"; near: too'

begin 'prepare: NumPy'
python3 - <<'END' || echo 'skipped: arrays, for want of python3'
import struct
def npy(path, values, kind, letter, order=False):
    header = "{'descr': '%s', 'fortran_order': %s, 'shape': (3, 2), }" % (kind, order)
    header = header + " " * (117 - len(header)) + "\n"
    open(path, "wb").write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + struct.pack("<6" + letter, *values))
npy("f.npy", [1, 2, 3, 4, 5, 6.5], "<f8", "d"); npy("i.npy", [1, 2, 3, 4, 5, 6], "<i2", "h")
npy("fortran.npy", [1, 3, 5, 2, 4, 6], "<f4", "f", True); npy("big.npy", [1] * 6, ">f8", "d")
npy("nan.npy", [1, 2, float("nan"), 4, 5, 6], "<f8", "d"); open("short.npy", "wb").write(open("f.npy", "rb").read()[:-8])
END
printf 'row\tdrug\n0\tv\n1\ta\n2\ta\n' >rows.tsv; printf 'gene\nx\ny\n' >genes.tsv
arrays='--cells rows.tsv -p drug --control drug=v --one-hot drug --normalise none'
if [ -e f.npy ]; then
    gim prepare f.npy --genes genes.tsv $arrays -o np; exits 0; printf 'environment\tx\ty\ncontrol\t1\t2\na\t3\t4\na\t5\t6.5\n' >want; same want np/data.tsv
    gim prepare i.npy --genes genes.tsv $arrays -o np; exits 0; sed -i 's/6.5/6/' want; same want np/data.tsv
    gim prepare fortran.npy --genes genes.tsv $arrays -o np; exits 0; same want np/data.tsv
    gim prepare i.npy i.npy $arrays -o np; exits 0; header 'environment x0 x1' np/data.tsv; lines 7 np/data.tsv
    gim prepare big.npy $arrays -o np; exits 1; says 'not of plain little-endian numbers'
    gim prepare nan.npy $arrays -o np; exits 1; says 'row 1, column 0 is not finite'
    gim prepare short.npy $arrays -o np; exits 1; says 'short.npy: is cut short'
    gim prepare f.npy --genes rows.tsv $arrays -o np; exits 1; says 'names 3 genes below its header, where the array has 2'
    gim prepare f.npy i.npy --genes genes.tsv --cells unseen.tsv -p drug --control drug=v --one-hot drug -o np; exits 1; says 'has no column "drug"'
fi

begin 'prepare: a folder that is not its own'
mkdir kept; echo mine >kept/notes
gim prepare mini.tsv $plain --one-hot drug -o kept; exits 1; says 'holds "notes", which is not of a preparation'

[ -x "$(dirname "$gim")/gim-h5ad" ] || echo 'skipped: .h5ad files, as gim-h5ad is not built'
if [ -x "$(dirname "$gim")/gim-h5ad" ]; then
begin 'prepare: .h5ad as scanpy has it'
for matrix in X raw layers/csc layers/dense layers/whole; do
    gim prepare "$small" --matrix $matrix $how --min-counts 100 -o h5; exits 0
    says 'scaled to a total of'
    python3 "$here/data/check_prepared.py" "$here/data/small.json" h5 >check 2>&1 || wrong "$matrix: $(cat check)"
done
gim prepare "$small" $how --min-counts 100 --highly-variable 3 -o h5; exits 0
json '[line.split("\t")[1:] for line in open("h5/data.tsv").read().splitlines()][0] == j["highly-variable"]' "$here/data/small.json"
gim prepare "$small" $how --min-counts 100 --markers 6 -o h5; exits 0
json '[line.split("\t")[1:] for line in open("h5/data.tsv").read().splitlines()][0] == j["markers"]' "$here/data/small.json"
gim prepare "$small" $how --markers 3 --variables G20,G9 --gene-names symbol -o h5; exits 1; says 'has no gene "G20"'
gim prepare "$small" $how --variables S2,S2-1 --gene-names symbol -o h5; exits 0; header 'environment S2 S2-1' h5/data.tsv
gim prepare "$small" $how --variables G11,G12 -o h5; exits 1; says 'the gene "G11" is in fewer than 20 cells'
gim prepare "$small" "$small" $how --min-counts 100 -o h5; exits 0; json 'j["cells"]["read"] == 240' h5/preparation.json
gim prepare "$small" $how --matrix layers/log --min-counts 1 -o h5; exits 0; says 'warning: values are no whole numbers'

begin 'prepare: what is held out has no say'
gim prepare "$small" $how --min-counts 100 --min-cells 40 --markers 6 --highly-variable 4 --where drug=vehicle --where drug=Belinostat -o h5; exits 0
head -n 1 h5/data.tsv >want; grep '^control' h5/data.tsv >>want
held='--hold-out Givinostat:10 --hold-out Givinostat:100'
gim prepare "$small" $how --min-counts 100 --min-cells 40 --markers 6 --highly-variable 4 $held -o h5; exits 0
{ head -n 1 h5/data.tsv; grep '^control' h5/data.tsv; } >got; same want got; prints 'Givinostat:100' h5/data.tsv
gim fit --prepared h5 --method ridge -o held.gim; exits 0
gim info held.gim --json; json '[e["name"] if isinstance(e, dict) and "name" in e else e.get("environment") for e in j["environments"]].count("Givinostat:10") == 0 and len(j["environments"]) == 3'
gim prepare "$small" $how --hold-out Givinostat:1 -o h5; exits 1; says 'has no environment "Givinostat:1"; near: Givinostat:10'
gim prepare "$small" $how --hold-out control -o h5; exits 2; says 'the control cannot be held out'

begin 'prepare: columns of .h5ad'
gim prepare "$small" --list; exits 0; prints '120 cells, 32 genes'; prints '  layers/csc'; prints '  nullable'
gim prepare "$small" --list --json; exits 0; json 'j["rows"] == 120 and "raw/X" in j["matrices"] and j["obs"][1] == "drug"'
gim prepare "$small" $how -o h5; exits 0; cut -f 1,2 h5/perturbations.tsv >want
for columns in 'text,dose text=vehicle' 'drug,nullable truth=True' 'text,label is_vehicle=True' 'text,nullable text=vehicle'; do
    gim prepare "$small" -p ${columns% *} --control ${columns#* } --one-hot ${columns%%,*} -o h5; exits 0
    [ "$(cut -f 2 h5/perturbations.tsv)" = "$(cut -f 2 want)" ] || wrong "other environments: $columns"
done
gim prepare "$small" -p gaps --control gaps=vehicle --one-hot gaps -o h5; exits 1; says 'cell 7 has no value in the column "gaps"'
gim prepare "$small" -p gaps --control gaps=vehicle --one-hot gaps --drop-missing -o h5; exits 0; says 'left out: 1'
gim prepare "$small" -p drgu,dose --control drug=vehicle --one-hot drug -o h5; exits 1; says 'has no column of obs "drgu"; near: drug'
gim prepare "$small" $how --matrix layers/densee -o h5; exits 1; says 'has no matrix "layers/densee"; near: layers/dense'

begin 'prepare: hostile .h5ad'
refuses() { gim prepare "$hostile" -p "$1" --control "$1=v" --one-hot "$1" --normalise none --matrix "$2" -o no; exits 1; says "$3"; missing no; }
refuses drug layers/lzf 'is compressed by the filter lzf (number 32000)'
refuses drug layers/text 'holds no numbers'
refuses drug layers/flat 'is not an array of 2 dimensions'
refuses drug layers/wide 'is 3 x 5, where obs has 3 rows and var 4'
refuses drug layers/nan 'row 1, gene 1 is not finite'
refuses drug layers/elsewhere 'in another file'
refuses drug layers/virtual 'in another file'
refuses drug layers/link 'link to elsewhere'
refuses drug layers/soft 'link to elsewhere'
refuses drug layers/loop 'is of the encoding "anndata"'
refuses drug layers/index 'an index is 4'
refuses drug layers/negative 'an index is -1'
refuses drug layers/back 'indptr goes back'
refuses drug layers/short 'indptr has 3 elements'
refuses drug layers/lengths 'do not belong together'
refuses drug layers/twice 'row 0 has the gene "B" twice'
refuses drug layers/shape 'is 4 x 3'
refuses drug layers/kind '"coo_matrix"'
refuses drug layers/huge 'more than 4 values between elements 2 and 3'
refuses codes X 'row 2 has the category number 7'
refuses long X 'has 9 rows'
refuses odd X 'encoding that is not known'
refuses pairs X 'neither text nor numbers'
head -c 30000 "$small" >cut.h5ad; gim prepare cut.h5ad $how -o no; exits 1; says 'cut.h5ad: is a damaged HDF5 file'
cp cells.tsv text.h5ad; gim prepare text.h5ad $how -o no; exits 1; says 'text.h5ad: is not an HDF5 file'
# Bytes changed here and there: whatever comes of it, no crash of gim, and no time without end.
for at in $(seq 500 1900 60000); do
    cp "$small" bytes.h5ad; printf '\377\1\377' | dd of=bytes.h5ad bs=1 seek=$at conv=notrunc 2>dd.err
    gim prepare bytes.h5ad $how -o bytes; [ $code -le 1 ] || wrong "bytes at $at"
done

begin 'prepare: into a model and out again'
gim prepare "$small" $how --min-counts 100 --markers 5 -o h5; exits 0
gim fit --prepared h5 $quick -o prepared.gim; exits 0
gim sample prepared.gim --ask 'drug=Belinostat,dose=30' --ask 'drug=vehicle' -n 4 -o asked.tsv; exits 0; lines 9 asked.tsv
cut -f 1 asked.tsv | sort | uniq -c | tr -s ' \n' ' ' >names; prints '4 Belinostat:30 4 control 1 environment' names
printf 'environment\tdrug=Belinostat\tdrug=Givinostat\tlog10(dose/nM)\nBelinostat:30\t1\t0\t1.4771212547196624\n' >same.tsv
gim sample prepared.gim -p same.tsv -n 4 -o tabled.tsv; exits 0; head -n 5 asked.tsv >want; same want tabled.tsv
gim sample prepared.gim --ask 'drug=Belinostat,dose=30' --units counts -n 4 -o counts.tsv; exits 0
awk 'NR == FNR { if (FNR > 1) for (i = 2; i <= NF; i++) m[FNR, i] = exp($i) - 1; next }
    FNR > 1 { for (i = 2; i <= NF; i++) { w = m[FNR, i] > 0 ? m[FNR, i] : 0; d = w - $i; if (d * d > 1e-8 * (1 + w * w)) exit 1 } }' tabled.tsv counts.tsv ||
    wrong 'counts are not exp(x) - 1, 0 at least'
gim sample prepared.gim -p h5/perturbations.tsv -n 20 -o rows.tsv; exits 0
for table in rows.tsv h5/data.tsv; do
    awk 'BEGIN { FS = OFS = "\t" } NR > 1 { for (i = 2; i <= NF; i++) $i = sprintf("%.17g", $i > 0 ? exp($i) - 1 : 0) } { print }' \
        $table >counts-"${table##*/}"
done
gim score --predicted counts-rows.tsv --observed counts-data.tsv --control control -b again=counts-rows.tsv -o want
exits 0
gim score --predicted rows.tsv --observed h5/data.tsv --control control -b again=rows.tsv --model prepared.gim --units counts -o scores
exits 0; same scores want
gim score --predicted rows.tsv --observed h5/data.tsv --control control -b again=rows.tsv -o scores; exits 0
! cmp -s scores want || wrong 'scores of counts are those of the values'
gim score --predicted rows.tsv --observed h5/data.tsv --units counts; exits 2; says '--units counts needs --model'
gim score --predicted rows.tsv --observed h5/data.tsv --units counts --model linear.gim; exits 1; says 'gim fit --prepared keeps that'
gim score --predicted rows.tsv --observed h5/data.tsv --units counts --model prepared.gim -p h5/perturbations.tsv; exits 2
gim score --predicted rows.tsv --observed h5/data.tsv --units counts --model prepared.gim --metrics log_density; exits 2
says '--metrics: log_density needs --model, and its units'
gim targets prepared.gim --ask drug=Givinostat,dose=10; exits 0; lines 6; prints 'Givinostat:10'
gim sample prepared.gim --ask drug=Belinostt,dose=30; exits 1; says 'the drug "Belinostt" is not known; near: Belinostat'
gim sample prepared.gim --ask drg=Belinostat,dose=30; exits 1; says 'by a column "drg"; near: drug'
gim sample prepared.gim --ask drug=Belinostat; exits 1; says 'says nothing of the column "dose"'
gim sample prepared.gim --ask drug=Belinostat,dose=much; exits 1; says '"much" is not a number'
gim sample prepared.gim --ask drug=Belinostat,dose=1 --ask drug=Belinostat,dose=1; exits 1; says 'already'
gim sample linear.gim --ask drug=A; exits 1; says 'the model does not say how its data were made'
gim sample linear.gim -p unseen.tsv --units counts; exits 1; says '--units counts: the model does not say'
gim fit --prepared h5 --data cells.tsv -o no.gim; exits 2; says '--prepared has --data'
gim fit --prepared tenx -o no.gim; exits 1; says '--prepared wants a folder of gim prepare'
gim tune --prepared h5 --try method=ridge --folds 2 -o prepared.tsv --best best.gim; exits 0
gim sample best.gim --ask drug=Givinostat,dose=20 -n 1; exits 0; lines 2

begin 'sample: .h5ad and .npy'
ask='--ask drug=Belinostat,dose=30 --ask drug=vehicle -n 4'
gim sample prepared.gim $ask -o out.h5ad; exits 0; clean
gim prepare out.h5ad --list; exits 0; prints '8 cells, 5 genes'; prints '  environment'; prints '  dose'
gim prepare out.h5ad -p environment --control environment=control --one-hot environment --normalise none -o again; exits 0
awk 'FNR > 1 { for (i = 2; i <= NF; i++) { if (NR == FNR) m[FNR, i] = $i; else { d = m[FNR, i] - $i; if (d * d > 1e-10) exit 1 } } }' asked.tsv again/data.tsv || wrong 'other values come back'
gim sample prepared.gim $ask -o out.npy; exits 0; clean
gim prepare out.npy --cells out.obs.tsv --genes out.var.tsv -p environment --control environment=control --one-hot environment --normalise none -o again; exits 0
same asked.tsv again/data.tsv
gim sample prepared.gim $ask -o nowhere/out.h5ad; exits 1; says 'nowhere/out.h5ad: cannot be written'
mkfifo pipe.h5ad; exec 9<>pipe.h5ad; gim sample prepared.gim $ask -o pipe.h5ad; exec 9>&-; exits 1; says 'cannot go to a pipe'
fi
cd ..
