/* Statistics over all realizations from the parts of the logic tree, as the program takes them:
 * realizations are never listed. Means are products of the means of blocks; quantiles are selected
 * among the sums x + y of two sorted lists. See docs/logic-trees.md and docs/report.md. */
"use strict";

const ENGINE_STATES = 200000;  // of all blocks: more are not enumerated here
const ENGINE_ENTRIES = 60000;  // of all lists: more are not sorted and searched here
const MIX_FROM = 4096;         // entries of a pair from which its largest mix is taken apart
const EPSILON = 2 ** -52;

/* ---- scales: what quantiles are taken of ---- */

/* exp(-rate) is rounded once: 1 + expm1(-rate) is that for small rates. */
const pne = rate => rate < 0.7 ? 1 + Math.expm1(-rate) : Math.exp(-rate);
const SCALES = {
  poe: rate => -Math.expm1(-rate),
  poeRounded: rate => 1 - pne(rate),
  rate: rate => rate,
  rateClipped: rate => {
    const p = pne(rate), r = -Math.log(p === 0 ? 1e-45 : 1 - (1 - p));
    return r < 1e-12 ? 0 : Math.min(r, 100);
  },
};

/* A component rate as the reference keeps it: in single precision, 0 where it is lost. */
const rateKept = rate => rate < 2 * EPSILON ? 0 : Math.fround(rate);

/* exp(x) in single precision as the reference's, for means of rates alone (src/num/single.c). */
const EXP_ABOVE = [9.999999999980870924916e-01, 7.257664613233124478488e-01,
  2.473615434895520810817e-01, 5.114512081637298353406e-02, 6.757896990527504603057e-03,
  5.082762527590693718096e-04].map(Math.fround);
const EXP_BELOW = [1, -2.742335390411667452936e-01, 2.159509375685829852307e-02].map(Math.fround);
function expSingle(x) {
  const added = (a, b, c) => Math.fround(a * b + c); // the product is exact
  const polynomial = (p, y) => p.reduceRight((sum, c) => added(sum, y, c));
  const k = Math.round(Math.fround(x * Math.fround(1.44269504088896340736)));
  const r = added(k, Math.fround(-1.42860677e-6), added(k, Math.fround(-6.93145752e-1), x));
  return Math.fround(Math.fround(polynomial(EXP_ABOVE, r) / polynomial(EXP_BELOW, r)) * 2 ** k);
}

/* The greatest rate from `rate` on whose value is at most `value`, and the smallest one whose value
 * is at least that: the values never decrease. */
function lastRate(scale, rate, value) {
  let good = rate, step = Math.max(rate * EPSILON, 1e-30);
  while (good + step < 1e300 && scale(good + step) <= value) {
    good += step;
    step *= 2;
  }
  let bad = good + step;
  for (;;) {
    const middle = good + (bad - good) / 2;
    if (middle <= good || middle >= bad)
      return good;
    if (scale(middle) <= value)
      good = middle;
    else
      bad = middle;
  }
}

function firstRate(scale, rate, value) {
  let good = rate, step = Math.max(rate * EPSILON, 1e-30);
  while (good - step >= 0 && scale(good - step) >= value) {
    good -= step;
    step *= 2;
  }
  let bad = good - step;
  if (bad < 0) {
    if (scale(0) >= value)
      return 0;
    bad = 0;
  }
  for (;;) {
    const middle = bad + (good - bad) / 2;
    if (middle <= bad || middle >= good)
      return good;
    if (scale(middle) >= value)
      good = middle;
    else
      bad = middle;
  }
}

/* ---- the tree: which lists quantiles come from ---- */

/* Blocks and mixes that parts are the sum of, the largest first. */
function factorsOf(structure, parts) {
  const out = [];
  const walk = p => {
    const part = structure.parts[p];
    if (part.kind === "sum")
      part.children.forEach(walk);
    else
      out.push(p);
  };
  parts.forEach(walk);
  return out.sort((a, b) => structure.parts[b].states - structure.parts[a].states || a - b);
}

