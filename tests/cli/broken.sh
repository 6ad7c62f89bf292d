# timeout: 300
# Wrong input: every folder of tests/broken holds a job and the one line that must be said of it. It must
# end with status 1, print that line first and leave no result.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"

for folder in "$KAURI_SOURCE_DIR"/tests/broken/*/; do
    name=$(basename "$folder")
    rm -rf "$scratch/case" "$scratch/out"
    cp -r "$folder" "$scratch/case"
    cd "$scratch/case" || exit 1
    [ ! -e generate.sh ] || bash generate.sh
    timeout 60 "$KAURI_PROGRAM" run job.ini -o ../out -e csv -q >../stdout 2>../stderr
    status=$?
    if [ $status -ne 1 ]; then
        fail "$name: exit status $status: $(head -n 1 ../stderr)"
    elif [ "$(grep -v '^kauri: warning: ' ../stderr | head -n 1)" != "$(head -n 1 expect)" ]; then
        fail "$name:"
        echo "  said:   $(grep -v '^kauri: warning: ' ../stderr | head -n 1)"
        echo "  wanted: $(head -n 1 expect)"
    elif [ "$(grep -c '^kauri: error: ' ../stderr)" -ne 1 ] || [ -s ../stdout ]; then
        fail "$name: says more than one line"
    elif [ -n "$(find ../out -name '*.csv' -o -name 'results.h5*' 2>/dev/null)" ]; then
        fail "$name: left a result"
    else
        echo "ok   $name"
    fi
done
finish
