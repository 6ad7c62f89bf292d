/* Disaggregation: shares of bins in the rate of exceedance of a level. */
"use strict";

const chosenDisagg = {poe: 0, target: 0, corner: 0};

/* Bars and cells below this part of the largest are not drawn; at the ends of axes bins are left out that hold less
 * than so many percent together; the number of largest bins listed. */
const LEAST_BAR = 0.001, LEAST_EDGE = 0.01, LARGEST_BINS = 12;

const disaggRates = new Map(); // of sites

/* Rates of the kth table (bins of D.disagg.tables[k]) at shown site i. */
function ratesOfBins(i, imt, poe, target, k) {
  const g = D.disagg;
  if (!disaggRates.has(i))
    disaggRates.set(i, floatsOf("b-disagg-" + i));
  const cells = g.tables.map(axes => axes.length
    ? axes.reduce((n, name) => n * binsOf(name), 1) : 0);
  const before = cells.slice(0, k).reduce((a, b) => a + b, 0) * g.ntargets * g.nimts * g.npoes;
  const at = before + ((target * g.nimts + imt) * g.npoes + poe) * cells[k];
  return disaggRates.get(i).subarray(at, at + cells[k]);
}

/* Edges of an axis at shown site i; of TRT the names. */
const edgesOf = (name, i) => name === "Lon" || name === "Lat" ? D.disagg[name][i] : D.disagg[name];
const binsOf = name => name === "TRT" ? D.disagg.TRT.length : edgesOf(name, 0).length - 1;

function sharesOf(i, imt, poe, target, k) {
  const rates = Array.from(ratesOfBins(i, imt, poe, target, k));
  const sum = rates.reduce((a, b) => a + b, 0);
  return {rates, sum, shares: rates.map(r => sum > 0 ? 100 * r / sum : 0)};
}

const rangeText = (edges, k) => `${digits(edges[k])} to ${digits(edges[k + 1])}`;
const short = x => x === null || typeof x === "string" ? x : Number(x.toPrecision(4));
const percentText = x => `${digits(x, 3)} %`;
const targetName = (i, target) => target >= D.disagg.means.length
  ? `realization ${D.disagg.rlzs[i][target - D.disagg.means.length]}`
  : D.disagg.means[target] === "tree_mean" ? "mean of the whole tree"
  : D.disagg.means[target].replace("quantile-", "level of the quantile ");
const levelOf = (i, imt, poe, target) =>
  D.disagg.levels[i][Math.min(target, D.disagg.means.length)][imt * D.disagg.npoes + poe];

/* By magnitude, distance and epsilon: {m, d, total, parts} for each bin of magnitude and distance. */
function standingBins(i) {
  const {imt} = view, {poe, target} = chosenDisagg, {shares, sum, rates} = sharesOf(i, imt, poe, target, 0);
  const nd = binsOf("Dist"), ne = D.disagg.tables[0].includes("Eps") ? binsOf("Eps") : 1;
  const bins = [];
  for (let m = 0; m < binsOf("Mag"); m++)
    for (let d = 0; d < nd; d++) {
      const at = (m * nd + d) * ne, parts = shares.slice(at, at + ne);
      bins.push({m, d, parts, rates: rates.slice(at, at + ne), total: parts.reduce((a, b) => a + b, 0)});
    }
  return {bins, ne, sum, coloured: D.disagg.tables[0].includes("Eps")};
}

/* The first bin that is left, and the one after the last, where the ends hold next to nothing. */
function cutEnds(totals, keepFirst) {
  let from = 0, to = totals.length, left = totals[to - 1];
  while (to > 1 && left < LEAST_EDGE)
    left += totals[--to - 1];
  left = totals[0];
  while (!keepFirst && from + 1 < to && left < LEAST_EDGE)
    left += totals[++from];
  return [from, to];
}

