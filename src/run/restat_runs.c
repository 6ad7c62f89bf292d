/* The runs that statistics are taken of: whether they go together, their sites, tree and rates. */
#include "run/restat.h"

#include "base/str.h"
#include "run/chosen_sites.h"

#include <math.h>
#include <string.h>

/* ------------------------------------------------------------------ going together */

static kr_status differ(const kr_restat *r, size_t i, const char *what)
{
    return kr_fail(r->ctx, KR_EINPUT, "%s and %s do not go together: they differ in %s",
                   r->runs[0]->dir, r->runs[i]->dir, what);
}

static bool same_levels(const kr_job *a, const kr_job *b)
{
    if (a->nimts != b->nimts || a->nlevels != b->nlevels)
        return false;
    for (size_t m = 0; m < a->nimts; m++)
        if (!kr_str_eq(a->imts[m].name, b->imts[m].name))
            return false;
    return memcmp(a->levels, b->levels, a->nimts * a->nlevels * sizeof *a->levels) == 0;
}

static kr_status check_jobs(const kr_restat *r)
{
    kr_status s = KR_OK;
    for (size_t i = 0; i < r->nruns; i++) {
        const kr_job *a = r->runs[0]->job, *b = r->runs[i]->job;
        KR_TRY(kr_stored_need_rates(r->runs[i], "a new statistic"));
        if (b->soil_intensities.n)
            return kr_fail(
                r->ctx, KR_EINPUT,
                "%s: curves on soil by convolution are not made from the component rates "
                "alone; run the job again",
                r->runs[i]->path);
        if (!same_levels(a, b))
            return differ(r, i, "measures or levels");
        if (a->investigation_time != b->investigation_time)
            return differ(r, i, "investigation_time");
        if (a->compat != b->compat)
            return differ(r, i, "--compat");
        if (a->use_rates != b->use_rates)
            return differ(r, i, "use_rates");
    }
out:
    return s;
}

static bool same_numbers(const double *a, const double *b, size_t n)
{
    return (!a && !b) || (a && b && memcmp(a, b, n * sizeof *a) == 0);
}

static bool same_sites(const kr_sites *a, const kr_sites *b)
{
    if (a->n != b->n || !same_numbers(a->lon, b->lon, a->n) ||
        !same_numbers(a->lat, b->lat, a->n) || !same_numbers(a->depth, b->depth, a->n) ||
        !same_numbers(a->param[KR_COL_VS30], b->param[KR_COL_VS30], a->n))
        return false;
    return true;
}

/* Runs of one site list have other branches each; others must be of one tree. */
static kr_status tell_apart(kr_restat *r)
{
    kr_status s = KR_OK;
    bool all_same = true;
    for (size_t i = 1; i < r->nruns; i++)
        all_same = all_same && same_sites(r->runs[0]->sites, r->runs[i]->sites);
    r->by_sites = !all_same;
    for (size_t i = 1; i < r->nruns && r->by_sites; i++)
        if (!kr_tree_equal(r->runs[0]->tree, r->runs[i]->tree))
            return kr_fail(r->ctx, KR_EINPUT,
                           "%s and %s do not go together: they differ in sites and in the logic "
                           "tree; one of them must be the same",
                           r->runs[0]->dir, r->runs[i]->dir);
    KR_ANEW(r->first_site, &r->arena, r->nruns + 1);
    for (size_t i = 0; i < r->nruns; i++)
        r->first_site[i + 1] = r->first_site[i] + r->runs[i]->sites->n;
out:
    return s;
}

kr_status kr_restat_open(kr_restat *r)
{
    kr_status s = KR_OK;
    r->nruns = r->options->ndirs;
    KR_NEW(r->runs, r->ctx, KR_ACCOUNT_OTHER, r->nruns);
    for (size_t i = 0; i < r->nruns; i++) {
        KR_TRY(kr_stored_open(r->ctx, r->options->dirs[i], &r->runs[i]));
        KR_TRY(kr_stored_tree(r->runs[i]));
    }
    KR_TRY(check_jobs(r));
    KR_TRY(tell_apart(r));
out:
    return s;
}

/* ------------------------------------------------------------------ sites */

static kr_status join(const kr_restat *r, kr_arena *arena, size_t offset, double **out)
{
    kr_status s = KR_OK;
    double *x;
    *out = NULL;
    for (size_t i = 0; i < r->nruns; i++)
        if (!*(double *const *)((const char *)r->runs[i]->sites + offset))
            return KR_OK; /* not all have it */
    KR_ANEW(x, arena, r->first_site[r->nruns] + 1);
    for (size_t i = 0; i < r->nruns; i++)
        memcpy(x + r->first_site[i], *(double *const *)((const char *)r->runs[i]->sites + offset),
               r->runs[i]->sites->n * sizeof *x);
    *out = x;
out:
    return s;
}

