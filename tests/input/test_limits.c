/* The limits of what is read, which docs/reliability.md lists: what exceeds one is refused in one
 * line that names it. The others are tested with their readers. */
#include "base/file.h"
#include "input/csv.h"
#include "input/ini.h"
#include "input/json.h"
#include "input/value.h"
#include "input/xml.h"
#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct desk {
    kr_ctx *ctx;
    char *dir;
    kr_arena arena;
    const char *path;
} desk;

static desk open_desk(void)
{
    desk d = {.ctx = kt_ctx(), .dir = kt_dir_create()};
    kr_arena_init(&d.arena, d.ctx, KR_ACCOUNT_READING);
    d.path = kt_path(d.dir, "file");
    return d;
}

static void close_desk(desk *d)
{
    kr_arena_clear(&d->arena);
    kt_dir_remove(&d->dir);
    kt_ctx_end(&d->ctx);
}

/* head, n times part, tail */
static char *repeat(const char *head, const char *part, size_t n, const char *tail)
{
    size_t len = strlen(part);
    char *text = malloc(strlen(head) + n * len + strlen(tail) + 1), *p = stpcpy(text, head);
    for (size_t i = 0; i < n; i++, p += len)
        memcpy(p, part, len);
    strcpy(p, tail);
    return text;
}

/* A file that is large but takes no room. */
static void make_large(const desk *d, size_t size)
{
    kt_write_text(d->path, "a");
    assert_int_equal(truncate(d->path, (off_t)size), 0);
}

static void files(void **state)
{
    (void)state;
    desk d = open_desk();
    kr_ini ini;
    kr_csv csv;
    kr_value value;

    make_large(&d, ((size_t)64 << 20) + 1);
    kt_fails(d.ctx, kr_ini_read(d.ctx, d.path, &d.arena, &ini), KR_EINPUT,
             "67108865 bytes are too many for this file, at most 67108864");
    make_large(&d, ((size_t)256 << 20) + 1);
    kt_fails(d.ctx, kr_json_read(d.ctx, d.path, &d.arena, &value), KR_EINPUT,
             "268435457 bytes are too many for this file, at most 268435456");
    make_large(&d, ((size_t)1 << 30) + 1);
    kt_fails(d.ctx, kr_csv_read(d.ctx, d.path, true, &d.arena, &csv), KR_EINPUT,
             "1073741825 bytes are too many for this file, at most 1073741824");
    close_desk(&d);
}

static void fields(void **state)
{
    (void)state;
    desk d = open_desk();
    kr_csv csv;
    char *fine = repeat("", "1,", 99999, "1\n"), *many = repeat("", "1,", 100000, "1\n");

    kt_write_text(d.path, fine);
    kt_ok(d.ctx, kr_csv_read(d.ctx, d.path, false, &d.arena, &csv));
    assert_int_equal(csv.ncols, 100000);
    kt_write_text(d.path, many);
    kt_fails(d.ctx, kr_csv_read(d.ctx, d.path, false, &d.arena, &csv), KR_EINPUT,
             "file:1: more than 100000 fields in a line");
    free(fine);
    free(many);
    close_desk(&d);
}

/* <a a0='' a1='' ... /> */
static void attributes(void **state)
{
    (void)state;
    desk d = open_desk();
    kr_node *root;
    char *text = malloc(64 + 300 * 16);

    for (int n = 256; n <= 257; n++) {
        char *p = stpcpy(text, "<a");
        for (int i = 0; i < n; i++)
            p += sprintf(p, " a%d=''", i);
        strcpy(p, "/>");
        kt_write_text(d.path, text);
        if (n == 256)
            kt_ok(d.ctx, kr_xml_load(d.ctx, d.path, &d.arena, &root));
        else
            kt_fails(d.ctx, kr_xml_load(d.ctx, d.path, &d.arena, &root), KR_EINPUT,
                     "file:1: more than 256 attributes in one element; at most 256 are read");
    }
    free(text);
    close_desk(&d);
}

/* A billion laughs, in a document type and in its parts that stand elsewhere. */
static void entities(void **state)
{
    (void)state;
    static const char *const heads[] = {
        "<!DOCTYPE a [<!ENTITY l 'ha'><!ENTITY m '&l;&l;&l;&l;&l;&l;&l;&l;'>]>\n<a>&m;</a>",
        "<!DOCTYPE a [<!ENTITY % p '<!ENTITY l \"ha\">'>%p;]>\n<a>&l;</a>",
        "<!DOCTYPE a [<!ENTITY l SYSTEM 'file:///etc/passwd'>]>\n<a>&l;</a>",
    };
    desk d = open_desk();
    kr_node *root;

    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        kt_write_text(d.path, heads[i]);
        kt_fails(d.ctx, kr_xml_load(d.ctx, d.path, &d.arena, &root), KR_EINPUT,
                 "is declared; NRML documents declare none");
    }
    close_desk(&d);
}

static void keys_of_job(void **state)
{
    (void)state;
    desk d = open_desk();
    kr_value value;
    char *text = malloc(16 * 10002), *p = stpcpy(text, "{");

    for (int i = 0; i <= 10000; i++)
        p += sprintf(p, "'k%d':1,", i);
    strcpy(p, "}");
    kt_fails(d.ctx, kr_value_read_python(d.ctx, "job.ini", 3, text, &d.arena, &value), KR_EINPUT,
             "more than 10,000 keys");
    kt_fails(d.ctx,
             kr_value_read_python(d.ctx, "job.ini", 3, "logscale(1, 2, 1000001)", &d.arena, &value),
             KR_EINPUT, "logscale of 1000001 numbers; the count must be between 2 and 1000000");
    free(text);
    close_desk(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files),    cmocka_unit_test(fields),      cmocka_unit_test(attributes),
        cmocka_unit_test(entities), cmocka_unit_test(keys_of_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
