/* Sources cut into points. */
#include "base/str.h"
#include "geo/polygon.h"
#include "rupture/mean.h"
#include "rupture/near.h"
#include "rupture/rupture.h"

#include <string.h>

kr_status kr_area_grid_make(kr_ctx *ctx, const kr_source *source, kr_arena *arena,
                            kr_area_grid *out)
{
    kr_status s = KR_OK;
    kr_grid grid = {0, NULL, NULL};

    KR_TRY(kr_polygon_discretize(ctx, source->lon, source->lat, source->npoints,
                                 source->discretization_km, arena, &grid));
    if (grid.n == 0) {
        s = kr_fail_at(ctx, source->file, source->line,
                       "area source '%s': no point of a grid of %g km is inside the polygon; a "
                       "smaller discretization is needed",
                       source->id, source->discretization_km);
        goto out;
    }
    *out = (kr_area_grid){grid.n, grid.lon, grid.lat};
out:
    return s;
}

/* ---- magnitudes and rates ---- */

/* The reference keeps a table by magnitude: of equal magnitudes the first gives the place and the
 * last the rate. Returns the number left. */
static size_t drop_repeated(double *mag, double *rate, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < kept && mag[k] != mag[i])
            k++;
        mag[k] = mag[i];
        rate[k] = rate[i];
        if (k == kept)
            kept++;
    }
    return kept;
}

static kr_status make_bins(kr_ctx *ctx, const kr_job *job, const kr_source *source,
                           const kr_mfd *mfd, kr_arena *arena, kr_bins *out)
{
    kr_status s = KR_OK;
    double *mag = NULL, *rate = NULL;
    size_t n = 0, left;

    KR_TRY(kr_mfd_bins(ctx, mfd, arena, &mag, &rate, &n));
    left = job->compat == KR_COMPAT_OQ_3_21 ? drop_repeated(mag, rate, n) : n;
    if (left < n)
        kr_warn_at(ctx, source->file, source->line,
                   "source '%s' repeats a magnitude: of its rates the last is used, as in the "
                   "reference",
                   source->id);
    *out = (kr_bins){.n = left, .mag = mag, .rate = rate};
    for (size_t i = 0; i < left; i++)
        out->total_rate += rate[i];
out:
    return s;
}

static kr_status split_bins(kr_ctx *ctx, const kr_job *job, kr_split *split)
{
    kr_status s = KR_OK;
    const kr_source *source = split->source;
    kr_bins *bins = NULL;
    kr_mfd part;

    split->nbins = source->nmfds;
    KR_ANEW(bins, &split->arena, split->nbins);
    for (size_t i = 0; i < split->nbins; i++) {
        const kr_mfd *mfd = &source->mfds[i];
        if (source->kind == KR_SOURCE_AREA) {
            KR_TRY(kr_mfd_divide(ctx, mfd, split->npoints, &split->arena, &part));
            mfd = &part;
        }
        KR_TRY(make_bins(ctx, job, source, mfd, &split->arena, &bins[i]));
        if (bins[i].n * source->nplanes * source->ndepths > split->stride)
            split->stride = bins[i].n * source->nplanes * source->ndepths;
    }
    split->bins = bins;
out:
    return s;
}

/* ---- points ---- */

/* The reference stores the points of multi-point sources in single precision. */
static kr_status single_precision(kr_split *split, const kr_source *source)
{
    kr_status s = KR_OK;
    double *lon = NULL, *lat = NULL;

    KR_ANEW(lon, &split->arena, source->npoints);
    KR_ANEW(lat, &split->arena, source->npoints);
    for (size_t i = 0; i < source->npoints; i++) {
        lon[i] = (double)(float)source->lon[i];
        lat[i] = (double)(float)source->lat[i];
    }
    split->lon = lon;
    split->lat = lat;
out:
    return s;
}

static kr_bbox source_bounds(const kr_split *split)
{
    const kr_source *source = split->source;
    kr_places polygon = {source->lon, source->lat, source->npoints};
    kr_places points = {split->lon, split->lat, split->npoints};

    return kr_bounds_of(source->kind == KR_SOURCE_AREA ? polygon : points);
}

static kr_status split_points(kr_ctx *ctx, const kr_job *job, kr_split *split,
                              const kr_area_grid *grid)
{
    kr_status s = KR_OK;
    const kr_source *source = split->source;
    kr_area_grid made = {0, NULL, NULL};

    split->npoints = source->npoints;
    split->lon = source->lon;
    split->lat = source->lat;
    if (source->kind == KR_SOURCE_AREA) {
        if (!grid) {
            KR_TRY(kr_area_grid_make(ctx, source, &split->arena, &made));
            grid = &made;
        }
        split->npoints = grid->n;
        split->lon = grid->lon;
        split->lat = grid->lat;
    } else if (source->kind == KR_SOURCE_MULTIPOINT && job->compat != KR_COMPAT_EXACT) {
        KR_TRY(single_precision(split, source));
    }
    split->bounds = source_bounds(split);
out:
    return s;
}

