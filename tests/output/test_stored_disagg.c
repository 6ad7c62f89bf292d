/* Disaggregation read back: sums of rates against a walk over all numbers of a table; what is
 * damaged is refused. */
#include "output/stored_disagg.h"
#include "support/support.h"

#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SITES = 2, IMTS = 2, POES = 3, RLZS = 40, M = KR_DIM_BIT(KR_DIM_MAG) };
static const size_t BINS[KR_DIMS] = {2, 5, 50, 2, 3, 6}; /* more numbers than are held at a time */

typedef struct scene {
    kr_ctx *ctx;
    kr_arena arena;
    char *dir;
    const char *path;
    kr_h5 *file;
    double *tables[2][KR_DISAGG_KINDS]; /* of realizations, of the mean */
} scene;

static size_t cells_of(const kr_disagg_kind *kind)
{
    size_t n = 1;
    for (size_t i = 0; i < kind->ndims; i++)
        n *= BINS[kind->dims[i]];
    return n;
}

static void write_edges(scene *z)
{
    const char *const trts[] = {"Active Shallow Crust", "Volcanic"};
    double x[SITES * 64];
    for (kr_disagg_dim d = KR_DIM_MAG; d < KR_DIMS; d++) {
        bool by_site = d == KR_DIM_LON || d == KR_DIM_LAT;
        size_t n = BINS[d] + 1, dims[2] = {by_site ? SITES : n, n};
        char name[32];
        for (size_t i = 0; i < SITES * n; i++)
            x[i] = 0.5 * (double)(i % n) + (double)(i / n) + (double)(int)d;
        snprintf(name, sizeof name, "disagg-bins/%s", kr_disagg_dim_name(d));
        kt_ok(z->ctx, kr_h5_write(z->file, name, KR_H5_F64, by_site ? 2 : 1, dims, x));
    }
    kt_ok(z->ctx, kr_h5_write_strings(z->file, "disagg-bins/TRT", trts, 2, false));
}

static void write_table(scene *z, bool mean, size_t k, uint64_t *seed)
{
    const kr_disagg_kind *kind = &kr_disagg_kinds[k];
    size_t dims[KR_H5_MAX_RANK] = {SITES}, targets = mean ? 1 : RLZS;
    size_t n = SITES * cells_of(kind) * IMTS * POES * targets;
    char name[64];
    for (size_t i = 0; i < kind->ndims; i++)
        dims[1 + i] = BINS[kind->dims[i]];
    dims[kind->ndims + 1] = IMTS;
    dims[kind->ndims + 2] = POES;
    dims[kind->ndims + 3] = targets;
    z->tables[mean][k] = malloc(n * sizeof(double));
    for (size_t i = 0; i < n; i++)
        z->tables[mean][k][i] = 1e-3 * (double)(kt_random(seed) % 200);
    snprintf(name, sizeof name, "disagg-%s/%s", mean ? "stats" : "rlzs", kind->name);
    kt_ok(z->ctx,
          kr_h5_write(z->file, name, KR_H5_F64, (int)kind->ndims + 4, dims, z->tables[mean][k]));
}

static void begin(scene *z)
{
    *z = (scene){.ctx = kt_ctx(), .dir = kt_dir_create()};
    kr_arena_init(&z->arena, z->ctx, KR_ACCOUNT_OTHER);
    z->path = kt_path(z->dir, "some.h5");
    kt_ok(z->ctx, kr_h5_create(z->ctx, z->path, &z->file));
}

static void reopen(scene *z)
{
    kt_ok(z->ctx, kr_h5_close(&z->file));
    kt_ok(z->ctx, kr_h5_open(z->ctx, z->path, &z->file));
}

static void end(scene *z)
{
    kr_h5_discard(&z->file);
    for (size_t k = 0; k < 2 * KR_DISAGG_KINDS; k++)
        free(z->tables[k / KR_DISAGG_KINDS][k % KR_DISAGG_KINDS]);
    kr_arena_clear(&z->arena);
    kt_dir_remove(&z->dir);
    kt_ctx_end(&z->ctx);
}