/* Two halves of about equal size; a mix that makes them too large is taken apart by its states. */
function planPairs(structure, parts, fixed, out) {
  const factors = factorsOf(structure, parts), x = [], y = [];
  let nx = 1, ny = 1;
  for (const f of factors) {
    const n = structure.parts[f].states;
    if (nx <= ny) {
      x.push(f);
      nx *= n;
    } else {
      y.push(f);
      ny *= n;
    }
  }
  const mix = factors.findIndex(f => structure.parts[f].kind === "mix");
  if (mix >= 0 && (nx + ny > ENGINE_ENTRIES || (mix === 0 && nx + ny > MIX_FROM))) {
    const part = structure.parts[factors[mix]];
    part.children.forEach((child, i) => {
      if (out.entries <= ENGINE_ENTRIES) {
        const rest = factors.slice();
        rest[mix] = child;
        planPairs(structure, rest, fixed.concat([[part.choice, part.fixed[i]]]), out);
      }
    });
    return;
  }
  out.entries += nx + ny;
  out.pairs.push({x, y, nx, ny, fixed});
}

/* What the structure of a tree allows; shared by all sites. */
class Tree {
  constructor(structure) {
    this.structure = structure;
    this.root = structure.parts.length - 1;
    this.blocks = [];
    let states = 0;
    structure.parts.forEach((part, p) => {
      if (part.kind === "block") {
        this.blocks.push(p);
        states += part.states;
      }
    });
    this.means = states <= ENGINE_STATES;
    const plan = {pairs: [], entries: 0};
    if (this.means)
      planPairs(structure, [this.root], [], plan);
    this.entries = plan.entries;
    this.quantiles = this.means && plan.entries <= ENGINE_ENTRIES;
    this.pairs = this.quantiles ? plan.pairs : [];
    this.room = this.pairs.map(p => ({x: null, y: null, wx: new Float64Array(p.nx),
      wy: new Float64Array(p.ny), below: new Float64Array(p.ny + 1)}));
    if (this.means)
      for (const p of this.blocks)
        this.prepare(structure.parts[p]);
  }

  /* Which row of each table every state of a block takes. */
  prepare(block) {
    const sizes = block.choices.map(c => this.structure.choices[c].states.length);
    block.sizes = sizes;
    block.strides = sizes.map((_, i) => sizes.slice(i + 1).reduce((a, b) => a * b, 1));
    block.rowOf = block.tables.map((table, t) => {
      const row = new Int32Array(block.states);
      for (let s = 0; s < block.states; s++) {
        if (block.rows) {
          row[s] = block.rows[s * block.tables.length + t];
          continue;
        }
        let at = 0;
        for (const axis of table.axes)
          at = at * sizes[axis] + Math.floor(s / block.strides[axis]) % sizes[axis];
        row[s] = at;
      }
      return row;
    });
  }

  /* out[part]: products of the weights of the choices, one for each state of a block. */
  blockWeights(weights) {
    const out = [];
    for (const p of this.blocks) {
      const block = this.structure.parts[p];
      let list = new Float64Array([1]);
      for (let i = block.choices.length - 1; i >= 0; i--) {
        const w = weights[block.choices[i]], next = new Float64Array(list.length * w.length);
        for (let k = 0; k < w.length; k++)
          for (let j = 0; j < list.length; j++)
            next[k * list.length + j] = w[k] * list[j];
        list = next;
      }
      out[p] = list;
    }
    return out;
  }

  /* Rates of all states of each block: out[part]. `rate(k)` is that of a component. */
  blockRates(rate) {
    const out = [];
    for (const p of this.blocks) {
      const block = this.structure.parts[p], value = new Float64Array(block.states);
      block.tables.forEach((table, t) => {
        const sums = new Float64Array(table.first.length - 1), row = block.rowOf[t];
        for (let i = 0; i < sums.length; i++)
          for (let k = table.first[i]; k < table.first[i + 1]; k++)
            sums[i] += rate(table.rates[k]);
        for (let s = 0; s < value.length; s++)
          value[s] += sums[row[s]];
      });
      out[p] = value;
    }
    return out;
  }

