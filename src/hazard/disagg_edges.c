#include "hazard/disagg_edges.h"

#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the reference: degrees of a great circle for a km; degrees to radians. */
static const double DEGREES_OF_KM = 0.0089932, RADIANS_OF_DEGREE = 0.01745329252;

/* ------------------------------------------------------------------ axes */

static kr_status multiples(double width, double first, size_t n, kr_arena *arena, double **out)
{
    kr_status s = KR_OK;
    KR_ANEW(*out, arena, n + 1);
    for (size_t i = 0; i <= n; i++)
        (*out)[i] = width * (first + (double)i);
out:
    return s;
}

/* To so many decimals, ties as Python rounds: exactly, as printf does. */
static double rounded(double x, int decimals)
{
    char text[400];
    double back = x;
    snprintf(text, sizeof text, "%.*f", decimals, x);
    kr_parse_double(text, &back);
    return back;
}

/* Above this the axis alone has too many bins: nothing is made of it. */
static bool is_too_fine(double bins)
{
    return !(bins <= KR_DISAGG_MOST_CELLS);
}

kr_status kr_disagg_mag_edges(double least, double greatest, double width, kr_arena *arena,
                              double **out, size_t *n)
{
    double first = floor(least / width), last = ceil(greatest / width);
    if (last == first || greatest >= rounded(width * last, 3))
        last += 1;
    *n = 0;
    if (is_too_fine(last - first))
        return KR_EINPUT;
    *n = (size_t)(last - first);
    return multiples(width, first, *n, arena, out);
}

kr_status kr_disagg_dist_edges(double farthest_km, double width, kr_arena *arena, double **out,
                               size_t *n)
{
    double bins = ceil(farthest_km / width);
    if (isnan(width)) {
        width = farthest_km;
        bins = 1;
    }
    *n = 0;
    if (is_too_fine(bins))
        return KR_EINPUT;
    *n = bins < 1 ? 1 : (size_t)bins;
    return multiples(width, 0, *n, arena, out);
}

/* numpy.arange(-reach, reach + 0.001, 2 reach / bins), whose steps are the rounded first one. */
kr_status kr_disagg_degree_edges(double centre_deg, double lat_deg, double farthest_km,
                                 double width_deg, double most_deg, kr_arena *arena, double **out,
                                 size_t *n)
{
    kr_status s = KR_OK;
    double bins = ceil(farthest_km * DEGREES_OF_KM / width_deg);
    *n = 0;
    if (!(bins >= 1))
        return KR_EINPUT;
    double reach = fmin(farthest_km * DEGREES_OF_KM / cos(lat_deg * RADIANS_OF_DEGREE), most_deg);
    double step = 2 * reach / bins, edges = ceil((reach + 0.001 - -reach) / step);
    double taken = (-reach + step) - -reach;
    if (!(edges >= 2) || is_too_fine(edges))
        return KR_EINPUT;
    *n = (size_t)edges - 1;
    KR_ANEW(*out, arena, *n + 1);
    for (size_t i = 0; i <= *n; i++)
        (*out)[i] = centre_deg + (i == 1 ? -reach + step : -reach + (double)i * taken);
out:
    return s;
}

void kr_disagg_wrap(double *lon, size_t n)
{
    double least = lon[0], greatest = lon[0];
    for (size_t i = 1; i < n; i++) {
        least = fmin(least, lon[i]);
        greatest = fmax(greatest, lon[i]);
    }
    if (!(least * greatest < 0 && fabs(least - greatest) > 180))
        return;
    for (size_t i = 0; i < n; i++) {
        lon[i] = fmod(lon[i], 360);
        if (lon[i] < 0)
            lon[i] += 360;
    }
}

/* ------------------------------------------------------------------ what the job holds */

/* Magnitudes of the sources of a tectonic region type: text with two decimals of the magnitude in
 * single precision, from the first magnitude of the maximum distance on. */
