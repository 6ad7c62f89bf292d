#include "base/ledger.h"

#include "base/clock.h"
#include "base/ctx_int.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A key is the address of the call site, whose low four bits are free for the account and whose
 * high six for the phase. */
enum { ACCOUNT_BITS = 4, PHASE_SHIFT = 58 };

_Static_assert(KR_ACCOUNT_COUNT <= 1 << ACCOUNT_BITS, "an account fits into a key");
_Static_assert(KR_PHASES_MAX < 1 << (64 - PHASE_SHIFT), "a phase and none fit into a key");
_Static_assert(_Alignof(kr_call_site) >= 1 << ACCOUNT_BITS, "the low bits of an address are free");

static const uint64_t address_mask =
    (((uint64_t)1 << PHASE_SHIFT) - 1) & ~(((uint64_t)1 << ACCOUNT_BITS) - 1);

bool kr_ledger_init(kr_ledger *ledger)
{
    return pthread_mutex_init(&ledger->lock, NULL) == 0;
}

void kr_ledger_end(kr_ledger *ledger)
{
    pthread_mutex_destroy(&ledger->lock);
}

unsigned kr_ledger_line(kr_ledger *ledger, const kr_call_site *site, kr_account account,
                        unsigned phase)
{
    uint64_t address = (uint64_t)(uintptr_t)site;
    if (!site || (address & ~address_mask) != 0) /* a tagged address would not come out again */
        return KR_LEDGER_REST;
    uint64_t key = address | (uint64_t)account | (uint64_t)phase << PHASE_SHIFT;
    /* Fibonacci hashing: the high bits of the product depend on all of the key's. */
    uint64_t hash = (key ^ key >> 29) * 0x9E3779B97F4A7C15U >> 32;
    for (unsigned i = 0; i < KR_LEDGER_LINES; i++) {
        unsigned line = (unsigned)(hash + i) & (KR_LEDGER_LINES - 1);
        uint_least64_t found = atomic_load_explicit(&ledger->key[line], memory_order_relaxed);
        /* A line is never given up; of two threads that want a free one, one gets it. */
        if (found == 0 && atomic_compare_exchange_strong(&ledger->key[line], &found, key))
            return line;
        if (found == key)
            return line;
    }
    return KR_LEDGER_REST;
}

/* Those who give back wait while the copy is made, so that it is of a moment; those who take go on.
 * What counts as copied is the sum of the lines: a block that another thread is just entering may
 * be missing, and the next to give back makes the copy again. */
void kr_ledger_copy(kr_ctx *ctx)
{
    kr_ledger *l = &ctx->ledger;

    pthread_mutex_lock(&l->lock);
    if (atomic_load(&ctx->total.current) > atomic_load(&l->due)) {
        l->held = 0;
        for (unsigned i = 0; i <= KR_LEDGER_LINES; i++) {
            l->copy[i] = atomic_load_explicit(&l->bytes[i], memory_order_relaxed);
            l->held += l->copy[i];
        }
        l->resident = kr_ctx_resident(ctx);
        l->phase = kr_phase_now(ctx);
        l->when = kr_wall_seconds();
        l->copies++;
        double step = fmax((double)l->held * KR_LEDGER_STEP, KR_LEDGER_BYTES);
        atomic_store(&l->due, (long long)((double)l->held + step));
    }
    pthread_mutex_unlock(&l->lock);
}

void kr_ledger_refuse(kr_ledger *l, unsigned line, size_t bytes)
{
    pthread_mutex_lock(&l->lock);
    if (l->refused == 0 && bytes > 0) {
        l->refused = bytes;
        l->refused_key = line < KR_LEDGER_LINES ? atomic_load(&l->key[line]) : 0;
    }
    pthread_mutex_unlock(&l->lock);
}

/* The file as seen from the root of the source, wherever it was compiled. */
static const char *from_root(const char *path)
{
    static const char *const roots[] = {"/src/", "/tests/", "/bench/", "/fuzz/"};
    const char *found = NULL;
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        for (const char *at = path; (at = strstr(at, roots[i])); at++)
            found = !found || at > found ? at : found;
    return found ? found + 1 : path;
}

/* Phases may have been forgotten since. */
static const char *phase_name(const kr_ctx *ctx, unsigned phase)
{
    const char *name = phase < KR_PHASES_MAX ? ctx->phases.use[phase].name : NULL;
    return name ? name : "";
}

static kr_holder holder_of(const kr_ctx *ctx, uint64_t key, int64_t bytes)
{
    kr_holder h = {.file = "", .function = "", .account = KR_ACCOUNT_OTHER, .phase = ""};
    h.bytes = bytes;
    if (key == 0)
        return h;
    const kr_call_site *site = (const kr_call_site *)(uintptr_t)(key & address_mask);
    unsigned phase = (unsigned)(key >> PHASE_SHIFT);
    h.file = from_root(site->file);
    h.function = site->function;
    h.line = site->line;
    h.account = (kr_account)(key & ((1U << ACCOUNT_BITS) - 1));
    h.phase = phase_name(ctx, phase);
    return h;
}

/* Largest first; equal ones by their place, so that a report does not depend on addresses. */
static int by_bytes(const void *a, const void *b)
{
    const kr_holder *x = a, *y = b;
    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    int order = strcmp(x->file, y->file);
    order = order ? order : (x->line > y->line) - (x->line < y->line);
    order = order ? order : (int)x->account - (int)y->account;
    return order ? order : strcmp(x->phase, y->phase);
}

/* Add x to the n of at most `most` holders, in place of the smallest where they are full. */
static void keep_largest(kr_holder *holders, size_t n, size_t most, kr_holder x)
{
    if (n < most) {
        holders[n] = x;
        return;
    }
    size_t least = 0;
    for (size_t i = 1; i < n; i++)
        if (by_bytes(&holders[i], &holders[least]) > 0)
            least = i;
    if (n > 0 && by_bytes(&x, &holders[least]) < 0)
        holders[least] = x;
}

size_t kr_ctx_peak(kr_ctx *ctx, kr_peak *peak, kr_holder *holders, size_t most)
{
    kr_ledger *l = &ctx->ledger;
    size_t n = 0;

    if (atomic_load(&ctx->total.current) > atomic_load(&l->due))
        kr_ledger_copy(ctx);
    pthread_mutex_lock(&l->lock);
    *peak = (kr_peak){.bytes = l->held,
                      .resident = l->resident,
                      .copies = l->copies,
                      .phase = l->copies ? phase_name(ctx, l->phase) : ""};
    if (l->copies)
        peak->seconds = l->when - (ctx->phases.n ? ctx->phases.began : ctx->began);
    peak->refused = holder_of(ctx, l->refused_key, (int64_t)l->refused);
    for (unsigned i = 0; i <= KR_LEDGER_LINES; i++) {
        if (l->copy[i] == 0)
            continue;
        uint64_t key = i < KR_LEDGER_LINES ? atomic_load(&l->key[i]) : 0;
        keep_largest(holders, n < most ? n : most, most, holder_of(ctx, key, l->copy[i]));
        n++;
    }
    pthread_mutex_unlock(&l->lock);
    if (n > 0 && most > 0)
        qsort(holders, n < most ? n : most, sizeof *holders, by_bytes);
    return n;
}
