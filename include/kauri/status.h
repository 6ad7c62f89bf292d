/* What a call can end with. One list makes the enum, the exit statuses and the texts. */
#ifndef KAURI_STATUS_H
#define KAURI_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define KR_MUST_CHECK        __attribute__((warn_unused_result))
#define KR_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define KR_API               __attribute__((visibility("default")))
#else
#define KR_MUST_CHECK
#define KR_PRINTF(fmt, args)
#define KR_API
#endif

/* X(name, exit status of the program, text) */
#define KR_STATUS_LIST(X)                                                                          \
    X(KR_OK, 0, "done")                                                                            \
    X(KR_EINPUT, 1, "the job or its input is wrong")                                               \
    X(KR_EUSAGE, 2, "wrong usage")                                                                 \
    X(KR_ENOFIT, 3, "would not fit the memory limit")                                              \
    X(KR_EINTERRUPTED, 4, "interrupted")                                                           \
    X(KR_EINTERNAL, 5, "internal error")                                                           \
    X(KR_EDIFFER, 6, "compared and different")                                                     \
    X(KR_EIO, 7, "reading or writing failed")                                                      \
    X(KR_ENOMEM, 3, "out of memory")

typedef enum kr_status {
#define X(name, exit_status, text) name,
    KR_STATUS_LIST(X)
#undef X
} kr_status;

/** The exit status of the program that belongs to `status` (0 to 7). */
KR_API int kr_exit_status(kr_status status);

/** A short text for `status`; never NULL, never freed. */
KR_API const char *kr_status_text(kr_status status);

#ifdef __cplusplus
}
#endif
#endif
