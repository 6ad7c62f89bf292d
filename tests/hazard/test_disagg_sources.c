/* What sources and sections have of the hazard, against component rates of trees whose components
 * are split by source. */
#include "hazard/disagg.h"
#include "hazard/worlds.h"

/* A weight of each rate that follows from the model alone. */
static double *make_weights(const kr_tree *tree)
{
    double *weights = calloc(tree->nrates, sizeof *weights);
    assert_non_null(weights);
    for (size_t c = 0; c < tree->ncomponents; c++)
        for (size_t k = 0; k < tree->components[c].ngsims; k++)
            weights[tree->components[c].first_rate + k] =
                0.3 * (double)tree->components[c].gsims[k] + 0.2;
    return weights;
}

/* The levels of the job. */
enum { LEVELS = 10 };

static kr_status share_by(computed *c, size_t site, int threads, kr_disagg_sources **out)
{
    kr_disagg_level levels[LEVELS];
    double *weights = make_weights(c->model.tree);
    for (size_t l = 0; l < LEVELS; l++)
        levels[l] = (kr_disagg_level){l / 5, c->model.job->levels[l]};
    kr_status s = kr_hazard_disagg_sources(c->hazard, site, levels, LEVELS, weights, threads, out);
    free(weights);
    return s;
}

static kr_status share(computed *c, size_t site, kr_disagg_sources **out)
{
    return share_by(c, site, 2, out);
}

static size_t source_number(const kr_disagg_sources *x, const char *id)
{
    size_t i = 0;
    while (i < x->nsources && strcmp(x->sources[i], id) != 0)
        i++;
    assert_true(i < x->nsources);
    return i;
}

/* Component rates by base id; `all`: and by nothing. */
static void check_sources(computed *split, size_t site, const kr_disagg_sources *x)
{
    const kr_tree *tree = split->model.tree;
    double *weights = make_weights(tree), *want = calloc(x->nsources * LEVELS, sizeof *want);
    size_t n = split->sites->n;
    assert_non_null(want);
    compute_tiles(split, 64, 1);
    for (size_t c = 0; c < tree->ncomponents; c++) {
        size_t i = source_number(x, tree->components[c].sources[0].base_id);
        for (size_t k = 0; k < tree->components[c].ngsims; k++) {
            size_t rate = tree->components[c].first_rate + k;
            for (size_t l = 0; l < LEVELS; l++)
                want[i * LEVELS + l] +=
                    weights[rate] * split->rates[(rate * n + site) * LEVELS + l];
        }
    }
    for (size_t i = 0; i < x->nsources * LEVELS; i++)
        kt_close(x->of_sources[i], want[i], 1e-10, 1e-15);
    free(weights);
    free(want);
}

static bool starts(const kr_status s, kr_ctx *ctx, const char *text)
{
    bool same = s == KR_EINPUT && strstr(kr_ctx_error(ctx), text);
    if (same)
        kr_ctx_clear_error(ctx);
    return same;
}

/* The same bits, whoever computes. */
static void check_threads(computed *c, size_t site, const kr_disagg_sources *x)
{
    /* More than four: LLVM's OpenMP loses memory of a team that it makes larger. */
    for (int threads = 1; threads <= 4; threads += 3) {
        kr_disagg_sources *other;
        kt_ok(c->model.ctx, share_by(c, site, threads, &other));
        for (size_t i = 0; i < x->nsources * LEVELS; i++)
            kt_same(other->of_sources[i], x->of_sources[i]);
        for (size_t i = 0; i < x->nsections * LEVELS; i++)
            kt_same(other->of_sections[i], x->of_sections[i]);
        kr_disagg_sources_destroy(&other);
    }
}

