/* Bars on a plane, seen from one of its four corners, and bars side by side. */
"use strict";

/* What a step along the whole of the floor's two edges is in the drawing, and the height of the walls. */
const ROOM = {x: 270, y: 430, across: [330, -112], inward: [-190, -130], rise: 180};

/* Corners to look from: how a place (a, b) of the floor, each from 0 to 1, lies across and inward. */
const CORNERS = [(a, b) => [a, b], (a, b) => [b, 1 - a], (a, b) => [1 - a, 1 - b],
  (a, b) => [1 - b, a]];

const shaded = (colour, by) => {
  const parts = /^#/.test(colour) ? [1, 3, 5].map(k => parseInt(colour.slice(k, k + 2), 16))
    : colour.match(/\d+/g).map(Number);
  return `rgb(${parts.map(x => Math.round(by < 1 ? x * by : x + (255 - x) * (by - 1))).join(",")})`;
};

/* spec: {title, corner, a and b: {label, edges} of the floor, z: {label}, bars: [{i, j, parts:
 * [{share, colour}], text}], key: {label, edges, colours}, told(text)}. Bars stand in the bins i of a and j
 * of b. One of them can be reached with the tabulator, the others from there with arrows. */
function standingBars(spec) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 680 460");
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-label", spec.title + ". Arrow keys go from bar to bar.");
  svg.setAttribute("class", "plot");
  add(svg, "title", {}, spec.title);
  const highest = spec.bars.reduce((most, bar) =>
    Math.max(most, bar.parts.reduce((sum, part) => sum + part.share, 0)), 0);
  const steps = niceSteps(0, highest || 1, 5), step = steps[1] - steps[0];
  const room = {spec, svg, step, top: Math.ceil(highest / step - 1e-9) * step || 1};
  const span = edges => x => (x - edges[0]) / (edges[edges.length - 1] - edges[0]);
  room.a = span(spec.a.edges);
  room.b = span(spec.b.edges);
  room.at = (a, b, z) => {
    const [u, v] = CORNERS[spec.corner](a, b);
    return [ROOM.x + ROOM.across[0] * u + ROOM.inward[0] * v,
      ROOM.y + ROOM.across[1] * u + ROOM.inward[1] * v - ROOM.rise * z / room.top];
  };
  drawRoom(room);
  drawFloorAxes(room);
  drawStanding(room);
  if (spec.key)
    drawKey(svg, spec.key);
  return svg;
}

const through = points => points.map((p, k) =>
  `${k ? "L" : "M"}${p[0].toFixed(2)} ${p[1].toFixed(2)}`).join("");

/* The corners of the floor as (a, b): the nearest one, then around. */
function floorCorners(corner) {
  const all = [[0, 0], [1, 0], [1, 1], [0, 1]];
  const named = all.map(ab => ({ab, uv: CORNERS[corner](...ab)}));
  return all.map(uv => named.find(x => x.uv[0] === uv[0] && x.uv[1] === uv[1]).ab);
}

function drawRoom({spec, svg, at, a, b, step, top}) {
  const [, right, far, left] = floorCorners(spec.corner), g = add(svg, "g", {class: "axes"});
  for (let z = 0; z <= top * (1 + 1e-9); z += step) {
    add(g, "path", {d: through([left, far, right].map(c => at(...c, z))), class: "grid", fill: "none"});
    const [x, y] = at(...left, z);
    add(g, "text", {x: x - 8, y: y + 4, "text-anchor": "end"}, digits(Number(z.toPrecision(6))));
  }
  for (const [place, along, edges] of [[a, 0, spec.a.edges], [b, 1, spec.b.edges]])
    for (const x of niceSteps(edges[0], edges[edges.length - 1], 7)) {
      const line = [0, 1].map(s => along ? [s, place(x)] : [place(x), s]);
      const back = line.find(c => CORNERS[spec.corner](...c).includes(1) &&
        CORNERS[spec.corner](...c)[CORNERS[spec.corner](...line[0])[0] ===
          CORNERS[spec.corner](...line[1])[0] ? 1 : 0] === 1);
      const front = line.find(c => c !== back);
      add(g, "path", {d: through([at(...front, 0), at(...back, 0), at(...back, top)]),
        class: "grid", fill: "none"});
    }
  add(g, "path", {d: through([at(...far, top), at(...far, 0)]), class: "grid"});
  add(g, "path", {d: through([at(...left, top), at(...left, 0), at(...floorCorners(spec.corner)[0], 0),
    at(...right, 0), at(...right, top)]), class: "frame"});
  const [x, y] = at(...left, top / 2);
  add(g, "text", {x: x - 46, y, transform: `rotate(-90 ${(x - 46).toFixed(1)} ${y.toFixed(1)})`,
    "text-anchor": "middle", class: "label"}, spec.z.label);
}