  /* All combinations of a part, slowest choice first: sums of rates, or products of weights. */
  list(p, blocks, weights) {
    const part = this.structure.parts[p];
    if (part.kind === "block")
      return blocks[p];
    if (part.kind === "sum")
      return this.product(part.children, blocks, weights);
    const out = new Float64Array(part.states);
    let at = 0;
    part.children.forEach((child, i) => {
      const list = this.list(child, blocks, weights);
      const w = weights ? weights[part.choice][part.fixed[i]] : 1;
      for (let k = 0; k < list.length; k++)
        out[at++] = weights ? w * list[k] : list[k];
    });
    return out;
  }

  product(parts, blocks, weights) {
    let out = new Float64Array([weights ? 1 : 0]);
    for (const p of parts) {
      const list = this.list(p, blocks, weights), next = new Float64Array(out.length * list.length);
      for (let i = 0; i < out.length; i++)
        for (let k = 0; k < list.length; k++)
          next[i * list.length + k] = weights ? out[i] * list[k] : out[i] + list[k];
      out = next;
    }
    return out;
  }

  /* Of all combinations, with the scale. */
  total(weights) {
    const blocks = this.blockWeights(weights);
    const sum = p => {
      const part = this.structure.parts[p];
      if (part.kind === "block")
        return blocks[p].reduce((a, b) => a + b, 0);
      if (part.kind === "sum")
        return part.children.reduce((a, c) => a * sum(c), 1);
      return part.children.reduce((a, c, i) =>
        a + weights[part.choice][part.fixed[i]] * sum(c), 0);
    };
    return sum(this.root) * this.structure.scale;
  }

  /* The rate of the realization that takes state[c] of each choice. */
  oneRate(blocks, state) {
    const walk = p => {
      const part = this.structure.parts[p];
      if (part.kind === "block")
        return blocks[p][part.choices.reduce((a, c, i) => a + state[c] * part.strides[i], 0)];
      if (part.kind === "sum")
        return part.children.reduce((a, c) => a + walk(c), 0);
      const i = part.fixed.indexOf(state[part.choice]);
      return i < 0 ? NaN : walk(part.children[i]);
    };
    return walk(this.root);
  }
}

/* ---- one level ---- */

/* Values in order, with the number of each before it was sorted. */
function sorted(values) {
  const order = new Uint32Array(values.length);
  for (let i = 0; i < order.length; i++)
    order[i] = i;
  order.sort((a, b) => values[a] - values[b] || a - b);
  const x = new Float64Array(values.length);
  for (let i = 0; i < x.length; i++)
    x[i] = values[order[i]];
  return {x, order};
}

/* A site, measure and level: everything that does not depend on weights is made once. */
class Level {
  constructor(tree, rates, kept) {
    this.tree = tree;
    this.zero = rates.every(r => r === 0);
    this.blocks = tree.blockRates(k => rates[k]);
    this.poe = [];
    this.pne = [];
    for (const p of tree.blocks) {
      this.poe[p] = this.blocks[p].map(r => -Math.expm1(-r));
      this.pne[p] = this.blocks[p].map(r => Math.exp(-r));
    }
    this.kept = kept;
    this.rates = rates;
  }

  lists() {
    if (this.pairs)
      return this.pairs;
    const rates = this.rates, rounded = this.kept;
    const blocks = rounded ? this.tree.blockRates(k => rateKept(rates[k])) : this.blocks;
    this.pairs = this.tree.pairs.map(p => ({
      x: sorted(this.tree.product(p.x, blocks, null)),
      y: sorted(this.tree.product(p.y, blocks, null)),
    }));
    return this.pairs;
  }

