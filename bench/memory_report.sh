#!/usr/bin/env bash
# What --memory-report costs: processor time and peaks of a job with and without it, runs in turn.
#
#   bench/memory_report.sh [--runs N] [JOB.ini]
#
# JOB.ini: without it demos/area. Times are the least of N runs (default 5) each, one thread. Where `perf` can count
# instructions, their ratio is printed too: it hardly depends on what else the machine does. The last line is what the
# report measures of itself: the processor time of its thread and of its drawings, as a part of that of the run. The
# exit status is 1 if that or the accounted peak is 1 % more or above. KAURI_PROGRAM names another build.
set -eu
usage="usage: bench/memory_report.sh [--runs N] [JOB.ini]"
root=$(cd "$(dirname "$0")/.." && pwd)
kauri=${KAURI_PROGRAM:-$root/build/release/kauri}
runs=5 job=$root/demos/area/job.ini
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help)
        sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"
        exit
        ;;
    --runs)
        [[ ${2-} =~ ^[1-9][0-9]*$ ]] || { echo "bench: --runs ${2-}: a number is wanted; $usage" >&2 && exit 2; }
        runs=$2 && shift 2
        ;;
    -*) echo "bench: unknown option $1; $usage" >&2 && exit 2 ;;
    *) job=$1 && shift ;;
    esac
done
[ -e "$job" ] || { echo "bench: $job is not there; $usage" >&2 && exit 2; }
[ -x "$kauri" ] || { echo "bench: $kauri is not there: make release" >&2 && exit 1; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# one WITH: a run; a line "seconds, accounted and resident peak in MB, instructions or 0" goes to $scratch/WITH.
one() {
    local option=() TIMEFORMAT='%U %S' cpu
    [ "$1" = off ] || option=(--memory-report)
    cpu=$({ time $count "$kauri" run "$job" -o "$scratch/out" --threads 1 "${option[@]}" >"$scratch/log" 2>&1; } 2>&1) ||
        { tail -n 3 "$scratch/log" >&2 && exit 1; }
    awk -v cpu="$cpu" -v n="$([ -z "$count" ] || awk -F, '/instructions/ {print $1}' "$scratch/perf")" '
        {if (match($0, /peak accounted [0-9.]+ MB, resident [0-9.]+/)) {
            split(substr($0, RSTART, RLENGTH), w, " "); accounted = w[3]; resident = w[6]}}
        END {split(cpu, t, " "); print t[1] + t[2], accounted, resident, n + 0}' "$scratch/log" >>"$scratch/$1"
    # what the report says of itself
    [ "$1" = off ] || sed -nE 's/.*"processor_seconds": ([0-9.]+), "of_seconds": ([0-9.]+).*/\1 \2/p' \
        "$scratch/out/memory.json" >>"$scratch/own"
}

count=''
if perf stat -x, -e instructions:u -o "$scratch/perf" true 2>/dev/null &&
    grep -q '^[0-9]' "$scratch/perf"; then
    count="perf stat -x, -e instructions:u -o $scratch/perf"
fi
for _ in $(seq "$runs"); do
    one off
    one on
done
least() { # least FILE COLUMN
    awk -v c="$2" 'NR == 1 || $c < x {x = $c} END {print x}' "$scratch/$1"
}
echo "job                      $job"
row() { # row NAME COLUMN UNIT
    awk -v name="$1" -v a="$(least off "$2")" -v b="$(least on "$2")" -v unit="$3" \
        'BEGIN {printf "%-24s %.6g without, %.6g with %s: ratio %.4f\n", name, a, b, unit, (a > 0 ? b / a : 0)}'
}
row "processor time" 1 s
row "accounted peak" 2 MB
row "resident peak" 3 MB
[ -z "$count" ] || row instructions 4 ""
awk '{a += $1; b += $2} END {printf "%-24s %.4f of %.3f s: %.2f %%\n", "as the report says", a / NR, b / NR, 100 * a / b
    exit a >= 0.01 * b}' "$scratch/own" || failed="the report takes 1 % of the time or more"
awk -v a="$(least off 2)" -v b="$(least on 2)" 'BEGIN {exit b >= 1.01 * a}' ||
    failed="the accounted peak is 1 % higher or more"
echo "less than 1 %            ${failed:-holds}"
[ -z "${failed-}" ]
