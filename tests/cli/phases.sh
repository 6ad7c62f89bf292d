# Where the time went: the phases of a run add up to what the process took, in the log and in results.h5.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
copy_demo area "$scratch/area"
cd "$scratch/area" || exit 1
coarse=(-p region_grid_spacing=40 -p area_source_discretization=60 -p poes=0.1)

# check FILE [PHASE...]: the table of FILE names these phases, no figure is impossible, and the phases add up to at
# least 98 % of the time since the process began, as the sum line and as the rows tell it.
check() {
    local file=$1 phase
    shift
    sed 's/^\[ *[0-9.]*\] //' "$file" >"$scratch/table"
    for phase in "$@"; do
        grep -Eq "^$phase  +[0-9]+\.[0-9]{3} " "$scratch/table" || fail "$file: no phase '$phase'"
    done
    awk '
        /^phase / { inside = 1; next }
        /^sum of phases/ {
            told = $4; whole = $7; inside = 0; found = 1
            next
        }
        inside {
            n = NF
            wall += $(n - 6); percent += $(n - 5); cpu += $(n - 4)
            if ($(n - 6) < 0 || $(n - 4) < 0 || $(n - 1) < $(n - 2) - 0.05 || $n <= 0) bad = bad "\n" $0
        }
        END {
            if (bad) print "impossible:" bad
            if (!found) print "no sum"
            if (wall - told > 0.02 || told - wall > 0.02) print "the rows add up to " wall ", not " told
            if (told < 0.98 * whole || told > whole + 0.002) print told " s of " whole " s"
            if (percent < 97 || percent > 102) print percent " %"
            if (cpu <= 0 || cpu > 1000) print cpu " s of processor time"
        }' "$scratch/table" >"$scratch/complaints"
    [ ! -s "$scratch/complaints" ] || fail "$file: $(cat "$scratch/complaints")"
}

run() {
    "$KAURI_PROGRAM" run job.ini "${coarse[@]}" -v "$@" 2>"$scratch/log" >"$scratch/out" ||
        fail "run $*: $(tail -n 1 "$scratch/log")"
}

run -o "$scratch/one" -e csv --threads 2
phases=("starting" "reading job" "logic tree" "reading sources" "ground-motion models" "reading sites"
    "planning statistics" "preparing sources" "digests" "planning" "creating results" "hazard" "statistics" "storing")
check "$scratch/log" "${phases[@]}" "closing results" tables clearing
grep -q ' resident [0-9.]* MB$' "$scratch/log" || fail "no line of log as a phase ends"
grep -Eq '^\[[^]]*\] measures of sites in statistics: [0-9]+, mean ' "$scratch/log" || fail "no spread of the sites"
[ ! -s "$scratch/out" ] || fail "the table belongs to the log"

# a short run tells its results last, and no details of itself
"$KAURI_PROGRAM" run job.ini "${coarse[@]}" -o "$scratch/short" 2>"$scratch/log" || fail "a short run"
! grep -Eq 'phase|units of hazard|journal|resident [0-9.]* MB .*statistics:' "$scratch/log" || fail "details: $(cat "$scratch/log")"
grep -Eq '^\[[^]]*\] [0-9.]+ s, [0-9.]+ s of processor time, ' "$scratch/log" || fail "what it took: $(cat "$scratch/log")"
[ "$(wc -l <"$scratch/log")" -le 22 ] || fail "$(wc -l <"$scratch/log") lines of log"
tail -n 8 "$scratch/log" | head -n 1 | grep -q ' longitude latitude ' || fail "the motions do not come last: $(cat "$scratch/log")"
tail -n 1 "$scratch/log" | grep -qF "results in $scratch/short (results.h5: " && tail -n 1 "$scratch/log" |
    grep -qF "; in a browser: $scratch/short/report.html" || fail "the last line: $(tail -n 1 "$scratch/log")"

"$KAURI_PROGRAM" info "$scratch/one" >"$scratch/info" || fail "info"
check "$scratch/info" "${phases[@]}"
! grep -q '^tables ' "$scratch/info" || fail "results.h5 cannot tell of what came after it"

# one process does not count the time of another, nor a quiet one print anything
run -o "$scratch/two" -p individual_rlzs=true
check "$scratch/log" "single realizations" storing
run -o "$scratch/three" -q # with -v: the one that says less counts
[ ! -s "$scratch/log" ] || fail "-q: $(head -n 3 "$scratch/log")"

"$KAURI_PROGRAM" stats "$scratch/one" -v -o "$scratch/again" 2>"$scratch/log" || fail "stats"
check "$scratch/log" "reading runs" "reading rates" statistics storing clearing
grep -q "^\[.*\] results in $scratch/again\$" <(tail -n 1 "$scratch/log") || fail "the log of new statistics: $(tail -n 1 "$scratch/log")"
"$KAURI_PROGRAM" info "$scratch/again" >"$scratch/info" || fail "info of new statistics"
check "$scratch/info" "reading rates" statistics
finish
