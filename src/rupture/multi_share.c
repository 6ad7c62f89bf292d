/* Ruptures that several alternatives of a multi-fault source have: solutions of one inversion
 * differ in the rates of ruptures, and in which of them occur at all. What several have becomes a
 * source of its own with the probabilities of each; what only one has stays with it. */
#include "base/digest_map.h"
#include "rupture/multi_int.h"

#include <stdatomic.h>
#include <string.h>

#define NONE UINT32_MAX

/* A shared source holds probabilities for all of its alternatives, also for those without the
 * rupture: at most SPARSE times those of the alternatives that have it, or so many in all. */
enum { SPARSE = 8, DENSE_LEAST = 1 << 14 };

/* A rupture found in one or several alternatives. */
typedef struct item {
    uint32_t source, rupture; /* where it was found first */
    uint32_t count;           /* alternatives that have it */
    uint32_t last;            /* the last of them */
    uint32_t next; /* another one of the same key: an alternative has it twice; or NONE */
} item;

/* Sources [first, last) whose alternatives are taken together. */
typedef struct chunk {
    kr_ctx *ctx;
    const kr_multi_sharing *of;
    int threads;
    size_t first, last;
    size_t total; /* ruptures */
    item *items;  /* at most `total` */
    size_t nitems;
    kr_digest_map by_key; /* the item + 1 */
    uint32_t *item_of;    /* by rupture of all sources: the item, or NONE */
    size_t nshared;       /* items that several alternatives have */
    size_t held;          /* the sum of their counts */
} chunk;

static const kr_multi *multi_of(const chunk *c, size_t source)
{
    return c->of->faults[source]->of.multi;
}

/* ---- keys ---- */

/* The sites of the job that the reference sees around a block of ruptures. */
static kr_hash128 block_sites(const kr_fault *fault, size_t block, const kr_site_soa *sites,
                              double last_km)
{
    kr_box box = kr_box_around_extent(&fault->bounds[block], last_km, kr_lon_range_of(sites));
    uint64_t bits = 0;
    kr_hash128 h;

    kr_hash_init(&h);
    for (size_t i = 0; i < sites->n; i++) {
        bits = bits << 1 | (uint64_t)kr_box_holds(&box, sites->lon[i], kr_lon_360(sites->lon[i]),
                                                  sites->lat[i]);
        if (i % 64 == 63 || i + 1 == sites->n)
            kr_hash_bytes(&h, &bits, sizeof bits);
    }
    return h;
}

static kr_hash128 rupture_key(const kr_multi *multi, size_t rupture, kr_hash128 sites)
{
    kr_parts parts = kr_multi_parts(multi, rupture);
    float of[2] = {multi->ruptures->mag[rupture], multi->ruptures->rake[rupture]};

    kr_hash_bytes(&sites, parts.section, parts.n * sizeof *parts.section);
    kr_hash_bytes(&sites, of, sizeof of);
    kr_hash_bytes(&sites, &multi->cut_km[rupture], sizeof multi->cut_km[rupture]);
    return sites;
}

/* ---- items ---- */

static uint32_t add_item(chunk *c, size_t source, size_t rupture)
{
    c->items[c->nitems] = (item){.source = (uint32_t)source,
                                 .rupture = (uint32_t)rupture,
                                 .count = 1,
                                 .last = (uint32_t)c->of->of[source],
                                 .next = NONE};
    return (uint32_t)c->nitems++;
}

/* The item of a rupture: the first of its key that its alternative does not have yet. */
static kr_status find_item(chunk *c, kr_hash128 key, size_t source, size_t rupture, uint32_t *out)
{
    kr_status s = KR_OK;
    uint32_t alternative = (uint32_t)c->of->of[source];
    size_t *first;
    item *x;

    KR_TRY(kr_digest_map_at(&c->by_key, key, &first));
    if (!*first) {
        *out = add_item(c, source, rupture);
        *first = *out + 1;
        goto out;
    }
    x = &c->items[*first - 1];
    while (x->last == alternative && x->next != NONE)
        x = &c->items[x->next];
    if (x->last == alternative) {
        x->next = *out = add_item(c, source, rupture);
        goto out;
    }
    x->last = alternative;
    c->nshared += x->count == 1;
    c->held += x->count == 1 ? 2 : 1;
    x->count++;
    *out = (uint32_t)(x - c->items);
out:
    return s;
}

