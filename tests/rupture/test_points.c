/* every instruction set */
#include "geo/slow_planar.h"
#include "rupture/scene.h"

/* ---- the slow way: every rupture of every point with every site ---- */

typedef struct slow_sum {
    double pairs, rate, rrup, rjb, rhypo, clon, clat;
} slow_sum;

static kr_nodal_plane mean_plane(const kr_source *s)
{
    kr_nodal_plane m = {1, 0, 0, 0};

    for (size_t i = 0; i < s->nplanes; i++) {
        m.strike += s->planes[i].prob * s->planes[i].strike;
        m.dip += s->planes[i].prob * s->planes[i].dip;
        m.rake += s->planes[i].prob * s->planes[i].rake;
    }
    return m;
}

static void spec_dims(const kr_source *s, double mag, double rake, kr_shape_spec *spec)
{
    spec->upper_km = s->upper_depth_km;
    spec->lower_km = s->lower_depth_km;
    kr_planar_dims(kr_msr_area_km2(&s->msr, mag, rake), s->aspect, spec->dip, spec->upper_km,
                   spec->lower_km, &spec->length_km, &spec->width_km);
}

static double radius(const kr_source *s, double mag)
{
    double length = 0, across = 0;

    for (size_t i = 0; i < s->nplanes; i++) {
        kr_shape_spec spec = {.dip = s->planes[i].dip};
        spec_dims(s, mag, s->planes[i].rake, &spec);
        length = fmax(length, spec.length_km);
        across = fmax(across, spec.width_km * cos(spec.dip * SLOW_PI / 180));
    }
    return sqrt(length * length + across * across) / 2;
}

static void slow_pair(const kr_shape_spec *spec, double lon, double lat, const slow_site *t,
                      double cut, double rate, slow_sum *sum)
{
    slow_planar r = slow_make(spec, lon, lat);
    double rrup = slow_rrup(&r, t);

    if (!(rrup < cut))
        return;
    sum->pairs++;
    sum->rate += rate;
    sum->rrup += rrup;
    sum->rjb += slow_rjb(&r, t);
    sum->rhypo += slow_rhypo(&r, t);
    sum->clon += slow_nearest(&r, t).lon;
    sum->clat += slow_nearest(&r, t).lat;
}

/* One magnitude of one point at one site: all planes and depths, or the mean rupture. */
static void slow_mag(const kr_source *s, double lon, double lat, double mag, double rate,
                     bool close, double cut, const slow_site *t, slow_sum *sum)
{
    kr_nodal_plane mean = mean_plane(s);
    double depth =
        s->depths[0].prob * s->depths[0].depth_km + s->depths[1].prob * s->depths[1].depth_km;
    size_t n = close ? s->nplanes * s->ndepths : 1;

    for (size_t k = 0; k < n; k++) {
        const kr_nodal_plane *p = close ? &s->planes[k / s->ndepths] : &mean;
        const kr_hypo_depth d = close ? s->depths[k % s->ndepths] : (kr_hypo_depth){1, depth};
        kr_shape_spec spec = {
            .strike = p->strike, .dip = p->dip, .rake = p->rake, .zhypo_km = d.depth_km};
        spec_dims(s, mag, p->rake, &spec);
        slow_pair(&spec, lon, lat, t, cut, rate * p->prob * d.prob, sum);
    }
}

