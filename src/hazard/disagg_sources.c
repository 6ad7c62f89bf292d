/* What sources and fault sections have of the hazard at some levels. */
#include "hazard/disagg_int.h"
#include "hazard/occurrence.h"

#include <stdlib.h>
#include <string.h>

/* What is computed by one thread: a block of a work. */
typedef struct unit {
    const kr_work *work;
    const kr_block *block;
} unit;

/* What all threads have in common. */
typedef struct sharing {
    kr_disagg_work of;
    const double *given;           /* of component rates */
    const kr_tree_source ***index; /* by component: its sources, by address */
    size_t nunits;
    unit *units;
    kr_disagg_sources *out;
} sharing;

/* One thread. Units are summed up on their own, and added in their order: the result does not
 * depend on who computes them. */
typedef struct sharer {
    sharing *all;
    kr_makers makers;
    kr_motions motions;
    const kr_work *work;
    const kr_fault *fault; /* of the segment; NULL: points */
    size_t *source_of;     /* by member: what the segment is of */
    const kr_group *group; /* of an atomic work, as it counts; else NULL */
    double factor;
    double *of_group; /* of the group's source at work: models x levels; else NULL */
    double *weights;  /* members x KR_GMM_BATCH: the number of occurrences; 0: none */
    double *sum;      /* KR_POES_ROWS x levels of a measure, padded: over the parts of a model */
    double *changed;  /* a row of it for one member */
    double *total;    /* KR_GMM_BATCH x levels: of all models and members */

    /* of a unit */
    double *rows;         /* sources, then sections x levels; 0 between units */
    size_t ntouched;      /* rows that are not 0: */
    uint32_t *touched;    /* their numbers, */
    unsigned char *marks; /* and 1 for each */
} sharer;

/* ---- sources ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

kr_status kr_disagg_source_ids(kr_ctx *ctx, const kr_tree *tree, const char ***out, size_t *nout)
{
    kr_status s = KR_OK;
    size_t n = 0, kept = 0;
    const char **ids = NULL;
    for (size_t c = 0; c < tree->ncomponents; c++)
        n += tree->components[c].nsources;
    KR_NEW(ids, ctx, KR_ACCOUNT_RATES, n);
    n = 0;
    for (size_t c = 0; c < tree->ncomponents; c++)
        for (size_t i = 0; i < tree->components[c].nsources; i++)
            ids[n++] = tree->components[c].sources[i].base_id;
    if (n)
        qsort((void *)ids, n, sizeof *ids, by_text);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || strcmp(ids[i], ids[kept - 1]) != 0)
            ids[kept++] = ids[i];
    *out = ids;
    *nout = kept;
out:
    return s;
}

static size_t number_of(const sharing *x, const char *base_id)
{
    const char **found = bsearch((const void *)&base_id, (const void *)x->out->sources,
                                 x->out->nsources, sizeof base_id, by_text);
    return (size_t)(found - x->out->sources);
}

/* Ruptures that several alternatives have were taken out of their multi-fault sources: of the one
 * that the component has, or of the one with the id where they are its own. */
static const kr_tree_source *find_multi(const kr_component *c, const kr_ready *ready, bool own)
{
    const kr_tree_source *found = NULL;
    const char *id = kr_ready_origin(ready)->id;
    size_t n = 0;
    for (size_t i = 0; i < c->nsources; i++) {
        const kr_tree_source *source = &c->sources[i];
        if (source->source->kind != KR_SOURCE_MULTI_FAULT)
            continue;
        if (own && source->source->id == id)
            return source;
        found = source;
        n++;
    }
    return n == 1 ? found : NULL;
}

static int by_source(const void *a, const void *b)
{
    const kr_source *x = (*(const kr_tree_source *const *)a)->source;
    const kr_source *y = (*(const kr_tree_source *const *)b)->source;
    return ((uintptr_t)x > (uintptr_t)y) - ((uintptr_t)x < (uintptr_t)y);
}

/* The sources of all components, those of a component by address. */
static kr_status index_sources(sharing *x)
{
    kr_status s = KR_OK;
    const kr_tree *tree = x->of.hazard->tree;
    KR_ANEW(x->index, &x->of.arena, tree->ncomponents);
    for (size_t c = 0; c < tree->ncomponents; c++) {
        const kr_component *component = &tree->components[c];
        KR_ANEW(x->index[c], &x->of.arena, component->nsources);
        for (size_t i = 0; i < component->nsources; i++)
            x->index[c][i] = &component->sources[i];
        if (component->nsources)
            qsort((void *)x->index[c], component->nsources, sizeof *x->index[c], by_source);
    }
out:
    return s;
}