/* Numbers along the two edges in front. */
function drawFloorAxes({spec, svg, at, a, b}) {
  const g = add(svg, "g", {class: "axes"});
  for (const [place, along, axis] of [[a, 0, spec.a], [b, 1, spec.b]]) {
    const across = CORNERS[spec.corner](...(along ? [0, 1] : [1, 0]))[0] !==
      CORNERS[spec.corner](0, 0)[0];
    const other = [0, 1].find(s =>
      CORNERS[spec.corner](...(along ? [s, 0.5] : [0.5, s]))[across ? 1 : 0] === 0);
    const put = x => at(...(along ? [other, place(x)] : [place(x), other]), 0);
    for (const x of niceSteps(axis.edges[0], axis.edges[axis.edges.length - 1], across ? 7 : 5)) {
      const [px, py] = put(x), dx = across ? 3 : -3;
      add(g, "line", {x1: px, y1: py, x2: px + dx, y2: py + 5, class: "tick"});
      add(g, "text", {x: px + 2 * dx, y: py + 17, "text-anchor": across ? "start" : "end"},
        digits(x, 6));
    }
    const [px, py] = put((axis.edges[0] + axis.edges[axis.edges.length - 1]) / 2);
    add(g, "text", {x: px + (across ? 20 : -16), y: py + 42, "text-anchor": across ? "start" : "end",
      class: "label"}, axis.label);
  }
}

/* The far ones first; of each the two sides that are seen and the top. */
function drawStanding(room) {
  const {spec, svg, at, a, b} = room, g = add(svg, "g", {class: "bars"});
  const free = 0.14, drawn = [];
  const feet = spec.bars.map(bar => {
    const [a0, a1] = [a(spec.a.edges[bar.i]), a(spec.a.edges[bar.i + 1])];
    const [b0, b1] = [b(spec.b.edges[bar.j]), b(spec.b.edges[bar.j + 1])];
    const low = [a0 + free * (a1 - a0), b0 + free * (b1 - b0)];
    const high = [a1 - free * (a1 - a0), b1 - free * (b1 - b0)];
    const corners = [[low[0], low[1]], [high[0], low[1]], [high[0], high[1]], [low[0], high[1]]];
    const seen = corners.map(c => ({c, uv: CORNERS[spec.corner](...c)}));
    const near = seen.reduce((x, y) => x.uv[0] + x.uv[1] < y.uv[0] + y.uv[1] ? x : y);
    return {bar, seen, near};
  });
  feet.sort((x, y) => y.near.uv[1] - x.near.uv[1] || y.near.uv[0] - x.near.uv[0]);
  for (const {bar, seen, near} of feet) {
    const other = k => seen.find(s => s !== near && Math.abs(s.uv[k] - near.uv[k]) < 1e-12).c;
    const right = other(1), left = other(0);
    const far = seen.find(s => ![near.c, right, left].includes(s.c)).c;
    const e = add(g, "g", {class: "standing", tabindex: "-1", role: "img", "aria-label": bar.text});
    let z = 0, colour = "#888888";
    for (const part of bar.parts) {
      const up = z + part.share;
      colour = part.colour;
      const side = c => through([at(...near.c, z), at(...c, z), at(...c, up), at(...near.c, up)]) + "Z";
      add(e, "path", {d: side(right), fill: colour});
      add(e, "path", {d: side(left), fill: shaded(colour, 0.75)});
      z = up;
    }
    add(e, "path", {d: through([near.c, right, far, left].map(c => at(...c, z))) + "Z",
      fill: shaded(colour, 1.15), class: "top"});
    add(e, "path", {d: through([at(...left, z), at(...left, 0), at(...near.c, 0), at(...right, 0),
      at(...right, z)]), class: "outline"});
    add(e, "title", {}, bar.text);
    drawn.push({e, bar, uv: near.uv});
  }
  walkBars(room, drawn);
}

