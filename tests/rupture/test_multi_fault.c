/* every instruction set */
#include "rupture/multi_scene.h"

/* The numbers of a file of figures; lines with # are remarks. */
static const double *figures(kr_arena *arena, const char *name, size_t *n)
{
    const char *root = getenv("KAURI_SOURCE_DIR"), *bad = NULL;
    char path[1024], *text;
    double *value = NULL;
    size_t size = 0;
    bool remark = false;

    assert_non_null(root);
    snprintf(path, sizeof path, "%s/tests/rupture/figures/%s", root, name);
    text = (char *)kt_read_file(path, &size);
    for (size_t i = 0; i < size; i++) {
        remark = text[i] != '\n' && (remark || text[i] == '#');
        if (remark)
            text[i] = ' ';
    }
    assert_int_equal(kr_parse_doubles(arena, text, size, false, &value, n, &bad), KR_OK);
    free(text);
    return value;
}

/* Does something with every scene of the file. */
typedef void (*with_scene)(multi_scene *scene, kr_ctx *ctx, size_t number);

static void each_scene(with_scene what)
{
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    size_t n = 0, at = 1;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_MODEL);
    const double *number = figures(&arena, "multi_fault.txt", &n);
    for (size_t k = 0; k < (size_t)number[0]; k++) {
        multi_scene scene;
        multi_begin(&scene, ctx, number, n, at);
        what(&scene, ctx, k + 1);
        at = scene.at;
        multi_end(&scene);
    }
    assert_int_equal(at, n);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static bool is_few(const multi_scene *m)
{
    return m->sites.n <= m->job.max_sites_disagg;
}

/* ---- the reference's contexts ---- */

/* How near a value must come; the figures have 13 digits. Parameters of ruptures and T and U are
 * the same sums in single precision: some of them come out one bit apart. */
static double tolerance_of(kr_column column)
{
    switch (column) {
    case KR_COL_MAG:
    case KR_COL_IN_CSHM:
        return 0;
    case KR_COL_STRIKE:
    case KR_COL_RX:
    case KR_COL_RY0:
        return 4e-5;
    case KR_COL_DIP:
    case KR_COL_WIDTH:
    case KR_COL_ZTOR:
    case KR_COL_ZBOT:
        return 4e-6;
    default:
        return 1e-9;
    }
}

/* The greatest difference of each column, which must be within its tolerance. */
typedef struct differences {
    double of[MULTI_VALUES - 2];
} differences;

static void compare_pair(const multi_pair *got, const double *want, differences *d)
{
    kt_same(got->value[0], want[0]);
    kt_same(got->value[1], want[1]);
    for (size_t c = 0; c < MULTI_VALUES - 2; c++) {
        double x = got->value[2 + c], y = want[2 + c];
        double difference = isnan(x) != isnan(y) ? INFINITY : isnan(x) ? 0 : fabs(x - y);
        d->of[c] = fmax(d->of[c], difference);
    }
    kt_close(got->value[MULTI_VALUES], want[MULTI_VALUES], 1e-12, 0);
}

/* A point as near as the reference's; where several are, another may be taken. */
static void compare_closest(const multi_scene *m, const multi_pair *got, const double *want)
{
    size_t site = (size_t)want[1];
    double lon = m->sites.lon[site], lat = m->sites.lat[site];
    const double *a = &got->value[MULTI_VALUES - 2], *b = &want[MULTI_VALUES - 2];
    double mine = kr_geodetic_km(lon, lat, a[0], a[1]),
           other = kr_geodetic_km(lon, lat, b[0], b[1]);

    kt_close(mine, other, 0, 1e-8);
}

static void compare_scene(const multi_scene *m, const multi_seen *all, differences *d)
{
    for (size_t k = 0; k < all->n; k++) {
        const double *want = m->expected + k * (MULTI_VALUES + 1);
        compare_pair(&all->pair[k], want, d);
        if (is_few(m)) /* with many sites the reference cannot compute them */
            compare_closest(m, &all->pair[k], want);
    }
}

