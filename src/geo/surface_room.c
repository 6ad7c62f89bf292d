/* Work space of distances, and small geometry that surfaces share. */
#include "config.h"
#include "geo/surface_int.h"
#include "num/isa.h"

#include <math.h>
#include <string.h>

#define X(isa) extern const kr_surface_kernels kr_surface_kernels_##isa;
KR_ISA_LIST(X)
#undef X

static const kr_surface_kernels *const tables[] = {
#define X(isa) &kr_surface_kernels_##isa,
    KR_ISA_LIST(X)
#undef X
};

/* The level is 0 where there is one table only, else 2 for the first. */
const kr_surface_kernels *kr_surface_kernels_here(void)
{
    int level = kr_isa_level();

    return tables[level > 2 ? level - 2 : 0];
}

void kr_surface_room_init(kr_surface_room *room, kr_ctx *ctx)
{
    memset(room, 0, sizeof *room);
    room->ctx = ctx;
    room->k = kr_surface_kernels_here();
    kr_arena_init(&room->arena, ctx, KR_ACCOUNT_RUPTURES);
}

static void free_arrays(kr_surface_room *room)
{
    kr_free(room->block);
    kr_free(room->near.site);
    room->block = NULL;
    room->near.site = NULL;
    room->capacity = 0;
}

void kr_surface_room_clear(kr_surface_room *room)
{
    free_arrays(room);
    kr_free(room->planars);
    kr_free(room->shapes);
    kr_arena_clear(&room->arena);
    memset(room, 0, sizeof *room);
}

kr_status kr_surface_room_fit(kr_surface_room *room, size_t capacity)
{
    kr_status s = KR_OK;
    size_t n = kr_padded(capacity);

    if (n <= room->capacity)
        return KR_OK;
    free_arrays(room);
    KR_NEW(room->block, room->ctx, KR_ACCOUNT_RUPTURES, 7 * n);
    KR_NEW(room->near.site, room->ctx, KR_ACCOUNT_RUPTURES, n);
    room->least2 = room->block;
    room->index = room->block + n;
    room->one = room->block + 2 * n;
    room->near.x = room->block + 3 * n;
    room->near.y = room->block + 4 * n;
    room->near.z = room->block + 5 * n;
    room->near.km = room->block + 6 * n;
    room->capacity = n;
out:
    if (s != KR_OK)
        free_arrays(room);
    return s;
}

kr_status kr_surface_work_init(kr_ctx *ctx, kr_surface_work *work)
{
    kr_status s = KR_OK;
    kr_surface_room *room = NULL;

    work->ctx = ctx;
    work->inside = NULL;
    KR_NEW(room, ctx, KR_ACCOUNT_RUPTURES, 1);
    kr_surface_room_init(room, ctx);
    work->inside = room;
out:
    return s;
}

void kr_surface_work_clear(kr_surface_work *work)
{
    if (work->inside)
        kr_surface_room_clear(work->inside);
    kr_free(work->inside);
    work->inside = NULL;
}

void kr_surface_work_keep(kr_surface_work *work, struct kr_outlines *outlines)
{
    kr_surface_room *room = work->inside;

    room->outlines = outlines;
}

/* ---- geometry on the unit sphere ---- */

kr_sphere_frame kr_frame_at(double lon, double lat)
{
    kr_origin o = kr_origin_at(lon, lat);

    return (kr_sphere_frame){o.up, o.east, o.north};
}

static kr_vec3 mix(double a, kr_vec3 p, double b, kr_vec3 q)
{
    return (kr_vec3){a * p.x + b * q.x, a * p.y + b * q.y, a * p.z + b * q.z};
}

static kr_vec3 direction(const kr_sphere_frame *at, double azimuth)
{
    double t = azimuth * (3.14159265358979323846 / 180.0);

    return mix(sin(t), at->east, cos(t), at->north);
}

kr_vec3 kr_pole_of(double lon, double lat, double azimuth)
{
    kr_sphere_frame at = kr_frame_at(lon, lat);

    return direction(&at, azimuth + 90.0);
}

kr_arc_segment kr_segment_of(kr_point3 a, kr_point3 b)
{
    double azimuth = kr_azimuth(a.lon, a.lat, b.lon, b.lat);
    kr_sphere_frame at_a = kr_frame_at(a.lon, a.lat), at_b = kr_frame_at(b.lon, b.lat);

    return (kr_arc_segment){.a = at_a.up,
                            .b = at_b.up,
                            .pole = direction(&at_a, azimuth + 90.0),
                            .along_a = direction(&at_a, azimuth),
                            .along_b = direction(&at_b, azimuth)};
}
