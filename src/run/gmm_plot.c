/* Scenarios drawn as SVG: for each measure a panel of medians and one of deviations below it. */
#include "run/gmm_scenario.h"
#include "run/svg.h"

#include <math.h>
#include <string.h>

/* The page, in pixels of 1/96 inch. */
enum {
    PANEL_WIDTH = 400,
    LEFT = 70, /* of a panel, for the ticks and the name of its axis */
    PLOT_WIDTH = 310,
    TOP = 56, /* of the page, for the title */
    MEDIAN_HEIGHT = 260,
    SIGMA_TOP = 284, /* both from the top of the panel */
    SIGMA_HEIGHT = 100,
    PANEL_HEIGHT = 450,
    LEGEND_ROW = 18,
    LETTER = 8, /* of a text, on average, with some to spare */
    PANELS_A_ROW = 3
};

/* Orders of magnitude below the largest median that are drawn. */
static const double most_decades = 6.0;

/* Okabe and Ito: colours that the colour-blind tell apart, without the yellow that print loses. */
static const char *const colours[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                      "#E69F00", "#56B4E9", "#000000"};
static const char *const dashes[] = {"none", "7 3", "2 2", "9 3 2 3", "14 4"};
enum { COLOURS = sizeof colours / sizeof *colours, DASHES = sizeof dashes / sizeof *dashes };

typedef struct axis {
    double lo, hi;
    bool log;
    double from, to; /* pixels of lo and hi */
} axis;

/* ---- text ---- */

static const char *axis_word(kr_column c)
{
    switch (c) {
    case KR_COL_MAG:
        return "magnitude ";
    case KR_COL_RRUP:
        return "rupture distance ";
    case KR_COL_RJB:
        return "Joyner-Boore distance ";
    case KR_COL_REPI:
        return "epicentral distance ";
    case KR_COL_RHYPO:
        return "hypocentral distance ";
    default:
        return "";
    }
}

static void name_of_axis(const kr_scenario *sc, char *text, size_t size)
{
    if (sc->over == KR_COL_COUNT) {
        snprintf(text, size, "period (s)");
        return;
    }
    const char *unit = kr_column_unit(sc->over);
    snprintf(text, size, "%s%s%s%s%s", axis_word(sc->over), kr_column_name(sc->over),
             unit[0] ? " (" : "", unit, unit[0] ? ")" : "");
}

/* ---- axes ---- */

static double pixel(const axis *a, double x)
{
    double share = a->log ? log(x / a->lo) / log(a->hi / a->lo) : (x - a->lo) / (a->hi - a->lo);
    return a->from + share * (a->to - a->from);
}

/* The largest of 1, 2, 5 times powers of ten not above x, or the smallest not below. */
static double nice_bound(double x, bool below)
{
    static const double tens[] = {1.0, 2.0, 5.0, 10.0};
    double power = pow(10.0, floor(log10(x)));
    for (int i = 0; i < 4; i++) {
        double bound = power * tens[below ? 3 - i : i];
        if (below ? bound <= x * (1.0 + 1e-9) : bound >= x * (1.0 - 1e-9))
            return bound;
    }
    return power;
}

/* Bounds of an axis for values from lo to hi (all NaN: any will do). */
static void set_bounds(axis *a, double lo, double hi)
{
    if (!(lo <= hi)) {
        lo = a->log ? 0.1 : 0.0;
        hi = 1.0;
    }
    if (a->log) {
        lo = fmax(lo, hi * pow(10.0, -most_decades));
        a->lo = nice_bound(lo, true);
        a->hi = nice_bound(hi, false);
        if (!(a->hi > a->lo * 1.01))
            a->hi = a->lo * 10.0;
        return;
    }
    double step = kr_nice_step(fmax(hi - lo, 0.1), 4.0);
    a->lo = fmax(floor(lo / step + 1e-9) * step, lo >= 0.0 ? 0.0 : -INFINITY);
    a->hi = ceil(hi / step - 1e-9) * step;
    if (!(a->hi > a->lo))
        a->hi = a->lo + step;
}

/* A line across the plot at a value, and its number if `said`. */
static void put_tick(FILE *out, const axis *a, const axis *other, double value, bool said)
{
    const bool upright = a->from < a->to; /* of an axis that goes to the right */
    char number[32];
    double p = pixel(a, value), ends[2] = {other->from, other->to};

    fprintf(out, "<path class=\"%s\" d=\"M%.1f %.1fL%.1f %.1f\"/>\n", said ? "grid" : "minor",
            upright ? p : ends[0], upright ? ends[0] : p, upright ? p : ends[1],
            upright ? ends[1] : p);
    if (!said)
        return;
    snprintf(number, sizeof number, "%.6g", fabs(value) < 1e-12 ? 0.0 : value);
    if (upright)
        kr_svg_text(out, p, ends[0] + 15.0, " text-anchor=\"middle\"", number);
    else
        kr_svg_text(out, ends[0] - 6.0, p + 4.0, " text-anchor=\"end\"", number);
}