static void write_levels(scene *z, bool rlzs)
{
    double levels[SITES * IMTS * POES];
    uint32_t numbers[SITES * RLZS];
    for (size_t i = 0; i < SITES * IMTS * POES; i++)
        levels[i] = 0.1 * (double)i;
    for (uint32_t i = 0; i < SITES * RLZS; i++)
        numbers[i] = 7 * i;
    kt_ok(z->ctx,
          kr_h5_write(z->file, "hmap3", KR_H5_F64, 3, (const size_t[]){SITES, IMTS, POES}, levels));
    if (rlzs)
        kt_ok(z->ctx, kr_h5_write(z->file, "best_rlzs", KR_H5_U32, 2, (const size_t[]){SITES, RLZS},
                                  numbers));
}

static kr_stored_disagg *open_it(scene *z)
{
    kr_stored_disagg *d;
    reopen(z);
    kt_ok(z->ctx, kr_stored_disagg_open(z->ctx, z->path, z->file, SITES, IMTS, &z->arena, &d));
    assert_non_null(d);
    return d;
}

static bool is_mean(const kr_disagg_slab *slab)
{
    return strcmp(slab->group, KR_DISAGG_MEAN) == 0;
}

/* The sum over all numbers of the table that fall on a place. */
static double slow_sum(const scene *z, const kr_stored_disagg *d, const kr_disagg_slab *slab,
                       unsigned axes, size_t place, size_t measure, size_t poe, size_t target)
{
    const kr_disagg_kind *kind = kr_stored_disagg_kind(d, axes);
    const double *table = z->tables[is_mean(slab)][kind - kr_disagg_kinds];
    size_t n = cells_of(kind), targets = is_mean(slab) ? 1 : RLZS;
    double sum = 0;
    for (size_t c = 0; c < n; c++) {
        size_t rest = c, at[KR_DIMS] = {0}, index = 0;
        for (size_t i = kind->ndims; i-- > 0; rest /= BINS[kind->dims[i]])
            at[kind->dims[i]] = rest % BINS[kind->dims[i]];
        for (kr_disagg_dim dim = 0; dim < KR_DIMS; dim++)
            if (axes & KR_DIM_BIT(dim))
                index = index * BINS[dim] + at[dim];
        size_t row = ((slab->site * n + c) * IMTS + slab->measure + measure) * POES + slab->poe;
        if (index == place)
            sum -= log(1 - table[(row + poe) * targets + slab->first + target]);
    }
    return sum;
}

static void compare(const scene *z, const kr_stored_disagg *d, unsigned axes, kr_disagg_slab slab)
{
    size_t n = kr_stored_disagg_cells(d, axes), levels = slab.nmeasures * slab.npoes;
    double *got = malloc(n * levels * slab.ntargets * sizeof *got);
    size_t held = (size_t)kr_ctx_memory(z->ctx).current; /* memory is bounded */
    kr_mem_set_limit(z->ctx, held + kr_stored_disagg_read_bytes(levels) + 4096);
    kt_ok(z->ctx, kr_stored_disagg_read(d, &slab, axes, got));
    kr_mem_set_limit(z->ctx, SIZE_MAX);
    for (size_t c = 0; c < n; c += 1 + n / 11)
        for (size_t m = 0; m < slab.nmeasures; m++)
            for (size_t p = 0; p < slab.npoes; p++)
                for (size_t t = 0; t < slab.ntargets; t += 19)
                    kt_close(got[((t * slab.nmeasures + m) * slab.npoes + p) * n + c],
                             slow_sum(z, d, &slab, axes, c, m, p, t), 1e-12, 1e-15);
    free(got);
}

