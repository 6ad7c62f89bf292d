/* The time that is left of work that is done in parts, which take turns: from how fast each has
 * been so far, and of those that have not begun from what they were foretold to take, corrected by
 * how the others kept to it. The clock is the caller's. */
#ifndef KR_BASE_ETA_H
#define KR_BASE_ETA_H

#include <stddef.h>

enum { KR_ETA_PARTS = 12 };

typedef struct kr_eta_part {
    const char *name;
    double foretold;    /* seconds of the whole; NaN: nobody knows */
    double spent;       /* seconds so far, until it was left last */
    double done;        /* of the whole, 0 to 1 */
    double from, then;  /* what was done, and seconds spent, when it was told first */
    int told;           /* how often `done` was */
    double work, ahead; /* done since it was told first, and what is left, in one unit; or 0 */
    double work_from;
} kr_eta_part;

typedef struct kr_eta {
    size_t n, now; /* the part under way; n: none */
    double entered;
    kr_eta_part parts[KR_ETA_PARTS];
} kr_eta;

/** A part will take about so many seconds in all. Names outlive the structure; of too many parts
 * the last are left out. */
void kr_eta_expect(kr_eta *eta, const char *name, double seconds);

/** From now on the time is that of this part (NULL: of none). */
void kr_eta_enter(kr_eta *eta, const char *name, double now);

/** So much of the part is done, of what it has to do in all its turns. */
void kr_eta_reach(kr_eta *eta, const char *name, double done, double now);

/** Besides: of a part whose share is only about known, what was worked so far and what is left, in
 * any unit. What is left goes by these then. */
void kr_eta_work(kr_eta *eta, const char *name, double worked, double left);

/** Seconds until all parts are done; NaN where nothing is known. */
double kr_eta_left(const kr_eta *eta, double now);

#endif
