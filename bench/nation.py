#!/usr/bin/env python3
"""A synthetic national model, and what `kauri info` and `kauri run` take for it.

  bench/nation.py [--ruptures N] [--crust N] [--interface N] [--sections N] [--sites N] [--keep DIR] [KAURI]

The model has fault sections shared by CRUST alternative inversions of the crust and INTERFACE of a subduction
interface, each with its own ruptures and rates; the source-model tree lists every combination as a branch. Prints
seconds of processor time and the greatest resident memory of each command. KAURI is the program,
build/release/kauri without it.
"""
import argparse
import math
import os
import random
import resource
import subprocess
import tempfile

NRML = ('<?xml version="1.0" encoding="utf-8"?>\n<nrml xmlns:gml="http://www.opengis.net/gml" '
        'xmlns="http://openquake.org/xmlns/nrml/0.5">\n')
DEGREE_KM = 111.19
CRUST, INTERFACE = 'Active Shallow Crust', 'Subduction Interface'
SITES = [(174.78, -41.30), (174.77, -36.87), (172.63, -43.53), (170.50, -45.87), (178.02, -38.66), (173.28, -41.27),
         (176.17, -37.69), (168.65, -45.02), (173.68, -42.40), (170.97, -42.72)]


def away(lon, lat, azimuth, km):
    a = math.radians(azimuth)
    return (lon + km * math.sin(a) / (DEGREE_KM * math.cos(math.radians(lat))), lat + km * math.cos(a) / DEGREE_KM)


def write_sections(path, prefix, rng, n, dip, depth, step):
    """Chains of sections of 10 km: kite surfaces of two profiles."""
    across = depth / math.tan(math.radians(dip))
    with open(path, 'w', encoding='utf-8') as f:
        f.write(NRML + '<geometryModel name="sections">\n')
        for i in range(n):
            if i % step == 0:
                t = rng.random()
                here, strike = (167.5 + 10 * t + rng.gauss(0, .8), -45.8 + 8 * t + rng.gauss(0, .6)), rng.gauss(45, 20)
            there = away(*here, strike, 10)
            f.write(f'<section id="{prefix}{i}"><kiteSurface>')
            for top in (here, there):
                bottom = away(*top, strike + 90, across)
                f.write('<profile><gml:LineString><gml:posList>%.5f %.5f 0 %.5f %.5f %g</gml:posList>'
                        '</gml:LineString></profile>' % (*top, *bottom, depth))
            f.write('</kiteSurface></section>\n')
            here, strike = there, strike + rng.gauss(0, 6)
        f.write('</geometryModel>\n</nrml>\n')


def write_ruptures(path, name, trt, prefix, rng, sections, n):
    lengths = [k for k in (1, 2, 3, 5, 8, 16, 31, 62, 124) if k < sections]
    with open(path, 'w', encoding='utf-8') as f:
        f.write(NRML + '<sourceModel name="m" investigation_time="1.0">\n'
                f'<sourceGroup name="g" tectonicRegion="{trt}">\n<multiFaultSource id="{name}" name="{name}">\n')
        for _ in range(n):
            k = rng.choice(lengths)
            first = rng.randrange(sections - k)
            rate = 10 ** rng.uniform(-8, -5)
            index = ','.join(f'{prefix}{i}' for i in range(first, first + k))
            f.write(f'<multiPlanesRupture probs_occur="{math.exp(-rate):.17g} {-math.expm1(-rate):.17g}"><magnitude>'
                    f'{4.2 + math.log10(160 * k):.2f}</magnitude><sectionIndexes indexes="{index}"/><rake>90.0</rake>'
                    '</multiPlanesRupture>\n')
        f.write('</multiFaultSource>\n</sourceGroup>\n</sourceModel>\n</nrml>\n')


def write_tree(path, kind, sets):
    with open(path, 'w', encoding='utf-8') as f:
        f.write(NRML + '<logicTree logicTreeID="t">\n')
        for k, (attributes, models) in enumerate(sets):
            f.write(f'<logicTreeBranchSet uncertaintyType="{kind}" branchSetID="s{k}" {attributes}>\n')
            left = 1.
            for i, model in enumerate(models):
                weight = round(1 / len(models), 9) if i + 1 < len(models) else left
                left -= weight
                f.write(f'<logicTreeBranch branchID="b{k}_{i}"><uncertaintyModel>{model}</uncertaintyModel>'
                        f'<uncertaintyWeight>{weight:.9f}</uncertaintyWeight></logicTreeBranch>\n')
            f.write('</logicTreeBranchSet>\n')
        f.write('</logicTree>\n</nrml>\n')