static const kr_tree_source *find_source(const sharing *x, const kr_work *w, const kr_ready *ready,
                                         size_t k)
{
    size_t component = w->members[k];
    const kr_component *c = &x->of.hazard->tree->components[component];
    const kr_tree_source like = {.source =
                                     ready->origins ? ready->origins[k] : kr_ready_origin(ready)};
    const kr_tree_source *key = &like;
    const kr_tree_source *const *found = bsearch(
        (const void *)&key, (const void *)x->index[component], c->nsources, sizeof key, by_source);
    return found ? *found : find_multi(c, ready, w->nmembers == 1);
}

/* What the segment is of, for each member. */
static kr_status set_source(sharer *x, const kr_work *w, const kr_ready *ready)
{
    for (size_t k = 0; k < w->nmembers; k++) {
        const kr_tree_source *source = find_source(x->all, w, ready, k);
        if (!source)
            return kr_fail_at(x->all->of.hazard->ctx, kr_ready_origin(ready)->file,
                              kr_ready_origin(ready)->line,
                              "several multi-fault sources of a branch share ruptures with other "
                              "branches: what each has of the hazard is not known; sharing = "
                              "false was expected");
        x->source_of[k] = number_of(x->all, source->base_id);
    }
    x->fault = ready->fault;
    return KR_OK;
}

/* ---- contexts ---- */

/* The numbers of a source, or after all of these of a section. */
static double *row_of(sharer *x, size_t row)
{
    if (!x->marks[row]) {
        x->marks[row] = 1;
        x->touched[x->ntouched++] = (uint32_t)row;
    }
    return x->rows + row * x->all->of.nlevels;
}

/* Contexts [first, first + n) of a stretch of a batch, a measure of a model. */
typedef struct piece {
    const kr_contexts *all;
    const kr_motion *motion;
    const kr_disagg_levels *levels;
    size_t start, model, k, first, n;
    bool shared, changes;
} piece;

/* Probabilities of exceedance by one occurrence. */
static void make_sums(sharer *x, const piece *p)
{
    const kr_hazard *h = x->all->of.hazard;
    size_t row = p->levels->padded;
    memset(x->sum, 0, p->n * row * sizeof *x->sum);
    for (size_t part = 0; part < kr_disagg_count_parts(&x->all->of, p->motion); part++) {
        const double *motion[2];
        double weight = kr_disagg_part_of(&x->all->of, &x->motions, p->motion, part, p->shared,
                                          p->k, p->first, p->n, motion);
        h->kernels->poes(&h->truncation, p->levels->x, row, p->n, motion[0], motion[1],
                         weight * x->factor, true, row, x->sum);
    }
}

/* Add a context's rates for a member, a row by level of the measure. */
static void add_row(sharer *x, const piece *p, size_t j, size_t member, double occurrences,
                    const double *row)
{
    const kr_component *c = &x->all->of.hazard->tree->components[x->work->members[member]];
    size_t nlevels = x->all->of.nlevels;
    double weight = x->all->given[c->first_rate + p->model] * occurrences;
    double *source = row_of(x, x->source_of[member]);
    double *total = x->total + (p->first + j) * nlevels;
    for (size_t l = 0; l < p->levels->n; l++) {
        size_t at = p->levels->number[l];
        if (x->of_group) {
            x->of_group[p->model * nlevels + at] += occurrences * row[l];
        } else {
            source[at] += weight * row[l];
            total[at] += weight * row[l];
        }
    }
}

static void add_piece(sharer *x, const piece *p)
{
    const kr_disagg_occurrence occurrence = {&x->all->of, p->all, x->group};
    size_t padded = p->levels->padded;
    make_sums(x, p);
    for (size_t k = 0; k < x->work->nmembers; k++)
        for (size_t j = 0; j < p->n; j++) {
            double occurrences = x->weights[k * KR_GMM_BATCH + p->first + j];
            const double *row = x->sum + j * padded;
            if (occurrences == 0)
                continue;
            if (p->changes) {
                memcpy(x->changed, row, padded * sizeof *row);
                kr_disagg_change(&occurrence, p->start + p->first + j, k, padded, x->changed);
                row = x->changed;
            }
            add_row(x, p, j, k, occurrences, row);
        }
}

/* Does the model count for any member? */
static bool counts(const sharer *x, size_t model)
{
    for (size_t k = 0; k < x->work->nmembers; k++)
        if (x->all->given[x->all->of.hazard->tree->components[x->work->members[k]].first_rate +
                          model] != 0)
            return true;
    return false;
}

