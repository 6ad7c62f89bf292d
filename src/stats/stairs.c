#include "stats/stairs.h"

/* Products of weights are added without care within so many rows, with it from there on. */
enum { CHUNK = 16 };

static double lower(double a, double b)
{
    return a < b ? a : b;
}

static double higher(double a, double b)
{
    return a > b ? a : b;
}

static size_t words(size_t n)
{
    return (n + 1) / 2;
}

static const kr_list *shorter(const kr_pair *pair)
{
    return pair->y.n < pair->x.n ? &pair->y : &pair->x;
}

static const kr_list *longer(const kr_pair *pair)
{
    return pair->y.n < pair->x.n ? &pair->x : &pair->y;
}

static size_t stairs_numbers(size_t npairs)
{
    return (npairs * sizeof(kr_stairs) + sizeof(double) - 1) / sizeof(double);
}

size_t kr_mixture_numbers(const kr_pair *pairs, size_t npairs)
{
    size_t rows = 0, columns = 0, n = stairs_numbers(npairs);
    for (size_t p = 0; p < npairs; p++) {
        size_t r = shorter(&pairs[p])->n, c = longer(&pairs[p])->n;
        rows = r > rows ? r : rows;
        columns = c > columns ? c : columns;
        n += c + 1;
    }
    return n + 2 * words(rows) + words(columns);
}

static void cumulate(const kr_list *list, double *below)
{
    kr_adder sum = {0, 0};
    below[0] = 0;
    for (size_t j = 0; j < list->n; j++) {
        kr_adder_add(&sum, list->w[j]);
        below[j + 1] = kr_adder_value(&sum);
    }
}

kr_mixture kr_mixture_at(const kr_pair *pairs, size_t npairs, double *at)
{
    kr_mixture m = {
        .npairs = npairs, .stairs = (void *)at, .least = INFINITY, .greatest = -INFINITY};
    size_t rows = 0, columns = 0;
    at += stairs_numbers(npairs);
    for (size_t p = 0; p < npairs; p++) {
        const kr_list *row = shorter(&pairs[p]), *col = longer(&pairs[p]);
        m.stairs[p] = (kr_stairs){row, col, pairs[p].weight, at};
        cumulate(col, at);
        at += col->n + 1;
        rows = row->n > rows ? row->n : rows;
        columns = col->n > columns ? col->n : columns;
        m.least = fmin(m.least, row->x[0] + col->x[0]);
        m.greatest = fmax(m.greatest, row->x[row->n - 1] + col->x[col->n - 1]);
    }
    m.from = (void *)at;
    m.to = (void *)(at + words(rows));
    m.queue = (void *)(at + 2 * words(rows));
    kr_mark all = kr_mixture_mark(&m, INFINITY);
    m.weight = all.weight;
    m.count = all.count;
    return m;
}

/* bound[i]: number of columns whose sum with row i is less than t. */
static void bounds(const kr_stairs *s, double t, uint32_t *bound)
{
    const double *x = s->row->x, *y = s->col->x;
    size_t n = s->row->n, ncols = s->col->n, full = 0, end = n;
    for (size_t step = n; full < end;) { /* rows [0, full) are below t as a whole */
        step = full + (end - full) / 2;
        if (x[step] + y[ncols - 1] < t)
            full = step + 1;
        else
            end = step;
    }
    for (size_t i = 0; i < full; i++)
        bound[i] = (uint32_t)ncols;
    uint32_t j = 0;
    for (size_t i = n; i-- > full;) { /* the last column ends the walk */
        double xi = x[i];
        while (xi + y[j] < t)
            j++;
        bound[i] = j;
    }
}

static double weight_below(const kr_stairs *s, const uint32_t *bound)
{
    const double *w = s->row->w, *below = s->below;
    kr_adder sum = {0, 0};
    for (size_t i = 0; i < s->row->n; i += CHUNK) {
        size_t end = i + CHUNK < s->row->n ? i + CHUNK : s->row->n;
        double part = 0;
        for (size_t k = i; k < end; k++)
            part += w[k] * below[bound[k]];
        kr_adder_add(&sum, part);
    }
    return kr_adder_value(&sum) * s->weight;
}

