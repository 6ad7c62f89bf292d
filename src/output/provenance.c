/* What results.h5 says of how it was made. */
#include "output/results_int.h"

kr_status kr_results_put_checks(kr_results *r, const kr_results_checks *checks)
{
    kr_status s = KR_OK;
    KR_TRY(kr_h5_set_attr_text(r->file, "checks", "realizations", checks->way));
    KR_TRY(kr_h5_set_attr_double(r->file, "checks", "levels", (double)checks->levels));
    KR_TRY(kr_h5_set_attr_double(r->file, "checks", "count", checks->realizations));
    KR_TRY(kr_h5_set_attr_double(r->file, "checks", "worst", checks->worst));
out:
    return s;
}
