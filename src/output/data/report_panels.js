/* What was computed, curves, spectra, logic tree, time and memory, provenance. */
"use strict";

/* What the reader looks at: a shown site, a measure; who wants to know when that changes. */
const view = {site: 0, imt: 0, listeners: []};
function look(change) {
  Object.assign(view, change);
  view.listeners.forEach(f => f());
}
const onLook = f => { view.listeners.push(f); };
const section = id => document.getElementById(id);

function facts(parent, rows) {
  const table = add(add(parent, "div", {class: "facts"}), "table");
  const body = add(table, "tbody");
  for (const [name, value] of rows) {
    if (value === undefined || value === null || value === "")
      continue;
    const tr = add(body, "tr");
    add(tr, "th", {scope: "row"}, name);
    add(tr, "td", {}, value);
  }
}

/* Lists to choose site and measure; all of the page follow each other. */
function siteControls(parent, {sites = true, imts = true} = {}) {
  const bar = add(parent, "div", {class: "controls"});
  const site = sites ? chooser(bar, "Site", D.sites.shown.map(siteName), view.site,
    k => look({site: k})) : null;
  const imt = imts ? chooser(bar, "Measure", D.imts.map(withUnit), view.imt,
    k => look({imt: k})) : null;
  onLook(() => {
    if (site)
      site.value = view.site;
    if (imt)
      imt.value = view.imt;
  });
  return bar;
}

/* ---- what was computed ---- */

const WAYS = {
  factored: "exact, from independent parts of the tree",
  conditioned: "exact, from parts of the tree that are independent given shared choices",
  streamed: "exact, from all realizations one after another",
  bracketed: "quantiles between two bounds of known width",
};

function summary() {
  const at = section("summary"), run = D.run, t = D.tree;
  const title = run.description || "Hazard report";
  document.title = title;
  section("title").textContent = title;
  const count = t.sampled ? `${t.realizations} samples of the logic tree`
    : t.realizations === 1 ? "one realization"
    : `${Number(t.realizations).toLocaleString("en")} realizations`;
  section("lead").textContent = `Probabilistic seismic hazard at ${D.sites.n} ` +
    `site${D.sites.n === 1 ? "" : "s"}, ${D.imts.length} intensity ` +
    `measure${D.imts.length === 1 ? "" : "s"}, ${count}; ${run.engine_version || ""}, ` +
    `${(run.date || "").replace("T", " ")}.`;
  facts(at, [
    ["Measures", D.imts.map(withUnit).join(", ")],
    ["Levels", `${nlevels} of each measure`],
    ["Investigation time", yearsText],
    ["Statistics", D.stats.map(statName).join(", ") || "none"],
    ["Realizations", count],
    ["Profile", run.compat === "exact" ? "exact"
      : `${run.compat}: as OpenQuake computes, with its quirks`],
    ["Input files", `${D.ninputs}, listed with their digests below`],
  ]);
  const how = add(at, "details");
  add(how, "summary", {}, "How the statistics were taken");
  facts(how, [
    ["Statistics of", D.useRates ? "rates of exceedance" : "probabilities of exceedance"],
    ["Method", `${run.statistics_way}: ${WAYS[run.statistics_way] || ""}`],
    ["Quantiles", `by the definition "${run.quantile_definition}" (below, among the definitions)`],
    ["Components of the tree", `${t.components}, with ${t.rates} component rates`],
    ["Some levels checked against", {all: "every realization, added up one by one",
      drawn: "realizations, drawn and added up one by one"}[D.checks.realizations] || D.checks.realizations],
  ]);
  hazardTable(at);
  if (D.warnings === null)
    add(at, "p", {class: "note"}, "Warnings are in the log of the run: results.h5, of an earlier version, " +
      "does not hold them.");
  else if (D.warnings.length) {
    const n = D.warnings.length + D.warningsLeft;
    add(at, "h3", {}, n === 1 ? "One warning" : `${n} warnings`);
    D.warnings.slice(0, 5).forEach(w => add(at, "p", {class: "warning"}, w));
    if (D.warnings.length > 5) {
      const more = add(at, "details");
      add(more, "summary", {}, `${D.warnings.length - 5} more`);
      D.warnings.slice(5).forEach(w => add(more, "p", {class: "warning"}, w));
      if (D.warningsLeft)
        add(more, "p", {class: "note"}, `${D.warningsLeft} more are in the log of the run.`);
    }
  } else
    add(at, "p", {class: "note"}, "The run gave no warnings.");
}

/* A level as a text where it is none of the curve: below its first or beyond its last. */
function levelText(level, levels) {
  const last = levels[levels.length - 1];
  return level === 0 ? `<${digits(levels[0])}` : level >= last ? `>${digits(last)}` : Number(level.toPrecision(4));
}

