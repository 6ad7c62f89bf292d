/* The one file that knows libzip. A member is unpacked when it is opened, into a file that has lost
 * its name already: nothing of it stays, and no name of an archive becomes a name on the disk. */
#include "base/zip.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

enum { ZIP_BLOCK = 64 * 1024 };

size_t kr_zip_part(const char *path)
{
    char archive[PATH_MAX];
    struct stat st;
    for (const char *p = path; (p = strstr(p, ".zip/")) != NULL; p++) {
        size_t n = (size_t)(p - path) + 4;
        if (n >= sizeof archive)
            return 0;
        memcpy(archive, path, n);
        archive[n] = '\0';
        if (stat(archive, &st) == 0 && S_ISREG(st.st_mode))
            return n;
    }
    return 0;
}

/* "a/./b/../c" is "a/c"; false where it leads out of the archive or is too long. */
static bool member_name(const char *path, char out[PATH_MAX])
{
    size_t n = 0;
    while (*path) {
        size_t length = strcspn(path, "/");
        bool up = length == 2 && memcmp(path, "..", 2) == 0;
        if (up) {
            if (n == 0)
                return false;
            while (n > 0 && out[--n] != '/') {
            }
        } else if (length > 0 && !(length == 1 && *path == '.')) {
            if (n + length + 2 > PATH_MAX)
                return false;
            if (n > 0)
                out[n++] = '/';
            memcpy(out + n, path, length);
            n += length;
        }
        path += length + (path[length] == '/');
    }
    out[n] = '\0';
    return n > 0;
}

/* ------------------------------------------------------------------ archives */

static kr_status zip_fail(kr_ctx *ctx, const char *path, const char *what, int code, int reason)
{
    char text[128];
    if (code == ZIP_ER_MEMORY)
        return kr_fail(ctx, KR_ENOMEM, "out of memory while reading %s", path);
    if (code == ZIP_ER_READ || code == ZIP_ER_SEEK || code == ZIP_ER_OPEN)
        return kr_fail(ctx, KR_EIO, "%s: cannot be read: %s", path,
                       strerror_r(reason ? reason : EIO, text, sizeof text));
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    kr_status s = kr_fail(ctx, KR_EINPUT, "%s: %s: %s", path, what, zip_error_strerror(&error));
    zip_error_fini(&error);
    return s;
}

static kr_status archive_open(kr_ctx *ctx, const char *archive, zip_t **out)
{
    int code = 0;
    *out = zip_open(archive, ZIP_RDONLY, &code);
    if (!*out)
        return zip_fail(ctx, archive, "not a zip archive that can be read", code, errno);
    if (zip_get_num_entries(*out, 0) <= KR_ZIP_MEMBERS)
        return KR_OK;
    zip_discard(*out);
    *out = NULL;
    return kr_fail(ctx, KR_EINPUT, "%s: more than %d members", archive, (int)KR_ZIP_MEMBERS);
}

static void split(const char *path, size_t part, char archive[PATH_MAX])
{
    memcpy(archive, path, part);
    archive[part] = '\0';
}

int64_t kr_zip_size(const char *path)
{
    char archive[PATH_MAX], name[PATH_MAX];
    size_t part = kr_zip_part(path);
    zip_stat_t st;
    int64_t size = -1;
    if (part == 0 || !member_name(path + part, name))
        return -1;
    split(path, part, archive);
    zip_t *zip = zip_open(archive, ZIP_RDONLY, NULL);
    if (!zip)
        return -1;
    if (zip_stat(zip, name, 0, &st) == 0 && (st.valid & ZIP_STAT_SIZE) && st.size <= INT64_MAX)
        size = (int64_t)st.size;
    zip_discard(zip);
    return size;
}

/* ------------------------------------------------------------------ unpacking */

/* A file without a name, in the folder for such files: another process can neither foresee nor open
 * it. */
