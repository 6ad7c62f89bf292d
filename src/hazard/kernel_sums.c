/* Rates and probabilities of no exceedance from probabilities of exceedance, compiled once for each
 * instruction set.
 *
 * Sums of several levels, and of several members where these share their contexts, stay in
 * registers while the contexts pass. Each sum takes the contexts in their order: its bits do not
 * depend on what is summed beside it. */
#include "hazard/kernel_isa.h"
#include "num/vec.h"
#include "num/vmath.h"

/* A group is VECS vectors of levels. How many groups and members are summed at a time: together
 * they leave registers for a row, a weight and a product. Few groups with many members: most rows
 * are 0 from some level on, and are left out of the groups beyond it. */
enum {
    GROUP = KR_KERNEL_PAD,
    VECS = GROUP / KR_VEC,
    LONE_GROUPS = KR_VEC >= 4 ? 4 : KR_VEC,
    MEMBERS = KR_VEC == 8   ? 8
              : KR_VEC == 4 ? 4
                            : 2,
    MOST_VECS = 16,
    ROWS = 64 /* of one list */
};

#define ALWAYS_HERE inline __attribute__((always_inline))

/* sum + weight poe, or sum + weight poe (1 - sum): the probability of one of two independent
 * events.
 *
 * What the latter is wrong by. Let u = 2^-53, q = weight poe, and s the sum before. The sum after,
 * s + q (1 - s) = s (1 - q) + q (1 - s) + s q, has a part s (1 - q) through which a relative error
 * of s comes in, and a part q (1 - s) through which one of the term does; together they are at most
 * the sum: its relative error is at most the greater of the two and u for its rounding. poe - poe s
 * is rounded once: the term is wrong by u, so after n contexts the sum is by (n + 1) u. Without
 * fused products poe s, the difference and the product with the weight are rounded: as long as
 * s <= 1/2 the first is u of the difference at most, the term is wrong by 3 u and the sum after n
 * contexts by (n + 3) u. (All to first order in u.) The rate -ln(1 - s) is relatively wrong by at
 * most 1 / ln 2 = 1.44 times as much, as long as s <= 1/2. */
static ALWAYS_HERE kr_vec add_term(kr_vec sum, kr_vec weight, kr_vec poe, bool probs)
{
    return kr_vec_fma(weight, probs ? kr_vec_fnma(poe, sum, poe) : poe, sum);
}

/* The contexts of `n` that count, each a number among the weights, and its row. */
typedef struct row_list {
    size_t n;
    uint32_t context[ROWS];
    const double *row[ROWS]; /* at the level where the block begins */
} row_list;

static ALWAYS_HERE void add_block(const kr_summing *w, const row_list *rows, size_t level,
                                  size_t member, int nvecs, int nmembers, bool probs)
{
    const double *weights[MEMBERS];
    double *to[MEMBERS];
    kr_vec sums[MOST_VECS];
    KR_UNROLL for (int k = 0; k < nmembers; k++)
    {
        size_t m = w->members ? w->members[member + (size_t)k] : member + (size_t)k;
        weights[k] = w->weights + m * w->weights_stride;
        to[k] = w->sums + m * w->sums_stride + level;
        KR_UNROLL for (int v = 0; v < nvecs; v++) sums[k * nvecs + v] =
            kr_vec_load(to[k] + v * KR_VEC);
    }
    for (size_t i = 0; i < rows->n; i++) {
        const double *row = rows->row[i];
        size_t j = rows->context[i];
        KR_UNROLL for (int k = 0; k < nmembers; k++)
        {
            kr_vec weight = kr_vec_all(weights[k][j]);
            KR_UNROLL for (int v = 0; v < nvecs; v++) sums[k * nvecs + v] =
                add_term(sums[k * nvecs + v], weight, kr_vec_load(row + v * KR_VEC), probs);
        }
    }
    KR_UNROLL for (int k = 0; k < nmembers; k++) KR_UNROLL for (int v = 0; v < nvecs; v++)
        kr_vec_store(to[k] + v * KR_VEC, sums[k * nvecs + v]);
}

/* The contexts from `first` on, up to ROWS of them; for several members, without those that are 0
 * at all levels of a block: to add them changes no bit. */
