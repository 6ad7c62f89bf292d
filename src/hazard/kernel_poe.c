/* Probabilities of exceedance under the truncated normal distribution, compiled once for each
 * instruction set.
 *
 * Levels are taken in groups of KR_KERNEL_PAD. Those that are exceeded always or never by a context
 * are known from its mean and sigma. The others, of several contexts, make a list, and several
 * groups are computed at a time: no branch depends on the numbers, and while one sum waits for its
 * product, others proceed.
 *
 * For x = (level - mean) / sigma and a truncation at L, y = x sqrt(2) / L and t = y^2 - 1:
 *     poe = 1/2 - y Q(t),    Q(t) = erf(L y / 2) / (2 y erf(L / sqrt(2))),
 * where Q is an entire function of t, for -1 <= t <= 1 close to a polynomial of a few terms
 * (truncation.c), computed by Horner's rule.
 *
 * What the result is wrong by. Let u = 2^-53, c_k the terms, P_k the partial sums of Horner's rule,
 * P_k = c_k + t P_(k+1), Q = P_0, and h(z) = u 2^floor(log2 |z|) the most that rounding z does. To
 * first order in u:
 * - y: four roundings (the difference, its factor, that factor's division, the product), 4 u
 *   relative; poe changes by at most 4 u |x| phi(x) / (2 Phi(L) - 1);
 * - t: h(t), without fused products also h(y^2); poe changes by |y Q'(t)| as much;
 * - Q: the coefficients' sum of h(c_k) |t|^k, and of each step h(P_k) |t|^k, without fused products
 *   also h(t P_(k+1)) |t|^k; what was left out of the series, 1.5e-17; all of them times |y|;
 * - poe: its own rounding, u / 2, without fused products also h(y Q).
 * Because Q is completely monotone (a mixture of exp(-a t), a >= 0) the c_k alternate in sign and
 * |P_k| <= |c_k| for t >= 0; for t < 0, where all terms have one sign, |y| is small. The sum of the
 * four is at most 3.8e-16 with and 4.7e-16 without fused products for all L up to 5: the unit test
 * evaluates it from the coefficients themselves. An absolute error below 5e-16 is a relative one
 * below 5e-10 where poe > 1e-6.
 *
 * For greater L, where most of Q's terms cancel, poe = (erfc(|x| / sqrt(2)) / 2 - tail) scale, or 1
 * minus that for x < 0, by the vector form of erfc, whose documented error, 4 units in the last
 * place of a number up to 1, makes 2.2e-16; x makes 0.73 u and the rest 2 u. */
#include "hazard/kernel_isa.h"
#include "num/vec.h"
#include "num/vmath.h"

#include <string.h>

/* A group is VECS vectors; a block of groups is computed at a time, as many as the registers hold.
 * Contexts and groups of levels of one list. */
enum {
    GROUP = KR_KERNEL_PAD,
    VECS = GROUP / KR_VEC,
    BLOCK = KR_VEC == 8   ? 8
            : KR_VEC == 4 ? 2
                          : 1,
    FEW = KR_VEC == 8 ? 2 : 1, /* a smaller block, for the end of a list */
    CONTEXTS = 64,
    GROUPS = 16,
    LIST = CONTEXTS * GROUPS + 8 + BLOCK /* with room for what is written beyond its end */
};

#define ALWAYS_HERE inline __attribute__((always_inline))

/* Contexts and levels of one list. */
typedef struct part {
    const kr_truncation *t;
    const double *levels;
    size_t ngroups, n, stride;
    double weight, *out;
    bool add, any_below;
    _Alignas(64) double mean[CONTEXTS];
    _Alignas(64) double by_sigma[CONTEXTS];
    _Alignas(64) int64_t below[CONTEXTS]; /* groups whose levels are exceeded always */
    _Alignas(64) int64_t count[CONTEXTS]; /* of groups after them that are to be computed */
} part;

/* An item of the list: context << 16 | group. */
static inline size_t item_context(uint32_t item)
{
    return item >> 16;
}

static inline size_t item_group(uint32_t item)
{
    return item & 0xffff;
}

