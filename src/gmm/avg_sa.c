/* The average spectral acceleration (the geometric mean over periods) from a model of spectral
 * accelerations and their correlation.
 *
 * Kohrangi, M., Kotha, S. R. and Bazzurro, P. (2018). Ground-motion models for average spectral
 * acceleration in a period range: direct and indirect methods. Bull. Earthq. Eng. 16(1), 45-65.
 * doi:10.1007/s10518-017-0216-5
 *
 * GenericGmpeAvgSA averages over given periods; GmpeIndirectAvgSA over a range of periods about
 * that of AvgSA(T), interpolated linearly in period where more than 30 would be needed. The
 * correlation is that of Baker and Jayaram (2008), doi:10.1193/1.2857544, the same with
 * coefficients for Europe, or the table of Akkar, Sandikkaya and Ay (2014),
 * doi:10.1007/s10518-013-9537-1, linear in both periods.
 *
 * Departures from the reference: GmpeIndirectAvgSA interpolates the table of Akkar et al. as
 * GenericGmpeAvgSA does; the reference divides by its slopes there. */
#include "akkar_2014_correlation.tab.h"
#include "base/str.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

#include <stdio.h>
#include <string.h>

static const kr_gmm_table akkar_table =
    KR_GMM_TABLE(akkar_2014_correlation, AKKAR_2014_CORRELATION);

/* A period of an average among those of the inner model: (1 - share) of one, share of the other. */
typedef struct target {
    double period, share;
    size_t lo, hi;
} target;

typedef struct state {
    const kr_gmm *inner;
    size_t nsa, n, own; /* periods of the inner model, periods of an average, doubles of scratch */
    target *targets;    /* nimts x n */
    double *rho;        /* nimts x n x n */
} state;

/* ---- correlation ---- */

typedef enum correlation { BAKER_JAYARAM, AKKAR, ESHM20, NONE } correlation;

static const char *const correlation_names[] = {"baker_jayaram", "akkar", "eshm20", "none"};

/* Equations 4 to 8 of Baker and Jayaram; d[3] and d[4] are the limits of the short periods. */
static double baker_jayaram(const double d[5], double t1, double t2)
{
    double lo = fmin(t1, t2), hi = fmax(t1, t2);
    double long_part = 1.0 - cos(0.5 * M_PI - d[0] * log(hi / fmax(lo, d[3])));
    double short_part = 0.0;

    if (hi < d[4])
        short_part =
            1.0 - d[1] * (1.0 - 1.0 / (1.0 + exp(100.0 * hi - 5.0))) * (hi - lo) / (hi - d[2]);
    double third = hi < d[3] ? short_part : long_part;
    double fourth = long_part + 0.5 * (sqrt(third) - third) * (1.0 + cos(M_PI * lo / d[3]));
    if (hi <= d[3])
        return short_part;
    if (lo > d[3])
        return long_part;
    return hi < d[4] ? fmin(short_part, fourth) : fourth;
}

/* The place of a period in the table's rows: row lo and the share of the next one. */
static void find_period(double period, size_t *lo, double *share)
{
    size_t i = 0;
    while (i + 2 < akkar_table.nrow && akkar_table.period[i + 1] <= period)
        i++;
    *lo = i;
    *share = (period - akkar_table.period[i]) / (akkar_table.period[i + 1] - akkar_table.period[i]);
}

static double akkar(double t1, double t2)
{
    size_t i, j, n = akkar_table.ncol;
    double x, y;
    find_period(t1, &i, &x);
    find_period(t2, &j, &y);
    const double *r = akkar_table.data + i * n + j;
    double first = r[0] + x * (r[n] - r[0]), next = r[1] + x * (r[n + 1] - r[1]);
    return first + y * (next - first);
}

static double correlate(correlation of, double t1, double t2)
{
    static const double california[] = {0.366, 0.105, 0.0099, 0.109, 0.2};
    static const double europe[] = {0.18141134, 0.1555742, -0.10851875, 0.08, 0.2};
    switch (of) {
    case BAKER_JAYARAM:
        return baker_jayaram(california, t1, t2);
    case AKKAR:
        return akkar(t1, t2);
    case ESHM20:
        return baker_jayaram(europe, t1, t2);
    default:
        return 1.0;
    }
}

