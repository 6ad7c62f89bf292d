/* The logic tree in results.h5 under the reference's names: branches, source-model realizations,
 * weights, components. Lists of what has no bound are left out where they are long. */
#include "output/results.h"
#include "output/results_int.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Columns of text and numbers of one table, collected and then written. */
typedef struct columns {
    const char **text[4];
    double *number;
} columns;

static kr_status columns_make(kr_arena *arena, size_t n, columns *out)
{
    kr_status s = KR_OK;
    for (int i = 0; i < 4; i++)
        KR_ANEW(out->text[i], arena, n);
    KR_ANEW(out->number, arena, n);
out:
    return s;
}

/* The branches as written, set by set; what stands where a set does not apply is not among them. */
static kr_status write_branches(kr_h5 *file, const kr_tree *tree, kr_arena *arena)
{
    kr_status s = KR_OK;
    columns c;
    size_t n = 0;
    static const char *const names[] = {"branchset", "branch", "utype", "uvalue"};
    KR_TRY(columns_make(arena, tree->nbranches, &c));
    for (size_t i = 0; i < tree->nsets; i++)
        for (size_t k = 0; k < tree->sets[i].nbranches; k++) {
            const kr_tree_branch *b = &tree->branches[tree->sets[i].branches[k]];
            if (kr_branch_stands_in(b))
                continue;
            c.text[0][n] = b->branch_set;
            c.text[1][n] = b->branch;
            c.text[2][n] = b->type;
            c.text[3][n] = b->value;
            c.number[n++] = b->weight;
        }
    for (int i = 0; i < 4 && n; i++) {
        char name[64];
        snprintf(name, sizeof name, "full_lt/source_model_lt/%s", names[i]);
        KR_TRY(kr_h5_write_strings(file, name, c.text[i], n, false));
    }
    if (n)
        KR_TRY(kr_h5_write(file, "full_lt/source_model_lt/weight", KR_H5_F64, 1, &n, c.number));
out:
    return s;
}

static kr_status write_gsims(kr_h5 *file, const kr_tree *tree, kr_arena *arena)
{
    kr_status s = KR_OK;
    columns c;
    size_t n = tree->ngsims;
    if (n == 0)
        return KR_OK;
    KR_TRY(columns_make(arena, n, &c));
    for (size_t i = 0; i < n; i++) {
        c.text[0][i] = tree->trts[tree->gsims[i].trt];
        c.text[1][i] = tree->gsims[i].branch_id;
        c.text[2][i] = tree->gsims[i].uncertainty;
        c.number[i] = tree->gsims[i].weights[0];
    }
    KR_TRY(kr_h5_write_strings(file, "full_lt/gsim_lt/trt", c.text[0], n, false));
    KR_TRY(kr_h5_write_strings(file, "full_lt/gsim_lt/branch", c.text[1], n, false));
    KR_TRY(kr_h5_write_strings(file, "full_lt/gsim_lt/uncertainty", c.text[2], n, false));
    KR_TRY(kr_h5_write(file, "full_lt/gsim_lt/weight", KR_H5_F64, 1, &n, c.number));
out:
    return s;
}

static kr_status write_paths(kr_h5 *file, const kr_tree *tree, kr_arena *arena)
{
    kr_status s = KR_OK;
    columns c;
    size_t n = tree->npaths;
    int64_t *samples;
    if (n > KR_PATHS_LISTED)
        return KR_OK;
    KR_TRY(columns_make(arena, n, &c));
    KR_ANEW(samples, arena, n);
    for (size_t i = 0; i < n; i++) {
        kr_source_path path;
        KR_TRY(kr_tree_path(tree, i, arena, &path));
        c.text[0][i] = path.name;
        c.text[1][i] = path.path;
        c.number[i] = path.weight;
        samples[i] = (int64_t)path.samples;
    }
    KR_TRY(kr_h5_write_strings(file, "full_lt/sm_data/name", c.text[0], n, false));
    KR_TRY(kr_h5_write_strings(file, "full_lt/sm_data/path", c.text[1], n, false));
    KR_TRY(kr_h5_write(file, "full_lt/sm_data/weight", KR_H5_F64, 1, &n, c.number));
    KR_TRY(kr_h5_write(file, "full_lt/sm_data/samples", KR_H5_I64, 1, &n, samples));
out:
    return s;
}

/* Realizations written at a time: what is held does not grow with their number. */
enum { RLZS_WRITTEN = 8192 };

static kr_status make_realizations(kr_h5 *file, const kr_tree *tree)
{
    kr_status s = KR_OK;
    const size_t n = tree->nrlzs, dims[2] = {n, tree->ntrts};
    const size_t chunk[2] = {n < RLZS_WRITTEN ? n : RLZS_WRITTEN, tree->ntrts};
    KR_TRY(kr_h5_make(file, "weights", KR_H5_F32, 1, dims, chunk));
    KR_TRY(kr_h5_make(file, "realizations/path", KR_H5_U32, 1, dims, chunk));
    if (tree->ntrts)
        KR_TRY(kr_h5_make(file, "realizations/gsims", KR_H5_U32, 2, dims, chunk));
out:
    return s;
}

