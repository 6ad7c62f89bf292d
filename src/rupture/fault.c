/* Extended sources of every kind. */
#include "rupture/fault_int.h"

#include <math.h>
#include <string.h>

/* ---- ranges of magnitude ---- */

/* The reference leaves out the ends of the table. */
static bool in_range(const kr_job *job, const kr_magdist *limits, double mag)
{
    double first = limits->mag[0], last = limits->mag[limits->n - 1];

    return job->compat == KR_COMPAT_EXACT ? first <= mag && mag <= last : first < mag && mag < last;
}

/* Groups of magnitudes below 20.48; what is above is on its own. */
enum { GROUPS = 2048 };

static size_t group_of(double mag)
{
    size_t g = (size_t)(mag * 100.0);

    return g < GROUPS ? g : GROUPS;
}

void kr_fault_cuts(const kr_job *job, const kr_magdist *limits, const double *mags, size_t n,
                   double *cuts)
{
    double least[GROUPS + 1];

    for (size_t g = 0; g <= GROUPS; g++)
        least[g] = INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (in_range(job, limits, mags[i]))
            least[group_of(mags[i])] = fmin(least[group_of(mags[i])], mags[i]);
    }
    for (size_t i = 0; i < n; i++) {
        size_t g = in_range(job, limits, mags[i]) ? group_of(mags[i]) : GROUPS;
        bool grouped = job->compat != KR_COMPAT_EXACT && g < GROUPS;
        cuts[i] = in_range(job, limits, mags[i])
                      ? kr_magdist_at(limits, grouped ? least[g] : mags[i])
                      : -1.0;
    }
}

/* ---- life ---- */

static const kr_fault_way *way_of(kr_source_kind kind)
{
    switch (kind) {
    case KR_SOURCE_SIMPLE_FAULT:
    case KR_SOURCE_COMPLEX_FAULT:
    case KR_SOURCE_KITE_FAULT:
        return &kr_floating_way;
    case KR_SOURCE_CHARACTERISTIC:
    case KR_SOURCE_NON_PARAMETRIC:
        return &kr_whole_way;
    case KR_SOURCE_MULTI_FAULT:
        return &kr_multi_way;
    default:
        return NULL;
    }
}

static kr_status make_bins(kr_fault *fault)
{
    kr_status s = KR_OK;
    double *mag = NULL, *rate = NULL;
    kr_bins *bins = &fault->bins;

    if (fault->source->nmfds == 0)
        goto out;
    KR_TRY(kr_mfd_bins(fault->ctx, &fault->source->mfds[0], &fault->arena, &mag, &rate, &bins->n));
    bins->mag = mag;
    bins->rate = rate;
out:
    return s;
}

kr_status kr_fault_create(kr_ctx *ctx, const kr_job *job, kr_surfaces *surfaces,
                          const kr_source *source, const char *trt, bool atomic, kr_fault **out)
{
    kr_status s = KR_OK;
    kr_fault *fault = NULL;

    KR_NEW(fault, ctx, KR_ACCOUNT_RUPTURES, 1);
    fault->ctx = ctx;
    fault->job = job;
    fault->source = source;
    fault->trt = trt;
    fault->way = way_of(source->kind);
    fault->whole = atomic || !job->split_sources;
    kr_arena_init(&fault->arena, ctx, KR_ACCOUNT_RUPTURES);
    if (!fault->way) {
        s = kr_fail(ctx, KR_EINTERNAL, "source '%s' is not an extended one", source->id);
        goto out;
    }
    KR_TRY(make_bins(fault));
    KR_TRY(fault->way->make(fault, surfaces));
    fault->outlines = kr_surfaces_outlines(surfaces);
    *out = fault;
    fault = NULL;
out:
    kr_fault_destroy(&fault);
    return s;
}

void kr_fault_destroy(kr_fault **fault)
{
    kr_fault *f = *fault;

    if (!f)
        return;
    if (f->way && f->way->clear)
        f->way->clear(f);
    kr_arena_clear(&f->arena);
    kr_free(f);
    *fault = NULL;
}

/* ---- alternatives ---- */

static bool same_geometries(const kr_source *a, const kr_source *b)
{
    if (a->ngeometries != b->ngeometries)
        return false;
    for (size_t i = 0; i < a->ngeometries; i++)
        if (!kr_hash_equal(a->geometries[i].digest, b->geometries[i].digest))
            return false;
    return true;
}

