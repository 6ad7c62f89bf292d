/* NRML for the tests of source models, built from pieces that can be replaced one by one. */
#ifndef KR_TESTS_NRML_TEXT_H
#define KR_TESTS_NRML_TEXT_H

#include "model/source.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NT_HEAD                                                                                    \
    "<?xml version='1.0' encoding='utf-8'?>\n"                                                     \
    "<nrml xmlns:gml='http://www.opengis.net/gml' "                                                \
    "xmlns='http://openquake.org/xmlns/nrml/0.5'>\n"                                               \
    "<sourceModel name='test'>\n"
#define NT_GROUP "<sourceGroup name='g' tectonicRegion='Stable Shallow Crust'>\n"
#define NT_TAIL  "</sourceGroup>\n</sourceModel>\n</nrml>\n"

/* A point source begins on line 5 of the document; every piece is on a line of its own. */
#define NT_POINT                                                                                   \
    "<pointSource id='p' name='a point'>\n"                                                        \
    "<pointGeometry><gml:Point><gml:pos>-122.123456 38.5</gml:pos></gml:Point>\n"                  \
    "<upperSeismoDepth>0</upperSeismoDepth>\n"                                                     \
    "<lowerSeismoDepth>20</lowerSeismoDepth></pointGeometry>\n"                                    \
    "<magScaleRel>WC1994</magScaleRel>\n"                                                          \
    "<ruptAspectRatio>1.5</ruptAspectRatio>\n"                                                     \
    "<truncGutenbergRichterMFD aValue='4' bValue='1' minMag='5' maxMag='7'/>\n"                    \
    "<nodalPlaneDist><nodalPlane probability='1' strike='0' dip='90' rake='0'/>"                   \
    "</nodalPlaneDist>\n"                                                                          \
    "<hypoDepthDist><hypoDepth probability='1' depth='10'/></hypoDepthDist>\n"                     \
    "</pointSource>\n"

#define NT_AREA                                                                                    \
    "<areaSource id='a' name='an area'>\n"                                                         \
    "<areaGeometry discretization='10'><gml:Polygon><gml:exterior><gml:LinearRing>\n"              \
    "<gml:posList>0 0  1 0  1 1  0 1</gml:posList>\n"                                              \
    "</gml:LinearRing></gml:exterior></gml:Polygon>\n"                                             \
    "<upperSeismoDepth>0</upperSeismoDepth>"                                                       \
    "<lowerSeismoDepth>20</lowerSeismoDepth></areaGeometry>\n"                                     \
    "<magScaleRel>PointMSR</magScaleRel><ruptAspectRatio>1</ruptAspectRatio>\n"                    \
    "<incrementalMFD minMag='5' binWidth='0.1'><occurRates>0.1 0.2</occurRates>"                   \
    "</incrementalMFD>\n"                                                                          \
    "<nodalPlaneDist><nodalPlane probability='1' strike='0' dip='90' rake='0'/>"                   \
    "</nodalPlaneDist>\n"                                                                          \
    "<hypoDepthDist><hypoDepth probability='1' depth='10'/></hypoDepthDist>\n"                     \
    "</areaSource>\n"

#define NT_MULTI                                                                                   \
    "<multiPointSource id='m' name='points'>\n"                                                    \
    "<multiPointGeometry><gml:posList>0 0  1 0.123456  2 -0.5</gml:posList>\n"                     \
    "<upperSeismoDepth>0</upperSeismoDepth>"                                                       \
    "<lowerSeismoDepth>20</lowerSeismoDepth></multiPointGeometry>\n"                               \
    "<magScaleRel>WC1994</magScaleRel><ruptAspectRatio>1</ruptAspectRatio>\n"                      \
    "<multiMFD kind='truncGutenbergRichterMFD' size='3'>\n"                                        \
    "<min_mag>4.5</min_mag><max_mag>6.5 6.6 6.7</max_mag>\n"                                       \
    "<a_val>4 4.1 4.2</a_val><b_val>[1]</b_val></multiMFD>\n"                                      \
    "<nodalPlaneDist><nodalPlane probability='1' strike='0' dip='90' rake='0'/>"                   \
    "</nodalPlaneDist>\n"                                                                          \
    "<hypoDepthDist><hypoDepth probability='1' depth='10'/></hypoDepthDist>\n"                     \
    "</multiPointSource>\n"

/** The text with the first `what` replaced by `with`; free() it. NULL `what`: a copy. */
static inline char *nt_replace(const char *text, const char *what, const char *with)
{
    const char *at = what ? strstr(text, what) : text;
    assert_non_null(at);
    size_t before = (size_t)(at - text), cut = what ? strlen(what) : 0;
    size_t size = strlen(text) + strlen(with ? with : "") + 1;
    char *out = malloc(size);
    (void)snprintf(out, size, "%.*s%s%s", (int)before, text, with ? with : "", at + cut);
    return out;
}

static inline kr_job nt_job(void)
{
    kr_job job;
    memset(&job, 0, sizeof job);
    job.width_of_mfd_bin = 0.1;
    job.area_source_discretization_km = NAN;
    return job;
}

/** Write the text to dir/model.xml and read it. */
static inline kr_status nt_read(kr_ctx *ctx, const kr_job *job, const char *dir, const char *text,
                                kr_model **model)
{
    size_t index = 9;
    const char *path = kt_path(dir, "model.xml");
    kt_write_text(path, text);
    kr_status s = kr_model_create(ctx, model);
    if (s == KR_OK)
        s = kr_model_read(ctx, *model, job, path, &index);
    if (s == KR_OK)
        assert_int_equal(index, 0);
    return s;
}

#endif