/* Mean hazard at the sites where it is highest, at the probabilities of the job or at 475 and 2475 years. */
function hazardTable(at) {
  if (meanStat < 0 || !D.sites.shown.length)
    return;
  const poes = D.poes.length ? D.poes.slice(0, 3) : [475, 2475].map(t => -Math.expm1(-years / t));
  const imts = D.imts.slice(0, 3).map((_, i) => i);
  const of = D.sites.shown.map((site, i) => ({site, i,
    first: levelAt(storedCurve(i, meanStat, 0), D.levels[0], poes[0])}));
  const rows = of.sort((a, b) => b.first - a.first).slice(0, 10).map(({site, i}) => {
    const row = [siteName(site)];
    for (const m of imts) {
      const curve = storedCurve(i, meanStat, m);
      for (const p of poes)
        row.push(levelText(levelAt(curve, D.levels[m], p), D.levels[m]));
    }
    return row;
  });
  const columns = ["site (longitude, latitude)"];
  for (const m of imts)
    for (const p of poes)
      columns.push(`${withUnit(D.imts[m])}, ${Math.round(returnPeriod(p))} years`);
  add(at, "h3", {}, "Mean hazard by return period");
  fillTable(add(at, "div"), {columns, rows});
  const most = `The ${rows.length} sites with the highest ${D.imts[0]} at ${Math.round(returnPeriod(poes[0]))} years`;
  if (D.sites.n > rows.length)
    add(at, "p", {class: "note"}, D.sites.shown.length === D.sites.n
      ? `${most} of the ${D.sites.n} sites.`
      : `${most} of the ${D.sites.shown.length} sites whose curves are in this file; the run has ${D.sites.n}.`);
}

/* ---- curves ---- */

/* Lines and bands of the stored statistics. */
function fan(i, imt) {
  const x = D.levels[imt], out = [];
  for (let k = 0; k < quantileStats.length - 1 - k; k++) {
    const a = quantileStats[k], b = quantileStats[quantileStats.length - 1 - k];
    out.push({kind: "band", name: `${digits(100 * a.q)} to ${digits(100 * b.q)} %`, x,
      low: storedCurve(i, a.i, imt), high: storedCurve(i, b.i, imt), opacity: 0.16 + 0.08 * k});
  }
  quantileStats.forEach((s, k) => out.push({x, y: storedCurve(i, s.i, imt), width: 1,
    name: 2 * k + 1 === quantileStats.length ? statName(s.name) : undefined,
    dash: 2 * k + 1 === quantileStats.length ? "5 3" : null, opacity: 0.75}));
  ["min", "max"].forEach(name => {
    const s = D.stats.indexOf(name);
    if (s >= 0)
      out.push({name, x, y: storedCurve(i, s, imt), dash: "2 3", colour: COLOURS[7], width: 1.2});
  });
  if (meanStat >= 0)
    out.push({name: "mean", x, y: storedCurve(i, meanStat, imt), colour: COLOURS[1], width: 2.4});
  return out;
}

const drawnRealizations = []; // states of the choices of each

/* A realization drawn by its weight. */
function drawState(random) {
  return givenWeights(view.imt).map(w => {
    let left = random() * w.reduce((a, b) => a + b, 0), k = 0;
    while (k < w.length - 1 && left >= w[k])
      left -= w[k++];
    return k;
  });
}

/* Marsaglia's xorshift: the same realizations each time. */
function randomFrom(seed) {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 4294967296;
  };
}
const random = randomFrom(2463534242);

function nameOfState(state) {
  return state.map((k, c) => tree.structure.choices[c].states[k].replace(/\n/g, " ")).join(" / ");
}

function singleControls(parent, redraw) {
  const bar = add(parent, "div", {class: "controls"});
  const more = add(bar, "button", {type: "button"}, "Draw 10 realizations");
  const none = add(bar, "button", {type: "button"}, "Without them");
  const note = add(parent, "p", {class: "note"});
  more.onclick = () => {
    for (let i = 0; i < 10 && drawnRealizations.length < 200; i++)
      drawnRealizations.push(drawState(random));
    redraw();
  };
  none.onclick = () => {
    drawnRealizations.length = 0;
    redraw();
  };
  return () => {
    const why = whyFixed(view.site, view.imt);
    more.disabled = why !== "";
    note.textContent = why ? why.replace("Weights cannot be moved",
      "Single realizations cannot be drawn") : drawnRealizations.length
      ? `${drawnRealizations.length} realizations, drawn by their weights.` : "";
  };
}

