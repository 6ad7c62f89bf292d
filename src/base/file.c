#include "base/file.h"

#include "base/digest.h"
#include "base/zip.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { FILE_LIMIT = 1024 * 1024 * 1024 };

kr_status kr_file_fail(kr_ctx *ctx, const char *path, const char *what)
{
    int e = errno;
    char buf[128];
    bool input = e == ENOENT || e == ENOTDIR || e == EISDIR || e == ENAMETOOLONG || e == ELOOP;
    char hint[KR_FILE_HINT] = "";

    if (e == ENOENT)
        kr_file_hint(path, hint, sizeof hint);
    return kr_fail(ctx,
                   e == ENOMEM ? KR_ENOMEM
                   : input     ? KR_EINPUT
                               : KR_EIO,
                   "%s: cannot be %s: %s%s", path, what, strerror_r(e, buf, sizeof buf), hint);
}

kr_status kr_file_fail_made(kr_ctx *ctx, const char *path, const char *what)
{
    int e = errno;
    char buf[128];

    return kr_fail(ctx, e == ENOMEM ? KR_ENOMEM : KR_EIO, "%s: cannot be %s: %s", path, what,
                   strerror_r(e, buf, sizeof buf));
}

kr_status kr_file_open(kr_ctx *ctx, const char *path, int *fd, int64_t *size)
{
    struct stat st;

    /* Not blocking: a pipe that nobody writes would hang the open. */
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*fd < 0 && errno == ENOTDIR && kr_zip_part(path))
        return kr_zip_open(ctx, path, fd, size);
    if (*fd < 0)
        return kr_file_fail(ctx, path, "opened");
    if (fstat(*fd, &st) != 0) {
        kr_status s = kr_file_fail(ctx, path, "examined");
        close(*fd);
        *fd = -1;
        return s;
    }
    if (!S_ISREG(st.st_mode)) {
        close(*fd);
        *fd = -1;
        return kr_fail(ctx, KR_EINPUT, "%s: is %s; a regular file is needed", path,
                       S_ISDIR(st.st_mode) ? "a folder" : "not a regular file");
    }
    *size = st.st_size;
    return KR_OK;
}

/* Up to n bytes, fewer at the end of the file only; -1 on errors. */
static ssize_t file_fill(int fd, void *buf, size_t n)
{
    size_t got = 0;

    while (got < n) {
        ssize_t r = read(fd, (char *)buf + got, n - got);
        if (r == 0)
            break;
        if (r < 0 && errno != EINTR)
            return -1;
        got += r > 0 ? (size_t)r : 0;
    }
    return (ssize_t)got;
}

kr_status kr_file_read(kr_ctx *ctx, const char *path, size_t limit, kr_arena *arena, char **text,
                       size_t *len)
{
    kr_status s = KR_OK;
    int64_t size = 0;
    int fd = -1;
    char *buf;

    *text = NULL;
    *len = 0;
    if (limit == 0)
        limit = FILE_LIMIT;
    s = kr_file_open(ctx, path, &fd, &size);
    if (s != KR_OK)
        return s;
    if ((uint64_t)size > limit) {
        s = kr_fail(ctx, KR_EINPUT, "%s: %lld bytes are too many for this file, at most %zu", path,
                    (long long)size, limit);
        goto out;
    }
    KR_ANEW(buf, arena, (size_t)size + 1);
    ssize_t got = file_fill(fd, buf, (size_t)size);
    if (got < 0) {
        s = kr_file_fail(ctx, path, "read");
        goto out;
    }
    *text = buf;
    *len = (size_t)got;
out:
    close(fd);
    return s;
}

bool kr_file_exists(const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return errno == ENOTDIR
                   ? kr_zip_size(path) >= 0
                   : errno != ENOENT && errno != ENAMETOOLONG && errno != ELOOP && errno != EACCES;
    return S_ISREG(st.st_mode) && (access(path, R_OK) == 0 || errno != EACCES);
}

bool kr_dir_exists(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

struct dirent *kr_dir_next(DIR *dir)
{
    errno = 0;
    return readdir(dir);
}

bool kr_truncate(int fd, size_t bytes)
{
    int done;

    do
        done = ftruncate(fd, (off_t)bytes);
    while (done != 0 && errno == EINTR);
    return done == 0;
}

bool kr_write_all(int fd, const void *data, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t w = write(fd, (const char *)data + done, n - done);
        if (w < 0 && errno != EINTR)
            return false;
        done += w > 0 ? (size_t)w : 0;
    }
    return true;
}