static int nameless(void)
{
    const char *dir = getenv("TMPDIR");
    char path[PATH_MAX];
    if (!dir || !*dir)
        dir = "/tmp";
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return fd;
    if ((size_t)snprintf(path, sizeof path, "%s/kauri-XXXXXX", dir) >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

static kr_status too_long(kr_ctx *ctx, const char *path)
{
    return kr_fail(ctx, KR_EINPUT, "%s: has more than 2 GiB; unpack the archive", path);
}

static kr_status unpack(kr_ctx *ctx, const char *path, zip_file_t *file, int fd, int64_t *size)
{
    kr_status s = KR_OK;
    char *block = NULL;
    zip_int64_t n;
    *size = 0;
    KR_NEW(block, ctx, KR_ACCOUNT_READING, ZIP_BLOCK);
    while (s == KR_OK && (n = zip_fread(file, block, ZIP_BLOCK)) != 0) {
        if (n < 0) {
            zip_error_t *error = zip_file_get_error(file);
            s = zip_fail(ctx, path, "cannot be unpacked", zip_error_code_zip(error),
                         zip_error_code_system(error));
        } else if ((*size += n) > KR_ZIP_BYTES) {
            s = too_long(ctx, path);
        } else if (!kr_write_all(fd, block, (size_t)n)) {
            s = kr_file_fail_made(ctx, path, "unpacked into the folder TMPDIR or /tmp");
        } else if (kr_interrupted(ctx)) {
            s = kr_fail(ctx, KR_EINTERRUPTED, "interrupted while reading %s", path);
        }
    }
    if (s == KR_OK && lseek(fd, 0, SEEK_SET) != 0)
        s = kr_file_fail_made(ctx, path, "unpacked into the folder TMPDIR or /tmp");
out:
    kr_free(block);
    return s;
}

kr_status kr_zip_open(kr_ctx *ctx, const char *path, int *fd, int64_t *size)
{
    kr_status s = KR_OK;
    char archive[PATH_MAX], name[PATH_MAX];
    zip_t *zip = NULL;
    zip_file_t *file = NULL;
    zip_stat_t st;
    size_t part = kr_zip_part(path);

    *fd = -1;
    if (part == 0 || !member_name(path + part, name))
        return kr_fail(ctx, KR_EINPUT, "%s: no such file in the archive", path);
    split(path, part, archive);
    KR_TRY(archive_open(ctx, archive, &zip));
    if (zip_stat(zip, name, 0, &st) == 0 && (st.valid & ZIP_STAT_SIZE) &&
        st.size > (zip_uint64_t)KR_ZIP_BYTES) {
        s = too_long(ctx, path); /* before it is unpacked, which takes a while */
        goto out;
    }
    file = zip_fopen(zip, name, 0);
    if (!file && zip_error_code_zip(zip_get_error(zip)) == ZIP_ER_NOENT) {
        s = kr_fail(ctx, KR_EINPUT, "%s: no such file in the archive", path);
        goto out;
    }
    if (!file) {
        zip_error_t *error = zip_get_error(zip);
        s = zip_fail(ctx, path, "cannot be unpacked", zip_error_code_zip(error),
                     zip_error_code_system(error));
        goto out;
    }
    *fd = nameless();
    if (*fd < 0)
        s = kr_file_fail_made(ctx, path, "unpacked into the folder TMPDIR or /tmp");
    KR_TRY(s);
    KR_TRY(unpack(ctx, path, file, *fd, size));
out:
    if (s != KR_OK && *fd >= 0) {
        close(*fd);
        *fd = -1;
    }
    if (file)
        zip_fclose(file);
    if (zip)
        zip_discard(zip);
    return s;
}

/* ------------------------------------------------------------------ what there is */

/* Archives made on a Mac have a shadow of every file. */
static bool wanted(const char *name, const char *ending)
{
    return name && kr_str_ends(name, ending) && !strstr(name, "__MACOSX");
}

kr_status kr_zip_list(kr_ctx *ctx, const char *archive, const char *ending, kr_arena *arena,
                      const char ***out, size_t *n)
{
    kr_status s = KR_OK;
    zip_t *zip = NULL;
    *n = 0;
    KR_TRY(archive_open(ctx, archive, &zip));
    zip_uint64_t members = (zip_uint64_t)zip_get_num_entries(zip, 0);
    size_t found = 0;
    for (zip_uint64_t i = 0; i < members; i++)
        found += wanted(zip_get_name(zip, i, 0), ending);
    KR_ANEW(*out, arena, found + 1);
    for (zip_uint64_t i = 0; i < members && *n < found; i++) {
        const char *name = zip_get_name(zip, i, 0);
        if (!wanted(name, ending))
            continue;
        (*out)[*n] = kr_arena_printf(arena, "%s/%s", archive, name);
        KR_TRY((*out)[*n] ? KR_OK : KR_ENOMEM);
        ++*n;
    }
out:
    if (zip)
        zip_discard(zip);
    return s;
}
