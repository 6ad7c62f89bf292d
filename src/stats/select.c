/* Weighted quantiles of a mixture of sums by selection.
 *
 * For each quantile a window of rates is narrowed until few sums are left in it: their weights tell
 * which one it is, and what stands next to it. Windows are narrowed by pivots; how much lies below
 * a pivot is counted by a staircase (stairs.h), so that a step costs as much as the lists are long.
 * Pivots come from interpolation, which is best where values are many and smooth, or from a sample
 * of the sums in the window, which is good for any values. Whatever the pivots, the same sum is
 * found: they decide on the time only. */
#include "stats/group.h"
#include "stats/list.h"
#include "stats/stairs.h"

#include <string.h>

enum {
    LISTED_LEAST = 512,    /* sums that are listed at most: between these two, */
    LISTED_MOST = 1 << 16, /* a quarter of the lengths of all lists */
    SAMPLE_LEAST = 128,
    SAMPLE_MOST = 1 << 12,
    EVEN_MISSES = 2 /* of pivots by interpolation before a sample is drawn */
};

/* Pivots by interpolation are this part of the window away from it at first. */
static const double EVEN_SPREAD = 1.0 / 64;

/* The sums in which a quantile is sought: low.at <= sum < high.at, and
 * low.weight <= wanted < high.weight. */
typedef struct window {
    double wanted; /* cumulative weight */
    kr_mark low, high;
} window;

typedef struct search {
    kr_mixture mixture;
    kr_quantile_rule rule;
    kr_scale scale;
    size_t nwindows;
    window *windows;
    size_t most;   /* sums that are listed at most */
    kr_sums list;  /* those of a window, */
    window listed; /* which is this one */
    kr_sums work;  /* a sample, or a list that is partitioned */
    bool known;    /* `level` is there: */
    double rate;   /* where the last one was */
    kr_level level;
} search;

/* ---- numbers of the scratch ---- */

static size_t listed_most(const kr_pair *pairs, size_t npairs)
{
    size_t lengths = 0;
    for (size_t p = 0; p < npairs; p++)
        lengths += pairs[p].x.n + pairs[p].y.n;
    size_t n = lengths / 4;
    return n < LISTED_LEAST ? LISTED_LEAST : n > LISTED_MOST ? LISTED_MOST : n;
}

static size_t windows_numbers(size_t nq)
{
    return (nq * sizeof(window) + sizeof(double) - 1) / sizeof(double);
}

size_t kr_select_scratch(const kr_pair *pairs, size_t npairs, size_t nq)
{
    return kr_mixture_numbers(pairs, npairs) + windows_numbers(nq) + 6 * listed_most(pairs, npairs);
}

static search search_at(const kr_pair *pairs, size_t npairs, kr_quantile_rule rule, kr_scale scale,
                        size_t nq, double *at)
{
    size_t most = listed_most(pairs, npairs);
    search s = {.rule = rule, .scale = scale, .nwindows = nq, .most = most};
    s.mixture = kr_mixture_at(pairs, npairs, at);
    at += kr_mixture_numbers(pairs, npairs);
    s.windows = (void *)at;
    at += windows_numbers(nq);
    s.list = (kr_sums){0, at, at + most, at + 2 * most, at + 3 * most};
    s.work = (kr_sums){0, at + 4 * most, at + 5 * most, NULL, NULL};
    return s;
}

/* ---- rates of one value ---- */

/* ---- narrowing ---- */

/* A mark that is inside a window becomes its lower or upper end. */
static void tighten(search *s, const kr_mark *mark)
{
    for (size_t k = 0; k < s->nwindows; k++) {
        window *w = &s->windows[k];
        if (mark->at <= w->low.at || mark->at >= w->high.at)
            continue;
        if (mark->weight <= w->wanted)
            w->low = *mark;
        else
            w->high = *mark;
    }
}

static void pivot(search *s, const window *w, double at)
{
    if (at > w->low.at && at < w->high.at) {
        kr_mark mark = kr_mixture_mark(&s->mixture, at);
        tighten(s, &mark);
    }
}

/* Where the weight wanted is, of the weight in the window. */
static double fraction(const window *w)
{
    return (w->wanted - w->low.weight) / (w->high.weight - w->low.weight);
}

static size_t sample_size(const search *s)
{
    size_t n = s->most / 2;
    n = n < SAMPLE_LEAST ? SAMPLE_LEAST : n;
    return n > SAMPLE_MOST ? SAMPLE_MOST : n;
}

/* A sample of the sums in a window, in order: work.x[0 .. work.n). */
static void draw_by_weight(search *s, const window *w)
{
    s->work.n = sample_size(s);
    kr_mixture_sample_weight(&s->mixture, w->low.at, w->high.at, w->high.weight - w->low.weight,
                             s->work.n, s->work.x);
    kr_list_order(s->work.x, s->work.w, s->work.n);
}

/* Pivots around the place of a fraction of the weight in a sample by weight: 1.5 standard
 * deviations of that place away. */
