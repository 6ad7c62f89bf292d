/* Parameters of disaggregation. */
#include "model/job_int.h"

#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------ tables */

/* A bit for each axis of "Mag_Dist_TRT"; 0: something else. */
static unsigned axes_of(const char *word)
{
    unsigned axes = 0;
    for (size_t n;; word += n + 1) {
        kr_disagg_dim d = KR_DIM_TRT;
        n = strcspn(word, "_");
        while (d < KR_DIMS &&
               !(strlen(kr_disagg_dim_name(d)) == n && memcmp(kr_disagg_dim_name(d), word, n) == 0))
            d++;
        if (d == KR_DIMS)
            return 0;
        axes |= 1U << d;
        if (!word[n])
            return axes;
    }
}

/* The name that was meant; NULL: none is near. */
static const char *kind_near(const char *word)
{
    const char *names[KR_DISAGG_KINDS];
    unsigned axes = axes_of(word);
    for (size_t i = 0; i < KR_DISAGG_KINDS; i++) {
        names[i] = kr_disagg_kinds[i].name;
        if (axes && axes_of(names[i]) == axes)
            return names[i];
    }
    return kr_nearest(word, names, KR_DISAGG_KINDS);
}

/* "Mag_Dist_traditional", "Mag_Dist-traditional" as in names of files: another way to write the
 * table of Mag_Dist. */
static const kr_disagg_kind *traditional_of(const char *word)
{
    for (size_t i = 0; i < KR_DISAGG_KINDS; i++) {
        size_t n = strlen(kr_disagg_kinds[i].name);
        if (kr_str_starts(word, kr_disagg_kinds[i].name) && (word[n] == '_' || word[n] == '-') &&
            kr_str_eq(word + n + 1, "traditional"))
            return &kr_disagg_kinds[i];
    }
    return NULL;
}

static kr_status unknown_kind(kr_job_reader *r, const kr_ini_entry *entry, const char *word)
{
    const char *near = kind_near(word);
    const kr_disagg_kind *kind = traditional_of(word);
    if (kind)
        return kr_fail_at(r->ctx, entry->file, entry->line,
                          "disagg_outputs holds '%.40s'; write %s: after the run, kauri export DIR "
                          "disagg_traditional writes its rates as parts of that of all bins",
                          word, kind->name);
    return kr_fail_at(r->ctx, entry->file, entry->line,
                      "disagg_outputs holds '%.40s'; %s was expected", word,
                      near ? near
                           : "Mag, Dist, Mag_Dist, Mag_Dist_Eps, Lon_Lat, Mag_Lon_Lat, TRT, "
                             "TRT_Mag, TRT_Lon_Lat, TRT_Mag_Dist or TRT_Mag_Dist_Eps");
}

static bool is_listed(const kr_job_disagg *disagg, const kr_disagg_kind *kind)
{
    for (size_t i = 0; i < disagg->nkinds; i++)
        if (disagg->kinds[i] == kind)
            return true;
    return false;
}

kr_status kr_job_set_outputs(kr_job_reader *r, const kr_ini_entry *entry)
{
    kr_status s = KR_OK;
    kr_job_disagg *disagg = &r->job->disagg;
    char **words = NULL;
    size_t n = 0;

    KR_TRY(kr_split_words(r->arena, entry->value, true, &words, &n));
    if (n == 0)
        return kr_job_bad(r, entry, "tables were expected, as in Mag_Dist TRT");
    KR_ANEW(disagg->kinds, r->arena, n);
    for (size_t i = 0; i < n; i++) {
        const kr_disagg_kind *kind = kr_disagg_kind_find(words[i]);
        if (!kind)
            return unknown_kind(r, entry, words[i]);
        if (!is_listed(disagg, kind))
            disagg->kinds[disagg->nkinds++] = kind;
    }
out:
    return s;
}

/* ------------------------------------------------------------------ edges */

static bool find_dim(const char *name, kr_disagg_dim *out)
{
    for (kr_disagg_dim d = KR_DIM_MAG; d < KR_DIMS; d++)
        if (kr_str_eq(kr_disagg_dim_column(d), name)) {
            *out = d;
            return true;
        }
    return false;
}

static kr_status read_edges(kr_job_reader *r, const kr_ini_entry *entry, const char *name,
                            const kr_value *list, kr_numbers *out)
{
    kr_status s = KR_OK;

    if (list->kind != KR_VALUE_LIST || list->n < 2)
        return kr_fail_at(r->ctx, entry->file, list->line,
                          "disagg_bin_edges of '%s': a list of two edges or more was expected",
                          name);
    KR_ANEW(out->x, r->arena, list->n);
    out->n = list->n;
    for (size_t i = 0; i < list->n; i++) {
        double x = kr_value_is_number(&list->items[i]) ? list->items[i].number : NAN;
        if (!isfinite(x))
            return kr_fail_at(r->ctx, entry->file, list->items[i].line,
                              "disagg_bin_edges of '%s': edge %zu is no number", name, i + 1);
        if (i > 0 && !(x > out->x[i - 1]))
            return kr_fail_at(r->ctx, entry->file, list->items[i].line,
                              "disagg_bin_edges of '%s': %g comes after %g; increasing edges were "
                              "expected",
                              name, x, out->x[i - 1]);
        out->x[i] = x;
    }
out:
    return s;
}

