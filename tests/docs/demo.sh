# costly
# What `make demo` prints at its end is what README shows: every line of the block but `...`, in this order.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
"$KAURI_PROGRAM" run "$KAURI_SOURCE_DIR/demos/area/job.ini" -o build/demo -e csv -q || exit 1
"$KAURI_SOURCE_DIR/tools/show-demo.sh" build/demo >printed
sed -n '/^The results are in build\/demo:/,/^```/p' "$KAURI_SOURCE_DIR/README.md" | sed '$d' >shown
[ "$(wc -l <shown)" -gt 8 ] || { echo "README shows nothing"; exit 1; }
grep -v -x -F -e '  ...' shown >wanted
# Lines that only one of the two has; what README leaves out stands for its `...`.
diff wanted printed | grep '^<' && { cat printed; exit 1; }
exit 0
