/* Tables that are not of curves: realizations, rates by source, components. */
#include "base/str.h"
#include "output/export_int.h"

#include <stdio.h>
#include <string.h>

kr_status kr_export_realizations(kr_exporter *e)
{
    kr_status s = KR_OK;
    const kr_tree *tree = e->spec->tree;
    kr_table t = {0};
    size_t rows = tree->nrlzs <= KR_RLZS_LISTED ? tree->nrlzs : 0;
    if (rows == 0)
        kr_warn(
            e->ctx,
            "realizations.csv has no rows: %.6g realizations, at most %d are listed; single ones "
            "with kauri export --rlz",
            tree->rlzs, KR_RLZS_LISTED);
    kr_arena names;
    kr_arena_init(&names, e->ctx, KR_ACCOUNT_OUTPUT);
    KR_TRY(kr_export_begin(e, "realizations.csv", &t));
    kr_table_comment(&t, 3, kr_export_comment(e, ""));
    kr_table_text(&t, "rlz_id");
    kr_table_text(&t, "branch_path");
    kr_table_text(&t, "weight");
    kr_table_end_row(&t);
    for (size_t r = 0; r < rows; r++) {
        const char *path;
        kr_arena_reset(&names);
        KR_TRY(kr_tree_rlz_name(tree, r, &names, &path));
        kr_table_integer(&t, (long long)r);
        kr_table_text(&t, path);
        kr_table_format(&t, "%.7e", (double)(float)kr_tree_weight_exported(tree, r));
        kr_table_end_row(&t);
    }
out:
    kr_arena_clear(&names);
    return kr_export_end(e, &t, s);
}

/* Measures in the order of their names, as the reference sorts its rows. */
void kr_export_sort_measures(const kr_job *job, size_t *order)
{
    for (size_t m = 0; m < job->nimts; m++) {
        size_t i = m;
        for (; i > 0 && strcmp(job->imts[order[i - 1]].name, job->imts[m].name) > 0; i--)
            order[i] = order[i - 1];
        order[i] = m;
    }
}

kr_status kr_export_by_source(kr_exporter *e, size_t site)
{
    kr_status s = KR_OK;
    const kr_results_spec *p = e->spec;
    const kr_job *job = p->job;
    size_t sources = p->tree->nbase_ids, imts = job->nimts, levels = job->nlevels;
    char lon[32], lat[32], vs30[32];
    float *rates;
    size_t *order;
    kr_table t = {0};
    KR_ANEW(rates, &e->arena, imts * levels * sources);
    KR_ANEW(order, &e->arena, imts);
    kr_export_sort_measures(job, order);
    KR_TRY(kr_h5_read_amounts(e->file, "mean_rates_by_src/array", KR_H5_F32,
                              (const size_t[]){site, 0, 0, 0},
                              (const size_t[]){1, imts, levels, sources}, rates));
    const char *more = kr_arena_printf(&e->arena, ", lon=%s, lat=%s, vs30=%s",
                                       kr_repr_double(p->sites->lon[site], lon),
                                       kr_repr_double(p->sites->lat[site], lat),
                                       kr_repr_double(p->sites->param[KR_COL_VS30][site], vs30));
    KR_TRY(kr_export_begin(e, kr_arena_printf(&e->arena, "mean_rates_by_src-%zu.csv", site), &t));
    kr_table_comment(&t, 4, kr_export_comment(e, more));
    static const char *const header[] = {"source_id", "imt", "iml", "afoe"};
    for (size_t c = 0; c < 4; c++)
        kr_table_text(&t, header[c]);
    kr_table_end_row(&t);
    for (size_t i = 0; i < sources; i++)
        for (size_t j = 0; j < imts * levels; j++) {
            size_t m = order[j / levels], l = j % levels;
            double rate = (double)rates[(m * levels + l) * sources + i];
            if (!(rate > 0) || !kr_export_wants(e, m))
                continue;
            kr_table_text(&t, p->tree->base_ids[i]);
            kr_table_text(&t, job->imts[m].name);
            kr_table_format(&t, "%.5E", job->levels[m * levels + l]);
            kr_table_format(&t, "%.5E", rate);
            kr_table_end_row(&t);
        }
out:
    return kr_export_end(e, &t, s);
}

/* What each component rate is of. */
kr_status kr_export_components(kr_exporter *e)
{
    kr_status s = KR_OK;
    static const char *const header[] = {"rate_id", "component", "trt",
                                         "gsim",    "nsources",  "first_source"};
    const kr_tree *tree = e->spec->tree;
    kr_table t = {0};
    KR_TRY(kr_export_begin(e, "components.csv", &t));
    kr_table_comment(&t, 6, kr_export_comment(e, ""));
    for (size_t c = 0; c < 6; c++)
        kr_table_text(&t, header[c]);
    kr_table_end_row(&t);
    for (size_t c = 0; c < tree->ncomponents; c++) {
        const kr_component *component = &tree->components[c];
        for (size_t k = 0; k < component->ngsims; k++) {
            kr_table_integer(&t, (long long)(component->first_rate + k));
            kr_table_integer(&t, (long long)c);
            kr_table_text(&t, component->source_trt);
            kr_table_text(&t, tree->gsims[component->gsims[k]].uncertainty);
            kr_table_integer(&t, (long long)component->nsources);
            kr_table_text(&t, component->nsources ? component->sources[0].id : "");
            kr_table_end_row(&t);
        }
    }
out:
    return kr_export_end(e, &t, s);
}

/* Annual rates of exceedance of every component, for one measure. */
kr_status kr_export_rates(kr_exporter *e, size_t m)
{
    kr_status s = KR_OK;
    const kr_results_spec *p = e->spec;
    const kr_job *job = p->job;
    size_t levels = job->nlevels;
    char repr[32];
    double *rates;
    kr_table t = {0};
    KR_ANEW(rates, &e->arena, p->sites->n * levels);
    KR_TRY(kr_export_begin(
        e, kr_arena_printf(&e->arena, "component_rates-%s.csv", job->imts[m].name), &t));
    const char *more =
        kr_arena_printf(&e->arena, ", kind='component rates', investigation_time=%s, imt='%s'",
                        kr_repr_double(job->investigation_time, repr), job->imts[m].name);
    kr_table_comment(&t, 4 + levels, kr_export_comment(e, more));
    static const char *const header[] = {"rate_id", "lon", "lat", "depth"};
    for (size_t c = 0; c < 4; c++)
        kr_table_text(&t, header[c]);
    for (size_t l = 0; l < levels; l++)
        kr_table_format(&t, "afoe-%.7f", job->levels[m * levels + l]);
    kr_table_end_row(&t);
    for (size_t k = 0; k < p->tree->nrates; k++) {
        KR_TRY(kr_h5_read_amounts(e->file, "component_rates", KR_H5_F64,
                                  (const size_t[]){k, 0, m, 0},
                                  (const size_t[]){1, p->sites->n, 1, levels}, rates));
        for (size_t row = 0; row < e->nsites; row++) {
            size_t i = e->sites[row];
            kr_table_integer(&t, (long long)k);
            kr_table_degrees(&t, p->sites->lon[i]);
            kr_table_degrees(&t, p->sites->lat[i]);
            kr_table_degrees(&t, p->sites->depth[i]);
            for (size_t l = 0; l < levels; l++)
                kr_table_number(&t, rates[i * levels + l] / job->investigation_time);
            kr_table_end_row(&t);
        }
    }
out:
    return kr_export_end(e, &t, s);
}