kr_status kr_job_set_edges(kr_job_reader *r, const kr_ini_entry *entry)
{
    kr_status s = KR_OK;
    kr_value value = {0};
    kr_disagg_dim dim;

    if (!*entry->value)
        return KR_OK;
    KR_TRY(kr_job_literal(r, entry, &value));
    if (r->job->mode != KR_MODE_DISAGGREGATION)
        return KR_OK;
    if (value.kind != KR_VALUE_DICT)
        return kr_job_bad(r, entry, "edges by axis were expected, as in {'mag': [5, 6, 7]}");
    for (size_t i = 0; i < value.n; i++) {
        if (!find_dim(value.keys[i], &dim))
            return kr_fail_at(r->ctx, entry->file, value.items[i].line,
                              "disagg_bin_edges holds '%.40s'; mag, dist, lon, lat or eps was "
                              "expected",
                              value.keys[i]);
        KR_TRY(read_edges(r, entry, value.keys[i], &value.items[i], &r->job->disagg.edges[dim]));
    }
out:
    return s;
}

/* ------------------------------------------------------------------ of the whole tree */

kr_status kr_job_set_disagg_statistics(kr_job_reader *r, const kr_ini_entry *entry)
{
    kr_status s = KR_OK;
    kr_job_disagg *disagg = &r->job->disagg;
    const struct {
        const char *name;
        bool *flag;
    } all[] = {{"mean", &disagg->tree_mean},
               {"variance", &disagg->tree_variance},
               {"quantiles", &disagg->tree_quantiles},
               {"branches", &disagg->tree_branches},
               {"occurrence", &disagg->tree_occurrence},
               {"sources", &disagg->tree_sources},
               {"sections", &disagg->tree_sections}};
    size_t nall = sizeof all / sizeof *all, n = 0;
    char **words = NULL;

    KR_TRY(kr_split_words(r->arena, entry->value, true, &words, &n));
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < nall && !kr_str_eq(all[k].name, words[i]))
            k++;
        if (k == nall)
            return kr_job_bad(
                r, entry,
                "mean, variance, quantiles, branches, occurrence, sources or sections was "
                "expected");
        *all[k].flag = true;
    }
out:
    return s;
}

/* ------------------------------------------------------------------ what follows */

static kr_status all_kinds(kr_job_reader *r)
{
    kr_status s = KR_OK;
    kr_job_disagg *disagg = &r->job->disagg;

    KR_ANEW(disagg->kinds, r->arena, KR_DISAGG_KINDS);
    for (; disagg->nkinds < KR_DISAGG_KINDS; disagg->nkinds++)
        disagg->kinds[disagg->nkinds] = &kr_disagg_kinds[disagg->nkinds];
out:
    return s;
}

kr_status kr_job_derive_disagg(kr_job_reader *r)
{
    kr_status s = KR_OK;
    kr_job *job = r->job;
    kr_job_disagg *disagg = &job->disagg;
    bool eps = false;

    disagg->levels_given = r->iml_disagg != NULL;
    if (!disagg->nkinds)
        KR_TRY(all_kinds(r));
    for (size_t i = 0; i < disagg->nkinds; i++)
        eps = eps || kr_disagg_kind_has(disagg->kinds[i], KR_DIM_EPS);
    if (!eps)
        disagg->epsilon_bins = 1;
    if (!job->poes.n)
        job->poes = disagg->poes;
    else if (!disagg->poes.n)
        disagg->poes = job->poes;
out:
    return s;
}

/* ------------------------------------------------------------------ checks */

static kr_status fail(kr_job_reader *r, const char *key, const char *text)
{
    const kr_ini_entry *entry = kr_job_entry(r, key);

    return kr_fail_at(r->ctx, entry ? entry->file : r->job->path, entry ? entry->line : 0, "%s",
                      text);
}

static kr_status check_levels(kr_job_reader *r)
{
    const kr_job *job = r->job;
    const kr_numbers *a = &job->poes, *b = &job->disagg.poes;

    if (a->n != b->n || (a->n && memcmp(a->x, b->x, a->n * sizeof *a->x) != 0))
        return fail(r, "poes_disagg",
                    "poes_disagg and poes are both given and differ; keep one of the two");
    if (!a->n && !job->disagg.levels_given)
        return fail(r, "calculation_mode",
                    "disaggregation needs poes_disagg or iml_disagg; write them as in "
                    "poes_disagg = 0.1 0.02");
    if (a->n && job->disagg.levels_given)
        return fail(r, kr_job_entry(r, "poes_disagg") ? "poes_disagg" : "poes",
                    "iml_disagg and poes_disagg (or poes) are both given; keep one of the two");
    for (size_t i = 0; i < a->n; i++)
        if (!(a->x[i] > 0 && a->x[i] < 1))
            return fail(r, kr_job_entry(r, "poes_disagg") ? "poes_disagg" : "poes",
                        "probabilities to disaggregate at must be above 0 and below 1");
    return KR_OK;
}

