# Hazard maps for geographic information systems: GeoJSON with the numbers of the tables, GeoPackage
# with those of GeoJSON; wrong calls and failures leave nothing. Those of sources: sources.sh.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
kauri=$KAURI_PROGRAM
case=$KAURI_SOURCE_DIR/tests/e2e/cases/lt_two_models
cd "$scratch" || exit 1

"$kauri" run "$case/job.ini" -o run -e csv -q -p poes='0.1 0.02' -p quantiles='0.05 0.95' -p hazard_maps=true \
    -p individual_rlzs=true 2>log || { fail "run: $(cat log)" && finish; }
"$kauri" export run hmaps_geojson hmaps_gpkg -o maps 2>log || fail "export: $(cat log)"
[ -z "$(ls maps | grep part)" ] || fail "parts are left: $(ls maps)"
for map in hazard_map-mean quantile_map-0.05 quantile_map-0.95 hazard_map-rlz-000; do
    [ -e "maps/$map.geojson" ] || fail "no $map.geojson: $(ls maps)"
done

if python3 -c 'import sqlite3' 2>/dev/null; then
    # every number of the tables, to the digits that these have
    python3 - maps/*.geojson <<'END' >log 2>&1 || fail "GeoJSON and tables differ: $(tail -n 1 log)"
import csv, json, sys
for path in sys.argv[1:]:
    name = path.split("/")[-1].replace(".geojson", "")
    rows = list(csv.reader(open(f"run/{name}.csv", newline="")))[1:]
    features = json.load(open(path))["features"]
    assert len(features) == len(rows) - 1 == 2, name
    for i, (row, feature) in enumerate(zip(rows[1:], features)):
        properties = feature["properties"]
        assert properties.pop("site") == i
        place = feature["geometry"]["coordinates"]
        for column, text in zip(rows[0], row):
            if column in ("lon", "lat"):
                value = place[column == "lat"]
            else:
                value = properties.pop(column)
            assert abs(value - float(text)) <= 6e-7 * abs(float(text)), (name, column, value, text)
        assert not properties, (name, properties)
END
    layers=()
    for map in maps/*.geojson; do
        layer=${map#maps/} && layers+=("${layer%.geojson}=$map")
    done
    python3 "$KAURI_SOURCE_DIR/tests/support/geopackage.py" maps/hazard_maps.gpkg "${layers[@]}" >log 2>&1 ||
        fail "GeoPackage: $(tail -n 1 log)"
fi
if command -v ogrinfo >/dev/null; then # GDAL's own opinion
    ogrinfo -q maps/hazard_maps.gpkg hazard_map-mean >ogr 2>&1 || fail "ogrinfo: $(cat ogr)"
    grep -qi 'warning\|error' ogr && fail "ogrinfo: $(cat ogr)"
    [ "$(grep -c 'POINT (' ogr)" -eq 2 ] || fail "ogrinfo sees other points: $(cat ogr)"
fi

# a choice of sites, measures, statistics; the same bytes again; a single realization
"$kauri" export run hmaps_gpkg -o again 2>log || fail "export: $(cat log)"
cmp -s maps/hazard_maps.gpkg again/hazard_maps.gpkg || fail "the package differs from call to call"
"$kauri" export run hmaps_geojson --imt PGA --stat mean --sites 1 -o - >one 2>log || fail "export: $(cat log)"
[ "$(grep -c '"Feature"' one)" -eq 1 ] && grep -q '"site": 1, "PGA-0.1": ' one || fail "one site: $(cat one)"
grep -q 'SA(0.5)' one && fail "another measure: $(cat one)"
"$kauri" export run hmaps_geojson --rlz 0 -o rlz 2>log || fail "export: $(cat log)"
cmp -s rlz/hazard_map-rlz-000.geojson maps/hazard_map-rlz-000.geojson || fail "realization 0 differs from what is stored"
# maps of spreads are no maps of probabilities of exceedance, and say so
"$kauri" stats run -o spreads --statistics 'std cov' -q 2>log && "$kauri" export spreads hmaps_geojson -o spread_maps 2>log || fail "spreads: $(cat log)"
for spread in 'std standard deviation' 'cov coefficient of variation'; do
    grep -q "\"description\": \"levels of each measure at which the ${spread#* } of the probability is .* units: PGA in g, SA(0.5) in g\"" \
        "spread_maps/hazard_map-${spread%% *}.geojson" || fail "$spread: $(head -c 300 "spread_maps/hazard_map-${spread%% *}.geojson")"
done
grep -q '"description": "levels of each measure that are exceeded with the probability' maps/hazard_map-mean.geojson ||
    fail "mean: $(head -c 300 maps/hazard_map-mean.geojson)"
"$kauri" export run --list | grep -q '^hmaps_gpkg ' || fail "--list does not tell of hmaps_gpkg"

# said STATUS TEXT ARGUMENTS...
said() {
    local status=$1 text=$2
    shift 2
    "$kauri" export "$@" >stdout 2>stderr
    local got=$?
    [ $got -eq "$status" ] || fail "export $*: exit status $got, not $status: $(cat stderr)"
    grep -qF -- "$text" stderr || fail "export $*: does not say '$text': $(cat stderr)"
    [ "$(grep -c . stderr)" -eq 1 ] || fail "export $*: more than one line: $(cat stderr)"
}
before=$(cat maps/* | sha256sum)
said 7 'hazard_maps.gpkg: is there already' run hmaps_gpkg -o maps
said 7 'hazard_map-mean.geojson: is there already' run hmaps_geojson --stat mean -o maps
[ "$before" = "$(cat maps/* | sha256sum)" ] || fail "what was there has changed: $(ls maps)"
said 2 'hmaps_gpkg is a file of its own' run hmaps_gpkg -o -
"$kauri" run "$case/job.ini" -o plain -q -p individual_rlzs=false 2>log || fail "run: $(cat log)"
said 1 'holds no hmaps_gpkg: the job had no poes' plain hmaps_gpkg -o none
mkdir -p taken/hazard_maps.gpkg.part
said 7 'hazard_maps.gpkg' run hmaps_gpkg -o taken

# a file-size limit stands for a full disk
(ulimit -f 1 && GCOV_PREFIX=$scratch/counts GCOV_ERROR_FILE=$scratch/counts.log TMPDIR=$scratch/none "$kauri" export run hmaps_gpkg hmaps_geojson -o full) >/dev/null 2>stderr
[ $? -eq 7 ] || fail "a full disk must give status 7: $(cat stderr)"
[ "$(grep -c . stderr)" -eq 1 ] || fail "a full disk: $(cat stderr)"
[ -z "$(ls full)" ] || fail "a full disk leaves $(ls full)"
finish
