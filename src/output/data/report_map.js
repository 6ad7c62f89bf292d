/* Maps, and the logic tree as a drawing. */
"use strict";

/* Maps have the least pale and the greatest dark: rampColour(1 - f). Dark to light with even steps of lightness, for all kinds of colour vision (viridis). */
const RAMP = ["#440154", "#414487", "#2a788e", "#22a884", "#7ad151", "#fde725"];

function rampColour(f) {
  const at = Math.min(Math.max(f, 0), 1) * (RAMP.length - 1), i = Math.min(Math.floor(at), 4);
  const part = (hex, k) => parseInt(hex.slice(1 + 2 * k, 3 + 2 * k), 16);
  const mix = k => Math.round(part(RAMP[i], k) + (at - i) * (part(RAMP[i + 1], k) - part(RAMP[i], k)));
  return `rgb(${mix(0)},${mix(1)},${mix(2)})`;
}

class Projection {
  constructor(box, width, mostHeight) {
    const [west, south, east, north] = box;
    this.box = box;
    this.squeeze = Math.max(0.2, Math.cos((south + north) / 2 * Math.PI / 180));
    const wide = (east - west) * this.squeeze, high = north - south;
    this.scale = Math.min((width - 60) / wide, (mostHeight - 40) / high);
    this.width = wide * this.scale;
    this.height = high * this.scale;
    this.left = 50 + (width - 60 - this.width) / 2;
    this.top = 8;
  }

  lon(lon) {
    const west = this.box[0];
    while (lon < west)
      lon += 360;
    while (lon >= west + 360)
      lon -= 360;
    return this.x(lon);
  }

  x(lon) {
    return this.left + (lon - this.box[0]) * this.squeeze * this.scale;
  }

  y(lat) {
    return this.top + (this.box[3] - lat) * this.scale;
  }

  /* Differences of thousandths of degrees, as the file has them. */
  path(line, close) {
    let x = 0, y = 0, out = "";
    for (let i = 0; i < line.length; i += 2) {
      x += line[i];
      y += line[i + 1];
      out += (i ? "L" : "M") + this.x(x / 1000).toFixed(1) + " " + this.y(y / 1000).toFixed(1);
    }
    return out + (close ? "Z" : "");
  }
}

/* The page's land, or that of another box. */
function drawGround(svg, p, ground = D.map) {
  const [west, south, east, north] = p.box, clip = "m" + (drawGround.n = (drawGround.n || 0) + 1);
  add(add(add(svg, "defs"), "clipPath", {id: clip}), "rect",
    {x: p.left, y: p.top, width: p.width, height: p.height});
  add(svg, "rect", {x: p.left, y: p.top, width: p.width, height: p.height, class: "sea"});
  const g = add(svg, "g", {"clip-path": `url(#${clip})`});
  add(g, "path", {d: ground.land.map(l => p.path(l, true)).join(""), class: "land",
    "fill-rule": "evenodd"});
  add(g, "path", {d: ground.coast.map(l => p.path(l, false)).join(""), class: "coast"});
  const axis = add(svg, "g", {class: "axes"});
  for (const v of niceSteps(west, east, 6)) {
    add(axis, "line", {x1: p.x(v), x2: p.x(v), y1: p.top, y2: p.top + p.height, class: "grid"});
    const lon = v > 180 ? v - 360 : v < -180 ? v + 360 : v;
    add(axis, "text", {x: Math.min(p.x(v), 654), y: p.top + p.height + 16,
      "text-anchor": "middle"},
      `${Math.abs(Number(lon.toFixed(3)))}°${lon < 0 ? "W" : lon > 0 ? "E" : ""}`);
  }
  for (const v of niceSteps(south, north, 6)) {
    add(axis, "line", {x1: p.left, x2: p.left + p.width, y1: p.y(v), y2: p.y(v), class: "grid"});
    add(axis, "text", {x: p.left - 5, y: p.y(v) + 4, "text-anchor": "end"},
      `${Math.abs(Number(v.toFixed(3)))}°${v < 0 ? "S" : v > 0 ? "N" : ""}`);
  }
  add(svg, "rect", {x: p.left, y: p.top, width: p.width, height: p.height, class: "frame"});
  return add(svg, "g", {"clip-path": `url(#${clip})`});
}

