/* A scale of colours for numbers above 0, and its bar beside a plot. */
#ifndef KR_DRAW_SCALE_H
#define KR_DRAW_SCALE_H

#include "draw/canvas.h"
#include "draw/ruler.h"

/** Viridis, the greater the darker; what is not above 0 is grey. */
kr_colour kr_scale_colour(const kr_ruler *scale, double x);

/** On the right of a plot, with ticks and a name. */
void kr_scale_draw(const kr_ruler *scale, kr_rect plot, const char *name, kr_canvas *canvas);

#endif
