/* The page as a whole, and what looks after it: with #check=... it computes statistics with given
 * weights, with #layout it looks whether anything lies outside or on top of something else, with #print the same of
 * paper, with #disagg=... it tells what it shows of a disaggregation. */
"use strict";

const complaints = [];
window.addEventListener("error", e => complaints.push(String(e.message)));

function scheme() {
  const button = section("scheme"), root = document.documentElement;
  const dark = () => root.dataset.scheme ? root.dataset.scheme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  const tell = () => {
    button.textContent = dark() ? "Light page" : "Dark page";
    button.setAttribute("aria-pressed", String(dark()));
  };
  button.onclick = () => {
    root.dataset.scheme = dark() ? "light" : "dark";
    tell();
  };
  tell();
}

/* weights: {choice: {state: weight}}, of what is to be other than in the run. */
function selfCheck(asked) {
  const imt = typeof asked.imt === "string" ? D.imts.indexOf(asked.imt) : asked.imt || 0;
  const site = asked.site || 0, why = whyFixed(site, imt);
  const stored = Object.fromEntries(D.stats.map((name, s) => [name, storedCurve(site, s, imt)]));
  const maps = D.stats.slice(0, mapStats).flatMap((name, s) => D.poes.map((p, k) => ({name, poe: p,
    value: mapValue(D.sites.shown[site], s, imt, k),
    here: levelAt(stored[name], D.levels[imt], p)})));
  if (why)
    return {fixed: why, stored, maps};
  const weights = givenWeights(imt);
  for (const [name, states] of Object.entries(asked.weights || {})) {
    const c = tree.structure.choices.findIndex(x => x.name === name);
    if (c < 0)
      return {fixed: `no choice ${name}: ${tree.structure.choices.map(x => x.name).join(", ")}`};
    tree.structure.choices[c].states.forEach((state, k) => {
      if (state in states)
        weights[c][k] = states[state];
    });
  }
  const curves = curvesOf(site, imt), q = asked.q || askedQuantiles();
  const once = () => ({q, mean: curves.mean(weights),
    quantiles: tree.quantiles ? curves.quantiles(weights, q) : []});
  once(); // sorts the lists
  const begun = performance.now(), out = once();
  out.milliseconds = performance.now() - begun;
  out.entries = tree.entries;
  out.stored = stored;
  out.maps = maps;
  out.choices = tree.structure.choices.map(c => ({name: c.name, states: c.states}));
  return out;
}

/* Moves weights as sliders do: [set, branch, weight]; what the weights of the choice are then. */
function moveCheck({choice, moves}) {
  const c = tree.structure.choices.findIndex(x => x.name === choice);
  const of = tree.structure.choices[c], parts = branchesOf(of);
  for (const [set, branch, weight] of moves)
    if (parts) {
      const s = parts.sets.findIndex(x => x.id === set);
      moveBranch(c, parts, s, parts.sets[s].names.indexOf(branch), weight);
    } else
      moveWeight(0, c, of.states.indexOf(branch), weight);
  const now = currentWeights(0)[c];
  return Object.fromEntries(of.states.map((name, k) => [name, now[k]]));
}

/* Pixels of the letters of drawings, at least. */
const LEAST_LETTERS = 9;