/* Keys of the ruptures [first, end) of a source, which are a block of it. */
static void make_keys(const chunk *c, const kr_fault *fault, size_t first, size_t end,
                      double last_km, kr_hash128 *keys)
{
    const kr_multi *multi = fault->of.multi;
    kr_hash128 sites = block_sites(fault, first / fault->block, c->of->job_sites, last_km);

#pragma omp parallel for num_threads(c->threads) schedule(static)
    for (size_t r = first; r < end; r++)
        keys[r - first] = rupture_key(multi, r, sites);
}

static kr_status find_items(chunk *c, double last_km)
{
    kr_status s = KR_OK;
    uint32_t *out = c->item_of;
    kr_hash128 *keys = NULL;

    KR_NEW(keys, c->ctx, KR_ACCOUNT_RUPTURES, KR_MULTI_BLOCK);
    for (size_t i = c->first; i < c->last; i++) {
        const kr_fault *fault = c->of->faults[i];
        const kr_multi *multi = fault->of.multi;
        size_t n = multi->ruptures->n;
        if (kr_interrupted(c->ctx)) {
            s = kr_fail(c->ctx, KR_EINTERRUPTED, "interrupted");
            goto out;
        }
        for (size_t first = 0, end = 0; first < n; first = end) {
            end = first + KR_MULTI_BLOCK < n ? first + KR_MULTI_BLOCK : n;
            make_keys(c, fault, first, end, last_km, keys);
            for (size_t r = first; r < end; r++, out++) {
                *out = NONE;
                if (multi->cut_km[r] >= 0.0)
                    KR_TRY(find_item(c, keys[r - first], i, r, out));
            }
        }
    }
out:
    kr_free(keys);
    return s;
}

/* ---- sources made of items ---- */

/* Ruptures of sources: the first place of each, in the order in which they were found. */
typedef struct picks {
    size_t n;
    const item *const *item;
    size_t nsections;
} picks;

static kr_status new_fault(const chunk *c, const kr_fault *like, kr_fault **out,
                           kr_multi_fault **ruptures)
{
    kr_status s = KR_OK;
    kr_fault *fault = NULL;
    kr_source *source = NULL;
    kr_multi *multi = NULL;
    const kr_multi *old = like->of.multi;

    KR_NEW(fault, c->ctx, KR_ACCOUNT_RUPTURES, 1);
    *fault = *like;
    fault->ctx = c->ctx;
    kr_arena_init(&fault->arena, c->ctx, KR_ACCOUNT_RUPTURES);
    *out = fault;
    KR_ANEW(source, &fault->arena, 1);
    KR_ANEW(multi, &fault->arena, 1);
    KR_ANEW(*ruptures, &fault->arena, 1);
    *source = *like->source;
    source->multi = *ruptures;
    fault->source = source;
    *multi = (kr_multi){.sections = old->sections, .ruptures = *ruptures, .exact = old->exact};
    if (old->close) {
        KR_ANEW(multi->close, &fault->arena, old->sections->n);
        memcpy(multi->close, old->close, old->sections->n * sizeof *old->close);
    }
    fault->of.multi = multi;
out:
    return s;
}

/* Sections, magnitudes, rakes, cuts. */
static kr_status copy_ruptures(const chunk *c, const picks *p, kr_fault *fault,
                               kr_multi_fault *ruptures)
{
    kr_status s = KR_OK;
    kr_multi *multi = fault->of.multi;
    uint32_t *first = NULL, *section = NULL;
    float *mag = NULL, *rake = NULL;

    KR_ANEW(first, &fault->arena, p->n + 1);
    KR_ANEW(section, &fault->arena, p->nsections);
    KR_ANEW(mag, &fault->arena, p->n);
    KR_ANEW(rake, &fault->arena, p->n);
    KR_ANEW(multi->cut_km, &fault->arena, p->n);
    for (size_t i = 0; i < p->n; i++) {
        const kr_multi *from = multi_of(c, p->item[i]->source);
        size_t r = p->item[i]->rupture;
        kr_parts parts = kr_multi_parts(from, r);
        memcpy(section + first[i], parts.section, parts.n * sizeof *section);
        first[i + 1] = first[i] + (uint32_t)parts.n;
        mag[i] = from->ruptures->mag[r];
        rake[i] = from->ruptures->rake[r];
        multi->cut_km[i] = from->cut_km[r];
        multi->most = parts.n > multi->most ? parts.n : multi->most;
    }
    *ruptures = (kr_multi_fault){.n = p->n,
                                 .nprobs = multi_of(c, c->first)->ruptures->nprobs,
                                 .mag = mag,
                                 .rake = rake,
                                 .first = first,
                                 .section = section};
    fault->nitems = p->n;
out:
    return s;
}

