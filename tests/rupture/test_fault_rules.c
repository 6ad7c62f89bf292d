/* What holds for extended sources whatever the figures: tiles do not matter, rates add up,
 * distances are those of the nodes, and what cannot be computed is said. */
#include "rupture/fault_int.h"
#include "rupture/fault_world.h"
#include "rupture/float_size.h"
#include "rupture/surfaces_int.h"

static const char *const some_ids[] = {"simple",     "hypos",       "complex",    "kite",
                                       "char-plane", "char-planes", "char-kites", "given3"};
enum { NSOME = sizeof some_ids / sizeof some_ids[0] };

static kr_fault *make_fault(world *w, const kr_source *source, bool atomic)
{
    kr_fault *fault = NULL;

    kt_ok(w->ctx,
          kr_fault_create(w->ctx, &w->job, w->surfaces, source, source->trt, atomic, &fault));
    return fault;
}

/* ---- tiles ---- */

static void test_tiles(void **state)
{
    (void)state;
    static const size_t first[] = {0, 1, 4, 6, NSITES};
    world w;

    begin(&w, "faults");
    for (size_t i = 0; i < NSOME; i++) {
        kr_fault *fault = make_fault(&w, source_of(&w, some_ids[i]), false);
        pairs all = all_pairs(&w, fault), parts = {0};
        for (size_t t = 0; t + 1 < sizeof first / sizeof first[0]; t++)
            run_tile(&w, fault, first[t], first[t + 1] - first[t], &parts);
        qsort(parts.row, parts.n, WIDTH * sizeof *parts.row, by_rupture_and_site);
        assert_int_equal(parts.n, all.n);
        assert_memory_equal(parts.row, all.row, all.n * WIDTH * sizeof *all.row);
        free(all.row);
        free(parts.row);
        kr_fault_destroy(&fault);
    }
    end(&w);
}

/* Items one by one, in reverse order, by one maker for all faults: nothing of another fault is
 * left in it. */
static void test_items(void **state)
{
    (void)state;
    world w;
    kr_fault *fault[NSOME];
    pairs all[NSOME], parts[NSOME] = {{0}};
    kr_fault_maker *maker = NULL;

    begin(&w, "faults");
    for (size_t i = 0; i < NSOME; i++) {
        fault[i] = make_fault(&w, source_of(&w, some_ids[i]), false);
        all[i] = all_pairs(&w, fault[i]);
    }
    kr_fault_setup setup = {.job = &w.job,
                            .trt = kr_fault_source(fault[0])->trt,
                            .columns = columns_for(kr_fault_source(fault[0])),
                            .sites = &w.sites,
                            .tile = &w.soa,
                            .job_sites = &w.soa};
    kt_ok(w.ctx, kr_fault_maker_create(w.ctx, &setup, &maker));
    for (size_t k = 0; k < 8; k++) {
        for (size_t i = 0; i < NSOME; i++) {
            size_t n = kr_fault_nitems(fault[i]);
            if (k < n)
                kt_ok(w.ctx, kr_fault_maker_run(maker, fault[i], n - 1 - k, 1, take, &parts[i]));
        }
    }
    for (size_t i = 0; i < NSOME; i++) {
        qsort(parts[i].row, parts[i].n, WIDTH * sizeof *parts[i].row, by_rupture_and_site);
        assert_int_equal(parts[i].n, all[i].n);
        assert_memory_equal(parts[i].row, all[i].row, all[i].n * WIDTH * sizeof(double));
        free(all[i].row);
        free(parts[i].row);
        kr_fault_destroy(&fault[i]);
    }
    kr_fault_maker_destroy(&maker);
    end(&w);
}

