/* Short names of branches: the reference's alphabet, continued. Internal to src/tree. */
#ifndef KR_TREE_NAME_H
#define KR_TREE_NAME_H

#include <stddef.h>

enum { KR_LETTER_MAX = 4 }; /* bytes of a letter in UTF-8 */

/** The letter of the i-th branch of a set, in UTF-8, without NUL; returns its bytes. The reference
 * has 183; beyond them come the code points from U+0100. */
size_t kr_letter(size_t i, char *out);

/** The two letters of the i-th branch of the first set; returns their bytes. */
size_t kr_letter_pair(size_t i, char out[2 * KR_LETTER_MAX]);

#endif
