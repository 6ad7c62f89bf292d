/* The makers of contexts of one thread, for the sites and the family of the work at hand. */
#ifndef KR_HAZARD_MAKERS_H
#define KR_HAZARD_MAKERS_H

#include "hazard/hazard_int.h"

typedef struct kr_makers {
    const kr_hazard *hazard;
    const kr_section_table *sections; /* of a tile, which begins at first_in_table */
    size_t first_in_table;
    kr_columns only;  /* of the models' columns; 0: all */
    kr_columns extra; /* as in kr_point_setup, like the next */
    bool source_mags;
    const kr_work *work;
    size_t first_site, nsites; /* job numbers */
    kr_sites sites;            /* views of the job's sites */
    kr_site_soa soa;
    kr_point_maker *points; /* NULL as long as the work has asked for none */
    kr_fault_maker *faults;
} kr_makers;

/** Make ready for a work at sites [first, first + nsites), which `soa` holds; it is copied, its
 * arrays must stay. */
void kr_makers_set(kr_makers *makers, const kr_work *work, size_t first, size_t nsites,
                   const kr_site_soa *soa);

/** The contexts of a segment of the work. */
KR_MUST_CHECK kr_status kr_makers_run(kr_makers *makers, const kr_segment *segment, kr_visit visit,
                                      void *user);
void kr_makers_clear(kr_makers *makers);

#endif