/* Many sites are taken in parts: each has the pairs that it has alone. */
static void test_many_sites(void **state)
{
    (void)state;
    enum { MANY = 150 };
    world w;
    double lon[MANY], lat[MANY], depth[MANY] = {0};
    kr_sites sites = {.n = MANY, .lon = lon, .lat = lat, .depth = depth};
    kr_site_soa soa = {0};
    kr_fault_maker *maker = NULL;
    pairs all = {.every = 70}, one = {0};

    begin(&w, "faults");
    kr_job job = w.job;
    kr_source source = *source_of(&w, "simple");
    kr_geometry g = source.geometries[0];
    g.spacing_km = 0.18; /* thousands of places */
    kr_geometry_hash(&g);
    source.geometries = &g;
    double mag = 5.605, rate = 0.01;
    kr_mfd mfd = {.kind = KR_MFD_ARBITRARY, .mags = &mag, .rates = &rate, .n = 1};
    source.mfds = source.mfds_written = &mfd;
    for (size_t i = 0; i < MANY; i++) {
        lon[i] = 171.9 + 0.002 * (double)i;
        lat[i] = -43.4 + 0.0005 * (double)i;
    }
    kt_ok(w.ctx, kr_site_soa_init(&soa, w.ctx, KR_ACCOUNT_RUPTURES, MANY));
    kr_site_soa_fill(&soa, lon, lat, depth, MANY);
    kr_fault *fault = make_fault(&w, &source, false);
    assert_true(kr_fault_count_ruptures(fault) > (1 << 21) / MANY);
    kr_fault_setup setup = {.job = &job,
                            .trt = source.trt,
                            .columns = KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(RX),
                            .sites = &sites,
                            .tile = &soa,
                            .job_sites = &soa};
    kt_ok(w.ctx, kr_fault_maker_create(w.ctx, &setup, &maker));
    kt_ok(w.ctx, kr_fault_maker_run(maker, fault, 0, 1, take, &all));
    kr_fault_maker_destroy(&maker);
    for (size_t i = 0; i < MANY; i += 70) {
        sites = (kr_sites){.n = 1, .lon = lon + i, .lat = lat + i, .depth = depth};
        kr_site_soa tile = {0};
        kt_ok(w.ctx, kr_site_soa_init(&tile, w.ctx, KR_ACCOUNT_RUPTURES, 1));
        kr_site_soa_fill(&tile, lon + i, lat + i, depth, 1);
        setup.tile = &tile;
        one = (pairs){.first_site = i};
        kt_ok(w.ctx, kr_fault_maker_create(w.ctx, &setup, &maker));
        kt_ok(w.ctx, kr_fault_maker_run(maker, fault, 0, 1, take, &one));
        size_t n = 0;
        for (size_t k = 0; k < all.n; k++) {
            if (all.row[k * WIDTH + 1] == (double)i) {
                assert_true(n < one.n);
                assert_memory_equal(all.row + k * WIDTH, one.row + n++ * WIDTH,
                                    WIDTH * sizeof(double));
            }
        }
        assert_int_equal(n, one.n);
        assert_true(n > 100);
        free(one.row);
        kr_fault_maker_destroy(&maker);
        kr_site_soa_clear(&tile);
    }
    free(all.row);
    kr_fault_destroy(&fault);
    kr_site_soa_clear(&soa);
    end(&w);
}

/* ---- rates and places ---- */

/* With every site in reach, the rates at a site add up to those of the distribution. */
static void test_rates_add_up(void **state)
{
    (void)state;
    static const char *const floating[] = {"simple", "steep", "hypos", "complex", "kite-simple"};
    world w;

    begin(&w, "faults");
    limit_km[0] = limit_km[1] = limit_km[2] = 1000;
    for (size_t i = 0; i < sizeof floating / sizeof floating[0]; i++) {
        const kr_source *source = source_of(&w, floating[i]);
        kr_fault *fault = make_fault(&w, source, false);
        pairs p = all_pairs(&w, fault);
        double rate[NSITES] = {0}, total = 0;
        assert_int_equal(p.n, NSITES * kr_fault_count_ruptures(fault));
        for (size_t k = 0; k < p.n; k++)
            rate[(size_t)p.row[k * WIDTH + 1]] += p.row[k * WIDTH + 2];
        for (size_t m = 0; m < source->mfds[0].n; m++)
            total += source->mfds[0].rates[m];
        for (size_t j = 0; j < NSITES; j++)
            kt_close(rate[j], total, 1e-12, 0);
        free(p.row);
        kr_fault_destroy(&fault);
    }
    limit_km[0] = 25;
    limit_km[1] = 70;
    limit_km[2] = 190;
    end(&w);
}