static bool same_hypos(const kr_source *a, const kr_source *b)
{
    if (a->nhypos != b->nhypos || a->nslips != b->nslips)
        return false;
    for (size_t i = 0; i < a->nhypos; i++)
        if (a->hypos[i].along_strike != b->hypos[i].along_strike ||
            a->hypos[i].down_dip != b->hypos[i].down_dip ||
            a->hypos[i].weight != b->hypos[i].weight)
            return false;
    for (size_t i = 0; i < a->nslips; i++)
        if (a->slips[i].angle != b->slips[i].angle || a->slips[i].weight != b->slips[i].weight)
            return false;
    return true;
}

/* What a kind of source does not have is NAN. */
static bool same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool same_source(const kr_source *a, const kr_source *b)
{
    return a->kind == b->kind && same_number(a->rake, b->rake) &&
           same_number(a->aspect, b->aspect) && a->msr.id == b->msr.id && a->msr.c == b->msr.c &&
           same_number(a->upper_depth_km, b->upper_depth_km) &&
           same_number(a->lower_depth_km, b->lower_depth_km) && a->tom == b->tom &&
           a->tom_alpha == b->tom_alpha && a->tom_mu == b->tom_mu && same_hypos(a, b) &&
           same_geometries(a, b);
}

bool kr_fault_alike(const kr_fault *a, const kr_fault *b)
{
    return a->way == b->way && a->way->alike && a->nitems == b->nitems && a->whole == b->whole &&
           a->block == b->block && a->bins.n == b->bins.n && a->bins.n &&
           memcmp(a->bins.mag, b->bins.mag, a->bins.n * sizeof *a->bins.mag) == 0 &&
           same_source(a->source, b->source) && a->way->alike(a, b);
}

kr_hash128 kr_fault_likeness(const kr_fault *fault)
{
    const kr_source *source = fault->source;
    kr_hash128 h;

    kr_hash_init(&h);
    for (size_t i = 0; i < source->ngeometries; i++)
        kr_hash_bytes(&h, &source->geometries[i].digest, sizeof source->geometries[i].digest);
    kr_hash_double(&h, source->rake);
    kr_hash_doubles(&h, fault->bins.mag, fault->bins.n);
    return h;
}

size_t kr_fault_count_rates(const kr_fault *fault)
{
    return fault->bins.n;
}

void kr_fault_rates(const kr_fault *fault, double *out)
{
    memcpy(out, fault->bins.rate, fault->bins.n * sizeof *out);
}

kr_status kr_fault_alternatives(kr_fault *fault, size_t n, const double *rates)
{
    kr_status s = KR_OK;
    double *table = NULL;

    KR_ANEW(table, &fault->arena, fault->bins.n * n);
    for (size_t m = 0; m < fault->bins.n; m++)
        for (size_t k = 0; k < n; k++)
            table[m * n + k] = rates[k * fault->bins.n + m];
    fault->bins.nalternatives = n;
    fault->bins.alternatives = table;
out:
    return s;
}

/* ---- what there is ---- */

const kr_source *kr_fault_source(const kr_fault *fault)
{
    return fault->source;
}

size_t kr_fault_nitems(const kr_fault *fault)
{
    return fault->nitems;
}

uint64_t kr_fault_item_ruptures(const kr_fault *fault, size_t item)
{
    return fault->way->ruptures(fault, item);
}

uint64_t kr_fault_count_ruptures(const kr_fault *fault)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < fault->nitems; i++)
        sum += fault->way->ruptures(fault, i);
    return sum;
}

double kr_fault_item_cost(const kr_fault *fault, size_t item)
{
    return fault->way->cost(fault, item);
}

size_t kr_fault_room_bytes(const kr_fault *fault, kr_columns columns, size_t nsites)
{
    size_t n = (nsites + 7) / 8 * 8;
    size_t numbers = 6 + (size_t)__builtin_popcount(kr_distances_of(columns)); /* see take_room */
    size_t room = sizeof(kr_fault_maker) + kr_batch_bytes(columns) + 2 * kr_site_set_bytes(n) +
                  n * (numbers * sizeof(double) + 8 * sizeof(float));

    return room +
           (fault->way->room ? fault->way->room(fault, kr_distances_of(columns), nsites) : 0);
}

kr_status kr_fault_meet_sites(kr_ctx *ctx, kr_fault *fault, const char *trt, kr_columns columns,
                              const kr_site_soa *job_sites, int threads)
{
    fault->ctx = ctx;
    return fault->way->meet_sites ? fault->way->meet_sites(fault, trt, columns, job_sites, threads)
                                  : KR_OK;
}
