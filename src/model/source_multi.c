#include "model/source_multi.h"

#include "base/str.h"
#include "model/section.h"
#include "model/source_h5.h"
#include "model/source_share.h"

#include <math.h>
#include <string.h>

/* What is known of a rupture beside its lists. */
typedef struct rupture_mark {
    float mag, rake;
} rupture_mark;

void kr_multi_build_init(kr_multi_build *b, kr_ctx *ctx)
{
    *b = (kr_multi_build){0};
    kr_spool_init(&b->spool, ctx, KR_ACCOUNT_READING);
}

void kr_multi_build_clear(kr_multi_build *b)
{
    kr_spool_clear(&b->spool);
    kr_free(b->row);
    kr_free(b->list);
    kr_free(b->packed);
    b->row = NULL;
    b->list = NULL;
    b->packed = NULL;
    b->row_cap = b->list_cap = b->packed_cap = 0;
}

kr_status kr_multi_begin(kr_source_reader *r, kr_multi_build *b, const kr_node *node,
                         const char *trt)
{
    kr_status s = KR_OK;

    b->n = b->nprobs = b->nsections = 0;
    b->section = 0;
    b->step = 1;
    kr_hash_init(&b->marks);
    kr_hash_init(&b->probs);
    kr_hash_init(&b->lists);
    kr_hash_text(&b->marks, "mag, rake");
    kr_hash_text(&b->probs, "probs_occur");
    kr_hash_text(&b->lists, "sections");
    kr_spool_reset(&b->spool);
    KR_TRY(kr_source_begin(r, node, trt, KR_SOURCE_MULTI_FAULT, &b->source));
out:
    return s;
}

/* ------------------------------------------------------------------ lists of sections, packed */

/* Section lists are runs of neighbours, up or down: (step to the first, length of the run). Both
 * are signed numbers in groups of 7 bits, PACKED of them at most: they are below 2^33. */
enum { PACKED = 5 };

static unsigned char *pack_number(unsigned char *to, int64_t x)
{
    uint64_t u = (uint64_t)x << 1 ^ (x < 0 ? UINT64_MAX : 0);

    for (; u >= 0x80; u >>= 7)
        *to++ = (unsigned char)(u | 0x80);
    *to++ = (unsigned char)u;
    return to;
}

static const unsigned char *unpack_number(const unsigned char *from, int64_t *x)
{
    uint64_t u = 0;

    for (int shift = 0;; shift += 7) {
        u |= (uint64_t)(*from & 0x7F) << shift;
        if (*from++ < 0x80)
            break;
    }
    *x = (int64_t)(u >> 1) ^ -(int64_t)(u & 1);
    return from;
}

/* How long a list is, and its bytes. */
typedef struct packed_size {
    uint32_t n, bytes;
} packed_size;

/* The list b->list goes to the spool. */
static kr_status pack_list(kr_multi_build *b, size_t n)
{
    kr_status s = KR_OK;
    const uint32_t *list = b->list;
    int64_t before = 0;

    KR_GROW(b->packed, b->packed_cap, 2 * PACKED * n, b->spool.ctx, KR_ACCOUNT_READING);
    unsigned char *to = b->packed;
    for (size_t i = 0, end; i < n; i = end) {
        int64_t step = i + 1 < n && list[i + 1] + 1 == list[i] ? -1 : 1;
        for (end = i + 1; end < n && (int64_t)list[end] == (int64_t)list[end - 1] + step; end++)
            continue;
        to = pack_number(to, (int64_t)list[i] - before);
        to = pack_number(to, step * (int64_t)(end - i - 1));
        before = list[end - 1];
    }
    packed_size size = {(uint32_t)n, (uint32_t)(to - b->packed)};
    KR_TRY(kr_spool_write(&b->spool, &size, sizeof size));
    KR_TRY(kr_spool_write(&b->spool, b->packed, size.bytes));
out:
    return s;
}

