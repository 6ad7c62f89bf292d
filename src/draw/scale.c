#include "draw/scale.h"

#include "draw/palette.h"

#include <math.h>

kr_colour kr_scale_colour(const kr_ruler *scale, double x)
{
    kr_ruler unit = *scale;
    unit.from = 0;
    unit.to = 1;
    return x > 0 ? kr_palette_viridis(1 - kr_ruler_at(&unit, x)) : KR_RGB(0xc4c4c4);
}

void kr_scale_draw(const kr_ruler *scale, kr_rect plot, const char *text, kr_canvas *c)
{
    enum { STEPS = 96 };
    const kr_style label = {.size = 8, .colour = KR_INK};
    kr_style name = {.size = 9, .colour = KR_INK, .anchor = 0.5, .upwards = true};
    double height = fmin(plot.height, 220), x = plot.x + plot.width + 16;
    kr_rect bar = {x, plot.y + (plot.height - height) / 2, 12, height};
    kr_ruler along = *scale;
    kr_tick ticks[KR_TICKS_MAX];
    double widest = 0;
    along.from = bar.y + height;
    along.to = bar.y;
    kr_canvas_open(c, "axis", "colour");
    for (size_t i = 0; i < STEPS; i++) {
        double y = bar.y + height * (double)i / STEPS;
        double level = kr_ruler_value(&along, y + height / STEPS / 2);
        kr_canvas_rect(c, (kr_rect){x, y, bar.width, height / STEPS + (i + 1 < STEPS ? 0.4 : 0)},
                       kr_scale_colour(scale, level));
    }
    kr_canvas_frame(c, bar, (kr_pen){KR_INK, 0.6, {0}});
    size_t n = kr_ruler_ticks(&along, 16, ticks);
    for (size_t i = 0; i < n; i++) {
        double y = kr_ruler_at(&along, ticks[i].x), out = x + bar.width;
        kr_canvas_segment(c, (kr_spot){out, y}, (kr_spot){out + (ticks[i].label[0] ? 3.5 : 2), y},
                          (kr_pen){KR_INK, 0.6, {0}});
        kr_canvas_text(c, (kr_spot){out + 6, y + 2.9}, &label, ticks[i].label);
        widest = fmax(widest, kr_canvas_width(c, &label, ticks[i].label));
    }
    kr_canvas_text(c, (kr_spot){x + bar.width + 6 + widest + 14, bar.y + height / 2}, &name, text);
    kr_canvas_close(c);
}
