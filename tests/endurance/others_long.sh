# Clocks that jump, two runs at once, changed inputs, parameters and instructions, limits of memory, results of earlier runs.
set -u
command -v python3 >/dev/null || exit 77
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 "$KAURI_SOURCE_DIR/tests/endurance/others.py" "$KAURI_PROGRAM" "$KAURI_SAME" "$scratch" --only \
    two_at_once killed_and_started clocks changes instructions fresh no_room earlier_results tables_fail
