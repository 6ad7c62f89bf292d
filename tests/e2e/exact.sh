# What `--compat exact` honours and OpenQuake 3.21 does not: each job has a twin that says the same in words
# that both profiles understand. docs/quirks.md lists them all.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
cd "$scratch" || exit 1

nrml='<nrml xmlns="http://openquake.org/xmlns/nrml/0.5" xmlns:gml="http://www.opengis.net/gml">'
gr='<truncGutenbergRichterMFD aValue="3.6" bValue="1.0" minMag="5.0" maxMag="6.8"/>'
bins='<incrementalMFD minMag="5.2" binWidth="0.4"><occurRates>0.02 0.006 0.002</occurRates></incrementalMFD>'
shape='<upperSeismoDepth>0</upperSeismoDepth><lowerSeismoDepth>20</lowerSeismoDepth>'
scaling='<magScaleRel>WC1994</magScaleRel><ruptAspectRatio>1</ruptAspectRatio>'
planes='<nodalPlaneDist><nodalPlane probability="1" strike="30" dip="60" rake="90"/></nodalPlaneDist>'
depths='<hypoDepthDist><hypoDepth probability="1" depth="8"/></hypoDepthDist>'

# point ID LON LAT MFD: a point source.
point() {
    echo "<pointSource id='$1' name='$1'><pointGeometry><gml:Point><gml:pos>$2 $3</gml:pos></gml:Point>$shape" \
        "</pointGeometry>$scaling$4$planes$depths</pointSource>"
}

# model FILE SOURCE...: a source model of one group.
model() {
    local file=$1
    shift
    echo "$nrml<sourceModel name='m'><sourceGroup name='g' tectonicRegion='Active Shallow Crust'>$*" \
        "</sourceGroup></sourceModel></nrml>" >"$file"
}

