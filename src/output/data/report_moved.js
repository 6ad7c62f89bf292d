/* Weights that the reader moves: mean and quantiles of all realizations follow, and what each
 * branch does to them. */
"use strict";

const moved = new Map(); // choice: its weights, which sum to 1
const SLIDERS_MOST = 120;

/* A branch of one of the tied sets gets the weight w. */
function moveBranch(choice, parts, set, branch, w) {
  const all = movedBranches.get(choice) || parts.sets.map(s => s.weights);
  const next = all.map((old, k) => k === set ? shifted(old, branch, w) : old);
  movedBranches.set(choice, next);
  const states = parts.of(next), sum = states.reduce((a, b) => a + b, 0);
  moved.set(choice, Float64Array.from(states, x => sum > 0 ? x / sum : 0));
}

const currentWeights = imt => givenWeights(imt).map((w, c) => moved.get(c) || w);

/* A branch gets the weight w; the others of its set shrink or grow in proportion. */
function moveWeight(imt, choice, state, w) {
  moved.set(choice, shifted(currentWeights(imt)[choice], state, w));
}

function shifted(old, at, w) {
  const others = old.reduce((a, b) => a + b, 0) - old[at];
  return old.length === 1 ? old.map(() => 1) : old.map((v, k) => k === at ? w
    : others > 1e-12 ? v * (1 - w) / others : (1 - w) / (old.length - 1));
}

const askedQuantiles = () => quantileStats.length ? quantileStats.map(s => s.q)
  : [0.05, 0.16, 0.5, 0.84, 0.95];

/* Mean and quantiles with the weights as they are now. */
function computeMoved(site, imt, weights) {
  const curves = curvesOf(site, imt), q = askedQuantiles();
  return {q, mean: curves.mean(weights),
    quantiles: tree.quantiles ? curves.quantiles(weights, q) : []};
}

/* ---- branches ---- */

/* Of a choice of several branch sets that are tied to each other: the sets whose weights count, each
 * with its branches, and of each state the branches that it takes. Null where the weights of its
 * states are not the products of those of branches (then the states are moved themselves). */
function branchesOf(choice) {
  const t = D.tree, ids = choice.name.split(" ");
  if (choice.model || ids.length < 2)
    return null;
  const sets = t.sets.filter(s => ids.includes(s.id) && s.movesWith === undefined)
    .map(s => ({id: s.id, names: s.branches.map(b => t.branches[b].id),
      weights: s.branches.map(b => t.branches[b].weight)}));
  const taken = choice.states.map(state => {
    const words = state.split("~");
    return sets.map(s => s.names.findIndex(n => words.includes(n)));
  });
  const of = w => taken.map(take => take.reduce((a, b, k) => b < 0 ? a : a * w[k][b], 1));
  const products = of(sets.map(s => s.weights)), given = choice.weights[0];
  const fits = products.every((p, i) => Math.abs(p - given[i]) <= 1e-9 * Math.abs(given[i]));
  return sets.length && fits ? {sets, of} : null;
}

const movedBranches = new Map(); // choice: weights of the branches of its sets

/* ---- sliders ---- */

const shortName = text => text.replace(/^\[|\]/g, "").replace(/\n/g, ", ");

function sliderSets(parent, choice, number, changed) {
  const parts = branchesOf(choice);
  if (!parts)
    return [sliderSet(parent, choice.name + (choice.model ? " (ground-motion models)" : ""),
      choice.states, () => currentWeights(view.imt)[number],
      (k, w) => moveWeight(view.imt, number, k, w), changed)];
  return parts.sets.filter(s => s.names.length > 1).map(s => {
    const at = parts.sets.indexOf(s);
    return sliderSet(parent, s.id, s.names,
      () => (movedBranches.get(number) || parts.sets.map(x => x.weights))[at],
      (k, w) => moveBranch(number, parts, at, k, w), changed);
  });
}

