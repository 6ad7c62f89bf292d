/* HDF5: texts of variable length. A dataset or attribute holds references to them; the texts stand
 * in global heaps. The library (1.10) believes a reference: a damaged one makes it read beyond
 * its memory. Here only the references come from the library, as they stand in the file, and the
 * heaps are read and checked. Source: HDF5 File Format Specification 3.0, III.E (global heap) and
 * VIII.A (global heap ID). */
#include "base/h5_int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    TEXTS_MAX_BYTES = 1 << 30,
    HEAP_MAX_BYTES = 1 << 30,
    NUMBER_BYTES = 4, /* of a length and of an index in a reference */
    MARK_BYTES = 8,   /* before the size of a heap, and before that of an object in it */
    HEAD_BYTES = 16,  /* up to the first object, and up to the bytes of an object */
};

/* Where a text stands. */
typedef struct h5_reference {
    uint64_t heap; /* address of it */
    uint32_t index, length;
    size_t of; /* which text it is */
} h5_reference;

/* How a file counts. */
typedef struct h5_units {
    size_t address, size; /* bytes of an address and of a size */
    hsize_t base;         /* where addresses count from */
} h5_units;

/* A heap that was read, and the references into it. */
typedef struct h5_heap {
    const unsigned char *bytes;
    size_t size;
    const h5_reference *refs; /* by index */
    size_t nrefs;
} h5_heap;

typedef struct h5_texts {
    kr_h5 *file;
    const char *name;
    kr_arena *arena;
    char **texts;
    h5_units units;
    hsize_t file_size;
} h5_texts;

/* ------------------------------------------------------------------ references */

/* The conversion of references into bytes: there is nothing to do. */
static herr_t h5_leave(hid_t from, hid_t to, H5T_cdata_t *how, size_t n, size_t stride,
                       size_t other_stride, void *values, void *others, hid_t plan)
{
    (void)to;
    (void)n;
    (void)stride;
    (void)other_stride;
    (void)values;
    (void)others;
    (void)plan;
    if (how->command == H5T_CONV_INIT) {
        how->need_bkg = H5T_BKG_NO;
        return H5Tis_variable_str(from) > 0 ? 0 : -1;
    }
    return 0;
}

/* Bytes of addresses and of sizes in the file, and where addresses count from. */
static kr_status h5_measure(kr_h5 *file, const char *name, h5_units *out)
{
    hid_t plan = H5Fget_create_plist(file->id);
    bool ok = plan >= 0 && H5Pget_sizes(plan, &out->address, &out->size) >= 0 &&
              H5Pget_userblock(plan, &out->base) >= 0;

    if (plan >= 0)
        H5Pclose(plan);
    if (!ok)
        return kr_h5_fail(file, KR_EIO, "cannot read", name);
    if (out->address > sizeof(uint64_t) || out->size > sizeof(uint64_t))
        return kr_fail(file->ctx, KR_EINPUT,
                       "%s: addresses have %zu bytes and sizes %zu; at most 8 are read (h5repack "
                       "writes such a file)",
                       file->path, out->address, out->size);
    return KR_OK;
}

kr_status kr_h5_reference_type(kr_h5 *file, const char *name, hid_t *type)
{
    h5_units units = {0};
    H5T_cdata_t *how = NULL;

    *type = H5I_INVALID_HID;
    kr_status s = h5_measure(file, name, &units);
    if (s != KR_OK)
        return s;
    hid_t text = kr_h5_text_type();
    *type = H5Tcreate(H5T_OPAQUE, NUMBER_BYTES + units.address + NUMBER_BYTES);
    /* Once for as long as the library runs: it keeps a list of all that were ever registered. */
    if (*type < 0 || text < 0 ||
        (H5Tfind(text, *type, &how) != h5_leave &&
         H5Tregister(H5T_PERS_SOFT, "references to texts", text, *type, h5_leave) < 0))
        s = kr_h5_fail(file, KR_EINTERNAL, "cannot read", name);
    H5Tclose(text);
    return s;
}

/* A number of n bytes, the least first. */
static uint64_t h5_number(const unsigned char *p, size_t n)
{
    uint64_t x = 0;

    for (size_t i = n; i-- > 0;)
        x = x << 8 | p[i];
    return x;
}

