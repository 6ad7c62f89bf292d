/* JSON as it may stand in HTML, and base64. */
#include "base/str.h"
#include "output/report_int.h"

#include <math.h>
#include <string.h>

/* Bytes up to `most` that do not cut a letter of several bytes. */
static size_t whole_letters(const char *text, size_t most)
{
    while (most > 0 && ((unsigned char)text[most] & 0xc0) == 0x80)
        most--;
    return most;
}

void kr_json_text(FILE *out, const char *text, size_t most)
{
    if (!text) {
        fputs("null", out);
        return;
    }
    size_t n = strlen(text), end = most && n > most ? whole_letters(text, most) : n;
    fputc('"', out);
    for (size_t i = 0; i < end; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < 0x20 || c == '<' || c == '>' || c == '&' || c == 0x7f)
            fprintf(out, "\\u%04x", (unsigned)c);
        else
            fputc(c, out);
    }
    fputs(end < n ? "...\"" : "\"", out);
}

void kr_json_number(FILE *out, double x)
{
    char text[32];
    if (!isfinite(x))
        fputs("null", out);
    else if (x == floor(x) && fabs(x) < 1e15)
        fprintf(out, "%.0f", x);
    else
        fputs(kr_repr_double(x, text), out);
}

void kr_json_numbers(FILE *out, const double *x, size_t n)
{
    fputc('[', out);
    for (size_t i = 0; i < n; i++) {
        if (i)
            fputc(',', out);
        kr_json_number(out, x[i]);
    }
    fputc(']', out);
}

void kr_json_indices(FILE *out, const uint32_t *x, size_t n)
{
    fputc('[', out);
    for (size_t i = 0; i < n; i++)
        fprintf(out, "%s%u", i ? "," : "", (unsigned)x[i]);
    fputc(']', out);
}

void kr_json_texts(FILE *out, const char *const *x, size_t n, size_t most)
{
    fputc('[', out);
    for (size_t i = 0; i < n; i++) {
        if (i)
            fputc(',', out);
        kr_json_text(out, x[i], most);
    }
    fputc(']', out);
}

static void put_digits(kr_base64 *b)
{
    fwrite(b->digits, 1, b->ndigits, b->out);
    b->ndigits = 0;
}

/* The four digits of each three of `n` bytes, a multiple of 3. */
static void put_threes(kr_base64 *b, const unsigned char *at, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (const unsigned char *end = at + n; at < end;) {
        if (b->ndigits == sizeof b->digits)
            put_digits(b);
        char *four = b->digits + b->ndigits, *full = b->digits + sizeof b->digits;
        for (; at < end && four < full; at += 3, four += 4) {
            unsigned bits = (unsigned)at[0] << 16 | (unsigned)at[1] << 8 | at[2];
            four[0] = digits[bits >> 18];
            four[1] = digits[bits >> 12 & 63];
            four[2] = digits[bits >> 6 & 63];
            four[3] = digits[bits & 63];
        }
        b->ndigits = (size_t)(four - b->digits);
    }
}

void kr_base64_put(kr_base64 *b, const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    for (; n > 0 && b->nrest > 0; n--) {
        b->rest[b->nrest++] = *at++;
        if (b->nrest == 3)
            put_threes(b, b->rest, 3);
        b->nrest %= 3;
    }
    if (n >= 3)
        put_threes(b, at, n - n % 3);
    if (n % 3 > 0)
        memcpy(b->rest, at + (n - n % 3), n % 3);
    if (n > 0)
        b->nrest = n % 3;
}

void kr_base64_end(kr_base64 *b)
{
    size_t missing = (3 - b->nrest) % 3;
    memset(b->rest + b->nrest, 0, missing);
    if (missing > 0)
        put_threes(b, b->rest, 3);
    memset(b->digits + b->ndigits - missing, '=', missing);
    put_digits(b);
}