# set_of ID TYPE FILTER VALUE WEIGHT...: a branch set.
set_of() {
    local id=$1 type=$2 filter=$3 n=0
    shift 3
    echo "<logicTreeBranchSet branchSetID='$id' uncertaintyType='$type' $filter>"
    while [ $# -gt 0 ]; do
        n=$((n + 1))
        echo "<logicTreeBranch branchID='$id$n'><uncertaintyModel>$1</uncertaintyModel>" \
            "<uncertaintyWeight>$2</uncertaintyWeight></logicTreeBranch>"
        shift 2
    done
    echo "</logicTreeBranchSet>"
}

# tree FILE SET...: a source-model logic tree.
tree() {
    local file=$1
    shift
    echo "$nrml<logicTree logicTreeID='t'>$*</logicTree></nrml>" >"$file"
}

cat >job.ini <<'END'
[general]
description = what exact honours
calculation_mode = classical
sites = 174.05 -41.02, 174.3 -41.1
source_model_logic_tree_file = tree.xml
gsim = BooreAtkinson2008
investigation_time = 50
truncation_level = 3
maximum_distance = 200
width_of_mfd_bin = 0.2
area_source_discretization = 10
reference_vs30_value = 400
intensity_measure_types_and_levels = {"PGA": logscale(0.01, 1, 8)}
END

# run_as NAME COMPAT [OPTION...]: results in the folder NAME.
run_as() {
    local name=$1 compat=$2
    shift 2
    "$KAURI_PROGRAM" run job.ini -o "$name" -e csv -q --compat "$compat" "$@" >log 2>&1 ||
        fail "$name: $(tail -n 1 log)"
    rm -f "$name/realizations.csv"
}

# expect_same|expect_other WHAT A B
expect_same() {
    "$KAURI_PROGRAM" compare "$2" "$3" --rtol 1e-6 --atol 0 >log 2>&1 || fail "$1: $(head -n 1 log)"
}
expect_other() {
    ! "$KAURI_PROGRAM" compare "$2" "$3" --rtol 1e-6 --atol 0 >log 2>&1 || fail "$1: nothing changed"
}

# applyToSourceType
area="<areaSource id='a' name='a'><areaGeometry><gml:Polygon><gml:exterior><gml:LinearRing><gml:posList>
174 -41 174.4 -41 174.4 -41.3 174 -41.3</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>$shape
</areaGeometry>$scaling$gr$planes$depths</areaSource>"
model model.xml "$(point p 174.1 -41.1 "$gr")" "$area"
base=$(set_of s sourceModel '' model.xml 1)
tree tree.xml "$base" "$(set_of b bGRRelative "applyToSourceType='area'" -0.1 0.4 0.1 0.6)"
run_as type-default oq-3.21
run_as type-exact exact
tree tree.xml "$base" "$(set_of b bGRRelative "applyToSources='a'" -0.1 0.4 0.1 0.6)"
run_as type-twin exact
expect_same "applyToSourceType" type-exact type-twin
expect_other "applyToSourceType" type-default type-twin
tree tree.xml "$base" "$(set_of b bGRRelative "applyToSourceType='areas'" -0.1 0.4 0.1 0.6)"
"$KAURI_PROGRAM" run job.ini -o none -q --compat exact >log 2>&1
[ $? -eq 1 ] && grep -q "tree.xml:3: applyToSourceType='areas' is no type of source" log ||
    fail "a wrong applyToSourceType: $(cat log)"

# points of a multi-point source in double precision
tree tree.xml "$base"
model model.xml "<multiPointSource id='m' name='m'><multiPointGeometry><gml:posList>174.05123 -41.02321</gml:posList>
$shape</multiPointGeometry>$scaling<multiMFD kind='incrementalMFD' size='1'><min_mag>5.2</min_mag>
<bin_width>0.4</bin_width><occurRates>0.02 0.006 0.002</occurRates><lengths>3</lengths></multiMFD>
$planes$depths</multiPointSource>"
run_as points-default oq-3.21 -p pointsource_distance=1000
run_as points-exact exact -p pointsource_distance=1000
model model.xml "$(point m 174.05123 -41.02321 "$bins")"
run_as points-twin exact -p pointsource_distance=1000
expect_same "multi-point coordinates" points-exact points-twin
expect_other "multi-point coordinates" points-default points-twin

# a magnitude at the end of maximum_distance
run_as ends-default oq-3.21 -p minimum_magnitude=5.2
run_as ends-exact exact -p minimum_magnitude=5.2
run_as ends-twin exact -p minimum_magnitude=5.1
expect_same "the smallest magnitude" ends-exact ends-twin
expect_other "the smallest magnitude" ends-default ends-twin

# an extendModel source with an id of the model and another content
model more.xml "$(point m 174.2 -41.1 "$gr")"
tree tree.xml "$base" "$(set_of e extendModel '' more.xml 1)"
run_as extend-default oq-3.21
run_as extend-exact exact
expect_same "extendModel with another content" extend-default extend-exact
model more.xml "$(point m 174.05123 -41.02321 "$bins")"
for compat in oq-3.21 exact; do
    "$KAURI_PROGRAM" run job.ini -o none -q --compat $compat >log 2>&1
    [ $? -eq 1 ] && grep -q "adds the source 'm'" log || fail "extendModel with the same source: $(cat log)"
done

# smlt_branch and a set that follows the last branch
model more.xml "$(point m 174.2 -41.1 "$gr")"
model model.xml "$(point n 174.2 -41.1 "$gr")"
tree tree.xml "$(set_of s sourceModel '' model.xml 0.8 more.xml 0.2)" \
    "$(set_of x maxMagGRRelativeNoMoBalance 'applyToBranches="s2"' 0 0.5 0.4 0.5)"
run_as branch-default oq-3.21 -p smlt_branch=s2
grep -q "'x' follows the branches that smlt_branch leaves out" log || fail "smlt_branch: no word about it"
run_as branch-exact exact -p smlt_branch=s2
expect_other "smlt_branch" branch-default branch-exact

# columns of a sites_csv
tree tree.xml "$base"
model model.xml "$(point m 174.2 -41.1 "$gr")"
printf 'lon,lat,vs30\n174.05,-41.02,200\n174.3,-41.1,800\n' >sites.csv
sed -i 's/^sites = .*/sites_csv = sites.csv/' job.ini
run_as sites-default oq-3.21
grep -q "sites.csv: the column vs30 is not used" log || fail "no word about the column vs30: $(cat log)"
run_as sites-exact exact
sed -i 's/^sites_csv = .*/site_model_file = sites.csv/' job.ini
run_as sites-twin oq-3.21
expect_same "columns of sites_csv" sites-exact sites-twin
expect_other "columns of sites_csv" sites-default sites-twin

# late sampling: every sample of a path weighs the same, however often the path was sampled
model more.xml "$(point m 174.2 -41.1 "$gr")"
tree tree.xml "$(set_of s sourceModel '' model.xml 0.8 more.xml 0.2)"
for compat in oq-3.21 exact; do
    "$KAURI_PROGRAM" run job.ini -o late -e csv -q --compat $compat -p number_of_logic_tree_samples=10 \
        -p sampling_method=late_weights >log 2>&1 || fail "late sampling: $(tail -n 1 log)"
    awk -F, 'NR > 2 {n[$2]++; w[$2] = $3} END {print n["AA~A"], n["AB~A"], w["AA~A"] / w["AB~A"]}' \
        late/realizations.csv >"late-$compat"
done
read -r first second ratio <late-oq-3.21
[ "$first" -ne "$second" ] || fail "late sampling: choose another seed"
awk -v a="$first" -v b="$second" -v r="$ratio" 'BEGIN {exit !((r / (4 * a / b) - 1) ^ 2 < 1e-8)}' ||
    fail "late sampling, default: $first, $second, ratio $ratio"
awk '{exit !(($3 / 4 - 1) ^ 2 < 1e-8)}' late-exact || fail "late sampling, exact: $(cat late-exact)"

finish
