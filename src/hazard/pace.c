#include "hazard/pace.h"

#include <math.h>

/* Few pieces are drawn towards the mean of all, by so many that are as the mean. */
static const double DOUBT = 2;

/* What was tried counts as so much of a class's cost beside the units that are over. */
static const double TRIED = 0.06;

/* Cells are a kind of their own. Members: one, up to 3, up to 15, more. */
enum { KINDS = KR_SOURCE_KINDS + 1, CROWDS = 4 };

static size_t class_of(const kr_hazard *h, const kr_work *w, const kr_block *block)
{
    const kr_ready *first = w->segments[block->first_segment].source;
    size_t kind = first ? (size_t)kr_ready_origin(first)->kind : KR_SOURCE_KINDS;
    size_t crowd = w->nmembers < 2 ? 0 : (w->nmembers < 4 ? 1 : (w->nmembers < 16 ? 2 : 3));
    return ((size_t)(w->family - h->families) * KINDS + kind) * CROWDS + crowd;
}

kr_status kr_paces_make(kr_hazard *h)
{
    kr_status s = KR_OK;
    h->npaces = h->nfamilies * KINDS * CROWDS;
    KR_ANEW(h->paces, &h->arena, h->npaces);
    for (size_t i = 0; i < h->nworks; i++) {
        kr_work *w = h->works[i];
        for (size_t b = 0; b < w->nblocks; b++) {
            kr_pace *p = &h->paces[w->blocks[b].pace = class_of(h, w, &w->blocks[b])];
            w->blocks[b].scout = p->cost == 0;
            p->cost += kr_unit_cost(w, b, h->sites->n);
        }
    }
out:
    return s;
}

void kr_pace_try(kr_hazard *h, const kr_block *block, double seconds_by_cost)
{
    h->paces[block->pace].tried += seconds_by_cost;
    h->paces[block->pace].pieces++;
}

void kr_pace_take(kr_hazard *h, const kr_work *work, size_t block, size_t nsites, double seconds)
{
    kr_pace *p = &h->paces[work->blocks[block].pace];
    double cost = kr_unit_cost(work, block, nsites);
    p->over += cost;
    if (isnan(seconds))
        return;
    p->measured += cost;
    p->seconds += seconds;
}

void kr_hazard_pass(kr_hazard *h, size_t nsites)
{
    for (size_t i = 0; i < h->npaces; i++)
        h->paces[i].over += h->paces[i].cost * (double)nsites / (double)h->sites->n;
}

/* The mean of all pieces; NaN: there are none. */
static double mean_tried(const kr_hazard *h)
{
    double tried = 0, pieces = 0;
    for (size_t i = 0; i < h->npaces; i++) {
        tried += h->paces[i].tried;
        pieces += h->paces[i].pieces;
    }
    return pieces > 0 ? tried / pieces : NAN;
}

static double foretold(const kr_pace *p, double mean)
{
    return (p->tried + DOUBT * mean) / (p->pieces + DOUBT);
}

double kr_paces_foretell(const kr_hazard *h)
{
    double mean = mean_tried(h), sum = 0;
    for (size_t i = 0; i < h->npaces; i++)
        sum += h->paces[i].cost * foretold(&h->paces[i], mean);
    return sum;
}

double kr_hazard_cost_of_units(const kr_hazard *h)
{
    double sum = 0;
    for (size_t i = 0; i < h->npaces; i++)
        sum += h->paces[i].cost;
    return sum;
}

/* Sums over classes of what was measured. */
typedef struct seen {
    double cost, seconds, foretold; /* foretold: seconds that the pieces gave for it */
} seen;

static seen see(const kr_pace *paces, size_t n, double mean)
{
    seen sum = {.cost = 0};
    for (size_t i = 0; i < n; i++) {
        if (!(paces[i].measured > 0))
            continue;
        sum.cost += paces[i].measured;
        sum.seconds += paces[i].seconds;
        sum.foretold += paces[i].measured * foretold(&paces[i], mean);
    }
    return sum;
}

/* Before a unit of a class is over. It is foretold as its pieces were, corrected by how the others
 * kept to that; without pieces, as the mean of the others. Pieces that many members share take too
 * long, beside units, by as much as the members count for: where others of the kind are known the
 * root of what is between them is nearer. */
static double first_pace(const kr_hazard *h, size_t i, double mean, seen all)
{
    const kr_pace *p = &h->paces[i];
    const seen kind = see(h->paces + i / CROWDS * CROWDS, CROWDS, mean);
    if (isnan(mean))
        return all.cost > 0 ? all.seconds / all.cost : 1;
    if (kind.cost > 0)
        return kind.seconds / kind.cost * sqrt(foretold(p, mean) / (kind.foretold / kind.cost));
    return foretold(p, mean) * (all.foretold > 0 ? all.seconds / all.foretold : 1);
}

void kr_hazard_left(const kr_hazard *h, kr_hazard_time *out)
{
    double mean = mean_tried(h);
    const seen all = see(h->paces, h->npaces, mean);
    *out = (kr_hazard_time){.spent = all.seconds};
    for (size_t i = 0; i < h->npaces; i++) {
        const kr_pace *p = &h->paces[i];
        double weight = TRIED * p->cost;
        if (!(p->cost > 0))
            continue;
        double pace = (p->seconds + weight * first_pace(h, i, mean, all)) / (p->measured + weight);
        out->over += p->over * pace;
        out->left += fmax(0, p->cost - p->over) * pace;
    }
}
