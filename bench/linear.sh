#!/usr/bin/env bash
# How the cost of a job grows, over two decades each: tables of `kauri scaling` with the exponents.
#
#   bench/linear.sh [sites] [levels] [ruptures] [CLAIM...]
#
# Without names all three. sites and levels: demos/area, with more sites; ruptures: models of
# bench/nation.py with the same fault sections. One thread.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
kauri=${KAURI_PROGRAM:-$root/build/release/kauri}
area=$root/demos/area/job.ini
[ -x "$kauri" ] || { echo "bench: $kauri is not there: make release" >&2 && exit 1; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

sites() {
    "$kauri" scaling "$area" --vary sites=20,63,200,632,2000 -p region_grid_spacing=4 --threads 1 -q
}

levels() {
    "$kauri" scaling "$area" --vary levels=10,32,100,316,1000 -p site_count=60 --threads 1 -q
}

ruptures() {
    local n jobs=''
    for n in 3000 9500 30000 95000 300000; do
        python3 "$root/bench/nation.py" --crust 1 --interface 1 --ruptures $n --distinct --write-only \
            --keep "$scratch/$n" >/dev/null
        jobs=$jobs,$scratch/$n/job.ini
    done
    (cd "$scratch" && "$kauri" scaling --vary "job=${jobs#,}" --threads 1 -q)
}

for claim in "${@:-sites levels ruptures}"; do
    for name in $claim; do
        echo "## $name"
        $name
        echo
    done
done
