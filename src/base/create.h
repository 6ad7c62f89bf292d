/* Files that are written anew. */
#ifndef KR_BASE_CREATE_H
#define KR_BASE_CREATE_H

#include <stdbool.h>

/** Take a file out of the way that is to be written anew, or a link: not what it leads to. Devices
 * stay. False (errno) where something is there that stays. */
bool kr_clear_way(const char *path);

#endif
