/* What the tests of the ground-motion models share: walking the sets that this machine runs. */
#ifndef KR_TESTS_GMM_WALK_H
#define KR_TESTS_GMM_WALK_H

#include "base/str.h"
#include "gmm/gmm.h"
#include "input/csv.h"
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
    char text[4096];
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

/** True if the class cannot do without arguments. */
static inline bool gw_must_have_arguments(const kr_gmm_class *cls)
{
    for (const kr_gmm_param *p = cls->params; p && p->name; p++)
        if (p->required)
            return true;
    return cls->takes_all && !cls->params;
}

/** Arguments of a table, with ';' between them, as lines; they live until the next call. */
static inline const char *gw_lines(const char *arguments)
{
    static char toml[2048];
    snprintf(toml, sizeof toml, "%s", arguments);
    for (char *p = toml; *p; p++)
        *p = (char)(*p == ';' ? '\n' : *p);
    return toml;
}

/** The arguments with which a class is walked: none if it can do without, then those of
 * arguments.csv (`further`), that take it other ways; NULL after the last. */
static inline const char *gw_arguments(const kr_csv *further, const kr_gmm_class *cls, size_t which)
{
    if (!gw_must_have_arguments(cls) && which-- == 0)
        return "";
    for (size_t r = 0; r < further->nrows; r++) {
        const char *const *line = further->fields + r * further->ncols;
        if (!kr_str_eq(line[0], cls->name) || which-- > 0)
            continue;
        return gw_lines(line[1]);
    }
    return NULL;
}

/** Up to `most` measures that the model gives: a table may not be interpolated, or not reach a
 * period. */
static inline size_t gw_measures(const kr_gmm_class *cls, const char *arguments, kr_imt *imts,
                                 size_t most)
{
    static const char *const names[] = {"PGA",      "PGV",        "PGD",     "CAV",      "IA",
                                        "MMI",      "JMA",        "LSD",     "RSD595",   "RSD575",
                                        "AvgSA",    "AvgSA(1.0)", "SA(0.1)", "SA(0.2)",  "SA(0.3)",
                                        "SA(0.33)", "SA(1.0)",    "SA(2.0)", "EAS(0.5)", "EAS(5)",
                                        "FAS(5.0)", "DRVT(5)"};
    size_t n = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && n < most; i++) {
        kr_imt imt = gw_imt(names[i]);
        kr_ctx *ctx = kt_ctx();
        kr_arena arena;
        const kr_gmm *gmm;
        kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
        if (gw_create(ctx, cls, arguments, &imt, 1, &arena, &gmm) == KR_OK)
            imts[n++] = imt;
        kr_arena_clear(&arena);
        kt_ctx_end(&ctx);
    }
    if (n == 0)
        fail_msg("%s gives none of the measures", cls->name);
    return n;
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
