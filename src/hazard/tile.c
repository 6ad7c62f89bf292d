/* The component rates of a tile of sites: units of work over threads, added in their order. */
#include "base/clock.h"
#include "hazard/pace.h"
#include "hazard/unit.h"
#include "num/stride.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* The reference keeps probabilities of exceedance in between: the rates of what is nearly certain
 * come back in steps, the last of which is -ln(2^-53) (5.1). Smaller rates only lose digits there;
 * they stay as they are. */
static const double NEARLY_CERTAIN = 18, CERTAIN = 36.73680056967710; /* -ln(1.11e-16) */

static double through_probability(double rate)
{
    if (rate < NEARLY_CERTAIN)
        return rate;
    double poe = 1 - exp(-rate);
    return poe < 1 ? -log(1 - poe) : CERTAIN;
}

/* A block of a work at a block of sites. */
typedef struct unit_id {
    const kr_work *work;
    size_t block, first, nsites;
} unit_id;

/* Units are taken in their order, and their sums are added in their order, whoever computed them.
 * A thread whose unit is not yet to be added leaves the sums here and goes on with others. */
typedef struct queue {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t next; /* unit to compute */
    size_t turn; /* unit to add */
    bool adding;
    size_t nbuffers, nfree;
    kr_sums *buffers;
    kr_sums **free;  /* nfree */
    kr_sums **ready; /* nbuffers: of unit i at i % nbuffers; NULL: not there */
} queue;

typedef struct tile {
    kr_hazard *hazard;
    size_t first, nsites;
    double *rates;
    kr_hazard_work *work;
    kr_section_table sections;
    unit_id *units;
    size_t nunits;
    const kr_hazard_watch *watch;
    size_t added; /* units, in their order */
    queue queue;
    atomic_int status; /* the first failure of any thread */
} tile;

/* ---- units ---- */

/* One block of each class comes first, to learn its pace. Then units come by the power of two of
 * their cost, the most costly first: none of these is left for the end. */
static int rank_of(const unit_id *id)
{
    int power;
    frexp(kr_unit_cost(id->work, id->block, id->nsites), &power);
    return power;
}

enum { RANKS = 128 };

static size_t place_of(const unit_id *id)
{
    int rank = RANKS / 2 - rank_of(id);
    if (id->work->blocks[id->block].scout)
        return 0;
    return (size_t)(rank < 1 ? 1 : (rank < RANKS ? rank : RANKS - 1));
}

/* Calls `put` with each unit in the order of works, blocks, sites. Blocks are taken by strides, and
 * at all sites: those that are over early are like the others, and what is left can be told. At one
 * site the order is the same however tiles are cut, and the bits are. */
static void walk_units(const tile *t, void (*put)(unit_id id, size_t *places, unit_id *units),
                       size_t *places, unit_id *units)
{
    const kr_hazard *h = t->hazard;
    for (size_t i = 0; i < h->nworks; i++) {
        const kr_work *w = h->works[i];
        size_t stride = kr_stride_over(w->nblocks);
        for (size_t b = 0; b < w->nblocks; b++)
            for (size_t first = 0; first < t->nsites; first += w->site_block) {
                size_t left = t->nsites - first;
                unit_id id = {.work = w,
                              .block = b * stride % w->nblocks,
                              .first = t->first + first,
                              .nsites = left < w->site_block ? left : w->site_block};
                put(id, places, units);
            }
    }
}

static void count_unit(unit_id id, size_t *places, unit_id *units)
{
    (void)units;
    places[place_of(&id) + 1]++;
}

static void put_unit(unit_id id, size_t *places, unit_id *units)
{
    units[places[place_of(&id)]++] = id;
}

static kr_status list_units(tile *t)
{
    kr_status s = KR_OK;
    size_t places[RANKS + 1] = {0};
    walk_units(t, count_unit, places, NULL);
    for (size_t r = 0; r < RANKS; r++)
        places[r + 1] += places[r];
    t->nunits = places[RANKS];
    KR_NEW(t->units, t->hazard->ctx, KR_ACCOUNT_RATES, t->nunits);
    walk_units(t, put_unit, places, t->units);
out:
    return s;
}

