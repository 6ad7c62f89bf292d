#!/usr/bin/env python3
"""Cost grows in proportion to what a job holds: `kauri scaling` over two decades, one thread.

  bench/linear.py [--short] [CLAIM...]

  sites     demos/area, 20 to 2,000 sites
  levels    demos/area, 10 to 1,000 levels of each measure
  ruptures  models of one alternative over the same fault sections, 3,000 to 300,000 ruptures, all different
  points    models of 25 to 2,500 point sources

Without names all of them. Prints the table of each; the exit status is 1 if the processor time of the hazard phase
grows with a greater exponent than 1.05. --short takes the three smallest values of each, one decade, to see that all is
there: such small jobs say little of how cost grows, and the exit status does not depend on it.
"""
import argparse
import csv
import os
import subprocess
import sys
import tempfile

import measure
import model

AREA = os.path.join(measure.ROOT, 'demos', 'area', 'job.ini')
MODEL = '--crust 1 --interface 1 --second 1 --measures 2 --individual false --distinct '
MOST = 1.05
CLAIMS = ('sites', 'levels', 'ruptures', 'points')


SHORT = 3


def models(scratch, option, numbers, rest):
    """A job file of a model for each number."""
    jobs = []
    for n in numbers:
        folder = os.path.join(scratch, '%s-%d' % (option, n))
        jobs.append(model.write(folder, model.parse('%s %s --%s %d' % (MODEL, rest, option, n))))
    return ['--vary', 'job=' + ','.join(jobs)]


def arguments(claim, scratch, n):
    """Those of `kauri scaling`, for the first n values."""
    def several(key, *values):
        return ['--vary', key + '=' + ','.join(map(str, values[:n]))]
    if claim == 'sites':
        return [AREA, *several('sites', 20, 63, 200, 632, 2000), '-p', 'region_grid_spacing=3']
    if claim == 'levels':
        return [AREA, *several('levels', 10, 32, 100, 316, 1000), '-p', 'site_count=60']
    if claim == 'ruptures':
        return models(scratch, 'ruptures', (3000, 9500, 30000, 95000, 300000)[:n], '--points 0')
    return models(scratch, 'points', (25, 79, 250, 790, 2500)[:n], '--ruptures 10 --sites 20')


def exponent(text):
    """That of the hazard phase, in the table of powers."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split('|')]
        if len(cells) > 5 and cells[4] == 'processor time of hazard':
            return float(cells[5])
    raise SystemExit('no exponent in\n' + text)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--short', action='store_true')
    p.add_argument('claim', nargs='*', choices=[*CLAIMS, []], metavar='CLAIM')
    a = p.parse_args()
    held = True
    for claim in a.claim or CLAIMS:
        with tempfile.TemporaryDirectory() as scratch:
            command = [measure.need(measure.KAURI), 'scaling', *arguments(claim, scratch, SHORT if a.short else None),
                       '--threads', '1', '-q', '-o', os.path.join(scratch, 'out')]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
            if done.returncode:
                sys.exit(1)
            text = done.stdout
            with open(os.path.join(scratch, 'out', 'scaling.csv'), encoding='utf-8') as f:
                rows = list(csv.DictReader(f))
        for row in rows:
            if row['status'] != '0':
                sys.exit('bench: %s: %s' % (claim, row['reason']))
        print('## %s\n' % claim)
        print('| %s | contexts | processor s | of hazard | resident MB |\n| --- | --- | --- | --- | --- |' % claim)
        for row in rows:
            print('| %s | %.3g | %.2f | %.2f | %.0f |' % (
                os.path.basename(os.path.dirname(row['job'])).split('-')[1] if 'job' in row else row[claim],
                float(row['contexts']), float(row['cpu_s']), float(row['hazard cpu_s']), float(row['resident_mb'])))
        print(text[text.index('\nPowers'):])
        held = held and (a.short or exponent(text) <= MOST)
    if not held:
        sys.exit('the cost grows faster than it should')


if __name__ == '__main__':
    main()
