# Where the uncertainty comes from: what the tables say against the curves of all realizations; the
# same from the run and from kauri export; what cannot be told is refused.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
kauri=$KAURI_PROGRAM
case=$KAURI_SOURCE_DIR/tests/e2e/cases/lt_two_models
out=$scratch/out

"$kauri" run "$case/job.ini" -o "$out" -e csv -q -p poes='0.1 0.02' -p quantiles='0.2 0.5' \
    -p uncertainty=true 2>"$scratch/log" || fail "run: $(cat "$scratch/log")"

# Branches of the three sets by their letters: "AAB~BA" takes the first of s, the second of u1, the
# second model. tornado: mean_poe and mean_rate of the first level given each branch, at both sites,
# and the shares of the variance of rates.
awk -F, -v time=50 '
    function close_to(a, b, what) {
        if ((a - b)^2 > (2e-5 * b)^2 + 1e-24) { print what ": " a " is not " b; bad = 1 }
    }
    function rate(poe) { return -log(1 - poe) / time }
    BEGIN { place["s"] = 2; place["u1"] = 3; place["Active Shallow Crust"] = 5 }
    FNR <= 2 { next }
    FILENAME ~ /realizations/ { letters[$1] = $2; weight[$1] = $3; next }
    FILENAME ~ /hazard_curve-rlz/ {
        split(FILENAME, part, "-")
        r = part[length(part) - 1] + 0
        site = $1 FS $2
        mean[site] += weight[r] * rate($4)
        square[site] += weight[r] * rate($4)^2
        for (set in place) {
            key = site FS set FS index("AB", substr(letters[r], place[set], 1))
            total[key] += weight[r]
            poe[key] += weight[r] * $4
            rates[key] += weight[r] * rate($4)
        }
        next
    }
    $4 != "iml" || $5 != "1.000000E-02" { next }
    FILENAME ~ /tornado/ {
        key = $1 FS $2 FS $7
        number[key]++
        key = key FS number[key]
        close_to($9, total[key], "weight of " key)
        close_to($10, rates[key] / total[key], "mean_rate of " key)
        close_to($11, poe[key] / total[key], "mean_poe of " key)
        close_to($12 / 100 + 1, rates[key] / total[key] / mean[$1 FS $2], "shift of " key)
        rows++
        next
    }
    {
        site = $1 FS $2
        variance = square[site] - mean[site]^2
        close_to($8 * $8, variance, "variance")
        sum[site] += $10
        if ($9 == "interactions") { close_to(sum[site], 1, "shares"); sums++; next }
        between = 0
        for (k = 1; k <= 2; k++) {
            key = site FS $9 FS k
            between += total[key] * (rates[key] / total[key] - mean[site])^2
        }
        close_to($10 + 1, between / variance + 1, "share of " $9)
    }
    END { if (rows != 12 || sums != 2) { print rows " rows, " sums " sums"; bad = 1 }; exit bad }
' "$out"/realizations.csv "$out"/hazard_curve-rlz-*-PGA.csv "$out/tornado-PGA.csv" \
    "$out/variance_shares-PGA.csv" >"$scratch/log" || fail "$(cat "$scratch/log")"

# From the finished run the same, by any number of threads, and derivatives besides.
"$kauri" export "$out" variance_shares tornado weight_derivatives -o "$scratch/tables" \
    2>"$scratch/log" || fail "export: $(cat "$scratch/log")"
for table in "$scratch/tables"/variance_shares-*.csv "$scratch/tables"/tornado-*.csv; do
    cmp -s "$table" "$out/$(basename "$table")" || fail "$(basename "$table") differs"
done
# along the weights as they are, the gains and losses of a branch set with two branches are equal
awk -F, 'FNR <= 2 { if (FNR == 2 && $12 != "quantile-0.5") bad = 1; next }
    { key = $1 FS $2 FS $4 FS $5 FS $7
      if (key in first) { d = first[key] + $10; if (d > 1e-6 || d < -1e-6) bad = 1; n++ }
      else { first[key] = $10; any += $10 != 0 } }
    END { exit bad || n != 60 || any < 40 }' <(tr -d '\r' <"$scratch/tables/weight_derivatives-PGA.csv") ||
    fail "weight_derivatives"

"$kauri" run "$case/job.ini" -o "$scratch/none" -q -p component_rates_precision=none \
    2>"$scratch/log" || fail "run: $(cat "$scratch/log")"
"$kauri" export "$scratch/none" tornado -o "$scratch/more" >"$scratch/log" 2>&1
[ $? -eq 1 ] || fail "a tornado without component rates"
grep -q 'component rates were not stored' "$scratch/log" || fail "$(cat "$scratch/log")"

"$kauri" run "$KAURI_SOURCE_DIR/tests/e2e/cases/amplify_convolution/job.ini" -o "$scratch/soil" -q \
    -p uncertainty=true >"$scratch/log" 2>&1
[ $? -eq 1 ] || fail "uncertainty on soil"
grep -q 'curves on soil by convolution are no sums' "$scratch/log" || fail "$(cat "$scratch/log")"

# new statistics have those tables with the component rates only, and say so
"$kauri" stats "$out" -o "$scratch/new" -e csv 2>"$scratch/log" || fail "stats: $(cat "$scratch/log")"
grep -q 'variance_shares and tornado have no tables here: --copy-rates' "$scratch/log" || fail "stats says $(cat "$scratch/log")"
"$kauri" export "$scratch/new" tornado -o "$scratch/none" 2>"$scratch/log" && fail 'tornado without rates'
grep -q 'were not stored (kauri stats: --copy-rates)' "$scratch/log" || fail "tornado: $(cat "$scratch/log")"
"$kauri" stats "$out" -o "$scratch/rates" -e csv --copy-rates 2>"$scratch/log" || fail "stats: $(cat "$scratch/log")"
! grep -q 'have no tables' "$scratch/log" && compgen -G "$scratch/rates/tornado-*.csv" >/dev/null || fail "--copy-rates: $(cat "$scratch/log")"
finish
