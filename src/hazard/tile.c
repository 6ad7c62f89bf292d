/* The component rates of a tile of sites: units of work over threads, added in their order. */
#include "hazard/hazard_int.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
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

typedef struct unit_id {
    const kr_work_component *component;
    size_t block, first, nsites;
} unit_id;

/* Whose turn it is to add a unit. A thread sleeps until its turn: spinning, as OpenMP does where it
 * orders, takes the processor from the thread it waits for when others use the machine too. */
typedef struct turn {
    pthread_mutex_t lock;
    pthread_cond_t passed;
    size_t unit;
} turn;

typedef struct tile {
    kr_hazard *hazard;
    size_t first, nsites;
    double *rates;
    kr_hazard_work *work;
    kr_section_table sections;
    unit_id *units;
    size_t nunits;
    atomic_size_t next; /* unit to take */
    turn turn;
    atomic_int status; /* the first failure of any thread */
} tile;

static kr_status list_units(tile *t)
{
    kr_status s = KR_OK;
    const kr_hazard *h = t->hazard;
    size_t nblocks = 0, nsite_blocks = (t->nsites + KR_SITE_BLOCK - 1) / KR_SITE_BLOCK;
    for (size_t c = 0; c < h->tree->ncomponents; c++)
        nblocks += h->components[c].nblocks;
    KR_NEW(t->units, h->ctx, KR_ACCOUNT_RATES, nblocks * nsite_blocks);
    for (size_t c = 0; c < h->tree->ncomponents; c++)
        for (size_t i = 0; i < t->nsites; i += KR_SITE_BLOCK)
            for (size_t b = 0; b < h->components[c].nblocks; b++)
                t->units[t->nunits++] = (unit_id){
                    .component = &h->components[c],
                    .block = b,
                    .first = t->first + i,
                    .nsites = t->nsites - i < KR_SITE_BLOCK ? t->nsites - i : KR_SITE_BLOCK};
out:
    return s;
}

/* Add a unit's sums to the tile's rates and leave the unit's arrays zero. */
static void add_unit(tile *t, const unit_id *id, kr_unit *u)
{
    const kr_job *job = t->hazard->job;
    const kr_component *c = id->component->component;
    size_t levels = job->nlevels, padded = t->hazard->padded, size = job->nimts * padded;
    for (size_t i = 0; i < id->nsites; i++) {
        if (!u->touched[i])
            continue;
        for (size_t k = 0; k < c->ngsims; k++) {
            double *sums = u->sums + (k * KR_SITE_BLOCK + i) * size;
            size_t site = id->first - t->first + i;
            double *rates =
                t->rates + ((c->first_rate + k) * t->nsites + site) * job->nimts * levels;
            for (size_t m = 0; m < job->nimts; m++)
                for (size_t l = 0; l < levels; l++)
                    rates[m * levels + l] += sums[m * padded + l];
            memset(sums, 0, size * sizeof *sums);
        }
    }
    memset(u->touched, 0, sizeof u->touched);
    t->work->contexts += u->contexts;
    u->contexts = 0;
    t->work->done += id->component->blocks[id->block].cost * (double)id->nsites;
    kr_progress(t->hazard->ctx, "hazard", t->work->done, t->work->total);
}

static void fail(tile *t, kr_status status)
{
    int none = KR_OK;
    if (status != KR_OK)
        atomic_compare_exchange_strong(&t->status, &none, (int)status);
}

static void turn_wait(turn *t, size_t unit)
{
    pthread_mutex_lock(&t->lock);
    while (t->unit != unit)
        pthread_cond_wait(&t->passed, &t->lock);
    pthread_mutex_unlock(&t->lock);
}

static void turn_pass(turn *t)
{
    pthread_mutex_lock(&t->lock);
    t->unit++;
    pthread_cond_broadcast(&t->passed);
    pthread_mutex_unlock(&t->lock);
}

