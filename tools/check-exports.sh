#!/usr/bin/env bash
# The test `exports`: every global symbol of libkauri.a begins with kr_; a shared library made of
# it exports exactly the functions that the installed headers mark KR_API.
# usage: check-exports.sh ROOT COMPILER NM LIBRARY.a
set -eu
root=$1 cc=$2 nm=$3 library=$4
shared=$(mktemp "${TMPDIR:-/tmp}/kauri-exports.XXXXXX")
trap 'rm -f "$shared"' EXIT
status=0

bad=$("$nm" -g --defined-only "$library" 2>/dev/null |
    awk 'NF == 3 && $3 !~ /^kr_/ { print $3 }' | sort -u)
if [ -n "$bad" ]; then
    printf 'global symbol without the prefix kr_: %s\n' $bad >&2
    status=1
fi

"$cc" -shared -o "$shared" -Wl,--whole-archive "$library" -Wl,--no-whole-archive
exported=$("$nm" -D --defined-only "$shared" | awk '$2 ~ /[A-Z]/ { print $3 }' | sort -u)
declared=$(cat "$root"/include/kauri/*.h 2>/dev/null | grep -v '^ *#' | tr '\n' ' ' |
    grep -oE 'KR_API\b[^;]*;' |
    sed -E 's/__attribute__ *\(\(([^()]|\([^()]*\))*\)\)//g; s/(KR_[A-Z_]+) *\([^()]*\)//g' |
    sed -nE 's/[^(]*\b(kr_[a-z0-9_]+) *\(.*/\1/p; t; s/.*\b(kr_[a-z0-9_]+)(\[.*)?;/\1/p' | sort -u)

for s in $(comm -23 <(printf '%s\n' $exported) <(printf '%s\n' $declared)); do
    echo "$s is exported, and no header in include/kauri declares it with KR_API" >&2
    status=1
done
for s in $(comm -13 <(printf '%s\n' $exported) <(printf '%s\n' $declared)); do
    echo "$s is declared with KR_API, and the library does not export it" >&2
    status=1
done
echo "$(printf '%s\n' $exported | grep -c .) exported functions"
exit $status