static double slow_rrup(const kr_mesh *m, size_t row, size_t col, kr_float_size size,
                        const kr_site_soa *sites, size_t j)
{
    double least = INFINITY;

    for (size_t i = row; i < row + size.rows; i++) {
        for (size_t k = col; k < col + size.cols; k++) {
            kr_vec3 p = kr_to_cartesian(m->lon[i * m->stride + k], m->lat[i * m->stride + k],
                                        m->depth[i * m->stride + k]);
            least = fmin(least, sqrt(pow(p.x - sites->x[j], 2) + pow(p.y - sites->y[j], 2) +
                                     pow(p.z - sites->z[j], 2)));
        }
    }
    return least;
}

/* Every rupture of a simple fault, built on its own. */
static void test_simple_places(void **state)
{
    (void)state;
    world w;
    const kr_surface *surface = NULL;
    size_t next = 0, pair = 0;

    begin(&w, "faults");
    const kr_source *source = source_of(&w, "simple");
    kr_fault *fault = make_fault(&w, source, false);
    pairs p = all_pairs(&w, fault);
    kt_ok(w.ctx, kr_surfaces_get(w.surfaces, source->geometries, &surface));
    const kr_mesh *mesh = &surface->mesh;
    for (size_t m = 0; m < source->mfds[0].n; m++) {
        double mag = source->mfds[0].mags[m], cut = kr_magdist_at(&w.limits, mag);
        kr_float_size size = kr_simple_float_size(source, mesh->rows, mesh->cols, mag);
        size_t across = mesh->cols - size.cols + 1, n = across * (mesh->rows - size.rows + 1);
        for (size_t k = 0; k < n; k++, next++) {
            for (size_t j = 0; j < NSITES; j++) {
                double rrup = slow_rrup(mesh, k / across, k % across, size, &w.soa, j);
                const double *row = p.row + pair * WIDTH;
                if (rrup > cut)
                    continue;
                assert_true(pair < p.n);
                assert_int_equal((size_t)row[0], next);
                assert_int_equal((size_t)row[1], j);
                kt_close(row[2], source->mfds[0].rates[m] / (double)n, 1e-15, 0);
                kt_close(row[FIXED + NRUPTURE], rrup, 1e-12, 1e-12);
                pair++;
            }
        }
    }
    assert_int_equal(pair, p.n);
    free(p.row);
    kr_fault_destroy(&fault);
    end(&w);
}

/* A surface is made once, whoever asks for it. */
static void test_shared_surfaces(void **state)
{
    (void)state;
    world w;
    const kr_surface *a = NULL, *b = NULL;

    begin(&w, "faults");
    const kr_source *plane = source_of(&w, "char-plane"), *planes = source_of(&w, "char-planes");
    kt_ok(w.ctx, kr_surfaces_get(w.surfaces, &plane->geometries[0], &a));
    kt_ok(w.ctx, kr_surfaces_get(w.surfaces, &planes->geometries[0], &b));
    assert_ptr_equal(a, b);
    kt_ok(w.ctx, kr_surfaces_get(w.surfaces, &planes->geometries[1], &b));
    assert_ptr_not_equal(a, b);
    end(&w);
}

/* Nodes along strike and down dip for WC1994, strike slip, aspect 1.5, distances of nodes 3 km and
 * 2 km: figures of the reference. */
static void test_kite_sizes(void **state)
{
    (void)state;
    static const struct {
        double mag;
        uint32_t cols, rows;
    } expected[] = {{4.6, 1, 1}, {5.0, 2, 3},   {5.3, 3, 3},  {5.5, 3, 4}, {5.9, 4, 5},
                    {6.1, 5, 6}, {6.2, 6, 6},   {6.3, 6, 7},  {6.5, 7, 8}, {6.6, 8, 9},
                    {6.7, 9, 9}, {6.8, 10, 10}, {6.9, 11, 11}};
    kr_geometry g = {.spacing_km = 3};
    kr_source source = {.aspect = 1.5, .rake = 45, .ngeometries = 1, .geometries = &g};
    const char *problem = NULL;

    assert_true(kr_msr_find("WC1994", &source.msr));
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        kr_float_size size = kr_kite_float_size(&source, 2, expected[i].mag, &problem);
        assert_null(problem);
        assert_int_equal(size.cols, expected[i].cols);
        assert_int_equal(size.rows, expected[i].rows);
    }
}

