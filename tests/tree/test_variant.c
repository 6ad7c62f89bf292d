/* Random trees against brute force: every uncertainty applied path by path, source by source. */
#include "tree/make.h"

#include "base/str.h"
#include "model/source_change.h"

/* A branch set as the test makes it. */
typedef struct made_set {
    char id[8], filter[200];
    kr_change_type type;
    size_t n;
    double values[3];
    bool by_trt, by_source, extend;
    char trt[40], source[8];
} made_set;

typedef struct made_tree {
    uint64_t seed;
    size_t nfiles, nbase, nsets;
    bool exact;
    int content[6][4]; /* of source s in file f: 0 absent, else its a value in tenths */
    made_set sets[5];
} made_tree;

static const char *const trts[] = {KT_ASC, KT_SCC};

static size_t pick(made_tree *m, size_t n)
{
    return (size_t)(kt_random(&m->seed) % n);
}

/* Sources 0..3 of a file; source s has the tectonic region type s % 2. Sources 2 and 3 may stand in
 * several files, alike or not. */
static void make_file(made_tree *m, kt_tree *t, size_t f)
{
    char one[2048], id[8], name[32], *text = calloc(1, 16384);
    size_t n = 0;

    assert_non_null(text);
    for (size_t trt = 0; trt < 2; trt++) {
        n += (size_t)snprintf(text + n, 16384 - n, "<sourceGroup name='g' tectonicRegion='%s'>\n",
                              trts[trt]);
        for (size_t s = trt; s < 4; s += 2) {
            if (m->content[f][s] == 0)
                continue;
            snprintf(id, sizeof id, s < 2 ? "u%zu_%zu" : "s%zu", s, f);
            kt_source(one, sizeof one, id, trts[trt], m->content[f][s] / 10.0);
            n += (size_t)snprintf(text + n, 16384 - n, "%s", one);
        }
        n += (size_t)snprintf(text + n, 16384 - n, "</sourceGroup>\n");
    }
    snprintf(name, sizeof name, "f%zu.xml", f);
    kt_tree_file(t, name, "sourceModel", text);
    free(text);
}

static void make_set(made_tree *m, size_t i)
{
    static const kr_change_type types[] = {KR_CHANGE_B_RELATIVE, KR_CHANGE_MAX_MAG_RELATIVE,
                                           KR_CHANGE_MAX_MAG_RELATIVE_NO_BALANCE};
    static const double values[] = {-0.1, 0.0, 0.1};
    made_set *s = &m->sets[i];
    size_t chosen;

    memset(s, 0, sizeof *s);
    snprintf(s->id, sizeof s->id, "k%zu", i);
    s->type = types[pick(m, 3)];
    s->n = 1 + pick(m, 3);
    for (size_t k = 0; k < s->n; k++)
        s->values[k] = values[(k + pick(m, 1)) % 3];
    switch (pick(m, 3)) {
    case 0:
        s->by_trt = true;
        chosen = pick(m, 2);
        snprintf(s->trt, sizeof s->trt, "%s", trts[chosen]);
        snprintf(s->filter, sizeof s->filter, "applyToTectonicRegionType='%s'", trts[chosen]);
        break;
    case 1:
        s->by_source = true;
        chosen = 2 + pick(m, 2);
        snprintf(s->source, sizeof s->source, "s%zu", chosen);
        snprintf(s->filter, sizeof s->filter, "applyToSources='s%zu' applyToBranches='", chosen);
        break;
    default:
        break;
    }
    if (!s->by_source && pick(m, 2))
        snprintf(s->filter + strlen(s->filter), sizeof s->filter - strlen(s->filter),
                 " applyToBranches='");
}

/* Complete applyToBranches: some of the branches of the set before, at least one; with a source
 * filter all. */
static void finish_filter(made_tree *m, size_t i)
{
    made_set *s = &m->sets[i];
    size_t n = strlen(s->filter), before = i == 0 ? m->nbase : m->sets[i - 1].n, named = 0;

    if (n == 0 || s->filter[n - 1] != '\'' || !strstr(s->filter, "applyToBranches"))
        return;
    for (size_t k = 0; k < before; k++)
        if (s->by_source || pick(m, 2) || (k + 1 == before && named == 0)) {
            n += (size_t)snprintf(s->filter + n, sizeof s->filter - n,
                                  i == 0 ? "b%zu " : "k%zu%zu ", i == 0 ? k : i - 1, k);
            named++;
        }
    snprintf(s->filter + n, sizeof s->filter - n, "'");
}

