# Functions for the tests that run whole jobs; sourced by tests/e2e/*.sh and tests/cli/*.sh.
#
# A case is a folder with a job file, its inputs and expected/<job>/*.csv.
set -u
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

fail() {
    echo "FAIL $*"
    failures=$((failures + 1))
}

# copy_demo NAME FOLDER: a new folder with the files of a demo, but not the results of who has tried it there.
copy_demo() {
    cp -r "$KAURI_SOURCE_DIR/demos/$1" "$2" && rm -rf "$2"/*-results
}

# form FOLDER: its tables with 9 for every digit, without the comments of their first lines: names, columns, rows, line
# ends, decimals. (Names of columns with a probability of a return period may have one digit more or less.)
form() {
    (cd "$1" && LC_ALL=C awk 'FNR == 1 { print FILENAME; next } {
        gsub(/[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]+/, "99"); gsub(/[0-9]/, "9")
        gsub(/9+\./, "9."); gsub(/E[-+]/, "E"); gsub(/-9/, "9"); print }' ./*.csv)
}

# run_case CASE JOB RTOL: every expected table must exist, have the same form and agree; other tables are allowed. A case with a
# file `tolerance` has other options of `kauri compare` on its first line, and the reason below.
run_case() {
    local case=$1 job=$2 rtol=$3 name out expected table tolerance
    name=$(basename "$(dirname "$case")")/$(basename "$case")/$job
    out=$scratch/out && expected=$scratch/expected
    rm -rf "$out" "$expected" && mkdir "$out" "$expected"
    local options=()
    compgen -G "$case/expected/$job/*-rlz-*" >/dev/null && options=(-p individual_rlzs=true)
    if ! (cd "$case" && "$KAURI_PROGRAM" run "$job.ini" -o "$out" -e csv -q "${options[@]}") \
        >"$scratch/log" 2>&1; then
        fail "$name: $(tail -n 1 "$scratch/log")"
        return
    fi
    for table in "$case/expected/$job"/*.csv; do
        ln -s "$table" "$expected/"
    done
    for table in "$out"/*.csv; do
        [ -e "$expected/$(basename "$table")" ] || rm "$table"
    done
    tolerance=(--rtol "$rtol")
    [ ! -e "$case/tolerance" ] || read -ra tolerance <"$case/tolerance"
    if "$KAURI_PROGRAM" compare "$expected" "$out" "${tolerance[@]}" >"$scratch/log" 2>&1; then
        if diff <(form "$expected") <(form "$out") >"$scratch/log"; then
            echo "ok   $name"
        else
            fail "$name: the tables have another form: $(head -n 4 "$scratch/log")"
        fi
    else
        fail "$name: $(grep -m 1 ^differ "$scratch/log" || tail -n 1 "$scratch/log")"
    fi
}

# run_cases RTOL CASE...: all jobs of the cases.
run_cases() {
    local rtol=$1 case job
    shift
    for case in "$@"; do
        for job in "$case"/expected/*/; do
            run_case "$case" "$(basename "$job")" "$rtol"
        done
    done
}

finish() {
    [ "$failures" -eq 0 ] || exit 1
}
