/* The memory that results take while they are written, before they are. */
#include "base/h5.h"
#include "output/export.h"
#include "output/results.h"
#include "output/results_int.h"

#include <string.h>

/* Of blocks taken one by one from an arena: it doubles its chunks up to 1 MB. */
static size_t in_arena(size_t bytes)
{
    const size_t chunk = 1 << 20;
    return bytes + (bytes < chunk ? bytes : chunk);
}

/* ------------------------------------------------------------------ the head of results.h5 */

/* What the paths hold is listed path by path; about so many are looked at. */
enum { PATHS_LOOKED_AT = 64 };

/* Components of all paths together, as far as they are listed. */
static kr_status listed_components(kr_ctx *ctx, const kr_tree *tree, size_t *out)
{
    kr_status s = KR_OK;
    uint32_t *branches = NULL, *one = NULL;
    size_t n = tree->npaths < PATHS_LOOKED_AT ? tree->npaths : PATHS_LOOKED_AT, sum = 0;
    *out = 0;
    if (n == 0)
        return KR_OK;
    KR_NEW(branches, ctx, KR_ACCOUNT_OUTPUT, tree->nsets + 1);
    KR_NEW(one, ctx, KR_ACCOUNT_OUTPUT, tree->most_components + 1);
    for (size_t i = 0; i < n; i++)
        sum += kr_tree_path_components(tree, i * tree->npaths / n, branches, one);
    double listed = (double)sum / (double)n * (double)tree->npaths;
    *out = listed < KR_COMPONENTS_LISTED ? (size_t)listed : KR_COMPONENTS_LISTED;
out:
    kr_free(branches);
    kr_free(one);
    return s;
}

/* One path: its columns, its branches, its id and its name at their longest. */
static size_t path_bytes(const kr_tree *tree)
{
    size_t id = 0;
    for (size_t i = 0; i < tree->nsets; i++) {
        size_t longest = 0;
        for (size_t k = 0; k < tree->sets[i].nbranches; k++) {
            size_t length = strlen(tree->branches[tree->sets[i].branches[k]].branch) + 1;
            longest = length > longest ? length : longest;
        }
        id += longest;
    }
    return 6 * sizeof(double) + (tree->nsets + 1) * (sizeof(uint32_t) + 4) + id + 48;
}

kr_status kr_results_listed_bytes(kr_ctx *ctx, const kr_results_spec *p, size_t *out)
{
    kr_status s = KR_OK;
    const kr_tree *tree = p->tree;
    size_t bytes = 0, sources = 0, listed = 0;
    if (tree->npaths <= KR_PATHS_LISTED) {
        bytes += tree->npaths * (path_bytes(tree) + sizeof(int64_t));
        KR_TRY(listed_components(ctx, tree, &listed));
    }
    if (tree->nrlzs <= KR_RLZS_LISTED)
        bytes += (size_t)8192 * (8 + 4 * tree->ntrts);
    if (tree->sampled)
        bytes += (tree->npaths + 1) * 2 * sizeof(int64_t);
    for (size_t c = 0; c < tree->ncomponents; c++)
        sources += tree->components[c].nsources;
    bytes += tree->nbranches * 80 + tree->nsets * 32 + tree->ncomponents * 40;
    bytes += sources * sizeof(char *) + tree->nrates * 8;
    bytes += tree->ngsims * (48 + tree->nweights * 9);
    bytes += tree->diagrams.nnodes * 16 + tree->diagrams.nedges * 8;
    bytes += p->sites->n * sizeof(uint32_t) + p->ninputs * 32;
    if (p->disagg && p->disagg->cells)
        bytes += 2 * (p->sites->n + 1) * sizeof(int64_t) + tree->ncomponents * sizeof(uint32_t);
    bytes += kr_drawn_bytes(p->drawn);
    if (p->sites->custom_site_id)
        bytes += p->sites->n * kr_h5_names_width(p->sites->custom_site_id, p->sites->n);
    *out = in_arena(bytes) + 2 * listed * sizeof(uint32_t); /* that list grows by doubling */
out:
    return s;
}

/* Bytes of a chunk of a dataset that is cut along its sites. */
static size_t chunk_bytes(const kr_results_spec *p, size_t bytes_per_site)
{
    size_t sites = kr_results_chunk_sites(bytes_per_site);
    return (sites < p->sites->n ? sites : p->sites->n) * bytes_per_site;
}

