/* HDF5 files that models refer to: ruptures of faults made of sections, ruptures given one by one,
 * tables of ground motion. The first byte chooses, then come edits of a file that is right
 * (support/h5.h). */
#include "support/folder.h"
#include "support/h5.h"

#include "base/ctx.h"
#include "gmm/gmm.h"
#include "model/source_change.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { KINDS = 3, MOST = 1 << 14, CONTEXTS = 8 };

#define HEAD                                                                                       \
    "<?xml version='1.0' encoding='utf-8'?>\n<nrml xmlns:gml='http://www.opengis.net/gml' "        \
    "xmlns='http://openquake.org/xmlns/nrml/0.5'>\n"
#define MODEL                                                                                      \
    HEAD "<sourceModel name='m' investigation_time='1'>"                                           \
         "<sourceGroup tectonicRegion='Active Shallow Crust'>"
#define TAIL                          "</sourceGroup></sourceModel></nrml>\n"
#define CORNER(name, lon, lat, depth) "<" name " lon='" lon "' lat='" lat "' depth='" depth "'/>"
#define SECTION(id, lon)                                                                           \
    "<section id='" id "'><planarSurface>" CORNER("topLeft", lon, "0", "0")                        \
        CORNER("topRight", lon, "0.1", "0") CORNER("bottomLeft", lon, "0", "10")                   \
            CORNER("bottomRight", lon, "0.1", "10") "</planarSurface></section>"

static const char multi[] = MODEL "<multiFaultSource id='mf' name='f'/>" TAIL;
static const char given[] = MODEL "<nonParametricSeismicSource id='np' name='f'/>" TAIL;
static const char sections[] = HEAD "<geometryModel name='s'>" SECTION("a1", "0") SECTION("a2", "1")
    SECTION("7", "2") "</geometryModel></nrml>";

/* The files that are right. */
static const char *const bases[KINDS] = {
    "make mf/mag f8 3 6.1349 4.015 7.135\n"
    "make mf/rake f8 3 90 -33.3 180\n"
    "make mf/probs_occur f8 3x2 0.9 0.1 0.75 0.25 0.5 0.5\n"
    "make mf/rupture_idxs text 3 a1 a2 7\n",
    "make np/magnitude f8 2 7.25 8.123456\n"
    "make np/rake f8 2 90 -90\n"
    "make np/probs_occur f8 2x2 0.9 0.1 0.99 0.01\n"
    "make np/hypocenter f4 2x3 138.1 33.1 10.5 139 34 20\n"
    "make np/mesh3d f4 5x3 138 33 5 138.1 33 6 138.2 33 7 139 34 8 139 34 9\n"
    "make np/slice u4 2x2 0 3 3 5\n",
    "make Mw f8 2 5 7\n"
    "make Distances f8 3x1x2 1 1 10 10 100 100\n"
    "attr Distances metric rjb\n"
    "make IMLs/PGA f8 3x1x2 0.3 0.5 0.1 0.2 0.01 0.02\n"
    "make IMLs/T f8 2 0.1 2\n"
    "make IMLs/SA f8 3x2x2 0.3 0.5 0.1 0.2 0.01 0.02\n"
    "make Total/PGA f8 3x1x2 0.6\n"
    "make Total/T f8 2 0.1 2\n"
    "make Total/SA f8 3x2x2 0.7\n",
};

static fz_bytes base[KINDS];

static void make_bases(void)
{
    for (int k = 0; k < KINDS; k++) {
        fz_h5_make("base.hdf5", (fz_bytes){"", 0}, (fz_bytes){bases[k], strlen(bases[k])});
        base[k] = fz_read("base.hdf5");
        fz_h5_learn(base[k]);
    }
    fz_write("multi.xml", multi, sizeof multi - 1);
    fz_write("given.xml", given, sizeof given - 1);
    fz_write("sections.xml", sections, sizeof sections - 1);
}

static void check_sources(const kr_model *model, size_t file)
{
    const kr_source *source = model->files[file].groups[0].sources[0];
    const kr_multi_fault *m = source->multi;
    for (size_t i = 0; m && i < m->n; i++) {
        if (!(m->mag[i] > 0) || !isfinite(m->rake[i]) || m->first[i] >= m->first[i + 1])
            abort();
        for (uint32_t k = m->first[i]; k < m->first[i + 1]; k++)
            if (m->section[k] >= model->nsections)
                abort();
    }
    for (size_t i = 0; i < source->ngiven; i++)
        if (!(source->given[i].mag > 0) || !isfinite(source->given[i].hypo.lon) ||
            source->given[i].ngeometries == 0)
            abort();
}

