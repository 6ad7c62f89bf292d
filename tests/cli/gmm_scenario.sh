# kauri gmm --scenario: values are those of --table for the inputs that it writes, drawings are XML, and
# what is said to wrong calls.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"

expect() {
    local status=$1 text=$2
    shift 2
    "$KAURI_PROGRAM" gmm "$@" >"$scratch/said" 2>&1
    local got=$?
    [ $got -eq "$status" ] || fail "kauri gmm $*: exit status $got, not $status"
    [ -z "$text" ] || grep -qF -- "$text" "$scratch/said" || fail "kauri gmm $*: does not say '$text': $(cat "$scratch/said")"
    [ "$status" -eq 0 ] || [ "$(wc -l <"$scratch/said")" -eq 1 ] ||
        grep -q usage "$scratch/said" || fail "kauri gmm $*: more than one line"
}

says() {
    local text=$1 scenario=$2
    expect 2 "$text" BooreEtAl2014 --scenario "$scenario"
}

# same NAME SCENARIO: for each measure, the columns median and total_stddev are those of --table
same() {
    local measure n
    "$KAURI_PROGRAM" gmm "$1" --scenario "$2" >"$scratch/s.csv" 2>"$scratch/log" || fail "$1, $2: $(cat "$scratch/log")"
    n=$(head -1 "$scratch/s.csv" | tr , '\n' | wc -l)
    for measure in $(sed 1d "$scratch/s.csv" | cut -d, -f2 | uniq); do
        grep -E "^model|,$(printf %s "$measure" | sed 's/[().]/\\&/g')," "$scratch/s.csv" | cut -d, -f3-$((n - 4)) |
            sed '1s/^period,/damping,/; 2,$s/^'"${3:-@}"',/5,/' >"$scratch/t.csv"
        "$KAURI_PROGRAM" gmm "$1" --table "$scratch/t.csv" --imt "$measure" |
            sed 1d | rev | cut -d, -f1-4 | rev >"$scratch/table"
        grep -F ",$measure," "$scratch/s.csv" | rev | cut -d, -f1-4 | rev >"$scratch/scenario"
        [ -s "$scratch/table" ] && cmp -s "$scratch/table" "$scratch/scenario" ||
            fail "$1, $2: $measure is not that of --table: $(diff "$scratch/table" "$scratch/scenario" | head -4)"
    done
}
same BooreEtAl2014 'mag=7 rrup=1:300 vs30=300'
same AbrahamsonEtAl2014 'mag=5:8:20 rjb=3.3 rake=90 dip=35'
same CampbellBozorgnia2014 'mag=6.2345 rx=-20:20:9 rake=-90 ztor=1.5'
same ChiouYoungs2014 'mag=6 repi=0:50:5 vs30measured=1'
same BooreEtAl2014 'mag=7 rrup=20 vs30=300'
same AbrahamsonEtAl2014 'mag=7 rx=-10 dip=50 rake=90'
# one distance is the first point of a range
"$KAURI_PROGRAM" gmm BooreEtAl2014 --scenario 'mag=7 rrup=20' >"$scratch/point.csv"
"$KAURI_PROGRAM" gmm BooreEtAl2014 --scenario 'mag=7 rrup=20:30:2' | grep -v ',30,' >"$scratch/range.csv"
[ "$(wc -l <"$scratch/point.csv")" -eq 3 ] && cmp -s "$scratch/point.csv" "$scratch/range.csv" || fail "one distance: $(cat "$scratch/point.csv")"
same BooreEtAl2014 'mag=6.6 rhypo=12 vs30=150:1500:12'

# spectra: only the periods that a model has; the same value as over distances
"$KAURI_PROGRAM" gmm SadighEtAl1997 BooreEtAl2014 --scenario 'mag=7 rrup=20 period=0.01:10:31' >"$scratch/p.csv"
[ "$(grep -c ^BooreEtAl2014 "$scratch/p.csv")" -eq 31 ] || fail "a model with all periods has not all"
n=$(grep -c ^SadighEtAl1997 "$scratch/p.csv")
{ [ "$n" -gt 5 ] && [ "$n" -lt 31 ]; } || fail "SadighEtAl1997 has $n of 31 periods"
one() { grep "^$1,SA(1.0)," "$2" | rev | cut -d, -f1-4 | rev; }
"$KAURI_PROGRAM" gmm BooreEtAl2014 --scenario 'mag=7 rrup=20:30:2 ztor=0' --imt 'SA(1.0)' | grep -v ',30,' >"$scratch/d.csv"
"$KAURI_PROGRAM" gmm BooreEtAl2014 --scenario 'mag=7 rrup=20 ztor=0 period=1:10:3' >"$scratch/p.csv"
[ -n "$(one BooreEtAl2014 "$scratch/d.csv")" ] &&
    [ "$(one BooreEtAl2014 "$scratch/d.csv" | head -1)" = "$(one BooreEtAl2014 "$scratch/p.csv")" ] ||
    fail "a spectrum at 1 s is not the value of SA(1.0)"

