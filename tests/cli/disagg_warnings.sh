# What a disaggregation warns of, once: probabilities below those of the mean curve, ruptures beyond the edges of a job;
# against the tables of runs with and without these.
# costly
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
cp -r "$KAURI_SOURCE_DIR/tests/e2e/faults/multi" "$scratch/job" && chmod -R u+w "$scratch/job"
cd "$scratch/job" || exit 1
job=(job.ini -q -e csv -p calculation_mode=disaggregation -p mag_bin_width=1 -p distance_bin_width=50
    -p coordinate_bin_width=1 -p num_epsilon_bins=1 -p 'disagg_outputs=Mag Dist' -p 'sites=0.1 0.2')

# run NAME WARNINGS ARGUMENTS...: so many lines
run() {
    local name=$1 lines=$2
    shift 2
    "$KAURI_PROGRAM" run "${job[@]}" -o "$name" "$@" 2>"$name.err" || fail "$name: $(cat "$name.err")"
    [ "$(grep -c 'warning: .*disagg' "$name.err")" -eq "$lines" ] || fail "$name: not $lines warnings: $(cat "$name.err")"
}
warns() {
    grep -qE -- "$2" "$1.err" || fail "$1: does not warn '$2': $(cat "$1.err")"
}
# rate NAME TABLE: -ln(1 - probability) over all bins
rate() {
    awk -F, '/^[A-Z]/ && $2 + 0 > 0 { sum -= log(1 - $NF) } END { printf "%.9g\n", sum }' "$1/$2-mean-0.csv"
}

few=(-p poes=0.001 -p intensity_measure_types_and_levels='{"PGA": logscale(0.01, 1.5, 60)}')
run whole 0 "${few[@]}"
run wide 0 "${few[@]}" -p "disagg_bin_edges={'mag': [4, 6, 9], 'dist': [0, 20, 1000]}"
for compat in oq-3.21 exact; do
    run "cut-$compat" 1 "${few[@]}" --compat $compat -p "disagg_bin_edges={'mag': [4, 6, 6.6], 'dist': [0, 5]}"
    warns "cut-$compat" 'ruptures beyond 5 km count in the last bin'
done
warns cut-exact 'magnitudes above 6.6 count in the last bin;'
warns cut-oq-3.21 'magnitudes above 6.6 are left out, up to about [0-9]+ % of the rate of exceedance \(site 0, PGA = '
part=$(sed -n 's/.*up to about \([0-9]*\) %.*/\1/p' cut-oq-3.21.err)
awk -v part="$part" -v cut="$(rate cut-oq-3.21 Mag)" -v whole="$(rate whole Mag)" \
    'BEGIN { x = 100 * (1 - cut / whole) - part; exit !(part > 0 && part < 100 && x < 1.5 && x > -1.5) }' ||
    fail "left out: $part %; $(rate cut-oq-3.21 Mag) of $(rate whole Mag)"

# epsilons within the distribution: left out as in the reference; or in the outermost bins
narrow="disagg_bin_edges={'eps': [-0.5, 0.25, 1]}"
run eps-oq-3.21 1 "${few[@]}" --compat oq-3.21 -p "$narrow"
warns eps-oq-3.21 'epsilons below -0.5 and above 1 are left out, up to about [0-9]+ % of the rate of exceedance \(site 0, PGA = '
part=$(sed -n 's/.*up to about \([0-9]*\) %.*/\1/p' eps-oq-3.21.err)
awk -v part="$part" -v cut="$(rate eps-oq-3.21 Mag)" -v whole="$(rate whole Mag)" \
    'BEGIN { x = 100 * (1 - cut / whole) - part; exit !(part > 0 && part < 100 && x < 1.5 && x > -1.5) }' ||
    fail "left out: $part %; $(rate eps-oq-3.21 Mag) of $(rate whole Mag)"
