/* The component rates of small jobs against the slow way of plain_rates.h; the same bits for any
 * threads and tiles, and nearly the same on every instruction set. */
#include "hazard/computed.h"
#include "hazard/plain_rates.h"
#include "num/isa.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *program;

/* ---- jobs ---- */

enum { TEXT = 16384 };

/* `sites` places around 10 E 45 N, up to `width` degrees away, some above or below sea level. */
static const char *site_list(size_t nsites, double width)
{
    static char text[TEXT];
    uint64_t random = 17;
    size_t used = 0;
    for (size_t i = 0; i < nsites; i++) {
        double lon = 10 + width * (2 * kt_random_unit(&random) - 1);
        double lat = 45 + width * 0.7 * (2 * kt_random_unit(&random) - 1);
        used += (size_t)snprintf(text + used, TEXT - used, "%s%.4f %.4f %s", i ? ", " : "", lon,
                                 lat, i % 5 == 1 ? "-1.5" : (i % 5 == 2 ? "0.5" : "0"));
    }
    return text;
}

static const char *job_text(const char *sites, const char *more)
{
    static char text[2 * TEXT];
    snprintf(text, sizeof text,
             "[general]\ncalculation_mode = classical\ndescription = test\nsites = %s\n"
             "source_model_logic_tree_file = source_tree.xml\n"
             "gsim_logic_tree_file = gmm_tree.xml\ninvestigation_time = 50\n"
             "width_of_mfd_bin = 0.3\nreference_vs30_value = 500\n"
             "reference_depth_to_1pt0km_per_sec = 80\nreference_depth_to_2pt5km_per_sec = 1\n"
             "intensity_measure_types_and_levels = {'PGA': [0.002, 0.05, 0.3, 0.8, 2.0], "
             "'SA(0.5)': [0.002, 0.05, 0.3, 0.8, 2.0]}\n%s%s%s",
             sites, strstr(more, "truncation_level") ? "" : "truncation_level = 3\n",
             strstr(more, "maximum_distance") ? "" : "maximum_distance = 200\n", more);
    return text;
}

#define PLANE(prob, strike, dip, rake)                                                             \
    "<nodalPlane probability='" #prob "' strike='" #strike "' dip='" #dip "' rake='" #rake "'/>"
#define DEPTH(prob, km) "<hypoDepth probability='" #prob "' depth='" #km "'/>"
#define ONE_PLANE       PLANE(1, 35, 50, 90)
#define ONE_DEPTH       DEPTH(1, 8)
#define PLANES          PLANE(0.5, 35, 50, 90) PLANE(0.3, 200, 90, 0) PLANE(0.2, 300, 30, -90)
#define DEPTHS          DEPTH(0.6, 4) DEPTH(0.4, 13)
#define GR              "<truncGutenbergRichterMFD aValue='3.4' bValue='1' minMag='5' maxMag='7.1'/>"
#define RARE                                                                                       \
    "<incrementalMFD minMag='6.2' binWidth='0.4'><occurRates>0.002 "                               \
    "0.0005</occurRates></incrementalMFD>"

/* A point source; `attributes` of its element, `mfd`, `planes` and `depths` as XML. */
static const char *point(const char *id, const char *attributes, double lon, double lat,
                         const char *mfd, const char *planes, const char *depths)
{
    static char texts[8][2048];
    static int next;
    char *text = texts[next++ % 8];
    snprintf(text, sizeof texts[0],
             "<pointSource id='%s' name='%s' tectonicRegion='Active Shallow Crust' %s>"
             "<pointGeometry><gml:Point><gml:pos>%g %g</gml:pos></gml:Point>"
             "<upperSeismoDepth>1</upperSeismoDepth><lowerSeismoDepth>20</lowerSeismoDepth>"
             "</pointGeometry><magScaleRel>WC1994</magScaleRel>"
             "<ruptAspectRatio>1.5</ruptAspectRatio>%s<nodalPlaneDist>%s</nodalPlaneDist>"
             "<hypoDepthDist>%s</hypoDepthDist></pointSource>\n",
             id, id, attributes, lon, lat, mfd, planes, depths);
    return text;
}

