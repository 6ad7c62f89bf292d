/* The quantiles of a thread: lists are made and selected from, or the other ways are called. */
#include "stats/block.h"
#include "stats/list.h"
#include "stats/unfold.h"

#include <string.h>

/* Numbers that are taken from the end and given back in turn. Without `base` only the most that is
 * held at once is found. */
typedef struct stack {
    double *base;
    size_t used, most;
} stack;

/* What makes lists; without a stack's base it only tells how long they can get. */
typedef struct lister {
    const kr_structure *structure;
    const kr_unfold *unfold;
    kr_quantile_rule rule;
    stack stack;
    double *block_scratch;
    const double *rates;
    size_t column;
} lister;

struct kr_quantiles {
    const kr_structure *structure;
    const kr_unfold *unfold;
    kr_quantile_spec spec;
    double *q;
    double *numbers; /* lists, stack and scratch of blocks; or what the other ways need */
    double *select;  /* scratch */
    kr_list *halves;
    double **rooms; /* of the halves */
    kr_pair *pairs;
    lister lister;
};

/* ---- lists of parts ---- */

static double *stack_take(stack *it, size_t n)
{
    double *at = it->base ? it->base + it->used : NULL;
    it->used += n;
    it->most = it->used > it->most ? it->used : it->most;
    return at;
}

static bool dry(const lister *l)
{
    return !l->stack.base;
}

static kr_list_room take_room(lister *l, size_t n)
{
    double *at = stack_take(&l->stack, kr_list_numbers(n, l->rule));
    return dry(l) ? (kr_list_room){NULL, NULL, NULL, NULL} : kr_list_room_at(at, n, l->rule);
}

static kr_merger take_merger(lister *l, size_t k)
{
    double *at = stack_take(&l->stack, kr_merger_numbers(k));
    return dry(l) ? (kr_merger){NULL, NULL, NULL} : kr_merger_at(at, k);
}

static kr_list list_part(lister *l, uint32_t part, kr_list_room room);

static size_t part_entries(const lister *l, const uint32_t *parts, size_t n)
{
    double entries = 1; /* at most KR_LIST_MAX */
    for (size_t i = 0; i < n; i++)
        entries *= l->structure->parts[parts[i]].states;
    return (size_t)entries;
}

/* All sums of n independent parts. The last one, which has fewest states, gives the number of lists
 * that are merged. */
static kr_list list_sum(lister *l, const uint32_t *parts, size_t n, kr_list_room room)
{
    if (n == 1)
        return list_part(l, parts[0], room);
    if (n == 0) {
        if (dry(l))
            return (kr_list){.n = 1};
        *room.x = 0;
        *room.w = 1;
        return kr_list_of_values(room, 1);
    }
    size_t used = l->stack.used;
    kr_list first = list_sum(l, parts, n - 1, take_room(l, part_entries(l, parts, n - 1)));
    kr_list last = list_part(l, parts[n - 1], take_room(l, part_entries(l, parts + n - 1, 1)));
    kr_merger merger = take_merger(l, first.n < last.n ? first.n : last.n);
    kr_list out = {.n = first.n * last.n};
    if (!dry(l))
        out = kr_list_sum(&first, &last, merger, room);
    l->stack.used = used;
    return out;
}

static kr_list list_mix(lister *l, const kr_part *mix, kr_list_room room)
{
    size_t used = l->stack.used, n = mix->nchildren, entries = 0;
    size_t list_numbers = (sizeof(kr_list) + sizeof(double) - 1) / sizeof(double);
    const kr_choice *choice = &l->structure->choices[mix->choice];
    double *factors = stack_take(&l->stack, n);
    kr_list *lists = (void *)stack_take(&l->stack, n * list_numbers);
    for (size_t i = 0; i < n; i++) {
        kr_list child =
            list_part(l, mix->children[i], take_room(l, part_entries(l, &mix->children[i], 1)));
        entries += child.n;
        if (dry(l))
            continue;
        lists[i] = child;
        factors[i] = choice->weights[l->column * choice->nstates + mix->fixed[i]];
    }
    kr_merger merger = take_merger(l, n);
    kr_list out = {.n = entries};
    if (!dry(l))
        out = kr_list_mix(lists, factors, n, merger, room);
    l->stack.used = used;
    return out;
}

