# On a terminal a bar shows how far a phase is, as wide as the terminal lets it be; elsewhere there is none.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
command -v script >/dev/null && script -qec true /dev/null </dev/null >/dev/null 2>&1 || exit 77
copy_demo area "$scratch/job"
cd "$scratch/job" || exit 1

shown() { # TERM COLUMNS: what a terminal of that kind and width gets
    rm -rf "$scratch/out"
    TERM=$1 script -qec "stty cols $2; '$KAURI_PROGRAM' run job.ini -o '$scratch/out' -p region_grid_spacing=20 \
        -p area_source_discretization=40" "$scratch/typescript" </dev/null >/dev/null || fail "$1, $2 columns: exit status $?"
    tr '\r' '\n' <"$scratch/typescript" | sed 's/\x1b\[[0-9;]*m//g' >"$scratch/lines"
}
bar() { # WIDTH, of phases whose names leave room for it
    grep -qE "(hazard|splitting|statistics) +\[#*\.*\] +[0-9]+ %  .* left" "$scratch/lines" || fail "no bar"
    while read -r marks; do
        [ ${#marks} -eq $(($1 + 2)) ] || fail "a bar $((${#marks} - 2)) wide, not $1"
    done < <(grep -E '(hazard|splitting|statistics) +\[' "$scratch/lines" | grep -oE '\[#*\.*\]' | sort -u)
}
shown xterm 100
bar 40
grep -q 'results in' "$scratch/lines" || fail "the log is not shown beside the bar"
grep -q $'\x1b\\[36m' "$scratch/typescript" || fail "no colour on a terminal"
NO_COLOR=1 shown xterm 100
bar 40
! grep -q $'\x1b\\[[0-9;]*m' "$scratch/typescript" || fail "colour, and NO_COLOR is set"
NO_COLOR='' shown xterm 100
grep -q $'\x1b\\[36m' "$scratch/typescript" || fail "no colour where NO_COLOR is empty"
shown xterm 60
bar 24
while read -r line; do
    [ ${#line} -lt 60 ] || fail "a line of ${#line} characters on a terminal of 60: $line"
done < <(grep -oE '[a-z ]+\[#*\.*\] .* left' "$scratch/lines")
shown dumb 100
! grep -q $'\x1b\\[[0-9;]*m' "$scratch/typescript" || fail "colour on a dumb terminal"
! grep -qE '\[[#.]*\]' "$scratch/lines" || fail "a bar on a terminal that cannot take it back"
"$KAURI_PROGRAM" run none.ini 2>"$scratch/said"
! grep -q $'\x1b' "$scratch/said" || fail "colour where there is no terminal"
finish
