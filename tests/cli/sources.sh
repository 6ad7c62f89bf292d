# `kauri sources`: maps of every kind of source, as GeoJSON and GeoPackage; what is said to wrong calls; what failures leave.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
faults=$KAURI_SOURCE_DIR/tests/e2e/faults

# A job with sources of every kind, in two source models (sections have a file of their own).
job=$scratch/job
cp -r "$faults/mixed_area" "$job" && chmod -R u+w "$job"
cd "$job" || exit 1
cp "$faults/multi/sec.xml" sec.xml
sed 's/investigation_time="1"/investigation_time="50"/; s/Source id="a"/Source id="m"/' "$faults/multi/sm.xml" >multi.xml
sed 's/Source id="a"/Source id="n"/' "$faults/given/sm.xml" >given.xml
sed 's/Source id="a"/Source id="k"/' "$faults/kite/sm.xml" >kite.xml
sed 's/Source id="a"/Source id="d"/' "$faults/complex_dateline/sm.xml" >dateline.xml
sed -i 's/>sm.xml</>sm.xml multi.xml sec.xml given.xml kite.xml dateline.xml</' smlt.xml

# said STATUS TEXT ARGUMENTS...: the exit status, and one line on standard error that holds the text.
said() {
    local status=$1 text=$2
    shift 2
    "$KAURI_PROGRAM" sources "$@" >"$scratch/stdout" 2>"$scratch/stderr"
    local got=$?
    [ $got -eq "$status" ] || fail "sources $*: exit status $got, not $status: $(cat "$scratch/stderr")"
    grep -qF -- "$text" "$scratch/stderr" || fail "sources $*: does not say '$text': $(cat "$scratch/stderr")"
    [ "$(grep -c . "$scratch/stderr")" -eq 1 ] || fail "sources $*: more than one line: $(cat "$scratch/stderr")"
}

# nothing_in DIR: no map and no part of one.
nothing_in() {
    [ -z "$(find "$1" -name '*geojson*' -o -name '*gpkg*' 2>/dev/null)" ] || fail "$1 holds $(ls "$1")"
}

# ---- every kind

"$KAURI_PROGRAM" sources job.ini -o "$scratch/maps" >"$scratch/stdout" 2>"$scratch/stderr" ||
    fail "sources: $(cat "$scratch/stderr")"
cd "$scratch/maps" || exit 1
[ "$(ls | tr '\n' ' ')" = "areas.geojson fault_outlines.geojson fault_traces.geojson points.geojson section_traces.geojson sections.geojson sources.gpkg " ] ||
    fail "files: $(ls)"

# kind FILE ID TYPE GEOMETRY: there is such a feature.
kind() {
    grep -F "\"id\": \"$2\"" "$1" | grep -F "\"type\": \"$3\"" | grep -qF "\"geometry\": {\"type\": \"$4\"" ||
        fail "$1 has no $4 of $3 '$2'"
}
kind points.geojson p pointSource Point
kind areas.geojson s areaSource Polygon
kind fault_traces.geojson a simpleFaultSource LineString
kind fault_traces.geojson b complexFaultSource LineString
kind fault_traces.geojson x characteristicFaultSource LineString
kind fault_traces.geojson k kiteFaultSource LineString
kind fault_outlines.geojson a simpleFaultSource Polygon
kind fault_outlines.geojson b complexFaultSource Polygon
kind fault_outlines.geojson x characteristicFaultSource Polygon
kind fault_outlines.geojson k kiteFaultSource Polygon
kind fault_outlines.geojson d complexFaultSource MultiPolygon # it crosses the date line
grep -qF '"type": "nonParametricSeismicSource"' fault_outlines.geojson || fail "no ruptures of source n"
[ "$(grep -c '"type": "Feature",' sections.geojson)" -eq "$(grep -c '<section ' "$job/sec.xml")" ] ||
    fail "sections.geojson has not the sections of sec.xml"

