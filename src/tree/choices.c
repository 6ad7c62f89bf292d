/* From the walk and the presence of components to choices and terms, and so to the structure.
 *
 * The walk is cut at the nodes that every path passes. Between two cuts lies a *segment*: a branch
 * set, or several that applyToBranches or correlation ties. Whatever is taken in one segment leaves
 * the others free, so segments are independent choices; the states of one are its ways through.
 * A segment with too many ways is divided by its first set: a mix over its branches, each of which
 * is a walk of its own, down to segments that are small. */
#include "tree/choices.h"

#include <string.h>

/* Ways of a segment of several sets that are listed; more are a mix, unless they are no more than
 * the branches of its first set, as where large sets move with each other. */
enum { WAYS_MAX = 1 << 12 };

kr_status kr_chooser_add(kr_chooser *c, kr_choice choice, uint32_t *out)
{
    kr_status s = KR_OK;

    KR_GROW(c->choices, c->choices_cap, c->nchoices + 1, c->ctx, KR_ACCOUNT_TREE);
    *out = (uint32_t)c->nchoices;
    c->choices[c->nchoices++] = choice;
out:
    return s;
}

/* Weight of a branch as one factor of a path's weight. */
double kr_chooser_weight(const kr_chooser *c, uint32_t branch)
{
    const kr_tree_branch *b = &c->tree->branches[branch];

    return c->fixed[b->set] || c->tree->sets[b->set].moves_with != KR_NO_SET ? 1 : b->weight;
}

/* ------------------------------------------------------------------ ground-motion models */

static kr_status model_choice(kr_chooser *c, size_t trt)
{
    kr_status s = KR_OK;
    kr_tree *tree = c->tree;
    size_t first = tree->first_gsim[trt], n = tree->first_gsim[trt + 1] - first;
    const char **states;
    double *weights;
    uint32_t number;

    KR_ANEW(states, &tree->arena, n);
    KR_ANEW(weights, &tree->arena, n * tree->nweights);
    for (size_t g = 0; g < n; g++) {
        states[g] = tree->gsims[first + g].uncertainty;
        for (size_t w = 0; w < tree->nweights; w++)
            weights[w * n + g] = tree->gsims[first + g].weights[w];
    }
    KR_TRY(kr_chooser_add(c, (kr_choice){tree->trts[trt], true, n, states, weights}, &number));
out:
    return s;
}

/* ------------------------------------------------------------------ parts */

static kr_status part_of_walk(kr_chooser *c, kr_diagram walk, const kr_diagram *presence,
                              uint32_t *out);

/* The parts where all segments are small: one problem. */
static kr_status part_of_segments(kr_chooser *c, kr_segment *segments, size_t n,
                                  const kr_diagram *presence, uint32_t *out)
{
    kr_status s = KR_OK;
    uint32_t *here = NULL;
    size_t nhere = 0, ntrts = c->tree->ntrts;
    kr_problem problem;

    for (size_t i = 0; i < n; i++)
        KR_TRY(kr_segment_fill(c, &segments[i]));
    KR_TRY(kr_chooser_terms(c, segments, n, presence));
    KR_NEW(here, c->ctx, KR_ACCOUNT_READING, ntrts + n);
    for (size_t t = 0; t < ntrts; t++)
        here[nhere++] = c->first_model + (uint32_t)t;
    for (size_t i = 0; i < n; i++)
        if (segments[i].choice != UINT32_MAX)
            here[nhere++] = segments[i].choice;
    problem = (kr_problem){c->tree->nweights, c->nchoices, c->choices, c->nterms, c->terms};
    KR_TRY(kr_structure_add_problem(&c->builder, &problem, here, nhere, out));
out:
    kr_free(here);
    return s;
}

/* A walk in which node `at` has one edge. */
static kr_status walk_with_edge(kr_chooser *c, kr_diagram walk, kr_diagram at, kr_edge edge,
                                kr_index *known, kr_diagram *out)
{
    kr_status s = KR_OK;
    kr_diagrams *d = &c->tree->diagrams;
    kr_edge *edges = NULL;
    kr_diagram_node node;

    *out = walk;
    if (walk < at || walk < KR_DIAGRAM_ENDS) /* children have smaller numbers: `at` is not below */
        return KR_OK;
    if (walk == at)
        return kr_diagram_make(d, kr_diagram_at(d, at)->set, &edge, 1, out);
    if (kr_index_get(known, walk, out))
        return KR_OK;
    node = *kr_diagram_at(d, walk);
    KR_NEW(edges, c->ctx, KR_ACCOUNT_READING, node.nedges);
    for (size_t e = 0; e < node.nedges; e++) {
        edges[e] = d->edges[node.first_edge + e];
        KR_TRY(walk_with_edge(c, edges[e].to, at, edge, known, &edges[e].to));
    }
    KR_TRY(kr_diagram_make(d, node.set, edges, node.nedges, out));
    KR_TRY(kr_index_put(known, walk, *out));
out:
    kr_free(edges);
    return s;
}

