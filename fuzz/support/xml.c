/* Changes of XML documents that keep them well formed. Elements are found by their tags; what is
 * not well formed already is left as it is. */
#include "support/doc.h"

#include <stdlib.h>
#include <string.h>

enum { ELEMENTS = 4096, DEPTH = 128, ATTRIBUTES = 64 };

typedef struct element {
    fz_span all, name, end_name; /* end_name is empty for <empty/> */
    size_t open_end;             /* behind the start tag */
    size_t children;
} element;

typedef struct outline {
    const char *text;
    size_t n;
    element *list;
} outline;

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == ':';
}

static size_t name_end(const char *text, size_t at, size_t end)
{
    while (at < end && is_name(text[at]))
        at++;
    return at;
}

/* Behind the '>' of the tag that begins at `at`. */
static size_t tag_end(const char *text, size_t at, size_t end)
{
    for (char quote = '\0'; at < end; at++) {
        if (quote) {
            quote = text[at] == quote ? '\0' : quote;
        } else if (text[at] == '"' || text[at] == '\'') {
            quote = text[at];
        } else if (text[at] == '>') {
            return at + 1;
        }
    }
    return end;
}

static bool same_name(const char *text, fz_span a, fz_span b)
{
    return a.end - a.at == b.end - b.at && memcmp(text + a.at, text + b.at, a.end - a.at) == 0;
}

/* The elements of the part; false: none. The list is the caller's. */
static bool find_elements(outline *o, const char *text, fz_span in)
{
    size_t open[DEPTH], depth = 0;

    *o = (outline){.text = text, .list = malloc(ELEMENTS * sizeof *o->list)};
    if (!o->list)
        abort();
    for (size_t at = in.at; at < in.end && o->n < ELEMENTS;) {
        if (text[at] != '<') {
            at++;
            continue;
        }
        size_t end = tag_end(text, at, in.end);
        if (at + 1 < in.end && text[at + 1] == '/') {
            fz_span name = {at + 2, name_end(text, at + 2, in.end)};
            if (depth > 0 && same_name(text, name, o->list[open[depth - 1]].name)) {
                element *e = &o->list[open[--depth]];
                e->end_name = name;
                e->all.end = end;
            }
        } else if (at + 1 < in.end && is_name(text[at + 1])) {
            element *e = &o->list[o->n];
            *e = (element){.all = {at, end},
                           .name = {at + 1, name_end(text, at + 1, in.end)},
                           .open_end = end};
            if (depth > 0)
                o->list[open[depth - 1]].children++;
            if (end >= 2 && text[end - 2] != '/' && depth < DEPTH)
                open[depth++] = o->n;
            o->n++;
        }
        at = end;
    }
    if (o->n > 0)
        return true;
    free(o->list);
    o->list = NULL;
    return false;
}

static const element *some_element(fz_doc *d, const outline *o)
{
    return &o->list[fz_random(d, o->n)];
}

/* Another element of the same name as `like`, or any. */
static const element *like_element(fz_doc *d, const outline *o, const char *text,
                                   const element *like)
{
    size_t len = like->name.end - like->name.at, from = fz_random(d, o->n);
    for (size_t i = 0; i < o->n; i++) {
        const element *e = &o->list[(from + i) % o->n];
        if (e->name.end - e->name.at == len &&
            memcmp(o->text + e->name.at, text + like->name.at, len) == 0)
            return e;
    }
    return &o->list[from];
}

/* ------------------------------------------------------------------ elements */

static bool swap_elements(fz_doc *d, const outline *o)
{
    const element *a = some_element(d, o), *b = some_element(d, o);
    if (a->all.at > b->all.at) {
        const element *c = a;
        a = b;
        b = c;
    }
    if (a->all.end > b->all.at)
        return false;
    size_t na = a->all.end - a->all.at, nb = b->all.end - b->all.at;
    char *first = malloc(na);
    if (!first)
        return false;
    memcpy(first, d->p + a->all.at, na);
    fz_span second = {b->all.at - na + nb, b->all.at + nb - na + nb};
    bool done = fz_replace(d, a->all, d->p + b->all.at, nb) && fz_replace(d, second, first, na);
    free(first);
    return done;
}

/* Put an element of `from` into the document: in the place of one of its name, before it, or as
 * the first child of any. */
static bool take_element(fz_doc *d, const outline *o, const outline *from)
{
    const element *e = some_element(d, from), *place = like_element(d, o, from->text, e);
    const char *text = from->text + e->all.at;
    size_t n = e->all.end - e->all.at;

    switch (fz_random(d, 3)) {
    case 0:
        return fz_replace(d, place->all, text, n);
    case 1:
        return fz_replace(d, (fz_span){place->all.at, place->all.at}, text, n);
    default:
        place = some_element(d, o);
        return place->end_name.end > 0 &&
               fz_replace(d, (fz_span){place->open_end, place->open_end}, text, n);
    }
}

