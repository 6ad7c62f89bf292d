/* Jobs of several source models, each a branch of one branch set, and their component rates. */
#ifndef KR_TESTS_BRANCHES_H
#define KR_TESTS_BRANCHES_H

#include "hazard/computed.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BR_MOST = 48, BR_TEXT = 1 << 17, BR_SECTIONS = 6 };

/* Text that grows; begun anew by n = 0. */
typedef struct br_text {
    size_t n;
    char s[BR_TEXT];
} br_text;

__attribute__((format(printf, 2, 3))) static inline void br_add(br_text *t, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int n = vsnprintf(t->s + t->n, BR_TEXT - t->n, format, list);
    va_end(list);
    assert_in_range(n, 0, BR_TEXT - t->n - 1);
    t->n += (size_t)n;
}

#define BR_NRML                                                                                    \
    "<?xml version='1.0' encoding='utf-8'?>\n<nrml xmlns='http://openquake.org/xmlns/nrml/0.5' "   \
    "xmlns:gml='http://www.opengis.net/gml'>\n"
#define BR_GROUP     "<sourceGroup name='g' tectonicRegion='Active Shallow Crust'>\n"
#define BR_GROUP_END "</sourceGroup>\n"

/* A chain of dipping sections, s0 in the west. */
static inline void br_write_sections(const char *dir)
{
    static br_text t;
    t.n = 0;
    br_add(&t, BR_NRML "<geometryModel name='sections'>\n");
    for (int k = 0; k < BR_SECTIONS; k++) {
        br_add(&t, "<section id='s%d'><kiteSurface>\n", k);
        for (int e = k; e <= k + 1; e++)
            br_add(&t,
                   "<profile><gml:LineString><gml:posList>%.3f %.3f 0.5 %.3f %.3f 11"
                   "</gml:posList></gml:LineString></profile>\n",
                   9.7 + 0.12 * e, 45 + 0.03 * (e % 3), 9.72 + 0.12 * e, 44.96 + 0.03 * (e % 3));
        br_add(&t, "</kiteSurface></section>\n");
    }
    br_add(&t, "</geometryModel></nrml>\n");
    kt_write_text(kt_path(dir, "sections.xml"), t.s);
}

/* The profile of all jobs to come. */
static kr_compat br_compat = KR_COMPAT_OQ_3_21;

/* A job with these groups of sources in its n branches. */
static inline void br_make(kt_model *m, const char *job, size_t n, const br_text *groups,
                           const char *gmms)
{
    static char names[BR_MOST][48];
    static br_text t;
    const char *values[BR_MOST];
    *m = (kt_model){.dir = kt_dir_create(), .ctx = kt_ctx()};
    assert_in_range(n, 1, BR_MOST);
    for (size_t i = 0; i < n; i++) {
        bool sections = strstr(groups[i].s, "<multiFaultSource") != NULL;
        snprintf(names[i], sizeof names[i], "source%zu.xml%s", i, sections ? " sections.xml" : "");
        values[i] = names[i];
    }
    kt_model_write(m->dir, job, "", kt_branch_set("m", "sourceModel", "", n, values), gmms);
    for (size_t i = 0; i < n; i++) {
        char name[40];
        t.n = 0;
        br_add(&t,
               BR_NRML "<sourceModel name='test' investigation_time='50'>\n%s</sourceModel>"
                       "</nrml>\n",
               groups[i].s);
        snprintf(name, sizeof name, "source%zu.xml", i);
        kt_write_text(kt_path(m->dir, name), t.s);
    }
    br_write_sections(m->dir);
    kt_ok(m->ctx, kr_job_read(m->ctx, kt_path(m->dir, "job.ini"), NULL, 0, br_compat, &m->job));
    kt_ok(m->ctx, kr_model_create(m->ctx, &m->model));
    kt_ok(m->ctx, kr_tree_read(m->ctx, m->job, m->model, &m->tree));
}

static inline void br_begin(computed *c, const char *job, size_t n, const br_text *groups,
                            const char *gmms)
{
    *c = (computed){.n = 0};
    br_make(&c->model, job, n, groups, gmms);
    computed_prepare(c);
}

/* The general part of a job: `nsites` places around 10 E 45 N; `more` lines override. */
static inline const char *br_job(size_t nsites, uint64_t seed, const char *more)
{
    static br_text t;
    t.n = 0;
    br_add(&t, "[general]\ncalculation_mode = classical\ndescription = test\nsites = ");
    for (size_t i = 0; i < nsites; i++)
        br_add(&t, "%s%.4f %.4f 0", i ? ", " : "", 10 + 2.4 * (kt_random_unit(&seed) - 0.5),
               45 + 1.8 * (kt_random_unit(&seed) - 0.5));
    br_add(&t, "\nsource_model_logic_tree_file = source_tree.xml\n"
               "gsim_logic_tree_file = gmm_tree.xml\ninvestigation_time = 50\n"
               "width_of_mfd_bin = 0.3\nrupture_mesh_spacing = 4\nreference_vs30_value = 500\n"
               "reference_depth_to_1pt0km_per_sec = 80\n"
               "reference_depth_to_2pt5km_per_sec = 1\n"
               "intensity_measure_types_and_levels = {'PGA': [0.002, 0.05, 0.3, 0.8, 2.0], "
               "'SA(0.5)': [0.002, 0.05, 0.3, 0.8, 2.0]}\n");
    br_add(&t, "%s%s%s", strstr(more, "truncation_level") ? "" : "truncation_level = 3\n",
           strstr(more, "maximum_distance") ? "" : "maximum_distance = 200\n", more);
    return t.s;
}

#endif
