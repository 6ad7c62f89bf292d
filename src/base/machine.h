/* What the machine lets this process have. */
#ifndef KR_BASE_MACHINE_H
#define KR_BASE_MACHINE_H

#include <stddef.h>

/** The memory that this process may come to hold, in bytes: that of the machine, or less where the
 * limits of its control group or of one above it (version 2: memory.max and memory.high; version 1:
 * memory.limit_in_bytes) or of the process (RLIMIT_AS, RLIMIT_DATA) say so. `root` stands before
 * all paths ("": the machine itself; a folder with copies of /proc and /sys for tests). 0 where
 * nothing can be told. */
size_t kr_machine_memory(const char *root);

/** The same without the limits of the process: what the files below `root` say. */
size_t kr_machine_memory_of_files(const char *root);

#endif
