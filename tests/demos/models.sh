# costly
# tools/demo_models.py writes what is in demos/.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/nation" "$scratch/map"
python3 "$KAURI_SOURCE_DIR/tools/demo_models.py" "$scratch" || exit 1
files=0
for f in "$scratch"/*/*; do
    cmp "$f" "$KAURI_SOURCE_DIR/demos/${f#"$scratch/"}" || exit 1
    files=$((files + 1))
done
[ "$files" -gt 30 ] || { echo "only $files files were written"; exit 1; }