# the outline of source a goes along the lower ends, and back along the trace
ring='[[[0.11792, -0.06551], [0.31792, 0.08449], [0.36793, 0.38449], [0.25, 0.45], [0.2, 0.15], [0.0, 0.0], '
grep -F '"id": "a"' fault_outlines.geojson | grep -qF "$ring" || fail "the outline of source a crosses itself"

# a vertical fault has a trace and no outline
"$KAURI_PROGRAM" sources "$faults/complex_vertical/job.ini" -o "$scratch/vertical" >"$scratch/log" 2>&1 ||
    fail "a vertical fault: $(cat "$scratch/log")"
[ "$(ls "$scratch/vertical" | tr '\n' ' ')" = "fault_traces.geojson sources.gpkg " ] || fail "a vertical fault: $(ls "$scratch/vertical")"

# the trace of source a, as its file has it
grep -F '"id": "a"' fault_traces.geojson |
    grep -qF '"coordinates": [[0.0, 0.0], [0.20000000000000001, 0.14999999999999999], [0.25, 0.45000000000000001]]' ||
    grep -F '"id": "a"' fault_traces.geojson | grep -qF '"coordinates": [[0.0, 0.0], [0.2, 0.15], [0.25, 0.45]]' ||
    fail "the trace of source a: $(grep -F '"id": "a"' fault_traces.geojson)"

for map in *.geojson; do
    n=$(grep -c '^{"type": "Feature",' "$map")
    grep -Eq "^${map//./\\.} +$n features?\$" "$scratch/stdout" || fail "$map has $n features: $(cat "$scratch/stdout")"
    # a feature a line: whoever has no parser for JSON sees at least that brackets match
    for pair in '{}' '[]'; do
        [ "$(tr -cd "${pair:0:1}" <"$map" | wc -c)" -eq "$(tr -cd "${pair:1}" <"$map" | wc -c)" ] ||
            fail "$map: ${pair:0:1} and ${pair:1} do not match"
    done
    grep -Eqi '\b(nan|inf(inity)?)\b' "$map" && fail "$map holds what is no number in JSON"
    grep -oE '\[-?[0-9.]+(e-?[0-9]+)?, -?[0-9.]+(e-?[0-9]+)?\]' "$map" | tr -d '[],' |
        awk '$1 < -180 || $1 > 180 || $2 < -90 || $2 > 90 { bad = 1 } END { exit bad || NR == 0 }' ||
        fail "$map: places out of range"
done
if python3 -c 'import json' 2>/dev/null; then
    python3 -c '
import json, sys

def area(ring):
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:]))

for name in sys.argv[1:]:
    top = json.load(open(name))
    assert top["type"] == "FeatureCollection" and top["features"], name
    for f in top["features"]:
        assert f["type"] == "Feature" and f["properties"], name
        kind, c = f["geometry"]["type"], f["geometry"]["coordinates"]
        polygons = {"Polygon": [c], "MultiPolygon": c}.get(kind, [])
        for ring in [r for p in polygons for r in p]:
            assert len(ring) >= 4 and ring[0] == ring[-1], (name, "a ring must be closed")
            assert area(ring) > -1e-9, (name, "exterior rings run against the clock")
        for line in {"LineString": [c], "MultiLineString": c}.get(kind, []):
            assert len(line) >= 2, (name, "a line of one point")
        rate = f["properties"].get("annual_rate")
        assert rate is None or rate >= 0, (name, rate)
' ./*.geojson || fail "the maps are not what RFC 7946 asks for"
fi

# GeoPackage has the same as layers
grep -Eq "^sources\.gpkg +$(cat ./*.geojson | grep -c '^{"type": "Feature",') features\$" "$scratch/stdout" ||
    fail "sources.gpkg: $(cat "$scratch/stdout")"
