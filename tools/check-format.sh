#!/usr/bin/env bash
# clang-format 14 over all C files.
# usage: check-format.sh ROOT [--fix]
# Without --fix, the test `format`: it names what is not formatted and changes nothing.
set -eu
root=$1
for format in clang-format-14 clang-format none; do
    if command -v "$format" >/dev/null && "$format" --version | grep -q 'version 14\.'; then
        break
    fi
done
if [ "$format" = none ]; then
    echo "skipped: no clang-format 14 here" >&2
    exit 77
fi
mode=(--dry-run -Werror)
[ "${2:-}" = --fix ] && mode=(-i)
cd "$root"
folders=()
for d in src include tests fuzz bench tools; do
    [ -d "$d" ] && folders+=("$d")
done
find "${folders[@]}" -name '*.[ch]' -print0 | xargs -0 -r "$format" "${mode[@]}"
