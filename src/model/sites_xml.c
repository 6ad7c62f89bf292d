/* Site models in NRML. */
#include "model/sites_int.h"

#include "base/str.h"
#include "input/xml.h"

#include <assert.h>
#include <string.h>

/* The column of an attribute; KR_COL_COUNT for those that are no parameter here. */
static kr_status xml_column(kr_sites_reader *r, const kr_node *node, const char *name,
                            kr_column *out)
{
    *out = kr_str_eq(name, "vs30Type") ? KR_COL_VS30MEASURED : kr_column_find(name);
    if (*out != KR_COL_COUNT && kr_column_kind_of(*out) != KR_COLUMN_SITE)
        *out = KR_COL_COUNT;
    if (*out == KR_COL_COUNT && !kr_site_param_is_ignored(name) &&
        !kr_str_eq(name, "custom_site_id"))
        return kr_fail_at(r->ctx, node->file, node->line,
                          "<site> has the attribute '%.40s', which is no site parameter; remove it",
                          name);
    return KR_OK;
}

static kr_status xml_place(kr_sites_reader *r, const kr_node *node, kr_site_point *out)
{
    kr_status s = KR_OK;

    *out = (kr_site_point){.line = node->line};
    KR_TRY(kr_node_attr_double(r->ctx, node, "lon", &out->lon));
    KR_TRY(kr_node_attr_double(r->ctx, node, "lat", &out->lat));
    if (kr_node_attr(node, "depth"))
        KR_TRY(kr_node_attr_double(r->ctx, node, "depth", &out->depth));
    KR_TRY(kr_point_check(r->ctx, node->file, out));
out:
    return s;
}

/* The attributes of one site; all sites have those of the first. */
static kr_status xml_site(kr_sites_reader *r, const char *path, const kr_node *node,
                          const kr_node *first, size_t i, kr_site_table *out)
{
    kr_status s = KR_OK;

    for (size_t k = 0; k < first->nattrs; k++)
        if (!kr_node_attr(node, first->attrs[k].name))
            return kr_fail_at(r->ctx, node->file, node->line,
                              "<site> has no attribute '%.40s', which the first site has",
                              first->attrs[k].name);
    for (size_t k = 0; k < node->nattrs; k++) {
        const kr_attr *attr = &node->attrs[k];
        kr_column column;
        KR_TRY(xml_column(r, node, attr->name, &column));
        if (kr_str_eq(attr->name, "custom_site_id") && out->custom_site_id)
            KR_TRY(kr_site_id_put(r, out, i, attr->value, path, node->line));
        if (column == KR_COL_COUNT || !out->param[column])
            continue;
        if (kr_str_eq(attr->name, "vs30Type"))
            out->param[column][i] = kr_str_eq(attr->value, "measured");
        else
            KR_TRY(kr_site_value(r, node->file, node->line, column, attr->value,
                                 &out->param[column][i]));
    }
out:
    return s;
}

static kr_status xml_make_columns(kr_sites_reader *r, const kr_node *first, kr_site_table *out)
{
    kr_status s = KR_OK;

    KR_ANEW(out->lon, r->arena, out->n);
    KR_ANEW(out->lat, r->arena, out->n);
    if (kr_node_attr(first, "depth"))
        KR_ANEW(out->depth, r->arena, out->n);
    if (kr_node_attr(first, "custom_site_id")) {
        KR_ANEW(out->custom_site_id, r->arena, out->n);
        KR_ANEW(out->id_place, r->arena, out->n);
    }
    for (size_t k = 0; k < first->nattrs; k++) {
        kr_column column;
        KR_TRY(xml_column(r, first, first->attrs[k].name, &column));
        if (column != KR_COL_COUNT && column != KR_COL_LON && column != KR_COL_LAT &&
            column != KR_COL_DEPTH)
            KR_TRY(kr_site_table_column(r, out, column));
    }
    /* These stand for false or nothing where the file does not give them. */
    KR_TRY(kr_site_table_column(r, out, KR_COL_VS30MEASURED));
    KR_TRY(kr_site_table_column(r, out, KR_COL_BACKARC));
    if (r->required >> KR_COL_AMPCODE & 1)
        KR_TRY(kr_site_table_column(r, out, KR_COL_AMPCODE));
    for (unsigned c = 0; c < KR_COL_COUNT; c++) {
        kr_column column = (kr_column)c;
        bool place = column == KR_COL_LON || column == KR_COL_LAT || column == KR_COL_DEPTH;
        if ((r->required >> c & 1) && kr_column_kind_of(column) == KR_COLUMN_SITE && !place &&
            !out->param[c])
            return kr_fail_at(r->ctx, first->file, first->line,
                              "<site> has no attribute '%s', which the ground-motion models need",
                              kr_column_name(column));
    }
out:
    return s;
}

kr_status kr_site_model_xml(kr_sites_reader *r, const char *path, kr_site_table *out)
{
    kr_status s = KR_OK;
    kr_node *root = NULL, *model = NULL, *first = NULL;
    kr_site_point *points = NULL;
    size_t i = 0;

    KR_TRY(kr_xml_load(r->ctx, path, &r->scratch, &root));
    KR_TRY(kr_node_need(r->ctx, root, "siteModel", &model));
    KR_TRY(kr_node_need(r->ctx, model, "site", &first));
    assert(first);
    for (const kr_node *node = first; node; node = kr_node_next(node))
        out->n++;
    KR_ANEW(points, &r->scratch, out->n);
    KR_TRY(xml_make_columns(r, first, out));
    for (const kr_node *node = first; node; node = kr_node_next(node), i++) {
        KR_TRY(xml_place(r, node, &points[i]));
        out->lon[i] = points[i].lon;
        out->lat[i] = points[i].lat;
        if (out->depth)
            out->depth[i] = points[i].depth;
        KR_TRY(xml_site(r, path, node, first, i, out));
    }
    KR_TRY(kr_points_check_distinct(r->ctx, path, points, out->n));
out:
    return s;
}