/* Means over all bins by their middles; the highest bar and its largest part. */
function meansAndTop({bins, ne, coloured}) {
  const g = D.disagg, middle = (edges, k) => (edges[k] + edges[k + 1]) / 2;
  const mean = of => bins.reduce((sum, bin) => sum + of(bin), 0) / 100;
  const top = bins.reduce((a, b) => b.total > a.total ? b : a);
  const e = top.parts.indexOf(Math.max(...top.parts));
  const out = {mag: mean(b => b.total * middle(g.Mag, b.m)), dist: mean(b => b.total * middle(g.Dist, b.d)),
    top: {mag: rangeText(g.Mag, top.m), dist: rangeText(g.Dist, top.d), share: top.total}};
  if (coloured) {
    out.eps = mean(b => b.parts.reduce((sum, s, k) => sum + s * middle(g.Eps, k), 0));
    out.top.eps = rangeText(g.Eps, e);
    out.top.epsShare = top.parts[e];
  }
  return out;
}

const epsColours = n => Array.from({length: n}, (_, k) => rampColour(n > 1 ? k / (n - 1) : 0.5));

function barText(bin, coloured) {
  const g = D.disagg;
  const parts = bin.parts.map((s, k) => ({s, k})).filter(x => x.s > 0.005)
    .sort((a, b) => b.s - a.s).map(x => `ε ${rangeText(g.Eps, x.k)}: ${percentText(x.s)}`);
  return `M ${rangeText(g.Mag, bin.m)}, ${rangeText(g.Dist, bin.d)} km: ${percentText(bin.total)}` +
    (coloured && parts.length ? ` (${parts.join(", ")})` : "");
}

/* ---- the drawings ---- */

function drawMagDist(figure, told, i, where) {
  const g = D.disagg, all = standingBins(i), {bins, coloured, ne} = all;
  const nd = binsOf("Dist"), highest = bins.reduce((x, b) => Math.max(x, b.total), 0);
  const [m0, m1] = cutEnds(g.Mag.slice(1).map((_, m) => bins.slice(m * nd, (m + 1) * nd)
    .reduce((x, b) => x + b.total, 0)));
  const [, d1] = cutEnds(g.Dist.slice(1).map((_, d) => bins.reduce((x, b) =>
    x + (b.d === d ? b.total : 0), 0)), true);
  const shown = bins.filter(b => b.m >= m0 && b.m < m1 && b.d < d1 && b.total >= LEAST_BAR * highest);
  const left = 100 - shown.reduce((x, b) => x + b.total, 0);
  const colours = coloured ? epsColours(ne) : [COLOURS[5]];
  const redraw = () => drawMagDist(figure, told, i, where);
  figure.turn.onclick = () => {
    chosenDisagg.corner = (chosenDisagg.corner + 1) % 4;
    redraw();
  };
  figure.show(standingBars({
    title: `Disaggregation by magnitude, distance${coloured ? ", epsilon" : ""}`, corner: chosenDisagg.corner,
    a: {label: "rupture distance (km)", edges: g.Dist.slice(0, d1 + 1)},
    b: {label: "magnitude", edges: g.Mag.slice(m0, m1 + 1)}, z: {label: "share of the rate of exceedance (%)"},
    bars: shown.map(b => ({i: b.d, j: b.m - m0, share: b.total, text: barText(b, coloured),
      parts: b.parts.map((share, k) => ({share, colour: colours[k]})).filter(p => p.share > 0)})),
    key: coloured ? {label: "epsilon", edges: g.Eps, colours} : null,
    told: text => { told.textContent = text; },
  }), () => ({
    columns: ["magnitude from", "to", "distance from (km)", "to", ...(coloured ? ["epsilon from", "to"] : []),
      "share (%)", `rate in ${yearsText}`],
    rows: bins.flatMap(b => b.parts.map((share, k) => [g.Mag[b.m], g.Mag[b.m + 1], g.Dist[b.d],
      g.Dist[b.d + 1], ...(coloured ? [g.Eps[k], g.Eps[k + 1]] : []), share, b.rates[k]])),
  }), `${where}: shares of the rate of exceedance by magnitude and distance of the rupture` +
    (coloured ? ", coloured by epsilon." : ".") +
    (g.withoutEps ? " Thinned: bins of epsilon are left out of this file, so that its size stays bounded; " +
      "results.h5 has them." : "") +
    (left >= 0.1 ? ` ${percentText(left)} are in bars too low to be drawn; the table has all.` : ""));
  told.textContent = "Point at a bar, or go to it with the tabulator and from bar to bar with arrow keys.";
  return all;
}

