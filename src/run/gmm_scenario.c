#include "run/gmm_scenario.h"

#include "base/outfile.h"
#include "base/str.h"
#include "run/gmm_contexts.h"
#include "run/gmm_plane.h"

#include <math.h>
#include <stdlib.h>

enum { USUAL_POINTS = 61 };

static const char period[] = "period";

/* What the text gives. */
typedef struct given {
    double value[KR_COL_COUNT];
    kr_columns known;
    const char *range; /* the word with it; NULL: none yet */
    double lo, hi;
    size_t n;
} given;

/* ---- the text ---- */

static kr_status bad_word(kr_ctx *ctx, const char *word, const char *why)
{
    return kr_fail(ctx, KR_EUSAGE, "--scenario: %s: %s", word, why);
}

static kr_status unknown_key(kr_ctx *ctx, const char *key)
{
    const char *names[KR_COL_COUNT + 1];
    for (unsigned c = 0; c < KR_COL_COUNT; c++)
        names[c] = kr_column_name((kr_column)c);
    names[KR_COL_COUNT] = period;
    const char *near = kr_nearest(key, names, KR_COL_COUNT + 1);
    if (near)
        return kr_fail(ctx, KR_EUSAGE, "--scenario: no quantity is called %s; did you mean %s?",
                       key, near);
    return kr_fail(ctx, KR_EUSAGE,
                   "--scenario: no quantity is called %s; mag, rrup, vs30 and period are", key);
}

/* Numbers that have no meaning. */
static kr_status check_value(kr_ctx *ctx, const char *word, kr_column c, double lo, double hi)
{
    bool distance = (KR_PLANE_DISTANCES & ~KR_BIT(RX)) >> c & 1u;
    bool length = c == KR_COL_WIDTH || c == KR_COL_VS30 || c == KR_COL_COUNT;
    if (length && !(lo > 0.0))
        return bad_word(ctx, word, "a number above 0 is wanted");
    if ((distance || c == KR_COL_ZTOR || c == KR_COL_ZBOT || c == KR_COL_HYPO_DEPTH) && lo < 0.0)
        return bad_word(ctx, word, "a number not below 0 is wanted");
    if (c == KR_COL_DIP && !(lo > 0.0 && hi <= 90.0))
        return bad_word(ctx, word, "a dip is above 0 and not above 90 degrees");
    if (c == KR_COL_RAKE && !(lo >= -180.0 && hi <= 180.0))
        return bad_word(ctx, word, "a rake is -180 to 180 degrees");
    if (c == KR_COL_MAG && !(lo >= 0.0 && hi <= 10.0))
        return bad_word(ctx, word, "a magnitude is 0 to 10");
    if (c == KR_COL_RY0 && (lo != 0.0 || hi != 0.0))
        return bad_word(ctx, word, "the site is across the middle of the rupture, where ry0 is 0");
    return KR_OK;
}

static bool finite_number(const char *text, double *out)
{
    return kr_parse_double(text, out) && isfinite(*out);
}

static kr_status read_range(kr_ctx *ctx, const char *word, char *text, given *g)
{
    char *colon = strchr(text, ':'), *second = strchr(colon + 1, ':');
    long long n = USUAL_POINTS;

    if (g->range)
        return kr_fail(ctx, KR_EUSAGE, "--scenario: %s and %s: one range at a time", g->range,
                       word);
    *colon = '\0';
    if (second)
        *second = '\0';
    if (!finite_number(text, &g->lo) || !finite_number(colon + 1, &g->hi) || !(g->lo < g->hi))
        return bad_word(ctx, word, "a range is lo:hi or lo:hi:n, with lo below hi");
    if (second && (!kr_parse_int(second + 1, &n) || n < 2 || n > KR_GMM_BATCH))
        return bad_word(ctx, word, "a range has 2 to 256 points");
    g->range = word;
    g->n = (size_t)n;
    return KR_OK;
}