/* `same`: the correlation of a period with itself is 1; in the interpolated table it is less. */
static kr_status make_correlation(kr_ctx *ctx, const kr_gmm *gmm, bool same)
{
    kr_status s = KR_OK;
    state *st = gmm->state;
    size_t of, n = st->n;
    double lo = akkar_table.period[0], hi = akkar_table.period[akkar_table.nrow - 1];

    KR_TRY(kr_gmm_choice(ctx, gmm, "corr_func", correlation_names,
                         sizeof correlation_names / sizeof correlation_names[0], &of));
    for (size_t k = 0; of == AKKAR && k < gmm->nimts * n; k++)
        if (!(st->targets[k].period >= lo && st->targets[k].period <= hi))
            return kr_gmm_fail(ctx, gmm,
                               "%s: the correlation of Akkar et al. (2014) is for periods of %g to "
                               "%g s, not %g",
                               gmm->cls->name, lo, hi, st->targets[k].period);
    KR_ANEW(st->rho, gmm->arena, gmm->nimts * n * n);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const target *t = st->targets + m * n;
        for (size_t i = 0; i < n * n; i++)
            st->rho[m * n * n + i] =
                same && i / n == i % n
                    ? 1.0
                    : correlate((correlation)of, t[i / n].period, t[i % n].period);
    }
out:
    return s;
}

/* ---- periods ---- */

static kr_status make_inner(kr_ctx *ctx, kr_gmm *gmm, const double *periods)
{
    kr_status s = KR_OK;
    state *st = gmm->state;
    kr_imt *imts;
    char number[32];

    KR_ANEW(imts, gmm->arena, st->nsa);
    for (size_t i = 0; i < st->nsa; i++) {
        imts[i] = (kr_imt){.kind = KR_IMT_SA, .period = periods[i], .damping = 5.0};
        snprintf(imts[i].name, sizeof imts[i].name, "SA(%s)", kr_repr_double(periods[i], number));
    }
    KR_TRY(kr_gmm_inner_named(ctx, gmm, imts, st->nsa, &st->inner));
    gmm->component = st->inner->component;
    st->own = kr_gmm_own_scratch(gmm, (2 * st->nsa + st->n) * KR_GMM_BATCH);
out:
    return s;
}

/* The list avg_periods, also as a text. */
static kr_status read_periods(kr_ctx *ctx, const kr_gmm *gmm, double **out, size_t *n)
{
    kr_status s = KR_OK;
    const kr_gmm_arg *arg = kr_gmm_arg_of(gmm, "avg_periods");
    const kr_value *list = arg->value;
    kr_value read;

    if (list->kind == KR_VALUE_TEXT) {
        KR_TRY(kr_value_read_python(ctx, gmm->file, gmm->line, list->text, gmm->arena, &read));
        list = &read;
    }
    bool good = list->kind == KR_VALUE_LIST && list->n > 0 && list->n <= 200;
    for (size_t i = 0; good && i < list->n; i++)
        good = kr_value_is_number(&list->items[i]) && list->items[i].number > 0.0;
    if (!good)
        return kr_gmm_fail(ctx, gmm,
                           "avg_periods of %s: a list of up to 200 periods in seconds is needed",
                           gmm->cls->name);
    KR_ANEW(*out, gmm->arena, list->n);
    *n = list->n;
    for (size_t i = 0; i < list->n; i++)
        (*out)[i] = list->items[i].number;
out:
    return s;
}

static kr_status init_generic(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;
    double *periods = NULL;

    KR_TRY(read_periods(ctx, gmm, &periods, &st->n));
    st->nsa = st->n;
    KR_ANEW(st->targets, gmm->arena, gmm->nimts * st->n);
    for (size_t k = 0; k < gmm->nimts * st->n; k++)
        st->targets[k] = (target){.period = periods[k % st->n], .lo = k % st->n, .hi = k % st->n};
    KR_TRY(make_correlation(ctx, gmm, false));
    KR_TRY(make_inner(ctx, gmm, periods));
out:
    return s;
}