/* ---- equivalent distances ---- */

static bool has_equivalent_distance(const kr_job *job, const kr_source *source)
{
    bool listed = false;

    for (size_t i = 0; i < job->nreqv; i++)
        listed = listed || kr_str_eq(job->reqv[i].trt, source->trt);
    for (size_t i = 0; i < job->reqv_ignore_sources.n; i++)
        listed = listed && !kr_str_eq(job->reqv_ignore_sources.name[i], source->id);
    return listed;
}

/* The source in the form that equivalent distances ask for: mean plane, mean depth, ruptures
 * without extent. */
static kr_status collapse(kr_ctx *ctx, const kr_source *source, kr_arena *arena,
                          const kr_source **out)
{
    kr_status s = KR_OK;
    kr_mean_source *mean = NULL;

    KR_ANEW(mean, arena, 1);
    kr_mean_source_make(source, mean);
    if (source->nplanes == 1)
        mean->source.planes = source->planes;
    if (source->ndepths == 1)
        mean->source.depths = source->depths;
    if (!kr_msr_find("PointMSR", &mean->source.msr))
        s = kr_fail(ctx, KR_EINTERNAL, "the magnitude-scaling relationship PointMSR is missing");
    *out = &mean->source;
out:
    return s;
}

kr_status kr_split_create(kr_ctx *ctx, const kr_job *job, const kr_source *source,
                          const kr_area_grid *grid, bool atomic, kr_split **out)
{
    kr_status s = KR_OK;
    kr_split *split = NULL;

    if (!kr_source_is_pointlike(source->kind))
        return kr_fail_at(ctx, source->file, source->line,
                          "%s '%s': ruptures of this source type are not available yet; those of "
                          "points and areas are",
                          kr_source_tag(source->kind), source->id);
    KR_NEW(split, ctx, KR_ACCOUNT_RUPTURES, 1);
    kr_arena_init(&split->arena, ctx, KR_ACCOUNT_RUPTURES);
    split->origin = split->source = source;
    if (has_equivalent_distance(job, source))
        KR_TRY(collapse(ctx, source, &split->arena, &split->source));
    KR_TRY(split_points(ctx, job, split, grid));
    KR_TRY(split_bins(ctx, job, split));
    /* of a source that is not split, or of which only one part comes out, the reference sees no
     * location: it takes the way of the extended sources */
    split->whole =
        source->kind != KR_SOURCE_POINT && (atomic || !job->split_sources || split->npoints == 1);
    *out = split;
    split = NULL;
out:
    kr_split_destroy(&split);
    return s;
}

/* ---- alternatives ---- */

static bool same_doubles(const double *a, const double *b, size_t n)
{
    return a == b || n == 0 || memcmp(a, b, n * sizeof *a) == 0;
}

static bool same_distributions(const kr_source *a, const kr_source *b)
{
    if (a->nplanes != b->nplanes || a->ndepths != b->ndepths)
        return false;
    for (size_t i = 0; i < a->nplanes; i++) {
        const kr_nodal_plane *p = &a->planes[i], *q = &b->planes[i];
        if (p->prob != q->prob || p->strike != q->strike || p->dip != q->dip || p->rake != q->rake)
            return false;
    }
    for (size_t i = 0; i < a->ndepths; i++)
        if (a->depths[i].prob != b->depths[i].prob ||
            a->depths[i].depth_km != b->depths[i].depth_km)
            return false;
    return true;
}

static bool same_source(const kr_source *a, const kr_source *b)
{
    return a->kind == b->kind && a->upper_depth_km == b->upper_depth_km &&
           a->lower_depth_km == b->lower_depth_km && a->aspect == b->aspect &&
           a->msr.id == b->msr.id && a->msr.c == b->msr.c && a->tom == b->tom &&
           a->tom_alpha == b->tom_alpha && a->tom_mu == b->tom_mu && same_distributions(a, b);
}

bool kr_split_alike(const kr_split *a, const kr_split *b)
{
    if (a->whole != b->whole || a->npoints != b->npoints || a->nbins != b->nbins ||
        !same_source(a->source, b->source) || !same_doubles(a->lon, b->lon, a->npoints) ||
        !same_doubles(a->lat, b->lat, a->npoints) ||
        memcmp(&a->bounds, &b->bounds, sizeof a->bounds) != 0)
        return false;
    for (size_t i = 0; i < a->nbins; i++)
        if (a->bins[i].n != b->bins[i].n ||
            !same_doubles(a->bins[i].mag, b->bins[i].mag, a->bins[i].n))
            return false;
    return true;
}