static void add_model(sharer *x, const kr_contexts *b, size_t start, size_t n, bool changes,
                      size_t model, bool shared)
{
    const kr_motion *motion = &x->motions.of[x->work->component->gsims[model]];
    for (size_t k = 0; k < motion->nimts && counts(x, model); k++) {
        piece p = {.all = b,
                   .motion = motion,
                   .levels = &x->all->of.levels[motion->measures[k]],
                   .start = start,
                   .model = model,
                   .k = k,
                   .shared = shared,
                   .changes = changes};
        for (; p.first < n; p.first += KR_POES_ROWS) {
            p.n = n - p.first < KR_POES_ROWS ? n - p.first : KR_POES_ROWS;
            add_piece(x, &p);
        }
    }
}

/* Each section of a rupture has all of it. */
static void add_sections(sharer *x, const kr_contexts *b, size_t start, size_t n)
{
    size_t nlevels = x->all->of.nlevels, nsections;
    for (size_t j = 0; x->fault && !x->of_group && j < n; j++) {
        const uint32_t *sections = kr_fault_sections(x->fault, b->rupture[start + j], &nsections);
        for (size_t i = 0; i < nsections; i++) {
            double *section = row_of(x, x->all->out->nsources + sections[i]);
            for (size_t l = 0; l < nlevels; l++)
                section[l] += x->total[j * nlevels + l];
        }
    }
}

static kr_status add_stretch(sharer *x, const kr_contexts *b, size_t start, size_t n)
{
    kr_status s = KR_OK;
    const kr_work *w = x->work;
    kr_gmm_batch batch = kr_motions_batch(b, start, n);
    bool changes = kr_disagg_changes(&(kr_disagg_occurrence){&x->all->of, b, x->group});
    for (size_t k = 0; k < w->nmembers; k++)
        for (size_t j = 0; j < n; j++) {
            bool has = kr_disagg_has(b, start + j, k);
            x->weights[k * KR_GMM_BATCH + j] =
                !has ? 0 : (changes ? 1 : kr_disagg_rate(&x->all->of, b, start + j, k));
        }
    memset(x->total, 0, n * x->all->of.nlevels * sizeof *x->total);
    for (size_t k = 0; k < w->family->nevaluations; k++) {
        const kr_evaluation *e = &w->family->evaluations[k];
        if (x->motions.of[w->component->gsims[e->models[0]]].nimts == 0)
            continue;
        KR_TRY(kr_motions_eval(&x->motions, w->component, e, &batch));
        for (size_t i = 0; i < e->n; i++)
            add_model(x, b, start, n, changes, e->models[i], e->shared);
    }
    add_sections(x, b, start, n);
out:
    return s;
}

static kr_status visit(void *user, const kr_contexts *b)
{
    kr_status s = KR_OK;
    sharer *x = user;
    if (kr_interrupted(x->all->of.hazard->ctx))
        return kr_fail(x->all->of.hazard->ctx, KR_EINTERRUPTED, "interrupted");
    if (!x->all->of.exact)
        kr_disagg_round(b);
    for (size_t start = 0; start < b->n; start += KR_GMM_BATCH)
        KR_TRY(add_stretch(x, b, start, b->n - start < KR_GMM_BATCH ? b->n - start : KR_GMM_BATCH));
out:
    return s;
}

/* ---- works ---- */

/* What each source of an atomic group adds to it. */
typedef struct addends {
    size_t n;
    size_t *source;
    double *of; /* models x levels of each */
} addends;

/* The rates of the group, divided among its sources. */
static kr_status divide(sharer *x, const kr_work *w, const addends *a, size_t numbers)
{
    kr_status s = KR_OK;
    double *sum = NULL, *rates = NULL;
    KR_NEW(sum, x->all->of.hazard->ctx, KR_ACCOUNT_RATES, numbers);
    KR_NEW(rates, x->all->of.hazard->ctx, KR_ACCOUNT_RATES, numbers);
    for (size_t i = 0; i < a->n; i++)
        for (size_t e = 0; e < numbers; e++)
            sum[e] += a->of[i * numbers + e];
    kr_group_rates(x->group, x->all->of.hazard->job->investigation_time, numbers, sum, rates);
    for (size_t i = 0; i < a->n; i++)
        for (size_t e = 0; e < numbers; e++) {
            double weight = x->all->given[w->component->first_rate + e / x->all->of.nlevels];
            if (sum[e] > 0)
                row_of(x, a->source[i])[e % x->all->of.nlevels] +=
                    weight * rates[e] * (a->of[i * numbers + e] / sum[e]);
        }
out:
    kr_free(sum);
    kr_free(rates);
    return s;
}

