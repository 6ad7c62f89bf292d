# `kauri plot`: every figure in every format; what SVG shows against the tables of the run; what is
# said where results lack something; what failures leave.
# costly
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
kauri=$KAURI_PROGRAM
figures=$KAURI_SOURCE_DIR/tests/support/figures.py
case=$scratch/case
run=$scratch/run
cp -r "$KAURI_SOURCE_DIR/tests/e2e/cases/lt_two_models" "$case" && chmod -R u+w "$case"
sed -i 's/SadighEtAl1997/ChiouYoungs2008/; s/ToroEtAl2002/CampbellBozorgnia2008/' "$case/glt.xml" # with PGV
cd "$scratch" || exit 1

"$kauri" run "$case/job.ini" -o "$run" -e csv -q -p poes='0.1 0.02' -p quantiles='0.05 0.5 0.95' \
    -p hazard_maps=true -p uniform_hazard_spectra=true -p uncertainty=true -p individual_rlzs=false \
    -p 'intensity_measure_types_and_levels={"PGA": logscale(0.01, 2, 8), "SA(0.2)": logscale(0.01, 2, 8), "SA(1.0)": logscale(0.01, 2, 8), "PGV": logscale(1, 100, 8)}' \
    -p 'description=Two models & <more>' 2>log || { fail "run: $(cat log)" && finish; }
