/* Figures of a finished run: what is chosen of it. */
#include "base/file.h"
#include "base/phase.h"
#include "base/str.h"
#include "draw/figure.h"
#include "geo/sphere.h"
#include "kauri/run.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double NEAR_KM = 25; /* a place names a site this near */
static const double DPI = 200;

/* What may be chosen of a figure. */
enum { SITE = 1, IMT = 2, STAT = 4, POE = 8, OWN = 16 };

static const struct {
    const char *name;
    kr_figure_fn *draw;
    unsigned choices;
} kinds[] = {{"curve", kr_draw_curves, SITE | IMT | STAT},
             {"fan", kr_draw_fan, SITE | IMT},
             {"uhs", kr_draw_spectra, SITE | STAT | POE},
             {"map", kr_draw_map, IMT | STAT | POE},
             {"tornado", kr_draw_tornado, SITE | IMT | POE},
             {"tree", kr_draw_tree, IMT},
             {"disagg", kr_draw_disagg, SITE | IMT | STAT | POE | OWN},
             {"disagg-map", kr_draw_disagg_map, SITE | IMT | STAT | POE | OWN},
             {"disagg-trt", kr_draw_disagg_trt, SITE | IMT | STAT | POE | OWN}};

typedef struct plotting {
    kr_ctx *ctx;
    const kr_plot_options *options;
    kr_arena arena;
    kr_figure figure;
    kr_figure_fn *draw;
    unsigned choices;
} plotting;

/* ------------------------------------------------------------------ what, and where to */

/* Nothing that is chosen is left aside. */
static kr_status check_choices(const plotting *p, const char *name, unsigned choices)
{
    const kr_plot_options *o = p->options;
    const char *wrong = o->nsites && !(choices & SITE)       ? "--site"
                        : o->nimts && !(choices & IMT)       ? "--imt"
                        : o->nstats && !(choices & STAT)     ? "--stat"
                        : !isnan(o->poe) && !(choices & POE) ? "--poe"
                                                             : NULL;
    return wrong ? kr_fail(p->ctx, KR_EUSAGE, "%s says nothing of the figure '%s'", wrong, name)
                 : KR_OK;
}

static kr_status choose_kind(plotting *p)
{
    const char *names[sizeof kinds / sizeof kinds[0]];
    size_t n = sizeof kinds / sizeof kinds[0];
    for (size_t k = 0; k < n; k++) {
        names[k] = kinds[k].name;
        if (kr_str_eq(p->options->what, kinds[k].name)) {
            p->draw = kinds[k].draw;
            p->choices = kinds[k].choices;
            return check_choices(p, kinds[k].name, kinds[k].choices);
        }
    }
    const char *near = kr_nearest(p->options->what, names, n);
    const char *all = names[0];
    for (size_t k = 1; k < n && all; k++)
        all = kr_arena_printf(&p->arena, "%s, %s", all, names[k]);
    if (!all)
        return KR_ENOMEM;
    return kr_fail(p->ctx, KR_EUSAGE, "no figure is called '%s'%s%s%s: %s", p->options->what,
                   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "", all);
}

static bool ends(const char *path, const char *ending)
{
    size_t n = strlen(path), k = strlen(ending);
    return n > k && kr_str_ieq(path + n - k, ending);
}

/* The folder of a finished run is not to be changed. */
static kr_status choose_file(plotting *p)
{
    kr_status s;
    char a[PATH_MAX], b[PATH_MAX];
    const char *path = p->options->output;
    const char *dir = kr_path_dir(&p->arena, path);
    if (!dir)
        return KR_ENOMEM;
    if (ends(path, ".svg"))
        p->figure.picture = KR_PICTURE_SVG;
    else if (ends(path, ".png"))
        p->figure.picture = KR_PICTURE_PNG;
    else if (ends(path, ".pdf"))
        p->figure.picture = KR_PICTURE_PDF;
    else
        return kr_fail(p->ctx, KR_EUSAGE, "-o %s: a name that ends in .svg, .png or .pdf is wanted",
                       path);
    s = kr_make_dirs(p->ctx, dir);
    if (s == KR_OK && realpath(dir, a) && realpath(p->options->dir, b) && kr_str_eq(a, b))
        return kr_fail(p->ctx, KR_EUSAGE,
                       "-o %s: a finished run is not changed; give another folder", path);
    p->figure.path = path;
    p->figure.dpi = p->options->dpi > 0 ? p->options->dpi : DPI;
    return s;
}

/* ------------------------------------------------------------------ sites */

static bool is_place(const char *text, double *lon, double *lat)
{
    const char *end = text + strlen(text), *p = kr_read_double(text, end, lon);
    if (!p || *p != ',')
        return false;
    p++;
    p += kr_is_space(*p);
    p = kr_read_double(p, end, lat);
    return p == end;
}

static kr_status nearest_site(const plotting *p, const char *text, double lon, double lat,
                              size_t *out)
{
    const kr_sites *sites = p->figure.stored->sites;
    double least = INFINITY;
    if (!(fabs(lon) <= 360 && fabs(lat) <= 90))
        return kr_fail(p->ctx, KR_EUSAGE,
                       "--site %s: a longitude and a latitude are wanted, such as 174.5,-41.2",
                       text);
    for (size_t i = 0; i < sites->n; i++) {
        double km = kr_distance_km(lon, lat, 0, sites->lon[i], sites->lat[i], 0);
        if (km < least) {
            least = km;
            *out = i;
        }
    }
    if (least <= NEAR_KM)
        return KR_OK;
    return kr_fail(p->ctx, KR_EUSAGE,
                   "--site %s: no site within %g km: the nearest is %zu, %.0f km "
                   "away",
                   text, NEAR_KM, *out, least);
}