/* The weights; which source-model realization and which ground-motion models each realization has.
 */
static kr_status write_realizations(kr_h5 *file, const kr_tree *tree, kr_arena *arena)
{
    kr_status s = KR_OK;
    float *weights;
    uint32_t *path, *gsims;
    size_t *one;
    if (tree->nrlzs > KR_RLZS_LISTED)
        return KR_OK;
    KR_TRY(make_realizations(file, tree));
    KR_ANEW(weights, arena, RLZS_WRITTEN);
    KR_ANEW(path, arena, RLZS_WRITTEN);
    KR_ANEW(gsims, arena, RLZS_WRITTEN * tree->ntrts + 1);
    KR_ANEW(one, arena, tree->ntrts + 1);
    for (size_t first = 0; first < tree->nrlzs; first += RLZS_WRITTEN) {
        size_t n = tree->nrlzs - first < RLZS_WRITTEN ? tree->nrlzs - first : RLZS_WRITTEN;
        for (size_t i = 0; i < n; i++) {
            kr_realization rlz;
            kr_tree_realization(tree, first + i, one, &rlz);
            weights[i] = (float)kr_tree_weight(tree, first + i, 0);
            path[i] = (uint32_t)rlz.path;
            for (size_t t = 0; t < tree->ntrts; t++)
                gsims[i * tree->ntrts + t] = (uint32_t)rlz.gsims[t];
        }
        const size_t start[2] = {first, 0}, count[2] = {n, tree->ntrts};
        KR_TRY(kr_h5_write_slab(file, "weights", KR_H5_F32, start, count, weights));
        KR_TRY(kr_h5_write_slab(file, "realizations/path", KR_H5_U32, start, count, path));
        if (tree->ntrts)
            KR_TRY(kr_h5_write_slab(file, "realizations/gsims", KR_H5_U32, start, count, gsims));
    }
out:
    return s;
}

/* Component rate k belongs to component rate_component[k] under the model rate_gsim[k]. */
static kr_status write_rates(kr_h5 *file, const kr_tree *tree, kr_arena *arena)
{
    kr_status s = KR_OK;
    uint32_t *component, *gsim;
    size_t n = tree->nrates;
    if (n == 0)
        return KR_OK;
    KR_ANEW(component, arena, n);
    KR_ANEW(gsim, arena, n);
    for (size_t c = 0; c < tree->ncomponents; c++)
        for (size_t k = 0; k < tree->components[c].ngsims; k++) {
            component[tree->components[c].first_rate + k] = (uint32_t)c;
            gsim[tree->components[c].first_rate + k] = (uint32_t)tree->components[c].gsims[k];
        }
    KR_TRY(kr_h5_write(file, "components/rate_component", KR_H5_U32, 1, &n, component));
    KR_TRY(kr_h5_write(file, "components/rate_gsim", KR_H5_U32, 1, &n, gsim));
out:
    return s;
}

/* The source-model realization p holds the components listed from path_first[p] to
 * path_first[p + 1]; not where that is too much: tree/ says it shorter. */
static kr_status write_path_components(kr_h5 *file, const kr_tree *tree, kr_arena *arena)
{
    kr_status s = KR_OK;
    uint32_t *one, *branches, *listed = NULL;
    int64_t *first;
    size_t nlisted = 0, cap = 0, npaths1 = tree->npaths + 1;
    if (tree->npaths > KR_PATHS_LISTED)
        return KR_OK;
    KR_ANEW(one, arena, tree->most_components + 1);
    KR_ANEW(branches, arena, tree->nsets + 1);
    KR_ANEW(first, arena, npaths1);
    for (size_t p = 0; p < tree->npaths; p++) {
        size_t n = kr_tree_path_components(tree, p, branches, one);
        if (nlisted + n > KR_COMPONENTS_LISTED)
            goto out;
        KR_GROW(listed, cap, nlisted + n, arena->ctx, KR_ACCOUNT_OUTPUT);
        if (n)
            memcpy(listed + nlisted, one, n * sizeof *one);
        nlisted += n;
        first[p + 1] = (int64_t)nlisted;
    }
    KR_TRY(kr_h5_write(file, "components/path_first", KR_H5_I64, 1, &npaths1, first));
    if (nlisted)
        KR_TRY(kr_h5_write(file, "components/path_components", KR_H5_U32, 1, &nlisted, listed));
out:
    kr_free(listed);
    return s;
}

kr_status kr_results_write_tree(kr_h5 *file, const kr_tree *tree, kr_arena *arena)
{
    kr_status s = KR_OK;
    KR_TRY(write_branches(file, tree, arena));
    KR_TRY(write_gsims(file, tree, arena));
    KR_TRY(write_paths(file, tree, arena));
    KR_TRY(write_realizations(file, tree, arena));
    KR_TRY(write_rates(file, tree, arena));
    KR_TRY(write_path_components(file, tree, arena));
    KR_TRY(kr_results_write_parts(file, tree, arena));
out:
    return s;
}
