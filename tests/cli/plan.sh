# costly
# What is told before a run, against what the run then takes: memory for several limits and threads, work;
# limits that are refused and limits that do; what fits.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
copy_demo area "$scratch/area"
cd "$scratch/area" || exit 1

# 100 sites, more than one block of them; levels enough to count.
job=(job.ini -p region_grid_spacing=20 -p area_source_discretization=60)
levels() {
    echo "intensity_measure_types_and_levels={'PGA': logscale(0.005, 2, $1), 'SA(0.5)': logscale(0.005, 2, $1)}"
}

# told TEXT PATTERN: the number that stands for ( ) in the first line that matches.
told() {
    sed -nE "s/$2.*/\1/p" "$1" | head -n 1
}

# near A B PERCENT
near() {
    awk -v a="$1" -v b="$2" -v p="$3" 'BEGIN {exit !(a > 0 && b > 0 && a <= b * (1 + p / 100) && b <= a * (1 + p / 100))}'
}

# foretold NAME OPTIONS...: memory within 20 %, contexts within a factor of 2.
foretold() {
    local name=$1
    shift
    "$KAURI_PROGRAM" info "${job[@]}" "$@" >info 2>said || fail "info $name: $(cat said)"
    "$KAURI_PROGRAM" run "${job[@]}" "$@" -v -o out >log 2>&1 || fail "run $name: $(tail -n 1 log)"
    local foretold taken
    foretold=$(told info '^memory +([0-9.]+) MB accounted')
    taken=$(told log '.*peak accounted ([0-9.]+) MB')
    near "$foretold" "$taken" 20 || fail "$name: $foretold MB foretold, $taken MB taken"
    foretold=$(told info '^work +about ([0-9.e+]+) contexts')
    taken=$(told log '.* ([0-9.e+]+) contexts')
    near "$foretold" "$taken" 100 || fail "$name: $foretold contexts foretold, $taken computed"
    grep -qE '^time +about [0-9.]+ s of processor time, [0-9.]+ s with ' info || fail "$name: no time"
    echo "$name: $(grep '^memory' info)"
}

foretold plain --threads 1 -p "$(levels 100)"
bins=(-p mag_bin_width=0.1 -p distance_bin_width=5 -p coordinate_bin_width=0.5 -p num_epsilon_bins=12)
foretold disaggregation --threads 1 -p "$(levels 20)" -p calculation_mode=disaggregation -p site_count=1 \
    -p disagg_outputs='Mag_Dist_Eps Mag_Lon_Lat' "${bins[@]}" -p 'poes=0.2 0.1 0.05 0.02 0.01 0.005'
foretold 'disaggregation in passes' --threads 1 -p "$(levels 20)" -p calculation_mode=disaggregation -p site_count=1 \
    -p disagg_outputs='Mag_Dist_Eps Mag_Lon_Lat' "${bins[@]}" -p 'disagg_statistics=mean quantiles occurrence' \
    -p 'poes=0.2 0.15 0.1 0.07 0.05 0.03 0.02 0.015 0.01 0.007 0.005' -p 'quantiles=0.05 0.16 0.5 0.84 0.95' --memory-limit 24M
grep -q 'in passes: ruptures are made again for 1 of 2 measures at a time' info || fail "no passes: $(cat info)"
grep -q 'made 2 times, for 1 of 2 measures at a time; once would take' log || fail "no passes: $(cat log)"
foretold rlzs --threads 1 -p "$(levels 20)" -p individual_rlzs=true
for threads in 1 2; do
    for extra in '' individual_rlzs=true disagg_by_src=true; do
        [ $threads -eq 1 ] && [ -n "$extra" ] && continue
        options=(--threads $threads -p "$(levels 60)" ${extra:+-p $extra})
        "$KAURI_PROGRAM" run "${job[@]}" "${options[@]}" --memory-limit 1K -o refused >log 2>&1
        [ $? -eq 3 ] || fail "a limit of 1 KB: $(tail -n 1 log)"
        [ ! -e refused ] || fail "a refused run left a folder"
        need=$(told log '.*needs ([0-9.]+) MB')
        "$KAURI_PROGRAM" info "${job[@]}" "${options[@]}" --memory-limit 1K 2>&1 >/dev/null | grep -q "needs $need MB of memory" ||
            fail "$threads threads, $extra: info tells another need than the $need MB of run"
        for factor in 1 1.3; do
            limit=$(awk -v n="$need" -v f=$factor 'BEGIN {printf "%.0f", n * f * 1e6}')
            foretold "$threads threads, $extra, $limit bytes" "${options[@]}" --memory-limit "$limit"
            awk -v a="$(told log '.*peak accounted ([0-9.]+) MB')" -v b="$limit" 'BEGIN {exit !(a * 1e6 <= b + 5e4)}' ||
                fail "$threads threads, $extra: $(tail -n 1 log) with a limit of $limit"
        done
        less=$(awk -v n="$need" 'BEGIN {printf "%.0f", n * 0.9e6}')
        "$KAURI_PROGRAM" run "${job[@]}" "${options[@]}" --memory-limit "$less" -o refused >log 2>&1
        [ $? -eq 3 ] || fail "$less bytes are less than what it needs"
        "$KAURI_PROGRAM" info "${job[@]}" "${options[@]}" --memory-limit "$less" 2>&1 | grep -q 'would be refused' ||
            fail "info does not say that it would be refused"
    done
