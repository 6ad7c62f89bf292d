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
 * they leave registers for a row, a weight and a product. */
enum {
    GROUP = KR_KERNEL_PAD,
    VECS = GROUP / KR_VEC,
    LONE_GROUPS = KR_VEC >= 4 ? 4 : KR_VEC,
    GROUPS = KR_VEC >= 2 ? KR_VEC / 2 : 1,
    MEMBERS = KR_VEC == 8 ? 4 : 2,
    MOST_VECS = 16
};

#define UNROLL      _Pragma("GCC unroll 8")
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

static ALWAYS_HERE void add_block(const kr_summing *w, size_t level, size_t member, int nvecs,
                                  int nmembers, bool probs)
{
    const double *weights[MEMBERS];
    double *to[MEMBERS];
    kr_vec sums[MOST_VECS], weight[MEMBERS];
    UNROLL for (int k = 0; k < nmembers; k++)
    {
        size_t m = w->members ? w->members[member + (size_t)k] : member + (size_t)k;
        weights[k] = w->weights + m * w->weights_stride;
        to[k] = w->sums + m * w->sums_stride + level;
        UNROLL for (int v = 0; v < nvecs; v++) sums[k * nvecs + v] =
            kr_vec_load(to[k] + v * KR_VEC);
    }
    for (size_t j = 0; j < w->n; j++) {
        const double *row = w->poes + level + w->rows[j] * w->stride;
        UNROLL for (int k = 0; k < nmembers; k++) weight[k] = kr_vec_all(weights[k][j]);
        UNROLL for (int v = 0; v < nvecs; v++)
        {
            kr_vec poe = kr_vec_load(row + v * KR_VEC);
            UNROLL for (int k = 0; k < nmembers; k++) sums[k * nvecs + v] =
                add_term(sums[k * nvecs + v], weight[k], poe, probs);
        }
    }
    UNROLL for (int k = 0; k < nmembers; k++) UNROLL for (int v = 0; v < nvecs; v++)
        kr_vec_store(to[k] + v * KR_VEC, sums[k * nvecs + v]);
}

/* All levels of the members from one on. */
static ALWAYS_HERE void add_levels(const kr_summing *w, size_t member, int groups, int nmembers,
                                   bool probs)
{
    size_t level = 0;
    for (; level + (size_t)groups * GROUP <= w->nlevels; level += (size_t)groups * GROUP)
        add_block(w, level, member, groups * VECS, nmembers, probs);
    if (groups > 2 && level + 2 * GROUP <= w->nlevels) {
        add_block(w, level, member, 2 * VECS, nmembers, probs);
        level += 2 * GROUP;
    }
    if (groups > 1 && level < w->nlevels)
        add_block(w, level, member, VECS, nmembers, probs);
}

static ALWAYS_HERE void add_members(const kr_summing *w, bool probs)
{
    size_t member = 0;
    for (; member + MEMBERS <= w->nmembers; member += MEMBERS)
        add_levels(w, member, GROUPS, MEMBERS, probs);
    for (; member < w->nmembers; member++)
        add_levels(w, member, LONE_GROUPS, 1, probs);
}

void KR_ISA_NAME(kr_add_rates)(const kr_summing *w)
{
    add_members(w, false);
}

void KR_ISA_NAME(kr_add_probs)(const kr_summing *w)
{
    add_members(w, true);
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