static bool rename_element(fz_doc *d, const outline *o)
{
    const element *e = some_element(d, o), *like = some_element(d, o);
    size_t n = like->name.end - like->name.at;
    char name[256];

    if (n > sizeof name)
        return false;
    memcpy(name, d->p + like->name.at, n);
    if (e->end_name.end > 0 && !fz_replace(d, e->end_name, name, n))
        return false;
    return fz_replace(d, e->name, name, n);
}

/* The text of an element without children. */
static fz_span some_text(fz_doc *d, const outline *o)
{
    for (size_t tries = 0; tries < 20; tries++) {
        const element *e = some_element(d, o);
        if (e->children == 0 && e->end_name.end > 0)
            return (fz_span){e->open_end, e->end_name.at - 2};
    }
    return (fz_span){0, 0};
}

static bool change_text(fz_doc *d, const outline *o)
{
    fz_span text = some_text(d, o), other = some_text(d, o);

    if (text.end == 0)
        return false;
    switch (fz_random(d, 6)) {
    case 0:
        return fz_replace(d, text, d->p + other.at, other.end - other.at);
    case 1:
        return fz_replace(d, text, "", 0);
    case 2:
        return fz_replace(d, (fz_span){text.end, text.end}, d->p + text.at, text.end - text.at);
    case 3:
        return fz_change_bytes(d, text);
    default:
        return fz_change_number(d, text);
    }
}

/* ------------------------------------------------------------------ attributes */

typedef struct attribute {
    fz_span all, name, value; /* `all` with the blank before */
} attribute;

static bool some_attribute(fz_doc *d, const outline *o, attribute *out)
{
    const element *e = some_element(d, o);
    attribute found[ATTRIBUTES];
    size_t n = 0;

    for (size_t at = e->name.end; at < e->open_end && n < ATTRIBUTES;) {
        size_t from = at;
        while (at < e->open_end && !is_name(d->p[at]))
            at++;
        attribute a = {.name = {at, name_end(d->p, at, e->open_end)}};
        at = a.name.end;
        while (at < e->open_end && d->p[at] != '"' && d->p[at] != '\'')
            at++;
        if (at >= e->open_end)
            break;
        const char *close = memchr(d->p + at + 1, d->p[at], e->open_end - at - 1);
        if (!close)
            break;
        a.value = (fz_span){at + 1, (size_t)(close - d->p)};
        a.all = (fz_span){from, a.value.end + 1};
        at = a.all.end;
        found[n++] = a;
    }
    if (n > 0)
        *out = found[fz_random(d, n)];
    return n > 0;
}

static bool change_attribute(fz_doc *d, const outline *o)
{
    attribute a, b;

    if (!some_attribute(d, o, &a) || !some_attribute(d, o, &b))
        return false;
    const element *e = some_element(d, o);
    switch (fz_random(d, 8)) {
    case 0:
        return fz_replace(d, a.all, "", 0);
    case 1:
        return fz_replace(d, a.value, d->p + b.value.at, b.value.end - b.value.at);
    case 2:
        return fz_replace(d, (fz_span){e->name.end, e->name.end}, d->p + a.all.at,
                          a.all.end - a.all.at);
    case 3:
        return fz_replace(d, a.name, d->p + b.name.at, b.name.end - b.name.at);
    case 4:
        return fz_replace(d, a.value, "", 0);
    case 5:
        return fz_replace_text(d, a.value, fz_hard_number(d));
    case 6:
        return fz_change_bytes(d, a.value);
    default:
        return fz_change_number(d, a.value);
    }
}

/* ------------------------------------------------------------------ */

static bool change_outline(fz_doc *d, const outline *o, const outline *other)
{
    const element *e = some_element(d, o), *f = some_element(d, o);
    fz_span place = {f->all.at, f->all.at};

    switch (fz_random(d, 16)) {
    case 0:
        return fz_replace(d, e->all, "", 0);
    case 1: /* the same again, once to three times */
        for (size_t i = fz_random(d, 3) + 1; i > 0; i--) {
            if (!fz_replace(d, (fz_span){e->all.at, e->all.at}, d->p + e->all.at,
                            e->all.end - e->all.at))
                return false;
        }
        return true;
    case 2:
        return swap_elements(d, o);
    case 3:
        return fz_replace(d, place, d->p + e->all.at, e->all.end - e->all.at);
    case 4:
    case 5:
        return take_element(d, o, other->n > 0 ? other : o);
    case 6:
        return rename_element(d, o);
    case 7:
    case 8:
    case 9:
        return change_attribute(d, o);
    case 10: /* the children stay without their parent */
        return e->end_name.end > 0 &&
               fz_replace(d, (fz_span){e->end_name.at - 2, e->all.end}, "", 0) &&
               fz_replace(d, (fz_span){e->all.at, e->open_end}, "", 0);
    default:
        return change_text(d, o);
    }
}

bool fz_change_xml(fz_doc *d, fz_span in, fz_bytes other)
{
    outline o, taken;

    if (fz_random(d, 20) == 0 || !find_elements(&o, d->p, in))
        return fz_change_bytes(d, in);
    (void)find_elements(&taken, other.p, (fz_span){0, other.n});
    bool done = change_outline(d, &o, &taken);
    free(o.list);
    free(taken.list);
    return done;
}