/* The first site from `from` on that has the id. */
static bool find_id(const kr_sites *sites, const char *id, size_t from, size_t *out)
{
    for (size_t i = from; i < sites->n && sites->custom_site_id; i++)
        if (kr_str_eq(sites->custom_site_id[i], id)) {
            *out = i;
            return true;
        }
    return false;
}

/* A number, a place, or an id (where numbers are ids, with "id:" before it). */
static kr_status find_site(const plotting *p, const char *text, size_t *out)
{
    const kr_sites *sites = p->figure.stored->sites;
    const char *id = kr_str_starts(text, "id:") ? text + 3 : text;
    double lon, lat;
    long long number;
    if (id == text && kr_parse_int(text, &number) && number >= 0 && (size_t)number < sites->n) {
        *out = (size_t)number;
        return KR_OK;
    }
    if (is_place(text, &lon, &lat))
        return nearest_site(p, text, lon, lat, out);
    if (find_id(sites, id, 0, out)) {
        size_t other;
        if (!find_id(sites, id, *out + 1, &other))
            return KR_OK;
        return kr_fail(p->ctx, KR_EUSAGE,
                       "--site %s: sites %zu and %zu have this id; give a number", text, *out,
                       other);
    }
    return kr_fail(p->ctx, KR_EUSAGE,
                   "--site %s: a number from 0 to %zu, a place such as 174.5,-41.2%s is wanted",
                   text, sites->n - 1, sites->custom_site_id ? " or the id of a site" : "");
}

static kr_status choose_sites(plotting *p)
{
    kr_status s = KR_OK;
    size_t *sites;
    KR_ANEW(sites, &p->arena, p->options->nsites + 1);
    for (size_t i = 0; i < p->options->nsites; i++)
        KR_TRY(find_site(p, p->options->sites[i], &sites[i]));
    p->figure.sites = sites;
    p->figure.nsites = p->options->nsites;
out:
    return s;
}

/* ------------------------------------------------------------------ measures and statistics */

/* A list of what there is, for messages. */
static const char *list_of(plotting *p, bool measures)
{
    const kr_stored *x = p->figure.stored;
    const char *text = "";
    size_t n = measures ? x->job->nimts : x->nstats;
    for (size_t i = 0; i < n && text; i++)
        text = kr_arena_printf(&p->arena, "%s%s%s", text, i ? ", " : "",
                               measures ? x->job->imts[i].name : x->stats[i]);
    return text;
}

static kr_status choose_measures(plotting *p)
{
    kr_status s = KR_OK;
    const kr_job *job = p->figure.stored->job;
    size_t *imts;
    kr_imt parsed;
    KR_ANEW(imts, &p->arena, p->options->nimts + 1);
    for (size_t i = 0; i < p->options->nimts; i++) {
        const char *text = p->options->imts[i];
        const char *name = kr_imt_parse(text, &parsed) ? parsed.name : text;
        size_t m = 0;
        while (m < job->nimts && !kr_str_eq(job->imts[m].name, name))
            m++;
        if (m == job->nimts) {
            const char *all = list_of(p, true);
            s = all ? kr_fail(p->ctx, KR_EUSAGE, "--imt %s: was not computed; there is %s", text,
                              all)
                    : KR_ENOMEM;
            goto out;
        }
        imts[i] = m;
    }
    p->figure.imts = imts;
    p->figure.nimts = p->options->nimts;
out:
    return s;
}

static kr_status choose_statistics(plotting *p)
{
    kr_status s = KR_OK;
    const kr_stored *x = p->figure.stored;
    size_t *stats;
    if (p->choices & OWN && p->options->nstats == 1) { /* the figure looks for it */
        p->figure.disagg = p->options->stats[0];
        return KR_OK;
    }
    KR_ANEW(stats, &p->arena, p->options->nstats + 1);
    for (size_t i = 0; i < p->options->nstats; i++) {
        const char *text = p->options->stats[i];
        size_t k = 0;
        while (k < x->nstats && !kr_str_eq(x->stats[k], text))
            k++;
        if (k == x->nstats) {
            const char *all = list_of(p, false);
            s = all ? kr_fail(
                          p->ctx, KR_EUSAGE,
                          "--stat %s: was not computed; there is %s; kauri stats computes others",
                          text, all[0] ? all : "none")
                    : KR_ENOMEM;
            goto out;
        }
        stats[i] = k;
    }
    p->figure.stats = stats;
    p->figure.nstats = p->options->nstats;
out:
    return s;
}

/* ------------------------------------------------------------------ all */

kr_status kr_plot_results(kr_ctx *ctx, const kr_plot_options *options)
{
    kr_status s = KR_OK;
    plotting p = {.ctx = ctx, .options = options};
    kr_arena_init(&p.arena, ctx, KR_ACCOUNT_OUTPUT);
    p.figure = (kr_figure){.ctx = ctx, .arena = &p.arena, .poe = options->poe};
    kr_phase_begin(ctx, "reading results");
    KR_TRY(choose_kind(&p));
    KR_TRY(choose_file(&p));
    KR_TRY(kr_stored_open(ctx, options->dir, &p.figure.stored));
    KR_TRY(choose_sites(&p));
    KR_TRY(choose_measures(&p));
    KR_TRY(choose_statistics(&p));
    kr_phase_begin(ctx, "drawing");
    KR_TRY(p.draw(&p.figure));
    kr_info(ctx, "figure in %s", options->output);
out:
    kr_stored_close(&p.figure.stored);
    kr_arena_clear(&p.arena);
    kr_phase_end(ctx);
    return s;
}