/* n numbers from first to last. */
static double spaced(double first, double last, size_t n, size_t i)
{
    return i + 1 == n && n > 1 ? last : first + (double)i * ((last - first) / (double)(n - 1));
}

/* Where a period lies among others; constant beyond their ends. */
static void place(target *t, const double *periods, size_t n)
{
    size_t i = 0;
    while (i + 2 < n && periods[i + 1] < t->period)
        i++;
    double share = (t->period - periods[i]) / (periods[i + 1] - periods[i]);
    t->lo = i;
    t->hi = i + 1;
    t->share = fmin(fmax(share, 0.0), 1.0);
}

static kr_status read_range(kr_ctx *ctx, const kr_gmm *gmm, double *low, double *high, size_t *n,
                            size_t *most)
{
    double number = kr_gmm_arg_of(gmm, "n_per")->number;
    double limit = kr_gmm_arg_of(gmm, "max_num_per")->number;
    *low = kr_gmm_arg_of(gmm, "t_low")->number;
    *high = kr_gmm_arg_of(gmm, "t_high")->number;
    if (!(*low > 0.0 && *high > *low))
        return kr_gmm_fail(ctx, gmm, "%s: t_high must be greater than t_low, and that than 0",
                           gmm->cls->name);
    if (!(number >= 2.0 && number <= 200.0 && limit >= 2.0 && limit <= 1000.0) ||
        number != rint(number) || limit != rint(limit))
        return kr_gmm_fail(ctx, gmm, "%s: n_per and max_num_per must be whole numbers from 2 on",
                           gmm->cls->name);
    for (size_t m = 0; m < gmm->nimts; m++)
        if (!(gmm->imts[m].period > 0.0))
            return kr_gmm_fail(ctx, gmm, "%s needs measures with a period, like AvgSA(0.5), not %s",
                               gmm->cls->name, gmm->imts[m].name);
    *n = (size_t)number;
    *most = (size_t)limit;
    return KR_OK;
}

static kr_status init_indirect(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;
    double low = 0.0, high = 0.0, *periods;
    size_t most = 2, all;

    KR_TRY(read_range(ctx, gmm, &low, &high, &st->n, &most));
    all = gmm->nimts * st->n;
    st->nsa = all > most ? most : all;
    KR_ANEW(st->targets, gmm->arena, all);
    KR_ANEW(periods, gmm->arena, all > most ? most : all);
    for (size_t k = 0; k < all; k++) {
        double t = gmm->imts[k / st->n].period;
        st->targets[k] =
            (target){.period = spaced(low * t, high * t, st->n, k % st->n), .lo = k, .hi = k};
        if (all <= most)
            periods[k] = st->targets[k].period;
    }
    double shortest = INFINITY, longest = 0.0;
    for (size_t k = 0; k < all; k++) {
        shortest = fmin(shortest, st->targets[k].period);
        longest = fmax(longest, st->targets[k].period);
    }
    for (size_t i = 0; all > most && i < most; i++)
        periods[i] = spaced(shortest, longest, most, i);
    for (size_t k = 0; all > most && k < all; k++)
        place(&st->targets[k], periods, most);
    KR_TRY(make_correlation(ctx, gmm, true));
    KR_TRY(make_inner(ctx, gmm, periods));
out:
    return s;
}

/* ---- evaluation ---- */

static void between(const target *t, size_t n, const double *values, double *restrict out)
{
    const double *restrict lo = values + t->lo * KR_GMM_BATCH;
    const double *restrict hi = values + t->hi * KR_GMM_BATCH;
    double share = t->share;
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        out[i] = lo[i] + share * (hi[i] - lo[i]);
}

