/* Units of a tree that is not sampled, from the diagram of all paths.
 *
 * Along a path a bundle is in a *situation*: how many times its file was named, the state of its
 * class, and whether a stand-in was met, after which the reference changes nothing. Below a node of
 * the walk a situation has *ends*: the states in which the paths leave the bundle, each with the
 * diagram of its paths. They are found once for each node and situation. */
#include "tree/check.h"

#include <stdlib.h>
#include <string.h>

/* States of all classes together: each is a variant of some sources, to be held and computed. */
enum { STATES_MAX = 1000000 };

typedef struct situation {
    uint32_t times, state;
    bool dropped;
} situation;

typedef struct end {
    uint32_t state;
    kr_diagram presence;
} end;

typedef struct finder {
    kr_build *b;
    kr_checks checks;
    uint32_t *last_named;  /* of each file: the last set that names it */
    size_t *first_naming;  /* nfiles + 1: */
    uint32_t *naming;      /* branches (of the tree) that name a file, increasing */
    uint32_t bundle, file; /* at work on */
    uint32_t last_change;  /* last set that names the file or changes the class */
    kr_index situations;   /* of (state, times, dropped): a number */
    kr_index known;        /* of (node, situation): a number in first_end */
    size_t nknown, known_cap;
    size_t *first_end; /* ends of result i: first_end[i] .. first_end[i] + n_ends[i]; owned */
    size_t *n_ends;
    size_t n_ends_cap;
    end *ends;
    size_t nends, ends_cap;
} finder;

/* ------------------------------------------------------------------ files and branches */

static kr_status find_naming(finder *f)
{
    kr_status s = KR_OK;
    kr_build *b = f->b;
    const kr_tree *tree = b->tree;
    size_t *fill = NULL, nfiles = b->smlt->nfiles;

    KR_ANEW(f->last_named, &b->scratch, nfiles + 1);
    KR_ANEW(f->first_naming, &b->scratch, nfiles + 1);
    KR_NEW(fill, b->ctx, KR_ACCOUNT_READING, nfiles + 1);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < tree->nbranches; i++) {
            const kr_lt_branch *branch = &b->smlt->branches[b->in->read[i]];
            for (size_t k = 0; k < branch->nfiles; k++) {
                uint32_t file = branch->files[k];
                f->last_named[file] = branch->set; /* branches are in the order of their sets */
                if (pass == 0)
                    f->first_naming[file + 1]++;
                else
                    f->naming[f->first_naming[file] + fill[file]++] = i;
            }
        }
        for (size_t i = 0; pass == 0 && i < nfiles; i++)
            f->first_naming[i + 1] += f->first_naming[i];
        if (pass == 0)
            KR_ANEW(f->naming, &b->scratch, f->first_naming[nfiles] + 1);
    }
out:
    kr_free(fill);
    return s;
}

static uint32_t times_named(const kr_lt_branch *branch, uint32_t file)
{
    uint32_t n = 0;

    for (size_t i = 0; i < branch->nfiles; i++)
        n += branch->files[i] == file;
    return n;
}

static bool class_has(const kr_class *c, uint32_t set)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->sets[i] == set)
            return true;
    return false;
}

/* What a branch makes of a situation. */
static kr_status take_branch(finder *f, situation x, uint32_t read, situation *out)
{
    kr_status s = KR_OK;
    kr_build *b = f->b;
    const kr_lt_branch *branch = &b->smlt->branches[read];
    const kr_lt_set *set = &b->smlt->sets[branch->set];

    *out = x;
    out->dropped = x.dropped || (set->kind == KR_LT_DUMMY && !f->checks.exact);
    if (out->dropped)
        return KR_OK;
    if (set->kind == KR_LT_CHANGE) {
        if (class_has(&b->classes[b->bundles[f->bundle].class], branch->set))
            KR_TRY(kr_build_state(b, x.state, read, &out->state));
    } else {
        out->times += times_named(branch, f->file);
    }
out:
    return s;
}

/* ------------------------------------------------------------------ ends below a node */

static kr_status find_ends(finder *f, kr_diagram node, situation x, size_t *out);

static kr_status add_result(finder *f, uint64_t key, size_t nends, size_t *out)
{
    kr_status s = KR_OK;

    KR_GROW(f->first_end, f->known_cap, f->nknown + 1, f->b->ctx, KR_ACCOUNT_READING);
    KR_GROW(f->n_ends, f->n_ends_cap, f->nknown + 1, f->b->ctx, KR_ACCOUNT_READING);
    *out = f->nknown++;
    f->first_end[*out] = f->nends - nends;
    f->n_ends[*out] = nends;
    KR_TRY(kr_index_put(&f->known, key, (uint32_t)*out));
out:
    return s;
}

