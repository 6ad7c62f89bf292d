#include "hazard/motions.h"

#include <math.h>

/* ---- the models ---- */

/* The measures of a model: those whose weight is not 0. It need not give the others. */
static kr_status choose_measures(const kr_hazard *h, const unsigned char *wanted,
                                 const kr_gsim *gsim, kr_arena *arena, kr_imt **imts,
                                 kr_motion *out)
{
    kr_status s = KR_OK;
    const kr_job *job = h->job;
    size_t *measures;
    KR_ANEW(measures, arena, job->nimts);
    KR_ANEW(*imts, arena, job->nimts);
    for (size_t m = 0; m < job->nimts; m++) {
        if ((wanted && !wanted[m]) || (gsim->zero_for_imt && gsim->zero_for_imt[m]))
            continue;
        measures[out->nimts] = m;
        (*imts)[out->nimts++] = job->imts[m];
    }
    out->measures = measures;
out:
    return s;
}

static kr_status make_instances(kr_hazard *h, const kr_gsim *gsim, const kr_imt *imts, size_t nimts,
                                bool all, kr_arena *arena, const kr_gmm **out)
{
    kr_status s = KR_OK;
    for (size_t i = 0; i < gsim->nparts; i++) {
        const kr_gsim_part *part = &gsim->parts[i];
        kr_gmm_spec spec = {.name = part->name,
                            .args = &part->args,
                            .file = part->file,
                            .dir = gsim->dir,
                            .line = part->line,
                            .lenient = h->job->lenient_gsim_arguments,
                            .to_geometric_mean = h->job->horiz_comp_to_geom_mean,
                            .forget_preset = part->table && h->job->compat != KR_COMPAT_EXACT,
                            .forget_inner = h->job->compat != KR_COMPAT_EXACT,
                            .change_preset = part->table,
                            .files = all ? &h->files : NULL};
        KR_TRY(kr_gmm_create(h->ctx, &spec, imts, nimts, arena, &out[i]));
        if (out[i]->scratch > h->scratch)
            h->scratch = out[i]->scratch;
    }
out:
    return s;
}

static kr_status make_motion(kr_hazard *h, const unsigned char *wanted, const kr_gsim *gsim,
                             kr_arena *arena, kr_motion *out)
{
    kr_status s = KR_OK;
    const kr_gmm **models;
    kr_gmm_part *parts;
    kr_imt *imts;
    size_t *gmm_of, n = 0;
    KR_TRY(choose_measures(h, wanted, gsim, arena, &imts, out));
    KR_ANEW(models, arena, gsim->nparts);
    if (wanted && out->nimts == 0)
        goto out;
    KR_TRY(make_instances(h, gsim, imts, out->nimts, !wanted, arena, models));
    for (size_t i = 0; i < gsim->nparts; i++)
        n += kr_gmm_count_parts(models[i]);
    KR_ANEW(parts, arena, n);
    KR_ANEW(gmm_of, arena, n);
    KR_ANEW(out->gmms, arena, n);
    for (size_t i = 0; i < gsim->nparts; i++)
        for (size_t p = 0; p < kr_gmm_count_parts(models[i]); p++) {
            kr_gmm_part *part = &parts[out->nparts];
            *part = kr_gmm_part_at(models[i], p, gsim->parts[i].weight);
            if (out->nparts == 0 || part->gmm != part[-1].gmm)
                out->gmms[out->ngmms++] = part->gmm;
            gmm_of[out->nparts++] = out->ngmms - 1;
        }
    out->parts = parts;
    out->gmm_of = gmm_of;
    h->most_gmms = out->ngmms > h->most_gmms ? out->ngmms : h->most_gmms;
out:
    return s;
}

kr_status kr_motions_make(kr_hazard *h, const unsigned char *wanted, kr_arena *arena,
                          kr_motion **out)
{
    kr_status s = KR_OK;
    KR_ANEW(*out, arena, h->tree->ngsims);
    for (size_t g = 0; g < h->tree->ngsims; g++)
        KR_TRY(make_motion(h, wanted, &h->tree->gsims[g], arena, &(*out)[g]));
out:
    return s;
}

/* ---- room ---- */

size_t kr_motions_bytes(const kr_hazard *h)
{
    size_t motions = h->job->nimts * KR_GMM_BATCH;
    return ((2 * h->most_gmms + 1) * motions + h->scratch + 2 * KR_POES_ROWS) * sizeof(double);
}

