/* Distances of all sections to the sites of a tile. Rows are padded to a multiple of 8 sites; the
 * padding holds what belongs to copies of the last site. */
#include "rupture/section_table.h"

#include <string.h>

static size_t stride_of(size_t nsites)
{
    return (nsites + 7) & ~(size_t)7;
}

static bool wants_closest(kr_columns columns)
{
    return KR_HAS(columns, CLON) || KR_HAS(columns, CLAT);
}

static bool wants_tuw(kr_columns columns)
{
    return KR_HAS(columns, RX) || KR_HAS(columns, RY0);
}

static size_t doubles_of(kr_columns columns)
{
    return 1 + (size_t)KR_HAS(columns, RJB) + (wants_closest(columns) ? 2 : 0);
}

size_t kr_section_table_bytes(const kr_sections *sections, kr_columns columns, size_t nsites)
{
    size_t entries = sections->n * stride_of(nsites);

    return entries *
           (doubles_of(columns) * sizeof(double) + (wants_tuw(columns) ? 6 * sizeof(float) : 0));
}

static kr_status take_room(kr_ctx *ctx, kr_columns columns, kr_section_table *t)
{
    kr_status s = KR_OK;
    size_t entries = t->nsections * t->stride;
    double *next = NULL;

    KR_NEW(t->block_of_doubles, ctx, KR_ACCOUNT_RUPTURES, doubles_of(columns) * entries);
    next = t->block_of_doubles;
    t->rrup = next;
    next += entries;
    if (KR_HAS(columns, RJB)) {
        t->rjb = next;
        next += entries;
    }
    if (wants_closest(columns)) {
        t->clon = next;
        t->clat = next + entries;
    }
    if (wants_tuw(columns)) {
        KR_NEW(t->block_of_floats, ctx, KR_ACCOUNT_RUPTURES, 6 * entries);
        t->tuw = t->block_of_floats;
    }
out:
    return s;
}

/* The rows of a section inside the blocks. */
static kr_dist_out rows_of(const kr_section_table *t, size_t section)
{
    kr_dist_out out = {{NULL}};
    double *base = t->block_of_doubles + section * t->stride;

    out.of[KR_DIST_RRUP] = base;
    if (t->rjb)
        out.of[KR_DIST_RJB] = base + (t->rjb - t->rrup);
    if (t->clon) {
        out.of[KR_DIST_CLON] = base + (t->clon - t->rrup);
        out.of[KR_DIST_CLAT] = base + (t->clat - t->rrup);
    }
    return out;
}

static void fill_tuw(const kr_section_table *t, const kr_surface *surface, size_t section,
                     const kr_site_soa *sites)
{
    static const kr_gc2_way way[2] = {KR_GC2_FORWARD, KR_GC2_REVERSED};

    for (size_t flipped = 0; flipped < 2; flipped++) {
        float *row = t->block_of_floats + (section * 2 + flipped) * 3 * t->stride;
        kr_gc2_line_tuw(&surface->tor, way[flipped], sites->lon, sites->lat, t->stride, row,
                        row + t->stride, row + 2 * t->stride);
    }
}

static kr_status fill_section(const kr_section_table *t, const kr_surface *surface, size_t section,
                              const kr_site_soa *sites, kr_surface_work *work)
{
    kr_status s = KR_OK;
    kr_dist_out out = rows_of(t, section);
    unsigned wanted = 0;
    bool ok = true;

    for (int d = 0; d < KR_DIST_COUNT; d++)
        wanted |= out.of[d] ? 1u << d : 0u;
    KR_TRY(kr_surface_distances(surface, sites, wanted, work, &out, &ok));
    if (t->tuw)
        fill_tuw(t, surface, section, sites);
out:
    return s;
}

/* Sections are independent of each other: whichever thread takes one, it gives the same. */
static kr_status fill(kr_ctx *ctx, const kr_sections *sections, const kr_site_soa *sites,
                      int threads, const kr_section_table *t)
{
    kr_status s = KR_OK;
    kr_status *of = NULL;

    KR_NEW(of, ctx, KR_ACCOUNT_RUPTURES, (size_t)threads);
#pragma omp parallel for num_threads(threads) schedule(static, 1)
    for (int thread = 0; thread < threads; thread++) {
        kr_surface_work work = {NULL, NULL};
        kr_status mine = kr_surface_work_init(ctx, &work);
        for (size_t k = (size_t)thread; mine == KR_OK && k < t->nsections; k += (size_t)threads) {
            if (sections->surface[k])
                mine = fill_section(t, sections->surface[k], k, sites, &work);
        }
        kr_surface_work_clear(&work);
        of[thread] = mine;
    }
    for (int thread = 0; s == KR_OK && thread < threads; thread++)
        s = of[thread];
out:
    kr_free(of);
    return s;
}

kr_status kr_section_table_make(kr_ctx *ctx, const kr_sections *sections, kr_columns columns,
                                const kr_site_soa *sites, int threads, kr_section_table *out)
{
    kr_status s = KR_OK;

    *out = (kr_section_table){
        .nsections = sections->n, .nsites = sites->n, .stride = stride_of(sites->n)};
    KR_TRY(take_room(ctx, columns, out));
    if (sites->n)
        KR_TRY(fill(ctx, sections, sites, threads > 0 ? threads : 1, out));
out:
    if (s != KR_OK)
        kr_section_table_clear(out);
    return s;
}

void kr_section_table_clear(kr_section_table *table)
{
    kr_free(table->block_of_doubles);
    kr_free(table->block_of_floats);
    memset(table, 0, sizeof *table);
}
