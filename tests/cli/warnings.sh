# What is given and has no effect, or gives numbers that mean little: one warning each, on the terminal, in the
# report and in kauri info.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
copy_demo area "$scratch/job"
cd "$scratch/job" || exit 1
kauri=$KAURI_PROGRAM

# told WORDS OPTIONS...: a run says so in the three places, and nothing else
told() {
    local words=$1
    shift
    "$kauri" run job.ini -o out -q -p area_source_discretization=100 -p 'region=174 -42, 174 -41.5, 175 -41.5' -p poes=0.1 "$@" 2>log ||
        fail "$*: $(cat log)"
    [ "$(grep -c '' log)" -eq 1 ] && grep -qF -- "kauri: warning: $words" log || fail "$*: does not say '$words': $(cat log)"
    "$kauri" info out | grep -F -- "$words" | grep -q '^warnings ' || fail "$*: info does not say '$words'"
    grep '^"warnings"' out/report.html | grep -qF -- "$words" || fail "$*: the report does not say '$words'"
}
told '-p return_periods: return_periods have no effect: poes are given' -p return_periods=475
told 'maps and spectra of std are no spread of motions' -p std=true
told 'maps and spectra of std and cov are no spread of motions' -p std=true -p cov=true
told 'PGA: curves end above the probability 1e-07 at 43 of 43 sites' -p poes=1e-7 \
    -p "intensity_measure_types_and_levels={'PGA': logscale(0.005, 2.0, 5)}"
told 'SA(0.2): curves end above the probability 0.1 at ' -p site_count=3 -p quantiles= \
    -p "intensity_measure_types_and_levels={'SA(0.2)': logscale(0.005, 0.3, 5), 'PGA': logscale(0.005, 2.0, 5)}"
"$kauri" stats out --statistics cov -o new -q 2>log || fail "stats: $(cat log)"
[ "$(grep -c '' log)" -eq 1 ] && grep -q 'maps and spectra of cov' log || fail "stats: $(cat log)"
[ "$("$kauri" info new | grep -c 'curves end above')" -eq 1 ] || fail 'the warning of the run is not taken over once'

# tables of an earlier run go with its results
"$kauri" run job.ini -o out -q -e csv -p poes=0.1 -p site_count=1 -p area_source_discretization=100 2>log || fail "$(cat log)"
tables=$(ls out/*.csv | wc -l)
"$kauri" run job.ini -o out -q -p poes=0.1 -p site_count=1 -p area_source_discretization=100 2>log || fail "$(cat log)"
grep -q "warning: out: the tables of an earlier run ($tables) are removed" log || fail "nothing of tables that go: $(cat log)"
compgen -G 'out/*.csv' >/dev/null && fail 'tables of an earlier run stay'
"$kauri" run job.ini -o out -q -p poes=0.1 -p site_count=1 -p area_source_discretization=100 2>log && [ ! -s log ] || fail "a third run: $(cat log)"

# a job whose sites no source reaches: told before the run, which refuses it
sed -i '/^region/d' job.ini
far=(job.ini -p area_source_discretization=100 -p 'sites=10 20, 11 20')
for form in -q --json; do
    "$kauri" info "${far[@]}" $form >told 2>log || fail "info: $(cat log)"
    grep -q 'warning: job.ini: no source is within the maximum distance of any site, as far as' log || fail "$form: $(cat log)"
done
"$kauri" run "${far[@]}" -q -o far 2>log && fail 'a run that no source reaches'
grep -q 'no source is within the maximum distance of any site' log || fail "run: $(cat log)"
finish
