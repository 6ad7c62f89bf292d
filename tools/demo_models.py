#!/usr/bin/env python3
"""Writes the models of demos/inversion and demos/nation and the sites of demos/map, which are too long to be typed.

  tools/demo_models.py [FOLDER]

FOLDER is demos/ of this repository without it. The same files each time.
"""
import math
import os
import shutil
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, 'bench'))
import model  # noqa: E402

SLIP = 0.008  # metres a year, on every fault
RIGIDITY = 3e10  # Pa

# A long fault and two branches of it: (first place, azimuth of each section of 10 km).
FAULTS = {'main': ((173.2, -42.1), [52, 54, 56, 55, 52, 48, 46, 45, 44, 43, 42, 42]),
          'north': ((174.05, -41.50), [20, 22, 24, 25, 25, 24]),
          'east': ((174.35, -41.75), [65, 66, 68, 70, 70, 72])}
DIP, DEPTH, LENGTH = 70, 15, 10
# What may break together beyond the end of a fault: section of the main fault -> first section of a branch.
JUMPS = [('main', 7, 'north'), ('main', 5, 'east')]


def sections():
    """[(fault, its ends)]: each end a profile (top, depth, bottom, depth)."""
    across = DEPTH / math.tan(math.radians(DIP))
    for fault, (here, azimuths) in FAULTS.items():
        for azimuth in azimuths:
            there = model.away(here, azimuth, LENGTH)
            yield fault, [(top, 0., model.away(top, azimuth + 90, across), float(DEPTH)) for top in (here, there)]
            here = there


def chains():
    """Every run of two sections or more along a fault, and from the main fault onto a branch."""
    names = [fault for fault, _ in sections()]
    whole = {fault: [i for i, name in enumerate(names) if name == fault] for fault in FAULTS}
    lines = list(whole.values()) + [whole[a][:k] + whole[b] for a, k, b in JUMPS]
    seen = set()
    for line in lines:
        for first in range(len(line)):
            for last in range(first + 2, len(line) + 1):
                run = tuple(line[first:last])
                if run not in seen:
                    seen.add(run)
                    yield run


def magnitude(run):
    return round(4.2 + math.log10(len(run) * LENGTH * DEPTH / math.sin(math.radians(DIP))), 3)


def moment(mag):
    return 10 ** (1.5 * mag + 9.05)


def inversion(folder):
    """Three solutions that release the same moment: many small ruptures, a flatter slope, mostly large ones."""
    os.makedirs(folder, exist_ok=True)
    model.write_sections(os.path.join(folder, 'sections.xml'), 's', [ends for _, ends in sections()])
    runs = list(chains())
    area = LENGTH * 1e3 * DEPTH * 1e3 / math.sin(math.radians(DIP))
    budget = RIGIDITY * SLIP * area * len(list(sections()))
    largest = max(map(magnitude, runs))
    shapes = {'steep': lambda m: 10 ** (-1.0 * m), 'flat': lambda m: 10 ** (-0.6 * m),
              'large': lambda m: 1e-9 * (10 ** (-1.0 * (m - largest)) + 30 * (m > largest - 0.2))}
    for name, shape in shapes.items():
        number = {}
        for run in runs:
            number[len(run)] = number.get(len(run), 0) + 1
        wanted = [shape(magnitude(run)) / number[len(run)] for run in runs]
        scale = budget / sum(w * moment(magnitude(run)) for w, run in zip(wanted, runs))
        model.write_ruptures(os.path.join(folder, name + '.xml'), name, model.CRUST, 's',
                             [(magnitude(run), 180, w * scale, run) for w, run in zip(wanted, runs)])
    print('inversion: %d sections, %d ruptures' % (len(list(sections())), len(runs)))


def nation(folder):
    """The structure of New Zealand's model with its ground-motion models, and few ruptures: 326,592 realizations."""
    scratch = folder + '.new'
    shutil.rmtree(scratch, ignore_errors=True)
    model.write(scratch, model.parse('--ruptures 52 --sections 300 --points 4 --sites 2 --measures 3 --levels 20 '
                                     '--motions nz2022 --layout extend --shared --individual false'))
    for name in ('job.ini', 'sites.csv'):  # the demo has its own
        os.remove(os.path.join(scratch, name))
    for name in sorted(os.listdir(scratch)):
        os.replace(os.path.join(scratch, name), os.path.join(folder, name))
    os.rmdir(scratch)


def grid(folder):
    """The 50 x 40 sites of a map, row by row."""
    with open(os.path.join(folder, 'sites.csv'), 'w', encoding='utf-8') as f:
        f.writelines('%.2f,%.3f\n' % (173 + .08 * i, -42.45 + .075 * j) for j in range(40) for i in range(50))


def main():
    demos = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, 'demos')
    inversion(os.path.join(demos, 'inversion'))
    nation(os.path.join(demos, 'nation'))
    grid(os.path.join(demos, 'map'))


if __name__ == '__main__':
    main()
