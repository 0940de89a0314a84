# gim report: the page holds what the tables say, and nothing but that. SPDX-License-Identifier: BSD-3-Clause

# page EXPRESSION [FILE]: is true of the page p in FILE, with tables by their first heading row and text as a reader sees it
cat >page.py <<'END'
import csv, math, sys, xml.etree.ElementTree as tree
from html.parser import HTMLParser

class Page(HTMLParser):
    """p.text, p.tables [[row of cells]], p.ids, p.tags, p.links, p.remarks; and p.marks, the frames of heat maps."""
    def __init__(self, path):
        super().__init__()
        self.text, self.tables, self.ids, self.tags, self.links, self.remarks, self.paths = "", [], set(), set(), [], [], []
        self.inside, self.open = None, []
        source = open(path, encoding="utf-8").read()
        self.source = source
        self.root = tree.fromstring(source)  # well-formed, or an error
        self.feed(source)
        assert all(l[1:] in self.ids for l in self.links if l.startswith("#")), self.links
    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        self.tags.add(tag)
        self.links += [a[k] for k in ("href", "src", "srcset", "action", "data", "xlink:href") if k in a]
        assert not any(k.startswith("on") for k in a), a
        if "id" in a:
            assert a["id"] not in self.ids, "twice: " + a["id"]
            self.ids.add(a["id"])
        if tag == "table": self.tables.append([])
        if tag == "tr": self.tables[-1].append([])
        if tag in ("td", "th"): self.tables[-1][-1].append("")
        if tag == "li": self.remarks.append("")
        if tag == "path" and a.get("class") == "mark": self.paths.append(a["d"])
        self.inside = tag if tag in ("td", "th", "li") else self.inside
    def handle_startendtag(self, tag, attributes):
        inside = self.inside
        self.handle_starttag(tag, attributes)
        self.inside = inside
    def handle_endtag(self, tag):
        if tag in ("td", "th", "li"): self.inside = None
    def handle_data(self, data):
        self.text += data
        if self.inside in ("td", "th"): self.tables[-1][-1][-1] += data
        if self.inside == "li": self.remarks[-1] += data
    def table(self, *heads):
        found = [t for t in self.tables if [h for h in t[0] if h in heads] == list(heads)]
        assert len(found) == 1, (heads, [t[0] for t in self.tables])
        return [dict(zip(found[0][0], row)) for row in found[0][1:]]
    def says(self, text): return any(text in r for r in self.remarks)

def rows(path):
    return list(csv.DictReader(open(path), delimiter="\t"))
def number(text):
    return float("nan") if text in ("–", "NA", "") else float(text)
def near(cell, value):
    """A cell has three digits."""
    a, b = number(str(cell)), number(str(value))
    return (math.isnan(a) and math.isnan(b)) or abs(a - b) <= 0.00501 * max(abs(b), 1e-300)
def figures(p, who):
    names = {"distance of the means": "mean_distance", "correlation of the shifts": "pearson", "energy distance": "energy",
             "1-Wasserstein distance of one variable": "wasserstein_1", "coverage of the central 90 %": "coverage_90",
             "share of others nearer than the right one": "discrimination"}
    return {names[r["figure"]]: r[who] for r in p.table("figure", "better") if r["figure"] in names}
def verdicts(p):
    """The remarks say of each figure what the table says."""
    for figure, what in ("mean_distance", "distance of the means"), ("energy", "energy distance of whole distributions"):
        own, *others = (number(figures(p, c)[figure]) for c in ("model", "no change", "train mean", "nearest", "ridge"))
        yield p.says("By the %s, the model is %s" % (what, "no better" if own >= min(others) else "better than every"))
def quantile(values, q):
    values = sorted(values); at = q * (len(values) - 1); i = int(at)
    return values[i] + (at - i) * (values[min(i + 1, len(values) - 1)] - values[i])

p = Page(sys.argv[1])
assert eval(sys.argv[2]), sys.argv[2]
END
if command -v python3 >/dev/null; then
    page() { python3 page.py "${2:-page.html}" "$1" 2>page.err || wrong "not so of the page: $1 $(tail -n 1 page.err)"; }
else
    echo 'skipped: what pages hold is not checked, for want of python3'
    page() { :; }
fi

