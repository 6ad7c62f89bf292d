# costly
# All links between the pages of the repository lead to a file and a heading that are there; what does not is found.
tool="$KAURI_SOURCE_DIR/tools/doc_links.py"
python3 "$tool" "$KAURI_SOURCE_DIR" || exit 1

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
printf '# One\n## Two, `three`\n[a](b.md) [c](#two-three) [d](#four) [e](g.md) [f](b.md#x)\n```\n[no](no.md)\n```\n' >"$scratch/a.md"
printf '# Y\n[up](../a.md) [far](https://example.org/x.md)\n' >"$scratch/b.md"
python3 "$tool" "$scratch" >"$scratch/out" && exit 1
diff - "$scratch/out" <<'END'
a.md:3: #four: there is no such heading
a.md:3: g.md: there is no such file
a.md:3: b.md#x: there is no such heading
b.md:2: ../a.md: leads out of the repository
6 links in 2 pages, 4 wrong
END
