/* An input being changed: a text with room to grow, and the random numbers that decide how. */
#ifndef KR_FUZZ_DOC_H
#define KR_FUZZ_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct fz_doc {
    char *p;
    size_t n, room;
    uint64_t random;
} fz_doc;

/* A part of the text, from `at` to before `end`. */
typedef struct fz_span {
    size_t at, end;
} fz_span;

/* Bytes that belong to the caller. */
typedef struct fz_bytes {
    const char *p;
    size_t n;
} fz_bytes;

/** 0 to n - 1; 0 for n = 0. */
size_t fz_random(fz_doc *d, size_t n);

/** Put n bytes, which may lie in the text, in the place of a part. false: there is no room. */
bool fz_replace(fz_doc *d, fz_span part, const void *with, size_t n);
bool fz_replace_text(fz_doc *d, fz_span part, const char *with);

/** One of the numbers that break readers: limits of types, ranges and formats. */
const char *fz_hard_number(fz_doc *d);

/** Some number between `from` and `to`, if there is one. */
bool fz_find_number(fz_doc *d, fz_span in, fz_span *number);

/** Change a number of the part: to a hard one, another of the part, or a little. */
bool fz_change_number(fz_doc *d, fz_span in);

/** Change the part as libFuzzer does, byte by byte. */
bool fz_change_bytes(fz_doc *d, fz_span in);

/** Change lines: remove, repeat, swap, take one from `other`; numbers; fields between commas. */
bool fz_change_lines(fz_doc *d, fz_span in, fz_bytes other);

/** Change a document of XML: elements are removed, repeated, swapped, moved, taken from `other`,
 * renamed; attributes and numbers change. What was well formed stays so, mostly. */
bool fz_change_xml(fz_doc *d, fz_span in, fz_bytes other);

/* How a harness has its inputs changed; `other` is another input of the corpus or empty. */
typedef bool fz_change(fz_doc *d, fz_bytes other);

/** The bodies of LLVMFuzzerCustomMutator and LLVMFuzzerCustomCrossOver. */
size_t fz_mutate(uint8_t *data, size_t size, size_t room, unsigned seed, fz_change *change);

size_t fz_cross(fz_bytes a, fz_bytes b, fz_doc out, fz_change *change);

/* Defines the two for libFuzzer. */
#define FZ_MUTATOR(change)                                                                         \
    size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed);        \
    size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed)         \
    {                                                                                              \
        return fz_mutate(data, size, room, seed, change);                                          \
    }                                                                                              \
    size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t na, const uint8_t *b, size_t nb,     \
                                     uint8_t *out, size_t room, unsigned seed);                    \
    size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t na, const uint8_t *b, size_t nb,     \
                                     uint8_t *out, size_t room, unsigned seed)                     \
    {                                                                                              \
        return fz_cross((fz_bytes){(const char *)a, na}, (fz_bytes){(const char *)b, nb},          \
                        (fz_doc){(char *)out, 0, room, seed}, change);                             \
    }

#endif
