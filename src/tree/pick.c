#include "tree/pick.h"

#include "base/file.h"
#include "base/str.h"
#include "tree/inside.h"
#include "tree/name.h"

#include <stdio.h>
#include <string.h>

typedef struct picker {
    kr_ctx *ctx;
    const kr_tree *tree;
    const char *text; /* as asked for */
    kr_arena *arena;
    kr_pick *out;
} picker;

static kr_status none(const picker *p, const char *why)
{
    return kr_fail(p->ctx, KR_EINPUT,
                   "there is no realization '%s': %s; give a number, 'b1~b2/gA0~gB1' (branches / "
                   "models) or a short name of realizations.csv",
                   p->text, why);
}

/* ------------------------------------------------------------------ by branches and models */

/* Does the id stand at `text`, followed by one of the ends? */
static bool stands_at(const char *text, const char *id, const char *ends)
{
    size_t n = strlen(id);

    return strncmp(text, id, n) == 0 && (text[n] == '\0' || strchr(ends, text[n]));
}

/* From set to set; *text moves behind the path. */
static kr_status walk_ids(picker *p, const char **text)
{
    const kr_tree *tree = p->tree;
    uint32_t set = tree->nsets ? 0 : KR_NO_SET;

    while (set != KR_NO_SET) {
        const kr_tree_set *at = &tree->sets[set];
        size_t k = 0;
        while (k < at->nbranches && !stands_at(*text, tree->branches[at->branches[k]].branch, "~/"))
            k++;
        if (k == at->nbranches)
            return none(p, "a branch is not one of those that can stand there");
        p->out->branches[p->out->nbranches++] = at->branches[k];
        *text += strlen(tree->branches[at->branches[k]].branch);
        set = tree->branches[at->branches[k]].next;
        if (set != KR_NO_SET && *(*text)++ != '~')
            return none(p, "its path is too short");
    }
    return **text == '/' ? KR_OK : none(p, "its path is too long, or no models follow it");
}

/* The models that could stand there. */
static kr_status no_model(const picker *p, size_t trt, const char *text)
{
    const kr_tree *tree = p->tree;
    const char *ids = "";

    for (size_t g = tree->first_gsim[trt]; ids && g < tree->first_gsim[trt + 1]; g++)
        ids = kr_arena_printf(p->arena, "%s%s%s", ids, *ids ? ", " : "", tree->gsims[g].branch_id);
    return kr_fail(p->ctx, KR_EINPUT,
                   "there is no realization '%s': the models of '%s' are %s, not '%.*s'", p->text,
                   tree->trts[trt], ids ? ids : "others", (int)strcspn(text, "~"), text);
}

static kr_status read_models(picker *p, const char *text)
{
    const kr_tree *tree = p->tree;

    for (size_t t = 0; t < tree->ntrts; t++) {
        size_t g = tree->first_gsim[t], end = tree->first_gsim[t + 1];
        while (g < end && !stands_at(text, tree->gsims[g].branch_id, "~"))
            g++;
        if (g == end)
            return no_model(p, t, text);
        p->out->gsims[t] = g;
        text += strlen(tree->gsims[g].branch_id);
        if (t + 1 < tree->ntrts && *text++ != '~')
            return none(p, "there are more tectonic region types than models");
    }
    return *text ? none(p, "there are more models than tectonic region types") : KR_OK;
}

/* ------------------------------------------------------------------ by its short name */

/* The letters of a branch in the names of paths, as kr_tree_path makes them. */
static size_t letters_of(const kr_tree_branch *b, bool first, char out[2 * KR_LETTER_MAX])
{
    if (kr_str_eq(b->branch, ".")) {
        out[0] = '.';
        return 1;
    }
    return first ? kr_letter_pair(b->number, out) : kr_letter(b->number, out);
}

static kr_status walk_letters(picker *p, const char **text)
{
    const kr_tree *tree = p->tree;
    bool one = ((const kr_tree_inside *)tree->inside)->one_branch_id;
    char letters[2 * KR_LETTER_MAX];

    for (uint32_t set = 0; set != KR_NO_SET;) {
        const kr_tree_set *at = &tree->sets[set];
        size_t k = 0, n = 0;
        for (; k < at->nbranches; k++) {
            n = letters_of(&tree->branches[at->branches[k]], set == 0 && !one, letters);
            if (strncmp(*text, letters, n) == 0)
                break;
        }
        if (k == at->nbranches)
            return none(p, "it has a letter that no branch there has");
        p->out->branches[p->out->nbranches++] = at->branches[k];
        *text += n;
        set = one ? KR_NO_SET : tree->branches[at->branches[k]].next;
    }
    return *(*text)++ == '~' ? KR_OK : none(p, "its path is too short or too long");
}

/* Where all models have one id, one letter stands for all. */
static kr_status read_letters(picker *p, const char *text)
{
    const kr_tree *tree = p->tree;
    char letter[KR_LETTER_MAX];

    for (size_t t = 0; t < tree->ntrts; t++) {
        size_t count = tree->first_gsim[t + 1] - tree->first_gsim[t], k = 0, n = 0;
        p->out->gsims[t] = tree->first_gsim[t];
        if (t > 0 && *text == '\0' && count == 1)
            continue;
        for (; k < count; k++) {
            n = kr_letter(k, letter);
            if (strncmp(text, letter, n) == 0)
                break;
        }
        if (k == count)
            return none(p, "a letter of its models is not one of those that can stand there");
        p->out->gsims[t] += k;
        text += n;
    }
    return *text ? none(p, "there are more letters than tectonic region types") : KR_OK;
}

