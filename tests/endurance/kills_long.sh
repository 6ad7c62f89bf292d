# timeout: 7200
# 200 stops of runs that take 5 to 10 seconds; docs/reliability.md has the figures.
set -u
command -v python3 >/dev/null || exit 77
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 "$KAURI_SOURCE_DIR/tests/endurance/kills.py" "$KAURI_PROGRAM" "$KAURI_SAME" "$scratch" \
    --kills 200 --seconds 5