begin 'report: what the model alone can tell'
gim report linear.gim -o page.html; exits 0; silent; prints_nothing; clean
page 'set("remarks training fit graph targets doses options".split()) <= p.ids and not set("scores shapes distances".split()) & p.ids'
page 'p.says("No observed rows were given")'
for what in script iframe object embed link img form base; do page "'$what' not in p.tags"; done
page 'p.links and all(l.startswith("#") for l in p.links)'
page '"url(" not in p.source and "@import" not in p.source and "javascript:" not in p.source'
page 'all(u.startswith(("http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg")) for u in p.source.split("\"") if "://" in u)'
page 'all(e.find("{*}title") is not None and e.find("{*}desc") is not None for e in p.root.iter("{http://www.w3.org/2000/svg}svg") if e.get("role"))'
page 'any("prefers-color-scheme:dark" in s and "@media print" in s for s in [p.source])'
gim report linear.gim; exits 0; same out page.html
gim report linear.gim --threads 1 -o one.html; same one.html page.html
gim report linear.gim -o page.html.gz; gunzip -c page.html.gz >plain.html; same plain.html page.html
gim report shift.gim --title 'A <b>title</b>' -o page.html; exits 0
page '"A <b>title</b>" in p.text and "b" not in p.tags'

begin 'report: the graph, as gim graph has it'
gim report linear.gim -o page.html
gim graph linear.gim -o edges.tsv
page '[(r["source"], r["target"]) for r in p.table("source", "target", "probability", "weight")] == [(r["source"], r["target"]) for r in rows("edges.tsv")]'
page 'all(near(a["weight"], b["weight"]) and near(a["probability"], b["probability"]) for a, b in zip(p.table("source", "target", "probability", "weight"), rows("edges.tsv")))'
path=$PATH; PATH=/nowhere; gim report linear.gim -o nodot.html; PATH=$path; exits 0; silent
page '"graph" in p.ids and "Probability of each edge" in p.text' nodot.html
page 'p.paths[0].count("z") == len(rows("edges.tsv"))' nodot.html

begin 'report: judged by what was held out'
fit --hold-out ka --hold-out kd -o held.gim
gim report held.gim --data cells.tsv --perturbations doses.tsv --targets doses.tsv -n 300 --seed 3 -o page.html; exits 0
page 'set("distances scores shapes".split()) <= p.ids'
page 'not p.says("was part of its fit") and not p.says("No observed rows")'
printf 'environment\tfa\tfb\tfd\nka\t1\t0\t0\nkd\t0\t0\t1\n' >asked.tsv
for method in model train-mean nearest ridge; do
    [ $method = model ] && cp held.gim r-model.gim || fit --method $method --hold-out ka --hold-out kd -o r-$method.gim
    gim sample r-$method.gim --perturbations asked.tsv -n 300 --seed 3 -o r-$method.tsv
done
gim score --predicted r-model.tsv --observed cells.tsv --control ctrl --baseline tm=r-train-mean.tsv \
    --baseline nearest=r-nearest.tsv --baseline ridge=r-ridge.tsv -o scores.tsv
