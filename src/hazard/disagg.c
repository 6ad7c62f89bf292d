#include "hazard/disagg_int.h"
#include "hazard/occurrence.h"
#include "num/poe.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void kr_disagg_fail(kr_disagg_work *d, kr_status status)
{
    int none = KR_OK;
    if (status != KR_OK)
        atomic_compare_exchange_strong(&d->status, &none, (int)status);
}

kr_group kr_disagg_group(const kr_disagg_work *d, const kr_group *group, double *factor)
{
    kr_group as = *group;
    *factor = 1;
    if (!d->exact) {
        *factor = group->mutex_sources ? group->grp_probability : 1;
        as.grp_probability = 1;
        as.cluster = false;
    }
    return as;
}

/* ---- rooms ---- */

static kr_status unit_init(kr_disagg_work *d, kr_disagg_unit *u)
{
    kr_status s = KR_OK;
    const kr_hazard *h = d->hazard;
    size_t members = kr_disagg_most_members(h), atomic = kr_disagg_most_atomic(d);
    *u = (kr_disagg_unit){.of = d,
                          .row = kr_disagg_row_size(d),
                          .makers = {.hazard = h,
                                     .sections = &d->sections,
                                     .first_in_table = d->first_in_table,
                                     .extra = d->extra,
                                     .source_mags = !d->exact}};
    KR_TRY(kr_motions_init(h, d->motions, &u->motions));
    KR_TRY(kr_gathered_init(h, d->extra, &u->gathered));
    KR_NEW(u->keys, h->ctx, KR_ACCOUNT_RATES, KR_CONTEXTS_CAPACITY);
    KR_NEW(u->cells, h->ctx, KR_ACCOUNT_RATES, KR_CONTEXTS_CAPACITY);
    KR_NEW(u->weights, h->ctx, KR_ACCOUNT_RATES, members * KR_GMM_BATCH);
    KR_NEW(u->members, h->ctx, KR_ACCOUNT_RATES, members);
    KR_NEW(u->rows, h->ctx, KR_ACCOUNT_RATES, KR_POES_ROWS);
    KR_NEW(u->poes, h->ctx, KR_ACCOUNT_RATES, KR_POES_ROWS * d->most_padded);
    KR_NEW(u->bands, h->ctx, KR_ACCOUNT_RATES, KR_POES_ROWS * u->row);
    KR_NEW(u->sums, h->ctx, KR_ACCOUNT_RATES, members * u->row);
    KR_NEW(u->changed, h->ctx, KR_ACCOUNT_RATES, u->row);
    for (size_t i = 0; i < KR_POES_ROWS; i++)
        u->rows[i] = (uint32_t)i;
    KR_NEW(u->group_room[0], h->ctx, KR_ACCOUNT_RATES, atomic);
    KR_NEW(u->group_room[1], h->ctx, KR_ACCOUNT_RATES, atomic);
out:
    return s;
}

static void unit_clear(kr_disagg_unit *u)
{
    kr_makers_clear(&u->makers);
    kr_motions_clear(&u->motions);
    kr_gathered_clear(&u->gathered);
    kr_free(u->keys);
    kr_free(u->cells);
    kr_free(u->weights);
    kr_free(u->members);
    kr_free(u->rows);
    kr_free(u->poes);
    kr_free(u->bands);
    kr_free(u->sums);
    kr_free(u->changed);
    kr_free(u->group_room[0]);
    kr_free(u->group_room[1]);
}

/* ---- what is asked for ---- */

/* The kernels want levels that increase. */
static void insert(const kr_disagg_level *levels, size_t l, kr_disagg_levels *of)
{
    size_t to = of->n++;
    for (; to > 0 && levels[of->number[to - 1]].level > levels[l].level; to--)
        of->number[to] = of->number[to - 1];
    of->number[to] = l;
}

static kr_status make_levels(kr_disagg_work *d, const kr_disagg_level *levels)
{
    kr_status s = KR_OK;
    const kr_job *job = d->hazard->job;
    KR_ANEW(d->levels, &d->arena, job->nimts);
    for (size_t m = 0; m < job->nimts; m++) {
        kr_disagg_levels *of = &d->levels[m];
        for (size_t l = 0; l < d->nlevels; l++)
            of->n += levels[l].imt == m && levels[l].level > 0;
        of->padded = (of->n + KR_KERNEL_PAD - 1) / KR_KERNEL_PAD * KR_KERNEL_PAD;
        d->most_padded = of->padded > d->most_padded ? of->padded : d->most_padded;
        KR_NEW(of->x, d->hazard->ctx, KR_ACCOUNT_RATES, of->padded);
        KR_ANEW(of->number, &d->arena, of->n);
        of->n = 0;
        for (size_t l = 0; l < d->nlevels; l++)
            if (levels[l].imt == m && levels[l].level > 0)
                insert(levels, l, of);
        for (size_t l = 0; l < of->padded; l++) {
            bool linear = job->imts[m].kind == KR_IMT_MMI;
            double level = l < of->n ? levels[of->number[l]].level : 0;
            of->x[l] = l >= of->n ? 1e300 : (linear ? level : log(level));
        }
    }
out:
    return s;
}