static void against_reference(multi_scene *m, kr_ctx *ctx, size_t number)
{
    multi_way way = {multi_columns(), is_few(m) ? 1 : 2, 0, 0, 2};
    multi_seen all = multi_run(m, ctx, &way);
    differences d = {{0}};
    size_t wrong = 0;

    assert_int_equal(all.n, m->nexpected);
    compare_scene(m, &all, &d);
    for (size_t c = 0; c < MULTI_VALUES - 2; c++) {
        if (multi_cols[c] == KR_COL_CLON || multi_cols[c] == KR_COL_CLAT ||
            d.of[c] <= tolerance_of(multi_cols[c]))
            continue;
        print_error("scene %zu: %s differs by %g\n", number, kr_column_name(multi_cols[c]),
                    d.of[c]);
        wrong++;
    }
    free(all.pair);
    assert_int_equal(wrong, 0);
}

static void test_reference(void **state)
{
    (void)state;
    each_scene(against_reference);
}

/* ---- tiles, blocks, threads ---- */

static void same_pairs(const multi_seen *a, const multi_seen *b)
{
    assert_int_equal(a->n, b->n);
    assert_memory_equal(a->pair, b->pair, a->n * sizeof *a->pair);
}

static void in_pieces(multi_scene *m, kr_ctx *ctx, size_t number)
{
    static const multi_way ways[] = {
        {0, 1, 0, 1, 1}, {0, 2, 0, 0, 3}, {0, 1, 3, 7, 1}, {0, 3, 8, 5, 2}, {0, 5, 1, 2, 4}};
    multi_way whole = {multi_columns(), 1, 0, 0, 1};
    multi_seen all = multi_run(m, ctx, &whole);

    (void)number;
    for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
        multi_way way = ways[w];
        way.columns = whole.columns;
        way.ntiles = is_few(m) ? 1 : way.ntiles; /* few sites are one tile */
        multi_seen parts = multi_run(m, ctx, &way);
        same_pairs(&parts, &all);
        free(parts.pair);
    }
    free(all.pair);
}

static void test_pieces(void **state)
{
    (void)state;
    each_scene(in_pieces);
}

/* A column is the same whatever else is asked for. */
static void with_fewer_columns(multi_scene *m, kr_ctx *ctx, size_t number)
{
    multi_way way = {multi_columns(), 1, 0, 0, 1};
    multi_seen all = multi_run(m, ctx, &way);

    (void)number;
    for (size_t c = 0; c < MULTI_VALUES - 2; c++) {
        way.columns = (kr_columns)1 << multi_cols[c];
        multi_seen one = multi_run(m, ctx, &way);
        assert_int_equal(one.n, all.n);
        for (size_t k = 0; k < all.n; k++)
            kt_same(one.pair[k].value[2 + c], all.pair[k].value[2 + c]);
        free(one.pair);
    }
    free(all.pair);
}

static void test_columns(void **state)
{
    (void)state;
    each_scene(with_fewer_columns);
}

/* ---- rules ---- */

typedef void (*with_first)(multi_scene *m, kr_ctx *ctx);

/* Does something with the first scene of the file. */
static void first_scene(with_first what)
{
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    multi_scene m;
    size_t n = 0;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_MODEL);
    const double *number = figures(&arena, "multi_fault.txt", &n);
    multi_begin(&m, ctx, number, n, 1);
    what(&m, ctx);
    multi_end(&m);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* The ruptures of the scene again and again. */
