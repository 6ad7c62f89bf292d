/* Units of work: segments of sources, atomic groups. */
#include "hazard/unit.h"
#include "base/pages.h"
#include "hazard/occurrence.h"

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
    *unit = (kr_unit){.hazard = h,
                      .makers = {.hazard = h, .sections = sections, .first_in_table = first}};
    if (group_size(h))
        KR_NEW(unit->group, h->ctx, KR_ACCOUNT_RATES, group_size(h));
    KR_TRY(kr_accumulate_init(unit));
out:
    return s;
}

void kr_unit_clear(kr_unit *unit)
{
    kr_makers_clear(&unit->makers);
    kr_free(unit->group);
    kr_accumulate_clear(unit);
    *unit = (kr_unit){.hazard = NULL};
}

static kr_status run_segment(kr_unit *u, const kr_segment *segment)
{
    return kr_makers_run(&u->makers, segment, kr_accumulate, u);
}

/* ---- atomic groups ---- */

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
        kr_group_add_source(group, kr_mutex_weight(source), n, u->sums->rates, u->group);
    }
    kr_group_rates(group, u->hazard->job->investigation_time, n, u->group, u->sums->rates);
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
    kr_site_soa soa;
    kr_hazard_soa(u->hazard, first, nsites, &soa);
    kr_makers_set(&u->makers, w, first, nsites, &soa);
    u->work = w;
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