static const char *join(const char *a, const char *b, const char *c, const char *d)
{
    static char text[7000];
    snprintf(text, sizeof text, "%s%s%s%s", a, b, c, d);
    return text;
}

static const char *const ALL_DISTANCES[] = {"BooreAtkinson2008", "SadighEtAl1997",
                                            "AbrahamsonSilva2008"};

static const char *models(size_t n, const char *const *names)
{
    return kt_branch_set("g", "gmpeModel", "applyToTectonicRegionType='Active Shallow Crust'", n,
                         names);
}

static void make(kt_model *m, const char *job, const char *sources, const char *gmms)
{
    static const char *const one[] = {"source.xml"};
    kt_model_make(m, job, sources, kt_branch_set("m", "sourceModel", "", 1, one), gmms);
}

/* ---- the program's rates ---- */

static void begin(computed *c, const char *job, const char *sources, const char *gmms)
{
    *c = (computed){.n = 0};
    make(&c->model, job, sources, gmms);
    computed_prepare(c);
}

static void compute(computed *c, size_t tile, int threads)
{
    compute_tiles(c, tile, threads);
    kt_same(c->work.done, 1);
}

/* ---- comparison ---- */

/* Some tools compute long double with the digits of double. */
static double tolerance(void)
{
    volatile long double one = 1;
    return one + 1e-18L != 1 ? 1e-9 : 1e-6;
}

/* The reference comes to rates from probabilities of exceedance, which have steps of 2^-53 next to
 * 1; they show from rates of some 20 on. */
static double through_probability(double rate)
{
    double poe = 1 - exp(-rate);
    return rate < 18 ? rate : -log(poe < 1 ? 1 - poe : 0x1.0p-53);
}

/* The largest rate met, so that tests can tell that there was something to compare. */
static double compare(const char *job, const char *sources, const char *gmms)
{
    computed c;
    plain_rates plain;
    double most = 0;
    begin(&c, job, sources, gmms);
    compute(&c, KR_SITE_BLOCK, 2);
    plain_rates_make(&plain, &c.model, c.sites);
    kt_same(c.work.contexts, plain.contexts);
    for (size_t i = 0; i < c.n; i++) {
        double wanted = through_probability((double)plain.rates[i]);
        if (wanted > 1e-10 || c.rates[i] > 1e-10)
            kt_close(c.rates[i], wanted, tolerance(), 0);
        most = fmax(most, wanted);
    }
    plain_rates_end(&plain);
    end(&c);
    return most;
}

/* ---- tests ---- */

static void test_one_plane(void **state)
{
    (void)state;
    static const char *const more[] = {
        "", "truncation_level = 99\n", "truncation_level = 1.5\n", "shift_hypo = true\n",
        "maximum_distance = {'default': [(5.1, 40), (6, 90), (6.9, 150)]}\n"};
    const char *sources =
        join(point("a", "", 10.1, 45, GR, ONE_PLANE, ONE_DEPTH),
             point("b", "", 9.8, 44.9, RARE, PLANE(1, 0, 90, 0), DEPTH(1, 1)),
             point("c", "", 10.6, 45.3, GR, PLANE(1, 270, 20, -90), DEPTH(1, 19)), "");
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
        assert_true(compare(job_text(site_list(13, 1.5), more[i]), sources,
                            models(3, ALL_DISTANCES)) > 1e-3);
}

/* Several planes and depths: few sites together (one close, all close), many each for itself; below
 * 16 near sites pairs are made site by site, above rupture by rupture. */
static void test_planes_and_depths(void **state)
{
    (void)state;
    static const size_t counts[] = {3, 10, 11, 40, 70};
    const char *sources = join(point("a", "", 10.1, 45, GR, PLANES, DEPTHS),
                               point("b", "", 9.2, 44.9, GR, ONE_PLANE, DEPTHS),
                               point("c", "", 12.3, 44.2, GR, PLANES, ONE_DEPTH), "");
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        assert_true(compare(job_text(site_list(counts[i], 2.5), "pointsource_distance = 60\n"),
                            sources, models(3, ALL_DISTANCES)) > 1e-4);
}

