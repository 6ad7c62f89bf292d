#include "rupture/batch.h"

#include <string.h>

kr_distance kr_distance_of(kr_column column)
{
    switch (column) {
    case KR_COL_RRUP:
        return KR_DIST_RRUP;
    case KR_COL_RJB:
        return KR_DIST_RJB;
    case KR_COL_RX:
        return KR_DIST_RX;
    case KR_COL_RY0:
        return KR_DIST_RY0;
    case KR_COL_RHYPO:
        return KR_DIST_RHYPO;
    case KR_COL_REPI:
        return KR_DIST_REPI;
    case KR_COL_AZIMUTH:
        return KR_DIST_AZIMUTH;
    case KR_COL_AZIMUTHCP:
        return KR_DIST_AZIMUTHCP;
    case KR_COL_CLON:
        return KR_DIST_CLON;
    case KR_COL_CLAT:
        return KR_DIST_CLAT;
    case KR_COL_RCDPP:
        return KR_DIST_RCDPP;
    default:
        return KR_DIST_COUNT;
    }
}

unsigned kr_distances_of(kr_columns columns)
{
    unsigned wanted = 0;

    for (int c = 0; c < KR_COL_COUNT; c++) {
        kr_distance d = kr_distance_of((kr_column)c);
        if ((columns >> c & 1u) && d < KR_DIST_COUNT)
            wanted |= 1u << d;
    }
    return wanted;
}

static const double *column_of_sites(const kr_sites *sites, kr_column column)
{
    switch (column) {
    case KR_COL_LON:
        return sites->lon;
    case KR_COL_LAT:
        return sites->lat;
    case KR_COL_DEPTH:
        return sites->depth;
    default:
        return sites->param[column];
    }
}

static kr_status find_columns(kr_batch *batch, kr_ctx *ctx, kr_columns columns)
{
    for (int c = 0; c < KR_COL_COUNT; c++) {
        kr_column column = (kr_column)c;
        if (!(columns >> c & 1u))
            continue;
        batch->cols[batch->ncols++] = column;
        if (kr_column_kind_of(column) != KR_COLUMN_SITE)
            continue;
        batch->site_col[c] = column_of_sites(batch->tile, column);
        if (!batch->site_col[c])
            return kr_fail(ctx, KR_EINPUT, "the sites lack the parameter %s",
                           kr_column_name(column));
    }
    return KR_OK;
}

kr_status kr_batch_init(kr_batch *batch, kr_ctx *ctx, kr_columns columns, const kr_sites *tile,
                        double floor_km)
{
    kr_status s = KR_OK;
    kr_contexts *c = &batch->contexts;
    double *next = NULL;

    memset(batch, 0, sizeof *batch);
    batch->tile = tile;
    batch->floor_km = floor_km;
    KR_TRY(find_columns(batch, ctx, columns));
    c->columns = columns;
    c->capacity = KR_CONTEXTS_CAPACITY;
    KR_NEW(next, ctx, KR_ACCOUNT_RUPTURES, (batch->ncols + 1) * c->capacity);
    batch->block_of_memory = next;
    for (size_t i = 0; i < batch->ncols; i++)
        c->col[batch->cols[i]] = next + i * c->capacity;
    c->rate = next + batch->ncols * c->capacity;
    KR_NEW(c->site, ctx, KR_ACCOUNT_RUPTURES, c->capacity);
    KR_NEW(c->rupture, ctx, KR_ACCOUNT_RUPTURES, c->capacity);
    KR_NEW(c->rates, ctx, KR_ACCOUNT_RUPTURES, c->capacity);
    KR_NEW(c->probs, ctx, KR_ACCOUNT_RUPTURES, c->capacity);
    KR_NEW(c->weight, ctx, KR_ACCOUNT_RUPTURES, c->capacity);
    for (size_t i = 0; i < c->capacity; i++)
        c->weight[i] = 1;
out:
    return s;
}

void kr_batch_clear(kr_batch *batch)
{
    kr_free(batch->block_of_memory);
    kr_free(batch->contexts.site);
    kr_free(batch->contexts.rupture);
    kr_free((void *)batch->contexts.rates);
    kr_free((void *)batch->contexts.probs);
    kr_free(batch->contexts.weight);
    memset(batch, 0, sizeof *batch);
}

size_t kr_batch_bytes(kr_columns columns)
{
    /* rate, weight, rates, probs; site, rupture */
    size_t numbers = (size_t)__builtin_popcountll(columns) + 4;

    return KR_CONTEXTS_CAPACITY * (numbers * sizeof(double) + 2 * sizeof(uint32_t));
}

/* Repeat the last pair up to a multiple of 8. */
static void pad(kr_batch *batch)
{
    kr_contexts *c = &batch->contexts;

    for (size_t k = c->n; k % 8; k++) {
        for (size_t i = 0; i < batch->ncols; i++)
            c->col[batch->cols[i]][k] = c->col[batch->cols[i]][c->n - 1];
        c->rate[k] = c->rate[c->n - 1];
        c->rates[k] = c->rates[c->n - 1];
        c->site[k] = c->site[c->n - 1];
        c->rupture[k] = c->rupture[c->n - 1];
        c->weight[k] = c->weight[c->n - 1];
        c->probs[k] = c->probs[c->n - 1];
    }
}

kr_status kr_batch_flush(kr_batch *batch)
{
    kr_status s = KR_OK;

    if (batch->contexts.n) {
        pad(batch);
        s = batch->visit(batch->user, &batch->contexts);
        batch->contexts.n = 0;
    }
    return s;
}

