/* Disaggregation against the slow way of slow_disagg.h, and what follows from its definition. */
#include "hazard/disagg_bins.h"
#include "hazard/slow_disagg.h"

/* ---- bins ---- */

static const double mags[] = {4.5, 5.3, 5.7, 6.2, 6.6, 7.4}, dists[] = {0, 20, 45, 80, 150, 220},
                    lons[] = {7, 9.2, 10.1, 13}, lats[] = {43, 45, 46.5},
                    eps3[] = {-3, -1.5, -0.3, 0.9, 2, 3}, narrow[] = {-0.8, 0.1, 0.7, 1.2};

static kr_disagg_bins all_bins(void)
{
    return (kr_disagg_bins){
        .mag = {5, mags}, .dist = {5, dists}, .lon = {3, lons}, .lat = {2, lats}, .eps = {5, eps3}};
}

/* ---- comparison ---- */

static size_t cell_number(const kr_disagg_bins *b, kr_disagg_cell c)
{
    return (((size_t)c.mag * b->dist.n + c.dist) * b->lon.n + c.lon) * b->lat.n + c.lat;
}

static void compare_part(const slow *o, size_t component, const kr_disagg_part *part)
{
    const kr_component *c = &o->c->model.tree->components[component];
    const double *weight = o->weight + component * o->ncells;
    size_t cell = 0, ncells = 0;
    for (size_t i = 0; i < o->ncells; i++)
        ncells += weight[i] > 0;
    assert_int_equal(part->ncells, ncells);
    for (size_t i = 0; i < part->ncells; i++, cell++) {
        size_t n = cell_number(&o->bins, part->cells[i]);
        while (cell < n)
            kt_same(weight[cell++], 0);
        for (size_t k = 0; k < c->ngsims; k++)
            for (size_t e = 0; e < o->stride; e++) {
                double want =
                    (double)o->rates[((c->first_rate + k) * o->ncells + n) * o->stride + e];
                double got = part->rates[(k * part->ncells + i) * o->stride + e];
                double noise = 2e-15 * weight[n];
                if (!o->exact && fmax(want, got) < 1e-12 + noise)
                    continue; /* on either side of the cut */
                kt_close(got, want, want > 18 ? 1e-3 : 1e-9, noise);
            }
    }
    for (size_t m = 0; m < o->bins.mag.n && part->exclusive; m++)
        kt_close(part->exclusive[m], o->exclusive[component * o->bins.mag.n + m], 1e-14, 0);
    assert_true((part->exclusive != NULL) == (c->group && c->group->mutex_sources));
}

static bool same_bits(const kr_tree *tree, const kr_disagg *a, const kr_disagg *b)
{
    for (size_t c = 0; c < a->ncomponents; c++) {
        const kr_disagg_part *x = &a->parts[c], *y = &b->parts[c];
        size_t n = tree->components[c].ngsims * x->ncells * a->nlevels * a->neps;
        if (x->ncells != y->ncells || memcmp(x->cells, y->cells, x->ncells * sizeof *x->cells) != 0)
            return false;
        if (memcmp(x->rates, y->rates, n * sizeof *x->rates) != 0)
            return false;
    }
    return true;
}

static void compare(computed *apart, computed *shared, const kr_disagg_bins *bins,
                    const kr_disagg_level *levels, size_t nlevels, size_t site)
{
    kr_ctx *ctx = shared->model.ctx;
    slow o = {.c = apart,
              .bins = *bins,
              .levels = levels,
              .nlevels = nlevels,
              .site = site,
              .exact = apart->model.job->compat == KR_COMPAT_EXACT};
    const kr_disagg_wanted wanted = {.levels = levels, .n = nlevels};
    kr_disagg *one = NULL, *other = NULL;
    slow_make(&o);
    kt_ok(ctx, kr_hazard_disaggregate(shared->hazard, site, bins, &wanted, 1, &one));
    assert_int_equal(one->ncomponents, shared->model.tree->ncomponents);
    for (size_t c = 0; c < one->ncomponents; c++)
        compare_part(&o, c, &one->parts[c]);
    for (int threads = 2; threads <= 3; threads++) {
        kt_ok(ctx, kr_hazard_disaggregate(shared->hazard, site, bins, &wanted, threads, &other));
        assert_true(same_bits(shared->model.tree, one, other));
        kr_disagg_destroy(&other);
    }
    kr_disagg_destroy(&one);
    slow_clear(&o);
}

