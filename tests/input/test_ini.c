#include "input/ini.h"
#include "support/support.h"

#include <string.h>

static char *dir;

static kr_status read_text(kr_ctx *ctx, kr_arena *arena, const char *text, kr_ini *ini)
{
    const char *path = kt_path(dir, "job.ini");

    kt_write_text(path, text);
    return kr_ini_read(ctx, path, arena, ini);
}

static void check_entry(const kr_ini_entry *e, const char *key, const char *value, int line,
                        int value_line)
{
    assert_string_equal(e->key, key);
    assert_string_equal(e->value, value);
    assert_int_equal(e->line, line);
    assert_int_equal(e->value_line, value_line);
}

static void test_syntax(void **state)
{
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_ini ini;
    (void)state;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_JOB);
    kt_ok(ctx, read_text(ctx, &arena,
                         "\xef\xbb\xbf# comment\r\n"
                         "[general]\r\n"
                         "  ; comment\n"
                         "Description = a = b: c # kept\n"
                         "empty=\n"
                         "colon : value\n"
                         "\n"
                         "[other] rest of the line\n"
                         "many = one,\n"
                         "\ttwo,\n"
                         "# between\n"
                         "\n"
                         "  three\n"
                         "late =\n"
                         "  {1: 2}\n"
                         "  indented = no key but a continuation\n"
                         "last = x",
                         &ini));
    assert_int_equal(ini.n, 6);
    check_entry(&ini.entries[0], "description", "a = b: c # kept", 4, 4);
    check_entry(&ini.entries[1], "empty", "", 5, 5);
    check_entry(&ini.entries[2], "colon", "value", 6, 6);
    check_entry(&ini.entries[3], "many", "one,\ntwo,\n\n\nthree", 9, 9);
    check_entry(&ini.entries[4], "late", "{1: 2}\nindented = no key but a continuation", 14, 15);
    check_entry(&ini.entries[5], "last", "x", 17, 17);
    assert_string_equal(ini.entries[0].section, "general");
    assert_string_equal(ini.entries[3].section, "other");
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* A value may have any length. */
static void test_long_line(void **state)
{
    enum { LENGTH = 1000000 };
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_ini ini;
    char *text = kr_alloc(ctx, KR_ACCOUNT_OTHER, LENGTH + 32, 1);
    (void)state;

    assert_non_null(text);
    memcpy(text, "[a]\nk = ", 8);
    memset(text + 8, 'x', LENGTH);
    kr_arena_init(&arena, ctx, KR_ACCOUNT_JOB);
    kt_ok(ctx, read_text(ctx, &arena, text, &ini));
    assert_int_equal(strlen(ini.entries[0].value), LENGTH);
    kr_arena_clear(&arena);
    kr_free(text);
    kt_ctx_end(&ctx);
}

static void test_errors(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"k = v\n", "job.ini:1: text before the first section"},
        {"[a]\nk = v\nK = w\n", "job.ini:3: 'k' is defined at line 2 already"},
        {"[a]\nk = v\n[b]\nk = w\n", "job.ini:4: 'k' is defined at line 2 already"},
        {"[a]\n[b]\n[a]\n", "job.ini:3: section [a] began at line 1 already"},
        {"[a]\nnothing\n", "job.ini:2: 'nothing' is neither [section] nor key = value"},
        {"[a]\n = v\n", "job.ini:2: a key is missing before '='"},
        {"[a]\nk = \xff\n", "job.ini:2: byte 0xff is not UTF-8 text"},
        {"[a]\nk = \xc3", "job.ini:2: byte 0xc3 is not UTF-8 text"},
    };
    kr_ctx *ctx = kt_ctx();
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        kr_arena arena;
        kr_ini ini;
        kr_arena_init(&arena, ctx, KR_ACCOUNT_JOB);
        kt_fails(ctx, read_text(ctx, &arena, cases[i].text, &ini), KR_EINPUT, cases[i].message);
        kr_arena_clear(&arena);
    }
    kt_ctx_end(&ctx);
}

static kr_status scenario(kr_ctx *ctx, void *user)
{
    kr_arena arena;
    kr_ini ini;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_JOB);
    kr_status s = kr_ini_read(ctx, user, &arena, &ini);
    kr_arena_clear(&arena);
    return s;
}

static void test_memory(void **state)
{
    char path[256];
    (void)state;

    strncpy(path, kt_path(dir, "memory.ini"), sizeof path - 1);
    path[sizeof path - 1] = '\0';
    kt_write_text(path, "[a]\nk = v\nl = w\n[b]\nm = x\n");
    assert_true(kt_fail_each_allocation(scenario, path) > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_syntax),
        cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_memory),
    };
    dir = kt_dir_create();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    kt_dir_remove(&dir);
    return failed;
}
