/* How the realizations of a structure are listed in pairs of lists.
 *
 * A pair is a multiset of independent parts, dealt out to two halves: each half is listed as the
 * sums of its parts. It starts with the root. Sums are always replaced by their children. A mix is
 * listed as it is, or one of its states is fixed at a time, which makes as many pairs: what comes
 * to fewer entries of lists is taken. */
#include "stats/unfold.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAIRS_MAX = 1 << 16,
    TRIALS_MAX = 20000,         /* pairs that are looked at where it is only about time */
    DEALS_MAX = 4096,           /* ways of dealing out that are all tried */
    PAIR_COST = 16,             /* what a pair costs besides its lists, in entries */
    COST_MAX = 4 * KR_LISTS_MAX /* of all pairs: entries of shared lists count in each */
};

typedef struct item {
    uint32_t part;
    double size; /* logarithm of the number of its states */
    bool second; /* half */
} item;

/* A pair as it is planned; offsets in the planner's arrays. */
typedef struct plan {
    size_t parts, nfirst, nsecond; /* parts of the first half, then of the second */
    size_t fixed, nfixed;
} plan;

typedef struct planner {
    kr_ctx *ctx;
    const kr_structure *structure;
    size_t trials;
    item *items; /* of the pair that is looked at */
    size_t items_cap;
    uint32_t *open; /* stack of parts of the pairs that are expanded */
    size_t nopen, open_cap;
    kr_unfold_fixed *path; /* stack of what is fixed in them */
    size_t npath, path_cap;
    plan *plans;
    size_t nplans, plans_cap;
    uint32_t *parts;
    size_t nparts, parts_cap;
    kr_unfold_fixed *fixed;
    size_t nfixed, fixed_cap;
} planner;

static const kr_part *part_of(const planner *p, uint32_t part)
{
    return &p->structure->parts[part];
}

/* ---- dealing out ---- */

static int larger_first(const void *pa, const void *pb)
{
    const item *a = pa, *b = pb;
    if (a->size != b->size)
        return a->size > b->size ? -1 : 1;
    return (a->part > b->part) - (a->part < b->part);
}

/* Parts of one size, of which some go to the second half. */
typedef struct kind {
    size_t first, n, taken;
} kind;

/* The next way to take some of each kind; false after the last. */
static bool next_deal(kind *kinds, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (kinds[i].taken < kinds[i].n) {
            kinds[i].taken++;
            return true;
        }
        kinds[i].taken = 0;
    }
    return false;
}

/* All ways are tried where there are few, because many parts have the same size. */
static bool deal_best(item *items, size_t n, double total)
{
    enum { KINDS_MAX = 12 }; /* two ways each at least */
    kind kinds[KINDS_MAX] = {{0, 0, 0}};
    size_t nkinds = 0, ways = 1, best[KINDS_MAX] = {0};
    for (size_t i = 0, end = 0; i < n; i = end) {
        for (end = i; end < n && items[end].size == items[i].size; end++)
            ;
        ways *= end - i + 1;
        if (nkinds == KINDS_MAX || ways > DEALS_MAX)
            return false;
        kinds[nkinds++] = (kind){i, end - i, 0};
    }
    double least = INFINITY;
    do {
        double second = 0;
        for (size_t k = 0; k < nkinds; k++)
            second += (double)kinds[k].taken * items[kinds[k].first].size;
        if (fmax(second, total - second) < least) {
            least = fmax(second, total - second);
            for (size_t k = 0; k < nkinds; k++)
                best[k] = kinds[k].taken;
        }
    } while (next_deal(kinds, nkinds));
    for (size_t k = 0; k < nkinds; k++)
        for (size_t i = 0; i < best[k]; i++)
            items[kinds[k].first + i].second = true;
    return true;
}

/* The largest first, each to the half that is smaller by then; then single parts are moved or
 * swapped as long as that makes the larger half smaller. */
static void deal_well(item *items, size_t n, double total)
{
    double second = 0, seen = 0;
    for (size_t i = 0; i < n; i++) {
        items[i].second = second < seen - second;
        second += items[i].second ? items[i].size : 0;
        seen += items[i].size;
    }
    for (bool better = true; better;) {
        better = false;
        for (size_t i = 0; i < n; i++)
            for (size_t j = i; j < n; j++) { /* i alone where i == j */
                if (i != j && items[i].second == items[j].second)
                    continue;
                double moved = items[i].second ? -items[i].size : items[i].size;
                if (i != j)
                    moved += items[j].second ? -items[j].size : items[j].size;
                double now = fmax(second, total - second);
                double then = fmax(second + moved, total - second - moved);
                if (then >= now - 1e-9 * total)
                    continue;
                second += moved;
                items[i].second = !items[i].second;
                if (i != j)
                    items[j].second = !items[j].second;
                better = true;
            }
    }
}

