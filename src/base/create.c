#include "base/create.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

bool kr_clear_way(const char *path)
{
    return unlink(path) == 0 || errno == ENOENT;
}

FILE *kr_file_create(const char *path)
{
    int fd = -1;
    if (kr_clear_way(path))
        fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    FILE *file = fd >= 0 ? fdopen(fd, "wb") : NULL;
    if (fd >= 0 && !file) {
        int reason = errno;
        close(fd);
        errno = reason;
    }
    return file;
}
