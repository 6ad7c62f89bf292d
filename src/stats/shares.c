/* Derivatives with respect to all weights in one pass up and one down.
 *
 * Let F be the sum over all realizations of the product of their weights and f(rate), with f = 1,
 * the rate, or the probability. F is linear in the weight of a state: dF / dw is the sum over the
 * realizations that contain the state, without w; and E[f | state] is dF / dw over the same with
 * f = 1. So it holds for weights of 0, too.
 *
 * What a part contributes to F is its own sums, taken together with those of what is outside of it:
 * the other children of the sums above it, and the weights that the mixes above it fix. From the
 * root down every part gets the sums of its outside; where a part stands in several places they add
 * up. At a state of a mix, and of a block, what is outside of that state is dF / dw. */
#include "stats/shares.h"

#include "stats/block.h"
#include "stats/moments_int.h"

#include <math.h>

/* Sums over combinations of weight * 1, rate, probability of exceedance and of none. */
typedef struct sums {
    double weight, rate, poe, pne;
} sums;

struct kr_shares_scratch {
    kr_moments_scratch *moments;
    sums *outside; /* of each part */
    sums *after;   /* of the children after each one of a sum */
    sums *state;   /* of all states: without their own weight */
    size_t *first; /* state of each choice */
};

static size_t most_children(const kr_structure *structure)
{
    size_t most = 0;
    for (size_t p = 0; p < structure->nparts; p++)
        if (structure->parts[p].kind == KR_PART_SUM && structure->parts[p].nchildren > most)
            most = structure->parts[p].nchildren;
    return most;
}

size_t kr_shares_first_state(const kr_structure *structure, size_t choice)
{
    size_t n = 0;
    for (size_t c = 0; c < choice; c++)
        n += structure->choices[c].nstates;
    return n;
}

static size_t state_count(const kr_structure *structure)
{
    return kr_shares_first_state(structure, structure->nchoices);
}

size_t kr_shares_scratch_bytes(const kr_structure *structure)
{
    return kr_moments_scratch_bytes(structure) + sizeof(kr_shares_scratch) +
           (structure->nparts + most_children(structure) + 1 + state_count(structure)) *
               sizeof(sums) +
           structure->nchoices * sizeof(size_t);
}

kr_status kr_shares_scratch_create(kr_ctx *ctx, const kr_structure *structure,
                                   kr_shares_scratch **out)
{
    kr_status s = KR_OK;
    kr_shares_scratch *z;
    size_t first = 0;
    *out = NULL;
    KR_NEW(z, ctx, KR_ACCOUNT_STATS, 1);
    KR_TRY(kr_moments_scratch_create(ctx, structure, &z->moments));
    KR_NEW(z->outside, ctx, KR_ACCOUNT_STATS, structure->nparts);
    KR_NEW(z->after, ctx, KR_ACCOUNT_STATS, most_children(structure) + 1);
    KR_NEW(z->state, ctx, KR_ACCOUNT_STATS, state_count(structure));
    KR_NEW(z->first, ctx, KR_ACCOUNT_STATS, structure->nchoices);
    for (size_t c = 0; c < structure->nchoices; c++) {
        z->first[c] = first;
        first += structure->choices[c].nstates;
    }
    *out = z;
    z = NULL;
out:
    kr_shares_scratch_destroy(&z);
    return s;
}

void kr_shares_scratch_destroy(kr_shares_scratch **scratch)
{
    kr_shares_scratch *z = *scratch;
    if (!z)
        return;
    kr_moments_scratch_destroy(&z->moments);
    kr_free(z->outside);
    kr_free(z->after);
    kr_free(z->state);
    kr_free(z->first);
    kr_free(z);
    *scratch = NULL;
}

static sums of_part(const kr_moments *m)
{
    return (sums){m->weight, m->weight * m->rate_mean, m->weight * m->poe_mean,
                  m->weight * m->pne_mean};
}

/* Of all sums of a rate of a and one of b. */
static sums joined(sums a, sums b)
{
    return (sums){a.weight * b.weight, a.rate * b.weight + a.weight * b.rate,
                  a.poe * b.weight + a.pne * b.poe, a.pne * b.pne};
}

