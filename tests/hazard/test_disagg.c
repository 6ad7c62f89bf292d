/* Disaggregation against the slow way of slow_disagg.h, and what follows from its definition. */
#include "hazard/disagg_bins.h"
#include "hazard/slow_disagg.h"

/* ---- bins ---- */

static const double mags[] = {4.5, 5.3, 5.7, 6.2, 6.6, 7.4}, dists[] = {0, 20, 45, 80, 150, 220},
                    lons[] = {7, 9.2, 10.1, 13}, lats[] = {43, 45, 46.5},
                    eps3[] = {-3, -1.5, -0.3, 0.9, 2, 3};

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
    kr_disagg *one = NULL, *other = NULL;
    slow_make(&o);
    kt_ok(ctx, kr_hazard_disaggregate(shared->hazard, site, bins, levels, nlevels, 1, &one));
    assert_int_equal(one->ncomponents, shared->model.tree->ncomponents);
    for (size_t c = 0; c < one->ncomponents; c++)
        compare_part(&o, c, &one->parts[c]);
    for (int threads = 2; threads <= 3; threads++) {
        kt_ok(ctx,
              kr_hazard_disaggregate(shared->hazard, site, bins, levels, nlevels, threads, &other));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_models),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
