/* A finished run, looked at again: files, inputs, structure, curves. */
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "output/digests.h"
#include "output/stored.h"
#include "run/check.h"

#include <string.h>

typedef struct verifier {
    kr_ctx *ctx;
    const char *dir;
    FILE *out;
    kr_json *json; /* or NULL: lines of text */
    kr_arena arena;
    kr_stored *stored;
    kr_calc calc; /* as much of it as guards look at */
    size_t wrong;
    bool altered; /* results.h5 is not the file that was written */
} verifier;

static void tell(verifier *v, const char *what, bool good, const char *name)
{
    v->wrong += !good;
    if (!v->json) {
        fprintf(v->out, "%-10s %s\n", what, name);
        return;
    }
    kr_put_begin(v->json, NULL, '{');
    kr_put_text(v->json, "state", what);
    kr_put_flag(v->json, "good", good);
    kr_put_text(v->json, "what", name);
    kr_put_end(v->json, '}');
}

/* A failure that is one of the results is a line; any other ends it. What cannot be read is damaged
 * where something is known to be wrong already; of files that are as they were written it is the
 * system that fails. */
static kr_status tell_failure(verifier *v, kr_status s)
{
    if (s != KR_EINPUT && s != KR_EINTERNAL && s != KR_EIO)
        return s;
    if (s == KR_EIO && v->wrong == 0)
        return s;
    tell(v, s == KR_EINTERNAL ? "unsound" : "damaged", false, kr_ctx_error(v->ctx));
    kr_ctx_clear_error(v->ctx);
    return KR_OK;
}

/* ------------------------------------------------------------------ digests */

static kr_status verify_file(verifier *v, const kr_digest *digest)
{
    kr_status s = KR_OK;
    char hex[65];
    const char *path = kr_path_join(&v->arena, v->dir, digest->name);
    KR_TRY(path ? KR_OK : KR_ENOMEM);
    if (!kr_file_exists(path)) {
        tell(v, "missing", false, digest->name);
        return KR_OK;
    }
    KR_TRY(kr_file_digest(v->ctx, path, hex));
    bool same = kr_str_eq(hex, digest->sha256);
    tell(v, same ? "ok" : "changed", same, digest->name);
out:
    return s;
}

static kr_status verify_files(verifier *v)
{
    kr_status s = KR_OK;
    kr_digest *digests;
    size_t n;
    bool whole = false;
    const char *path = kr_path_join(&v->arena, v->dir, KR_DIGESTS_NAME);
    KR_TRY(path ? KR_OK : KR_ENOMEM);
    if (!kr_file_exists(path)) {
        tell(v, "missing", false, KR_DIGESTS_NAME);
        return KR_OK;
    }
    s = kr_digests_read(v->ctx, v->dir, &v->arena, &digests, &n);
    if (s != KR_OK)
        return tell_failure(v, s);
    for (size_t i = 0; i < n; i++) {
        size_t before = v->wrong;
        KR_TRY(verify_file(v, &digests[i]));
        if (kr_str_eq(digests[i].name, "results.h5")) {
            whole = true;
            v->altered = v->wrong > before;
        }
    }
    if (!whole)
        tell(v, "missing", false, "results.h5 in " KR_DIGESTS_NAME);
out:
    return s;
}

/* Paths are those of the run: from the folder that it was started in, unless absolute. */
static kr_status verify_inputs(verifier *v)
{
    kr_status s = KR_OK;
    for (size_t i = 0; i < v->stored->ninputs; i++) {
        const kr_input_file *file = &v->stored->inputs[i];
        char hex[65];
        const char *name = kr_arena_printf(&v->arena, "input %s", file->path);
        KR_TRY(name ? KR_OK : KR_ENOMEM);
        if (!kr_file_exists(file->path)) {
            tell(v, "not there", true, name);
            continue;
        }
        KR_TRY(kr_file_digest(v->ctx, file->path, hex));
        bool same = kr_str_eq(hex, file->sha256);
        tell(v, same ? "ok" : "changed", same, name);
    }
out:
    return s;
}

/* ------------------------------------------------------------------ structure */

typedef struct shape {
    const char *name;
    int rank;
    size_t dims[5];
    bool needed;
} shape;

static kr_status verify_shape(verifier *v, const shape *want)
{
    kr_status s = KR_OK;
    size_t dims[KR_H5_MAX_RANK];
    int rank;
    if (!kr_h5_exists(v->stored->file, want->name)) {
        if (want->needed)
            tell(v, "missing", false, want->name);
        return KR_OK;
    }
    KR_TRY(kr_h5_dims(v->stored->file, want->name, dims, &rank));
    if (rank == want->rank && memcmp(dims, want->dims, (size_t)rank * sizeof *dims) == 0)
        return KR_OK;
    const char *text = kr_arena_printf(&v->arena, "%s has another shape than the rest", want->name);
    KR_TRY(text ? KR_OK : KR_ENOMEM);
    tell(v, "damaged", false, text);
out:
    return s;
}