static kr_status read_word(kr_ctx *ctx, const char *word, kr_arena *arena, given *g,
                           kr_scenario *out)
{
    kr_status s = KR_OK;
    char *key;

    KR_ASTR(key, arena, word);
    char *text = strchr(key, '=');
    if (!text)
        return bad_word(ctx, word, "key=value is wanted");
    *text++ = '\0';
    kr_column c = kr_column_find(key);
    if (c == KR_COL_COUNT && !kr_str_eq(key, period))
        return unknown_key(ctx, key);
    if (c == KR_COL_COUNT && !strchr(text, ':'))
        return bad_word(ctx, word, "a range is wanted; --imt names single measures");
    if (c != KR_COL_COUNT && g->known >> c & 1u)
        return bad_word(ctx, word, "this is given twice");
    if (c != KR_COL_COUNT)
        g->known |= (kr_columns)1 << c;
    if (c != KR_COL_COUNT && kr_column_is_word(c)) {
        out->word[c] = text;
        g->value[c] = kr_column_code(text);
    } else if (strchr(text, ':')) {
        KR_TRY(read_range(ctx, word, text, g));
        KR_TRY(check_value(ctx, word, c, g->lo, g->hi));
        out->over = c;
    } else if (finite_number(text, &g->value[c])) {
        KR_TRY(check_value(ctx, word, c, g->value[c], g->value[c]));
    } else {
        return bad_word(ctx, word, "a number is wanted");
    }
out:
    return s;
}

/* No range: its one distance is a range of one point. */
static void take_one_point(given *g, kr_scenario *out)
{
    for (unsigned c = 0; c < KR_COL_COUNT; c++)
        if ((KR_PLANE_DISTANCES & g->known) >> c & 1u) {
            out->over = (kr_column)c;
            g->lo = g->hi = g->value[c];
        }
    g->n = 1;
}

static kr_status read_text(kr_ctx *ctx, const char *text, kr_arena *arena, given *g,
                           kr_scenario *out)
{
    kr_status s = KR_OK;
    char **words;
    size_t n;

    KR_TRY(kr_split_words(arena, text, false, &words, &n));
    for (size_t i = 0; i < n; i++)
        KR_TRY(read_word(ctx, words[i], arena, g, out));
    const kr_columns distances = g->known & KR_PLANE_DISTANCES;
    if (!KR_HAS(g->known, MAG))
        s = kr_fail(ctx, KR_EUSAGE, "--scenario: a magnitude is wanted: mag=7");
    else if (!distances || (distances & (distances - 1)))
        s = kr_fail(
            ctx, KR_EUSAGE,
            "--scenario: one of rrup, rjb, rx, repi and rhypo is wanted: the others follow");
    else if (!g->range)
        take_one_point(g, out);
out:
    return s;
}

/* ---- points ---- */

static double rounded(double x, int digits)
{
    char text[40];
    snprintf(text, sizeof text, "%.*e", digits - 1, x);
    return strtod(text, NULL);
}

static double point_of(const given *g, const kr_scenario *out, size_t i)
{
    if (i == 0 || i == g->n - 1)
        return i == 0 ? g->lo : g->hi;
    double share = (double)i / (double)(g->n - 1);
    return rounded(
        out->equal_ratios ? g->lo * pow(g->hi / g->lo, share) : g->lo + (g->hi - g->lo) * share, 6);
}

static double nearest_distance(const given *g, kr_column over)
{
    for (unsigned c = 0; c < KR_COL_COUNT; c++)
        if ((KR_PLANE_DISTANCES & g->known) >> c & 1u)
            return c == over ? g->lo : g->value[c];
    return 0.0;
}

/* All columns for all points, with the digits that they are written with. */
static kr_status fill_columns(kr_ctx *ctx, const given *g, kr_arena *arena, kr_scenario *out,
                              kr_columns *known)
{
    kr_status s = KR_OK;
    const kr_column over = out->over;
    const bool by_ratio =
        over == KR_COL_COUNT || over == KR_COL_VS30 || (KR_PLANE_DISTANCES >> over & 1u);

    out->n = g->n;
    out->equal_ratios = by_ratio && g->lo > 0.0;
    KR_ANEW(out->at, arena, g->n);
    KR_ANEW(out->columns, arena, (size_t)KR_COL_COUNT * KR_GMM_BATCH);
    for (size_t i = 0; i < kr_gmm_padded(g->n); i++) {
        double x[KR_COL_COUNT];
        size_t k = i < g->n ? i : g->n - 1;
        memcpy(x, g->value, sizeof x);
        out->at[k] = point_of(g, out, k);
        if (over != KR_COL_COUNT)
            x[over] = out->at[k];
        x[KR_COL_MAG] = rint(x[KR_COL_MAG] * 1000.0) / 1000.0;
        *known = g->known;
        KR_TRY(kr_plane_fill(ctx, x, nearest_distance(g, over), known));
        for (unsigned c = 0; c < KR_COL_COUNT; c++)
            out->columns[(size_t)c * KR_GMM_BATCH + i] =
                kr_column_is_word((kr_column)c) ? x[c] : rounded(x[c], 9);
        if (over == KR_COL_MAG)
            out->at[k] = x[KR_COL_MAG];
    }
out:
    return s;
}