/* A model that does not ask for rrup leaves the cut by it alone. */
static void test_minimum_distance(void **state)
{
    (void)state;
    const char *sources = join(point("a", "", 10.1, 45, GR, PLANES, DEPTHS),
                               point("b", "", 10.2, 45.1, GR, ONE_PLANE, ONE_DEPTH), "", "");
    const char *job = job_text(site_list(20, 1),
                               "minimum_distance = 25\n"
                               "maximum_distance = {'default': [(4.5, 20), (6, 30), (8, 150)]}\n");
    assert_true(compare(job, sources, models(3, ALL_DISTANCES)) > 1e-4);
    assert_true(compare(job, sources, models(1, ALL_DISTANCES)) > 1e-4);
}

static void test_collapse_level(void **state)
{
    (void)state;
    static const char *const more[] = {"collapse_level = 0\n", "collapse_level = 1\n",
                                       "collapse_level = 2\n"};
    const char *sources = join(point("a", "", 10.1, 45, GR, PLANES, DEPTHS),
                               point("b", "", 10.2, 45.1, GR, ONE_PLANE, ONE_DEPTH), "", "");
    for (size_t i = 0; i < 3; i++) {
        const char *job = job_text(site_list(20, 2), more[i]);
        assert_true(compare(job, sources, models(3, ALL_DISTANCES)) > 1e-4);
        assert_true(compare(job, sources, models(1, ALL_DISTANCES)) > 1e-4); /* rjb only */
    }
}

#define GROUP(attributes)                                                                          \
    "<sourceGroup name='g' tectonicRegion='Active Shallow Crust' " attributes ">"
#define GROUP_END "</sourceGroup>"

static void test_mutex_group(void **state)
{
    (void)state;
    const char *group = GROUP("src_interdep='mutex' grp_probability='0.7' srcs_weights='0.2 0.8'");
    const char *sources = join(group, point("a:1", "", 10.1, 45, GR, PLANES, DEPTHS),
                               point("a:2", "", 9.9, 45.1, RARE, ONE_PLANE, ONE_DEPTH), GROUP_END);
    assert_true(compare(job_text(site_list(12, 1.5), ""), sources, models(2, ALL_DISTANCES)) >
                1e-4);
    assert_true(compare(job_text(site_list(30, 1.5), ""), sources, models(2, ALL_DISTANCES)) >
                1e-4);
}

/* A rate stays finite where every source of a group is certain to exceed a level. */
static void test_mutex_group_certain(void **state)
{
    (void)state;
    computed c;
    double most = 0;
    const char *daily = "<incrementalMFD minMag='6' binWidth='0.4'><occurRates>365</occurRates>"
                        "</incrementalMFD>";
    const char *sources = join(GROUP("src_interdep='mutex' srcs_weights='0.2 0.8'"),
                               point("a:1", "", 10, 45, daily, ONE_PLANE, ONE_DEPTH),
                               point("a:2", "", 10, 45, daily, PLANES, DEPTHS), GROUP_END);
    begin(&c, job_text(site_list(3, 0.1), ""), sources, models(2, ALL_DISTANCES));
    c.model.job->compat = KR_COMPAT_EXACT; /* no way through probabilities */
    compute(&c, KR_SITE_BLOCK, 1);
    for (size_t i = 0; i < c.n; i++)
        most = c.rates[i] <= most ? most : c.rates[i];
    kt_close(most, 36.7368005696771, 1e-14, 0);
    end(&c);
}

static void test_cluster(void **state)
{
    (void)state;
    const char *group = GROUP("cluster='true' tom='PoissonTOM' occurrence_rate='0.02'");
    const char *sources = join(group, point("a", "", 10.1, 45, RARE, PLANES, DEPTHS),
                               point("b", "", 9.9, 45.1, RARE, ONE_PLANE, ONE_DEPTH), GROUP_END);
    assert_true(compare(job_text(site_list(12, 1.5), ""), sources, models(2, ALL_DISTANCES)) >
                1e-4);
}

