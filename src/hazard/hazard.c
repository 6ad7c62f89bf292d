#include "hazard/motions.h"

#include "base/digest_map.h"

#include <math.h>
#include <string.h>

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
            if (motion->parts[p].gmm->epsilon != 0) {
                out->shifted = true;
                out->shift_model = i;
                out->shift_part = p;
            }
    }
    out->models = models;
    out->shared = alike && nparts > 1;
out:
    return s;
}

static kr_status make_evaluations(kr_hazard *h, kr_family *f)
{
    kr_status s = KR_OK;
    const kr_component *c = f->component;
    bool *done;
    KR_ANEW(done, &h->arena, c->ngsims);
    KR_ANEW(f->evaluations, &h->arena, c->ngsims);
    for (size_t k = 0; k < c->ngsims; k++)
        if (!done[k] && h->motions[c->gsims[k]].nimts > 0)
            KR_TRY(make_evaluation(h, c, k, done, &f->evaluations[f->nevaluations++]));
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

/* The family of a component: those that are equal in this can share ruptures. */
static kr_hash128 kinship(const kr_component *c)
{
    kr_hash128 h;
    kr_hash_init(&h);
    kr_hash_bytes(&h, &c->trt, sizeof c->trt);
    kr_hash_text(&h, c->source_trt);
    kr_hash_bytes(&h, c->gsims, c->ngsims * sizeof *c->gsims);
    return h;
}

/* Is there a model of the component that jumps there? */
static bool any_jumps(const kr_hazard *h, const kr_component *c, const kr_jump *jump)
{
    for (size_t k = 0; k < c->ngsims; k++) {
        const kr_motion *motion = &h->motions[c->gsims[k]];
        for (size_t i = 0; i < motion->nparts; i++)
            if (kr_gmm_jumps_at(motion->parts[i].gmm, jump))
                return true;
    }
    return false;
}

static kr_status make_jumps(kr_hazard *h, kr_family *f)
{
    kr_status s = KR_OK;
    kr_jump *list;
    KR_ANEW(list, &h->arena, kr_gmm_jumps_all.n);
    f->jumps.of = list;
    for (size_t i = 0; i < kr_gmm_jumps_all.n; i++)
        if (any_jumps(h, f->component, &kr_gmm_jumps_all.of[i]))
            list[f->jumps.n++] = kr_gmm_jumps_all.of[i];
out:
    return s;
}

static kr_status make_family(kr_hazard *h, const kr_component *c)
{
    kr_status s = KR_OK;
    kr_family *f = &h->families[h->nfamilies++];
    f->component = c;
    for (size_t k = 0; k < c->ngsims; k++)
        f->columns |= motion_columns(&h->motions[c->gsims[k]]);
    KR_TRY(make_jumps(h, f));
    KR_TRY(make_evaluations(h, f));
out:
    return s;
}

static kr_status make_families(kr_hazard *h)
{
    kr_status s = KR_OK;
    size_t n = h->tree->ncomponents, *of, *list, *known;
    kr_digest_map families;
    kr_digest_map_init(&families, h->ctx, KR_ACCOUNT_GMM);
    KR_ANEW(h->families, &h->arena, n);
    KR_ANEW(of, &h->arena, n);
    KR_ANEW(list, &h->arena, n);
    for (size_t c = 0; c < n; c++) {
        const kr_component *component = &h->tree->components[c];
        size_t alone = 0;
        known = &alone;
        if (h->job->sharing && !component->group)
            KR_TRY(kr_digest_map_at(&families, kinship(component), &known));
        if (*known == 0) {
            KR_TRY(make_family(h, component));
            *known = h->nfamilies;
        }
        of[c] = *known - 1;
        h->families[of[c]].n++;
    }
    for (size_t f = 0; f < h->nfamilies; f++) {
        h->families[f].components = list;
        list += h->families[f].n;
        h->families[f].n = 0;
    }
    for (size_t c = 0; c < n; c++) {
        kr_family *f = &h->families[of[c]];
        f->components[f->n++] = c;
    }
out:
    kr_digest_map_clear(&families);
    return s;
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
    KR_TRY(kr_motions_make(h, NULL, &h->arena, &h->motions));
    for (size_t g = 0; g < tree->ngsims; g++)
        h->site_columns |= only_site_columns(motion_columns(&h->motions[g]));
    KR_ANEW(h->sizes, &h->arena, tree->ncomponents);
    KR_ANEW(h->ruptures, &h->arena, tree->ncomponents);
    KR_TRY(make_families(h));
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
    for (size_t f = 0; f < h->nfamilies; f++) /* which function holds depends on these */
        h->families[f].columns |= KR_BIT(MAG) | KR_BIT(RRUP);
}

void kr_hazard_destroy(kr_hazard **hazard)
{
    kr_hazard *h = *hazard;
    if (!h)
        return;
    for (size_t i = 0; i < h->nworks; i++) {
        kr_work *w = h->works[i];
        kr_cells_destroy(&w->cells);
        for (size_t k = 0; k < w->nready; k++) {
            kr_split_destroy(&w->ready[k]->split);
            kr_fault_destroy(&w->ready[k]->fault);
        }
        kr_free(w->segments);
        kr_free(w->blocks);
        kr_free(w->ready);
    }
    kr_free(h->works);
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

const char *kr_hazard_trt(const kr_hazard *h, const kr_component *c)
{
    return h->job->compat == KR_COMPAT_EXACT ? c->source_trt : h->tree->trts[c->trt];
}

kr_columns kr_all_columns(const kr_hazard *h)
{
    kr_columns columns = 0;
    for (size_t f = 0; f < h->nfamilies; f++)
        columns |= h->families[f].columns;
    return columns;
}

const char *kr_hazard_file(const kr_hazard *h, size_t i)
{
    const kr_gmm_file *file = h->files;
    for (; file && i > 0; i--)
        file = file->next;
    return file ? file->path : NULL;
}

kr_columns kr_hazard_site_columns(const kr_hazard *h)
{
    return h->site_columns;
}

kr_component_size kr_hazard_component_size(const kr_hazard *h, size_t component)
{
    return h->sizes[component];
}

uint64_t kr_hazard_source_ruptures(const kr_hazard *h, size_t component, size_t source)
{
    return h->ruptures[component][source];
}
