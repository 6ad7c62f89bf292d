/* Paths of a tree by their number: branches, ids, names, weights. */
#include "tree/inside.h"
#include "tree/name.h"

#include <string.h>

double kr_path_weight(const kr_tree *tree, size_t p, bool single)
{
    const kr_tree_inside *in = tree->inside;
    double w = tree->sampled ? tree->path_weights[p] : kr_walk_weight(tree, &in->numbers, p);

    return single ? (double)(float)w : w;
}

size_t kr_tree_path_branches(const kr_tree *tree, size_t p, uint32_t *out)
{
    const kr_tree_inside *in = tree->inside;
    size_t n;

    if (!tree->sampled)
        return kr_walk_unrank(tree, &in->numbers, p, out);
    n = tree->path_first[p + 1] - tree->path_first[p];
    memcpy(out, tree->path_branches + tree->path_first[p], n * sizeof *out);
    return n;
}

static size_t branches_text(const kr_tree *tree, const uint32_t *branches, size_t n)
{
    size_t size = 1;

    for (size_t i = 0; i < n; i++)
        size += strlen(tree->branches[branches[i]].branch) + 1;
    return size;
}

static void path_id(const kr_tree *tree, const uint32_t *branches, size_t n, char *to)
{
    for (size_t i = 0; i < n; i++) {
        const char *id = tree->branches[branches[i]].branch;
        size_t len = strlen(id);
        if (i > 0)
            *to++ = '~';
        memcpy(to, id, len);
        to += len;
    }
    *to = '\0';
}

/* The reference's short form: two letters, then one for each further branch. */
static void path_name(const kr_tree *tree, const uint32_t *branches, size_t n, char *to)
{
    const kr_tree_inside *in = tree->inside;
    size_t len = 0;

    if (in->one_branch_id) {
        memcpy(to, "A", 2);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const kr_tree_branch *branch = &tree->branches[branches[i]];
        if (*branch->branch == '.')
            to[len++] = '.';
        else if (i == 0)
            len += kr_letter_pair(branch->number, to + len);
        else
            len += kr_letter(branch->number, to + len);
    }
    to[len] = '\0';
}

kr_status kr_tree_path(const kr_tree *tree, size_t p, kr_arena *arena, kr_source_path *out)
{
    kr_status s = KR_OK;
    uint32_t *branches;
    char *id, *name;
    size_t n;

    KR_ANEW(branches, arena, tree->nsets + 1);
    n = kr_tree_path_branches(tree, p, branches);
    KR_ANEW(id, arena, branches_text(tree, branches, n));
    KR_ANEW(name, arena, (n + 1) * KR_LETTER_MAX + 1);
    path_id(tree, branches, n, id);
    path_name(tree, branches, n, name);
    *out = (kr_source_path){
        .path = id,
        .name = name,
        .weight = kr_path_weight(tree, p, false),
        .samples = tree->sampled ? tree->first_sample[p + 1] - tree->first_sample[p] : 1};
out:
    return s;
}

/* The branch of a set whose id is the text up to the next '~'; KR_NO_SET if there is none. */
static uint32_t find_branch(const kr_tree *tree, uint32_t set, const char *text)
{
    size_t len = strcspn(text, "~");

    for (size_t k = 0; k < tree->sets[set].nbranches; k++) {
        uint32_t b = tree->sets[set].branches[k];
        if (strncmp(tree->branches[b].branch, text, len) == 0 &&
            tree->branches[b].branch[len] == '\0')
            return b;
    }
    return KR_NO_SET;
}

/* A sampled tree's path by bisection: paths are in the order of their branches. */
static size_t find_sampled(const kr_tree *tree, const uint32_t *branches, size_t n)
{
    size_t low = 0, high = tree->npaths;

    while (low < high) {
        size_t mid = low + (high - low) / 2, i = 0;
        const uint32_t *path = tree->path_branches + tree->path_first[mid];
        size_t length = tree->path_first[mid + 1] - tree->path_first[mid];
        while (i < n && i < length && path[i] == branches[i])
            i++;
        if (i == n && i == length)
            return mid;
        if (i == length || (i < n && path[i] < branches[i]))
            low = mid + 1;
        else
            high = mid;
    }
    return KR_UNNUMBERED;
}

kr_status kr_tree_find_path(const kr_tree *tree, const char *id, uint32_t *branches, size_t *n)
{
    uint32_t set = 0;

    for (*n = 0; set != KR_NO_SET; id += *id == '~') {
        uint32_t b = find_branch(tree, set, id);
        if (b == KR_NO_SET)
            return KR_EINPUT;
        branches[(*n)++] = b;
        id += strcspn(id, "~");
        set = tree->branches[b].next;
    }
    return *id ? KR_EINPUT : KR_OK;
}

size_t kr_tree_path_number(const kr_tree *tree, const uint32_t *branches, size_t n)
{
    const kr_tree_inside *in = tree->inside;

    if (tree->sampled)
        return find_sampled(tree, branches, n);
    return tree->npaths == KR_UNNUMBERED ? KR_UNNUMBERED
                                         : kr_walk_rank(tree, &in->numbers, branches, n);
}

size_t kr_tree_path_components(const kr_tree *tree, size_t p, uint32_t *branches, uint32_t *out)
{
    size_t n = kr_tree_path_branches(tree, p, branches), count = 0;

    if (tree->sampled) {
        branches[0] = (uint32_t)p; /* its diagrams branch by path */
        n = 1;
    }
    for (size_t c = 0; c < tree->ncomponents; c++) {
        unsigned times =
            kr_diagram_times(&tree->diagrams, tree->components[c].presence, branches, n);
        for (; times > 0; times--)
            out[count++] = (uint32_t)c;
    }
    return count;
}
