/* The report on its way out. */
#ifndef KR_OUTPUT_REPORT_INT_H
#define KR_OUTPUT_REPORT_INT_H

#include "base/h5.h"
#include "output/report.h"
#include "tree/tree.h"

/* What the parts of a report take at most, in bytes before base64 makes them 4/3 of it. Together
 * with the page a report stays below 20 MB. */
enum {
    KR_REPORT_CURVES = 4500000,
    KR_REPORT_MAPS = 1500000,
    KR_REPORT_RATES = 5000000,
    KR_REPORT_DISAGG = 2500000,
    KR_REPORT_MOVED = 50,       /* sites with component rates */
    KR_REPORT_NUMBERS = 300000, /* of a structure, in all */
    KR_REPORT_BRANCHES = 4000,  /* of the tree, with their texts */
    KR_REPORT_SITES = 20000,    /* whose places are listed */
    KR_REPORT_INPUTS = 2000,
    KR_REPORT_TEXT = 400 /* letters of a text that may be long */
};

typedef struct kr_reporter {
    kr_ctx *ctx;
    const kr_report_spec *spec;
    const kr_results_spec *results;
    kr_arena arena;
    kr_h5 *file;
    FILE *out;
    size_t nlevels;                         /* of curves */
    size_t nlisted;                         /* sites with places and map values */
    size_t nshown, *shown;                  /* of these, sites with curves */
    size_t nmoved, nmoved_imts, rate_bytes; /* of these the first: sites with component rates;
                                               measures of them; bytes of one rate */
    struct kr_report_disagg *disagg;        /* or NULL */
    const char *fixed;                      /* why no weights can be moved; NULL: they can */
} kr_reporter;

/** Which sites are listed and shown, and of which there are component rates. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_report_choose(kr_reporter *r);

/** What of a disaggregation is in the page. KR_EINPUT, KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_report_choose_disagg(kr_reporter *r);

/** The number in results.h5 of a listed site: evenly along the list of all. */
size_t kr_report_site(const kr_reporter *r, size_t listed);

/** The JSON text of everything but arrays of numbers; nothing may be left away or added between. */
KR_MUST_CHECK kr_status kr_report_job(kr_reporter *r);
KR_MUST_CHECK kr_status kr_report_sites(kr_reporter *r);
KR_MUST_CHECK kr_status kr_report_performance(kr_reporter *r);
KR_MUST_CHECK kr_status kr_report_map(kr_reporter *r);
KR_MUST_CHECK kr_status kr_report_disagg(kr_reporter *r);
void kr_report_tree(kr_reporter *r);

/** ,"map":{"box":...,"land":...,"coast":...} */
void kr_report_put_ground(FILE *out, const kr_report_ground *ground);

/** Arrays of numbers: elements <script> that hold base64. */
KR_MUST_CHECK kr_status kr_report_curves(kr_reporter *r);
KR_MUST_CHECK kr_status kr_report_maps(kr_reporter *r);
KR_MUST_CHECK kr_status kr_report_rates(kr_reporter *r);
KR_MUST_CHECK kr_status kr_report_disagg_rates(kr_reporter *r);

/* ---- JSON inside of HTML ---- */

/** "text", with < and what is no letter escaped; at most `most` bytes of it, then "..."; 0: all.
 * NULL: null. */
void kr_json_text(FILE *out, const char *text, size_t most);

/** A number that reads back as it is; null where it is none. */
void kr_json_number(FILE *out, double x);

/** [a,b,...] */
void kr_json_numbers(FILE *out, const double *x, size_t n);
void kr_json_indices(FILE *out, const uint32_t *x, size_t n);
void kr_json_texts(FILE *out, const char *const *x, size_t n, size_t most);

/* Bytes on their way to base64. */
typedef struct kr_base64 {
    FILE *out;
    unsigned char rest[3];
    size_t nrest;
    char digits[4096];
    size_t ndigits;
} kr_base64;

void kr_base64_put(kr_base64 *b, const void *bytes, size_t n);
void kr_base64_end(kr_base64 *b);

#endif
