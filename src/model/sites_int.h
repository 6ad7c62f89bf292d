/* The inside of kr_sites_read. */
#ifndef KR_MODEL_SITES_INT_H
#define KR_MODEL_SITES_INT_H

#include "model/sites.h"

/* A row of points as read: with its place in the file. */
typedef struct kr_site_point {
    double lon, lat, depth;
    int line;
} kr_site_point;

/* Where something was read. */
typedef struct kr_site_place {
    const char *file;
    int line;
} kr_site_place;

/* A site model: points with site parameters, in the arena of the sites. */
typedef struct kr_site_table {
    size_t n;
    double *lon, *lat;           /* 5 decimals */
    double *depth;               /* NULL if the files have none */
    double *param[KR_COL_COUNT]; /* NULL where the files have none */
    const char **custom_site_id; /* NULL likewise */
    kr_site_place *id_place;     /* of each of them */
} kr_site_table;

typedef struct kr_sites_reader {
    kr_ctx *ctx;
    const kr_job *job;
    kr_columns required;
    kr_sites *sites;
    kr_arena *arena;     /* of the sites */
    kr_arena scratch;    /* forgotten at the end */
    kr_site_table model; /* n = 0 without one */
    kr_site_point *assets;
    size_t nassets; /* distinct places of assets, by lon, lat */
} kr_sites_reader;

/* sites_points.c */
/** "lon lat [depth], lon lat [depth], ...": checked, in the order written. `what` names them in
 * messages. */
KR_MUST_CHECK kr_status kr_points_parse(kr_ctx *ctx, kr_arena *arena, const char *file, int line,
                                        const char *text, kr_site_point **out, size_t *n);
/** One point from `p` to `end`, separated by blanks (and commas). */
KR_MUST_CHECK kr_status kr_point_read(kr_ctx *ctx, const char *file, int line, const char *p,
                                      const char *end, kr_site_point *out);
/** Range check and rounding to 5 decimals. */
KR_MUST_CHECK kr_status kr_point_check(kr_ctx *ctx, const char *file, kr_site_point *point);
/** Sort by (lon, lat, depth). */
void kr_points_sort(kr_site_point *points, size_t n);
/** Error if two points share lon and lat. */
KR_MUST_CHECK kr_status kr_points_check_distinct(kr_ctx *ctx, const char *file,
                                                 const kr_site_point *points, size_t n);

/* sites_model.c, sites_xml.c */
KR_MUST_CHECK kr_status kr_site_model_read(kr_sites_reader *r);
KR_MUST_CHECK kr_status kr_site_model_xml(kr_sites_reader *r, const char *path, kr_site_table *out);
/** Make room for a column. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_site_table_column(kr_sites_reader *r, kr_site_table *table,
                                             kr_column column);
/** A value of a site parameter, as a number. */
KR_MUST_CHECK kr_status kr_site_value(kr_sites_reader *r, const char *file, int line,
                                      kr_column column, const char *text, double *out);
/** True for parameters of the field that no classical calculation uses. */
bool kr_site_param_is_ignored(const char *name);

/* sites_ids.c */
/** The custom_site_id of a row, copied; `file` must outlive the reader. The table has room. */
KR_MUST_CHECK kr_status kr_site_id_put(kr_sites_reader *r, kr_site_table *table, size_t row,
                                       const char *text, const char *file, int line);
/** When all tables are joined: as long as the profile keeps them, and still different (KR_EINPUT).
 */
KR_MUST_CHECK kr_status kr_site_ids_settle(kr_sites_reader *r);

/* sites_exposure.c */
KR_MUST_CHECK kr_status kr_exposure_read(kr_sites_reader *r);
/** Leave out the sites without assets near them. */
KR_MUST_CHECK kr_status kr_exposure_associate(kr_sites_reader *r);

/* sites_params.c */
/** Give the sites all parameters: from the site model's nearest point or from the job. */
KR_MUST_CHECK kr_status kr_sites_set_params(kr_sites_reader *r);
/** The value that the job gives for all sites, NaN if none. */
double kr_sites_reference(const kr_job *job, kr_column column);
/** The job's key for it, or NULL. */
const char *kr_sites_reference_key(kr_column column);

/* sites_nearest.c: the nearest of many points on the sphere */
typedef struct kr_nearest_tree {
    size_t n;
    double (*xyz)[3];
    uint32_t *index;
} kr_nearest_tree;
KR_MUST_CHECK kr_status kr_nearest_build(kr_arena *arena, const double *lon, const double *lat,
                                         const double *depth, size_t n, kr_nearest_tree *out);
/** Index of the nearest point (the lowest of several) and the chord to it in km. */
size_t kr_nearest_find(const kr_nearest_tree *tree, double lon, double lat, double *chord_km);

#endif