if python3 -c 'import sqlite3' 2>/dev/null; then
    layers=()
    for map in *.geojson; do
        layers+=("${map%.geojson}=$map")
    done
    python3 "$KAURI_SOURCE_DIR/tests/support/geopackage.py" sources.gpkg "${layers[@]}" >"$scratch/log" 2>&1 ||
        fail "sources.gpkg: $(tail -n 1 "$scratch/log")"
fi

# a job without such sources leaves no map of those before
"$KAURI_PROGRAM" sources "$faults/simple/job.ini" -o "$scratch/maps" >/dev/null 2>&1 || fail "a second job in the folder"
[ "$(ls | tr '\n' ' ')" = "fault_outlines.geojson fault_traces.geojson sources.gpkg " ] || fail "maps of an earlier job: $(ls)"

# ---- wrong calls

cd "$job" || exit 1
said 2 "no job is named" -o "$scratch/none"
said 2 "-o DIR is wanted" job.ini
said 2 "needs a value" job.ini -o
said 2 "unknown option" job.ini -o "$scratch/none" --colour
said 2 "one job at a time" job.ini other.ini -o "$scratch/none"
said 2 "key=value" job.ini -o "$scratch/none" -p mean
said 1 "No such file" none.ini -o "$scratch/none"
said 1 "-p truncation_level: " job.ini -o "$scratch/none" -p truncation_level=three
[ ! -e "$scratch/none" ] || fail "a wrong call made a folder"

# ---- failures

touch "$scratch/file"
said 7 "$scratch/file" job.ini -o "$scratch/file/maps"
said 7 "$scratch/file" job.ini -o "$scratch/file"
if [ "$(id -u)" -ne 0 ]; then
    mkdir "$scratch/locked" && chmod a-w "$scratch/locked"
    said 7 "$scratch/locked" job.ini -o "$scratch/locked"
fi
mkdir -p "$scratch/taken/areas.geojson" # a folder where a map should be
said 7 "areas.geojson" job.ini -o "$scratch/taken"
[ -z "$(ls "$scratch/taken" | grep part)" ] || fail "parts are left: $(ls "$scratch/taken")"

# a file-size limit stands for a full disk (no TMPDIR: the thread sanitizer starts with a larger file there)
(ulimit -f 1 && GCOV_PREFIX=$scratch/counts GCOV_ERROR_FILE=$scratch/counts.log TMPDIR=$scratch/none "$KAURI_PROGRAM" sources job.ini -o "$scratch/full") >/dev/null 2>"$scratch/stderr"
[ $? -eq 7 ] || fail "a full disk must give status 7: $(cat "$scratch/stderr")"
[ "$(grep -c . "$scratch/stderr")" -eq 1 ] || fail "a full disk: $(cat "$scratch/stderr")"
nothing_in "$scratch/full"

sed -i 's/<dip>45/<dip>145/' sm.xml
said 1 "sm.xml:" job.ini -o "$scratch/wrong"
nothing_in "$scratch/wrong"
sed -i 's/<dip>145/<dip>45/' sm.xml

# ---- interrupted while it works; it may be too early for its handler of signals, or too late
point=$(grep -m1 '<pointSource' sm.xml)
{
    sed '/<pointSource/,$d' sm.xml
    for i in $(seq 20000); do
        echo "${point/id=\"p\"/id=\"p$i\"}"
    done
    echo '</sourceGroup></sourceModel></nrml>'
} >many.xml
mv many.xml sm.xml
set -m # else the shell lets what runs in the background ignore the signal
for pause in 0.3 0.2 0.1 0.5 0.05 1; do
    "$KAURI_PROGRAM" sources job.ini -o "$scratch/stopped" >/dev/null 2>"$scratch/stderr" &
    pid=$!
    sleep $pause
    kill -INT $pid 2>/dev/null
    wait $pid
    status=$?
    [ $status -ne 0 ] && [ $status -ne 130 ] && break
    rm -rf "$scratch/stopped"
done 2>/dev/null
[ $status -eq 4 ] || fail "interrupted: status $status: $(cat "$scratch/stderr")"
nothing_in "$scratch/stopped"
finish