/* Writes the next list to `out` unless that is NULL; returns its length. */
static size_t unpack_list(kr_multi_build *b, uint32_t *out)
{
    packed_size size = {0, 0};
    int64_t section = 0, from = 0, run = 0;

    (void)kr_spool_read(&b->spool, &size, sizeof size);
    (void)kr_spool_read(&b->spool, b->packed, size.bytes);
    const unsigned char *at = b->packed;
    size_t n = out ? size.n : 0;
    for (size_t i = 0; i < n;) {
        at = unpack_number(at, &from);
        at = unpack_number(at, &run);
        section += from;
        int64_t step = run < 0 ? -1 : 1;
        for (int64_t k = 0; k <= run * step; k++, i++) {
            out[i] = (uint32_t)(section + k * step);
        }
        section += run;
    }
    return size.n;
}

/* ------------------------------------------------------------------ one rupture */

/* A rupture with its probabilities in b->row and its sections in b->list. */
static kr_status add_rupture(kr_multi_build *b, rupture_mark mark, size_t nsections)
{
    kr_status s = KR_OK;

    kr_hash_bytes(&b->marks, &mark, sizeof mark);
    kr_hash_bytes(&b->probs, b->row, b->nprobs * sizeof *b->row);
    kr_hash_bytes(&b->lists, b->list, nsections * sizeof *b->list);
    KR_TRY(kr_spool_write(&b->spool, &mark, sizeof mark));
    KR_TRY(kr_spool_write(&b->spool, b->row, b->nprobs * sizeof *b->row));
    KR_TRY(pack_list(b, nsections));
    b->n++;
    b->nsections += nsections;
out:
    return s;
}

/* The section whose id stands at `text`: mostly the next one up or down from that before. */
static kr_status find_section(kr_source_reader *r, kr_multi_build *b, const char *text, char sign,
                              const char **end)
{
    kr_status s = KR_OK;
    const kr_model *model = r->model;

    for (int i = 0; i < 2; i++) {
        uint32_t guess = b->section + (uint32_t)b->step;
        if (guess < model->nsections && kr_section_is(&model->sections[guess], text, sign, end)) {
            b->section = guess;
            return KR_OK;
        }
        b->step = -b->step;
    }
    *end = strchr(text, sign);
    if (!*end)
        *end = text + strlen(text);
    size_t len = (size_t)(*end - text);
    if (r->together)
        return kr_section_find(model, text, len, &b->section) ? KR_OK : KR_EINPUT;
    KR_TRY(kr_section_number(r->model, r->ctx, text, len, &b->section));
out:
    return s;
}

/* Ids of sections, separated by one comma each, when blanks belong to them, or by blanks. */
static kr_status read_sections(kr_source_reader *r, kr_multi_build *b, const kr_node *node,
                               const char *text, char sign, size_t *n)
{
    kr_status s = KR_OK;
    const char *p = text, *end = NULL;

    for (*n = 0;; p = end + 1) {
        while (sign == ' ' && kr_is_space(*p))
            p++;
        if (*p == sign || !*p)
            return kr_fail_at(r->ctx, node->file, node->line,
                              "the sections of a rupture are '%.60s'; ids of sections separated by "
                              "'%c' are needed",
                              text, sign);
        KR_TRY(find_section(r, b, p, sign, &end));
        KR_GROW(b->list, b->list_cap, *n + 1, r->ctx, KR_ACCOUNT_READING);
        b->list[(*n)++] = b->section;
        if (!*end)
            return KR_OK;
    }
out:
    return s;
}

/* Poissonian rates may be inferred from the first probability alone; else all must sum to 1. */
static kr_status check_sum(kr_source_reader *r, const kr_multi_build *b, const kr_node *node)
{
    double sum = 0;

    for (size_t k = 0; k < b->nprobs; k++)
        sum += b->row[k];
    if (r->job->infer_occur_rates || fabs(sum - 1) <= KR_PMF_TOLERANCE)
        return KR_OK;
    return kr_fail_at(r->ctx, node->file, node->line,
                      "probs_occur of a rupture sum to %.10g; they must sum to 1", sum);
}

