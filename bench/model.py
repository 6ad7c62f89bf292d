"""Writes a synthetic national model with the structure of New Zealand's: alternative inversions of a crustal fault
system with background seismicity, two subduction interfaces, and seismicity within the slab; its tree combines every
alternative of one part with every alternative of the others. Faults, rates and weights are invented.

options(parser) adds the options of such a model to an argparse parser; write(folder, options) writes the model, and
parse('--ruptures 20 ...') gives such options.
"""
import argparse
import itertools
import math
import os
import random

NRML = ('<?xml version="1.0" encoding="utf-8"?>\n<nrml xmlns:gml="http://www.opengis.net/gml" '
        'xmlns="http://openquake.org/xmlns/nrml/0.5">\n')
DEGREE_KM = 111.19
CRUST, INTERFACE, SLAB = 'Active Shallow Crust', 'Subduction Interface', 'Subduction Intraslab'
CITIES = [(174.78, -41.30), (174.77, -36.87), (172.63, -43.53), (170.50, -45.87), (178.02, -38.66), (173.28, -41.27),
          (176.17, -37.69), (168.65, -45.02), (173.68, -42.40), (170.97, -42.72)]
PERIODS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0]

SPREAD = [('sigma_mu_epsilon = %g' % e, w) for e, w in ((1.28155, .3), (0., .4), (-1.28155, .3))]
NAMED = {key: [('%s = "%s"' % (key, name), w) for name, w in (('Upper', .3), ('Central', .4), ('Lower', .3))]
         for key in ('mu_branch', 'epistemic')}


def trees():
    """Ground-motion trees: region -> (model, its alternatives, weight)."""
    simple = {CRUST: ['AbrahamsonEtAl2014', 'BooreEtAl2014', 'CampbellBozorgnia2014', 'ChiouYoungs2014', 'Bradley2013'],
              INTERFACE: ['AbrahamsonEtAl2015SInter' + x for x in ('', 'High', 'Low')],
              SLAB: ['AbrahamsonEtAl2015SSlab' + x for x in ('', 'High', 'Low')]}
    nz2022 = {CRUST: [('Stafford2022', NAMED['mu_branch'], .39), ('Atkinson2022Crust', NAMED['epistemic'], .28)] +
              [(name, SPREAD, .066) for name in simple[CRUST]]}
    for region, short in ((INTERFACE, 'SInter'), (SLAB, 'SSlab')):
        nz2022[region] = [('Atkinson2022' + short, NAMED['epistemic'], .28)] + [
            ('NZNSHM2022_%s2020%s' % (name, short), SPREAD, .24) for name in ('AbrahamsonGulerce', 'ParkerEtAl', 'KuehnEtAl')]
    return {'small': {r: [(name, [('', 1.)], 1.) for name in names] for r, names in simple.items()}, 'nz2022': nz2022}


def away(place, azimuth, km):
    """`km` from a place of longitude and latitude; what else the place has is dropped."""
    a = math.radians(azimuth)
    lon, lat = place[:2]
    return (lon + km * math.sin(a) / (DEGREE_KM * math.cos(math.radians(lat))), lat + km * math.cos(a) / DEGREE_KM)


# ------------------------------------------------------------------ fault sections and their ruptures

def chains(rng, n):
    """n sections of 10 km in chains of ten: each the profiles of its two ends (top, bottom), down to 16 km."""
    for i in range(n):
        if i % 10 == 0:
            t = rng.random()
            here = (167.5 + 10 * t + rng.gauss(0, .8), -45.8 + 8 * t + rng.gauss(0, .6))
            strike, dip = rng.gauss(45, 20), rng.choice((45, 60, 75))
        there = away(here, strike, 10)
        across = 16 / math.tan(math.radians(dip))
        yield [(top, 0., away(top, strike + 90, across), 16.) for top in (here, there)]
        here, strike = there, strike + rng.gauss(0, 6)