static void put_log_ticks(FILE *out, const axis *a, const axis *other, bool numbers)
{
    const bool few = a->hi / a->lo < 150.0;
    for (double power = floor(log10(a->lo) + 1e-9); power <= log10(a->hi) + 1e-9; power++)
        for (int i = 1; i < 10; i++) {
            double value = i * pow(10.0, power);
            if (value < a->lo * (1.0 - 1e-9) || value > a->hi * (1.0 + 1e-9))
                continue;
            put_tick(out, a, other, value, numbers && (i == 1 || (few && (i == 2 || i == 5))));
        }
}

static void put_ticks(FILE *out, const axis *a, const axis *other, bool numbers)
{
    if (a->log) {
        put_log_ticks(out, a, other, numbers);
        return;
    }
    double step = kr_nice_step(a->hi - a->lo, 5.0);
    for (double k = ceil(a->lo / step - 1e-9); k * step <= a->hi + 1e-9 * step; k++)
        put_tick(out, a, other, k * step, numbers);
}

static void put_frame(FILE *out, const axis *x, const axis *y, const char *name)
{
    double middle = 0.5 * (y->from + y->to), left = x->from - 50.0;
    char turn[96];
    fprintf(out, "<rect class=\"frame\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
            x->from, y->to, x->to - x->from, y->from - y->to);
    snprintf(turn, sizeof turn, " text-anchor=\"middle\" transform=\"rotate(-90 %.1f %.1f)\"", left,
             middle);
    kr_svg_text(out, left, middle, turn, name);
}

/* ---- curves ---- */

static double value_of(const kr_scenario_value *v, bool sigma)
{
    return sigma ? v->total : v->median;
}

static void find_bounds(const kr_scenario *sc, size_t panel, bool sigma, axis *y)
{
    double lo = INFINITY, hi = -INFINITY;
    for (size_t model = 0; model < sc->nmodels; model++)
        for (size_t i = 0; i < sc->n; i++) {
            double v = value_of(kr_scenario_at(sc, model, panel, i), sigma);
            if (!isfinite(v) || (y->log && !(v > 0.0)))
                continue;
            lo = fmin(lo, v);
            hi = fmax(hi, v);
        }
    set_bounds(y, lo, hi);
}

static void put_style(size_t model, FILE *out)
{
    fprintf(out, "class=\"curve\" stroke=\"%s\" stroke-dasharray=\"%s\"", colours[model % COLOURS],
            dashes[model % DASHES]);
}

/* A curve has gaps where the model gives nothing; below the axis it leaves the plot. */
static void put_curve(const kr_scenario *sc, size_t model, size_t panel, bool sigma, const axis *x,
                      const axis *y, FILE *out)
{
    bool drawn = false;
    fputs("<path ", out);
    put_style(model, out);
    fputs(" d=\"", out);
    for (size_t i = 0; i < sc->n; i++) {
        double v = value_of(kr_scenario_at(sc, model, panel, i), sigma);
        bool there = isfinite(v) && (!y->log || v >= y->lo);
        if (there)
            fprintf(out, "%c%.2f %.2f", drawn ? 'L' : 'M', pixel(x, sc->at[i]), pixel(y, v));
        drawn = there;
    }
    fputs("\"/>\n", out);
}

static void put_plot(const kr_scenario *sc, size_t panel, bool sigma, const axis *x, axis *y,
                     FILE *out)
{
    const kr_imt *imt = kr_scenario_imt(sc, panel, 0);
    const char *unit = kr_imt_unit(imt);
    char name[96];

    y->log = !sigma && imt->kind != KR_IMT_MMI && imt->kind != KR_IMT_JMA;
    find_bounds(sc, panel, sigma, y);
    put_ticks(out, x, y, sigma);
    put_ticks(out, y, x, true);
    for (size_t model = 0; model < sc->nmodels; model++)
        put_curve(sc, model, panel, sigma, x, y, out);
    if (sigma)
        snprintf(name, sizeof name, "sigma (%s)", imt->kind == KR_IMT_MMI ? "units" : "ln");
    else
        snprintf(name, sizeof name, "median%s%s%s", unit[0] ? " (" : "", unit, unit[0] ? ")" : "");
    put_frame(out, x, y, name);
}

