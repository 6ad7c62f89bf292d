#include "output/table.h"

#include "base/ctx.h"
#include "base/file.h"
#include "base/str.h"
#include "model/disagg_kind.h"
#include "output/digests.h"
#include "output/report.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

static const char *const LINE_END = "\r\n";

kr_status kr_table_begin(kr_ctx *ctx, const char *dir, const char *name, kr_table *out)
{
    kr_status s = KR_OK;
    *out = (kr_table){.ctx = ctx};
    kr_arena_init(&out->arena, ctx, KR_ACCOUNT_OUTPUT);
    char *base = name ? kr_arena_strdup(&out->arena, name) : NULL;
    if (!base)
        return KR_ENOMEM;
    for (char *c = base; *c; c++) /* a name never leaves its folder */
        if (*c == '/')
            *c = '-';
    out->path = kr_path_join(&out->arena, dir, base);
    s = out->path ? kr_outfile_begin_part(ctx, out->path, &out->outfile) : KR_ENOMEM;
    out->file = out->outfile.file;
    if (s != KR_OK && out->path)
        s = kr_outfile_end(&out->outfile, s);
    if (s != KR_OK)
        kr_arena_clear(&out->arena);
    return s;
}

kr_status kr_table_begin_stream(kr_ctx *ctx, FILE *stream, const char *name, kr_table *out)
{
    *out = (kr_table){.ctx = ctx};
    kr_arena_init(&out->arena, ctx, KR_ACCOUNT_OUTPUT);
    if (!name)
        return KR_ENOMEM;
    out->file = stream;
    return KR_OK;
}

static void separate(kr_table *table)
{
    if (table->fields++)
        fputc(',', table->file);
}

static void quoted(kr_table *table, const char *text)
{
    fputc('"', table->file);
    for (const char *c = text; *c; c++) {
        if (*c == '"')
            fputc('"', table->file);
        fputc(*c, table->file);
    }
    fputc('"', table->file);
}

void kr_table_text(kr_table *table, const char *text)
{
    separate(table);
    if (!text)
        table->lacks_text = true;
    else if (strpbrk(text, ",\"\r\n"))
        quoted(table, text);
    else
        fputs(text, table->file);
}

void kr_table_comment(kr_table *table, size_t ncols, const char *text)
{
    kr_table_text(table, "#");
    for (size_t i = 2; i < ncols; i++)
        kr_table_text(table, "");
    kr_table_text(table, text);
    kr_table_end_row(table);
}

void kr_table_integer(kr_table *table, long long x)
{
    separate(table);
    fprintf(table->file, "%lld", x);
}

void kr_table_format(kr_table *table, const char *format, double x)
{
    char text[64];
    separate(table);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(text, sizeof text, format, x == 0 ? 0.0 : x);
#pragma GCC diagnostic pop
    fputs(text, table->file);
}

void kr_table_number(kr_table *table, double x)
{
    separate(table);
    if (x == 0) /* common beyond the last level that anything exceeds */
        fputs("0.000000E+00", table->file);
    else
        fprintf(table->file, "%.6E", x);
}

void kr_table_degrees(kr_table *table, double x)
{
    separate(table);
    fprintf(table->file, "%.5f", x == 0 ? 0.0 : x);
}

void kr_table_end_row(kr_table *table)
{
    fputs(LINE_END, table->file);
    table->fields = 0;
}

/* A stream of the caller, whose earlier errors have left no reason. */
static kr_status finish_stream(const kr_table *table)
{
    char text[128];
    errno = 0;
    if (fflush(table->file) == 0 && ferror(table->file) == 0)
        return KR_OK;
    return kr_fail(table->ctx, KR_EIO, "standard output: writing failed: %s",
                   strerror_r(errno ? errno : EIO, text, sizeof text));
}

kr_status kr_table_finish(kr_table *table, kr_status status)
{
    if (!table->file)
        return status;
    if (status == KR_OK && table->lacks_text)
        status = KR_ENOMEM;
    if (table->path)
        status = kr_outfile_end(&table->outfile, status);
    else if (status == KR_OK)
        status = finish_stream(table);
    table->file = NULL;
    kr_arena_clear(&table->arena);
    return status;
}

/* The name of a table until all are complete; false if it is too long. */
static bool temporary_name(const char *path, char out[PATH_MAX])
{
    int n = snprintf(out, PATH_MAX, "%s.part", path);
    return n > 0 && n < PATH_MAX;
}

void kr_tables_discard(char *const *paths, size_t n)
{
    char temporary[PATH_MAX];
    for (size_t i = 0; i < n; i++)
        if (temporary_name(paths[i], temporary))
            unlink(temporary);
}

/* More files than these are not made to stay one by one: all of their disk is. */
enum { FEW = 64 };

static kr_status sync_disk(kr_ctx *ctx, const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && syncfs(fd) == 0;
    int reason = errno;
    char text[128];
    if (fd >= 0)
        close(fd);
    return good ? KR_OK
                : kr_fail(ctx, KR_EIO, "%s: the tables cannot be made to stay: %s", dir,
                          strerror_r(reason, text, sizeof text));
}

static kr_status sync_tables(kr_ctx *ctx, const char *dir, char *const *paths, size_t n)
{
    kr_status s = KR_OK;
    char temporary[PATH_MAX];
    if (n > FEW)
        return sync_disk(ctx, dir);
    for (size_t i = 0; i < n && s == KR_OK; i++)
        if (temporary_name(paths[i], temporary))
            s = kr_sync_file(ctx, temporary);
    return s;
}

