#include "model/source_given.h"

#include "base/str.h"
#include "model/geometry_read.h"
#include "model/section.h"
#include "model/source_h5.h"

#include <math.h>
#include <string.h>

void kr_given_build_clear(kr_given_build *b)
{
    kr_free(b->ruptures);
    kr_free(b->row);
    kr_free(b->weights);
    *b = (kr_given_build){0};
}

static kr_status read_weights(kr_source_reader *r, kr_given_build *b, const kr_node *node)
{
    kr_status s = KR_OK;
    const char *text = kr_node_attr(node, "rup_weights"), *bad = "";
    double *list = NULL;

    b->nweights = 0;
    if (!text)
        return KR_OK;
    s = kr_parse_doubles(&r->scratch, text, strlen(text), false, &list, &b->nweights, &bad);
    if (s == KR_EINPUT)
        return kr_fail_at(r->ctx, node->file, node->line,
                          "rup_weights holds '%.40s', which is not a number", bad);
    KR_TRY(s);
    if (b->nweights == 0)
        return kr_fail_at(r->ctx, node->file, node->line,
                          "rup_weights is empty; a number for each rupture is needed");
    for (size_t i = 0; i < b->nweights; i++) {
        if (!(list[i] >= 0 && isfinite(list[i])))
            return kr_fail_at(r->ctx, node->file, node->line,
                              "rup_weights holds %g; weights are 0 or more", list[i]);
    }
    kr_free(b->weights);
    KR_NEW(b->weights, r->ctx, KR_ACCOUNT_READING, b->nweights);
    memcpy(b->weights, list, b->nweights * sizeof *list);
out:
    return s;
}

kr_status kr_given_begin(kr_source_reader *r, kr_given_build *b, const kr_node *node,
                         const char *trt)
{
    kr_status s = KR_OK;

    b->n = b->nprobs = 0;
    KR_TRY(kr_source_begin(r, node, trt, KR_SOURCE_NON_PARAMETRIC, &b->source));
    KR_TRY(read_weights(r, b, node));
out:
    return s;
}

/* The reference wants a sum of exactly 1, which depends on how it is added up: one digit after the
 * other, or by newer versions of Python with what rounding loses. Either will do. */
static bool sums_to_one(const double *x, size_t n)
{
    double sum = 0, lost = 0;

    for (size_t i = 0; i < n; i++) {
        double next = sum + x[i];
        lost += fabs(sum) >= x[i] ? (sum - next) + x[i] : (x[i] - next) + sum;
        sum = next;
    }
    return sum == 1 || sum + lost == 1;
}

static kr_status read_probs(kr_source_reader *r, kr_given_build *b, const kr_node *node,
                            kr_given_rupture *out)
{
    kr_status s = KR_OK;
    double *probs = NULL, sum = 0;
    size_t n = 0;

    KR_TRY(kr_attr_probs(r->ctx, node, &b->row, &b->row_cap, &n));
    if (b->n > 0 && n != b->nprobs)
        return kr_fail_at(r->ctx, node->file, node->line,
                          "probs_occur holds %zu numbers, that of the ruptures before %zu; all of "
                          "a source must have the same length",
                          n, b->nprobs);
    b->nprobs = n;
    for (size_t i = 0; i < n; i++)
        sum += b->row[i];
    if (!sums_to_one(b->row, n))
        return kr_fail_at(r->ctx, node->file, node->line,
                          "probs_occur of <%s> sum to %.17g; they must sum to exactly 1", node->tag,
                          sum);
    KR_ANEW(probs, r->arena, n);
    memcpy(probs, b->row, n * sizeof *probs);
    out->probs = probs;
    out->nprobs = n;
out:
    return s;
}

static kr_status check_hypo(kr_source_reader *r, const kr_node *node, const kr_point3 *hypo)
{
    if (!(hypo->depth > KR_ELEVATION_MAX_KM && hypo->depth < KR_EARTH_RADIUS_KM))
        return kr_fail_at(r->ctx, node->file, node->line,
                          "hypocentral depth %g km is out of range; it must be between %g and %g",
                          hypo->depth, KR_ELEVATION_MAX_KM, KR_EARTH_RADIUS_KM);
    return KR_OK;
}