static void compare_job(const char *job, size_t n, const br_text *groups, const char *gmms,
                        const kr_disagg_bins *bins, size_t site)
{
    static const kr_disagg_level levels[] = {{0, 0.05}, {1, 0.3}, {0, 0}, {1, 0.002}, {1, 1.1}};
    static br_text plain;
    computed apart, shared;
    plain.n = 0;
    br_add(&plain, "%ssharing = false\n", job);
    br_begin(&apart, plain.s, n, groups, gmms);
    br_begin(&shared, job, n, groups, gmms);
    compare(&apart, &shared, bins, levels, ARRAY(levels), site);
    end(&apart);
    end(&shared);
}

/* ---- tests ---- */

static void test_random_models(void **state)
{
    (void)state;
    static br_text groups[5];
    for (size_t i = 0; i < 40; i++) {
        world w = {.random = 3000 + i, .nplaces = 3, .nprobs = 2 + i % 4 / 3};
        size_t n = 2 + one_of(&w, 4), nsites = 1 + one_of(&w, 9);
        kr_disagg_bins bins = all_bins();
        w.any = (const double[]){1e-4, 0.01, 0.3, 0.9}[one_of(&w, 4)];
        w.odd = chance(&w, 0.5);
        bins.epsilon_star = chance(&w, 0.2);
        bins.eps = chance(&w, 0.3) ? (kr_disagg_axis){3, narrow} : bins.eps;
        bins.lon.n -= chance(&w, 0.3) ? 2 : 0;
        bins.lat.n -= bins.lon.n == 1;
        br_compat = i % 2 ? KR_COMPAT_EXACT : KR_COMPAT_OQ_3_21;
        for (size_t b = 0; b < n; b++)
            make_branch(&w, &groups[b], b);
        const char *keys = random_keys(&w), *gmms = random_models(&w);
        compare_job(br_job(nsites, w.random, keys), n, groups, gmms, &bins, one_of(&w, nsites));
    }
    br_compat = KR_COMPAT_OQ_3_21;
}

#define DIPPING(id, more, place, rate)                                                             \
    "<pointSource id='" id "' name='p' " more "><pointGeometry><gml:Point><gml:pos>" place         \
    "</gml:pos></gml:Point>" DEPTHS "</pointGeometry><magScaleRel>WC1994</magScaleRel>"            \
    "<ruptAspectRatio>1</ruptAspectRatio><incrementalMFD minMag='5.1' binWidth='0.4'>"             \
    "<occurRates>" rate "</occurRates></incrementalMFD><nodalPlaneDist>"                           \
    "<nodalPlane probability='1' strike='35' dip='50' rake='90'/></nodalPlaneDist><hypoDepthDist>" \
    "<hypoDepth probability='1' depth='8'/></hypoDepthDist></pointSource>\n"

static void put(br_text *t, const char *sources)
{
    t->n = 0;
    br_add(t, BR_GROUP "%s" BR_GROUP_END, sources);
}

static const char *models(size_t n, const char *const *names)
{
    return kt_branch_set("g", "gmpeModel", "applyToTectonicRegionType='Active Shallow Crust'", n,
                         names);
}

static const char *one_model(void)
{
    static const char *const names[] = {"AbrahamsonSilva2008"};
    return models(1, names);
}

/* Probabilities averaged: that of a mixture of normal distributions the reference forgets. */
static void test_averages(void **state)
{
    (void)state;
    static const char *const names[] = {
        "[BooreAtkinson2008.mixture_model]\nfactors = [0.8, 1.2]\nweights = [0.3, 0.7]",
        "[AvgPoeGMPE]\nb1.BooreAtkinson2008.weight = 0.25\nb2.AvgPoeGMPE.weight = 0.75\n"
        "b2.AvgPoeGMPE.c1.SadighEtAl1997.weight = 0.5\n"
        "b2.AvgPoeGMPE.c2.SadighEtAl1997.weight = 0.5\n"
        "b2.AvgPoeGMPE.c2.SadighEtAl1997.mixture_model.factors = [0.9, 1.3]\n"
        "b2.AvgPoeGMPE.c2.SadighEtAl1997.mixture_model.weights = [0.5, 0.5]"};
    static br_text groups[1];
    kr_disagg_bins bins = all_bins();
    put(&groups[0], DIPPING("a0", "", "10 45", "0.01 0.002 0.001")
                        DIPPING("b0", "tom='NegativeBinomialTOM' alpha='1.4' mu='0.3'", "10.4 45.1",
                                "0.01 0.002 0.001"));
    for (int i = 0; i < 2; i++) {
        br_compat = i ? KR_COMPAT_EXACT : KR_COMPAT_OQ_3_21;
        compare_job(br_job(3, 5, ""), 1, groups, models(2, names), &bins, 1);
    }
    br_compat = KR_COMPAT_OQ_3_21;
}

