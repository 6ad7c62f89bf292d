/* Along every path: the states of the classes, the files, and so the units. */
#include "base/str.h"
#include "tree/build.h"

#include <string.h>

/* What one walk over all paths needs. */
typedef struct walk {
    kr_build *b;
    bool exact;
    uint32_t *state; /* of each class */
    uint32_t *files; /* of the path */
    size_t nfiles, files_cap;
    size_t nbase;    /* files of the sourceModel branch */
    uint32_t *units; /* of all paths, one after another */
    size_t nunits, units_cap;
    size_t *first;          /* units of path p: first[p] .. first[p + 1] */
    unsigned char *seen;    /* files whose tectonic region types are noted */
    unsigned char *warned;  /* branch sets */
    unsigned char *checked; /* sourceModel branches, for applyToSources */
    kr_index clashes;       /* pairs of branches that were compared */
} walk;

static kr_status unit_child(kr_build *b, uint32_t parent, uint32_t branch, uint32_t *out)
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

static kr_status unit_add_files(walk *w, const kr_lt_branch *branch)
{
    kr_status s = KR_OK;

    KR_GROW(w->files, w->files_cap, w->nfiles + branch->nfiles, w->b->ctx, KR_ACCOUNT_READING);
    for (size_t i = 0; i < branch->nfiles; i++)
        w->files[w->nfiles++] = branch->files[i];
out:
    return s;
}

/* Has the branch the source of place p already? With --compat exact an id may stand for several
 * contents; otherwise those were renamed before. */
static bool unit_has_place(const walk *w, const kr_lt_branch *branch, const kr_place *p)
{
    const kr_build *b = w->b;

    for (size_t f = 0; f < branch->nfiles; f++)
        for (size_t i = b->first_place[branch->files[f]]; i < b->first_place[branch->files[f] + 1];
             i++)
            if (kr_str_eq(b->places[i].id, p->id) && (!w->exact || kr_place_same(&b->places[i], p)))
                return true;
    return false;
}

/* The sources that an extendModel branch adds must not be in the model that it extends. */
static kr_status unit_check_clash(walk *w, uint32_t base, uint32_t extra)
{
    kr_status s = KR_OK;
    kr_build *b = w->b;
    const kr_lt_branch *from = &b->smlt->branches[base], *with = &b->smlt->branches[extra];
    kr_map ids;
    uint32_t known;

    if (kr_index_get(&w->clashes, kr_index_pair(base, extra), &known))
        return KR_OK;
    kr_map_init(&ids, b->ctx, KR_ACCOUNT_READING);
    for (size_t f = 0; f < from->nfiles; f++)
        for (size_t i = b->first_place[from->files[f]]; i < b->first_place[from->files[f] + 1]; i++)
            KR_TRY(kr_map_put(&ids, b->places[i].id, 0));
    for (size_t f = 0; f < with->nfiles; f++)
        for (size_t i = b->first_place[with->files[f]]; i < b->first_place[with->files[f] + 1]; i++)
            if (kr_map_get(&ids, b->places[i].id, NULL) && unit_has_place(w, from, &b->places[i])) {
                s = kr_fail_at(b->ctx, b->smlt->path, with->line,
                               "the branch '%s' adds the source '%s', which the branch '%s' has "
                               "already; give it "
                               "another id",
                               with->id, b->places[i].source->id, from->id);
                goto out;
            }
    KR_TRY(kr_index_put(&w->clashes, kr_index_pair(base, extra), 0));
out:
    kr_map_clear(&ids);
    return s;
}

/* applyToSources with one sourceModel branch in applyToBranches: the branch must have the sources.
 */
static kr_status unit_check_sources(walk *w, uint32_t branch)
{
    kr_build *b = w->b;
    const kr_lt_branch *base = &b->smlt->branches[branch];
    bool reduced = b->job->source_id.n || b->job->source_nodes.n || b->job->discard_trts.n;

    if (w->checked[branch] || w->exact)
        return KR_OK;
    w->checked[branch] = 1;
    for (size_t i = 0; i < b->smlt->nsets; i++) {
        const kr_lt_set *set = &b->smlt->sets[i];
        if (!set->by_source || !set->to_branches || !kr_str_eq(set->to_branches, base->id))
            continue;
        for (size_t k = 0; k < set->sources.n; k++) {
            bool found = false, renamed = false;
            for (size_t f = 0; f < base->nfiles; f++)
                for (size_t p = b->first_place[base->files[f]];
                     p < b->first_place[base->files[f] + 1]; p++) {
                    found = found || kr_str_eq(b->places[p].id, set->sources.name[k]);
                    renamed = renamed || kr_str_eq(b->places[p].source->id, set->sources.name[k]);
                }
            if (!found && (renamed || !reduced))
                return kr_fail_at(
                    b->ctx, b->smlt->path, set->line,
                    "applyToSources names '%s', which branch '%s' does not have%s; name its "
                    "sources",
                    set->sources.name[k], base->id,
                    renamed ? " under that name (its id has several contents in the tree; --compat "
                              "exact allows it)"
                            : "");
        }
    }
    return KR_OK;
}

static void unit_warn_dropped(walk *w, uint32_t set)
{
    const kr_lt_set *at = &w->b->smlt->sets[set];

    if (w->warned[set] || at->kind == KR_LT_DUMMY)
        return;
    w->warned[set] = 1;
    kr_warn_at(w->b->ctx, w->b->smlt->path, at->line,
               "the branch set '%s' comes after one that does not apply to all branches: where "
               "that one does not "
               "apply, this one multiplies realizations but changes no source, as in the "
               "reference; --compat exact "
               "applies it",
               at->id);
}

/* An extendModel set that is not right behind the sourceModel one: the reference fails to apply it.
 */
