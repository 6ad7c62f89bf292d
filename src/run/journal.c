#include "run/journal_int.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "num/isa.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

static const kr_note HEAD = {.kind = KR_NOTE_HEAD};

/* ------------------------------------------------------------------ time */

/* Part of the time that may go into writing; seconds before the first, and between two syncs, which
 * are so many times as long as the sync; and what is believed of a disk that nothing has been
 * written to: bytes per second, bytes, seconds of a sync. */
static const double SHARE = 0.04, EVERY = 0.5, TIMES = 25, SPEED = 3e8, BELIEF = 3e7, SYNC = 0.005;

/* ... for so many bytes, and `more` seconds. */
static bool has_time(const kr_journal_clock *c, double now, size_t bytes, double more)
{
    double elapsed = now - c->began, each = (c->spent + BELIEF / SPEED) / (c->bytes + BELIEF);
    return elapsed >= EVERY && c->spent + each * (double)bytes + more <= SHARE * elapsed;
}

/* A sync takes as long as the last one. */
static double sync_takes(const kr_journal_clock *c)
{
    return c->last_took > 0 ? c->last_took : SYNC;
}

bool kr_journal_has_time(kr_journal *j, size_t bytes)
{
    pthread_mutex_lock(&j->lock);
    bool fits = has_time(&j->clock, kr_wall_seconds(), bytes, 0);
    pthread_mutex_unlock(&j->lock);
    return fits;
}

bool kr_journal_is_due(kr_journal *j, size_t bytes)
{
    const kr_journal_clock *c = &j->clock;
    double now = kr_wall_seconds();
    pthread_mutex_lock(&j->lock);
    bool due = now - c->last_sync >= EVERY && now - c->last_sync >= TIMES * c->last_took &&
               has_time(c, now, bytes, sync_takes(c));
    pthread_mutex_unlock(&j->lock);
    return due;
}

bool kr_journal_is_worth(const kr_journal *j)
{
    return kr_wall_seconds() - j->clock.began >= EVERY;
}

static void took(kr_journal *j, double since, size_t bytes)
{
    j->clock.spent += kr_wall_seconds() - since;
    j->clock.bytes += (double)bytes;
}

void kr_journal_synced(kr_journal *j, double since, size_t bytes)
{
    pthread_mutex_lock(&j->lock);
    took(j, since, bytes);
    j->clock.last_sync = kr_wall_seconds();
    j->clock.last_took = j->clock.last_sync - since;
    pthread_mutex_unlock(&j->lock);
}

/* ------------------------------------------------------------------ opening */

kr_status kr_journal_paths(kr_journal *j, const char *dir)
{
    j->path = kr_path_join(&j->arena, dir, "results.journal");
    j->tile[0] = kr_path_join(&j->arena, dir, "results.tile.0");
    j->tile[1] = kr_path_join(&j->arena, dir, "results.tile.1");
    return j->path && j->tile[0] && j->tile[1] ? KR_OK : KR_ENOMEM;
}

/* The first of them that stays, errno tells why; NULL: all are gone. */
static const char *remove_files(const kr_journal *j)
{
    const char *const paths[] = {j->path, j->tile[0], j->tile[1]};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (unlink(paths[i]) != 0 && errno != ENOENT && errno != ENOTDIR)
            return paths[i];
    return NULL;
}

static kr_status forget(const kr_journal *j)
{
    const char *stays = remove_files(j);
    return stays ? kr_file_fail_made(j->ctx, stays, "removed") : KR_OK;
}

static kr_status begin_anew(kr_calc *calc, const char *head)
{
    kr_journal *j = calc->journal;
    kr_hash_init(&j->run);
    kr_hash_text(&j->run, head);
    return kr_notes_put(j->notes, HEAD, head, strlen(head));
}

static kr_status belongs_nowhere(const kr_journal *j)
{
    return kr_fail(j->ctx, KR_EINPUT,
                   "%s: does not say what it belongs to; start again with --fresh", j->path);
}

/* What is there must be of the same run. */
static kr_status go_on(kr_calc *calc, size_t bytes, const char *head)
{
    kr_status s = KR_OK;
    kr_journal *j = calc->journal;
    kr_tile_mark marks[2];
    char *was;
    KR_ANEW(was, &j->arena, bytes + 1);
    if (!kr_notes_read(j->notes, HEAD, 0, bytes, was)) {
        s = kr_fail(j->ctx, KR_EIO, "%s: cannot be read", j->path);
        goto out;
    }
    if (!kr_journal_is_head(was)) {
        s = belongs_nowhere(j);
        goto out;
    }
    KR_TRY(kr_journal_compare(calc, was, head));
    kr_hash_init(&j->run);
    kr_hash_text(&j->run, was);
    if (kr_tile_marks(j, marks) > 0)
        j->turns = marks[0].turn;
    calc->spec.start_date = calc->began = kr_journal_value(was, "began", &calc->arena);
    KR_TRY(calc->began ? KR_OK : KR_ENOMEM);
    kr_info(j->ctx, "goes on with the run that began %s", calc->began);
out:
    return s;
}

