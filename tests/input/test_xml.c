#include "input/xml.h"
#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a handler saw, as text. */
typedef struct record {
    char text[4096];
    const char *collect, *skip, *leap; /* tags */
    kr_status fail;                    /* of element() */
} record;

static void note(record *r, const char *what, const char *tag, int number)
{
    size_t n = strlen(r->text);
    (void)snprintf(r->text + n, sizeof r->text - n, "%s%s%d ", what, tag, number);
}

static kr_status on_start(void *user, const kr_node *node, int depth, const char *parent,
                          kr_xml_action *action)
{
    record *r = user;
    (void)parent;
    note(r, "<", node->tag, depth);
    *action = KR_XML_ENTER;
    if (r->collect && strcmp(node->tag, r->collect) == 0)
        *action = KR_XML_COLLECT;
    if (r->skip && strcmp(node->tag, r->skip) == 0)
        *action = KR_XML_SKIP;
    if (r->leap && strcmp(node->tag, r->leap) == 0)
        *action = KR_XML_LEAP;
    return KR_OK;
}

static kr_status on_element(void *user, const kr_node *node)
{
    record *r = user;
    note(r, "=", node->tag, node->line);
    return r->fail;
}

static kr_status on_end(void *user, const char *tag, int depth)
{
    note(user, "/", tag, depth);
    return KR_OK;
}

