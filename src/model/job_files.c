/* Files that a job names. */
#include "model/job_int.h"

#include "base/file.h"
#include "base/str.h"

#include <stdint.h>
#include <string.h>

static const char *const endings[] = {"_file", "_csv", "_hdf5"};

bool kr_job_is_path_key(const char *key)
{
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (kr_str_ends(key, endings[i]))
            return true;
    return false;
}

/* Remember a file for the log; the array doubles. */
static kr_status files_add(kr_job_reader *r, const char *key, const char *path)
{
    kr_status s = KR_OK;
    kr_job *job = r->job;

    if ((job->nfiles & (job->nfiles - 1)) == 0) {
        kr_job_file *files = NULL;
        KR_ANEW(files, r->arena, job->nfiles ? 2 * job->nfiles : 1);
        if (job->nfiles)
            memcpy(files, job->files, job->nfiles * sizeof *files);
        job->files = files;
    }
    job->files[job->nfiles++] = (kr_job_file){key, path};
out:
    return s;
}

/* OpenQuake unpacks the archives of two parameters beside themselves, calls their main file as the
 * archive, and does not unpack again what lies there. */
static kr_status files_in_archive(kr_job_reader *r, const kr_ini_entry *entry, char **path)
{
    bool exposure = kr_str_eq(entry->key, "exposure_file");
    if (!exposure && !kr_str_eq(entry->key, "source_model_logic_tree_file"))
        return kr_fail_at(r->ctx, entry->file, entry->line,
                          "%s: '%.200s' is an archive; name a file in it, as in %.200s/NAME",
                          entry->key, entry->value, entry->value);
    size_t stem = strlen(*path) - 4;
    char *beside = kr_arena_printf(r->arena, "%.*s.xml", (int)stem, *path);
    char *main = kr_arena_printf(r->arena, "%s/%s", *path, exposure ? "exposure.xml" : "ssmLT.xml");
    char *same = beside ? kr_arena_printf(r->arena, "%s/%s", *path, kr_path_base(beside)) : NULL;
    if (!beside || !main || !same)
        return KR_ENOMEM;
    if (!kr_file_exists(*path))
        return KR_OK; /* no such archive: who asked for it tells */
    *path = kr_file_exists(beside)                          ? beside
            : kr_file_exists(main) || !kr_file_exists(same) ? main
                                                            : same;
    return KR_OK;
}

/* The path of a file as the job names it, which must be there. */
static kr_status files_find(kr_job_reader *r, const kr_ini_entry *entry, const char *name,
                            const char **out)
{
    kr_status s = KR_OK;
    char *path = NULL, hint[KR_FILE_HINT];

    if (*name == '/')
        return kr_fail_at(
            r->ctx, entry->file, entry->line,
            "%s is the absolute path '%.200s'; a path relative to the job's folder was "
            "expected",
            entry->key, name);
    path = kr_path_join(r->arena, r->job->dir, name);
    if (!path)
        return KR_ENOMEM;
    if (kr_str_ends(name, ".zip"))
        KR_TRY(files_in_archive(r, entry, &path));
    if (!kr_file_exists(path))
        return kr_fail_at(r->ctx, entry->file, entry->line, "%s: no such file '%.200s'%s",
                          entry->key, path, kr_file_hint(path, hint, sizeof hint));
    KR_TRY(files_add(r, entry->key, path));
    *out = path;
out:
    return s;
}

/* Several names separated by white space, where the key takes several; else one, blanks included.
 */
static kr_status files_find_all(kr_job_reader *r, const kr_ini_entry *entry, bool several,
                                kr_names *out)
{
    kr_status s = KR_OK;
    char **words = NULL;
    size_t n = 0;

    if (several) {
        KR_TRY(kr_split_words(r->arena, entry->value, false, &words, &n));
    } else {
        KR_ANEW(words, r->arena, 1);
        words[0] = kr_arena_strdup(r->arena, entry->value);
        if (!words[0])
            return KR_ENOMEM;
        n = 1;
    }
    KR_ANEW(out->name, r->arena, n);
    for (size_t i = 0; i < n; i++)
        KR_TRY(files_find(r, entry, words[i], &out->name[i]));
    out->n = n;
out:
    return s;
}

/* ------------------------------------------------------------------ equivalent distances */

static kr_status files_add_reqv(kr_job_reader *r, const char *trt, const char *path)
{
    kr_status s = KR_OK;
    kr_job *job = r->job;

    if ((job->nreqv & (job->nreqv - 1)) == 0) {
        kr_reqv *reqv = NULL;
        KR_ANEW(reqv, r->arena, job->nreqv ? 2 * job->nreqv : 1);
        if (job->nreqv)
            memcpy(reqv, job->reqv, job->nreqv * sizeof *reqv);
        job->reqv = reqv;
    }
    job->reqv[job->nreqv++] = (kr_reqv){trt, path};
out:
    return s;
}

