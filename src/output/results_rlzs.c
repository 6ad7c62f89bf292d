/* Single realizations in results.h5: hcurves-rlzs and hmaps-rlzs, both cut into the same blocks. */
#include "output/results_int.h"

#include <math.h>
#include <string.h>

/* ---- maps ---- */

kr_status kr_results_plan_maps(kr_results *r)
{
    kr_status s = KR_OK;
    const kr_job *job = r->spec.job;
    size_t imts = job->nimts, levels = kr_job_curve_levels(job);
    KR_NEW(r->ln_levels, r->ctx, KR_ACCOUNT_OUTPUT, imts * levels + job->poes.n);
    for (size_t m = 0; m < imts; m++)
        for (size_t l = 0; l < levels; l++)
            r->ln_levels[m * levels + l] = log(kr_job_curve_level(job, m)[l]);
    for (size_t p = 0; p < job->poes.n; p++)
        r->ln_levels[imts * levels + p] = log(job->poes.x[p]);
out:
    return s;
}

void kr_results_maps(const kr_results *r, const float *curves, size_t n, float *maps)
{
    const kr_job *job = r->spec.job;
    size_t imts = job->nimts, levels = kr_job_curve_levels(job);
    const double *ln_poes = r->ln_levels + imts * levels;
    for (size_t c = 0; c < n; c++)
        for (size_t m = 0; m < imts; m++, curves += levels)
            for (size_t p = 0; p < job->poes.n; p++)
                *maps++ = kr_map_value(curves, r->ln_levels + m * levels, levels, job->poes.x[p],
                                       ln_poes[p]);
}

/* ---- blocks ---- */

/* Sites and realizations of a block. */
typedef struct cut {
    size_t sites, rlzs;
    size_t curve, map; /* numbers of a realization */
} cut;

static cut cut_of(const kr_results_spec *spec)
{
    const kr_job *job = spec->job;
    size_t n = spec->tree->nrlzs;
    cut c = {.curve = job->nimts * kr_job_curve_levels(job), .map = job->nimts * job->poes.n};
    c.sites = kr_results_chunk_sites(n * c.curve * sizeof(float));
    c.sites = c.sites < spec->sites->n ? c.sites : spec->sites->n;
    c.rlzs = kr_results_chunk_rlzs(c.curve * sizeof(float));
    c.rlzs = c.sites > 1 || c.rlzs > n ? n : c.rlzs;
    return c;
}

static size_t parts(size_t n, size_t each)
{
    return (n + each - 1) / each;
}

size_t kr_results_rlzs_blocks(const kr_results_spec *spec, size_t nsites)
{
    const cut c = cut_of(spec);
    return parts(nsites, c.sites) * parts(spec->tree->nrlzs, c.rlzs);
}

kr_rlzs_block kr_results_rlzs_block(const kr_results_spec *spec, size_t first_site, size_t nsites,
                                    size_t block)
{
    const cut c = cut_of(spec);
    size_t n = spec->tree->nrlzs, each = parts(n, c.rlzs);
    size_t site = block / each * c.sites, first = block % each * c.rlzs;
    return (kr_rlzs_block){.site = first_site + site,
                           .nsites = nsites - site < c.sites ? nsites - site : c.sites,
                           .first = first,
                           .n = n - first < c.rlzs ? n - first : c.rlzs};
}

kr_status kr_results_make_rlzs(kr_results *r)
{
    kr_status s = KR_OK;
    const kr_results_spec *p = &r->spec;
    const cut c = cut_of(p);
    size_t imts = p->job->nimts, levels = kr_job_curve_levels(p->job), poes = p->job->poes.n;
    KR_TRY(kr_h5_make(r->file, "hcurves-rlzs", KR_H5_F32, 4,
                      (const size_t[]){p->sites->n, p->tree->nrlzs, imts, levels},
                      (const size_t[]){c.sites, c.rlzs, imts, levels}));
    if (poes)
        KR_TRY(kr_h5_make(r->file, "hmaps-rlzs", KR_H5_F32, 4,
                          (const size_t[]){p->sites->n, p->tree->nrlzs, imts, poes},
                          (const size_t[]){c.sites, c.rlzs, imts, poes}));
out:
    return s;
}

/* ---- writers ---- */

struct kr_rlzs_writer {
    kr_results *results;
    kr_rlzs_block block;
    float *curves, *maps;
    kr_h5_packer *curve_packer, *map_packer;
    kr_h5_packed packed_curves, packed_maps; /* no bytes: the dataset is not cut */
};

size_t kr_rlzs_writer_bytes(const kr_results_spec *spec)
{
    const cut c = cut_of(spec);
    size_t n = c.sites * c.rlzs, curves = n * c.curve * sizeof(float);
    size_t maps = n * c.map * sizeof(float);
    return sizeof(kr_rlzs_writer) + curves + maps + kr_h5_packer_bytes(curves) +
           (maps ? kr_h5_packer_bytes(maps) : 0);
}

