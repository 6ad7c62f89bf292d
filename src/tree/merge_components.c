/* Components of merged trees, and where their rates are found. */
#include "base/str.h"
#include "tree/merge_int.h"

#include <stdlib.h>
#include <string.h>

static const kr_merge_rate NOWHERE = {UINT32_MAX, UINT32_MAX};

typedef struct components {
    kr_merger *m;
    kr_intern contents; /* tectonic region type, presence, sources */
    kr_index known;     /* (content, which of several in its run) -> component */
    uint32_t **of;      /* of every component of a part, the one of the new tree; or KR_NO_SET */
} components;

/* ------------------------------------------------------------------ paths */

/* The first path of the walk that is in `a` not once; false if there is none. */
static bool find_gap(const kr_diagrams *d, kr_diagram walk, kr_diagram a, uint32_t *path, size_t *n)
{
    const kr_diagram_node *node, *other;

    if (walk == a)
        return false;
    if (walk < KR_DIAGRAM_ENDS)
        return true;
    node = kr_diagram_at(d, walk);
    other = a < KR_DIAGRAM_ENDS ? NULL : kr_diagram_at(d, a);
    for (size_t e = 0, i = 0; e < node->nedges; e++) {
        const kr_edge *edge = &d->edges[node->first_edge + e];
        kr_diagram to = 0;
        for (; other && i < other->nedges; i++)
            if (d->edges[other->first_edge + i].branch >= edge->branch)
                break;
        if (other && i < other->nedges && d->edges[other->first_edge + i].branch == edge->branch)
            to = d->edges[other->first_edge + i].to;
        path[*n] = edge->branch;
        (*n)++;
        if (find_gap(d, edge->to, to, path, n))
            return true;
        (*n)--;
    }
    return false;
}

/* Every path of the new tree must be in one group of parts that have the same paths. */
static kr_status check_paths(kr_merger *m)
{
    kr_status s = KR_OK;
    kr_tree *tree = m->tree;
    kr_diagram sum = 0;
    uint32_t *path = NULL;
    char *text = NULL;
    size_t n = 0;

    for (size_t p = 0; p < m->of->nparts; p++) {
        kr_diagram walk = kr_merge_diagram(m, p, m->of->parts[p].tree->walk);
        bool known = false;
        for (size_t q = 0; q < p; q++)
            known = known || kr_merge_diagram(m, q, m->of->parts[q].tree->walk) == walk;
        if (!known)
            KR_TRY(kr_diagram_add(&tree->diagrams, sum, walk, &sum));
    }
    KR_NEW(path, m->ctx, KR_ACCOUNT_TREE, tree->nsets + 1);
    if (!find_gap(&tree->diagrams, tree->walk, sum, path, &n))
        goto out;
    for (size_t i = 0; i < n; i++) {
        text = kr_arena_printf(&m->scratch, "%s%s%s", text ? text : "", i ? "~" : "",
                               tree->branches[path[i]].branch);
        if (!text) {
            s = KR_ENOMEM;
            goto out;
        }
    }
    s = kr_fail(
        m->ctx, KR_EINPUT,
        "the path '%s' is in %s of the runs; each path must be in one, or in runs that have "
        "all their paths in common",
        text ? text : "", kr_diagram_times(&tree->diagrams, sum, path, n) ? "several" : "none");
out:
    kr_free(path);
    return s;
}

/* ------------------------------------------------------------------ components */

static size_t find_trt(const kr_tree *tree, const char *trt)
{
    size_t i = 0;

    while (!kr_str_eq(tree->trts[i], trt))
        i++;
    return i;
}

static const char *base_id(const kr_tree *tree, const kr_component *c)
{
    return c->base_source < 0 ? "" : tree->base_ids[c->base_source];
}

static kr_status add_component(components *x, size_t part, const kr_component *from,
                               uint32_t *times, uint32_t *out)
{
    kr_status s = KR_OK;
    kr_tree *tree = x->m->tree;
    const kr_tree *old = x->m->of->parts[part].tree;
    kr_diagram presence = kr_merge_diagram(x->m, part, from->presence);
    uint32_t content;
    kr_hash128 h;
    bool fresh;

    kr_hash_init(&h);
    kr_hash_text(&h, old->trts[from->trt]);
    kr_hash_bytes(&h, &presence, sizeof presence);
    kr_hash_text(&h, base_id(old, from));
    for (size_t i = 0; i < from->nsources; i++)
        kr_hash_text(&h, from->sources[i].id);
    KR_TRY(kr_intern_put(&x->contents, h, &content, &fresh));
    if (kr_index_get(&x->known, kr_index_pair(content, times[content]), out)) {
        times[content]++;
        return KR_OK;
    }
    *out = (uint32_t)tree->ncomponents;
    KR_TRY(kr_index_put(&x->known, kr_index_pair(content, times[content]++), *out));
    tree->components[tree->ncomponents++] =
        (kr_component){.trt = find_trt(tree, old->trts[from->trt]),
                       .source_trt = from->source_trt,
                       .nsources = from->nsources,
                       .sources = from->sources,
                       .presence = presence,
                       .base_source = -1};
out:
    return s;
}

