/* The catalogue of the ground-motion models. */
#include "base/json.h"
#include "base/str.h"
#include "run/gmm_tool.h"

#include <math.h>
#include <stdlib.h>

enum { FEW = 24, WIDE = 1024 };

static const char *const component_text[] = {
    [KR_COMPONENT_AVERAGE_HORIZONTAL] = "average horizontal",
    [KR_COMPONENT_GMROTI50] = "GMRotI50",
    [KR_COMPONENT_ROTD50] = "RotD50",
    [KR_COMPONENT_ROTD100] = "RotD100",
    [KR_COMPONENT_GMROTD100] = "GMRotD100",
    [KR_COMPONENT_RANDOM_HORIZONTAL] = "random horizontal",
    [KR_COMPONENT_GREATER_OF_TWO] = "greater of two horizontal",
    [KR_COMPONENT_HORIZONTAL] = "horizontal",
    [KR_COMPONENT_MEDIAN_HORIZONTAL] = "median horizontal",
    [KR_COMPONENT_PEAK_SRSS] = "peak SRSS horizontal",
    [KR_COMPONENT_VERTICAL] = "vertical",
    [KR_COMPONENT_VERTICAL_TO_HORIZONTAL] = "vertical to horizontal",
    [KR_COMPONENT_UNKNOWN] = "as its part",
};

static bool holds(const char *text, const char *part)
{
    size_t n = strlen(part);
    char start[128];
    if (n >= sizeof start)
        return false;
    for (; text && *text; text++) {
        snprintf(start, sizeof start, "%.*s", (int)n, text);
        if (kr_str_ieq(start, part))
            return true;
    }
    return n == 0;
}

static bool class_matches(const kr_gmm_class *cls, const char *text)
{
    return !text || holds(cls->name, text) || holds(cls->title, text) || holds(cls->trt, text);
}

static bool alias_matches(const kr_gmm_alias *alias, const char *text)
{
    return kr_gmm_find(alias->model) &&
           (!text || holds(alias->name, text) || kr_str_eq(alias->model, text));
}

static void add(char *to, const char *between, const char *text)
{
    size_t used = strlen(to);
    snprintf(to + used, WIDE - used, "%s%s", used ? between : "", text);
}

/* The columns of one kind that a class needs. */
static void needs_text(const kr_gmm_class *cls, kr_column_kind kind, char *to)
{
    to[0] = '\0';
    for (kr_column c = 0; c < KR_COL_COUNT; c++)
        if ((cls->needs >> c & 1u) && kr_column_kind_of(c) == kind)
            add(to, " ", kr_column_name(c));
}

/* "name = default" of the arguments. */
static void arguments_text(const kr_gmm_class *cls, char *to)
{
    char one[256], number[32];
    to[0] = '\0';
    for (const kr_gmm_param *p = cls->params; p && p->name; p++) {
        if (p->required)
            snprintf(one, sizeof one, "%s (required)", p->name);
        else if (p->kind == KR_PARAM_NUMBER)
            snprintf(one, sizeof one, "%s = %s", p->name, kr_repr_double(p->number, number));
        else if (p->kind == KR_PARAM_BOOL)
            snprintf(one, sizeof one, "%s = %s", p->name, p->number != 0.0 ? "true" : "false");
        else if (p->text)
            snprintf(one, sizeof one, "%s = '%s'", p->name, p->text);
        else
            snprintf(one, sizeof one, "%s", p->name);
        add(to, "; ", one);
    }
}

typedef struct listing {
    const char *text;
    kr_gmm_form form;
    FILE *out;
    bool detailed;
    kr_json *json; /* with KR_FORM_JSON */
} listing;