static kr_status add_end(finder *f, uint32_t state, kr_diagram presence)
{
    kr_status s = KR_OK;

    KR_GROW(f->ends, f->ends_cap, f->nends + 1, f->b->ctx, KR_ACCOUNT_READING);
    f->ends[f->nends++] = (end){state, presence};
out:
    return s;
}

/* The one end where nothing changes any more: all paths below, so many times. */
static kr_status add_rest(finder *f, kr_diagram node, situation x, size_t *nends)
{
    kr_status s = KR_OK;
    kr_diagram all = node < KR_DIAGRAM_ENDS ? 1 : node, sum = 0;

    for (uint32_t i = 0; i < x.times; i++)
        KR_TRY(kr_diagram_add(&f->b->tree->diagrams, sum, all, &sum));
    *nends = x.times > 0;
    if (x.times > 0)
        KR_TRY(add_end(f, x.state, sum));
out:
    return s;
}

/* An end below an edge. */
typedef struct reached {
    uint32_t state;
    size_t order; /* of the edge */
    kr_edge edge;
} reached;

static int compare_reached(const void *pa, const void *pb)
{
    const reached *a = pa, *b = pb;

    if (a->state != b->state)
        return a->state < b->state ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

typedef struct reach {
    reached *list; /* owned */
    size_t n, cap;
} reach;

static kr_status follow_edge(finder *f, situation x, kr_edge edge, reach *r)
{
    kr_status s = KR_OK;
    situation next;
    size_t result;

    KR_TRY(take_branch(f, x, f->b->in->read[edge.branch], &next));
    KR_TRY(find_ends(f, edge.to, next, &result));
    KR_GROW(r->list, r->cap, r->n + f->n_ends[result], f->b->ctx, KR_ACCOUNT_READING);
    for (size_t i = 0; i < f->n_ends[result]; i++, r->n++) {
        end e = f->ends[f->first_end[result] + i];
        r->list[r->n] = (reached){e.state, r->n, {edge.branch, e.presence}};
    }
out:
    return s;
}

/* All edges of a node; where the file is not named yet and only by this set, those that name it. */
static kr_status follow_edges(finder *f, kr_diagram node, situation x, reach *r)
{
    kr_status s = KR_OK;
    const kr_diagrams *d = &f->b->tree->diagrams;
    const kr_diagram_node at = *kr_diagram_at(d, node);

    if (x.times == 0 && at.set == f->last_named[f->file]) {
        for (size_t i = f->first_naming[f->file]; i < f->first_naming[f->file + 1]; i++) {
            uint32_t branch = f->naming[i];
            kr_edge edge = {branch, kr_diagram_follow(d, node, branch)};
            bool again = i > f->first_naming[f->file] && f->naming[i - 1] == branch;
            if (edge.to != 0 && !again)
                KR_TRY(follow_edge(f, x, edge, r));
        }
    } else {
        for (size_t e = at.first_edge; e < at.first_edge + at.nedges; e++)
            KR_TRY(follow_edge(f, x, d->edges[e], r));
    }
out:
    return s;
}

static kr_status join_ends(finder *f, uint32_t set, reach *r, size_t *nends)
{
    kr_status s = KR_OK;
    kr_edge *edges = NULL;
    kr_diagram presence;

    if (r->n > 0)
        qsort(r->list, r->n, sizeof *r->list, compare_reached);
    KR_NEW(edges, f->b->ctx, KR_ACCOUNT_READING, r->n);
    for (size_t i = 0, n; i < r->n; i += n, (*nends)++) {
        for (n = 0; i + n < r->n && r->list[i + n].state == r->list[i].state; n++)
            edges[n] = r->list[i + n].edge;
        KR_TRY(kr_diagram_make(&f->b->tree->diagrams, set, edges, n, &presence));
        KR_TRY(add_end(f, r->list[i].state, presence));
    }
out:
    kr_free(edges);
    return s;
}

static kr_status situation_number(finder *f, situation x, uint32_t *out)
{
    kr_status s = KR_OK;
    uint64_t key = kr_index_pair(x.state, 2 * x.times + x.dropped);

    if (kr_index_get(&f->situations, key, out))
        return KR_OK;
    *out = (uint32_t)f->situations.count;
    KR_TRY(kr_index_put(&f->situations, key, *out));
out:
    return s;
}

static kr_status too_many_variants(const finder *f)
{
    const kr_build *b = f->b;
    const kr_bundle *bundle = &b->bundles[f->bundle];
    const kr_class *c = &b->classes[bundle->class];

    return kr_fail_at(b->ctx, b->smlt->path, b->smlt->sets[c->sets[c->n - 1]].line,
                      "more than %d variants of the source '%s', which %zu branch sets change one "
                      "after another; fewer sets on one source or number_of_logic_tree_samples",
                      STATES_MAX, b->places[bundle->places[0]].source->id, c->n);
}

/* *out: number of the result. */
static kr_status find_ends(finder *f, kr_diagram node, situation x, size_t *out)
{
    kr_status s = KR_OK;
    reach r = {NULL, 0, 0};
    size_t nends = 0;
    uint32_t number, known;
    uint64_t key;
    bool rest = node < KR_DIAGRAM_ENDS;

    if (f->b->nstates > STATES_MAX)
        return too_many_variants(f);
    KR_TRY(situation_number(f, x, &number));
    key = kr_index_pair(node, number);
    if (kr_index_get(&f->known, key, &known)) {
        *out = known;
        return KR_OK;
    }
    if (!rest) {
        uint32_t set = kr_diagram_at(&f->b->tree->diagrams, node)->set;
        rest = x.dropped || set > f->last_change || (x.times == 0 && set > f->last_named[f->file]);
    }
    if (rest) {
        KR_TRY(add_rest(f, node, x, &nends));
    } else {
        KR_TRY(follow_edges(f, node, x, &r));
        KR_TRY(join_ends(f, kr_diagram_at(&f->b->tree->diagrams, node)->set, &r, &nends));
    }
    KR_TRY(add_result(f, key, nends, out));
out:
    kr_free(r.list);
    return s;
}

/* ------------------------------------------------------------------ units */

static kr_status find_units(finder *f, uint32_t bundle, uint32_t file)
{
    kr_status s = KR_OK;
    kr_build *b = f->b;
    const kr_class *c = &b->classes[b->bundles[bundle].class];
    size_t result;

    kr_index_clear(&f->situations);
    kr_index_clear(&f->known);
    f->nknown = f->nends = 0;
    f->bundle = bundle;
    f->file = file;
    f->last_change = f->last_named[file];
    if (c->n > 0 && c->sets[c->n - 1] > f->last_change)
        f->last_change = c->sets[c->n - 1];
    KR_TRY(find_ends(f, b->tree->walk, (situation){0, 0, false}, &result));
    KR_GROW(b->units, b->units_cap, b->nunits + f->n_ends[result], b->ctx, KR_ACCOUNT_READING);
    for (size_t i = 0; i < f->n_ends[result]; i++) {
        end e = f->ends[f->first_end[result] + i];
        b->units[b->nunits++] =
            (kr_unit){.bundle = bundle, .state = e.state, .presence = e.presence};
    }
out:
    return s;
}

/* A unit by the place where paths meet it first. */
typedef struct met {
    const uint32_t *path; /* branches of its first path */
    size_t n, position;
    kr_unit unit;
} met;

static int compare_met(const void *pa, const void *pb)
{
    const met *a = pa, *b = pb;

    for (size_t i = 0; i < a->n && i < b->n; i++)
        if (a->path[i] != b->path[i])
            return a->path[i] < b->path[i] ? -1 : 1;
    if (a->position != b->position)
        return a->position < b->position ? -1 : 1;
    return a->unit.bundle < b->unit.bundle ? -1 : a->unit.bundle > b->unit.bundle;
}

/* How many files a path names before this one. */
static size_t file_position(const kr_build *b, const uint32_t *path, size_t n, uint32_t file)
{
    size_t before = 0;

    for (size_t i = 0; i < n; i++) {
        const kr_lt_branch *branch = &b->smlt->branches[b->in->read[path[i]]];
        for (size_t k = 0; k < branch->nfiles; k++, before++)
            if (branch->files[k] == file)
                return before;
    }
    return before;
}

static uint32_t file_of_bundle(const kr_build *b, uint32_t bundle)
{
    size_t low = 0, high = b->smlt->nfiles;

    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (b->first_bundle[mid] <= bundle)
            low = mid;
        else
            high = mid;
    }
    return (uint32_t)low;
}

