#include "base/json.h"

#include "base/str.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

kr_status kr_held_begin(kr_ctx *ctx, kr_held *held)
{
    *held = (kr_held){.text = NULL};
    held->file = open_memstream(&held->text, &held->n);
    return held->file ? KR_OK : kr_fail(ctx, KR_ENOMEM, "out of memory");
}

kr_status kr_held_end(kr_ctx *ctx, kr_held *held, kr_status status, FILE *out)
{
    bool lost = ferror(held->file) != 0;
    lost = fclose(held->file) != 0 || lost;
    if (status == KR_OK && !lost)
        fwrite(held->text, 1, held->n, out);
    free(held->text);
    return status == KR_OK && lost ? kr_fail(ctx, KR_ENOMEM, "out of memory") : status;
}

static void quoted(FILE *out, const char *text)
{
    fputc('"', out);
    for (const char *p = text; *p;) {
        size_t n = kr_utf8_length(p);
        if (*p == '"' || *p == '\\')
            fprintf(out, "\\%c", *p);
        else if ((unsigned char)*p < 0x20)
            fprintf(out, "\\u%04x", (unsigned)*p);
        else if (n == 0)
            fputc('?', out);
        else
            fwrite(p, 1, n, out);
        p += n ? n : 1;
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