static kr_list list_part(lister *l, uint32_t part, kr_list_room room)
{
    const kr_part *it = &l->structure->parts[part];
    if (it->kind == KR_PART_SUM)
        return list_sum(l, l->unfold->sums[part], it->nchildren, room);
    if (it->kind == KR_PART_MIX)
        return list_mix(l, it, room);
    if (dry(l))
        return (kr_list){.n = it->nstates};
    kr_block_values(l->structure, it, l->rates, l->block_scratch, room.x);
    kr_block_weights(l->structure, it, l->column, room.w);
    return kr_list_of_values(room, it->nstates);
}

/* ---- memory ---- */

/* Numbers of all lists, and of the stack. */
static size_t lists_numbers(const kr_unfold *u, kr_quantile_rule rule)
{
    size_t n = 0;
    for (size_t i = 0; i < u->nhalves; i++)
        n += kr_list_numbers((size_t)u->halves[i].entries, rule);
    return n;
}

static size_t stack_numbers(const kr_unfold *u, kr_quantile_rule rule)
{
    lister l = {.structure = u->structure, .unfold = u, .rule = rule};
    kr_list_room none = {NULL, NULL, NULL, NULL};
    for (size_t i = 0; i < u->nhalves; i++)
        list_sum(&l, u->halves[i].parts, u->halves[i].nparts, none);
    return l.stack.most;
}

static bool has_lists(const kr_unfold *u)
{
    return u->way == KR_FACTORED || u->way == KR_CONDITIONED;
}

static size_t other_numbers(const kr_unfold *u, const kr_quantile_spec *spec)
{
    return u->way == KR_STREAMED ? kr_stream_scratch(u->structure, spec->nq)
                                 : kr_bracket_scratch(u->structure, spec);
}

size_t kr_quantiles_bytes(const kr_unfold *unfold, const kr_quantile_spec *spec)
{
    size_t numbers = spec->nq, bytes = sizeof(kr_quantiles);
    if (has_lists(unfold)) {
        numbers += lists_numbers(unfold, spec->rule) + stack_numbers(unfold, spec->rule) +
                   kr_blocks_max_scratch(unfold->structure) +
                   kr_select_scratch(unfold->sizes, unfold->npairs, spec->nq);
        bytes += unfold->nhalves * (sizeof(kr_list) + sizeof(double *)) +
                 unfold->npairs * sizeof(kr_pair);
    } else {
        numbers += other_numbers(unfold, spec);
    }
    return bytes + numbers * sizeof(double);
}

static kr_status create_lists(kr_ctx *ctx, kr_quantiles *it)
{
    kr_status s = KR_OK;
    const kr_unfold *u = it->unfold;
    kr_quantile_rule rule = it->spec.rule;
    size_t lists = lists_numbers(u, rule), most = stack_numbers(u, rule);

    KR_NEW(it->numbers, ctx, KR_ACCOUNT_STATS, lists + most + kr_blocks_max_scratch(it->structure));
    KR_NEW(it->select, ctx, KR_ACCOUNT_STATS, kr_select_scratch(u->sizes, u->npairs, it->spec.nq));
    KR_NEW(it->halves, ctx, KR_ACCOUNT_STATS, u->nhalves);
    KR_NEW(it->rooms, ctx, KR_ACCOUNT_STATS, u->nhalves);
    KR_NEW(it->pairs, ctx, KR_ACCOUNT_STATS, u->npairs);
    double *at = it->numbers;
    for (size_t i = 0; i < u->nhalves; i++) {
        it->rooms[i] = at;
        at += kr_list_numbers((size_t)u->halves[i].entries, rule);
    }
    it->lister = (lister){.structure = it->structure,
                          .unfold = u,
                          .rule = rule,
                          .stack = {at, 0, 0},
                          .block_scratch = at + most};
out:
    return s;
}

