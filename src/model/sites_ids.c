/* The names that a site model gives its sites. The reference stores 8 bytes of them: longer ones
 * are cut there, and two of them may become one. */
#include "model/sites_int.h"

#include "base/map.h"
#include "base/str.h"

#include <string.h>

enum { IDS_BYTES = 8, IDS_MAX_WARNINGS = 3 };

kr_status kr_site_id_put(kr_sites_reader *r, kr_site_table *table, size_t row, const char *text,
                         const char *file, int line)
{
    kr_status s = KR_OK;

    KR_ASTR(table->custom_site_id[row], r->arena, text);
    table->id_place[row] = (kr_site_place){file, line};
out:
    return s;
}

/* Bytes that are kept: letters of UTF-8 stay whole. */
static size_t ids_length(const char *text)
{
    size_t n = strlen(text);

    if (n <= IDS_BYTES)
        return n;
    for (n = IDS_BYTES; n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80; n--)
        ;
    return n;
}

static kr_status ids_cut(kr_sites_reader *r, const char **short_ids)
{
    kr_status s = KR_OK;
    const kr_site_table *model = &r->model;
    size_t cut = 0;

    for (size_t i = 0; i < model->n; i++) {
        const char *id = model->custom_site_id[i];
        const kr_site_place *at = &model->id_place[i];
        size_t n = ids_length(id);
        short_ids[i] = id;
        if (!id[n])
            continue;
        short_ids[i] = kr_arena_strndup(r->arena, id, n);
        if (!short_ids[i])
            return KR_ENOMEM;
        if (cut++ < IDS_MAX_WARNINGS)
            kr_warn_at(r->ctx, at->file, at->line,
                       "custom_site_id '%.80s' is cut to '%s', as in the reference; at most %d "
                       "bytes were expected; --compat exact keeps it whole",
                       id, short_ids[i], IDS_BYTES);
    }
    if (cut > IDS_MAX_WARNINGS)
        kr_warn_at(r->ctx, model->id_place[0].file, 0, "%zu custom_site_id are cut to %d bytes",
                   cut, IDS_BYTES);
    return s;
}

/* Two names that were different must stay so. Equal ones in the file are the user's: a word. */
static kr_status ids_check(kr_sites_reader *r, const char *const *kept)
{
    kr_status s = KR_OK;
    const kr_site_table *model = &r->model;
    kr_map first;
    size_t equal = 0;

    kr_map_init(&first, r->ctx, KR_ACCOUNT_READING);
    for (size_t i = 0; i < model->n; i++) {
        int64_t other = 0;
        const kr_site_place *at = &model->id_place[i];
        if (!kr_map_get(&first, kept[i], &other)) {
            KR_TRY(kr_map_put(&first, kept[i], (int64_t)i));
            continue;
        }
        const char *a = model->custom_site_id[other], *b = model->custom_site_id[i];
        const kr_site_place *before = &model->id_place[other];
        if (!kr_str_eq(a, b)) {
            s = kr_fail_at(r->ctx, at->file, at->line,
                           "custom_site_id '%.80s' and '%.80s' (%s:%d) are both '%s' after %d "
                           "bytes, which are kept; shorter names were expected, or --compat exact",
                           b, a, before->file, before->line, kept[i], IDS_BYTES);
            goto out;
        }
        if (*b && equal++ < IDS_MAX_WARNINGS)
            kr_warn_at(r->ctx, at->file, at->line,
                       "custom_site_id '%.80s' is that of %s:%d, too; tables cannot tell the two "
                       "sites by it",
                       b, before->file, before->line);
    }
out:
    kr_map_clear(&first);
    return s;
}

kr_status kr_site_ids_settle(kr_sites_reader *r)
{
    kr_status s = KR_OK;
    const char **kept = r->model.custom_site_id;

    if (!kept)
        return KR_OK;
    if (r->job->compat != KR_COMPAT_EXACT) {
        KR_ANEW(kept, r->arena, r->model.n);
        KR_TRY(ids_cut(r, kept));
    }
    KR_TRY(ids_check(r, kept));
    r->model.custom_site_id = kept;
out:
    return s;
}
