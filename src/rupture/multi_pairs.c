/* The pairs of a multi-fault rupture with the sites of a block: rows of its sections out of the
 * table, combined. */
#include "config.h"
#include "num/isa.h"
#include "rupture/multi_int.h"
#include "rupture/multi_kernels.h"

#include <math.h>
#include <string.h>

/* In a maker: what the sections are for its block of sites, and room for a rupture. */
struct kr_multi_work {
    const kr_multi_kernels *kernels;
    double *least; /* by section: the least rrup to a site of the block */
    const double **rows;
    kr_tuw_row *tuw;
    float *t, *u; /* by site */
    kr_multi_scratch scratch;
};

#define X(isa) extern const kr_multi_kernels kr_multi_kernels_##isa;
KR_ISA_LIST(X)
#undef X

/* The level is 0 where there is one table only, else 2 for the first. */
static const kr_multi_kernels *find_kernels(void)
{
    static const kr_multi_kernels *const tables[] = {
#define X(isa) &kr_multi_kernels_##isa,
        KR_ISA_LIST(X)
#undef X
    };
    int level = kr_isa_level();

    return tables[level > 2 ? level - 2 : 0];
}

/* ---- work space ---- */

static void find_least(struct kr_multi_work *work, const kr_fault_setup *setup)
{
    const kr_section_table *table = setup->sections;

    for (size_t k = 0; k < table->nsections; k++) {
        const double *row = table->rrup + k * table->stride + setup->first_in_table;
        work->least[k] = row[0];
        for (size_t j = 1; j < setup->tile->n; j++)
            work->least[k] = row[j] < work->least[k] ? row[j] : work->least[k];
    }
}

static void free_rows(struct kr_multi_work *work)
{
    kr_free((void *)work->rows);
    kr_free(work->tuw);
    kr_multi_scratch_clear(&work->scratch);
    work->rows = NULL;
    work->tuw = NULL;
}

void kr_multi_work_destroy(struct kr_multi_work **work)
{
    struct kr_multi_work *w = *work;

    if (!w)
        return;
    free_rows(w);
    kr_free(w->least);
    kr_free(w->t);
    kr_free(w->u);
    kr_free(w);
    *work = NULL;
}

static kr_status work_create(kr_fault_maker *maker)
{
    kr_status s = KR_OK;
    struct kr_multi_work *work = NULL;
    size_t n = maker->setup.tile->capacity;

    KR_NEW(work, maker->ctx, KR_ACCOUNT_RUPTURES, 1);
    maker->multi = work; /* freed with the maker */
    work->kernels = find_kernels();
    KR_NEW(work->least, maker->ctx, KR_ACCOUNT_RUPTURES, maker->setup.sections->nsections);
    KR_NEW(work->t, maker->ctx, KR_ACCOUNT_RUPTURES, n);
    KR_NEW(work->u, maker->ctx, KR_ACCOUNT_RUPTURES, n);
    find_least(work, &maker->setup);
out:
    return s;
}

/* Room for ruptures of as many sections as the source's greatest. */
static kr_status ready(kr_fault_maker *maker, const kr_multi *multi)
{
    kr_status s = KR_OK;
    struct kr_multi_work *work = maker->multi;

    if (!work)
        KR_TRY(work_create(maker));
    work = maker->multi;
    if (work->rows && work->scratch.most >= multi->most)
        return KR_OK;
    free_rows(work);
    KR_TRY(kr_multi_scratch_init(&work->scratch, maker->ctx, multi->most));
    KR_NEW(work->rows, maker->ctx, KR_ACCOUNT_RUPTURES, multi->most);
    KR_NEW(work->tuw, maker->ctx, KR_ACCOUNT_RUPTURES, multi->most);
out:
    return s;
}

size_t kr_multi_room(const kr_fault *fault, unsigned wanted, size_t nsites)
{
    size_t most = fault->of.multi->most;

    (void)wanted;
    (void)nsites;
    return sizeof(struct kr_multi_work) + kr_multi_scratch_bytes(most) +
           fault->of.multi->sections->n * sizeof(double) +
           most * (sizeof(double *) + sizeof(kr_tuw_row)) + 512;
}

