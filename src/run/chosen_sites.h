/* The sites that an option --sites names. */
#ifndef KR_RUN_CHOSEN_SITES_H
#define KR_RUN_CHOSEN_SITES_H

#include "base/arena.h"

/** Numbers and ranges, "0,5-9", of `all` sites counted from 0: in the order given, in the arena.
 * KR_EUSAGE where they are something else, or none. */
KR_MUST_CHECK kr_status kr_chosen_sites(kr_ctx *ctx, kr_arena *arena, const char *text, size_t all,
                                        size_t **out, size_t *n);

#endif
