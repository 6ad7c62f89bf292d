# kauri export: tables of a finished run, any single realization included; the run stays as it is.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
copy_demo area "$scratch/area"
cd "$scratch/area" || exit 1
kauri=$KAURI_PROGRAM
few=(-p region_grid_spacing=60 -p area_source_discretization=60 -p disagg_by_src=true)
"$kauri" run job.ini -q -e csv "${few[@]}" -o ../run || fail "run"
"$kauri" run job.ini -q -e csv "${few[@]}" -p individual_rlzs=true -o ../each || fail "run of realizations"
cd ..

# same TABLE...: equal but for the comment, which holds the date.
same() {
    cmp -s <(tail -n +2 "$1") <(tail -n +2 "$2") || fail "$1 and $2 differ"
}
before=$(sha256sum run/*)

"$kauri" export run --list >list || fail "--list"
for kind in hcurves hmaps uhs realizations mean_rates_by_src components component_rates; do
    grep -q "^$kind " list || fail "--list does not tell of $kind"
done
grep -Eq '^realizations +36, each with --rlz' list || fail "--list: $(tail -n 1 list)"

# what -e csv writes
"$kauri" export run hcurves hmaps uhs realizations mean_rates_by_src -e csv -o all 2>log || fail "export of all"
grep -q "\] $(ls all | wc -l) tables in all\$" log && [ "$(wc -l <log)" -eq 1 ] || fail "export of all says $(cat log)"
(cd area && "$kauri" export ../run realizations --sites 0 >../out 2>../log) || fail "export into the current folder"
grep -q '\] 1 table in the current folder$' log && [ ! -s out ] || fail "the current folder: $(cat log)"
rm area/realizations.csv
for table in run/*.csv; do
    cmp -s "$table" "all/$(basename "$table")" || fail "$(basename "$table") is not what the run wrote"
done
[ "$(ls all | wc -l)" -eq "$(ls run/*.csv | wc -l)" ] || fail "export writes other tables than the run"

# a realization is the same whether it was stored or computed when asked for, however it is named
"$kauri" export run hcurves hmaps uhs --rlz 17 -o rlz || fail "--rlz 17"
"$kauri" export run hcurves --rlz 17 -o quiet -q 2>log && [ ! -s log ] || fail "-q: $(cat log)"
[ "$(ls rlz | wc -l)" -eq 5 ] || fail "--rlz 17: $(ls rlz)"
for table in rlz/*; do
    same "$table" "each/$(basename "$table")"
done
name=$(awk -F, '$1 == "17" { print $2 }' run/realizations.csv)
"$kauri" export run hcurves --imt PGA --rlz "$name" -o - >by_name 2>log && [ ! -s log ] || fail "--rlz $name"
"$kauri" export run hcurves --imt PGA --rlz 'demo~b-low~m-8.0/gA0~gB1' -o - >by_path || fail "--rlz by path"
grep -q "kind='rlz-017'" by_name || fail "--rlz $name: $(head -n 1 by_name)"
same by_name "each/hazard_curve-rlz-017-PGA.csv"
number=$(sed -n "1s/.*kind='rlz-0*\([0-9]*\)'.*/\1/p" by_path)
awk -F, -v n="$number" '$1 == n && $2 == "AAAC~AB" { found = 1 } END { exit !found }' run/realizations.csv ||
    fail "--rlz by path: took $number"
same by_path "each/hazard_curve-rlz-$(printf %03d "$number")-PGA.csv"
"$kauri" export each hcurves -o stored || fail "stored realizations"
[ "$(ls stored | grep -c rlz)" -eq 108 ] || fail "stored realizations: $(ls stored | grep -c rlz) tables"

# sites, measures, statistics
"$kauri" export run hcurves --sites 3,0-1 --imt 'SA(0.20)' --stat mean -o - >some || fail "--sites"
[ "$(sed 1,2d some | cut -d, -f1-2)" = "$(for i in 3 0 1; do
    sed -n "$((i + 3))p" 'run/hazard_curve-mean-SA(0.2).csv' | cut -d, -f1-2; done)" ] || fail "--sites 3,0-1"
"$kauri" export run component_rates components --sites 2 --imt PGA -o rates || fail "component_rates"
[ "$(sed 1,2d rates/component_rates-PGA.csv | wc -l)" -eq "$(sed 1,2d rates/components.csv | wc -l)" ] ||
    fail "component_rates: a row for each rate was expected"

# refuse STATUS TEXT ARGUMENTS...
refuse() {
    local status=$1 text=$2
    shift 2
    "$kauri" export "$@" >"$scratch/log" 2>&1
    local got=$?
    [ $got -eq "$status" ] || fail "export $*: status $got, not $status: $(cat "$scratch/log")"
    grep -qF -- "$text" "$scratch/log" || fail "export $*: $(cat "$scratch/log")"
    [ "$(wc -l <"$scratch/log")" -eq 1 ] || fail "export $*: more than a line: $(cat "$scratch/log")"
}
refuse 2 "the folder of a finished run is wanted"
refuse 2 "a kind of table is wanted" run
refuse 2 "no kind of table is called 'curves'" run curves
refuse 2 "no kind of table is called 'hcurve'; did you mean 'hcurves'?" run hcurve
refuse 2 "did you mean 'hcurves --stat mean'?" run hcurves/mean
refuse 2 "did you mean 'uhs --rlz 17'?" run uhs/rlz-17
"$kauri" export run uhs --imt PGA -o one 2>log && grep -q 'uhs: spectra have one point' log || fail "one ordinate: $(cat log)"
pgv=(-p gsim=BooreAtkinson2008 -p intensity_measure_types_and_levels="{'PGV': [1, 10, 100], 'PGA': [0.01, 0.1, 1]}")
cp -r area pgv_area && sed -i /^gsim_logic_tree_file/d pgv_area/job.ini
"$kauri" run pgv_area/job.ini -q "${few[@]}" "${pgv[@]}" -o pgv 2>log || fail "PGV: $(cat log)"
refuse 2 "--imt PGV: uhs has PGA and SA only" pgv uhs --imt PGV
pgv=("${pgv[@]::3}" intensity_measure_types_and_levels="{'PGV': [1, 10, 100]}")
"$kauri" run pgv_area/job.ini -q "${few[@]}" "${pgv[@]}" -o none 2>log && fail "spectra of PGV"
grep -q 'uniform_hazard_spectra needs PGA or SA among the measures' log || fail "spectra of PGV: $(cat log)"
"$kauri" run pgv_area/job.ini -q "${few[@]}" "${pgv[@]}" -p uniform_hazard_spectra=false -o only 2>log || fail "PGV: $(cat log)"
refuse 1 "holds no uhs: no measure is PGA or SA" only uhs
refuse 2 "-e xml: tables are csv" run hcurves -e xml
refuse 2 "unknown option --colour" run hcurves --colour
refuse 2 "needs a value" run hcurves --rlz
refuse 2 "--list takes the folder alone" run hcurves --list
refuse 1 "no results.h5 there" area hcurves
refuse 7 "is there already" run hcurves -o all
echo other >all/hazard_curve-mean-PGA.csv
"$kauri" export run hcurves -o all --replace || fail 'export --replace'
sed 1d all/hazard_curve-mean-PGA.csv | cmp -s - <(sed 1d run/hazard_curve-mean-PGA.csv) || fail 'export --replace: the table is not that of the run'
refuse 2 "a finished run is not changed" run hcurves -o run
refuse 2 "a finished run is not changed" run hcurves -o run --replace
refuse 2 "a finished run is not changed" run hcurves -o area/../run
refuse 1 "there is no realization '36': they are numbered from 0 to 35" run hcurves --rlz 36 -o new
refuse 1 "there is no realization 'demo~b-low/gA0~gA1'" run hcurves --rlz demo~b-low/gA0~gA1 -o new
refuse 1 "there is no realization 'ZZ~A'" run hcurves --rlz ZZ~A -o new
refuse 1 "the measure 'PGV' was not computed" run hcurves --imt PGV -o new
refuse 1 "kauri stats computes others" run hcurves --stat std -o new
refuse 2 "numbers and ranges from 0 to" run hcurves --sites 1-999 -o new
refuse 2 "a realization has no statistic" run hcurves --rlz 1 --stat mean -o new
[ ! -e new ] || fail "a refused call left a folder"
(cd area && "$kauri" run job.ini -q "${few[@]}" -p poes= -p hazard_maps=false \
    -p uniform_hazard_spectra=false -p disagg_by_src=false -p component_rates_precision=none -o ../bare) ||
    fail "a run with little in it"
refuse 1 "holds no hmaps: the job had no poes" bare hmaps
refuse 1 "holds no mean_rates_by_src: the job had no disagg_by_src" bare mean_rates_by_src
refuse 1 "holds no component_rates" bare component_rates
refuse 1 "neither realizations nor component rates" bare hcurves --rlz 1 -o -

[ "$before" = "$(sha256sum run/*)" ] || fail "the run was changed"
finish
