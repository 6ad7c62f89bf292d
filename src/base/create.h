/* Files that are written anew. */
#ifndef KR_BASE_CREATE_H
#define KR_BASE_CREATE_H

#include <stdbool.h>
#include <stdio.h>

/** Take a file out of the way that is to be written anew, or a link: not what it leads to. False
 * (errno) where something is there that stays. */
bool kr_clear_way(const char *path);

/** Open a file for writing that is not there yet, once the way is clear: whoever put a link in its
 * place would have another file overwritten. NULL: errno says why. */
FILE *kr_file_create(const char *path);

#endif
