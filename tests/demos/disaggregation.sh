# costly
# The commands of demos/disaggregation/README.md run, and the numbers on that page are those of its job.
exec python3 "$KAURI_SOURCE_DIR/tools/doc_commands.py" "$KAURI_PROGRAM" "$KAURI_SOURCE_DIR/demos/disaggregation/README.md"
