/* Lines and rings cut at the date line, as RFC 7946 (3.1.9) asks. */
#ifndef KR_OUTPUT_DATE_LINE_H
#define KR_OUTPUT_DATE_LINE_H

#include "geo/line.h"

/** Cut a line (or a ring, which is not closed) at longitude 180: the pieces, with longitudes in
 * [-180, 180], in the arena. What does not cross it stays one piece. A ring around a pole is left
 * as it is. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_cut_at_date_line(kr_line line, bool ring, kr_arena *arena,
                                            kr_line **pieces, size_t *n);

/** Whether a ring in the plane runs with the clock; exterior rings of maps run against it. */
bool kr_runs_clockwise(kr_line ring);

#endif