for pair in 'model overall' 'no change=baseline:no_change' 'train mean=baseline:tm' 'nearest=baseline:nearest' \
    'ridge=baseline:ridge' 'a replicate=ceiling' 'fraction=fraction'; do
    case $pair in *=*) column=${pair%%=*} row=${pair#*=} ;; *) column=model row=overall ;; esac
    page "all(near(v, next(r for r in rows('scores.tsv') if r['environment'] == '$row')[k]) for k, v in figures(p, '$column').items())"
done
# Of the first figure, without gim score: the distance of means in standard deviations of the control.
page '(lambda m: near(figures(p, "model")["mean_distance"], sum(math.dist(*[[sum(float(r[v]) for r in t if r["environment"] == e) / sum(r["environment"] == e for r in t) / m[v] for v in "abcd"] for t in (rows("r-model.tsv"), rows("cells.tsv"))]) for e in ("ka", "kd")) / 2))({v: (lambda x: (sum(y * y for y in x) / len(x) - (sum(x) / len(x)) ** 2) ** 0.5)([float(r[v]) for r in rows("cells.tsv") if r["environment"] == "ctrl"]) for v in "abcd"})'
page 'len(p.table("perturbation", "rows", "mean_distance")) == 2'
page 'all(verdicts(p))'

begin 'report: distributions, from the tables'
page '{r["perturbation"] for r in p.table("perturbation", "variable", "whose")} == {"ka", "kd"}'
page 'all(near(r[q + " %"], quantile([float(x[r["variable"]]) for x in rows("r-model.tsv" if r["whose"] == "predicted" else "cells.tsv") if x["environment"] == ("ctrl" if r["whose"] == "control" else r["perturbation"])], float(q) / 100)) for r in p.table("perturbation", "variable", "whose") for q in ("5", "50", "95"))'

begin 'report: targets, beside the known ones'
page 'p.paths[-1].count("z") == 3' # frames: one known target for each of ka, kb, kd
gim targets held.gim --perturbations doses.tsv --quiet -o t.tsv
page '{(r["perturbation"], r["variable"]) for r in p.table("perturbation", "variable", "truth")} == {(r["environment"], r["variable"]) for r in rows("t.tsv") if r["environment"] != "ctrl" and (float(r["probability"]) >= 0.5 or (r["environment"], r["variable"]) in (("ka", "a"), ("kb", "b"), ("kd", "d")))}'
page 'all(near(a["probability"], next(b["probability"] for b in rows("t.tsv") if (b["environment"], b["variable"]) == (a["perturbation"], a["variable"]))) for a in p.table("perturbation", "variable", "truth"))'

begin 'report: what lies outside the training features is flagged'
gim report linear.gim --perturbations unseen.tsv -o page.html; exits 0
page '"distances" in p.ids and p.says("outside the training features, the furthest far")'
gim sample linear.gim --perturbations unseen.tsv -n 2 -o s.tsv --json; n=$(grep -c '"outside": true' out)
page "p.says('$n of 3 perturbations that are asked about lie')"

begin 'report: other features than those of the fit'
sed 's/^ka\t20\t1/ka\t20\t0.5/' doses.tsv >changed.tsv
gim report linear.gim --perturbations changed.tsv -o page.html; exits 0
page 'p.says("gives 1 environment of the fit other features")'
gim report linear.gim --perturbations doses.tsv -o page.html; page 'not p.says("other features")'

begin 'report: only what was fitted, and a model without a control'
gim report linear.gim --data cells.tsv -o page.html; exits 0
page 'p.says("was part of its fit") and "scores" in p.ids'
gim fit --data cells.tsv --perturbations doses.tsv $quick -o nocontrol.gim
gim report nocontrol.gim --data cells.tsv -o page.html; exits 0
page 'p.says("No environment of the fit is a control")'
fit --method ridge -o ridge.gim
gim report ridge.gim --data cells.tsv -o page.html; exits 0
page 'p.says("This is a baseline (ridge)") and not {"graph", "targets", "fit", "doses"} & p.ids and "scores" in p.ids'

begin 'report: a fit that did not converge, and one that is no better than nothing'
gim report linear.gim -o page.html; gim info --json linear.gim -o info.json
page 'p.says("did not converge") == ("\"status\": \"cyclic\"" in open("info.json").read())'
sed '2,$s/^kd\t/kx\t/' cells.tsv >other.tsv   # the rows of kd, said to be those of a perturbation that does nothing
printf 'environment\tfa\tfb\tfd\nkx\t0.01\t0\t0\n' >nothing.tsv
fit --hold-out kd -o nokd.gim
gim report nokd.gim --data other.tsv --perturbations nothing.tsv -o page.html; exits 0
page 'p.says("no better than a trivial answer") and all(verdicts(p))'

begin 'report: doses between and beyond'
awk -F '\t' -v OFS='\t' 'NR == 1 || $1 == "ctrl"; $1 == "ka" { print; $1 = "kh"; print }' cells.tsv >two.tsv
printf 'environment\tfa\tfb\nctrl\t0\t0\nkh\t0.5\t0\nka\t1\t0\n' >twodoses.tsv
gim fit --data two.tsv --perturbations twodoses.tsv --control ctrl $quick -o two.gim; exits 0
gim report two.gim --data two.tsv -o page.html; exits 0
page '"Up to ka" in p.text and [r["dose"] for r in p.table("perturbation", "variable", "dose")][:5] == ["0", "0.25", "0.5", "0.75", "1"]'
gim report two.gim --dose fa -o page.html; exits 0; page '"Up to ka" in p.text'
gim report linear.gim -o page.html; page '"There is no dose to follow" in p.text'

begin 'report: names that are mark-up'
printf 'environment\t<img src=x onerror=alert(1)>\t"""&amp;\047</title></svg><script>"\tp\303\244r\n' >evil.tsv
awk -F '\t' -v OFS='\t' 'NR > 1 { e = $1 == "ctrl" ? "</h1><script>alert(1)</script>" : $1 == "ka" ? "\001&lt;]]>--><style>" : $1 == "kb" ? "javascript:x() onload=y" : "<!-- <![CDATA["; print e, $3, $4, $5 }' cells.tsv >>evil.tsv
printf 'environment\t<f>&\tg\n</h1><script>alert(1)</script>\t0\t0\n\001&lt;]]>--><style>\t1\t0\njavascript:x() onload=y\t0.3\t1\n<!-- <![CDATA[\t0\t2\n' >evildoses.tsv
gim fit --data evil.tsv --perturbations evildoses.tsv --control '</h1><script>alert(1)</script>' $quick -o evil.gim; exits 0
gim report evil.gim --data evil.tsv --title '</title><script>' -o page.html; exits 0
gim report held.gim --data cells.tsv --perturbations doses.tsv -o tame.html
page 'not {"script", "img", "f", "b"} & p.tags and all(l.startswith("#") for l in p.links)'
page '"</h1><script>alert(1)</script>" in p.text and "<img src=x onerror=alert(1)>" in p.text and "<f>&" in p.text'
page '"\"&amp;\x27</title></svg><script>" in p.text and "\ufffd&lt;]]>--><style>" in p.text'
page '{e.tag for e in p.root.iter()} == {e.tag for e in tree.parse("tame.html").getroot().iter()}'

begin 'report: many variables and environments make no huge page'
gim simulate -o big --variables 100 --perturbations 75 --new-perturbations 5 --rows 6 --control-rows 30 --test-rows 4
gim fit --data big/train.tsv --perturbations big/train_perturbations.tsv --control control --set steps=2 --set width=8 \
    --set draws=2 --set held-out=0 -o big.gim
gim report big.gim --data big/train.tsv --targets big/perturbations.tsv -n 20 -o page.html; exits 0
[ "$(wc -c <page.html)" -lt 1500000 ] || wrong "$(wc -c <page.html) bytes"
page '"scores" in p.ids and "targets" in p.ids'

begin 'report: what cannot be done is said'
gim report; exits 2; says 'which MODEL?'
gim report none.gim -o no.html; exits 1; says 'none.gim'; missing no.html
gim report linear.gim --data none.tsv -o no.html; exits 1; says 'none.tsv'; missing no.html
gim report linear.gim --dose fx -o no.html; exits 1; says '--dose: there is no feature "fx"; there are: fa, fb, fd'
gim report linear.gim --control ka -o no.html; exits 2; says '--control needs --perturbations'
gim report linear.gim --data - --targets - -o no.html; exits 2; says 'only one table can be standard input'
gim report linear.gim --rows 1 -o no.html; exits 2; says '--rows: "1" is not a whole number from 2'
cut -f 1-4 cells.tsv >fewer.tsv
gim report linear.gim --data fewer.tsv -o no.html; exits 1; says 'fewer.tsv: no column "c", which the model has'
gim report linear.gim --data cells.tsv --observed cells.tsv -o no.html; exits 1; says 'environment "ctrl" again'
printf 'environment\ttargets\nelse\ta\n' >elsewhere.tsv
gim report linear.gim --targets elsewhere.tsv -o no.html; exits 1; says '--targets: elsewhere.tsv has no environment of the model'
sed 's/^k/z/; s/^ctrl/z/' cells.tsv >strange.tsv
gim report linear.gim --data strange.tsv -o no.html; exits 1; says 'no environment of the fit, and none that --perturbations names; it has: z, za'
gim report linear.gim -o none/page.html; exits 1; says 'none/page.html: cannot be written'
missing no.html; clean
gim report held.gim --data cells.tsv -o page.html; exits 0; says 'left out, having no features (--perturbations names them): ka, kd'
