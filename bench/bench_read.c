/* How fast source models are read, and in how much memory.
 *
 *   bench_read [FILE.xml ...]
 *
 * Without files it writes some of its own, of about 20 MB each: points with distributions, simple
 * faults, and the ruptures of a fault system with its sections. Each is read by expat alone, with
 * handlers that do nothing, and as a source model, in turn; the best of the rounds counts. Files
 * that are given are read into one model, in their order.
 *
 * Prints CSV: what, MB, MB/s of expat, MB/s of Kauri, their ratio, MB in the end, MB at most. */
#include "base/clock.h"
#include "base/str.h"
#include "model/source.h"

#include <expat.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS = 5, BUFFER = 64 * 1024, SECTIONS = 2600 };

#define SIZE 20e6 /* bytes of each model */
#define HEAD                                                                                       \
    "<?xml version='1.0' encoding='utf-8'?>\n<nrml xmlns:gml='http://www.opengis.net/gml' "        \
    "xmlns='http://openquake.org/xmlns/nrml/0.5'>\n"
#define MODEL                                                                                      \
    "<sourceModel name='m' investigation_time='1'>\n"                                              \
    "<sourceGroup tectonicRegion='Active Shallow Crust' name='g'>\n"
#define TAIL "</sourceGroup>\n</sourceModel>\n</nrml>\n"

static void die(const char *what, const char *why)
{
    (void)fprintf(stderr, "bench_read: %s: %s\n", what, why);
    exit(1);
}

static double random_unit(void)
{
    static uint64_t seed = 1;
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) * 0x1p-53;
}

static size_t random_below(size_t n)
{
    return (size_t)(random_unit() * (double)n);
}

static FILE *create(const char *dir, const char *name, char path[], size_t size)
{
    (void)snprintf(path, size, "%s/%s", dir, name);
    FILE *out = fopen(path, "w");
    if (!out)
        die(path, "cannot be written");
    return out;
}

static void write_points(FILE *out)
{
    (void)fputs(HEAD MODEL, out);
    for (int i = 0; (double)ftell(out) < SIZE; i++)
        (void)fprintf(
            out,
            "<pointSource id='p%d' name='point %d'>\n"
            "  <pointGeometry>\n    <gml:Point>\n      <gml:pos>%.5f %.5f</gml:pos>\n"
            "    </gml:Point>\n    <upperSeismoDepth>0.0</upperSeismoDepth>\n"
            "    <lowerSeismoDepth>30.0</lowerSeismoDepth>\n  </pointGeometry>\n"
            "  <magScaleRel>WC1994</magScaleRel>\n  <ruptAspectRatio>1.5</ruptAspectRatio>\n"
            "  <incrementalMFD minMag='5.05' binWidth='0.1'>\n    <occurRates>%.6e %.6e %.6e "
            "%.6e %.6e %.6e</occurRates>\n  </incrementalMFD>\n  <nodalPlaneDist>\n"
            "    <nodalPlane probability='0.5' strike='%d' dip='60.0' rake='90.0'/>\n"
            "    <nodalPlane probability='0.5' strike='%d' dip='90.0' rake='0.0'/>\n"
            "  </nodalPlaneDist>\n  <hypoDepthDist>\n"
            "    <hypoDepth probability='0.6' depth='5.0'/>\n"
            "    <hypoDepth probability='0.4' depth='15.0'/>\n  </hypoDepthDist>\n"
            "</pointSource>\n",
            i, i, 360 * random_unit() - 180, 180 * random_unit() - 90, random_unit(),
            random_unit() / 2, random_unit() / 4, random_unit() / 8, random_unit() / 16,
            random_unit() / 32, i % 180, i % 90);
    (void)fputs(TAIL, out);
}

