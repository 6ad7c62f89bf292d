# costly
# timeout: 300
# The figures of docs/verification.md are what their command draws now: the same panels and texts, and every curve and
# circle where it is in the repository, within a pixel; differences from OpenQuake, which hang on the machine, below
# what its test allows.
command -v python3 >/dev/null || exit 77
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 "$KAURI_SOURCE_DIR/tools/verification_figures.py" "$KAURI_PROGRAM" "$scratch" || exit 1
python3 - "$KAURI_SOURCE_DIR/docs/images" "$scratch" <<'END'
import re
import sys
import xml.etree.ElementTree as xml

SVG = "{http://www.w3.org/2000/svg}"


def read(path):
    """Texts; numbers of curves and circles; of differences the limit and the highest circle."""
    root = xml.parse(path).getroot()
    apart = {e for g in root.iter(SVG + "g") for e in g.iter()}
    shapes = [e for e in root.iter() if e.tag in (SVG + "polyline", SVG + "circle") and e not in apart]
    numbers = [float(x) for e in shapes for x in
               re.findall(r"[-0-9.]+", e.get("points") or e.get("cx") + " " + e.get("cy"))]
    pairs = []
    for g in root.iter(SVG + "g"):
        limit = next(float(re.match(r"M[\d.]+ ([\d.]+)", e.get("d"))[1]) for e in g if e.get("stroke-dasharray"))
        pairs.append((limit, min(float(e.get("cy")) for e in g.iter(SVG + "circle"))))
    return [e.text for e in root.iter() if e.text and e.text.strip()], numbers, pairs


for name in ("peer.svg", "openquake.svg"):
    (a, x, _), (b, y, pairs) = read(f"{sys.argv[1]}/{name}"), read(f"{sys.argv[2]}/{name}")
    assert a == b, f"{name}: other texts"
    assert len(x) == len(y) > 200, f"{name}: {len(x)} and {len(y)} numbers"
    worst = max(abs(p - q) for p, q in zip(x, y))
    assert worst <= 1, f"{name}: {worst} pixels apart; tools/verification_figures.py draws it anew"
    assert all(top >= limit for limit, top in pairs), f"{name}: a difference beyond what is allowed: {pairs}"
    print(f"{name}: {len(x)} numbers, {worst} pixels apart at most")
END
