# A few failing calls of each kind in each small job; all_long.sh tries all of them.
[ -n "${KAURI_FAULTS:-}" ] && command -v python3 >/dev/null || exit 77
exec python3 "$KAURI_SOURCE_DIR/tests/faults/faults.py" --each 1 --again 5
