/* The disaggregation of a report: bins and levels as JSON, rates of bins as numbers of single
 * precision. Of each site: by magnitude, distance (and epsilon); by longitude and latitude; by
 * tectonic region type; each targets (the mean, then realizations) x measures x probabilities x
 * bins. */
#include "base/mem.h"
#include "output/report_int.h"
#include "output/stored_disagg.h"

#include <math.h>
#include <stdlib.h>

enum { TABLES = 3, SOURCES_MOST = 20, SOURCES_ALL = 20000 };

/* What of it is in the page. */
struct kr_report_disagg {
    kr_stored_disagg *d;
    unsigned axes[TABLES]; /* 0: not stored */
    size_t nsites, nimts, ntargets;
    bool without_eps; /* it is left out: too many numbers */
};

/* ------------------------------------------------------------------ what fits */

static double numbers_of(const struct kr_report_disagg *g)
{
    double n = 0;
    for (size_t k = 0; k < TABLES; k++)
        if (g->axes[k])
            n += (double)kr_stored_disagg_cells(g->d, g->axes[k]);
    return n * (double)g->d->npoes;
}

static size_t at_most(double room, size_t n)
{
    return room < (double)n ? (size_t)room : n;
}

/* The mean of all sites is worth more than realizations of some, all measures of one site more than
 * all sites of some. */
static void choose_numbers(const kr_reporter *r, struct kr_report_disagg *g)
{
    const kr_stored_disagg *d = g->d;
    const double most = KR_REPORT_DISAGG / sizeof(float);
    const unsigned eps = KR_DIM_BIT(KR_DIM_EPS);
    if (numbers_of(g) > most && g->axes[0] & eps) {
        g->axes[0] &= ~eps;
        g->without_eps = true;
    }
    double each = numbers_of(g) + 1;
    g->nimts = at_most(most / each, d->nimts);
    if (g->nimts == 0)
        return;
    each *= (double)g->nimts;
    g->nsites = at_most(most / each, r->nshown);
    if (g->nsites == 0)
        return;
    each *= (double)g->nsites;
    g->ntargets = at_most(most / each, (size_t)d->mean + d->ntree + d->nrlzs);
}

kr_status kr_report_choose_disagg(kr_reporter *r)
{
    static const unsigned wanted[TABLES + 1] = {
        KR_DIM_BIT(KR_DIM_MAG) | KR_DIM_BIT(KR_DIM_DIST) | KR_DIM_BIT(KR_DIM_EPS),
        KR_DIM_BIT(KR_DIM_LON) | KR_DIM_BIT(KR_DIM_LAT), KR_DIM_BIT(KR_DIM_TRT),
        KR_DIM_BIT(KR_DIM_MAG) | KR_DIM_BIT(KR_DIM_DIST)};
    kr_status s = KR_OK;
    struct kr_report_disagg *g;
    kr_stored_disagg *d;
    KR_TRY(kr_stored_disagg_open(r->ctx, r->spec->file, r->file, r->results->sites->n,
                                 r->results->job->nimts, &r->arena, &d));
    if (!d)
        return KR_OK;
    KR_ANEW(g, &r->arena, 1);
    g->d = d;
    for (size_t k = 0; k < TABLES; k++)
        g->axes[k] = kr_stored_disagg_kind(d, wanted[k]) ? wanted[k] : 0;
    if (!g->axes[0] && kr_stored_disagg_kind(d, wanted[TABLES]))
        g->axes[0] = wanted[TABLES];
    choose_numbers(r, g);
    r->disagg = g;
out:
    return s;
}

/* The number in results.h5 of the ith site of the page. */
static size_t site_of(const kr_reporter *r, size_t i)
{
    return kr_report_site(r, r->shown[i]);
}

/* ------------------------------------------------------------------ JSON */

