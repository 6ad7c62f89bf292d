#include "stats/moments_int.h"

#include "stats/block.h"

#include <math.h>

static size_t numbers(const kr_structure *structure)
{
    return 2 * kr_blocks_max_states(structure) + kr_blocks_max_scratch(structure);
}

size_t kr_moments_scratch_bytes(const kr_structure *structure)
{
    return structure->nparts * sizeof(kr_moments) + numbers(structure) * sizeof(double) +
           sizeof(kr_moments_scratch);
}

kr_status kr_moments_scratch_create(kr_ctx *ctx, const kr_structure *structure,
                                    kr_moments_scratch **out)
{
    kr_status s = KR_OK;
    kr_moments_scratch *z;
    size_t nstates = kr_blocks_max_states(structure);
    *out = NULL;
    KR_NEW(z, ctx, KR_ACCOUNT_STATS, 1);
    KR_NEW(z->parts, ctx, KR_ACCOUNT_STATS, structure->nparts);
    KR_NEW(z->values, ctx, KR_ACCOUNT_STATS, nstates);
    KR_NEW(z->weights, ctx, KR_ACCOUNT_STATS, nstates);
    KR_NEW(z->block, ctx, KR_ACCOUNT_STATS, kr_blocks_max_scratch(structure));
    *out = z;
    z = NULL;
out:
    kr_moments_scratch_destroy(&z);
    return s;
}

void kr_moments_scratch_destroy(kr_moments_scratch **scratch)
{
    kr_moments_scratch *z = *scratch;
    if (!z)
        return;
    kr_free(z->parts);
    kr_free(z->values);
    kr_free(z->weights);
    kr_free(z->block);
    kr_free(z);
    *scratch = NULL;
}

/* What is read of a number: itself; or of a folded probability, that of exceedance or of none. */
typedef enum reading { AS_IS, POE, PNE } reading;

/* Both probabilities of a rate in one number: u below a half, else -x. Each is the other's
 * complement where it is the larger, so neither loses digits. */
static double fold(double rate)
{
    double u = -expm1(-rate);
    return u < 0.5 ? u : -exp(-rate);
}

static inline double read_as(reading as, double t)
{
    bool negative = signbit(t) != 0; /* x may be so small that it is -0 */
    if (as == POE)
        return negative ? 1 + t : t;
    if (as == PNE)
        return negative ? -t : 1 - t;
    return t;
}

/* Sums are made of sums of pieces, those of lanes that the compiler can keep in vectors: the error
 * of millions of additions stays below 1e-12, and the order is fixed. */
enum { LANES = 8, PIECE = 1024 };

/* sum(w (t - centre)^power), power 1 or 2. */
static inline double piece_sum(const double *w, const double *t, size_t n, reading as,
                               double centre, int power)
{
    double lanes[LANES] = {0}, sum = 0;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; k++) {
            double d = read_as(as, t[i + k]) - centre;
            lanes[k] += w[i + k] * (power == 2 ? d * d : d);
        }
    for (; i < n; i++) {
        double d = read_as(as, t[i]) - centre;
        lanes[i % LANES] += w[i] * (power == 2 ? d * d : d);
    }
    for (size_t k = 0; k < LANES; k++)
        sum += lanes[k];
    return sum;
}

static inline double weighted_sum(const double *w, const double *t, size_t n, reading as,
                                  double centre, int power)
{
    double sum = 0;
    for (size_t i = 0; i < n; i += PIECE)
        sum += piece_sum(w + i, t + i, n - i < PIECE ? n - i : PIECE, as, centre, power);
    return sum;
}

static double mean_of(const double *w, const double *t, size_t n, double weight, reading as)
{
    switch (as) {
    case AS_IS:
        return weighted_sum(w, t, n, AS_IS, 0, 1) / weight;
    case POE:
        return weighted_sum(w, t, n, POE, 0, 1) / weight;
    case PNE:
        return weighted_sum(w, t, n, PNE, 0, 1) / weight;
    }
    return 0;
}

/* Of the deviations from the mean. That of a rounded mean is not quite 0 in the mean. */
static inline double centred(const double *w, const double *t, size_t n, double weight, reading as,
                             double mean)
{
    double rest = weighted_sum(w, t, n, as, mean, 1) / weight;
    return fmax(weighted_sum(w, t, n, as, mean, 2) / weight - rest * rest, 0);
}

static double variance_of(const double *w, const double *t, size_t n, double weight, reading as,
                          double mean)
{
    switch (as) {
    case AS_IS:
        return centred(w, t, n, weight, AS_IS, mean);
    case POE:
        return centred(w, t, n, weight, POE, mean);
    case PNE:
        return centred(w, t, n, weight, PNE, mean);
    }
    return 0;
}

static double total_of(const double *w, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i += PIECE) {
        double lanes[LANES] = {0};
        for (size_t k = i; k < n && k < i + PIECE; k++)
            lanes[k % LANES] += w[k];
        for (size_t k = 0; k < LANES; k++)
            sum += lanes[k];
    }
    return sum;
}