/* Which groups need to be computed: those that reach into mean -+ L sigma. */
static void find_groups(part *p, const double *mean, const double *sigma)
{
    double width[CONTEXTS];
    for (size_t j = p->n; j % KR_VEC; j++)
        p->mean[j] = width[j] = 1;
    memcpy(p->mean, mean, p->n * sizeof *mean);
    memcpy(width, sigma, p->n * sizeof *sigma);
    kr_vec_bits any = {0};
    for (size_t j = 0; j < p->n; j += KR_VEC) {
        kr_vec at = kr_vec_load(p->mean + j), s = kr_vec_load(width + j);
        kr_vec reach = kr_vec_all(p->t->level) * s, low = at - reach, high = at + reach;
        kr_vec_bits below = {0}, reached = {0};
        for (size_t g = 0; g < p->ngroups; g++) {
            const double *level = p->levels + g * GROUP;
            below -= (kr_vec_bits)(kr_vec_all(level[GROUP - 1]) <= low);
            reached -= (kr_vec_bits)(kr_vec_all(level[0]) < high);
        }
        kr_vec_bits more = (kr_vec_bits)(reached > below);
        *(kr_vec_bits *)(p->below + j) = below;
        *(kr_vec_bits *)(p->count + j) = (reached - below) & more;
        kr_vec_store(p->by_sigma + j, kr_vec_all(p->t->by) / s);
        any |= below;
    }
    p->any_below = false;
    for (int i = 0; i < KR_VEC; i++)
        p->any_below |= any[i] != 0;
}

static ALWAYS_HERE void put(double *to, kr_vec poe, double weight, bool add)
{
    kr_vec old = add ? kr_vec_load(to) : kr_vec_all(0);
    kr_vec_store(to, kr_vec_fma(kr_vec_all(weight), poe, old));
}

/* Items of a context from a group on: eight are written whatever their number. */
static ALWAYS_HERE size_t append(uint32_t *items, size_t n, size_t context, int64_t first,
                                 int64_t count)
{
    uint32_t item = (uint32_t)(context << 16) + (uint32_t)first;
#pragma omp simd
    for (uint32_t i = 0; i < 8; i++)
        items[n + i] = item + i;
    for (uint32_t i = 8; i < count; i++)
        items[n + i] = item + i;
    return n + (size_t)count;
}

static ALWAYS_HERE double *place(const part *p, uint32_t item)
{
    return p->out + item_context(item) * p->stride + item_group(item) * GROUP;
}

static void clear_rows(const part *p)
{
    size_t row = p->ngroups * GROUP;
    bool flat = p->stride == row;
    size_t nrows = flat ? 1 : p->n, nlevels = flat ? p->n * row : row;
    for (size_t j = 0; j < nrows; j++)
        for (size_t l = 0; l < nlevels; l += KR_VEC)
            kr_vec_store(p->out + j * p->stride + l, kr_vec_all(0));
}

/* Groups that are exceeded always. */
static void put_ones(const part *p)
{
    uint32_t items[LIST];
    size_t n = 0;
    for (size_t j = 0; j < p->n; j++)
        n = append(items, n, j, 0, p->below[j]);
    for (size_t i = 0; i < n; i++)
        KR_UNROLL for (int v = 0; v < VECS; v++)
            put(place(p, items[i]) + v * KR_VEC, kr_vec_all(1), p->weight, p->add);
}

/* y of vector v of an item. */
static ALWAYS_HERE kr_vec argument(const part *p, uint32_t item, int v)
{
    size_t j = item_context(item);
    kr_vec level = kr_vec_load(p->levels + item_group(item) * GROUP + v * KR_VEC);
    return (level - kr_vec_all(p->mean[j])) * kr_vec_all(p->by_sigma[j]);
}

/* 0 where y >= sqrt(2) or NaN (no sigma, and the level at the mean), 1 where y <= -sqrt(2). */
static ALWAYS_HERE kr_vec clip(kr_vec y, kr_vec poe)
{
    kr_vec none = kr_vec_all(0), one = kr_vec_all(1);
    poe = kr_vec_max(poe, none);
    poe = kr_vec_if_less(y, kr_vec_all(M_SQRT2), poe, none);
    poe = kr_vec_min(poe, one);
    return kr_vec_if_less(kr_vec_all(-M_SQRT2), y, poe, kr_vec_if_less(y, none, one, none));
}

/* `nvecs` is a constant wherever this is expanded. */
static ALWAYS_HERE void block(const part *p, const uint32_t *items, double *const *to, int nvecs,
                              bool add)
{
    const kr_truncation *t = p->t;
    kr_vec y[BLOCK * VECS], x[BLOCK * VECS], q[BLOCK * VECS];
    KR_UNROLL for (int i = 0; i < nvecs; i++)
    {
        y[i] = argument(p, items[i / VECS], i % VECS);
        x[i] = kr_vec_fma(y[i], y[i], kr_vec_all(-1));
        q[i] = kr_vec_all(t->terms[t->nterms - 1]);
    }
    for (int k = t->nterms - 2; k >= 0; k--) {
        kr_vec term = kr_vec_all(t->terms[k]);
        KR_UNROLL for (int i = 0; i < nvecs; i++) q[i] = kr_vec_fma(q[i], x[i], term);
    }
    KR_UNROLL for (int i = 0; i < nvecs; i++)
    {
        kr_vec poe = clip(y[i], kr_vec_fnma(y[i], q[i], kr_vec_all(0.5)));
        put(to[i / VECS] + i % VECS * KR_VEC, poe, p->weight, add);
    }
}

