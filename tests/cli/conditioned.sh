# A branch that opens more combinations than are listed: the statistics are conditioned on it, and are those of all
# realizations visited one by one.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
command -v python3 >/dev/null || exit 77
cd "$scratch" || exit 1
python3 - <<'END' || fail "the job cannot be written"
SETS = 13
head = '<?xml version="1.0" encoding="utf-8"?>\n<nrml xmlns:gml="http://www.opengis.net/gml"\n      xmlns="http://openquake.org/xmlns/nrml/0.5">\n'

def source(name, lat):
    return f'''<pointSource id="{name}" name="{name}"><pointGeometry><gml:Point><gml:pos>0.1 {lat:g}</gml:pos></gml:Point>
<upperSeismoDepth>0</upperSeismoDepth><lowerSeismoDepth>20</lowerSeismoDepth></pointGeometry>
<magScaleRel>WC1994</magScaleRel><ruptAspectRatio>1</ruptAspectRatio>
<truncGutenbergRichterMFD aValue="2.5" bValue="1" minMag="5" maxMag="6.2"/>
<nodalPlaneDist><nodalPlane probability="1" strike="0" dip="90" rake="0"/></nodalPlaneDist>
<hypoDepthDist><hypoDepth probability="1" depth="10"/></hypoDepthDist></pointSource>
'''

def model(file, names):
    with open(file, "w") as f:
        sources = "".join(source(n, 0.05 * i) for i, n in enumerate(names))
        f.write(f'{head}<sourceModel name="m"><sourceGroup name="g" tectonicRegion="Active Shallow Crust">\n'
                f'{sources}</sourceGroup></sourceModel></nrml>\n')

def branches(values):
    return "".join(f'<logicTreeBranch branchID="{b}"><uncertaintyModel>{v}</uncertaintyModel>'
                   f'<uncertaintyWeight>{w}</uncertaintyWeight></logicTreeBranch>\n' for b, v, w in values)

model("sources.xml", ["q"] + [f"p{i}" for i in range(SETS)])
with open("source_tree.xml", "w") as f:
    f.write(head + '<logicTree logicTreeID="lt">\n<logicTreeBranchSet uncertaintyType="sourceModel" branchSetID="m">\n' +
            branches([("m", "sources.xml", 1)]) + '</logicTreeBranchSet>\n'
            '<logicTreeBranchSet uncertaintyType="bGRRelative" branchSetID="s" applyToSources="q">\n' +
            branches([("one", -0.1, 0.7), ("other", 0.05, 0.3)]) + '</logicTreeBranchSet>\n')
    for i in range(SETS):
        after = f"a{i - 1} b{i - 1}" if i else "one"
        f.write(f'<logicTreeBranchSet uncertaintyType="bGRRelative" branchSetID="s{i}" applyToBranches="{after}" '
                f'applyToSources="p{i}">\n' +
                branches([(f"a{i}", -0.02 - 0.01 * i, 0.4), (f"b{i}", 0.03, 0.6)]) + '</logicTreeBranchSet>\n')
    f.write('</logicTree></nrml>\n')
with open("job.ini", "w") as f:
    f.write('''[general]
description = a choice that opens many others
calculation_mode = classical
sites = 0 0, 0.3 0.2
source_model_logic_tree_file = source_tree.xml
gsim = SadighEtAl1997
investigation_time = 50
truncation_level = 3
maximum_distance = 200
width_of_mfd_bin = 0.2
reference_vs30_value = 760
intensity_measure_types_and_levels = {"PGA": [0.01, 0.03, 0.1, 0.2, 0.4]}
mean = true
std = true
cov = true
min = true
max = true
quantiles = 0.05 0.29 0.31 0.5 0.9
individual_rlzs = false
disagg_by_src = true
''')
END

"$KAURI_PROGRAM" info job.ini >said || fail "info: exit status $?"
for text in '^realizations  *8193$' '^statistics  *conditioned$' 'mix over the 2 states of s, 8193 combinations'; do
    grep -q "$text" said || fail "info does not say '$text'"
done
for factoring in true false; do
    "$KAURI_PROGRAM" run job.ini -o $factoring -e csv -q -p factoring=$factoring || fail "factoring = $factoring: exit status $?"
done
"$KAURI_PROGRAM" compare true false --rtol 1e-6 >log || fail "conditioned and visited differ: $(grep -m 3 ^differ log)"
[ "$(grep -c ^equal log)" -ge 12 ] || fail "only $(grep -c ^equal log) tables are compared"
"$KAURI_PROGRAM" stats true -o again -e csv -q || fail "stats: exit status $?"
"$KAURI_PROGRAM" compare true again --rtol 0 >log || fail "kauri stats gives others: $(grep -m 3 ^differ log)"
finish
