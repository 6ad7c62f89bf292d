#!/usr/bin/env bash
# Installs the static and the shared library into scratch folders and builds, against each, one
# program through pkg-config and one through CMake's find_package.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/use"
cat >"$work/use/use.c" <<'END'
#include <kauri/status.h>
#include <kauri/version.h>
#include <stdio.h>

int main(void)
{
    return printf("%s: %s\n", KAURI_VERSION, kr_status_text(KR_OK)) < 0;
}
END
cat >"$work/use/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(use C)
find_package(Kauri 0.1 REQUIRED)
add_executable(use use.c)
target_link_libraries(use PRIVATE Kauri::kauri)
END

for shared in OFF ON; do
    echo "== BUILD_SHARED_LIBS=$shared"
    build=$work/build-$shared prefix=$work/prefix-$shared
    cmake -G Ninja -S . -B "$build" -DKAURI_TESTS=OFF -DBUILD_SHARED_LIBS=$shared >"$work/log"
    cmake --build "$build" >"$work/log" || { cat "$work/log" && exit 1; }
    DESTDIR=$work/stage cmake --install "$build" --prefix "$prefix" >"$work/log"
    [ ! -e "$prefix" ] && mv "$work/stage/$prefix" "$prefix"

    export LD_LIBRARY_PATH=$prefix/lib
    export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
    "$prefix/bin/kauri" --version
    (cd "$prefix" && find . -type f -o -type l | sort | sed 's/^/  /')
    ${CC:-cc} -Wall -Wextra -Wpedantic -Werror "$work/use/use.c" -o "$work/use-pc" \
        $(pkg-config --cflags --libs kauri)
    "$work/use-pc"
    cmake -G Ninja -S "$work/use" -B "$work/use-$shared" -DCMAKE_PREFIX_PATH="$prefix" >"$work/log"
    cmake --build "$work/use-$shared" >"$work/log"
    "$work/use-$shared/use"
    man -l "$prefix/share/man/man1/kauri.1" >"$work/log" 2>&1 || true
done
echo 'install: program, pkg-config and CMake files work'
