#include "geo/site_soa.h"

#include "geo/sphere.h"

#include <string.h>

enum { FIELDS = 9, LANES = 8 };

static size_t padded(size_t n)
{
    return (n + LANES - 1) / LANES * LANES;
}

kr_status kr_site_soa_init(kr_site_soa *soa, kr_ctx *ctx, kr_account account, size_t capacity)
{
    kr_status s = KR_OK;
    size_t room = padded(capacity ? capacity : 1);
    double *next = NULL;

    memset(soa, 0, sizeof *soa);
    KR_NEW(soa->block, ctx, account, room * FIELDS);
    soa->capacity = room;
    next = soa->block;
#define X(name, what)                                                                              \
    soa->name = next;                                                                              \
    next += room;
    KR_SITE_SOA_LIST(X)
#undef X
out:
    return s;
}

void kr_site_soa_clear(kr_site_soa *soa)
{
    kr_free(soa->block);
    memset(soa, 0, sizeof *soa);
}

/* Repeat the last site up to a multiple of 8. */
static void pad(kr_site_soa *soa)
{
    size_t end = padded(soa->n);

    for (size_t i = soa->n; soa->n && i < end; i++) {
#define X(name, what) soa->name[i] = soa->name[soa->n - 1];
        KR_SITE_SOA_LIST(X)
#undef X
    }
}

void kr_site_soa_fill(kr_site_soa *soa, const double *lon, const double *lat, const double *depth,
                      size_t n)
{
    soa->n = n;
    for (size_t i = 0; i < n; i++) {
        double z = depth ? depth[i] : 0.0;
        kr_vec3 p = kr_to_cartesian(lon[i], lat[i], z);
        kr_vec3 u = kr_unit_vector(lon[i], lat[i]);
        soa->lon[i] = lon[i];
        soa->lat[i] = lat[i];
        soa->depth[i] = z;
        soa->x[i] = p.x;
        soa->y[i] = p.y;
        soa->z[i] = p.z;
        soa->ux[i] = u.x;
        soa->uy[i] = u.y;
        soa->uz[i] = u.z;
    }
    pad(soa);
}

void kr_site_soa_gather(kr_site_soa *soa, const kr_site_soa *from, const uint32_t *index, size_t n)
{
    soa->n = n;
#define X(name, what)                                                                              \
    for (size_t i = 0; i < n; i++)                                                                 \
        soa->name[i] = from->name[index[i]];
    KR_SITE_SOA_LIST(X)
#undef X
    pad(soa);
}
