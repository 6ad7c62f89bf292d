/* XML: whatever the bytes, the plain reader and expat see the same document or say the same. A
 * processing instruction at the beginning makes expat read all of it. */
#include "base/ctx.h"
#include "fuzz_input.h"
#include "input/xml.h"

#include <stdbool.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char instruction[] = "<?k?>";

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void compare(const kr_node *a, const kr_node *b)
{
    for (; a && b; a = a->next, b = b->next) {
        check(strcmp(a->tag, b->tag) == 0 && strcmp(a->ns, b->ns) == 0 && a->line == b->line);
        check(a->text_len == b->text_len && memcmp(a->text, b->text, a->text_len + 1) == 0);
        check(a->nattrs == b->nattrs);
        for (size_t i = 0; i < a->nattrs; i++)
            check(strcmp(a->attrs[i].name, b->attrs[i].name) == 0 &&
                  strcmp(a->attrs[i].value, b->attrs[i].value) == 0);
        compare(a->first, b->first);
    }
    check(!a && !b);
}

/* Where the instruction may stand: behind the byte order mark and the XML declaration. Larger than
 * the size if nowhere. */
static size_t place(const uint8_t *data, size_t size)
{
    size_t at = size >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

    if (memchr(data, 0, size < 4 ? size : 4) || (at == 0 && size > 0 && data[0] >= 0xEF))
        return size + 1; /* UTF-16, or a byte order mark in part */
    if (size < at + 5 || memcmp(data + at, "<?xml", 5) != 0)
        return at;
    for (at += 5; at + 1 < size && data[at] < 0x80; at++) {
        if (data[at] == '?' && data[at + 1] == '>')
            return at + 2;
    }
    return size + 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    kr_ctx *ctx[2] = {NULL, NULL};
    kr_arena arena[2];
    kr_node *root[2] = {NULL, NULL};
    kr_status s[2];
    char path[64];
    size_t at = place(data, size), more = sizeof instruction - 1;
    uint8_t *other = malloc(size + more);

    if (!other || size > 1 << 20 || at > size) {
        free(other);
        return 0;
    }
    if (at > 0)
        memcpy(other, data, at);
    memcpy(other + at, instruction, more);
    if (size > at)
        memcpy(other + at + more, data + at, size - at);
    for (int i = 0; i < 2; i++) {
        check(kr_ctx_create(&ctx[i]) == KR_OK);
        kr_arena_init(&arena[i], ctx[i], KR_ACCOUNT_READING);
        if (i == 0)
            fuzz_input(data, size, path, sizeof path);
        else
            fuzz_input(other, size + more, path, sizeof path);
        s[i] = kr_xml_load(ctx[i], path, &arena[i], &root[i]);
    }
    check(s[0] == s[1] && strcmp(kr_ctx_error(ctx[0]), kr_ctx_error(ctx[1])) == 0);
    if (s[0] == KR_OK)
        compare(root[0], root[1]);
    for (int i = 0; i < 2; i++) {
        kr_arena_clear(&arena[i]);
        kr_ctx_destroy(&ctx[i]);
    }
    free(other);
    return 0;
}
