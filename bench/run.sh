#!/usr/bin/env bash
# Processor time of `kauri run` and wall time of `kauri info` on a job, medians of several runs.
#
#   bench/run.sh [--runs N] [--peer 'COMMAND'] [JOB.ini]
#
# JOB.ini: without it demos/AreaSourceClassicalPSHA of $KAURI_REFERENCE where that is set, else demos/area.
# --peer: another program, run once with the job as its last argument in the same session; the ratio of
# processor times is printed.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
kauri=${KAURI_PROGRAM:-$root/build/release/kauri}
runs=5 peer='' job=''
while [ $# -gt 0 ]; do
    case $1 in
    --runs) runs=$2 && shift 2 ;;
    --peer) peer=$2 && shift 2 ;;
    *) job=$1 && shift ;;
    esac
done
if [ -z "$job" ]; then
    job=${KAURI_REFERENCE:+$KAURI_REFERENCE/demos/AreaSourceClassicalPSHA/job.ini}
    job=${job:-$root/demos/area/job.ini}
fi
[ -x "$kauri" ] || { echo "bench: $kauri is not there: make release" >&2 && exit 1; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# seconds FORMAT COMMAND...: real (%R), user (%U), system (%S) seconds of a command.
seconds() {
    local TIMEFORMAT=$1
    shift
    { time "$@" >/dev/null 2>"$scratch/log"; } 2>&1 ||
        { cat "$scratch/log" >&2 && exit 1; }
}

median() {
    sort -g | awk '{x[NR] = $1} END {print x[int((NR + 1) / 2)]}'
}

cpu() {
    seconds '%U %S' "$@" | awk '{print $1 + $2}'
}

run=$(for _ in $(seq "$runs"); do
    cpu "$kauri" run "$job" -o "$scratch/out" -e csv -q --threads 1
done | median)
info=$(for _ in $(seq "$runs"); do seconds '%R' "$kauri" info "$job"; done | median)
echo "job                 $job"
echo "kauri run -e csv    $run s of processor time (one thread)"
echo "kauri info          $info s"
if [ -n "$peer" ]; then
    other=$(cpu $peer "$job")
    echo "peer                $other s of processor time"
    awk -v a="$other" -v b="$run" 'BEGIN {printf "ratio               %.1f\n", a / b}'
fi
