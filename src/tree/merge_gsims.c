/* Ground-motion models of merged trees. */
#include "base/str.h"
#include "tree/gsim_tree.h"
#include "tree/merge_int.h"
#include "tree/name.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double weight_tolerance = 1e-7;

/* A model found in a part. */
typedef struct merged_gsim {
    const char *trt, *text;
    size_t part, gsim; /* where it was found first */
    size_t given;      /* in the file with new weights; SIZE_MAX: left out there */
    size_t place;      /* in the new tree */
} merged_gsim;

typedef struct gsims {
    kr_merger *m;
    merged_gsim *all;
    size_t n;
    size_t **of; /* of every model of a part, its number here */
} gsims;

static int compare_trt(const void *pa, const void *pb)
{
    return strcmp(*(const char *const *)pa, *(const char *const *)pb);
}

/* The tectonic region types that a component with some path has, sorted. */
static kr_status find_trts(kr_merger *m)
{
    kr_status s = KR_OK;
    kr_tree *tree = m->tree;
    size_t most = 0, n = 0;

    for (size_t p = 0; p < m->of->nparts; p++)
        most += m->of->parts[p].tree->ntrts;
    KR_ANEW(tree->trts, &tree->arena, most + 1);
    for (size_t p = 0; p < m->of->nparts; p++) {
        const kr_tree *from = m->of->parts[p].tree;
        for (size_t c = 0; c < from->ncomponents; c++) {
            const char *trt = from->trts[from->components[c].trt];
            size_t i = 0;
            if (kr_merge_diagram(m, p, from->components[c].presence) == 0)
                continue;
            while (i < n && !kr_str_eq(tree->trts[i], trt))
                i++;
            if (i == n)
                tree->trts[n++] = trt;
        }
    }
    tree->ntrts = n;
    qsort(tree->trts, n, sizeof *tree->trts, compare_trt);
out:
    return s;
}

static bool has_trt(const kr_tree *tree, const char *trt)
{
    for (size_t i = 0; i < tree->ntrts; i++)
        if (kr_str_eq(tree->trts[i], trt))
            return true;
    return false;
}

/* The models of all parts, each once. */
static kr_status collect(gsims *g)
{
    kr_status s = KR_OK;
    kr_merger *m = g->m;
    size_t most = 0;

    for (size_t p = 0; p < m->of->nparts; p++)
        most += m->of->parts[p].tree->ngsims;
    KR_ANEW(g->all, &m->scratch, most + 1);
    KR_ANEW(g->of, &m->scratch, m->of->nparts);
    for (size_t p = 0; p < m->of->nparts; p++) {
        const kr_tree *from = m->of->parts[p].tree;
        KR_ANEW(g->of[p], &m->scratch, from->ngsims + 1);
        for (size_t k = 0; k < from->ngsims; k++) {
            const char *trt = from->trts[from->gsims[k].trt];
            size_t i = 0;
            g->of[p][k] = SIZE_MAX;
            if (!has_trt(m->tree, trt))
                continue;
            while (i < g->n && !(kr_str_eq(g->all[i].trt, trt) &&
                                 kr_str_eq(g->all[i].text, from->gsims[k].uncertainty)))
                i++;
            g->of[p][k] = i;
            if (i == g->n)
                g->all[g->n++] = (merged_gsim){trt, from->gsims[k].uncertainty, p, k, SIZE_MAX, 0};
        }
    }
out:
    return s;
}

/* The file with new weights, read for the tectonic region types that are left. */
static kr_status read_given(kr_merger *m, kr_job *job, kr_glt *glt)
{
    kr_status s = KR_OK;

    *job = *m->of->job; /* borrowed: nothing of the copy is freed */
    job->gsim_logic_tree_file = m->of->gsim_tree;
    job->samples = job->nmaximum_distance = 0;
    job->collapse_gsim_logic_tree.n = 0;
    KR_ANEW(m->given_gsims, &m->scratch, 1);
    kr_arena_init(&m->given_gsims->arena, m->ctx, KR_ACCOUNT_TREE);
    const kr_glt_trts trts = {m->tree->ntrts, m->tree->trts, NULL};
    KR_TRY(kr_glt_read(m->ctx, job, &trts, m->given_gsims, glt));
out:
    return s;
}

