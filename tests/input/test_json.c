/* JSON: values with their lines, everything that RFC 8259 forbids, damaged documents. */
#include "support/support.h"

#include "input/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct doc {
    char *dir;
    kr_ctx *ctx;
    kr_arena arena;
    kr_value value;
} doc;

static kr_status doc_read(doc *d, const char *text, size_t n)
{
    kt_write_file(kt_path(d->dir, "a.json"), text, n);
    return kr_json_read(d->ctx, kt_path(d->dir, "a.json"), &d->arena, &d->value);
}

static void doc_begin(doc *d)
{
    d->dir = kt_dir_create();
    d->ctx = kt_ctx();
    kr_arena_init(&d->arena, d->ctx, KR_ACCOUNT_READING);
}

static void doc_end(doc *d)
{
    kr_arena_clear(&d->arena);
    kt_ctx_end(&d->ctx);
    kt_dir_remove(&d->dir);
}

static void values(void **state)
{
    static const char text[] =
        "\xEF\xBB\xBF{\n \"a\": [1, -2.5e3, 0.1, 1E2, -0],\n \"b\": {\"c\": true, \"d\": false,\n"
        " \"e\": null},\n\"t\": "
        "\"x\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20AC\\ud83d\\ude00\xC3\xA9\","
        " \"\": {}, \"l\": []}\n";
    doc d;
    const kr_value *v;

    (void)state;
    doc_begin(&d);
    kt_ok(d.ctx, doc_read(&d, text, sizeof text - 1));
    assert_int_equal(d.value.kind, KR_VALUE_DICT);
    assert_int_equal(d.value.n, 5);
    v = kr_value_get(&d.value, "a");
    assert_int_equal(v->kind, KR_VALUE_LIST);
    assert_int_equal(v->n, 5);
    assert_int_equal(v->line, 2);
    assert_int_equal(v->items[0].kind, KR_VALUE_INT);
    kt_same(v->items[0].number, 1);
    assert_int_equal(v->items[1].kind, KR_VALUE_FLOAT);
    kt_same(v->items[1].number, -2500);
    kt_same(v->items[2].number, 0.1);
    kt_same(v->items[3].number, 100);
    kt_same(v->items[4].number, -0.0);
    v = kr_value_get(&d.value, "b");
    assert_int_equal(v->line, 3);
    assert_int_equal(kr_value_get(v, "c")->kind, KR_VALUE_BOOL);
    kt_same(kr_value_get(v, "c")->number, 1);
    kt_same(kr_value_get(v, "d")->number, 0);
    assert_int_equal(kr_value_get(v, "e")->kind, KR_VALUE_NONE);
    assert_int_equal(kr_value_get(v, "e")->line, 4);
    assert_string_equal(kr_value_get(&d.value, "t")->text,
                        "x\"\\/\b\f\n\r\t\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xC3\xA9");
    assert_int_equal(kr_value_get(&d.value, "")->kind, KR_VALUE_DICT);
    assert_int_equal(kr_value_get(&d.value, "l")->n, 0);
    doc_end(&d);
}

static void wrong(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "a.json:1: a value was expected at the end of the file"},
        {"{\n\"a\": 1,\n}", "a.json:3: a key in quotes was expected at '}'"},
        {"[1,]", "a value was expected at ']'"},
        {"[1 2]", "',' or ']' was expected at '2]'"},
        {"{\"a\" 1}", "':' was expected at '1}'"},
        {"{\"a\": 1 \"b\": 2}", "',' or '}' was expected at '\"b\": 2}'"},
        {"{a: 1}", "a key in quotes was expected at 'a: 1}'"},
        {"{\"a\": 1,\n \"a\": 2}", "a.json:2: the key 'a' is given twice"},
        {"{} x", "nothing more was expected at 'x'"},
        {"[01]", "a value was expected at '01]'"},
        {"[+1]", "a value was expected at '+1]'"},
        {"[.5]", "a value was expected at '.5]'"},
        {"[1.]", "a number without digits after its point at '1.]'"},
        {"[1e]", "a number without digits in its exponent at '1e]'"},
        {"[NaN]", "a value was expected at 'NaN]'"},
        {"[tru]", "a value was expected at 'tru]'"},
        {"[\"a]", "a text without a closing '\"' at '\"a]'"},
        {"[\"a\n\"]", "a text without a closing '\"'"},
        {"[\"\\x\"]", "an escape that JSON does not have at '\\x\"]'"},
        {"[\"\\u12\"]", "four hexadecimal digits were expected at '12\"]'"},
        {"[\"\\u0000\"]", "a text holds the character 0"},
        {"[\"\\ud800\"]", "a pair of surrogates is not complete"},
        {"[\"\\ud800\\u0041\"]", "a pair of surrogates is not complete"},
        {"[\"\\udc00\"]", "a pair of surrogates is not complete"},
        {"[\"\t\"]", "a control character in a text"},
        {"[\"\xC3\"]", "a text that is not UTF-8"},
        {"[\"\xED\xA0\x80\"]", "a text that is not UTF-8"},
        {"[\"\xC0\x80\"]", "a text that is not UTF-8"},
        {"'a'", "a value was expected at ''a''"},
    };
    char deep[128];
    doc d;

    (void)state;
    doc_begin(&d);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        kt_fails(d.ctx, doc_read(&d, cases[i].text, strlen(cases[i].text)), KR_EINPUT,
                 cases[i].message);
    kt_fails(d.ctx, doc_read(&d, "[1]\0[2]", 7), KR_EINPUT, "nothing more was expected");
    memset(deep, '[', sizeof deep);
    kt_fails(d.ctx, doc_read(&d, deep, sizeof deep), KR_EINPUT, "nested more than 50 deep");
    kt_fails(d.ctx, kr_json_read(d.ctx, kt_path(d.dir, "no.json"), &d.arena, &d.value), KR_EINPUT,
             "no.json");
    doc_end(&d);
}