static void sums(void **state)
{
    scene z;
    uint64_t seed = 5;
    const unsigned axes[] = {KR_DIM_BIT(KR_DIM_MAG),
                             KR_DIM_BIT(KR_DIM_MAG) | KR_DIM_BIT(KR_DIM_DIST),
                             KR_DIM_BIT(KR_DIM_TRT),
                             KR_DIM_BIT(KR_DIM_EPS),
                             KR_DIM_BIT(KR_DIM_DIST) | KR_DIM_BIT(KR_DIM_EPS),
                             KR_DIM_BIT(KR_DIM_LON) | KR_DIM_BIT(KR_DIM_LAT),
                             KR_DIM_BIT(KR_DIM_LAT)};
    (void)state;
    begin(&z);
    write_edges(&z);
    write_levels(&z, true);
    for (size_t k = 0; k < KR_DISAGG_KINDS; k++)
        if (strcmp(kr_disagg_kinds[k].name, "Lon_Lat") != 0 &&
            strcmp(kr_disagg_kinds[k].name, "Mag_Dist_Eps") != 0) {
            write_table(&z, true, k, &seed);
            write_table(&z, false, k, &seed);
        }
    kr_stored_disagg *d = open_it(&z);
    assert_int_equal(d->nrlzs, RLZS);
    assert_true(d->mean);
    kt_same(d->levels[SITES * IMTS * POES - 1], 0.1 * 11);
    assert_int_equal(d->rlzs[RLZS], 7 * RLZS);
    assert_string_equal(d->trts[1], "Volcanic");
    kt_same(kr_stored_disagg_edges(d, KR_DIM_LON, 1)[0], 1 + KR_DIM_LON);
    kt_same(kr_stored_disagg_edges(d, KR_DIM_DIST, 1)[0], KR_DIM_DIST);
    assert_null(kr_stored_disagg_edges(d, KR_DIM_TRT, 0));
    assert_string_equal(kr_stored_disagg_kind(d, axes[5])->name, "TRT_Lon_Lat");
    assert_string_equal(kr_stored_disagg_kind(d, axes[4])->name, "TRT_Mag_Dist_Eps");
    assert_string_equal(kr_stored_disagg_names(d, &z.arena),
                        "Mag Dist Mag_Dist Mag_Lon_Lat TRT TRT_Mag TRT_Lon_Lat TRT_Mag_Dist "
                        "TRT_Mag_Dist_Eps");
    assert_null(kr_stored_disagg_kind(d, axes[3] | axes[6]));
    for (size_t i = 0; i < sizeof axes / sizeof *axes; i++) {
        compare(&z, d, axes[i], (kr_disagg_slab){1, 0, IMTS, 0, POES, KR_DISAGG_MEAN, 0, 1});
        compare(&z, d, axes[i], (kr_disagg_slab){1, 1, 1, 2, 1, KR_DISAGG_RLZS, 3, 1});
        compare(&z, d, axes[i], (kr_disagg_slab){0, 0, IMTS, 0, POES, KR_DISAGG_RLZS, 0, RLZS});
    }
    end(&z);
}

/* Means of the whole tree, at levels of the mean curve and of quantile curves. */
static void of_the_tree(void **state)
{
    static const char *const stats[] = {"mean", "quantile-0.1", "std", "quantile-0.9"};
    const size_t dims[] = {SITES, BINS[KR_DIM_MAG], IMTS, POES, 1};
    const size_t of_levels[] = {SITES, 3, IMTS, POES};
    double poes[SITES * 5 * IMTS * POES], levels[SITES * 3 * IMTS * POES], got[5];
    scene z;
    uint64_t seed = 9;
    (void)state;
    begin(&z);
    write_edges(&z);
    write_levels(&z, false);
    write_table(&z, true, 0, &seed);
    for (size_t i = 0; i < sizeof poes / sizeof *poes; i++)
        poes[i] = 1e-3 * (double)i;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        levels[i] = 1 + (double)i;
    kt_ok(z.ctx, kr_h5_write_strings(z.file, "stats", stats, 4, false));
    kt_ok(z.ctx, kr_h5_write(z.file, "disagg-tree/level", KR_H5_F64, 4, of_levels, levels));
    kt_ok(z.ctx, kr_h5_write(z.file, "disagg-tree/mean/Mag", KR_H5_F64, 5, dims, poes));
    kt_ok(z.ctx, kr_h5_write(z.file, "disagg-tree/quantile-0.9/Mag", KR_H5_F64, 5, dims, poes));
    kr_stored_disagg *d = open_it(&z);
    assert_int_equal(d->ntree, 2);
    assert_string_equal(d->tree[0].name, "tree_mean");
    assert_string_equal(d->tree[1].name, "quantile-0.9");
    kt_same(kr_stored_disagg_level(d, 1, d->tree[0].set, 1, 2), levels[18 + 5]);
    kt_same(kr_stored_disagg_level(d, 0, d->tree[1].set, 1, 0), levels[12 + 3]);
    const kr_disagg_slab slab = {1, 1, 1, 2, 1, d->tree[1].group, 0, 1};
    kt_ok(z.ctx, kr_stored_disagg_read(d, &slab, M, got));
    for (size_t i = 0; i < 5; i++)
        kt_close(got[i], -log(1 - poes[(5 + i) * IMTS * POES + 5]), 1e-12, 0);
    end(&z);
}

