#include "model/source_group.h"

#include "base/mem.h"
#include "base/str.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static kr_status read_interdep(kr_ctx *ctx, const kr_node *node, const char *name, bool *mutex)
{
    const char *text = kr_node_attr(node, name);
    *mutex = text && kr_str_eq(text, "mutex");
    if (!text || *mutex || kr_str_eq(text, "indep"))
        return KR_OK;
    return kr_fail_at(ctx, node->file, node->line,
                      "%s='%.40s' of <sourceGroup>; it must be indep "
                      "or mutex",
                      name, text);
}

static kr_status read_weights(kr_source_reader *r, const kr_node *node, kr_group_build *out)
{
    kr_status s = KR_OK;
    const char *text = NULL, *bad = "";

    KR_TRY(kr_node_attr_text(r->ctx, node, "srcs_weights", &text));
    s = kr_parse_doubles(r->arena, text, strlen(text), false, &out->weights, &out->nweights, &bad);
    if (s == KR_EINPUT)
        s = kr_fail_at(r->ctx, node->file, node->line,
                       "srcs_weights holds '%.40s', which is not a number", bad);
    for (size_t i = 0; s == KR_OK && i < out->nweights; i++) {
        if (!(out->weights[i] >= 0))
            s = kr_fail_at(r->ctx, node->file, node->line,
                           "srcs_weights holds %g; weights are 0 or more", out->weights[i]);
    }
out:
    return s;
}

static kr_status read_cluster(kr_source_reader *r, const kr_node *node, kr_group *g)
{
    const char *cluster = kr_node_attr(node, "cluster");
    const char *tom = kr_node_attr(node, "tom");
    kr_status s = KR_OK;

    g->cluster = cluster && kr_str_eq(cluster, "true");
    g->occurrence_rate = NAN;
    if (kr_node_attr(node, "occurrence_rate"))
        KR_TRY(kr_attr_positive(r->ctx, node, "occurrence_rate", &g->occurrence_rate));
    if (g->cluster && (!tom || !(g->occurrence_rate > 0)))
        s = kr_fail_at(r->ctx, node->file, node->line,
                       "the group is a cluster without %s; tom='PoissonTOM' and an "
                       "occurrence_rate above 0 are needed",
                       tom ? "occurrence_rate" : "tom");
    else if (!g->cluster && tom && !kr_str_eq(tom, "PoissonTOM"))
        kr_warn_at(r->ctx, node->file, node->line,
                   "tom='%.40s' of a sourceGroup changes nothing; only that of a source does", tom);
out:
    return s;
}

kr_status kr_group_read(kr_source_reader *r, const kr_node *node, kr_group_build *out)
{
    kr_status s = KR_OK;
    kr_group *g = &out->group;
    const char *text = kr_node_attr(node, "name");

    g->file = node->file;
    g->line = node->line;
    KR_ASTR(g->name, r->arena, text ? text : "");
    KR_TRY(kr_node_attr_text(r->ctx, node, "tectonicRegion", &text));
    KR_ASTR(g->trt, r->arena, text);
    KR_TRY(read_interdep(r->ctx, node, "src_interdep", &g->mutex_sources));
    KR_TRY(read_interdep(r->ctx, node, "rup_interdep", &g->mutex_ruptures));
    if (g->mutex_sources)
        KR_TRY(read_weights(r, node, out));
    g->grp_probability = 1;
    if (kr_node_attr(node, "grp_probability")) {
        KR_TRY(kr_node_attr_double(r->ctx, node, "grp_probability", &g->grp_probability));
        if (!(g->grp_probability >= 0 && g->grp_probability <= 1)) {
            s = kr_fail_at(r->ctx, node->file, node->line,
                           "grp_probability %g is out of range; it must be between 0 and 1",
                           g->grp_probability);
            goto out;
        }
    }
    KR_TRY(read_cluster(r, node, g));
out:
    return s;
}

/* Only ruptures with weights can exclude each other; elsewhere weights change nothing. */
static kr_status check_ruptures(kr_source_reader *r, const kr_group *group, const kr_source *source)
{
    bool weighted = source->ngiven > 0 && !isnan(source->given[0].weight);

    if (group->mutex_ruptures && source->kind != KR_SOURCE_NON_PARAMETRIC)
        return kr_fail_at(r->ctx, source->file, source->line,
                          "%s '%s' in a group with rup_interdep='mutex'; only "
                          "nonParametricSeismicSource has mutually exclusive ruptures",
                          kr_source_tag(source->kind), source->id);
    if (group->mutex_ruptures && !weighted)
        return kr_fail_at(r->ctx, source->file, source->line,
                          "nonParametricSeismicSource '%s' has no rup_weights; in a group with "
                          "rup_interdep='mutex' they are needed",
                          source->id);
    if (weighted && !group->mutex_ruptures)
        kr_warn_at(r->ctx, source->file, source->line,
                   "rup_weights of '%s' change nothing; the group would need rup_interdep='mutex'",
                   source->id);
    return KR_OK;
}

kr_status kr_group_add(kr_source_reader *r, kr_group_build *group, size_t child, kr_source *source)
{
    kr_status s = KR_OK;

    KR_TRY(check_ruptures(r, &group->group, source));
    source->weighted_ruptures = group->group.mutex_ruptures;
    if (group->weights && child < group->nweights)
        source->mutex_weight = group->weights[child];
    if (source->weighted_ruptures || source->mutex_weight != 1)
        kr_source_hash(source);
    KR_GROW(group->sources, group->cap, group->n + 1, r->ctx, KR_ACCOUNT_READING);
    group->sources[group->n++] = source;
out:
    return s;
}

