# Files that come from anybody: they are read where they lie, but nothing is written outside of the folder of the
# results, not through links either.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
copy_demo area "$scratch/area"
cd "$scratch/area" || exit 1
sed -i '/^region/d' job.ini
kauri=$KAURI_PROGRAM
few=(-p area_source_discretization=60 -p 'sites=174.2 -41, 175.3 -40.6' -q)
victim=$scratch/victim
echo precious >"$victim"

# unharmed WHAT
unharmed() {
    [ "$(cat "$victim")" = precious ] || fail "$1: another file was overwritten"
    echo precious >"$victim"
}

# ---- reading: relative paths may leave the folder, absolute ones are refused, what is found must be of its kind
mkdir -p deep/job && cp job.ini deep/job/
sed -i 's#^source_model_logic_tree_file.*#source_model_logic_tree_file = ../../source_model_logic_tree.xml#
        s#^gsim_logic_tree_file.*#gsim_logic_tree_file = ../../gmm_logic_tree.xml#' deep/job/job.ini
"$kauri" run deep/job/job.ini "${few[@]}" -o "$scratch/up" 2>log || fail "a tree above the job's folder: $(cat log)"
refused() { # TEXT WHAT OPTIONS...
    local text=$1 what=$2
    shift 2
    "$kauri" run job.ini "${few[@]}" -o "$scratch/none" "$@" 2>log
    [ $? -eq 1 ] || fail "$what: not refused"
    grep -q "$text" log || fail "$what: $(cat log)"
    [ ! -e "$scratch/none" ] || fail "$what: a folder was made"
}
refused 'absolute path' 'an absolute path' -p gsim_logic_tree_file=/etc/passwd
refused 'passwd:1' 'another file as a tree' -p gsim_logic_tree_file=../../../../../../../../../../etc/passwd
ln -s /etc/passwd tree.xml
refused 'tree.xml:1' 'a link to another file as a tree' -p gsim_logic_tree_file=tree.xml
rm tree.xml

# ---- writing: where the job says, but not outside of its folder
mkdir "$scratch/outside"
for dir in "$scratch/outside" ../outside x/../../outside; do
    { cat job.ini; printf '\nexport_dir = %s\n' "$dir"; } >other.ini
    "$kauri" run other.ini "${few[@]/-q/}" 2>log >/dev/null
    [ $? -ne 2 ] || "$kauri" run other.ini -p area_source_discretization=60 \
        -p 'sites=174.2 -41' 2>log || fail "export_dir = $dir: $(cat log)"
    [ -z "$(ls -A "$scratch/outside")" ] || fail "export_dir = $dir: written to"
    [ -e other-results/results.h5 ] || fail "export_dir = $dir: no results beside the job: $(cat log)"
    grep -q "export_dir = $dir leaves the job's folder" log || fail "export_dir = $dir: no warning"
    grep -q '^"warnings":."[^"]*export_dir = [^"]* leaves' other-results/report.html ||
        fail "export_dir = $dir: no warning in the report"
    "$kauri" info other-results | grep -q "^warnings .*export_dir = $dir leaves the job's folder" ||
        fail "export_dir = $dir: info tells no warning"
    rm -rf other-results
done
ln -s "$scratch/outside" inside
{ cat job.ini; printf '\nexport_dir = inside\n'; } >other.ini
"$kauri" run other.ini "${few[@]}" 2>log || fail "export_dir is a link: $(cat log)"
[ -z "$(ls -A "$scratch/outside")" ] || fail 'export_dir is a link: written to'
rm -rf other-results inside
{ cat job.ini; printf '\nexport_dir = results/new\n'; } >other.ini
"$kauri" run other.ini "${few[@]}" 2>log || fail "export_dir below the job: $(cat log)"
[ -e results/new/other-results/results.h5 ] || fail 'export_dir below the job: no results there'
# the user himself may name any
"$kauri" run other.ini "${few[@]}" -p export_dir="$scratch/outside" 2>log || fail "-p export_dir: $(cat log)"
[ -e "$scratch/outside/other-results/results.h5" ] || fail '-p export_dir: no results there'
# from another folder the job's own counts
(cd / && "$kauri" run "$scratch/area/other.ini" "${few[@]}") 2>log || fail "from another folder: $(cat log)"
rm -rf "$scratch/outside" && mkdir "$scratch/outside"
ln -s "$scratch/outside" job-results
"$kauri" run job.ini "${few[@]}" 2>log
[ $? -eq 1 ] || fail 'a link in place of the folder is written to'
grep -q "leads out of the job's folder by a link" log || fail "a link in place of the folder: $(cat log)"
[ -z "$(ls -A "$scratch/outside")" ] || fail 'a link in place of the folder: written to'
rm job-results

# ---- links that lie in the folder of the results already
mkdir job-results
for name in results.h5.part results.h5 hazard_curve-mean-PGA.csv hazard_curve-mean-PGA.csv.part realizations.csv.part \
    SHA256SUMS SHA256SUMS.part memory-top-down.svg memory-timeline.svg memory.json; do
    ln -s "$victim" "job-results/$name"
done
"$kauri" run job.ini "${few[@]}" -e csv --memory-report >/dev/null 2>log || fail "links in the folder: $(cat log)"
unharmed 'links in the folder'
[ -z "$(find job-results -type l)" ] || fail "links are left: $(find job-results -type l)"
(cd job-results && sha256sum --quiet -c SHA256SUMS) || fail 'links in the folder: digests'
for name in results.lock results.journal results.tile.0 memory-timeline.csv; do
    rm -rf job-results && mkdir job-results
    ln -s "$victim" "job-results/$name"
    "$kauri" run job.ini "${few[@]}" --memory-report >/dev/null 2>log
    unharmed "$name is a link"
    rm "job-results/$name" 2>/dev/null
    ln -s "$scratch/new" "job-results/$name"
    "$kauri" run job.ini "${few[@]}" --memory-report >/dev/null 2>log
    [ ! -e "$scratch/new" ] || fail "$name is a link: a file was made where it leads"
done
rm -rf job-results

# ---- temporary files: none where others can foresee them
mkdir tmp
TMPDIR=$PWD/tmp "$kauri" run job.ini "${few[@]}" -o "$scratch/done" -e csv 2>log || fail "run: $(cat log)"
[ -z "$(ls -A tmp)" ] || fail "temporary files are left: $(ls -A tmp)"
[ -z "$(find "$scratch/done" -name '*.part' -o -name '*.lock')" ] || fail 'files are left in the folder'
finish
