# timeout: 7200
# Every call of the program and of the system fails once, and every one from there on; of the allocations
# of libraries, which are many, 500 of each job.
[ -n "${KAURI_FAULTS:-}" ] && command -v python3 >/dev/null || exit 77
exec python3 "$KAURI_SOURCE_DIR/tests/faults/faults.py" --lib 500
