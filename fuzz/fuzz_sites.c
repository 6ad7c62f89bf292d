/* Where sites and their soil come from: the first byte chooses the kind of file and of job, then
 * comes the file, and behind a line "%%" a second one. */
#include "support/doc.h"
#include "support/folder.h"

#include "base/ctx.h"
#include "model/amplification.h"
#include "model/sites.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { KINDS = 8, KIND_BITS = 7, BIT_GLOBAL = 8, BIT_EXACT = 16, BIT_DEPTHS = 32, MOST = 1 << 18 };

static const char separator[] = "\n%%\n";

/* What a kind of job says of its sites; a.* is the file, b.csv the second one. */
#define CONVOLUTION "amplification_method = convolution\nsoil_intensities = 0.01 0.1 1\n"
static const char *const places[KINDS] = {
    "sites_csv = a.csv\n",
    "site_model_file = a.csv\n",
    "site_model_file = a.xml\n",
    "exposure_file = a.xml\n",
    "site_model_file = b.csv\namplification_csv = a.csv\namplification_method = kernel\n",
    ("site_model_file = b.csv\namplification_csv = a.csv\n" CONVOLUTION),
    "exposure_file = a.xml\nsite_model_file = b.csv\n",
    "region = 0 0, 1 0, 1 1, 0 1\nregion_grid_spacing = 30\nsite_model_file = a.csv\n",
};

static void write_job(unsigned kind)
{
    char text[1024];
    (void)snprintf(text, sizeof text,
                   "[general]\ndescription = fuzz\ncalculation_mode = classical\n%s"
                   "source_model_logic_tree_file = s.xml\ngsim = BooreAtkinson2008\n"
                   "investigation_time = 50\ntruncation_level = 3\nmaximum_distance = 200\n"
                   "reference_vs30_value = 760\n%s"
                   "intensity_measure_types_and_levels = {'PGA': [0.1, 0.2]}\n",
                   places[kind & KIND_BITS], kind & BIT_GLOBAL ? "override_vs30 = 500\n" : "");
    fz_write("job.ini", text, strlen(text));
    fz_write("s.xml", "<nrml/>", 7);
}

static void check_sites(const kr_sites *sites, kr_columns required)
{
    if (sites->n == 0)
        abort();
    for (size_t i = 0; i < sites->n; i++) {
        if (!(fabs(sites->lon[i]) <= 180) || !(fabs(sites->lat[i]) <= 90) ||
            !isfinite(sites->depth[i]))
            abort();
        for (int c = 0; c < KR_COL_COUNT; c++)
            if (required & (kr_columns)1 << c && !(sites->param[c] && isfinite(sites->param[c][i])))
                abort();
    }
}

static void use_amplification(kr_ctx *ctx, const kr_job *job, const kr_sites *sites)
{
    kr_amplification *amp = NULL;
    uint32_t *code = calloc(sites->n, sizeof *code);
    if (!code)
        abort();
    if (kr_amplification_read(ctx, job, &amp) == KR_OK &&
        kr_amplification_codes(ctx, job, amp, sites, code) == KR_OK) {
        for (size_t i = 0; i < sites->n; i++)
            if (code[i] >= amp->ncodes)
                abort();
        for (size_t f = 0; f < amp->nfunctions; f++) {
            double median = 0, sigma = 0;
            kr_amp_function_at(&amp->functions[f], 0, 0.15, &median, &sigma);
            if (!isfinite(median) || !(sigma >= 0))
                abort();
        }
    } else if (*kr_ctx_error(ctx) == '\0') {
        abort();
    }
    kr_amplification_destroy(&amp);
    free(code);
}

static void read_sites(unsigned kind)
{
    kr_ctx *ctx = NULL;
    kr_job *job = NULL;
    kr_sites *sites = NULL;
    kr_columns required = (kr_columns)1 << KR_COL_VS30;

    if (kind & BIT_DEPTHS)
        required |= (kr_columns)1 << KR_COL_Z1PT0 | (kr_columns)1 << KR_COL_Z2PT5 |
                    (kr_columns)1 << KR_COL_BACKARC;
    if (kr_ctx_create(&ctx) != KR_OK)
        abort();
    if (kr_job_read(ctx, fz_path("job.ini"), NULL, 0,
                    kind & BIT_EXACT ? KR_COMPAT_EXACT : KR_COMPAT_OQ_3_21, &job) == KR_OK &&
        kr_sites_read(ctx, job, required, &sites) == KR_OK) {
        check_sites(sites, required);
        if (job->amplification_file)
            use_amplification(ctx, job, sites);
    } else if (*kr_ctx_error(ctx) == '\0') {
        abort(); /* a failure says why */
    }
    kr_sites_destroy(&sites);
    kr_job_destroy(&job);
    if (kr_ctx_memory(ctx).current != 0)
        abort();
    kr_ctx_destroy(&ctx);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int last = -1;

    if (size == 0 || size > MOST)
        return 0;
    unsigned kind = *data++;
    size--;
    if (last != (int)kind)
        write_job(kind);
    last = (int)kind;
    const uint8_t *end = memmem(data, size, separator, sizeof separator - 1);
    size_t n = end ? (size_t)(end - data) : size, skip = end ? n + sizeof separator - 1 : n;
    fz_write("a.csv", data, n);
    fz_write("a.xml", data, n);
    fz_write("b.csv", data + skip, size - skip);
    read_sites(kind);
    return 0;
}

/* One of the two files changes, or the kind. */
static bool change(fz_doc *d, fz_bytes other)
{
    if (fz_random(d, 30) == 0)
        return fz_replace(d, (fz_span){0, 1}, &(char){(char)fz_random(d, 64)}, 1);
    const char *end = memmem(d->p + 1, d->n - 1, separator, sizeof separator - 1);
    fz_span part = {1, end ? (size_t)(end - d->p) : d->n};
    if (end && fz_random(d, 2))
        part = (fz_span){part.end + sizeof separator - 1, d->n};
    if (other.n > 0)
        other = (fz_bytes){other.p + 1, other.n - 1};
    if (part.at < part.end && d->p[part.at] == '<')
        return fz_change_xml(d, part, other);
    return fz_change_lines(d, part, other);
}

FZ_MUTATOR(change)