static void read_sources(kr_ctx *ctx, const char *name)
{
    kr_model *model = NULL;
    kr_job job;
    size_t of_sections = 0, index = 0;

    memset(&job, 0, sizeof job);
    job.width_of_mfd_bin = 0.1;
    job.area_source_discretization_km = 10;
    job.investigation_time = 1;
    job.rupture_mesh_spacing_km = job.complex_fault_mesh_spacing_km = 5;
    if (kr_model_create(ctx, &model) != KR_OK)
        abort();
    if (kr_model_read(ctx, model, &job, fz_path(name), &index) == KR_OK &&
        kr_model_read(ctx, model, &job, fz_path("sections.xml"), &of_sections) == KR_OK &&
        kr_model_check_sections(ctx, model) == KR_OK)
        check_sources(model, index);
    else if (*kr_ctx_error(ctx) == '\0')
        abort(); /* a failure says why */
    kr_model_destroy(&model);
}

/* Ground motion for magnitudes and distances within the table and beyond. */
static void use_table(const kr_gmm *gmm)
{
    double mag[CONTEXTS], dist[CONTEXTS], mean[2 * CONTEXTS], sigma[2 * CONTEXTS];
    kr_gmm_batch batch = {.n = CONTEXTS};
    kr_gmm_out out = {.mean = mean, .sigma = sigma, .stride = CONTEXTS};

    for (size_t i = 0; i < CONTEXTS; i++) {
        mag[i] = fmax(4 + 0.6 * (double)i, gmm->mag_min);
        dist[i] = 0.5 * pow(4, (double)i);
    }
    for (int c = 0; c < KR_COL_COUNT; c++)
        batch.col[c] = c == KR_COL_MAG ? mag : dist;
    double *scratch = aligned_alloc(64, (gmm->scratch + 8) * sizeof *scratch);
    if (!scratch)
        abort();
    batch.scratch = scratch;
    kr_gmm_eval(gmm, &batch, &out);
    free(scratch);
    for (size_t i = 0; i < gmm->nimts * CONTEXTS; i++)
        if (!isfinite(mean[i]) || !isfinite(sigma[i]))
            abort();
}

static void read_table(kr_ctx *ctx)
{
    const char *keys[] = {"gmpe_table"};
    kr_value file = {.kind = KR_VALUE_TEXT, .text = "table.hdf5"};
    const kr_value args = {.kind = KR_VALUE_DICT, .items = &file, .keys = keys, .n = 1};
    const kr_gmm_spec spec = {
        .name = "GMPETable", .args = &args, .file = "tree.xml", .line = 7, .dir = fz_path("")};
    kr_arena arena;
    kr_imt imts[2];
    const kr_gmm *gmm = NULL;

    if (!kr_imt_parse("PGA", &imts[0]) || !kr_imt_parse("SA(0.5)", &imts[1]))
        abort();
    kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
    if (kr_gmm_create(ctx, &spec, imts, 2, &arena, &gmm) == KR_OK)
        use_table(gmm);
    else if (*kr_ctx_error(ctx) == '\0')
        abort();
    kr_arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const files[KINDS] = {"multi.hdf5", "given.hdf5", "table.hdf5"};
    kr_ctx *ctx = NULL;

    if (base[0].n == 0)
        make_bases();
    if (size == 0 || size > MOST)
        return 0;
    size_t kind = data[0] % KINDS;
    fz_h5_make(files[kind], base[kind], (fz_bytes){(const char *)data + 1, size - 1});
    if (kr_ctx_create(&ctx) != KR_OK)
        abort();
    if (kind == KINDS - 1)
        read_table(ctx);
    else
        read_sources(ctx, kind == 0 ? "multi.xml" : "given.xml");
    if (kr_ctx_memory(ctx).current != 0)
        abort();
    kr_ctx_destroy(&ctx);
    return 0;
}

static bool change(fz_doc *d, fz_bytes other)
{
    if (fz_random(d, 30) == 0)
        return fz_replace(d, (fz_span){0, 1}, &"012"[fz_random(d, KINDS)], 1);
    return fz_change_h5(d, (fz_span){1, d->n}, other);
}

FZ_MUTATOR(change)
