/* Rates of ruptures with probabilities of occurrence: -ln of a product of many factors against the
 * product of long doubles. Branches of one rupture each give the probabilities of exceedance that
 * the factors are made of; the other branches hold all of these ruptures. */
#include "hazard/branches.h"

enum { LONE = 26, MIXED = 10, BRANCHES = LONE + MIXED, COPIES = 8, SITES = 9 };

typedef struct rupture {
    double mag, rake;
    int first, last; /* sections */
} rupture;

/* What a mixed branch holds. */
typedef struct part {
    size_t rupture;
    double probs[3];
} part;

static rupture random_rupture(uint64_t *random)
{
    rupture r;
    r.mag = 5.5 + 0.01 * floor(200 * kt_random_unit(random));
    r.rake = 90 * (double)(kt_random(random) % 3) - 90;
    r.first = (int)(kt_random(random) % BR_SECTIONS);
    r.last = r.first + (int)(kt_random(random) % (BR_SECTIONS - (size_t)r.first));
    return r;
}

static void add_rupture(br_text *t, const rupture *r, const double *probs, size_t nprobs)
{
    br_add(t, "<multiPlanesRupture probs_occur='");
    for (size_t k = 0; k < nprobs; k++)
        br_add(t, "%s%.17g", k ? " " : "", probs[k]);
    br_add(t, "'><magnitude>%.2f</magnitude><sectionIndexes indexes='", r->mag);
    for (int k = r->first; k <= r->last; k++)
        br_add(t, "%ss%d", k > r->first ? "," : "", k);
    br_add(t, "'/><rake>%g</rake></multiPlanesRupture>\n", r->rake);
}

static void open_source(br_text *t, size_t branch)
{
    t->n = 0;
    br_add(t, BR_GROUP "<multiFaultSource id='b%zu' name='b'>\n", branch);
}

static void close_source(br_text *t)
{
    br_add(t, "</multiFaultSource>\n" BR_GROUP_END);
}

/* Probabilities of no, one (and two) occurrences; `any`: of one or more. */
static void choose(part *p, size_t nprobs, double any, uint64_t *random)
{
    p->probs[1] = nprobs == 3 ? any * kt_random_unit(random) : any;
    p->probs[0] = 1 - any;
    p->probs[2] = nprobs == 3 ? any - p->probs[1] : 0;
    if (nprobs == 2 && p->probs[0] < 1)
        p->probs[1] = 1 - p->probs[0]; /* they add up to 1 to the last bit */
}

/* Every mixed branch has each rupture some times, in an order of its own, some of them not at all;
 * probabilities are from 0.05 to 0.9 in some, small in others, and 1 and 1e-17 in the last. */
static size_t mix(part *parts, size_t branch, size_t nprobs, uint64_t *random)
{
    size_t n = 0;
    for (size_t i = 0; i < (size_t)LONE * COPIES; i++)
        if (kt_random_unit(random) < (branch % 3 ? 0.8 : 0.2)) {
            double any = branch % 2 ? 0.05 + 0.85 * kt_random_unit(random)
                                    : pow(10, -6 * kt_random_unit(random)) * 0.3;
            if (branch + 1 == MIXED)
                any = 1e-17;
            size_t at = kt_random(random) % (n + 1);
            parts[n] = parts[at];
            parts[at].rupture = i % LONE;
            choose(&parts[at], nprobs, any, random);
            n++;
        }
    return n;
}

/* -ln of the product of the probabilities of no exceedance, sum of probs[k] (1 - poe)^k: of each
 * factor 1 - what is exceeded. */
static long double product(const part *parts, size_t n, size_t nprobs, const double *const *lone,
                           size_t at)
{
    long double sum = 0;
    for (size_t i = 0; i < n; i++) {
        /* alone, with probability 1/2, the rate is -ln(1 - poe / 2) */
        long double poe = -2 * expm1l(-(long double)lone[parts[i].rupture][at]), a = 0, q = 0;
        for (size_t k = 1; k < nprobs; k++) {
            a += (1 - a) * poe;
            q += parts[i].probs[k] * a;
        }
        sum -= log1pl(-q);
    }
    return sum;
}

/* The rates of a branch: each is a component of its own. */
static const double *rates_of(const computed *c, size_t branch)
{
    const kr_tree *tree = c->model.tree;
    char id[16];
    snprintf(id, sizeof id, "b%zu", branch);
    for (size_t k = 0; k < tree->ncomponents; k++)
        if (strcmp(tree->components[k].sources[0].source->id, id) == 0)
            return c->rates + tree->components[k].first_rate * (c->n / tree->nrates);
    fail_msg("no component has %s", id);
    return NULL;
}

/* Returns how many rates were compared. */
static size_t check(size_t nprobs, bool sharing, uint64_t seed)
{
    static br_text groups[BRANCHES];
    static part parts[MIXED][LONE * COPIES];
    static const char *const models[] = {"BooreAtkinson2008", "AbrahamsonSilva2008"};
    static const double half[] = {0.5, 0.5};
    const double *lone[LONE];
    size_t n[MIXED], compared = 0;
    rupture ruptures[LONE];
    computed c;
    for (size_t i = 0; i < LONE; i++) {
        ruptures[i] = random_rupture(&seed);
        open_source(&groups[i], i);
        add_rupture(&groups[i], &ruptures[i], half, 2);
        close_source(&groups[i]);
    }
    for (size_t b = 0; b < MIXED; b++) {
        br_text *t = &groups[LONE + b];
        n[b] = mix(parts[b], b, nprobs, &seed);
        open_source(t, LONE + b);
        for (size_t i = 0; i < n[b]; i++)
            add_rupture(t, &ruptures[parts[b][i].rupture], parts[b][i].probs, nprobs);
        close_source(t);
    }
    br_begin(&c, br_job(SITES, seed, sharing ? "" : "sharing = false\n"), BRANCHES, groups,
             kt_branch_set("g", "gmpeModel", "applyToTectonicRegionType='Active Shallow Crust'", 2,
                           models));
    compute_tiles(&c, 64, 2);
    assert_int_equal(c.model.tree->ncomponents, BRANCHES);
    for (size_t i = 0; i < LONE; i++)
        lone[i] = rates_of(&c, i);
    for (size_t b = 0; b < MIXED; b++)
        for (size_t i = 0; i < c.n / BRANCHES; i++) {
            double wanted = (double)product(parts[b], n[b], nprobs, lone, i);
            if (wanted >= 17.9) /* what is nearly certain comes in steps */
                continue;
            kt_close(rates_of(&c, LONE + b)[i], wanted, 1e-13, 1e-300);
            compared += wanted > 1e-12;
        }
    end(&c);
    return compared;
}

static void test_pairs(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        assert_true(check(2, true, seed) > 500);
        assert_true(check(2, false, seed) > 500);
    }
}

static void test_three(void **state)
{
    (void)state;
    for (uint64_t seed = 11; seed <= 12; seed++) {
        assert_true(check(3, true, seed) > 500);
        assert_true(check(3, false, seed) > 500);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_three),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
