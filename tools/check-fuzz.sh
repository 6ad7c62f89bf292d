#!/bin/bash
# Fuzz readers, one after the other, and keep the record of it in fuzz/hours.csv.
#
# usage: tools/check-fuzz.sh [-s SECONDS] [TARGET...]   fuzz each for so long (60); all if none
#        tools/check-fuzz.sh --keep [TARGET...]         take what was found new into fuzz/corpus/
#        tools/check-fuzz.sh --hours                    the hours of each target so far
#
# The harnesses are those of build/fuzz (cmake --preset fuzz; KAURI_FUZZ_BUILD names another folder,
# KAURI_FUZZ_LOG another record).
# An input that breaks a reader is left in its found/ folder and makes the exit status 1.
set -u
cd "$(dirname "$0")/.." || exit 2
build=${KAURI_FUZZ_BUILD:-build/fuzz}/fuzz
log=${KAURI_FUZZ_LOG:-fuzz/hours.csv}
seconds=60
task=fuzz
# Readers are given files: those are in memory where the system has room for such.
rooms=${TMPDIR:-/tmp}
if [[ -z ${TMPDIR:-} && -w /dev/shm ]]; then
    rooms=/dev/shm
fi

while [[ ${1:-} == -* ]]; do
    case $1 in
    -s) seconds=$2; shift 2 ;;
    --keep) task=keep; shift ;;
    --hours) task=hours; shift ;;
    *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 2 ;;
    esac
done
targets=("$@")
if [[ $# == 0 ]]; then
    for f in fuzz/fuzz_*.c; do
        f=${f#fuzz/fuzz_}
        targets+=("${f%.c}")
    done
fi

# A figure of libFuzzer's report.
stat_of() {
    sed -nE "s/^stat::$1: *([0-9]+).*/\1/p" "$2" | tail -1
}

fuzz() {
    local t=$1 found=$build/found/$1 out=$build/found/$1.log options took status broken
    local TIMEFORMAT='%0U + %0S'
    mkdir -p "$found"
    options=(-max_total_time="$seconds" -print_final_stats=1 -timeout=25 -rss_limit_mb=2048
        -artifact_prefix="$build/found/$t-")
    if [[ -f fuzz/$t.dict ]]; then
        options+=(-dict="fuzz/$t.dict")
    fi
    # The seconds on record are those of the processor, the system's for it with them: what else ran
    # does not count.
    took=$({ time TMPDIR=$rooms "$build/fuzz_$t" "${options[@]}" "$found" "fuzz/corpus/$t" >"$out" 2>&1; } 2>&1)
    status=$?
    took=$((took))
    broken=0
    if [[ $status != 0 ]]; then
        broken=1
        tail -40 "$out" >&2
        echo "$t: $(sed -n 's/.*Test unit written to //p' "$out" | tail -1) breaks it" >&2
    fi
    read -r edges features < <(sed -nE 's/.* cov: ([0-9]+) ft: ([0-9]+) .*/\1 \2/p' "$out" | tail -1)
    [[ -f $log ]] ||
        echo "date,commit,target,seconds,executions,edges,features,findings" >"$log"
    echo "$(date -u +%Y-%m-%dT%H:%M:%SZ),$(git rev-parse --short HEAD),$t,$took,$(stat_of \
        number_of_executed_units "$out"),${edges:-0},${features:-0},$broken" | tee -a "$log"
    return $broken
}

# The fewest inputs that reach as much; those with a name of their own stay in any case.
keep() {
    local t=$1 least
    least=$(mktemp -d)
    "$build/fuzz_$t" -merge=1 -timeout=25 -rss_limit_mb=2048 "$least" "fuzz/corpus/$t" \
        "$build/found/$t" >"$build/found/$t.log" 2>&1 || return 1
    find "fuzz/corpus/$t" -type f -regextype egrep -regex '.*/[0-9a-f]{40}' -delete
    for f in "fuzz/corpus/$t"/*; do # told apart by what they are
        rm -f "$least/$(sha1sum <"$f" | cut -d' ' -f1)"
    done
    cp -n "$least"/* "fuzz/corpus/$t/" 2>/dev/null
    rm -rf "$least"
    du -sh "fuzz/corpus/$t"
}

case $task in
hours)
    awk -F, 'NR > 1 { s[$3] += $4; n[$3] += $5; f[$3] += $8 }
        END { for (t in s) printf "%-10s %6.2f hours %12d inputs %3d findings\n", t, s[t] / 3600,
            n[t], f[t] }' "$log" | sort
    exit ;;
esac
status=0
for t in "${targets[@]}"; do
    "$task" "$t" || status=1
done
exit $status
