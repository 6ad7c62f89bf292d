#!/usr/bin/env bash
# Says where the results of the demo are, shows the first lines of a table of curves, and where to read on.
# usage: show-demo.sh FOLDER
set -eu
folder=$1
echo
echo "The results are in $folder:"
ls -C -T 0 -w 76 -I SHA256SUMS "$folder" | sed 's/^/  /'
for f in "$folder"/hazard_curve-mean-*.csv; do
    [ -e "$f" ] || continue
    echo
    echo "$f begins (place, then the probability of exceeding each level):"
    grep -v '^#' "$f" | head -n 3 | sed -E 's/^(.{76}).+/\1.../; s/^/  /'
    break
done
if [ -e "$folder/report.html" ]; then
    echo
    echo "$folder/report.html shows all of it in a browser; docs/start.md tells what the numbers mean."
fi
