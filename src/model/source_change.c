#include "model/source_change.h"

#include "base/str.h"
#include "model/source_change_fault.h"

typedef struct change_info {
    const char *name;
    int numbers;
    kr_change_target target;
    const char *modification;
} change_info;

static const change_info infos[] = {
#define X(id, name, numbers, target, modification)                                                 \
    {name, numbers, KR_CHANGES_##target, modification},
    KR_CHANGE_LIST(X)
#undef X
};

kr_change_type kr_change_find(const char *name)
{
    int type = 0;
    while (type < KR_CHANGE_COUNT && !kr_str_eq(infos[type].name, name))
        type++;
    return (kr_change_type)type;
}

const char *kr_change_name(kr_change_type type)
{
    return infos[type].name;
}

kr_change_target kr_change_target_of(kr_change_type type)
{
    return infos[type].target;
}

int kr_change_numbers(kr_change_type type)
{
    return infos[type].numbers;
}

/* Names as the reference prints them. */
static const char *class_of_source(kr_source_kind kind)
{
    static const char *const names[] = {
        "PointSource",       "MultiPointSource",   "AreaSource",
        "SimpleFaultSource", "ComplexFaultSource", "CharacteristicFaultSource",
        "KiteFaultSource",   "MultiFaultSource",   "NonParametricSeismicSource"};
    return names[kind];
}

static const char *class_of_mfd(kr_mfd_kind kind)
{
    static const char *const names[] = {"EvenlyDiscretizedMFD", "ArbitraryMFD", "TruncatedGRMFD",
                                        "TaperedGRMFD", "YoungsCoppersmith1985MFD"};
    return names[kind];
}

static kr_status fail_unsupported(kr_ctx *ctx, const kr_source *source, const kr_change *change,
                                  const char *class_name)
{
    return kr_fail_at(ctx, change->file, change->line,
                      "%s: modification %s is not supported by %s of %s '%s'; leave the source out "
                      "with applyToSources",
                      infos[change->type].name, infos[change->type].modification, class_name,
                      kr_source_tag(source->kind), source->id);
}

/* False if the kind of distribution does not support the change. */
static bool change_mfd(kr_mfd *mfd, const kr_change *c)
{
    switch (c->type) {
    case KR_CHANGE_AB_ABSOLUTE:
        return kr_mfd_set_ab(mfd, c->numbers[0], c->numbers[1]);
    case KR_CHANGE_B_ABSOLUTE:
        return kr_mfd_set_b(mfd, c->numbers[0]);
    case KR_CHANGE_B_RELATIVE:
        return kr_mfd_increment_b(mfd, c->numbers[0]);
    case KR_CHANGE_MAX_MAG_ABSOLUTE:
        return kr_mfd_set_max_mag(mfd, c->numbers[0]);
    case KR_CHANGE_MAX_MAG_RELATIVE:
        return kr_mfd_increment_max_mag(mfd, c->numbers[0]);
    case KR_CHANGE_MAX_MAG_RELATIVE_NO_BALANCE:
        return kr_mfd_increment_max_mag_no_balance(mfd, c->numbers[0]);
    case KR_CHANGE_INCREMENTAL_MFD:
        return kr_mfd_set_incremental(mfd, c->min_mag, c->bin_width, c->numbers, c->n);
    default:
        return false;
    }
}

static kr_status change_mfds(kr_ctx *ctx, kr_arena *arena, kr_source *source,
                             const kr_change *change)
{
    kr_status s = KR_OK;
    kr_mfd *mfds = NULL;
    const kr_mfd *from = source->mfds;

    if (source->kind == KR_SOURCE_MULTIPOINT && source->mfds != source->mfds_written &&
        change->compat != KR_COMPAT_EXACT) {
        from = source->mfds_written;
        kr_warn_at(ctx, change->file, change->line,
                   "%s replaces the change before it on multiPointSource '%s', as in the "
                   "reference; --compat exact applies both",
                   infos[change->type].name, source->id);
    }
    KR_ANEW(mfds, arena, source->nmfds);
    for (size_t i = 0; i < source->nmfds; i++) {
        mfds[i] = from[i];
        if (!change_mfd(&mfds[i], change)) {
            s = fail_unsupported(ctx, source, change, class_of_mfd(mfds[i].kind));
            goto out;
        }
        KR_TRY(kr_mfd_check(ctx, &mfds[i], change->file, change->line));
    }
    source->mfds = mfds;
out:
    return s;
}

kr_status kr_source_change(kr_ctx *ctx, kr_arena *arena, const kr_source *from,
                           const kr_change *change, const kr_source **out)
{
    kr_status s = KR_OK;
    kr_source *copy = NULL;
    bool supported = true;
    const change_info *info = &infos[change->type];

    *out = from;
    if (info->target == KR_CHANGES_NOTHING)
        return KR_OK;
    if (info->target == KR_CHANGES_MODEL)
        return kr_fail_at(ctx, change->file, change->line, "%s is no change of a source",
                          info->name);
    if (info->numbers >= 0 && change->n != (size_t)info->numbers)
        return kr_fail_at(ctx, change->file, change->line, "%s holds %zu numbers; it needs %d",
                          info->name, change->n, info->numbers);
    KR_ANEW(copy, arena, 1);
    *copy = *from;
    if (info->target == KR_CHANGES_SOURCE) {
        KR_TRY(kr_source_change_fault(ctx, arena, copy, change, &supported));
        if (!supported)
            return fail_unsupported(ctx, from, change, class_of_source(from->kind));
    } else if (from->nmfds == 0) {
        /* multi-fault and non-parametric sources; dropping the uncertainty would not be seen */
        return fail_unsupported(ctx, from, change, class_of_source(from->kind));
    } else {
        KR_TRY(change_mfds(ctx, arena, copy, change));
    }
    kr_source_hash(copy);
    *out = copy;
out:
    return s;
}
