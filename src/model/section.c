#include "model/section.h"

#include "base/str.h"
#include "model/geometry_read.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SECTION_ID_MAX = 75 };

bool kr_section_is(const kr_section *section, const char *text, char sign, const char **end)
{
    const char *id = section->id;

    while (*id && *id == *text)
        id++, text++;
    *end = text;
    return !*id && (*text == sign || !*text);
}

/* No section has a longer id: it is missed with the others. */
static void make_key(const char *id, size_t len, char key[SECTION_ID_MAX + 2])
{
    if (len > SECTION_ID_MAX + 1)
        len = SECTION_ID_MAX + 1;
    memcpy(key, id, len);
    key[len] = '\0';
}

bool kr_section_find(const kr_model *model, const char *id, size_t len, uint32_t *out)
{
    char key[SECTION_ID_MAX + 2];
    int64_t index = 0;

    make_key(id, len, key);
    if (!kr_map_get(&model->section_of, key, &index))
        return false;
    *out = (uint32_t)index;
    return true;
}

kr_status kr_section_number(kr_model *model, kr_ctx *ctx, const char *id, size_t len, uint32_t *out)
{
    kr_status s = KR_OK;
    char key[SECTION_ID_MAX + 2], *own = NULL;
    int64_t index = 0;

    make_key(id, len, key);
    if (!kr_map_get(&model->section_of, key, &index)) {
        if (!model->section_of.ctx)
            kr_map_init(&model->section_of, ctx, KR_ACCOUNT_MODEL);
        KR_GROW(model->sections, model->sections_cap, model->nsections + 1, ctx, KR_ACCOUNT_MODEL);
        KR_ASTR(own, &model->arena, key);
        index = (int64_t)model->nsections;
        KR_TRY(kr_map_put(&model->section_of, own, index));
        model->sections[model->nsections++] = (kr_section){.id = own};
    }
    *out = (uint32_t)index;
out:
    return s;
}

kr_status kr_surfaces_read(kr_source_reader *r, const kr_node *node, const kr_geometry **out,
                           size_t *n)
{
    kr_status s = KR_OK;
    kr_geometry *list = NULL;
    const kr_node *first = kr_node_child(node, "planarSurface");

    if (!first)
        first = kr_node_child(node, "kiteSurface");
    if (!first)
        return kr_fail_at(r->ctx, node->file, node->line,
                          "<%s> has no surface; <planarSurface> or <kiteSurface> is needed in it",
                          node->tag);
    *n = 0;
    for (const kr_node *child = first; child; child = kr_node_next(child))
        ++*n;
    KR_ANEW(list, r->arena, *n);
    *out = list;
    for (const kr_node *child = first; child; child = kr_node_next(child))
        KR_TRY(kr_geometry_read(r, child, list++));
out:
    return s;
}

kr_status kr_section_read(kr_source_reader *r, const kr_node *node)
{
    kr_status s = KR_OK;
    const char *id = NULL;
    uint32_t number = 0;

    if (r->together) /* the file was none of sections when it was looked at first */
        return KR_EINPUT;
    if (!kr_str_eq(node->tag, "section"))
        return kr_fail_at(r->ctx, node->file, node->line,
                          "<geometryModel> holds <%s>; it may hold <section> only", node->tag);
    KR_TRY(kr_attr_id(r->ctx, node, &id));
    KR_TRY(kr_section_number(r->model, r->ctx, id, strlen(id), &number));
    kr_section section = r->model->sections[number];
    if (section.file)
        return kr_fail_at(r->ctx, node->file, node->line,
                          "section '%s' is also that of %s:%d; ids of sections must differ in all "
                          "files of a job",
                          id, section.file, section.line);
    KR_TRY(kr_surfaces_read(r, node, &section.geometries, &section.ngeometries));
    if (kr_node_attr(node, "name"))
        KR_ASTR(section.name, r->arena, kr_node_attr(node, "name"));
    section.file = node->file;
    section.line = node->line;
    r->model->sections[number] = section;
out:
    return s;
}

/* The first rupture of a source that names a section which no file has. */
static kr_status check_source(kr_ctx *ctx, const kr_model *model, const kr_source *source)
{
    const kr_multi_fault *multi = source->multi;

    for (size_t i = 0; i < multi->n; i++) {
        for (uint32_t k = multi->first[i]; k < multi->first[i + 1]; k++) {
            const kr_section *section = &model->sections[multi->section[k]];
            if (!section->file)
                return kr_fail_at(ctx, source->file, source->line,
                                  "rupture %zu of multiFaultSource '%s' names the section '%.80s', "
                                  "which no file has; each index of sectionIndexes must be the id "
                                  "of a <section>, without blanks",
                                  i + 1, source->id, section->id);
        }
    }
    return KR_OK;
}

/* Ruptures that a source has twice, of all sources. */
typedef struct repeated {
    const kr_source *first;
    size_t others;
} repeated;

static void note_repeated(const kr_source *source, repeated *r)
{
    if (!source->multi->same[1])
        return;
    if (r->first)
        r->others++;
    else
        r->first = source;
}

static void tell_repeated(kr_ctx *ctx, const repeated *r)
{
    char others[64] = "";
    if (!r->first)
        return;
    const kr_multi_fault *m = r->first->multi;
    if (r->others)
        snprintf(others, sizeof others, "; so have ruptures of %zu other source%s", r->others,
                 r->others == 1 ? "" : "s");
    kr_warn_at(ctx, r->first->file, r->first->line,
               "ruptures %" PRIu32 " and %" PRIu32 " of multiFaultSource '%s' have the same "
               "magnitude %g and the same sections%s",
               m->same[0], m->same[1], r->first->id, (double)m->mag[m->same[1] - 1], others);
}

kr_status kr_model_check_sections(kr_ctx *ctx, const kr_model *model)
{
    kr_status s = KR_OK;
    bool complete = true;
    repeated twice = {.first = NULL};

    for (size_t i = 0; i < model->nsections; i++)
        complete = complete && model->sections[i].file;
    for (size_t f = 0; f < model->nfiles; f++) {
        for (size_t g = 0; g < model->files[f].ngroups; g++) {
            const kr_group *group = &model->files[f].groups[g];
            for (size_t i = 0; i < group->nsources; i++) {
                if (!group->sources[i]->multi)
                    continue;
                if (!complete)
                    KR_TRY(check_source(ctx, model, group->sources[i]));
                note_repeated(group->sources[i], &twice);
            }
        }
    }
    tell_repeated(ctx, &twice);
out:
    return s;
}
