#include "output/results.h"

#include "base/ctx.h"
#include "base/file.h"
#include "base/h5.h"
#include "kauri/version.h"
#include "output/results_int.h"
#include "output/table.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static kr_status write_sites(kr_h5 *file, const kr_sites *sites, kr_arena *arena)
{
    kr_status s = KR_OK;
    const size_t n[1] = {sites->n};
    uint32_t *sids;
    KR_ANEW(sids, arena, sites->n);
    for (size_t i = 0; i < sites->n; i++)
        sids[i] = (uint32_t)i;
    KR_TRY(kr_h5_write(file, "sitecol/sids", KR_H5_U32, 1, n, sids));
    KR_TRY(kr_h5_write(file, "sitecol/lon", KR_H5_F64, 1, n, sites->lon));
    KR_TRY(kr_h5_write(file, "sitecol/lat", KR_H5_F64, 1, n, sites->lat));
    KR_TRY(kr_h5_write(file, "sitecol/depth", KR_H5_F64, 1, n, sites->depth));
    for (int c = 0; c < KR_COL_COUNT; c++) {
        char name[64];
        if (!sites->param[c] || c == KR_COL_LON || c == KR_COL_LAT || c == KR_COL_DEPTH)
            continue;
        snprintf(name, sizeof name, "sitecol/%s", kr_column_name((kr_column)c));
        KR_TRY(kr_h5_write(file, name, KR_H5_F64, 1, n, sites->param[c]));
    }
    if (sites->custom_site_id)
        KR_TRY(kr_h5_write_names(file, "sitecol/custom_site_id", sites->custom_site_id, sites->n));
out:
    return s;
}

static kr_status write_job(kr_h5 *file, const kr_results_spec *spec, kr_arena *arena)
{
    kr_status s = KR_OK;
    const kr_job *job = spec->job;
    const size_t dims[2] = {job->nimts, job->nlevels};
    const char **names;
    KR_ANEW(names, arena, job->nimts > spec->nstats ? job->nimts : spec->nstats);
    for (size_t m = 0; m < job->nimts; m++)
        names[m] = job->imts[m].name;
    KR_TRY(kr_h5_write_strings(file, "imtls/imt", names, job->nimts, false));
    KR_TRY(kr_h5_write(file, "imtls/levels", KR_H5_F64, 2, dims, job->levels));
    if (job->soil_intensities.n)
        KR_TRY(kr_h5_write(file, "imtls/soil_intensities", KR_H5_F64, 1,
                           (const size_t[]){job->soil_intensities.n}, job->soil_intensities.x));
    for (size_t i = 0; i < spec->nstats; i++)
        names[i] = spec->stats[i].name;
    if (spec->nstats)
        KR_TRY(kr_h5_write_strings(file, "stats", names, spec->nstats, false));
    if (job->poes.n)
        KR_TRY(kr_h5_write(file, "poes", KR_H5_F64, 1, (const size_t[]){job->poes.n}, job->poes.x));
    if (job->ngiven) {
        KR_TRY(kr_h5_write_strings(file, "job/key", job->given_keys, job->ngiven, false));
        KR_TRY(kr_h5_write_strings(file, "job/value", job->given_values, job->ngiven, false));
    }
out:
    return s;
}

static kr_status write_inputs(kr_h5 *file, const kr_results_spec *spec, kr_arena *arena)
{
    kr_status s = KR_OK;
    size_t n = spec->ninputs;
    const char **keys, **paths, **digests;
    int64_t *sizes;
    if (n == 0)
        return KR_OK;
    KR_ANEW(keys, arena, n);
    KR_ANEW(paths, arena, n);
    KR_ANEW(digests, arena, n);
    KR_ANEW(sizes, arena, n);
    for (size_t i = 0; i < n; i++) {
        keys[i] = spec->inputs[i].key;
        paths[i] =
            kr_path_absolute(arena, spec->inputs[i].path); /* they may be looked at from anywhere */
        KR_TRY(paths[i] ? KR_OK : KR_ENOMEM);
        digests[i] = spec->inputs[i].sha256;
        sizes[i] = spec->inputs[i].size;
    }
    KR_TRY(kr_h5_write_strings(file, "inputs/key", keys, n, false));
    KR_TRY(kr_h5_write_strings(file, "inputs/path", paths, n, false));
    KR_TRY(kr_h5_write_strings(file, "inputs/sha256", digests, n, false));
    KR_TRY(kr_h5_write(file, "inputs/size", KR_H5_I64, 1, &n, sizes));
out:
    return s;
}

static const char *quantile_definition(const kr_results_spec *p)
{
    static const char *const names[] = {"reference", "half-weight", "merged"};
    return names[kr_statistics_of_job(p->job, p->tree, p->stats, p->nstats).rule];
}

