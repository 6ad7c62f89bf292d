/* The tile under way, and the rates of those that are finished. */
#include "run/journal_int.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes that are hashed at a time. */
enum { PIECE = 1 << 20 };

static kr_status tile_fail(const kr_journal *j, const char *path)
{
    char text[128];
    return kr_fail(j->ctx, KR_EIO, "%s: cannot be written: %s", path,
                   strerror_r(errno, text, sizeof text));
}

static bool read_all(int fd, void *out, size_t n)
{
    for (size_t got = 0; got < n;) {
        ssize_t r = read(fd, (char *)out + got, n - got);
        if (r == 0 || (r < 0 && errno != EINTR))
            return false;
        got += r > 0 ? (size_t)r : 0;
    }
    return true;
}

static kr_hash128 hash_of(const void *data, size_t n)
{
    kr_hash128 h;
    kr_hash_init(&h);
    for (size_t at = 0; at < n; at += PIECE)
        kr_hash_bytes(&h, (const char *)data + at, n - at < PIECE ? n - at : PIECE);
    return h;
}

static size_t rates_size(const kr_calc *calc, size_t nsites)
{
    return calc->tree->nrates * nsites * calc->job->nimts * calc->job->nlevels * sizeof(double);
}

/* ------------------------------------------------------------------ the files of a tile */

