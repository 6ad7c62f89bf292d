/* Paths and realizations of a tree as the tests look at them. */
#ifndef KR_TESTS_SUPPORT_PATHS_H
#define KR_TESTS_SUPPORT_PATHS_H

#include "support/support.h"

#include "tree/tree.h"

#include <stdio.h>

enum { KT_PATH_TEXT = 512, KT_PATH_COMPONENTS = 1024, KT_PATH_SETS = 256 };

typedef struct kt_source_path {
    char path[KT_PATH_TEXT], name[KT_PATH_TEXT];
    double weight;
    size_t ncomponents;
    uint32_t components[KT_PATH_COMPONENTS];
} kt_source_path;

/* Path p; valid until eight more were asked for. */
static inline const kt_source_path *kt_path_at(const kr_tree *tree, size_t p)
{
    static kt_source_path held[8];
    static size_t next;
    kt_source_path *out = &held[next++ % 8];
    uint32_t branches[KT_PATH_SETS];
    kr_source_path path;
    kr_arena arena;

    assert_true(tree->nsets < KT_PATH_SETS && tree->most_components <= KT_PATH_COMPONENTS);
    kr_arena_init(&arena, tree->arena.ctx, KR_ACCOUNT_OTHER);
    kt_ok(tree->arena.ctx, kr_tree_path(tree, p, &arena, &path));
    snprintf(out->path, sizeof out->path, "%s", path.path);
    snprintf(out->name, sizeof out->name, "%s", path.name);
    kr_arena_clear(&arena);
    out->weight = path.weight;
    out->ncomponents = kr_tree_path_components(tree, p, branches, out->components);
    return out;
}

/* The component rates of realization r. */
static inline size_t kt_rates(const kr_tree *tree, size_t r, uint32_t *out)
{
    uint32_t branches[KT_PATH_SETS];

    assert_true(tree->nsets < KT_PATH_SETS);
    return kr_tree_rates(tree, r, branches, out);
}

static inline void kt_rlz_name(const kr_tree *tree, size_t r, char *out, size_t size)
{
    const char *name;
    kr_arena arena;

    kr_arena_init(&arena, tree->arena.ctx, KR_ACCOUNT_OTHER);
    kt_ok(tree->arena.ctx, kr_tree_rlz_name(tree, r, &arena, &name));
    snprintf(out, size, "%s", name);
    kr_arena_clear(&arena);
}

#endif
