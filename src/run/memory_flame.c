/* Flame graphs: who held what at the peak, as frames whose widths are bytes. */
#include "base/str.h"
#include "run/memory.h"
#include "run/svg.h"

#include <stdlib.h>

enum {
    LEVELS = 4, /* below the frame of everything */
    WIDTH = 1200,
    LEFT = 10,
    RIGHT = 1190,
    TOP = 62,
    ROW = 22,
    LEGEND_ROW = 18,
    LEGEND_COLUMNS = 4
};

/* Narrower frames of one parent are one frame, in pixels. */
static const double NARROW = 4;

typedef struct flame_row {
    const char *key[LEVELS];
    kr_account account;
    int64_t bytes, sum[LEVELS]; /* own; of all rows that agree up to this level */
} flame_row;

typedef struct flame {
    flame_row *rows;
    size_t n;
    int64_t whole;
    double pixels; /* a byte */
    FILE *out;
} flame;

/* A frame to be drawn: `rows` are those in it. */
typedef struct frame {
    const flame_row *rows;
    size_t n;
    int level; /* -1: everything */
    double x;
} frame;

static int by_keys(const void *a, const void *b)
{
    const flame_row *x = a, *y = b;
    int order = 0;
    for (int l = 0; l < LEVELS && order == 0; l++)
        order = strcmp(x->key[l], y->key[l]);
    return order;
}

/* Larger frames first; the sums are those of by_keys. */
static int by_sums(const void *a, const void *b)
{
    const flame_row *x = a, *y = b;
    for (int l = 0; l < LEVELS; l++) {
        if (x->sum[l] != y->sum[l])
            return x->sum[l] < y->sum[l] ? 1 : -1;
        int order = strcmp(x->key[l], y->key[l]);
        if (order)
            return order;
    }
    return 0;
}

/* The number of first rows that agree in the levels up to `level`. */
static size_t run_of(const flame_row *rows, size_t n, int level)
{
    for (size_t i = 1; i < n; i++)
        for (int l = 0; l <= level; l++)
            if (!kr_str_eq(rows[i].key[l], rows[0].key[l]))
                return i;
    return n;
}

static int64_t bytes_of(const flame_row *rows, size_t n)
{
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += rows[i].bytes;
    return sum;
}

static void sort_rows(flame *f)
{
    if (f->n == 0)
        return;
    qsort(f->rows, f->n, sizeof *f->rows, by_keys);
    for (int l = 0; l < LEVELS; l++)
        for (size_t i = 0, n; i < f->n; i += n) {
            n = run_of(f->rows + i, f->n - i, l);
            int64_t sum = bytes_of(f->rows + i, n);
            for (size_t k = i; k < i + n; k++)
                f->rows[k].sum[l] = sum;
        }
    qsort(f->rows, f->n, sizeof *f->rows, by_sums);
}

/* The class of a frame: that of its account if it has only one. */
static void colour_of(const frame *fr, char text[8])
{
    snprintf(text, 8, "none");
    for (size_t i = 1; i < fr->n; i++)
        if (fr->rows[i].account != fr->rows[0].account)
            return;
    if (fr->n && fr->level >= 0)
        snprintf(text, 8, "k%d", (int)fr->rows[0].account % KR_SVG_COLOURS);
}

/* As much of the name as fits, with the bytes if they do too. */
static void put_label(const flame *f, const frame *fr, const char *name, double width, double y)
{
    char text[200];
    size_t room = width > 8 ? (size_t)((width - 8) / KR_SVG_LETTER) : 0;
    int64_t bytes = bytes_of(fr->rows, fr->n);
    snprintf(text, sizeof text, "%s  %.2f MB", name, (double)bytes / 1e6);
    if (strlen(text) > room)
        snprintf(text, sizeof text, "%s", name);
    if (strlen(text) > room) /* the line without its folder */
        snprintf(text, sizeof text, "%s", strrchr(name, '/') ? strrchr(name, '/') + 1 : name);
    if (strlen(text) > room) {
        if (room < 6 || room >= sizeof text)
            return;
        text[room - 2] = text[room - 1] = '.';
        text[room] = '\0';
    }
    kr_svg_fitted(f->out, fr->x + 4, y + 15, text);
}

/* `path`: the frame is named with those above it. */
static void put_frame(const flame *f, const frame *fr, const char *name, bool path)
{
    char colour[8];
    int64_t bytes = bytes_of(fr->rows, fr->n);
    double width = (double)bytes * f->pixels, y = TOP + ROW * (double)(fr->level + 1);
    colour_of(fr, colour);
    fputs("<g><title>", f->out);
    for (int l = 0; path && l < fr->level; l++) {
        kr_svg_escaped(fr->rows[0].key[l], f->out);
        fputs(" / ", f->out);
    }
    kr_svg_escaped(name, f->out);
    fprintf(f->out,
            ": %.3f MB, %.2f %%</title><rect class=\"%s\" x=\"%.2f\" y=\"%.0f\" width=\"%.2f\" "
            "height=\"%d\"/>",
            (double)bytes / 1e6, f->whole > 0 ? 100 * (double)bytes / (double)f->whole : 0, colour,
            fr->x, y, width > 0.5 ? width - 0.5 : width, ROW - 1);
    put_label(f, fr, name, width, y);
    fputs("</g>\n", f->out);
}

