#include "draw/canvas.h"

#include "base/mem.h"
#include "base/outfile.h"
#include "base/str.h"
#include "draw/canvas_svg.h"

#include <cairo-pdf.h>
#include <cairo.h>
#include <math.h>
#include <string.h>

struct kr_canvas {
    kr_ctx *ctx;
    kr_picture kind;
    kr_outfile outfile;
    size_t nclips;
    cairo_surface_t *surface; /* of an SVG: one that only measures */
    cairo_t *cr;
};

static bool is_svg(const kr_canvas *c)
{
    return c->kind == KR_PICTURE_SVG;
}

/* ------------------------------------------------------------------ begin and end */

static cairo_status_t take_bytes(void *closure, const unsigned char *data, unsigned int n)
{
    FILE *file = closure;
    return fwrite(data, 1, n, file) == n ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static void make_surface(kr_canvas *c, kr_rect page, double dpi, const kr_caption *caption)
{
    double scale = dpi / 72;
    if (c->kind == KR_PICTURE_PDF) {
        c->surface = cairo_pdf_surface_create_for_stream(take_bytes, c->outfile.file, page.width,
                                                         page.height);
        cairo_pdf_surface_set_metadata(c->surface, CAIRO_PDF_METADATA_TITLE, caption->title);
        /* The same results give the same bytes. */
        cairo_pdf_surface_set_metadata(c->surface, CAIRO_PDF_METADATA_CREATE_DATE, caption->date);
        c->cr = cairo_create(c->surface);
    } else if (c->kind == KR_PICTURE_PNG) {
        c->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)lround(page.width * scale),
                                                (int)lround(page.height * scale));
        c->cr = cairo_create(c->surface);
        cairo_scale(c->cr, scale, scale);
        cairo_set_source_rgb(c->cr, 1, 1, 1);
        cairo_paint(c->cr);
    } else {
        c->surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
        c->cr = cairo_create(c->surface);
    }
    /* Letters are placed as on paper: the same at every size. */
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_set_font_options(c->cr, options);
    cairo_font_options_destroy(options);
    cairo_set_line_join(c->cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_fill_rule(c->cr, CAIRO_FILL_RULE_EVEN_ODD);
}

kr_status kr_canvas_begin(kr_ctx *ctx, const char *path, kr_picture kind, kr_rect page, double dpi,
                          const kr_caption *caption, kr_canvas **out)
{
    kr_status s = KR_OK;
    kr_canvas *c;
    *out = NULL;
    KR_NEW(c, ctx, KR_ACCOUNT_OUTPUT, 1);
    c->ctx = ctx;
    c->kind = kind;
    s = kr_outfile_begin_any(ctx, path, &c->outfile);
    if (s != KR_OK) {
        s = kr_outfile_end(&c->outfile, s);
        kr_free(c);
        goto out;
    }
    make_surface(c, page, dpi, caption);
    if (is_svg(c)) {
        kr_canvas_svg_begin(c->outfile.file, page, caption->title);
        kr_canvas_rect(c, page, KR_RGB(0xffffff));
    }
    *out = c;
out:
    return s;
}

/* Where the stream has failed kr_outfile_flush tells why. */
static kr_status finish(kr_canvas *c)
{
    cairo_status_t status = cairo_status(c->cr);
    if (is_svg(c))
        fputs("</svg>\n", c->outfile.file);
    if (status == CAIRO_STATUS_SUCCESS && c->kind == KR_PICTURE_PNG)
        status = cairo_surface_write_to_png_stream(c->surface, take_bytes, c->outfile.file);
    cairo_surface_finish(c->surface);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(c->surface);
    if (status == CAIRO_STATUS_SUCCESS || status == CAIRO_STATUS_WRITE_ERROR)
        return kr_outfile_flush(&c->outfile);
    bool memory = status == CAIRO_STATUS_NO_MEMORY || status == CAIRO_STATUS_FREETYPE_ERROR;
    return kr_fail(c->ctx, memory ? KR_ENOMEM : KR_EINTERNAL, "%s: drawing: %s", c->outfile.path,
                   cairo_status_to_string(status));
}

kr_status kr_canvas_end(kr_canvas **canvas, kr_status status)
{
    kr_canvas *c = *canvas;
    if (!c)
        return status;
    if (status == KR_OK)
        status = finish(c);
    else
        cairo_surface_finish(c->surface);
    cairo_destroy(c->cr);
    cairo_surface_destroy(c->surface);
    status = kr_outfile_end(&c->outfile, status);
    kr_free(c);
    *canvas = NULL;
    return status;
}

/* ------------------------------------------------------------------ groups */

void kr_canvas_open(kr_canvas *c, const char *kind, const char *name)
{
    if (is_svg(c))
        kr_canvas_svg_open(c->outfile.file, kind, name);
}

void kr_canvas_close(kr_canvas *c)
{
    if (is_svg(c))
        fputs("</g>\n", c->outfile.file);
}

void kr_canvas_clip(kr_canvas *c, kr_rect r)
{
    if (is_svg(c)) {
        kr_canvas_svg_clip(c->outfile.file, c->nclips++, r);
        return;
    }
    cairo_save(c->cr);
    cairo_rectangle(c->cr, r.x, r.y, r.width, r.height);
    cairo_clip(c->cr);
}

void kr_canvas_unclip(kr_canvas *c)
{
    if (is_svg(c))
        fputs("</g>\n", c->outfile.file);
    else
        cairo_restore(c->cr);
}

/* ------------------------------------------------------------------ lines and areas */

static void set_colour(kr_canvas *c, kr_colour colour)
{
    cairo_set_source_rgba(c->cr, colour.r, colour.g, colour.b, colour.a);
}

