/* Colours that people with any kind of colour vision can tell apart. */
#ifndef KR_DRAW_PALETTE_H
#define KR_DRAW_PALETTE_H

#include "draw/canvas.h"

/* Of lines. */
enum { KR_PALETTE_COLOURS = 7, KR_PALETTE_DASHES = 4 };

/** The k-th colour of Okabe and Ito (2008), without their yellow, which is too pale for lines. */
kr_colour kr_palette_colour(size_t k);

/** A line of that colour, solid or dashed in one of four ways; where the colour comes again, in the
 * next one. */
kr_pen kr_palette_pen(size_t colour, size_t dash, double width);

/** Viridis (van der Walt and Smith 2015) from dark (t = 0) to light (t = 1). */
kr_colour kr_palette_viridis(double t);

#define KR_INK       KR_RGB(0x1a1a1a)
#define KR_INK_PALE  KR_RGB(0x5c5c5c)
#define KR_INK_FAINT KR_RGB(0xd9d9d9)

#endif
