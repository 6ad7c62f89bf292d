"""Looks at a report in a browser without a window.

usage: report.py layout REPORT WIDTH DRAWINGS
       report.py print REPORT
       report.py says REPORT TEXT...
       report.py curves REPORT IMT WEIGHTS OTHER
       report.py move REPORT MOVE
       report.py sites REPORT MAPS CURVES

layout: nothing lies outside of the page or on top of something else, all sections are there with at least so many
drawings, letters are large enough to be read, and nothing is said on the console. print: on paper nothing is cut off
at the right, no figure is higher than a page, and what can be opened is open. says: these texts are on the page. curves: mean and quantiles that the page computes with the weights
({choice: {state: weight}}) at its first site are those that the run of the report OTHER has stored in single
precision, and that it reads from the stored curves what the stored maps say. move: print the weights of a choice
after the sliders of branches have been moved. sites: without a browser, that places, ids, mean map values and mean
curves of the first measure are those of rows of the CSV tables MAPS and CURVES, from end to end of them."""
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
    if [s["id"] for s in seen["sections"]] != SECTIONS:
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


if __name__ == "__main__":
    if sys.argv[1] == "layout":
        layout(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    elif sys.argv[1] == "says":
        says(*sys.argv[2:])
    elif sys.argv[1] == "print":
        printed(sys.argv[2])
    elif sys.argv[1] == "sites":
        sites(*sys.argv[2:5])
    elif sys.argv[1] == "move":
        print(json.dumps(look(sys.argv[2], "move=" + sys.argv[3])))
    else:
        curves(*sys.argv[2:6])
