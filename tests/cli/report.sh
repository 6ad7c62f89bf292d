# The report of a run: one file that needs no network; what it shows in a browser lies where it should, and what it
# computes with other weights is what kauri stats gives, for every definition of quantiles.
# timeout: 300
# costly
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
copy_demo area "$scratch/area"
cd "$scratch/area" || exit 1
sed -i '/^region/d' job.ini
kauri=$KAURI_PROGRAM
"$kauri" run job.ini -q -o run -p area_source_discretization=60 -p 'sites=174.2 -41, 175.3 -40.6' 2>log ||
    fail "run: $(cat log)"

# ---- the file
[ -s run/report.html ] || fail 'no report'
grep -q '  report.html$' run/SHA256SUMS || fail 'no digest of the report'
[ "$(grep -cE '(src|href)="?(https?:)?//|@import|url\(http' run/report.html)" -eq 0 ] || fail 'it wants a network'
grep -q '"lines":\[\[' run/report.html && grep -q 'id="b-flame"' run/report.html || fail 'no sources or no flame graph'
"$kauri" report run -o other.html || fail 'report -o'
cmp run/report.html other.html || fail 'a later report is not that of the run'
"$kauri" stats run -o again -q 2>log && grep -q '"lines":\[\[' again/report.html || fail "stats: no sources: $(cat log)"
cp run/results.h5 before.h5
"$kauri" report run 2>err || fail 'report'
grep -q '\] report in run/report.html$' err || fail "report says $(cat err)"
cmp -s run/results.h5 before.h5 || fail 'results.h5 has changed'
"$kauri" verify run >out || fail "a new report has another digest: $(grep -v ^ok out)"
"$kauri" report nowhere 2>err && fail 'of nothing'
[ "$(wc -l <err)" -eq 1 ] && grep -q 'no results.h5' err || fail "of nothing: $(cat err)"
"$kauri" report 2>err
[ $? -eq 2 ] || fail 'usage'
mkdir there && "$kauri" report run -o there 2>err && fail 'in place of a folder'
# where it cannot be written the results stay as they are, and the status tells it
mkdir -p in_the_way/report.html/x
"$kauri" run job.ini -q -o in_the_way -p area_source_discretization=60 -p 'sites=174.2 -41' 2>err
[ $? -eq 7 ] && [ -s in_the_way/results.h5 ] || fail "a folder in its place: $(cat err)"

# more sites than a page lists, and more warnings: each site with its own id, place and values
awk 'BEGIN { print "custom_site_id,lon,lat"
    for (i = 0; i < 20050; i++) printf "s%d,%.3f,%.3f\n", i, 172 + i % 200 / 50, -43 + int(i / 200) / 25 }' >sites.csv
sed 's/^sites.*//' job.ini >many.ini
echo 'site_model_file = sites.csv' >>many.ini
seq -f 'no_such_%g = 1' 210 >>many.ini
"$kauri" run many.ini -q -e csv -o many -p area_source_discretization=60 -p maximum_distance=100 -p quantiles= \
    -p 'intensity_measure_types_and_levels={"PGA": [0.01, 0.1, 50]}' 2>log || fail "many sites: $(cat log)"