/* All bands of all cells together are the component rates, where ruptures are Poissonian. */
static void check_sums(const computed *c, size_t site, const kr_disagg *d)
{
    const kr_job *job = c->model.job;
    size_t compared = 0;
    for (size_t i = 0; i < d->ncomponents; i++) {
        const kr_component *component = &c->model.tree->components[i];
        const kr_disagg_part *part = &d->parts[i];
        for (size_t k = 0; k < component->ngsims; k++)
            for (size_t l = 0; l < d->nlevels; l++) {
                double sum = 0;
                for (size_t n = 0; n < part->ncells; n++)
                    for (size_t e = 0; e < d->neps; e++)
                        sum += part->rates[((k * part->ncells + n) * d->nlevels + l) * d->neps + e];
                double rate = c->rates[((component->first_rate + k) * c->sites->n + site) *
                                           job->nimts * job->nlevels +
                                       l];
                kt_close(sum, rate, 1e-12, 1e-16);
                compared += rate > 1e-9;
            }
    }
    assert_true(compared > 0);
}

static void test_sums(void **state)
{
    (void)state;
    static br_text groups[3];
    static kr_disagg_level levels[10];
    br_compat = KR_COMPAT_EXACT;
    for (size_t i = 0; i < 12; i++) {
        world w = {.random = 7000 + i, .nplaces = 3, .nprobs = 2, .any = 0.2};
        size_t nsites = 1 + one_of(&w, 9), site = one_of(&w, nsites);
        kr_disagg_bins bins = all_bins();
        kr_disagg *d;
        computed c;
        bins.eps = i % 2 ? (kr_disagg_axis){3, narrow} : bins.eps;
        bins.epsilon_star = i % 3 == 2;
        for (size_t b = 0; b < 3; b++) {
            groups[b].n = 0;
            br_add(&groups[b], BR_GROUP);
            for (int k = 0; k < 4; k++) {
                char id[64];
                snprintf(id, sizeof id, "s%d_%zu", k, b);
                add_random_source(&w, &groups[b], id);
            }
            br_add(&groups[b], BR_GROUP_END);
        }
        br_begin(&c, br_job(nsites, w.random, "infer_occur_rates = true\n"), 3, groups,
                 random_models(&w));
        compute_tiles(&c, 64, 1);
        for (size_t l = 0; l < ARRAY(levels); l++)
            levels[l] = (kr_disagg_level){l / 5, c.model.job->levels[l]};
        kt_ok(c.model.ctx, kr_hazard_disaggregate(
                               c.hazard, site, &bins,
                               &(kr_disagg_wanted){.levels = levels, .n = ARRAY(levels)}, 2, &d));
        check_sums(&c, site, d);
        kr_disagg_destroy(&d);
        end(&c);
    }
    br_compat = KR_COMPAT_OQ_3_21;
}

/* ---- edges ---- */

static size_t bin_of_lon(bool exact, size_t n, const double *edges, double lon)
{
    static const double any[] = {0, 1};
    kr_disagg_bins bins = {
        .mag = {1, any}, .dist = {1, any}, .lon = {n, edges}, .lat = {1, any}, .eps = {1, any}};
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_binner binner;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    kt_ok(ctx, kr_binner_make(&bins, exact, &arena, &binner));
    uint32_t cell = kr_binner_cell(&binner, 0.5, 0.5, lon, 0.5);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
    return kr_binner_place(&binner, cell).lon;
}