kr_mark kr_mixture_mark(const kr_mixture *m, double at)
{
    kr_adder weight = {0, 0};
    uint64_t count = 0;
    for (size_t p = 0; p < m->npairs; p++) {
        const kr_stairs *s = &m->stairs[p];
        bounds(s, at, m->from);
        kr_adder_add(&weight, weight_below(s, m->from));
        for (size_t i = 0; i < s->row->n; i++)
            count += m->from[i];
    }
    return (kr_mark){at, kr_adder_value(&weight), count};
}

static void add_sum(kr_sums *out, const kr_stairs *s, size_t i, size_t j)
{
    const kr_list *row = s->row, *col = s->col;
    size_t n = out->n++;
    out->x[n] = row->x[i] + col->x[j];
    out->w[n] = s->weight * (row->w[i] * col->w[j]);
    if (out->lightest) {
        out->lightest[n] = s->weight * (row->lightest[i] * col->lightest[j]);
        out->heaviest[n] = s->weight * (row->heaviest[i] * col->heaviest[j]);
    }
}

void kr_mixture_window(const kr_mixture *m, double low, double high, kr_sums *out)
{
    out->n = 0;
    for (size_t p = 0; p < m->npairs; p++) {
        const kr_stairs *s = &m->stairs[p];
        const double *x = s->row->x, *y = s->col->x;
        size_t ncols = s->col->n;
        bounds(s, low, m->from);
        for (size_t i = 0; i < s->row->n; i++)
            for (size_t j = m->from[i]; j < ncols && x[i] + y[j] < high; j++)
                add_sum(out, s, i, j);
    }
}

/* Random places, one in each of equal steps. */
typedef struct places {
    uint64_t random;
    double step, next;
    size_t drawn;
} places;

static places places_start(double total, size_t n)
{
    double step = total / (double)n;
    return (places){0x2545f4914f6cdd1dU, step, step / 2, 0};
}

static void places_next(places *it)
{
    it->random = it->random * 6364136223846793005U + 1442695040888963407U;
    it->drawn++;
    it->next = ((double)it->drawn + (double)(it->random >> 11) * 0x1p-53) * it->step;
}

void kr_mixture_sample(const kr_mixture *m, double low, double high, uint64_t count, size_t n,
                       double *x)
{
    places at = places_start((double)count, n);
    double before = 0; /* whole numbers */
    for (size_t p = 0; p < m->npairs; p++) {
        const kr_stairs *s = &m->stairs[p];
        bounds(s, low, m->from);
        bounds(s, high, m->to);
        for (size_t i = 0; i < s->row->n; i++) {
            uint32_t here = m->to[i] - m->from[i];
            for (; at.drawn < n && at.next < before + here; places_next(&at))
                x[at.drawn] = s->row->x[i] + s->col->x[m->from[i] + (uint32_t)(at.next - before)];
            before += here;
        }
    }
    for (; at.drawn < n; places_next(&at)) /* there are as many as `count` says; but for rounding */
        x[at.drawn] = low;
}

/* The column of from .. to - 1 in which the cumulative weight passes `weight`. */
static size_t column_at(const kr_stairs *s, size_t from, size_t to, double weight)
{
    while (to - from > 1) {
        size_t middle = from + (to - from) / 2;
        if (s->below[middle] > weight)
            to = middle;
        else
            from = middle;
    }
    return from;
}