function colourBar(svg, low, high, y, label) {
  const x0 = 130, width = 420, n = 60;
  for (let k = 0; k < n; k++)
    add(svg, "rect", {x: x0 + k * width / n, y, width: width / n + 0.5, height: 12,
      fill: rampColour(1 - (k + 0.5) / n)});
  const axis = new Axis(low, high, high / low > 5, x0, x0 + width);
  const texts = [{at: x0, text: digits(low, 3)}, {at: x0 + width, text: digits(high, 3)}];
  for (const v of axis.log ? logSteps(low, high) : axis.steps(5))
    if (texts.every(t => Math.abs(axis.at(v) - t.at) >= 44))
      texts.push({at: axis.at(v), text: textOfStep(v, axis.log)});
  for (const t of texts)
    add(svg, "text", {x: t.at, y: y + 26, "text-anchor": "middle"}, t.text);
  add(svg, "text", {x: x0 + width / 2, y: y + 44, "text-anchor": "middle", class: "label"}, label);
  return v => (axis.at(v) - x0) / width;
}

/* The shown site next to a listed one. */
function shownNear(site) {
  const exact = D.sites.shown.indexOf(site);
  if (exact >= 0)
    return exact;
  let best = 0, least = Infinity;
  D.sites.shown.forEach((s, i) => {
    const d = (D.sites.lon[s] - D.sites.lon[site]) ** 2 + (D.sites.lat[s] - D.sites.lat[site]) ** 2;
    if (d < least) {
      least = d;
      best = i;
    }
  });
  return best;
}

function mapPanel() {
  const at = section("map");
  if (!D.map) {
    add(at, "p", {}, "There are no sites.");
    return;
  }
  let poe = 0, stat = Math.max(0, meanStat < mapStats ? meanStat : 0);
  const valued = mapStats > 0;
  const bar = siteControls(at, {sites: false});
  if (valued) {
    chooser(bar, "Statistic", D.stats.slice(0, mapStats).map(statName), stat, k => {
      stat = k;
      redraw();
    });
    chooser(bar, "Probability", D.poes.map(poeText), 0, k => {
      poe = k;
      redraw();
    });
  } else
    add(at, "p", {class: "note"}, "The job has no poes, so there are no map values: sites only.");
  const figure = new Figure(at, "map", "");
  function redraw() {
    const svg = document.createElementNS(SVG, "svg"), p = new Projection(D.map.box, 680, 620);
    const values = D.sites.lon.map((_, i) => valued ? mapValue(i, stat, view.imt, poe) : 0);
    const positive = values.filter(v => v > 0);
    const height = p.top + p.height + (positive.length ? 90 : 28);
    svg.setAttribute("viewBox", `0 0 680 ${height.toFixed(0)}`);
    svg.setAttribute("class", "plot");
    svg.setAttribute("role", "img");
    add(svg, "title", {}, "Map of the sites");
    const g = drawGround(svg, p);
    drawSources(g, p);
    const low = positive.reduce((a, b) => Math.min(a, b), Infinity);
    const high = positive.reduce((a, b) => Math.max(a, b), 0);
    const label = !valued ? withUnit(D.imts[view.imt])
      : mapText(D.stats[stat], withUnit(D.imts[view.imt]), D.poes[poe]);
    const f = positive.length ? colourBar(svg, low, high > low ? high : low * 1.1,
      p.top + p.height + 28, label) : () => 0.5;
    const radius = Math.max(2, Math.min(7, 70 / Math.sqrt(listed)));
    values.forEach((v, i) => {
      const c = add(g, "circle", {cx: p.lon(D.sites.lon[i]).toFixed(1),
        cy: p.y(D.sites.lat[i]).toFixed(1), r: radius.toFixed(1),
        class: i === D.sites.shown[view.site] ? "site chosen" : "site",
        fill: v > 0 ? rampColour(1 - f(v)) : "#999999"});
      add(c, "title", {}, siteName(i) + (valued ? `: ${digits(v)} ${unitOf(D.imts[view.imt])}` : ""));
      c.onclick = () => D.sites.shown.length && look({site: shownNear(i)});
    });
    figure.show(svg, () => ({columns: ["longitude", "latitude",
      ...(valued ? D.stats.slice(0, mapStats)
        .map(s => mapText(s, withUnit(D.imts[view.imt]), D.poes[poe])) : [])],
    rows: D.sites.lon.map((lon, i) => [lon, D.sites.lat[i],
      ...(valued ? D.stats.slice(0, mapStats).map((_, s) => mapValue(i, s, view.imt, poe)) : [])])}),
    (valued ? `${label}. ` : "") + "Grey sites are below the first level. The coast is Natural " +
      "Earth's. A click on a site shows its curves." +
      (listed < D.sites.n ? ` Thinned: ${listed} of the ${D.sites.n} sites, evenly along their list.` : "") +
      (valued && mapStats < nstats ? ` Thinned: ${mapStats} of ${nstats} statistics.` : "") +
      sourcesNote());
  }
  onLook(redraw);
  redraw();
}