/* ---- distances ---- */

/* rrup to all sites of the block. Sections beyond the cut at every site cannot be the nearest one
 * of a pair that is kept. False if no pair is. */
static bool put_rrup(const kr_fault_maker *maker, kr_parts parts, double cut_km)
{
    struct kr_multi_work *work = maker->multi;
    const kr_section_table *table = maker->setup.sections;
    size_t n = 0;

    for (size_t i = 0; i < parts.n; i++) {
        size_t k = parts.section[i];
        work->rows[n] = table->rrup + k * table->stride + maker->setup.first_in_table;
        n += (size_t)(work->least[k] <= cut_km);
    }
    if (n)
        work->kernels->least(work->rows, n, maker->setup.tile->n, maker->dist.of[KR_DIST_RRUP]);
    return n > 0;
}

/* Sites inside the box and the cut; all distances stand at the sites' numbers. */
static size_t keep_sites(const kr_fault_maker *maker, double cut_km)
{
    const double *rrup = maker->dist.of[KR_DIST_RRUP];
    size_t n = 0;

    for (size_t j = 0; j < maker->near.soa.n; j++) {
        uint32_t site = maker->near.id[j];
        maker->keep[n] = site;
        n += (size_t)(rrup[site] <= cut_km);
    }
    return n;
}

static void put_rjb(const kr_fault_maker *maker, kr_parts parts)
{
    struct kr_multi_work *work = maker->multi;
    const kr_section_table *table = maker->setup.sections;

    for (size_t i = 0; i < parts.n; i++)
        work->rows[i] = table->rjb + parts.section[i] * table->stride + maker->setup.first_in_table;
    work->kernels->least(work->rows, parts.n, maker->setup.tile->n, maker->dist.of[KR_DIST_RJB]);
}

/* T and U of the lines at the tops of all sections. */
static bool put_coordinates(const kr_fault_maker *maker, const kr_multi *multi, kr_parts parts)
{
    struct kr_multi_work *work = maker->multi;
    kr_gc2_set *set = &work->scratch.set;
    const kr_section_table *table = maker->setup.sections;

    for (size_t i = 0; i < parts.n; i++)
        work->scratch.line[i] = &multi->sections->surface[parts.section[i]]->tor;
    set->n = parts.n;
    if (!kr_gc2_set_order(work->scratch.line, parts.n, work->scratch.order, set))
        return false;
    for (size_t i = 0; i < parts.n; i++) {
        size_t line = set->order[i];
        size_t row = ((size_t)parts.section[line] * 2 + set->flipped[line]) * 3;
        work->tuw[i] = (kr_tuw_row){table->tuw + row * table->stride + maker->setup.first_in_table,
                                    set->shift[i]};
    }
    work->kernels->coordinates(work->tuw, parts.n, table->stride, maker->setup.tile->n, work->t,
                               work->u);
    return true;
}

static void put_rx(const kr_fault_maker *maker)
{
    double *rx = maker->dist.of[KR_DIST_RX];

    for (size_t j = 0; j < maker->setup.tile->n; j++)
        rx[j] = (double)maker->multi->t[j];
}

static void put_ry0(const kr_fault_maker *maker, float u_max)
{
    double *ry0 = maker->dist.of[KR_DIST_RY0];

    for (size_t j = 0; j < maker->setup.tile->n; j++) {
        float u = maker->multi->u[j], beyond = u - u_max;
        ry0[j] = u < 0.0F ? -(double)u : 0.0;
        ry0[j] = u > u_max ? (double)beyond : ry0[j];
    }
}

/* Is the site of this number in the table within the rupture's cut? */
static bool is_kept(const kr_section_table *table, kr_parts parts, size_t site, double cut_km)
{
    for (size_t i = 0; i < parts.n; i++)
        if (table->rrup[parts.section[i] * table->stride + site] <= cut_km)
            return true;
    return false;
}

/* A node among those that are nearest to sites. */
typedef struct nearest {
    size_t entry, order; /* in the table; by section, then site */
    double square;
} nearest;

/* Takes the nearest nodes of the sections to the site number `from` of the table for one whose
 * place at the surface is nearer to site j of the tile; of equals the first. */
