# timeout: 300
# A small job, changed in one place: the line that must be said of it. Longer inputs are in tests/broken.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
mkdir "$scratch/base" && cd "$scratch/base" || exit 1
nrml='<?xml version="1.0" encoding="utf-8"?>
<nrml xmlns:gml="http://www.opengis.net/gml" xmlns="http://openquake.org/xmlns/nrml/0.5">'
cat >job.ini <<'END'
[general]
description = base
calculation_mode = classical
sites = 0 0
source_model_logic_tree_file = smlt.xml
gsim_logic_tree_file = glt.xml
investigation_time = 50
truncation_level = 3
maximum_distance = 200
width_of_mfd_bin = 0.2
reference_vs30_value = 760
intensity_measure_types_and_levels = {"PGA": [0.1, 0.2]}
quantiles = 0.5
END
cat >sm.xml <<END
$nrml
<sourceModel name="m">
<sourceGroup name="g" tectonicRegion="Active Shallow Crust">
<pointSource id="1:1" name="1">
<pointGeometry>
<gml:Point><gml:pos>0.1 0.2</gml:pos></gml:Point>
<upperSeismoDepth>0</upperSeismoDepth>
<lowerSeismoDepth>20</lowerSeismoDepth>
</pointGeometry>
<magScaleRel>WC1994</magScaleRel>
<ruptAspectRatio>1</ruptAspectRatio>
<truncGutenbergRichterMFD aValue="3" bValue="1" minMag="5" maxMag="6.5"/>
<nodalPlaneDist><nodalPlane probability="1" strike="0" dip="90" rake="0"/></nodalPlaneDist>
<hypoDepthDist><hypoDepth probability="1" depth="10"/></hypoDepthDist>
</pointSource>
<multiPointSource id="1:2" name="2">
<multiPointGeometry>
<gml:posList>0.1 0.2 0.1 0.4</gml:posList>
<upperSeismoDepth>0</upperSeismoDepth>
<lowerSeismoDepth>20</lowerSeismoDepth>
</multiPointGeometry>
<magScaleRel>WC1994</magScaleRel>
<ruptAspectRatio>1</ruptAspectRatio>
<multiMFD kind="arbitraryMFD" size="2">
<magnitudes>5 5.5 6</magnitudes>
<occurRates>0.1 0.2 0.1</occurRates>
<lengths>2 1</lengths>
</multiMFD>
<nodalPlaneDist><nodalPlane probability="1" strike="0" dip="90" rake="0"/></nodalPlaneDist>
<hypoDepthDist><hypoDepth probability="1" depth="10"/></hypoDepthDist>
</multiPointSource>
</sourceGroup>
</sourceModel>
</nrml>
END
cat >smlt.xml <<END
$nrml
<logicTree logicTreeID="lt">
<logicTreeBranchSet uncertaintyType="sourceModel" branchSetID="s0">
<logicTreeBranch branchID="b1">
<uncertaintyModel>sm.xml</uncertaintyModel>
<uncertaintyWeight>1</uncertaintyWeight>
</logicTreeBranch>
</logicTreeBranchSet>
</logicTree>
</nrml>
END
cat >glt.xml <<END
$nrml
<logicTree logicTreeID="lt">
<logicTreeBranchSet uncertaintyType="gmpeModel" branchSetID="g1" applyToTectonicRegionType="Active Shallow Crust">
<logicTreeBranch branchID="b1">
<uncertaintyModel>SadighEtAl1997</uncertaintyModel>
<uncertaintyWeight>1</uncertaintyWeight>
</logicTreeBranch>
</logicTreeBranchSet>
</logicTree>
</nrml>
END
"$KAURI_PROGRAM" run job.ini -o "$scratch/right" -q 2>"$scratch/said" || fail "the job itself: $(cat "$scratch/said")"

while IFS='|' read -r file change text; do
    [ -n "$file" ] || continue
    rm -rf "$scratch/case" "$scratch/out" && cp -r "$scratch/base" "$scratch/case" && cd "$scratch/case" || exit 1
    sed -i "$change" "$file"
    cmp -s "$file" "$scratch/base/$file" && fail "$file $change: changes nothing"
    timeout 60 "$KAURI_PROGRAM" run job.ini -o "$scratch/out" -q >/dev/null 2>"$scratch/said"
    status=$?
    said=$(grep '^kauri: error: ' "$scratch/said")
    [ $status -eq 1 ] || fail "$file $change: exit status $status: $said"
    [ "$said" = "kauri: error: $text" ] || fail "$file $change: says
    $said
