#include "base/notes.h"

#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file begins with this line; then notes, each a head and its bytes. Numbers stand as the
 * machine has them: a file goes on where it began. */
static const char MAGIC[] = "kauri notes 1\n";
enum { MAGIC_BYTES = sizeof MAGIC - 1, BUFFER = 1 << 18 };

typedef struct note_head {
    uint64_t bytes;
    uint64_t kind, a, b;
    kr_hash128 content, own; /* own: of all before it */
} note_head;

typedef struct entry {
    kr_note note;
    size_t bytes, offset; /* of the content */
} entry;

struct kr_notes {
    kr_ctx *ctx;
    char *path;
    int fd;  /* of what was there; -1: nothing */
    int out; /* -1: nothing has been written */
    entry *entries;
    size_t n, cap;
    size_t whole, lost; /* bytes of the file when it was opened: good ones, others */
    size_t at;          /* bytes of the file that is written to, the buffer not counted */
    pthread_mutex_t lock;
    unsigned char *buffer; /* on its way into the file */
    size_t used;
};

static kr_status notes_fail(const kr_notes *x, const char *what, int reason)
{
    char text[128];
    return kr_fail(x->ctx, KR_EIO, "%s: %s: %s", x->path, what,
                   strerror_r(reason, text, sizeof text));
}

/* ------------------------------------------------------------------ reading */

/* n bytes at an offset; false where the file ends before (errno 0), or cannot be read. */
static bool read_at(int fd, void *out, size_t n, size_t offset)
{
    size_t got = 0;
    errno = 0;
    while (got < n) {
        ssize_t r = pread(fd, (char *)out + got, n - got, (off_t)(offset + got));
        if (r < 0 && errno == EINTR)
            errno = 0;
        else if (r <= 0)
            return false;
        got += r > 0 ? (size_t)r : 0;
    }
    return true;
}

static kr_hash128 hash_of(const void *data, size_t n)
{
    kr_hash128 h;
    kr_hash_init(&h);
    kr_hash_bytes(&h, data, n);
    return h;
}

/* The content is hashed block by block, so that it can be checked without being held. */
static kr_hash128 hash_of_content(const void *data, size_t n)
{
    kr_hash128 h;
    kr_hash_init(&h);
    for (size_t at = 0; at < n; at += BUFFER)
        kr_hash_bytes(&h, (const char *)data + at, n - at < BUFFER ? n - at : BUFFER);
    return h;
}

/* A head that is whole; false with errno 0 where there is none. */
static bool read_head(int fd, size_t offset, size_t size, note_head *head)
{
    errno = 0;
    return size - offset >= sizeof *head && read_at(fd, head, sizeof *head, offset) &&
           kr_hash_equal(hash_of(head, offsetof(note_head, own)), head->own) &&
           head->bytes <= size - offset - sizeof *head && head->kind <= UINT32_MAX;
}

/* The same of its content. */
static bool check_content(const kr_notes *x, const note_head *head, size_t offset)
{
    kr_hash128 h;
    kr_hash_init(&h);
    errno = 0;
    for (size_t at = 0; at < head->bytes; at += BUFFER) {
        size_t n = head->bytes - at < BUFFER ? head->bytes - at : BUFFER;
        if (!read_at(x->fd, x->buffer, n, offset + at))
            return false;
        kr_hash_bytes(&h, x->buffer, n);
    }
    return kr_hash_equal(h, head->content);
}

static int compare_notes(const kr_note *p, const kr_note *q)
{
    if (p->kind != q->kind)
        return p->kind < q->kind ? -1 : 1;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    return p->b < q->b ? -1 : p->b > q->b;
}