static kr_status run_atomic(sharer *x, const kr_work *w)
{
    kr_status s = KR_OK;
    kr_group group = kr_disagg_group(&x->all->of, w->component->group, &x->factor);
    size_t numbers = w->component->ngsims * x->all->of.nlevels;
    addends a = {.n = 0};
    double *once = NULL;
    x->group = &group;
    KR_NEW(once, x->all->of.hazard->ctx, KR_ACCOUNT_RATES, numbers);
    KR_NEW(a.source, x->all->of.hazard->ctx, KR_ACCOUNT_RATES, w->nsegments);
    KR_NEW(a.of, x->all->of.hazard->ctx, KR_ACCOUNT_RATES, w->nsegments * numbers);
    x->of_group = once;
    for (size_t i = 0; i < w->nsegments; i++) {
        const kr_ready *source = w->segments[i].source;
        KR_TRY(set_source(x, w, source));
        KR_TRY(kr_makers_run(&x->makers, &w->segments[i], visit, x));
        if (i + 1 < w->nsegments && w->segments[i + 1].source == source)
            continue;
        a.source[a.n] = x->source_of[0];
        kr_group_add_source(&group, kr_mutex_weight(source), numbers, once, a.of + a.n++ * numbers);
    }
    KR_TRY(divide(x, w, &a, numbers));
out:
    x->group = NULL;
    x->of_group = NULL;
    kr_free(once);
    kr_free(a.source);
    kr_free(a.of);
    return s;
}

static kr_status run_unit(sharer *x, const unit *u)
{
    kr_status s = KR_OK;
    const kr_work *w = u->work;
    x->work = w;
    x->factor = 1;
    kr_makers_set(&x->makers, w, x->all->of.site, 1, &x->all->of.soa);
    if (w->component->group)
        return run_atomic(x, w);
    for (size_t i = 0; i < u->block->nsegments; i++) {
        const kr_segment *segment = &w->segments[u->block->first_segment + i];
        KR_TRY(set_source(x, w, segment->source));
        KR_TRY(kr_makers_run(&x->makers, segment, visit, x));
    }
out:
    return s;
}

/* ---- threads ---- */

static size_t row_count(const sharing *all)
{
    return all->out->nsources + all->out->nsections;
}

static kr_status sharer_init(sharing *all, sharer *x)
{
    kr_status s = KR_OK;
    const kr_hazard *h = all->of.hazard;
    size_t members = kr_disagg_most_members(h), padded = all->of.most_padded;
    *x = (sharer){.all = all,
                  .makers = {.hazard = h,
                             .sections = &all->of.sections,
                             .first_in_table = all->of.first_in_table,
                             .source_mags = !all->of.exact}};
    KR_TRY(kr_motions_init(h, all->of.motions, &x->motions));
    KR_NEW(x->source_of, h->ctx, KR_ACCOUNT_RATES, members);
    KR_NEW(x->weights, h->ctx, KR_ACCOUNT_RATES, members * KR_GMM_BATCH);
    KR_NEW(x->sum, h->ctx, KR_ACCOUNT_RATES, KR_POES_ROWS * padded);
    KR_NEW(x->changed, h->ctx, KR_ACCOUNT_RATES, padded);
    KR_NEW(x->total, h->ctx, KR_ACCOUNT_RATES, KR_GMM_BATCH * all->of.nlevels);
    KR_NEW(x->rows, h->ctx, KR_ACCOUNT_RATES, row_count(all) * all->of.nlevels);
    KR_NEW(x->touched, h->ctx, KR_ACCOUNT_RATES, row_count(all));
    KR_NEW(x->marks, h->ctx, KR_ACCOUNT_RATES, row_count(all));
out:
    return s;
}

static void sharer_clear(sharer *x)
{
    kr_makers_clear(&x->makers);
    kr_motions_clear(&x->motions);
    kr_free(x->source_of);
    kr_free(x->weights);
    kr_free(x->sum);
    kr_free(x->changed);
    kr_free(x->total);
    kr_free(x->rows);
    kr_free(x->touched);
    kr_free(x->marks);
}

