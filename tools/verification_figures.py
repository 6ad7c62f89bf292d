#!/usr/bin/env python3
"""docs/images/peer.svg and openquake.svg: Kauri's curves, computed now, beside published ones and OpenQuake's.

  tools/verification_figures.py [KAURI [FOLDER]]

KAURI is the program (build/release/kauri), FOLDER where the figures go (docs/images). Jobs and answers are those of
tests/e2e.
"""
import csv
import math
import os
import subprocess
import sys
import tempfile
from html import escape

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CASES = os.path.join(ROOT, 'tests', 'e2e')
PEER = [('case2', 'Case 2: ruptures smaller than the fault'), ('case5', 'Case 5: truncated exponential magnitudes'),
        ('case10', 'Case 10: an area'), ('case2_2c', 'Case 2.2c: Campbell and Bozorgnia (2014)'),
        ('case2_5a', 'Case 2.5a: the upper tail'), ('case3_2', 'Case 3.2: a logic tree')]
OPENQUAKE = [('cases/kitchen', 'Points, areas, faults; a tree'), ('cases/subduction', 'Subduction'),
             ('faults/multi', 'Ruptures of many sections'), ('faults/complex', 'A complex fault')]
COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#444444']
WIDE, HIGH, LEFT, TOP = 250, 170, 52, 30
ALLOWED = 1e-5  # of OpenQuake's numbers, in the tests


def rows_of(path):
    with open(path, newline='', encoding='utf-8') as file:
        return [row for row in csv.reader(file) if not row[0].startswith('#')]


def curves_of(path):
    """Levels, and {(lon, lat): probabilities} of a table of curves."""
    head, *rows = rows_of(path)
    first = next(i for i, name in enumerate(head) if name.startswith('poe-'))
    lon, lat = head.index('lon'), head.index('lat')
    return [float(name[4:]) for name in head[first:]], {(r[lon], r[lat]): [float(x) for x in r[first:]] for r in rows}


def compute(kauri, folder):
    with tempfile.TemporaryDirectory() as out:
        subprocess.run([kauri, 'run', 'job.ini', '-o', out, '-e', 'csv', '-q'], cwd=folder, check=True)
        return curves_of(os.path.join(out, 'hazard_curve-mean-PGA.csv'))


class Panel:
    """Axes in logarithms: x over the levels, y between two powers of ten."""

    def __init__(self, x, y, high, levels, lowest, highest):
        self.x, self.y, self.high, self.lowest, self.highest = x, y, high, lowest, highest
        self.low_level, self.span = math.log(levels[0]), math.log(levels[-1] / levels[0])
        self.out = []

    def at(self, level, value):
        part = (math.log10(max(value, 1e-300)) - self.lowest) / (self.highest - self.lowest)
        return (self.x + WIDE * (math.log(level) - self.low_level) / self.span,
                self.y + self.high * (1 - max(part, 0)))

    def inside(self, value):
        return value >= 10.0 ** self.lowest

    def frame(self, label, levels, names):
        self.out.append(f'<rect x="{self.x}" y="{self.y}" width="{WIDE}" height="{self.high}" fill="none" stroke="#666"/>')
        step = 1 if self.highest - self.lowest <= 5 else 2
        for power in range(self.highest, self.lowest - 1, -step):
            y = self.at(levels[0], 10.0 ** power)[1]
            self.out.append(f'<path d="M{self.x} {y:.1f}h{WIDE}" stroke="#ddd"/>'
                            f'<text x="{self.x - 4}" y="{y + 3:.1f}" text-anchor="end">1e{power}</text>')
        ticks = [t for p in range(-4, 2) for t in (10.0 ** p, 2 * 10.0 ** p, 5 * 10.0 ** p) if levels[0] <= t <= levels[-1]]
        last = -100
        for t in ticks:
            x = self.at(t, 1)[0]
            if names and x - last > 30:
                self.out.append(f'<text x="{x:.1f}" y="{self.y + self.high + 12}" text-anchor="middle">{t:g}</text>')
                last = x
            self.out.append(f'<path d="M{x:.1f} {self.y + self.high}v-4" stroke="#666"/>')
        y = self.y + self.high / 2
        self.out.append(f'<text transform="translate({self.x - 36},{y}) rotate(-90)" text-anchor="middle">{label}</text>')

    def line(self, levels, values, colour):
        points = [self.at(l, v) for l, v in zip(levels, values) if self.inside(v)]
        path = ' '.join(f'{x:.1f},{y:.1f}' for x, y in points)
        self.out.append(f'<polyline points="{path}" fill="none" stroke="{colour}"/>')

    def marks(self, levels, values, colour, radius=2.4):
        self.out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="none" stroke="{colour}"/>'
                     for x, y in (self.at(l, v) for l, v in zip(levels, values) if v is not None)]


