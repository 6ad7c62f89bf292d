#include "model/source_change_fault.h"

#include "model/fault_area.h"

#include <math.h>

/* Which kind of source supports a change. Others do in name only: their geometry, for example, can
 * be set, but not to that of another kind. */
static bool is_supported(kr_source_kind kind, kr_change_type type)
{
    switch (type) {
    case KR_CHANGE_COMPLEX_GEOMETRY:
        return kind == KR_SOURCE_COMPLEX_FAULT;
    case KR_CHANGE_CHARACTERISTIC_GEOMETRY:
        return kind == KR_SOURCE_CHARACTERISTIC;
    case KR_CHANGE_GR_FROM_SLIP:
        return kind == KR_SOURCE_SIMPLE_FAULT || kind == KR_SOURCE_COMPLEX_FAULT ||
               kind == KR_SOURCE_CHARACTERISTIC;
    default:
        return kind == KR_SOURCE_SIMPLE_FAULT;
    }
}

/* Check the geometries with the branch's line, and let the source have them. */
static kr_status set_geometries(kr_ctx *ctx, kr_source *source, const kr_change *change,
                                const kr_geometry *list, size_t n)
{
    kr_status s = KR_OK;
    kr_arena scratch;

    kr_arena_init(&scratch, ctx, KR_ACCOUNT_READING);
    for (size_t i = 0; i < n; i++)
        KR_TRY(kr_geometry_check(ctx, &list[i], &scratch, change->file, change->line));
    source->geometries = list;
    source->ngeometries = n;
out:
    kr_arena_clear(&scratch);
    return s;
}

/* Dip or lower depth of a simple fault. */
static kr_status change_simple(kr_ctx *ctx, kr_arena *arena, kr_source *source,
                               const kr_change *change)
{
    kr_status s = KR_OK;
    kr_geometry *geometry = NULL;
    double number = change->numbers[0];

    KR_ANEW(geometry, arena, 1);
    *geometry = source->geometries[0];
    if (change->type == KR_CHANGE_DIP_RELATIVE)
        geometry->dip += number;
    else if (change->type == KR_CHANGE_DIP_ABSOLUTE)
        geometry->dip = number;
    else
        geometry->lower_km = number;
    kr_geometry_hash(geometry);
    KR_TRY(set_geometries(ctx, source, change, geometry, 1));
out:
    return s;
}

/* A distribution of the source's own, to be written. */
static kr_status own_mfd(kr_arena *arena, kr_source *source, kr_mfd **out)
{
    kr_status s = KR_OK;

    KR_ANEW(*out, arena, 1);
    **out = source->mfds[0];
    source->mfds = *out;
out:
    return s;
}

static kr_status gr_from_slip(kr_ctx *ctx, kr_arena *arena, kr_source *source,
                              const kr_change *change)
{
    kr_status s = KR_OK;
    kr_mfd *mfd = NULL;
    double area = 0;

    KR_TRY(own_mfd(arena, source, &mfd));
    KR_TRY(kr_source_area_km2(ctx, source, change->compat, change->file, change->line, &area));
    if (!kr_mfd_set_slip(mfd, change->slip_rate, change->rigidity, area, change->moment_constant))
        return kr_fail_at(ctx, change->file, change->line,
                          "%s: the distribution of %s '%s' is no truncGutenbergRichterMFD; leave "
                          "the source out with applyToSources",
                          kr_change_name(change->type), kr_source_tag(source->kind), source->id);
    KR_TRY(kr_mfd_check(ctx, mfd, change->file, change->line));
out:
    return s;
}

static kr_status recompute_max_mag(kr_ctx *ctx, kr_arena *arena, kr_source *source,
                                   const kr_change *change)
{
    kr_status s = KR_OK;
    kr_mfd *mfd = NULL;
    double area = 0, mag = 0, sigma = 0;

    KR_TRY(own_mfd(arena, source, &mfd));
    KR_TRY(kr_source_area_km2(ctx, source, change->compat, change->file, change->line, &area));
    if (!kr_msr_mag(&source->msr, area, source->rake, &mag, &sigma))
        return kr_fail_at(
            ctx, change->file, change->line,
            "%s: %s of %s '%s' gives areas of magnitudes, but no magnitudes of areas; "
            "WC1994 would do both",
            kr_change_name(change->type), source->msr.name, kr_source_tag(source->kind),
            source->id);
    /* other distributions have no greatest magnitude that would count */
    if (mfd->kind == KR_MFD_TRUNC_GR || mfd->kind == KR_MFD_TAPERED_GR)
        mfd->max_mag = mag + change->numbers[0] * sigma;
    /* the reference does not ask for a whole bin here, as it does everywhere else */
    if (!kr_mfd_has_bins(mfd) || mfd->max_mag > mfd->min_mag + mfd->bin_width)
        KR_TRY(kr_mfd_check(ctx, mfd, change->file, change->line));
out:
    return s;
}

static kr_status set_msr(kr_ctx *ctx, kr_source *source, const kr_change *change)
{
    if (change->msr && kr_msr_find(change->msr, &source->msr))
        return KR_OK;
    return kr_fail_at(ctx, change->file, change->line,
                      "%s: '%.60s' is no magnitude-scaling relationship; WC1994 would be one",
                      kr_change_name(change->type), change->msr ? change->msr : "");
}

kr_status kr_source_change_fault(kr_ctx *ctx, kr_arena *arena, kr_source *source,
                                 const kr_change *change, bool *supported)
{
    *supported = is_supported(source->kind, change->type);
    if (!*supported)
        return KR_OK;
    switch (change->type) {
    case KR_CHANGE_SIMPLE_GEOMETRY:
    case KR_CHANGE_COMPLEX_GEOMETRY:
    case KR_CHANGE_CHARACTERISTIC_GEOMETRY:
        return set_geometries(ctx, source, change, change->geometries, change->ngeometries);
    case KR_CHANGE_GR_FROM_SLIP:
        return gr_from_slip(ctx, arena, source, change);
    case KR_CHANGE_RECOMPUTE_MMAX:
        return recompute_max_mag(ctx, arena, source, change);
    case KR_CHANGE_MSR:
        return set_msr(ctx, source, change);
    default:
        return change_simple(ctx, arena, source, change);
    }
}
