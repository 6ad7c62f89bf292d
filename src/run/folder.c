/* Where results go that the user named no folder for: below that of the job, and nowhere else. A
 * job may come from anybody, and so may links that lie beside it. */
#include "base/file.h"
#include "base/str.h"
#include "base/zip.h"
#include "run/calc.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The folder of the job, of one in an archive that of the archive. */
static const char *folder_of(kr_calc *calc)
{
    const char *path = calc->job->path;
    size_t part = kr_zip_part(path);
    if (part == 0)
        return calc->job->dir;
    path = kr_arena_strndup(&calc->arena, path, part);
    return path ? kr_path_dir(&calc->arena, path) : NULL;
}

/* Without -o: JOB-results, in the job's export_dir if it has one, else beside the job. */
const char *kr_calc_dir(kr_calc *calc)
{
    if (calc->options->dir)
        return calc->options->dir;
    const char *base = kr_path_base(calc->job->path), *dir = folder_of(calc);
    size_t length = strlen(base);
    if (kr_str_ends(base, ".ini"))
        length -= 4;
    char *name = kr_arena_strndup(&calc->arena, base, length);
    name = name ? kr_arena_printf(&calc->arena, "%s-results", name) : NULL;
    if (calc->job->export_dir && dir)
        dir = kr_path_join(&calc->arena, dir, calc->job->export_dir);
    return name && dir ? kr_path_join(&calc->arena, dir, name) : NULL;
}

/* Where a path leads as far as it is there already; what is not there yet leads nowhere else, but
 * for "..". */
static bool find_end(kr_arena *arena, const char *path, char out[PATH_MAX], bool *goes_up)
{
    *goes_up = false;
    while (path && !realpath(*path ? path : ".", out)) {
        const char *base = kr_path_base(path);
        *goes_up = *goes_up || kr_str_eq(base, "..");
        if (kr_str_eq(path, ".") || kr_str_eq(path, "/"))
            return false;
        path = kr_path_dir(arena, path);
    }
    return path != NULL;
}

static bool stays_below(kr_arena *arena, const char *dir, const char *path)
{
    char top[PATH_MAX], end[PATH_MAX];
    bool goes_up;
    if (!find_end(arena, dir, top, &goes_up) || !find_end(arena, path, end, &goes_up) || goes_up)
        return false;
    size_t n = strlen(top);
    return strncmp(top, end, n) == 0 && (n == 1 || end[n] == '/' || end[n] == '\0');
}

/* Did the user give the parameter himself? */
static bool is_parameter(const kr_run_options *options, const char *key)
{
    for (size_t i = 0; i < options->nparameters; i++)
        if (kr_str_ieq(options->parameters[i].key, key))
            return true;
    return false;
}

kr_status kr_calc_check_folder(kr_calc *calc)
{
    kr_job *job = calc->job;
    if (calc->options->dir || is_parameter(calc->options, "export_dir"))
        return KR_OK;
    const char *dir = kr_calc_dir(calc), *top = folder_of(calc);
    if (!dir || !top)
        return KR_ENOMEM;
    if (stays_below(&calc->arena, top, dir))
        return KR_OK;
    if (job->export_dir) {
        kr_warn(calc->ctx,
                "%s: export_dir = %.200s leaves the job's folder and is not written to; results go "
                "beside the job, or where -o says",
                job->path, job->export_dir);
        job->export_dir = NULL;
        dir = kr_calc_dir(calc);
        if (!dir)
            return KR_ENOMEM;
        if (stays_below(&calc->arena, top, dir))
            return KR_OK;
    }
    return kr_fail(calc->ctx, KR_EINPUT,
                   "%s: leads out of the job's folder by a link, and is not written to; remove it, "
                   "or name the folder with -o",
                   dir);
}
