/* What the hazard of a job will cost, from a few pieces of its work that are really computed.
 *
 * A piece is some items in a row of a block, at a few sites. Pieces are drawn systematically along
 * the sum of the costs of all blocks: the probability of a piece is proportional to its cost, so
 * that the mean of (what it took / its cost), times the cost of the whole, has the expectation of
 * what the whole takes, however the pieces differ. */
#include "hazard/sample.h"

#include "base/clock.h"
#include "hazard/pace.h"
#include "hazard/unit.h"

#include <math.h>
#include <string.h>

/* Places where sites are taken, the sites of each, pieces drawn at each in one round, rounds. */
enum { PLACES = 6, PLACE_SITES = 8, PIECES = 8, ROUNDS = 400 };

/* Evaluations of a model for a rupture at a site in one piece, about; a single item may have more,
 * and then comes to fewer sites. */
static const double PIECE_WORK = 8192, ITEM_WORK = 65536;

/* Pieces are tried for about so much of what all units take, then whole sites for as much. */
static const double SHARE = 0.01;

typedef struct place {
    size_t number, first, n;
    kr_section_table sections;
} place;

typedef struct sampler {
    kr_hazard *hazard;
    size_t nplaces;
    place places[PLACES];
    kr_unit unit;
    kr_sums sums;
    double *rates; /* of the first site of each place; see kr_hazard_cost */
    double cost;   /* of all units, at one site */
    uint64_t random;
    kr_hazard_work work; /* sum over the pieces of counters / cost */
    double outlines;     /* the same of bytes; here without the sites */
    double touched;      /* sites, of all in pieces */
    double sites;
    size_t npieces;
} sampler;

