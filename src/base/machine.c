#include "base/machine.h"

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { LINE = 8192, PATH = 4096 };

static void lower(size_t *limit, unsigned long long bytes)
{
    if (bytes > 0 && bytes < *limit)
        *limit = (size_t)bytes;
}

static FILE *open_below(const char *root, const char *path)
{
    char name[PATH];
    int n = snprintf(name, sizeof name, "%s%s", root, path);
    return n > 0 && (size_t)n < sizeof name ? fopen(name, "re") : NULL;
}

/* Lower the limit to the number that a file holds; "max", or no such file: it stays. */
static void lower_to_file(const char *root, const char *folder, const char *file, size_t *limit)
{
    char path[PATH], text[64];
    int n = snprintf(path, sizeof path, "%s/%s", folder, file);
    FILE *in = n > 0 && (size_t)n < sizeof path ? open_below(root, path) : NULL;
    if (!in)
        return;
    if (fgets(text, sizeof text, in) && text[0] >= '0' && text[0] <= '9')
        lower(limit, strtoull(text, NULL, 10));
    fclose(in);
}

/* ------------------------------------------------------------------ where a control group is */

/* A hierarchy of control groups: the path of the process in it, and where it is mounted. */
typedef struct hierarchy {
    bool unified;                       /* version 2 */
    char path[PATH];                    /* of the process, "" if it is in none */
    char mount[PATH], mount_root[PATH]; /* "": not mounted */
} hierarchy;

static bool has_word(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = list; *p; p += strcspn(p, ",")) {
        p += *p == ',';
        if (strncmp(p, word, n) == 0 && (p[n] == ',' || p[n] == '\0'))
            return true;
    }
    return false;
}

/* Lines of /proc/self/cgroup: number:controllers:path; version 2 is number 0 without controllers.
 */
static void find_path(const char *root, hierarchy *h)
{
    char line[LINE];
    FILE *in = open_below(root, "/proc/self/cgroup");
    while (in && fgets(line, sizeof line, in)) {
        char *controllers = strchr(line, ':');
        char *path = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!path)
            continue;
        *path++ = '\0';
        path[strcspn(path, "\n")] = '\0';
        controllers++;
        if (h->unified ? kr_str_starts(line, "0:") && !*controllers
                       : has_word(controllers, "memory"))
            snprintf(h->path, sizeof h->path, "%.*s", PATH - 1, path);
    }
    if (in)
        fclose(in);
}

/* Blanks and the like stand in /proc/self/mountinfo as \ and three octal digits. */
static void unescape(char *text)
{
    char *to = text;
    for (const char *p = text; *p; p++) {
        bool octal = p[0] == '\\' && p[1] >= '0' && p[1] <= '3' && p[2] >= '0' && p[2] <= '7' &&
                     p[3] >= '0' && p[3] <= '7';
        *to++ = octal ? (char)((p[1] - '0') * 64 + (p[2] - '0') * 8 + (p[3] - '0')) : *p;
        p += octal ? 3 : 0;
    }
    *to = '\0';
}

/* Lines of /proc/self/mountinfo: number parent device root mount options [tags] - type source
 * options. */
static void find_mount(const char *root, hierarchy *h)
{
    char line[LINE];
    FILE *in = open_below(root, "/proc/self/mountinfo");
    while (in && fgets(line, sizeof line, in)) {
        char at[PATH], above[PATH], type[64], options[PATH];
        const char *tail = strstr(line, " - ");
        if (!tail || sscanf(line, "%*s %*s %*s %4095s %4095s", above, at) != 2 ||
            sscanf(tail, " - %63s %*s %4095s", type, options) != 2)
            continue;
        if (h->unified ? strcmp(type, "cgroup2") != 0
                       : strcmp(type, "cgroup") != 0 || !has_word(options, "memory"))
            continue;
        unescape(above);
        unescape(at);
        snprintf(h->mount, sizeof h->mount, "%s", at);
        snprintf(h->mount_root, sizeof h->mount_root, "%s", strcmp(above, "/") ? above : "");
    }
    if (in)
        fclose(in);
}

/* ------------------------------------------------------------------ its limits */

static void lower_to_group(const char *root, const hierarchy *h, const char *folder, size_t *limit)
{
    if (h->unified) {
        lower_to_file(root, folder, "memory.max", limit);
        lower_to_file(root, folder, "memory.high", limit);
    } else {
        lower_to_file(root, folder, "memory.limit_in_bytes", limit);
    }
}

/* The limits of the process's group and of all above it, up to where the hierarchy is mounted. In a
 * container only a part of the hierarchy may be mounted: its mount_root. What is not below that (as
 * /../other) leaves the mounted top alone. */
static void lower_to_hierarchy(const char *root, bool unified, size_t *limit)
{
    hierarchy h = {.unified = unified};
    char folder[2 * PATH];
    find_path(root, &h);
    find_mount(root, &h);
    if (!h.path[0] || !h.mount[0])
        return;
    size_t above = strlen(h.mount_root), top = strlen(h.mount);
    bool below = strncmp(h.path, h.mount_root, above) == 0 &&
                 (h.path[above] == '/' || h.path[above] == '\0') && !strstr(h.path, "/..");
    snprintf(folder, sizeof folder, "%s%s", h.mount, below ? h.path + above : "");
    for (;;) {
        lower_to_group(root, &h, folder, limit);
        char *last = strrchr(folder, '/');
        if (!last || (size_t)(last - folder) < top)
            return;
        *last = '\0';
    }
}

static size_t physical(const char *root)
{
    char line[LINE];
    unsigned long long kib = 0;
    FILE *in = open_below(root, "/proc/meminfo");
    while (in && !kib && fgets(line, sizeof line, in))
        if (kr_str_starts(line, "MemTotal:"))
            kib = strtoull(line + sizeof "MemTotal:" - 1, NULL, 10);
    if (in)
        fclose(in);
    return kib > 0 && kib < SIZE_MAX / 1024 ? (size_t)kib * 1024 : SIZE_MAX;
}

size_t kr_machine_memory_of_files(const char *root)
{
    size_t limit = physical(root);
    lower_to_hierarchy(root, true, &limit);
    lower_to_hierarchy(root, false, &limit);
    return limit == SIZE_MAX ? 0 : limit;
}

size_t kr_machine_memory(const char *root)
{
    struct rlimit of[2];
    const bool known[] = {getrlimit(RLIMIT_AS, &of[0]) == 0, getrlimit(RLIMIT_DATA, &of[1]) == 0};
    size_t files = kr_machine_memory_of_files(root), limit = files ? files : SIZE_MAX;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i] && of[i].rlim_cur != RLIM_INFINITY)
            lower(&limit, (unsigned long long)of[i].rlim_cur);
    return limit == SIZE_MAX ? 0 : limit;
}
