/* What could be meant by the name of a file that is not there. */
#include "base/file.h"
#include "base/str.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

const char *kr_file_hint(const char *path, char *out, size_t size)
{
    char dir[PATH_MAX] = ".", best[NAME_MAX + 1] = "";
    const char *base = kr_path_base(path);
    size_t length = (size_t)(base - path);

    out[0] = '\0';
    if (length >= sizeof dir)
        return out;
    if (length > 0)
        snprintf(dir, sizeof dir, "%.*s", (int)length, path);
    DIR *names = opendir(dir);
    if (!names)
        return out;
    for (const struct dirent *entry; (entry = readdir(names));) {
        const char *name = entry->d_name;
        bool first = !best[0] || strcmp(name, best) < 0; /* of two that are as near, whatever order
                                                            the folder has */
        const char *two[] = {first ? name : best, first ? best : name};
        if (name[0] != '.' && kr_nearest(base, two, best[0] ? 2 : 1) == name)
            snprintf(best, sizeof best, "%s", name);
    }
    closedir(names);
    if (best[0] && !kr_str_eq(best, base)) /* there, but cannot be read */
        snprintf(out, size, "; did you mean '%s'?", best);
    return out;
}
