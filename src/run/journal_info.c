/* What an interrupted run left, told. */
#include "run/journal_int.h"

#include "base/file.h"
#include "output/stored.h"
#include "run/text.h"

#include <string.h>
#include <unistd.h>

/* Every line of the head; the digests are shortened. */
static void tell_head(const char *head, FILE *out)
{
    static const char input[] = "input ";
    const char *label = "made of";
    for (const char *line = head; *line;) {
        const char *end = strchr(line, '\n'), *tab = memchr(line, '\t', (size_t)(end - line));
        int key = (int)(tab - line), value = (int)(end - tab - 1);
        bool is_input = strncmp(line, input, sizeof input - 1) == 0;
        kr_text_row(out, label, "%.*s  %.*s", key, line, is_input && value > 16 ? 16 : value,
                    tab + 1);
        label = "";
        line = end + 1;
    }
}

static size_t count_notes(const kr_notes *notes, uint32_t kind, size_t *sum)
{
    kr_note note;
    size_t n = 0, bytes;
    for (size_t i = 0; kr_notes_next(notes, kind, &i, &note, &bytes); n++)
        *sum += note.b;
    return n;
}

static void tell_notes(const kr_journal *j, FILE *out)
{
    size_t sites = 0, unused = 0, bytes;
    count_notes(j->notes, KR_NOTE_RATES, &sites);
    kr_tile_mark marks[2];
    bool under_way = kr_tile_marks(j, marks) > 0;
    if (count_notes(j->notes, KR_NOTE_RESULTS, &unused)) {
        kr_text_row(out, "results", "complete, but for the tables");
        return;
    }
    if (sites)
        kr_text_row(out, "hazard", "of %zu sites is there", sites);
    if (under_way &&
        !kr_notes_find(j->notes, (kr_note){KR_NOTE_RATES, marks[0].first, marks[0].nsites}, &bytes))
        kr_text_row(out, sites ? "" : "hazard", "of the %zu sites from %zu on %.0f %%",
                    (size_t)marks[0].nsites, (size_t)marks[0].first,
                    100 * (double)marks[0].added / (double)marks[0].n);
    kr_text_row(out, "statistics", "of %zu sites at a measure, %zu blocks of single realizations",
                count_notes(j->notes, KR_NOTE_STATS, &unused),
                count_notes(j->notes, KR_NOTE_CURVES, &unused));
}

kr_status kr_journal_info(kr_ctx *ctx, const char *dir, FILE *out, bool *found)
{
    kr_status s = KR_OK;
    kr_journal j = {.ctx = ctx};
    char *head;
    *found = false;
    kr_arena_init(&j.arena, ctx, KR_ACCOUNT_OTHER);
    KR_TRY(kr_journal_paths(&j, dir));
    KR_TRY(kr_journal_peek_head(j.path, &j.arena, &head));
    if (!head)
        goto out;
    *found = true;
    KR_TRY(kr_notes_open(ctx, j.path, &j.notes));
    kr_hash_init(&j.run);
    kr_hash_text(&j.run, head);
    if (kr_folder_look(ctx, dir) == KR_FOLDER_LIVE)
        kr_text_row(out, "under way", "%s: a run is writing into it; what it has kept so far", dir);
    else
        kr_text_row(out, "interrupted",
                    "%s: the same command goes on with it, --fresh begins again; unless a run is "
                    "under way there on another machine",
                    dir);
    tell_notes(&j, out);
    tell_head(head, out);
out:
    kr_notes_close(&j.notes);
    kr_arena_clear(&j.arena);
    return s;
}
