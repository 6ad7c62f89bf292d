"""Looks at a report in a browser without a window.

usage: report.py layout REPORT WIDTH DRAWINGS
       report.py print REPORT
       report.py says REPORT TEXT...
       report.py curves REPORT IMT WEIGHTS OTHER
       report.py move REPORT MOVE
       report.py sites REPORT MAPS CURVES
       report.py disagg REPORT WHAT BINS PLACES TYPES SOURCES

layout: nothing lies outside of the page or on top of something else, all sections are there with at least so many
drawings, letters are large enough to be read, and nothing is said on the console. print: on paper nothing is cut off
at the right, no figure is higher than a page, and what can be opened is open. says: these texts are on the page. curves: mean and quantiles that the page computes with the weights
({choice: {state: weight}}) at its first site are those that the run of the report OTHER has stored in single
precision, and that it reads from the stored curves what the stored maps say. move: print the weights of a choice
after the sliders of branches have been moved. sites: without a browser, that places, ids, mean map values and mean
curves of the first measure are those of rows of the CSV tables MAPS and CURVES, from end to end of them. disagg:
what the page shows of WHAT ({site, imt, poe, target, column}) of a disaggregation are shares of the rates in the
tables by magnitude, distance (and epsilon), by place, and by type, and the largest sources are those of SOURCES;
bars are reached and left with keys."""
import base64
import csv
import json
import math
import os
import re
import struct
import sys
import urllib.parse

from browser import Browser

SECTIONS = ["summary", "curves", "spectra", "map", "weights", "uncertainty", "tree", "performance", "provenance"]


def look(report, fragment, width=1200, media="screen"):
    page = "file://" + urllib.parse.quote(os.path.abspath(report)) + "#" + urllib.parse.quote(fragment)
    with Browser() as browser:
        browser.show(page, width, media=media)
        text = browser.evaluate("document.getElementById('check').textContent")
        said = browser.said
    if said:
        sys.exit(f"{report}: on the console: {said}")
    if not text:
        sys.exit(f"{report}#{fragment}: no answer")
    return json.loads(text)


def layout(report, width, drawings):
    seen = look(report, "layout", width)
    wrong = seen["outside"] + seen["overlaps"] + seen["complaints"] + seen["small"]
    if width < 600 and seen["wide"] != width: # elsewhere a bar to scroll may stand beside it
        wrong.append(f"the page is {seen['wide']} wide")
    wrong += [f"section {s['id']} is empty" for s in seen["sections"] if s["height"] < 60]
    if [s["id"] for s in seen["sections"] if s["id"] != "disagg"] != SECTIONS:
        wrong.append(f"sections {seen['sections']}")
    if sum(s["drawings"] for s in seen["sections"]) < drawings:
        wrong.append(f"drawings are missing: {seen['sections']}")
    if wrong:
        sys.exit(f"{report}, {width} wide: " + "; ".join(wrong[:8]))


def printed(report):
    """A4 between the browser's margins is 718 by 1047 pixels."""
    seen = look(report, "print", 718, "print")
    wrong = seen["outside"] + seen["cut"] + [f"{x} is closed" for x in seen["closed"]]
    wrong += [f"{x['id']} is {x['height']} high" for x in seen["figures"] if not 40 < x["height"] <= 1000]
    if len(seen["figures"]) < 6 or not seen["lists"]:
        wrong.append(f"figures {seen['figures']}, {seen['lists']} rows of lists")
    if wrong:
        sys.exit(f"{report} in print: " + "; ".join(wrong[:8]))


def says(report, *texts):
    with Browser() as browser:
        browser.show("file://" + urllib.parse.quote(os.path.abspath(report)), 1200)
        shown = browser.evaluate("document.body.innerText")
    for text in texts:
        if text not in shown:
            sys.exit(f"{report} does not say: {text}")


def single(x):
    return math.copysign(1, x) * 2.0 ** (math.frexp(x)[1] - 24) if x else 2.0 ** -149


