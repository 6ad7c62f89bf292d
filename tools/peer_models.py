#!/usr/bin/env python3
"""Hazard curves of every ground-motion model beside those of another engine that takes OpenQuake's job files.

  tools/peer_models.py FOLDER [KAURI]                   write the jobs there and run Kauri (build/release/kauri)
  tools/peer_models.py FOLDER --peer 'COMMAND' [KAURI]  run the other engine too, and compare

{job} and {out} in COMMAND stand for the job file and for the folder that gets the tables, as in
'oq engine --run {job} --exports csv -p export_dir={out}'. The ruptures are those of faults and points of a tectonic region, at
three sites with different soils; each job has up to 40 models as branches of one tree. What the other engine refuses is
a line; a model whose curves differ by more than 1e-5 is one, too, and makes the exit status 1. Models with arguments
that must be given, and those whose inputs a site model does not have, are left out.
"""
import argparse
import csv
import glob
import json
import os
import re
import shlex
import shutil
import subprocess
import sys

SITES = (0.15, 0.05), (-0.12, 0.2), (0.9, 0.6)
GIVEN = {
    'vs30': (760, 400, 250), 'vs30measured': (1, 0, 1), 'z1pt0': (50, 300, 600), 'z2pt5': (1, 2.5, 4), 'backarc': (0, 1, 0),
    'xvf': (30, -80, 120), 'z1pt4': (60, 350, 700), 'siteclass': 'BCD', 'f0': (1.5, 3, 5), 'slope': (0.02, 0.05, 0.2),
    'geology': ('CENOZOIC', 'HOLOCENE', 'PLEISTOCENE'), 'soiltype': (0, 1, 2), 'bas': (0, 1, 0), 'kappa0': (0.02, 0.03, 0.04),
    'ec8': 'ABC', 'ec8_p18': ('A', 'B1', 'C2'), 'h800': (5, 30, 100), 'region': (0, 1, 2)}
KINDS = {'a': ('PGA', 'SA(0.2)', 'SA(1.0)'), 'v': ('PGV',)}
A_JOB, MOST = 40, 1e-5

NRML = '<nrml xmlns="http://openquake.org/xmlns/nrml/0.5" xmlns:gml="http://www.opengis.net/gml">%s</nrml>'
POINT = '''<pointSource id="%s" name="s"><pointGeometry><gml:Point><gml:pos>0.05 -0.1</gml:pos></gml:Point>
<upperSeismoDepth>0</upperSeismoDepth><lowerSeismoDepth>%g</lowerSeismoDepth></pointGeometry>
<magScaleRel>WC1994</magScaleRel><ruptAspectRatio>1.2</ruptAspectRatio>
<truncGutenbergRichterMFD aValue="2.6" bValue="0.9" minMag="4.6" maxMag="7.1"/>
<nodalPlaneDist><nodalPlane probability="1" strike="30" dip="%g" rake="%g"/></nodalPlaneDist>
<hypoDepthDist><hypoDepth probability="1" depth="%g"/></hypoDepthDist></pointSource>'''
STRIKE_SLIP, NORMAL = POINT % ('strike', 20, 90, 0, 9), POINT % ('normal', 20, 55, -90, 12)
DEEP = POINT % ('deep', 100, 60, -90, 55)
SIMPLE = '''<simpleFaultSource id="simple" name="s"><simpleFaultGeometry><gml:LineString>
<gml:posList>-0.2 0.1 0.0 0.15 0.2 0.1</gml:posList></gml:LineString><dip>50</dip><upperSeismoDepth>2</upperSeismoDepth>
<lowerSeismoDepth>18</lowerSeismoDepth></simpleFaultGeometry><magScaleRel>WC1994</magScaleRel>
<ruptAspectRatio>1.5</ruptAspectRatio><incrementalMFD minMag="6.05" binWidth="0.5"><occurRates>0.01 0.002</occurRates>
</incrementalMFD><rake>90</rake></simpleFaultSource>'''
COMPLEX = '''<complexFaultSource id="complex" name="s"><complexFaultGeometry>
<faultTopEdge><gml:LineString><gml:posList>-0.3 0.3 15 0.3 0.25 15</gml:posList></gml:LineString></faultTopEdge>
<faultBottomEdge><gml:LineString><gml:posList>-0.3 -0.2 40 0.3 -0.25 42</gml:posList></gml:LineString></faultBottomEdge>
</complexFaultGeometry><magScaleRel>StrasserInterface</magScaleRel><ruptAspectRatio>1.5</ruptAspectRatio>
<incrementalMFD minMag="7.05" binWidth="0.6"><occurRates>0.004 0.001</occurRates></incrementalMFD><rake>90</rake>
</complexFaultSource>'''
BRANCH = '''<logicTreeBranch branchID="%s"><uncertaintyModel>%s</uncertaintyModel><uncertaintyWeight>%.6f</uncertaintyWeight>
</logicTreeBranch>'''
TREE = NRML % '''<logicTree logicTreeID="l"><logicTreeBranchSet branchSetID="s" uncertaintyType="%s"%s>%s
</logicTreeBranchSet></logicTree>'''
JOB = '''[general]
description = every ground-motion model
calculation_mode = classical
source_model_logic_tree_file = sources.xml
gsim_logic_tree_file = models.xml
site_model_file = sites.csv
rupture_mesh_spacing = 3
complex_fault_mesh_spacing = 8
width_of_mfd_bin = 0.5
investigation_time = 50
intensity_measure_types_and_levels = {%s}
truncation_level = 3
maximum_distance = 300
individual_rlzs = true
'''