/* ---- magnitudes ---- */

static void test_cuts(void **state)
{
    (void)state;
    double mag[] = {5, 8}, km[] = {100, 400}, cut[6];
    kr_magdist limits = {"default", 0, 2, mag, km};
    kr_job job = {.compat = KR_COMPAT_OQ_3_21};
    /* 6.009 x 100 is cut off to 600 like 6.001's */
    const double mags[] = {6.009, 5.0, 6.001, 8.0, 6.011, 4.9};

    kr_fault_cuts(&job, &limits, mags, 6, cut);
    kt_close(cut[0], 200.1, 1e-12, 0);
    kt_close(cut[2], 200.1, 1e-12, 0);
    kt_close(cut[4], 201.1, 1e-12, 0);
    assert_true(cut[1] < 0 && cut[3] < 0 && cut[5] < 0);
    job.compat = KR_COMPAT_EXACT;
    kr_fault_cuts(&job, &limits, mags, 6, cut);
    kt_close(cut[0], 200.9, 1e-12, 0);
    kt_close(cut[1], 100, 1e-12, 0);
    kt_close(cut[3], 400, 1e-12, 0);
    assert_true(cut[5] < 0);
}

/* Weights of exclusive ruptures reach the contexts. */
static kr_status take_weights(void *user, const kr_contexts *c)
{
    size_t *n = user;

    for (size_t k = 0; k < c->n; k++, ++*n)
        kt_same(c->weight[k], c->rupture[k] == 0 ? 0.25 : 0.75);
    return KR_OK;
}

static void test_weights(void **state)
{
    (void)state;
    world w;
    kr_fault_maker *maker = NULL;
    size_t n = 0;

    begin(&w, "faults");
    kr_source source = *source_of(&w, "given");
    kr_given_rupture given[2] = {source.given[0], source.given[1]};
    given[0].weight = 0.25;
    given[1].weight = 0.75;
    source.given = given;
    kr_fault *fault = make_fault(&w, &source, true);
    kr_fault_setup setup = {.job = &w.job,
                            .trt = source.trt,
                            .columns = KR_BIT(MAG) | KR_BIT(RRUP),
                            .sites = &w.sites,
                            .tile = &w.soa,
                            .job_sites = &w.soa};
    kt_ok(w.ctx, kr_fault_maker_create(w.ctx, &setup, &maker));
    kt_ok(w.ctx, kr_fault_maker_run(maker, fault, 0, 2, take_weights, &n));
    assert_int_equal(n, 12);
    kr_fault_maker_destroy(&maker);
    kr_fault_destroy(&fault);
    end(&w);
}

/* ---- bounds ---- */

/* The northernmost point of an arc of a parallel lies inside the hull of its ends and of a point
 * farther south. */
static void test_hull_bounds(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    double lon[] = {-179, 180, 179, 178, 180, 180}, lat[] = {60, 60.1, 60, 60, 50, 55};
    kr_bbox box;
    bool ok = false;

    kt_ok(ctx, kr_hull_bounds(ctx, (kr_places){lon, lat, 6}, &box, &ok));
    assert_true(ok);
    kt_close(box.west, 178, 0, 1e-12);
    kt_close(box.east, 181, 0, 1e-12);
    kt_close(box.south, 50, 0, 1e-12);
    kt_close(box.north, 60.1, 0, 1e-12);
    lat[1] = 59; /* now inside; and so are the places in the middle of others */
    kt_ok(ctx, kr_hull_bounds(ctx, (kr_places){lon, lat, 6}, &box, &ok));
    kt_close(box.north, 60, 0, 1e-12);
    double line_lon[] = {10, 10, 10}, line_lat[] = {3, 2, 1};
    kt_ok(ctx, kr_hull_bounds(ctx, (kr_places){line_lon, line_lat, 3}, &box, &ok));
    kt_close(box.south, 1, 0, 1e-12);
    kt_close(box.north, 3, 0, 1e-12);
    kt_ok(ctx, kr_hull_bounds(ctx, (kr_places){line_lon, line_lat, 1}, &box, &ok));
    kt_close(box.south, 3, 0, 1e-12);
    double far_lon[] = {0, 100, -100};
    kt_ok(ctx, kr_hull_bounds(ctx, (kr_places){far_lon, line_lat, 3}, &box, &ok));
    assert_false(ok);
    kt_ctx_end(&ctx);
}