/* 0: refused, as several multi-fault sources share. */
static int compare(const char *job, size_t n, const br_text *groups, const char *gmms, size_t site)
{
    static br_text text;
    computed split, apart, shared;
    kr_disagg_sources *one, *other;
    int compared = 0;
    text.n = 0;
    br_add(&text, "%sdisagg_by_src = true\n", job);
    br_begin(&split, text.s, n, groups, gmms);
    text.n = 0;
    br_add(&text, "%ssharing = false\n", job);
    br_begin(&apart, text.s, n, groups, gmms);
    br_begin(&shared, job, n, groups, gmms);
    kt_ok(apart.model.ctx, share(&apart, site, &one));
    check_sources(&split, site, one);
    check_threads(&apart, site, one);
    kr_status s = share(&shared, site, &other);
    if (!starts(s, shared.model.ctx, "sharing = false was expected")) {
        kt_ok(shared.model.ctx, s);
        assert_int_equal(one->nsources, other->nsources);
        for (size_t i = 0; i < one->nsources * LEVELS; i++)
            kt_close(other->of_sources[i], one->of_sources[i], 1e-10, 1e-15);
        for (size_t i = 0; i < one->nsections * LEVELS; i++)
            kt_close(other->of_sections[i], one->of_sections[i], 1e-10, 1e-15);
        compared = 1;
    }
    kr_disagg_sources_destroy(&one);
    kr_disagg_sources_destroy(&other);
    end(&split);
    end(&apart);
    end(&shared);
    return compared;
}

static void test_random_models(void **state)
{
    (void)state;
    static br_text groups[4];
    int compared = 0;
    br_compat = KR_COMPAT_EXACT;
    for (size_t i = 0; i < 24; i++) {
        world w = {.random = 5000 + i, .nplaces = 3, .nprobs = 2 + i % 4 / 3};
        size_t n = 2 + one_of(&w, 3), nsites = 1 + one_of(&w, 9);
        w.any = (const double[]){1e-4, 0.01, 0.3, 0.9}[one_of(&w, 4)];
        w.odd = chance(&w, 0.5);
        for (size_t b = 0; b < n; b++)
            make_branch(&w, &groups[b], b);
        const char *gmms = random_models(&w);
        compared += compare(br_job(nsites, w.random, i % 3 ? "" : "infer_occur_rates = true\n"), n,
                            groups, gmms, one_of(&w, nsites));
    }
    br_compat = KR_COMPAT_OQ_3_21;
    assert_true(compared > 12);
}

/* All sources together are all bins together, of contexts that are rounded alike. */
static void check_bins(computed *c, size_t site)
{
    static const double mag[] = {0, 11}, dist[] = {0, 1e9}, any[] = {-400, 400}, eps[] = {-9, 9};
    const kr_disagg_bins bins = {
        .mag = {1, mag}, .dist = {1, dist}, .lon = {1, any}, .lat = {1, any}, .eps = {1, eps}};
    const kr_tree *tree = c->model.tree;
    kr_disagg_level levels[LEVELS];
    double want[LEVELS] = {0}, *weights = make_weights(tree);
    bool certain[LEVELS] = {false};
    kr_disagg_sources *x;
    kr_disagg *d;
    size_t compared = 0;
    for (size_t l = 0; l < LEVELS; l++)
        levels[l] = (kr_disagg_level){l / 5, c->model.job->levels[l]};
    const kr_disagg_wanted wanted = {.levels = levels, .n = LEVELS};
    kt_ok(c->model.ctx, kr_hazard_disaggregate(c->hazard, site, &bins, &wanted, 2, &d));
    for (size_t i = 0; i < tree->ncomponents; i++)
        for (size_t k = 0; k < tree->components[i].ngsims * d->parts[i].ncells * LEVELS; k++) {
            size_t model = k / LEVELS / d->parts[i].ncells;
            double rate = d->parts[i].rates[k];
            want[k % LEVELS] += rate * weights[tree->components[i].first_rate + model];
            certain[k % LEVELS] |= rate > 15; /* the reference cuts them */
        }
    kt_ok(c->model.ctx, share(c, site, &x));
    for (size_t l = 0; l < LEVELS; l++) {
        double sum = 0;
        for (size_t i = 0; i < x->nsources; i++)
            sum += x->of_sources[i * LEVELS + l];
        if (certain[l])
            continue;
        kt_close(sum, want[l], 1e-10, 1e-11); /* bins have no rates below 1e-12 */
        compared += want[l] > 1e-6;
    }
    assert_true(compared > 0);
    kr_disagg_sources_destroy(&x);
    kr_disagg_destroy(&d);
    free(weights);
}

