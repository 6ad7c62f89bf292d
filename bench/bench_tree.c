/* Statistics of large logic trees: time a site, memory at most, and the way taken.
 *
 *   bench_tree [CASE..]     without names all cases
 *
 * Prints a table; every case runs in a process of its own, with one thread. Component curves are
 * random: exceedance rates that fall over eight decades with the level. The exit status is 1 where
 * a case takes more than its limit of time or memory, or a result is wrong. */
#include "base/clock.h"
#include "base/mem.h"
#include "stats/moments.h"
#include "stats/quantile.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHOICES = 128, TERMS = 256, LEVELS_OF_MEASURE = 29, SORTED_LEVELS = 4 };

static const double MEGABYTE = 1e6;

/* A tree in the making, and its curves. */
typedef struct tree {
    kr_ctx *ctx;
    kr_arena arena;
    uint64_t random;
    kr_choice choices[CHOICES];
    kr_term terms[TERMS];
    kr_problem problem;
    kr_structure structure;
    size_t nrates, nlevels;
    double *curves; /* of one site: nlevels x nrates */
} tree;

static double unit(tree *t)
{
    t->random = t->random * 6364136223846793005u + 1442695040888963407u;
    return (double)(t->random >> 11) * 0x1p-53;
}

static void *anew(tree *t, size_t n, size_t size)
{
    void *p = kr_arena_alloc(&t->arena, n, size);
    if (!p) {
        fprintf(stderr, "bench_tree: %s\n", kr_ctx_error(t->ctx));
        exit(2);
    }
    return p;
}

static void must(tree *t, kr_status s)
{
    if (s != KR_OK) {
        fprintf(stderr, "bench_tree: %s\n", kr_ctx_error(t->ctx));
        exit(2);
    }
}

/* ------------------------------------------------------------------ trees */

static uint32_t add_choice(tree *t, size_t nstates)
{
    double *weights = anew(t, nstates, sizeof *weights), sum = 0;
    for (size_t i = 0; i < nstates; i++)
        sum += weights[i] = 0.1 + unit(t);
    for (size_t i = 0; i < nstates; i++)
        weights[i] /= sum;
    t->choices[t->problem.nchoices] =
        (kr_choice){.name = "choice", .nstates = nstates, .weights = weights};
    return (uint32_t)t->problem.nchoices++;
}

/* A term of one or two choices (b: UINT32_MAX for none), a component rate for each combination; of
 * the states of `a` only every `repeat` first ones are different. */
static void add_term(tree *t, uint32_t a, uint32_t b, size_t repeat)
{
    size_t na = t->choices[a].nstates, nb = b == UINT32_MAX ? 1 : t->choices[b].nstates;
    size_t width = b == UINT32_MAX ? 1 : 2;
    uint32_t *choices = anew(t, width, sizeof *choices);
    uint32_t *states = anew(t, width * na * nb, sizeof *states);
    uint32_t *rates = anew(t, na * nb, sizeof *rates);
    choices[0] = a;
    if (width == 2)
        choices[1] = b;
    for (size_t i = 0; i < na * nb; i++) {
        states[i * width] = (uint32_t)(i / nb);
        if (width == 2)
            states[i * width + 1] = (uint32_t)(i % nb);
        rates[i] = (uint32_t)(t->nrates + i / nb % repeat * nb + i % nb);
    }
    t->nrates += (repeat < na ? repeat : na) * nb;
    t->terms[t->problem.nterms++] = (kr_term){.nchoices = width,
                                              .choices = choices,
                                              .nentries = na * nb,
                                              .states = states,
                                              .rates = rates};
}

/* New Zealand's model of 2022: 36 crustal branches with 21 models; 9 of Hikurangi with 12, the 3 of
 * Puysegur move with them and have the same models; the slab has models only. 912 curves. */
static void build_nation(tree *t, size_t sources, size_t alternatives, size_t models)
{
    uint32_t crust = add_choice(t, 36), hikurangi = add_choice(t, 9);
    uint32_t crust_model = add_choice(t, 21), interface_model = add_choice(t, 12);
    uint32_t slab_model = add_choice(t, 12);
    (void)sources;
    (void)alternatives;
    (void)models;
    add_term(t, crust, crust_model, SIZE_MAX);
    add_term(t, hikurangi, interface_model, SIZE_MAX);
    add_term(t, hikurangi, interface_model, 3);
    add_term(t, slab_model, UINT32_MAX, SIZE_MAX);
}

