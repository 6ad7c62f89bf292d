/* What the paths of a tree must fulfil: checked once for every pair of branches, branch and set. */
#include "tree/check.h"

#include "base/str.h"

#include <string.h>

kr_status kr_checks_init(kr_checks *w, const kr_build *b)
{
    kr_status s = KR_OK;

    *w = (kr_checks){.b = b, .exact = b->job->compat == KR_COMPAT_EXACT, .base = UINT32_MAX};
    kr_index_init(&w->clashes, b->ctx);
    kr_map_init(&w->base_ids, b->ctx, KR_ACCOUNT_READING);
    KR_NEW(w->warned, b->ctx, KR_ACCOUNT_READING, b->smlt->nsets + 1);
    KR_NEW(w->checked, b->ctx, KR_ACCOUNT_READING, b->smlt->nbranches + 1);
out:
    return s;
}

void kr_checks_clear(kr_checks *w)
{
    kr_index_clear(&w->clashes);
    kr_map_clear(&w->base_ids);
    kr_free(w->warned);
    kr_free(w->checked);
}

/* Has the branch the source of place p already? With --compat exact an id may stand for several
 * contents; otherwise those were renamed before. */
static bool has_place(const kr_checks *w, const kr_lt_branch *branch, const kr_place *p)
{
    const kr_build *b = w->b;

    for (size_t f = 0; f < branch->nfiles; f++)
        for (size_t i = b->first_place[branch->files[f]]; i < b->first_place[branch->files[f] + 1];
             i++)
            if (kr_str_eq(b->places[i].id, p->id) && (!w->exact || kr_place_same(&b->places[i], p)))
                return true;
    return false;
}

/* The ids of the sources of a sourceModel branch, kept until another is asked for. */
static kr_status take_base(kr_checks *w, uint32_t base)
{
    kr_status s = KR_OK;
    const kr_build *b = w->b;
    const kr_lt_branch *from = &b->smlt->branches[base];

    if (w->base == base)
        return KR_OK;
    kr_map_clear(&w->base_ids);
    w->base = UINT32_MAX;
    for (size_t f = 0; f < from->nfiles; f++)
        for (size_t i = b->first_place[from->files[f]]; i < b->first_place[from->files[f] + 1]; i++)
            KR_TRY(kr_map_put(&w->base_ids, b->places[i].id, 0));
    w->base = base;
out:
    return s;
}

kr_status kr_check_clash(kr_checks *w, uint32_t base, uint32_t extra)
{
    kr_status s = KR_OK;
    const kr_build *b = w->b;
    const kr_lt_branch *from = &b->smlt->branches[base], *with = &b->smlt->branches[extra];
    uint32_t known;

    if (kr_index_get(&w->clashes, kr_index_pair(base, extra), &known))
        return KR_OK;
    KR_TRY(take_base(w, base));
    for (size_t f = 0; f < with->nfiles; f++)
        for (size_t i = b->first_place[with->files[f]]; i < b->first_place[with->files[f] + 1]; i++)
            if (kr_map_get(&w->base_ids, b->places[i].id, NULL) &&
                has_place(w, from, &b->places[i]))
                return kr_fail_at(b->ctx, b->smlt->path, with->line,
                                  "the branch '%s' adds the source '%s', which the branch '%s' has "
                                  "already; give it another id",
                                  with->id, b->places[i].source->id, from->id);
    KR_TRY(kr_index_put(&w->clashes, kr_index_pair(base, extra), 0));
out:
    return s;
}

kr_status kr_check_sources(kr_checks *w, uint32_t branch)
{
    const kr_build *b = w->b;
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

void kr_check_dropped(kr_checks *w, uint32_t set)
{
    const kr_lt_set *at = &w->b->smlt->sets[set];

    if (w->warned[set] || at->kind == KR_LT_DUMMY)
        return;
    w->warned[set] = 1;
    kr_warn_at(w->b->ctx, w->b->smlt->path, at->line,
               "the branch set '%s' comes after one that does not apply to all branches: where "
               "that one does not apply, this one multiplies realizations but changes no source, "
               "as in the reference; --compat exact applies it",
               at->id);
}

kr_status kr_check_late_extend(const kr_checks *w, uint32_t set)
{
    const kr_lt_set *at = &w->b->smlt->sets[set];

    return kr_fail_at(w->b->ctx, w->b->smlt->path, at->line,
                      "the extendModel set '%s' must come right after the sourceModel set or "
                      "another extendModel one (--compat exact allows it anywhere)",
                      at->id);
}