static void write_faults(FILE *out)
{
    (void)fputs(HEAD MODEL, out);
    for (int i = 0; (double)ftell(out) < SIZE; i++) {
        double lon = 300 * random_unit() - 150, lat = 100 * random_unit() - 50;
        (void)fprintf(out,
                      "<simpleFaultSource id='f%d' name='fault %d'>\n  <simpleFaultGeometry>\n"
                      "    <gml:LineString>\n      <gml:posList>",
                      i, i);
        for (int k = 0; k < 12; k++)
            (void)fprintf(out, "%.5f %.5f ", lon + 0.05 * k, lat + 0.02 * random_unit());
        (void)fprintf(
            out,
            "</gml:posList>\n    </gml:LineString>\n    <dip>%.1f</dip>\n"
            "    <upperSeismoDepth>0.0</upperSeismoDepth>\n"
            "    <lowerSeismoDepth>15.0</lowerSeismoDepth>\n  </simpleFaultGeometry>\n"
            "  <magScaleRel>WC1994</magScaleRel>\n  <ruptAspectRatio>1.5</ruptAspectRatio>\n"
            "  <truncGutenbergRichterMFD aValue='%.4f' bValue='1.0' minMag='6.0' maxMag='7.5'/>\n"
            "  <rake>90.0</rake>\n</simpleFaultSource>\n",
            30 + 60 * random_unit(), 2 + random_unit());
    }
    (void)fputs(TAIL, out);
}

static void write_sections(FILE *out)
{
    (void)fputs(HEAD "<geometryModel name='s'>\n", out);
    for (int i = 0; i < SECTIONS; i++) {
        double lon = 0.01 * (i / 50) - 120, lat = 0.1 * (i % 50) + 32;
        (void)fprintf(out,
                      "<section id='%d'><kiteSurface>\n<profile><gml:LineString><gml:posList>%.5f "
                      "%.5f 0.0 %.5f %.5f 12.0</gml:posList></gml:LineString></profile>\n"
                      "<profile><gml:LineString><gml:posList>%.5f %.5f 0.0 %.5f %.5f 12.0"
                      "</gml:posList></gml:LineString></profile>\n</kiteSurface></section>\n",
                      i, lon, lat, lon + 0.05, lat, lon, lat + 0.1, lon + 0.05, lat + 0.1);
    }
    (void)fputs("</geometryModel>\n</nrml>\n", out);
}

/* Ruptures of 2 to 124 sections in runs of neighbours. */
static void write_ruptures(FILE *out)
{
    (void)fputs(HEAD MODEL "<multiFaultSource id='m' name='system'>\n", out);
    while ((double)ftell(out) < SIZE) {
        double prob = pow(10, -3 - 4 * random_unit());
        (void)fprintf(out,
                      "<multiPlanesRupture probs_occur='%.16g %.16g'>\n<magnitude>%.4f"
                      "</magnitude>\n<sectionIndexes indexes='",
                      1 - prob, prob, 6 + 2 * random_unit());
        for (size_t left = 2 + random_below(123), run; left > 0; left -= run) {
            run = 1 + random_below(left < 25 ? left : 25);
            size_t first = random_below(SECTIONS - run);
            for (size_t k = 0; k < run; k++)
                (void)fprintf(out, left == run && k + 1 == run ? "%zu" : "%zu,", first + k);
        }
        (void)fputs("'/>\n<rake>90.0</rake>\n</multiPlanesRupture>\n", out);
    }
    (void)fputs("</multiFaultSource>\n" TAIL, out);
}

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **atts)
{
    (void)user, (void)name, (void)atts;
}

static void XMLCALL on_end(void *user, const XML_Char *name)
{
    (void)user, (void)name;
}

static void XMLCALL on_text(void *user, const XML_Char *text, int len)
{
    (void)user, (void)text, (void)len;
}