/* Opens the file and reads its mark; -1: there is no whole one of this run. */
static int open_mark(const kr_journal *j, int which, kr_tile_mark *mark)
{
    int fd = open(j->tile[which], O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return -1;
    if (read_all(fd, mark, sizeof *mark) &&
        kr_hash_equal(hash_of(mark, offsetof(kr_tile_mark, own)), mark->own) &&
        kr_hash_equal(mark->run, j->run) && mark->turn % 2 == (uint64_t)which)
        return fd;
    close(fd);
    return -1;
}

int kr_tile_marks(const kr_journal *j, kr_tile_mark out[2])
{
    int n = 0;
    for (int which = 0; which < 2; which++) {
        int fd = open_mark(j, which, &out[n]);
        if (fd < 0)
            continue;
        close(fd);
        n++;
    }
    if (n == 2 && out[1].turn > out[0].turn) {
        const kr_tile_mark older = out[0];
        out[0] = out[1];
        out[1] = older;
    }
    return n;
}

/* The rates that belong to a mark. */
static bool read_rates(const kr_journal *j, const kr_tile_mark *mark, double *rates)
{
    kr_tile_mark again;
    int fd = open_mark(j, (int)(mark->turn % 2), &again);
    if (fd < 0)
        return false;
    bool good = read_all(fd, rates, mark->bytes) &&
                kr_hash_equal(hash_of(rates, mark->bytes), mark->content);
    close(fd);
    return good;
}

/* Tiles have another size than those of the interrupted run: what it had of its last one is of no
 * use. Later tiles find the marks of those before them, which are done. */
static void tell_lost(const kr_calc *calc, const kr_tile_mark *mark, size_t first, size_t nsites)
{
    if (mark->first >= first + nsites || first >= mark->first + mark->nsites ||
        (mark->first == first && mark->nsites == nsites))
        return;
    kr_info(calc->ctx,
            "%.0f %% of the hazard of the %zu sites from %zu on was there, in a tile of another "
            "size: it is computed again (give the same --memory-limit to keep it)",
            100 * (double)mark->added / (double)mark->n, (size_t)mark->nsites, (size_t)mark->first);
}

/* The newest state of the tile; the rates are zero where there is none. Returns the units that they
 * hold. */
static size_t load_tile(kr_calc *calc, size_t first, size_t nsites, double *rates)
{
    kr_journal *j = calc->journal;
    kr_tile_mark marks[2];
    int n = j ? kr_tile_marks(j, marks) : 0;
    for (int i = 0; i < n; i++)
        if (marks[i].first == first && marks[i].nsites == nsites &&
            marks[i].bytes == rates_size(calc, nsites) && read_rates(j, &marks[i], rates)) {
            calc->work = marks[i].work;
            kr_info(calc->ctx, "%.0f %% of the hazard of %zu sites is there already",
                    100 * (double)marks[i].added / (double)marks[i].n, nsites);
            return marks[i].added;
        }
    if (n > 0)
        tell_lost(calc, &marks[0], first, nsites);
    memset(rates, 0, rates_size(calc, nsites));
    return 0;
}

/* ------------------------------------------------------------------ while a tile is computed */

typedef struct watcher {
    kr_calc *calc;
    size_t first, nsites;
    const double *rates;
} watcher;

static kr_status save_tile(const watcher *w, size_t added, size_t n)
{
    kr_journal *j = w->calc->journal;
    double since = kr_wall_seconds();
    kr_tile_mark mark;
    memset(&mark, 0, sizeof mark); /* also what is between the members */
    mark.turn = j->turns + 1;
    mark.first = w->first;
    mark.nsites = w->nsites;
    mark.added = added;
    mark.n = n;
    mark.bytes = rates_size(w->calc, w->nsites);
    mark.run = j->run;
    mark.work = w->calc->work;
    mark.content = hash_of(w->rates, mark.bytes);
    mark.own = hash_of(&mark, offsetof(kr_tile_mark, own));
    kr_status s = kr_notes_sync(j->notes); /* its head says what the tile belongs to */
    if (s != KR_OK)
        return s;
    const char *path = j->tile[mark.turn % 2];
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    if (fd < 0)
        return tile_fail(j, path);
    if (!kr_write_all(fd, &mark, sizeof mark) || !kr_write_all(fd, w->rates, mark.bytes) ||
        !kr_truncate(fd, sizeof mark + mark.bytes) || fdatasync(fd) != 0)
        s = tile_fail(j, path);
    close(fd);
    if (s == KR_OK && j->turns < 2)
        s = kr_sync_folder_of(j->ctx, path);
    j->turns = mark.turn;
    kr_journal_synced(j, since, sizeof mark + mark.bytes);
    return s;
}

static kr_status unit_added(void *user, size_t added, size_t n)
{
    const watcher *w = user;
    if (added == n || !kr_journal_is_due(w->calc->journal, rates_size(w->calc, w->nsites)))
        return KR_OK;
    return save_tile(w, added, n);
}

static void tile_stopped(void *user, size_t added, size_t n)
{
    const watcher *w = user;
    if (added == 0 || !kr_journal_is_worth(w->calc->journal))
        return;
    if (save_tile(w, added, n) != KR_OK) /* what failed first is told */
        kr_info(w->calc->ctx, "the hazard of %zu sites could not be kept", w->nsites);
}

kr_status kr_journal_tile(kr_calc *calc, size_t first, size_t nsites, double *rates)
{
    kr_status s = KR_OK;
    kr_journal *j = calc->journal;
    watcher w = {.calc = calc, .first = first, .nsites = nsites, .rates = rates};
    kr_hazard_watch watch = {.user = &w,
                             .begin = load_tile(calc, first, nsites, rates),
                             .added = unit_added,
                             .stopped = tile_stopped};
    KR_TRY(kr_hazard_tile(calc->hazard, first, nsites, calc->threads, rates, &calc->work,
                          j ? &watch : NULL));
out:
    return s;
}

bool kr_journal_has_time_for_rates(kr_calc *calc, size_t nsites)
{
    return calc->journal && kr_journal_has_time(calc->journal, rates_size(calc, nsites));
}

kr_status kr_journal_keep_rates(kr_calc *calc, size_t first, size_t nsites, const double *rates)
{
    kr_status s = KR_OK;
    kr_journal *j = calc->journal;
    const kr_note notes[2] = {{KR_NOTE_WORK, first, nsites}, {KR_NOTE_RATES, first, nsites}};
    if (!j || !kr_journal_is_worth(j))
        return KR_OK;
    KR_TRY(kr_journal_put(j, notes[0], &calc->work, sizeof calc->work));
    KR_TRY(kr_journal_put(j, notes[1], rates, rates_size(calc, nsites)));
out:
    return s;
}

/* ------------------------------------------------------------------ finished tiles */

/* The tile that has the rates of a site: its note. */
static bool tile_of_site(const kr_journal *j, size_t site, kr_note *out)
{
    size_t bytes;
    for (size_t i = 0; kr_notes_next(j->notes, KR_NOTE_RATES, &i, out, &bytes);)
        if (out->a <= site && site < out->a + out->b)
            return true;
    return false;
}

/* Rates of the sites from `site` on that one tile has; returns where they end. */
static size_t take_rates(kr_calc *calc, kr_note tile, size_t site, size_t first, size_t nsites,
                         double *rates)
{
    size_t total = calc->job->nimts * calc->job->nlevels, end = tile.a + tile.b;
    if (end > first + nsites)
        end = first + nsites;
    for (size_t k = 0; k < calc->tree->nrates; k++) {
        size_t from = (k * tile.b + site - tile.a) * total, n = (end - site) * total;
        if (!kr_notes_read(calc->journal->notes, tile, from * sizeof *rates, n * sizeof *rates,
                           rates + (k * nsites + site - first) * total))
            return site;
    }
    return end;
}

bool kr_journal_rates(kr_calc *calc, size_t first, size_t nsites, double *rates)
{
    kr_journal *j = calc->journal;
    kr_note tile;
    for (size_t site = first; j && site < first + nsites;) {
        if (!tile_of_site(j, site, &tile))
            return false;
        size_t end = take_rates(calc, tile, site, first, nsites, rates);
        if (end == site)
            return false;
        site = end;
    }
    if (!j)
        return false;
    tile.kind = KR_NOTE_WORK;
    return kr_journal_take(j, tile, &calc->work, sizeof calc->work);
}
