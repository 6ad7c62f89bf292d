#include "stats/list.h"

#include <string.h>

/* One of the lists that are merged: all its entries with this shift and these factors. */
struct kr_list_source {
    const kr_list *list;
    double shift, w, lightest, heaviest;
    size_t at; /* the next entry */
};

bool kr_list_keeps_lightest(kr_quantile_rule rule)
{
    return rule != KR_QUANTILE_MERGED;
}

bool kr_list_keeps_heaviest(kr_quantile_rule rule)
{
    return rule == KR_QUANTILE_HALF_WEIGHT;
}

size_t kr_list_numbers(size_t n, kr_quantile_rule rule)
{
    size_t extremes = (size_t)kr_list_keeps_lightest(rule) + (size_t)kr_list_keeps_heaviest(rule);
    return n * (2 + extremes);
}

kr_list_room kr_list_room_at(double *at, size_t n, kr_quantile_rule rule)
{
    kr_list_room room = {at, at + n, NULL, NULL};
    at += 2 * n;
    if (kr_list_keeps_lightest(rule)) {
        room.lightest = at;
        at += n;
    }
    if (kr_list_keeps_heaviest(rule))
        room.heaviest = at;
    return room;
}

static void order_short(double *x, double *w, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        double xi = x[i], wi = w[i];
        size_t j = i;
        for (; j > 0 && x[j - 1] > xi; j--) {
            x[j] = x[j - 1];
            w[j] = w[j - 1];
        }
        x[j] = xi;
        w[j] = wi;
    }
}

