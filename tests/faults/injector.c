/* Makes calls of a program fail. Loaded in front of the libraries (LD_PRELOAD) it stands between
 * the program with all its libraries and the C library, counts the calls of each class below, and
 * lets chosen ones fail. What it is to do stands in the environment:
 *
 *   FAULTS_REPORT  file that lines are appended to
 *   FAULTS_CLASS   the class whose calls fail; unset: none, they are counted only
 *   FAULTS_AT      number of the first call that fails, from 1
 *   FAULTS_LAST    number of the last one (unset: FAULTS_AT; 0: all from there on)
 *   FAULTS_STEP    every how manyth call in between
 *   FAULTS_KIND    number of the error (errno), or `short`: half of the bytes are read or written
 *   FAULTS_TRACE   the calls on the stack go to the report too
 *   FAULTS_SPEED   how much faster the monotonic clock runs: what a program does after some time
 *                  is done by a short run too
 *
 * Lines of the report:
 *   fired CLASS NUMBER CALL WHO FILE   the first that failed: which call, who made it, of what file
 *   count CLASS NUMBER                 calls in the whole run
 *   left WHO BLOCKS BYTES              allocations of the program or a library that nobody freed
 *   open FILE                          files that nobody closed
 *   crash WHO                          who was at work at a fault (SIGSEGV, SIGABRT), the C library
 *                                      aside
 *
 * Calls are counted while main() runs, writing to standard output also after it. Streams of stdio
 * are made of fopencookie here, so that what they read and write is counted. The processes that
 * the program starts are left alone. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define CALLER __builtin_return_address(0)

enum { OWN, LIB, OPEN, READ, WRITE, SYNC, LOOK, THREAD, CLASSES };
static const char *const classes[CLASSES] = {"own",   "lib",  "open", "read",
                                             "write", "sync", "look", "thread"};

enum { MODULES = 128, BLOCKS = 1 << 20, STREAMS = 64, FDS = 256, SHORT = -1 };

typedef struct module {
    char name[48];
    uintptr_t from, to;
    long blocks, bytes; /* held */
} module;

typedef struct block {
    void *at;
    size_t bytes;
    int module;
} block;

static struct {
    bool armed, ended, trace;
    int class, error, report;
    long at, last, step, speed;
    long long began; /* nanoseconds */
    atomic_long count[CLASSES];
    atomic_bool fired;
    module modules[MODULES];
    int nmodules;
    block *blocks; /* by address; a removed one leaves its module -1 */
    atomic_flag lock;
    struct {
        FILE *file;
        int fd;
    } streams[STREAMS];
    bool was_open[FDS];
    int (*main)(int, char **, char **);
} st = {.class = -1, .report = -1, .lock = ATOMIC_FLAG_INIT};

/* Set while the injector works for itself. */
static __thread bool inside __attribute__((tls_model("initial-exec")));

static void *next(const char *name)
{
    inside = true;
    void *found = dlsym(RTLD_NEXT, name);
    inside = false;
    return found;
}

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
    char line[1200];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (n > 0 && st.report >= 0)
        syscall(SYS_write, st.report, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
}

/* ------------------------------------------------------------------ who calls */

static int add_module(struct dl_phdr_info *info, size_t size, void *user)
{
    const char *slash = strrchr(info->dlpi_name, '/');
    (void)size;
    (void)user;
    for (int i = 0; i < info->dlpi_phnum && st.nmodules < MODULES; i++) {
        if (info->dlpi_phdr[i].p_type != PT_LOAD || !(info->dlpi_phdr[i].p_flags & PF_X))
            continue;
        module *m = &st.modules[st.nmodules++];
        snprintf(m->name, sizeof m->name, "%s",
                 !info->dlpi_name[0] ? "kauri" : (slash ? slash + 1 : info->dlpi_name));
        if (strncmp(m->name, "libkauri", 8) == 0)
            strcpy(m->name, "kauri");
        m->from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        m->to = m->from + info->dlpi_phdr[i].p_memsz;
    }
    return 0;
}

static int module_of(const void *caller)
{
    uintptr_t at = (uintptr_t)caller;
    for (int i = 0; i < st.nmodules; i++)
        if (at >= st.modules[i].from && at < st.modules[i].to)
            return i;
    return -1;
}

static const char *module_name(int i)
{
    return i < 0 ? "?" : st.modules[i].name;
}

