/* CSV tables, with and without a header. */
#include "base/ctx.h"
#include "fuzz_input.h"
#include "input/csv.h"
#include "support/doc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    kr_ctx *ctx = NULL;
    char path[64];

    if (size > 1 << 20 || kr_ctx_create(&ctx) != KR_OK)
        return 0;
    fuzz_input(data, size, path, sizeof path);
    for (int header = 0; header < 2; header++) {
        kr_arena arena;
        kr_csv csv;
        double x = 0;

        kr_arena_init(&arena, ctx, KR_ACCOUNT_READING);
        kr_status s = kr_csv_read(ctx, path, header != 0, &arena, &csv);
        if (s != KR_OK && kr_ctx_error(ctx)[0] == '\0')
            abort();
        for (size_t i = 0; s == KR_OK && i < csv.nrows; i++) {
            for (size_t j = 0; j < csv.ncols; j++)
                (void)!kr_csv_double(ctx, &csv, i, j, &x);
        }
        if (s == KR_OK && csv.header && kr_csv_column(&csv, csv.header[0]) != 0)
            abort();
        kr_ctx_clear_error(ctx);
        kr_arena_clear(&arena);
    }
    kr_ctx_destroy(&ctx);
    return 0;
}

static bool change(fz_doc *d, fz_bytes other)
{
    return fz_change_lines(d, (fz_span){0, d->n}, other);
}

FZ_MUTATOR(change)
