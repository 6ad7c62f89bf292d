/* Reading of trees alone, without paths and components. */
#ifndef KR_TESTS_TREE_READER_H
#define KR_TESTS_TREE_READER_H

#include "tree/make.h"

#include "tree/gsim_tree.h"
#include "tree/source_tree.h"

typedef struct kt_reader {
    kt_tree at; /* its folder, context and log */
    kr_tree tree;
    kr_smlt smlt;
    kr_glt glt;
    char infos[16384];
} kt_reader;

static inline void kt_reader_log(void *user, kr_log_level level, const char *line)
{
    kt_reader *r = user;
    size_t n = strlen(r->infos);
    if (level == KR_LOG_INFO && n + strlen(line) + 2 < sizeof r->infos)
        snprintf(r->infos + n, sizeof r->infos - n, "%s\n", line);
    kt_tree_log(&r->at, level, line);
}

static inline void kt_reader_begin(kt_reader *r)
{
    memset(r, 0, sizeof *r);
    kt_tree_begin(&r->at);
    kr_ctx_set_log(r->at.ctx, kt_reader_log, r);
    kr_arena_init(&r->tree.arena, r->at.ctx, KR_ACCOUNT_TREE);
}

/* Forget what was read, keep the folder. */
static inline void kt_reader_forget(kt_reader *r)
{
    kr_smlt_clear(&r->smlt);
    kr_glt_clear(&r->glt);
    kr_arena_clear(&r->tree.arena);
    kr_arena_init(&r->tree.arena, r->at.ctx, KR_ACCOUNT_TREE);
    kr_job_destroy(&r->at.job);
    kr_ctx_clear_error(r->at.ctx);
    r->at.log[0] = r->infos[0] = '\0';
}

static inline void kt_reader_end(kt_reader *r)
{
    kt_reader_forget(r);
    kr_arena_clear(&r->tree.arena);
    kt_ctx_end(&r->at.ctx);
    kt_dir_remove(&r->at.dir);
}

/* The job with that source-model tree, ground-motion tree and lines. */
static inline kr_status kt_reader_job(kt_reader *r, const char *smlt, const char *glt,
                                      const char *extra, kr_compat compat)
{
    char text[4096];

    kt_reader_forget(r);
    snprintf(text, sizeof text,
             "[general]\ndescription = test\ncalculation_mode = classical\nsites = 0 0\n"
             "investigation_time = 50\ntruncation_level = 3\nmaximum_distance = 200\n"
             "reference_vs30_value = 760\nsource_model_logic_tree_file = %s\n"
             "gsim_logic_tree_file = %s\n"
             "intensity_measure_types_and_levels = {'PGA': [0.1, 0.2], 'SA(0.5)': [0.1, 0.2]}\n"
             "%s\n",
             smlt, glt, extra);
    kt_write_text(kt_path(r->at.dir, "job.ini"), text);
    return kr_job_read(r->at.ctx, kt_path(r->at.dir, "job.ini"), NULL, 0, compat, &r->at.job);
}

static inline kr_status kt_reader_sources(kt_reader *r)
{
    return kr_smlt_read(r->at.ctx, r->at.job, 1, &r->tree.arena, &r->smlt);
}

static inline kr_status kt_reader_gsims(kt_reader *r, const char **trts, size_t n)
{
    const kr_glt_trts of = {n, trts, NULL};
    return kr_glt_read(r->at.ctx, r->at.job, &of, &r->tree, &r->glt);
}

/* A source model of one point source. */
static inline void kt_reader_source(kt_reader *r, const char *name, const char *id, const char *trt)
{
    char one[2048], text[4096];

    kt_source(one, sizeof one, id, trt, 3);
    snprintf(text, sizeof text, "<sourceGroup name='g' tectonicRegion='%s'>%s</sourceGroup>", trt,
             one);
    kt_tree_file(&r->at, name, "sourceModel", text);
}

/* The branch of that id, as an index in smlt.branches. */
static inline uint32_t kt_reader_branch(const kt_reader *r, const char *id)
{
    int64_t k = -1;

    assert_true(kr_map_get(&r->smlt.branch_map, id, &k));
    return (uint32_t)k;
}

/* "leader~follower ..." of a correlated set, in the order of the leader's branches; "" if the set
 * moves with none. */
static inline const char *kt_reader_pairs(const kt_reader *r, const char *set)
{
    static char text[4096];
    const kr_smlt *t = &r->smlt;
    size_t n = 0;
    int64_t k;

    text[0] = '\0';
    assert_true(kr_map_get(&t->set_map, set, &k));
    if (t->sets[k].moves_with == KR_LT_NONE)
        return text;
    const kr_lt_set *leader = &t->sets[t->sets[k].moves_with];
    for (size_t i = 0; i < leader->nbranches; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s~%s", i ? " " : "",
                              t->branches[leader->branches[i]].id,
                              t->branches[t->sets[k].taken[i]].id);
    return text;
}

#endif