static bool is_own(const void *caller)
{
    int i = module_of(caller);
    return i >= 0 && strcmp(st.modules[i].name, "kauri") == 0;
}

/* ------------------------------------------------------------------ what fails */

static bool due(int class, long n)
{
    return class == st.class && n >= st.at && (n <= st.last || st.last == 0) &&
           (n - st.at) % st.step == 0;
}

static const char *path_of(int fd, char *buffer, size_t size)
{
    char link[48];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    long n = syscall(SYS_readlinkat, AT_FDCWD, link, buffer, size - 1);
    buffer[n > 0 ? n : 0] = '\0';
    return buffer;
}

static void tell(int class, long n, const char *call, const void *caller, const char *path)
{
    if (atomic_exchange(&st.fired, true))
        return;
    say("fired %s %ld %s %s %s\n", classes[class], n, call, module_name(module_of(caller)), path);
    if (st.trace) {
        void *stack[40];
        inside = true;
        int depth = backtrace(stack, 40);
        inside = false;
        for (int i = 0; i < depth; i++)
            say("at %s+%#lx\n", module_name(module_of(stack[i])),
                (unsigned long)((uintptr_t)stack[i] -
                                (module_of(stack[i]) < 0 ? 0
                                                         : st.modules[module_of(stack[i])].from)));
    }
}

/* Count a call. Whether it is to fail; errno is set then. Of a short transfer `bytes` is cut
 * instead. */
static bool strike(int class, const char *call, const void *caller, const char *path, int fd,
                   size_t *bytes)
{
    char buffer[512];
    if (inside || !(st.armed || (st.ended && class == WRITE && fd == 1)))
        return false;
    long n = atomic_fetch_add(&st.count[class], 1) + 1;
    if (!due(class, n) || (st.error == SHORT && !(bytes && *bytes > 1)))
        return false;
    tell(class, n, call, caller, path ? path : fd >= 0 ? path_of(fd, buffer, sizeof buffer) : "-");
    if (st.error == SHORT) {
        *bytes /= 2;
        return false;
    }
    errno = st.error;
    return true;
}

/* ------------------------------------------------------------------ allocations */

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

static void lock(void)
{
    while (atomic_flag_test_and_set_explicit(&st.lock, memory_order_acquire))
        continue;
}

static void unlock(void)
{
    atomic_flag_clear_explicit(&st.lock, memory_order_release);
}

static size_t place_of(const void *at)
{
    return ((uintptr_t)at >> 4) * 0x9e3779b97f4a7c15u >> 44;
}

static void remember(void *at, size_t bytes, int m)
{
    if (!at || !st.armed || inside || m < 0)
        return;
    lock();
    for (size_t i = place_of(at), tries = 0; tries < BLOCKS; i = (i + 1) % BLOCKS, tries++) {
        block *b = &st.blocks[i];
        if (b->at && b->module >= 0 && b->at != at)
            continue;
        *b = (block){at, bytes, m};
        st.modules[m].blocks++;
        st.modules[m].bytes += (long)bytes;
        break;
    }
    unlock();
}

static void forget(const void *at)
{
    if (!at || !st.blocks)
        return;
    lock();
    for (size_t i = place_of(at); st.blocks[i].at; i = (i + 1) % BLOCKS)
        if (st.blocks[i].at == at && st.blocks[i].module >= 0) {
            st.modules[st.blocks[i].module].blocks--;
            st.modules[st.blocks[i].module].bytes -= (long)st.blocks[i].bytes;
            st.blocks[i].module = -1;
            break;
        }
    unlock();
}

static bool refuse(const char *call, const void *caller)
{
    return st.armed && !inside && strike(is_own(caller) ? OWN : LIB, call, caller, NULL, -1, NULL);
}

EXPORT void *malloc(size_t n)
{
    if (refuse("malloc", CALLER))
        return NULL;
    void *p = __libc_malloc(n);
    remember(p, n, module_of(CALLER));
    return p;
}

EXPORT void *calloc(size_t n, size_t size)
{
    if (refuse("calloc", CALLER))
        return NULL;
    void *p = __libc_calloc(n, size);
    remember(p, n * size, module_of(CALLER));
    return p;
}

EXPORT void *realloc(void *old, size_t n)
{
    if (refuse("realloc", CALLER))
        return NULL;
    forget(old);
    void *p = __libc_realloc(old, n);
    remember(p, n, module_of(CALLER));
    return p;
}

