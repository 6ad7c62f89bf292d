/* Ground-motion models against verification tables. */
#include "base/file.h"
#include "base/str.h"
#include "run/gmm_contexts.h"
#include "run/gmm_tool.h"

#include <jansson.h>
#include <math.h>

/* One entry of the list: a model with arguments and its tables. */
typedef struct entry {
    const char *model;
    const kr_value *args;
    const char *file, *dir; /* for messages; of files of arguments */
} entry;

typedef struct verification {
    FILE *out;
    bool verbose;
    const char *path, *tables, *files;
    size_t passed, failed, missing, rows, values;
} verification;

static const json_t *get(const json_t *object, const char *key)
{
    return json_object_get(object, key);
}

/* ---- arguments ---- */

static kr_status value_of(kr_ctx *ctx, const verification *v, const json_t *from, kr_arena *arena,
                          kr_value *out);

static kr_status dict_of(kr_ctx *ctx, const verification *v, const json_t *from, kr_arena *arena,
                         kr_value *out)
{
    kr_status s = KR_OK;
    json_t *object = json_incref((json_t *)(uintptr_t)from);
    const char *key;
    json_t *item;

    *out = (kr_value){.kind = KR_VALUE_DICT};
    json_object_foreach(object, key, item)
    {
        kr_value value;
        char *copy;
        if (json_is_null(item)) /* the default */
            continue;
        KR_ASTR(copy, arena, key);
        KR_TRY(value_of(ctx, v, item, arena, &value));
        KR_TRY(kr_value_add(arena, out, copy, &value));
    }
out:
    json_decref(object);
    return s;
}

static kr_status list_of(kr_ctx *ctx, const verification *v, const json_t *from, kr_arena *arena,
                         kr_value *out)
{
    kr_status s = KR_OK;
    *out = (kr_value){.kind = KR_VALUE_LIST};
    for (size_t i = 0; i < json_array_size(from); i++) {
        kr_value value;
        KR_TRY(value_of(ctx, v, json_array_get(from, i), arena, &value));
        KR_TRY(kr_value_add(arena, out, NULL, &value));
    }
out:
    return s;
}

/* A text; one that holds a dict is that dict. */
static kr_status text_of(kr_ctx *ctx, const verification *v, const char *text, kr_arena *arena,
                         kr_value *out)
{
    kr_status s = KR_OK;
    char *copy;

    if (text[0] == '{')
        return kr_value_read_python(ctx, v->path, 1, text, arena, out);
    KR_ASTR(copy, arena, text);
    *out = (kr_value){.kind = KR_VALUE_TEXT, .text = copy};
out:
    return s;
}

static kr_status value_of(kr_ctx *ctx, const verification *v, const json_t *from, kr_arena *arena,
                          kr_value *out)
{
    switch (json_typeof(from)) {
    case JSON_OBJECT:
        return dict_of(ctx, v, from, arena, out);
    case JSON_ARRAY:
        return list_of(ctx, v, from, arena, out);
    case JSON_STRING:
        return text_of(ctx, v, json_string_value(from), arena, out);
    case JSON_NULL:
        *out = (kr_value){.kind = KR_VALUE_NONE};
        return KR_OK;
    case JSON_TRUE:
    case JSON_FALSE:
        *out = (kr_value){.kind = KR_VALUE_BOOL, .number = json_is_true(from) ? 1.0 : 0.0};
        return KR_OK;
    default:
        *out = (kr_value){.kind = json_is_integer(from) ? KR_VALUE_INT : KR_VALUE_FLOAT,
                          .number = json_number_value(from)};
        return KR_OK;
    }
}

/* ---- one entry ---- */

static kr_status make(kr_ctx *ctx, void *user, const kr_imt *imts, size_t nimts, kr_arena *arena,
                      const kr_gmm **out)
{
    const entry *e = user;
    kr_gmm_spec spec = {.name = e->model,
                        .args = e->args,
                        .file = e->file,
                        .dir = e->dir,
                        .line = 1,
                        .change_preset = true};
    return kr_gmm_create(ctx, &spec, imts, nimts, arena, out);
}

static kr_status check_entry(kr_ctx *ctx, const verification *v, const json_t *item,
                             kr_arena *arena, kr_gmm_tally *tally)
{
    kr_status s = KR_OK;
    kr_value args;
    entry e = {json_string_value(get(item, "gsim")), &args, kr_path_base(v->path), v->files};
    const json_t *tables = get(item, "tables");
    const double tolerance[] = {json_number_value(get(item, "mean_tolerance_percent")) / 100.0,
                                json_number_value(get(item, "stddev_tolerance_percent")) / 100.0};

    args = (kr_value){.kind = KR_VALUE_DICT};
    if (json_is_object(get(item, "kwargs")))
        KR_TRY(dict_of(ctx, v, get(item, "kwargs"), arena, &args));
    for (size_t i = 0; i < json_array_size(tables); i++) {
        const char *name = json_string_value(json_array_get(tables, i));
        const char *path = kr_path_join(arena, v->tables, name ? name : "");
        if (!path)
            return KR_ENOMEM;
        KR_TRY(kr_contexts_check(ctx, path, make, &e, tolerance, tally));
    }
out:
    return s;
}

