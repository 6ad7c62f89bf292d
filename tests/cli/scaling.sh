# costly
# A job under several settings: the table, its columns, what fails, what is left behind.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
folder="$scratch/it's a \"folder\", (new"
mkdir "$scratch/tmp"
copy_demo area "$folder"
cd "$folder" || exit 1
export TMPDIR="$scratch/tmp"

# a small job: some sites, few levels
small=(-p region_grid_spacing=60 -p area_source_discretization=60 -p level_count=6)

scaling() {
    "$KAURI_PROGRAM" scaling "$@" "${small[@]}" >"$scratch/out" 2>"$scratch/log"
}

nothing_left() {
    [ -z "$(ls -A "$TMPDIR")" ] || fail "$1: left in TMPDIR: $(ls -A "$TMPDIR")"
}

# field FILE ROW COLUMN: of a CSV table without quoted commas, by the name of the column.
field() {
    awk -F, -v row="$2" -v column="$3" '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) at = i }
        NR == row + 1 { if (at) print $at; else print "no column " column }' "$1"
}

# all combinations, the last key fastest; the same numbers for any threads and with the switches
scaling job.ini --vary threads=1,2 --vary factoring=true,false -q ||
    fail "threads x factoring: $(cat "$scratch/log")"
[ ! -s "$scratch/log" ] || fail "-q: $(cat "$scratch/log")"
[ "$(grep -c '^| [12] |' "$scratch/out")" -eq 4 ] || fail "four settings: $(cat "$scratch/out")"
grep -q '^| 1 | false | 36 |' "$scratch/out" || fail "realizations: $(cat "$scratch/out")"
grep -Eq '^\| 1 \| true .* \| the first \|$' "$scratch/out" || fail "first: $(cat "$scratch/out")"
grep -Eq '^\| 2 \| true .* \| equal \|$' "$scratch/out" || fail "threads: $(cat "$scratch/out")"
nothing_left "a table"

# with -o: the results and both tables are kept; a failing setting is a line
dir="$scratch/kept, with 'it'"
mkdir -p "$dir/run-1" && echo "of a study that was killed" >"$dir/run-1/results.journal" # no run goes on with it
scaling job.ini --vary truncation_level=3,x,2 -o "$dir" ||
    fail "a setting that fails must not end the others: $(cat "$scratch/log")"
cmp -s "$scratch/out" "$dir/scaling.md" || fail "scaling.md is not what was printed"
[ -e "$dir/run-1/results.h5" ] && [ -e "$dir/run-3/results.h5" ] || fail "results: $(ls "$dir")"
grep -q "| status 1: -p truncation_level: truncation_level is 'x'" "$dir/scaling.md" ||
    fail "reason: $(cat "$dir/scaling.md")"
table="$dir/scaling.csv"
[ "$(field "$table" 1 status)$(field "$table" 2 status)$(field "$table" 3 status)" = 010 ] ||
    fail "status: $(cat "$table")"
for column in realizations nsites nlevels cpu_s wall_s resident_mb accounted_mb results_mb contexts; do
    value=$(field "$table" 1 $column)
    awk -v x="$value" 'BEGIN { exit !(x + 0 > 0) }' || fail "$column is '$value'"
    [ -z "$(field "$table" 2 $column)" ] || fail "a failed setting has $column"
done
head -n 1 "$table" | grep -q ',hazard cpu_s,hazard wall_s,' || fail "phases: $(head -n 1 "$table")"
[ "$(field "$table" 3 beside_first)" = differs ] || fail "differs: $(cat "$table")"

