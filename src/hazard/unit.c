/* Units of work: makers of contexts, segments of sources, atomic groups. */
#include "hazard/unit.h"
#include "base/pages.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* Numbers of the sums of a work. */
static size_t sums_size(const kr_hazard *h, const kr_work *w)
{
    return w->nmembers * w->component->ngsims * w->site_block * kr_curve_size(h);
}

size_t kr_sums_size(const kr_hazard *h)
{
    size_t most = 0;
    for (size_t i = 0; i < h->nworks; i++) {
        size_t n = sums_size(h, h->works[i]);
        most = n > most ? n : most;
    }
    return most;
}

/* Numbers of the sums of the greatest atomic group. */
static size_t group_size(const kr_hazard *h)
{
    size_t most = 0;
    for (size_t i = 0; i < h->nworks; i++) {
        const kr_work *w = h->works[i];
        size_t n = w->component->ngsims * w->site_block * kr_curve_size(h);
        if (w->component->group && n > most)
            most = n;
    }
    return most;
}

size_t kr_unit_bytes(const kr_hazard *h)
{
    return group_size(h) * sizeof(double) + kr_accumulate_bytes(h) + h->fault_room + h->point_room;
}

kr_status kr_unit_init(const kr_hazard *h, const kr_section_table *sections, size_t first,
                       kr_unit *unit)
{
    kr_status s = KR_OK;
    *unit = (kr_unit){.hazard = h, .sections = sections, .first_in_table = first};
    if (group_size(h))
        KR_NEW(unit->group, h->ctx, KR_ACCOUNT_RATES, group_size(h));
    KR_TRY(kr_accumulate_init(unit));
out:
    return s;
}

void kr_unit_clear(kr_unit *unit)
{
    kr_point_maker_destroy(&unit->points);
    kr_fault_maker_destroy(&unit->faults);
    kr_free(unit->group);
    kr_accumulate_clear(unit);
    *unit = (kr_unit){.hazard = NULL};
}

/* ---- makers ---- */

/* The makers hold the sites and the columns: new ones where these change. */
static void set_sites(kr_unit *u, const kr_work *w, size_t first, size_t nsites)
{
    const kr_hazard *h = u->hazard;
    bool same = u->work && u->work->family == w->family;
    u->work = w;
    if (same && u->first_site == first && u->nsites == nsites)
        return;
    kr_point_maker_destroy(&u->points);
    kr_fault_maker_destroy(&u->faults);
    u->first_site = first;
    u->nsites = nsites;
    u->sites = *h->sites;
    u->sites.n = nsites;
    u->sites.lon += first;
    u->sites.lat += first;
    u->sites.depth += first;
    for (int c = 0; c < KR_COL_COUNT; c++)
        if (u->sites.param[c])
            u->sites.param[c] += first;
    if (u->sites.custom_site_id)
        u->sites.custom_site_id += first;
    kr_hazard_soa(h, first, nsites, &u->soa);
}

static kr_status need_points(kr_unit *u)
{
    const kr_hazard *h = u->hazard;
    kr_point_setup setup = {.job = h->job,
                            .trt = kr_hazard_trt(h, u->work->component),
                            .columns = kr_family_columns(h, u->work->family),
                            .sites = &u->sites,
                            .tile = &u->soa,
                            .job_sites = &h->soa,
                            .jumps = kr_family_jumps(h, u->work->family)};
    return u->points ? KR_OK : kr_point_maker_create(h->ctx, &setup, &u->points);
}

static kr_status need_faults(kr_unit *u)
{
    const kr_hazard *h = u->hazard;
    kr_fault_setup setup = {.job = h->job,
                            .trt = kr_hazard_trt(h, u->work->component),
                            .columns = kr_family_columns(h, u->work->family),
                            .sites = &u->sites,
                            .tile = &u->soa,
                            .job_sites = &h->soa,
                            .sections = u->sections,
                            .first_in_table = u->first_site - u->first_in_table};
    return u->faults ? KR_OK : kr_fault_maker_create(h->ctx, &setup, &u->faults);
}

