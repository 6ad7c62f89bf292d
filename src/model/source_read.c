/* A source model file, streamed: which elements to keep, in which group. */
#include "base/mem.h"
#include "base/str.h"
#include "model/section.h"
#include "model/source_given.h"
#include "model/source_group.h"
#include "model/source_multi.h"
#include "model/source_names.h"

#include <math.h>
#include <string.h>

/* The element at hand at its depth: a source that is read rupture by rupture. */
typedef enum stream_inside { INSIDE_NONE, INSIDE_MULTI, INSIDE_GIVEN } stream_inside;

typedef struct stream {
    kr_source_reader reader;
    int version;   /* 4, 5, or 0 as long as it is not known */
    bool found;    /* the sourceModel or geometryModel */
    bool sections; /* it is a geometryModel */
    int line;      /* of it */
    kr_source_file *out;
    kr_group_build *groups, *open; /* open: of the element at hand, NRML 0.5 */
    size_t ngroups, cap;
    const char *trt; /* of the source at hand */
    size_t child;    /* its place in the group */
    size_t group;    /* the number of its group */
    stream_inside inside;
    int depth; /* of the source whose ruptures are read */
    kr_multi_build multi;
    kr_given_build given;
    kr_source_names names; /* met in the file */
} stream;

static bool contains(const kr_names *names, const char *word)
{
    for (size_t i = 0; i < names->n; i++) {
        if (kr_str_eq(names->name[i], word))
            return true;
    }
    return false;
}

static kr_status start_root(stream *st, const kr_node *node)
{
    if (!kr_str_eq(node->tag, "nrml"))
        return kr_fail_at(st->reader.ctx, node->file, node->line,
                          "the document begins with <%s>; a NRML document begins with <nrml>",
                          node->tag);
    if (kr_str_ends(node->ns, "nrml/0.4"))
        st->version = 4;
    else if (kr_str_ends(node->ns, "nrml/0.5"))
        st->version = 5;
    else if (node->ns[0] != '\0')
        return kr_fail_at(st->reader.ctx, node->file, node->line,
                          "the namespace '%.80s' is not known; "
                          "http://openquake.org/xmlns/nrml/0.5 is, or 0.4",
                          node->ns);
    return KR_OK;
}

static kr_status start_model(stream *st, const kr_node *node)
{
    st->sections = kr_str_eq(node->tag, "geometryModel");
    if (!st->sections && !kr_str_eq(node->tag, "sourceModel"))
        return kr_fail_at(st->reader.ctx, node->file, node->line,
                          "<nrml> holds <%s>; <sourceModel> or <geometryModel> is needed here",
                          node->tag);
    if (st->found)
        return kr_fail_at(st->reader.ctx, node->file, node->line, "a second <%s>; a file holds one",
                          node->tag);
    if (st->sections && st->version == 4)
        return kr_fail_at(st->reader.ctx, node->file, node->line,
                          "<geometryModel> in NRML 0.4; the namespace should end in nrml/0.5");
    st->found = true;
    st->line = node->line;
    kr_source_names_attrs(&st->names, node);
    if (!st->sections && kr_node_attr(node, "investigation_time"))
        return kr_attr_positive(st->reader.ctx, node, "investigation_time",
                                &st->out->investigation_time);
    return KR_OK;
}

static kr_status new_group(stream *st, kr_group_build **out)
{
    kr_status s = KR_OK;
    KR_GROW(st->groups, st->cap, st->ngroups + 1, st->reader.ctx, KR_ACCOUNT_READING);
    *out = &st->groups[st->ngroups];
    **out = (kr_group_build){.index = st->ngroups};
    st->ngroups++;
out:
    return s;
}

/* The group of a tectonic region type, NRML 0.4. */
static kr_status group_of_trt(stream *st, const kr_node *node)
{
    kr_status s = KR_OK;
    kr_group_build *build = NULL;
    const char *trt = NULL;

    KR_TRY(kr_node_attr_text(st->reader.ctx, node, "tectonicRegion", &trt));
    for (st->group = 0; st->group < st->ngroups; st->group++) {
        if (kr_str_eq(st->groups[st->group].group.trt, trt))
            return KR_OK;
    }
    KR_TRY(new_group(st, &build));
    kr_group *g = &build->group;
    g->file = node->file;
    g->line = node->line;
    g->name = "";
    g->grp_probability = 1;
    g->occurrence_rate = NAN;
    KR_ASTR(g->trt, st->reader.arena, trt);
out:
    return s;
}

