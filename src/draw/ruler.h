/* From numbers to places along an axis, linear or logarithmic, and the ticks of it. */
#ifndef KR_DRAW_RULER_H
#define KR_DRAW_RULER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct kr_ruler {
    bool log;
    double lo, hi;   /* lo < hi; both above 0 where logarithmic */
    double from, to; /* places of lo and hi, in points */
} kr_ruler;

/* A line across the axis: with a text, or a small one between those (""). */
typedef struct kr_tick {
    double x;
    char label[24];
} kr_tick;

enum { KR_TICKS_MAX = 128 };

/** The place of a number; of what has no logarithm that of lo. And the number of a place. */
double kr_ruler_at(const kr_ruler *ruler, double x);
double kr_ruler_value(const kr_ruler *ruler, double at);

/** Whether a number can be shown: within lo and hi. */
bool kr_ruler_shows(const kr_ruler *ruler, double x);

/** Ticks from lo to hi, increasing; labelled ones are at least `room` points apart. Linear: 1, 2 or
 * 5 times a power of ten. Logarithmic: powers of ten, between them small ticks at 2 to 9, of which
 * 2 and 5 (or, in a narrow range, all) are labelled where there is less than a decade and a half.
 * Returns how many, at most KR_TICKS_MAX. */
size_t kr_ruler_ticks(const kr_ruler *ruler, double room, kr_tick *out);

/** Widen lo and hi so that the axis begins and ends with a power of ten; linear: with a tick, for
 * about `steps` steps. */
void kr_ruler_round(kr_ruler *ruler, double steps);

/** A number as a label has it: "0.05", "1200", "10⁻⁷"; exact to four digits. */
void kr_number_text(double x, char out[24]);

#endif
