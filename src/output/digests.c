#include "output/digests.h"

#include "base/ctx.h"
#include "base/file.h"
#include "base/outfile.h"
#include "base/str.h"
#include "output/table.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINES_BYTES_MAX = 1 << 28 };

/* ------------------------------------------------------------------ writing */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static kr_status cannot_read(kr_ctx *ctx, const char *dir, const char *name)
{
    int reason = errno;
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    errno = reason;
    return kr_file_fail_made(ctx, path, "read");
}

/* The files of a run in a folder, by name. */
static kr_status list_files(kr_ctx *ctx, const char *dir, kr_arena *arena, const char ***out,
                            size_t *n)
{
    kr_status s = KR_OK;
    const char **names = NULL;
    size_t cap = 0;
    *n = 0;
    DIR *d = opendir(dir);
    if (!d)
        return kr_file_fail_made(ctx, dir, "listed");
    struct dirent *e;
    while ((e = kr_dir_next(d)) != NULL) {
        bool ours = kr_str_eq(e->d_name, "results.h5");
        if (kr_is_table(e->d_name) && !kr_table_is_ours(dirfd(d), e->d_name, &ours)) {
            s = cannot_read(ctx, dir, e->d_name);
            goto out;
        }
        if (!ours)
            continue;
        KR_GROW(names, cap, *n + 1, ctx, KR_ACCOUNT_OUTPUT);
        KR_ASTR(names[*n], arena, e->d_name);
        ++*n;
    }
    if (errno != 0)
        s = kr_file_fail_made(ctx, dir, "listed");
    if (*n)
        qsort(names, *n, sizeof *names, by_name);
out:
    closedir(d);
    *out = names;
    return s;
}

static kr_status put(kr_ctx *ctx, const char *path, const char *temporary, const char *const *hex,
                     const char *const *names, size_t n)
{
    kr_outfile out;
    kr_status s = kr_outfile_begin_part(ctx, path, &out);
    for (size_t i = 0; i < n && s == KR_OK; i++)
        fprintf(out.file, "%s  %s\n", hex[i], names[i]);
    s = kr_outfile_end(&out, s);
    if (s == KR_OK)
        s = kr_sync_file(ctx, temporary);
    if (s == KR_OK && rename(temporary, path) != 0)
        s = kr_file_fail_made(ctx, path, "put in place");
    if (s != KR_OK)
        unlink(temporary);
    return s;
}

kr_status kr_digests_write(kr_ctx *ctx, const char *dir)
{
    kr_status s = KR_OK;
    const char **names = NULL, **hex;
    size_t n = 0;
    kr_arena arena;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    const char *path = kr_path_join(&arena, dir, KR_DIGESTS_NAME);
    const char *temporary = kr_path_join(&arena, dir, KR_DIGESTS_NAME ".part");
    KR_TRY(path && temporary ? KR_OK : KR_ENOMEM);
    KR_TRY(list_files(ctx, dir, &arena, &names, &n));
    KR_ANEW(hex, &arena, n + 1);
    for (size_t i = 0; i < n; i++) {
        const char *file = kr_path_join(&arena, dir, names[i]);
        char *digest;
        KR_ANEW(digest, &arena, 65);
        KR_TRY(file ? KR_OK : KR_ENOMEM);
        KR_TRY(kr_file_digest(ctx, file, digest));
        hex[i] = digest;
        kr_progress(ctx, "digests of results", (double)(i + 1), (double)n);
    }
    KR_TRY(put(ctx, path, temporary, hex, names, n));
    KR_TRY(kr_sync_folder_of(ctx, path));
out:
    kr_free(names);
    kr_arena_clear(&arena);
    return s;
}

/* ------------------------------------------------------------------ reading */

/* "<64 digits>  name"; the name is that of a file in the folder. */
static bool read_line(char *line, kr_digest *out)
{
    size_t n = strspn(line, "0123456789abcdef");
    if (n != 64 || line[64] != ' ' || (line[65] != ' ' && line[65] != '*'))
        return false;
    memcpy(out->sha256, line, 64);
    out->sha256[64] = '\0';
    out->name = line + 66;
    return *out->name && !strchr(out->name, '/') && !kr_str_eq(out->name, ".") &&
           !kr_str_eq(out->name, "..");
}

kr_status kr_digests_read(kr_ctx *ctx, const char *dir, kr_arena *arena, kr_digest **out, size_t *n)
{
    kr_status s = KR_OK;
    char *text, *end;
    size_t length, lines = 0;
    int line = 0;
    *n = 0;
    const char *path = kr_path_join(arena, dir, KR_DIGESTS_NAME);
    KR_TRY(path ? KR_OK : KR_ENOMEM);
    KR_TRY(kr_file_read(ctx, path, LINES_BYTES_MAX, arena, &text, &length));
    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n';
    KR_ANEW(*out, arena, lines + 1);
    for (char *at = text; at < text + length; at = end + 1) {
        line++;
        end = memchr(at, '\n', (size_t)(text + length - at));
        if (!end)
            return kr_fail_at(ctx, path, line, "the line does not end; the file is cut off");
        *end = '\0';
        if (strlen(at) != (size_t)(end - at) || !read_line(at, &(*out)[*n]))
            return kr_fail_at(ctx, path, line,
                              "64 hexadecimal digits, two blanks and the name of a file of this "
                              "folder were expected");
        ++*n;
    }
out:
    return s;
}

/* ------------------------------------------------------------------ one of them anew */

kr_status kr_digests_renew(kr_ctx *ctx, const char *dir, const char *name)
{
    kr_status s = KR_OK;
    kr_digest *all;
    const char **names, **hex;
    char digest[65];
    size_t n = 0, k = 0;
    kr_arena arena;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    const char *path = kr_path_join(&arena, dir, KR_DIGESTS_NAME);
    const char *temporary = kr_path_join(&arena, dir, KR_DIGESTS_NAME ".part");
    const char *file = kr_path_join(&arena, dir, name);
    KR_TRY(path && temporary && file ? KR_OK : KR_ENOMEM);
    if (!kr_file_exists(path))
        goto out;
    KR_TRY(kr_digests_read(ctx, dir, &arena, &all, &n));
    KR_ANEW(names, &arena, n + 1);
    KR_ANEW(hex, &arena, n + 1);
    for (size_t i = 0; i < n; i++) {
        names[i] = all[i].name;
        hex[i] = all[i].sha256;
    }
    while (k < n && !kr_str_eq(names[k], name))
        k++;
    KR_TRY(kr_file_digest(ctx, file, digest));
    names[k] = name;
    hex[k] = digest;
    KR_TRY(put(ctx, path, temporary, hex, names, k < n ? n : n + 1));
    KR_TRY(kr_sync_folder_of(ctx, path));
out:
    kr_arena_clear(&arena);
    return s;
}