kr_status kr_batch_source(kr_batch *batch, const kr_source *source)
{
    kr_status s = KR_OK;
    kr_contexts *c = &batch->contexts;
    const kr_source *last = c->source;

    if (c->n && (last->tom != source->tom || last->tom_alpha != source->tom_alpha ||
                 last->tom_mu != source->tom_mu))
        KR_TRY(kr_batch_flush(batch));
    c->source = source;
out:
    return s;
}

/* ---- columns ---- */

static void gather(double *out, const double *from, const uint32_t *index, size_t n)
{
    for (size_t k = 0; k < n; k++)
        out[k] = from[index[k]];
}

static void fill(double *out, double x, size_t n)
{
    for (size_t k = 0; k < n; k++)
        out[k] = x;
}

static void raise_to(double *x, double floor_km, size_t n)
{
    for (size_t k = 0; k < n; k++)
        x[k] = x[k] < floor_km ? floor_km : x[k];
}

static void put_distance(const kr_batch *batch, const kr_dist_out *dist, const uint32_t *keep,
                         size_t n, kr_column column)
{
    double *out = batch->contexts.col[column] + batch->contexts.n;
    kr_distance d = kr_distance_of(column);

    if (d == KR_DIST_COUNT)
        fill(out, 0.0, n); /* rvolc */
    else
        gather(out, dist->of[d], keep, n);
    if (batch->floor_km > 0.0 && !(batch->as_is >> column & 1u))
        raise_to(out, batch->floor_km, n);
}

/* Pairs [start, start + n) of `p` into a column. */
static void put_column(const kr_batch *batch, const kr_pairs *p, size_t start, size_t n,
                       kr_column column)
{
    double *out = batch->contexts.col[column] + batch->contexts.n;
    const uint32_t *keep = p->keep + start;
    const double *from;

    switch (kr_column_kind_of(column)) {
    case KR_COLUMN_DISTANCE:
        put_distance(batch, p->dist, keep, n, column);
        return;
    case KR_COLUMN_RUPTURE:
        from = p->block->of[column];
        if (p->one_site)
            gather(out, from, keep, n);
        else
            fill(out, from[p->rupture], n);
        return;
    case KR_COLUMN_SITE:
        from = batch->site_col[column];
        if (p->one_site)
            fill(out, from[p->site], n);
        else
            gather(out, from, p->sites + start, n);
        return;
    }
}

static void put_numbers(kr_contexts *c, const kr_pairs *p, size_t start, size_t n)
{
    const kr_rupture_block *b = p->block;

    for (size_t k = 0; k < n; k++) {
        size_t i = p->one_site ? p->keep[start + k] : p->rupture;
        c->rate[c->n + k] = b->rate[i];
        c->rates[c->n + k] = b->rates[i];
        c->rupture[c->n + k] = b->number[i];
        c->site[c->n + k] = p->one_site ? p->site : p->sites[start + k];
    }
}

kr_status kr_batch_append(kr_batch *batch, const kr_pairs *pairs)
{
    kr_status s = KR_OK;
    kr_contexts *c = &batch->contexts;

    for (size_t start = 0; start < pairs->n;) {
        size_t room = c->capacity - c->n, left = pairs->n - start;
        size_t n = left < room ? left : room;
        for (size_t i = 0; i < batch->ncols; i++)
            put_column(batch, pairs, start, n, batch->cols[i]);
        put_numbers(c, pairs, start, n);
        c->n += n;
        start += n;
        if (c->n == c->capacity)
            KR_TRY(kr_batch_flush(batch));
    }
out:
    return s;
}

/* ---- one rupture on its own ---- */

static void put_row_column(const kr_batch *batch, const kr_rupture_row *row,
                           const kr_dist_out *dist, const uint32_t *keep, const uint32_t *sites,
                           size_t n, kr_column column)
{
    double *out = batch->contexts.col[column] + batch->contexts.n;

    switch (kr_column_kind_of(column)) {
    case KR_COLUMN_DISTANCE:
        put_distance(batch, dist, keep, n, column);
        return;
    case KR_COLUMN_RUPTURE:
        fill(out, row->of[column], n);
        return;
    case KR_COLUMN_SITE:
        gather(out, batch->site_col[column], sites, n);
        return;
    }
}

static void put_row_numbers(kr_contexts *c, const kr_rupture_row *row, const uint32_t *sites,
                            size_t n)
{
    for (size_t k = c->n; k < c->n + n; k++) {
        c->rate[k] = row->rate;
        c->rates[k] = row->rates;
        c->rupture[k] = row->number;
        c->weight[k] = row->weight;
        c->probs[k] = row->probs;
        c->site[k] = sites[k - c->n];
    }
}

kr_status kr_batch_append_row(kr_batch *batch, const kr_rupture_row *row, const kr_dist_out *dist,
                              const uint32_t *keep, const uint32_t *sites, size_t n)
{
    kr_status s = KR_OK;
    kr_contexts *c = &batch->contexts;

    if (c->n && c->nprobs != row->nprobs)
        KR_TRY(kr_batch_flush(batch));
    c->nprobs = row->nprobs;
    for (size_t start = 0; start < n;) {
        size_t room = c->capacity - c->n, left = n - start, m = left < room ? left : room;
        for (size_t i = 0; i < batch->ncols; i++)
            put_row_column(batch, row, dist, keep + start, sites + start, m, batch->cols[i]);
        put_row_numbers(c, row, sites + start, m);
        c->n += m;
        start += m;
        if (c->n == c->capacity)
            KR_TRY(kr_batch_flush(batch));
    }
out:
    return s;
}
