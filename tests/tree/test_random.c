/* Random small trees with correlated sets, sets behind some branches only, weights of 0 and shared
 * files, against paths listed one by one from the same tables: ids, weights, what each realization
 * adds up, and the moments that the structure gives. */
#include "tree/make.h"

#include "stats/moments.h"

#include <math.h>

enum { SETS = 6, BRANCHES = 4, FILES = 4, TREES = 500 };

typedef struct branch {
    char id[16];
    double weight, value; /* value: added to the largest magnitude */
    unsigned files;       /* bits */
} branch;

typedef struct set {
    char id[16];
    bool extends;
    size_t n;
    branch branches[BRANCHES];
    int leader;            /* or -1 */
    size_t with[BRANCHES]; /* of this set, for each branch of the leader */
    bool only;             /* applies behind `behind` of the branches of the set before, as bits */
    unsigned behind;
} set;

typedef struct random_tree {
    size_t n;
    set sets[SETS];
    size_t ngsims[2];
    double gsim_weights[2][3];
} random_tree;

static const char *const trts[] = {KT_ASC, KT_SCC};

static size_t below(uint64_t *random, size_t n)
{
    return (size_t)(kt_random(random) % n);
}

/* Weights that sum to 1, sometimes with zeros. */
static void make_weights(uint64_t *random, double *w, size_t n, size_t stride)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++) {
        double x = i > 0 && below(random, 5) == 0 ? 0 : 0.05 + kt_random_unit(random);
        *(double *)((char *)w + i * stride) = x;
        sum += x;
    }
    for (size_t i = 0; i < n; i++)
        *(double *)((char *)w + i * stride) /= sum;
}

/* A set moves with an earlier one that is on every path: one that does not apply behind some
 * branches only, or the one right before if this one applies behind all of its branches. */
static void make_leader(random_tree *t, size_t i, uint64_t *random)
{
    set *s = &t->sets[i];
    size_t leader = i > 0 ? below(random, i) : 0;
    const set *l = &t->sets[leader];

    s->leader = -1;
    if (i == 0 || s->only || below(random, 2) == 0)
        return;
    if (l->only) {
        if (leader + 1 != i)
            return;
        s->only = true;
        s->behind = (1U << l->n) - 1;
    }
    if (s->n > l->n)
        s->n = l->n;
    for (size_t k = 0; k < l->n; k++)
        s->with[k] = k < s->n ? k : below(random, s->n);
    for (size_t k = l->n; k-- > 1;) { /* any order */
        size_t other = below(random, k + 1), swap = s->with[k];
        s->with[k] = s->with[other];
        s->with[other] = swap;
    }
    s->leader = (int)leader;
}

static void make_tree(random_tree *t, uint64_t *random)
{
    size_t nextends = 1 + below(random, 3);

    memset(t, 0, sizeof *t);
    t->n = nextends + below(random, SETS - nextends + 1);
    for (size_t i = 0; i < t->n; i++) {
        set *s = &t->sets[i];
        snprintf(s->id, sizeof s->id, "s%zu", i);
        s->extends = i < nextends;
        s->n = 1 + below(random, BRANCHES);
        s->only = i > 1 && !t->sets[i - 1].only && below(random, 3) == 0;
        s->behind = 1 + (unsigned)below(random, (1U << t->sets[i ? i - 1 : 0].n) - 1);
        make_leader(t, i, random);
        make_weights(random, &s->branches[0].weight, s->n, sizeof *s->branches);
        for (size_t b = 0; b < s->n; b++) {
            snprintf(s->branches[b].id, 16, "%c%zu", (char)('a' + i), b);
            s->branches[b].files = 1U << b | (unsigned)below(random, 1U << FILES);
            s->branches[b].value = 3e-4 * pow(5, (double)i) * (double)(b + 1);
        }
        for (size_t b = 0; s->extends && b < s->n; b++) /* texts of branches differ */
            for (size_t c = 0; c < b; c++)
                if (s->branches[b].files == s->branches[c].files) {
                    s->branches[b].files = 1 + s->branches[b].files % ((1U << FILES) - 1);
                    c = (size_t)-1;
                }
    }
    for (size_t k = 0; k < 2; k++) {
        t->ngsims[k] = 1 + below(random, 3);
        make_weights(random, t->gsim_weights[k], t->ngsims[k], sizeof(double));
    }
}

/* ------------------------------------------------------------------ as NRML */

#define PUT(...) n += (size_t)snprintf(text + n, sizeof text - n, __VA_ARGS__)

