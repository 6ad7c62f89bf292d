/* What can be chosen anew after a run: levels, tables, statistics, realizations of its
 * disaggregation. */
#include "model/job_int.h"

#include "base/str.h"

#include <string.h>

static void forget_statistics(kr_job_disagg *d)
{
    d->tree_mean = d->tree_variance = d->tree_quantiles = d->tree_branches = false;
    d->tree_occurrence = d->tree_sources = d->tree_sections = false;
}

/* A new value replaces what was given under its key, and what excludes it. */
static kr_status change(kr_job_reader *r, const kr_ini_entry *entry)
{
    kr_status s = KR_OK;
    kr_job_disagg *d = &r->job->disagg;
    static const char *const known[] = {"poes_disagg",       "iml_disagg",      "disagg_outputs",
                                        "disagg_statistics", "num_rlzs_disagg", "rlz_index"};
    size_t k = 0, n = sizeof known / sizeof *known;

    while (k < n && !kr_str_eq(known[k], entry->key))
        k++;
    if (k == n)
        return kr_fail(r->ctx, KR_EUSAGE,
                       "-p %s: what can be given anew is poes_disagg, iml_disagg, disagg_outputs, "
                       "disagg_statistics, num_rlzs_disagg and rlz_index",
                       entry->key);
    if (k == 0 || k == 1) {
        r->job->poes = d->poes = d->levels = (kr_numbers){0, NULL};
        d->levels_given = k == 1;
    }
    if (k == 1)
        return kr_job_set_iml(r, entry);
    if (k == 2)
        d->nkinds = 0;
    if (k == 3)
        forget_statistics(d);
    if (k == 4 || k == 5) {
        d->rlz_index.n = 0;
        d->rlzs = 0;
    }
    KR_TRY(kr_job_set(r, kr_job_key_find(entry->key), entry));
    if (k == 0)
        r->job->poes = d->poes;
out:
    return s;
}

kr_status kr_job_change_disagg(kr_ctx *ctx, kr_job *job, const kr_override *changes,
                               size_t nchanges, const char *file, kr_arena *arena)
{
    kr_status s = KR_OK;
    kr_job_reader r = {.ctx = ctx, .job = job, .arena = arena};

    KR_ANEW(r.entries, arena, nchanges + 1);
    for (size_t i = 0; i < nchanges; i++) {
        r.entries[i] =
            (kr_ini_entry){.key = changes[i].key, .value = changes[i].value, .file = file};
        for (size_t k = 0; k < i; k++)
            if (kr_str_eq(changes[k].key, changes[i].key))
                return kr_fail(ctx, KR_EUSAGE, "-p %s is given twice", changes[i].key);
    }
    r.n = nchanges;
    if (kr_job_entry(&r, "poes_disagg") && kr_job_entry(&r, "iml_disagg"))
        return kr_fail(ctx, KR_EUSAGE, "-p poes_disagg and -p iml_disagg: give one of the two");
    if (kr_job_entry(&r, "rlz_index") && kr_job_entry(&r, "num_rlzs_disagg"))
        return kr_fail(ctx, KR_EUSAGE, "-p rlz_index and -p num_rlzs_disagg: give one of the two");
    for (size_t i = 0; i < nchanges; i++)
        KR_TRY(change(&r, &r.entries[i]));
    KR_TRY(kr_job_check_disagg_choice(&r));
out:
    return s;
}
