# kauri verify: a run is as it was written, until a byte of it is changed; and what a run tells of how it came
# about: digests that sha256sum gives too, options in force with their defaults, in results.h5 and in tables.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
copy_demo area "$scratch/area"
cd "$scratch/area" || exit 1
sed -i '/^region/d' job.ini
kauri=$KAURI_PROGRAM

"$kauri" run job.ini -q -e csv -o run -p area_source_discretization=60 -p 'sites=174.2 -41, 175.3 -40.6' \
    -p uniform_hazard_spectra=true -p poes=0.1 -p individual_rlzs=true 2>log || fail "run: $(cat log)"

# verify STATUS TEXT WHAT: the status, and a line with the text.
verify() {
    "$kauri" verify "${4:-run}" >out 2>err
    local status=$?
    [ $status -eq "$1" ] || fail "$3: status $status, not $1: $(cat out err | grep -v ^ok)"
    cat out err | grep -qF -- "$2" || fail "$3: no '$2' in: $(cat out err | grep -v ^ok)"
}

verify 0 'ok         results.h5' 'as it was written'
for line in 'ok         hazard_curve-mean-PGA.csv' 'ok         realizations.csv' \
    "ok         input $PWD/job.ini" "ok         input $PWD/gmm_logic_tree.xml" 'ok         structure of results.h5' \
    'ok         curves of statistics' 'ok         component rates' 'ok         curves of realizations'; do
    grep -qxF "$line" out || grep -qF "$line" out || fail "no line '$line': $(cat out)"
done
[ ! -s err ] || fail "something on standard error: $(cat err)"
(cd run && sha256sum --strict --quiet -c SHA256SUMS) || fail 'sha256sum -c'
[ "$(wc -l <run/SHA256SUMS)" -eq "$(find run -name '*.csv' -o -name results.h5 -o -name report.html | wc -l)" ] ||
    fail 'not all files have a digest'

# ---- provenance
"$kauri" info run >info || fail 'info'
for line in 'rupture_mesh_spacing = 5' 'random_seed = 23' 'ps_grid_spacing = 0' 'area_source_discretization = 60' \
    'quantile_definition = reference' 'sampling_method = early_weights' 'maximum_distance = default' \
    'quantile: interpolation of values in order' 'number_format' 'checks'; do
    grep -qF "$line" info || fail "info tells nothing of '$line'"
done
inputs=$(sed -n 's/^inputs_sha256 *//p' info)
files=(job.ini)
[ "${#inputs}" -eq 64 ] || fail "no digest of the inputs: $inputs"
header=$(head -n 1 'run/hazard_curve-mean-SA(0.2).csv')
for text in "generated_by='Kauri " "kind='mean', investigation_time=50.0, imt='SA(0.2)', compat='oq-3.21', isa='" \
    "quantile_definition='reference'" "number_format='" "inputs_sha256='$inputs'" \
    "options_sha256='$(sed -n 's/^options_sha256 *//p' info)'"; do
    [[ $header == *"$text"* ]] || fail "no $text in $header"
done
# the digest of the inputs is that of their digests, a line each
order=$(sed -n '/^inputs  /,/^parameters/p' info | grep -oE '[a-z_]+\.(ini|xml|csv)$')
for file in $order; do sha256sum "$file" | cut -c 1-64; done >digests
[ "$(sha256sum <digests | cut -c 1-64)" = "$inputs" ] || fail "digest of the inputs: $order"
# exported tables have the same
"$kauri" export run hcurves --stat mean --imt PGA -o tables 2>/dev/null || mkdir -p tables
(mkdir -p tables && "$kauri" export run hcurves --stat mean --imt PGA -o tables) >log 2>&1 ||
    grep -q 'is there already' log || fail "export: $(cat log)"
[ "$(head -n 1 tables/hazard_curve-mean-PGA.csv)" = "$(head -n 1 run/hazard_curve-mean-PGA.csv)" ] ||
    fail "an exported table has another header: $(head -n 1 tables/hazard_curve-mean-PGA.csv)"
# another option, another digest; new statistics say what they were made with
"$kauri" stats run -o new --quantiles '0.3 0.6' -q 2>log || fail "stats: $(cat log)"
"$kauri" info new >info.new
grep -qF 'quantiles = 0.3 0.6' info.new || fail 'new statistics do not tell their quantiles'
grep -qF 'rupture_mesh_spacing = 5' info.new || fail 'new statistics do not tell the options of the run'
[ "$(sed -n 's/^options_sha256 *//p' info.new)" != "$(sed -n 's/^options_sha256 *//p' info)" ] ||
    fail 'other options have the same digest'
verify 0 'ok         results.h5' 'new statistics' new

(mkdir elsewhere && cd elsewhere && "$kauri" verify ../run >../out 2>&1) || fail "from another folder: $(cat out)"
grep -qF "ok         input $PWD/job.ini" out || fail "from another folder: $(cat out)"

# ---- what is changed is seen
rm run/*-rlz-0*.csv && (cd run && sha256sum *.csv results.h5 >SHA256SUMS)
cp -r run kept
change() { # FILE OFFSET: another byte there
    local byte
    byte=$(dd if="$1" bs=1 skip="$2" count=1 status=none | od -An -tu1)
    printf "\\$(printf '%03o' $(((byte + 1) % 256)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
restore() { rm -rf run && cp -r kept run; }
change run/hazard_curve-mean-PGA.csv 400
verify 6 'changed    hazard_curve-mean-PGA.csv' 'a changed table'
restore
rm run/realizations.csv
verify 6 'missing    realizations.csv' 'a missing table'
restore
size=$(stat -c %s run/results.h5)
export LSAN_OPTIONS=print_suppressions=0:suppressions=$KAURI_SOURCE_DIR/tests/support/library_leaks.txt
for i in 1 2 3 4 5 6 7 8; do
    change run/results.h5 $((size * i / 9))
    verify 6 'changed    results.h5' "byte $((size * i / 9)) of results.h5"
    restore
done
truncate -s $((size / 2)) run/results.h5
verify 6 'changed    results.h5' 'half of results.h5'
grep -qF 'not read   what is in results.h5' out || fail "half of results.h5: it is read: $(cat out)"
restore
rm run/results.h5
verify 6 'missing    results.h5' 'no results.h5'
restore
rm run/SHA256SUMS
verify 6 'missing    SHA256SUMS' 'no digests'
restore
for line in '../area/job.ini' '/etc/passwd' '..' 'sub/x'; do
    echo "$(printf '0%.0s' {1..64})  $line" >>run/SHA256SUMS
    verify 6 'the name of a file of this folder' "a digest of $line"
    restore
done
printf 'x' >>run/SHA256SUMS
verify 6 'cut off' 'digests that are cut off'
restore
echo >>job.ini
verify 6 "changed    input $PWD/job.ini" 'a changed input'
rm job.ini
verify 0 "not there  input $PWD/job.ini" 'an input that is gone'
mkdir empty
verify 1 'not a folder of finished results' 'a folder without results' empty
verify 1 'not a folder of finished results' 'no folder' nowhere
echo text >empty/results.h5
verify 1 'results.h5' 'no results file' empty
"$kauri" verify 2>/dev/null
[ $? -eq 2 ] || fail 'without a folder: usage'
finish
