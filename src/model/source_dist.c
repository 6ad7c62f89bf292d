/* Distributions of nodal planes and hypocentral depths. */
#include "model/source_read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OUTCOMES_MAX 10000 /* repeated ones are looked for pair by pair */

/* A value of one or three numbers with its probability. */
typedef struct outcome {
    double prob, value[3];
} outcome;

static int compare_outcomes(const void *a, const void *b)
{
    const outcome *x = a, *y = b;
    if (x->prob != y->prob)
        return x->prob < y->prob ? -1 : 1;
    for (int i = 0; i < 3; i++) {
        if (x->value[i] != y->value[i])
            return x->value[i] < y->value[i] ? -1 : 1;
    }
    return 0;
}

static double total(const outcome *list, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += list[i].prob;
    return sum;
}

static bool same_value(const outcome *x, const outcome *y)
{
    return x->value[0] == y->value[0] && x->value[1] == y->value[1] && x->value[2] == y->value[2];
}

/* Merge repeated values as the reference does: probabilities are added where the value stood
 * first; if any was repeated the list is sorted by probability, then value. */
static size_t merge(outcome *list, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < kept && !same_value(&list[k], &list[i]))
            k++;
        if (k < kept)
            list[k].prob += list[i].prob;
        else
            list[kept++] = list[i];
    }
    return kept;
}

static kr_status finish(kr_ctx *ctx, const kr_node *node, outcome *list, size_t *n)
{
    if (*n == 0)
        return kr_fail_at(ctx, node->file, node->line,
                          "<%s> is empty; at least one value is needed", node->tag);
    if (*n > OUTCOMES_MAX)
        return kr_fail_at(ctx, node->file, node->line, "<%s> has %zu values; at most %d are read",
                          node->tag, *n, OUTCOMES_MAX);
    size_t kept = merge(list, *n);
    if (kept < *n) {
        double sum = total(list, kept);
        if (!(fabs(sum - 1) < 1e-12))
            return kr_fail_at(ctx, node->file, node->line,
                              "probabilities of <%s> sum to %.15g; with repeated values they must "
                              "sum to 1 within 1e-12",
                              node->tag, sum);
        qsort(list, kept, sizeof *list, compare_outcomes);
        *n = kept;
    }
    double sum = total(list, *n);
    if (!(fabs(sum - 1) <= 1e-7))
        return kr_fail_at(ctx, node->file, node->line,
                          "probabilities of <%s> sum to %.10g; they must sum to 1", node->tag, sum);
    return KR_OK;
}

static kr_status read_prob(kr_ctx *ctx, const kr_node *node, double *prob)
{
    kr_status s = kr_node_attr_double(ctx, node, "probability", prob);
    if (s != KR_OK)
        return s;
    if (*prob == 0)
        return kr_fail_at(ctx, node->file, node->line,
                          "<%s> has probability 0; leave it out or give it more", node->tag);
    if (!(*prob > 0 && *prob <= 1))
        return kr_fail_at(ctx, node->file, node->line,
                          "probability %g of <%s> is out of range; it must be between 0 and 1",
                          *prob, node->tag);
    return KR_OK;
}

static kr_status read_angle(kr_ctx *ctx, const kr_node *node, const char *name, double *out)
{
    kr_status s = kr_node_attr_double(ctx, node, name, out);
    if (s != KR_OK)
        return s;
    const char *range = NULL;
    if (strcmp(name, "strike") == 0 && !(*out >= 0 && *out < 360))
        range = "at least 0 and less than 360";
    if (strcmp(name, "dip") == 0 && !(*out > 0 && *out <= 90))
        range = "more than 0 and at most 90";
    if (strcmp(name, "rake") == 0 && !(*out > -180 && *out <= 180))
        range = "more than -180 and at most 180";
    if (range)
        return kr_fail_at(ctx, node->file, node->line, "%s %g is out of range; it must be %s", name,
                          *out, range);
    return KR_OK;
}

static size_t count_children(const kr_node *node)
{
    size_t n = 0;
    for (const kr_node *child = node->first; child; child = child->next)
        n++;
    return n;
}

kr_status kr_source_planes(kr_source_reader *r, const kr_node *node, kr_source *out)
{
    kr_status s = KR_OK;
    kr_node *dist = NULL;
    outcome *list = NULL;
    kr_nodal_plane *planes = NULL;

    KR_TRY(kr_node_need(r->ctx, node, "nodalPlaneDist", &dist));
    size_t n = count_children(dist), i = 0;
    KR_ANEW(list, &r->scratch, n + 1);
    for (const kr_node *child = dist->first; child; child = child->next, i++) {
        KR_TRY(read_prob(r->ctx, child, &list[i].prob));
        KR_TRY(read_angle(r->ctx, child, "strike", &list[i].value[0]));
        KR_TRY(read_angle(r->ctx, child, "dip", &list[i].value[1]));
        KR_TRY(read_angle(r->ctx, child, "rake", &list[i].value[2]));
    }
    KR_TRY(finish(r->ctx, dist, list, &n));

    bool same = n == r->nplanes;
    for (i = 0; same && i < n; i++)
        same = r->planes[i].prob == list[i].prob && r->planes[i].strike == list[i].value[0] &&
               r->planes[i].dip == list[i].value[1] && r->planes[i].rake == list[i].value[2];
    if (!same) {
        KR_ANEW(planes, r->arena, n);
        for (i = 0; i < n; i++)
            planes[i] = (kr_nodal_plane){list[i].prob, list[i].value[0], list[i].value[1],
                                         list[i].value[2]};
        r->planes = planes;
        r->nplanes = n;
    }
    out->planes = r->planes;
    out->nplanes = n;
out:
    return s;
}

kr_status kr_source_depths(kr_source_reader *r, const kr_node *node, kr_source *out)
{
    kr_status s = KR_OK;
    kr_node *dist = NULL;
    outcome *list = NULL;
    kr_hypo_depth *depths = NULL;

    KR_TRY(kr_node_need(r->ctx, node, "hypoDepthDist", &dist));
    size_t n = count_children(dist), i = 0;
    KR_ANEW(list, &r->scratch, n + 1);
    for (const kr_node *child = dist->first; child; child = child->next, i++) {
        double depth = 0;
        KR_TRY(read_prob(r->ctx, child, &list[i].prob));
        KR_TRY(kr_node_attr_double(r->ctx, child, "depth", &depth));
        if (!(depth >= out->upper_depth_km && depth <= out->lower_depth_km)) {
            s = kr_fail_at(r->ctx, child->file, child->line,
                           "hypocentral depth %g km is outside the seismogenic layer; it must be "
                           "between %g and %g km",
                           depth, out->upper_depth_km, out->lower_depth_km);
            goto out;
        }
        list[i].value[0] = depth;
    }
    KR_TRY(finish(r->ctx, dist, list, &n));

    bool same = n == r->ndepths;
    for (i = 0; same && i < n; i++)
        same = r->depths[i].prob == list[i].prob && r->depths[i].depth_km == list[i].value[0];
    if (!same) {
        KR_ANEW(depths, r->arena, n);
        for (i = 0; i < n; i++)
            depths[i] = (kr_hypo_depth){list[i].prob, list[i].value[0]};
        r->depths = depths;
        r->ndepths = n;
    }
    out->depths = r->depths;
    out->ndepths = n;
out:
    return s;
}