static void put_panel(const kr_scenario *sc, size_t panel, FILE *out)
{
    const double left = LEFT + PANEL_WIDTH * (double)(panel % PANELS_A_ROW);
    const double top = TOP + PANEL_HEIGHT * (double)(panel / PANELS_A_ROW);
    const axis x = {sc->at[0], sc->at[sc->n - 1], sc->equal_ratios, left, left + PLOT_WIDTH};
    axis median = {.from = top + MEDIAN_HEIGHT, .to = top};
    axis sigma = {.from = top + SIGMA_TOP + SIGMA_HEIGHT, .to = top + SIGMA_TOP};
    char name[96];

    kr_svg_text(out, left + 0.5 * PLOT_WIDTH, top - 7.0,
                " text-anchor=\"middle\" font-weight=\"bold\"",
                sc->over == KR_COL_COUNT ? "SA" : sc->imts[panel].name);
    put_plot(sc, panel, false, &x, &median, out);
    put_plot(sc, panel, true, &x, &sigma, out);
    name_of_axis(sc, name, sizeof name);
    kr_svg_text(out, left + 0.5 * PLOT_WIDTH, sigma.from + 32.0, " text-anchor=\"middle\"", name);
}

static void put_legend(const kr_scenario *sc, double top, FILE *out)
{
    for (size_t model = 0; model < sc->nmodels; model++) {
        double y = top + LEGEND_ROW * (double)model;
        fputs("<path ", out);
        put_style(model, out);
        fprintf(out, " d=\"M%d %.1fL%d %.1f\"/>\n", LEFT, y, LEFT + 44, y);
        kr_svg_text(out, LEFT + 52, y + 4.0, "", sc->models[model]);
    }
}

/* ---- what was assumed ---- */

/* Of a quantity that was not given: "vs30 760 m/s", or its name alone where it changes. */
static void assumed_text(const kr_scenario *sc, kr_column c, char *text, size_t size)
{
    const double *x = sc->columns + (size_t)c * KR_GMM_BATCH;
    const char *unit = kr_column_unit(c)[0] == '0' ? "" : kr_column_unit(c); /* "0 or 1" */
    double lo = x[0], hi = x[0];
    for (size_t i = 1; i < sc->n; i++) {
        lo = fmin(lo, x[i]);
        hi = fmax(hi, x[i]);
    }
    if (hi > lo)
        snprintf(text, size, "%s %.4g to %.4g%s%s", kr_column_name(c), lo, hi, unit[0] ? " " : "",
                 unit);
    else
        snprintf(text, size, "%s %.4g%s%s", kr_column_name(c), lo, unit[0] ? " " : "", unit);
}

/* Lines of text with all that the models take and nobody gave. Returns how many; with `out` they
 * are written. */
static size_t put_assumed(const kr_scenario *sc, double width, double top, FILE *out)
{
    const size_t most = (size_t)((width - LEFT) / LETTER);
    char line[512] = "", text[96];
    size_t nlines = 0;

    for (unsigned c = 0; c <= KR_COL_COUNT; c++) {
        bool last = c == KR_COL_COUNT;
        if (!last && (c == sc->over || !(sc->used >> c & 1u) || sc->given >> c & 1u))
            continue;
        if (!last)
            assumed_text(sc, (kr_column)c, text, sizeof text);
        if (line[0] && (last || strlen(line) + strlen(text) + 2 > most)) {
            nlines++;
            if (!last)
                snprintf(line + strlen(line), sizeof line - strlen(line), ",");
            if (out)
                kr_svg_text(out, LEFT, top + LEGEND_ROW * (double)nlines, "", line);
            line[0] = '\0';
        }
        size_t used = strlen(line);
        if (!last)
            snprintf(line + used, sizeof line - used, "%s%s",
                     used ? ", " : (nlines ? "" : "Assumed: "), text);
    }
    return nlines;
}

void kr_scenario_svg(const kr_scenario *sc, FILE *out)
{
    const size_t panels = kr_scenario_panels(sc);
    const size_t across = panels < PANELS_A_ROW ? panels : PANELS_A_ROW;
    const size_t rows = (panels + PANELS_A_ROW - 1) / PANELS_A_ROW;
    const double legend = TOP + PANEL_HEIGHT * (double)rows;
    const double width = PANEL_WIDTH * (double)across;
    const double assumed = legend + LEGEND_ROW * (double)sc->nmodels;
    const double height =
        assumed + LEGEND_ROW * (double)put_assumed(sc, width, assumed, NULL) + LEGEND_ROW / 2;

    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
            "viewBox=\"0 0 %.0f %.0f\" font-family=\"DejaVu Sans, sans-serif\" "
            "font-size=\"12\">\n"
            "<style>.curve{fill:none;stroke-width:1.8;stroke-linejoin:round}"
            ".grid{stroke:#b0b0b0;stroke-width:0.6}.minor{stroke:#dddddd;stroke-width:0.5}"
            ".frame{fill:none;stroke:#000000;stroke-width:1}</style>\n"
            "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n",
            width, height, width, height);
    kr_svg_text(out, LEFT, 22.0, " font-size=\"13\"", sc->text);
    for (size_t panel = 0; panel < panels; panel++)
        put_panel(sc, panel, out);
    put_legend(sc, legend, out);
    put_assumed(sc, width, assumed, out);
    fputs("</svg>\n", out);
}
