/* What sources and fault sections have of the rates that were disaggregated: tables, and a map of
 * the sections. */
#include "base/str.h"
#include "output/export_int.h"

#include <stdlib.h>
#include <string.h>

/* A source or section, and what it has at one level. */
typedef struct ranked {
    size_t owner;
    double rate; /* a year */
} ranked;

/* Sources, or sections, of one site. */
typedef struct shares {
    kr_exporter *e;
    size_t site, n;
    const char *group, *dataset; /* of results.h5: "disagg-sources", "disagg-sources/rate" */
    char **ids, **texts;         /* tectonic region types, or names of sections */
    kr_export_levels at;
    double *rates;
    ranked *largest; /* at the level at hand, the largest first */
    size_t nlargest; /* above 0 */
    double total;
    kr_arena arena;

    /* of a map */
    size_t *first_part; /* of each section, n + 1 */
    kr_line *parts;
    bool *outline; /* of each part: a ring, not a line */
} shares;

static kr_status damaged(const shares *x)
{
    return kr_fail(x->e->ctx, KR_EINPUT, "%s: '%s' does not fit the rest: the file is damaged",
                   x->e->choice->file, x->group);
}

static kr_status read_texts(shares *x, const char *name, char ***out)
{
    kr_status s = KR_OK;
    size_t n;
    const char *path = kr_arena_printf(&x->arena, "%s/%s", x->group, name);
    KR_TRY(path ? KR_OK : KR_ENOMEM);
    KR_TRY(kr_h5_read_strings(x->e->file, path, &x->arena, out, &n));
    if (n != x->n)
        return damaged(x);
out:
    return s;
}

static kr_status begin(shares *x, const char *texts)
{
    kr_status s = KR_OK;
    size_t dims[KR_H5_MAX_RANK];
    int rank;
    KR_TRY((x->dataset = kr_arena_printf(&x->arena, "%s/rate", x->group)) ? KR_OK : KR_ENOMEM);
    KR_TRY(kr_export_disagg_levels(x->e, x->site, &x->arena, &x->at));
    KR_TRY(kr_h5_dims(x->e->file, x->dataset, dims, &rank));
    if (rank != 4 || dims[0] != x->e->spec->sites->n || dims[1] != x->e->spec->job->nimts ||
        dims[2] != x->at.npoes)
        return damaged(x);
    x->n = dims[3];
    KR_TRY(read_texts(x, "id", &x->ids));
    KR_TRY(read_texts(x, texts, &x->texts));
    KR_ANEW(x->rates, &x->arena, x->n + 1);
    KR_ANEW(x->largest, &x->arena, x->n + 1);
out:
    return s;
}

static int larger(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    return x->rate != y->rate ? (x->rate < y->rate) - (x->rate > y->rate)
                              : (x->owner > y->owner) - (x->owner < y->owner);
}

static kr_status read_level(shares *x, size_t m, size_t p)
{
    kr_status s = KR_OK;
    const size_t start[4] = {x->site, m, p, 0};
    const char *total = kr_arena_printf(&x->arena, "%s/total", x->group);
    KR_TRY(total ? KR_OK : KR_ENOMEM);
    KR_TRY(kr_h5_read_amounts(x->e->file, x->dataset, KR_H5_F64, start,
                              (const size_t[]){1, 1, 1, x->n}, x->rates));
    KR_TRY(kr_h5_read_amounts(x->e->file, total, KR_H5_F64, start, (const size_t[]){1, 1, 1},
                              &x->total));
    x->nlargest = 0;
    for (size_t i = 0; i < x->n; i++)
        if (x->rates[i] > 0)
            x->largest[x->nlargest++] = (ranked){i, x->rates[i]};
    if (x->nlargest && !(x->total > 0))
        return damaged(x);
    qsort(x->largest, x->nlargest, sizeof *x->largest, larger);
    if (kr_interrupted(x->e->ctx))
        s = kr_fail(x->e->ctx, KR_EINTERRUPTED, "interrupted");
out:
    return s;
}

