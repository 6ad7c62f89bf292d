#include "hazard/makers.h"

void kr_makers_clear(kr_makers *m)
{
    kr_point_maker_destroy(&m->points);
    kr_fault_maker_destroy(&m->faults);
}

/* The makers hold the sites and the columns: new ones where these change. */
void kr_makers_set(kr_makers *m, const kr_work *w, size_t first, size_t nsites,
                   const kr_site_soa *soa)
{
    bool same = m->work && m->work->family == w->family;
    m->work = w;
    if (same && m->first_site == first && m->nsites == nsites)
        return;
    kr_makers_clear(m);
    m->first_site = first;
    m->nsites = nsites;
    m->sites = *m->hazard->sites;
    m->sites.n = nsites;
    m->sites.lon += first;
    m->sites.lat += first;
    m->sites.depth += first;
    for (int c = 0; c < KR_COL_COUNT; c++)
        if (m->sites.param[c])
            m->sites.param[c] += first;
    if (m->sites.custom_site_id)
        m->sites.custom_site_id += first;
    m->soa = *soa;
}

static kr_columns columns_of(const kr_makers *m)
{
    kr_columns columns = m->work->family->columns;
    return m->only ? columns & m->only : columns;
}

/* Others than the models need. */
static kr_columns extra_of(const kr_makers *m)
{
    return m->extra | (kr_family_columns(m->hazard, m->work->family) & ~m->work->family->columns);
}

static kr_status need_points(kr_makers *m)
{
    const kr_hazard *h = m->hazard;
    kr_point_setup setup = {.job = h->job,
                            .trt = kr_hazard_trt(h, m->work->component),
                            .columns = columns_of(m),
                            .sites = &m->sites,
                            .tile = &m->soa,
                            .job_sites = &h->soa,
                            .jumps = kr_family_jumps(h, m->work->family),
                            .extra = extra_of(m),
                            .source_mags = m->source_mags};
    return m->points ? KR_OK : kr_point_maker_create(h->ctx, &setup, &m->points);
}

static kr_status need_faults(kr_makers *m)
{
    const kr_hazard *h = m->hazard;
    kr_fault_setup setup = {.job = h->job,
                            .trt = kr_hazard_trt(h, m->work->component),
                            .columns = columns_of(m),
                            .sites = &m->sites,
                            .tile = &m->soa,
                            .job_sites = &h->soa,
                            .sections = m->sections,
                            .first_in_table = m->first_site - m->first_in_table,
                            .extra = extra_of(m)};
    return m->faults ? KR_OK : kr_fault_maker_create(h->ctx, &setup, &m->faults);
}

kr_status kr_makers_run(kr_makers *m, const kr_segment *segment, kr_visit visit, void *user)
{
    kr_status s = KR_OK;
    const kr_ready *source = segment->source;
    size_t first = segment->first, count = segment->count;
    if (source && source->fault) {
        KR_TRY(need_faults(m));
        return kr_fault_maker_run(m->faults, source->fault, first, count, visit, user);
    }
    KR_TRY(need_points(m));
    if (!source)
        return kr_point_maker_run_cells(m->points, m->work->cells, first, count, visit, user);
    return kr_point_maker_run(m->points, source->split, first, count, visit, user);
out:
    return s;
}