kr_status kr_quantiles_create(kr_ctx *ctx, const kr_structure *structure, const kr_unfold *unfold,
                              const kr_quantile_spec *spec, kr_quantiles **out)
{
    kr_status s = KR_OK;
    kr_quantiles *it = NULL;

    *out = NULL;
    KR_NEW(it, ctx, KR_ACCOUNT_STATS, 1);
    it->structure = structure;
    it->unfold = unfold;
    it->spec = *spec;
    KR_NEW(it->q, ctx, KR_ACCOUNT_STATS, spec->nq);
    if (spec->nq > 0)
        memcpy(it->q, spec->q, spec->nq * sizeof *it->q);
    it->spec.q = it->q;
    if (has_lists(unfold))
        KR_TRY(create_lists(ctx, it));
    else
        KR_NEW(it->numbers, ctx, KR_ACCOUNT_STATS, other_numbers(unfold, spec));
    *out = it;
    it = NULL;
out:
    kr_quantiles_destroy(&it);
    return s;
}

void kr_quantiles_destroy(kr_quantiles **quantiles)
{
    kr_quantiles *it = *quantiles;
    if (!it)
        return;
    kr_free(it->q);
    kr_free(it->numbers);
    kr_free(it->select);
    kr_free(it->halves);
    kr_free(it->rooms);
    kr_free(it->pairs);
    kr_free(it);
    *quantiles = NULL;
}

/* ---- at a site and level ---- */

const kr_pair *kr_quantiles_pairs(kr_quantiles *it, const double *rates, size_t column)
{
    const kr_unfold *u = it->unfold;
    const kr_choice *choices = it->structure->choices;
    lister *l = &it->lister;
    l->rates = rates;
    l->column = column;
    for (size_t i = 0; i < u->nhalves; i++) {
        const kr_unfold_half *half = &u->halves[i];
        kr_list_room room = kr_list_room_at(it->rooms[i], (size_t)half->entries, it->spec.rule);
        it->halves[i] = list_sum(l, half->parts, half->nparts, room);
    }
    for (size_t i = 0; i < u->npairs; i++) {
        const kr_unfold_pair *pair = &u->pairs[i];
        double weight = it->structure->scale;
        for (size_t k = 0; k < pair->nfixed; k++) {
            const kr_choice *choice = &choices[pair->fixed[k].choice];
            weight *= choice->weights[column * choice->nstates + pair->fixed[k].state];
        }
        it->pairs[i] = (kr_pair){it->halves[pair->half[0]], it->halves[pair->half[1]], weight};
    }
    return it->pairs;
}

void kr_quantiles_compute(kr_quantiles *it, const double *rates, size_t column, double *value,
                          double *lower, double *upper)
{
    const kr_quantile_spec *spec = &it->spec;
    if (it->unfold->way == KR_BRACKETED) {
        kr_bracket_quantiles(it->structure, spec, rates, column, it->numbers, lower, upper);
        for (size_t i = 0; i < spec->nq; i++)
            value[i] = lower[i] + (upper[i] - lower[i]) / 2;
        return;
    }
    if (it->unfold->way == KR_STREAMED) {
        kr_stream_quantiles(it->structure, spec, rates, column, it->numbers, value);
    } else {
        const kr_pair *pairs = kr_quantiles_pairs(it, rates, column);
        kr_select_quantiles(pairs, it->unfold->npairs, spec->rule, spec->scale, spec->q, spec->nq,
                            it->select, value);
    }
    if (spec->nq > 0) {
        memcpy(lower, value, spec->nq * sizeof *lower);
        memcpy(upper, value, spec->nq * sizeof *upper);
    }
}
