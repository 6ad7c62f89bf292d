/* Geometry of faults as read: traces, edges, profiles, corners. No meshes: those are made by the
 * rupture room, once for each distinct geometry. */
#ifndef KR_MODEL_GEOMETRY_H
#define KR_MODEL_GEOMETRY_H

#include "base/file.h"
#include "geo/line.h"

typedef enum kr_geometry_kind {
    KR_GEOMETRY_SIMPLE,  /* lines: the trace */
    KR_GEOMETRY_COMPLEX, /* lines: edges, top to bottom */
    KR_GEOMETRY_PLANAR,  /* one line: top left, top right, bottom left, bottom right */
    KR_GEOMETRY_GRIDDED, /* one line: nodes in no order */
    KR_GEOMETRY_KITE     /* lines: profiles */
} kr_geometry_kind;

typedef struct kr_geometry {
    kr_geometry_kind kind;
    size_t nlines;
    const kr_line *lines;
    double dip, upper_km, lower_km; /* simple only; else NaN */
    double spacing_km; /* of the mesh: the attribute, or the job's; simple, complex, kite */
    double profile_km; /* kite: along profiles; simple, but meant as a kite: the same; else NaN */
    bool single;       /* gridded: the nodes are numbers of single precision, as the reference's */
    kr_hash128 digest; /* of everything above */
    const char *file;
    int line;
} kr_geometry;

/** Compute the digest. */
void kr_geometry_hash(kr_geometry *geometry);

/** The reference's checks that need no mesh, after reading and after a change; KR_EINPUT at
 * file:line. */
KR_MUST_CHECK kr_status kr_geometry_check(kr_ctx *ctx, const kr_geometry *geometry,
                                          kr_arena *scratch, const char *file, int line);

/** Tag in NRML ("simpleFaultGeometry", "kiteSurface", ...). */
const char *kr_geometry_tag(kr_geometry_kind kind);

/** The kind of that tag; false if there is none. */
bool kr_geometry_kind_find(const char *tag, kr_geometry_kind *out);

#endif
