/* The tables of disaggregation: which axes each of them keeps. */
#ifndef KR_MODEL_DISAGG_KIND_H
#define KR_MODEL_DISAGG_KIND_H

#include <stdbool.h>
#include <stddef.h>

typedef enum kr_disagg_dim {
    KR_DIM_TRT,
    KR_DIM_MAG,
    KR_DIM_DIST,
    KR_DIM_LON,
    KR_DIM_LAT,
    KR_DIM_EPS,
    KR_DIMS
} kr_disagg_dim;

enum { KR_DISAGG_KINDS = 11, KR_DISAGG_MOST_DIMS = 4 };

typedef struct kr_disagg_kind {
    const char *name; /* the reference's: "TRT_Mag_Dist" */
    size_t ndims;
    kr_disagg_dim dims[KR_DISAGG_MOST_DIMS];
} kr_disagg_kind;

/** All of them, in the reference's order. */
extern const kr_disagg_kind kr_disagg_kinds[KR_DISAGG_KINDS];

/** "TRT", "Mag", "Dist", "Lon", "Lat", "Eps"; as the head of a column "trt", "mag", ... */
const char *kr_disagg_dim_name(kr_disagg_dim dim);
const char *kr_disagg_dim_column(kr_disagg_dim dim);

/** NULL: there is none of that name. */
const kr_disagg_kind *kr_disagg_kind_find(const char *name);

bool kr_disagg_kind_has(const kr_disagg_kind *kind, kr_disagg_dim dim);

#endif
