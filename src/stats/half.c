#include "stats/half.h"

#include "stats/block.h"

#include <stdlib.h>

double kr_half_states(const kr_structure *structure, const uint32_t *parts, size_t nparts)
{
    double n = 1;
    for (size_t i = 0; i < nparts; i++)
        n *= structure->parts[parts[i]].states;
    return n;
}

/* What is listed of combinations. */
typedef enum what { RATES, WEIGHTS } what;

static const double *choice_weights(const kr_listed_tree *tree, size_t choice)
{
    const kr_choice *c = &tree->structure->choices[choice];
    return c->weights + tree->column * c->nstates;
}

static kr_status list_part(const kr_listed_tree *tree, uint32_t number, what kind, double *out);

/* All of n numbers with all of m others, in place. */
static void expand(double *out, size_t n, const double *other, size_t m, what kind)
{
    for (size_t i = n; i-- > 0;) {
        double a = out[i];
        for (size_t k = 0; k < m; k++)
            out[i * m + k] = kind == WEIGHTS ? a * other[k] : a + other[k];
    }
}

static kr_status list_product(const kr_listed_tree *tree, const uint32_t *parts, size_t nparts,
                              what kind, double *out)
{
    kr_status s = KR_OK;
    double *more = NULL;
    size_t n = 1;
    out[0] = kind == WEIGHTS;
    for (size_t i = 0; i < nparts; i++) {
        size_t m = (size_t)tree->structure->parts[parts[i]].states;
        KR_NEW(more, tree->ctx, KR_ACCOUNT_STATS, m);
        KR_TRY(list_part(tree, parts[i], kind, more));
        expand(out, n, more, m, kind);
        n *= m;
        kr_free(more);
        more = NULL;
    }
out:
    kr_free(more);
    return s;
}

static kr_status list_part(const kr_listed_tree *tree, uint32_t number, what kind, double *out)
{
    kr_status s = KR_OK;
    const kr_structure *structure = tree->structure;
    const kr_part *part = &structure->parts[number];
    if (part->kind == KR_PART_BLOCK) {
        if (kind == RATES)
            kr_block_values(structure, part, tree->rates, tree->block, out);
        else
            kr_block_weights(structure, part, tree->column, out);
        return KR_OK;
    }
    if (part->kind == KR_PART_SUM)
        return list_product(tree, part->children, part->nchildren, kind, out);
    const double *weights = choice_weights(tree, part->choice);
    for (size_t i = 0; i < part->nchildren; i++) {
        size_t n = (size_t)structure->parts[part->children[i]].states;
        KR_TRY(list_part(tree, part->children[i], kind, out));
        for (size_t k = 0; k < n && kind == WEIGHTS; k++)
            out[k] *= weights[part->fixed[i]];
        out += n;
    }
out:
    return s;
}

typedef struct numbered {
    double x;
    uint32_t i;
} numbered;

static int by_value(const void *a, const void *b)
{
    const numbered *p = a, *q = b;
    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    return (p->i > q->i) - (p->i < q->i);
}

/* Equal values become one. */
static void gather(kr_half *h, const numbered *sorted)
{
    double before = 0;
    for (size_t i = 0; i < h->n; i++) {
        uint32_t number = sorted[i].i;
        double w = h->weight[number];
        if (i == 0 || sorted[i].x != sorted[i - 1].x) {
            h->x[h->nvalues] = sorted[i].x;
            h->before[h->nvalues] = before;
            h->lightest[h->nvalues] = h->heaviest[h->nvalues] = number;
            h->nvalues++;
        }
        size_t k = h->nvalues - 1;
        h->rank[number] = (uint32_t)k;
        if (w < h->weight[h->lightest[k]])
            h->lightest[k] = number;
        if (w > h->weight[h->heaviest[k]])
            h->heaviest[k] = number;
        before += w;
    }
    h->before[h->nvalues] = before;
}

kr_status kr_half_list(const kr_listed_tree *tree, const uint32_t *parts, size_t nparts,
                       kr_half *out)
{
    kr_status s = KR_OK;
    size_t n = (size_t)kr_half_states(tree->structure, parts, nparts);
    numbered *sorted = NULL;
    *out = (kr_half){.nparts = nparts, .parts = parts, .n = n};
    KR_NEW(out->weight, tree->ctx, KR_ACCOUNT_STATS, n);
    KR_NEW(out->rank, tree->ctx, KR_ACCOUNT_STATS, n);
    KR_NEW(out->x, tree->ctx, KR_ACCOUNT_STATS, n);
    KR_NEW(out->before, tree->ctx, KR_ACCOUNT_STATS, n + 1);
    KR_NEW(out->lightest, tree->ctx, KR_ACCOUNT_STATS, n);
    KR_NEW(out->heaviest, tree->ctx, KR_ACCOUNT_STATS, n);
    KR_NEW(sorted, tree->ctx, KR_ACCOUNT_STATS, n);
    KR_TRY(list_product(tree, parts, nparts, RATES, out->x));
    for (size_t i = 0; i < n; i++)
        sorted[i] = (numbered){out->x[i], (uint32_t)i};
    qsort(sorted, n, sizeof *sorted, by_value);
    KR_TRY(list_product(tree, parts, nparts, WEIGHTS, out->weight));
    gather(out, sorted);
out:
    kr_free(sorted);
    if (s != KR_OK)
        kr_half_clear(out);
    return s;
}

void kr_half_clear(kr_half *half)
{
    kr_free(half->weight);
    kr_free(half->rank);
    kr_free(half->x);
    kr_free(half->before);
    kr_free(half->lightest);
    kr_free(half->heaviest);
    *half = (kr_half){0};
}

