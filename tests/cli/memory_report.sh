# --memory-report: what it writes, that it stays when the run is killed, and that it changes nothing else.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
copy_demo area "$scratch/area"
cd "$scratch/area" || exit 1
coarse=(-p region_grid_spacing=40 -p area_source_discretization=60)
files=(memory.json memory-top-down.svg memory-bottom-up.svg memory-timeline.csv memory-timeline.svg)

# run ARGUMENTS...: of the coarse job; what it says is in $scratch/log, its status in $got.
run() {
    "$KAURI_PROGRAM" run job.ini -q "${coarse[@]}" "$@" >"$scratch/log" 2>&1
    got=$?
}

# all there, or none
count_files() {
    local n=0 f
    for f in "${files[@]}"; do [ -s "$1/$f" ] && n=$((n + 1)); done
    echo $n
}

run -o out --memory-report -e csv
[ $got -eq 0 ] || fail "status $got: $(tail -n 1 "$scratch/log")"
[ "$(count_files out)" -eq 5 ] || fail "not all files are there: $(ls out)"
grep -q '^memory: accounted at most' "$scratch/log" || fail "no table on the terminal: $(cat "$scratch/log")"
grep -q ' src/run/tiles.c:[0-9]* ' "$scratch/log" || fail "the table names no line of source"
grep -q 'in no account' "$scratch/log" || fail "the table has no line of what is in no account"
for f in out/*.svg; do
    head -n 1 "$f" | grep -q '^<?xml' || fail "$f is no SVG"
    [ "$(tail -n 1 "$f")" = '</svg>' ] || fail "$f is cut off"
    ! grep -qE '<script|href|url\(|@import' "$f" || fail "$f takes something from elsewhere"
    grep -q 'prefers-color-scheme:dark' "$f" || fail "$f has no dark colours"
    ! command -v xmllint >/dev/null || xmllint --noout "$f" || fail "$f is not well-formed"
done
if command -v python3 >/dev/null; then
    python3 - out/memory.json <<'END' || fail "memory.json does not add up"
import json, sys
m = json.load(open(sys.argv[1]))
held = sum(h["bytes"] for h in m["holders"])
assert m["ended"] == "done" and m["refused"] is None and m["error"] is None
assert held == m["peak"]["accounted"] == sum(a["bytes"] for a in m["accounts"])
assert 0.99 * m["accounted_peak"] <= held <= m["accounted_peak"] <= m["memory_limit"]
assert m["peak"]["in_no_account"] == m["peak"]["resident"] - held
assert all(h["file"].startswith("src/") and h["line"] > 0 for h in m["holders"])
assert {h["phase"] for h in m["holders"]} <= {p["name"] for p in m["phases"]} | {""}
END
fi
awk -F, 'NR == 1 && $0 != "seconds,phase,resident_bytes,accounted_bytes,accounted_peak_bytes" {exit 1}
    NF != 5 {exit 1} NR > 2 && $1 < last {exit 1} NR > 1 {last = $1}' out/memory-timeline.csv ||
    fail "memory-timeline.csv: $(head -n 3 out/memory-timeline.csv)"
"$KAURI_PROGRAM" info out | grep -q '^memory .*accounted at most' || fail "info does not tell of it"

# nothing else changes, and what an earlier run has written does not stay
run -o plain -e csv
[ "$(count_files plain)" -eq 0 ] || fail "a report that nobody asked for"
! grep -q '^memory:' "$scratch/log" || fail "a table that nobody asked for"
"$KAURI_PROGRAM" compare out plain --rtol 0 >"$scratch/log" || fail "compare: $(tail -n 1 "$scratch/log")"
run -o out
[ "$(count_files out)" -eq 0 ] || fail "the report of an earlier run is left: $(ls out)"

# killed: the timeline is there up to then
"$KAURI_PROGRAM" run job.ini -q -o killed --memory-report >/dev/null 2>&1 &
pid=$!
for _ in $(seq 3000); do
    [ "$(wc -l 2>/dev/null <killed/memory-timeline.csv || echo 0)" -gt 8 ] && break
    sleep 0.01
done
kill -9 $pid
wait $pid 2>/dev/null
[ ! -e killed/results.h5 ] || fail "the run was too short to be killed"
[ "$(wc -l <killed/memory-timeline.csv)" -gt 8 ] || fail "killed: no timeline"
"$KAURI_PROGRAM" info killed >"$scratch/log" || fail "info of a killed run: $(cat "$scratch/log")"
grep -q 'did not finish' "$scratch/log" || fail "info does not say that it was killed: $(cat "$scratch/log")"
grep -q 'was ended after' "$scratch/log" || fail "info does not say when it was killed: $(cat "$scratch/log")"
[ ! -e killed/memory-timeline.svg ] || fail "info draws unasked"
"$KAURI_PROGRAM" info killed --memory-report >/dev/null || fail "info --memory-report"
[ "$(tail -n 1 killed/memory-timeline.svg)" = '</svg>' ] || fail "killed: no drawing"

# refused, and a folder that another run writes to
run -o refused --memory-report --memory-limit 1M
[ $got -eq 3 ] || fail "a memory limit that is too small must give status 3, not $got"
[ "$(count_files refused)" -eq 5 ] || fail "refused: not all files are there"
grep -q '"ended": "would not fit' refused/memory.json || fail "memory.json does not say how it ended"
grep -Eq '"refused": \{"by": "plan", "bytes": [0-9]+\}' refused/memory.json || fail "memory.json does not say what was refused"
"$KAURI_PROGRAM" info refused >"$scratch/log" || fail "info of a refused run: $(cat "$scratch/log")"
grep -q 'ended: would not fit the memory limit' "$scratch/log" || fail "info does not say that it was refused: $(cat "$scratch/log")"
grep -q 'needs .* MB of memory, the limit is 1.0 MB' "$scratch/log" || fail "info does not say why: $(cat "$scratch/log")"
mkdir broken
cp refused/memory-timeline.csv broken
echo '{"ended": ' >broken/memory.json
"$KAURI_PROGRAM" info broken >"$scratch/log" || fail "info of a report that is cut off: $(cat "$scratch/log")"
grep -q 'broken/memory.json:' "$scratch/log" || fail "info does not name the file that it cannot read: $(cat "$scratch/log")"
cp refused/memory.json before.json
flock refused/memory-timeline.csv "$KAURI_PROGRAM" run job.ini -q -o refused --memory-report >"$scratch/log" 2>&1
[ $? -eq 7 ] || fail "a folder in use must give status 7"
cmp -s before.json refused/memory.json || fail "the report of another run was touched"

"$KAURI_PROGRAM" run job.ini --dry-run --memory-report >"$scratch/log" 2>&1
[ $? -eq 2 ] || fail "--dry-run --memory-report: $(cat "$scratch/log")"
"$KAURI_PROGRAM" info job.ini --memory-report >"$scratch/log" 2>&1
[ $? -eq 2 ] || fail "info JOB --memory-report: $(cat "$scratch/log")"
finish
