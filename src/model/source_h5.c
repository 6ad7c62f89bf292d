#include "model/source_h5.h"

#include "base/h5.h"
#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The group of a source. */
typedef struct h5_group {
    kr_source_reader *r;
    const kr_source *source;
    const char *path; /* of the file */
    kr_h5 *file;
} h5_group;

static kr_status open_group(h5_group *g, kr_source_reader *r, const kr_source *source)
{
    kr_status s = KR_OK;
    const char *base = kr_path_base(source->file), *dot = strrchr(base, '.');
    size_t stem = dot && dot > base ? (size_t)(dot - source->file) : strlen(source->file);

    *g = (h5_group){.r = r, .source = source};
    g->path = kr_arena_printf(&r->scratch, "%.*s.hdf5", (int)stem, source->file);
    if (!g->path)
        return KR_ENOMEM;
    if (!kr_file_exists(g->path))
        return kr_fail_at(r->ctx, source->file, source->line,
                          "%s '%s' has no ruptures; they are needed in it, or in the file %s",
                          kr_source_tag(source->kind), source->id, g->path);
    KR_TRY(kr_h5_open(r->ctx, g->path, &g->file));
    if (!kr_h5_exists(g->file, source->id))
        s = kr_fail_at(r->ctx, source->file, source->line,
                       "%s '%s' has no ruptures, and %s has no group '%s' either",
                       kr_source_tag(source->kind), source->id, g->path, source->id);
out:
    return s;
}

/* The name of a dataset, which must have the rank and, if that is not 0, the first extent. */
static kr_status find(h5_group *g, const char *name, int rank, size_t n, size_t dims[],
                      const char **out)
{
    kr_status s = KR_OK;
    int found = 0;
    size_t extent[KR_H5_MAX_RANK] = {0};

    *out = kr_arena_printf(&g->r->scratch, "%s/%s", g->source->id, name);
    if (!*out)
        return KR_ENOMEM;
    if (!kr_h5_exists(g->file, *out))
        return kr_fail(g->r->ctx, KR_EINPUT,
                       "%s: group '%s' has no dataset '%s'; it is needed with the others", g->path,
                       g->source->id, name);
    KR_TRY(kr_h5_dims(g->file, *out, extent, &found));
    if (found != rank)
        return kr_fail(g->r->ctx, KR_EINPUT, "%s: '%s' has %d dimensions; it must have %d", g->path,
                       *out, found, rank);
    if (n > 0 && extent[0] != n)
        return kr_fail(g->r->ctx, KR_EINPUT,
                       "%s: '%s' has %zu rows for %zu ruptures; it must have as many", g->path,
                       *out, extent[0], n);
    for (int i = 0; i < rank; i++)
        dims[i] = extent[i];
out:
    return s;
}

/* A whole dataset of n rows (0: any number) of `width` numbers (0: any; 1: no second dimension). */
static kr_status read(h5_group *g, const char *name, kr_h5_type type, size_t n, size_t width,
                      void **out, size_t dims[2])
{
    kr_status s = KR_OK;
    const char *full = NULL;
    size_t count = 0;

    dims[1] = 1;
    KR_TRY(find(g, name, width == 1 ? 1 : 2, n, dims, &full));
    if (width > 0 && dims[1] != width)
        return kr_fail(g->r->ctx, KR_EINPUT, "%s: '%s' has %zu columns; it must have %zu", g->path,
                       full, dims[1], width);
    KR_TRY(kr_h5_read(g->file, full, type, &g->r->scratch, out, &count));
out:
    return s;
}

static kr_status fail_value(h5_group *g, const char *name, size_t i, double x, const char *right)
{
    return kr_fail(g->r->ctx, KR_EINPUT, "%s: '%s/%s' of rupture %zu is %g; it must be %s", g->path,
                   g->source->id, name, i + 1, x, right);
}

static kr_status check_marks(h5_group *g, const char *mag_name, const double *mag,
                             const double *rake, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!(mag[i] > 0 && mag[i] <= KR_MAG_MAX))
            return fail_value(g, mag_name, i, mag[i], "a magnitude");
        if (!(rake[i] > -180 && rake[i] <= 180))
            return fail_value(g, "rake", i, rake[i], "more than -180 and at most 180");
    }
    return KR_OK;
}

static kr_status check_probs(h5_group *g, const double *probs, size_t n, size_t nprobs)
{
    if (nprobs == 0)
        return kr_fail(g->r->ctx, KR_EINPUT,
                       "%s: '%s/probs_occur' has no columns; it must have those of 0, 1, ... "
                       "occurrences",
                       g->path, g->source->id);
    for (size_t i = 0; i < n * nprobs; i++) {
        if (!(probs[i] >= 0 && probs[i] <= 1))
            return fail_value(g, "probs_occur", i / nprobs, probs[i], "from 0 to 1");
    }
    return KR_OK;
}

/* The reference rounds in the precision of the file. */
static kr_status round_mags(h5_group *g, const double *mag, size_t n, float *out)
{
    bool single = false;
    kr_status s = KR_OK;
    const char *name = NULL;
    size_t dims[1];

    KR_TRY(find(g, "mag", 1, n, dims, &name));
    KR_TRY(kr_h5_is_single(g->file, name, &single));
    for (size_t i = 0; i < n; i++) {
        out[i] = single ? rintf((float)mag[i] * 100.0F) / 100.0F : (float)kr_round(mag[i], 2);
        if (!(out[i] > 0))
            return fail_value(g, "mag", i, mag[i], "0.01 or more: it is rounded to two decimals");
    }
out:
    return s;
}

