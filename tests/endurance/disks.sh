# costly
# timeout: 600
# Disks that are full or become so, and folders that cannot be written.
set -u
command -v python3 >/dev/null || exit 77
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
apart=()
unshare -m true 2>/dev/null && apart=(unshare -m) # what is mounted here is seen by nobody else
"${apart[@]}" python3 "$KAURI_SOURCE_DIR/tests/endurance/others.py" "$KAURI_PROGRAM" "$KAURI_SAME" "$scratch" --only \
    file_size_limit full_disk small_disk read_only
