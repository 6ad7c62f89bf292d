#include "model/job_options.h"

#include "base/str.h"
#include "model/job_int.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct lister {
    const kr_job *job;
    kr_arena *arena;
} lister;

/* ------------------------------------------------------------------ values as text */

/* The fewest digits that give the number again; NULL where memory ran out, as in all that follows.
 */
static const char *number(const lister *l, double x)
{
    char text[32];
    double back = 0;
    if (isnan(x))
        return "none";
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, x);
        if (isinf(x) || (kr_parse_double(text, &back) && back == x))
            break;
    }
    return kr_arena_strdup(l->arena, text);
}

/* A list on its way, in room that doubles: a job may have thousands of levels. */
typedef struct list {
    char *chars; /* NULL at first */
    size_t n, cap;
    bool failed; /* memory ran out */
} list;

static void append(const lister *l, list *x, const char *separator, const char *text)
{
    size_t before = x->n ? strlen(separator) : 0, more = text ? before + strlen(text) : 0;
    x->failed = x->failed || !text;
    if (!x->failed && x->n + more + 1 > x->cap) {
        x->cap = 2 * (x->n + more + 1);
        char *chars = kr_arena_alloc(l->arena, x->cap, 1);
        x->failed = !chars;
        if (chars && x->n)
            memcpy(chars, x->chars, x->n);
        x->chars = chars;
    }
    if (x->failed)
        return;
    memcpy(x->chars + x->n, separator, before);
    strcpy(x->chars + x->n + before, text);
    x->n += more;
}

/* The whole; "none" of nothing. */
static const char *end(const list *x)
{
    return x->failed ? NULL : x->n ? x->chars : "none";
}

static const char *numbers(const lister *l, const double *x, size_t n)
{
    list all = {.chars = NULL};
    for (size_t i = 0; i < n; i++)
        append(l, &all, " ", number(l, x[i]));
    return end(&all);
}

static const char *names(const lister *l, const kr_names *x)
{
    list all = {.chars = NULL};
    for (size_t i = 0; i < x->n; i++)
        append(l, &all, ", ", x->name[i]);
    return end(&all);
}

static const char *by_trt(const lister *l, const kr_by_trt *x)
{
    list all = {.chars = NULL};
    for (size_t i = 0; i < x->n; i++) {
        const char *value = number(l, x->value[i]);
        append(l, &all, ", ", value ? kr_arena_printf(l->arena, "%s: %s", x->trt[i], value) : NULL);
    }
    return end(&all);
}

static const char *flag(bool x)
{
    return x ? "true" : "false";
}

static const char *integer(const lister *l, long long x)
{
    return kr_arena_printf(l->arena, "%lld", x);
}

static const char *text_or_none(const char *text)
{
    return text && *text ? text : "none";
}

/* ------------------------------------------------------------------ parameters of a kind */

static const char *of_kind(const lister *l, const kr_job_key *key)
{
    const char *at = (const char *)l->job + key->offset;
    switch (key->kind) {
    case KR_KEY_BOOL:
        return flag(*(const bool *)at);
    case KR_KEY_TRISTATE:
        return *(const int *)at < 0 ? "none" : flag(*(const int *)at != 0);
    case KR_KEY_COUNT:
        return integer(l, (long long)*(const size_t *)at);
    case KR_KEY_INT:
        return integer(l, *(const int *)at);
    case KR_KEY_FLOAT:
    case KR_KEY_POSITIVE:
    case KR_KEY_FLOAT_OR_NONE:
        return number(l, *(const double *)at);
    case KR_KEY_PROBABILITIES:
    case KR_KEY_COUNTS:
    case KR_KEY_FLOATS:
        return numbers(l, ((const kr_numbers *)at)->x, ((const kr_numbers *)at)->n);
    case KR_KEY_NAMES:
        return names(l, (const kr_names *)at);
    case KR_KEY_BY_TRT:
        return by_trt(l, (const kr_by_trt *)at);
    case KR_KEY_TEXT:
    case KR_KEY_FILLED:
        return text_or_none(*(const char *const *)at);
    case KR_KEY_CHOICE:
    case KR_KEY_LITERAL:
    case KR_KEY_SPECIAL:
        break;
    }
    return "none";
}