static void stroke(kr_canvas *c, kr_pen pen)
{
    set_colour(c, pen.colour);
    cairo_set_line_width(c->cr, pen.width);
    cairo_set_dash(c->cr, pen.dash, pen.dash[0] > 0 ? 4 : 0, 0);
    cairo_stroke(c->cr);
}

void kr_canvas_line(kr_canvas *c, const kr_spot *p, size_t n, kr_pen pen)
{
    if (n < 2)
        return;
    if (is_svg(c)) {
        kr_canvas_svg_line(c->outfile.file, p, n, pen);
        return;
    }
    for (size_t i = 0; i < n; i++)
        (i == 0 ? cairo_move_to : cairo_line_to)(c->cr, p[i].x, p[i].y);
    stroke(c, pen);
}

void kr_canvas_segment(kr_canvas *c, kr_spot a, kr_spot b, kr_pen pen)
{
    kr_canvas_line(c, (const kr_spot[]){a, b}, 2, pen);
}

void kr_canvas_fill(kr_canvas *c, const kr_ring *rings, size_t n, kr_colour colour)
{
    if (n == 0)
        return;
    if (is_svg(c)) {
        kr_canvas_svg_fill(c->outfile.file, rings, n, colour);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < rings[i].n; k++)
            (k == 0 ? cairo_move_to : cairo_line_to)(c->cr, rings[i].p[k].x, rings[i].p[k].y);
        cairo_close_path(c->cr);
    }
    set_colour(c, colour);
    cairo_fill(c->cr);
}

void kr_canvas_rect(kr_canvas *c, kr_rect r, kr_colour colour)
{
    if (is_svg(c)) {
        kr_canvas_svg_rect(c->outfile.file, r, colour, NULL);
        return;
    }
    cairo_rectangle(c->cr, r.x, r.y, r.width, r.height);
    set_colour(c, colour);
    cairo_fill(c->cr);
}

void kr_canvas_frame(kr_canvas *c, kr_rect r, kr_pen pen)
{
    if (is_svg(c)) {
        kr_canvas_svg_rect(c->outfile.file, r, pen.colour, &pen);
        return;
    }
    cairo_rectangle(c->cr, r.x, r.y, r.width, r.height);
    stroke(c, pen);
}

void kr_canvas_disc(kr_canvas *c, kr_spot centre, double radius, kr_colour colour,
                    const kr_pen *pen)
{
    if (is_svg(c)) {
        kr_canvas_svg_disc(c->outfile.file, centre, radius, colour, pen);
        return;
    }
    cairo_new_sub_path(c->cr);
    cairo_arc(c->cr, centre.x, centre.y, radius, 0, 2 * M_PI);
    set_colour(c, colour);
    if (!pen) {
        cairo_fill(c->cr);
        return;
    }
    cairo_fill_preserve(c->cr);
    stroke(c, *pen);
}

/* ------------------------------------------------------------------ text */

enum { LONGEST_TEXT = 512 };

/* What can be drawn of a text: UTF-8 in one line. */
static void clean(const char *text, char out[LONGEST_TEXT])
{
    const char *p = text;
    size_t n = 0;
    while (*p && n + 5 < LONGEST_TEXT) {
        size_t k = kr_utf8_length(p);
        for (size_t i = 0; i < k; i++)
            out[n++] = (char)((unsigned char)p[i] < ' ' || p[i] == 127 ? ' ' : p[i]);
        if (k == 0)
            out[n++] = '?';
        p += k ? k : 1;
    }
    out[n] = '\0';
}

static void set_font(kr_canvas *c, const kr_style *style)
{
    cairo_select_font_face(c->cr, "DejaVu Sans",
                           style->italic ? CAIRO_FONT_SLANT_ITALIC : CAIRO_FONT_SLANT_NORMAL,
                           style->bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(c->cr, style->size);
}

static double width_of(kr_canvas *c, const kr_style *style, const char *text)
{
    cairo_text_extents_t extents;
    set_font(c, style);
    cairo_text_extents(c->cr, text, &extents);
    return extents.x_advance;
}

double kr_canvas_width(kr_canvas *c, const kr_style *style, const char *text)
{
    char line[LONGEST_TEXT];
    clean(text, line);
    return width_of(c, style, line);
}

void kr_canvas_text(kr_canvas *c, kr_spot at, const kr_style *style, const char *text)
{
    char line[LONGEST_TEXT];
    clean(text, line);
    double width = width_of(c, style, line);
    if (is_svg(c)) {
        kr_canvas_svg_text(c->outfile.file, at, style, width, line);
        return;
    }
    cairo_save(c->cr);
    cairo_translate(c->cr, at.x, at.y);
    if (style->upwards)
        cairo_rotate(c->cr, -M_PI / 2);
    cairo_move_to(c->cr, -style->anchor * width, 0);
    set_colour(c, style->colour);
    cairo_show_text(c->cr, line);
    cairo_restore(c->cr);
}

const char *kr_canvas_fit(kr_canvas *c, const kr_style *style, const char *text, double most,
                          kr_arena *arena)
{
    char line[LONGEST_TEXT], cut[LONGEST_TEXT + 4];
    clean(text, line);
    if (width_of(c, style, line) <= most)
        return kr_arena_strdup(arena, line);
    size_t n = strlen(line);
    do {
        while (n > 0 && ((unsigned char)line[n - 1] & 0xc0) == 0x80)
            n--;
        n -= n > 0;
        line[n] = '\0';
        snprintf(cut, sizeof cut, "%s…", line);
    } while (n > 0 && width_of(c, style, cut) > most);
    return kr_arena_strdup(arena, cut);
}
