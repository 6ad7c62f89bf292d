# The report of a disaggregation: its section in a browser against the tables of the run, layout, paper, keys; what is
# left out is said; a run without it has no such section.
# timeout: 300
# costly
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
copy_demo area "$scratch/area"
cd "$scratch/area" || exit 1
kauri=$KAURI_PROGRAM
sed -i '/^region/d; s/= classical/= disaggregation/' job.ini
common=(-q -e csv -p area_source_discretization=60 -p mag_bin_width=0.5 -p distance_bin_width=20
    -p coordinate_bin_width=0.5 -p disagg_by_src=true)
"$kauri" run job.ini -o run "${common[@]}" -p 'sites=174.2 -41, 175.3 -40.6' -p num_epsilon_bins=5 \
    -p 'disagg_outputs=TRT_Mag_Dist_Eps Lon_Lat TRT Mag_Dist_Eps' -p num_rlzs_disagg=3 \
    -p 'disagg_statistics=mean quantiles' 2>log || { fail "run: $(cat log)" && exit 1; }
"$kauri" export run disagg_rlzs -o rlzs 2>log || fail "export: $(cat log)"
"$kauri" report run -o later.html && cmp run/report.html later.html || fail 'a later report is not that of the run'
[ "$(grep -cE '(src|href)="?(https?:)?//|@import|url\(http' run/report.html)" -eq 0 ] || fail 'it wants a network'
[ "$(grep -c 'id="b-disagg-' run/report.html)" -eq 2 ] || fail 'not two sites'
"$kauri" run job.ini -o plain "${common[@]}" -p calculation_mode=classical -p 'sites=174.2 -41' 2>log || fail "plain: $(cat log)"
grep -q '"disagg":null' plain/report.html || fail 'a classical run has a disaggregation'
"$kauri" run job.ini -o own "${common[@]}" -p 'sites=174.2 -41' -p num_epsilon_bins=5 -p disagg_by_src=false \
    -p 'disagg_outputs=TRT Lon_Lat Mag_Dist_Eps' -p disagg_statistics=sources 2>log || fail "own: $(cat log)"
grep -q '"sourcesAtLevels":true' own/report.html || fail 'not the rates of sources at the levels'

# bounded: fine bins, of many measures, of many realizations
"$kauri" run job.ini -o fine "${common[@]}" -p 'sites=174.2 -41' -p mag_bin_width=0.1 -p distance_bin_width=2 \
    -p num_epsilon_bins=30 -p coordinate_bin_width=2 -p 'disagg_outputs=Mag_Dist_Eps' -p num_rlzs_disagg=9 2>log ||
    fail "fine: $(cat log)"
[ "$(stat -c %s fine/report.html)" -lt 6000000 ] || fail "the report of fine bins has $(stat -c %s fine/report.html) bytes"
grep -q '"ntargets":1,"all":10' fine/report.html || fail "targets: $(grep -o '"ntargets":[0-9]*,"all":[0-9]*' fine/report.html)"
"$kauri" run job.ini -o nothing "${common[@]}" -p 'sites=174.2 -41, 10 50' -p num_epsilon_bins=2 \
    -p 'disagg_outputs=Mag_Dist' 2>log || fail "nothing: $(cat log)"

for BROWSER in chromium chromium-browser google-chrome none; do
    command -v "$BROWSER" >/dev/null && break
done
export BROWSER
if [ "$BROWSER" = none ] || ! command -v python3 >/dev/null; then
    echo 'report_disagg: no chromium or no python3 here: the page is not looked at'
    [ "$failures" -eq 0 ] && exit 77
    exit 1
fi
look() {
    python3 "$KAURI_SOURCE_DIR/tests/support/report.py" "$@" 2>err || fail "$(cat err)"
}
look layout run/report.html 1200 12
look layout run/report.html 390 12
look print run/report.html
look layout fine/report.html 1200 9
look layout nothing/report.html 1200 8
look layout plain/report.html 1200 8
for site in 0 1; do
    look disagg run/report.html "{\"site\": $site, \"imt\": \"SA(1.0)\", \"poe\": 1, \"target\": 0, \"column\": \"mean\"}" \
        run/Mag_Dist_Eps-mean-$site.csv run/Lon_Lat-mean-$site.csv run/TRT-mean-$site.csv run/mean_rates_by_src-$site.csv
done
target=0
for stat in mean tree_mean quantile-0.16 quantile-0.5; do
    look disagg run/report.html "{\"site\": 0, \"imt\": \"SA(0.2)\", \"poe\": 0, \"target\": $target, \"column\": \"mean\"}" \
        run/{Mag_Dist_Eps,Lon_Lat,TRT}-$stat-0.csv run/mean_rates_by_src-0.csv
    target=$((target + 1))
done
look disagg own/report.html '{"site": 0, "imt": "SA(1.0)", "poe": 1, "target": 0, "column": "mean"}' \
    own/Mag_Dist_Eps-mean-0.csv own/Lon_Lat-mean-0.csv own/TRT-mean-0.csv own/disagg_sources-0.csv
rlz=$(sed -n 2p rlzs/TRT-1.csv | grep -o 'rlz[0-9]*' | sed -n 2p)
look disagg run/report.html "{\"site\": 1, \"imt\": \"PGA\", \"poe\": 0, \"target\": 6, \"column\": \"$rlz\"}" \
    rlzs/Mag_Dist_Eps-1.csv rlzs/Lon_Lat-1.csv rlzs/TRT-1.csv run/mean_rates_by_src-1.csv
exit $((failures > 0))
