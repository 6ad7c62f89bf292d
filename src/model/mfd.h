/* Magnitude-frequency distributions: what is written, and its discrete form (magnitudes and annual
 * rates). */
#ifndef KR_MODEL_MFD_H
#define KR_MODEL_MFD_H

#include "base/arena.h"
#include "base/file.h"

#include <stdbool.h>

typedef enum kr_mfd_kind {
    KR_MFD_INCREMENTAL,       /* min_mag, bin_width, rates */
    KR_MFD_ARBITRARY,         /* mags, rates */
    KR_MFD_TRUNC_GR,          /* a, b, min_mag, max_mag */
    KR_MFD_TAPERED_GR,        /* a, b, min_mag, max_mag, corner_mag */
    KR_MFD_YOUNGS_COPPERSMITH /* min_mag, b, char_mag, bin_width, a and char_rate derived */
} kr_mfd_kind;

typedef struct kr_mfd {
    kr_mfd_kind kind;
    double a, b, min_mag, max_mag, corner_mag, char_mag, char_rate;
    double bin_width; /* incremental, YC: as written; GR kinds: width_of_mfd_bin of the job */
    size_t n;         /* of rates (and mags) */
    const double *mags, *rates;
    double slip_rate_mm,
        rigidity_gpa; /* truncGR from slip, until the fault's area is known; else NaN */
} kr_mfd;

/** The discrete form: pairs with rate > 0, in order, in the arena. KR_EINPUT with no place recorded
 * when the numbers do not make sense (callers add file and line). */
KR_MUST_CHECK kr_status kr_mfd_bins(kr_ctx *ctx, const kr_mfd *mfd, kr_arena *arena, double **mags,
                                    double **rates, size_t *n);

/** Check the numbers of a distribution as the reference does; KR_EINPUT at file:line. */
KR_MUST_CHECK kr_status kr_mfd_check(kr_ctx *ctx, const kr_mfd *mfd, const char *file, int line);

/** Whether a distribution between two magnitudes has a bin left, however narrow it is: kr_mfd_check
 * asks for a whole one. True for the kinds that list their rates. */
bool kr_mfd_has_bins(const kr_mfd *mfd);

/** Lowest and highest magnitude of the discrete form (bins of rate 0 included). */
void kr_mfd_range(const kr_mfd *mfd, double *min_mag, double *max_mag);

/** Youngs and Coppersmith: set a and char_rate from one of the two numbers that can be written; the
 * other fields must be set. False if the moment rate (N m a year) makes no finite rates. */
void kr_mfd_set_char_rate(kr_mfd *mfd, double char_rate);
bool kr_mfd_set_moment_rate(kr_mfd *mfd, double moment_rate);

/** Total moment rate (N m a year) of a truncated Gutenberg-Richter distribution as the reference
 * conserves it; NaN for other kinds. */
double kr_mfd_moment_rate(const kr_mfd *mfd);

/** Set a from the moment of a slip rate (mm a year) on an area, with the rigidity in GPa and the
 * constant of the moment's logarithm (9.1). False for kinds other than the truncated
 * Gutenberg-Richter distribution. */
bool kr_mfd_set_slip(kr_mfd *mfd, double slip_rate_mm, double rigidity_gpa, double area_km2,
                     double moment_constant);

/** Divide all rates among n equal points (area sources). KR_EINPUT for kinds that cannot be. */
KR_MUST_CHECK kr_status kr_mfd_divide(kr_ctx *ctx, const kr_mfd *mfd, size_t n, kr_arena *arena,
                                      kr_mfd *out);

/** Changes by logic trees. False if the kind does not support the change; the result is to be
 * checked by kr_mfd_check. Incremental rates are borrowed, not copied. */
bool kr_mfd_set_ab(kr_mfd *mfd, double a, double b);
bool kr_mfd_set_b(kr_mfd *mfd, double b);
bool kr_mfd_increment_b(kr_mfd *mfd, double db);
bool kr_mfd_set_max_mag(kr_mfd *mfd, double max_mag);
bool kr_mfd_increment_max_mag(kr_mfd *mfd, double dm);
bool kr_mfd_increment_max_mag_no_balance(kr_mfd *mfd, double dm);
bool kr_mfd_set_incremental(kr_mfd *mfd, double min_mag, double bin_width, const double *rates,
                            size_t n);

void kr_mfd_hash(const kr_mfd *mfd, kr_hash128 *h);

#endif