static kr_status write_head(kr_results *r)
{
    kr_status s = KR_OK;
    const kr_job *job = r->spec.job;
    kr_arena arena = {0}; /* columns on their way into the file */
    kr_h5 *f = r->file;
    KR_TRY(kr_h5_set_attr_text(f, "/", "format", "kauri results"));
    KR_TRY(kr_h5_set_attr_double(f, "/", "format_version", KR_RESULTS_FORMAT));
    KR_TRY(kr_h5_set_attr_text(f, "/", "engine_version", "Kauri " KAURI_VERSION));
    KR_TRY(kr_h5_set_attr_text(f, "/", "date", r->spec.start_date));
    KR_TRY(kr_h5_set_attr_text(f, "/", "description", job->description));
    KR_TRY(kr_h5_set_attr_text(f, "/", "compat",
                               job->compat == KR_COMPAT_EXACT ? "exact" : "oq-3.21"));
    KR_TRY(kr_h5_set_attr_text(f, "/", "isa", r->spec.isa));
    KR_TRY(kr_h5_set_attr_double(f, "/", "investigation_time", job->investigation_time));
    KR_TRY(kr_h5_set_attr_double(f, "/", "use_rates", job->use_rates));
    KR_TRY(kr_h5_set_attr_text(f, "/", "statistics_way", kr_way_name(r->spec.way)));
    KR_TRY(kr_h5_set_attr_text(f, "/", "quantile_definition", quantile_definition(&r->spec)));
    KR_TRY(kr_h5_set_attr_double(f, "/", "quantile_bracket", job->quantile_bracket));
    KR_TRY(kr_h5_set_attr_double(f, "/", "individual_rlzs", job->individual_rlzs));
    KR_TRY(kr_h5_set_attr_double(f, "/", "hazard_maps", job->hazard_maps));
    KR_TRY(kr_h5_set_attr_double(f, "/", "uniform_hazard_spectra", job->uniform_hazard_spectra));
    kr_arena_init(&arena, r->ctx, KR_ACCOUNT_OUTPUT);
    KR_TRY(write_job(f, &r->spec, &arena));
    KR_TRY(write_inputs(f, &r->spec, &arena));
    KR_TRY(kr_results_write_provenance(f, &r->spec));
    KR_TRY(write_sites(f, r->spec.sites, &arena));
    KR_TRY(kr_results_write_tree(f, r->spec.tree, &arena));
    if (r->spec.drawn)
        KR_TRY(kr_drawn_write(f, r->spec.drawn, &arena));
out:
    kr_arena_clear(&arena);
    return s;
}

/* Most bytes of a chunk, and most sites of one: tiles begin at multiples of it. */
enum { CHUNK_BYTES = 1 << 20, CHUNK_SITES = 64 };

size_t kr_results_chunk_sites(size_t bytes_per_site)
{
    size_t n = CHUNK_SITES;
    while (n > 1 && n * bytes_per_site > CHUNK_BYTES)
        n /= 2;
    return n;
}

size_t kr_results_chunk_rlzs(size_t bytes_per_rlz)
{
    return bytes_per_rlz < CHUNK_BYTES ? CHUNK_BYTES / bytes_per_rlz : 1;
}

/* Chunks of a dataset whose dimension `sites_at` is sites: tiles fill them whole, so that nothing
 * is packed twice. */
static void choose_chunk(const size_t dims[4], size_t bytes, int sites_at, size_t chunk[4])
{
    for (int d = 0; d < 4; d++) {
        chunk[d] = d == 0 && sites_at == 1 ? 1 : dims[d];
        bytes *= d == sites_at ? 1 : chunk[d];
    }
    size_t n = kr_results_chunk_sites(bytes);
    chunk[sites_at] = n < dims[sites_at] ? n : dims[sites_at];
}

static kr_status make(kr_results *r, const char *name, kr_h5_type type, const size_t dims[4],
                      int sites_at)
{
    size_t chunk[4];
    choose_chunk(dims, type == KR_H5_F64 ? 8 : 4, sites_at, chunk);
    return kr_h5_make(r->file, name, type, 4, dims, chunk);
}

/* Lower and upper bound of each quantile: sites x quantiles x measures x levels x 2. */
static kr_status make_brackets(kr_results *r)
{
    const kr_results_spec *p = &r->spec;
    const size_t dims[5] = {p->sites->n, p->job->quantiles.n, p->job->nimts,
                            kr_job_curve_levels(p->job), 2};
    size_t n = kr_results_chunk_sites(dims[1] * dims[2] * dims[3] * 2 * sizeof(double));
    const size_t chunk[5] = {n < dims[0] ? n : dims[0], dims[1], dims[2], dims[3], 2};
    if (p->way != KR_BRACKETED || !dims[1])
        return KR_OK;
    return kr_h5_make(r->file, "quantile_brackets", KR_H5_F64, 5, dims, chunk);
}

