# timeout: 300
# Disaggregation against tables of OpenQuake 3.21, where they are at hand (KAURI_REFERENCE).
# OpenQuake evaluates its ground-motion models for a disaggregation in single precision, which moves means by some 1e-7;
# where a level falls next to an edge of epsilon that is up to 1.3e-4 of a small number.
if [ -z "${KAURI_REFERENCE:-}" ]; then
    echo "skipped: KAURI_REFERENCE is not set"
    exit 77
fi
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
run_cases 2e-4 "$KAURI_REFERENCE"/disagg/*/ "$KAURI_REFERENCE/demos/Disaggregation"
finish
