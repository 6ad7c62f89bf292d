# costly
# timeout: 600
# The project's own cases with extended sources: small jobs with tables computed by OpenQuake 3.21.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
run_cases 1e-5 "$KAURI_SOURCE_DIR"/tests/e2e/faults/*/
finish
