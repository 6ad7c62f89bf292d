# What an installation brings besides the program: the scripts of the shells, and the pages with what they link to.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
build=$(dirname "$KAURI_PROGRAM")
command -v cmake >/dev/null && [ -e "$build/cmake_install.cmake" ] && [ -e "$build/generated/completion.bash" ] || exit 77
DESTDIR=$scratch/stage cmake --install "$build" --prefix /usr >"$scratch/log" 2>&1 || fail "$(tail -n 3 "$scratch/log")"
share=$scratch/stage/usr/share

# same FILE COPY: the copy is there and the same.
same() {
    cmp -s "$1" "$2" || fail "$2 is missing or not as $1"
}
for shell in bash-completion/completions/kauri zsh/site-functions/_kauri fish/vendor_completions.d/kauri.fish; do
    name=${shell%%[-/]*}
    "$KAURI_PROGRAM" completion "$name" >"$scratch/$name"
    same "$scratch/$name" "$share/$shell"
done
cd "$KAURI_SOURCE_DIR" || exit 1
same man/kauri.1 "$share/man/man1/kauri.1"
for file in README.md CHANGELOG.md CONTRIBUTING.md LICENSE bench/README.md docs/*.md docs/images/* demos/*.md demos/*/*.{md,ini,xml,csv}; do
    same "$file" "$share/doc/kauri/$file"
done
python3 tools/doc_links.py "$share/doc/kauri" >"$scratch/links" || fail "links of the installed pages: $(cat "$scratch/links")"
[ "$(find "$share/doc/kauri" -name '*.h5' -o -name '*-results')" = '' ] || fail 'results of demos are installed'
if [ -e build/docs/index.html ] && grep -q "^KAURI_DOCS_HTML:PATH=$PWD/build/docs\$" "$build/CMakeCache.txt"; then
    same build/docs/docs/start.html "$share/doc/kauri/html/docs/start.html"
fi
finish
