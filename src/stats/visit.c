#include "stats/visit.h"

#include "stats/block.h"

typedef struct visit {
    const kr_point *point;
    kr_visit_limits limits;
    kr_visitor *visitor;
    void *user;
    double *rate, *weight; /* the chunk being filled */
    size_t n;
    double *top; /* scratch from here on is free */
} visit;

/* States of parts that were listed. */
typedef struct list {
    size_t n;
    const double *rate, *weight;
    const struct list *others; /* lists that it is to be combined with */
} list;

/* Children of a sum that are still to come: those that are listed on the first round (so that they
 * are listed once for all states of a mix beside them), then the others. */
typedef struct rest {
    const kr_part *sum;
    size_t next;
    bool listed;
    const struct rest *after;
} rest;

/* What of a realization is fixed: a rate and a weight, and the lists that are combined in all ways;
 * `inner`, the longest, is the innermost loop. */
typedef struct so_far {
    double rate, weight;
    list inner;
} so_far;

static bool is_listed(const visit *v, const kr_part *p)
{
    return p->kind == KR_PART_BLOCK || p->states <= (double)v->limits.list;
}

/* ---- realizations ---- */

static void flush(visit *v)
{
    if (v->n > 0)
        v->visitor(v->user, v->rate, v->weight, v->n);
    v->n = 0;
}

static void emit(visit *v, const list *inner, double rate, double weight)
{
    for (size_t i = 0; i < inner->n;) {
        size_t room = v->limits.chunk - v->n, left = inner->n - i, n = left < room ? left : room;
        double *to_rate = v->rate + v->n, *to_weight = v->weight + v->n;
        for (size_t k = 0; k < n; k++) {
            to_rate[k] = rate + inner->rate[i + k];
            to_weight[k] = weight * inner->weight[i + k];
        }
        i += n;
        v->n += n;
        if (v->n == v->limits.chunk)
            flush(v);
    }
}

/* All combinations of the other lists, each with the inner one. */
static void combine(visit *v, const list *inner, const list *others, double rate, double weight)
{
    if (!others) {
        emit(v, inner, rate, weight);
        return;
    }
    for (size_t i = 0; i < others->n; i++)
        combine(v, inner, others->others, rate + others->rate[i], weight * others->weight[i]);
}

/* ---- parts ---- */

static void add_part(visit *v, size_t part, const rest *after, so_far so);

static void add_rest(visit *v, const rest *r, so_far so)
{
    if (!r) {
        combine(v, &so.inner, so.inner.others, so.rate, so.weight);
        return;
    }
    for (size_t i = r->next; i < r->sum->nchildren; i++)
        if (is_listed(v, &v->point->structure->parts[r->sum->children[i]]) == r->listed) {
            rest after = {r->sum, i + 1, r->listed, r->after};
            add_part(v, r->sum->children[i], &after, so);
            return;
        }
    if (r->listed)
        add_rest(v, &(rest){r->sum, 0, false, r->after}, so);
    else
        add_rest(v, r->after, so);
}

/* One list of both, which is not too long. */
static list join(visit *v, const list *a, const list *b)
{
    size_t n = a->n * b->n, k = 0;
    double *rate = v->top, *weight = v->top + n;
    v->top += 2 * n;
    for (size_t i = 0; i < a->n; i++)
        for (size_t j = 0; j < b->n; j++, k++) {
            rate[k] = a->rate[i] + b->rate[j];
            weight[k] = a->weight[i] * b->weight[j];
        }
    return (list){n, rate, weight, a->others};
}

static void add_list(visit *v, size_t part, const rest *after, so_far so)
{
    double *top = v->top;
    size_t n = (size_t)v->point->structure->parts[part].states;
    list new = {n, top, top + n, NULL}, other;
    kr_states_list(v->point, part, top + 2 * n, top, top + n);
    v->top += 2 * n;
    if (n == 1) {
        so.rate += new.rate[0];
        so.weight *= new.weight[0];
    } else if (so.inner.n * n <= v->limits.list) {
        so.inner = join(v, &so.inner, &new);
    } else if (so.inner.n == 1) { /* the start: rate 0, weight 1 */
        so.inner = new;
    } else {
        bool longer = n > so.inner.n;
        other = longer ? so.inner : new;
        other.others = so.inner.others;
        so.inner = longer ? new : so.inner;
        so.inner.others = &other;
    }
    add_rest(v, after, so);
    v->top = top;
}

static void add_part(visit *v, size_t part, const rest *after, so_far so)
{
    const kr_part *p = &v->point->structure->parts[part];
    if (is_listed(v, p)) {
        add_list(v, part, after, so);
    } else if (p->kind == KR_PART_SUM) {
        add_rest(v, &(rest){p, 0, true, after}, so);
    } else {
        for (size_t i = 0; i < p->nchildren; i++) {
            so_far with = so;
            with.weight *= kr_mix_weight(v->point, p, i);
            add_part(v, p->children[i], after, with);
        }
    }
}

void kr_visit(const kr_point *point, const kr_visit_limits *limits, double *scratch,
              kr_visitor *visitor, void *user)
{
    static const double nothing = 0, whole = 1;
    visit v = {.point = point, .limits = *limits, .visitor = visitor, .user = user};
    v.rate = scratch;
    v.weight = scratch + limits->chunk;
    v.top = scratch + 2 * limits->chunk;
    so_far so = {0, point->structure->scale, {1, &nothing, &whole, NULL}};
    add_part(&v, point->structure->nparts - 1, NULL, so);
    flush(&v);
}

/* ---- scratch ---- */

/* Numbers that lists of a part take while those of its siblings stay, and in `*most` the scratch of
 * the listing that needs most. */
static size_t stack_of(const kr_structure *s, const kr_visit_limits *limits, size_t part,
                       size_t *most)
{
    const kr_part *p = &s->parts[part];
    if (p->kind == KR_PART_BLOCK || p->states <= (double)limits->list) {
        size_t own = kr_states_scratch(s, part), n = (size_t)p->states;
        *most = own > *most ? own : *most;
        return 2 * n + (n > 1 ? 2 * limits->list : 0); /* and one that it is joined to */
    }
    size_t sum = 0, largest = 0;
    for (size_t i = 0; i < p->nchildren; i++) {
        size_t n = stack_of(s, limits, p->children[i], most);
        sum += n;
        largest = n > largest ? n : largest;
    }
    return p->kind == KR_PART_SUM ? sum : largest;
}

size_t kr_visit_scratch(const kr_structure *structure, const kr_visit_limits *limits)
{
    size_t most = 0, stack = stack_of(structure, limits, structure->nparts - 1, &most);
    return 2 * limits->chunk + stack + most;
}