/* In [0, 1); the same numbers in every process. */
static double next_random(sampler *s)
{
    uint64_t z = s->random += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

/* ------------------------------------------------------------------ a piece */

/* Some items of a work, as a work of one block. */
typedef struct piece {
    kr_work work;
    kr_block block;
    kr_segment segment;
    double cost;  /* in ruptures of points, at one site */
    double share; /* of a unit */
} piece;

/* The segments of a block are cut into pieces one by one, each of so many items in a row that they
 * are work enough; this is the one within which the cost, summed up from the beginning, passes
 * `at`. */
static void cut_piece(const kr_work *w, const kr_block *block, double at, size_t nsites, piece *out)
{
    const kr_segment *segment = &w->segments[block->first_segment];
    const kr_segment *end = segment + block->nsegments;
    double of_one = (double)nsites * kr_work_factor(w), passed = 0;
    size_t i = 0;
    do {
        if (i == segment->count && segment + 1 < end) {
            segment++;
            i = 0;
        }
        *out = (piece){.work = *w, .segment = *segment};
        out->segment.first += i;
        out->segment.count = 0;
        while (i < segment->count && out->cost * of_one < PIECE_WORK) {
            out->cost += kr_work_item_cost(w, segment->source, segment->first + i++);
            out->segment.count++;
        }
        passed += out->cost;
    } while (at >= passed && (segment + 1 < end || i < segment->count));
    out->share = fmin(1, out->cost / block->cost);
    out->block = (kr_block){.nsegments = 1, .cost = out->cost, .pace = block->pace};
    out->work.nblocks = out->work.nsegments = 1;
}

static void count_more(kr_hazard_work *sum, const kr_hazard_work *more, double factor)
{
    sum->contexts += factor * more->contexts;
    sum->computed += factor * more->computed;
    sum->means += factor * more->means;
    sum->exceedances += factor * more->exceedances;
    sum->products += factor * more->products;
}

static size_t kept_outlines(const kr_hazard *h)
{
    const kr_outlines *outlines = kr_surfaces_outlines(h->surfaces);
    return outlines ? kr_outlines_bytes(outlines) : 0;
}

/* Add the sums of a piece at the first site of a place to its rates. */
static void keep_rates(sampler *s, const place *at, const kr_work *w, const double *sums,
                       double weight)
{
    const kr_job *job = s->hazard->job;
    size_t padded = s->hazard->padded, total = job->nimts * job->nlevels;
    size_t stride = w->site_block * kr_curve_size(s->hazard), ngsims = w->component->ngsims;
    for (size_t k = 0; k < w->nmembers * ngsims; k++) {
        const kr_component *c = &s->hazard->tree->components[w->members[k / ngsims]];
        size_t rate = at->number * s->hazard->tree->nrates + c->first_rate + k % ngsims;
        for (size_t i = 0; i < total; i++)
            s->rates[rate * total + i] +=
                weight * sums[k * stride + i / job->nlevels * padded + i % job->nlevels];
    }
}

/* Set to zero what a piece of a work has made of the sums. */
static void forget_sums(sampler *s, const place *at, const kr_work *w)
{
    size_t curve = kr_curve_size(s->hazard), stride = w->site_block * curve;
    for (size_t i = 0; i < at->n; i++)
        for (size_t k = 0; s->sums.touched[i] && k < w->nmembers * w->component->ngsims; k++)
            memset(s->sums.rates + k * stride + i * curve, 0, curve * sizeof *s->sums.rates);
    memset(s->sums.touched, 0, sizeof s->sums.touched);
}

/* Keep the sums of a piece, and count the sites that it had something for. */
static void take_sums(sampler *s, const place *at, const kr_work *w, double weight)
{
    if (s->sums.touched[0])
        keep_rates(s, at, w, s->sums.rates, weight);
    for (size_t i = 0; i < at->n; i++)
        s->touched += s->sums.touched[i] != 0;
    forget_sums(s, at, w);
}

static kr_status time_unit(sampler *s, size_t first, size_t nsites, const piece *p, double *seconds)
{
    double began = kr_cpu_seconds();
    kr_status status = kr_unit_run(&s->unit, &p->work, 0, first, nsites);
    *seconds = kr_cpu_seconds() - began;
    return status;
}

/* What is prepared when a source or an item is met for the first time, by the share that the piece
 * has of that: of a split in a block of sites; the outlines of a fault's ruptures are kept for all
 * sites. */
static double first_share(const kr_hazard *h, const kr_work *w, const piece *p)
{
    const kr_ready *source = p->segment.source;
    double blocks = ceil((double)h->sites->n / (double)w->site_block);
    if (source && source->fault)
        return 1 / blocks;
    return (double)p->segment.count / (double)(source ? source->split->npoints : w->cells->n);
}

/* Runs nothing, for what a unit takes in any case, and the piece, twice. */
static kr_status run_piece(sampler *s, const place *at, size_t work, piece *p)
{
    kr_status status = KR_OK;
    const kr_hazard *h = s->hazard;
    const kr_work *w = h->works[work];
    size_t nsites = at->n, count = p->segment.count, outlines = kept_outlines(h);
    double overhead, first, again;
    while (nsites > 1 && p->cost * (double)nsites * kr_work_factor(w) > ITEM_WORK)
        nsites--;
    p->work.blocks = &p->block;
    p->work.segments = &p->segment;
    p->segment.count = 0;
    for (int i = 0; i < 2; i++) /* the makers, which many units share, are made at the first time */
        if ((status = time_unit(s, at->first, nsites, p, &overhead)) != KR_OK)
            return status;
    p->segment.count = count;
    if ((status = time_unit(s, at->first, nsites, p, &first)) != KR_OK)
        return status;
    s->unit.done = (kr_hazard_work){.contexts = 0};
    forget_sums(s, at, w);
    if ((status = time_unit(s, at->first, nsites, p, &again)) != KR_OK)
        return status;
    s->unit.work = s->unit.makers.work = w; /* which outlives the piece */
    double cost = p->cost * (double)nsites * kr_work_factor(w);
    double once = first_share(h, w, p) * fmax(0, first - again);
    kr_pace_try(s->hazard, &p->block, (again - (1 - p->share) * overhead + once) / cost);
    s->outlines += (double)(kept_outlines(h) - outlines) / (p->cost * kr_work_factor(w));
    count_more(&s->work, &s->unit.done, 1 / cost);
    s->sites += (double)nsites;
    s->npieces++;
    take_sums(s, at, w, s->cost / (p->cost * kr_work_factor(w)));
    return KR_OK;
}

/* The sums of many members take time at each site, which many ruptures share in a unit: fewer sites
 * with more ruptures are more like it. */
static size_t sites_of_piece(const kr_work *w, size_t n)
{
    size_t most = w->nmembers < PLACE_SITES ? PLACE_SITES / w->nmembers : 1;
    most = w->site_block < most ? w->site_block : most;
    return n < most ? n : most;
}

/* Pieces along all blocks, at equal steps of cost. */
static kr_status draw_pieces(sampler *s, const place *at)
{
    kr_status status = KR_OK;
    const kr_hazard *h = s->hazard;
    double step = s->cost / PIECES, next = step * next_random(s), passed = 0;
    s->unit.makers.sections = &at->sections;
    s->unit.makers.first_in_table = at->first;
    for (size_t i = 0; i < h->nworks; i++) {
        const kr_work *w = h->works[i];
        for (size_t b = 0; b < w->nblocks; b++) {
            double cost = w->blocks[b].cost * kr_work_factor(w);
            for (; next < passed + cost; next += step) {
                piece p;
                size_t nsites = sites_of_piece(w, at->n);
                const place here = {.number = at->number, .first = at->first, .n = nsites};
                if (kr_interrupted(h->ctx))
                    return kr_fail(h->ctx, KR_EINTERRUPTED, "interrupted");
                cut_piece(w, &w->blocks[b], (next - passed) / kr_work_factor(w), nsites, &p);
                if ((status = run_piece(s, &here, i, &p)) != KR_OK)
                    return status;
            }
            passed += cost;
        }
    }
    return KR_OK;
}

/* ------------------------------------------------------------------ all */

static kr_columns all_columns(const kr_hazard *h)
{
    kr_columns columns = 0;
    for (size_t f = 0; f < h->nfamilies; f++)
        columns |= h->families[f].columns;
    return columns;
}

/* Places at equal steps among the groups of sites, and the distances of the sections there. */
static kr_status make_places(sampler *x, double *seconds)
{
    kr_status s = KR_OK;
    kr_hazard *h = x->hazard;
    size_t n = h->sites->n, groups = (n + PLACE_SITES - 1) / PLACE_SITES, sites = 0;
    const kr_sections *sections = kr_surfaces_sections(h->surfaces);
    double began = kr_cpu_seconds();
    size_t nplaces = groups < PLACES ? groups : PLACES;
    for (size_t i = 0; i < nplaces; i++) {
        place *p = &x->places[x->nplaces++];
        kr_site_soa soa;
        p->number = i;
        p->first = (2 * i + 1) * groups / (2 * nplaces) * PLACE_SITES;
        p->n = n - p->first < PLACE_SITES ? n - p->first : PLACE_SITES;
        sites += p->n;
        if (!sections->n)
            continue;
        kr_hazard_soa(h, p->first, p->n, &soa);
        KR_TRY(kr_section_table_make(h->ctx, sections, all_columns(h), &soa, 1, &p->sections));
    }
    *seconds = (kr_cpu_seconds() - began) * (double)n / (double)(sites ? sites : 1);
out:
    return s;
}

/* Numbers that units add to the rates of tiles. */
static double numbers_added(const kr_hazard *h)
{
    double sum = 0;
    for (size_t i = 0; i < h->nworks; i++)
        sum += (double)h->works[i]->nblocks * (double)h->works[i]->nmembers *
               (double)h->works[i]->component->ngsims;
    return sum * (double)h->sites->n * (double)(h->job->nimts * h->job->nlevels);
}

/* Seconds to add a number to another and to set it to zero, in lists of this size. */
static double seconds_of_adding(double *from, double *to, size_t n)
{
    double began = kr_cpu_seconds();
    const int times = 4;
    for (int t = 0; t < times; t++)
        for (size_t i = 0; i < n; i++) {
            to[i] += from[i];
            from[i] = 0;
        }
    return (kr_cpu_seconds() - began) / times / (double)n;
}

static kr_status measure_adding(sampler *x, kr_hazard_cost *out)
{
    kr_status s = KR_OK;
    enum { NUMBERS = 1 << 16 };
    double *a = NULL, *b = NULL;
    const kr_hazard *h = x->hazard;
    double rates =
        (double)h->tree->nrates * (double)h->sites->n * (double)(h->job->nimts * h->job->nlevels);
    KR_NEW(a, h->ctx, KR_ACCOUNT_RATES, NUMBERS);
    KR_NEW(b, h->ctx, KR_ACCOUNT_RATES, NUMBERS);
    double share = x->sites > 0 ? x->touched / x->sites : 0;
    /* each rate is also set to zero and looked at in the end */
    out->adding = (share * numbers_added(h) + 3 * rates) * seconds_of_adding(a, b, NUMBERS);
out:
    kr_free(a);
    kr_free(b);
    return s;
}

static void scale_up(const sampler *x, kr_hazard_cost *out)
{
    double n = (double)(x->npieces ? x->npieces : 1);
    double whole = x->cost * (double)x->hazard->sites->n;
    out->units = x->npieces ? kr_paces_foretell(x->hazard) : 0;
    count_more(&out->work, &x->work, whole / n);
    out->outlines = (size_t)(x->outlines / n * x->cost);
    for (size_t i = 0; i < x->nplaces * x->hazard->tree->nrates *
                               (x->hazard->job->nimts * x->hazard->job->nlevels);
         i++)
        x->rates[i] *= (double)x->nplaces / n;
    out->nsites = x->nplaces;
    out->pieces = x->npieces;
}

/* The rates of the first site of a place, by all units, as those of the k-th site. */
static kr_status compute_site(sampler *s, const place *at, size_t k)
{
    kr_status status = KR_OK;
    const kr_hazard *h = s->hazard;
    const place here = {.number = k, .first = at->first, .n = 1};
    s->unit.makers.sections = &at->sections;
    s->unit.makers.first_in_table = at->first;
    for (size_t i = 0; i < h->nworks; i++)
        for (size_t b = 0; b < h->works[i]->nblocks; b++) {
            if (kr_interrupted(h->ctx))
                return kr_fail(h->ctx, KR_EINTERRUPTED, "interrupted");
            if ((status = kr_unit_run(&s->unit, h->works[i], b, at->first, 1)) != KR_OK)
                return status;
            take_sums(s, &here, h->works[i], 1);
        }
    return status;
}

/* As many sites as are computed in so many seconds, at places at equal steps; their rates take the
 * place of what pieces tell of them. */
static kr_status compute_sites(sampler *s, double seconds, kr_hazard_cost *out)
{
    kr_status status = KR_OK;
    const kr_hazard *h = s->hazard;
    double site = out->units / (double)h->sites->n;
    size_t n = site > 0 ? (size_t)fmin((double)s->nplaces, seconds / site) : 0;
    if (n == 0)
        return KR_OK;
    memset(s->rates, 0, n * h->tree->nrates * h->job->nimts * h->job->nlevels * sizeof *s->rates);
    for (size_t k = 0; k < n && status == KR_OK; k++)
        status = compute_site(s, &s->places[(2 * k + 1) * s->nplaces / (2 * n)], k);
    out->nsites = n;
    out->computed = true;
    return status;
}

void kr_hazard_cost_clear(kr_hazard_cost *cost)
{
    kr_free(cost->rates);
    cost->rates = NULL;
}

kr_status kr_hazard_sample(kr_hazard *h, int threads, double least, double most,
                           kr_hazard_cost *out)
{
    kr_status s = KR_OK;
    sampler x = {
        .hazard = h, .cost = kr_hazard_cost_of_units(h) / (double)h->sites->n, .random = 1};
    double began = kr_cpu_seconds();
    *out = (kr_hazard_cost){.units = 0};
    if (!h->met)
        KR_TRY(kr_hazard_meet(h, 0, threads));
    h->met = true;
    out->meeting = kr_cpu_seconds() - began;
    KR_TRY(make_places(&x, &out->sections));
    KR_TRY(kr_unit_init(h, NULL, 0, &x.unit));
    KR_NEW(x.sums.rates, h->ctx, KR_ACCOUNT_RATES, kr_sums_size(h));
    KR_NEW(x.rates, h->ctx, KR_ACCOUNT_RATES,
           x.nplaces * h->tree->nrates * h->job->nimts * h->job->nlevels);
    out->rates = x.rates;
    x.unit.sums = &x.sums;
    double first = kr_cpu_seconds();
    for (int round = 0; round < ROUNDS && x.cost > 0; round++) {
        for (size_t i = 0; i < x.nplaces; i++)
            KR_TRY(draw_pieces(&x, &x.places[i]));
        if (kr_cpu_seconds() - first > fmin(most, fmax(least, SHARE * kr_paces_foretell(h))))
            break;
    }
    scale_up(&x, out);
    KR_TRY(measure_adding(&x, out));
    KR_TRY(compute_sites(&x, fmin(most, SHARE * out->units), out));
    out->spent = kr_cpu_seconds() - began;
out:
    kr_unit_clear(&x.unit);
    kr_free(x.sums.rates);
    for (size_t i = 0; i < x.nplaces; i++)
        kr_section_table_clear(&x.places[i].sections);
    return s;
}