static kr_status run_segment(kr_unit *u, const kr_segment *segment)
{
    kr_status s = KR_OK;
    const kr_ready *source = segment->source;
    if (source && source->fault) {
        KR_TRY(need_faults(u));
        return kr_fault_maker_run(u->faults, source->fault, segment->first, segment->count,
                                  kr_accumulate, u);
    }
    KR_TRY(need_points(u));
    if (!source)
        return kr_point_maker_run_cells(u->points, u->work->cells, segment->first, segment->count,
                                        kr_accumulate, u);
    return kr_point_maker_run(u->points, source->split, segment->first, segment->count,
                              kr_accumulate, u);
out:
    return s;
}

/* ---- atomic groups ---- */

/* -ln(1 - p); that of what is certain stays finite, as in the kernels (take_rates). */
static double rate_of(double p)
{
    return -log1p(-fmin(p, 1 - 0x1p-53));
}

/* What a source of an atomic group adds to the group (docs/theory.md, 11): with exclusive
 * sources the weighted sum of their probabilities, otherwise rates. The sums are rates, or
 * probabilities where ruptures are exclusive. */
static void add_source_to_group(kr_unit *u, double weight, const kr_group *group, size_t n)
{
    double *sums = u->sums->rates;
    for (size_t i = 0; i < n; i++) {
        double x = sums[i];
        if (group->mutex_sources)
            x = weight * (group->mutex_ruptures ? x : -expm1(-x));
        else if (group->mutex_ruptures)
            x = rate_of(x);
        u->group[i] += x;
        sums[i] = 0;
    }
}

/* From the group's probability to its rate; a cluster is a Poissonian occurrence of the whole
 * group. */
static void group_to_rates(kr_unit *u, const kr_group *group, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double x = u->group[i];
        double rate = group->mutex_sources ? rate_of(group->grp_probability * x) : x;
        if (group->cluster)
            rate = group->occurrence_rate * u->hazard->job->investigation_time * -expm1(-rate);
        u->sums->rates[i] = rate;
    }
}

static double mutex_weight(const kr_ready *source)
{
    return (source->fault ? kr_fault_source(source->fault) : source->split->origin)->mutex_weight;
}

static kr_status run_atomic(kr_unit *u, const kr_work *w)
{
    kr_status s = KR_OK;
    const kr_group *group = w->component->group;
    size_t n = w->component->ngsims * w->site_block * kr_curve_size(u->hazard);
    memset(u->group, 0, n * sizeof *u->group);
    for (size_t i = 0; i < w->nsegments; i++) {
        const kr_ready *source = w->segments[i].source;
        assert(source); /* atomic groups are not put on a grid */
        KR_TRY(run_segment(u, &w->segments[i]));
        if (i + 1 < w->nsegments && w->segments[i + 1].source == source)
            continue;
        kr_accumulate_end(u);
        add_source_to_group(u, mutex_weight(source), group, n);
    }
    group_to_rates(u, group, n);
out:
    return s;
}

/* Sums are added to: they are read before they are written. */
static void write_sums(double *sums, size_t *nwritten, size_t n)
{
    if (*nwritten >= n)
        return;
    kr_pages_touch(sums, *nwritten * sizeof *sums, n * sizeof *sums);
    *nwritten = n;
}

kr_status kr_unit_run(kr_unit *u, const kr_work *w, size_t block, size_t first, size_t nsites)
{
    kr_status s = KR_OK;
    set_sites(u, w, first, nsites);
    write_sums(u->sums->rates, &u->sums->nwritten, sums_size(u->hazard, w));
    if (u->none)
        write_sums(u->none, &u->nwritten, sums_size(u->hazard, w));
    if (w->component->group) {
        KR_TRY(run_atomic(u, w));
    } else {
        const kr_block *b = &w->blocks[block];
        for (size_t i = 0; i < b->nsegments; i++)
            KR_TRY(run_segment(u, &w->segments[b->first_segment + i]));
        kr_accumulate_end(u);
    }
out:
    return s;
}