static void write_attributes(const random_tree *t, size_t i, char *out, size_t size)
{
    const set *s = &t->sets[i];
    char text[1024] = "";
    size_t n = 0;

    if (s->only) {
        PUT(" applyToBranches='");
        for (size_t b = 0; b < t->sets[i - 1].n; b++)
            if (s->behind >> b & 1)
                PUT("%s ", t->sets[i - 1].branches[b].id);
        PUT("'");
    }
    if (s->leader >= 0) {
        const set *l = &t->sets[s->leader];
        PUT(" correlatedWith='%s' correlatedBranches='", l->id);
        for (size_t k = 0; k < l->n; k++)
            PUT("%s~%s ", l->branches[k].id, s->branches[s->with[k]].id);
        PUT("'");
    }
    snprintf(out, size, "%s", text);
}

static void write_tree(kt_tree *at, const random_tree *t)
{
    static char text[32768];
    char attributes[1024];
    size_t n = 0;

    for (size_t i = 0; i < t->n; i++) {
        const set *s = &t->sets[i];
        write_attributes(t, i, attributes, sizeof attributes);
        PUT("<logicTreeBranchSet uncertaintyType='%s' branchSetID='%s'%s>",
            i == 0       ? "sourceModel"
            : s->extends ? "extendModel"
                         : "maxMagGRRelative",
            s->id, attributes);
        for (size_t b = 0; b < s->n; b++) {
            PUT("<logicTreeBranch branchID='%s'><uncertaintyModel>", s->branches[b].id);
            for (size_t f = 0; s->extends && f < FILES; f++)
                if (s->branches[b].files >> f & 1)
                    PUT("f%zu_%zu.xml ", i, f);
            if (!s->extends)
                PUT("%.17g", s->branches[b].value);
            PUT("</uncertaintyModel><uncertaintyWeight>%.17g</uncertaintyWeight>"
                "</logicTreeBranch>\n",
                s->branches[b].weight);
        }
        PUT("</logicTreeBranchSet>\n");
    }
    kt_tree_file(at, "smlt.xml", "logicTree", text);
    n = 0;
    for (size_t k = 0; k < 2; k++) {
        PUT("<logicTreeBranchSet uncertaintyType='gmpeModel' branchSetID='g%zu' "
            "applyToTectonicRegionType='%s'>",
            k, trts[k]);
        for (size_t g = 0; g < t->ngsims[k]; g++)
            PUT("<logicTreeBranch branchID='g%zu%zu'><uncertaintyModel>%s</uncertaintyModel>"
                "<uncertaintyWeight>%.17g</uncertaintyWeight></logicTreeBranch>\n",
                k, g,
                g == 0   ? "BooreAtkinson2008"
                : g == 1 ? "ChiouYoungs2008"
                         : "SadighEtAl1997",
                t->gsim_weights[k][g]);
        PUT("</logicTreeBranchSet>\n");
    }
    kt_tree_file(at, "glt.xml", "logicTree", text);
}

/* Files of the sets that name any: each has a source of its own, in one of the two types. */
static void write_files(kt_tree *at)
{
    char name[32], one[2048], text[4096];

    for (size_t i = 0; i < 3; i++)
        for (size_t f = 0; f < FILES; f++) {
            snprintf(name, sizeof name, "f%zu_%zu", i, f);
            kt_source(one, sizeof one, name, trts[f % 2], 3);
            snprintf(text, sizeof text,
                     "<sourceGroup name='g' tectonicRegion='%s'>%s"
                     "</sourceGroup>",
                     trts[f % 2], one);
            snprintf(name, sizeof name, "f%zu_%zu.xml", i, f);
            kt_tree_file(at, name, "sourceModel", text);
        }
}

/* ------------------------------------------------------------------ paths one by one */

typedef struct listed {
    char id[128];
    double weight, max_mag;
    unsigned files[SETS];
} listed;

typedef struct listing {
    size_t n, cap;
    listed *paths;
} listing;