static kr_status read_multi(kr_source_reader *r, const kr_source *source, kr_multi_h5 *out)
{
    kr_status s = KR_OK;
    h5_group g = {0};
    void *mag = NULL, *rake = NULL, *probs = NULL;
    const char *name = NULL;
    size_t dims[2] = {0}, n = 0;

    *out = (kr_multi_h5){0};
    KR_TRY(open_group(&g, r, source));
    KR_TRY(read(&g, "mag", KR_H5_F64, 0, 1, &mag, dims));
    out->n = dims[0];
    if (out->n == 0) {
        s = kr_fail(r->ctx, KR_EINPUT, "%s: '%s/mag' is empty; a source has one rupture or more",
                    g.path, source->id);
        goto out;
    }
    KR_TRY(read(&g, "rake", KR_H5_F64, out->n, 1, &rake, dims));
    KR_TRY(check_marks(&g, "mag", mag, rake, out->n));
    KR_TRY(read(&g, "probs_occur", KR_H5_F64, out->n, 0, &probs, dims));
    out->probs = probs;
    out->nprobs = dims[1];
    KR_TRY(check_probs(&g, probs, out->n, out->nprobs));
    KR_TRY(find(&g, "rupture_idxs", 1, out->n, dims, &name));
    KR_TRY(kr_h5_read_strings(g.file, name, &r->scratch, &out->sections, &n));
    KR_ANEW(out->mag, &r->scratch, out->n);
    KR_ANEW(out->rake, &r->scratch, out->n);
    KR_TRY(round_mags(&g, mag, out->n, out->mag));
    for (size_t i = 0; i < out->n; i++)
        out->rake[i] = (float)((const double *)rake)[i];
out:
    kr_h5_discard(&g.file);
    return s;
}

static kr_status check_slices(h5_group *g, const kr_given_h5 *x)
{
    for (size_t i = 0; i < x->n; i++) {
        uint32_t from = x->slice[2 * i], to = x->slice[2 * i + 1];
        if (from >= to || to > x->npoints)
            return kr_fail(g->r->ctx, KR_EINPUT,
                           "%s: '%s/slice' of rupture %zu is %u to %u; it must be a part of the "
                           "%zu points of mesh3d that is not empty",
                           g->path, g->source->id, i + 1, from, to, x->npoints);
    }
    for (size_t i = 0; i < 3 * x->npoints; i++) {
        if (!isfinite(x->mesh[i]))
            return kr_fail(g->r->ctx, KR_EINPUT,
                           "%s: point %zu of '%s/mesh3d' is not finite; numbers are needed",
                           g->path, i / 3 + 1, g->source->id);
    }
    return KR_OK;
}

static kr_status read_given(kr_source_reader *r, const kr_source *source, kr_given_h5 *out)
{
    kr_status s = KR_OK;
    h5_group g = {0};
    void *mag = NULL, *rake = NULL, *probs = NULL, *hypo = NULL, *mesh = NULL, *slice = NULL;
    size_t dims[2] = {0};

    *out = (kr_given_h5){0};
    KR_TRY(open_group(&g, r, source));
    KR_TRY(read(&g, "magnitude", KR_H5_F64, 0, 1, &mag, dims));
    out->n = dims[0];
    if (out->n == 0) {
        s = kr_fail(r->ctx, KR_EINPUT,
                    "%s: '%s/magnitude' is empty; a source has one rupture or more", g.path,
                    source->id);
        goto out;
    }
    KR_TRY(read(&g, "rake", KR_H5_F64, out->n, 1, &rake, dims));
    KR_TRY(check_marks(&g, "magnitude", mag, rake, out->n));
    KR_TRY(read(&g, "probs_occur", KR_H5_F64, out->n, 0, &probs, dims));
    out->nprobs = dims[1];
    KR_TRY(check_probs(&g, probs, out->n, out->nprobs));
    KR_TRY(read(&g, "hypocenter", KR_H5_F32, out->n, 3, &hypo, dims));
    KR_TRY(read(&g, "mesh3d", KR_H5_F32, 0, 3, &mesh, dims));
    out->npoints = dims[0];
    KR_TRY(read(&g, "slice", KR_H5_U32, out->n, 2, &slice, dims));
    out->mag = mag;
    out->rake = rake;
    out->probs = probs;
    out->hypo = hypo;
    out->mesh = mesh;
    out->slice = slice;
    KR_TRY(check_slices(&g, out));
out:
    kr_h5_discard(&g.file);
    return s;
}

/* The HDF5 library serves one thread at a time. */

kr_status kr_multi_h5_read(kr_source_reader *r, const kr_source *source, kr_multi_h5 *out)
{
    pthread_mutex_lock(&r->model->lock);
    kr_status s = read_multi(r, source, out);
    pthread_mutex_unlock(&r->model->lock);
    return s;
}

kr_status kr_given_h5_read(kr_source_reader *r, const kr_source *source, kr_given_h5 *out)
{
    pthread_mutex_lock(&r->model->lock);
    kr_status s = read_given(r, source, out);
    pthread_mutex_unlock(&r->model->lock);
    return s;
}
