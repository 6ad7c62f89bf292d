/* Figures of a finished run: each kind in a file of its own. */
#ifndef KR_DRAW_FIGURE_H
#define KR_DRAW_FIGURE_H

#include "draw/canvas.h"
#include "output/stored.h"

/* What is drawn of which results, and where to. */
typedef struct kr_figure {
    kr_ctx *ctx;
    kr_arena *arena; /* of what is drawn */
    kr_stored *stored;
    const char *path;
    kr_picture picture;
    double dpi;
    size_t nsites, nimts, nstats; /* 0: not chosen */
    const size_t *sites, *imts;   /* numbers of sites and measures */
    const size_t *stats;          /* of stored->stats */
    const char *disagg;           /* "rlz-3", of a disaggregation; NULL: not chosen */
    double poe;                   /* NaN: not chosen */
} kr_figure;

/* Each draws one picture. KR_EINPUT: the results lack what it needs, and what would give it;
 * KR_EUSAGE: what was chosen does not go into one picture; KR_EIO, KR_ENOMEM. */
typedef kr_status kr_figure_fn(kr_figure *figure);
KR_MUST_CHECK kr_figure_fn kr_draw_curves, kr_draw_fan, kr_draw_spectra, kr_draw_map,
    kr_draw_tornado, kr_draw_tree, kr_draw_disagg, kr_draw_disagg_map, kr_draw_disagg_trt;

/* ---- what they share ---- */

/** Begin the picture: title and subtitle at the top, at the bottom where the numbers are from.
 * What is drawn goes between y = KR_FIGURE_TOP and height - KR_FIGURE_BOTTOM. */
KR_MUST_CHECK kr_status kr_figure_begin(kr_figure *f, const char *title, const char *subtitle,
                                        double width, double height, kr_canvas **out);
enum { KR_FIGURE_TOP = 48, KR_FIGURE_BOTTOM = 22, KR_FIGURE_SIDE = 12 };

/** The one site, measure or statistic that a figure takes: the chosen one, or what is usual (the
 * first; the mean). KR_EUSAGE where several are chosen, KR_EINPUT where there is none. */
KR_MUST_CHECK kr_status kr_figure_site(const kr_figure *f, size_t *out);
KR_MUST_CHECK kr_status kr_figure_measure(const kr_figure *f, size_t *out);
KR_MUST_CHECK kr_status kr_figure_stat(const kr_figure *f, size_t *out);

/** The number of the mean among the statistics; SIZE_MAX: there is none. */
size_t kr_figure_mean(const kr_figure *f);

/** The probabilities of the maps: the chosen one, or those of the job. KR_EINPUT: none. */
KR_MUST_CHECK kr_status kr_figure_poes(const kr_figure *f, const double **poes, size_t *n);

/** The curve of a statistic as stored: kr_job_curve_levels numbers. KR_EINPUT. */
KR_MUST_CHECK kr_status kr_figure_curve(const kr_figure *f, size_t site, size_t stat,
                                        size_t measure, double *out);

/** The levels that n consecutive sites' curves reach with a probability: as stored, or where the
 * job did not have it, taken from the curves in the same way. 0: not reached. KR_EINPUT. */
KR_MUST_CHECK kr_status kr_figure_levels(const kr_figure *f, size_t site, size_t n, size_t stat,
                                         size_t measure, double poe, double *out);

/** Whether it is the greatest level of the measure: curves that go beyond it are drawn there. */
bool kr_figure_is_last(const kr_figure *f, size_t measure, double level);

/* Texts in the arena; NULL: out of memory. */
const char *kr_figure_place(const kr_figure *f, size_t site);   /* "site 3 (174.5°E, 41.2°S)" */
const char *kr_figure_unit(const kr_figure *f, size_t measure); /* "PGA (g)" */
const char *kr_figure_poe(const kr_figure *f, double poe);      /* "10 % in 50 years" */
const char *kr_figure_period(const kr_figure *f, double poe); /* "... (return period 475 years)" */
const char *kr_figure_stat_text(const kr_figure *f, size_t stat); /* "mean", "quantile 0.1" */

#endif
