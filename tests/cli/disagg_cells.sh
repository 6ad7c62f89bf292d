# disagg_cells_precision: what info foretells, what kauri stats makes of the stored rates by cell (levels, weights, sites,
# tables) beside runs that compute it, and what is refused, in one line.
# costly
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
copy_demo disaggregation "$scratch/job"
cd "$scratch/job" || exit 1
kauri=$KAURI_PROGRAM
grep -v '^poes_disagg' job.ini >poes.ini
awk '/^intensity_measure_types_and_levels/ { skip = 3 } skip-- > 0 { next } { print }' poes.ini >iml.ini
cells=(-p disagg_cells_precision=float64)

ok() { # COMMAND...
    "$@" >said 2>err || fail "$*: $(cat err)"
}

same() { # RTOL A B TABLES: as many tables are equal, but for what sums that cancel leave
    "$kauri" compare --rtol "$1" --atol "$([ "$1" = 0 ] && echo 0 || echo 1e-13)" "$2" "$3" >said 2>&1 || fail "$2, $3: $(grep -m 1 -E '^(differ|only)' said)"
    grep -q "^$4 tables compared" said || fail "$2, $3: $(tail -n 1 said)"
}

refused() { # STATUS TEXT COMMAND...: one line, and no results
    local status=$1 text=$2
    shift 2
    "$@" >said 2>err
    [ $? -eq "$status" ] || fail "$*: not status $status: $(cat err)"
    [ "$(wc -l <err)" -eq 1 ] && grep -q -e "$text" err || fail "$*: said $(cat err)"
    [ ! -e none/results.h5 ] || fail "$*: there are results"
}

# what is foretold holds what is written
ok "$kauri" info job.ini "${cells[@]}"
grep -q 'MB are rates by cell at 64 levels (float64), packed less$' said || fail "info: $(cat said)"
ok "$kauri" info job.ini "${cells[@]}" --json
most=$(grep -o '"bytes": [0-9.e+]*' said | tail -n 1 | grep -o '[0-9.e+]*$')
ok "$kauri" run job.ini -q -e csv -o whole "${cells[@]}"
real=$(stat -c %s whole/results.h5)
awk -v most="$most" -v real="$real" 'BEGIN { exit !(real < most && most < 20 * real) }' || fail "$real bytes, foretold $most"
ok "$kauri" info whole
grep -q '^disagg-cells/rate  *64 x 1066 x 6, double precision$' said || fail "info of the folder: $(cat said)"
ok "$kauri" run job.ini -q -e csv -o plain
same 0 plain whole 9
ok "$kauri" run job.ini -q -o single -p disagg_cells_precision=float32
[ "$(stat -c %s single/results.h5)" -lt "$real" ] || fail "float32 is not smaller"