static kr_status read_hypo(kr_source_reader *r, const kr_node *node, kr_point3 *out)
{
    kr_status s = KR_OK;
    kr_node *hypo = NULL;

    KR_TRY(kr_node_need(r->ctx, node, "hypocenter", &hypo));
    KR_TRY(kr_node_attr_double(r->ctx, hypo, "lon", &out->lon));
    KR_TRY(kr_node_attr_double(r->ctx, hypo, "lat", &out->lat));
    KR_TRY(kr_node_attr_double(r->ctx, hypo, "depth", &out->depth));
    KR_TRY(kr_round_lon_lat(r->ctx, hypo, &out->lon, &out->lat));
    KR_TRY(check_hypo(r, hypo, out));
out:
    return s;
}

/* The one surface of a rupture. The reference meshes complex faults here with the spacing of the
 * others. */
static kr_status read_surface(kr_source_reader *r, const kr_node *node, const char *tag,
                              kr_given_rupture *out)
{
    kr_status s = KR_OK;
    kr_node *child = NULL;
    kr_geometry *geometry = NULL;

    KR_TRY(kr_node_need(r->ctx, node, tag, &child));
    KR_ANEW(geometry, r->arena, 1);
    KR_TRY(kr_geometry_read(r, child, geometry));
    if (geometry->kind == KR_GEOMETRY_COMPLEX) {
        geometry->spacing_km = r->job->rupture_mesh_spacing_km;
        kr_geometry_hash(geometry);
    }
    out->geometries = geometry;
    out->ngeometries = 1;
out:
    return s;
}

kr_status kr_given_add(kr_source_reader *r, kr_given_build *b, const kr_node *node)
{
    static const char *const surfaces[][2] = {{"simpleFaultRupture", "simpleFaultGeometry"},
                                              {"complexFaultRupture", "complexFaultGeometry"},
                                              {"singlePlaneRupture", "planarSurface"},
                                              {"griddedRupture", "griddedSurface"},
                                              {"multiPlanesRupture", NULL}};
    enum { KINDS = sizeof surfaces / sizeof surfaces[0] };
    kr_status s = KR_OK;
    kr_given_rupture rupture = {.weight = NAN};
    size_t kind = 0;

    while (kind < KINDS && !kr_str_eq(node->tag, surfaces[kind][0]))
        kind++;
    if (kind == KINDS)
        return kr_fail_at(r->ctx, node->file, node->line,
                          "<%s> is no rupture of a nonParametricSeismicSource; griddedRupture, "
                          "simpleFaultRupture, complexFaultRupture, singlePlaneRupture and "
                          "multiPlanesRupture are",
                          node->tag);
    KR_TRY(read_probs(r, b, node, &rupture));
    KR_TRY(kr_child_mag(r->ctx, node, &rupture.mag));
    KR_TRY(kr_child_rake(r->ctx, node, &rupture.rake));
    KR_TRY(read_hypo(r, node, &rupture.hypo));
    if (surfaces[kind][1])
        KR_TRY(read_surface(r, node, surfaces[kind][1], &rupture));
    else
        KR_TRY(kr_surfaces_read(r, node, &rupture.geometries, &rupture.ngeometries));
    KR_GROW(b->ruptures, b->cap, b->n + 1, r->ctx, KR_ACCOUNT_READING);
    b->ruptures[b->n++] = rupture;
out:
    return s;
}

/* ------------------------------------------------------------------ from HDF5 */