  /* Mean probability and rate over all realizations. */
  moments(weights, blockWeights) {
    const parts = this.tree.structure.parts, out = [];
    parts.forEach((part, p) => {
      let m;
      if (part.kind === "block") {
        const w = blockWeights[p], u = this.poe[p], e = this.pne[p], r = this.blocks[p];
        m = {weight: 0, poe: 0, pne: 0, rate: 0, square: 0};
        for (let s = 0; s < w.length; s++) {
          m.weight += w[s];
          m.poe += w[s] * u[s];
          m.pne += w[s] * e[s];
          m.rate += w[s] * r[s];
        }
        divide(m);
        for (let s = 0; s < w.length; s++)
          m.square += m.weight > 0 ? w[s] / m.weight * (r[s] - m.rate) ** 2 : 0;
      } else if (part.kind === "sum") {
        m = {weight: 1, poe: 0, pne: 1, rate: 0, square: 0};
        for (const c of part.children) {
          const b = out[c];
          m = {weight: m.weight * b.weight, poe: m.poe + m.pne * b.poe, pne: m.pne * b.pne,
            rate: m.rate + b.rate, square: m.square + b.square};
        }
      } else {
        m = {weight: 0, poe: 0, pne: 0, rate: 0, square: 0};
        part.children.forEach((c, i) => {
          const b = out[c], w = weights[part.choice][part.fixed[i]] * b.weight;
          m.weight += w;
          m.poe += w * b.poe;
          m.pne += w * b.pne;
          m.rate += w * b.rate;
        });
        divide(m);
        part.children.forEach((c, i) => {
          const b = out[c], w = weights[part.choice][part.fixed[i]] * b.weight;
          m.square += m.weight > 0 ? w / m.weight * (b.square + (b.rate - m.rate) ** 2) : 0;
        });
      }
      out[p] = m;
    });
    return out[this.tree.root];
  }
}

function divide(m) {
  if (m.weight > 0) {
    m.poe /= m.weight;
    m.pne /= m.weight;
    m.rate /= m.weight;
  }
}

/* ---- quantiles: selection among the sums of lists ---- */

/* Weights in the order of the lists; made once for new weights, used for all levels. */
function pairWeights(tree, weights) {
  const blocks = tree.blockWeights(weights);
  return tree.pairs.map(p => ({
    x: tree.product(p.x, blocks, weights),
    y: tree.product(p.y, blocks, weights),
    weight: p.fixed.reduce((a, [c, k]) => a * weights[c][k], tree.structure.scale),
  }));
}

/* The sums x[i] + y[j] of all pairs: what lies below a threshold is bounded by a staircase. `room`
 * holds the numbers of the last one that was made: only that may be used. */
class Mixture {
  constructor(lists, weights, room) {
    this.count = 0;
    this.marks = []; // that were made: other quantiles begin between them
    this.least = Infinity;
    this.greatest = -Infinity;
    this.weight = 0;
    this.pairs = room;
    for (let k = 0; k < lists.length; k++) {
      const {x, y} = lists[k], w = weights[k], {wx, wy, below} = room[k];
      const n = x.x.length, m = y.x.length;
      let rows = 0;
      for (let i = 0; i < n; i++) {
        wx[i] = w.weight * w.x[x.order[i]];
        rows += wx[i];
      }
      for (let j = 0; j < m; j++) {
        wy[j] = w.y[y.order[j]];
        below[j + 1] = below[j] + wy[j];
      }
      room[k].x = x.x;
      room[k].y = y.x;
      this.count += n * m;
      this.weight += rows * below[m];
      this.least = Math.min(this.least, x.x[0] + y.x[0]);
      this.greatest = Math.max(this.greatest, x.x[n - 1] + y.x[m - 1]);
    }
  }

  /* Weight and number of the sums below `at`. */
  mark(at) {
    let weight = 0, count = 0;
    for (const {x, y, wx, below} of this.pairs) {
      const n = x.length;
      let j = y.length;
      for (let i = 0; i < n; i++) {
        const xi = x[i];
        while (j > 0 && xi + y[j - 1] >= at)
          j--;
        if (j === 0)
          break;
        weight += wx[i] * below[j];
        count += j;
      }
    }
    const mark = {at, weight, count};
    this.marks.push(mark);
    return mark;
  }