/* ---- sums ---- */

static size_t count_buffers(int threads)
{
    return threads > 1 ? 2 * (size_t)threads : 1;
}

static kr_status queue_init(queue *q, kr_ctx *ctx, size_t size, int threads)
{
    kr_status s = KR_OK;
    size_t n = count_buffers(threads);
    KR_NEW(q->buffers, ctx, KR_ACCOUNT_RATES, n);
    KR_NEW(q->free, ctx, KR_ACCOUNT_RATES, n);
    KR_NEW(q->ready, ctx, KR_ACCOUNT_RATES, n);
    for (; q->nbuffers < n; q->nbuffers++) {
        KR_NEW(q->buffers[q->nbuffers].rates, ctx, KR_ACCOUNT_RATES, size);
        q->free[q->nfree++] = &q->buffers[q->nbuffers];
    }
    if (pthread_mutex_init(&q->lock, NULL) != 0) {
        s = kr_fail(ctx, KR_ENOMEM, "out of memory");
    } else if (pthread_cond_init(&q->changed, NULL) != 0) {
        pthread_mutex_destroy(&q->lock);
        s = kr_fail(ctx, KR_ENOMEM, "out of memory");
    }
out:
    return s;
}

static void queue_clear(queue *q)
{
    for (size_t i = 0; i < q->nbuffers; i++)
        kr_free(q->buffers[i].rates);
    kr_free(q->buffers);
    kr_free((void *)q->free);
    kr_free((void *)q->ready);
}

/* Wait for room for another unit. NULL: all units are taken. */
static kr_sums *queue_take(queue *q, size_t nunits, size_t *unit)
{
    kr_sums *sums = NULL;
    pthread_mutex_lock(&q->lock);
    while (q->nfree == 0 && q->next < nunits)
        pthread_cond_wait(&q->changed, &q->lock);
    if (q->next < nunits) {
        sums = q->free[--q->nfree];
        *unit = q->next++;
    }
    pthread_mutex_unlock(&q->lock);
    return sums;
}

/* Add a member's sums at one site to the tile's rates; leaves the sums zero. */
static void add_site(const tile *t, const kr_component *c, size_t site, double *sums, size_t stride)
{
    const kr_job *job = t->hazard->job;
    size_t levels = job->nlevels, padded = t->hazard->padded, curve = job->nimts * padded;
    for (size_t k = 0; k < c->ngsims; k++, sums += stride) {
        double *rates = t->rates + ((c->first_rate + k) * t->nsites + site) * job->nimts * levels;
        for (size_t m = 0; m < job->nimts; m++)
            for (size_t l = 0; l < levels; l++)
                rates[m * levels + l] += sums[m * padded + l];
        memset(sums, 0, curve * sizeof *sums);
    }
}

static void name_unit(const unit_id *id, char *out, size_t size)
{
    const kr_block *b = &id->work->blocks[id->block];
    const kr_ready *r = id->work->segments[b->first_segment].source;
    const kr_source *source = !r ? NULL : (r->fault ? kr_fault_source(r->fault) : r->split->origin);
    snprintf(out, size, "%s '%.48s', sites %zu to %zu",
             source ? kr_source_tag(source->kind) : "cells", source ? source->id : "", id->first,
             id->first + id->nsites - 1);
}

static void add_counters(kr_hazard_work *to, const kr_hazard_work *x)
{
    to->contexts += x->contexts;
    to->computed += x->computed;
    to->means += x->means;
    to->exceedances += x->exceedances;
    to->products += x->products;
}

