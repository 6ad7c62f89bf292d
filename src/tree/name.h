/* Names of branches: their order, and short ones in the reference's alphabet, continued. Internal
 * to src/tree. */
#ifndef KR_TREE_NAME_H
#define KR_TREE_NAME_H

#include <stdbool.h>
#include <stddef.h>

enum { KR_LETTER_MAX = 4 }; /* bytes of a letter in UTF-8 */

/** The letter of the i-th branch of a set, in UTF-8, without NUL; returns its bytes. The reference
 * has 183; beyond them come the code points from U+0100. */
size_t kr_letter(size_t i, char *out);

/** The two letters of the i-th branch of the first set; returns their bytes. */
size_t kr_letter_pair(size_t i, char out[2 * KR_LETTER_MAX]);

/** Order of two branches of a set in the ids of paths, "b1~b2" ("b1~" comes after "b10~", since '~'
 * comes after digits and letters); `last`: nothing follows it. Below 0, 0, above 0. */
int kr_branch_order(const char *a, bool a_last, const char *b, bool b_last);

#endif
