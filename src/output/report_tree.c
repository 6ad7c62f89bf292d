/* The logic tree of a report: as written, and as the parts that its statistics are taken from. */
#include "output/report_int.h"

#include <math.h>

static void put_set(FILE *out, const kr_tree *tree, const kr_tree_set *set)
{
    fputs("{\"id\":", out);
    kr_json_text(out, set->id, KR_REPORT_TEXT);
    fputs(",\"type\":", out);
    kr_json_text(out, set->type, KR_REPORT_TEXT);
    if (set->moves_with != KR_NO_SET) {
        fprintf(out, ",\"movesWith\":%u,\"taken\":", (unsigned)set->moves_with);
        kr_json_indices(out, set->taken, tree->sets[set->moves_with].nbranches);
    }
    fputs(",\"branches\":", out);
    kr_json_indices(out, set->branches, set->nbranches);
    fputc('}', out);
}

static void put_branch(FILE *out, const kr_tree_branch *b)
{
    fputs("{\"id\":", out);
    kr_json_text(out, b->branch, KR_REPORT_TEXT);
    fputs(",\"value\":", out);
    kr_json_text(out, b->value, KR_REPORT_TEXT);
    fputs(",\"weight\":", out);
    kr_json_number(out, b->weight);
    fprintf(out, ",\"next\":%d}", b->next == KR_NO_SET ? -1 : (int)b->next);
}

/* The source-model tree and the models of each tectonic region type. */
static void put_written(FILE *out, const kr_tree *tree)
{
    bool all = !tree->sampled && tree->nbranches <= KR_REPORT_BRANCHES;
    fputs("\"sets\":[", out);
    for (size_t i = 0; i < tree->nsets && all; i++) {
        fputs(i ? ",\n" : "", out);
        put_set(out, tree, &tree->sets[i]);
    }
    fputs("],\"branches\":[", out);
    for (size_t i = 0; i < tree->nbranches && all; i++) {
        fputs(i ? ",\n" : "", out);
        put_branch(out, &tree->branches[i]);
    }
    fprintf(out, "],\"nbranches\":%zu,\"ngsims\":%zu,\"trts\":", tree->nbranches, tree->ngsims);
    kr_json_texts(out, tree->trts, tree->ntrts, KR_REPORT_TEXT);
    fputs(",\"gsims\":[", out);
    for (size_t i = 0; i < tree->ngsims && i < KR_REPORT_BRANCHES; i++) {
        const kr_gsim *g = &tree->gsims[i];
        fprintf(out, "%s{\"trt\":%zu,\"id\":", i ? ",\n" : "", g->trt);
        kr_json_text(out, g->branch_id, KR_REPORT_TEXT);
        fputs(",\"text\":", out);
        kr_json_text(out, g->uncertainty, KR_REPORT_TEXT);
        fputs(",\"weight\":", out);
        kr_json_number(out, g->weights[0]);
        fputc('}', out);
    }
    fputs("]", out);
}

static void put_choice(FILE *out, const kr_structure *structure, const kr_choice *c)
{
    fputs("{\"name\":", out);
    kr_json_text(out, c->name, KR_REPORT_TEXT);
    fprintf(out, ",\"model\":%s,\"states\":", c->ground_motion ? "true" : "false");
    if (c->states) {
        kr_json_texts(out, c->states, c->nstates, KR_REPORT_TEXT);
    } else { /* samples are numbered */
        for (size_t i = 0; i < c->nstates; i++)
            fprintf(out, "%s\"%zu\"", i ? "," : "[", i);
        fputc(']', out);
    }
    fputs(",\"weights\":[", out);
    for (size_t w = 0; w < structure->ncolumns; w++) {
        fputs(w ? "," : "", out);
        kr_json_numbers(out, c->weights + w * c->nstates, c->nstates);
    }
    fputs("]}", out);
}

static void put_table(FILE *out, const kr_rate_table *t)
{
    fputs("{\"axes\":", out);
    kr_json_indices(out, t->axes, t->naxes);
    fputs(",\"first\":", out);
    kr_json_indices(out, t->first, t->nrows + 1);
    fputs(",\"rates\":", out);
    kr_json_indices(out, t->rates, t->first[t->nrows]);
    fputc('}', out);
}

static void put_part(FILE *out, const kr_part *p)
{
    static const char *const kinds[] = {"block", "sum", "mix"};
    fprintf(out, "{\"kind\":\"%s\",\"states\":", kinds[p->kind]);
    kr_json_number(out, p->states);
    if (p->kind != KR_PART_BLOCK) {
        fputs(",\"children\":", out);
        kr_json_indices(out, p->children, p->nchildren);
        if (p->kind == KR_PART_MIX) {
            fprintf(out, ",\"choice\":%u,\"fixed\":", (unsigned)p->choice);
            kr_json_indices(out, p->fixed, p->nchildren);
        }
        fputc('}', out);
        return;
    }
    fputs(",\"choices\":", out);
    kr_json_indices(out, p->choices, p->nchoices);
    if (p->rows) {
        fputs(",\"rows\":", out);
        kr_json_indices(out, p->rows, p->nstates * p->ntables);
    }
    fputs(",\"tables\":[", out);
    for (size_t t = 0; t < p->ntables; t++) {
        fputs(t ? "," : "", out);
        put_table(out, &p->tables[t]);
    }
    fputs("]}", out);
}

static void put_structure(FILE *out, const kr_structure *structure)
{
    fprintf(out, "{\"nrates\":%zu,\"scale\":", structure->nrates);
    kr_json_number(out, structure->scale);
    fputs(",\"choices\":[", out);
    for (size_t c = 0; c < structure->nchoices; c++) {
        fputs(c ? ",\n" : "", out);
        put_choice(out, structure, &structure->choices[c]);
    }
    fputs("],\"parts\":[", out);
    for (size_t p = 0; p < structure->nparts; p++) {
        fputs(p ? ",\n" : "", out);
        put_part(out, &structure->parts[p]);
    }
    fputs("]}", out);
}

void kr_report_tree(kr_reporter *r)
{
    const kr_tree *tree = r->results->tree;
    fputs(",\"tree\":{\"realizations\":", r->out);
    kr_json_number(r->out, tree->rlzs);
    fputs(",\"paths\":", r->out);
    kr_json_number(r->out, tree->paths);
    fprintf(r->out, ",\"sampled\":%s,\"components\":%zu,\"rates\":%zu,",
            tree->sampled ? "true" : "false", tree->ncomponents, tree->nrates);
    put_written(r->out, tree);
    fputs("},\n\"structure\":", r->out);
    if (r->fixed)
        fputs("null", r->out);
    else
        put_structure(r->out, &tree->structure);
}
