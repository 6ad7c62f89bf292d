#!/usr/bin/env bash
# Says where the results of the demo are and shows the first lines of a curve and of the map.
# usage: show-demo.sh FOLDER
set -eu
folder=$1
echo
echo "The results are in $folder:"
ls -1 "$folder" | sed 's/^/  /'
for f in "$folder"/hazard_curve-mean-*.csv; do
    [ -e "$f" ] || continue
    echo
    echo "$f begins (longitude, latitude, depth, then the probability of exceeding each level):"
    head -n 4 "$f" | cut -c1-100
    break
done
