/* Values of a rupture's rake, dip or depth (KR_COL_RAKE, KR_COL_DIP, KR_COL_HYPO_DEPTH) at which
 * the motions that are computed of it jump, because there one form of an equation ends and another
 * begins: there, and nowhere else, the last digit of such a value counts. */
#ifndef KR_MODEL_JUMP_H
#define KR_MODEL_JUMP_H

#include "model/column.h"

#include <stddef.h>

typedef struct kr_jump {
    kr_column column;
    double at;
} kr_jump;

typedef struct kr_jumps {
    size_t n;
    const kr_jump *of;
} kr_jumps;

#endif
