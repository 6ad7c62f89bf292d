#!/usr/bin/env bash
# The tests of a build under valgrind's memcheck: the unit tests, and the scripts with the program under it. The
# processor that valgrind shows has no AVX-512: its set of kernels is left to the other tests.
# usage: check-valgrind.sh BUILD [PATTERN]   those whose name matches (a regular expression); all
set -u
build=$1
pattern=${2:-.}
export KAURI_SOURCE_DIR=$PWD
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
export memcheck="valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \
--suppressions=$PWD/tools/valgrind.supp"

one() { # name command...
    local name=$1 status=0
    shift
    "$@" >"$log/$name" 2>&1 || status=$?
    case $status in
    0) echo "passed   $name" ;;
    77) echo "skipped  $name" ;;
    *)
        echo "FAILED   $name"
        cat "$log/$name"
        return 1
        ;;
    esac
}

run() { # a test program, or a script
    local name
    case $1 in
    *.sh)
        name=${1%.sh}
        export KAURI_PROGRAM=$log/kauri
        one "$(basename "$(dirname "$name")").${name##*/}" bash "$1"
        ;;
    *)
        export KAURI_PROGRAM=$PWD/$build/kauri
        one "${1##*/}" $memcheck "$1"
        ;;
    esac
}
export -f one run
export log build

printf '#!/bin/sh\nexec %s %s "$@"\n' "$memcheck" "$PWD/$build/kauri" >"$log/kauri"
chmod +x "$log/kauri"
# Not with the program under valgrind: what measures its memory and time, sends it signals, or limits its files.
# Nor what takes long by itself, nor the signs of zeros: of 0 - 1 * 0, fused, it makes -0 where processors make 0.
left_out='(_long|/test_num_poe|/(bench|memory_report|phases|plan|scaling|tree_memory|interrupted|bar|run|sources)\.sh)$'
{
    find "$build/tests" -maxdepth 1 -type f -name 'test_*' -perm -u+x
    find tests/cli tests/e2e -maxdepth 1 -name '*.sh'
} | grep -vE "$left_out" | grep -E "$pattern" | sort | tr '\n' '\0' | xargs -0 -r -n 1 -P "$(nproc)" bash -c 'run "$1"' run
status=$?
[ $status -eq 0 ] && echo 'valgrind: no error' || echo 'valgrind: errors, see above' >&2
exit $status