/* ---- derivatives ---- */

typedef struct derivation {
    const kr_listed_tree *tree;
    const size_t *first;
    double *out;
} derivation;

/* One of the factors whose combinations are multiplied: a choice with its states, or a part. */
typedef struct factor {
    size_t n;
    const double *weight;
    uint32_t number;
    bool choice;
} factor;

static double dot(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static kr_status derive_part(const derivation *d, uint32_t number, double *f);

/* F through the combinations of one factor, of which g is the derivative. */
static kr_status derive_factor(const derivation *d, const factor *x, double *g)
{
    if (!x->choice)
        return derive_part(d, x->number, g);
    for (size_t i = 0; i < x->n; i++)
        d->out[d->first[x->number] + i] += g[i];
    return KR_OK;
}

/* The slowest factor first: f summed with the weights of the factors after it is the derivative
 * with respect to the weight of one of its combinations. Then f is summed over these, and the next
 * factor is the slowest. */
static kr_status derive_product(const derivation *d, const factor *factors, size_t n, double *f)
{
    kr_status s = KR_OK;
    kr_ctx *ctx = d->tree->ctx;
    double *rest = NULL, *g = NULL;
    size_t left = 1, most = 1;
    for (size_t i = 0; i < n; i++) {
        left *= factors[i].n;
        most = factors[i].n > most ? factors[i].n : most;
    }
    KR_NEW(rest, ctx, KR_ACCOUNT_STATS, n > 0 ? left / factors[0].n : 1);
    KR_NEW(g, ctx, KR_ACCOUNT_STATS, most);
    for (size_t i = 0; i < n; i++) {
        size_t m = 1;
        left /= factors[i].n;
        rest[0] = 1;
        for (size_t k = i + 1; k < n; k++) {
            expand(rest, m, factors[k].weight, factors[k].n, WEIGHTS);
            m *= factors[k].n;
        }
        for (size_t c = 0; c < factors[i].n; c++)
            g[c] = dot(f + c * left, rest, left);
        for (size_t k = 0; k < left; k++)
            f[k] *= factors[i].weight[0];
        for (size_t c = 1; c < factors[i].n; c++)
            for (size_t k = 0; k < left; k++)
                f[k] += factors[i].weight[c] * f[c * left + k];
        KR_TRY(derive_factor(d, &factors[i], g));
    }
out:
    kr_free(rest);
    kr_free(g);
    return s;
}

static kr_status derive_block(const derivation *d, const kr_part *block, double *f)
{
    kr_status s = KR_OK;
    factor *factors = NULL;
    KR_NEW(factors, d->tree->ctx, KR_ACCOUNT_STATS, block->nchoices);
    for (size_t i = 0; i < block->nchoices; i++) {
        uint32_t choice = block->choices[i];
        factors[i] = (factor){d->tree->structure->choices[choice].nstates,
                              choice_weights(d->tree, choice), choice, true};
    }
    KR_TRY(derive_product(d, factors, block->nchoices, f));
out:
    kr_free(factors);
    return s;
}

static kr_status derive_parts(const derivation *d, const uint32_t *parts, size_t n, double *f)
{
    kr_status s = KR_OK;
    factor *factors = NULL;
    double *weights = NULL, *at;
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += (size_t)d->tree->structure->parts[parts[i]].states;
    KR_NEW(factors, d->tree->ctx, KR_ACCOUNT_STATS, n);
    KR_NEW(weights, d->tree->ctx, KR_ACCOUNT_STATS, count);
    at = weights;
    for (size_t i = 0; i < n; i++) {
        factors[i] =
            (factor){(size_t)d->tree->structure->parts[parts[i]].states, at, parts[i], false};
        KR_TRY(list_part(d->tree, parts[i], WEIGHTS, at));
        at += factors[i].n;
    }
    KR_TRY(derive_product(d, factors, n, f));
out:
    kr_free(weights);
    kr_free(factors);
    return s;
}

static kr_status derive_mix(const derivation *d, const kr_part *mix, double *f)
{
    kr_status s = KR_OK;
    const double *weights = choice_weights(d->tree, mix->choice);
    double *of_child = NULL;
    for (size_t i = 0; i < mix->nchildren; i++) {
        size_t n = (size_t)d->tree->structure->parts[mix->children[i]].states;
        uint32_t state = mix->fixed[i];
        KR_NEW(of_child, d->tree->ctx, KR_ACCOUNT_STATS, n);
        KR_TRY(list_part(d->tree, mix->children[i], WEIGHTS, of_child));
        d->out[d->first[mix->choice] + state] += dot(f, of_child, n);
        kr_free(of_child);
        of_child = NULL;
        for (size_t k = 0; k < n; k++)
            f[k] *= weights[state];
        KR_TRY(derive_part(d, mix->children[i], f));
        f += n;
    }
out:
    kr_free(of_child);
    return s;
}

static kr_status derive_part(const derivation *d, uint32_t number, double *f)
{
    const kr_part *part = &d->tree->structure->parts[number];
    switch (part->kind) {
    case KR_PART_BLOCK:
        return derive_block(d, part, f);
    case KR_PART_SUM:
        return derive_parts(d, part->children, part->nchildren, f);
    case KR_PART_MIX:
        return derive_mix(d, part, f);
    }
    return KR_OK;
}

kr_status kr_half_derive(const kr_listed_tree *tree, const kr_half *half, double *f,
                         const size_t *first, double *out)
{
    const derivation d = {tree, first, out};
    return derive_parts(&d, half->parts, half->nparts, f);
}
