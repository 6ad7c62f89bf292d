# The number of combinations that a source-model tree lists has no bearing on memory: trees of 12, 108 and
# 972 combinations of the same 30 files, so with the same components, hold the same at most.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
cd "$scratch" || exit 1

# Under a sanitizer every block of an arena is one of its own and counts with its head.
if grep -q __asan_init "$KAURI_PROGRAM"; then
    echo "skipped: sanitizers change what is accounted"
    exit 77
fi

# model FILE REGION LONGITUDE: three points of one tectonic region type.
model() {
    echo '<nrml xmlns="http://openquake.org/xmlns/nrml/0.5"><sourceModel name="m"><sourceGroup'
    echo "tectonicRegion=\"$2\">"
    for i in 1 2 3; do
        cat <<END
<pointSource id="${1%.xml}-$i" name="p" tectonicRegion="$2">
<pointGeometry><gml:Point xmlns:gml="http://www.opengis.net/gml"><gml:pos>$3.$i 0.$i</gml:pos></gml:Point>
<upperSeismoDepth>0</upperSeismoDepth><lowerSeismoDepth>20</lowerSeismoDepth></pointGeometry>
<magScaleRel>WC1994</magScaleRel><ruptAspectRatio>1</ruptAspectRatio>
<truncGutenbergRichterMFD aValue="3" bValue="1" minMag="5" maxMag="6.$i"/>
<nodalPlaneDist><nodalPlane probability="1" strike="0" dip="90" rake="0"/></nodalPlaneDist>
<hypoDepthDist><hypoDepth probability="1" depth="10"/></hypoDepthDist></pointSource>
END
    done
    echo '</sourceGroup></sourceModel></nrml>'
}
for i in $(seq 0 11); do model "crust$i.xml" 'Active Shallow Crust' 0 >"crust$i.xml"; done
for i in $(seq 0 8); do model "interface$i.xml" 'Subduction Interface' 1 >"interface$i.xml"; done
for i in $(seq 0 8); do model "slab$i.xml" 'Subduction IntraSlab' 2 >"slab$i.xml"; done

# The first 12 combinations hold all files, no two of a kind together; the first 108 all pairs of the first
# two kinds; 972 are all.
tree() {
    echo '<nrml xmlns="http://openquake.org/xmlns/nrml/0.5"><logicTree logicTreeID="t">'
    echo '<logicTreeBranchSet uncertaintyType="sourceModel" branchSetID="bs">'
    awk -v n="$1" 'BEGIN {
        for (k = 0; k < n; k++)
            printf "<logicTreeBranch branchID=\"b%d\"><uncertaintyModel>crust%d.xml interface%d.xml slab%d.xml" \
                   "</uncertaintyModel><uncertaintyWeight>%.17g</uncertaintyWeight></logicTreeBranch>\n",
                k, k % 12, (int(k / 12) + k) % 9, (int(k / 108) + k) % 9, 1 / n
    }'
    echo '</logicTreeBranchSet></logicTree></nrml>'
}
{
    echo '<nrml xmlns="http://openquake.org/xmlns/nrml/0.5"><logicTree logicTreeID="g">'
    for region in 'Active Shallow Crust' 'Subduction Interface' 'Subduction IntraSlab'; do
        cat <<END
<logicTreeBranchSet uncertaintyType="gmpeModel" branchSetID="${region##* }" applyToTectonicRegionType="$region">
<logicTreeBranch branchID="a"><uncertaintyModel>SadighEtAl1997</uncertaintyModel>
<uncertaintyWeight>0.5</uncertaintyWeight></logicTreeBranch>
<logicTreeBranch branchID="b"><uncertaintyModel>BooreAtkinson2008</uncertaintyModel>
<uncertaintyWeight>0.5</uncertaintyWeight></logicTreeBranch></logicTreeBranchSet>
END
    done
    echo '</logicTree></nrml>'
} >gmm.xml
cat >job.ini <<END
[general]
description = combinations of the same files
calculation_mode = classical
random_seed = 1
[geometry]
sites = 0 0, 0.5 0, 1 0, 1.5 0
[logic_tree]
number_of_logic_tree_samples = 0
source_model_logic_tree_file = tree.xml
gsim_logic_tree_file = gmm.xml
[erf]
rupture_mesh_spacing = 5
width_of_mfd_bin = 0.5
area_source_discretization = 10
[site_params]
reference_vs30_type = measured
reference_vs30_value = 760
reference_depth_to_2pt5km_per_sec = 2
reference_depth_to_1pt0km_per_sec = 50
[calculation]
investigation_time = 50
intensity_measure_types_and_levels = {"PGA": logscale(0.005, 2, 30), "SA(1.0)": logscale(0.005, 2, 30)}
truncation_level = 3
maximum_distance = 200
[output]
mean = true
std = true
quantiles = 0.05 0.5 0.95
individual_rlzs = false
END

# peak LOG: the most that all accounts together held, in MB.
peak() {
    sed -n 's/.* peak accounted \([0-9.]*\) MB.*/\1/p' "$1"
}

for n in 12 108 972; do
    tree "$n" >tree.xml
    "$KAURI_PROGRAM" run job.ini -o "out$n" --threads 1 >"log$n" 2>&1 || fail "$n: $(tail -n 1 "log$n")"
    grep -q ' 30 components, 60 component rates' "log$n" || fail "$n: the components are not the same"
    echo "$n combinations: $(peak "log$n") MB at most"
done
awk -v a="$(peak log12)" -v b="$(peak log108)" -v c="$(peak log972)" \
    'BEGIN {exit !(a > 0 && b > 0 && c > 0 && b - a < 0.95 && c - a < 0.95 && a - c < 0.95)}' ||
    fail "memory follows the number of combinations: $(peak log12), $(peak log108), $(peak log972) MB"
finish
