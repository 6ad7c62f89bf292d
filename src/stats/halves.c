#include "stats/halves.h"

typedef struct planner {
    kr_ctx *ctx;
    kr_arena *arena;
    const kr_structure *structure;
    double mix_from;
    kr_halves_plan *out;
} planner;

static size_t count_factors(const kr_structure *structure, uint32_t number)
{
    const kr_part *part = &structure->parts[number];
    size_t n = 0;
    if (part->kind != KR_PART_SUM)
        return 1;
    for (size_t i = 0; i < part->nchildren; i++)
        n += count_factors(structure, part->children[i]);
    return n;
}

/* Blocks and mixes that a part is the sum of, into a list in falling order of their states. */
static void add_factors(const kr_structure *structure, uint32_t number, uint32_t *list, size_t *n)
{
    const kr_part *part = &structure->parts[number];
    if (part->kind == KR_PART_SUM) {
        for (size_t i = 0; i < part->nchildren; i++)
            add_factors(structure, part->children[i], list, n);
        return;
    }
    size_t at = (*n)++;
    for (; at > 0 && structure->parts[list[at - 1]].states < part->states; at--)
        list[at] = list[at - 1];
    list[at] = number;
}

/* The largest first, each to the half that is smaller so far. */
static kr_status halve(planner *p, const uint32_t *factors, size_t n, kr_halves *out)
{
    kr_status s = KR_OK;
    double x = 1, y = 1;
    uint32_t *xs, *ys;
    KR_ANEW(xs, p->arena, n);
    KR_ANEW(ys, p->arena, n);
    for (size_t i = 0; i < n; i++) {
        double states = p->structure->parts[factors[i]].states;
        if (x <= y) {
            xs[out->nx++] = factors[i];
            x *= states;
        } else {
            ys[out->ny++] = factors[i];
            y *= states;
        }
    }
    out->x_parts = xs;
    out->y_parts = ys;
out:
    return s;
}

static kr_status too_many(const planner *p, double entries)
{
    return kr_fail(p->ctx, KR_EINPUT,
                   "derivatives of quantiles would list %.2g combinations of choices of this tree, "
                   "which are tied to each other; at most %d can be",
                   entries, KR_LISTS_MAX);
}

static kr_status add_pair(planner *p, const kr_halves *pair, double entries)
{
    kr_status s = KR_OK;
    kr_halves_plan *plan = p->out;
    plan->entries += entries;
    if (!(plan->entries <= KR_LISTS_MAX))
        return too_many(p, plan->entries);
    KR_GROW(plan->pairs, plan->cap, plan->n + 1, p->ctx, KR_ACCOUNT_STATS);
    plan->pairs[plan->n++] = *pair;
out:
    return s;
}

static kr_status plan_parts(planner *p, const uint32_t *parts, size_t nparts,
                            const kr_fixed *fixed);

/* A pair, or more, for each state of a mix among the factors. */
static kr_status plan_mix(planner *p, uint32_t *factors, size_t n, size_t which,
                          const kr_fixed *fixed)
{
    kr_status s = KR_OK;
    const kr_part *mix = &p->structure->parts[factors[which]];
    for (size_t i = 0; i < mix->nchildren; i++) {
        kr_fixed *state;
        KR_ANEW(state, p->arena, 1);
        *state = (kr_fixed){fixed, mix->choice, mix->fixed[i]};
        factors[which] = mix->children[i];
        KR_TRY(plan_parts(p, factors, n, state));
    }
out:
    return s;
}

static kr_status plan_parts(planner *p, const uint32_t *parts, size_t nparts, const kr_fixed *fixed)
{
    kr_status s = KR_OK;
    kr_halves pair = {.fixed = fixed};
    uint32_t *factors;
    size_t n = 0, most = 0, mix = 0;
    for (size_t i = 0; i < nparts; i++)
        most += count_factors(p->structure, parts[i]);
    KR_ANEW(factors, p->arena, most);
    for (size_t i = 0; i < nparts; i++)
        add_factors(p->structure, parts[i], factors, &n);
    KR_TRY(halve(p, factors, n, &pair));
    double x = kr_half_states(p->structure, pair.x_parts, pair.nx);
    double y = kr_half_states(p->structure, pair.y_parts, pair.ny);
    while (mix < n && p->structure->parts[factors[mix]].kind != KR_PART_MIX)
        mix++;
    if (mix < n && (x + y > KR_LISTS_MAX || (mix == 0 && x + y > p->mix_from)))
        return plan_mix(p, factors, n, mix, fixed);
    KR_TRY(add_pair(p, &pair, x + y));
out:
    return s;
}

kr_status kr_halves_plan_make(kr_ctx *ctx, kr_arena *arena, const kr_structure *structure,
                              double mix_from, kr_halves_plan *out)
{
    kr_status s = KR_OK;
    planner p = {ctx, arena, structure, mix_from, out};
    uint32_t root = (uint32_t)(structure->nparts - 1);
    *out = (kr_halves_plan){0};
    KR_TRY(plan_parts(&p, &root, 1, NULL));
out:
    if (s != KR_OK)
        kr_halves_plan_clear(out);
    return s;
}

void kr_halves_plan_clear(kr_halves_plan *plan)
{
    for (size_t i = 0; i < plan->n; i++) {
        kr_half_clear(&plan->pairs[i].x);
        kr_half_clear(&plan->pairs[i].y);
    }
    kr_free(plan->pairs);
    *plan = (kr_halves_plan){0};
}