/* Add what a unit has; leaves its rows 0. */
static void add_unit(sharer *x)
{
    kr_disagg_sources *out = x->all->out;
    size_t n = out->nlevels;
    for (size_t i = 0; i < x->ntouched; i++) {
        size_t row = x->touched[i];
        double *from = x->rows + row * n;
        double *to = row < out->nsources ? out->of_sources + row * n
                                         : out->of_sections + (row - out->nsources) * n;
        for (size_t l = 0; l < n; l++)
            to[l] += from[l];
        memset(from, 0, n * sizeof *from);
        x->marks[row] = 0;
    }
    x->ntouched = 0;
}

static void run_units(sharing *all)
{
    sharer x;
    kr_status s = sharer_init(all, &x);
    kr_disagg_fail(&all->of, s);
#pragma omp for ordered schedule(dynamic, 1)
    for (size_t i = 0; i < all->nunits; i++) {
        if (atomic_load(&all->of.status) == KR_OK)
            kr_disagg_fail(&all->of, run_unit(&x, &all->units[i]));
#pragma omp ordered
        if (atomic_load(&all->of.status) == KR_OK)
            add_unit(&x);
    }
    sharer_clear(&x);
}

/* ---- the whole ---- */

static kr_status list_units(sharing *all)
{
    kr_status s = KR_OK;
    const kr_hazard *h = all->of.hazard;
    size_t n = 0;
    for (size_t i = 0; i < h->nworks; i++)
        n += h->works[i]->nblocks;
    KR_ANEW(all->units, &all->of.arena, n);
    for (size_t i = 0; i < h->nworks; i++)
        for (size_t b = 0; b < h->works[i]->nblocks; b++)
            all->units[all->nunits++] = (unit){h->works[i], &h->works[i]->blocks[b]};
out:
    return s;
}

static kr_status make_result(sharing *all)
{
    kr_status s = KR_OK;
    const kr_hazard *h = all->of.hazard;
    kr_disagg_sources *out;
    KR_NEW(out, h->ctx, KR_ACCOUNT_RATES, 1);
    all->out = out;
    *out = (kr_disagg_sources){.nlevels = all->of.nlevels, .nsections = h->model->nsections};
    KR_TRY(kr_disagg_source_ids(h->ctx, h->tree, &out->sources, &out->nsources));
    KR_NEW(out->of_sources, h->ctx, KR_ACCOUNT_RATES, out->nsources * out->nlevels);
    KR_NEW(out->of_sections, h->ctx, KR_ACCOUNT_RATES, out->nsections * out->nlevels);
    KR_TRY(index_sources(all));
    KR_TRY(list_units(all));
out:
    return s;
}

static kr_status check(const kr_hazard *h)
{
    for (size_t i = 0; i < h->nworks; i++)
        if (h->works[i]->cells)
            return kr_fail(h->ctx, KR_EINPUT,
                           "%s: ps_grid_spacing merges sources: what each has of the hazard is not "
                           "known; no ps_grid_spacing was expected",
                           h->job->path);
    return kr_hazard_check_disagg(h);
}

kr_status kr_hazard_disagg_sources(kr_hazard *h, size_t site, const kr_disagg_level *levels,
                                   size_t nlevels, const double *weights, int threads,
                                   kr_disagg_sources **out)
{
    kr_status s = KR_OK;
    sharing x = {.of = {.hazard = h,
                        .site = site,
                        .nlevels = nlevels,
                        .exact = h->job->compat == KR_COMPAT_EXACT},
                 .given = weights};
    *out = NULL;
    kr_arena_init(&x.of.arena, h->ctx, KR_ACCOUNT_RATES);
    atomic_init(&x.of.status, KR_OK);
    KR_TRY(check(h));
    KR_TRY(kr_disagg_set_levels(&x.of, h, levels));
    KR_TRY(kr_hazard_meet_once(h, threads));
    KR_TRY(kr_disagg_make_site(&x.of, kr_all_columns(h), threads));
    KR_TRY(make_result(&x));
    kr_phase_begin(h->ctx, "sources of the hazard");
#pragma omp parallel num_threads(threads)
    run_units(&x);
    KR_TRY((kr_status)atomic_load(&x.of.status));
    *out = x.out;
    x.out = NULL;
out:
    kr_disagg_sources_destroy(&x.out);
    kr_disagg_end(&x.of);
    return s;
}

void kr_disagg_sources_destroy(kr_disagg_sources **shares)
{
    kr_disagg_sources *x = *shares;
    if (!x)
        return;
    kr_free((void *)x->sources);
    kr_free(x->of_sources);
    kr_free(x->of_sections);
    kr_free(x);
    *shares = NULL;
}
