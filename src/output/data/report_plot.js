/* Figures: SVG with axes, a table of the same numbers, and what copies and saves them. */
"use strict";

const SVG = "http://www.w3.org/2000/svg";

/* Eight colours that stay apart for all kinds of colour vision (Okabe and Ito 2008). */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f00",
  "#666666"];

function add(parent, tag, attributes, text) {
  const svg = parent.namespaceURI === SVG;
  const e = svg || tag === "svg" ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [key, value] of Object.entries(attributes || {}))
    if (value !== null && value !== undefined)
      e.setAttribute(key, value);
  if (text !== undefined)
    e.textContent = text;
  parent.appendChild(e);
  return e;
}

/* A number for people: four digits. */
function digits(x, n) {
  if (x === null || x === undefined || Number.isNaN(x))
    return "";
  if (x === 0)
    return "0";
  const size = Math.abs(x);
  if (size >= 1e-3 && size < 1e6)
    return String(Number(x.toPrecision(n || 4)));
  return x.toExponential((n || 4) - 1).replace(/\.?0+e/, "e");
}

/* Steps of an axis. */
function niceSteps(low, high, wanted) {
  const raw = (high - low) / wanted, ten = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find(k => k * ten >= raw) * ten, out = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++)
    out.push(Number((k * step).toPrecision(12)));
  return out;
}

function logSteps(low, high) {
  if (high < 10 * low)
    return niceSteps(low, high, 6);
  const out = [], from = Math.floor(Math.log10(low)), to = Math.ceil(Math.log10(high));
  const every = Math.max(1, Math.ceil((to - from) / 8));
  for (let e = from; e <= to; e++)
    for (const k of to - from <= 2 ? [1, 2, 5] : [1]) {
      const x = k * 10 ** e;
      if ((e - from) % every === 0 && x >= low * 0.999999 && x <= high * 1.000001)
        out.push(Number(x.toPrecision(3)));
    }
  return out;
}

/* Pixels that a text of a drawing is wide. */
function textWidth(text) {
  const canvas = textWidth.canvas = textWidth.canvas || document.createElement("canvas").getContext("2d");
  canvas.font = "12px system-ui,sans-serif";
  return canvas.measureText(text).width;
}

/* One axis: a range of numbers onto a range of the drawing. */
class Axis {
  constructor(low, high, log, from, to) {
    this.log = log;
    if (!(low < high)) {
      const middle = low || 1;
      low = log ? middle / 2 : low && middle - Math.abs(middle) / 2;
      high = log ? middle * 2 : middle + Math.abs(middle) / 2;
    }
    Object.assign(this, {low, high, from, to});
  }

  at(x) {
    const f = this.log ? Math.log(x / this.low) / Math.log(this.high / this.low)
      : (x - this.low) / (this.high - this.low);
    return this.from + f * (this.to - this.from);
  }

  steps(wanted) {
    return this.log ? logSteps(this.low, this.high) : niceSteps(this.low, this.high, wanted);
  }
}

function textOfStep(x, log) {
  if (x === 0)
    return "0";
  const e = Math.log10(Math.abs(x));
  return log && (e < -3.5 || e > 4.5) ? x.toExponential().replace("+", "") : digits(x, 6);
}

/* A drawing with two axes. spec: {x: {label, log, low, high}, y: {...}, series, marks, height}.
 * A series: {name, kind: "line" | "band" | "points" | "step", x, y, low, high, colour, dash,
 * width}. */