static void pivot_by_sample(search *s, const window *w)
{
    size_t n = s->work.n;
    double f = fraction(w), at = f * (double)n, spread = 1.5 * sqrt(f * (1 - f) * (double)n);
    double from = floor(at - spread) - 1, to = ceil(at + spread);
    if (from >= 0)
        pivot(s, w, s->work.x[(size_t)from]);
    if (to < (double)n)
        pivot(s, w, kr_above(s->work.x[(size_t)to]));
}

/* The sum in the middle of a sample parts the window in two halves, and itself from both: this is
 * the step that comes to an end whatever the weights, and however many sums are equal. */
static void pivot_by_middle(search *s, const window *w)
{
    size_t n = SAMPLE_LEAST;
    kr_mixture_sample(&s->mixture, w->low.at, w->high.at, w->high.count - w->low.count, n,
                      s->work.x);
    kr_list_order(s->work.x, s->work.w, n);
    double middle = s->work.x[n / 2];
    pivot(s, w, middle);
    pivot(s, w, kr_above(middle));
}

/* Pivots around where the wanted weight were if the weight grew evenly over the window. */
static void pivot_by_interpolation(search *s, const window *w, double spread)
{
    double f = fraction(w), low = w->low.at, width = w->high.at - w->low.at;
    double from = low + (f - spread) * width, to = low + (f + spread) * width;
    pivot(s, w, from);
    pivot(s, w, to);
}

static uint64_t window_count(const window *w)
{
    return w->high.count - w->low.count;
}

static bool window_is_one_value(const search *s, const window *w)
{
    double last = nextafter(w->high.at, -INFINITY);
    return w->low.at == last ||
           kr_scale_value(s->scale, w->low.at) == kr_scale_value(s->scale, last);
}

/* Until few sums are left, or all have one value. A step that takes less than three quarters away
 * has missed; other pivots are tried after some misses. */
static void narrow(search *s, window *w)
{
    double spread = EVEN_SPREAD;
    int misses = 0;
    while (window_count(w) > s->most && !window_is_one_value(s, w)) {
        uint64_t count = window_count(w);
        if (misses < EVEN_MISSES) {
            pivot_by_interpolation(s, w, spread + 2 / sqrt((double)count));
        } else if (misses == EVEN_MISSES) {
            draw_by_weight(s, w);
            pivot_by_sample(s, w);
        } else {
            pivot_by_middle(s, w);
        }
        bool hit = window_count(w) < count / 4;
        spread = hit ? spread / 4 : 2 * spread; /* the narrower the window, the more even it is */
        misses = hit || misses > EVEN_MISSES ? 0 : misses + 1;
    }
}

/* One sample of all sums is used for all quantiles. */
static void narrow_together(search *s)
{
    if (s->nwindows == 0 || s->mixture.count <= s->most)
        return;
    window all = s->windows[0];
    draw_by_weight(s, &all);
    for (size_t k = 0; k < s->nwindows; k++) {
        window whole = all;
        whole.wanted = s->windows[k].wanted;
        if (whole.wanted < all.high.weight)
            pivot_by_sample(s, &whole);
    }
}

/* ---- selection in a list ---- */

static void sums_swap(kr_sums *v, size_t i, size_t j)
{
    double x = v->x[i], w = v->w[i];
    v->x[i] = v->x[j];
    v->w[i] = v->w[j];
    v->x[j] = x;
    v->w[j] = w;
}

/* The smallest sum of the list with more than `wanted` in it and below, where `below` is the weight
 * below the list; if rounding leaves none, the largest that has any weight. The list is
 * partitioned on the way, by three parts so that equal sums do not matter. */
static double select_sum(kr_sums *v, double below, double wanted)
{
    size_t from = 0, to = v->n;
    uint64_t random = 0x9e3779b97f4a7c15U;
    double found = v->x[0], largest = -INFINITY;
    while (from < to) {
        random = random * 6364136223846793005U + 1442695040888963407U;
        double at = v->x[from + (size_t)((random >> 20) % (to - from))];
        size_t less = from, more = to; /* [from, less) < at, [more, to) > at */
        double weight_less = 0, weight_equal = 0;
        for (size_t i = from; i < more;) {
            if (v->x[i] < at) {
                weight_less += v->w[i];
                sums_swap(v, less++, i++);
            } else if (v->x[i] > at) {
                sums_swap(v, --more, i);
            } else {
                weight_equal += v->w[i++];
            }
        }
        if (below + weight_less > wanted) {
            to = less;
            continue;
        }
        if (weight_equal > 0 && at > largest)
            largest = found = at;
        if (below + weight_less + weight_equal > wanted)
            return at;
        below += weight_less + weight_equal;
        from = more;
    }
    return found;
}

/* ---- levels: sums of one value, and their neighbours ---- */