for star in false true; do
    exact=("${few[@]}" --compat exact -p epsilon_star=$star -p 'disagg_outputs=Mag Mag_Dist_Eps')
    run whole-$star 0 "${exact[@]}" -p "disagg_bin_edges={'eps': [-99, 0.25, 99]}"
    run eps-$star 1 "${exact[@]}" -p "$narrow"
    warns eps-$star 'epsilons below -0.5 and above 1 are in the outermost bins$'
    cmp <(grep -v '^#' eps-$star/Mag-mean-0.csv) <(grep -v '^#' whole-$star/Mag-mean-0.csv) ||
        fail "epsilon_star = $star: edges leave something out"
done
run eps-one 1 "${few[@]}" --compat exact -p "disagg_bin_edges={'eps': [-9, 0, 1]}"
warns eps-one 'epsilons above 1 are in the outermost bins'

# sites without hazard, and probabilities that no curve has: the others are done
run far 1 "${few[@]}" -p 'sites=0.1 0.2, 40 40'
warns far 'poes_disagg: the mean curve is nowhere as high as 0.001 at site 1, PGA: there is nothing to disaggregate there$'
[ -e far/Mag-mean-0.csv ] && [ ! -e far/Mag-mean-1.csv ] || fail "far: $(ls far)"
cmp <(grep -v '^#' far/Mag-mean-0.csv) <(grep -v '^#' whole/Mag-mean-0.csv) || fail 'the other site differs'
awk -F, '/^[0-9]/ && $1 > 1 && $NF != "" { exit 1 } /^[0-9]/ && $1 < 1 { exit !($NF > 0) }' far/disagg_summary.csv &&
    awk -F, '/^[0-9]/ && $1 < 1 { exit !($(NF - 6) > 0 && $(NF - 5) > 0 && $(NF - 4) == "" && $(NF - 1) == "") }' \
        far/disagg_summary.csv || fail "summary: $(cat far/disagg_summary.csv)"
run high 1 -p 'poes=0.001 0.5' -p 'sites=0.1 0.2, 40 40'
warns high 'nowhere as high as 0.5 at site 0, PGA, and so at 5 more:'
sed -i '/^intensity_measure_types_and_levels/d; /^poes/d' job.ini
run given 1 -p "iml_disagg={'PGA': 0.2, 'SA(0.5)': 0.3}" -p 'sites=0.1 0.2, 40 40'
cp "$KAURI_SOURCE_DIR/tests/e2e/faults/multi/job.ini" job.ini
warns given 'iml_disagg: the level is never exceeded at site 1, PGA = 0.2, and so at 1 more:'

# a probability below that of the last level: the table is that of the level
run last 1 -p 'poes=0.001 1e-12'
warns last 'mean curve does not come down to 1e-12 at site 0, PGA = [0-9.]+, its last level, which is exceeded with a pr'
told=$(sed -n 's/.*probability of \([0-9.e-]*\).*/\1/p' last.err)
grep -E ',1.0*E-12,' last/Mag-mean-0.csv >last.csv
awk -F, -v told="$told" '$1 == "PGA" { none += log(1 - $NF) }
    END { x = 1 - exp(none); exit !(x > 0.99 * told && x < 1.01 * told) }' last.csv ||
    fail "the probability of the last level: $told; $(cat last.csv)"
"$KAURI_PROGRAM" run "${job[@]}" -o figure -p 'poes=0.001 1e-12' -p disagg_outputs=Mag_Dist 2>err || fail "$(cat err)"
for poe in 1e-12 0.001; do
    "$KAURI_PROGRAM" plot figure disagg --imt PGA --poe $poe -o "$poe.svg" 2>err || fail "plot: $(cat err)"
done
grep -q 'at the greatest level or beyond, mean' 1e-12.svg || fail 'the figure does not tell that it is of the last level'
grep -q 'or beyond' 0.001.svg && fail 'the figure of another level tells that it is of the last one'
finish
