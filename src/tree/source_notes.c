/* What source model files hold, noted side by side before the tree that names them is read. */
#include "tree/source_notes.h"
#include "base/str.h"

#include <string.h>

typedef struct noter {
    kr_notes *out;
    kr_ctx *ctx;
    const char *trt; /* of the enclosing sourceGroup */
} noter;

/* The type in the arena; most sources have that of the one before. */
static const char *keep_trt(noter *x, const char *trt)
{
    const kr_notes *out = x->out;

    if (trt == x->trt)
        return trt;
    if (out->n > 0 && kr_str_eq(out->note[out->n - 1].trt, trt))
        return out->note[out->n - 1].trt;
    return kr_arena_strdup(&x->out->arena, trt);
}

static kr_status note_source(noter *x, const kr_node *node)
{
    kr_status s = KR_OK;
    kr_notes *out = x->out;
    const char *trt = x->trt ? x->trt : kr_node_attr(node, "tectonicRegion");
    const char *id = kr_node_attr(node, "id");
    kr_note note;

    if (!kr_str_ends(node->tag, "Source") || !id || !trt)
        return KR_OK; /* the reader of source models says what is wrong */
    size_t len = strcspn(id, ":");
    note.trt = keep_trt(x, trt);
    note.id = kr_arena_strndup(&out->arena, id, len < KR_NOTE_ID ? len : KR_NOTE_ID - 1);
    if (!note.trt || !note.id)
        return KR_ENOMEM;
    KR_GROW(out->note, out->cap, out->n + 1, x->ctx, KR_ACCOUNT_READING);
    out->note[out->n++] = note;
out:
    return s;
}

static kr_status note_start(void *user, const kr_node *node, int depth, const char *parent,
                            kr_xml_action *action)
{
    noter *x = user;
    const char *trt;

    (void)parent;
    *action = KR_XML_LEAP;
    if (depth == 1 && kr_str_eq(node->tag, "geometryModel"))
        x->out->sections = true;
    if (depth == 0 || (depth == 1 && kr_str_eq(node->tag, "sourceModel"))) {
        *action = KR_XML_ENTER;
        return KR_OK;
    }
    if (depth != 2 || !kr_str_eq(node->tag, "sourceGroup"))
        return note_source(x, node);
    *action = KR_XML_ENTER;
    trt = kr_node_attr(node, "tectonicRegion");
    x->trt = trt ? kr_arena_strdup(&x->out->arena, trt) : NULL;
    return trt && !x->trt ? KR_ENOMEM : KR_OK;
}

static kr_status note_element(void *user, const kr_node *node)
{
    (void)user;
    (void)node;
    return KR_OK;
}

static kr_status note_end(void *user, const char *tag, int depth)
{
    noter *x = user;

    (void)tag;
    if (depth == 2)
        x->trt = NULL;
    return KR_OK;
}

kr_status kr_notes_take(kr_ctx *ctx, const char *path, kr_notes *out)
{
    noter x = {out, ctx, NULL};
    const kr_xml_handler handler = {&x, note_start, note_element, note_end};

    *out = (kr_notes){.n = 0};
    kr_arena_init(&out->arena, ctx, KR_ACCOUNT_READING);
    kr_status s = kr_xml_read(ctx, path, &handler);
    out->complete = s == KR_OK;
    if (s != KR_OK)
        kr_notes_clear(out);
    return s;
}

void kr_notes_clear(kr_notes *notes)
{
    kr_free(notes->note);
    kr_arena_clear(&notes->arena);
    *notes = (kr_notes){.n = 0};
}

/* ---- ahead ---- */

/* Files that the tree may come to read. */
typedef struct ahead {
    size_t n, cap;
    char **path;
} ahead;

/* The files that a branch names. */
static kr_status add_files(kr_smlt *t, kr_arena *scratch, const kr_node *branch, ahead *files)
{
    kr_status s = KR_OK;
    const kr_node *model = kr_node_child(branch, "uncertaintyModel");
    char **words, *path;
    size_t n = 0;

    if (!model)
        return KR_OK;
    KR_TRY(kr_split_words(scratch, model->text, false, &words, &n));
    for (size_t i = 0; i < n; i++) {
        path = kr_smlt_path(t, scratch, words[i]);
        if (!path) {
            s = KR_ENOMEM;
            goto out;
        }
        if (kr_map_get(&t->note_of, path, NULL))
            continue;
        KR_TRY(kr_map_put(&t->note_of, path, (int64_t)files->n));
        KR_GROW(files->path, files->cap, files->n + 1, t->ctx, KR_ACCOUNT_READING);
        files->path[files->n++] = path;
    }
out:
    return s;
}

static kr_status list_files(kr_smlt *t, kr_arena *scratch, const kr_node *tree, ahead *files)
{
    kr_status s = KR_OK;

    for (const kr_node *child = tree->first; child; child = child->next) {
        const kr_node *set =
            kr_str_eq(child->tag, "logicTreeBranchingLevel") ? child->first : child;
        const char *type = set ? kr_node_attr(set, "uncertaintyType") : NULL;
        if (!type || (!kr_str_eq(type, "sourceModel") && !kr_str_eq(type, "extendModel")))
            continue;
        for (const kr_node *branch = set->first; branch; branch = branch->next)
            KR_TRY(add_files(t, scratch, branch, files));
    }
out:
    return s;
}

kr_status kr_smlt_look_ahead(kr_smlt *t, kr_arena *scratch, const kr_node *tree, int threads)
{
    kr_status s = KR_OK;
    ahead files = {0};
    bool wrong = false;

    if (threads < 2)
        return KR_OK;
    KR_TRY(list_files(t, scratch, tree, &files));
    KR_ANEW(t->notes, scratch, files.n + 1);
    t->nnotes = files.n;
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1)
    for (size_t i = 0; i < files.n; i++)
        (void)!kr_notes_take(t->ctx, files.path[i], &t->notes[i]);
    for (size_t i = 0; i < files.n; i++)
        wrong = wrong || !t->notes[i].complete;
    if (wrong) { /* told when it is the file's turn, or not at all if memory was short */
        kr_ctx_clear_error(t->ctx);
        kr_smlt_look_end(t);
    }
out:
    kr_free((void *)files.path);
    return s;
}

void kr_smlt_look_end(kr_smlt *t)
{
    for (size_t i = 0; i < t->nnotes; i++)
        kr_notes_clear(&t->notes[i]);
    kr_map_clear(&t->note_of);
    t->notes = NULL;
    t->nnotes = 0;
}