def title(x, y, text):
    return f'<text x="{x}" y="{y}" font-weight="bold">{escape(text)}</text>'


def write(path, width, height, about, out):
    with open(path, 'w', encoding='utf-8') as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
                   f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="10">\n'
                   f'<title>{escape(about)}</title>\n<rect width="{width}" height="{height}" fill="#fff"/>\n'
                   + '\n'.join(out) + '\n</svg>\n')


def peer(kauri, path):
    out = []
    for i, (case, name) in enumerate(PEER):
        folder = os.path.join(CASES, 'peer', case)
        head, *sites = rows_of(os.path.join(folder, 'published.csv'))
        computed_levels, computed = compute(kauri, folder)
        levels = [float(x) for x in head[5:]]
        answers = {(s[1], s[2]): [float(x) if x and float(x) > 0 else None for x in s[5:]] for s in sites}
        numbers = [x for values in answers.values() for x in values if x]
        x, y = LEFT + (i % 3) * (WIDE + 62), TOP + (i // 3) * (HIGH + 62)
        panel = Panel(x, y, HIGH, levels, math.floor(math.log10(min(numbers))), math.ceil(math.log10(max(numbers))))
        panel.frame('annual probability', levels, True)
        for k, (place, values) in enumerate(answers.items()):
            colour = COLOURS[k % len(COLOURS)]
            panel.line(computed_levels, computed[place], colour)
            panel.marks(levels, [v if v and panel.inside(v) else None for v in values], colour)
        out += [title(x, y - 8, name)] + panel.out
        out.append(f'<text x="{x + WIDE / 2}" y="{y + HIGH + 26}" text-anchor="middle">PGA (g)</text>')
    write(path, LEFT + 3 * (WIDE + 62) - 40, TOP + 2 * (HIGH + 62) - 14,
          'PEER verification problems: curves of Kauri (lines) and published values (circles), a colour for each site', out)


def openquake(kauri, path):
    out, below = [], 90
    for i, (case, name) in enumerate(OPENQUAKE):
        folder = os.path.join(CASES, case)
        levels, theirs = curves_of(os.path.join(folder, 'expected', 'job', 'hazard_curve-mean-PGA.csv'))
        computed_levels, ours = compute(kauri, folder)
        assert computed_levels == levels and len(ours) == len(theirs), case
        ours, theirs = list(ours.values()), list(theirs.values())  # places may differ in a last digit
        x, y = LEFT + (i % 2) * (WIDE + 62), TOP + (i // 2) * (HIGH + below + 80)
        numbers = [v for values in theirs for v in values if v > 1e-9]
        panel = Panel(x, y, HIGH, levels, math.floor(math.log10(min(numbers))), 0)
        panel.frame('probability', levels, False)
        differences = Panel(x, y + HIGH + 18, below, levels, -8, -4)
        differences.frame('difference', levels, True)
        limit = differences.at(levels[0], ALLOWED)[1]
        differences.out.append(f'<path d="M{x} {limit:.1f}h{WIDE}" stroke="#b00" stroke-dasharray="4 3"/>')
        for colour, our, their in zip(COLOURS, ours, theirs):
            panel.line(levels, our, colour)
            panel.marks(levels, [v if panel.inside(v) else None for v in their], colour)
            relative = [max(abs(a - b) / b, 1e-8) if b > 0 else None for a, b in zip(our, their)]
            differences.marks(levels, relative, colour, 1.8)
        out += [title(x, y - 8, name)] + panel.out + ['<g class="differences">'] + differences.out + ['</g>']
        out.append(f'<text x="{x + WIDE / 2}" y="{y + HIGH + below + 44}" text-anchor="middle">PGA (g)</text>')
    write(path, LEFT + 2 * (WIDE + 62) - 40, TOP + 2 * (HIGH + below + 80) - 16,
          'Curves of Kauri (lines) and of OpenQuake 3.21 (circles) at some sites; below, their relative differences', out)


def main():
    kauri = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, 'build', 'release', 'kauri'))
    folder = sys.argv[2] if len(sys.argv) > 2 else os.path.join(ROOT, 'docs', 'images')
    peer(kauri, os.path.join(folder, 'peer.svg'))
    openquake(kauri, os.path.join(folder, 'openquake.svg'))


if __name__ == '__main__':
    main()