def tiles(corner, strike, dip, along, down, size):
    """A dipping plane cut into squares, row by row."""
    step = (size * math.cos(math.radians(dip)), size * math.sin(math.radians(dip)))
    for row, column in itertools.product(range(down), range(along)):
        yield [(*end(row), *end(row + 1)) for end in (
            lambda r, c=c: (away(away(corner, strike, c * size), strike + 90, r * step[0]), 5 + r * step[1])
            for c in (column, column + 1))]


def write_sections(path, prefix, sections):
    with open(path, 'w', encoding='utf-8') as f:
        f.write(NRML + '<geometryModel name="sections">\n')
        for i, ends in enumerate(sections):
            f.write(f'<section id="{prefix}{i}"><kiteSurface>')
            for top, top_depth, bottom, bottom_depth in ends:
                f.write('<profile><gml:LineString><gml:posList>%.5f %.5f %.3f %.5f %.5f %.3f</gml:posList>'
                        '</gml:LineString></profile>' % (*top, top_depth, *bottom, bottom_depth))
            f.write('</kiteSurface></section>\n')
        f.write('</geometryModel>\n</nrml>\n')


def crust_ruptures(rng, sections, n):
    """Runs of neighbours, on from one chain to the next: (magnitude, rake, rate, sections)."""
    lengths = [k for k in (2, 3, 4, 6, 8, 12, 20, 31, 62, 124) if k < sections / 10] or [1]
    for _ in range(n):
        k = rng.choice(lengths)
        first = rng.randrange(sections - k)
        yield 4.2 + math.log10(160 * k), rng.choice((0, 90, -90, 180)), 10 ** rng.uniform(-7, -4.2), range(first, first + k)


def interface_ruptures(rng, along, down, size, n):
    """Rectangles of tiles."""
    for _ in range(n):
        wide, deep = rng.randint(1, along), rng.randint(1, down)
        left, top = rng.randint(0, along - wide), rng.randint(0, down - deep)
        held = [r * along + c for r in range(top, top + deep) for c in range(left, left + wide)]
        yield 4 + math.log10(len(held) * size * size), 90, 10 ** rng.uniform(-6, -3.8), held


def write_ruptures(path, name, region, prefix, ruptures):
    with open(path, 'w', encoding='utf-8') as f:
        f.write(NRML + '<sourceModel name="m" investigation_time="1.0">\n'
                f'<sourceGroup name="g" tectonicRegion="{region}">\n<multiFaultSource id="{name}" name="{name}">\n')
        for mag, rake, rate, held in ruptures:
            index = ','.join(f'{prefix}{i}' for i in held)
            f.write(f'<multiPlanesRupture probs_occur="{math.exp(-rate):.17g} {-math.expm1(-rate):.17g}"><magnitude>'
                    f'{mag:.3f}</magnitude><sectionIndexes indexes="{index}"/><rake>{rake:.1f}</rake>'
                    '</multiPlanesRupture>\n')
        f.write('</multiFaultSource>\n</sourceGroup>\n</sourceModel>\n</nrml>\n')


def scattered(rng, ruptures):
    """The same, no two of them alike."""
    for mag, rake, rate, held in ruptures:
        yield mag + rng.uniform(-.05, .05), rake, rate, held


def alternatives(rng, n, shared, make):
    """n lists of ruptures; shared: of one list, most of it with rates of its own."""
    base = list(make()) if shared else None
    for _ in range(n):
        yield [(mag, rake, rate * 10 ** rng.gauss(0, .4), held) for mag, rake, rate, held in base
               if rng.random() < .8] if shared else make()