static void repeat_ruptures(multi_scene *m, size_t times)
{
    kr_multi_fault *f = &m->multi;
    size_t n = f->n, total = f->first[n], np = f->nprobs;
    float *mag = multi_room(m, n * times, sizeof *mag);
    float *rake = multi_room(m, n * times, sizeof *rake);
    double *probs = multi_room(m, n * times * np, sizeof *probs);
    uint32_t *first = multi_room(m, n * times + 1, sizeof *first);
    uint32_t *section = multi_room(m, total * times, sizeof *section);

    for (size_t t = 0; t < times; t++) {
        memcpy(mag + t * n, f->mag, n * sizeof *mag);
        memcpy(rake + t * n, f->rake, n * sizeof *rake);
        memcpy(probs + t * n * np, f->probs, n * np * sizeof *probs);
        memcpy(section + t * total, f->section, total * sizeof *section);
        for (size_t i = 0; i < n; i++)
            first[t * n + i] = (uint32_t)(t * total) + f->first[i];
    }
    first[n * times] = (uint32_t)(total * times);
    f->n = n * times;
    f->mag = mag;
    f->rake = rake;
    f->probs = probs;
    f->first = first;
    f->section = section;
}

/* More ruptures than one block of the reference holds. */
static void many_ruptures(multi_scene *m, kr_ctx *ctx)
{
    multi_way way = {multi_columns(), 1, 0, 0, 2};
    multi_seen once = multi_run(m, ctx, &way), all;
    size_t n = m->multi.n, times = 5000 / n + 2;

    repeat_ruptures(m, times);
    way.items = 4999;
    all = multi_run(m, ctx, &way);
    assert_int_equal(all.n, once.n * times);
    for (size_t k = 0; k < all.n; k++) {
        all.pair[k].value[0] -= (double)(k / once.n * n);
        assert_memory_equal(&all.pair[k], &once.pair[k % once.n], sizeof *once.pair);
    }
    free(once.pair);
    free(all.pair);
}

static void test_many_ruptures(void **state)
{
    (void)state;
    first_scene(many_ruptures);
}

/* Hypocentral distances, which the reference leaves out. */
static void exact_distances(multi_scene *m, kr_ctx *ctx)
{
    multi_way way = {multi_columns(), 1, 0, 0, 1};

    m->job.compat = KR_COMPAT_EXACT;
    multi_seen all = multi_run(m, ctx, &way);
    assert_true(all.n >= m->nexpected); /* the ends of the table of distances count, too */
    for (size_t k = 0; k < all.n; k++) {
        const double *v = all.pair[k].value + 2;
        size_t site = (size_t)all.pair[k].value[1];
        double lon = m->sites.lon[site], lat = m->sites.lat[site];
        kt_close(v[15], kr_distance_km(v[8], v[9], v[7], lon, lat, m->sites.depth[site]), 1e-11, 0);
        kt_close(v[16], kr_geodetic_km(v[8], v[9], lon, lat), 1e-9, 0);
        kt_close(remainder(v[17] + v[3] - kr_azimuth(v[8], v[9], lon, lat), 360), 0, 0, 1e-9);
        assert_true(!isnan(v[5])); /* the bottom of a section with holes */
    }
    free(all.pair);
}

static void test_exact(void **state)
{
    (void)state;
    first_scene(exact_distances);
}

/* With few sites, what is far from all of them does not count; with many it does. */
static void few_or_many(multi_scene *m, kr_ctx *ctx)
{
    multi_way way = {multi_columns(), 1, 0, 0, 1};

    for (size_t i = 0; i < m->limits.n; i++)
        m->limits.dist_km[i] = 12;
    m->job.max_sites_disagg = 10;
    multi_seen few = multi_run(m, ctx, &way);
    m->job.max_sites_disagg = 1;
    multi_seen many = multi_run(m, ctx, &way);
    size_t widths = 0;
    assert_true(few.n > 0 && few.n <= many.n);
    for (size_t k = 0, j = 0; k < few.n; k++, j++) {
        while (multi_by_rupture(&many.pair[j], &few.pair[k]) != 0)
            j++;
        for (size_t c = 0; c < MULTI_VALUES - 2; c++) {
            if (multi_cols[c] == KR_COL_RRUP || multi_cols[c] == KR_COL_RJB ||
                multi_cols[c] == KR_COL_RX)
                kt_same(few.pair[k].value[2 + c], many.pair[j].value[2 + c]);
        }
        widths += few.pair[k].value[2 + 6] != many.pair[j].value[2 + 6];
    }
    assert_true(widths > 0);
    free(few.pair);
    free(many.pair);
}

