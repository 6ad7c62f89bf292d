/* The report of a finished run: one HTML file that holds all it shows, for any browser, without a
 * network. Its page is src/output/data/report*; here the data are written into it.
 *
 * Numbers are those of results.h5. Curves and component rates are copied bit by bit (base64), so
 * that what the page computes from them is what the program computes. The file has a bounded size:
 * of many sites some are shown, and the page says which. */
#ifndef KR_OUTPUT_REPORT_H
#define KR_OUTPUT_REPORT_H

#include "output/results.h"

#include <stdio.h>

#define KR_REPORT_NAME "report.html"

/* What is reported; everything is borrowed. */
typedef struct kr_report_spec {
    const kr_results_spec *results; /* `way`, `sampling` and what is known of `stats` but their
                                       names do not count: the file tells them */
    const char *file;               /* the results.h5 */
    const char *const *warnings;    /* of the run; or NULL where they are not known */
    size_t nwarnings;
    /* Writes the flame graph of memory as SVG; or NULL. */
    kr_status (*flame)(void *user, FILE *out);
    void *user;
} kr_report_spec;

/** Write the report; the file at `path` appears when it is complete. KR_EIO, KR_ENOMEM, KR_EINPUT
 * (a damaged results.h5). */
KR_MUST_CHECK kr_status kr_report_write(kr_ctx *ctx, const kr_report_spec *spec, const char *path);

/** Bytes that a report takes on the disk, at most, about. */
double kr_report_predicted_bytes(const kr_results_spec *results);

#endif
