/* What a run has come to, so that the same command goes on after whatever stopped it.
 *
 * results.journal   what is done, for good: rates of finished tiles, statistics, blocks of single
 *                   realizations, each a note under its key; first of all what they belong to
 * results.tile.0/1  the rates of the tile under way after so many of its units: the two are written
 *                   in turn, so that one of them is whole whatever happens
 *
 * Notes are taken in place of computing: what is lost is computed again, to the same bits. No run
 * shorter than half a second leaves any, and all of it together takes at most 4 % of the time: what
 * would take more is left out, and is computed again if it comes to that. */
#ifndef KR_RUN_JOURNAL_H
#define KR_RUN_JOURNAL_H

#include "base/notes.h"
#include "run/calc.h"

typedef struct kr_journal kr_journal;

/* Kinds of notes, with their keys. The numbers stand in files. */
enum {
    KR_NOTE_HEAD = 1,   /* 0, 0: what a run is made of, as text */
    KR_NOTE_RATES = 2,  /* first site, sites: component rates */
    KR_NOTE_WORK = 3,   /* first site, sites: kr_hazard_work, that of the tiles before included */
    KR_NOTE_STATS = 4,  /* site, measure; on soil measure 0 and all measures */
    KR_NOTE_CURVES = 5, /* first site of a tile, block: single realizations, packed */
    KR_NOTE_MAPS = 6,
    KR_NOTE_RANGES = 7, /* first site, sites: sampling error */
    KR_NOTE_WHOLE = 8,
    KR_NOTE_UNCERTAINTY = 9, /* site, measure */
    KR_NOTE_SOIL = 10,       /* site: statistics and single realizations on soil */
    KR_NOTE_RESULTS = 11     /* 0, 0: results.h5 is complete; its size and time */
};

/** Open the journal in the folder of the results, which is locked: calc->journal; the results' date
 * becomes that of its begin. With --fresh what is there is removed. KR_EINPUT where it belongs to
 * other input, parameters or versions: the message says what is different. */
KR_MUST_CHECK kr_status kr_journal_open(kr_calc *calc);
void kr_journal_close(kr_journal **journal); /* what was put is kept; accepts NULL in *journal */

/** Remove the files: the run is over. Tells what they took. */
void kr_journal_remove(kr_calc *calc);

/** Remove what an interrupted run left in a folder. KR_EIO, KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_journal_forget(kr_ctx *ctx, const char *dir);

/** In the folder of a run that was interrupted: choose the instruction set that it began with,
 * before any is used. KR_EINPUT where the processor lacks it. */
KR_MUST_CHECK kr_status kr_journal_choose_isa(kr_calc *calc);

/** `bytes` of a note that an interrupted run left; false where there is none of that size. All
 * functions accept a journal that is NULL, which has none. Any thread. */
bool kr_journal_take(kr_journal *journal, kr_note note, void *out, size_t bytes);

/** The same of any size up to `room` bytes: its size; 0 where there is none. */
size_t kr_journal_take_any(kr_journal *journal, kr_note note, void *out, size_t room);

/** Keep a note, if there is time for it. Any thread. KR_EIO. */
KR_MUST_CHECK kr_status kr_journal_keep(kr_journal *journal, kr_note note, const void *data,
                                        size_t bytes);

/** Keep a small note that much depends on, and all before it: for the machine if there is time, at
 * least for the process. KR_EIO. */
KR_MUST_CHECK kr_status kr_journal_keep_end(kr_journal *journal, kr_note note, const void *data,
                                            size_t bytes);

/** The same before a run ends early, if it took half a second or more. True if the next run will
 * find something. */
bool kr_journal_end_early(kr_calc *calc);

/** The rates of a tile's sites, if all of them are there, also from other tiles; and the work until
 * then. */
bool kr_journal_rates(kr_calc *calc, size_t first, size_t nsites, double *rates);

/** Compute the rates of a tile, from where an interrupted run left it. */
KR_MUST_CHECK kr_status kr_journal_tile(kr_calc *calc, size_t first, size_t nsites, double *rates);

/** Is there time to keep the rates of so many sites? Keep those of a finished tile, for good.
 * KR_EIO. */
bool kr_journal_has_time_for_rates(kr_calc *calc, size_t nsites);
KR_MUST_CHECK kr_status kr_journal_keep_rates(kr_calc *calc, size_t first, size_t nsites,
                                              const double *rates);

/** What an interrupted run left in a folder, as text; false if there is nothing. KR_EIO, KR_EINPUT,
 * KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_journal_info(kr_ctx *ctx, const char *dir, FILE *out, bool *found);

/** Do without the journal, with a warning, where the disk has not room for it beside the results.
 */
void kr_journal_check_space(kr_calc *calc);

/** Accounted memory that the journal takes once it is open, however much is kept already: a run
 * that goes on is planned as the first was. */
size_t kr_journal_memory(const kr_calc *calc);

#endif
