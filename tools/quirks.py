#!/usr/bin/env python3
"""The figures of docs/quirks.md: small jobs computed with both profiles.

  tools/quirks.py [KAURI] [NAME...]

Prints for each job by how many percent the hazard level of `--compat exact` differs from that of
`--compat oq-3.21`, for 10 % and 2 % in 50 years (475 and 2475 years): the smallest and the largest of three
sites, PGA and SA(1.0) together.
"""
import csv
import glob
import math
import os
import subprocess
import sys
import tempfile

NRML = '<nrml xmlns="http://openquake.org/xmlns/nrml/0.5" xmlns:gml="http://www.opengis.net/gml">'
DEPTHS = '<upperSeismoDepth>0</upperSeismoDepth><lowerSeismoDepth>20</lowerSeismoDepth>'
SHAPE = '<magScaleRel>WC1994</magScaleRel><ruptAspectRatio>1</ruptAspectRatio>'
ONE_PLANE = ('<nodalPlaneDist><nodalPlane probability="1" strike="30" dip="60" rake="90"/></nodalPlaneDist>'
             '<hypoDepthDist><hypoDepth probability="1" depth="8"/></hypoDepthDist>')
FOUR_PLANES = ('<nodalPlaneDist><nodalPlane probability="0.5" strike="30" dip="60" rake="90"/>'
               '<nodalPlane probability="0.5" strike="120" dip="85" rake="0"/></nodalPlaneDist>'
               '<hypoDepthDist><hypoDepth probability="0.5" depth="5"/>'
               '<hypoDepth probability="0.5" depth="12"/></hypoDepthDist>')
CRUST, STABLE = 'Active Shallow Crust', 'Stable Continental Crust'
GRID = [(round(174 + .1 * i, 5), round(-41 - .1 * j, 5)) for i in range(6) for j in range(5)]
SITES = '174.1 -41.1, 174.3 -41.25, 174.9 -41.2'


def gr(a):
    return f'<truncGutenbergRichterMFD aValue="{a}" bValue="1.0" minMag="5.0" maxMag="7.0"/>'


def area(name, mfd=gr(4.0), planes=ONE_PLANE, lon=174.):
    ring = f'{lon} -41 {lon + .6} -41 {lon + .6} -41.5 {lon} -41.5'
    return (f'<areaSource id="{name}" name="{name}"><areaGeometry><gml:Polygon><gml:exterior><gml:LinearRing>'
            f'<gml:posList>{ring}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>{DEPTHS}'
            f'</areaGeometry>{SHAPE}{mfd}{planes}</areaSource>')


def point(name, mfd=gr(3.2)):
    return (f'<pointSource id="{name}" name="{name}"><pointGeometry><gml:Point><gml:pos>174.2 -41.2</gml:pos>'
            f'</gml:Point>{DEPTHS}</pointGeometry>{SHAPE}{mfd}{ONE_PLANE}</pointSource>')


def multi(name, points=GRID, a=2.6, planes=ONE_PLANE):
    where = ' '.join('%s %s' % p for p in points)
    return (f'<multiPointSource id="{name}" name="{name}"><multiPointGeometry><gml:posList>{where}</gml:posList>'
            f'{DEPTHS}</multiPointGeometry>{SHAPE}<multiMFD kind="truncGutenbergRichterMFD" '
            f'size="{len(points)}"><min_mag>5.0</min_mag><max_mag>7.0</max_mag><a_val>{a}</a_val>'
            f'<b_val>1.0</b_val></multiMFD>{planes}</multiPointSource>')


def model(*sources, stable=()):
    groups = ''
    for trt, members in ((CRUST, sources), (STABLE, stable)):
        if members:
            groups += f'<sourceGroup name="g" tectonicRegion="{trt}">{"".join(members)}</sourceGroup>'
    return f'{NRML}<sourceModel name="m">{groups}</sourceModel></nrml>'


def weight(default, pga=None):
    text = f'<uncertaintyWeight>{default}</uncertaintyWeight>'
    return text + (f'<uncertaintyWeight imt="PGA">{pga}</uncertaintyWeight>' if pga else '')


def branch_set(name, kind, filters, *branches):
    text = f'<logicTreeBranchSet branchSetID="{name}" uncertaintyType="{kind}" {filters}>'
    for k, (value, *weights) in enumerate(branches, 1):
        text += (f'<logicTreeBranch branchID="{name}{k}"><uncertaintyModel>{value}</uncertaintyModel>'
                 f'{weight(*weights)}</logicTreeBranch>')
    return text + '</logicTreeBranchSet>'


def tree(*sets):
    return f'{NRML}<logicTree logicTreeID="t">{"".join(sets)}</logicTree></nrml>'