/* Deal out the parts open[first ..] to two halves so that the larger one is least; the entries of
 * the halves. */
static kr_status deal(planner *p, size_t first, size_t n, double entries[2])
{
    kr_status s = KR_OK;
    double total = 0;
    KR_GROW(p->items, p->items_cap, n, p->ctx, KR_ACCOUNT_STATS);
    for (size_t i = 0; i < n; i++) {
        uint32_t part = p->open[first + i];
        p->items[i] = (item){part, log(part_of(p, part)->states), false};
    }
    if (n > 1)
        qsort(p->items, n, sizeof *p->items, larger_first);
    for (size_t i = 0; i < n; i++)
        total += p->items[i].size;
    if (!deal_best(p->items, n, total))
        deal_well(p->items, n, total);
    entries[0] = entries[1] = 1;
    for (size_t i = 0; i < n; i++)
        entries[p->items[i].second] *= part_of(p, p->items[i].part)->states;
out:
    return s;
}

/* ---- expanding ---- */

/* Push a part on the stack of open ones; of a sum its children. */
static kr_status push(planner *p, uint32_t part)
{
    kr_status s = KR_OK;
    const kr_part *it = part_of(p, part);
    if (it->kind == KR_PART_SUM) {
        for (size_t i = 0; i < it->nchildren; i++)
            KR_TRY(push(p, it->children[i]));
        return KR_OK;
    }
    KR_GROW(p->open, p->open_cap, p->nopen + 1, p->ctx, KR_ACCOUNT_STATS);
    p->open[p->nopen++] = part;
out:
    return s;
}

/* Keep the pair as it was dealt out last. */
static kr_status keep_pair(planner *p, size_t n)
{
    kr_status s = KR_OK;
    plan pair = {p->nparts, 0, 0, p->nfixed, p->npath};
    KR_GROW(p->plans, p->plans_cap, p->nplans + 1, p->ctx, KR_ACCOUNT_STATS);
    KR_GROW(p->parts, p->parts_cap, p->nparts + n, p->ctx, KR_ACCOUNT_STATS);
    KR_GROW(p->fixed, p->fixed_cap, p->nfixed + p->npath, p->ctx, KR_ACCOUNT_STATS);
    for (int half = 0; half < 2; half++)
        for (size_t i = 0; i < n; i++) {
            if (p->items[i].second != (half == 1))
                continue;
            p->parts[p->nparts++] = p->items[i].part;
            pair.nfirst += half == 0;
            pair.nsecond += half == 1;
        }
    if (p->npath > 0)
        memcpy(p->fixed + p->nfixed, p->path, p->npath * sizeof *p->path);
    p->nfixed += p->npath;
    p->plans[p->nplans++] = pair;
out:
    return s;
}

/* Of the parts open[first ..]: the mix with most states. */
static bool largest_mix(const planner *p, size_t first, size_t n, size_t *out)
{
    double most = -1;
    for (size_t i = first; i < first + n; i++) {
        const kr_part *part = part_of(p, p->open[i]);
        if (part->kind == KR_PART_MIX && part->states > most) {
            most = part->states;
            *out = i;
        }
    }
    return most >= 0;
}

static kr_status expand(planner *p, size_t first, size_t n, double budget, double *cost);

/* A pair for each state of the mix open[at] in place of the pair open[first ..]. */
static kr_status fix(planner *p, size_t first, size_t n, size_t at, double budget, double *cost)
{
    kr_status s = KR_OK;
    const kr_part *mix = part_of(p, p->open[at]);
    *cost = 0;
    KR_GROW(p->path, p->path_cap, p->npath + 1, p->ctx, KR_ACCOUNT_STATS);
    p->npath++;
    for (size_t c = 0; c < mix->nchildren && *cost <= budget; c++) {
        size_t child = p->nopen;
        double one = 0;
        for (size_t i = first; i < first + n; i++)
            KR_TRY(push(p, i == at ? mix->children[c] : p->open[i]));
        p->path[p->npath - 1] = (kr_unfold_fixed){mix->choice, mix->fixed[c]};
        KR_TRY(expand(p, child, p->nopen - child, budget - *cost, &one));
        p->nopen = child;
        *cost += one;
    }
    p->npath--;
out:
    return s;
}

