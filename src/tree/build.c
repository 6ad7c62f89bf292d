#include "tree/build.h"

#include <string.h>

static void build_init(kr_build *b, kr_ctx *ctx)
{
    kr_arena_init(&b->scratch, ctx, KR_ACCOUNT_READING);
    kr_index_init(&b->state_index, ctx);
    kr_index_init(&b->unit_index, ctx);
    kr_intern_init(&b->by_content, ctx);
    kr_intern_init(&b->by_units, ctx);
    kr_intern_init(&b->by_paths, ctx);
}

static void build_clear(kr_build *b)
{
    kr_free(b->classes);
    kr_free(b->states);
    kr_free(b->units);
    kr_free(b->variants);
    kr_free(b->links);
    kr_free(b->unit_sets);
    kr_free(b->sets);
    kr_index_clear(&b->state_index);
    kr_index_clear(&b->unit_index);
    kr_intern_clear(&b->by_content);
    kr_intern_clear(&b->by_units);
    kr_intern_clear(&b->by_paths);
    kr_arena_clear(&b->scratch);
}

static void build_log(const kr_build *b)
{
    double shared = 0;
    size_t n = 0;

    for (size_t c = 0; c < b->tree->ncomponents; c++)
        for (size_t i = 0; i < b->tree->components[c].nsources; i++, n++)
            shared += (double)b->tree->components[c].sources[i].shared_by;
    kr_info(b->ctx,
            "There are %zu groups and %zu sources; each is shared by %.2f source-model paths on "
            "average",
            b->tree->ncomponents, n, n > 0 ? shared / (double)n : 0.0);
}

kr_status kr_build_tree(kr_ctx *ctx, const kr_job *job, kr_model *model, kr_smlt *smlt,
                        const kr_paths *paths, kr_tree *tree)
{
    kr_status s = KR_OK;
    kr_build b = {
        .ctx = ctx, .job = job, .model = model, .smlt = smlt, .paths = paths, .tree = tree};

    build_init(&b, ctx);
    KR_TRY(kr_build_places(&b));
    KR_TRY(kr_build_rename(&b));
    KR_TRY(kr_build_classes(&b));
    KR_TRY(kr_build_units(&b));
    KR_TRY(kr_build_variants(&b));
    KR_TRY(kr_build_components(&b));
    KR_TRY(kr_build_reqv(&b));
    build_log(&b);
out:
    build_clear(&b);
    return s;
}
