/* What results.h5 held: texts as JSON, arrays of numbers as base64. */
"use strict";

const D = JSON.parse(document.getElementById("d").textContent);

function bytesOf(id) {
  const e = document.getElementById(id);
  if (!e)
    return null;
  const text = atob(e.textContent.trim()), out = new Uint8Array(text.length);
  for (let i = 0; i < out.length; i++)
    out[i] = text.charCodeAt(i);
  return out;
}

const floatsOf = id => {
  const bytes = bytesOf(id);
  return bytes ? new Float32Array(bytes.buffer) : new Float32Array(0);
};

const curveNumbers = floatsOf("b-curves"), mapNumbers = floatsOf("b-maps");
const nlevels = D.levels[0].length, nimts = D.imts.length, nstats = D.stats.length;
const listed = D.sites.lon.length;
const mapStats = D.poes.length && listed
  ? mapNumbers.length / (listed * nimts * D.poes.length) : 0;

/* The stored curve of shown site i. */
function storedCurve(i, stat, imt) {
  const at = ((i * nstats + stat) * nimts + imt) * nlevels;
  return Array.from(curveNumbers.subarray(at, at + nlevels));
}

/* The map value of a listed site. */
const mapValue = (site, stat, imt, poe) =>
  mapNumbers[((site * mapStats + stat) * nimts + imt) * D.poes.length + poe];

/* The level at which a curve falls to a probability, as in the stored maps: log-log between the
 * levels, 0 below the first one, the last one where it stays above. */
const POE_FLOOR = 1e-30; // the reference's, for the logarithm of 0
function levelAt(curve, levels, poe) {
  if (!(curve[0] > poe))
    return curve[0] === poe ? levels[0] : 0;
  for (let l = 1; l < levels.length; l++)
    if (curve[l] <= poe) {
      const f = Math.log(poe / curve[l - 1]) / Math.log(Math.max(curve[l], POE_FLOOR) / curve[l - 1]);
      return levels[l - 1] * (levels[l] / levels[l - 1]) ** f;
    }
  return levels[levels.length - 1];
}

const unitOf = imt => D.units[D.imts.indexOf(imt)];
const withUnit = imt => unitOf(imt) ? `${imt} (${unitOf(imt)})` : imt;
const periodOf = imt => imt === "PGA" ? 0
  : /^SA\(([0-9.]+)\)$/.test(imt) ? Number(/^SA\(([0-9.]+)\)$/.exec(imt)[1]) : null;

const years = D.years;
const yearsText = years === 1 ? "1 year" : `${digits(years)} years`;
const poeLabel = `probability of exceedance in ${yearsText}`;
const returnPeriod = poe => -years / Math.log1p(-poe);
const poeText = poe => `${digits(100 * poe)} % in ${yearsText} ` +
  `(${Math.round(returnPeriod(poe))} years)`;
const siteName = site => (D.sites.id ? D.sites.id[site] + ": " : "") +
  `${digits(D.sites.lon[site], 7)}, ${digits(D.sites.lat[site], 7)}`;

const statName = name => name === "quantile-0.5" ? "median" : name.startsWith("quantile-")
  ? `${digits(100 * Number(name.slice(9)))} % quantile` : name;
/* What a map's values are: levels where the curve of the statistic falls to a number, which is a
 * probability of exceedance but for the curves of spreads, of which nothing is exceeded. */
const SPREADS = {std: "standard deviation", cov: "coefficient of variation"};
const mapText = (stat, imt, poe) => SPREADS[stat]
  ? `${imt} where the ${SPREADS[stat]} of the probability is ${digits(poe)}`
  : `${statName(stat)} ${imt}, ${poeText(poe)}`;
const meanStat = D.stats.indexOf("mean");
const quantileStats = D.stats.map((name, i) => ({name, i}))
  .filter(s => s.name.startsWith("quantile-"))
  .map(s => ({i: s.i, q: Number(s.name.slice(9)), name: s.name}))
  .sort((a, b) => a.q - b.q);

/* ---- component rates ---- */

const tree = D.structure ? new Tree(D.structure) : null;
const how = {rule: D.run.quantile_definition, useRates: D.useRates, exact: D.exact,
  fastMean: D.fastMean};
const made = new Map(); // of some sites and measures
/* A telephone has room for some ten million entries of lists. */
const MADE_MOST = tree ? Math.min(12, Math.max(3, 1e7 / (tree.entries * nlevels + 1))) : 0;

/* Why there is nothing to be moved here; "" where there is. */
function whyFixed(i, imt) {
  if (D.fixed)
    return "Weights cannot be moved: " + D.fixed + ".";
  if (!tree.means)
    return "Weights cannot be moved: the parts of its logic tree have too many states for a " +
      "page; kauri stats computes with new weights.";
  if (i >= D.moved || imt >= D.movedImts)
    return `Component rates are in this file for the first ${D.moved} of the sites shown` +
      (D.movedImts < nimts ? ` and for ${D.imts.slice(0, D.movedImts).join(", ")}` : "") +
      ", so that its size stays bounded; kauri stats computes with new weights everywhere.";
  return "";
}

function curvesOf(i, imt) {
  const key = i + "/" + imt;
  if (made.has(key))
    return made.get(key);
  if (!made.has("bytes" + i)) {
    for (const k of made.keys())
      if (k.startsWith("bytes"))
        made.delete(k);
    made.set("bytes" + i, bytesOf("b-rates-" + i));
  }
  const bytes = made.get("bytes" + i), nrates = tree.structure.nrates;
  const all = D.rateBytes === 4 ? new Float32Array(bytes.buffer) : new Float64Array(bytes.buffer);
  const rates = new Float64Array(nrates * nlevels);
  for (let k = 0; k < nrates; k++)
    rates.set(all.subarray((k * D.movedImts + imt) * nlevels, (k * D.movedImts + imt + 1) * nlevels),
      k * nlevels);
  const curves = new Curves(tree, rates, nlevels, how);
  while (made.size > MADE_MOST)
    made.delete(made.keys().next().value);
  made.set(key, curves);
  return curves;
}

/* Weights as the run had them, for a measure. */
const columnOf = imt => tree.structure.choices.length &&
  tree.structure.choices[0].weights.length > 1 ? 1 + imt : 0;
const givenWeights = imt => tree.structure.choices.map(c =>
  Float64Array.from(c.weights[columnOf(imt)]));