static kr_status add_all(components *x)
{
    kr_status s = KR_OK;
    kr_merger *m = x->m;
    uint32_t *times = NULL;
    size_t most = 0;

    for (size_t p = 0; p < m->of->nparts; p++)
        most += m->of->parts[p].tree->ncomponents;
    KR_ANEW(m->tree->components, &m->tree->arena, most + 1);
    KR_ANEW(x->of, &m->scratch, m->of->nparts);
    KR_NEW(times, m->ctx, KR_ACCOUNT_TREE, most);
    for (size_t p = 0; p < m->of->nparts; p++) {
        const kr_tree *from = m->of->parts[p].tree;
        KR_ANEW(x->of[p], &m->scratch, from->ncomponents + 1);
        memset(times, 0, most * sizeof *times);
        for (size_t c = 0; c < from->ncomponents; c++) {
            x->of[p][c] = KR_NO_SET;
            if (kr_merge_diagram(m, p, from->components[c].presence) != 0)
                KR_TRY(add_component(x, p, &from->components[c], times, &x->of[p][c]));
        }
    }
out:
    kr_free(times);
    return s;
}

static int compare_text(const void *pa, const void *pb)
{
    return strcmp(*(const char *const *)pa, *(const char *const *)pb);
}

/* The base sources of all components, where every run tells them. */
static kr_status add_base_ids(components *x)
{
    kr_status s = KR_OK;
    kr_merger *m = x->m;
    kr_tree *tree = m->tree;
    size_t most = 0, n = 0;
    const char **ids;

    for (size_t p = 0; p < m->of->nparts; p++) {
        if (m->of->parts[p].tree->nbase_ids == 0)
            return KR_OK;
        most += m->of->parts[p].tree->ncomponents;
    }
    KR_ANEW(ids, &tree->arena, most + 1);
    for (size_t p = 0; p < m->of->nparts; p++)
        for (size_t c = 0; c < m->of->parts[p].tree->ncomponents; c++)
            if (x->of[p][c] != KR_NO_SET)
                ids[n++] = base_id(m->of->parts[p].tree, &m->of->parts[p].tree->components[c]);
    qsort(ids, n, sizeof *ids, compare_text);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || !kr_str_eq(ids[i], tree->base_ids[tree->nbase_ids - 1])) {
            tree->base_ids = ids;
            ids[tree->nbase_ids++] = ids[i];
        }
    for (size_t p = 0; p < m->of->nparts; p++)
        for (size_t c = 0; c < m->of->parts[p].tree->ncomponents; c++) {
            const char *id = base_id(m->of->parts[p].tree, &m->of->parts[p].tree->components[c]);
            const char **found;
            if (x->of[p][c] == KR_NO_SET)
                continue;
            found = bsearch(&id, ids, tree->nbase_ids, sizeof *ids, compare_text);
            tree->components[x->of[p][c]].base_source = (int)(found - ids);
        }
out:
    return s;
}

/* ------------------------------------------------------------------ rates */

static kr_status missing_rate(const kr_merger *m, const kr_component *c, size_t gsim)
{
    const char *text = m->tree->gsims[gsim].uncertainty;

    return kr_fail(m->ctx, KR_EINPUT,
                   "no run has the rates of the component with the source '%s' for the model "
                   "'%.*s' of '%s': leave the model out or compute it for all branches",
                   c->nsources ? c->sources[0].id : "", (int)strcspn(text, "\n"), text,
                   m->tree->trts[c->trt]);
}

static kr_status find_rates(const components *x, kr_merge_rate *rates)
{
    const kr_merger *m = x->m;
    const kr_tree *tree = m->tree;

    for (size_t k = 0; k < tree->nrates; k++)
        rates[k] = NOWHERE;
    for (size_t p = 0; p < m->of->nparts; p++) {
        const kr_tree *from = m->of->parts[p].tree;
        for (size_t c = 0; c < from->ncomponents; c++) {
            const kr_component *old = &from->components[c], *to;
            if (x->of[p][c] == KR_NO_SET)
                continue;
            to = &tree->components[x->of[p][c]];
            for (size_t k = 0; k < old->ngsims; k++) {
                size_t g = m->gsim_of[p][old->gsims[k]];
                kr_merge_rate *rate;
                if (g == SIZE_MAX)
                    continue;
                rate = &rates[to->first_rate + g - tree->first_gsim[to->trt]];
                if (rate->part == NOWHERE.part)
                    *rate = (kr_merge_rate){(uint32_t)p, (uint32_t)(old->first_rate + k)};
            }
        }
    }
    for (size_t c = 0; c < tree->ncomponents; c++)
        for (size_t k = 0; k < tree->components[c].ngsims; k++)
            if (rates[tree->components[c].first_rate + k].part == NOWHERE.part)
                return missing_rate(m, &tree->components[c], tree->components[c].gsims[k]);
    return KR_OK;
}

kr_status kr_merge_components(kr_merger *m, kr_merge_rate **rates)
{
    kr_status s = KR_OK;
    components x = {.m = m};

    kr_intern_init(&x.contents, m->ctx);
    kr_index_init(&x.known, m->ctx);
    KR_TRY(add_all(&x));
    if (m->tree->ncomponents == 0) {
        s = kr_fail(m->ctx, KR_EINPUT, "no source is left: every path is left out");
        goto out;
    }
    KR_TRY(add_base_ids(&x));
    KR_TRY(kr_tree_complete(m->ctx, m->tree));
    KR_TRY(check_paths(m));
    KR_NEW(*rates, m->ctx, KR_ACCOUNT_TREE, m->tree->nrates);
    KR_TRY(find_rates(&x, *rates));
out:
    kr_intern_clear(&x.contents);
    kr_index_clear(&x.known);
    return s;
}