def motions(**branches):
    sets = [branch_set(name, 'gmpeModel', f'applyToTectonicRegionType="{trt}"', *branches[name])
            for name, trt in (('crust', CRUST), ('stable', STABLE)) if name in branches]
    return tree(*sets)


MODEL = branch_set('s', 'sourceModel', '', ('m.xml', 1))
TWO_BY_TWO = motions(crust=[('BooreAtkinson2008', 0.7), ('ChiouYoungs2008', 0.3)],
                     stable=[('ToroEtAl2002', 0.8), ('Campbell2003', 0.2)])
BOTH = model(area('a'), point('p'))
TWO_REGIONS = model(area('a'), stable=[area('d', gr(3.9))])
FAR_REGION = model(area('a'), stable=[area('d', gr(3.9), lon=177.5)])
TWO_MODELS = branch_set('s', 'sourceModel', '', ('m.xml', 0.5), ('m2.xml', 0.5))
UNEQUAL = tree(branch_set('s', 'sourceModel', '', ('m.xml', 0.8), ('m2.xml', 0.2)))
THREE_B = tree(MODEL, branch_set('b', 'bGRAbsolute', 'applyToSources="a"', (0.95, 0.3), (1.0, 0.5), (1.05, 0.2)))
REPEATED = ('<arbitraryMFD><occurRates>0.004 0.002 0.001</occurRates><magnitudes>6.5 6.5 7.0</magnitudes>'
            '</arbitraryMFD>')
BINS = ('<incrementalMFD minMag="5.0" binWidth="0.2"><occurRates>0.10 0.063 0.040 0.025 0.016 0.010 0.0063 0.0040 '
        '0.0025 0.0016 0.0010</occurRates></incrementalMFD>')
SITES_CSV = 'lon,lat,vs30\n174.1,-41.1,250\n174.3,-41.25,400\n174.9,-41.2,760\n'



def kite(*profiles):
    lines = ''.join(f'<profile><gml:LineString><gml:posList>{p}</gml:posList></gml:LineString></profile>'
                    for p in profiles)
    return f'<kiteSurface>{lines}</kiteSurface>'


def characteristic(surface):
    return ('<characteristicFaultSource id="c" name="c"><arbitraryMFD><occurRates>0.003 0.001</occurRates>'
            '<magnitudes>6.6 7.0</magnitudes></arbitraryMFD><rake>90</rake>'
            f'<surface>{surface}</surface></characteristicFaultSource>')


def kite_fault():
    return (f'<kiteFaultSource id="k" name="k">{BENT}{SHAPE}<arbitraryMFD><occurRates>0.01 0.004</occurRates>'
            '<magnitudes>6.104 6.496</magnitudes></arbitraryMFD><rake>90</rake></kiteFaultSource>')


def sections():
    """A chain of ten sections of 10 km that begins 10 km west of the sites and goes north."""
    out = ''
    for i in range(10):
        ends = [f'174.0 {-41.3 + .09 * (i + k):.3f} 0 174.1 {-41.3 + .09 * (i + k):.3f} {12 + 2 * i}' for k in (0, 1)]
        out += f'<section id="s{i}">{kite(*ends)}</section>'
    return f'{NRML}<geometryModel name="s">{out}</geometryModel></nrml>'


def ruptures(years):
    out = ''
    for mag, p, n in ((6.2, 0.2, 1), (6.7, 0.1, 4), (7.3, 0.05, 10)):
        index = ','.join(f's{i}' for i in range(n))
        out += (f'<multiPlanesRupture probs_occur="{1 - p} {p}"><magnitude>{mag}</magnitude>'
                f'<sectionIndexes indexes="{index}"/><rake>90</rake></multiPlanesRupture>')
    return (f'{NRML}<sourceModel name="m" investigation_time="{years}"><sourceGroup name="g" tectonicRegion="{CRUST}">'
            f'<multiFaultSource id="f" name="f">{out}</multiFaultSource></sourceGroup></sourceModel></nrml>')


BENT = kite('174.05 -41.3 0 174.2 -41.35 14', '174.15 -41.15 0 174.3 -41.2 14', '174.35 -41.05 0 174.45 -41.15 14')
REVERSED = kite('174.7 -40.8 0 174.6 -40.7 14', '174.5 -40.95 0 174.4 -40.85 14', '174.4 -41.1 0 174.3 -41.0 14')
CHIOU_YOUNGS = motions(crust=[('ChiouYoungs2008', 1)])
SECTIONS = {'m.xml': ruptures(50), 'sections.xml': sections(), 'g.xml': CHIOU_YOUNGS,
            't.xml': tree(branch_set('s', 'sourceModel', '', ('m.xml sections.xml', 1.0)))}

