/* Probabilities over levels: what hazard curves and fans share. */
#ifndef KR_DRAW_FIGURE_CURVE_H
#define KR_DRAW_FIGURE_CURVE_H

#include "draw/chart.h"
#include "draw/figure.h"

enum { KR_CURVES_MOST = 8, KR_CURVES_WIDTH = 468, KR_CURVES_HEIGHT = 360 };

typedef struct kr_curve {
    size_t site, measure, stat;
    const char *text; /* what tells it from the others */
    const double *levels;
    double *poes;
    kr_pen pen;
} kr_curve;

typedef struct kr_curves {
    kr_figure *f;
    size_t n, nlevels;
    kr_curve of[KR_CURVES_MOST];
    size_t nsites, nmeasures, nstats; /* of the curves */
} kr_curves;

/** Scales around all levels and all probabilities above 0 (and 1e-9). KR_EINPUT: there is none. */
KR_MUST_CHECK kr_status kr_curves_ranges(const kr_curves *curves, kr_chart *chart);

/** The axes' names, for the curve's measure or for several of its unit, and what its statistic is
 * (SIZE_MAX: none). KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_curves_label(const kr_figure *f, const kr_curve *of, bool several,
                                        kr_chart *chart);

/** Where the plot is on the page. */
kr_rect kr_curves_area(void);

/** The site, where there is one, and the job's description. NULL: out of memory. */
const char *kr_curves_subtitle(const kr_curves *curves);

#endif