# the differences are those of the tables: PGA, mean, one site
cat >"$scratch/levels.awk" <<'END'
# the level at which the curve of a site falls to p
function at(p,   i) {
    for (i = 4; i < NF; i++)
        if ($i >= p && p > $(i + 1))
            return exp(log(level[i]) + log(p / $i) / log($(i + 1) / $i) * log(level[i + 1] / level[i]))
}
# the probability of a level
function of(x,   i) {
    for (i = 4; i < NF; i++)
        if (level[i] <= x && x <= level[i + 1])
            return exp(log($i) + log($(i + 1) / $i) * log(x / level[i]) / log(level[i + 1] / level[i]))
}
FNR == 2 { for (i = 4; i <= NF; i++) { split($i, part, "poe-"); level[i] = part[2] } }
FNR == 3 && NR == FNR { first = at(1 - exp(-50 / 475)) }
FNR == 3 && NR != FNR {
    p = 1 - exp(-50 / 475)
    printf "%.5f %.5f\n", 100 * (at(p) / first - 1), 100 * (of(first) / p - 1)
}
END
grep -q '^investigation_time *= *50' job.ini || fail "the demo is no longer of 50 years"
grep -v '^region' job.ini >one.ini
one=(-p sites='175 -41' -p level_count=6 -p area_source_discretization=60)
one+=(-p quantiles= -p max=false -p std=false -p "intensity_measure_types_and_levels={'PGA': logscale(0.005, 2, 20)}")
"$KAURI_PROGRAM" scaling one.ini --vary truncation_level=3,2 "${one[@]}" -q -o "$scratch/two" >"$scratch/out" ||
    fail "one site"
for i in 1 2; do
    "$KAURI_PROGRAM" export "$scratch/two/run-$i" hcurves -o "$scratch/two/$i" >"$scratch/log" 2>&1 || fail "export: $(cat "$scratch/log")"
done
read -r motion poe < <(awk -F, -f "$scratch/levels.awk" "$scratch"/two/{1,2}/hazard_curve-mean-PGA.csv)
check_percent() {
    awk -v a="$2" -v b="$(field "$scratch/two/scaling.csv" 2 "$1")" \
        'BEGIN { d = a - b; exit !(a < -0.1 && d * d < 1e-6) }' ||
        fail "$1: $(field "$scratch/two/scaling.csv" 2 "$1"), by the tables $2"
}
check_percent motion_475_percent "$motion"
check_percent poe_475_percent "$poe"

# numbers of sites and levels, with the powers of three values; too many are an error by name
scaling job.ini --vary sites=4,2,3,5000 -o "$scratch/sites" -q || fail "sites: $(cat "$scratch/log")"
[ "$(for i in 1 2 3; do field "$scratch/sites/scaling.csv" $i nsites; done | tr '\n' ' ')" = "4 2 3 " ] ||
    fail "sites: $(cat "$scratch/sites/scaling.csv")"
grep -q '^| sites | | 3 from 2 to 4 | processor time of hazard | ' "$scratch/out" || fail "powers: $(cat "$scratch/out")"
grep -q 'site_count is 5000, but the job has' "$scratch/out" || fail "too many sites: $(cat "$scratch/out")"
scaling job.ini --vary levels=5,10 --vary threads=1 --one-at-a-time -q || fail "levels: $(cat "$scratch/log")"
[ "$(grep -c '^| [15]' "$scratch/out")" -eq 2 ] || fail "one at a time: $(cat "$scratch/out")"

# branches; other jobs; in pairs
scaling job.ini --vary isa=v9,v2 --vary threads=1,x -q
grep -q "| status 2: isa is 'v9'; v2, v3 or v4 is wanted |" "$scratch/out" || fail "isa: $(cat "$scratch/out")"
grep -q '| status 2: --threads x: a number from 1 to 4096 is wanted |' "$scratch/out" || fail "usage: $(cat "$scratch/out")"
scaling job.ini --vary branches=1 -q || fail "branches: $(cat "$scratch/log")"
scaling job.ini --vary branches=40 -q && fail "all settings fail: status 0"
grep -q 'all settings fail; the first: branch_count is 40' "$scratch/log" || fail "all fail: $(cat "$scratch/log")"
cp job.ini 'other (job.ini'
scaling --vary 'job=job.ini,other \(job.ini' --ab 3 -q || fail "jobs in pairs: $(cat "$scratch/log")"
grep -q '^| processor time | 3 | ' "$scratch/out" || fail "pairs: $(cat "$scratch/out")"
scaling job.ini --vary "program=$KAURI_PROGRAM,$scratch/none" -q || fail "programs: $(cat "$scratch/log")"
grep -q "$scratch/none |.*| status 127: the program cannot be started |" "$scratch/out" ||
    fail "a program that is not there: $(cat "$scratch/out")"
