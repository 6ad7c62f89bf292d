/* The inside of the journal. */
#ifndef KR_RUN_JOURNAL_INT_H
#define KR_RUN_JOURNAL_INT_H

#include "run/journal.h"

#include <pthread.h>

/* How long writing takes, and when there is time for it. */
typedef struct kr_journal_clock {
    double began, last_sync, last_took, last_flush;
    double spent, bytes; /* seconds of writing; what was written */
} kr_journal_clock;

struct kr_journal {
    kr_ctx *ctx;
    kr_arena arena;
    kr_notes *notes;
    const char *path, *tile[2];
    const char *began; /* YYYY-MM-DDTHH:MM:SS */
    kr_hash128 run;    /* of the head */
    uint64_t turns;    /* of the tile files: number of the one written last */
    pthread_mutex_t lock;
    kr_journal_clock clock;
};

/** The names of its files. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_journal_paths(kr_journal *j, const char *dir);

/** What a run is made of: lines "key<tab>value", the date of its begin among them. NULL: memory ran
 * out. */
const char *kr_journal_head(kr_calc *calc, kr_arena *arena);

/** Is it a head? A journal may come from anybody. */
bool kr_journal_is_head(const char *head);

/** The head of a journal, in the arena, without looking at the rest; NULL where there is none.
 * KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_journal_peek_head(const char *path, kr_arena *arena, char **out);

/** KR_EINPUT where the heads tell of different runs. */
KR_MUST_CHECK kr_status kr_journal_compare(kr_calc *calc, const char *was, const char *is);

/** The value of a key of a head, in the arena; NULL if it is not there or memory ran out. */
const char *kr_journal_value(const char *head, const char *key, kr_arena *arena);

/** Is there time to write so many bytes? */
bool kr_journal_has_time(kr_journal *j, size_t bytes);

/** Write a note, and make all notes stay if it is time for that. KR_EIO. */
KR_MUST_CHECK kr_status kr_journal_put(kr_journal *j, kr_note note, const void *data, size_t bytes);

/** Is it time to write what has come together since the last sync, and so many bytes more? */
bool kr_journal_is_due(kr_journal *j, size_t bytes);

/** Has the run gone on for so long that it must not be repeated? */
bool kr_journal_is_worth(const kr_journal *j);

/** So many bytes have been written and synced, since `since`. */
void kr_journal_synced(kr_journal *j, double since, size_t bytes);

/* Where a tile stands; the head of its file. */
typedef struct kr_tile_mark {
    uint64_t turn; /* the larger one is newer; the file is that of turn % 2 */
    uint64_t first, nsites, added, n, bytes;
    kr_hash128 run;
    kr_hazard_work work;
    kr_hash128 content, own; /* own: of all before it */
} kr_tile_mark;

/** The marks of the two files, as far as they are whole and of this run; the newer one first.
 * Returns how many. */
int kr_tile_marks(const kr_journal *j, kr_tile_mark out[2]);

#endif