def put(folder, name, text):
    with open(os.path.join(folder, name), 'w', encoding='utf-8') as f:
        f.write(text)


def write_job(folder, region, models, measures):
    os.makedirs(folder, exist_ok=True)
    deep = 'Subduction' in region or 'Mantle' in region
    group = '<sourceGroup name="g" tectonicRegion="%s">%s</sourceGroup>' % (
        region, ''.join((DEEP, COMPLEX, NORMAL) if deep else (SIMPLE, STRIKE_SLIP, NORMAL, COMPLEX)))
    put(folder, 'source.xml', NRML % '<sourceModel name="m">%s</sourceModel>' % group)
    put(folder, 'sources.xml', TREE % ('sourceModel', '', BRANCH % ('b', 'source.xml', 1)))
    weight = round(1 / len(models), 6)
    weights = [weight] * (len(models) - 1) + [1 - weight * (len(models) - 1)]
    put(folder, 'models.xml', TREE % (
        'gmpeModel', ' applyToTectonicRegionType="%s"' % region,
        ''.join(BRANCH % ('b%d' % i, m['name'], w) for i, (m, w) in enumerate(zip(models, weights)))))
    columns = sorted(set().union(*(m['site'] for m in models)) & set(GIVEN))
    put(folder, 'sites.csv', '\n'.join(','.join(map(str, row)) for row in [['lon', 'lat', *columns]] + [
        [*place, *(GIVEN[c][i] for c in columns)] for i, place in enumerate(SITES)]) + '\n')
    put(folder, 'job.ini', JOB % ', '.join(
        "'%s': logscale(%s, 6)" % (m, '1, 120' if m == 'PGV' else '0.01, 1.5') for m in measures))


