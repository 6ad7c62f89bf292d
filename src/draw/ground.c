#include "draw/ground.h"

#include "draw/palette.h"

#include <math.h>
#include <stdio.h>

/* ------------------------------------------------------------------ where */

kr_status kr_ground_fit(const double *lon, const double *lat, size_t n, kr_spot at, kr_arena *arena,
                        kr_ground *out)
{
    kr_status s = KR_OK;
    kr_box b;
    KR_TRY(kr_box_of(lon, lat, n, arena, &b));
    double cosine = fmax(0.05, cos((b.south + b.north) / 2 * M_PI / 180));
    double span = fmax((b.east - b.west) * cosine, b.north - b.south);
    double margin = fmax(0.06 * span, span < 1 ? 0.75 : 0.25);
    b.south = fmax(-90, b.south - margin);
    b.north = fmin(90, b.north + margin);
    /* Neither long nor wide: at least 2 to 3. */
    double tall = b.north - b.south, wide = (b.east - b.west) * cosine + 2 * margin;
    wide = fmax(wide, tall / 1.5);
    double more = fmin(360, wide / cosine) - (b.east - b.west);
    b.west -= more / 2;
    b.east += more / 2;
    if (tall < wide / 1.5) {
        double add = (wide / 1.5 - tall) / 2;
        b.south = fmax(-90, b.south - add);
        b.north = fmin(90, b.north + add);
    }
    double unit = fmin(KR_GROUND_MOST / wide, KR_GROUND_MOST / (b.north - b.south));
    out->box = b;
    out->plot =
        (kr_rect){at.x, at.y, unit * (b.east - b.west) * cosine, unit * (b.north - b.south)};
    out->lon = (kr_ruler){.lo = b.west, .hi = b.east, .from = at.x, .to = at.x + out->plot.width};
    out->lat =
        (kr_ruler){.lo = b.south, .hi = b.north, .from = at.y + out->plot.height, .to = at.y};
out:
    return s;
}

kr_spot kr_ground_at(const kr_ground *g, double lon, double lat)
{
    double east = kr_box_lon(g->box, lon);
    if (east > g->box.east)
        east -= 360;
    return (kr_spot){kr_ruler_at(&g->lon, east), kr_ruler_at(&g->lat, lat)};
}

/* ------------------------------------------------------------------ land */

static kr_status rings_of(const kr_ground *g, const kr_line *lines, size_t n, kr_arena *arena,
                          kr_ring *out)
{
    kr_status s = KR_OK;
    for (size_t i = 0; i < n; i++) {
        kr_spot *p;
        KR_ANEW(p, arena, lines[i].n);
        for (size_t k = 0; k < lines[i].n; k++)
            p[k] = (kr_spot){kr_ruler_at(&g->lon, lines[i].p[k].lon),
                             kr_ruler_at(&g->lat, lines[i].p[k].lat)};
        out[i] = (kr_ring){lines[i].n, p};
    }
out:
    return s;
}

kr_status kr_ground_begin(const kr_ground *g, kr_canvas *c, kr_arena *arena)
{
    kr_status s = KR_OK;
    kr_coast coast;
    kr_ring *land;
    KR_TRY(kr_coast_within(g->box, arena, &coast));
    KR_ANEW(land, arena, coast.nland + 1);
    KR_TRY(rings_of(g, coast.land, coast.nland, arena, land));
    kr_canvas_rect(c, g->plot, KR_RGB(0xeaf0f4));
    kr_canvas_clip(c, g->plot);
    kr_canvas_open(c, "land", NULL);
    kr_canvas_fill(c, land, coast.nland, KR_RGB(0xfaf8f3));
    kr_canvas_close(c);
out:
    return s;
}

kr_status kr_ground_coast(const kr_ground *g, kr_canvas *c, kr_arena *arena)
{
    kr_status s = KR_OK;
    kr_coast coast;
    kr_ring *lines;
    KR_TRY(kr_coast_within(g->box, arena, &coast));
    KR_ANEW(lines, arena, coast.nlines + 1);
    KR_TRY(rings_of(g, coast.lines, coast.nlines, arena, lines));
    kr_canvas_open(c, "coast", NULL);
    for (size_t i = 0; i < coast.nlines; i++)
        kr_canvas_line(c, lines[i].p, lines[i].n, (kr_pen){KR_RGB(0x333333), 0.6, {0}});
    kr_canvas_close(c);
out:
    return s;
}

/* ------------------------------------------------------------------ degrees */

static void degrees_text(double x, const char *plus, const char *minus, char out[32])
{
    double y = fabs(remainder(x, 360));
    char number[24];
    kr_number_text(round(y * 1e4) / 1e4, number);
    bool east = remainder(x, 360) > 0;
    snprintf(out, 32, "%s°%s", number, y == 0 || y == 180 ? "" : east ? plus : minus);
}

void kr_ground_end(const kr_ground *g, kr_canvas *c)
{
    kr_tick ticks[KR_TICKS_MAX];
    kr_style style = {.size = 8, .colour = KR_INK, .anchor = 0.5};
    const kr_pen pen = {KR_INK, 0.6, {0}};
    char text[32];
    double bottom = g->plot.y + g->plot.height, left = g->plot.x;
    kr_canvas_unclip(c);
    kr_canvas_open(c, "axis", "degrees");
    size_t n = kr_ruler_ticks(&g->lon, 46, ticks);
    for (size_t i = 0; i < n; i++) {
        double x = kr_ruler_at(&g->lon, ticks[i].x);
        degrees_text(ticks[i].x, "E", "W", text);
        kr_canvas_segment(c, (kr_spot){x, bottom}, (kr_spot){x, bottom + 4}, pen);
        kr_canvas_text(c, (kr_spot){x, bottom + 13}, &style, text);
    }
    style.anchor = 1;
    n = kr_ruler_ticks(&g->lat, 34, ticks);
    for (size_t i = 0; i < n; i++) {
        double y = kr_ruler_at(&g->lat, ticks[i].x);
        degrees_text(ticks[i].x, "N", "S", text);
        kr_canvas_segment(c, (kr_spot){left - 4, y}, (kr_spot){left, y}, pen);
        kr_canvas_text(c, (kr_spot){left - 6, y + 2.9}, &style, text);
    }
    kr_canvas_close(c);
    kr_canvas_frame(c, g->plot, (kr_pen){KR_INK, 0.8, {0}});
}