static kr_status make_datasets(kr_results *r)
{
    kr_status s = KR_OK;
    const kr_results_spec *p = &r->spec;
    size_t sites = p->sites->n, imts = p->job->nimts, levels = p->job->nlevels;
    size_t curve = kr_job_curve_levels(p->job);
    size_t poes = p->job->poes.n, sources = p->tree->nbase_ids;
    kr_precision precision = p->job->component_rates_precision;
    if (precision != KR_PRECISION_NONE)
        KR_TRY(make(r, "component_rates", precision == KR_PRECISION_F32 ? KR_H5_F32 : KR_H5_F64,
                    (const size_t[]){p->tree->nrates, sites, imts, levels}, 1));
    if (p->nstats)
        KR_TRY(make(r, "hcurves-stats", KR_H5_F32, (const size_t[]){sites, p->nstats, imts, curve},
                    0));
    if (p->nstats && poes)
        KR_TRY(
            make(r, "hmaps-stats", KR_H5_F32, (const size_t[]){sites, p->nstats, imts, poes}, 0));
    if (p->store_rlzs)
        KR_TRY(kr_results_make_rlzs(r));
    KR_TRY(make_brackets(r));
    KR_TRY(kr_results_make_sampling(r->file, p, &r->arena));
    if (p->job->disagg_by_src) {
        KR_TRY(make(r, "mean_rates_by_src/array", KR_H5_F32,
                    (const size_t[]){sites, imts, levels, sources}, 0));
        KR_TRY(kr_h5_write_strings(r->file, "mean_rates_by_src/src_id", p->tree->base_ids, sources,
                                   false));
    }
    if (p->job->uncertainty)
        KR_TRY(kr_results_make_uncertainty(r->file, p, &r->arena));
    if (p->disagg)
        KR_TRY(kr_results_make_disagg(r->file, p, &r->arena));
out:
    return s;
}

kr_status kr_results_create(kr_ctx *ctx, const char *dir, kr_results **out)
{
    kr_status s = KR_OK;
    kr_results *r;
    *out = NULL;
    KR_NEW(r, ctx, KR_ACCOUNT_OUTPUT, 1);
    r->ctx = ctx;
    r->lock_fd = -1;
    kr_arena_init(&r->arena, ctx, KR_ACCOUNT_OUTPUT);
    r->spec.dir = kr_arena_strdup(&r->arena, dir);
    r->path = kr_path_join(&r->arena, dir, "results.h5");
    r->temporary = kr_path_join(&r->arena, dir, "results.h5.part");
    r->lock = kr_path_join(&r->arena, dir, "results.lock");
    if (!r->spec.dir || !r->path || !r->temporary || !r->lock) {
        s = KR_ENOMEM;
        goto out;
    }
    r->made_dir = !kr_dir_exists(dir);
    KR_TRY(kr_make_dirs(ctx, dir));
    KR_TRY(kr_lock(ctx, r->lock, &r->lock_fd));
    *out = r;
    r = NULL;
out:
    kr_results_destroy(&r);
    return s;
}

kr_status kr_results_begin(kr_results *r, const kr_results_spec *spec)
{
    kr_status s = KR_OK;
    r->spec = *spec;
    KR_TRY(kr_results_check_space(r->ctx, spec, kr_disk_free(spec->dir)));
    KR_TRY(kr_results_plan_maps(r));
    KR_TRY(kr_h5_create(r->ctx, r->temporary, &r->file));
    KR_TRY(write_head(r));
    KR_TRY(make_datasets(r));
out:
    return s;
}

unsigned kr_results_checksum(const kr_results_spec *spec)
{
    kr_hash128 h;
    kr_hash_init(&h);
    for (size_t i = 0; i < spec->job->ngiven; i++) {
        kr_hash_text(&h, spec->job->given_keys[i]);
        kr_hash_text(&h, spec->job->given_values[i]);
    }
    for (size_t i = 0; i < spec->ninputs; i++)
        kr_hash_text(&h, spec->inputs[i].sha256);
    return (unsigned)(h.a ^ h.b);
}

