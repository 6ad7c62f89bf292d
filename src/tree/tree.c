#include "tree/tree.h"

#include "base/str.h"
#include "tree/build.h"
#include "tree/inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int tree_compare_text(const void *pa, const void *pb)
{
    return strcmp(*(const char *const *)pa, *(const char *const *)pb);
}

static bool tree_in(const kr_names *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++)
        if (kr_str_eq(names->name[i], name))
            return true;
    return false;
}

/* The tectonic region types of the sources that the job keeps, sorted. A tree that is reduced to
 * one source keeps also discarded ones, as in the reference. */
static kr_status tree_trts(kr_smlt *t)
{
    size_t n = 0;

    for (size_t i = 0; i < t->ntrts; i++)
        if (t->only_source || !tree_in(&t->job->discard_trts, t->trts[i]))
            t->trts[n++] = t->trts[i];
    t->ntrts = n;
    if (n == 0)
        return kr_fail_at(t->ctx, t->path, 0,
                          "the source models hold no source%s%s that the job keeps",
                          t->only_source ? " named " : "", t->only_source ? t->only_source : "");
    qsort(t->trts, n, sizeof *t->trts, tree_compare_text);
    return KR_OK;
}

/* Of each tectonic region type a source. */
static kr_status tree_places(const kr_smlt *t, kr_glt_trts *out)
{
    kr_status s = KR_OK;

    *out = (kr_glt_trts){t->ntrts, t->trts, NULL};
    KR_ANEW(out->where, t->arena, t->ntrts + 1);
    for (size_t i = 0; i < t->ntrts; i++) {
        int64_t k;
        if (!kr_map_get(&t->trt_map, t->trts[i], &k) || t->ids[k].nfiles == 0)
            continue;
        out->where[i] = kr_arena_printf(t->arena, "the source '%s' of %s", t->ids[k].id,
                                        t->files[t->ids[k].files[0]].path);
        if (!out->where[i])
            return KR_ENOMEM;
    }
out:
    return s;
}

static kr_status tree_check_reqv(const kr_smlt *t)
{
    const kr_job *job = t->job;

    for (size_t i = 0; i < job->reqv_ignore_sources.n; i++)
        if (!kr_map_get(&t->id_map, job->reqv_ignore_sources.name[i], NULL))
            return kr_fail(t->ctx, KR_EINPUT,
                           "%s: reqv_ignore_sources names '%s', which no source model has",
                           job->path, job->reqv_ignore_sources.name[i]);
    for (size_t i = 0; i < job->nreqv; i++)
        if (!kr_smlt_has_trt(t, job->reqv[i].trt) && !tree_in(&job->discard_trts, job->reqv[i].trt))
            kr_warn(t->ctx, "%s: reqv names the tectonic region type '%s', which no source has",
                    job->path, job->reqv[i].trt);
    return KR_OK;
}

/* How many realizations the tree could give, sampled or not. */
static kr_status tree_check_samples(const kr_job *job, const kr_tree *tree, const kr_smlt *t)
{
    double potential = kr_smlt_count(t);

    for (size_t i = 0; i < tree->ntrts; i++)
        potential *= (double)(tree->first_gsim[i + 1] - tree->first_gsim[i]);
    if (isnan(potential))
        return KR_ENOMEM;
    if (job->samples == 0)
        return KR_OK;
    if (job->oversampling_forbidden && (double)job->samples >= potential)
        return kr_fail(t->ctx, KR_EINPUT,
                       "%s: number_of_logic_tree_samples = %zu, but there are only %.0f "
                       "realizations; use full "
                       "enumeration (0 samples) or oversampling = tolerate",
                       job->path, job->samples, potential);
    kr_info(t->ctx, "Considering %zu logic tree paths out of %.0f", job->samples, potential);
    return KR_OK;
}

static kr_status tree_paths(kr_ctx *ctx, const kr_job *job, kr_tree *tree, kr_tree_inside *in)
{
    if (job->samples > 0)
        return kr_samples_make(ctx, job, tree, in);
    return kr_walk_make(ctx, tree, &tree->walk);
}