static int h5_compare_references(const void *a, const void *b)
{
    const h5_reference *x = a, *y = b;

    if (x->heap != y->heap)
        return x->heap < y->heap ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static kr_status h5_fail_damaged(const h5_texts *t, const char *what)
{
    return kr_fail(t->file->ctx, KR_EINPUT, "%s: a text of '%s' %s: the file is damaged",
                   t->file->path, t->name, what);
}

/* The references in the order of what they point to; texts without one are empty. */
static kr_status h5_take_references(h5_texts *t, const unsigned char *raw, size_t n,
                                    h5_reference *refs, size_t *nrefs)
{
    size_t step = NUMBER_BYTES + t->units.address + NUMBER_BYTES, kept = 0;
    uint64_t bytes = 0, none = UINT64_MAX >> (64 - 8 * t->units.address);

    for (size_t i = 0; i < n; i++) {
        const unsigned char *p = raw + i * step;
        h5_reference r = {.length = (uint32_t)h5_number(p, NUMBER_BYTES),
                          .heap = h5_number(p + NUMBER_BYTES, t->units.address),
                          .index = (uint32_t)h5_number(p + step - NUMBER_BYTES, NUMBER_BYTES),
                          .of = i};
        t->texts[i] = NULL;
        if (r.length > 0 && r.heap > 0 && r.heap != none)
            refs[kept++] = r;
        else if (!(t->texts[i] = kr_arena_strndup(t->arena, "", 0)))
            return KR_ENOMEM;
        bytes += r.length;
    }
    if (bytes > TEXTS_MAX_BYTES)
        return kr_fail(t->file->ctx, KR_EINPUT, "%s: '%s' has %zu strings of %llu bytes, too many",
                       t->file->path, t->name, n, (unsigned long long)bytes);
    qsort(refs, kept, sizeof *refs, h5_compare_references);
    *nrefs = kept;
    return KR_OK;
}

/* ------------------------------------------------------------------ heaps */

/* Bytes of the file as they stand in it. */
static kr_status h5_bytes(const h5_texts *t, uint64_t address, void *to, size_t n)
{
    void *handle = NULL;

    if (t->units.base > t->file_size || address > t->file_size - t->units.base ||
        n > t->file_size - t->units.base - address)
        return h5_fail_damaged(t, "is said to stand beyond the file's end");
    if (t->file->image) {
        memcpy(to, t->file->image + t->units.base + address, n);
        return KR_OK;
    }
    if (H5Fget_vfd_handle(t->file->id, H5P_DEFAULT, &handle) < 0)
        return kr_h5_fail(t->file, KR_EIO, "cannot read the dataset", t->name);
    for (size_t done = 0; done < n;) {
        ssize_t got = pread(*(const int *)handle, (char *)to + done, n - done,
                            (off_t)(t->units.base + address + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return kr_fail(t->file->ctx, KR_EIO, "%s: cannot read the dataset '%s': %s",
                           t->file->path, t->name, got ? strerror(errno) : "the file ends");
        done += (size_t)got;
    }
    return KR_OK;
}

/* The first of the references that are not before this index. */
static size_t h5_first(const h5_heap *h, uint32_t index)
{
    size_t from = 0, to = h->nrefs;

    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (h->refs[mid].index < index)
            from = mid + 1;
        else
            to = mid;
    }
    return from;
}

/* The texts in a heap: its objects one after another, each an index, a size and its bytes, filled
 * up to a multiple of eight. Index 0 is room that is free, and its size counts what is before it.
 */
static kr_status h5_texts_of_heap(const h5_texts *t, const h5_heap *h)
{
    for (size_t at = HEAD_BYTES; at < h->size && h->size - at >= HEAD_BYTES;) {
        const unsigned char *p = h->bytes + at;
        uint32_t index = (uint32_t)h5_number(p, 2);
        uint64_t size = h5_number(p + MARK_BYTES, t->units.size), room = h->size - at - HEAD_BYTES;
        if (index == 0 && size >= HEAD_BYTES)
            size -= HEAD_BYTES;
        if (size > room)
            return h5_fail_damaged(t, "is said to be longer than what it stands in");
        for (size_t i = index ? h5_first(h, index) : h->nrefs;
             i < h->nrefs && h->refs[i].index == index; i++) {
            const h5_reference *r = &h->refs[i];
            if (r->length > size)
                return h5_fail_damaged(t, "has another length than its reference");
            t->texts[r->of] = kr_arena_strndup(t->arena, (const char *)p + HEAD_BYTES, r->length);
            if (!t->texts[r->of])
                return KR_ENOMEM;
        }
        at += HEAD_BYTES + (size_t)(size + 7 < room ? (size + 7) / 8 * 8 : room);
    }
    for (size_t i = 0; i < h->nrefs; i++) {
        if (!t->texts[h->refs[i].of])
            return h5_fail_damaged(t, "is not where its reference says");
    }
    return KR_OK;
}

static kr_status h5_read_heap(const h5_texts *t, const h5_reference *refs, size_t nrefs,
                              hsize_t *left)
{
    kr_status s = KR_OK;
    unsigned char head[HEAD_BYTES], *bytes = NULL;
    static const unsigned char mark[] = {'G', 'C', 'O', 'L', 1};

    KR_TRY(h5_bytes(t, refs->heap, head, sizeof head));
    uint64_t size = h5_number(head + MARK_BYTES, t->units.size);
    /* Heaps do not overlap, so that all of them fit into the file. */
    if (memcmp(head, mark, sizeof mark) != 0 || size < sizeof head || size > HEAP_MAX_BYTES ||
        size > *left) {
        s = h5_fail_damaged(t, "is not where its reference says");
        goto out;
    }
    *left -= size;
    KR_NEW(bytes, t->file->ctx, t->arena->account, size);
    KR_TRY(h5_bytes(t, refs->heap, bytes, size));
    KR_TRY(h5_texts_of_heap(t, &(h5_heap){bytes, size, refs, nrefs}));
out:
    kr_free(bytes);
    return s;
}

/* ------------------------------------------------------------------ all */

kr_status kr_h5_follow(kr_h5 *file, const char *name, const void *raw, size_t n, kr_arena *arena,
                       char **texts)
{
    kr_status s = KR_OK;
    h5_texts t = {.file = file, .name = name, .arena = arena, .texts = texts};
    h5_reference *refs = NULL;
    size_t nrefs = 0;

    KR_TRY(h5_measure(file, name, &t.units));
    if ((file->writing && H5Fflush(file->id, H5F_SCOPE_LOCAL) < 0) ||
        H5Fget_filesize(file->id, &t.file_size) < 0) {
        s = kr_h5_fail(file, KR_EIO, "cannot read", name);
        goto out;
    }
    KR_NEW(refs, file->ctx, arena->account, n);
    KR_TRY(h5_take_references(&t, raw, n, refs, &nrefs));
    hsize_t left = t.file_size;
    for (size_t i = 0, end; i < nrefs; i = end) {
        for (end = i + 1; end < nrefs && refs[end].heap == refs[i].heap;)
            end++;
        KR_TRY(h5_read_heap(&t, refs + i, end - i, &left));
    }
out:
    kr_free(refs);
    return s;
}
