#include "tree/whole.h"

#include <string.h>

/* Has some sample taken every branch? Otherwise a second reading would be in vain, and may be long.
 */
static kr_status takes_all_branches(kr_ctx *ctx, const kr_tree *tree, bool *out)
{
    kr_status s = KR_OK;
    unsigned char *taken = NULL;

    KR_NEW(taken, ctx, KR_ACCOUNT_TREE, tree->nbranches);
    for (size_t i = 0; i < tree->path_first[tree->npaths]; i++)
        taken[tree->path_branches[i]] = 1;
    *out = memchr(taken, 0, tree->nbranches) == NULL;
out:
    kr_free(taken);
    return s;
}

static bool has_all_models(const kr_tree *tree)
{
    for (size_t i = 0; i < tree->ncomponents; i++) {
        const kr_component *c = &tree->components[i];
        if (c->ngsims != tree->first_gsim[c->trt + 1] - tree->first_gsim[c->trt])
            return false;
    }
    return true;
}

/* What a component is, whatever the names of its variants and their order. */
static kr_hash128 signature(const kr_component *c)
{
    kr_hash128 all, sum = {0};

    for (size_t i = 0; i < c->nsources; i++) {
        const kr_source *source = c->sources[i].source;
        kr_hash128 h;
        kr_hash_init(&h);
        kr_hash_text(&h, source->id);
        kr_hash_text(&h, source->trt);
        kr_hash_text(&h, source->name);
        kr_hash_bytes(&h, &source->kind, sizeof source->kind);
        kr_hash_bytes(&h, &source->digest, sizeof source->digest);
        sum.a += h.a;
        sum.b += h.b;
    }
    kr_hash_init(&all);
    kr_hash_bytes(&all, &c->trt, sizeof c->trt);
    kr_hash_bytes(&all, &c->group, sizeof c->group); /* one model: one group, one address */
    kr_hash_bytes(&all, &sum, sizeof sum);
    return all;
}

/* The sampled tree's rates of the whole one; *same: every component is in both. */
static kr_status match(kr_ctx *ctx, const kr_tree *sampled, kr_tree *whole, const uint32_t **rates,
                       bool *same)
{
    kr_status s = KR_OK;
    kr_intern known;
    uint32_t *map, at;
    bool fresh;

    kr_intern_init(&known, ctx);
    *same = sampled->ncomponents == whole->ncomponents && sampled->nrates == whole->nrates;
    KR_ANEW(map, &whole->arena, whole->nrates + 1);
    for (size_t i = 0; *same && i < sampled->ncomponents; i++) {
        KR_TRY(kr_intern_put(&known, signature(&sampled->components[i]), &at, &fresh));
        *same = fresh;
    }
    for (size_t i = 0; *same && i < whole->ncomponents; i++) {
        const kr_component *c = &whole->components[i];
        KR_TRY(kr_intern_put(&known, signature(c), &at, &fresh));
        *same = !fresh;
        for (size_t k = 0; *same && k < c->ngsims; k++)
            map[c->first_rate + k] = (uint32_t)(sampled->components[at].first_rate + k);
    }
    *rates = map;
out:
    kr_intern_clear(&known);
    return s;
}

static kr_status read_whole(kr_ctx *ctx, const kr_job *job, kr_model *model, const kr_tree *sampled,
                            kr_whole *out)
{
    kr_status s = KR_OK;
    kr_job all = *job;
    bool same, quiet = kr_ctx_set_quiet(ctx, true); /* all was told when the samples were read */

    all.samples = 0;
    s = kr_tree_read(ctx, &all, model, &out->tree);
    kr_ctx_set_quiet(ctx, quiet);
    KR_TRY(s);
    KR_TRY(match(ctx, sampled, out->tree, &out->rates, &same));
    if (!same) {
        out->why_not = "some parts of the tree were never sampled apart from others";
        kr_tree_destroy(&out->tree);
    }
out:
    return s;
}

kr_status kr_whole_read(kr_ctx *ctx, const kr_job *job, kr_model *model, const kr_tree *sampled,
                        kr_whole *out)
{
    kr_status s = KR_OK;
    bool all;

    *out = (kr_whole){.tree = NULL};
    KR_TRY(takes_all_branches(ctx, sampled, &all));
    if (!all) {
        out->why_not = "some branches were never sampled";
        return KR_OK;
    }
    if (!has_all_models(sampled)) {
        out->why_not = "some ground-motion models were never sampled with some sources";
        return KR_OK;
    }
    s = read_whole(ctx, job, model, sampled, out);
    if (s == KR_ENOMEM || s == KR_EINPUT) {
        kr_whole_end(out);
        kr_ctx_clear_error(ctx);
        out->why_not = s == KR_ENOMEM ? "there is no memory for the whole tree"
                                      : "the whole tree cannot be put together";
        s = KR_OK;
    }
out:
    return s;
}

void kr_whole_end(kr_whole *whole)
{
    kr_tree_destroy(&whole->tree);
    whole->rates = NULL;
}