/* Outlines and traces of sources, where the file has them. */
function drawSources(g, p) {
  if (!D.sources)
    return;
  add(g, "path", {d: D.sources.lines.map(l => p.path(l, false)).join(""), class: "source"});
  for (let i = 0; i < D.sources.points.length; i += 2)
    add(g, "circle", {cx: p.lon(D.sources.points[i] / 1000).toFixed(1),
      cy: p.y(D.sources.points[i + 1] / 1000).toFixed(1), r: 1.3, class: "source"});
}

const sourcesNote = () => !D.sources ? "" : " Sources are drawn in red" +
  (D.sources.left ? `, ${D.sources.left} of their parts left out.` : ".");

/* ---- the logic tree ---- */

const ROWS_MOST = 12, SETS_MOST = 80;

/* The set that follows, past those that only stand where another does not apply. */
function followed(next) {
  const t = D.tree;
  while (next >= 0 && t.sets[next].type === "dummy")
    next = t.branches[t.sets[next].branches[0]].next;
  return next;
}

/* Columns of the sets that are reached from the first. */
function columnsOfSets() {
  const t = D.tree, depth = new Map(), queue = t.sets.length ? [followed(0)] : [];
  if (!queue.length || queue[0] < 0)
    return [];
  depth.set(queue[0], 0);
  for (let k = 0; k < queue.length; k++)
    for (const b of t.sets[queue[k]].branches) {
      const next = followed(t.branches[b].next), d = depth.get(queue[k]) + 1;
      if (next >= 0 && (!depth.has(next) || depth.get(next) < d)) {
        depth.set(next, d);
        queue.push(next);
      }
    }
  const out = [];
  for (const [set, d] of depth)
    (out[d] = out[d] || []).push(set);
  return out;
}

function drawBox(svg, x, y, title, rows) {
  const width = 240, shown = rows.slice(0, ROWS_MOST), left = rows.length - shown.length;
  const height = 24 + 20 * (shown.length + (left ? 1 : 0));
  const cut = (text, n) => text.length > n ? text.slice(0, n - 1) + "…" : text;
  add(svg, "rect", {x, y, width, height, class: "node", rx: 3});
  add(add(svg, "text", {x: x + 8, y: y + 16, "font-weight": "bold"}, cut(title, 30)), "title", {},
    title);
  shown.forEach((r, i) => {
    const at = y + 24 + 20 * i;
    add(svg, "rect", {x: x + 2, y: at + 2, width: Math.max(1, 236 * r.weight), height: 16,
      fill: COLOURS[5], "fill-opacity": 0.4});
    add(add(svg, "text", {x: x + 8, y: at + 14}, cut(r.name, 21)), "title", {}, r.full);
    add(svg, "text", {x: x + width - 8, y: at + 14, "text-anchor": "end"}, digits(r.weight));
  });
  if (left)
    add(svg, "text", {x: x + 8, y: y + height - 6}, `and ${left} more: see the table`);
  return {x, y, width, height, rows: shown.length};
}