/* Expat alone, as Kauri uses it where XML is not plain. Returns the bytes. */
static size_t parse(const char *path)
{
    XML_Parser parser = XML_ParserCreateNS(NULL, '\x1f');
    FILE *in = fopen(path, "rb");
    size_t bytes = 0, n = 1;

    if (!parser || !in)
        die(path, "cannot be read");
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    for (; n > 0; bytes += n) {
        void *buffer = XML_GetBuffer(parser, BUFFER);
        n = buffer ? fread(buffer, 1, BUFFER, in) : 0;
        if (XML_ParseBuffer(parser, (int)n, n == 0) != XML_STATUS_OK)
            die(path, XML_ErrorString(XML_GetErrorCode(parser)));
    }
    XML_ParserFree(parser);
    (void)fclose(in);
    return bytes;
}

/* A model of the files. Returns the MB that it holds in the end and held at most. */
static void read_model(int n, char *const *paths, double *held, double *most)
{
    kr_ctx *ctx = NULL;
    kr_model *model = NULL;
    kr_job job;
    size_t index = 0;

    memset(&job, 0, sizeof job);
    job.width_of_mfd_bin = 0.1;
    job.investigation_time = 1;
    job.rupture_mesh_spacing_km = job.complex_fault_mesh_spacing_km = 2;
    job.area_source_discretization_km = 10;
    kr_status s = kr_ctx_create(&ctx);
    if (s == KR_OK)
        s = kr_model_create(ctx, &model);
    for (int i = 0; i < n && s == KR_OK; i++)
        s = kr_model_read(ctx, model, &job, paths[i], &index);
    if (s == KR_OK)
        s = kr_model_check_sections(ctx, model);
    if (s != KR_OK)
        die(paths[0], ctx ? kr_ctx_error(ctx) : "out of memory");
    *held = (double)kr_ctx_memory(ctx).current / 1e6;
    *most = (double)kr_ctx_memory(ctx).peak / 1e6;
    kr_model_destroy(&model);
    kr_ctx_destroy(&ctx);
}

static void measure(const char *what, int n, char *const *paths)
{
    double alone = INFINITY, ours = INFINITY, held = 0, most = 0, mb = 0;

    for (int round = 0; round < ROUNDS; round++) {
        double start = kr_cpu_seconds();
        mb = 0;
        for (int i = 0; i < n; i++)
            mb += (double)parse(paths[i]) / 1e6;
        alone = fmin(alone, kr_cpu_seconds() - start);
        start = kr_cpu_seconds();
        read_model(n, paths, &held, &most);
        ours = fmin(ours, kr_cpu_seconds() - start);
    }
    printf("%s,%.1f,%.0f,%.0f,%.2f,%.1f,%.1f\n", what, mb, mb / alone, mb / ours, ours / alone,
           held, most);
    (void)fflush(stdout);
}

int main(int argc, char **argv)
{
    static void (*const writers[])(FILE *) = {write_points, write_faults, write_sections,
                                              write_ruptures};
    static const char *const names[] = {"points.xml", "faults.xml", "sections.xml", "ruptures.xml"};
    enum { FILES = sizeof names / sizeof *names };
    char dir[] = "/tmp/bench_read.XXXXXX", paths[FILES][64];

    printf("what,MB,expat MB/s,kauri MB/s,ratio,MB in the end,MB at most\n");
    if (argc > 1) {
        measure(argv[1], argc - 1, argv + 1);
        return 0;
    }
    if (!mkdtemp(dir))
        die(dir, "cannot be made");
    for (int i = 0; i < FILES; i++) {
        FILE *out = create(dir, names[i], paths[i], sizeof paths[i]);
        writers[i](out);
        if (fclose(out) != 0)
            die(paths[i], "cannot be written");
    }
    measure("points", 1, (char *[]){paths[0]});
    measure("simple faults", 1, (char *[]){paths[1]});
    measure("sections and ruptures", 2, (char *[]){paths[2], paths[3]});
    for (int i = 0; i < FILES; i++)
        (void)unlink(paths[i]);
    (void)rmdir(dir);
    return 0;
}
