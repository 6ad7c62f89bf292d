# Sites with ids of their own: in the tables of a run, of kauri export, and of statistics over several runs.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
copy_demo area "$scratch/job"
cd "$scratch/job" || exit 1
sed -i '/^region/d' job.ini
printf '%s\n' custom_site_id,lon,lat AKL-1,174.5,-41 '"a,b",175,-41.5' '"q""x",174.2,-40.6' >one.csv
printf '%s\n' custom_site_id,lon,lat zz,175.5,-41 >two.csv
printf '%s\n' lon,lat 175.5,-41 >none.csv
for sites in one two none; do
    "$KAURI_PROGRAM" run job.ini -o $sites -e csv -q -p site_model_file=$sites.csv -p area_source_discretization=100 ||
        fail "$sites: exit status $?"
done
"$KAURI_PROGRAM" stats one two -o both -e csv -q || fail "stats: exit status $?"
"$KAURI_PROGRAM" stats one none -o mixed -e csv -q || fail "stats of runs with and without ids: exit status $?"
"$KAURI_PROGRAM" export both hcurves hmaps -o again || fail "export: exit status $?"
for table in hazard_curve-mean-PGA.csv hazard_map-mean.csv quantile_curve-0.5-PGA.csv; do
    sed -n 2p "both/$table" | grep -q '^custom_site_id,lon,lat,' || fail "$table has no column of ids"
    cmp -s <(tail -n +3 "one/$table"; tail -n +3 "two/$table") <(tail -n +3 "both/$table") ||
        fail "$table is not that of the two runs"
    cmp -s <(tail -n +2 "both/$table") <(tail -n +2 "again/$table") || fail "$table is exported otherwise"
    sed -n 2p "mixed/$table" | grep -q '^lon,lat,' || fail "$table has ids that not all sites have"
done
[ "$(sed -n 4,5p one/hazard_map-mean.csv | cut -c1-15)" = '"a,b",175.00000
"q""x",174.2000' ] || fail "ids with commas and quotation marks: $(sed -n 4,5p one/hazard_map-mean.csv)"
finish
