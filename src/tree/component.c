/* Components: variants of one tectonic region type that stand in the same paths, in the order of
 * the reference's groups. */
#include "base/str.h"
#include "tree/build.h"

#include <stdlib.h>
#include <string.h>

/* A variant on its way into a component. */
typedef struct member {
    const kr_build *b;
    uint32_t variant;
    uint32_t rank;       /* of its presence among all */
    const char *id;      /* of the first source */
    const char *base_id; /* where components are split by it, else "" */
} member;

typedef struct grouping {
    kr_build *b;
    member *members;
    kr_tree_source *sources; /* of all components */
} grouping;

/* A presence on its way to a rank: the order of its list of paths. */
typedef struct ranked {
    const kr_diagrams *diagrams;
    kr_diagram presence;
    member *of;
} ranked;

static int component_compare_presence(const void *pa, const void *pb)
{
    const ranked *a = pa, *b = pb;

    return a->presence == b->presence ? 0
                                      : kr_diagram_compare(a->diagrams, a->presence, b->presence);
}

static kr_status component_rank(grouping *g)
{
    kr_status s = KR_OK;
    kr_build *b = g->b;
    ranked *r = NULL;
    uint32_t rank = 0;

    KR_NEW(r, b->ctx, KR_ACCOUNT_READING, b->nvariants);
    for (size_t i = 0; i < b->nvariants; i++)
        r[i] = (ranked){&b->tree->diagrams, b->variants[g->members[i].variant].presence,
                        &g->members[i]};
    qsort(r, b->nvariants, sizeof *r, component_compare_presence);
    for (size_t i = 0; i < b->nvariants; i++) {
        rank += i > 0 && r[i].presence != r[i - 1].presence;
        r[i].of->rank = rank;
    }
out:
    kr_free(r);
    return s;
}

/* Groups of ordinary sources by tectonic region type (as first met), paths, base id where
 * split, then source id and kind; atomic groups after them as paths meet them. */
static int component_compare(const void *pa, const void *pb)
{
    const member *a = pa, *b = pb;
    const kr_variant *va = &a->b->variants[a->variant], *vb = &b->b->variants[b->variant];
    int c;

    if (va->atomic != vb->atomic)
        return va->atomic ? 1 : -1;
    if (va->atomic) {
        /* units are numbered by the first path that has them, and there in its order */
        if (va->position != vb->position)
            return va->position < vb->position ? -1 : 1;
    } else {
        if (va->trt != vb->trt)
            return va->trt < vb->trt ? -1 : 1;
        if (a->rank != b->rank)
            return a->rank < b->rank ? -1 : 1;
        c = strcmp(a->base_id, b->base_id);
        if (c == 0)
            c = strcmp(a->id, b->id);
        if (c != 0)
            return c;
        if (va->sources[0]->kind != vb->sources[0]->kind)
            return va->sources[0]->kind < vb->sources[0]->kind ? -1 : 1;
    }
    return a->variant < b->variant ? -1 : a->variant > b->variant;
}

/* The id without fragments and suffixes: ".1", ":1", ";1", then what follows '!'. */
static char *component_base_id(kr_arena *arena, const char *id)
{
    static const char marks[] = ";:.";
    char *text = kr_arena_strdup(arena, id), *bang;

    for (const char *mark = marks; text && *mark; mark++) {
        char *to = text;
        for (const char *from = text; *from;) {
            size_t digits = *from == *mark ? strspn(from + 1, "0123456789") : 0;
            if (digits > 0)
                from += 1 + digits;
            else
                *to++ = *from++;
        }
        *to = '\0';
    }
    bang = text ? strchr(text, '!') : NULL;
    if (bang)
        *bang = '\0';
    return text;
}

static kr_status component_members(grouping *g)
{
    kr_status s = KR_OK;
    kr_build *b = g->b;

    KR_NEW(g->members, b->ctx, KR_ACCOUNT_READING, b->nvariants);
    for (size_t i = 0; i < b->nvariants; i++) {
        kr_variant *v = &b->variants[i];
        member *m = &g->members[i];
        const char *trt = b->places[v->place].source->trt;
        while (v->trt < b->ntrts && !kr_str_eq(b->trts[v->trt], trt))
            v->trt++;
        *m = (member){b, (uint32_t)i, 0, b->places[v->place].id, ""};
        if (b->job->disagg_by_src && !v->atomic) {
            m->base_id = component_base_id(&b->scratch, m->id);
            if (!m->base_id)
                return KR_ENOMEM;
        }
    }
    KR_TRY(component_rank(g));
    qsort(g->members, b->nvariants, sizeof *g->members, component_compare);
out:
    return s;
}

static bool component_same(const kr_build *b, const member *x, const member *y)
{
    const kr_variant *vx = &b->variants[x->variant], *vy = &b->variants[y->variant];

    return !vx->atomic && !vy->atomic && vx->trt == vy->trt && x->rank == y->rank &&
           kr_str_eq(x->base_id, y->base_id);
}

static size_t component_trt(const kr_tree *tree, const char *trt)
{
    size_t t = 0;

    while (t + 1 < tree->ntrts && !kr_str_eq(tree->trts[t], trt))
        t++;
    return t;
}

