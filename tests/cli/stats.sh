# kauri stats: the statistics of runs that were computed apart, with other weights, without some of the
# branches, are those of the job that was computed so; and what does not go together is refused.
# costly
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
copy_demo area "$scratch/area"
cd "$scratch/area" || exit 1
kauri=$KAURI_PROGRAM

# Rates of a site do not depend on the other sites where no point source is collapsed.
grep -v '^region' job.ini >all.ini
printf 'std = true\ncov = true\nmin = true\nmax = true\ndisagg_by_src = true\n' >>all.ini
few=(-p area_source_discretization=60 -p pointsource_distance=1000)
west='174 -41, 174.2 -40.6, 174.5 -41' east='175 -41.5, 175.5 -40.8'

run() { # FOLDER OPTIONS...
    local folder=$1
    shift
    "$kauri" run all.ini -q -e csv "${few[@]}" -o "../$folder" -p "sites=$west, $east" "$@" \
        2>"$scratch/log" || fail "run $folder: $(cat "$scratch/log")"
}

# weigh FROM TO ID=WEIGHT...: the tree with other weights; without a weight the branch is left out.
weigh() {
    local from=$1 to=$2 change
    cp "$from" "$to"
    shift 2
    for change in "$@"; do
        awk -v id="${change%%=*}" -v weight="${change#*=}" '
            index($0, "branchID=\"" id "\"") { held = $0; inside = 1; next }
            inside && /uncertaintyWeight/ { sub(/>.*</, ">" weight "<") }
            inside { held = held "\n" $0; if (/<\/logicTreeBranch>/) {
                inside = 0; if (weight != "") print held }; next }
            { print }' "$to" >"$to.new" && mv "$to.new" "$to"
    done
}

# stats NEW WANT TOLERANCE ARGUMENTS...: what they give is what was computed so.
stats() {
    local new=$1 want=$2 tolerance=$3
    shift 3
    "$kauri" stats "$@" -o "$new" -e csv -q 2>"$scratch/log" || fail "stats $*: $(cat "$scratch/log")"
    "$kauri" compare --rtol "$tolerance" --atol 0 "$new" "$want" >"$scratch/log" 2>&1 ||
        fail "stats $*: $(grep -m 1 -E '^(differ|only)' "$scratch/log")"
    grep -q '^46 tables compared' "$scratch/log" || fail "stats $*: $(tail -n 1 "$scratch/log")"
}

source=source_model_logic_tree.xml gmm=gmm_logic_tree.xml
weigh $source low.xml b-low=1 b-mid= b-high=
weigh $source high.xml b-low= b-mid=0.5 b-high=0.5
weigh $source new.xml b-low=0.1 b-mid=0.2 b-high=0.7
weigh $source fewer.xml b-low= b-mid=0.4 b-high=0.6 m-7.4=1 m-7.6= m-8.0=
weigh $gmm ba08.xml ba08=1 cy08=
weigh $gmm cy08.xml ba08= cy08=1 t02=1 c03=
weigh $gmm c03.xml ba08= cy08=1 t02= c03=1
weigh $gmm gnew.xml ba08=0.9 cy08=0.1

run whole
run west -p "sites=$west"
run east -p "sites=$east"
run low -p source_model_logic_tree_file=low.xml
run high -p source_model_logic_tree_file=high.xml
run new -p source_model_logic_tree_file=new.xml -p gsim_logic_tree_file=gnew.xml
run fewer -p source_model_logic_tree_file=fewer.xml
run ba08 -p gsim_logic_tree_file=ba08.xml
run cy08 -p gsim_logic_tree_file=cy08.xml
run single -p component_rates_precision=float32
run none -p component_rates_precision=none
cd ..

stats same whole 0 whole
stats sites whole 0 west east
# mean_rates_by_src is added up in single precision, in the order of the components
stats branches whole 1e-5 low high --source-tree area/$source
stats weights new 1e-5 whole --source-tree area/new.xml --gsim-tree area/gnew.xml
stats pruned fewer 1e-5 whole --source-tree area/fewer.xml
stats models whole 1e-5 ba08 cy08 --gsim-tree area/$gmm
stats both new 1e-5 west east --source-tree area/new.xml --gsim-tree area/gnew.xml

