#include "support/folder.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BUFFERS = 8, DESCRIPTORS = 16 };

static char folder[512];

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *at)
{
    (void)st, (void)flag, (void)at;
    return remove(path);
}

static void remove_tree(const char *path)
{
    struct stat st;
    if (lstat(path, &st) == 0)
        (void)nftw(path, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
}

static void remove_folder(void)
{
    remove_tree(folder);
}

static void make_folder(void)
{
    const char *in = getenv("TMPDIR");
    (void)snprintf(folder, sizeof folder, "%s/kauri-fuzz-XXXXXX", in && *in ? in : "/tmp");
    if (!mkdtemp(folder))
        abort();
    (void)atexit(remove_folder);
}

const char *fz_path(const char *name)
{
    static char paths[BUFFERS][1024];
    static unsigned next;
    char *path = paths[next++ % BUFFERS];

    if (!folder[0])
        make_folder();
    (void)snprintf(path, sizeof paths[0], "%s%s%s", folder, *name ? "/" : "", name);
    return path;
}

void fz_write(const char *name, const void *data, size_t size)
{
    FILE *f = fopen(fz_path(name), "wb");
    if (!f || (size > 0 && fwrite(data, 1, size, f) != size) || fclose(f) != 0)
        abort();
}

fz_bytes fz_read(const char *name)
{
    FILE *f = fopen(fz_path(name), "rb");
    if (!f || fseek(f, 0, SEEK_END) != 0)
        abort();
    long n = ftell(f);
    char *p = n >= 0 ? malloc((size_t)n + 1) : NULL;
    rewind(f);
    if (!p || fread(p, 1, (size_t)n, f) != (size_t)n || fclose(f) != 0)
        abort();
    p[n] = '\0';
    return (fz_bytes){p, (size_t)n};
}

void fz_remove(const char *name)
{
    remove_tree(fz_path(name));
}