function treePanel() {
  const at = section("tree"), t = D.tree, columns = columnsOfSets();
  let drawn = 0;
  const svg = document.createElementNS(SVG, "svg"), boxes = new Map();
  svg.setAttribute("role", "img");
  add(svg, "title", {}, "Logic tree");
  const edges = add(svg, "g");
  let bottom = 0;
  columns.forEach((sets, d) => {
    let y = 8;
    for (const s of sets) {
      if (drawn++ >= SETS_MOST)
        continue;
      const set = t.sets[s];
      boxes.set(s, drawBox(svg, 10 + 290 * d, y, `${set.id} (${set.type})` +
        (set.movesWith !== undefined ? `, moves with ${t.sets[set.movesWith].id}` : ""),
      set.branches.map(b => ({name: t.branches[b].id, weight: t.branches[b].weight,
        full: `${t.branches[b].id}: ${t.branches[b].value}`}))));
      y += boxes.get(s).height + 14;
    }
    bottom = Math.max(bottom, y);
  });
  for (const [s, box] of boxes)
    t.sets[s].branches.slice(0, box.rows).forEach((b, i) => {
      const to = boxes.get(followed(t.branches[b].next));
      if (!to)
        return;
      const x1 = box.x + box.width, y1 = box.y + 34 + 20 * i, y2 = to.y + 12;
      add(edges, "path", {class: "edge", d: `M${x1} ${y1}C${x1 + 25} ${y1} ${to.x - 25} ${y2} ` +
        `${to.x} ${y2}`});
    });
  const wide = Math.max(columns.length, Math.min(3, t.trts.length)), byRow = Math.max(1, wide);
  let y = bottom ? bottom + 10 : 8, most = 0;
  t.trts.forEach((trt, k) => {
    if (k % byRow === 0 && k) {
      y += most + 14;
      most = 0;
    }
    const box = drawBox(svg, 10 + 290 * (k % byRow), y, trt, t.gsims.filter(g => g.trt === k)
      .map(g => ({name: shortName(g.text), weight: g.weight, full: `${g.id}: ${g.text}`})));
    most = Math.max(most, box.height);
  });
  const width = 20 + 290 * wide - 50, height = y + most + 10;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("width", width);
  svg.setAttribute("height", height);
  svg.setAttribute("style", "max-width:none");
  new Figure(at, "tree", "").show(svg, () => ({
    columns: ["set", "type", "branch", "weight", "value"],
    rows: [...t.sets.flatMap(s => s.type === "dummy" ? [] : s.branches.map(b => [s.id, s.type,
      t.branches[b].id, t.branches[b].weight, t.branches[b].value])),
    ...t.gsims.map(g => [t.trts[g.trt], "ground-motion model", g.id, g.weight, g.text])]}),
  "Branch sets of the source-model tree from left to right, below them the ground-motion models of " +
    "each tectonic region type; bars are weights." +
    (t.sampled ? " The tree is sampled: its source-model branches are not drawn." : "") +
    (!t.sampled && t.nbranches && !t.sets.length ? ` ${t.nbranches} branches are too many.` : "") +
    (t.ngsims > t.gsims.length ? ` The first ${t.gsims.length} of ${t.ngsims} ground-motion models are ` +
      `here, also in the table: ${t.ngsims - t.gsims.length} are left out.` : "") +
    (drawn > SETS_MOST ? ` ${SETS_MOST} of ${drawn} sets are drawn.` : ""));
}