kr_status kr_job_set_reqv(kr_job_reader *r, const kr_ini_entry *entry)
{
    kr_status s = KR_OK;
    const char *path = NULL;

    kr_warn_at(r->ctx, entry->file, entry->line,
               "'%s = %s' is the old way to name a table of equivalent distances; write "
               "reqv_file = {\"%s\": \"%s\"}",
               entry->key, entry->value, entry->key, entry->value);
    KR_TRY(files_find(r, entry, entry->value, &path));
    KR_TRY(files_add_reqv(r, entry->key, path));
out:
    return s;
}

static kr_status files_set_reqv(kr_job_reader *r, const kr_ini_entry *entry)
{
    kr_status s = KR_OK;
    kr_value value = {0};

    if (*entry->value != '{')
        return kr_job_bad(r, entry,
                          "files by tectonic region type were expected, as in {\"Active Shallow "
                          "Crust\": \"lookup.hdf5\"}");
    KR_TRY(kr_job_literal(r, entry, &value));
    for (size_t i = 0; i < value.n; i++) {
        const char *path = NULL;
        if (value.items[i].kind != KR_VALUE_TEXT)
            return kr_fail_at(r->ctx, entry->file, value.items[i].line,
                              "%s of '%.75s' is no text; the name of a file was expected",
                              entry->key, value.keys[i]);
        KR_TRY(files_find(r, entry, value.items[i].text, &path));
        KR_TRY(files_add_reqv(r, value.keys[i], path));
    }
out:
    return s;
}

/* ------------------------------------------------------------------ by key */

static kr_status files_unknown(kr_job_reader *r, const kr_ini_entry *entry)
{
    kr_status s = KR_OK;
    const char *nearest = NULL;

    KR_TRY(kr_job_key_nearest(r->arena, entry->key, &nearest));
    s = kr_fail_at(r->ctx, entry->file, entry->line, "unknown input file '%.80s'%s%s%s", entry->key,
                   nearest ? "; did you mean '" : "; remove it", nearest ? nearest : "",
                   nearest ? "'?" : "");
out:
    return s;
}

static kr_status files_set_honoured(kr_job_reader *r, const kr_ini_entry *entry, const char *input)
{
    kr_status s = KR_OK;
    kr_job *job = r->job;
    bool model = kr_str_eq(input, "site_model"), exposure = kr_str_eq(input, "exposure");
    kr_names names = {0};

    if (kr_str_eq(input, "reqv"))
        return files_set_reqv(r, entry);
    KR_TRY(files_find_all(r, entry, model || exposure, &names));
    for (size_t i = 0; i < names.n; i++)
        if (kr_str_ends(names.name[i], ".hdf5"))
            return kr_fail_at(r->ctx, entry->file, entry->line,
                              "%s: '%.200s' cannot be read yet; a text file was expected",
                              entry->key, names.name[i]);
    if (kr_str_eq(input, "source_model_logic_tree")) {
        job->source_model_logic_tree_file = names.name[0];
    } else if (kr_str_eq(input, "gsim_logic_tree")) {
        job->gsim_logic_tree_file = names.name[0];
    } else if (kr_str_eq(input, "source_map")) {
        job->source_map_file = names.name[0];
    } else if (kr_str_eq(input, "amplification")) {
        job->amplification_file = names.name[0];
    } else if (exposure) {
        job->exposure_files = names;
    } else {
        if (job->site_model_files.n)
            return kr_fail_at(
                r->ctx, entry->file, entry->line,
                "%s is given, but sites or a site model are named already; keep one of "
                "sites_csv and site_model_file",
                entry->key);
        job->site_model_files = names;
        /* of a sites_csv the reference uses the places only */
        job->prefer_global_site_params |= !model && job->compat != KR_COMPAT_EXACT;
    }
out:
    return s;
}

kr_status kr_job_set_file(kr_job_reader *r, const kr_ini_entry *entry)
{
    kr_status s = KR_OK;
    const kr_job_input *input = kr_job_input_find(entry->key);
    kr_names names = {0};

    if (!input)
        return files_unknown(r, entry);
    if (!*entry->value) /* takes the file away */
        return KR_OK;
    if (input->status == KR_KEY_REFUSED)
        return kr_fail_at(r->ctx, entry->file, entry->line,
                          "%s is not available yet and would change the results; remove it",
                          entry->key);
    if (input->status == KR_KEY_HONOURED)
        return files_set_honoured(r, entry, input->name);
    if (*entry->value != '{')
        KR_TRY(files_find_all(r, entry, false, &names));
out:
    return s;
}
