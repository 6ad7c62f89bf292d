/* The report of a finished run: one HTML file that holds all it shows, for any browser, without a
 * network. Its page is src/output/data/report*; here the data are written into it.
 *
 * Numbers are those of results.h5. Curves and component rates are copied bit by bit (base64), so
 * that what the page computes from them is what the program computes. The file has a bounded size:
 * of many sites some are shown, and the page says which. */
#ifndef KR_OUTPUT_REPORT_H
#define KR_OUTPUT_REPORT_H

#include "output/coast.h"
#include "output/results.h"
#include "output/warned.h"

#include <stdio.h>

#define KR_REPORT_NAME "report.html"

/** The part of the Earth that the map of a report shows: around its sites, of which there is one at
 * least. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_report_box(const kr_sites *sites, kr_arena *scratch, kr_box *out);

/* That part, and the land in it. */
typedef struct kr_report_ground {
    kr_box box;
    kr_coast coast;
} kr_report_ground;

/** The land in the arena. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_report_ground_make(const kr_sites *sites, kr_arena *arena,
                                              kr_report_ground *out);

/* What is reported; everything is borrowed. */
typedef struct kr_report_spec {
    const kr_results_spec *results; /* `way`, `sampling` and what is known of `stats` but their
                                       names do not count: the file tells them */
    const char *file;               /* the results.h5 */
    const kr_warned *warnings;      /* of the run; or NULL where they are not known */
    const kr_report_ground *ground; /* of the sites; or NULL: it is made */
    const char *flame; /* the flame graph of memory (SVG), a file that takes the place of
                          that of results.h5 where it has none; or NULL */
    bool any_file;     /* the path is the user's own word, which may be a device */
} kr_report_spec;

/** Write the report; the file at `path` appears when it is complete. KR_EIO, KR_ENOMEM, KR_EINPUT
 * (a damaged results.h5). */
KR_MUST_CHECK kr_status kr_report_write(kr_ctx *ctx, const kr_report_spec *spec, const char *path);

/** Bytes of memory that the disaggregation of a report takes while it is written, at most; 0
 * without one. */
size_t kr_report_disagg_bytes(const kr_results_spec *results);

/** Bytes that a report takes on the disk, at most, about. */
double kr_report_predicted_bytes(const kr_results_spec *results);

#endif