def curves(report, imt, weights, other):
    asked = {"imt": imt, "weights": json.loads(weights)}
    seen = look(report, "check=" + json.dumps(asked))
    if seen.get("fixed"):
        sys.exit(f"{report}: {seen['fixed']}")
    stored = (seen if other == report else look(other, "check=" + json.dumps({"imt": imt})))["stored"]
    pairs = [("mean", seen["mean"])]
    wanted = any(name.startswith("quantile-") for name in stored)
    pairs += [(f"quantile-{q:g}", curve) for q, curve in zip(seen["q"], seen["quantiles"]) if wanted]
    if wanted and len(pairs) < 2:
        sys.exit(f"{report}: no quantiles")
    for name, curve in pairs:
        for level, (x, y) in enumerate(zip(curve, stored[name])):
            # y is the nearest number of single precision: half a unit of its last place away
            if not abs(x - y) <= 0.5 * abs(single(y)) + 1e-9 * abs(y):
                sys.exit(f"{report}: {name} of {imt} at level {level}: {x!r}, stored is {y!r}")
    for x in seen["maps"]:
        if x["name"] not in ("std", "cov") and not abs(x["here"] - x["value"]) <= 2e-6 * x["value"]:
            sys.exit(f"{report}: {x}")
    if not any(0.001 < x < 0.999 for _, curve in pairs for x in curve):
        sys.exit(f"{report}: curves of nothing but 0 and 1")