static void find_range(const double *x, size_t n, kr_moments *m)
{
    m->rate_min = m->rate_max = x[0];
    for (size_t i = 1; i < n; i++) {
        m->rate_min = x[i] < m->rate_min ? x[i] : m->rate_min;
        m->rate_max = x[i] > m->rate_max ? x[i] : m->rate_max;
    }
}

static kr_moments block_moments(const kr_structure *structure, const kr_part *part,
                                kr_moments_scratch *z, const double *rates, size_t column)
{
    kr_moments m = {0};
    size_t n = part->nstates;
    double *x = z->values, *w = z->weights;
    kr_block_values(structure, part, rates, z->block, x);
    kr_block_weights(structure, part, column, w);
    find_range(x, n, &m);
    m.weight = total_of(w, n);
    if (!(m.weight > 0))
        return m;
    m.rate_mean = mean_of(w, x, n, m.weight, AS_IS);
    m.rate_variance = variance_of(w, x, n, m.weight, AS_IS, m.rate_mean);
    for (size_t i = 0; i < n; i++)
        x[i] = fold(x[i]);
    m.poe_mean = mean_of(w, x, n, m.weight, POE);
    m.pne_mean = mean_of(w, x, n, m.weight, PNE);
    m.poe_variance = m.poe_mean < m.pne_mean ? variance_of(w, x, n, m.weight, POE, m.poe_mean)
                                             : variance_of(w, x, n, m.weight, PNE, m.pne_mean);
    return m;
}

/* Of the sum of two independent parts. */
static kr_moments add_moments(const kr_moments *a, const kr_moments *b)
{
    kr_moments m = {
        .rate_min = a->rate_min + b->rate_min,
        .rate_max = a->rate_max + b->rate_max,
        .weight = a->weight * b->weight,
    };
    if (!(m.weight > 0))
        return m;
    m.rate_mean = a->rate_mean + b->rate_mean;
    m.rate_variance = a->rate_variance + b->rate_variance;
    m.poe_mean = a->poe_mean + a->pne_mean * b->poe_mean;
    m.pne_mean = a->pne_mean * b->pne_mean;
    m.poe_variance = a->poe_variance * (b->poe_variance + b->pne_mean * b->pne_mean) +
                     b->poe_variance * (a->pne_mean * a->pne_mean);
    return m;
}

static kr_moments sum_moments(const kr_part *part, const kr_moments *parts)
{
    kr_moments m = {.pne_mean = 1, .weight = 1};
    for (size_t i = 0; i < part->nchildren; i++)
        m = add_moments(&m, &parts[part->children[i]]);
    return m;
}

static void mix_means(const kr_part *part, const kr_moments *parts, const double *weights,
                      kr_moments *m)
{
    m->rate_min = INFINITY;
    m->rate_max = -INFINITY;
    for (size_t i = 0; i < part->nchildren; i++) {
        const kr_moments *child = &parts[part->children[i]];
        double w = weights[part->fixed[i]] * child->weight;
        m->rate_min = fmin(m->rate_min, child->rate_min);
        m->rate_max = fmax(m->rate_max, child->rate_max);
        m->weight += w;
        m->rate_mean += w * child->rate_mean;
        m->poe_mean += w * child->poe_mean;
        m->pne_mean += w * child->pne_mean;
    }
    if (!(m->weight > 0))
        return;
    m->rate_mean /= m->weight;
    m->poe_mean /= m->weight;
    m->pne_mean /= m->weight;
}

static kr_moments mix_moments(const kr_structure *structure, const kr_part *part,
                              const kr_moments *parts, size_t column)
{
    kr_moments m = {0};
    const kr_choice *choice = &structure->choices[part->choice];
    const double *weights = choice->weights + column * choice->nstates;
    mix_means(part, parts, weights, &m);
    if (!(m.weight > 0))
        return m;
    for (size_t i = 0; i < part->nchildren; i++) {
        const kr_moments *child = &parts[part->children[i]];
        double w = weights[part->fixed[i]] * child->weight / m.weight;
        double of_rate = child->rate_mean - m.rate_mean;
        double of_poe =
            m.poe_mean < m.pne_mean ? child->poe_mean - m.poe_mean : child->pne_mean - m.pne_mean;
        m.rate_variance += w * (child->rate_variance + of_rate * of_rate);
        m.poe_variance += w * (child->poe_variance + of_poe * of_poe);
    }
    return m;
}

kr_moments kr_moments_compute(const kr_structure *structure, kr_moments_scratch *z,
                              const double *rates, size_t column)
{
    for (size_t p = 0; p < structure->nparts; p++) {
        const kr_part *part = &structure->parts[p];
        switch (part->kind) {
        case KR_PART_BLOCK:
            z->parts[p] = block_moments(structure, part, z, rates, column);
            break;
        case KR_PART_SUM:
            z->parts[p] = sum_moments(part, z->parts);
            break;
        case KR_PART_MIX:
            z->parts[p] = mix_moments(structure, part, z->parts, column);
            break;
        }
    }
    return z->parts[structure->nparts - 1];
}

const kr_moments *kr_moments_part(const kr_moments_scratch *z, size_t part)
{
    return &z->parts[part];
}
