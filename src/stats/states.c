#include "stats/states.h"

#include "stats/block.h"

#include <math.h>

size_t kr_states_scratch(const kr_structure *structure, size_t part)
{
    const kr_part *p = &structure->parts[part];
    if (p->kind == KR_PART_BLOCK)
        return kr_block_scratch(structure, p);
    size_t most = 0;
    for (size_t i = 0; i < p->nchildren; i++) {
        size_t n = kr_states_scratch(structure, p->children[i]);
        if (p->kind == KR_PART_SUM) /* the child's own list */
            n += 2 * (size_t)structure->parts[p->children[i]].states;
        most = n > most ? n : most;
    }
    return most;
}

static void list_mix(const kr_point *point, const kr_part *mix, double *scratch, double *rate,
                     double *weight)
{
    for (size_t i = 0; i < mix->nchildren; i++) {
        size_t n = (size_t)point->structure->parts[mix->children[i]].states;
        double factor = kr_mix_weight(point, mix, i);
        kr_states_list(point, mix->children[i], scratch, rate, weight);
        for (size_t k = 0; k < n; k++)
            weight[k] *= factor;
        rate += n;
        weight += n;
    }
}

/* The list so far times that of each child. The products of the first entries are written over
 * entries that come after them, so the last one is taken first. */
static void list_sum(const kr_point *point, const kr_part *sum, double *scratch, double *rate,
                     double *weight)
{
    size_t n = 1;
    rate[0] = 0;
    weight[0] = 1;
    for (size_t c = 0; c < sum->nchildren; c++) {
        size_t m = (size_t)point->structure->parts[sum->children[c]].states;
        double *child_rate = scratch, *child_weight = scratch + m;
        kr_states_list(point, sum->children[c], scratch + 2 * m, child_rate, child_weight);
        for (size_t i = n; i-- > 0;) {
            double r = rate[i], w = weight[i];
            for (size_t k = 0; k < m; k++) {
                rate[i * m + k] = r + child_rate[k];
                weight[i * m + k] = w * child_weight[k];
            }
        }
        n *= m;
    }
}

void kr_states_list(const kr_point *point, size_t part, double *scratch, double *rate,
                    double *weight)
{
    const kr_part *p = &point->structure->parts[part];
    switch (p->kind) {
    case KR_PART_BLOCK:
        kr_block_values(point->structure, p, point->rates, scratch, rate);
        kr_block_weights(point->structure, p, point->column, weight);
        break;
    case KR_PART_SUM:
        list_sum(point, p, scratch, rate, weight);
        break;
    case KR_PART_MIX:
        list_mix(point, p, scratch, rate, weight);
        break;
    }
}

size_t kr_extents_scratch(const kr_structure *structure)
{
    return 2 * kr_blocks_max_states(structure) + kr_blocks_max_scratch(structure);
}

static kr_extent block_extent(const kr_point *point, size_t part, double *scratch)
{
    size_t n = point->structure->parts[part].nstates;
    double *rate = scratch, *weight = scratch + n;
    kr_states_list(point, part, scratch + 2 * n, rate, weight);
    kr_extent e = {.min = rate[0], .max = rate[0]};
    for (size_t i = 0; i < n; i++) {
        if (rate[i] < e.min) {
            e.min = rate[i];
            e.of_min = 0;
        }
        e.of_min += rate[i] == e.min ? weight[i] : 0;
        e.max = rate[i] > e.max ? rate[i] : e.max;
        e.heaviest = weight[i] > e.heaviest ? weight[i] : e.heaviest;
        e.weight += weight[i];
    }
    return e;
}

static kr_extent sum_extent(const kr_part *sum, const kr_extent *of)
{
    kr_extent e = {0, 0, 1, 1, 1};
    for (size_t i = 0; i < sum->nchildren; i++) {
        const kr_extent *child = &of[sum->children[i]];
        e.min += child->min;
        e.max += child->max;
        e.weight *= child->weight;
        e.heaviest *= child->heaviest;
        e.of_min *= child->of_min;
    }
    return e;
}

static kr_extent mix_extent(const kr_point *point, const kr_part *mix, const kr_extent *of)
{
    kr_extent e = {.min = INFINITY};
    for (size_t i = 0; i < mix->nchildren; i++) {
        const kr_extent *child = &of[mix->children[i]];
        double w = kr_mix_weight(point, mix, i);
        if (child->min < e.min) {
            e.min = child->min;
            e.of_min = 0;
        }
        e.of_min += child->min == e.min ? w * child->of_min : 0;
        e.max = fmax(e.max, child->max);
        e.weight += w * child->weight;
        e.heaviest = fmax(e.heaviest, w * child->heaviest);
    }
    return e;
}

void kr_extents_find(const kr_point *point, double *scratch, kr_extent *out)
{
    for (size_t i = 0; i < point->structure->nparts; i++) { /* children come before their parents */
        const kr_part *p = &point->structure->parts[i];
        switch (p->kind) {
        case KR_PART_BLOCK:
            out[i] = block_extent(point, i, scratch);
            break;
        case KR_PART_SUM:
            out[i] = sum_extent(p, out);
            break;
        case KR_PART_MIX:
            out[i] = mix_extent(point, p, out);
            break;
        }
    }
}
