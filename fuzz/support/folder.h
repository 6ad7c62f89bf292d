/* A temporary folder of the process for inputs that must be files; it is removed at exit. */
#ifndef KR_FUZZ_FOLDER_H
#define KR_FUZZ_FOLDER_H

#include "support/doc.h"

/** The path of a file in the folder, in one of eight static buffers. "" for the folder. */
const char *fz_path(const char *name);

/** Write a file into the folder. All of these end the process if they cannot. */
void fz_write(const char *name, const void *data, size_t size);

/** All bytes of a file in the folder; free() them. */
fz_bytes fz_read(const char *name);

/** Remove a file or a folder with all it holds, if it is there. */
void fz_remove(const char *name);

#endif