static void tell_progress(const tile *t)
{
    kr_hazard_time time;
    kr_hazard_left(t->hazard, &time);
    double done = time.over > 0 ? time.over / (time.over + time.left) : 0;
    t->work->done = fmax(t->work->done, fmin(done, 1));
    if (t->added == t->nunits && t->first + t->nsites == t->hazard->sites->n)
        t->work->done = 1;
    kr_progress(t->hazard->ctx, "hazard", t->work->done, 1);
}

/* Add a unit's sums to the tile's rates. */
static void add_unit(tile *t, const unit_id *id, kr_sums *sums)
{
    const kr_hazard *h = t->hazard;
    const kr_work *w = id->work;
    size_t curve = kr_curve_size(h), stride = w->site_block * curve;
    for (size_t i = 0; i < id->nsites; i++)
        for (size_t k = 0; sums->touched[i] && k < w->nmembers; k++)
            add_site(t, &h->tree->components[w->members[k]], id->first - t->first + i,
                     sums->rates + k * w->component->ngsims * stride + i * curve, stride);
    memset(sums->touched, 0, sizeof sums->touched);
    add_counters(t->work, &sums->done);
    if (kr_spread_add(&t->work->units, sums->seconds))
        name_unit(id, t->work->units.slowest, sizeof t->work->units.slowest);
    t->added++;
    kr_pace_take(t->hazard, w, id->block, id->nsites, sums->seconds);
    tell_progress(t);
}

static void fail(tile *t, kr_status status)
{
    int none = KR_OK;
    if (status != KR_OK)
        atomic_compare_exchange_strong(&t->status, &none, (int)status);
}

static kr_status tell_watch(const tile *t)
{
    const kr_hazard_watch *w = t->watch;
    return w ? w->added(w->user, t->added, t->nunits) : KR_OK;
}

/* Hand in a unit's sums, and add what can be added now. */
static void queue_give(tile *t, size_t unit, kr_sums *sums)
{
    queue *q = &t->queue;
    pthread_mutex_lock(&q->lock);
    q->ready[unit % q->nbuffers] = sums;
    while (!q->adding && (sums = q->ready[q->turn % q->nbuffers])) {
        const unit_id *id = &t->units[q->turn];
        q->ready[q->turn % q->nbuffers] = NULL;
        q->adding = true;
        pthread_mutex_unlock(&q->lock);
        if (atomic_load(&t->status) == KR_OK) {
            add_unit(t, id, sums);
            fail(t, tell_watch(t));
        }
        pthread_mutex_lock(&q->lock);
        q->adding = false;
        q->turn++;
        q->free[q->nfree++] = sums;
        pthread_cond_broadcast(&q->changed);
    }
    pthread_mutex_unlock(&q->lock);
}

/* ---- threads ---- */

static void run_unit(tile *t, kr_unit *unit, const unit_id *id, kr_sums *sums)
{
    double began = kr_wall_seconds();
    unit->sums = sums;
    if (kr_interrupted(t->hazard->ctx))
        fail(t, kr_fail(t->hazard->ctx, KR_EINTERRUPTED, "interrupted"));
    if (atomic_load(&t->status) == KR_OK)
        fail(t, kr_unit_run(unit, id->work, id->block, id->first, id->nsites));
    sums->seconds = kr_wall_seconds() - began;
    sums->done = unit->done;
    unit->done = (kr_hazard_work){0};
}

/* What one thread does: takes the next unit until none is left. */
static void run_units(tile *t)
{
    kr_unit unit;
    kr_sums *sums;
    size_t i;
    fail(t, kr_unit_init(t->hazard, &t->sections, t->first, &unit));
    while ((sums = queue_take(&t->queue, t->nunits, &i))) {
        run_unit(t, &unit, &t->units[i], sums);
        queue_give(t, i, sums);
    }
    kr_unit_clear(&unit);
}

