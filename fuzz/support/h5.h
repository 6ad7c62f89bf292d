/* HDF5 files made from a text of edits, so that what is foreign in them is what they hold, not how
 * the format's own library stores it. One edit a line, words between blanks:
 *
 *   make PATH TYPE DIMS VALUES...  a new dataset; DIMS as 3x2, - for none; values over and over
 *   delete PATH
 *   shape PATH DIMS                the same values over and over in another shape
 *   type PATH TYPE                 f8 f4 i8 i4 u4 u1, F8 big-endian, s4 texts of 4 bytes, text of
 *                                  any length, row of two numbers
 *   value PATH INDEX VALUE         one number or text
 *   fill PATH VALUE
 *   claim PATH DIMS                numbers that were never written, however many
 *   copy FROM TO, swap A B
 *   group PATH                     a group in the place of what is there
 *   link PATH TARGET               a soft link; `outer PATH FILE` one into another file
 *   outside PATH FILE              numbers that stand in another file
 *   attr OBJECT NAME VALUE         a number or a text; `attrs OBJECT NAME N` N numbers
 *   noattr OBJECT NAME
 *   cut N                          the file without its last N thousandths
 *   byte OFFSET VALUE              raw
 *
 * What cannot be done is not done. */
#ifndef KR_FUZZ_H5_H
#define KR_FUZZ_H5_H

#include "support/doc.h"

/** Write the file `name` of the folder: the base with the edits. An empty base is an empty file. */
void fz_h5_make(const char *name, fz_bytes base, fz_bytes edits);

/** Take the names of a base for fz_change_h5. */
void fz_h5_learn(fz_bytes base);

/** Change edits, or make one more. */
bool fz_change_h5(fz_doc *d, fz_span in, fz_bytes other);

#endif