static void eval_measure(const state *st, size_t m, size_t n, double *room, double *restrict mean,
                         double *restrict sigma)
{
    const target *targets = st->targets + m * st->n;
    const double *rho = st->rho + m * st->n * st->n;
    double *sa_mean = room, *sa_sigma = room + st->nsa * KR_GMM_BATCH;
    double *each = room + 2 * st->nsa * KR_GMM_BATCH, by_n = 1.0 / (double)st->n;

    kr_gmm_fill(mean, n, 0.0);
    kr_gmm_fill(sigma, n, 0.0);
    for (size_t k = 0; k < st->n; k++) {
        between(&targets[k], n, sa_mean, each);
        for (size_t i = 0; i < n; i++)
            mean[i] += each[i] * by_n;
    }
    for (size_t k = 0; k < st->n; k++)
        between(&targets[k], n, sa_sigma, each + k * KR_GMM_BATCH);
    for (size_t k = 0; k < st->n * st->n; k++) {
        const double *restrict a = each + k / st->n * KR_GMM_BATCH;
        const double *restrict b = each + k % st->n * KR_GMM_BATCH;
        double r = rho[k];
        for (size_t i = 0; i < n; i++)
            sigma[i] += r * a[i] * b[i];
    }
    for (size_t i = 0; i < n; i++)
        sigma[i] = sqrt(sigma[i]) * by_n;
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    double *room = batch->scratch;
    kr_gmm_batch inner = *batch;
    kr_gmm_out sa = {room, room + st->nsa * KR_GMM_BATCH, NULL, NULL, KR_GMM_BATCH};

    inner.scratch = room + st->own;
    kr_gmm_eval(st->inner, &inner, &sa);
    for (size_t m = 0; m < gmm->nimts; m++)
        eval_measure(st, m, kr_gmm_padded(batch->n), room, out->mean + m * out->stride,
                     out->sigma + m * out->stride);
}

#define GMPE_NAME                                                                                  \
    {                                                                                              \
        .name = "gmpe_name", .kind = KR_PARAM_TEXT, .required = true,                              \
        .about = "the model; it takes all other arguments"                                         \
    }
#define CORRELATION "baker_jayaram, akkar, eshm20 or none (1)"

static const kr_gmm_param generic_params[] = {
    GMPE_NAME,
    {.name = "avg_periods",
     .kind = KR_PARAM_ANY,
     .required = true,
     .about = "list of the periods, s"},
    {.name = "corr_func", .kind = KR_PARAM_TEXT, .text = "none", .about = CORRELATION},
    {.name = NULL},
};

static const kr_gmm_param indirect_params[] = {
    GMPE_NAME,
    {.name = "corr_func", .kind = KR_PARAM_TEXT, .required = true, .about = CORRELATION},
    {.name = "t_low", .kind = KR_PARAM_NUMBER, .number = 0.2, .about = "shortest period over T"},
    {.name = "t_high", .kind = KR_PARAM_NUMBER, .number = 1.5, .about = "longest period over T"},
    {.name = "n_per", .kind = KR_PARAM_NUMBER, .number = 10.0, .about = "periods of an average"},
    {.name = "max_num_per",
     .kind = KR_PARAM_NUMBER,
     .number = 30.0,
     .about = "most periods that are evaluated; the others are interpolated"},
    {.name = NULL},
};

#define AVG_SA                                                                                     \
    .title = "Kohrangi, Kotha and Bazzurro (2018), Bull. Earthq. Eng. 16(1)",                      \
    .doi = "10.1007/s10518-017-0216-5", .trt = "of the model", .component = KR_COMPONENT_UNKNOWN,  \
    .needs = KR_BIT(MAG), .measures = KR_IMT_BIT(AVGSA), .takes_all = true,                        \
    .state_size = sizeof(state), .mag_lo = 4.0, .mag_hi = 8.0, .dist_hi = 300.0, .eval = eval

KR_GMM(generic_gmpe_avg_sa) = {
    AVG_SA,
    .name = "GenericGmpeAvgSA",
    .params = generic_params,
    .init = init_generic,
};

KR_GMM(gmpe_indirect_avg_sa) = {
    AVG_SA,
    .name = "GmpeIndirectAvgSA",
    .params = indirect_params,
    .init = init_indirect,
};
