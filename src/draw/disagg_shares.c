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

static kr_status choose_rlz(const kr_figure *f, kr_disagg_shares *out)
{
    const uint32_t *rlzs = out->d->rlzs + out->site * out->d->nrlzs;
    out->mean = false;
    for (out->rlz = 0; out->rlz < out->d->nrlzs; out->rlz++)
        if (rlzs[out->rlz] == f->rlz)
            return KR_OK;
    if (out->d->nrlzs)
        return kr_fail(f->ctx, KR_EUSAGE,
                       "--stat rlz-%zu: this realization was not disaggregated; of this site there "
                       "%s rlz-%u%s",
                       f->rlz, out->d->nrlzs > 1 ? "are" : "is", (unsigned)rlzs[0],
                       out->d->nrlzs > 1 ? " and others (best_rlzs in results.h5)" : "");
    return kr_fail(f->ctx, KR_EUSAGE,
                   "--stat rlz-%zu: only the mean was disaggregated; run the job with "
                   "num_rlzs_disagg or rlz_index",
                   f->rlz);
}

/* The mean; of a tree that has one realization that one. */
static kr_status choose_statistic(const kr_figure *f, kr_disagg_shares *out)
{
    if (f->rlz != SIZE_MAX)
        return choose_rlz(f, out);
    if (f->nstats > 1 || (f->nstats == 1 && !kr_str_eq(f->stored->stats[f->stats[0]], "mean")))
        return kr_fail(f->ctx, KR_EUSAGE,
                       "--stat: of a disaggregation there is the mean, and realizations such as "
                       "rlz-0");
    out->mean = out->d->mean;
    out->rlz = 0;
    if (out->mean || (out->d->nrlzs == 1 && f->nstats == 0))
        return KR_OK;
    return kr_fail(f->ctx, KR_EINPUT, "%s: holds no mean of its disaggregation; take --stat rlz-%u",
                   f->stored->path, (unsigned)out->d->rlzs[out->site * out->d->nrlzs]);
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
    out->level =
        out->d->levels[(out->site * out->d->nimts + out->measure) * out->d->npoes + out->poe];
    if (!(out->level > 0))
        s = kr_fail(f->ctx, KR_EINPUT,
                    "%s: the mean curve of site %zu does not reach the probability: there is "
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
    const kr_disagg_slab slab = {z->site, z->measure, 1, z->poe, 1, z->mean, z->rlz, 1};
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
    const char *place = kr_figure_place(f, z->site), *unit = kr_imt_unit(imt), *poe = "";
    char level[24], of[24] = "mean";
    kr_number_text(z->level, level);
    if (!z->mean)
        snprintf(of, sizeof of, "realization %u",
                 (unsigned)z->d->rlzs[z->site * z->d->nrlzs + z->rlz]);
    if (f->stored->job->poes.n) {
        const char *text = kr_figure_poe(f, f->stored->job->poes.x[z->poe]);
        poe = text ? kr_arena_printf(f->arena, " (%s)", text) : NULL;
    }
    if (!place || !poe)
        return NULL;
    return kr_arena_printf(f->arena, "%s, %s = %s%s%s%s, %s; %s", place, imt->name, level,
                           unit[0] ? " " : "", unit, poe, of, f->stored->job->description);
}
