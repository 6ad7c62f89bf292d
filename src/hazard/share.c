/* Which sources are computed together. The components of a family ask for the same motions at the
 * same sites; where they hold sources that differ in rates only, or the same multi-fault ruptures,
 * these are one source with a rate for each component. A work is a set of components with the
 * sources that exactly these have. */
#include "base/digest_map.h"
#include "hazard/hazard_int.h"

#include <string.h>

/* Numbers of a unit's sums: 8 MB of them. Units follow from the job, not from the memory limit. */
static const size_t SUMS_MOST = (size_t)1 << 20;
enum { SITES_LEAST = 8 }; /* views of sites begin at multiples of it */

/* ---- works ---- */

/* Numbers of the sums of one member at one site. */
static size_t member_size(const kr_hazard *h, const kr_family *family)
{
    return family->component->ngsims * kr_curve_size(h);
}

static size_t site_block(const kr_hazard *h, const kr_family *family, size_t nmembers)
{
    size_t n = KR_SITE_BLOCK;
    while (n > SITES_LEAST && nmembers > 1 && n * nmembers * member_size(h, family) > SUMS_MOST)
        n /= 2;
    return h->sites->n < n ? h->sites->n : n;
}

/* Members of a work at most. */
static size_t most_members(const kr_hazard *h, const kr_family *family)
{
    size_t n = SUMS_MOST / (SITES_LEAST * member_size(h, family));
    return n > 1 ? n : 1;
}

void kr_work_size(const kr_hazard *h, kr_work *work)
{
    size_t most = most_members(h, work->family);
    work->nmembers = work->nmembers < most ? work->nmembers : most;
    work->site_block = site_block(h, work->family, work->nmembers);
}

static kr_hash128 digest_of(const kr_hazard *h, const kr_family *family, const size_t *members,
                            size_t n)
{
    size_t number = (size_t)(family - h->families);
    kr_hash128 out;
    kr_hash_init(&out);
    kr_hash_bytes(&out, &number, sizeof number);
    kr_hash_bytes(&out, members, n * sizeof *members);
    return out;
}

kr_status kr_hazard_work_of(kr_hazard *h, const kr_family *family, const size_t *members, size_t n,
                            kr_work **out)
{
    kr_status s = KR_OK;
    kr_work *work = NULL;
    size_t *own;
    size_t *known;
    KR_TRY(kr_digest_map_at(&h->work_of, digest_of(h, family, members, n), &known));
    if (*known) {
        *out = h->works[*known - 1];
        goto out;
    }
    KR_GROW(h->works, h->works_cap, h->nworks + 1, h->ctx, KR_ACCOUNT_RUPTURES);
    KR_ANEW(work, &h->arena, 1);
    KR_ANEW(own, &h->arena, n);
    memcpy(own, members, n * sizeof *own);
    *work = (kr_work){.family = family,
                      .component = &h->tree->components[members[0]],
                      .nmembers = n,
                      .members = own,
                      .site_block = site_block(h, family, n)};
    h->works[h->nworks++] = work;
    *known = h->nworks;
    *out = work;
out:
    return s;
}

kr_status kr_work_add(kr_hazard *h, kr_work *work, kr_ready ready)
{
    kr_status s = KR_OK;
    kr_ready *own;
    KR_ANEW(own, &h->arena, 1);
    KR_GROW(work->ready, work->ready_cap, work->nready + 1, h->ctx, KR_ACCOUNT_RUPTURES);
    *own = ready;
    work->ready[work->nready++] = own;
    return KR_OK;
out:
    kr_split_destroy(&ready.split);
    kr_fault_destroy(&ready.fault);
    return s;
}

/* ---- sources that differ in rates only ---- */

/* A source, and the components that have it, so far. */
typedef struct entry {
    kr_ready ready;
    size_t nmembers, members_cap;
    size_t *members; /* increasing */
    size_t rates_cap, origins_cap;
    double *rates;             /* nmembers x those of the source */
    const kr_source **origins; /* nmembers */
    size_t next;               /* + 1: another one that may be alike; 0: none */
} entry;

struct kr_pool {
    kr_hazard *h;
    const kr_family *family;
    kr_digest_map first; /* by likeness: the latest entry + 1 */
    size_t n, cap;
    entry *entries;
    size_t nfaults, faults_cap, of_cap; /* multi-fault sources */
    kr_fault **faults;
    size_t *of; /* their components' places in the family */
};

