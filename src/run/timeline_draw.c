/* The timeline of memory as a drawing: resident and accounted bytes over seconds, and the phases.
 */
#include "base/str.h"
#include "run/svg.h"
#include "run/timeline.h"

#include <math.h>

enum {
    WIDTH = 1200,
    LEFT = 70,
    RIGHT = 1185,
    TOP = 64,
    BOTTOM = 384,
    BAND = 20, /* height of the strip of phases, which begins BAND_GAP below */
    BAND_GAP = 26,
    LEGEND_ROW = 18,
    LEGEND_COLUMNS = 4,
    MAX_NAMES = 33
};

static const char style[] =
    ".resident{fill:none;stroke:#1769aa;stroke-width:1.6}.under{fill:#1769aa;fill-opacity:.13}"
    ".accounted{fill:none;stroke:#c2410c;stroke-width:1.6}.held{fill:#c2410c;fill-opacity:.18}"
    ".limit{stroke:#b00020;stroke-width:1.2;stroke-dasharray:6 4}";
static const char dark[] = ".resident{stroke:#58a9e8}.accounted{stroke:#f28b4b}"
                           ".limit{stroke:#ff7a8f}";

typedef struct chart {
    const kr_timeline_point *points;
    size_t n;
    double seconds, bytes; /* at the right end and at the top */
    const char *names[MAX_NAMES];
    double spent[MAX_NAMES]; /* seconds of each phase */
    int nnames;
} chart;

static double x_of(const chart *c, double seconds)
{
    return LEFT + (RIGHT - LEFT) * (c->seconds > 0 ? seconds / c->seconds : 0);
}

static double y_of(const chart *c, double bytes)
{
    return BOTTOM - (BOTTOM - TOP) * bytes / c->bytes;
}

static int name_of(chart *c, const char *phase)
{
    for (int i = 0; i < c->nnames; i++)
        if (kr_str_eq(c->names[i], phase))
            return i;
    if (c->nnames == MAX_NAMES)
        return MAX_NAMES - 1;
    c->names[c->nnames] = phase;
    return c->nnames++;
}

static const char *shown(const char *phase)
{
    return phase[0] ? phase : "(no phase)";
}

static void put_axes(const chart *c, FILE *out)
{
    char text[48];
    double step = kr_nice_step(c->bytes, 6);
    for (int k = 0; k * step <= c->bytes; k++) {
        double y = y_of(c, k * step);
        fprintf(out, "<path class=\"grid\" d=\"M%d %.1fH%d\"/>\n", LEFT, y, RIGHT);
        snprintf(text, sizeof text, "%g MB", k * step / 1e6);
        kr_svg_text(out, LEFT - 6, y + 4, " class=\"soft\" text-anchor=\"end\"", text);
    }
    step = c->seconds > 0 ? kr_nice_step(c->seconds, 10) : 1;
    for (int k = 0; k * step <= c->seconds * (1 + 1e-9); k++) {
        double x = x_of(c, k * step);
        fprintf(out, "<path class=\"grid\" d=\"M%.1f %dV%d\"/>\n", x, TOP, BOTTOM);
        snprintf(text, sizeof text, "%g s", k * step);
        kr_svg_text(out, fmin(x, RIGHT - KR_SVG_LETTER * (double)strlen(text) / 2), BOTTOM + 16,
                    " class=\"soft\" text-anchor=\"middle\"", text);
    }
    fprintf(out, "<path class=\"axis\" d=\"M%d %dV%dH%d\"/>\n", LEFT, TOP, BOTTOM, RIGHT);
}

/* A line through all points and the area below it. Where more than ever was held between two
 * points, that is drawn midway. */
static void put_curve(const chart *c, bool resident, FILE *out)
{
    static const char *const classes[2][2] = {{"held", "accounted"}, {"under", "resident"}};
    for (int line = 0; line < 2; line++) {
        fprintf(out, "<path class=\"%s\" d=\"", classes[resident][line]);
        for (size_t i = 0; i < c->n; i++) {
            const kr_timeline_point *p = &c->points[i];
            if (!resident && i && p->peak > fmax(p[-1].peak, p->accounted))
                fprintf(out, "L%.2f %.2f", x_of(c, (p[-1].seconds + p->seconds) / 2),
                        y_of(c, p->peak));
            fprintf(out, "%c%.2f %.2f", i ? 'L' : 'M', x_of(c, p->seconds),
                    y_of(c, resident ? p->resident : p->accounted));
        }
        if (line == 0)
            fprintf(out, "V%dH%.2fZ", BOTTOM, x_of(c, c->points[0].seconds));
        fputs("\"/>\n", out);
    }
}