# the run's own tables; none of the ruptures' files is needed
mkdir away && mv ./*.xml away/
ok "$kauri" stats whole -e csv -q -o own
same 0 whole own 9
ok "$kauri" stats whole -e csv -q -o some -p 'disagg_outputs=TRT_Mag_Dist' -p 'poes_disagg=0.05' -p rlz_index=1
[ -s some/TRT_Mag_Dist-0.csv ] && [ ! -e some/Mag_Dist-0.csv ] || fail "other tables: $(ls some)"
ok "$kauri" stats whole -o told -p poes_disagg=0.05
grep -q '2 of 2 levels lie between those of the curves' err || fail "levels between: $(cat err)"
[ -s some/report.html ] || fail "no report"
ok "$kauri" plot some disagg -o plot.svg
mv away/*.xml .

# a limit in which the rates at all levels do not fit: read in passes, the same bits
fine=(-p distance_bin_width=2 -p mag_bin_width=0.1 -p coordinate_bin_width=100 -p disagg_outputs=TRT_Mag_Dist_Eps)
poes='0.1 0.09 0.08 0.07 0.06 0.05 0.04 0.03 0.02 0.01'
ok "$kauri" run job.ini -q -o fine "${cells[@]}" "${fine[@]}"
ok "$kauri" stats fine -e csv -q -o once -p "poes_disagg=$poes"
ok "$kauri" stats fine -e csv -o passes -p "poes_disagg=$poes" --memory-limit 13M
grep -q 'the rates of a site are read 2 times, for 1 of 2 measures at a time' err || fail "no passes: $(cat err)"
same 0 once passes 6

# other weights, fewer branches: at a level of the curves as a run with ruptures
level='0.005 * (3.0 / 0.005) ** (20 / 29)'
pga=$(python3 -c "print(repr($level))") sa=$(python3 -c "print(repr(0.002 * (2.0 / 0.002) ** (15 / 29)))")
iml="iml_disagg={'PGA': $pga, 'SA(2.0)': $sa}"
awk '/<uncertaintyWeight>/ { n++; w = n == 1 ? 0.9 : n == 2 ? 0.1 : 0; if (w) sub(/>[^<]*</, ">" w "<") } { print }' \
    gmm_logic_tree.xml >weights.xml
cmp -s weights.xml gmm_logic_tree.xml && fail "the weights are the same"
more=(-p 'disagg_statistics=mean variance branches' -p 'rlz_index=2 0')
ok "$kauri" run iml.ini -q -e csv -o fresh -p "$iml" -p gsim_logic_tree_file=weights.xml "${more[@]}"
ok "$kauri" stats whole -q -e csv -o weights -p "$iml" --gsim-tree weights.xml "${more[@]}"
rm fresh/hazard_* weights/hazard_* fresh/mean_rates* weights/mean_rates* fresh/realizations.csv weights/realizations.csv
same 2e-6 fresh weights "$(ls fresh/*.csv | wc -l)"
python3 - <<'END' || fail "pruning"
import re
text = open('gmm_logic_tree.xml').read()
blocks = re.findall(r'<logicTreeBranch .*?</logicTreeBranch>', text, re.S)
kept = re.sub(r'(<uncertaintyWeight>)[^<]*', r'\g<1>1.0', blocks[0])
open('pruned.xml', 'w').write(text.replace(blocks[1], '').replace(blocks[0], kept))
END
more=(-p 'disagg_statistics=mean branches')
ok "$kauri" run iml.ini -q -e csv -o fewer -p "$iml" -p gsim_logic_tree_file=pruned.xml "${more[@]}"
ok "$kauri" stats whole -q -e csv -o pruned -p "$iml" --gsim-tree pruned.xml "${more[@]}"
rm fewer/hazard_* pruned/hazard_* fewer/mean_rates* pruned/mean_rates* fewer/realizations.csv pruned/realizations.csv
same 2e-6 fewer pruned "$(ls fewer/*.csv | wc -l)"

# what cannot be
new=(-q -o none)
refused 2 'what can be given anew is poes_disagg' "$kauri" stats whole "${new[@]}" -p mag_bin_width=1
refused 2 'given twice' "$kauri" stats whole "${new[@]}" -p rlz_index=1 -p rlz_index=2
refused 2 'give one of the two' "$kauri" stats whole "${new[@]}" -p poes_disagg=0.1 -p "$iml"
refused 1 'stored no rates by cell; .* disagg_cells_precision = float64' "$kauri" stats plain "${new[@]}" -p poes_disagg=0.1
refused 1 'sources and sections have needs ruptures' "$kauri" stats whole "${new[@]}" -p disagg_statistics=sources
refused 1 'occurrence: it is the difference' "$kauri" stats whole "${new[@]}" -p disagg_statistics=occurrence
refused 1 'stored from 0.005 to 3 of PGA, and 4 is outside' "$kauri" stats whole "${new[@]}" \
    -p "iml_disagg={'PGA': 4, 'SA(2.0)': 0.1}"
refused 1 'one level for each measure of the run' "$kauri" stats whole "${new[@]}" -p "iml_disagg={'PGA': 1}"
refused 1 "gives no level of SA(2.0)" "$kauri" stats whole "${new[@]}" -p "iml_disagg={'PGA': 1, 'SA(1.0)': 1}"
refused 1 'must be above 0 and below 1' "$kauri" stats whole "${new[@]}" -p poes_disagg=1
refused 1 'the tree has 4 realizations' "$kauri" stats whole "${new[@]}" -p rlz_index=4
refused 1 'of one run alone' "$kauri" stats whole single "${new[@]}" -p poes_disagg=0.1
refused 2 'numbers and ranges from 0 to 0 were expected' "$kauri" stats whole "${new[@]}" --sites 1
refused 3 'needs .* MB of memory, the limit is 1000 bytes' "$kauri" stats whole "${new[@]}" --memory-limit 1000
refused 3 'needs .* MB of memory' "$kauri" run job.ini "${new[@]}" "${cells[@]}" --memory-limit 1000
refused 1 "disagg_cells_precision is 'yes'; float64, float32 or none was expected" \
    "$kauri" run job.ini "${new[@]}" -p disagg_cells_precision=yes
ok "$kauri" run job.ini -q -o flat "${cells[@]}" -p disagg_outputs=Mag
refused 1 'no table of the run has epsilon' "$kauri" stats flat "${new[@]}" -p disagg_outputs=Mag_Dist_Eps
ok "$kauri" run iml.ini -q -o given "${cells[@]}" -p "iml_disagg={'PGA': 0.2, 'SA(2.0)': 0.1}"
refused 1 'at the levels of iml_disagg alone' "$kauri" stats given "${new[@]}" -p "iml_disagg={'PGA': 0.3, 'SA(2.0)': 0.1}"
# without a word of it the statistics are made alone, and that is told
ok "$kauri" stats plain -o alone
grep -q 'no disaggregation: the run stored no rates by cell' err || fail "stats: $(cat err)"
ok "$kauri" stats whole -o std --statistics std
grep -q 'needs the mean curves, and --statistics leaves them out' err || fail "stats: $(cat err)"
finish
