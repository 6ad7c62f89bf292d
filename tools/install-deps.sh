#!/bin/sh
# Installs with apt what building and testing Kauri needs and the machine lacks.
# usage: install-deps.sh base|test|long|arm64|docs
#   base   to build, install and run the program
#   test   base, and what the tests and the format check need
#   long   test, and what `make check-long` needs
#   arm64  base, and a cross compiler and an emulator for arm64
#   docs   to build the pages as HTML
# It asks nothing, and does nothing where nothing is missing. With KAURI_DEPS=skip in the
# environment it leaves the machine alone.
set -eu

build='make cmake ninja-build gcc libc6-dev pkg-config'
libraries='libexpat1-dev libhdf5-dev libjansson-dev libgeos-dev libzip-dev nettle-dev libdeflate-dev
    libcairo2-dev libsqlite3-dev fonts-dejavu-core'
base="$build $libraries"
test="$base clang lld llvm libclang-rt-14-dev libomp-dev libcmocka-dev libproj-dev
    clang-format clang-tidy python3"
long="$test valgrind gcovr cppcheck"
arm64="$base gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user"
docs='make python3 pandoc'

set_name=${1:-base}
case $set_name in
base) want=$base ;;
test) want=$test ;;
long) want=$long ;;
arm64) want=$arm64 ;;
docs) want=$docs ;;
*)
    echo "install-deps: unknown set '$set_name': base, test, long, arm64 or docs" >&2
    exit 2
    ;;
esac
want=$(echo $want)

if [ "${KAURI_DEPS:-}" = skip ]; then
    exit 0
fi
if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-query >/dev/null 2>&1; then
    echo "install-deps: no apt here; install by hand the counterparts of: $want" \
        "(then run make with KAURI_DEPS=skip)" >&2
    exit 1
fi

# A package of another architecture does not count.
have=$(dpkg-query -W -f '${db:Status-Status} ${Architecture} ${Package}\n' 2>/dev/null |
    awk -v native="$(dpkg --print-architecture)" '$1 == "installed" && ($2 == native || $2 == "all") {
        print $3 }')
missing=''
for p in $want; do
    if ! printf '%s\n' "$have" | grep -qx -F -e "$p"; then
        missing="$missing $p"
    fi
done
if [ -z "$missing" ]; then
    exit 0
fi

if [ "$(id -u)" -eq 0 ]; then
    sudo=''
elif command -v sudo >/dev/null 2>&1; then
    sudo='sudo'
else
    echo "install-deps: neither root nor sudo here; have somebody install:$missing" >&2
    exit 1
fi

echo "installing:$missing"
$sudo env DEBIAN_FRONTEND=noninteractive apt-get update -q
# shellcheck disable=SC2086
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
