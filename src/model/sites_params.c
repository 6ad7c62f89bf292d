/* Site parameters: from the site model or the same everywhere. */
#include "model/sites_int.h"

#include "base/str.h"

#include <math.h>
#include <string.h>

enum { PARAMS_MAX_WARNINGS = 3 };

const char *kr_sites_reference_key(kr_column column)
{
    switch (column) {
    case KR_COL_VS30:
        return "reference_vs30_value";
    case KR_COL_VS30MEASURED:
        return "reference_vs30_type";
    case KR_COL_Z1PT0:
        return "reference_depth_to_1pt0km_per_sec";
    case KR_COL_Z2PT5:
        return "reference_depth_to_2pt5km_per_sec";
    case KR_COL_BACKARC:
        return "reference_backarc";
    default:
        return NULL;
    }
}

double kr_sites_reference(const kr_job *job, kr_column column)
{
    switch (column) {
    case KR_COL_VS30:
        return job->reference_vs30_value;
    case KR_COL_VS30MEASURED:
        return job->reference_vs30_measured;
    case KR_COL_Z1PT0:
        return job->reference_depth_to_1pt0km_per_sec;
    case KR_COL_Z2PT5:
        return job->reference_depth_to_2pt5km_per_sec;
    case KR_COL_BACKARC:
        return job->reference_backarc;
    default:
        return NAN;
    }
}

static bool params_is_place(kr_column column)
{
    return column == KR_COL_LON || column == KR_COL_LAT || column == KR_COL_DEPTH;
}

static bool params_is_required(const kr_sites_reader *r, kr_column column)
{
    return (r->required >> column & 1) && kr_column_kind_of(column) == KR_COLUMN_SITE &&
           !params_is_place(column);
}

/* ------------------------------------------------------------------ the nearest point */

/* Where parameters by place come from, for messages. */
static const char *params_source(const kr_sites_reader *r)
{
    return r->job->site_model_files.n == 1 ? r->job->site_model_files.name[0] : "the site model";
}

/* For each site the row of the site model that it takes its parameters from. */
static kr_status params_associate(kr_sites_reader *r, uint32_t **out)
{
    kr_status s = KR_OK;
    const kr_site_table *model = &r->model;
    const kr_sites *sites = r->sites;
    uint32_t *row = NULL;
    kr_nearest_tree tree = {0};
    size_t far = 0;
    double reach =
        isnan(r->job->region_grid_spacing_km) ? 5 : 1.414 * r->job->region_grid_spacing_km;

    KR_ANEW(row, &r->scratch, sites->n);
    *out = row;
    bool same = model->n == sites->n;
    for (size_t i = 0; i < sites->n && same; i++)
        same = model->lon[i] == sites->lon[i] && model->lat[i] == sites->lat[i];
    for (size_t i = 0; i < sites->n; i++)
        row[i] = (uint32_t)i;
    if (same)
        return KR_OK;
    KR_TRY(kr_nearest_build(&r->scratch, model->lon, model->lat, model->depth, model->n, &tree));
    for (size_t i = 0; i < sites->n; i++) {
        double chord = 0;
        row[i] = (uint32_t)kr_nearest_find(&tree, sites->lon[i], sites->lat[i], &chord);
        if (chord > reach && far++ < PARAMS_MAX_WARNINGS)
            kr_warn(r->ctx,
                    "the nearest point of %s (%.5f %.5f) is %.1f km from site %zu (%.5f %.5f)",
                    params_source(r), model->lon[row[i]], model->lat[row[i]], chord, i,
                    sites->lon[i], sites->lat[i]);
    }
    if (far > PARAMS_MAX_WARNINGS)
        kr_warn(r->ctx, "%zu sites are farther than %g km from every point of %s", far, reach,
                params_source(r));
out:
    return s;
}

/* ------------------------------------------------------------------ columns */

static kr_status params_missing(const kr_sites_reader *r, kr_column column)
{
    const char *key = kr_sites_reference_key(column);

    if (key && r->model.n)
        return kr_fail_at(r->ctx, params_source(r), 0,
                          "there is no column %s, which the ground-motion models need, and %s has "
                          "no %s; one of the two was expected",
                          kr_column_name(column), r->job->path, key);
    if (key)
        return kr_fail_at(r->ctx, r->job->path, 0,
                          "%s is missing; the ground-motion models need %s at every site", key,
                          kr_column_name(column));
    return kr_fail_at(r->ctx, r->job->path, 0,
                      "the ground-motion models need %s; write a site_model_file with that column",
                      kr_column_name(column));
}

/* True if the job's value counts and not that of the site model. */
static bool params_is_global(const kr_sites_reader *r, kr_column column)
{
    if (!r->model.n || !r->model.param[column])
        return true;
    return r->job->prefer_global_site_params && kr_sites_reference_key(column);
}

/* The columns of a sites_csv are not used unless --compat exact is given: say so where it matters.
 */