static slow_sum slow_run(const scene *sc)
{
    slow_sum sum = {.pairs = 0};
    const kr_source *s = &sc->source;

    for (size_t i = 0; i < s->npoints; i++) {
        double lon = (double)(float)s->lon[i], lat = (double)(float)s->lat[i];
        for (size_t m = 0; m < s->mfds[i].n; m++) {
            double mag = sc->mags[m], cut = kr_magdist_at(&sc->limits, mag);
            double close_km = fmin(radius(s, mag), cut / 2) + sc->close_km, least = INFINITY;
            for (size_t j = 0; j < sc->sites.n; j++) {
                kr_vec3 p = {sc->soa.x[j], sc->soa.y[j], sc->soa.z[j]};
                least = fmin(least, slow_chord(kr_to_cartesian(lon, lat, 0), p));
            }
            for (size_t j = 0; j < sc->sites.n; j++) {
                slow_site t = {sc->lon[j],
                               sc->lat[j],
                               sc->depth[j],
                               {sc->soa.x[j], sc->soa.y[j], sc->soa.z[j]}};
                double chord = slow_chord(kr_to_cartesian(lon, lat, 0), t.p);
                bool few = sc->sites.n <= sc->job.max_sites_disagg;
                slow_mag(s, lon, lat, mag, sc->rates[m], (few ? least : chord) <= close_km, cut, &t,
                         &sum);
            }
        }
    }
    return sum;
}

/* Index of a column among those wanted. */
static size_t value_of(kr_column column)
{
    size_t v = 0;

    for (int c = 0; c < (int)column; c++)
        v += scene_columns >> c & 1u;
    return v;
}

static void compare_with_slow(double lon, double lat, size_t nsites)
{
    kr_ctx *ctx = kt_ctx();
    scene sc;
    kr_split *split = NULL;
    slow_sum want, got = {.pairs = 0};

    scene_begin(&sc, ctx, lon, lat, nsites);
    kt_ok(ctx, kr_split_create(ctx, &sc.job, &sc.source, NULL, false, &split));
    seen all = scene_run(&sc, ctx, split, NULL, 1);
    want = slow_run(&sc);
    for (size_t k = 0; k < all.n; k++) {
        got.rate += all.pair[k].rate;
        got.rrup += all.pair[k].value[value_of(KR_COL_RRUP)];
        got.rjb += all.pair[k].value[value_of(KR_COL_RJB)];
        got.rhypo += all.pair[k].value[value_of(KR_COL_RHYPO)];
        got.clon += all.pair[k].value[value_of(KR_COL_CLON)];
        got.clat += all.pair[k].value[value_of(KR_COL_CLAT)];
        kt_same(all.pair[k].value[value_of(KR_COL_VS30)], 100.0 + all.pair[k].site);
    }
    assert_int_equal(all.n, (size_t)want.pairs);
    assert_true(all.n > 100);
    kt_close(got.rate, want.rate, 1e-12, 0);
    kt_close(got.rrup, want.rrup, 1e-11, 0);
    kt_close(got.rjb, want.rjb, 1e-10, 0);
    kt_close(got.rhypo, want.rhypo, 1e-11, 0);
    kt_close(got.clon, want.clon, 1e-11, 1e-8);
    kt_close(got.clat, want.clat, 1e-11, 1e-8);
    free(all.pair);
    kr_split_destroy(&split);
    scene_end(&sc);
    kt_ctx_end(&ctx);
}

static void test_against_slow(void **state)
{
    (void)state;
    compare_with_slow(10, 45, 10); /* few sites */
    compare_with_slow(10, 45, 12); /* each for itself, one at a time */
    compare_with_slow(10, 45, 24); /* one rupture at a time */
    compare_with_slow(179.7, -20, 24);
    compare_with_slow(-179.9, 5, 9);
}

/* ---- tiles ---- */

static void test_tiles(void **state)
{
    (void)state;
    for (size_t nsites = 6; nsites <= 24; nsites += 9) {
        kr_ctx *ctx = kt_ctx();
        scene sc;
        kr_split *split = NULL;
        scene_begin(&sc, ctx, 179.7, -20, nsites);
        kt_ok(ctx, kr_split_create(ctx, &sc.job, &sc.source, NULL, false, &split));
        seen whole = scene_run(&sc, ctx, split, NULL, 1);
        for (size_t ntiles = 2; ntiles < 7; ntiles++) {
            seen parts = scene_run(&sc, ctx, split, NULL, ntiles);
            assert_int_equal(parts.n, whole.n);
            assert_memory_equal(parts.pair, whole.pair, whole.n * sizeof *whole.pair);
            free(parts.pair);
        }
        free(whole.pair);
        kr_split_destroy(&split);
        scene_end(&sc);
        kt_ctx_end(&ctx);
    }
}