static kr_status match_given(gsims *g)
{
    const kr_tree *given = g->m->given_gsims;

    for (size_t k = 0; k < given->ngsims; k++) {
        const kr_gsim *gsim = &given->gsims[k];
        const char *trt = given->trts[gsim->trt];
        size_t i = 0;
        while (i < g->n &&
               !(kr_str_eq(g->all[i].trt, trt) && kr_str_eq(g->all[i].text, gsim->uncertainty)))
            i++;
        if (i == g->n)
            return kr_fail_at(g->m->ctx, g->m->of->gsim_tree, gsim->parts[0].line,
                              "the runs have no model '%s' with these arguments for '%s'; weights "
                              "can be changed and models left out, nothing can be added",
                              gsim->parts[0].name, trt);
        g->all[i].given = k;
    }
    return KR_OK;
}

/* ------------------------------------------------------------------ the new tree's arrays */

/* Weights of a model for all columns, from where it was found. */
static kr_status own_weights(gsims *g, const merged_gsim *from, kr_gsim *out)
{
    kr_status s = KR_OK;
    kr_tree *tree = g->m->tree;
    const kr_tree *part = g->m->given_gsims ? g->m->given_gsims : g->m->of->parts[from->part].tree;
    const kr_gsim *gsim = &part->gsims[g->m->given_gsims ? from->given : from->gsim];
    double *w;

    KR_ANEW(w, &tree->arena, tree->nweights);
    for (size_t i = 0; i < tree->nweights; i++)
        w[i] = gsim->weights[i < part->nweights ? i : 0];
    out->weights = w;
out:
    return s;
}

/* All parts that have a model must have it with the same weights, unless new ones are given; and
 * what was not computed for a measure must not weigh there. */
static kr_status check_parts(const gsims *g)
{
    kr_merger *m = g->m;

    for (size_t p = 0; p < m->of->nparts; p++) {
        const kr_tree *from = m->of->parts[p].tree;
        for (size_t k = 0; k < from->ngsims; k++) {
            size_t i = g->of[p][k];
            const kr_gsim *to;
            if (i == SIZE_MAX || g->all[i].place == SIZE_MAX)
                continue;
            to = &m->tree->gsims[g->all[i].place];
            for (size_t w = 0; w < m->tree->nweights; w++) {
                double old = from->gsims[k].weights[w < from->nweights ? w : 0];
                if (!m->given_gsims && old != to->weights[w])
                    return kr_fail(m->ctx, KR_EINPUT,
                                   "%s: a model of '%s' weighs %g, in another run %g; give the "
                                   "weights with --gsim-tree",
                                   m->of->parts[p].name, g->all[i].trt, old, to->weights[w]);
                if (w > 0 && from->gsims[k].zero_for_imt && from->gsims[k].zero_for_imt[w - 1] &&
                    to->weights[w] != 0)
                    return kr_fail(m->ctx, KR_EINPUT,
                                   "%s: a model of '%s' was not computed for %s, where its weight "
                                   "was 0; it cannot be given another",
                                   m->of->parts[p].name, g->all[i].trt,
                                   m->of->job->imts[w - 1].name);
            }
        }
    }
    return KR_OK;
}

/* In each column the weights of a tectonic region type sum to 1, or to 0 where it has no model for
 * a measure. */
static kr_status check_sums(const kr_merger *m)
{
    const kr_tree *tree = m->tree;

    for (size_t t = 0; t < tree->ntrts && !m->given_gsims; t++) {
        double sum = 0;
        for (size_t g = tree->first_gsim[t]; g < tree->first_gsim[t + 1]; g++)
            sum += tree->gsims[g].weights[0];
        if (!(fabs(sum - 1) <= weight_tolerance))
            return kr_fail(m->ctx, KR_EINPUT,
                           "the weights of the models for '%s' sum to %.9g over all runs; give "
                           "the weights with --gsim-tree",
                           tree->trts[t], sum);
    }
    return KR_OK;
}