kr_hash128 kr_split_likeness(const kr_split *split)
{
    kr_hash128 h;
    kr_hash_init(&h);
    kr_hash_bytes(&h, &split->npoints, sizeof split->npoints);
    kr_hash_double(&h, split->lon[0]);
    kr_hash_double(&h, split->lat[0]);
    kr_hash_double(&h, split->source->planes[0].strike);
    kr_hash_doubles(&h, split->bins[0].mag, split->bins[0].n);
    return h;
}

size_t kr_split_count_rates(const kr_split *split)
{
    size_t n = 0;

    for (size_t i = 0; i < split->nbins; i++)
        n += split->bins[i].n;
    return n;
}

void kr_split_rates(const kr_split *split, double *out)
{
    for (size_t i = 0; i < split->nbins; i++)
        for (size_t m = 0; m < split->bins[i].n; m++)
            *out++ = split->bins[i].rate[m];
}

static bool same_mean(const kr_source *source, const kr_jumps *jumps, double total, double other)
{
    kr_mean_source a, b;

    kr_mean_source_make(source, &a);
    kr_mean_source_make(source, &b);
    kr_mean_source_weigh(&a, total, jumps);
    kr_mean_source_weigh(&b, other, jumps);
    return a.plane.strike == b.plane.strike && a.plane.dip == b.plane.dip &&
           a.plane.rake == b.plane.rake && a.depth.depth_km == b.depth.depth_km;
}

/* What the alternatives of one distribution are sorted with. */
typedef struct sorting {
    const kr_jumps *jumps;
    size_t *class_of; /* by alternative */
    double *total;    /* by class */
} sorting;

/* Sort the alternatives, whose rates are in place, into classes; where there is but one, its rates
 * are those of all. */
static kr_status make_classes(kr_split *split, const sorting *of, kr_bins *bins)
{
    kr_status s = KR_OK;
    size_t n = bins->nalternatives;
    double *total = NULL, *table = NULL;

    for (size_t k = 0; k < n; k++) {
        double own = 0.0;
        size_t c = 0;
        for (size_t m = 0; m < bins->n; m++)
            own += bins->alternatives[m * n + k];
        while (c < bins->nclasses && !same_mean(split->source, of->jumps, of->total[c], own))
            c++;
        of->class_of[k] = c;
        if (c == bins->nclasses)
            of->total[bins->nclasses++] = own;
    }
    KR_ANEW(total, &split->arena, bins->nclasses);
    memcpy(total, of->total, bins->nclasses * sizeof *total);
    bins->class_total = total;
    bins->class_rates = bins->alternatives;
    if (bins->nclasses == 1)
        goto out;
    KR_ANEW(table, &split->arena, bins->nclasses * bins->n * n);
    for (size_t m = 0; m < bins->n; m++)
        for (size_t k = 0; k < n; k++)
            table[(of->class_of[k] * bins->n + m) * n + k] = bins->alternatives[m * n + k];
    bins->class_rates = table;
out:
    return s;
}

kr_status kr_split_alternatives(kr_split *split, size_t n, const double *rates,
                                const kr_jumps *jumps)
{
    kr_status s = KR_OK;
    size_t total = kr_split_count_rates(split), first = 0;
    kr_bins *bins = NULL;
    double *table = NULL;
    sorting of = {.jumps = jumps};

    KR_NEW(of.class_of, split->arena.ctx, KR_ACCOUNT_RUPTURES, n);
    KR_NEW(of.total, split->arena.ctx, KR_ACCOUNT_RUPTURES, n);
    KR_ANEW(bins, &split->arena, split->nbins);
    KR_ANEW(table, &split->arena, total * n);
    for (size_t m = 0; m < total; m++)
        for (size_t k = 0; k < n; k++)
            table[m * n + k] = rates[k * total + m];
    for (size_t i = 0; i < split->nbins; i++) {
        bins[i] = split->bins[i];
        bins[i].nalternatives = n;
        bins[i].alternatives = table + first * n;
        if (split->source->nplanes * split->source->ndepths > 1 && !split->whole)
            KR_TRY(make_classes(split, &of, &bins[i]));
        first += bins[i].n;
    }
    split->bins = bins;
out:
    kr_free(of.class_of);
    kr_free(of.total);
    return s;
}

void kr_split_destroy(kr_split **split)
{
    if (!*split)
        return;
    kr_arena_clear(&(*split)->arena);
    kr_free(*split);
    *split = NULL;
}

uint64_t kr_split_count_ruptures(const kr_split *split)
{
    uint64_t mags = 0;

    if (split->nbins == 1)
        mags = (uint64_t)split->bins[0].n * split->npoints;
    else
        for (size_t i = 0; i < split->nbins; i++)
            mags += split->bins[i].n;
    return mags * split->source->nplanes * split->source->ndepths;
}
