/* Where the time of a run went, for its log, its results and `kauri info`. */
#ifndef KR_RUN_PHASES_H
#define KR_RUN_PHASES_H

#include "output/performance.h"
#include "run/calc.h"

/** The table of phases, the work and its units, as lines of text. */
void kr_performance_lines(const kr_performance *p, void (*put)(void *user, const char *line),
                          void *user);

#endif