static void put_band(const chart *c, int name, double from, double to, FILE *out)
{
    const char *text = shown(c->names[name]);
    double x = x_of(c, from), width = x_of(c, to) - x, top = BOTTOM + BAND_GAP;
    fprintf(out, "<g><title>");
    kr_svg_escaped(text, out);
    fprintf(out,
            ", %.3f to %.3f s</title><rect class=\"k%d\" x=\"%.2f\" y=\"%.0f\" width=\"%.2f\" "
            "height=\"%d\"/>\n",
            from, to, name % KR_SVG_COLOURS, x, top, width, BAND);
    if (width >= KR_SVG_LETTER * (double)strlen(text) + 8)
        kr_svg_fitted(out, x + 4, top + 14, text);
    fputs("</g>\n", out);
}

/* A band for each stay in a phase; stays of less than a pixel are drawn with what follows them. */
static void put_bands(chart *c, FILE *out)
{
    double from = c->points[0].seconds;
    for (size_t i = 0; i + 1 < c->n; i++) {
        int name = name_of(c, c->points[i].phase);
        double to = c->points[i + 1].seconds;
        c->spent[name] += to - c->points[i].seconds;
        bool ends = i + 2 == c->n || name_of(c, c->points[i + 1].phase) != name;
        if (ends && (x_of(c, to) - x_of(c, from) >= 1 || i + 2 == c->n)) {
            put_band(c, name, from, to, out);
            from = to;
        }
    }
}

static void put_legend(const chart *c, double limit, FILE *out)
{
    char text[96];
    double top = BOTTOM + BAND_GAP + BAND + 22;
    for (int i = 0; i < c->nnames; i++) {
        double x = LEFT + (double)(RIGHT - LEFT) / LEGEND_COLUMNS * (i % LEGEND_COLUMNS);
        double y = top + LEGEND_ROW * (double)(i / LEGEND_COLUMNS);
        fprintf(out, "<rect class=\"k%d\" x=\"%.1f\" y=\"%.1f\" width=\"12\" height=\"12\"/>\n",
                i % KR_SVG_COLOURS, x, y - 10);
        snprintf(text, sizeof text, c->spent[i] < 0.0005 ? "%.24s < 1 ms" : "%.24s %.3g s",
                 shown(c->names[i]), c->spent[i]);
        kr_svg_text(out, x + 18, y, "", text);
    }
    fprintf(out, "<path class=\"resident\" d=\"M%d 50h22\"/>\n", LEFT);
    kr_svg_text(out, LEFT + 28, 54, "", "resident");
    fprintf(out, "<path class=\"accounted\" d=\"M%d 50h22\"/>\n", LEFT + 110);
    kr_svg_text(out, LEFT + 138, 54, "", "accounted");
    if (limit <= 0)
        return;
    snprintf(text, sizeof text, "memory limit %.0f MB%s", limit / 1e6,
             limit > c->bytes ? ", above the drawing" : "");
    fprintf(out, "<path class=\"limit\" d=\"M%d 50h22\"/>\n", LEFT + 230);
    kr_svg_text(out, LEFT + 258, 54, "", text);
    if (limit <= c->bytes)
        fprintf(out, "<path class=\"limit\" d=\"M%d %.1fH%d\"/>\n", LEFT, y_of(c, limit), RIGHT);
}

/* What is most, and when. */
static void put_most(const chart *c, FILE *out)
{
    char text[256];
    size_t most = 0;
    for (size_t i = 1; i < c->n; i++)
        most = c->points[i].resident > c->points[most].resident ? i : most;
    snprintf(text, sizeof text,
             "resident at most %.1f MB after %.2f s (%.60s); accounted at most %.1f MB",
             c->points[most].resident / 1e6, c->points[most].seconds, shown(c->points[most].phase),
             c->points[c->n - 1].peak / 1e6);
    kr_svg_text(out, 12, 40, " class=\"soft\"", text);
}

void kr_timeline_draw(const kr_timeline_point *points, size_t n, double limit, FILE *out)
{
    static const kr_timeline_point nothing = {.phase = ""};
    chart c = {.points = n ? points : &nothing, .n = n ? n : 1};
    double most = 1e6;
    for (size_t i = 0; i < c.n; i++) {
        most = fmax(most, fmax(c.points[i].resident, c.points[i].peak));
        c.seconds = c.points[i].seconds;
        name_of(&c, c.points[i].phase);
    }
    c.bytes = 1.06 * most;
    if (limit > c.bytes && limit < 2 * most)
        c.bytes = 1.03 * limit;
    int rows = (c.nnames + LEGEND_COLUMNS - 1) / LEGEND_COLUMNS;
    kr_svg_begin(out, WIDTH, BOTTOM + BAND_GAP + BAND + 22 + LEGEND_ROW * rows, "Memory over time",
                 style, dark);
    put_most(&c, out);
    put_axes(&c, out);
    put_curve(&c, true, out);
    put_curve(&c, false, out);
    put_bands(&c, out);
    put_legend(&c, limit, out);
    fputs("</svg>\n", out);
}
