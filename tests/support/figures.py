#!/usr/bin/env python3
"""What an SVG figure of `kauri plot` shows, against the CSV tables of the same run: lines are taken
back from points of the page to numbers by the labels of the axes.

usage: figures.py curve FIGURE SITE NAME=TABLE...       lines of that name: hazard curves
       figures.py band FIGURE SITE LOWTABLE HIGHTABLE   the first band: between two curves
       figures.py uhs FIGURE SITE TABLE                 spectra, in the order of the table
       figures.py map FIGURE TABLE COLUMN               places and order of colours of the sites
       figures.py tornado FIGURE SITE TABLE POE         dots of every branch set: shifts of rates
       figures.py disagg|cells|trts FIGURE TABLE IMT [POE [COLUMN]]
                                                        bars, cells, bars of types: shares of bins
       figures.py texts FIGURE TEXT...                  every text is there
"""
import csv
import math
import re
import sys
import xml.etree.ElementTree as xml

SVG = "{http://www.w3.org/2000/svg}"
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
PIXEL = 0.0011  # points: what rounding does to a coordinate


def groups(root, kind):
    return [g for g in root.iter(SVG + "g") if g.get("class") == kind]


def axis(root, name):
    """(place, number) of all labels of an axis."""
    (group,) = [g for g in groups(root, "axis") if g.get("data-name") == name]
    out = []
    for text in group.iter(SVG + "text"):
        label = text.text
        if re.fullmatch("10[⁻⁰-⁹¹²³]+", label):
            number = 10.0 ** int(label[2:].translate(RAISED))
        else:
            try:
                number = float(re.sub("°[EN]?$", "", re.sub("(.*)°[WS]$", r"-\1", label)))
            except ValueError:
                continue
        out.append((float(text.get("x")), float(text.get("y")), number))
    return out


class Ruler:
    """From places to numbers, by the first and last label; all between must agree."""

    def __init__(self, root, name, log, coordinate=None):
        labels = axis(root, name)
        k = coordinate if coordinate is not None else {"x": 0}.get(name, 1)
        marks = [(t[k], t[2]) for t in labels]
        assert len(marks) >= 2, (name, labels)
        self.log = math.log if log else float
        self.back = math.exp if log else float
        (self.a, x), (self.b, y) = marks[0], marks[-1]
        self.x, self.y = self.log(x), self.log(y)
        for place, number in marks:
            t = self.x + (place - self.a) / (self.b - self.a) * (self.y - self.x)
            assert abs(t - self.log(number)) < 1e-3 * abs(self.y - self.x), (name, number)

    def number(self, place):
        return self.back(self.x + (place - self.a) / (self.b - self.a) * (self.y - self.x))

    def rounding(self, number):
        """What PIXEL is in numbers there; labels stand within PIXEL of their place too."""
        t = 3 * PIXEL * abs((self.y - self.x) / (self.b - self.a))
        return (number * t if self.log is math.log else t) + 1e-6 * abs(number)


def points(path):
    numbers = [float(x) for x in re.findall(r"-?[0-9.]+", path.get("d"))]
    return list(zip(numbers[::2], numbers[1::2]))


def rulers(root):
    """Labels of y axes stand a little below their ticks: all by the same amount."""
    x, y = Ruler(root, "x", True), Ruler(root, "y", True)
    y.a -= 0.36 * 8
    y.b -= 0.36 * 8
    return x, y


def table(path):
    with open(path, newline="", encoding="utf-8") as f:
        rows = list(csv.reader(f))
    return rows[1], rows[2:]


def hazard_curve(path, site):
    header, rows = table(path)
    first = [k for k, name in enumerate(header) if name.startswith("poe-")][0]
    return [(float(name[4:]), float(y)) for name, y in zip(header[first:], rows[site][first:])]


def close(got, want, rounding, what):
    assert abs(got - want) <= rounding, f"{what}: {got} is not {want} within {rounding}"


def check_line(x, y, got, want, what):
    """Points outside the page are there too: clipped, not left out. 0 has no place."""
    want = [p for p in want if p[1] > 0]
    assert len(got) == len(want) >= 2, (what, len(got), len(want))
    for (px, py), (level, poe) in zip(got, want):
        close(x.number(px), level, x.rounding(level), what + ", level")
        close(y.number(py), poe, y.rounding(poe), what + ", probability")


def curve(root, site, *tables):
    x, y = rulers(root)
    names = []
    for argument in tables:
        name, path = argument.split("=", 1)
        (group,) = [g for g in groups(root, "curve") if g.get("data-name") == name]
        (path_element,) = group.findall(SVG + "path")
        check_line(x, y, points(path_element), hazard_curve(path, int(site)), name)
        names.append(name)
    assert len(names) == len(groups(root, "curve")), "other curves"