static size_t block_in_source(const chunk *c, const item *x)
{
    return x->rupture / c->of->faults[x->source]->block;
}

/* Is pick i the first of its block? Those of a block stand together. */
static bool begins_block(const chunk *c, const picks *p, size_t i)
{
    return i == 0 || p->item[i]->source != p->item[i - 1]->source ||
           block_in_source(c, p->item[i]) != block_in_source(c, p->item[i - 1]);
}

/* The blocks in which the ruptures were found. */
static kr_status copy_blocks(const chunk *c, const picks *p, kr_fault *fault)
{
    kr_status s = KR_OK;
    uint32_t *block_of = NULL;
    kr_bbox *bounds = NULL;
    size_t n = 0;

    for (size_t i = 0; i < p->n; i++)
        n += begins_block(c, p, i);
    KR_ANEW(block_of, &fault->arena, p->n);
    KR_ANEW(bounds, &fault->arena, n);
    n = 0;
    for (size_t i = 0; i < p->n; i++) {
        const item *x = p->item[i];
        if (begins_block(c, p, i))
            bounds[n++] = c->of->faults[x->source]->bounds[block_in_source(c, x)];
        block_of[i] = (uint32_t)(n - 1);
    }
    fault->block_of = block_of;
    fault->bounds = bounds;
out:
    return s;
}

/* The probabilities of an alternative for the items that it has, `at`: places of items among the
 * picks; NONE elsewhere. */
static void put_probs(const chunk *c, size_t source, const uint32_t *item_of, const uint32_t *at,
                      size_t alternative, const kr_multi *multi, double *probs, double *rates)
{
    const kr_fault *fault = c->of->faults[source];
    const kr_multi_fault *from = fault->of.multi->ruptures;
    size_t k = c->of->of[source] - alternative, n = multi->nalternatives;

    for (size_t r = 0; r < from->n; r++) {
        size_t i = item_of[r] == NONE ? NONE : at[item_of[r]];
        const double *p = from->probs + r * from->nprobs;
        if (i == NONE)
            continue;
        memcpy(probs + (i * n + k) * from->nprobs, p, from->nprobs * sizeof *p);
        if (rates)
            rates[i * n + k] = kr_multi_inferred_rate(fault->job, p[0]);
    }
}

/* Make a source of the picks for n alternatives from `alternative` on, whose probabilities are
 * those of the chunk's sources [first, last). */
static kr_status make_fault(const chunk *c, const picks *p, const uint32_t *at, size_t alternative,
                            size_t n, size_t first, size_t last, kr_fault **out)
{
    kr_status s = KR_OK;
    kr_multi_fault *ruptures = NULL;
    double *probs = NULL, *rates = NULL;
    const uint32_t *item_of = c->item_of;

    KR_TRY(new_fault(c, c->of->faults[p->item[0]->source], out, &ruptures));
    kr_fault *fault = *out;
    kr_multi *multi = fault->of.multi;
    KR_TRY(copy_ruptures(c, p, fault, ruptures));
    KR_TRY(copy_blocks(c, p, fault));
    KR_ANEW(probs, &fault->arena, p->n * n * ruptures->nprobs);
    if (fault->job->infer_occur_rates && n > 1)
        KR_ANEW(rates, &fault->arena, p->n * n);
    for (size_t i = 0; i < p->n * n; i++)
        probs[i * ruptures->nprobs] = 1.0; /* an alternative without the rupture: never */
    multi->nalternatives = n;
    multi->rates = rates;
    for (size_t i = c->first; i < last; i++) {
        if (i >= first)
            put_probs(c, i, item_of, at, alternative, multi, probs, rates);
        item_of += multi_of(c, i)->ruptures->n;
    }
    ruptures->probs = probs;
out:
    return s;
}