static void test_few_or_many(void **state)
{
    (void)state;
    first_scene(few_or_many);
}

/* ---- estimates and work ---- */

static void estimates(multi_scene *m, kr_ctx *ctx)
{
    kr_surfaces *surfaces = NULL;
    kr_fault *fault = NULL;
    kr_fault_maker *maker = NULL;
    kr_section_table table;
    kr_columns columns = KR_BIT(RRUP) | KR_BIT(MAG);

    kt_ok(ctx, kr_surfaces_create(ctx, &m->job, &m->model, &surfaces));
    kt_ok(ctx, kr_fault_create(ctx, &m->job, surfaces, &m->source, m->source.trt, false, &fault));
    assert_int_equal(kr_fault_nitems(fault), m->multi.n);
    for (size_t i = 1; i < m->multi.n; i++) {
        uint32_t a = m->multi.first[i] - m->multi.first[i - 1];
        uint32_t b = m->multi.first[i + 1] - m->multi.first[i];
        double x = kr_fault_item_cost(fault, i - 1), y = kr_fault_item_cost(fault, i);
        assert_true(x >= 1 && (a < b ? x < y : a > b ? x > y : x == y));
        assert_int_equal(kr_fault_item_ruptures(fault, i), 1);
    }
    kt_ok(ctx, kr_fault_meet_sites(ctx, fault, "Crust", columns, &m->soa, 1));
    kt_ok(ctx,
          kr_section_table_make(ctx, kr_surfaces_sections(surfaces), columns, &m->soa, 1, &table));
    assert_true(kr_section_table_bytes(kr_surfaces_sections(surfaces), columns, m->soa.n) ==
                table.nsections * table.stride * sizeof(double));
    kr_fault_setup setup = {.job = &m->job,
                            .trt = "Crust",
                            .columns = columns,
                            .sites = &m->sites,
                            .tile = &m->soa,
                            .job_sites = &m->soa,
                            .sections = &table,
                            .first_in_table = 0};
    kt_ok(ctx, kr_fault_maker_create(ctx, &setup, &maker));
    kt_same(kr_fault_maker_estimate(maker, fault), (double)m->nexpected);
    kr_fault_maker_destroy(&maker);
    setup.sections = NULL; /* nothing computed yet: more than there will be */
    kt_ok(ctx, kr_fault_maker_create(ctx, &setup, &maker));
    assert_true(kr_fault_maker_estimate(maker, fault) >= (double)m->nexpected);
    kr_fault_maker_destroy(&maker);
    kr_section_table_clear(&table);
    kr_fault_destroy(&fault);
    kr_surfaces_destroy(&surfaces);
}

static void test_estimates(void **state)
{
    (void)state;
    first_scene(estimates);
}

/* ---- sections that are planes ---- */

/* A vertical plane 20 km long from the north of the first site, striking east. */
static void planar_section(multi_scene *m, kr_ctx *ctx)
{
    static const uint32_t first[] = {0, 1}, section[] = {0};
    multi_way way = {multi_columns(), 1, 0, 0, 1};
    double lon = m->sites.lon[0], lat = m->sites.lat[0] + 0.1;
    kr_lonlat end = kr_point_at(lon, lat, 90, 20);
    kr_point3 corner[] = {
        {lon, lat, 2}, {end.lon, end.lat, 2}, {lon, lat, 12}, {end.lon, end.lat, 12}};
    kr_line line = {4, corner};
    kr_geometry g = *m->model.sections[0].geometries;

    g.kind = KR_GEOMETRY_PLANAR;
    g.nlines = 1;
    g.lines = &line;
    m->model.sections[0].geometries = &g;
    m->multi.n = 1;
    m->multi.first = first;
    m->multi.section = section;
    multi_seen all = multi_run(m, ctx, &way);
    assert_true(all.n > 0);
    const double *v = all.pair[0].value + 2;
    double north = 0.1 * 6371 * 3.14159265358979 / 180;
    kt_same(all.pair[0].value[1], 0);
    kt_close(v[2], 90, 0, 1e-4);
    kt_close(v[3], 90, 0, 1e-3);
    kt_close(v[4], 2, 0, 1e-4);
    kt_close(v[6], 10, 0, 1e-3);
    kt_close(v[11], sqrt(north * north + 4), 1e-3, 0);
    kt_close(v[12], north, 1e-3, 0);
    kt_close(v[13], north, 1e-3, 0); /* to the right of the strike */
    kt_close(v[14], 0, 0, 0.05);
    free(all.pair);
}