/* Every level in the order of rows; `put` gets the measure and the place among levels. */
static kr_status each_level(shares *x, kr_status (*put)(shares *x, size_t m, size_t l, void *to),
                            void *to)
{
    kr_status s = KR_OK;
    size_t npoes = x->at.npoes;
    for (size_t row = 0; row < x->e->spec->job->nimts * npoes; row++) {
        size_t m = x->at.measures[row / npoes], p = x->at.order[row % npoes];
        if (!kr_export_wants(x->e, m))
            continue;
        KR_TRY(read_level(x, m, p));
        KR_TRY(put(x, m, m * npoes + p, to));
    }
out:
    return s;
}

/* ------------------------------------------------------------------ tables */

static kr_status put_rows(shares *x, size_t m, size_t l, void *to)
{
    kr_table *t = to;
    for (size_t i = 0; i < x->nlargest; i++) {
        kr_table_text(t, x->e->spec->job->imts[m].name);
        kr_table_number(t, x->at.levels[l]);
        kr_table_number(t, x->at.poes[l]);
        kr_table_text(t, x->ids[x->largest[i].owner]);
        kr_table_text(t, x->texts[x->largest[i].owner]);
        kr_table_number(t, x->largest[i].rate);
        kr_table_number(t, x->largest[i].rate / x->total);
        kr_table_end_row(t);
    }
    return KR_OK;
}

static kr_status write_table(shares *x, const char *file, const char *id, const char *text)
{
    kr_status s = KR_OK;
    kr_exporter *e = x->e;
    kr_table t = {0};
    char years[32], lon[32], lat[32];
    const char *const heads[] = {"imt", "iml", "poe", id, text, "afoe", "share"};
    const char *more = kr_arena_printf(
        &e->arena, ", kind='shares of the mean', investigation_time=%s, lon=%s, lat=%s",
        kr_repr_double(e->spec->job->investigation_time, years),
        kr_repr_double(e->spec->sites->lon[x->site], lon),
        kr_repr_double(e->spec->sites->lat[x->site], lat));
    KR_TRY(kr_export_begin(e, kr_arena_printf(&e->arena, "%s-%zu.csv", file, x->site), &t));
    kr_table_comment(&t, 7, kr_export_comment(e, more));
    for (size_t c = 0; c < 7; c++)
        kr_table_text(&t, heads[c]);
    kr_table_end_row(&t);
    s = each_level(x, put_rows, &t);
out:
    return t.file || s != KR_OK ? kr_export_end(e, &t, s) : s;
}

/* ------------------------------------------------------------------ the map */

static kr_status read_places(shares *x, size_t *nparts, const uint32_t **section, kr_point3 **p)
{
    kr_status s = KR_OK;
    kr_h5 *file = x->e->file;
    void *read[5];
    size_t n[5], at = 0;
    static const struct {
        const char *name;
        kr_h5_type type;
    } sets[] = {{"disagg-sections/part_section", KR_H5_U32},
                {"disagg-sections/part_points", KR_H5_U32},
                {"disagg-sections/part_outline", KR_H5_U8},
                {"disagg-sections/lon", KR_H5_F64},
                {"disagg-sections/lat", KR_H5_F64}};
    for (size_t i = 0; i < 5; i++)
        KR_TRY(kr_h5_read(file, sets[i].name, sets[i].type, &x->arena, &read[i], &n[i]));
    if (n[1] != n[0] || n[2] != n[0] || n[4] != n[3])
        return damaged(x);
    KR_ANEW(*p, &x->arena, n[3] + 1);
    KR_ANEW(x->parts, &x->arena, n[0] + 1);
    KR_ANEW(x->outline, &x->arena, n[0] + 1);
    for (size_t i = 0; i < n[3]; i++)
        (*p)[i] = (kr_point3){((double *)read[3])[i], ((double *)read[4])[i], 0};
    for (size_t i = 0; i < n[0]; i++) {
        size_t count = ((uint32_t *)read[1])[i];
        if (count < 2 || count > n[3] - at)
            return damaged(x);
        x->parts[i] = (kr_line){count, *p + at};
        x->outline[i] = ((uint8_t *)read[2])[i] != 0;
        at += count;
    }
    *nparts = n[0];
    *section = read[0];
out:
    return s;
}

