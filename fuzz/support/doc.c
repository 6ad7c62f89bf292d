#include "support/doc.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libFuzzer's; absent where a corpus is replayed only. */
extern size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room) __attribute__((weak));

enum { NUMBERS = 256 };

/* splitmix64 */
static uint64_t next_random(fz_doc *d)
{
    uint64_t z = d->random += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

size_t fz_random(fz_doc *d, size_t n)
{
    return n > 0 ? (size_t)(next_random(d) % n) : 0;
}

bool fz_replace(fz_doc *d, fz_span part, const void *with, size_t n)
{
    size_t cut = part.end - part.at;
    if (d->n - cut + n > d->room)
        return false;
    char *copy = malloc(n + 1);
    if (!copy)
        return false;
    if (n > 0)
        memcpy(copy, with, n);
    memmove(d->p + part.at + n, d->p + part.end, d->n - part.end);
    memcpy(d->p + part.at, copy, n);
    d->n = d->n - cut + n;
    free(copy);
    return true;
}

bool fz_replace_text(fz_doc *d, fz_span part, const char *with)
{
    return fz_replace(d, part, with, strlen(with));
}

const char *fz_hard_number(fz_doc *d)
{
    static const char *const numbers[] = {"0",
                                          "-0",
                                          "1",
                                          "-1",
                                          "0.5",
                                          "2",
                                          "nan",
                                          "inf",
                                          "-inf",
                                          "1e308",
                                          "-1e308",
                                          "1e-308",
                                          "5e-324",
                                          "1e309",
                                          "1e-5",
                                          "1e-300",
                                          "1e300",
                                          "1e20",
                                          "180",
                                          "-180",
                                          "180.0001",
                                          "179.99999",
                                          "-179.99999",
                                          "90",
                                          "-90",
                                          "90.000001",
                                          "91",
                                          "360",
                                          "1000",
                                          "100000",
                                          "1000000",
                                          "1e9",
                                          "2147483647",
                                          "2147483648",
                                          "-2147483648",
                                          "4294967295",
                                          "4294967296",
                                          "9223372036854775807",
                                          "18446744073709551615",
                                          "9.5",
                                          "12",
                                          "15",
                                          "0.1",
                                          "0.3",
                                          "1e-9",
                                          "1e-16",
                                          "0.9999999999",
                                          "1.0000000001",
                                          "3",
                                          "7",
                                          "10",
                                          "50",
                                          "255",
                                          "256",
                                          "65536",
                                          "0x1p3",
                                          "1_000",
                                          "+1",
                                          ".5",
                                          "1.",
                                          "1e",
                                          "",
                                          "x"};
    return numbers[fz_random(d, sizeof numbers / sizeof *numbers)];
}

static bool starts_number(const char *p, const char *end)
{
    return p < end && (isdigit((unsigned char)*p) ||
                       ((*p == '-' || *p == '.') && p + 1 < end && isdigit((unsigned char)p[1])));
}

static bool goes_on(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

bool fz_find_number(fz_doc *d, fz_span in, fz_span *number)
{
    fz_span found[NUMBERS];
    size_t n = 0, seen = 0;
    const char *p = d->p + in.at, *end = d->p + in.end;

    for (bool word = false; p < end;) {
        if (word || !starts_number(p, end)) {
            word = goes_on(*p++);
            continue;
        }
        const char *from = p;
        while (p < end && (isdigit((unsigned char)*p) || *p == '.' || *p == 'e' || *p == 'E' ||
                           ((*p == '-' || *p == '+') && (p == from || tolower(p[-1]) == 'e'))))
            p++;
        size_t slot = n < NUMBERS ? n++ : fz_random(d, ++seen + NUMBERS);
        if (slot < NUMBERS)
            found[slot] = (fz_span){(size_t)(from - d->p), (size_t)(p - d->p)};
    }
    if (n == 0)
        return false;
    *number = found[fz_random(d, n)];
    return true;
}

static bool change_a_little(fz_doc *d, fz_span number)
{
    static const double factors[] = {0.5, 2, 10, 0.1, -1, 1.0000001, 0.9999999, 100, 0.001};
    char text[64];
    size_t len = number.end - number.at;

    if (len >= sizeof text)
        return false;
    memcpy(text, d->p + number.at, len);
    text[len] = '\0';
    double x = strtod(text, NULL);
    switch (fz_random(d, 3)) {
    case 0:
        x *= factors[fz_random(d, sizeof factors / sizeof *factors)];
        break;
    case 1:
        x += fz_random(d, 2) ? 1 : -1;
        break;
    default:
        x += ((double)fz_random(d, 2001) - 1000) / 1000;
        break;
    }
    (void)snprintf(text, sizeof text, "%.10g", x);
    return fz_replace_text(d, number, text);
}

bool fz_change_number(fz_doc *d, fz_span in)
{
    fz_span number, other;

    if (!fz_find_number(d, in, &number))
        return false;
    switch (fz_random(d, 5)) {
    case 0:
        return fz_find_number(d, in, &other) &&
               fz_replace(d, number, d->p + other.at, other.end - other.at);
    case 1:
    case 2:
        return change_a_little(d, number);
    default:
        return fz_replace_text(d, number, fz_hard_number(d));
    }
}

bool fz_change_bytes(fz_doc *d, fz_span in)
{
    size_t n = in.end - in.at, room = d->room - d->n + n;

    if (!LLVMFuzzerMutate || room == 0)
        return false;
    uint8_t *copy = malloc(room);
    if (!copy)
        return false;
    memcpy(copy, d->p + in.at, n);
    n = LLVMFuzzerMutate(copy, n, room);
    bool done = fz_replace(d, in, copy, n);
    free(copy);
    return done;
}

/* ------------------------------------------------------------------ lines and fields */

/* The line, with its end, that holds a random byte of a text. */
static fz_span some_line(fz_doc *d, const char *text, fz_span in)
{
    fz_span line;
    line.at = in.at + fz_random(d, in.end - in.at);
    line.end = line.at;
    while (line.at > in.at && text[line.at - 1] != '\n')
        line.at--;
    while (line.end < in.end && text[line.end++] != '\n')
        continue;
    return line;
}

/* A field between commas of some line, without them. */
static fz_span some_field(fz_doc *d, fz_span in)
{
    fz_span field = some_line(d, d->p, in), line = field;
    if (line.end > line.at && d->p[line.end - 1] == '\n')
        line.end--;
    field.at = field.end = line.at + fz_random(d, line.end - line.at);
    while (field.at > line.at && d->p[field.at - 1] != ',')
        field.at--;
    while (field.end < line.end && d->p[field.end] != ',')
        field.end++;
    return field;
}

static bool swap(fz_doc *d, fz_span a, fz_span b)
{
    if (a.at > b.at) {
        fz_span c = a;
        a = b;
        b = c;
    }
    if (a.end > b.at)
        return false;
    size_t na = a.end - a.at, nb = b.end - b.at;
    char *first = malloc(na + 1);
    if (!first)
        return false;
    memcpy(first, d->p + a.at, na);
    bool done = fz_replace(d, a, d->p + b.at, nb);
    b.at = b.at - na + nb;
    b.end = b.at + nb;
    done = done && fz_replace(d, b, first, na);
    free(first);
    return done;
}

bool fz_change_lines(fz_doc *d, fz_span in, fz_bytes other)
{
    fz_span a = some_line(d, d->p, in), b = some_line(d, d->p, in);
    fz_span f = some_field(d, in), g = some_field(d, in), taken;

    switch (fz_random(d, 12)) {
    case 0:
        return fz_replace(d, a, "", 0);
    case 1:
        return fz_replace(d, (fz_span){b.at, b.at}, d->p + a.at, a.end - a.at);
    case 2:
        return swap(d, a, b);
    case 3:
        if (other.n == 0)
            return false;
        taken = some_line(d, other.p, (fz_span){0, other.n});
        return fz_replace(d, (fz_span){a.at, fz_random(d, 2) ? a.end : a.at}, other.p + taken.at,
                          taken.end - taken.at);
    case 4:
        return fz_replace(d, f, d->p + g.at, g.end - g.at);
    case 5:
        return swap(d, f, g);
    case 6:
        if (f.end < in.end && d->p[f.end] == ',')
            f.end++;
        return fz_replace(d, f, "", 0);
    case 7:
        return fz_change_bytes(d, in);
    case 8:
        return fz_change_bytes(d, f);
    default:
        return fz_change_number(d, in);
    }
}

/* ------------------------------------------------------------------ for libFuzzer */

static size_t change(fz_doc *d, fz_bytes other, fz_change *how)
{
    size_t wanted = 1 + fz_random(d, 4), before = d->n;

    if (d->n == 0)
        return LLVMFuzzerMutate ? LLVMFuzzerMutate((uint8_t *)d->p, 0, d->room) : 0;
    for (size_t tries = 0, done = 0; tries < 40 && done < wanted && d->n > 0; tries++)
        done += how(d, other);
    return d->n > 0 ? d->n : before;
}

size_t fz_mutate(uint8_t *data, size_t size, size_t room, unsigned seed, fz_change *how)
{
    fz_doc d = {(char *)data, size, room, seed};
    return change(&d, (fz_bytes){"", 0}, how);
}

size_t fz_cross(fz_bytes a, fz_bytes b, fz_doc out, fz_change *how)
{
    out.n = a.n < out.room ? a.n : out.room;
    memcpy(out.p, a.p, out.n);
    return change(&out, b, how);
}
