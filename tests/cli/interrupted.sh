# kauri info of a run that was interrupted: by a full disk, and by a folder in the place of a table; and the same run to
# its end, which is that of an undisturbed one. What is kept of a run depends on the time it has taken, and of one below
# half a second nothing: sites are added until something is.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"

copy_demo area "$scratch/job"
cd "$scratch/job" || exit 1
echo 'no_such_parameter = 1' >>job.ini # a warning for the report
limited() { # KIB: where files may not be larger; those of gcov and the thread sanitizer neither, so they go elsewhere
    (ulimit -f "$1" && trap '' XFSZ && GCOV_PREFIX=$scratch/counts TMPDIR=$scratch/none exec "$KAURI_PROGRAM" run job.ini -o "$scratch/out" "${options[@]}")
}
told() {
    "$KAURI_PROGRAM" info "$scratch/out" >"$scratch/said" 2>&1 || fail "info: exit status $?: $(tail -n 1 "$scratch/said")"
    for text in "$@"; do
        grep -q -- "$text" "$scratch/said" || fail "info does not say '$text': $(head -n 5 "$scratch/said")"
    done
}

for spacing in 25 12 8 5 3; do
    options=(-e csv -q --threads 1 -p region_grid_spacing=$spacing -p area_source_discretization=60)
    limited 100 2>"$scratch/log"
    [ $? -eq 7 ] || fail "a disk that is full: not exit status 7: $(cat "$scratch/log")"
    [ ! -e "$scratch/out/results.journal" ] || break
done
"$KAURI_PROGRAM" run job.ini -o "$scratch/whole" "${options[@]}" || fail "undisturbed: exit status $?"
told '^interrupted  *.*out: the same command goes on with it, --fresh begins again' \
    '^statistics  *of [0-9]* sites at a measure, 0 blocks of single realizations$' \
    '^made of  *version ' '^  *parameter region_grid_spacing  '$spacing'$' \
    '^  *input source_model.xml  [0-9a-f]\{16\}$'
digest=$(sha256sum source_model.xml | cut -c1-16)
grep -q "input source_model.xml  $digest" "$scratch/said" || fail "info tells another digest than $digest"
for command in verify 'export --list' compare 'stats -o new'; do
    # shellcheck disable=SC2086
    "$KAURI_PROGRAM" $command "$scratch/out" $([ "$command" = compare ] && echo "$scratch/whole") >"$scratch/log" 2>&1
    [ $? -eq 1 ] || fail "$command of an interrupted run: not exit status 1: $(cat "$scratch/log")"
    grep -q 'interrupted.* the same `kauri run` goes on' "$scratch/log" || fail "$command of an interrupted run: $(cat "$scratch/log")"
done
# what cannot fit takes nothing away, also with --fresh
cp "$scratch/out/results.journal" "$scratch/journal"
"$KAURI_PROGRAM" run job.ini -o "$scratch/out" "${options[@]}" --fresh --memory-limit 1M 2>"$scratch/log"
[ $? -eq 3 ] || fail "--fresh with a limit that is too low: $(cat "$scratch/log")"
cmp -s "$scratch/journal" "$scratch/out/results.journal" || fail "--fresh of a refused run took the journal away"
# under way: the folder is locked
(flock 9 && "$KAURI_PROGRAM" info "$scratch/out" >"$scratch/log" 2>&1
    "$KAURI_PROGRAM" verify "$scratch/out" >"$scratch/live" 2>&1
    touch "$scratch/out/memory-timeline.csv"
    "$KAURI_PROGRAM" run job.ini -o "$scratch/out" "${options[@]}" --memory-report >"$scratch/second" 2>&1) 9>"$scratch/out/results.lock"
if [ -r /proc/locks ]; then
    grep -q '^under way .*a run is writing into it' "$scratch/log" || fail "info of a run under way: $(head -n 2 "$scratch/log")"
    grep -q 'a run is under way in it; wait' "$scratch/live" || fail "verify of a run under way: $(cat "$scratch/live")"
fi
grep -q 'another run is writing into this folder' "$scratch/second" || fail "a second run: $(cat "$scratch/second")"
[ -e "$scratch/out/memory-timeline.csv" ] || fail "a second run took the memory report of the first"
rm -f "$scratch/out/memory-timeline.csv" "$scratch/out/results.lock"
! grep -q 'results  *complete' "$scratch/said" || fail "info calls results complete that are not"

# a folder stands where a table belongs
mkdir "$scratch/out/hazard_curve-mean-PGA.csv"
"$KAURI_PROGRAM" run job.ini -o "$scratch/out" "${options[@]}" 2>"$scratch/log"
[ $? -eq 7 ] || fail "a table in whose place is a folder: not exit status 7: $(cat "$scratch/log")"
told '^interrupted' '^made of  *version '
[ "$(grep -c '^results  *complete, but for the tables$\|^statistics  *of' "$scratch/said")" -eq 1 ] ||
    fail "info tells of statistics under way and of complete results, or of none: $(head -n 5 "$scratch/said")"

"$KAURI_PROGRAM" run job.ini -o "$scratch/out" "${options[@]}" -p truncation_level=2 2>"$scratch/log"
[ $? -eq 1 ] || fail "other parameters: not exit status 1"
grep -q "an interrupted run is there, and parameter truncation_level was '3' and is '2'" "$scratch/log" ||
    fail "other parameters: $(cat "$scratch/log")"

rmdir "$scratch/out/hazard_curve-mean-PGA.csv"
"$KAURI_PROGRAM" run job.ini -o "$scratch/out" "${options[@]}" || fail "going on: exit status $?"
"$KAURI_PROGRAM" compare "$scratch/whole" "$scratch/out" --rtol 0 >"$scratch/log" || fail "the tables differ: $(head -n 3 "$scratch/log")"
[ ! -e "$scratch/out/results.journal" ] || fail "the journal is left"
# the report has the warnings, sources and all of the first part, also when it is made later
warnings() { grep -o '"warnings":\[.*\],"warningsLeft":[0-9]*' "$1"; }
warnings "$scratch/out/report.html" | grep -q no_such_parameter || fail 'the warning is not in the report'
[ "$(warnings "$scratch/out/report.html")" = "$(warnings "$scratch/whole/report.html")" ] ||
    fail "the warnings of a continued run are others: $(warnings "$scratch/out/report.html")"
"$KAURI_PROGRAM" report "$scratch/out" -o "$scratch/later.html" && cmp "$scratch/out/report.html" "$scratch/later.html" ||
    fail 'a later report is not that of the run'
finish