/* Units in the order of their first paths, and there of files and bundles. */
static kr_status sort_units(kr_build *b)
{
    kr_status s = KR_OK;
    kr_arena arena;
    met *list;
    uint32_t *path;

    kr_arena_init(&arena, b->ctx, KR_ACCOUNT_READING);
    KR_ANEW(list, &arena, b->nunits + 1);
    for (size_t u = 0; u < b->nunits; u++) {
        met *m = &list[u];
        KR_ANEW(path, &arena, b->tree->nsets + 1);
        m->unit = b->units[u];
        m->n = kr_diagram_first(&b->tree->diagrams, m->unit.presence, path);
        m->path = path;
        m->position = file_position(b, path, m->n, file_of_bundle(b, m->unit.bundle));
    }
    qsort(list, b->nunits, sizeof *list, compare_met);
    for (size_t u = 0; u < b->nunits; u++) {
        b->units[u] = list[u].unit;
        b->units[u].position = (uint32_t)u;
        kr_build_see_file(b, file_of_bundle(b, list[u].unit.bundle));
    }
out:
    kr_arena_clear(&arena);
    return s;
}

/* ------------------------------------------------------------------ checks */

/* A walk below one sourceModel branch: (node, flags) that were seen. */
typedef struct checker {
    finder *f;
    uint32_t base;
    kr_index seen;
} checker;

