/* Sites as arrays for the distance kernels: 64-byte aligned, padded to a multiple of 8 by repeating
 * the last site, so that every site is worked on by the same vector code wherever it stands. */
#ifndef KR_GEO_SITE_SOA_H
#define KR_GEO_SITE_SOA_H

#include "base/mem.h"

#include <stdint.h>

/* X(name, what): the arrays. */
#define KR_SITE_SOA_LIST(X)                                                                        \
    X(lon, "degrees")                                                                              \
    X(lat, "degrees")                                                                              \
    X(depth, "km, positive down")                                                                  \
    X(x, "km, at its depth")                                                                       \
    X(y, "km")                                                                                     \
    X(z, "km")                                                                                     \
    X(ux, "unit vector to the point at zero depth")                                                \
    X(uy, "")                                                                                      \
    X(uz, "")

typedef struct kr_site_soa {
    size_t n;        /* sites */
    size_t capacity; /* of every array, a multiple of 8 */
#define X(name, what) double *name;
    KR_SITE_SOA_LIST(X)
#undef X
    double *block; /* owns the arrays */
} kr_site_soa;

/** Make room for `capacity` sites in the caller's struct; n is 0. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_site_soa_init(kr_site_soa *soa, kr_ctx *ctx, kr_account account,
                                         size_t capacity);

/** Free the arrays; safe on a zeroed struct. */
void kr_site_soa_clear(kr_site_soa *soa);

/** Fill from arrays (degrees, km); n at most the capacity. depth NULL: zero. */
void kr_site_soa_fill(kr_site_soa *soa, const double *lon, const double *lat, const double *depth,
                      size_t n);

/** Take the sites `index[0..n)` of another one. */
void kr_site_soa_gather(kr_site_soa *soa, const kr_site_soa *from, const uint32_t *index, size_t n);

#endif
