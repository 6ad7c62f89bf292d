#include "draw/canvas_svg.h"

#include <math.h>

/* Coordinates to 0.001 points: a thousandth of what can be seen. */
static void number(FILE *out, double x)
{
    char text[48];
    int n = snprintf(text, sizeof text, "%.3f", x);
    while (n > 1 && text[n - 1] == '0')
        n--;
    if (text[n - 1] == '.')
        n--;
    fprintf(out, "%.*s", n, text);
}

static void attribute(FILE *out, const char *name, double x)
{
    fprintf(out, " %s=\"", name);
    number(out, x);
    fputc('"', out);
}

static int byte_of(double x)
{
    return (int)lround(255 * fmin(1, fmax(0, x)));
}

static void colour_of(FILE *out, const char *name, kr_colour c)
{
    fprintf(out, " %s=\"#%02x%02x%02x\"", name, (unsigned)byte_of(c.r), (unsigned)byte_of(c.g),
            (unsigned)byte_of(c.b));
    if (c.a < 1)
        fprintf(out, " %s-opacity=\"%.3g\"", name, c.a);
}

static void pen_of(FILE *out, const kr_pen *pen)
{
    colour_of(out, "stroke", pen->colour);
    attribute(out, "stroke-width", pen->width);
    if (pen->dash[0] > 0)
        fprintf(out, " stroke-dasharray=\"%g %g %g %g\"", pen->dash[0], pen->dash[1], pen->dash[2],
                pen->dash[3]);
}

/* Text as XML has it; control characters are not allowed there. */
static void escaped(FILE *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '&')
            fputs("&amp;", out);
        else if (c == '<')
            fputs("&lt;", out);
        else if (c == '>')
            fputs("&gt;", out);
        else if (c == '"')
            fputs("&quot;", out);
        else
            fputc(c < ' ' ? ' ' : c, out);
    }
}

void kr_canvas_svg_begin(FILE *out, kr_rect page, const char *title)
{
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
          "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"",
          out);
    attribute(out, "width", page.width);
    attribute(out, "height", page.height);
    fprintf(out, " viewBox=\"0 0 %g %g\"", page.width, page.height);
    fputs(" font-family=\"'DejaVu Sans', Verdana, sans-serif\" fill=\"none\">\n<title>", out);
    escaped(out, title);
    fputs("</title>\n", out);
}

void kr_canvas_svg_open(FILE *out, const char *kind, const char *name)
{
    fprintf(out, "<g class=\"%s\"", kind);
    if (name) {
        fputs(" data-name=\"", out);
        escaped(out, name);
        fputc('"', out);
    }
    fputs(">\n", out);
}

static void place(FILE *out, kr_rect r)
{
    attribute(out, "x", r.x);
    attribute(out, "y", r.y);
    attribute(out, "width", r.width);
    attribute(out, "height", r.height);
}

void kr_canvas_svg_clip(FILE *out, size_t n, kr_rect rect)
{
    fprintf(out, "<clipPath id=\"clip%zu\"><rect", n);
    place(out, rect);
    fprintf(out, "/></clipPath>\n<g clip-path=\"url(#clip%zu)\">\n", n);
}

static void points(FILE *out, const kr_spot *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        fputc(i == 0 ? 'M' : i == 1 ? 'L' : ' ', out);
        number(out, p[i].x);
        fputc(' ', out);
        number(out, p[i].y);
    }
}

void kr_canvas_svg_line(FILE *out, const kr_spot *p, size_t n, kr_pen pen)
{
    fputs("<path d=\"", out);
    points(out, p, n);
    fputc('"', out);
    pen_of(out, &pen);
    fputs(" stroke-linejoin=\"round\"/>\n", out);
}

void kr_canvas_svg_fill(FILE *out, const kr_ring *rings, size_t n, kr_colour colour)
{
    fputs("<path d=\"", out);
    for (size_t i = 0; i < n; i++) {
        points(out, rings[i].p, rings[i].n);
        fputc('Z', out);
    }
    fputs("\" fill-rule=\"evenodd\"", out);
    colour_of(out, "fill", colour);
    fputs("/>\n", out);
}

void kr_canvas_svg_rect(FILE *out, kr_rect rect, kr_colour colour, const kr_pen *pen)
{
    fputs("<rect", out);
    place(out, rect);
    if (pen)
        pen_of(out, pen);
    else
        colour_of(out, "fill", colour);
    fputs("/>\n", out);
}

void kr_canvas_svg_disc(FILE *out, kr_spot centre, double radius, kr_colour colour,
                        const kr_pen *pen)
{
    fputs("<circle", out);
    attribute(out, "cx", centre.x);
    attribute(out, "cy", centre.y);
    attribute(out, "r", radius);
    colour_of(out, "fill", colour);
    if (pen)
        pen_of(out, pen);
    fputs("/>\n", out);
}

void kr_canvas_svg_text(FILE *out, kr_spot at, const kr_style *style, double width,
                        const char *text)
{
    static const char *const anchors[] = {"start", "middle", "end"};
    fputs("<text", out);
    attribute(out, "x", at.x);
    attribute(out, "y", at.y);
    attribute(out, "font-size", style->size);
    colour_of(out, "fill", style->colour);
    if (style->anchor > 0)
        fprintf(out, " text-anchor=\"%s\"", anchors[style->anchor > 0.5 ? 2 : 1]);
    if (style->bold)
        fputs(" font-weight=\"bold\"", out);
    if (style->italic)
        fputs(" font-style=\"italic\"", out);
    if (style->upwards) {
        fputs(" transform=\"rotate(-90 ", out);
        number(out, at.x);
        fputc(' ', out);
        number(out, at.y);
        fputs(")\"", out);
    }
    if (text[0] && text[1]) {
        attribute(out, "textLength", width);
        fputs(" lengthAdjust=\"spacingAndGlyphs\"", out);
    }
    fputc('>', out);
    escaped(out, text);
    fputs("</text>\n", out);
}
