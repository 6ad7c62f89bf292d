/* Ground-motion models evaluated for the rows of a table. */
#include "base/str.h"
#include "run/gmm_contexts.h"
#include "run/gmm_tool.h"

#include <math.h>

static const char place[] = "command line";

/* ---- the model ---- */

/* True if the text is a value as TOML has it; others are texts without quotes. */
static bool is_value(const char *text)
{
    double x;
    return kr_parse_double(text, &x) || kr_str_eq(text, "true") || kr_str_eq(text, "false") ||
           (text[0] && strchr("'\"[{", text[0]));
}

static kr_status append(kr_arena *arena, char **text, const char *line)
{
    char *longer = kr_arena_printf(arena, "%s\n%s", *text, line);
    if (!longer)
        return KR_ENOMEM;
    *text = longer;
    return KR_OK;
}

/* The model as TOML. Arguments stand right behind the head, before any table within. */
static kr_status toml_of(kr_ctx *ctx, const kr_gmm_named *model, kr_arena *arena, char **out)
{
    kr_status s = KR_OK;
    bool table = model->text[0] == '[';
    size_t head = table ? strcspn(model->text, "\n") : strlen(model->text);
    char *text = kr_arena_printf(arena, table ? "%.*s" : "[%.*s]", (int)head, model->text);

    if (!text)
        return KR_ENOMEM;
    for (size_t i = 0; i < model->nargs; i++) {
        const char *equals = strchr(model->args[i], '=');
        if (!equals || equals == model->args[i])
            return kr_fail(ctx, KR_EUSAGE, "--arg %s: an argument is key=value", model->args[i]);
        const char *mark = is_value(equals + 1) ? "" : "'";
        char *line = kr_arena_printf(arena, "%.*s = %s%s%s", (int)(equals - model->args[i]),
                                     model->args[i], mark, equals + 1, mark);
        if (!line)
            return KR_ENOMEM;
        KR_TRY(append(arena, &text, line));
    }
    if (table && model->text[head])
        KR_TRY(append(arena, &text, model->text + head + 1));
    *out = text;
out:
    return s;
}

kr_status kr_gmm_named_create(kr_ctx *ctx, const kr_gmm_named *model, const kr_imt *imts,
                              size_t nimts, kr_arena *arena, const kr_gmm **out)
{
    kr_status s = KR_OK;
    char *text = NULL;
    kr_value args;
    kr_gmm_spec spec = {.args = &args,
                        .file = place,
                        .line = 1,
                        .dir = "",
                        .forget_preset = model->text[0] == '[', /* as in a job */
                        .change_preset = true};

    KR_TRY(toml_of(ctx, model, arena, &text));
    KR_TRY(kr_value_read_toml(ctx, place, 1, text, arena, &spec.name, &args));
    KR_TRY(kr_gmm_create(ctx, &spec, imts, nimts, arena, out));
out:
    return s;
}

/* ---- measures ---- */

kr_status kr_gmm_read_imts(kr_ctx *ctx, const char *text, kr_arena *arena, kr_imt **out, size_t *n)
{
    kr_status s = KR_OK;
    char **words;

    KR_TRY(kr_split_words(arena, text, true, &words, n));
    KR_ANEW(*out, arena, *n + 1);
    for (size_t i = 0; i < *n; i++)
        if (!kr_contexts_measure(words[i], &(*out)[i])) {
            s = kr_fail(ctx, KR_EUSAGE, "'%s' is not a measure; PGA, SA(0.2) and 0.2 are",
                        words[i]);
            goto out;
        }
    if (*n == 0)
        s = kr_fail(ctx, KR_EUSAGE, "no measure is named");
out:
    return s;
}

/* ---- the table ---- */

static void print_head(const kr_contexts *c, const kr_gmm *gmm, FILE *out)
{
    static const char *const what[] = {"median", "total_stddev", "inter_stddev", "intra_stddev"};
    const char *comma = "";
    for (size_t i = 0; i < KR_COL_COUNT; i++)
        if (c->column[i] >= 0) {
            fprintf(out, "%s%s", comma, c->header[c->column[i]]);
            comma = ",";
        }
    for (size_t m = 0; m < gmm->nimts; m++)
        for (size_t k = 0; k < (gmm->has_tau_phi ? 4 : 2); k++)
            fprintf(out, ",%s%s %s%s", strchr(gmm->imts[m].name, ',') ? "\"" : "",
                    gmm->imts[m].name, what[k], strchr(gmm->imts[m].name, ',') ? "\"" : "");
    fputc('\n', out);
}

static void print_rows(const kr_contexts *c, const kr_gmm *gmm, FILE *out)
{
    for (size_t i = 0; i < c->n; i++) {
        const char *comma = "";
        for (size_t k = 0; k < KR_COL_COUNT; k++)
            if (c->column[k] >= 0) {
                fprintf(out, "%s%s", comma, c->fields[i][c->column[k]]);
                comma = ",";
            }
        for (size_t m = 0; m < gmm->nimts; m++)
            for (int k = 0; k < (gmm->has_tau_phi ? 4 : 2); k++)
                fprintf(out, ",%.9g", kr_contexts_result(c, gmm, (kr_gmm_result)k, m, i));
        fputc('\n', out);
    }
}

static void set_damping(kr_imt *imts, size_t n, double damping)
{
    for (size_t i = 0; i < n; i++)
        imts[i].damping = damping;
}

kr_status kr_gmm_evaluate(kr_ctx *ctx, const kr_gmm_named *model, const char *path,
                          const char *imts_text, FILE *out)
{
    kr_status s = KR_OK;
    kr_contexts c;
    kr_arena arena;
    kr_imt *imts = NULL;
    size_t nimts = 0;
    const kr_gmm *gmm = NULL;
    double damping = 0.0;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
    KR_TRY(kr_contexts_open(ctx, path, &c));
    imts = c.imts;
    nimts = c.nimts;
    if (imts_text)
        KR_TRY(kr_gmm_read_imts(ctx, imts_text, &arena, &imts, &nimts));
    if (nimts == 0) {
        s = kr_fail_at(ctx, path, 1,
                       "the table has no column for a measure; --imt PGA,SA(0.2) names them");
        goto out;
    }
    for (;;) {
        KR_TRY(kr_contexts_next(&c));
        if (c.n == 0)
            break;
        if (!gmm || damping != c.damping) {
            set_damping(imts, nimts, damping = c.damping);
            bool first = !gmm;
            KR_TRY(kr_gmm_named_create(ctx, model, imts, nimts, &arena, &gmm));
            if (first)
                print_head(&c, gmm, out);
        }
        KR_TRY(kr_contexts_eval(&c, gmm));
        print_rows(&c, gmm, out);
    }
    if (fflush(out) != 0 || ferror(out))
        s = kr_fail(ctx, KR_EIO, "the results cannot be written");
out:
    kr_contexts_close(&c);
    kr_arena_clear(&arena);
    return s;
}
