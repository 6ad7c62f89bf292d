# `kauri plot` of a disaggregation: what SVG shows against the tables of the run, from the tables of their own and from
# finer ones; what is said where results lack something.
# costly
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
kauri=$KAURI_PROGRAM
figures=$KAURI_SOURCE_DIR/tests/support/figures.py
copy_demo area "$scratch/area"
cd "$scratch/area" || exit 1
sed -i '/^region/d; s/= classical/= disaggregation/' job.ini
common=(-q -e csv -p area_source_discretization=60 -p 'sites=174.2 -41, 179.9 -40.6' -p mag_bin_width=0.5
    -p distance_bin_width=20 -p coordinate_bin_width=0.5 -p num_epsilon_bins=5 -p maximum_distance=600
    -p truncation_level=3 -p 'poes=0.1 0.02')
"$kauri" run job.ini -o run "${common[@]}" -p 'disagg_outputs=Mag_Dist_Eps Mag_Dist Lon_Lat TRT' 2>log ||
    { fail "run: $(cat log)" && finish; }
before=$(cd run && sha256sum ./*)

plot() {
    timeout 60 "$kauri" plot "$@" -q >stdout 2>stderr || fail "plot $*: $(cat stderr)"
    [ ! -s stdout ] && [ ! -s stderr ] || fail "plot $*: says $(cat stdout stderr)"
}
shows() {
    python3 "$figures" "$@" >log 2>&1 || fail "figures.py $*: $(tail -n 1 log)"
}

for kind in disagg disagg-map disagg-trt; do
    for format in svg png pdf; do
        plot run $kind -o "$kind.$format"
        [ -s "$kind.$format" ] || fail "$kind.$format is empty"
    done
    plot run $kind -o again.svg
    cmp -s $kind.svg again.svg || fail "$kind.svg differs from call to call"
done
[ "$before" = "$(cd run && sha256sum ./*)" ] || fail 'the finished run has changed'

# finer tables alone; realizations; given levels
"$kauri" run job.ini -o fine "${common[@]}" -p 'disagg_outputs=TRT_Mag_Dist_Eps TRT_Lon_Lat' -p num_rlzs_disagg=3 2>log ||
    fail "fine: $(cat log)"
"$kauri" run job.ini -o flat "${common[@]}" -p 'disagg_outputs=Mag_Dist' -p rlz_index=7 2>log || fail "flat: $(cat log)"
sed '/^intensity_measure_types/,/}/d; /^poes/d; /^hazard_maps/d; /^uniform/d' job.ini >given.ini
"$kauri" run given.ini -o given "${common[@]:0:19}" -p 'iml_disagg={"PGA": 0.3, "SA(1.0)": 0.1}' \
    -p 'disagg_outputs=Mag_Dist_Eps' 2>log || fail "given: $(cat log)"

if python3 -c 'import xml.etree' 2>/dev/null; then
    shows disagg disagg.svg run/Mag_Dist_Eps-mean-0.csv PGA 0.1
    shows cells disagg-map.svg run/Lon_Lat-mean-0.csv PGA 0.1
    shows trts disagg-trt.svg run/TRT-mean-0.csv PGA 0.1
    shows texts disagg.svg 'Disaggregation of PGA by magnitude, distance, epsilon' ' g (10 % in 50 years), mean; Demo' \
        'Rupture distance (km)' Magnitude 'Share of the rate of exceedance (%)' Epsilon 'Mean: M ' 'Highest bar ('
    plot run disagg --site 1 --imt 'SA(1.0)' --poe 0.02 --stat mean -o other.svg
    shows disagg other.svg run/Mag_Dist_Eps-mean-1.csv 'SA(1.0)' 0.02
    shows texts other.svg 'site 1 (179.9°E, 40.6°S), SA(1.0) = ' '(2 % in 50 years)'
    plot run disagg-map --site 1 --imt 'SA(1.0)' --poe 0.02 -o other_map.svg # across the date line
    shows cells other_map.svg run/Lon_Lat-mean-1.csv 'SA(1.0)' 0.02

    # summed from finer tables: of the same three realizations' mean, not that of all
    plot fine disagg-map -o fine.svg
    "$kauri" run job.ini -o coarse "${common[@]}" -p 'disagg_outputs=Mag_Dist_Eps Lon_Lat TRT Mag_Dist' -p num_rlzs_disagg=3 \
        2>log || fail "coarse: $(cat log)"
    shows cells fine.svg coarse/Lon_Lat-mean-0.csv PGA 0.1
    plot fine disagg -o fine.svg --poe 0.02 --imt 'SA(0.2)'
    shows disagg fine.svg coarse/Mag_Dist_Eps-mean-0.csv 'SA(0.2)' 0.02
    plot fine disagg-trt -o fine.svg --poe 0.02
    shows trts fine.svg coarse/TRT-mean-0.csv PGA 0.02

    # without epsilon, of a realization
    plot flat disagg -o flat.svg
    shows disagg flat.svg flat/Mag_Dist-0.csv PGA 0.1 rlz7
    shows texts flat.svg 'by magnitude, distance' ', realization 7;'
    plot flat disagg -o flat7.svg --stat rlz-7
    cmp -s flat.svg flat7.svg || fail 'the only realization is another one'
    "$kauri" run job.ini -o one "${common[@]}" -p disagg_outputs=Mag_Dist -p number_of_logic_tree_samples=1 -p disagg_statistics= \
        2>log || fail "one: $(cat log)"
    plot one disagg -o one.svg --stat mean
    shows disagg one.svg one/Mag_Dist-0.csv PGA 0.1 rlz0
    plot given disagg -o given.svg --imt 'SA(1.0)'
    shows disagg given.svg given/Mag_Dist_Eps-mean-0.csv 'SA(1.0)'
    shows texts given.svg 'SA(1.0) = 0.1 g, mean; Demo'

    # of the whole tree, at the levels of the mean curve and of quantile curves
    "$kauri" run job.ini -o tree "${common[@]}" -p 'disagg_outputs=Mag_Dist_Eps Lon_Lat' -p num_rlzs_disagg=2 \
        -p 'disagg_statistics=mean quantiles variance' 2>log || fail "tree: $(cat log)"
    for stat in tree_mean quantile-0.16 quantile-0.84; do
        plot tree disagg --stat $stat --poe 0.02 --imt 'SA(0.2)' -o tree.svg
        shows disagg tree.svg "tree/Mag_Dist_Eps-$stat-0.csv" 'SA(0.2)' 0.02
        plot tree disagg-map --stat $stat -o tree_map.svg
        shows cells tree_map.svg "tree/Lon_Lat-$stat-0.csv" PGA 0.1
    done
    level=$(awk -F, '$1 == "SA(0.2)" && $3 == 0.02 { printf "%.4g", $2; exit }' tree/Mag_Dist_Eps-quantile-0.84-0.csv)
    shows texts tree.svg "SA(0.2) = $level g (2 % in 50 years), quantile-0.84; Demo"
else
    echo 'python3 is not here: what figures show is not compared'
fi

# lacks STATUS TEXT ARGUMENTS...: one line that says so, and no file
lacks() {
    local status=$1 text=$2
    shift 2
    timeout 60 "$kauri" plot "$@" -o none.svg >stdout 2>stderr
    local got=$?
    [ $got -eq "$status" ] || fail "plot $*: exit status $got, not $status: $(cat stderr)"
    grep -qF -- "$text" stderr || fail "plot $*: does not say '$text': $(cat stderr)"
    [ "$(grep -c . stderr)" -eq 1 ] || fail "plot $*: more than one line: $(cat stderr)"
    [ ! -e none.svg ] && [ ! -e none.svg.part ] || fail "plot $*: made a file"
}
"$kauri" run job.ini -o plain "${common[@]}" -p calculation_mode=classical 2>log || fail "plain: $(cat log)"
# a probability that is not reached gives way to the next one, where none is chosen
"$kauri" run job.ini -o high "${common[@]:0:19}" -p 'poes=0.999 0.1' -p disagg_outputs=Mag_Dist -p num_rlzs_disagg=2 2>log || fail "high: $(cat log)"
plot high disagg --site 1 -o high.svg
grep -q '(10 % in 50 years), mean;' high.svg || fail 'another probability than 0.1'
lacks 1 'the curve of site 1 does not reach the probability' high disagg --site 1 --poe 0.999
lacks 1 'plain/results.h5: holds no disaggregation: run the job with calculation_mode = disaggregation' plain disagg
lacks 1 'of its disaggregation Mag_Dist is stored; this figure needs Lon_Lat (or Mag_Lon_Lat, TRT_Lon_Lat)' flat disagg-map
lacks 1 'this figure needs TRT' flat disagg-trt
lacks 2 '--stat mean: was not disaggregated; of this site there is rlz-7' flat disagg --stat mean
lacks 2 '--stat rlz-3: was not disaggregated; of this site there is rlz-7' flat disagg --stat rlz-3
lacks 2 '--stat quantile-0.5: was not disaggregated; of this site there is mean, rlz-' run disagg --stat quantile-0.5
lacks 2 '--poe 0.05: was not disaggregated; there is 0.1, 0.02' run disagg --poe 0.05
lacks 2 'the levels of this disaggregation were given' given disagg --poe 0.1
lacks 2 'this figure shows one site' run disagg --site 0 --site 1
lacks 2 'this figure shows one statistic' run disagg --stat mean --stat quantile-0.5
lacks 2 'this figure shows one measure' run disagg-map --imt PGA --imt 'SA(1.0)'
finish
