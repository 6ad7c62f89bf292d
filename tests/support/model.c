#include "support/model.h"

#include "support/support.h"

#include <stdio.h>
#include <string.h>

enum { TEXT = 16384 };

static char *next_text(void)
{
    static char texts[16][TEXT];
    static size_t next;
    return texts[next++ % 16];
}

const char *kt_point_source(const char *id, const char *trt, double lon, double lat)
{
    char *text = next_text();
    snprintf(text, TEXT,
             "<pointSource id='%s' name='%s' tectonicRegion='%s'><pointGeometry><gml:Point>"
             "<gml:pos>%g %g</gml:pos></gml:Point><upperSeismoDepth>1</upperSeismoDepth>"
             "<lowerSeismoDepth>20</lowerSeismoDepth></pointGeometry>"
             "<magScaleRel>WC1994</magScaleRel><ruptAspectRatio>1.5</ruptAspectRatio>"
             "<truncGutenbergRichterMFD aValue='3.2' bValue='1' minMag='5' maxMag='6.6'/>"
             "<nodalPlaneDist><nodalPlane probability='0.7' strike='30' dip='60' rake='90'/>"
             "<nodalPlane probability='0.3' strike='120' dip='85' rake='0'/></nodalPlaneDist>"
             "<hypoDepthDist><hypoDepth probability='0.6' depth='6'/>"
             "<hypoDepth probability='0.4' depth='12'/></hypoDepthDist></pointSource>\n",
             id, id, trt ? trt : "Active Shallow Crust", lon, lat);
    return text;
}

const char *kt_branch_set(const char *id, const char *type, const char *filter, size_t n,
                          const char *const *values)
{
    char *text = next_text();
    size_t used = (size_t)snprintf(
        text, TEXT, "<logicTreeBranchSet branchSetID='%s' uncertaintyType='%s' %s>\n", id, type,
        filter);
    for (size_t i = 0; i < n; i++)
        used += (size_t)snprintf(text + used, TEXT - used,
                                 "<logicTreeBranch branchID='%s-%zu'><uncertaintyModel>%s"
                                 "</uncertaintyModel><uncertaintyWeight>%.17g</uncertaintyWeight>"
                                 "</logicTreeBranch>\n",
                                 id, i, values[i], 1.0 / (double)n);
    snprintf(text + used, TEXT - used, "</logicTreeBranchSet>\n");
    return text;
}

static void write_xml(const char *dir, const char *name, const char *open, const char *inside,
                      const char *close)
{
    char *text = next_text();
    int n = snprintf(text, TEXT,
                     "<?xml version='1.0' encoding='utf-8'?>\n"
                     "<nrml xmlns='http://openquake.org/xmlns/nrml/%s' "
                     "xmlns:gml='http://www.opengis.net/gml'>%s%s%s</nrml>\n",
                     strstr(inside, "<sourceGroup") ? "0.5" : "0.4", open, inside, close);
    assert_in_range(n, 1, TEXT - 1);
    kt_write_text(kt_path(dir, name), text);
}

void kt_model_write(const char *dir, const char *job, const char *sources, const char *source_sets,
                    const char *gmm_sets)
{
    kt_write_text(kt_path(dir, "job.ini"), job);
    write_xml(dir, "source.xml", "<sourceModel name='test'>", sources, "</sourceModel>");
    write_xml(dir, "source_tree.xml", "<logicTree logicTreeID='s'>", source_sets, "</logicTree>");
    write_xml(dir, "gmm_tree.xml", "<logicTree logicTreeID='g'>", gmm_sets, "</logicTree>");
}

void kt_model_make(kt_model *m, const char *job, const char *sources, const char *source_sets,
                   const char *gmm_sets)
{
    *m = (kt_model){.dir = kt_dir_create(), .ctx = kt_ctx()};
    kt_model_write(m->dir, job, sources, source_sets, gmm_sets);
    kt_ok(m->ctx,
          kr_job_read(m->ctx, kt_path(m->dir, "job.ini"), NULL, 0, KR_COMPAT_OQ_3_21, &m->job));
    kt_ok(m->ctx, kr_model_create(m->ctx, &m->model));
    kt_ok(m->ctx, kr_tree_read(m->ctx, m->job, m->model, &m->tree));
}

void kt_model_end(kt_model *m)
{
    kr_tree_destroy(&m->tree);
    kr_model_destroy(&m->model);
    kr_job_destroy(&m->job);
    kt_ctx_end(&m->ctx);
    kt_dir_remove(&m->dir);
}