/* Parts of sections, which are in their order. */
static kr_status read_parts(shares *x)
{
    kr_status s = KR_OK;
    const uint32_t *section = NULL;
    kr_point3 *p = NULL;
    size_t nparts = 0, part = 0;
    KR_TRY(read_places(x, &nparts, &section, &p));
    KR_ANEW(x->first_part, &x->arena, x->n + 1);
    for (size_t i = 0; i < x->n; i++) {
        x->first_part[i] = part;
        while (part < nparts && section[part] == i)
            part++;
    }
    x->first_part[x->n] = part;
    if (part != nparts)
        return damaged(x);
out:
    return s;
}

static kr_status put_sections(shares *x, size_t m, size_t l, void *to)
{
    kr_status s = KR_OK;
    for (size_t i = 0; i < x->nlargest; i++) {
        size_t k = x->largest[i].owner, first = x->first_part[k];
        const kr_property told[] = {{.name = "id", .text = x->ids[k]},
                                    {.name = "name", .text = x->texts[k]},
                                    {.name = "imt", .text = x->e->spec->job->imts[m].name},
                                    {.name = "iml", .number = x->at.levels[l]},
                                    {.name = "poe", .number = x->at.poes[l]},
                                    {.name = "rate", .number = x->largest[i].rate},
                                    {.name = "share", .number = x->largest[i].rate / x->total}};
        const kr_feature feature = {.kind =
                                        x->outline[first] ? KR_FEATURE_POLYGONS : KR_FEATURE_LINES,
                                    .nparts = x->first_part[k + 1] - first,
                                    .parts = x->parts + first,
                                    .nproperties = sizeof told / sizeof *told,
                                    .properties = told};
        if (feature.nparts == 0)
            return damaged(x);
        KR_TRY(kr_geojson_add(to, &feature));
    }
out:
    return s;
}

static kr_status put_map(void *user, kr_geojson *json)
{
    return each_level(user, put_sections, json);
}

static kr_status write_map(shares *x)
{
    static const char about[] =
        "fault sections at each level that was disaggregated, the largest rate first: rate, of "
        "exceedances a year by ruptures that the section is part of; share, of the rate of all "
        "sources; iml in the unit of the measure; poe in the investigation time";
    kr_status s = KR_OK;
    kr_arena *arena = &x->e->arena;
    KR_TRY(read_parts(x));
    s = kr_export_geojson(x->e, kr_arena_printf(arena, "disagg_sections-%zu.geojson", x->site),
                          about, put_map, x);
    kr_arena_reset(arena);
out:
    return s;
}

/* ------------------------------------------------------------------ all */

kr_status kr_export_shares(kr_exporter *e, size_t site)
{
    kr_status s = KR_OK;
    unsigned what = e->choice->what;
    shares x = {.e = e, .site = site, .group = "disagg-sources"};
    kr_arena_init(&x.arena, e->ctx, KR_ACCOUNT_OUTPUT);
    if (what & KR_EXPORT_DISAGG_SOURCES) {
        KR_TRY(begin(&x, "tectonic_region"));
        KR_TRY(write_table(&x, "disagg_sources", "source_id", "trt"));
    }
    if (!(what & (KR_EXPORT_DISAGG_SECTIONS | KR_EXPORT_SECTIONS_GEOJSON)))
        goto out;
    kr_arena_reset(&x.arena);
    x.group = "disagg-sections";
    KR_TRY(begin(&x, "name"));
    if (what & KR_EXPORT_DISAGG_SECTIONS)
        KR_TRY(write_table(&x, "disagg_sections", "section_id", "name"));
    if (what & KR_EXPORT_SECTIONS_GEOJSON)
        KR_TRY(write_map(&x));
out:
    kr_arena_clear(&x.arena);
    return s;
}
