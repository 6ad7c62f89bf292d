#!/bin/bash
# What `kauri info` foretells of jobs against what `kauri run` then takes: a row for each job with the
# ratios foretold / taken of accounted memory, resident memory and processor time.
#   bench/predict.sh [-k PROGRAM] [-t THREADS] [-m LIMIT] JOB.ini...
set -u
kauri=build/release/kauri
options=()
while getopts k:t:m: o; do
    case $o in
    k) kauri=$OPTARG ;;
    t) options+=(--threads "$OPTARG") ;;
    m) options+=(--memory-limit "$OPTARG") ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
[ -x /usr/bin/time ] || { echo "GNU time is needed" >&2; exit 1; }

# first FILE LABEL UNIT: the number before UNIT in the first row with this label.
first() {
    sed -n "s|^$2  *||p" "$1" | grep -oE -m 1 "[0-9.]+ $3" | head -n 1 | cut -d' ' -f1
}

printf '%-40s %21s %21s %21s %6s\n' job 'accounted MB' 'resident MB' 'processor s' 'info s'
for job in "$@"; do
    name=$(echo "$job" | sed 's|/job[^/]*\.ini$||; s|.*/\([^/]*/[^/]*\)$|\1|')
    began=$(date +%s.%N)
    if ! "$kauri" info "$job" "${options[@]}" >"$scratch/info" 2>"$scratch/said"; then
        printf '%-40s %s\n' "$name" "info: $(tail -n 1 "$scratch/said")"
        continue
    fi
    ended=$(date +%s.%N)
    accounted=$(first "$scratch/info" memory 'MB accounted')
    resident=$(first "$scratch/info" memory 'MB resident')
    seconds=$(first "$scratch/info" time 's of processor time')
    /usr/bin/time -o "$scratch/time" -f '%M %e' \
        "$kauri" run "$job" -o "$scratch/out" "${options[@]}" >"$scratch/log" 2>&1
    status=$?
    if [ $status -ne 0 ]; then
        printf '%-40s %s\n' "$name" "status $status: $(tail -n 1 "$scratch/log" | cut -c1-120)"
        continue
    fi
    peak=$(sed -n 's/.*peak accounted \([0-9.]*\) MB.*/\1/p' "$scratch/log" | tail -n 1)
    cpu=$(sed -n 's/.*, \([0-9.]*\) s of processor time.*/\1/p' "$scratch/log" | tail -n 1)
    echo "${accounted:-0} $peak ${resident:-0} ${seconds:-0} $began $ended $cpu $(tail -n 1 "$scratch/time")" |
        awk -v name="$name" 'function ratio(x, y) {return (y > 0) ? x / y : 0}
            {rss = $8 * 1024 / 1e6
             printf "%-40s %7.1f %7.1f %5.2f %7.1f %7.1f %5.2f %7.2f %7.2f %5.2f %6.2f\n", name, $1, $2,
                 ratio($1, $2), $3, rss, ratio($3, rss), $4, $7, ratio($4, $7), $6 - $5}'
    rm -rf "$scratch/out"
done