  /* All sums with low <= sum < high in order: {x, w}. `count` of them. */
  window(low, high, count) {
    const x0 = new Float64Array(count), w0 = new Float64Array(count), order = new Uint32Array(count);
    let n = 0;
    for (const {x, y, wx, wy} of this.pairs) {
      let from = y.length, to = y.length;
      for (let i = 0; i < x.length; i++) {
        const xi = x[i];
        while (to > 0 && xi + y[to - 1] >= high)
          to--;
        while (from > 0 && xi + y[from - 1] >= low)
          from--;
        for (let j = from; j < to && n < count; j++) {
          order[n] = n;
          x0[n] = xi + y[j];
          w0[n++] = wx[i] * wy[j];
        }
        if (to === 0)
          break;
      }
    }
    order.sort((a, b) => x0[a] - x0[b]);
    return {n, x: Float64Array.from(order, i => x0[i]), w: Float64Array.from(order, i => w0[i])};
  }

  /* The sums within low .. high, and what is next to them. */
  level(low, high) {
    const out = {low, high, below: 0, weight: 0, lightest: Infinity, heaviest: -1,
      previous: -Infinity, next: Infinity};
    for (const pair of this.pairs) {
      const {x, y, wx, wy, below} = pair, m = y.length;
      let from = m, to = m, cells = 0;
      for (let i = 0; i < x.length; i++) {
        const xi = x[i], w = wx[i];
        while (to > 0 && xi + y[to - 1] > high)
          to--;
        while (from > 0 && xi + y[from - 1] >= low)
          from--;
        if (from > 0 && xi + y[from - 1] > out.previous)
          out.previous = xi + y[from - 1];
        if (to < m && xi + y[to] < out.next)
          out.next = xi + y[to];
        out.below += w * below[from];
        out.weight += w * (below[to] - below[from]);
        cells += to - from;
        if (cells > CELLS_LOOKED_AT)
          continue;
        for (let j = from; j < to; j++) {
          const both = w * wy[j];
          if (both < out.lightest)
            out.lightest = both;
          if (both > out.heaviest)
            out.heaviest = both;
        }
      }
      if (cells > CELLS_LOOKED_AT)
        extremes(pair, low, high, out);
    }
    return out;
  }
}

/* The lightest and the heaviest sum within low .. high, where they are many: of each row the least
 * and the greatest weight of a window of columns that only moves up. */
const CELLS_LOOKED_AT = 4096;
function extremes({x, y, wx, wy}, low, high, out) {
  const least = new Uint32Array(y.length), most = new Uint32Array(y.length);
  let l0 = 0, l1 = 0, m0 = 0, m1 = 0, from = 0, to = 0;
  for (let i = x.length - 1; i >= 0; i--) {
    for (; to < y.length && x[i] + y[to] <= high; to++) {
      while (l1 > l0 && wy[least[l1 - 1]] >= wy[to])
        l1--;
      least[l1++] = to;
      while (m1 > m0 && wy[most[m1 - 1]] <= wy[to])
        m1--;
      most[m1++] = to;
    }
    while (from < y.length && x[i] + y[from] < low)
      from++;
    while (l0 < l1 && least[l0] < from)
      l0++;
    while (m0 < m1 && most[m0] < from)
      m0++;
    if (to > from) {
      out.lightest = Math.min(out.lightest, wx[i] * wy[least[l0]]);
      out.heaviest = Math.max(out.heaviest, wx[i] * wy[most[m0]]);
    }
  }
}

/* Between two numbers of one sign, halving the number of doubles there (about), then the width. */
const bits = new Float64Array(1), words = new Uint32Array(bits.buffer);
function middleOf(low, high) {
  if (low > 0 && high <= 4 * low)
    return low + (high - low) / 2;
  const number = x => {
    bits[0] = x;
    return words[1] * 4294967296 + words[0];
  };
  const middle = Math.floor((number(low) + number(high)) / 2);
  words[1] = Math.floor(middle / 4294967296);
  words[0] = middle % 4294967296;
  return bits[0];
}