function curvesPanel() {
  const at = section("curves");
  if (!D.sites.shown.length) {
    add(at, "p", {}, "There are too many levels for a page.");
    return;
  }
  if (!nstats) {
    add(at, "p", {}, "The job asked for no statistics; kauri stats takes them.");
    for (let i = 0; i < 10 && !whyFixed(0, 0); i++)
      drawnRealizations.push(drawState(random));
  }
  siteControls(at);
  const paper = add(at, "p", {class: "paper"});
  const figure = new Figure(at, "curves", "");
  const check = singleControls(at, redraw);
  function redraw() {
    const {site, imt} = view, x = D.levels[imt], why = whyFixed(site, imt);
    const series = fan(site, imt), singles = [];
    if (!why)
      drawnRealizations.forEach(state => {
        const y = curvesOf(site, imt).realization(state);
        if (y)
          singles.push({name: nameOfState(state), y});
      });
    singles.forEach((s, k) => series.unshift({x, y: s.y, width: 0.8, colour: COLOURS[2],
      opacity: 0.7, name: k === 0 ? "single realizations" : undefined}));
    figure.show(plot({title: `Hazard curves, ${D.imts[imt]}`,
      x: {label: withUnit(D.imts[imt]), log: true}, legend: "left",
      y: {label: poeLabel, log: true, high: 1, least: 1e-8}, series,
      marks: D.poes.slice(0, 4).map(p => ({y: p, text: `${digits(100 * p)} %`}))}),
    () => ({columns: [withUnit(D.imts[imt]), ...D.stats, ...singles.map(s => s.name)],
      rows: x.map((v, l) => [v, ...D.stats.map((_, s) => storedCurve(site, s, imt)[l]),
        ...singles.map(s => s.y[l])])}),
    `${D.imts[imt]} at ${siteName(D.sites.shown[site])}: ${poeLabel}.`);
    paper.textContent = D.sites.shown.length * nimts > 1
      ? `On paper are ${D.imts[imt]}, of ${nimts} measure${nimts > 1 ? "s" : ""}, and the site ` +
        `${siteName(D.sites.shown[site])}, of ${D.sites.n}; report.html, from which this was printed, shows the others.` : "";
    check();
  }
  onLook(redraw);
  redraw();
  if (D.sites.shown.length < D.sites.n)
    add(at, "p", {class: "note"}, `Thinned: curves of ${D.sites.shown.length} of the ` +
      `${D.sites.n} sites are in this file, evenly along their list, so that its size stays ` +
      "bounded. kauri export writes those of all.");
}

/* ---- spectra ---- */

/* A line of a statistic, as in the hazard curves. */
function spectrumLine(name, x, y) {
  if (name === "mean")
    return {name, x, y, colour: COLOURS[1], width: 2.4};
  if (name === "min" || name === "max")
    return {name, x, y, dash: "2 3", colour: COLOURS[7], width: 1.2};
  const median = name === "quantile-0.5";
  return {x, y, width: 1, opacity: 0.75, name: median ? statName(name) : undefined, dash: median ? "5 3" : null};
}

function spectraPanel() {
  const at = section("spectra");
  const of = D.imts.map((name, i) => ({name, i, period: periodOf(name)}))
    .filter(m => m.period !== null).sort((a, b) => a.period - b.period);
  const spread = stat => ["std", "cov"].includes(D.stats[stat]);
  const stats = D.stats.map((_, s) => s).filter(s => !spread(s));
  if (of.filter(m => m.period > 0).length < 2 || !stats.length || !D.sites.shown.length) {
    add(at, "p", {}, of.filter(m => m.period > 0).length < 2 ? "A spectrum needs SA at two periods or more."
      : "There is no mean, quantile, minimum or maximum to draw spectra of.");
    return;
  }
  const poes = D.poes.length ? D.poes : [475, 2475].map(t => -Math.expm1(-years / t));
  let poe = 0;
  const bar = siteControls(at, {imts: false});
  chooser(bar, "Probability", poes.map(poeText), 0, k => { poe = k; redraw(); });
  const figure = new Figure(at, "spectrum", "");
  const value = (stat, m) => D.poes.length && stat < mapStats
    ? mapValue(D.sites.shown[view.site], stat, m, poe)
    : levelAt(storedCurve(view.site, stat, m), D.levels[m], poes[poe]);
  function redraw() {
    const x = of.map(m => m.period);
    const lines = stats.map(s => ({s, y: of.map(m => value(s, m.i))})), series = [];
    const line = s => lines.find(l => l.s === s).y;
    if (quantileStats.length > 1) {
      const a = quantileStats[0], b = quantileStats[quantileStats.length - 1];
      series.push({kind: "band", name: `${digits(100 * a.q)} to ${digits(100 * b.q)} %`, x,
        low: line(a.i), high: line(b.i)});
    }
    for (const l of lines)
      series.push(spectrumLine(D.stats[l.s], x, l.y));
    series.push({kind: "points", x, y: lines[meanStat >= 0 ? stats.indexOf(meanStat) : 0].y,
      colour: COLOURS[1]});
    figure.show(plot({title: "Uniform hazard spectrum", series,
      x: {label: "period (s); PGA at 0", low: 0}, y: {label: "spectral acceleration (g)", low: 0}}),
    () => ({columns: ["period (s)", ...lines.map(l => D.stats[l.s] + " (g)")],
      rows: of.map((m, k) => [m.period, ...lines.map(l => l.y[k])])}),
    `${poeText(poes[poe])} at ${siteName(D.sites.shown[view.site])}. Levels are interpolated in ` +
      "logarithms; 0 is below the first level.");
  }
  onLook(redraw);
  redraw();
}

