/* Sections of faults while source models are read: known by their ids, named and defined in any
 * order, by any file of the job. */
#ifndef KR_MODEL_SECTION_H
#define KR_MODEL_SECTION_H

#include "model/source_read.h"

/** True if the text begins with the id of the section and goes on with the sign or ends; *end is
 * the first byte after the id. */
bool kr_section_is(const kr_section *section, const char *text, char sign, const char **end);

/** The number of the section of that id (len bytes), which may not be defined yet. */
KR_MUST_CHECK kr_status kr_section_number(kr_model *model, kr_ctx *ctx, const char *id, size_t len,
                                          uint32_t *out);

/** The number of the section of that id if there is one. */
bool kr_section_find(const kr_model *model, const char *id, size_t len, uint32_t *out);

/** Define a section: an element <section> with its surfaces, planarSurface or kiteSurface. */
KR_MUST_CHECK kr_status kr_section_read(kr_source_reader *r, const kr_node *node);

/** The surfaces of a section or rupture: all children planarSurface, or if there is none all
 * kiteSurface. */
KR_MUST_CHECK kr_status kr_surfaces_read(kr_source_reader *r, const kr_node *node,
                                         const kr_geometry **out, size_t *n);

#endif