/* Negative binomial sources beside Poissonian ones, and inside a mutex group. */
static void test_negative_binomial(void **state)
{
    (void)state;
    const char *nb = "tom='NegativeBinomialTOM' alpha='1.4' mu='0.3'";
    const char *many = "<incrementalMFD minMag='5.2' binWidth='0.4'><occurRates>0.03 0.006 0.001"
                       "</occurRates></incrementalMFD>";
    const char *a = point("a:1", nb, 10.1, 45, many, PLANES, DEPTHS);
    const char *b = point("a:2", "", 9.9, 45.1, GR, ONE_PLANE, ONE_DEPTH);
    assert_true(compare(job_text(site_list(12, 1.5), ""), join(a, b, "", ""),
                        models(2, ALL_DISTANCES)) > 1e-3);
    const char *group = GROUP("src_interdep='mutex' srcs_weights='0.5 0.5'");
    assert_true(compare(job_text(site_list(12, 1.5), ""), join(group, a, b, GROUP_END),
                        models(2, ALL_DISTANCES)) > 1e-4);
}

/* A branch set as one model whose exceedance probabilities are averaged. */
static void test_collapsed_models(void **state)
{
    (void)state;
    const char *nb = "tom='NegativeBinomialTOM' alpha='0.5' mu='0.3'";
    const char *sources = join(point("a", "", 10.1, 45, GR, PLANES, DEPTHS),
                               point("b", nb, 9.9, 45.1, GR, ONE_PLANE, ONE_DEPTH), "", "");
    const char *job = job_text(site_list(12, 1.5), "collapse_gsim_logic_tree = g\n");
    kt_model m;
    make(&m, job, sources, models(3, ALL_DISTANCES));
    assert_int_equal(m.tree->ngsims, 1);
    assert_int_equal(m.tree->gsims[0].nparts, 3);
    kt_model_end(&m);
    assert_true(compare(job, sources, models(3, ALL_DISTANCES)) > 1e-3);
}

/* Averages that the models themselves make: mixtures of standard deviations, alone and inside of
 * averages of models. */
static void test_averaged_models(void **state)
{
    (void)state;
    static const char *const names[] = {
        "[BooreAtkinson2008.mixture_model]\nfactors = [0.8, 1.2]\nweights = [0.3, 0.7]",
        "[AvgPoeGMPE]\nb1.BooreAtkinson2008.weight = 0.25\nb2.AvgPoeGMPE.weight = 0.75\n"
        "b2.AvgPoeGMPE.c1.SadighEtAl1997.weight = 0.5\n"
        "b2.AvgPoeGMPE.c2.SadighEtAl1997.weight = 0.5\n"
        "b2.AvgPoeGMPE.c2.SadighEtAl1997.mixture_model.factors = [0.9, 1.3]\n"
        "b2.AvgPoeGMPE.c2.SadighEtAl1997.mixture_model.weights = [0.5, 0.5]",
        "[ModifiableGMPE]\ngmpe.BooreAtkinson2008 = {}\nset_between_epsilon.epsilon_tau = 0.5",
        "BooreAtkinson2008",
    };
    const char *nb = "tom='NegativeBinomialTOM' alpha='0.5' mu='0.3'";
    const char *sources = join(point("a", "", 10.1, 45, GR, PLANES, DEPTHS),
                               point("b", nb, 9.9, 45.1, GR, ONE_PLANE, ONE_DEPTH), "", "");
    const char *job = job_text(site_list(12, 1.5), "");
    computed c;
    begin(&c, job, sources, models(4, names));
    assert_int_equal(c.hazard->motions[0].nparts, 2);
    assert_int_equal(c.hazard->motions[1].nparts, 4);
    assert_int_equal(c.hazard->motions[2].nparts, 1);
    kt_close(c.hazard->motions[1].parts[3].weight, 0.1875, 1e-15, 0);
    kt_close(c.hazard->motions[1].parts[3].sigma_factor, 1.3, 0, 0);
    end(&c);
    assert_true(compare(job, sources, models(4, names)) > 1e-3);
}

/* Models of which one evaluation serves several, among others, for rates that add and that do not.
 */