/* ---- time and memory ---- */

function performancePanel() {
  const at = section("performance"), p = D.performance;
  if (!p) {
    add(at, "p", {}, "results.h5 has no record of it.");
    return;
  }
  facts(at, [
    ["Wall time", `${digits(p.all_wall)} s, with ${p.all_threads} threads`],
    ["Processor time", `${digits(p.all_cpu)} s`],
    ["Accounted memory", `${digits(p.all_accounted_peak / 1e6)} MB at the peak`],
    ["Resident memory", `${digits(p.all_resident_peak / 1e6)} MB at the peak`],
  ]);
  const figure = new Figure(at, "phases", "Wall time of the phases until results.h5 was closed.");
  const n = p.phase.length, height = 30 + 22 * n, svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 680 ${height}`);
  svg.setAttribute("class", "plot");
  svg.setAttribute("role", "img");
  add(svg, "title", {}, "Wall time by phase");
  const most = p.wall.reduce((a, b) => Math.max(a, b), 1e-9);
  const x = new Axis(0, most, false, 190, 580);
  p.phase.forEach((name, i) => {
    const y = 8 + 22 * i;
    add(svg, "text", {x: 182, y: y + 12, "text-anchor": "end"}, name);
    add(svg, "rect", {x: 190, y, width: Math.max(0.5, x.at(p.wall[i]) - 190), height: 16,
      fill: COLOURS[0]});
    add(svg, "text", {x: Math.max(x.at(p.wall[i]), 190) + 6, y: y + 12},
      `${digits(p.wall[i], 3)} s`);
  });
  add(svg, "text", {x: 190, y: height - 6, class: "label"}, "wall time (s)");
  figure.show(svg, () => ({
    columns: ["phase", "wall (s)", "processor (s)", "times entered",
      "accounted at the peak (MB)", "resident at its end (MB)"],
    rows: p.phase.map((name, i) => [name, p.wall[i], p.cpu[i], p.times[i],
      p.accounted_peak[i] / 1e6, p.resident[i] / 1e6]),
  }));
  const flame = document.getElementById("b-flame");
  const leftOut = flame ? Number(flame.dataset.leftOut) : 0;
  if (leftOut)
    add(at, "p", {class: "note"}, `The flame graph of memory has ${digits(leftOut / 1e6)} MB and is ` +
      "left out; kauri run --memory-report writes it into a file of its own.");
  else if (flame) {
    const held = add(at, "details", {class: "flame"});
    add(held, "summary", {}, "Who held memory at the peak");
    add(add(held, "div", {class: "drawing"}), "img", {alt: "flame graph of accounted memory at " +
      "its peak: phase, account, function, line", width: "100%",
    src: "data:image/svg+xml;base64," + flame.textContent.trim()});
  } else
    add(at, "p", {class: "note"}, "kauri run --memory-report keeps the flame graph of memory.");
}

/* ---- provenance ---- */

function provenancePanel() {
  const at = section("provenance"), run = D.run;
  const list = (title, columns, rows, open) => {
    const details = add(at, "details", open ? {open: ""} : {});
    add(details, "summary", {}, `${title} (${rows.length})`);
    const div = add(details, "div");
    const fill = () => {
      if (details.open && !div.firstChild)
        fillTable(div, {columns, rows});
    };
    details.ontoggle = fill;
    fill();
  };
  facts(at, [["Computed by", run.engine_version], ["Instruction set", run.isa],
    ["Begun", (run.date || "").replace("T", " ")], ["Digest of inputs", run.inputs_sha256],
    ["Digest of options", run.options_sha256], ["Numbers", run.number_format],
    ["This page written by", D.writtenBy]]);
  list("Input files", ["what", "path", "bytes", "SHA-256"], D.inputs);
  if (D.inputs.length < D.ninputs)
    add(at, "p", {class: "note"}, `The first ${D.inputs.length} of ${D.ninputs} files.`);
  list("Parameters as given", ["parameter", "value"], D.job);
  list("Options in force", ["option", "value"], D.options);
  list("Definitions", ["word", "what it is here"], Object.entries(D.definitions));
}