/* Boxes that lie outside of the page, and texts of a drawing that lie on each other. */
function layoutCheck() {
  const wide = document.documentElement.clientWidth, outside = [], overlaps = [];
  document.querySelectorAll("body *").forEach(e => {
    const r = e.getBoundingClientRect();
    const scrolled = e.closest(".drawing,.scroll,fieldset,.skip,script");
    if (!scrolled && r.width > 0 && (r.right > wide + 1 || r.left < -1))
      outside.push(`${e.tagName}.${e.className} ${Math.round(r.left)} to ${Math.round(r.right)}`);
  });
  const figures = [...document.querySelectorAll("figure")].filter(f => !f.hidden);
  figures.forEach(f => {
    const svg = f.querySelector("svg");
    if (!svg)
      return;
    const box = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("text")].map(t => ({t, r: t.getBoundingClientRect()}))
      .filter(x => x.r.width > 0);
    const key = svg.querySelector(".legend .behind");
    if (key) {
      const k = key.getBoundingClientRect();
      svg.querySelectorAll("circle").forEach(c => {
        const r = c.getBoundingClientRect(), x = (r.left + r.right) / 2, y = (r.top + r.bottom) / 2;
        if (!c.closest(".legend") && x > k.left && x < k.right && y > k.top && y < k.bottom)
          overlaps.push(`${f.id}: a dot below the legend`);
      });
    }
    texts.forEach(({t, r}, i) => {
      if (r.left < box.left - 2 || r.right > box.right + 2 || r.top < box.top - 2 ||
          r.bottom > box.bottom + 2)
        outside.push(`${f.id}: "${t.textContent}"`);
      for (let k = i + 1; k < texts.length && k < i + 80; k++) {
        const o = texts[k].r, across = Math.min(r.right, o.right) - Math.max(r.left, o.left);
        const down = Math.min(r.bottom, o.bottom) - Math.max(r.top, o.top);
        const marks = t.closest(".legend") !== texts[k].t.closest(".legend") ||
          t.classList.contains("marked") || texts[k].t.classList.contains("marked");
        if (across > 2 && down > 4 && !marks)
          overlaps.push(`${f.id}: "${t.textContent}" and "${texts[k].t.textContent}"`);
      }
    });
  });
  const sections = [...document.querySelectorAll("section")].map(s => ({id: s.id,
    height: Math.round(s.getBoundingClientRect().height), drawings: s.querySelectorAll("svg").length}));
  const small = [...document.querySelectorAll("figure svg, .drawing img")].filter(e => {
    const box = e.getBoundingClientRect(), made = e.viewBox ? e.viewBox.baseVal.width : e.naturalWidth;
    return box.width > 0 && made > 0 && 12 * box.width / made < LEAST_LETTERS;
  }).map(e => `letters of ${e.closest("figure") ? e.closest("figure").id : "an image"} are too small`);
  return {wide, outside, overlaps, sections, small, complaints};
}

/* How it would be on paper: what sticks out, what is cut off, what is closed, how high figures are. */
function printCheck() {
  window.dispatchEvent(new Event("beforeprint"));
  const wide = document.documentElement.clientWidth, outside = [], cut = [];
  document.querySelectorAll("body *").forEach(e => {
    const r = e.getBoundingClientRect(), name = `${e.tagName}.${e.className}`;
    if (r.width > 0 && !e.closest("svg,.skip,script") && (r.right > wide + 1 || r.left < -1))
      outside.push(`${name} ${Math.round(r.left)} to ${Math.round(r.right)}`);
    if (r.width > 0 && getComputedStyle(e).overflowX !== "visible" && !e.closest("svg") &&
        e.scrollWidth > e.clientWidth + 1)
      cut.push(`${name} is cut`);
  });
  return {outside, cut, lists: document.querySelectorAll("details td").length,
    closed: [...document.querySelectorAll("section details:not([open])")]
      .filter(d => !d.closest("figure")).map(d => d.textContent.slice(0, 30)),
    figures: [...document.querySelectorAll("figure")]
      .filter(f => !f.hidden && !f.closest(".idle") && f.querySelector("svg"))
      .map(f => ({id: f.id, height: Math.round(f.getBoundingClientRect().height)}))};
}

function answer() {
  const text = decodeURIComponent(location.hash), pre = section("check");
  if (text.startsWith("#check="))
    pre.textContent = JSON.stringify(selfCheck(JSON.parse(text.slice(7))));
  else if (text.startsWith("#move="))
    pre.textContent = JSON.stringify(moveCheck(JSON.parse(text.slice(6))));
  else if (text.startsWith("#disagg="))
    pre.textContent = JSON.stringify(disaggCheck(JSON.parse(text.slice(8))));
  else if (text === "#print")
    pre.textContent = JSON.stringify(printCheck());
  else if (text === "#layout")
    pre.textContent = JSON.stringify(layoutCheck());
}

/* On paper nothing can be opened; the tables of figures stay as they are. */
function printed() {
  const closed = () => [...document.querySelectorAll("details:not([open])")]
    .filter(d => !d.closest("figure"));
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = closed();
    opened.forEach(d => {
      d.open = true;
      if (d.ontoggle)
        d.ontoggle(); // who listens would be told too late
    });
  });
  window.addEventListener("afterprint", () => opened.forEach(d => { d.open = false; }));
}

function begin() {
  const contents = section("contents");
  if (!D.disagg)
    section("disagg").remove();
  document.querySelectorAll("section").forEach(s =>
    add(add(contents, "li"), "a", {href: "#" + s.id}, s.querySelector("h2").textContent));
  scheme();
  printed();
  for (const panel of [summary, curvesPanel, spectraPanel,
    ...(D.disagg ? [disaggPanel] : []), mapPanel, weightsPanel,
    uncertaintyPanel, treePanel, performancePanel, provenancePanel])
    try {
      panel();
    } catch (e) {
      complaints.push(`${panel.name}: ${e.message}`);
      console.error(e);
    }
  section("footer").textContent = `Written by ${D.writtenBy}. Coast: Natural Earth, public domain.`;
  answer();
}

begin();