function plot(spec) {
  const width = 680, height = spec.height || 420;
  const left = spec.left || 78, right = 16, top = 14, bottom = 52;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("class", "plot");
  add(svg, "title", {}, spec.title);
  const range = (axis, of) => {
    const all = [];
    for (const s of spec.series)
      for (const list of of(s))
        for (const x of list || [])
          if (isFinite(x) && (!axis.log || x > 0))
            all.push(x);
    let low = axis.low, high = axis.high;
    if (low === undefined)
      low = all.reduce((a, b) => Math.min(a, b), Infinity);
    if (high === undefined)
      high = all.reduce((a, b) => Math.max(a, b), -Infinity);
    return isFinite(low) && isFinite(high) ? [low, high] : axis.log ? [0.1, 1] : [0, 1];
  };
  let [xl, xh] = range(spec.x, s => [s.x]);
  let [yl, yh] = range(spec.y, s => [s.y, s.low, s.high]);
  if (spec.y.log && spec.y.least)
    yl = Math.max(yl, spec.y.least);
  if (spec.y.log && spec.y.low === undefined)
    yl = 10 ** Math.floor(Math.log10(yl) + 1e-9);
  if (spec.y.log && spec.y.high === undefined)
    yh = 10 ** Math.ceil(Math.log10(yh) - 1e-9);
  const x = new Axis(xl, xh, spec.x.log, left, width - right);
  const y = new Axis(yl, yh, spec.y.log, height - bottom, top);
  drawAxes(svg, spec, x, y, {width, height, left, right, top, bottom});
  const clip = "c" + (plot.count = (plot.count || 0) + 1);
  const defs = add(svg, "defs");
  add(add(defs, "clipPath", {id: clip}), "rect",
    {x: left, y: top, width: width - left - right, height: height - top - bottom});
  const inside = add(svg, "g", {"clip-path": `url(#${clip})`});
  for (const s of spec.series)
    drawSeries(inside, s, x, y);
  for (const mark of spec.marks || [])
    drawMark(inside, mark, x, y, {left, right, top, bottom, width, height});
  drawLegend(svg, spec, {width, right, top, left, height, bottom}, x, y);
  return svg;
}

function drawAxes(svg, spec, x, y, box) {
  const g = add(svg, "g", {class: "axes"}), {width, height, left, right, top, bottom} = box;
  for (const v of x.steps(8)) {
    const at = x.at(v);
    add(g, "line", {x1: at, y1: top, x2: at, y2: height - bottom, class: "grid"});
    add(g, "text", {x: at, y: height - bottom + 18, "text-anchor": "middle"},
      textOfStep(v, x.log));
  }
  for (const v of y.steps(6)) {
    const at = y.at(v);
    add(g, "line", {x1: left, y1: at, x2: width - right, y2: at, class: "grid"});
    add(g, "text", {x: left - 7, y: at + 4, "text-anchor": "end"}, textOfStep(v, y.log));
  }
  add(g, "rect", {x: left, y: top, width: width - left - right, height: height - top - bottom,
    class: "frame"});
  add(g, "text", {x: (left + width - right) / 2, y: height - 10, "text-anchor": "middle",
    class: "label"}, spec.x.label);
  const middle = (top + height - bottom) / 2;
  add(g, "text", {x: 15, y: middle, transform: `rotate(-90 15 ${middle})`,
    "text-anchor": "middle", class: "label"}, spec.y.label);
}

/* Zero, which a logarithmic axis has not, is below its end: lines go down to there. */
const shownOn = (axis, v) => axis.log && !(v > 0) ? axis.low / 10 : v;

function pathOf(xs, ys, x, y, step) {
  let out = "", open = false;
  for (let i = 0; i < xs.length; i++) {
    const ok = isFinite(ys[i]) && (!x.log || xs[i] > 0);
    if (!ok) {
      open = false;
      continue;
    }
    const px = x.at(xs[i]).toFixed(2), py = y.at(shownOn(y, ys[i])).toFixed(2);
    out += open ? (step ? `V${py}H${px}` : `L${px} ${py}`) : `M${px} ${py}`;
    open = true;
  }
  return out;
}

function drawSeries(g, s, x, y) {
  const colour = s.colour || COLOURS[0];
  if (s.kind === "band") {
    const low = s.low.map(v => shownOn(y, v)), high = s.high.map(v => shownOn(y, v));
    const up = s.x.map((v, i) => `${x.at(v).toFixed(2)} ${y.at(high[i]).toFixed(2)}`);
    const down = s.x.map((v, i) => `${x.at(v).toFixed(2)} ${y.at(low[i]).toFixed(2)}`).reverse();
    add(g, "path", {d: `M${up.join("L")}L${down.join("L")}Z`, fill: colour,
      "fill-opacity": s.opacity || 0.16, stroke: "none"});
    return;
  }
  if (s.kind === "points") {
    s.x.forEach((v, i) => {
      if (isFinite(x.at(v)) && isFinite(y.at(s.y[i])))
        add(add(g, "circle", {cx: x.at(v).toFixed(2), cy: y.at(s.y[i]).toFixed(2), r: 3.4,
          fill: colour}), "title", {}, s.titles ? s.titles[i] : `${digits(v)}, ${digits(s.y[i])}`);
    });
    return;
  }
  add(g, "path", {d: pathOf(s.x, s.y, x, y, s.kind === "step"), fill: "none", stroke: colour,
    "stroke-width": s.width || 1.6, "stroke-dasharray": s.dash, "stroke-opacity": s.opacity,
    "stroke-linejoin": "round"});
}

