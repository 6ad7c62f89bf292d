/* Tables of where the uncertainty comes from, computed from the component rates: shares of the
 * variance, the shift of the mean by each branch (tornado), derivatives with respect to weights.
 * Rows are for each level, then for each probability of the job at the level where the mean curve
 * reaches it. */
#include "output/export_int.h"

#include "base/str.h"
#include "stats/uncertainty.h"

#include <math.h>
#include <stdio.h>

/* Sites read at a time, and most bytes of their rates. */
enum { SITES_READ = 64, BYTES_READ = 1 << 26 };

typedef struct writer {
    kr_exporter *e;
    kr_table *t;
    size_t measure, column; /* of weights */
    kr_uncertainty *u;
    size_t first, n, most; /* sites whose rates are held, sites that can be */
    double *held;          /* rates x n x levels */
    double *rates;         /* at a point */
    kr_quantile_spec quantiles;
    double *quantile, *derivatives; /* of each quantile; times all states */
} writer;

/* The rows of one point of one site. */
typedef kr_status (*rows_of_point)(writer *w, size_t site, size_t point);

static const kr_structure *structure_of(const writer *w)
{
    return &w->e->spec->tree->structure;
}

static const double *levels_of(const writer *w)
{
    const kr_job *job = w->e->spec->job;
    return job->levels + w->measure * job->nlevels;
}

/* ------------------------------------------------------------------ rows */

/* "iml", or "poe" where the level was found for it; the level and the probability. */
static void point_fields(writer *w, size_t site, size_t point)
{
    const kr_job *job = w->e->spec->job;
    bool level = point < job->nlevels;
    double curve = job->use_rates ? -expm1(-w->u->mean[point]) : w->u->mean_poe[point];
    kr_export_site_fields(w->e, w->t, site, true);
    kr_table_text(w->t, level ? "iml" : "poe");
    kr_table_number(w->t, w->u->level[point]);
    kr_table_number(w->t, level ? curve : job->poes.x[point - job->nlevels]);
}

static double annual(const writer *w, double rate)
{
    return rate / w->e->spec->job->investigation_time;
}

static void share_row(writer *w, size_t site, size_t point, const char *name, double share)
{
    point_fields(w, site, point);
    kr_table_number(w->t, annual(w, w->u->mean[point]));
    kr_table_number(w->t, annual(w, w->u->std[point]));
    kr_table_text(w->t, name);
    kr_table_number(w->t, share);
    kr_table_end_row(w->t);
}

static kr_status share_rows(writer *w, size_t site, size_t point)
{
    const kr_structure *structure = structure_of(w);
    const double *share = w->u->share + point * (structure->nchoices + 1);
    for (size_t c = 0; c < structure->nchoices; c++)
        if (structure->choices[c].nstates > 1)
            share_row(w, site, point, structure->choices[c].name, share[c]);
    share_row(w, site, point, "interactions", share[structure->nchoices]);
    return KR_OK;
}

static void branch_fields(writer *w, size_t site, size_t point, size_t c, size_t state)
{
    const kr_choice *choice = &structure_of(w)->choices[c];
    point_fields(w, site, point);
    kr_table_text(w->t, choice->name);
    kr_table_text(w->t, choice->states[state]);
    kr_table_number(w->t, choice->weights[w->column * choice->nstates + state]);
}

/* In percent of the mean. */
static double shift(double conditional, double mean)
{
    return mean > 0 ? 100 * (conditional - mean) / mean : 0;
}

static kr_status tornado_rows(writer *w, size_t site, size_t point)
{
    const kr_structure *structure = structure_of(w);
    size_t i = point * w->u->nstates;
    for (size_t c = 0; c < structure->nchoices; c++)
        for (size_t k = 0; k < structure->choices[c].nstates; k++, i++) {
            if (structure->choices[c].nstates == 1)
                continue;
            branch_fields(w, site, point, c, k);
            kr_table_number(w->t, annual(w, w->u->conditional[i]));
            kr_table_number(w->t, w->u->conditional_poe[i]);
            kr_table_number(w->t, shift(w->u->conditional[i], w->u->mean[point]));
            kr_table_number(w->t, shift(w->u->conditional_poe[i], w->u->mean_poe[point]));
            kr_table_end_row(w->t);
        }
    return KR_OK;
}