/* The frames of one level side by side, each with those below it; narrow ones together. */
static void put_level(const flame *f, const frame *parent)
{
    const flame_row *rows = parent->rows;
    double x = parent->x;
    int level = parent->level + 1;
    size_t i = 0, others = 0;
    if (level == LEVELS)
        return;
    for (size_t n; i < parent->n; i += n) {
        n = run_of(rows + i, parent->n - i, level);
        const frame child = {rows + i, n, level, x};
        double width = (double)rows[i].sum[level] * f->pixels;
        if (width < NARROW) /* so are those that follow */
            break;
        put_frame(f, &child, rows[i].key[level], true);
        put_level(f, &child);
        x += width;
    }
    if (i == parent->n)
        return;
    const frame rest = {rows + i, parent->n - i, level, x};
    for (size_t k = i, n; k < parent->n; k += n, others++)
        n = run_of(rows + k, parent->n - k, level);
    char name[200];
    snprintf(name, sizeof name, "%zu others", others);
    put_frame(f, &rest, others == 1 ? rows[i].key[level] : name, true);
}

static void put_legend(const flame *f, const kr_memory *m)
{
    char text[80];
    int at = 0;
    double top = TOP + ROW * (double)(LEVELS + 1) + 24;
    for (int a = 0; a < KR_ACCOUNT_COUNT; a++) {
        if (m->held[a] == 0)
            continue;
        double x = LEFT + (double)(RIGHT - LEFT) / LEGEND_COLUMNS * (at % LEGEND_COLUMNS);
        double y = top + LEGEND_ROW * (double)(at / LEGEND_COLUMNS);
        fprintf(f->out, "<rect class=\"k%d\" x=\"%.1f\" y=\"%.1f\" width=\"12\" height=\"12\"/>\n",
                a % KR_SVG_COLOURS, x, y - 10);
        snprintf(text, sizeof text, "%s  %.2f MB", kr_account_name((kr_account)a),
                 (double)m->held[a] / 1e6);
        kr_svg_text(f->out, x + 18, y, "", text);
        at++;
    }
}

static void put_head(const flame *f, const kr_memory *m, bool bottom_up)
{
    char text[256];
    int accounts = 0;
    for (int a = 0; a < KR_ACCOUNT_COUNT; a++)
        accounts += m->held[a] != 0;
    kr_svg_begin(f->out, WIDTH,
                 TOP + ROW * (LEVELS + 1) + 24 +
                     LEGEND_ROW * ((accounts + LEGEND_COLUMNS - 1) / LEGEND_COLUMNS),
                 bottom_up ? "Memory at its peak, bottom-up: line / function / account / phase"
                           : "Memory at its peak, top-down: phase / account / function / line",
                 "g:hover rect{stroke:#808080;stroke-width:1.5}", "");
    snprintf(text, sizeof text, "%.2f MB accounted after %.2f s%s%.60s",
             (double)m->peak.bytes / 1e6, m->peak.seconds, m->peak.phase[0] ? " in " : "",
             m->peak.phase);
    if (m->peak.resident) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used,
                 "; %.2f MB resident, %.2f MB of them in no account (program, libraries, stacks)",
                 (double)m->peak.resident / 1e6, (double)kr_memory_outside(m) / 1e6);
    }
    kr_svg_text(f->out, 12, 44, " class=\"soft\"", text);
}

kr_status kr_memory_flame(const kr_memory *m, kr_arena *arena, bool bottom_up, FILE *out)
{
    kr_status s = KR_OK;
    flame f = {.n = m->nholders, .whole = m->peak.bytes, .out = out};
    KR_ANEW(f.rows, arena, f.n);
    for (size_t i = 0; i < f.n; i++) {
        const kr_holder *h = &m->holders[i];
        const char *line =
            h->file[0] ? kr_arena_printf(arena, "%s:%d", h->file, h->line) : "(unknown)";
        if (!line)
            return KR_ENOMEM;
        const char *keys[LEVELS] = {h->phase[0] ? h->phase : "(no phase)",
                                    kr_account_name(h->account),
                                    h->function[0] ? h->function : "(unknown)", line};
        f.rows[i].account = h->account;
        f.rows[i].bytes = h->bytes;
        for (int l = 0; l < LEVELS; l++)
            f.rows[i].key[l] = keys[bottom_up ? LEVELS - 1 - l : l];
    }
    sort_rows(&f);
    f.pixels = f.whole > 0 ? (RIGHT - LEFT) / (double)f.whole : 0;
    const frame whole = {f.rows, f.n, -1, LEFT};
    put_head(&f, m, bottom_up);
    put_frame(&f, &whole, "accounted", false);
    put_level(&f, &whole);
    put_legend(&f, m);
    fputs("</svg>\n", out);
out:
    return s;
}
