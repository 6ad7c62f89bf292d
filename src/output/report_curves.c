/* Curves, maps and component rates of a report, bit by bit as results.h5 has them. */
#include "base/mem.h"
#include "output/report_int.h"

#include <string.h>

/* Without statistics too there are sites to be chosen, for single realizations. */
static size_t per_site(const kr_reporter *r)
{
    const kr_results_spec *p = r->results;
    return (p->nstats ? p->nstats : 1) * p->job->nimts * r->nlevels * sizeof(float);
}

/* The ith of n things, evenly along a list of `all` of them: the first among them. */
static size_t evenly(size_t i, size_t n, size_t all)
{
    return (size_t)((uint64_t)i * all / n);
}

size_t kr_report_site(const kr_reporter *r, size_t listed)
{
    return evenly(listed, r->nlisted, r->results->sites->n);
}

static kr_status choose_shown(kr_reporter *r)
{
    kr_status s = KR_OK;
    size_t n = r->results->sites->n, one = per_site(r);
    size_t most = one ? KR_REPORT_CURVES / one : 0;
    r->nlisted = n < KR_REPORT_SITES ? n : KR_REPORT_SITES;
    r->nshown = r->nlisted < most ? r->nlisted : most;
    KR_ANEW(r->shown, &r->arena, r->nshown + 1);
    for (size_t i = 0; i < r->nshown; i++)
        r->shown[i] = evenly(i, r->nshown, r->nlisted);
out:
    return s;
}

/* Numbers that the structure takes in the page. */
static double structure_numbers(const kr_structure *structure)
{
    double n = 0;
    for (size_t c = 0; c < structure->nchoices; c++)
        n += (double)structure->choices[c].nstates * (double)(structure->ncolumns + 3);
    for (size_t p = 0; p < structure->nparts; p++) {
        const kr_part *part = &structure->parts[p];
        n += 4 + 2 * (double)part->nchildren + (double)part->nchoices;
        if (part->rows)
            n += (double)part->nstates * (double)part->ntables;
        for (size_t t = 0; t < part->ntables; t++)
            n += (double)part->tables[t].nrows + part->tables[t].first[part->tables[t].nrows];
    }
    return n;
}

static const char *why_fixed(const kr_reporter *r)
{
    const kr_results_spec *p = r->results;
    if (!kr_h5_exists(r->file, "component_rates"))
        return "the run did not store its component rates (component_rates_precision = none)";
    if (p->job->soil_intensities.n)
        return "its curves are on soil, by convolution, and are no sums of component rates";
    if (r->nshown == 0)
        return "no curves are shown";
    if (structure_numbers(&p->tree->structure) > KR_REPORT_NUMBERS)
        return "its logic tree is too large for a page; kauri stats computes with new weights";
    return NULL;
}

kr_status kr_report_choose(kr_reporter *r)
{
    kr_status s = KR_OK;
    const kr_results_spec *p = r->results;
    bool single = false;
    KR_TRY(choose_shown(r));
    r->fixed = why_fixed(r);
    if (r->fixed)
        return KR_OK;
    KR_TRY(kr_h5_is_single(r->file, "component_rates", &single));
    r->rate_bytes = single ? sizeof(float) : sizeof(double);
    double curve = (double)p->tree->nrates * (double)p->job->nlevels * (double)r->rate_bytes;
    double curves = KR_REPORT_RATES / (curve + 1), imts = (double)p->job->nimts;
    if (curves < 1) {
        r->fixed = "it has too many component rates for a page; kauri stats computes with new "
                   "weights";
        return KR_OK;
    }
    r->nmoved_imts = curves < imts ? (size_t)curves : p->job->nimts;
    r->nmoved = curves < imts ? 1 : (size_t)(curves / imts);
    r->nmoved = r->nmoved < r->nshown ? r->nmoved : r->nshown;
    r->nmoved = r->nmoved < KR_REPORT_MOVED ? r->nmoved : KR_REPORT_MOVED;
out:
    return s;
}

static kr_base64 begin(const kr_reporter *r, const char *id)
{
    fprintf(r->out, "<script type=\"text/plain\" id=\"%s\">", id);
    return (kr_base64){.out = r->out};
}

static kr_status end(const kr_reporter *r, kr_base64 *b)
{
    kr_base64_end(b);
    fputs("</script>\n", r->out);
    return kr_interrupted(r->ctx) ? kr_fail(r->ctx, KR_EINTERRUPTED, "interrupted") : KR_OK;
}