/* ------------------------------------------------------------------ parameters of their own */

static const char *mode(const lister *l)
{
    static const char *const text[] = {"classical", "preclassical", "disaggregation"};
    return text[l->job->mode];
}

static const char *truncation(const lister *l)
{
    return number(l, l->job->truncation_level);
}

static const char *levels(const lister *l)
{
    list all = {.chars = NULL};
    for (size_t m = 0; m < l->job->nimts; m++) {
        const char *one = numbers(l, l->job->levels + m * l->job->nlevels, l->job->nlevels);
        append(l, &all, "; ",
               one ? kr_arena_printf(l->arena, "%s: %s", l->job->imts[m].name, one) : NULL);
    }
    return end(&all);
}

static const char *maximum_distance(const lister *l)
{
    list all = {.chars = NULL};
    for (size_t i = 0; i < l->job->nmaximum_distance; i++) {
        const kr_magdist *x = &l->job->maximum_distance[i];
        list pairs = {.chars = NULL};
        for (size_t k = 0; k < x->n; k++) {
            const char *mag = number(l, x->mag[k]), *dist = number(l, x->dist_km[k]);
            append(l, &pairs, " ",
                   mag && dist ? kr_arena_printf(l->arena, "(%s %s)", mag, dist) : NULL);
        }
        append(l, &all, ", ",
               end(&pairs) ? kr_arena_printf(l->arena, "%s: %s", x->trt, end(&pairs)) : NULL);
    }
    return end(&all);
}

static const char *minimum_magnitude(const lister *l)
{
    return by_trt(l, &l->job->minimum_magnitude);
}

static const char *collapse_level(const lister *l)
{
    return integer(l, l->job->collapse_level);
}

static const char *discard_trts(const lister *l)
{
    return names(l, &l->job->discard_trts);
}

static const char *gsim(const lister *l)
{
    return text_or_none(l->job->gsim);
}

static const char *seed(const lister *l)
{
    return integer(l, l->job->random_seed);
}

static const char *sampling(const lister *l)
{
    static const char *const text[] = {"early_weights", "late_weights", "early_latin",
                                       "late_latin"};
    return text[l->job->sampling_method];
}

static const char *oversampling(const lister *l)
{
    return l->job->oversampling_forbidden ? "forbid" : "tolerate";
}

static const char *branch(const lister *l)
{
    return text_or_none(l->job->smlt_branch);
}

/* Unset, the one of the profile. */
static const char *definition(const lister *l)
{
    switch (l->job->quantile_definition) {
    case KR_DEFINITION_REFERENCE:
        return "reference";
    case KR_DEFINITION_HALF_WEIGHT:
        return "half-weight";
    case KR_DEFINITION_MERGED:
        return "merged";
    case KR_DEFINITION_UNSET:
        break;
    }
    return l->job->compat == KR_COMPAT_EXACT ? "merged" : "reference";
}

static const char *precision(const lister *l)
{
    return kr_precision_name(l->job->component_rates_precision);
}

static const char *cells_precision(const lister *l)
{
    return kr_precision_name(l->job->disagg.cells_precision);
}

static const char *sites(const lister *l)
{
    return text_or_none(l->job->sites);
}

static const char *region(const lister *l)
{
    return text_or_none(l->job->region);
}

static const char *vs30_type(const lister *l)
{
    return l->job->reference_vs30_measured ? "measured" : "inferred";
}

static const char *tile(const lister *l)
{
    if (!l->job->tile_count)
        return "none";
    return kr_arena_printf(l->arena, "%zu %zu", l->job->tile_no, l->job->tile_count);
}

static const char *asset_distance(const lister *l)
{
    return number(l, l->job->asset_hazard_distance_km);
}

static const char *amplification(const lister *l)
{
    if (!l->job->amplification_file)
        return "none";
    return l->job->amplification_kernel ? "kernel" : "convolution";
}

static const char *soil_intensities(const lister *l)
{
    return numbers(l, l->job->soil_intensities.x, l->job->soil_intensities.n);
}

static const char *vs30_tolerance(const lister *l)
{
    return integer(l, l->job->vs30_tolerance);
}

