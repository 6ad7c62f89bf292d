#include "tree/gsim_tree.h"

#include "base/file.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

static int gsim_compare(const void *pa, const void *pb)
{
    const kr_glt_branch *a = pa, *b = pb;
    int c = strcmp(a->trt, b->trt);

    if (c == 0 && a->set != b->set)
        c = a->set < b->set ? -1 : 1;
    return c != 0 ? c : a->number < b->number ? -1 : a->number > b->number;
}

/* Weights by measure have no meaning in samples: the same path would differ between measures. */
static void gsim_drop_measures(kr_glt *g)
{
    bool any = false;

    for (size_t i = 0; i < g->n; i++) {
        any = any || g->branches[i].nimts > 0;
        g->branches[i].nimts = 0;
    }
    if (any)
        kr_warn_at(g->ctx, g->path, 0,
                   "weights by measure cannot be sampled: the default weights are used");
}

static bool gsim_any_weighs(const kr_glt *g, const char *imt)
{
    for (size_t i = 0; i < g->n; i++)
        for (size_t k = 0; k < g->branches[i].nimts; k++)
            if (kr_str_eq(g->branches[i].imts[k], imt))
                return true;
    return false;
}

/* Factor of a branch for a measure: its own weight, 1 if only other branches of the tree have
 * weights for that measure (as in the reference), the default weight if none has. */
static double gsim_factor(const kr_glt_branch *b, const char *imt, bool any, bool exact)
{
    for (size_t k = 0; k < b->nimts; k++)
        if (kr_str_eq(b->imts[k], imt))
            return b->imt_weights[k];
    return any && !exact ? 1 : b->weight;
}

static kr_status gsim_weights(kr_glt *g, kr_tree *tree, size_t i, const bool *any)
{
    kr_status s = KR_OK;
    const kr_glt_branch *b = &g->branches[i];
    bool exact = g->job->compat == KR_COMPAT_EXACT, zero = false;
    unsigned char *zeros;
    double *w;

    KR_ANEW(w, g->arena, tree->nweights);
    KR_ANEW(zeros, g->arena, g->job->nimts + 1);
    w[0] = b->weight;
    for (size_t m = 0; m < g->job->nimts; m++) {
        const char *imt = g->job->imts[m].name;
        if (tree->nweights > 1)
            w[1 + m] = gsim_factor(b, imt, any[m], exact);
        for (size_t k = 0; k < b->nimts; k++)
            if (kr_str_eq(b->imts[k], imt) && b->imt_weights[k] == 0)
                zeros[m] = zero = true;
    }
    tree->gsims[i].weights = w;
    tree->gsims[i].zero_for_imt = zero ? zeros : NULL;
out:
    return s;
}

static kr_status gsim_fill(kr_glt *g, kr_tree *tree)
{
    kr_status s = KR_OK;
    size_t trt = 0;
    bool *any; /* measures for which some branch has a weight */

    KR_ANEW(any, g->arena, g->job->nimts + 1);
    for (size_t m = 0; m < g->job->nimts; m++)
        any[m] = gsim_any_weighs(g, g->job->imts[m].name);
    KR_ANEW(tree->gsims, g->arena, g->n);
    KR_ANEW(tree->first_gsim, g->arena, tree->ntrts + 1);
    tree->ngsims = g->n;
    tree->nweights = 1;
    for (size_t i = 0; i < g->n; i++)
        if (g->branches[i].nimts > 0)
            tree->nweights = 1 + g->job->nimts;
    for (size_t i = 0; i < g->n; i++) {
        kr_glt_branch *b = &g->branches[i];
        kr_gsim_part *part;

        if (i > 0 && !kr_str_eq(b->trt, b[-1].trt))
            trt++;
        tree->first_gsim[trt + 1] = i + 1;
        KR_ANEW(part, g->arena, 1);
        *part = b->part;
        tree->gsims[i].uncertainty = b->text;
        tree->gsims[i].branch_id = b->id;
        tree->gsims[i].trt = trt;
        tree->gsims[i].dir = g->dir;
        tree->gsims[i].nparts = b->nparts ? b->nparts : 1;
        tree->gsims[i].parts = b->nparts ? b->parts : part;
        KR_TRY(gsim_weights(g, tree, i, any));
    }
    if (tree->nweights > 1 && g->job->use_rates)
        s = kr_fail_at(g->ctx, g->path, 0,
                       "weights by measure together with use_rates; leave one of them out");
out:
    return s;
}

kr_status kr_glt_read(kr_ctx *ctx, const kr_job *job, const kr_glt_trts *trts, kr_tree *tree,
                      kr_glt *g)
{
    kr_status s = KR_OK;
    bool file = job->gsim_logic_tree_file != NULL;

    memset(g, 0, sizeof *g);
    g->ctx = ctx;
    g->job = job;
    g->arena = &tree->arena;
    g->path = file ? job->gsim_logic_tree_file : job->path;
    g->dir = file ? kr_path_dir(g->arena, g->path) : job->dir;
    if (!g->dir)
        return KR_ENOMEM;
    KR_TRY(kr_glt_parse(g, trts));
    qsort(g->branches, g->n, sizeof *g->branches, gsim_compare);
    if (job->samples > 0)
        gsim_drop_measures(g);
    if (job->collapse_gsim_logic_tree.n > 0)
        KR_TRY(kr_glt_collapse(g));
    KR_ANEW(tree->trts, g->arena, trts->n + 1);
    tree->ntrts = g->star ? 1 : trts->n;
    for (size_t i = 0; i < tree->ntrts; i++)
        tree->trts[i] = g->star ? "*" : trts->name[i];
    KR_TRY(gsim_fill(g, tree));
out:
    return s;
}

void kr_glt_clear(kr_glt *g)
{
    kr_free(g->branches);
    kr_free(g->named);
    memset(g, 0, sizeof *g);
}