static kr_status tree_fill(kr_ctx *ctx, const kr_job *job, kr_model *model, kr_tree *tree,
                           kr_tree_inside *in)
{
    kr_status s = KR_OK;

    KR_TRY(kr_smlt_read(ctx, job, model ? model->threads : 1, &tree->arena, &in->smlt));
    KR_TRY(tree_check_reqv(&in->smlt));
    KR_TRY(tree_trts(&in->smlt));
    kr_glt_trts trts;
    KR_TRY(tree_places(&in->smlt, &trts));
    KR_TRY(kr_glt_read(ctx, job, &trts, tree, &in->glt));
    KR_TRY(tree_check_samples(job, tree, &in->smlt));
    KR_TRY(kr_sets_make(ctx, tree, in));
    KR_TRY(tree_paths(ctx, job, tree, in));
    if (model)
        KR_TRY(kr_build_tree(ctx, job, model, tree, in));
    tree->one_branch = in->smlt.nnamed == 1;
    kr_smlt_clear(&in->smlt); /* what the tree keeps of it has been taken over */
    s = kr_tree_complete(ctx, tree);
    if (s == KR_EINPUT)
        s = kr_fail(ctx, KR_EINPUT, "%s: %s", job->path, kr_ctx_error(ctx));
    KR_TRY(s);
out:
    return s;
}

/* The walk of a sampled tree: one node whose branches are the paths. */
static kr_status tree_sampled_walk(kr_ctx *ctx, kr_tree *tree)
{
    kr_status s = KR_OK;
    kr_edge *edges = NULL;

    KR_NEW(edges, ctx, KR_ACCOUNT_READING, tree->npaths);
    for (uint32_t p = 0; p < tree->npaths; p++)
        edges[p] = (kr_edge){p, 1};
    KR_TRY(kr_diagram_make(&tree->diagrams, 0, edges, tree->npaths, &tree->walk));
out:
    kr_free(edges);
    return s;
}

kr_status kr_tree_complete(kr_ctx *ctx, kr_tree *tree)
{
    kr_status s = KR_OK;
    kr_tree_inside *in = tree->inside;

    KR_TRY(tree->sampled ? tree_sampled_walk(ctx, tree) : kr_walk_make(ctx, tree, &tree->walk));
    if (!tree->sampled)
        KR_TRY(kr_walk_count(ctx, tree, &in->numbers));
    KR_TRY(kr_realizations_number(ctx, tree, in));
    KR_TRY(kr_rates_number(ctx, tree));
    KR_TRY(kr_tree_divide(ctx, tree, 1 / in->total[0]));
out:
    return s;
}

kr_status kr_tree_create(kr_ctx *ctx, kr_tree **out)
{
    kr_status s = KR_OK;
    kr_tree *tree = NULL;
    kr_tree_inside *in;

    *out = NULL;
    KR_NEW(tree, ctx, KR_ACCOUNT_TREE, 1);
    kr_arena_init(&tree->arena, ctx, KR_ACCOUNT_TREE);
    kr_diagrams_init(&tree->diagrams, ctx);
    KR_ANEW(in, &tree->arena, 1);
    tree->inside = in;
    *out = tree;
    tree = NULL;
out:
    kr_tree_destroy(&tree);
    return s;
}

kr_status kr_tree_read(kr_ctx *ctx, const kr_job *job, kr_model *model, kr_tree **out)
{
    kr_status s = KR_OK;
    kr_tree *tree;

    *out = NULL;
    KR_TRY(kr_tree_create(ctx, &tree));
    KR_TRY(tree_fill(ctx, job, model, tree, tree->inside));
    *out = tree;
    tree = NULL;
out:
    kr_tree_destroy(&tree);
    return s;
}

void kr_tree_destroy(kr_tree **tree)
{
    if (!*tree)
        return;
    if ((*tree)->inside) {
        kr_tree_inside *in = (*tree)->inside;
        kr_smlt_clear(&in->smlt);
        kr_glt_clear(&in->glt);
        kr_walk_numbers_clear(&in->numbers);
    }
    kr_diagrams_clear(&(*tree)->diagrams);
    kr_arena_clear(&(*tree)->arena);
    kr_free(*tree);
    *tree = NULL;
}