static const char *disagg_outputs(const lister *l)
{
    list all = {.chars = NULL};
    for (size_t i = 0; i < l->job->disagg.nkinds; i++)
        append(l, &all, " ", l->job->disagg.kinds[i]->name);
    return end(&all);
}

static const char *disagg_edges(const lister *l)
{
    list all = {.chars = NULL};
    for (kr_disagg_dim d = 0; d < KR_DIMS; d++) {
        const kr_numbers *edges = &l->job->disagg.edges[d];
        const char *text = edges->n ? numbers(l, edges->x, edges->n) : NULL;
        if (edges->n)
            append(l, &all, ", ",
                   text ? kr_arena_printf(l->arena, "%s: %s", kr_disagg_dim_column(d), text)
                        : NULL);
    }
    return end(&all);
}

static const char *disagg_statistics(const lister *l)
{
    const kr_job_disagg *d = &l->job->disagg;
    list all = {.chars = NULL};
    if (d->tree_mean)
        append(l, &all, " ", "mean");
    if (d->tree_variance)
        append(l, &all, " ", "variance");
    if (d->tree_quantiles)
        append(l, &all, " ", "quantiles");
    if (d->tree_branches)
        append(l, &all, " ", "branches");
    if (d->tree_occurrence)
        append(l, &all, " ", "occurrence");
    if (d->tree_sources)
        append(l, &all, " ", "sources");
    if (d->tree_sections)
        append(l, &all, " ", "sections");
    return end(&all);
}

static const struct {
    const char *name;
    const char *(*text)(const lister *l); /* NULL: said by another parameter, or of no bearing */
} special[] = {
    {"calculation_mode", mode},
    {"truncation_level", truncation},
    {"intensity_measure_types_and_levels", levels},
    {"intensity_measure_types", NULL},
    {"iml_disagg", NULL},
    {"postproc_func", NULL},
    {"hazard_calculation_id", NULL},
    {"maximum_distance", maximum_distance},
    {"minimum_magnitude", minimum_magnitude},
    {"collapse_level", collapse_level},
    {"discard_trts", discard_trts},
    {"gsim", gsim},
    {"random_seed", seed},
    {"sampling_method", sampling},
    {"oversampling", oversampling},
    {"smlt_branch", branch},
    {"quantile_definition", definition},
    {"component_rates_precision", precision},
    {"return_periods", NULL},
    {"sites", sites},
    {"region", region},
    {"reference_vs30_type", vs30_type},
    {"tile_spec", tile},
    {"asset_hazard_distance", asset_distance},
    {"amplification_method", amplification},
    {"soil_intensities", soil_intensities},
    {"vs30_tolerance", vs30_tolerance},
    {"disagg_outputs", disagg_outputs},
    {"disagg_bin_edges", disagg_edges},
    {"disagg_statistics", disagg_statistics},
    {"disagg_cells_precision", cells_precision},
};

/* ------------------------------------------------------------------ all */

kr_status kr_job_list_options(const kr_job *job, kr_arena *arena, kr_job_options *out)
{
    kr_status s = KR_OK;
    const lister l = {job, arena};
    size_t nkeys;
    const kr_job_key *keys = kr_job_keys(&nkeys);
    *out = (kr_job_options){0, NULL, NULL};
    KR_ANEW(out->keys, arena, nkeys);
    KR_ANEW(out->values, arena, nkeys);
    for (size_t i = 0; i < nkeys; i++) {
        const char *value = NULL;
        size_t k = 0, nspecial = sizeof special / sizeof special[0];
        if (keys[i].status != KR_KEY_HONOURED &&
            !(keys[i].status == KR_KEY_DISAGG && job->mode == KR_MODE_DISAGGREGATION))
            continue;
        while (k < nspecial && !kr_str_eq(special[k].name, keys[i].name))
            k++;
        if (k < nspecial && !special[k].text)
            continue;
        value = k < nspecial ? special[k].text(&l) : of_kind(&l, &keys[i]);
        if (!value)
            return KR_ENOMEM;
        out->keys[out->n] = keys[i].name;
        out->values[out->n++] = value;
    }
out:
    return s;
}