def band(root, site, low, high):
    x, y = rulers(root)
    (path,) = groups(root, "band")[0].findall(SVG + "path")
    got = points(path)
    half = len(got) // 2
    check_line(x, y, got[:half], hazard_curve(high, int(site)), "upper edge")
    # Where the lower curve is 0 its edge lies far below the page.
    lower = [(p, q) for p, q in zip(got[half:][::-1], hazard_curve(low, int(site))) if q[1] > 0]
    check_line(x, y, [p for p, _ in lower], [q for _, q in lower], "lower edge")


def uhs(root, site, path):
    header, rows = table(path)
    y = Ruler(root, "y", False)
    y.a -= 0.36 * 8
    y.b -= 0.36 * 8
    columns = [(k, name) for k, name in enumerate(header) if "~" in name]
    discs = list(root.iter(SVG + "circle"))
    assert len(discs) == len(columns), (len(discs), columns)
    for disc, (k, name) in zip(discs, columns):
        want = float(rows[int(site)][k])
        close(y.number(float(disc.get("cy"))), want, y.rounding(want), name)


def check_places(root, shapes, places, digits=0):
    """Shapes of a map stand at (longitude, latitude); returns how light each is."""
    labels = axis(root, "degrees")
    below = max(t[1] for t in labels)
    marks = [[t for t in labels if (t[1] == below) == east] for east in (True, False)]
    assert len(shapes) == len(places), (len(shapes), len(places))
    light = []
    for shape, degrees in zip(shapes, places):
        if shape.get("cx"):
            place = float(shape.get("cx")), float(shape.get("cy"))
        else:
            place = [float(shape.get(a)) + float(shape.get(b)) / 2
                     for a, b in (("x", "width"), ("y", "height"))]
        for coordinate, of in enumerate(marks):
            a, b = of[0], of[-1]
            shift = 2.9 if coordinate else 0
            unit = (b[2] - a[2]) / (b[coordinate] - a[coordinate])
            close(a[2] + unit * (place[coordinate] + shift - a[coordinate]), degrees[coordinate],
                  abs(unit) * 3 * PIXEL + digits * abs(degrees[coordinate]), "place on the map")
        c = shape.get("fill")
        light.append(sum(w * int(c[i:i + 2], 16) for w, i in ((0.3, 1), (0.59, 3), (0.11, 5))))
    return light


def darker(numbers, light):
    pairs = sorted(zip(numbers, light))
    for (_, a), (_, b) in zip(pairs, pairs[1:]):
        assert b <= a + 1, "a greater number is drawn darker"


def map_(root, path, column):
    header, rows = table(path)
    k, lon, lat = header.index(column), header.index("lon"), header.index("lat")
    shapes = groups(root, "sites")[0].findall(SVG + "rect") or list(root.iter(SVG + "circle"))
    light = check_places(root, shapes, [(float(row[lon]), float(row[lat])) for row in rows])
    darker([float(row[k]) for row in rows], light)


def tornado(root, site, path, poe):
    header, rows = table(path)
    col = {name: k for k, name in enumerate(header)}
    sites = []
    for row in rows:
        place = row[col["lon"]], row[col["lat"]]
        if place not in sites:
            sites.append(place)
    want = {}
    for row in rows:
        if (row[col["lon"]], row[col["lat"]]) == sites[int(site)] and row[col["at"]] == "poe" \
                and float(row[col["poe"]]) == float(poe):
            want.setdefault(row[col["branch_set"]], []).append(float(row[col["shift_of_rate"]]))
    x = Ruler(root, "x", False)
    bars = groups(root, "bar")
    assert len(bars) == len(want) >= 1, (len(bars), list(want))
    spans = []
    for bar in bars:
        shifts = want[bar.get("data-name")]
        discs = bar.findall(SVG + "circle")
        assert len(discs) == len(shifts)
        for disc, shift in zip(discs, shifts):
            close(x.number(float(disc.get("cx"))), shift, x.rounding(shift), bar.get("data-name"))
        spans.append(max(shifts) - min(shifts))
    assert spans == sorted(spans, reverse=True), "the widest stands at the top"


def shares(path, imt, poe, column):
    """{bins: percent} of a table of disaggregation: rates -ln(1 - p) of the bins over their sum."""
    header, rows = table(path)
    col = {name: k for k, name in enumerate(header)}
    rows = [r for r in rows if r[col["imt"]] == imt and (not poe or float(r[col["poe"]]) == float(poe))]
    rates = {tuple(r[3:header.index("mean") if "mean" in col else -1]):
             -math.log1p(-float(r[col[column] if column in col else -1])) for r in rows}
    total = sum(rates.values())
    assert total > 0, (path, imt, poe)
    return {bins: 100 * rate / total for bins, rate in rates.items()}