function sliderSet(parent, title, names, weights, move, changed) {
  const set = add(parent, "fieldset");
  add(set, "legend", {}, title);
  const rows = names.slice(0, SLIDERS_MOST).map((name, k) => {
    const label = add(set, "label", {class: shortName(name).length > 14 ? "slider long" : "slider",
      title: name});
    add(label, "span", {}, shortName(name));
    const input = add(label, "input", {type: "range", min: 0, max: 1, step: 0.001});
    const out = add(label, "output");
    input.oninput = () => {
      move(k, Number(input.value));
      changed();
    };
    return {input, out};
  });
  if (names.length > SLIDERS_MOST)
    add(set, "p", {class: "note"}, `The first ${SLIDERS_MOST} of ${names.length}.`);
  return () => {
    const w = weights();
    rows.forEach((r, k) => {
      r.input.value = w[k];
      r.out.textContent = w[k].toFixed(4);
    });
  };
}

function weightsPanel() {
  const at = section("weights");
  if (!tree || !tree.means) {
    add(at, "p", {}, whyFixed(0, 0));
    return;
  }
  if (D.tree.sampled || tree.structure.choices.every(c => c.states.length < 2)) {
    add(at, "p", {}, D.tree.sampled ? "The tree is sampled: its samples are no choice of branches."
      : "The logic tree has no alternatives.");
    return;
  }
  add(at, "p", {}, "Move the weight of a branch: the others of its set follow in proportion, and " +
    `mean and quantiles of all ${Number(D.tree.realizations).toLocaleString("en")} realizations ` +
    "are computed again from the component rates in this file, exactly as kauri stats does" +
    (tree.quantiles ? "." : " - the mean only: the parts of this tree have too many combinations " +
      "to be sorted in a page."));
  const bar = siteControls(at);
  const reset = add(bar, "button", {type: "button"}, "Weights of the run");
  const note = add(at, "p", {class: "note"});
  const figure = new Figure(at, "moved", "");
  const sets = add(at, "div", {class: "sets"}), fills = [];
  const idle = () => at.classList.toggle("idle", moved.size === 0); // on paper it is left out
  idle();
  let waiting = false;
  const changed = () => {
    fills.forEach(f => f());
    idle();
    if (!waiting)
      requestAnimationFrame(() => {
        waiting = false;
        redraw();
        view.listeners.forEach(f => f.weights && f());
      });
    waiting = true;
  };
  tree.structure.choices.forEach((c, k) => {
    if (c.states.length > 1)
      fills.push(...sliderSets(sets, c, k, changed));
  });
  reset.onclick = () => {
    moved.clear();
    movedBranches.clear();
    changed();
  };
  function redraw() {
    const why = whyFixed(view.site, view.imt);
    note.textContent = why;
    figure.element.hidden = why !== "";
    if (!why)
      drawMoved(figure);
  }
  onLook(() => {
    fills.forEach(f => f());
    redraw();
  });
  fills.forEach(f => f());
  redraw();
}

function drawMoved(figure) {
  const {site, imt} = view, x = D.levels[imt], now = computeMoved(site, imt, currentWeights(imt));
  const series = [], n = now.quantiles.length;
  if (n > 1)
    series.push({kind: "band", name: `${digits(100 * now.q[0])} to ${digits(100 * now.q[n - 1])} %`,
      x, low: now.quantiles[0], high: now.quantiles[n - 1]});
  now.quantiles.forEach((y, k) => series.push({x, y, width: 1.2, opacity: 0.8,
    name: now.q[k] === 0.5 ? "median" : undefined, dash: now.q[k] === 0.5 ? "5 3" : null}));
  if (meanStat >= 0)
    series.push({name: "mean of the run", x, y: storedCurve(site, meanStat, imt),
      colour: COLOURS[7], width: 1.2, dash: "2 3"});
  series.push({name: "mean", x, y: now.mean, colour: COLOURS[1], width: 2.4});
  figure.show(plot({title: "Hazard curves with other weights", legend: "left", series,
    x: {label: withUnit(D.imts[imt]), log: true},
    y: {label: poeLabel, log: true, high: 1, least: 1e-8}}),
  () => ({columns: [withUnit(D.imts[imt]), "mean", ...now.q.map(q => "quantile-" + q)],
    rows: x.map((v, l) => [v, now.mean[l], ...now.quantiles.map(y => y[l])])}),
  `${D.imts[imt]} at ${siteName(D.sites.shown[site])}, with ` +
    (moved.size ? "the weights below." : "the weights of the run."));
}

/* ---- where the uncertainty comes from ---- */