typedef struct span {
    kr_ctx *ctx;
    const kr_job *job;
    double from;            /* of the type at hand */
    double least, greatest; /* of all */
    kr_arena arena;         /* of one distribution */
} span;

static void span_add(span *p, double mag)
{
    double m = rounded((double)(float)mag, 2);
    if (m >= p->from) {
        p->least = fmin(p->least, m);
        p->greatest = fmax(p->greatest, m);
    }
}

static kr_status span_source(span *p, const kr_source *source)
{
    kr_status s = KR_OK;
    double *mags, *rates;
    size_t n;
    for (size_t i = 0; source->multi && i < source->multi->n; i++)
        span_add(p, (double)source->multi->mag[i]);
    for (size_t i = 0; i < source->ngiven; i++)
        span_add(p, source->given[i].mag);
    for (size_t i = 0; i < source->nmfds && !source->multi && !source->ngiven; i++) {
        KR_TRY(kr_mfd_bins(p->ctx, &source->mfds[i], &p->arena, &mags, &rates, &n));
        for (size_t k = 0; k < n; k++)
            span_add(p, mags[k]);
        kr_arena_reset(&p->arena);
    }
out:
    return s;
}

static kr_status find_span(kr_ctx *ctx, const kr_job *job, const kr_tree *tree, double out[2])
{
    kr_status s = KR_OK;
    span p = {.ctx = ctx, .job = job, .least = HUGE_VAL, .greatest = -HUGE_VAL};
    kr_arena_init(&p.arena, ctx, KR_ACCOUNT_OTHER);
    for (size_t c = 0; c < tree->ncomponents; c++) {
        const kr_component *component = &tree->components[c];
        const kr_magdist *distance = kr_job_magdist(job, component->source_trt);
        p.from = distance ? distance->mag[0] : 0;
        for (size_t i = 0; i < component->nsources; i++)
            KR_TRY(span_source(&p, component->sources[i].source));
    }
    if (!(p.least <= p.greatest))
        s = kr_fail(ctx, KR_EINPUT,
                    "%s: no source has a magnitude that minimum_magnitude and maximum_distance "
                    "leave: there is nothing to disaggregate",
                    job->path);
    out[0] = p.least;
    out[1] = p.greatest;
out:
    kr_arena_clear(&p.arena);
    return s;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The tectonic region types of the sources. Where one model is for all types ("*") the reference
 * counts all sources among the first type. */
static kr_status find_trts(const kr_job *job, const kr_tree *tree, kr_disagg_edges *e)
{
    kr_status s = KR_OK;
    size_t n = 0;
    KR_ANEW(e->trts, &e->arena, tree->ncomponents + 1);
    KR_ANEW(e->trt_of, &e->arena, tree->ncomponents + 1);
    for (size_t c = 0; c < tree->ncomponents; c++) {
        size_t k = 0;
        while (k < n && !kr_str_eq(e->trts[k], tree->components[c].source_trt))
            k++;
        if (k == n)
            e->trts[n++] = tree->components[c].source_trt;
    }
    qsort(e->trts, n, sizeof *e->trts, by_name);
    e->ntrts = e->n[KR_DIM_TRT] = n;
    for (size_t c = 0; c < tree->ncomponents; c++) {
        bool all = kr_str_eq(tree->trts[tree->components[c].trt], "*");
        while (!(all && job->compat == KR_COMPAT_OQ_3_21) &&
               !kr_str_eq(e->trts[e->trt_of[c]], tree->components[c].source_trt))
            e->trt_of[c]++;
    }
out:
    return s;
}

static double farthest(const kr_job *job)
{
    double km = 0;
    for (size_t i = 0; i < job->nmaximum_distance; i++) {
        const kr_magdist *d = &job->maximum_distance[i];
        km = fmax(km, d->dist_km[d->n - 1]);
    }
    return km;
}

/* ------------------------------------------------------------------ all of them */

static kr_status too_many(kr_ctx *ctx, const kr_job *job, const char *what)
{
    return kr_fail(ctx, KR_EINPUT,
                   "%s: %s are too many to disaggregate by (%.0f bins in all at most); write wider "
                   "bins",
                   job->path, what, KR_DISAGG_MOST_CELLS);
}

/* The parts above give KR_EINPUT without a sentence where an axis is too fine. */
static kr_status fine(kr_ctx *ctx, const kr_job *job, const char *what, kr_status s)
{
    return s == KR_EINPUT ? too_many(ctx, job, what) : s;
}

static void take(const kr_numbers *given, double **out, size_t *n)
{
    *out = given->x;
    *n = given->n - 1;
}

static kr_status make_scales(kr_ctx *ctx, const kr_job *job, const kr_tree *tree,
                             kr_disagg_edges *e)
{
    kr_status s = KR_OK;
    const kr_job_disagg *d = &job->disagg;
    double mags[2];
    if (d->edges[KR_DIM_MAG].n) {
        take(&d->edges[KR_DIM_MAG], &e->mag, &e->n[KR_DIM_MAG]);
    } else {
        KR_TRY(find_span(ctx, job, tree, mags));
        KR_TRY(fine(ctx, job, "magnitudes of that width",
                    kr_disagg_mag_edges(mags[0], mags[1], d->mag_bin_width, &e->arena, &e->mag,
                                        &e->n[KR_DIM_MAG])));
    }
    if (d->edges[KR_DIM_DIST].n)
        take(&d->edges[KR_DIM_DIST], &e->dist, &e->n[KR_DIM_DIST]);
    else
        KR_TRY(fine(ctx, job, "distances of that width",
                    kr_disagg_dist_edges(farthest(job), d->distance_bin_width_km, &e->arena,
                                         &e->dist, &e->n[KR_DIM_DIST])));
    if (d->edges[KR_DIM_EPS].n) {
        take(&d->edges[KR_DIM_EPS], &e->eps, &e->n[KR_DIM_EPS]);
        return KR_OK;
    }
    size_t n = e->n[KR_DIM_EPS] = d->epsilon_bins;
    if (is_too_fine((double)n))
        return too_many(ctx, job, "so many epsilons");
    KR_ANEW(e->eps, &e->arena, n + 1);
    double step = 2 * job->truncation_level / (double)n; /* numpy.linspace */
    for (size_t i = 0; i <= n; i++)
        e->eps[i] = (double)i * step - job->truncation_level;
    e->eps[n] = job->truncation_level;
out:
    return s;
}

static kr_status given_places(kr_ctx *ctx, const kr_job *job, kr_disagg_edges *e)
{
    const kr_job_disagg *d = &job->disagg;
    if (e->nsites != 1)
        return kr_fail(ctx, KR_EINPUT,
                       "%s: disagg_bin_edges gives lon and lat, which is for one site, and there "
                       "are %zu; leave them out",
                       job->path, e->nsites);
    take(&d->edges[KR_DIM_LON], &e->lon, &e->n[KR_DIM_LON]);
    take(&d->edges[KR_DIM_LAT], &e->lat, &e->n[KR_DIM_LAT]);
    return KR_OK;
}

static kr_status bad_place(kr_ctx *ctx, const kr_job *job, const kr_sites *sites, size_t i)
{
    return kr_fail(ctx, KR_EINPUT,
                   "%s: site %zu at %g %g: coordinate_bin_width makes no bins of longitude and "
                   "latitude there that are as many as at other sites, and increase; write a "
                   "shorter maximum_distance, or disagg_bin_edges",
                   job->path, i, sites->lon[i], sites->lat[i]);
}

bool kr_disagg_increase(const double *x, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (!(x[i] > x[i - 1]))
            return false;
    return isfinite(x[0]) && isfinite(x[n - 1]);
}

static kr_status make_places(kr_ctx *ctx, const kr_job *job, const kr_sites *sites,
                             kr_disagg_edges *e)
{
    kr_status s = KR_OK;
    double km = farthest(job), width = job->disagg.coordinate_bin_width_deg;
    if (job->disagg.edges[KR_DIM_LON].n)
        return given_places(ctx, job, e);
    for (size_t i = 0; i < sites->n; i++) {
        double *lon, *lat;
        size_t n[2];
        KR_TRY(kr_disagg_degree_edges(sites->lon[i], sites->lat[i], km, width, 180, &e->arena, &lon,
                                      &n[0]));
        KR_TRY(kr_disagg_degree_edges(sites->lat[i], 0, km, width, 90, &e->arena, &lat, &n[1]));
        kr_disagg_wrap(lon, n[0] + 1);
        if (i == 0) {
            e->n[KR_DIM_LON] = n[0];
            e->n[KR_DIM_LAT] = n[1];
            KR_ANEW(e->lon, &e->arena, sites->n * (n[0] + 1));
            KR_ANEW(e->lat, &e->arena, sites->n * (n[1] + 1));
        }
        if (n[0] != e->n[KR_DIM_LON] || n[1] != e->n[KR_DIM_LAT] ||
            !kr_disagg_increase(lon, n[0] + 1))
            return bad_place(ctx, job, sites, i);
        memcpy(e->lon + i * (n[0] + 1), lon, (n[0] + 1) * sizeof *lon);
        memcpy(e->lat + i * (n[1] + 1), lat, (n[1] + 1) * sizeof *lat);
    }
out:
    return s;
}

kr_status kr_disagg_edges_create(kr_ctx *ctx, const kr_job *job, const kr_tree *tree,
                                 const kr_sites *sites, kr_disagg_edges **out)
{
    kr_status s = KR_OK;
    kr_disagg_edges *e = NULL;
    double cells = 1;
    *out = NULL;
    KR_NEW(e, ctx, KR_ACCOUNT_OTHER, 1);
    kr_arena_init(&e->arena, ctx, KR_ACCOUNT_OTHER);
    e->nsites = sites->n;
    e->epsilon_star = job->disagg.epsilon_star;
    KR_TRY(find_trts(job, tree, e));
    KR_TRY(make_scales(ctx, job, tree, e));
    KR_TRY(make_places(ctx, job, sites, e));
    for (size_t d = 0; d < KR_DIMS; d++)
        cells *= (double)e->n[d];
    if (cells > KR_DISAGG_MOST_CELLS) {
        char what[200];
        snprintf(what, sizeof what,
                 "%zu types x %zu magnitudes x %zu distances x %zu longitudes x %zu latitudes x "
                 "%zu epsilons",
                 e->n[KR_DIM_TRT], e->n[KR_DIM_MAG], e->n[KR_DIM_DIST], e->n[KR_DIM_LON],
                 e->n[KR_DIM_LAT], e->n[KR_DIM_EPS]);
        s = too_many(ctx, job, what);
        goto out;
    }
    *out = e;
    e = NULL;
out:
    kr_disagg_edges_destroy(&e);
    return s;
}

void kr_disagg_edges_destroy(kr_disagg_edges **edges)
{
    if (!*edges)
        return;
    kr_arena_clear(&(*edges)->arena);
    kr_free(*edges);
    *edges = NULL;
}

kr_disagg_bins kr_disagg_edges_at(const kr_disagg_edges *e, size_t site)
{
    const size_t *n = e->n;
    return (kr_disagg_bins){
        .mag = {n[KR_DIM_MAG], e->mag},
        .dist = {n[KR_DIM_DIST], e->dist},
        .lon = {n[KR_DIM_LON], e->lon + site * (n[KR_DIM_LON] + 1)},
        .lat = {n[KR_DIM_LAT], e->lat + site * (n[KR_DIM_LAT] + 1)},
        .eps = {n[KR_DIM_EPS], e->eps},
        .epsilon_star = e->epsilon_star,
    };
}