/* The choice between the branches of the first set of a segment. */
static kr_status fork_choice(kr_chooser *c, const kr_diagram_node *node, uint32_t *out)
{
    kr_status s = KR_OK;
    kr_tree *tree = c->tree;
    const char **states;
    double *weights;

    KR_ANEW(states, &tree->arena, node->nedges);
    KR_ANEW(weights, &tree->arena, node->nedges * tree->nweights);
    for (size_t e = 0; e < node->nedges; e++) {
        uint32_t branch = tree->diagrams.edges[node->first_edge + e].branch;
        states[e] = tree->branches[branch].branch;
        for (size_t w = 0; w < tree->nweights; w++)
            weights[w * node->nedges + e] = kr_chooser_weight(c, branch);
    }
    KR_TRY(kr_chooser_add(
        c, (kr_choice){tree->sets[node->set].id, false, node->nedges, states, weights}, out));
out:
    return s;
}

/* The part of a walk in which node `at` has one edge. */
static kr_status part_of_edge(kr_chooser *c, kr_diagram walk, kr_diagram at, kr_edge edge,
                              const kr_diagram *presence, uint32_t *out)
{
    kr_status s = KR_OK;
    size_t n = c->tree->ncomponents;
    kr_diagram *restricted = NULL, narrowed;
    kr_index known;

    kr_index_init(&known, c->ctx);
    KR_NEW(restricted, c->ctx, KR_ACCOUNT_READING, n);
    KR_TRY(walk_with_edge(c, walk, at, edge, &known, &narrowed));
    KR_TRY(kr_diagrams_restrict(&c->tree->diagrams, narrowed, presence, n, restricted));
    KR_TRY(part_of_walk(c, narrowed, restricted, out));
out:
    kr_index_clear(&known);
    kr_free(restricted);
    return s;
}

static kr_status part_of_fork(kr_chooser *c, kr_diagram walk, kr_diagram at,
                              const kr_diagram *presence, uint32_t *out)
{
    kr_status s = KR_OK;
    const kr_diagram_node node = *kr_diagram_at(&c->tree->diagrams, at);
    unsigned char before = c->fixed[node.set];
    uint32_t *states = NULL, *children = NULL, choice;

    KR_NEW(states, c->ctx, KR_ACCOUNT_READING, node.nedges);
    KR_NEW(children, c->ctx, KR_ACCOUNT_READING, node.nedges);
    KR_TRY(fork_choice(c, &node, &choice));
    c->fixed[node.set] = 1;
    for (uint32_t e = 0; e < node.nedges; e++) {
        kr_edge edge = c->tree->diagrams.edges[node.first_edge + e];
        states[e] = e;
        KR_TRY(part_of_edge(c, walk, at, edge, presence, &children[e]));
    }
    c->fixed[node.set] = before;
    KR_TRY(kr_structure_add_mix(&c->builder, choice, states, children, node.nedges, out));
out:
    kr_free(states);
    kr_free(children);
    return s;
}

static kr_status part_of_walk(kr_chooser *c, kr_diagram walk, const kr_diagram *presence,
                              uint32_t *out)
{
    kr_status s = KR_OK;
    const kr_diagrams *d = &c->tree->diagrams;
    kr_segment *segments;
    size_t n;

    KR_TRY(kr_segments_find(c, walk, &segments, &n));
    for (size_t i = 0; i < n; i++) {
        kr_segment *g = &segments[i];
        size_t branches = kr_diagram_at(d, g->from)->nedges;
        size_t most = branches > WAYS_MAX ? branches : WAYS_MAX;
        g->nways = kr_segment_ways(d, g->from, g->to, most, &g->longest);
        if (g->nways > most && g->longest > 1)
            return part_of_fork(c, walk, g->from, presence, out);
    }
    KR_TRY(part_of_segments(c, segments, n, presence, out));
out:
    return s;
}

/* ------------------------------------------------------------------ samples */

/* The table of one region: a row for every (path, model) that samples take. *rows: of the samples,
 * one every `stride`. */
static kr_status sample_table(kr_chooser *c, size_t trt, size_t stride, uint32_t *rows,
                              kr_rate_table *out)
{
    kr_status s = KR_OK;
    kr_tree *tree = c->tree;
    uint32_t *found = NULL, *branches = NULL, *listed = NULL, *first, *rates = NULL, *kept;
    size_t n = 0, cap = 0, nrates = 0, most = tree->most_components;

    KR_NEW(found, c->ctx, KR_ACCOUNT_READING, tree->ngsims);
    KR_NEW(branches, c->ctx, KR_ACCOUNT_READING, tree->nsets + 1);
    KR_NEW(listed, c->ctx, KR_ACCOUNT_READING, most + 1);
    KR_ANEW(first, &tree->arena, tree->nrlzs + 1);
    for (size_t p = 0; p < tree->npaths; p++) {
        size_t ncomponents = kr_tree_path_components(tree, p, branches, listed);
        memset(found, 0, tree->ngsims * sizeof *found); /* row + 1 of a model in this path */
        for (size_t r = tree->first_sample[p]; r < tree->first_sample[p + 1]; r++) {
            size_t gsim = tree->sample_gsims[r * tree->ntrts + trt];
            if (found[gsim] == 0) {
                KR_GROW(rates, cap, nrates + ncomponents, c->ctx, KR_ACCOUNT_READING);
                for (size_t i = 0; i < ncomponents; i++)
                    if (tree->components[listed[i]].trt == trt)
                        rates[nrates++] =
                            (uint32_t)kr_component_rate(&tree->components[listed[i]], gsim);
                found[gsim] = (uint32_t)++n;
                first[n] = (uint32_t)nrates;
            }
            rows[r * stride] = found[gsim] - 1;
        }
    }
    KR_ANEW(kept, &tree->arena, nrates + 1);
    if (nrates)
        memcpy(kept, rates, nrates * sizeof *kept);
    *out = (kr_rate_table){.nrows = n, .first = first, .rates = kept};
out:
    kr_free(found);
    kr_free(branches);
    kr_free(listed);
    kr_free(rates);
    return s;
}

