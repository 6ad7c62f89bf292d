/* A source model file, streamed: which elements to keep, in which group. */
#include "base/mem.h"
#include "base/str.h"
#include "model/source_group.h"

#include <math.h>
#include <string.h>

typedef struct stream {
    kr_source_reader reader;
    int version; /* 4, 5, or 0 as long as it is not known */
    bool found;  /* the sourceModel */
    kr_source_file *out;
    kr_group_build *groups, *open; /* open: of the element at hand, NRML 0.5 */
    size_t ngroups, cap;
    const char *trt; /* of the source at hand */
    size_t child;    /* its place in the group */
} stream;

/* Types of sources whose time has not come. */
static const char *const later[] = {
    "multiFaultSource",
    "geometryModel",
    "nonParametricSeismicSource",
};

static bool contains(const kr_names *names, const char *word)
{
    for (size_t i = 0; i < names->n; i++) {
        if (kr_str_eq(names->name[i], word))
            return true;
    }
    return false;
}

static kr_status fail_later(stream *st, const kr_node *node)
{
    const char *id = kr_node_attr(node, "id");
    return kr_fail_at(st->reader.ctx, node->file, node->line,
                      "%s%s%.80s%s: this source type is not available yet; available are "
                      "pointSource, multiPointSource and areaSource",
                      node->tag, id ? " '" : "", id ? id : "", id ? "'" : "");
}

static bool is_later(const char *tag)
{
    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++) {
        if (kr_str_eq(later[i], tag))
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
    if (is_later(node->tag))
        return fail_later(st, node);
    if (!kr_str_eq(node->tag, "sourceModel"))
        return kr_fail_at(st->reader.ctx, node->file, node->line,
                          "<nrml> holds <%s>; <sourceModel> is needed here", node->tag);
    if (st->found)
        return kr_fail_at(st->reader.ctx, node->file, node->line,
                          "a second <sourceModel>; a file holds one");
    st->found = true;
    if (kr_node_attr(node, "investigation_time"))
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
static kr_status group_of_trt(stream *st, const kr_node *node, kr_group_build **out)
{
    kr_status s = KR_OK;
    const char *trt = NULL;

    KR_TRY(kr_node_attr_text(st->reader.ctx, node, "tectonicRegion", &trt));
    for (size_t i = 0; i < st->ngroups; i++) {
        *out = &st->groups[i];
        if (kr_str_eq((*out)->group.trt, trt))
            return KR_OK;
    }
    KR_TRY(new_group(st, out));
    kr_group *g = &(*out)->group;
    g->file = node->file;
    g->line = node->line;
    g->name = "";
    g->grp_probability = 1;
    g->occurrence_rate = NAN;
    KR_ASTR(g->trt, st->reader.arena, trt);
out:
    return s;
}

/* A source: left out by the job's filters, kept, or wrong. */
static kr_status start_source(stream *st, const kr_node *node, kr_xml_action *action)
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
    if (!kr_source_kind_find(node->tag, &kind) && !is_later(node->tag))
        return kr_fail_at(st->reader.ctx, node->file, node->line,
                          "<%s> is no source; available are pointSource, multiPointSource and "
                          "areaSource",
                          node->tag);
    KR_TRY(kr_attr_id(st->reader.ctx, node, &id));
    if (job->source_id.n > 0 && !contains(&job->source_id, id))
        return KR_OK;
    if (job->source_nodes.n > 0 && !contains(&job->source_nodes, node->tag))
        return KR_OK;
    if (is_later(node->tag))
        return fail_later(st, node);
    if (!group)
        KR_TRY(group_of_trt(st, node, &group));
    st->trt = group->group.trt;
    if (trt && !kr_str_eq(trt, st->trt))
        return kr_fail_at(st->reader.ctx, node->file, node->line,
                          "tectonicRegion '%.60s' of '%s' is not that of its group, '%.60s'", trt,
                          id, st->trt);
    *action = KR_XML_COLLECT;
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
    if (depth == 2 && kr_str_eq(node->tag, "sourceGroup"))
        return start_group(st, node, action);
    if (depth == 2 && st->version == 5)
        return kr_fail_at(st->reader.ctx, node->file, node->line,
                          "<%s> outside of a <sourceGroup>; either put it into one, or let the "
                          "namespace end in nrml/0.4",
                          node->tag);
    if (depth == 2)
        st->version = 4;
    return start_source(st, node, action);
}

static kr_status stream_element(void *user, const kr_node *node)
{
    kr_status s = KR_OK;
    stream *st = user;
    kr_group_build *group = st->open;
    kr_source *source = NULL;

    if (!group)
        KR_TRY(group_of_trt(st, node, &group));
    KR_TRY(kr_source_convert(&st->reader, node, st->trt, &source));
    KR_TRY(kr_group_add(&st->reader, group, st->child, source));
out:
    kr_arena_reset(&st->reader.scratch);
    return s;
}

static kr_status stream_end(void *user, const char *tag, int depth)
{
    stream *st = user;
    (void)tag;
    if (depth != 2)
        return KR_OK;
    kr_status s = kr_group_check(&st->reader, st->open);
    kr_arena_reset(&st->reader.scratch);
    st->open = NULL;
    return s;
}

static kr_status read_file(kr_ctx *ctx, kr_model *model, const kr_job *job, const char *path,
                           kr_source_file *out)
{
    kr_status s = KR_OK;
    stream st = {.reader = {.ctx = ctx, .job = job, .arena = &model->arena}, .out = out};
    const kr_xml_handler handler = {&st, stream_start, stream_element, stream_end};

    kr_arena_init(&st.reader.scratch, ctx, KR_ACCOUNT_READING);
    out->path = path;
    out->investigation_time = NAN;
    KR_TRY(kr_xml_read(ctx, path, &handler));
    if (!st.found) {
        s = kr_fail_at(ctx, path, 1, "<nrml> is empty; <sourceModel> is needed in it");
        goto out;
    }
    KR_TRY(kr_groups_finish(&st.reader, st.groups, st.ngroups, st.version == 4, out));
    KR_TRY(kr_groups_check_ids(&st.reader, out, job->disagg_by_src));
out:
    for (size_t i = 0; i < st.ngroups; i++)
        kr_group_build_clear(&st.groups[i]);
    kr_free(st.groups);
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
    KR_TRY(read_file(ctx, model, job, own, &model->files[model->nfiles]));
    *file_index = model->nfiles++;
out:
    return s;
}