before=$(cd "$run" && sha256sum ./*)

plot() {
    timeout 60 "$kauri" plot "$run" "$@" -q >stdout 2>stderr || fail "plot $*: $(cat stderr)"
    [ ! -s stdout ] && [ ! -s stderr ] || fail "plot $*: says $(cat stdout stderr)"
}

shows() {
    python3 "$figures" "$@" >log 2>&1 || fail "figures.py $*: $(tail -n 1 log)"
}

# ---- every kind in every format

for kind in curve fan uhs map tornado tree; do
    for format in svg png PDF; do
        plot $kind -o "$kind.$format"
        [ -e "$kind.$format.part" ] && fail "$kind.$format.part is left"
    done
    [ "$(head -c 8 $kind.png | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ] || fail "$kind.png is no PNG"
    [ "$(head -c 5 $kind.PDF)" = %PDF- ] || fail "$kind.PDF is no PDF"
    head -n 2 $kind.svg | grep -q '<svg xmlns' || fail "$kind.svg is no SVG"
    plot $kind -o again.svg
    cmp -s $kind.svg again.svg || fail "$kind.svg differs from call to call"
done
# 6.5 by 5 inches
plot curve -o small.png --dpi 72
[ "$(head -c 24 small.png | tail -c 8 | od -An -tx1 | tr -d ' \n')" = 000001d400000168 ] || fail "small.png is not 468 by 360"
[ "$before" = "$(cd "$run" && sha256sum ./*)" ] || fail "the finished run has changed"

# ---- what they show

if python3 -c 'import xml.etree' 2>/dev/null; then
    shows texts curve.svg 'Hazard curves, mean' 'Probability of exceedance in 50 years' \
        'Intensity measure level (g)' PGA 'SA(1.0)' 'Two models & <more>' 'profile oq-3.21; job.ini, computed 20'
    shows curve curve.svg 0 "PGA=$run/hazard_curve-mean-PGA.csv" "SA(0.2)=$run/hazard_curve-mean-SA(0.2).csv" \
        "SA(1.0)=$run/hazard_curve-mean-SA(1.0).csv"
    plot curve -o some.svg --site 1 --imt PGV --stat quantile-0.95 --stat mean
    "$kauri" plot "$run" curve -o said.svg 2>log >stdout && grep -q '\] figure in said.svg$' log && [ ! -s stdout ] ||
        fail "plot says $(cat log stdout)"
    shows curve some.svg 1 "mean=$run/hazard_curve-mean-PGV.csv" "quantile 0.95=$run/quantile_curve-0.95-PGV.csv"
    shows texts some.svg 'PGV (cm/s)' 'site 1 (' 'quantile 0.95'
    plot curve -o places.svg --site 0 --site 0.1,0.2 --imt 'SA(0.20)'
    shows texts places.svg 'site 0 (0.4°W, 0°N)' 'site 1 (0.1°E, 0.2°N)' 'SA(0.2) (g)'
    "$kauri" stats "$run" -o spreads --statistics 'std cov' -q 2>log || fail "spreads: $(cat log)"
    timeout 60 "$kauri" plot spreads map --stat std --imt PGA --poe 0.001 -o std.svg 2>log || fail "plot map --stat std: $(cat log)"
    shows texts std.svg 'PGA where the standard deviation of the probability is 0.001' 'PGA (g)'
    shows band fan.svg 0 "$run/quantile_curve-0.05-PGA.csv" "$run/quantile_curve-0.95-PGA.csv"
    shows texts fan.svg 'PGA (g)' 'quantiles 0.05 to 0.95' 'quantile 0.5' mean
    shows uhs uhs.svg 0 "$run/hazard_uhs-mean.csv"
    shows texts uhs.svg 'Period (s)' 'Spectral acceleration (g)' PGA '10 % in 50 years (return period 475 years)' \
        '2 % in 50 years (return period 2475 years)'
    shows map map.svg "$run/hazard_map-mean.csv" PGA-0.1
    # the levels of few sites as numbers
    python3 - map.svg "$run/hazard_map-mean.csv" <<'END' || fail "the numbers of the map are not those of the table"
import csv, re, sys
group = re.search(r'<g class="levels">(.*?)</g>', open(sys.argv[1]).read(), re.S)[1]
rows = list(csv.reader(open(sys.argv[2])))[1:]
k = rows[0].index("PGA-0.1")
want = ["%.3g" % float(row[k]) for row in rows[1:]]
got = re.findall(r"<text[^>]*>([^<]*)<", group)
assert got == want, (got, want)
END
    plot map -o map2.svg --imt 'SA(1.0)' --poe 0.02 --stat quantile-0.95
    shows map map2.svg "$run/quantile_map-0.95.csv" 'SA(1.0)-0.02'
    shows texts map2.svg 'SA(1.0), 2 % in 50 years (return period 2475 years), quantile 0.95' 'SA(1.0) (g)'
    for m in PGA 'SA(1.0)'; do
        plot tornado -o t.svg --imt "$m" --poe 0.02 --site 1
        shows tornado t.svg 1 "$run/tornado-$m.csv" 0.02
    done
    shows texts tornado.svg 'Change of the mean annual rate of exceedance (%)' '10 % in 50 years (return period 475 years)' 'of variance'
    shows texts tree.svg 'Logic tree' '8 realizations' sourceModel 'ground motion' 'Active Shallow Crust'

    # a probability that the job did not have is found on the curves in the same way
    "$kauri" run "$case/job.ini" -o other -e csv -q -p poes=0.03 -p hazard_maps=true -p individual_rlzs=false 2>log ||
        fail "run: $(cat log)"
    plot map -o map3.svg --poe 0.03
    shows map map3.svg other/hazard_map-mean.csv PGA-0.03
    python3 - map.svg map3.svg "$figures" <<'END' || fail "the map of another probability is the same"
import sys
sys.exit(open(sys.argv[1]).read() == open(sys.argv[2]).read())
END

    # curves that do not come down to the probability
    plot map -o map4.svg --poe 1e-9
    shows texts map4.svg '2 sites, 1 at the greatest level or beyond' '>2'
    plot tornado -o tornado2.svg --poe 1e-9 --site 1
    plot uhs -o uhs2.svg --poe 1e-9 --site 1
    shows texts tornado2.svg ' at the greatest level or beyond; Two'
    shows texts uhs2.svg ', in part at the greatest level or beyond; Two'
    ! grep -q 'or beyond' map.svg tornado.svg uhs.svg || fail "nothing is beyond the levels of the job's probabilities"

    # a grid of sites is drawn as cells, at their places too
    "$kauri" run "$KAURI_SOURCE_DIR/demos/area/job.ini" -o grid -e csv -q -p region_grid_spacing=30 \
        -p area_source_discretization=60 2>log || fail "run: $(cat log)"
    timeout 60 "$kauri" plot grid map -o grid.svg 2>log || fail "plot: $(cat log)"
    [ "$(sed -n '/class="sites"/,/<\/g>/p' grid.svg | grep -c '<rect ')" -ge 30 ] || fail "a grid of sites has no cells"
    shows map grid.svg grid/hazard_map-mean.csv PGA-0.1
    ! grep -q 'class="levels"' grid.svg || fail "a grid of sites has numbers"
    timeout 60 "$kauri" plot grid tree -o grid_tree.svg 2>log || fail "plot: $(cat log)"
    shows texts grid_tree.svg '36 realizations' maxMagGRAbsolute m-7.6 0.3 ToroEtAl2002 0.6
else
    echo 'python3 is not here: what figures show is not compared'
fi

# ---- what results lack

# lacks STATUS TEXT ARGUMENTS...: one line that says so, and no file
lacks() {
    local status=$1 text=$2
    shift 2
    timeout 60 "$kauri" plot "$@" >stdout 2>stderr
    local got=$?
    [ $got -eq "$status" ] || fail "plot $*: exit status $got, not $status: $(cat stderr)"
    grep -qF -- "$text" stderr || fail "plot $*: does not say '$text': $(cat stderr)"
    [ "$(grep -c . stderr)" -eq 1 ] || fail "plot $*: more than one line: $(cat stderr)"
    [ ! -e none.svg ] && [ ! -e none.svg.part ] || fail "plot $*: made a file"
}
"$kauri" run "$case/job.ini" -o plain -q -p quantiles= -p individual_rlzs=false -p component_rates_precision=none 2>log ||
    fail "run: $(cat log)"
lacks 1 'plain/results.h5: holds no quantiles: a fan needs two or more; run the job with quantiles' plain fan -o none.svg
lacks 1 'the job had no poes: give a probability with --poe' plain map -o none.svg
lacks 1 'component rates are not stored' plain tornado -o none.svg --poe 0.1
lacks 1 'add measures such as SA(0.2), SA(1.0)' plain uhs -o none.svg --poe 0.1
lacks 1 'no results.h5 there' case curve -o none.svg
"$kauri" stats "$run" --statistics 'std' -o spread -q 2>log || fail "stats: $(cat log)"
lacks 1 'the standard deviation of the probability is nowhere as high as 0.9' spread map -o none.svg --poe 0.9
lacks 1 'no site reaches the probability' "$run" map -o none.svg --poe 0.9999999
lacks 2 "no figure is called 'foo': curve, fan, uhs, map, tornado, tree, disagg, disagg-map, disagg-trt" "$run" foo -o none.svg
lacks 2 "no figure is called 'curves'; did you mean 'curve'?" "$run" curves -o none.svg
lacks 2 'a name that ends in .svg, .png or .pdf' "$run" curve -o none.gif
lacks 2 'a finished run is not changed' "$run" curve -o "$run/none.svg"
lacks 2 '--site 7: a number from 0 to 1' "$run" curve -o none.svg --site 7
lacks 2 '--site 9,9: no site within 25 km' "$run" curve -o none.svg --site 9,9
lacks 2 '--imt PGD: was not computed; there is PGA, PGV, SA(0.2), SA(1.0)' "$run" curve -o none.svg --imt PGD
lacks 2 '--stat max: was not computed; there is mean' "$run" curve -o none.svg --stat max
lacks 2 'PGA and PGV have no axis in common' "$run" curve -o none.svg --imt PGA --imt PGV
lacks 2 '9 curves in one figure' "$run" curve -o none.svg --imt PGA --imt 'SA(0.2)' --imt 'SA(1.0)' --stat mean --stat quantile-0.05 --stat quantile-0.95
"$kauri" run "$case/job.ini" -o one -q -p std=true -p individual_rlzs=false -p intensity_measure_types_and_levels="{'PGA': [0.1]}" 2>log ||
    fail "run: $(cat log)"
lacks 1 'a curve needs two levels above 0' one curve -o none.svg
lacks 2 'mean and std have no axis in common' one curve -o none.svg --stat mean --stat std
lacks 2 'this figure shows one site' "$run" fan -o none.svg --site 0 --site 1
lacks 2 "--site says nothing of the figure 'map'" "$run" map -o none.svg --site 0
lacks 2 "--stat says nothing of the figure 'fan'" "$run" fan -o none.svg --stat mean
lacks 2 "--imt says nothing of the figure 'uhs'" "$run" uhs -o none.svg --imt PGA
lacks 2 "--poe says nothing of the figure 'curve'" "$run" curve -o none.svg --poe 0.1
lacks 2 "--poe says nothing of the figure 'tree'" "$run" tree -o none.svg --poe 0.1
lacks 2 '-o FILE is wanted' "$run" curve
lacks 2 'the kind of the figure' "$run" -o none.svg
lacks 2 '--poe 2: a probability between 0 and 1' "$run" map -o none.svg --poe 2
lacks 2 '--dpi 5: a number from 36 to 1200' "$run" map -o none.svg --dpi 5

# ---- failures

plot curve -o new/folder/curve.svg
cmp -s curve.svg new/folder/curve.svg || fail "another figure in a new folder"
touch file
for format in svg png pdf; do
    lacks 7 "file" "$run" curve -o file/none.$format
    mkdir -p "taken.$format.part"
    lacks 7 "taken.$format" "$run" curve -o taken.$format
    (ulimit -f 1 && GCOV_PREFIX=$scratch/counts GCOV_ERROR_FILE=$scratch/counts.log TMPDIR=$scratch/none "$kauri" plot "$run" curve -o "full.$format") >/dev/null 2>stderr
    [ $? -eq 7 ] || fail "a full disk must give status 7: $(cat stderr)"
    [ "$(grep -c . stderr)" -eq 1 ] || fail "a full disk: $(cat stderr)"
    [ -z "$(ls full.* 2>/dev/null)" ] || fail "a full disk leaves $(ls full.*)"
done
finish