static kr_status verify_structure(verifier *v)
{
    kr_status s = KR_OK;
    const kr_stored *x = v->stored;
    const kr_job *job = x->job;
    const kr_tree *tree = x->tree;
    size_t sites = x->sites->n, imts = job->nimts, levels = kr_job_curve_levels(job);
    size_t poes = job->poes.n, before = v->wrong, nq = job->quantiles.n;
    const shape all[] = {
        {"component_rates", 4, {tree->nrates, sites, imts, job->nlevels}, false},
        {"hcurves-stats", 4, {sites, x->nstats, imts, levels}, x->nstats > 0},
        {"hmaps-stats", 4, {sites, x->nstats, imts, poes}, x->nstats > 0 && poes > 0},
        {"hcurves-rlzs", 4, {sites, tree->nrlzs, imts, levels}, x->nstats == 0},
        {"hmaps-rlzs", 4, {sites, tree->nrlzs, imts, poes}, x->has_rlzs && poes > 0},
        {"quantile_brackets", 5, {sites, nq, imts, levels, 2}, false},
        {"mean_rates_by_src/array", 4, {sites, imts, job->nlevels, x->nsources}, x->nsources > 0},
        {"sitecol/vs30", 1, {sites}, false},
        {"weights", 1, {tree->nrlzs}, tree->nrlzs <= KR_RLZS_LISTED},
        {"options/key", 1, {x->provenance.options.n}, false},
        {"inputs/path", 1, {x->ninputs}, false},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        KR_TRY(verify_shape(v, &all[i]));
    if (v->wrong == before) {
        const char *text =
            kr_arena_printf(&v->arena, "structure of results.h5, format %d", KR_RESULTS_FORMAT);
        KR_TRY(text ? KR_OK : KR_ENOMEM);
        tell(v, "ok", true, text);
    }
out:
    return s;
}

/* ------------------------------------------------------------------ curves */

/* Numbers that are read at a time. */
enum { READ_AT_ONCE = 1 << 20 };

static size_t at_once(size_t n, size_t each)
{
    size_t some = each ? READ_AT_ONCE / each : n;
    return some < 1 ? 1 : some < n ? some : n;
}

static kr_status verify_stats(verifier *v)
{
    kr_status s = KR_OK;
    const kr_stored *x = v->stored;
    size_t imts = x->job->nimts, levels = kr_job_curve_levels(x->job), n = x->sites->n;
    size_t each = x->nstats * imts * levels, some = at_once(n, each);
    float *stats = NULL;
    if (!kr_h5_exists(x->file, "hcurves-stats"))
        return KR_OK;
    KR_NEW(stats, v->ctx, KR_ACCOUNT_OUTPUT, some * each);
    for (size_t first = 0; first < n; first += some) {
        size_t now = n - first < some ? n - first : some;
        const kr_results_tile tile = {.first_site = first, .nsites = now, .stats = stats};
        KR_TRY(kr_h5_read_slab(x->file, "hcurves-stats", KR_H5_F32,
                               (const size_t[]){first, 0, 0, 0},
                               (const size_t[]){now, x->nstats, imts, levels}, stats));
        KR_TRY(kr_calc_guard_tile(&v->calc, &tile));
        KR_TRY(kr_interrupted(v->ctx) ? kr_fail(v->ctx, KR_EINTERRUPTED, "interrupted") : KR_OK);
    }
    tell(v, "ok", true, "curves of statistics");
out:
    kr_free(stats);
    return s;
}

static kr_status verify_rlzs(verifier *v)
{
    kr_status s = KR_OK;
    const kr_stored *x = v->stored;
    size_t imts = x->job->nimts, levels = kr_job_curve_levels(x->job), n = x->tree->nrlzs;
    size_t some = at_once(n, imts * levels);
    float *curves = NULL;
    if (!x->has_rlzs)
        return KR_OK;
    KR_NEW(curves, v->ctx, KR_ACCOUNT_OUTPUT, some * imts * levels);
    for (size_t site = 0; site < x->sites->n; site++)
        for (size_t first = 0; first < n; first += some) {
            size_t now = n - first < some ? n - first : some;
            KR_TRY(kr_h5_read_slab(x->file, "hcurves-rlzs", KR_H5_F32,
                                   (const size_t[]){site, first, 0, 0},
                                   (const size_t[]){1, now, imts, levels}, curves));
            KR_TRY(kr_calc_check_curves(&v->calc, site, first, now, curves));
            KR_TRY(kr_interrupted(v->ctx) ? kr_fail(v->ctx, KR_EINTERRUPTED, "interrupted")
                                          : KR_OK);
        }
    tell(v, "ok", true, "curves of realizations");
out:
    kr_free(curves);
    return s;
}

static kr_status verify_rates(verifier *v)
{
    kr_status s = KR_OK;
    const kr_stored *x = v->stored;
    size_t imts = x->job->nimts, levels = x->job->nlevels, n = x->sites->n;
    size_t some = at_once(n, imts * levels);
    double *rates = NULL;
    if (!x->has_rates)
        return KR_OK;
    KR_NEW(rates, v->ctx, KR_ACCOUNT_OUTPUT, some * imts * levels);
    for (size_t k = 0; k < x->tree->nrates; k++)
        for (size_t first = 0; first < n; first += some) {
            size_t now = n - first < some ? n - first : some;
            KR_TRY(kr_h5_read_slab(x->file, "component_rates", KR_H5_F64,
                                   (const size_t[]){k, first, 0, 0},
                                   (const size_t[]){1, now, imts, levels}, rates));
            if (!kr_rates_are_sound(rates, now * imts, levels)) {
                s = kr_fail(v->ctx, KR_EINTERNAL,
                            "component_rates: rate %zu is not finite, negative or rises with the "
                            "level at a site from %zu to %zu",
                            k, first, first + now - 1);
                goto out;
            }
            KR_TRY(kr_interrupted(v->ctx) ? kr_fail(v->ctx, KR_EINTERRUPTED, "interrupted")
                                          : KR_OK);
        }
    tell(v, "ok", true, "component rates");
out:
    kr_free(rates);
    return s;
}

static kr_status verify_contents(verifier *v)
{
    static kr_status (*const steps[])(verifier *) = {verify_structure, verify_stats, verify_rates,
                                                     verify_rlzs};
    kr_status s = KR_OK;
    kr_stored *x = v->stored;
    s = kr_stored_tree(x);
    if (s != KR_OK)
        return tell_failure(v, s);
    v->calc = (kr_calc){.ctx = v->ctx, .job = x->job, .sites = x->sites, .tree = x->tree};
    KR_TRY(kr_stats_of_job(x->job, &v->arena, &v->calc.stats, &v->calc.nstats));
    if (v->calc.nstats != x->nstats) {
        tell(v, "damaged", false, "stats holds names that are none, or one twice");
        return KR_OK;
    }
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        size_t before = v->wrong;
        KR_TRY(tell_failure(v, steps[i](v)));
        if (i == 0 && v->wrong > before) /* what has another shape is not read */
            return KR_OK;
    }
out:
    return s;
}

