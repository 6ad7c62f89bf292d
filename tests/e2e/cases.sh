# timeout: 300
# costly
# The project's own cases: small jobs, one for each feature, with tables computed by OpenQuake 3.21.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
run_cases 1e-5 "$KAURI_SOURCE_DIR"/tests/e2e/cases/*/
finish
