/* Tables of disaggregation: which there are. */
#include "base/str.h"
#include "output/export_disagg_int.h"

#include <math.h>
#include <stdio.h>

static kr_status head_one(kr_disagg_writer *w, const char *name)
{
    kr_status s = KR_OK;
    w->columns = 1;
    KR_ANEW(w->heads, &w->arena, 1);
    w->heads[0] = name;
out:
    return s;
}

static kr_status head_rlzs(kr_disagg_writer *w)
{
    kr_status s = KR_OK;
    w->columns = w->nrlzs;
    KR_ANEW(w->heads, &w->arena, w->nrlzs + 1);
    for (size_t z = 0; z < w->nrlzs; z++)
        KR_TRY((w->heads[z] = kr_arena_printf(&w->arena, "rlz%u", w->rlzs[z])) ? KR_OK : KR_ENOMEM);
out:
    return s;
}

/* "bs1: b11"; the text of a model may have several lines. */
static kr_status head_branches(kr_disagg_writer *w)
{
    kr_status s = KR_OK;
    char **sets, **branches;
    size_t n;
    KR_TRY(kr_h5_read_strings(w->e->file, "disagg-tree/branch_set", &w->arena, &sets, &n));
    KR_TRY(kr_h5_read_strings(w->e->file, "disagg-tree/branch", &w->arena, &branches, &w->columns));
    if (n != w->columns)
        return kr_disagg_writer_damaged(w, "disagg-tree/branch");
    KR_ANEW(w->heads, &w->arena, n + 1);
    for (size_t i = 0; i < n; i++) {
        char *head = kr_arena_printf(&w->arena, "%s: %s", sets[i], branches[i]);
        for (char *c = head; c && *c; c++)
            *c = *c == '\n' ? ' ' : *c;
        w->heads[i] = head;
        KR_TRY(head ? KR_OK : KR_ENOMEM);
    }
out:
    return s;
}

/* A group of tables; `column`: the name of the only one, or NULL. */
static kr_status write_group(kr_disagg_writer *w, const char *column)
{
    kr_status s = KR_OK;
    char name[96];
    kr_arena_init(&w->arena, w->e->ctx, KR_ACCOUNT_OUTPUT);
    KR_TRY(kr_disagg_writer_site(w));
    KR_TRY(column                               ? head_one(w, column)
           : kr_str_eq(w->group, "disagg-rlzs") ? head_rlzs(w)
                                                : head_branches(w));
    for (size_t i = 0; i < KR_DISAGG_KINDS; i++) {
        w->kind = &kr_disagg_kinds[i];
        snprintf(name, sizeof name, "%s/%s", w->group, w->kind->name);
        if (kr_h5_exists(w->e->file, name))
            KR_TRY(kr_disagg_writer_table(w));
    }
out:
    kr_arena_clear(&w->arena);
    return s;
}

/* The statistics of the whole tree that are there. */
static kr_status write_tree(kr_exporter *e, size_t site)
{
    kr_status s = KR_OK;
    char group[96], suffix[64];
    size_t set = 0;
    const kr_disagg_writer w = {.e = e, .site = site, .group = group, .suffix = suffix};
    static const struct {
        const char *name, *suffix, *column;
    } fixed[] = {{"mean", "tree_mean-", "mean"},
                 {"variance", "variance-", "share"},
                 {"occurrence", "occurrence-", "share"},
                 {"branches", "branches-", NULL}};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        kr_disagg_writer one = w;
        one.negative = kr_str_eq(fixed[i].column ? fixed[i].column : "", "share");
        snprintf(group, sizeof group, "disagg-tree/%s", fixed[i].name);
        snprintf(suffix, sizeof suffix, "%s", fixed[i].suffix);
        if (kr_h5_exists(e->file, group))
            KR_TRY(write_group(&one, fixed[i].column));
    }
    for (size_t i = 0; i < e->spec->nstats; i++) {
        kr_disagg_writer one = w;
        if (!kr_str_starts(e->spec->stats[i].name, "quantile-"))
            continue;
        one.set = ++set;
        snprintf(group, sizeof group, "disagg-tree/%s", e->spec->stats[i].name);
        snprintf(suffix, sizeof suffix, "%s-", e->spec->stats[i].name);
        if (kr_h5_exists(e->file, group))
            KR_TRY(write_group(&one, "mean"));
    }
