/* The source model files that the tree names: paths, and a scan for source ids and tectonic region
 * types. */
#include "base/file.h"
#include "base/str.h"
#include "tree/source_notes.h"

#include <string.h>
#include <unistd.h>

/* "a/./b/../c.xml" -> "a/c.xml", so that a file has one name. */
static void scan_normalise(char *name)
{
    char *out = name;
    const char *p = name;

    while (*p) {
        size_t n = strcspn(p, "/");
        char *back = out;
        if (n == 2 && p[0] == '.' && p[1] == '.') {
            while (back > name + 1 && back[-2] != '/')
                back--;
            if (back > name)
                back--;
        }
        if (n == 0 || (n == 1 && *p == '.')) {
            /* nothing */
        } else if (back < out && !(out - back == 3 && back[0] == '.' && back[1] == '.')) {
            out = back;
        } else {
            memmove(out, p, n);
            out += n;
            if (p[n] == '/')
                *out++ = '/';
        }
        p += n + (p[n] == '/');
    }
    *out = '\0';
}

/* The path of a normalised name. */
static char *scan_path(const kr_smlt *t, kr_arena *arena, const char *normal)
{
    return kr_path_join(arena, kr_str_eq(t->dir, ".") ? "" : t->dir, normal);
}

char *kr_smlt_path(const kr_smlt *t, kr_arena *arena, const char *name)
{
    char *normal = kr_arena_strdup(arena, name);

    if (!normal)
        return NULL;
    scan_normalise(normal);
    return scan_path(t, arena, normal);
}

/* The file of that name, new or known. */
static kr_status scan_file(kr_smlt *t, const char *name, uint32_t *out)
{
    kr_status s = KR_OK;
    char *normal;
    int64_t k;

    KR_ASTR(normal, t->arena, name);
    scan_normalise(normal);
    if (kr_map_get(&t->file_map, normal, &k)) {
        *out = (uint32_t)k;
        return KR_OK;
    }
    KR_GROW(t->files, t->files_cap, t->nfiles + 1, t->ctx, KR_ACCOUNT_TREE);
    memset(&t->files[t->nfiles], 0, sizeof *t->files);
    *out = (uint32_t)t->nfiles++;
    t->files[*out].name = normal;
    t->files[*out].path = scan_path(t, t->arena, normal);
    if (!t->files[*out].path) {
        s = KR_ENOMEM;
        goto out;
    }
    KR_TRY(kr_map_put(&t->file_map, normal, *out));
out:
    return s;
}

static kr_status scan_check_name(kr_smlt *t, int line, char **words, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (kr_str_eq(words[i], words[j]))
            return kr_fail_at(t->ctx, t->path, line,
                              "the file '%s' is named twice in one branch; name it once", words[i]);
    if (*words[i] == '/')
        return kr_fail_at(t->ctx, t->path, line,
                          "'%s' is an absolute path; give it relative to the folder of the tree",
                          words[i]);
    if (!kr_str_ends(words[i], ".xml") && !kr_str_ends(words[i], ".nrml"))
        return kr_fail_at(t->ctx, t->path, line,
                          "'%s' is no source model file; its name must end in .xml or .nrml",
                          words[i]);
    return KR_OK;
}

kr_status kr_smlt_files(kr_smlt *t, const kr_node *model, kr_lt_branch *branch)
{
    kr_status s = KR_OK;
    char **words, hint[KR_FILE_HINT];
    size_t n;
    uint32_t *files;

    KR_TRY(kr_split_words(t->arena, branch->text, false, &words, &n));
    KR_ANEW(files, t->arena, n + 1);
    branch->files = files;
    for (size_t i = 0; i < n; i++) {
        uint32_t f;

        KR_TRY(scan_check_name(t, model->line, words, i));
        KR_TRY(scan_file(t, words[i], &f));
        if (!t->files[f].scanned && !kr_file_exists(t->files[f].path)) {
            s = kr_fail_at(t->ctx, t->path, model->line, "the source model file '%s' %s%s",
                           t->files[f].path,
                           access(t->files[f].path, F_OK) == 0 ? "cannot be read" : "is not there",
                           kr_file_hint(t->files[f].path, hint, sizeof hint));
            goto out;
        }
        if (t->files[f].branch)
            t->files[f].shared = true;
        else
            t->files[f].branch = branch->id;
        KR_TRY(kr_smlt_scan(t, f));
        if (t->only_source && t->files[f].nids == 0)
            continue;
        if (t->only_file && !strstr(words[i], t->only_file))
            continue;
        files[branch->nfiles++] = f;
    }
out:
    return s;
}

static kr_status scan_add_trt(kr_smlt *t, const char *trt, const char *id)
{
    kr_status s = KR_OK;
    int64_t k = 0;

    if (kr_map_get(&t->trt_map, trt, NULL))
        return KR_OK;
    KR_GROW(t->trts, t->trts_cap, t->ntrts + 1, t->ctx, KR_ACCOUNT_TREE);
    KR_ASTR(t->trts[t->ntrts], t->arena, trt);
    (void)kr_map_get(&t->id_map, id, &k);
    KR_TRY(kr_map_put(&t->trt_map, t->trts[t->ntrts++], k));
out:
    return s;
}

static kr_status scan_add_id(kr_smlt *t, const char *id, uint32_t file)
{
    kr_status s = KR_OK;
    kr_lt_id *entry;
    int64_t k;

    if (!kr_map_get(&t->id_map, id, &k)) {
        KR_GROW(t->ids, t->ids_cap, t->nids + 1, t->ctx, KR_ACCOUNT_TREE);
        memset(&t->ids[t->nids], 0, sizeof *t->ids);
        KR_ASTR(t->ids[t->nids].id, t->arena, id);
        k = (int64_t)t->nids++;
        KR_TRY(kr_map_put(&t->id_map, t->ids[k].id, k));
    }
    entry = &t->ids[k];
    if (entry->nfiles > 0 && entry->files[entry->nfiles - 1] == file)
        return KR_OK;
    KR_GROW(entry->files, entry->files_cap, entry->nfiles + 1, t->ctx, KR_ACCOUNT_TREE);
    entry->files[entry->nfiles++] = file;
out:
    return s;
}

static kr_status scan_source(kr_smlt *t, uint32_t file, const kr_note *note)
{
    kr_status s = KR_OK;

    KR_TRY(scan_add_id(t, note->id, file));
    if (t->only_source && !kr_str_eq(note->id, t->only_source))
        return KR_OK;
    t->files[file].nids++;
    KR_TRY(scan_add_trt(t, note->trt, note->id));
out:
    return s;
}

kr_status kr_smlt_scan(kr_smlt *t, uint32_t file)
{
    kr_status s = KR_OK;
    kr_notes own = {.n = 0}, *notes = &own;
    kr_lt_file *of = &t->files[file];
    int64_t k = 0;

    if (of->scanned)
        return KR_OK;
    if (kr_map_get(&t->note_of, of->path, &k))
        notes = &t->notes[k];
    else
        KR_TRY(kr_notes_take(t->ctx, of->path, &own));
    of->sections = notes->sections;
    for (size_t i = 0; i < notes->n; i++)
        KR_TRY(scan_source(t, file, &notes->note[i]));
out:
    of->scanned = true;
    kr_notes_clear(notes);
    return s;
}
