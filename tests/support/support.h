/* What the unit tests share. Everything here ends the test by a cmocka assertion if it cannot do
 * its work, so callers need no checks of their own. */
#ifndef KR_TESTS_SUPPORT_H
#define KR_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/ctx.h"
#include "base/mem.h"

/** A new context; end it with kt_ctx_end, which also asserts that no memory is left. */
kr_ctx *kt_ctx(void);
void kt_ctx_end(kr_ctx **ctx);

/** Assert KR_OK, showing the recorded failure otherwise. */
#define kt_ok(ctx, call) kt_assert_ok((ctx), (call), #call, __FILE__, __LINE__)
void kt_assert_ok(kr_ctx *ctx, kr_status status, const char *call, const char *file, int line);

/** Assert that `call` gives `status` and that the failure recorded holds `text`; then forget it. */
#define kt_fails(ctx, call, status, text)                                                          \
    kt_assert_fails((ctx), (call), (status), (text), #call, __FILE__, __LINE__)
void kt_assert_fails(kr_ctx *ctx, kr_status got, kr_status status, const char *text,
                     const char *call, const char *file, int line);

/* Something that is run with a new context and frees all it allocates, whatever happens. */
typedef kr_status (*kt_scenario)(kr_ctx *ctx, void *user);

/** Run the scenario undisturbed (it must end with KR_OK), then once for each of its allocations
 * with that one failing: it must end with KR_ENOMEM, a recorded failure and no memory left. What is
 * quicker than the first time may have fewer (a run that takes half a second keeps a journal), and
 * must end with KR_OK then. Returns the number of allocations. */
long kt_fail_each_allocation(kt_scenario scenario, void *user);

/** The same with every step-th of them, from the first on. */
long kt_fail_allocations(kt_scenario scenario, void *user, long step);

/** A new empty folder, and its removal with all it holds. kt_path: a file in it; the text lives in
 * one of eight static buffers. */
char *kt_dir_create(void);
void kt_dir_remove(char **dir);
const char *kt_path(const char *dir, const char *name);

void kt_write_file(const char *path, const void *data, size_t n);
void kt_write_text(const char *path, const char *text);

/** The whole file; free() it. */
unsigned char *kt_read_file(const char *path, size_t *n);

/** Reproducible random numbers: splitmix64. */
uint64_t kt_random(uint64_t *state);
double kt_random_unit(uint64_t *state);

/** Distance of two doubles in units in the last place; huge for NaN or different signs. */
uint64_t kt_ulps(double a, double b);

/** Assert |a - b| <= rtol |b| + atol. */
#define kt_close(a, b, rtol, atol) kt_assert_close((a), (b), (rtol), (atol), __FILE__, __LINE__)
void kt_assert_close(double a, double b, double rtol, double atol, const char *file, int line);

/** Assert the same number, down to the sign of zero; NaN equals NaN. */
#define kt_same(a, b) kt_assert_same((a), (b), __FILE__, __LINE__)
void kt_assert_same(double a, double b, const char *file, int line);

#endif
