"""Writes a job with one point source for each of N branch sets, and one more, into the current folder.

usage: branches.py N tied|free

tied: the N sets follow one of the two branches of the set before them; free: they follow both, and have three branches
instead of two."""
import sys

SETS, TIED = int(sys.argv[1]), sys.argv[2] == "tied"
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
        after = f' applyToBranches="{f"a{i - 1} b{i - 1}" if i else "one"}"' if TIED else ""
        f.write(f'<logicTreeBranchSet uncertaintyType="bGRRelative" branchSetID="s{i}"{after} '
                f'applyToSources="p{i}">\n' +
                branches([(f"a{i}", -0.02 - 0.01 * i, 0.4), (f"b{i}", 0.03, 0.6 if TIED else 0.35)] +
                             ([] if TIED else [(f"c{i}", -0.05 - 0.013 * i, 0.25)])) + '</logicTreeBranchSet>\n')
    f.write('</logicTree></nrml>\n')
with open("job.ini", "w") as f:
    f.write('''[general]
description = choices between rates of point sources
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
