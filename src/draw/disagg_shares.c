#include "draw/disagg_shares.h"

#include "base/str.h"
#include "draw/ruler.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------ choices */

static kr_status choose_poe(const kr_figure *f, kr_disagg_shares *out)
{
    const kr_numbers *poes = &f->stored->job->poes;
    const char *all = "";
    char text[24];
    out->poe = 0;
    if (isnan(f->poe))
        return KR_OK;
    if (poes->n == 0)
        return kr_fail(f->ctx, KR_EUSAGE,
                       "--poe: the levels of this disaggregation were given (iml_disagg); leave it "
                       "out");
    for (size_t p = 0; p < poes->n && all; p++) {
        if (poes->x[p] == f->poe) {
            out->poe = p;
            return KR_OK;
        }
        kr_number_text(poes->x[p], text);
        all = kr_arena_printf(f->arena, "%s%s%s", all, p ? ", " : "", text);
    }
    return all ? kr_fail(f->ctx, KR_EUSAGE, "--poe %g: was not disaggregated; there is %s", f->poe,
                         all)
               : KR_ENOMEM;
}

/* What there is, for messages. */
static const char *list_statistics(const kr_figure *f, const kr_disagg_shares *z)
{
    const uint32_t *rlzs = z->d->rlzs + z->site * z->d->nrlzs;
    const char *text = z->d->mean ? ", mean" : "";
    for (size_t i = 0; i < z->d->ntree && text; i++)
        text = kr_arena_printf(f->arena, "%s, %s", text, z->d->tree[i].name);
    for (size_t i = 0; i < z->d->nrlzs && i < 3 && text; i++)
        text = kr_arena_printf(f->arena, "%s, rlz-%u", text, (unsigned)rlzs[i]);
    if (z->d->nrlzs > 3 && text)
        text = kr_arena_printf(f->arena, "%s and %zu others", text, z->d->nrlzs - 3);
    return text ? text + 2 : NULL;
}

static kr_status take_rlz(const kr_figure *f, size_t k, kr_disagg_shares *out)
{
    out->group = KR_DISAGG_RLZS;
    out->rlz = k;
    out->name = kr_arena_printf(f->arena, "realization %u",
                                (unsigned)out->d->rlzs[out->site * out->d->nrlzs + k]);
    return out->name ? KR_OK : KR_ENOMEM;
}

/* The mean; of a single realization that one. */
static kr_status choose_statistic(const kr_figure *f, kr_disagg_shares *out)
{
    const char *wanted = f->disagg;
    const kr_stored_disagg *d = out->d;
    long long number;
    out->group = KR_DISAGG_MEAN;
    out->name = "mean";
    if (f->nstats > 1)
        return kr_fail(f->ctx, KR_EUSAGE, "--stat: this figure shows one statistic");
    if (!wanted && !d->mean)
        return take_rlz(f, 0, out);
    if (!wanted || (d->mean && kr_str_eq(wanted, "mean")))
        return KR_OK;
    if (kr_str_eq(wanted, "mean") && d->nrlzs == 1) { /* of a tree with one realization that one */
        kr_status s = kr_stored_tree(f->stored);
        if (s != KR_OK || f->stored->tree->rlzs == 1)
            return s == KR_OK ? take_rlz(f, 0, out) : s;
    }
    for (size_t i = 0; i < d->ntree; i++)
        if (kr_str_eq(d->tree[i].name, wanted)) {
            out->group = d->tree[i].group;
            out->set = d->tree[i].set;
            out->name = kr_str_eq(wanted, "tree_mean") ? "mean of the whole tree" : wanted;
            return KR_OK;
        }
    for (size_t k = 0; k < d->nrlzs; k++)
        if (kr_str_starts(wanted, "rlz-") && kr_parse_int(wanted + 4, &number) &&
            number == (long long)d->rlzs[out->site * d->nrlzs + k])
            return take_rlz(f, k, out);
    const char *all = list_statistics(f, out);
    return all ? kr_fail(f->ctx, KR_EUSAGE,
                         "--stat %s: was not disaggregated; of this site there is %s", wanted, all)
               : KR_ENOMEM;
}

static double level_at(const kr_disagg_shares *z)
{
    return kr_stored_disagg_level(z->d, z->site, z->set, z->measure, z->poe);
}

