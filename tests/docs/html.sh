# costly
# The pages become HTML in which every link leads somewhere, equations are MathML, and nothing is loaded from elsewhere.
command -v pandoc >/dev/null || {
    echo "pandoc is not here"
    exit 77
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 "$KAURI_SOURCE_DIR/tools/build_docs.py" "$scratch/docs" || exit 1
theory=$scratch/docs/docs/theory.html
for wanted in 'href="quirks.html"' 'href="../README.html"' '<math display="block"' 'id="9-exceedance"' 'aria-current="page"'; do
    grep -q -F -e "$wanted" "$theory" || {
        echo "theory.html has no $wanted"
        exit 1
    }
done
[ -e "$scratch/docs/src/LAYERS" ] || {
    echo "a file that a page links to was not copied"
    exit 1
}