static void put_edges(const kr_reporter *r, kr_disagg_dim dim, bool by_site)
{
    const struct kr_report_disagg *g = r->disagg;
    fprintf(r->out, ",\n\"%s\":%s", kr_disagg_dim_name(dim), by_site ? "[" : "");
    for (size_t i = 0; i < (by_site ? g->nsites : 1); i++) {
        fputs(i ? ",\n" : "", r->out);
        kr_json_numbers(r->out, kr_stored_disagg_edges(g->d, dim, by_site ? site_of(r, i) : 0),
                        g->d->n[dim] + 1);
    }
    fputs(by_site ? "]" : "", r->out);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Targets: the mean, means of the whole tree, realizations; of these those that fit. */
static size_t count_means(const struct kr_report_disagg *g)
{
    return least(g->ntargets, (size_t)g->d->mean + g->d->ntree);
}

/* Of each site those of the means, then those of realizations. */
static void put_levels(const kr_reporter *r)
{
    const struct kr_report_disagg *g = r->disagg;
    const kr_stored_disagg *d = g->d;
    size_t n = d->nimts * d->npoes, nmeans = count_means(g);
    fputs(",\n\"levels\":[", r->out);
    for (size_t i = 0; i < g->nsites; i++) {
        fputs(i ? ",\n[" : "[", r->out);
        for (size_t t = 0; t <= nmeans; t++) {
            bool tree = t >= (size_t)d->mean && t < nmeans;
            size_t set = tree ? d->tree[t - (size_t)d->mean].set : 0;
            fputs(t ? "," : "", r->out);
            kr_json_numbers(r->out, d->levels + (site_of(r, i) * d->nsets + set) * n, n);
        }
        fputc(']', r->out);
    }
    fputs("],\n\"means\":[", r->out);
    for (size_t t = 0; t < nmeans; t++) {
        fputs(t ? "," : "", r->out);
        kr_json_text(r->out, t < (size_t)d->mean ? "mean" : d->tree[t - (size_t)d->mean].name, 0);
    }
    fputs("],\n\"rlzs\":[", r->out);
    for (size_t i = 0; i < g->nsites; i++) {
        fputs(i ? ",\n" : "", r->out);
        kr_json_indices(r->out, d->rlzs ? d->rlzs + site_of(r, i) * d->nrlzs : NULL,
                        g->ntargets - nmeans);
    }
    fputc(']', r->out);
}

static void put_tables(const kr_reporter *r)
{
    const struct kr_report_disagg *g = r->disagg;
    fputs(",\n\"tables\":[", r->out);
    for (size_t k = 0; k < TABLES; k++) {
        bool first = true;
        fputs(k ? ",[" : "[", r->out);
        for (kr_disagg_dim dim = 0; dim < KR_DIMS; dim++)
            if (g->axes[k] & KR_DIM_BIT(dim)) {
                fprintf(r->out, "%s\"%s\"", first ? "" : ",", kr_disagg_dim_name(dim));
                first = false;
            }
        fputc(']', r->out);
    }
    fputc(']', r->out);
}

/* Land around the bins of the page's sites. */
static kr_status put_ground(kr_reporter *r)
{
    kr_status s = KR_OK;
    const struct kr_report_disagg *g = r->disagg;
    size_t nlon = g->d->n[KR_DIM_LON] + 1, nlat = g->d->n[KR_DIM_LAT] + 1, n = nlon + nlat;
    double *lon, *lat;
    kr_report_ground ground;
    KR_ANEW(lon, &r->arena, g->nsites * n);
    KR_ANEW(lat, &r->arena, g->nsites * n);
    for (size_t i = 0; i < g->nsites; i++) {
        const double *x = kr_stored_disagg_edges(g->d, KR_DIM_LON, site_of(r, i));
        const double *y = kr_stored_disagg_edges(g->d, KR_DIM_LAT, site_of(r, i));
        for (size_t k = 0; k < n; k++) {
            lon[i * n + k] = x[k < nlon ? k : 0];
            lat[i * n + k] = y[k < nlon ? 0 : k - nlon];
        }
    }
    KR_TRY(kr_box_of(lon, lat, g->nsites * n, &r->arena, &ground.box));
    KR_TRY(kr_coast_within(ground.box, &r->arena, &ground.coast));
    kr_report_put_ground(r->out, &ground);
out:
    return s;
}

/* ------------------------------------------------------------------ sources */

typedef struct ranked {
    size_t source;
    double rate;
} ranked;

static int larger(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    return x->rate != y->rate ? (x->rate < y->rate) - (x->rate > y->rate)
                              : (x->source > y->source) - (x->source < y->source);
}

/* Between two levels of the curves along logarithms; where a rate is 0, along a straight line.
 * Outside of them that of the nearest. */
static double rate_at(const float *rates, size_t step, const double *levels, size_t n, double level)
{
    size_t l = 1;
    if (!(level > levels[0]))
        return (double)rates[0];
    while (l < n && levels[l] < level)
        l++;
    if (l == n)
        return (double)rates[(n - 1) * step];
    double a = (double)rates[(l - 1) * step], b = (double)rates[l * step];
    double f = log(level / levels[l - 1]) / log(levels[l] / levels[l - 1]);
    return a > 0 && b > 0 ? a * pow(b / a, f) : a + f * (b - a);
}

static void put_ranked(const kr_reporter *r, char *const *names, const ranked *all, size_t n,
                       size_t most)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += all[i].rate;
    fputs("{\"sum\":", r->out);
    kr_json_number(r->out, sum);
    fputs(",\"of\":[", r->out);
    for (size_t i = 0; i < n && i < most && all[i].rate > 0; i++) {
        fputs(i ? ",[" : "[", r->out);
        kr_json_text(r->out, names[all[i].source], KR_REPORT_TEXT);
        fputc(',', r->out);
        kr_json_number(r->out, all[i].rate);
        fputc(']', r->out);
    }
    fputs("]}", r->out);
}

