# kauri gmm: the list, its copy in docs, tables, checks, and what is said to wrong calls.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"

expect() {
    local status=$1 text=$2
    shift 2
    "$KAURI_PROGRAM" gmm "$@" >"$scratch/said" 2>&1
    local got=$?
    [ $got -eq "$status" ] || fail "kauri gmm $*: exit status $got, not $status"
    grep -qF -- "$text" "$scratch/said" || fail "kauri gmm $*: does not say '$text': $(cat "$scratch/said")"
}

expect 2 "one of --list, --table"
expect 2 "one of --list, --table" -v
expect 0 "rupture: mag rake; distance: rjb; site: vs30" BooreEtAl2014
expect 0 "kauri gmm BooreEtAl2014NoSOF --scenario" Idriss2014 BooreEtAl2014NoSOF
expect 0 "BooreEtAl2014 with sof = 0" BooreEtAl2014NoSOF
expect 0 "BooreEtAl2014HighQ" Boore # no name, but a part of some
expect 1 "has 'Idris2014' in its name, reference or tectonic region; did you mean 'Idriss2014'?" Idris2014
[ "$(wc -l <"$scratch/said")" -eq 1 ] || fail "a name that is none: $(cat "$scratch/said")"
expect 2 "one text at a time" --list a b
expect 2 "--table takes one model" --table x.csv
expect 1 "no ground-motion model has" --list Xyzzy
expect 0 "doi:10.1193/070613EQS195M" --list Idriss2014
expect 0 "BooreEtAl2014 with region = 'JPN'; sof = 0" --list
expect 0 '"Idriss2014","","Active Shallow Crust"' --list -e csv

# docs/gmm.md is current
"$KAURI_PROGRAM" gmm --list -e md >"$scratch/list"
sed '1,/^<!-- kauri gmm/d' "$KAURI_SOURCE_DIR/docs/gmm.md" >"$scratch/doc"
diff "$scratch/list" "$scratch/doc" >"$scratch/log" ||
    fail "docs/gmm.md is not what 'kauri gmm --list -e md' prints: $(head -5 "$scratch/log")"

# a table
printf 'mag,rrup,rake,vs30,PGA\n6.5,20,0,760,\n7,100.5,90,300,\n' >"$scratch/t.csv"
expect 0 "6.5,0,20,760,0.1127831" Idriss2014 --table "$scratch/t.csv"
expect 0 "SA(0.2) median,SA(0.2) total_stddev" Idriss2014 --table "$scratch/t.csv" --imt 0.2
expect 1 "no column for rjb, which BooreEtAl2014 needs" BooreEtAl2014 --table "$scratch/t.csv"
expect 1 "'XYZ' is none of CHN, JPN, TWN" AbrahamsonEtAl2014 --arg region=XYZ --table "$scratch/t.csv"
expect 1 "unknown ground-motion model 'Idris2014'; did you mean" Idris2014 --table "$scratch/t.csv"
expect 2 "'XY' is not a measure" Idriss2014 --table "$scratch/t.csv" --imt XY
printf 'mag,rup,PGA\n' >"$scratch/u.csv"
expect 1 "u.csv:1: the column 'rup' is neither" Idriss2014 --table "$scratch/u.csv"

# a check that passes, one that fails, a model that is missing
mkdir "$scratch/verification"
"$KAURI_PROGRAM" gmm Idriss2014 --table "$scratch/t.csv" | cut -d, -f1-5 |
    sed '1s/PGA median/result_type,damping,pga/;2,$s/\(.*\),/\1,MEAN,5,/' >"$scratch/verification/a.csv"