static void test_date_line(void **state)
{
    (void)state;
    static const double beyond[] = {174, 178, 182, 186}, again[] = {174, 178, -178, -174},
                        whole[] = {-100, 0, 100};
    static const struct {
        size_t n;
        const double *edges;
        double lon;
        size_t exact, reference;
    } cases[] = {
        {3, beyond, 177, 0, 0},  {3, beyond, 178, 1, 1},  {3, beyond, 179.9, 1, 1},
        {3, beyond, -179, 1, 2}, {3, beyond, -178, 2, 2}, {3, beyond, -175, 2, 2},
        {3, beyond, -170, 2, 2}, {3, beyond, 173, 0, 2},  {3, beyond, 10, 0, 2},
        {3, again, 177, 0, 0},   {3, again, 178, 1, 1},   {3, again, -179, 1, 1},
        {3, again, -178, 2, 2},  {3, again, -175, 2, 2},  {3, again, 170, 0, 0},
        {2, whole, -50, 0, 0},   {2, whole, 50, 1, 1},    {2, whole, 120, 1, 0},
        {2, whole, -120, 0, 0},
    };
    for (size_t i = 0; i < ARRAY(cases); i++) {
        assert_int_equal(bin_of_lon(true, cases[i].n, cases[i].edges, cases[i].lon),
                         cases[i].exact);
        assert_int_equal(bin_of_lon(false, cases[i].n, cases[i].edges, cases[i].lon),
                         cases[i].reference);
    }
}