/* Sources, and their rates at the levels of a site and measure: probabilities x sources. */
typedef struct source_rates {
    bool at_levels; /* stored as such; or to be found between the levels of curves */
    char **names;
    size_t n;
    double *of;
} source_rates;

static kr_status read_rates(const kr_reporter *r, size_t site, size_t m, const source_rates *x)
{
    kr_status s = KR_OK;
    const kr_stored_disagg *d = r->disagg->d;
    const kr_job *job = r->results->job;
    size_t n = x->n;
    float *rates = NULL;
    if (x->at_levels)
        return kr_h5_read_amounts(r->file, "disagg-sources/rate", KR_H5_F64,
                                  (const size_t[]){site, m, 0, 0},
                                  (const size_t[]){1, 1, d->npoes, n}, x->of);
    KR_NEW(rates, r->ctx, KR_ACCOUNT_OUTPUT, job->nlevels * n);
    KR_TRY(kr_h5_read_amounts(r->file, "mean_rates_by_src/array", KR_H5_F32,
                              (const size_t[]){site, m, 0, 0},
                              (const size_t[]){1, 1, job->nlevels, n}, rates));
    for (size_t k = 0; k < d->npoes * n; k++)
        x->of[k] = rate_at(rates + k % n, n, job->levels + m * job->nlevels, job->nlevels,
                           kr_stored_disagg_level(d, site, 0, m, k / n));
out:
    kr_free(rates);
    return s;
}

/* Of one site and measure, at all of its levels. */
static kr_status put_of_measure(kr_reporter *r, size_t site, size_t m, const source_rates *x,
                                size_t most)
{
    kr_status s = KR_OK;
    ranked *all = NULL;
    KR_NEW(all, r->ctx, KR_ACCOUNT_OUTPUT, x->n);
    KR_TRY(read_rates(r, site, m, x));
    for (size_t p = 0; p < r->disagg->d->npoes; p++) {
        for (size_t i = 0; i < x->n; i++)
            all[i] = (ranked){i, x->of[p * x->n + i]};
        qsort(all, x->n, sizeof *all, larger);
        fputs(p ? ",\n" : "", r->out);
        put_ranked(r, x->names, all, x->n, most);
    }
out:
    kr_free(all);
    return s;
}

