/* What the results of a run tell: its figures, and how its curves are beside those of the first. */
#include "base/str.h"
#include "output/performance.h"
#include "run/scaling.h"

#include <math.h>
#include <string.h>

const double kr_scaling_years[KR_PERIODS] = {475, 2475};

/* Numbers of both runs held at a time. */
enum { PIECE = 1 << 18 };

kr_status kr_scaling_phase(kr_scaling_study *z, const char *name, size_t *out)
{
    kr_status s = KR_OK;
    for (*out = 0; *out < z->nphases; ++*out)
        if (kr_str_eq(z->phases[*out], name))
            return KR_OK;
    if (z->nphases == KR_SCALING_PHASES) {
        *out = KR_SCALING_PHASES - 1;
        return KR_OK;
    }
    KR_ASTR(z->phases[z->nphases], &z->arena, name);
    z->nphases++;
out:
    return s;
}

kr_status kr_scaling_read(kr_scaling_study *z, const kr_stored *run, kr_run_figures *figures)
{
    kr_status s = KR_OK;
    kr_arena arena;
    kr_performance p = {.nphases = 0};
    bool found;
    double *x = figures->x;

    kr_arena_init(&arena, z->ctx, KR_ACCOUNT_OTHER);
    KR_TRY(kr_h5_attr_double(run->file, "tree", "realizations", &x[KR_F_REALIZATIONS], &found));
    x[KR_F_SITES] = (double)run->sites->n;
    x[KR_F_LEVELS] = (double)(run->job->nimts * run->job->nlevels);
    KR_TRY(kr_performance_read(z->ctx, run->path, run->file, &arena, &p));
    if (p.nphases == 0)
        goto out;
    x[KR_F_RESIDENT] = (double)p.resident_peak; /* without what the process was before it began */
    x[KR_F_ACCOUNTED] = (double)p.accounted_peak;
    x[KR_F_CONTEXTS] = p.work.contexts;
    x[KR_F_COMPUTED] = p.work.computed;
    x[KR_F_MEANS] = p.work.means;
    x[KR_F_EXCEEDANCES] = p.work.exceedances;
    x[KR_F_PRODUCTS] = p.work.products;
    for (size_t i = 0; i < p.nphases; i++) {
        size_t k;
        KR_TRY(kr_scaling_phase(z, p.phases[i].name, &k));
        figures->cpu[k] += p.phases[i].cpu;
        figures->wall[k] += p.phases[i].wall;
    }
out:
    kr_arena_clear(&arena);
    return s;
}

/* ------------------------------------------------------------------ bit for bit */

/* What both have stored in one shape and precision; *same stays where there is no such thing. */
static kr_status compare_dataset(kr_ctx *ctx, const kr_stored *a, const kr_stored *b,
                                 const char *name, bool *same)
{
    kr_status s = KR_OK;
    size_t dims[2][KR_H5_MAX_RANK] = {{0}}, start[KR_H5_MAX_RANK] = {0}, row = 1, at_once;
    int rank[2];
    bool single[2];
    char *pieces = NULL;

    if (!kr_h5_exists(a->file, name) || !kr_h5_exists(b->file, name))
        return KR_OK;
    KR_TRY(kr_h5_dims(a->file, name, dims[0], &rank[0]));
    KR_TRY(kr_h5_dims(b->file, name, dims[1], &rank[1]));
    KR_TRY(kr_h5_is_single(a->file, name, &single[0]));
    KR_TRY(kr_h5_is_single(b->file, name, &single[1]));
    if (rank[0] != rank[1] || rank[0] < 1 || memcmp(dims[0], dims[1], sizeof dims[0]) != 0 ||
        single[0] != single[1])
        goto out;
    for (int d = 1; d < rank[0]; d++)
        row *= dims[0][d];
    at_once = row < PIECE ? PIECE / (row ? row : 1) : 1;
    at_once = at_once < dims[0][0] ? at_once : dims[0][0];
    size_t bytes = at_once * row * sizeof(double);
    KR_NEW(pieces, ctx, KR_ACCOUNT_OTHER, 2 * bytes);
    for (; start[0] < dims[1][0] && *same; start[0] += at_once) {
        size_t n = dims[1][0] - start[0] < at_once ? dims[1][0] - start[0] : at_once;
        dims[0][0] = n;
        KR_TRY(kr_h5_read_slab(a->file, name, KR_H5_F64, start, dims[0], pieces));
        KR_TRY(kr_h5_read_slab(b->file, name, KR_H5_F64, start, dims[0], pieces + bytes));
        *same = memcmp(pieces, pieces + bytes, n * row * sizeof(double)) == 0;
    }
out:
    kr_free(pieces);
    return s;
}

