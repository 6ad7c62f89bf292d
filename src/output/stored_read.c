#include "output/stored_int.h"

kr_status kr_reader_damaged(const kr_reader *r, const char *name)
{
    return kr_fail(r->ctx, KR_EINPUT, "%s: '%s' does not fit the rest: the file is damaged",
                   r->path, name);
}

/* columns 0: of one dimension. */
kr_status kr_reader_rows(const kr_reader *r, const char *name, size_t columns, size_t *out)
{
    kr_status s = KR_OK;
    size_t dims[KR_H5_MAX_RANK];
    int rank;
    *out = 0;
    if (!kr_h5_exists(r->file, name))
        return KR_OK;
    KR_TRY(kr_h5_dims(r->file, name, dims, &rank));
    if (rank != (columns ? 2 : 1) || (columns && dims[1] != columns))
        return kr_reader_damaged(r, name);
    *out = dims[0];
out:
    return s;
}

kr_status kr_reader_count(const kr_reader *r, const char *name, size_t *out)
{
    return kr_reader_rows(r, name, 0, out);
}

kr_status kr_reader_numbers(const kr_reader *r, const char *name, kr_h5_type type, size_t n,
                            void *out)
{
    kr_status s = KR_OK;
    char *empty;
    void *data;
    size_t got = 0;
    if (n == 0) {
        KR_ANEW(empty, r->arena, 8);
        data = empty;
    } else {
        KR_TRY(kr_h5_read(r->file, name, type, r->arena, &data, &got));
        if (got != n)
            return kr_reader_damaged(r, name);
    }
    *(void **)out = data;
out:
    return s;
}

kr_status kr_reader_indices(const kr_reader *r, const char *name, size_t n, size_t end,
                            uint32_t **out)
{
    kr_status s = KR_OK;
    KR_TRY(kr_reader_numbers(r, name, KR_H5_U32, n, out));
    for (size_t i = 0; i < n; i++)
        if ((*out)[i] >= end)
            return kr_reader_damaged(r, name);
out:
    return s;
}

kr_status kr_reader_links(const kr_reader *r, const char *name, size_t n, size_t end,
                          uint32_t **out)
{
    kr_status s = KR_OK;
    int64_t *links;
    KR_TRY(kr_reader_numbers(r, name, KR_H5_I64, n, &links));
    KR_ANEW(*out, r->arena, n + 1);
    for (size_t i = 0; i < n; i++) {
        if (links[i] < -1 || (links[i] >= 0 && (uint64_t)links[i] >= end))
            return kr_reader_damaged(r, name);
        (*out)[i] = links[i] < 0 ? UINT32_MAX : (uint32_t)links[i];
    }
out:
    return s;
}

kr_status kr_reader_firsts(const kr_reader *r, const char *name, size_t n, size_t **out)
{
    kr_status s = KR_OK;
    int64_t *firsts;
    KR_TRY(kr_reader_numbers(r, name, KR_H5_I64, n + 1, &firsts));
    KR_ANEW(*out, r->arena, n + 1);
    for (size_t i = 0; i <= n; i++) {
        if (firsts[i] < (i ? firsts[i - 1] : 0) || firsts[0] != 0)
            return kr_reader_damaged(r, name);
        (*out)[i] = (size_t)firsts[i];
    }
out:
    return s;
}

kr_status kr_reader_texts(const kr_reader *r, const char *name, size_t n, const char ***out)
{
    kr_status s = KR_OK;
    size_t got;
    char **texts;
    if (n == 0) {
        KR_ANEW(*out, r->arena, 1);
        return KR_OK;
    }
    /* first of all: n may be a claim that the file cannot hold */
    KR_TRY(kr_h5_read_strings(r->file, name, r->arena, &texts, &got));
    if (got != n)
        return kr_reader_damaged(r, name);
    KR_ANEW(*out, r->arena, n + 1);
    for (size_t i = 0; i < n; i++)
        (*out)[i] = texts[i];
out:
    return s;
}
