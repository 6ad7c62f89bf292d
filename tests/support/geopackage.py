#!/usr/bin/env python3
"""Whether a GeoPackage is one, and holds the same features as GeoJSON files beside it.

usage: geopackage.py PACKAGE LAYER=FILE.geojson...
"""
import json
import sqlite3
import struct
import sys


def wkb(blob, at=0):
    """(type, coordinates as GeoJSON has them, end)."""
    order, kind = struct.unpack_from("<BI", blob, at)
    assert order == 1, "little-endian"
    at += 5
    if kind == 1:
        return kind, list(struct.unpack_from("<2d", blob, at)), at + 16
    (n,) = struct.unpack_from("<I", blob, at)
    at += 4
    out = []
    for _ in range(n):
        if kind == 2:
            out.append(list(struct.unpack_from("<2d", blob, at)))
            at += 16
        elif kind == 3:
            (m,) = struct.unpack_from("<I", blob, at)
            out.append([list(struct.unpack_from("<2d", blob, at + 4 + 16 * k)) for k in range(m)])
            at += 4 + 16 * m
        else:
            inner, part, at = wkb(blob, at)
            assert inner == kind - 3, (inner, kind)
            out.append(part)
    return kind, out, at


NAMES = {1: "Point", 4: "MultiPoint", 5: "MultiLineString", 6: "MultiPolygon"}


def geometry(blob):
    magic, version, flags, srs = struct.unpack_from("<2sBBi", blob)
    assert (magic, version, flags, srs) == (b"GP", 0, 1, 4326), (magic, version, flags, srs)
    kind, coordinates, end = wkb(blob, 8)
    assert end == len(blob), "bytes are left"
    return NAMES[kind], coordinates


def several(feature):
    """A geometry of GeoJSON as it is with multi-geometries; single points stay."""
    kind, c = feature["geometry"]["type"], feature["geometry"]["coordinates"]
    return ("Multi" + kind, [c]) if kind in ("LineString", "Polygon") else (kind, c)


def points(c):
    return [c] if isinstance(c[0], (int, float)) else [p for part in c for p in points(part)]


def check_layer(db, table, path):
    features = json.load(open(path, encoding="utf-8"))["features"]
    db.row_factory = sqlite3.Row
    rows = db.execute(f'SELECT * FROM "{table}" ORDER BY fid').fetchall()
    assert len(rows) == len(features) > 0, (table, len(rows), len(features))
    kinds, places = set(), []
    for row, feature in zip(rows, features):
        got, want = geometry(row["geom"]), several(feature)
        assert got == (want[0], want[1]), (table, got, want)
        kinds.add(got[0])
        places += points(got[1])
        columns = {k: row[k] for k in row.keys() if k not in ("fid", "geom")}
        for name, value in feature["properties"].items():
            mine = columns.pop(name)
            if isinstance(value, float):
                assert abs(mine - value) <= 1e-8 * abs(value), (table, name, mine, value)
            else:
                assert mine == value, (table, name, mine, value)
        assert all(v is None for v in columns.values()), (table, columns)
    contents = db.execute("SELECT * FROM gpkg_contents WHERE table_name = ?", (table,)).fetchone()
    box = [f(p[k] for p in places) for f in (min, max) for k in (0, 1)]
    assert [contents[k] for k in ("min_x", "min_y", "max_x", "max_y")] == box, (table, box)
    assert (contents["data_type"], contents["srs_id"]) == ("features", 4326)
    column = db.execute("SELECT * FROM gpkg_geometry_columns WHERE table_name = ?",
                        (table,)).fetchone()
    want = kinds.pop().upper() if len(kinds) == 1 else "GEOMETRY"
    assert (column["column_name"], column["geometry_type_name"], column["z"], column["m"]) == \
        ("geom", want, 0, 0), (table, tuple(column), want)


def main():
    db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
    pragma = lambda name: db.execute(f"PRAGMA {name}").fetchall()
    assert pragma("application_id") == [(0x47504B47,)] and pragma("user_version") == [(10300,)]
    assert pragma("integrity_check") == [("ok",)] and pragma("foreign_key_check") == []
    ids = {r[0] for r in db.execute("SELECT srs_id FROM gpkg_spatial_ref_sys")}
    assert ids == {-1, 0, 4326}, ids
    tables = {r[0] for r in db.execute("SELECT table_name FROM gpkg_contents")}
    wanted = dict(a.split("=", 1) for a in sys.argv[2:])
    assert tables == set(wanted), (tables, set(wanted))
    for table, path in wanted.items():
        check_layer(db, table, path)


main()