out:
    return s;
}

kr_status kr_export_disagg(kr_exporter *e, size_t site)
{
    kr_status s = KR_OK;
    bool mean = kr_h5_exists(e->file, "disagg-stats");
    unsigned what = e->choice->what;
    kr_disagg_writer w = {.e = e, .site = site};
    if (what & KR_EXPORT_DISAGG && mean) {
        w.group = "disagg-stats";
        w.suffix = "mean-";
        w.rlzs_named = !e->spec->job->poes.n;
        KR_TRY(write_group(&w, "mean"));
    }
    if ((what & KR_EXPORT_DISAGG && !mean) || what & KR_EXPORT_DISAGG_RLZS) {
        w = (kr_disagg_writer){
            .e = e, .site = site, .group = "disagg-rlzs", .suffix = "", .rlzs_named = true};
        KR_TRY(write_group(&w, NULL));
    }
    if (what & KR_EXPORT_DISAGG_PARTS) {
        w = (kr_disagg_writer){.e = e,
                               .site = site,
                               .group = "disagg-rlzs",
                               .suffix = "traditional-",
                               .rlzs_named = true,
                               .traditional = true};
        KR_TRY(write_group(&w, NULL));
    }
    if (what & KR_EXPORT_DISAGG_TREE)
        KR_TRY(write_tree(e, site));
out:
    return s;
}

/* ------------------------------------------------------------------ summary */

/* Nothing where it is not known: of levels that nothing exceeds, of epsilon without bands. */
static void put_known(kr_table *t, double x)
{
    if (isnan(x))
        kr_table_text(t, "");
    else
        kr_table_number(t, x);
}

/* Means and modes of all sites: a row for each site, measure and probability. */
kr_status kr_export_disagg_summary(kr_exporter *e)
{
    static const char *const names[] = {KR_DISAGG_SUMMARY_NAMES};
    kr_status s = KR_OK;
    kr_table t = {0};
    kr_disagg_writer w = {.e = e};
    double *summary = NULL;
    size_t nimts = e->spec->job->nimts;
    kr_arena_init(&w.arena, e->ctx, KR_ACCOUNT_OUTPUT);
    KR_TRY(kr_export_begin(e, "disagg_summary.csv", &t));
    kr_table_comment(&t, kr_export_site_columns(e, false) + 3 + KR_DISAGG_SUMMARY,
                     kr_export_comment(e, ", kind='disaggregation of the mean'"));
    kr_export_site_header(e, &t, false);
    kr_table_text(&t, "imt");
    kr_table_text(&t, "iml");
    kr_table_text(&t, "poe");
    for (int i = 0; i < KR_DISAGG_SUMMARY; i++)
        kr_table_text(&t, names[i]);
    kr_table_end_row(&t);
    for (size_t row = 0; row < e->nsites; row++) {
        w.site = e->sites[row];
        KR_TRY(kr_disagg_writer_site(&w));
        if (!summary)
            KR_NEW(summary, e->ctx, KR_ACCOUNT_OUTPUT, nimts * w.npoes * KR_DISAGG_SUMMARY);
        KR_TRY(kr_h5_read_slab(e->file, "disagg-tree/summary", KR_H5_F64,
                               (const size_t[]){w.site, 0, 0, 0},
                               (const size_t[]){1, nimts, w.npoes, KR_DISAGG_SUMMARY}, summary));
        for (size_t l = 0; l < nimts * w.npoes; l++) {
            if (!kr_export_wants(e, l / w.npoes))
                continue;
            kr_export_site_fields(e, &t, w.site, false);
            kr_table_text(&t, e->spec->job->imts[l / w.npoes].name);
            kr_table_number(&t, w.levels[l]);
            kr_table_number(&t, w.poes[l]);
            for (int i = 0; i < KR_DISAGG_SUMMARY; i++)
                put_known(&t, summary[l * KR_DISAGG_SUMMARY + (size_t)i]);
            kr_table_end_row(&t);
        }
        kr_arena_reset(&w.arena);
    }
out:
    kr_free(summary);
    kr_arena_clear(&w.arena);
    return t.file || s != KR_OK ? kr_export_end(e, &t, s) : s;
}
