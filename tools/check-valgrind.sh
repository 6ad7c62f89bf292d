#!/usr/bin/env bash
# The unit tests of a build under valgrind's memcheck.
# usage: check-valgrind.sh BUILD
set -u
build=$1
export KAURI_SOURCE_DIR=$PWD KAURI_PROGRAM=$PWD/$build/kauri
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT

one() { # test program
    local name=${1##*/} status=0
    valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \
        --suppressions=tools/valgrind.supp "$1" >"$log/$name" 2>&1 || status=$?
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
export -f one
export log

find "$build/tests" -maxdepth 1 -type f -name 'test_*' -perm -u+x -print0 | sort -z |
    xargs -0 -r -n 1 -P "$(nproc)" bash -c 'one "$1"' one
status=$?
[ $status -eq 0 ] && echo 'valgrind: no error' || echo 'valgrind: errors, see above' >&2
exit $status