static kr_status set_measures(kr_ctx *ctx, const char *imts, kr_arena *arena, kr_scenario *out)
{
    kr_status s = KR_OK;
    char name[48];

    if (out->over != KR_COL_COUNT)
        return kr_gmm_read_imts(ctx, imts ? imts : "PGA,SA(1.0)", arena, &out->imts, &out->nimts);
    if (imts)
        return kr_fail(ctx, KR_EUSAGE, "--imt %s: the range of periods has its own measures", imts);
    KR_ANEW(out->imts, arena, out->n);
    out->nimts = out->n;
    for (size_t i = 0; i < out->n; i++) {
        snprintf(name, sizeof name, "SA(%.9g)", out->at[i]);
        if (!kr_imt_parse(name, &out->imts[i])) {
            s = kr_fail(ctx, KR_EUSAGE, "--scenario: '%s' is not a measure", name);
            goto out;
        }
        out->at[i] = out->imts[i].period;
    }
out:
    return s;
}

/* ---- models ---- */

/* A TOML table as one line without brackets. */
static kr_status label_of(const char *text, kr_arena *arena, const char **out)
{
    kr_status s = KR_OK;
    char *copy, *to;

    KR_ASTR(copy, arena, text);
    *out = to = copy;
    if (copy[0] != '[')
        return KR_OK;
    size_t head = strcspn(text, "]");
    for (const char *p = text + 1; *p; p++) {
        if (p == text + head)
            continue;
        *to++ = *p == '\n' ? ' ' : *p;
    }
    *to = '\0';
    *out = kr_trim(copy);
out:
    return s;
}

static kr_status check_needs(kr_ctx *ctx, const kr_gmm *gmm, kr_columns known)
{
    for (unsigned c = 0; c < KR_COL_COUNT; c++)
        if ((gmm->needs & ~known) >> c & 1u)
            return kr_fail(ctx, KR_EUSAGE,
                           "--scenario: %s needs %s, which does not follow from the others: give "
                           "%s=%s",
                           gmm->cls->name, kr_column_name((kr_column)c),
                           kr_column_name((kr_column)c),
                           kr_column_is_word((kr_column)c) ? "WORD" : "NUMBER");
    return KR_OK;
}

/* The measures among `imts` that the model gives. KR_EINPUT, with what it says, if it gives none.
 */
static kr_status find_given(kr_ctx *ctx, const kr_gmm_named *model, const kr_scenario *sc,
                            kr_imt *imts, size_t *place)
{
    kr_status s = KR_OK;
    kr_arena arena;
    size_t n = 0;

    for (size_t i = 0; i < sc->nimts; i++) {
        const kr_gmm *gmm;
        kr_ctx_clear_error(ctx);
        kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
        s = kr_gmm_named_create(ctx, model, &sc->imts[i], 1, &arena, &gmm);
        kr_arena_clear(&arena);
        if (s == KR_OK) {
            place[n] = i;
            imts[n++] = sc->imts[i];
        } else if (s != KR_EINPUT) {
            return s;
        }
    }
    if (n == 0)
        return s;
    kr_ctx_clear_error(ctx);
    place[n] = sc->nimts;
    return KR_OK;
}

/* The model for all measures, or for those of the periods that it gives; place: where these are
 * among all, ending with nimts. */
