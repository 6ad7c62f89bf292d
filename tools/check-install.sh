#!/usr/bin/env bash
# Installs the static and the shared library into scratch folders and builds, against each, one
# program through pkg-config and one through CMake's find_package; looks for the manual page, the
# scripts of the shells and the pages, those in HTML with one of the two.
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

# looks_right PREFIX HTML: every page, picture and demo is there, the shells take their scripts.
looks_right() {
    local share=$1/share doc=$1/share/doc/kauri file
    for file in README.md CHANGELOG.md CONTRIBUTING.md LICENSE bench/README.md docs/*.md docs/images/* \
        $(git ls-files 'demos/*.md' 'demos/*.ini' 'demos/*.xml' 'demos/*.csv'); do
        cmp "$file" "$doc/$file"
    done
    for file in "$share/man/man1/kauri.1" "$share/zsh/site-functions/_kauri" \
        "$share/fish/vendor_completions.d/kauri.fish"; do
        grep -q kauri "$file" || { echo "install: nothing in $file" && return 1; }
    done
    "$1/bin/kauri" completion zsh | cmp - "$share/zsh/site-functions/_kauri"
    "$1/bin/kauri" completion fish | cmp - "$share/fish/vendor_completions.d/kauri.fish"
    bash -c 'source "$1" && complete -p kauri' bash "$share/bash-completion/completions/kauri"
    if [ "$2" = ON ]; then
        diff -r "$work/html-ON" "$doc/html"
    else
        [ ! -e "$doc/html" ]
    fi
}

tools/build_docs.py "$work/html-ON"
for shared in OFF ON; do
    echo "== BUILD_SHARED_LIBS=$shared"
    build=$work/build-$shared prefix=$work/prefix-$shared
    cmake -G Ninja -S . -B "$build" -DKAURI_TESTS=OFF -DBUILD_SHARED_LIBS=$shared \
        -DKAURI_DOCS_HTML="$work/html-$shared" >"$work/log"
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
    looks_right "$prefix" $shared
done
echo 'install: program, pkg-config and CMake files work; completion and pages are there'