static void take_nearer(const kr_fault_maker *maker, kr_parts parts, size_t from, size_t j,
                        nearest *best)
{
    const kr_section_table *table = maker->setup.sections;
    const kr_site_soa *tile = maker->setup.tile;

    for (size_t i = 0; i < parts.n; i++) {
        size_t e = parts.section[i] * table->stride + from, order = i * table->nsites + from;
        kr_vec3 p = kr_to_cartesian(table->clon[e], table->clat[e], 0.0);
        double dx = tile->x[j] - p.x, dy = tile->y[j] - p.y, dz = tile->z[j] - p.z;
        double square = dx * dx + dy * dy + dz * dz;
        if (square < best->square || (square == best->square && order < best->order))
            *best = (nearest){e, order, square};
    }
}

/* Of the sections' nearest nodes, the one whose place at the surface is nearest to the site. The
 * reference, which has them with few sites only, takes the nodes nearest to any site that the
 * rupture keeps: few sites are one tile. */
static void put_closest(const kr_fault_maker *maker, kr_parts parts, size_t nkept, double cut_km)
{
    const kr_section_table *table = maker->setup.sections;
    bool all = maker->setup.job->compat == KR_COMPAT_OQ_3_21 && maker->few &&
               table->nsites == maker->setup.job_sites->n;

    for (size_t k = 0; k < nkept; k++) {
        size_t j = maker->keep[k];
        nearest best = {.order = SIZE_MAX, .square = INFINITY};
        for (size_t from = 0; from < table->nsites && all; from++)
            if (is_kept(table, parts, from, cut_km))
                take_nearer(maker, parts, from, j, &best);
        if (!all)
            take_nearer(maker, parts, maker->setup.first_in_table + j, j, &best);
        if (maker->dist.of[KR_DIST_CLON])
            maker->dist.of[KR_DIST_CLON][j] = table->clon[best.entry];
        if (maker->dist.of[KR_DIST_CLAT])
            maker->dist.of[KR_DIST_CLAT][j] = table->clat[best.entry];
    }
}

static void put_zero(const kr_fault_maker *maker, kr_distance d)
{
    if (maker->dist.of[d])
        memset(maker->dist.of[d], 0, maker->setup.tile->n * sizeof(double));
}

/* rhypo, repi and azimuth: the reference leaves them at 0. */
static void put_hypo(const kr_fault_maker *maker, const kr_multi *multi, size_t rupture,
                     double strike)
{
    const kr_site_soa *tile = maker->setup.tile;
    double *azimuth = maker->dist.of[KR_DIST_AZIMUTH];
    kr_point3 hypo;

    if (maker->setup.job->compat != KR_COMPAT_EXACT || !multi->middle) {
        put_zero(maker, KR_DIST_RHYPO);
        put_zero(maker, KR_DIST_REPI);
        put_zero(maker, KR_DIST_AZIMUTH);
        return;
    }
    hypo = multi->sections->surface[multi->middle[rupture]]->params.middle;
    kr_hypo_distances(hypo, tile, maker->dist.of[KR_DIST_RHYPO], maker->dist.of[KR_DIST_REPI]);
    for (size_t j = 0; azimuth && j < tile->n; j++) {
        double a = kr_azimuth(hypo.lon, hypo.lat, tile->lon[j], tile->lat[j]) - strike;
        azimuth[j] = a < 0.0 ? a + 360.0 : a;
    }
}

/* False if the sections extend too far to have coordinates. */
static bool put_distances(const kr_fault_maker *maker, const kr_multi *multi, size_t rupture,
                          size_t nkept, double strike)
{
    kr_parts parts = kr_multi_parts(multi, rupture);
    double *const *of = maker->dist.of;

    if (of[KR_DIST_RJB])
        put_rjb(maker, parts);
    if ((of[KR_DIST_RX] || of[KR_DIST_RY0]) && !put_coordinates(maker, multi, parts))
        return false;
    if (of[KR_DIST_RX])
        put_rx(maker);
    if (of[KR_DIST_RY0])
        put_ry0(maker, multi->u_max[rupture]);
    if (of[KR_DIST_CLON] || of[KR_DIST_CLAT])
        put_closest(maker, parts, nkept, multi->cut_km[rupture]);
    put_hypo(maker, multi, rupture, strike);
    put_zero(maker, KR_DIST_AZIMUTHCP);
    return true;
}