static kr_status unit_late_extend(walk *w, const kr_lt_set *set)
{
    return kr_fail_at(w->b->ctx, w->b->smlt->path, set->line,
                      "the extendModel set '%s' must come right after the sourceModel set or "
                      "another extendModel one "
                      "(--compat exact allows it anywhere)",
                      set->id);
}

/* Files and states of path p. */
static kr_status unit_walk_path(walk *w, size_t p)
{
    kr_status s = KR_OK;
    kr_build *b = w->b;
    const uint32_t *path = b->paths->branches + b->paths->first[p];
    size_t n = b->paths->first[p + 1] - b->paths->first[p];
    bool extending = true, dropped = false;

    memset(w->state, 0, b->nclasses * sizeof *w->state);
    w->nfiles = 0;
    KR_TRY(unit_add_files(w, &b->smlt->branches[path[0]]));
    for (size_t i = 1; i < n; i++) {
        const kr_lt_branch *branch = &b->smlt->branches[path[i]];
        const kr_lt_set *set = &b->smlt->sets[branch->set];

        dropped = dropped || (set->kind == KR_LT_DUMMY && !w->exact);
        if (dropped) {
            unit_warn_dropped(w, branch->set);
            continue;
        }
        if (set->kind == KR_LT_EXTEND) {
            if (!extending && !w->exact)
                return unit_late_extend(w, set);
            KR_TRY(unit_check_clash(w, path[0], path[i]));
            KR_TRY(unit_add_files(w, branch));
            continue;
        }
        extending = false;
        for (size_t c = b->first_class[branch->set]; c < b->first_class[branch->set + 1]; c++) {
            uint32_t *state = &w->state[b->set_classes[c]];
            KR_TRY(unit_child(b, *state, path[i], state));
        }
    }
    KR_TRY(unit_check_sources(w, path[0]));
out:
    return s;
}

static kr_status unit_see_file(walk *w, uint32_t file)
{
    kr_status s = KR_OK;
    kr_build *b = w->b;

    if (w->seen[file])
        return KR_OK;
    w->seen[file] = 1;
    for (size_t i = b->first_place[file]; i < b->first_place[file + 1]; i++) {
        size_t t = 0;
        while (t < b->ntrts && !kr_str_eq(b->trts[t], b->places[i].source->trt))
            t++;
        if (t == b->ntrts && t < b->smlt->ntrts + 1)
            b->trts[b->ntrts++] = b->places[i].source->trt;
    }
    return s;
}

static kr_status unit_add(walk *w, uint32_t bundle, size_t p)
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
        b->units[unit].position = (uint32_t)(w->nunits - w->first[p]);
        KR_TRY(kr_index_put(&b->unit_index, kr_index_pair(bundle, state), unit));
    }
    KR_GROW(w->units, w->units_cap, w->nunits + 1, b->ctx, KR_ACCOUNT_READING);
    w->units[w->nunits++] = unit;
    b->units[unit].npaths++;
out:
    return s;
}

/* From the units of each path to the paths of each unit. */
static kr_status unit_invert(walk *w)
{
    kr_status s = KR_OK;
    kr_build *b = w->b;
    uint32_t *paths, **fill = NULL;

    KR_ANEW(paths, &b->scratch, w->nunits + 1);
    KR_NEW(fill, b->ctx, KR_ACCOUNT_READING, b->nunits + 1);
    for (size_t u = 0; u < b->nunits; u++) {
        b->units[u].paths = fill[u] = paths;
        paths += b->units[u].npaths;
    }
    for (size_t p = 0; p < b->paths->n; p++)
        for (size_t i = w->first[p]; i < w->first[p + 1]; i++)
            *fill[w->units[i]]++ = (uint32_t)p;
out:
    kr_free(fill);
    return s;
}

static kr_status unit_walk(walk *w)
{
    kr_status s = KR_OK;
    kr_build *b = w->b;

    for (size_t p = 0; p < b->paths->n; p++) {
        KR_TRY(unit_walk_path(w, p));
        w->first[p] = w->nunits;
        for (size_t f = 0; f < w->nfiles; f++) {
            KR_TRY(unit_see_file(w, w->files[f]));
            for (size_t i = b->first_bundle[w->files[f]]; i < b->first_bundle[w->files[f] + 1]; i++)
                KR_TRY(unit_add(w, (uint32_t)i, p));
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

kr_status kr_build_units(kr_build *b)
{
    kr_status s = KR_OK;
    walk w = {.b = b, .exact = b->job->compat == KR_COMPAT_EXACT};
    uint32_t root;

    kr_index_init(&w.clashes, b->ctx);
    KR_ANEW(b->trts, &b->scratch, b->smlt->ntrts + 2);
    KR_NEW(w.state, b->ctx, KR_ACCOUNT_READING, b->nclasses + 1);
    KR_NEW(w.first, b->ctx, KR_ACCOUNT_READING, b->paths->n + 1);
    KR_NEW(w.seen, b->ctx, KR_ACCOUNT_READING, b->smlt->nfiles + 1);
    KR_NEW(w.warned, b->ctx, KR_ACCOUNT_READING, b->smlt->nsets + 1);
    KR_NEW(w.checked, b->ctx, KR_ACCOUNT_READING, b->smlt->nbranches + 1);
    KR_TRY(unit_child(b, KR_LT_NONE, KR_LT_NONE, &root)); /* state 0: unchanged */
    KR_TRY(unit_walk(&w));
    KR_TRY(unit_invert(&w));
out:
    kr_index_clear(&w.clashes);
    kr_free(w.state);
    kr_free(w.files);
    kr_free(w.units);
    kr_free(w.first);
    kr_free(w.seen);
    kr_free(w.warned);
    kr_free(w.checked);
    return s;
}