function above(x) {
  if (x === 0)
    return Number.MIN_VALUE;
  const step = Math.abs(x) * EPSILON;
  let low = x, high = x + step;
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= x || middle >= high)
      return high;
    high = middle;
  }
}

const WINDOW_LISTED = 256;

/* Narrows down where a quantile is: pivots where the weight would be if it grew evenly and pivots
 * in the middle take turns. `guess` is where it was with other weights, or NaN. */
function narrow(mixture, wanted, low, high, guess) {
  const pivot = at => {
    if (!(at > low.at && at < high.at))
      return;
    const mark = mixture.mark(at);
    if (mark.weight <= wanted)
      low = mark;
    else
      high = mark;
  };
  for (const mark of mixture.marks)
    if (mark.weight <= wanted && mark.at > low.at)
      low = mark;
    else if (mark.weight > wanted && mark.at < high.at)
      high = mark;
  pivot(guess * 0.999);
  pivot(guess * 1.001);
  for (let even = true; high.count - low.count > WINDOW_LISTED; even = !even) {
    const before = high.count - low.count;
    if (even) {
      const f = (wanted - low.weight) / (high.weight - low.weight);
      pivot(low.at + f * (high.at - low.at));
    }
    if (!even || high.count - low.count > before / 4) {
      const at = middleOf(low.at, high.at);
      if (!(at > low.at && at < high.at))
        break;
      pivot(at);
    }
  }
  return {low, high};
}

/* The smallest sum with more weight than `wanted` up to itself; of a list in order. */
function selectSum(list, below, wanted) {
  let weight = below, found = list.x[0];
  for (let i = 0; i < list.n; i++) {
    weight += list.w[i];
    if (list.w[i] > 0)
      found = list.x[i];
    if (weight > wanted)
      return list.x[i];
  }
  return found;
}

/* As Mixture.level, from a list of all sums in a window; null where its neighbours are outside. */
function listedLevel(mixture, list, window, low, high) {
  const out = {low, high, below: window.low.weight, weight: 0, lightest: Infinity, heaviest: -1,
    previous: -Infinity, next: Infinity};
  for (let i = 0; i < list.n; i++) {
    const x = list.x[i], w = list.w[i];
    if (x < low) {
      out.below += w;
      out.previous = x;
    } else if (x > high) {
      out.next = x;
      break;
    } else {
      out.weight += w;
      out.lightest = Math.min(out.lightest, w);
      out.heaviest = Math.max(out.heaviest, w);
    }
  }
  const whole = (isFinite(out.previous) || window.low.count === 0) &&
    (isFinite(out.next) || window.high.count === mixture.count);
  return whole ? out : null;
}

/* From x0 to x1, a part `done` of `width` on the way. */
const between = (x0, x1, done, width) =>
  done >= width ? x1 : done <= 0 ? x0 : x0 + (x1 - x0) * (done / width);

const MERGED_WITHIN = 1e-12;

class Quantiles {
  constructor(mixture, rule, scale) {
    this.mixture = mixture;
    this.rule = rule;
    this.scale = SCALES[scale];
    this.plain = scale === "rate";
  }

  /* All sums of one value, or with the rule "merged" of the values near it. */
  levelAt(rate, list, window) {
    const near = this.rule === "merged" ? MERGED_WITHIN : 0, value = this.scale(rate);
    const low = this.plain ? value * (1 - near)
      : firstRate(this.scale, rate, value * (1 - near));
    const high = this.plain ? value * (1 + near)
      : lastRate(this.scale, rate, value * (1 + near));
    return list && listedLevel(this.mixture, list, window, low, high) ||
      this.mixture.level(low, high);
  }

