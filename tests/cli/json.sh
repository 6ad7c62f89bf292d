# What --json prints is JSON, with the figures of the tables and of results.h5.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
command -v python3 >/dev/null || exit 77
copy_demo area "$scratch/area"
cd "$scratch/area" || exit 1
few=(-p region_grid_spacing=40 -p area_source_discretization=60)

# is EXPRESSION: of the object d in the file `object`
is() {
    python3 - "$1" <<'END' || fail "$1: $(head -c 300 object)"
import json, sys
d = json.load(open('object'))
sys.exit(0 if eval(sys.argv[1]) else 1)
END
}
"$KAURI_PROGRAM" info job.ini "${few[@]}" --json --threads 1 >object 2>log || fail "info: $(cat log)"
is "d['format'] == 'kauri job 1' and d['sites'] == 35"
is "d['realizations'] == 36 and d['component_rates'] == 28 and [m['name'] for m in d['measures']] == ['PGA', 'SA(0.2)', 'SA(1.0)']"
is "d['memory']['fits'] and 0 < d['memory']['peak_bytes'] <= d['memory']['limit_bytes']"
is "sum(t['sources'] for r in d['tectonic_regions'] for t in r['types']) == sum(r['sources'] for r in d['tectonic_regions']) == 14"
"$KAURI_PROGRAM" info job.ini "${few[@]}" --json --memory-limit 100K >object 2>log
[ $? -eq 3 ] || fail "info of what does not fit: not exit status 3"
is "not d['memory']['fits']"

"$KAURI_PROGRAM" run job.ini "${few[@]}" --json -e csv -o out >object 2>log || fail "run: $(tail -n 1 log)"
is "d['format'] == 'kauri results 1' and d['state'] == 'complete' and d['statistic'] == 'mean' and len(d['highest']) == 5"
grep -q 'motions of the mean curve at 5 of 35 sites, the highest of PGA at 475 years' log || fail "no table of motions: $(tail -n 3 log)"
# the motions are those that the curves have, by the rule of hazard maps
cat >motions.py <<'END'
import csv, json, math, glob
d = json.load(open('object'))
curves = {}
for name in glob.glob('out/hazard_curve-mean-*.csv'):
    rows = [r for r in csv.reader(open(name)) if not r[0].startswith('#')]
    levels = [float(c[4:]) for c in rows[0] if c.startswith('poe-')]
    curves[name.split('-mean-')[1][:-4]] = levels, {(float(r[0]), float(r[1])): [float(x) for x in r[3:]] for r in rows[1:]}
def motion(levels, poes, years):
    p = 1 - math.exp(-50 / years)
    for (x, a), (y, b) in zip(zip(levels, poes), zip(levels[1:], poes[1:])):
        if a >= p > b:
            return math.exp(math.log(x) + (math.log(a) - math.log(p)) / (math.log(a) - math.log(b)) * math.log(y / x))
worst = 0
for site in d['highest']:
    for m in site['motions']:
        levels, of = curves[m['measure']]
        right = motion(levels, of[site['lon'], site['lat']], m['years'])
        assert (right is None) == m['beyond_levels'], (m, of[site['lon'], site['lat']])
        worst = max(worst, abs(m['motion'] / (right or levels[-1]) - 1))
levels, of = curves['PGA']
ranked = sorted((motion(levels, poes, 475) or 0 for poes in of.values()), reverse=True)
told = [s['motions'][0]['motion'] for s in d['highest']]
worst = max([worst] + [abs(a / b - 1) for a, b in zip(told, ranked)])
print(worst)
assert len(d['highest'][0]['motions']) == 6 and worst < 2e-4, worst
END
python3 motions.py >log 2>&1 || fail "motions: $(tail -n 1 log)"
cp object first
"$KAURI_PROGRAM" info out --json >object 2>log || fail "info of a folder: $(cat log)"
cmp -s first object || fail "info of a folder is not what run told: $(diff first object | head -n 3)"
"$KAURI_PROGRAM" compare out out --json >object || fail "compare: exit status $?"
is "d['compared'] > 10 and d['differing'] == 0 and all(t['equal'] for t in d['tables']) and len(d['tables']) == d['compared']"
sed '$s/E-01/E-02/;$s/E-03/E-04/' "out/hazard_curve-mean-PGA.csv" >x && mkdir other && mv x other/hazard_curve-mean-PGA.csv
"$KAURI_PROGRAM" compare out other --rtol 0 --json >object 2>log
[ $? -eq 6 ] || fail "compare of others: not exit status 6"
is "d['differing'] == d['compared'] > 1 and any(t['difference'].startswith('only in') for t in d['tables'])"
"$KAURI_PROGRAM" verify out --json >object || fail "verify: exit status $?"
is "d['format'] == 'kauri verify 1' and d['wrong'] == 0 and all(x['good'] for x in d['looked_at']) and len(d['looked_at']) > 10"
echo >>out/hazard_curve-mean-PGA.csv
"$KAURI_PROGRAM" verify out --json >object 2>log
[ $? -eq 6 ] || fail "verify of what is changed: not exit status 6"
is "d['wrong'] == 1 and [x['what'] for x in d['looked_at'] if not x['good']] == ['hazard_curve-mean-PGA.csv']"
grep -q '1 thing is not as it was written' log || fail "$(cat log)"
# a failure half-way leaves no half of an object
cp -r out half && printf 'lon,lat,depth,poe-0.1\n1,2\n' >half/hazard_curve-mean-SA\(1.0\).csv
"$KAURI_PROGRAM" compare out half >object 2>log
[ $? -eq 1 ] && [ -s object ] || fail "compare with a broken table: not half-way: $(cat log)"
"$KAURI_PROGRAM" compare out half --json >object 2>log
[ $? -eq 1 ] && [ ! -s object ] || fail "compare with a broken table leaves $(head -c 200 object)"
ln -s /proc/self/mem half/unreadable # which can be opened
echo "$(printf '%064d' 0)  unreadable" >>half/SHA256SUMS
"$KAURI_PROGRAM" verify half >object 2>log
case $? in
0 | 6) fail "verify of what cannot be read: $(cat object)" ;;
*) [ -s object ] || fail "verify of what cannot be read: not half-way: $(cat log)" ;;
esac
"$KAURI_PROGRAM" verify half --json >object 2>log
[ $? -ne 6 ] && [ ! -s object ] || fail "verify of what cannot be read leaves $(head -c 200 object)"
"$KAURI_PROGRAM" gmm --list --json >object || fail "gmm: exit status $?"
is "len(d['models']) == 436 and len(d['names']) == 305 and {'name', 'measures', 'rupture', 'distance', 'site', 'arguments'} <= set(d['models'][0])"
"$KAURI_PROGRAM" scaling job.ini "${few[@]}" -p level_count=4 --vary threads=1,2 --json -q >object 2>log || fail "scaling: $(cat log)"
is "[r['setting']['threads'] for r in d['runs']] == ['1', '2'] and d['runs'][1]['beside_first'] == 'equal' or print(d['runs'][1])"
mkdir interrupted && cp job.ini interrupted/results.journal
"$KAURI_PROGRAM" info interrupted --json >object 2>log || fail "info of an interrupted run: $(cat log)"
is "d['state'] == 'interrupted'"
finish
