# A branch that opens more combinations than are listed: the statistics are conditioned on it, and are those of all
# realizations visited one by one.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
command -v python3 >/dev/null || exit 77
cd "$scratch" || exit 1
python3 "$KAURI_SOURCE_DIR/tests/support/branches.py" 13 tied || fail "the job cannot be written"
"$KAURI_PROGRAM" info job.ini >said || fail "info: exit status $?"
for text in '^realizations  *8193$' '^statistics  *conditioned$' 'mix over the 2 states of s, 8193 combinations'; do
    grep -q "$text" said || fail "info does not say '$text'"
done
for factoring in true false; do
    "$KAURI_PROGRAM" run job.ini -o $factoring -e csv -q -p factoring=$factoring || fail "factoring = $factoring: exit status $?"
done
"$KAURI_PROGRAM" compare true false --rtol 1e-6 >log || fail "conditioned and visited differ: $(grep -m 3 ^differ log)"
[ "$(grep -c ^equal log)" -ge 12 ] || fail "only $(grep -c ^equal log) tables are compared"
"$KAURI_PROGRAM" stats true -o again -e csv -q || fail "stats: exit status $?"
"$KAURI_PROGRAM" compare true again --rtol 0 >log || fail "kauri stats gives others: $(grep -m 3 ^differ log)"
finish