# name: files, further lines of the job
JOBS = {
    'source type': ({'m.xml': BOTH, 't.xml': tree(MODEL, branch_set(
        'b', 'bGRRelative', 'applyToSourceType="point"', (-0.2, 0.3), (0.1, 0.7)))}, ''),
    'after a dummy': ({'m.xml': BOTH, 't.xml': tree(
        MODEL, branch_set('u', 'abGRAbsolute', 'applyToSources="p"', ('3.2 1.0', 0.3), ('3.4 1.0', 0.7)),
        branch_set('v', 'maxMagGRRelativeNoMoBalance', 'applyToSources="p" applyToBranches="u1"',
                   (0.0, 0.5), (0.2, 0.5)),
        branch_set('w', 'maxMagGRAbsolute', 'applyToSources="a"', (7.2, 0.5), (7.8, 0.5)))}, ''),
    'two dummies': ({'m.xml': BOTH, 't.xml': tree(
        MODEL, branch_set('u', 'bGRRelative', 'applyToSources="p"', (0.0, 0.3), (0.05, 0.3), (-0.05, 0.4)),
        branch_set('v', 'maxMagGRRelativeNoMoBalance', 'applyToSources="p" applyToBranches="u1"',
                   (0.0, 0.5), (0.2, 0.5)),
        branch_set('w', 'bGRRelative', 'applyToSources="p" applyToBranches="v1"', (0.0, 0.5), (0.1, 0.5)),
        branch_set('z', 'maxMagGRAbsolute', 'applyToSources="a"', (7.2, 0.5), (7.8, 0.5)))}, ''),
    'same id': ({'m.xml': model(area('a')), 'm2.xml': model(area('a', gr(4.2))), 't.xml': tree(
        TWO_MODELS, branch_set('x', 'maxMagGRAbsolute', 'applyToSources="a" applyToBranches="s1 s2"',
                               (7.0, 0.4), (7.6, 0.6)))}, ''),
    'late extendModel': ({'m.xml': BOTH, 'e1.xml': model(area('e', lon=174.5)),
                          'e2.xml': model(area('f', gr(4.4), lon=174.5)), 't.xml': tree(
        MODEL, branch_set('b', 'bGRRelative', '', (-0.1, 0.5), (0.1, 0.5)),
        branch_set('e', 'extendModel', '', ('e1.xml', 0.5), ('e2.xml', 0.5)))}, ''),
    'smlt_branch': ({'m.xml': model(area('a')), 'm2.xml': model(area('a', gr(4.3))),
                     'm3.xml': model(area('a', gr(4.5))), 't.xml': tree(
        branch_set('s', 'sourceModel', '', ('m.xml', 0.3), ('m2.xml', 0.3), ('m3.xml', 0.4)),
        branch_set('x', 'maxMagGRRelativeNoMoBalance', 'applyToBranches="s3"', (0.0, 0.4), (0.6, 0.6)))},
        'smlt_branch = s3'),
    'multi-point changed twice': ({'m.xml': model(multi('m')), 't.xml': tree(
        MODEL, branch_set('b', 'bGRRelative', '', (-0.1, 0.5), (0.1, 0.5)),
        branch_set('x', 'maxMagGRRelativeNoMoBalance', '', (-0.2, 0.5), (0.2, 0.5)))}, 'quantiles = 0.16 0.84'),
    'late sampling': ({'m.xml': model(area('a')), 'm2.xml': model(area('a', gr(4.5))), 't.xml': UNEQUAL},
                      'number_of_logic_tree_samples = 10\nsampling_method = late_weights'),
    'weights by measure': ({'m.xml': TWO_REGIONS, 'g.xml': motions(
        crust=[('BooreAtkinson2008', 0.7, 0.4), ('ChiouYoungs2008', 0.3, 0.6)],
        stable=[('ToroEtAl2002', 0.8), ('Campbell2003', 0.2)])}, 'quantiles = 0.16 0.84'),
    'collapsed tree': ({'m.xml': TWO_REGIONS, 'g.xml': TWO_BY_TWO}, 'collapse_gsim_logic_tree = crust'),
    'preset as a table': ({'m.xml': BOTH, 'g.xml': motions(
        crust=[('[AtkinsonBoore2006MblgAB1987bar200NSHMP2008]', 1)])}, ''),
    'reqv_ignore_sources': ({'m.xml': model(area('a', planes=FOUR_PLANES)),
                             'm2.xml': model(area('a', gr(4.2), FOUR_PLANES)), 't.xml': tree(TWO_MODELS),
                             'r.hdf5': ''},
                            'reqv_file = {"Active Shallow Crust": "r.hdf5"}\nreqv_ignore_sources = a'),
    'repeated magnitude': ({'m.xml': model(area('a'), point('p', REPEATED))}, ''),
    'end magnitude': ({'m.xml': model(area('a', BINS))}, 'minimum_magnitude = 5.0'),
    'points in single precision': ({'m.xml': model(multi('m', [(174.10123, -41.10321), (174.30777, -41.25123)],
                                                         3.2))}, ''),
    'sites_csv': ({'m.xml': BOTH, 's.csv': SITES_CSV}, 'sites_csv = s.csv'),
    'collapse_level 0': ({'m.xml': BOTH}, 'collapse_level = 0'),
    'collapse_level 1': ({'m.xml': BOTH}, 'collapse_level = 1'),
    'collapse_level 2': ({'m.xml': BOTH}, 'collapse_level = 2'),
    'ties': ({'m.xml': FAR_REGION, 'g.xml': TWO_BY_TWO, 't.xml': THREE_B},
             'quantiles = 0.05 0.16 0.5 0.84 0.95'),
    'reversed lines': ({'m.xml': model(characteristic(BENT + REVERSED)), 'g.xml': CHIOU_YOUNGS}, ''),
    'kite magnitudes': ({'m.xml': model(kite_fault()), 'g.xml': CHIOU_YOUNGS}, 'rupture_mesh_spacing = 2'),
    'infer_occur_rates': (SECTIONS, 'rupture_mesh_spacing = 2\ninfer_occur_rates = true'),
    'close sections': (SECTIONS, 'rupture_mesh_spacing = 2\nmaximum_distance = 60'),
    'sections in single precision': (SECTIONS, 'rupture_mesh_spacing = 2\nmax_sites_disagg = 1'),
    'hypocentres of sections': ({**SECTIONS, 'g.xml': motions(crust=[('AbrahamsonEtAl2015SSlab', 1)])},
                                'rupture_mesh_spacing = 2\nreference_backarc = false'),
    'mean of rates': ({'m.xml': TWO_REGIONS, 'g.xml': TWO_BY_TWO}, 'use_rates = true'),
}


