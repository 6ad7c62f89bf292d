# The programs of bench/ tell how they are used, and refuse what they do not know, before they measure anything.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
command -v python3 >/dev/null || exit 77
cd "$KAURI_SOURCE_DIR/bench" || exit 1
export PYTHONDONTWRITEBYTECODE=1
for program in claims.py linear.py predict.py time_left.py journal.py run.py nation.py memory_report.sh; do
    "./$program" --help >"$scratch/out" 2>&1 || fail "$program --help: $(cat "$scratch/out")"
    grep -q "bench/$program" "$scratch/out" || fail "$program --help does not tell how it is used: $(cat "$scratch/out")"
    "./$program" --no-such-option >"$scratch/out" 2>&1
    [ $? -eq 2 ] || fail "$program with an unknown option must give status 2: $(cat "$scratch/out")"
    grep -q "bench/$program" README.md || fail "README.md does not name $program"
done
./claims.py --help | sed -nE 's/^  ([a-z0-9]+)  .*/\1/p' | grep -v '^all$' | while read -r claim; do
    grep -q "\`bench/claims.py $claim\`" README.md || echo "$claim"
done >"$scratch/out"
[ ! -s "$scratch/out" ] || fail "claims that README.md has no command of: $(cat "$scratch/out")"

# without a build it is said what to build
KAURI_PROGRAM=$scratch/none ./run.py "$KAURI_SOURCE_DIR/demos/area/job.ini" >"$scratch/out" 2>&1 && fail "without a program"
grep -q "^bench: $scratch/none is not there; make release" "$scratch/out" || fail "no program: $(cat "$scratch/out")"
# a job that is wrong ends it with the message of the job
./run.py --runs 1 "$scratch/none.ini" >"$scratch/out" 2>&1 && fail "without a job"
grep -q 'Traceback' "$scratch/out" && fail "a job that is not there: $(cat "$scratch/out")"
# one row of what is foretold
small=$scratch/area/job.ini
copy_demo area "$scratch/area"
sed -i 's/^region_grid_spacing.*/region_grid_spacing = 60/' "$small"
# (resident memory and time are of this build and machine, with sanitizers as well: not held to anything here)
./predict.py "$small" >"$scratch/out" 2>&1
[ $? -le 1 ] || fail "predict.py: $(cat "$scratch/out")"
grep -Eq '\| (0\.9[0-9]|1\.[01][0-9]) \(.*\) \| .* \| (holds|FAILS) \|$' "$scratch/out" || fail "predict.py: $(cat "$scratch/out")"
finish
