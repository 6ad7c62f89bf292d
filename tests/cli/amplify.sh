# Amplification by convolution: statistics are those of the tables of single realizations, and the same whether these
# are kept or not, and for small tiles.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
command -v python3 >/dev/null || exit 77

cp -r "$KAURI_SOURCE_DIR/tests/e2e/cases/amplify_convolution" "$scratch/job"
cd "$scratch/job" || exit 1
options=(-e csv -q -p cov=true -p min=true -p quantile_definition=merged -p hazard_maps=false
    -p uniform_hazard_spectra=false)
"$KAURI_PROGRAM" run job.ini -o single "${options[@]}" || fail "with single realizations: exit status $?"
"$KAURI_PROGRAM" run job.ini -o none "${options[@]}" -p individual_rlzs=false || fail "without: exit status $?"
for table in none/*.csv; do
    cmp -s <(tail -n +2 "$table") <(tail -n +2 "single/${table##*/}") || fail "$table is another without single realizations"
done

python3 - <<'END' || fail "the statistics are not those of the realizations"
import csv, math

def curves(name):
    with open(f"single/hazard_curve-{name}-PGA.csv") as f:
        rows = list(csv.reader(f))[2:]
    return [[float(x) for x in row[3:]] for row in rows]

with open("single/realizations.csv") as f:
    rows = list(csv.reader(f))
weights = [float(row[-1]) for row in rows[1 + ("weight" not in rows[0]):]]
rlzs = [curves(f"rlz-{r:03d}") for r in range(len(weights))]
stats = {name: curves(name) for name in ("mean", "std", "cov", "min", "max")}
assert len(rlzs) == 8 and abs(sum(weights) - 1) < 1e-6
seen = 0
for i, site in enumerate(stats["mean"]):
    for l, mean in enumerate(site):
        x = [c[i][l] for c in rlzs]
        wanted = {"mean": sum(w * v for w, v in zip(weights, x)), "min": min(x), "max": max(x)}
        wanted["std"] = math.sqrt(sum(w * (v - wanted["mean"]) ** 2 for w, v in zip(weights, x)))
        wanted["cov"] = wanted["std"] / wanted["mean"] if mean else 0
        for name, y in wanted.items():
            digits = {"std": mean, "cov": 1}.get(name, y) # a difference of numbers of 7 digits
            assert abs(stats[name][i][l] - y) <= 1e-6 * digits + 1e-9, (name, i, l, stats[name][i][l], y)
        seen += wanted["std"] > 1e-3
assert seen > 3, seen
END

"$KAURI_PROGRAM" info job.ini >"$scratch/said" || fail "info: exit status $?"
for text in 'site amplification  *by convolution, 2 codes and 2 functions of soil.csv' \
    '6 levels on soil from 0.02 to 2.5' 'one by one: the curve of every realization is amplified'; do
    grep -q "$text" "$scratch/said" || fail "info does not say '$text'"
done
"$KAURI_PROGRAM" run job.ini -o half "${options[@]}" -p quantile_definition=half-weight 2>"$scratch/log"
[ $? -eq 1 ] || fail "half-weight: not exit status 1"
grep -q 'half-weight is not there for curves on soil by convolution' "$scratch/log" || fail "half-weight: $(cat "$scratch/log")"
finish