done

# As many levels as are told fit, and a tenth more do not.
"$KAURI_PROGRAM" info "${job[@]}" --threads 1 -p "$(levels 20)" --fit 12M >info 2>said || fail "$(cat said)"
n=$(told info '^levels +([0-9]+) for each of the 2 measures instead of 20')
more=$((n * 11 / 10))
[ "${n:-0}" -gt 40 ] || fail "levels that fit: $(grep '^levels' info)"
for many in "$n" $more; do
    "$KAURI_PROGRAM" info "${job[@]}" --threads 1 -p "$(levels "$many")" --memory-limit 12M >"info$many" 2>said
    status[many]=$?
done
[ "${status[n]}" -eq 0 ] || fail "info of what fits: status ${status[n]}: $(cat said)"
[ "${status[more]}" -eq 3 ] || fail "info of what does not fit: status ${status[more]}"
grep -q '^results.h5 ' "info$more" || fail "info of what does not fit does not tell all: $(cat "info$more")"
grep -q 'needs [0-9.]* MB of memory, the limit is 12.0 MB' said || fail "info does not say why: $(cat said)"
"$KAURI_PROGRAM" run "${job[@]}" --dry-run --memory-limit 100 >dry 2>said
[ $? -eq 3 ] || fail "--dry-run of what does not fit"
grep -q 'the limit is 100 bytes' said || fail "a limit without its unit: $(cat said)"
grep -q 'more than the limit of 100 bytes' dry || fail "a limit without its unit: $(grep ^memory dry)"
grep -q 'would be refused' "info$n" && fail "$n levels do not fit: $(grep '^memory' "info$n")"
grep -q 'would be refused' "info$more" || fail "$more levels would fit: $(grep '^memory' "info$more")"
grep -qE '^sites +[0-9]+ instead of 100, computed in tiles of 64' info || fail "no sites that fit"
grep -qE '^branches +[0-9]+ of source models' info || fail "no branches that fit"
"$KAURI_PROGRAM" info "${job[@]}" --fit 100 2>said | grep -q '^fits *no: the job needs .* MB, and --fit is 100 bytes' ||
    fail "100 bytes cannot fit"
# So many sites fit, within a fifth: grids of a fifth less and a fifth more of them, whatever grid they are told from.
for spacing in 20 2; do
    fit=$("$KAURI_PROGRAM" info job.ini --threads 1 -p area_source_discretization=60 -p region_grid_spacing=$spacing --fit 6M 2>said |
        sed -nE 's/^sites +([0-9]+) instead of.*/\1/p')
    for part in 1.2 0.8; do # of a grid of 30,222 sites at 1 km
        grid=$(awk -v n="${fit:-1}" -v p=$part 'BEGIN {printf "%.4f", sqrt(30222 / (n / p))}')
        "$KAURI_PROGRAM" info job.ini --threads 1 -p area_source_discretization=60 -p region_grid_spacing="$grid" --memory-limit 6M >"info$part" 2>said
        echo $? >"status$part"
    done
    [ "$(cat status1.2)" -eq 0 ] || fail "$fit sites are told from a grid of $spacing km, and $(grep ^sites info1.2) do not fit"
    [ "$(cat status0.8)" -eq 3 ] || fail "$fit sites are told from a grid of $spacing km, and $(grep ^sites info0.8) fit"
done
# contexts are told once: those of the regions are those of the work
"$KAURI_PROGRAM" info "${job[@]}" >info 2>said || fail "$(cat said)"
near "$(sed -nE 's/^sources .*about ([0-9.e+]+) contexts.*/\1/p' info | awk '{sum += $1} END {print sum}')" \
    "$(told info '^work +about ([0-9.e+]+) contexts')" 1 || fail "two counts of contexts: $(grep contexts info)"
"$KAURI_PROGRAM" run "${job[@]}" --fit 1G >said 2>&1
[ $? -eq 2 ] || fail "run --fit: $(cat said)"
"$KAURI_PROGRAM" info "${job[@]}" --fit lots >said 2>&1
[ $? -eq 2 ] || fail "--fit lots: $(cat said)"
finish