/* 'g', the letter and the branch set's number, as the first of the part's models has it. */
static const char *branch_id(kr_merger *m, const merged_gsim *from, size_t k)
{
    const kr_tree *part = m->of->parts[from->part].tree;
    const char *id = part->gsims[part->first_gsim[part->gsims[from->gsim].trt]].branch_id;
    size_t n = strlen(id);
    char letter[KR_LETTER_MAX];
    size_t length = kr_letter(k, letter);

    while (n > 0 && id[n - 1] >= '0' && id[n - 1] <= '9')
        n--;
    return kr_arena_printf(&m->tree->arena, "g%.*s%s", (int)length, letter, id + n);
}

static int by_given(const void *pa, const void *pb)
{
    const merged_gsim *a = *(merged_gsim *const *)pa, *b = *(merged_gsim *const *)pb;

    return a->given < b->given ? -1 : a->given > b->given;
}

/* The models of one tectonic region type: in the order of the file, else as they were found. */
static kr_status put_trt(gsims *g, size_t trt)
{
    kr_status s = KR_OK;
    kr_tree *tree = g->m->tree;
    merged_gsim **list;
    size_t n = 0;

    KR_ANEW(list, &g->m->scratch, g->n + 1);
    for (size_t i = 0; i < g->n; i++) {
        g->all[i].place = kr_str_eq(g->all[i].trt, tree->trts[trt]) ? SIZE_MAX : g->all[i].place;
        if (kr_str_eq(g->all[i].trt, tree->trts[trt]) &&
            !(g->m->given_gsims && g->all[i].given == SIZE_MAX))
            list[n++] = &g->all[i];
    }
    if (g->m->given_gsims)
        qsort(list, n, sizeof *list, by_given);
    for (size_t k = 0; k < n; k++) {
        kr_gsim *to = &tree->gsims[tree->ngsims];
        *to = g->m->of->parts[list[k]->part].tree->gsims[list[k]->gsim];
        to->trt = trt;
        to->branch_id = branch_id(g->m, list[k], k);
        if (!to->branch_id)
            return KR_ENOMEM;
        KR_TRY(own_weights(g, list[k], to));
        list[k]->place = tree->ngsims++;
    }
    tree->first_gsim[trt + 1] = tree->ngsims;
out:
    return s;
}

static kr_status put_all(gsims *g)
{
    kr_status s = KR_OK;
    kr_merger *m = g->m;
    kr_tree *tree = m->tree;

    KR_ANEW(tree->gsims, &tree->arena, g->n + 1);
    KR_ANEW(tree->first_gsim, &tree->arena, tree->ntrts + 1);
    tree->nweights = m->given_gsims ? m->given_gsims->nweights : 1;
    for (size_t p = 0; p < m->of->nparts && !m->given_gsims; p++)
        if (m->of->parts[p].tree->nweights > tree->nweights)
            tree->nweights = m->of->parts[p].tree->nweights;
    for (size_t t = 0; t < tree->ntrts; t++)
        KR_TRY(put_trt(g, t));
    KR_TRY(check_parts(g));
    KR_TRY(check_sums(m));
    for (size_t p = 0; p < m->of->nparts; p++) {
        size_t n = m->of->parts[p].tree->ngsims;
        KR_ANEW(m->gsim_of[p], &m->scratch, n + 1);
        for (size_t k = 0; k < n; k++)
            m->gsim_of[p][k] = g->of[p][k] == SIZE_MAX ? SIZE_MAX : g->all[g->of[p][k]].place;
    }
out:
    return s;
}

kr_status kr_merge_gsims(kr_merger *m)
{
    kr_status s = KR_OK;
    gsims g = {.m = m};
    kr_glt glt = {0};
    kr_job job;

    KR_ANEW(m->gsim_of, &m->scratch, m->of->nparts);
    KR_TRY(find_trts(m));
    KR_TRY(collect(&g));
    if (m->of->gsim_tree) {
        KR_TRY(read_given(m, &job, &glt));
        KR_TRY(match_given(&g));
    }
    KR_TRY(put_all(&g));
out:
    kr_glt_clear(&glt);
    return s;
}