/* ---- directivity ---- */

/* Figures of the reference: ruptures of the source with two hypocentres and directions of slip. */
static void test_directivity(void **state)
{
    (void)state;
    static const double lon[] = {172.01, 172.3}, lat[] = {-43.48, -43.2};
    static const struct {
        uint32_t rupture;
        double expected[2];
    } figures[] = {{3, {0.203307428553, 0.406163506716}},
                   {5, {1.02078148827, 1.11183469096}},
                   {9, {0.968175480912, 1.11683900155}},
                   {60, {0.520166942618, 0.174687347551}},
                   {62, {-0.123030212571, -0.407178009608}}};
    world w;
    const kr_surface *surface = NULL;
    kr_directivity d;

    begin(&w, "faults");
    const kr_source *source = source_of(&w, "hypos");
    kt_ok(w.ctx, kr_surfaces_get(w.surfaces, source->geometries, &surface));
    kt_ok(w.ctx, kr_directivity_init(&d, w.ctx));
    for (size_t f = 0; f < sizeof figures / sizeof figures[0]; f++) {
        kr_float_size size = kr_simple_float_size(source, surface->mesh.rows, surface->mesh.cols,
                                                  source->mfds[0].mags[0]);
        size_t across = surface->mesh.cols - size.cols + 1, k = figures[f].rupture / 4;
        kr_mesh window =
            kr_mesh_window(&surface->mesh, k / across, k % across, size.rows, size.cols);
        kr_float_size at = kr_hypo_node(&source->hypos[figures[f].rupture % 4 / 2],
                                        source->geometries[0].spacing_km, size);
        kr_surface_params params;
        double rrup[2], got[2];
        kr_site_soa sites = {0};
        kt_ok(w.ctx, kr_site_soa_init(&sites, w.ctx, KR_ACCOUNT_RUPTURES, 2));
        kr_site_soa_fill(&sites, lon, lat, NULL, 2);
        for (size_t j = 0; j < 2; j++)
            rrup[j] = slow_rrup(&surface->mesh, k / across, k % across, size, &sites, j);
        kr_surface_params_of(KR_SURFACE_SIMPLE, &window, &params);
        kt_ok(w.ctx, kr_directivity_set(&d, &window, &params));
        kr_directivity_at(&d, kr_mesh_node(&window, at.rows, at.cols),
                          source->slips[figures[f].rupture % 2].angle, lon, lat, rrup, 2, got);
        for (size_t j = 0; j < 2; j++)
            kt_close(got[j], figures[f].expected[j], 1e-9, 0);
        kr_site_soa_clear(&sites);
    }
    kr_directivity_clear(&d);
    end(&w);
}

/* ---- what cannot be computed ---- */

static void refused(world *w, const kr_source *source, const char *text)
{
    kr_fault *fault = NULL;

    kt_fails(w->ctx,
             kr_fault_create(w->ctx, &w->job, w->surfaces, source, source->trt, false, &fault),
             KR_EINPUT, text);
    assert_null(fault);
}

static void test_errors(void **state)
{
    (void)state;
    world w;
    double mag[2] = {6, 6.5}, rate[2] = {0.1, 0.2};
    kr_mfd mfd = {.kind = KR_MFD_ARBITRARY, .mags = mag, .rates = rate, .n = 1};

    begin(&w, "faults");
    kr_source source = *source_of(&w, "simple");
    source.mfds = source.mfds_written = &mfd;
    mag[0] = 4;
    refused(&w, &source,
            "faults.xml:5: source 'simple': a rupture of magnitude 4 is less than one "
            "mesh cell; a smaller spacing is needed");
    source = *source_of(&w, "kite");
    source.mfds = source.mfds_written = &mfd;
    mag[0] = 4.8;
    refused(&w, &source, "source 'kite': a rupture of magnitude 4.8 is only one mesh cell");
    mag[0] = 5.2;
    refused(&w, &source, "source 'kite': a rupture of magnitude 5.2 differs by more than 25%");
    mag[0] = 4.5; /* less than one mesh cell: lost, as in the reference */
    kr_fault *fault = make_fault(&w, &source, false);
    assert_int_equal(kr_fault_count_ruptures(fault), 0);
    assert_int_equal(all_pairs(&w, fault).n, 0);
    kr_fault_destroy(&fault);
    end(&w);
}