static kr_status run_threads(tile *t, int threads)
{
    kr_status s = queue_init(&t->queue, t->hazard->ctx, kr_sums_size(t->hazard), threads);
    if (s == KR_OK) {
#pragma omp parallel num_threads(threads)
        run_units(t);
        pthread_cond_destroy(&t->queue.changed);
        pthread_mutex_destroy(&t->queue.lock);
        s = (kr_status)atomic_load(&t->status);
    }
    queue_clear(&t->queue);
    return s;
}

/* The distances of the fault sections to the sites of the tile. */
static kr_status make_sections(tile *t, int threads)
{
    kr_hazard *h = t->hazard;
    const kr_sections *sections = kr_surfaces_sections(h->surfaces);
    kr_site_soa soa;
    if (!sections->n)
        return KR_OK;
    kr_hazard_soa(h, t->first, t->nsites, &soa);
    return kr_section_table_make(h->ctx, sections, kr_all_columns(h), &soa, threads, &t->sections);
}

kr_status kr_hazard_tile(kr_hazard *h, size_t first, size_t nsites, int threads, double *rates,
                         kr_hazard_work *work, const kr_hazard_watch *watch)
{
    kr_status s = KR_OK;
    tile t = {.hazard = h,
              .first = first,
              .nsites = nsites,
              .rates = rates,
              .work = work,
              .watch = watch,
              .added = watch ? watch->begin : 0};
    atomic_init(&t.status, KR_OK);
    KR_TRY(kr_hazard_meet_once(h, threads));
    kr_phase_begin(h->ctx, "distances of sections");
    KR_TRY(make_sections(&t, threads));
    kr_phase_begin(h->ctx, "hazard");
    KR_TRY(list_units(&t));
    t.queue.next = t.queue.turn = t.added;
    for (size_t i = 0; i < t.added; i++)
        kr_pace_take(h, t.units[i].work, t.units[i].block, t.units[i].nsites, NAN);
    s = run_threads(&t, threads);
    if (s != KR_OK && watch)
        watch->stopped(watch->user, t.added, t.nunits);
    KR_TRY(s);
    if (h->job->compat == KR_COMPAT_OQ_3_21) {
        size_t n = h->tree->nrates * nsites * h->job->nimts * h->job->nlevels;
#pragma omp parallel for num_threads(threads)
        for (size_t i = 0; i < n; i++)
            rates[i] = through_probability(rates[i]);
    }
out:
    kr_section_table_clear(&t.sections);
    kr_free(t.units);
    return s;
}

/* Of all ruptures, each on the greatest surface. Sections of multi-fault ruptures are not counted:
 * no bound. */
static double most_outlines(const kr_hazard *h)
{
    double ruptures = 0;
    if (kr_surfaces_sections(h->surfaces)->n)
        return INFINITY;
    for (size_t i = 0; i < h->nworks; i++)
        for (size_t k = 0; k < h->works[i]->nready; k++)
            if (h->works[i]->ready[k]->fault)
                ruptures += (double)kr_fault_count_ruptures(h->works[i]->ready[k]->fault);
    return ruptures * (double)kr_surfaces_outline_bytes(h->surfaces);
}

size_t kr_hazard_keep_outlines(kr_hazard *h, size_t most_bytes)
{
    kr_outlines *outlines = h->surfaces ? kr_surfaces_outlines(h->surfaces) : NULL;
    double needed = outlines ? most_outlines(h) : 0;
    if (needed < (double)most_bytes)
        most_bytes = (size_t)needed;
    if (outlines)
        kr_outlines_limit(outlines, most_bytes);
    return outlines ? most_bytes : 0;
}

size_t kr_hazard_tile_bytes(const kr_hazard *h, size_t nsites, int threads)
{
    size_t curve = h->job->nimts * h->job->nlevels;
    return h->tree->nrates * nsites * curve * sizeof(double) +
           kr_section_table_bytes(kr_surfaces_sections(h->surfaces), kr_all_columns(h), nsites) +
           (size_t)threads * kr_unit_bytes(h) +
           count_buffers(threads) * kr_sums_size(h) * sizeof(double);
}