static kr_status create(kr_ctx *ctx, const kr_gmm_named *model, const kr_scenario *sc,
                        kr_arena *arena, size_t *place, const kr_gmm **out)
{
    kr_status s = KR_OK;
    kr_imt *imts;

    for (size_t i = 0; i <= sc->nimts; i++)
        place[i] = i;
    s = kr_gmm_named_create(ctx, model, sc->imts, sc->nimts, arena, out);
    if (s != KR_EINPUT || sc->over != KR_COL_COUNT)
        return s;
    kr_ctx_clear_error(ctx);
    KR_ANEW(imts, arena, sc->nimts);
    KR_TRY(find_given(ctx, model, sc, imts, place));
    size_t n = 0;
    while (place[n] < sc->nimts)
        n++;
    KR_TRY(kr_gmm_named_create(ctx, model, imts, n, arena, out));
out:
    return s;
}

static kr_status make_out(const kr_gmm *gmm, kr_arena *arena, kr_gmm_batch *batch, kr_gmm_out *out)
{
    kr_status s = KR_OK;
    const size_t size = gmm->nimts * KR_GMM_BATCH;
    char *room;

    KR_ANEW(room, arena, gmm->scratch * sizeof(double) + 64);
    batch->scratch = (double *)(void *)(room + (64 - (uintptr_t)room % 64));
    out->stride = KR_GMM_BATCH;
    KR_ANEW(out->mean, arena, size);
    KR_ANEW(out->sigma, arena, size);
    if (gmm->has_tau_phi) {
        KR_ANEW(out->tau, arena, size);
        KR_ANEW(out->phi, arena, size);
    }
out:
    return s;
}

static kr_status eval_model(const kr_gmm *gmm, size_t model, const size_t *place, kr_scenario *sc)
{
    kr_status s = KR_OK;
    const bool periods = sc->over == KR_COL_COUNT;
    kr_gmm_batch batch = {.n = periods ? 1 : sc->n};
    kr_gmm_out r = {0};
    kr_arena arena;

    kr_arena_init(&arena, gmm->arena->ctx, KR_ACCOUNT_GMM);
    KR_TRY(make_out(gmm, &arena, &batch, &r));
    for (unsigned c = 0; c < KR_COL_COUNT; c++)
        if (gmm->needs >> c & 1u)
            batch.col[c] = sc->columns + (size_t)c * KR_GMM_BATCH;
    KR_TRY(kr_gmm_check_vs30(gmm->arena->ctx, gmm, batch.col[KR_COL_VS30], batch.n));
    kr_gmm_eval(gmm, &batch, &r);
    for (size_t m = 0; m < gmm->nimts; m++)
        for (size_t i = 0; i < batch.n; i++) {
            size_t k = m * KR_GMM_BATCH + i;
            *kr_scenario_at(sc, model, periods ? 0 : m, periods ? place[m] : i) =
                (kr_scenario_value){gmm->imts[m].kind == KR_IMT_MMI ? r.mean[k] : exp(r.mean[k]),
                                    r.sigma[k], r.tau ? r.tau[k] : NAN, r.phi ? r.phi[k] : NAN};
        }
out:
    kr_arena_clear(&arena);
    return s;
}

kr_status kr_scenario_make(kr_ctx *ctx, const kr_gmm_named *models, size_t nmodels,
                           const char *text, const char *imts, kr_arena *arena, kr_scenario *out)
{
    kr_status s = KR_OK;
    given g = {0};
    kr_columns known = 0;
    size_t *place;

    *out = (kr_scenario){.text = text, .over = KR_COL_COUNT, .nmodels = nmodels};
    KR_TRY(read_text(ctx, text, arena, &g, out));
    KR_TRY(fill_columns(ctx, &g, arena, out, &known));
    KR_TRY(set_measures(ctx, imts, arena, out));
    out->given = out->used = g.known;
    const size_t nvalues = nmodels * kr_scenario_panels(out) * out->n;
    KR_ANEW(out->models, arena, nmodels);
    KR_ANEW(place, arena, out->nimts + 1);
    KR_ANEW(out->values, arena, nvalues);
    for (size_t i = 0; i < nvalues; i++)
        out->values[i] = (kr_scenario_value){NAN, NAN, NAN, NAN};
    for (size_t i = 0; i < nmodels; i++) {
        const kr_gmm *gmm = NULL;
        KR_TRY(label_of(models[i].text, arena, &out->models[i]));
        KR_TRY(create(ctx, &models[i], out, arena, place, &gmm));
        KR_TRY(check_needs(ctx, gmm, known));
        out->used |= gmm->needs;
        KR_TRY(eval_model(gmm, i, place, out));
    }
out:
    return s;
}

