/* Sets of paths through a source-model tree as decision diagrams.
 *
 * A path goes from branch set to branch set, taking one branch of each. A *diagram* gives every
 * path a number: how many times something stands in it (0: not at all). Its nodes follow the branch
 * sets of the paths; the edges that lead nowhere but to 0 are left out, equal nodes are one. So two
 * sets of paths are equal where their diagrams have one number, and sets of a thousand million
 * paths are held in a few nodes. In a sampled tree there is one branch set, whose branches are the
 * paths. */
#ifndef KR_TREE_DIAGRAM_H
#define KR_TREE_DIAGRAM_H

#include "tree/index.h"

/* The numbers below this are ends: the number of times; 0 is also the diagram of no path. */
enum { KR_DIAGRAM_ENDS = 256 };

typedef uint32_t kr_diagram;

typedef struct kr_edge {
    uint32_t branch; /* in kr_tree.branches; the path in a sampled tree */
    kr_diagram to;
} kr_edge;

typedef struct kr_diagram_node {
    uint32_t set;
    uint32_t nedges;
    size_t first_edge;
} kr_diagram_node;

typedef struct kr_diagrams {
    kr_ctx *ctx;
    size_t nnodes,
        nodes_cap;          /* node i has the number KR_DIAGRAM_ENDS + i; children before parents */
    kr_diagram_node *nodes; /* owned */
    size_t nedges, edges_cap;
    kr_edge *edges; /* owned; by increasing branch within a node */
    kr_intern known;
    kr_index sums; /* of pairs */
    bool full;     /* a sum of times was beyond what an end can tell: it is too small */
} kr_diagrams;

void kr_diagrams_init(kr_diagrams *d, kr_ctx *ctx);
void kr_diagrams_clear(kr_diagrams *d);

/** The node with these edges (increasing branches; edges to 0 are left out). KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_diagram_make(kr_diagrams *d, uint32_t set, const kr_edge *edges,
                                        size_t nedges, kr_diagram *out);

/** Times of a and b added, path by path. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_diagram_add(kr_diagrams *d, kr_diagram a, kr_diagram b, kr_diagram *out);

/** What is left of n diagrams on the paths of `walk` alone. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_diagrams_restrict(kr_diagrams *d, kr_diagram walk, const kr_diagram *a,
                                             size_t n, kr_diagram *out);

/** Where a branch leads from node a; 0: nowhere. */
kr_diagram kr_diagram_follow(const kr_diagrams *d, kr_diagram a, uint32_t branch);

/** The branches of the first path of a diagram (not 0); returns how many. */
size_t kr_diagram_first(const kr_diagrams *d, kr_diagram a, uint32_t *branches);

/** Order of two diagrams as lists of their paths in order, each as often as it counts: the order
 * of such lists in the reference. Below 0, 0, above 0. */
int kr_diagram_compare(const kr_diagrams *d, kr_diagram a, kr_diagram b);

/** How many times on the path that takes these branches. */
unsigned kr_diagram_times(const kr_diagrams *d, kr_diagram a, const uint32_t *branches, size_t n);

/** Number of paths of every node (paths with times > 0), as doubles: counts[node - ENDS]. */
void kr_diagram_counts(const kr_diagrams *d, double *counts);

static inline double kr_diagram_count(const double *counts, kr_diagram a)
{
    return a < KR_DIAGRAM_ENDS ? (double)(a > 0) : counts[a - KR_DIAGRAM_ENDS];
}

static inline const kr_diagram_node *kr_diagram_at(const kr_diagrams *d, kr_diagram a)
{
    return &d->nodes[a - KR_DIAGRAM_ENDS];
}

#endif
