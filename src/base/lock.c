/* Lock files: one writer for a folder. */
#include "base/file.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

kr_status kr_lock(kr_ctx *ctx, const char *path, int *fd)
{
    *fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (*fd < 0)
        return kr_file_fail_made(ctx, path, "created");
    struct stat st;
    char text[128];
    int reason = flock(*fd, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
    if (reason == 0 && fstat(*fd, &st) == 0 && st.st_nlink == 0)
        reason = EWOULDBLOCK; /* given up by another between our two calls: it may be taken again */
    if (reason == 0)
        return KR_OK;
    close(*fd);
    *fd = -1;
    return reason == EWOULDBLOCK
               ? kr_fail(ctx, KR_EIO, "%s: another run is writing into this folder", path)
               : kr_fail(ctx, KR_EIO, "%s: cannot be locked: %s", path,
                         strerror_r(reason, text, sizeof text));
}

void kr_unlock(const char *path, int fd)
{
    if (fd < 0)
        return;
    unlink(path); /* while it is still held: nobody else can be inside */
    close(fd);
}

/* The system's list has a line for each lock: "1: FLOCK  ADVISORY  WRITE 123 08:01:456 0 EOF", the
 * number of the file after the last colon. To try the lock would disturb who is about to take it.
 * Devices have several names, the number of the file is enough. */
bool kr_is_locked(const char *path)
{
    struct stat st;
    char line[256], number[32];
    bool found = false;
    if (stat(path, &st) != 0)
        return false;
    FILE *locks = fopen("/proc/locks", "re");
    if (!locks)
        return false;
    snprintf(number, sizeof number, ":%llu ", (unsigned long long)st.st_ino);
    while (!found && fgets(line, sizeof line, locks))
        found = strstr(line, " FLOCK ") && strstr(line, number);
    fclose(locks);
    return found;
}