def write_job(folder, files, more):
    files = {'g.xml': motions(crust=[('BooreAtkinson2008', 1)]), 't.xml': tree(MODEL), **files}
    for name, text in files.items():
        with open(os.path.join(folder, name), 'w', encoding='utf-8') as f:
            f.write(text)
    with open(os.path.join(folder, 'job.ini'), 'w', encoding='utf-8') as f:
        f.write(f'''[general]
description = quirks
calculation_mode = classical
{"" if "sites_csv" in more else "sites = " + SITES}
source_model_logic_tree_file = t.xml
gsim_logic_tree_file = g.xml
investigation_time = 50
truncation_level = 3
{"" if "maximum_distance" in more else "maximum_distance = 200"}
width_of_mfd_bin = 0.1
area_source_discretization = 10
reference_vs30_value = 400
reference_depth_to_1pt0km_per_sec = 300
reference_depth_to_2pt5km_per_sec = 1.5
intensity_measure_types_and_levels = {{"PGA": logscale(0.001, 4, 40), "SA(1.0)": logscale(0.001, 4, 40)}}
poes = 0.1 0.02
hazard_maps = true
{more}
''')


def maps(kauri, folder, profile):
    """Statistic -> return period -> levels; or the line of the error."""
    out = os.path.join(folder, profile)
    run = subprocess.run([kauri, 'run', 'job.ini', '-o', out, '-e', 'csv', '-q', '--compat', profile], cwd=folder,
                         capture_output=True, text=True, check=False)
    if run.returncode:
        return run.stderr.strip().splitlines()[-1]
    found = {}
    for path in sorted(glob.glob(os.path.join(out, '*_map-*.csv'))):
        with open(path, newline='', encoding='utf-8') as f:
            rows = [r for r in csv.reader(f) if not r[0].startswith('#')]
        columns = {475: [], 2475: []}
        for j, name in enumerate(rows[0]):
            if name.endswith(('-0.1', '-0.02')):
                columns[475 if name.endswith('-0.1') else 2475] += [float(r[j]) for r in rows[1:]]
        found[os.path.basename(path)[:-4].split('map-')[1]] = columns
    return found


def main():
    kauri = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else 'build/release/kauri')
    for name, (files, more) in JOBS.items():
        if sys.argv[2:] and name not in sys.argv[2:]:
            continue
        with tempfile.TemporaryDirectory() as folder:
            write_job(folder, files, more)
            default, exact = (maps(kauri, folder, p) for p in ('oq-3.21', 'exact'))
        print(name)
        if isinstance(default, str) or isinstance(exact, str):
            print('  oq-3.21:', default if isinstance(default, str) else 'computed')
            print('  exact:  ', exact if isinstance(exact, str) else 'computed')
            continue
        for stat, periods in default.items():
            text = ''
            for years, levels in periods.items():
                r = [100 * (y / x - 1) for x, y in zip(levels, exact[stat][years]) if x > 0]
                r = [x for x in r if math.isfinite(x)]
                text += '  %d years: %+.2g to %+.2g %%' % (years, min(r), max(r)) if r else ''
            print('  %-8s%s' % (stat, text))


if __name__ == '__main__':
    main()