static bool same_numbers(const double *a, const double *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (a[i] != b[i])
            return false;
    return true;
}

/* Are the curves at the same places, of the same statistics, at the same levels? */
static bool same_axes(const kr_stored *a, const kr_stored *b)
{
    const kr_job *p = a->job, *q = b->job;
    if (a->sites->n != b->sites->n || a->nstats != b->nstats || p->nimts != q->nimts ||
        kr_job_curve_levels(p) != kr_job_curve_levels(q))
        return false;
    for (size_t i = 0; i < a->nstats; i++)
        if (!kr_str_eq(a->stats[i], b->stats[i]))
            return false;
    for (size_t m = 0; m < p->nimts; m++)
        if (!kr_str_eq(p->imts[m].name, q->imts[m].name) ||
            !same_numbers(kr_job_curve_level(p, m), kr_job_curve_level(q, m),
                          kr_job_curve_levels(p)))
            return false;
    return same_numbers(a->sites->lon, b->sites->lon, a->sites->n) &&
           same_numbers(a->sites->lat, b->sites->lat, a->sites->n);
}

static kr_status find_verdict(kr_ctx *ctx, const kr_stored *a, const kr_stored *b, kr_verdict *out)
{
    kr_status s = KR_OK;
    static const char *const others[] = {"component_rates", "hcurves-rlzs", "hmaps-stats",
                                         "hmaps-rlzs", "quantile_brackets"};
    bool curves = same_axes(a, b), rest = true;
    *out = KR_VERDICT_DIFFERS;
    if (!curves)
        return KR_OK;
    KR_TRY(compare_dataset(ctx, a, b, "hcurves-stats", &curves));
    if (!kr_h5_exists(a->file, "hcurves-stats")) /* one realization */
        KR_TRY(compare_dataset(ctx, a, b, "hcurves-rlzs", &curves));
    for (size_t i = 0; i < sizeof others / sizeof *others && curves; i++)
        KR_TRY(compare_dataset(ctx, a, b, others[i], &rest));
    if (curves)
        *out = rest ? KR_VERDICT_EQUAL : KR_VERDICT_CURVES;
out:
    return s;
}

/* ------------------------------------------------------------------ in per cent */

/* One curve: probabilities that fall with the levels. */
typedef struct curve {
    const double *level;
    const float *poe;
    size_t n;
} curve;

/* The level at which a curve falls to a probability, linear in the logarithms; NaN outside. */
static double level_at(const curve *c, double p)
{
    for (size_t i = 0; i + 1 < c->n; i++) {
        double above = (double)c->poe[i], below = (double)c->poe[i + 1];
        if (above >= p && p > below && below > 0) {
            double part = log(p / above) / log(below / above);
            return c->level[i] * pow(c->level[i + 1] / c->level[i], part);
        }
    }
    return NAN;
}

/* The probability of a level, likewise. */
static double poe_at(const curve *c, double x)
{
    for (size_t i = 0; i + 1 < c->n; i++) {
        double above = (double)c->poe[i], below = (double)c->poe[i + 1];
        if (c->level[i] <= x && x <= c->level[i + 1] && above > 0 && below > 0)
            return above *
                   pow(below / above, log(x / c->level[i]) / log(c->level[i + 1] / c->level[i]));
    }
    return NAN;
}

static void raise(double *worst, double b, double a)
{
    double percent = 100 * (b / a - 1);
    percent = fabs(percent) < 1e-10 ? 0 : percent; /* rounding of logarithms */
    if (isfinite(percent) && (isnan(*worst) || fabs(percent) > fabs(*worst)))
        *worst = percent;
}

static void compare_curves(const curve *a, const curve *b, double years, kr_difference *out)
{
    for (int t = 0; t < KR_PERIODS; t++) {
        double p = -expm1(-years / kr_scaling_years[t]), x = level_at(a, p);
        raise(&out->motion[t], level_at(b, p), x);
        raise(&out->poe[t], poe_at(b, x), p);
    }
}