static void test_shared_models(void **state)
{
    (void)state;
    static const char *const names[] = {
        "[BooreEtAl2014]\nsigma_mu_epsilon = -1.28155",
        "BooreAtkinson2008",
        "BooreEtAl2014",
        "[BooreEtAl2014]\nsigma_mu_epsilon = 1.28155",
        "[AbrahamsonEtAl2015SInter]\nsigma_mu_epsilon = 1",
        "AbrahamsonEtAl2015SInter",
    };
    const char *nb = "tom='NegativeBinomialTOM' alpha='0.5' mu='0.3'";
    const char *sources = join(point("a", "", 10.1, 45, GR, PLANES, DEPTHS),
                               point("b", nb, 9.9, 45.1, GR, ONE_PLANE, ONE_DEPTH), "", "");
    const char *job = job_text(site_list(12, 1.5), "");
    computed c;
    begin(&c, job, sources, models(6, names));
    assert_int_equal(c.hazard->families[0].nevaluations, 3);
    assert_int_equal(c.hazard->families[0].evaluations[0].n, 3);
    end(&c);
    assert_true(compare(job, sources, models(6, names)) > 1e-3);
}

/* A model whose weight is zero for a measure gives nothing there. */
static void test_zero_weight(void **state)
{
    (void)state;
    const char *gmms =
        "<logicTreeBranchSet branchSetID='g' uncertaintyType='gmpeModel' "
        "applyToTectonicRegionType='Active Shallow Crust'>"
        "<logicTreeBranch branchID='1'><uncertaintyModel>BooreAtkinson2008</uncertaintyModel>"
        "<uncertaintyWeight>0.4</uncertaintyWeight><uncertaintyWeight imt='PGA'>0"
        "</uncertaintyWeight></logicTreeBranch>"
        "<logicTreeBranch branchID='2'><uncertaintyModel>SadighEtAl1997</uncertaintyModel>"
        "<uncertaintyWeight>0.6</uncertaintyWeight><uncertaintyWeight imt='PGA'>1"
        "</uncertaintyWeight></logicTreeBranch></logicTreeBranchSet>";
    const char *sources = point("a", "", 10.1, 45, GR, PLANES, DEPTHS);
    const char *job = job_text(site_list(12, 1.5), "");
    computed c;
    assert_true(compare(job, sources, gmms) > 1e-3);
    begin(&c, job, sources, gmms);
    compute(&c, KR_SITE_BLOCK, 1);
    for (size_t i = 0; i < 12 * 5; i++) { /* the first model: PGA, then SA(0.5) */
        kt_same(c.rates[i / 5 * 10 + i % 5], 0);
        assert_true(c.rates[i / 5 * 10] == 0);
    }
    assert_true(c.rates[5] > 0);
    end(&c);
}

/* A model need not give a measure in which it has no weight, nor any if it has none at all. */
static void test_zero_weight_of_unknown_measure(void **state)
{
    (void)state;
    const char *gmms =
        "<logicTreeBranchSet branchSetID='g' uncertaintyType='gmpeModel' "
        "applyToTectonicRegionType='Active Shallow Crust'>"
        "<logicTreeBranch branchID='1'><uncertaintyModel>Campbell1997</uncertaintyModel>"
        "<uncertaintyWeight>0.4</uncertaintyWeight><uncertaintyWeight imt='SA(0.5)'>0"
        "</uncertaintyWeight></logicTreeBranch>"
        "<logicTreeBranch branchID='2'><uncertaintyModel>AllenEtAl2012</uncertaintyModel>"
        "<uncertaintyWeight>0</uncertaintyWeight><uncertaintyWeight imt='PGA'>0"
        "</uncertaintyWeight><uncertaintyWeight imt='SA(0.5)'>0"
        "</uncertaintyWeight></logicTreeBranch>"
        "<logicTreeBranch branchID='3'><uncertaintyModel>SadighEtAl1997</uncertaintyModel>"
        "<uncertaintyWeight>0.6</uncertaintyWeight><uncertaintyWeight imt='SA(0.5)'>1"
        "</uncertaintyWeight></logicTreeBranch></logicTreeBranchSet>";
    const char *sources = point("a", "", 10.1, 45, GR, PLANES, DEPTHS);
    computed c;
    begin(&c, job_text(site_list(12, 1.5), ""), sources, gmms);
    compute(&c, KR_SITE_BLOCK, 1);
    const double *first = c.rates, *second = c.rates + 12 * 10, *third = c.rates + 2 * 12 * 10;
    for (size_t i = 0; i < 12 * 10; i++) {
        bool pga = i % 10 < 5;
        assert_true(second[i] == 0 && (pga || first[i] == 0));
        assert_true(i % 5 > 0 || (third[i] > 0 && (first[i] > 0 || !pga)));
    }
    end(&c);
}