static void test_edges(void **state)
{
    (void)state;
    static const double mag[] = {5, 6.6, 7}, dist[] = {10, 20, 30}, any[] = {0, 1};
    static const struct {
        double mag, dist;
        size_t exact[2], reference[2]; /* 9: left out */
    } cases[] = {
        {5, 10, {0, 0}, {0, 0}},    {4, 5, {0, 0}, {0, 1}},
        {5.5, 20, {0, 1}, {0, 1}},  {6.6, 19.99999999999, {0, 0}, {0, 1}},
        {6.61, 30, {1, 1}, {1, 1}}, {7, 31, {1, 1}, {1, 1}},
        {7.1, 15, {1, 0}, {9, 9}},
    };
    kr_disagg_bins bins = {
        .mag = {2, mag}, .dist = {2, dist}, .lon = {1, any}, .lat = {1, any}, .eps = {1, any}};
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    for (size_t i = 0; i < 2 * ARRAY(cases); i++) {
        kr_binner binner;
        kt_ok(ctx, kr_binner_make(&bins, i % 2, &arena, &binner));
        const size_t *want = i % 2 ? cases[i / 2].exact : cases[i / 2].reference;
        uint32_t cell = kr_binner_cell(&binner, cases[i / 2].mag, cases[i / 2].dist, 0, 0);
        assert_true((cell == KR_NO_CELL) == (want[0] == 9));
        if (cell == KR_NO_CELL)
            continue;
        assert_int_equal(kr_binner_place(&binner, cell).mag, want[0]);
        assert_int_equal(kr_binner_place(&binner, cell).dist, want[1]);
    }
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* ---- memory ---- */

static const kr_disagg_level two_levels[] = {{0, 0.05}, {1, 0.3}};
static const kr_disagg_wanted two_wanted = {.levels = two_levels, .n = 2};

/* Between blocks under the address sanitizer: see src/base/arena.c. */
#if defined(__SANITIZE_ADDRESS__)
enum { GAPS = 16384 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { GAPS = 16384 };
#else
enum { GAPS = 0 };
#endif
#else
enum { GAPS = 0 };
#endif

/* With what is measured it works, with a fifth less it does not. */
static void test_measure(void **state)
{
    (void)state;
    static br_text groups[6];
    kr_disagg_bins bins = all_bins();
    for (int threads = 1; threads <= 2; threads++) {
        computed c;
        kr_disagg *d = NULL;
        kr_disagg_size size;
        size_t measured, at_most;
        world w = {.random = 99, .nplaces = 3, .nprobs = 2, .any = 0.1};
        for (size_t b = 0; b < ARRAY(groups); b++)
            make_branch(&w, &groups[b], b);
        br_begin(&c, br_job(5, 3, ""), ARRAY(groups), groups, random_models(&w));
        kr_ctx *ctx = c.model.ctx;
        kt_ok(ctx, kr_hazard_meet_once(c.hazard, 1));
        at_most = kr_disagg_bytes(c.hazard, &bins, 2, threads);
        kt_ok(ctx, kr_disagg_measure(c.hazard, 2, &bins, threads, &size));
        measured = size.bytes + 2 * size.level_bytes;
        assert_true(measured <= at_most);
        size_t before = (size_t)kr_ctx_memory(ctx).current;
        kr_mem_set_limit(ctx, before + measured + GAPS);
        kt_ok(ctx, kr_hazard_disaggregate(c.hazard, 2, &bins, &two_wanted, threads, &d));
        kr_disagg_destroy(&d);
        kr_mem_set_limit(ctx, before + measured * 4 / 5);
        if (threads == 1) /* of two one may be done when the other begins */
            kt_fails(ctx, kr_hazard_disaggregate(c.hazard, 2, &bins, &two_wanted, threads, &d),
                     KR_ENOMEM, "memory");
        assert_null(d);
        kr_mem_set_limit(ctx, SIZE_MAX);
        end(&c);
    }
}

static kr_status disaggregate(kr_ctx *ctx, void *user)
{
    kr_status s = KR_OK;
    const kt_model *m = user;
    kr_disagg_bins bins = all_bins();
    kr_hazard *hazard = NULL;
    kr_sites *sites = NULL;
    kr_disagg *disagg = NULL;
    kr_disagg_size size;
    KR_TRY(kr_hazard_create(ctx, m->job, m->model, m->tree, &hazard));
    KR_TRY(kr_sites_read(ctx, m->job, kr_hazard_site_columns(hazard), &sites));
    KR_TRY(kr_hazard_prepare(hazard, sites, 1));
    KR_TRY(kr_disagg_measure(hazard, 1, &bins, 1, &size));
    KR_TRY(kr_hazard_disaggregate(hazard, 1, &bins, &two_wanted, 1, &disagg));
out:
    kr_disagg_destroy(&disagg);
    kr_hazard_destroy(&hazard);
    kr_sites_destroy(&sites);
    return s;
}

static void test_allocations(void **state)
{
    (void)state;
    static br_text groups[2];
    kt_model m;
    world w = {.random = 5, .nplaces = 3, .nprobs = 2, .any = 0.1};
    for (size_t b = 0; b < ARRAY(groups); b++)
        make_branch(&w, &groups[b], b);
    add_atomic_group(&w, &groups[1], 7);
    br_make(&m, br_job(3, 3, ""), ARRAY(groups), groups, one_model());
    assert_true(kt_fail_each_allocation(disaggregate, &m) > 60);
    kt_model_end(&m);
}

/* ---- refusals ---- */

#define EXCLUSIVE_RUPTURES                                                                         \
    "<sourceGroup name='e' tectonicRegion='Active Shallow Crust' rup_interdep='mutex'>\n"          \
    "<nonParametricSeismicSource id='n' name='n' rup_weights='0.4 0.6'>" RUPTURE("6.1", "10")      \
        RUPTURE("6.5", "10.2") "</nonParametricSeismicSource>\n" BR_GROUP_END
#define RUPTURE(mag, lon)                                                                          \
    "<singlePlaneRupture probs_occur='0.9 0.1'><magnitude>" mag "</magnitude><rake>90</rake>"      \
    "<hypocenter depth='5' lat='45' lon='" lon "'/><planarSurface>"                                \
    "<topLeft depth='1' lat='45' lon='" lon "'/><topRight depth='1' lat='45.1' lon='" lon "'/>"    \
    "<bottomLeft depth='9' lat='45' lon='" lon "'/>"                                               \
    "<bottomRight depth='9' lat='45.1' lon='" lon "'/></planarSurface></singlePlaneRupture>\n"

static void test_refusals(void **state)
{
    (void)state;
    static br_text groups[1];
    kr_disagg_bins bins = all_bins();
    kr_disagg *d;
    computed c;
    groups[0].n = 0;
    br_add(&groups[0], EXCLUSIVE_RUPTURES);
    br_begin(&c, br_job(3, 3, ""), 1, groups, one_model());
    kt_fails(c.model.ctx, kr_hazard_disaggregate(c.hazard, 0, &bins, &two_wanted, 1, &d), KR_EINPUT,
             "source0.xml:4: exclusive ruptures have no disaggregation");
    end(&c);
    put(&groups[0], DIPPING("a0", "", "10 45", "0.01 0.002 0.001"));
    br_begin(&c, br_job(3, 3, ""), 1, groups, one_model());
    bins.mag.n = bins.dist.n = bins.lon.n = bins.lat.n = 60000;
    kt_fails(c.model.ctx, kr_hazard_disaggregate(c.hazard, 0, &bins, &two_wanted, 1, &d), KR_EINPUT,
             "fewer bins");
    c.model.job->amplification_file = "amplification.csv";
    kt_fails(c.model.ctx, kr_hazard_disaggregate(c.hazard, 0, &bins, &two_wanted, 1, &d), KR_EINPUT,
             "site amplification");
    end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_models), cmocka_unit_test(test_averages),
        cmocka_unit_test(test_sums),          cmocka_unit_test(test_date_line),
        cmocka_unit_test(test_edges),         cmocka_unit_test(test_measure),
        cmocka_unit_test(test_allocations),   cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