/* Those of quantiles of rates as of the probabilities. */
static kr_status derive_quantiles(writer *w, size_t site, size_t point)
{
    kr_status s = KR_OK;
    size_t nstates = w->u->nstates, nlevels = w->e->spec->job->nlevels;
    if (w->quantiles.nq == 0)
        return KR_OK;
    kr_uncertainty_rates(w->u, point, levels_of(w), w->held + (site - w->first) * nlevels,
                         w->n * nlevels, w->rates);
    KR_TRY(kr_shares_quantile_derivative(w->e->ctx, structure_of(w), &w->quantiles, w->rates,
                                         w->column, w->quantile, w->derivatives));
    for (size_t q = 0; q < w->quantiles.nq && w->quantiles.scale == KR_SCALE_RATE; q++)
        for (size_t i = 0; i < nstates; i++)
            w->derivatives[q * nstates + i] *= exp(-w->quantile[q]);
out:
    return s;
}

static kr_status derivative_rows(writer *w, size_t site, size_t point)
{
    kr_status s = KR_OK;
    const kr_structure *structure = structure_of(w);
    size_t i = 0, nstates = w->u->nstates;
    bool reached = w->u->level[point] > 0;
    if (reached)
        KR_TRY(derive_quantiles(w, site, point));
    for (size_t c = 0; c < structure->nchoices; c++)
        for (size_t k = 0; k < structure->choices[c].nstates; k++, i++) {
            if (structure->choices[c].nstates == 1)
                continue;
            branch_fields(w, site, point, c, k);
            kr_table_number(w->t, w->u->derivative[point * nstates + i]);
            for (size_t q = 0; q < w->quantiles.nq; q++)
                kr_table_number(w->t, reached ? w->derivatives[q * nstates + i] : 0);
            kr_table_end_row(w->t);
        }
out:
    return s;
}

/* ------------------------------------------------------------------ sites */

/* The rates of the site and some after it. */
static kr_status hold(writer *w, size_t site)
{
    kr_status s = KR_OK;
    const kr_results_spec *p = w->e->spec;
    size_t n = p->sites->n - site < w->most ? p->sites->n - site : w->most;
    if (w->n > 0 && site >= w->first && site < w->first + w->n)
        return KR_OK;
    KR_TRY(kr_h5_read_amounts(w->e->file, "component_rates", KR_H5_F64,
                              (const size_t[]){0, site, w->measure, 0},
                              (const size_t[]){p->tree->nrates, n, 1, p->job->nlevels}, w->held));
    w->first = site;
    w->n = n;
out:
    return s;
}

static kr_status write_sites(writer *w, rows_of_point rows)
{
    kr_status s = KR_OK;
    size_t nlevels = w->e->spec->job->nlevels;
    for (size_t row = 0; row < w->e->nsites; row++) {
        size_t site = w->e->sites[row];
        KR_TRY(hold(w, site));
        kr_uncertainty_compute(w->u, levels_of(w), w->held + (site - w->first) * nlevels,
                               w->n * nlevels, w->column);
        for (size_t point = 0; point < w->u->npoints; point++) {
            KR_TRY(rows(w, site, point));
            if (kr_interrupted(w->e->ctx)) {
                s = kr_fail(w->e->ctx, KR_EINTERRUPTED, "interrupted");
                goto out;
            }
        }
    }
out:
    return s;
}

/* The quantiles of the job, of what it takes them of, but without the reference's rounding. */
static void choose_quantiles(writer *w)
{
    const kr_job *job = w->e->spec->job;
    kr_statistics_spec spec = kr_statistics_of_job(job, w->e->spec->tree, NULL, 0);
    bool rates = job->use_rates || spec.rule == KR_QUANTILE_HALF_WEIGHT;
    w->quantiles = (kr_quantile_spec){.rule = spec.rule,
                                      .scale = rates ? KR_SCALE_RATE : KR_SCALE_POE,
                                      .q = job->quantiles.x,
                                      .nq = job->quantiles.n};
}