static void test_planar_section(void **state)
{
    (void)state;
    first_scene(planar_section);
}

/* ---- sections made side by side ---- */

static void same_sections(const kr_surfaces *a, const kr_surfaces *b)
{
    const kr_sections *one = kr_surfaces_sections(a), *other = kr_surfaces_sections(b);
    assert_int_equal(one->n, other->n);
    for (size_t k = 0; k < one->n; k++) {
        assert_int_equal(one->surface[k] != NULL, other->surface[k] != NULL);
        if (!one->surface[k])
            continue;
        const kr_mesh *mesh = &one->surface[k]->mesh, *like = &other->surface[k]->mesh;
        assert_memory_equal(&one->params[k], &other->params[k], sizeof one->params[k]);
        assert_int_equal(mesh->rows * mesh->stride, like->rows * like->stride);
        assert_memory_equal(mesh->lon, like->lon, mesh->rows * mesh->stride * sizeof *mesh->lon);
        assert_memory_equal(mesh->x, like->x, mesh->rows * mesh->stride * sizeof *mesh->x);
    }
}

static void together(multi_scene *m, kr_ctx *ctx)
{
    kr_surfaces *one = NULL, *other = NULL;
    const kr_source *list[3] = {&m->source, &m->source, &m->source};

    kt_ok(ctx, kr_surfaces_create(ctx, &m->job, &m->model, &one));
    kt_ok(ctx, kr_surfaces_need_sections(one, &m->source));
    for (int threads = 1; threads <= 4; threads++) {
        kt_ok(ctx, kr_surfaces_create(ctx, &m->job, &m->model, &other));
        kt_ok(ctx, kr_surfaces_make_sections(other, list, 3, threads));
        if (threads > 1)
            same_sections(one, other);
        kt_ok(ctx, kr_surfaces_need_sections(other, &m->source));
        same_sections(one, other);
        kr_surfaces_destroy(&other);
    }
    int failed = 0, passed = 0;
    for (long k = 1; passed < 20; k++) {
        kr_ctx *own = kt_ctx();
        kr_mem_fail_at(own, k);
        kr_status s = kr_surfaces_create(own, &m->job, &m->model, &other);
        if (s == KR_OK)
            s = kr_surfaces_make_sections(other, list, 3, 3);
        if (s == KR_OK)
            s = kr_surfaces_need_sections(other, &m->source);
        assert_true(s == KR_OK || s == KR_ENOMEM);
        assert_int_equal(s == KR_OK, kr_ctx_error(own)[0] == '\0');
        if (s == KR_OK)
            same_sections(one, other);
        failed += s != KR_OK;
        passed += s == KR_OK && kr_mem_count(own) < k;
        kr_surfaces_destroy(&other);
        kt_ctx_end(&own);
    }
    assert_true(failed > 0);
    kr_surfaces_destroy(&one);
}

static void test_together(void **state)
{
    (void)state;
    first_scene(together);
}

/* ---- errors ---- */

