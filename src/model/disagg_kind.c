#include "model/disagg_kind.h"

#include "base/str.h"

#define T KR_DIM_TRT
#define M KR_DIM_MAG
#define D KR_DIM_DIST
#define X KR_DIM_LON
#define Y KR_DIM_LAT
#define E KR_DIM_EPS

const kr_disagg_kind kr_disagg_kinds[KR_DISAGG_KINDS] = {
    {"Mag", 1, {M}},
    {"Dist", 1, {D}},
    {"Mag_Dist", 2, {M, D}},
    {"Mag_Dist_Eps", 3, {M, D, E}},
    {"Lon_Lat", 2, {X, Y}},
    {"Mag_Lon_Lat", 3, {M, X, Y}},
    {"TRT", 1, {T}},
    {"TRT_Mag", 2, {T, M}},
    {"TRT_Lon_Lat", 3, {T, X, Y}},
    {"TRT_Mag_Dist", 3, {T, M, D}},
    {"TRT_Mag_Dist_Eps", 4, {T, M, D, E}},
};

static const struct {
    const char *name, *column;
} names[KR_DIMS] = {{"TRT", "trt"}, {"Mag", "mag"}, {"Dist", "dist"},
                    {"Lon", "lon"}, {"Lat", "lat"}, {"Eps", "eps"}};

const char *kr_disagg_dim_name(kr_disagg_dim dim)
{
    return names[dim].name;
}

const char *kr_disagg_dim_column(kr_disagg_dim dim)
{
    return names[dim].column;
}

const kr_disagg_kind *kr_disagg_kind_find(const char *name)
{
    for (size_t i = 0; i < KR_DISAGG_KINDS; i++)
        if (kr_str_eq(kr_disagg_kinds[i].name, name))
            return &kr_disagg_kinds[i];
    return NULL;
}

bool kr_disagg_kind_has(const kr_disagg_kind *kind, kr_disagg_dim dim)
{
    for (size_t i = 0; i < kind->ndims; i++)
        if (kind->dims[i] == dim)
            return true;
    return false;
}
