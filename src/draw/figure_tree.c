/* The logic tree: its branch sets one after another, each with its branches and their weights. */
#include "draw/figure.h"
#include "draw/palette.h"
#include "draw/ruler.h"

#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    MOST_SETS = 24,
    MOST_BRANCHES = 12, /* of a set; with more the last line tells of those left out */
    MOST_COLUMNS = 4,
    COLUMN = 190,
    LINE = 25,
    HEAD = 34,
    GAP = 16
};

typedef struct branch {
    const char *name, *value; /* value: "" where the name says it */
    double weight;
} branch;

typedef struct set {
    const char *name, *what; /* what kind of choice, and where it applies */
    size_t nbranches, nshown;
    branch *branches;
    double left_out; /* weight of the branches that are not shown */
} set;

typedef struct drawing {
    kr_figure *f;
    const kr_tree *tree;
    size_t nsets, n; /* that there are; that are shown */
    set of[MOST_SETS];
    size_t columns, column; /* of the page; of weights */
} drawing;

/* ------------------------------------------------------------------ what is shown */

/* Text in one line, without the brackets of a model's table. */
static const char *one_line(kr_arena *arena, const char *text)
{
    char *copy = kr_arena_strdup(arena, text), *to = copy;
    for (const char *p = copy; copy && *p; p++)
        if (*p != '[' && *p != ']')
            *to++ = kr_is_space(*p) ? ' ' : *p;
    if (copy)
        *to = '\0';
    return copy ? kr_trim(copy) : NULL;
}

/* The heaviest ones are shown, in the order of the tree. */
static void thin(set *of)
{
    size_t most = MOST_BRANCHES;
    of->nshown = of->nbranches;
    if (of->nbranches <= most)
        return;
    most--;
    while (of->nshown > most) {
        size_t lightest = 0;
        for (size_t k = 1; k < of->nshown; k++)
            if (of->branches[k].weight <= of->branches[lightest].weight)
                lightest = k;
        of->left_out += of->branches[lightest].weight;
        memmove(of->branches + lightest, of->branches + lightest + 1,
                (of->nshown - lightest - 1) * sizeof *of->branches);
        of->nshown--;
    }
}

/* The branches that lead to a set, where not all of a set do: where it applies. */
static const char *where(const drawing *d, uint32_t number)
{
    const kr_tree *tree = d->tree;
    const char *text = "";
    bool all = true;
    size_t n = 0;
    for (size_t b = 0; b < tree->nbranches; b++) {
        const kr_tree_branch *from = &tree->branches[b];
        if (from->next != number || kr_str_eq(from->branch, "."))
            continue;
        const kr_tree_set *others = &tree->sets[from->set];
        for (size_t k = 0; k < others->nbranches; k++)
            all = all && tree->branches[others->branches[k]].next == number;
        if (++n <= 3 && text)
            text = kr_arena_printf(d->f->arena, "%s%s%s", text, text[0] ? ", " : "", from->branch);
    }
    if (all || n == 0)
        return "";
    return text ? kr_arena_printf(d->f->arena, ", after %s%s", text, n > 3 ? " ..." : "") : NULL;
}

static kr_status add_source_set(drawing *d, uint32_t number)
{
    kr_status s = KR_OK;
    const kr_tree_set *from = &d->tree->sets[number];
    const char *applies = where(d, number);
    if (from->nbranches == 1 && kr_str_eq(d->tree->branches[from->branches[0]].branch, "."))
        return KR_OK; /* stands where another does not apply */
    if (d->nsets++ >= MOST_SETS)
        return KR_OK;
    set *to = &d->of[d->n++];
    to->name = from->id;
    to->what = applies
                   ? kr_arena_printf(d->f->arena, "%s%s%s", from->type,
                                     from->moves_with != KR_NO_SET ? ", correlated" : "", applies)
                   : NULL;
    KR_TRY(to->what ? KR_OK : KR_ENOMEM);
    KR_ANEW(to->branches, d->f->arena, from->nbranches);
    for (size_t k = 0; k < from->nbranches; k++) {
        const kr_tree_branch *b = &d->tree->branches[from->branches[k]];
        const char *value = one_line(d->f->arena, b->value ? b->value : "");
        KR_TRY(value ? KR_OK : KR_ENOMEM);
        to->branches[to->nbranches++] = (branch){b->branch, value, b->weight};
    }
    thin(to);
out:
    return s;
}

