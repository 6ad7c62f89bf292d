/* Jobs with trees of several files, written by the tests of the tree. */
#ifndef KR_TESTS_TREE_MAKE_H
#define KR_TESTS_TREE_MAKE_H

#include "support/paths.h"
#include "support/support.h"

#include "tree/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KT_NRML                                                                                    \
    "<?xml version='1.0' encoding='utf-8'?>\n<nrml xmlns='http://openquake.org/xmlns/nrml/0.5' "   \
    "xmlns:gml='http://www.opengis.net/gml'>\n"

typedef struct kt_tree {
    char *dir;
    kr_ctx *ctx;
    kr_job *job;
    kr_model *model;
    kr_tree *tree;
    char log[16384]; /* warnings, one a line */
} kt_tree;

static inline void kt_tree_log(void *user, kr_log_level level, const char *line)
{
    kt_tree *t = user;
    size_t n = strlen(t->log);
    if (level == KR_LOG_WARNING && n + strlen(line) + 2 < sizeof t->log)
        snprintf(t->log + n, sizeof t->log - n, "%s\n", line);
}

static inline void kt_tree_begin(kt_tree *t)
{
    memset(t, 0, sizeof *t);
    t->dir = kt_dir_create();
    t->ctx = kt_ctx();
    kr_ctx_set_log(t->ctx, kt_tree_log, t);
}

/* A file of the folder: NRML around `inside`, an element of kind `element`. */
static inline void kt_tree_file(kt_tree *t, const char *name, const char *element,
                                const char *inside)
{
    size_t size = strlen(inside) + 512;
    char *text = malloc(size);
    assert_non_null(text);
    snprintf(text, size, KT_NRML "<%s>\n%s</%s>\n</nrml>\n", element, inside, element);
    kt_write_text(kt_path(t->dir, name), text);
    free(text);
}

/* job.ini with the lines `extra`; then job, source models and tree are read. */
static inline kr_status kt_tree_read(kt_tree *t, const char *extra, kr_compat compat)
{
    char text[4096];
    kr_status s;

    snprintf(text, sizeof text,
             "[general]\ndescription = test\ncalculation_mode = classical\nsites = 0 0\n"
             "reference_vs30_value = 760\nreference_depth_to_1pt0km_per_sec = 50\n"
             "reference_depth_to_2pt5km_per_sec = 1\nreference_vs30_type = measured\n"
             "width_of_mfd_bin = 0.2\narea_source_discretization = 20\n"
             "source_model_logic_tree_file = smlt.xml\nrandom_seed = 42\n"
             "investigation_time = 50\ntruncation_level = 3\nmaximum_distance = 200\n"
             "intensity_measure_types_and_levels = {'PGA': [0.1, 0.2], 'SA(0.5)': [0.1, 0.2]}\n"
             "%s\n%s\n",
             strstr(extra, "gsim =") ? "" : "gsim_logic_tree_file = glt.xml", extra);
    kt_write_text(kt_path(t->dir, "job.ini"), text);
    s = kr_job_read(t->ctx, kt_path(t->dir, "job.ini"), NULL, 0, compat, &t->job);
    if (s == KR_OK)
        s = kr_model_create(t->ctx, &t->model);
    if (s == KR_OK)
        s = kr_tree_read(t->ctx, t->job, t->model, &t->tree);
    return s;
}

/* Forget what was read, keep the folder. */
static inline void kt_tree_forget(kt_tree *t)
{
    kr_tree_destroy(&t->tree);
    kr_model_destroy(&t->model);
    kr_job_destroy(&t->job);
    kr_ctx_clear_error(t->ctx);
    t->log[0] = '\0';
}

static inline void kt_tree_end(kt_tree *t)
{
    kt_tree_forget(t);
    kt_ctx_end(&t->ctx);
    kt_dir_remove(&t->dir);
}

/* Text of a point source with a truncated Gutenberg-Richter distribution. */
static inline void kt_source(char *out, size_t size, const char *id, const char *trt, double a)
{
    snprintf(out, size,
             "<pointSource id='%s' name='s' tectonicRegion='%s'><pointGeometry><gml:Point>"
             "<gml:pos>0.5 0.5</gml:pos></gml:Point><upperSeismoDepth>0</upperSeismoDepth>"
             "<lowerSeismoDepth>20</lowerSeismoDepth></pointGeometry><magScaleRel>WC1994"
             "</magScaleRel><ruptAspectRatio>1</ruptAspectRatio><truncGutenbergRichterMFD "
             "aValue='%.17g' bValue='1' minMag='5' maxMag='6.5'/><nodalPlaneDist><nodalPlane "
             "probability='0.5' strike='0' dip='90' rake='0'/><nodalPlane probability='0.5' "
             "strike='60' dip='50' rake='90'/></nodalPlaneDist><hypoDepthDist><hypoDepth "
             "probability='0.75' depth='4'/><hypoDepth probability='0.25' depth='12'/>"
             "</hypoDepthDist></pointSource>\n",
             id, trt, a);
}

#define KT_BRANCH(id, value, weight)                                                               \
    "<logicTreeBranch branchID='" id "'><uncertaintyModel>" value "</uncertaintyModel>"            \
    "<uncertaintyWeight>" weight "</uncertaintyWeight></logicTreeBranch>\n"
#define KT_SET(type, id, filter, branches)                                                         \
    "<logicTreeBranchSet uncertaintyType='" type "' branchSetID='" id "' " filter ">\n" branches   \
    "</logicTreeBranchSet>\n"
#define KT_ASC "Active Shallow Crust"
#define KT_SCC "Stable Continental Crust"
#define KT_GLT(trt, branches)                                                                      \
    KT_SET("gmpeModel", "g-" trt, "applyToTectonicRegionType='" trt "'", branches)

#endif
