# The command line: help, version, and what is said to a wrong call (status 2, one line).
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"

# expect STATUS TEXT ARGUMENTS...: the exit status, and a text that the output holds.
expect() {
    local status=$1 text=$2
    shift 2
    "$KAURI_PROGRAM" "$@" >"$scratch/said" 2>&1
    local got=$?
    [ $got -eq "$status" ] || fail "kauri $*: exit status $got, not $status"
    grep -qF -- "$text" "$scratch/said" || fail "kauri $*: does not say '$text': $(cat "$scratch/said")"
}

job=$KAURI_SOURCE_DIR/demos/area/job.ini
expect 2 "usage:"
expect 0 "kauri run" help
expect 0 "--memory-limit" help run
expect 0 "--memory-limit" run --help
expect 0 "--memory-limit" run "$job" -h
expect 2 "csv is available" run "$job" --exports xml # OpenQuake's name of -e
expect 0 "kauri 0." version
expect 0 "kauri 0." --version
expect 2 "no command 'walk'" walk
expect 2 "no command or topic 'walk'" help walk
expect 2 "no command 'runn'; did you mean 'run'?" runn "$job"
expect 2 "no job is named" run
expect 2 "one job at a time" run "$job" other.ini
expect 2 "unknown option --colour" run "$job" --colour
expect 2 "unknown option --treads; did you mean --threads?" run "$job" --treads=2
expect 2 "unknown option --varry; did you mean --vary?" scaling "$job" --varry a=1
expect 2 "unknown option --lisst; did you mean --list?" gmm --lisst
expect 2 "needs a value" run "$job" -o
expect 2 "key=value" run "$job" -p mean
expect 2 "csv is available" run "$job" -e xml
expect 2 "kauri export DIR hmaps_geojson" run "$job" -e geojson
expect 1 "'Mag_Dist_TRT'; TRT_Mag_Dist was expected" info "$job" -p disagg_outputs=Mag_Dist_TRT
expect 1 "write Mag_Dist: after the run, kauri export DIR disagg_traditional" info "$job" -p disagg_outputs=Mag_Dist_traditional
expect 1 "write Mag: after the run, kauri export DIR disagg_traditional" info "$job" -p 'disagg_outputs=TRT Mag-traditional'
expect 2 "--threads 0" run "$job" --threads 0
expect 2 "--memory-limit lots" run "$job" --memory-limit lots
expect 2 "oq-3.21 or exact" run "$job" --compat oq-2
expect 2 "unknown option -t" run "$job" -threads 2
expect 2 "one job at a time" run "$job" -- -q
expect 1 "No such file" run -- "$scratch/none.ini"
expect 1 "-p truncation_level: " run "$job" -p truncation_level=three
expect 2 "two folders" compare one
expect 1 "-p truncation_levle: there is no such parameter; did you mean 'truncation_level'?" run "$job" -p truncation_levle=3
expect 2 "unknown option --fresh" info "$job" --fresh
expect 2 "--fit is told as text" info "$job" --fit 1G --json
expect 2 "--json takes no value" info "$job" --json=yes
: >"$scratch/file"
expect 7 "file: is a file, and a folder is wanted" run "$job" -o "$scratch/file"
expect 1 "No such file" run "$scratch/none.ini"

# every command: its help, an option that it has not, an option without its value
for command in run info export compare stats sources gmm scaling verify report plot completion; do
    expect 0 "usage: kauri $command" $command --help
    expect 2 "unknown option --wrong" $command --wrong
done
for option in compare:--rtol export:--rlz stats:-o gmm:--table scaling:--vary sources:-o; do
    expect 2 "needs a value" "${option%:*}" "${option#*:}"
done
many() { # N WORD: N times WORD
    printf -- "$2\n%.0s" $(seq "$1")
}
expect 0 "usage:" --help
expect 2 "'x' is not a tolerance: a number from 0 is wanted" compare a b --rtol x
expect 2 "'-1' is not a tolerance" compare a b --atol -1
mapfile -t words < <(many 200 hcurves)
expect 2 "more than 32 kinds of tables" export dir "${words[@]}"
mapfile -t words < <(many 2000 '-pa=1')
expect 2 "more than" run "$job" "${words[@]}"
expect 2 "more than" scaling "$job" "${words[@]}"
mapfile -t words < <(many 2000 '--vary=a=1')
expect 2 "keys are varied" scaling "$job" "${words[@]}"
expect 2 "--vary a: more than 4096 values" scaling "$job" --vary "a=$(seq -s, 5000)"
expect 2 "-p =1: a parameter is key=value" scaling "$job" -p =1
expect 2 "no job is named" scaling --vary a=1
expect 2 "--vary key=value,value is wanted" scaling "$job"
expect 2 "--compat oq: oq-3.21 or exact is wanted" scaling "$job" --compat oq
expect 2 "--threads none" scaling "$job" --threads none
expect 2 "--memory-limit 1X" scaling "$job" --memory-limit 1X
expect 2 "--ab 0: a number from 1 to 1000 is wanted" scaling "$job" --ab 0
expect 2 "--vary =1: key=value,value,... is wanted" scaling "$job" --vary =1
expect 2 "-o NEW is wanted" stats dir
expect 2 "the folder of a finished run is wanted" verify
expect 2 "the folder of a finished run is wanted" verify a b
cp "$job" "$scratch/job.ini"
expect 1 "jb.ini: cannot be opened: No such file or directory; did you mean 'job.ini'?" run "$scratch/jb.ini"
expect 1 "no results.h5 there" info "$scratch"
expect 3 "--memory-limit" run "$job" -o "$scratch/small" --memory-limit 1M
[ ! -e "$scratch/small" ] || fail "a refused run left a folder"
finish
