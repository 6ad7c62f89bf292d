#include "stats/moments_int.h"

#include "config.h"
#include "num/isa.h"
#include "stats/block.h"

#include <math.h>

static size_t numbers(const kr_structure *structure)
{
    return 2 * kr_blocks_max_states(structure) + KR_MOMENTS_PAD + kr_blocks_max_scratch(structure);
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
    KR_NEW(z->values, ctx, KR_ACCOUNT_STATS, nstates + KR_MOMENTS_PAD);
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

#define X(isa) extern kr_moments_kernel kr_moments_of_states_##isa;
KR_ISA_LIST(X)
#undef X

/* The level is 0 where there is one copy only, else 2 for the first. */
static kr_moments_kernel *find_kernel(void)
{
    static kr_moments_kernel *const copies[] = {
#define X(isa) kr_moments_of_states_##isa,
        KR_ISA_LIST(X)
#undef X
    };
    int level = kr_isa_level();
    return copies[level > 2 ? level - 2 : 0];
}

static kr_moments block_moments(const kr_structure *structure, const kr_part *part,
                                kr_moments_scratch *z, const double *rates, size_t column)
{
    kr_moments m = {0};
    kr_block_values(structure, part, rates, z->block, z->values);
    kr_block_weights(structure, part, column, z->weights);
    find_kernel()(z->values, z->weights, part->nstates, &m);
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