static void list_paths(const random_tree *t, size_t i, const int *taken, listing *out)
{
    const set *s = &t->sets[i];
    int next[SETS];
    bool applies;

    if (i == t->n) {
        listed p = {.weight = 1, .max_mag = 6.5};
        for (size_t k = 0; k < t->n; k++) {
            const branch *b = taken[k] < 0 ? NULL : &t->sets[k].branches[taken[k]];
            strcat(p.id, k ? "~" : "");
            strcat(p.id, b ? b->id : ".");
            if (b && t->sets[k].leader < 0)
                p.weight *= b->weight;
            if (b && t->sets[k].extends)
                p.files[k] = b->files;
            else if (b)
                p.max_mag += b->value;
        }
        if (out->n == out->cap) {
            out->cap = 2 * out->cap + 64;
            out->paths = realloc(out->paths, out->cap * sizeof *out->paths);
            assert_non_null(out->paths);
        }
        out->paths[out->n++] = p;
        return;
    }
    memcpy(next, taken, i * sizeof *next);
    applies = !s->only || (taken[i - 1] >= 0 && s->behind >> taken[i - 1] & 1);
    for (size_t b = 0; b < (applies ? s->n : 1); b++) {
        next[i] = applies ? (int)b : -1;
        if (applies && s->leader >= 0 && s->with[taken[s->leader]] != b)
            continue;
        list_paths(t, i + 1, next, out);
    }
}

/* ------------------------------------------------------------------ comparison */

static const kr_component *component_of(const kr_tree *tree, uint32_t rate)
{
    size_t c = tree->ncomponents;

    while (tree->components[--c].first_rate > rate)
        continue;
    return &tree->components[c];
}

/* A realization adds up every source of its path once, with the path's largest magnitude, under
 * the realization's model. */
static void check_rates(const kr_tree *tree, size_t r, const listed *p, const size_t *gsims,
                        uint32_t *scratch, uint32_t *rates)
{
    size_t n = kr_tree_rates(tree, r, scratch, rates), nsources = 0, expected = 0;

    for (size_t k = 0; k < SETS; k++)
        for (size_t f = 0; f < FILES; f++)
            expected += p->files[k] >> f & 1;
    for (size_t i = 0; i < n; i++) {
        const kr_component *c = component_of(tree, rates[i]);
        assert_int_equal(kr_component_rate(c, gsims[c->trt]), rates[i]);
        for (size_t k = 0; k < c->nsources; k++, nsources++) {
            const kr_tree_source *x = &c->sources[k];
            size_t at = (size_t)(x->base_id[1] - '0'), f = (size_t)(x->base_id[3] - '0');
            assert_true(p->files[at] >> f & 1);
            kt_close(x->source->mfds[0].max_mag, p->max_mag, 1e-12, 0);
        }
    }
    assert_int_equal(nsources, expected);
}

static double add_rates(const double *x, const uint32_t *rates, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += x[rates[i]];
    return sum;
}

/* The structure of the tree, with random rates, against all realizations. */
static void check_structure(kr_ctx *ctx, const kr_tree *tree, uint64_t *random)
{
    double *x = calloc(tree->nrates, sizeof *x), mean = 0, square = 0, total = 0;
    double min = INFINITY, max = 0;
    uint32_t *rates = calloc(tree->most_components + 1, sizeof *rates);
    uint32_t *scratch = calloc(tree->nsets + 1, sizeof *scratch);
    kr_moments_scratch *moments;

    assert_true(x && rates && scratch);
    for (size_t i = 0; i < tree->nrates; i++)
        x[i] = kt_random_unit(random);
    for (size_t r = 0; r < tree->nrlzs; r++) {
        double w = kr_tree_weight(tree, r, 0);
        double sum = add_rates(x, rates, kr_tree_rates(tree, r, scratch, rates));
        mean += w * sum;
        square += w * sum * sum;
        total += w;
        min = sum < min ? sum : min;
        max = sum > max ? sum : max;
    }
    kt_close(total, 1, 1e-12, 0);
    kt_close(kr_structure_total(&tree->structure, 0), 1, 1e-12, 0);
    kt_close(tree->structure.realizations, (double)tree->nrlzs, 0, 0);
    kt_ok(ctx, kr_moments_scratch_create(ctx, &tree->structure, &moments));
    kr_moments m = kr_moments_compute(&tree->structure, moments, x, 0);
    kt_close(m.rate_mean, mean, 1e-12, 0);
    kt_close(m.rate_variance, square - mean * mean, 1e-9, 1e-13);
    kt_close(m.rate_min, min, 1e-12, 0);
    kt_close(m.rate_max, max, 1e-12, 0);
    kr_moments_scratch_destroy(&moments);
    free(x);
    free(rates);
    free(scratch);
}

