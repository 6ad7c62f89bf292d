/* A plot with two axes on a canvas: frame, grid, ticks, labels, legend. */
#ifndef KR_DRAW_CHART_H
#define KR_DRAW_CHART_H

#include "draw/canvas.h"
#include "draw/ruler.h"

typedef struct kr_chart {
    kr_canvas *canvas;
    kr_rect plot;
    kr_ruler x, y;
    const char *x_label, *y_label;
    const kr_tick *extra; /* one more tick of the x axis, or NULL: others give way to it */
    double x_first;       /* no other tick of it stands below this number */
} kr_chart;

/** Set the places of both scales, and draw grid, frame, ticks and labels. */
void kr_chart_axes(kr_chart *chart);

/** Frame, grid, ticks and label of the x axis alone, below the plot, where rows stand on it; with
 * `signs` numbers above 0 have a +. The places of its scale are set. */
void kr_chart_x_axis(const kr_chart *chart, bool signs);

/** The place of a point. */
kr_spot kr_chart_at(const kr_chart *chart, double x, double y);

/** A line through points; where a number has no place (0 on a logarithmic axis, NaN) it is broken.
 * `name` is that of its group in SVG. */
void kr_chart_line(const kr_chart *chart, const char *name, const double *x, const double *y,
                   size_t n, kr_pen pen);

/* What an entry of a legend shows: a line, or an area. */
typedef struct kr_legend_entry {
    const char *text;
    kr_pen pen;
    bool area; /* of the pen's colour */
} kr_legend_entry;

/** A legend in a corner of the plot: on the right (else the left), at the top (else the bottom).
 * Texts that would leave the plot are cut. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_chart_legend(const kr_chart *chart, const kr_legend_entry *entries,
                                        size_t n, bool right, bool top, kr_arena *arena);

#endif