/* Of a tree with one realization no mean is stored. */
static void alone(void **state)
{
    scene z;
    uint64_t seed = 6;
    (void)state;
    begin(&z);
    write_edges(&z);
    write_levels(&z, true);
    write_table(&z, false, 0, &seed);
    kr_stored_disagg *d = open_it(&z);
    assert_false(d->mean);
    compare(&z, d, M, (kr_disagg_slab){0, 0, 1, 1, 1, KR_DISAGG_RLZS, 2, 1});
    end(&z);
}

static void other_runs(void **state)
{
    scene z;
    kr_stored_disagg *d;
    (void)state;
    begin(&z);
    write_levels(&z, false);
    reopen(&z);
    kt_ok(z.ctx, kr_stored_disagg_open(z.ctx, z.path, z.file, SITES, IMTS, &z.arena, &d));
    assert_null(d);
    end(&z);
}

static void refuse(scene *z, size_t nsites, const char *text)
{
    kr_stored_disagg *d;
    reopen(z);
    kt_fails(z->ctx, kr_stored_disagg_open(z->ctx, z->path, z->file, nsites, IMTS, &z->arena, &d),
             KR_EINPUT, text);
    assert_null(d);
    end(z);
}

static void damaged(void **state)
{
    scene z;
    uint64_t seed = 8;
    const double wrong[] = {3, 2, 1, -1, 0.5, 1.5, 2, 3, 4, 5, 6, 7};
    (void)state;
    begin(&z); /* edges that fall */
    kt_ok(z.ctx, kr_h5_write(z.file, "disagg-bins/Mag", KR_H5_F64, 1, (const size_t[]){3}, wrong));
    refuse(&z, SITES, "'disagg-bins/Mag' does not fit the rest: the file is damaged");
    begin(&z); /* a negative level */
    write_edges(&z);
    kt_ok(z.ctx,
          kr_h5_write(z.file, "hmap3", KR_H5_F64, 3, (const size_t[]){SITES, IMTS, POES}, wrong));
    refuse(&z, SITES, "'hmap3' does not fit");
    begin(&z); /* bins of other sites */
    write_edges(&z);
    write_levels(&z, true);
    refuse(&z, SITES + 1, "'disagg-bins/Lon' does not fit");
    begin(&z); /* no tables at all */
    write_edges(&z);
    write_levels(&z, false);
    refuse(&z, SITES, "'disagg-stats' does not fit");
    begin(&z); /* a table of other bins */
    write_edges(&z);
    write_levels(&z, false);
    kt_ok(z.ctx,
          kr_h5_write(z.file, "disagg-stats/Mag", KR_H5_F64, 3, (const size_t[]){2, 2, 3}, wrong));
    refuse(&z, SITES, "'disagg-stats/Mag' does not fit");

    begin(&z); /* a probability above 1 */
    write_edges(&z);
    write_levels(&z, false);
    write_table(&z, true, 0, &seed);
    kt_ok(z.ctx, kr_h5_write_slab(z.file, "disagg-stats/Mag", KR_H5_F64, (const size_t[5]){0},
                                  (const size_t[]){1, 1, 1, 1, 1}, &wrong[1]));
    kr_stored_disagg *d = open_it(&z);
    double got[5];
    kt_fails(
        z.ctx,
        kr_stored_disagg_read(d, &(kr_disagg_slab){0, 0, 1, 0, 1, KR_DISAGG_MEAN, 0, 1}, M, got),
        KR_EINPUT, "'Mag' does not fit");
    end(&z);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sums), cmocka_unit_test(of_the_tree),
                                       cmocka_unit_test(alone), cmocka_unit_test(other_runs),
                                       cmocka_unit_test(damaged)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
