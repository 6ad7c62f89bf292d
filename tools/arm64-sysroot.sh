#!/usr/bin/env bash
# Unpacks Debian's libraries for 64-bit ARM into a folder, with an apt of its own: the packages of
# the machine stay as they are, and root is not needed.
# usage: arm64-sysroot.sh FOLDER
set -eu
sysroot=$1
packages='libc6-dev libgomp1 libexpat1-dev libhdf5-dev libjansson-dev libgeos-dev libzip-dev nettle-dev
libdeflate-dev libcairo2-dev libsqlite3-dev libcmocka-dev libproj-dev'
if [ -e "$sysroot/complete" ] && [ "$(cat "$sysroot/complete")" = "$packages" ]; then
    exit 0
fi
rm -rf "$sysroot"
mkdir -p "$sysroot"
sysroot=$(cd "$sysroot" && pwd)
apt=$sysroot/var/apt
mkdir -p "$apt/lists/partial" "$apt/archives/partial"
: >"$apt/status"

own=(-q -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User=
    -o Dir::State="$apt" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt"
    -o Debug::NoLocking=1)
apt-get "${own[@]}" update
# shellcheck disable=SC2086 # a word for each package
apt-get "${own[@]}" install --download-only -y --no-install-recommends $packages
for deb in "$apt"/archives/*.deb; do
    dpkg -x "$deb" "$sysroot"
done
rm -rf "$apt"
echo "$packages" >"$sysroot/complete"
