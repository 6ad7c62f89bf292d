/* Which choice to fix. */
#include "tree/structure_inside.h"

#include <math.h>

kr_status kr_split_find(kr_division *d, const kr_bundle *group, kr_split *out)
{
    *out = (kr_split){group->choices[0], kr_bundle_bits(d->choices, group), INFINITY};
    return KR_OK;
}
