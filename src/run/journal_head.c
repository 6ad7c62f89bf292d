/* What a run is made of: whatever may change its numbers. */
#include "run/journal_int.h"

#include "base/build.h"
#include "base/str.h"
#include "kauri/version.h"

#include <string.h>

/* Lines on their way. */
typedef struct text {
    kr_arena *arena;
    char *chars; /* NULL: memory ran out */
    size_t n, cap;
} text;

static void add_bytes(text *t, const char *bytes, size_t n)
{
    if (!t->chars)
        return;
    if (t->n + n + 1 > t->cap) {
        size_t cap = 2 * (t->n + n + 1);
        char *more = kr_arena_alloc(t->arena, cap, 1);
        if (more)
            memcpy(more, t->chars, t->n);
        t->chars = more;
        t->cap = cap;
        if (!more)
            return;
    }
    memcpy(t->chars + t->n, bytes, n);
    t->n += n;
    t->chars[t->n] = '\0';
}

/* Ends of lines and tabs become blanks. */
static void add_words(text *t, const char *words)
{
    for (const char *c = words ? words : ""; *c; c++)
        add_bytes(t, *c == '\n' || *c == '\r' || *c == '\t' ? " " : c, 1);
}

static void add_line(text *t, const char *kind, const char *name, const char *value)
{
    add_words(t, kind);
    add_words(t, name);
    add_bytes(t, "\t", 1);
    add_words(t, value);
    add_bytes(t, "\n", 1);
}

/* A path as seen from the job's folder: jobs move with their files. */
static const char *from_job(const kr_job *job, const char *path)
{
    size_t n = strlen(job->dir);
    return n && strncmp(path, job->dir, n) == 0 && path[n] == '/' ? path + n + 1 : path;
}

const char *kr_journal_head(kr_calc *calc, kr_arena *arena)
{
    const kr_job *job = calc->job;
    char build[KR_BUILD_ID];
    text t = {.arena = arena, .chars = kr_arena_alloc(arena, 4096, 1), .cap = 4096};
    add_line(&t, "version", "", KAURI_VERSION);
    add_line(&t, "build", "", kr_build_id(build)); /* versions in the making have many */
    add_line(&t, "began", "", calc->spec.start_date);
    add_line(&t, "job", "", job->description);
    add_line(&t, "isa", "", calc->spec.isa);
    add_line(&t, "compat", "", job->compat == KR_COMPAT_EXACT ? "exact" : "oq-3.21");
    for (size_t i = 0; i < job->ngiven; i++)
        add_line(&t, "parameter ", job->given_keys[i], job->given_values[i]);
    for (size_t i = 0; i < calc->ninputs; i++)
        if (!kr_str_eq(calc->inputs[i].key, "job_ini")) /* it is its parameters */
            add_line(&t, "input ", from_job(job, calc->inputs[i].path), calc->inputs[i].sha256);
    return t.chars;
}

/* ------------------------------------------------------------------ comparing */

/* The line of a key: where its value begins and how long it is; NULL if there is none. */
static const char *find_value(const char *head, const char *key, size_t length, size_t *n)
{
    for (const char *line = head; *line;) {
        const char *end = strchr(line, '\n'), *tab = memchr(line, '\t', (size_t)(end - line));
        if (tab && (size_t)(tab - line) == length && memcmp(line, key, length) == 0) {
            *n = (size_t)(end - tab - 1);
            return tab + 1;
        }
        line = end + 1;
    }
    return NULL;
}

bool kr_journal_is_head(const char *head)
{
    static const char BEGAN[] = "began";
    size_t n;
    for (const char *line = head; *line;) {
        const char *end = strchr(line, '\n');
        if (!end || !memchr(line, '\t', (size_t)(end - line)))
            return false;
        line = end + 1;
    }
    return find_value(head, BEGAN, sizeof BEGAN - 1, &n) != NULL;
}

kr_status kr_journal_peek_head(const char *path, kr_arena *arena, char **out)
{
    kr_status s = kr_notes_peek(path, (kr_note){.kind = KR_NOTE_HEAD}, arena, out);
    if (*out && !kr_journal_is_head(*out))
        *out = NULL;
    return s;
}

const char *kr_journal_value(const char *head, const char *key, kr_arena *arena)
{
    size_t n;
    const char *value = find_value(head, key, strlen(key), &n);
    return value ? kr_arena_strndup(arena, value, n) : NULL;
}

/* A line that one head has and the other has not, or has otherwise. */
typedef struct change {
    const char *key, *was, *is; /* the values; NULL: not there */
    size_t key_length, was_length, is_length;
} change;

/* The first line of `a` that is not the same in `b`, from a line on; the dates do not count. */
static bool find_change(const char *a, const char *b, change *out)
{
    for (const char *line = a; *line;) {
        const char *end = strchr(line, '\n'), *tab = memchr(line, '\t', (size_t)(end - line));
        *out = (change){.key = line, .key_length = (size_t)(tab - line), .was = tab + 1};
        out->was_length = (size_t)(end - tab - 1);
        out->is = find_value(b, line, out->key_length, &out->is_length);
        bool same = out->is && out->is_length == out->was_length &&
                    memcmp(out->is, out->was, out->was_length) == 0;
        if (!same && strncmp(line, "began\t", 6) != 0 && strncmp(line, "job\t", 4) != 0)
            return true;
        line = end + 1;
    }
    return false;
}

static bool is_input(const change *c)
{
    return strncmp(c->key, "input ", 6) == 0;
}

static void tell(const change *c, char *out, size_t size)
{
    enum { MOST = 80 };
    int key = (int)c->key_length, was = (int)(c->was_length < MOST ? c->was_length : MOST);
    int is = (int)(c->is_length < MOST ? c->is_length : MOST);
    if (is_input(c))
        snprintf(out, size, "the %.*s %s", key, c->key,
                 c->was && c->is ? "has changed"
                 : c->is         ? "is new"
                                 : "is no longer there");
    else if (c->was && c->is)
        snprintf(out, size, "%.*s was '%.*s' and is '%.*s'", key, c->key, was, c->was, is, c->is);
    else if (c->was)
        snprintf(out, size, "%.*s was '%.*s' and is not set", key, c->key, was, c->was);
    else
        snprintf(out, size, "%.*s was not set and is '%.*s'", key, c->key, is, c->is);
}

kr_status kr_journal_compare(kr_calc *calc, const char *was, const char *is)
{
    char words[512];
    change c;
    if (!find_change(was, is, &c)) {
        if (!find_change(is, was, &c))
            return KR_OK;
        const change new = {
            .key = c.key, .key_length = c.key_length, .is = c.was, .is_length = c.was_length};
        c = new;
    }
    tell(&c, words, sizeof words);
    return kr_fail(calc->ctx, KR_EINPUT,
                   "%s: an interrupted run is there, and %s; put that right to go on with it, give "
                   "another folder with -o, or start again with --fresh",
                   calc->spec.dir, words);
}
