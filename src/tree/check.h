/* Checks of paths while units are made. Internal to src/tree. Branches are numbered as read. */
#ifndef KR_TREE_CHECK_H
#define KR_TREE_CHECK_H

#include "tree/build.h"

typedef struct kr_checks {
    const kr_build *b;
    bool exact;
    unsigned char *warned;  /* branch sets; owned */
    unsigned char *checked; /* sourceModel branches, for applyToSources; owned */
    kr_index clashes;       /* pairs of branches that were compared */
    uint32_t base;          /* whose sources are in base_ids */
    kr_map base_ids;
} kr_checks;

/** To be cleared by the caller in any case. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_checks_init(kr_checks *checks, const kr_build *b);
void kr_checks_clear(kr_checks *checks);

/** The sources that an extendModel branch adds must not be in the model that it extends. KR_EINPUT.
 */
KR_MUST_CHECK kr_status kr_check_clash(kr_checks *checks, uint32_t base, uint32_t extra);

/** applyToSources with one sourceModel branch in applyToBranches: the branch must have the sources.
 * KR_EINPUT. */
KR_MUST_CHECK kr_status kr_check_sources(kr_checks *checks, uint32_t branch);

/** Warn of a set that comes after a stand-in and so is not applied. */
void kr_check_dropped(kr_checks *checks, uint32_t set);

/** The error of an extendModel set that is not right behind the sourceModel one: the reference
 * fails to apply it. */
kr_status kr_check_late_extend(const kr_checks *checks, uint32_t set);

#endif