static kr_status open_rates(kr_reporter *r, source_rates *x)
{
    kr_status s = KR_OK;
    const struct kr_report_disagg *g = r->disagg;
    size_t dims[KR_H5_MAX_RANK], levels = x->at_levels ? g->d->npoes : r->results->job->nlevels;
    int rank;
    KR_TRY(kr_h5_dims(r->file, x->at_levels ? "disagg-sources/rate" : "mean_rates_by_src/array",
                      dims, &rank));
    KR_TRY(kr_h5_read_strings(r->file,
                              x->at_levels ? "disagg-sources/id" : "mean_rates_by_src/src_id",
                              &r->arena, &x->names, &x->n));
    if (rank != 4 || dims[0] != r->results->sites->n || dims[1] != g->d->nimts ||
        dims[2] != levels || dims[3] != x->n || x->n == 0)
        return kr_fail(r->ctx, KR_EINPUT, "%s: '%s' does not fit the rest: the file is damaged",
                       r->spec->file, x->at_levels ? "disagg-sources" : "mean_rates_by_src");
    KR_NEW(x->of, r->ctx, KR_ACCOUNT_OUTPUT, g->d->npoes * x->n);
out:
    return s;
}

/* Those at the levels themselves where they are stored, else those of disagg_by_src. */
static kr_status put_sources(kr_reporter *r)
{
    kr_status s = KR_OK;
    const struct kr_report_disagg *g = r->disagg;
    source_rates x = {.at_levels = kr_h5_exists(r->file, "disagg-sources/rate")};
    fprintf(r->out, ",\n\"sourcesAtLevels\":%s,\n\"sources\":", x.at_levels ? "true" : "false");
    if (!x.at_levels && !kr_h5_exists(r->file, "mean_rates_by_src/array")) {
        fputs("null", r->out);
        return KR_OK;
    }
    KR_TRY(open_rates(r, &x));
    size_t most = SOURCES_ALL / (g->nsites * g->nimts * g->d->npoes);
    most = most < 1 ? 1 : most < SOURCES_MOST ? most : SOURCES_MOST;
    fputc('[', r->out);
    for (size_t i = 0; i < g->nsites; i++)
        for (size_t m = 0; m < g->nimts; m++) {
            fputs(i || m ? ",\n" : "", r->out);
            KR_TRY(put_of_measure(r, site_of(r, i), m, &x, most));
        }
    fputc(']', r->out);
out:
    kr_free(x.of);
    return s;
}

/* ------------------------------------------------------------------ all */

kr_status kr_report_disagg(kr_reporter *r)
{
    kr_status s = KR_OK;
    const struct kr_report_disagg *g = r->disagg;
    fputs(",\n\"disagg\":", r->out);
    if (!g) {
        fputs("null", r->out);
        return KR_OK;
    }
    const char *names = kr_stored_disagg_names(g->d, &r->arena);
    KR_TRY(names ? KR_OK : KR_ENOMEM);
    fprintf(r->out,
            "{\"nsites\":%zu,\"nimts\":%zu,\"npoes\":%zu,\"ntargets\":%zu,\"all\":%zu,"
            "\"withoutEps\":%s,\"names\":",
            g->nsites, g->nimts, g->d->npoes, g->ntargets,
            (size_t)g->d->mean + g->d->ntree + g->d->nrlzs, g->without_eps ? "true" : "false");
    kr_json_text(r->out, names, 0);
    if (g->nsites > 0 && g->ntargets > 0) {
        put_edges(r, KR_DIM_MAG, false);
        put_edges(r, KR_DIM_DIST, false);
        put_edges(r, KR_DIM_EPS, false);
        put_edges(r, KR_DIM_LON, true);
        put_edges(r, KR_DIM_LAT, true);
        fputs(",\n\"TRT\":", r->out);
        kr_json_texts(r->out, g->d->trts, g->d->n[KR_DIM_TRT], KR_REPORT_TEXT);
        put_levels(r);
        put_tables(r);
        KR_TRY(put_ground(r));
        KR_TRY(put_sources(r));
    }
    fputc('}', r->out);
out:
    return s;
}

