/* How large results.h5 gets, before it is written. */
#include "output/report.h"
#include "output/results.h"
#include "output/results_int.h"

#include <string.h>

/* A text of variable length: a reference of 16 bytes, and its place in a heap. */
static double text_bytes(const char *text)
{
    return 40 + (double)strlen(text);
}

static double sites_bytes(const kr_sites *sites)
{
    double bytes = (double)sites->n * (4 + 3 * 8);
    for (int c = 0; c < KR_COL_COUNT; c++)
        bytes += sites->param[c] ? 8 * (double)sites->n : 0;
    for (size_t i = 0; i < sites->n && sites->custom_site_id; i++)
        bytes += text_bytes(sites->custom_site_id[i]);
    return bytes;
}

/* Branches, models, diagrams, components; and what is listed of paths and realizations. */
static double tree_bytes(const kr_tree *tree)
{
    double bytes = 100 * (double)tree->nsets + 24 * (double)tree->diagrams.nnodes +
                   8 * (double)tree->diagrams.nedges + 16 * (double)tree->nrates;
    for (size_t b = 0; b < tree->nbranches; b++)
        bytes += 40 + text_bytes(tree->branches[b].branch) + text_bytes(tree->branches[b].value) +
                 text_bytes(tree->branches[b].type) + text_bytes(tree->branches[b].branch_set);
    for (size_t g = 0; g < tree->ngsims; g++)
        bytes += 100 + text_bytes(tree->gsims[g].uncertainty) + 9 * (double)tree->nweights;
    for (size_t c = 0; c < tree->ncomponents; c++) {
        bytes += 100;
        for (size_t i = 0; i < tree->components[c].nsources; i++)
            bytes += text_bytes(tree->components[c].sources[i].id);
    }
    if (tree->npaths <= KR_PATHS_LISTED) {
        double listed = (double)tree->npaths * 2 * (double)tree->ncomponents;
        bytes += (double)tree->npaths * (200 + 12 * (double)tree->nsets);
        bytes += 4 * (listed < KR_COMPONENTS_LISTED ? listed : KR_COMPONENTS_LISTED);
    }
    if (tree->nrlzs <= KR_RLZS_LISTED)
        bytes += (double)tree->nrlzs * (8 + 4 * (double)tree->ntrts);
    if (tree->sampled)
        bytes += 4 * ((double)tree->nrlzs * (double)tree->ntrts +
                      (double)tree->path_first[tree->npaths] + 8 * (double)tree->npaths);
    return bytes;
}

/* What a run leaves besides at its end: room for a screenful of warnings, and the flame graph of
 * memory, packed. */
static const double WARNINGS = 16384, FLAME = 65536;

double kr_results_rates_bytes(const kr_results_spec *p)
{
    static const double width[] = {8, 4, 0};
    return width[p->job->component_rates_precision] * (double)p->tree->nrates *
           (double)p->sites->n * (double)(p->job->nimts * p->job->nlevels);
}

double kr_results_predicted_bytes(const kr_results_spec *p)
{
    const kr_job *job = p->job;
    double sites = (double)p->sites->n, imts = (double)job->nimts, levels = (double)job->nlevels;
    double values = imts * (double)(kr_job_curve_levels(job) + job->poes.n);
    double bytes = 98304 + sites_bytes(p->sites) + tree_bytes(p->tree) + kr_results_rates_bytes(p);
    bytes += 4 * sites * (double)p->nstats * values;
    if (p->store_rlzs)
        bytes += 4 * sites * p->tree->rlzs * values;
    if (p->way == KR_BRACKETED)
        bytes += 16 * sites * (double)job->quantiles.n * imts * (double)kr_job_curve_levels(job);
    if (job->disagg_by_src)
        bytes += 4 * sites * imts * levels * (double)p->tree->nbase_ids;
    if (job->uncertainty)
        bytes += kr_results_uncertainty_bytes(p);
    if (p->disagg)
        bytes += kr_results_disagg_bytes(p);
    for (size_t i = 0; i < job->ngiven; i++)
        bytes += text_bytes(job->given_keys[i]) + text_bytes(job->given_values[i]);
    bytes += kr_results_provenance_bytes(p) + (double)kr_drawn_bytes(p->drawn) + WARNINGS + FLAME;
    for (size_t i = 0; i < p->ninputs; i++)
        bytes += 400 + text_bytes(p->inputs[i].path); /* it may lie deep */
    return bytes;
}

kr_status kr_results_check_space(kr_ctx *ctx, const kr_results_spec *p, double free)
{
    double bytes = kr_results_predicted_bytes(p);
    if (free < 0 || bytes + kr_report_predicted_bytes(p) <= free)
        return KR_OK;
    if (p->store_rlzs && bytes > 2 * kr_results_rates_bytes(p))
        return kr_fail(
            ctx, KR_ENOFIT,
            "%s: results.h5 may take %.1f MB, most of it %.6g single realizations, and "
            "the disk has %.1f MB left; set individual_rlzs = false and take single ones "
            "with kauri export --rlz, or give another folder with -o",
            p->dir, bytes / 1e6, p->tree->rlzs, free / 1e6);
    if (kr_results_cells_stored(p) > kr_results_rates_bytes(p))
        return kr_fail(ctx, KR_ENOFIT,
                       "%s: results.h5 may take %.1f MB, of which %.1f MB are rates by cell, and "
                       "the disk has %.1f MB left; set disagg_cells_precision = float32 or none, "
                       "give fewer levels (level_count), or another folder with -o",
                       p->dir, bytes / 1e6, kr_results_cells_stored(p) / 1e6, free / 1e6);
    return kr_fail(ctx, KR_ENOFIT,
                   "%s: results.h5 may take %.1f MB, of which %.1f MB are component rates, and the "
                   "disk has %.1f MB left; set component_rates_precision = float32 or none, or "
                   "give another folder with -o",
                   p->dir, bytes / 1e6, kr_results_rates_bytes(p) / 1e6, free / 1e6);
}