static void quoted(FILE *out, const char *text, bool last)
{
    fputc('"', out);
    for (; text && *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputs(last ? "\"\n" : "\",", out);
}

static void print_csv(const listing *l, const kr_gmm_class *cls, const char *measures,
                      const char *const needs[3], const char *arguments)
{
    const char *const cells[] = {cls->name, "",         cls->trt, component_text[cls->component],
                                 measures,  needs[2],   needs[0], needs[1],
                                 arguments, cls->title, cls->doi};
    enum { N = sizeof cells / sizeof cells[0] };
    for (size_t i = 0; i < N; i++)
        quoted(l->out, cells[i], i == N - 1);
}

static void print_details(const listing *l, const kr_gmm_class *cls, const char *measures,
                          const char *const needs[3])
{
    fprintf(l->out,
            "%s\n  %s%s%s\n  %s, %s component; gives %s%s\n"
            "  rupture: %s; distance: %s; site: %s\n",
            cls->name, cls->title, cls->doi ? ", doi:" : "", cls->doi ? cls->doi : "", cls->trt,
            component_text[cls->component], measures,
            cls->has_tau_phi ? " with deviations between and within events" : "", needs[0],
            needs[1][0] ? needs[1] : "-", needs[2][0] ? needs[2] : "-");
    for (const kr_gmm_param *p = cls->params; p && p->name; p++) {
        char number[32];
        fprintf(l->out, "  %s", p->name);
        if (p->required)
            fputs(" (required)", l->out);
        else if (p->kind == KR_PARAM_BOOL)
            fprintf(l->out, " = %s", p->number != 0.0 ? "true" : "false");
        else if (p->kind == KR_PARAM_NUMBER)
            fprintf(l->out, " = %s", kr_repr_double(p->number, number));
        else if (p->text)
            fprintf(l->out, " = '%s'", p->text);
        fprintf(l->out, ": %s\n", p->about);
    }
}

static void print_markdown(const listing *l, const kr_gmm_class *cls, const char *measures,
                           const char *const needs[3], const char *arguments)
{
    fprintf(l->out, "| %s | %s | %s | %s | %s; %s; %s | %s | %s", cls->name, cls->trt,
            component_text[cls->component], measures, needs[0], needs[1][0] ? needs[1] : "-",
            needs[2][0] ? needs[2] : "-", arguments, cls->title);
    if (cls->doi)
        fprintf(l->out, ", [doi](https://doi.org/%s)", cls->doi);
    fputs(" |\n", l->out);
}

static void json_words(kr_json *j, const char *key, const char *words, const char *between)
{
    char word[128];
    kr_put_begin(j, key, '[');
    for (size_t n; *words; words += n + strspn(words + n, between)) {
        n = strcspn(words, between);
        snprintf(word, sizeof word, "%.*s", (int)n, words);
        kr_put_text(j, NULL, word);
    }
    kr_put_end(j, ']');
}

static void json_argument(kr_json *j, const kr_gmm_param *p)
{
    kr_put_begin(j, NULL, '{');
    kr_put_text(j, "name", p->name);
    kr_put_flag(j, "required", p->required);
    if (p->kind == KR_PARAM_NUMBER && !p->required)
        kr_put_number(j, "default", p->number);
    else if (p->kind == KR_PARAM_BOOL && !p->required)
        kr_put_flag(j, "default", p->number != 0.0);
    else
        kr_put_text(j, "default", p->required ? NULL : p->text);
    kr_put_text(j, "about", p->about);
    kr_put_end(j, '}');
}

static void print_json(const listing *l, const kr_gmm_class *cls, const char *measures,
                       const char *const needs[3])
{
    kr_json *j = l->json;
    kr_put_begin(j, NULL, '{');
    kr_put_text(j, "name", cls->name);
    kr_put_text(j, "tectonic_region", cls->trt);
    kr_put_text(j, "component", component_text[cls->component]);
    json_words(j, "measures", measures, ", ");
    json_words(j, "rupture", needs[0], " ");
    json_words(j, "distance", needs[1], " ");
    json_words(j, "site", needs[2], " ");
    kr_put_begin(j, "arguments", '[');
    for (const kr_gmm_param *p = cls->params; p && p->name; p++)
        json_argument(j, p);
    kr_put_end(j, ']');
    kr_put_text(j, "reference", cls->title);
    kr_put_text(j, "doi", cls->doi);
    kr_put_end(j, '}');
}

static void print_class(const listing *l, const kr_gmm_class *cls)
{
    char measures[WIDE], arguments[WIDE], parts[3][WIDE];
    const char *const needs[] = {parts[0], parts[1], parts[2]};

    kr_gmm_list_measures(cls->measures, measures, sizeof measures);
    needs_text(cls, KR_COLUMN_RUPTURE, parts[0]);
    needs_text(cls, KR_COLUMN_DISTANCE, parts[1]);
    needs_text(cls, KR_COLUMN_SITE, parts[2]);
    arguments_text(cls, arguments);
    if (l->form == KR_FORM_CSV)
        print_csv(l, cls, measures, needs, arguments);
    else if (l->form == KR_FORM_MARKDOWN)
        print_markdown(l, cls, measures, needs, arguments);
    else if (l->form == KR_FORM_JSON)
        print_json(l, cls, measures, needs);
    else if (l->detailed)
        print_details(l, cls, measures, needs);
    else
        fprintf(l->out, "%-44s %-28s %s\n", cls->name, cls->trt, measures);
}

static void print_alias(const listing *l, const kr_gmm_alias *alias)
{
    if (l->form == KR_FORM_CSV) {
        quoted(l->out, alias->name, false);
        quoted(l->out, alias->model, false);
        fputs("\"\",\"\",\"\",\"\",\"\",\"\",", l->out);
        quoted(l->out, alias->arguments, false);
        fputs("\"\",\"\"\n", l->out);
    } else if (l->form == KR_FORM_JSON) {
        kr_put_begin(l->json, NULL, '{');
        kr_put_text(l->json, "name", alias->name);
        kr_put_text(l->json, "stands_for", alias->model);
        kr_put_text(l->json, "arguments", alias->arguments);
        kr_put_end(l->json, '}');
    } else if (l->form == KR_FORM_MARKDOWN) {
        fprintf(l->out, "| %s | %s | %.100s%s |\n", alias->name, alias->model, alias->arguments,
                strlen(alias->arguments) > 100 ? " ..." : "");
    } else {
        fprintf(l->out, "%-44s %s%s%.100s%s\n", alias->name, alias->model,
                alias->arguments[0] ? " with " : "", alias->arguments,
                strlen(alias->arguments) > 100 ? " ..." : "");
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const kr_gmm_class *const *)a)->name, (*(const kr_gmm_class *const *)b)->name);
}

