/* The land around the sites, for the maps of a report. */
#include "output/coast.h"
#include "output/report_int.h"

#include <math.h>

/* Degrees around the sites at least, and of their extent. */
static const double MARGIN = 0.4, MARGIN_SHARE = 0.12;

kr_status kr_report_box(const kr_sites *sites, kr_arena *scratch, kr_box *out)
{
    kr_status s = KR_OK;
    KR_TRY(kr_box_of(sites->lon, sites->lat, sites->n, scratch, out));
    double width = out->east - out->west, height = out->north - out->south;
    double margin = fmax(MARGIN, MARGIN_SHARE * fmax(width, height));
    double most = fmax(0, (360 - width) / 2), across = fmin(2 * margin, most);
    out->west -= across;
    out->east += across;
    out->south = fmax(-90, out->south - margin);
    out->north = fmin(90, out->north + margin);
out:
    return s;
}

/* In thousandths of a degree: the first point, then what is added to the one before. */
static void put_lines(FILE *out, const char *name, const kr_line *lines, size_t n)
{
    fprintf(out, ",\"%s\":[", name);
    for (size_t i = 0; i < n; i++) {
        long lon = 0, lat = 0;
        fputs(i ? ",\n[" : "[", out);
        for (size_t k = 0; k < lines[i].n; k++) {
            long x = kr_drawn_number(lines[i].p[k].lon), y = kr_drawn_number(lines[i].p[k].lat);
            fprintf(out, "%s%ld,%ld", k ? "," : "", x - lon, y - lat);
            lon = x;
            lat = y;
        }
        fputc(']', out);
    }
    fputc(']', out);
}

static void put_sources(FILE *out, const kr_drawn_sources *of)
{
    fprintf(out, ",\n\"sources\":{\"left\":%zu", of->left);
    put_lines(out, "lines", of->lines, of->nlines);
    fputs(",\"points\":[", out);
    for (size_t i = 0; i < of->npoints; i++)
        fprintf(out, "%s%ld,%ld", i ? "," : "", kr_drawn_number(of->points[i].lon),
                kr_drawn_number(of->points[i].lat));
    fputs("]}", out);
}

kr_status kr_report_ground_make(const kr_sites *sites, kr_arena *arena, kr_report_ground *out)
{
    kr_status s = KR_OK;
    kr_arena scratch;
    kr_arena_init(&scratch, arena->ctx, KR_ACCOUNT_OUTPUT);
    KR_TRY(kr_report_box(sites, &scratch, &out->box));
    kr_arena_clear(&scratch);
    KR_TRY(kr_coast_within(out->box, arena, &out->coast));
out:
    kr_arena_clear(&scratch);
    return s;
}

void kr_report_put_ground(FILE *out, const kr_report_ground *ground)
{
    const kr_box box = ground->box;
    fputs(",\n\"map\":{\"box\":", out);
    kr_json_numbers(out, (const double[]){box.west, box.south, box.east, box.north}, 4);
    put_lines(out, "land", ground->coast.land, ground->coast.nland);
    put_lines(out, "coast", ground->coast.lines, ground->coast.nlines);
    fputc('}', out);
}

kr_status kr_report_map(kr_reporter *r)
{
    kr_status s = KR_OK;
    const kr_report_ground *ground = r->spec->ground;
    kr_report_ground own;
    if (r->results->sites->n == 0)
        return KR_OK;
    if (!ground) {
        KR_TRY(kr_report_ground_make(r->results->sites, &r->arena, &own));
        ground = &own;
    }
    kr_report_put_ground(r->out, ground);
    if (r->results->drawn)
        put_sources(r->out, r->results->drawn);
out:
    return s;
}