/* ---- rules ---- */

static size_t count_pairs(scene *sc, kr_ctx *ctx, bool atomic)
{
    kr_split *split = NULL;

    kt_ok(ctx, kr_split_create(ctx, &sc->job, &sc->source, NULL, atomic, &split));
    seen all = scene_run(sc, ctx, split, NULL, 1);
    free(all.pair);
    kr_split_destroy(&split);
    return all.n;
}

/* One plane and depth: the ends of the table of distances are out; several: they are in. A source
 * that is not split has all its ruptures in full. */
static void test_ends_of_table(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    scene sc;

    scene_begin(&sc, ctx, 10, 45, 12);
    sc.source.kind = KR_SOURCE_POINT;
    sc.source.npoints = sc.source.nmfds = 1;
    sc.mfds[0].n = 1;
    sc.mags[0] = 7;
    sc.limit_km[2] = 1000;
    assert_true(count_pairs(&sc, ctx, false) >= 12);
    sc.source.nplanes = sc.source.ndepths = 1;
    assert_int_equal(count_pairs(&sc, ctx, false), 0);
    sc.mags[0] = 6.999;
    assert_int_equal(count_pairs(&sc, ctx, false), 12);
    sc.mags[0] = 7.001;
    assert_int_equal(count_pairs(&sc, ctx, false), 0);
    sc.mags[0] = 6.5;
    sc.source.nplanes = sc.source.ndepths = 2;
    sc.source.kind = KR_SOURCE_MULTIPOINT;
    sc.source.npoints = sc.source.nmfds = 2;
    sc.mfds[1].n = 1;
    assert_int_equal(count_pairs(&sc, ctx, true), 96);
    assert_true(count_pairs(&sc, ctx, false) < 96);
    scene_end(&sc);
    kt_ctx_end(&ctx);
}

static void test_minimum_distance(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    scene sc;
    kr_split *split = NULL;

    scene_begin(&sc, ctx, 10, 45, 24);
    sc.job.minimum_distance_km = 80;
    kt_ok(ctx, kr_split_create(ctx, &sc.job, &sc.source, NULL, false, &split));
    seen all = scene_run(&sc, ctx, split, NULL, 1);
    assert_true(all.n > 0);
    for (size_t k = 0; k < all.n; k++) {
        assert_true(all.pair[k].value[value_of(KR_COL_RRUP)] >= 80);
        assert_true(all.pair[k].value[value_of(KR_COL_RX)] >= 80);
        assert_true(kr_magdist_at(&sc.limits, all.pair[k].value[0]) > 80);
    }
    free(all.pair);
    kr_split_destroy(&split);
    scene_end(&sc);
    kt_ctx_end(&ctx);
}

/* What no model asks for does not know the minimum distance, and places never do; magnitudes are
 * rounded but where those of the source are asked for. */
static void test_extra_columns(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    scene sc;
    kr_split *split = NULL;
    size_t nearer = 0;

    scene_begin(&sc, ctx, -10, 45, 24);
    sc.job.minimum_distance_km = 80;
    sc.mags[2] = 5.75049;
    sc.columns = KR_BIT(RX) | KR_BIT(CLAT);
    sc.extra = KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(CLON) | KR_BIT(CLAT);
    kt_ok(ctx, kr_split_create(ctx, &sc.job, &sc.source, NULL, false, &split));
    for (int whole = 0; whole < 2; whole++) {
        sc.source_mags = whole;
        seen all = scene_run(&sc, ctx, split, NULL, 1);
        for (size_t k = 0; k < all.n; k++) {
            const double *x = all.pair[k].value; /* mag, rrup, rx, clon, clat */
            double km =
                kr_geodetic_km(x[3], x[4], sc.lon[all.pair[k].site], sc.lat[all.pair[k].site]);
            nearer += x[1] < 80;
            assert_true(x[2] >= 80);
            assert_true(km * 0.99 < x[1] + 1 && x[1] < km + 20);
            assert_true(x[0] != (whole ? 5.75 : 5.75049));
        }
        free(all.pair);
    }
    assert_true(nearer > 100);
    kr_split_destroy(&split);
    scene_end(&sc);
    kt_ctx_end(&ctx);
}

