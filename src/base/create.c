#include "base/create.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

bool kr_clear_way(const char *path)
{
    struct stat st;

    if (lstat(path, &st) != 0)
        return errno == ENOENT;
    if (S_ISBLK(st.st_mode) || S_ISCHR(st.st_mode)) {
        errno = EEXIST;
        return false;
    }
    return unlink(path) == 0 || errno == ENOENT;
}