kr_status kr_disagg_shares_choose(kr_figure *f, kr_disagg_shares *out)
{
    kr_status s = KR_OK;
    const kr_stored *x = f->stored;
    *out = (kr_disagg_shares){.f = f};
    KR_TRY(kr_stored_disagg_open(f->ctx, x->path, x->file, x->sites->n, x->job->nimts, f->arena,
                                 &out->d));
    if (!out->d)
        return kr_fail(f->ctx, KR_EINPUT,
                       "%s: holds no disaggregation: run the job with calculation_mode = "
                       "disaggregation",
                       x->path);
    KR_TRY(kr_figure_site(f, &out->site));
    KR_TRY(kr_figure_measure(f, &out->measure));
    if (out->d->npoes != (x->job->poes.n ? x->job->poes.n : 1))
        return kr_fail(f->ctx, KR_EINPUT, "%s: 'hmap3' does not fit the rest: the file is damaged",
                       x->path);
    KR_TRY(choose_poe(f, out));
    KR_TRY(choose_statistic(f, out));
    out->level = level_at(out);
    for (size_t p = 1; p < out->d->npoes && isnan(f->poe) && !(out->level > 0); p++) {
        out->poe = p;
        out->level = level_at(out);
    }
    if (!(out->level > 0))
        s = kr_fail(f->ctx, KR_EINPUT,
                    "%s: the curve of site %zu does not reach the probability: there is "
                    "nothing disaggregated; give another with --poe",
                    x->path, out->site);
out:
    return s;
}

/* ------------------------------------------------------------------ numbers */

kr_status kr_disagg_shares_read(const kr_disagg_shares *z, unsigned axes, const char *tables,
                                double **out)
{
    kr_status s = KR_OK;
    const kr_disagg_slab slab = {z->site, z->measure, 1, z->poe, 1, z->group, z->rlz, 1};
    size_t n = kr_stored_disagg_cells(z->d, axes);
    double sum = 0;
    if (!kr_stored_disagg_kind(z->d, axes)) {
        const char *names = kr_stored_disagg_names(z->d, z->f->arena);
        return names ? kr_fail(z->f->ctx, KR_EINPUT,
                               "%s: of its disaggregation %s is stored; this figure needs %s: run "
                               "the job with one of these in disagg_outputs",
                               z->d->path, names, tables)
                     : KR_ENOMEM;
    }
    KR_ANEW(*out, z->f->arena, n);
    KR_TRY(kr_stored_disagg_read(z->d, &slab, axes, *out));
    for (size_t i = 0; i < n; i++)
        sum += (*out)[i];
    if (!(sum > 0))
        s = kr_fail(z->f->ctx, KR_EINPUT,
                    "%s: no bin has a part in the exceedance of %g at site %zu: the bins leave all "
                    "ruptures out",
                    z->d->path, z->level, z->site);
    for (size_t i = 0; i < n && sum > 0; i++)
        (*out)[i] *= 100 / sum;
out:
    return s;
}

double kr_disagg_shares_mean(const double *edges, size_t n, const double *shares)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += shares[i] / 100 * (edges[i] + edges[i + 1]) / 2;
    return sum;
}

size_t kr_disagg_shares_largest(const double *shares, size_t n)
{
    size_t k = 0;
    for (size_t i = 1; i < n; i++)
        if (shares[i] > shares[k])
            k = i;
    return k;
}

/* ------------------------------------------------------------------ texts */

const char *kr_disagg_shares_where(const kr_disagg_shares *z)
{
    const kr_figure *f = z->f;
    const kr_imt *imt = &f->stored->job->imts[z->measure];
    const char *place = kr_figure_place(f, z->site), *unit = kr_imt_unit(imt), *poe = "",
               *last = "";
    char level[24];
    kr_number_text(z->level, level);
    if (f->stored->job->poes.n) {
        const char *text = kr_figure_poe(f, f->stored->job->poes.x[z->poe]);
        poe = text ? kr_arena_printf(f->arena, " (%s)", text) : NULL;
        if (kr_figure_is_last(f, z->measure, z->level))
            last = ", at the greatest level or beyond";
    }
    if (!place || !poe)
        return NULL;
    return kr_arena_printf(f->arena, "%s, %s = %s%s%s%s%s, %s; %s", place, imt->name, level,
                           unit[0] ? " " : "", unit, poe, last, z->name,
                           f->stored->job->description);
}