static kr_status add_models(drawing *d, size_t trt)
{
    kr_status s = KR_OK;
    size_t first = d->tree->first_gsim[trt], n = d->tree->first_gsim[trt + 1] - first;
    if (d->nsets++ >= MOST_SETS)
        return KR_OK;
    set *to = &d->of[d->n++];
    to->name = kr_str_eq(d->tree->trts[trt], "*") ? "all regions" : d->tree->trts[trt];
    to->what = "ground motion";
    KR_ANEW(to->branches, d->f->arena, n);
    for (size_t k = 0; k < n; k++) {
        const kr_gsim *g = &d->tree->gsims[first + k];
        size_t length = strcspn(g->uncertainty, "\n"); /* then the arguments */
        const char *name = kr_arena_strndup(d->f->arena, g->uncertainty, length);
        const char *value = one_line(d->f->arena, g->uncertainty + length);
        name = name ? one_line(d->f->arena, name) : NULL;
        KR_TRY(name && value ? KR_OK : KR_ENOMEM);
        to->branches[to->nbranches++] = (branch){name, value, g->weights[d->column]};
    }
    thin(to);
out:
    return s;
}

static kr_status collect(drawing *d)
{
    kr_status s = KR_OK;
    for (size_t k = 0; k < d->tree->nsets; k++)
        KR_TRY(add_source_set(d, (uint32_t)k));
    for (size_t t = 0; t < d->tree->ntrts; t++)
        KR_TRY(add_models(d, t));
out:
    return s;
}

/* ------------------------------------------------------------------ drawing */

static size_t lines_of(const set *of)
{
    return of->nshown + (of->nshown < of->nbranches);
}

static double height_of(const set *of)
{
    return HEAD + LINE * (double)lines_of(of) + GAP;
}

/* A branch: a line from the fork, as wide as its weight, and what it is. */
static kr_status draw_branch(const drawing *d, kr_canvas *c, const branch *b, kr_spot fork,
                             double y)
{
    kr_status s = KR_OK;
    const kr_style name = {.size = 8, .colour = KR_INK};
    const kr_style number = {.size = 7.5, .colour = KR_INK_PALE, .anchor = 1};
    const kr_style small = {.size = 6.5, .colour = KR_INK_PALE};
    const double bend = fork.x + 12, text = bend + 8, right = fork.x + COLUMN - 22;
    char weight[24];
    kr_number_text(b->weight, weight);
    double room = right - text - kr_canvas_width(c, &number, weight) - 6;
    const char *first = kr_canvas_fit(c, &name, b->name, room, d->f->arena);
    const char *second = kr_canvas_fit(c, &small, b->value, right - text, d->f->arena);
    KR_TRY(first && second ? KR_OK : KR_ENOMEM);
    kr_pen pen = {kr_palette_colour(0), 0.6 + 3.4 * fmin(1, fmax(0, b->weight)), {0}};
    kr_canvas_line(c, (const kr_spot[]){fork, {bend, y}, {text - 3, y}}, 3, pen);
    kr_canvas_text(c, (kr_spot){text, y + 1}, &name, first);
    kr_canvas_text(c, (kr_spot){right, y + 1}, &number, weight);
    if (second[0] && !kr_str_eq(b->value, b->name))
        kr_canvas_text(c, (kr_spot){text, y + 9.5}, &small, second);
out:
    return s;
}