/* The mean at a level given each branch of each choice. */
function conditionalMeans(curves, l, weights) {
  const level = curves.levels[l];
  return tree.structure.choices.map((c, k) => c.states.map((_, s) => {
    const given = weights.slice();
    given[k] = Float64Array.from(c.states, (__, i) => i === s ? 1 : 0);
    return curves.meanAt(level, given, tree.blockWeights(given));
  }));
}

function uncertaintyPanel() {
  const at = section("uncertainty");
  const none = !tree || !tree.means ? whyFixed(0, 0)
    : D.tree.sampled ? "The tree is sampled: its samples are no choice of branches."
    : tree.structure.choices.every(c => c.states.length < 2) ? "The logic tree has no alternatives."
    : "";
  if (none) {
    add(at, "p", {}, none);
    return;
  }
  add(at, "p", {}, "What each branch does to the mean at one level, the weights being those " +
    "above: the mean of the realizations that take it. The widest set is the one that matters " +
    "most.");
  const bar = siteControls(at);
  const levels = add(add(bar, "label", {}, "Level "), "select");
  const note = add(at, "p", {class: "note"});
  const tornado = new Figure(at, "tornado", ""), spread = new Figure(at, "distribution", "");
  let level = -1, filled = -1;
  const fill = () => {
    if (filled === view.imt)
      return;
    filled = view.imt;
    levels.replaceChildren();
    D.levels[view.imt].forEach((v, l) => add(levels, "option", {value: l},
      `${digits(v)} ${unitOf(D.imts[view.imt])}`));
    level = nearestLevel(view.site, view.imt);
    levels.value = level;
  };
  levels.onchange = () => {
    level = Number(levels.value);
    redraw();
  };
  function redraw() {
    fill();
    const why = whyFixed(view.site, view.imt);
    note.textContent = why;
    tornado.element.hidden = spread.element.hidden = why !== "";
    if (why)
      return;
    const weights = currentWeights(view.imt), curves = curvesOf(view.site, view.imt);
    const rows = conditionalMeans(curves, level, weights).map((means, c) => ({c, means,
      low: Math.min(...means), high: Math.max(...means)}))
      .filter(r => r.means.length > 1).sort((a, b) => b.high - b.low - (a.high - a.low));
    const mean = curves.meanAt(curves.levels[level], weights, tree.blockWeights(weights));
    drawTornado(tornado, rows, mean, level, weights);
    spread.element.hidden = !tree.quantiles;
    if (tree.quantiles)
      drawDistribution(spread, curves, rows, mean, level, weights);
  }
  redraw.weights = true;
  onLook(redraw);
  redraw();
}

/* Where the mean falls to the first probability of the job, or to that of 475 years. */
function nearestLevel(site, imt) {
  const poe = D.poes.length ? D.poes[0] : -Math.expm1(-years / 475);
  const curve = meanStat >= 0 ? storedCurve(site, meanStat, imt) : null;
  if (!curve)
    return Math.floor(nlevels / 2);
  let best = 0;
  curve.forEach((p, l) => {
    if (p > 0 && Math.abs(Math.log(p / poe)) < Math.abs(Math.log((curve[best] || 1e-300) / poe)))
      best = l;
  });
  return best;
}

const atLevel = l => `${D.imts[view.imt]} = ${digits(D.levels[view.imt][l])} ` +
  unitOf(D.imts[view.imt]);