static kr_status sample_weights(const kr_chooser *c, double **out)
{
    kr_status s = KR_OK;
    kr_tree *tree = c->tree;

    KR_ANEW(*out, &tree->arena, tree->nrlzs);
    for (size_t p = 0; p < tree->npaths; p++)
        for (size_t r = tree->first_sample[p]; r < tree->first_sample[p + 1]; r++) {
            double w = tree->early ? 1.0 / (double)tree->nrlzs : kr_path_weight(tree, p, false);
            for (size_t t = 0; t < tree->ntrts && !tree->early; t++)
                w *= tree->gsims[tree->sample_gsims[r * tree->ntrts + t]].weights[0];
            (*out)[r] = w;
        }
out:
    return s;
}

/* A sampled tree: one block that lists the samples. */
static kr_status divide_samples(kr_chooser *c)
{
    kr_status s = KR_OK;
    kr_tree *tree = c->tree;
    kr_structure *out = &tree->structure;
    kr_choice *choice;
    kr_rate_table *tables;
    kr_part *part;
    uint32_t *rows, *zero;
    double *weights;

    KR_ANEW(choice, &tree->arena, 1);
    KR_ANEW(part, &tree->arena, 1);
    KR_ANEW(zero, &tree->arena, 1);
    KR_ANEW(tables, &tree->arena, tree->ntrts);
    KR_ANEW(rows, &tree->arena, tree->nrlzs * tree->ntrts);
    KR_TRY(sample_weights(c, &weights));
    for (size_t t = 0; t < tree->ntrts; t++)
        KR_TRY(sample_table(c, t, tree->ntrts, rows + t, &tables[t]));
    *choice = (kr_choice){"samples", false, tree->nrlzs, NULL, weights};
    *part = (kr_part){.kind = KR_PART_BLOCK,
                      .states = (double)tree->nrlzs,
                      .nchoices = 1,
                      .choices = zero,
                      .nstates = tree->nrlzs,
                      .ntables = tree->ntrts,
                      .tables = tables,
                      .rows = rows};
    *out = (kr_structure){.ncolumns = 1,
                          .nchoices = 1,
                          .choices = choice,
                          .nparts = 1,
                          .parts = part,
                          .realizations = tree->rlzs};
out:
    return s;
}

static kr_status divide_walk(kr_chooser *c)
{
    kr_status s = KR_OK;
    kr_tree *tree = c->tree;
    kr_diagram *presence = NULL;
    kr_choice *choices;
    uint32_t root;

    KR_NEW(presence, c->ctx, KR_ACCOUNT_READING, tree->ncomponents);
    for (size_t t = 0; t < tree->ntrts; t++)
        KR_TRY(model_choice(c, t));
    for (size_t k = 0; k < tree->ncomponents; k++)
        presence[k] = tree->components[k].presence;
    KR_TRY(part_of_walk(c, tree->walk, presence, &root));
    KR_TRY(kr_structure_finish(&c->builder, root, &tree->structure));
    KR_ANEW(choices, &tree->arena, c->nchoices);
    memcpy(choices, c->choices, c->nchoices * sizeof *choices);
    tree->structure.ncolumns = tree->nweights;
    tree->structure.nchoices = c->nchoices;
    tree->structure.choices = choices;
out:
    kr_free(presence);
    return s;
}

kr_status kr_tree_divide(kr_ctx *ctx, kr_tree *tree, double scale)
{
    kr_status s = KR_OK;
    kr_chooser c = {.ctx = ctx, .tree = tree};

    kr_arena_init(&c.scratch, ctx, KR_ACCOUNT_READING);
    kr_structure_builder_init(&c.builder, ctx, &tree->arena);
    KR_NEW(c.fixed, ctx, KR_ACCOUNT_READING, tree->nsets + 1);
    KR_TRY(tree->sampled ? divide_samples(&c) : divide_walk(&c));
    tree->structure.nrates = tree->nrates;
    tree->structure.scale = scale;
out:
    kr_structure_builder_clear(&c.builder);
    kr_arena_clear(&c.scratch);
    kr_free(c.choices);
    kr_free(c.terms);
    kr_free(c.fixed);
    return s;
}
