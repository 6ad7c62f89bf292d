/* Quantiles of realizations that are visited one by one, in several passes.
 *
 * Elements are values on the scale. The first pass counts them in bins of all values; the bin of a
 * target is the one in which the cumulative weight passes it. A window is such a bin: later passes
 * divide it again, between the smallest and the largest element found in it, or collect its
 * elements once they are few, until the element is known. A last pass gathers what lies around it
 * (group.h). Bins are equal steps of the bits of a double, in the order of the numbers: fine
 * enough whether the values lie close together or over 20 decades. */
#include "stats/stream.h"

#include "stats/group.h"
#include "stats/list.h"
#include "stats/stairs.h"

#include <math.h>
#include <string.h>

typedef struct bin {
    kr_adder weight;
    double count;
    double min, max; /* of its elements */
} bin;

/* Bins of a window: that of x is (bits of x - origin) >> shift. */
typedef struct ruler {
    int64_t origin;
    int shift;
    size_t nbins;
} ruler;

/* Elements min .. max, those of a bin, and what is known of them. */
typedef struct window {
    double min, max;
    kr_adder below;    /* weight of all elements before */
    size_t first, end; /* targets */
    bool collects;
    size_t n;     /* collected */
    ruler ruler;  /* where it does not collect */
    double *slot; /* bins; or values, and their weights from the middle on */
} window;

typedef struct target {
    double weight; /* that the cumulative weight must pass */
    size_t out;    /* position among the quantiles asked for */
    size_t place;
} target;

/* An element that was looked for, with its group; targets share it. */
typedef struct place {
    kr_value_group group;
    double low, high; /* values of the group */
    kr_adder below;   /* weight of all elements before this one */
    kr_adder before;  /* of those of them that are of the group */
    kr_adder weight;
} place;

typedef struct stream {
    const kr_point *point;
    const kr_quantile_spec *spec;
    const kr_stream_limits *limits;
    double *kept_value, *kept_weight; /* NULL: visited again in each pass */
    size_t nkept;
    double *room;     /* of the visits */
    kr_visitor *pass; /* which takes what a visit finds */

    ruler ruler;
    bin *bins;      /* of all elements */
    uint8_t *flags; /* of each bin: whether a pass looks at its elements */
    kr_adder total;

    size_t ntargets;
    target *targets; /* by weight */
    size_t nwindows, nnarrower;
    window *windows, *narrower; /* in order; the narrower ones are for the next pass */
    double *slots;
    size_t nplaces;
    place *places;
} stream;

/* ---- passes ---- */

static void scale_values(kr_scale scale, double *x, size_t n)
{
    if (scale != KR_SCALE_RATE)
        for (size_t i = 0; i < n; i++)
            x[i] = kr_scale_value(scale, x[i]);
}

static void hand_on(void *user, double *rate, double *weight, size_t n)
{
    stream *s = user;
    scale_values(s->spec->scale, rate, n);
    s->pass(s, rate, weight, n);
}

static void run_pass(stream *s, kr_visitor *pass)
{
    s->pass = pass;
    if (s->kept_value)
        pass(s, s->kept_value, s->kept_weight, s->nkept);
    else
        kr_visit(s->point, &s->limits->visit, s->room, hand_on, s);
}

static void keep(void *user, double *value, double *weight, size_t n)
{
    stream *s = user;
    memcpy(s->kept_value + s->nkept, value, n * sizeof *value);
    memcpy(s->kept_weight + s->nkept, weight, n * sizeof *weight);
    s->nkept += n;
}

/* ---- bins ---- */

