#include "model/source.h"

#include "base/mem.h"

#include <math.h>

const char *kr_source_tag(kr_source_kind kind)
{
    static const char *const tags[] = {
        "pointSource",       "multiPointSource",   "areaSource",
        "simpleFaultSource", "complexFaultSource", "characteristicFaultSource",
        "kiteFaultSource",   "multiFaultSource",   "nonParametricSeismicSource"};
    return tags[kind];
}

void kr_source_hash(kr_source *source)
{
    kr_hash128 h;
    kr_hash_init(&h);
    kr_hash_double(&h, (double)source->kind);
    kr_hash_text(&h, source->trt);
    kr_hash_double(&h, source->upper_depth_km);
    kr_hash_double(&h, source->lower_depth_km);
    kr_hash_double(&h, source->aspect);
    kr_hash_text(&h, source->msr.name);
    kr_hash_double(&h, source->msr.c);
    kr_hash_bytes(&h, source->planes, source->nplanes * sizeof *source->planes);
    kr_hash_bytes(&h, source->depths, source->ndepths * sizeof *source->depths);
    kr_hash_bytes(&h, source->lon, source->npoints * sizeof *source->lon);
    kr_hash_bytes(&h, source->lat, source->npoints * sizeof *source->lat);
    kr_hash_double(&h, isnan(source->discretization_km) ? -1 : source->discretization_km);
    kr_hash_double(&h, (double)source->nmfds);
    for (size_t i = 0; i < source->nmfds; i++)
        kr_mfd_hash(&source->mfds[i], &h);
    kr_hash_double(&h, (double)source->tom);
    kr_hash_double(&h, source->tom_alpha);
    kr_hash_double(&h, source->tom_mu);
    kr_hash_double(&h, source->mutex_weight);
    source->digest = h;
}

kr_status kr_model_create(kr_ctx *ctx, kr_model **out)
{
    kr_model *model = kr_alloc(ctx, KR_ACCOUNT_MODEL, 1, sizeof *model);
    if (!model)
        return KR_ENOMEM;
    kr_arena_init(&model->arena, ctx, KR_ACCOUNT_MODEL);
    *out = model;
    return KR_OK;
}

void kr_model_destroy(kr_model **model)
{
    if (!*model)
        return;
    kr_free((*model)->files);
    kr_arena_clear(&(*model)->arena);
    kr_free(*model);
    *model = NULL;
}