/* The pairs for the parts open[first ..] are added to the plans. `cost` is infinite if there are
 * none within the budget. */
static kr_status expand(planner *p, size_t first, size_t n, double budget, double *cost)
{
    kr_status s = KR_OK;
    double entries[2], own = INFINITY;
    size_t mix = 0, nplans = p->nplans, nparts = p->nparts, nfixed = p->nfixed;
    *cost = INFINITY;
    p->trials++;
    KR_TRY(deal(p, first, n, entries));
    if (fmax(entries[0], entries[1]) <= KR_LIST_MAX)
        own = entries[0] + entries[1] + PAIR_COST;
    bool allowed = isinf(own) || p->trials < TRIALS_MAX;
    if (p->nplans >= PAIRS_MAX)
        return KR_OK;
    if (allowed && largest_mix(p, first, n, &mix)) {
        double least = (double)part_of(p, p->open[mix])->nchildren * (2 + PAIR_COST);
        double most = fmin(own, budget);
        if (least < most) {
            KR_TRY(fix(p, first, n, mix, most, cost));
            if (*cost < own && *cost <= budget)
                return KR_OK;
            p->nplans = nplans; /* all that was planned below is forgotten */
            p->nparts = nparts;
            p->nfixed = nfixed;
            *cost = INFINITY;
            KR_TRY(deal(p, first, n, entries));
        }
    }
    if (own <= budget) {
        KR_TRY(keep_pair(p, n));
        *cost = own;
    }
out:
    return s;
}

/* ---- the plan ---- */

/* A half of a pair, as it is compared with others. */
typedef struct half {
    const uint32_t *parts;
    size_t nparts, place; /* 2 * pair, + 1 for the second half */
} half;

static int half_compare(const void *pa, const void *pb)
{
    const half *a = pa, *b = pb;
    if (a->nparts != b->nparts)
        return a->nparts < b->nparts ? -1 : 1;
    for (size_t i = 0; i < a->nparts; i++)
        if (a->parts[i] != b->parts[i])
            return a->parts[i] < b->parts[i] ? -1 : 1;
    return 0;
}

/* Halves of the same parts become one. */
static kr_status share_halves(kr_unfold *u, const planner *p, const uint32_t *parts)
{
    kr_status s = KR_OK;
    size_t n = 2 * p->nplans;
    half *halves = NULL;
    KR_NEW(halves, p->ctx, KR_ACCOUNT_STATS, n);
    for (size_t i = 0; i < p->nplans; i++) {
        const plan *pair = &p->plans[i];
        halves[2 * i] = (half){parts + pair->parts, pair->nfirst, 2 * i};
        halves[2 * i + 1] = (half){parts + pair->parts + pair->nfirst, pair->nsecond, 2 * i + 1};
    }
    qsort(halves, n, sizeof *halves, half_compare);
    KR_ANEW(u->halves, &u->arena, n);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || half_compare(&halves[i - 1], &halves[i]) != 0) {
            double entries = 1;
            for (size_t k = 0; k < halves[i].nparts; k++)
                entries *= part_of(p, halves[i].parts[k])->states;
            u->halves[u->nhalves++] = (kr_unfold_half){halves[i].parts, halves[i].nparts, entries};
            u->entries += entries;
        }
        u->pairs[halves[i].place / 2].half[halves[i].place % 2] = (uint32_t)(u->nhalves - 1);
    }
    KR_ANEW(u->sizes, &u->arena, u->npairs);
    for (size_t i = 0; i < u->npairs; i++) {
        u->sizes[i].x.n = (size_t)u->halves[u->pairs[i].half[0]].entries;
        u->sizes[i].y.n = (size_t)u->halves[u->pairs[i].half[1]].entries;
    }
out:
    kr_free(halves);
    return s;
}

static kr_status keep_plan(kr_unfold *u, const planner *p)
{
    kr_status s = KR_OK;
    uint32_t *parts;
    kr_unfold_fixed *fixed;
    KR_ANEW(parts, &u->arena, p->nparts);
    KR_ANEW(fixed, &u->arena, p->nfixed);
    KR_ANEW(u->pairs, &u->arena, p->nplans);
    if (p->nparts > 0)
        memcpy(parts, p->parts, p->nparts * sizeof *parts);
    if (p->nfixed > 0)
        memcpy(fixed, p->fixed, p->nfixed * sizeof *fixed);
    u->npairs = p->nplans;
    for (size_t i = 0; i < p->nplans; i++)
        u->pairs[i] = (kr_unfold_pair){{0, 0}, fixed + p->plans[i].fixed, p->plans[i].nfixed};
    KR_TRY(share_halves(u, p, parts));
out:
    return s;
}

