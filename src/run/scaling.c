/* A job under several settings: which there are, their runs one after another, what is kept. */
#include "run/scaling.h"

#include "base/file.h"
#include "base/outfile.h"
#include "base/str.h"
#include "model/job.h"
#include "run/journal.h"

#include <errno.h>
#include <ftw.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SETTINGS_MAX = 10000, OPEN_FOLDERS = 16 };

/* ------------------------------------------------------------------ settings */

/* Keys besides the parameters of a job. */
static const char *const own_keys[] = {"threads", "memory_limit", "compat", "isa",   "job",
                                       "program", "branches",     "sites",  "levels"};

enum { NOWN = sizeof own_keys / sizeof *own_keys };

/* A key that no run knows would give equal runs and pass for a setting without effect. */
static kr_status check_key(kr_ctx *ctx, const char *option, const char *key, size_t nown)
{
    kr_status s = KR_OK;
    kr_key_use use;
    char near[64] = "";
    for (size_t i = 0; i < nown; i++)
        if (kr_str_eq(key, own_keys[i]))
            return KR_OK;
    KR_TRY(kr_job_key_check(ctx, key, &use, near, sizeof near));
    if (use == KR_KEY_WITHOUT_EFFECT)
        kr_warn(ctx, "%s %s: a job may have it, but it changes nothing in classical hazard", option,
                key);
    if (use != KR_KEY_UNKNOWN)
        goto out;
    const char *own = kr_nearest(key, own_keys, nown);
    if (own)
        snprintf(near, sizeof near, "%s", own);
    s = kr_fail(ctx, KR_EUSAGE, "%s %s: no parameter of a job has this name; %s%s%s", option, key,
                near[0] ? "did you mean '" : "docs/parameters.md lists them", near,
                near[0] ? "'?" : "");
out:
    return s;
}

static kr_status check_options(kr_ctx *ctx, const kr_scaling_options *o)
{
    kr_status s = KR_OK;
    for (size_t i = 0; i < o->nvary; i++) {
        if (o->vary[i].nvalues == 0)
            return kr_fail(ctx, KR_EUSAGE, "--vary %s has no values", o->vary[i].key);
        for (size_t k = 0; k < i; k++)
            if (kr_str_eq(o->vary[i].key, o->vary[k].key))
                return kr_fail(ctx, KR_EUSAGE, "--vary %s is given twice; give all values in one",
                               o->vary[i].key);
        KR_TRY(check_key(ctx, "--vary", o->vary[i].key, NOWN));
    }
    for (size_t i = 0; i < o->run.nparameters; i++)
        KR_TRY(check_key(ctx, "-p", o->run.parameters[i].key, 0));
out:
    return s;
}

static kr_status count_settings(kr_scaling_study *z)
{
    const kr_scaling_options *o = z->options;
    double n = 1;
    for (size_t i = 0; i < o->nvary; i++)
        n = o->one_at_a_time ? n + (double)o->vary[i].nvalues - 1 : n * (double)o->vary[i].nvalues;
    if (n > SETTINGS_MAX)
        return kr_fail(z->ctx, KR_EUSAGE, "%.6g settings are too many; at most %d are run", n,
                       SETTINGS_MAX);
    if (o->pairs > 0 && n != 2)
        return kr_fail(z->ctx, KR_EUSAGE, "--ab compares two settings, but --vary gives %.6g", n);
    if (o->pairs > KR_SCALING_PAIRS_MAX)
        return kr_fail(z->ctx, KR_EUSAGE, "--ab %d: at most %d pairs are run", o->pairs,
                       KR_SCALING_PAIRS_MAX);
    z->nsettings = (size_t)n;
    z->repeats = o->pairs > 0 ? (size_t)o->pairs : 1;
    return KR_OK;
}

/* The last key changes fastest. */
static void place_in_product(const kr_scaling_options *o, size_t number, size_t *value)
{
    for (size_t k = o->nvary; k-- > 0;) {
        value[k] = number % o->vary[k].nvalues;
        number /= o->vary[k].nvalues;
    }
}

/* The first values of all, then the others of each key. */
static void place_one_at_a_time(const kr_scaling_options *o, size_t number, size_t *value)
{
    for (size_t k = 0; k < o->nvary && number > 0; k++) {
        size_t others = o->vary[k].nvalues - 1;
        if (number <= others) {
            value[k] = number;
            return;
        }
        number -= others;
    }
}

static kr_status make_settings(kr_scaling_study *z)
{
    kr_status s = KR_OK;
    const kr_scaling_options *o = z->options;
    KR_TRY(check_options(z->ctx, o));
    KR_TRY(count_settings(z));
    KR_ANEW(z->settings, &z->arena, z->nsettings);
    for (size_t i = 0; i < z->nsettings; i++) {
        size_t *value;
        KR_ANEW(value, &z->arena, o->nvary);
        if (o->one_at_a_time)
            place_one_at_a_time(o, i, value);
        else
            place_in_product(o, i, value);
        z->settings[i].value = value;
        KR_ANEW(z->settings[i].runs, &z->arena, z->repeats);
    }
out:
    return s;
}