/* ---- chunks ---- */

static void pick(const chunk *c, const item *x, picks *p, const item **list, uint32_t *at)
{
    at[x - c->items] = (uint32_t)p->n;
    list[p->n++] = x;
    p->nsections += kr_multi_parts(multi_of(c, x->source), x->rupture).n;
}

/* The ruptures that several alternatives have. */
static kr_status make_shared(const chunk *c, const item **list, uint32_t *at,
                             struct kr_multi_shared *out)
{
    kr_status s = KR_OK;
    picks p = {.item = list};

    memset(at, 0xff, c->nitems * sizeof *at);
    for (size_t i = 0; i < c->nitems; i++)
        if (c->items[i].count > 1)
            pick(c, &c->items[i], &p, list, at);
    out->first = c->of->of[c->first];
    out->n = c->of->of[c->last - 1] - out->first + 1;
    KR_TRY(make_fault(c, &p, at, out->first, out->n, c->first, c->last, &out->fault));
out:
    return s;
}

/* The ruptures of source i that no other alternative has. `at` is NONE for all items, before and
 * after. */
static kr_status make_own(const chunk *c, size_t i, const uint32_t *item_of, const item **list,
                          uint32_t *at, kr_fault **out)
{
    kr_status s = KR_OK;
    picks p = {.item = list};
    size_t n = multi_of(c, i)->ruptures->n;

    for (size_t r = 0; r < n; r++)
        if (item_of[r] != NONE && c->items[item_of[r]].count == 1)
            pick(c, &c->items[item_of[r]], &p, list, at);
    if (p.n)
        KR_TRY(make_fault(c, &p, at, c->of->of[i], 1, i, i + 1, out));
    for (size_t k = 0; k < p.n; k++)
        at[list[k] - c->items] = NONE;
out:
    return s;
}

static kr_status chunk_init(chunk *c)
{
    kr_status s = KR_OK;

    for (size_t i = c->first; i < c->last; i++)
        c->total += multi_of(c, i)->ruptures->n;
    kr_digest_map_init(&c->by_key, c->ctx, KR_ACCOUNT_RUPTURES);
    KR_NEW(c->items, c->ctx, KR_ACCOUNT_RUPTURES, c->total);
    KR_NEW(c->item_of, c->ctx, KR_ACCOUNT_RUPTURES, c->total);
out:
    return s;
}

static void chunk_clear(chunk *c)
{
    kr_free(c->items);
    kr_digest_map_clear(&c->by_key);
    kr_free(c->item_of);
}

static bool has_shared(const chunk *c, size_t i, const uint32_t *item_of)
{
    for (size_t r = 0; r < multi_of(c, i)->ruptures->n; r++)
        if (item_of[r] != NONE && c->items[item_of[r]].count > 1)
            return true;
    return false;
}

static size_t alternatives_of(const chunk *c)
{
    return c->of->of[c->last - 1] - c->of->of[c->first] + 1;
}

/* The sources made of the items. */
static kr_status make_sources(const chunk *c, kr_multi_sharing *out)
{
    kr_status s = KR_OK;
    const item **list = NULL;
    uint32_t *at = NULL;
    const uint32_t *item_of = c->item_of;

    KR_NEW(list, c->ctx, KR_ACCOUNT_RUPTURES, c->nitems);
    KR_NEW(at, c->ctx, KR_ACCOUNT_RUPTURES, c->nitems);
    KR_TRY(make_shared(c, list, at, &out->shared[out->nshared++]));
    memset(at, 0xff, c->nitems * sizeof *at);
    for (size_t i = c->first; i < c->last; i++) {
        if (has_shared(c, i, item_of)) {
            out->own[i] = NULL;
            KR_TRY(make_own(c, i, item_of, list, at, &out->own[i]));
        }
        item_of += multi_of(c, i)->ruptures->n;
    }
out:
    kr_free(list);
    kr_free(at);
    return s;
}

/* Share what the alternatives of a chunk have in common; `sparse`: nothing is done, as most of them
 * lack most of that. */
static kr_status share_chunk(chunk *c, double last_km, kr_multi_sharing *out, bool *sparse)
{
    kr_status s = KR_OK;

    KR_TRY(chunk_init(c));
    KR_TRY(find_items(c, last_km));
    size_t dense = c->nshared * alternatives_of(c);
    *sparse = dense > DENSE_LEAST && dense > SPARSE * c->held;
    if (c->nshared && !*sparse)
        KR_TRY(make_sources(c, out));
out:
    chunk_clear(c);
    return s;
}

