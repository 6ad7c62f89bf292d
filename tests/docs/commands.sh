# timeout: 300
# costly
# The commands that the pages show run, and what they are said to print and to compute is so. (Those of the demos'
# pages are run by tests/demos.)
cd "$KAURI_SOURCE_DIR" || exit 1
exec python3 tools/doc_commands.py "$KAURI_PROGRAM" README.md docs/start.md docs/guide.md docs/plots.md docs/openquake.md