static kr_level list_level(const search *s, double low, double high)
{
    enum { CHUNK = 64 };
    const kr_sums *v = &s->list;
    kr_level level = {low, high, 0, 0, INFINITY, -1, -INFINITY, INFINITY};
    kr_adder below = {s->listed.low.weight, 0}, within = {0, 0};
    for (size_t i = 0; i < v->n; i += CHUNK) {
        size_t end = i + CHUNK < v->n ? i + CHUNK : v->n;
        double less = 0;
        for (size_t k = i; k < end; k++) {
            double x = v->x[k];
            less += x < low ? v->w[k] : 0;
            level.previous = x < low && x > level.previous ? x : level.previous;
            level.next = x > high && x < level.next ? x : level.next;
            if (x >= low && x <= high) {
                kr_adder_add(&within, v->w[k]);
                level.lightest = fmin(level.lightest, v->lightest[k]);
                level.heaviest = fmax(level.heaviest, v->heaviest[k]);
            }
        }
        kr_adder_add(&below, less);
    }
    level.below = kr_adder_value(&below);
    level.weight = kr_adder_value(&within);
    return level;
}

/* The sums of low .. high: from the list, if the sums beside them are in it, too, or there are
 * none; otherwise by a staircase. */
static kr_level level_of(const search *s, double low, double high)
{
    const window *w = &s->listed;
    kr_level level = list_level(s, low, high);
    if ((isfinite(level.previous) || w->low.count == 0) &&
        (isfinite(level.next) || w->high.count == s->mixture.count))
        return level;
    return kr_mixture_level(&s->mixture, low, high);
}

/* The sums of one value, or for KR_QUANTILE_MERGED of the values near it. */
static kr_level level_at(const search *s, double rate)
{
    double near = s->rule == KR_QUANTILE_MERGED ? KR_MERGED_WITHIN : 0;
    double value = kr_scale_value(s->scale, rate);
    if (s->scale == KR_SCALE_RATE)
        return level_of(s, value * (1 - near), value * (1 + near));
    return level_of(s, kr_scale_first_rate(s->scale, rate, value * (1 - near)),
                    kr_scale_last_rate(s->scale, rate, value * (1 + near)));
}

/* ---- quantiles ---- */

static double quantile_of_level(const search *s, double rate, const kr_level *level, double wanted)
{
    kr_value_group group = {.value = kr_scale_value(s->scale, rate),
                            .below = level->below,
                            .weight = level->weight,
                            .lightest = level->lightest,
                            .heaviest = level->heaviest,
                            .has_previous = isfinite(level->previous),
                            .has_next = isfinite(level->next)};
    if (group.has_previous)
        group.previous = kr_scale_value(s->scale, level->previous);
    if (group.has_next)
        group.next = kr_scale_value(s->scale, level->next);
    if (s->rule == KR_QUANTILE_HALF_WEIGHT) {
        if (group.has_previous && wanted < group.below + group.lightest / 2)
            group.previous_heaviest = level_at(s, level->previous).heaviest;
        if (group.has_next && wanted > group.below + group.weight - group.heaviest / 2)
            group.next_lightest = level_at(s, level->next).lightest;
    }
    return kr_quantile_of_group(s->rule, &group, wanted);
}

static void list_window(search *s, const window *w)
{
    kr_mixture_window(&s->mixture, w->low.at, w->high.at, &s->list);
    s->listed = *w;
}

static double quantile(search *s, window *w)
{
    if (w->wanted >= s->mixture.weight)
        return kr_scale_value(s->scale, s->mixture.greatest);
    narrow(s, w);
    double rate = w->low.at;
    if (window_count(w) <= s->most) {
        list_window(s, w);
        memcpy(s->work.x, s->list.x, s->list.n * sizeof *s->list.x);
        memcpy(s->work.w, s->list.w, s->list.n * sizeof *s->list.w);
        s->work.n = s->list.n;
        rate = select_sum(&s->work, w->low.weight, w->wanted);
    }
    bool same = s->rule == KR_QUANTILE_MERGED ? rate == s->rate
                                              : rate >= s->level.low && rate <= s->level.high;
    if (!s->known || !same) {
        s->level = level_at(s, rate);
        s->rate = rate;
        s->known = true;
    }
    return quantile_of_level(s, rate, &s->level, w->wanted);
}

void kr_select_quantiles(const kr_pair *pairs, size_t npairs, kr_quantile_rule rule, kr_scale scale,
                         const double *q, size_t nq, double *scratch, double *value)
{
    search s = search_at(pairs, npairs, rule, scale, nq, scratch);
    const kr_mixture *m = &s.mixture;
    kr_mark low = {m->least, 0, 0}, high = {kr_above(m->greatest), m->weight, m->count};
    for (size_t k = 0; k < nq; k++)
        s.windows[k] = (window){kr_quantile_target(rule, q[k], m->weight), low, high};
    narrow_together(&s);
    for (size_t k = 0; k < nq; k++)
        value[k] = quantile(&s, &s.windows[k]);
}