printf '#!/bin/sh\n' >none.sh
chmod +x none.sh
scaling job.ini --vary program=./none.sh -q && fail "a program that does nothing"
grep -q '| status 1: ./none.sh ended well but left no results.h5; ' "$scratch/out" || fail "no results: $(cat "$scratch/out")"
scaling --vary 'job=job.ini,other \(job.ini' -q || fail "jobs: $(cat "$scratch/log")"
grep -q '^| other (job.ini | .* | equal |' "$scratch/out" || fail "equal jobs: $(cat "$scratch/out")"

# a key that no job has would give equal runs; warnings of the runs are told once
for wrong in "--vary truncation_levle=3,2|'truncation_level'" "--vary thread=1,2|'threads'" \
    "--vary site_modle_file=a,b|'site_model_file'" "--vary threads=1 -p trunc_level=2|docs/parameters.md"; do
    "$KAURI_PROGRAM" scaling job.ini ${wrong%|*} >"$scratch/out" 2>"$scratch/log"
    [ $? -eq 2 ] || fail "${wrong%|*} must give status 2"
    [ "$(wc -l <"$scratch/log")" -eq 1 ] || fail "${wrong%|*}: more than one line: $(cat "$scratch/log")"
    grep -q "no parameter of a job has this name; .*${wrong#*|}" "$scratch/log" || fail "${wrong%|*}: $(cat "$scratch/log")"
done
scaling job.ini --vary concurrent_tasks=1,2 -q || fail "a key without effect: $(cat "$scratch/log")"
grep -q 'warning: --vary concurrent_tasks: .* changes nothing' "$scratch/log" || fail "no warning: $(cat "$scratch/log")"
echo 'truncation_levle = 3' >>'other (job.ini'
scaling 'other (job.ini' --vary threads=1,2 -q || fail "a job with a warning: $(cat "$scratch/log")"
[ "$(grep -c "unknown parameter 'truncation_levle'" "$scratch/log")" -eq 1 ] || fail "the warning of the runs: $(cat "$scratch/log")"

# numbers of sites: why a site can differ beside others
scaling job.ini --vary sites=2,8 -q || fail "sites: $(cat "$scratch/log")"
grep -q '^| 8 .* differs ' "$scratch/out" || fail "8 sites are beside 2 as they are: the next test says nothing"
grep -q '^Beside other sites' "$scratch/out" || fail "no word on sites: $(cat "$scratch/out")"
scaling job.ini --vary sites=2,8 -p collapsing=false -q || fail "sites: $(cat "$scratch/log")"
grep -q '^| 8 .* equal where shared ' "$scratch/out" || fail "without collapsing: $(cat "$scratch/out")"
! grep -q '^Beside other sites' "$scratch/out" || fail "a word on sites that are equal"

# a single pair tells nothing of the others
scaling job.ini --vary threads=1,2 --ab 1 -q || fail "one pair: $(cat "$scratch/log")"
grep -Eq '^\| wall time \| 1 \| [0-9.]+ \| [0-9.]+ to [0-9.]+ \| \| \|$' "$scratch/out" || fail "one pair: $(cat "$scratch/out")"
nothing_left "all runs"

# wrong usage
for wrong in "--vary threads" "--vary threads=1,2 --vary threads=3" "--vary threads=1,2,3 --ab 3" "--ab 0"; do
    scaling job.ini $wrong -q
    [ $? -eq 2 ] || fail "$wrong must give status 2"
done

# stopped: the run under way ends too, and nothing is left
"$KAURI_PROGRAM" scaling job.ini --vary truncation_level=3,3.1,3.2,3.3,3.4,3.5,3.6,3.7,3.8,3.9 \
    -p region_grid_spacing=4 -p level_count=200 >"$scratch/out" 2>"$scratch/log" &
pid=$!
for i in $(seq 200); do
    pgrep -P $pid >"$scratch/children" && [ -n "$(ls -A "$TMPDIR")" ] && break
    sleep 0.05
done
child=$(cat "$scratch/children")
[ -n "$child" ] || fail "no run was started"
kill -TERM $pid
wait $pid
[ $? -eq 4 ] || fail "stopped must give status 4: $(cat "$scratch/log")"
kill -0 "$child" 2>/dev/null && fail "the run goes on"
nothing_left "stopped"
finish