def write_model(folder, a):
    rng = random.Random(1)
    at = lambda name: os.path.join(folder, name)
    write_sections(at('c.xml'), 'c', rng, a.sections, 60, 16, 10)
    write_sections(at('i.xml'), 'i', rng, max(a.sections // 10, 20), 15, 30, 20)
    for k in range(a.crust):
        write_ruptures(at(f'crust{k}.xml'), f'crust{k}', CRUST, 'c', rng, a.sections, a.ruptures)
    for k in range(a.interface):
        write_ruptures(at(f'interface{k}.xml'), f'interface{k}', INTERFACE, 'i', rng, max(a.sections // 10, 20),
                       max(a.ruptures // 10, 1))
    write_tree(at('sources.xml'), 'sourceModel', [('', [f'crust{c}.xml interface{i}.xml c.xml i.xml'
                                                        for c in range(a.crust) for i in range(a.interface)])])
    write_tree(at('motions.xml'), 'gmpeModel', [
        (f'applyToTectonicRegionType="{CRUST}"', ['AbrahamsonEtAl2014', 'BooreEtAl2014', 'ChiouYoungs2014']),
        (f'applyToTectonicRegionType="{INTERFACE}"', ['AbrahamsonEtAl2015SInter', 'AbrahamsonEtAl2015SInterHigh'])])
    with open(at('job.ini'), 'w', encoding='utf-8') as f:
        f.write(f'''[general]
description = a synthetic national model
calculation_mode = classical
sites = {", ".join("%s %s" % s for s in SITES[:a.sites])}
rupture_mesh_spacing = 5
source_model_logic_tree_file = sources.xml
gsim_logic_tree_file = motions.xml
investigation_time = 1
truncation_level = 3
maximum_distance = 300
reference_vs30_type = measured
reference_vs30_value = 400
reference_depth_to_1pt0km_per_sec = 300
reference_depth_to_2pt5km_per_sec = 1.5
reference_backarc = false
intensity_measure_types_and_levels = {{"PGA": logscale(0.01, 5, 29), "SA(1.0)": logscale(0.01, 5, 29)}}
quantiles = 0.1 0.9
''')


def measure(name, *command):
    """Processor time and peak of one command, in a process of its own so that peaks do not mix."""
    child = os.fork()
    if child == 0:
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        use = resource.getrusage(resource.RUSAGE_CHILDREN)
        print('%-6s  %6.2f s of processor time, %6.1f MB resident at most' % (
            name, use.ru_utime + use.ru_stime, use.ru_maxrss / 1024), flush=True)
        os._exit(done.returncode)
    if os.waitpid(child, 0)[1]:
        raise SystemExit('failed: ' + ' '.join(command))


def main():
    p = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
    p.add_argument('kauri', nargs='?', default=os.path.join(root, 'build', 'release', 'kauri'))
    p.add_argument('--ruptures', type=int, default=20000, help='of each inversion of the crust')
    p.add_argument('--crust', type=int, default=9)
    p.add_argument('--interface', type=int, default=12)
    p.add_argument('--sections', type=int, default=600)
    p.add_argument('--sites', type=int, default=4)
    p.add_argument('--keep', help='write the model there and leave it')
    a = p.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = a.keep or scratch
        os.makedirs(folder, exist_ok=True)
        write_model(folder, a)
        size = sum(os.path.getsize(os.path.join(folder, name)) for name in os.listdir(folder))
        print('%d branches, %d ruptures, %.0f MB' % (
            a.crust * a.interface, a.crust * a.ruptures + a.interface * max(a.ruptures // 10, 1), size / 1e6), flush=True)
        job = os.path.join(folder, 'job.ini')
        measure('info', a.kauri, 'info', job)
        measure('run', a.kauri, 'run', job, '-o', os.path.join(scratch, 'out'), '-q', '--threads', '1')


if __name__ == '__main__':
    main()