static kr_status join_ids(const kr_restat *r, kr_sites *sites)
{
    kr_status s = KR_OK;
    for (size_t i = 0; i < r->nruns; i++)
        if (!r->runs[i]->sites->custom_site_id)
            return KR_OK;
    KR_ANEW(sites->custom_site_id, &sites->arena, sites->n + 1);
    for (size_t i = 0; i < r->nruns; i++)
        memcpy(sites->custom_site_id + r->first_site[i], r->runs[i]->sites->custom_site_id,
               r->runs[i]->sites->n * sizeof *sites->custom_site_id);
out:
    return s;
}

static kr_status all_sites(kr_restat *r, kr_sites *sites)
{
    kr_status s = KR_OK;
    if (!r->by_sites) {
        *sites = *r->runs[0]->sites; /* borrowed */
        kr_arena_init(&sites->arena, r->ctx, KR_ACCOUNT_SITES);
        return KR_OK;
    }
    kr_arena_init(&sites->arena, r->ctx, KR_ACCOUNT_SITES);
    sites->n = r->first_site[r->nruns];
    KR_TRY(join(r, &sites->arena, offsetof(kr_sites, lon), &sites->lon));
    KR_TRY(join(r, &sites->arena, offsetof(kr_sites, lat), &sites->lat));
    KR_TRY(join(r, &sites->arena, offsetof(kr_sites, depth), &sites->depth));
    for (size_t c = 0; c < KR_COL_COUNT; c++)
        KR_TRY(join(r, &sites->arena, offsetof(kr_sites, param) + c * sizeof sites->param[0],
                    &sites->param[c]));
    KR_TRY(join_ids(r, sites));
out:
    return s;
}

static kr_status pick(const kr_restat *r, kr_arena *arena, size_t n, double **column)
{
    kr_status s = KR_OK;
    double *x;
    if (!*column)
        return KR_OK;
    KR_ANEW(x, arena, n);
    for (size_t i = 0; i < n; i++)
        x[i] = (*column)[r->chosen[i]];
    *column = x;
out:
    return s;
}

/* Only some of the sites. */
static kr_status choose_sites(kr_restat *r, kr_sites *sites)
{
    kr_status s = KR_OK;
    const char **ids;
    bool *seen;
    size_t n;
    if (!r->options->sites)
        return KR_OK;
    KR_TRY(kr_chosen_sites(r->ctx, &r->arena, r->options->sites, sites->n, &r->chosen, &n));
    KR_ANEW(seen, &r->arena, sites->n);
    for (size_t i = 0; i < n; i++) {
        if (seen[r->chosen[i]])
            return kr_fail(r->ctx, KR_EUSAGE, "--sites %s: names site %zu twice", r->options->sites,
                           r->chosen[i]);
        seen[r->chosen[i]] = true;
    }
    KR_TRY(pick(r, &sites->arena, n, &sites->lon));
    KR_TRY(pick(r, &sites->arena, n, &sites->lat));
    KR_TRY(pick(r, &sites->arena, n, &sites->depth));
    for (size_t c = 0; c < KR_COL_COUNT; c++)
        KR_TRY(pick(r, &sites->arena, n, &sites->param[c]));
    if (sites->custom_site_id) {
        KR_ANEW(ids, &sites->arena, n);
        for (size_t i = 0; i < n; i++)
            ids[i] = sites->custom_site_id[r->chosen[i]];
        sites->custom_site_id = ids;
    }
    sites->n = n;
out:
    return s;
}

kr_status kr_restat_sites(kr_restat *r)
{
    kr_status s = KR_OK;
    kr_sites *sites;
    KR_NEW(sites, r->ctx, KR_ACCOUNT_SITES, 1);
    r->calc.sites = sites;
    KR_TRY(all_sites(r, sites));
    KR_TRY(choose_sites(r, sites));
out:
    return s;
}

/* ------------------------------------------------------------------ for the report */