/* A source that is kept: collected as a whole, or entered to read its ruptures one by one. */
static kr_status keep_source(stream *st, const kr_node *node, kr_source_kind kind, int depth,
                             kr_xml_action *action)
{
    kr_status s = KR_OK;

    *action = KR_XML_COLLECT;
    if (kind != KR_SOURCE_MULTI_FAULT && kind != KR_SOURCE_NON_PARAMETRIC)
        return KR_OK;
    *action = KR_XML_ENTER;
    st->depth = depth;
    kr_source_names_attrs(&st->names, node);
    if (kind == KR_SOURCE_MULTI_FAULT)
        KR_TRY(kr_multi_begin(&st->reader, &st->multi, node, st->trt));
    else
        KR_TRY(kr_given_begin(&st->reader, &st->given, node, st->trt));
    st->inside = kind == KR_SOURCE_MULTI_FAULT ? INSIDE_MULTI : INSIDE_GIVEN;
out:
    return s;
}

/* A source: left out by the job's filters, kept, or wrong. */
static kr_status start_source(stream *st, const kr_node *node, int depth, kr_xml_action *action)
{
    kr_status s = KR_OK;
    const kr_job *job = st->reader.job;
    const char *trt = kr_node_attr(node, "tectonicRegion"), *id = NULL;
    kr_group_build *group = st->open;
    kr_source_kind kind = KR_SOURCE_POINT;

    if (group)
        st->child = group->nchildren++;
    *action = KR_XML_SKIP;
    if (trt && contains(&job->discard_trts, trt))
        return KR_OK;
    if (!kr_source_kind_find(node->tag, &kind))
        return kr_fail_at(st->reader.ctx, node->file, node->line,
                          "<%s> is no source; pointSource, areaSource or simpleFaultSource would "
                          "be one",
                          node->tag);
    KR_TRY(kr_attr_id(st->reader.ctx, node, &id));
    if (job->source_id.n > 0 && !contains(&job->source_id, id))
        return KR_OK;
    if (job->source_nodes.n > 0 && !contains(&job->source_nodes, node->tag))
        return KR_OK;
    if (group)
        st->group = (size_t)(group - st->groups);
    else
        KR_TRY(group_of_trt(st, node));
    st->trt = st->groups[st->group].group.trt;
    if (trt && !kr_str_eq(trt, st->trt))
        return kr_fail_at(st->reader.ctx, node->file, node->line,
                          "tectonicRegion '%.60s' of '%s' is not that of its group, '%.60s'", trt,
                          id, st->trt);
    KR_TRY(keep_source(st, node, kind, depth, action));
out:
    return s;
}

static kr_status start_group(stream *st, const kr_node *node, kr_xml_action *action)
{
    kr_status s = KR_OK;
    const char *trt = kr_node_attr(node, "tectonicRegion");

    if (st->version == 4)
        return kr_fail_at(st->reader.ctx, node->file, node->line,
                          "<sourceGroup> in NRML 0.4; the namespace should end in nrml/0.5");
    st->version = 5;
    if (trt && contains(&st->reader.job->discard_trts, trt)) {
        *action = KR_XML_SKIP;
        return KR_OK;
    }
    kr_source_names_attrs(&st->names, node);
    KR_TRY(new_group(st, &st->open));
    KR_TRY(kr_group_read(&st->reader, node, st->open));
    *action = KR_XML_ENTER;
out:
    return s;
}

static kr_status stream_start(void *user, const kr_node *node, int depth, const char *parent,
                              kr_xml_action *action)
{
    stream *st = user;
    (void)parent;
    *action = KR_XML_ENTER;
    if (depth == 0)
        return start_root(st, node);
    if (depth == 1)
        return start_model(st, node);
    if (st->sections || st->inside != INSIDE_NONE) {
        *action = KR_XML_COLLECT;
        return KR_OK;
    }
    if (depth == 2 && kr_str_eq(node->tag, "sourceGroup"))
        return start_group(st, node, action);
    if (depth == 2 && st->version == 5)
        return kr_fail_at(st->reader.ctx, node->file, node->line,
                          "<%s> outside of a <sourceGroup>; either put it into one, or let the "
                          "namespace end in nrml/0.4",
                          node->tag);
    if (depth == 2)
        st->version = 4;
    return start_source(st, node, depth, action);
}

static kr_status stream_element(void *user, const kr_node *node)
{
    kr_status s = KR_OK;
    stream *st = user;
    kr_source *source = NULL;

    kr_source_names_all(&st->names, node);
    if (st->sections) {
        KR_TRY(kr_section_read(&st->reader, node));
    } else if (st->inside == INSIDE_MULTI) {
        KR_TRY(kr_multi_add(&st->reader, &st->multi, node));
    } else if (st->inside == INSIDE_GIVEN) {
        KR_TRY(kr_given_add(&st->reader, &st->given, node));
    } else {
        KR_TRY(kr_source_convert(&st->reader, node, st->trt, &source));
        KR_TRY(kr_group_add(&st->reader, &st->groups[st->group], st->child, source));
    }
out:
    kr_arena_reset(&st->reader.scratch);
    return s;
}