int64_t kr_file_size(const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return errno == ENOTDIR ? kr_zip_size(path) : -1;
    return S_ISREG(st.st_mode) ? st.st_size : -1;
}

double kr_disk_free(const char *path)
{
    struct statvfs disk;
    return statvfs(path, &disk) == 0 ? (double)disk.f_bavail * (double)disk.f_frsize : -1;
}

char *kr_path_join(kr_arena *arena, const char *dir, const char *name)
{
    if (!dir || !*dir || strcmp(dir, ".") == 0 || *name == '/')
        return kr_arena_strdup(arena, name);
    return kr_arena_printf(arena, "%s%s%s", dir, kr_path_base(dir)[0] ? "/" : "", name);
}

const char *kr_path_absolute(kr_arena *arena, const char *path)
{
    char absolute[PATH_MAX];
    size_t part = kr_zip_part(path);
    const char *file = part ? kr_arena_strndup(arena, path, part) : path;
    if (!file || !realpath(file, absolute))
        return file ? kr_arena_strdup(arena, path) : NULL;
    return kr_arena_printf(arena, "%s%s", absolute, path + (part ? part : strlen(path)));
}

char *kr_path_dir(kr_arena *arena, const char *path)
{
    size_t n = (size_t)(kr_path_base(path) - path);

    if (n == 0)
        return kr_arena_strdup(arena, ".");
    while (n > 1 && path[n - 1] == '/')
        n--;
    return kr_arena_strndup(arena, path, n);
}

const char *kr_path_base(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

kr_status kr_make_dirs(kr_ctx *ctx, const char *path)
{
    char part[4096], text[128];
    size_t n = strlen(path);

    if (n == 0 || n >= sizeof part)
        return kr_fail(ctx, KR_EIO, "cannot create a folder: its path has %zu bytes, 1 to %zu %s",
                       n, sizeof part - 1, "can be used");
    for (size_t i = 1; i <= n; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        int reason = mkdir(part, 0777) == 0 ? 0 : errno;
        if (reason == 0 || kr_dir_exists(part))
            continue;
        if (reason == EEXIST || reason == ENOTDIR)
            return kr_fail(ctx, KR_EIO, "%s: is a file, and a folder is wanted; name another one",
                           part);
        return kr_fail(ctx, KR_EIO, "%s: cannot be created as a folder: %s", part,
                       strerror_r(reason, text, sizeof text));
    }
    return KR_OK;
}

static kr_status sync_opened(kr_ctx *ctx, const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0)
        return kr_file_fail_made(ctx, path, "opened");
    int reason = fsync(fd) == 0 ? 0 : errno;
    close(fd);
    /* Some file systems know no folders that could be lost. */
    if (reason == 0 || (flags & O_DIRECTORY && reason == EINVAL))
        return KR_OK;
    errno = reason;
    return kr_file_fail_made(ctx, path, "made to stay");
}

kr_status kr_sync_file(kr_ctx *ctx, const char *path)
{
    return sync_opened(ctx, path, O_RDONLY);
}

kr_status kr_sync_folder_of(kr_ctx *ctx, const char *path)
{
    kr_arena arena;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    const char *dir = kr_path_dir(&arena, path);
    kr_status s = dir ? sync_opened(ctx, dir, O_RDONLY | O_DIRECTORY) : KR_ENOMEM;
    kr_arena_clear(&arena);
    return s;
}

kr_status kr_file_digest(kr_ctx *ctx, const char *path, char hex[65])
{
    struct sha256_ctx sha;
    uint8_t buf[32768], digest[SHA256_DIGEST_SIZE];
    int64_t size;
    ssize_t n;
    int fd;

    hex[0] = '\0';
    kr_status s = kr_file_open(ctx, path, &fd, &size);
    if (s != KR_OK)
        return s;
    sha256_init(&sha);
    while ((n = file_fill(fd, buf, sizeof buf)) > 0)
        sha256_update(&sha, (size_t)n, buf);
    if (n < 0)
        s = kr_file_fail(ctx, path, "read");
    close(fd);
    if (s != KR_OK)
        return s;
    sha256_digest(&sha, sizeof digest, digest);
    kr_hex(digest, sizeof digest, hex);
    return KR_OK;
}