/* The next bar in the direction of an arrow: up and down go inward and back. */
function nextBar(drawn, from, key) {
  const k = key === "ArrowUp" || key === "ArrowDown" ? 1 : 0;
  const way = key === "ArrowUp" || key === "ArrowRight" ? 1 : -1;
  const ahead = drawn.filter(x => way * (x.uv[k] - from.uv[k]) > 1e-9);
  return ahead.reduce((best, x) => {
    const far = y => 4 * Math.abs(y.uv[1 - k] - from.uv[1 - k]) + Math.abs(y.uv[k] - from.uv[k]);
    return !best || far(x) < far(best) ? x : best;
  }, null);
}

function walkBars({spec}, drawn) {
  let at = drawn.reduce((x, y) => !x || y.bar.share > x.bar.share ? y : x, null);
  if (!at)
    return;
  const reach = x => {
    at.e.setAttribute("tabindex", "-1");
    at = x;
    at.e.setAttribute("tabindex", "0");
  };
  reach(at);
  for (const x of drawn) {
    x.e.onfocus = () => {
      reach(x);
      spec.told(x.bar.text);
    };
    x.e.onmouseenter = () => spec.told(x.bar.text);
    x.e.onclick = () => x.e.focus();
    x.e.onkeydown = event => {
      if (!/^Arrow/.test(event.key))
        return;
      event.preventDefault();
      const to = nextBar(drawn, x, event.key);
      if (to)
        to.e.focus();
    };
  }
}

/* Colours one on another with the edges of what they stand for. */
function drawKey(svg, key) {
  const n = key.colours.length, height = Math.min(20, 220 / n), top = 60, bottom = top + n * height;
  const g = add(svg, "g", {class: "legend"});
  add(g, "text", {x: 640, y: top - 14, "text-anchor": "middle", class: "label"}, key.label);
  key.colours.forEach((fill, k) => add(g, "rect", {x: 622, y: bottom - (k + 1) * height, width: 18,
    height: height + 0.3, fill}));
  add(g, "rect", {x: 622, y: top, width: 18, height: n * height, class: "frame"});
  let last = Infinity;
  key.edges.forEach((x, k) => {
    const y = bottom - k * height;
    if (last - y < 13)
      return;
    last = y;
    add(g, "text", {x: 645, y: y + 4}, digits(x, 3));
  });
}

/* rows: [{name, share, text}]; bars from 0 to 100 percent or the largest. */
function lyingBars(title, label, rows) {
  const svg = document.createElementNS(SVG, "svg"), height = 46 + 24 * rows.length, left = 230;
  svg.setAttribute("viewBox", `0 0 680 ${height}`);
  svg.setAttribute("class", "plot");
  svg.setAttribute("role", "img");
  add(svg, "title", {}, title);
  const most = rows.reduce((x, r) => Math.max(x, r.share), 1e-9);
  const x = new Axis(0, most, false, left, 600);
  rows.forEach((r, i) => {
    const y = 8 + 24 * i, cut = r.name.length > 33 ? r.name.slice(0, 32) + "…" : r.name;
    add(svg, "text", {x: left - 8, y: y + 13, "text-anchor": "end"}, cut);
    const bar = add(svg, "rect", {x: left, y, width: Math.max(0.5, x.at(r.share) - left), height: 17,
      fill: COLOURS[0], class: "lying"});
    add(bar, "title", {}, `${r.name}: ${digits(r.share)} %`);
    add(svg, "text", {x: Math.max(x.at(r.share), left) + 6, y: y + 13}, `${digits(r.share, 3)} %`);
  });
  add(svg, "text", {x: left, y: height - 8, class: "label"}, label);
  return svg;
}