static void accumulate(sums *to, sums x)
{
    to->weight += x.weight;
    to->rate += x.rate;
    to->poe += x.poe;
    to->pne += x.pne;
}

static sums scaled(sums a, double factor)
{
    return (sums){a.weight * factor, a.rate * factor, a.poe * factor, a.pne * factor};
}

static void down_sum(const kr_part *part, kr_shares_scratch *z, sums outside)
{
    size_t n = part->nchildren;
    z->after[n] = (sums){.weight = 1, .pne = 1}; /* of nothing */
    for (size_t i = n; i-- > 0;)
        z->after[i] = joined(of_part(&z->moments->parts[part->children[i]]), z->after[i + 1]);
    for (size_t i = 0; i < n; i++) {
        accumulate(&z->outside[part->children[i]], joined(outside, z->after[i + 1]));
        outside = joined(outside, of_part(&z->moments->parts[part->children[i]]));
    }
}

static void down_mix(const kr_structure *structure, const kr_part *part, size_t column,
                     kr_shares_scratch *z, sums outside)
{
    const kr_choice *choice = &structure->choices[part->choice];
    const double *weights = choice->weights + column * choice->nstates;
    for (size_t i = 0; i < part->nchildren; i++) {
        size_t child = part->children[i], state = part->fixed[i];
        accumulate(&z->outside[child], scaled(outside, weights[state]));
        accumulate(&z->state[z->first[part->choice] + state],
                   joined(outside, of_part(&z->moments->parts[child])));
    }
}

static double dot(const double *a, const double *b, size_t n)
{
    enum { LANES = 8, PIECE = 1024 };
    double sum = 0;
    for (size_t first = 0; first < n; first += PIECE) {
        double lanes[LANES] = {0};
        for (size_t i = first; i < n && i < first + PIECE; i++)
            lanes[i % LANES] += a[i] * b[i];
        for (size_t k = 0; k < LANES; k++)
            sum += lanes[k];
    }
    return sum;
}

static double others_weight(const kr_structure *structure, const kr_part *block, size_t but,
                            size_t column)
{
    double product = 1;
    for (size_t i = 0; i < block->nchoices; i++) {
        const kr_choice *choice = &structure->choices[block->choices[i]];
        double sum = 0;
        for (size_t state = 0; state < choice->nstates; state++)
            sum += choice->weights[column * choice->nstates + state];
        if (i != but)
            product *= sum;
    }
    return product;
}

/* The two probes of a block: what its states are summed up with. */
typedef enum probe { RATE, PROBABILITY } probe;

/* With f of all states, the slowest choice first: the sum of f times the weights of the choices
 * after it is what one of its states contributes; then f becomes its mean over this choice, and the
 * next one is the slowest. */
static void down_block_probe(const kr_structure *structure, const kr_part *block, size_t column,
                             kr_shares_scratch *z, sums outside, probe what)
{
    double *f = z->moments->values, *rest = z->moments->weights;
    size_t n = block->nstates;
    for (size_t i = 0; i < block->nchoices; i++) {
        const kr_choice *choice = &structure->choices[block->choices[i]];
        const double *weights = choice->weights + column * choice->nstates;
        sums *states = &z->state[z->first[block->choices[i]]];
        double others = others_weight(structure, block, i, column);
        n /= choice->nstates;
        kr_block_weights_after(structure, block, i + 1, column, rest);
        for (size_t state = 0; state < choice->nstates; state++) {
            double sum = dot(f + state * n, rest, n);
            if (what == RATE) {
                states[state].weight += outside.weight * others;
                states[state].rate += outside.rate * others + outside.weight * sum;
            } else {
                states[state].poe += outside.poe * others + outside.pne * sum;
            }
        }
        for (size_t k = 0; k < n; k++)
            f[k] *= weights[0];
        for (size_t state = 1; state < choice->nstates; state++)
            for (size_t k = 0; k < n; k++)
                f[k] += weights[state] * f[state * n + k];
    }
}

static void down_block(const kr_structure *structure, const kr_part *block, const double *rates,
                       size_t column, kr_shares_scratch *z, sums outside, bool probabilities)
{
    double *f = z->moments->values;
    kr_block_values(structure, block, rates, z->moments->block, f);
    down_block_probe(structure, block, column, z, outside, RATE);
    if (!probabilities)
        return;
    kr_block_values(structure, block, rates, z->moments->block, f);
    for (size_t i = 0; i < block->nstates; i++)
        f[i] = -expm1(-f[i]);
    down_block_probe(structure, block, column, z, outside, PROBABILITY);
}

