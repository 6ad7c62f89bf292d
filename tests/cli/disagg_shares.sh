# disagg_statistics = sources, sections: tables in order, shares that fit their rates, the map of sections as GeoJSON
# against the table; what is told where there is none; new runs take old tables away.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
cp -r "$KAURI_SOURCE_DIR/tests/e2e/faults/multi" "$scratch/job" && chmod -R u+w "$scratch/job"
cd "$scratch/job" || exit 1
job=(job.ini -q -e csv -p calculation_mode=disaggregation -p 'poes=0.0005 0.001' -p mag_bin_width=1 -p distance_bin_width=50
    -p coordinate_bin_width=1 -p num_epsilon_bins=1 -p disagg_outputs=TRT -p 'sites=0.1 0.2, 0.3 0.1')
"$KAURI_PROGRAM" run "${job[@]}" -p 'disagg_statistics=sections sources' -o run 2>err || fail "run: $(cat err)"
"$KAURI_PROGRAM" info "${job[@]}" >said 2>err || fail "info of the job: $(cat err)"
grep -q '^disaggregation  *at probabilities 0.0005 0.001$' said && grep -q '^ *bins: 1 TRT, .* Mag of 1, .* Dist of 50 km, .* Lon of 1.8 degrees, .* Lat of 1.8 degrees, 1 Eps of 6$' said &&
    grep -q '^ *tables: TRT$' said || fail "info of the job: $(cat said)"
"$KAURI_PROGRAM" info run >said 2>err || fail "info of the run: $(cat err)"
grep -q '^hmap3  *2 x 2 x 2,' said && grep -q '^best_rlzs  *2 x ' said && grep -q '^disagg-tree  *level summary$' said &&
    grep -q '^disagg-sources ' said || fail "info of the run: $(cat said)"
"$KAURI_PROGRAM" stats run -o other --statistics mean 2>err || fail "stats: $(cat err)"
grep -q 'run holds a disaggregation: the new results hold .* no disaggregation' err || fail "stats: $(cat err)"
"$KAURI_PROGRAM" export run sections_geojson disagg_sections disagg_sources -o again 2>err || fail "export: $(cat err)"
for table in run/disagg_s*-?.csv; do
    cmp "$table" "again/${table#run/}" || fail "export: another $table"
done
[ "$(ls run/disagg_s*-?.csv | wc -l)" -eq 4 ] || fail "run: not four tables but $(ls run)"
python3 - <<'EOF' || fail "tables or maps"
import csv, json, xml.etree.ElementTree as tree

def rows(name):
    with open(name) as f:
        return list(csv.DictReader(f.readlines()[1:]))

sections = {s.get("id") for s in tree.parse("sec.xml").iter("{http://openquake.org/xmlns/nrml/0.5}section")}
for site in "01":
    of_source = rows(f"run/disagg_sources-{site}.csv")
    total = {(r["imt"], r["iml"]): float(r["afoe"]) for r in of_source}
    assert len(of_source) == len(total) == 4 and all(float(r["share"]) == 1 for r in of_source)
    assert [r["imt"] for r in of_source] == ["PGA", "PGA", "SA(0.5)", "SA(0.5)"]
    assert {(r["source_id"], r["trt"]) for r in of_source} == {("a", "Active Shallow Crust")}
    of_section = rows(f"run/disagg_sections-{site}.csv")
    levels = list(dict.fromkeys((r["imt"], r["iml"]) for r in of_section))
    assert levels == list(total)
    for level in levels:
        here = [r for r in of_section if (r["imt"], r["iml"]) == level]
        rates = [float(r["afoe"]) for r in here]
        assert {r["section_id"] for r in here} == sections and rates == sorted(rates, reverse=True)
        for r, rate in zip(here, rates):
            assert 0 < rate <= total[level] and abs(float(r["share"]) - rate / total[level]) < 2e-6
            assert r["name"] == r["section_id"]
    shown = json.load(open(f"again/disagg_sections-{site}.geojson"))
    assert shown["type"] == "FeatureCollection" and "rate of all sources" in shown["description"]
    assert len(shown["features"]) == len(of_section)
    for f, r in zip(shown["features"], of_section):
        p, g = f["properties"], f["geometry"]
        assert list(p) == ["id", "name", "imt", "iml", "poe", "rate", "share"]
        assert (p["id"], p["name"], p["imt"]) == (r["section_id"], r["name"], r["imt"])
        for a, b in (("iml", "iml"), ("poe", "poe"), ("rate", "afoe"), ("share", "share")):
            assert abs(p[a] - float(r[b])) <= 1e-6 * p[a], (a, p, r)
        assert g["type"] == "Polygon" and g["coordinates"][0][0] == g["coordinates"][0][-1]
        assert all(-1 < x < 1 and -1 < y < 1 for x, y in g["coordinates"][0])
EOF
# The same outlines as those of `kauri sources`.
"$KAURI_PROGRAM" sources job.ini -o maps >/dev/null || fail "sources"
python3 - <<'EOF' || fail "other outlines than those of kauri sources"
import json
of = {f["properties"]["id"]: f["geometry"] for f in json.load(open("maps/sections.geojson"))["features"]}
assert all(of[f["properties"]["id"]] == f["geometry"] for f in json.load(open("again/disagg_sections-0.geojson"))["features"])
EOF
"$KAURI_PROGRAM" export run sections_geojson --sites 1 --imt PGA -o one || fail "one site"
[ "$(ls one)" = disagg_sections-1.geojson ] && ! grep -q 'SA(0.5)' one/* || fail "--sites, --imt: $(ls one)"

# A run into the same folder without them: no table of before stays, and export says why there is none.
"$KAURI_PROGRAM" run "${job[@]}" -o run --fresh 2>err || fail "run: $(cat err)"
[ -z "$(ls run | grep disagg_s.*-)" ] || fail "tables of before stay: $(ls run)"
for what in disagg_sources=sources disagg_sections=sections sections_geojson=sections; do
    "$KAURI_PROGRAM" export run "${what%=*}" -o none 2>err && fail "exports ${what%=*} of a run without"
    grep -qF "holds no ${what%=*}: the job had no disagg_statistics = ${what#*=}" err || fail "says: $(cat err)"
done
"$KAURI_PROGRAM" export run --list | grep -q 'disagg_sources\|sections' && fail "--list tells what is not there"
exit $((failures > 0))