kr_status kr_disagg_set_levels(kr_disagg_work *d, kr_hazard *h, const kr_disagg_level *levels)
{
    kr_status s = KR_OK;
    unsigned char *wanted;
    KR_TRY(make_levels(d, levels));
    KR_ANEW(wanted, &d->arena, h->job->nimts);
    for (size_t m = 0; m < h->job->nimts; m++)
        wanted[m] = d->levels[m].n > 0;
    KR_TRY(kr_motions_make(h, wanted, &d->arena, &d->motions));
out:
    return s;
}

kr_status kr_hazard_check_disagg(const kr_hazard *h)
{
    if (h->job->amplification_file)
        return kr_fail(h->ctx, KR_EINPUT,
                       "%s: a disaggregation does not know site amplification; no amplification "
                       "file was expected with calculation_mode = disaggregation",
                       h->job->path);
    for (size_t c = 0; c < h->tree->ncomponents; c++) {
        const kr_group *group = h->tree->components[c].group;
        if (group && group->mutex_ruptures)
            return kr_fail_at(h->ctx, group->file, group->line,
                              "exclusive ruptures have no disaggregation; rup_interdep = "
                              "\"indep\" was expected");
    }
    return KR_OK;
}

kr_status kr_disagg_begin(kr_disagg_work *d, const kr_hazard *h, size_t site,
                          const kr_disagg_bins *bins)
{
    kr_status s = KR_OK;
    kr_arena_init(&d->arena, h->ctx, KR_ACCOUNT_RATES);
    d->hazard = h;
    d->site = site;
    d->exact = h->job->compat == KR_COMPAT_EXACT;
    atomic_init(&d->status, KR_OK);
    atomic_init(&d->next, 0);
    atomic_init(&d->beyond, 0);
    atomic_init(&d->done, 0);
    KR_TRY(kr_hazard_check_disagg(h));
    KR_TRY(kr_binner_make(bins, d->exact, &d->arena, &d->binner));
    KR_TRY(kr_bands_make(bins, h->job->truncation_level, d->exact, &d->arena, &d->bands));
    d->extra = KR_BIT(MAG) | KR_BIT(RRUP);
    if (kr_binner_wants_place(&d->binner))
        d->extra |= KR_BIT(CLON) | KR_BIT(CLAT);
out:
    return s;
}

void kr_disagg_end(kr_disagg_work *d)
{
    for (size_t m = 0; d->levels && m < d->hazard->job->nimts; m++)
        kr_free(d->levels[m].x);
    kr_section_table_clear(&d->sections);
    kr_site_soa_clear(&d->soa);
    kr_arena_clear(&d->arena);
}

size_t kr_disagg_table_sites(const kr_disagg_work *d, kr_columns columns)
{
    const kr_hazard *h = d->hazard;
    bool closest = (columns | d->extra) & (KR_BIT(CLON) | KR_BIT(CLAT));
    bool few = h->sites && h->sites->n <= h->job->max_sites_disagg;
    return closest && few && !d->exact ? h->sites->n : 1;
}

/* The site alone, and the distances of the fault sections to it. */
kr_status kr_disagg_make_site(kr_disagg_work *d, kr_columns columns, int threads)
{
    kr_status s = KR_OK;
    const kr_hazard *h = d->hazard;
    const kr_sections *sections = kr_surfaces_sections(h->surfaces);
    uint32_t index = (uint32_t)d->site;
    bool all = kr_disagg_table_sites(d, columns) > 1;
    d->first_in_table = all ? 0 : d->site;
    KR_TRY(kr_site_soa_init(&d->soa, h->ctx, KR_ACCOUNT_SITES, 1));
    kr_site_soa_gather(&d->soa, &h->soa, &index, 1);
    if (sections->n)
        KR_TRY(kr_section_table_make(h->ctx, sections, columns | d->extra, all ? &h->soa : &d->soa,
                                     threads, &d->sections));
out:
    return s;
}

kr_status kr_disagg_make_result(kr_disagg_work *d)
{
    kr_status s = KR_OK;
    const kr_tree *tree = d->hazard->tree;
    kr_disagg *out = NULL;
    KR_NEW(out, d->hazard->ctx, KR_ACCOUNT_RATES, 1);
    *out = (kr_disagg){.nlevels = d->nlevels, .neps = d->bands.n};
    d->out = out;
    KR_NEW(out->parts, d->hazard->ctx, KR_ACCOUNT_RATES, tree->ncomponents);
    out->ncomponents = tree->ncomponents;
out:
    return s;
}

