/* Replays inputs through a fuzz harness where libFuzzer is not linked.
 * usage: fuzz_<reader> FILE|FOLDER... */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static long replayed;

static bool replay_file(const char *path, size_t size)
{
    uint8_t *data = malloc(size > 0 ? size : 1); /* exact, so that a read past the end shows */
    FILE *f = fopen(path, "rb");
    bool ok = data && f && fread(data, 1, size, f) == size;
    if (f)
        fclose(f);
    if (ok) {
        LLVMFuzzerTestOneInput(data, size);
        replayed++;
    } else {
        fprintf(stderr, "%s: cannot read\n", path);
    }
    free(data);
    return ok;
}

static bool replay(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        fprintf(stderr, "%s: cannot read\n", path);
        return false;
    }
    if (!S_ISDIR(st.st_mode))
        return replay_file(path, (size_t)st.st_size);

    struct dirent **entries;
    int n = scandir(path, &entries, NULL, alphasort);
    bool ok = n >= 0;
    for (int i = 0; i < n; i++) {
        const char *name = entries[i]->d_name;
        size_t length = strlen(path) + strlen(name) + 2;
        char *child = malloc(length);
        if (child && name[0] != '.') {
            snprintf(child, length, "%s/%s", path, name);
            ok = replay(child) && ok;
        }
        free(child);
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
    return ok;
}

int main(int argc, char **argv)
{
    bool ok = true;
    for (int i = 1; i < argc; i++)
        ok = replay(argv[i]) && ok;
    if (replayed == 0) {
        fprintf(stderr, "usage: %s FILE|FOLDER... (nothing was replayed)\n", argv[0]);
        return 2;
    }
    printf("%ld inputs replayed\n", replayed);
    return ok ? 0 : 1;
}