/* A line across, where the axes have its place: {x or y, text}. */
function drawMark(g, mark, x, y, box) {
  if (mark.x !== undefined) {
    const at = x.at(mark.x);
    if (!(at >= box.left && at <= box.width - box.right))
      return;
    add(g, "line", {x1: at, y1: box.top, x2: at, y2: box.height - box.bottom, class: "mark",
      stroke: mark.colour});
    const after = at < box.width - box.right - 60;
    add(g, "text", {x: after ? at + 4 : at - 4, y: box.top + 12, class: "marked",
      "text-anchor": after ? "start" : "end"}, mark.text);
  } else {
    const at = y.at(mark.y);
    if (!(at >= box.top && at <= box.height - box.bottom))
      return;
    add(g, "line", {x1: box.left, y1: at, x2: box.width - box.right, y2: at, class: "mark"});
    add(g, "text", {x: box.left + 5, y: at - 4, class: "marked"}, mark.text);
  }
}

/* How much of the series lies in a rectangle: points count most, then steps along lines. */
function coveredBy(series, x, y, [x0, y0, w, h]) {
  let sum = 0;
  const inside = (px, py) => px > x0 - 5 && px < x0 + w + 5 && py > y0 - 5 && py < y0 + h + 5;
  for (const s of series)
    for (const list of [s.y, s.low, s.high])
      for (let i = 0; list && i < list.length; i++) {
        const at = k => [x.at(s.x[k]), y.at(shownOn(y, list[k]))], [px, py] = at(i);
        if (s.kind === "points") {
          sum += inside(px, py) ? 1000 : 0;
          continue;
        }
        const [qx, qy] = i + 1 < list.length ? at(i + 1) : [px, py];
        for (let k = 0; k < 8; k++)
          sum += inside(px + (qx - px) * k / 8, py + (qy - py) * k / 8) ? 1 : 0;
      }
  return sum;
}

/* In the corner where it hides least; where several are as free, at the lower left or the upper right first, as asked. */
function drawLegend(svg, spec, box, x, y) {
  const named = spec.series.filter(s => s.name);
  if (named.length < 2 && !spec.legend)
    return;
  const w = named.reduce((a, s) => Math.max(a, textWidth(s.name)), 0) + 42, h = named.length * 17 + 8;
  const sides = [box.left + 8, box.width - box.right - w - 8];
  const ends = [box.height - box.bottom - h - 8, box.top + 8 + ((spec.marks || []).some(m => m.x !== undefined) ? 14 : 0)];
  const corners = [[0, 0], [1, 1], [0, 1], [1, 0]].map(([a, b]) => [sides[a], ends[b], w, h]);
  if (spec.legend !== "left")
    corners.unshift(corners.splice(1, 1)[0]);
  const hidden = corners.map(c => coveredBy(spec.series, x, y, c));
  const [x0, y0] = corners[hidden.indexOf(Math.min(...hidden))];
  const g = add(svg, "g", {class: "legend"});
  add(g, "rect", {x: x0, y: y0, width: w, height: h, rx: 3, class: "behind"});
  named.forEach((s, i) => {
    const y = y0 + 16 + i * 17, colour = s.colour || COLOURS[0];
    if (s.kind === "band")
      add(g, "rect", {x: x0 + 7, y: y - 9, width: 18, height: 10, fill: colour,
        "fill-opacity": 0.3});
    else if (s.kind === "points")
      add(g, "circle", {cx: x0 + 16, cy: y - 4, r: 3.4, fill: colour});
    else
      add(g, "line", {x1: x0 + 7, x2: x0 + 25, y1: y - 4, y2: y - 4, stroke: colour,
        "stroke-width": s.width || 1.6, "stroke-dasharray": s.dash});
    add(g, "text", {x: x0 + 31, y}, s.name);
  });
}

/* ---- a figure: drawing, table, buttons ---- */