def write_points(path, name, region, rng, n, depths, within):
    """Point sources on a lattice over the country, the same in every alternative but for their rates."""
    side = math.ceil(math.sqrt(n))
    with open(path, 'w', encoding='utf-8') as f:
        f.write(NRML + f'<sourceModel name="{name}">\n<sourceGroup tectonicRegion="{region}">\n')
        for k in range(n):
            row, column = (k // side + .5) / side, (k % side + .5) / side
            lon, lat = 166.5 + 12 * row + 2.5 * (column - .5), -46.8 + 12 * row - 3.5 * (column - .5)
            f.write(f'<pointSource id="{name}_{k}" name="{name}"><pointGeometry><gml:Point><gml:pos>{lon:.4f} {lat:.4f}'
                    f'</gml:pos></gml:Point><upperSeismoDepth>{within[0]}</upperSeismoDepth><lowerSeismoDepth>{within[1]}'
                    '</lowerSeismoDepth></pointGeometry><magScaleRel>WC1994</magScaleRel><ruptAspectRatio>1.5'
                    f'</ruptAspectRatio><truncGutenbergRichterMFD aValue="{rng.uniform(1.2, 2.8):.4f}" bValue="0.95" '
                    'minMag="5.0" maxMag="7.2"/><nodalPlaneDist>'
                    '<nodalPlane probability="0.5" strike="45" dip="60" rake="90"/>'
                    '<nodalPlane probability="0.5" strike="225" dip="80" rake="0"/></nodalPlaneDist><hypoDepthDist>')
            for depth, p in depths:
                f.write(f'<hypoDepth probability="{p}" depth="{depth}"/>')
            f.write('</hypoDepthDist></pointSource>\n')
        f.write('</sourceGroup>\n</sourceModel>\n</nrml>\n')


# ------------------------------------------------------------------ trees and job

def equal(n):
    """n equal weights that sum to 1 as they are written."""
    weights = [round(1 / n, 9)] * n
    weights[-1] = 1 - sum(weights[:-1])
    return weights


def write_tree(path, sets):
    """sets: (attributes, [(text, weight)])."""
    with open(path, 'w', encoding='utf-8') as f:
        f.write(NRML + '<logicTree logicTreeID="t">\n')
        for k, (attributes, branches) in enumerate(sets):
            f.write(f'<logicTreeBranchSet branchSetID="s{k}" {attributes}>\n')
            for i, (text, weight) in enumerate(branches):
                f.write(f'<logicTreeBranch branchID="b{k}_{i}"><uncertaintyModel>{text}</uncertaintyModel>'
                        f'<uncertaintyWeight>{weight:.9f}</uncertaintyWeight></logicTreeBranch>\n')
            f.write('</logicTreeBranchSet>\n')
        f.write('</logicTree>\n</nrml>\n')


def write_source_tree(path, parts, layout):
    """parts: for each part the files of its alternatives. One branch set that lists every combination, or one set for
    each part."""
    if layout == 'extend':
        sets = [('uncertaintyType="%s"' % ('extendModel' if k else 'sourceModel'),
                 list(zip(files, equal(len(files))))) for k, files in enumerate(parts)]
    else:
        listed = [' '.join(files) for files in itertools.product(*parts)]
        sets = [('uncertaintyType="sourceModel"', list(zip(listed, equal(len(listed)))))]
    write_tree(path, sets)


def write_motion_tree(path, tree):
    sets = []
    for region, models in tree.items():
        whole = sum(weight for _, _, weight in models)
        branches = [(f'[{name}]\n{argument}', round(weight * share / whole, 9))
                    for name, shares, weight in models for argument, share in shares]
        branches[-1] = (branches[-1][0], 1 - sum(w for _, w in branches[:-1]))
        sets.append((f'uncertaintyType="gmpeModel" applyToTectonicRegionType="{region}"', branches))
    write_tree(path, sets)


def write_job(path, a, rng):
    measures = (['PGA'] + ['SA(%s)' % t for t in PERIODS])[:a.measures]
    sites = CITIES[:a.sites]
    while len(sites) < a.sites:
        t = rng.random()
        lon = 167 + 11 * t + rng.gauss(0, .7)
        sites.append((lon if lon <= 180 else lon - 360, -46.5 + 11 * t + rng.gauss(0, .7)))
    with open(os.path.join(os.path.dirname(path), 'sites.csv'), 'w', encoding='utf-8') as f:
        f.writelines('%.5f,%.5f\n' % s for s in sites)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(f'''[general]
description = a synthetic national model
calculation_mode = classical
sites_csv = sites.csv
rupture_mesh_spacing = 5
width_of_mfd_bin = 0.1
source_model_logic_tree_file = sources.xml
gsim_logic_tree_file = motions.xml
investigation_time = 1
truncation_level = 3
maximum_distance = {{"{CRUST}": 300, "default": 400}}
reference_vs30_type = measured
reference_vs30_value = 250
reference_depth_to_1pt0km_per_sec = 490
reference_depth_to_2pt5km_per_sec = 2.2
reference_backarc = false
intensity_measure_types_and_levels = {{{', '.join('"%s": logscale(0.01, 5, %d)' % (m, a.levels) for m in measures)}}}
individual_rlzs = {a.individual}
mean = true
quantiles = 0.1 0.5 0.9
poes = 0.002105 0.000404
''')


def options(p):
    p.add_argument('--crust', type=int, default=9, help='alternatives of the crust')
    p.add_argument('--interface', type=int, default=4, help='alternatives of the first interface')
    p.add_argument('--second', type=int, default=3, help='alternatives of the second')
    p.add_argument('--ruptures', type=int, default=600, help='of each alternative of the crust; the interfaces have fewer')
    p.add_argument('--sections', type=int, default=600, help='of faults in the crust')
    p.add_argument('--points', type=int, default=250, help='point sources of each background; 0: none, and no slab')
    p.add_argument('--sites', type=int, default=4)
    p.add_argument('--measures', type=int, default=13, choices=range(1, 14), metavar='1..13')
    p.add_argument('--levels', type=int, default=29)
    p.add_argument('--motions', choices=('small', 'nz2022'), default='small', help='ground-motion tree')
    p.add_argument('--layout', choices=('list', 'extend'), default='list', help='a branch for each combination, or a set'
                   ' for each part')
    p.add_argument('--shared', action='store_true', help='the alternatives of a part differ in rates alone')
    p.add_argument('--apart', action='store_true', help='each part has random numbers of its own: it stays the same'
                   ' whatever the number of alternatives of the others')
    p.add_argument('--distinct', action='store_true', help='no two ruptures of an alternative are alike')
    p.add_argument('--individual', choices=('true', 'false'), default='true', help='store single realizations')


def parse(text=''):
    p = argparse.ArgumentParser()
    options(p)
    return p.parse_args(text.split())


def write(folder, a):
    """Write the model into the folder, made where it is not there; returns the path of its job file."""
    os.makedirs(folder, exist_ok=True)
    rng = random.Random(1)
    at = lambda name: os.path.join(folder, name)
    write_sections(at('c.xml'), 'c', chains(rng, a.sections))
    write_sections(at('i.xml'), 'i', tiles((174.6, -42.3), 35, 12, 12, 4, 30))
    write_sections(at('j.xml'), 'j', tiles((164.6, -47.6), 30, 20, 6, 3, 25))
    parts = [[], [], []]
    for part, n, letter, region, make in (
            (0, a.crust, 'c', CRUST, lambda: crust_ruptures(rng, a.sections, a.ruptures)),
            (1, a.interface, 'i', INTERFACE, lambda: interface_ruptures(rng, 12, 4, 30, max(a.ruptures // 4, 1))),
            (2, a.second, 'j', INTERFACE, lambda: interface_ruptures(rng, 6, 3, 25, max(a.ruptures // 10, 1)))):
        if a.apart:
            rng.seed(letter)
        for k, ruptures in enumerate(alternatives(rng, n, a.shared, make)):
            name = f'{letter}{k}'
            ruptures = scattered(rng, ruptures) if a.distinct else ruptures
            write_ruptures(at(name + '.xml'), name, region, letter, ruptures)
            parts[part].append(f'{name}.xml {letter}.xml')
            if part == 0 and a.points:
                write_points(at(f'b{k}.xml'), f'b{k}', CRUST, rng, a.points, ((8, .6), (15, .4)), (0, 30))
                parts[0][-1] += f' b{k}.xml'
    if a.points:
        write_points(at('slab.xml'), 'slab', SLAB, rng, a.points, ((50, .5), (90, .5)), (40, 110))
        parts.append(['slab.xml'])
    write_source_tree(at('sources.xml'), parts, a.layout)
    tree = dict(trees()[a.motions])
    if not a.points:
        del tree[SLAB]
    write_motion_tree(at('motions.xml'), tree)
    write_job(at('job.ini'), a, rng)
    return at('job.ini')