/* Sources with alternatives of their own, and ground-motion models that all of them share. */
static void build_sources(tree *t, size_t sources, size_t alternatives, size_t models)
{
    for (size_t i = 0; i < sources; i++)
        add_choice(t, alternatives);
    uint32_t model = models ? add_choice(t, models) : UINT32_MAX;
    for (uint32_t i = 0; i < sources; i++)
        add_term(t, i, model, SIZE_MAX);
}

/* A component for every pair of choices: nothing is independent of anything. */
static void build_pairs(tree *t, size_t sources, size_t alternatives, size_t models)
{
    (void)models;
    for (size_t i = 0; i < sources; i++)
        add_choice(t, alternatives);
    for (uint32_t i = 0; i < sources; i++)
        for (uint32_t j = i + 1; j < sources; j++)
            add_term(t, i, j, SIZE_MAX);
}

static const double three[] = {0.1, 0.5, 0.9};
static const double many[] = {0.005, 0.01, 0.025, 0.05, 0.1,  0.2,   0.3,  0.4,  0.5,
                              0.6,   0.7,  0.8,   0.9,  0.95, 0.975, 0.99, 0.995};

/* name, and how the tree is made, what is asked for, and the limits. */
typedef struct bench_case {
    const char *name;
    void (*build)(tree *t, size_t sources, size_t alternatives, size_t models);
    size_t sources, alternatives, models;
    size_t nlevels, nsites;
    const double *q;
    size_t nq;
    double seconds, megabytes, width;
} bench_case;

enum { THREE = sizeof three / sizeof three[0], MANY = sizeof many / sizeof many[0] };

static const bench_case cases[] = {
    {"a", build_nation, 0, 0, 0, 377, 4, many, MANY, 2, 100, 0},
    {"b", build_sources, 20, 3, 0, 29, 1, three, THREE, 5, 150, 0},
    {"b4", build_sources, 20, 3, 4, 29, 1, three, THREE, 25, 750, 0},
    {"c", build_sources, 20, 4, 0, 29, 1, three, THREE, 60, 150, 0},
    {"c4", build_sources, 20, 4, 4, 29, 1, three, THREE, 300, 750, 0},
    {"d", build_pairs, 20, 2, 0, 377, 1, many, MANY, 60, 200, 0},
    {"e", build_sources, 100, 9, 4, 29, 1, three, THREE, 60, 200, 1e-3},
};

/* ------------------------------------------------------------------ curves */

/* Rates at the levels of each measure from the first one's down eight decades, each component with
 * its own size and steepness. */
static void make_curves(tree *t)
{
    for (size_t k = 0; k < t->nrates; k++) {
        double size = 0.05 * pow(10, -2 * unit(t)) * 20 / (double)t->problem.nterms;
        double steep = 7 + 2 * unit(t);
        for (size_t l = 0; l < t->nlevels; l++) {
            size_t at = l % LEVELS_OF_MEASURE, measure = l / LEVELS_OF_MEASURE;
            double x = ((double)at + 0.01 * (double)measure) / LEVELS_OF_MEASURE;
            t->curves[l * t->nrates + k] = size * pow(10, -steep * x * x);
        }
    }
}

static void tree_make(tree *t, const bench_case *c)
{
    memset(t, 0, sizeof *t);
    t->random = 1;
    if (kr_ctx_create(&t->ctx) != KR_OK)
        exit(2);
    kr_arena_init(&t->arena, t->ctx, KR_ACCOUNT_STATS);
    t->problem = (kr_problem){.ncolumns = 1, .choices = t->choices, .terms = t->terms};
    c->build(t, c->sources, c->alternatives, c->models);
    t->nlevels = c->nlevels;
    t->curves = anew(t, t->nlevels * t->nrates, sizeof *t->curves);
    t->structure = (kr_structure){.ncolumns = 1,
                                  .nchoices = t->problem.nchoices,
                                  .choices = t->choices,
                                  .nrates = t->nrates,
                                  .scale = 1};
    must(t, kr_structure_divide(t->ctx, &t->arena, &t->problem, &t->structure));
}

static void tree_end(tree *t)
{
    kr_arena_clear(&t->arena);
    kr_ctx_destroy(&t->ctx);
}

/* ------------------------------------------------------------------ one case */

typedef struct result {
    double seconds;         /* a site */
    double accounted, peak; /* MB */
    double width;           /* widest bracket, relative */
    double realizations;
    kr_way way;
} result;