static void test_bins(void **state)
{
    (void)state;
    static br_text groups[2];
    for (size_t i = 0; i < 8; i++) {
        world w = {.random = 300 + i, .nplaces = 3, .nprobs = 2, .any = 0.2};
        computed c;
        br_compat = i % 2 ? KR_COMPAT_EXACT : KR_COMPAT_OQ_3_21;
        for (size_t b = 0; b < ARRAY(groups); b++) {
            groups[b].n = 0;
            br_add(&groups[b], BR_GROUP);
            for (int k = 0; k < 3; k++) {
                char id[64];
                snprintf(id, sizeof id, "s%d_%zu", k, b);
                add_random_source(&w, &groups[b], id);
            }
            br_add(&groups[b], BR_GROUP_END);
        }
        br_begin(&c, br_job(2, w.random, "infer_occur_rates = true\nsharing = false\n"), 2, groups,
                 random_models(&w));
        check_bins(&c, i % 2);
        end(&c);
    }
    br_compat = KR_COMPAT_OQ_3_21;
}

/* Each rupture a source: a section has what the ruptures have that it is part of. */
static void test_sections(void **state)
{
    (void)state;
    static const char *const of[] = {"s0", "s0,s1", "s2,s3,s4", "s5", "s1,s2"};
    static br_text groups[1];
    computed c;
    kr_disagg_sources *x;
    groups[0].n = 0;
    br_add(&groups[0], BR_GROUP);
    for (size_t i = 0; i < ARRAY(of); i++)
        br_add(&groups[0],
               "<multiFaultSource id='m%zu' name='m'><multiPlanesRupture probs_occur='0.9 0.1'>"
               "<magnitude>%g</magnitude><sectionIndexes indexes='%s'/><rake>0</rake>"
               "</multiPlanesRupture></multiFaultSource>\n",
               i, 6.2 + 0.2 * (double)i, of[i]);
    br_add(&groups[0], BR_GROUP_END);
    world w = {.random = 1};
    br_begin(&c, br_job(2, 3, ""), 1, groups, random_models(&w));
    kt_ok(c.model.ctx, share(&c, 1, &x));
    assert_int_equal(x->nsections, BR_SECTIONS);
    for (size_t s = 0; s < x->nsections; s++)
        for (size_t l = 0; l < LEVELS; l++) {
            double want = 0;
            for (size_t i = 0; i < ARRAY(of); i++)
                if (strstr(of[i], c.model.model->sections[s].id))
                    want += x->of_sources[i * LEVELS + l];
            kt_close(x->of_sections[s * LEVELS + l], want, 1e-12, 0);
            assert_true(l > 0 || want > 1e-3);
        }
    kr_disagg_sources_destroy(&x);
    end(&c);
}

static void test_refusals(void **state)
{
    (void)state;
    static br_text groups[1];
    computed c;
    kr_disagg_sources *x;
    world w = {.random = 8, .nplaces = 3};
    groups[0].n = 0;
    br_add(&groups[0], BR_GROUP);
    add_area(&w, &groups[0], "a");
    br_add(&groups[0], BR_GROUP_END);
    br_begin(&c, br_job(2, 3, "ps_grid_spacing = 50\n"), 1, groups, random_models(&w));
    kt_fails(c.model.ctx, share(&c, 0, &x), KR_EINPUT, "ps_grid_spacing merges sources");
    assert_null(x);
    end(&c);
}

static kr_status whole(kr_ctx *ctx, void *user)
{
    kr_status s = KR_OK;
    const kt_model *m = user;
    const kr_disagg_level levels[] = {{0, 0.05}, {1, 0.3}};
    kr_hazard *hazard = NULL;
    kr_sites *sites = NULL;
    kr_disagg_sources *x = NULL;
    double *weights = make_weights(m->tree);
    KR_TRY(kr_hazard_create(ctx, m->job, m->model, m->tree, &hazard));
    KR_TRY(kr_sites_read(ctx, m->job, kr_hazard_site_columns(hazard), &sites));
    KR_TRY(kr_hazard_prepare(hazard, sites, 1));
    KR_TRY(kr_hazard_disagg_sources(hazard, 1, levels, 2, weights, 1, &x));
out:
    free(weights);
    kr_disagg_sources_destroy(&x);
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
    br_make(&m, br_job(3, 3, ""), ARRAY(groups), groups, random_models(&w));
    assert_true(kt_fail_each_allocation(whole, &m) > 60);
    kt_model_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_models), cmocka_unit_test(test_bins),
        cmocka_unit_test(test_sections),      cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