/* The end of a source whose ruptures were read one by one. */
static kr_status end_source(stream *st)
{
    kr_status s = KR_OK;
    kr_source *source = NULL;

    if (st->inside == INSIDE_MULTI)
        KR_TRY(kr_multi_end(&st->reader, &st->multi, &source));
    else
        KR_TRY(kr_given_end(&st->reader, &st->given, &source));
    KR_TRY(kr_group_add(&st->reader, &st->groups[st->group], st->child, source));
out:
    st->inside = INSIDE_NONE;
    return s;
}

static kr_status stream_end(void *user, const char *tag, int depth)
{
    stream *st = user;
    kr_status s = KR_OK;
    (void)tag;

    if (st->inside != INSIDE_NONE && depth == st->depth)
        s = end_source(st);
    else if (depth == 2 && st->open) {
        s = kr_group_check(&st->reader, st->open);
        st->open = NULL;
    }
    kr_arena_reset(&st->reader.scratch);
    return s;
}

/* Ruptures that are given with probabilities are for one investigation time. */
static kr_status check_time(const stream *st)
{
    const kr_source_file *file = st->out;
    const kr_job *job = st->reader.job;
    const kr_source *first = NULL;

    for (size_t g = 0; g < file->ngroups; g++) {
        for (size_t i = 0; i < file->groups[g].nsources; i++) {
            const kr_source *source = file->groups[g].sources[i];
            if (source->kind >= KR_SOURCE_MULTI_FAULT && (!first || source->line < first->line))
                first = source;
        }
    }
    if (!first || file->investigation_time == job->investigation_time)
        return KR_OK;
    if (isnan(file->investigation_time))
        return kr_fail_at(st->reader.ctx, file->path, st->line,
                          "<sourceModel> has no investigation_time; %s '%s' needs that of the job, "
                          "%g",
                          kr_source_tag(first->kind), first->id, job->investigation_time);
    return kr_fail_at(st->reader.ctx, file->path, st->line,
                      "investigation_time %g of <sourceModel> is not that of the job, %g; %s '%s' "
                      "needs the same",
                      file->investigation_time, job->investigation_time, kr_source_tag(first->kind),
                      first->id);
}

kr_status kr_source_file_read(const kr_source_place *at, const kr_job *job, kr_source_file *out)
{
    kr_status s = KR_OK;
    kr_ctx *ctx = at->ctx;
    const char *path = out->path;
    stream st = {.reader = {.ctx = ctx,
                            .job = job,
                            .model = at->model,
                            .arena = at->arena,
                            .together = at->together},
                 .out = out};
    const kr_xml_handler handler = {&st, stream_start, stream_element, stream_end};

    kr_arena_init(&st.reader.scratch, ctx, KR_ACCOUNT_READING);
    kr_multi_build_init(&st.multi, ctx);
    *out = (kr_source_file){.path = path, .investigation_time = NAN};
    KR_TRY(kr_source_names_init(&st.names, ctx));
    KR_TRY(kr_xml_read(ctx, path, &handler));
    if (!st.found) {
        s = kr_fail_at(ctx, path, 1,
                       "<nrml> is empty; <sourceModel> or <geometryModel> is needed in it");
        goto out;
    }
    KR_TRY(kr_groups_finish(&st.reader, st.groups, st.ngroups, st.version == 4, out));
    KR_TRY(check_time(&st));
    KR_TRY(kr_groups_check_ids(&st.reader, out, job->disagg_by_src));
out:
    for (size_t i = 0; i < st.ngroups; i++)
        kr_group_build_clear(&st.groups[i]);
    kr_free(st.groups);
    kr_multi_build_clear(&st.multi);
    kr_given_build_clear(&st.given);
    kr_source_names_clear(&st.names);
    kr_arena_clear(&st.reader.scratch);
    return s;
}

kr_status kr_model_read(kr_ctx *ctx, kr_model *model, const kr_job *job, const char *path,
                        size_t *file_index)
{
    kr_status s = KR_OK;
    char *own = NULL;

    for (size_t i = 0; i < model->nfiles; i++) {
        if (kr_str_eq(model->files[i].path, path)) {
            *file_index = i;
            return KR_OK;
        }
    }
    KR_ASTR(own, &model->arena, path);
    KR_GROW(model->files, model->files_cap, model->nfiles + 1, ctx, KR_ACCOUNT_MODEL);
    model->files[model->nfiles] = (kr_source_file){.path = own};
    KR_TRY(kr_source_file_read(&(kr_source_place){ctx, model, &model->arena, false}, job,
                               &model->files[model->nfiles]));
    *file_index = model->nfiles++;
out:
    return s;
}
