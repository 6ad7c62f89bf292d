/* Disaggregation by longitude and latitude: cells of the Earth, coloured by their shares. */
#include "draw/disagg_shares.h"
#include "draw/ground.h"
#include "draw/palette.h"
#include "draw/ruler.h"
#include "draw/scale.h"

#include <math.h>
#include <stdio.h>

enum { BAR = 92, LINE = 14 };

typedef struct map {
    kr_disagg_shares of;
    size_t nlon, nlat;
    const double *lon, *lat; /* edges */
    double *shares;          /* nlon x nlat */
    kr_ground ground;
    kr_ruler colour;
} map;

static kr_status read_shares(map *m)
{
    m->nlon = m->of.d->n[KR_DIM_LON];
    m->nlat = m->of.d->n[KR_DIM_LAT];
    m->lon = kr_stored_disagg_edges(m->of.d, KR_DIM_LON, m->of.site);
    m->lat = kr_stored_disagg_edges(m->of.d, KR_DIM_LAT, m->of.site);
    return kr_disagg_shares_read(&m->of, KR_DIM_BIT(KR_DIM_LON) | KR_DIM_BIT(KR_DIM_LAT),
                                 "Lon_Lat (or Mag_Lon_Lat, TRT_Lon_Lat)", &m->shares);
}

/* Around the site and all cells that have a share. */
static kr_status find_ground(map *m)
{
    kr_status s = KR_OK;
    const kr_sites *sites = m->of.f->stored->sites;
    double *lon, *lat;
    size_t n = 0, cells = m->nlon * m->nlat;
    KR_ANEW(lon, m->of.f->arena, 2 * cells + 1);
    KR_ANEW(lat, m->of.f->arena, 2 * cells + 1);
    lon[n] = sites->lon[m->of.site];
    lat[n++] = sites->lat[m->of.site];
    for (size_t i = 0; i < cells; i++)
        for (size_t k = 0; k < 2 && m->shares[i] > 0; k++) {
            lon[n] = m->lon[i / m->nlat + k];
            lat[n++] = m->lat[i % m->nlat + k];
        }
    KR_TRY(kr_ground_fit(lon, lat, n, (kr_spot){KR_GROUND_LEFT, KR_FIGURE_TOP + LINE},
                         m->of.f->arena, &m->ground));
    m->colour = (kr_ruler){.lo = 0, .hi = m->shares[kr_disagg_shares_largest(m->shares, cells)]};
    kr_ruler_round(&m->colour, 6);
out:
    return s;
}

static kr_status draw_cells(const map *m, kr_canvas *c)
{
    kr_canvas_open(c, "cells", NULL);
    for (size_t i = 0; i < m->nlon * m->nlat; i++) {
        size_t x = i / m->nlat, y = i % m->nlat;
        if (!(m->shares[i] > 0))
            continue;
        kr_spot a = kr_ground_at(&m->ground, m->lon[x], m->lat[y + 1]);
        kr_spot b = kr_ground_at(&m->ground, m->lon[x + 1], m->lat[y]);
        kr_canvas_rect(c, (kr_rect){a.x, a.y, b.x - a.x, b.y - a.y},
                       kr_scale_colour(&m->colour, m->shares[i]));
        if (kr_interrupted(m->of.f->ctx))
            return kr_fail(m->of.f->ctx, KR_EINTERRUPTED, "interrupted");
    }
    kr_canvas_close(c);
    return KR_OK;
}

static void draw_site(const map *m, kr_canvas *c)
{
    const kr_sites *sites = m->of.f->stored->sites;
    const kr_pen around = {KR_RGB(0xffffff), 1, {0}};
    kr_spot at = kr_ground_at(&m->ground, sites->lon[m->of.site], sites->lat[m->of.site]);
    kr_canvas_open(c, "site", NULL);
    kr_canvas_disc(c, at, 4.5, kr_palette_colour(1), &around);
    kr_canvas_close(c);
}

static const char *largest_text(const map *m)
{
    size_t k = kr_disagg_shares_largest(m->shares, m->nlon * m->nlat);
    size_t x = k / m->nlat, y = k % m->nlat;
    return kr_arena_printf(m->of.f->arena,
                           "Largest cell (%.1f %%): longitude %.2f° to %.2f°, latitude %.2f° to "
                           "%.2f°. The disc is the site.",
                           m->shares[k], m->lon[x], m->lon[x + 1], m->lat[y], m->lat[y + 1]);
}

kr_status kr_draw_disagg_map(kr_figure *f)
{
    kr_status s = KR_OK;
    map m = {.nlon = 0};
    kr_canvas *c = NULL;
    const kr_style style = {.size = 8.5, .colour = KR_INK_PALE};
    KR_TRY(kr_disagg_shares_choose(f, &m.of));
    KR_TRY(read_shares(&m));
    KR_TRY(find_ground(&m));
    const kr_rect plot = m.ground.plot;
    const char *title = kr_arena_printf(f->arena, "Disaggregation of %s by longitude and latitude",
                                        f->stored->job->imts[m.of.measure].name);
    const char *where = kr_disagg_shares_where(&m.of), *text = largest_text(&m);
    KR_TRY(title && where && text ? KR_OK : KR_ENOMEM);
    double width = fmax(460, plot.x + plot.width + BAR);
    KR_TRY(kr_figure_begin(f, title, where, width, plot.y + plot.height + KR_GROUND_BELOW, &c));
    text = kr_canvas_fit(c, &style, text, width - 2 * KR_FIGURE_SIDE, f->arena);
    KR_TRY(text ? KR_OK : KR_ENOMEM);
    kr_canvas_text(c, (kr_spot){KR_FIGURE_SIDE, 48}, &style, text);
    KR_TRY(kr_ground_begin(&m.ground, c, f->arena));
    KR_TRY(draw_cells(&m, c));
    KR_TRY(kr_ground_coast(&m.ground, c, f->arena));
    draw_site(&m, c);
    kr_ground_end(&m.ground, c);
    kr_scale_draw(&m.colour, plot, "Share of the rate of exceedance (%)", c);
out:
    return kr_canvas_end(&c, s);
}
