# On a terminal a bar shows how far a phase is, as wide as the terminal lets it be; elsewhere there is none.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
command -v script >/dev/null && script -qec true /dev/null </dev/null >/dev/null 2>&1 || exit 77
copy_demo area "$scratch/job"
cd "$scratch/job" || exit 1

shown() { # TERM COLUMNS: what a terminal of that kind and width gets
    rm -rf "$scratch/out"
    TERM=$1 script -qec "stty cols $2; '$KAURI_PROGRAM' run job.ini -o '$scratch/out' -p region_grid_spacing=20 \
        -p area_source_discretization=40" "$scratch/typescript" </dev/null >/dev/null || fail "$1, $2 columns: exit status $?"
    tr '\r' '\n' <"$scratch/typescript" >"$scratch/lines"
}
bar() { # WIDTH
    grep -qE "(hazard|splitting|statistics) +\[#*\.*\] +[0-9]+ %  .* left" "$scratch/lines" || fail "no bar"
    while read -r marks; do
        [ ${#marks} -eq $(($1 + 2)) ] || fail "a bar $((${#marks} - 2)) wide, not $1"
    done < <(grep -oE '\[#*\.*\]' "$scratch/lines" | sort -u)
}
shown xterm 100
bar 40
grep -q 'results in' "$scratch/lines" || fail "the log is not shown beside the bar"
shown xterm 60
bar 24
shown dumb 100
! grep -qE '\[[#.]*\]' "$scratch/lines" || fail "a bar on a terminal that cannot take it back"
finish
