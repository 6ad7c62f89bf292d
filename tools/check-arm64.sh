#!/usr/bin/env bash
# Builds for 64-bit ARM with Debian's cross compiler and runs the tests under qemu-user; results are
# compared with those of the program in build/release, where it is, as well. Says when it skips.
set -eu
if [ "$(uname -m)" = aarch64 ]; then
    echo 'arm64: skipped, this machine is one'
    exit 0
fi
if ! tools/install-deps.sh arm64 || ! tools/arm64-sysroot.sh build/arm64-sysroot; then
    echo 'arm64: skipped, the cross compiler or its libraries cannot be had here'
    exit 0
fi
if [ -x build/release/kauri ]; then
    export KAURI_OTHER_PROGRAM=$PWD/build/release/kauri
fi
cmake --workflow --preset arm64
