/* Inputs of fuzz harnesses as files, since readers take paths. */
#ifndef KR_FUZZ_INPUT_H
#define KR_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Put the bytes into a file in memory; its path is in `path`. Ends the process if it cannot. */
static inline void fuzz_input(const uint8_t *data, size_t size, char *path, size_t path_size)
{
    static int fd = -1;
    if (fd < 0)
        fd = memfd_create("input", 0);
    if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
        abort();
    (void)snprintf(path, path_size, "/proc/self/fd/%d", fd);
}

#endif
