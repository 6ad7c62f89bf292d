#!/usr/bin/env bash
# The test `headers`: each installed header and each header of a room compiles alone; the
# installed ones as C++ too, where the compiler is clang.
# usage: check-headers.sh ROOT COMPILER FLAG...
set -u
root=$1
shift
status=0
count=0

check() { # header language flag...
    local header=$1 language=$2
    shift 2
    printf '#include "%s"\ntypedef int not_empty;\n' "$header" | "$@" -x "$language" -fsyntax-only - && return
    echo "$header: does not compile alone as $language" >&2
    status=1
}

for path in "$root"/include/kauri/*.h "$root"/src/*/*.h; do
    [ -e "$path" ] || continue
    count=$((count + 1))
    header=${path#"$root"/include/}
    check "${header#"$root"/src/}" c "$@" -std=gnu17
done

if "$1" --version | grep -q clang; then
    for path in "$root"/include/kauri/*.h; do
        [ -e "$path" ] || continue
        check "${path#"$root"/include/}" c++ "$1" -std=c++17 -Wall -Wextra \
            -I"$root/include" -I"$PWD/generated/include"
    done
fi
echo "$count headers"
exit $status