# files: several models, TOML and a name with arguments, as table and drawing
toml='[BooreEtAl2014]
region = "JPN"'
expect 0 "" BooreEtAl2014 "$toml" Idriss2014 --scenario 'mag=7 rrup=1:300' -e csv,svg -o "$scratch/out"
head -1 "$scratch/out.csv" | grep -q '^model,measure,rrup,mag,rake,.*,median,total_stddev,inter_stddev,intra_stddev$' ||
    fail "the head of the table: $(head -1 "$scratch/out.csv")"
[ "$(grep -c ^Idriss2014,PGA, "$scratch/out.csv")" -eq 61 ] || fail "61 rows were wanted"
grep -q '^"BooreEtAl2014 region = ""JPN""",PGA,1,7,' "$scratch/out.csv" || fail "a TOML table is not named as it is"
# what was not given is told, and only that
grep -q '>Assumed: rake 0 degrees, ' "$scratch/out.svg" && grep -q 'vs30 760 m/s' "$scratch/out.svg" ||
    fail "the drawing does not tell what was assumed: $(grep Assumed "$scratch/out.svg")"
expect 0 "" BooreEtAl2014 --scenario 'mag=7 rjb=1:300 vs30=400 rake=90 z1pt0=100' -e svg -o "$scratch/given"
! grep -q Assumed "$scratch/given.svg" || fail "nothing was assumed: $(grep Assumed "$scratch/given.svg")"
expect 0 "" BooreEtAl2014 --scenario 'mag=7 rrup=20 period=0.01:10' -e svg -o "$scratch/spectrum.svg"
expect 0 "" BooreEtAl2014 --scenario 'mag=5:8 rrup=20' --imt PGA,PGV,0.2,1,3 -e svg -o "$scratch/mag"
for f in out spectrum mag; do
    [ "$(grep -c 'class="frame"' "$scratch/$f.svg")" -ge 2 ] || fail "$f.svg has no plots"
    ! grep -qiE '[" ,LM](nan|-nan|inf|-inf)' "$scratch/$f.svg" || fail "$f.svg has values that are no numbers"
    if command -v xmllint >/dev/null; then
        xmllint --noout "$scratch/$f.svg" || fail "$f.svg is not XML"
    elif command -v python3 >/dev/null; then
        python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' "$scratch/$f.svg" || fail "$f.svg is not XML"
    fi
done

# wrong calls
expect 2 "takes one model" --scenario 'mag=7 rrup=1:300'
expect 2 "-e md: csv and svg go with" BooreEtAl2014 --scenario 'mag=7 rrup=1:300' -e md
expect 2 "-e svg wants -o PREFIX" BooreEtAl2014 --scenario 'mag=7 rrup=1:300' -e svg
expect 1 "did you mean" BoreEtAl2014 --scenario 'mag=7 rrup=1:300'
expect 2 "needs siteclass, which does not follow from the others: give siteclass=WORD" LanzanoEtAl2020_EC8 \
    --scenario 'mag=7 rrup=1:300'
expect 0 ",B," LanzanoEtAl2020_EC8 --scenario 'mag=7 rrup=1:300 siteclass=B'
expect 2 "has its own measures" BooreEtAl2014 --scenario 'mag=7 rrup=3 period=1:2' --imt PGA
expect 7 "none/out.csv: cannot be written: No such file" BooreEtAl2014 --scenario 'mag=7 rrup=1:300' -o "$scratch/none/out"
says "no quantity is called rup; did you mean rrup?" 'mag=7 rup=1:300'
says "rrup=1:300 and mag=5:8: one range at a time" 'rrup=1:300 mag=5:8'
says "one of rrup, rjb, rx, repi and rhypo is wanted" 'mag=7'
expect 2 "a drawing wants a range" BooreEtAl2014 --scenario 'mag=7 rrup=20' -e svg -o "$scratch/none"
[ ! -e "$scratch/none.svg" ] || fail "a drawing of one point"
says "a magnitude is wanted" 'rrup=1:300'
says "one of rrup, rjb" 'mag=5:8'
says "one of rrup, rjb" 'mag=5:8 rrup=20 rjb=20'
says "this is given twice" 'mag=5:8 mag=7'
says "2 to 256 points" 'mag=7 rrup=1:300:1'
says "with lo below hi" 'mag=7 rrup=300:1'
says "a number is wanted" 'mag=seven rrup=1:300'
says "key=value is wanted" 'mag rrup=1:300'
says "rrup=2 is nearer than the rupture lets: ztor is 5 km" 'mag=7 rrup=2:300 ztor=5'
says "a dip is above 0" 'mag=7 rrup=2:300 dip=0'
finish
