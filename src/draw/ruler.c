#include "draw/ruler.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double ROUNDING = 1e-9; /* of what is found at an end of the axis */

double kr_ruler_at(const kr_ruler *s, double x)
{
    double t =
        s->log ? x > 0 ? log(x / s->lo) / log(s->hi / s->lo) : 0 : (x - s->lo) / (s->hi - s->lo);
    return s->from + t * (s->to - s->from);
}

double kr_ruler_value(const kr_ruler *s, double at)
{
    double t = (at - s->from) / (s->to - s->from);
    return s->log ? s->lo * pow(s->hi / s->lo, t) : s->lo + t * (s->hi - s->lo);
}

bool kr_ruler_shows(const kr_ruler *s, double x)
{
    double margin = s->log ? 0 : ROUNDING * (s->hi - s->lo);
    double factor = s->log ? 1 + ROUNDING : 1;
    return x >= s->lo / factor - margin && x <= s->hi * factor + margin;
}

/* ------------------------------------------------------------------ labels */

/* 10 and an exponent, raised. */
static void power_text(int exponent, char out[24])
{
    static const char *const digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    char plain[16];
    snprintf(plain, sizeof plain, "%d", exponent);
    int n = snprintf(out, 24, "10");
    for (const char *p = plain; *p && n < 19; p++)
        n += snprintf(out + n, 24 - (size_t)n, "%s", *p == '-' ? "⁻" : digits[*p - '0']);
}

/* Without zeros at the end. */
static void plain_text(double x, int decimals, char out[24])
{
    snprintf(out, 24, "%.*f", decimals, x);
    if (!strchr(out, '.'))
        return;
    size_t n = strlen(out);
    while (out[n - 1] == '0')
        n--;
    n -= out[n - 1] == '.';
    out[n] = '\0';
    if (strcmp(out, "-0") == 0)
        snprintf(out, 24, "0");
}

void kr_number_text(double x, char out[24])
{
    double size = fabs(x);
    if (x == 0 || !isfinite(x)) {
        snprintf(out, 24, "%s", x == 0 ? "0" : "-");
        return;
    }
    int exponent = (int)floor(log10(size) + ROUNDING);
    if (exponent >= -4 && exponent < 6) {
        plain_text(x, exponent >= 3 ? 0 : 3 - exponent, out);
        return;
    }
    if (fabs(size / pow(10, exponent) - 1) < 1e-6 && x > 0)
        power_text(exponent, out);
    else
        snprintf(out, 24, "%.3g", x);
}

/* ------------------------------------------------------------------ ticks */

/* 1, 2 or 5 times a power of ten, not below `least`. */
static double nice_step(double least)
{
    double power = pow(10, floor(log10(least) + ROUNDING)), part = least / power;
    return power * (part <= 1 + ROUNDING   ? 1
                    : part <= 2 + ROUNDING ? 2
                    : part <= 5 + ROUNDING ? 5
                                           : 10);
}

static size_t linear_ticks(const kr_ruler *s, double room, kr_tick *out)
{
    double span = s->hi - s->lo, length = fabs(s->to - s->from);
    double step = nice_step(fmax(span * room / length, 2 * span / (double)KR_TICKS_MAX));
    int decimals = (int)fmax(0, -floor(log10(step) + ROUNDING));
    size_t n = 0;
    double first = ceil(s->lo / step - ROUNDING), last = floor(s->hi / step + ROUNDING);
    for (; n < KR_TICKS_MAX && first + (double)n <= last; n++) {
        out[n].x = (first + (double)n) * step;
        if (decimals > 6 || fabs(out[n].x) >= 1e7)
            snprintf(out[n].label, sizeof out[n].label, "%.6g", out[n].x);
        else
            snprintf(out[n].label, sizeof out[n].label, "%.*f", decimals, out[n].x + 0.0);
    }
    return n;
}

/* How far apart labels stand: in powers of ten, or within one. */
typedef struct log_plan {
    int every; /* power of ten has a label */
    bool two_and_five, all;
    bool powers; /* labels are powers of ten */
} log_plan;

static log_plan plan_log(const kr_ruler *s, double room)
{
    double decades = log10(s->hi / s->lo), decade = fabs(s->to - s->from) / decades;
    log_plan p = {.every = 1};
    while (p.every * decade < room)
        p.every++;
    p.two_and_five = decades < 1.6 && decade * log10(2) >= room;
    p.all = decades < 0.7 && decade * log10(10.0 / 9) >= room;
    p.powers = s->lo < 1e-3 * (1 - ROUNDING) || s->hi > 1e4 * (1 + ROUNDING);
    return p;
}

static bool has_label(const log_plan *p, int exponent, int digit)
{
    if (digit == 1)
        return exponent % p->every == 0;
    return p->all || (p->two_and_five && (digit == 2 || digit == 5));
}

static size_t log_ticks(const kr_ruler *s, double room, kr_tick *out)
{
    log_plan plan = plan_log(s, room);
    size_t n = 0;
    int first = (int)floor(log10(s->lo) + ROUNDING), last = (int)floor(log10(s->hi) + ROUNDING);
    bool small = last - first < KR_TICKS_MAX / 9 && plan.every <= 2;
    for (int e = first; e <= last; e++)
        for (int digit = 1; digit < 10 && n < KR_TICKS_MAX; digit++) {
            double x = digit * pow(10, e);
            bool label = has_label(&plan, e, digit);
            if (!kr_ruler_shows(s, x) || (!label && !small))
                continue;
            out[n].x = x;
            out[n].label[0] = '\0';
            if (label && plan.powers && digit == 1)
                power_text(e, out[n].label);
            else if (label)
                kr_number_text(x, out[n].label);
            n++;
        }
    return n;
}

size_t kr_ruler_ticks(const kr_ruler *s, double room, kr_tick *out)
{
    return s->log ? log_ticks(s, room, out) : linear_ticks(s, room, out);
}

void kr_ruler_round(kr_ruler *s, double steps)
{
    if (s->log) {
        s->lo = pow(10, floor(log10(s->lo) + ROUNDING));
        s->hi = pow(10, ceil(log10(s->hi) - ROUNDING));
        if (s->hi <= s->lo)
            s->hi = 10 * s->lo;
        return;
    }
    double step = nice_step((s->hi - s->lo) / steps);
    s->lo = step * floor(s->lo / step + ROUNDING);
    s->hi = step * ceil(s->hi / step - ROUNDING);
}