static kr_status draw_set(const drawing *d, kr_canvas *c, const set *of, kr_spot at)
{
    kr_status s = KR_OK;
    const kr_style bold = {.size = 9, .colour = KR_INK, .bold = true};
    const kr_style small = {.size = 7, .colour = KR_INK_PALE};
    double first = at.y + HEAD + 4, middle = first + LINE * ((double)lines_of(of) - 1) / 2;
    kr_spot fork = {at.x + 4, middle};
    const char *name = kr_canvas_fit(c, &bold, of->name, COLUMN - 22, d->f->arena);
    const char *what = kr_canvas_fit(c, &small, of->what, COLUMN - 22, d->f->arena);
    KR_TRY(name && what ? KR_OK : KR_ENOMEM);
    kr_canvas_open(c, "set", of->name);
    kr_canvas_text(c, (kr_spot){at.x, at.y + 8}, &bold, name);
    kr_canvas_text(c, (kr_spot){at.x, at.y + 18}, &small, what);
    for (size_t k = 0; k < of->nshown; k++)
        KR_TRY(draw_branch(d, c, &of->branches[k], fork, first + LINE * (double)k));
    if (of->nshown < of->nbranches) {
        char weight[24], more[96];
        kr_number_text(of->left_out, weight);
        snprintf(more, sizeof more, "%zu more, together %s", of->nbranches - of->nshown, weight);
        double y = first + LINE * (double)of->nshown;
        const kr_pen pen = {kr_palette_colour(0), 0.8, {1.5, 2, 1.5, 2}};
        const kr_style italic = {.size = 7.5, .colour = KR_INK_PALE, .italic = true};
        kr_canvas_line(c, (const kr_spot[]){fork, {fork.x + 12, y}, {fork.x + 17, y}}, 3, pen);
        kr_canvas_text(c, (kr_spot){fork.x + 20, y + 1}, &italic, more);
    }
    kr_canvas_disc(c, fork, 2.6, kr_palette_colour(0), NULL);
    kr_canvas_close(c);
out:
    return s;
}

/* Rows of up to four sets; each row as high as its highest set. */
static double row_height(const drawing *d, size_t first)
{
    double most = 0;
    for (size_t k = first; k < d->n && k < first + d->columns; k++)
        most = fmax(most, height_of(&d->of[k]));
    return most;
}

static kr_status draw(const drawing *d, kr_canvas *c)
{
    kr_status s = KR_OK;
    double y = KR_FIGURE_TOP + 4;
    for (size_t first = 0; first < d->n; first += d->columns) {
        for (size_t k = first; k < d->n && k < first + d->columns; k++)
            KR_TRY(draw_set(d, c, &d->of[k],
                            (kr_spot){KR_FIGURE_SIDE + COLUMN * (double)(k - first), y}));
        y += row_height(d, first);
    }
out:
    return s;
}

/* So many that the rows are about as long as each other. */
static size_t columns_of(size_t nsets)
{
    size_t rows = (nsets + MOST_COLUMNS - 1) / MOST_COLUMNS;
    return rows ? (nsets + rows - 1) / rows : 1;
}

static const char *subtitle(const drawing *d)
{
    const char *left_out = "", *sampled = d->tree->sampled ? ", sampled" : "";
    if (d->n < d->nsets)
        left_out =
            kr_arena_printf(d->f->arena, "; %zu more branch sets are not shown", d->nsets - d->n);
    if (!left_out)
        return NULL;
    return kr_arena_printf(d->f->arena, "%.15g realization%s%s%s; %s", d->tree->rlzs,
                           d->tree->rlzs == 1 ? "" : "s", sampled, left_out,
                           d->f->stored->job->description);
}

kr_status kr_draw_tree(kr_figure *f)
{
    kr_status s = KR_OK;
    drawing d = {.f = f};
    kr_canvas *c = NULL;
    double height = KR_FIGURE_TOP + 4 + KR_FIGURE_BOTTOM;
    size_t measure;
    KR_TRY(kr_figure_measure(f, &measure));
    KR_TRY(kr_stored_tree(f->stored));
    d.tree = f->stored->tree;
    d.column = f->nimts && d.tree->nweights > 1 ? 1 + measure : 0;
    KR_TRY(collect(&d));
    d.columns = columns_of(d.n);
    for (size_t first = 0; first < d.n; first += d.columns)
        height += row_height(&d, first);
    KR_TRY(kr_figure_begin(f,
                           d.column ? kr_arena_printf(f->arena, "Logic tree, weights of %s",
                                                      f->stored->job->imts[measure].name)
                                    : "Logic tree",
                           subtitle(&d), 2 * KR_FIGURE_SIDE + COLUMN * fmax(2, (double)d.columns),
                           height, &c));
    KR_TRY(draw(&d, c));
out:
    return kr_canvas_end(&c, s);
}