kr_status kr_pool_create(kr_hazard *h, const kr_family *family, kr_pool **out)
{
    kr_status s = KR_OK;
    KR_NEW(*out, h->ctx, KR_ACCOUNT_RUPTURES, 1);
    (*out)->h = h;
    (*out)->family = family;
    kr_digest_map_init(&(*out)->first, h->ctx, KR_ACCOUNT_RUPTURES);
out:
    return s;
}

static void ready_destroy(kr_ready *ready)
{
    kr_split_destroy(&ready->split);
    kr_fault_destroy(&ready->fault);
}

void kr_pool_destroy(kr_pool **pool)
{
    kr_pool *p = *pool;
    if (!p)
        return;
    for (size_t i = 0; i < p->n; i++) {
        ready_destroy(&p->entries[i].ready);
        kr_free(p->entries[i].members);
        kr_free(p->entries[i].rates);
        kr_free((void *)p->entries[i].origins);
    }
    for (size_t i = 0; i < p->nfaults; i++)
        kr_fault_destroy(&p->faults[i]);
    kr_digest_map_clear(&p->first);
    kr_free(p->entries);
    kr_free(p->faults);
    kr_free(p->of);
    kr_free(p);
    *pool = NULL;
}

static size_t count_rates(const kr_ready *r)
{
    return r->fault ? kr_fault_count_rates(r->fault) : kr_split_count_rates(r->split);
}

static bool alike(const kr_ready *a, const kr_ready *b)
{
    if (a->fault && b->fault)
        return kr_fault_alike(a->fault, b->fault);
    return a->split && b->split && kr_split_alike(a->split, b->split);
}

/* Note that a component has the source of an entry, at the rates of `source`. */
static kr_status add_member(kr_pool *p, entry *e, size_t component, const kr_ready *source)
{
    kr_status s = KR_OK;
    size_t n = count_rates(source);
    KR_GROW(e->members, e->members_cap, e->nmembers + 1, p->h->ctx, KR_ACCOUNT_RUPTURES);
    KR_GROW(e->rates, e->rates_cap, (e->nmembers + 1) * n, p->h->ctx, KR_ACCOUNT_RUPTURES);
    KR_GROW(e->origins, e->origins_cap, e->nmembers + 1, p->h->ctx, KR_ACCOUNT_RUPTURES);
    e->origins[e->nmembers] = kr_ready_origin(source);
    if (n > 0 && source->fault) /* none of ruptures that are given one by one */
        kr_fault_rates(source->fault, e->rates + e->nmembers * n);
    else if (n > 0)
        kr_split_rates(source->split, e->rates + e->nmembers * n);
    e->members[e->nmembers++] = component;
out:
    return s;
}

/* Can the component join: the same source, which the component does not have yet? */
static bool joins(const kr_pool *p, const entry *e, size_t component, const kr_ready *source)
{
    return e->nmembers < most_members(p->h, p->family) &&
           e->members[e->nmembers - 1] != component && alike(&e->ready, source);
}

static kr_status add_plain(kr_pool *p, size_t component, kr_ready *source)
{
    kr_status s = KR_OK;
    size_t *first;
    KR_TRY(kr_digest_map_at(&p->first,
                            source->fault ? kr_fault_likeness(source->fault)
                                          : kr_split_likeness(source->split),
                            &first));
    for (size_t i = *first; i; i = p->entries[i - 1].next)
        if (joins(p, &p->entries[i - 1], component, source)) {
            KR_TRY(add_member(p, &p->entries[i - 1], component, source));
            ready_destroy(source);
            return KR_OK;
        }
    KR_GROW(p->entries, p->cap, p->n + 1, p->h->ctx, KR_ACCOUNT_RUPTURES);
    entry *e = &p->entries[p->n];
    *e = (entry){.ready = *source, .next = *first};
    *source = (kr_ready){.split = NULL};
    *first = ++p->n;
    KR_TRY(add_member(p, e, component, &e->ready));
out:
    return s;
}

/* Hand a source over to the work of these components. */
static kr_status hand_over(kr_pool *p, const size_t *members, size_t n, kr_ready *source)
{
    kr_status s = KR_OK;
    kr_work *work;
    kr_ready ready = *source;
    KR_TRY(kr_hazard_work_of(p->h, p->family, members, n, &work));
    *source = (kr_ready){.split = NULL};
    KR_TRY(kr_work_add(p->h, work, ready));
out:
    return s;
}

/* Is it asked what each source has of the hazard? Of ruptures that were taken out of several
 * multi-fault sources of a component that is not known. */