/* The largest chunk that is packed. */
static size_t largest_chunk(const kr_results_spec *p)
{
    const kr_job *job = p->job;
    size_t curve = job->nimts * kr_job_curve_levels(job) * sizeof(float), of_tree = 512 * 1024;
    size_t rates = chunk_bytes(p, job->nimts * job->nlevels * sizeof(double));
    size_t stats = chunk_bytes(p, p->nstats * curve), rlzs = 0, most = rates;
    if (p->store_rlzs && job->soil_intensities.n) { /* others are packed by their writers */
        size_t at_once = kr_results_chunk_rlzs(curve);
        rlzs = p->tree->nrlzs <= at_once ? chunk_bytes(p, p->tree->nrlzs * curve) : at_once * curve;
    }
    if (p->tree->nrlzs > KR_RLZS_LISTED || p->tree->nrlzs * sizeof(float) < of_tree)
        of_tree = 65536;
    if (p->disagg && most < KR_DISAGG_CHUNK)
        most = KR_DISAGG_CHUNK;
    if (p->disagg && p->disagg->cells) { /* one of many epsilons may be greater */
        size_t row = p->disagg->edges->n[KR_DIM_EPS] * sizeof(double);
        most = row > most ? row : most;
    }
    most = stats > most ? stats : most;
    most = rlzs > most ? rlzs : most;
    return of_tree > most ? of_tree : most;
}

size_t kr_results_open_bytes(const kr_results_spec *p)
{
    size_t logarithms = p->job->nimts * kr_job_curve_levels(p->job) + p->job->poes.n;
    return 8192 + logarithms * sizeof(double);
}

size_t kr_results_packing_bytes(const kr_results_spec *p)
{
    size_t chunk = largest_chunk(p); /* one is gathered, shuffled and packed */
    return chunk + kr_h5_packer_bytes(chunk);
}

size_t kr_results_kept_bytes(const kr_results_spec *p)
{
    const kr_job *job = p->job;
    size_t curve = job->nimts * kr_job_curve_levels(job) * sizeof(float);
    size_t last = p->nstats * (job->poes.n ? job->nimts * job->poes.n * sizeof(float) : curve);
    if (p->sampling || p->nstats == 0)
        return kr_results_packing_bytes(p);
    if (job->disagg_by_src)
        last = job->nimts * job->nlevels * p->tree->nbase_ids * sizeof(float);
    else if (p->way == KR_BRACKETED)
        last = 4 * job->quantiles.n * curve;
    return kr_h5_packer_bytes(chunk_bytes(p, last));
}

/* ------------------------------------------------------------------ CSV tables */

static size_t rlz_bytes(const kr_results_spec *p)
{
    const kr_job *job = p->job;
    return p->sites->n * job->nimts * (kr_job_curve_levels(job) + job->poes.n) * sizeof(float);
}

/* The largest table, without a block of realizations. */
static size_t table_bytes(const kr_results_spec *p)
{
    const kr_job *job = p->job;
    size_t levels = kr_job_curve_levels(job), maps = job->nimts * job->poes.n;
    size_t table = p->sites->n * (levels > maps ? levels : maps) * sizeof(float);
    size_t by_source = job->nimts * job->nlevels * p->tree->nbase_ids * sizeof(float);
    size_t disagg = kr_export_disagg_bytes(p);
    if (job->disagg_by_src && by_source > table)
        table = by_source;
    table = disagg > table ? disagg : table;
    return in_arena(table) + p->sites->n * sizeof(size_t) + 32768;
}

size_t kr_results_block_rlzs(const kr_results_spec *p, size_t left)
{
    const size_t most = (size_t)64 << 20;
    size_t table = table_bytes(p), room = left > table ? (left - table) / 2 : 0;
    size_t n = (room < most ? room : most) / (rlz_bytes(p) + 1);
    return n ? n : 1;
}

size_t kr_results_tables_bytes(const kr_results_spec *p, size_t left)
{
    size_t rlzs = p->store_rlzs ? kr_results_block_rlzs(p, left) : 0;
    return table_bytes(p) + (rlzs < p->tree->nrlzs ? rlzs : p->tree->nrlzs) * rlz_bytes(p);
}
