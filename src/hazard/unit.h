/* One unit of work: the contexts of a block of a work's sources at a block of sites, their ground
 * motion, and the rates that follow.
 *
 *   unit.c        segments, atomic groups
 *   arrange.c     room, and contexts in the order of their sites
 *   accumulate.c  from means and sigmas to probabilities and rates
 *
 * makers.h and motions.h, contexts and their means and sigmas, are shared with disaggregation. */
#ifndef KR_HAZARD_UNIT_H
#define KR_HAZARD_UNIT_H

#include "hazard/gather.h"
#include "hazard/makers.h"
#include "hazard/motions.h"

/* How the probabilities of a batch of contexts become rates. */
typedef enum kr_occurrence {
    KR_OCCUR_RATES,     /* sums of rate x probability */
    KR_OCCUR_PROBS,     /* products of 1 - probability */
    KR_OCCUR_EXCLUSIVE, /* sums of weight x probability */
} kr_occurrence;

/* What a stretch of contexts is for a member. */
typedef enum kr_member_state {
    KR_MEMBER_LACKS, /* it has none of the ruptures */
    KR_MEMBER_HAS,
    KR_MEMBER_BREAKS, /* and `none` is emptied on the way */
} kr_member_state;

/* Consecutive contexts at one site. */
typedef struct kr_site_run {
    uint32_t site, first, n;
} kr_site_run;

/* What a unit gives. */
typedef struct kr_sums {
    double *rates;   /* members x models x site_block x nimts x padded; zero between units */
    size_t nwritten; /* the first of them have pages of their own: see base/pages.h */
    unsigned char touched[KR_SITE_BLOCK];
    double seconds;
    kr_hazard_work done; /* counters */
} kr_sums;

/* What one thread computes units with. */
typedef struct kr_unit {
    const kr_hazard *hazard;
    const kr_work *work;
    kr_makers makers;
    kr_motions motions;
    kr_sums *sums;   /* of this unit */
    double *none;    /* the same shape: probabilities not yet turned into rates; NULL: not needed */
    size_t nwritten; /* as in kr_sums, of `none` */
    double *group;   /* the same shape, for atomic groups; else NULL */
    double *bound;   /* members x site_block: no number of `none` is greater */
    kr_gathered gathered;   /* a batch sorted by site */
    double *poes, *changed; /* KR_POES_ROWS x padded */
    double *weights;        /* members x KR_GMM_BATCH: see kr_occurrence */
    unsigned char *breaks;  /* members x KR_GMM_BATCH: empty `none` before this one */
    unsigned char *state;   /* members: kr_member_state */
    size_t nactive, nplain; /* members that have some of the contexts; */
    uint32_t *plain;        /* and those that take the probabilities as they are */
    kr_site_run runs[KR_GMM_BATCH];
    uint32_t rows[KR_POES_ROWS]; /* 0, 1, 2, ... */
    kr_hazard_work done;         /* counters of this unit */
} kr_unit;

/** Numbers of the sums of the greatest work. */
size_t kr_sums_size(const kr_hazard *hazard);

/** Make room for units of any work in a tile that begins at site `first` and has this table of
 * sections; kr_unit_clear frees it. The sums are the caller's. */
KR_MUST_CHECK kr_status kr_unit_init(const kr_hazard *hazard, const kr_section_table *sections,
                                     size_t first, kr_unit *unit);
void kr_unit_clear(kr_unit *unit);
size_t kr_unit_bytes(const kr_hazard *hazard);

/** Compute block `block` of a work for the job's sites [first, first + nsites) into unit->sums. */
KR_MUST_CHECK kr_status kr_unit_run(kr_unit *unit, const kr_work *work, size_t block, size_t first,
                                    size_t nsites);

/** Room for arrange.c and accumulate.c in a unit, and its bytes. */
KR_MUST_CHECK kr_status kr_accumulate_init(kr_unit *unit);
void kr_accumulate_clear(kr_unit *unit);
size_t kr_accumulate_bytes(const kr_hazard *hazard);

/** The contexts of a batch in the order of their sites, those of a site as they come; with `copy`
 * always in room of the unit, where the columns may be changed. */
const kr_contexts *kr_arrange(kr_unit *unit, const kr_contexts *batch, bool copy);

/** Add the contexts of a batch (a kr_visit). */
kr_status kr_accumulate(void *unit, const kr_contexts *batch);

/** Turn what is in `none` into rates. */
void kr_accumulate_end(kr_unit *unit);

#endif
