/* Random source models of several branches, which have much in common. */
#ifndef KR_TESTS_WORLDS_H
#define KR_TESTS_WORLDS_H

#include "hazard/branches.h"

#define ARRAY(a) (sizeof(a) / sizeof(a)[0])

/* ---- random sources ---- */

typedef struct world {
    uint64_t random;
    size_t nprobs;  /* of multi-fault ruptures */
    double any;     /* that they occur at all, at most */
    bool odd;       /* other aspects, planes and temporal models now and then */
    size_t nplaces; /* of points */
} world;

static inline size_t one_of(world *w, size_t n)
{
    return (size_t)(kt_random(&w->random) % n);
}

static inline bool chance(world *w, double p)
{
    return kt_random_unit(&w->random) < p;
}

/* Distributions by variant: the first two have the same magnitudes. */
static inline void add_mfd(world *w, br_text *t, double least)
{
    size_t variant = one_of(w, 6);
    double often = pow(10, -3 * kt_random_unit(&w->random));
    if (variant < 4) {
        br_add(t, "<incrementalMFD minMag='%g' binWidth='0.4'><occurRates>", least);
        for (int k = 0; k < 3; k++)
            br_add(t, " %.17g", variant == 3 ? often : often * kt_random_unit(&w->random));
        br_add(t, "</occurRates></incrementalMFD>");
    } else if (variant == 4) {
        br_add(t, "<incrementalMFD minMag='%g' binWidth='0.4'><occurRates>%g 0 %g</occurRates>",
               least, 0.1 * often, 0.01 * often);
        br_add(t, "</incrementalMFD>");
    } else {
        br_add(t, "<truncGutenbergRichterMFD aValue='%g' bValue='1' minMag='%g' maxMag='%g'/>",
               2 + kt_random_unit(&w->random), least, least + 1.2);
    }
}

static inline void add_planes(world *w, br_text *t, size_t place)
{
    bool other = w->odd && chance(w, 0.2);
    br_add(t, "<nodalPlaneDist>");
    if (place % 3 == 0)
        br_add(t, "<nodalPlane probability='1' strike='35' dip='50' rake='90'/>");
    else
        br_add(t,
               "<nodalPlane probability='%s' strike='35' dip='50' rake='90'/>"
               "<nodalPlane probability='0.25' strike='200' dip='90' rake='0'/>"
               "<nodalPlane probability='%s' strike='300' dip='30' rake='-90'/>",
               other ? "0.25" : "0.5", other ? "0.5" : "0.25");
    br_add(t, "</nodalPlaneDist><hypoDepthDist>");
    if (place % 2 == 0)
        br_add(t, "<hypoDepth probability='1' depth='8'/>");
    else
        br_add(t, "<hypoDepth probability='0.6' depth='4'/>"
                  "<hypoDepth probability='0.4' depth='13'/>");
    br_add(t, "</hypoDepthDist>");
}

static inline const char *random_tom(world *w)
{
    return w->odd && chance(w, 0.2) ? "tom='NegativeBinomialTOM' alpha='1.4' mu='0.3'" : "";
}

static inline const char *aspect(world *w)
{
    return w->odd && chance(w, 0.1) ? "2" : "1.5";
}

#define DEPTHS "<upperSeismoDepth>1</upperSeismoDepth><lowerSeismoDepth>20</lowerSeismoDepth>"

static inline void add_point(world *w, br_text *t, const char *id)
{
    size_t place = one_of(w, w->nplaces);
    br_add(t,
           "<pointSource id='%s' name='p' %s><pointGeometry><gml:Point><gml:pos>%g %g</gml:pos>"
           "</gml:Point>" DEPTHS "</pointGeometry><magScaleRel>WC1994</magScaleRel>"
           "<ruptAspectRatio>%s</ruptAspectRatio>",
           id, random_tom(w), 9.8 + 0.31 * (double)place, 45.1 - 0.17 * (double)place, aspect(w));
    add_mfd(w, t, 5.1);
    add_planes(w, t, place);
    br_add(t, "</pointSource>\n");
}

static inline void add_area(world *w, br_text *t, const char *id)
{
    br_add(t,
           "<areaSource id='%s' name='a'><areaGeometry discretization='%d'><gml:Polygon>"
           "<gml:exterior><gml:LinearRing><gml:posList>9.5 44.6 10.4 44.6 10.5 45.2"
           "</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>" DEPTHS
           "</areaGeometry><magScaleRel>WC1994</magScaleRel><ruptAspectRatio>%s"
           "</ruptAspectRatio>",
           id, chance(w, 0.8) ? 30 : 28, aspect(w));
    add_mfd(w, t, 5.1);
    add_planes(w, t, 1);
    br_add(t, "</areaSource>\n");
}

static inline void add_multi_point(world *w, br_text *t, const char *id)
{
    br_add(t,
           "<multiPointSource id='%s' name='s'><multiPointGeometry><gml:posList>9.123456 45.1 "
           "10.98 44.7 10.2 45.654321</gml:posList>" DEPTHS "</multiPointGeometry>"
           "<magScaleRel>WC1994</magScaleRel><ruptAspectRatio>%s</ruptAspectRatio>"
           "<multiMFD kind='truncGutenbergRichterMFD' size='3'><min_mag>5</min_mag>"
           "<max_mag>6.5 6.8 7.1</max_mag><a_val>%g %g %g</a_val><b_val>0.9</b_val></multiMFD>",
           id, aspect(w), 2 + kt_random_unit(&w->random), 2 + kt_random_unit(&w->random),
           2 + kt_random_unit(&w->random));
    add_planes(w, t, one_of(w, 2));
    br_add(t, "</multiPointSource>\n");
}