/* One table of a site; means and realizations stand in different datasets. */
static kr_status put_table(kr_reporter *r, size_t site, unsigned axes, kr_base64 *b)
{
    kr_status s = KR_OK;
    const struct kr_report_disagg *g = r->disagg;
    const kr_stored_disagg *d = g->d;
    size_t nmeans = count_means(g), nrlzs = g->ntargets - nmeans;
    size_t one = kr_stored_disagg_cells(d, axes) * g->nimts * d->npoes;
    double *rates = NULL;
    kr_disagg_slab slab = {site, 0, g->nimts, 0, d->npoes, KR_DISAGG_MEAN, 0, 1};
    KR_NEW(rates, r->ctx, KR_ACCOUNT_OUTPUT, one * g->ntargets);
    for (size_t t = 0; t < nmeans; t++) {
        if (t >= (size_t)d->mean)
            slab.group = d->tree[t - (size_t)d->mean].group;
        KR_TRY(kr_stored_disagg_read(d, &slab, axes, rates + t * one));
    }
    slab.group = KR_DISAGG_RLZS;
    slab.ntargets = nrlzs;
    if (nrlzs)
        KR_TRY(kr_stored_disagg_read(d, &slab, axes, rates + nmeans * one));
    for (size_t i = 0; i < one * g->ntargets; i++) {
        float rate = (float)rates[i];
        kr_base64_put(b, &rate, sizeof rate);
    }
out:
    kr_free(rates);
    return s;
}

kr_status kr_report_disagg_rates(kr_reporter *r)
{
    kr_status s = KR_OK;
    const struct kr_report_disagg *g = r->disagg;
    for (size_t i = 0; g && g->ntargets && i < g->nsites; i++) {
        kr_base64 b = {.out = r->out};
        fprintf(r->out, "<script type=\"text/plain\" id=\"b-disagg-%zu\">", i);
        for (size_t k = 0; k < TABLES; k++)
            if (g->axes[k])
                KR_TRY(put_table(r, site_of(r, i), g->axes[k], &b));
        kr_base64_end(&b);
        fputs("</script>\n", r->out);
        if (kr_interrupted(r->ctx))
            return kr_fail(r->ctx, KR_EINTERRUPTED, "interrupted");
    }
out:
    return s;
}

/* The parts are held one after another: the bins and levels of all sites, the coast, the sources;
 * and numbers of one table on their way into the page. */
size_t kr_report_disagg_bytes(const kr_results_spec *p)
{
    const kr_results_disagg *d = p->disagg;
    const size_t coast = 4 << 20, name = 64;
    size_t edges = 0, levels = p->job->nimts, sources = p->tree->nbase_ids;
    if (!d)
        return 0;
    levels *= d->npoes;
    for (kr_disagg_dim dim = 0; dim < KR_DIMS; dim++)
        edges += d->edges->n[dim] + 1;
    size_t site = (2 * edges + d->nsets * levels) * sizeof(double) + d->nrlzs * sizeof(uint32_t);
    size_t source =
        name + sizeof(ranked) + d->npoes * sizeof(double) + p->job->nlevels * sizeof(float);
    return p->sites->n * site + coast + sources * source +
           KR_REPORT_DISAGG / sizeof(float) * sizeof(double) + kr_stored_disagg_read_bytes(levels);
}