static void test_area_and_points(void **state)
{
    (void)state;
    const char *rest = "<upperSeismoDepth>0</upperSeismoDepth><lowerSeismoDepth>15"
                       "</lowerSeismoDepth>";
    const char *size = "<magScaleRel>WC1994</magScaleRel><ruptAspectRatio>2</ruptAspectRatio>";
    char area[2048], points[2048];
    snprintf(area, sizeof area,
             "<areaSource id='r' name='r' tectonicRegion='Active Shallow Crust'>"
             "<areaGeometry discretization='20'><gml:Polygon><gml:exterior><gml:LinearRing>"
             "<gml:posList>9.5 44.6 10.4 44.6 10.5 45.2</gml:posList></gml:LinearRing>"
             "</gml:exterior></gml:Polygon>%s</areaGeometry>%s" GR "<nodalPlaneDist>" PLANES
             "</nodalPlaneDist><hypoDepthDist>" DEPTHS "</hypoDepthDist></areaSource>\n",
             rest, size);
    snprintf(points, sizeof points,
             "<multiPointSource id='s' name='s' tectonicRegion='Active Shallow Crust'>"
             "<multiPointGeometry><gml:posList>9.123456 45.1 10.98 44.7 10.2 45.654321"
             "</gml:posList>%s</multiPointGeometry>%s"
             "<multiMFD kind='truncGutenbergRichterMFD' size='3'><min_mag>5</min_mag>"
             "<max_mag>6.5 6.8 7.1</max_mag><a_val>3 3.2 3.1</a_val><b_val>0.9</b_val></multiMFD>"
             "<nodalPlaneDist>" ONE_PLANE "</nodalPlaneDist><hypoDepthDist>" DEPTHS
             "</hypoDepthDist></multiPointSource>\n",
             rest, size);
    assert_true(compare(job_text(site_list(14, 1.5), ""), join(area, points, "", ""),
                        models(2, ALL_DISTANCES)) > 1e-3);
}

/* Rates so high that probabilities round to one: the reference's limit. */
static void test_limit(void **state)
{
    (void)state;
    const char *often = "<incrementalMFD minMag='6' binWidth='0.1'><occurRates>9 3</occurRates>"
                        "</incrementalMFD>";
    const char *sources = point("a", "", 10, 45, often, ONE_PLANE, ONE_DEPTH);
    kt_close(compare(job_text(site_list(12, 0.3), ""), sources, models(1, ALL_DISTANCES)),
             36.7368005696771, 1e-12, 0);
}

/* ---- the same bits ---- */

static const char *mixed_sources(void)
{
    static char text[8000];
    const char *nb = "tom='NegativeBinomialTOM' alpha='1.4' mu='0.3'";
    const char *group = GROUP("src_interdep='mutex' srcs_weights='0.2 0.8'");
    char *at = text;
    const char *open = GROUP("");
    at += snprintf(at, 3000, "%s%s%s%s%s", open, point("a", "", 10.1, 45, GR, PLANES, DEPTHS),
                   point("b", nb, 9.9, 45.1, RARE, PLANES, DEPTHS),
                   point("c", "", 12, 45.8, GR, ONE_PLANE, DEPTHS), GROUP_END);
    snprintf(at, 4000, "%s%s%s%s", group, point("d:1", "", 10.5, 45, GR, PLANES, DEPTHS),
             point("d:2", "", 9, 45.3, RARE, ONE_PLANE, ONE_DEPTH), GROUP_END);
    return text;
}

static void test_threads_and_tiles(void **state)
{
    (void)state;
    computed one, other;
    const char *job = job_text(site_list(150, 2), "pointsource_distance = 50\n");
    begin(&one, job, mixed_sources(), models(2, ALL_DISTANCES));
    compute(&one, 150, 1);
    for (int threads = 1; threads <= 3; threads++)
        for (size_t tile = KR_SITE_BLOCK; tile <= 3 * KR_SITE_BLOCK; tile += KR_SITE_BLOCK) {
            begin(&other, job, mixed_sources(), models(2, ALL_DISTANCES));
            compute(&other, tile, threads);
            assert_memory_equal(other.rates, one.rates, one.n * sizeof *one.rates);
            kt_same(other.work.contexts, one.work.contexts);
            end(&other);
        }
    end(&one);
}