/* Every beginning of a document is an error, every changed byte an error or a document. */
static void damaged(void **state)
{
    static const char text[] = "{\"a\": [1.5e-3, true, null, \"\\u20ac\\n\xE2\x82\xAC\"],\n"
                               "\"b\": {\"c\": [[], {}, -0.25]}, \"d\": \"\\ud83d\\ude00\"}";
    char copy[sizeof text];
    uint64_t random = 7;
    size_t nfine = 0;
    doc d;

    (void)state;
    doc_begin(&d);
    for (size_t n = 0; n + 1 < sizeof text; n++) {
        assert_int_equal(doc_read(&d, text, n), KR_EINPUT);
        assert_non_null(strstr(kr_ctx_error(d.ctx), "a.json:"));
        kr_ctx_clear_error(d.ctx);
    }
    for (size_t k = 0; k < 3000; k++) {
        memcpy(copy, text, sizeof text);
        copy[kt_random(&random) % (sizeof text - 1)] = (char)kt_random(&random);
        kr_status s = doc_read(&d, copy, sizeof text - 1);
        assert_true(s == KR_OK || s == KR_EINPUT);
        assert_true((s == KR_OK) == (*kr_ctx_error(d.ctx) == '\0'));
        nfine += s == KR_OK;
        kr_ctx_clear_error(d.ctx);
        kr_arena_reset(&d.arena);
    }
    assert_in_range(nfine, 100, 2000);
    doc_end(&d);
}

static void recognised(void **state)
{
    char *dir = kt_dir_create();

    (void)state;
    kt_write_text(kt_path(dir, "a.xml"), "<?xml?><nrml/>");
    kt_write_text(kt_path(dir, "b.xml"), "\xEF\xBB\xBF \n\t{\"a\": 1}");
    kt_write_text(kt_path(dir, "c.xml"), "");
    assert_false(kr_json_is(kt_path(dir, "a.xml")));
    assert_true(kr_json_is(kt_path(dir, "b.xml")));
    assert_false(kr_json_is(kt_path(dir, "c.xml")));
    assert_false(kr_json_is(kt_path(dir, "none.xml")));
    assert_true(kr_json_is(kt_path(dir, "none.json")));
    kt_dir_remove(&dir);
}

static kr_status read_again(kr_ctx *ctx, void *user)
{
    kr_arena arena;
    kr_value value;
    kr_status s;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_READING);
    s = kr_json_read(ctx, user, &arena, &value);
    kr_arena_clear(&arena);
    return s;
}

static void allocations(void **state)
{
    char *dir = kt_dir_create(), path[4096];

    (void)state;
    snprintf(path, sizeof path, "%s", kt_path(dir, "a.json"));
    kt_write_text(path, "{\"a\": [1, 2, 3, 4, 5, 6, 7, 8, 9], \"b\": {\"c\": \"text\"}}");
    assert_true(kt_fail_each_allocation(read_again, path) > 2);
    kt_dir_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),     cmocka_unit_test(wrong),       cmocka_unit_test(damaged),
        cmocka_unit_test(recognised), cmocka_unit_test(allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
