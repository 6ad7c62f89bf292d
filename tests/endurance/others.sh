# timeout: 600
# costly
# Two runs at once, changed inputs and parameters, a new beginning, no room. others_long.sh tries more.
set -u
command -v python3 >/dev/null || exit 77
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 "$KAURI_SOURCE_DIR/tests/endurance/others.py" "$KAURI_PROGRAM" "$KAURI_SAME" "$scratch" --only \
    two_at_once killed_and_started changes fresh no_room