static size_t component_nsources(const kr_build *b, const kr_variant *v)
{
    return v->atomic ? b->bundles[v->bundle].n : 1;
}

static void component_add_sources(grouping *g, const kr_variant *v, double shared_by,
                                  kr_tree_source *to)
{
    kr_build *b = g->b;
    size_t n = component_nsources(b, v);

    for (size_t k = 0; k < n; k++) {
        const kr_place *p =
            v->atomic ? &b->places[b->bundles[v->bundle].places[k]] : &b->places[v->place];
        to[k] = (kr_tree_source){v->sources[k], p->id, NULL, shared_by};
    }
}

static kr_status component_make(grouping *g)
{
    kr_status s = KR_OK;
    kr_build *b = g->b;
    kr_tree *tree = b->tree;
    size_t total = 0, at = 0;
    double *counts = NULL;

    KR_NEW(counts, b->ctx, KR_ACCOUNT_READING, tree->diagrams.nnodes);
    kr_diagram_counts(&tree->diagrams, counts);
    for (size_t i = 0; i < b->nvariants; i++)
        total += component_nsources(b, &b->variants[i]);
    KR_ANEW(g->sources, &tree->arena, total + 1);
    KR_ANEW(tree->components, &tree->arena, b->nvariants + 1);
    for (size_t i = 0; i < b->nvariants; i++) {
        const kr_variant *v = &b->variants[g->members[i].variant];
        const kr_place *place = &b->places[v->place];
        kr_component *c;

        if (i == 0 || !component_same(b, &g->members[i - 1], &g->members[i])) {
            c = &tree->components[tree->ncomponents++];
            c->trt = component_trt(tree, place->source->trt);
            c->source_trt = place->source->trt;
            c->group = v->atomic ? place->group : NULL;
            c->sources = g->sources + at;
            c->base_source = -1;
            c->presence = v->presence;
        }
        c = &tree->components[tree->ncomponents - 1];
        component_add_sources(g, v, kr_diagram_count(counts, v->presence), g->sources + at);
        c->nsources += component_nsources(b, v);
        at += component_nsources(b, v);
    }
out:
    kr_free(counts);
    return s;
}

/* Ids that several variants share get ";0", ";1", ... in the order of the components. */
static kr_status component_names(grouping *g)
{
    kr_status s = KR_OK;
    kr_tree *tree = g->b->tree;
    kr_map count;
    size_t n = tree->ncomponents == 0
                   ? 0
                   : (size_t)(tree->components[tree->ncomponents - 1].sources - g->sources) +
                         tree->components[tree->ncomponents - 1].nsources;

    kr_map_init(&count, g->b->ctx, KR_ACCOUNT_READING);
    for (size_t i = 0; i < n; i++) {
        int64_t k = 0;
        kr_map_get(&count, g->sources[i].id, &k);
        KR_TRY(kr_map_put(&count, g->sources[i].id, k + 1));
    }
    for (size_t i = 0; i < n; i++) {
        int64_t k = 0;
        const char *id = g->sources[i].id;

        g->sources[i].base_id = component_base_id(&tree->arena, id);
        if (!g->sources[i].base_id) {
            s = KR_ENOMEM;
            goto out;
        }
        kr_map_get(&count, id, &k);
        if (k == 1)
            continue;
        KR_TRY(kr_map_put(&count, id,
                          k > 0 ? -1 : k - 1)); /* from now on minus the number of those named */
        g->sources[i].id =
            kr_arena_printf(&tree->arena, "%s;%lld", id, k > 0 ? 0LL : (long long)-k);
        if (!g->sources[i].id) {
            s = KR_ENOMEM;
            goto out;
        }
    }
out:
    kr_map_clear(&count);
    return s;
}

static int component_compare_ids(const void *pa, const void *pb)
{
    return strcmp(*(const char *const *)pa, *(const char *const *)pb);
}

/* The sorted base ids, and for components that are split the one of each. */
static kr_status component_base_ids(grouping *g)
{
    kr_status s = KR_OK;
    kr_tree *tree = g->b->tree;
    const char **ids;
    size_t n = 0;

    if (!g->b->job->disagg_by_src)
        return KR_OK;
    KR_ANEW(ids, &tree->arena, tree->ncomponents + 1);
    for (size_t c = 0; c < tree->ncomponents; c++)
        ids[c] = tree->components[c].sources[0].base_id;
    qsort(ids, tree->ncomponents, sizeof *ids, component_compare_ids);
    for (size_t c = 0; c < tree->ncomponents; c++)
        if (c == 0 || !kr_str_eq(ids[c], ids[n - 1]))
            ids[n++] = ids[c];
    tree->base_ids = ids;
    tree->nbase_ids = n;
    for (size_t c = 0; c < tree->ncomponents; c++) {
        const char *id = tree->components[c].sources[0].base_id;
        const char **found = bsearch(&id, ids, n, sizeof *ids, component_compare_ids);
        tree->components[c].base_source = (int)(found - ids);
    }
out:
    return s;
}

kr_status kr_build_components(kr_build *b)
{
    kr_status s = KR_OK;
    grouping g = {.b = b};

    KR_TRY(component_members(&g));
    KR_TRY(component_make(&g));
    KR_TRY(component_names(&g));
    KR_TRY(component_base_ids(&g));
out:
    kr_free(g.members);
    return s;
}
