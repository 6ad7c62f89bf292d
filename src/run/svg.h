/* Drawings as SVG: what they share. */
#ifndef KR_RUN_SVG_H
#define KR_RUN_SVG_H

#include <stdio.h>

/** Text as XML has it; other than ASCII does not get in. */
void kr_svg_escaped(const char *text, FILE *out);

/** <text> at a place; attributes: "" or ' name="value"'. */
void kr_svg_text(FILE *out, double x, double y, const char *attributes, const char *text);

/* A letter of the text is so wide, or a little less. */
#define KR_SVG_LETTER 6.65

/** Text that takes KR_SVG_LETTER for each letter whatever font the reader has, so that what is
 * found to fit a box stays in it. */
void kr_svg_fitted(FILE *out, double x, double y, const char *text);

/** The beginning of a drawing of the memory report: the page, its title (also its label for
 * those who do not see it), the style of both colour schemes. `style` is added to that of light
 * pages, `dark` to what dark ones change. End with </svg>. */
void kr_svg_begin(FILE *out, double width, double height, const char *title, const char *style,
                  const char *dark);

/* Fills of class "k0" to "k23" that differ from their neighbours, in both colour schemes. */
enum { KR_SVG_COLOURS = 24 };

/** 1, 2 or 5 times a power of ten, for about `wanted` steps in a span. */
double kr_nice_step(double span, double wanted);

#endif