static void print_arguments(const json_t *item, FILE *out)
{
    char *text = json_dumps(get(item, "kwargs"), JSON_COMPACT | JSON_SORT_KEYS);
    if (text && strcmp(text, "{}") != 0)
        fprintf(out, " %.*s%s", 120, text, strlen(text) > 120 ? "..." : "");
    free(text);
}

static kr_status run_entry(kr_ctx *ctx, verification *v, const json_t *item)
{
    kr_arena arena;
    kr_ctx *own = NULL; /* each has its own failure */
    kr_gmm_tally tally = {.remarks = v->verbose ? v->out : NULL};
    const char *name = json_string_value(get(item, "gsim"));

    if (!name)
        return kr_fail(ctx, KR_EINPUT, "%s: an entry has no text 'gsim', the name of a model",
                       v->path);
    if (!kr_gmm_find(name)) {
        v->missing++;
        if (v->verbose) {
            fprintf(v->out, "missing  %s", name);
            print_arguments(item, v->out);
            fputc('\n', v->out);
        }
        return KR_OK;
    }
    if (kr_ctx_create(&own) != KR_OK)
        return KR_ENOMEM;
    kr_arena_init(&arena, own, KR_ACCOUNT_GMM);
    kr_status s = check_entry(own, v, item, &arena, &tally);
    bool good = s == KR_OK && tally.failed == 0;
    v->passed += good;
    v->failed += !good;
    v->rows += tally.rows;
    v->values += tally.values;
    fprintf(v->out, "%s  %-40s %10.2e %10.2e %8zu %9zu", good ? "pass  " : "FAIL  ", name,
            100.0 * tally.worst[0], 100.0 * tally.worst[1], tally.rows, tally.values);
    print_arguments(item, v->out);
    fputc('\n', v->out);
    if (!good)
        fprintf(v->out, "  %s; %zu values fail\n", s == KR_OK ? tally.failure : kr_ctx_error(own),
                tally.failed);
    kr_arena_clear(&arena);
    kr_ctx_destroy(&own);
    return s == KR_ENOMEM ? s : KR_OK;
}

/* ---- all ---- */

static kr_status run_all(kr_ctx *ctx, verification *v, const json_t *list)
{
    kr_status s = KR_OK;
    if (!json_is_array(list))
        return kr_fail(ctx, KR_EINPUT, "%s: a list of models is wanted", v->path);
    fprintf(v->out, "        %-40s %10s %10s %8s %9s arguments\n", "model", "median %",
            "deviation %", "rows", "values");
    for (size_t i = 0; i < json_array_size(list); i++) {
        KR_TRY(run_entry(ctx, v, json_array_get(list, i)));
        if (kr_interrupted(ctx))
            return KR_EINTERRUPTED;
    }
    fprintf(v->out,
            "%zu of %zu pass, %zu fail, %zu are of models that are missing; %zu rows, %zu values\n",
            v->passed, json_array_size(list), v->failed, v->missing, v->rows, v->values);
    if (v->failed > 0)
        s = kr_fail(ctx, KR_EDIFFER, "%zu of %zu entries fail", v->failed, v->passed + v->failed);
out:
    return s;
}

kr_status kr_gmm_verify(kr_ctx *ctx, const char *path, bool verbose, FILE *out)
{
    kr_status s = KR_OK;
    kr_arena arena;
    json_error_t error;
    json_t *list = NULL;
    verification v = {.out = out, .verbose = verbose, .path = path};

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    const char *dir = kr_path_dir(&arena, path);
    v.tables = dir ? kr_path_join(&arena, dir, "verification") : NULL;
    v.files = dir ? kr_path_join(&arena, dir, "tables") : NULL;
    if (!v.tables || !v.files) {
        s = KR_ENOMEM;
        goto out;
    }
    list = json_load_file(path, 0, &error);
    if (!list) {
        s = error.line > 0 ? kr_fail_at(ctx, path, error.line, "%s", error.text)
                           : kr_fail(ctx, KR_EINPUT, "%s: %s", path, error.text);
        goto out;
    }
    s = run_all(ctx, &v, list);
out:
    json_decref(list);
    kr_arena_clear(&arena);
    return s;
}
