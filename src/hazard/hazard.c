#include "hazard/hazard_int.h"

#include "base/str.h"

#include <math.h>
#include <string.h>

/* The measures of a model: those whose weight is not 0. It need not give the others. */
static kr_status choose_measures(kr_hazard *h, const kr_gsim *gsim, kr_imt **imts, kr_motion *out)
{
    kr_status s = KR_OK;
    const kr_job *job = h->job;
    size_t *measures;
    KR_ANEW(measures, &h->arena, job->nimts);
    KR_ANEW(*imts, &h->arena, job->nimts);
    for (size_t m = 0; m < job->nimts; m++) {
        if (gsim->zero_for_imt && gsim->zero_for_imt[m])
            continue;
        measures[out->nimts] = m;
        (*imts)[out->nimts++] = job->imts[m];
    }
    out->measures = measures;
out:
    return s;
}

static kr_status make_motion(kr_hazard *h, const kr_gsim *gsim, kr_motion *out)
{
    kr_status s = KR_OK;
    const kr_gmm **models;
    kr_gmm_part *parts;
    kr_imt *imts;
    size_t n = 0;
    KR_TRY(choose_measures(h, gsim, &imts, out));
    KR_ANEW(models, &h->arena, gsim->nparts);
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
                            .change_preset = part->table};
        KR_TRY(kr_gmm_create(h->ctx, &spec, imts, out->nimts, &h->arena, &models[i]));
        if (models[i]->scratch > h->scratch)
            h->scratch = models[i]->scratch;
        n += kr_gmm_count_parts(models[i]);
    }
    KR_ANEW(parts, &h->arena, n);
    for (size_t i = 0; i < gsim->nparts; i++)
        for (size_t p = 0; p < kr_gmm_count_parts(models[i]); p++)
            parts[out->nparts++] = kr_gmm_part_at(models[i], p, gsim->parts[i].weight);
    out->parts = parts;
out:
    return s;
}

/* True if one evaluation serves all parts of `b`: they are like the first one of `a`. */
static bool is_like(const kr_motion *a, const kr_motion *b)
{
    for (size_t p = 0; p < b->nparts; p++)
        if (!kr_gmm_alike(a->parts[0].gmm, b->parts[p].gmm))
            return false;
    return true;
}

/* The evaluation of model k of the component and of all later ones that are like it. */
static kr_status make_evaluation(kr_hazard *h, const kr_component *c, size_t k, bool *done,
                                 kr_evaluation *out)
{
    kr_status s = KR_OK;
    const kr_motion *first = &h->motions[c->gsims[k]];
    bool alike = is_like(first, first);
    size_t *models, nparts = 0;
    KR_ANEW(models, &h->arena, c->ngsims);
    for (size_t i = k; i < c->ngsims; i++) {
        const kr_motion *motion = &h->motions[c->gsims[i]];
        if (done[i] || (i != k && !(alike && is_like(first, motion))))
            continue;
        done[i] = true;
        models[out->n++] = i;
        nparts += motion->nparts;
        for (size_t p = 0; p < motion->nparts; p++)
            if (motion->parts[p].gmm->epsilon != 0)
                out->shifted = motion->parts[p].gmm;
    }
    out->models = models;
    out->shared = alike && nparts > 1;
out:
    return s;
}

static kr_status make_evaluations(kr_hazard *h, kr_work_component *w)
{
    kr_status s = KR_OK;
    const kr_component *c = w->component;
    bool *done;
    KR_ANEW(done, &h->arena, c->ngsims);
    KR_ANEW(w->evaluations, &h->arena, c->ngsims);
    for (size_t k = 0; k < c->ngsims; k++)
        if (!done[k] && h->motions[c->gsims[k]].nimts > 0)
            KR_TRY(make_evaluation(h, c, k, done, &w->evaluations[w->nevaluations++]));
out:
    return s;
}

static kr_columns motion_columns(const kr_motion *motion)
{
    kr_columns columns = 0;
    for (size_t i = 0; i < motion->nparts; i++)
        columns |= motion->parts[i].gmm->needs;
    return columns;
}

static kr_columns only_site_columns(kr_columns columns)
{
    kr_columns out = 0;
    for (int c = 0; c < KR_COL_COUNT; c++)
        if (((columns >> c) & 1) && kr_column_kind_of((kr_column)c) == KR_COLUMN_SITE)
            out |= (kr_columns)1 << c;
    return out;
}

/* What the kernel compares with: ln(level), or the level itself for measures on a linear scale. */
static kr_status make_levels(kr_hazard *h)
{
    kr_status s = KR_OK;
    const kr_job *job = h->job;
    h->padded = (job->nlevels + KR_KERNEL_PAD - 1) / KR_KERNEL_PAD * KR_KERNEL_PAD;
    KR_ANEW(h->levels, &h->arena, job->nimts * h->padded);
    for (size_t m = 0; m < job->nimts; m++)
        for (size_t l = 0; l < h->padded; l++) {
            double level = l < job->nlevels ? job->levels[m * job->nlevels + l] : 0;
            bool linear = job->imts[m].kind == KR_IMT_MMI;
            h->levels[m * h->padded + l] =
                l >= job->nlevels ? 1e300 : (linear ? level : log(level));
        }
out:
    return s;
}