static int compare_entries(const void *p, const void *q)
{
    const entry *x = p, *y = q;
    int c = compare_notes(&x->note, &y->note);
    return c ? c : x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* In the order of the keys, the last of each; without room for more. */
static kr_status sort_entries(kr_notes *x)
{
    kr_status s = KR_OK;
    size_t n = 0;
    if (x->n == 0)
        return KR_OK;
    qsort(x->entries, x->n, sizeof *x->entries, compare_entries);
    for (size_t i = 0; i < x->n; i++)
        if (i + 1 == x->n || compare_notes(&x->entries[i].note, &x->entries[i + 1].note) != 0)
            x->entries[n++] = x->entries[i];
    x->n = n;
    entry *less = kr_realloc(x->ctx, KR_ACCOUNT_OUTPUT, x->entries, n, sizeof *less);
    KR_TRY(less ? KR_OK : KR_ENOMEM);
    x->entries = less;
    x->cap = n;
out:
    return s;
}

/* A file that ends within the first line was made by a process that was killed just then. */
static kr_status check_magic(kr_notes *x, size_t size)
{
    char magic[MAGIC_BYTES];
    size_t n = size < MAGIC_BYTES ? size : MAGIC_BYTES;
    x->whole = size < MAGIC_BYTES ? 0 : MAGIC_BYTES;
    if (read_at(x->fd, magic, n, 0) && memcmp(magic, MAGIC, n) == 0)
        return KR_OK;
    if (errno != 0)
        return notes_fail(x, "cannot be read", errno);
    return kr_fail(x->ctx, KR_EINPUT,
                   "%s: is not the journal of a run of this Kauri; start again with --fresh",
                   x->path);
}

static kr_status read_notes(kr_notes *x)
{
    kr_status s = KR_OK;
    struct stat st;
    note_head head;
    if (fstat(x->fd, &st) != 0)
        return notes_fail(x, "cannot be examined", errno);
    size_t size = S_ISREG(st.st_mode) ? (size_t)st.st_size : 0;
    KR_TRY(check_magic(x, size));
    while (x->whole && read_head(x->fd, x->whole, size, &head) &&
           check_content(x, &head, x->whole + sizeof head)) {
        KR_GROW(x->entries, x->cap, x->n + 1, x->ctx, KR_ACCOUNT_OUTPUT);
        x->entries[x->n++] = (entry){.note = {(uint32_t)head.kind, head.a, head.b},
                                     .bytes = head.bytes,
                                     .offset = x->whole + sizeof head};
        x->whole += sizeof head + head.bytes;
    }
    if (errno != 0) { /* what is behind may be whole, and must not be cut off */
        s = notes_fail(x, "cannot be read", errno);
        goto out;
    }
    x->lost = size - x->whole;
    s = sort_entries(x);
out:
    return s;
}

kr_status kr_notes_open(kr_ctx *ctx, const char *path, kr_notes **out)
{
    kr_status s = KR_OK;
    kr_notes *x;
    size_t length = strlen(path) + 1;
    *out = NULL;
    KR_NEW(x, ctx, KR_ACCOUNT_OUTPUT, 1);
    x->ctx = ctx;
    x->fd = x->out = -1;
    if (pthread_mutex_init(&x->lock, NULL) != 0) {
        kr_free(x);
        return kr_fail(ctx, KR_ENOMEM, "out of memory");
    }
    KR_NEW(x->path, ctx, KR_ACCOUNT_OUTPUT, length);
    memcpy(x->path, path, length);
    KR_NEW(x->buffer, ctx, KR_ACCOUNT_OUTPUT, BUFFER);
    x->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (x->fd >= 0)
        KR_TRY(read_notes(x));
    else if (errno != ENOENT)
        KR_TRY(notes_fail(x, "cannot be opened", errno));
    *out = x;
    return KR_OK;
out:
    kr_notes_close(&x);
    return s;
}

void kr_notes_close(kr_notes **notes)
{
    kr_notes *x = *notes;
    if (!x)
        return;
    if (x->fd >= 0)
        close(x->fd);
    if (x->out >= 0)
        close(x->out);
    pthread_mutex_destroy(&x->lock);
    kr_free(x->entries);
    kr_free(x->buffer);
    kr_free(x->path);
    kr_free(x);
    *notes = NULL;
}

size_t kr_notes_count(const kr_notes *x)
{
    return x->n;
}

size_t kr_notes_list_bytes(size_t n)
{
    return n * sizeof(entry);
}

size_t kr_notes_lost(const kr_notes *x)
{
    return x->lost;
}

/* The first entry of a kind, or where it would stand. */
static size_t first_of(const kr_notes *x, uint32_t kind)
{
    size_t low = 0, high = x->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (x->entries[middle].note.kind < kind)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool kr_notes_next(const kr_notes *x, uint32_t kind, size_t *i, kr_note *note, size_t *bytes)
{
    if (*i == 0)
        *i = first_of(x, kind);
    if (*i >= x->n || x->entries[*i].note.kind != kind)
        return false;
    *note = x->entries[*i].note;
    *bytes = x->entries[*i].bytes;
    ++*i;
    return true;
}

static int compare_key(const void *key, const void *element)
{
    return compare_notes(key, &((const entry *)element)->note);
}

static const entry *find_entry(const kr_notes *x, const kr_note *note)
{
    return x->n ? bsearch(note, x->entries, x->n, sizeof *x->entries, compare_key) : NULL;
}

bool kr_notes_find(const kr_notes *x, kr_note note, size_t *bytes)
{
    const entry *e = find_entry(x, &note);
    *bytes = e ? e->bytes : 0;
    return e != NULL;
}

bool kr_notes_read(const kr_notes *x, kr_note note, size_t offset, size_t n, void *out)
{
    const entry *e = find_entry(x, &note);
    return e && offset <= e->bytes && n <= e->bytes - offset &&
           read_at(x->fd, out, n, e->offset + offset);
}

/* The head of the first note, if it is this one. */
static bool first_head(int fd, size_t size, kr_note note, note_head *head)
{
    char magic[MAGIC_BYTES];
    return size >= MAGIC_BYTES && read_at(fd, magic, MAGIC_BYTES, 0) &&
           memcmp(magic, MAGIC, MAGIC_BYTES) == 0 && read_head(fd, MAGIC_BYTES, size, head) &&
           head->kind == note.kind && head->a == note.a && head->b == note.b;
}

kr_status kr_notes_peek(const char *path, kr_note note, kr_arena *arena, char **out)
{
    kr_status s = KR_OK;
    note_head head;
    int64_t size = kr_file_size(path);
    char *text = NULL;
    *out = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return KR_OK;
    if (size > 0 && first_head(fd, (size_t)size, note, &head)) {
        text = kr_arena_alloc(arena, head.bytes + 1, 1);
        s = text ? KR_OK : KR_ENOMEM;
    }
    if (text && read_at(fd, text, head.bytes, MAGIC_BYTES + sizeof head) &&
        kr_hash_equal(hash_of_content(text, head.bytes), head.content))
        *out = text;
    close(fd);
    return s;
}

/* ------------------------------------------------------------------ writing */

/* All of it or, where that fails, nothing. */
static kr_status write_all(kr_notes *x, const void *data, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t w = pwrite(x->out, (const char *)data + done, n - done, (off_t)(x->at + done));
        if (w < 0 && errno != EINTR) {
            int reason = errno;
            /* What is too much is left out when the file is opened again. */
            (void)!kr_truncate(x->out, x->at);
            return notes_fail(x, "cannot be written", reason);
        }
        done += w > 0 ? (size_t)w : 0;
    }
    x->at += n;
    return KR_OK;
}

/* The first time: after the last whole note, or from the beginning. */
static kr_status begin_writing(kr_notes *x)
{
    if (x->out < 0)
        x->out = open(x->path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (x->out < 0 || !kr_truncate(x->out, x->whole))
        return notes_fail(x, "cannot be written", errno);
    x->at = x->whole;
    kr_status s = x->whole ? KR_OK : write_all(x, MAGIC, MAGIC_BYTES);
    return s == KR_OK ? kr_sync_folder_of(x->ctx, x->path) : s;
}

static kr_status flush(kr_notes *x)
{
    kr_status s = KR_OK;
    if (x->at == 0)
        KR_TRY(begin_writing(x));
    KR_TRY(write_all(x, x->buffer, x->used));
    x->used = 0;
out:
    return s;
}

static kr_status append(kr_notes *x, const void *data, size_t n)
{
    kr_status s = KR_OK;
    if (n > BUFFER - x->used)
        KR_TRY(flush(x));
    if (n > BUFFER)
        return write_all(x, data, n);
    if (n)
        memcpy(x->buffer + x->used, data, n);
    x->used += n;
out:
    return s;
}

/* A note that could not be written whole is as if it had never been: the file had `at` bytes, the
 * buffer `used`, before it. */
static void take_back(kr_notes *x, size_t at, size_t used)
{
    if (at == 0) /* the first note of all began the file */
        at = x->whole ? x->whole : MAGIC_BYTES;
    if (x->at < at + used) { /* the buffer is still on its way */
        x->used = used;
        return;
    }
    x->used = 0;
    if (x->at > at + used && kr_truncate(x->out, at + used))
        x->at = at + used;
}

kr_status kr_notes_put(kr_notes *x, kr_note note, const void *data, size_t bytes)
{
    note_head head = {.bytes = bytes,
                      .kind = note.kind,
                      .a = note.a,
                      .b = note.b,
                      .content = hash_of_content(data, bytes)};
    head.own = hash_of(&head, offsetof(note_head, own));
    pthread_mutex_lock(&x->lock);
    size_t at = x->at, used = x->used;
    kr_status s = append(x, &head, sizeof head);
    if (s == KR_OK)
        s = append(x, data, bytes);
    if (s != KR_OK)
        take_back(x, at, used);
    pthread_mutex_unlock(&x->lock);
    return s;
}

kr_status kr_notes_flush(kr_notes *x)
{
    pthread_mutex_lock(&x->lock);
    kr_status s = flush(x);
    pthread_mutex_unlock(&x->lock);
    return s;
}

kr_status kr_notes_sync(kr_notes *x)
{
    pthread_mutex_lock(&x->lock);
    kr_status s = flush(x);
    if (s == KR_OK && fdatasync(x->out) != 0)
        s = notes_fail(x, "cannot be written", errno);
    pthread_mutex_unlock(&x->lock);
    return s;
}
