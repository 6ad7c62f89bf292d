/* Units of a sampled tree: along every path the states of the classes and the files. */
#include "tree/check.h"

#include <string.h>

/* What one walk over all paths needs. */
typedef struct walk {
    kr_build *b;
    kr_checks checks;
    uint32_t *state; /* of each class */
    uint32_t *files; /* of the path */
    size_t nfiles, files_cap;
    uint32_t *units; /* of all paths, one after another */
    size_t nunits, units_cap;
    size_t *first; /* units of path p: first[p] .. first[p + 1] */
} walk;

static kr_status unit_add_files(walk *w, const kr_lt_branch *branch)
{
    kr_status s = KR_OK;

    KR_GROW(w->files, w->files_cap, w->nfiles + branch->nfiles, w->b->ctx, KR_ACCOUNT_READING);
    for (size_t i = 0; i < branch->nfiles; i++)
        w->files[w->nfiles++] = branch->files[i];
out:
    return s;
}

/* Files and states of path p. */
static kr_status unit_walk_path(walk *w, size_t p)
{
    kr_status s = KR_OK;
    kr_build *b = w->b;
    const uint32_t *path = b->tree->path_branches + b->tree->path_first[p];
    size_t n = b->tree->path_first[p + 1] - b->tree->path_first[p];
    uint32_t root = b->in->read[path[0]];
    bool extending = true, dropped = false;

    memset(w->state, 0, b->nclasses * sizeof *w->state);
    w->nfiles = 0;
    KR_TRY(unit_add_files(w, &b->smlt->branches[root]));
    for (size_t i = 1; i < n; i++) {
        uint32_t read = b->in->read[path[i]];
        const kr_lt_branch *branch = &b->smlt->branches[read];
        const kr_lt_set *set = &b->smlt->sets[branch->set];

        dropped = dropped || (set->kind == KR_LT_DUMMY && !w->checks.exact);
        if (dropped) {
            kr_check_dropped(&w->checks, branch->set);
            continue;
        }
        if (set->kind == KR_LT_EXTEND) {
            if (!extending && !w->checks.exact)
                return kr_check_late_extend(&w->checks, branch->set);
            KR_TRY(kr_check_clash(&w->checks, root, read));
            KR_TRY(unit_add_files(w, branch));
            continue;
        }
        extending = false;
        for (size_t c = b->first_class[branch->set]; c < b->first_class[branch->set + 1]; c++) {
            uint32_t *state = &w->state[b->set_classes[c]];
            KR_TRY(kr_build_state(b, *state, read, state));
        }
    }
    KR_TRY(kr_check_sources(&w->checks, root));
out:
    return s;
}

static kr_status unit_add(walk *w, uint32_t bundle)
{
    kr_status s = KR_OK;
    kr_build *b = w->b;
    uint32_t state = w->state[b->bundles[bundle].class], unit;

    if (!kr_index_get(&b->unit_index, kr_index_pair(bundle, state), &unit)) {
        KR_GROW(b->units, b->units_cap, b->nunits + 1, b->ctx, KR_ACCOUNT_READING);
        unit = (uint32_t)b->nunits++;
        memset(&b->units[unit], 0, sizeof *b->units);
        b->units[unit].bundle = bundle;
        b->units[unit].state = state;
        b->units[unit].position = unit;
        KR_TRY(kr_index_put(&b->unit_index, kr_index_pair(bundle, state), unit));
    }
    KR_GROW(w->units, w->units_cap, w->nunits + 1, b->ctx, KR_ACCOUNT_READING);
    w->units[w->nunits++] = unit;
out:
    return s;
}

/* From the units of each path to the paths of each unit. */
static kr_status unit_invert(walk *w)
{
    kr_status s = KR_OK;
    kr_build *b = w->b;
    kr_edge *edges = NULL;
    size_t *first = NULL, *end = NULL;

    KR_NEW(edges, b->ctx, KR_ACCOUNT_READING, w->nunits);
    KR_NEW(first, b->ctx, KR_ACCOUNT_READING, b->nunits + 1);
    KR_NEW(end, b->ctx, KR_ACCOUNT_READING, b->nunits + 1);
    for (size_t i = 0; i < w->nunits; i++)
        first[w->units[i] + 1]++;
    for (size_t u = 0; u < b->nunits; u++)
        first[u + 1] += first[u];
    memcpy(end, first, b->nunits * sizeof *end);
    for (size_t p = 0; p < b->tree->npaths; p++)
        for (size_t i = w->first[p]; i < w->first[p + 1]; i++) {
            size_t u = w->units[i];
            if (end[u] > first[u] && edges[end[u] - 1].branch == p)
                edges[end[u] - 1].to += edges[end[u] - 1].to < KR_DIAGRAM_ENDS - 1;
            else
                edges[end[u]++] = (kr_edge){(uint32_t)p, 1};
        }
    for (size_t u = 0; u < b->nunits; u++)
        KR_TRY(kr_diagram_make(&b->tree->diagrams, 0, edges + first[u], end[u] - first[u],
                               &b->units[u].presence));
out:
    kr_free(edges);
    kr_free(first);
    kr_free(end);
    return s;
}

static kr_status unit_walk(walk *w)
{
    kr_status s = KR_OK;
    kr_build *b = w->b;

    for (size_t p = 0; p < b->tree->npaths; p++) {
        KR_TRY(unit_walk_path(w, p));
        w->first[p] = w->nunits;
        for (size_t f = 0; f < w->nfiles; f++) {
            kr_build_see_file(b, w->files[f]);
            for (size_t i = b->first_bundle[w->files[f]]; i < b->first_bundle[w->files[f] + 1]; i++)
                KR_TRY(unit_add(w, (uint32_t)i));
        }
        w->first[p + 1] = w->nunits;
        if (kr_interrupted(b->ctx)) {
            s = KR_EINTERRUPTED;
            goto out;
        }
    }
out:
    return s;
}

kr_status kr_build_sampled_units(kr_build *b)
{
    kr_status s = KR_OK;
    walk w = {.b = b};

    KR_TRY(kr_checks_init(&w.checks, b));
    KR_NEW(w.state, b->ctx, KR_ACCOUNT_READING, b->nclasses + 1);
    KR_NEW(w.first, b->ctx, KR_ACCOUNT_READING, b->tree->npaths + 1);
    KR_TRY(unit_walk(&w));
    KR_TRY(unit_invert(&w));
out:
    kr_checks_clear(&w.checks);
    kr_free(w.state);
    kr_free(w.files);
    kr_free(w.units);
    kr_free(w.first);
    return s;
}
