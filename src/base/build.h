/* Which build of the program this is. */
#ifndef KR_BASE_BUILD_H
#define KR_BASE_BUILD_H

enum { KR_BUILD_ID = 2 * 32 + 1 };

/** The identity that the linker gave to the program or library that holds this code (ELF note
 * NT_GNU_BUILD_ID), which changes with the code: hexadecimal digits, "" where it gave none. Returns
 * `out`. */
const char *kr_build_id(char out[KR_BUILD_ID]);

#endif