/* What one thread does: takes the next unit until none is left. */
static void run_units(tile *t)
{
    kr_unit unit;
    fail(t, kr_unit_init(t->hazard, &t->sections, t->first, &unit));
    for (size_t i; (i = atomic_fetch_add(&t->next, 1)) < t->nunits;) {
        const unit_id *id = &t->units[i];
        if (kr_interrupted(t->hazard->ctx))
            fail(t, kr_fail(t->hazard->ctx, KR_EINTERRUPTED, "interrupted"));
        if (atomic_load(&t->status) == KR_OK)
            fail(t, kr_unit_run(&unit, id->component, id->block, id->first, id->nsites));
        turn_wait(&t->turn, i);
        if (atomic_load(&t->status) == KR_OK)
            add_unit(t, id, &unit);
        turn_pass(&t->turn);
    }
    kr_unit_clear(&unit);
}

static kr_status run_threads(tile *t, int threads)
{
    if (pthread_mutex_init(&t->turn.lock, NULL) != 0)
        return kr_fail(t->hazard->ctx, KR_ENOMEM, "out of memory");
    if (pthread_cond_init(&t->turn.passed, NULL) != 0) {
        pthread_mutex_destroy(&t->turn.lock);
        return kr_fail(t->hazard->ctx, KR_ENOMEM, "out of memory");
    }
#pragma omp parallel num_threads(threads)
    run_units(t);
    pthread_cond_destroy(&t->turn.passed);
    pthread_mutex_destroy(&t->turn.lock);
    return (kr_status)atomic_load(&t->status);
}

static kr_columns all_columns(const kr_hazard *h)
{
    kr_columns columns = 0;
    for (size_t c = 0; c < h->tree->ncomponents; c++)
        columns |= h->components[c].columns;
    return columns;
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
    return kr_section_table_make(h->ctx, sections, all_columns(h), &soa, threads, &t->sections);
}

kr_status kr_hazard_tile(kr_hazard *h, size_t first, size_t nsites, int threads, double *rates,
                         kr_hazard_work *work)
{
    kr_status s = KR_OK;
    tile t = {.hazard = h, .first = first, .nsites = nsites, .rates = rates, .work = work};
    atomic_init(&t.status, KR_OK);
    atomic_init(&t.next, 0);
    work->total = h->cost * (double)h->sites->n;
    if (!h->met) {
        kr_phase_begin(h->ctx, "meeting sites");
        KR_TRY(kr_hazard_meet(h, 0, threads));
    }
    h->met = true;
    kr_phase_begin(h->ctx, "distances of sections");
    KR_TRY(make_sections(&t, threads));
    kr_phase_begin(h->ctx, "hazard");
    KR_TRY(list_units(&t));
    KR_TRY(run_threads(&t, threads));
    if (h->job->compat == KR_COMPAT_OQ_3_21) {
        size_t n = h->tree->nrates * nsites * h->job->nimts * h->job->nlevels;
        for (size_t i = 0; i < n; i++)
            rates[i] = through_probability(rates[i]);
    }
out:
    kr_section_table_clear(&t.sections);
    kr_free(t.units);
    return s;
}

size_t kr_hazard_keep_outlines(kr_hazard *h, size_t most_bytes)
{
    kr_outlines *outlines = h->surfaces ? kr_surfaces_outlines(h->surfaces) : NULL;
    if (outlines)
        kr_outlines_limit(outlines, most_bytes);
    return outlines ? most_bytes : 0;
}

size_t kr_hazard_tile_bytes(const kr_hazard *h, size_t nsites, int threads)
{
    size_t curve = h->job->nimts * h->job->nlevels;
    return h->tree->nrates * nsites * curve * sizeof(double) +
           kr_section_table_bytes(kr_surfaces_sections(h->surfaces), all_columns(h), nsites) +
           (size_t)threads * kr_unit_bytes(h);
}