kr_status kr_hazard_create(kr_ctx *ctx, const kr_job *job, const kr_model *model,
                           const kr_tree *tree, kr_hazard **out)
{
    kr_status s = KR_OK;
    kr_hazard *h;
    *out = NULL;
    KR_NEW(h, ctx, KR_ACCOUNT_GMM, 1);
    h->ctx = ctx;
    h->job = job;
    h->model = model;
    h->tree = tree;
    h->kernels = kr_kernels_here();
    h->truncation = kr_truncation_of(job->truncation_level);
    kr_arena_init(&h->arena, ctx, KR_ACCOUNT_GMM);
    KR_TRY(make_levels(h));
    KR_ANEW(h->motions, &h->arena, tree->ngsims);
    for (size_t g = 0; g < tree->ngsims; g++) {
        KR_TRY(make_motion(h, &tree->gsims[g], &h->motions[g]));
        h->site_columns |= only_site_columns(motion_columns(&h->motions[g]));
    }
    KR_ANEW(h->components, &h->arena, tree->ncomponents);
    for (size_t c = 0; c < tree->ncomponents; c++) {
        h->components[c].component = &tree->components[c];
        for (size_t k = 0; k < tree->components[c].ngsims; k++)
            h->components[c].columns |= motion_columns(&h->motions[tree->components[c].gsims[k]]);
        KR_TRY(make_evaluations(h, &h->components[c]));
    }
    *out = h;
    h = NULL;
out:
    kr_hazard_destroy(&h);
    return s;
}

kr_status kr_hazard_check_rock(const kr_hazard *h, const kr_soil *soil)
{
    const kr_amplification *table = kr_soil_table(soil);
    if (h->job->amplification_kernel || h->job->vs30_tolerance < 0)
        return KR_OK;
    for (size_t g = 0; g < h->tree->ngsims; g++)
        for (size_t i = 0; i < h->motions[g].nparts; i++) {
            const kr_gmm *gmm = h->motions[g].parts[i].gmm;
            if (isnan(gmm->rock_vs30))
                return kr_fail_at(h->ctx, gmm->file, gmm->line,
                                  "%s does not tell the vs30 of its rock, which amplification_csv "
                                  "needs; vs30_tolerance = -1 leaves out this check",
                                  gmm->cls->name);
            if (gmm->rock_vs30 < table->vs30_ref)
                return kr_fail_at(h->ctx, gmm->file, gmm->line,
                                  "%s is for rock of vs30 %g; at least the vs30_ref of %s, %g, was "
                                  "expected; vs30_tolerance = -1 leaves out this check",
                                  gmm->cls->name, gmm->rock_vs30, table->path, table->vs30_ref);
        }
    return KR_OK;
}

void kr_hazard_amplify(kr_hazard *h, const kr_soil *soil)
{
    h->soil = soil;
    for (size_t c = 0; c < h->tree->ncomponents; c++) /* which function holds depends on these */
        h->components[c].columns |= KR_BIT(MAG) | KR_BIT(RRUP);
}

void kr_hazard_destroy(kr_hazard **hazard)
{
    kr_hazard *h = *hazard;
    if (!h)
        return;
    for (size_t c = 0; h->components && c < h->tree->ncomponents; c++) {
        kr_work_component *w = &h->components[c];
        for (size_t i = 0; w->ready && i < w->component->nsources; i++) {
            kr_split_destroy(&w->ready[i].split);
            kr_fault_destroy(&w->ready[i].fault);
        }
        kr_cells_destroy(&w->cells);
        kr_free(w->segments);
        kr_free(w->blocks);
        kr_free(w->ready);
    }
    kr_surfaces_destroy(&h->surfaces);
    kr_site_soa_clear(&h->soa);
    kr_arena_clear(&h->arena);
    kr_free(h);
    *hazard = NULL;
}

void kr_hazard_soa(const kr_hazard *h, size_t first, size_t nsites, kr_site_soa *out)
{
    *out = h->soa;
    out->n = nsites;
    out->capacity = (nsites + 7) / 8 * 8;
    out->block = NULL;
#define X(name, what) out->name += first;
    KR_SITE_SOA_LIST(X)
#undef X
}

const char *kr_hazard_trt(const kr_hazard *h, const kr_work_component *w)
{
    return h->job->compat == KR_COMPAT_EXACT ? w->component->source_trt
                                             : h->tree->trts[w->component->trt];
}

kr_columns kr_hazard_site_columns(const kr_hazard *h)
{
    return h->site_columns;
}

kr_component_size kr_hazard_component_size(const kr_hazard *h, size_t component)
{
    return h->components[component].size;
}

uint64_t kr_hazard_source_ruptures(const kr_hazard *h, size_t component, size_t source)
{
    const kr_ready *r = &h->components[component].ready[source];
    return r->fault ? kr_fault_count_ruptures(r->fault) : kr_split_count_ruptures(r->split);
}
