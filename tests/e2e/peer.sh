# timeout: 900
# costly
# The problems of sets 1 to 3 of the PEER verification projects (Thomas, Wong and Abrahamson 2010, PEER report
# 2010/106; Hale, Abrahamson and Bozorgnia 2018, PEER report 2018/03) against their published answers. A case is a
# folder peer/<case> with a job, its inputs and published.csv: for each site the probabilities that the report gives,
# and the tolerance (|difference| <= atol + rtol published).
# docs/peer.md lists the values; tools/peer.py writes it.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
cases=$KAURI_SOURCE_DIR/tests/e2e/peer

# compare_peer PUBLISHED TABLE: one line with the value that comes nearest to its tolerance; status 1 if a value
# goes beyond, or if a site or a level is missing.
compare_peer() {
    awk -F, '
        /^#/ { next }
        FILENAME == ARGV[1] && !levels {
            levels = NF - 5
            for (i = 0; i < levels; i++) level[i] = $(6 + i)
            next
        }
        FILENAME == ARGV[1] {
            sites++
            name[$2, $3] = $1; atol[$2, $3] = $4; rtol[$2, $3] = $5
            for (i = 0; i < levels; i++) want[$2, $3, i] = $(6 + i)
            next
        }
        !header {
            header = 1
            for (i = 0; i < levels; i++)
                if (substr($(4 + i), 5) + 0 != level[i]) { print "no level " level[i]; failed = 1; exit }
            next
        }
        ($1, $2) in name {
            seen++
            for (i = 0; i < levels; i++) {
                published = want[$1, $2, i]
                if (published == "") continue
                n++
                difference = $(4 + i) - published
                if (difference < 0) difference = -difference
                share = difference / (atol[$1, $2] + rtol[$1, $2] * published)
                if (!(share <= worst)) {
                    worst = share
                    where = sprintf("site %s at %s g: %s, published %s", name[$1, $2], level[i], $(4 + i), published)
                }
            }
        }
        END {
            if (!failed && (!sites || seen != sites)) { print seen + 0 " of " sites + 0 " sites"; failed = 1 }
            if (failed) exit 1
            printf "%d values, worst %.2f of the tolerance, %s\n", n, worst, where
            exit !(worst <= 1)
        }' "$1" "$2"
}

run_peer() {
    local case=$1 name message
    name=$(basename "$case")
    rm -rf "$scratch/out"
    if ! (cd "$case" && "$KAURI_PROGRAM" run job.ini -o "$scratch/out" -e csv -q) >"$scratch/log" 2>&1; then
        fail "$name: $(tail -n 1 "$scratch/log")"
    elif message=$(compare_peer "$case/published.csv" "$scratch/out/hazard_curve-mean-PGA.csv"); then
        echo "ok   $name: $message"
    else
        fail "$name: $message"
    fi
}

count=0
for case in "$cases"/*/; do
    run_peer "${case%/}"
    count=$((count + 1))
done
[ "$count" -eq 30 ] || fail "$count cases, not 30"
finish
