#!/usr/bin/env python3
"""Make src/output/data/coastline.txt from Natural Earth's land polygons at 1:10 million, which the
npm package world-atlas (2.0.2) holds as TopoJSON:

    npm pack world-atlas@2.0.2 && tar xf world-atlas-2.0.2.tgz
    tools/coastline.py package/land-10m.json > src/output/data/coastline.txt

Rings are simplified (Douglas and Peucker 1973) so that no point is further than TOLERANCE from
the line that stays, and islands less than SMALLEST wide and high are left out. The README beside
the result tells the format.
"""
import json
import math
import sys

UNIT = 0.01  # degrees
TOLERANCE = 0.016  # degrees of latitude
SMALLEST = 0.06  # degrees of latitude


def rings_of(topology):
    """The rings of all polygons, as lists of (lon, lat), not closed."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        arcs.append(points)
    for geometry in topology["objects"]["land"]["geometries"]:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        for polygon in polygons:
            for ring in polygon:
                points = []
                for k in ring:
                    part = arcs[k] if k >= 0 else arcs[~k][::-1]
                    points += part[1:] if points else part
                yield continuous(points[:-1])


def continuous(ring):
    """Longitudes without jumps at the date line. The ring around the south pole becomes one of the
    plane: along the coast from -180 to 180 degrees, back along the pole."""
    lon = ring[0][0]
    out = []
    for x, lat in ring:
        lon = x + 360 * round((lon - x) / 360)
        out.append((lon, lat))
    if abs(out[0][0] - out[-1][0]) > 180:
        at = min(range(len(ring)), key=lambda i: abs(abs(ring[i][0]) - 180))
        coast = ring[at:] + ring[:at]
        sign = -1 if coast[1][0] < 0 else 1
        lat = coast[0][1]
        return ([(sign * 180, lat)] + coast[1:]
                + [(-sign * 180, lat), (-sign * 180, -90), (sign * 180, -90)])
    west = min(p[0] for p in out)
    shift = 360 * math.floor((west + 180) / 360)
    return [(x - shift, y) for x, y in out]


def distance(p, a, b):
    """From p to the segment a-b in degrees of latitude."""
    k = math.cos(math.radians(p[1]))
    ax, ay = (a[0] - p[0]) * k, a[1] - p[1]
    bx, by = (b[0] - p[0]) * k, b[1] - p[1]
    dx, dy = bx - ax, by - ay
    n = dx * dx + dy * dy
    t = min(1, max(0, -(ax * dx + ay * dy) / n)) if n > 0 else 0
    return math.hypot(ax + t * dx, ay + t * dy)


def simplified(line):
    """The points that stay of an open line."""
    keep = {0, len(line) - 1}
    todo = [(0, len(line) - 1)]
    while todo:
        first, last = todo.pop()
        most, at = TOLERANCE, None
        for i in range(first + 1, last):
            d = distance(line[i], line[first], line[last])
            if d > most:
                most, at = d, i
        if at is not None:
            keep.add(at)
            todo += [(first, at), (at, last)]
    return [line[i] for i in sorted(keep)]


def on_edge(p):
    """Where polygons are cut, not coast: such points stay as they are."""
    return abs(abs(p[0]) - 180) < 1e-3 or p[1] == -90


def simplified_ring(ring):
    """Cut where the ring is cut by the date line, or else at two points far apart."""
    fixed = [i for i, p in enumerate(ring) if on_edge(p)]
    if len(fixed) < 2:
        far = max(range(len(ring)), key=lambda i: math.dist(ring[i], ring[0]))
        fixed = sorted({0, far, *fixed})
    out = []
    for a, b in zip(fixed, fixed[1:] + [fixed[0] + len(ring)]):
        part = [ring[i % len(ring)] for i in range(a, b + 1)]
        out += simplified(part)[:-1]
    return out


def integers(ring):
    """In units, without points that fall together."""
    out = []
    for lon, lat in ring:
        p = (round(lon / UNIT), round(lat / UNIT))
        if not out or p != out[-1]:
            out.append(p)
    while len(out) > 1 and out[0] == out[-1]:
        out.pop()
    return out


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        topology = json.load(f)
    for ring in rings_of(topology):
        lons, lats = [p[0] for p in ring], [p[1] for p in ring]
        width = (max(lons) - min(lons)) * math.cos(math.radians(lats[0]))
        if max(width, max(lats) - min(lats)) < SMALLEST:
            continue
        points = integers(simplified_ring(ring))
        if len(points) < 3:
            continue
        x, y = zip(*points)
        numbers = [min(x), min(y), max(x), max(y), *points[0]]
        for (ax, ay), (bx, by) in zip(points, points[1:]):
            numbers += [bx - ax, by - ay]
        print(*numbers)


main()
