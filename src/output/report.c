#include "output/report.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "kauri/version.h"
#include "output/output_data.h"
#include "output/report_int.h"

/* ------------------------------------------------------------------ the page */

static void put_file(FILE *out, const char *name)
{
    const kr_output_data *f = kr_output_data_find(name);
    if (f)
        fwrite(f->bytes, 1, (size_t)(f->end - f->bytes), out);
}

static void put_scripts(FILE *out)
{
    static const char *const scripts[] = {"report_engine.js", "report_plot.js",   "report_data.js",
                                          "report_panels.js", "report_moved.js",  "report_map.js",
                                          "report_bars.js",   "report_disagg.js", "report_page.js"};
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        fputs("<script>\n", out);
        put_file(out, scripts[i]);
        fputs("</script>\n", out);
    }
}

/* The flame graph that results.h5 has, or the file beside it; *out stays NULL where there is none,
 * or where it is too large, in which case *left_out tells its bytes. */
static kr_status read_flame(kr_reporter *r, void **out, size_t *n, double *left_out)
{
    static const char NAME[] = "performance/flame";
    kr_status s = KR_OK;
    size_t dims[KR_H5_MAX_RANK];
    int rank;
    char *text;
    bool found;
    if (kr_h5_exists(r->file, NAME)) {
        KR_TRY(kr_h5_dims(r->file, NAME, dims, &rank));
        if (rank != 1 || dims[0] > KR_FLAME_BYTES_MAX)
            return kr_fail(r->ctx, KR_EINPUT,
                           "%s: '%s' is not what it should be: the file is damaged", r->spec->file,
                           NAME);
        return kr_h5_read(r->file, NAME, KR_H5_U8, &r->arena, out, n);
    }
    if (kr_h5_exists(r->file, "performance"))
        KR_TRY(kr_h5_attr_double(r->file, "performance", "flame_left_out", left_out, &found));
    if (*left_out > 0 || !r->spec->flame)
        return KR_OK;
    int64_t bytes = kr_file_size(r->spec->flame);
    if (bytes > KR_FLAME_BYTES_MAX) {
        *left_out = (double)bytes;
    } else if (bytes > 0) {
        KR_TRY(kr_file_read(r->ctx, r->spec->flame, KR_FLAME_BYTES_MAX, &r->arena, &text, n));
        *out = text;
    }
out:
    return s;
}

/* As an image: nothing in it is ever executed. */
static kr_status put_flame(kr_reporter *r)
{
    kr_status s = KR_OK;
    kr_base64 b = {.out = r->out};
    void *flame = NULL;
    size_t n = 0;
    double left_out = 0;
    KR_TRY(read_flame(r, &flame, &n, &left_out));
    if (n == 0 && !(left_out > 0))
        return KR_OK;
    fprintf(r->out, "<script type=\"text/plain\" id=\"b-flame\" data-left-out=\"%.0f\">",
            left_out > 0 ? left_out : 0);
    kr_base64_put(&b, flame, n);
    kr_base64_end(&b);
    fputs("</script>\n", r->out);
out:
    return s;
}

static kr_status put_data(kr_reporter *r)
{
    kr_status s = KR_OK;
    fputs("<script type=\"application/json\" id=\"d\">{", r->out);
    KR_TRY(kr_report_job(r));
    KR_TRY(kr_report_sites(r));
    kr_report_tree(r);
    KR_TRY(kr_report_performance(r));
    KR_TRY(kr_report_map(r));
    KR_TRY(kr_report_disagg(r));
    fputs("}</script>\n", r->out);
    KR_TRY(kr_report_curves(r));
    KR_TRY(kr_report_maps(r));
    KR_TRY(kr_report_rates(r));
    KR_TRY(kr_report_disagg_rates(r));
    KR_TRY(put_flame(r));
out:
    return s;
}

static kr_status put_page(kr_reporter *r)
{
    kr_status s = KR_OK;
    /* the mark by which a run knows its own files */
    fputs("<!DOCTYPE html>\n<!-- generated_by='Kauri " KAURI_VERSION "' -->\n"
          "<html lang=\"en\"><head><meta charset=\"utf-8\">\n<style>\n",
          r->out);
    put_file(r->out, "report.css");
    fputs("</style>\n", r->out);
    put_file(r->out, "report.html");
    KR_TRY(put_data(r));
    put_scripts(r->out);
    fputs("</body></html>\n", r->out);
out:
    return s;
}

kr_status kr_report_write(kr_ctx *ctx, const kr_report_spec *spec, const char *path)
{
    kr_status s = KR_OK;
    kr_outfile out = {.fd = -1};
    kr_reporter r = {.ctx = ctx, .spec = spec, .results = spec->results};
    kr_arena_init(&r.arena, ctx, KR_ACCOUNT_OUTPUT);
    r.nlevels = kr_job_curve_levels(spec->results->job);
    KR_TRY(kr_h5_open(ctx, spec->file, &r.file));
    KR_TRY(kr_report_choose(&r));
    KR_TRY(kr_report_choose_disagg(&r));
    /* In a folder that may come from anybody a pipe or a link to a device is replaced. */
    s = spec->any_file ? kr_outfile_begin_any(ctx, path, &out) : kr_outfile_begin(ctx, path, &out);
    if (s == KR_OK) {
        r.out = out.file;
        s = put_page(&r);
    }
    s = kr_outfile_end(&out, s);
out:
    kr_h5_discard(&r.file);
    kr_arena_clear(&r.arena);
    return s;
}

double kr_report_predicted_bytes(const kr_results_spec *p)
{
    const kr_job *job = p->job;
    double sites = (double)p->sites->n, imts = (double)job->nimts;
    double curves = 4 * sites * (double)p->nstats * imts * (double)kr_job_curve_levels(job);
    double maps = 4 * sites * (double)p->nstats * imts * (double)job->poes.n;
    double rates = kr_results_rates_bytes(p);
    curves = curves < KR_REPORT_CURVES ? curves : KR_REPORT_CURVES;
    maps = maps < KR_REPORT_MAPS ? maps : KR_REPORT_MAPS;
    rates = rates < KR_REPORT_RATES ? rates : KR_REPORT_RATES;
    double disagg = p->disagg ? KR_REPORT_DISAGG + 1e6 : 0; /* and its coast and sources */
    double listed = sites < KR_REPORT_SITES ? sites : KR_REPORT_SITES;
    return 400000 + 60 * listed + (curves + maps + rates + disagg) * 4 / 3;
}
