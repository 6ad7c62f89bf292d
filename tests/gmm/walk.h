/* What the tests of the ground-motion models share: walking the sets that this machine runs. */
#ifndef KR_TESTS_GMM_WALK_H
#define KR_TESTS_GMM_WALK_H

#include "base/str.h"
#include "gmm/gmm.h"
#include "num/isa.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** True if this machine can run the set. */
static inline bool gw_runs(const kr_gmm_set *set)
{
    int level = set->isa[0] == 'v' ? set->isa[1] - '0' : 0;
    return level <= kr_isa_supported();
}

/** A file of tests/gmm; lives until the next call but one. */
static inline const char *gw_path(const char *name)
{
    static char path[2][4096];
    static int turn;
    const char *root = getenv("KAURI_SOURCE_DIR");
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/tests/gmm/%s", root ? root : ".", name);
    return path[turn];
}

/** The measure of that name. */
static inline kr_imt gw_imt(const char *name)
{
    kr_imt imt;
    if (!kr_imt_parse(name, &imt))
        fail_msg("not a measure: %s", name);
    return imt;
}

/** An instance of the class; arguments as lines of TOML ("" for none), files relative to
 * tests/gmm/data. */
static inline kr_status gw_create(kr_ctx *ctx, const kr_gmm_class *cls, const char *toml,
                                  const kr_imt *imts, size_t nimts, kr_arena *arena,
                                  const kr_gmm **out)
{
    char text[2048];
    const char *name;
    static kr_value args; /* read in create only */

    snprintf(text, sizeof text, "[%s]\n%s\n", cls->name, toml);
    kr_status s = kr_value_read_toml(ctx, "tree.xml", 7, text, arena, &name, &args);
    if (s != KR_OK)
        return s;
    kr_gmm_spec spec = {
        .name = cls->name, .args = &args, .file = "tree.xml", .dir = gw_path("data"), .line = 7};
    return kr_gmm_create_of(ctx, cls, &spec, imts, nimts, arena, out);
}

/** Room for an evaluation of the model, full of NaN. */
static inline double *gw_scratch(const kr_gmm *gmm)
{
    static _Alignas(64) double room[1 << 19];
    assert_true(gmm->scratch <= sizeof room / sizeof room[0] && gmm->scratch % 8 == 0);
    for (size_t i = 0; i < gmm->scratch; i++)
        room[i] = NAN;
    return gmm->scratch > 0 ? room : NULL;
}

#endif