/* ---- CSV ---- */

static void put_text(const char *text, FILE *out)
{
    if (!strpbrk(text, ",\"\n\r")) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void put_number(double x, FILE *out)
{
    fputc(',', out);
    if (!isnan(x))
        fprintf(out, "%.9g", x);
}

static void put_row(const kr_scenario *sc, size_t model, size_t panel, size_t i, FILE *out)
{
    const kr_scenario_value v = *kr_scenario_at(sc, model, panel, i);
    if (isnan(v.median))
        return;
    put_text(sc->models[model], out);
    fputc(',', out);
    put_text(kr_scenario_imt(sc, panel, i)->name, out);
    put_number(sc->at[i], out);
    for (unsigned c = 0; c < KR_COL_COUNT; c++) {
        if (c == sc->over || !(sc->used >> c & 1u))
            continue;
        if (sc->word[c]) {
            fputc(',', out);
            put_text(sc->word[c], out);
        } else {
            put_number(sc->columns[(size_t)c * KR_GMM_BATCH + i], out);
        }
    }
    put_number(v.median, out);
    put_number(v.total, out);
    put_number(v.inter, out);
    put_number(v.intra, out);
    fputc('\n', out);
}

void kr_scenario_csv(const kr_scenario *sc, FILE *out)
{
    fprintf(out, "model,measure,%s", sc->over == KR_COL_COUNT ? period : kr_column_name(sc->over));
    for (unsigned c = 0; c < KR_COL_COUNT; c++)
        if (c != sc->over && (sc->used >> c & 1u))
            fprintf(out, ",%s", kr_column_name((kr_column)c));
    fputs(",median,total_stddev,inter_stddev,intra_stddev\n", out);
    for (size_t model = 0; model < sc->nmodels; model++)
        for (size_t panel = 0; panel < kr_scenario_panels(sc); panel++)
            for (size_t i = 0; i < sc->n; i++)
                put_row(sc, model, panel, i, out);
}

/* ---- files ---- */

typedef void (*writer)(const kr_scenario *sc, FILE *out);

/* <prefix>.<ending>; a prefix that has one of the endings already loses it. */
static kr_status write_file(kr_ctx *ctx, const kr_scenario *sc, const char *prefix,
                            const char *ending, writer write)
{
    kr_status s = KR_OK;
    kr_arena arena;
    char *path;
    kr_outfile out;
    size_t n = strlen(prefix);

    kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
    if (n > 4 && (kr_str_ends(prefix, ".csv") || kr_str_ends(prefix, ".svg")))
        n -= 4;
    path = kr_arena_printf(&arena, "%.*s.%s", (int)n, prefix, ending);
    KR_TRY(path ? kr_outfile_begin_any(ctx, path, &out) : KR_ENOMEM);
    write(sc, out.file);
out:
    s = path ? kr_outfile_end(&out, s) : s;
    kr_arena_clear(&arena);
    return s;
}

kr_status kr_gmm_scenario(kr_ctx *ctx, const kr_gmm_named *models, size_t nmodels, const char *text,
                          const char *imts, const kr_scenario_output *to)
{
    kr_status s = KR_OK;
    kr_arena arena;
    kr_scenario sc;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
    KR_TRY(kr_scenario_make(ctx, models, nmodels, text, imts, &arena, &sc));
    if (to->svg && sc.n < 2) {
        s = kr_fail(ctx, KR_EUSAGE,
                    "--scenario: a drawing wants a range: rrup=1:300, mag=5:8 or period=0.01:10");
        goto out;
    }
    if (to->csv && to->prefix) {
        KR_TRY(write_file(ctx, &sc, to->prefix, "csv", kr_scenario_csv));
    } else if (to->csv) {
        kr_scenario_csv(&sc, stdout);
        if (fflush(stdout) != 0 || ferror(stdout))
            s = kr_fail(ctx, KR_EIO, "the results cannot be written");
    }
    if (to->svg && s == KR_OK)
        s = write_file(ctx, &sc, to->prefix, "svg", kr_scenario_svg);
out:
    kr_arena_clear(&arena);
    return s;
}