/* ------------------------------------------------------------------ folders */

static kr_status make_dir(kr_scaling_study *z)
{
    kr_status s = KR_OK;
    /* There is one thread yet. NOLINTNEXTLINE(concurrency-mt-unsafe) */
    const char *base = getenv("TMPDIR");
    char reason[128], *dir;
    if (z->options->run.dir) {
        z->dir = z->options->run.dir;
        return kr_make_dirs(z->ctx, z->dir);
    }
    dir = kr_arena_printf(&z->arena, "%s/kauri-scaling-XXXXXX", base && *base ? base : "/tmp");
    if (!dir)
        return KR_ENOMEM;
    if (!mkdtemp(dir)) {
        s = kr_fail(z->ctx, KR_EIO, "%s: no folder can be made: %s; set TMPDIR or give -o", dir,
                    strerror_r(errno, reason, sizeof reason));
        goto out;
    }
    z->dir = dir;
    z->temporary = true;
out:
    return s;
}

static int remove_one(const char *path, const struct stat *what, int kind, struct FTW *where)
{
    (void)what;
    (void)kind;
    (void)where;
    return remove(path) == 0 || errno == ENOENT ? 0 : -1;
}

/* A folder of ours with all it holds. */
static void remove_dir(kr_ctx *ctx, const char *path)
{
    if (nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT)
        kr_warn(ctx, "%s: cannot be removed", path);
}

/* "run-03" of 12 settings. */
static const char *run_dir(kr_scaling_study *z, size_t setting)
{
    char number[32];
    int width = snprintf(number, sizeof number, "%zu", z->nsettings);
    char *name = kr_arena_printf(&z->arena, "run-%0*zu", width, setting + 1);
    return name ? kr_path_join(&z->arena, z->dir, name) : NULL;
}

static double dir_bytes(kr_scaling_study *z, const char *dir)
{
    const char *path = kr_path_join(&z->arena, dir, "results.h5");
    int64_t size = path ? kr_file_size(path) : -1;
    return size < 0 ? NAN : (double)size;
}

/* ------------------------------------------------------------------ runs */

/* Known instruction sets; others would be ignored by the run. */
static bool knows_isa(const kr_scaling_study *z, kr_setting *setting)
{
    for (size_t k = 0; k < z->options->nvary; k++) {
        const char *wanted = kr_setting_value(z, setting, k);
        if (!kr_str_eq(z->options->vary[k].key, "isa") || kr_str_eq(wanted, "v2") ||
            kr_str_eq(wanted, "v3") || kr_str_eq(wanted, "v4"))
            continue;
        snprintf(setting->reason, sizeof setting->reason, "isa is '%s'; v2, v3 or v4 is wanted",
                 wanted);
        setting->exit_status = kr_exit_status(KR_EUSAGE);
        return false;
    }
    return true;
}

/* The processor may have less than was asked for. */
static bool has_isa(const kr_scaling_study *z, kr_setting *setting, const kr_stored *run)
{
    for (size_t k = 0; k < z->options->nvary; k++) {
        const char *wanted = kr_setting_value(z, setting, k);
        if (!kr_str_eq(z->options->vary[k].key, "isa") || kr_str_eq(wanted, run->isa))
            continue;
        snprintf(setting->reason, sizeof setting->reason,
                 "isa %s is not there: this processor computes with %s", wanted, run->isa);
        setting->exit_status = kr_exit_status(KR_EUSAGE);
        return false;
    }
    return true;
}

/* What a run that ended well has left. */
static kr_status take_results(kr_scaling_study *z, kr_setting *setting, const char *dir,
                              kr_run_figures *figures)
{
    kr_status s = KR_OK;
    kr_stored *run = NULL, *first = NULL;
    KR_TRY(kr_stored_open(z->ctx, dir, &run));
    if (!has_isa(z, setting, run))
        goto out;
    figures->x[KR_F_SIZE] = dir_bytes(z, dir);
    KR_TRY(kr_scaling_read(z, run, figures));
    setting->runs[setting->nruns++] = *figures;
    if (!z->first_dir) {
        z->first_dir = dir;
        setting->difference =
            (kr_difference){.verdict = KR_VERDICT_FIRST, .poe = {NAN, NAN}, .motion = {NAN, NAN}};
    } else if (setting->nruns == 1) {
        KR_TRY(kr_stored_open(z->ctx, z->first_dir, &first));
        KR_TRY(kr_scaling_compare(z->ctx, first, run, &setting->difference));
    }
out:
    kr_stored_close(&first);
    kr_stored_close(&run);
    return s;
}

static const char *program_of(const kr_scaling_study *z, const kr_setting *setting)
{
    for (size_t k = 0; k < z->options->nvary; k++)
        if (kr_str_eq(z->options->vary[k].key, "program"))
            return kr_setting_value(z, setting, k);
    return z->options->program;
}

