# Cases of many kinds: kauri verify finds the finished run sound, kauri stats gives the same tables from what is
# stored, and kauri export the same curves.
# costly
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
cd "$scratch" || exit 1
for name in imt_weights2 lt_extend use_rates quantiles_maps disagg_by_src sitemodel_csv trt_extra sampling_late_weights \
    smlt_branch smlt_branch_last; do
    rm -rf run again tables
    said=$("$KAURI_PROGRAM" run "$KAURI_SOURCE_DIR/tests/e2e/cases/$name/job.ini" -o run -e csv -q \
        -p individual_rlzs=false 2>&1) || fail "$name: run: $said"
    said=$("$KAURI_PROGRAM" verify run 2>&1) || fail "$name: verify: $said"
    said=$("$KAURI_PROGRAM" stats run -o again -e csv -q 2>&1) || fail "$name: stats: $said"
    said=$("$KAURI_PROGRAM" export run hcurves -o tables 2>&1) || fail "$name: export: $said"
    for table in tables/hazard_curve-*.csv tables/quantile_curve-*.csv; do
        [ ! -e "$table" ] || cmp -s <(tail -n +2 "$table") <(tail -n +2 "run/${table##*/}") || fail "$name: ${table##*/} is exported otherwise"
    done
    rm -f run/sampling_error-*.csv # is not found again
    "$KAURI_PROGRAM" compare run again --rtol 0 >log 2>&1 || fail "$name: $(grep -m 1 ^differ log)"
done
finish
