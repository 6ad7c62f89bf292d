#include "base/mem.h"

#include "base/ctx_int.h"

#include <assert.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ALIGN = 64,
    LARGE = 256 * 1024, /* from here calloc gives pages that are zero until they are touched */
    MAGIC = 0x6b617572
};

/* No machine has more; sanitizers end the program on such a request instead of refusing it. */
static const size_t block_max = (size_t)1 << 40;

/* Stands in the 64 bytes before each block. */
typedef struct mem_head {
    void *raw; /* what free() takes */
    kr_ctx *ctx;
    size_t size; /* of the block, without this head */
    kr_account account;
    unsigned line; /* of the ledger */
    int magic;
} mem_head;

_Static_assert(sizeof(mem_head) <= ALIGN, "the head fits before an aligned block");

static mem_head *mem_head_of(void *block)
{
    return (mem_head *)((char *)block - ALIGN);
}

static void mem_raise(atomic_llong *most, long long value)
{
    long long peak = atomic_load_explicit(most, memory_order_relaxed);

    while (value > peak && !atomic_compare_exchange_weak(most, &peak, value))
        continue;
}

/* The sum goes up first and down last: no account ever shows more than the sum. */
static void mem_give_back(kr_ctx *ctx, kr_account account, unsigned line, size_t bytes)
{
    if (atomic_load_explicit(&ctx->total.current, memory_order_relaxed) >
        atomic_load_explicit(&ctx->ledger.due, memory_order_relaxed))
        kr_ledger_copy(ctx);
    atomic_fetch_sub_explicit(&ctx->ledger.bytes[line], (long long)bytes, memory_order_relaxed);
    atomic_fetch_sub(&ctx->accounts[account].current, (long long)bytes);
    atomic_fetch_sub(&ctx->total.current, (long long)bytes);
}

/* Record that the allocation failed. */
static void mem_fail(kr_ctx *ctx, kr_account account, unsigned line, size_t bytes)
{
    kr_ledger_refuse(&ctx->ledger, line, bytes);
    kr_fail(ctx, KR_ENOMEM, "out of memory: %zu bytes for '%s', %lld are held", bytes,
            kr_account_name(account), (long long)kr_ctx_memory(ctx).current);
}

/* Count `bytes` more on the account if the fault injection and the limit let them pass. The
 * counters go up first, so that two threads cannot pass the limit together. */
static bool mem_take(kr_ctx *ctx, kr_account account, unsigned line, size_t bytes)
{
    size_t limit = atomic_load(&ctx->limit);
    long at = atomic_load(&ctx->fail_at);

    atomic_fetch_add(&ctx->allocated, 1);
    while (at > 0 && !atomic_compare_exchange_weak(&ctx->fail_at, &at, at - 1))
        continue;
    if (at == 1) {
        mem_fail(ctx, account, line, bytes);
        return false;
    }
    long long sum = atomic_fetch_add(&ctx->total.current, (long long)bytes) + (long long)bytes;
    if ((size_t)sum > limit && bytes > 0) {
        atomic_fetch_sub(&ctx->total.current, (long long)bytes);
        kr_ledger_refuse(&ctx->ledger, line, bytes);
        kr_fail(ctx, KR_ENOMEM,
                "the memory limit of %zu bytes is too small: %zu more for '%s', %lld are held",
                limit, bytes, kr_account_name(account), sum - (long long)bytes);
        return false;
    }
    atomic_fetch_add_explicit(&ctx->ledger.bytes[line], (long long)bytes, memory_order_relaxed);
    long long own = atomic_fetch_add(&ctx->accounts[account].current, (long long)bytes);
    mem_raise(&ctx->total.peak, sum);
    mem_raise(&ctx->phases.peak, sum);
    mem_raise(&ctx->accounts[account].peak, own + (long long)bytes);
    return true;
}

static bool mem_size(kr_ctx *ctx, kr_account account, size_t n, size_t size, size_t *bytes)
{
    if (__builtin_mul_overflow(n, size, bytes) || *bytes > block_max) {
        atomic_fetch_add(&ctx->allocated, 1);
        kr_fail(ctx, KR_ENOMEM, "out of memory: %zu times %zu bytes for '%s'", n, size,
                kr_account_name(account));
        return false;
    }
    return true;
}

/* The block proper, zeroed, its head written; nothing is counted here. */
static void *mem_new(kr_ctx *ctx, kr_account account, unsigned line, size_t bytes)
{
    void *raw = NULL;
    char *block;

    if (bytes < LARGE) {
        if (posix_memalign(&raw, ALIGN, ALIGN + bytes) != 0)
            return NULL;
        memset(raw, 0, ALIGN + bytes);
        block = (char *)raw + ALIGN;
    } else {
        raw = calloc(1, bytes + 2 * ALIGN);
        if (!raw)
            return NULL;
        block = (char *)raw + 2 * ALIGN - (uintptr_t)raw % ALIGN;
    }
    *mem_head_of(block) = (mem_head){raw, ctx, bytes, account, line, MAGIC};
    return block;
}

void *kr_alloc_at(kr_ctx *ctx, kr_account account, size_t n, size_t size, const kr_call_site *site)
{
    size_t bytes;
    unsigned line = kr_ledger_line(&ctx->ledger, site, account, kr_phase_now(ctx));

    if (!mem_size(ctx, account, n, size, &bytes) || !mem_take(ctx, account, line, bytes + ALIGN))
        return NULL;
    void *block = mem_new(ctx, account, line, bytes);
    if (!block) {
        mem_give_back(ctx, account, line, bytes + ALIGN);
        mem_fail(ctx, account, line, bytes);
    }
    return block;
}