/* Ruptures and their sections have numbers of 32 bits here. */
static bool countable(const chunk *c)
{
    uint64_t n = 0;

    for (size_t i = c->first; i < c->last; i++)
        n += multi_of(c, i)->ruptures->first[multi_of(c, i)->ruptures->n] +
             multi_of(c, i)->ruptures->n;
    return n < NONE;
}

/* Sources whose ruptures can stand beside each other in one source. */
static bool same_kind(const kr_source *a, const kr_source *b)
{
    return a->multi->nprobs == b->multi->nprobs && a->tom == b->tom &&
           a->tom_alpha == b->tom_alpha && a->tom_mu == b->tom_mu;
}

/* False after a failure. */
static bool meet_together(kr_ctx *ctx, const kr_multi_sharing *x, int threads)
{
    atomic_bool failed;
    atomic_init(&failed, false);

#pragma omp parallel for num_threads(threads) schedule(dynamic, 1)
    for (size_t i = 0; i < x->n; i++)
        if (kr_fault_meet_sites(ctx, x->faults[i], x->trt, 0, x->job_sites, 1) != KR_OK)
            atomic_store(&failed, true);
    return !atomic_load(&failed);
}

/* What depends on the sites, of all sources; after a failure again in order, for the first. */
static kr_status meet_sites(kr_ctx *ctx, const kr_multi_sharing *x, int threads)
{
    kr_status s = KR_OK;
    if (threads > 1 && meet_together(ctx, x, threads))
        return KR_OK;
    if (threads > 1)
        kr_ctx_clear_error(ctx);
    for (size_t i = 0; i < x->n; i++)
        KR_TRY(kr_fault_meet_sites(ctx, x->faults[i], x->trt, 0, x->job_sites, 1));
out:
    return s;
}

/* Share among sources [first, last); where they have too little in common, among fewer
 * alternatives at a time. Up to 2 SPARSE of them never have. */
static kr_status share_range(kr_ctx *ctx, kr_multi_sharing *sharing, double last_km, size_t first,
                             size_t last)
{
    kr_status s = KR_OK;
    const size_t *of = sharing->of;
    chunk c = {.ctx = ctx,
               .of = sharing,
               .threads = sharing->threads > 1 ? sharing->threads : 1,
               .first = first,
               .last = last};
    bool sparse = false;
    size_t middle = first;

    if (of[last - 1] == of[first])
        return KR_OK;
    if (countable(&c))
        KR_TRY(share_chunk(&c, last_km, sharing, &sparse));
    else
        sparse = true;
    if (!sparse)
        goto out;
    while (2 * (of[middle] - of[first]) < alternatives_of(&c))
        middle++;
    KR_TRY(share_range(ctx, sharing, last_km, first, middle));
    KR_TRY(share_range(ctx, sharing, last_km, middle, last));
out:
    return s;
}

kr_status kr_multi_share(kr_ctx *ctx, kr_multi_sharing *sharing)
{
    kr_status s = KR_OK;
    const kr_magdist *limits = NULL;
    const size_t *of = sharing->of;
    int threads = sharing->threads > 1 ? sharing->threads : 1;

    KR_NEW(sharing->own, ctx, KR_ACCOUNT_RUPTURES, sharing->n);
    KR_NEW(sharing->shared, ctx, KR_ACCOUNT_RUPTURES, sharing->n);
    memcpy(sharing->own, sharing->faults, sharing->n * sizeof *sharing->own);
    for (size_t i = 0; i < sharing->n; i++)
        if (!same_kind(sharing->faults[0]->source, sharing->faults[i]->source))
            goto out;
    KR_TRY(kr_limits_find(ctx, sharing->faults[0]->job, sharing->trt, &limits));
    KR_TRY(meet_sites(ctx, sharing, threads));
    for (size_t first = 0, last = 0; first < sharing->n; first = last) {
        while (last < sharing->n && of[last] - of[first] < sharing->most)
            last++;
        KR_TRY(share_range(ctx, sharing, kr_last_distance(limits), first, last));
    }
out:
    return s;
}
