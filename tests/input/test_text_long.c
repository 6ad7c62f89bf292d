/* The longest text of an XML element. */
#include "input/xml.h"
#include "support/support.h"

#include <stdlib.h>
#include <string.h>

static void text(void **state)
{
    (void)state;
    static const char head[] = "<a>\n<b>", tail[] = "</b></a>";
    size_t n = (size_t)256 << 20;
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create(), *all = malloc(sizeof head + n + sizeof tail);
    const char *path = kt_path(dir, "a.xml");

    assert_non_null(all);
    for (size_t i = 0; i < 2; i++) {
        kr_arena arena;
        kr_node *root;
        kr_arena_init(&arena, ctx, KR_ACCOUNT_READING);
        memcpy(all, head, sizeof head - 1);
        memset(all + sizeof head - 1, '1', n + i);
        memcpy(all + sizeof head - 1 + n + i, tail, sizeof tail - 1);
        kt_write_file(path, all, sizeof head - 1 + n + i + sizeof tail - 1);
        if (i == 0)
            kt_ok(ctx, kr_xml_load(ctx, path, &arena, &root));
        else
            kt_fails(ctx, kr_xml_load(ctx, path, &arena, &root), KR_EINPUT,
                     "a.xml:2: the text of <b> is longer than 256 MiB; split the element");
        kr_arena_clear(&arena);
    }
    free(all);
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(text)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