static kr_status check_bins(kr_job_reader *r)
{
    static const char *const needed[] = {"mag_bin_width", "distance_bin_width",
                                         "coordinate_bin_width", "num_epsilon_bins"};
    const kr_job_disagg *disagg = &r->job->disagg;
    bool edges = false;

    for (size_t d = 0; d < KR_DIMS; d++)
        edges = edges || disagg->edges[d].n;
    char missing[128] = "";
    size_t nmissing = 0;
    for (size_t i = 0; !edges && i < sizeof needed / sizeof *needed; i++)
        if (!kr_job_entry(r, needed[i])) {
            size_t used = strlen(missing);
            snprintf(missing + used, sizeof missing - used, "%s%s", nmissing++ ? ", " : "",
                     needed[i]);
        }
    if (nmissing)
        return kr_fail_at(r->ctx, r->job->path, 0,
                          "%s %s missing; disaggregation needs %s, or disagg_bin_edges", missing,
                          nmissing > 1 ? "are" : "is", nmissing > 1 ? "them" : "it");
    if ((disagg->edges[KR_DIM_LON].n > 0) != (disagg->edges[KR_DIM_LAT].n > 0))
        return fail(r, "disagg_bin_edges",
                    "disagg_bin_edges gives one of lon and lat; both, or none, were expected");
    if (disagg->mag_bin_width == 0 || disagg->distance_bin_width_km == 0 ||
        disagg->coordinate_bin_width_deg == 0)
        return fail(r,
                    disagg->mag_bin_width == 0           ? needed[0]
                    : disagg->distance_bin_width_km == 0 ? needed[1]
                                                         : needed[2],
                    "the width of a bin is 0; a number above 0 was expected");
    if (disagg->epsilon_bins == 0)
        return fail(r, "num_epsilon_bins", "num_epsilon_bins is 0; 1 or more was expected");
    if (disagg->edges[KR_DIM_DIST].n && disagg->edges[KR_DIM_DIST].x[0] < 0)
        return fail(r, "disagg_bin_edges",
                    "disagg_bin_edges of 'dist' begins below 0 km; 0 or more was expected");
    return KR_OK;
}

/* A realization that is named twice would count twice in the mean. */
static kr_status check_rlz_index(kr_job_reader *r)
{
    const kr_numbers *index = &r->job->disagg.rlz_index;
    for (size_t i = 0; i < index->n; i++)
        for (size_t k = 0; k < i; k++)
            if (index->x[i] == index->x[k])
                return fail(r, "rlz_index",
                            "rlz_index names a realization twice; name each of them once");
    return KR_OK;
}

kr_status kr_job_check_disagg_choice(kr_job_reader *r)
{
    kr_status s = KR_OK;
    const kr_job *job = r->job;

    KR_TRY(check_levels(r));
    KR_TRY(check_rlz_index(r));
    if (job->disagg.rlz_index.n && kr_job_entry(r, "num_rlzs_disagg") && job->disagg.rlzs != 1)
        return fail(r, "num_rlzs_disagg",
                    "rlz_index and num_rlzs_disagg are both given; remove num_rlzs_disagg, or "
                    "write num_rlzs_disagg = 1");
    if (!job->mean)
        return fail(r, "mean", "disaggregation needs the mean curves; write mean = true");
    if (job->disagg.tree_quantiles && (!job->quantiles.n || job->disagg.levels_given))
        return fail(r, "disagg_statistics",
                    "disagg_statistics = quantiles needs quantiles and poes_disagg; write them as "
                    "in quantiles = 0.16 0.84");
out:
    return s;
}

kr_status kr_job_check_disagg(kr_job_reader *r)
{
    static const char *const amplification[] = {"amplification_csv", "amplification_file"};
    kr_status s = KR_OK;
    const kr_job *job = r->job;

    KR_TRY(check_levels(r));
    KR_TRY(check_bins(r));
    KR_TRY(kr_job_check_disagg_choice(r));
    if ((job->disagg.tree_sources || job->disagg.tree_sections) && job->ps_grid_spacing_km > 0)
        return fail(r, "disagg_statistics",
                    "disagg_statistics = sources or sections cannot be used with ps_grid_spacing, "
                    "which merges sources; remove one of the two");
    for (size_t i = 0; i < sizeof amplification / sizeof *amplification; i++)
        if (kr_job_entry(r, amplification[i]))
            return fail(r, amplification[i],
                        "a disaggregation does not know site amplification; leave it out, and "
                        "disaggregate the motions of rock");
out:
    return s;
}
