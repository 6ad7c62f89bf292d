/* JSON, and whether a file is taken for it. */
#include "base/ctx.h"
#include "fuzz_input.h"
#include "input/json.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Look at everything, so that a wrong address shows. */
static size_t weigh(const kr_value *value)
{
    size_t n = value->kind == KR_VALUE_TEXT ? strlen(value->text) : 1;

    if (value->line < 1)
        abort();
    for (size_t i = 0; i < value->n; i++) {
        n += weigh(&value->items[i]);
        if (value->kind == KR_VALUE_DICT && kr_value_get(value, value->keys[i]) != &value->items[i])
            abort();
    }
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    kr_ctx *ctx = NULL;
    char path[64];
    kr_arena arena;
    kr_value value;

    if (size > 1 << 20 || kr_ctx_create(&ctx) != KR_OK)
        return 0;
    fuzz_input(data, size, path, sizeof path);
    kr_arena_init(&arena, ctx, KR_ACCOUNT_READING);
    kr_status s = kr_json_read(ctx, path, &arena, &value);
    if (s == KR_OK)
        (void)weigh(&value);
    else if (kr_ctx_error(ctx)[0] == '\0')
        abort();
    (void)kr_json_is(path);
    kr_arena_clear(&arena);
    kr_ctx_destroy(&ctx);
    return 0;
}