/* Children of sums, those with most states first. */
static kr_status order_sums(kr_unfold *u, planner *p)
{
    kr_status s = KR_OK;
    const kr_structure *structure = u->structure;
    KR_ANEW(u->sums, &u->arena, structure->nparts);
    for (size_t i = 0; i < structure->nparts; i++) {
        const kr_part *part = &structure->parts[i];
        uint32_t *children;
        if (part->kind != KR_PART_SUM)
            continue;
        KR_GROW(p->items, p->items_cap, part->nchildren, p->ctx, KR_ACCOUNT_STATS);
        KR_ANEW(children, &u->arena, part->nchildren);
        for (size_t k = 0; k < part->nchildren; k++) {
            uint32_t child = part->children[k];
            p->items[k] = (item){child, structure->parts[child].states, false};
        }
        if (part->nchildren > 1)
            qsort(p->items, part->nchildren, sizeof *p->items, larger_first);
        for (size_t k = 0; k < part->nchildren; k++)
            children[k] = p->items[k].part;
        u->sums[i] = children;
    }
out:
    return s;
}

static void choose_way(kr_unfold *u, double cost)
{
    double n = u->structure->realizations;
    bool listed = isfinite(cost) && u->entries <= KR_LISTS_MAX;
    if (listed && n >= KR_STREAM_FROM && u->entries >= n / 2)
        listed = false; /* lists that are hardly shorter than that of all realizations */
    if (listed) {
        u->way = u->npairs == 1 ? KR_FACTORED : KR_CONDITIONED;
        return;
    }
    u->way = n <= KR_STREAM_MAX ? KR_STREAMED : KR_BRACKETED;
    u->npairs = u->nhalves = 0;
    u->entries = 0;
}

static void planner_clear(planner *p)
{
    kr_free(p->items);
    kr_free(p->open);
    kr_free(p->path);
    kr_free(p->plans);
    kr_free(p->parts);
    kr_free(p->fixed);
}

kr_status kr_unfold_create(kr_ctx *ctx, const kr_structure *structure, kr_unfold **out)
{
    kr_status s = KR_OK;
    kr_unfold *u = NULL;
    planner p = {.ctx = ctx, .structure = structure};
    double cost = INFINITY;

    *out = NULL;
    KR_NEW(u, ctx, KR_ACCOUNT_STATS, 1);
    kr_arena_init(&u->arena, ctx, KR_ACCOUNT_STATS);
    u->structure = structure;
    KR_TRY(push(&p, (uint32_t)(structure->nparts - 1)));
    KR_TRY(expand(&p, 0, p.nopen, COST_MAX, &cost));
    if (isfinite(cost)) {
        KR_TRY(keep_plan(u, &p));
        KR_TRY(order_sums(u, &p));
    }
    choose_way(u, cost);
    *out = u;
    u = NULL;
out:
    planner_clear(&p);
    kr_unfold_destroy(&u);
    return s;
}

kr_status kr_unfold_create_streamed(kr_ctx *ctx, const kr_structure *structure, kr_unfold **out)
{
    kr_status s = KR_OK;
    kr_unfold *u = NULL;

    *out = NULL;
    KR_NEW(u, ctx, KR_ACCOUNT_STATS, 1);
    kr_arena_init(&u->arena, ctx, KR_ACCOUNT_STATS);
    u->structure = structure;
    u->way = KR_STREAMED;
    *out = u;
out:
    return s;
}

void kr_unfold_destroy(kr_unfold **unfold)
{
    if (!*unfold)
        return;
    kr_arena_clear(&(*unfold)->arena);
    kr_free(*unfold);
    *unfold = NULL;
}

kr_way kr_unfold_way(const kr_unfold *unfold)
{
    return unfold->way;
}

size_t kr_unfold_pairs(const kr_unfold *unfold)
{
    return unfold->npairs;
}

double kr_unfold_entries(const kr_unfold *unfold)
{
    return unfold->entries;
}

const char *kr_way_name(kr_way way)
{
    switch (way) {
    case KR_FACTORED:
        return "factored";
    case KR_CONDITIONED:
        return "conditioned";
    case KR_STREAMED:
        return "streamed";
    case KR_BRACKETED:
        return "bracketed";
    }
    return "?";
}
