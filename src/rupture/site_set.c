#include "rupture/site_set.h"

kr_status kr_site_set_init(kr_site_set *set, kr_ctx *ctx, size_t n)
{
    kr_status s = KR_OK;

    KR_TRY(kr_site_soa_init(&set->soa, ctx, KR_ACCOUNT_RUPTURES, n));
    KR_NEW(set->id, ctx, KR_ACCOUNT_RUPTURES, set->soa.capacity);
    KR_NEW(set->chord, ctx, KR_ACCOUNT_RUPTURES, set->soa.capacity);
out:
    return s;
}

void kr_site_set_take(kr_site_set *set, const kr_site_soa *from, const uint32_t *index, size_t n)
{
    kr_site_soa_gather(&set->soa, from, index, n);
    set->soa.capacity = (n + 7) / 8 * 8;
}

void kr_site_set_clear(kr_site_set *set)
{
    kr_site_soa_clear(&set->soa);
    kr_free(set->id);
    kr_free(set->chord);
}

size_t kr_site_set_bytes(size_t n)
{
    size_t numbers = 1; /* chord */

#define X(name, what) numbers++;
    KR_SITE_SOA_LIST(X)
#undef X
    return (n + 7) / 8 * 8 * (numbers * sizeof(double) + sizeof(uint32_t));
}
