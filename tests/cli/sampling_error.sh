# The sampling error of a sampled calculation: its whole tree is what the calculation without sampling gives.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
job=$KAURI_SOURCE_DIR/demos/area/job.ini
coarse=(-p region_grid_spacing=100 -p area_source_discretization=60 -e csv)

"$KAURI_PROGRAM" run "$job" "${coarse[@]}" -o "$scratch/whole" -q || fail "the whole tree"
"$KAURI_PROGRAM" run "$job" "${coarse[@]}" -p number_of_logic_tree_samples=300 -o "$scratch/sampled" \
    2>"$scratch/log" || fail "sampled: $(tail -n 1 "$scratch/log")"
grep -q 'sampling error of PGA: mean +-' "$scratch/log" || fail "the log does not tell the error"
[ -e "$scratch/sampled/sampling_error-PGA.csv" ] || fail "no table"

# curve DIR: the mean at the last site, one level a line.
curve() {
    tail -n 1 "$1/hazard_curve-mean-PGA.csv" | tr -d '\r' | cut -d, -f4- | tr ',' '\n'
}
last_site() { # COLUMN: of the mean, at the last site
    tr -d '\r' <"$scratch/sampled/sampling_error-PGA.csv" | grep ',mean,' | tail -n "$(curve "$1" | wc -l)" |
        cut -d, -f"$2"
}
paste <(curve "$scratch/whole") <(last_site "$scratch/whole" 9) |
    awk '{d = $1 - $2; if (d < 0) d = -d; if (d > 1e-5 * $1 + 1e-30) bad++} END {exit !(NR > 3 && !bad)}' ||
    fail "the whole tree's mean is not that of the calculation without sampling"
paste <(curve "$scratch/sampled") <(last_site "$scratch/sampled" 7) <(last_site "$scratch/sampled" 8) |
    awk '$1 < $2 || $1 > $3 {bad++} END {exit !(NR > 3 && !bad)}' || fail "the mean is not in its range"

# too few samples: said so, without the column
"$KAURI_PROGRAM" run "$job" "${coarse[@]}" -p number_of_logic_tree_samples=1 -o "$scratch/one" \
    2>"$scratch/log" || fail "one sample: $(tail -n 1 "$scratch/log")"
grep -q 'cannot be told against the whole tree' "$scratch/log" || fail "one sample is not the whole tree"
! grep -q whole_tree "$scratch/one/sampling_error-PGA.csv" || fail "one sample: a column of the whole tree"
finish