/* ---- tasks ---- */

typedef struct task {
    const kr_family *family;
    size_t first, end; /* evaluations */
} task;

/* Blocks are about as costly as each other. The last step is the caller's to tell. */
static void tell(kr_disagg_unit *u, size_t nblocks)
{
    kr_disagg_work *d = u->of;
    size_t n = nblocks * (u->end - u->first), done = atomic_fetch_add(&d->done, n) + n;
    double part = d->before + (1 - d->before - d->after) * (double)done / (double)d->steps;
    if (done < d->steps)
        kr_progress(d->hazard->ctx, "disaggregation", (double)d->site + part,
                    (double)d->hazard->sites->n);
}

static size_t count_steps(const kr_hazard *h)
{
    size_t n = 0;
    for (size_t i = 0; i < h->nworks; i++)
        n += h->works[i]->nblocks * h->works[i]->family->nevaluations;
    return n;
}

/* Works in their order; of atomic groups source by source. */
static kr_status run_work(kr_disagg_unit *u, const kr_work *w)
{
    kr_status s = KR_OK;
    for (size_t b = 0; b < w->nblocks; b++) {
        for (size_t i = 0; i < w->blocks[b].nsegments; i++)
            KR_TRY(kr_makers_run(&u->makers, &w->segments[w->blocks[b].first_segment + i],
                                 kr_disagg_add, u));
        tell(u, 1);
    }
out:
    return s;
}

/* Calls `what` with the numbers of each model of the task: of a source, of the group, and of the
 * result. */
static void for_models(kr_disagg_unit *u, void (*what)(kr_disagg_unit *u, size_t n, double *source,
                                                       double *sum, double *rates))
{
    size_t component = u->work->members[0];
    size_t n = u->of->sets[component].n * kr_disagg_stride(u->of);
    for (size_t k = u->first; k < u->end; k++) {
        const kr_evaluation *e = &u->work->family->evaluations[k];
        for (size_t i = 0; i < e->n; i++) {
            size_t at = e->models[i] * n;
            what(u, n, u->source + at, u->sum + at, u->of->out->parts[component].rates + at);
        }
    }
}

static void clear_model(kr_disagg_unit *u, size_t n, double *source, double *sum, double *rates)
{
    (void)u;
    (void)rates;
    memset(source, 0, n * sizeof *source);
    memset(sum, 0, n * sizeof *sum);
}

static void add_source(kr_disagg_unit *u, size_t n, double *source, double *sum, double *rates)
{
    (void)rates;
    kr_group_add_source(u->group, u->mutex_weight, n, source, sum);
}

static void put_rates(kr_disagg_unit *u, size_t n, double *source, double *sum, double *rates)
{
    (void)source;
    kr_group_rates(u->group, u->of->hazard->job->investigation_time, n, sum, rates);
}

static kr_status run_atomic(kr_disagg_unit *u, const kr_work *w)
{
    kr_status s = KR_OK;
    kr_group group = kr_disagg_group(u->of, w->component->group, &u->factor);
    u->group = &group;
    u->source = u->group_room[0];
    u->sum = u->group_room[1];
    for_models(u, clear_model);
    for (size_t i = 0; i < w->nsegments; i++) {
        const kr_ready *source = w->segments[i].source;
        assert(source); /* atomic groups are not put on a grid */
        KR_TRY(kr_makers_run(&u->makers, &w->segments[i], kr_disagg_add, u));
        if (i + 1 < w->nsegments && w->segments[i + 1].source == source)
            continue;
        u->mutex_weight = kr_mutex_weight(source);
        for_models(u, add_source);
    }
    for_models(u, put_rates);
    tell(u, w->nblocks);
out:
    u->group = NULL;
    return s;
}

static kr_status run_task(kr_disagg_unit *u, const task *t)
{
    kr_status s = KR_OK;
    const kr_hazard *h = u->of->hazard;
    u->first = t->first;
    u->end = t->end;
    for (size_t i = 0; i < h->nworks; i++) {
        const kr_work *w = h->works[i];
        if (w->family != t->family)
            continue;
        u->work = w;
        u->factor = 1;
        u->source = u->sum = NULL;
        kr_makers_set(&u->makers, w, u->of->site, 1, &u->of->soa);
        KR_TRY(w->component->group ? run_atomic(u, w) : run_work(u, w));
    }
out:
    return s;
}