kr_status kr_restat_seen(kr_restat *r, kr_warnings *warnings)
{
    kr_status s = KR_OK;
    const kr_drawn_sources **maps;
    const kr_warned **warned;
    size_t nmaps = 0, nwarned = 0;
    KR_ANEW(maps, &r->arena, r->nruns);
    KR_ANEW(warned, &r->arena, r->nruns);
    for (size_t i = 0; i < r->nruns; i++) {
        const kr_stored *run = r->runs[i];
        KR_TRY(kr_drawn_read(r->ctx, run->path, run->file, &r->arena, &maps[nmaps]));
        KR_TRY(kr_warned_read(r->ctx, run->path, run->file, &r->arena, &warned[nwarned]));
        nmaps += maps[nmaps] != NULL;
        nwarned += warned[nwarned] != NULL;
    }
    if (nmaps == r->nruns)
        KR_TRY(kr_source_map_join(r->ctx, maps, nmaps, r->calc.sites, &r->calc.source_map));
    for (size_t i = 0; i < nwarned && nwarned == r->nruns; i++)
        kr_warnings_add(warnings, warned[i]);
    r->calc.warnings = nwarned == r->nruns ? warnings : NULL;
out:
    return s;
}

/* ------------------------------------------------------------------ tree */

kr_status kr_restat_tree(kr_restat *r)
{
    kr_status s = KR_OK;
    const kr_stats_options *o = r->options;
    kr_source_weights weights = {0};
    kr_merge_part *parts;
    kr_merge merge = {
        .nparts = r->by_sites ? 1 : r->nruns, .gsim_tree = o->gsim_tree, .job = r->calc.job};
    if (merge.nparts == 1 && !o->source_tree && !o->gsim_tree) {
        r->calc.tree = r->runs[0]->tree; /* as it is */
        r->runs[0]->tree = NULL;
        return KR_OK;
    }
    KR_ANEW(parts, &r->arena, merge.nparts);
    for (size_t i = 0; i < merge.nparts; i++)
        parts[i] = (kr_merge_part){r->runs[i]->tree, r->runs[i]->dir};
    merge.parts = parts;
    if (o->source_tree) {
        merge.weights = &weights; /* to be cleared in any case */
        KR_TRY(kr_source_weights_read(r->ctx, o->source_tree, &r->arena, &weights));
    }
    KR_TRY(kr_tree_merge(r->ctx, &merge, &r->calc.tree, &r->rates));
out:
    if (merge.weights)
        kr_source_weights_clear(&weights);
    return s;
}

/* ------------------------------------------------------------------ rates */

/* Rates of consecutive sites of one run, into those of the sites from `at` on of n. */
static kr_status read_run(kr_restat *r, size_t run, const size_t sites[2], size_t at, size_t n,
                          double *rates)
{
    kr_status s = KR_OK;
    const kr_job *job = r->calc.job;
    size_t total = job->nimts * job->nlevels, nrates = r->calc.tree->nrates;
    kr_h5 *file = r->runs[run]->file;
    if (!r->rates && sites[1] == n)
        return kr_h5_read_amounts(file, "component_rates", KR_H5_F64,
                                  (const size_t[]){0, sites[0], 0, 0},
                                  (const size_t[]){nrates, n, job->nimts, job->nlevels}, rates);
    for (size_t k = 0; k < nrates; k++) {
        kr_merge_rate from = {(uint32_t)run, (uint32_t)k};
        if (r->rates)
            from = r->rates[k];
        if (!r->by_sites && from.part != run)
            continue;
        KR_TRY(kr_h5_read_amounts(
            file, "component_rates", KR_H5_F64, (const size_t[]){from.rate, sites[0], 0, 0},
            (const size_t[]){1, sites[1], job->nimts, job->nlevels}, rates + (k * n + at) * total));
    }
out:
    return s;
}

/* Of the sites of all runs, `n` from `first` on, into those from `at` on of `all`. */
static kr_status read_sites(kr_restat *r, size_t first, size_t n, size_t at, size_t all,
                            double *rates)
{
    kr_status s = KR_OK;
    for (size_t i = 0; i < r->nruns; i++) {
        size_t begin = r->by_sites ? r->first_site[i] : 0;
        size_t end = r->by_sites ? r->first_site[i + 1] : r->runs[0]->sites->n;
        size_t from = first > begin ? first : begin, to = first + n < end ? first + n : end;
        if (from >= to)
            continue;
        KR_TRY(read_run(r, i, (const size_t[]){from - begin, to - from}, at + from - first, all,
                        rates));
        if (kr_interrupted(r->ctx))
            return kr_fail(r->ctx, KR_EINTERRUPTED, "interrupted");
    }
out:
    return s;
}

kr_status kr_restat_read(kr_restat *r, size_t first, size_t n, double *rates)
{
    kr_status s = KR_OK;
    if (!r->chosen)
        return read_sites(r, first, n, 0, n, rates);
    for (size_t i = 0; i < n; i++)
        KR_TRY(read_sites(r, r->chosen[first + i], 1, i, n, rates));
out:
    return s;
}