static void params_warn_unused(const kr_sites_reader *r, kr_column column, double value)
{
    const kr_job *job = r->job;
    const double *given = r->model.n ? r->model.param[column] : NULL;
    bool differs = false;

    for (size_t i = 0; i < job->ngiven; i++)
        if (kr_str_eq(job->given_keys[i], "prefer_global_site_params"))
            return;
    for (size_t i = 0; given && i < r->model.n && !differs; i++)
        differs = given[i] != value;
    if (differs)
        kr_warn_at(r->ctx, job->site_model_files.name[0], 0,
                   "the column %s is not used, as in the reference: %s of the job holds; "
                   "--compat exact uses the column",
                   kr_column_name(column), kr_sites_reference_key(column));
}

static kr_status params_fill(kr_sites_reader *r, kr_column column, const uint32_t *row)
{
    kr_status s = KR_OK;
    kr_sites *sites = r->sites;
    double *to = NULL, value = kr_sites_reference(r->job, column);

    KR_ANEW(to, r->arena, sites->n);
    sites->param[column] = to;
    if (!params_is_global(r, column)) {
        for (size_t i = 0; i < sites->n; i++)
            to[i] = r->model.param[column][row[i]];
        return KR_OK;
    }
    /* A site model without this column counts as not measured, unless a model asks. */
    if (column == KR_COL_VS30MEASURED && r->model.n && !r->job->prefer_global_site_params &&
        !params_is_required(r, column))
        value = 0;
    if (column == KR_COL_AMPCODE && r->job->amplification_file)
        value = kr_column_code(""); /* where the table has one function only */
    if (isnan(value) && params_is_required(r, column))
        return params_missing(r, column);
    params_warn_unused(r, column, value);
    for (size_t i = 0; i < sites->n; i++)
        to[i] = value;
out:
    return s;
}

/* Zero everywhere is what a forgotten column looks like. */
static kr_status params_check_zero(const kr_sites_reader *r, kr_column column)
{
    const double *x = r->sites->param[column];
    bool zero = true;

    if (kr_column_is_word(column) || column == KR_COL_VS30MEASURED || column == KR_COL_BACKARC ||
        column == KR_COL_BAS || column == KR_COL_SOILTYPE || column == KR_COL_REGION)
        return KR_OK;
    for (size_t i = 0; i < r->sites->n && zero; i++)
        zero = x[i] == 0;
    if (!zero)
        return KR_OK;
    return kr_fail_at(r->ctx, r->job->site_model_files.name[0], 0,
                      "%s is 0 at all sites; the ground-motion models need its values",
                      kr_column_name(column));
}

double kr_site_z1pt0(double vs30)
{
    double v4 = pow(vs30, 4), c1 = pow(571, 4), c2 = pow(1360, 4);
    return exp(-7.15 / 4 * log((v4 + c1) / (c2 + c1)));
}

double kr_site_z2pt5(double vs30)
{
    return exp(7.089 + log(vs30) * -1.144);
}

static void params_override(kr_sites_reader *r)
{
    double v = r->job->override_vs30;
    double **param = r->sites->param;

    if (isnan(v) || !r->job->site_model_files.n)
        return;
    for (size_t i = 0; i < r->sites->n; i++) {
        param[KR_COL_VS30][i] = v;
        if (param[KR_COL_Z1PT0])
            param[KR_COL_Z1PT0][i] = kr_site_z1pt0(v);
        if (param[KR_COL_Z2PT5])
            param[KR_COL_Z2PT5][i] = kr_site_z2pt5(v);
    }
}

static bool params_is_wanted(const kr_sites_reader *r, kr_column column)
{
    if (column == KR_COL_VS30 || column == KR_COL_VS30MEASURED || params_is_required(r, column))
        return true;
    return r->model.n && r->model.param[column];
}

kr_status kr_sites_set_params(kr_sites_reader *r)
{
    kr_status s = KR_OK;
    kr_sites *sites = r->sites;
    uint32_t *row = NULL;
    bool models = r->model.n > 0;

    if (models)
        KR_TRY(params_associate(r, &row));
    for (unsigned c = 0; c < KR_COL_COUNT; c++)
        if (params_is_wanted(r, (kr_column)c))
            KR_TRY(params_fill(r, (kr_column)c, row));
    for (unsigned c = 0; c < KR_COL_COUNT; c++)
        if (models && !r->job->prefer_global_site_params && params_is_required(r, (kr_column)c))
            KR_TRY(params_check_zero(r, (kr_column)c));
    params_override(r);
    for (size_t i = 0; i < sites->n; i++)
        if (sites->param[KR_COL_VS30][i] >= 32767)
            return kr_fail_at(r->ctx, r->job->path, 0, "vs30 is %g; m/s below 32767 were expected",
                              sites->param[KR_COL_VS30][i]);
    sites->param[KR_COL_LON] = sites->lon;
    sites->param[KR_COL_LAT] = sites->lat;
    sites->param[KR_COL_DEPTH] = sites->depth;
out:
    return s;
}
