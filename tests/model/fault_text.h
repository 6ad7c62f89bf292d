/* NRML of faults for the tests of source models; see nrml_text.h. */
#ifndef KR_TESTS_FAULT_TEXT_H
#define KR_TESTS_FAULT_TEXT_H

#include "model/nrml_text.h"

#define FT_LINE(x) "<gml:LineString><gml:posList>" x "</gml:posList></gml:LineString>\n"
#define FT_GR      "<truncGutenbergRichterMFD aValue='4' bValue='1' minMag='5.5' maxMag='7'/>\n"
#define FT_MSR     "<magScaleRel>WC1994</magScaleRel>\n<ruptAspectRatio>2</ruptAspectRatio>\n"

#define FT_SIMPLE_GEOMETRY                                                                         \
    "<simpleFaultGeometry>\n" FT_LINE(                                                             \
        "10 45.000004 10.0000001 45.2 10.00001 45.2 10.1 45.3") "<dip>60</dip>\n"                  \
                                                                "<upperSeismoDepth>1</"            \
                                                                "upperSeismoDepth>\n"              \
                                                                "<lowerSeismoDepth>12.5</"         \
                                                                "lowerSeismoDepth>\n</"            \
                                                                "simpleFaultGeometry>\n"
#define FT_COMPLEX_GEOMETRY                                                                        \
    "<complexFaultGeometry>\n"                                                                     \
    "<faultTopEdge>" FT_LINE(                                                                      \
        "0 0 1.000001 0 1 1.5") "</faultTopEdge>\n"                                                \
                                "<intermediateEdge>" FT_LINE(                                      \
                                    "0.1 0 5 0.1 1 5") "</intermediateEdge>\n"                     \
                                                       "<faultBottomEdge>" FT_LINE("0.2 0 20 0.2 " \
                                                                                   "0.5 20 0.2 1 " \
                                                                                   "20") "</"      \
                                                                                         "faultBo" \
                                                                                         "ttomEdg" \
                                                                                         "e>\n"    \
                                                                                         "</"      \
                                                                                         "complex" \
                                                                                         "FaultGe" \
                                                                                         "ometry>" \
                                                                                         "\n"
#define FT_CORNER(tag, lon, lat, depth) "<" tag " lon='" lon "' lat='" lat "' depth='" depth "'/>\n"
#define FT_PLANAR(south, north)                                                                    \
    "<planarSurface strike='0' dip='90'>\n" FT_CORNER("topLeft", "1", south, "0")                  \
        FT_CORNER("topRight", "1", north, "0") FT_CORNER("bottomRight", "1", north, "21.5")        \
            FT_CORNER("bottomLeft", "1", south, "21.5") "</planarSurface>\n"
#define FT_GRIDDED "<griddedSurface><gml:posList>0 0 5 0 0 5 1 0 6</gml:posList></griddedSurface>\n"
#define FT_KITE                                                                                    \
    "<kiteSurface>\n"                                                                              \
    "<profile>" FT_LINE("0 0 0 0.1 0 10") "</profile>\n"                                           \
                                          "<profile>" FT_LINE(                                     \
                                              "0 1 -1.5 0.1 1 10 0.2 1 15") "</profile>\n"         \
                                                                            "</kiteSurface>\n"

/* A source begins on line 5 of the document. */
#define FT_SIMPLE                                                                                  \
    "<simpleFaultSource id='s' name='simple'>\n" FT_SIMPLE_GEOMETRY FT_MSR FT_GR                   \
    "<rake>90</rake>\n</simpleFaultSource>\n"
#define FT_COMPLEX                                                                                 \
    "<complexFaultSource id='c' name='complex'>\n" FT_COMPLEX_GEOMETRY FT_MSR FT_GR                \
    "<rake>-90</rake>\n</complexFaultSource>\n"
#define FT_CHARACTERISTIC(surface)                                                                 \
    "<characteristicFaultSource id='x' name='characteristic'>\n" FT_GR "<rake>0</rake>\n"          \
    "<surface>\n" surface "</surface>\n</characteristicFaultSource>\n"
#define FT_KITE_SOURCE(geometry)                                                                   \
    "<kiteFaultSource id='k' name='kite'>\n" geometry FT_MSR FT_GR                                 \
    "<rake>-180</rake>\n</kiteFaultSource>\n"
#define FT_PLACES                                                                                  \
    "<hypoList>\n<hypo alongStrike='0.25' downDip='0.5' weight='0.4'/>\n"                          \
    "<hypo alongStrike='0.75' downDip='1' weight='0.6'/></hypoList>\n"                             \
    "<slipList>\n<slip weight='0.3'>\n 90 </slip><slip weight='0.7'>360</slip></slipList>\n"

static inline kr_job ft_job(void)
{
    kr_job job = nt_job();
    job.rupture_mesh_spacing_km = 2;
    job.complex_fault_mesh_spacing_km = 4;
    return job;
}

#endif