kr_status kr_multi_add(kr_source_reader *r, kr_multi_build *b, const kr_node *node)
{
    kr_status s = KR_OK;
    kr_node *child = NULL;
    const char *indexes = NULL;
    double mag = 0, rake = 0;
    size_t n = 0;

    if (!kr_str_eq(node->tag, "multiPlanesRupture"))
        return kr_fail_at(r->ctx, node->file, node->line,
                          "<multiFaultSource> holds <%s>; it may hold <multiPlanesRupture> only",
                          node->tag);
    KR_TRY(kr_attr_probs(r->ctx, node, &b->row, &b->row_cap, &n));
    if (b->n > 0 && n != b->nprobs)
        return kr_fail_at(r->ctx, node->file, node->line,
                          "probs_occur holds %zu numbers, that of the ruptures before %zu; all of "
                          "a source must have the same length",
                          n, b->nprobs);
    b->nprobs = n;
    KR_TRY(check_sum(r, b, node));
    KR_TRY(kr_child_mag(r->ctx, node, &mag));
    if (!(kr_round(mag, 2) > 0))
        return kr_fail_at(r->ctx, node->file, node->line,
                          "magnitude %g of <multiPlanesRupture>, which is rounded to two decimals; "
                          "it must be 0.01 or more",
                          mag);
    KR_TRY(kr_child_rake(r->ctx, node, &rake));
    KR_TRY(kr_node_need(r->ctx, node, "sectionIndexes", &child));
    KR_TRY(kr_node_attr_text(r->ctx, child, "indexes", &indexes));
    KR_TRY(read_sections(r, b, child, indexes, ',', &n));
    KR_TRY(add_rupture(b, (rupture_mark){(float)kr_round(mag, 2), (float)rake}, n));
out:
    return s;
}

/* ------------------------------------------------------------------ the source */

/* The arrays of a source that are filled from the spool; those that another source has already are
 * not. */
typedef struct columns {
    float *mag, *rake;
    double *probs;
    uint32_t *first, *section;
} columns;

static void unpack(kr_multi_build *b, const columns *to)
{
    uint32_t at = 0;

    kr_spool_rewind(&b->spool);
    for (size_t i = 0; i < b->n; i++) {
        rupture_mark mark = {0};
        (void)kr_spool_read(&b->spool, &mark, sizeof mark);
        (void)kr_spool_read(&b->spool, b->row, b->nprobs * sizeof *b->row);
        size_t n = unpack_list(b, to->section ? to->section + at : NULL);
        if (to->mag) {
            to->mag[i] = mark.mag;
            to->rake[i] = mark.rake;
        }
        if (to->probs)
            memcpy(to->probs + i * b->nprobs, b->row, b->nprobs * sizeof *b->row);
        at += (uint32_t)n;
        if (to->first)
            to->first[i + 1] = at;
    }
}

/* The arrays, shared with a source read before where they are equal: magnitudes and rakes stand in
 * one block, the sections behind the numbers where they begin in another. */
static kr_status finish_columns(kr_source_reader *r, kr_multi_build *b, kr_multi_fault *out)
{
    kr_status s = KR_OK;
    columns to = {0};
    const float *marks = kr_shared_find(r->model, b->marks);
    const double *probs = kr_shared_find(r->model, b->probs);
    const uint32_t *lists = kr_shared_find(r->model, b->lists);

    if (!marks) {
        KR_ANEW(to.mag, r->arena, 2 * b->n);
        to.rake = to.mag + b->n;
        marks = to.mag;
    }
    if (!probs) {
        KR_ANEW(to.probs, r->arena, b->n * b->nprobs);
        probs = to.probs;
    }
    if (!lists) {
        KR_ANEW(to.first, r->arena, b->n + 1 + b->nsections);
        to.section = to.first + b->n + 1;
        lists = to.first;
    }
    if (to.mag || to.probs || to.first)
        unpack(b, &to);
    KR_TRY(kr_shared_add(r->model, r->ctx, b->marks, marks));
    KR_TRY(kr_shared_add(r->model, r->ctx, b->probs, probs));
    KR_TRY(kr_shared_add(r->model, r->ctx, b->lists, lists));
    *out = (kr_multi_fault){.n = b->n,
                            .nprobs = b->nprobs,
                            .mag = marks,
                            .rake = marks + b->n,
                            .probs = probs,
                            .first = lists,
                            .section = lists + b->n + 1};
out:
    return s;
}