static void errors(multi_scene *m, kr_ctx *ctx)
{
    kr_surfaces *surfaces = NULL;
    kr_fault *fault = NULL;
    kr_geometry two[2] = {*m->model.sections[3].geometries, *m->model.sections[3].geometries};
    double *probs = multi_room(m, m->multi.n * m->multi.nprobs, sizeof *probs);

    kt_ok(ctx, kr_surfaces_create(ctx, &m->job, &m->model, &surfaces));
    m->model.sections[3].geometries = two;
    m->model.sections[3].ngeometries = 2;
    const kr_source *source = &m->source; /* told when the source is made */
    kt_ok(ctx, kr_surfaces_make_sections(surfaces, &source, 1, 3));
    assert_string_equal(kr_ctx_error(ctx), "");
    kt_fails(ctx, kr_fault_create(ctx, &m->job, surfaces, &m->source, m->source.trt, false, &fault),
             KR_EINPUT, "sections.xml:13: section '3': it has several surfaces");
    m->model.sections[3].ngeometries = 1;
    two[0].kind = KR_GEOMETRY_SIMPLE;
    kt_fails(ctx, kr_fault_create(ctx, &m->job, surfaces, &m->source, m->source.trt, false, &fault),
             KR_EINPUT, "must be a kiteSurface or a planarSurface");
    two[0].kind = KR_GEOMETRY_KITE;
    m->job.infer_occur_rates = true;
    memcpy(probs, m->multi.probs, m->multi.n * m->multi.nprobs * sizeof *probs);
    m->multi.probs = probs;
    probs[0] = 0;
    kt_fails(ctx, kr_fault_create(ctx, &m->job, surfaces, &m->source, m->source.trt, false, &fault),
             KR_EINPUT, "model.xml:7: source '1': rupture 1 has a probability of 0");
    probs[0] = 0.9;
    kt_ok(ctx, kr_fault_create(ctx, &m->job, surfaces, &m->source, m->source.trt, false, &fault));
    kr_fault_destroy(&fault);
    kr_surfaces_destroy(&surfaces);
}

static void test_errors(void **state)
{
    (void)state;
    first_scene(errors);
}

/* ---- memory ---- */

static kr_status count_pairs(void *user, const kr_contexts *batch)
{
    *(size_t *)user += batch->n;
    return KR_OK;
}

static kr_status all_steps(kr_ctx *ctx, void *user)
{
    kr_status s = KR_OK;
    multi_scene *m = user;
    kr_columns columns = multi_columns();
    kr_surfaces *surfaces = NULL;
    kr_fault *fault = NULL;
    kr_fault_maker *maker = NULL;
    kr_section_table table = {0};
    size_t n = 0;

    KR_TRY(kr_surfaces_create(ctx, &m->job, &m->model, &surfaces));
    KR_TRY(kr_fault_create(ctx, &m->job, surfaces, &m->source, m->source.trt, false, &fault));
    KR_TRY(kr_fault_meet_sites(ctx, fault, "Crust", columns, &m->soa, 2));
    KR_TRY(kr_section_table_make(ctx, kr_surfaces_sections(surfaces), columns, &m->soa, 1, &table));
    kr_fault_setup setup = {.job = &m->job,
                            .trt = "Crust",
                            .columns = columns,
                            .sites = &m->sites,
                            .tile = &m->soa,
                            .job_sites = &m->soa,
                            .sections = &table,
                            .first_in_table = 0};
    KR_TRY(kr_fault_maker_create(ctx, &setup, &maker));
    KR_TRY(kr_fault_maker_run(maker, fault, 0, kr_fault_nitems(fault), count_pairs, &n));
    assert_true(n > 0);
out:
    kr_fault_maker_destroy(&maker);
    kr_section_table_clear(&table);
    kr_fault_destroy(&fault);
    kr_surfaces_destroy(&surfaces);
    return s;
}

static void short_of_memory(multi_scene *m, kr_ctx *ctx)
{
    (void)ctx;
    m->multi.n = 2;
    assert_true(kt_fail_each_allocation(all_steps, m) > 50);
}

static void test_memory(void **state)
{
    (void)state;
    first_scene(short_of_memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference), cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_columns),   cmocka_unit_test(test_many_ruptures),
        cmocka_unit_test(test_exact),     cmocka_unit_test(test_few_or_many),
        cmocka_unit_test(test_estimates), cmocka_unit_test(test_planar_section),
        cmocka_unit_test(test_together),  cmocka_unit_test(test_errors),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
