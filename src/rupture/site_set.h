/* Some of the sites of a tile. */
#ifndef KR_RUPTURE_SITE_SET_H
#define KR_RUPTURE_SITE_SET_H

#include "geo/site_soa.h"

/* Sites under consideration; for points with their chord distance to the point. */
typedef struct kr_site_set {
    kr_site_soa soa;
    uint32_t *id;  /* in the tile */
    double *chord; /* km */
} kr_site_set;

/** Room for n sites. */
KR_MUST_CHECK kr_status kr_site_set_init(kr_site_set *set, kr_ctx *ctx, size_t n);

/** Fill with the sites `index[0..n)` of `from`. The capacity becomes that of these sites, so that
 * work space for them is no larger than needed; there is room for as many as at the start. */
void kr_site_set_take(kr_site_set *set, const kr_site_soa *from, const uint32_t *index, size_t n);

/** Safe on a zeroed struct. */
/** Bytes of a set of n sites. */
size_t kr_site_set_bytes(size_t n);

void kr_site_set_clear(kr_site_set *set);

#endif