static kr_status put_stats(kr_results *r, const kr_results_tile *t)
{
    kr_status s = KR_OK;
    const kr_job *job = r->spec.job;
    size_t n = t->nsites, imts = job->nimts, stats = r->spec.nstats;
    const size_t start[5] = {t->first_site, 0, 0, 0, 0};
    if (stats)
        KR_TRY(kr_h5_write_slab(r->file, "hcurves-stats", KR_H5_F32, start,
                                (const size_t[]){n, stats, imts, kr_job_curve_levels(job)},
                                t->stats));
    if (stats && job->poes.n) {
        KR_GROW(r->maps, r->maps_cap, n * stats * imts * job->poes.n, r->ctx, KR_ACCOUNT_OUTPUT);
        kr_results_maps(r, t->stats, n * stats, r->maps);
        KR_TRY(kr_h5_write_slab(r->file, "hmaps-stats", KR_H5_F32, start,
                                (const size_t[]){n, stats, imts, job->poes.n}, r->maps));
    }
    if (t->brackets)
        KR_TRY(kr_h5_write_slab(
            r->file, "quantile_brackets", KR_H5_F64, start,
            (const size_t[]){n, job->quantiles.n, imts, kr_job_curve_levels(job), 2}, t->brackets));
out:
    return s;
}

/* Most of the time of storing passes here. */
static kr_status put_rates(kr_results *r, const kr_results_tile *t)
{
    kr_status s = KR_OK;
    const kr_job *job = r->spec.job;
    size_t n = t->nsites, rates = r->spec.tree->nrates, curves = n * job->nimts * job->nlevels;
    double all = (double)r->spec.sites->n, done = (double)t->first_site;
    if (job->component_rates_precision == KR_PRECISION_NONE || !t->component_rates)
        return KR_OK;
    for (size_t k = 0; k < rates; k++) {
        KR_TRY(kr_h5_write_slab(
            r->file, "component_rates", KR_H5_F64, (const size_t[]){k, t->first_site, 0, 0},
            (const size_t[]){1, n, job->nimts, job->nlevels}, t->component_rates + k * curves));
        kr_progress(r->ctx, "storing", done + (double)n * (double)(k + 1) / (double)rates, all);
    }
out:
    return s;
}

kr_status kr_results_put_tile(kr_results *r, const kr_results_tile *t)
{
    kr_status s = KR_OK;
    const kr_job *job = r->spec.job;
    size_t n = t->nsites, imts = job->nimts, levels = job->nlevels;
    KR_TRY(put_rates(r, t));
    KR_TRY(put_stats(r, t));
    KR_TRY(kr_results_put_sampling(r->file, &r->spec, t));
    if (t->rates_by_source)
        KR_TRY(kr_h5_write_slab(
            r->file, "mean_rates_by_src/array", KR_H5_F32, (const size_t[]){t->first_site, 0, 0, 0},
            (const size_t[]){n, imts, levels, r->spec.tree->nbase_ids}, t->rates_by_source));
out:
    return s;
}

kr_status kr_results_put_uncertainty(kr_results *r, size_t site, size_t measure,
                                     const kr_uncertainty *u)
{
    return kr_results_write_uncertainty(r->file, r->ctx, site, measure, u);
}

kr_status kr_results_put_warnings(kr_results *r, const kr_warned *warned)
{
    return kr_warned_write(r->file, warned);
}

kr_status kr_results_put_performance(kr_results *r, const kr_performance *p)
{
    return kr_performance_write(r->file, p, r->spec.isa);
}

kr_status kr_results_finish(kr_results *r)
{
    kr_status s = KR_OK;
    KR_TRY(kr_h5_close(&r->file));
    KR_TRY(kr_sync_file(r->ctx, r->temporary));
    KR_TRY(kr_tables_remove(r->ctx, r->spec.dir)); /* none stands beside results it is not of */
    if (rename(r->temporary, r->path) != 0) {
        s = kr_file_fail_made(r->ctx, r->path, "put in place");
        goto out;
    }
    r->temporary = NULL;
    KR_TRY(kr_sync_folder_of(r->ctx, r->path));
    if (r->made_dir) /* its name stands in the folder above */
        KR_TRY(kr_sync_folder_of(r->ctx, r->spec.dir));
out:
    return s;
}

long long kr_results_bytes(const kr_results *r)
{
    return (long long)kr_file_size(r->path);
}

void kr_results_destroy(kr_results **results)
{
    kr_results *r = *results;
    if (!r)
        return;
    kr_h5_discard(&r->file);
    if (r->temporary && r->lock_fd >= 0)
        unlink(r->temporary);
    kr_unlock(r->lock, r->lock_fd);
    if (r->temporary && r->made_dir)
        rmdir(r->spec.dir);
    kr_free(r->maps);
    kr_free(r->ln_levels);
    kr_arena_clear(&r->arena);
    kr_free(r);
    *results = NULL;
}