kr_status kr_rlzs_writer_create(kr_results *results, kr_rlzs_writer **out)
{
    kr_status s = KR_OK;
    const cut c = cut_of(&results->spec);
    size_t n = c.sites * c.rlzs;
    kr_rlzs_writer *w;
    *out = NULL;
    KR_NEW(w, results->ctx, KR_ACCOUNT_OUTPUT, 1);
    w->results = results;
    KR_NEW(w->curves, results->ctx, KR_ACCOUNT_OUTPUT, n * c.curve);
    KR_TRY(kr_h5_packer_create(results->ctx, n * c.curve * sizeof *w->curves, &w->curve_packer));
    if (c.map) {
        KR_NEW(w->maps, results->ctx, KR_ACCOUNT_OUTPUT, n * c.map);
        KR_TRY(kr_h5_packer_create(results->ctx, n * c.map * sizeof *w->maps, &w->map_packer));
    }
    *out = w;
    w = NULL;
out:
    kr_rlzs_writer_destroy(&w);
    return s;
}

void kr_rlzs_writer_destroy(kr_rlzs_writer **writer)
{
    kr_rlzs_writer *w = *writer;
    if (!w)
        return;
    kr_h5_packer_destroy(&w->curve_packer);
    kr_h5_packer_destroy(&w->map_packer);
    kr_free(w->curves);
    kr_free(w->maps);
    kr_free(w);
    *writer = NULL;
}

float *kr_rlzs_writer_curves(kr_rlzs_writer *w)
{
    return w->curves;
}

/* The numbers of a block, `each` for a realization, as a chunk; nothing for a dataset so small that
 * it is not cut. */
static kr_h5_packed pack(const kr_rlzs_writer *w, kr_h5_packer *packer, const float *x, size_t each)
{
    const kr_results_spec *spec = &w->results->spec;
    const cut c = cut_of(spec);
    if (!kr_h5_is_cut(KR_H5_F32, spec->sites->n * spec->tree->nrlzs * each))
        return (kr_h5_packed){NULL, 0};
    return kr_h5_pack(packer, KR_H5_F32, x, w->block.nsites * w->block.n * each,
                      c.sites * c.rlzs * each);
}

void kr_rlzs_writer_pack(kr_rlzs_writer *w, const kr_rlzs_block *block)
{
    const cut c = cut_of(&w->results->spec);
    w->block = *block;
    w->packed_curves = pack(w, w->curve_packer, w->curves, c.curve);
    if (!c.map)
        return;
    kr_results_maps(w->results, w->curves, block->nsites * block->n, w->maps);
    w->packed_maps = pack(w, w->map_packer, w->maps, c.map);
}

kr_h5_packed kr_rlzs_writer_packed(const kr_rlzs_writer *w, bool maps)
{
    return maps ? w->packed_maps : w->packed_curves;
}

void *kr_rlzs_writer_room(kr_rlzs_writer *w, bool maps, size_t *bytes)
{
    const cut c = cut_of(&w->results->spec);
    *bytes = c.sites * c.rlzs * (maps ? c.map : c.curve) * sizeof(float);
    return maps ? w->maps : w->curves;
}

void kr_rlzs_writer_take(kr_rlzs_writer *w, const kr_rlzs_block *block, kr_h5_packed curves,
                         kr_h5_packed maps)
{
    w->block = *block;
    w->packed_curves = curves;
    w->packed_maps = maps;
}

static kr_status put(const kr_rlzs_writer *w, const char *name, kr_h5_packed packed, const float *x,
                     size_t each)
{
    kr_h5 *file = w->results->file;
    const kr_rlzs_block *b = &w->block;
    const size_t start[4] = {b->site, b->first, 0, 0};
    size_t imts = w->results->spec.job->nimts;
    if (packed.bytes)
        return kr_h5_put_chunk(file, name, start, packed);
    return kr_h5_write_slab(file, name, KR_H5_F32, start,
                            (const size_t[]){b->nsites, b->n, imts, each / imts}, x);
}

kr_status kr_rlzs_writer_put(kr_rlzs_writer *w)
{
    kr_status s = KR_OK;
    const cut c = cut_of(&w->results->spec);
    KR_TRY(put(w, "hcurves-rlzs", w->packed_curves, w->curves, c.curve));
    if (c.map)
        KR_TRY(put(w, "hmaps-rlzs", w->packed_maps, w->maps, c.map));
out:
    return s;
}

kr_status kr_results_put_rlzs(kr_results *r, size_t site, const float *curves)
{
    kr_status s = KR_OK;
    const kr_job *job = r->spec.job;
    size_t imts = job->nimts, n = r->spec.tree->nrlzs;
    const size_t start[4] = {site, 0, 0, 0};
    KR_TRY(kr_h5_write_slab(r->file, "hcurves-rlzs", KR_H5_F32, start,
                            (const size_t[]){1, n, imts, kr_job_curve_levels(job)}, curves));
    if (job->poes.n) {
        KR_GROW(r->maps, r->maps_cap, n * imts * job->poes.n, r->ctx, KR_ACCOUNT_OUTPUT);
        kr_results_maps(r, curves, n, r->maps);
        KR_TRY(kr_h5_write_slab(r->file, "hmaps-rlzs", KR_H5_F32, start,
                                (const size_t[]){1, n, imts, job->poes.n}, r->maps));
    }
out:
    return s;
}