function drawTornado(figure, rows, mean, l, weights) {
  const shown = rows.slice(0, 14), step = 44, height = 62 + step * shown.length;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 680 ${height}`);
  svg.setAttribute("class", "plot");
  svg.setAttribute("role", "img");
  add(svg, "title", {}, "What each branch does to the mean");
  const low = Math.min(mean, ...shown.map(r => r.low)), high = Math.max(mean, ...shown.map(r => r.high));
  const x = new Axis(low, high, false, 212, 652);
  for (const v of x.steps(5)) {
    add(svg, "line", {x1: x.at(v), x2: x.at(v), y1: 6, y2: height - 46, class: "grid"});
    add(svg, "text", {x: x.at(v), y: height - 30, "text-anchor": "middle"},
      textOfStep(v, Math.abs(v) < 1e-3));
  }
  shown.forEach((r, i) => {
    const y = 12 + step * i, c = tree.structure.choices[r.c];
    const name = c.name.length > 26 ? c.name.slice(0, 25) + "…" : c.name;
    add(add(svg, "text", {x: 192, y: y + 15, "text-anchor": "end"}, name), "title", {}, c.name);
    add(svg, "rect", {x: x.at(r.low), y, width: Math.max(1, x.at(r.high) - x.at(r.low)),
      height: 20, fill: COLOURS[i % 7], "fill-opacity": 0.3});
    r.means.forEach((m, k) => add(add(svg, "circle", {cx: x.at(m), cy: y + 10,
      r: (2 + 6 * Math.sqrt(weights[r.c][k])).toFixed(2), fill: COLOURS[i % 7]}), "title", {},
    `${shortName(c.states[k])}: ${digits(m)}, weight ${digits(weights[r.c][k])}`));
    nameEnds(svg, r, c, x, y + 34);
  });
  add(svg, "line", {x1: x.at(mean), x2: x.at(mean), y1: 6, y2: height - 46, class: "mark"});
  add(svg, "text", {x: 430, y: height - 9, "text-anchor": "middle", class: "label"},
    `mean ${poeLabel}`);
  figure.show(svg, () => ({columns: ["set", "branch", "weight", "mean " + poeLabel,
    "difference from the mean (%)"],
  rows: rows.flatMap(r => r.means.map((m, k) => [tree.structure.choices[r.c].name,
    tree.structure.choices[r.c].states[k], weights[r.c][k], m, 100 * (m / mean - 1)]))}),
  `${atLevel(l)} at ${siteName(D.sites.shown[view.site])}: the mean given each branch; the area ` +
    "of a dot grows with its weight, names are those of the outermost, the dashed line is the mean over all." +
    (rows.length > shown.length ? ` The ${shown.length} widest of ${rows.length} sets.` : ""));
}

/* Which branches the outermost dots are: below the ends of the bar, or side by side below its middle. */
function nameEnds(svg, r, choice, x, y) {
  const cut = text => text.length > 30 ? text.slice(0, 29) + "…" : text;
  const names = [r.low, r.high].map(m => cut(shortName(choice.states[r.means.indexOf(m)])));
  if (!(r.high > r.low))
    return;
  const wide = names.map(textWidth), apart = 14, from = x.at(r.low), to = x.at(r.high);
  const both = wide[0] + apart + wide[1], fits = to - from >= both;
  const start = Math.min(Math.max((from + to - both) / 2, x.from), x.to - both);
  add(svg, "text", {x: (fits ? from : start).toFixed(1), y, class: "end"}, names[0]);
  add(svg, "text", {x: (fits ? to : start + both).toFixed(1), y, "text-anchor": "end", class: "end"},
    names[1]);
}

function drawDistribution(figure, curves, rows, mean, l, weights) {
  const mixture = new Mixture(curves.levels[l].lists(), pairWeights(tree, weights), tree.room);
  const n = 240, poe = [], cumulative = [];
  const least = Math.max(mixture.least, mixture.greatest * 1e-8, 1e-300);
  for (let k = 0; k <= n && mixture.greatest > 0; k++) {
    const rate = least * (mixture.greatest / least) ** (k / n);
    poe.push(-Math.expm1(-rate));
    cumulative.push(mixture.mark(rate * (1 + 1e-12)).weight / mixture.weight);
  }
  const series = [{x: poe, y: cumulative, kind: "step", width: 2, name: "all realizations",
    colour: COLOURS[7]}];
  rows.slice(0, 4).forEach((r, i) => series.push({kind: "points", colour: COLOURS[i % 7],
    name: tree.structure.choices[r.c].name.slice(0, 30), x: r.means,
    y: r.means.map(m => mixture.mark(-Math.log1p(-m)).weight / mixture.weight),
    titles: r.means.map((m, k) =>
      `${shortName(tree.structure.choices[r.c].states[k])}: mean ${digits(m)}`)}));
  const log = poe[n] > 10 * poe[0];
  figure.show(plot({title: "Distribution of the hazard", legend: "left", series,
    x: {label: poeLabel + (log ? ", on a logarithmic axis" : ""), log}, y: {label: "share of the weight below", low: 0, high: 1},
    marks: [{x: mean, text: "mean"}]}),
  () => ({columns: [poeLabel, "share of the weight below"],
    rows: poe.map((p, k) => [p, cumulative[k]])}),
  `${atLevel(l)} at ${siteName(D.sites.shown[view.site])}: the distribution over all ` +
    "realizations; dots are the means given each branch of the widest sets.");
}