/* Results that are not there or cannot be read are the setting's failure. */
static kr_status take_or_fail(kr_scaling_study *z, kr_setting *setting, const char *dir,
                              kr_run_figures *figures)
{
    if (isnan(dir_bytes(z, dir))) {
        snprintf(setting->reason, sizeof setting->reason,
                 "%s ended well but left no results.h5; a build of Kauri and a job of classical "
                 "hazard are wanted",
                 program_of(z, setting));
        setting->exit_status = kr_exit_status(KR_EINPUT);
        return KR_OK;
    }
    kr_status s = take_results(z, setting, dir, figures);
    if (s != KR_EINPUT)
        return s;
    snprintf(setting->reason, sizeof setting->reason, "%s", kr_ctx_error(z->ctx));
    setting->exit_status = kr_exit_status(s);
    kr_ctx_clear_error(z->ctx);
    return KR_OK;
}

static void report(const kr_scaling_study *z, size_t number, const kr_run_figures *figures)
{
    const kr_scaling_options *o = z->options;
    const kr_setting *setting = &z->settings[number];
    char text[512] = "";
    for (size_t k = 0; k < o->nvary; k++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s=%s", k ? " " : "", o->vary[k].key,
                 kr_setting_value(z, setting, k));
    }
    if (setting->reason[0])
        kr_info(z->ctx, "%zu of %zu: %s: status %d: %s", number + 1, z->nsettings, text,
                setting->exit_status, setting->reason);
    else
        kr_info(z->ctx, "%zu of %zu: %s: %.2f s of processor time, %.2f s", number + 1,
                z->nsettings, text, figures->x[KR_F_CPU], figures->x[KR_F_WALL]);
}

static kr_status run_setting(kr_scaling_study *z, size_t number)
{
    kr_status s = KR_OK;
    kr_setting *setting = &z->settings[number];
    kr_run_figures figures = {.x = {0}};
    const char *dir = run_dir(z, number);
    if (!dir)
        return KR_ENOMEM;
    z->ndone = number >= z->ndone ? number + 1 : z->ndone;
    KR_TRY(kr_journal_forget(z->ctx, dir)); /* what it holds would cost nothing */
    if (knows_isa(z, setting))
        KR_TRY(kr_scaling_run(z, setting, dir, &figures));
    if (!setting->reason[0])
        KR_TRY(take_or_fail(z, setting, dir, &figures));
    report(z, number, &figures);
    if (z->temporary && dir != z->first_dir)
        remove_dir(z->ctx, dir);
out:
    return s;
}

/* Of two settings in turn; which of them begins changes, so that what drifts falls on both. */
static kr_status run_all(kr_scaling_study *z)
{
    kr_status s = KR_OK;
    for (size_t r = 0; r < z->repeats; r++)
        for (size_t i = 0; i < z->nsettings; i++) {
            size_t number = r % 2 ? z->nsettings - 1 - i : i;
            if (r > 0 && z->settings[number].reason[0])
                continue;
            if (kr_interrupted(z->ctx))
                return kr_fail(z->ctx, KR_EINTERRUPTED, "interrupted");
            KR_TRY(run_setting(z, number));
        }
out:
    return s;
}

/* ------------------------------------------------------------------ tables */

static kr_status write_file(kr_scaling_study *z, const char *name,
                            void (*write)(const kr_scaling_study *z, FILE *out))
{
    kr_outfile out;
    const char *path = kr_path_join(&z->arena, z->dir, name);
    if (!path)
        return KR_ENOMEM;
    kr_status s = kr_outfile_begin(z->ctx, path, &out);
    if (s == KR_OK)
        write(z, out.file);
    return kr_outfile_end(&out, s);
}

static kr_status write_tables(kr_scaling_study *z, FILE *out)
{
    kr_status s = KR_OK;
    if (z->options->json)
        kr_scaling_json(z, out);
    else
        kr_scaling_markdown(z, out);
    if (fflush(out) != 0 || ferror(out)) {
        s = kr_fail(z->ctx, KR_EIO, "writing failed");
        goto out;
    }
    if (z->temporary)
        goto out;
    KR_TRY(write_file(z, "scaling.md", kr_scaling_markdown));
    KR_TRY(write_file(z, "scaling.csv", kr_scaling_csv));
out:
    return s;
}

static kr_status check_any(const kr_scaling_study *z)
{
    for (size_t i = 0; i < z->nsettings; i++)
        if (z->settings[i].nruns)
            return KR_OK;
    return kr_fail(z->ctx, KR_EINPUT, "all settings fail; the first: %s", z->settings[0].reason);
}

kr_status kr_scaling(kr_ctx *ctx, const kr_scaling_options *options, FILE *out)
{
    kr_status s = KR_OK, tables;
    kr_scaling_study z = {.ctx = ctx, .options = options};
    kr_arena_init(&z.arena, ctx, KR_ACCOUNT_OTHER);
    KR_TRY(make_settings(&z));
    KR_TRY(make_dir(&z));
    s = run_all(&z);
    if (s == KR_OK || s == KR_EINTERRUPTED) {
        tables = write_tables(&z, out);
        s = s == KR_OK ? tables : s;
    }
    if (s == KR_OK)
        s = check_any(&z);
out:
    if (z.temporary)
        remove_dir(ctx, z.dir);
    kr_arena_clear(&z.arena);
    return s;
}