DIGITS = 2e-5  # tables have six of them, here and in the sum


class Room:
    """Where a magnitude and a distance stand on the floor of the bars; percent of a height."""

    def __init__(self, root):
        x, y, z = (axis(root, name) for name in "xyz")
        self.km, self.magnitude = ([(b[k] - a[k]) / (b[2] - a[2]) for k in (0, 1)]
                                   for a, b in ((x[0], x[-1]), (y[0], y[-1])))
        self.percent = (z[-1][2] - z[0][2]) / (z[0][1] - z[-1][1])
        assert x[0][2] == 0
        self.corner = x[0][0] - 4, x[0][1] - 8 - 2.9
        starts = [y[0][2] - (y[0][k] - shift - self.corner[k]) / self.magnitude[k]
                  for k, shift in ((0, -5), (1, 8 + 2.9))]
        close(starts[0], starts[1], 1e-4, "where the magnitudes begin")
        self.start = starts[0]

    def at(self, magnitude, km):
        return [self.corner[k] + self.km[k] * km + self.magnitude[k] * (magnitude - self.start)
                for k in (0, 1)]


def disagg(root, path, imt, poe="", column="mean"):
    room, want = Room(root), {}
    rows = shares(path, imt, poe, column)
    for bins, share in rows.items():
        want.setdefault((float(bins[0]), float(bins[1])), []).append((bins[2:], share))
    key = [r.get("fill") for g in groups(root, "key") for r in g.findall(SVG + "rect")][:-1]
    drawn = 0
    for bar in groups(root, "bar"):
        m, d = (tuple(map(float, re.findall("[0-9.]+", part))) for part in bar.get("data-name").split(","))
        parts = [(e, share) for e, (_, share) in enumerate(want.pop(((m[0] + m[1]) / 2, (d[0] + d[1]) / 2)))
                 if share > 0]
        fills = bar.findall(SVG + "path")
        fills = [f for f in fills if f.get("fill-rule")]
        assert len(fills) == 2 * len(parts) + 1, bar.get("data-name")
        foot = points(fills[0])[1], points(fills[1])[1]
        place = room.at((m[0] + m[1]) / 2, (d[0] + d[1]) / 2)
        for k in (0, 1):
            close((foot[0][k] + foot[1][k]) / 2, place[k], 0.01, "foot of " + bar.get("data-name"))
        total = 0
        for (e, share), right, left in zip(parts, fills[::2], fills[1::2]):
            for side in map(points, (right, left)):
                close((side[0][1] - side[3][1]) * room.percent, share,
                      3 * PIXEL * room.percent + DIGITS * share, bar.get("data-name"))
            if key:
                assert right.get("fill") == key[e], (bar.get("data-name"), e)
            total += share
        drawn += total
        close((points(fills[0])[0][1] - points(fills[-1])[0][1]) * room.percent, total,
              3 * PIXEL * room.percent + DIGITS * total, "height of " + bar.get("data-name"))
    highest = max(sum(share for _, share in parts) for parts in want.values()) if want else 0
    assert 98 < drawn <= 100 + 1e-9 and highest < 0.15, (drawn, highest)


def cells(root, path, imt, poe, column="mean"):
    (group,) = groups(root, "cells")
    want = [(bins, share) for bins, share in shares(path, imt, poe, column).items() if share > 0]
    light = check_places(root, group.findall(SVG + "rect"), [tuple(map(float, bins)) for bins, _ in want], DIGITS)
    darker([share for _, share in want], light)


def trts(root, path, imt, poe, column="mean"):
    x, want = Ruler(root, "x", False), shares(path, imt, poe, column)
    bars = groups(root, "bar")
    assert len(bars) == len(want)
    lengths = []
    for bar in bars:
        (rect,) = bar.findall(SVG + "rect")
        share = want[(bar.get("data-name"),)]
        lengths.append(x.number(float(rect.get("x")) + float(rect.get("width"))))
        close(lengths[-1], share, x.rounding(share) + DIGITS * share, bar.get("data-name"))
    assert lengths == sorted(lengths, reverse=True)


def texts(root, *wanted):
    got = [t.text for t in root.iter(SVG + "text")]
    for text in wanted:
        assert any(text in t for t in got), f"'{text}' is not among {got}"


def main():
    what, figure = sys.argv[1:3]
    root = xml.parse(figure).getroot()
    {"curve": curve, "band": band, "uhs": uhs, "map": map_, "tornado": tornado, "disagg": disagg,
     "cells": cells, "trts": trts, "texts": texts}[what](root, *sys.argv[3:])


main()