entry() {
    printf '[{"gsim": "%s", "kwargs": {}, "tables": ["a.csv"], "mean_tolerance_percent": 0.01,
        "stddev_tolerance_percent": 0.01}]' "$1" >"$scratch/v.json"
}
entry Idriss2014
expect 0 "1 of 1 pass" --check "$scratch/v.json"
entry SadighEtAl1997
expect 6 "FAIL    SadighEtAl1997" --check "$scratch/v.json"
entry NoSuchModel
expect 0 "missing  NoSuchModel" --check "$scratch/v.json" -v
expect 1 "none.json" --check "$scratch/none.json"

# arguments of all kinds: a model inside, as a dict and as a text, whose median is doubled; another factor fails
printf '%s\n' mag,rrup,rake,vs30,result_type,damping,pga 6.5,20,0,760,MEAN,5,0.225566298 \
    6.5,20,0,760,TOTAL_STDDEV,5,0.68514937 7,100.5,90,300,MEAN,5,0.097206989 >"$scratch/verification/twice.csv"
kinds() { # INNER FACTOR
    printf '{"gsim": "ModifiableGMPE", "kwargs": {"gmpe": %s, "set_scale_median_scalar": {"scaling_factor": %s},
        "set_scale_median_vector": null}, "tables": ["twice.csv"], "mean_tolerance_percent": 0.01,
        "stddev_tolerance_percent": 0.01}' "$1" "$2"
}
echo "[$(kinds '{"Idriss2014": {}}' 2.0), $(kinds "\"{'Idriss2014': {}}\"" 2)]" >"$scratch/v.json"
expect 0 "2 of 2 pass, 0 fail" --check "$scratch/v.json"
echo "[$(kinds '{"Idriss2014": {}}' 2.1)]" >"$scratch/v.json"
expect 6 "0 of 1 pass, 1 fail" --check "$scratch/v.json"
expect 6 "1 of 1 entries fail" --check "$scratch/v.json" -o "$scratch/report"
grep -q '0 of 1 pass, 1 fail' "$scratch/report" || fail "the report of what differs is not written"
for wrong in '{"a": 1}|a list of models is wanted' '[{"a": 1}]|an entry has no text' '[{"a": 1}|v.json:2: '; do
    echo "${wrong%|*}" >"$scratch/v.json"
    expect 1 "${wrong#*|}" --check "$scratch/v.json"
done

# parameters in the list; wrong tables; tables that are wanted elsewhere
expect 0 "gmpe_table (required): NGAEast" --list NGAEastGMPE
expect 0 "tau_model = 'global': between-event deviation" --list NGAEastGMPE
"$KAURI_PROGRAM" gmm Idriss2014 --table "$scratch/t.csv" -o "$scratch/o.csv" || fail "-o: exit status $?"
"$KAURI_PROGRAM" gmm Idriss2014 --table "$scratch/t.csv" | cmp -s - "$scratch/o.csv" || fail "-o writes another table"
expect 2 "an argument is key=value" Idriss2014 --table "$scratch/t.csv" --arg region
table() { # TEXT LINE...
    local text=$1
    shift
    printf '%s\n' "$@" >"$scratch/u.csv"
    expect 1 "$text" Idriss2014 --table "$scratch/u.csv"
}
table "u.csv:1: the column mag is given twice" mag,rrup,mag,vs30,PGA 6,20,6,760,
table "u.csv:3: 6 fields where the header has 5" mag,rrup,rake,vs30,PGA 6,20,0,760, 6,20,0,760,,1
table "u.csv:2: no result is called 'MEDIAN'; MEAN," mag,rrup,rake,vs30,result_type,PGA 6,20,0,760,MEDIAN,
table "u.csv:2: rrup: 'far' is not a number" mag,rrup,rake,vs30,PGA 6,far,0,760,
table "u.csv:1: the table has no header" ""
table "u.csv:1: the table has no column for a measure" mag,rrup,rake,vs30 6,20,0,760
expect 2 "more than 16 models" $(printf 'Idriss2014 %.0s' {1..17}) --scenario rrup=1-100
expect 2 "-e md: csv and md go with --list" Idriss2014 --table "$scratch/t.csv" -e md
finish
