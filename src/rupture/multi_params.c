/* Parameters of ruptures from those of their sections (docs/theory.md, 5). */
#include "rupture/multi_int.h"

#include <math.h>

/* ---- room ---- */

kr_status kr_multi_scratch_init(kr_multi_scratch *scratch, kr_ctx *ctx, size_t most)
{
    kr_status s = KR_OK;
    kr_multi_scratch r = {.most = most};

    KR_NEW(r.close, ctx, KR_ACCOUNT_RUPTURES, most);
    KR_NEW(r.area, ctx, KR_ACCOUNT_RUPTURES, most);
    KR_NEW(r.lon, ctx, KR_ACCOUNT_RUPTURES, 2 * most);
    KR_NEW(r.lat, ctx, KR_ACCOUNT_RUPTURES, 2 * most);
    KR_NEW(r.line, ctx, KR_ACCOUNT_RUPTURES, most);
    KR_NEW(r.set.order, ctx, KR_ACCOUNT_RUPTURES, most);
    KR_NEW(r.set.flipped, ctx, KR_ACCOUNT_RUPTURES, most);
    KR_NEW(r.set.shift, ctx, KR_ACCOUNT_RUPTURES, most);
    KR_NEW(r.order, ctx, KR_ACCOUNT_RUPTURES, 7 * most);
    r.u_max = kr_alloc(ctx, KR_ACCOUNT_RUPTURES, kr_gc2_u_max_scratch(most), 1);
    if (!r.u_max)
        s = KR_ENOMEM;
out:
    if (s != KR_OK)
        kr_multi_scratch_clear(&r);
    else
        *scratch = r;
    return s;
}

size_t kr_multi_scratch_bytes(size_t most)
{
    size_t one = 2 * sizeof(uint32_t) + 2 * sizeof(float) + sizeof(bool) + sizeof(kr_gc2_line *) +
                 12 * sizeof(double);
    return most * one + kr_gc2_u_max_scratch(most) + 10 * 128;
}

void kr_multi_scratch_clear(kr_multi_scratch *scratch)
{
    kr_free(scratch->close);
    kr_free(scratch->area);
    kr_free(scratch->lon);
    kr_free(scratch->lat);
    kr_free(scratch->line);
    kr_free(scratch->set.order);
    kr_free(scratch->set.flipped);
    kr_free(scratch->set.shift);
    kr_free(scratch->order);
    kr_free(scratch->u_max);
    *scratch = (kr_multi_scratch){0};
}

/* ---- means ---- */

kr_parts kr_multi_close_parts(const kr_multi *multi, kr_parts all, kr_multi_scratch *scratch)
{
    size_t n = 0;

    if (!multi->close)
        return all;
    for (size_t i = 0; i < all.n; i++) {
        scratch->close[n] = all.section[i];
        n += multi->close[all.section[i]];
    }
    return (kr_parts){scratch->close, n};
}

/* The order in which numpy adds: eight sums side by side, halves of long lists on their own. */
static float sum_like_numpy(const float *x, size_t n)
{
    float part[8], sum = 0.0F;
    size_t i = 0;

    if (n > 128) {
        size_t half = n / 2 - n / 2 % 8;
        /* NOLINTNEXTLINE(misc-no-recursion): as deep as the logarithm of n */
        return sum_like_numpy(x, half) + sum_like_numpy(x + half, n - half);
    }
    if (n >= 8) {
        for (size_t k = 0; k < 8; k++)
            part[k] = x[k];
        for (i = 8; i + 8 <= n; i += 8)
            for (size_t k = 0; k < 8; k++)
                part[k] += x[i + k];
        sum = ((part[0] + part[1]) + (part[2] + part[3])) +
              ((part[4] + part[5]) + (part[6] + part[7]));
    }
    for (; i < n; i++)
        sum += x[i];
    return sum;
}

/* Weighted circular mean: angles and sines in single, sums in double precision. */
static float mean_strike(const kr_section_params *params, kr_parts parts, const float *area,
                         float total)
{
    const double deg = 180.0 / 3.14159265358979323846;
    const float rad = (float)(3.14159265358979323846 / 180.0);
    double sin_sum = 0.0, cos_sum = 0.0, strike;

    for (size_t i = 0; i < parts.n; i++) {
        float r = params[parts.section[i]].strike * rad, w = area[i] / total;
        float a = sinf(r) * w, b = cosf(r) * w;
        sin_sum += (double)a;
        cos_sum += (double)b;
    }
    strike = fmod(atan2(sin_sum, cos_sum) * deg, 360.0);
    return (float)(strike < 0.0 ? strike + 360.0 : strike);
}

void kr_multi_means(const kr_sections *sections, kr_parts parts, bool strike,
                    kr_multi_scratch *scratch, kr_surface_params *out)
{
    const kr_section_params *params = sections->params;
    float *area = scratch->area, total, dip = 0.0F, width = 0.0F, ztor = 0.0F, zbot = 0.0F;

    for (size_t i = 0; i < parts.n; i++)
        area[i] = params[parts.section[i]].area;
    total = sum_like_numpy(area, parts.n);
    for (size_t i = 0; i < parts.n; i++) {
        const kr_section_params *p = &params[parts.section[i]];
        float w = area[i] / total;
        dip += w * p->dip;
        width += w * p->width;
        ztor += w * p->ztor;
        zbot += w * p->zbot;
    }
    out->area = (double)total;
    out->dip = (double)dip;
    out->width = (double)width;
    out->ztor = (double)ztor;
    out->zbot = (double)zbot;
    out->strike = strike ? (double)mean_strike(params, parts, area, total) : 0.0;
}

bool kr_multi_box(const kr_sections *sections, kr_parts parts, kr_multi_scratch *scratch,
                  kr_bbox *out)
{
    for (size_t i = 0; i < parts.n; i++) {
        const kr_section_params *p = &sections->params[parts.section[i]];
        scratch->lon[2 * i] = (double)p->west;
        scratch->lon[2 * i + 1] = (double)p->east;
        scratch->lat[2 * i] = (double)p->north;
        scratch->lat[2 * i + 1] = (double)p->south;
    }
    return kr_bbox_of(scratch->lon, scratch->lat, 2 * parts.n, out);
}
