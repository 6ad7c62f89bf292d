#include "base/json.h"

#include "base/str.h"

#include <math.h>
#include <string.h>

/* Bytes of the character at `p` if it is one of UTF-8, 0 if it is none. */
static size_t character(const unsigned char *p)
{
    size_t n = *p < 0x80 ? 1 : *p < 0xc2 ? 0 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : *p < 0xf5 ? 4 : 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((n == 3 && *p == 0xe0 && p[1] < 0xa0) || (n == 3 && *p == 0xed && p[1] > 0x9f) ||
        (n == 4 && *p == 0xf0 && p[1] < 0x90) || (n == 4 && *p == 0xf4 && p[1] > 0x8f))
        return 0;
    return n;
}

static void quoted(FILE *out, const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    fputc('"', out);
    for (size_t n; *p; p += n ? n : 1) {
        n = character(p);
        if (*p == '"' || *p == '\\')
            fprintf(out, "\\%c", *p);
        else if (*p < 0x20)
            fprintf(out, "\\u%04x", *p);
        else if (n == 0)
            fputc('?', out);
        else
            fwrite(p, 1, n, out);
    }
    fputc('"', out);
}

/* What comes before a value. */
static void lead(kr_json *j, const char *key)
{
    if (j->more)
        fputc(',', j->out);
    if (j->depth > 0)
        fprintf(j->out, "\n%*s", j->depth, "");
    if (key) {
        quoted(j->out, key);
        fputs(": ", j->out);
    }
    j->more = true;
}

void kr_put_begin(kr_json *j, const char *key, char bracket)
{
    lead(j, key);
    fputc(bracket, j->out);
    j->depth++;
    j->more = false;
}

void kr_put_end(kr_json *j, char bracket)
{
    j->depth--;
    if (j->more)
        fprintf(j->out, "\n%*s", j->depth, "");
    fputc(bracket, j->out);
    j->more = true;
    if (j->depth == 0)
        fputc('\n', j->out);
}

void kr_put_text(kr_json *j, const char *key, const char *text)
{
    lead(j, key);
    if (text)
        quoted(j->out, text);
    else
        fputs("null", j->out);
}

void kr_put_number(kr_json *j, const char *key, double x)
{
    char text[32];
    lead(j, key);
    fputs(isfinite(x) ? kr_repr_double(x, text) : "null", j->out);
}

void kr_put_count(kr_json *j, const char *key, size_t n)
{
    lead(j, key);
    fprintf(j->out, "%zu", n);
}

void kr_put_flag(kr_json *j, const char *key, bool x)
{
    lead(j, key);
    fputs(x ? "true" : "false", j->out);
}