/* ---- instruction sets ---- */

static void begin_mixed(computed *c)
{
    begin(c, job_text(site_list(30, 2), ""), mixed_sources(), models(3, ALL_DISTANCES));
    compute(c, KR_SITE_BLOCK, 1);
}

/* The program called again with the level in its environment, which is read once. */
static int write_rates(const char *path)
{
    computed c;
    begin_mixed(&c);
    kt_write_file(path, c.rates, c.n * sizeof *c.rates);
    end(&c);
    return 0;
}

static double *rates_of_level(int level, const char *path, size_t n)
{
    char isa[16];
    size_t size;
    int status;
    snprintf(isa, sizeof isa, "v%d", level);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        setenv("KAURI_ISA", isa, 1);
        execl(program, program, "--write", path, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    double *rates = (double *)(void *)kt_read_file(path, &size);
    assert_int_equal(size, n * sizeof *rates);
    return rates;
}

static void test_instruction_sets(void **state)
{
    (void)state;
    char *dir = kt_dir_create();
    computed c;
    begin_mixed(&c);
    for (int level = 2; level <= kr_isa_supported(); level++) {
        double *rates = rates_of_level(level, kt_path(dir, "rates"), c.n);
        for (size_t i = 0; i < c.n; i++)
            kt_close(rates[i], c.rates[i], 1e-12, 1e-18);
        free(rates);
    }
    end(&c);
    kt_dir_remove(&dir);
}

/* ---- memory ---- */

/* The figure that plans are made with, against what a tile took. */
static void test_tile_bytes(void **state)
{
    (void)state;
    static const char *const more[] = {"", "collapse_level = 1\n"};
    static const size_t counts[] = {5, 64, 150};
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 2; k++) {
            computed c;
            begin(&c, job_text(site_list(counts[i], 1), more[k]), mixed_sources(),
                  models(3, ALL_DISTANCES));
            double before = (double)kr_ctx_memory(c.model.ctx).current;
            double rates = (double)(c.n * sizeof *c.rates);
            compute(&c, 3 * KR_SITE_BLOCK, 1);
            double took = (double)kr_ctx_memory(c.model.ctx).peak - before + rates;
            kt_close((double)kr_hazard_tile_bytes(c.hazard, counts[i], 1), took, 0.2, 0);
            end(&c);
        }
}

/* ---- failures ---- */

static void test_interrupted(void **state)
{
    (void)state;
    computed c;
    begin(&c, job_text(site_list(12, 1), ""), mixed_sources(), models(1, ALL_DISTANCES));
    kr_ctx_interrupt(c.model.ctx);
    kt_fails(c.model.ctx, kr_hazard_tile(c.hazard, 0, c.sites->n, 2, c.rates, &c.work, NULL),
             KR_EINTERRUPTED, "interrupted");
    end(&c);
}

static void test_allocations(void **state)
{
    (void)state;
    kt_model m;
    make(&m, job_text(site_list(3, 1), ""), mixed_sources(), models(2, ALL_DISTANCES));
    assert_true(kt_fail_each_allocation(whole_way, &m) > 20);
    kt_model_end(&m);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_plane),
        cmocka_unit_test(test_planes_and_depths),
        cmocka_unit_test(test_minimum_distance),
        cmocka_unit_test(test_collapse_level),
        cmocka_unit_test(test_mutex_group),
        cmocka_unit_test(test_mutex_group_certain),
        cmocka_unit_test(test_cluster),
        cmocka_unit_test(test_negative_binomial),
        cmocka_unit_test(test_collapsed_models),
        cmocka_unit_test(test_averaged_models),
        cmocka_unit_test(test_shared_models),
        cmocka_unit_test(test_zero_weight),
        cmocka_unit_test(test_zero_weight_of_unknown_measure),
        cmocka_unit_test(test_area_and_points),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_threads_and_tiles),
        cmocka_unit_test(test_instruction_sets),
        cmocka_unit_test(test_tile_bytes),
        cmocka_unit_test(test_interrupted),
        cmocka_unit_test(test_allocations),
    };
    program = argv[0];
    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return write_rates(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
