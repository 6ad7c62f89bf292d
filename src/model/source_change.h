/* Changes of sources by the branches of a source-model logic tree. */
#ifndef KR_MODEL_SOURCE_CHANGE_H
#define KR_MODEL_SOURCE_CHANGE_H

#include "model/source.h"

/* What a change acts on. */
typedef enum kr_change_target {
    KR_CHANGES_MODEL,  /* which files: no change of a source */
    KR_CHANGES_MFD,    /* the magnitude-frequency distribution */
    KR_CHANGES_SOURCE, /* the source itself */
    KR_CHANGES_NOTHING
} kr_change_target;

/* X(id, uncertaintyType, numbers in its value (-1: not a list of numbers), target, the reference's
 * name of the modification) */
#define KR_CHANGE_LIST(X)                                                                          \
    X(SOURCE_MODEL, "sourceModel", -1, MODEL, "")                                                  \
    X(EXTEND_MODEL, "extendModel", -1, MODEL, "")                                                  \
    X(AB_ABSOLUTE, "abGRAbsolute", 2, MFD, "set_ab")                                               \
    X(B_ABSOLUTE, "bGRAbsolute", 1, MFD, "set_bGR")                                                \
    X(B_RELATIVE, "bGRRelative", 1, MFD, "increment_b")                                            \
    X(MAX_MAG_ABSOLUTE, "maxMagGRAbsolute", 1, MFD, "set_max_mag")                                 \
    X(MAX_MAG_RELATIVE, "maxMagGRRelative", 1, MFD, "increment_max_mag")                           \
    X(MAX_MAG_RELATIVE_NO_BALANCE, "maxMagGRRelativeNoMoBalance", 1, MFD,                          \
      "increment_max_mag_no_mo_balance")                                                           \
    X(INCREMENTAL_MFD, "incrementalMFDAbsolute", -1, MFD, "set_mfd")                               \
    X(GR_FROM_SLIP, "truncatedGRFromSlipAbsolute", -1, SOURCE, "adjust_mfd_from_slip")             \
    X(DIP_RELATIVE, "simpleFaultDipRelative", 1, SOURCE, "adjust_dip")                             \
    X(DIP_ABSOLUTE, "simpleFaultDipAbsolute", 1, SOURCE, "set_dip")                                \
    X(SIMPLE_GEOMETRY, "simpleFaultGeometryAbsolute", -1, SOURCE, "set_geometry")                  \
    X(COMPLEX_GEOMETRY, "complexFaultGeometryAbsolute", -1, SOURCE, "set_geometry")                \
    X(CHARACTERISTIC_GEOMETRY, "characteristicFaultGeometryAbsolute", -1, SOURCE, "set_geometry")  \
    X(MSR, "setMSRAbsolute", -1, SOURCE, "set_msr")                                                \
    X(RECOMPUTE_MMAX, "recomputeMmax", 1, SOURCE, "recompute_mmax")                                \
    X(LOWER_DEPTH, "setLowerSeismDepthAbsolute", 1, SOURCE, "set_lower_seismogenic_depth")         \
    X(DUMMY, "dummy", -1, NOTHING, "")

typedef enum kr_change_type {
#define X(id, name, numbers, target, modification) KR_CHANGE_##id,
    KR_CHANGE_LIST(X)
#undef X
        KR_CHANGE_COUNT
} kr_change_type;

/* One branch's change; everything is borrowed and must live as long as the changed sources. */
typedef struct kr_change {
    kr_change_type type;
    const double *numbers; /* as written; of incrementalMFDAbsolute the rates */
    size_t n;
    double min_mag, bin_width;     /* incrementalMFDAbsolute */
    const char *msr;               /* setMSRAbsolute */
    const kr_geometry *geometries; /* ...GeometryAbsolute: as many as ngeometries */
    size_t ngeometries;
    double slip_rate, rigidity, moment_constant; /* truncatedGRFromSlipAbsolute: mm/yr, GPa */
    const char *file;                            /* of the branch */
    int line;
    kr_compat compat;
} kr_change;

/** The type of that name, or KR_CHANGE_COUNT. */
kr_change_type kr_change_find(const char *name);

const char *kr_change_name(kr_change_type type);
kr_change_target kr_change_target_of(kr_change_type type);

/** How many numbers the value of an uncertaintyModel of this type holds; -1: no list of numbers. */
int kr_change_numbers(kr_change_type type);

/** A changed copy in the arena, or the source itself where nothing changes. It shares everything
 * else with the original. A change that the source or its distribution does not support, or that
 * makes a distribution wrong, is KR_EINPUT at the branch's file and line.
 *
 * A multi-point source keeps, as in the reference, only the last change of its distributions
 * (with a warning); KR_COMPAT_EXACT applies one on top of the other. */
KR_MUST_CHECK kr_status kr_source_change(kr_ctx *ctx, kr_arena *arena, const kr_source *from,
                                         const kr_change *change, const kr_source **out);

#endif
