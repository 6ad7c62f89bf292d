/* Stands for fault_multi.c and surfaces_sections.c until they are there. */
#include "rupture/fault_int.h"
#include "rupture/surfaces_int.h"

static kr_status make(kr_fault *fault, kr_surfaces *surfaces)
{
    const kr_source *source = fault->source;

    (void)surfaces;
    return kr_fail_at(fault->ctx, source->file, source->line,
                      "source '%s': multi-fault sources are not computed yet", source->id);
}

const kr_fault_way kr_multi_way = {.make = make};

void kr_multi_work_destroy(struct kr_multi_work **work)
{
    *work = NULL;
}

void kr_section_store_clear(kr_surfaces *surfaces)
{
    surfaces->sections = NULL;
}