kr_status kr_journal_open(kr_calc *calc)
{
    kr_status s = KR_OK;
    size_t bytes;
    kr_journal *j;
    KR_NEW(j, calc->ctx, KR_ACCOUNT_OUTPUT, 1);
    j->ctx = calc->ctx;
    kr_arena_init(&j->arena, j->ctx, KR_ACCOUNT_OUTPUT);
    if (pthread_mutex_init(&j->lock, NULL) != 0) {
        kr_free(j);
        return kr_fail(calc->ctx, KR_ENOMEM, "out of memory");
    }
    calc->journal = j;
    j->clock.began = j->clock.last_sync = kr_wall_seconds();
    KR_TRY(kr_journal_paths(j, calc->spec.dir));
    if (calc->options->fresh)
        KR_TRY(forget(j));
    const char *head = kr_journal_head(calc, &j->arena);
    KR_TRY(head ? KR_OK : KR_ENOMEM);
    KR_TRY(kr_notes_open(j->ctx, j->path, &j->notes));
    if (kr_notes_lost(j->notes))
        kr_info(j->ctx, "%s: the last %zu bytes are no whole note and are left out", j->path,
                kr_notes_lost(j->notes));
    if (kr_notes_find(j->notes, HEAD, &bytes))
        s = go_on(calc, bytes, head);
    else if (kr_notes_count(j->notes) == 0)
        s = begin_anew(calc, head);
    else
        s = belongs_nowhere(j);
out:
    return s;
}

void kr_journal_close(kr_journal **journal)
{
    kr_journal *j = *journal;
    if (!j)
        return;
    kr_notes_close(&j->notes);
    pthread_mutex_destroy(&j->lock);
    kr_arena_clear(&j->arena);
    kr_free(j);
    *journal = NULL;
}

void kr_journal_remove(kr_calc *calc)
{
    if (!calc->journal)
        return;
    char text[128];
    double since = kr_wall_seconds();
    const kr_journal_clock *c = &calc->journal->clock;
    const char *stays = remove_files(calc->journal);
    if (stays)
        kr_warn(calc->ctx, "%s: cannot be removed: %s", stays,
                strerror_r(errno, text, sizeof text));
    double now = kr_wall_seconds(), spent = c->spent + now - since;
    kr_detail(calc->ctx, "journal: %.1f MB, %.0f ms, %.2f %% of the run", c->bytes / 1e6,
              1e3 * spent, 100 * spent / (now - c->began));
    kr_journal_close(&calc->journal);
}

kr_status kr_journal_forget(kr_ctx *ctx, const char *dir)
{
    kr_status s = KR_OK;
    kr_journal j = {.ctx = ctx};
    kr_arena_init(&j.arena, ctx, KR_ACCOUNT_OTHER);
    KR_TRY(kr_journal_paths(&j, dir));
    s = forget(&j);
out:
    kr_arena_clear(&j.arena);
    return s;
}

kr_status kr_journal_choose_isa(kr_calc *calc)
{
    kr_status s = KR_OK;
    kr_arena arena;
    char *head = NULL;
    kr_arena_init(&arena, calc->ctx, KR_ACCOUNT_OTHER);
    const char *dir = kr_calc_dir(calc);
    const char *path = dir ? kr_path_join(&arena, dir, "results.journal") : NULL;
    KR_TRY(path ? KR_OK : KR_ENOMEM);
    if (!calc->options->fresh)
        KR_TRY(kr_journal_peek_head(path, &arena, &head));
    const char *isa = head ? kr_journal_value(head, "isa", &arena) : NULL;
    if (isa && !kr_isa_keep(isa))
        s = kr_fail(
            calc->ctx, KR_EINPUT,
            "%s: an interrupted run that began with the instructions %s, and this processor "
            "has %s; go on where it began, give another folder with -o, or start again with "
            "--fresh",
            dir, isa, kr_isa_name());
out:
    kr_arena_clear(&arena);
    return s;
}

/* ------------------------------------------------------------------ notes */

bool kr_journal_take(kr_journal *j, kr_note note, void *out, size_t bytes)
{
    size_t size;
    return j && kr_notes_find(j->notes, note, &size) && size == bytes &&
           kr_notes_read(j->notes, note, 0, bytes, out);
}