and not
    kauri: error: $text"
    [ ! -e "$scratch/out/results.h5" ] || fail "$file $change: leaves a result"
done <<'END'
sm.xml|s/<lengths>2 1</<lengths>2 1 1</|sm.xml:25: <lengths> of the multiMFD has 3 numbers; 1 or 2 are needed
sm.xml|s/<lengths>2 1</<lengths>2.5 0.5</|sm.xml:25: <lengths> of the multiMFD holds 2.5; whole numbers above 0 are needed
sm.xml|s/<lengths>2 1</<lengths>2 2</|sm.xml:25: <occurRates> of the multiMFD has 3 numbers; the sum of <lengths> is 4
sm.xml|s/<magnitudes>5 5.5 6</<magnitudes>5 5.5</|sm.xml:25: <magnitudes> of the multiMFD has 2 numbers; the sum of <lengths> is 3
sm.xml|s/tectonicRegion=/src_interdep="mutex" srcs_weights="0.5 x" tectonicRegion=/|sm.xml:4: srcs_weights holds 'x', which is not a number
sm.xml|s/tectonicRegion=/src_interdep="mutex" srcs_weights="-0.5 1.5" tectonicRegion=/|sm.xml:4: srcs_weights holds -0.5; weights are 0 or more
sm.xml|s/tectonicRegion=/src_interdep="mutex" srcs_weights="0.5 0.5" tectonicRegion=/;s/1:2/2:2/|sm.xml:17: the ids '1:1' and '2:2' in one group of mutually exclusive sources; the part before ':' must be the same
sm.xml|s/tectonicRegion=/src_interdep="mutex" srcs_weights="0.5 0.5" tectonicRegion=/;s/1:2/1:01/|sm.xml:4: the id 1:1 appears twice in a group of mutually exclusive sources; ids must differ
sm.xml|s/tectonicRegion=/src_interdep="mutex" srcs_weights="0.5 0.5" tectonicRegion=/;s/1:2/1:x/|sm.xml:17: the id '1:x' in a group of mutually exclusive sources; base:number is needed, such as A:1
sm.xml|s/aValue="3"/aValue="400"/|sm.xml:13: a value 400 and b value 1; rates of magnitude 5 would not be finite
sm.xml|s/aValue="3"/aValue="inf"/|sm.xml:13: aValue='inf' of <truncGutenbergRichterMFD>; a number is needed
sm.xml|s/maxMag="6.5"/maxMag="30"/|sm.xml:13: maximum magnitude 30; no magnitude is above 15
sm.xml|s/<truncGut.*/<YoungsCoppersmithMFD minMag="5" bValue="1" characteristicMag="0" characteristicRate="0.01" binWidth="0.1"\/>/|sm.xml:13: characteristic magnitude 0; it must be more than 0
sm.xml|s/<truncGut.*/<YoungsCoppersmithMFD minMag="5" bValue="1" characteristicMag="6.5" characteristicRate="0" binWidth="0.1"\/>/|sm.xml:13: characteristic rate 0; it must be more than 0
sm.xml|s/<truncGut.*/<arbitraryMFD><occurRates>0.1<\/occurRates><magnitudes>30<\/magnitudes><\/arbitraryMFD>/|sm.xml:13: magnitude 30; no magnitude is above 15
sm.xml|s/<truncGut.*/<truncGutenbergRichterMFD slipRate="1" rigidity="30" bValue="1" minMag="5" maxMag="6.5"\/>/|sm.xml:13: slipRate needs the area of a fault; this source has none, write aValue instead
sm.xml|s/<truncGut.*/<truncGutenbergRichterMFD slipRate="0" rigidity="30" bValue="1" minMag="5" maxMag="6.5"\/>/|sm.xml:13: <truncGutenbergRichterMFD> has no attribute 'aValue'; it is needed
sm.xml|s/<gml:posList>0.1 0.2 0.1 0.4/<gml:posList>0.1 0.2 0.1/|sm.xml:19: <posList> holds 3 numbers; pairs of longitude and latitude are needed
smlt.xml|s/<logicTreeBranch /<branch /;s/<.logicTreeBranch>/<\/branch>/|smlt.xml:5: <branch> where a <logicTreeBranch> belongs
smlt.xml|s/branchID="b1"/branchID="b~1"/|smlt.xml:5: the branchID 'b~1' cannot be used; choose one that is not empty, not '.' and without '~'
smlt.xml|s/branchID="b1"/branchID=""/|smlt.xml:5: the branchID '' cannot be used; choose one that is not empty, not '.' and without '~'
smlt.xml|s/logicTreeBranchSet/branchSet/|smlt.xml:4: <branchSet> where a <logicTreeBranchSet> belongs
smlt.xml|s/sm.xml</sm.zip</|smlt.xml:6: 'sm.zip' is no source model file; its name must end in .xml or .nrml
glt.xml|s/<logicTreeBranch /<branch /;s/<.logicTreeBranch>/<\/branch>/|glt.xml:5: <branch> where a <logicTreeBranch> belongs
glt.xml|s/logicTreeBranchSet/branchSet/|glt.xml:4: <branchSet> where a <logicTreeBranchSet> belongs
glt.xml|/<logicTreeBranch /,/<.logicTreeBranch>/d|glt.xml:4: the branch set is empty; it needs a branch
glt.xml|s/nrml/xml/|glt.xml:2: the document is a <xml>; a NRML file begins with <nrml>
glt.xml|s/<logicTreeBranchSet/<logicTreeBranchingLevel branchingLevelID="l"\/><logicTreeBranchSet/|glt.xml:4: a branching level with no branch set; it needs exactly one branch set
job.ini|s/{"PGA".*/{"PGA": 0.1}/|job.ini:12: the levels of PGA are no list; [0.01, 0.1] or logscale(0.01, 2, 20) was expected
job.ini|s/{"PGA".*/{"PGA": [0.1, "x"]}/|job.ini:12: level 2 of PGA is no number
job.ini|s/maximum_distance.*/maximum_distance = []/|job.ini:9: maximum_distance is '[]'; a distance in km, pairs [(magnitude, km), ...] or either of them by tectonic region type was expected
job.ini|s/maximum_distance.*/maximum_distance = {}/|job.ini:9: maximum_distance is '{}'; a distance in km, pairs [(magnitude, km), ...] or either of them by tectonic region type was expected
job.ini|s/maximum_distance.*/maximum_distance = "far"/|job.ini:9: maximum_distance is '"far"'; a distance in km, pairs [(magnitude, km), ...] or either of them by tectonic region type was expected
job.ini|s/maximum_distance.*/maximum_distance = {"Stable": 200}/|job.ini:9: maximum_distance names 'Stable', which is not a tectonic region type of glt.xml
job.ini|s/^quantiles/quantile_definition = best\n&/|job.ini:13: quantile_definition is 'best'; reference, half-weight or merged was expected
job.ini|s/^sites/region_grid_spacing = 10\n#/|job.ini:4: region_grid_spacing needs a region, a site model or an exposure
job.ini|s/^sites/#/|job.ini: sites are missing; write sites, sites_csv, site_model_file, exposure_file, or region with region_grid_spacing
job.ini|s/^sites.*/sites = 0 0, 0.000001 0, 0 0/|job.ini:4: the site 0 0 is given twice (first at line 4); keep one of the two
job.ini|s/reference_vs30_value.*/reference_vs30_value = 40000/|job.ini: vs30 is 40000; m/s below 32767 were expected
job.ini|s/^quantiles/reqv_hdf5 = {"Active Shallow Crust": 5}\n&/|job.ini:13: reqv_hdf5 of 'Active Shallow Crust' is no text; the name of a file was expected
job.ini|s/^quantiles/reqv_ignore_sources = 9\n&/|job.ini: reqv_ignore_sources names '9', which no source model has
job.ini|s/^quantiles/minimum_magnitude = {"Active Shallow Crust": "x"}\n&/|job.ini:13: minimum_magnitude is '{"Active Shallow Crust": "x"}'; a number or numbers by tectonic region type, as in {"default": 100}, were expected
job.ini|s/^source_model_logic/#/|job.ini: source_model_logic_tree_file is missing; write the name of the file
job.ini|s/^source_model_logic.*/source_model_logic_tree_file = smlt.zip/|job.ini:5: source_model_logic_tree_file: no such file 'smlt.zip'
END
finish
