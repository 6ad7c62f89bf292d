/* SVG as text. Internal to src/draw: kr_canvas calls it. */
#ifndef KR_DRAW_CANVAS_SVG_H
#define KR_DRAW_CANVAS_SVG_H

#include "draw/canvas.h"

#include <stdio.h>

void kr_canvas_svg_begin(FILE *out, kr_rect page, const char *title);
void kr_canvas_svg_open(FILE *out, const char *kind, const char *name);
void kr_canvas_svg_clip(FILE *out, size_t number, kr_rect rect);
void kr_canvas_svg_line(FILE *out, const kr_spot *p, size_t n, kr_pen pen);
void kr_canvas_svg_fill(FILE *out, const kr_ring *rings, size_t n, kr_colour colour);
void kr_canvas_svg_rect(FILE *out, kr_rect rect, kr_colour colour, const kr_pen *pen);
void kr_canvas_svg_disc(FILE *out, kr_spot centre, double radius, kr_colour colour,
                        const kr_pen *pen);

/** `width` is what the text takes on the page, so that it fits whatever font the reader has. */
void kr_canvas_svg_text(FILE *out, kr_spot at, const kr_style *style, double width,
                        const char *text);

#endif