/* The nodes of one rupture, as they are: the reference does not round them. */
static kr_status h5_surface(kr_source_reader *r, const kr_given_h5 *x, size_t i,
                            const kr_node *node, kr_given_rupture *out)
{
    kr_status s = KR_OK;
    size_t from = x->slice[2 * i], n = x->slice[2 * i + 1] - from;
    kr_geometry *geometry = NULL;
    kr_line *line = NULL;
    kr_point3 *p = NULL;

    KR_ANEW(geometry, r->arena, 1);
    KR_ANEW(line, r->arena, 1);
    KR_ANEW(p, r->arena, n);
    for (size_t k = 0; k < n; k++) {
        const float *at = x->mesh + 3 * (from + k);
        p[k] = (kr_point3){at[0], at[1], at[2]};
    }
    *line = (kr_line){n, p};
    *geometry = (kr_geometry){.kind = KR_GEOMETRY_GRIDDED,
                              .nlines = 1,
                              .lines = line,
                              .dip = NAN,
                              .upper_km = NAN,
                              .lower_km = NAN,
                              .spacing_km = NAN,
                              .profile_km = NAN,
                              .single = true,
                              .file = node->file,
                              .line = node->line};
    kr_geometry_hash(geometry);
    KR_TRY(kr_geometry_check(r->ctx, geometry, &r->scratch, node->file, node->line));
    out->geometries = geometry;
    out->ngeometries = 1;
out:
    return s;
}

static kr_status h5_rupture(kr_source_reader *r, const kr_given_h5 *x, size_t i,
                            const kr_node *node, kr_given_rupture *out)
{
    kr_status s = KR_OK;
    double *probs = NULL, sum = 0;
    const float *hypo = x->hypo + 3 * i;

    *out = (kr_given_rupture){.mag = x->mag[i],
                              .rake = x->rake[i],
                              .hypo = {hypo[0], hypo[1], hypo[2]},
                              .weight = NAN,
                              .nprobs = x->nprobs};
    if (!(fabs(out->hypo.lon) <= 180 && fabs(out->hypo.lat) <= 90))
        return kr_fail_at(r->ctx, node->file, node->line,
                          "hypocentre %g %g of rupture %zu in the HDF5 file is out of range; "
                          "longitude and latitude are needed",
                          out->hypo.lon, out->hypo.lat, i + 1);
    KR_TRY(check_hypo(r, node, &out->hypo));
    KR_ANEW(probs, r->arena, x->nprobs);
    memcpy(probs, x->probs + i * x->nprobs, x->nprobs * sizeof *probs);
    out->probs = probs;
    for (size_t k = 0; k < x->nprobs; k++)
        sum += probs[k];
    if (!(fabs(sum - 1) <= KR_PMF_TOLERANCE))
        return kr_fail_at(r->ctx, node->file, node->line,
                          "probs_occur of rupture %zu in the HDF5 file sum to %.10g; they must sum "
                          "to 1",
                          i + 1, sum);
    KR_TRY(h5_surface(r, x, i, node, out));
out:
    return s;
}

static kr_status read_h5(kr_source_reader *r, kr_given_build *b)
{
    kr_status s = KR_OK;
    const kr_node node = {
        .tag = "nonParametricSeismicSource", .file = b->source->file, .line = b->source->line};
    kr_given_h5 data = {0};

    KR_TRY(kr_given_h5_read(r, b->source, &data));
    KR_GROW(b->ruptures, b->cap, data.n, r->ctx, KR_ACCOUNT_READING);
    for (b->n = 0; b->n < data.n; b->n++)
        KR_TRY(h5_rupture(r, &data, b->n, &node, &b->ruptures[b->n]));
out:
    return s;
}

kr_status kr_given_end(kr_source_reader *r, kr_given_build *b, kr_source **out)
{
    kr_status s = KR_OK;
    kr_source *source = b->source;
    kr_given_rupture *ruptures = NULL;

    if (b->n == 0)
        KR_TRY(read_h5(r, b));
    if (b->nweights > 0 && b->nweights != b->n)
        return kr_fail_at(r->ctx, source->file, source->line,
                          "%zu rup_weights for %zu ruptures; there must be as many", b->nweights,
                          b->n);
    KR_ANEW(ruptures, r->arena, b->n);
    memcpy(ruptures, b->ruptures, b->n * sizeof *ruptures);
    for (size_t i = 0; i < b->nweights; i++)
        ruptures[i].weight = b->weights[i];
    source->given = ruptures;
    source->ngiven = b->n;
    kr_source_hash(source);
    *out = source;
out:
    return s;
}
