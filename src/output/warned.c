#include "output/warned.h"

#include "output/stored_int.h"

static const char GROUP[] = "warnings";

kr_status kr_warned_write(kr_h5 *file, const kr_warned *warned)
{
    kr_status s = KR_OK;
    KR_TRY(kr_h5_set_attr_double(file, GROUP, "left", (double)warned->left));
    if (warned->n)
        KR_TRY(kr_h5_write_strings(file, "warnings/text", warned->texts, warned->n, false));
out:
    return s;
}

kr_status kr_warned_read(kr_ctx *ctx, const char *path, kr_h5 *file, kr_arena *arena,
                         const kr_warned **out)
{
    kr_status s = KR_OK;
    const kr_reader r = {ctx, path, file, arena};
    kr_warned *warned;
    const char **texts;
    double left;
    bool found;
    *out = NULL;
    if (!kr_h5_exists(file, GROUP))
        return KR_OK;
    KR_ANEW(warned, arena, 1);
    KR_TRY(kr_h5_attr_double(file, GROUP, "left", &left, &found));
    if (!found || !(left >= 0 && left < 1e15))
        return kr_reader_damaged(&r, GROUP);
    warned->left = (size_t)left;
    KR_TRY(kr_reader_count(&r, "warnings/text", &warned->n));
    KR_TRY(kr_reader_texts(&r, "warnings/text", warned->n, &texts));
    warned->texts = texts;
    *out = warned;
out:
    return s;
}
