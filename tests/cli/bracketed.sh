# A tree too large for exact quantiles: those given lie within the bounds that the rates of the branches set, which are
# added up on a grid, once rounded down and once up; the same with little memory and from kauri stats.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
command -v python3 >/dev/null || exit 77
cd "$scratch" || exit 1
python3 "$KAURI_SOURCE_DIR/tests/support/branches.py" 30 free || fail "the job cannot be written"

"$KAURI_PROGRAM" info job.ini >said || fail "info: exit status $?"
grep -q '^statistics  *bracketed$' said || fail "not bracketed: $(grep ^statistics said)"
"$KAURI_PROGRAM" run job.ini -o a -e csv -q >log 2>&1 || fail "run: $(tail -n 1 log)"
"$KAURI_PROGRAM" export a components component_rates -o parts >log 2>&1 || fail "export: $(tail -n 1 log)"
python3 - <<'END' || fail "quantiles are not between their bounds"
import csv, math

YEARS, STEPS = 50, 20000
WEIGHTS = {"q": [0.7, 0.3], "p": [0.4, 0.35, 0.25]}

def table(name):
    with open(name) as f:
        return list(csv.reader(f))[2:]

source = {row[0]: row[5].split(";") for row in table("parts/components.csv")}
rates = table("parts/component_rates-PGA.csv")
seen = 0
for site in ("0.00000", "0.30000"):
    for level in (4, 5, 6):
        sets = {}
        for row in rates:
            if row[1] == site:
                name, variant = source[row[0]]
                sets.setdefault(name, {})[int(variant)] = YEARS * float(row[level])
        assert len(sets) == 31
        step = sum(max(v.values()) for v in sets.values()) / STEPS
        bounds = []
        for way in (math.floor, math.ceil):
            spread = {0: 1.0}
            for name, values in sets.items():
                more = {}
                for k, value in values.items():
                    shift, w = way(value / step), WEIGHTS[name[0]][k]
                    for at, p in spread.items():
                        more[at + shift] = more.get(at + shift, 0.0) + p * w
                spread = more
            bounds.append(sorted(spread.items()))
        for q in ("0.05", "0.31", "0.5", "0.9"):
            row = next(r for r in table(f"a/quantile_curve-{q}-PGA.csv") if r[0] == site)
            found = -math.log1p(-float(row[level - 1]))
            ends = []
            for spread in bounds:
                total = 0
                for at, p in spread:
                    total += p
                    if total >= float(q):
                        break
                ends.append(at * step)
            low, high = ends
            assert low * (1 - 1e-3) - 1e-6 <= found <= high * (1 + 1e-3) + 1e-6, (site, level, q, low, found, high)
            assert high - low < 0.01 * high, (low, high)
            seen += 1
assert seen == 24
END
"$KAURI_PROGRAM" verify a >log 2>&1 || fail "verify: $(tail -n 1 log)"
"$KAURI_PROGRAM" run job.ini -o b -e csv -q --memory-limit 6M --threads 1 >log 2>&1 || fail "little memory: $(tail -n 1 log)"
"$KAURI_PROGRAM" stats a -o c -e csv -q >log 2>&1 || fail "stats: $(tail -n 1 log)"
for other in b c; do
    "$KAURI_PROGRAM" compare a $other --rtol 0 >log || fail "$other differs: $(grep -m 3 ^differ log)"
done
finish