static kr_quantile_spec spec_of(const bench_case *c)
{
    return (kr_quantile_spec){.rule = KR_QUANTILE_REFERENCE,
                              .scale = KR_SCALE_POE,
                              .q = c->q,
                              .nq = c->nq,
                              .bracket = c->width > 0 ? c->width : 1e-3};
}

static double site_statistics(tree *t, kr_quantiles *quantiles, kr_moments_scratch *moments,
                              size_t nq)
{
    double value[MANY], lower[MANY], upper[MANY], width = 0;
    for (size_t l = 0; l < t->nlevels; l++) {
        const double *rates = t->curves + l * t->nrates;
        kr_moments m = kr_moments_compute(&t->structure, moments, rates, 0);
        kr_quantiles_compute(quantiles, rates, 0, value, lower, upper);
        for (size_t i = 0; i < nq; i++) {
            if (!(lower[i] <= value[i] && value[i] <= upper[i] && value[i] > 0)) {
                fprintf(stderr, "bench_tree: %g is not in %g .. %g\n", value[i], lower[i],
                        upper[i]);
                exit(2);
            }
            width = fmax(width, (upper[i] - lower[i]) / value[i]);
        }
        if (!(m.poe_mean > 0 && m.poe_variance > 0))
            exit(2);
    }
    return width;
}

static result run_case(const bench_case *c)
{
    tree t;
    result r = {0};
    kr_unfold *unfold;
    kr_quantiles *quantiles;
    kr_moments_scratch *moments;
    kr_quantile_spec spec = spec_of(c);
    double start = kr_cpu_seconds(), making = 0;

    tree_make(&t, c);
    must(&t, kr_unfold_create(t.ctx, &t.structure, &unfold));
    must(&t, kr_quantiles_create(t.ctx, &t.structure, unfold, &spec, &quantiles));
    must(&t, kr_moments_scratch_create(t.ctx, &t.structure, &moments));
    for (size_t site = 0; site < c->nsites; site++) {
        double before = kr_cpu_seconds();
        make_curves(&t);
        making += kr_cpu_seconds() - before;
        r.width = fmax(r.width, site_statistics(&t, quantiles, moments, c->nq));
    }
    r.seconds = (kr_cpu_seconds() - start - making) / (double)c->nsites;
    r.accounted = (double)kr_ctx_memory(t.ctx).peak / MEGABYTE;
    r.peak = (double)kr_resident_peak_bytes() / MEGABYTE;
    r.realizations = t.structure.realizations;
    r.way = kr_unfold_way(unfold);
    kr_moments_scratch_destroy(&moments);
    kr_quantiles_destroy(&quantiles);
    kr_unfold_destroy(&unfold);
    tree_end(&t);
    return r;
}

/* ------------------------------------------------------------------ the plain sort */

typedef struct weighted {
    double x, w;
} weighted;

static int by_value_then_weight(const void *a, const void *b)
{
    const weighted *p = a, *q = b;
    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    return (p->w > q->w) - (p->w < q->w);
}

static size_t list_all(const tree *t, const double *rates, weighted *out)
{
    size_t n = (size_t)t->structure.realizations, states[CHOICES];
    for (size_t i = 0; i < n; i++) {
        size_t rest = i;
        double sum = 0, w = 1;
        for (size_t c = t->problem.nchoices; c-- > 0; rest /= t->choices[c].nstates) {
            states[c] = rest % t->choices[c].nstates;
            w *= t->choices[c].weights[states[c]];
        }
        for (size_t k = 0; k < t->problem.nterms;
             k++) { /* entries are all combinations, in order */
            const kr_term *term = &t->terms[k];
            size_t entry = 0;
            for (size_t j = 0; j < term->nchoices; j++)
                entry = entry * t->choices[term->choices[j]].nstates + states[term->choices[j]];
            sum += rates[term->rates[entry]];
        }
        out[i] = (weighted){-expm1(-sum), w};
    }
    return n;
}

static double quantile_of_sorted(const weighted *v, size_t n, double q)
{
    double below = v[0].w;
    if (q <= below)
        return v[0].x;
    for (size_t i = 1; i < n; i++) {
        double next = below + v[i].w;
        if (q < next)
            return v[i - 1].x + (v[i].x - v[i - 1].x) * ((q - below) / v[i].w);
        below = next;
    }
    return v[n - 1].x;
}

typedef struct sorted {
    double sort, select;               /* seconds a level */
    double quantile_error, mean_error; /* largest relative difference */
} sorted;