grep -q '"warningsLeft":[1-9]' many/report.html || fail 'warnings are missing without a word'
"$kauri" report many -o later.html && cmp many/report.html later.html || fail 'a later report has other warnings'
"$kauri" stats many -o counted -q 2>log || fail "stats: $(cat log)"
warnings() { grep -o '"warnings":\[.*\],"warningsLeft":[0-9]*' "$1"; }
[ "$(warnings counted/report.html)" = "$(warnings many/report.html)" ] || fail 'stats takes no warnings over'
python3 "$KAURI_SOURCE_DIR/tests/support/report.py" sites many/report.html many/*map-mean*.csv \
    many/*curve-mean-PGA*.csv 2>err || fail "$(cat err)"
mkdir -p pipe && mkfifo pipe/report.html
"$kauri" run job.ini -q -o pipe -p area_source_discretization=60 -p 'sites=174.2 -41' 2>err && [ -s pipe/report.html ] ||
    fail "a pipe in its place: $(cat err)"

# ---- in a browser
for BROWSER in chromium chromium-browser google-chrome none; do
    command -v "$BROWSER" >/dev/null && break
done
export BROWSER
if [ "$BROWSER" = none ] || ! command -v python3 >/dev/null; then
    echo 'report: no chromium or no python3 here: the page is not looked at'
    [ "$failures" -eq 0 ] && exit 77
    exit 1
fi
look() {
    python3 "$KAURI_SOURCE_DIR/tests/support/report.py" "$@" 2>err || fail "$(cat err)"
}
look layout run/report.html 1200 8
look says many/report.html 'The 10 sites with the highest PGA at ' 'whose curves are in this file; the run has 20050.'
for width in 360 390 485; do # of telephones
    look layout run/report.html $width 8
done
look print run/report.html
# what is left out of a page is said
sed 's/"ngsims":4,/"ngsims":5004,/; s/id="b-flame" data-left-out="0">[^<]*</id="b-flame" data-left-out="5300000"></' \
    run/report.html >large.html
look says large.html 'The first 4 of 5004 ground-motion models are here, also in the table: 5000 are left out.' \
    'The flame graph of memory has 5.3 MB and is left out'
look says run/report.html 'The run gave no warnings.' 'Sources are drawn in red' 'mean PGA (g), 10 % in 50 years (475 years)'
"$kauri" stats run -o spreads --statistics 'std cov' -q 2>log || fail "stats: $(cat log)"
look says spreads/report.html 'PGA (g) where the standard deviation of the probability is 0.1'
look curves run/report.html PGA '{}' run/report.html

# other weights, with three definitions: the page of the run computes what the others have stored
sed '/"b-low"/,/<\/logicTreeBranch>/s/0\.25</0.1</; /"b-high"/,/<\/logicTreeBranch>/s/0\.25</0.4</
    /"m-7.4"/,/<\/logicTreeBranch>/s/0\.2</0.45</; /"m-8.0"/,/<\/logicTreeBranch>/s/0\.3</0.05</' \
    source_model_logic_tree.xml >sources.xml
sed '/"ba08"/,/<\/logicTreeBranch>/s/0\.5</0.85</; /"cy08"/,/<\/logicTreeBranch>/s/0\.5</0.15</' \
    gmm_logic_tree.xml >models.xml
weights='{"b": {"b-low": 0.1, "b-mid": 0.5, "b-high": 0.4}, "mmax": {"m-7.4": 0.45, "m-7.6": 0.5, "m-8.0": 0.05},
    "Active Shallow Crust": {"[BooreAtkinson2008]": 0.85, "[ChiouYoungs2008]": 0.15}}'
for definition in reference half-weight merged; do
    "$kauri" stats run -o "$definition" -q --source-tree sources.xml --gsim-tree models.xml --copy-rates \
        --quantile-definition "$definition" 2>log || fail "stats: $(cat log)"
    look curves "$definition/report.html" 'SA(0.2)' '{}' "$definition/report.html"
done
look curves run/report.html 'SA(0.2)' "$weights" reference/report.html

# what has no choices, no curves or no rates: the page says so
"$kauri" run job.ini -q -o sampled -p area_source_discretization=60 -p 'sites=174.2 -41' \
    -p number_of_logic_tree_samples=5 2>log || fail "sampled: $(cat log)"
"$kauri" run job.ini -q -o bare -p area_source_discretization=60 -p 'sites=174.2 -41' -p mean=false -p quantiles= \
    -p individual_rlzs=true -p poes= -p hazard_maps=false -p uniform_hazard_spectra=false -p component_rates_precision=none 2>log ||
    fail "bare: $(cat log)"
# of rates, the mean alone: in the single precision of the reference; where nothing shakes
"$kauri" run job.ini -q -o rates -p area_source_discretization=60 -p 'sites=174.2 -41' -p use_rates=true -p quantiles= \
    2>log || fail "rates: $(cat log)"
"$kauri" run job.ini -q -o far -p area_source_discretization=60 -p 'sites=10 50' 2>log || fail "far: $(cat log)"
look curves rates/report.html PGA '{}' rates/report.html
look layout far/report.html 1200 5
cp -r "$KAURI_SOURCE_DIR/tests/e2e/cases/imt_weights" case && "$kauri" run case/*.ini -q -o by_measure 2>log ||
    fail "weights that depend on the measure: $(cat log)"
look layout by_measure/report.html 1200 5
look layout sampled/report.html 1200 5
look layout bare/report.html 1200 3

# sliders of two sets that are tied to each other: the others of a set follow in proportion
sed -i 's/branchSetID="mmax"/& applyToBranches="b-low b-mid"/' source_model_logic_tree.xml
sed '/"b-low"/,/<\/logicTreeBranch>/s/0\.25</0.1</; /"b-mid"/,/<\/logicTreeBranch>/s/0\.5</0.6</
    /"b-high"/,/<\/logicTreeBranch>/s/0\.25</0.3</; /"m-7.4"/,/<\/logicTreeBranch>/s/0\.2</0.6</
    /"m-7.6"/,/<\/logicTreeBranch>/s/0\.5</0.25</; /"m-8.0"/,/<\/logicTreeBranch>/s/0\.3</0.15</' \
    source_model_logic_tree.xml >sources.xml
"$kauri" run job.ini -q -o tied -p area_source_discretization=60 -p 'sites=174.2 -41' 2>log || fail "tied: $(cat log)"
"$kauri" stats tied -o tied_new -q --source-tree sources.xml 2>log || fail "tied: $(cat log)"
states=$(python3 "$KAURI_SOURCE_DIR/tests/support/report.py" move tied/report.html \
    '{"choice": "b mmax", "moves": [["b", "b-low", 0.1], ["mmax", "m-7.4", 0.6]]}' 2>err) || fail "$(cat err)"
look curves tied/report.html 'SA(1.0)' "{\"b mmax\": $states}" tied_new/report.html

exit $((failures > 0))