static bool stays_apart(const kr_pool *p, size_t component)
{
    const kr_job *job = p->h->job;
    const kr_component *c = &p->h->tree->components[component];
    size_t n = 0;
    if (job->mode != KR_MODE_DISAGGREGATION ||
        !(job->disagg.tree_sources || job->disagg.tree_sections))
        return false;
    for (size_t i = 0; i < c->nsources; i++)
        n += c->sources[i].source->kind == KR_SOURCE_MULTI_FAULT;
    return n > 1;
}

static kr_status add_multi(kr_pool *p, size_t place, kr_ready *source)
{
    kr_status s = KR_OK;
    if (stays_apart(p, p->family->components[place]))
        return hand_over(p, &p->family->components[place], 1, source);
    KR_GROW(p->faults, p->faults_cap, p->nfaults + 1, p->h->ctx, KR_ACCOUNT_RUPTURES);
    KR_GROW(p->of, p->of_cap, p->nfaults + 1, p->h->ctx, KR_ACCOUNT_RUPTURES);
    p->of[p->nfaults] = place;
    p->faults[p->nfaults++] = source->fault;
    source->fault = NULL;
out:
    return s;
}

kr_status kr_pool_add(kr_pool *p, size_t place, kr_ready *source)
{
    kr_status s = source->fault && kr_fault_source(source->fault)->kind == KR_SOURCE_MULTI_FAULT
                      ? add_multi(p, place, source)
                      : add_plain(p, p->family->components[place], source);
    ready_destroy(source); /* after a failure */
    return s;
}

/* ---- from the pool to works ---- */

static kr_status take_entry(kr_pool *p, entry *e)
{
    kr_status s = KR_OK;
    if (e->nmembers > 1 && e->ready.split)
        KR_TRY(kr_split_alternatives(e->ready.split, e->nmembers, e->rates,
                                     kr_family_jumps(p->h, p->family)));
    else if (e->nmembers > 1)
        KR_TRY(kr_fault_alternatives(e->ready.fault, e->nmembers, e->rates));
    if (e->nmembers > 1) {
        const kr_source **origins;
        KR_ANEW(origins, &p->h->arena, e->nmembers);
        memcpy((void *)origins, (const void *)e->origins, e->nmembers * sizeof *origins);
        e->ready.origins = origins;
    }
    KR_TRY(hand_over(p, e->members, e->nmembers, &e->ready));
    kr_free(e->rates);
    kr_free((void *)e->origins);
    e->rates = NULL;
    e->origins = NULL;
out:
    return s;
}

/* What became of the multi-fault sources; all that is not handed over stays with `m`. */
static kr_status take_faults(kr_pool *p, kr_multi_sharing *m)
{
    kr_status s = KR_OK;
    for (size_t i = 0; i < m->nshared; i++) {
        kr_ready ready = {.fault = m->shared[i].fault};
        m->shared[i].fault = NULL;
        s = hand_over(p, p->family->components + m->shared[i].first, m->shared[i].n, &ready);
        ready_destroy(&ready);
        KR_TRY(s);
    }
    for (size_t i = 0; i < m->n; i++) {
        kr_ready ready = {.fault = m->own[i]};
        if (m->own[i] == p->faults[i])
            p->faults[i] = NULL;
        m->own[i] = NULL;
        if (ready.fault)
            s = hand_over(p, p->family->components + p->of[i], 1, &ready);
        ready_destroy(&ready);
        KR_TRY(s);
    }
out:
    return s;
}

static void sharing_clear(kr_pool *p, kr_multi_sharing *m)
{
    for (size_t i = 0; m->shared && i < m->nshared; i++)
        kr_fault_destroy(&m->shared[i].fault);
    for (size_t i = 0; m->own && i < m->n; i++)
        if (m->own[i] != p->faults[i])
            kr_fault_destroy(&m->own[i]);
    kr_free(m->shared);
    kr_free(m->own);
}

kr_status kr_pool_finish(kr_pool *p)
{
    kr_status s = KR_OK;
    kr_multi_sharing m = {.n = p->nfaults,
                          .faults = p->faults,
                          .of = p->of,
                          .nalternatives = p->family->n,
                          .job_sites = &p->h->soa,
                          .trt = kr_hazard_trt(p->h, p->family->component),
                          .most = most_members(p->h, p->family),
                          .threads = p->h->threads};
    if (m.n) {
        KR_TRY(kr_multi_share(p->h->ctx, &m));
        KR_TRY(take_faults(p, &m));
    }
    for (size_t i = 0; i < p->n; i++)
        KR_TRY(take_entry(p, &p->entries[i]));
out:
    sharing_clear(p, &m);
    return s;
}