static void make_smlt(made_tree *m, kt_tree *t)
{
    char text[16384];
    size_t n = 0;

    n += (size_t)snprintf(text, sizeof text,
                          "<logicTreeBranchSet uncertaintyType='sourceModel' branchSetID='bs'>\n");
    for (size_t b = 0; b < m->nbase; b++)
        n += (size_t)snprintf(text + n, sizeof text - n,
                              "<logicTreeBranch branchID='b%zu'><uncertaintyModel>f%zu.xml"
                              "</uncertaintyModel><uncertaintyWeight>%.17g</uncertaintyWeight>"
                              "</logicTreeBranch>\n",
                              b, b, 1.0 / (double)m->nbase);
    n += (size_t)snprintf(text + n, sizeof text - n, "</logicTreeBranchSet>\n");
    for (size_t i = 0; i < m->nsets; i++) {
        const made_set *s = &m->sets[i];
        n += (size_t)snprintf(text + n, sizeof text - n,
                              "<logicTreeBranchSet uncertaintyType='%s' branchSetID='%s' %s>\n",
                              kr_change_name(s->type), s->id, s->filter);
        for (size_t k = 0; k < s->n; k++)
            n += (size_t)snprintf(text + n, sizeof text - n,
                                  "<logicTreeBranch branchID='%s%zu'><uncertaintyModel>%.17g"
                                  "</uncertaintyModel><uncertaintyWeight>%.17g"
                                  "</uncertaintyWeight></logicTreeBranch>\n",
                                  s->id, k, s->values[k], 1.0 / (double)s->n);
        n += (size_t)snprintf(text + n, sizeof text - n, "</logicTreeBranchSet>\n");
    }
    kt_tree_file(t, "smlt.xml", "logicTree", text);
}

static void make_tree(made_tree *m, kt_tree *t)
{
    m->nbase = m->nfiles = 1 + pick(m, 4);
    m->nsets = pick(m, 5);
    m->exact = pick(m, 2);
    for (size_t f = 0; f < m->nfiles; f++)
        for (size_t s = 0; s < 4; s++)
            m->content[f][s] = s < 2 ? 30 + (int)f : 30 + (int)pick(m, 8) / 6;
    for (size_t i = 0; i < m->nsets; i++) {
        make_set(m, i);
        finish_filter(m, i);
    }
    for (size_t f = 0; f < m->nfiles; f++)
        make_file(m, t, f);
    make_smlt(m, t);
    kt_tree_file(t, "glt.xml", "logicTree",
                 KT_GLT(KT_ASC, KT_BRANCH("g0", "BooreAtkinson2008", "0.5")
                                    KT_BRANCH("g1", "SadighEtAl1997", "0.5"))
                     KT_GLT(KT_SCC, KT_BRANCH("g2", "ToroEtAl2002", "1")));
}

/* True if the id of source s (2, 3) stands for several contents. */
static bool ambiguous(const made_tree *m, size_t s)
{
    for (size_t f = 1; f < m->nfiles; f++)
        if (m->content[f][s] != m->content[0][s])
            return true;
    return false;
}

static bool applies(const made_tree *m, const made_set *set, const kr_source *source)
{
    if (set->by_trt)
        return strcmp(set->trt, source->trt) == 0;
    if (set->by_source)
        return strcmp(set->source, source->id) == 0 &&
               (m->exact || !ambiguous(m, (size_t)(source->id[1] - '0')));
    return true;
}

/* The content of a source at the end of a path "b0~k00~.~k21". */
static kr_hash128 brute_force(const made_tree *m, kt_tree *t, const kr_source *source,
                              const char *path, kr_arena *arena)
{
    const char *p = strchr(path, '~');

    for (; p; p = strchr(p + 1, '~')) {
        const made_set *set;
        double value;
        kr_change change;

        if (p[1] == '.') {
            if (!m->exact)
                break;
            continue;
        }
        set = &m->sets[p[2] - '0'];
        value = set->values[p[3] - '0'];
        if (!applies(m, set, source))
            continue;
        change = (kr_change){.type = set->type, .numbers = &value, .n = 1, .file = "t", .line = 1};
        kt_ok(t->ctx, kr_source_change(t->ctx, arena, source, &change, &source));
    }
    return source->digest;
}

static int compare_digests(const void *pa, const void *pb)
{
    const kr_hash128 *a = pa, *b = pb;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return a->b < b->b ? -1 : a->b > b->b;
}