static kr_status writer_make(writer *w)
{
    kr_status s = KR_OK;
    const kr_job *job = w->e->spec->job;
    const kr_structure *structure = structure_of(w);
    kr_ctx *ctx = w->e->ctx;
    const kr_uncertainty_spec spec = {.structure = structure,
                                      .nlevels = job->nlevels,
                                      .poes = job->poes.x,
                                      .npoes = job->poes.n,
                                      .use_rates = job->use_rates};
    size_t of_site = structure->nrates * job->nlevels;
    w->column = structure->ncolumns > 1 ? 1 + w->measure : 0;
    w->most = of_site * SITES_READ * sizeof(double) <= BYTES_READ ? SITES_READ : 1;
    choose_quantiles(w);
    KR_TRY(kr_uncertainty_create(ctx, &spec, &w->u));
    KR_NEW(w->held, ctx, KR_ACCOUNT_OUTPUT, w->most * of_site);
    KR_NEW(w->rates, ctx, KR_ACCOUNT_OUTPUT, structure->nrates);
    KR_NEW(w->quantile, ctx, KR_ACCOUNT_OUTPUT, w->quantiles.nq);
    KR_NEW(w->derivatives, ctx, KR_ACCOUNT_OUTPUT, w->quantiles.nq * w->u->nstates);
out:
    return s;
}

static void writer_clear(writer *w)
{
    kr_uncertainty_destroy(&w->u);
    kr_free(w->held);
    kr_free(w->rates);
    kr_free(w->quantile);
    kr_free(w->derivatives);
}

/* ------------------------------------------------------------------ tables */

/* A kind of table: its columns after the site's, the level and the probability. */
typedef struct layout {
    const char *name, *kind;
    const char *columns[8];
    bool quantiles; /* a column for each */
    rows_of_point rows;
} layout;

static void header(writer *w, const layout *l)
{
    char repr[32];
    kr_export_site_header(w->e, w->t, true);
    kr_table_text(w->t, "at");
    kr_table_text(w->t, "iml");
    kr_table_text(w->t, "poe");
    for (size_t c = 0; l->columns[c]; c++)
        kr_table_text(w->t, l->columns[c]);
    for (size_t q = 0; q < w->quantiles.nq && l->quantiles; q++)
        kr_table_text(w->t, kr_arena_printf(&w->e->arena, "quantile-%s",
                                            kr_repr_double(w->quantiles.q[q], repr)));
    kr_table_end_row(w->t);
}

static size_t column_count(const writer *w, const layout *l)
{
    size_t n = kr_export_site_columns(w->e, true) + 3;
    for (size_t c = 0; l->columns[c]; c++)
        n++;
    return n + (l->quantiles ? w->quantiles.nq : 0);
}

static kr_status uncertainty_table(kr_exporter *e, size_t m, const layout *l)
{
    kr_status s = KR_OK;
    const kr_job *job = e->spec->job;
    char repr[32];
    kr_table t = {0};
    writer w = {.e = e, .t = &t, .measure = m};
    if (l->quantiles && job->quantiles.n)
        KR_TRY(kr_shares_quantile_check(e->ctx, &e->spec->tree->structure));
    KR_TRY(writer_make(&w));
    KR_TRY(kr_export_begin(e, kr_arena_printf(&e->arena, "%s-%s.csv", l->name, job->imts[m].name),
                           &t));
    const char *more =
        kr_arena_printf(&e->arena, ", kind='%s', investigation_time=%s, imt='%s'", l->kind,
                        kr_repr_double(job->investigation_time, repr), job->imts[m].name);
    kr_table_comment(&t, column_count(&w, l), kr_export_comment(e, more));
    header(&w, l);
    KR_TRY(write_sites(&w, l->rows));
out:
    writer_clear(&w);
    return kr_export_end(e, &t, s);
}

kr_status kr_export_uncertainty(kr_exporter *e, size_t m)
{
    kr_status s = KR_OK;
    static const layout shares = {"variance_shares",
                                  "shares of the variance of rates",
                                  {"mean_rate", "std_rate", "branch_set", "share"},
                                  false,
                                  share_rows};
    static const layout tornado = {"tornado",
                                   "means given each branch, shifts in percent",
                                   {"branch_set", "branch", "weight", "mean_rate", "mean_poe",
                                    "shift_of_rate", "shift_of_poe"},
                                   false,
                                   tornado_rows};
    static const layout derivatives = {"weight_derivatives",
                                       "derivatives of probabilities with respect to weights",
                                       {"branch_set", "branch", "weight", "mean"},
                                       true,
                                       derivative_rows};
    unsigned what = e->choice->what;
    if (what & KR_EXPORT_VARIANCE)
        KR_TRY(uncertainty_table(e, m, &shares));
    if (what & KR_EXPORT_TORNADO)
        KR_TRY(uncertainty_table(e, m, &tornado));
    if (what & KR_EXPORT_DERIVATIVES)
        KR_TRY(uncertainty_table(e, m, &derivatives));
out:
    return s;
}
