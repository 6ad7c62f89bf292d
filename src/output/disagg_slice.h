/* A table of a disaggregation in slices of its bins: tables may be larger than what is to be held.
 */
#ifndef KR_OUTPUT_DISAGG_SLICE_H
#define KR_OUTPUT_DISAGG_SLICE_H

#include <stddef.h>

/** The slice that begins at a bin, where the one before it ended (the first at 0): neighbours in
 * the order of bins, on `ndims` axes with n[i] places each, at most `most` of them, but at least
 * one. start[i] and count[i] are its places. Returns how many bins it has. */
size_t kr_disagg_slice(const size_t *n, size_t ndims, size_t most, size_t bin, size_t *start,
                       size_t *count);

#endif