static void test_refused_columns(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    scene sc;
    kr_point_maker *maker = NULL;

    scene_begin(&sc, ctx, 10, 45, 3);
    kr_point_setup setup = {.job = &sc.job,
                            .trt = "Crust",
                            .columns = KR_BIT(RCDPP),
                            .sites = &sc.sites,
                            .tile = &sc.soa,
                            .job_sites = &sc.soa,
                            .jumps = &scene_jumps};
    kt_fails(ctx, kr_point_maker_create(ctx, &setup, &maker), KR_EINPUT, "rcdpp");
    setup.columns = KR_BIT(Z1PT0);
    kt_fails(ctx, kr_point_maker_create(ctx, &setup, &maker), KR_EINPUT, "z1pt0");
    scene_end(&sc);
    kt_ctx_end(&ctx);
}

static void test_counts(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    scene sc;
    kr_split *split = NULL;
    kr_point_maker *maker = NULL;

    scene_begin(&sc, ctx, 10, 45, 24);
    kt_ok(ctx, kr_split_create(ctx, &sc.job, &sc.source, NULL, false, &split));
    assert_int_equal(kr_split_count_ruptures(split), (5 + 4 + 3) * 2 * 4);
    kr_point_setup setup = {.job = &sc.job,
                            .trt = "Crust",
                            .columns = scene_columns,
                            .sites = &sc.sites,
                            .tile = &sc.soa,
                            .job_sites = &sc.soa,
                            .jumps = &scene_jumps};
    kt_ok(ctx, kr_point_maker_create(ctx, &setup, &maker));
    seen all = scene_run(&sc, ctx, split, NULL, 1);
    kt_close(kr_point_maker_estimate(maker, split, 100), (double)all.n, 0.3, 0);
    free(all.pair);
    kr_point_maker_destroy(&maker);
    kr_split_destroy(&split);
    scene_end(&sc);
    kt_ctx_end(&ctx);
}

/* ---- grids of points ---- */

/* A cell of one member is its point; merged ones keep the rate of far sites. */
static void test_cells(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    scene sc;
    kr_split *split = NULL;
    kr_cells *cells = NULL;
    double apart = 0, merged = 0;

    scene_begin(&sc, ctx, 10, 45, 24);
    for (size_t i = 0; i < 6; i++)
        sc.mfds[i].n = SCENE_MAGS;
    sc.limit_km[0] = sc.limit_km[1] = sc.limit_km[2] = 2000;
    kt_ok(ctx, kr_split_create(ctx, &sc.job, &sc.source, NULL, false, &split));
    seen all = scene_run(&sc, ctx, split, NULL, 1);
    sc.job.ps_grid_spacing_km = 0.001;
    kt_ok(ctx, kr_cells_create(ctx, &sc.job, &sc.soa, (const kr_split *const *)&split, 1, &cells));
    assert_int_equal(cells->n, 6);
    seen single = scene_run(&sc, ctx, NULL, cells, 1);
    assert_int_equal(single.n, all.n);
    assert_memory_equal(single.pair, all.pair, all.n * sizeof *all.pair);
    kr_cells_destroy(&cells);
    sc.job.ps_grid_spacing_km = 100;
    kt_ok(ctx, kr_cells_create(ctx, &sc.job, &sc.soa, (const kr_split *const *)&split, 1, &cells));
    assert_int_equal(cells->n, 1);
    seen together = scene_run(&sc, ctx, NULL, cells, 3);
    for (size_t k = 0; k < all.n; k++)
        apart += all.pair[k].rate;
    for (size_t k = 0; k < together.n; k++)
        merged += together.pair[k].rate;
    kt_close(merged, apart, 1e-12, 0);
    free(all.pair);
    free(single.pair);
    free(together.pair);
    kr_cells_destroy(&cells);
    kr_split_destroy(&split);
    scene_end(&sc);
    kt_ctx_end(&ctx);
}