static double median3(double a, double b, double c)
{
    double low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

/* Quicksort with pivots at random places, so that no order of the values is a slow one; equal
 * values are shared out to both sides. Stops at pieces of `most` values, which are left to `rest`.
 */
static void order_pieces(double *x, double *w, size_t n, size_t most,
                         void (*rest)(double *, double *, size_t))
{
    uint64_t random = 0x9e3779b97f4a7c15U;
    while (n > most) {
        random = random * 6364136223846793005U + 1442695040888963407U;
        uint64_t r = random >> 16;
        double pivot =
            median3(x[r % n], x[(r >> 10) % n], x[(r >> 20) % n]); /* of three random ones */
        size_t i = 0, j = n - 1;
        for (;;) {
            while (x[i] < pivot)
                i++;
            while (x[j] > pivot)
                j--;
            if (i >= j)
                break;
            double xi = x[i], wi = w[i];
            x[i] = x[j];
            w[i++] = w[j];
            x[j] = xi;
            w[j--] = wi;
        }
        i += i == 0; /* x[..i) <= pivot <= x[i..), neither empty */
        if (i < n - i) {
            order_pieces(x, w, i, most, rest);
            x += i, w += i, n -= i;
        } else {
            order_pieces(x + i, w + i, n - i, most, rest);
            n = i;
        }
    }
    rest(x, w, n);
}

enum {
    SHORT = 24,         /* values that are ordered by insertion */
    BUCKETS_FROM = 48,  /* values that are dealt out to buckets, */
    BUCKETS_MOST = 2048 /* on the stack */
};

/* The least positive value and the greatest one; false unless all are 0 or above and finite. */
static bool find_ends(const double *x, size_t n, double *low, double *high)
{
    double least = INFINITY, positive = INFINITY, most = 0;
#pragma omp simd reduction(min : least, positive) reduction(max : most)
    for (size_t i = 0; i < n; i++) {
        double y = x[i] > 0 ? x[i] : INFINITY;
        least = x[i] < least ? x[i] : least;
        positive = y < positive ? y : positive;
        most = x[i] > most ? x[i] : most;
    }
    *low = positive;
    *high = most;
    return least >= 0 && most < INFINITY && positive < INFINITY;
}

/* Values are dealt out to as many buckets as there are values, by their bits, which grow as a
 * logarithm does: rates at a level are spread over orders of magnitude. Few meet in a bucket, and
 * insertion orders those; where many do, they are ordered by quicksort. Zeros have a bucket of
 * their own. */
static void order_by_buckets(double *x, double *w, size_t n)
{
    double from_x[BUCKETS_MOST], from_w[BUCKETS_MOST], low, high;
    uint16_t bucket[BUCKETS_MOST], end[BUCKETS_MOST + 3] = {0};
    if (n < BUCKETS_FROM || !find_ends(x, n, &low, &high)) {
        order_pieces(x, w, n, SHORT, order_short);
        return;
    }
    uint64_t first = kr_bits_of(low);
    double scale = (double)n / ((double)(int64_t)(kr_bits_of(high) - first) + 1);
    for (size_t i = 0; i < n; i++) {
        from_x[i] = x[i];
        from_w[i] = w[i];
        double steps = (double)(int64_t)(kr_bits_of(x[i]) - first) * scale;
        bucket[i] = (uint16_t)(x[i] > 0 ? 1 + (int)steps : 0);
    }
    for (size_t i = 0; i < n; i++)
        end[bucket[i] + 1]++;
    for (size_t b = 0; b <= n + 1; b++) /* 0 to n + 1: the last where rounding leaves nothing out */
        end[b + 1] = (uint16_t)(end[b + 1] + end[b]);
    for (size_t i = 0; i < n; i++) {
        size_t to =
            end[bucket[i]]++; /* the place of the bucket's next; its end when all are there */
        x[to] = from_x[i];
        w[to] = from_w[i];
    }
    for (size_t b = 0, begin = 0; b <= n + 1; begin = end[b++])
        if (end[b] - begin > SHORT)
            order_pieces(x + begin, w + begin, end[b] - begin, SHORT, order_short);
    order_short(x, w, n);
}

void kr_list_order(double *x, double *w, size_t n)
{
    order_pieces(x, w, n, BUCKETS_MOST, order_by_buckets);
}

/* A list being written. Until two entries meet, the extremes are the weights. */
typedef struct writer {
    kr_list_room room;
    size_t n;
    bool met;
} writer;

/* Entries meet from now on: those so far stand for one value each. */
static void writer_meet(writer *out)
{
    if (out->room.lightest)
        memcpy(out->room.lightest, out->room.w, out->n * sizeof *out->room.w);
    if (out->room.heaviest)
        memcpy(out->room.heaviest, out->room.w, out->n * sizeof *out->room.w);
    out->met = true;
}

static inline void writer_add(writer *out, double x, double w, double lightest, double heaviest)
{
    kr_list_room *room = &out->room;
    size_t i = out->n;
    if (i > 0 && room->x[i - 1] == x) {
        i--;
        if (!out->met)
            writer_meet(out);
        room->w[i] += w;
        if (room->lightest && lightest < room->lightest[i])
            room->lightest[i] = lightest;
        if (room->heaviest && heaviest > room->heaviest[i])
            room->heaviest[i] = heaviest;
        return;
    }
    room->x[i] = x;
    room->w[i] = w;
    if (out->met && room->lightest)
        room->lightest[i] = lightest;
    if (out->met && room->heaviest)
        room->heaviest[i] = heaviest;
    out->n++;
}

static kr_list writer_list(const writer *out)
{
    const kr_list_room *room = &out->room;
    return (kr_list){out->n, room->x, room->w,
                     out->met && room->lightest ? room->lightest : room->w,
                     out->met && room->heaviest ? room->heaviest : room->w};
}

kr_list kr_list_of_values(kr_list_room room, size_t n)
{
    kr_list_order(room.x, room.w, n);
    writer out = {room, 0, false};
    for (size_t i = 0; i < n; i++) /* never writes ahead of where it reads */
        writer_add(&out, room.x[i], room.w[i], room.w[i], room.w[i]);
    return writer_list(&out);
}

size_t kr_merger_numbers(size_t k)
{
    size_t source = (sizeof(struct kr_list_source) + sizeof(double) - 1) / sizeof(double);
    return k * (source + 1) + k; /* two numbers of 32 bits each in the tree */
}

kr_merger kr_merger_at(double *at, size_t k)
{
    size_t source = (sizeof(struct kr_list_source) + sizeof(double) - 1) / sizeof(double);
    return (kr_merger){(void *)at, at + k * source, (void *)(at + k * (source + 1))};
}

static double source_head(const struct kr_list_source *source)
{
    return source->at < source->list->n ? source->list->x[source->at] + source->shift : INFINITY;
}

/* A tournament of the heads of k > 1 lists: node j (1 .. k - 1) has the children 2j and 2j + 1, the
 * nodes k .. 2k - 1 are the lists. A node keeps the loser of its match; the winner of all is
 * returned. */
static uint32_t tournament(kr_merger m, uint32_t k)
{
    uint32_t *winner = m.tree;
    for (uint32_t i = 0; i < k; i++)
        winner[k + i] = i;
    for (uint32_t j = k - 1; j > 0; j--) {
        uint32_t a = winner[2 * j], b = winner[2 * j + 1];
        winner[j] = m.heads[b] < m.heads[a] ? b : a;
    }
    uint32_t first = winner[1];
    for (uint32_t j = 1; j < k; j++) { /* downwards, so that the children are winners still */
        uint32_t a = winner[2 * j], b = winner[2 * j + 1];
        winner[j] = winner[j] == a ? b : a;
    }
    return first;
}

static void source_move(struct kr_list_source *s, double x, writer *out)
{
    const kr_list *list = s->list;
    size_t at = s->at++;
    writer_add(out, x, list->w[at] * s->w, list->lightest[at] * s->lightest,
               list->heaviest[at] * s->heaviest);
}

static kr_list merge(kr_merger m, size_t k, bool met, kr_list_room room)
{
    writer out = {room, 0, met};
    uint32_t nlists = (uint32_t)k;
    size_t left = 0;
    for (size_t i = 0; i < k; i++) {
        m.heads[i] = source_head(&m.sources[i]);
        left += m.sources[i].list->n;
    }
    uint32_t first = k > 1 ? tournament(m, nlists) : 0;
    for (; left > 0 && m.sources[first].at < m.sources[first].list->n; left--) {
        struct kr_list_source *s = &m.sources[first];
        source_move(s, m.heads[first], &out);
        double head = source_head(s);
        m.heads[first] = head;
        for (uint32_t j = (nlists + first) / 2; j > 0; j /= 2) {
            uint32_t other = m.tree[j];
            double rival = m.heads[other];
            bool loses = rival < head;
            m.tree[j] = loses ? first : other;
            first = loses ? other : first;
            head = loses ? rival : head;
        }
    }
    for (size_t i = 0; i < k && left > 0; i++) /* infinite values are as far as the ends of lists */
        while (m.sources[i].at < m.sources[i].list->n)
            source_move(&m.sources[i], INFINITY, &out);
    return writer_list(&out);
}

static bool list_met(const kr_list *list)
{
    return list->lightest != list->w || list->heaviest != list->w;
}

kr_list kr_list_sum(const kr_list *a, const kr_list *b, kr_merger merger, kr_list_room room)
{
    const kr_list *many = a->n < b->n ? b : a, *few = a->n < b->n ? a : b;
    for (size_t i = 0; i < few->n; i++)
        merger.sources[i] = (struct kr_list_source){
            many, few->x[i], few->w[i], few->lightest[i], few->heaviest[i], 0};
    return merge(merger, few->n, list_met(a) || list_met(b), room);
}

kr_list kr_list_mix(const kr_list *lists, const double *factors, size_t n, kr_merger merger,
                    kr_list_room room)
{
    bool met = false;
    for (size_t i = 0; i < n; i++) {
        double f = factors[i];
        merger.sources[i] = (struct kr_list_source){&lists[i], 0, f, f, f, 0};
        met = met || list_met(&lists[i]);
    }
    return merge(merger, n, met, room);
}