#define FAULT                                                                                      \
    "<simpleFaultGeometry><gml:LineString><gml:posList>10 45 10 45.2 10.1 45.3</gml:posList>"      \
    "</gml:LineString><dip>60</dip><upperSeismoDepth>1</upperSeismoDepth>"                         \
    "<lowerSeismoDepth>12.5</lowerSeismoDepth></simpleFaultGeometry>"

static inline void add_fault(world *w, br_text *t, const char *id)
{
    br_add(t,
           "<simpleFaultSource id='%s' name='f' %s>" FAULT "<magScaleRel>WC1994</magScaleRel>"
           "<ruptAspectRatio>%s</ruptAspectRatio>",
           id, random_tom(w), aspect(w));
    add_mfd(w, t, 5.8);
    br_add(t, "<rake>%d</rake></simpleFaultSource>\n", chance(w, 0.9) ? 90 : 0);
}

static inline void add_characteristic(world *w, br_text *t, const char *id)
{
    br_add(t, "<characteristicFaultSource id='%s' name='c' %s>", id, random_tom(w));
    add_mfd(w, t, 6.1);
    br_add(t, "<surface>" FAULT "</surface><rake>%d</rake></characteristicFaultSource>\n",
           chance(w, 0.9) ? 90 : 0);
}

static inline void add_probs(world *w, br_text *t)
{
    double any = w->any * kt_random_unit(&w->random), one = any * kt_random_unit(&w->random);
    if (chance(w, 0.2))
        any = w->any;
    if (w->nprobs == 2)
        br_add(t, "%.17g %.17g", 1 - any, 1 - (1 - any));
    else
        br_add(t, "%.17g %.17g %.17g", 1 - any, one, any - one);
}

/* Ruptures of a small set, each once or more, in any order. */
static inline void add_multi_fault(world *w, br_text *t, const char *id)
{
    size_t n = 1 + one_of(w, 30);
    br_add(t, "<multiFaultSource id='%s' name='m'>\n", id);
    for (size_t i = 0; i < n; i++) {
        size_t which = one_of(w, 24), first = which % BR_SECTIONS;
        size_t last = first + which / BR_SECTIONS;
        br_add(t, "<multiPlanesRupture probs_occur='");
        add_probs(w, t);
        br_add(t, "'><magnitude>%g</magnitude><sectionIndexes indexes='s%zu",
               5.7 + 0.09 * (double)which + (chance(w, 0.1) ? 0.1 : 0), first);
        for (size_t k = first + 1; k <= last && k < BR_SECTIONS; k++)
            br_add(t, ",s%zu", k);
        br_add(t, "'/><rake>%d</rake></multiPlanesRupture>\n", which % 2 ? 90 : 0);
    }
    br_add(t, "</multiFaultSource>\n");
}

static inline void add_random_source(world *w, br_text *t, const char *id)
{
    size_t kind = one_of(w, 12);
    if (kind < 5)
        add_point(w, t, id);
    else if (kind == 5)
        add_area(w, t, id);
    else if (kind == 6)
        add_multi_point(w, t, id);
    else if (kind < 9)
        add_fault(w, t, id);
    else if (kind == 9)
        add_characteristic(w, t, id);
    else
        add_multi_fault(w, t, id);
}

/* Groups whose sources are never shared. */
static inline void add_atomic_group(world *w, br_text *t, size_t branch)
{
    bool cluster = chance(w, 0.5);
    char id[64];
    br_add(t, "<sourceGroup name='atomic' tectonicRegion='Active Shallow Crust' %s>\n",
           cluster ? "cluster='true' tom='PoissonTOM' occurrence_rate='0.02'"
                   : "src_interdep='mutex' grp_probability='0.7' srcs_weights='0.2 0.8'");
    for (int i = 0; i < 2; i++) {
        snprintf(id, sizeof id, "x%zu:%d", branch, i);
        add_point(w, t, id);
    }
    br_add(t, BR_GROUP_END);
}

static inline void make_branch(world *w, br_text *t, size_t branch)
{
    size_t n = 1 + one_of(w, 5);
    t->n = 0;
    br_add(t, BR_GROUP);
    for (size_t i = 0; i < n; i++) {
        char id[64]; /* the same id in several branches, and one of the branch's own */
        snprintf(id, sizeof id, i % 2 ? "own%zu_%zu" : "s%zu", i, branch);
        add_random_source(w, t, id);
    }
    br_add(t, BR_GROUP_END);
    if (chance(w, 0.2))
        add_atomic_group(w, t, branch);
}

/* ---- random jobs ---- */

static inline const char *random_keys(world *w)
{
    static char text[1000];
    static const char *const keys[] = {"infer_occur_rates = true\n", "pointsource_distance = 40\n",
                                       "collapse_level = 1\n",       "truncation_level = 1.5\n",
                                       "ps_grid_spacing = 20\n",     "minimum_distance = 15\n",
                                       "split_sources = false\n",    "max_sites_disagg = 30\n"};
    text[0] = '\0';
    for (size_t i = 0; i < ARRAY(keys); i++)
        if (chance(w, i < 2 ? 0.4 : 0.2))
            strcat(text, keys[i]);
    if (chance(w, 0.4))
        strcat(text,
               "maximum_distance = {'default': [(4.5, 30), (6, 60), (6.9, 120), (9, 150)]}\n");
    return text;
}

static inline const char *random_models(world *w)
{
    static const char *const names[] = {"BooreAtkinson2008", "AbrahamsonSilva2008",
                                        "AbrahamsonEtAl2014", "CampbellBozorgnia2014",
                                        "AkkarEtAlRhyp2014"};
    size_t first = one_of(w, ARRAY(names) - 1);
    return kt_branch_set("g", "gmpeModel", "applyToTectonicRegionType='Active Shallow Crust'",
                         1 + one_of(w, 2), names + first);
}

#endif