/* What the tree says a path holds, and what brute force says. */
static void check_path(const made_tree *m, kt_tree *t, const kt_source_path *path)
{
    kr_hash128 got[64], want[64];
    size_t ngot = 0, nwant = 0;
    kr_arena arena;
    size_t f = (size_t)(path->path[1] - '0');

    kr_arena_init(&arena, t->ctx, KR_ACCOUNT_OTHER);
    for (size_t i = 0; i < path->ncomponents; i++) {
        const kr_component *c = &t->tree->components[path->components[i]];
        assert_true(i == 0 || path->components[i] > path->components[i - 1]);
        for (size_t k = 0; k < c->nsources; k++) {
            assert_string_equal(c->sources[k].source->trt, t->tree->trts[c->trt]);
            got[ngot++] = c->sources[k].source->digest;
        }
    }
    for (size_t i = 0; i < t->model->nfiles; i++) {
        const kr_source_file *file = &t->model->files[i];
        const char *name = strrchr(file->path, '/');
        if ((size_t)(name[2] - '0') != f)
            continue;
        for (size_t g = 0; g < file->ngroups; g++)
            for (size_t k = 0; k < file->groups[g].nsources; k++)
                want[nwant++] = brute_force(m, t, file->groups[g].sources[k], path->path, &arena);
    }
    assert_int_equal(ngot, nwant);
    qsort(got, ngot, sizeof *got, compare_digests);
    qsort(want, nwant, sizeof *want, compare_digests);
    for (size_t i = 0; i < ngot; i++)
        assert_true(kr_hash_equal(got[i], want[i]));
    kr_arena_clear(&arena);
}

/* True if two components stand in exactly the same paths. */
static bool same_paths(const kr_tree *tree, uint32_t a, uint32_t b)
{
    for (size_t p = 0; p < tree->npaths; p++) {
        bool has_a = false, has_b = false;
        const kt_source_path *path = kt_path_at(tree, p);
        for (size_t i = 0; i < path->ncomponents; i++) {
            has_a = has_a || path->components[i] == a;
            has_b = has_b || path->components[i] == b;
        }
        if (has_a != has_b)
            return false;
    }
    return true;
}

static void check_tree(const made_tree *m, kt_tree *t)
{
    const kr_tree *tree = t->tree;
    double sum = 0;
    uint32_t rates[64];

    for (size_t p = 0; p < tree->npaths; p++)
        check_path(m, t, kt_path_at(tree, p));
    for (uint32_t a = 0; a < tree->ncomponents; a++) {
        size_t holds = 0;
        for (uint32_t b = a + 1; b < tree->ncomponents; b++)
            assert_false(tree->components[a].trt == tree->components[b].trt &&
                         same_paths(tree, a, b));
        for (size_t p = 0; p < tree->npaths; p++) {
            const kt_source_path *path = kt_path_at(tree, p);
            for (size_t i = 0; i < path->ncomponents; i++)
                holds += path->components[i] == a;
        }
        for (size_t k = 0; k < tree->components[a].nsources; k++)
            assert_int_equal((size_t)tree->components[a].sources[k].shared_by, holds);
    }
    for (size_t r = 0; r < tree->nrlzs; r++) {
        size_t gsims[2], n = kt_rates(tree, r, rates);
        kr_realization rlz;
        sum += kr_tree_weight(tree, r, 0);
        kr_tree_realization(tree, r, gsims, &rlz);
        assert_int_equal(n, kt_path_at(tree, rlz.path)->ncomponents);
        for (size_t i = 0; i < n; i++) {
            const kr_component *c = &tree->components[kt_path_at(tree, rlz.path)->components[i]];
            assert_int_equal(c->gsims[rates[i] - c->first_rate], gsims[c->trt]);
        }
    }
    kt_close(sum, 1, 1e-12, 0);
}

static void random_trees(void **state)
{
    int good = 0, refused = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        made_tree m = {.seed = seed};
        kt_tree t;
        kr_status s;

        kt_tree_begin(&t);
        make_tree(&m, &t);
        s = kt_tree_read(&t, "", m.exact ? KR_COMPAT_EXACT : KR_COMPAT_OQ_3_21);
        if (s == KR_OK) {
            good++;
            check_tree(&m, &t);
        } else { /* an applyToSources that the reference refuses */
            refused++;
            if (!strstr(kr_ctx_error(t.ctx), "under that name"))
                print_message("seed %d: %s\n", (int)seed, kr_ctx_error(t.ctx));
            assert_non_null(strstr(kr_ctx_error(t.ctx), "under that name"));
        }
        kt_tree_end(&t);
    }
    print_message("%d trees, %d refused\n", good, refused);
    assert_true(good > 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_trees)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
