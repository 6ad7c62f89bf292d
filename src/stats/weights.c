/* Backwards through the parts: the weight of a combination's rest is multiplied down to the states
 * of the blocks, whose tables say which rates they add. */
#include "stats/weights.h"

#include "stats/block.h"

#include <string.h>

typedef struct weigher {
    const kr_structure *structure;
    size_t column;
    double *totals;  /* of each part: the sum of the weights of its combinations */
    double *outside; /* of each part: the sum of the weights of all that goes with it */
    double *states;  /* of a block */
    double *block;   /* scratch of one */
    double *weights; /* of the rates */
} weigher;

static double choice_weight(const weigher *w, uint32_t choice, size_t state)
{
    const kr_choice *c = &w->structure->choices[choice];

    return c->weights[w->column * c->nstates + state];
}

static void sum_parts(weigher *w)
{
    for (size_t p = 0; p < w->structure->nparts; p++) {
        const kr_part *part = &w->structure->parts[p];
        double total = part->kind == KR_PART_SUM ? 1 : 0;
        if (part->kind == KR_PART_BLOCK) {
            kr_block_weights(w->structure, part, w->column, w->states);
            for (size_t i = 0; i < part->nstates; i++)
                total += w->states[i];
        }
        for (size_t k = 0; k < part->nchildren; k++) {
            double child = w->totals[part->children[k]];
            if (part->kind == KR_PART_SUM)
                total *= child;
            else
                total += choice_weight(w, part->choice, part->fixed[k]) * child;
        }
        w->totals[p] = total;
    }
}

/* What goes with child k of a sum: the product of the others. */
static double product_of_others(const weigher *w, const kr_part *part, size_t k)
{
    double product = 1;

    for (size_t i = 0; i < part->nchildren; i++)
        if (i != k)
            product *= w->totals[part->children[i]];
    return product;
}

static void weigh_block(weigher *w, size_t p)
{
    const kr_part *part = &w->structure->parts[p];

    kr_block_weights(w->structure, part, w->column, w->states);
    for (size_t i = 0; i < part->nstates; i++)
        w->states[i] *= w->outside[p];
    kr_block_add_back(w->structure, part, w->states, w->block, w->weights);
}

static void weigh(weigher *w)
{
    size_t root = w->structure->nparts - 1;

    sum_parts(w);
    memset(w->outside, 0, w->structure->nparts * sizeof *w->outside);
    w->outside[root] = w->structure->scale;
    for (size_t p = root + 1; p-- > 0;) {
        const kr_part *part = &w->structure->parts[p];
        if (part->kind == KR_PART_BLOCK)
            weigh_block(w, p);
        for (size_t k = 0; k < part->nchildren; k++)
            w->outside[part->children[k]] +=
                w->outside[p] * (part->kind == KR_PART_SUM
                                     ? product_of_others(w, part, k)
                                     : choice_weight(w, part->choice, part->fixed[k]));
    }
}

kr_status kr_rate_weights(kr_ctx *ctx, const kr_tree *tree, double **weights)
{
    kr_status s = KR_OK;
    weigher w = {.structure = &tree->structure};
    double *out = NULL;

    KR_NEW(out, ctx, KR_ACCOUNT_STATS, tree->nweights * tree->nrates);
    KR_NEW(w.totals, ctx, KR_ACCOUNT_STATS, tree->structure.nparts);
    KR_NEW(w.outside, ctx, KR_ACCOUNT_STATS, tree->structure.nparts);
    KR_NEW(w.states, ctx, KR_ACCOUNT_STATS, kr_blocks_max_states(&tree->structure));
    KR_NEW(w.block, ctx, KR_ACCOUNT_STATS, kr_blocks_max_scratch(&tree->structure));
    for (w.column = 0; w.column < tree->structure.ncolumns; w.column++) {
        w.weights = out + w.column * tree->nrates;
        weigh(&w);
    }
    *weights = out;
    out = NULL;
out:
    kr_free(out);
    kr_free(w.totals);
    kr_free(w.outside);
    kr_free(w.states);
    kr_free(w.block);
    return s;
}