static void test_stream(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create();
    const char *path = kt_path(dir, "a.xml");
    record r = {.collect = "c", .skip = "s"};
    const kr_xml_handler handler = {&r, on_start, on_element, on_end};

    kt_write_text(path, "<a>\n<b>\n<c><x/></c>\n<s><c/><t/></s></b>\n<c/></a>\n");
    kt_ok(ctx, kr_xml_read(ctx, path, &handler));
    assert_string_equal(r.text, "<a0 <b1 <c2 =c3 <s2 /b1 <c1 =c5 /a0 ");
    r.fail = KR_EINTERNAL;
    assert_int_equal(kr_xml_read(ctx, path, &handler), KR_EINTERNAL);
    kr_ctx_clear_error(ctx);
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

/* <a>, <s> with the content, <c/>: what is leapt over is as if it was skipped. */
static void assert_leaps(kr_ctx *ctx, const char *path, const char *content, bool right)
{
    record seen[2] = {{.collect = "c", .skip = "s"}, {.collect = "c", .leap = "s"}};
    kr_status status[2];
    size_t size = strlen(content) + 64;
    char *text = malloc(size);

    (void)snprintf(text, size, "<a><s>%s</s>\n<s/><s x='1'></s ><c/></a>", content);
    kt_write_text(path, text);
    for (int i = 0; i < 2; i++) {
        const kr_xml_handler handler = {&seen[i], on_start, on_element, on_end};
        status[i] = kr_xml_read(ctx, path, &handler);
        kr_ctx_clear_error(ctx);
    }
    assert_int_equal(status[0], right ? KR_OK : KR_EINPUT);
    assert_int_equal(status[1], status[0]);
    assert_string_equal(seen[1].text, seen[0].text);
    free(text);
}

static void test_leap(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create(), *text = malloc(400000);
    const char *path = kt_path(dir, "a.xml");
    static const char *const right[] = {"",
                                        "\n x > y\n",
                                        "<t>\n<sx/><s.s></s.s></t>",
                                        "<!-- </s>\n -->\n<t/>",
                                        "<![CDATA[</s>]]>",
                                        "<?x </s> ?>",
                                        "<s><s>\n</s></s>\n<t/>",
                                        "\n<t>&#x41;</t>\r\n"};

    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        assert_leaps(ctx, path, right[i], true);
    assert_leaps(ctx, path, "<!-- ", false);
    assert_leaps(ctx, path, "</s><s", false);
    /* what is longer than the buffer, with a comment or a tag at its border */
    for (size_t at = 65500; at < 65560; at++) {
        memset(text, '\n', 200000);
        memcpy(text + at, at % 2 ? "<!--</s>-->" : "<tt></tt>   ", 11);
        text[200000] = '\0';
        assert_leaps(ctx, path, text, true);
        text[at] = '\0';
        assert_leaps(ctx, path, text, true);
    }
    free(text);
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

/* A source as they are, with tags that are like its own: all lines are counted. */
static void test_leap_long(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create();
    const char *path = kt_path(dir, "a.xml");
    record seen[2] = {{.collect = "c", .skip = "multiFaultSource"},
                      {.collect = "c", .leap = "multiFaultSource"}};

    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs("<a><multiFaultSource id='1'>\n", out);
    for (int i = 0; i < 3000; i++)
        fprintf(out, "<multiPlanesRupture n='%d'>%s\n<multiFaulted/><magnitude>%*d</magnitude>%s",
                i, i % 7 ? "" : "\n<!-- </multiFaultSource>\n -->", i % 40 + 1, i,
                "</multiPlanesRupture>\n\n");
    fputs("</multiFaultSource>\n<c/></a>", out);
    assert_int_equal(fclose(out), 0);
    for (int i = 0; i < 2; i++) {
        const kr_xml_handler handler = {&seen[i], on_start, on_element, on_end};
        kt_ok(ctx, kr_xml_read(ctx, path, &handler));
    }
    assert_string_equal(seen[1].text, seen[0].text);
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

/* What is malformed where it is leapt over is not noticed, as it is read elsewhere. */
static void test_leap_unseen(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create();
    const char *path = kt_path(dir, "a.xml");
    record r = {.collect = "c", .leap = "s"};
    const kr_xml_handler handler = {&r, on_start, on_element, on_end};

    kt_write_text(path, "<a>\n<s>\n<t x=1>\n</u></s>\n<c/></a>");
    kt_ok(ctx, kr_xml_read(ctx, path, &handler));
    assert_string_equal(r.text, "<a0 <s1 <c1 =c5 /a0 ");
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

static void test_load(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create();
    const char *path = kt_path(dir, "a.xml");
    kr_arena arena;
    kr_node *root = NULL, *child = NULL;
    double x = 0, *list = NULL;
    size_t n = 9;

    kt_write_text(path, "<?xml version='1.0' encoding='utf8'?>\n"
                        "<r xmlns='urn:one' xmlns:g='urn:gml' p='1 &amp; 2'>\n"
                        "  <g:pos g:q='7'> 1.5 -2e3\n\t3 </g:pos><v>  4.5 </v><v>x</v>\n"
                        "  <empty/><u>\xc3\xa9</u></r>");
    kr_arena_init(&arena, ctx, KR_ACCOUNT_READING);
    kt_ok(ctx, kr_xml_load(ctx, path, &arena, &root));
    assert_string_equal(root->tag, "r");
    assert_string_equal(root->ns, "urn:one");
    assert_string_equal(kr_node_attr(root, "p"), "1 & 2");
    assert_null(kr_node_attr(root, "none"));
    assert_int_equal(root->line, 2);
    assert_int_equal(root->text_len, 0);
    kt_ok(ctx, kr_node_need(ctx, root, "pos", &child));
    assert_string_equal(child->ns, "urn:gml");
    assert_int_equal(child->line, 3);
    kt_ok(ctx, kr_node_attr_double(ctx, child, "q", &x));
    kt_same(x, 7);
    kt_ok(ctx, kr_node_doubles(ctx, child, &arena, &list, &n));
    assert_int_equal(n, 3);
    kt_same(list[1], -2000);
    kt_fails(ctx, kr_node_double(ctx, child, &x), KR_EINPUT, "a.xml:3: <pos> holds '1.5");
    child = kr_node_child(root, "v");
    kt_ok(ctx, kr_node_double(ctx, child, &x));
    kt_same(x, 4.5);
    child = kr_node_next(child);
    kt_fails(ctx, kr_node_doubles(ctx, child, &arena, &list, &n), KR_EINPUT, "'x', which is not");
    assert_null(kr_node_next(child));
    kt_ok(ctx, kr_node_doubles(ctx, kr_node_child(root, "empty"), &arena, &list, &n));
    assert_int_equal(n, 0);
    assert_string_equal(kr_node_child(root, "u")->text, "\xc3\xa9");
    kt_fails(ctx, kr_node_need(ctx, root, "w", &child), KR_EINPUT, "a.xml:2: <r> has no <w>");
    kt_fails(ctx, kr_node_attr_double(ctx, root, "p", &x), KR_EINPUT, "p='1 & 2' of <r>; a number");
    kt_fails(ctx, kr_node_attr_double(ctx, root, "z", &x), KR_EINPUT, "no attribute 'z'");
    kr_arena_clear(&arena);
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

static kr_status load_text(kr_ctx *ctx, const char *path, const char *text)
{
    kr_arena arena;
    kr_node *root = NULL;
    kt_write_text(path, text);
    kr_arena_init(&arena, ctx, KR_ACCOUNT_READING);
    kr_status s = kr_xml_load(ctx, path, &arena, &root);
    kr_arena_clear(&arena);
    return s;
}

static void test_malformed(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", "a.xml:1: the file has no XML element"},
        {"  \n", "has no XML element"},
        {"<a>\n<b>\n<c>", "a.xml:3: the file ends inside <c> of line 3"},
        {"<a>\n<b ", "a.xml:2: the file ends inside <a> of line 1"},
        {"<a>\n<b></c></a>", "a.xml:2: an end tag that does not match; </b> is wanted"},
        {"<a>&nope;</a>", "a.xml:1: XML: undefined entity"},
        {"<a x='1' x='2'/>", "a.xml:1: XML: duplicate attribute"},
        {"<a><b:c/></a>", "a.xml:1: XML: unbound prefix"},
        {"<a/><b/>", "XML: junk after document element"},
        {"<a>\xff</a>", "a.xml:1: XML: not well-formed (invalid token): bytes that are no "
                        "UTF-8; save the file as UTF-8"},
        {"<a>\n M\xfcller</a>", "a.xml:2: XML: not well-formed (invalid token): bytes"},
        {"<a>sand & gravel</a>", "a.xml:1: XML: not well-formed (invalid token): an "
                                 "ampersand is written &amp;"},
        {"<?xml version='1.0' encoding='klingon'?><a/>", "the encoding is not known"},
        {"<!DOCTYPE a [<!ENTITY x 'y'>]>\n<a>&x;</a>", "a.xml:1: the entity 'x' is declared"},
        {"<!DOCTYPE a [<!ENTITY % x SYSTEM '/etc/passwd'>%x;]>\n<a/>",
         "the entity 'x' is declared"},
        {"not XML", "a.xml:1: XML: "},
    };
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create();
    const char *path = kt_path(dir, "a.xml");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        kt_fails(ctx, load_text(ctx, path, rows[i][0]), KR_EINPUT, rows[i][1]);
    kr_arena arena;
    kr_node *root = NULL;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_READING);
    kt_fails(ctx, kr_xml_load(ctx, kt_path(dir, "none.xml"), &arena, &root), KR_EINPUT,
             "none.xml: cannot be opened");
    kt_fails(ctx, kr_xml_load(ctx, dir, &arena, &root), KR_EINPUT,
             "is a folder; a regular file is needed");
    kr_arena_clear(&arena);
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

/* ------------------------------------------------------------------ plain documents and others */

static void assert_same_nodes(const kr_node *a, const kr_node *b)
{
    for (; a && b; a = a->next, b = b->next) {
        assert_string_equal(a->tag, b->tag);
        assert_string_equal(a->ns, b->ns);
        assert_int_equal(a->line, b->line);
        assert_int_equal(a->text_len, b->text_len);
        assert_string_equal(a->text, b->text);
        assert_int_equal(a->nattrs, b->nattrs);
        for (size_t i = 0; i < a->nattrs; i++) {
            assert_string_equal(a->attrs[i].name, b->attrs[i].name);
            assert_string_equal(a->attrs[i].value, b->attrs[i].value);
        }
        assert_same_nodes(a->first, b->first);
    }
    assert_true(!a && !b);
}

/* The document as it is, and behind a processing instruction, with which expat reads all of it:
 * the same nodes, or the same message. */
static void assert_read_alike(kr_ctx *ctx, const char *path, const char *text)
{
    static const char *const before[] = {"", "<?k?>"};
    kr_arena arena;
    kr_node *root[2] = {NULL, NULL};
    kr_status s[2];
    char message[2][512];
    char *all = malloc(strlen(text) + 8);

    kr_arena_init(&arena, ctx, KR_ACCOUNT_READING);
    for (int i = 0; i < 2; i++) {
        (void)snprintf(all, strlen(text) + 8, "%s%s", before[i], text);
        kt_write_text(path, all);
        s[i] = kr_xml_load(ctx, path, &arena, &root[i]);
        (void)snprintf(message[i], sizeof message[i], "%s", kr_ctx_error(ctx));
        kr_ctx_clear_error(ctx);
    }
    free(all);
    assert_int_equal(s[0], s[1]);
    assert_string_equal(message[0], message[1]);
    if (s[0] == KR_OK)
        assert_same_nodes(root[0], root[1]);
    kr_arena_clear(&arena);
}

/* What each of these says is tested above for expat. */
static void test_alike(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "<r a='&lt;&amp;&gt;&quot;&apos;\n\t x'>a &amp; b ] > <b/>c&lt;<!-- x - y -->d</r>\n",
        "<r>\r\n<a x=\"1\"\r\n y='2'>a\r\nb</a>\r\n</r\r\n>\r\n<!-- end\r\n -->\r\n",
        "<r>a\rb<c\r/>]]\n<d/></r>",
        "<r>text<![CDATA[ a < b ]]>more<a/><?p q?>&#65;</r>",
        "<r>\xc3\xa9 \xe2\x82\xac<a b='\xc3\xa9'/> \xf0\x9f\x98\x80<c/>d</r>",
        "<r>\xc3</r>",
        "<r>\xe0\x80\x80</r>",
        "<r>\xed\xa0\x80</r>",
        "<r>\xef\xbf\xbf</r>",
        "<r>\x01</r>",
        "<r a='\x01'/>",
        "<r a='<'/>",
        "<r a='1'b='2'/>",
        "<r a=1/>",
        "<r a/>",
        "<r><a></b></r>",
        "<r><a/></r >text",
        "<r><a/></r><r/>",
        "<r>]]></r>",
        "<r><!-- a -- b --></r>",
        "<r>&nope;<a/></r>",
        "<r><a x='&nope;'/></r>",
        "<r><a x='1' x='2'/></r>",
        "<r xmlns='urn:a'><b xmlns=''><c xmlns='urn:c'/><d/></b><e/></r>",
        "<r xmlns:p='urn:a'><p:b xmlns:p='urn:b'><p:c/></p:b><p:d/></r>",
        "<p:r xmlns:p='urn:a' p:x='1' y='2'><q p:x='1' x='2'/></p:r>",
        "<r xmlns:a='urn:x' xmlns:b='urn:x'><e a:x='1' b:x='2'/></r>",
        "<r><p:a/></r>",
        "<r><b p:a='1'/></r>",
        "<r><b xmlns:p='urn:p'><p:a/></b><p:a/></r>",
        "<r xmlns:p=''/>",
        "<r xmlns:xml='urn:a'/>",
        "<r xmlns:p='http://www.w3.org/2000/xmlns/'/>",
        "<a:b:c xmlns:a='urn:a'/>",
        "<:a/>",
        "<a:/>",
        "<r xml:lang='en'><a/></r>",
    };
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create();
    const char *path = kt_path(dir, "a.xml");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_read_alike(ctx, path, rows[i]);
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

/* Whatever stands where one piece of the file ends and the next begins. */
static void test_alike_in_pieces(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "<b x='1 &amp; 2'\r\n  yy=\"\t3\n\"/>",
        "text &lt; text\r\n] \xc3\xa9\xe2\x82\xac &apos;",
        "<!-- a comment - \xe2\x82\xac\r\n-->",
        "<p:long xmlns:p='urn:p'>1.25 -3e5\n</p:long >",
        "\r\n        ",
        "<c><d e='f'/></c>",
    };
    enum { BYTES = 200000, PARTS = sizeof parts / sizeof *parts };
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create(), *all = malloc(BYTES + 200);
    const char *path = kt_path(dir, "a.xml");
    unsigned seed = 1;

    for (int round = 0; round < 40; round++) {
        size_t n = (size_t)sprintf(all, "<r>%*s", round, "");
        while (n < BYTES) {
            seed = seed * 1103515245U + 12345U;
            n += (size_t)sprintf(all + n, "%s", parts[(seed >> 16) % PARTS]);
            if (n > 100000 && round % 4 == 1 && (seed >> 16) % 1000 == 0)
                n += (size_t)sprintf(all + n, "<![CDATA[x]]>");
        }
        (void)sprintf(all + n, "%s", round % 4 == 2 ? "<e></r>" : "</r>\n");
        assert_read_alike(ctx, path, all);
    }
    free(all);
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

/* The declaration, and the byte order mark before it. */
static void test_declaration(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "<?xml version='1.0'?><r>\xc3\xa9</r>",
        "\xef\xbb\xbf<r>\xc3\xa9</r>",
        "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\r\n<r>\xc3\xa9</r>",
        "<?xml version='1.0' encoding='utf-8' standalone='yes'?><r>\xc3\xa9</r>",
        "<?xml version='1.0' encoding='ISO-8859-1'?><r>\xe9</r>",
    };
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create();
    const char *path = kt_path(dir, "a.xml");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kr_arena arena;
        kr_node *root = NULL;
        kt_write_text(path, rows[i]);
        kr_arena_init(&arena, ctx, KR_ACCOUNT_READING);
        kt_ok(ctx, kr_xml_load(ctx, path, &arena, &root));
        assert_string_equal(root->text, "\xc3\xa9");
        kr_arena_clear(&arena);
    }
    kt_fails(ctx, load_text(ctx, path, "<?xml encoding='utf-8'?><r/>"), KR_EINPUT,
             "a.xml:1: XML: XML declaration not well-formed");
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

/* n times the text, after one and before another. */
static char *repeat(const char *before, const char *text, size_t n, const char *after)
{
    size_t len = strlen(text), at = strlen(before);
    char *all = malloc(at + n * len + strlen(after) + 1);
    memcpy(all, before, at);
    for (size_t i = 0; i < n; i++, at += len)
        memcpy(all + at, text, len);
    memcpy(all + at, after, strlen(after) + 1);
    return all;
}

static void test_limits(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create();
    const char *path = kt_path(dir, "a.xml");
    char *deep = repeat("", "<a>", 101, ""), *fine = repeat("<a x='", "1 ", 500000, "'/>");
    char *longer = repeat("<a x='", "1 ", 530000, "'/>");
    char *huge = repeat("<a>\n<b x='", "12345 ", 900000, "'/></a>");
    char *comment = repeat("<a><!--", "12345 ", 900000, "--></a>");
    char *many = repeat("<a><b ", "", 0, "/></a>");

    kt_fails(ctx, load_text(ctx, path, deep), KR_EINPUT, "nested deeper than 100");
    kt_ok(ctx, load_text(ctx, path, fine));
    kt_fails(ctx, load_text(ctx, path, longer), KR_EINPUT, "the attribute x is longer than");
    kt_fails(ctx, load_text(ctx, path, huge), KR_EINPUT, "a.xml:2: a tag or comment is longer");
    kt_fails(ctx, load_text(ctx, path, comment), KR_EINPUT, "a tag or comment is longer");
    free(deep), free(fine), free(longer), free(huge), free(comment), free(many);

    char names[40000] = "<a>";
    for (int i = 0; i < 2100; i++)
        (void)snprintf(names + strlen(names), 16, "<n%d/>", i);
    kt_fails(ctx, load_text(ctx, path, names), KR_EINPUT, "more than 2048 different names");
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

/* Elements collected one after the other reuse the same memory. */
static void test_memory(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create();
    const char *path = kt_path(dir, "a.xml");
    record r = {.collect = "none"};
    kr_xml_handler handler = {&r, on_start, on_element, NULL};
    char *all = repeat("<a>", "<c><d e='f'>some text, some more text</d></c>\n", 50000, "</a>");

    kt_write_text(path, all);
    r.collect = "c";
    kt_ok(ctx, kr_xml_read(ctx, path, &handler));
    assert_true(kr_ctx_account(ctx, KR_ACCOUNT_READING).peak < 400000);
    assert_int_equal(kr_ctx_account(ctx, KR_ACCOUNT_READING).current, 0);
    free(all);
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

static kr_status scenario(kr_ctx *ctx, void *user)
{
    record r = {.collect = "c"};
    const kr_xml_handler handler = {&r, on_start, on_element, on_end};
    return kr_xml_read(ctx, user, &handler);
}

static void test_failing_memory(void **state)
{
    (void)state;
    char *dir = kt_dir_create();
    const char *path = kt_path(dir, "a.xml");
    kt_write_text(path, "<a>\n<c x='1' y='2'>text<d>more</d></c><c/>\n</a>\n");
    assert_true(kt_fail_each_allocation(scenario, (void *)(uintptr_t)path) > 3);
    kt_dir_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stream),
        cmocka_unit_test(test_leap),
        cmocka_unit_test(test_leap_long),
        cmocka_unit_test(test_leap_unseen),
        cmocka_unit_test(test_load),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_failing_memory),
        cmocka_unit_test(test_alike),
        cmocka_unit_test(test_alike_in_pieces),
        cmocka_unit_test(test_declaration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
