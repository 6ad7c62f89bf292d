# One job under several settings: the same numbers for any threads, tiles and ways to ask.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
copy_demo area "$scratch/area"
cd "$scratch/area" || exit 1

# a coarser grid than the demo's: 86 sites, more than one block of them
coarse=(-p region_grid_spacing=20 -p area_source_discretization=60)

run() {
    "$KAURI_PROGRAM" run job.ini -e csv -q "${coarse[@]}" "$@" >"$scratch/log" 2>&1 ||
        fail "run $*: $(tail -n 1 "$scratch/log")"
}

# same A B: all tables have the same bytes, but for the comment.
same() {
    local table
    for table in "$1"/*.csv; do
        cmp -s <(tail -n +2 "$table") <(tail -n +2 "$2/$(basename "$table")") ||
            fail "$(basename "$table") differs between $1 and $2"
    done
    [ "$(ls "$1" | wc -l)" -eq "$(ls "$2" | wc -l)" ] || fail "$1 and $2 do not hold the same files"
}

run -o "$scratch/one" --threads 1
run -o "$scratch/two" --threads 2
same "$scratch/one" "$scratch/two"
run -o "$scratch/three" --threads 3 --memory-limit 24M
same "$scratch/one" "$scratch/three"
KAURI_ISA=v9 run -o "$scratch/v9"
same "$scratch/one" "$scratch/v9"
grep -q 'warning: KAURI_ISA=v9 is not there, ' "$scratch/log" || fail "KAURI_ISA=v9: $(cat "$scratch/log")"
run -p export_dir=. # without -o: beside the job
same "$scratch/one" "$scratch/area/job-results"

[ -e "$scratch/one/results.h5" ] || fail "no results.h5"
[ ! -e "$scratch/one/results.h5.part" ] || fail "an unfinished file is left"
"$KAURI_PROGRAM" compare "$scratch/one" "$scratch/two" >"$scratch/log" || fail "compare says they differ"
grep -q ' tables compared, 0 differ' "$scratch/log" || fail "compare: $(tail -n 1 "$scratch/log")"

run -o "$scratch/other" -p truncation_level=2
"$KAURI_PROGRAM" compare "$scratch/one" "$scratch/other" >"$scratch/log" 2>&1
[ $? -eq 6 ] || fail "compare: two different runs must give status 6"
rm "$scratch/two/hazard_map-mean.csv"
"$KAURI_PROGRAM" compare "$scratch/one" "$scratch/two" >"$scratch/log" 2>&1
[ $? -eq 6 ] || fail "compare: a missing table must give status 6"
grep -q 'only in' "$scratch/log" || fail "compare does not name the missing table"

"$KAURI_PROGRAM" info job.ini "${coarse[@]}" >"$scratch/log" || fail "info of the job"
grep -Eq '^realizations +36$' "$scratch/log" || fail "info: $(grep realizations "$scratch/log")"
"$KAURI_PROGRAM" info "$scratch/one" >"$scratch/log" || fail "info of the results"
grep -q '^hcurves-stats' "$scratch/log" || fail "info of the results names no curves"
"$KAURI_PROGRAM" run job.ini "${coarse[@]}" --dry-run 2>/dev/null | grep -q '^realizations' || fail "--dry-run"
"$KAURI_PROGRAM" run job.ini "${coarse[@]}" -p calculation_mode=preclassical -q 2>/dev/null |
    grep -q '^realizations' || fail "preclassical does not tell what the job holds"

# a second run with fewer tables leaves none of the first one's
run -o "$scratch/again"
printf '#,,,"generated_by='"'OpenQuake engine 3.21'"'"\r\nlon,lat\r\n' >"$scratch/again/hazard_curve-mean-PGV.csv"
cp "$scratch/again/hazard_curve-mean-PGV.csv" "$scratch/foreign"
"$KAURI_PROGRAM" run job.ini "${coarse[@]}" -e csv -o "$scratch/again" -p quantiles= -p hazard_maps=false \
    -p uniform_hazard_spectra=false 2>"$scratch/log" || fail "run over tables: $(cat "$scratch/log")"
cmp -s "$scratch/foreign" "$scratch/again/hazard_curve-mean-PGV.csv" || fail "a table of another program is touched"
grep -q 'PGV.csv is not of Kauri and stays' "$scratch/log" || fail "a table of another program: $(cat "$scratch/log")"
grep -q PGV "$scratch/again/SHA256SUMS" && fail "a table of another program is among the digests"
rm "$scratch/again/hazard_curve-mean-PGV.csv"
[ -z "$(ls "$scratch/again" | grep -E 'quantile|map|uhs')" ] || fail "tables of an earlier run are left"
[ ! -e "$scratch/again/results.lock" ] || fail "the lock is left"

# a folder that another run has: nothing of the other's is touched
touch "$scratch/again/results.lock"
flock "$scratch/again/results.lock" "$KAURI_PROGRAM" run job.ini -o "$scratch/again" -q >"$scratch/log" 2>&1
[ $? -eq 7 ] || fail "a folder in use must give status 7"
grep -q 'another run is writing' "$scratch/log" || fail "a folder in use: $(cat "$scratch/log")"
[ -e "$scratch/again/results.h5" ] || fail "a refused run removed results"
rm "$scratch/again/results.lock"

# a file-size limit stands for a full disk: status 7, one line, the earlier results stay (no TMPDIR: the
# thread sanitizer starts with a larger file there)
(ulimit -f 40 && TMPDIR=$scratch/none "$KAURI_PROGRAM" run job.ini -o "$scratch/again" -q) >"$scratch/log" 2>&1
[ $? -eq 7 ] || fail "a full disk must give status 7: $(cat "$scratch/log")"
[ "$(wc -l <"$scratch/log")" -eq 1 ] || fail "a full disk: $(cat "$scratch/log")"
[ -e "$scratch/again/results.h5" ] && [ ! -e "$scratch/again/results.h5.part" ] ||
    fail "a full disk: earlier results must stay, parts must go"

# a folder that cannot be written: status 7, and nothing else
touch "$scratch/file"
"$KAURI_PROGRAM" run job.ini -o "$scratch/file/out" -q >"$scratch/log" 2>&1
[ $? -eq 7 ] || fail "a folder that cannot be made must give status 7: $(cat "$scratch/log")"
finish