  /* On the scale; guesses[k] is where it was, and where it is then. */
  at(q, guesses, k) {
    const m = this.mixture, wanted = this.rule === "half-weight" ? q * m.weight : q;
    if (wanted >= m.weight)
      return this.scale(m.greatest);
    const window = narrow(m, wanted, {at: m.least, weight: 0, count: 0},
      {at: above(m.greatest), weight: m.weight, count: m.count}, guesses[k]);
    const count = window.high.count - window.low.count;
    const list = count <= WINDOW_LISTED ? m.window(window.low.at, window.high.at, count) : null;
    const rate = list ? selectSum(list, window.low.weight, wanted) : window.low.at;
    guesses[k] = rate;
    const g = this.levelAt(rate, list, window), value = this.scale(rate);
    const hasPrevious = isFinite(g.previous), hasNext = isFinite(g.next);
    if (this.rule === "half-weight") {
      const end = g.below + g.weight, half = (x0, heavy, x1, light, edge) =>
        between(x0, x1, wanted - (edge - heavy / 2), (heavy + light) / 2);
      if (hasPrevious && wanted < g.below + g.lightest / 2)
        return half(this.scale(g.previous), this.levelAt(g.previous).heaviest, value, g.lightest,
          g.below);
      if (hasNext && wanted > end - g.heaviest / 2)
        return half(value, g.heaviest, this.scale(g.next), this.levelAt(g.next).lightest, end);
      return value;
    }
    const width = this.rule === "merged" ? g.weight : g.lightest;
    return hasPrevious ? between(this.scale(g.previous), value, wanted - g.below, width) : value;
  }
}

/* ---- curves of a site and measure ---- */

class Curves {
  /* rates: component rates x levels; how: {rule, useRates, exact, fastMean} */
  constructor(tree, rates, nlevels, how) {
    this.tree = tree;
    this.how = how;
    const half = how.rule === "half-weight", nrates = tree.structure.nrates;
    this.scale = half ? "rate"
      : how.useRates ? (how.exact ? "rate" : "rateClipped")
      : how.exact ? "poe" : "poeRounded";
    this.levels = [];
    for (let l = 0; l < nlevels; l++) {
      const of = new Float64Array(nrates);
      for (let k = 0; k < nrates; k++)
        of[k] = rates[k * nlevels + l];
      this.levels.push(new Level(tree, of, !how.exact && !half));
    }
  }

  /* Mean curve. */
  mean(weights) {
    const blocks = this.tree.blockWeights(weights);
    if (this.how.fastMean)
      return this.levels.map(level =>
        Math.fround(1 - expSingle(Math.fround(-level.moments(weights, blocks).rate))));
    return this.levels.map(level => this.meanAt(level, weights, blocks));
  }

  meanAt(level, weights, blocks) {
    const m = level.moments(weights, blocks);
    if (!(m.weight > 0))
      return 0;
    return this.how.useRates ? -Math.expm1(-m.rate) : m.poe;
  }

  /* Curves of quantiles: out[q][level]. */
  quantiles(weights, q) {
    const w = pairWeights(this.tree, weights), out = q.map(() => []);
    for (const level of this.levels)
      this.quantilesAt(level, w, q).forEach((x, k) => out[k].push(x));
    return out;
  }

  quantilesAt(level, w, q) {
    const mixture = new Mixture(level.lists(), w, this.tree.room);
    if (level.zero || !(mixture.weight > 0))
      return q.map(() => 0);
    const of = new Quantiles(mixture, this.how.rule, this.scale);
    const rates = this.scale === "rate" || this.scale === "rateClipped";
    level.guesses = level.guesses || [];
    return q.map((x, k) => rates ? -Math.expm1(-of.at(x, level.guesses, k))
      : of.at(x, level.guesses, k));
  }

  /* The curve of one realization, or null where the choices do not go together. */
  realization(state) {
    const curve = this.levels.map(l => -Math.expm1(-this.tree.oneRate(l.blocks, state)));
    return curve.some(isNaN) ? null : curve;
  }
}