static kr_status check_below(checker *c, kr_diagram node, bool extending, bool dropped)
{
    kr_status s = KR_OK;
    kr_build *b = c->f->b;
    const kr_diagrams *d = &b->tree->diagrams;
    uint64_t key = kr_index_pair(node, (uint32_t)extending * 2 + dropped);
    const kr_lt_set *set;
    uint32_t known;
    bool late;

    if (node < KR_DIAGRAM_ENDS || kr_index_get(&c->seen, key, &known))
        return KR_OK;
    KR_TRY(kr_index_put(&c->seen, key, 0));
    set = &b->smlt->sets[kr_diagram_at(d, node)->set];
    dropped = dropped || (set->kind == KR_LT_DUMMY && !c->f->checks.exact);
    late = set->kind == KR_LT_EXTEND && !dropped && !extending && !c->f->checks.exact;
    if (dropped)
        kr_check_dropped(&c->f->checks, kr_diagram_at(d, node)->set);
    if (late)
        return kr_check_late_extend(&c->f->checks, kr_diagram_at(d, node)->set);
    extending = extending && (dropped || set->kind == KR_LT_EXTEND);
    for (size_t e = 0; e < kr_diagram_at(d, node)->nedges; e++) {
        kr_edge edge = d->edges[kr_diagram_at(d, node)->first_edge + e];
        if (set->kind == KR_LT_EXTEND && !dropped)
            KR_TRY(kr_check_clash(&c->f->checks, c->base, b->in->read[edge.branch]));
        KR_TRY(check_below(c, edge.to, extending, dropped));
    }
out:
    return s;
}

static kr_status check_walk(finder *f)
{
    kr_status s = KR_OK;
    const kr_diagrams *d = &f->b->tree->diagrams;
    const kr_diagram_node *root = kr_diagram_at(d, f->b->tree->walk);
    checker c = {.f = f};

    kr_index_init(&c.seen, f->b->ctx);
    for (size_t e = 0; e < root->nedges; e++) {
        kr_edge edge = d->edges[root->first_edge + e];
        c.base = f->b->in->read[edge.branch];
        kr_index_clear(&c.seen);
        KR_TRY(check_below(&c, edge.to, true, false));
        KR_TRY(kr_check_sources(&f->checks, c.base));
    }
out:
    kr_index_clear(&c.seen);
    return s;
}

static kr_status make_units(finder *f)
{
    kr_status s = KR_OK;
    kr_build *b = f->b;

    for (uint32_t file = 0; file < b->smlt->nfiles; file++)
        for (size_t i = b->first_bundle[file]; i < b->first_bundle[file + 1]; i++) {
            KR_TRY(find_units(f, (uint32_t)i, file));
            if (kr_interrupted(b->ctx)) {
                s = KR_EINTERRUPTED;
                goto out;
            }
        }
    KR_TRY(sort_units(b));
out:
    return s;
}

kr_status kr_build_walk_units(kr_build *b)
{
    kr_status s = KR_OK;
    finder f = {.b = b};

    kr_index_init(&f.situations, b->ctx);
    kr_index_init(&f.known, b->ctx);
    KR_TRY(kr_checks_init(&f.checks, b));
    KR_TRY(find_naming(&f));
    KR_TRY(check_walk(&f));
    KR_TRY(make_units(&f));
out:
    kr_checks_clear(&f.checks);
    kr_index_clear(&f.situations);
    kr_index_clear(&f.known);
    kr_free(f.first_end);
    kr_free(f.n_ends);
    kr_free(f.ends);
    return s;
}