/* The list, block by block; what the last one lacks is computed for nobody. */
static ALWAYS_HERE void run_polynomial(const part *p, uint32_t *items, size_t n, bool add)
{
    double nobody[GROUP] = {0}, *to[BLOCK];
    for (size_t i = 0; i < BLOCK; i++)
        items[n + i] = 0;
    for (size_t first = 0; first < n; first += BLOCK) {
        KR_UNROLL for (size_t i = 0; i < BLOCK; i++)
        {
            to[i] = first + i < n ? place(p, items[first + i]) : nobody;
        }
        if (n - first > FEW)
            block(p, items + first, to, BLOCK * VECS, add);
        else
            block(p, items + first, to, FEW * VECS, add);
    }
}

/* Items whose error functions are taken at a time. */
enum { LOT = 32 };

static void take_erfc(double *x)
{
#pragma omp simd
    for (size_t i = 0; i < LOT * GROUP; i++)
        x[i] = erfc(x[i]);
}

/* At most LOT items; of what lies beyond them in the arrays nothing is used. */
static ALWAYS_HERE void run_lot(const part *p, const uint32_t *items, size_t n, double *y,
                                double *e, bool add)
{
    kr_vec half = kr_vec_all(0.5), tail = kr_vec_all(p->t->tail), scale = kr_vec_all(p->t->scale);
    kr_vec none = kr_vec_all(0), one = kr_vec_all(1), by = kr_vec_all(p->t->level / 2);
    for (size_t i = 0; i < n; i++)
        KR_UNROLL for (int v = 0; v < VECS; v++)
        {
            kr_vec at = argument(p, items[i], v);
            kr_vec_store(y + i * GROUP + v * KR_VEC, at);
            kr_vec_store(e + i * GROUP + v * KR_VEC, by * kr_vec_max(at, -at));
        }
    take_erfc(e);
    for (size_t i = 0; i < n; i++) {
        double *to = place(p, items[i]);
        KR_UNROLL for (int v = 0; v < VECS; v++)
        {
            kr_vec at = kr_vec_load(y + i * GROUP + v * KR_VEC);
            kr_vec poe = (half * kr_vec_load(e + i * GROUP + v * KR_VEC) - tail) * scale;
            poe = clip(at, kr_vec_if_less(at, none, one - poe, poe));
            put(to + v * KR_VEC, poe, p->weight, add);
        }
    }
}

static ALWAYS_HERE void run_erfc(const part *p, const uint32_t *items, size_t n, bool add)
{
    _Alignas(64) double y[LOT * GROUP], e[LOT * GROUP] = {0};
    for (size_t first = 0; first < n; first += LOT)
        run_lot(p, items + first, n - first < LOT ? n - first : LOT, y, e, add);
}

static void run_part(part *p, const double *mean, const double *sigma)
{
    uint32_t items[LIST];
    size_t n = 0;
    find_groups(p, mean, sigma);
    if (!p->add)
        clear_rows(p);
    if (p->any_below)
        put_ones(p);
    for (size_t j = 0; j < p->n; j++)
        n = append(items, n, j, p->below[j], p->count[j]);
    if (p->t->nterms == 0 && p->add)
        run_erfc(p, items, n, true);
    else if (p->t->nterms == 0)
        run_erfc(p, items, n, false);
    else if (p->add)
        run_polynomial(p, items, n, true);
    else
        run_polynomial(p, items, n, false);
}

void KR_ISA_NAME(kr_poes)(const kr_truncation *t, const double *levels, size_t nlevels, size_t n,
                          const double *mean, const double *sigma, double weight, bool add,
                          size_t stride, double *out)
{
    part p; /* its arrays are as long as they need to be filled */
    p.t = t;
    p.stride = stride;
    p.weight = weight;
    p.add = add;
    for (size_t l = 0; l < nlevels; l += GROUPS * GROUP) {
        p.levels = levels + l;
        p.ngroups = (nlevels - l) / GROUP < GROUPS ? (nlevels - l) / GROUP : GROUPS;
        for (size_t j = 0; j < n; j += CONTEXTS) {
            p.n = n - j < CONTEXTS ? n - j : CONTEXTS;
            p.out = out + j * stride + l;
            run_part(&p, mean + j, sigma + j);
        }
    }
}