size_t kr_journal_take_any(kr_journal *j, kr_note note, void *out, size_t room)
{
    size_t size;
    bool good = j && kr_notes_find(j->notes, note, &size) && size <= room &&
                kr_notes_read(j->notes, note, 0, size, out);
    return good ? size : 0;
}

/* A process that is killed leaves what it has handed to the system, which is cheap where the disk
 * is slow. */
static kr_status hand_over(kr_journal *j)
{
    double since = kr_wall_seconds();
    kr_status s = kr_notes_flush(j->notes);
    pthread_mutex_lock(&j->lock);
    took(j, since, 0);
    j->clock.last_flush = since;
    pthread_mutex_unlock(&j->lock);
    return s;
}

static bool flush_is_due(kr_journal *j)
{
    pthread_mutex_lock(&j->lock);
    const kr_journal_clock *c = &j->clock;
    bool due = kr_wall_seconds() - fmax(c->last_flush, c->last_sync) >= EVERY;
    pthread_mutex_unlock(&j->lock);
    return due;
}

static kr_status make_stay(kr_journal *j)
{
    double since = kr_wall_seconds();
    kr_status s = kr_notes_sync(j->notes);
    kr_journal_synced(j, since, 0);
    return s;
}

kr_status kr_journal_put(kr_journal *j, kr_note note, const void *data, size_t bytes)
{
    double since = kr_wall_seconds();
    kr_status s = kr_notes_put(j->notes, note, data, bytes);
    pthread_mutex_lock(&j->lock);
    took(j, since, bytes);
    pthread_mutex_unlock(&j->lock);
    if (s == KR_OK && kr_journal_is_due(j, 0))
        return make_stay(j);
    return s == KR_OK && flush_is_due(j) ? hand_over(j) : s;
}

kr_status kr_journal_keep(kr_journal *j, kr_note note, const void *data, size_t bytes)
{
    return j && kr_journal_has_time(j, bytes) ? kr_journal_put(j, note, data, bytes) : KR_OK;
}

kr_status kr_journal_keep_end(kr_journal *j, kr_note note, const void *data, size_t bytes)
{
    if (!j || !kr_journal_is_worth(j))
        return KR_OK;
    kr_status s = kr_journal_put(j, note, data, bytes);
    if (s != KR_OK)
        return s;
    pthread_mutex_lock(&j->lock);
    bool fits = has_time(&j->clock, kr_wall_seconds(), 0, sync_takes(&j->clock));
    pthread_mutex_unlock(&j->lock);
    return fits ? make_stay(j) : hand_over(j);
}

/* Bytes of disk that the journal of a run takes at most. */
static double most_bytes(const kr_calc *calc)
{
    const kr_job *job = calc->job;
    double sites = (double)calc->sites->n, rate = (double)(job->nimts * job->nlevels);
    double curve = (double)(job->nimts * kr_job_curve_levels(job));
    double maps = (double)(job->nimts * job->poes.n);
    double bytes = 8 * (double)calc->tree->nrates * rate * (sites + 2 * (double)calc->tile_sites);
    bytes += 4 * sites * (double)calc->nstats * curve;
    if (calc->store_rlzs)
        bytes += 4 * sites * calc->tree->rlzs * (curve + maps);
    return bytes + 2 * (double)kr_calc_uncertainty_bytes(calc) * sites * (double)job->nimts;
}

void kr_journal_check_space(kr_calc *calc)
{
    const kr_journal *j = calc->journal;
    double results = kr_results_predicted_bytes(&calc->spec), journal = most_bytes(calc);
    double left = kr_disk_free(calc->spec.dir);
    if (left < 0 || kr_file_exists(j->path) || left >= results + journal)
        return;
    kr_warn(calc->ctx,
            "%s: the disk has %.1f MB left, and results and journal may take %.1f MB: the run does "
            "without a journal, and starts again if it is interrupted",
            calc->spec.dir, left / 1e6, (results + journal) / 1e6);
    kr_journal_remove(calc);
}

size_t kr_journal_memory(const kr_calc *calc)
{
    static const size_t BUFFER = 304 * 1024; /* of the notes, with names, the head and the lock */
    size_t sites = calc->sites->n, units = sites * calc->job->nimts;
    size_t tiles = sites / KR_SITE_BLOCK + 1;
    size_t n = 8 * tiles + units + (calc->job->uncertainty ? units : 0);
    if (calc->store_rlzs)
        n += 2 * (tiles + kr_results_rlzs_blocks(&calc->spec, sites)) + sites;
    return BUFFER + kr_notes_list_bytes(n);
}

bool kr_journal_end_early(kr_calc *calc)
{
    kr_journal *j = calc->journal;
    if (!j || !j->notes || (kr_journal_is_worth(j) && make_stay(j) != KR_OK))
        return false;
    return kr_file_exists(j->path);
}