static uint64_t hash_rupture(const kr_multi_fault *m, size_t i)
{
    const uint64_t odd = 0x9e3779b97f4a7c15U;
    uint32_t mag;
    uint64_t h;

    memcpy(&mag, &m->mag[i], sizeof mag);
    h = mag * odd;
    for (uint32_t k = m->first[i]; k < m->first[i + 1]; k++)
        h = ((h ^ h >> 29) + m->section[k]) * odd;
    return h ^ h >> 32;
}

static bool same_rupture(const kr_multi_fault *m, size_t i, size_t k)
{
    size_t n = m->first[i + 1] - m->first[i];

    return m->mag[i] == m->mag[k] && m->first[k + 1] - m->first[k] == n &&
           memcmp(m->section + m->first[i], m->section + m->first[k], n * sizeof *m->section) == 0;
}

/* Ruptures of the same magnitude and sections: the reference logs them, kr_model_check_sections
 * tells them. */
static kr_status find_repeated(kr_source_reader *r, kr_multi_fault *m)
{
    kr_status s = KR_OK;
    uint32_t *slot = NULL; /* numbers of ruptures from 1 on */
    size_t slots = 16;

    while (slots < 2 * m->n)
        slots *= 2;
    KR_NEW(slot, r->ctx, KR_ACCOUNT_READING, slots);
    for (size_t i = 0; i < m->n; i++) {
        size_t at = (size_t)hash_rupture(m, i) & (slots - 1);
        while (slot[at] && !same_rupture(m, slot[at] - 1, i))
            at = (at + 1) & (slots - 1);
        if (slot[at]) {
            m->same[0] = slot[at];
            m->same[1] = (uint32_t)i + 1;
            break;
        }
        slot[at] = (uint32_t)i + 1;
    }
out:
    kr_free(slot);
    return s;
}

/* The ruptures of a source from the HDF5 file. */
static kr_status read_h5(kr_source_reader *r, kr_multi_build *b)
{
    kr_status s = KR_OK;
    const kr_node node = {
        .tag = "multiFaultSource", .file = b->source->file, .line = b->source->line};
    kr_multi_h5 data = {0};

    KR_TRY(kr_multi_h5_read(r, b->source, &data));
    b->nprobs = data.nprobs;
    KR_GROW(b->row, b->row_cap, data.nprobs, r->ctx, KR_ACCOUNT_READING);
    for (size_t i = 0; i < data.n; i++) {
        size_t n = 0;
        memcpy(b->row, data.probs + i * data.nprobs, data.nprobs * sizeof *b->row);
        KR_TRY(check_sum(r, b, &node));
        KR_TRY(read_sections(r, b, &node, kr_trim(data.sections[i]), ' ', &n));
        KR_TRY(add_rupture(b, (rupture_mark){data.mag[i], data.rake[i]}, n));
    }
out:
    return s;
}

kr_status kr_multi_end(kr_source_reader *r, kr_multi_build *b, kr_source **out)
{
    kr_status s = KR_OK;
    kr_source *source = b->source;
    kr_multi_fault *multi = NULL;

    if (b->n == 0)
        KR_TRY(read_h5(r, b));
    if (b->n >= UINT32_MAX || b->nsections >= UINT32_MAX)
        return kr_fail_at(r->ctx, source->file, source->line,
                          "multiFaultSource '%s' has %zu ruptures of %zu sections in all; split it "
                          "into sources of at most %u",
                          source->id, b->n, b->nsections, UINT32_MAX);
    KR_ANEW(multi, r->arena, 1);
    /* Two files that are read together must not both make the same array. */
    pthread_mutex_lock(&r->model->lock);
    s = finish_columns(r, b, multi);
    pthread_mutex_unlock(&r->model->lock);
    KR_TRY(s);
    kr_spool_reset(&b->spool);
    kr_hash_init(&multi->digest);
    kr_hash_bytes(&multi->digest, &b->marks, sizeof b->marks);
    kr_hash_bytes(&multi->digest, &b->probs, sizeof b->probs);
    kr_hash_bytes(&multi->digest, &b->lists, sizeof b->lists);
    source->multi = multi;
    KR_TRY(find_repeated(r, multi));
    kr_source_hash(source);
    *out = source;
out:
    return s;
}
