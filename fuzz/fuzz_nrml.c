/* Source models: whatever the bytes, an error or sources whose magnitudes can be listed. */
#include "base/ctx.h"
#include "fuzz_input.h"
#include "model/source_change.h"
#include "support/doc.h"

#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whether a source has what its kind needs. */
static bool is_whole(const kr_source *source)
{
    if (kr_source_is_pointlike(source->kind))
        return source->npoints > 0 && source->nplanes > 0 && source->ndepths > 0;
    if (source->kind == KR_SOURCE_MULTI_FAULT)
        return source->multi && source->multi->n > 0 && source->multi->nprobs > 0 &&
               source->multi->first[source->multi->n] >= source->multi->n;
    if (source->kind == KR_SOURCE_NON_PARAMETRIC)
        return source->ngiven > 0 && source->given[0].ngeometries > 0;
    return source->ngeometries > 0;
}

static void use_source(kr_ctx *ctx, kr_arena *arena, const kr_source *source)
{
    static const double number = 0.1;
    const kr_change change = {
        .type = KR_CHANGE_B_RELATIVE, .numbers = &number, .n = 1, .file = "tree.xml", .line = 1};
    const kr_source *changed = NULL;
    double *mags = NULL, *rates = NULL, area = 0;
    size_t n = 0;

    if (!is_whole(source))
        abort();
    for (size_t i = 0; i < source->nmfds && i < 10 && source->nplanes > 0; i++) {
        if (kr_mfd_bins(ctx, &source->mfds[i], arena, &mags, &rates, &n) == KR_OK && n > 0)
            area += kr_msr_area_km2(&source->msr, mags[n - 1], source->planes[0].rake);
        for (size_t k = 0; k < n; k++)
            if (!isfinite(mags[k]) || !isfinite(rates[k]))
                abort();
    }
    if (!(area >= 0))
        abort();
    (void)!kr_source_change(ctx, arena, source, &change, &changed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    kr_ctx *ctx = NULL;
    kr_model *model = NULL;
    kr_job job;
    char path[64];
    size_t index = 0;

    if (size > 1 << 20 || kr_ctx_create(&ctx) != KR_OK)
        return 0;
    memset(&job, 0, sizeof job);
    job.width_of_mfd_bin = 0.1;
    job.area_source_discretization_km = 10;
    job.investigation_time = 1;
    job.rupture_mesh_spacing_km = job.complex_fault_mesh_spacing_km = 5;
    fuzz_input(data, size, path, sizeof path);
    if (kr_model_create(ctx, &model) == KR_OK) {
        kr_status s = kr_model_read(ctx, model, &job, path, &index);
        if (s != KR_OK && kr_ctx_error(ctx)[0] == '\0')
            abort(); /* every failure says what it is */
        if (s == KR_OK) {
            const kr_source_file *f = &model->files[index];
            for (size_t g = 0; g < f->ngroups; g++) {
                for (size_t i = 0; i < f->groups[g].nsources; i++)
                    use_source(ctx, &model->arena, f->groups[g].sources[i]);
            }
        }
    }
    kr_model_destroy(&model);
    kr_ctx_destroy(&ctx);
    return 0;
}

static bool change(fz_doc *d, fz_bytes other)
{
    return fz_change_xml(d, (fz_span){0, d->n}, other);
}

FZ_MUTATOR(change)