function listLargest(at, all) {
  const g = D.disagg, {bins, coloured} = all, x = meansAndTop(all), dash = coloured ? 1 : 0;
  at.textContent = "";
  fillTable(add(at, "div"), {columns: ["", "magnitude", "distance (km)", ...(dash ? ["epsilon"] : []), "share (%)"],
    rows: [["mean, by the middles of bins", x.mag, x.dist, ...(dash ? [x.eps] : [])].map(v => typeof v === "number"
      ? digits(v) : v).concat(""),
    ["highest bar", x.top.mag, x.top.dist, ...(dash ? [`most of it ${x.top.eps} (${percentText(x.top.epsShare)})`] : []),
      digits(x.top.share)]]});
  const rows = bins.flatMap(b => b.parts.map((share, k) => ({share, row: [rangeText(g.Mag, b.m),
    rangeText(g.Dist, b.d), ...(dash ? [rangeText(g.Eps, k)] : []), short(share)]})))
    .filter(r => r.share > 0).sort((a, b) => b.share - a.share).slice(0, LARGEST_BINS);
  add(at, "h3", {}, "Largest bins");
  fillTable(add(at, "div"), {columns: ["magnitude", "distance (km)", ...(dash ? ["epsilon"] : []), "share (%)"],
    rows: rows.map(r => r.row)});
}

/* Longitudes as the page's land has them. */
function eastOf(lon) {
  const west = D.disagg.map.box[0];
  while (lon < west - 1e-9)
    lon += 360;
  while (lon > west + 360 + 1e-9)
    lon -= 360;
  return lon;
}

