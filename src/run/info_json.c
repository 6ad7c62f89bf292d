/* What a job holds and will take, for scripts: the same figures as run/info.c tells. */
#include "base/json.h"
#include "base/str.h"
#include "run/info.h"

#include <math.h>

static void put_levels(kr_json *j, const kr_job *job)
{
    kr_put_begin(j, "measures", '[');
    for (size_t m = 0; m < job->nimts; m++) {
        kr_put_begin(j, NULL, '{');
        kr_put_text(j, "name", job->imts[m].name);
        kr_put_begin(j, "levels", '[');
        for (size_t l = 0; l < job->nlevels; l++)
            kr_put_number(j, NULL, job->levels[m * job->nlevels + l]);
        kr_put_end(j, ']');
        kr_put_end(j, '}');
    }
    kr_put_end(j, ']');
}

static void put_sources(kr_json *j, const kr_calc *calc, double contexts)
{
    double part = kr_info_contexts_part(calc, contexts);
    kr_put_begin(j, "tectonic_regions", '[');
    for (size_t t = 0; t < calc->tree->ntrts; t++) {
        kr_info_tally sum = kr_info_count(calc, t);
        kr_put_begin(j, NULL, '{');
        kr_put_text(j, "name", calc->tree->trts[t]);
        kr_put_count(j, "branches", calc->tree->first_gsim[t + 1] - calc->tree->first_gsim[t]);
        kr_put_count(j, "sources", sum.sources);
        kr_put_count(j, "points", sum.points);
        kr_put_number(j, "ruptures", sum.ruptures);
        kr_put_number(j, "contexts", part * sum.contexts);
        kr_put_begin(j, "types", '[');
        for (int kind = 0; kind < KR_SOURCE_KINDS; kind++) {
            if (!sum.sources_of[kind])
                continue;
            kr_put_begin(j, NULL, '{');
            kr_put_text(j, "type", kr_source_tag((kr_source_kind)kind));
            kr_put_count(j, "sources", sum.sources_of[kind]);
            kr_put_number(j, "ruptures", sum.ruptures_of[kind]);
            kr_put_end(j, '}');
        }
        kr_put_end(j, ']');
        kr_put_end(j, '}');
    }
    kr_put_end(j, ']');
}

static void put_tree(kr_json *j, const kr_tree *tree)
{
    kr_put_begin(j, "branch_sets", '[');
    for (size_t i = 0; i < tree->nsets; i++) {
        const kr_tree_set *set = &tree->sets[i];
        if (kr_str_eq(set->type, "dummy") || set->nbranches == 0)
            continue;
        kr_put_begin(j, NULL, '{');
        kr_put_text(j, "id", set->id);
        kr_put_text(j, "type", set->type);
        kr_put_count(j, "branches", set->nbranches);
        if (set->moves_with != KR_NO_SET)
            kr_put_text(j, "moves_with", tree->sets[set->moves_with].id);
        kr_put_end(j, '}');
    }
    kr_put_end(j, ']');
    kr_put_number(j, "realizations", tree->rlzs);
    kr_put_flag(j, "sampled", tree->sampled);
    kr_put_count(j, "components", tree->ncomponents);
    kr_put_count(j, "component_rates", tree->nrates);
}

static void put_memory(kr_json *j, const kr_plan_memory *p)
{
    kr_put_begin(j, "memory", '{');
    kr_put_flag(j, "fits", p->peak <= p->limit);
    kr_put_count(j, "peak_bytes", p->peak);
    kr_put_count(j, "limit_bytes", p->limit);
    kr_put_count(j, "resident_bytes", p->resident);
    kr_put_count(j, "tile_sites", p->tile_sites);
    if (p->disagg_imts)
        kr_put_count(j, "disaggregation_measures", p->disagg_imts);
    kr_put_count(j, "threads", (size_t)p->threads);
    kr_put_count(j, "statistics_threads", (size_t)p->stats_threads);
    kr_put_count(j, "reading_bytes", p->reading);
    kr_put_count(j, "hazard_bytes", p->hazard_phase);
    kr_put_count(j, "statistics_bytes", p->statistics_phase);
    kr_put_begin(j, "parts", '[');
#define X(name, text)                                                                              \
    kr_put_begin(j, NULL, '{');                                                                    \
    kr_put_text(j, "what", text);                                                                  \
    kr_put_count(j, "bytes", p->name);                                                             \
    kr_put_end(j, '}');
    KR_PLAN_LIST(X)
#undef X
    kr_put_end(j, ']');
    kr_put_end(j, '}');
}

static void put_time(kr_json *j, const kr_plan_time *t)
{
    kr_put_begin(j, "work", '{');
    kr_put_number(j, "contexts", t->hazard.work.contexts);
    kr_put_number(j, "computed", t->hazard.work.computed);
    kr_put_number(j, "means", t->hazard.work.means);
    kr_put_number(j, "exceedances", t->hazard.work.exceedances);
    kr_put_end(j, '}');
    kr_put_begin(j, "seconds", '{');
    kr_put_number(j, "cpu", t->cpu);
    kr_put_number(j, "wall", t->wall);
    kr_put_number(j, "reading", t->reading_cpu);
    kr_put_number(j, "hazard",
                  t->hazard.meeting + t->hazard.sections + t->hazard.units + t->hazard.adding);
    kr_put_number(j, "statistics", t->stats.statistics + t->stats.others);
    kr_put_number(j, "realizations", t->stats.rlzs);
    kr_put_number(j, "storing", t->stats.storing);
    kr_put_number(j, "tables", t->stats.tables);
    kr_put_end(j, '}');
}

void kr_calc_info_json(kr_calc *calc, const kr_plan_memory *plan, const kr_plan_time *time,
                       FILE *out)
{
    const kr_job *job = calc->job;
    kr_json j = {.out = out};
    kr_put_begin(&j, NULL, '{');
    kr_put_text(&j, "format", "kauri job 1");
    kr_put_text(&j, "job", job->path);
    kr_put_text(&j, "description", job->description);
    kr_put_number(&j, "investigation_time", job->investigation_time);
    kr_put_count(&j, "sites", calc->sites->n);
    put_levels(&j, job);
    put_sources(&j, calc, time->hazard.work.contexts);
    put_tree(&j, calc->tree);
    put_memory(&j, plan);
    put_time(&j, time);
    kr_put_begin(&j, "results", '{');
    kr_put_text(&j, "folder", calc->spec.dir);
    kr_put_number(&j, "bytes", kr_results_predicted_bytes(&calc->spec));
    kr_put_number(&j, "component_rates_bytes", kr_results_rates_bytes(&calc->spec));
    kr_put_number(&j, "cell_rates_bytes", kr_results_cells_stored(&calc->spec));
    kr_put_number(&j, "disk_free_bytes",
                  kr_calc_disk_free(calc) < 0 ? (double)NAN : kr_calc_disk_free(calc));
    kr_put_end(&j, '}');
    kr_put_end(&j, '}');
}