/* ------------------------------------------------------------------ all */

static kr_status verify(verifier *v)
{
    kr_status s = KR_OK;
    const char *path = kr_path_join(&v->arena, v->dir, "results.h5");
    KR_TRY(path ? KR_OK : KR_ENOMEM);
    const char *sums = kr_path_join(&v->arena, v->dir, KR_DIGESTS_NAME);
    KR_TRY(sums ? KR_OK : KR_ENOMEM);
    if (!kr_file_exists(path) && !kr_file_exists(sums))
        return kr_folder_fail(v->ctx, v->dir);
    if (v->json) {
        kr_put_begin(v->json, NULL, '{');
        kr_put_text(v->json, "format", "kauri verify 1");
        kr_put_text(v->json, "folder", v->dir);
        kr_put_begin(v->json, "looked_at", '[');
    }
    KR_TRY(verify_files(v));
    /* What is known to be damaged is kept from the library that would read it. */
    bool there = kr_file_exists(path);
    if (there && v->altered)
        tell(v, "not read", true, "what is in results.h5: it is not the file that was written");
    else if (there)
        s = kr_stored_open(v->ctx, v->dir, &v->stored);
    if (s == KR_EINPUT && (!v->wrong || !kr_file_exists(sums)))
        return s; /* as it was written, but of another format; or never results */
    if (s != KR_OK)
        KR_TRY(tell_failure(v, s));
    if (v->stored) {
        KR_TRY(verify_inputs(v));
        KR_TRY(verify_contents(v));
    }
    if (v->json) {
        kr_put_end(v->json, ']');
        kr_put_count(v->json, "wrong", v->wrong);
        kr_put_end(v->json, '}');
    }
out:
    return s;
}

kr_status kr_verify(kr_ctx *ctx, const char *dir, bool json, FILE *out)
{
    kr_status s = KR_OK;
    kr_json j = {.out = out};
    kr_held held = {.file = NULL};
    verifier v = {.ctx = ctx, .dir = dir, .out = out, .json = json ? &j : NULL};
    kr_arena_init(&v.arena, ctx, KR_ACCOUNT_OTHER);
    kr_phase_begin(ctx, "verifying");
    if (json)
        KR_TRY(kr_held_begin(ctx, &held)); /* a failure half-way leaves no half of an object */
    j.out = json ? held.file : out;
    s = verify(&v);
    if (json)
        s = kr_held_end(ctx, &held, s, out);
    KR_TRY(s);
    if (fflush(out) != 0 || ferror(out))
        s = kr_fail(ctx, KR_EIO, "standard output: writing failed");
    else if (v.wrong)
        s = kr_fail(ctx, KR_EDIFFER, "%s: %zu thing%s not as %s written", dir, v.wrong,
                    v.wrong == 1 ? " is" : "s are", v.wrong == 1 ? "it was" : "they were");
out:
    kr_stored_close(&v.stored);
    kr_arena_clear(&v.arena);
    kr_phase_end(ctx);
    return s;
}
