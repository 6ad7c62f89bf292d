#include "tree/build.h"

#include "base/str.h"

#include <string.h>

static void build_init(kr_build *b, kr_ctx *ctx)
{
    kr_arena_init(&b->scratch, ctx, KR_ACCOUNT_READING);
    kr_index_init(&b->state_index, ctx);
    kr_index_init(&b->unit_index, ctx);
    kr_intern_init(&b->by_content, ctx);
}

static void build_clear(kr_build *b)
{
    kr_free(b->classes);
    kr_free(b->states);
    kr_free(b->units);
    kr_free(b->variants);
    kr_index_clear(&b->state_index);
    kr_index_clear(&b->unit_index);
    kr_intern_clear(&b->by_content);
    kr_arena_clear(&b->scratch);
}

kr_status kr_build_state(kr_build *b, uint32_t parent, uint32_t branch, uint32_t *out)
{
    kr_status s = KR_OK;

    if (kr_index_get(&b->state_index, kr_index_pair(parent, branch), out))
        return KR_OK;
    KR_GROW(b->states, b->states_cap, b->nstates + 1, b->ctx, KR_ACCOUNT_READING);
    *out = (uint32_t)b->nstates;
    b->states[b->nstates++] = (kr_state){parent, branch};
    KR_TRY(kr_index_put(&b->state_index, kr_index_pair(parent, branch), *out));
out:
    return s;
}

void kr_build_see_file(kr_build *b, uint32_t file)
{
    if (b->seen[file])
        return;
    b->seen[file] = 1;
    for (size_t i = b->first_place[file]; i < b->first_place[file + 1]; i++) {
        size_t t = 0;
        while (t < b->ntrts && !kr_str_eq(b->trts[t], b->places[i].source->trt))
            t++;
        if (t == b->ntrts && t < b->smlt->ntrts + 1)
            b->trts[b->ntrts++] = b->places[i].source->trt;
    }
}

static kr_status build_units(kr_build *b)
{
    kr_status s = KR_OK;
    uint32_t root;

    KR_ANEW(b->trts, &b->scratch, b->smlt->ntrts + 2);
    KR_ANEW(b->seen, &b->scratch, b->smlt->nfiles + 1);
    KR_TRY(kr_build_state(b, KR_LT_NONE, KR_LT_NONE, &root)); /* state 0: unchanged */
    KR_TRY(b->tree->sampled ? kr_build_sampled_units(b) : kr_build_walk_units(b));
out:
    return s;
}

kr_status kr_build_tree(kr_ctx *ctx, const kr_job *job, kr_model *model, kr_tree *tree,
                        kr_tree_inside *in)
{
    kr_status s = KR_OK;
    kr_build b = {
        .ctx = ctx, .job = job, .model = model, .smlt = &in->smlt, .tree = tree, .in = in};

    build_init(&b, ctx);
    KR_TRY(kr_build_places(&b));
    KR_TRY(kr_build_rename(&b));
    KR_TRY(kr_build_classes(&b));
    KR_TRY(build_units(&b));
    KR_TRY(kr_build_variants(&b));
    if (tree->diagrams.full) {
        s = kr_fail(ctx, KR_EINPUT,
                    "%s: a source stands more than %d times in the files of one path of the logic "
                    "tree; once is enough, with a larger rate",
                    job->source_model_logic_tree_file, KR_DIAGRAM_ENDS - 1);
        goto out;
    }
    KR_TRY(kr_build_components(&b));
    KR_TRY(kr_build_reqv(&b));
out:
    build_clear(&b);
    return s;
}