static ALWAYS_HERE size_t list_rows(const kr_summing *w, size_t first, size_t level, int nvecs,
                                    row_list *out)
{
    size_t last = w->n - first < ROWS ? w->n : first + ROWS;
    bool all = w->nmembers == 1;
    out->n = 0;
    for (size_t j = first; j < last; j++) {
        const double *row = w->poes + level + w->rows[j] * w->stride;
        kr_vec_bits any = (kr_vec_bits)kr_vec_load(row);
        KR_UNROLL for (int v = 1; v < nvecs; v++) any |= (kr_vec_bits)kr_vec_load(row + v * KR_VEC);
        out->context[out->n] = (uint32_t)j;
        out->row[out->n] = row;
        out->n += all || kr_vec_any(any);
    }
    return last;
}

/* The members from one on at the levels of a block, `together` of them at a time. */
static ALWAYS_HERE size_t add_members(const kr_summing *w, const row_list *rows, size_t level,
                                      size_t member, int nvecs, int together, bool probs)
{
    for (; member + (size_t)together <= w->nmembers; member += (size_t)together)
        add_block(w, rows, level, member, nvecs, together, probs);
    return member;
}

static ALWAYS_HERE void add_levels(const kr_summing *w, size_t level, int groups, int together,
                                   bool probs)
{
    row_list rows;
    for (size_t first = 0; first < w->n;) {
        first = list_rows(w, first, level, groups * VECS, &rows);
        size_t member = add_members(w, &rows, level, 0, groups * VECS, together, probs);
        if (together > 2)
            member = add_members(w, &rows, level, member, groups * VECS, 2, probs);
        if (together > 1)
            add_members(w, &rows, level, member, groups * VECS, 1, probs);
    }
}

/* All levels, some groups at a time, and a block of one member or several. */
static ALWAYS_HERE void add_all(const kr_summing *w, int groups, int together, bool probs)
{
    size_t level = 0;
    for (; level + (size_t)groups * GROUP <= w->nlevels; level += (size_t)groups * GROUP)
        add_levels(w, level, groups, together, probs);
    for (; groups > 1 && level < w->nlevels; level += GROUP)
        add_levels(w, level, 1, together, probs);
}

static ALWAYS_HERE void add(const kr_summing *w, bool probs)
{
    if (w->nmembers > 1)
        add_all(w, 1, MEMBERS, probs);
    else
        add_all(w, LONE_GROUPS, 1, probs);
}

void KR_ISA_NAME(kr_add_rates)(const kr_summing *w)
{
    add(w, false);
}

void KR_ISA_NAME(kr_add_probs)(const kr_summing *w)
{
    add(w, true);
}

void KR_ISA_NAME(kr_take_rates)(size_t nlevels, double *restrict none, double *restrict sums)
{
    const double certain = 1 - 0x1p-53; /* a rate stays finite */
#pragma omp simd
    for (size_t l = 0; l < nlevels; l++) {
        double x = none[l] < certain ? none[l] : certain;
        sums[l] -= log1p(-x);
        none[l] = 0;
    }
}

/* What the probabilities lack to 1; what rounding of their sum makes is not meant. */
static double missing_of(const double *probs, size_t nprobs)
{
    double sum = 0;
    for (size_t k = 0; k < nprobs; k++)
        sum += probs[k];
    return fabs(1 - sum) > 4e-16 ? 1 - sum : 0;
}

/* 1 - sum p[k] (1 - x)^k is summed as such, from a[k] = 1 - (1 - x)^k = a[k-1] + (1 - a[k-1]) x:
 * small probabilities keep their digits. */
void KR_ISA_NAME(kr_occur)(size_t nlevels, const double *probs, size_t nprobs, double *poes)
{
    kr_vec none = kr_vec_all(0), one = kr_vec_all(1),
           missing = kr_vec_all(missing_of(probs, nprobs));
    for (size_t l = 0; l < nlevels; l += KR_VEC) {
        kr_vec a = none, q = missing, poe = kr_vec_load(poes + l);
        for (size_t k = 1; k < nprobs; k++) {
            a = kr_vec_fma(one - a, poe, a);
            q = kr_vec_fma(kr_vec_all(probs[k]), a, q);
        }
        kr_vec_store(poes + l, kr_vec_min(kr_vec_max(q, none), one));
    }
}