/* Some levels of a case with all its realizations listed and sorted, and by the structure. */
static sorted compare_with_sort(const bench_case *c)
{
    tree t;
    sorted r = {0};
    kr_unfold *unfold;
    kr_quantiles *quantiles;
    kr_moments_scratch *moments;
    kr_quantile_spec spec = spec_of(c);

    tree_make(&t, c);
    make_curves(&t);
    weighted *all = anew(&t, (size_t)t.structure.realizations, sizeof *all);
    must(&t, kr_unfold_create(t.ctx, &t.structure, &unfold));
    must(&t, kr_quantiles_create(t.ctx, &t.structure, unfold, &spec, &quantiles));
    must(&t, kr_moments_scratch_create(t.ctx, &t.structure, &moments));
    for (size_t i = 0; i < SORTED_LEVELS; i++) {
        const double *rates = t.curves + (3 + 8 * i) * t.nrates;
        double value[MANY], lower[MANY], upper[MANY], mean = 0;
        size_t n = list_all(&t, rates, all);
        double start = kr_cpu_seconds();
        qsort(all, n, sizeof *all, by_value_then_weight);
        r.sort += (kr_cpu_seconds() - start) / SORTED_LEVELS;
        start = kr_cpu_seconds();
        kr_quantiles_compute(quantiles, rates, 0, value, lower, upper);
        r.select += (kr_cpu_seconds() - start) / SORTED_LEVELS;
        for (size_t k = 0; k < n; k++)
            mean += all[k].w * all[k].x;
        kr_moments m = kr_moments_compute(&t.structure, moments, rates, 0);
        r.mean_error = fmax(r.mean_error, fabs(m.poe_mean / mean - 1));
        for (size_t k = 0; k < c->nq; k++)
            r.quantile_error =
                fmax(r.quantile_error, fabs(value[k] / quantile_of_sorted(all, n, c->q[k]) - 1));
    }
    kr_moments_scratch_destroy(&moments);
    kr_quantiles_destroy(&quantiles);
    kr_unfold_destroy(&unfold);
    tree_end(&t);
    return r;
}

/* ------------------------------------------------------------------ the table */

static bool print_case(const bench_case *c)
{
    result r = run_case(c);
    bool good = r.seconds <= c->seconds && r.accounted <= c->megabytes && r.peak <= c->megabytes &&
                r.width <= c->width;
    printf("%-4s %-12.7g %-11s %6zu %5zu %3zu %10.4f %8.3g %9.2f %8.1f %6.3g %9.2g %s\n", c->name,
           r.realizations, kr_way_name(r.way), c->nlevels, c->nsites, c->nq, r.seconds, c->seconds,
           r.accounted, r.peak, c->megabytes, r.width, good ? "" : "ABOVE THE LIMIT");
    return good;
}

/* What 17 quantiles of a level cost beside a sort of all realizations. */
static bool print_sorted(const bench_case *c)
{
    sorted r = compare_with_sort(c);
    bool good = r.quantile_error < 1e-9 && r.mean_error < 1e-12;
    printf("%-4s a level: %.2f ms, %.1f ms to sort all realizations, %.0f times as much; largest "
           "difference of a quantile %.1e, of a mean %.1e%s\n",
           c->name, r.select * 1e3, r.sort * 1e3, r.sort / r.select, r.quantile_error, r.mean_error,
           good ? "" : " TOO LARGE");
    return good;
}

/* In a process of its own, so that the memory of one case is not that of another. */
static bool apart(bool (*print)(const bench_case *), const bench_case *c)
{
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        bool good = print(c);
        fflush(stdout);
        _exit(good ? 0 : 1);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) {
        printf("%-4s did not end\n", c->name);
        return false;
    }
    return WEXITSTATUS(status) == 0;
}

static bool is_asked(const bench_case *c, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], c->name) == 0)
            return true;
    return argc == 1;
}

int main(int argc, char **argv)
{
    bool good = true;
    printf("%-4s %-12s %-11s %6s %5s %3s %10s %8s %9s %8s %6s %9s\n", "case", "realizations", "way",
           "levels", "sites", "q", "s a site", "limit s", "accounted", "resident", "limit",
           "width");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (is_asked(&cases[i], argc, argv))
            good &= apart(print_case, &cases[i]);
    if (is_asked(&cases[0], argc, argv))
        good &= apart(print_sorted, &cases[0]);
    return good ? 0 : 1;
}