static inline int64_t bits_of(double x)
{
    int64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static ruler ruler_of(double min, double max, size_t nbins)
{
    ruler r = {bits_of(min), 0, nbins};
    uint64_t width = (uint64_t)bits_of(max) - (uint64_t)r.origin;
    while (width >> r.shift >= nbins)
        r.shift++;
    return r;
}

/* Values beyond the ends count with the bins there. */
static inline size_t bin_of(const ruler *r, double x)
{
    int64_t from = bits_of(x) - r->origin;
    size_t i = (size_t)((from < 0 ? 0 : from) >> r->shift);
    return i < r->nbins ? i : r->nbins - 1;
}

static void clear_bins(bin *bins, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bins[i] = (bin){.min = INFINITY, .max = -INFINITY};
}

/* Both halves of the sum as one number after the other, so that bins do not wait for each other. */
static inline void count_in(bin *b, double value, double weight)
{
    double sum = b->weight.sum + weight, part = sum - b->weight.sum;
    b->weight.lost += (b->weight.sum - (sum - part)) + (weight - part);
    b->weight.sum = sum;
    b->count++;
    b->min = value < b->min ? value : b->min;
    b->max = value > b->max ? value : b->max;
}

static void add_weight(kr_adder *a, const kr_adder *more)
{
    kr_adder_add(a, more->sum);
    a->lost += more->lost;
}

static bool passes(const kr_adder *below, const kr_adder *more, double wanted)
{
    kr_adder sum = *below;
    add_weight(&sum, more);
    return kr_adder_value(&sum) > wanted;
}

static void count_all(void *user, double *value, double *weight, size_t n)
{
    stream *s = user;
    ruler r = s->ruler;
    for (size_t i = 0; i < n; i++)
        count_in(&s->bins[bin_of(&r, value[i])], value[i], weight[i]);
}

/* ---- windows and places ---- */

/* The targets first .. end have this element; `below`: the weight before it. */
static void found(stream *s, double value, const kr_adder *below, size_t first, size_t end)
{
    place *last = s->nplaces > 0 ? &s->places[s->nplaces - 1] : NULL;
    if (!last || last->group.value != value) {
        last = &s->places[s->nplaces++];
        double within = s->spec->rule == KR_QUANTILE_MERGED ? KR_MERGED_WITHIN : 0;
        *last = (place){.low = value * (1 - within), .high = value * (1 + within), .below = *below};
        last->group = (kr_value_group){.value = value, .lightest = INFINITY};
    }
    for (size_t t = first; t < end; t++)
        s->targets[t].place = (size_t)(last - s->places);
}

/* A bin that the targets first .. end are in. */
static void narrowed(stream *s, const bin *b, const kr_adder *below, size_t first, size_t end)
{
    if (b->min == b->max) {
        found(s, b->min, below, first, end);
        return;
    }
    window *w = &s->narrower[s->nnarrower];
    *w = (window){.min = b->min, .max = b->max, .below = *below, .first = first, .end = end};
    w->collects = 2 * b->count <= (double)s->limits->slot;
    w->slot = s->slots + s->nnarrower * s->limits->slot;
    s->nnarrower++;
}

/* Share the targets first .. end among the bins in which the cumulative weight passes them; those
 * that it does not pass, by rounding only, go to the last bin that has a weight. */
static void share_out(stream *s, const bin *bins, size_t nbins, kr_adder below, size_t first,
                      size_t end)
{
    size_t last = 0;
    for (size_t i = 0; i < nbins; i++)
        if (bins[i].weight.sum > 0)
            last = i;
    for (size_t i = 0; i <= last && first < end; i++) {
        size_t past = first;
        while (past < end &&
               (i == last || passes(&below, &bins[i].weight, s->targets[past].weight)))
            past++;
        if (past > first)
            narrowed(s, &bins[i], &below, first, past);
        first = past;
        add_weight(&below, &bins[i].weight);
    }
}

/* The targets of a window whose elements have been collected: over groups of equal ones. */
static void walk(stream *s, const window *w)
{
    double *x = w->slot, *weight = w->slot + s->limits->slot / 2;
    kr_list_order(x, weight, w->n);
    size_t first = w->first, last = w->n - 1;
    while (last > 0 && weight[last] == 0)
        last--;
    kr_adder below = w->below;
    for (size_t i = 0; i <= last && first < w->end;) {
        size_t next = i, past = first;
        kr_adder sum = {0, 0};
        for (; next < w->n && x[next] == x[i]; next++)
            kr_adder_add(&sum, weight[next]);
        while (past < w->end && (next > last || passes(&below, &sum, s->targets[past].weight)))
            past++;
        if (past > first)
            found(s, x[i], &below, first, past);
        first = past;
        add_weight(&below, &sum);
        i = next;
    }
}

/* ---- rounds ---- */

static size_t bins_of_slot(const stream *s)
{
    return s->limits->slot * sizeof(double) / sizeof(bin);
}

static window *window_with(stream *s, double x)
{
    size_t low = 0, high = s->nwindows;
    while (low < high) { /* windows before `low` start at x or below */
        size_t middle = (low + high) / 2;
        if (s->windows[middle].min <= x)
            low = middle + 1;
        else
            high = middle;
    }
    window *w = low > 0 ? &s->windows[low - 1] : NULL;
    return w && x <= w->max ? w : NULL;
}

static void look(void *user, double *value, double *weight, size_t n)
{
    stream *s = user;
    ruler r = s->ruler;
    for (size_t i = 0; i < n; i++) {
        if (!s->flags[bin_of(&r, value[i])])
            continue;
        window *w = window_with(s, value[i]);
        if (!w)
            continue;
        if (w->collects) {
            w->slot[w->n] = value[i];
            w->slot[s->limits->slot / 2 + w->n] = weight[i];
            w->n++;
        } else {
            bin *bins = (bin *)(void *)w->slot;
            count_in(&bins[bin_of(&w->ruler, value[i])], value[i], weight[i]);
        }
    }
}

/* One pass over the windows, which are replaced by narrower ones. */
static void narrow(stream *s)
{
    window *swap = s->windows;
    s->windows = s->narrower;
    s->narrower = swap;
    s->nwindows = s->nnarrower;
    s->nnarrower = 0;
    memset(s->flags, 0, s->limits->bins);
    for (size_t i = 0; i < s->nwindows; i++) {
        window *w = &s->windows[i];
        s->flags[bin_of(&s->ruler, w->min)] = 1; /* a window is within one bin of all */
        if (w->collects)
            continue;
        w->ruler = ruler_of(w->min, w->max, bins_of_slot(s));
        clear_bins((bin *)(void *)w->slot, bins_of_slot(s));
    }
    run_pass(s, look);
    for (size_t i = 0; i < s->nwindows; i++) {
        window *w = &s->windows[i];
        if (w->collects)
            walk(s, w);
        else
            share_out(s, (bin *)(void *)w->slot, bins_of_slot(s), w->below, w->first, w->end);
    }
}

/* ---- what lies around the elements found ---- */

static void gather_one(place *p, double x, double weight)
{
    kr_value_group *g = &p->group;
    if (x < p->low) {
        if (!g->has_previous || x > g->previous) {
            g->previous = x;
            g->previous_heaviest = weight;
            g->has_previous = true;
        } else if (x == g->previous && weight > g->previous_heaviest) {
            g->previous_heaviest = weight;
        }
    } else if (x > p->high) {
        if (!g->has_next || x < g->next) {
            g->next = x;
            g->next_lightest = weight;
            g->has_next = true;
        } else if (x == g->next && weight < g->next_lightest) {
            g->next_lightest = weight;
        }
    } else {
        kr_adder_add(&p->weight, weight);
        if (x < g->value)
            kr_adder_add(&p->before, weight);
        g->lightest = weight < g->lightest ? weight : g->lightest;
        g->heaviest = weight > g->heaviest ? weight : g->heaviest;
    }
}

static void gather(void *user, double *value, double *weight, size_t n)
{
    stream *s = user;
    ruler r = s->ruler;
    for (size_t i = 0; i < n; i++)
        if (s->flags[bin_of(&r, value[i])])
            for (size_t k = 0; k < s->nplaces; k++)
                gather_one(&s->places[k], value[i], weight[i]);
}

/* Bins of the group, and the nearest on both sides that have elements. */
static void flag_around(stream *s, const place *p)
{
    size_t low = bin_of(&s->ruler, p->low), high = bin_of(&s->ruler, p->high);
    memset(s->flags + low, 1, high - low + 1);
    while (low > 0)
        if (s->bins[--low].count > 0) {
            s->flags[low] = 1;
            break;
        }
    while (++high < s->limits->bins)
        if (s->bins[high].count > 0) {
            s->flags[high] = 1;
            break;
        }
}

static void describe(stream *s)
{
    memset(s->flags, 0, s->limits->bins);
    for (size_t i = 0; i < s->nplaces; i++)
        flag_around(s, &s->places[i]);
    if (s->nplaces > 0)
        run_pass(s, gather);
    for (size_t i = 0; i < s->nplaces; i++) {
        place *p = &s->places[i];
        add_weight(&p->below, &(kr_adder){-p->before.sum, -p->before.lost});
        p->group.below = kr_adder_value(&p->below);
        p->group.weight = kr_adder_value(&p->weight);
    }
}

/* ---- all of it ---- */

static size_t root_of(const kr_structure *structure)
{
    return structure->nparts - 1;
}

static bool is_kept(const kr_structure *structure, const kr_stream_limits *limits)
{
    return structure->realizations <= limits->kept;
}

static bool is_block(const kr_structure *structure)
{
    return structure->parts[root_of(structure)].kind == KR_PART_BLOCK;
}

static size_t extents_numbers(const kr_structure *structure)
{
    return structure->nparts * (sizeof(kr_extent) / sizeof(double));
}

/* Room for the visits, or for what stands in for the first of them. */
static size_t room_numbers(const kr_structure *structure, const kr_stream_limits *limits)
{
    if (is_kept(structure, limits) && is_block(structure))
        return kr_states_scratch(structure, root_of(structure));
    size_t n = kr_visit_scratch(structure, &limits->visit);
    size_t extents = extents_numbers(structure) + kr_extents_scratch(structure);
    return is_kept(structure, limits) || n > extents ? n : extents;
}

/* Where n elements start in the scratch, NULL without one. */
static void *take(double *scratch, size_t *at, size_t n, size_t size)
{
    double *p = scratch ? scratch + *at : NULL;
    *at += (n * size + sizeof(double) - 1) / sizeof(double);
    return p;
}

/* Give out the scratch; the numbers that it has. */
static size_t lay_out(stream *s, const kr_structure *structure, size_t nq, double *scratch)
{
    const kr_stream_limits *limits = s->limits;
    size_t at = 0;
    if (is_kept(structure, limits)) {
        s->kept_value = take(scratch, &at, (size_t)structure->realizations, sizeof(double));
        s->kept_weight = take(scratch, &at, (size_t)structure->realizations, sizeof(double));
    }
    s->room = take(scratch, &at, room_numbers(structure, limits), sizeof(double));
    s->bins = take(scratch, &at, limits->bins, sizeof(bin));
    s->flags = take(scratch, &at, limits->bins, sizeof(uint8_t));
    s->targets = take(scratch, &at, nq, sizeof(target));
    s->windows = take(scratch, &at, nq, sizeof(window));
    s->narrower = take(scratch, &at, nq, sizeof(window));
    s->places = take(scratch, &at, nq, sizeof(place));
    s->slots = take(scratch, &at, nq * limits->slot, sizeof(double));
    return at;
}

/* The values of all, where they are kept, and their range; or the range by parts, which may be off
 * by rounding. */
static void start(stream *s, double *min, double *max)
{
    const kr_structure *structure = s->point->structure;
    if (!s->kept_value) {
        kr_extent *extents = (kr_extent *)(void *)s->room;
        kr_extents_find(s->point, s->room + extents_numbers(structure), extents);
        *min = kr_scale_value(s->spec->scale, extents[root_of(structure)].min);
        *max = kr_scale_value(s->spec->scale, extents[root_of(structure)].max);
        return;
    }
    if (is_block(structure)) { /* right to where it is kept */
        s->nkept = structure->parts[root_of(structure)].nstates;
        kr_states_list(s->point, root_of(structure), s->room, s->kept_value, s->kept_weight);
        scale_values(s->spec->scale, s->kept_value, s->nkept);
        for (size_t i = 0; i < s->nkept; i++)
            s->kept_weight[i] *= structure->scale;
    } else {
        s->pass = keep;
        kr_visit(s->point, &s->limits->visit, s->room, hand_on, s);
    }
    *min = *max = s->kept_value[0];
    for (size_t i = 0; i < s->nkept; i++) {
        double x = s->kept_value[i];
        *min = x < *min ? x : *min;
        *max = x > *max ? x : *max;
    }
}

/* Returns the greatest value of all. */
static double count_elements(stream *s)
{
    double min, max;
    start(s, &min, &max);
    s->ruler = ruler_of(min, max, s->limits->bins);
    clear_bins(s->bins, s->limits->bins);
    run_pass(s, count_all);
    for (size_t i = 0; i < s->limits->bins; i++) {
        add_weight(&s->total, &s->bins[i].weight);
        max = s->bins[i].count > 0 ? s->bins[i].max : max;
    }
    return max;
}

/* Targets in order of their weights; those that nothing passes have the greatest value. */
static void aim(stream *s, double greatest, double *value)
{
    const kr_quantile_spec *spec = s->spec;
    double total = kr_adder_value(&s->total);
    for (size_t i = 0; i < spec->nq; i++) {
        double weight = kr_quantile_target(spec->rule, spec->q[i], total);
        if (weight >= total) {
            value[i] = greatest;
            continue;
        }
        size_t k = s->ntargets++;
        for (; k > 0 && s->targets[k - 1].weight > weight; k--)
            s->targets[k] = s->targets[k - 1];
        s->targets[k] = (target){weight, i, 0};
    }
}

void kr_stream_quantiles_within(const kr_point *point, const kr_quantile_spec *spec,
                                const kr_stream_limits *limits, double *scratch, double *value)
{
    stream s = {.point = point, .spec = spec, .limits = limits};
    lay_out(&s, point->structure, spec->nq, scratch);
    double greatest = count_elements(&s);
    aim(&s, greatest, value);
    share_out(&s, s.bins, limits->bins, (kr_adder){0, 0}, 0, s.ntargets);
    while (s.nnarrower > 0)
        narrow(&s);
    describe(&s);
    for (size_t i = 0; i < s.ntargets; i++) {
        const target *t = &s.targets[i];
        value[t->out] = kr_quantile_of_group(spec->rule, &s.places[t->place].group, t->weight);
    }
}

size_t kr_stream_scratch_within(const kr_structure *structure, size_t nq,
                                const kr_stream_limits *limits)
{
    stream s = {.limits = limits};
    return lay_out(&s, structure, nq, NULL);
}

kr_stream_limits kr_stream_limits_of(const kr_structure *structure)
{
    double kept = is_block(structure) ? KR_BLOCK_STATES_MAX : 1 << 20;
    return (kr_stream_limits){{4096, 1 << 14}, kept, 4096, 8192};
}

size_t kr_stream_scratch(const kr_structure *structure, size_t nq)
{
    kr_stream_limits limits = kr_stream_limits_of(structure);
    return kr_stream_scratch_within(structure, nq, &limits);
}

void kr_stream_quantiles(const kr_structure *structure, const kr_quantile_spec *spec,
                         const double *rates, size_t column, double *scratch, double *value)
{
    kr_point point = {structure, rates, column};
    kr_stream_limits limits = kr_stream_limits_of(structure);
    kr_stream_quantiles_within(&point, spec, &limits, scratch, value);
}
