/* The distances of fault sections to the sites of a tile: computed once for all ruptures, sources
 * and branches, read by all threads. */
#ifndef KR_RUPTURE_SECTION_TABLE_H
#define KR_RUPTURE_SECTION_TABLE_H

#include "model/column.h"
#include "rupture/surfaces.h"

/* Quantities of a section, each an array over the sites of the tile. */
typedef struct kr_section_table {
    size_t nsections, nsites;
    size_t stride;             /* sites up to a multiple of 8 */
    const double *rrup, *rjb;  /* [section * stride + site], km; NULL: not wanted */
    const double *clon, *clat; /* nearest node; NULL: not wanted */
    const float *tuw;          /* [((section * 2 + flipped) * 3 + (t, u, w)) * stride + site] */
    double *block_of_doubles;  /* own the arrays */
    float *block_of_floats;
} kr_section_table;

/** Bytes of a table for that many sites. */
size_t kr_section_table_bytes(const kr_sections *sections, kr_columns columns, size_t nsites);

/** Compute the table for the columns that any ground-motion model needs, by `threads` threads.
 * Sections without a surface are left zero. */
KR_MUST_CHECK kr_status kr_section_table_make(kr_ctx *ctx, const kr_sections *sections,
                                              kr_columns columns, const kr_site_soa *sites,
                                              int threads, kr_section_table *out);
void kr_section_table_clear(kr_section_table *table);

#endif