def write_jobs(folder, kauri):
    """The folders of the jobs, with the names of their models."""
    models = json.loads(subprocess.run([kauri, 'gmm', '--list', '--json'], check=True, stdout=subprocess.PIPE).stdout)['models']
    models = [m for m in models if not m['tectonic_region'].startswith('of the') and 'rcdpp' not in m['distance'] and
              not any(a['required'] for a in m['arguments']) and set(m['site']) <= {'lon', 'lat', *GIVEN}]
    for region in sorted({m['tectonic_region'] for m in models}):
        for kind, measures in KINDS.items():
            some = [m for m in models if m['tectonic_region'] == region and {x.split('(')[0] for x in measures} <= set(m['measures'])]
            for i in range(0, len(some), A_JOB):
                job = os.path.join(folder, '%s_%s%d' % (region.replace(' ', ''), kind, i // A_JOB))
                yield job, region, some[i:i + A_JOB], measures


def run(folder, region, models, measures, command):
    """Run a job; models that the engine names as the reason why it fails are left out. Those that were run; none of more
    than one: the reason is not one of them alone."""
    while models:
        write_job(folder, region, models, measures)
        places = {name: os.path.join(folder, place) for name, place in (('job', 'job.ini'), ('out', 'peer'), ('ours', 'out'))}
        done = subprocess.run([x.format(**places) for x in command], check=False, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        if done.returncode == 0:
            break
        last = (done.stdout.splitlines() or ['status %d' % done.returncode])[-1]
        bad = [m for m in models if re.search(r'\b%s\b' % m['name'], last)] or (models if len(models) == 1 else [])
        for m in bad:
            print('  %s: %s' % (m['name'], last[:200]), flush=True)
        if not bad:
            return []
        models = [m for m in models if m not in bad]
    return models


def beside(folder, region, models, measures, kauri, peer):
    """Run a job with both, and compare; in halves where the other engine fails and does not say by which model. The
    greatest difference of each model."""
    while models:
        ours = run(folder, region, models, measures, kauri)
        if not peer or not ours:
            return {m['name']: 0 for m in ours}
        shutil.rmtree(os.path.join(folder, 'peer'), ignore_errors=True)
        theirs = run(folder, region, ours, measures, peer)
        if theirs and len(theirs) == len(models):
            return compare(folder, models)
        if not theirs and len(ours) > 1:
            half = len(ours) // 2
            return {**beside(folder + '_0', region, ours[:half], measures, kauri, peer),
                    **beside(folder + '_1', region, ours[half:], measures, kauri, peer)}
        models = theirs
    return {}


def rows(path):
    with open(path, newline='', encoding='utf-8') as f:
        return [row for row in csv.reader(f) if not row[0].startswith('#')]


def compare(folder, models):
    """The greatest relative difference; that of each model which differs by too much is printed."""
    worst = {}
    for theirs in glob.glob(os.path.join(folder, 'peer', '**', 'hazard_curve-rlz-*.csv'), recursive=True):
        number, measure = re.match(r'hazard_curve-rlz-(\d+)-(.*?)(?:_\d+)?\.csv', os.path.basename(theirs)).groups()
        ours = os.path.join(folder, 'out', 'hazard_curve-rlz-%s-%s.csv' % (number, measure))
        for x, y in zip(rows(theirs)[1:], rows(ours)[1:]):
            for a, b in zip(map(float, x[3:]), map(float, y[3:])):
                name, off = models[int(number)]['name'], abs(a - b) / a if abs(a - b) > 1e-9 else 0
                worst[name] = max(worst.get(name, 0), off)
    for name in sorted(worst):
        if worst[name] > MOST:
            print('  %s differs by %.2g' % (name, worst[name]))
    return worst


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('folder', metavar='FOLDER')
    p.add_argument('--peer', metavar='COMMAND')
    p.add_argument('kauri', metavar='KAURI', nargs='?', default='build/release/kauri')
    a = p.parse_args()
    all_worst = {}
    for job, region, models, measures in write_jobs(a.folder, a.kauri):
        kauri = [a.kauri, 'run', '{job}', '-q', '-e', 'csv', '--fresh', '-o', '{ours}']
        worst = beside(job, region, models, measures, kauri, shlex.split(a.peer or ''))
        print('%s: %d models%s' % (os.path.basename(job), len(worst),
                                   ', worst %.2g' % max(worst.values(), default=0) if a.peer else ''), flush=True)
        all_worst.update({name: max(off, all_worst.get(name, 0)) for name, off in worst.items()})
    if a.peer:
        print('%d models, worst %.2g' % (len(all_worst), max(all_worst.values(), default=0)))
    return any(off > MOST for off in all_worst.values())


if __name__ == '__main__':
    sys.exit(main())
