#include "cli/options.h"

#include <stdio.h>

static int run(int argc, char **argv)
{
    cli_job_options o;
    int status = cli_read_job_options(&cli_cmd_sources, argc, argv, false, &o);
    if (status >= 0)
        return status;
    if (!o.run.dir)
        return cli_usage(&cli_cmd_sources, "-o DIR is wanted: the folder of the maps");
    kr_ctx *ctx = cli_context(true);
    if (!ctx)
        return kr_exit_status(KR_ENOMEM);
    cli_stop_on_signals(ctx);
    return cli_finish(&ctx, kr_sources_write(ctx, &o.run, stdout));
}

const cli_command cli_cmd_sources = {
    .name = "sources",
    .synopsis = "sources JOB.ini -o DIR [-p key=value]...",
    .about = "write the sources of a job as maps (GeoJSON, GeoPackage)",
    .help =
        "  -o DIR         folder of the maps: points.geojson, areas.geojson, "
        "fault_traces.geojson,\n"
        "                 fault_outlines.geojson, section_traces.geojson, sections.geojson, as "
        "far as\n"
        "                 the job has such sources, and sources.gpkg with all of them as layers\n"
        "  -p key=value   set a parameter of the job; may be repeated\n"
        "\n"
        "Each source is drawn as its file has it, before any change by the logic tree.\n",
    .run = run,
};