/* ---- failures ---- */

static kr_status count_visit(void *user, const kr_contexts *batch)
{
    (void)user;
    return batch->n ? KR_OK : KR_EINTERNAL;
}

static kr_status stop_visit(void *user, const kr_contexts *batch)
{
    (void)user;
    (void)batch;
    return KR_EINTERRUPTED;
}

static kr_status whole_way(kr_ctx *ctx, void *user)
{
    scene *sc = user;
    kr_status s = KR_OK;
    kr_split *split = NULL;
    kr_cells *cells = NULL;
    kr_point_maker *maker = NULL;
    kr_point_setup setup = {.job = &sc->job,
                            .trt = "Crust",
                            .columns = scene_columns,
                            .sites = &sc->sites,
                            .tile = &sc->soa,
                            .job_sites = &sc->soa,
                            .jumps = &scene_jumps};

    KR_TRY(kr_split_create(ctx, &sc->job, &sc->source, NULL, false, &split));
    KR_TRY(kr_cells_create(ctx, &sc->job, &sc->soa, (const kr_split *const *)&split, 1, &cells));
    KR_TRY(kr_point_maker_create(ctx, &setup, &maker));
    KR_TRY(kr_point_maker_run(maker, split, 0, split->npoints, count_visit, NULL));
    KR_TRY(kr_point_maker_run_cells(maker, cells, 0, cells->n, count_visit, NULL));
out:
    kr_point_maker_destroy(&maker);
    kr_cells_destroy(&cells);
    kr_split_destroy(&split);
    return s;
}

static void test_allocations(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    scene sc;

    scene_begin(&sc, ctx, 10, 45, 24);
    sc.job.ps_grid_spacing_km = 30;
    assert_true(kt_fail_each_allocation(whole_way, &sc) > 10);
    scene_end(&sc);
    kt_ctx_end(&ctx);
}

/* The loop takes no memory, and a visitor can stop it. */
static void test_no_memory_in_loop(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    scene sc;
    kr_split *split = NULL;
    kr_point_maker *maker = NULL;

    scene_begin(&sc, ctx, 10, 45, 24);
    kr_point_setup setup = {.job = &sc.job,
                            .trt = "Crust",
                            .columns = scene_columns,
                            .sites = &sc.sites,
                            .tile = &sc.soa,
                            .job_sites = &sc.soa,
                            .jumps = &scene_jumps};
    kt_ok(ctx, kr_split_create(ctx, &sc.job, &sc.source, NULL, false, &split));
    kt_ok(ctx, kr_point_maker_create(ctx, &setup, &maker));
    kt_ok(ctx, kr_point_maker_run(maker, split, 0, 1, count_visit, NULL));
    long before = kr_mem_count(ctx);
    kt_ok(ctx, kr_point_maker_run(maker, split, 0, 6, count_visit, NULL));
    assert_int_equal(kr_mem_count(ctx), before);
    assert_int_equal(kr_point_maker_run(maker, split, 0, 6, stop_visit, NULL), KR_EINTERRUPTED);
    kt_ok(ctx, kr_point_maker_run(maker, split, 0, 6, count_visit, NULL));
    kr_point_maker_destroy(&maker);
    kr_split_destroy(&split);
    scene_end(&sc);
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_slow),  cmocka_unit_test(test_tiles),
        cmocka_unit_test(test_ends_of_table), cmocka_unit_test(test_minimum_distance),
        cmocka_unit_test(test_extra_columns), cmocka_unit_test(test_refused_columns),
        cmocka_unit_test(test_counts),        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_allocations),   cmocka_unit_test(test_no_memory_in_loop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
