/* The source model files of a job, read side by side. */
#include "base/str.h"
#include "model/source_read.h"

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
    size_t *at;     /* the file that each thread reads */
    kr_arena lines; /* and everything above */
    bool lost;      /* a line, for want of memory */
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

static kr_arena *arena_of(kr_model *model, int thread)
{
    return thread == 0 ? &model->arena : &model->arenas[thread - 1];
}

static kr_status read_one(const reading *x, size_t i, int thread, bool together)
{
    const kr_source_place at = {x->ctx, x->model, arena_of(x->model, thread), together};
    return kr_source_file_read(&at, x->job, &x->model->files[x->list[i].file]);
}

/* The files that are not done. Want of memory or an interruption ends the reading. After any other
 * failure some are left: read again in order, they tell which of them is wrong first. */
static kr_status read_together(reading *x)
{
    atomic_int failed;
    atomic_init(&failed, KR_OK);
    const kr_log_taker taker = kr_ctx_swap_log(x->ctx, (kr_log_taker){hold_line, x});

#pragma omp parallel for num_threads(x->threads) schedule(dynamic, 1)
    for (size_t i = 0; i < x->n; i++) {
        int thread = omp_get_thread_num();
        if (x->state[i].done || atomic_load(&failed) != KR_OK)
            continue;
        x->at[thread] = i;
        kr_status s = read_one(x, i, thread, true);
        if (s == KR_OK)
            x->state[i].done = true;
        else if (atomic_load(&failed) == KR_OK || s != KR_EINPUT)
            atomic_store(&failed, (int)s);
    }
    (void)kr_ctx_swap_log(x->ctx, taker);
    kr_status s = x->lost ? KR_ENOMEM : (kr_status)atomic_load(&failed);
    if (s == KR_ENOMEM || s == KR_EINTERRUPTED)
        return s;
    if (s != KR_OK)
        kr_ctx_clear_error(x->ctx);
    return KR_OK;
}

/* What is left, in order; what was told of the others, in its place. */
static kr_status read_in_order(reading *x)
{
    kr_status s = KR_OK;

    for (size_t i = 0; i < x->n; i++) {
        if (!x->state[i].done)
            KR_TRY(read_one(x, i, 0, false));
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
        KR_TRY(read_one(x, i, 0, false));
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

/* Threads that have something to do. */
static int count_threads(const reading *x)
{
    int n = 0;

    for (size_t i = 0; i < x->n && n < x->model->threads; i++)
        n += !x->state[i].done;
    return n;
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
    x.threads = count_threads(&x);
    if (x.threads > 1) {
        KR_ANEW(x.at, &x.lines, (size_t)x.threads);
        KR_TRY(make_arenas(ctx, model, (size_t)x.threads - 1));
        KR_TRY(read_together(&x));
    }
    KR_TRY(read_in_order(&x));
out:
    if (s != KR_OK)
        model->nfiles = before;
    kr_arena_clear(&x.lines);
    return s;
}