kr_status kr_tables_place(kr_ctx *ctx, const char *dir, char *const *paths, size_t n)
{
    kr_status s = sync_tables(ctx, dir, paths, n);
    char temporary[PATH_MAX], text[128];
    size_t placed = 0;
    for (; s == KR_OK && placed < n; placed++) {
        double part = (double)(placed + 1) / (double)n;
        kr_progress(ctx, "tables", KR_TABLES_WRITTEN + (1 - KR_TABLES_WRITTEN) * part, 1);
        if (!temporary_name(paths[placed], temporary) || rename(temporary, paths[placed]) != 0) {
            s = kr_fail(ctx, KR_EIO, "%s: cannot be put in place: %s", paths[placed],
                        strerror_r(errno, text, sizeof text));
            break;
        }
    }
    if (s == KR_OK && n > 0)
        s = kr_sync_folder_of(ctx, paths[0]);
    for (size_t i = 0; s != KR_OK && i < placed; i++)
        unlink(paths[i]);
    if (s != KR_OK)
        kr_tables_discard(paths, n);
    return s;
}

bool kr_is_table(const char *name)
{
    static const char *const begin[] = {"hazard_curve-",      "hazard_map-",      "hazard_uhs-",
                                        "quantile_curve-",    "quantile_map-",    "quantile_uhs-",
                                        "mean_rates_by_src-", "variance_shares-", "tornado-",
                                        "sampling_error-",    "disagg_summary.",  "disagg_sources-",
                                        "disagg_sections-"};
    if (kr_str_eq(name, KR_REPORT_NAME) || kr_str_eq(name, KR_REPORT_NAME ".part"))
        return true;
    if (!kr_str_ends(name, ".csv") && !kr_str_ends(name, ".csv.part"))
        return false;
    for (size_t i = 0; i < sizeof begin / sizeof begin[0]; i++)
        if (kr_str_starts(name, begin[i]))
            return true;
    for (size_t i = 0; i < KR_DISAGG_KINDS; i++) {
        size_t n = strlen(kr_disagg_kinds[i].name);
        if (strncmp(name, kr_disagg_kinds[i].name, n) == 0 && name[n] == '-')
            return true;
    }
    return kr_str_eq(name, "realizations.csv") || kr_str_eq(name, "realizations.csv.part");
}

bool kr_table_is_ours(int folder, const char *name, bool *ours)
{
    static const char mark[] = "generated_by='Kauri";
    char line[1 << 14]; /* a comma for each column comes first */
    ssize_t n = 0;
    *ours = true;
    if (kr_str_ends(name, ".part"))
        return true;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return errno == ELOOP; /* a link has no content of its own */
    do
        n = read(fd, line, sizeof line);
    while (n < 0 && errno == EINTR);
    int reason = errno;
    close(fd);
    *ours = n > 0 && memmem(line, (size_t)n, mark, sizeof mark - 1);
    errno = reason;
    return n >= 0 || reason == EISDIR;
}

static kr_status cannot_remove(kr_ctx *ctx, const char *dir, const char *name)
{
    int reason = errno;
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    errno = reason;
    return kr_file_fail_made(ctx, path, "removed");
}

/* Remove an entry of a folder if a run wrote it; counts the tables. */
static kr_status remove_own(kr_ctx *ctx, const char *dir, int folder, const char *name, size_t *n)
{
    bool table = kr_is_table(name), ours = true;
    if (!table && !kr_str_eq(name, KR_DIGESTS_NAME))
        return KR_OK;
    if (table && !kr_table_is_ours(folder, name, &ours))
        return cannot_remove(ctx, dir, name);
    if (!ours)
        kr_warn(ctx, "%s/%s is not of Kauri and stays, beside results that it is not of", dir,
                name);
    else if (unlinkat(folder, name, 0) == 0)
        *n += table;
    else if (errno != EISDIR) /* a folder is none of ours */
        return cannot_remove(ctx, dir, name);
    return KR_OK;
}

size_t kr_tables_count(const char *dir)
{
    size_t n = 0;
    bool ours;
    struct dirent *e;
    DIR *d = opendir(dir);
    if (!d)
        return 0;
    while ((e = kr_dir_next(d)) != NULL)
        n += kr_is_table(e->d_name) && kr_str_ends(e->d_name, ".csv") &&
             kr_table_is_ours(dirfd(d), e->d_name, &ours) && ours;
    closedir(d);
    return n;
}

kr_status kr_tables_remove(kr_ctx *ctx, const char *dir)
{
    kr_status s = KR_OK;
    size_t n = 0;
    DIR *d = opendir(dir);
    if (!d)
        return kr_file_fail_made(ctx, dir, "read");
    struct dirent *e;
    while (s == KR_OK && (e = kr_dir_next(d)) != NULL)
        s = remove_own(ctx, dir, dirfd(d), e->d_name, &n);
    if (s == KR_OK && errno != 0)
        s = kr_file_fail_made(ctx, dir, "read");
    closedir(d);
    if (n)
        kr_info(ctx, "%s: removed %zu file%s of an earlier run", dir, n, KR_PLURAL(n));
    return s;
}
