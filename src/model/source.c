#include "model/source.h"

#include "base/mem.h"
#include "model/source_share.h"

#include <math.h>

const char *kr_source_tag(kr_source_kind kind)
{
    static const char *const tags[] = {
        "pointSource",       "multiPointSource",   "areaSource",
        "simpleFaultSource", "complexFaultSource", "characteristicFaultSource",
        "kiteFaultSource",   "multiFaultSource",   "nonParametricSeismicSource"};
    return tags[kind];
}

static void hash_geometries(kr_hash128 *h, const kr_geometry *list, size_t n)
{
    kr_hash_double(h, (double)n);
    for (size_t i = 0; i < n; i++)
        kr_hash_bytes(h, &list[i].digest, sizeof list[i].digest);
}

static void hash_given(kr_hash128 *h, const kr_given_rupture *rupture)
{
    kr_hash_double(h, rupture->mag);
    kr_hash_double(h, rupture->rake);
    kr_hash_double(h, rupture->hypo.lon);
    kr_hash_double(h, rupture->hypo.lat);
    kr_hash_double(h, rupture->hypo.depth);
    kr_hash_double(h, rupture->weight);
    kr_hash_bytes(h, rupture->probs, rupture->nprobs * sizeof *rupture->probs);
    hash_geometries(h, rupture->geometries, rupture->ngeometries);
}

/* What extended sources have. */
static void hash_extended(kr_hash128 *h, const kr_source *source)
{
    kr_hash_double(h, source->rake);
    hash_geometries(h, source->geometries, source->ngeometries);
    kr_hash_bytes(h, source->hypos, source->nhypos * sizeof *source->hypos);
    kr_hash_bytes(h, source->slips, source->nslips * sizeof *source->slips);
    if (source->multi)
        kr_hash_bytes(h, &source->multi->digest, sizeof source->multi->digest);
    kr_hash_double(h, source->weighted_ruptures);
    for (size_t i = 0; i < source->ngiven; i++)
        hash_given(h, &source->given[i]);
}

void kr_source_hash(kr_source *source)
{
    const double numbers[] = {
        (double)source->kind,  source->upper_depth_km, source->lower_depth_km,
        source->aspect,        source->msr.c,          source->discretization_km,
        (double)source->nmfds, (double)source->tom,    source->tom_alpha,
        source->tom_mu,        source->mutex_weight};
    kr_hash128 h;
    kr_hash_init(&h);
    kr_hash_doubles(&h, numbers, sizeof numbers / sizeof numbers[0]);
    kr_hash_text(&h, source->trt);
    kr_hash_text(&h, source->msr.name ? source->msr.name : "");
    kr_hash_bytes(&h, source->planes, source->nplanes * sizeof *source->planes);
    kr_hash_bytes(&h, source->depths, source->ndepths * sizeof *source->depths);
    kr_hash_bytes(&h, source->lon, source->npoints * sizeof *source->lon);
    kr_hash_bytes(&h, source->lat, source->npoints * sizeof *source->lat);
    for (size_t i = 0; i < source->nmfds; i++)
        kr_mfd_hash(&source->mfds[i], &h);
    if (!kr_source_is_pointlike(source->kind))
        hash_extended(&h, source);
    source->digest = h;
}

kr_status kr_model_create(kr_ctx *ctx, kr_model **out)
{
    kr_model *model = kr_alloc(ctx, KR_ACCOUNT_MODEL, 1, sizeof *model);
    if (!model)
        return KR_ENOMEM;
    if (pthread_mutex_init(&model->lock, NULL) != 0) {
        kr_free(model);
        return kr_fail(ctx, KR_ENOMEM, "out of memory for a lock");
    }
    kr_arena_init(&model->arena, ctx, KR_ACCOUNT_MODEL);
    *out = model;
    return KR_OK;
}

void kr_model_destroy(kr_model **model)
{
    if (!*model)
        return;
    kr_free((*model)->files);
    kr_free((*model)->sections);
    kr_shared_clear(*model);
    kr_map_clear(&(*model)->section_of);
    pthread_mutex_destroy(&(*model)->lock);
    kr_arena_clear(&(*model)->arena);
    for (size_t i = 0; i < (*model)->narenas; i++)
        kr_arena_clear(&(*model)->arenas[i]);
    kr_free((*model)->arenas);
    kr_free(*model);
    *model = NULL;
}