static void down(const kr_structure *structure, const double *rates, size_t column,
                 kr_shares_scratch *z, bool probabilities)
{
    for (size_t p = 0; p < structure->nparts; p++)
        z->outside[p] = (sums){0};
    for (size_t i = 0; i < state_count(structure); i++)
        z->state[i] = (sums){0};
    z->outside[structure->nparts - 1] = (sums){.weight = 1, .pne = 1};
    for (size_t p = structure->nparts; p-- > 0;) {
        const kr_part *part = &structure->parts[p];
        switch (part->kind) {
        case KR_PART_BLOCK:
            down_block(structure, part, rates, column, z, z->outside[p], probabilities);
            break;
        case KR_PART_SUM:
            down_sum(part, z, z->outside[p]);
            break;
        case KR_PART_MIX:
            down_mix(structure, part, column, z, z->outside[p]);
            break;
        }
    }
}

/* Var(E[rate | choice]), from the conditional means and the weights of the states; of the
 * realizations that make the choice, as a part of all. */
static double variance_between(const kr_choice *choice, size_t column, const sums *states,
                               const double *conditional, double weight)
{
    const double *weights = choice->weights + column * choice->nstates;
    double total = 0, mean = 0, sum = 0;
    for (size_t i = 0; i < choice->nstates; i++) {
        total += weights[i] * states[i].weight;
        mean += weights[i] * states[i].weight * conditional[i];
    }
    if (!(total > 0))
        return 0;
    mean /= total;
    for (size_t i = 0; i < choice->nstates; i++) {
        double d = conditional[i] - mean;
        sum += weights[i] * states[i].weight * (d * d);
    }
    return sum / weight;
}

void kr_shares_compute(const kr_structure *structure, kr_shares_scratch *z, const double *rates,
                       size_t column, kr_shares *out)
{
    bool probabilities = out->conditional_poe || out->derivative_poe;
    kr_moments all = kr_moments_compute(structure, z->moments, rates, column);
    size_t n = state_count(structure);
    bool certain = sqrt(all.rate_variance) <= 1e-14 * all.rate_mean;
    down(structure, rates, column, z, probabilities);
    out->weight = all.weight;
    out->mean = all.rate_mean;
    out->variance = all.rate_variance;
    out->mean_poe = all.poe_mean;
    for (size_t i = 0; i < n; i++) {
        const sums *state = &z->state[i];
        bool any = state->weight > 0;
        out->conditional[i] = any ? state->rate / state->weight : all.rate_mean;
        if (out->conditional_poe)
            out->conditional_poe[i] = any ? state->poe / state->weight : all.poe_mean;
        if (out->derivative)
            out->derivative[i] = state->rate;
        if (out->derivative_poe)
            out->derivative_poe[i] = state->poe;
        if (out->derivative_weight)
            out->derivative_weight[i] = state->weight;
    }
    out->interactions = certain ? 0 : 1;
    for (size_t c = 0; c < structure->nchoices; c++) {
        double between = variance_between(&structure->choices[c], column, z->state + z->first[c],
                                          out->conditional + z->first[c], all.weight);
        out->choice[c] = certain ? 0 : between / all.rate_variance;
        out->interactions -= out->choice[c];
    }
}

void kr_shares_keep_sums(const kr_structure *structure, size_t column, double *derivative)
{
    double *d = derivative;
    for (size_t c = 0; c < structure->nchoices; c++) {
        const kr_choice *choice = &structure->choices[c];
        const double *w = choice->weights + column * choice->nstates;
        double total = 0, sum = 0;
        for (size_t i = 0; i < choice->nstates; i++) {
            total += w[i];
            sum += w[i] * d[i];
        }
        for (size_t i = 0; i < choice->nstates; i++) {
            double others = total - w[i];
            bool alone = !(others > 1e-15 * total);
            d[i] = alone ? 0 : d[i] - (sum - w[i] * d[i]) / others;
        }
        d += choice->nstates;
    }
}