/* Resize a large block where it stands if the system can; it may come back at another place
 * between two alignments. */
static void *mem_resize_large(void *block, size_t bytes)
{
    mem_head head = *mem_head_of(block);
    size_t old_offset = (size_t)((char *)block - (char *)head.raw);
    size_t kept = head.size < bytes ? head.size : bytes;

    char *raw = realloc(head.raw, bytes + 2 * ALIGN);
    if (!raw)
        return NULL;
    size_t offset = 2 * ALIGN - (uintptr_t)raw % ALIGN;
    if (offset != old_offset)
        memmove(raw + offset, raw + old_offset, kept);
    if (bytes > kept)
        memset(raw + offset + kept, 0, bytes - kept);
    head.raw = raw;
    head.size = bytes;
    *mem_head_of(raw + offset) = head;
    return raw + offset;
}

static void *mem_resize(void *block, size_t bytes)
{
    mem_head *head = mem_head_of(block);

    if (head->size >= LARGE && bytes >= LARGE)
        return mem_resize_large(block, bytes);
    void *moved = mem_new(head->ctx, head->account, head->line, bytes);
    if (!moved)
        return NULL;
    memcpy(moved, block, head->size < bytes ? head->size : bytes);
    head->magic = 0;
    free(head->raw);
    return moved;
}

void *kr_realloc_at(kr_ctx *ctx, kr_account account, void *block, size_t n, size_t size,
                    const kr_call_site *site)
{
    size_t bytes;

    if (!block)
        return kr_alloc_at(ctx, account, n, size, site);
    size_t old = mem_head_of(block)->size;
    unsigned line = mem_head_of(block)->line;
    account = mem_head_of(block)->account;
    assert(mem_head_of(block)->magic == MAGIC && mem_head_of(block)->ctx == ctx);
    if (!mem_size(ctx, account, n, size, &bytes))
        return NULL;
    size_t more = bytes > old ? bytes - old : 0;
    if (!mem_take(ctx, account, line, more))
        return NULL;
    void *moved = mem_resize(block, bytes);
    if (!moved) {
        mem_give_back(ctx, account, line, more);
        mem_fail(ctx, account, line, bytes);
    } else if (bytes < old) {
        mem_give_back(ctx, account, line, old - bytes);
    }
    return moved;
}

void kr_free(void *block)
{
    if (!block)
        return;
    mem_head *head = mem_head_of(block);
    assert(head->magic == MAGIC);
    head->magic = 0;
    mem_give_back(head->ctx, head->account, head->line, head->size + ALIGN);
    free(head->raw);
}

const char *kr_account_name(kr_account account)
{
    static const char *const names[] = {
#define X(name, text) [name] = text,
        KR_ACCOUNT_LIST(X)
#undef X
    };

    return (unsigned)account < KR_ACCOUNT_COUNT ? names[account] : "unknown";
}

static kr_account_use mem_use(const kr_counter *counter)
{
    return (kr_account_use){atomic_load(&counter->current), atomic_load(&counter->peak)};
}

kr_account_use kr_ctx_account(const kr_ctx *ctx, kr_account account)
{
    return mem_use(&ctx->accounts[account]);
}

kr_account_use kr_ctx_memory(const kr_ctx *ctx)
{
    return mem_use(&ctx->total);
}

void kr_mem_fail_at(kr_ctx *ctx, long k)
{
    atomic_store(&ctx->fail_at, k > 0 ? k : 0);
}

long kr_mem_count(const kr_ctx *ctx)
{
    return atomic_load(&ctx->allocated);
}

void kr_mem_set_limit(kr_ctx *ctx, size_t bytes)
{
    atomic_store(&ctx->limit, bytes);
}

size_t kr_mem_limit(const kr_ctx *ctx)
{
    size_t limit = atomic_load(&ctx->limit);
    size_t held = (size_t)atomic_load(&ctx->total.current);

    if (limit == SIZE_MAX)
        return SIZE_MAX;
    return held < limit ? limit - held : 0;
}

/* A small file of /proc as text; no stdio, which would allocate. */
static bool mem_proc(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return false;
    ssize_t n = read(fd, text, size - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    return n > 0;
}

size_t kr_resident_bytes(void)
{
    char text[128];
    long page = sysconf(_SC_PAGESIZE);

    if (page <= 0 || !mem_proc("/proc/self/statm", text, sizeof text))
        return 0;
    char *second = strchr(text, ' ');
    return second ? (size_t)strtoull(second, NULL, 10) * (size_t)page : 0;
}

/* Not getrusage: its ru_maxrss carries over from the process that called exec. */
size_t kr_resident_peak_bytes(void)
{
    char text[4096];

    if (!mem_proc("/proc/self/status", text, sizeof text))
        return 0;
    char *line = strstr(text, "VmHWM:");
    return line ? (size_t)strtoull(line + sizeof "VmHWM:" - 1, NULL, 10) * 1024 : 0;
}

size_t kr_ctx_resident(kr_ctx *ctx)
{
    size_t now = kr_resident_bytes(), most = atomic_load(&ctx->resident);

    while (now > most && !atomic_compare_exchange_weak(&ctx->resident, &most, now))
        continue;
    return now;
}

size_t kr_ctx_resident_peak(kr_ctx *ctx)
{
    size_t kernel = kr_resident_peak_bytes(), most = atomic_load(&ctx->resident);

    return kernel > most ? kernel : most;
}
