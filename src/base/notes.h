/* An append-only file of notes that survives a kill: bytes under a key, with checksums. What was
 * written last and is not whole is left out when the file is opened again.
 *
 * Nothing is written before the first note that does not fit a buffer, or the first
 * kr_notes_flush or kr_notes_sync. */
#ifndef KR_BASE_NOTES_H
#define KR_BASE_NOTES_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

/* The key of a note. Of several notes with one key the last counts. */
typedef struct kr_note {
    uint32_t kind;
    uint64_t a, b;
} kr_note;

typedef struct kr_notes kr_notes;

/** Open the file and check all notes in it; a file that is not there has none. KR_EIO, KR_EINPUT
 * (there is a file, and it is not one of notes, or of another format), KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_notes_open(kr_ctx *ctx, const char *path, kr_notes **out);

/** Close it; what was put since the last kr_notes_flush or kr_notes_sync may be lost. Accepts NULL
 * in *notes. */
void kr_notes_close(kr_notes **notes);

/** How many notes the file had when it was opened; and of how many bytes at its end no note could
 * be made, which are cut off when more is written. */
size_t kr_notes_count(const kr_notes *notes);
size_t kr_notes_lost(const kr_notes *notes);

/** Bytes of memory that a file of n notes takes beside its buffer when it is opened. */
size_t kr_notes_list_bytes(size_t n);

/** The next note of a kind among them, in the order of a, then b; *i is 0 for the first. False if
 * there are no more. */
bool kr_notes_next(const kr_notes *notes, uint32_t kind, size_t *i, kr_note *note, size_t *bytes);

/** Is the note among them? Its size. Any thread. */
bool kr_notes_find(const kr_notes *notes, kr_note note, size_t *bytes);

/** n bytes of a note that is among them, from `offset` on; false if they cannot be read. Any
 * thread.
 */
bool kr_notes_read(const kr_notes *notes, kr_note note, size_t offset, size_t n, void *out);

/** Add a note; it can be read only after the file is opened again. Any thread. KR_EIO. */
KR_MUST_CHECK kr_status kr_notes_put(kr_notes *notes, kr_note note, const void *data, size_t bytes);

/** When it returns, all that was put stays whatever happens to the process; not to the machine. Any
 * thread. KR_EIO. */
KR_MUST_CHECK kr_status kr_notes_flush(kr_notes *notes);

/** When it returns, all that was put stays, whatever happens to the process or the machine. Any
 * thread. KR_EIO. */
KR_MUST_CHECK kr_status kr_notes_sync(kr_notes *notes);

/** The text of one note of a file, without looking at the others; NULL if it is not the first of
 * them or the file is none. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_notes_peek(const char *path, kr_note note, kr_arena *arena, char **out);

#endif