static int compare_numbers(const void *a, const void *b)
{
    long long x = *(const long long *)a, y = *(const long long *)b;
    return x < y ? -1 : x > y;
}

/* Ids of mutually exclusive sources are base:number, with one base and distinct numbers. */
static kr_status check_mutex_ids(kr_source_reader *r, const kr_group_build *b)
{
    kr_status s = KR_OK;
    long long *numbers = NULL;
    size_t base = 0;

    KR_ANEW(numbers, &r->scratch, b->n + 1);
    for (size_t i = 0; i < b->n; i++) {
        const kr_source *src = b->sources[i];
        const char *colon = strchr(src->id, ':');
        if (!colon || !kr_parse_int(colon + 1, &numbers[i]))
            return kr_fail_at(r->ctx, src->file, src->line,
                              "the id '%s' in a group of mutually exclusive sources; base:number "
                              "is needed, such as %.60s:1",
                              src->id, colon ? "A" : src->id);
        if (i == 0)
            base = (size_t)(colon - src->id);
        if ((size_t)(colon - src->id) != base || strncmp(src->id, b->sources[0]->id, base) != 0)
            return kr_fail_at(r->ctx, src->file, src->line,
                              "the ids '%s' and '%s' in one group of mutually exclusive sources; "
                              "the part before ':' must be the same",
                              b->sources[0]->id, src->id);
    }
    qsort(numbers, b->n, sizeof *numbers, compare_numbers);
    for (size_t i = 1; i < b->n; i++) {
        if (numbers[i] == numbers[i - 1])
            return kr_fail_at(r->ctx, b->group.file, b->group.line,
                              "the id %.*s:%lld appears twice in a group of mutually exclusive "
                              "sources; ids must differ",
                              (int)base, b->sources[0]->id, numbers[i]);
    }
out:
    return s;
}

kr_status kr_group_check(kr_source_reader *r, const kr_group_build *b)
{
    double sum = 0;

    if (!b->group.mutex_sources || b->n == 0)
        return KR_OK;
    if (b->nweights != b->nchildren)
        return kr_fail_at(r->ctx, b->group.file, b->group.line,
                          "%zu srcs_weights for %zu sources; there must be as many", b->nweights,
                          b->nchildren);
    for (size_t i = 0; i < b->nweights; i++)
        sum += b->weights[i];
    if (!(fabs(sum - 1) <= 5e-6))
        return kr_fail_at(r->ctx, b->group.file, b->group.line,
                          "srcs_weights sum to %.10g; they must sum to 1", sum);
    return check_mutex_ids(r, b);
}

void kr_group_build_clear(kr_group_build *group)
{
    kr_free(group->sources);
    group->sources = NULL;
    group->n = group->cap = 0;
}

static int compare_groups(const void *a, const void *b)
{
    const kr_group_build *x = a, *y = b;
    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    int c = strcmp(x->group.trt, y->group.trt);
    return c != 0 ? c : (x->index < y->index ? -1 : x->index > y->index);
}

static int compare_sources(const void *a, const void *b)
{
    const kr_source *x = *(const kr_source *const *)a, *y = *(const kr_source *const *)b;
    int c = strcmp(x->id, y->id);
    return c != 0 ? c : (x->line < y->line ? -1 : x->line > y->line);
}

kr_status kr_groups_finish(kr_source_reader *r, kr_group_build *groups, size_t n, bool sort_sources,
                           kr_source_file *out)
{
    kr_status s = KR_OK;
    const kr_source **list = NULL;

    if (n > 0)
        qsort(groups, n, sizeof *groups, compare_groups);
    KR_ANEW(out->groups, r->arena, n + 1);
    for (size_t i = 0; i < n; i++) {
        kr_group_build *b = &groups[i];
        if (b->n == 0)
            continue;
        if (sort_sources)
            qsort(b->sources, b->n, sizeof(const kr_source *), compare_sources);
        KR_ANEW(list, r->arena, b->n);
        for (size_t k = 0; k < b->n; k++)
            list[k] = b->sources[k];
        b->group.sources = list;
        b->group.nsources = b->n;
        out->groups[out->ngroups++] = b->group;
    }
out:
    return s;
}

kr_status kr_groups_check_ids(kr_source_reader *r, const kr_source_file *file, bool strict)
{
    kr_status s = KR_OK;
    const kr_source **all = NULL;
    size_t n = 0, k = 0;

    for (size_t i = 0; i < file->ngroups; i++)
        n += file->groups[i].nsources;
    KR_ANEW(all, &r->scratch, n + 1);
    for (size_t i = 0; i < file->ngroups; i++) {
        for (size_t j = 0; j < file->groups[i].nsources; j++)
            all[k++] = file->groups[i].sources[j];
    }
    qsort(all, n, sizeof(const kr_source *), compare_sources);
    for (size_t i = 1; i < n; i++) {
        if (!kr_str_eq(all[i]->id, all[i - 1]->id))
            continue;
        if (strict)
            return kr_fail_at(r->ctx, all[i]->file, all[i]->line,
                              "the id '%s' is also that of line %d; with disagg_by_src ids must "
                              "differ",
                              all[i]->id, all[i - 1]->line);
        if (i < 2 || !kr_str_eq(all[i]->id, all[i - 2]->id))
            kr_info(r->ctx, "%s:%d: the id '%s' is also that of line %d", all[i]->file,
                    all[i]->line, all[i]->id, all[i - 1]->line);
    }
out:
    return s;
}