def sites(report, maps, curves):
    page = open(report, encoding="utf-8").read()
    held = {name: re.search(f'id="{name}">([^<]*)</script>', page)[1] for name in ("d", "b-maps", "b-curves")}
    data = json.loads(held["d"])
    x, n = data["sites"], len(data["sites"]["lon"])

    def compare(path, prefix, listed, text):
        with open(path, encoding="utf-8") as file:
            rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
        columns = [c for c in rows[0] if c.startswith(prefix)]
        numbers = struct.iter_unpack(f"<{len(columns)}f", base64.b64decode(text))
        for at, values in zip(listed, numbers, strict=True):
            row = rows[at * len(rows) // n]
            place = [row["custom_site_id"], float(row["lon"]), float(row["lat"])]
            wrong = place != [x["id"][at], x["lon"][at], x["lat"][at]]
            wrong = wrong or any(not abs(float(row[c]) - v) <= 1e-5 * v for c, v in zip(columns, values))
            if wrong or x["n"] != len(rows):
                sys.exit(f"{report}: listed site {at}, {x['id'][at]}, has {values}; {row}")

    compare(maps, data["imts"][0], range(n), held["b-maps"])
    compare(curves, "poe-", x["shown"], held["b-curves"])
    if n >= x["n"] or x["shown"] != sorted(set(x["shown"])) or x["shown"][-1] < 0.9 * n:
        sys.exit(f"{report}: {n} of {x['n']} sites are listed, of these shown {x['shown'][:9]}..{x['shown'][-1]}")


def shares(path, asked):
    """Percent of -ln(1 - p) in the sum, in the order of the table; what the bins are."""
    with open(path, encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    poes = sorted({float(r["poe"]) for r in rows}, reverse=True)
    rows = [r for r in rows if r["imt"] == asked["imt"] and float(r["poe"]) == poes[asked["poe"]]]
    rates = [-math.log1p(-float(r[asked["column"]])) for r in rows]
    return [100 * x / sum(rates) for x in rates], rows


def check_bars(seen, want, rows):
    """Bars tell bins and percent as the table has them: the highest, and all that are not too low."""
    epsilons = "eps" in rows[0]
    totals = {}
    for share, row in zip(want, rows):
        totals.setdefault((float(row["mag"]), float(row["dist"])), []).append(share)
    drawn = 0
    for text in seen["bars"]:
        found = re.match(r"M ([-0-9.]+) to ([-0-9.]+), ([-0-9.]+) to ([-0-9.]+) km: ([-0-9.e]+) %", text)
        a, b, c, d, percent = map(float, found.groups())
        parts = totals.pop(((a + b) / 2, (c + d) / 2))
        if not abs(sum(parts) - percent) <= 0.006 * percent or (epsilons and max(parts) > 0.006) != ("ε" in text):
            sys.exit(f"bar {text}: {parts}")
        for e in re.findall(r"ε [-0-9.]+ to [-0-9.]+: ([-0-9.e]+) %", text):
            if not min(abs(float(e) - p) for p in parts) <= 0.006 * float(e):
                sys.exit(f"bar {text}: {parts}")
        drawn += sum(parts)
    left = max((sum(p) for p in totals.values()), default=0)
    if drawn < 98 or left > 0.15:
        sys.exit(f"{drawn} % is drawn, {left} % is not in one bar")


def check_means(seen, want, rows):
    for name in [n for n in ("mag", "dist", "eps") if n in rows[0]]:
        mean = sum(s / 100 * float(r[name]) for s, r in zip(want, rows))
        if not abs(seen["means"][name] - mean) <= 1e-4 * (1 + abs(mean)):
            sys.exit(f"mean {name}: {seen['means'][name]} is not {mean}")


KEYS = """(() => {
  const at = () => document.activeElement.getAttribute("aria-label");
  const all = document.querySelectorAll("#f-disagg .standing[tabindex='0']"), out = [all.length];
  all[0].focus();
  out.push(at());
  for (const key of ["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown"]) {
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
    out.push(at());
  }
  out.push(document.querySelector("#f-disagg .told").textContent);
  for (let k = 0; k < 4; k++) {
    [...document.querySelectorAll("#f-disagg button")].find(b => b.textContent === "Turn").click();
    out.push(document.querySelectorAll("#f-disagg .standing").length);
  }
  return JSON.stringify(out);
})()"""


def check_keys(report, fragment):
    page = "file://" + urllib.parse.quote(os.path.abspath(report)) + "#" + urllib.parse.quote(fragment)
    with Browser() as browser:
        browser.show(page, 1200)
        got, said = json.loads(browser.evaluate(KEYS)), browser.said
    bars, highest, *walked, told = got[:7]
    if said or bars != 1 or told != walked[-1] or len(set(walked)) < 2 or not all(walked) or len(set(got[7:])) != 1:
        sys.exit(f"{report}: keys: {got}, {said}")


def disagg(report, what, bins, places, types, sources):
    asked = json.loads(what)
    fragment = "disagg=" + json.dumps({k: asked[k] for k in ("site", "imt", "poe", "target")})
    seen = look(report, fragment)
    for k, path in enumerate((bins, places, types)):
        want, rows = shares(path, asked)
        got = seen["shares"][k]
        if len(got) != len(want) or any(not abs(a - b) <= 3e-5 * b + 1e-9 for a, b in zip(got, want)):
            sys.exit(f"{report}: {path}: {got[:9]} are not {want[:9]}")
        if not abs(seen["level"] - float(rows[0]["iml"])) <= 1e-5 * seen["level"]:
            sys.exit(f"{report}: level {seen['level']} is not {rows[0]['iml']}")
        if k == 0:
            check_bars(seen, want, rows)
            check_means(seen, want, rows)
    check_keys(report, fragment)
    with open(sources, encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(line for line in file if not line.startswith("#")) if r["imt"] == asked["imt"]]
    for name, rate in seen["sources"]["of"]:
        curve = sorted((float(r["iml"]), float(r["afoe"])) for r in rows if r["source_id"] == name)
        if "share" in rows[0]:  # rates at the levels themselves
            want = min(curve, key=lambda x: abs(x[0] - seen["sourceLevel"]))[1]
            if not abs(rate - want) <= 1e-6 * want:
                sys.exit(f"{report}: source {name}: {rate} is not {want}")
            continue
        above = min((x for x in curve if x[0] >= seen["sourceLevel"]), default=(0, 0))
        below = max(x for x in curve if x[0] <= seen["sourceLevel"])
        if not above[1] * (1 - 1e-4) <= rate <= below[1] * (1 + 1e-4):
            sys.exit(f"{report}: source {name}: {rate} is not between {above} and {below}")
    rates = [rate for _, rate in seen["sources"]["of"]]
    if not rates or rates != sorted(rates, reverse=True) or seen["sources"]["sum"] < sum(rates) * (1 - 1e-9):
        sys.exit(f"{report}: sources {seen['sources']}")


if __name__ == "__main__":
    if sys.argv[1] == "layout":
        layout(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    elif sys.argv[1] == "says":
        says(*sys.argv[2:])
    elif sys.argv[1] == "print":
        printed(sys.argv[2])
    elif sys.argv[1] == "disagg":
        disagg(*sys.argv[2:8])
    elif sys.argv[1] == "sites":
        sites(*sys.argv[2:5])
    elif sys.argv[1] == "move":
        print(json.dumps(look(sys.argv[2], "move=" + sys.argv[3])))
    else:
        curves(*sys.argv[2:6])