static void run_tasks(kr_disagg_work *d, const task *tasks, size_t ntasks)
{
    kr_disagg_unit unit;
    kr_status s = unit_init(d, &unit);
    for (size_t i; s == KR_OK && (i = atomic_fetch_add(&d->next, 1)) < ntasks;)
        if (atomic_load(&d->status) == KR_OK)
            s = run_task(&unit, &tasks[i]);
    kr_disagg_fail(d, s);
    unit_clear(&unit);
}

/* The models of each family in as many parts as there are threads. */
static kr_status make_tasks(const kr_hazard *h, int threads, task **out, size_t *n)
{
    kr_status s = KR_OK;
    task *tasks = NULL;
    *n = 0;
    KR_NEW(tasks, h->ctx, KR_ACCOUNT_RATES, h->nfamilies * (size_t)threads);
    for (size_t f = 0; f < h->nfamilies; f++) {
        const kr_family *family = &h->families[f];
        size_t nparts =
            (size_t)threads < family->nevaluations ? (size_t)threads : family->nevaluations;
        for (size_t p = 0; p < nparts; p++)
            tasks[(*n)++] = (task){family, family->nevaluations * p / nparts,
                                   family->nevaluations * (p + 1) / nparts};
    }
    *out = tasks;
out:
    return s;
}

static kr_status make_rates(kr_disagg_work *d)
{
    kr_status s = KR_OK;
    const kr_tree *tree = d->hazard->tree;
    for (size_t c = 0; c < tree->ncomponents; c++)
        KR_NEW(d->out->parts[c].rates, d->hazard->ctx, KR_ACCOUNT_RATES,
               tree->components[c].ngsims * d->sets[c].n * kr_disagg_stride(d));
out:
    return s;
}

static kr_status compute(kr_disagg_work *d, int threads)
{
    kr_status s = KR_OK;
    task *tasks = NULL;
    size_t ntasks;
    KR_TRY(make_rates(d));
    KR_TRY(make_tasks(d->hazard, threads, &tasks, &ntasks));
    d->steps = count_steps(d->hazard);
    atomic_store(&d->next, 0);
#pragma omp parallel num_threads(threads)
    run_tasks(d, tasks, ntasks);
    s = (kr_status)atomic_load(&d->status);
out:
    kr_free(tasks);
    return s;
}

/* ---- the end ---- */

/* The reference holds probabilities in between; smaller rates only lose digits there. */
static double as_reference(double rate)
{
    static const double none = 1e-12, nearly_certain = 18;
    if (rate < nearly_certain)
        return rate < none ? 0 : rate;
    return kr_cut_rate_of_poe(1 - exp(-rate));
}

static void cut_as_reference(kr_disagg_work *d, int threads)
{
    const kr_tree *tree = d->hazard->tree;
    for (size_t c = 0; c < tree->ncomponents; c++) {
        double *rates = d->out->parts[c].rates;
        size_t n = tree->components[c].ngsims * d->sets[c].n * kr_disagg_stride(d);
#pragma omp parallel for num_threads(threads)
        for (size_t i = 0; i < n; i++)
            rates[i] = as_reference(rates[i]);
    }
}

kr_status kr_hazard_disaggregate(kr_hazard *h, size_t site, const kr_disagg_bins *bins,
                                 const kr_disagg_wanted *wanted, int threads, kr_disagg **out)
{
    kr_status s = KR_OK;
    kr_disagg_work d = {.nlevels = wanted->n, .before = wanted->before, .after = wanted->after};
    *out = NULL;
    KR_TRY(kr_disagg_begin(&d, h, site, bins));
    KR_TRY(kr_disagg_set_levels(&d, h, wanted->levels));
    KR_TRY(kr_hazard_meet_once(h, threads));
    KR_TRY(kr_disagg_make_site(&d, kr_all_columns(h), threads));
    KR_TRY(kr_disagg_make_result(&d));
    kr_phase_begin(h->ctx, "cells of the disaggregation");
    KR_TRY(kr_disagg_find_cells(&d, threads));
    kr_phase_begin(h->ctx, "disaggregation");
    KR_TRY(compute(&d, threads));
    if (!d.exact)
        cut_as_reference(&d, threads);
    *out = d.out;
    d.out = NULL;
out:
    kr_disagg_destroy(&d.out);
    kr_disagg_end(&d);
    return s;
}

void kr_disagg_destroy(kr_disagg **disagg)
{
    kr_disagg *d = *disagg;
    if (!d)
        return;
    for (size_t c = 0; c < d->ncomponents; c++) {
        kr_free(d->parts[c].cells);
        kr_free(d->parts[c].rates);
        kr_free(d->parts[c].exclusive);
    }
    kr_free(d->parts);
    if (d->chord) {
        kr_free(d->chord->part);
        kr_free(d->chord->below);
        kr_free(d->chord->above);
    }
    kr_free(d->chord);
    kr_free(d);
    *disagg = NULL;
}
