# docs/parameters.md lists the parameters of src/model/job_keys.c with their classes, no more and no less.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"

sed -nE '
    s/^    (HONOURED|STORED|SPECIAL|DISAGG|DISAGG_SPECIAL)\(([a-z0-9_]+),.*/\2 used/p
    s/^    SCHEDULE\(([a-z0-9_]+),.*/\1 schedule/p
    s/^    (UNUSED|CHOICE)\(([a-z0-9_]+),.*/\2 unused/p
    s/^    REFUSED\(([a-z0-9_]+)\).*/\1 refused/p
    s/^    \{"([a-z0-9_]+)",.*KR_KEY_SCHEDULE.*/\1 schedule/p
    s/^    \{"([a-z0-9_]+)", KR_KEY_HONOURED\}.*/\1 used/p
    s/^    \{"([a-z0-9_]+)", KR_KEY_REFUSED\}.*/\1 refused/p
    s/^    \{"([a-z0-9_]+)", KR_KEY_UNUSED\}.*/\1 unused/p
' "$KAURI_SOURCE_DIR/src/model/job_keys.c" | sort >"$scratch/code"
sed -nE 's/^\| `([a-z0-9_]+)` \|.*\| ([a-z]+) \|$/\1 \2/p' "$KAURI_SOURCE_DIR/docs/parameters.md" | sort >"$scratch/table"
[ "$(wc -l <"$scratch/code")" -gt 150 ] || fail "job_keys.c has another form than this test reads"
diff "$scratch/code" "$scratch/table" >"$scratch/log" ||
    fail "job_keys.c (<) and docs/parameters.md (>) differ: $(cat "$scratch/log")"
# the aliases
sed -nE 's/^ *\{"([a-z_]+)", "[a-z_]+"\},.*/\1/p' "$KAURI_SOURCE_DIR/src/model/job_keys.c" | while read -r name; do
    grep -q "\`$name\`" "$KAURI_SOURCE_DIR/docs/parameters.md" || echo "$name"
done >"$scratch/log"
[ ! -s "$scratch/log" ] || fail "old names that docs/parameters.md does not give: $(cat "$scratch/log")"
finish