kr_status kr_motions_init(const kr_hazard *h, const kr_motion *of, kr_motions *out)
{
    kr_status s = KR_OK;
    size_t motions = h->job->nimts * KR_GMM_BATCH;
    *out = (kr_motions){.hazard = h, .of = of};
    KR_NEW(out->mean, h->ctx, KR_ACCOUNT_GMM, h->most_gmms * motions);
    KR_NEW(out->sigma, h->ctx, KR_ACCOUNT_GMM, h->most_gmms * motions);
    KR_NEW(out->shift, h->ctx, KR_ACCOUNT_GMM, motions);
    if (h->scratch > 0)
        KR_NEW(out->scratch, h->ctx, KR_ACCOUNT_GMM, h->scratch);
    KR_NEW(out->moved, h->ctx, KR_ACCOUNT_GMM, KR_POES_ROWS);
    KR_NEW(out->scaled, h->ctx, KR_ACCOUNT_GMM, KR_POES_ROWS);
out:
    return s;
}

void kr_motions_clear(kr_motions *m)
{
    kr_free(m->mean);
    kr_free(m->sigma);
    kr_free(m->shift);
    kr_free(m->scratch);
    kr_free(m->moved);
    kr_free(m->scaled);
    *m = (kr_motions){.hazard = NULL};
}

/* ---- means and sigmas ---- */

static kr_status check_mags(kr_ctx *ctx, const kr_gmm *gmm, const double *mag, size_t n)
{
    for (size_t j = 0; j < n && isfinite(gmm->mag_min); j++)
        if (mag[j] < gmm->mag_min)
            return kr_fail_at(ctx, gmm->file, gmm->line,
                              "magnitude %g is below the smallest of the table of %s, %g; use "
                              "minimum_magnitude to leave such ruptures out",
                              mag[j], gmm->cls->name, gmm->mag_min);
    return KR_OK;
}

static kr_status check_sigma(const kr_hazard *h, const kr_gmm *gmm, const double *sigma, size_t n)
{
    double level = h->truncation.level;
    if (level == 1e-9 || level == 99)
        return KR_OK;
    for (size_t m = 0; m < gmm->nimts; m++)
        for (size_t j = 0; j < n; j++)
            if (!(sigma[m * KR_GMM_BATCH + j] > 0))
                return kr_fail_at(h->ctx, gmm->file, gmm->line,
                                  "the total standard deviation of %s for %s is %g: it must be "
                                  "positive unless truncation_level is 0 or 99",
                                  gmm->cls->name, gmm->imts[m].name, sigma[m * KR_GMM_BATCH + j]);
    return KR_OK;
}

/* Mean and sigma of instance number g of a motion; `shared`: without its shift. */
static kr_status eval_gmm(kr_motions *m, const kr_gmm_batch *batch, const kr_gmm *gmm, size_t g,
                          bool shared)
{
    kr_status s = KR_OK;
    size_t place = g * m->hazard->job->nimts * KR_GMM_BATCH;
    const kr_gmm_out out = {
        .mean = m->mean + place, .sigma = m->sigma + place, .stride = KR_GMM_BATCH};
    KR_TRY(check_mags(m->hazard->ctx, gmm, batch->col[KR_COL_MAG], batch->n));
    KR_TRY(kr_gmm_check_vs30(m->hazard->ctx, gmm, batch->col[KR_COL_VS30], batch->n));
    if (shared)
        kr_gmm_eval_central(gmm, batch, &out);
    else
        kr_gmm_eval(gmm, batch, &out);
    KR_TRY(check_sigma(m->hazard, gmm, out.sigma, batch->n));
    m->means += (double)(batch->n * gmm->nimts);
out:
    return s;
}

kr_status kr_motions_eval(kr_motions *m, const kr_component *c, const kr_evaluation *e,
                          kr_gmm_batch *batch)
{
    kr_status s = KR_OK;
    const kr_motion *motion = &m->of[c->gsims[e->models[0]]];
    batch->scratch = m->scratch;
    for (size_t g = 0; g < (e->shared ? 1 : motion->ngmms); g++)
        KR_TRY(eval_gmm(m, batch, motion->gmms[g], g, e->shared));
    if (e->shifted)
        kr_gmm_shift(m->of[c->gsims[e->shift_model]].parts[e->shift_part].gmm, batch, m->shift,
                     KR_GMM_BATCH);
out:
    return s;
}

void kr_motions_part(kr_motions *m, const kr_motion *motion, size_t part, bool shared, size_t k,
                     size_t first, size_t n, const double *out[2])
{
    const kr_gmm_part *p = &motion->parts[part];
    size_t g = shared ? 0 : motion->gmm_of[part];
    size_t at = (g * m->hazard->job->nimts + k) * KR_GMM_BATCH + first;
    double epsilon = shared ? p->gmm->epsilon : 0;
    out[0] = m->mean + at;
    out[1] = m->sigma + at;
    if (epsilon != 0) {
        for (size_t j = 0; j < n; j++)
            m->moved[j] = m->mean[at + j] + epsilon * m->shift[k * KR_GMM_BATCH + first + j];
        out[0] = m->moved;
    }
    if (p->sigma_factor != 1) {
        for (size_t j = 0; j < n; j++)
            m->scaled[j] = p->sigma_factor * m->sigma[at + j];
        out[1] = m->scaled;
    }
}