function save(name, type, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], {type}));
  link.download = name;
  document.body.appendChild(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

const quoted = x => {
  const text = x === null || x === undefined || Number.isNaN(x) ? "" : String(x);
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
};
const csvOf = t => [t.columns, ...t.rows].map(r => r.map(quoted).join(",")).join("\r\n") + "\r\n";

/* The drawing alone, with the colours that it has on a light page. */
function svgText(svg) {
  const copy = svg.cloneNode(true);
  const style = document.createElementNS(SVG, "style");
  style.textContent = "text{font:12px sans-serif;fill:#222}.label{font-size:13px}" +
    ".grid{stroke:#ddd;stroke-width:1}.frame{fill:none;stroke:#555}.mark{stroke:#555;" +
    "stroke-dasharray:4 3}.behind{fill:#fff;fill-opacity:.85}.sea{fill:#f4f8fb}" +
    ".land{fill:#eee}.coast{fill:none;stroke:#888;stroke-width:.7}.edge{fill:none;stroke:#999}" +
    ".node{fill:#fff;stroke:#555}.tick{stroke:#555}.top,.outline{stroke:#222;stroke-width:.5}" +
    ".outline{fill:none}.source{fill:none;stroke:#a33;stroke-opacity:.6}";
  copy.insertBefore(style, copy.firstChild);
  copy.setAttribute("xmlns", SVG);
  const box = svg.viewBox.baseVal;
  copy.setAttribute("width", box.width);
  copy.setAttribute("height", box.height);
  return new XMLSerializer().serializeToString(copy);
}

function fillTable(parent, table, most) {
  parent.textContent = "";
  const e = add(add(parent, "div", {class: "scroll", tabindex: "0"}), "table");
  const head = add(add(e, "thead"), "tr");
  table.columns.forEach((c, k) => add(head, "th",
    {scope: "col", class: table.rows.some(row => typeof row[k] === "number") ? "n" : "text"}, c));
  const body = add(e, "tbody");
  table.rows.slice(0, most || 2000).forEach(row => {
    const tr = add(body, "tr");
    row.forEach(x => typeof x === "number" ? add(tr, "td", {class: "n"}, digits(x, 7))
      : add(tr, "td", {}, x === null || x === undefined ? "" : x));
  });
  if (table.rows.length > (most || 2000))
    add(parent, "p", {class: "note"},
      `The first ${most || 2000} of ${table.rows.length} rows; CSV has all.`);
}

/* A figure in `parent`: {name, caption} and what show() is given later. */
class Figure {
  constructor(parent, name, caption) {
    this.name = name;
    this.element = add(parent, "figure", {id: "f-" + name});
    this.drawing = add(this.element, "div", {class: "drawing"});
    add(this.element, "p", {class: "sideways"}, "↔ The drawing is wider than the screen: it moves sideways.");
    this.caption = add(this.element, "figcaption", {}, caption);
    const bar = add(this.element, "div", {class: "bar"});
    this.copy = add(bar, "button", {type: "button"}, "Copy table");
    this.csv = add(bar, "button", {type: "button"}, "CSV");
    this.svg = add(bar, "button", {type: "button"}, "SVG");
    this.details = add(this.element, "details");
    add(this.details, "summary", {}, "Table");
    this.table = add(this.details, "div");
    this.copy.onclick = () => this.copyTable();
    this.csv.onclick = () => save(this.name + ".csv", "text/csv", csvOf(this.data()));
    this.svg.onclick = () => save(this.name + ".svg", "image/svg+xml", svgText(this.drawn));
    this.details.ontoggle = () => this.fill();
  }

  /* drawn: the svg; data: a function that makes {columns, rows}. */
  show(drawn, data, caption) {
    this.drawn = drawn;
    this.data = data;
    this.drawing.replaceChildren(drawn);
    if (caption !== undefined)
      this.caption.textContent = caption;
    if (this.details.open)
      this.fill();
  }

  fill() {
    if (this.details.open && this.data)
      fillTable(this.table, this.data());
  }

  copyTable() {
    const t = this.data(), text = [t.columns, ...t.rows].map(r => r.join("\t")).join("\n");
    const done = () => {
      this.copy.textContent = "Copied";
      setTimeout(() => { this.copy.textContent = "Copy table"; }, 1500);
    };
    const byHand = () => {
      const area = add(document.body, "textarea", {class: "hidden"});
      area.value = text;
      area.select();
      document.execCommand("copy");
      area.remove();
      done();
    };
    if (navigator.clipboard)
      navigator.clipboard.writeText(text).then(done, byHand);
    else
      byHand();
  }
}

/* A labelled list to choose from; calls back with the number chosen. */
function chooser(parent, label, names, chosen, changed) {
  const e = add(add(parent, "label", {}, label + " "), "select");
  names.forEach((name, i) => add(e, "option", {value: i}, name));
  e.value = chosen;
  e.onchange = () => changed(Number(e.value));
  return e;
}
