/* Files: reading whole ones, paths, digests. */
#ifndef KR_BASE_FILE_H
#define KR_BASE_FILE_H

#include "base/arena.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>

/** The whole file with a NUL appended, in the arena. "No such file" and the like are KR_EINPUT with
 * the path named; read errors KR_EIO. Files over `limit` bytes are refused (0: 1 GiB). */
KR_MUST_CHECK kr_status kr_file_read(kr_ctx *ctx, const char *path, size_t limit, kr_arena *arena,
                                     char **text, size_t *len);

/** Open a regular file for reading; *size is what it has. Here and in all that follows a path may
 * lead into a zip archive, as in "models.zip/ssmLT.xml". *fd is -1 on failures: those of
 * kr_file_read. */
KR_MUST_CHECK kr_status kr_file_open(kr_ctx *ctx, const char *path, int *fd, int64_t *size);

/** "; did you mean 'job.ini'?" where the folder of a path that is not there has a name like it,
 * else "". Returns `out`, which has room for `size` bytes; KR_FILE_HINT is enough. */
const char *kr_file_hint(const char *path, char *out, size_t size);
enum { KR_FILE_HINT = 300 };

/** Record that `path` cannot be `what` ("opened", "read", ...), by errno: KR_EINPUT where another
 * path would mend it, KR_ENOMEM, else KR_EIO. */
kr_status kr_file_fail(kr_ctx *ctx, const char *path, const char *what);

/** The same of a file that is made or removed: no input is wrong then, whatever errno says. */
kr_status kr_file_fail_made(kr_ctx *ctx, const char *path, const char *what);

/** Whether it is a regular file that can be read. True also where the system fails to tell: who
 * opens it then learns why. */
bool kr_file_exists(const char *path);
bool kr_dir_exists(const char *path);

/** The next entry of a folder; NULL at its end with errno 0, or where it cannot be read. */
struct dirent *kr_dir_next(DIR *dir);

/** Cut a file that is open for writing, or lengthen it by zeros. False (errno). */
bool kr_truncate(int fd, size_t bytes);

/** Write all of a buffer where the file stands. False (errno). */
bool kr_write_all(int fd, const void *data, size_t n);

/** Size in bytes, -1 if it cannot be told. */
int64_t kr_file_size(const char *path);

/** Bytes that may still be written on the disk of an existing folder or file; -1 if it cannot be
 * told. */
double kr_disk_free(const char *path);

/** `name` as seen from the folder `dir` ("", "." or NULL: the working folder); absolute names stay.
 * NULL on ENOMEM. */
char *kr_path_join(kr_arena *arena, const char *dir, const char *name);

/** The same from the root of all folders, without links; the path as it is where it leads nowhere.
 * NULL on ENOMEM. */
const char *kr_path_absolute(kr_arena *arena, const char *path);

/** The folder part of a path ("." if there is none) and the last part. */
char *kr_path_dir(kr_arena *arena, const char *path);
const char *kr_path_base(const char *path);

/** Create a folder and its parents. KR_EIO. */
KR_MUST_CHECK kr_status kr_make_dirs(kr_ctx *ctx, const char *path);

/** Let the content of a file, or the names in its folder, stay whatever happens to the machine.
 * KR_EIO. */
KR_MUST_CHECK kr_status kr_sync_file(kr_ctx *ctx, const char *path);
KR_MUST_CHECK kr_status kr_sync_folder_of(kr_ctx *ctx, const char *path);

/** Take the lock file `path` (created if need be), so that no other process has it. *fd is to be
 * given to kr_unlock. KR_EIO where another process has it or it cannot be made. */
KR_MUST_CHECK kr_status kr_lock(kr_ctx *ctx, const char *path, int *fd);

/** Whether a process that can be seen from here has the lock file `path`; it is not disturbed. */
bool kr_is_locked(const char *path);

/** Remove the lock file and give it up; nothing for fd < 0. */
void kr_unlock(const char *path, int fd);

/** SHA-256 of a file as 64 hexadecimal digits. KR_EIO, KR_EINPUT. */
KR_MUST_CHECK kr_status kr_file_digest(kr_ctx *ctx, const char *path, char hex[65]);

/* A running 128-bit content hash (not cryptographic), for "is this the same source?". Where one
 * call ends and the next begins counts: "ab", "c" is not "a", "bc". */
typedef struct kr_hash128 {
    uint64_t a, b;
} kr_hash128;
void kr_hash_init(kr_hash128 *h);
void kr_hash_bytes(kr_hash128 *h, const void *data, size_t n);
void kr_hash_double(kr_hash128 *h, double x);                   /* -0 is 0, all NaNs are one */
void kr_hash_doubles(kr_hash128 *h, const double *x, size_t n); /* the same of n numbers */
void kr_hash_text(kr_hash128 *h, const char *text);
bool kr_hash_equal(kr_hash128 x, kr_hash128 y);

#endif
