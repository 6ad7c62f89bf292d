# timeout: 600
# costly
# A few runs that are stopped at random moments, and continued to the same bits. kills_long.sh tries many.
set -u
command -v python3 >/dev/null || exit 77
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 "$KAURI_SOURCE_DIR/tests/endurance/kills.py" "$KAURI_PROGRAM" "$KAURI_SAME" "$scratch" \
    --kills 2 --seconds 1.5 --kinds tiles,single
