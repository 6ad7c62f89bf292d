/* A page to draw on: SVG, PNG or PDF, in points (1/72 inch) from the upper left corner. PNG and PDF
 * are cairo's, which is touched in canvas.c only; SVG is written as it is, so that its text stays
 * text and its parts have names.
 *
 * Nothing fails while drawing: kr_canvas_end tells whether all went well. */
#ifndef KR_DRAW_CANVAS_H
#define KR_DRAW_CANVAS_H

#include "base/arena.h"

#include <stdbool.h>

typedef enum kr_picture { KR_PICTURE_SVG, KR_PICTURE_PNG, KR_PICTURE_PDF } kr_picture;

typedef struct kr_canvas kr_canvas;

/* 0 to 1; a: 1 is opaque. */
typedef struct kr_colour {
    double r, g, b, a;
} kr_colour;

#define KR_RGB(hex)                                                                                \
    ((kr_colour){((hex) >> 16 & 255) / 255.0, ((hex) >> 8 & 255) / 255.0, ((hex)&255) / 255.0, 1})

typedef struct kr_spot {
    double x, y;
} kr_spot;

typedef struct kr_rect {
    double x, y, width, height;
} kr_rect;

typedef struct kr_pen {
    kr_colour colour;
    double width;
    double dash[4]; /* lengths drawn and left out in turn; the first 0: solid */
} kr_pen;

typedef struct kr_ring {
    size_t n;
    const kr_spot *p;
} kr_ring;

typedef struct kr_style {
    double size;
    kr_colour colour;
    double anchor; /* of the text's width, that lies left of its place: 0, 0.5 or 1 */
    bool bold, italic;
    bool upwards; /* read from below */
} kr_style;

/* What a picture says of itself. */
typedef struct kr_caption {
    const char *title;
    const char *date; /* YYYY-MM-DDTHH:MM:SS, of what is shown; or "" */
} kr_caption;

/** Begin a picture; `dpi` is that of PNG. A file that is there is replaced when the picture is
 * complete. KR_EIO, KR_ENOMEM. On success kr_canvas_end must follow. */
KR_MUST_CHECK kr_status kr_canvas_begin(kr_ctx *ctx, const char *path, kr_picture kind,
                                        kr_rect page, double dpi, const kr_caption *caption,
                                        kr_canvas **out);

/** End it: with KR_OK it takes its place (KR_EIO or KR_ENOMEM if something went wrong), otherwise
 * what was written is removed and `status` comes back. */
KR_MUST_CHECK kr_status kr_canvas_end(kr_canvas **canvas, kr_status status);

/** What follows, up to kr_canvas_close, belongs together: in SVG a <g> of a class, with a name. */
void kr_canvas_open(kr_canvas *canvas, const char *kind, const char *name);
void kr_canvas_close(kr_canvas *canvas);

/** Until kr_canvas_unclip nothing is drawn outside the rectangle. Not nested. */
void kr_canvas_clip(kr_canvas *canvas, kr_rect rect);
void kr_canvas_unclip(kr_canvas *canvas);

void kr_canvas_line(kr_canvas *canvas, const kr_spot *p, size_t n, kr_pen pen);
void kr_canvas_segment(kr_canvas *canvas, kr_spot a, kr_spot b, kr_pen pen);

/** Fill rings by the even-odd rule. */
void kr_canvas_fill(kr_canvas *canvas, const kr_ring *rings, size_t n, kr_colour colour);

void kr_canvas_rect(kr_canvas *canvas, kr_rect rect, kr_colour colour);
void kr_canvas_frame(kr_canvas *canvas, kr_rect rect, kr_pen pen);

/** A disc; with a pen (NULL: none) around it. */
void kr_canvas_disc(kr_canvas *canvas, kr_spot centre, double radius, kr_colour colour,
                    const kr_pen *pen);

/** A line of text, its baseline at the place. What is no UTF-8 becomes '?'. */
void kr_canvas_text(kr_canvas *canvas, kr_spot at, const kr_style *style, const char *text);

/** How wide it is; and a text cut with an ellipsis so that it is no wider than `most`, in the
 * arena. NULL: out of memory. */
double kr_canvas_width(kr_canvas *canvas, const kr_style *style, const char *text);
const char *kr_canvas_fit(kr_canvas *canvas, const kr_style *style, const char *text, double most,
                          kr_arena *arena);

#endif