/* ------------------------------------------------------------------ its number */

static kr_status find_sample(picker *p, size_t path)
{
    const kr_tree *tree = p->tree;

    if (path == KR_UNNUMBERED)
        return none(p, "its path was not sampled");
    for (size_t r = tree->first_sample[path]; r < tree->first_sample[path + 1]; r++) {
        size_t t = 0;
        while (t < tree->ntrts && tree->sample_gsims[r * tree->ntrts + t] == p->out->gsims[t])
            t++;
        if (t < tree->ntrts)
            continue;
        p->out->rlz = r;
        p->out->branches[0] = (uint32_t)path;
        p->out->nbranches = 1;
        return KR_OK;
    }
    return none(p, "its path was not sampled with these models");
}

static kr_status find_number(picker *p)
{
    const kr_tree *tree = p->tree;
    size_t path, index = 0, combinations = 1;

    if (!tree->sampled &&
        kr_diagram_times(&tree->diagrams, tree->walk, p->out->branches, p->out->nbranches) != 1)
        return none(p, "branch sets that move together take other branches");
    if (!tree->sampled && tree->nrlzs == KR_UNNUMBERED)
        return KR_OK;
    path = kr_tree_path_number(tree, p->out->branches, p->out->nbranches);
    if (tree->sampled)
        return find_sample(p, path);
    for (size_t t = 0; t < tree->ntrts; t++) {
        size_t count = tree->first_gsim[t + 1] - tree->first_gsim[t];
        index = index * count + p->out->gsims[t] - tree->first_gsim[t];
        combinations *= count;
    }
    p->out->rlz = path * combinations + index;
    return KR_OK;
}

static kr_status by_number(picker *p, size_t r)
{
    const kr_tree *tree = p->tree;
    kr_realization rlz;

    if (tree->nrlzs == KR_UNNUMBERED)
        return none(p, "there are too many to be numbered, give its branches");
    if (r >= tree->nrlzs) {
        char why[64];
        snprintf(why, sizeof why, "they are numbered from 0 to %zu", tree->nrlzs - 1);
        return none(p, why);
    }
    kr_tree_realization(tree, r, p->out->gsims, &rlz);
    p->out->rlz = r;
    if (!tree->sampled) {
        p->out->nbranches = kr_tree_path_branches(tree, rlz.path, p->out->branches);
    } else {
        p->out->nbranches = 1;
        p->out->branches[0] = (uint32_t)rlz.path;
    }
    return KR_OK;
}

/* A path may be longer than the name of a file can be. */
static kr_status give_name(const picker *p)
{
    kr_pick *out = p->out;
    kr_hash128 h;

    if (out->rlz != KR_UNNUMBERED) {
        out->name = out->label = kr_arena_printf(p->arena, "rlz-%03zu", out->rlz);
    } else {
        kr_hash_init(&h);
        kr_hash_text(&h, p->text);
        out->name = kr_arena_printf(p->arena, "rlz-%08x", (unsigned)(h.a & 0xffffffff));
        out->label = kr_arena_printf(p->arena, "rlz-%s", p->text);
    }
    return out->name && out->label ? KR_OK : KR_ENOMEM;
}

kr_status kr_tree_pick(kr_ctx *ctx, const kr_tree *tree, const char *text, kr_arena *arena,
                       kr_pick *out)
{
    kr_status s = KR_OK;
    picker p = {ctx, tree, text, arena, out};
    const char *rest = text, *models = strrchr(text, '/');
    long long number;

    *out = (kr_pick){.rlz = KR_UNNUMBERED};
    KR_ANEW(out->branches, arena, tree->nsets + 1);
    KR_ANEW(out->gsims, arena, tree->ntrts + 1);
    if (kr_parse_int(text, &number) && number >= 0) {
        KR_TRY(by_number(&p, (size_t)number));
    } else if (models && models[1] == 'g') {
        KR_TRY(walk_ids(&p, &rest));
        KR_TRY(read_models(&p, rest + 1));
        KR_TRY(find_number(&p));
    } else {
        KR_TRY(walk_letters(&p, &rest));
        KR_TRY(read_letters(&p, rest));
        KR_TRY(find_number(&p));
    }
    s = give_name(&p);
out:
    return s;
}

size_t kr_pick_rates(const kr_tree *tree, const kr_pick *pick, uint32_t *out)
{
    size_t n = 0;

    for (size_t c = 0; c < tree->ncomponents; c++) {
        const kr_component *component = &tree->components[c];
        unsigned times =
            kr_diagram_times(&tree->diagrams, component->presence, pick->branches, pick->nbranches);
        for (size_t k = 0; times && k < component->ngsims; k++) {
            if (component->gsims[k] != pick->gsims[component->trt])
                continue;
            for (unsigned i = 0; i < times; i++, n++)
                if (out)
                    out[n] = (uint32_t)(component->first_rate + k);
        }
    }
    return n;
}