EXPORT void *memalign(size_t align, size_t n)
{
    if (refuse("memalign", CALLER))
        return NULL;
    void *p = __libc_memalign(align, n);
    remember(p, n, module_of(CALLER));
    return p;
}

EXPORT void *aligned_alloc(size_t align, size_t n)
{
    if (refuse("aligned_alloc", CALLER))
        return NULL;
    void *p = __libc_memalign(align, n);
    remember(p, n, module_of(CALLER));
    return p;
}

EXPORT int posix_memalign(void **out, size_t align, size_t n)
{
    if (refuse("posix_memalign", CALLER))
        return ENOMEM;
    void *p = __libc_memalign(align, n);
    remember(p, n, module_of(CALLER));
    if (p)
        *out = p;
    return p ? 0 : ENOMEM;
}

EXPORT void free(void *p)
{
    forget(p);
    __libc_free(p);
}

/* ------------------------------------------------------------------ files */

/* A call of `type name params` that fails with `bad`, of the file `path` or `fd`. */
#define HOOK(class, type, bad, name, params, args, path, fd)                                       \
    EXPORT type name params                                                                        \
    {                                                                                              \
        static type(*real) params;                                                                 \
        if (!real)                                                                                 \
            real = (type(*) params)next(#name);                                                    \
        return strike(class, #name, CALLER, path, fd, NULL) ? (bad) : real args;                   \
    }

/* One that transfers n bytes. */
#define TRANSFER(class, name, params, args)                                                        \
    EXPORT ssize_t name params                                                                     \
    {                                                                                              \
        static ssize_t(*real) params;                                                              \
        if (!real)                                                                                 \
            real = (ssize_t(*) params)next(#name);                                                 \
        return fd != 2 && strike(class, #name, CALLER, NULL, fd, &n) ? -1 : real args;             \
    }

TRANSFER(READ, read, (int fd, void *p, size_t n), (fd, p, n))
TRANSFER(READ, pread, (int fd, void *p, size_t n, off_t at), (fd, p, n, at))
TRANSFER(READ, pread64, (int fd, void *p, size_t n, off_t at), (fd, p, n, at))
TRANSFER(WRITE, write, (int fd, const void *p, size_t n), (fd, p, n))
TRANSFER(WRITE, pwrite, (int fd, const void *p, size_t n, off_t at), (fd, p, n, at))
TRANSFER(WRITE, pwrite64, (int fd, const void *p, size_t n, off_t at), (fd, p, n, at))
HOOK(READ, ssize_t, -1, readv, (int fd, const struct iovec *v, int n), (fd, v, n), NULL, fd)
HOOK(WRITE, ssize_t, -1, writev, (int fd, const struct iovec *v, int n), (fd, v, n), NULL, fd)
HOOK(WRITE, ssize_t, -1, pwritev, (int fd, const struct iovec *v, int n, off_t at), (fd, v, n, at),
     NULL, fd)
HOOK(WRITE, int, -1, ftruncate, (int fd, off_t n), (fd, n), NULL, fd)
HOOK(WRITE, int, -1, ftruncate64, (int fd, off_t n), (fd, n), NULL, fd)
HOOK(WRITE, int, -1, truncate, (const char *path, off_t n), (path, n), path, -1)
HOOK(WRITE, int, -1, fallocate, (int fd, int mode, off_t at, off_t n), (fd, mode, at, n), NULL, fd)
HOOK(WRITE, int, errno, posix_fallocate, (int fd, off_t at, off_t n), (fd, at, n), NULL, fd)

HOOK(LOOK, struct dirent *, NULL, readdir, (DIR * dir), (dir), NULL, dirfd(dir))
HOOK(LOOK, struct dirent64 *, NULL, readdir64, (DIR * dir), (dir), NULL, dirfd(dir))
HOOK(OPEN, DIR *, NULL, opendir, (const char *path), (path), path, -1)
HOOK(OPEN, int, -1, mkstemp, (char *path), (path), path, -1)
HOOK(OPEN, int, -1, mkostemp, (char *path, int flags), (path, flags), path, -1)

HOOK(SYNC, int, -1, fsync, (int fd), (fd), NULL, fd)
HOOK(SYNC, int, -1, fdatasync, (int fd), (fd), NULL, fd)
HOOK(SYNC, int, -1, syncfs, (int fd), (fd), NULL, fd)
HOOK(SYNC, int, -1, flock, (int fd, int how), (fd, how), NULL, fd)
HOOK(SYNC, int, -1, rename, (const char *from, const char *path), (from, path), path, -1)
HOOK(SYNC, int, -1, renameat, (int a, const char *from, int b, const char *path),
     (a, from, b, path), path, -1)
HOOK(SYNC, int, -1, renameat2, (int a, const char *from, int b, const char *path, unsigned how),
     (a, from, b, path, how), path, -1)
HOOK(SYNC, int, -1, link, (const char *from, const char *path), (from, path), path, -1)
HOOK(SYNC, int, -1, linkat, (int a, const char *from, int b, const char *path, int how),
     (a, from, b, path, how), path, -1)
HOOK(SYNC, int, -1, unlink, (const char *path), (path), path, -1)
HOOK(SYNC, int, -1, unlinkat, (int a, const char *path, int how), (a, path, how), path, -1)
HOOK(SYNC, int, -1, remove, (const char *path), (path), path, -1)
HOOK(SYNC, int, -1, rmdir, (const char *path), (path), path, -1)
HOOK(SYNC, int, -1, mkdir, (const char *path, mode_t mode), (path, mode), path, -1)
HOOK(SYNC, int, -1, mkdirat, (int a, const char *path, mode_t mode), (a, path, mode), path, -1)
HOOK(SYNC, char *, NULL, mkdtemp, (char *path), (path), path, -1)

HOOK(LOOK, int, -1, stat, (const char *path, struct stat *out), (path, out), path, -1)
HOOK(LOOK, int, -1, lstat, (const char *path, struct stat *out), (path, out), path, -1)
HOOK(LOOK, int, -1, fstat, (int fd, struct stat *out), (fd, out), NULL, fd)
HOOK(LOOK, int, -1, fstatat, (int a, const char *path, struct stat *out, int how),
     (a, path, out, how), path, -1)
HOOK(LOOK, int, -1, statvfs, (const char *path, struct statvfs *out), (path, out), path, -1)
HOOK(LOOK, int, -1, fstatvfs, (int fd, struct statvfs *out), (fd, out), NULL, fd)
HOOK(LOOK, int, -1, access, (const char *path, int how), (path, how), path, -1)
HOOK(LOOK, int, -1, faccessat, (int a, const char *path, int mode, int how), (a, path, mode, how),
     path, -1)
HOOK(LOOK, off_t, -1, lseek, (int fd, off_t at, int from), (fd, at, from), NULL, fd)
HOOK(LOOK, char *, NULL, realpath, (const char *path, char *out), (path, out), path, -1)

HOOK(THREAD, int, errno, pthread_create,
     (pthread_t * thread, const pthread_attr_t *attr, void *(*run)(void *), void *user),
     (thread, attr, run, user), NULL, -1)

/* The file is closed also where that fails. */
static int close_fd(int fd, const void *caller)
{
    char buffer[512];
    bool mine = st.class == SYNC && st.armed && !inside;
    const char *path = mine ? path_of(fd, buffer, sizeof buffer) : NULL;
    long done = fd == st.report ? 0 : syscall(SYS_close, fd);
    if (done != 0)
        return -1;
    return strike(SYNC, "close", caller, path, -1, NULL) ? -1 : 0;
}

EXPORT int close(int fd)
{
    return close_fd(fd, CALLER);
}

static int open_at(int at, const char *path, int flags, mode_t mode, const void *caller)
{
    if (strike(OPEN, "open", caller, path, -1, NULL))
        return -1;
    return (int)syscall(SYS_openat, at, path, flags, mode);
}

static mode_t mode_of(int flags, va_list args)
{
    return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(args, mode_t) : 0;
}

#define OPENS(name, before, at)                                                                    \
    EXPORT int name(before const char *path, int flags, ...)                                       \
    {                                                                                              \
        va_list args;                                                                              \
        va_start(args, flags);                                                                     \
        mode_t mode = mode_of(flags, args);                                                        \
        va_end(args);                                                                              \
        return open_at(at, path, flags, mode, CALLER);                                             \
    }
#define AND ,
OPENS(open, , AT_FDCWD)
OPENS(open64, , AT_FDCWD)
OPENS(openat, int at AND, at)
OPENS(openat64, int at AND, at)
OPENS(__open_2, , AT_FDCWD)
OPENS(__open64_2, , AT_FDCWD)

EXPORT int creat(const char *path, mode_t mode)
{
    return open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode, CALLER);
}

/* ------------------------------------------------------------------ streams */

static ssize_t stream_read(void *cookie, char *p, size_t n)
{
    int fd = (int)(intptr_t)cookie;
    if (strike(READ, "fread", NULL, NULL, fd, &n))
        return -1;
    return syscall(SYS_read, fd, p, n);
}

/* stdio goes on after a part, and gives up at an error. */
static ssize_t stream_write(void *cookie, const char *p, size_t n)
{
    int fd = (int)(intptr_t)cookie;
    size_t done = 0;
    while (done < n) {
        size_t part = n - done;
        if (strike(WRITE, "fwrite", NULL, NULL, fd, &part)) {
            if (errno == EINTR) /* the program asks for calls to go on after a signal */
                continue;
            break;
        }
        long r = syscall(SYS_write, fd, p + done, part);
        if (r < 0)
            break;
        done += (size_t)r;
    }
    return (ssize_t)done;
}

static int stream_seek(void *cookie, off64_t *at, int from)
{
    off_t r = (off_t)syscall(SYS_lseek, (int)(intptr_t)cookie, (off_t)*at, from);
    if (r < 0)
        return -1;
    *at = r;
    return 0;
}

static int stream_close(void *cookie)
{
    return close_fd((int)(intptr_t)cookie, NULL);
}

static FILE *stream_of(int fd, const char *mode)
{
    const cookie_io_functions_t io = {stream_read, stream_write, stream_seek, stream_close};
    FILE *file = fopencookie((void *)(intptr_t)fd, mode, io);
    for (int i = 0; file && i < STREAMS; i++)
        if (!st.streams[i].file) {
            st.streams[i].file = file;
            st.streams[i].fd = fd;
            break;
        }
    return file;
}

static FILE *open_stream(const char *path, const char *mode, const void *caller)
{
    bool plus = strchr(mode, '+') != NULL;
    int flags = plus ? O_RDWR : *mode == 'r' ? O_RDONLY : O_WRONLY;
    flags |= *mode == 'w' ? O_CREAT | O_TRUNC : *mode == 'a' ? O_CREAT | O_APPEND : 0;
    flags |= strchr(mode, 'x') ? O_EXCL : 0;
    flags |= strchr(mode, 'e') ? O_CLOEXEC : 0;
    if (strike(OPEN, "fopen", caller, path, -1, NULL))
        return NULL;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, 0666);
    if (fd < 0)
        return NULL;
    FILE *file = stream_of(fd, mode);
    if (!file)
        syscall(SYS_close, fd);
    return file;
}

EXPORT FILE *fopen(const char *path, const char *mode)
{
    return open_stream(path, mode, CALLER);
}

EXPORT FILE *fopen64(const char *path, const char *mode)
{
    return open_stream(path, mode, CALLER);
}

EXPORT FILE *fdopen(int fd, const char *mode)
{
    return stream_of(fd, mode);
}

EXPORT int fclose(FILE *file)
{
    static int (*real)(FILE *);
    if (!real)
        real = (int (*)(FILE *))next("fclose");
    for (int i = 0; i < STREAMS; i++)
        if (st.streams[i].file == file)
            st.streams[i].file = NULL;
    return real(file);
}

EXPORT int fileno(FILE *file)
{
    static int (*real)(FILE *);
    if (!real)
        real = (int (*)(FILE *))next("fileno");
    for (int i = 0; i < STREAMS; i++)
        if (file && st.streams[i].file == file)
            return st.streams[i].fd;
    return real(file);
}

/* ------------------------------------------------------------------ clock */

EXPORT int clock_gettime(clockid_t clock, struct timespec *now)
{
    int done = (int)syscall(SYS_clock_gettime, clock, now);
    if (done == 0 && clock == CLOCK_MONOTONIC && st.speed > 1) {
        long long ns = now->tv_sec * 1000000000LL + now->tv_nsec;
        ns = st.began + (ns - st.began) * st.speed;
        *now = (struct timespec){(time_t)(ns / 1000000000), (long)(ns % 1000000000)};
    }
    return done;
}

/* ------------------------------------------------------------------ faults */

/* The first on the stack that is neither the injector nor the C library. */
static void crash(int sig)
{
    void *stack[40], *here = dlsym(RTLD_DEFAULT, "__libc_start_main");
    inside = true;
    int depth = backtrace(stack, 40), who = -1;
    for (int i = 0; i < depth && who < 0; i++) {
        int m = module_of(stack[i]);
        if (m >= 0 && m != module_of(here) && strncmp(st.modules[m].name, "libc.", 5) != 0)
            who = m;
    }
    say("crash %s\n", module_name(who));
    raise(sig); /* as if nobody had been here: SA_RESETHAND */
}

static void watch_faults(void)
{
    /* A library that calls itself without end leaves no room on the stack. */
    static char room[1 << 16];
    const stack_t stack = {.ss_sp = room, .ss_size = sizeof room};
    struct sigaction before,
        action = {.sa_handler = crash, .sa_flags = (int)(SA_RESETHAND | SA_NODEFER | SA_ONSTACK)};
    if (sigaltstack(&stack, NULL) != 0)
        return;
    for (int i = 0; i < 2; i++) {
        int sig = i ? SIGABRT : SIGSEGV;
        if (sigaction(sig, NULL, &before) == 0 && before.sa_handler == SIG_DFL)
            sigaction(sig, &action, NULL);
    }
}

/* ------------------------------------------------------------------ begin and end */

static long number(const char *name, long otherwise)
{
    const char *text = getenv(name);
    return text && *text ? strtol(text, NULL, 10) : otherwise;
}

static void begin(void)
{
    const char *report = getenv("FAULTS_REPORT"), *class = getenv("FAULTS_CLASS");
    const char *kind = getenv("FAULTS_KIND");
    int fd = report ? (int)syscall(SYS_openat, AT_FDCWD, report,
                                   O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)
                    : -1;
    st.report = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, FDS);
    syscall(SYS_close, fd);
    for (int i = 0; class && i < CLASSES; i++)
        if (strcmp(class, classes[i]) == 0)
            st.class = i;
    st.at = number("FAULTS_AT", 1);
    st.last = number("FAULTS_LAST", st.at);
    st.step = number("FAULTS_STEP", 1);
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    st.began = now.tv_sec * 1000000000LL + now.tv_nsec;
    st.speed = number("FAULTS_SPEED", 1);
    st.trace = getenv("FAULTS_TRACE") != NULL;
    st.error = kind && strcmp(kind, "short") == 0 ? SHORT : (int)number("FAULTS_KIND", EIO);
    for (const char *const *name =
             (const char *const[]){"LD_PRELOAD", "FAULTS_CLASS", "FAULTS_REPORT", NULL};
         *name; name++)
        unsetenv(*name);
    dl_iterate_phdr(add_module, NULL);
    backtrace((void *[1]){0}, 1); /* loads a library at its first call */
    watch_faults();
    st.blocks = mmap(NULL, BLOCKS * sizeof *st.blocks, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (st.blocks == MAP_FAILED)
        abort();
    for (int i = 0; i < FDS; i++)
        st.was_open[i] = fcntl(i, F_GETFD) >= 0;
    if (st.was_open[1])
        stdout = stream_of(1, "w");
    st.armed = true;
}

static void end(void)
{
    char path[512];
    if (!st.armed)
        return;
    st.armed = false;
    st.ended = true;
    for (int i = 0; i < CLASSES; i++)
        say("count %s %ld\n", classes[i], atomic_load(&st.count[i]));
    for (int i = 0; i < st.nmodules; i++)
        if (st.modules[i].blocks)
            say("left %s %ld %ld\n", st.modules[i].name, st.modules[i].blocks, st.modules[i].bytes);
    for (int i = 3; i < FDS; i++)
        if (!st.was_open[i] && fcntl(i, F_GETFD) >= 0)
            say("open %s\n", path_of(i, path, sizeof path));
}

static int run_main(int argc, char **argv, char **envp)
{
    begin();
    int status = st.main(argc, argv, envp);
    end();
    return status;
}

__attribute__((destructor)) static void last(void)
{
    end(); /* where a library called exit() */
}

EXPORT int __libc_start_main(int (*program)(int, char **, char **), int argc, char **argv,
                             int (*init)(int, char **, char **), void (*fini)(void),
                             void (*rtld_fini)(void), void *stack_end)
{
    int (*real)(int (*)(int, char **, char **), int, char **, int (*)(int, char **, char **),
                void (*)(void), void (*)(void), void *) = NULL;
    void *found = next("__libc_start_main");
    memcpy(&real, &found, sizeof real);
    st.main = program;
    return real(run_main, argc, argv, init, fini, rtld_fini, stack_end);
}
