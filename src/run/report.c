/* What the log says of a calculation before it starts: what the reference's log says, and more. */
#include "base/file.h"
#include "base/str.h"
#include "run/calc.h"

#include <string.h>

static void report_inputs(const kr_calc *calc)
{
    long long size = 0;
    kr_hash128 all;
    kr_hash_init(&all);
    for (size_t i = 0; i < calc->ninputs; i++) {
        size += calc->inputs[i].size;
        kr_hash_text(&all, calc->inputs[i].sha256);
    }
    kr_info(calc->ctx, "inputs: %zu file%s, %.2f MB, digest %016llx%016llx", calc->ninputs,
            KR_PLURAL(calc->ninputs), (double)size / 1e6, (unsigned long long)all.a,
            (unsigned long long)all.b);
    for (size_t i = 0; i < calc->ninputs; i++)
        kr_detail(calc->ctx, "input %s %s sha256 %s", calc->inputs[i].key, calc->inputs[i].path,
                  calc->inputs[i].sha256);
}

static void report_tree(const kr_calc *calc)
{
    const kr_tree *tree = calc->tree;
    kr_info(calc->ctx,
            "building %.15g realization%s: %.15g path%s through the source models, %zu "
            "ground-motion model%s in %zu tectonic region type%s",
            tree->rlzs, KR_PLURAL(tree->rlzs), tree->paths, KR_PLURAL(tree->paths), tree->ngsims,
            KR_PLURAL(tree->ngsims), tree->ntrts, KR_PLURAL(tree->ntrts));
    kr_info(calc->ctx, "%zu component%s, %zu component rate%s", tree->ncomponents,
            KR_PLURAL(tree->ncomponents), tree->nrates, KR_PLURAL(tree->nrates));
    if (tree->nduplicate_ids)
        kr_info(calc->ctx, "%zu source ids stand for several different sources",
                tree->nduplicate_ids);
}

/* Sources and ruptures by type, the heaviest source, how often sources are shared. */
static void report_sources(const kr_calc *calc)
{
    const kr_tree *tree = calc->tree;
    size_t count[KR_SOURCE_KINDS] = {0}, shared = 0, total = 0;
    double most = 0, sum = 0;
    double ruptures = 0, point_ruptures = 0, mags = 0, points = 0, cells = 0;
    double by_kind[KR_SOURCE_KINDS] = {0};
    for (size_t c = 0; c < tree->ncomponents; c++) {
        const kr_component *component = &tree->components[c];
        kr_component_size size = kr_hazard_component_size(calc->hazard, c);
        ruptures += (double)size.ruptures;
        point_ruptures += (double)size.point_ruptures;
        mags += (double)size.point_mags;
        points += (double)size.points;
        cells += (double)size.cells;
        for (size_t i = 0; i < component->nsources; i++) {
            double by = component->sources[i].shared_by;
            kr_source_kind kind = component->sources[i].source->kind;
            count[kind]++;
            by_kind[kind] += (double)kr_hazard_source_ruptures(calc->hazard, c, i);
            total++;
            shared += by > 1;
            most = by > most ? by : most;
            sum += by;
        }
    }
    for (int kind = 0; kind < KR_SOURCE_KINDS; kind++)
        if (count[kind])
            kr_info(calc->ctx, "%s: %zu source%s with %.0f rupture%s",
                    kr_source_tag((kr_source_kind)kind), count[kind], KR_PLURAL(count[kind]),
                    by_kind[kind], KR_PLURAL(by_kind[kind]));
    kr_info(calc->ctx, "%zu source%s with %.0f rupture%s", total, KR_PLURAL(total), ruptures,
            KR_PLURAL(ruptures));
    if (points > 0)
        kr_detail(calc->ctx, "split into %.0f points; spinning factor %.2f", points,
                  mags > 0 ? point_ruptures / mags : 0);
    if (calc->job->ps_grid_spacing_km > 0)
        kr_info(calc->ctx, "points reduced from %.0f to %.0f by ps_grid_spacing", points, cells);
    if (most > 1)
        kr_detail(calc->ctx,
                  "%zu sources are shared by several paths, up to %.6g; %.3g on average of all",
                  shared, most, sum / (double)total);
}

static void report_heaviest(const kr_calc *calc)
{
    const kr_tree *tree = calc->tree;
    size_t heaviest = 0;
    for (size_t c = 1; c < tree->ncomponents; c++)
        if (kr_hazard_component_size(calc->hazard, c).ruptures >
            kr_hazard_component_size(calc->hazard, heaviest).ruptures)
            heaviest = c;
    if (tree->ncomponents && tree->components[heaviest].nsources)
        kr_detail(calc->ctx, "heaviest component: %zu source%s from '%s' on, %llu ruptures",
                  tree->components[heaviest].nsources,
                  KR_PLURAL(tree->components[heaviest].nsources),
                  tree->components[heaviest].sources[0].id,
                  (unsigned long long)kr_hazard_component_size(calc->hazard, heaviest).ruptures);
}

void kr_calc_report(kr_calc *calc)
{
    const kr_job *job = calc->job;
    report_inputs(calc);
    kr_info(calc->ctx, "%zu site%s, %zu level%s of %zu measure%s", calc->sites->n,
            KR_PLURAL(calc->sites->n), job->nimts * job->nlevels,
            KR_PLURAL(job->nimts * job->nlevels), job->nimts, KR_PLURAL(job->nimts));
    report_tree(calc);
    report_sources(calc);
    report_heaviest(calc);
}