/* Around the site and the cells that are drawn. */
function boxOfCells(i, cells) {
  const site = D.sites.shown[i];
  const lons = [eastOf(D.sites.lon[site]), ...cells.flatMap(c => [c.west, c.east])];
  const lats = [D.sites.lat[site], ...cells.flatMap(c => [c.south, c.north])];
  const box = [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
  const margin = Math.max(0.15, 0.06 * Math.max(box[2] - box[0], box[3] - box[1]));
  return [box[0] - margin, Math.max(-90, box[1] - margin), box[2] + margin, Math.min(90, box[3] + margin)];
}

function drawCells(figure, i, where) {
  const {imt} = view, {poe, target} = chosenDisagg, {shares} = sharesOf(i, imt, poe, target, 1);
  const lon = edgesOf("Lon", i), lat = edgesOf("Lat", i), n = lat.length - 1;
  const most = shares.reduce((a, b) => Math.max(a, b), 0);
  const all = shares.map((share, k) => ({share, west: lon[Math.floor(k / n)],
    east: lon[Math.floor(k / n) + 1], south: lat[k % n], north: lat[k % n + 1]}));
  const cells = all.filter(c => c.share >= LEAST_BAR * most && c.share > 0).map(c => {
    const west = eastOf(c.west);
    return {...c, west, east: west + c.east - c.west};
  });
  const svg = document.createElementNS(SVG, "svg"), p = new Projection(boxOfCells(i, cells), 680, 560);
  svg.setAttribute("viewBox", `0 0 680 ${(p.top + p.height + 90).toFixed(0)}`);
  svg.setAttribute("class", "plot");
  svg.setAttribute("role", "img");
  add(svg, "title", {}, "Disaggregation by longitude and latitude");
  const g = drawGround(svg, p, D.disagg.map), top = niceSteps(0, most, 5);
  const high = top[top.length - 1] < most ? top[top.length - 1] + top[1] : top[top.length - 1];
  for (const c of cells)
    add(add(g, "rect", {x: p.x(c.west).toFixed(2), y: p.y(c.north).toFixed(2),
      width: (p.x(c.east) - p.x(c.west)).toFixed(2), height: (p.y(c.south) - p.y(c.north)).toFixed(2),
      class: "cell", fill: rampColour(1 - c.share / high)}), "title", {},
    `${digits(c.west, 6)} to ${digits(c.east, 6)}, ${digits(c.south, 6)} to ${digits(c.north, 6)}: ` +
      percentText(c.share));
  add(g, "path", {d: D.disagg.map.coast.map(l => p.path(l, false)).join(""), class: "coast"});
  const site = D.sites.shown[i];
  add(g, "circle", {cx: p.x(eastOf(D.sites.lon[site])).toFixed(1), cy: p.y(D.sites.lat[site]).toFixed(1),
    r: 6, fill: COLOURS[1], stroke: "#fff", "stroke-width": 1.5});
  shareBar(svg, high, p.top + p.height + 28);
  const seen = cells.reduce((x, c) => x + c.share, 0);
  const small = all.filter(c => c.share > 0).length - cells.length;
  figure.show(svg, () => ({columns: ["longitude from", "to", "latitude from", "to", "share (%)"],
    rows: all.map(c => [c.west, c.east, c.south, c.north, c.share])}),
  `${where}: shares by longitude and latitude of the closest points of ruptures; the disc is the site.` +
    (small > 0 ? ` ${small} more cells, with less than a thousandth of the largest each and ` +
      `${percentText(Math.max(0, 100 - seen))} together, are not drawn; the table has all.` : ""));
}

/* From 0, pale, to the greatest, dark. */
function shareBar(svg, high, y) {
  const x0 = 130, width = 420, n = 60, axis = new Axis(0, high, false, x0, x0 + width);
  for (let k = 0; k < n; k++)
    add(svg, "rect", {x: x0 + k * width / n, y, width: width / n + 0.5, height: 12,
      fill: rampColour(1 - (k + 0.5) / n)});
  for (const v of axis.steps(6))
    add(svg, "text", {x: axis.at(v), y: y + 26, "text-anchor": "middle"}, digits(v));
  add(svg, "text", {x: x0 + width / 2, y: y + 46, "text-anchor": "middle", class: "label"},
    "share of the rate of exceedance (%)");
}

function drawTypes(figure, i, where) {
  const {imt} = view, {poe, target} = chosenDisagg, {shares, rates} = sharesOf(i, imt, poe, target, 2);
  const rows = shares.map((share, k) => ({name: D.disagg.TRT[k], share, rate: rates[k]}))
    .sort((a, b) => b.share - a.share), shown = rows.slice(0, 30);
  figure.show(lyingBars("Disaggregation by tectonic region type", "share of the rate of exceedance (%)", shown),
    () => ({columns: ["tectonic region type", "share (%)", `rate in ${yearsText}`],
      rows: rows.map(r => [r.name, r.share, r.rate])}),
    `${where}: shares of the tectonic region types.` +
      (shown.length < rows.length ? ` The first ${shown.length} of ${rows.length}.` : ""));
}

function drawSourceShares(figure, i, where) {
  const g = D.disagg, of = g.sources[(i * g.nimts + view.imt) * g.npoes + chosenDisagg.poe];
  const rows = of.of.map(([name, rate]) => ({name, rate, share: 100 * rate / of.sum}));
  const shown = rows.reduce((x, r) => x + r.share, 0);
  figure.show(lyingBars("Largest sources", "share of the sum of the rates of sources (%)", rows),
    () => ({columns: ["source", "share (%)", "mean annual rate"], rows: rows.map(r => [r.name, r.share, r.rate])}),
    `${where}: mean annual rates by source` +
      (g.sourcesAtLevels ? "" : ", between the levels of the curves along logarithms") + `, over their sum; the largest ${rows.length}` + (100 - shown >= 0.05 ? `, all others ${percentText(100 - shown)}.` : "."));
}

/* ---- the panel ---- */

function disaggPanel() {
  const at = section("disagg"), g = D.disagg;
  if (!g.nsites || !g.ntargets) {
    add(at, "p", {}, `Its tables (${g.names}) have too many numbers for a page; kauri export writes them.`);
    return;
  }
  const bar = siteControls(at);
  if (g.npoes > 1)
    chooser(bar, "Probability", D.poes.map(poeText), 0, k => {
      chosenDisagg.poe = k;
      redraw();
    });
  const target = g.ntargets > 1 ? chooser(bar, "Of", Array.from({length: g.ntargets}, (_, k) => targetName(0, k)), 0,
    k => {
      chosenDisagg.target = k;
      redraw();
    }) : null;
  const level = add(at, "p", {"aria-live": "polite"}), body = add(at, "div"), figures = [];
  const make = (present, name, draw) => {
    if (!present)
      return;
    const figure = new Figure(body, name, "");
    figures.push({figure, draw});
    return figure;
  };
  const told = document.createElement("p"), largest = document.createElement("div");
  const bars = make(g.tables[0].length, "disagg", (f, i, where) =>
    listLargest(largest, drawMagDist(f, told, i, where)));
  if (bars) {
    bars.element.insertBefore(told, bars.caption);
    told.setAttribute("class", "note told");
    told.setAttribute("aria-live", "polite");
    bars.turn = add(bars.copy.parentNode, "button", {type: "button"}, "Turn");
    body.appendChild(largest);
  } else
    add(body, "p", {class: "note"}, `Bars need Mag_Dist_Eps or Mag_Dist among disagg_outputs; there is ${g.names}.`);
  make(g.tables[1].length, "disagg-map", drawCells);
  make(g.tables[2].length, "disagg-types", drawTypes);
  const sources = make(g.sources, "disagg-sources", drawSourceShares);
  function redraw() {
    const {site, imt} = view, here = site < g.nsites && imt < g.nimts;
    const value = here ? levelOf(site, imt, chosenDisagg.poe, chosenDisagg.target) : 0;
    const probability = D.poes.length ? `, ${poeText(D.poes[chosenDisagg.poe])}` : "";
    body.hidden = !(value > 0);
    figures.forEach(x => { x.figure.element.hidden = !(value > 0); });
    if (target && here)
      [...target.options].forEach((o, k) => { o.textContent = targetName(site, k); });
    level.textContent = !here ? `Thinned: the disaggregation is in this file for the first ${g.nsites} sites` +
        (g.nimts < nimts ? ` and for ${D.imts.slice(0, g.nimts).join(", ")}` : "") + "; kauri export writes all."
      : value > 0 ? `Exceedance of ${D.imts[imt]} = ${digits(value)} ${unitOf(D.imts[imt])}${probability}.`
        : `The curve of this site does not reach the probability${probability}: there is nothing to take apart.`;
    if (!(value > 0))
      return;
    if (sources) // at the levels of the mean curve only
      sources.element.hidden = value !== levelOf(site, imt, chosenDisagg.poe, g.means.length);
    const of = targetName(site, chosenDisagg.target);
    const where = `${of[0].toUpperCase()}${of.slice(1)} at ${siteName(D.sites.shown[site])}`;
    figures.forEach(x => x.draw(x.figure, site, where));
  }
  onLook(redraw);
  redraw();
  if (g.ntargets < g.all)
    add(at, "p", {class: "note"}, `Thinned: of ${g.all} tables of each kind and site (means and ` +
      `realizations) ${g.ntargets} are in this file; kauri export DIR disagg_rlzs writes all.`);
}

/* What the page shows of a site, measure, probability and target: for tests. */
function disaggCheck({site, imt, poe, target}) {
  chosenDisagg.poe = poe;
  chosenDisagg.target = target;
  look({site, imt: D.imts.indexOf(imt)});
  const table = name => {
    const e = document.getElementById("f-" + name);
    return e && !e.hidden ? e : null;
  };
  const bars = table("disagg");
  return {level: levelOf(site, view.imt, poe, target),
    sourceLevel: levelOf(site, view.imt, poe, D.disagg.means.length), target: targetName(site, target), tables: D.disagg.tables,
    shares: D.disagg.tables.map((axes, k) => axes.length
      ? sharesOf(site, view.imt, poe, target, k).shares : []),
    means: D.disagg.tables[0].length ? meansAndTop(standingBins(site)) : null,
    bars: bars ? [...bars.querySelectorAll(".standing")].map(e => e.getAttribute("aria-label")) : [],
    sources: D.disagg.sources && D.disagg.sources[(site * D.disagg.nimts + view.imt) * D.disagg.npoes + poe]};
}
