/* The source model files of a job, read side by side. */
#include "base/str.h"
#include "model/source_read.h"
#include "model/source_share.h"

#include <omp.h>
#include <stdatomic.h>

/* A line of log that waits until it is its file's turn. */
typedef struct held_line {
    struct held_line *next;
    kr_log_level level;
    const char *text;
} held_line;

typedef struct file_state {
    bool done; /* read, or known before */
    held_line *first, **end;
} file_state;

typedef struct reading {
    kr_ctx *ctx;
    kr_model *model;
    const kr_job *job;
    const kr_file_wanted *list;
    size_t n;
    file_state *state;
    size_t *todo, ntodo; /* files that are read together */
    size_t *at;          /* the file that each thread reads */
    kr_arena lines;      /* and everything above */
    bool lost;           /* a line, for want of memory */
    int threads;
} reading;

/* Called by the thread that reads the file, by one at a time. */
static void hold_line(void *user, kr_log_level level, const char *text)
{
    reading *x = user;
    file_state *state = &x->state[x->at[omp_get_thread_num()]];
    held_line *line = kr_arena_alloc(&x->lines, 1, sizeof *line);
    const char *own = line ? kr_arena_strdup(&x->lines, text) : NULL;

    if (!own) {
        x->lost = true;
        return;
    }
    *line = (held_line){NULL, level, own};
    *(state->first ? state->end : &state->first) = line;
    state->end = &line->next;
}

static kr_status read_one(const reading *x, size_t i, kr_arena *arena, bool together)
{
    const kr_source_place at = {x->ctx, x->model, arena, together};
    return kr_source_file_read(&at, x->job, &x->model->files[x->list[i].file]);
}

/* A thread, until a file fails. */
static void read_files(reading *x, atomic_size_t *next, atomic_int *failed)
{
    const int thread = omp_get_thread_num();

    while (atomic_load(failed) == KR_OK) {
        size_t k = atomic_fetch_add(next, 1);
        if (k >= x->ntodo)
            return;
        size_t i = x->at[thread] = x->todo[k];
        kr_status s = read_one(x, i, &x->model->arenas[thread], true);
        if (s == KR_OK)
            x->state[i].done = true;
        else
            atomic_store(failed, (int)s);
    }
}

/* As if none had been read together. */
static void forget_files(reading *x)
{
    kr_shared_clear(x->model);
    for (int t = 0; t < x->threads; t++)
        kr_arena_clear(&x->model->arenas[t]);
    for (size_t k = 0; k < x->ntodo; k++)
        x->state[x->todo[k]] = (file_state){0};
}

/* After a failure all are forgotten: read again in order, they tell which of them is wrong first,
 * and memory that does not suffice for several may do for one. */
static kr_status read_together(reading *x)
{
    atomic_size_t next;
    atomic_int failed;
    atomic_init(&next, 0);
    atomic_init(&failed, KR_OK);
    const kr_log_taker taker = kr_ctx_swap_log(x->ctx, (kr_log_taker){hold_line, x});

#pragma omp parallel num_threads(x->threads)
    read_files(x, &next, &failed);

    (void)kr_ctx_swap_log(x->ctx, taker);
    if (kr_interrupted(x->ctx))
        return kr_fail(x->ctx, KR_EINTERRUPTED, "interrupted while reading sources");
    if (atomic_load(&failed) != KR_OK || x->lost) {
        kr_ctx_clear_error(x->ctx);
        forget_files(x);
    }
    return KR_OK;
}

/* What is left, in order; what was told of the others, in its place. */
static kr_status read_in_order(reading *x)
{
    kr_status s = KR_OK;

    for (size_t i = 0; i < x->n; i++) {
        if (!x->state[i].done)
            KR_TRY(read_one(x, i, &x->model->arena, false));
        else
            for (const held_line *line = x->state[i].first; line; line = line->next)
                kr_log(x->ctx, line->level, "%s", line->text);
    }
out:
    return s;
}

/* Sections get their numbers before ruptures name them. */
static kr_status read_sections(reading *x)
{
    kr_status s = KR_OK;

    for (size_t i = 0; i < x->n; i++) {
        if (!x->list[i].sections || x->state[i].done)
            continue;
        KR_TRY(read_one(x, i, &x->model->arena, false));
        x->state[i].done = true;
    }
out:
    return s;
}

/* The places of the files in the model, in the order of the list. */
static kr_status place_files(reading *x, kr_file_wanted *list)
{
    kr_status s = KR_OK;
    kr_model *model = x->model;

    for (size_t i = 0; i < x->n; i++) {
        char *own = NULL;
        size_t k = 0;
        while (k < model->nfiles && !kr_str_eq(model->files[k].path, list[i].path))
            k++;
        list[i].file = k;
        x->state[i].done = k < model->nfiles;
        if (x->state[i].done)
            continue;
        KR_ASTR(own, &model->arena, list[i].path);
        KR_GROW(model->files, model->files_cap, k + 1, x->ctx, KR_ACCOUNT_MODEL);
        model->files[model->nfiles++] = (kr_source_file){.path = own};
    }
out:
    return s;
}

static kr_status make_arenas(kr_ctx *ctx, kr_model *model, size_t n)
{
    kr_status s = KR_OK;

    KR_GROW(model->arenas, model->arenas_cap, n, ctx, KR_ACCOUNT_MODEL);
    while (model->narenas < n)
        kr_arena_init(&model->arenas[model->narenas++], ctx, KR_ACCOUNT_MODEL);
out:
    return s;
}

/* The files to read together, and by how many threads. */
static kr_status gather(reading *x)
{
    kr_status s = KR_OK;

    KR_ANEW(x->todo, &x->lines, x->n + 1);
    for (size_t i = 0; i < x->n; i++)
        if (!x->state[i].done)
            x->todo[x->ntodo++] = i;
    x->threads = x->model->threads;
    if ((size_t)x->threads > x->ntodo)
        x->threads = (int)x->ntodo;
out:
    return s;
}

kr_status kr_model_read_all(kr_ctx *ctx, kr_model *model, const kr_job *job, kr_file_wanted *list,
                            size_t n)
{
    kr_status s = KR_OK;
    const size_t before = model->nfiles;
    reading x = {.ctx = ctx, .model = model, .job = job, .list = list, .n = n};

    kr_arena_init(&x.lines, ctx, KR_ACCOUNT_READING);
    KR_ANEW(x.state, &x.lines, n + 1);
    KR_TRY(place_files(&x, list));
    KR_TRY(read_sections(&x));
    KR_TRY(gather(&x));
    if (x.threads > 1) {
        KR_ANEW(x.at, &x.lines, (size_t)x.threads);
        KR_TRY(make_arenas(ctx, model, (size_t)x.threads));
        KR_TRY(read_together(&x));
    }
    KR_TRY(read_in_order(&x));
out:
    if (s != KR_OK)
        model->nfiles = before;
    kr_arena_clear(&x.lines);
    return s;
}