/* The matching classes by name. */
static kr_status sorted(const kr_gmm_set *set, const char *text, kr_arena *arena,
                        const kr_gmm_class ***out, size_t *n)
{
    kr_status s = KR_OK;
    KR_ANEW(*out, arena, set->n + 1);
    *n = 0;
    for (size_t i = 0; i < set->n; i++)
        if (class_matches(set->classes[i], text))
            (*out)[(*n)++] = set->classes[i];
    qsort(*out, *n, sizeof **out, by_name);
out:
    return s;
}

static kr_status fail_none(kr_ctx *ctx, const char *text)
{
    const char *near = kr_gmm_nearest(text);
    return kr_fail(
        ctx, KR_EINPUT,
        "no ground-motion model has '%s' in its name, reference or tectonic region%s%s%s", text,
        near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

kr_status kr_gmm_list(kr_ctx *ctx, const char *text, kr_gmm_form form, FILE *out)
{
    kr_status s = KR_OK;
    kr_arena arena;
    const kr_gmm_class **classes;
    const kr_gmm_alias *alias;
    size_t n, naliases = 0;
    kr_json json = {.out = out};
    listing l = {text, form, out, false, &json};

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    KR_TRY(sorted(kr_gmm_classes(), text, &arena, &classes, &n));
    l.detailed = text && n <= FEW;
    if (form == KR_FORM_CSV)
        fputs("name,stands_for,tectonic_region,component,measures,site,rupture,distance,"
              "arguments,reference,doi\n",
              out);
    if (form == KR_FORM_MARKDOWN)
        fputs("| model | tectonic region | component | measures | rupture; distance; site | "
              "arguments | reference |\n| --- | --- | --- | --- | --- | --- | --- |\n",
              out);
    if (form == KR_FORM_JSON) {
        kr_put_begin(&json, NULL, '{');
        kr_put_text(&json, "format", "kauri models 1");
        kr_put_begin(&json, "models", '[');
    }
    for (size_t i = 0; i < n; i++)
        print_class(&l, classes[i]);
    if (form == KR_FORM_JSON) {
        kr_put_end(&json, ']');
        kr_put_begin(&json, "names", '[');
    }
    if (form == KR_FORM_MARKDOWN)
        fputs("\n| name | model | arguments |\n| --- | --- | --- |\n", out);
    for (size_t i = 0; (alias = kr_gmm_alias_at(i)); i++) {
        if (!alias_matches(alias, text))
            continue;
        naliases++;
        print_alias(&l, alias);
    }
    if (form == KR_FORM_JSON) {
        kr_put_end(&json, ']');
        kr_put_end(&json, '}');
    }
    if (form == KR_FORM_TEXT && n + naliases)
        fprintf(out, "%zu models, %zu names that stand for one with arguments\n", n, naliases);
    if (n + naliases == 0 && text)
        s = fail_none(ctx, text);
out:
    kr_arena_clear(&arena);
    return s;
}

kr_status kr_gmm_tell(kr_ctx *ctx, const char *name, FILE *out)
{
    const listing l = {.form = KR_FORM_TEXT, .out = out, .detailed = true};
    const kr_gmm_class *cls = kr_gmm_find(name);
    const kr_gmm_alias *alias = kr_gmm_alias_find(name);
    if (!cls)
        return kr_gmm_list(ctx, name, KR_FORM_TEXT, out);
    if (alias)
        print_alias(&l, alias);
    print_class(&l, cls);
    fprintf(out, "its motions: kauri gmm %s --scenario 'mag=7 rrup=1:300'\n", name);
    return KR_OK;
}