void kr_mixture_sample_weight(const kr_mixture *m, double low, double high, double weight, size_t n,
                              double *x)
{
    places at = places_start(weight, n);
    double before = 0, last = low;
    for (size_t p = 0; p < m->npairs; p++) {
        const kr_stairs *s = &m->stairs[p];
        bounds(s, low, m->from);
        bounds(s, high, m->to);
        for (size_t i = 0; i < s->row->n; i++) {
            size_t from = m->from[i], to = m->to[i];
            double row = s->weight * s->row->w[i], first = s->below[from];
            double end = before + row * (s->below[to] - first);
            for (; at.drawn < n && at.next < end; places_next(&at)) {
                size_t j = column_at(s, from, to, first + (at.next - before) / row);
                x[at.drawn] = last = s->row->x[i] + s->col->x[j];
            }
            before = end;
        }
    }
    for (; at.drawn < n; places_next(&at)) /* the weights were added in another order */
        x[at.drawn] = last;
}

/* The weight in the window m->from .. m->to; of few columns one by one, because differences of
 * cumulative weights lose digits. */
static double weight_within(const kr_mixture *m, const kr_stairs *s)
{
    kr_adder sum = {0, 0};
    for (size_t i = 0; i < s->row->n; i++) {
        size_t from = m->from[i], to = m->to[i];
        double here = 0;
        if (to - from > CHUNK)
            here = s->below[to] - s->below[from];
        else
            for (size_t j = from; j < to; j++)
                here += s->col->w[j];
        if (here > 0)
            kr_adder_add(&sum, s->row->w[i] * here);
    }
    return kr_adder_value(&sum) * s->weight;
}

/* The least product sign * a[i] * b[j] over a window whose bounds move up as i goes down: the queue
 * holds columns of the window whose b (with the sign) increases; the first is the least one. */
static double least_product(const kr_mixture *m, const kr_stairs *s, const double *a,
                            const double *b, double sign)
{
    double least = INFINITY;
    uint32_t *queue = m->queue, seen = 0;
    size_t first = 0, end = 0;
    for (size_t i = s->row->n; i-- > 0;) {
        for (seen = seen < m->from[i] ? m->from[i] : seen; seen < m->to[i]; seen++) {
            while (end > first && sign * b[queue[end - 1]] >= sign * b[seen])
                end--;
            queue[end++] = seen;
        }
        while (first < end && queue[first] < m->from[i])
            first++;
        double product = first < end ? sign * (a[i] * b[queue[first]]) : INFINITY;
        least = lower(least, product);
    }
    return least;
}

/* The sums beside the window. */
static void neighbours(const kr_mixture *m, const kr_stairs *s, kr_level *level)
{
    const double *x = s->row->x, *y = s->col->x;
    size_t ncols = s->col->n;
    for (size_t i = 0; i < s->row->n; i++) {
        size_t from = m->from[i], to = m->to[i];
        if (from > 0)
            level->previous = higher(level->previous, x[i] + y[from - 1]);
        if (to < ncols)
            level->next = lower(level->next, x[i] + y[to]);
    }
}

kr_level kr_mixture_level(const kr_mixture *m, double low, double high)
{
    kr_level level = {.low = low, .high = high, .previous = -INFINITY, .next = INFINITY};
    kr_adder below = {0, 0}, within = {0, 0};
    double lightest = INFINITY, heaviest = -1;
    for (size_t p = 0; p < m->npairs; p++) {
        const kr_stairs *s = &m->stairs[p];
        bounds(s, low, m->from);
        bounds(s, kr_above(high), m->to);
        kr_adder_add(&below, weight_below(s, m->from));
        kr_adder_add(&within, weight_within(m, s));
        neighbours(m, s, &level);
        double least = least_product(m, s, s->row->lightest, s->col->lightest, 1);
        double most = least_product(m, s, s->row->heaviest, s->col->heaviest, -1);
        lightest = fmin(lightest, s->weight * least);
        if (most <= 0)
            heaviest = fmax(heaviest, s->weight * -most);
    }
    level.below = kr_adder_value(&below);
    level.weight = kr_adder_value(&within);
    level.lightest = lightest;
    level.heaviest = heaviest;
    return level;
}
