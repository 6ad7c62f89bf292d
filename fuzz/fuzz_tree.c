/* The logic trees: the first byte chooses the kind of job, then come the source-model tree, the
 * ground-motion tree, up to two source models and the map of source ids, separated by lines "%%".
 */
#include "support/doc.h"
#include "support/folder.h"
#include "tree/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char separator[] = "\n%%\n";

static void write_job(unsigned kind)
{
    static const char *const methods[] = {"early_weights", "late_weights", "early_latin",
                                          "late_latin"};
    char text[1024];

    snprintf(text, sizeof text,
             "[general]\ndescription = fuzz\ncalculation_mode = classical\nsites = 0 0\n"
             "source_model_logic_tree_file = smlt.xml\ngsim_logic_tree_file = glt.xml\n"
             "source_map_file = map.csv\n"
             "investigation_time = 50\ntruncation_level = 3\nmaximum_distance = 200\n"
             "width_of_mfd_bin = 0.2\nreference_vs30_value = 760\n"
             "area_source_discretization = 20\n"
             "intensity_measure_types_and_levels = {'PGA': [0.1, 0.2]}\n"
             "number_of_logic_tree_samples = %u\nsampling_method = %s\n%s%s%s%s",
             kind & 1 ? 5 : 0, methods[kind >> 1 & 3], kind & 8 ? "disagg_by_src = true\n" : "",
             kind & 16 ? "source_id = 1\n" : "", kind & 32 ? "smlt_branch = b1\n" : "",
             kind & 64 ? "collapse_gsim_logic_tree = g1\n" : "");
    fz_write("job.ini", text, strlen(text));
}

/* Everything that the tree offers, so that a wrong index shows. */
static void use(kr_ctx *ctx, const kr_tree *tree)
{
    uint32_t *rates = calloc(tree->most_components + 1, sizeof *rates);
    uint32_t *branches = calloc(tree->nsets + 1, sizeof *branches);
    size_t *gsims = calloc(tree->ntrts + 1, sizeof *gsims);
    kr_arena arena;

    if (!rates || !branches || !gsims)
        abort();
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    for (size_t p = 0; tree->npaths != KR_UNNUMBERED && p < tree->npaths && p < 100; p++) {
        kr_source_path path;
        size_t n;
        if (kr_tree_path(tree, p, &arena, &path) != KR_OK || !(path.weight >= 0) ||
            kr_tree_find_path(tree, path.path, branches, &n) != KR_OK ||
            kr_tree_path_number(tree, branches, n) != p)
            abort();
        n = kr_tree_path_components(tree, p, branches, rates);
        for (size_t i = 0; i < n; i++)
            if (rates[i] >= tree->ncomponents)
                abort();
    }
    for (size_t r = 0; tree->nrlzs != KR_UNNUMBERED && r < tree->nrlzs && r < 100; r++) {
        size_t n = kr_tree_rates(tree, r, branches, rates);
        kr_realization rlz;
        const char *name;
        kr_tree_realization(tree, r, gsims, &rlz);
        if (kr_tree_rlz_name(tree, r, &arena, &name) != KR_OK || !(kr_tree_weight(tree, r, 0) >= 0))
            abort();
        for (size_t i = 0; i < n; i++)
            if (rates[i] >= tree->nrates)
                abort();
    }
    kr_arena_clear(&arena);
    free(rates);
    free(branches);
    free(gsims);
}

static void read_tree(unsigned kind)
{
    kr_ctx *ctx;
    kr_job *job = NULL;
    kr_model *model = NULL;
    kr_tree *tree = NULL;

    if (kr_ctx_create(&ctx) != KR_OK)
        abort();
    if (kr_job_read(ctx, fz_path("job.ini"), NULL, 0,
                    kind & 128 ? KR_COMPAT_EXACT : KR_COMPAT_OQ_3_21, &job) == KR_OK &&
        kr_model_create(ctx, &model) == KR_OK && kr_tree_read(ctx, job, model, &tree) == KR_OK)
        use(ctx, tree);
    else if (*kr_ctx_error(ctx) == '\0')
        abort(); /* a failure says why */
    kr_tree_destroy(&tree);
    kr_model_destroy(&model);
    kr_job_destroy(&job);
    if (kr_ctx_memory(ctx).current != 0)
        abort();
    kr_ctx_destroy(&ctx);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"smlt.xml", "glt.xml", "a.xml", "b.xml", "map.csv"};
    unsigned kind;

    if (size == 0)
        return 0;
    kind = *data++;
    size--;
    for (size_t i = 0; i < 5; i++) {
        const uint8_t *end = i == 4 || size == 0 ? NULL : memmem(data, size, separator, 4);
        size_t n = end ? (size_t)(end - data) : size;
        fz_write(names[i], data, n);
        data += n + (end ? 4 : 0);
        size -= n + (end ? 4 : 0);
    }
    write_job(kind);
    read_tree(kind);
    return 0;
}

/* One of the files changes, or the kind. */
static bool change(fz_doc *d, fz_bytes other)
{
    fz_span parts[5];
    size_t n = 0;

    if (fz_random(d, 30) == 0)
        return fz_replace(d, (fz_span){0, 1}, &(char){(char)fz_random(d, 256)}, 1);
    for (size_t at = 1; n < 5; at += 4) {
        const char *end = at < d->n ? memmem(d->p + at, d->n - at, separator, 4) : NULL;
        parts[n].at = at < d->n ? at : d->n;
        at = parts[n++].end = end ? (size_t)(end - d->p) : d->n;
        if (!end)
            break;
    }
    fz_span part = parts[fz_random(d, n)];
    if (part.at < part.end && d->p[part.at] == '<')
        return fz_change_xml(d, part, other);
    return fz_change_lines(d, part, other);
}

FZ_MUTATOR(change)