static void test_columns(void **state)
{
    (void)state;
    world w;
    kr_fault_maker *maker = NULL;

    begin(&w, "faults");
    const kr_source *source = source_of(&w, "char-grid");
    kr_fault *fault = make_fault(&w, source, false);
    kt_fails(w.ctx,
             kr_fault_meet_sites(w.ctx, fault, source->trt, KR_BIT(RRUP) | KR_BIT(RX), &w.soa, 1),
             KR_EINPUT, "needs rx, which gridded surfaces do not have; ");
    kt_ok(w.ctx, kr_fault_meet_sites(w.ctx, fault, source->trt, columns_for(source), &w.soa, 1));
    kr_fault_setup setup = {.job = &w.job,
                            .trt = source->trt,
                            .columns = KR_BIT(VS30),
                            .sites = &w.sites,
                            .tile = &w.soa,
                            .job_sites = &w.soa};
    kt_fails(w.ctx, kr_fault_meet_sites(w.ctx, fault, source->trt, KR_BIT(RCDPP), &w.soa, 1),
             KR_EINPUT, "needs rcdpp, which only simple faults");
    kt_fails(w.ctx, kr_fault_maker_create(w.ctx, &setup, &maker), KR_EINPUT, "vs30");
    kr_fault_destroy(&fault);
    end(&w);
}

/* ---- memory ---- */

typedef struct whole_run {
    world *w;
    const char *id;
} whole_run;

static kr_status drop(void *user, const kr_contexts *batch)
{
    *(size_t *)user += batch->n;
    return KR_OK;
}

static kr_status run_all(kr_ctx *ctx, void *user)
{
    kr_status s = KR_OK;
    const whole_run *r = user;
    const kr_source *source = source_of(r->w, r->id);
    kr_surfaces *surfaces = NULL;
    kr_fault *fault = NULL;
    kr_fault_maker *maker = NULL;
    size_t n = 0;
    kr_fault_setup setup = {.job = &r->w->job,
                            .trt = source->trt,
                            .columns = columns_for(source),
                            .sites = &r->w->sites,
                            .tile = &r->w->soa,
                            .job_sites = &r->w->soa};

    KR_TRY(kr_surfaces_create(ctx, &r->w->job, r->w->model, &surfaces));
    KR_TRY(kr_fault_create(ctx, &r->w->job, surfaces, source, source->trt, false, &fault));
    KR_TRY(kr_fault_maker_create(ctx, &setup, &maker));
    KR_TRY(kr_fault_maker_run(maker, fault, 0, kr_fault_nitems(fault), drop, &n));
    assert_true(n > 0);
out:
    kr_fault_maker_destroy(&maker);
    kr_fault_destroy(&fault);
    kr_surfaces_destroy(&surfaces);
    return s;
}

static void test_no_memory(void **state)
{
    (void)state;
    static const char *const ids[] = {"steep", "complex", "kite-vertical", "char-kites"};
    world w;

    begin(&w, "faults");
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        assert_true(kt_fail_each_allocation(run_all, &(whole_run){&w, ids[i]}) > 10);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tiles),
        cmocka_unit_test(test_items),
        cmocka_unit_test(test_rates_add_up),
        cmocka_unit_test(test_simple_places),
        cmocka_unit_test(test_shared_surfaces),
        cmocka_unit_test(test_kite_sizes),
        cmocka_unit_test(test_directivity),
        cmocka_unit_test(test_many_sites),
        cmocka_unit_test(test_cuts),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_hull_bounds),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests_name("rupture.fault_rules", tests, NULL, NULL);
}