/* Shown sites x statistics x measures x levels; a site at a time, since a read unpacks all of the
 * chunk that it is in. */
kr_status kr_report_curves(kr_reporter *r)
{
    kr_status s = KR_OK;
    const kr_results_spec *p = r->results;
    const size_t count[] = {1, p->nstats, p->job->nimts, r->nlevels};
    size_t n = p->nstats * p->job->nimts * r->nlevels;
    float *room = NULL;
    kr_base64 b = begin(r, "b-curves");
    KR_NEW(room, r->ctx, KR_ACCOUNT_OUTPUT, n + 1);
    for (size_t i = 0; i < r->nshown && n > 0; i++) {
        KR_TRY(kr_h5_read_slab(r->file, "hcurves-stats", KR_H5_F32,
                               (const size_t[]){kr_report_site(r, r->shown[i]), 0, 0, 0}, count,
                               room));
        kr_base64_put(&b, room, n * sizeof *room);
    }
    KR_TRY(end(r, &b));
out:
    kr_free(room);
    return s;
}

/* All sites that are listed x the first statistics x measures x probabilities; how many statistics,
 * the page finds out by their number. */
kr_status kr_report_maps(kr_reporter *r)
{
    kr_status s = KR_OK;
    const kr_results_spec *p = r->results;
    size_t n = p->job->nimts * p->job->poes.n;
    size_t sites = r->nlisted;
    float *room = NULL;
    if (n == 0 || !kr_h5_exists(r->file, "hmaps-stats"))
        return KR_OK;
    size_t stats = KR_REPORT_MAPS / (sites * n * sizeof *room + 1);
    stats = stats < p->nstats ? stats : p->nstats;
    const size_t count[] = {1, stats, p->job->nimts, p->job->poes.n};
    kr_base64 b = begin(r, "b-maps");
    KR_NEW(room, r->ctx, KR_ACCOUNT_OUTPUT, stats * n + 1);
    for (size_t i = 0; i < sites && stats > 0; i++) {
        KR_TRY(kr_h5_read_slab(r->file, "hmaps-stats", KR_H5_F32,
                               (const size_t[]){kr_report_site(r, i), 0, 0, 0}, count, room));
        kr_base64_put(&b, room, stats * n * sizeof *room);
    }
    KR_TRY(end(r, &b));
out:
    kr_free(room);
    return s;
}

/* Moved sites x rates x measures x levels, as they are stored. Rate by rate, since a read unpacks
 * all of the chunk that it is in, which holds one rate of many sites. */
static kr_status read_rates(const kr_reporter *r, size_t bytes, unsigned char *out)
{
    kr_status s = KR_OK;
    const kr_results_spec *p = r->results;
    kr_h5_type type = r->rate_bytes == sizeof(float) ? KR_H5_F32 : KR_H5_F64;
    const size_t count[] = {1, 1, r->nmoved_imts, p->job->nlevels};
    for (size_t k = 0; k < p->tree->nrates && bytes > 0; k++)
        for (size_t i = 0; i < r->nmoved; i++) {
            const size_t start[] = {k, kr_report_site(r, r->shown[i]), 0, 0};
            KR_TRY(kr_h5_read_amounts(r->file, "component_rates", type, start, count,
                                      out + (i * p->tree->nrates + k) * bytes));
        }
out:
    return s;
}

/* Of each site with rates an element: rates x measures x levels. */
kr_status kr_report_rates(kr_reporter *r)
{
    kr_status s = KR_OK;
    size_t bytes = r->nmoved_imts * r->results->job->nlevels * r->rate_bytes;
    size_t of_site = r->results->tree->nrates * bytes;
    char id[32];
    unsigned char *room = NULL;
    if (r->fixed)
        return KR_OK;
    KR_NEW(room, r->ctx, KR_ACCOUNT_OUTPUT, r->nmoved * of_site + 1);
    KR_TRY(read_rates(r, bytes, room));
    for (size_t i = 0; i < r->nmoved; i++) {
        snprintf(id, sizeof id, "b-rates-%zu", i);
        kr_base64 b = begin(r, id);
        kr_base64_put(&b, room + i * of_site, of_site);
        KR_TRY(end(r, &b));
    }
out:
    kr_free(room);
    return s;
}