/* ---- the rupture ---- */

/* The reference takes it for an annual rate, whatever the investigation time. */
double kr_multi_inferred_rate(const kr_job *job, double no_occurrence)
{
    double rate = -log(no_occurrence);

    if (job->compat == KR_COMPAT_EXACT)
        rate /= job->investigation_time;
    return rate > 0.0 ? rate : 1e-30;
}

static void put_occurrence(const kr_multi *multi, const kr_job *job, size_t rupture,
                           kr_rupture_row *row)
{
    const kr_multi_fault *m = multi->ruptures;
    const double *probs = m->probs + rupture * multi->nalternatives * m->nprobs;

    row->weight = 1.0;
    row->number = (uint32_t)rupture;
    if (job->infer_occur_rates) {
        row->rates = multi->rates ? multi->rates + rupture * multi->nalternatives : NULL;
        row->rate = row->rates ? 1.0 : kr_multi_inferred_rate(job, probs[0]);
        return;
    }
    row->nprobs = m->nprobs;
    row->probs = probs;
}

static bool in_canterbury(const kr_multi *multi, kr_parts parts)
{
    bool inside = false;

    for (size_t i = 0; multi->cshm && i < parts.n; i++)
        inside = inside || multi->cshm[parts.section[i]];
    return inside;
}

static void fill_row(const kr_fault_maker *maker, const kr_multi *multi, size_t rupture,
                     kr_rupture_row *row)
{
    kr_multi_scratch *scratch = &maker->multi->scratch;
    kr_parts all = kr_multi_parts(multi, rupture);
    kr_columns columns = maker->setup.columns;
    bool strike = KR_HAS(columns, STRIKE) || KR_HAS(columns, AZIMUTH);
    kr_surface_params means;
    kr_point3 hypo = {0.0, 0.0, 0.0};

    kr_multi_means(multi->sections, kr_multi_close_parts(multi, all, scratch), strike, scratch,
                   &means);
    if (multi->middle)
        hypo = multi->sections->surface[multi->middle[rupture]]->params.middle;
    memset(row, 0, sizeof *row);
    kr_rupture_row_fill(row, (double)multi->ruptures->mag[rupture],
                        (double)multi->ruptures->rake[rupture], &means, hypo,
                        in_canterbury(multi, all));
    put_occurrence(multi, maker->setup.job, rupture, row);
}

kr_status kr_multi_run(kr_fault_maker *maker, const kr_fault *fault, size_t item)
{
    kr_status s = KR_OK;
    const kr_multi *multi = fault->of.multi;
    kr_parts parts = kr_multi_parts(multi, item);
    double cut_km = multi->cut_km[item];
    kr_rupture_row row;
    size_t n;

    if (cut_km < 0.0)
        return KR_OK;
    KR_TRY(ready(maker, multi));
    if (!put_rrup(maker, parts, cut_km))
        return KR_OK;
    n = keep_sites(maker, cut_km);
    if (n == 0)
        return KR_OK;
    fill_row(maker, multi, item, &row);
    if (!put_distances(maker, multi, item, n, row.of[KR_COL_STRIKE]))
        return kr_fail_at(
            maker->ctx, fault->source->file, fault->source->line,
            "source '%s': rupture %zu extends over more than 180 degrees of longitude",
            fault->source->id, item + 1);
    KR_TRY(kr_batch_append_row(&maker->batch, &row, &maker->dist, maker->keep, maker->keep, n));
out:
    return s;
}

double kr_multi_estimate(kr_fault_maker *maker, const kr_fault *fault, size_t item)
{
    const kr_multi *multi = fault->of.multi;
    double cut_km = multi->cut_km[item];

    if (cut_km < 0.0)
        return 0.0;
    if (!maker->setup.sections)
        return (double)maker->near.soa.n;
    if (ready(maker, multi) != KR_OK || !put_rrup(maker, kr_multi_parts(multi, item), cut_km))
        return 0.0;
    return (double)keep_sites(maker, cut_km);
}
