# One job under every instruction set that the processor has: the same tables, but for one unit of the seventh
# digit where a number lies in the middle of two. (hazard.rates compares the rates themselves, to 1e-12.)
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
coarse=(-p region_grid_spacing=30 -p area_source_discretization=60 -p individual_rlzs=true)
here=

for isa in v4 v3 v2; do
    KAURI_ISA=$isa "$KAURI_PROGRAM" run "$KAURI_SOURCE_DIR/demos/area/job.ini" -o "$scratch/$isa" -e csv -q \
        "${coarse[@]}" >"$scratch/log" 2>&1 || fail "$isa: $(tail -n 1 "$scratch/log")"
    if ! "$KAURI_PROGRAM" info "$scratch/$isa" | grep -Eq "^isa +$isa$"; then
        echo "skip $isa: not on this processor"
        continue
    fi
    if [ -z "$here" ]; then
        here=$isa
        continue
    fi
    if "$KAURI_PROGRAM" compare "$scratch/$here" "$scratch/$isa" --rtol 1.01e-6 --atol 1e-13 >"$scratch/log"; then
        echo "ok   $isa as $here: $(tail -n 1 "$scratch/log")"
    else
        fail "$isa and $here: $(grep -m 1 ^differ "$scratch/log" || tail -n 1 "$scratch/log")"
    fi
done
[ -n "$here" ] || echo "skip: one copy of the kernels alone"
finish