# single precision halves the rates and moves no table by more than its own rounding
[ "$(stat -c %s single/results.h5)" -lt "$(stat -c %s whole/results.h5)" ] || fail "float32 is not smaller"
[ "$(stat -c %s none/results.h5)" -lt "$(stat -c %s single/results.h5)" ] || fail "none is not smaller"
"$kauri" compare --rtol 0 single whole >/dev/null || fail "storing float32 changed the run's own tables"
"$kauri" stats single -o rounded -e csv -q --statistics 'mean max' --quantiles '' || fail "stats of float32"
"$kauri" export whole hcurves --stat mean -o means || fail "export of means"
for table in means/*.csv; do # 6e-8 of the rates
    "$kauri" compare --rtol 2e-6 --atol 0 means rounded >"$scratch/log" 2>&1
    grep -q "^equal  $(basename "$table") " "$scratch/log" || fail "float32: $(grep "$(basename "$table")" "$scratch/log")"
done

# rates are copied where that is asked for, and serve again
"$kauri" stats low high --source-tree area/$source -o copied --copy-rates -q || fail "--copy-rates"
stats again whole 1e-5 copied
"$kauri" info again | grep -q '^component_rates' && fail "rates are copied without being asked for"
"$kauri" info again | grep -q 'statistics_of = copied' || fail "info does not tell what the statistics are of"

# other statistics
"$kauri" stats whole -o other -q --statistics 'cov, min' --quantiles '0.05 0.95' \
    --quantile-definition half-weight --threads 1 --memory-limit 64M || fail "other statistics"
"$kauri" info other | grep -Eq '^quantile_definition +half-weight' || fail "the definition is not told"
"$kauri" export other --list | grep -Eq '^statistics +quantile-0.05 quantile-0.95 min cov' ||
    fail "other statistics: $("$kauri" export other --list)"

# refuse STATUS TEXT ARGUMENTS...: one line with the text.
refuse() {
    local status=$1 text=$2
    shift 2
    "$kauri" stats -q -o refused "$@" >"$scratch/log" 2>&1
    local got=$?
    [ $got -eq "$status" ] || fail "stats $*: status $got, not $status: $(cat "$scratch/log")"
    grep -qF -- "$text" "$scratch/log" || fail "stats $*: $(cat "$scratch/log")"
    [ "$(wc -l <"$scratch/log")" -eq 1 ] || fail "stats $*: more than a line: $(cat "$scratch/log")"
    [ ! -e refused ] || fail "stats $*: a refused call left a folder"
}

refuse 2 "the folder of a finished run is wanted"
refuse 2 "unknown option --colour" whole --colour
refuse 1 "no results.h5 there" area
refuse 2 "mean, std, cov, min or max" whole --statistics median
refuse 2 "numbers from 0 to 1" whole --quantiles 1.5
refuse 2 "reference, half-weight or merged" whole --quantile-definition best
refuse 2 "no statistic is asked for" whole --statistics '' --quantiles ''
refuse 2 "a finished run is not changed" whole -o whole
refuse 2 "holds results already" whole -o low
refuse 1 "the component rates are not stored" none
refuse 3 "--memory-limit" whole --memory-limit 50K
refuse 1 "they differ in sites and in the logic tree" west low
refuse 1 "is in several of the runs" whole low --source-tree area/$source
refuse 1 "give the weights with --source-tree" low high
refuse 1 "give the weights with --gsim-tree" ba08 cy08
weigh area/$source area/more.xml b-low=0.25
sed -i 's/"b-low"/"b-lowest"/' area/more.xml
refuse 1 "area/more.xml:11: the runs have no branch 'b-lowest' in the set 'b'" whole --source-tree area/more.xml
sed 's/branchSetID="b"/branchSetID="bb"/' area/$source >area/sets.xml
refuse 1 "area/sets.xml:10: the runs have no branch set 'bb'" whole --source-tree area/sets.xml
weigh area/$source area/sum.xml b-low=0.5
refuse 1 "area/sum.xml:10: the weights of branch set 'b' sum to 1.25" whole --source-tree area/sum.xml
sed 's/BooreAtkinson2008/SadighEtAl1997/' area/$gmm >area/models.xml
refuse 1 "area/models.xml:7: the runs have no model 'SadighEtAl1997'" whole --gsim-tree area/models.xml
sed '/branchSetID="mmax"/,/<\/logicTreeBranchSet>/d' area/$source >area/short.xml
refuse 1 "no branch set 'mmax', of which the runs have 3 branches" whole --source-tree area/short.xml
cd area && run levels -p intensity_measure_types_and_levels="{'PGA': [0.1, 0.2]}" && cd ..
refuse 1 "whole and levels do not go together: they differ in measures or levels" whole levels
cd area && run sampled -p number_of_logic_tree_samples=5 && cd ..
"$kauri" stats sampled -o of_samples -q --quantiles 0.5 || fail "statistics of samples"
refuse 1 "the logic tree was sampled" sampled --source-tree area/$source
finish
