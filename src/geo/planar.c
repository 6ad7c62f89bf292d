#include "geo/planar.h"

#include "config.h"
#include "geo/planar_kernels.h"
#include "num/isa.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

#define X(isa) extern const kr_planar_kernels kr_planar_kernels_##isa;
KR_ISA_LIST(X)
#undef X

static const kr_planar_kernels *const tables[] = {
#define X(isa) &kr_planar_kernels_##isa,
    KR_ISA_LIST(X)
#undef X
};

/* The level is 0 where there is one table only, else 2 for the first. */
static const kr_planar_kernels *kernels(void)
{
    int level = kr_isa_level();

    return tables[level > 2 ? level - 2 : 0];
}

void kr_planar_dims(double area_km2, double aspect, double dip, double upper_km, double lower_km,
                    double *length_km, double *width_km)
{
    double length = sqrt(area_km2 * aspect);
    double width = area_km2 / length;
    double widest = (lower_km - upper_km) / sin(dip * (pi / 180.0));

    if (width > widest) {
        width = widest;
        length = area_km2 / width;
    }
    *length_km = length;
    *width_km = width;
}

/* How far the centre must move down (km) for the rupture to stay inside the seismogenic depths. */
static double shift_down(const kr_shape_spec *spec, double half_height)
{
    double shift = spec->upper_km - spec->zhypo_km + half_height;

    if (shift < 0.0) {
        shift = spec->lower_km - spec->zhypo_km - half_height;
        if (shift > 0.0)
            shift = 0.0;
    }
    return shift;
}

typedef struct displacement {
    double arc_cos, north, east;
} displacement;

static displacement displace(double azimuth, double km)
{
    double a = km / KR_EARTH_RADIUS_KM, t = azimuth * (pi / 180.0);

    return (displacement){cos(a), sin(a) * cos(t), sin(a) * sin(t)};
}

/* The four corners, seen from the centre. */
static void make_corners(kr_shapes *shapes, size_t i, double strike, double theta, double km)
{
    displacement tl = displace(strike + 180.0 + theta, km);
    displacement tr = displace(strike - theta, km);
    displacement bl = displace(strike + 180.0 - theta, km);
    displacement br = displace(strike + theta, km);

    shapes->diag_cos[i] = tl.arc_cos;
    shapes->tl_north[i] = tl.north;
    shapes->tl_east[i] = tl.east;
    shapes->tr_north[i] = tr.north;
    shapes->tr_east[i] = tr.east;
    shapes->bl_north[i] = bl.north;
    shapes->bl_east[i] = bl.east;
    shapes->br_north[i] = br.north;
    shapes->br_east[i] = br.east;
}

void kr_shape_make(const kr_shape_spec *spec, kr_shapes *shapes, size_t i)
{
    double dip = spec->dip * (pi / 180.0), strike = spec->strike * (pi / 180.0);
    double half_length = spec->length_km / 2.0;
    double half_width = spec->width_km * cos(dip) / 2.0;
    double half_height = spec->width_km * sin(dip) / 2.0;
    double theta = atan(half_width / half_length) * (180.0 / pi);
    double diagonal = sqrt(half_length * half_length + half_width * half_width);
    double down = shift_down(spec, half_height);
    double across = down == 0.0 ? 0.0 : fabs(down / tan(dip));
    double centre = spec->zhypo_km + down;
    displacement shift = displace(spec->strike + (down < 0.0 ? 270.0 : 90.0), across);

    shapes->shift_cos[i] = shift.arc_cos;
    shapes->shift_north[i] = shift.north;
    shapes->shift_east[i] = shift.east;
    make_corners(shapes, i, spec->strike, theta, diagonal);
    shapes->strike_cos[i] = cos(strike);
    shapes->strike_sin[i] = sin(strike);
    shapes->strike[i] = spec->strike;
    shapes->dip[i] = spec->dip;
    shapes->rake[i] = spec->rake;
    shapes->ztor[i] = centre - half_height;
    shapes->zbot[i] = centre + half_height;
    shapes->zhypo[i] = spec->shift_hypo ? centre : spec->zhypo_km;
    shapes->reach[i] = across + diagonal + fmax(fabs(shapes->ztor[i]), fabs(shapes->zbot[i]));
}

void kr_shape_copy(const kr_shapes *from, size_t i, kr_shapes *to, size_t j)
{
#define X(name) to->name[j] = from->name[i];
    KR_SHAPE_LIST(X)
#undef X
}

void kr_shapes_pad(kr_shapes *shapes, size_t n)
{
    for (size_t i = n; i % 8; i++)
        kr_shape_copy(shapes, n - 1, shapes, i);
}

kr_origin kr_origin_at(double lon, double lat)
{
    double l = lon * (pi / 180.0), p = lat * (pi / 180.0);
    kr_origin o = {.up = kr_unit_vector(lon, lat),
                   .east = {-sin(l), cos(l), 0.0},
                   .north = {-sin(p) * cos(l), -sin(p) * sin(l), cos(p)}};

    return o;
}

void kr_planars_place(const kr_shapes *shapes, size_t n, const kr_origin *origin, unsigned wanted,
                      kr_planars *out)
{
    kernels()->place(shapes, n, origin, wanted, out);
}

void kr_planars_to_site(const kr_planars *ruptures, const kr_shapes *shapes, size_t n,
                        const kr_site_soa *sites, size_t j, unsigned wanted, const kr_dist_out *out)
{
    kernels()->to_site(ruptures, shapes, n, sites, j, wanted, out);
}

void kr_planar_to_sites(const kr_planars *ruptures, const kr_shapes *shapes, size_t i,
                        const kr_site_soa *sites, unsigned wanted, const kr_dist_out *out)
{
    kernels()->to_sites(ruptures, shapes, i, sites, wanted, out);
}

void kr_chords(const kr_site_soa *sites, kr_vec3 p, double *out)
{
    kernels()->chords(sites, p, out);
}