/* The place of a name in a list; n if it is not there. */
static size_t place_of(const char *name, const char *const *list, size_t n)
{
    size_t i = 0;
    while (i < n && !kr_str_eq(list[i], name))
        i++;
    return i;
}

static size_t place_of_imt(const kr_job *job, const char *name)
{
    size_t i = 0;
    while (i < job->nimts && !kr_str_eq(job->imts[i].name, name))
        i++;
    return i;
}

static bool is_of_probabilities(const char *stat)
{
    return !kr_str_eq(stat, "std") && !kr_str_eq(stat, "cov");
}

/* The curves of one site in both: statistics x measures x levels. *same: those compared were. */
static void compare_site(const kr_stored *a, const kr_stored *b, const float *of_a,
                         const float *of_b, kr_difference *out, bool *same)
{
    const kr_job *p = a->job, *q = b->job;
    size_t na = kr_job_curve_levels(p), nb = kr_job_curve_levels(q);
    for (size_t i = 0; i < a->nstats; i++) {
        size_t k = place_of(a->stats[i], b->stats, b->nstats);
        if (k == b->nstats || !is_of_probabilities(a->stats[i]))
            continue;
        for (size_t m = 0; m < p->nimts; m++) {
            size_t l = place_of_imt(q, p->imts[m].name);
            if (l == q->nimts)
                continue;
            const curve x = {kr_job_curve_level(p, m), of_a + (i * p->nimts + m) * na, na};
            const curve y = {kr_job_curve_level(q, l), of_b + (k * q->nimts + l) * nb, nb};
            compare_curves(&x, &y, p->investigation_time, out);
            *same = *same && na == nb && same_numbers(x.level, y.level, na) &&
                    memcmp(x.poe, y.poe, na * sizeof *x.poe) == 0;
        }
    }
}

static size_t site_numbers(const kr_stored *run)
{
    return run->nstats * run->job->nimts * kr_job_curve_levels(run->job);
}

static kr_status read_site(const kr_stored *run, size_t site, float *out)
{
    const kr_job *job = run->job;
    return kr_h5_read_slab(run->file, "hcurves-stats", KR_H5_F32, (const size_t[]){site, 0, 0, 0},
                           (const size_t[]){1, run->nstats, job->nimts, kr_job_curve_levels(job)},
                           out);
}

/* Sites that both have, by their places; a smaller job's are in the order of the larger one's. */
static kr_status find_differences(kr_ctx *ctx, const kr_stored *a, const kr_stored *b,
                                  kr_difference *out)
{
    kr_status s = KR_OK;
    float *of_a = NULL, *of_b = NULL;
    size_t n = a->sites->n, next = 0, shared = 0;
    bool same = true;
    KR_NEW(of_a, ctx, KR_ACCOUNT_OTHER, site_numbers(a));
    KR_NEW(of_b, ctx, KR_ACCOUNT_OTHER, site_numbers(b));
    for (size_t j = 0; j < b->sites->n; j++)
        for (size_t tried = 0; tried < n; tried++) {
            size_t i = (next + tried) % n;
            if (a->sites->lon[i] != b->sites->lon[j] || a->sites->lat[i] != b->sites->lat[j])
                continue;
            KR_TRY(read_site(a, i, of_a));
            KR_TRY(read_site(b, j, of_b));
            compare_site(a, b, of_a, of_b, out, &same);
            next = i + 1;
            shared++;
            break;
        }
    if (shared > 0 && same && !same_axes(a, b))
        out->verdict = KR_VERDICT_SHARED;
out:
    kr_free(of_a);
    kr_free(of_b);
    return s;
}

kr_status kr_scaling_compare(kr_ctx *ctx, const kr_stored *first, const kr_stored *run,
                             kr_difference *out)
{
    kr_status s = KR_OK;
    *out = (kr_difference){.poe = {NAN, NAN}, .motion = {NAN, NAN}};
    KR_TRY(find_verdict(ctx, first, run, &out->verdict));
    bool same_time = first->job->investigation_time == run->job->investigation_time;
    if (out->verdict != KR_VERDICT_DIFFERS || !same_time ||
        !kr_h5_exists(first->file, "hcurves-stats") || !kr_h5_exists(run->file, "hcurves-stats"))
        goto out;
    KR_TRY(find_differences(ctx, first, run, out));
out:
    return s;
}