static void check_tree(kr_ctx *ctx, const kr_tree *tree, const random_tree *t, uint64_t *random)
{
    int taken[SETS];
    listing all = {0};
    size_t *gsims = calloc(tree->ntrts + 1, sizeof *gsims);
    uint32_t *rates = calloc(tree->most_components + 1, sizeof *rates);
    uint32_t *scratch = calloc(tree->nsets + 1, sizeof *scratch);
    size_t *where = calloc(tree->npaths, sizeof *where), combinations = 1;
    kr_arena arena;

    assert_true(gsims && rates && scratch && where);
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    list_paths(t, 0, taken, &all);
    assert_int_equal(tree->npaths, all.n);
    for (size_t p = 0; p < all.n; p++) {
        size_t n, number;
        kr_source_path path;
        kt_ok(ctx, kr_tree_find_path(tree, all.paths[p].id, scratch, &n));
        number = kr_tree_path_number(tree, scratch, n);
        assert_true(number < all.n);
        where[number] = p;
        kt_ok(ctx, kr_tree_path(tree, number, &arena, &path));
        assert_string_equal(path.path, all.paths[p].id);
        kt_close(path.weight, all.paths[p].weight, 1e-14, 0);
    }
    for (size_t k = 0; k < tree->ntrts; k++)
        combinations *= tree->first_gsim[k + 1] - tree->first_gsim[k];
    assert_int_equal(tree->nrlzs, all.n * combinations);
    for (size_t r = 0; r < tree->nrlzs; r++) {
        kr_realization rlz;
        double w;
        kr_tree_realization(tree, r, gsims, &rlz);
        w = all.paths[where[rlz.path]].weight;
        for (size_t k = 0; k < tree->ntrts; k++)
            w *= tree->gsims[gsims[k]].weights[0];
        kt_close(kr_tree_weight(tree, r, 0), w, 1e-12, 0);
        check_rates(tree, r, &all.paths[where[rlz.path]], gsims, scratch, rates);
    }
    check_structure(ctx, tree, random);
    kr_arena_clear(&arena);
    free(all.paths);
    free(gsims);
    free(rates);
    free(scratch);
    free(where);
}

static void full(void **state)
{
    uint64_t random = 11;
    size_t ncorrelated = 0, nonly = 0;
    random_tree t;
    kt_tree at;

    (void)state;
    kt_tree_begin(&at);
    write_files(&at);
    for (size_t k = 0; k < TREES; k++) {
        make_tree(&t, &random);
        for (size_t i = 0; i < t.n; i++) {
            ncorrelated += t.sets[i].leader >= 0;
            nonly += t.sets[i].only;
        }
        write_tree(&at, &t);
        kt_ok(at.ctx, kt_tree_read(&at, "", KR_COMPAT_EXACT));
        check_tree(at.ctx, at.tree, &t, &random);
        kt_tree_forget(&at);
    }
    assert_true(ncorrelated > TREES / 2);
    assert_true(nonly > TREES / 10);
    kt_tree_end(&at);
}

/* Every sample is a path of the tree; late samples weigh as their paths do. */
static void sampled(void **state)
{
    static const char *const methods[] = {"early_weights", "late_weights", "early_latin",
                                          "late_latin"};
    uint64_t random = 12;
    random_tree t;
    kt_tree at;

    (void)state;
    kt_tree_begin(&at);
    write_files(&at);
    for (size_t k = 0; k < TREES / 2; k++) {
        char extra[128];
        int taken[SETS];
        listing all = {0};
        double total = 0;
        kr_arena arena;

        make_tree(&t, &random);
        write_tree(&at, &t);
        snprintf(extra, sizeof extra, "number_of_logic_tree_samples = 40\nsampling_method = %s\n",
                 methods[k % 4]);
        kt_ok(at.ctx, kt_tree_read(&at, extra, KR_COMPAT_EXACT));
        kr_arena_init(&arena, at.ctx, KR_ACCOUNT_OTHER);
        list_paths(&t, 0, taken, &all);
        for (size_t p = 0; p < at.tree->npaths; p++) {
            kr_source_path path;
            size_t i = 0;
            kt_ok(at.ctx, kr_tree_path(at.tree, p, &arena, &path));
            while (i < all.n && strcmp(all.paths[i].id, path.path) != 0)
                i++;
            assert_true(i < all.n);
            if (k % 2 == 0) /* early: a branch of weight 0 is never taken */
                assert_true(all.paths[i].weight > 0);
        }
        for (size_t r = 0; r < at.tree->nrlzs; r++)
            total += kr_tree_weight(at.tree, r, 0);
        assert_int_equal(at.tree->nrlzs, 40);
        kt_close(total, 1, 1e-12, 0);
        kr_arena_clear(&arena);
        free(all.paths);
        kt_tree_forget(&at);
    }
    kt_tree_end(&at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(full), cmocka_unit_test(sampled)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
